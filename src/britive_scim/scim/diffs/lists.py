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
from britive_scim.scim.diffs.changes import MAX_LITERAL_LENGTH, ListDiffContext, PatchBuilder
from britive_scim.scim.diffs.comparison import get_identifying_sub_attribute, to_json
from britive_scim.scim.diffs.members import diff_by_value
from britive_scim.scim.patch.dialect import STRICT
from britive_scim.scim.patch.request import PatchRequest
from britive_scim.scim.patch.validation import (
    check_single_primary,
    get_attribute_check,
    get_value_check,
)
from britive_scim.scim.values.equality import build_equality_key, build_sub_attribute_key
from britive_scim.scim.values.lookup import is_assigned
from britive_scim.scim.values.node import get_value, is_node, list_explicit_names, to_list

__all__ = ["diff_lists"]


def diff_lists(
    builder: PatchBuilder,
    context: ListDiffContext,
    path: str,
    attribute: Attribute,
    old_value: Any,
    new_value: Any,
) -> None:
    """Note what turns one list into another, which is not empty.

    Args:
        builder: where it is noted.
        context: how the lists are compared.
        path: path of the attribute.
        attribute: the attribute.
        old_value: the values there were, as a resource holds them.
        new_value: the values there are to be.
    """
    value_sub = get_identifying_sub_attribute(attribute)
    if value_sub is not None and diff_by_value(
        builder, context, path, attribute, value_sub, old_value, new_value
    ):
        return
    old = [value for value in to_list(old_value) if is_assigned(value)]
    new = [value for value in to_list(new_value) if is_assigned(value)]
    comparison = _ListDiff(context, path, attribute, old, new)
    if not comparison.has_changes():
        return
    mine = comparison.build_changes()
    if mine is None or not comparison.is_correct(mine):
        mine = PatchBuilder()
        mine.set(
            path, comparison.build_replacement_list(keep_unset=context.keep_unset), is_new=False
        )
        if context.keep_unset and not comparison.is_correct(mine):
            mine = PatchBuilder()
            mine.set(path, comparison.build_replacement_list(keep_unset=False), is_new=False)
    builder.extend(mine)


class _ListDiff:
    """Two lists whose values are compared in all their parts.

    Attributes:
        context: how they are compared.
        path: path of the attribute.
        attribute: the attribute.
        old: the values there were, without those of which nothing takes part.
        new: the values there are to be, likewise, each once.
        unchanged_count: how many of the old ones are among the new ones as they are.
        changed_pairs: positions of an old and a new value that are the same one, changed.
        removed_positions: positions of old values that go.
        added_positions: positions of new values that come.
        indexes: positions of old values, by the keys of some sub-attributes.
    """

    def __init__(
        self,
        context: ListDiffContext,
        path: str,
        attribute: Attribute,
        old: list[Any],
        new: list[Any],
    ) -> None:
        self.context = context
        self.path = path
        self.attribute = attribute
        self.sub_attributes = (
            context.rules.get_sub_attributes(context.attribute_id, attribute)
            if attribute.type == "complex"
            else []
        )
        old_keys, self.old = self._build_keys(old)
        by_key: dict[Hashable, Any] = {}
        for k, value in zip(*self._build_keys(new), strict=True):
            by_key.setdefault(k, value)
        new_keys, self.new = list(by_key), list(by_key.values())
        there, wanted = set(old_keys), set(new_keys)
        self.unchanged_count = len(there & wanted)
        self.removed_positions = [i for i, k in enumerate(old_keys) if k not in wanted]
        self.added_positions = [i for i, k in enumerate(new_keys) if k not in there]
        self.indexes: dict[tuple[str, ...], dict[Hashable, list[int]]] = {}
        self.changed_pairs: list[tuple[int, int]] = []
        if self.sub_attributes and self.removed_positions and self.added_positions:
            self._pair_values()

    def _build_keys(self, values: list[Any]) -> tuple[list[Hashable], list[Any]]:
        rules, place = self.context.rules, self.context.attribute_id
        keyed = [(rules.build_value_key(place, self.attribute, value), value) for value in values]
        return [k for k, _ in keyed if k is not None], [v for k, v in keyed if k is not None]

    # ------------------------------------------------------------------ which is which

    def _pair_values(self) -> None:
        """Find out which new value is which old one: by `value`, then by a `type` that only one has."""
        value, kind = (
            self.attribute.find_sub_attribute("value"),
            self.attribute.find_sub_attribute("type"),
        )
        for subs in ([value, kind], [value], [kind]):
            wanted = [sub for sub in subs if sub is not None]
            if not wanted or len(wanted) < len(subs):
                continue
            old, new = (
                self._group_by_key(self.removed_positions, self.old, wanted),
                self._group_by_key(self.added_positions, self.new, wanted),
            )
            for k, places in old.items():
                others = new.get(k, [])
                if len(places) == len(others) == 1 and None not in cast("tuple[Any, ...]", k):
                    self.changed_pairs.append((places[0], others[0]))
            self.removed_positions = [
                i
                for i in self.removed_positions
                if all(i != pair[0] for pair in self.changed_pairs)
            ]
            self.added_positions = [
                j for j in self.added_positions if all(j != pair[1] for pair in self.changed_pairs)
            ]
        self.changed_pairs.sort()

    def _group_by_key(
        self, positions: Iterable[int], values: list[Any], sub_attributes: list[Attribute]
    ) -> dict[Hashable, list[int]]:
        found: dict[Hashable, list[int]] = {}
        for position in positions:
            node = values[position]
            if is_node(node):
                found.setdefault(
                    tuple(build_sub_attribute_key(sub, node) for sub in sub_attributes), []
                ).append(position)
        return found

    def _find_changed_sub_attributes(self, pair: tuple[int, int]) -> dict[str, Any] | None:
        """Return what changes in a value, by sub-attribute, `None` for what goes.

        Where something changes that cannot, there is no result.
        """
        was, will = self.old[pair[0]], self.new[pair[1]]
        rules, place = self.context.rules, self.context.attribute_id
        said = list_explicit_names(will) if self.context.keep_unset else None
        altered: dict[str, Any] = {}
        for sub in self.sub_attributes:
            if said is not None and sub.name.casefold() not in said:
                continue
            old, new = (
                rules.build_sub_attribute_key(place, self.attribute, sub, node)
                for node in (was, will)
            )
            if old == new:
                continue
            if sub.mutability == "immutable" and old is not None:
                return None
            if new is not None:
                altered[sub.name] = to_json(get_value(will, sub))
            elif sub.name == "primary":
                if not self._is_primary_moved(pair[1]):
                    altered[sub.name] = False
            elif not sub.required:
                altered[sub.name] = None
        return altered

    def _is_primary_moved(self, position: int) -> bool:
        """Return whether another value becomes primary, which takes the mark from this one by itself."""
        coming = {*self.added_positions, *(pair[1] for pair in self.changed_pairs)} - {position}
        return self._has_primary(self.new[i] for i in coming)

    def _has_primary(self, values: Iterable[Any]) -> bool:
        primary = self.attribute.find_sub_attribute("primary")
        return primary is not None and any(
            is_node(value) and get_value(value, primary) is True for value in values
        )

    # ------------------------------------------------------------------ operations

    def has_changes(self) -> bool:
        """Return whether there is anything to do."""
        return bool(
            self.removed_positions
            or self.added_positions
            or any(self._find_changed_sub_attributes(pair) != {} for pair in self.changed_pairs)
        )

    def build_changes(self) -> PatchBuilder | None:
        """Return operations on single values, `None` where the list is better replaced as a whole."""
        if self.removed_positions and not self.unchanged_count and not self.changed_pairs:
            return None
        changes = PatchBuilder()
        gone, fresh = list(self.removed_positions), list(self.added_positions)
        for pair in self.changed_pairs:
            altered = self._find_changed_sub_attributes(pair)
            if altered is None or (altered and self.context.value_selection != "filter"):
                gone.append(pair[0])
                fresh.append(pair[1])
            elif altered and not self._change_value(changes, pair, altered):
                return None
        if gone and not self._remove_values(changes, sorted(gone)):
            return None
        if fresh:
            values = [self._build_value(None, self.new[i]) for i in sorted(fresh)]
            changes.set(self.path, get_attribute_check(self.attribute)(values, STRICT), is_new=True)
        return changes

    def _remove_values(self, builder: PatchBuilder, positions: list[int]) -> bool:
        if self.context.value_selection == "whole":
            return False
        selectors: dict[str, dict[str, Any]] = {}
        for position in positions:
            selector = self._find_selector(position, set(positions), excluded_names=frozenset())
            if selector is None:
                return False
            selectors.setdefault(_format_filter(selector), selector)
        if self.context.value_selection == "array":
            simple = self.attribute.type != "complex"
            builder.remove(self.path, [s["value"] if simple else s for s in selectors.values()])
        else:
            for text in selectors:
                builder.remove(f"{self.path}[{text}]")
        return True

    def _change_value(
        self, builder: PatchBuilder, pair: tuple[int, int], changed_values: dict[str, Any]
    ) -> bool:
        position = pair[0]
        selector = self._find_selector(
            position, {position}, excluded_names=frozenset(changed_values)
        )
        lost = [name for name, value in changed_values.items() if value is None]
        given = {name: value for name, value in changed_values.items() if value is not None}
        if selector is None and len(lost) + bool(given) == 1:
            selector = self._find_selector(position, {position}, excluded_names=frozenset())
        if selector is None:
            return False
        path = f"{self.path}[{_format_filter(selector)}]"
        for name in lost:
            builder.remove(f"{path}.{name}")
        if len(given) == 1:
            ((name, value),) = given.items()
            sub = cast("Attribute", self.attribute.find_sub_attribute(name))
            check = get_attribute_check(sub, f"{self.attribute.name}.{name}")
            builder.set(f"{path}.{name}", check(value, STRICT), is_new=False)
        elif given:
            # The complete record: servers differ in what they do with parts not mentioned.
            record = self._build_value(
                self.old[position] if self.context.keep_unset else None, self.new[pair[1]]
            )
            builder.set(path, get_attribute_check(self.attribute)(record, STRICT)[0], is_new=False)
        return True

    def _find_selector(
        self, position: int, allowed_positions: set[int], *, excluded_names: frozenset[str]
    ) -> dict[str, Any] | None:
        """Return sub-attributes, and their values, that select one old value, or others that are allowed.

        `None` where nothing does.
        """
        value = self.old[position]
        if self.attribute.type != "complex":
            same = [
                i
                for i, v in enumerate(self.old)
                if build_equality_key(self.attribute, v)
                == build_equality_key(self.attribute, value)
            ]
            said = _can_be_literal(self.attribute, value) and allowed_positions.issuperset(same)
            return {"value": to_json(value)} if said else None
        if not is_node(value):
            return None
        usable = [
            sub
            for sub in self.attribute.sub_attributes
            if sub.name not in excluded_names
            and sub.name != "primary"
            and _can_be_literal(sub, get_value(value, sub))
        ]
        by_name = {sub.name: sub for sub in usable}
        for names in (["value"], ["type"], ["value", "type"], list(by_name)):
            subs = [by_name[name] for name in names if name in by_name]
            if not subs or len(subs) < len(names):
                continue
            wanted = tuple(build_sub_attribute_key(sub, value) for sub in subs)
            if allowed_positions.issuperset(self._get_index(subs).get(wanted, [])):
                return {sub.name: to_json(get_value(value, sub)) for sub in subs}
        return None

    def _get_index(self, sub_attributes: list[Attribute]) -> dict[Hashable, list[int]]:
        names = tuple(sub.name for sub in sub_attributes)
        if names not in self.indexes:
            self.indexes[names] = self._group_by_key(range(len(self.old)), self.old, sub_attributes)
        return self.indexes[names]

    def _build_value(self, old_value: Any, new_value: Any) -> Any:
        """Return a new value in wire form; what it does not name is as it was."""
        record = self.context.to_writable_json(self.attribute, new_value)
        if not is_node(old_value) or not isinstance(record, dict):
            return record
        said = list_explicit_names(new_value)
        if self._has_primary(self.new):
            said.add("primary")  # or there could be two of them
        before = self.context.to_writable_json(self.attribute, old_value)
        kept = {name: value for name, value in before.items() if name.casefold() not in said}
        return {**kept, **cast("dict[str, Any]", record)}

    # ------------------------------------------------------------------ the whole list

    def build_replacement_list(self, *, keep_unset: bool) -> list[Any]:
        """Return the new list as it replaces the old one.

        Args:
            keep_unset: whether its values keep what the old ones have and they do not name.
        """
        was = {new: old for old, new in self.changed_pairs} if keep_unset else {}
        values = [
            self._build_value(self.old[was[i]] if i in was else None, value)
            for i, value in enumerate(self.new)
        ]
        check_single_primary(values, self.attribute.name)
        return cast("list[Any]", get_attribute_check(self.attribute)(values, STRICT))

    def is_correct(self, builder: PatchBuilder) -> bool:
        """Return whether the operations turn the old list into the new one."""
        slot, name = self.context.attribute_id[0], self.attribute.name
        content: dict[str, Any] = {name: [to_json(value) for value in self.old]}
        extension = self.context.schema.find_extension(slot) if slot else None
        state = content if extension is None else {extension.urn: content}
        try:
            done: Any = PatchRequest._from_operations(
                builder.build_operations(), schema=self.context.schema
            ).apply(state)
        except PatchError:
            return False
        if extension is not None:
            done = done.get(extension.urn, {})
        result = to_list(done.get(name))
        return not _ListDiff(
            self.context, self.path, self.attribute, result, self.new
        ).has_changes()


def _can_be_literal(attribute: Attribute, value: Any) -> bool:
    """Return whether a value can stand as a literal in a filter: of the right type, and not too long."""
    said = to_json(value)
    if not isinstance(said, str | bool | int | float) or (
        isinstance(said, str) and len(said) > MAX_LITERAL_LENGTH
    ):
        return False
    try:
        get_value_check(attribute)(said, STRICT)
    except PatchError:
        return False
    return True


def _format_filter(selector: dict[str, Any]) -> str:
    return " and ".join(
        f"{name} eq {json.dumps(value, ensure_ascii=False)}" for name, value in selector.items()
    )
