"""Attributes of schema documents (RFC 7643 §7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast, get_args

from britive_scim.errors import InvalidResource
from britive_scim.scim.definitions.attribute import (
    Attribute,
    AttributeType,
    Mutability,
    Returned,
    Uniqueness,
)
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.scim.models.discovery import (
    Schema,
    SchemaAttribute,
    SchemaSubAttribute,
    find_ambiguous_names,
)
from britive_scim.scim.names import fold

__all__ = ["SchemaDocument", "build_attributes", "to_schema"]

SchemaDocument = Schema | Mapping[str, Any]
"""Schema document as a model or as plain data."""


def to_schema(document: SchemaDocument) -> Schema:
    """Return a schema document as a model.

    Raises:
        InvalidResource: the document is not an object, or has no `id`.
    """
    schema = document if isinstance(document, Schema) else Schema.from_wire(document)
    if not schema.id:
        raise InvalidResource("schema document must have an id", problems=["id: missing"])
    return schema


def build_attributes(document: Schema) -> tuple[Attribute, ...]:
    """Return the attributes of a schema document, with defaults (RFC 7643 §2.2).

    Raises:
        InvalidResource: two names differ only in case; names are case-insensitive (RFC 7643 §2.1).
    """
    problems = [
        f"{prefix}{first}, {prefix}{second}"
        for prefix, attributes in _iter_attribute_lists(document.attributes or (), "")
        for _, first, second in find_ambiguous_names(attributes)
    ]
    if problems:
        raise InvalidResource(
            f"attributes of schema {document.id} must have names that differ in more than case",
            problems=problems,
        )
    return tuple(
        _build_attribute(described) for described in document.attributes or () if described.name
    )


def _iter_attribute_lists(
    attributes: Sequence[SchemaSubAttribute], prefix: str
) -> Iterator[tuple[str, Sequence[SchemaSubAttribute]]]:
    """Yield the attributes of a schema, and the sub-attributes of each, with the path before their names."""
    yield prefix, attributes
    for described in attributes:
        subs = _list_sub_attributes(described)
        if subs:
            yield from _iter_attribute_lists(subs, f"{prefix}{described.name}.")


def _build_attribute(described: SchemaSubAttribute) -> Attribute:
    type_ = _parse_keyword(described.type, AttributeType, "string")
    subs = _list_sub_attributes(described)
    return Attribute(
        name=cast("str", described.name),
        type=type_,
        multi_valued=bool(described.multi_valued),
        required=bool(described.required),
        # References and binaries are always case-exact, whatever the document says.
        case_exact=bool(described.case_exact) or type_ in {"reference", "binary"},
        mutability=_parse_keyword(described.mutability, Mutability, "readWrite"),
        returned=_parse_keyword(described.returned, Returned, "default"),
        uniqueness=_parse_keyword(described.uniqueness, Uniqueness, "none"),
        canonical_values=tuple(described.canonical_values or ()),
        reference_types=tuple(described.reference_types or ()),
        description=described.description or "",
        sub_attributes=tuple(_build_attribute(sub) for sub in subs if sub.name),
    )


def _list_sub_attributes(described: SchemaSubAttribute) -> list[SchemaSubAttribute]:
    if isinstance(described, SchemaAttribute):
        return list(described.sub_attributes or ())
    # Only the schema of schemas nests one level deeper than `SchemaSubAttribute` declares.
    nested = (described.__pydantic_extra__ or {}).get("subAttributes")
    items = nested if is_list(nested) else []
    return [SchemaAttribute.from_wire(item) for item in items if is_object(item)]


def _parse_keyword(value: str | None, allowed: Any, default: Any) -> Any:
    """Return a keyword in its canonical spelling, or the default for an unknown one."""
    folded = fold(value or "")
    return next((word for word in get_args(allowed) if fold(word) == folded), default)
