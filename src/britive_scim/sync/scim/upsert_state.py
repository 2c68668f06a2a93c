# Generated from aio/scim/upsert_state.py by tools/unasync.py; edit that file instead.
"""State of `upsert` that one client keeps for each resource type."""

from __future__ import annotations

from collections.abc import Hashable

from britive_scim.sync.concurrency import Mutex
from britive_scim.provisioning.key_index import KeyIndex

__all__ = ["UpsertState"]

_LOCK_COUNT = 64
"""Number of locks: calls for different resources rarely wait for each other."""


class UpsertState:
    """State of `upsert` for the resources of one endpoint.

    Attributes:
        index: index of the resources by match keys that the provider does not filter by; `None` before it is needed.
        index_lock: held while the index is built.
    """

    __slots__ = ("_locks", "index", "index_lock")

    def __init__(self) -> None:
        self.index: KeyIndex | None = None
        self.index_lock = Mutex()
        self._locks = tuple(Mutex() for _ in range(_LOCK_COUNT))

    def get_lock(self, key: Hashable) -> Mutex:
        """Return the lock of a key, so that concurrent calls create one resource once."""
        return self._locks[hash(key) % _LOCK_COUNT]
