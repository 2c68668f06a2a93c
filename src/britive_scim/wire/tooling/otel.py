"""Span names and attributes of calls, by OpenTelemetry's conventions for HTTP clients.

Does not import OpenTelemetry. Attributes contain no URL, query, id, header or body, because filters and ids are
personal data. So `url.template` replaces the required `url.full` (Semantic Conventions, "HTTP client span").
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from britive_scim.errors import ApiError, ConnectionFailed, TimedOut
from britive_scim.wire.operation import Operation
from britive_scim.wire.response import Api
from britive_scim.wire.retry.attempt import AttemptResult

__all__ = [
    "RETRY_EVENT",
    "CallTrace",
    "build_operation_attributes",
    "build_server_attributes",
    "build_span_name",
]

RETRY_EVENT = "britive.retry"
"""Name of the span event of an attempt that is followed by a retry."""

_KNOWN_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

SpanAttributes = dict[str, str | int | float]


def build_server_attributes(base_url: str, api: Api) -> SpanAttributes:
    """Return the attributes common to all calls of a client.

    Example:
        >>> build_server_attributes("https://acme.britive-app.com/api/scim/v2", "scim")
        {'server.address': 'acme.britive-app.com', 'server.port': 443, 'britive.api': 'scim'}
    """
    parts = urlsplit(base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return {"server.address": parts.hostname or "", "server.port": port, "britive.api": api}


def build_span_name(operation: Operation[Any]) -> str:
    """Return the span name of an operation, which does not depend on ids or queries."""
    method = operation.method if operation.method in _KNOWN_METHODS else "HTTP"
    return f"{method} {_format_template(operation)}"


def build_operation_attributes(operation: Operation[Any]) -> SpanAttributes:
    """Return the attributes of an operation before it is sent."""
    known = operation.method in _KNOWN_METHODS
    attributes: SpanAttributes = {
        "http.request.method": operation.method if known else "_OTHER",
        "url.template": _format_template(operation),
    }
    if not known:
        attributes["http.request.method_original"] = operation.method
    return attributes


def _format_template(operation: Operation[Any]) -> str:
    return operation.template.partition("?")[0].replace("{}", "{id}")


class CallTrace:
    """State of one call for its span.

    Attributes:
        last_result: result of the last attempt.
        total_delay: sum of the delays between attempts in seconds.
    """

    __slots__ = ("last_result", "total_delay")

    def __init__(self) -> None:
        self.last_result: AttemptResult | None = None
        self.total_delay = 0.0

    def record_retry(self, result: AttemptResult, delay: float) -> SpanAttributes:
        """Return the event attributes of an attempt that is followed by a retry in `delay` seconds."""
        self.total_delay += delay
        attributes: SpanAttributes = {
            "http.request.resend_count": result.attempt - 1,
            "error.type": _get_failure_type(result),
            "britive.retry.failure_kind": result.failure_kind,
            "britive.retry.wait": delay,
        }
        if result.status is not None:
            attributes["http.response.status_code"] = result.status
        return attributes

    def build_end_attributes(self, error: BaseException | None) -> SpanAttributes:
        """Return the attributes of a completed call; `error` is `None` for a success."""
        attributes: SpanAttributes = {}
        if self.last_result is not None:
            response = self.last_result.response
            if response is not None:
                attributes["http.response.status_code"] = response.status
                if response.request_id is not None:
                    attributes["britive.request_id"] = response.request_id
            if self.last_result.attempt > 1:
                attributes["http.request.resend_count"] = self.last_result.attempt - 1
                attributes["britive.retry.wait"] = self.total_delay
        if error is not None:
            attributes["error.type"] = self._get_error_type(error)
        return attributes

    def _get_error_type(self, error: BaseException) -> str:
        """Return the HTTP status of an error response, else the class of the error."""
        status = self.last_result.status if self.last_result is not None else None
        if status is not None and status >= 300 and isinstance(error, ApiError):
            return str(status)
        return _get_qualified_name(type(error))


def _get_failure_type(result: AttemptResult) -> str:
    if result.status is not None:
        return str(result.status)
    return _get_qualified_name(TimedOut if result.is_timeout else ConnectionFailed)


def _get_qualified_name(error_class: type[BaseException]) -> str:
    if error_class.__module__ == "builtins":
        return error_class.__qualname__
    return f"{error_class.__module__}.{error_class.__qualname__}"
