"""What a trace is told of a call: names and values after OpenTelemetry's conventions for HTTP clients.

Nothing here knows OpenTelemetry. Nothing personal goes in: no URL, query, id, header or body, as filters
and ids name people. So `url.full`, which the conventions ask for, is left out, and `url.template` stands
for it (Semantic Conventions, "HTTP client span").
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
"""Name of the event that tells of a try that another one follows."""

_KNOWN_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

SpanAttributes = dict[str, str | int | float]


def build_server_attributes(base_url: str, api: Api) -> SpanAttributes:
    """Return what is the same for every call of a client.

    Example:
        >>> build_server_attributes("https://acme.britive-app.com/api/scim/v2", "scim")
        {'server.address': 'acme.britive-app.com', 'server.port': 443, 'britive.api': 'scim'}
    """
    parts = urlsplit(base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return {"server.address": parts.hostname or "", "server.port": port, "britive.api": api}


def build_span_name(operation: Operation[Any]) -> str:
    """Return the name of an operation's span: few, whatever is asked for."""
    method = operation.method if operation.method in _KNOWN_METHODS else "HTTP"
    return f"{method} {_format_template(operation)}"


def build_operation_attributes(operation: Operation[Any]) -> SpanAttributes:
    """Return what is known of an operation before it is sent."""
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
    """What has become of one call so far.

    Attributes:
        last_result: what the last try met, as it came.
        total_delay: seconds between tries in all.
    """

    __slots__ = ("last_result", "total_delay")

    def __init__(self) -> None:
        self.last_result: AttemptResult | None = None
        self.total_delay = 0.0

    def record_retry(self, result: AttemptResult, delay: float) -> SpanAttributes:
        """Return what is told of a try that another one follows in `delay` seconds."""
        self.total_delay += delay
        told: SpanAttributes = {
            "http.request.resend_count": result.attempt - 1,
            "error.type": _get_failure_type(result),
            "britive.retry.trouble": result.failure_kind,
            "britive.retry.wait": delay,
        }
        if result.status is not None:
            told["http.response.status_code"] = result.status
        return told

    def build_end_attributes(self, error: BaseException | None) -> SpanAttributes:
        """Return what is told of the whole call, which ended with `error` or well."""
        told: SpanAttributes = {}
        if self.last_result is not None:
            answer = self.last_result.response
            if answer is not None:
                told["http.response.status_code"] = answer.status
                if answer.request_id is not None:
                    told["britive.request_id"] = answer.request_id
            if self.last_result.attempt > 1:
                told["http.request.resend_count"] = self.last_result.attempt - 1
                told["britive.retry.wait"] = self.total_delay
        if error is not None:
            told["error.type"] = self._get_error_type(error)
        return told

    def _get_error_type(self, error: BaseException) -> str:
        """Return the status where that says it all, else the class of the error."""
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
