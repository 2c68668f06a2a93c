"""Values of custom identity attributes as a mapping, and the requests that change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from britive_scim.admin.identity_attribute import AttributeValue, IdentityAttribute
from britive_scim.admin.validation import check_name
from britive_scim.errors import InputError

__all__ = ["AttributeValues", "build_value_changes", "group_by_name", "to_string_lists"]

AttributeValues = dict[str, list[str]]
"""`{attribute name: [values]}`"""


def group_by_name(
    values: Iterable[AttributeValue], attributes: Iterable[IdentityAttribute]
) -> AttributeValues:
    """Group values by attribute name; a missing name is looked up by the attribute's id.

    Examples:
        >>> group_by_name([AttributeValue(attribute_id="c1", attribute_name="costCode", attribute_value="7")], ())
        {'costCode': ['7']}
    """
    names = {attribute.id: attribute.name for attribute in attributes}
    grouped: AttributeValues = {}
    for value in values:
        name = value.attribute_name or names.get(value.attribute_id) or value.attribute_id or ""
        grouped.setdefault(name, []).append(value.attribute_value or "")
    return grouped


def to_string_lists(values: Mapping[str, str | Iterable[str] | None]) -> AttributeValues:
    """Return values as lists of strings without duplicates; Britive stores all values as strings.

    Raises:
        InputError: an invalid attribute name.
    """
    return {
        check_name(name, label="identity attribute"): list(
            dict.fromkeys([value] if isinstance(value, str) else value or ())
        )
        for name, value in values.items()
    }


def build_value_changes(
    attributes: Iterable[IdentityAttribute],
    wanted: AttributeValues,
    current: Iterable[AttributeValue],
) -> list[dict[str, Any]]:
    """Build the change from the `current` values of `attributes` to the wanted ones, by name.

    Raises:
        InputError: a built-in attribute, or several values of a single-valued attribute.
    """
    current_values: dict[str | None, list[str]] = {}
    for value in current:
        current_values.setdefault(value.attribute_id, []).append(value.attribute_value or "")
    items: list[dict[str, Any]] = []
    for attribute in attributes:
        name = attribute.name or ""
        after, before = wanted[name], current_values.get(attribute.id, [])
        if attribute.built_in:
            raise InputError(f"{name!r} is a built-in attribute; change the field of the user")
        if len(after) > 1 and attribute.multi_valued is False:
            raise InputError(f"{name!r} must have at most one value, got {len(after)}")
        items += [
            _build_change_item("remove", attribute, value) for value in before if value not in after
        ]
        items += [
            _build_change_item("add", attribute, value) for value in after if value not in before
        ]
    return items


def _build_change_item(op: str, attribute: IdentityAttribute, value: str) -> dict[str, Any]:
    return {
        "op": op,
        "customUserAttribute": {"attributeId": attribute.id, "attributeValue": value},
    }
