"""Effect of a PATCH request whose outcome is unknown, determined from the resource as read afterwards.

A request is in effect if applying it to the resource changes nothing. Only requests that may be sent twice are
verified: replacements by constant values, and changes of members by their ids (RFC 7644 §3.5.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from britive_scim import scim
from britive_scim.errors import InvalidFilter, InvalidPath, PatchError
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.scim.names import fold
from britive_scim.scim.patch.dialect import get_dialect
from britive_scim.scim.patch.target import Target, resolve_target

__all__ = ["changes_only_members", "is_in_effect", "is_verifiable"]


def is_verifiable(
    request: scim.PatchRequest, schema: scim.ResourceSchema, *, is_difference: bool = False
) -> bool:
    """Return whether the effect of a request can be verified, and the request be sent again.

    Args:
        request: the request.
        schema: schema of the resource.
        is_difference: whether the request is the difference of two states of the resource: its additions and
            removals are verified as well.
    """
    try:
        changes = list(_iter_changes(request, schema))
    except (InvalidPath, InvalidFilter):
        return False
    return not request.ignored(schema) and all(
        _is_readable(target, value)
        and (op == "replace" or is_difference or _is_member_change(target))
        for op, target, value in changes
    )


def changes_only_members(request: scim.PatchRequest, schema: scim.ResourceSchema) -> bool:
    """Return whether a verifiable request changes only the members of a group."""
    return all(_is_member_change(target) for _, target, _ in _iter_changes(request, schema))


def is_in_effect(
    request: scim.PatchRequest,
    resource: scim.Resource,
    schema: scim.ResourceSchema,
    *,
    shows_members: bool,
) -> bool | None:
    """Return whether a verifiable request is in effect, or `None` if the resource does not show it.

    Args:
        request: the request.
        resource: the resource as read after the request.
        schema: schema of the resource.
        shows_members: whether the members of `resource` are all those of the group; some servers hide members.
    """
    if not shows_members and any(
        _is_member_change(target) and not (op == "add" and target.filter is None)
        for op, target, _ in _iter_changes(request, schema)
    ):
        return False  # members that are shown prove an addition, those that are not prove nothing
    try:
        return not scim.diff(resource, request.apply(resource, schema), schema=schema)
    except (PatchError, InvalidPath, InvalidFilter):
        return None


def _iter_changes(
    request: scim.PatchRequest, schema: scim.ResourceSchema
) -> Iterator[tuple[str, Target, Any]]:
    """Yield the name, the target and the value of each change; a value without path has several.

    Raises:
        InvalidPath, InvalidFilter: a target does not exist.
    """
    dialect = get_dialect(request.dialect)
    for operation in request.operations:
        if operation.path is not None:
            target = resolve_target(schema, operation.path, dialect)
            if target.target_type == "attribute":
                yield operation.op, target, operation.value
                continue
            prefix = f"{operation.path}:" if target.target_type == "extension" else ""
        else:
            prefix = ""
        if not is_object(operation.value):
            yield operation.op, Target(operation.path or "", "resource"), operation.value
            continue
        for path, value in _iter_members(operation.value, schema, prefix):
            yield operation.op, resolve_target(schema, path, dialect), value


def _iter_members(
    values: Mapping[str, Any], schema: scim.ResourceSchema, prefix: str
) -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of each attribute of an object of attributes."""
    for name, value in values.items():
        if not prefix and schema.find_extension(name) is not None and is_object(value):
            yield from _iter_members(value, schema, f"{name}:")
        else:
            yield f"{prefix}{name}", value


def _is_member_change(target: Target) -> bool:
    """Return whether a target is the members of a group, or some of them."""
    return (
        target.target_type == "attribute"
        and target.extension is None
        and fold(target.attribute.name) == "members"
        and target.sub is None
    )


def _is_readable(target: Target, value: Any) -> bool:
    """Return whether a response shows the values that a change writes."""
    if target.target_type != "attribute":
        return target.target_type == "schemas"
    written = [target.attribute]
    if target.sub is not None:
        written.append(target.sub)
    else:
        names = {fold(name) for item in _to_objects(value) for name in item}
        written += [sub for sub in target.attribute.sub_attributes if fold(sub.name) in names]
    return not any(each.mutability == "writeOnly" or each.returned == "never" for each in written)


def _to_objects(value: Any) -> list[Mapping[str, Any]]:
    values = value if is_list(value) else [value]
    return [cast("Mapping[str, Any]", item) for item in values if is_object(item)]
