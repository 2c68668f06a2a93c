"""Apply remove operations at a target, and unassign attributes (RFC 7644 §3.5.2.2)."""

from __future__ import annotations

from typing import Any, cast

from britive_scim.errors import PatchError
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.patch.merge import (
    find_immutable_part,
    merge_complex_value,
    raise_mutability_error,
)
from britive_scim.scim.patch.multivalued import IndexedValues
from britive_scim.scim.patch.target import Target
from britive_scim.scim.patch.validation import remove_nulls
from britive_scim.scim.patch.working_copy import WorkingCopy
from britive_scim.scim.values.equality import is_same_value
from britive_scim.scim.values.lookup import wrap_strings, wrap_values
from britive_scim.scim.values.node import get_value, is_node, to_list

__all__ = ["discard_values", "remove_extension", "remove_value", "unassign"]


def remove_value(working_copy: WorkingCopy, target: Target, value: Any = None) -> None:
    """Remove the value at a target; a missing value is ignored.

    Args:
        working_copy: the resource.
        target: the target.
        value: the values of a multi-valued attribute to remove, as Entra sends them. Each selects by
            its `value`, or by all its parts if it has none. `None` removes all.

    Raises:
        PatchError: the value must not be removed.
    """
    if target.target_type == "schemas":
        return  # `schemas` is derived from the content
    if target.target_type == "resource":
        raise PatchError("path must not be the whole resource; use DELETE", scim_type="noTarget")
    if target.target_type == "extension":
        remove_extension(working_copy, target)
        return
    if not target.is_declared:
        target = working_copy.infer_target(target, value)
    attribute = target.attribute
    if target.is_read_only:
        raise_mutability_error(target.path_text, "is readOnly; omit it")
    if not attribute.multi_valued:
        _remove_single(working_copy, target)
    elif target.sub is not None:
        # A filter has selected already; Entra repeats the value that it removes, which may be out of date.
        _remove_sub_attribute(working_copy, target, value if target.filter is None else None)
    elif target.filter is None and value is None:
        unassign(working_copy, target)
    else:
        values = working_copy.get_values(target)
        positions = target.select(values) if target.filter is not None else None
        if value is not None:
            matching = _find_matching_positions(working_copy, target, values, value)
            positions = sorted(matching if positions is None else matching.intersection(positions))
        discard_values(target, values, positions or ())


def _find_matching_positions(
    working_copy: WorkingCopy, target: Target, values: IndexedValues, value: Any
) -> set[int]:
    """Return the positions of the values that one of the values of the operation identifies."""
    positions: set[int] = set()
    for checked in target.check(value, working_copy.dialect):
        item = remove_nulls(checked)
        if item is not None:  # a value without parts selects nothing, never everything
            positions.update(values.find_identified(item))
    return positions


def _remove_single(working_copy: WorkingCopy, target: Target) -> None:
    attribute = target.attribute
    current = wrap_values(attribute, working_copy.get_single_value(target))
    if target.filter is not None and not (is_node(current) and target.is_selected(current)):
        return
    if target.sub is None:
        unassign(working_copy, target)
        return
    if not is_node(current):
        return
    rest = merge_complex_value(
        working_copy.get_writable_owner(target),
        attribute,
        current,
        {target.sub.name: None},
        is_add=False,
    )
    if rest is None:
        unassign(working_copy, target)
    elif rest is not current:
        working_copy.set_value(target, rest)


def _remove_sub_attribute(working_copy: WorkingCopy, target: Target, value: Any) -> None:
    """Remove a sub-attribute of the selected values; `value` selects those that have it, or one of its values."""
    attribute, sub = target.attribute, cast("Attribute", target.sub)
    values = working_copy.get_values(target)
    emptied: list[int] = []
    for position in target.select(values):
        existing = values[position]
        if value is not None and not _has_any_value(sub, existing, to_list(value)):
            continue
        owner = working_copy.get_writable_owner(target)
        rest = merge_complex_value(owner, attribute, existing, {sub.name: None}, is_add=False)
        if rest is None:
            emptied.append(position)
        elif rest is not existing:
            values.replace(position, rest)
    discard_values(target, values, emptied)


def _has_any_value(sub: Attribute, existing: Any, values: list[Any]) -> bool:
    """Return whether the sub-attribute of an existing value is one of some values."""
    current = get_value(wrap_strings(existing), sub)
    return any(is_same_value(sub, current, value) for value in values)


def discard_values(target: Target, values: IndexedValues, positions: Any) -> None:
    """Remove values from a list; an empty list is unassigned later."""
    if not positions:
        return
    attribute = target.attribute
    if attribute.mutability == "immutable":
        raise_mutability_error(attribute.name, "is immutable and has values; omit it")
    values.discard(positions)
    if attribute.required and not len(values):
        raise_mutability_error(attribute.name, "is required and must keep a value")


def unassign(working_copy: WorkingCopy, target: Target) -> None:
    """Unassign the whole attribute of a target."""
    attribute = target.attribute
    if not working_copy.has_value(target):
        return
    if attribute.required:
        raise_mutability_error(attribute.name, "is required and must keep a value")
    if attribute.mutability == "immutable":
        raise_mutability_error(attribute.name, "is immutable and has a value; omit it")
    immutable = find_immutable_part(attribute, working_copy.get_current_value(target))
    if immutable is not None:
        raise_mutability_error(
            f"{attribute.name}.{immutable}", "is immutable and has a value; omit it"
        )
    working_copy.remove_value(target)


def remove_extension(working_copy: WorkingCopy, target: Target) -> None:
    """Unassign a whole extension, and remove its URN from `schemas`."""
    extension = cast("Attribute", target.extension)
    working_copy.write_back_lists()
    data = get_value(working_copy.root, extension)
    if data is None:
        return
    if target.is_extension_required:
        raise_mutability_error(extension.name, "is required and must keep a value")
    immutable = find_immutable_part(extension, data)
    if immutable is not None:
        raise_mutability_error(
            f"{extension.name}:{immutable}", "is immutable and has a value; omit it"
        )
    working_copy.remove_extension(target)
