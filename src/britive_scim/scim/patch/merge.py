"""One complex value after new sub-attributes: what may change in it, and what must not.

Mutability of sub-attributes is held here: readOnly ones may be repeated but not changed, immutable
ones may be set once, required ones stay as long as the value they belong to (RFC 7643 §7, RFC 7644
§3.5.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NoReturn

from britive_scim.errors import PatchError
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.patch.validation import remove_nulls
from britive_scim.scim.values.equality import build_equality_key, is_same_value
from britive_scim.scim.values.lookup import is_assigned
from britive_scim.scim.values.node import (
    Node,
    convert_value,
    copy_node,
    discard_unread,
    get_value,
    has_value,
    is_node,
    set_value,
    set_values,
    to_list,
    unassign,
)

__all__ = [
    "build_new_value",
    "find_immutable_part",
    "merge_complex_value",
    "raise_mutability_error",
]


def raise_mutability_error(name: str, reason: str) -> NoReturn:
    """Raise: mutability, or being required, forbids it (RFC 7644 §3.12)."""
    raise PatchError(f"{name} {reason}", scim_type="mutability")


def build_new_value(owner: Node, attribute: Attribute, new_value: Any) -> Any:
    """Return a new value of an attribute as `owner` would hold it.

    Args:
        owner: what holds the attribute.
        attribute: the attribute.
        new_value: one value, checked, without nulls.

    Raises:
        PatchError: it sets what only the service sets.
    """
    if isinstance(new_value, dict):
        for sub in attribute.sub_attributes:
            if sub.mutability == "readOnly" and sub.name in new_value:
                raise_mutability_error(
                    f"{attribute.name}.{sub.name}", "is readOnly: the service sets it"
                )
    return convert_value(owner, attribute, new_value)


def merge_complex_value(
    owner: Node, attribute: Attribute, existing: Any, new_value: Mapping[str, Any], *, is_add: bool
) -> Any:
    """Return a complex value with new sub-attributes; those not given stay.

    Args:
        owner: what holds the attribute.
        attribute: the attribute.
        existing: its value, or one of its values; anything that is not complex counts as none.
        new_value: checked sub-attributes; `None` unassigns, unless `is_add`.
        is_add: whether the operation is an add.

    Returns:
        `existing` itself where nothing changed, `None` where nothing is left.

    Raises:
        PatchError: a sub-attribute must not change so.
    """
    if not is_node(existing):
        kept = remove_nulls(dict(new_value))
        return None if kept is None else build_new_value(owner, attribute, kept)
    copy: Node | None = None
    lost: Attribute | None = None
    dropped = False
    for name, value in new_value.items():
        sub: Any = attribute.find_sub_attribute(name)
        current = get_value(existing, sub)
        if value is None or value == []:
            if is_add or not has_value(existing, sub):
                continue
            if sub.mutability in _FIXED_MUTABILITIES:
                raise_mutability_error(
                    f"{attribute.name}.{sub.name}", f"is {sub.mutability} and has a value"
                )
            if copy is None:
                copy = copy_node(existing)
            unassign(copy, sub)
            dropped = True
            lost = sub if sub.required else lost
        elif value == current and value.__class__ is current.__class__:
            continue
        elif sub.mutability not in _FIXED_MUTABILITIES or _can_change(
            attribute, sub, current, value
        ):
            if copy is None:
                copy = copy_node(existing)
            if sub.multi_valued:
                _set_list(copy, sub, current, value, is_add=is_add)
            else:
                set_value(copy, sub, convert_value(copy, sub, value))
    if copy is None:
        return existing
    if attribute.mutability == "immutable":
        raise_mutability_error(attribute.name, "is immutable and has a value")
    if dropped and not is_assigned(copy):
        return None
    if lost is not None:
        raise_mutability_error(
            f"{attribute.name}.{lost.name}", "is required while the rest has values"
        )
    return copy


_FIXED_MUTABILITIES: Final = frozenset({"readOnly", "immutable"})


def _can_change(attribute: Attribute, sub: Attribute, current: Any, value: Any) -> bool:
    """Return whether a sub-attribute that is fixed may be set; not to be is no fault where it is the same."""
    if sub.mutability == "immutable" and not is_assigned(current):
        return True
    if not is_same_value(sub, current, value):
        read_only = sub.mutability == "readOnly"
        raise_mutability_error(
            f"{attribute.name}.{sub.name}",
            "is readOnly: the service sets it"
            if read_only
            else "is immutable and has another value",
        )
    return False


def _set_list(
    node: Node, sub: Attribute, current: Any, new_values: list[Any], *, is_add: bool
) -> None:
    items: list[Any] = []
    if is_add:
        items += to_list(current)
    else:
        discard_unread(node, sub)
    known = {build_equality_key(sub, item) for item in items}
    items += [
        convert_value(node, sub, item)
        for item in new_values
        if not is_add or build_equality_key(sub, item) not in known
    ]
    set_values(node, sub, items)


def find_immutable_part(attribute: Attribute, value: Any) -> str | None:
    """Return the name of what keeps a complex value from being unassigned: an immutable part of it.

    Its readOnly and required parts go with it (RFC 7644 §3.5.2.2, read for the attribute addressed),
    and so do the values of lists, which may come and go as a whole.
    """
    if attribute.type == "complex" and not attribute.multi_valued and is_node(value):
        for sub in attribute.sub_attributes:
            held = get_value(value, sub)
            if not is_assigned(held):
                continue
            if sub.mutability == "immutable":
                return sub.name
            inner = find_immutable_part(sub, held)
            if inner is not None:
                return f"{sub.name}.{inner}"
    return None
