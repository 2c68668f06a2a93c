"""Paging state by index, cursor or page number: the next page, and the end of the list.

The state counts received items, drops duplicates, and ends the list when a page has no new items. Doubts about
completeness are reported in `why_incomplete`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from britive_scim.wire.paging.seen_ids import CompactSet

__all__ = ["IndexCursor", "Page", "PageCursor", "PageNumberCursor"]

T = TypeVar("T")

_MAX_STALE_PAGES = 5
"""Consecutive pages without new items after which paging by cursor stops."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: the items, in the server's order.
        total: number of items of the list, or `None` if unknown.
        size: page size according to the server; may be wrong.
        skipped: number of entries that are not objects.
        cursor: opaque cursor of the next page (RFC 9865), or `None`.
    """

    items: tuple[T, ...]
    total: int | None = None
    size: int | None = None
    skipped: int = 0
    cursor: str | None = None

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        total = "" if self.total is None else f", {self.total} in all"
        return f"<Page of {len(self)} items{total}>"


class PageCursor(Protocol[T]):
    """Paging state of one list; the pager requests pages and feeds them in."""

    @property
    def start(self) -> int:
        """Number of the next page or of its first item, as the API counts."""
        ...

    @property
    def count(self) -> int:
        """Number of items to request."""
        ...

    @property
    def is_done(self) -> bool:
        """True at the end of the list."""
        ...

    @property
    def total(self) -> int | None:
        """Number of items of the list according to the last page."""
        ...

    @property
    def why_incomplete(self) -> str | None:
        """Why the list may be incomplete, or `None`."""
        ...

    def feed(self, page: Page[T], /) -> Page[T]:
        """Record a page, and return it without duplicates."""
        ...


class _Deduplicator(Generic[T]):
    __slots__ = ("_key", "_seen_keys")

    def __init__(self, key: Callable[[T], Hashable]) -> None:
        self._key = key
        self._seen_keys = CompactSet()

    def remove_duplicates(self, page: Page[T]) -> Page[T]:
        new_items: list[T] = []
        for item in page.items:
            key = self._key(item)
            if key is None or self._seen_keys.add(key):
                new_items.append(item)
        if len(new_items) == len(page.items):
            return page
        return replace(page, items=tuple(new_items))


class IndexCursor(Generic[T]):
    """SCIM's paging by `startIndex` and `count` (RFC 7644 §3.4.2.4), or by cursor (RFC 9865).

    The next page starts after the received items, not after the requested or announced ones. A cursor in a
    page is requested next.

    Args:
        count: number of items to request.
        key: function that returns the identity of an item, or `None` for an item without one.
        cursor: the first cursor: an empty one requests paging by cursor, `None` paging by index.

    Attributes:
        fault: why paging cannot continue, or `None`.
    """

    __slots__ = ("_deduplicator", "_last_page_length", "_stale_pages", "count", "cursor", "fault", "is_done", "received", "start", "total", "why_incomplete")  # fmt: skip

    def __init__(
        self, count: int, key: Callable[[T], Hashable], *, cursor: str | None = None
    ) -> None:
        self.count = count
        self.start = 1
        self.received = 0
        self.is_done = False
        self.cursor = cursor
        self.total: int | None = None
        self.why_incomplete: str | None = None
        self.fault: str | None = None
        self._stale_pages = 0
        self._last_page_length = 0
        self._deduplicator = _Deduplicator(key)

    @property
    def upcoming_starts(self) -> range:
        """Starts of the remaining pages if each is as long as the last one; empty if unknown."""
        if (
            self.is_done
            or self.cursor is not None
            or self.total is None
            or not self._last_page_length
        ):
            return range(0)
        return range(self.start, self.total + 1, self._last_page_length)

    def feed(self, page: Page[T], /) -> Page[T]:
        """Record a page, and return it without duplicates."""
        length = len(page.items) + page.skipped
        new_page = self._deduplicator.remove_duplicates(page)
        first = self.received == 0
        self.total = page.total if page.total is not None else self.total
        self.received += len(new_page.items)
        self.start += length
        self._last_page_length = length
        if page.skipped:
            self._mark_incomplete(f"{page.skipped} entries of a page are not objects")
        if page.cursor is not None:
            self._advance_cursor(page.cursor, is_stale=not new_page.items)
        elif self.cursor:
            self.is_done = True
            self._check_total()
        elif length and not new_page.items:
            self.is_done = True
            self._note_repeated_page()
        elif not length:
            self.is_done = True
            self._note_empty_page(first)
        else:
            self.cursor = None  # cursor requested, but the server pages by index
            self.is_done = self._is_last_page(page, length)
            if self.is_done and page.total is not None:
                self._check_total()
        return new_page

    def _advance_cursor(self, cursor: str, *, is_stale: bool) -> None:
        self._stale_pages = self._stale_pages + 1 if is_stale else 0
        if cursor == self.cursor:
            self.fault = "the server sent the same cursor twice"
        elif self._stale_pages >= _MAX_STALE_PAGES:
            self.fault = f"the server sent {_MAX_STALE_PAGES} consecutive pages without new items"
        self.cursor = cursor

    def _is_last_page(self, page: Page[T], length: int) -> bool:
        if page.total is None:
            # Without a total only a short page marks the end; a server may cap pages below `count`.
            capped = page.size is not None and page.size == length
            return length < self.count and not capped
        if self.start <= page.total:
            return False
        # Some servers send the length of the page as the total.
        return length < self.count or page.total > length

    def _check_total(self) -> None:
        if self.total is not None and self.received < self.total:
            self._mark_incomplete(
                f"{self.received} of {self.total} items received: the list changed while it was read"
            )

    def _note_repeated_page(self) -> None:
        if self.total is None or self.received < self.total:
            self._mark_incomplete(
                "the server repeated a page: it ignores startIndex"
                + (f", {self.received} of {self.total} received" if self.total is not None else "")
            )

    def _note_empty_page(self, is_first: bool) -> None:
        if self.total is not None and self.received < self.total:
            received = "none" if is_first else str(self.received)
            self._mark_incomplete(f"the server announced {self.total} items and sent {received}")

    def _mark_incomplete(self, reason: str) -> None:
        self.why_incomplete = self.why_incomplete or reason


class PageNumberCursor(Generic[T]):
    """The admin API's paging by `page` (from 0) and `size`.

    Args:
        count: number of items to request.
        key: function that returns the identity of an item, or `None` for an item without one.
    """

    __slots__ = (
        "_deduplicator",
        "count",
        "is_done",
        "received",
        "start",
        "total",
        "why_incomplete",
    )

    def __init__(self, count: int, key: Callable[[T], Hashable]) -> None:
        self.count = count
        self.start = 0
        self.received = 0
        self.is_done = False
        self.total: int | None = None
        self.why_incomplete: str | None = None
        self._deduplicator = _Deduplicator(key)

    def feed(self, page: Page[T], /) -> Page[T]:
        """Record a page, and return it without duplicates."""
        length = len(page.items) + page.skipped
        new_page = self._deduplicator.remove_duplicates(page)
        self.total = page.total if page.total is not None else self.total
        self.received += len(new_page.items)
        self.start += 1
        is_short = length < (page.size or self.count)
        if not length or not new_page.items:
            self.is_done = True
        elif self.total is None:
            self.is_done = is_short
        else:
            self.is_done = self.received >= self.total
        if self.is_done and self.total is not None and self.received < self.total:
            self.why_incomplete = (
                f"the server announced {self.total} items and sent {self.received}"
            )
        return new_page
