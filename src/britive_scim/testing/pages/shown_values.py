"""Values as pages show them: secrets masked, long texts and deep JSON cut."""

from __future__ import annotations

from typing import Any

from britive_scim.scim.json_values import is_list, is_object
from britive_scim.scim.redaction import MASK
from britive_scim.testing.pages.view import View

__all__ = ["cut_depth", "cut_text", "mask_attribute_value"]

_MAX_DEPTH = 20
"""Levels of JSON that are shown; a body may have hundreds, which no page can indent."""


def cut_depth(value: Any, levels: int = _MAX_DEPTH) -> Any:
    """Return JSON data with `…` in place of the objects and arrays that are nested more deeply.

    Examples:
        >>> cut_depth({"a": [[1], 2]}, levels=2)
        {'a': ['…', 2]}
    """
    if is_object(value):
        return (
            {name: cut_depth(item, levels - 1) for name, item in value.items()} if levels else "…"
        )
    if is_list(value):
        return [cut_depth(item, levels - 1) for item in value] if levels else "…"
    return value


def cut_text(text: str, length: int) -> str:
    """Return a string, cut with the number of its characters if it is longer than `length`.

    Examples:
        >>> cut_text("abcdef", 3)
        'abc … 6 characters'
    """
    return text if len(text) <= length else f"{text[:length]} … {len(text):,} characters"


def mask_attribute_value(view: View, attribute_id: str, value: str) -> str:
    """Return the value of an identity attribute, masked if its name is secret."""
    return MASK if value and view.context.is_secret_attribute(attribute_id) else value
