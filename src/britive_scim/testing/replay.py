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

from britive_scim.testing.http.clock import Clock
from britive_scim.testing.http.faults import ConnectionCut
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.transport import AsyncTenantTransport, TenantTransport

__all__ = ["NotRecorded", "Recorded", "Replay", "replay"]

_SHOWN = 20
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[0-9:.,]*(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)


class NotRecorded(LookupError):
    """A request was sent that the recording has no answer for."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded exchange.

    Attributes:
        method: HTTP method.
        path: below the base URL, percent-decoded.
        query: parameters in order, decoded.
        body: of the request: `{"json": value}`, `{"text": ...}`, `{"omitted": bytes}` or `None`.
        answer: what came, or `None` where no answer came.
        cut: how the connection failed, where no answer came.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Mapping[str, Any] | None = field(repr=False)
    answer: Answer | None = field(repr=False)
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

    __slots__ = ("_left", "_lock", "_recorded", "api", "base_url", "clock", "ended_with", "token")

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.base_url: str = document["base_url"]
        self.api: Literal["scim", "admin"] = document["api"]
        self.ended_with: str | None = document["ended_with"]
        self.token = SecretStr("replayed-token")
        self.clock = Clock()
        self._recorded = tuple(_recorded(exchange) for exchange in document["exchanges"])
        self._left = list(self._recorded)
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Replay of {len(self._recorded)} exchanges, {len(self._left)} left>"

    @property
    def recorded(self) -> tuple[Recorded, ...]:
        """All exchanges of the recording, in order."""
        return self._recorded

    @property
    def left(self) -> tuple[Recorded, ...]:
        """The exchanges that were not asked for yet, in order."""
        return tuple(self._left)

    def transport(self) -> TenantTransport:
        """Return a transport for `httpx.Client`, or for a client of this package, which then never waits."""
        return TenantTransport(self, self.clock)

    def async_transport(self) -> AsyncTenantTransport:
        """Return a transport for `httpx.AsyncClient`, or for an asynchronous client, which then never waits."""
        return AsyncTenantTransport(self, self.clock)

    def answer(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],  # noqa: ARG002 - any credential and any version will do
        body: bytes = b"",
        *,
        patience: float | None = None,  # noqa: ARG002 - a time-out comes where one was recorded
    ) -> Answer:
        """Return the recorded answer to a request.

        Args:
            method: HTTP method.
            path: of the URL, with its query.
            headers: of the request; they are not compared.
            body: of the request; compared as JSON, or as text, where one was recorded. Where nothing
                else fits, times in query and body may differ.
            patience: not used.

        Raises:
            NotRecorded: there is no recorded answer, or none that was not given already.
            ConnectionCut: the connection failed when this was recorded.
        """
        target, _, query = path.partition("?")
        base = urlsplit(self.base_url).path.rstrip("/")
        below = target.removeprefix(base) if target.startswith(f"{base}/") else target
        asked = Recorded(
            method.upper(),
            unquote(below),
            tuple(parse_qsl(query, keep_blank_values=True)),
            None,
            None,
        )
        with self._lock:
            found = next((one for one in self._left if _fits(one, asked, body)), None) or next(
                (one for one in self._left if _fits(one, asked, body, but_times=True)), None
            )
            if found is None:
                raise NotRecorded(self._told(asked, body))
            self._left.remove(found)
        if found.answer is None:
            raise ConnectionCut(found.cut or "before")
        return found.answer

    def _told(self, asked: Recorded, body: bytes) -> str:
        used = sum(_fits(one, asked, body) for one in self._recorded)
        if used:
            times = "once" if used == 1 else f"{used} times"
            return f"no recorded exchange for {asked} is left: it was recorded {times}, and asked once more"
        same = [one for one in self._recorded if str(one) == str(asked)]
        if same:
            sent = " or ".join(dict.fromkeys(_shown(one.body) for one in same))
            return (
                f"no recorded exchange for {asked} with the body "
                f"{body[:400].decode('utf-8', 'replace') or 'nothing'}; recorded was {sent}"
            )
        known = list(dict.fromkeys(map(str, self._recorded)))
        more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
        listed = ", ".join(known[:_SHOWN]) or "none at all"
        return f"no recorded exchange for {asked}; recorded were {listed}{more}"


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


def _recorded(exchange: Mapping[str, Any]) -> Recorded:
    request, response, failure = exchange["request"], exchange["response"], exchange["failure"]
    answer = None
    if response is not None:
        answer = Answer(
            int(response["status"]), dict(response["headers"]), _content(response["body"])
        )
    return Recorded(
        request["method"],
        unquote(request["path"]),
        tuple((name, value) for name, value in request["query"]),
        request["body"],
        answer,
        failure["cut"] if failure else None,
    )


def _content(body: Mapping[str, Any] | None) -> bytes:
    if body is None:
        return b""
    if "json" in body:
        return json.dumps(body["json"]).encode()
    text: str = body.get("text", "")
    return text.encode()


def _fits(one: Recorded, asked: Recorded, body: bytes, *, but_times: bool = False) -> bool:
    """Return whether a request is the one that was recorded; `but_times` lets times of day differ.

    Clients ask for the last seven days, say, and what that is depends on the day.
    """
    query, wanted = (_without_times(str(pairs), but_times) for pairs in (one.query, asked.query))
    if (one.method, one.path, query) != (asked.method, asked.path, wanted):
        return False
    if one.body is None:
        return not body
    if "json" not in one.body:
        return "omitted" in one.body or one.body.get("text") == body.decode("utf-8", "replace")
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return bool(one.body["json"] == sent) or (
        but_times
        and _without_times(json.dumps(one.body["json"], sort_keys=True))
        == _without_times(json.dumps(sent, sort_keys=True))
    )


def _without_times(text: str, wanted: bool = True) -> str:
    return _MOMENT.sub("a time", text) if wanted else text


def _shown(body: Mapping[str, Any] | None) -> str:
    return "nothing" if body is None else _content(body)[:400].decode() or "a file"
