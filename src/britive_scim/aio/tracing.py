"""Telling OpenTelemetry of calls, where it is installed: the only place, with its sync twin, that knows it.

A call with all its tries is one span, and each try that another one follows is an event of it. Tries are no
spans of their own: what instruments the HTTP library makes those, and they then hang below the call's.
"""

from __future__ import annotations

from functools import cache
from types import TracebackType
from typing import Any, Self

from britive_scim._version import __version__
from britive_scim.wire.operation import Operation
from britive_scim.wire.response import Api
from britive_scim.wire.retry.attempt import AttemptResult
from britive_scim.wire.settings import Settings
from britive_scim.wire.tooling.otel import (
    RETRY_EVENT,
    CallTrace,
    build_operation_attributes,
    build_server_attributes,
    build_span_name,
)

__all__ = ["CallSpan", "NoopSpan", "Telemetry"]

_SCHEMA_URL = "https://opentelemetry.io/schemas/1.28.0"
"""The version of the conventions whose names are used."""


@cache
def _import_opentelemetry() -> tuple[Any, Any] | None:
    """Return its rooms for contexts and for traces, or `None` where it is not installed."""
    try:
        from opentelemetry import context, trace
    except ImportError:
        return None
    return context, trace


class NoopSpan:
    """A call that nobody wants to hear of."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    def record_retry(self, result: AttemptResult, wait: float) -> None:
        """Take in what a try met that another one follows in `wait` seconds."""

    def record_result(self, result: AttemptResult) -> None:
        """Take in what the last try met."""


class CallSpan(NoopSpan):
    """A call that a span is open for. While it is entered, the span is the current one."""

    __slots__ = ("_call_trace", "_context_api", "_context_token", "_span", "_trace_api")

    def __init__(self, context_api: Any, trace_api: Any, span: Any) -> None:
        self._context_api = context_api
        self._trace_api = trace_api
        self._span = span
        self._context_token: Any = None
        self._call_trace = CallTrace()

    def __enter__(self) -> Self:
        self._context_token = self._context_api.attach(
            self._trace_api.set_span_in_context(self._span)
        )
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._context_api.detach(self._context_token)
        if self._span.is_recording():
            self._span.set_attributes(self._call_trace.build_end_attributes(error))
            if error is not None:
                self._span.set_status(self._trace_api.StatusCode.ERROR)
        self._span.end()

    def record_retry(self, result: AttemptResult, wait: float) -> None:
        """Take in what a try met that another one follows in `wait` seconds."""
        self._span.add_event(RETRY_EVENT, self._call_trace.record_retry(result, wait))

    def record_result(self, result: AttemptResult) -> None:
        """Take in what the last try met."""
        self._call_trace.last_result = result


_NOOP_SPAN = NoopSpan()


class Telemetry:
    """Opens a span for each call of one client. OpenTelemetry is looked for at the first call, once.

    Args:
        base_url: address of the client.
        api: which of Britive's languages it speaks.
        settings: with the tracer provider to use.
    """

    __slots__ = (
        "_is_unresolved",
        "_modules",
        "_proxy_provider_class",
        "_server_attributes",
        "_tracer",
        "_tracer_provider",
    )

    def __init__(self, base_url: str, api: Api, settings: Settings) -> None:
        self._tracer_provider = settings.tracer_provider
        self._server_attributes = build_server_attributes(base_url, api)
        self._is_unresolved = self._tracer_provider is not False
        self._modules: tuple[Any, Any] | None = None
        self._tracer: Any = None
        self._proxy_provider_class: Any = ()  # the class of what stands for a provider as long as there is none

    def start_span(self, operation: Operation[Any]) -> NoopSpan:
        """Return what is told of one call; it is to be entered."""
        if self._is_unresolved:
            self._load_opentelemetry()
        if self._modules is None:
            return _NOOP_SPAN
        context, trace = self._modules
        if self._tracer_provider is None and isinstance(
            trace.get_tracer_provider(), self._proxy_provider_class
        ):
            return _NOOP_SPAN  # the process has none, so far
        span = self._tracer.start_span(
            build_span_name(operation),
            kind=trace.SpanKind.CLIENT,
            attributes=build_operation_attributes(operation) | self._server_attributes,
        )
        if not span.is_recording() and not span.get_span_context().is_valid:
            return _NOOP_SPAN  # the provider is one that does nothing
        return CallSpan(context, trace, span)

    def _load_opentelemetry(self) -> None:
        parts = _import_opentelemetry()
        if parts is not None:
            self._proxy_provider_class = getattr(parts[1], "ProxyTracerProvider", ())
            self._tracer = parts[1].get_tracer(
                "britive_scim", __version__, self._tracer_provider or None, _SCHEMA_URL
            )
        self._modules = parts
        self._is_unresolved = False
