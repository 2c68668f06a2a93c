"""Paging state by index, cursor or page number: the next page, and the end of the list.

The state counts received items, drops duplicates, and ends the list when a page has no new items. Doubts about
completeness are reported in `why_incomplete`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from britive_scim.errors import ApiError, TransportError
from britive_scim.wire.paging.page import Page, PageCursor
from britive_scim.wire.paging.repetition import Deduplicator
from britive_scim.wire.paging.seen_ids import CompactSet
from britive_scim.wire.paging.totals import TotalsEvidence

__all__ = ["IndexCursor", "Page", "PageCursor", "PageNumberCursor"]

T = TypeVar("T")

_MAX_STALE_PAGES = 5
"""Consecutive pages without new items after which paging by cursor stops."""

_STALLED = "the server repeats entries without id: further ones cannot be distinguished"

_LASTING_STATUSES = frozenset({400, 404, 405, 416, 422, 501})
"""Statuses of an error that every request for the page gets."""


class IndexCursor(Generic[T]):
    """SCIM's paging by `startIndex` and `count` (RFC 7644 §3.4.2.4), or by cursor (RFC 9865).

    The next page starts after the received items, not after the requested or announced ones. A cursor in a
    page is requested next.

    Args:
        count: number of items to request.
        key: function that returns the identity of an item, or `None` for an item without one.
        cursor: the first cursor: an empty one requests paging by cursor, `None` paging by index.
        totals: evidence about the totals of the endpoint, shared by its lists.
        needs_proof: whether a further page proves the end where the total equals a short page, or is missing. A
            function is called when the items before that page have been read; where a total announced the end, the
            list is complete also without that proof.

    Attributes:
        fault: why paging cannot continue, or `None`.
    """

    __slots__ = ("_deduplicator", "_has_shrunk", "_highest_total", "_is_short_untotalled", "_last_page_length", "_needs_proof", "_seen_cursors", "_stale_pages", "_totals", "count", "cursor", "fault", "is_done", "received", "start", "total", "why_incomplete")  # fmt: skip

    def __init__(
        self,
        count: int,
        key: Callable[[T], Hashable],
        *,
        cursor: str | None = None,
        totals: TotalsEvidence | None = None,
        needs_proof: bool | Callable[[], bool] = True,
    ) -> None:
        self.count = count
        self.start = 1
        self.received = 0
        self.is_done = False
        self.cursor = cursor
        self.total: int | None = None
        self.why_incomplete: str | None = None
        self.fault: str | None = None
        self._needs_proof = cursor is None and needs_proof  # a page without a cursor is the last
        self._highest_total = 0  # of those that announced more than their page
        self._has_shrunk = False
        self._totals = TotalsEvidence() if totals is None else totals
        self._stale_pages = 0
        self._last_page_length = 0
        self._is_short_untotalled = False
        self._seen_cursors = CompactSet()
        self._deduplicator = Deduplicator(key)

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

    @property
    def is_beyond_end(self) -> bool:
        """True if the next page lies after the apparent end, and is requested to prove that end."""
        if self.cursor is not None:
            return False
        if self.total is None:
            return self._is_short_untotalled
        return self.start > self.total and self._totals.status != "refuted"

    def feed(self, page: Page[T], /) -> Page[T]:
        """Record a page, and return it without duplicates."""
        length = len(page.items) + page.skipped
        is_first = self.start == 1
        announced = self.total
        is_further = not is_first and (
            self._is_short_untotalled if self.total is None else self.start > self.total
        )
        new_page = self._deduplicator.remove_duplicates(page, is_further=is_further)
        self.total = page.total if page.total is not None else self.total
        self.received += len(new_page.items)
        self.start += length
        self._last_page_length = length
        self._totals.record_page(page.total, length)
        if page.total is not None:
            is_by_index = page.cursor is None and not self.cursor
            if is_by_index:
                self._compare_totals(page.total, announced, length)
            if self._is_page_total(new_page, announced, length, is_by_index=is_by_index):
                self._totals.record_page_total()
        if page.skipped:
            self._mark_incomplete(f"{page.skipped} entries of a page are not objects")
        if page.cursor is not None:
            self._totals.has_cursors = True
            self._advance_cursor(page.cursor, is_stale=not new_page.items)
        elif self.cursor:
            self.is_done = True
            self._check_total()
        elif length and not new_page.items:
            self.is_done = True
            self._note_repeated_page()
        elif not length:
            self.is_done = True
            self._note_empty_page(is_first)
            if is_further and announced is not None and page.total is None:
                self._totals.record_end()
        else:
            self.cursor = None  # cursor requested, but the server pages by index
            self.is_done = self._is_last_page(page, length)
            if self.is_done:
                self._check_total()
        if self._deduplicator.is_stalled and not self.is_done:
            self.is_done = True
            self._mark_incomplete(_STALLED)
        return new_page

    def _compare_totals(self, total: int, announced: int | None, length: int) -> None:
        """Record whether the list became shorter while it was read by index, which then skips items.

        A list that only became longer has lost none. Totals that count what remains also fall: the number of items
        received shows at the end whether some are missing.
        """
        if self._has_shrunk and announced is not None and total > announced:
            self._mark_incomplete("its totals fell and rose: the list changed while it was read")
        self._has_shrunk = self._has_shrunk or total < self._highest_total
        if total > length:
            self._highest_total = max(self._highest_total, total)

    def _is_page_total(
        self, new_page: Page[T], announced: int | None, length: int, *, is_by_index: bool
    ) -> bool:
        """Return whether a total counts its page only, or the items up to its page.

        That is certain if the page has new items beyond the end that it announces, or that the last one announced.
        """
        total = new_page.total or 0
        if not new_page.items:
            return length >= total and self.received > total and not self._highest_total
        if self.received > total and (is_by_index or length >= total):
            return True
        start = self.start - length
        return is_by_index and announced is not None and start > announced and not self._has_shrunk

    @property
    def has_proven_totals(self) -> bool:
        """True if totals of this endpoint are known to count the list instead of a page."""
        return self._totals.status == "proven"

    @property
    def has_page_totals(self) -> bool:
        """True if totals of this endpoint are known to count a page instead of the list."""
        return self._totals.status == "refuted"

    def record_total(self, page: Page[T]) -> None:
        """Record the total of a page that was requested apart from the list."""
        self._totals.record_page(page.total, len(page.items) + page.skipped)

    def end_as_announced(self) -> bool:
        """End the list if the next page only proves its end, and no proof is needed; return whether it has ended."""
        if callable(self._needs_proof) and self.is_beyond_end and not self._needs_proof():
            self.is_done = True
            self._check_total()
        return self.is_done

    def end_without_proof(self, error: ApiError | TransportError) -> bool:
        """End the list because the page after its announced end could not be read; return whether it has ended.

        It has not if a look-up needs that page, and the request may be repeated.

        Args:
            error: the error of its request.
        """
        is_lasting = isinstance(error, ApiError) and error.status in _LASTING_STATUSES
        if callable(self._needs_proof) and not is_lasting:
            return False
        self.is_done = True
        problem = f"HTTP {error.status}" if isinstance(error, ApiError) else error.message
        reason = f"{self._describe_end()}, and the request for a further page failed: {problem}"
        self._mark_unproven(reason)
        if is_lasting:
            self._totals.mark_unprovable(reason)
        self._check_total()
        return True

    def _describe_end(self) -> str:
        if self.total is None:
            return "the server sends no totalResults, and its last page is shorter than requested"
        return f"the server announced {self.total} items, as many as its page has"

    def _advance_cursor(self, cursor: str, *, is_stale: bool) -> None:
        self._stale_pages = self._stale_pages + 1 if is_stale else 0
        if cursor == self.cursor:
            self.fault = "the server sent the same cursor twice"
        elif self._stale_pages >= _MAX_STALE_PAGES:
            self.fault = f"the server sent {_MAX_STALE_PAGES} consecutive pages without new items"
        elif not self._seen_cursors.add(cursor):
            self.is_done = True
            self._mark_incomplete(
                "the server sent the cursor of an earlier page as the next: its cursors form a cycle"
            )
        self.cursor = cursor

    def _is_last_page(self, page: Page[T], length: int) -> bool:
        is_short = length < self.count
        if self.total is None:
            # Without a total only a short page marks the end; a server may cap pages below `count`.
            self._is_short_untotalled = is_short
            if not is_short or page.size == length:
                return False
            return self._totals.has_cursors or not self._can_prove_end()
        if self.start <= max(self.total, self._highest_total):
            return False
        # Some servers send the length of the page as the total.
        status = self._totals.status
        if status == "proven" or (is_short and self._totals.has_cursors):
            return True
        if status == "refuted" or not is_short:
            return False
        return not self._can_prove_end()

    def _can_prove_end(self) -> bool:
        """Return whether a further page is requested; if it is known to prove nothing, the list is incomplete."""
        if not self._needs_proof:
            return False
        if self._totals.status == "unprovable":
            self._mark_unproven(self._totals.reason or "")
            return False
        return True

    def _mark_unproven(self, reason: str) -> None:
        """Mark the list as incomplete for lack of a proof, unless its totals suffice."""
        if self.total is None or not callable(self._needs_proof):
            self._mark_incomplete(reason)

    def _check_total(self) -> None:
        announced = max(self.total or 0, self._highest_total)
        if self.received < announced:
            self._mark_incomplete(
                f"{self.received} of {announced} items received: the list changed while it was read"
            )

    def _note_repeated_page(self) -> None:
        if self.is_beyond_end and self.received >= (self.total or 0):
            if self._totals.status != "proven" or self.total is None:
                reason = f"{self._describe_end()}, and repeated the page: it ignores startIndex"
                self._mark_unproven(reason)
                self._totals.mark_unprovable(reason)
            self._check_total()
        else:
            is_counted = self.total is not None and self._totals.status != "refuted"
            of_total = f", {self.received} of {self.total} received" if is_counted else ""
            self._mark_incomplete(f"the server repeated a page: it ignores startIndex{of_total}")

    def _note_empty_page(self, is_first: bool) -> None:
        if self.total is not None and self.received < self.total:
            received = "none" if is_first else str(self.received)
            self._mark_incomplete(f"the server announced {self.total} items and sent {received}")
        self._check_total()

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
        "_highest_total",
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
        self._highest_total = 0  # a list that becomes shorter while it is read skips items
        self._deduplicator = Deduplicator(key)

    def feed(self, page: Page[T], /) -> Page[T]:
        """Record a page, and return it without duplicates."""
        length = len(page.items) + page.skipped
        new_page = self._deduplicator.remove_duplicates(page)
        self.total = page.total if page.total is not None else self.total
        self._highest_total = max(self._highest_total, self.total or 0)
        self.received += len(new_page.items)
        self.start += 1
        is_short = length < (page.size or self.count)
        if not length or not new_page.items:
            self.is_done = True
            if length and self.total is None:
                self.why_incomplete = (
                    "the server repeated a page: it ignores the number of the page"
                )
        elif self.total is None:
            self.is_done = is_short
        else:
            self.is_done = self.received >= self._highest_total
        if self.is_done and self.received < self._highest_total:
            self.why_incomplete = (
                f"the server announced {self._highest_total} items and sent {self.received}"
            )
        if self._deduplicator.is_stalled and not self.is_done:
            self.is_done = True
            self.why_incomplete = _STALLED
        return new_page
