"""What a walk over everybody has found, kept until anything changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from britive_scim.testing.state.state import State

__all__ = ["Kept"]

Item = TypeVar("Item")

_MOST = 16
"""Findings kept at once; the oldest is forgotten first."""


class Kept(Generic[Item]):
    """Findings by what was asked, all of one stage of the state: the pages of a list cost one walk."""

    def __init__(self) -> None:
        self._stage: tuple[State, int, int] | None = None
        self._found: dict[Hashable, Sequence[Item]] = {}

    def get(
        self, state: State, asked: Hashable, find: Callable[[], Sequence[Item]]
    ) -> Sequence[Item]:
        """Return what was found for this before, or finds it now; it is not to be changed.

        Args:
            state: what is looked through.
            asked: everything that the outcome depends on, but the state.
            find: walks.
        """
        stage = (state, state.changes, state.last_event)
        if stage != self._stage:
            self._stage = stage
            self._found.clear()
        found = self._found.get(asked)
        if found is None:
            found = find()
            if len(found) > 1:  # else there is no other page
                self._found[asked] = found
                if len(self._found) > _MOST:
                    del self._found[next(iter(self._found))]
        return found
