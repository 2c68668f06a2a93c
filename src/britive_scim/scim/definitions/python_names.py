"""Conversion between wire names and Python names of fields and classes."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.names import fold

__all__ = ["check_name_case", "make_class_name", "make_python_name", "to_wire_name"]

_WORDS = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])\d*|[A-Z][a-z0-9]*|[a-z0-9]+")


def to_wire_name(field: str) -> str:
    """Return the wire name of a field; a trailing underscore, as in `schema_`, is dropped.

    Examples:
        >>> to_wire_name("user_name"), to_wire_name("schema_"), to_wire_name("x509_certificates")
        ('userName', 'schema', 'x509Certificates')
    """
    first, *rest = field.rstrip("_").split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def make_python_name(wire_name: str, base: type[BaseModel], taken: Mapping[str, Any]) -> str:
    """Return an unused snake_case name for an attribute: `costCenter` -> `cost_center`.

    Args:
        wire_name: the name of the attribute.
        base: the class that gets the field; its names are in use.
        taken: further names in use.

    Examples:
        >>> [make_python_name(name, BaseModel, {}) for name in ("x509Certificates", "$ref", "class", "URLs")]
        ['x509_certificates', 'ref', 'class_', 'urls']
    """
    name = "_".join(_WORDS.findall(wire_name)).lower() or "attribute"
    if name[0].isdigit():
        name = f"n{name}"
    if keyword.iskeyword(name) or (hasattr(base, name) and name not in base.model_fields):
        name += "_"
    while name in taken or name in base.model_fields:
        name += "_"
    return name


def make_class_name(name: str) -> str:
    """Return the class name for a schema or a complex attribute.

    Examples:
        >>> make_class_name("Service Provider Configuration"), make_class_name("emails")
        ('ServiceProviderConfiguration', 'Emails')
    """
    return "".join(word[:1].upper() + word[1:] for word in _WORDS.findall(name)) or "Attribute"


def check_name_case(cls: type[BaseModel], names: Iterable[str]) -> None:
    """Check that no undeclared name differs from a declared attribute only in case.

    Args:
        cls: the model class.
        names: the names that match no field.

    Raises:
        TypeError: a name differs from a declared one only in case.
    """
    declared = {fold(field): field for field in cls.model_fields}
    for name in names:
        model_field = get_model_definition(cls).by_name.get(fold(name))
        field = declared.get(fold(name)) if model_field is None else model_field.field
        if field is not None:
            raise TypeError(f"{cls.__name__} has no attribute {name!r}; did you mean {field!r}?")
