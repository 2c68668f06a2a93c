# Generated from aio/scim/upsert_state.py by tools/unasync.py; edit that file instead.
"""State of `upsert` that one client keeps for each resource type."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

from britive_scim.sync.concurrency import Mutex
from britive_scim.provisioning.key_index import KeyIndex

__all__ = ["MAX_REMEMBERED", "UpsertState"]

T = TypeVar("T")

_LOCK_COUNT = 64
"""Number of locks: calls for different resources rarely wait for each other."""

MAX_REMEMBERED = 200_000
"""Number of resources of which values that the provider does not keep are remembered."""


class UpsertState:
    """State of `upsert` for the resources of one endpoint.

    Attributes:
        index: index of the resources by match keys that the provider does not filter by; `None` before it is needed.
        index_lock: held while the index is built.
    """

    __slots__ = ("_locks", "_sent_members", "_unkept", "index", "index_lock")

    def __init__(self) -> None:
        self.index: KeyIndex | None = None
        self.index_lock = Mutex()
        self._locks = tuple(Mutex() for _ in range(_LOCK_COUNT))
        self._unkept: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._sent_members: dict[str, int] = {}

    def get_lock(self, key: Hashable) -> Mutex:
        """Return the lock of a key, so that concurrent calls create one resource once."""
        return self._locks[hash(key) % _LOCK_COUNT]

    def get_unkept(self, id_: str, digest: int) -> tuple[str, ...]:
        """Return the paths that the provider did not keep when these values were sent for a resource."""
        known = self._unkept.get(id_)
        return known[1] if known is not None and known[0] == digest else ()

    def record_unkept(self, id_: str, digest: int, paths: tuple[str, ...]) -> None:
        """Record the paths that the provider did not keep, for the same values of the same resource."""
        self._unkept.pop(id_, None)
        if paths:
            _remember(self._unkept, id_, (digest, paths))

    def has_sent_members(self, id_: str, members: frozenset[str]) -> bool:
        """Return whether this client last set exactly these members of a group."""
        return self._sent_members.get(id_) == hash(members)

    def record_members(self, id_: str, members: frozenset[str]) -> None:
        """Record the members that were set."""
        _remember(self._sent_members, id_, hash(members))


def _remember(values: dict[str, T], id_: str, value: T) -> None:
    """Add a value, and forget the oldest one of too many."""
    values.pop(id_, None)
    values[id_] = value
    if len(values) > MAX_REMEMBERED:
        del values[next(iter(values))]
