"""Two states of a resource: whether they are equal, and the smallest PATCH request between them.

```text
before ──diff──> PatchRequest ──apply──> after
```

Values of lists are added, changed and removed one by one. What a service must refuse is never asked
of it: readOnly attributes do not take part, immutable ones are set only where they have no value, and
required ones are not removed. Members of groups are compared by their `value` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

from britive_scim.errors import InputError, PatchError
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.diffs.changes import Changes, How, Selecting
from britive_scim.scim.diffs.comparison import Container, Rules, containers, plain
from britive_scim.scim.diffs.lists import list_changes
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import fold, is_attribute_name
from britive_scim.scim.patch.dialect import STRICT
from britive_scim.scim.patch.merge import immovable
from britive_scim.scim.patch.request import PatchRequest
from britive_scim.scim.patch.target import is_undeclared
from britive_scim.scim.patch.validation import checked
from britive_scim.scim.plain import is_list
from britive_scim.scim.projection.attribute_list import NONE, Names, mentions
from britive_scim.scim.schemas.of_instance import schema_at_hand, widened
from britive_scim.scim.schemas.resource_schema import ResourceSchema, SchemaLike, kinds_of
from britive_scim.scim.values.lookup import assigned
from britive_scim.scim.values.node import UNDECLARED, Node, get, is_node, keys, named

__all__ = ["diff", "equal"]

UnsetMeans = Literal["remove", "keep"]
"""What it means that `after` says nothing about an attribute."""


def diff(
    before: Resource | Mapping[str, Any],
    after: Resource | Mapping[str, Any],
    *,
    unset: UnsetMeans = "remove",
    ignore: Names = (),
    ignore_case: Names = (),
    ignore_blanks: Names = (),
    selecting: Selecting = "filter",
    schema: SchemaLike | None = None,
) -> PatchRequest:
    """Return the request that turns one state of a resource into another; it is falsy where nothing is to do.

    Removals come first, then replacements, then additions, each in the order of the schema. The law is
    `equal(diff(a, b).apply(a), b)` over the attributes a client may write. An attribute never returned
    or returned on request only (`password`) is set where `after` has it and never removed, as its
    absence tells nothing.

    Args:
        before: what there is: a model, or a mapping in wire form.
        after: what there is to be.
        unset: `remove`: missing, `None` and empty are one state, and what `after` lacks is removed.
            `keep`: only what `after` names takes part; `None` or an empty list there clears.
        ignore: paths of attributes that do not take part.
        ignore_case: paths of texts that count as equal where only case differs.
        ignore_blanks: paths of texts that count as equal where only surrounding blanks differ.
        selecting: how the service can be told which value of a list is meant: `filter`, a path such as
            `emails[type eq "work"]`; `array`, removal of the values listed in `value`, as Entra does
            it; `whole`, not at all, so that a list that loses or changes a value is replaced.
        schema: what the resource is; by default what the models or mappings say they are.

    Raises:
        InputError: the two are resources of different kinds, such as a user and a group.
        PatchError: `after` holds a value that its attribute cannot take.
        InvalidPath: a name in `ignore`, `ignore_case` or `ignore_blanks` means nothing.

    Examples:
        >>> before = {"userName": "ann", "title": "Guide", "emails": [{"value": "a@example.com", "type": "work"}]}
        >>> after = {"userName": "ann", "emails": [{"value": "b@example.com", "type": "work"}]}
        >>> for operation in diff(before, after).operations:
        ...     print(operation.to_wire())
        {'op': 'remove', 'path': 'title'}
        {'op': 'replace', 'path': 'emails[type eq "work"].value', 'value': 'b@example.com'}
    """
    if unset not in {"remove", "keep"}:
        raise ValueError(f"unset is 'remove' or 'keep', not {unset!r}")
    if selecting not in {"filter", "array", "whole"}:
        raise ValueError(f"selecting is 'filter', 'array' or 'whole', not {selecting!r}")
    known = _schema(before, after, schema)
    if schema is None and _of_two_kinds(before, after):
        raise InputError(
            "no PATCH request turns a resource into one of another kind: before is"
            f" {_told(before)}, after is {_told(after)}; pass schema= if they are the same"
        )
    rules = Rules(
        ignored=mentions(known, ignore, strict=True) or NONE,
        caseless=mentions(known, ignore_case, strict=True) or NONE,
        blankless=mentions(known, ignore_blanks, strict=True) or NONE,
    )
    keep = unset == "keep"
    request = _request(known, rules, before, after, keep=keep, selecting=selecting)
    if __debug__ and request:
        done = request.apply(cast("Mapping[str, Any]", before))
        left = _request(known, rules, done, after, keep=keep, selecting=selecting)
        if left:  # pragma: no cover - a fault of ours; all laws in the tests go through here
            raise AssertionError(f"{request!r} leaves a difference: {left!r}")
    return request


def _request(
    schema: ResourceSchema,
    rules: Rules,
    before: Any,
    after: Any,
    *,
    keep: bool,
    selecting: Selecting,
) -> PatchRequest:
    changes = Changes()
    for container in containers(schema, before, after, keep=keep):
        for attribute in rules.attributes(container):
            _compare(
                changes, rules, container, attribute, schema=schema, keep=keep, selecting=selecting
            )
    return PatchRequest._of(changes.operations(), schema=schema)


def equal(
    one: Resource | Mapping[str, Any],
    other: Resource | Mapping[str, Any],
    *,
    ignore: Names = (),
    schema: SchemaLike | None = None,
) -> bool:
    """Return whether two states of a resource are the same.

    Resources of different kinds never are. Unassigned values are dropped, `schemas`, `id`, `meta` and other readOnly attributes left out; the
    order of values in a list has no meaning, members of groups count by their `value`. What is not
    always returned counts where both have it. Attributes nobody declared count within extensions only.

    Args:
        one: a model, or a mapping in wire form.
        other: the same or the other.
        ignore: paths of attributes that do not take part.
        schema: what the resource is; by default what the models or mappings say they are.

    Raises:
        InvalidPath: a name in `ignore` means nothing.

    Examples:
        >>> equal({"userName": "ann", "emails": []}, {"userName": "ann", "title": None, "id": "1"})
        True
    """
    known = _schema(one, other, schema)
    if schema is None and _of_two_kinds(one, other):
        return False
    rules = Rules(ignored=mentions(known, ignore, strict=True) or NONE)
    for container in containers(known, one, other, keep=False):
        for attribute in rules.attributes(container):
            place = container.place(attribute)
            was = None if container.before is None else get(container.before, attribute)
            will = None if container.after is None else get(container.after, attribute)
            if was is will or (_untold(attribute) and not (assigned(was) and assigned(will))):
                continue
            if rules.whole_key(place, attribute, was) != rules.whole_key(place, attribute, will):
                return False
    return True


def _schema(before: Any, after: Any, given: SchemaLike | None) -> ResourceSchema:
    for node in (before, after):
        if not is_node(node):
            raise PatchError(
                f"a resource is a model or a mapping, not {type(node).__name__}",
                scim_type="invalidSyntax",
            )
    if given is not None:
        known = ResourceSchema.of(given)
    else:
        models = [node for node in (after, before) if isinstance(node, Resource)]
        says = models or [node for node in (before, after) if "schemas" in node]
        known = schema_at_hand([*says, before][0])
    held = [
        name
        for node in (before, after)
        for name in keys(node)
        if ":" in name and is_node(_at(node, name))
    ]
    return widened(known, held)


def _of_two_kinds(one: Any, other: Any) -> bool:
    """Return whether two resources say that they are different kinds."""
    kinds, others = kinds_of(one), kinds_of(other)
    return bool(kinds and others) and kinds.isdisjoint(others)


def _told(resource: Any) -> str:
    if isinstance(resource, Resource):
        return type(resource).__schema__
    kinds = kinds_of(resource)
    return " and ".join(urn for urn in resource["schemas"] if fold(str(urn)) in kinds)


def _at(node: Node, name: str) -> Any:
    return get(node, Attribute(name=name, field=UNDECLARED))


def _untold(attribute: Attribute) -> bool:
    """Return whether the absence of an attribute in an answer tells nothing."""
    return attribute.returned in {"never", "request"}


# ----------------------------------------------------------------------------- one attribute


def _compare(
    changes: Changes,
    rules: Rules,
    container: Container,
    attribute: Attribute,
    *,
    schema: ResourceSchema,
    keep: bool,
    selecting: Selecting,
) -> None:
    """Note what turns the one state of an attribute into the other."""
    was = None if container.before is None else get(container.before, attribute)
    will: Any = None if container.after is None else get(container.after, attribute)
    if was is will:
        return
    place, path = container.place(attribute), container.path(attribute)
    if not assigned(will):
        silent = container.after is None or fold(attribute.name) not in named(container.after)
        if not assigned(was) or (silent and _untold(attribute)):
            return
        if _removable(attribute, was):
            _remove(changes, container, attribute)
            return
        will = cast("Any", {})
    if attribute.mutability == "immutable" and assigned(was):
        return
    if attribute.multi_valued:
        if assigned(will):
            how = How(rules, place, schema, keep=keep, selecting=selecting)
            list_changes(changes, how, path, attribute, was, will)
    elif attribute.type == "complex":
        _compare_complex(changes, rules, container, attribute, was, will, keep=keep)
    elif not assigned(will):
        return
    elif is_undeclared(attribute):
        _compare_undeclared(changes, rules, container, attribute, was, will)
    elif rules.key(place, attribute, was) != rules.key(place, attribute, will):
        changes.set(path, checked(attribute)(plain(will), STRICT), new=not assigned(was))


def _removable(attribute: Attribute, value: Any) -> bool:
    if attribute.required or attribute.mutability == "immutable":
        return False
    return immovable(attribute, value) is None


def _compare_complex(
    changes: Changes,
    rules: Rules,
    container: Container,
    attribute: Attribute,
    was: Any,
    will: Any,
    *,
    keep: bool,
) -> None:
    """Note the changes of a single complex value, one sub-attribute at a time."""
    place, path = container.place(attribute), container.path(attribute)
    if not is_node(will):
        will = checked(attribute)(plain(will), STRICT)  # an object of some other kind, or it raises
    subs = rules.subs(place, attribute)
    if rules.node_key(place, attribute, was) is None or not is_node(was):
        whole = {sub.name: plain(get(will, sub)) for sub in subs if assigned(get(will, sub))}
        if whole:
            changes.set(path, checked(attribute)(whole, STRICT), new=True)
        return
    said = named(will) if keep else None
    for sub in subs:
        if said is not None and fold(sub.name) not in said:
            continue
        old, new = (rules.sub_key(place, attribute, sub, node) for node in (was, will))
        if old == new or (sub.mutability == "immutable" and old is not None):
            continue
        if new is not None:
            value = checked(sub, f"{attribute.name}.{sub.name}")(plain(get(will, sub)), STRICT)
            changes.set(f"{path}.{sub.name}", value, new=old is None)
        elif not sub.required:
            changes.remove(f"{path}.{sub.name}")


# ----------------------------------------------------------------------------- attributes nobody declared


def _remove(changes: Changes, container: Container, attribute: Attribute) -> None:
    if is_attribute_name(attribute.name):
        changes.remove(container.path(attribute))
    else:
        changes.set(container.urn, {attribute.name: None}, new=False)


def _compare_undeclared(
    changes: Changes, rules: Rules, container: Container, attribute: Attribute, was: Any, will: Any
) -> None:
    """Note the changes of an attribute of which only the values are known."""
    place, path = container.place(attribute), container.path(attribute)
    if rules.key(place, attribute, was) == rules.key(place, attribute, will):
        return
    value = plain(will)
    if not is_attribute_name(attribute.name):
        # No path can name it, but an object can.
        if assigned(was):
            _remove(changes, container, attribute)
        changes.set(container.urn, {attribute.name: value}, new=False)
        return
    if is_node(was) and is_node(value):
        old, new = plain(was), cast("dict[str, Any]", value)
        names = {**dict.fromkeys(old), **dict.fromkeys(new)}
        if all(map(is_attribute_name, names)) and len({fold(name) for name in names}) == len(names):
            for name in names:
                if old.get(name) != new.get(name):
                    if assigned(new.get(name)):
                        changes.set(f"{path}.{name}", new[name], new=not assigned(old.get(name)))
                    else:
                        changes.remove(f"{path}.{name}")
            return
    fresh = not assigned(was)
    if not fresh and (is_node(was) or is_node(value)):
        changes.remove(path)  # or they would be merged
        fresh = True
    changes.set(path, value, new=fresh and not is_list(value))  # an add drops what a list has twice
