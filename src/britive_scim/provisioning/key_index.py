"""Index of the resources of one type by match key, for providers that do not filter by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from britive_scim.provisioning.plans.matching import list_key_values
from britive_scim.scim.datatypes import normalize_caseless

__all__ = ["KeyIndex"]


class KeyIndex:
    """Ids and match keys of all resources of one type. Values are compared without case, and checked again later.

    Args:
        keys: the match keys.
        read_at: time of reading in seconds, on the clock of the client.
    """

    __slots__ = ("_ids", "keys", "read_at")

    def __init__(self, keys: Iterable[str], read_at: float) -> None:
        self.keys = tuple(keys)
        self.read_at = read_at
        self._ids: dict[tuple[str, str], tuple[str, ...]] = {}

    def add(self, values: Mapping[str, Any]) -> None:
        """Add the keys of a resource in wire form. Its former keys stay, as candidates are compared again."""
        id_ = values.get("id")
        if not isinstance(id_, str) or not id_:
            return
        for key in self.keys:
            for value in list_key_values(key, values):
                entry = (key, normalize_caseless(value))
                ids = self._ids.get(entry, ())
                if id_ not in ids:
                    self._ids[entry] = (*ids, id_)

    def find(self, key: str, wanted: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the ids of the resources that may have the value of a key that `wanted` has."""
        found: dict[str, None] = {}
        for value in list_key_values(key, wanted):
            found.update(dict.fromkeys(self._ids.get((key, normalize_caseless(value)), ())))
        return tuple(found)
