"""Python names for what a schema document names: fields and classes."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.names import fold

__all__ = ["check_name_case", "make_class_name", "make_python_name"]

_WORDS = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])\d*|[A-Z][a-z0-9]*|[a-z0-9]+")


def make_python_name(wire: str, base: type[BaseModel], taken: Mapping[str, Any]) -> str:
    """Return a free snake_case name for an attribute: `costCenter` -> `cost_center`.

    Args:
        wire: the attribute's name.
        base: the class that gets the field; its own names are taken.
        taken: further names that are.

    Examples:
        >>> [make_python_name(name, BaseModel, {}) for name in ("x509Certificates", "$ref", "class", "URLs")]
        ['x509_certificates', 'ref', 'class_', 'urls']
    """
    name = "_".join(_WORDS.findall(wire)).lower() or "attribute"
    if name[0].isdigit():
        name = f"n{name}"
    if keyword.iskeyword(name) or (hasattr(base, name) and name not in base.model_fields):
        name += "_"
    while name in taken or name in base.model_fields:
        name += "_"
    return name


def make_class_name(name: str) -> str:
    """Return a name for the class of a schema or of a complex attribute.

    Examples:
        >>> make_class_name("Service Provider Configuration"), make_class_name("emails")
        ('ServiceProviderConfiguration', 'Emails')
    """
    return "".join(word[:1].upper() + word[1:] for word in _WORDS.findall(name)) or "Attribute"


def check_name_case(cls: type[BaseModel], names: Iterable[str]) -> None:
    """Raise where a name that no field took is that of a declared attribute but for its case.

    Args:
        cls: the class that is made an instance of.
        names: the names that were given and that no field took.

    Raises:
        TypeError: such a name.
    """
    declared = {fold(field): field for field in cls.model_fields}
    for name in names:
        slot = get_model_definition(cls).by_name.get(fold(name))
        field = declared.get(fold(name)) if slot is None else slot.field
        if field is not None:
            raise TypeError(f"{cls.__name__} has no attribute {name!r}; did you mean {field!r}?")
