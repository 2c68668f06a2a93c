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
from britive_scim.scim.datatypes import folded_form
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER, fold
from britive_scim.scim.patch.read_path import read as value_at
from britive_scim.testing.state.defaults import BUILT_IN
from britive_scim.testing.state.state import IdentityAttribute, Provider, User

__all__ = ["custom_values", "missing", "profile", "values_of"]

_CUSTOM_PREFIX = fold(CUSTOM_USER) + ":"


@lru_cache(maxsize=1024)
def _path(scim_name: str) -> scim.Path | None:
    """Return the path a mapping reads, or `None` where it names a custom attribute.

    A bare name is looked for in the core schema, then in the enterprise extension.
    """
    if _is_qualified(scim_name):
        return None
    try:
        path = scim.parse_path(scim_name)
    except InputError:
        return None  # the name of a custom attribute may hold blanks
    if path.urn is not None:
        return path
    schema = scim.ResourceSchema.of(scim.User)
    if schema.attribute(None, path.name) is not None:
        return path
    if schema.attribute(ENTERPRISE_USER, path.name) is not None:
        return scim.parse_path(f"{ENTERPRISE_USER}:{scim_name}")
    return None


@lru_cache(maxsize=1024)
def _quick(scim_name: str) -> Callable[[dict[str, Any]], Any] | None:
    """Return what reads a core attribute of a stored resource at once, or `None` for rarer paths.

    Stored resources spell their attributes as the schema does; lists of users read seven of each.
    """
    path = _path(scim_name)
    schema = scim.ResourceSchema.of(scim.User)
    attribute = None if path is None or path.urn else schema.attribute(None, path.name)
    if path is None or attribute is None:
        return None
    name, kind = attribute.name, None
    if path.filter is not None:
        test = path.filter
        if not (isinstance(test, scim.Compare) and test.op == "eq" and isinstance(test.value, str)):
            return None
        if not attribute.multi_valued or str(test.path) != "type" or attribute.sub("type") is None:
            return None
        kind = folded_form(test.value)
    part = None if path.sub is None else attribute.sub(path.sub)
    if path.sub is not None and part is None:
        return None

    def quickly(resource: dict[str, Any]) -> Any:
        value: Any = resource.get(name)
        if kind is not None:
            value = [one for one in value or () if folded_form(one.get("type") or "") == kind]
        if part is None:
            return value
        if isinstance(value, list):
            return [one.get(part.name) for one in cast("list[dict[str, Any]]", value)]
        return None if value is None else value.get(part.name)

    return quickly


def read(resource: dict[str, Any], scim_name: str) -> list[Any]:
    """Return the values a SCIM resource has where `scim_name` points, none of them empty.

    A bare name that the enterprise extension has, too, means a custom attribute where that one is empty.

    Args:
        resource: in wire form.
        scim_name: a path, with or without `.value`, or the name of a custom attribute.
    """
    quickly = _quick(scim_name)
    if quickly is not None:
        return _simple(quickly(resource))
    path = _path(scim_name)
    if path is not None:
        try:
            values = _simple(value_at(resource, path, scim.User))
        except InputError:
            return []  # it has brackets where there is nothing to tell apart
        if values or path.urn is None or ":" in scim_name:
            return values
    wanted = fold(scim_name)
    wanted = wanted.removeprefix(_CUSTOM_PREFIX)
    custom = cast("dict[str, Any]", resource.get(CUSTOM_USER) or {})
    return _simple(next((value for name, value in custom.items() if fold(name) == wanted), None))


def _simple(value: Any) -> list[Any]:
    """Return the simple values within a value; of a complex one, its `value`."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [one for item in cast("list[object]", value) for one in _simple(item)]
    if isinstance(value, dict):
        return _simple(cast("dict[str, Any]", value).get("value"))
    return [value]


def _email(resource: dict[str, Any]) -> list[Any]:
    """Return the address that stands in where the mapped one is missing: the primary, else the first.

    Okta sends addresses without a type.
    """
    emails = [
        cast("dict[str, Any]", one) for one in resource.get("emails") or () if isinstance(one, dict)
    ]
    emails.sort(key=lambda one: one.get("primary") is not True)
    return _simple(emails)


def _built_in_values(resource: dict[str, Any], name: str, scim_name: str | None) -> list[Any]:
    if scim_name is None:
        return []
    values = read(resource, scim_name)
    if name == "Email" and not values and fold(scim_name).startswith("emails"):
        return _email(resource)
    return values


def profile(user: User) -> dict[str, Any]:
    """Return the built-in attributes of a user as fields of the admin API's user object.

    Status is `active` where the mapped attribute is true, and `inactive` otherwise.
    """
    fields: dict[str, Any] = {}
    for built_in in BUILT_IN:
        scim_name = user.provider.scim_name_of(built_in.name)
        values = _built_in_values(user.resource, built_in.name, scim_name)
        fields[built_in.field] = values[0] if values else None
    fields["status"] = "active" if fields["status"] in (True, "active") else "inactive"
    return fields


def values_of(user: User, attribute: IdentityAttribute) -> list[str]:
    """Return the values of one identity attribute of a user as text; of a built-in one at most one."""
    if not attribute.built_in:
        return [value for one, value in custom_values(user) if one is attribute]
    scim_name = user.provider.scim_name_of(attribute.name)
    values = _built_in_values(user.resource, attribute.name, scim_name)[:1]
    if attribute.name == "Status":
        return ["active" if values in ([True], ["active"]) else "inactive"]
    return [_text(value) for value in values]


def missing(provider: Provider, resource: dict[str, Any]) -> list[str]:
    """Return the mandatory attributes a new user lacks, each with the SCIM attribute that would fill it."""
    lacking: list[str] = []
    for built_in in BUILT_IN:
        scim_name = provider.scim_name_of(built_in.name)
        if built_in.mandatory and not _built_in_values(resource, built_in.name, scim_name):
            lacking.append(f"{built_in.name} ({scim_name or 'not mapped'})")
    return lacking


def custom_values(user: User) -> list[tuple[IdentityAttribute, str]]:
    """Return the custom attributes of a user with their values as text, one pair a value."""
    if not user.scim:
        return list(user.custom)
    pairs: list[tuple[IdentityAttribute, str]] = []
    for mapping in user.provider.mappings:
        if not mapping.attribute.built_in:
            values = read(user.resource, mapping.scim_name)
            if not mapping.attribute.multi_valued:
                values = values[:1]
            pairs += [(mapping.attribute, _text(value)) for value in values]
    return pairs


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def only_mapped(provider: Provider, resource: dict[str, Any]) -> dict[str, Any]:
    """Return the resource without the attributes that no mapping of the identity provider reads.

    A mapping of one sub-attribute keeps the whole attribute.
    """
    core = {"schemas", "userName", "externalId"}
    kept_below: dict[str, set[str]] = {ENTERPRISE_USER: set(), CUSTOM_USER: set()}
    for mapping in provider.mappings:
        path = _path(mapping.scim_name)
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


def custom_names(provider: Provider) -> list[tuple[str, IdentityAttribute]]:
    """Return the custom SCIM attributes that are mapped, each with the attribute it fills."""
    return [
        (
            mapping.scim_name[len(_CUSTOM_PREFIX) :]
            if _is_qualified(mapping.scim_name)
            else mapping.scim_name,
            mapping.attribute,
        )
        for mapping in provider.mappings
        if _path(mapping.scim_name) is None
    ]


def mandatory_names(provider: Provider) -> set[tuple[str, str]]:
    """Return attribute and sub-attribute of the core schema that each mandatory attribute is read from."""
    names: set[tuple[str, str]] = set()
    for built_in in BUILT_IN:
        scim_name = provider.scim_name_of(built_in.name)
        path = None if scim_name is None or not built_in.mandatory else _path(scim_name)
        if path is not None and path.urn is None:
            names.add((path.name, path.sub or "value"))
    return names


def _is_qualified(scim_name: str) -> bool:
    return fold(scim_name).startswith(_CUSTOM_PREFIX)
