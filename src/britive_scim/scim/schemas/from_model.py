"""Make the schema document of a model class (RFC 7643 §7)."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, TypeVar

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.models.base import Meta, Model, Resource
from britive_scim.scim.models.discovery import (
    Schema,
    SchemaAttribute,
    SchemaSubAttribute,
)
from britive_scim.scim.schemas.field_docs import find_field_docstrings

__all__ = ["COMMON_FIELDS", "DOCUMENT_ATTRIBUTE", "schema_of"]


def schema_of(model: type[Model], *, urn: str | None = None) -> Schema:
    """Return the schema document that describes a class of resources or an extension.

    The common attributes are not listed (RFC 7643 §3.1), nor are extensions, which have documents of
    their own. For the classes of this package the document is that of RFC 7643 §8.7, with the
    corrections that its prose asks for.

    Args:
        model: a class such as `User`, `EnterpriseUser` or your own.
        urn: id of the schema, for an extension class that does not name its own.

    Raises:
        ValueError: the class names no schema and none is given.
        TypeError: it is no model class.

    Examples:
        >>> from britive_scim.scim.models.group import Group
        >>> schema_of(Group).attributes[0].name
        'displayName'
    """
    given: Any = model
    if not isinstance(given, type):
        raise TypeError(f"expected a model class such as scim.User, not {type(given).__name__}")
    if not issubclass(given, Model):
        raise TypeError(f"{given.__name__} is no class of a resource or an extension")
    urn = urn or model.__schema__
    if not urn:
        raise ValueError(
            f"{model.__name__} names no schema: set its __schema__ to the URN, or give urn=…"
        )
    document = model.__dict__.get(DOCUMENT_ATTRIBUTE)
    if document is not None:
        return Schema.from_wire(document)
    title = model.__schema_name__ or _get_origin_name(model)
    text = (model.__doc__ or "").strip().partition("\n")[0]
    return Schema(
        id=urn,
        name=title,
        description=model.__schema_description__ or text or None,
        attributes=_describe_attributes(model),
        meta=Meta(resource_type="Schema"),
    )


def _get_origin_name(model: type[Model]) -> str:
    return (model.__pydantic_generic_metadata__["origin"] or model).__name__


def _describe_attributes(model: type[Model]) -> list[SchemaAttribute]:
    texts = find_field_docstrings(model)
    own = {
        field
        for parent in model.__mro__
        if parent is not Resource and issubclass(parent, Model)
        for field in inspect.get_annotations(parent)
    }
    if not issubclass(model, Resource):
        own |= model.model_fields.keys()
    return [
        _describe_attribute(slot.attribute, SchemaAttribute, texts)
        for slot in get_model_definition(model).fields
        if slot.attribute.field in own or slot.attribute.field not in COMMON_FIELDS
    ]


def _describe_attribute(
    attribute: Attribute, document_class: type[S], docstrings: Mapping[str, str]
) -> S:
    """Return the description of one attribute, with the members that mean something for its type."""
    described = document_class(
        name=attribute.name,
        type=attribute.type,
        multi_valued=attribute.multi_valued,
        description=attribute.description or docstrings.get(attribute.field) or None,
        required=attribute.required,
        mutability=attribute.mutability,
        returned=attribute.returned,
    )
    if attribute.type in {"string", "reference", "binary"}:
        described.case_exact = attribute.case_exact
    if attribute.type in {"string", "reference", "binary", "integer", "decimal"}:
        described.uniqueness = attribute.uniqueness
    if attribute.canonical_values:
        described.canonical_values = list(attribute.canonical_values)
    if attribute.reference_types:
        described.reference_types = list(attribute.reference_types)
    if isinstance(described, SchemaAttribute) and attribute.sub_attributes:
        inner: Mapping[str, str] = (
            find_field_docstrings(attribute.model) if attribute.model is not None else {}
        )
        described.sub_attributes = [
            _describe_attribute(
                sub, SchemaAttribute if sub.sub_attributes else SchemaSubAttribute, inner
            )
            for sub in attribute.sub_attributes
        ]
    return described


COMMON_FIELDS = frozenset({"schemas", "id", "external_id", "meta"})


S = TypeVar("S", bound=SchemaSubAttribute)


DOCUMENT_ATTRIBUTE = "__document__"
"""Where a class made of a document keeps it, as JSON text."""
