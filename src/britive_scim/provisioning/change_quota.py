"""Quota of changes: the `limit` of one run, shared by its workers."""

from __future__ import annotations

import threading

__all__ = ["ChangeQuota"]


class ChangeQuota:
    """Number of changes that may still be sent; threads may share it.

    Args:
        limit: maximum number of changes; `None` for no maximum.

    Example:
        >>> quota = ChangeQuota(5)
        >>> quota.take(3), quota.take(3), quota.is_used_up
        (3, 2, True)
        >>> quota.give_back(1)
        >>> quota.left
        1
    """

    def __init__(self, limit: int | None) -> None:
        self._left = limit
        self._lock = threading.Lock()

    @property
    def left(self) -> int | None:
        """Number of changes that may still be sent; `None` for no maximum."""
        return self._left

    @property
    def is_used_up(self) -> bool:
        """True if no further change may be sent."""
        return self._left == 0

    def take(self, count: int) -> int:
        """Reserve up to `count` changes, and return how many may be sent."""
        with self._lock:
            if self._left is None:
                return count
            taken = min(count, self._left)
            self._left -= taken
            return taken

    def give_back(self, count: int) -> None:
        """Return reserved changes that were not sent."""
        with self._lock:
            if self._left is not None:
                self._left += count
