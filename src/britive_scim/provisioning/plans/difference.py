"""Difference between a found resource and the attributes that a source states, as the smallest PATCH.

`upsert` and plans use this one function.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.provisioning.plans.value_difference import (
    Equal,
    compute_value_difference,
    has_same_json_types,
    is_plainly_covered,
)
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.names import fold
from britive_scim.scim.patch.target import build_undeclared_attribute
from britive_scim.scim.schemas.of_instance import with_instance_extensions
from britive_scim.scim.values.node import find_key, is_mapping, is_node
from britive_scim.suggestions import format_suggestion

__all__ = ["ResourceDifference", "compute_difference"]

_SET_BY_SERVER: Final = frozenset({"schemas", "id", "meta"})


@dataclass(frozen=True, slots=True)
class ResourceDifference:
    """Difference between a found resource and the attributes that a source states.

    Attributes:
        before: the attributes that change, with their found values; of a complex attribute or an extension the
            parts that change.
        after: the same attributes with their new values; `None` for those that are cleared.
        request: the smallest PATCH that makes the change.
        paths: paths of what changes: `title`, `name.familyName`, `emails[type eq "work"]`. Those that a provider
            does not keep are passed as `unkept` next time.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    request: scim.PatchRequest
    paths: tuple[str, ...] = ()


def compute_difference(
    found: Mapping[str, Any],
    wanted: Mapping[str, Any],
    *,
    schema: scim.ResourceSchema,
    partial_attributes: Collection[str] = (),
    unkept: Collection[str] = (),
) -> ResourceDifference | None:
    """Return the difference, or `None` if `found` has all that `wanted` states.

    Args:
        found: the resource as the server sent it, in wire form.
        wanted: the attributes that the source states, in wire form; `None` clears. Others are kept. Case where the
            attribute ignores it, an added `primary`, `formatted`, `display` or `$ref` are no difference. A password
            is not compared either, as no response contains it.
        schema: schema of the resource.
        partial_attributes: multi-valued attributes of which the source states single values, by `type`: other
            values are kept (a column `emails[type eq "work"].value` leaves the home address alone). A value whose
            `value` is `None` is removed.
        unkept: paths that the provider is known not to keep; they are no difference.

    Raises:
        InputError: `wanted` states an attribute that the schema does not declare.
        PatchError: a wanted value does not fit its attribute.

    Examples:
        >>> from britive_scim import scim
        >>> found = {"id": "1", "userName": "ANN@example.com", "title": "Guide", "active": True}
        >>> wanted = {"userName": "ann@example.com", "title": "Chief", "active": True}
        >>> difference = compute_difference(found, wanted, schema=scim.ResourceSchema.of(scim.User))
        >>> difference.before, difference.after
        ({'title': 'Guide'}, {'title': 'Chief'})
        >>> compute_difference(found, {"title": "guide"}, schema=scim.ResourceSchema.of(scim.User)) is None
        True
    """
    # Most people are unchanged, and most of the attributes of the others; the schema is not needed for them.
    differing = {
        name: value
        for name, value in wanted.items()
        if name not in found
        or (found[name] != value and not is_plainly_covered(found[name], value))
        or (":" in name and not has_same_json_types(found[name], value))
    }
    if not differing:
        return None
    known = with_instance_extensions(with_instance_extensions(schema, found), wanted)
    partial = frozenset(map(fold, partial_attributes))
    unkept_paths = frozenset(map(fold, unkept))
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    target: dict[str, Any] = {}
    paths: list[str] = []
    for urn, attribute, old, new in _iter_stated(known, found, differing):
        path = attribute.name if urn is None else f"{urn}:{attribute.name}"
        change = compute_value_difference(
            attribute,
            path,
            old,
            new,
            is_partial=fold(path) in partial,
            unkept=unkept_paths,
        )
        if isinstance(change, Equal):
            continue
        paths += change.paths
        values = (change.before, change.after, _complete(attribute, old, change.after))
        for whole, value in zip((before, after, target), values, strict=True):
            part = whole if urn is None else whole.setdefault(urn, {})
            part[attribute.name] = value
    if not after:
        return None
    request = scim.diff(_lift_core(known, found), target, unset="keep", schema=known)
    return ResourceDifference(before, after, request, tuple(paths)) if request else None


def _complete(attribute: Attribute, old: Any, new: Any) -> Any:
    """Return the new value; of a complex attribute with the parts that stay, lest it be read as no value."""
    if attribute.multi_valued or not is_mapping(new) or not is_mapping(old):
        return cast("Any", new)
    return {**old, **new}


def _iter_stated(
    schema: scim.ResourceSchema, found: Mapping[str, Any], wanted: Mapping[str, Any]
) -> Iterator[tuple[str | None, Attribute, Any, Any]]:
    """Yield the URN of the extension, the attribute, and both values of each attribute that `wanted` states."""
    core = _lift_core(schema, found)
    for urn, name, value in _iter_values(schema, found, wanted):
        attribute = schema.find_attribute(urn, name)
        holder: Any = core
        if urn is not None:
            extension = cast("scim.ExtensionSchema", schema.find_extension(urn))
            holder = _get_member(core, urn)
            if attribute is None and extension.is_open:
                attribute = build_undeclared_attribute(name)
        elif fold(name) in _SET_BY_SERVER:
            continue
        if attribute is None:
            known = [known.name for known in schema.attributes]
            raise InputError(
                f"wanted must contain attributes of {schema.name}, got {name!r}"
                + (format_suggestion(name, known) if urn is None else f" in {urn}")
            )
        old = _get_member(holder, attribute.name) if is_node(holder) else None
        yield urn, attribute, old, value


def _iter_values(
    schema: scim.ResourceSchema, found: Mapping[str, Any], wanted: Mapping[str, Any]
) -> Iterator[tuple[str | None, str, Any]]:
    """Yield URN, name and value of each attribute; a URN may be a key of its own or the start of one."""
    for key, value in wanted.items():
        if ":" not in key:
            yield None, key, value
            continue
        urn = _find_urn(schema, key)
        if urn is None:
            yield None, key, value  # refused as unknown
            continue
        section = None if fold(urn) == fold(schema.urn) else urn
        if len(key) > len(urn):
            yield section, key[len(urn) + 1 :], value
        elif isinstance(value, Mapping):
            members = cast("Mapping[str, Any]", value)
            yield from ((section, name, member) for name, member in members.items())
        elif value is None and section is not None:
            cleared = _get_member(found, urn)
            if isinstance(cleared, Mapping):
                yield from ((section, name, None) for name in cast("Mapping[str, Any]", cleared))


def _find_urn(schema: scim.ResourceSchema, key: str) -> str | None:
    """Return the URN that a key is, or starts with; the longest one."""
    folded = fold(key)
    urns = [schema.urn, *(extension.urn for extension in schema.extensions)]
    fitting = [urn for urn in urns if folded == fold(urn) or folded.startswith(f"{fold(urn)}:")]
    return max(fitting, key=len, default=None)


def _lift_core(schema: scim.ResourceSchema, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the resource with the attributes that a server sent under the core URN at the top level."""
    key = find_key(found, schema.urn)
    if key is None or not isinstance(found[key], Mapping):
        return found
    return {**{name: value for name, value in found.items() if name != key}, **found[key]}


def _get_member(node: Any, name: str) -> Any:
    if name in node:
        return node[name]
    key = find_key(node, name)
    return None if key is None else node[key]
