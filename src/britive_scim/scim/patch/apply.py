"""What adding and replacing do at a target (RFC 7644 §3.5.2.1, §3.5.2.3).

Everything here works on a `Draft`, so a refusal half-way leaves the given resource as it was. What is
refused is told without the number of the operation, which only the request knows.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from britive_scim.errors import InvalidFilter, InvalidPath, PatchError
from britive_scim.scim.names import fold
from britive_scim.scim.patch.merge import fresh, merged, refuse_change
from britive_scim.scim.patch.multivalued import Values
from britive_scim.scim.patch.remove import discard, remove_extension, unassign
from britive_scim.scim.patch.target import Target, resolve, undeclared
from britive_scim.scim.patch.validation import decoded, primaries, without_nulls
from britive_scim.scim.patch.working_copy import Draft
from britive_scim.scim.plain import is_object
from britive_scim.scim.values.equality import same
from britive_scim.scim.values.lookup import assigned
from britive_scim.scim.values.node import (
    Node,
    adopt,
    copy_of,
    forget_raw,
    get,
    is_mapping,
    is_node,
    put,
)

__all__ = ["write"]


_OF_PATHS: Final = frozenset(".:[")


def write(draft: Draft, target: Target, value: Any, *, adding: bool, named: bool = True) -> None:
    """Add or replace at a target.

    Args:
        draft: the resource.
        target: where.
        value: what the request gives.
        adding: whether it is an add; otherwise a replace.
        named: whether a path names the target. Otherwise it is a member of an object, where what
            only the service sets may be repeated unchanged.

    Raises:
        PatchError: it cannot be done.
    """
    if target.kind == "schemas":
        return  # `schemas` follows the content, whatever a request says
    if target.kind != "attribute":
        _members(draft, target, value, adding=adding, named=named)
        return
    if not target.declared:
        target = draft.fitted(target, value, replacing=not adding)
    attribute = target.attribute
    if target.read_only:
        _repeat(draft, target, value, named=named)
        return
    if adding and (value is None or value == ""):
        if draft.dialect.blank_unassigns and attribute.type == "complex":
            adding = False
        elif value is None and named:
            raise PatchError(
                f"nothing to add to {target.text}: null is no value", scim_type="invalidValue"
            )
        elif value is None:
            return
    if attribute.multi_valued:
        if target.filter is None and target.sub is None:
            _write_values(draft, target, value, adding=adding)
        else:
            _write_selected(draft, target, value, adding=adding)
    elif attribute.type == "complex":
        _write_complex(draft, target, value, adding=adding)
    else:
        _write_simple(draft, target, value, adding=adding)


def _repeat(draft: Draft, target: Target, value: Any, *, named: bool) -> None:
    """Accept a value that only the service sets where it is the one that is there already."""
    attribute = target.attribute
    if target.extension is None and attribute.name == "meta" and not named:
        return  # RFC 7643 §3.1: ignored when a client sends it
    if not named and target.filter is None:
        current = draft.current(target)
        if target.sub is None:
            unchanged = same(attribute, current, value)
        else:
            unchanged = is_node(current) and same(target.sub, get(current, target.sub), value)
        if unchanged:
            return
    refuse_change(target.text, "is readOnly: the service sets it")


# ----------------------------------------------------------------------------- objects of attributes


def _members(draft: Draft, target: Target, value: Any, *, adding: bool, named: bool) -> None:
    """Take an object apart: each member as if a path named it, the others stay."""
    extension = target.extension
    if extension is not None and (value is None or (value == "" and draft.dialect.blank_unassigns)):
        if not adding or value == "":
            remove_extension(draft, target)
            return
        if not named:
            return
    if draft.dialect.plain_complex and isinstance(value, str) and value.startswith("{"):
        value = decoded(target.text or "value", value)
    if not is_mapping(value):
        raise PatchError(
            "without a path, value must be an object of attributes"
            if extension is None
            else f"the value of {extension.name} must be an object of its attributes",
            scim_type="invalidValue",
        )
    seen: set[str] = set()
    for name, member in value.items():
        if extension is not None and name == "schemas" and extension.sub(name) is None:
            continue  # some libraries name the schema once more within its data
        inner = _member(draft, target, name)
        folded = fold(inner.text)
        if folded in seen:
            raise PatchError(f"{inner.text} is given twice", scim_type="invalidValue")
        seen.add(folded)
        write(draft, inner, member, adding=adding, named=False)


def _member(draft: Draft, target: Target, name: Any) -> Target:
    """Return what a member of an object designates: its name is a path within the object."""
    if not isinstance(name, str):
        raise PatchError(
            f"{type(name).__name__} is no name of an attribute", scim_type="invalidValue"
        )
    extension = target.extension
    text = name if extension is None else f"{extension.name}:{name}"
    try:
        return resolve(draft.schema, text, draft.dialect)
    except (InvalidPath, InvalidFilter) as error:
        known = None if extension is None else draft.schema.extension(extension.name)
        if extension is not None and known is not None and known.open:
            return undeclared(text, name, extension)
        if not _OF_PATHS.isdisjoint(name):
            raise  # a path, which no name of an attribute can be
        raise PatchError(str(error), scim_type="invalidValue") from None


# ----------------------------------------------------------------------------- single values


def _write_simple(draft: Draft, target: Target, value: Any, *, adding: bool) -> None:
    attribute = target.attribute
    given = target.check(value, draft.dialect)
    if given is None:
        if not adding:
            unassign(draft, target)
        return
    current = draft.single(target)
    if given == current and given.__class__ is current.__class__:
        return
    if attribute.mutability == "immutable" and assigned(current):
        if same(attribute, current, given):
            return
        refuse_change(attribute.name, "is immutable and has another value")
    owner = draft.writable(target)
    put(owner, attribute, adopt(owner, attribute, given))


def _write_complex(draft: Draft, target: Target, value: Any, *, adding: bool) -> None:
    """Write a single complex value, or a sub-attribute of it; brackets take it for a list of one."""
    attribute = target.attribute
    if target.sub is not None:
        given = {target.sub.name: target.check_sub(value, draft.dialect)}
    else:
        given = target.check(value, draft.dialect)
    existing = draft.single(target)
    if target.filter is not None and not (is_node(existing) and target.selects(existing)):
        if assigned(existing):
            _no_match(target)
        given = _created(draft, target, given, adding=adding)
        existing = None
    if given is None:
        if not adding:
            unassign(draft, target)
        return
    result = merged(draft.writable(target), attribute, existing, given, adding=adding)
    if result is None:
        unassign(draft, target)
    elif result is not existing:
        draft.put(target, result)


# ----------------------------------------------------------------------------- lists


def _write_values(draft: Draft, target: Target, value: Any, *, adding: bool) -> None:
    """Write a multi-valued attribute as a whole."""
    attribute = target.attribute
    given = target.check(value, draft.dialect)
    items = [item for item in map(without_nulls, given or ()) if item is not None]
    primaries(items, attribute.name)
    if not items:
        if not adding:
            unassign(draft, target)
        return
    values = draft.values(target)
    fixed = attribute.mutability == "immutable" and len(values) > 0
    if adding:
        for item in items:
            _add(draft, target, values, item, fixed=fixed)
        return
    if fixed:
        if not same(attribute, values.result(), items):
            refuse_change(attribute.name, "is immutable and has other values")
        return
    owner = draft.writable(target)
    forget_raw(owner, attribute)
    values.set_all([_repeated(target, values, owner, item) for item in items])


def _repeated(target: Target, values: Values, owner: Node, item: Any) -> Any:
    """Return a value for a list that replaces another; what only the service sets may be repeated."""
    attribute = target.attribute
    fixed = [s for s in attribute.sub_attributes if s.mutability == "readOnly" and s.name in item]
    if fixed:
        found = values.find(item)
        there = None if found is None else values[found[0]]
        if not all(is_node(there) and same(sub, get(there, sub), item[sub.name]) for sub in fixed):
            refuse_change(f"{attribute.name}.{fixed[0].name}", "is readOnly: the service sets it")
    return adopt(owner, attribute, item)


def _add(draft: Draft, target: Target, values: Values, item: Any, *, fixed: bool) -> None:
    """Add one value to a list, unless it is there; one that lacks something of it is completed."""
    attribute = target.attribute
    found = values.find(item)
    if found is None:
        position = _append(draft, target, values, item, fixed=fixed)
    else:
        position, complete = found
        if not complete:
            whole = merged(draft.writable(target), attribute, values[position], item, adding=True)
            values.replace(position, whole)
    _note_primary(values, item, position)


def _append(draft: Draft, target: Target, values: Values, item: Any, *, fixed: bool) -> int:
    attribute = target.attribute
    if fixed:
        refuse_change(attribute.name, "is immutable and has values")
    return values.append(fresh(draft.writable(target), attribute, item))


def _note_primary(values: Values, given: Any, position: int) -> None:
    """Where a value was marked primary, take the mark from the others (RFC 7644 §3.5.2)."""
    if given.__class__ is not dict or given.get("primary") is not True:
        return
    for other in values.primary_besides(position):
        node = copy_of(values[other])
        put(node, values.primary, False)
        values.replace(other, node)


def _write_selected(draft: Draft, target: Target, value: Any, *, adding: bool) -> None:
    """Write the values that a filter selects, or all of them, or a sub-attribute of each."""
    attribute = target.attribute
    if target.sub is not None:
        given: Any = {target.sub.name: target.check_sub(value, draft.dialect)}
    else:
        given = target.check_one(value, draft.dialect)
    values = draft.values(target)
    positions = target.select(values)
    if not positions:
        given = _created(draft, target, given, adding=adding)
        if given is not None:
            fixed = attribute.mutability == "immutable" and len(values) > 0
            _note_primary(values, given, _append(draft, target, values, given, fixed=fixed))
        return
    if given is None:
        discard(target, values, positions)
        return
    if attribute.type != "complex":
        if attribute.mutability == "immutable":
            refuse_change(attribute.name, "is immutable and has values")
        for position in positions:
            values.replace(position, draft.adopt(target, given))
        return
    if len(positions) > 1:
        primaries([given] * len(positions), attribute.name)
    owner = draft.writable(target)
    emptied: list[int] = []
    for position in positions:
        existing = values[position]
        result = merged(owner, attribute, existing, given, adding=adding)
        if result is None:
            emptied.append(position)
        elif result is not existing:
            values.replace(position, result)
    _note_primary(values, given, positions[0])
    if emptied:
        discard(target, values, emptied)


def _created(draft: Draft, target: Target, given: Any, *, adding: bool) -> Any:
    """Return the value that a filter describes where it matches none, with what is given.

    `None` where there is nothing to be written.
    """
    if not adding and not (draft.dialect.replace_creates and target.filter is not None):
        _no_match(target)
    if target.filter is None:
        return without_nulls(given)
    described = target.described
    if described is None:
        _no_match(target)
    if given is None or (isinstance(given, dict) and without_nulls(given) is None):
        return None if not adding else described
    if is_object(described):
        whole: Any = {**described, **without_nulls(given)}
        contradicted = [name for name, value in described.items() if whole[name] != value]
    else:
        whole = described
        contradicted = [] if given == described else ["value"]
    if contradicted:
        raise PatchError(
            f"no value matches {target.text}, and a new one cannot have another {contradicted[0]} than the filter says",
            scim_type="invalidValue",
        )
    return whole


def _no_match(target: Target) -> NoReturn:
    what = "has no value" if target.filter is None else "matches no value"
    raise PatchError(f"{target.text} {what}", scim_type="noTarget")
