"""Pages of what a query found: by index (RFC 7644 §3.4.2.4) or by cursor (RFC 9865)."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from britive_scim.scim.names import LIST_RESPONSE
from britive_scim.testing.scim.problem import Problem
from britive_scim.testing.scim.query import Query
from britive_scim.testing.state.context import World

__all__ = ["CURSOR_TIMEOUT", "Cursors", "Page", "by_index"]

CURSOR_TIMEOUT = 600
"""Seconds a cursor may wait for its next use."""

_KEPT = 1000
"""Cursors kept at once; the oldest is forgotten first."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A page of what was found.

    Attributes:
        items: those on the page.
        total: how many there are on all pages.
        start: 1-based place of the first; `None` on pages by cursor.
        next_cursor: how to ask for the next page; `None` on the last, and on pages by index.
    """

    items: Sequence[Item]
    total: int
    start: int | None = None
    next_cursor: str | None = None

    def document(self, shown: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the ListResponse with its resources as they are shown."""
        document: dict[str, Any] = {"schemas": [LIST_RESPONSE], "totalResults": self.total}
        if self.start is not None:
            document["startIndex"] = self.start
        document["itemsPerPage"] = len(shown)
        if self.next_cursor is not None:
            document["nextCursor"] = self.next_cursor
        document["Resources"] = shown
        return document


def by_index(found: Sequence[Item], query: Query, world: World) -> Page[Item]:
    """Return the page that startIndex and count ask for."""
    can = world.capabilities
    wanted = can.page_size if query.count is None else max(query.count, 0)
    limit = min(wanted, can.max_page_size)
    place = max(query.start or 1, 1)
    lost = not can.last_page and place > 1 and place - 1 + limit >= len(found)
    return Page([] if lost else found[place - 1 : place - 1 + limit], len(found), place)


@dataclass(frozen=True, slots=True)
class _Cursor(Generic[Item]):
    asked: tuple[Any, ...]
    found: Sequence[Item]
    limit: int
    place: int
    until: datetime


class Cursors(Generic[Item]):
    """The cursors a service has handed out, each with what its query had found then."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: OrderedDict[str, _Cursor[Item]] = OrderedDict()

    def page(
        self, find: Callable[[], Sequence[Item]], query: Query, owner: tuple[str, ...]
    ) -> Page[Item]:
        """Return the page that a cursor asks for; the first one is of what is found now.

        Args:
            find: returns what the query finds now, to be kept as it is.
            query: with its cursor.
            owner: who asks, and for which kinds of resources; a cursor is good for nothing else.

        Raises:
            Problem: 400 `invalidCursor`, `expiredCursor` or `invalidCount`.
        """
        can = self._world.capabilities
        if query.start is not None:
            raise Problem(400, "startIndex and cursor cannot be used together", "invalidCursor")
        limit = can.page_size if query.count is None else query.count
        if not 0 <= limit <= can.max_page_size:
            raise Problem(400, f"count must be 0 to {can.max_page_size}", "invalidCount")
        asked = (
            owner,
            query.filter,
            query.sort_by,
            query.descending,
            query.attributes,
            query.excluded,
        )
        if query.cursor:
            kept = self._kept.get(query.cursor)
            if kept is None or kept.asked != asked:
                raise Problem(400, "the cursor is not one of this query", "invalidCursor")
            if kept.limit != limit:
                raise Problem(400, f"count was {kept.limit} in the first request", "invalidCount")
            if kept.until < self._world.now():
                raise Problem(400, "the cursor waited too long", "expiredCursor")
            found, place = kept.found, kept.place
        else:
            found, place = find(), 0
        chosen = found[place : place + limit]
        if place + limit >= len(found):
            return Page(chosen, len(found))
        name = secrets.token_urlsafe(18)
        until = self._world.now() + timedelta(seconds=CURSOR_TIMEOUT)
        self._kept[name] = _Cursor(asked, found, limit, place + limit, until)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return Page(chosen, len(found), next_cursor=name)
