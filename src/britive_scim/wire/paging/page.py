"""One page of a list, and the interface of the state that reads all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from britive_scim.notebook_text import describe
from britive_scim.tables import Table

__all__ = ["Page", "PageCursor"]

T = TypeVar("T")


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

    def _repr_html_(self) -> str:
        lines = Table.from_rows(("items",), ((describe(item),) for item in self.items))
        return lines.to_html(caption=repr(self).strip("<>"))


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
        """Reason why the list may be incomplete, or `None`."""
        ...

    def feed(self, page: Page[T], /) -> Page[T]:
        """Record a page, and return it without duplicates."""
        ...
