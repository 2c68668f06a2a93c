"""One request and its answer as values, and the record of what was exchanged."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast, overload
from urllib.parse import parse_qsl, unquote

__all__ = ["ExchangeLog", "TenantExchange", "TenantRequest", "TenantResponse"]

REDACTED = "***"
"""What stands in a record where a secret was."""

_SECRET_NAMES = frozenset({"token", "password"})
_SECRET_PARAMETERS = _SECRET_NAMES | {"access_token", "api_token"}
_SECRET_PAIR = re.compile(r'("(?:token|password)"\s*:\s*)"(?:[^"\\]|\\.)*"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TenantResponse:
    """What the tenant answers.

    Attributes:
        status: HTTP status.
        headers: of the answer.
        body: as bytes.
        delay: seconds a server should wait before it sends the answer.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    delay: float = 0

    def json(self) -> Any:
        """Return the body read as JSON, or `None` where it is empty.

        Raises:
            ValueError: the body is not JSON.
        """
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class TenantRequest:
    """A request as the tenant's two services see it.

    Attributes:
        method: in capitals.
        segments: the path below the host, parted at `/` and then percent-decoded.
        query: parameters in order, decoded.
        headers: names in lower case.
        body: as received.
    """

    method: str
    path: str
    segments: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def parse(
        cls, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> TenantRequest:
        """Return the request for a target such as `/api/scim/v2/Users?count=2`.

        A path is parted before it is decoded, so that an encoded slash stays within its segment; a
        plus sign in the query is a blank, as HTML forms and Entra write it.
        """
        path, _, query = target.partition("?")
        return cls(
            method=method.upper(),
            path=path,
            segments=tuple(unquote(part) for part in path.strip("/").split("/")),
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
        )

    def get_parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter, its name compared without case."""
        wanted = name.lower()
        for key, value in self.query:
            if key.lower() == wanted:
                return value
        return None


@dataclass(frozen=True, slots=True)
class TenantExchange:
    """One recorded request with its answer; tokens and passwords are hidden in it.

    Attributes:
        method: HTTP method.
        path: URL path, without query, as it was sent.
        query: the parameters, decoded, in order.
        status: of the answer; `None` where a fault cut the connection.
        received_at: the tenant's time when the request came.
        request_headers: names in lower case; the credential of `authorization` is hidden.
        request_body: as sent, secrets hidden.
        response_headers: of the answer, or empty.
        response_body: of the answer, secrets hidden.
        has_fault: whether a scripted fault made or changed the answer.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    status: int | None
    received_at: datetime
    request_headers: Mapping[str, str] = field(repr=False)
    request_body: bytes = field(repr=False)
    response_headers: Mapping[str, str] = field(repr=False)
    response_body: bytes = field(repr=False)
    has_fault: bool = False

    def json(self) -> Any:
        """Return the body that was sent, read as JSON, or `None` where it is empty."""
        return json.loads(self.request_body) if self.request_body else None

    def response_json(self) -> Any:
        """Return the body that was answered, read as JSON, or `None` where it is empty."""
        return json.loads(self.response_body) if self.response_body else None

    def __str__(self) -> str:
        outcome = "cut" if self.status is None else str(self.status)
        query = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.method} {self.path}{'?' if query else ''}{query} -> {outcome}"

    def format_details(self, limit: int = 300) -> str:
        """Return the exchange as lines for people: what was asked and answered, and the bodies.

        Args:
            limit: most characters of each body.
        """
        lines = [f"{self}{' (a scripted fault)' if self.has_fault else ''}"]
        for mark, body in ((">", self.request_body), ("<", self.response_body)):
            text = " ".join(body.decode("utf-8", "replace").split())
            if text:
                lines.append(f"    {mark} {text[:limit]}{' ...' if len(text) > limit else ''}")
        return "\n".join(lines)

    @classmethod
    def record(
        cls,
        request: TenantRequest,
        response: TenantResponse | None,
        received_at: datetime,
        *,
        has_fault: bool,
    ) -> TenantExchange:
        """Return the record of a request and its answer (`None`: the connection was cut)."""
        return cls(
            method=request.method,
            path=request.path,
            query=tuple(
                (name, REDACTED if name.lower() in _SECRET_PARAMETERS else value)
                for name, value in request.query
            ),
            status=response.status if response else None,
            received_at=received_at,
            request_headers=_redact_headers(request.headers),
            request_body=_redact_body(request.body),
            response_headers=response.headers if response else {},
            response_body=_redact_body(response.body) if response else b"",
            has_fault=has_fault,
        )


class ExchangeLog:
    """The last exchanges, oldest first: a sequence to look at, index, slice and clear.

    Args:
        limit: how many are kept.
    """

    __slots__ = ("_exchanges",)

    def __init__(self, limit: int) -> None:
        self._exchanges: deque[TenantExchange] = deque(maxlen=limit)

    def add(self, exchange: TenantExchange) -> None:
        """Record one more."""
        self._exchanges.append(exchange)

    def clear(self) -> None:
        """Forget all of them."""
        self._exchanges.clear()

    def __len__(self) -> int:
        return len(self._exchanges)

    def __bool__(self) -> bool:
        return bool(self._exchanges)

    def __iter__(self) -> Iterator[TenantExchange]:
        return iter(tuple(self._exchanges))

    @overload
    def __getitem__(self, index: int) -> TenantExchange: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[TenantExchange, ...]: ...
    def __getitem__(self, index: int | slice) -> TenantExchange | tuple[TenantExchange, ...]:
        return tuple(self._exchanges)[index]

    def __repr__(self) -> str:
        return f"<{len(self._exchanges)} exchanges>"

    def __str__(self) -> str:
        return "\n".join(map(str, self._exchanges))


def _redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    kept = dict(headers)
    for name in ("authorization", "cookie", "proxy-authorization"):
        if name in kept:
            scheme, blank, _ = kept[name].partition(" ")
            kept[name] = f"{scheme} {REDACTED}" if blank else REDACTED
    return kept


def _redact_body(body: bytes) -> bytes:
    lower = body.lower()  # a search without case would take far longer in a list of thousands
    if b'token"' not in lower and b'password"' not in lower:
        return body
    try:
        return json.dumps(_redact_value(json.loads(body))).encode()
    except (ValueError, RecursionError):  # not JSON, or cut: hide what looks like a pair
        return _SECRET_PAIR.sub(rf'\1"{REDACTED}"', body.decode("utf-8", "replace")).encode()


def _redact_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_redact_value(inner) for inner in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    members = cast("dict[str, Any]", value)
    path = members.get("path")
    # a PATCH operation names the password in its path and carries it in its value
    of_password = isinstance(path, str) and path.lower().endswith("password")
    return {
        name: REDACTED
        if isinstance(inner, str)
        and (name.lower() in _SECRET_NAMES or (of_password and name == "value"))
        else _redact_value(inner)
        for name, inner in members.items()
    }
