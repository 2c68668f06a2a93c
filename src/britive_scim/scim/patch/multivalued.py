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

from britive_scim.scim.datatypes import exact_form, folded_form
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.values.equality import key, sub_key
from britive_scim.scim.values.node import get, is_node

__all__ = ["Search", "Values", "held_texts"]


class Search:
    """What is looked for: keys of sub-attributes, all of which must agree.

    Attributes:
        subs: the sub-attributes; `None` for a simple value itself.
        key: their keys; that of the only one, or all in order.
        names: their names.
        text: what alone is looked for, where that is a text.
    """

    __slots__ = ("key", "names", "subs", "text")

    def __init__(self, subs: Sequence[Attribute | None], keys: Sequence[Hashable]) -> None:
        self.subs = subs
        self.key: Hashable = keys[0] if len(keys) == 1 else tuple(keys)
        self.names = tuple([sub.name if sub else "" for sub in subs])
        self.text = self.key if isinstance(self.key, str) else None

    @classmethod
    def of(cls, attribute: Attribute, value: Any) -> Search:
        """Return the search for values that have all that one has, in wire form and without nulls."""
        if not isinstance(value, dict) or attribute.type != "complex":
            return cls([None], [key(attribute, value)])
        members = cast("dict[str, Any]", value)
        subs = [sub for sub in attribute.sub_attributes if sub.name in members]
        return cls(subs, [sub_key(sub, members) for sub in subs])


_PATIENCE: Final = 2
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
        places: by the keys the position, or the positions, in the order of arrival.
    """

    __slots__ = ("places", "subs")

    def __init__(self, subs: Sequence[Attribute | None]) -> None:
        self.subs = subs
        self.places: dict[Hashable, int | dict[int, None]] = {}

    def note(self, key: Hashable, position: int) -> None:
        """Take in a value."""
        there = self.places.setdefault(key, position)
        if isinstance(there, dict):
            there[position] = None
        elif there != position:
            self.places[key] = {there: None, position: None}

    def forget(self, key: Hashable, position: int) -> None:
        """Take out a value."""
        there = self.places[key]
        if isinstance(there, dict):
            del there[position]
        else:
            del self.places[key]

    def find(self, key: Hashable) -> list[int]:
        """Return the positions of the values with these keys."""
        there = self.places.get(key)
        if there is None:
            return []
        return sorted(there) if isinstance(there, dict) else [there]


class Values:
    """The values, and what is known about where they are.

    Attributes:
        attribute: what the schema says about them.
        changed: whether they differ from what was there at first.
    """

    __slots__ = (
        "_attribute",
        "_gone",
        "_indexes",
        "_items",
        "_patience",
        "_primary",
        "_texts",
        "changed",
    )

    def __init__(self, attribute: Attribute, items: list[Any]) -> None:
        self._attribute = attribute
        self._items = items
        self._indexes: dict[tuple[str, ...], _Index] = {}
        self._patience = _PATIENCE
        self._texts: tuple[Attribute, list[Any]] | None = None
        self._gone: list[int] = []
        self._primary: set[int] | None = None
        self.changed = False

    def __len__(self) -> int:
        return len(self._items) - len(self._gone)

    def __getitem__(self, position: int) -> Any:
        return self._items[position]

    def result(self) -> list[Any]:
        """Return the values as they are now; the list is to be left alone."""
        if 0 < len(self._gone) <= _FEW:  # no need to touch all the others
            items = self._items
            for position in sorted(self._gone, reverse=True):
                del items[position]
            self.set_all(items)
        elif self._gone:
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
        index = self._indexes.get(wanted.names)
        if index is None:
            if self._patience > 0:
                self._patience -= 1
                return self._scan(wanted)
            index = self._make_index(wanted)
        return index.find(wanted.key)

    def _scan(self, wanted: Search) -> list[int]:
        text = wanted.text
        if text is not None:
            sub = wanted.subs[0]
            kind = self._attribute if sub is None else sub
            if kind.type == "string":
                texts = self._items if sub is None else self._held_texts(sub)
                if kind.case_exact:
                    return _exact_texts(texts, text)
                return [
                    i
                    for i, t in enumerate(texts)
                    if t == text or (isinstance(t, str) and folded_form(t) == text)
                ]
        return [i for i in self.all() if self._agrees(self._items[i], wanted)]

    def _held_texts(self, sub: Attribute) -> list[Any]:
        """Return what each value holds for a sub-attribute; kept until other values are there."""
        if self._texts is None or self._texts[0] is not sub:
            self._texts = (sub, held_texts(self._items, sub))
        return self._texts[1]

    def _agrees(self, item: Any, wanted: Search) -> bool:
        return self._key(item, wanted.subs) == wanted.key

    def _make_index(self, wanted: Search) -> _Index:
        subs = wanted.subs
        index = self._indexes[wanted.names] = _Index(subs)
        if wanted.text is not None and subs[0] is not None and not self._gone:
            texts = self._held_texts(subs[0])
            if _plain_keys(subs[0], texts):
                index.places.update(zip(texts, range(len(texts)), strict=True))
                if len(index.places) == len(texts):
                    return index
                index.places.clear()
        for position in self.all():
            index.note(self._key(self._items[position], subs), position)
        return index

    def _key(self, item: Any, subs: Sequence[Attribute | None]) -> Hashable:
        keys = [
            key(self._attribute, item)
            if sub is None
            else (sub_key(sub, item) if is_node(item) else _GONE)
            for sub in subs
        ]
        return keys[0] if len(keys) == 1 else tuple(keys)

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
        full = Search.of(attribute, given)
        value = attribute.sub("value")
        if value is None or value.name not in full.names:
            found = self.search(full)
            return (found[0], True) if found else None
        value_key = sub_key(value, given)
        alike = self.search(Search([value], [value_key]))
        if not alike:
            return None
        found = self._among(alike, full)
        if found:
            return found[0], True
        kind = attribute.sub("type")
        if kind is None or kind.name not in full.names:
            return alike[0], False
        for type_key in (sub_key(kind, given), None):
            found = self._among(alike, Search([value, kind], [value_key, type_key]))
            if found:
                return found[0], False
        return None

    def _among(self, positions: list[int], wanted: Search) -> list[int]:
        """Return the positions of the values, among some that share a key, that agree with all."""
        if len(positions) > _FEW:
            return self.search(wanted)
        return [i for i in positions if self._agrees(self._items[i], wanted)]

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
        self._texts = None
        self._note(position, item)
        return position

    def replace(self, position: int, item: Any) -> None:
        """Put a value in the place of another."""
        if not self.changed:
            self._own()
        if self._indexes or self._primary is not None:
            self._unnote(position)
            self._note(position, item)
        self._items[position] = item
        self._texts = None

    def discard(self, positions: Sequence[int]) -> None:
        """Take values away, one at least."""
        if self._indexes:
            self._own()
            for position in positions:
                self._unnote(position)
                self._items[position] = _GONE
            self._gone += positions
            self._texts = None
            return
        self._primary = None
        if len(positions) == 1:
            self._own()
            del self._items[positions[0]]
            if self._texts is not None:
                del self._texts[1][positions[0]]
            return
        self._texts = None
        going = set(positions)
        self._items = [item for i, item in enumerate(self._items) if i not in going]
        self.changed = True

    def set_all(self, items: list[Any]) -> None:
        """Put other values in the place of all; the list is kept."""
        self._indexes.clear()
        self._primary = None
        self._texts = None
        self._gone = []
        self._items = items
        self.changed = True

    def _note(self, position: int, item: Any) -> None:
        for index in self._indexes.values():
            index.note(self._key(item, index.subs), position)
        if self._primary is not None and self._is_primary(item):
            self._primary.add(position)

    def _unnote(self, position: int) -> None:
        item = self._items[position]
        for index in self._indexes.values():
            index.forget(self._key(item, index.subs), position)
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


def held_texts(items: list[Any], sub: Attribute) -> list[Any]:
    """Return what each of some values holds for a sub-attribute; at the speed of C where all are alike."""
    if not items:
        return []
    name = sub.name
    try:
        return (
            [item[name] for item in items]
            if len(items) < _FEW
            else list(map(itemgetter(name), items))
        )
    except (KeyError, TypeError):  # names in other spellings, missing ones, models
        pass
    if isinstance(items[0], BaseModel) and sub.field in items[0].__dict__:
        try:
            return list(map(attrgetter(sub.field), items))
        except AttributeError:
            pass
    return [get(item, sub) if is_node(item) else None for item in items]


def _plain_keys(attribute: Attribute, texts: list[Any]) -> bool:
    """Return whether texts are their own keys: all ASCII, compared with case."""
    if attribute.type != "string" or not attribute.case_exact:
        return False
    try:
        return "".join(texts).isascii()
    except TypeError:  # not all of them are texts
        return False


def _exact_texts(texts: list[Any], sought: str) -> list[int]:
    """Return the positions of the texts that have the key `sought`, compared with case."""
    if not sought.isascii() or not _FOLDED.isdisjoint(sought):
        return [i for i, t in enumerate(texts) if isinstance(t, str) and exact_form(t) == sought]
    found: list[int] = []
    start = 0
    try:
        while True:
            start = texts.index(sought, start)
            found.append(start)
            start += 1
    except ValueError:  # there are no more
        return found
