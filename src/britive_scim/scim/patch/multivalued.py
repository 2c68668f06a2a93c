"""Indexed values of one multi-valued attribute during a PATCH request.

A request may add a thousand members to a group of ten thousand, one per operation. So the list is
copied once, at the first write. After a few searches an index of the searched sub-attributes is built;
with it, a value is found, added or removed in constant time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Final, cast

from pydantic import BaseModel

from britive_scim.scim.datatypes import normalize_case_exact, normalize_caseless
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.json_values import is_object
from britive_scim.scim.values.equality import build_equality_key, build_sub_attribute_key
from britive_scim.scim.values.lookup import wrap_strings
from britive_scim.scim.values.node import get_value, is_node

__all__ = ["IndexedValues", "ValueSearch", "get_sub_attribute_values"]


class ValueSearch:
    """Search condition: keys of sub-attributes that must all match.

    Attributes:
        sub_attributes: the sub-attributes; `None` for a simple value itself.
        key: the key of the only sub-attribute, or the tuple of all keys in order.
        names: their names.
        single_string: the key if it is the only one and a string, otherwise `None`.
    """

    __slots__ = ("key", "names", "single_string", "sub_attributes")

    def __init__(
        self, sub_attributes: Sequence[Attribute | None], keys: Sequence[Hashable]
    ) -> None:
        self.sub_attributes = sub_attributes
        self.key: Hashable = keys[0] if len(keys) == 1 else tuple(keys)
        self.names = tuple([sub.name if sub else "" for sub in sub_attributes])
        self.single_string = self.key if isinstance(self.key, str) else None

    @classmethod
    def from_value(cls, attribute: Attribute, value: Any) -> ValueSearch:
        """Return the search for values with all parts of one value, in wire form without nulls."""
        if not isinstance(value, dict) or attribute.type != "complex":
            return cls([None], [build_equality_key(attribute, value)])
        members = cast("dict[str, Any]", value)
        subs = [sub for sub in attribute.sub_attributes if sub.name in members]
        return cls(subs, [build_sub_attribute_key(sub, members) for sub in subs])


_SCANS_BEFORE_INDEX: Final = 2
"""Number of linear scans before an index is built."""

_SMALL_COUNT: Final = 12
"""Maximum number of values with equal keys that are compared individually."""

_NFC_ASCII_RESULTS: Final = frozenset("K;`")
"""ASCII characters to which NFC maps a character outside ASCII; strings with them are normalized."""


class _Tombstone:
    """Placeholder of a removed value until the list is rebuilt."""

    __slots__ = ()


_TOMBSTONE: Final = _Tombstone()


class _ValueIndex:
    """Positions of values by the keys of some sub-attributes.

    Attributes:
        sub_attributes: the sub-attributes; `None` for a simple value itself.
        positions: the position, or the positions in insertion order, by key.
    """

    __slots__ = ("positions", "sub_attributes")

    def __init__(self, sub_attributes: Sequence[Attribute | None]) -> None:
        self.sub_attributes = sub_attributes
        self.positions: dict[Hashable, int | dict[int, None]] = {}

    def add(self, key: Hashable, position: int) -> None:
        """Add a value."""
        entry = self.positions.setdefault(key, position)
        if isinstance(entry, dict):
            entry[position] = None
        elif entry != position:
            self.positions[key] = {entry: None, position: None}

    def remove(self, key: Hashable, position: int) -> None:
        """Remove a value."""
        entry = self.positions[key]
        if isinstance(entry, dict):
            del entry[position]
        else:
            del self.positions[key]

    def find_positions(self, key: Hashable) -> list[int]:
        """Return the positions of the values with this key, in order."""
        entry = self.positions.get(key)
        if entry is None:
            return []
        return sorted(entry) if isinstance(entry, dict) else [entry]


class IndexedValues:
    """Values of a multi-valued attribute, copied on write and indexed on demand.

    Attributes:
        is_changed: whether the values differ from the original ones.
    """

    __slots__ = (
        "_attribute",
        "_indexes",
        "_items",
        "_primary_positions",
        "_scans_left",
        "_sub_attribute_values",
        "_tombstones",
        "is_changed",
    )

    def __init__(self, attribute: Attribute, items: list[Any]) -> None:
        self._attribute = attribute
        self._items = items
        self._indexes: dict[tuple[str, ...], _ValueIndex] = {}
        self._scans_left = _SCANS_BEFORE_INDEX
        self._sub_attribute_values: tuple[Attribute, list[Any]] | None = None
        self._tombstones: list[int] = []
        self._primary_positions: set[int] | None = None
        self.is_changed = False

    def __len__(self) -> int:
        return len(self._items) - len(self._tombstones)

    def __getitem__(self, position: int) -> Any:
        return self._items[position]

    def get_items(self) -> list[Any]:
        """Return the current values; the caller must not change the list."""
        if 0 < len(self._tombstones) <= _SMALL_COUNT:  # faster than to rebuild the list
            items = self._items
            for position in sorted(self._tombstones, reverse=True):
                del items[position]
            self.set_all(items)
        elif self._tombstones:
            self.set_all([item for item in self._items if item is not _TOMBSTONE])
        return self._items

    # ------------------------------------------------------------------ search

    def find_all(self) -> list[int]:
        """Return the positions of all values."""
        return [i for i, item in enumerate(self._items) if item is not _TOMBSTONE]

    def find_matching(self, predicate: Callable[[Any], bool]) -> list[int]:
        """Return the positions of the values that satisfy a predicate, in order."""
        return [
            i for i, item in enumerate(self._items) if item is not _TOMBSTONE and predicate(item)
        ]

    def run_search(self, search: ValueSearch) -> list[int]:
        """Return the positions of the values that match every key, in order."""
        index = self._indexes.get(search.names)
        if index is None:
            if self._scans_left > 0:
                self._scans_left -= 1
                return self._scan(search)
            index = self._build_index(search)
        return index.find_positions(search.key)

    def _scan(self, search: ValueSearch) -> list[int]:
        key = search.single_string
        if key is not None:
            sub = search.sub_attributes[0]
            attribute = self._attribute if sub is None else sub
            if attribute.type == "string":
                strings = self._items if sub is None else self._get_sub_attribute_values(sub)
                if attribute.case_exact:
                    return _find_case_exact(strings, key)
                return [
                    i
                    for i, s in enumerate(strings)
                    if s == key or (isinstance(s, str) and normalize_caseless(s) == key)
                ]
        return [i for i in self.find_all() if self._is_match(self._items[i], search)]

    def _get_sub_attribute_values(self, sub: Attribute) -> list[Any]:
        """Return the sub-attribute of each value; cached until the values change."""
        if self._sub_attribute_values is None or self._sub_attribute_values[0] is not sub:
            self._sub_attribute_values = (sub, get_sub_attribute_values(self._items, sub))
        return self._sub_attribute_values[1]

    def _is_match(self, item: Any, search: ValueSearch) -> bool:
        return self._build_key(item, search.sub_attributes) == search.key

    def _build_index(self, search: ValueSearch) -> _ValueIndex:
        subs = search.sub_attributes
        index = self._indexes[search.names] = _ValueIndex(subs)
        if search.single_string is not None and subs[0] is not None and not self._tombstones:
            strings = self._get_sub_attribute_values(subs[0])
            if _is_ascii_case_exact(subs[0], strings):
                index.positions.update(zip(strings, range(len(strings)), strict=True))
                if len(index.positions) == len(strings):
                    return index
                index.positions.clear()
        for position in self.find_all():
            index.add(self._build_key(self._items[position], subs), position)
        return index

    def _build_key(self, item: Any, sub_attributes: Sequence[Attribute | None]) -> Hashable:
        if item.__class__ is str and self._attribute.type == "complex":
            item = wrap_strings(item)
        keys = [
            build_equality_key(self._attribute, item)
            if sub is None
            else (build_sub_attribute_key(sub, item) if is_node(item) else _TOMBSTONE)
            for sub in sub_attributes
        ]
        return keys[0] if len(keys) == 1 else tuple(keys)

    def find_existing(self, new_value: Any) -> tuple[int, bool] | None:
        """Return the position of an existing value equal to one to be added, or `None`.

        A value with all parts of the new one is preferred. Otherwise it is a value with the same
        `value` and the same `type`, or with only one of the two having a `type`; that is incomplete.

        Args:
            new_value: a checked value in wire form without nulls.

        Returns:
            The position, and whether the existing value is complete.
        """
        attribute = self._attribute
        full = ValueSearch.from_value(attribute, new_value)
        value = attribute.find_sub_attribute("value")
        if value is None or value.name not in full.names:
            positions = self.run_search(full)
            return (positions[0], True) if positions else None
        value_key = build_sub_attribute_key(value, new_value)
        same_value = self.run_search(ValueSearch([value], [value_key]))
        if not same_value:
            return None
        positions = self._filter_positions(same_value, full)
        if positions:
            return positions[0], True
        type_ = attribute.find_sub_attribute("type")
        if type_ is None or type_.name not in full.names:
            return same_value[0], False
        for type_key in (build_sub_attribute_key(type_, new_value), None):
            search = ValueSearch([value, type_], [value_key, type_key])
            positions = self._filter_positions(same_value, search)
            if positions:
                return positions[0], False
        return None

    def find_identified(self, item: Any) -> list[int]:
        """Return the positions of the existing values that a value of a remove operation identifies.

        They have the same `value` and, if both have one, the same `type` regardless of case; their
        other parts may differ. An item without `value` identifies the values that have all its parts.

        Args:
            item: a checked value in wire form without nulls.
        """
        attribute = self._attribute
        value = attribute.find_sub_attribute("value")
        if value is None or not is_object(item) or value.name not in item:
            return self.run_search(ValueSearch.from_value(attribute, item))
        positions = self.run_search(ValueSearch([value], [build_sub_attribute_key(value, item)]))
        type_ = attribute.find_sub_attribute("type")
        wanted = None if type_ is None else _fold_type(get_value(item, type_))
        if type_ is None or not wanted:
            return positions
        return [
            i
            for i in positions
            if not is_node(self._items[i])
            or _fold_type(get_value(self._items[i], type_)) in ("", wanted)
        ]

    def _filter_positions(self, positions: list[int], search: ValueSearch) -> list[int]:
        """Return those of some positions, whose values share a key, that match the search."""
        if len(positions) > _SMALL_COUNT:
            return self.run_search(search)
        return [i for i in positions if self._is_match(self._items[i], search)]

    # ------------------------------------------------------------------ changes

    def _copy_on_write(self) -> None:
        if not self.is_changed:
            self._items = list(self._items)
            self.is_changed = True

    def append(self, item: Any) -> int:
        """Add a value at the end and return its position."""
        self._copy_on_write()
        position = len(self._items)
        self._items.append(item)
        self._sub_attribute_values = None
        self._add_to_indexes(position, item)
        return position

    def replace(self, position: int, item: Any) -> None:
        """Replace the value at a position."""
        if not self.is_changed:
            self._copy_on_write()
        if self._indexes or self._primary_positions is not None:
            self._remove_from_indexes(position)
            self._add_to_indexes(position, item)
        self._items[position] = item
        self._sub_attribute_values = None

    def discard(self, positions: Sequence[int]) -> None:
        """Remove the values at one or more positions."""
        if self._indexes:
            self._copy_on_write()
            for position in positions:
                self._remove_from_indexes(position)
                self._items[position] = _TOMBSTONE
            self._tombstones += positions
            self._sub_attribute_values = None
            return
        self._primary_positions = None
        if len(positions) == 1:
            self._copy_on_write()
            del self._items[positions[0]]
            if self._sub_attribute_values is not None:
                del self._sub_attribute_values[1][positions[0]]
            return
        self._sub_attribute_values = None
        removed = set(positions)
        self._items = [item for i, item in enumerate(self._items) if i not in removed]
        self.is_changed = True

    def set_all(self, items: list[Any]) -> None:
        """Replace all values; takes ownership of the list."""
        self._indexes.clear()
        self._primary_positions = None
        self._sub_attribute_values = None
        self._tombstones = []
        self._items = items
        self.is_changed = True

    def _add_to_indexes(self, position: int, item: Any) -> None:
        for index in self._indexes.values():
            index.add(self._build_key(item, index.sub_attributes), position)
        if self._primary_positions is not None and self._is_primary(item):
            self._primary_positions.add(position)

    def _remove_from_indexes(self, position: int) -> None:
        item = self._items[position]
        for index in self._indexes.values():
            index.remove(self._build_key(item, index.sub_attributes), position)
        if self._primary_positions is not None:
            self._primary_positions.discard(position)

    # ------------------------------------------------------------------ primary

    @property
    def primary_attribute(self) -> Attribute:
        """The sub-attribute `primary`."""
        return cast("Attribute", self._attribute.find_sub_attribute("primary"))

    def _is_primary(self, item: Any) -> bool:
        primary = self._attribute.find_sub_attribute("primary")
        return (
            primary is not None
            and is_node(item)
            and build_sub_attribute_key(primary, item) == (bool, True)
        )

    def find_other_primaries(self, position: int) -> list[int]:
        """Return the positions of primary values other than `position`."""
        if self._primary_positions is None:
            self._primary_positions = set(self.find_matching(self._is_primary))
        return sorted(self._primary_positions - {position})


def _fold_type(value: Any) -> str:
    """Return the `type` of a value for comparison regardless of case; "" if it has none."""
    return normalize_caseless(value) if isinstance(value, str) else ""


def get_sub_attribute_values(items: list[Any], sub: Attribute) -> list[Any]:
    """Return the sub-attribute of each value; at C speed for values of one shape."""
    if not items:
        return []
    name = sub.name
    try:
        return (
            [item[name] for item in items]
            if len(items) < _SMALL_COUNT
            else list(map(itemgetter(name), items))
        )
    except (KeyError, TypeError):  # names in another case, missing names, models
        pass
    if isinstance(items[0], BaseModel) and sub.field in items[0].__dict__:
        try:
            return list(map(attrgetter(sub.field), items))
        except AttributeError:
            pass
    return [_get_sub_attribute(item, sub) for item in items]


def _get_sub_attribute(item: Any, sub: Attribute) -> Any:
    if is_node(item):
        return get_value(item, sub)
    # A mapping may have a string in place of an object with this `value`.
    return item if item.__class__ is str and item and sub.name == "value" else None


def _is_ascii_case_exact(attribute: Attribute, strings: list[Any]) -> bool:
    """Return whether strings equal their keys: all ASCII, of a case-exact attribute."""
    if attribute.type != "string" or not attribute.case_exact:
        return False
    try:
        return "".join(strings).isascii()
    except TypeError:  # not all are strings
        return False


def _find_case_exact(strings: list[Any], search_key: str) -> list[int]:
    """Return the positions of the strings with the key `search_key`, compared with case."""
    if not search_key.isascii() or not _NFC_ASCII_RESULTS.isdisjoint(search_key):
        return [
            i
            for i, s in enumerate(strings)
            if isinstance(s, str) and normalize_case_exact(s) == search_key
        ]
    positions: list[int] = []
    start = 0
    try:
        while True:
            start = strings.index(search_key, start)
            positions.append(start)
            start += 1
    except ValueError:  # no further match
        return positions
