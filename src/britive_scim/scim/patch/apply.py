"""Apply add and replace operations at a target (RFC 7644 §3.5.2.1, §3.5.2.3).

All functions change a `WorkingCopy`, so an error leaves the original resource unchanged. Their errors
lack the operation index, which `PatchRequest.apply` adds.
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
from britive_scim.scim.patch.target import Target, build_undeclared_target
from britive_scim.scim.patch.validation import (
    check_single_primary,
    decode_json_string,
    remove_nulls,
)
from britive_scim.scim.patch.working_copy import WorkingCopy
from britive_scim.scim.values.equality import is_same_value
from britive_scim.scim.values.identity import is_identical
from britive_scim.scim.values.lookup import is_assigned
from britive_scim.scim.values.node import (
    Node,
    convert_value,
    copy_node,
    discard_unread,
    find_key,
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
    """Add or replace the value at a target.

    Args:
        working_copy: the resource.
        target: the target.
        value: the value of the operation.
        is_add: whether the operation is an add; otherwise a replace.
        has_path: whether the operation has a path. Without, the target is a member of an object, which
            may repeat readOnly values unchanged.

    Raises:
        PatchError: the operation cannot be applied.
    """
    if target.target_type == "schemas":
        working_copy.declare_extensions(value)  # otherwise derived from the content
        return
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
                f"value for {target.path_text} must not be null in an add; use remove",
                scim_type="invalidValue",
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
    """Raise unless a readOnly attribute is repeated unchanged in an object of attributes."""
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
    raise_mutability_error(target.path_text, "is readOnly; omit it")


# ----------------------------------------------------------------------------- objects of attributes


def _write_members(
    working_copy: WorkingCopy, target: Target, value: Any, *, is_add: bool, has_path: bool
) -> None:
    """Write each member of an object as if a path addressed it; other attributes stay."""
    extension = target.extension
    if extension is not None and (
        value is None
        or value == []
        or (value == "" and working_copy.dialect.can_unassign_by_empty_string)
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
            "value must be an object of attributes if there is no path"
            if extension is None
            else f"value for {extension.name} must be an object of its attributes",
            scim_type="invalidValue",
        )
    seen: set[str] = set()
    if extension is None and len(value) > 1:
        key = find_key(value, "schemas")
        if key is not None:
            working_copy.declare_extensions(value[key])  # for the other members, in any order
    for name, member in value.items():
        if (
            extension is not None
            and name == "schemas"
            and extension.find_sub_attribute(name) is None
        ):
            continue  # some libraries repeat `schemas` within the extension
        member_target = _resolve_member(working_copy, target, name)
        folded = fold(member_target.path_text)
        if folded in seen:
            raise PatchError(
                f"value must contain {member_target.path_text} only once",
                scim_type="invalidValue",
            )
        seen.add(folded)
        write_value(working_copy, member_target, member, is_add=is_add, has_path=False)


def _resolve_member(working_copy: WorkingCopy, target: Target, name: Any) -> Target:
    """Return the target of a member of an object: its name is a path within the object."""
    if not isinstance(name, str):
        raise PatchError(
            f"attribute name must be a string, got {type(name).__name__}",
            scim_type="invalidValue",
        )
    extension = target.extension
    text = name if extension is None else f"{extension.name}:{name}"
    try:
        return working_copy.resolve_target(text)
    except (InvalidPath, InvalidFilter) as error:
        known = None if extension is None else working_copy.schema.find_extension(extension.name)
        if extension is not None and known is not None and known.is_open:
            return build_undeclared_target(text, name, extension)
        if not _PATH_CHARACTERS.isdisjoint(name):
            raise  # the name is a path
        raise PatchError(str(error), scim_type="invalidValue") from None


# ----------------------------------------------------------------------------- single values


def _write_simple(working_copy: WorkingCopy, target: Target, value: Any, *, is_add: bool) -> None:
    attribute = target.attribute
    checked = target.check(value, working_copy.dialect)
    if checked is None:
        if not is_add:
            unassign(working_copy, target)
        return
    current = working_copy.get_single_value(target)
    if is_identical(checked, current):
        return
    if attribute.mutability == "immutable" and is_assigned(current):
        if is_same_value(attribute, current, checked):
            return
        raise_mutability_error(attribute.name, "is immutable and has another value; omit it")
    owner = working_copy.get_writable_owner(target)
    set_value(owner, attribute, convert_value(owner, attribute, checked))


def _write_complex(working_copy: WorkingCopy, target: Target, value: Any, *, is_add: bool) -> None:
    """Write a single complex value or a sub-attribute of it; a filter treats it as a list of one."""
    attribute = target.attribute
    if target.sub is not None:
        checked = {target.sub.name: target.check_sub_attribute(value, working_copy.dialect)}
    else:
        checked = target.check(value, working_copy.dialect)
    existing = working_copy.get_single_value(target)
    if target.filter is not None and not (is_node(existing) and target.is_selected(existing)):
        if is_assigned(existing):
            _raise_no_target(target)
        checked = _build_created_value(working_copy, target, checked, is_add=is_add)
        existing = None
    if checked is None:
        if not is_add:
            unassign(working_copy, target)
        return
    result = merge_complex_value(
        working_copy.get_writable_owner(target), attribute, existing, checked, is_add=is_add
    )
    if result is None:
        unassign(working_copy, target)
    elif result is not existing:
        working_copy.set_value(target, result)


# ----------------------------------------------------------------------------- lists


def _write_values(working_copy: WorkingCopy, target: Target, value: Any, *, is_add: bool) -> None:
    """Write a whole multi-valued attribute."""
    attribute = target.attribute
    checked = target.check(value, working_copy.dialect)
    items = [item for item in map(remove_nulls, checked or ()) if item is not None]
    check_single_primary(items, attribute.name)
    if not items:
        if not is_add:
            unassign(working_copy, target)
        return
    values = working_copy.get_values(target)
    is_immutable = attribute.mutability == "immutable" and len(values) > 0
    if is_add:
        for item in items:
            _add_value(working_copy, target, values, item, is_immutable=is_immutable)
        return
    if is_immutable:
        if not is_same_value(attribute, values.get_items(), items):
            raise_mutability_error(attribute.name, "is immutable and has other values; omit it")
        return
    owner = working_copy.get_writable_owner(target)
    discard_unread(owner, attribute)
    values.set_all([_build_replacement_value(target, values, owner, item) for item in items])


def _build_replacement_value(target: Target, values: IndexedValues, owner: Node, item: Any) -> Any:
    """Return a value for a replacing list; it may repeat readOnly sub-attributes unchanged."""
    attribute = target.attribute
    read_only = [
        sub for sub in attribute.sub_attributes if sub.mutability == "readOnly" and sub.name in item
    ]
    if read_only:
        match = values.find_existing(item)
        existing = None if match is None else values[match[0]]
        if not all(
            is_node(existing) and is_same_value(sub, get_value(existing, sub), item[sub.name])
            for sub in read_only
        ):
            raise_mutability_error(f"{attribute.name}.{read_only[0].name}", "is readOnly; omit it")
    return convert_value(owner, attribute, item)


def _add_value(
    working_copy: WorkingCopy,
    target: Target,
    values: IndexedValues,
    item: Any,
    *,
    is_immutable: bool,
) -> None:
    """Add one value to a list unless it exists; complete a value that lacks part of it."""
    attribute = target.attribute
    match = values.find_existing(item)
    if match is None:
        position = _append_value(working_copy, target, values, item, is_immutable=is_immutable)
    else:
        position, is_complete = match
        if not is_complete:
            merged = merge_complex_value(
                working_copy.get_writable_owner(target),
                attribute,
                values[position],
                item,
                is_add=True,
            )
            values.replace(position, merged)
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
        raise_mutability_error(attribute.name, "is immutable and has values; omit it")
    return values.append(build_new_value(working_copy.get_writable_owner(target), attribute, item))


def _clear_other_primaries(values: IndexedValues, new_value: Any, position: int) -> None:
    """Set `primary` of the other values to false if the new value is primary (RFC 7644 §3.5.2)."""
    if new_value.__class__ is not dict or new_value.get("primary") is not True:
        return
    for other in values.find_other_primaries(position):
        node = copy_node(values[other])
        set_value(node, values.primary_attribute, False)
        values.replace(other, node)


def _write_selected(working_copy: WorkingCopy, target: Target, value: Any, *, is_add: bool) -> None:
    """Write the values a filter selects, or all values, or a sub-attribute of each."""
    attribute = target.attribute
    if target.sub is not None:
        checked: Any = {target.sub.name: target.check_sub_attribute(value, working_copy.dialect)}
    else:
        checked = target.check_value(value, working_copy.dialect)
    values = working_copy.get_values(target)
    positions = target.select(values)
    if not positions:
        created = _build_created_value(working_copy, target, checked, is_add=is_add)
        if created is not None:
            is_immutable = attribute.mutability == "immutable" and len(values) > 0
            position = _append_value(
                working_copy, target, values, created, is_immutable=is_immutable
            )
            _clear_other_primaries(values, created, position)
        return
    if checked is None:
        discard_values(target, values, positions)
        return
    if attribute.type != "complex":
        if attribute.mutability == "immutable":
            raise_mutability_error(attribute.name, "is immutable and has values; omit it")
        for position in positions:
            values.replace(position, working_copy.convert_value(target, checked))
        return
    if len(positions) > 1:
        check_single_primary([checked] * len(positions), attribute.name)
    owner = working_copy.get_writable_owner(target)
    emptied: list[int] = []
    for position in positions:
        existing = values[position]
        result = merge_complex_value(owner, attribute, existing, checked, is_add=is_add)
        if result is None:
            emptied.append(position)
        elif result is not existing:
            values.replace(position, result)
    _clear_other_primaries(values, checked, positions[0])
    if emptied:
        discard_values(target, values, emptied)


def _build_created_value(
    working_copy: WorkingCopy, target: Target, new_value: Any, *, is_add: bool
) -> Any:
    """Return the value to create if the filter matches none: the described value with the new one.

    `None` if there is nothing to write.
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
        created: Any = {**described, **remove_nulls(new_value)}
        contradicted = [
            sub.name
            for sub in target.attribute.sub_attributes
            if sub.name in described
            and not is_same_value(sub, created[sub.name], described[sub.name])
        ]
    else:
        created = described
        contradicted = [] if new_value == described else ["value"]
    if contradicted:
        raise PatchError(
            f"{target.path_text} matches no value, and a new one must have the {contradicted[0]} of"
            " the filter",
            scim_type="invalidValue",
        )
    return created


def _raise_no_target(target: Target) -> NoReturn:
    problem = "has no value" if target.filter is None else "matches no value"
    raise PatchError(f"{target.path_text} {problem}", scim_type="noTarget")
