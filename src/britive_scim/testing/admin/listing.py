"""Lists of the admin API: filters, search, order, and the page envelope (docs/manage-users)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from britive_scim.testing.admin.problem import AdminHttpError
from britive_scim.testing.admin.request import AdminRequest

__all__ = ["filter_entries", "find_equality_value", "paginate", "parse_list_filter"]

DEFAULT_PAGE_SIZE = 20

_PAGING_PARAMETERS = ("page", "size")

_FILTER = re.compile(
    r"""\s* (?P<field>[A-Za-z]+) \s+ (?P<op>eq|co) \s+
    (?: "(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\.)*)' | (?P<bare>[^\s"']+) ) \s*""",
    re.VERBOSE | re.IGNORECASE,
)

Entry = TypeVar("Entry")


def parse_list_filter(filter_text: str, fields: Mapping[str, str]) -> tuple[str, str, str]:
    """Return field of the shown object, operator and value of a filter such as `name co "Smith"`.

    Args:
        filter_text: the filter.
        fields: names a filter may use -> the field of the shown object they mean.

    Raises:
        AdminHttpError: it does not read, or names another field.
    """
    match = _FILTER.fullmatch(filter_text)
    known = {name.casefold(): field for name, field in fields.items()}
    if match is None or match["field"].casefold() not in known:
        raise AdminHttpError.invalid(
            f"the filter {filter_text!r} does not read: write one of {', '.join(fields)}, then eq or co, then a value"
        )
    value = match["bare"]
    if value is None:
        quoted = match["double"] if match["double"] is not None else match["single"]
        value = re.sub(r"\\(.)", r"\1", quoted)
    return known[match["field"].casefold()], match["op"].lower(), value


def find_equality_value(
    request: AdminRequest, fields: Mapping[str, str], field_name: str
) -> str | None:
    """Return the value that `filter` wants the field `field_name` to equal, or `None` where it is no such filter.

    Args:
        request: the request.
        fields: as `filter_entries` takes them.
        field_name: of the field of the shown object.

    Raises:
        AdminHttpError: the filter does not read.
    """
    text = request.get_parameter("filter")
    if not text:
        return None
    field, op, wanted = parse_list_filter(text, fields)
    return wanted if (field, op) == (field_name, "eq") else None


def filter_entries(
    request: AdminRequest,
    entries: Sequence[Entry],
    serialize: Callable[[Entry], dict[str, Any]],
    fields: Mapping[str, str],
) -> Sequence[Entry]:
    """Return the entries that `filter` and `searchText` of the query let through, as `sort` orders them.

    What took a walk is kept until anything changes: the pages of one list cost one walk, not one each.

    Args:
        request: the request.
        entries: all of them, in the order they have without `sort`.
        serialize: makes the object of the API, which is what filters see.
        fields: names a filter may use -> the field of the shown object they mean.

    Raises:
        AdminHttpError: a filter or order that does not read.
    """
    if not any(request.get_parameter(name) for name in ("filter", "searchText", "sort")):
        return entries
    if request.http_request.method != "GET":
        return _apply_query(request, entries, serialize, fields)
    caller = request.caller.id if request.caller else None
    query = tuple(one for one in request.http_request.query if one[0] not in _PAGING_PARAMETERS)
    return request.context.query_cache.get_or_compute(
        request.context.state,
        (request.http_request.path, caller, query),
        lambda: _apply_query(request, entries, serialize, fields),
    )


def _apply_query(
    request: AdminRequest,
    entries: Sequence[Entry],
    serialize: Callable[[Entry], dict[str, Any]],
    fields: Mapping[str, str],
) -> Sequence[Entry]:
    chosen = entries
    text = request.get_parameter("filter")
    if text:
        field, op, wanted = parse_list_filter(text, fields)
        chosen = [entry for entry in chosen if _is_match(serialize(entry).get(field), op, wanted)]
    search = (request.get_parameter("searchText") or "").casefold()
    if search:
        chosen = [entry for entry in chosen if _has_search_text(serialize(entry), search)]
    order = request.get_parameter("sort")
    if order:
        name, _, direction = order.partition(",")
        if direction.lower() not in ("", "asc", "desc"):
            raise AdminHttpError.invalid(
                f"sort is {order!r}: write a field, a comma, and asc or desc"
            )
        chosen = sorted(
            chosen,
            key=lambda entry: str(serialize(entry).get(name) or "").casefold(),
            reverse=direction.lower() == "desc",
        )
    return chosen


def paginate(
    request: AdminRequest,
    entries: Sequence[Entry],
    serialize: Callable[[Entry], dict[str, Any]],
    *,
    list_key: str = "data",
) -> dict[str, Any]:
    """Return the envelope `{count, page, size, data}` for the page the query asks for.

    Args:
        request: the request.
        entries: all of them.
        serialize: makes the object of the API.
        list_key: the name the envelope gives its list.

    Raises:
        AdminHttpError: `page` or `size` is no number, or out of range.
    """
    page = _get_integer_parameter(request, "page", 0, minimum=0)
    size = min(
        _get_integer_parameter(request, "size", DEFAULT_PAGE_SIZE, minimum=1),
        request.context.capabilities.max_admin_page,
    )
    chosen = entries[page * size : (page + 1) * size]
    return {
        "count": len(entries),
        "page": page,
        "size": size,
        list_key: [serialize(entry) for entry in chosen],
    }


def _get_integer_parameter(request: AdminRequest, name: str, default: int, *, minimum: int) -> int:
    text = request.get_parameter(name)
    if text is None or not text:
        return default
    # fewer digits than Python's limit for reading integers, and more than any list is long
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) < minimum:
        raise AdminHttpError.invalid(
            f"{name} is {text!r}: it must be a whole number, {minimum} or more"
        )
    return int(text)


def _is_match(value: Any, op: str, expected: str) -> bool:
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    for one in values:
        text = str(one if one is not None else "").casefold()
        if text == expected.casefold() or (op == "co" and expected.casefold() in text):
            return True
    return False


def _has_search_text(entry: Mapping[str, Any], search: str) -> bool:
    return any(isinstance(value, str) and search in value.casefold() for value in entry.values())
