"""Which keys came before, in memory that hardly grows. Pure."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Hashable

__all__ = ["CompactSet"]

_MAX_EXACT_KEYS = 20_000
"""Keys kept as they are: a few megabytes of ids."""

_BUCKET_COUNT = 4096
"""Sorted runs that marks are spread over, so that putting one in between moves little."""

_HASH_MASK = (1 << 64) - 1


class CompactSet:
    """A set of keys that can only grow.

    The first 20,000 are kept as they are. When there are more, each text is kept as a mark of 8 bytes, its
    salted hash: a million keys take 9 MB in place of 130. That two of a million share a mark has a
    probability of 3 in 100 million.

    Args:
        max_exact: how many keys to keep as they are.
    """

    __slots__ = ("_buckets", "_keys", "_max_exact")

    def __init__(self, max_exact: int = _MAX_EXACT_KEYS) -> None:
        # marks need all 64 bits of a hash, which some builds of Python do not have
        self._max_exact = max_exact if sys.hash_info.width >= 64 else sys.maxsize
        self._keys: set[Hashable] = set()
        self._buckets: tuple[array[int], ...] = ()

    def add(self, key: Hashable) -> bool:
        """Put a key in and return whether it was not there."""
        if self._buckets and isinstance(key, str):
            return self._add_hash(key)
        if key in self._keys:
            return False
        self._keys.add(key)
        if not self._buckets and len(self._keys) > self._max_exact:
            self._buckets = tuple(array("Q") for _ in range(_BUCKET_COUNT))
            known, self._keys = self._keys, set()
            for one in known:
                self.add(one)
        return True

    def _add_hash(self, key: str) -> bool:
        mark = hash(key) & _HASH_MASK
        part = self._buckets[mark % _BUCKET_COUNT]
        place = bisect_left(part, mark)
        if place < len(part) and part[place] == mark:
            return False
        part.insert(place, mark)
        return True
