"""HTTP messages of the emulated tenant: request, response, exchange, log of exchanges."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, overload
from urllib.parse import parse_qsl, unquote

from britive_scim.testing.http.exchange_redaction import ExchangeRedactor
from britive_scim.testing.state.recorder import RecordChange

__all__ = ["ExchangeLog", "TenantExchange", "TenantRequest", "TenantResponse"]


@dataclass(frozen=True, slots=True)
class TenantResponse:
    """A response of the tenant.

    Attributes:
        status: HTTP status.
        headers: response headers.
        body: response body.
        delay: seconds that a server should wait before it sends the response.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    delay: float = 0

    def json(self) -> Any:
        """Return the body parsed as JSON, or `None` if it is empty.

        Raises:
            ValueError: the body is not JSON.
        """
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class TenantRequest:
    """A parsed request.

    Attributes:
        method: HTTP method in upper case.
        path: URL path, percent-encoded.
        segments: the path split at `/`, each segment percent-decoded.
        query: parameters in order, decoded.
        headers: headers, names in lower case.
        body: request body.
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

        A path is split before it is decoded, so that an encoded slash stays within its segment. A plus
        sign in the query is a space, as HTML forms and Entra encode it.
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
        """Return the first value of a query parameter; names are case-insensitive."""
        wanted = name.lower()
        for key, value in self.query:
            if key.lower() == wanted:
                return value
        return None


@dataclass(frozen=True, slots=True)
class TenantExchange:
    """A recorded request and its response, with tokens and passwords redacted.

    Attributes:
        method: HTTP method.
        path: URL path without query, percent-encoded.
        query: parameters in order, decoded.
        status: status of the response; `None` if a fault cut the connection.
        received_at: the tenant's time when the request was received.
        request_headers: names in lower case; the credential of `authorization` is redacted.
        request_body: request body, secrets redacted; one that is not JSON and may contain a secret is replaced by
            its size, and so is such a response body.
        response_headers: response headers, secrets redacted, or empty.
        response_body: response body, secrets redacted.
        has_fault: whether a scripted fault created or changed the response.
        seconds: time until the response, scripted delays included.
        caller: name of the identity provider of a SCIM token, or of the user or token of the admin API;
            `None` if no credential was accepted.
        changes: the users and tags that the request changed.
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
    seconds: float = field(default=0, compare=False)
    caller: str | None = None
    changes: tuple[RecordChange, ...] = field(default=(), repr=False)

    def json(self) -> Any:
        """Return the request body parsed as JSON, or `None` if it is empty."""
        return json.loads(self.request_body) if self.request_body else None

    def response_json(self) -> Any:
        """Return the response body parsed as JSON, or `None` if it is empty."""
        return json.loads(self.response_body) if self.response_body else None

    def __str__(self) -> str:
        outcome = "cut" if self.status is None else str(self.status)
        query = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.method} {self.path}{'?' if query else ''}{query} -> {outcome}"

    def format_details(self, limit: int = 300) -> str:
        """Return the exchange as lines of text, bodies included.

        Args:
            limit: maximum characters of each body.
        """
        lines = [f"{self}{' (a scripted fault)' if self.has_fault else ''}"]
        for prefix, body in ((">", self.request_body), ("<", self.response_body)):
            text = " ".join(body.decode("utf-8", "replace").split())
            if text:
                lines.append(f"    {prefix} {text[:limit]}{' ...' if len(text) > limit else ''}")
        return "\n".join(lines)

    @classmethod
    def record(
        cls,
        request: TenantRequest,
        response: TenantResponse | None,
        received_at: datetime,
        *,
        has_fault: bool,
        seconds: float = 0,
        caller: str | None = None,
        changes: tuple[RecordChange, ...] = (),
        redactor: ExchangeRedactor | None = None,
    ) -> TenantExchange:
        """Return the record of a request and its response (`None`: the connection was cut).

        The redactor knows the tokens of the tenant.
        """
        redactor = redactor or ExchangeRedactor()
        request_body, response_body = redactor.redact_bodies(
            request.body, response.body if response else b"", request.query
        )
        return cls(
            method=redactor.redact_text(request.method),
            path=redactor.redact_path(request.path),
            query=redactor.redact_query(request.query),
            status=response.status if response else None,
            received_at=received_at,
            request_headers=redactor.redact_headers(request.headers),
            request_body=request_body,
            response_headers=redactor.redact_headers(response.headers) if response else {},
            response_body=response_body,
            has_fault=has_fault,
            seconds=seconds,
            caller=None if caller is None else redactor.redact_text(caller),
            changes=changes,
        )


class ExchangeLog:
    """Log of the latest exchanges, oldest first, with indexing, slicing and `clear`.

    Args:
        limit: maximum number of exchanges.

    Attributes:
        total: number of exchanges so far, including those that were removed.
    """

    __slots__ = ("_exchanges", "total")

    def __init__(self, limit: int = 10_000) -> None:
        self._exchanges: deque[TenantExchange] = deque(maxlen=limit)
        self.total = 0

    def add(self, exchange: TenantExchange) -> None:
        """Append an exchange."""
        self._exchanges.append(exchange)
        self.total += 1

    def clear(self) -> None:
        """Remove all exchanges."""
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
