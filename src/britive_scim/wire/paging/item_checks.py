"""Checks of the items of a list: against the filter of the request, and against a condition of the caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from britive_scim.wire.paging.page import Page

__all__ = ["ItemChecker", "ItemChecks"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ItemChecks(Generic[T]):
    """Checks of the items of a list.

    Attributes:
        find_contradictions: returns the attributes by which an item contradicts the filter, or `None`
            for a list that is not verified.
        condition: returns whether an item satisfies the condition, or `None` for all items.
    """

    find_contradictions: Callable[[T], tuple[str, ...]] | None = None
    condition: Callable[[T], object] | None = None


class ItemChecker(Generic[T]):
    """State of the checks in one loop over a list.

    Args:
        checks: the checks.

    Attributes:
        contradictions: number of items left out because they contradict the filter.
        fault: reason why the list cannot be continued, or `None`.
    """

    __slots__ = ("_attributes", "_checked", "_checks", "contradictions", "fault")

    def __init__(self, checks: ItemChecks[T]) -> None:
        self._checks = checks
        self._attributes: Counter[str] = Counter()
        self._checked = 0
        self.contradictions = 0
        self.fault: str | None = None

    def check(self, page: Page[T]) -> Page[T]:
        """Return a page without the items that contradict the filter, or do not satisfy the condition.

        If all items of the page contradict the filter, or more than half of all so far, `fault` is set.
        """
        items = page.items
        if self._checks.find_contradictions is not None and items:
            items = self._remove_contradictions(items, self._checks.find_contradictions)
        condition = self._checks.condition
        if condition is not None:
            items = tuple(item for item in items if condition(item))
        return page if len(items) == len(page.items) else replace(page, items=items)

    def _remove_contradictions(
        self, items: tuple[T, ...], find: Callable[[T], tuple[str, ...]]
    ) -> tuple[T, ...]:
        """Return the items that do not contradict the filter; count the others, and set `fault` if they are many."""
        remaining: list[T] = []
        for item in items:
            attributes = find(item)
            if attributes:
                self._attributes.update(attributes)
            else:
                remaining.append(item)
        self._checked += len(items)
        self.contradictions += len(items) - len(remaining)
        if not remaining or 2 * self.contradictions > self._checked:
            names = ", ".join(name for name, _ in self._attributes.most_common())
            self.fault = (
                f"{self.contradictions} of {self._checked} items contradict it by their {names}; filter on the client's "
                "side with where=…, or pass verify=False for the items as sent"
            )
        return tuple(remaining)
