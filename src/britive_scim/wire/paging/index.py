"""Walking over a list page by page: which page to ask for next, and when the end is reached. Pure.

A walk never believes more than it must: it counts what came, drops what came twice, and ends when a
page brings nothing new. What it could not be sure of it says in `why_incomplete`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from britive_scim.wire.paging.seen_ids import CompactSet

__all__ = ["IndexCursor", "Page", "PageCursor", "PageNumberCursor"]

T = TypeVar("T")

_MAX_STALE_PAGES = 5
"""Pages in a row that bring nothing new before a walk by cursor is given up."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: what came, in the server's order.
        total: how many there are in all, where the server says so.
        size: how many a page has according to the server; may be wrong.
        skipped: entries that were no objects.
        cursor: opaque mark of the next page (RFC 9865), where the server gives one.
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
    """The state of one walk; the pager asks for pages and feeds them in."""

    @property
    def start(self) -> int:
        """Number of the next page or of its first item, as the API counts."""
        ...

    @property
    def count(self) -> int:
        """Items to ask for."""
        ...

    @property
    def is_done(self) -> bool:
        """Whether the end is reached."""
        ...

    @property
    def total(self) -> int | None:
        """What the last page said about the number of all."""
        ...

    @property
    def why_incomplete(self) -> str | None:
        """Why it is not sure that all came, or `None`."""
        ...

    def feed(self, page: Page[T], /) -> Page[T]:
        """Take a page in and return it without what came before."""
        ...


class _Deduplicator(Generic[T]):
    """Drops what came before."""

    __slots__ = ("_key", "_seen_keys")

    def __init__(self, key: Callable[[T], Hashable]) -> None:
        self._key = key
        self._seen_keys = CompactSet()

    def remove_duplicates(self, page: Page[T]) -> Page[T]:
        fresh: list[T] = []
        for item in page.items:
            key = self._key(item)
            if key is None or self._seen_keys.add(key):
                fresh.append(item)
        if len(fresh) == len(page.items):
            return page
        return Page(tuple(fresh), page.total, page.size, page.skipped, page.cursor)


class IndexCursor(Generic[T]):
    """SCIM's paging by `startIndex` and `count` (RFC 7644 §3.4.2.4), or by cursor (RFC 9865).

    The next page begins after what was received, not after what was asked or announced. Where a page
    brings a cursor, it is asked for instead.

    Args:
        count: items to ask for.
        key: what tells two items apart; `None` for an item that cannot be told apart.
        cursor: the cursor to begin with: an empty one asks for paging by cursor, `None` for paging by
            index.

    Attributes:
        fault: what makes it impossible to go on, or `None`.
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
        """Starts of the pages to come if each is as long as the last one; none where nothing tells."""
        if (
            self.is_done
            or self.cursor is not None
            or self.total is None
            or not self._last_page_length
        ):
            return range(0)
        return range(self.start, self.total + 1, self._last_page_length)

    def feed(self, page: Page[T], /) -> Page[T]:
        """Take a page in and return it without what came before."""
        came = len(page.items) + page.skipped
        fresh = self._deduplicator.remove_duplicates(page)
        first = self.received == 0
        self.total = page.total if page.total is not None else self.total
        self.received += len(fresh.items)
        self.start += came
        self._last_page_length = came
        if page.skipped:
            self._mark_incomplete(f"{page.skipped} entries of a page were no objects")
        if page.cursor is not None:
            self._advance_cursor(page.cursor, is_stale=not fresh.items)
        elif self.cursor:
            self.is_done = True
            self._check_total()
        elif came and not fresh.items:
            self.is_done = True
            self._note_repeated_page()
        elif not came:
            self.is_done = True
            self._note_empty_page(first)
        else:
            self.cursor = None  # asked for paging by cursor, the server pages by index
            self.is_done = self._is_last_page(page, came)
            if self.is_done and page.total is not None:
                self._check_total()
        return fresh

    def _advance_cursor(self, cursor: str, *, is_stale: bool) -> None:
        self._stale_pages = self._stale_pages + 1 if is_stale else 0
        if cursor == self.cursor:
            self.fault = "the server gave the same cursor twice"
        elif self._stale_pages >= _MAX_STALE_PAGES:
            self.fault = f"the server gave {_MAX_STALE_PAGES} pages in a row that bring nothing new"
        self.cursor = cursor

    def _is_last_page(self, page: Page[T], length: int) -> bool:
        if page.total is None:
            # Without a total only a short page tells the end; a server may cap pages below `count`.
            capped = page.size is not None and page.size == length
            return length < self.count and not capped
        if self.start <= page.total:
            return False
        # A full page with a total equal to its own length may be a server that counts the page only.
        return length < self.count or page.total > length

    def _check_total(self) -> None:
        if self.total is not None and self.received < self.total:
            self._mark_incomplete(
                f"{self.received} of {self.total} came: the list changed while it was read"
            )

    def _note_repeated_page(self) -> None:
        if self.total is None or self.received < self.total:
            self._mark_incomplete(
                "the server repeated a page: it ignores startIndex"
                + (f", {self.received} of {self.total} came" if self.total is not None else "")
            )

    def _note_empty_page(self, is_first: bool) -> None:
        if self.total is not None and self.received < self.total:
            came = "none" if is_first else str(self.received)
            self._mark_incomplete(f"the server announced {self.total} and sent {came}")

    def _mark_incomplete(self, reason: str) -> None:
        self.why_incomplete = self.why_incomplete or reason


class PageNumberCursor(Generic[T]):
    """The admin API's paging by `page` (from 0) and `size`.

    Args:
        count: items to ask for.
        key: what tells two items apart; `None` for an item that cannot be told apart.
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
        """Take a page in and return it without what came before."""
        came = len(page.items) + page.skipped
        fresh = self._deduplicator.remove_duplicates(page)
        self.total = page.total if page.total is not None else self.total
        self.received += len(fresh.items)
        self.start += 1
        short = came < (page.size or self.count)
        if not came or not fresh.items:
            self.is_done = True
        elif self.total is None:
            self.is_done = short
        else:
            self.is_done = self.received >= self.total
        if self.is_done and self.total is not None and self.received < self.total:
            self.why_incomplete = f"the server announced {self.total} and sent {self.received}"
        return fresh
