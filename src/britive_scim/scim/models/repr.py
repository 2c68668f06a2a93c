"""Human-readable forms of models, without secrets: one line for repr, an HTML table for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from pydantic import BaseModel

from britive_scim.notebook_text import describe
from britive_scim.scim.json_values import is_list
from britive_scim.tables import Table, shorten

__all__ = ["MAX_LINE_WIDTH", "Unknown", "format_html", "format_line", "get_origin_class"]

_MAX_VALUE_WIDTH = 40
MAX_LINE_WIDTH = 120
"""Width of all values together: enough for user name, full name and `active` of any user."""
_MAX_ITEMS = 5


def get_origin_class(cls: type[BaseModel]) -> type[BaseModel]:
    """Return the generic class of a parametrized one: `User` for `User[AcmeAttributes]`."""
    return cls.__pydantic_generic_metadata__["origin"] or cls


class Unknown:
    """Value of an attribute that the server did not return, displayed as `unknown`."""

    def __repr__(self) -> str:
        return "unknown"


def format_line(cls: type[BaseModel], values: Iterable[tuple[str | None, Any]]) -> str:
    """Format a model as one short line.

    Args:
        cls: the class of the model.
        values: names and values, most telling first; those beyond the width of the line are omitted.
    """
    parts: list[str] = []
    size = 0
    for name, value in values:
        formatted = _format_short(value)
        part = f"{name}={formatted}" if (name or "").isidentifier() else f"{name!r}: {formatted}"
        size += len(part) + 2
        if size > MAX_LINE_WIDTH:
            parts.append("…")
            break
        parts.append(part)
    return f"{get_origin_class(cls).__name__}({', '.join(parts)})"


def _format_short(value: object) -> str:
    if is_list(value):
        return f"[{_format_count(len(value))}]"
    if isinstance(value, BaseModel):
        count = sum(1 for _ in value.__repr_args__())
        return f"{get_origin_class(type(value)).__name__}({_format_count(count)})"
    if isinstance(value, Mapping):
        return f"{{{_format_count(len(cast('Mapping[str, Any]', value)))}}}"
    if isinstance(value, datetime):
        return value.isoformat()
    return shorten(repr(value), _MAX_VALUE_WIDTH)


def _format_count(count: int) -> str:
    return f"{count} value" if count == 1 else f"{count} values"


def format_html(model: BaseModel) -> str:
    """Format a model as an escaped HTML table with one attribute per row."""
    rows = [(name, _format_full(value)) for name, value in model.__repr_args__()]
    rows += [(item.path, f"unread: {item.reason}") for item in getattr(model, "unread", ())]
    line = describe(model)
    caption = get_origin_class(type(model)).__name__
    if line != repr(model):
        caption += f" {line}"
    return Table.from_rows(("attribute", "value"), rows).to_html(caption=caption, max_rows=None)


def _format_full(value: Any) -> str:
    if isinstance(value, BaseModel):
        inner = ((name, _format_full(member)) for name, member in value.__repr_args__())
        return ", ".join(f"{name}: {text}" for name, text in inner)
    if is_list(value):
        more = [f"… ({len(value)} in all)"] if len(value) > _MAX_ITEMS else []
        return "; ".join([*map(_format_full, value[:_MAX_ITEMS]), *more])
    return str(value) if isinstance(value, str) else _format_short(value)
