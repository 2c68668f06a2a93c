"""Recordings of a client answer again: `replay("case.json")`.

The file is what `client.record(...)` writes. A request that was not recorded is told, never answered.
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

from britive_scim.testing.http.clock import TenantClock
from britive_scim.testing.http.faults import ConnectionCut
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.transport import AsyncTenantTransport, TenantTransport

__all__ = ["NotRecorded", "RecordedExchange", "Replay", "replay"]

_MAX_LISTED = 20
_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[0-9:.,]*(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)


class NotRecorded(LookupError):
    """A request was sent that the recording has no answer for."""


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """One recorded exchange.

    Attributes:
        method: HTTP method.
        path: below the base URL, percent-decoded.
        query: parameters in order, decoded.
        body: of the request: `{"json": value}`, `{"text": ...}`, `{"omitted": bytes}` or `None`.
        response: what came, or `None` where no answer came.
        cut: how the connection failed, where no answer came.
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
    """The answers of a recording, each given once, equal requests in the order they were recorded.

    Attributes:
        base_url: address for the client to be made with; a placeholder.
        api: `scim` or `admin`, the kind of client that was recorded.
        ended_with: class of the exception that ended the recorded block, or `None`.
        token: a token for the client to be made with; any other does as well.
        clock: moves on where a client waited before another try; dates answers recorded without a date.

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
        """The exchanges that were not asked for yet, in order."""
        return tuple(self._remaining)

    def transport(self) -> TenantTransport:
        """Return a transport for `httpx.Client`, or for a client of this package, which then never waits."""
        return TenantTransport(self, self.clock)

    def async_transport(self) -> AsyncTenantTransport:
        """Return a transport for `httpx.AsyncClient`, or for an asynchronous client, which then never waits."""
        return AsyncTenantTransport(self, self.clock)

    def respond(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],  # noqa: ARG002 - any credential and any version will do
        body: bytes = b"",
        *,
        timeout: float | None = None,  # noqa: ARG002 - a time-out comes where one was recorded
    ) -> TenantResponse:
        """Return the recorded answer to a request.

        Args:
            method: HTTP method.
            path: of the URL, with its query.
            headers: of the request; they are not compared.
            body: of the request; compared as JSON, or as text, where one was recorded. Where nothing
                else fits, times in query and body may differ.
            timeout: not used.

        Raises:
            NotRecorded: there is no recorded answer, or none that was not given already.
            ConnectionCut: the connection failed when this was recorded.
        """
        target, _, query = path.partition("?")
        base = urlsplit(self.base_url).path.rstrip("/")
        below = target.removeprefix(base) if target.startswith(f"{base}/") else target
        asked = RecordedExchange(
            method.upper(),
            unquote(below),
            tuple(parse_qsl(query, keep_blank_values=True)),
            None,
            None,
        )
        with self._lock:
            found = next(
                (one for one in self._remaining if _matches_request(one, asked, body)), None
            ) or next(
                (
                    one
                    for one in self._remaining
                    if _matches_request(one, asked, body, ignore_times=True)
                ),
                None,
            )
            if found is None:
                raise NotRecorded(self._describe_mismatch(asked, body))
            self._remaining.remove(found)
        if found.response is None:
            raise ConnectionCut(found.cut or "before")
        return found.response

    def _describe_mismatch(self, request: RecordedExchange, body: bytes) -> str:
        used = sum(_matches_request(one, request, body) for one in self._exchanges)
        if used:
            times = "once" if used == 1 else f"{used} times"
            return f"no recorded exchange for {request} is left: it was recorded {times}, and asked once more"
        same = [one for one in self._exchanges if str(one) == str(request)]
        if same:
            sent = " or ".join(dict.fromkeys(_describe_body(one.body) for one in same))
            return (
                f"no recorded exchange for {request} with the body "
                f"{body[:400].decode('utf-8', 'replace') or 'nothing'}; recorded was {sent}"
            )
        known = list(dict.fromkeys(map(str, self._exchanges)))
        more = f" and {len(known) - _MAX_LISTED} more" if len(known) > _MAX_LISTED else ""
        listed = ", ".join(known[:_MAX_LISTED]) or "none at all"
        return f"no recorded exchange for {request}; recorded were {listed}{more}"


def replay(path: str | os.PathLike[str]) -> Replay:
    """Return the answers recorded in a file that `client.record(...)` wrote.

    Args:
        path: of the file.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no recording.
    """
    name = os.fspath(path)
    try:
        document: Any = json.loads(Path(path).read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} is no recording: it is no JSON ({error})") from None
    found = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    if found.get("format") != "britive-scim recording":
        raise ValueError(f"{name} is no recording: it was not written by client.record(...)")
    if found.get("version") != 1:
        raise ValueError(
            f"{name} is a recording of version {found.get('version')}; this package reads version 1"
        )
    try:
        return Replay(found)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}"
    raise ValueError(f"{name} is no whole recording ({why}); was it edited?")


def _parse_exchange(exchange: Mapping[str, Any]) -> RecordedExchange:
    request, response, failure = exchange["request"], exchange["response"], exchange["failure"]
    answer = None
    if response is not None:
        answer = TenantResponse(
            int(response["status"]), dict(response["headers"]), _encode_body(response["body"])
        )
    return RecordedExchange(
        request["method"],
        unquote(request["path"]),
        tuple((name, value) for name, value in request["query"]),
        request["body"],
        answer,
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
    """Return whether a request is the one that was recorded; `ignore_times` lets times of day differ.

    Clients ask for the last seven days, say, and what that is depends on the day.
    """
    query, wanted = (
        _mask_times(str(pairs), ignore_times) for pairs in (recorded.query, request.query)
    )
    if (recorded.method, recorded.path, query) != (request.method, request.path, wanted):
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
