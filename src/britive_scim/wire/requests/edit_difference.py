"""The difference that `edit` sends: unknown members stay, and undeclared attributes are refused.

`scim.diff` compares declared attributes alone. A misspelt name that a function assigned would be lost silently.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from pydantic import BaseModel

from britive_scim import scim
from britive_scim._hints import find_hint
from britive_scim.errors import InvalidResource
from britive_scim.scim.codec.coerce import coerce_models
from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.models.argument_hints import suggest_argument
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.of_instance import with_instance_extensions
from britive_scim.scim.values.node import Node, get_value, is_node, to_list
from britive_scim.scim.values.notes import EMPTIED, get_note, is_unknown
from britive_scim.suggestions import format_suggestion

__all__ = ["build_edit_request"]


def build_edit_request(
    before: scim.Resource, wanted: scim.Resource, schema: scim.ResourceSchema
) -> scim.PatchRequest:
    """Return the PATCH request that turns a resource into the wanted one; it is falsy if they are equal.

    Args:
        before: the resource as read.
        wanted: the resource of the edit function. The members of a group are kept if they are `None`, or the empty
            list of a response, which some servers show for every group.
        schema: schema of the resource.

    Raises:
        InvalidResource: the function added or changed an attribute that neither the schema nor the class declares, or
            assigned a value of another type.
    """
    after = cast("scim.Resource", coerce_models(wanted))
    schema = with_instance_extensions(with_instance_extensions(schema, before), after)
    problems = list(_iter_problems(before, after, schema))
    if problems:
        raise InvalidResource(
            f"edit function must change declared attributes of a {schema.name}; nothing was sent",
            problems=problems,
        )
    unknown = [
        field.name
        for field in get_model_definition(type(before)).fields
        if field.field in before.__none_is_unknown__
        and (getattr(after, field.field, None) is None or is_unknown(wanted, field.field))
    ]
    return scim.diff(before, after, ignore=unknown, schema=schema)


Known = frozenset[tuple[str, str]]
"""Undeclared names of the resource as read, each with its value as JSON text."""


def _iter_problems(
    before: scim.Resource, after: scim.Resource, schema: scim.ResourceSchema
) -> Iterator[str]:
    """Yield a line for each undeclared attribute of a resource, its extensions and complex values."""
    custom = next((e.field for e in schema.extensions if e.is_open and e.field != e.urn), None)
    fallback = f"; a custom attribute of the tenant belongs to {custom!r}" if custom else ""
    for name in _iter_lost_names(after, _collect([before]), schema.attributes):
        if ":" not in name:  # otherwise the URN of an extension
            yield _describe(after, name, name) or f"{name} is not declared{fallback}"
    yield from _iter_problems_of_values(before, after, schema.attributes, "")
    for extension in schema.extensions:
        attribute = scim.Attribute(name=extension.urn, field=extension.field)
        former, new = get_value(before, attribute), get_value(after, attribute)
        if not is_node(new):
            continue
        old: Node = former if is_node(former) else dict[str, Any]()
        prefix = f"{extension.field}."
        attributes = extension.attributes
        for name in _iter_lost_names(new, _collect([old]), attributes, is_open=extension.is_open):
            yield _describe_undeclared(new, name, f"{prefix}{name}")
        yield from _iter_problems_of_values(old, new, attributes, prefix)


def _iter_problems_of_values(
    before: Node, after: Node, attributes: Iterable[scim.Attribute], prefix: str
) -> Iterator[str]:
    """Yield a line for each undeclared sub-attribute of the complex values of these attributes."""
    for attribute in attributes:
        if not attribute.sub_attributes or attribute.mutability == "readOnly":
            continue
        items = to_list(get_value(after, attribute))
        suspects = [(i, item) for i, item in enumerate(items) if is_node(item) and _get_extra(item)]
        if not suspects:
            continue
        old = to_list(get_value(before, attribute))
        known = _collect(item for item in old if is_node(item))
        for index, item in suspects:
            position = f"[{index}]" if attribute.multi_valued else ""
            for name in _iter_lost_names(item, known, attribute.sub_attributes):
                yield _describe_undeclared(item, name, f"{prefix}{attribute.name}{position}.{name}")


def _iter_lost_names(
    node: Node, known: Known, attributes: Iterable[scim.Attribute], *, is_open: bool = False
) -> Iterator[str]:
    """Yield the names of a node that a difference ignores, but not those that are known with this value."""
    declared = {fold(attribute.name) for attribute in attributes}
    own = (
        set(get_model_definition(type(node)).by_name) if isinstance(node, BaseModel) else set[str]()
    )
    for name, value in _get_extra(node).items():
        # A name of the class in another case, or its wire name, stands beside the field.
        is_lost = fold(name) in own or not (is_open or fold(name) in declared)
        if not is_lost or _to_key(name, value) in known:
            continue
        if value is not scim.UNSET or any(name == other for other, _ in known):
            yield name


def _get_extra(node: Node) -> Mapping[str, Any]:
    """Return the attributes of a node that its class does not declare; `UNSET` for those that were deleted."""
    if not isinstance(node, BaseModel):
        return node
    extra = node.__pydantic_extra__ or {}
    deleted: frozenset[str] = get_note(node, EMPTIED, frozenset())
    if not deleted:
        return extra
    own = get_model_definition(type(node)).by_name
    return {**{name: scim.UNSET for name in deleted if fold(name) not in own}, **extra}


def _collect(nodes: Iterable[Node]) -> Known:
    return frozenset(
        _to_key(name, value) for node in nodes for name, value in _get_extra(node).items()
    )


def _to_key(name: str, value: Any) -> tuple[str, str]:
    return name, json.dumps(value, sort_keys=True, default=repr)


def _describe_undeclared(node: Node, name: str, path: str) -> str:
    return _describe(node, name, path) or f"{path} is not declared"


def _describe(node: Node, name: str, path: str) -> str | None:
    """Return the problem of an undeclared name with a hint, or `None` if there is no hint."""
    if not isinstance(node, BaseModel):
        return None
    cls = type(node)
    fields = cls.model_fields
    if name in fields:
        return f"{path} has a value that cannot be read"
    hint = suggest_argument(cls, name) or find_hint(node, name)
    suggestion = f"; {hint}" if hint else format_suggestion(name, fields, limit=1, cutoff=0.65)
    return f"{path} is not declared{suggestion}" if suggestion else None
