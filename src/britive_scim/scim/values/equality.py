"""When two values of an attribute are the same: by its type and its `caseExact`, not by spelling.

Text compares without case unless the schema says otherwise, moments as instants, binaries without
padding, a missing `primary` as false (RFC 7643 §2.3, §2.4). Each value has a *key*; two values are
the same where their keys are equal. Keys are hashable, whatever the value is.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Any, cast

from pydantic import BaseModel

from britive_scim.scim.datatypes import binary_form, exact_form, folded_form, instant
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.json_values import as_json
from britive_scim.scim.names import fold
from britive_scim.scim.values.lookup import assigned
from britive_scim.scim.values.node import Node, get, is_many, is_node, listed

__all__ = ["key", "same", "sub_key", "told", "values_key"]

_VERSION = re.compile(r"/[vV][0-9]+(?=/)")


def key(attribute: Attribute, value: Any) -> Hashable:
    """Return the key of one value of an attribute; of a list, `None` for what is unassigned.

    Args:
        attribute: what the schema says about it; whether it is multi-valued does not matter here.
        value: one value, as a model or a mapping holds it.
    """
    kind = attribute.type
    if isinstance(value, str):
        if kind == "string":
            return exact_form(value) if attribute.case_exact else folded_form(value)
        if kind == "reference":
            # The same resource under another version of the protocol (RFC 7643 §2.4).
            plain = _VERSION.sub("", value, count=1) if attribute.name == "$ref" else value
            return exact_form(plain)
        if kind == "binary":
            return binary_form(value)
        if kind == "dateTime":
            return instant(value) or value
        return value
    if value is None:
        return None
    if isinstance(value, bool | int | float):
        # True == 1 in Python, not here.
        return (bool, value) if isinstance(value, bool) else (float, value)
    if isinstance(value, datetime):
        return instant(value)
    if kind == "complex" and is_node(value):
        return _node_key(attribute, value)
    if is_node(value) or is_many(value):
        return _plain_key(value)
    return key(attribute, told(value))


def told(value: Any) -> Any:
    """Return what a value of a class of the user's own is in JSON; where it is nothing, what it is called."""
    try:
        return as_json(value)
    except ValueError:
        return object.__repr__(value)


def sub_key(sub: Attribute, node: Node) -> Hashable:
    """Return the key of what a complex value holds for a sub-attribute; `primary` is false unless set."""
    value = get(node, sub)
    if value is None:
        return (bool, False) if sub.name == "primary" and sub.type == "boolean" else None
    if sub.multi_valued:
        return values_key(sub, value)
    return key(sub, value)


def values_key(attribute: Attribute, value: Any) -> Hashable:
    """Return the key of all values of a multi-valued attribute: their order has no meaning."""
    return frozenset(key(attribute, item) for item in listed(value) if assigned(item)) or None


def same(attribute: Attribute, one: Any, other: Any) -> bool:
    """Return whether an attribute has the same value or values twice; unassigned equals unassigned."""
    if not assigned(one) or not assigned(other):
        return assigned(one) == assigned(other)
    if attribute.multi_valued:
        return values_key(attribute, one) == values_key(attribute, other)
    return key(attribute, one) == key(attribute, other)


def _node_key(attribute: Attribute, node: Node) -> Hashable:
    held: list[tuple[str, Hashable]] = []
    for sub in attribute.sub_attributes:
        found = sub_key(sub, node)
        if found is not None and (sub.name != "primary" or found != (bool, False)):
            held.append((sub.name, found))
    return tuple(held)


def _plain_key(value: Any) -> Hashable:
    """Return a key of what no schema describes: JSON compared by type and value, names without case."""
    if isinstance(value, BaseModel):
        return _plain_key(value.model_dump())
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return frozenset(
            (fold(str(name)), _plain_key(member))
            for name, member in members.items()
            if assigned(member)
        )
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(_plain_key(item) for item in cast("list[Any]", value))
    if isinstance(value, bool | int | float):
        return (bool, value) if isinstance(value, bool) else (float, value)
    return value if value is None or isinstance(value, str) else _plain_key(told(value))
