"""Compare lists: the smallest set of operations on single values.

Each value is removed, changed or added individually, if a filter identifies it; otherwise the whole
list is replaced. The operations are verified by applying them, unless the values are identified by
`value` alone.
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
from britive_scim.scim.values.lookup import is_assigned, wrap_values
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
    """Add the operations that turn one list into another, non-empty one.

    Args:
        builder: receives the operations.
        context: context of the comparison.
        path: path of the attribute.
        attribute: the attribute.
        old_value: the old values, in the representation of the resource.
        new_value: the new values.
    """
    value_sub = get_identifying_sub_attribute(attribute)
    if value_sub is not None and diff_by_value(
        builder, context, path, attribute, value_sub, old_value, new_value
    ):
        return
    old, new = (
        [value for value in wrap_values(attribute, to_list(values)) if is_assigned(value)]
        for values in (old_value, new_value)
    )
    comparison = _ListDiff(context, path, attribute, old, new)
    if not comparison.has_changes():
        return
    changes = comparison.build_changes()
    if changes is None or not comparison.is_correct(changes):
        changes = PatchBuilder()
        changes.set(
            path, comparison.build_replacement_list(keep_unset=context.keep_unset), is_new=False
        )
        if context.keep_unset and not comparison.is_correct(changes):
            changes = PatchBuilder()
            changes.set(path, comparison.build_replacement_list(keep_unset=False), is_new=False)
    builder.extend(changes)


class _ListDiff:
    """Comparison of two lists by all sub-attributes.

    Attributes:
        context: context of the comparison.
        path: path of the attribute.
        attribute: the attribute.
        sub_attributes: the compared sub-attributes.
        old: the old values that have a compared sub-attribute.
        new: likewise the new values, without duplicates.
        unchanged_count: number of old values that are also new ones.
        changed_pairs: positions of an old value and of its changed new value.
        removed_positions: positions of removed old values.
        added_positions: positions of added new values.
        indexes: positions of old values by the keys of some sub-attributes.
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
        old_set, new_set = set(old_keys), set(new_keys)
        self.unchanged_count = len(old_set & new_set)
        self.removed_positions = [i for i, k in enumerate(old_keys) if k not in new_set]
        self.added_positions = [i for i, k in enumerate(new_keys) if k not in old_set]
        self.indexes: dict[tuple[str, ...], dict[Hashable, list[int]]] = {}
        self.changed_pairs: list[tuple[int, int]] = []
        if self.sub_attributes and self.removed_positions and self.added_positions:
            self._pair_values()

    def _build_keys(self, values: list[Any]) -> tuple[list[Hashable], list[Any]]:
        rules, id_ = self.context.rules, self.context.attribute_id
        keyed = [(rules.build_value_key(id_, self.attribute, value), value) for value in values]
        return [k for k, _ in keyed if k is not None], [v for k, v in keyed if k is not None]

    # ------------------------------------------------------------------ pairs of old and new values

    def _pair_values(self) -> None:
        """Pair old and new values by equal `value` and `type`, then `value`, then unique `type`."""
        value = self.attribute.find_sub_attribute("value")
        type_ = self.attribute.find_sub_attribute("type")
        for candidates in ([value, type_], [value], [type_]):
            subs = [sub for sub in candidates if sub is not None]
            if not subs or len(subs) < len(candidates):
                continue
            old = self._group_by_key(self.removed_positions, self.old, subs)
            new = self._group_by_key(self.added_positions, self.new, subs)
            for k, old_positions in old.items():
                new_positions = new.get(k, [])
                is_unique = len(old_positions) == len(new_positions) == 1
                if is_unique and None not in cast("tuple[Any, ...]", k):
                    self.changed_pairs.append((old_positions[0], new_positions[0]))
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
        groups: dict[Hashable, list[int]] = {}
        for position in positions:
            node = values[position]
            if is_node(node):
                key = tuple(build_sub_attribute_key(sub, node) for sub in sub_attributes)
                groups.setdefault(key, []).append(position)
        return groups

    def _find_changed_sub_attributes(self, pair: tuple[int, int]) -> dict[str, Any] | None:
        """Return the changed sub-attributes of a pair, with `None` for a removed one.

        Return `None` if an immutable sub-attribute changes.
        """
        old, new = self.old[pair[0]], self.new[pair[1]]
        rules, id_ = self.context.rules, self.context.attribute_id
        explicit_names = list_explicit_names(new) if self.context.keep_unset else None
        changed: dict[str, Any] = {}
        for sub in self.sub_attributes:
            if explicit_names is not None and sub.name.casefold() not in explicit_names:
                continue
            old_key, new_key = (
                rules.build_sub_attribute_key(id_, self.attribute, sub, node) for node in (old, new)
            )
            if old_key == new_key:
                continue
            if sub.mutability == "immutable" and old_key is not None:
                return None
            if new_key is not None:
                changed[sub.name] = to_json(get_value(new, sub))
            elif sub.name == "primary":
                if not self._is_primary_moved(pair[1]):
                    changed[sub.name] = False
            elif not sub.required:
                changed[sub.name] = None
        return changed

    def _is_primary_moved(self, position: int) -> bool:
        """Return whether another value becomes primary, which clears `primary` of this one."""
        others = {*self.added_positions, *(pair[1] for pair in self.changed_pairs)} - {position}
        return self._has_primary(self.new[i] for i in others)

    def _has_primary(self, values: Iterable[Any]) -> bool:
        primary = self.attribute.find_sub_attribute("primary")
        return primary is not None and any(
            is_node(value) and get_value(value, primary) is True for value in values
        )

    # ------------------------------------------------------------------ operations

    def has_changes(self) -> bool:
        """Return whether the lists differ."""
        return bool(
            self.removed_positions
            or self.added_positions
            or any(self._find_changed_sub_attributes(pair) != {} for pair in self.changed_pairs)
        )

    def build_changes(self) -> PatchBuilder | None:
        """Return operations on single values, or `None` to replace the whole list."""
        if self.removed_positions and not self.unchanged_count and not self.changed_pairs:
            return None
        builder = PatchBuilder()
        removed, added = list(self.removed_positions), list(self.added_positions)
        for pair in self.changed_pairs:
            changed = self._find_changed_sub_attributes(pair)
            if changed is None or (changed and self.context.value_selection != "filter"):
                removed.append(pair[0])
                added.append(pair[1])
            elif changed and not self._change_value(builder, pair, changed):
                return None
        if removed and not self._remove_values(builder, sorted(removed)):
            return None
        if added:
            values = [self._build_value(None, self.new[i]) for i in sorted(added)]
            builder.set(self.path, get_attribute_check(self.attribute)(values, STRICT), is_new=True)
        return builder

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
            is_simple = self.attribute.type != "complex"
            builder.remove(self.path, [s["value"] if is_simple else s for s in selectors.values()])
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
        removed = [name for name, value in changed_values.items() if value is None]
        assigned = {name: value for name, value in changed_values.items() if value is not None}
        if selector is None and len(removed) + bool(assigned) == 1:
            selector = self._find_selector(position, {position}, excluded_names=frozenset())
        if selector is None:
            return False
        path = f"{self.path}[{_format_filter(selector)}]"
        for name in removed:
            builder.remove(f"{path}.{name}")
        if len(assigned) == 1:
            ((name, value),) = assigned.items()
            sub = cast("Attribute", self.attribute.find_sub_attribute(name))
            check = get_attribute_check(sub, f"{self.attribute.name}.{name}")
            builder.set(f"{path}.{name}", check(value, STRICT), is_new=False)
        elif assigned:
            # The complete value: servers differ in their treatment of missing sub-attributes.
            value = self._build_value(
                self.old[position] if self.context.keep_unset else None, self.new[pair[1]]
            )
            builder.set(path, get_attribute_check(self.attribute)(value, STRICT)[0], is_new=False)
        return True

    def _find_selector(
        self, position: int, allowed_positions: set[int], *, excluded_names: frozenset[str]
    ) -> dict[str, Any] | None:
        """Return the sub-attributes, with values, that select an old value and only allowed positions.

        Return `None` if no combination does.
        """
        value = self.old[position]
        if self.attribute.type != "complex":
            same = [
                i
                for i, v in enumerate(self.old)
                if build_equality_key(self.attribute, v)
                == build_equality_key(self.attribute, value)
            ]
            is_usable = _can_be_literal(self.attribute, value)
            is_usable = is_usable and allowed_positions.issuperset(same)
            return {"value": to_json(value)} if is_usable else None
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
            key = tuple(build_sub_attribute_key(sub, value) for sub in subs)
            if allowed_positions.issuperset(self._get_index(subs).get(key, [])):
                return {sub.name: to_json(get_value(value, sub)) for sub in subs}
        return None

    def _get_index(self, sub_attributes: list[Attribute]) -> dict[Hashable, list[int]]:
        names = tuple(sub.name for sub in sub_attributes)
        if names not in self.indexes:
            self.indexes[names] = self._group_by_key(range(len(self.old)), self.old, sub_attributes)
        return self.indexes[names]

    def _build_value(self, old_value: Any, new_value: Any) -> Any:
        """Return a new value in wire form, with the sub-attributes it lacks from the old value."""
        new = self.context.to_writable_json(self.attribute, new_value)
        if not is_node(old_value) or not isinstance(new, dict):
            return new
        explicit_names = list_explicit_names(new_value)
        if self._has_primary(self.new):
            explicit_names.add("primary")  # avoids a second primary value
        old = self.context.to_writable_json(self.attribute, old_value)
        kept = {n: value for n, value in old.items() if n.casefold() not in explicit_names}
        return {**kept, **cast("dict[str, Any]", new)}

    # ------------------------------------------------------------------ whole list

    def build_replacement_list(self, *, keep_unset: bool) -> list[Any]:
        """Return the new list to replace the old one.

        Args:
            keep_unset: whether new values keep the sub-attributes they lack from their old values.
        """
        old_positions = {new: old for old, new in self.changed_pairs} if keep_unset else {}
        values = [
            self._build_value(self.old[old_positions[i]] if i in old_positions else None, value)
            for i, value in enumerate(self.new)
        ]
        check_single_primary(values, self.attribute.name)
        return cast("list[Any]", get_attribute_check(self.attribute)(values, STRICT))

    def is_correct(self, builder: PatchBuilder) -> bool:
        """Return whether the operations turn the old list into the new one."""
        urn, name = self.context.attribute_id[0], self.attribute.name
        content: dict[str, Any] = {name: [to_json(value) for value in self.old]}
        extension = self.context.schema.find_extension(urn) if urn else None
        before = content if extension is None else {extension.urn: content}
        try:
            after: Any = PatchRequest._from_operations(
                builder.build_operations(), schema=self.context.schema
            ).apply(before)
        except PatchError:
            return False
        if extension is not None:
            after = after.get(extension.urn, {})
        values = to_list(after.get(name))
        return not _ListDiff(
            self.context, self.path, self.attribute, values, self.new
        ).has_changes()


def _can_be_literal(attribute: Attribute, value: Any) -> bool:
    """Return whether a value is usable as a literal of a filter: it fits the type and is short."""
    literal = to_json(value)
    if not isinstance(literal, str | bool | int | float) or (
        isinstance(literal, str) and len(literal) > MAX_LITERAL_LENGTH
    ):
        return False
    try:
        get_value_check(attribute)(literal, STRICT)
    except PatchError:
        return False
    return True


def _format_filter(selector: dict[str, Any]) -> str:
    return " and ".join(
        f"{name} eq {json.dumps(value, ensure_ascii=False)}" for name, value in selector.items()
    )
