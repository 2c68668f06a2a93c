r"""Forms of complex values that Microsoft Entra sends: JSON text, and undeclared names.

Role mappings arrive as `[{"value": "{\"id\": …, \"value\": …, \"displayName\": …}"}]`, as a list of such
strings, or as objects with these names. Group members arrive with `displayName` instead of `display`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from pydantic_core import from_json

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.json_values import is_list
from britive_scim.scim.names import fold
from britive_scim.scim.values.node import find_key, is_mapping

__all__ = [
    "expand_encoded_values",
    "find_entra_sub_attribute",
    "iter_ignored_names",
    "unwrap_single_value",
]

_ENTRA_NAMES: Final = frozenset({"id", "displayname"})
"""Names besides the declared ones that identify JSON text as a value of Entra."""

_SINGLE_VALUE_NAMES: Final = frozenset({"$ref", "value"})


def expand_encoded_values(attribute: Attribute, value: Any) -> list[Any]:
    """Return a value of a complex attribute with its JSON text decoded: one value, or several.

    JSON text is decoded, as the whole value or as its `value`. Each of its objects must have a `value`,
    and besides it only sub-attributes of the type, `id` and `displayName`. Any other text stays a
    string.

    Args:
        attribute: the complex attribute.
        value: one value of an operation.
    """
    if isinstance(value, str):
        decoded = _decode_objects(attribute, value)
        return [value] if decoded is None else list(decoded)
    if not is_mapping(value):
        return [value]
    key = find_key(value, "value")
    text = None if key is None else value[key]
    decoded = _decode_objects(attribute, text) if isinstance(text, str) else None
    if decoded is None:
        return [value]
    rest = {name: member for name, member in value.items() if name != key}
    return [{**_without_names(item, rest), **rest} for item in decoded]


def _without_names(item: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if find_key(names, name) is None}


def _decode_objects(attribute: Attribute, text: str) -> list[dict[str, Any]] | None:
    """Return the objects of JSON text if they are values of the attribute; otherwise `None`."""
    if text.lstrip()[:1] not in ("{", "[") or attribute.find_sub_attribute("value") is None:
        return None
    try:
        decoded = from_json(text, allow_inf_nan=False)
    except (ValueError, TypeError):  # TypeError: half a surrogate pair
        return None
    items: list[Any] = decoded if is_list(decoded) else [decoded]
    if not items or not all(_is_value(attribute, item) for item in items):
        return None
    return items


def _is_value(attribute: Attribute, item: Any) -> bool:
    return (
        isinstance(item, dict)
        and find_key(cast("dict[str, Any]", item), "value") is not None
        and all(
            fold(name) in _ENTRA_NAMES or attribute.find_sub_attribute(name) is not None
            for name in cast("dict[str, Any]", item)
        )
    )


def find_entra_sub_attribute(
    attribute: Attribute, name: Any, value: Mapping[Any, Any]
) -> Attribute | None:
    """Return the sub-attribute that an undeclared name of Entra means, or `None`: `displayName` is `display`.

    Args:
        attribute: the complex attribute, which does not declare the name.
        name: the name.
        value: the value that contains it; its own `display` takes precedence unless it is null.
    """
    if not isinstance(name, str) or fold(name) != "displayname":
        return None
    display = attribute.find_sub_attribute("display")
    key = None if display is None else find_key(value, display.name)
    return display if key is None or value[key] is None else None


def iter_ignored_names(attribute: Attribute, value: Any) -> Iterator[str]:
    """Yield the names in the values of a complex attribute that no sub-attribute has.

    Args:
        attribute: the attribute.
        value: the value of an operation: one value, or a list.
    """
    if attribute.type != "complex":
        return
    for given in value if is_list(value) else [value]:
        for item in expand_encoded_values(attribute, given):
            if not is_mapping(item):
                continue
            for name in item:
                if (
                    isinstance(name, str)
                    and attribute.find_sub_attribute(name) is None
                    and find_entra_sub_attribute(attribute, name, item) is None
                ):
                    yield name


def unwrap_single_value(attribute: Attribute, item: Any) -> Any:
    """Return the value of an object `{"$ref": null, "value": …}` in a list of one; others unchanged.

    Entra's old service sent single values in this form.

    Args:
        attribute: the single-valued attribute.
        item: the element of the list.
    """
    if not is_mapping(item) or not {fold(str(name)) for name in item} <= _SINGLE_VALUE_NAMES:
        return item
    value_key, reference_key = find_key(item, "value"), find_key(item, "$ref")
    if value_key is None or (reference_key is not None and item[reference_key] is not None):
        return item
    if attribute.type != "complex":
        return item[value_key]
    return item if attribute.find_sub_attribute("value") is None else {"value": item[value_key]}
