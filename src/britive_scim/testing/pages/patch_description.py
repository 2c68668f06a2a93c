"""Description of a PATCH or bulk request in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from britive_scim.scim.json_values import is_list, is_object
from britive_scim.testing.pages.markup import Html, element, join
from britive_scim.testing.pages.shown_values import cut_depth, cut_text

__all__ = ["describe_operations"]

_MAX_OPERATIONS = 50
_MAX_ITEMS = 5
_MAX_VALUE = 80
_MAX_PATH = 200
_MAX_LINES = 200

NameLookup = Callable[[str], str | None]
"""Function that returns the name of the user or tag with an id, or `None`."""


def describe_operations(body: Any, find_name: NameLookup) -> Html | None:
    """Return a list of the operations of a PATCH or bulk request; `None` for any other body.

    Args:
        body: the body, parsed as JSON.
        find_name: returns the name of the user or tag with an id.

    Examples:
        >>> body = {"Operations": [{"op": "Replace", "path": "active", "value": False}]}
        >>> describe_operations(body, {}.get)
        '<ol class="words"><li>Set <code>active</code> to <code>false</code></li></ol>'
    """
    operations = _find_operations(cut_depth(body))
    if operations is None:
        return None
    lines = islice(
        (
            line
            for operation in operations[:_MAX_OPERATIONS]
            for line in _describe(operation, find_name)
        ),
        _MAX_LINES,
    )
    rest = (
        element("p", f"{_MAX_OPERATIONS} of {len(operations):,} operations", class_="note")
        if len(operations) > _MAX_OPERATIONS
        else None
    )
    return join(element("ol", (element("li", line) for line in lines), class_="words"), rest)


def _find_operations(body: Any) -> list[dict[str, Any]] | None:
    """Return the operations of a body in any spelling of the attribute; `None` if it has none."""
    if not is_object(body):
        return None
    found: Any = next((value for name, value in body.items() if name.lower() == "operations"), None)
    if not is_list(found):
        return None
    return [item for item in found if is_object(item)]


def _describe(operation: dict[str, Any], find_name: NameLookup) -> Iterator[Html]:
    fields = {name.lower(): value for name, value in operation.items()}
    if "method" in fields:
        yield _describe_bulk_operation(fields, find_name)
        return
    op = str(fields.get("op", "")).lower()
    path, value = fields.get("path"), fields.get("value")
    if path is None and is_object(value):
        for name, item in value.items():
            yield _describe_change(op, name, item, find_name)
    else:
        yield _describe_change(op, "" if path is None else str(path), value, find_name)


def _describe_change(op: str, path: str, value: Any, find_name: NameLookup) -> Html:
    target = element("code", cut_text(path, _MAX_PATH) or "the resource")
    shown = _describe_value(value, find_name)
    if op == "remove":
        if value is None:
            return join("Remove ", target)
        return join("Remove ", shown, " from ", target)
    if op == "add" and isinstance(value, list):
        return join("Add ", shown, " to ", target)
    if op in ("add", "replace"):
        return join("Set ", target, " to ", shown)
    return join(
        "Unknown operation ",
        element("code", cut_text(op, _MAX_PATH) or "without op"),
        " at ",
        target,
    )


def _describe_bulk_operation(fields: dict[str, Any], find_name: NameLookup) -> Html:
    data = fields.get("data")
    title = join(
        element("code", cut_text(f"{fields['method']} {fields.get('path', '')}", _MAX_PATH)),
        cut_text(f" ({fields['bulkid']})", _MAX_PATH) if fields.get("bulkid") else None,
    )
    nested = _find_operations(data)
    if nested is None:
        members = data if is_object(data) else {}
        name = members.get("userName") or members.get("displayName")
        return join(title, cut_text(f": {name}", _MAX_PATH) if name else None)
    lines = (line for operation in nested for line in _describe(operation, find_name))
    return join(title, element("ul", (element("li", line) for line in islice(lines, _MAX_ITEMS))))


def _describe_value(value: Any, find_name: NameLookup) -> Html:
    if not is_list(value):
        return element("code", _format_item(value, find_name))
    shown = [element("code", _format_item(item, find_name)) for item in value[:_MAX_ITEMS]]
    listed = join(*(join(", " if number else None, item) for number, item in enumerate(shown)))
    if len(value) <= _MAX_ITEMS:
        return listed
    return join(f"{len(value):,} values: ", listed, f" and {len(value) - _MAX_ITEMS:,} more")


def _format_item(value: Any, find_name: NameLookup) -> str:
    """Return one value: the name of a user or tag, a short string, or JSON."""
    if is_object(value):
        inner = value.get("value")
        if isinstance(inner, str):
            value = find_name(inner) or (inner if len(value) <= 2 else value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_VALUE else f"{text[:_MAX_VALUE]} …"
