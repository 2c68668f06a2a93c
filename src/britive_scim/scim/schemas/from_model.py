"""Conversion of a model class to a schema document (RFC 7643 §7)."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TypeVar

from britive_scim.errors import InputError
from britive_scim.scim.definitions.attribute import STRING_TYPES, Attribute
from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.models.base import Meta, Model, Resource
from britive_scim.scim.models.discovery import Schema, SchemaAttribute, SchemaSubAttribute
from britive_scim.scim.models.repr import get_origin_class
from britive_scim.scim.schemas.field_docs import find_field_docstrings

__all__ = ["COMMON_FIELDS", "DOCUMENT_ATTRIBUTE", "schema_of"]

COMMON_FIELDS = frozenset({"schemas", "id", "external_id", "meta"})
"""Python names of the common attributes (RFC 7643 §3.1)."""

DOCUMENT_ATTRIBUTE = "__document__"
"""Attribute of a class built from a schema document, with the document as JSON text."""

S = TypeVar("S", bound=SchemaSubAttribute)


def schema_of(model: type[Model], *, urn: str | None = None) -> Schema:
    """Return the schema document of a resource class or an extension class.

    The document contains neither the common attributes (RFC 7643 §3.1) nor extensions, which have
    their own documents. For the classes of this package it is the document of RFC 7643 §8.7, with the
    corrections that the prose of the RFC requires.

    Args:
        model: a class such as `User`, `EnterpriseUser` or a custom one.
        urn: id of the schema, for an extension class without `__schema__`.

    Raises:
        InputError: the class has no `__schema__` and `urn` is not set.

    Examples:
        >>> from britive_scim.scim.models.group import Group
        >>> schema_of(Group).attributes[0].name
        'displayName'
    """
    urn = urn or model.__schema__
    if not urn:
        raise InputError(
            f"{model.__name__}.__schema__ must be the URN of the schema, got ''; set it or pass urn=…"
        )
    document = model.__dict__.get(DOCUMENT_ATTRIBUTE)
    if document is not None:
        return Schema.from_wire(document)
    summary = (model.__doc__ or "").strip().partition("\n")[0]
    return Schema(
        id=urn,
        name=model.__schema_name__ or get_origin_class(model).__name__,
        description=model.__schema_description__ or summary or None,
        attributes=_describe_attributes(model),
        meta=Meta(resource_type="Schema"),
    )


def _describe_attributes(model: type[Model]) -> list[SchemaAttribute]:
    docstrings = find_field_docstrings(model)
    own = {
        field
        for parent in model.__mro__
        if parent is not Resource and issubclass(parent, Model)
        for field in inspect.get_annotations(parent)
    }
    if not issubclass(model, Resource):
        own |= model.model_fields.keys()
    return [
        _describe_attribute(field.attribute, SchemaAttribute, docstrings)
        for field in get_model_definition(model).fields
        if field.field in own or field.field not in COMMON_FIELDS
    ]


def _describe_attribute(
    attribute: Attribute, document_class: type[S], docstrings: Mapping[str, str]
) -> S:
    """Return the description of an attribute, with the characteristics that apply to its type."""
    described = document_class(
        name=attribute.name,
        type=attribute.type,
        multi_valued=attribute.multi_valued,
        description=attribute.description or docstrings.get(attribute.field) or None,
        required=attribute.required,
        mutability=attribute.mutability,
        returned=attribute.returned,
    )
    if attribute.type in STRING_TYPES:
        described.case_exact = attribute.case_exact
    if attribute.type in STRING_TYPES | {"integer", "decimal"}:
        described.uniqueness = attribute.uniqueness
    if attribute.canonical_values:
        described.canonical_values = list(attribute.canonical_values)
    if attribute.reference_types:
        described.reference_types = list(attribute.reference_types)
    if isinstance(described, SchemaAttribute) and attribute.sub_attributes:
        sub_docstrings: Mapping[str, str] = (
            find_field_docstrings(attribute.model) if attribute.model is not None else {}
        )
        described.sub_attributes = [
            _describe_attribute(
                sub, SchemaAttribute if sub.sub_attributes else SchemaSubAttribute, sub_docstrings
            )
            for sub in attribute.sub_attributes
        ]
    return described
