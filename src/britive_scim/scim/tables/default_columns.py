"""Default columns of the tables of users, groups and other resources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from britive_scim.errors import InputError
from britive_scim.errors.secret_names import is_secret_name
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.models.base import Resource
from britive_scim.scim.models.group import Group
from britive_scim.scim.models.user import User
from britive_scim.scim.names import CUSTOM_USER, fold, is_attribute_name
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.tables.columns import (
    Column,
    build_attribute_column,
    build_column,
    build_described_column,
    check_no_secret,
)
from britive_scim.scim.tables.remaining import build_other_column
from britive_scim.scim.tables.user_columns import USER_COLUMNS, count_values, is_covered_by_email

__all__ = ["build_default_columns", "get_model"]

_GROUP_COLUMNS = (
    build_column("id", "id"),
    build_column("display_name", "displayName"),
    build_column("external_id", "externalId"),
    Column("size", int, ("members",), count_values("members")),
    build_column("created", "meta", "created", type="dateTime"),
    build_column("last_modified", "meta", "lastModified", type="dateTime"),
)
"""Columns of groups."""


def get_model(schema: ResourceSchema) -> type[Resource]:
    """Return the class of a schema; that of a document is read as plain resources."""
    return Resource if schema.model is None else schema.model


def build_default_columns(
    schema: ResourceSchema, custom: Iterable[str | Attribute] = ()
) -> list[Column]:
    """Return the columns of a table of resources.

    Args:
        schema: schema of the resources.
        custom: attributes of Britive's custom extension, or their names, besides those that the schema declares.

    Raises:
        InputError: `custom` has something else than names, or the name of a secret.
    """
    model = get_model(schema)
    if issubclass(model, Group):
        return list(_GROUP_COLUMNS)
    if not issubclass(model, User):
        return _build_columns_of_schema(schema)
    columns = [*USER_COLUMNS, *_build_custom_columns(schema, custom)]
    covered = {"emails": is_covered_by_email}
    other = build_other_column(columns, ("schemas", "meta", "groups"), covered, get_model(schema))
    return [*columns, other]


def _build_custom_columns(
    schema: ResourceSchema, custom: Iterable[str | Attribute]
) -> list[Column]:
    """Return a column for each attribute of the custom extension, declared, described or named by the caller."""
    extension = schema.find_extension(CUSTOM_USER)
    attributes = {
        fold(attribute.name): attribute for attribute in (extension.attributes if extension else ())
    }
    declared = frozenset(attributes)
    items: Any = [custom] if isinstance(custom, str) else custom
    for item in items:
        name = item.name if isinstance(item, Attribute) else item
        if not isinstance(name, str) or not is_attribute_name(name):
            raise InputError(f"custom must be names of attributes, got {name!r:.60}")
        check_no_secret("custom", name)
        attribute = item if isinstance(item, Attribute) else Attribute(name=name)
        attributes.setdefault(fold(name), attribute)
    return [
        (build_attribute_column if name in declared else build_described_column)(
            f"custom.{attribute.name}", (CUSTOM_USER, attribute.name), attribute
        )
        for name, attribute in attributes.items()
        if not _is_secret(attribute)
    ]


def _is_secret(attribute: Attribute) -> bool:
    """Return whether the values of an attribute are left out of tables."""
    return attribute.is_secret or is_secret_name(attribute.name)


def _build_columns_of_schema(schema: ResourceSchema) -> list[Column]:
    """Return a column for each attribute of a schema, in Python spelling; extensions are JSON text."""
    columns = [
        build_attribute_column(attribute.field, (attribute.name,), attribute)
        for attribute in schema.attributes
        if attribute.name not in ("schemas", "meta") and not _is_secret(attribute)
    ]
    columns += [
        build_column("created", "meta", "created", type="dateTime"),
        build_column("last_modified", "meta", "lastModified", type="dateTime"),
    ]
    other = build_other_column(columns, ("schemas", "meta"), {}, get_model(schema))
    return [*columns, other]
