"""Base classes of the errors of requests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from britive_scim.errors.base import BritiveScimError

__all__ = ["ApiError", "RequestError"]


class RequestError(BritiveScimError):
    """Error of a request, which ends a call of one or several requests."""

    method: str | None
    path: str | None
    attempts: int
    done: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()
    refusals: Mapping[str, ApiError] = MappingProxyType({})
    resource: Any = None
    _earlier_request: str | None = None
    _is_safe: bool = False
    """True if the operation of the request is marked safe."""

    @property
    def may_have_happened(self) -> bool:
        """True if the server acted, or may have acted, on an earlier request of the call."""
        return (
            self._earlier_request is not None
            or bool(self.done)
            or any(step.is_change for step in self.steps)
        )

    @property
    def _is_change(self) -> bool:
        """True for a write request, or an unknown one; a search by POST is a read (RFC 7644 §3.4.3)."""
        return not (
            self._is_safe
            or self.method in ("GET", "HEAD")
            or (self.path or "").endswith("/.search")
        )

    @property
    def uncertain_request(self) -> str | None:
        """Method and path of the request that took effect, or may have; `None` unless `may_have_happened`."""
        if self._earlier_request is not None:
            return self._earlier_request
        if self.method is None or self.path is None or not self.may_have_happened:
            return None
        return f"{self.method} {self.path}"

    @uncertain_request.setter
    def uncertain_request(self, request: str | None) -> None:
        self._earlier_request = request

    def to_dict(self) -> dict[str, Any]:
        """Return the error as JSON data: `type`, `message`, and the fields of the class.

        `uncertain_request`, `done`, `remaining`, `refusals` (an error each) and `resource` (its id, or its wire form
        without one) are contained if they are set.
        """
        fields = super().to_dict()
        if self.uncertain_request is not None:
            fields["uncertain_request"] = self.uncertain_request
        if self.done:
            fields["done"] = list(self.done)
        if self.remaining:
            fields["remaining"] = list(self.remaining)
        if self.refusals:
            fields["refusals"] = {id_: error.to_dict() for id_, error in self.refusals.items()}
        if self.resource is not None:
            fields["resource"] = self.resource.id or self.resource.to_wire()
        return fields


class ApiError(RequestError):
    """The response is not a success.

    Raised:
        For every response that is not a success, after the retries of the policy.

    Cause:
        The server refuses the request or fails. The class follows from the HTTP status, and for Britive also from its
        error code.

    Remedy:
        Catch the class of the failure. For a report to the vendor, add `method`, `path`, `status` and `request_id`.

    Attributes:
        status: HTTP status code.
        detail: error message of the server, in full, or `None`.
        scim_type: SCIM's error keyword (RFC 7644 §3.12), or `None`.
        error_code: Britive's error code, such as `U-0003`, or `None`.
        request_id: the server's id of the request, or `None`.
        method: HTTP method of the request.
        path: path of the request below the base URL, without query.
        retry_after: seconds of the `Retry-After` header, or `None`.
        attempts: number of attempts.
        may_have_happened: true if the server may have acted on the request, or on an earlier one of the same
            call, for example on a change that failed at the server, or whose success response cannot be decoded.
        body: the response body: the JSON value, or the beginning of the text. `to_dict` omits it, because
            it may contain personal data.
        done: for changes of several ids, those that were added or removed.
        remaining: the ids that were not changed, or possibly not.
        refusals: for changes of members, the error of each refused id.
        resource: group that `groups.create` created before adding members failed, or `None`.
        uncertain_request: method and path of the request of the call that the server processed, or may have
            processed; `None` if `may_have_happened` is false.

    Examples:
        >>> from britive_scim import errors
        >>> from britive_scim.testing import Tenant
        >>> okta = Tenant("acme").scim_client("Okta")
        >>> try:
        ...     okta.users.get("missing")
        ... except errors.ApiError as error:
        ...     print(error.status, error.method, error.path)
        404 GET /Users/missing
    """

    _fields = (
        "status",
        "detail",
        "scim_type",
        "error_code",
        "request_id",
        "method",
        "path",
        "retry_after",
        "attempts",
        "may_have_happened",
    )

    status: int
    detail: str | None
    scim_type: str | None
    error_code: str | None
    request_id: str | None
    retry_after: float | None
    body: Any

    def __init__(
        self,
        message: str,
        *,
        status: int,
        detail: str | None = None,
        scim_type: str | None = None,
        error_code: str | None = None,
        request_id: str | None = None,
        method: str | None = None,
        path: str | None = None,
        retry_after: float | None = None,
        attempts: int = 1,
        body: Any = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.detail = detail
        self.scim_type = scim_type
        self.error_code = error_code
        self.request_id = request_id
        self.method = method
        self.path = path
        self.retry_after = retry_after
        self.attempts = attempts
        self.body = body

    @property
    def may_have_happened(self) -> bool:
        """True if the server may have acted on a request of the call; false for a refusal of the first."""
        return super().may_have_happened
