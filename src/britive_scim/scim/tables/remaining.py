"""Column `other`: the attributes that no other column has, as one JSON object in wire form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_json

from britive_scim.errors.secret_names import has_sensitive_word
from britive_scim.scim.definitions.fields import (
    AttributeField,
    ExtensionField,
    get_model_definition,
)
from britive_scim.scim.models.base import Meta
from britive_scim.scim.models.user import User
from britive_scim.scim.models.user_parts import Email
from britive_scim.scim.names import fold
from britive_scim.scim.tables.columns import Column, drop_secrets, to_plain
from britive_scim.scim.tables.rows import MappingRows, ModelRows, Rows, UnreadableRows

__all__ = ["build_other_column"]

IsCovered = Callable[[Rows, Any], bool]
"""Test that a column has everything of a value, given the rows and the value."""


@dataclass(frozen=True, slots=True)
class _RemainingNode:
    """Attributes of a complex value that no column has.

    Attributes:
        keys: wire names of the attributes that columns have, as a whole or in part, and of those that are left out.
        extra: those of `keys` that the class does not declare, and secret ones, folded.
        fields: Python name and wire name of the other declared attributes.
        parts: wire name, Python name and node of the attributes of which columns have a part.
    """

    keys: frozenset[str]
    extra: frozenset[str]
    fields: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str, _RemainingNode], ...]


def build_other_column(
    columns: Sequence[Column],
    left_out: Iterable[str],
    covered: Mapping[str, IsCovered],
    model: type[BaseModel],
) -> Column:
    """Return the column of the remaining attributes; `None` for a resource without any.

    Attributes that only the server sets, and those that are secret by their class or name, are left out.

    Args:
        columns: the other columns.
        left_out: attributes that no column has as they are, but that are no content: `schemas`, `meta`.
        covered: attributes of which a column may have everything, by wire name.
        model: class that declares the attributes.
    """
    tree: dict[str, Any] = {}
    for keys in [*(column.keys for column in columns), *((name,) for name in left_out)]:
        node = tree
        for key in keys[:-1]:
            node = node.setdefault(key, {})
        if keys:
            node[keys[-1]] = None
    nodes: dict[type[BaseModel], _RemainingNode] = {}
    unread = [column for column in columns if column.has_unread]

    def compute(rows: Rows) -> Sequence[Any]:
        cls = type(rows.resources[0]) if isinstance(rows, ModelRows) else model
        node = nodes.get(cls)
        if node is None:
            node = nodes[cls] = _build_node(tree, cls)
        find = _find_in_mapping if isinstance(rows, MappingRows) else _find_in_model
        rests = [find(resource, node) for resource in rows.resources]
        for name, is_covered in covered.items():
            for rest in rests:
                if name in rest and is_covered(rows, rest[name]):
                    del rest[name]
        for column in unread:
            _add_unread(rests, column, rows)
        is_plain = isinstance(rows, MappingRows) or _is_plain(cls)
        return [_format_json(rest, is_plain=is_plain) if rest else None for rest in rests]

    return Column("other", str, (), compute)


def _add_unread(rests: Sequence[dict[str, Any]], column: Column, rows: Rows) -> None:
    """Add the values that a column cannot show as its type."""
    *parents, name = column.keys
    for rest, raw, value in zip(
        rests, rows.get_values(column.keys), column.compute(rows), strict=True
    ):
        if value is None and raw is not None and raw != "":
            holder = rest
            for parent in parents:
                holder = holder.setdefault(parent, {})
            holder[name] = raw


def _build_node(tree: Mapping[str, Any], model: type[BaseModel] | None) -> _RemainingNode:
    definition = None if model is None else get_model_definition(model)
    by_name: Mapping[str, AttributeField | ExtensionField] = (
        {} if definition is None else definition.by_name
    )
    parts: list[tuple[str, str, _RemainingNode]] = []
    keys: set[str] = set()
    for key, sub in tree.items():
        declared = by_name.get(fold(key))
        field = key if declared is None else declared.field
        if sub is None:
            keys.add(key)
        else:
            nested = None if declared is None else declared.nested_model
            parts.append((key, field, _build_node(sub, nested)))
    items = () if definition is None else definition.fields
    for item in items:
        if item.attribute.is_secret or item.attribute.mutability == "readOnly":
            keys.add(item.name)
    secret = {field.name for field in items if field.attribute.is_secret}
    keys.update(key for key, _, _ in parts)
    fields = tuple((item.field, item.name) for item in by_name.values() if item.name not in keys)
    extra = {key for key in keys if fold(key) not in by_name} | secret
    return _RemainingNode(frozenset(keys), frozenset(map(fold, extra)), fields, tuple(parts))


def _find_in_model(model: Any, node: _RemainingNode) -> dict[str, Any]:
    try:
        values = model.__dict__
        extra = model.__pydantic_extra__
        rest = {
            name: value
            for field, name in node.fields
            if (value := values[field]) or (value is not None and value != [])
        }
    except (AttributeError, KeyError):
        raise UnreadableRows from None  # plain data assigned instead of a model
    for name, field, part in node.parts:
        value = values.get(field)
        if value is not None:
            inner = _find_in_model(value, part)
            if inner:
                rest[name] = inner
    if extra:
        rest.update(
            (name, value)
            for name, value in extra.items()
            if value is not None and fold(name) not in node.extra  # also what could not be read
        )
    return rest


def _find_in_mapping(values: Any, node: _RemainingNode) -> dict[str, Any]:
    keys = node.keys
    rest = {
        name: value
        for name, value in values.items()
        if name not in keys and (value or (value is not None and value not in ([], {})))
    }
    if node.extra:
        rest = {name: value for name, value in rest.items() if fold(name) not in node.extra}
    for name, _, part in node.parts:
        value = values.get(name)
        if value is not None:
            if not isinstance(value, dict):
                raise UnreadableRows
            inner = _find_in_mapping(value, part)
            if inner:
                rest[name] = inner
    return rest


def _format_json(rest: dict[str, Any], *, is_plain: bool) -> str | None:
    """Return attributes as JSON text; `None` if they have no content.

    Args:
        rest: the attributes.
        is_plain: whether the models among them have strings, booleans and times only.
    """
    if is_plain:
        try:
            text = to_json(rest, by_alias=True, exclude_none=True).decode()
            if not has_sensitive_word(text):
                return text
        except (PydanticSerializationError, UnicodeError):
            pass  # a lone surrogate
    plain = {name: to_plain(value) for name, value in rest.items()}
    plain = drop_secrets({name: value for name, value in plain.items() if value is not None})
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")) if plain else None


def _is_plain(model: type[BaseModel]) -> bool:
    """Return whether pydantic writes every declared value as `to_wire` does."""
    return all(
        item.nested_model is None or item.nested_model.__module__ in _PLAIN_MODULES
        for item in get_model_definition(model).by_name.values()
    ) and (model.__module__ in _PLAIN_MODULES)


_PLAIN_MODULES = frozenset({User.__module__, Email.__module__, Meta.__module__})
"""Modules of the classes whose values are strings, booleans and times."""
