"""What a walk over everybody has found, kept until anything changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from britive_scim.testing.state.state import State

__all__ = ["QueryCache"]

Item = TypeVar("Item")

_MAX_ENTRIES = 16
"""Findings kept at once; the oldest is forgotten first."""


class QueryCache(Generic[Item]):
    """Findings by what was asked, all of one stage of the state: the pages of a list cost one walk."""

    def __init__(self) -> None:
        self._state_version: tuple[State, int, int] | None = None
        self._results: dict[Hashable, Sequence[Item]] = {}

    def get_or_compute(
        self, state: State, key: Hashable, compute: Callable[[], Sequence[Item]]
    ) -> Sequence[Item]:
        """Return what was found for this before, or finds it now; it is not to be changed.

        Args:
            state: what is looked through.
            key: everything that the outcome depends on, but the state.
            compute: walks.
        """
        stage = (state, state.change_count, state.last_audit_number)
        if stage != self._state_version:
            self._state_version = stage
            self._results.clear()
        found = self._results.get(key)
        if found is None:
            found = compute()
            if len(found) > 1:  # else there is no other page
                self._results[key] = found
                if len(self._results) > _MAX_ENTRIES:
                    del self._results[next(iter(self._results))]
        return found
