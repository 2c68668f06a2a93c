"""Identity attributes of a user, read live through the mappings of its identity provider.

Nothing is copied when a user is pushed: what the admin API shows follows the SCIM resource and the
mappings as they are now.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.scim.datatypes import normalize_caseless
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER, fold
from britive_scim.scim.patch.read_path import read as value_at
from britive_scim.testing.state.defaults import BUILT_IN_ATTRIBUTES
from britive_scim.testing.state.state import IdentityAttributeRecord, ProviderRecord, UserRecord

__all__ = ["build_profile", "find_missing_attributes", "get_attribute_values", "get_custom_values"]

_CUSTOM_PREFIX = fold(CUSTOM_USER) + ":"


@lru_cache(maxsize=1024)
def _resolve_path(scim_name: str) -> scim.Path | None:
    """Return the path a mapping reads, or `None` where it names a custom attribute.

    A bare name is looked for in the core schema, then in the enterprise extension.
    """
    if _has_custom_prefix(scim_name):
        return None
    try:
        path = scim.parse_path(scim_name)
    except InputError:
        return None  # the name of a custom attribute may hold blanks
    if path.urn is not None:
        return path
    schema = scim.ResourceSchema.of(scim.User)
    if schema.find_attribute(None, path.name) is not None:
        return path
    if schema.find_attribute(ENTERPRISE_USER, path.name) is not None:
        return scim.parse_path(f"{ENTERPRISE_USER}:{scim_name}")
    return None


@lru_cache(maxsize=1024)
def _compile_reader(scim_name: str) -> Callable[[dict[str, Any]], Any] | None:
    """Return what reads a core attribute of a stored resource at once, or `None` for rarer paths.

    Stored resources spell their attributes as the schema does; lists of users read seven of each.
    """
    path = _resolve_path(scim_name)
    schema = scim.ResourceSchema.of(scim.User)
    attribute = None if path is None or path.urn else schema.find_attribute(None, path.name)
    if path is None or attribute is None:
        return None
    name, kind = attribute.name, None
    if path.filter is not None:
        test = path.filter
        if not (isinstance(test, scim.Compare) and test.op == "eq" and isinstance(test.value, str)):
            return None
        if (
            not attribute.multi_valued
            or str(test.path) != "type"
            or attribute.find_sub_attribute("type") is None
        ):
            return None
        kind = normalize_caseless(test.value)
    part = None if path.sub is None else attribute.find_sub_attribute(path.sub)
    if path.sub is not None and part is None:
        return None

    def read_attribute(resource: dict[str, Any]) -> Any:
        value: Any = resource.get(name)
        if kind is not None:
            value = [
                one for one in value or () if normalize_caseless(one.get("type") or "") == kind
            ]
        if part is None:
            return value
        if isinstance(value, list):
            return [one.get(part.name) for one in cast("list[dict[str, Any]]", value)]
        return None if value is None else value.get(part.name)

    return read_attribute


def read_values(resource: dict[str, Any], scim_name: str) -> list[Any]:
    """Return the values a SCIM resource has where `scim_name` points, none of them empty.

    A bare name that the enterprise extension has, too, means a custom attribute where that one is empty.

    Args:
        resource: in wire form.
        scim_name: a path, with or without `.value`, or the name of a custom attribute.
    """
    quickly = _compile_reader(scim_name)
    if quickly is not None:
        return _flatten_values(quickly(resource))
    path = _resolve_path(scim_name)
    if path is not None:
        try:
            values = _flatten_values(value_at(resource, path, scim.User))
        except InputError:
            return []  # it has brackets where there is nothing to tell apart
        if values or path.urn is None or ":" in scim_name:
            return values
    wanted = fold(scim_name)
    wanted = wanted.removeprefix(_CUSTOM_PREFIX)
    custom = cast("dict[str, Any]", resource.get(CUSTOM_USER) or {})
    return _flatten_values(
        next((value for name, value in custom.items() if fold(name) == wanted), None)
    )


def _flatten_values(value: Any) -> list[Any]:
    """Return the simple values within a value; of a complex one, its `value`."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [one for item in cast("list[object]", value) for one in _flatten_values(item)]
    if isinstance(value, dict):
        return _flatten_values(cast("dict[str, Any]", value).get("value"))
    return [value]


def _find_fallback_email(resource: dict[str, Any]) -> list[Any]:
    """Return the address that stands in where the mapped one is missing: the primary, else the first.

    Okta sends addresses without a type.
    """
    emails = [
        cast("dict[str, Any]", one) for one in resource.get("emails") or () if isinstance(one, dict)
    ]
    emails.sort(key=lambda one: one.get("primary") is not True)
    return _flatten_values(emails)


def _read_built_in(resource: dict[str, Any], name: str, scim_name: str | None) -> list[Any]:
    if scim_name is None:
        return []
    values = read_values(resource, scim_name)
    if name == "Email" and not values and fold(scim_name).startswith("emails"):
        return _find_fallback_email(resource)
    return values


def build_profile(user: UserRecord) -> dict[str, Any]:
    """Return the built-in attributes of a user as fields of the admin API's user object.

    Status is `active` where the mapped attribute is true, and `inactive` otherwise.
    """
    fields: dict[str, Any] = {}
    for built_in in BUILT_IN_ATTRIBUTES:
        scim_name = user.provider.find_scim_name(built_in.name)
        values = _read_built_in(user.resource, built_in.name, scim_name)
        fields[built_in.field] = values[0] if values else None
    fields["status"] = "active" if fields["status"] in (True, "active") else "inactive"
    return fields


def get_attribute_values(user: UserRecord, attribute: IdentityAttributeRecord) -> list[str]:
    """Return the values of one identity attribute of a user as text; of a built-in one at most one."""
    if not attribute.built_in:
        return [value for one, value in get_custom_values(user) if one is attribute]
    scim_name = user.provider.find_scim_name(attribute.name)
    values = _read_built_in(user.resource, attribute.name, scim_name)[:1]
    if attribute.name == "Status":
        return ["active" if values in ([True], ["active"]) else "inactive"]
    return [_format_value(value) for value in values]


def find_missing_attributes(provider: ProviderRecord, resource: dict[str, Any]) -> list[str]:
    """Return the mandatory attributes a new user lacks, each with the SCIM attribute that would fill it."""
    lacking: list[str] = []
    for built_in in BUILT_IN_ATTRIBUTES:
        scim_name = provider.find_scim_name(built_in.name)
        if built_in.is_mandatory and not _read_built_in(resource, built_in.name, scim_name):
            lacking.append(f"{built_in.name} ({scim_name or 'not mapped'})")
    return lacking


def get_custom_values(user: UserRecord) -> list[tuple[IdentityAttributeRecord, str]]:
    """Return the custom attributes of a user with their values as text, one pair a value."""
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

    A mapping of one sub-attribute keeps the whole attribute.
    """
    core = {"schemas", "userName", "externalId"}
    kept_below: dict[str, set[str]] = {ENTERPRISE_USER: set(), CUSTOM_USER: set()}
    for mapping in provider.mappings:
        path = _resolve_path(mapping.scim_name)
        if path is None:
            kept_below[CUSTOM_USER].add(fold(mapping.scim_name).removeprefix(_CUSTOM_PREFIX))
        elif path.urn is not None and fold(path.urn) == fold(ENTERPRISE_USER):
            kept_below[ENTERPRISE_USER].add(fold(path.name))
        else:
            core.add(path.name)
    folded_core = {fold(name) for name in core}
    kept = {name: value for name, value in resource.items() if fold(name) in folded_core}
    schemas = [urn for urn in resource["schemas"] if urn not in kept_below]
    for urn, names in kept_below.items():
        data = cast("dict[str, Any]", resource.get(urn) or {})
        below = {name: value for name, value in data.items() if fold(name) in names}
        if below:
            kept[urn] = below
            schemas.append(urn)
    return {**kept, "schemas": schemas}


def list_custom_attributes(provider: ProviderRecord) -> list[tuple[str, IdentityAttributeRecord]]:
    """Return the custom SCIM attributes that are mapped, each with the attribute it fills."""
    return [
        (
            mapping.scim_name[len(_CUSTOM_PREFIX) :]
            if _has_custom_prefix(mapping.scim_name)
            else mapping.scim_name,
            mapping.attribute,
        )
        for mapping in provider.mappings
        if _resolve_path(mapping.scim_name) is None
    ]


def list_mandatory_paths(provider: ProviderRecord) -> set[tuple[str, str]]:
    """Return attribute and sub-attribute of the core schema that each mandatory attribute is read from."""
    names: set[tuple[str, str]] = set()
    for built_in in BUILT_IN_ATTRIBUTES:
        scim_name = provider.find_scim_name(built_in.name)
        path = None if scim_name is None or not built_in.is_mandatory else _resolve_path(scim_name)
        if path is not None and path.urn is None:
            names.add((path.name, path.sub or "value"))
    return names


def _has_custom_prefix(scim_name: str) -> bool:
    return fold(scim_name).startswith(_CUSTOM_PREFIX)
