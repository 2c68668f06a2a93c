"""Lists of the admin API: filters, search, order, and the page envelope (docs/manage-users)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.admin.request import Call

__all__ = ["asked_name", "condition", "paged", "select"]

DEFAULT_SIZE = 20

_OF_A_PAGE = ("page", "size")

_CONDITION = re.compile(
    r"""\s* (?P<field>[A-Za-z]+) \s+ (?P<op>eq|co) \s+
    (?: "(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\.)*)' | (?P<bare>[^\s"']+) ) \s*""",
    re.VERBOSE | re.IGNORECASE,
)

Entry = TypeVar("Entry")


def condition(text: str, fields: Mapping[str, str]) -> tuple[str, str, str]:
    """Return field of the shown object, operator and value of a filter such as `name co "Smith"`.

    Args:
        text: the filter.
        fields: names a filter may use -> the field of the shown object they mean.

    Raises:
        Problem: it does not read, or names another field.
    """
    match = _CONDITION.fullmatch(text)
    known = {name.casefold(): field for name, field in fields.items()}
    if match is None or match["field"].casefold() not in known:
        raise Problem.invalid(
            f"the filter {text!r} does not read: write one of {', '.join(fields)}, then eq or co, then a value"
        )
    value = match["bare"]
    if value is None:
        quoted = match["double"] if match["double"] is not None else match["single"]
        value = re.sub(r"\\(.)", r"\1", quoted)
    return known[match["field"].casefold()], match["op"].lower(), value


def asked_name(call: Call, fields: Mapping[str, str], name: str) -> str | None:
    """Return the value that `filter` wants the field `name` to equal, or `None` where it is no such filter.

    Args:
        call: the request.
        fields: as `select` takes them.
        name: of the field of the shown object.

    Raises:
        Problem: the filter does not read.
    """
    text = call.parameter("filter")
    if not text:
        return None
    field, op, wanted = condition(text, fields)
    return wanted if (field, op) == (name, "eq") else None


def select(
    call: Call,
    entries: Sequence[Entry],
    show: Callable[[Entry], dict[str, Any]],
    fields: Mapping[str, str],
) -> Sequence[Entry]:
    """Return the entries that `filter` and `searchText` of the query let through, as `sort` orders them.

    What took a walk is kept until anything changes: the pages of one list cost one walk, not one each.

    Args:
        call: the request.
        entries: all of them, in the order they have without `sort`.
        show: makes the object of the API, which is what filters see.
        fields: names a filter may use -> the field of the shown object they mean.

    Raises:
        Problem: a filter or order that does not read.
    """
    if not any(call.parameter(name) for name in ("filter", "searchText", "sort")):
        return entries
    if call.request.method != "GET":
        return _selected(call, entries, show, fields)
    caller = call.caller.id if call.caller else None
    query = tuple(one for one in call.request.query if one[0] not in _OF_A_PAGE)
    return call.world.selections.get(
        call.world.state,
        (call.request.path, caller, query),
        lambda: _selected(call, entries, show, fields),
    )


def _selected(
    call: Call,
    entries: Sequence[Entry],
    show: Callable[[Entry], dict[str, Any]],
    fields: Mapping[str, str],
) -> Sequence[Entry]:
    chosen = entries
    text = call.parameter("filter")
    if text:
        field, op, wanted = condition(text, fields)
        chosen = [entry for entry in chosen if _holds(show(entry).get(field), op, wanted)]
    search = (call.parameter("searchText") or "").casefold()
    if search:
        chosen = [entry for entry in chosen if _mentions(show(entry), search)]
    order = call.parameter("sort")
    if order:
        name, _, direction = order.partition(",")
        if direction.lower() not in ("", "asc", "desc"):
            raise Problem.invalid(f"sort is {order!r}: write a field, a comma, and asc or desc")
        chosen = sorted(
            chosen,
            key=lambda entry: str(show(entry).get(name) or "").casefold(),
            reverse=direction.lower() == "desc",
        )
    return chosen


def paged(
    call: Call,
    entries: Sequence[Entry],
    show: Callable[[Entry], dict[str, Any]],
    *,
    under: str = "data",
) -> dict[str, Any]:
    """Return the envelope `{count, page, size, data}` for the page the query asks for.

    Args:
        call: the request.
        entries: all of them.
        show: makes the object of the API.
        under: the name the envelope gives its list.

    Raises:
        Problem: `page` or `size` is no number, or out of range.
    """
    page = _number(call, "page", 0, least=0)
    size = min(_number(call, "size", DEFAULT_SIZE, least=1), call.world.capabilities.max_admin_page)
    chosen = entries[page * size : (page + 1) * size]
    return {
        "count": len(entries),
        "page": page,
        "size": size,
        under: [show(entry) for entry in chosen],
    }


def _number(call: Call, name: str, default: int, *, least: int) -> int:
    text = call.parameter(name)
    if text is None or not text:
        return default
    # fewer digits than Python's limit for reading integers, and more than any list is long
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) < least:
        raise Problem.invalid(f"{name} is {text!r}: it must be a whole number, {least} or more")
    return int(text)


def _holds(value: Any, op: str, wanted: str) -> bool:
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    for one in values:
        text = str(one if one is not None else "").casefold()
        if text == wanted.casefold() or (op == "co" and wanted.casefold() in text):
            return True
    return False


def _mentions(shown: Mapping[str, Any], search: str) -> bool:
    return any(isinstance(value, str) and search in value.casefold() for value in shown.values())
