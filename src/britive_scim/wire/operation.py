"""An HTTP request as an immutable value, checked before anything is sent.

```python
GET("/Users/{}", user, returns=User)
POST("/api/user-tags", body=tag.to_wire(), returns=Tag)
```

Each `{}` of a template takes one id. An id that could change the meaning of the URL is refused
here, once for every endpoint (RFC 3986 §3.3; `.` and `..` survive percent-encoding).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Generic, Protocol, TypedDict, TypeVar, cast, overload
from urllib.parse import quote

from britive_scim.errors import InputError
from britive_scim.scim.codec.json import HalfText
from britive_scim.wire.decoding.json_fields import half_of_a_pair
from britive_scim.wire.decoding.scim import FromWire, Reader, one
from britive_scim.wire.resource_types import check_kind
from britive_scim.wire.response import Answer
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = [
    "DELETE",
    "GET",
    "PATCH",
    "POST",
    "PUT",
    "CallOptions",
    "HasId",
    "Operation",
    "Query",
    "Raw",
    "Slot",
    "check_operation",
    "checked_id",
]

T = TypeVar("T")
M = TypeVar("M", bound=FromWire)

_ID_LENGTH = 256
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._~-]{0,255}")
_FORBIDDEN = re.compile(r"[/\\?#%\x00-\x1f\x7f-\x9f]")


class HasId(Protocol):
    """Anything with an `id`: a resource or an admin object may stand wherever its id is asked."""

    @property
    def id(self) -> str | None:
        """The id given by the server, or `None` where the object was not created yet."""
        ...


Slot = str | HasId
"""What fills one `{}` of a template: an id, or an object that has one."""

Query = Mapping[str, object] | Iterable[tuple[str, object]]
"""Query parameters. `None` leaves a parameter out, a list repeats it, a boolean becomes `true` or `false`."""


class CallOptions(TypedDict, total=False):
    """Keywords that every call takes.

    Attributes:
        timeout: seconds for this call instead of the client's; `None` waits for ever.
        retry: policy for this call instead of the client's.
    """

    timeout: float | None
    retry: RetryPolicy | None


@dataclass(frozen=True, slots=True)
class Raw:
    """A body that is not JSON.

    Attributes:
        content: the bytes to send.
        media_type: value of `Content-Type`.
    """

    content: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """One request: what is sent, how the answer is read, and what may be done with it.

    Attributes:
        method: HTTP method in upper case.
        template: path below the base URL with `{}` for each id; equal for all calls of one endpoint.
        path: the same with the ids filled in, percent-encoded.
        returns: turns the answer into a value, or raises one error of the tree.
        query: parameters in the order they are sent, not yet encoded.
        body: JSON value, a `Raw` body, or `None` for no body.
        headers: further request headers, such as `If-Match`.
        safe: changes nothing at the server (RFC 9110 §9.2.1).
        idempotent: sending it twice has the effect of sending it once (RFC 9110 §9.2.2).
        destructive: takes something away that a second call cannot bring back.
        bulk_id: name by which other operations of a bulk request refer to what this one creates.
    """

    method: str
    template: str
    path: str
    returns: Reader[T] = field(repr=False)
    query: tuple[tuple[str, str], ...] = ()
    body: Any = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    safe: bool = False
    idempotent: bool = False
    destructive: bool = False
    bulk_id: str | None = None

    def read(self, answer: Answer) -> T:
        """Return what `answer` says, read as this operation's result.

        Raises:
            ApiError: the answer is no success, or does not read.
        """
        return self.returns(answer)

    @property
    def target(self) -> str:
        """Path and query as they stand in the URL, percent-encoded.

        Raises:
            InputError: a parameter holds half of a surrogate pair.
        """
        if not self.query:
            return self.path
        try:
            return f"{self.path}?" + "&".join(
                f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in self.query
            )
        except UnicodeEncodeError:
            where = next(
                name for name, value in self.query if half_of_a_pair(name + value) is not None
            )
        raise InputError(
            f"the query of {self.method} {self.template} cannot be sent: {where!a} holds half of a surrogate "
            "pair, which is no Unicode"
        )

    def content(self, media_type: str) -> tuple[bytes | None, str | None]:
        """Return the body as bytes and its `Content-Type`; `media_type` is that of JSON bodies.

        Half of a surrogate pair that a resource was read with goes back as the escape it came as (RFC 8259
        §8.2); any other is refused.

        Raises:
            InputError: the body holds what JSON cannot say (NaN, half of a surrogate pair).
        """
        if self.body is None:
            return None, None
        if isinstance(self.body, Raw):
            return self.body.content, self.body.media_type
        try:
            text = json.dumps(self.body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            return text.encode(), media_type
        except (TypeError, ValueError) as error:  # half of a surrogate pair is a ValueError
            problem = _unsayable(self.body) or str(error)
            if isinstance(error, UnicodeEncodeError) and _unsayable(self.body) is None:
                escaped = json.dumps(self.body, allow_nan=False, separators=(",", ":"))
                return escaped.encode(), media_type
        raise InputError(f"the body of {self.method} {self.template} cannot be sent: {problem}")


def _unsayable(value: object, where: str = "", depth: int = 100) -> str | None:
    """Return what in a JSON value cannot be written as JSON, and where it is; values are not shown."""
    what = where or "it"
    if not depth:
        return None  # as deep as this it may be a circle, of which `json` tells
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[object, object]", value).items():
            name = str(key)
            if half_of_a_pair(name) is not None and not isinstance(key, HalfText):
                return f"{what} has a name with half of a surrogate pair, which is no Unicode"
            if problem := _unsayable(inner, f"{where}.{name}" if where else name, depth - 1):
                return problem
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(cast("Iterable[object]", value)):
            if problem := _unsayable(inner, f"{where}[{number}]", depth - 1):
                return problem
    elif isinstance(value, str):
        half = None if isinstance(value, HalfText) else half_of_a_pair(value)
        if half is not None:
            return (
                f"{what} holds half of a surrogate pair at position {half}, which is no Unicode "
                "(read from broken text?)"
            )
    elif isinstance(value, float):
        return None if isfinite(value) else f"{what} is {value}, and JSON has no such number"
    elif value is not None and not isinstance(value, (bool, int)):
        return f"{what} is of {type(value).__name__}, which is no JSON"
    return None


def check_operation(given: object) -> None:
    """Refuse what is no operation, such as a path.

    Raises:
        InputError: it is none.
    """
    if not isinstance(given, Operation):
        raise InputError(
            "an operation is asked, such as GET('/Users/{}', 'u1', returns=scim.User) of "
            f"britive_scim.wire.operation, not {type(given).__name__}"
        )


def checked_id(slot: Slot, *, what: str = "an id") -> str:
    """Return the id in `slot`, not encoded.

    Args:
        slot: an id, or an object that has one.
        what: how the message calls it.

    Raises:
        InputError: there is no id, or it could change the meaning of a URL.
    """
    value: object = slot if isinstance(slot, str) else getattr(slot, "id", slot)
    if isinstance(value, str) and _PLAIN_ID.fullmatch(value):
        return value
    if cast("object", slot) is None:
        raise InputError(f"{what} is asked, and this is None: did a find_by_… return it?")
    if value is None:
        raise InputError(
            f"{what} is asked, and this {type(slot).__name__} has none: it was not created yet, "
            "or was read without its id"
        )
    if not isinstance(value, str):
        raise InputError(
            f"{what} must be a text or an object with an id, not {type(slot).__name__}"
        )
    if not value or value.isspace():
        raise InputError(f"{what} is asked, and this one is empty")
    if found := _FORBIDDEN.search(value):
        raise InputError(
            f"{value[:80]!r} cannot be an id: it holds {found.group()!r} at position {found.start()}"
        )
    if half_of_a_pair(value) is not None:
        raise InputError(f"{value[:80]!a} cannot be an id: it holds half of a surrogate pair")
    # Some servers take compatibility forms for the plain characters (U+FF0E, U+2215), cut a segment at its
    # semicolon, or drop blanks and dots at its end, before they look for steps upwards.
    plain = unicodedata.normalize("NFKC", value)
    if not plain.partition(";")[0].strip(" ."):
        raise InputError(f"{value[:80]!a} cannot be an id: in a URL it names another place")
    if found := _FORBIDDEN.search(plain):
        raise InputError(
            f"{value[:80]!a} cannot be an id: servers may take it for one with {found.group()!r} in it"
        )
    if len(value) > _ID_LENGTH:
        raise InputError(f"{what} has at most {_ID_LENGTH} characters, this one {len(value)}")
    return value


def _encoded(slot: Slot) -> str:
    return quote(checked_id(slot), safe="@:!$&'()*+,=~")


def _path(template: str, slots: tuple[Slot, ...]) -> str:
    parts = template.split("{}")
    if len(parts) != len(slots) + 1:
        raise TypeError(f"{template!r} takes {len(parts) - 1} ids, {len(slots)} were given")
    path = parts[0]
    for before, slot, part in zip(parts, slots, parts[1:], strict=False):
        if not isinstance(slot, str):
            check_kind(before.rstrip("/").rpartition("/")[2], slot)
        path += _encoded(slot) + part
    return path


def _pairs(query: Query | None) -> tuple[tuple[str, str], ...]:
    if not query:
        return ()
    items = (
        cast("Iterable[tuple[str, object]]", query.items()) if isinstance(query, Mapping) else query
    )
    pairs: list[tuple[str, str]] = []
    for name, value in items:
        if value is None:
            continue
        values = cast("Iterable[object]", value) if isinstance(value, (list, tuple)) else (value,)
        pairs += [(name, _text(one_value)) for one_value in values]
    return tuple(pairs)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _make(
    method: str,
    template: str,
    slots: tuple[Slot, ...],
    returns: Any,
    query: Query | None,
    body: Any,
    headers: Mapping[str, str] | None,
    *,
    safe: bool,
    idempotent: bool,
    destructive: bool,
) -> Operation[Any]:
    reader: Reader[Any] = (
        one(cast("type[FromWire]", returns)) if isinstance(returns, type) else returns
    )
    return Operation(
        method,
        template,
        _path(template, slots) if slots or "{}" in template else template,
        reader,
        _pairs(query),
        body,
        tuple(headers.items()) if headers else (),
        safe,
        idempotent,
        destructive,
    )


# The makers. One of each pair of overloads takes a model, the other a reader.


@overload
def GET(template: str, *slots: Slot, returns: type[M], query: Query | None = None, headers: Mapping[str, str] | None = None) -> Operation[M]: ...  # fmt: skip
@overload
def GET(template: str, *slots: Slot, returns: Reader[T], query: Query | None = None, headers: Mapping[str, str] | None = None) -> Operation[T]: ...  # fmt: skip
def GET(
    template: str,
    *slots: Slot,
    returns: Any,
    query: Query | None = None,
    headers: Mapping[str, str] | None = None,
) -> Operation[Any]:
    """Return an operation that reads.

    Args:
        template: path below the base URL, `{}` for each id.
        slots: as many ids, or objects that have one.
        returns: a model with `from_wire`, or a reader of `wire.reading`.
        query: parameters; `None` values are left out.
        headers: further request headers.

    Raises:
        InputError: an id that cannot stand in a URL.
    """
    return _make(
        "GET", template, slots, returns, query, None, headers,
        safe=True, idempotent=True, destructive=False,
    )  # fmt: skip


@overload
def POST(template: str, *slots: Slot, body: Any = None, returns: type[M], query: Query | None = None, headers: Mapping[str, str] | None = None, safe: bool = False, destructive: bool = False) -> Operation[M]: ...  # fmt: skip
@overload
def POST(template: str, *slots: Slot, body: Any = None, returns: Reader[T], query: Query | None = None, headers: Mapping[str, str] | None = None, safe: bool = False, destructive: bool = False) -> Operation[T]: ...  # fmt: skip
def POST(
    template: str,
    *slots: Slot,
    body: Any = None,
    returns: Any,
    query: Query | None = None,
    headers: Mapping[str, str] | None = None,
    safe: bool = False,
    destructive: bool = False,
) -> Operation[Any]:
    """Return an operation that creates, or with `safe=True` one that asks with a body.

    Arguments and errors are those of `GET`; `body` is a JSON value in wire form.
    """
    return _make(
        "POST", template, slots, returns, query, body, headers,
        safe=safe, idempotent=safe, destructive=destructive,
    )  # fmt: skip


@overload
def PUT(template: str, *slots: Slot, body: Any = None, returns: type[M], query: Query | None = None, headers: Mapping[str, str] | None = None, destructive: bool = False) -> Operation[M]: ...  # fmt: skip
@overload
def PUT(template: str, *slots: Slot, body: Any = None, returns: Reader[T], query: Query | None = None, headers: Mapping[str, str] | None = None, destructive: bool = False) -> Operation[T]: ...  # fmt: skip
def PUT(
    template: str,
    *slots: Slot,
    body: Any = None,
    returns: Any,
    query: Query | None = None,
    headers: Mapping[str, str] | None = None,
    destructive: bool = False,
) -> Operation[Any]:
    """Return an operation that puts `body` in place of what is there."""
    return _make(
        "PUT", template, slots, returns, query, body, headers,
        safe=False, idempotent=True, destructive=destructive,
    )  # fmt: skip


@overload
def PATCH(template: str, *slots: Slot, body: Any = None, returns: type[M], query: Query | None = None, headers: Mapping[str, str] | None = None, destructive: bool = False) -> Operation[M]: ...  # fmt: skip
@overload
def PATCH(template: str, *slots: Slot, body: Any = None, returns: Reader[T], query: Query | None = None, headers: Mapping[str, str] | None = None, destructive: bool = False) -> Operation[T]: ...  # fmt: skip
def PATCH(
    template: str,
    *slots: Slot,
    body: Any = None,
    returns: Any,
    query: Query | None = None,
    headers: Mapping[str, str] | None = None,
    destructive: bool = False,
) -> Operation[Any]:
    """Return an operation that changes a part; it is not repeated after a lost answer."""
    return _make(
        "PATCH", template, slots, returns, query, body, headers,
        safe=False, idempotent=False, destructive=destructive,
    )  # fmt: skip


@overload
def DELETE(template: str, *slots: Slot, body: Any = None, returns: type[M], query: Query | None = None, headers: Mapping[str, str] | None = None) -> Operation[M]: ...  # fmt: skip
@overload
def DELETE(template: str, *slots: Slot, body: Any = None, returns: Reader[T], query: Query | None = None, headers: Mapping[str, str] | None = None) -> Operation[T]: ...  # fmt: skip
def DELETE(
    template: str,
    *slots: Slot,
    body: Any = None,
    returns: Any,
    query: Query | None = None,
    headers: Mapping[str, str] | None = None,
) -> Operation[Any]:
    """Return an operation that removes; a 404 after a lost answer counts as done."""
    return _make(
        "DELETE", template, slots, returns, query, body, headers,
        safe=False, idempotent=True, destructive=True,
    )  # fmt: skip
