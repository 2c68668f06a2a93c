"""Equality of attribute values by data type and `caseExact`.

Strings compare case-insensitively unless `caseExact`, dateTimes as instants, binaries without padding,
and a missing `primary` as false (RFC 7643 §2.3, §2.4). Two values are equal if their *keys* are equal.
Keys are always hashable.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Any, cast

from pydantic import BaseModel

from britive_scim.scim.datatypes import (
    normalize_binary,
    normalize_case_exact,
    normalize_caseless,
    to_aware_datetime,
)
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.json_values import to_json_value
from britive_scim.scim.names import fold
from britive_scim.scim.values.lookup import is_assigned
from britive_scim.scim.values.node import Node, get_value, is_collection, is_node, to_list

__all__ = [
    "build_equality_key",
    "build_json_key",
    "build_sub_attribute_key",
    "build_values_key",
    "drop_protocol_version",
    "is_same_value",
    "to_json_or_repr",
]

_PROTOCOL_VERSION = re.compile(r"/[vV][0-9]+(?=/)")


def build_equality_key(attribute: Attribute, value: Any) -> Hashable:
    """Return the key of a single value of an attribute; `None` if it is unassigned.

    Args:
        attribute: the attribute; `multi_valued` is ignored.
        value: a single value of a model or a mapping.
    """
    type_ = attribute.type
    if isinstance(value, str):
        if type_ == "string":
            return (
                normalize_case_exact(value) if attribute.case_exact else normalize_caseless(value)
            )
        if type_ == "reference":
            return normalize_case_exact(drop_protocol_version(attribute, value))
        if type_ == "binary":
            return normalize_binary(value)
        if type_ == "dateTime":
            return to_aware_datetime(value) or value
        return value
    if value is None:
        return None
    if isinstance(value, bool | int | float):
        # In Python True == 1, in JSON they differ.
        return (bool, value) if isinstance(value, bool) else (float, value)
    if isinstance(value, datetime) and type_ == "dateTime":
        return to_aware_datetime(value)
    if type_ == "complex" and is_node(value):
        return _build_node_key(attribute, value)
    if is_node(value) or is_collection(value):
        return build_json_key(value)
    return build_equality_key(attribute, to_json_or_repr(value))


def drop_protocol_version(attribute: Attribute, value: str) -> str:
    """Return a URI of `$ref` without its protocol version, which is no difference (RFC 7643 §2.4)."""
    is_uri = attribute.name == "$ref" and attribute.type == "reference"
    return _PROTOCOL_VERSION.sub("", value, count=1) if is_uri else value


def to_json_or_repr(value: Any) -> Any:
    """Return the JSON form of a custom object, or its default repr if it has none."""
    try:
        return to_json_value(value)
    except ValueError:
        return object.__repr__(value)


def build_sub_attribute_key(sub: Attribute, node: Node) -> Hashable:
    """Return the key of a sub-attribute of a complex value; a missing `primary` equals false."""
    value = get_value(node, sub)
    if value is None:
        return (bool, False) if sub.name == "primary" and sub.type == "boolean" else None
    if sub.multi_valued:
        return build_values_key(sub, value)
    return build_equality_key(sub, value)


def build_values_key(attribute: Attribute, value: Any) -> Hashable:
    """Return the key of all values of a multi-valued attribute, regardless of order."""
    return (
        frozenset(
            build_equality_key(attribute, item) for item in to_list(value) if is_assigned(item)
        )
        or None
    )


def is_same_value(attribute: Attribute, first: Any, second: Any) -> bool:
    """Return whether two values, or lists of values, of an attribute are equal."""
    if not is_assigned(first) or not is_assigned(second):
        return is_assigned(first) == is_assigned(second)
    if attribute.multi_valued:
        return build_values_key(attribute, first) == build_values_key(attribute, second)
    return build_equality_key(attribute, first) == build_equality_key(attribute, second)


def _build_node_key(attribute: Attribute, node: Node) -> Hashable:
    keys: list[tuple[str, Hashable]] = []
    for sub in attribute.sub_attributes:
        key = build_sub_attribute_key(sub, node)
        if key is not None and (sub.name != "primary" or key != (bool, False)):
            keys.append((sub.name, key))
    return tuple(keys)


def build_json_key(value: Any) -> Hashable:
    """Return the key of a value without schema: JSON type and value, with case-insensitive names.

    Unassigned members and elements do not count (RFC 7643 §2.5); the order of elements does.
    """
    if isinstance(value, BaseModel):
        return build_json_key(value.model_dump())
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return frozenset(
            (fold(str(name)), build_json_key(member))
            for name, member in members.items()
            if is_assigned(member)
        )
    if isinstance(value, list | tuple | set | frozenset):
        items = cast("list[Any]", value)
        return tuple(build_json_key(item) for item in items if is_assigned(item))
    if isinstance(value, bool | int | float):
        return (bool, value) if isinstance(value, bool) else (float, value)
    return (
        value if value is None or isinstance(value, str) else build_json_key(to_json_or_repr(value))
    )
