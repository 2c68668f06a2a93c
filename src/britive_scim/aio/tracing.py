"""Spans of OpenTelemetry, where it is installed. With its sync twin the only file that imports it.

A call with all its attempts is one span, and each retry is an event of it. Attempts are no spans of their own:
instrumentation of the HTTP library creates those, as children of the call's span.
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
"""Version of the semantic conventions."""


@cache
def _import_opentelemetry() -> tuple[Any, Any] | None:
    """Return the modules for contexts and for traces, or `None` where OpenTelemetry is not installed."""
    try:
        from opentelemetry import context, trace
    except ImportError:
        return None
    return context, trace


class NoopSpan:
    """Span that records nothing, used when OpenTelemetry is not installed or not configured."""

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
        """Record the result of an attempt that is retried in `wait` seconds."""

    def record_result(self, result: AttemptResult) -> None:
        """Record the result of the last attempt."""


class CallSpan(NoopSpan):
    """Span of one call. While it is entered, it is the current span."""

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
        """Add an event for an attempt that is retried in `wait` seconds."""
        self._span.add_event(RETRY_EVENT, self._call_trace.record_retry(result, wait))

    def record_result(self, result: AttemptResult) -> None:
        """Record the result of the last attempt."""
        self._call_trace.last_result = result


_NOOP_SPAN = NoopSpan()


class Telemetry:
    """Tracer of one client. OpenTelemetry is imported at the first call.

    Args:
        base_url: base URL of the client.
        api: API of the client.
        settings: settings with the tracer provider.
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
        self._proxy_provider_class: Any = ()  # class of the placeholder for a missing provider

    def start_span(self, operation: Operation[Any]) -> NoopSpan:
        """Return the span of one call, to be entered by the caller."""
        if self._is_unresolved:
            self._load_opentelemetry()
        if self._modules is None:
            return _NOOP_SPAN
        context, trace = self._modules
        if self._tracer_provider is None and isinstance(
            trace.get_tracer_provider(), self._proxy_provider_class
        ):
            return _NOOP_SPAN  # the process has no provider so far
        span = self._tracer.start_span(
            build_span_name(operation),
            kind=trace.SpanKind.CLIENT,
            attributes=build_operation_attributes(operation) | self._server_attributes,
        )
        if not span.is_recording() and not span.get_span_context().is_valid:
            return _NOOP_SPAN  # the provider is a no-op
        return CallSpan(context, trace, span)

    def _load_opentelemetry(self) -> None:
        modules = _import_opentelemetry()
        if modules is not None:
            self._proxy_provider_class = getattr(modules[1], "ProxyTracerProvider", ())
            self._tracer = modules[1].get_tracer(
                "britive_scim", __version__, self._tracer_provider or None, _SCHEMA_URL
            )
        self._modules = modules
        self._is_unresolved = False
