"""Which keys came before, in memory that hardly grows. Pure."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Hashable

__all__ = ["Seen"]

_EXACT = 20_000
"""Keys kept as they are: a few megabytes of ids."""

_PARTS = 4096
"""Sorted runs that marks are spread over, so that putting one in between moves little."""

_MARK = (1 << 64) - 1


class Seen:
    """A set of keys that can only grow.

    The first 20,000 are kept as they are. When there are more, each text is kept as a mark of 8 bytes, its
    salted hash: a million keys take 9 MB in place of 130. That two of a million share a mark has a
    probability of 3 in 100 million.

    Args:
        exact: how many keys to keep as they are.
    """

    __slots__ = ("_exact", "_keys", "_marks")

    def __init__(self, exact: int = _EXACT) -> None:
        # marks need all 64 bits of a hash, which some builds of Python do not have
        self._exact = exact if sys.hash_info.width >= 64 else sys.maxsize
        self._keys: set[Hashable] = set()
        self._marks: tuple[array[int], ...] = ()

    def add(self, key: Hashable) -> bool:
        """Put a key in and return whether it was not there."""
        if self._marks and isinstance(key, str):
            return self._mark(key)
        if key in self._keys:
            return False
        self._keys.add(key)
        if not self._marks and len(self._keys) > self._exact:
            self._marks = tuple(array("Q") for _ in range(_PARTS))
            known, self._keys = self._keys, set()
            for one in known:
                self.add(one)
        return True

    def _mark(self, key: str) -> bool:
        mark = hash(key) & _MARK
        part = self._marks[mark % _PARTS]
        place = bisect_left(part, mark)
        if place < len(part) and part[place] == mark:
            return False
        part.insert(place, mark)
        return True
