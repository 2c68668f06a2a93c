"""Memory-bounded set of ids already seen, to detect repeated pages."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Hashable

__all__ = ["CompactSet"]

_MAX_EXACT_KEYS = 20_000
"""Number of ids stored in full: a few megabytes."""

_BUCKET_COUNT = 4096
"""Number of sorted arrays of hashes, so that an insertion moves few."""

_HASH_MASK = (1 << 64) - 1


class CompactSet:
    """Set of keys that only grows.

    The first 20,000 keys are stored in full. Beyond that, each string is stored as its salted hash of 8
    bytes: a million keys take 9 MB instead of 130. The probability that two of a million share a hash is 3 in
    100 million.

    Args:
        max_exact: number of keys to store in full.
    """

    __slots__ = ("_buckets", "_keys", "_max_exact")

    def __init__(self, max_exact: int = _MAX_EXACT_KEYS) -> None:
        # some builds of Python have hashes of 32 bits
        self._max_exact = max_exact if sys.hash_info.width >= 64 else sys.maxsize
        self._keys: set[Hashable] = set()
        self._buckets: tuple[array[int], ...] = ()

    def add(self, key: Hashable) -> bool:
        """Add a key, and return whether it is new."""
        if self._buckets and isinstance(key, str):
            return self._add_hash(key)
        if key in self._keys:
            return False
        self._keys.add(key)
        if not self._buckets and len(self._keys) > self._max_exact:
            self._buckets = tuple(array("Q") for _ in range(_BUCKET_COUNT))
            known_keys, self._keys = self._keys, set()
            for known_key in known_keys:
                self.add(known_key)
        return True

    def _add_hash(self, key: str) -> bool:
        key_hash = hash(key) & _HASH_MASK
        bucket = self._buckets[key_hash % _BUCKET_COUNT]
        position = bisect_left(bucket, key_hash)
        if position < len(bucket) and bucket[position] == key_hash:
            return False
        bucket.insert(position, key_hash)
        return True
