"""Columns of tables of resources: names, types, and how their values are found."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from britive_scim.errors import InputError
from britive_scim.errors.secret_names import is_secret_name
from britive_scim.scim.codec.lenient import read_value
from britive_scim.scim.definitions.attribute import STRING_TYPES, Attribute, AttributeType
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.scim.tables.rows import Keys, MappingRows, Rows, UnreadableRows

__all__ = [
    "Column",
    "build_attribute_column",
    "build_column",
    "build_described_column",
    "check_no_secret",
    "drop_secrets",
    "find_column_type",
]

_TYPES: dict[AttributeType, type[Any]] = {
    "string": str,
    "reference": str,
    "binary": str,
    "boolean": bool,
    "integer": int,
    "decimal": float,
    "dateTime": datetime,
    "complex": dict,
}


_CONTAINERS = frozenset({dict, list})


@dataclass(frozen=True, slots=True)
class Column:
    """Column of a table of resources.

    Attributes:
        name: name of the column.
        type: type of its values; `dict` for values that are written as JSON text.
        attributes: paths in wire form that a server must return for it.
        compute: returns the values of a batch of resources.
        keys: keys of the value, if it is one attribute.
        has_unread: whether values that cannot be read as the type are missing here, and shown in the column `other`.
    """

    name: str
    type: type[Any]
    attributes: tuple[str, ...]
    compute: Callable[[Rows], Sequence[Any]]
    keys: Keys = ()
    has_unread: bool = False


def build_column(name: str, *keys: str, type: AttributeType = "string") -> Column:
    """Return the column of one attribute.

    Args:
        name: name of the column.
        *keys: keys of the attribute in a resource.
        type: type of the attribute.
    """

    def compute(rows: Rows) -> Sequence[Any]:
        values = rows.get_values(keys, type)
        # Those of an undeclared attribute may be lists or objects.
        if not _CONTAINERS.isdisjoint(value.__class__ for value in values):
            return [drop_secrets(value) for value in values]
        return [to_plain(value) for value in values] if type == "binary" else values

    return Column(name, _TYPES[type], (format_attribute_path(keys),), compute, keys)


def build_attribute_column(name: str, keys: Keys, attribute: Attribute) -> Column:
    """Return the column of a declared attribute; lists and complex values are JSON text."""
    if attribute.multi_valued or attribute.type == "complex":

        def compute(rows: Rows) -> Sequence[Any]:
            values = rows.get_values(keys)
            if isinstance(rows, MappingRows) and not all(_has_form(v, attribute) for v in values):
                raise UnreadableRows
            return [drop_secrets(to_plain(value)) for value in values]

        return Column(name, dict, (format_attribute_path(keys),), compute, keys)
    return build_column(name, *keys, type=attribute.type)


def build_described_column(name: str, keys: Keys, attribute: Attribute) -> Column:
    """Return the column of an attribute that the provider's schemas declare, and the class of the resources does not.

    A value that cannot be read as the declared type is missing; lists are JSON text.
    """
    paths = (format_attribute_path(keys),)
    if attribute.multi_valued:

        def list_values(rows: Rows) -> Sequence[Any]:
            return [
                drop_secrets(to_plain(value if value is None or is_list(value) else [value]))
                for value in rows.get_values(keys)
            ]

        return Column(name, dict, paths, list_values, keys)
    if attribute.type == "complex" or attribute.type in STRING_TYPES:
        return build_column(name, *keys)

    def compute(rows: Rows) -> Sequence[Any]:
        return [
            None if value is None else read_value(attribute, value)
            for value in rows.get_values(keys)
        ]

    return Column(name, _TYPES[attribute.type], paths, compute, keys, has_unread=True)


def _has_form(value: Any, attribute: Attribute) -> bool:
    """Return whether a value in wire form is a list, or an object, or missing, as the attribute requires."""
    if value is None:
        return True
    is_complex = attribute.type == "complex"
    if not attribute.multi_valued:
        return value.__class__ is dict
    return value.__class__ is list and (
        not is_complex or all(item.__class__ is dict for item in value)
    )


def find_column_type(attribute: Attribute | None) -> type[Any]:
    """Return the type of the column of an attribute; text for an undeclared one."""
    if attribute is None:
        return str
    return _TYPES[attribute.type]


def format_attribute_path(keys: Iterable[str]) -> str:
    """Return the path in wire form of some keys.

    Examples:
        >>> format_attribute_path(("name", "givenName")), format_attribute_path(("urn:x:1.0:User", "a", "b"))
        ('name.givenName', 'urn:x:1.0:User:a.b')
    """
    first, *others = keys
    if ":" in first and others:
        return f"{first}:{'.'.join(others)}"
    return ".".join([first, *others])


def check_no_secret(parameter: str, name: str, *attributes: Attribute | None) -> None:
    """Check that a column that the caller names has no secret values.

    Args:
        parameter: parameter with the name.
        name: name or path of the column.
        *attributes: its declared attributes.

    Raises:
        InputError: it has.
    """
    if is_secret_name(name) or any(item is not None and item.is_secret for item in attributes):
        raise InputError(
            f"{parameter} must be attributes whose values may be shown, got {name!r:.60}, which is secret; leave it out"
        )


def drop_secrets(value: Any) -> Any:
    """Return JSON data without the attributes that are secret by their names; `None` if nothing remains.

    Examples:
        >>> drop_secrets({"pin": {"apiToken": "x"}, "costCode": "R"})
        {'costCode': 'R'}
    """
    if is_object(value):
        kept = {
            name: part
            for name, member in value.items()
            if not is_secret_name(name)
            and ((part := drop_secrets(member)) is not None or member is None)
        }
        return kept or (None if value else value)
    if is_list(value):
        rest = [part for item in value if (part := drop_secrets(item)) is not None or item is None]
        return rest or (None if value else value)
    return value


def to_plain(value: Any) -> Any:
    """Return a value without models, as JSON data; `None` if it has no content."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list | tuple):
        items = [to_plain(item) for item in cast("Sequence[Any]", value)]
        return items or None
    if isinstance(value, bytes):
        return b64encode(value).decode()
    encode = getattr(value, "to_wire", None)
    return value if encode is None else encode() or None
