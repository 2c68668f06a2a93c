"""Walking over a list page by page: which page to ask for next, and when the end is reached. Pure.

A walk never believes more than it must: it counts what came, drops what came twice, and ends when a
page brings nothing new. What it could not be sure of it says in `why_incomplete`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from britive_scim.wire.paging.seen_ids import Seen

__all__ = ["IndexWalk", "Page", "PageWalk", "Walk"]

T = TypeVar("T")

_BARREN = 5
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


class Walk(Protocol[T]):
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
    def done(self) -> bool:
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


class _Fresh(Generic[T]):
    """Drops what came before."""

    __slots__ = ("_key", "_seen")

    def __init__(self, key: Callable[[T], Hashable]) -> None:
        self._key = key
        self._seen = Seen()

    def of(self, page: Page[T]) -> Page[T]:
        fresh: list[T] = []
        for item in page.items:
            key = self._key(item)
            if key is None or self._seen.add(key):
                fresh.append(item)
        if len(fresh) == len(page.items):
            return page
        return Page(tuple(fresh), page.total, page.size, page.skipped, page.cursor)


class IndexWalk(Generic[T]):
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

    __slots__ = ("_barren", "_came", "_fresh", "count", "cursor", "done", "fault", "received", "start", "total", "why_incomplete")  # fmt: skip

    def __init__(
        self, count: int, key: Callable[[T], Hashable], *, cursor: str | None = None
    ) -> None:
        self.count = count
        self.start = 1
        self.received = 0
        self.done = False
        self.cursor = cursor
        self.total: int | None = None
        self.why_incomplete: str | None = None
        self.fault: str | None = None
        self._barren = 0
        self._came = 0
        self._fresh = _Fresh(key)

    @property
    def ahead(self) -> range:
        """Starts of the pages to come if each is as long as the last one; none where nothing tells."""
        if self.done or self.cursor is not None or self.total is None or not self._came:
            return range(0)
        return range(self.start, self.total + 1, self._came)

    def feed(self, page: Page[T], /) -> Page[T]:
        """Take a page in and return it without what came before."""
        came = len(page.items) + page.skipped
        fresh = self._fresh.of(page)
        first = self.received == 0
        self.total = page.total if page.total is not None else self.total
        self.received += len(fresh.items)
        self.start += came
        self._came = came
        if page.skipped:
            self._doubt(f"{page.skipped} entries of a page were no objects")
        if page.cursor is not None:
            self._go_on_from(page.cursor, barren=not fresh.items)
        elif self.cursor:
            self.done = True
            self._check_sum()
        elif came and not fresh.items:
            self.done = True
            self._end_on_repeat()
        elif not came:
            self.done = True
            self._end_on_empty(first)
        else:
            self.cursor = None  # asked for paging by cursor, the server pages by index
            self.done = self._at_end(page, came)
            if self.done and page.total is not None:
                self._check_sum()
        return fresh

    def _go_on_from(self, cursor: str, *, barren: bool) -> None:
        self._barren = self._barren + 1 if barren else 0
        if cursor == self.cursor:
            self.fault = "the server gave the same cursor twice"
        elif self._barren >= _BARREN:
            self.fault = f"the server gave {_BARREN} pages in a row that bring nothing new"
        self.cursor = cursor

    def _at_end(self, page: Page[T], came: int) -> bool:
        if page.total is None:
            # Without a total only a short page tells the end; a server may cap pages below `count`.
            capped = page.size is not None and page.size == came
            return came < self.count and not capped
        if self.start <= page.total:
            return False
        # A full page with a total equal to its own length may be a server that counts the page only.
        return came < self.count or page.total > came

    def _check_sum(self) -> None:
        if self.total is not None and self.received < self.total:
            self._doubt(f"{self.received} of {self.total} came: the list changed while it was read")

    def _end_on_repeat(self) -> None:
        if self.total is None or self.received < self.total:
            self._doubt(
                "the server repeated a page: it ignores startIndex"
                + (f", {self.received} of {self.total} came" if self.total is not None else "")
            )

    def _end_on_empty(self, first: bool) -> None:
        if self.total is not None and self.received < self.total:
            came = "none" if first else str(self.received)
            self._doubt(f"the server announced {self.total} and sent {came}")

    def _doubt(self, why: str) -> None:
        self.why_incomplete = self.why_incomplete or why


class PageWalk(Generic[T]):
    """The admin API's paging by `page` (from 0) and `size`.

    Args:
        count: items to ask for.
        key: what tells two items apart; `None` for an item that cannot be told apart.
    """

    __slots__ = ("_fresh", "count", "done", "received", "start", "total", "why_incomplete")

    def __init__(self, count: int, key: Callable[[T], Hashable]) -> None:
        self.count = count
        self.start = 0
        self.received = 0
        self.done = False
        self.total: int | None = None
        self.why_incomplete: str | None = None
        self._fresh = _Fresh(key)

    def feed(self, page: Page[T], /) -> Page[T]:
        """Take a page in and return it without what came before."""
        came = len(page.items) + page.skipped
        fresh = self._fresh.of(page)
        self.total = page.total if page.total is not None else self.total
        self.received += len(fresh.items)
        self.start += 1
        short = came < (page.size or self.count)
        if not came or not fresh.items:
            self.done = True
        elif self.total is None:
            self.done = short
        else:
            self.done = self.received >= self.total
        if self.done and self.total is not None and self.received < self.total:
            self.why_incomplete = f"the server announced {self.total} and sent {self.received}"
        return fresh
