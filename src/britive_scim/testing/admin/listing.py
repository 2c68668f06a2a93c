"""Lists of the admin API: filter, search, sort, and the page envelope (docs/manage-users)."""

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
    """Parse a filter such as `name co "Smith"`; return field, operator and value.

    Args:
        filter_text: the filter.
        fields: names allowed in filters -> fields of the wire form.

    Raises:
        AdminHttpError: the filter is invalid, or names another field.
    """
    match = _FILTER.fullmatch(filter_text)
    fields_by_folded_name = {name.casefold(): field for name, field in fields.items()}
    if match is None or match["field"].casefold() not in fields_by_folded_name:
        raise AdminHttpError.invalid(
            f"filter must be one of {', '.join(fields)}, then eq or co, then a value, got {filter_text!r}"
        )
    value = match["bare"]
    if value is None:
        quoted = match["double"] if match["double"] is not None else match["single"]
        value = re.sub(r"\\(.)", r"\1", quoted)
    return fields_by_folded_name[match["field"].casefold()], match["op"].lower(), value


def find_equality_value(
    request: AdminRequest, fields: Mapping[str, str], field_name: str
) -> str | None:
    """Return the value of a `filter` on `field_name` with `eq`, or `None` for any other filter.

    Args:
        request: the request.
        fields: names allowed in filters -> fields of the wire form.
        field_name: field of the wire form.

    Raises:
        AdminHttpError: the filter is invalid.
    """
    text = request.get_parameter("filter")
    if not text:
        return None
    field, op, value = parse_list_filter(text, fields)
    return value if (field, op) == (field_name, "eq") else None


def filter_entries(
    request: AdminRequest,
    entries: Sequence[Entry],
    serialize: Callable[[Entry], dict[str, Any]],
    fields: Mapping[str, str],
) -> Sequence[Entry]:
    """Return the entries that match `filter` and `searchText` of the query, ordered by `sort`.

    Results are cached until the state changes: the pages of one list cost one iteration, not one each.

    Args:
        request: the request.
        entries: all entries in default order.
        serialize: returns the wire form, to which filters apply.
        fields: names allowed in filters -> fields of the wire form.

    Raises:
        AdminHttpError: an invalid filter or sort.
    """
    if not any(request.get_parameter(name) for name in ("filter", "searchText", "sort")):
        return entries
    if request.http_request.method != "GET":
        return _apply_query(request, entries, serialize, fields)
    caller = request.caller.id if request.caller else None
    query = tuple(
        (name, value)
        for name, value in request.http_request.query
        if name not in _PAGING_PARAMETERS
    )
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
    matches = entries
    text = request.get_parameter("filter")
    if text:
        field, op, value = parse_list_filter(text, fields)
        matches = [entry for entry in matches if _is_match(serialize(entry).get(field), op, value)]
    search = (request.get_parameter("searchText") or "").casefold()
    if search:
        matches = [entry for entry in matches if _has_search_text(serialize(entry), search)]
    sort = request.get_parameter("sort")
    if sort:
        name, _, direction = sort.partition(",")
        if direction.lower() not in ("", "asc", "desc"):
            raise AdminHttpError.invalid(
                f"sort must be a field, a comma, and asc or desc, got {sort!r}"
            )
        matches = sorted(
            matches,
            key=lambda entry: str(serialize(entry).get(name) or "").casefold(),
            reverse=direction.lower() == "desc",
        )
    return matches


def paginate(
    request: AdminRequest,
    entries: Sequence[Entry],
    serialize: Callable[[Entry], dict[str, Any]],
    *,
    list_key: str = "data",
) -> dict[str, Any]:
    """Return the envelope `{count, page, size, data}` of the requested page.

    Args:
        request: the request.
        entries: all entries.
        serialize: returns the wire form of an entry.
        list_key: name of the list in the envelope.

    Raises:
        AdminHttpError: `page` or `size` is not a number, or out of range.
    """
    page = _get_integer_parameter(request, "page", 0, minimum=0)
    size = min(
        _get_integer_parameter(request, "size", DEFAULT_PAGE_SIZE, minimum=1),
        request.context.capabilities.max_admin_page,
    )
    return {
        "count": len(entries),
        "page": page,
        "size": size,
        list_key: [serialize(entry) for entry in entries[page * size : (page + 1) * size]],
    }


def _get_integer_parameter(request: AdminRequest, name: str, default: int, *, minimum: int) -> int:
    text = request.get_parameter(name)
    if text is None or not text:
        return default
    # 12 digits: below Python's limit for int(), above any list length
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) < minimum:
        raise AdminHttpError.invalid(
            f"{name} must be a whole number, {minimum} or more, got {text!r}"
        )
    return int(text)


def _is_match(value: Any, op: str, expected: str) -> bool:
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    for item in values:
        text = str(item if item is not None else "").casefold()
        if text == expected.casefold() or (op == "co" and expected.casefold() in text):
            return True
    return False


def _has_search_text(entry: Mapping[str, Any], search: str) -> bool:
    return any(isinstance(value, str) and search in value.casefold() for value in entry.values())
