"""Look-ups that do not slow down with the number of resources."""

from __future__ import annotations

__all__ = ["ValueIndex"]


class ValueIndex:
    """Who carries a value: value -> the ids of those that do, in order of arrival."""

    __slots__ = ("_ids",)

    def __init__(self) -> None:
        self._ids: dict[str, dict[str, None]] = {}

    def add(self, value: str, id_: str) -> None:
        """Note that `id_` carries `value`."""
        self._ids.setdefault(value, {})[id_] = None

    def discard(self, value: str, id_: str) -> None:
        """Forget that `id_` carries `value`."""
        ids = self._ids[value]
        del ids[id_]
        if not ids:
            del self._ids[value]

    def find(self, value: str) -> tuple[str, ...]:
        """Return the ids of those that carry `value`."""
        return tuple(self._ids.get(value, ()))
