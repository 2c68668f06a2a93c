"""The values of one multi-valued attribute while operations change them.

A request may add a thousand members to a group of ten thousand, one operation each. So the list is
copied once, when it is first written to, and after a few searches an index of the searched
sub-attributes is kept; then a value is found, added or taken away in constant time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Final, cast

from pydantic import BaseModel

from britive_scim.scim.datatypes import normalize_case_exact, normalize_caseless
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.values.equality import build_equality_key, build_sub_attribute_key
from britive_scim.scim.values.node import get_value, is_node

__all__ = ["IndexedValues", "ValueSearch", "get_sub_attribute_values"]


class ValueSearch:
    """What is looked for: keys of sub-attributes, all of which must agree.

    Attributes:
        sub_attributes: the sub-attributes; `None` for a simple value itself.
        key: their keys; that of the only one, or all in order.
        names: their names.
        single_string: what alone is looked for, where that is a text.
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
        """Return the search for values that have all that one has, in wire form and without nulls."""
        if not isinstance(value, dict) or attribute.type != "complex":
            return cls([None], [build_equality_key(attribute, value)])
        members = cast("dict[str, Any]", value)
        subs = [sub for sub in attribute.sub_attributes if sub.name in members]
        return cls(subs, [build_sub_attribute_key(sub, members) for sub in subs])


_SCANS_BEFORE_INDEX: Final = 2
"""Searches by reading all values, before an index is made."""

_SMALL_COUNT: Final = 12
"""Values that share a key and are looked at one by one."""

_NFC_ASCII_RESULTS: Final = frozenset("K;`")
"""ASCII characters to which NFC maps a character outside ASCII: text with them is compared in full."""


class _Tombstone:
    """What stands in the place of a value taken away, until the list is made up again."""

    __slots__ = ()


_TOMBSTONE: Final = _Tombstone()


class _ValueIndex:
    """Where the values are, by the keys of some sub-attributes.

    Attributes:
        sub_attributes: the sub-attributes; `None` for a simple value itself.
        positions: by the keys the position, or the positions, in the order of arrival.
    """

    __slots__ = ("positions", "sub_attributes")

    def __init__(self, sub_attributes: Sequence[Attribute | None]) -> None:
        self.sub_attributes = sub_attributes
        self.positions: dict[Hashable, int | dict[int, None]] = {}

    def add(self, key: Hashable, position: int) -> None:
        """Take in a value."""
        there = self.positions.setdefault(key, position)
        if isinstance(there, dict):
            there[position] = None
        elif there != position:
            self.positions[key] = {there: None, position: None}

    def remove(self, key: Hashable, position: int) -> None:
        """Take out a value."""
        there = self.positions[key]
        if isinstance(there, dict):
            del there[position]
        else:
            del self.positions[key]

    def find_positions(self, key: Hashable) -> list[int]:
        """Return the positions of the values with these keys."""
        there = self.positions.get(key)
        if there is None:
            return []
        return sorted(there) if isinstance(there, dict) else [there]


class IndexedValues:
    """The values, and what is known about where they are.

    Attributes:
        attribute: what the schema says about them.
        is_changed: whether they differ from what was there at first.
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
        """Return the values as they are now; the list is to be left alone."""
        if 0 < len(self._tombstones) <= _SMALL_COUNT:  # no need to touch all the others
            items = self._items
            for position in sorted(self._tombstones, reverse=True):
                del items[position]
            self.set_all(items)
        elif self._tombstones:
            self.set_all([item for item in self._items if item is not _TOMBSTONE])
        return self._items

    # ------------------------------------------------------------------ finding

    def find_all(self) -> list[int]:
        """Return the positions of all values."""
        return [i for i, item in enumerate(self._items) if item is not _TOMBSTONE]

    def find_matching(self, predicate: Callable[[Any], bool]) -> list[int]:
        """Return the positions of the values that satisfy a predicate, in order."""
        return [
            i for i, item in enumerate(self._items) if item is not _TOMBSTONE and predicate(item)
        ]

    def run_search(self, search: ValueSearch) -> list[int]:
        """Return the positions of the values that agree with every wanted key, in order."""
        index = self._indexes.get(search.names)
        if index is None:
            if self._scans_left > 0:
                self._scans_left -= 1
                return self._scan(search)
            index = self._build_index(search)
        return index.find_positions(search.key)

    def _scan(self, search: ValueSearch) -> list[int]:
        text = search.single_string
        if text is not None:
            sub = search.sub_attributes[0]
            kind = self._attribute if sub is None else sub
            if kind.type == "string":
                texts = self._items if sub is None else self._get_sub_attribute_values(sub)
                if kind.case_exact:
                    return _find_case_exact(texts, text)
                return [
                    i
                    for i, t in enumerate(texts)
                    if t == text or (isinstance(t, str) and normalize_caseless(t) == text)
                ]
        return [i for i in self.find_all() if self._is_match(self._items[i], search)]

    def _get_sub_attribute_values(self, sub: Attribute) -> list[Any]:
        """Return what each value holds for a sub-attribute; kept until other values are there."""
        if self._sub_attribute_values is None or self._sub_attribute_values[0] is not sub:
            self._sub_attribute_values = (sub, get_sub_attribute_values(self._items, sub))
        return self._sub_attribute_values[1]

    def _is_match(self, item: Any, search: ValueSearch) -> bool:
        return self._build_key(item, search.sub_attributes) == search.key

    def _build_index(self, search: ValueSearch) -> _ValueIndex:
        subs = search.sub_attributes
        index = self._indexes[search.names] = _ValueIndex(subs)
        if search.single_string is not None and subs[0] is not None and not self._tombstones:
            texts = self._get_sub_attribute_values(subs[0])
            if _is_ascii_case_exact(subs[0], texts):
                index.positions.update(zip(texts, range(len(texts)), strict=True))
                if len(index.positions) == len(texts):
                    return index
                index.positions.clear()
        for position in self.find_all():
            index.add(self._build_key(self._items[position], subs), position)
        return index

    def _build_key(self, item: Any, sub_attributes: Sequence[Attribute | None]) -> Hashable:
        keys = [
            build_equality_key(self._attribute, item)
            if sub is None
            else (build_sub_attribute_key(sub, item) if is_node(item) else _TOMBSTONE)
            for sub in sub_attributes
        ]
        return keys[0] if len(keys) == 1 else tuple(keys)

    def find_existing(self, new_value: Any) -> tuple[int, bool] | None:
        """Return where a value that is to be added is already, or `None` where it is not.

        It is there where some value has all that it has; failing that, where some value has the same
        `value`, and the same `type` or one of the two none: that one is meant, and lacks something.

        Args:
            new_value: checked, in wire form, without nulls.

        Returns:
            The position, and whether the value is there in full.
        """
        attribute = self._attribute
        full = ValueSearch.from_value(attribute, new_value)
        value = attribute.find_sub_attribute("value")
        if value is None or value.name not in full.names:
            found = self.run_search(full)
            return (found[0], True) if found else None
        value_key = build_sub_attribute_key(value, new_value)
        alike = self.run_search(ValueSearch([value], [value_key]))
        if not alike:
            return None
        found = self._filter_positions(alike, full)
        if found:
            return found[0], True
        kind = attribute.find_sub_attribute("type")
        if kind is None or kind.name not in full.names:
            return alike[0], False
        for type_key in (build_sub_attribute_key(kind, new_value), None):
            found = self._filter_positions(alike, ValueSearch([value, kind], [value_key, type_key]))
            if found:
                return found[0], False
        return None

    def _filter_positions(self, positions: list[int], search: ValueSearch) -> list[int]:
        """Return the positions of the values, among some that share a key, that agree with all."""
        if len(positions) > _SMALL_COUNT:
            return self.run_search(search)
        return [i for i in positions if self._is_match(self._items[i], search)]

    # ------------------------------------------------------------------ changing

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
        """Put a value in the place of another."""
        if not self.is_changed:
            self._copy_on_write()
        if self._indexes or self._primary_positions is not None:
            self._remove_from_indexes(position)
            self._add_to_indexes(position, item)
        self._items[position] = item
        self._sub_attribute_values = None

    def discard(self, positions: Sequence[int]) -> None:
        """Take values away, one at least."""
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
        going = set(positions)
        self._items = [item for i, item in enumerate(self._items) if i not in going]
        self.is_changed = True

    def set_all(self, items: list[Any]) -> None:
        """Put other values in the place of all; the list is kept."""
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
        """The sub-attribute that marks one value among all."""
        return cast("Attribute", self._attribute.find_sub_attribute("primary"))

    def _is_primary(self, item: Any) -> bool:
        primary = self._attribute.find_sub_attribute("primary")
        return (
            primary is not None
            and is_node(item)
            and build_sub_attribute_key(primary, item) == (bool, True)
        )

    def find_other_primaries(self, position: int) -> list[int]:
        """Return the positions of the values marked primary, without one."""
        if self._primary_positions is None:
            self._primary_positions = set(self.find_matching(self._is_primary))
        return sorted(self._primary_positions - {position})


def get_sub_attribute_values(items: list[Any], sub: Attribute) -> list[Any]:
    """Return what each of some values holds for a sub-attribute; at the speed of C where all are alike."""
    if not items:
        return []
    name = sub.name
    try:
        return (
            [item[name] for item in items]
            if len(items) < _SMALL_COUNT
            else list(map(itemgetter(name), items))
        )
    except (KeyError, TypeError):  # names in other spellings, missing ones, models
        pass
    if isinstance(items[0], BaseModel) and sub.field in items[0].__dict__:
        try:
            return list(map(attrgetter(sub.field), items))
        except AttributeError:
            pass
    return [get_value(item, sub) if is_node(item) else None for item in items]


def _is_ascii_case_exact(attribute: Attribute, strings: list[Any]) -> bool:
    """Return whether texts are their own keys: all ASCII, compared with case."""
    if attribute.type != "string" or not attribute.case_exact:
        return False
    try:
        return "".join(strings).isascii()
    except TypeError:  # not all of them are texts
        return False


def _find_case_exact(strings: list[Any], search_key: str) -> list[int]:
    """Return the positions of the texts that have the key `search_key`, compared with case."""
    if not search_key.isascii() or not _NFC_ASCII_RESULTS.isdisjoint(search_key):
        return [
            i
            for i, t in enumerate(strings)
            if isinstance(t, str) and normalize_case_exact(t) == search_key
        ]
    found: list[int] = []
    start = 0
    try:
        while True:
            start = strings.index(search_key, start)
            found.append(start)
            start += 1
    except ValueError:  # there are no more
        return found
