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
from britive_scim.scim.patch.validation import without_nulls
from britive_scim.scim.values.equality import key, same
from britive_scim.scim.values.lookup import assigned
from britive_scim.scim.values.node import (
    Node,
    adopt,
    copy_of,
    drop,
    forget_raw,
    get,
    holds,
    is_node,
    listed,
    put,
    put_list,
)

__all__ = ["fresh", "immovable", "merged", "refuse_change"]


def refuse_change(what: str, why: str) -> NoReturn:
    """Raise: mutability, or being required, forbids it (RFC 7644 §3.12)."""
    raise PatchError(f"{what} {why}", scim_type="mutability")


def fresh(owner: Node, attribute: Attribute, given: Any) -> Any:
    """Return a new value of an attribute as `owner` would hold it.

    Args:
        owner: what holds the attribute.
        attribute: the attribute.
        given: one value, checked, without nulls.

    Raises:
        PatchError: it sets what only the service sets.
    """
    if isinstance(given, dict):
        for sub in attribute.sub_attributes:
            if sub.mutability == "readOnly" and sub.name in given:
                refuse_change(f"{attribute.name}.{sub.name}", "is readOnly: the service sets it")
    return adopt(owner, attribute, given)


def merged(
    owner: Node, attribute: Attribute, existing: Any, given: Mapping[str, Any], *, adding: bool
) -> Any:
    """Return a complex value with new sub-attributes; those not given stay.

    Args:
        owner: what holds the attribute.
        attribute: the attribute.
        existing: its value, or one of its values; anything that is not complex counts as none.
        given: checked sub-attributes; `None` unassigns, unless `adding`.
        adding: whether the operation is an add.

    Returns:
        `existing` itself where nothing changed, `None` where nothing is left.

    Raises:
        PatchError: a sub-attribute must not change so.
    """
    if not is_node(existing):
        kept = without_nulls(dict(given))
        return None if kept is None else fresh(owner, attribute, kept)
    copy: Node | None = None
    lost: Attribute | None = None
    dropped = False
    for name, value in given.items():
        sub: Any = attribute.sub(name)
        current = get(existing, sub)
        if value is None or value == []:
            if adding or not holds(existing, sub):
                continue
            if sub.mutability in _FIXED:
                refuse_change(
                    f"{attribute.name}.{sub.name}", f"is {sub.mutability} and has a value"
                )
            if copy is None:
                copy = copy_of(existing)
            drop(copy, sub)
            dropped = True
            lost = sub if sub.required else lost
        elif value == current and value.__class__ is current.__class__:
            continue
        elif sub.mutability not in _FIXED or _may_change(attribute, sub, current, value):
            if copy is None:
                copy = copy_of(existing)
            if sub.multi_valued:
                _set_list(copy, sub, current, value, adding=adding)
            else:
                put(copy, sub, adopt(copy, sub, value))
    if copy is None:
        return existing
    if attribute.mutability == "immutable":
        refuse_change(attribute.name, "is immutable and has a value")
    if dropped and not assigned(copy):
        return None
    if lost is not None:
        refuse_change(f"{attribute.name}.{lost.name}", "is required while the rest has values")
    return copy


_FIXED: Final = frozenset({"readOnly", "immutable"})


def _may_change(attribute: Attribute, sub: Attribute, current: Any, value: Any) -> bool:
    """Return whether a sub-attribute that is fixed may be set; not to be is no fault where it is the same."""
    if sub.mutability == "immutable" and not assigned(current):
        return True
    if not same(sub, current, value):
        read_only = sub.mutability == "readOnly"
        refuse_change(
            f"{attribute.name}.{sub.name}",
            "is readOnly: the service sets it"
            if read_only
            else "is immutable and has another value",
        )
    return False


def _set_list(node: Node, sub: Attribute, current: Any, given: list[Any], *, adding: bool) -> None:
    items: list[Any] = []
    if adding:
        items += listed(current)
    else:
        forget_raw(node, sub)
    known = {key(sub, item) for item in items}
    items += [adopt(node, sub, item) for item in given if not adding or key(sub, item) not in known]
    put_list(node, sub, items)


def immovable(attribute: Attribute, value: Any) -> str | None:
    """Return the name of what keeps a complex value from being unassigned: an immutable part of it.

    Its readOnly and required parts go with it (RFC 7644 §3.5.2.2, read for the attribute addressed),
    and so do the values of lists, which may come and go as a whole.
    """
    if attribute.type == "complex" and not attribute.multi_valued and is_node(value):
        for sub in attribute.sub_attributes:
            held = get(value, sub)
            if not assigned(held):
                continue
            if sub.mutability == "immutable":
                return sub.name
            inner = immovable(sub, held)
            if inner is not None:
                return f"{sub.name}.{inner}"
    return None
