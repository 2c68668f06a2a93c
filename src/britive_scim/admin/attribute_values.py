"""Values of custom identity attributes as a mapping, and what it takes to change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from britive_scim.admin.identity_attribute import AttributeValue, IdentityAttribute
from britive_scim.admin.validation import check_name
from britive_scim.errors import InputError

__all__ = ["AttributeValues", "build_value_changes", "group_by_name", "to_string_lists"]

AttributeValues = dict[str, list[str]]
"""`{attribute name: [values]}`"""


def group_by_name(
    values: Iterable[AttributeValue], attributes: Iterable[IdentityAttribute]
) -> AttributeValues:
    """Return values as a mapping; a name that did not come is looked up by its id.

    Examples:
        >>> group_by_name([AttributeValue(attribute_id="c1", attribute_name="costCode", attribute_value="7")], ())
        {'costCode': ['7']}
    """
    names = {one.id: one.name for one in attributes}
    found: AttributeValues = {}
    for one in values:
        name = one.attribute_name or names.get(one.attribute_id) or one.attribute_id or ""
        found.setdefault(name, []).append(one.attribute_value or "")
    return found


def to_string_lists(values: Mapping[str, str | Iterable[str] | None]) -> AttributeValues:
    """Return wanted values as lists of texts.

    Raises:
        InputError: no mapping, or a value that is no text; Britive keeps all values as text.
    """
    if not isinstance(values, Mapping):
        raise InputError(
            f"Values of identity attributes are a mapping {{attribute name: value}}, not {type(values).__name__}."
        )
    return {
        check_name(name, label="identity attribute"): _to_strings(name, given)
        for name, given in values.items()
    }


def _to_strings(name: str, value: object) -> list[str]:
    values: object = [value] if isinstance(value, str) else [] if value is None else value
    if isinstance(values, Iterable) and not isinstance(values, Mapping | bytes):
        items = list(cast("Iterable[object]", values))
        if all(isinstance(item, str) for item in items):
            return list(dict.fromkeys(cast("list[str]", items)))
    raise InputError(
        f"The value of {name!r} is {value!r}: values of identity attributes are text or lists of texts, "
        "whatever their data type."
    )


def build_value_changes(
    attributes: Iterable[IdentityAttribute],
    wanted: AttributeValues,
    current: Iterable[AttributeValue],
) -> list[dict[str, Any]]:
    """Return the change that makes the values of `attributes` what is wanted, by name.

    Raises:
        InputError: a built-in attribute, or several values of an attribute that takes one.
    """
    held: dict[str | None, list[str]] = {}
    for one in current:
        held.setdefault(one.attribute_id, []).append(one.attribute_value or "")
    items: list[dict[str, Any]] = []
    for attribute in attributes:
        name, values = attribute.name or "", wanted[attribute.name or ""]
        if attribute.built_in:
            raise InputError(f"{name!r} is built in: change the user's own field instead.")
        if len(values) > 1 and attribute.multi_valued is False:
            raise InputError(f"{name!r} takes one value, {len(values)} were given.")
        have = held.get(attribute.id, [])
        items += [
            _build_change_item("remove", attribute, value) for value in have if value not in values
        ]
        items += [
            _build_change_item("add", attribute, value) for value in values if value not in have
        ]
    return items


def _build_change_item(op: str, attribute: IdentityAttribute, value: str) -> dict[str, Any]:
    return {
        "op": op,
        "customUserAttribute": {"attributeId": attribute.id, "attributeValue": value},
    }
