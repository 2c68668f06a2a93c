"""Replay of recorded exchanges: `replay("case.json")`.

`client.record(...)` writes the file. A request that was not recorded raises `NotRecorded`.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import SecretStr

from britive_scim._private_file import check_path
from britive_scim.errors.help_url import Documented
from britive_scim.testing.http.clock import TenantClock
from britive_scim.testing.http.faults import ConnectionCut
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.transport import AsyncTenantTransport, TenantTransport

__all__ = ["NotRecorded", "RecordedExchange", "Replay", "replay"]

_MAX_LISTED = 20
_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[0-9:.,]*(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)


class NotRecorded(Documented, LookupError):
    """A request has no response left in the recording.

    Raised:
        By a client with `transport=replay(path).transport()`.

    Cause:
        The program sends other requests than the recorded one, or the same request more often.

    Remedy:
        Read the message: it lists the recorded requests. Correct the program, or record the case again.

    Examples:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from britive_scim import ScimClient
        >>> from britive_scim.testing import NotRecorded, Tenant, replay
        >>> path = Path(tempfile.mkdtemp()) / "case.json"
        >>> okta = Tenant("acme").scim_client("Okta")
        >>> with okta.record(path):
        ...     count = okta.users.list().count()
        >>> case = replay(path)
        >>> replaying = ScimClient(case.base_url, case.token, transport=case.transport())
        >>> try:
        ...     replaying.users.get("1")
        ... except NotRecorded as error:
        ...     print(str(error).partition(";")[0])
        no recorded exchange for GET /Users/1
    """


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """One recorded exchange.

    Attributes:
        method: HTTP method.
        path: path below the base URL, percent-decoded.
        query: parameters in order, decoded.
        body: request body: `{"json": value}`, `{"text": ...}`, `{"omitted": bytes}` or `None`.
        response: the response, or `None` if the connection failed.
        cut: how the connection failed, or `None`.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Mapping[str, Any] | None = field(repr=False)
    response: TenantResponse | None = field(repr=False)
    cut: Literal["connect", "timeout", "before"] | None = None

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.method} {self.path}{'?' if query else ''}{query}"


class Replay:
    """The responses of a recording, each returned once, for equal requests in recorded order.

    Attributes:
        base_url: base URL for the client, a placeholder.
        api: `scim` or `admin`, the API of the recorded client.
        ended_with: class of the exception that ended the recorded block, or `None`.
        token: a token for the client; any other works as well.
        clock: clock that clients move instead of waiting; dates responses recorded without a date.

    Example:
        ```python
        case = replay("case.json")
        okta = ScimClient(case.base_url, case.token, transport=case.transport())
        ```
    """

    __slots__ = (
        "_exchanges",
        "_lock",
        "_remaining",
        "api",
        "base_url",
        "clock",
        "ended_with",
        "token",
    )

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.base_url: str = document["base_url"]
        self.api: Literal["scim", "admin"] = document["api"]
        self.ended_with: str | None = document["ended_with"]
        self.token = SecretStr("replayed-token")
        self.clock = TenantClock()
        self._exchanges = tuple(_parse_exchange(exchange) for exchange in document["exchanges"])
        self._remaining = list(self._exchanges)
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Replay of {len(self._exchanges)} exchanges, {len(self._remaining)} left>"

    @property
    def exchanges(self) -> tuple[RecordedExchange, ...]:
        """All exchanges of the recording, in order."""
        return self._exchanges

    @property
    def remaining(self) -> tuple[RecordedExchange, ...]:
        """The exchanges that were not requested yet, in order."""
        return tuple(self._remaining)

    def transport(self) -> TenantTransport:
        """Return a transport for `httpx.Client`, or for a sync client of this package, which then never waits."""
        return TenantTransport(self, self.clock)

    def async_transport(self) -> AsyncTenantTransport:
        """Return a transport for `httpx.AsyncClient`, or for an async client of this package, which then never waits."""
        return AsyncTenantTransport(self, self.clock)

    def respond(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],  # noqa: ARG002 - headers are not compared
        body: bytes = b"",
        *,
        timeout: float | None = None,  # noqa: ARG002 - only recorded timeouts occur
        real_time: bool = False,  # noqa: ARG002 - delays are not recorded
    ) -> TenantResponse:
        """Return the recorded response to a request.

        Args:
            method: HTTP method.
            path: path and query of the URL.
            headers: request headers; not compared.
            body: request body; compared as JSON, or as a string, if one was recorded. If no exchange
                matches, times in query and body may differ.
            timeout: not used.
            real_time: not used.

        Raises:
            NotRecorded: no matching exchange is left.
            ConnectionCut: the connection failed when this was recorded.
        """
        target, _, query = path.partition("?")
        base = urlsplit(self.base_url).path.rstrip("/")
        relative = target.removeprefix(base) if target.startswith(f"{base}/") else target
        request = RecordedExchange(
            method.upper(),
            unquote(relative),
            tuple(parse_qsl(query, keep_blank_values=True)),
            None,
            None,
        )
        with self.clock.hold(), self._lock:
            exchange = self._find_exchange(request, body) or self._find_exchange(
                request, body, ignore_times=True
            )
            if exchange is None:
                raise NotRecorded(self._describe_mismatch(request, body))
            self._remaining.remove(exchange)
        if exchange.response is None:
            raise ConnectionCut(exchange.cut or "before")
        return exchange.response

    def _find_exchange(
        self, request: RecordedExchange, body: bytes, *, ignore_times: bool = False
    ) -> RecordedExchange | None:
        for exchange in self._remaining:
            if _matches_request(exchange, request, body, ignore_times=ignore_times):
                return exchange
        return None

    def _describe_mismatch(self, request: RecordedExchange, body: bytes) -> str:
        used = sum(_matches_request(exchange, request, body) for exchange in self._exchanges)
        if used:
            times = "once" if used == 1 else f"{used} times"
            return f"no recorded exchange is left for {request}; it was recorded {times}"
        same = [exchange for exchange in self._exchanges if str(exchange) == str(request)]
        if same:
            recorded = " or ".join(
                dict.fromkeys(_describe_body(exchange.body) for exchange in same)
            )
            return (
                f"no recorded exchange for {request} with the body "
                f"{body[:400].decode('utf-8', 'replace') or 'nothing'}; recorded was {recorded}"
            )
        known = list(dict.fromkeys(map(str, self._exchanges)))
        more = f" and {len(known) - _MAX_LISTED} more" if len(known) > _MAX_LISTED else ""
        listed = ", ".join(known[:_MAX_LISTED]) or "none"
        return f"no recorded exchange for {request}; recorded were {listed}{more}"


def replay(path: str | os.PathLike[str]) -> Replay:
    """Return the responses recorded in a file that `client.record(...)` wrote.

    Args:
        path: path of the file.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file is not a recording.
    """
    check_path(path)
    name = os.fspath(path)
    try:
        content: Any = json.loads(Path(path).read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} must be a recording in JSON: {error}") from None
    document = cast("dict[str, Any]", content) if isinstance(content, dict) else {}
    if document.get("format") != "britive-scim recording":
        raise ValueError(f"{name} must be a recording; write it with client.record(...)")
    if document.get("version") != 1:
        raise ValueError(
            f"{name} must be a recording of version 1, got version {document.get('version')}"
        )
    try:
        return Replay(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
    raise ValueError(f"{name} must be a complete recording ({reason}); was it edited?")


def _parse_exchange(exchange: Mapping[str, Any]) -> RecordedExchange:
    request, recorded, failure = exchange["request"], exchange["response"], exchange["failure"]
    response = None
    if recorded is not None:
        response = TenantResponse(
            int(recorded["status"]), dict(recorded["headers"]), _encode_body(recorded["body"])
        )
    return RecordedExchange(
        request["method"],
        unquote(request["path"]),
        tuple((name, value) for name, value in request["query"]),
        request["body"],
        response,
        failure["cut"] if failure else None,
    )


def _encode_body(body: Mapping[str, Any] | None) -> bytes:
    if body is None:
        return b""
    if "json" in body:
        return json.dumps(body["json"]).encode()
    text: str = body.get("text", "")
    return text.encode()


def _matches_request(
    recorded: RecordedExchange,
    request: RecordedExchange,
    body: bytes,
    *,
    ignore_times: bool = False,
) -> bool:
    """Return whether a request is the recorded one; `ignore_times` lets dates and times differ.

    A query for the last seven days, for example, depends on the present time.
    """
    query, requested_query = (
        _mask_times(str(pairs), ignore_times) for pairs in (recorded.query, request.query)
    )
    if (recorded.method, recorded.path, query) != (request.method, request.path, requested_query):
        return False
    if recorded.body is None:
        return not body
    if "json" not in recorded.body:
        return "omitted" in recorded.body or recorded.body.get("text") == body.decode(
            "utf-8", "replace"
        )
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return bool(recorded.body["json"] == sent) or (
        ignore_times
        and _mask_times(json.dumps(recorded.body["json"], sort_keys=True))
        == _mask_times(json.dumps(sent, sort_keys=True))
    )


def _mask_times(text: str, enabled: bool = True) -> str:
    return _DATETIME.sub("a time", text) if enabled else text


def _describe_body(body: Mapping[str, Any] | None) -> str:
    return "nothing" if body is None else _encode_body(body)[:400].decode() or "a file"
