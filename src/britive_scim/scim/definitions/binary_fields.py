"""Fields with binary values: base64 strings, or bytes."""

from __future__ import annotations

from types import NoneType
from typing import Any, Literal, get_args

from pydantic.fields import FieldInfo

from britive_scim.scim.definitions.attribute import Annotation

__all__ = ["BinaryType", "find_binary_type"]

BinaryType = Literal["string", "bytes"]
"""Python type of a binary field: the base64 string, or its bytes."""


def find_binary_type(info: FieldInfo) -> BinaryType | None:
    """Return the Python type of a binary field; `None` for other fields, and for those with own validation."""
    choices: set[Any] = {info.annotation, *get_args(info.annotation)} - {NoneType}
    choices |= {item for choice in choices for item in get_args(choice)}  # of a list
    if bytes in choices:
        is_plain = all(isinstance(item, Annotation) for item in info.metadata)
        return "bytes" if is_plain else None
    is_binary = any(
        ("type", "binary") in item.characteristics
        for item in info.metadata
        if isinstance(item, Annotation)
    )
    return "string" if is_binary else None
