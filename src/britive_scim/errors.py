"""Every exception of the package, in one tree.

```
BritiveScimError
├── InputError (also ValueError)                 before anything is sent
│   ├── InvalidFilter                            .position  .scim_type = "invalidFilter"
│   ├── InvalidPath                              .position  .scim_type = "invalidPath"
│   ├── PatchError                               .scim_type  .operation_index
│   ├── InvalidSelection                         .scim_type = "invalidValue"
│   ├── InvalidResource                          what we parse does not have the shape of its model
│   ├── ConfigurationError                       settings, credentials, addresses
│   ├── Ambiguous                                .candidates
│   ├── ReadOnly                                 a write through a read-only client
│   ├── DirectoryError                           .problems
│   └── PlanRefused
├── TokenNotDelivered                            .token: made, and not handed over
├── TransportError                               .sent  .may_have_happened
│   ├── ConnectionFailed (also ConnectionError)
│   └── TimedOut (also TimeoutError)
└── ApiError                                     .status .detail .scim_type .error_code .request_id .method .path .retry_after
    │                                            .attempts .may_have_happened .body .done .remaining
    ├── BadRequest                               400 and every 4xx without a class of its own
    │   └── ExternallyManaged                    Britive's U-0003 and UT-0002
    ├── Unauthorized  Forbidden  NotFound  Conflict  PreconditionFailed  PayloadTooLarge  RateLimited
    ├── ServerError                              5xx
    │   └── Maintenance                          503 with MAINT0001
    └── UnexpectedResponse                         an answer that does not read as what was asked for
```

Every error survives `pickle` and `copy`, has `to_dict()`, and holds neither a token nor an object
of the HTTP library.
"""

from __future__ import annotations

from collections.abc import Sequence
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


class BritiveScimError(Exception):
    """The root of the tree: `except BritiveScimError` catches whatever this package raises.

    Attributes:
        steps: the `provisioning.Step`s that a set-up completed before it failed; empty elsewhere.
    """

    _fields: ClassVar[tuple[str, ...]] = ()
    """Names of the attributes that `to_dict()` shows beside the message."""

    message: str
    steps: tuple[Any, ...] = ()

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # Rebuilt without __init__, so that classes with keyword-only arguments survive pickle and copy.
        return (_rebuild, (type(self), self.args, self.__dict__.copy()))

    def to_dict(self) -> dict[str, Any]:
        """Return the error as plain data, ready for JSON: `type`, `message`, and the fields of the class."""
        fields: dict[str, Any] = {"type": type(self).__name__, "message": self.message}
        for name in self._fields:
            fields[name] = getattr(self, name)
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
    """Something given by the caller cannot be used; nothing was sent."""


class _ScimSyntaxError(InputError):
    """A text that does not parse, with the place where it stops making sense."""

    _fields = ("scim_type", "text", "position")
    scim_type: ClassVar[str]

    text: str | None
    position: int | None
    operation_index: int | None

    def __init__(
        self, message: str, *, text: str | None = None, position: int | None = None
    ) -> None:
        if text is not None and position is not None:
            message = f"{message}\n{_format_caret(text, position)}"
        super().__init__(message)
        self.text = text
        self.position = position
        self.operation_index = None


class InvalidFilter(_ScimSyntaxError):
    """A filter that does not parse, or cannot apply to the schema (RFC 7644 §3.4.2.2).

    Attributes:
        text: the filter as given, where it was text.
        position: offset of the first character that cannot continue a valid filter, counted in code
            points from 0; `None` where the fault is in the meaning and no place was kept.
        operation_index: position of the operation in a PATCH request, from 0; `None` elsewhere.
    """

    scim_type: ClassVar[str] = "invalidFilter"


class InvalidPath(_ScimSyntaxError):
    """A PATCH path that does not parse, or names nothing in the schema (RFC 7644 §3.5.2).

    Attributes:
        text: the path as given, where it was text.
        position: offset of the first character that cannot continue a valid path, from 0, or `None`.
        operation_index: position of the operation in a PATCH request, from 0; `None` elsewhere.
    """

    scim_type: ClassVar[str] = "invalidPath"


class PatchError(InputError):
    """A PATCH request that cannot be applied; the resource is unchanged (RFC 7644 §3.5.2).

    Attributes:
        scim_type: `noTarget`, `mutability`, `invalidValue`, `invalidSyntax`, ... (RFC 7644 §3.12).
        operation_index: position of the failing operation in the request, from 0, or `None`.
    """

    _fields = ("scim_type", "operation_index")

    scim_type: str
    operation_index: int | None

    def __init__(self, message: str, *, scim_type: str, operation_index: int | None = None) -> None:
        super().__init__(message)
        self.scim_type = scim_type
        self.operation_index = operation_index


class InvalidSelection(InputError):
    """What an answer is to hold and what it is to leave out were both said (RFC 7644 §3.9)."""

    scim_type: ClassVar[str] = "invalidValue"


class InvalidResource(InputError):
    """Data that does not have the shape of the model it was read as.

    Attributes:
        problems: one readable line a fault, each beginning with the place it was found at.
    """

    _fields = ("problems",)

    problems: tuple[str, ...]

    def __init__(self, message: str, *, problems: Sequence[str] = ()) -> None:
        super().__init__("\n  ".join([message, *problems]))
        self.problems = tuple(problems)


class ConfigurationError(InputError):
    """A setting, credential or address that cannot work, or is missing."""


class Ambiguous(InputError):
    """More than one resource answers to a name that should be unique.

    Attributes:
        candidates: the ids of those found.
    """

    _fields = ("candidates",)

    candidates: tuple[str, ...]

    def __init__(self, message: str, *, candidates: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)


class ReadOnly(InputError):
    """A write was asked of a client made with `read_only=True`; nothing was sent."""


class DirectoryError(InputError):
    """A directory that cannot be read or does not fit together.

    Attributes:
        problems: one readable line a fault, with the line of the source where there is one.
    """

    _fields = ("problems",)

    problems: tuple[str, ...]

    def __init__(self, message: str, *, problems: Sequence[str] = ()) -> None:
        super().__init__("\n  ".join([message, *problems]))
        self.problems = tuple(problems)


class PlanRefused(InputError):
    """A plan that its policy, or the state it meets, does not allow to be applied."""


class TokenNotDelivered(BritiveScimError):
    """A new token was made, the old one is dead, and the caller's `deliver` failed: take it from here.

    Attributes:
        token: the secret. It is in no message, and neither pickled nor in `to_dict()`; copies keep it.
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


# ----------------------------------------------------------------------------- on the way


class TransportError(BritiveScimError):
    """No answer came back.

    Attributes:
        sent: whether the request left this machine: `True`, `False`, or `None` for unknown.
        may_have_happened: whether the server may have acted on it. Test this one: `sent` is `None`
            where nobody can know, and `None` is falsy.
        method: HTTP method of the request, where known.
        path: its path below the base URL, without query.
        attempts: how many times it was tried.
        done: where a call took several requests, the ids that were dealt with before this one failed.
        remaining: the ids that were not, or not surely.
    """

    _fields = ("sent", "may_have_happened", "method", "path", "attempts")

    sent: bool | None
    method: str | None
    path: str | None
    attempts: int
    done: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()

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
        """Whether the server may have acted on the request: true unless it surely was not sent."""
        return self.sent is not False


class ConnectionFailed(TransportError, ConnectionError):
    """The connection could not be made, or broke before the answer was complete."""


class TimedOut(TransportError, TimeoutError):
    """The time allowed for connecting, sending or reading ran out."""


# ----------------------------------------------------------------------------- answers


class ApiError(BritiveScimError):
    """The server answered, and not with success.

    Attributes:
        status: HTTP status code.
        detail: what the server said, in full, or `None`.
        scim_type: SCIM's error keyword (RFC 7644 §3.12), or `None`.
        error_code: Britive's error code, such as `U-0003`, or `None`.
        request_id: the server's id of the request, where it sent one.
        method: HTTP method of the request.
        path: its path below the base URL, without query.
        retry_after: seconds the server asked to wait, or `None`.
        attempts: how many times the request was tried.
        may_have_happened: whether the server may have done what it was asked all the same: true for a
            change that failed at the server, or was answered with a success that does not read.
        body: the answer's body: the JSON value, or the beginning of a text; not part of `to_dict`,
            because it may hold personal data.
        done: where a call took several requests, the ids that were dealt with before this one failed.
        remaining: the ids that were not.
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
    method: str | None
    path: str | None
    retry_after: float | None
    attempts: int
    body: Any
    done: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()

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
        """Whether the server may have done what it was asked: not where it says that it refuses."""
        return False

    @property
    def _is_change(self) -> bool:
        """Whether the request was to change something; a search by POST is none (RFC 7644 §3.4.3)."""
        return self.method not in ("GET", "HEAD") and not (self.path or "").endswith("/.search")


class BadRequest(ApiError):
    """400, and every other 4xx without a class of its own: the server refuses what was asked."""


class ExternallyManaged(BadRequest):
    """The user or tag belongs to an identity provider and is changed there (U-0003, UT-0002)."""


class Unauthorized(ApiError):
    """401: the token is missing, wrong, expired, replaced, or one of the other API."""


class Forbidden(ApiError):
    """403: the token is good and not allowed to do this."""


class NotFound(ApiError):
    """404: no such resource."""


class Conflict(ApiError):
    """409, or a 400 that says the thing exists: a value that must be unique is taken."""


class PreconditionFailed(ApiError):
    """412: the resource has changed since the version that was named."""


class PayloadTooLarge(ApiError):
    """413: the body, or the number of operations in it, is over the server's limit."""


class RateLimited(ApiError):
    """429: too many requests; `retry_after` says how long to wait where the server does."""


class ServerError(ApiError):
    """5xx: the server failed."""

    @property
    def may_have_happened(self) -> bool:
        """Whether the server may have acted: true for a change that failed with 500, 502, 503 or 504."""
        return self._is_change and self.status in (500, 502, 503, 504)


class Maintenance(ServerError):
    """503 with MAINT0001: the tenant is under maintenance; not worth repeating at once."""

    @property
    def may_have_happened(self) -> bool:
        """Whether the server may have acted: it says that it did not."""
        return False


class UnexpectedResponse(ApiError):
    """An answer that cannot be read as what was asked for: not JSON, cut short, of another shape, a redirect."""

    @property
    def may_have_happened(self) -> bool:
        """Whether the server may have acted: true for a change that was answered with success (2xx)."""
        return self._is_change and 200 <= self.status < 300


def _format_caret(text: str, position: int) -> str:
    """Return two lines: the neighbourhood of `position` in `text`, and a caret below it."""
    position = min(max(position, 0), len(text))
    start = max(0, position - _EXCERPT_WIDTH)
    stop = min(len(text), position + _EXCERPT_WIDTH)
    # What would move the caret is shown as a blank or a dot.
    shown = "".join(
        c if c.isprintable() else " " if c in " \t\r\n" else "." for c in text[start:stop]
    )
    left, right = "..." if start else "", "..." if stop < len(text) else ""
    before = len(left) + sum(map(_count_columns, shown[: position - start]))
    return f"  {left}{shown}{right}\n  {' ' * before}^"


def _count_columns(character: str) -> int:
    """Return how many columns a character takes in a terminal: none where it marks the one before it."""
    if character.isascii():
        return 1
    import unicodedata  # for errors only

    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
