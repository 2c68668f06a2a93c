# Generated from aio/tracing.py by tools/unasync.py; edit that file instead.
"""Telling OpenTelemetry of calls, where it is installed: the only place, with its sync twin, that knows it.

A call with all its tries is one span, and each try that another one follows is an event of it. Tries are no
spans of their own: what instruments the HTTP library makes those, and they then hang below the call's.
"""

from __future__ import annotations

from functools import cache
from types import TracebackType
from typing import Any, Self

from britive_scim import __version__
from britive_scim.wire.operation import Operation
from britive_scim.wire.response import Api
from britive_scim.wire.retry.attempt import Outcome
from britive_scim.wire.settings import Settings
from britive_scim.wire.tooling.otel import RETRY, Course, attributes_of, name_of, server_of

__all__ = ["Telemetry", "Told", "Untold"]

_SCHEMA = "https://opentelemetry.io/schemas/1.28.0"
"""The version of the conventions whose names are used."""


@cache
def _opentelemetry() -> tuple[Any, Any] | None:
    """Return its rooms for contexts and for traces, or `None` where it is not installed."""
    try:
        from opentelemetry import context, trace
    except ImportError:
        return None
    return context, trace


class Untold:
    """A call that nobody wants to hear of."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def retried(self, outcome: Outcome, wait: float) -> None:
        """Take in what a try met that another one follows in `wait` seconds."""

    def met(self, outcome: Outcome) -> None:
        """Take in what the last try met."""


class Told(Untold):
    """A call that a span is open for. While it is entered, the span is the current one."""

    __slots__ = ("_context", "_course", "_span", "_token", "_trace")

    def __init__(self, context: Any, trace: Any, span: Any) -> None:
        self._context = context
        self._trace = trace
        self._span = span
        self._token: Any = None
        self._course = Course()

    def __enter__(self) -> Self:
        self._token = self._context.attach(self._trace.set_span_in_context(self._span))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._context.detach(self._token)
        if self._span.is_recording():
            self._span.set_attributes(self._course.ended(error))
            if error is not None:
                self._span.set_status(self._trace.StatusCode.ERROR)
        self._span.end()

    def retried(self, outcome: Outcome, wait: float) -> None:
        """Take in what a try met that another one follows in `wait` seconds."""
        self._span.add_event(RETRY, self._course.retried(outcome, wait))

    def met(self, outcome: Outcome) -> None:
        """Take in what the last try met."""
        self._course.last = outcome


_UNTOLD = Untold()


class Telemetry:
    """Opens a span for each call of one client. OpenTelemetry is looked for at the first call, once.

    Args:
        base_url: address of the client.
        api: which of Britive's languages it speaks.
        settings: with the tracer provider to use.
    """

    __slots__ = ("_absent", "_parts", "_provider", "_server", "_tracer", "_unknown")

    def __init__(self, base_url: str, api: Api, settings: Settings) -> None:
        self._provider = settings.tracer_provider
        self._server = server_of(base_url, api)
        self._unknown = self._provider is not False
        self._parts: tuple[Any, Any] | None = None
        self._tracer: Any = None
        self._absent: Any = ()  # the class of what stands for a provider as long as there is none

    def call(self, operation: Operation[Any]) -> Untold:
        """Return what is told of one call; it is to be entered."""
        if self._unknown:
            self._look()
        if self._parts is None:
            return _UNTOLD
        context, trace = self._parts
        if self._provider is None and isinstance(trace.get_tracer_provider(), self._absent):
            return _UNTOLD  # the process has none, so far
        span = self._tracer.start_span(
            name_of(operation),
            kind=trace.SpanKind.CLIENT,
            attributes=attributes_of(operation) | self._server,
        )
        if not span.is_recording() and not span.get_span_context().is_valid:
            return _UNTOLD  # the provider is one that does nothing
        return Told(context, trace, span)

    def _look(self) -> None:
        parts = _opentelemetry()
        if parts is not None:
            self._absent = getattr(parts[1], "ProxyTracerProvider", ())
            self._tracer = parts[1].get_tracer(
                "britive_scim", __version__, self._provider or None, _SCHEMA
            )
        self._parts = parts
        self._unknown = False
