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
        self._ids: dict[str, dict[str, str | tuple[str, ...]]] = {key: {} for key in self.keys}

    def add(self, values: Mapping[str, Any]) -> None:
        """Add the keys of a resource in wire form. Its former keys stay, as candidates are compared again."""
        id_ = values.get("id")
        if not isinstance(id_, str) or not id_:
            return
        for key in self.keys:
            ids = self._ids[key]
            for value in list_key_values(key, values):
                folded = normalize_caseless(value)
                known = ids.setdefault(folded, id_)  # nearly all values have one resource
                if id_ not in _to_tuple(known):
                    ids[folded] = (*_to_tuple(known), id_)

    def find(self, key: str, wanted: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the ids of the resources that may have the value of a key that `wanted` has."""
        found: dict[str, None] = {}
        for value in list_key_values(key, wanted):
            ids = self._ids[key].get(normalize_caseless(value), ())
            found.update(dict.fromkeys(_to_tuple(ids)))
        return tuple(found)


def _to_tuple(ids: str | tuple[str, ...]) -> tuple[str, ...]:
    return (ids,) if isinstance(ids, str) else ids
