"""Exception classes of the package, in one tree.

```
BritiveScimError
├── InputError (also ValueError)                 raised before sending
│   ├── InvalidFilter                            .position  .scim_type = "invalidFilter"
│   ├── InvalidPath                              .position  .scim_type = "invalidPath"
│   ├── PatchError                               .scim_type  .operation_index
│   ├── InvalidSelection                         .scim_type = "invalidValue"
│   ├── InvalidResource                          .problems; data that does not match its model
│   ├── ConfigurationError                       settings, credentials, addresses
│   ├── Ambiguous                                .candidates
│   ├── ReadOnly                                 a write through a read-only client
│   ├── DirectoryError                           .problems; all problems of a source at once
│   └── PlanRefused                              a plan beyond its limits, or for another target
├── TokenNotDelivered                            .token: created, but not delivered
├── TransportError                               .sent .method .path .attempts .may_have_happened .uncertain_request
│   │                                            .done .remaining .refusals .resource
│   ├── ConnectionFailed (also ConnectionError)
│   └── TimedOut (also TimeoutError)
└── ApiError                                     .status .detail .scim_type .error_code .request_id .method .path .retry_after
    │                                            .attempts .may_have_happened .uncertain_request .body
    │                                            .done .remaining .refusals .resource
    ├── BadRequest                               400 and every 4xx without a class of its own
    │   └── ExternallyManaged                    Britive's U-0003 and UT-0002
    ├── Unauthorized  Forbidden  NotFound  Conflict  PreconditionFailed  PayloadTooLarge  RateLimited
    ├── ServerError                              5xx
    │   └── Maintenance                          503 with MAINT0001
    └── UnexpectedResponse                       a response that cannot be decoded
```

Every error survives `pickle` and `copy` and has `to_dict()`. No error contains a token or an object of the
HTTP library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

if TYPE_CHECKING:
    from pydantic import SecretStr

__all__ = [
    "Ambiguous",
    "ApiError",
    "BadRequest",
    "BritiveScimError",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DirectoryError",
    "ExternallyManaged",
    "Forbidden",
    "InputError",
    "InvalidFilter",
    "InvalidPath",
    "InvalidResource",
    "InvalidSelection",
    "Maintenance",
    "NotFound",
    "PatchError",
    "PayloadTooLarge",
    "PlanRefused",
    "PreconditionFailed",
    "RateLimited",
    "ReadOnly",
    "ServerError",
    "TimedOut",
    "TokenNotDelivered",
    "TransportError",
    "Unauthorized",
    "UnexpectedResponse",
]

_EXCERPT_WIDTH = 60

_MAX_SHOWN_PROBLEMS = 50

_PACKAGE = __file__.removesuffix("errors.py")
_MAX_CALLER_FRAMES = 4

REFUSING_SERVER_STATUSES = frozenset({501, 505, 511})
"""5xx statuses that mean that the request was not processed (RFC 9110 §15.6, RFC 6585 §6)."""


class BritiveScimError(Exception):
    """Base class of all errors of this package.

    Attributes:
        message: the error message.
        steps: the `provisioning.Step`s that a set-up completed before it failed; empty elsewhere.
    """

    _fields: ClassVar[tuple[str, ...]] = ()
    """Names of the attributes that `to_dict()` returns besides the message."""

    message: str
    steps: tuple[Any, ...] = ()

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # Without __init__, so that classes with keyword-only arguments survive pickle and copy.
        return (_rebuild, (type(self), self.args, self.__dict__.copy()))

    def _render_traceback_(self) -> list[str]:
        """Return the traceback that IPython shows: the last frames of the caller, and the method called."""
        import traceback  # needed in notebooks only

        frames = traceback.extract_tb(self.__traceback__)
        is_own = [frame.filename.startswith(_PACKAGE) for frame in frames]
        first = is_own.index(True) if any(is_own) else len(frames)
        callers = [frame for frame in frames[:first] if "IPython" not in frame.filename]
        shown = [*callers[-_MAX_CALLER_FRAMES:], *frames[first : first + 1]]
        lines = [*traceback.format_list(shown), *traceback.format_exception_only(self)]
        return "".join(["Traceback (most recent call last):\n", *lines]).splitlines()

    def to_dict(self) -> dict[str, Any]:
        """Return the error as JSON data: `type`, `message`, the fields of the class, and `steps` if there are any."""
        fields: dict[str, Any] = {"type": type(self).__name__, "message": self.message}
        for name in self._fields:
            fields[name] = getattr(self, name)
        if self.steps:
            fields["steps"] = [
                {"name": step.name, "outcome": step.outcome, "detail": step.detail}
                for step in self.steps
            ]
        return fields


def _rebuild(
    cls: type[BritiveScimError], args: tuple[Any, ...], state: dict[str, Any]
) -> BritiveScimError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


# ----------------------------------------------------------------------------- before sending


class InputError(BritiveScimError, ValueError):
    """Invalid argument or input data; nothing was sent."""


class _ScimSyntaxError(InputError):
    """Invalid filter or path, with the position of the fault."""

    _fields = ("scim_type", "text", "position", "operation_index")
    scim_type: ClassVar[str]

    text: str | None
    position: int | None
    operation_index: int | None

    def __init__(
        self, message: str, *, text: str | None = None, position: int | None = None
    ) -> None:
        if text is not None and position is not None:
            from britive_scim._secret_names import mask_invalid_expression  # for errors only

            excerpt = _format_caret(*mask_invalid_expression(text, position))
            message = f"{message}\n{excerpt}"
        super().__init__(message)
        self.text = text
        self.position = position
        self.operation_index = None

    def to_dict(self) -> dict[str, Any]:
        """Return the error as JSON data; values of secret attributes in `text` are masked, and `position` fits it."""
        from britive_scim._secret_names import mask_invalid_expression  # for errors only

        fields = super().to_dict()
        if self.text is not None:
            fields["text"], position = mask_invalid_expression(self.text, self.position or 0)
            fields["position"] = None if self.position is None else position
        return fields


class InvalidFilter(_ScimSyntaxError):
    """Filter that does not parse, or does not apply to the schema (RFC 7644 §3.4.2.2).

    Attributes:
        text: the filter, if it was a string.
        position: offset in code points of the first character that cannot continue a valid filter;
            `None` if the position is unknown.
        operation_index: index of the operation in a PATCH request; `None` elsewhere.
    """

    scim_type: ClassVar[str] = "invalidFilter"


class InvalidPath(_ScimSyntaxError):
    """Path that does not parse, or names nothing in the schema (RFC 7644 §3.5.2).

    Attributes:
        text: the path, if it was a string.
        position: offset in code points of the first character that cannot continue a valid path, or
            `None`.
        operation_index: index of the operation in a PATCH request; `None` elsewhere.
    """

    scim_type: ClassVar[str] = "invalidPath"


class PatchError(InputError):
    """PATCH request that cannot be applied; the resource is unchanged (RFC 7644 §3.5.2).

    Attributes:
        scim_type: `noTarget`, `mutability`, `invalidValue`, `invalidSyntax`, ... (RFC 7644 §3.12).
        operation_index: index of the failing operation in the request, or `None`.
    """

    _fields = ("scim_type", "operation_index")

    scim_type: str
    operation_index: int | None

    def __init__(self, message: str, *, scim_type: str, operation_index: int | None = None) -> None:
        super().__init__(message)
        self.scim_type = scim_type
        self.operation_index = operation_index


class InvalidSelection(InputError):
    """`attributes` and `excludedAttributes` were given together (RFC 7644 §3.9)."""

    _fields = ("scim_type",)
    scim_type: ClassVar[str] = "invalidValue"


class InvalidResource(InputError):
    """Data that does not match its model.

    Attributes:
        problems: one line a fault; each begins with the path of the attribute.
    """

    _fields = ("problems",)

    problems: tuple[str, ...]

    def __init__(self, message: str, *, problems: Sequence[str] = ()) -> None:
        super().__init__("\n  ".join([message, *problems]))
        self.problems = tuple(problems)


class ConfigurationError(InputError):
    """Invalid or missing setting, credential or address."""


class Ambiguous(InputError):
    """More than one resource has a name that should be unique.

    Attributes:
        candidates: ids of the resources found.
    """

    _fields = ("candidates",)

    candidates: tuple[str, ...]

    def __init__(self, message: str, *, candidates: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)


class ReadOnly(InputError):
    """Write through a client with `read_only=True`; nothing was sent."""


class DirectoryError(InputError):
    """Source of a directory that cannot be read, or that has problems; nothing was sent.

    Attributes:
        problems: one line a problem, with the line number of the source if known, without personal data. The message
            has the first ones, and a problem of many lines once.
    """

    _fields = ("problems",)

    problems: tuple[str, ...]

    def __init__(
        self, message: str, *, problems: Sequence[str] = (), groups: Sequence[str] | None = None
    ) -> None:
        """Set the message and the problems.

        Args:
            message: first line of the message.
            problems: one line a problem.
            groups: the problems as lines of the message; by default one line each.
        """
        lines = problems if groups is None else groups
        shown = list(lines[:_MAX_SHOWN_PROBLEMS])
        if len(lines) > len(shown):
            shown.append(f"… and {len(lines) - len(shown):,} more, in .problems")
        super().__init__("\n  ".join([message, *shown]))
        self.problems = tuple(problems)


class PlanRefused(InputError):
    """Plan that exceeds a limit, or that belongs to another tenant or identity provider; nothing was sent.

    The message names each limit with the planned and the allowed number, and the option that allows it for one run.
    """


class TokenNotDelivered(BritiveScimError):
    """New token whose delivery by the caller's `deliver` failed; the old token is invalid.

    Attributes:
        token: the new secret. Copies keep it; messages, pickles and `to_dict()` omit it.
    """

    token: SecretStr | None

    def __init__(self, message: str, *, token: SecretStr | None = None) -> None:
        super().__init__(message)
        self.token = token

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.args, {**self.__dict__, "token": None}))

    def __copy__(self) -> Self:
        return cast("Self", _rebuild(type(self), self.args, self.__dict__.copy()))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.__copy__()


# ----------------------------------------------------------------------------- transport


class _RequestError(BritiveScimError):
    """Error of a request, which ends a call of one or several requests."""

    method: str | None
    path: str | None
    attempts: int
    done: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()
    refusals: Mapping[str, ApiError] = MappingProxyType({})
    resource: Any = None
    _earlier_request: str | None = None

    @property
    def may_have_happened(self) -> bool:
        """True if the server acted, or may have acted, on an earlier request of the call."""
        return (
            self._earlier_request is not None
            or bool(self.done)
            or any(step.is_change for step in self.steps)
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


class TransportError(_RequestError):
    """No response was received.

    Attributes:
        sent: whether the request was sent; `None` if unknown.
        may_have_happened: whether the server may have acted on the request. Test this one, not `sent`,
            whose `None` is falsy.
        method: HTTP method of the request, if known.
        path: path of the request below the base URL, without query.
        attempts: number of attempts.
        done: for changes of several ids, those that were added or removed.
        remaining: the ids that were not, or not certainly.
        refusals: for changes of members, the error of each refused id.
        resource: group that `groups.create` created before adding members failed, or `None`.
        uncertain_request: method and path of the request of the call that the server processed, or may have
            processed; `None` if `may_have_happened` is false.
    """

    _fields = ("sent", "may_have_happened", "method", "path", "attempts")

    sent: bool | None

    def __init__(
        self,
        message: str,
        *,
        sent: bool | None = None,
        method: str | None = None,
        path: str | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(message)
        self.sent = sent
        self.method = method
        self.path = path
        self.attempts = attempts

    @property
    def may_have_happened(self) -> bool:
        """True unless the request, and every earlier one of the call, certainly had no effect."""
        return self.sent is not False or super().may_have_happened


class ConnectionFailed(TransportError, ConnectionError):
    """The connection failed, or broke before the response was complete."""


class TimedOut(TransportError, TimeoutError):
    """The timeout for connecting, sending or reading expired."""


# ----------------------------------------------------------------------------- responses


class ApiError(_RequestError):
    """The response is not a success.

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
        may_have_happened: whether the server may have acted on the request, or on an earlier one of the same
            call: true for a change that failed at the server, or whose success response cannot be decoded.
        body: the response body: the JSON value, or the beginning of the text. `to_dict` omits it, because
            it may contain personal data.
        done: for changes of several ids, those that were added or removed.
        remaining: the ids that were not, or not certainly.
        refusals: for changes of members, the error of each refused id.
        resource: group that `groups.create` created before adding members failed, or `None`.
        uncertain_request: method and path of the request of the call that the server processed, or may have
            processed; `None` if `may_have_happened` is false.
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

    @property
    def _is_change(self) -> bool:
        """True for a write request; a search by POST is a read (RFC 7644 §3.4.3)."""
        return self.method not in ("GET", "HEAD") and not (self.path or "").endswith("/.search")


class BadRequest(ApiError):
    """400, and every other 4xx without a class of its own: the server refuses the request."""


class ExternallyManaged(BadRequest):
    """The user or tag belongs to an identity provider and is changed there (U-0003, UT-0002)."""


class Unauthorized(ApiError):
    """401: the token is missing, invalid, expired, replaced, or belongs to the other API."""


class Forbidden(ApiError):
    """403: the token is valid, but lacks the permission.

    If `body` is a string, it is the page of a firewall or proxy in front of the API, and does not concern the token.
    """


class NotFound(ApiError):
    """404: no such resource."""


class Conflict(ApiError):
    """409, or a 400 for a resource that exists: a unique value is taken."""


class PreconditionFailed(ApiError):
    """412: the resource has changed since the version in `If-Match`."""


class PayloadTooLarge(ApiError):
    """413: the body, or its number of operations, exceeds the server's limit."""


class RateLimited(ApiError):
    """429: too many requests; see `retry_after`."""


class ServerError(ApiError):
    """5xx: the server failed."""

    @property
    def may_have_happened(self) -> bool:
        """True for a change that failed at the server, or at a gateway in front of it.

        501, 505 and 511 are refusals.
        """
        is_refusal = self.status in REFUSING_SERVER_STATUSES
        return (self._is_change and not is_refusal) or super().may_have_happened


class Maintenance(ServerError):
    """503 with MAINT0001: the tenant is under maintenance; an immediate retry is useless."""

    @property
    def may_have_happened(self) -> bool:
        """False unless an earlier request was uncertain: the server refuses requests during maintenance."""
        return super(ServerError, self).may_have_happened


class UnexpectedResponse(ApiError):
    """Response that cannot be decoded: not JSON, incomplete, of an unexpected shape, or a redirect."""

    @property
    def may_have_happened(self) -> bool:
        """True for a change with a success status (2xx)."""
        return (self._is_change and 200 <= self.status < 300) or super().may_have_happened


def _format_caret(text: str, position: int) -> str:
    """Return two lines: the text around `position`, and a caret below it."""
    position = min(max(position, 0), len(text))
    start = max(0, position - _EXCERPT_WIDTH)
    stop = min(len(text), position + _EXCERPT_WIDTH)
    # Control characters would move the caret.
    excerpt = "".join(
        c if c.isprintable() else " " if c in " \t\r\n" else "." for c in text[start:stop]
    )
    left, right = "..." if start else "", "..." if stop < len(text) else ""
    before = len(left) + sum(map(_count_columns, excerpt[: position - start]))
    return f"  {left}{excerpt}{right}\n  {' ' * before}^"


def _count_columns(character: str) -> int:
    """Return the number of terminal columns of a character; 0 for combining ones."""
    if character.isascii():
        return 1
    import unicodedata  # for errors only

    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist

    def __getattr__(name: str) -> object:
        """Name the class that somebody means who adds `Error`, as other packages do."""
        stem = name.removesuffix("Error").casefold()
        meant = [known for known in __all__ if known.removesuffix("Error").casefold() == stem]
        hint = f"; use errors.{meant[0]}" if meant else ""
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}", name=name)
