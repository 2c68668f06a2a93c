"""Compare two states of a resource: equality, and the smallest PATCH request between them.

```text
before ──diff──> PatchRequest ──apply──> after
```

List values are added, changed and removed individually. Operations that a service must reject are
omitted: readOnly attributes are ignored, immutable ones are set only if they have no value, and
required ones are not removed. Group members are compared by `value` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

from britive_scim.errors import InputError, InvalidFilter, InvalidPath, PatchError
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
from britive_scim.scim.patch.target import is_undeclared, resolve_target
from britive_scim.scim.patch.validation import get_attribute_check
from britive_scim.scim.projection.attribute_list import (
    EMPTY_ATTRIBUTE_LIST,
    AttributePaths,
    parse_attribute_list,
)
from britive_scim.scim.schemas.of_instance import find_instance_schema, with_instance_extensions
from britive_scim.scim.schemas.resource_schema import (
    ResourceSchema,
    SchemaLike,
    find_stated_type,
    find_type_urns,
)
from britive_scim.scim.values.equality import build_json_key
from britive_scim.scim.values.identity import is_identical
from britive_scim.scim.values.lookup import is_assigned, wrap_values
from britive_scim.scim.values.node import (
    get_value,
    is_node,
    list_explicit_names,
)

__all__ = ["diff", "equal"]

UnsetMode = Literal["remove", "keep"]
"""Meaning of an attribute missing in `after`: remove it, or keep it."""


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
    """Return the request that turns `before` into `after`; it is falsy if they are equal.

    Removals come first, then replacements, then additions, each in the order of the schema. For all
    writable attributes, `equal(diff(a, b).apply(a), b)` is true. An attribute not returned by default
    (`password`) is set if `after` has it and never removed, as its absence in a response means nothing.

    Args:
        before: the current state: a model, or a mapping in wire form.
        after: the new state.
        unset: `remove`: missing, `None` and empty are equal, and an attribute missing in `after` is
            removed. `keep`: only attributes in `after` are compared; `None` or an empty list clears.
        ignore: paths of ignored attributes.
        ignore_case: paths of strings compared without case.
        ignore_whitespace: paths of strings compared without surrounding whitespace.
        value_selection: how operations select values of a list: `filter`, by a path such as
            `emails[type eq "work"]`; `array`, by removing the values listed in `value`, as Entra does;
            `whole`, not at all: a list that loses or changes a value is replaced.
        schema: schema of the resources; by default that of a model, or of the type in `schemas` or
            `meta.resourceType`. Mappings without a type are groups if one has `members` and none has
            `userName`, otherwise users.

    Raises:
        InputError: the resources have different types, such as a user and a group, or an option has an unknown
            value.
        PatchError: `after` contains a value that does not fit its attribute, or changes a custom attribute
            whose name would be read as a path, such as `cost.center`.
        InvalidPath: an unknown attribute in `ignore`, `ignore_case` or `ignore_whitespace`.

    Examples:
        >>> before = {"userName": "ann", "title": "Guide", "emails": [{"value": "a@example.com", "type": "work"}]}
        >>> after = {"userName": "ann", "emails": [{"value": "b@example.com", "type": "work"}]}
        >>> for operation in diff(before, after).operations:
        ...     print(operation.to_wire())
        {'op': 'remove', 'path': 'title'}
        {'op': 'replace', 'path': 'emails[type eq "work"].value', 'value': 'b@example.com'}
    """
    if unset not in {"remove", "keep"}:
        raise InputError(f"unset must be 'remove' or 'keep', got {unset!r}")
    if value_selection not in {"filter", "array", "whole"}:
        raise InputError(
            f"value_selection must be 'filter', 'array' or 'whole', got {value_selection!r}"
        )
    has_paths = ignore or ignore_case or ignore_whitespace
    if not has_paths and _is_unchanged(before, after):
        return PatchRequest._from_operations([], schema=None)
    known = _resolve_schema(before, after, schema)
    if schema is None and _has_different_types(before, after):
        raise InputError(
            f"after must have the type of before, {_describe_type(before)},"
            f" got {_describe_type(after)}; pass schema= if the types are equal"
        )
    rules = ComparisonRules(
        ignored=parse_attribute_list(known, ignore, strict=True) or EMPTY_ATTRIBUTE_LIST,
        case_insensitive=parse_attribute_list(known, ignore_case, strict=True)
        or EMPTY_ATTRIBUTE_LIST,
        whitespace_insensitive=parse_attribute_list(known, ignore_whitespace, strict=True)
        or EMPTY_ATTRIBUTE_LIST,
    )
    keep_unset = unset == "keep"
    request = _build_request(
        known, rules, before, after, keep_unset=keep_unset, value_selection=value_selection
    )
    if __debug__ and request:
        result = request.apply(cast("Mapping[str, Any]", before))
        remaining = _build_request(
            known, rules, result, after, keep_unset=keep_unset, value_selection=value_selection
        )
        if remaining:  # pragma: no cover - a bug of ours; the property tests run this check
            raise AssertionError(f"{request!r} leaves a difference: {remaining!r}")
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
    builder = PatchBuilder()
    for section in iter_schema_sections(schema, before, after, keep_unset=keep_unset):
        for attribute in rules.iter_attributes(section):
            _diff_attribute(
                builder,
                rules,
                section,
                attribute,
                schema=schema,
                keep_unset=keep_unset,
                value_selection=value_selection,
            )
    return PatchRequest._from_operations(builder.build_operations(), schema=schema)


def equal(
    one: Resource | Mapping[str, Any],
    other: Resource | Mapping[str, Any],
    *,
    ignore: AttributePaths = (),
    schema: SchemaLike | None = None,
) -> bool:
    """Return whether two states of a resource are equal.

    Resources of different types are never equal. Unassigned values, `schemas`, `id`, `meta` and other
    readOnly attributes are ignored. The order of list values is ignored; group members are compared by
    `value`. Attributes not returned by default are compared if both states have them. Undeclared
    attributes are compared within extensions only.

    Args:
        one: a model, or a mapping in wire form.
        other: the other state.
        ignore: paths of ignored attributes.
        schema: schema of the resources; by default that of a model, or of the type in `schemas` or
            `meta.resourceType`. Mappings without a type are groups if one has `members` and none has
            `userName`, otherwise users.

    Raises:
        InvalidPath: an unknown attribute in `ignore`.

    Examples:
        >>> equal({"userName": "ann", "emails": []}, {"userName": "ann", "title": None, "id": "1"})
        True
    """
    if not ignore and _is_unchanged(one, other):
        return True
    known = _resolve_schema(one, other, schema)
    if schema is None and _has_different_types(one, other):
        return False
    rules = ComparisonRules(
        ignored=parse_attribute_list(known, ignore, strict=True) or EMPTY_ATTRIBUTE_LIST
    )
    for section in iter_schema_sections(known, one, other, keep_unset=False):
        for attribute in rules.iter_attributes(section):
            id_ = section.get_attribute_id(attribute)
            old = None if section.before is None else get_value(section.before, attribute)
            new = None if section.after is None else get_value(section.after, attribute)
            if old is new or (
                _is_not_returned_by_default(attribute)
                and not (is_assigned(old) and is_assigned(new))
            ):
                continue
            if rules.build_attribute_key(id_, attribute, old) != rules.build_attribute_key(
                id_, attribute, new
            ):
                return False
    return True


def _is_unchanged(before: Any, after: Any) -> bool:
    return is_node(before) and is_identical(before, after)


def _resolve_schema(before: Any, after: Any, schema: SchemaLike | None) -> ResourceSchema:
    for node in (before, after):
        if not is_node(node):
            raise PatchError(
                f"resource must be a model or a mapping, got {type(node).__name__}",
                scim_type="invalidSyntax",
            )
    if schema is not None:
        known = ResourceSchema.of(schema)
    else:
        models = [node for node in (after, before) if isinstance(node, Resource)]
        typed = models or [node for node in (before, after) if find_stated_type(node)]
        known = find_instance_schema(typed[0] if typed else {**before, **after})
    for node in (before, after):
        known = with_instance_extensions(known, node)
    return known


def _has_different_types(before: Any, after: Any) -> bool:
    """Return whether both resources have a type in their `schemas`, and the types differ."""
    old, new = find_type_urns(before), find_type_urns(after)
    return bool(old and new) and old.isdisjoint(new)


def _describe_type(resource: Any) -> str:
    if isinstance(resource, Resource):
        return type(resource).__schema__
    types = find_type_urns(resource)
    return " and ".join(urn for urn in resource["schemas"] if fold(str(urn)) in types)


def _is_not_returned_by_default(attribute: Attribute) -> bool:
    """Return whether an attribute may be missing in a response although it has a value."""
    return attribute.is_secret or attribute.returned == "request"


# ----------------------------------------------------------------------------- attributes


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
    """Add the operations for one attribute to the builder."""
    old = None if section.before is None else get_value(section.before, attribute)
    new: Any = None if section.after is None else get_value(section.after, attribute)
    if old is new:
        return
    id_, path = section.get_attribute_id(attribute), section.get_path(attribute)
    if not is_assigned(new):
        is_missing = section.after is None or fold(attribute.name) not in list_explicit_names(
            section.after
        )
        if not is_assigned(old) or (is_missing and _is_not_returned_by_default(attribute)):
            return
        if _can_remove(attribute, old):
            _remove_attribute(builder, section, attribute, schema)
            return
        new = cast("Any", {})
    if attribute.mutability == "immutable" and is_assigned(old):
        return
    if attribute.multi_valued:
        if is_assigned(new):
            context = ListDiffContext(
                rules, id_, schema, keep_unset=keep_unset, value_selection=value_selection
            )
            diff_lists(builder, context, path, attribute, old, new)
    elif attribute.type == "complex":
        _diff_complex(builder, rules, section, attribute, old, new, keep_unset=keep_unset)
    elif not is_assigned(new):
        return
    elif is_undeclared(attribute):
        _diff_undeclared(builder, rules, section, attribute, old, new, schema=schema)
    elif rules.build_simple_key(id_, attribute, old) != rules.build_simple_key(id_, attribute, new):
        builder.set(
            path, get_attribute_check(attribute)(to_json(new), STRICT), is_new=not is_assigned(old)
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
    """Add the operations for each sub-attribute of a single complex value to the builder."""
    id_, path = section.get_attribute_id(attribute), section.get_path(attribute)
    old_value, new_value = wrap_values(attribute, old_value), wrap_values(attribute, new_value)
    if not is_node(new_value):
        # A custom object with a JSON form; otherwise the check raises.
        new_value = get_attribute_check(attribute)(to_json(new_value), STRICT)
    subs = rules.get_sub_attributes(id_, attribute)
    if rules.build_complex_key(id_, attribute, old_value) is None or not is_node(old_value):
        whole = {
            sub.name: to_json(get_value(new_value, sub))
            for sub in subs
            if is_assigned(get_value(new_value, sub))
        }
        if whole:
            builder.set(path, get_attribute_check(attribute)(whole, STRICT), is_new=True)
        return
    explicit_names = list_explicit_names(new_value) if keep_unset else None
    for sub in subs:
        if explicit_names is not None and fold(sub.name) not in explicit_names:
            continue
        old_key, new_key = (
            rules.build_sub_attribute_key(id_, attribute, sub, node)
            for node in (old_value, new_value)
        )
        if old_key == new_key or (sub.mutability == "immutable" and old_key is not None):
            continue
        if new_key is not None:
            value = get_attribute_check(sub, f"{attribute.name}.{sub.name}")(
                to_json(get_value(new_value, sub)), STRICT
            )
            builder.set(f"{path}.{sub.name}", value, is_new=old_key is None)
        elif not sub.required:
            builder.remove(f"{path}.{sub.name}")


# ----------------------------------------------------------------------------- undeclared attributes


def _remove_attribute(
    builder: PatchBuilder, section: SchemaSection, attribute: Attribute, schema: ResourceSchema
) -> None:
    if is_attribute_name(attribute.name):
        builder.remove(section.get_path(attribute))
    else:
        _set_member(builder, section, attribute, None, schema)


def _set_member(
    builder: PatchBuilder,
    section: SchemaSection,
    attribute: Attribute,
    value: Any,
    schema: ResourceSchema,
) -> None:
    """Set an attribute whose name is not valid in a path: as a member of an object, with null to remove it.

    Raises:
        PatchError: the name would be read as a path there, too, such as `cost.center`.
    """
    try:
        target = resolve_target(schema, section.get_path(attribute), STRICT)
    except (InvalidPath, InvalidFilter):
        builder.set(section.urn, {attribute.name: value}, is_new=False)
        return
    raise PatchError(
        f"attribute name must be no path to be changed by a PATCH request, got {attribute.name!r},"
        f" which means an attribute {target.attribute.name!r}; use replace()",
        scim_type="invalidPath",
    )


def _diff_undeclared(
    builder: PatchBuilder,
    rules: ComparisonRules,
    section: SchemaSection,
    attribute: Attribute,
    old_value: Any,
    new_value: Any,
    *,
    schema: ResourceSchema,
) -> None:
    """Add the operations for an undeclared attribute to the builder."""
    id_, path = section.get_attribute_id(attribute), section.get_path(attribute)
    if rules.build_simple_key(id_, attribute, old_value) == rules.build_simple_key(
        id_, attribute, new_value
    ):
        return
    value = to_json(new_value)
    if not is_attribute_name(attribute.name):
        # The name is not valid in a path, but as a member of an object.
        if is_assigned(old_value):
            _remove_attribute(builder, section, attribute, schema)
        _set_member(builder, section, attribute, value, schema)
        return
    if is_node(old_value) and is_node(value):
        old, new = to_json(old_value), cast("dict[str, Any]", value)
        names = {**dict.fromkeys(old), **dict.fromkeys(new)}
        if all(map(is_attribute_name, names)) and len({fold(name) for name in names}) == len(names):
            for name in names:
                if build_json_key(old.get(name)) != build_json_key(new.get(name)):
                    if is_assigned(new.get(name)):
                        builder.set(
                            f"{path}.{name}", new[name], is_new=not is_assigned(old.get(name))
                        )
                    else:
                        builder.remove(f"{path}.{name}")
            return
    is_new = not is_assigned(old_value)
    if not is_new and (is_node(old_value) or is_node(value)):
        builder.remove(path)  # otherwise the values would be merged
        is_new = True
    # A list is replaced, as an add drops duplicates.
    builder.set(path, value, is_new=is_new and not is_list(value))
