"""Models for people: one line for repr, a table for notebooks. What is secret is in neither."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from britive_scim.scim.plain import is_list
from britive_scim.tables import html_table, shorten

__all__ = ["as_html", "as_line", "is_told", "own_class"]

_LINE_WIDTH = 100
_TEXT_WIDTH = 40
_FEW = 5

_SECRET = re.compile(r"passw|secret|token|credential|private.?key|api.?key", re.IGNORECASE)
"""What the name of an attribute nobody declared has in it where its value is better not shown."""


def is_told(name: str) -> bool:
    """Return whether the value of an attribute nobody declared may be shown, going by its name.

    Examples:
        >>> is_told("costCode"), is_told("API_Token")
        (True, False)
    """
    return _SECRET.search(name) is None


def own_class(cls: type[BaseModel]) -> type[BaseModel]:
    """Return `User` for `User[AcmeAttributes]`."""
    return cls.__pydantic_generic_metadata__["origin"] or cls


def as_line(model: BaseModel) -> str:
    """Return a model as one short line: the name of its class, and of its values the beginning."""
    parts: list[str] = []
    size = 0
    for name, value in model.__repr_args__():
        shown = _short(value)
        part = f"{name}={shown}" if (name or "").isidentifier() else f"{name!r}: {shown}"
        size += len(part) + 2
        if size > _LINE_WIDTH:
            parts.append("…")
            break
        parts.append(part)
    return f"{own_class(type(model)).__name__}({', '.join(parts)})"


def _short(value: object) -> str:
    if is_list(value):
        count = len(value)
        return f"[{count} value{'s' if count > 1 else ''}]"
    if isinstance(value, BaseModel):
        return f"{own_class(type(value)).__name__}(…)"
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, datetime):
        return value.isoformat()
    return shorten(repr(value), _TEXT_WIDTH)


def as_html(model: BaseModel) -> str:
    """Return a model as an HTML table with an attribute a row, everything escaped."""
    rows = [(name, _whole(value)) for name, value in model.__repr_args__()]
    rows += [(one.path, f"unread: {one.reason}") for one in getattr(model, "unread", ())]
    return html_table(("attribute", "value"), rows, caption=own_class(type(model)).__name__)


def _whole(value: Any) -> str:
    if isinstance(value, BaseModel):
        inner = ((name, _whole(member)) for name, member in value.__repr_args__())
        return ", ".join(f"{name}: {text}" for name, text in inner)
    if is_list(value):
        more = [f"… ({len(value)} in all)"] if len(value) > _FEW else []
        return "; ".join([*map(_whole, value[:_FEW]), *more])
    return str(value) if isinstance(value, str) else _short(value)
