"""Identity attributes of a user, computed from its SCIM resource by the attribute mappings.

Nothing is stored when a user is pushed: the admin API shows what the present resource and mappings yield.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.scim.filters.predicates import compile_value_filter
from britive_scim.scim.mapped_values import (
    flatten_values,
    list_mapped_attributes,
    read_mapped_values,
)
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER, fold
from britive_scim.testing.state.defaults import BUILT_IN_ATTRIBUTES
from britive_scim.testing.state.state import IdentityAttributeRecord, ProviderRecord, UserRecord

__all__ = ["build_profile", "find_missing_attributes", "get_attribute_values", "get_custom_values"]


@lru_cache(maxsize=1024)
def _compile_reader(scim_name: str) -> Callable[[dict[str, Any]], Any] | None:
    """Return a getter for a core attribute, or `None` for other paths.

    Stored resources use the spelling of the schema, so no name is folded: `scim.read` takes 30 times as
    long, and lists of users read seven attributes of each.
    """
    path = list_mapped_attributes(scim_name)[0].path
    if path is None or path.urn is not None:
        return None
    attribute = scim.ResourceSchema.of(scim.User).find_attribute(None, path.name)
    if attribute is None or (path.filter is not None and not attribute.multi_valued):
        return None
    sub = None if path.sub is None else attribute.find_sub_attribute(path.sub)
    if path.sub is not None and sub is None:
        return None
    try:
        select = (
            None
            if path.filter is None
            else compile_value_filter(cast("scim.Filter", path.filter), attribute)
        )
    except InputError:
        return None  # the filter does not fit the attribute
    name = attribute.name

    def read_attribute(resource: dict[str, Any]) -> Any:
        value: Any = resource.get(name)
        if select is not None:
            value = list(filter(select, value or ()))
        if sub is None:
            return value
        if isinstance(value, list):
            return [item.get(sub.name) for item in cast("list[dict[str, Any]]", value)]
        return None if value is None else value.get(sub.name)

    return read_attribute


def read_values(resource: dict[str, Any], scim_name: str) -> list[Any]:
    """Return the simple values of a SCIM resource that a mapping reads; see `read_mapped_values`.

    Args:
        resource: a user in wire form.
        scim_name: a path, with or without `.value`, or the name of a custom attribute.
    """
    read_attribute = _compile_reader(scim_name)
    if read_attribute is None:
        return read_mapped_values(resource, scim_name)
    values = list(flatten_values(read_attribute(resource)))
    further = (attribute.read(resource) for attribute in list_mapped_attributes(scim_name)[1:])
    return values or next((found for found in further if found), list[Any]())


def _find_fallback_email(resource: dict[str, Any]) -> list[Any]:
    """Return the address to use if the mapped one is missing: the primary, else the first.

    Okta sends addresses without a type.
    """
    emails = [
        cast("dict[str, Any]", email)
        for email in resource.get("emails") or ()
        if isinstance(email, dict)
    ]
    emails.sort(key=lambda email: email.get("primary") is not True)
    return list(flatten_values(emails))


def _read_built_in(resource: dict[str, Any], name: str, scim_name: str | None) -> list[Any]:
    if scim_name is None:
        return []
    values = read_values(resource, scim_name)
    if name == "Email" and not values and fold(scim_name).startswith("emails"):
        return _find_fallback_email(resource)
    return values


def build_profile(user: UserRecord) -> dict[str, Any]:
    """Return the built-in attributes of a user as fields of the admin API's user object.

    Status is `active` if the mapped attribute is true, else `inactive`.
    """
    fields: dict[str, Any] = {}
    for built_in in BUILT_IN_ATTRIBUTES:
        scim_name = user.provider.find_scim_name(built_in.name)
        values = _read_built_in(user.resource, built_in.name, scim_name)
        fields[built_in.field] = values[0] if values else None
    fields["status"] = "active" if fields["status"] in (True, "active") else "inactive"
    return fields


def get_attribute_values(user: UserRecord, attribute: IdentityAttributeRecord) -> list[str]:
    """Return the values of an identity attribute of a user as strings, at most one if it is built in."""
    if not attribute.built_in:
        return [value for custom, value in get_custom_values(user) if custom is attribute]
    scim_name = user.provider.find_scim_name(attribute.name)
    values = _read_built_in(user.resource, attribute.name, scim_name)[:1]
    if attribute.name == "Status":
        return ["active" if values in ([True], ["active"]) else "inactive"]
    return [_format_value(value) for value in values]


def find_missing_attributes(provider: ProviderRecord, resource: dict[str, Any]) -> list[str]:
    """Return the missing mandatory attributes of a new user, each with its SCIM attribute."""
    missing: list[str] = []
    for built_in in BUILT_IN_ATTRIBUTES:
        scim_name = provider.find_scim_name(built_in.name)
        if built_in.is_mandatory and not _read_built_in(resource, built_in.name, scim_name):
            missing.append(f"{built_in.name} ({scim_name or 'not mapped'})")
    return missing


def get_custom_values(user: UserRecord) -> list[tuple[IdentityAttributeRecord, str]]:
    """Return the custom attributes of a user, one pair of attribute and string for each value."""
    if not user.is_scim_managed:
        return list(user.custom_attributes)
    pairs: list[tuple[IdentityAttributeRecord, str]] = []
    for mapping in user.provider.mappings:
        if not mapping.attribute.built_in:
            values = read_values(user.resource, mapping.scim_name)
            if not mapping.attribute.multi_valued:
                values = values[:1]
            pairs += [(mapping.attribute, _format_value(value)) for value in values]
    return pairs


def _format_value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def drop_unmapped(provider: ProviderRecord, resource: dict[str, Any]) -> dict[str, Any]:
    """Return the resource without the attributes that no mapping of the identity provider reads.

    A mapping of a sub-attribute keeps the whole attribute.
    """
    core = {"schemas", "userName", "externalId"}
    extension_names: dict[str, set[str]] = {ENTERPRISE_USER: set(), CUSTOM_USER: set()}
    for mapping in provider.mappings:
        for attribute in list_mapped_attributes(mapping.scim_name):
            path = attribute.path
            if attribute.is_custom:
                extension_names[CUSTOM_USER].add(fold(attribute.name))
            elif path is not None and fold(path.urn or "") == fold(ENTERPRISE_USER):
                extension_names[ENTERPRISE_USER].add(fold(attribute.name))
            else:
                core.add(attribute.name)
    folded_core = {fold(name) for name in core}
    result = {name: value for name, value in resource.items() if fold(name) in folded_core}
    schemas = [urn for urn in resource["schemas"] if urn not in extension_names]
    for urn, names in extension_names.items():
        data = cast("dict[str, Any]", resource.get(urn) or {})
        extension = {name: value for name, value in data.items() if fold(name) in names}
        if extension:
            result[urn] = extension
            schemas.append(urn)
    return {**result, "schemas": schemas}


def list_custom_attributes(provider: ProviderRecord) -> list[tuple[str, IdentityAttributeRecord]]:
    """Return the custom SCIM attributes that only the custom extension has, each with its identity attribute."""
    return [
        (attributes[-1].name, mapping.attribute)
        for mapping in provider.mappings
        if (attributes := list_mapped_attributes(mapping.scim_name))[0].is_custom
    ]


def list_mandatory_paths(provider: ProviderRecord) -> set[tuple[str, str]]:
    """Return the core attributes and sub-attributes that mandatory attributes are mapped from."""
    names: set[tuple[str, str]] = set()
    for built_in in BUILT_IN_ATTRIBUTES:
        scim_name = provider.find_scim_name(built_in.name)
        if scim_name is None or not built_in.is_mandatory:
            continue
        path = list_mapped_attributes(scim_name)[0].path
        if path is not None and path.urn is None:
            names.add((path.name, path.sub or "value"))
    return names
