"""The values of one multi-valued attribute while operations change them.

A request may add a thousand members to a group of ten thousand, one operation each. So the list is
copied once, when it is first written to, and after a few searches an index of the searched
sub-attributes is kept; then a value is found, added or taken away in constant time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Final, cast

from britive_scim.scim.attribute import Attribute
from britive_scim.scim.node import is_node
from britive_scim.scim.sameness import key, sub_key

__all__ = ["Search", "Values"]

Search = Sequence[tuple[Attribute | None, Hashable]]
"""What is looked for: keys of sub-attributes, all of which must agree; `None` is a simple value itself."""

_PATIENCE: Final = 6
"""Searches by reading all values, before an index is made."""

_FEW: Final = 12
"""Values that share a key and are looked at one by one."""

_FOLDED: Final = frozenset("K;`")
"""ASCII characters to which NFC maps a character outside ASCII: text with them is compared in full."""


class _Gone:
    """What stands in the place of a value taken away, until the list is made up again."""

    __slots__ = ()


_GONE: Final = _Gone()


class _Index:
    """Where the values are, by the keys of some sub-attributes.

    Attributes:
        subs: the sub-attributes; `None` for a simple value itself.
        places: positions, in the order of arrival, by the keys.
    """

    __slots__ = ("places", "subs")

    def __init__(self, subs: Sequence[Attribute | None]) -> None:
        self.subs = subs
        self.places: dict[Hashable, dict[int, None]] = {}


class Values:
    """The values, and what is known about where they are.

    Attributes:
        attribute: what the schema says about them.
        changed: whether they differ from what was there at first.
    """

    __slots__ = ("_attribute", "_gone", "_indexes", "_items", "_patience", "_primary", "changed")

    def __init__(self, attribute: Attribute, items: list[Any]) -> None:
        self._attribute = attribute
        self._items = items
        self._indexes: dict[tuple[str, ...], _Index] = {}
        self._patience = _PATIENCE
        self._gone = 0
        self._primary: set[int] | None = None
        self.changed = False

    def __len__(self) -> int:
        return len(self._items) - self._gone

    def __iter__(self) -> Iterator[Any]:
        return iter(self.result())

    def __getitem__(self, position: int) -> Any:
        return self._items[position]

    def result(self) -> list[Any]:
        """Return the values as they are now; the list is to be left alone."""
        if self._gone:
            self.set_all([item for item in self._items if item is not _GONE])
        return self._items

    # ------------------------------------------------------------------ finding

    def all(self) -> list[int]:
        """Return the positions of all values."""
        return [i for i, item in enumerate(self._items) if item is not _GONE]

    def where(self, predicate: Callable[[Any], bool]) -> list[int]:
        """Return the positions of the values that satisfy a predicate, in order."""
        return [i for i, item in enumerate(self._items) if item is not _GONE and predicate(item)]

    def search(self, wanted: Search) -> list[int]:
        """Return the positions of the values that agree with every wanted key, in order."""
        names = tuple(sub.name if sub else "" for sub, _ in wanted)
        index = self._indexes.get(names)
        if index is None:
            if self._patience > 0:
                self._patience -= 1
                return self._scan(wanted)
            index = self._make_index([sub for sub, _ in wanted], names)
        found = index.places.get(tuple(k for _, k in wanted))
        if not found:
            return []
        return list(found) if len(found) == 1 else sorted(found)

    def _scan(self, wanted: Search) -> list[int]:
        if len(wanted) == 1:
            [(sub, sought)] = wanted
            found = _equal_texts(self._items, sub or self._attribute, sub is not None, sought)
            if found is not None:
                return found
        return self.where(lambda item: self._agrees(item, wanted))

    def _agrees(self, item: Any, wanted: Search) -> bool:
        for sub, sought in wanted:
            if sub is None:
                if key(self._attribute, item) != sought:
                    return False
            elif not is_node(item) or sub_key(sub, item) != sought:
                return False
        return True

    def _make_index(self, subs: Sequence[Attribute | None], names: tuple[str, ...]) -> _Index:
        index = self._indexes[names] = _Index(subs)
        for position in self.all():
            keys = self._keys(self._items[position], subs)
            index.places.setdefault(keys, {})[position] = None
        return index

    def _keys(self, item: Any, subs: Sequence[Attribute | None]) -> Hashable:
        return tuple(
            key(self._attribute, item)
            if sub is None
            else (sub_key(sub, item) if is_node(item) else _GONE)
            for sub in subs
        )

    def find(self, given: Any) -> tuple[int, bool] | None:
        """Return where a value that is to be added is already, or `None` where it is not.

        It is there where some value has all that it has; failing that, where some value has the same
        `value`, and the same `type` or one of the two none: that one is meant, and lacks something.

        Args:
            given: checked, in wire form, without nulls.

        Returns:
            The position, and whether the value is there in full.
        """
        attribute = self._attribute
        if not isinstance(given, dict):
            found = self.search([(None, key(attribute, given))])
            return (found[0], True) if found else None
        members = cast("dict[str, Any]", given)
        subs = [sub for sub in attribute.sub_attributes if sub.name in members]
        full = [(sub, sub_key(sub, members)) for sub in subs]
        if "value" not in members:
            found = self.search(full)
            return (found[0], True) if found else None
        by_value = [pair for pair in full if pair[0].name == "value"]
        alike = self.search(by_value)
        if not alike:
            return None
        few = len(alike) <= _FEW
        found = [i for i in alike if self._agrees(self[i], full)] if few else self.search(full)
        if found:
            return found[0], True
        kind = attribute.sub("type")
        if kind is None:
            return alike[0], False
        if kind.name not in members:
            return alike[0], False
        for type_key in (sub_key(kind, members), None):
            wanted = [*by_value, (kind, type_key)]
            found = (
                [i for i in alike if self._agrees(self[i], wanted)] if few else self.search(wanted)
            )
            if found:
                return found[0], False
        return None

    # ------------------------------------------------------------------ changing

    def _own(self) -> None:
        if not self.changed:
            self._items = list(self._items)
            self.changed = True

    def append(self, item: Any) -> int:
        """Add a value at the end and return its position."""
        self._own()
        position = len(self._items)
        self._items.append(item)
        self._note(position, item)
        return position

    def replace(self, position: int, item: Any) -> None:
        """Put a value in the place of another."""
        self._own()
        self._unnote(position)
        self._items[position] = item
        self._note(position, item)

    def discard(self, positions: Sequence[int]) -> None:
        """Take values away."""
        if not positions:
            return
        if self._indexes:
            self._own()
            for position in positions:
                self._unnote(position)
                self._items[position] = _GONE
            self._gone += len(positions)
            return
        self._primary = None
        if len(positions) == 1:
            self._own()
            del self._items[positions[0]]
            return
        going = set(positions)
        self._items = [item for i, item in enumerate(self._items) if i not in going]
        self.changed = True

    def set_all(self, items: list[Any]) -> None:
        """Put other values in the place of all; the list is kept."""
        self._indexes.clear()
        self._primary = None
        self._gone = 0
        self._items = items
        self.changed = True

    def _note(self, position: int, item: Any) -> None:
        for index in self._indexes.values():
            index.places.setdefault(self._keys(item, index.subs), {})[position] = None
        if self._primary is not None and self._is_primary(item):
            self._primary.add(position)

    def _unnote(self, position: int) -> None:
        item = self._items[position]
        for index in self._indexes.values():
            del index.places[self._keys(item, index.subs)][position]
        if self._primary is not None:
            self._primary.discard(position)

    # ------------------------------------------------------------------ primary

    @property
    def primary(self) -> Attribute:
        """The sub-attribute that marks one value among all."""
        return cast("Attribute", self._attribute.sub("primary"))

    def _is_primary(self, item: Any) -> bool:
        primary = self._attribute.sub("primary")
        return primary is not None and is_node(item) and sub_key(primary, item) == (bool, True)

    def primary_besides(self, position: int) -> list[int]:
        """Return the positions of the values marked primary, without one."""
        if self._primary is None:
            self._primary = set(self.where(self._is_primary))
        return sorted(self._primary - {position})


def _equal_texts(
    items: list[Any], attribute: Attribute, within: bool, sought: Hashable
) -> list[int] | None:
    """Return where a text compared with case is, found at the speed of C; `None` where that cannot be."""
    if attribute.type != "string" or not attribute.case_exact or not isinstance(sought, str):
        return None
    if not sought.isascii() or not _FOLDED.isdisjoint(sought):
        return None
    texts: list[Any]
    if not within:
        texts = items
    else:
        try:
            texts = list(map(itemgetter(attribute.name), items))
        except (KeyError, TypeError, IndexError):
            try:
                texts = list(map(attrgetter(attribute.field), items))
            except AttributeError:
                return None
    count = texts.count(sought)
    found: list[int] = []
    start = 0
    for _ in range(count):
        start = texts.index(sought, start)
        found.append(start)
        start += 1
    return found
