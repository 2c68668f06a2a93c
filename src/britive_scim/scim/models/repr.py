"""Models for people: one line for repr, a table for notebooks. What is secret is in neither."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from britive_scim.scim.json_values import is_list
from britive_scim.tables import Table, shorten

__all__ = ["format_html", "format_line", "get_origin_class", "is_printable_attribute"]

_MAX_LINE_WIDTH = 100
_MAX_VALUE_WIDTH = 40
_MAX_ITEMS = 5

_SECRET_NAME = re.compile(r"passw|secret|token|credential|private.?key|api.?key", re.IGNORECASE)
"""What the name of an attribute nobody declared has in it where its value is better not shown."""


def is_printable_attribute(name: str) -> bool:
    """Return whether the value of an attribute nobody declared may be shown, going by its name.

    Examples:
        >>> is_printable_attribute("costCode"), is_printable_attribute("API_Token")
        (True, False)
    """
    return _SECRET_NAME.search(name) is None


def get_origin_class(cls: type[BaseModel]) -> type[BaseModel]:
    """Return `User` for `User[AcmeAttributes]`."""
    return cls.__pydantic_generic_metadata__["origin"] or cls


def format_line(model: BaseModel) -> str:
    """Return a model as one short line: the name of its class, and of its values the beginning."""
    parts: list[str] = []
    size = 0
    for name, value in model.__repr_args__():
        shown = _format_short(value)
        part = f"{name}={shown}" if (name or "").isidentifier() else f"{name!r}: {shown}"
        size += len(part) + 2
        if size > _MAX_LINE_WIDTH:
            parts.append("…")
            break
        parts.append(part)
    return f"{get_origin_class(type(model)).__name__}({', '.join(parts)})"


def _format_short(value: object) -> str:
    if is_list(value):
        count = len(value)
        return f"[{count} value{'s' if count > 1 else ''}]"
    if isinstance(value, BaseModel):
        return f"{get_origin_class(type(value)).__name__}(…)"
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, datetime):
        return value.isoformat()
    return shorten(repr(value), _MAX_VALUE_WIDTH)


def format_html(model: BaseModel) -> str:
    """Return a model as an HTML table with an attribute a row, everything escaped."""
    rows = [(name, _format_full(value)) for name, value in model.__repr_args__()]
    rows += [(one.path, f"unread: {one.reason}") for one in getattr(model, "unread", ())]
    caption = get_origin_class(type(model)).__name__
    return Table.from_rows(("attribute", "value"), rows).to_html(caption=caption, max_rows=None)


def _format_full(value: Any) -> str:
    if isinstance(value, BaseModel):
        inner = ((name, _format_full(member)) for name, member in value.__repr_args__())
        return ", ".join(f"{name}: {text}" for name, text in inner)
    if is_list(value):
        more = [f"… ({len(value)} in all)"] if len(value) > _MAX_ITEMS else []
        return "; ".join([*map(_format_full, value[:_MAX_ITEMS]), *more])
    return str(value) if isinstance(value, str) else _format_short(value)
