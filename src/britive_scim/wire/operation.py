"""HTTP requests as immutable values, checked before sending.

```python
GET("/Users/{}", user, returns=User)
POST("/api/user-tags", body=tag.to_wire(), returns=Tag)
```

Each `{}` of a template takes one id. Ids that could change the meaning of the URL are refused here, once
for every endpoint (RFC 3986 §3.3; `.` and `..` survive percent-encoding).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Generic, TypedDict, TypeVar, cast, overload
from urllib.parse import parse_qsl, quote

from britive_scim.errors import InputError
from britive_scim.scim.codec.json import LoneSurrogateString
from britive_scim.wire.decoding.json_fields import find_lone_surrogate
from britive_scim.wire.decoding.scim import Decoder, WireModel, decode_model
from britive_scim.wire.ids import IdLike, check_resource_type, quote_id
from britive_scim.wire.requests.header_fields import check_header_fields, flatten_headers
from britive_scim.wire.response import Response
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = [
    "DELETE",
    "GET",
    "PATCH",
    "POST",
    "PUT",
    "CallOptions",
    "Operation",
    "QueryParams",
    "RawBody",
]

T = TypeVar("T")
M = TypeVar("M", bound=WireModel)


QueryParams = Mapping[str, object] | Iterable[tuple[str, object]]
"""Query parameters. `None` omits a parameter, a list repeats it, a boolean becomes `true` or `false`."""


class CallOptions(TypedDict):
    """Options of one call, passed to each of its requests.

    Attributes:
        timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
        retry: retry policy for each request; `None` for the client's.
    """

    timeout: float | None
    retry: RetryPolicy | None


@dataclass(frozen=True, slots=True)
class RawBody:
    """A body that is not JSON.

    Attributes:
        content: the bytes to send.
        media_type: value of `Content-Type`.
    """

    content: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True, repr=False)
class Operation(Generic[T]):
    """One request and the decoder of its response.

    Attributes:
        method: HTTP method in upper case.
        template: path below the base URL with `{}` for each id; equal for all calls of one endpoint.
        path: the template with the ids filled in, percent-encoded.
        returns: decoder of the response: returns a value or raises an `ApiError`.
        query: parameters in order, not encoded.
        body: JSON value, a `RawBody`, or `None` for no body.
        headers: additional request headers, such as `If-Match`.
        safe: changes nothing at the server (RFC 9110 §9.2.1).
        idempotent: sending it twice has the effect of sending it once (RFC 9110 §9.2.2).
        destructive: a DELETE, or marked by its endpoint as one that invalidates something.
        bulk_id: name by which other operations of a bulk request refer to the resource that this one
            creates.
    """

    method: str
    template: str
    path: str
    returns: Decoder[T]
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    safe: bool = False
    idempotent: bool = False
    destructive: bool = False
    bulk_id: str | None = None

    def __post_init__(self) -> None:
        if self.path and not self.path.startswith("/"):  # "@host" would change the host of the URL
            raise InputError(f"path must begin with a slash, got {self.path[:60]!a}")
        if self.headers:
            check_header_fields(self.headers)

    def __repr__(self) -> str:
        from britive_scim.scim.redaction import redact_pairs  # needed to display only

        parts = [f"{self.method!r}, {self.path!r}"]
        for name, pairs in (("query", self.query), ("headers", self.headers)):
            if pairs:
                parts.append(f"{name}={redact_pairs(pairs)!r}")
        marks = ("safe", "idempotent", "destructive")
        parts += [f"{name}=True" for name in marks if getattr(self, name)]
        return f"Operation({', '.join(parts)})"

    def decode(self, response: Response) -> T:
        """Return the result of this operation from `response`.

        Raises:
            ApiError: the response is not a success, or cannot be decoded.
        """
        return self.returns(response)

    @property
    def request_target(self) -> str:
        """Path and query, percent-encoded.

        Raises:
            InputError: a parameter contains a lone surrogate.
        """
        if not self.query:
            return self.path
        try:
            return f"{self.path}?" + "&".join(
                f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in self.query
            )
        except UnicodeEncodeError:
            invalid = next(
                name for name, value in self.query if find_lone_surrogate(name + value) is not None
            )
        raise InputError(
            f"query of {self.method} {self.template} must be valid Unicode, got a lone surrogate in {invalid!a}"
        )

    def encode_body(self, media_type: str) -> tuple[bytes | None, str | None]:
        """Return the body as bytes and its `Content-Type`; `media_type` is that of JSON bodies.

        A lone surrogate that a resource was read with is sent back as its escape (RFC 8259 §8.2); any other
        is refused.

        Raises:
            InputError: the body is not JSON (NaN, a lone surrogate).
        """
        if self.body is None:
            return None, None
        if isinstance(self.body, RawBody):
            return self.body.content, self.body.media_type
        try:
            text = json.dumps(self.body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            return text.encode(), media_type
        except (TypeError, ValueError) as error:  # a lone surrogate is a ValueError
            problem = _find_unserializable(self.body) or str(error)
            if isinstance(error, UnicodeEncodeError) and _find_unserializable(self.body) is None:
                escaped = json.dumps(self.body, allow_nan=False, separators=(",", ":"))
                return escaped.encode(), media_type
        raise InputError(f"body of {self.method} {self.template} must be JSON: {problem}")


def _find_unserializable(value: object, json_path: str = "", depth: int = 100) -> str | None:
    """Return the first fault of a body that is not JSON, and its path; values are not shown."""
    subject = json_path or "the body"
    if not depth:
        return None  # may be a circular reference, which `json` reports
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[object, object]", value).items():
            name = str(key)
            if find_lone_surrogate(name) is not None and not isinstance(key, LoneSurrogateString):
                return f"{subject} has a name with a lone surrogate"
            if problem := _find_unserializable(
                inner, f"{json_path}.{name}" if json_path else name, depth - 1
            ):
                return problem
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(cast("Iterable[object]", value)):
            if problem := _find_unserializable(inner, f"{json_path}[{number}]", depth - 1):
                return problem
    elif isinstance(value, str):
        surrogate = None if isinstance(value, LoneSurrogateString) else find_lone_surrogate(value)
        if surrogate is not None:
            return f"{subject} has a lone surrogate at position {surrogate}"
    elif isinstance(value, float):
        return None if isfinite(value) else f"{subject} is {value}"
    elif value is not None and not isinstance(value, (bool, int)):
        return f"{subject} is of type {type(value).__name__}"
    return None


def _fill_template(template: str, id_likes: tuple[IdLike, ...]) -> str:
    parts = template.split("{}")
    if len(parts) != len(id_likes) + 1:
        raise TypeError(f"{template!r} takes {len(parts) - 1} ids, got {len(id_likes)}")
    path = parts[0]
    for before, id_like, part in zip(parts, id_likes, parts[1:], strict=False):
        if not isinstance(id_like, str):
            check_resource_type(before.rstrip("/").rpartition("/")[2], id_like)
        path += quote_id(id_like) + part
    return path


def _flatten_query(query: QueryParams | None) -> tuple[tuple[str, str], ...]:
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
        pairs += [(name, _format_query_value(item)) for item in values]
    return tuple(pairs)


def _format_query_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _build_operation(
    method: str,
    template: str,
    id_likes: tuple[IdLike, ...],
    returns: Any,
    query: QueryParams | None,
    body: Any,
    headers: Mapping[str, str] | None,
    *,
    safe: bool,
    idempotent: bool,
    destructive: bool,
) -> Operation[Any]:
    decoder: Decoder[Any] = (
        decode_model(cast("type[WireModel]", returns)) if isinstance(returns, type) else returns
    )
    path = _fill_template(template, id_likes) if id_likes or "{}" in template else template
    pairs = _flatten_query(query)
    if "?" in path:  # logs and errors show paths, but no queries
        path, _, text = path.partition("?")
        pairs = (*parse_qsl(text, keep_blank_values=True), *pairs)
    return Operation(
        method,
        template,
        path,
        decoder,
        pairs,
        body,
        flatten_headers(headers),
        safe,
        idempotent,
        destructive,
    )


# Factories. One of each pair of overloads takes a model class, the other a decoder.


@overload
def GET(template: str, *ids: IdLike, returns: type[M], query: QueryParams | None = None, headers: Mapping[str, str] | None = None) -> Operation[M]: ...  # fmt: skip
@overload
def GET(template: str, *ids: IdLike, returns: Decoder[T], query: QueryParams | None = None, headers: Mapping[str, str] | None = None) -> Operation[T]: ...  # fmt: skip
def GET(
    template: str,
    *ids: IdLike,
    returns: Any,
    query: QueryParams | None = None,
    headers: Mapping[str, str] | None = None,
) -> Operation[Any]:
    """Return a read operation.

    Args:
        template: path below the base URL, `{}` for each id.
        ids: ids, or objects that have one, for each `{}`.
        returns: a model class with `from_wire`, or a decoder, such as those of `wire.decoding.scim`.
        query: parameters; `None` values are omitted.
        headers: additional request headers; they replace `Accept`, `Content-Type` and `User-Agent` of the client.

    Raises:
        InputError: an id or a header is invalid, or the template does not begin with a slash. Headers that the
            client sets itself, such as `Host` and `Authorization`, are invalid.
    """
    return _build_operation(
        "GET", template, ids, returns, query, None, headers,
        safe=True, idempotent=True, destructive=False,
    )  # fmt: skip


@overload
def POST(template: str, *ids: IdLike, body: Any = None, returns: type[M], query: QueryParams | None = None, headers: Mapping[str, str] | None = None, safe: bool = False, destructive: bool = False) -> Operation[M]: ...  # fmt: skip
@overload
def POST(template: str, *ids: IdLike, body: Any = None, returns: Decoder[T], query: QueryParams | None = None, headers: Mapping[str, str] | None = None, safe: bool = False, destructive: bool = False) -> Operation[T]: ...  # fmt: skip
def POST(
    template: str,
    *ids: IdLike,
    body: Any = None,
    returns: Any,
    query: QueryParams | None = None,
    headers: Mapping[str, str] | None = None,
    safe: bool = False,
    destructive: bool = False,
) -> Operation[Any]:
    """Return an operation that creates, or with `safe=True` a query with a body.

    Arguments and errors are those of `GET`; `body` is a JSON value in wire form.
    """
    return _build_operation(
        "POST", template, ids, returns, query, body, headers,
        safe=safe, idempotent=safe, destructive=destructive,
    )  # fmt: skip


@overload
def PUT(template: str, *ids: IdLike, body: Any = None, returns: type[M], query: QueryParams | None = None, headers: Mapping[str, str] | None = None, destructive: bool = False) -> Operation[M]: ...  # fmt: skip
@overload
def PUT(template: str, *ids: IdLike, body: Any = None, returns: Decoder[T], query: QueryParams | None = None, headers: Mapping[str, str] | None = None, destructive: bool = False) -> Operation[T]: ...  # fmt: skip
def PUT(
    template: str,
    *ids: IdLike,
    body: Any = None,
    returns: Any,
    query: QueryParams | None = None,
    headers: Mapping[str, str] | None = None,
    destructive: bool = False,
) -> Operation[Any]:
    """Return an operation that replaces a resource by `body`."""
    return _build_operation(
        "PUT", template, ids, returns, query, body, headers,
        safe=False, idempotent=True, destructive=destructive,
    )  # fmt: skip


@overload
def PATCH(template: str, *ids: IdLike, body: Any = None, returns: type[M], query: QueryParams | None = None, headers: Mapping[str, str] | None = None, destructive: bool = False) -> Operation[M]: ...  # fmt: skip
@overload
def PATCH(template: str, *ids: IdLike, body: Any = None, returns: Decoder[T], query: QueryParams | None = None, headers: Mapping[str, str] | None = None, destructive: bool = False) -> Operation[T]: ...  # fmt: skip
def PATCH(
    template: str,
    *ids: IdLike,
    body: Any = None,
    returns: Any,
    query: QueryParams | None = None,
    headers: Mapping[str, str] | None = None,
    destructive: bool = False,
) -> Operation[Any]:
    """Return an operation that changes a part of a resource; not retried after a lost response."""
    return _build_operation(
        "PATCH", template, ids, returns, query, body, headers,
        safe=False, idempotent=False, destructive=destructive,
    )  # fmt: skip


@overload
def DELETE(template: str, *ids: IdLike, body: Any = None, returns: type[M], query: QueryParams | None = None, headers: Mapping[str, str] | None = None) -> Operation[M]: ...  # fmt: skip
@overload
def DELETE(template: str, *ids: IdLike, body: Any = None, returns: Decoder[T], query: QueryParams | None = None, headers: Mapping[str, str] | None = None) -> Operation[T]: ...  # fmt: skip
def DELETE(
    template: str,
    *ids: IdLike,
    body: Any = None,
    returns: Any,
    query: QueryParams | None = None,
    headers: Mapping[str, str] | None = None,
) -> Operation[Any]:
    """Return an operation that deletes; a 404 after a lost response is a success."""
    return _build_operation(
        "DELETE", template, ids, returns, query, body, headers,
        safe=False, idempotent=True, destructive=True,
    )  # fmt: skip
