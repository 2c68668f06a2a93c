"""What adding and replacing do at a target (RFC 7644 §3.5.2.1, §3.5.2.3).

Everything here works on a `Draft`, so a refusal half-way leaves the given resource as it was. What is
refused is told without the number of the operation, which only the request knows.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from britive_scim.errors import InvalidFilter, InvalidPath, PatchError
from britive_scim.scim.json_values import is_object
from britive_scim.scim.names import fold
from britive_scim.scim.patch.merge import (
    build_new_value,
    merge_complex_value,
    raise_mutability_error,
)
from britive_scim.scim.patch.multivalued import IndexedValues
from britive_scim.scim.patch.remove import discard_values, remove_extension, unassign
from britive_scim.scim.patch.target import Target, build_undeclared_target, resolve_target
from britive_scim.scim.patch.validation import (
    check_single_primary,
    decode_json_string,
    remove_nulls,
)
from britive_scim.scim.patch.working_copy import WorkingCopy
from britive_scim.scim.values.equality import is_same_value
from britive_scim.scim.values.lookup import is_assigned
from britive_scim.scim.values.node import (
    Node,
    convert_value,
    copy_node,
    discard_unread,
    get_value,
    is_mapping,
    is_node,
    set_value,
)

__all__ = ["write_value"]


_PATH_CHARACTERS: Final = frozenset(".:[")


def write_value(
    working_copy: WorkingCopy, target: Target, value: Any, *, is_add: bool, has_path: bool = True
) -> None:
    """Add or replace at a target.

    Args:
        working_copy: the resource.
        target: where.
        value: what the request gives.
        is_add: whether it is an add; otherwise a replace.
        has_path: whether a path names the target. Otherwise it is a member of an object, where what
            only the service sets may be repeated unchanged.

    Raises:
        PatchError: it cannot be done.
    """
    if target.target_type == "schemas":
        return  # `schemas` follows the content, whatever a request says
    if target.target_type != "attribute":
        _write_members(working_copy, target, value, is_add=is_add, has_path=has_path)
        return
    if not target.is_declared:
        target = working_copy.infer_target(target, value, is_replace=not is_add)
    attribute = target.attribute
    if target.is_read_only:
        _check_read_only_unchanged(working_copy, target, value, has_path=has_path)
        return
    if is_add and (value is None or value == ""):
        if working_copy.dialect.can_unassign_by_empty_string and attribute.type == "complex":
            is_add = False
        elif value is None and has_path:
            raise PatchError(
                f"nothing to add to {target.path_text}: null is no value", scim_type="invalidValue"
            )
        elif value is None:
            return
    if attribute.multi_valued:
        if target.filter is None and target.sub is None:
            _write_values(working_copy, target, value, is_add=is_add)
        else:
            _write_selected(working_copy, target, value, is_add=is_add)
    elif attribute.type == "complex":
        _write_complex(working_copy, target, value, is_add=is_add)
    else:
        _write_simple(working_copy, target, value, is_add=is_add)


def _check_read_only_unchanged(
    working_copy: WorkingCopy, target: Target, value: Any, *, has_path: bool
) -> None:
    """Accept a value that only the service sets where it is the one that is there already."""
    attribute = target.attribute
    if target.extension is None and attribute.name == "meta" and not has_path:
        return  # RFC 7643 §3.1: ignored when a client sends it
    if not has_path and target.filter is None:
        current = working_copy.get_current_value(target)
        if target.sub is None:
            unchanged = is_same_value(attribute, current, value)
        else:
            unchanged = is_node(current) and is_same_value(
                target.sub, get_value(current, target.sub), value
            )
        if unchanged:
            return
    raise_mutability_error(target.path_text, "is readOnly: the service sets it")


# ----------------------------------------------------------------------------- objects of attributes


def _write_members(
    working_copy: WorkingCopy, target: Target, value: Any, *, is_add: bool, has_path: bool
) -> None:
    """Take an object apart: each member as if a path named it, the others stay."""
    extension = target.extension
    if extension is not None and (
        value is None or (value == "" and working_copy.dialect.can_unassign_by_empty_string)
    ):
        if not is_add or value == "":
            remove_extension(working_copy, target)
            return
        if not has_path:
            return
    if (
        working_copy.dialect.can_parse_complex_strings
        and isinstance(value, str)
        and value.startswith("{")
    ):
        value = decode_json_string(target.path_text or "value", value)
    if not is_mapping(value):
        raise PatchError(
            "without a path, value must be an object of attributes"
            if extension is None
            else f"the value of {extension.name} must be an object of its attributes",
            scim_type="invalidValue",
        )
    seen: set[str] = set()
    for name, member in value.items():
        if (
            extension is not None
            and name == "schemas"
            and extension.find_sub_attribute(name) is None
        ):
            continue  # some libraries name the schema once more within its data
        inner = _resolve_member(working_copy, target, name)
        folded = fold(inner.path_text)
        if folded in seen:
            raise PatchError(f"{inner.path_text} is given twice", scim_type="invalidValue")
        seen.add(folded)
        write_value(working_copy, inner, member, is_add=is_add, has_path=False)


def _resolve_member(working_copy: WorkingCopy, target: Target, name: Any) -> Target:
    """Return what a member of an object designates: its name is a path within the object."""
    if not isinstance(name, str):
        raise PatchError(
            f"{type(name).__name__} is no name of an attribute", scim_type="invalidValue"
        )
    extension = target.extension
    text = name if extension is None else f"{extension.name}:{name}"
    try:
        return resolve_target(working_copy.schema, text, working_copy.dialect)
    except (InvalidPath, InvalidFilter) as error:
        known = None if extension is None else working_copy.schema.find_extension(extension.name)
        if extension is not None and known is not None and known.is_open:
            return build_undeclared_target(text, name, extension)
        if not _PATH_CHARACTERS.isdisjoint(name):
            raise  # a path, which no name of an attribute can be
        raise PatchError(str(error), scim_type="invalidValue") from None


# ----------------------------------------------------------------------------- single values


def _write_simple(working_copy: WorkingCopy, target: Target, value: Any, *, is_add: bool) -> None:
    attribute = target.attribute
    given = target.check(value, working_copy.dialect)
    if given is None:
        if not is_add:
            unassign(working_copy, target)
        return
    current = working_copy.get_single_value(target)
    if given == current and given.__class__ is current.__class__:
        return
    if attribute.mutability == "immutable" and is_assigned(current):
        if is_same_value(attribute, current, given):
            return
        raise_mutability_error(attribute.name, "is immutable and has another value")
    owner = working_copy.get_writable_owner(target)
    set_value(owner, attribute, convert_value(owner, attribute, given))


def _write_complex(working_copy: WorkingCopy, target: Target, value: Any, *, is_add: bool) -> None:
    """Write a single complex value, or a sub-attribute of it; brackets take it for a list of one."""
    attribute = target.attribute
    if target.sub is not None:
        given = {target.sub.name: target.check_sub_attribute(value, working_copy.dialect)}
    else:
        given = target.check(value, working_copy.dialect)
    existing = working_copy.get_single_value(target)
    if target.filter is not None and not (is_node(existing) and target.is_selected(existing)):
        if is_assigned(existing):
            _raise_no_target(target)
        given = _build_created_value(working_copy, target, given, is_add=is_add)
        existing = None
    if given is None:
        if not is_add:
            unassign(working_copy, target)
        return
    result = merge_complex_value(
        working_copy.get_writable_owner(target), attribute, existing, given, is_add=is_add
    )
    if result is None:
        unassign(working_copy, target)
    elif result is not existing:
        working_copy.set_value(target, result)


# ----------------------------------------------------------------------------- lists


def _write_values(working_copy: WorkingCopy, target: Target, value: Any, *, is_add: bool) -> None:
    """Write a multi-valued attribute as a whole."""
    attribute = target.attribute
    given = target.check(value, working_copy.dialect)
    items = [item for item in map(remove_nulls, given or ()) if item is not None]
    check_single_primary(items, attribute.name)
    if not items:
        if not is_add:
            unassign(working_copy, target)
        return
    values = working_copy.get_values(target)
    fixed = attribute.mutability == "immutable" and len(values) > 0
    if is_add:
        for item in items:
            _add_value(working_copy, target, values, item, is_immutable=fixed)
        return
    if fixed:
        if not is_same_value(attribute, values.get_items(), items):
            raise_mutability_error(attribute.name, "is immutable and has other values")
        return
    owner = working_copy.get_writable_owner(target)
    discard_unread(owner, attribute)
    values.set_all([_build_replacement_value(target, values, owner, item) for item in items])


def _build_replacement_value(target: Target, values: IndexedValues, owner: Node, item: Any) -> Any:
    """Return a value for a list that replaces another; what only the service sets may be repeated."""
    attribute = target.attribute
    fixed = [s for s in attribute.sub_attributes if s.mutability == "readOnly" and s.name in item]
    if fixed:
        found = values.find_existing(item)
        there = None if found is None else values[found[0]]
        if not all(
            is_node(there) and is_same_value(sub, get_value(there, sub), item[sub.name])
            for sub in fixed
        ):
            raise_mutability_error(
                f"{attribute.name}.{fixed[0].name}", "is readOnly: the service sets it"
            )
    return convert_value(owner, attribute, item)


def _add_value(
    working_copy: WorkingCopy,
    target: Target,
    values: IndexedValues,
    item: Any,
    *,
    is_immutable: bool,
) -> None:
    """Add one value to a list, unless it is there; one that lacks something of it is completed."""
    attribute = target.attribute
    found = values.find_existing(item)
    if found is None:
        position = _append_value(working_copy, target, values, item, is_immutable=is_immutable)
    else:
        position, complete = found
        if not complete:
            whole = merge_complex_value(
                working_copy.get_writable_owner(target),
                attribute,
                values[position],
                item,
                is_add=True,
            )
            values.replace(position, whole)
    _clear_other_primaries(values, item, position)


def _append_value(
    working_copy: WorkingCopy,
    target: Target,
    values: IndexedValues,
    item: Any,
    *,
    is_immutable: bool,
) -> int:
    attribute = target.attribute
    if is_immutable:
        raise_mutability_error(attribute.name, "is immutable and has values")
    return values.append(build_new_value(working_copy.get_writable_owner(target), attribute, item))


def _clear_other_primaries(values: IndexedValues, new_value: Any, position: int) -> None:
    """Where a value was marked primary, take the mark from the others (RFC 7644 §3.5.2)."""
    if new_value.__class__ is not dict or new_value.get("primary") is not True:
        return
    for other in values.find_other_primaries(position):
        node = copy_node(values[other])
        set_value(node, values.primary_attribute, False)
        values.replace(other, node)


def _write_selected(working_copy: WorkingCopy, target: Target, value: Any, *, is_add: bool) -> None:
    """Write the values that a filter selects, or all of them, or a sub-attribute of each."""
    attribute = target.attribute
    if target.sub is not None:
        given: Any = {target.sub.name: target.check_sub_attribute(value, working_copy.dialect)}
    else:
        given = target.check_value(value, working_copy.dialect)
    values = working_copy.get_values(target)
    positions = target.select(values)
    if not positions:
        given = _build_created_value(working_copy, target, given, is_add=is_add)
        if given is not None:
            fixed = attribute.mutability == "immutable" and len(values) > 0
            _clear_other_primaries(
                values,
                given,
                _append_value(working_copy, target, values, given, is_immutable=fixed),
            )
        return
    if given is None:
        discard_values(target, values, positions)
        return
    if attribute.type != "complex":
        if attribute.mutability == "immutable":
            raise_mutability_error(attribute.name, "is immutable and has values")
        for position in positions:
            values.replace(position, working_copy.convert_value(target, given))
        return
    if len(positions) > 1:
        check_single_primary([given] * len(positions), attribute.name)
    owner = working_copy.get_writable_owner(target)
    emptied: list[int] = []
    for position in positions:
        existing = values[position]
        result = merge_complex_value(owner, attribute, existing, given, is_add=is_add)
        if result is None:
            emptied.append(position)
        elif result is not existing:
            values.replace(position, result)
    _clear_other_primaries(values, given, positions[0])
    if emptied:
        discard_values(target, values, emptied)


def _build_created_value(
    working_copy: WorkingCopy, target: Target, new_value: Any, *, is_add: bool
) -> Any:
    """Return the value that a filter describes where it matches none, with what is given.

    `None` where there is nothing to be written.
    """
    if not is_add and not (
        working_copy.dialect.can_create_on_replace and target.filter is not None
    ):
        _raise_no_target(target)
    if target.filter is None:
        return remove_nulls(new_value)
    described = target.described_value
    if described is None:
        _raise_no_target(target)
    if new_value is None or (isinstance(new_value, dict) and remove_nulls(new_value) is None):
        return None if not is_add else described
    if is_object(described):
        whole: Any = {**described, **remove_nulls(new_value)}
        contradicted = [name for name, value in described.items() if whole[name] != value]
    else:
        whole = described
        contradicted = [] if new_value == described else ["value"]
    if contradicted:
        raise PatchError(
            f"no value matches {target.path_text}, and a new one cannot have another {contradicted[0]} than the filter says",
            scim_type="invalidValue",
        )
    return whole


def _raise_no_target(target: Target) -> NoReturn:
    what = "has no value" if target.filter is None else "matches no value"
    raise PatchError(f"{target.path_text} {what}", scim_type="noTarget")
