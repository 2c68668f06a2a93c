"""Difference of one attribute: the wanted values that the found ones do not cover.

A found value *covers* a wanted one if all that the wanted one states is equal by the schema. What the server adds
(`primary`, `display`, `formatted`, `$ref`) and what it spells otherwise, case or Unicode form, is no difference.
Nor are blanks around a string, which files and servers drop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from itertools import compress
from operator import ne
from typing import Any, Final, cast

from britive_scim.scim.datatypes import normalize_case_exact
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.names import CUSTOM_USER, fold
from britive_scim.scim.patch.target import is_undeclared
from britive_scim.scim.values.equality import build_equality_key, build_sub_attribute_key
from britive_scim.scim.values.lookup import is_assigned, wrap_strings
from britive_scim.scim.values.node import (
    find_key,
    get_value,
    is_collection,
    is_mapping,
    is_node,
    to_list,
)

__all__ = [
    "EQUAL",
    "Equal",
    "ValueDifference",
    "compute_value_difference",
    "has_same_json_types",
    "is_comparable",
    "is_plainly_covered",
]


class Equal:
    """Type of `EQUAL`."""

    __slots__ = ()


EQUAL: Final = Equal()
"""Result for an attribute that has all that is wanted."""


@dataclass(frozen=True, slots=True)
class ValueDifference:
    """Difference of one attribute.

    Attributes:
        before: the found value; of a complex attribute the sub-attributes that change.
        after: the new value likewise; `None` clears.
        paths: paths of what changes, as in `unkept`.
    """

    before: Any
    after: Any
    paths: tuple[str, ...]


def is_comparable(attribute: Attribute) -> bool:
    """Return whether a response can show that the attribute has the wanted value, and a client can set it."""
    return attribute.mutability != "readOnly" and attribute.returned != "never"


def is_plainly_covered(found: Any, wanted: Any) -> bool:
    """Return whether a found resource or value surely has all of a wanted one; no schema is needed.

    After `False` the values must be compared by their schema.
    """
    if not _is_covered(found, wanted):
        return False
    custom = wanted.get(CUSTOM_USER) if wanted.__class__ is dict else None
    return custom is None or has_same_json_types(found[CUSTOM_USER], custom)


def has_same_json_types(found: Any, wanted: Any) -> bool:
    """Return whether a covered value has the JSON types of the wanted one: in Python `1 == True`.

    Declared attributes have one type; undeclared ones, such as custom attributes, may change it.
    """
    if wanted.__class__ is dict:
        return all(has_same_json_types(found.get(name), value) for name, value in wanted.items())
    if wanted.__class__ is list:
        return all(map(has_same_json_types, found, wanted))
    return (found.__class__ is bool) == (wanted.__class__ is bool)


def _is_covered(found: Any, wanted: Any) -> bool:
    if wanted.__class__ is dict:
        if found.__class__ is not dict:
            return False
        find: Callable[[str], Any] = found.get
        # The names of the values that differ; all others are passed by without a step of Python.
        for name in compress(wanted, map(ne, wanted.values(), map(find, wanted))):
            if not _is_covered(find(name), wanted[name]):
                return False
        return True
    if wanted.__class__ is list:
        return (
            found.__class__ is list
            and len(found) == len(wanted)
            and all(map(_is_covered, found, wanted))
        )
    return bool(found == wanted)


def compute_value_difference(
    attribute: Attribute,
    path: str,
    found: Any,
    wanted: Any,
    *,
    is_partial: bool,
    unkept: Collection[str],
) -> ValueDifference | Equal:
    """Return the difference of one attribute, or `EQUAL`.

    Args:
        attribute: the attribute.
        path: path of the attribute.
        found: the found value.
        wanted: the wanted value; `None` clears.
        is_partial: whether the wanted list states single values, by `type`.
        unkept: folded paths that the provider does not keep.
    """
    if not is_comparable(attribute) or fold(path) in unkept:
        return EQUAL
    if attribute.mutability == "immutable" and is_assigned(found):
        return EQUAL
    if not is_assigned(wanted):
        if not is_assigned(found) or attribute.required or (is_partial and wanted is not None):
            return EQUAL
        if attribute.type != "complex" or attribute.multi_valued or not is_node(wanted):
            return ValueDifference(found, None, (path,))
    if is_undeclared(attribute):
        if (is_plainly_covered(found, wanted) and has_same_json_types(found, wanted)) or (
            _build_undeclared_key(found) == _build_undeclared_key(wanted)
        ):
            return EQUAL
        return ValueDifference(found, wanted, (path,))
    if attribute.multi_valued:
        return _ListDifference(attribute, path, found, wanted, unkept).compute(is_partial)
    if attribute.type == "complex":
        return _compute_complex_difference(attribute, path, found, wanted, unkept)
    if _build_value_key(attribute, found) == _build_value_key(attribute, wanted):
        return EQUAL
    return ValueDifference(found, wanted, (path,))


# ----------------------------------------------------------------------------- equality


def _build_value_key(attribute: Attribute, value: Any) -> Hashable:
    """Return the equality key of a simple value; an empty string equals no value."""
    return None if value is None else _strip(build_equality_key(attribute, value))


def _strip(key: Hashable) -> Hashable:
    """Return the key of a string without blanks around it, `None` if nothing is left; other keys unchanged."""
    return key.strip() or None if isinstance(key, str) else key


def _build_undeclared_key(value: Any) -> Hashable:
    """Return the equality key of a value without declared type, which a provider may convert to one."""
    if not is_assigned(value) or value == "":
        return None
    if is_collection(value):
        return frozenset(map(_build_undeclared_key, value)) - {None} or None
    if is_node(value):
        return build_equality_key(_ANY, value)
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).strip()
    if (match := re.fullmatch(_ISO_TIME, text, re.ASCII)) is not None:
        return build_equality_key(_TIME, text if match[1] else f"{text}T00:00:00Z")
    return _strip(normalize_case_exact(text))


_ANY: Final = Attribute(name="value", type="string")
_TIME: Final = Attribute(name="value", type="dateTime")
_ISO_TIME: Final = r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?)?"
"""A date or time; tables have it in UTC, and Excel files without the zone, at midnight as a date."""


def _build_part_key(sub: Attribute, node: Any) -> Hashable:
    key = _strip(build_sub_attribute_key(sub, node))
    return None if (sub.name == "primary" and key == (bool, False)) else key


# ----------------------------------------------------------------------------- complex attributes


def _compute_complex_difference(
    attribute: Attribute, path: str, found: Any, wanted: Any, unkept: Collection[str]
) -> ValueDifference | Equal:
    found_node = _to_node(attribute, found)
    wanted_node = _to_node(attribute, wanted)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for sub in _list_stated(attribute, path, wanted_node, unkept):
        old = get_value(found_node, sub)
        if _build_part_key(sub, found_node) == _build_part_key(sub, wanted_node):
            continue
        new = get_value(wanted_node, sub)
        if not is_assigned(new) and sub.required:
            continue
        if sub.mutability == "immutable" and is_assigned(old):
            continue
        before[sub.name] = old
        after[sub.name] = new if is_assigned(new) else None
    if not after:
        return EQUAL
    return ValueDifference(before, after, tuple(f"{path}.{name}" for name in after))


def _to_node(attribute: Attribute, value: Any) -> Mapping[str, Any]:
    """Return a complex value as a mapping; a string is its `value`."""
    if isinstance(value, str):
        name = "formatted" if attribute.find_sub_attribute("value") is None else "value"
        return {name: value}
    return cast("Mapping[str, Any]", value) if is_node(value) else {}


def _list_stated(
    attribute: Attribute, path: str, node: Mapping[str, Any], unkept: Collection[str]
) -> list[Attribute]:
    """Return the sub-attributes that a wanted value states and that can be compared.

    `$ref` follows from `value`, and contains the address of the provider.
    """
    return [
        sub
        for sub in attribute.sub_attributes
        if is_comparable(sub)
        and (sub.name in node or find_key(node, sub.name) is not None)
        and not (sub.name == "$ref" and "value" in node)
        and not (unkept and fold(f"{path}.{sub.name}") in unkept)
    ]


# ----------------------------------------------------------------------------- lists


class _ListDifference:
    """Comparison of the values of a multi-valued attribute.

    Attributes:
        found: the found values.
        wanted: the wanted values that the provider is able to keep.
    """

    def __init__(
        self, attribute: Attribute, path: str, found: Any, wanted: Any, unkept: Collection[str]
    ) -> None:
        self.attribute = attribute
        self.path = path
        self.unkept = unkept
        self.is_complex = attribute.type == "complex"
        self.original = found
        self.found = [value for value in self._to_values(found) if is_assigned(value)]
        self.wanted = [
            value
            for value in self._to_values(wanted)
            if is_assigned(value) and not (unkept and self._is_unkept(value))
        ]

    def _to_values(self, value: Any) -> list[Any]:
        values = to_list(value)
        return list(wrap_strings(values)) if self.is_complex else values

    def _is_unkept(self, value: Any) -> bool:
        path = self._build_value_path(value)
        return path is not None and fold(path) in self.unkept

    def _build_value_path(self, value: Any) -> str | None:
        """Return the path that selects a value by its `type`, or `None`."""
        type_ = self._get_type(value)
        return None if type_ is None else f'{self.path}[type eq "{type_}"]'

    def _get_type(self, value: Any) -> str | None:
        type_ = value.get("type") if is_node(value) and isinstance(value, Mapping) else None
        return type_ if isinstance(type_, str) and type_ else None

    def compute(self, is_partial: bool) -> ValueDifference | Equal:
        """Return the difference, or `EQUAL`."""
        after = self._merge() if is_partial and self.is_complex else self._replace()
        if after is None:
            return EQUAL
        after = self._with_single_primary(after)
        return ValueDifference(self.original, after or None, self._list_paths())

    def _covers(self, found: Any, wanted: Any) -> bool:
        """Return whether a found value has all that a wanted one states."""
        if not self.is_complex or not is_node(wanted) or not is_node(found):
            return _build_value_key(self.attribute, found) == _build_value_key(
                self.attribute, wanted
            )
        node = cast("Mapping[str, Any]", wanted)
        return all(
            _build_part_key(sub, found) == _build_part_key(sub, wanted)
            for sub in _list_stated(self.attribute, self.path, node, self.unkept)
        )

    # ------------------------------------------------------------------ whole lists

    def _replace(self) -> list[Any] | None:
        """Return the new list, or `None` if the found values are the wanted ones."""
        free = list(range(len(self.found)))
        after: list[Any] = list(self.wanted)
        is_covered = True
        # Values that state most choose first, so that a vague one does not take their place.
        by_detail = sorted(range(len(after)), key=lambda i: -_count_parts(self.wanted[i]))
        for i in by_detail:
            match = next((j for j in free if self._covers(self.found[j], self.wanted[i])), None)
            if match is None:
                is_covered = False
            else:
                free.remove(match)
                after[i] = self.found[match]
        if self.unkept and free:
            kept = [j for j in free if self._is_unkept(self.found[j])]
            after += [self.found[j] for j in kept]
            free = [j for j in free if j not in kept]
        return None if is_covered and not free else after

    # ------------------------------------------------------------------ single values, by type

    def _merge(self) -> list[Any] | None:
        """Return the found list with the wanted values in their places, or `None` if nothing changes."""
        after = list(self.found)
        is_changed = False
        for value in self.wanted:
            node = cast("Mapping[str, Any]", value)
            places = [i for i, other in enumerate(after) if self._is_place_of(other, node)]
            if self._is_removal(node):
                is_changed = is_changed or bool(places)
                after = [other for i, other in enumerate(after) if i not in places]
            elif not any(self._covers(after[i], node) for i in places):
                is_changed = True
                if places:
                    place = next((i for i in places if after[i].get("primary") is True), places[0])
                    after[place] = {**after[place], **node}
                else:
                    after.append({name: part for name, part in node.items() if is_assigned(part)})
        return after if is_changed else None

    def _is_place_of(self, found: Any, wanted: Mapping[str, Any]) -> bool:
        """Return whether a found value is the one that a wanted one replaces: same type, or the primary one."""
        if not is_node(found):
            return False
        type_ = self.attribute.find_sub_attribute("type")
        if self._get_type(wanted) is not None and type_ is not None:
            return _build_part_key(type_, found) == _build_part_key(type_, wanted)
        primary = self.attribute.find_sub_attribute("primary")
        if primary is not None and wanted.get("primary") is True:
            return get_value(found, primary) is True
        return self._get_type(found) is None

    def _is_removal(self, wanted: Mapping[str, Any]) -> bool:
        return not any(
            is_assigned(part) for name, part in wanted.items() if name not in {"type", "primary"}
        )

    # ------------------------------------------------------------------ result

    def _with_single_primary(self, values: list[Any]) -> list[Any]:
        """Return the values with one primary value: a wanted one takes precedence over a found one."""
        stated = [v for v in self.wanted if is_node(v) and _get(v, "primary") is True]
        if not stated or not self.is_complex:
            return values
        chosen = next(
            (
                i
                for i, v in enumerate(values)
                if _get(v, "primary") is True and self._covers(v, stated[0])
            ),
            None,
        )
        return [
            {**value, "primary": False} if i != chosen and _get(value, "primary") is True else value
            for i, value in enumerate(values)
        ]

    def _list_paths(self) -> tuple[str, ...]:
        """Return the paths of the wanted values that are missing; the attribute's if there is no narrower one."""
        paths: dict[str, None] = {}
        for value in self.wanted:
            if any(self._covers(found, value) for found in self.found):
                continue
            narrow = self._find_changed_parts(value) or [self._build_value_path(value) or self.path]
            paths.update(dict.fromkeys(narrow))
        return tuple(paths) or (self.path,)

    def _find_changed_parts(self, wanted: Any) -> list[str]:
        """Return the paths of the sub-attributes in which a found value with this `value` differs."""
        value = self.attribute.find_sub_attribute("value")
        if value is None or not is_node(wanted) or _build_part_key(value, wanted) is None:
            return []
        node = cast("Mapping[str, Any]", wanted)
        for found in self.found:
            if is_node(found) and _build_part_key(value, found) == _build_part_key(value, node):
                return [
                    f"{self.path}.{sub.name}"
                    for sub in _list_stated(self.attribute, self.path, node, self.unkept)
                    if _build_part_key(sub, found) != _build_part_key(sub, node)
                ]
        return []


def _count_parts(value: Any) -> int:
    return len(value) if is_mapping(value) else 0


def _get(node: Any, name: str) -> Any:
    return node.get(name) if is_mapping(node) else None
