"""What turns one list of values into another: the smallest set of operations on single values.

Each value is removed, changed or added by itself, as long as a filter can tell it from the others; a
list for which that fails is replaced as a whole. Whether the operations do what they should is tried
on the spot, by applying them, unless the values are told apart by `value` alone.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable
from typing import Any, cast

from britive_scim.errors import PatchError
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.diffs.changes import LONGEST, Changes, How
from britive_scim.scim.diffs.comparison import by_value, plain
from britive_scim.scim.diffs.members import change_by_value
from britive_scim.scim.patch.dialect import STRICT
from britive_scim.scim.patch.request import PatchRequest
from britive_scim.scim.patch.validation import checked, each_checked, primaries
from britive_scim.scim.values.equality import key, sub_key
from britive_scim.scim.values.lookup import assigned
from britive_scim.scim.values.node import get, is_node, listed, named

__all__ = ["list_changes"]


def list_changes(
    changes: Changes, how: How, path: str, attribute: Attribute, was: Any, will: Any
) -> None:
    """Note what turns one list into another, which is not empty.

    Args:
        changes: where it is noted.
        how: how the lists are compared.
        path: path of the attribute.
        attribute: the attribute.
        was: the values there were, as a resource holds them.
        will: the values there are to be.
    """
    value_sub = by_value(attribute)
    if value_sub is not None and change_by_value(
        changes, how, path, attribute, value_sub, was, will
    ):
        return
    old = [value for value in listed(was) if assigned(value)]
    new = [value for value in listed(will) if assigned(value)]
    comparison = _Comparison(how, path, attribute, old, new)
    if not comparison.differs():
        return
    mine = comparison.changes()
    if mine is None or not comparison.works(mine):
        mine = Changes()
        mine.set(path, comparison.target(completed=how.keep), new=False)
        if how.keep and not comparison.works(mine):
            mine = Changes()
            mine.set(path, comparison.target(completed=False), new=False)
    changes.take(mine)


class _Comparison:
    """Two lists whose values are compared in all their parts.

    Attributes:
        how: how they are compared.
        path: path of the attribute.
        attribute: the attribute.
        old: the values there were, without those of which nothing takes part.
        new: the values there are to be, likewise, each once.
        kept: how many of the old ones are among the new ones as they are.
        pairs: positions of an old and a new value that are the same one, changed.
        gone: positions of old values that go.
        fresh: positions of new values that come.
        indexes: positions of old values, by the keys of some sub-attributes.
    """

    def __init__(
        self, how: How, path: str, attribute: Attribute, old: list[Any], new: list[Any]
    ) -> None:
        self.how = how
        self.path = path
        self.attribute = attribute
        self.subs = how.rules.subs(how.place, attribute) if attribute.type == "complex" else []
        old_keys, self.old = self._keyed(old)
        by_key: dict[Hashable, Any] = {}
        for k, value in zip(*self._keyed(new), strict=True):
            by_key.setdefault(k, value)
        new_keys, self.new = list(by_key), list(by_key.values())
        there, wanted = set(old_keys), set(new_keys)
        self.kept = len(there & wanted)
        self.gone = [i for i, k in enumerate(old_keys) if k not in wanted]
        self.fresh = [i for i, k in enumerate(new_keys) if k not in there]
        self.indexes: dict[tuple[str, ...], dict[Hashable, list[int]]] = {}
        self.pairs: list[tuple[int, int]] = []
        if self.subs and self.gone and self.fresh:
            self._pair()

    def _keyed(self, values: list[Any]) -> tuple[list[Hashable], list[Any]]:
        rules, place = self.how.rules, self.how.place
        keyed = [(rules.one_key(place, self.attribute, value), value) for value in values]
        return [k for k, _ in keyed if k is not None], [v for k, v in keyed if k is not None]

    # ------------------------------------------------------------------ which is which

    def _pair(self) -> None:
        """Find out which new value is which old one: by `value`, then by a `type` that only one has."""
        value, kind = self.attribute.sub("value"), self.attribute.sub("type")
        for subs in ([value, kind], [value], [kind]):
            wanted = [sub for sub in subs if sub is not None]
            if not wanted or len(wanted) < len(subs):
                continue
            old, new = self._by(self.gone, self.old, wanted), self._by(self.fresh, self.new, wanted)
            for k, places in old.items():
                others = new.get(k, [])
                if len(places) == len(others) == 1 and None not in cast("tuple[Any, ...]", k):
                    self.pairs.append((places[0], others[0]))
            self.gone = [i for i in self.gone if all(i != pair[0] for pair in self.pairs)]
            self.fresh = [j for j in self.fresh if all(j != pair[1] for pair in self.pairs)]
        self.pairs.sort()

    def _by(
        self, positions: Iterable[int], values: list[Any], subs: list[Attribute]
    ) -> dict[Hashable, list[int]]:
        found: dict[Hashable, list[int]] = {}
        for position in positions:
            node = values[position]
            if is_node(node):
                found.setdefault(tuple(sub_key(sub, node) for sub in subs), []).append(position)
        return found

    def _altered(self, pair: tuple[int, int]) -> dict[str, Any] | None:
        """Return what changes in a value, by sub-attribute, `None` for what goes.

        Where something changes that cannot, there is no result.
        """
        was, will = self.old[pair[0]], self.new[pair[1]]
        rules, place = self.how.rules, self.how.place
        said = named(will) if self.how.keep else None
        altered: dict[str, Any] = {}
        for sub in self.subs:
            if said is not None and sub.name.casefold() not in said:
                continue
            old, new = (rules.sub_key(place, self.attribute, sub, node) for node in (was, will))
            if old == new:
                continue
            if sub.mutability == "immutable" and old is not None:
                return None
            if new is not None:
                altered[sub.name] = plain(get(will, sub))
            elif sub.name == "primary":
                if not self._moves_primary(pair[1]):
                    altered[sub.name] = False
            elif not sub.required:
                altered[sub.name] = None
        return altered

    def _moves_primary(self, position: int) -> bool:
        """Return whether another value becomes primary, which takes the mark from this one by itself."""
        coming = {*self.fresh, *(pair[1] for pair in self.pairs)} - {position}
        return self._has_primary(self.new[i] for i in coming)

    def _has_primary(self, values: Iterable[Any]) -> bool:
        primary = self.attribute.sub("primary")
        return primary is not None and any(
            is_node(value) and get(value, primary) is True for value in values
        )

    # ------------------------------------------------------------------ operations

    def differs(self) -> bool:
        """Return whether there is anything to do."""
        return bool(
            self.gone or self.fresh or any(self._altered(pair) != {} for pair in self.pairs)
        )

    def changes(self) -> Changes | None:
        """Return operations on single values, `None` where the list is better replaced as a whole."""
        if self.gone and not self.kept and not self.pairs:
            return None
        changes = Changes()
        gone, fresh = list(self.gone), list(self.fresh)
        for pair in self.pairs:
            altered = self._altered(pair)
            if altered is None or (altered and self.how.selecting != "filter"):
                gone.append(pair[0])
                fresh.append(pair[1])
            elif altered and not self._change(changes, pair, altered):
                return None
        if gone and not self._remove(changes, sorted(gone)):
            return None
        if fresh:
            values = [self._record(None, self.new[i]) for i in sorted(fresh)]
            changes.set(self.path, checked(self.attribute)(values, STRICT), new=True)
        return changes

    def _remove(self, changes: Changes, gone: list[int]) -> bool:
        if self.how.selecting == "whole":
            return False
        selectors: dict[str, dict[str, Any]] = {}
        for position in gone:
            selector = self._selector(position, set(gone), avoiding=frozenset())
            if selector is None:
                return False
            selectors.setdefault(_filter(selector), selector)
        if self.how.selecting == "array":
            simple = self.attribute.type != "complex"
            changes.remove(self.path, [s["value"] if simple else s for s in selectors.values()])
        else:
            for text in selectors:
                changes.remove(f"{self.path}[{text}]")
        return True

    def _change(self, changes: Changes, pair: tuple[int, int], altered: dict[str, Any]) -> bool:
        position = pair[0]
        selector = self._selector(position, {position}, avoiding=frozenset(altered))
        lost = [name for name, value in altered.items() if value is None]
        given = {name: value for name, value in altered.items() if value is not None}
        if selector is None and len(lost) + bool(given) == 1:
            selector = self._selector(position, {position}, avoiding=frozenset())
        if selector is None:
            return False
        path = f"{self.path}[{_filter(selector)}]"
        for name in lost:
            changes.remove(f"{path}.{name}")
        if len(given) == 1:
            ((name, value),) = given.items()
            sub = cast("Attribute", self.attribute.sub(name))
            check = checked(sub, f"{self.attribute.name}.{name}")
            changes.set(f"{path}.{name}", check(value, STRICT), new=False)
        elif given:
            # The complete record: servers differ in what they do with parts not mentioned.
            record = self._record(self.old[position] if self.how.keep else None, self.new[pair[1]])
            changes.set(path, checked(self.attribute)(record, STRICT)[0], new=False)
        return True

    def _selector(
        self, position: int, allowed: set[int], *, avoiding: frozenset[str]
    ) -> dict[str, Any] | None:
        """Return sub-attributes, and their values, that select one old value, or others that are allowed.

        `None` where nothing does.
        """
        value = self.old[position]
        if self.attribute.type != "complex":
            same = [
                i
                for i, v in enumerate(self.old)
                if key(self.attribute, v) == key(self.attribute, value)
            ]
            said = _speakable(self.attribute, value) and allowed.issuperset(same)
            return {"value": plain(value)} if said else None
        if not is_node(value):
            return None
        usable = [
            sub
            for sub in self.attribute.sub_attributes
            if sub.name not in avoiding
            and sub.name != "primary"
            and _speakable(sub, get(value, sub))
        ]
        by_name = {sub.name: sub for sub in usable}
        for names in (["value"], ["type"], ["value", "type"], list(by_name)):
            subs = [by_name[name] for name in names if name in by_name]
            if not subs or len(subs) < len(names):
                continue
            wanted = tuple(sub_key(sub, value) for sub in subs)
            if allowed.issuperset(self._index(subs).get(wanted, [])):
                return {sub.name: plain(get(value, sub)) for sub in subs}
        return None

    def _index(self, subs: list[Attribute]) -> dict[Hashable, list[int]]:
        names = tuple(sub.name for sub in subs)
        if names not in self.indexes:
            self.indexes[names] = self._by(range(len(self.old)), self.old, subs)
        return self.indexes[names]

    def _record(self, was: Any, will: Any) -> Any:
        """Return a new value in wire form; what it does not name is as it was."""
        record = self.how.writable(self.attribute, will)
        if not is_node(was) or not isinstance(record, dict):
            return record
        said = named(will)
        if self._has_primary(self.new):
            said.add("primary")  # or there could be two of them
        before = self.how.writable(self.attribute, was)
        kept = {name: value for name, value in before.items() if name.casefold() not in said}
        return {**kept, **cast("dict[str, Any]", record)}

    # ------------------------------------------------------------------ the whole list

    def target(self, *, completed: bool) -> list[Any]:
        """Return the new list as it replaces the old one.

        Args:
            completed: whether its values keep what the old ones have and they do not name.
        """
        was = {new: old for old, new in self.pairs} if completed else {}
        values = [
            self._record(self.old[was[i]] if i in was else None, value)
            for i, value in enumerate(self.new)
        ]
        primaries(values, self.attribute.name)
        return cast("list[Any]", checked(self.attribute)(values, STRICT))

    def works(self, changes: Changes) -> bool:
        """Return whether the operations turn the old list into the new one."""
        slot, name = self.how.place[0], self.attribute.name
        content: dict[str, Any] = {name: [plain(value) for value in self.old]}
        extension = self.how.schema.extension(slot) if slot else None
        state = content if extension is None else {extension.urn: content}
        try:
            done: Any = PatchRequest._of(changes.operations(), schema=self.how.schema).apply(state)
        except PatchError:
            return False
        if extension is not None:
            done = done.get(extension.urn, {})
        result = listed(done.get(name))
        return not _Comparison(self.how, self.path, self.attribute, result, self.new).differs()


def _speakable(attribute: Attribute, value: Any) -> bool:
    """Return whether a value can stand as a literal in a filter: of the right type, and not too long."""
    said = plain(value)
    if not isinstance(said, str | bool | int | float) or (
        isinstance(said, str) and len(said) > LONGEST
    ):
        return False
    try:
        each_checked(attribute)(said, STRICT)
    except PatchError:
        return False
    return True


def _filter(selector: dict[str, Any]) -> str:
    return " and ".join(
        f"{name} eq {json.dumps(value, ensure_ascii=False)}" for name, value in selector.items()
    )
