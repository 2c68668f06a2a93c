"""Columns that the caller names by SCIM path: `emails[type eq "work"].value`, `enterprise.department`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from britive_scim.errors import InvalidPath
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.suggestions import describe_unknown_path, suggest_sub_attribute
from britive_scim.scim.filters.wire_form import to_wire_path
from britive_scim.scim.names import fold
from britive_scim.scim.patch.read_path import read
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.tables.columns import (
    Column,
    build_attribute_column,
    check_no_secret,
    drop_secrets,
    find_column_type,
    format_attribute_path,
    to_plain,
)
from britive_scim.scim.tables.rows import Keys, MappingRows, Rows, UnreadableRows

__all__ = ["build_path_column"]


def build_path_column(name: str, text: str, schema: ResourceSchema) -> Column:
    """Return the column of a path.

    A path without brackets to a list is JSON text; with brackets and a sub-attribute the column has the first value
    that they select.

    Args:
        name: name of the column.
        text: the path; short names are accepted.
        schema: schema of the resources.

    Raises:
        InputError: the attribute is secret.
        InvalidPath: the path cannot be parsed, or has a name that the schema does not declare.
        InvalidFilter: the filter in its brackets cannot be parsed, or does not fit the attribute.
    """
    path = to_wire_path(parse_path(_expand_extension(text, schema)), schema)
    _check_declared(path, text, schema)
    keys, attribute = _find_attribute(path, schema)
    check_no_secret("columns", text, schema.find_attribute(path.urn, path.name), attribute)
    if path.filter is None and attribute is not None and not _is_within_list(path, schema):
        return build_attribute_column(name, keys, attribute)
    is_single = path.filter is not None and path.sub is not None
    type_ = find_column_type(attribute) if is_single else dict

    def compute(rows: Rows) -> Sequence[Any]:
        values = [read(resource, path, schema, short_names=False) for resource in rows.resources]
        if is_single:
            values = [_get_first(value) for value in values]
        if type_ in (dict, str):
            return [drop_secrets(to_plain(value)) for value in values]
        return _keep_type(values, type_, rows)

    plain = replace(path, filter=None, sub=path.sub if path.filter is None else None)
    return Column(name, type_, (format_attribute_path(_list_keys(plain, schema)),), compute)


def _expand_extension(text: str, schema: ResourceSchema) -> str:
    """Return a path such as `enterprise.manager.value` with the URN of the extension; others unchanged."""
    field, _, rest = text.partition(".")
    if "." in rest:
        for extension in schema.extensions:
            if fold(field) == fold(extension.field):
                return f"{extension.urn}:{rest}"
    return text


def _get_first(value: Any) -> Any:
    return value[0] if value.__class__ is list else value


def _keep_type(values: Sequence[Any], type_: type[Any], rows: Rows) -> Sequence[Any]:
    """Return values of a type; what a model could not read is missing.

    Raises:
        UnreadableRows: a mapping has another type, which its model may read.
    """
    types = _PYTHON_TYPES[type_]
    if all(value is None or value.__class__ in types for value in values):
        return values
    if isinstance(rows, MappingRows):
        raise UnreadableRows
    return [value if value.__class__ in types else None for value in values]


_PYTHON_TYPES: Mapping[type[Any], tuple[type[Any], ...]] = {
    bool: (bool,),
    int: (int,),
    float: (float, int),
    datetime: (datetime,),
}


def _check_declared(path: Path, text: str, schema: ResourceSchema) -> None:
    """Raise for an unknown name, with the suggestion of `Resource.at`."""
    plain = replace(path, filter=None)
    if path.uri is not None and schema.find_extension(path.uri) is not None:
        return
    extension = None if path.urn is None else schema.find_extension(path.urn)
    attribute = schema.find_attribute(path.urn, path.name)
    if attribute is None and not (extension is not None and extension.is_open):
        raise InvalidPath(describe_unknown_path(schema, plain), text=text, position=0)
    if attribute is not None and path.sub and attribute.find_sub_attribute(path.sub) is None:
        hint = suggest_sub_attribute(attribute, path.sub)
        raise InvalidPath(
            f"{path.name} has no sub-attribute {path.sub!r}{hint}", text=text, position=0
        )
    if path.filter is not None and attribute is not None:
        read({}, path, schema, strict=True)


def _list_keys(path: Path, schema: ResourceSchema) -> Keys:
    if path.uri is not None and schema.find_extension(path.uri) is not None:
        return (path.uri,)
    is_core = path.urn is None or fold(path.urn) == fold(schema.urn)
    head = () if is_core else (str(path.urn),)
    return (*head, path.name, *(() if path.sub is None else (path.sub,)))


def _find_attribute(path: Path, schema: ResourceSchema) -> tuple[Keys, Attribute | None]:
    """Return the keys of a path, and the attribute at its end; `None` for undeclared ones."""
    keys = _list_keys(path, schema)
    attribute = schema.find_attribute(path.urn, path.name)
    if attribute is None:
        is_extension = path.uri is not None and schema.find_extension(path.uri) is not None
        return keys, Attribute(name=path.name, type="complex") if is_extension else (
            Attribute(name=path.name) if path.sub is None else None
        )
    return keys, attribute if path.sub is None else attribute.find_sub_attribute(path.sub)


def _is_within_list(path: Path, schema: ResourceSchema) -> bool:
    attribute = schema.find_attribute(path.urn, path.name)
    return attribute is not None and attribute.multi_valued and path.sub is not None
