"""Cache of list results, invalidated by every state change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from britive_scim.testing.state.state import State

__all__ = ["QueryCache"]

Item = TypeVar("Item")

_MAX_ENTRIES = 16
"""Maximum number of results; the oldest is removed first."""


class QueryCache(Generic[Item]):
    """Results by query, for one version of the state: all pages of a list cost one scan."""

    def __init__(self) -> None:
        self._state_version: tuple[State, int, int] | None = None
        self._results: dict[Hashable, Sequence[Item]] = {}

    def get_or_compute(
        self, state: State, key: Hashable, compute: Callable[[], Sequence[Item]]
    ) -> Sequence[Item]:
        """Return the cached result, or compute it; callers must not change it.

        Args:
            state: state of the tenant.
            key: everything that the result depends on, except the state.
            compute: computes the result.
        """
        version = (state, state.change_count, state.last_audit_number)
        if version != self._state_version:
            self._state_version = version
            self._results.clear()
        result = self._results.get(key)
        if result is None:
            result = compute()
            if len(result) > 1:  # else there is no second page
                self._results[key] = result
                if len(self._results) > _MAX_ENTRIES:
                    del self._results[next(iter(self._results))]
        return result
