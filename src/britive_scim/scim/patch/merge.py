"""Merge new sub-attributes into a complex value, and enforce their mutability.

A readOnly sub-attribute may be repeated but not changed, an immutable one may be set once, and a
required one stays as long as its parent has values (RFC 7643 §7, RFC 7644 §3.5.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NoReturn

from britive_scim.errors import PatchError
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.patch.validation import remove_nulls
from britive_scim.scim.values.equality import build_equality_key, is_same_value
from britive_scim.scim.values.identity import is_identical
from britive_scim.scim.values.lookup import is_assigned, wrap_values
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
    """Raise a `PatchError` with `scim_type` `mutability`, also for required attributes (RFC 7644 §3.12)."""
    raise PatchError(f"{name} {reason}", scim_type="mutability")


def build_new_value(owner: Node, attribute: Attribute, new_value: Any) -> Any:
    """Return a new value of an attribute, converted to the representation of `owner`.

    Args:
        owner: resource, extension or complex value that contains the attribute.
        attribute: the attribute.
        new_value: one checked value without nulls.

    Raises:
        PatchError: the value sets a readOnly sub-attribute.
    """
    if isinstance(new_value, dict):
        for sub in attribute.sub_attributes:
            if sub.mutability == "readOnly" and sub.name in new_value:
                raise_mutability_error(f"{attribute.name}.{sub.name}", "is readOnly; omit it")
    return convert_value(owner, attribute, new_value)


def merge_complex_value(
    owner: Node, attribute: Attribute, existing: Any, new_value: Mapping[str, Any], *, is_add: bool
) -> Any:
    """Return a complex value with new sub-attributes; the other sub-attributes stay.

    Args:
        owner: resource, extension or complex value that contains the attribute.
        attribute: the attribute.
        existing: its value, or one of its values; a value that is not complex counts as missing.
        new_value: checked sub-attributes; `None` unassigns, unless `is_add`.
        is_add: whether the operation is an add.

    Returns:
        `existing` itself if nothing changed, `None` if no value remains.

    Raises:
        PatchError: the mutability of a sub-attribute forbids the change.
    """
    if existing.__class__ is str:  # a mapping may have a string instead
        existing = wrap_values(attribute, existing)
    if not is_node(existing):
        assigned = remove_nulls(dict(new_value))
        return None if assigned is None else build_new_value(owner, attribute, assigned)
    copy: Node | None = None
    removed_required: Attribute | None = None
    has_removed = False
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
            has_removed = True
            removed_required = sub if sub.required else removed_required
        elif is_identical(value, current):
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
        raise_mutability_error(attribute.name, "is immutable and has a value; omit it")
    if has_removed and not is_assigned(copy):
        return None
    if removed_required is not None:
        raise_mutability_error(
            f"{attribute.name}.{removed_required.name}",
            "is required while other sub-attributes have values",
        )
    return copy


_FIXED_MUTABILITIES: Final = frozenset({"readOnly", "immutable"})


def _can_change(attribute: Attribute, sub: Attribute, current: Any, value: Any) -> bool:
    """Return whether a readOnly or immutable sub-attribute may be set; raise if its value differs."""
    if sub.mutability == "immutable" and not is_assigned(current):
        return True
    if not is_same_value(sub, current, value):
        raise_mutability_error(
            f"{attribute.name}.{sub.name}",
            "is readOnly; omit it"
            if sub.mutability == "readOnly"
            else "is immutable and has another value; omit it",
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
    """Return the path of an immutable sub-attribute that prevents removal of a complex value.

    Its readOnly and required sub-attributes are removed with it (RFC 7644 §3.5.2.2 applies to the
    addressed attribute), and so are the values of lists.
    """
    if attribute.type == "complex" and not attribute.multi_valued and is_node(value):
        for sub in attribute.sub_attributes:
            sub_value = get_value(value, sub)
            if not is_assigned(sub_value):
                continue
            if sub.mutability == "immutable":
                return sub.name
            inner = find_immutable_part(sub, sub_value)
            if inner is not None:
                return f"{sub.name}.{inner}"
    return None
