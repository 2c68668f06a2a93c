"""Pages of what a query found: by index (RFC 7644 §3.4.2.4) or by cursor (RFC 9865)."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from britive_scim.scim.names import LIST_RESPONSE
from britive_scim.testing.scim.problem import ScimHttpError
from britive_scim.testing.scim.query import ResourceQuery
from britive_scim.testing.state.context import TenantContext

__all__ = ["CURSOR_TIMEOUT", "CursorStore", "ResultPage", "paginate_by_index"]

CURSOR_TIMEOUT = 600
"""Seconds a cursor may wait for its next use."""

_MAX_CURSORS = 1000
"""Cursors kept at once; the oldest is forgotten first."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class ResultPage(Generic[Item]):
    """A page of what was found.

    Attributes:
        items: those on the page.
        total: how many there are on all pages.
        start_index: 1-based place of the first; `None` on pages by cursor.
        next_cursor: how to ask for the next page; `None` on the last, and on pages by index.
    """

    items: Sequence[Item]
    total: int
    start_index: int | None = None
    next_cursor: str | None = None

    def to_list_response(self, resources: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the ListResponse with its resources as they are shown."""
        document: dict[str, Any] = {"schemas": [LIST_RESPONSE], "totalResults": self.total}
        if self.start_index is not None:
            document["startIndex"] = self.start_index
        document["itemsPerPage"] = len(resources)
        if self.next_cursor is not None:
            document["nextCursor"] = self.next_cursor
        document["Resources"] = resources
        return document


def paginate_by_index(
    results: Sequence[Item], query: ResourceQuery, context: TenantContext
) -> ResultPage[Item]:
    """Return the page that startIndex and count ask for."""
    can = context.capabilities
    wanted = can.page_size if query.count is None else max(query.count, 0)
    limit = min(wanted, can.max_page_size)
    place = max(query.start_index or 1, 1)
    lost = not can.last_page and place > 1 and place - 1 + limit >= len(results)
    return ResultPage([] if lost else results[place - 1 : place - 1 + limit], len(results), place)


@dataclass(frozen=True, slots=True)
class _StoredCursor(Generic[Item]):
    query_key: tuple[Any, ...]
    results: Sequence[Item]
    limit: int
    offset: int
    expires_at: datetime


class CursorStore(Generic[Item]):
    """The cursors a service has handed out, each with what its query had found then."""

    def __init__(self, context: TenantContext) -> None:
        self._context = context
        self._cursors: OrderedDict[str, _StoredCursor[Item]] = OrderedDict()

    def get_page(
        self, find: Callable[[], Sequence[Item]], query: ResourceQuery, scope: tuple[str, ...]
    ) -> ResultPage[Item]:
        """Return the page that a cursor asks for; the first one is of what is found now.

        Args:
            find: returns what the query finds now, to be kept as it is.
            query: with its cursor.
            scope: who asks, and for which kinds of resources; a cursor is good for nothing else.

        Raises:
            Problem: 400 `invalidCursor`, `expiredCursor` or `invalidCount`.
        """
        can = self._context.capabilities
        if query.start_index is not None:
            raise ScimHttpError(
                400, "startIndex and cursor cannot be used together", "invalidCursor"
            )
        limit = can.page_size if query.count is None else query.count
        if not 0 <= limit <= can.max_page_size:
            raise ScimHttpError(400, f"count must be 0 to {can.max_page_size}", "invalidCount")
        asked = (
            scope,
            query.filter,
            query.sort_by,
            query.descending,
            query.attributes,
            query.excluded_attributes,
        )
        if query.cursor:
            kept = self._cursors.get(query.cursor)
            if kept is None or kept.query_key != asked:
                raise ScimHttpError(400, "the cursor is not one of this query", "invalidCursor")
            if kept.limit != limit:
                raise ScimHttpError(
                    400, f"count was {kept.limit} in the first request", "invalidCount"
                )
            if kept.expires_at < self._context.now():
                raise ScimHttpError(400, "the cursor waited too long", "expiredCursor")
            found, place = kept.results, kept.offset
        else:
            found, place = find(), 0
        chosen = found[place : place + limit]
        if place + limit >= len(found):
            return ResultPage(chosen, len(found))
        name = secrets.token_urlsafe(18)
        until = self._context.now() + timedelta(seconds=CURSOR_TIMEOUT)
        self._cursors[name] = _StoredCursor(asked, found, limit, place + limit, until)
        while len(self._cursors) > _MAX_CURSORS:
            self._cursors.popitem(last=False)
        return ResultPage(chosen, len(found), next_cursor=name)
