"""Pagination of query results: by index (RFC 7644 §3.4.2.4) or by cursor (RFC 9865)."""

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
"""Seconds until an unused cursor expires."""

_MAX_CURSORS = 1000
"""Maximum number of stored cursors; the oldest is discarded first."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class ResultPage(Generic[Item]):
    """One page of results.

    Attributes:
        items: items of the page.
        total: number of items on all pages.
        start_index: 1-based index of the first item; `None` on pages by cursor.
        next_cursor: cursor of the next page; `None` on the last, and on pages by index.
    """

    items: Sequence[Item]
    total: int
    start_index: int | None = None
    next_cursor: str | None = None

    def to_list_response(self, resources: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the ListResponse of the page with its serialized resources."""
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
    """Return the page selected by startIndex and count."""
    capabilities = context.capabilities
    count = capabilities.page_size if query.count is None else max(query.count, 0)
    limit = min(count, capabilities.max_page_size)
    start_index = max(query.start_index or 1, 1)
    offset = start_index - 1
    is_lost = not capabilities.last_page and offset > 0 and offset + limit >= len(results)
    items = results[offset : offset + limit]
    return ResultPage(() if is_lost else items, len(results), start_index)


@dataclass(frozen=True, slots=True)
class _StoredCursor(Generic[Item]):
    query_key: tuple[Any, ...]
    results: Sequence[Item]
    limit: int
    offset: int
    expires_at: datetime


class CursorStore(Generic[Item]):
    """Issued cursors, each with the results of its query at that time."""

    def __init__(self, context: TenantContext) -> None:
        self._context = context
        self._cursors: OrderedDict[str, _StoredCursor[Item]] = OrderedDict()

    def get_page(
        self, find: Callable[[], Sequence[Item]], query: ResourceQuery, scope: tuple[str, ...]
    ) -> ResultPage[Item]:
        """Return the page of a cursor; an empty cursor starts with the current results.

        Args:
            find: returns the current results of the query, as a copy.
            query: the query, with its cursor.
            scope: identity provider and resource types; a cursor is valid in its scope only.

        Raises:
            ScimHttpError: 400 `invalidCursor`, `expiredCursor` or `invalidCount`.
        """
        capabilities = self._context.capabilities
        if query.start_index is not None:
            raise ScimHttpError(
                400, "startIndex and cursor are mutually exclusive", "invalidCursor"
            )
        limit = capabilities.page_size if query.count is None else query.count
        if not 0 <= limit <= capabilities.max_page_size:
            raise ScimHttpError(
                400, f"count must be 0 to {capabilities.max_page_size}, got {limit}", "invalidCount"
            )
        query_key = (
            scope,
            query.filter,
            query.sort_by,
            query.descending,
            query.attributes,
            query.excluded_attributes,
        )
        if query.cursor:
            stored = self._cursors.get(query.cursor)
            if stored is None or stored.query_key != query_key:
                raise ScimHttpError(
                    400, "cursor must be one issued for this query", "invalidCursor"
                )
            if stored.limit != limit:
                raise ScimHttpError(
                    400,
                    f"count must be {stored.limit} as in the first request, got {limit}",
                    "invalidCount",
                )
            if stored.expires_at < self._context.now():
                raise ScimHttpError(400, "the cursor has expired", "expiredCursor")
            results, offset = stored.results, stored.offset
        else:
            results, offset = find(), 0
        items = results[offset : offset + limit]
        if offset + limit >= len(results):
            return ResultPage(items, len(results))
        cursor = secrets.token_urlsafe(18)
        expires_at = self._context.now() + timedelta(seconds=CURSOR_TIMEOUT)
        self._cursors[cursor] = _StoredCursor(query_key, results, limit, offset + limit, expires_at)
        while len(self._cursors) > _MAX_CURSORS:
            self._cursors.popitem(last=False)
        return ResultPage(items, len(results), next_cursor=cursor)
