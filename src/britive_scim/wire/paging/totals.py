"""Evidence on the totals of an endpoint: they count the list, or only each page."""

from __future__ import annotations

from typing import Literal

__all__ = ["TotalsEvidence", "TotalsStatus"]

TotalsStatus = Literal["unknown", "proven", "refuted", "unprovable"]
"""Conclusion of the evidence about totals; see `TotalsEvidence`."""


class TotalsEvidence:
    """Evidence about the `totalResults` of one endpoint, shared by all its lists of one client.

    Some providers send the length of the page as the total (AWS before its cursors, WSO2): any page then seems to
    be the last. A total larger than its page proves that totals count the list. An empty page after the announced
    end has such a total. The opposite is proven by new items beyond the announced end, and by a total that is at most
    the length of its page, and smaller than the number of items received. Such totals may also count the items up to
    their page.

    Attributes:
        status: `unknown` before any evidence; `proven`; `refuted`, where lists end with an empty page only;
            `unprovable`, where a further page was requested and showed neither.
        reason: why the totals are unprovable, or `None`.
        has_cursors: whether a page had a cursor, so that a page without one is the last.
    """

    __slots__ = ("has_cursors", "reason", "status")

    def __init__(self) -> None:
        self.status: TotalsStatus = "unknown"
        self.reason: str | None = None
        self.has_cursors = False

    def record_page(self, total: int | None, length: int) -> None:
        """Record a page, given its total and its number of entries."""
        if total is not None and total > length:
            self.record_end()

    def record_end(self) -> None:
        """Record that the list ended where its total announced it."""
        if self.status != "refuted":
            self.status, self.reason = "proven", None

    def record_page_total(self) -> None:
        """Record a total that counts its page only."""
        self.status, self.reason = "refuted", None

    def mark_unprovable(self, reason: str) -> None:
        """Record that a further page proves neither, so that no other list requests one."""
        if self.status == "unknown":
            self.status, self.reason = "unprovable", reason
