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
from britive_scim.wire.retry.attempt import Outcome

__all__ = ["RETRY", "Course", "attributes_of", "name_of", "server_of"]

RETRY = "britive.retry"
"""Name of the event that tells of a try that another one follows."""

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

Attributes = dict[str, str | int | float]


def server_of(base_url: str, api: Api) -> Attributes:
    """Return what is the same for every call of a client.

    Example:
        >>> server_of("https://acme.britive-app.com/api/scim/v2", "scim")
        {'server.address': 'acme.britive-app.com', 'server.port': 443, 'britive.api': 'scim'}
    """
    parts = urlsplit(base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return {"server.address": parts.hostname or "", "server.port": port, "britive.api": api}


def name_of(operation: Operation[Any]) -> str:
    """Return the name of an operation's span: few, whatever is asked for."""
    method = operation.method if operation.method in _METHODS else "HTTP"
    return f"{method} {_template(operation)}"


def attributes_of(operation: Operation[Any]) -> Attributes:
    """Return what is known of an operation before it is sent."""
    known = operation.method in _METHODS
    attributes: Attributes = {
        "http.request.method": operation.method if known else "_OTHER",
        "url.template": _template(operation),
    }
    if not known:
        attributes["http.request.method_original"] = operation.method
    return attributes


def _template(operation: Operation[Any]) -> str:
    return operation.template.partition("?")[0].replace("{}", "{id}")


class Course:
    """What has become of one call so far.

    Attributes:
        last: what the last try met, as it came.
        waited: seconds between tries in all.
    """

    __slots__ = ("last", "waited")

    def __init__(self) -> None:
        self.last: Outcome | None = None
        self.waited = 0.0

    def retried(self, outcome: Outcome, wait: float) -> Attributes:
        """Return what is told of a try that another one follows in `wait` seconds."""
        self.waited += wait
        told: Attributes = {
            "http.request.resend_count": outcome.attempt - 1,
            "error.type": _kind(outcome),
            "britive.retry.trouble": outcome.trouble,
            "britive.retry.wait": wait,
        }
        if outcome.status is not None:
            told["http.response.status_code"] = outcome.status
        return told

    def ended(self, error: BaseException | None) -> Attributes:
        """Return what is told of the whole call, which ended with `error` or well."""
        told: Attributes = {}
        if self.last is not None:
            answer = self.last.answer
            if answer is not None:
                told["http.response.status_code"] = answer.status
                if answer.request_id is not None:
                    told["britive.request_id"] = answer.request_id
            if self.last.attempt > 1:
                told["http.request.resend_count"] = self.last.attempt - 1
                told["britive.retry.wait"] = self.waited
        if error is not None:
            told["error.type"] = self._type_of(error)
        return told

    def _type_of(self, error: BaseException) -> str:
        """Return the status where that says it all, else the class of the error."""
        status = self.last.status if self.last is not None else None
        if status is not None and status >= 300 and isinstance(error, ApiError):
            return str(status)
        return _full_name(type(error))


def _kind(outcome: Outcome) -> str:
    if outcome.status is not None:
        return str(outcome.status)
    return _full_name(TimedOut if outcome.timed_out else ConnectionFailed)


def _full_name(kind: type[BaseException]) -> str:
    if kind.__module__ == "builtins":
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"
