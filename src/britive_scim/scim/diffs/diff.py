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
from britive_scim.scim.diffs.changes import ListDiffContext, PatchBuilder, ValueSelection
from britive_scim.scim.diffs.comparison import (
    ComparisonRules,
    SchemaSection,
    iter_schema_sections,
    to_json,
)
from britive_scim.scim.diffs.lists import diff_lists
from britive_scim.scim.json_values import is_list
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import fold, is_attribute_name
from britive_scim.scim.patch.dialect import STRICT
from britive_scim.scim.patch.merge import find_immutable_part
from britive_scim.scim.patch.request import PatchRequest
from britive_scim.scim.patch.target import is_undeclared
from britive_scim.scim.patch.validation import get_attribute_check
from britive_scim.scim.projection.attribute_list import (
    EMPTY_ATTRIBUTE_LIST,
    AttributePaths,
    parse_attribute_list,
)
from britive_scim.scim.schemas.of_instance import find_instance_schema, with_open_extensions
from britive_scim.scim.schemas.resource_schema import ResourceSchema, SchemaLike, find_type_urns
from britive_scim.scim.values.lookup import is_assigned
from britive_scim.scim.values.node import (
    UNDECLARED,
    Node,
    get_value,
    is_node,
    list_explicit_names,
    list_names,
)

__all__ = ["diff", "equal"]

UnsetMode = Literal["remove", "keep"]
"""What it means that `after` says nothing about an attribute."""


def diff(
    before: Resource | Mapping[str, Any],
    after: Resource | Mapping[str, Any],
    *,
    unset: UnsetMode = "remove",
    ignore: AttributePaths = (),
    ignore_case: AttributePaths = (),
    ignore_whitespace: AttributePaths = (),
    value_selection: ValueSelection = "filter",
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
        ignore_whitespace: paths of texts that count as equal where only surrounding blanks differ.
        value_selection: how the service can be told which value of a list is meant: `filter`, a path such as
            `emails[type eq "work"]`; `array`, removal of the values listed in `value`, as Entra does
            it; `whole`, not at all, so that a list that loses or changes a value is replaced.
        schema: what the resource is; by default what the models or mappings say they are.

    Raises:
        InputError: the two are resources of different kinds, such as a user and a group.
        PatchError: `after` holds a value that its attribute cannot take.
        InvalidPath: a name in `ignore`, `ignore_case` or `ignore_whitespace` means nothing.

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
    if value_selection not in {"filter", "array", "whole"}:
        raise ValueError(
            f"value_selection is 'filter', 'array' or 'whole', not {value_selection!r}"
        )
    known = _resolve_schema(before, after, schema)
    if schema is None and _has_different_types(before, after):
        raise InputError(
            "no PATCH request turns a resource into one of another kind: before is"
            f" {_describe_type(before)}, after is {_describe_type(after)}; pass schema= if they are the same"
        )
    rules = ComparisonRules(
        ignored=parse_attribute_list(known, ignore, strict=True) or EMPTY_ATTRIBUTE_LIST,
        case_insensitive=parse_attribute_list(known, ignore_case, strict=True)
        or EMPTY_ATTRIBUTE_LIST,
        whitespace_insensitive=parse_attribute_list(known, ignore_whitespace, strict=True)
        or EMPTY_ATTRIBUTE_LIST,
    )
    keep = unset == "keep"
    request = _build_request(
        known, rules, before, after, keep_unset=keep, value_selection=value_selection
    )
    if __debug__ and request:
        done = request.apply(cast("Mapping[str, Any]", before))
        left = _build_request(
            known, rules, done, after, keep_unset=keep, value_selection=value_selection
        )
        if left:  # pragma: no cover - a fault of ours; all laws in the tests go through here
            raise AssertionError(f"{request!r} leaves a difference: {left!r}")
    return request


def _build_request(
    schema: ResourceSchema,
    rules: ComparisonRules,
    before: Any,
    after: Any,
    *,
    keep_unset: bool,
    value_selection: ValueSelection,
) -> PatchRequest:
    changes = PatchBuilder()
    for container in iter_schema_sections(schema, before, after, keep_unset=keep_unset):
        for attribute in rules.iter_attributes(container):
            _diff_attribute(
                changes,
                rules,
                container,
                attribute,
                schema=schema,
                keep_unset=keep_unset,
                value_selection=value_selection,
            )
    return PatchRequest._from_operations(changes.build_operations(), schema=schema)


def equal(
    one: Resource | Mapping[str, Any],
    other: Resource | Mapping[str, Any],
    *,
    ignore: AttributePaths = (),
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
    known = _resolve_schema(one, other, schema)
    if schema is None and _has_different_types(one, other):
        return False
    rules = ComparisonRules(
        ignored=parse_attribute_list(known, ignore, strict=True) or EMPTY_ATTRIBUTE_LIST
    )
    for container in iter_schema_sections(known, one, other, keep_unset=False):
        for attribute in rules.iter_attributes(container):
            place = container.get_attribute_id(attribute)
            was = None if container.before is None else get_value(container.before, attribute)
            will = None if container.after is None else get_value(container.after, attribute)
            if was is will or (
                _is_not_returned_by_default(attribute)
                and not (is_assigned(was) and is_assigned(will))
            ):
                continue
            if rules.build_attribute_key(place, attribute, was) != rules.build_attribute_key(
                place, attribute, will
            ):
                return False
    return True


def _resolve_schema(before: Any, after: Any, schema: SchemaLike | None) -> ResourceSchema:
    for node in (before, after):
        if not is_node(node):
            raise PatchError(
                f"a resource is a model or a mapping, not {type(node).__name__}",
                scim_type="invalidSyntax",
            )
    if schema is not None:
        known = ResourceSchema.of(schema)
    else:
        models = [node for node in (after, before) if isinstance(node, Resource)]
        says = models or [node for node in (before, after) if "schemas" in node]
        known = find_instance_schema([*says, before][0])
    held = [
        name
        for node in (before, after)
        for name in list_names(node)
        if ":" in name and is_node(_get_undeclared(node, name))
    ]
    return with_open_extensions(known, held)


def _has_different_types(before: Any, after: Any) -> bool:
    """Return whether two resources say that they are different kinds."""
    kinds, others = find_type_urns(before), find_type_urns(after)
    return bool(kinds and others) and kinds.isdisjoint(others)


def _describe_type(resource: Any) -> str:
    if isinstance(resource, Resource):
        return type(resource).__schema__
    kinds = find_type_urns(resource)
    return " and ".join(urn for urn in resource["schemas"] if fold(str(urn)) in kinds)


def _get_undeclared(node: Node, name: str) -> Any:
    return get_value(node, Attribute(name=name, field=UNDECLARED))


def _is_not_returned_by_default(attribute: Attribute) -> bool:
    """Return whether the absence of an attribute in an answer tells nothing."""
    return attribute.returned in {"never", "request"}


# ----------------------------------------------------------------------------- one attribute


def _diff_attribute(
    builder: PatchBuilder,
    rules: ComparisonRules,
    section: SchemaSection,
    attribute: Attribute,
    *,
    schema: ResourceSchema,
    keep_unset: bool,
    value_selection: ValueSelection,
) -> None:
    """Note what turns the one state of an attribute into the other."""
    was = None if section.before is None else get_value(section.before, attribute)
    will: Any = None if section.after is None else get_value(section.after, attribute)
    if was is will:
        return
    place, path = section.get_attribute_id(attribute), section.get_path(attribute)
    if not is_assigned(will):
        silent = section.after is None or fold(attribute.name) not in list_explicit_names(
            section.after
        )
        if not is_assigned(was) or (silent and _is_not_returned_by_default(attribute)):
            return
        if _can_remove(attribute, was):
            _remove_attribute(builder, section, attribute)
            return
        will = cast("Any", {})
    if attribute.mutability == "immutable" and is_assigned(was):
        return
    if attribute.multi_valued:
        if is_assigned(will):
            how = ListDiffContext(
                rules, place, schema, keep_unset=keep_unset, value_selection=value_selection
            )
            diff_lists(builder, how, path, attribute, was, will)
    elif attribute.type == "complex":
        _diff_complex(builder, rules, section, attribute, was, will, keep_unset=keep_unset)
    elif not is_assigned(will):
        return
    elif is_undeclared(attribute):
        _diff_undeclared(builder, rules, section, attribute, was, will)
    elif rules.build_simple_key(place, attribute, was) != rules.build_simple_key(
        place, attribute, will
    ):
        builder.set(
            path, get_attribute_check(attribute)(to_json(will), STRICT), is_new=not is_assigned(was)
        )


def _can_remove(attribute: Attribute, value: Any) -> bool:
    if attribute.required or attribute.mutability == "immutable":
        return False
    return find_immutable_part(attribute, value) is None


def _diff_complex(
    builder: PatchBuilder,
    rules: ComparisonRules,
    section: SchemaSection,
    attribute: Attribute,
    old_value: Any,
    new_value: Any,
    *,
    keep_unset: bool,
) -> None:
    """Note the changes of a single complex value, one sub-attribute at a time."""
    place, path = section.get_attribute_id(attribute), section.get_path(attribute)
    if not is_node(new_value):
        new_value = get_attribute_check(attribute)(
            to_json(new_value), STRICT
        )  # an object of some other kind, or it raises
    subs = rules.get_sub_attributes(place, attribute)
    if rules.build_complex_key(place, attribute, old_value) is None or not is_node(old_value):
        whole = {
            sub.name: to_json(get_value(new_value, sub))
            for sub in subs
            if is_assigned(get_value(new_value, sub))
        }
        if whole:
            builder.set(path, get_attribute_check(attribute)(whole, STRICT), is_new=True)
        return
    said = list_explicit_names(new_value) if keep_unset else None
    for sub in subs:
        if said is not None and fold(sub.name) not in said:
            continue
        old, new = (
            rules.build_sub_attribute_key(place, attribute, sub, node)
            for node in (old_value, new_value)
        )
        if old == new or (sub.mutability == "immutable" and old is not None):
            continue
        if new is not None:
            value = get_attribute_check(sub, f"{attribute.name}.{sub.name}")(
                to_json(get_value(new_value, sub)), STRICT
            )
            builder.set(f"{path}.{sub.name}", value, is_new=old is None)
        elif not sub.required:
            builder.remove(f"{path}.{sub.name}")


# ----------------------------------------------------------------------------- attributes nobody declared


def _remove_attribute(builder: PatchBuilder, section: SchemaSection, attribute: Attribute) -> None:
    if is_attribute_name(attribute.name):
        builder.remove(section.get_path(attribute))
    else:
        builder.set(section.urn, {attribute.name: None}, is_new=False)


def _diff_undeclared(
    builder: PatchBuilder,
    rules: ComparisonRules,
    section: SchemaSection,
    attribute: Attribute,
    old_value: Any,
    new_value: Any,
) -> None:
    """Note the changes of an attribute of which only the values are known."""
    place, path = section.get_attribute_id(attribute), section.get_path(attribute)
    if rules.build_simple_key(place, attribute, old_value) == rules.build_simple_key(
        place, attribute, new_value
    ):
        return
    value = to_json(new_value)
    if not is_attribute_name(attribute.name):
        # No path can name it, but an object can.
        if is_assigned(old_value):
            _remove_attribute(builder, section, attribute)
        builder.set(section.urn, {attribute.name: value}, is_new=False)
        return
    if is_node(old_value) and is_node(value):
        old, new = to_json(old_value), cast("dict[str, Any]", value)
        names = {**dict.fromkeys(old), **dict.fromkeys(new)}
        if all(map(is_attribute_name, names)) and len({fold(name) for name in names}) == len(names):
            for name in names:
                if old.get(name) != new.get(name):
                    if is_assigned(new.get(name)):
                        builder.set(
                            f"{path}.{name}", new[name], is_new=not is_assigned(old.get(name))
                        )
                    else:
                        builder.remove(f"{path}.{name}")
            return
    fresh = not is_assigned(old_value)
    if not fresh and (is_node(old_value) or is_node(value)):
        builder.remove(path)  # or they would be merged
        fresh = True
    builder.set(
        path, value, is_new=fresh and not is_list(value)
    )  # an add drops what a list has twice
