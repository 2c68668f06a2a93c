"""What removing does at a target, and how anything is unassigned (RFC 7644 §3.5.2.2)."""

from __future__ import annotations

from typing import Any, cast

from britive_scim.errors import PatchError
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.patch.merge import immovable, merged, refuse_change
from britive_scim.scim.patch.multivalued import Search, Values
from britive_scim.scim.patch.target import Target
from britive_scim.scim.patch.validation import without_nulls
from britive_scim.scim.patch.working_copy import Draft
from britive_scim.scim.values.node import get, is_node

__all__ = ["discard", "remove", "remove_extension", "unassign"]


def remove(draft: Draft, target: Target, value: Any = None) -> None:
    """Remove what is at a target; nothing there is no fault.

    Args:
        draft: the resource.
        target: where.
        value: of a multi-valued attribute, the values to remove, as Entra sends it: each that agrees
            with all that one of these says. `None` for all.

    Raises:
        PatchError: it must not be removed.
    """
    if target.kind == "schemas":
        return  # `schemas` follows the content, whatever a request says
    if target.kind == "resource":
        raise PatchError("a resource is deleted, not removed by PATCH", scim_type="noTarget")
    if target.kind == "extension":
        remove_extension(draft, target)
        return
    if not target.declared:
        target = draft.fitted(target, value)
    attribute = target.attribute
    if target.read_only:
        refuse_change(target.text, "is readOnly: the service sets it")
    if not attribute.multi_valued:
        _remove_single(draft, target)
    elif target.sub is not None:
        _remove_sub(draft, target)
    elif target.filter is None and value is None:
        unassign(draft, target)
    else:
        values = draft.values(target)
        positions = target.select(values) if target.filter is not None else None
        if value is not None:
            given = _given(draft, target, values, value)
            positions = sorted(given if positions is None else given.intersection(positions))
        discard(target, values, positions or ())


def _given(draft: Draft, target: Target, values: Values, value: Any) -> set[int]:
    """Return the positions of the values that agree with one of those given."""
    found: set[int] = set()
    for given in target.check(value, draft.dialect):
        item = without_nulls(given)
        if item is not None:
            found.update(values.search(Search.of(target.attribute, item)))
    return found


def _remove_single(draft: Draft, target: Target) -> None:
    attribute = target.attribute
    current = draft.single(target)
    if target.filter is not None and not (is_node(current) and target.selects(current)):
        return
    if target.sub is None:
        unassign(draft, target)
        return
    if not is_node(current):
        return
    rest = merged(draft.writable(target), attribute, current, {target.sub.name: None}, adding=False)
    if rest is None:
        unassign(draft, target)
    elif rest is not current:
        draft.put(target, rest)


def _remove_sub(draft: Draft, target: Target) -> None:
    attribute, sub = target.attribute, cast("Attribute", target.sub)
    values = draft.values(target)
    emptied: list[int] = []
    for position in target.select(values):
        existing = values[position]
        owner = draft.writable(target)
        rest = merged(owner, attribute, existing, {sub.name: None}, adding=False)
        if rest is None:
            emptied.append(position)
        elif rest is not existing:
            values.replace(position, rest)
    discard(target, values, emptied)


def discard(target: Target, values: Values, positions: Any) -> None:
    """Take values out of a list, if any; what has none left is unassigned."""
    if not positions:
        return
    attribute = target.attribute
    if attribute.mutability == "immutable":
        refuse_change(attribute.name, "is immutable and has values")
    values.discard(positions)
    if attribute.required and not len(values):
        refuse_change(attribute.name, "is required and would have no value left")


def unassign(draft: Draft, target: Target) -> None:
    """Unassign the whole attribute of a target."""
    attribute = target.attribute
    if not draft.holds(target):
        return
    if attribute.required:
        refuse_change(attribute.name, "is required")
    if attribute.mutability == "immutable":
        refuse_change(attribute.name, "is immutable and has a value")
    kept = immovable(attribute, draft.current(target))
    if kept is not None:
        refuse_change(f"{attribute.name}.{kept}", "is immutable and has a value")
    draft.drop(target)


def remove_extension(draft: Draft, target: Target) -> None:
    """Unassign an extension as a whole, and with it its URN in `schemas`."""
    extension = cast("Attribute", target.extension)
    draft.settle()
    held = get(draft.root, extension)
    if held is None:
        return
    if target.required_extension:
        refuse_change(extension.name, "is required")
    kept = immovable(extension, held)
    if kept is not None:
        refuse_change(f"{extension.name}:{kept}", "is immutable and has a value")
    draft.drop_extension(target)
