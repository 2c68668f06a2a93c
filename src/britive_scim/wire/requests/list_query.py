"""Query of a list, with the checks of the items in its responses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from britive_scim import scim
from britive_scim.wire.paging.item_checks import ItemChecks
from britive_scim.wire.requests.scim import build_query_params
from britive_scim.wire.requests.where import resolve_where

if TYPE_CHECKING:
    from britive_scim.scim.filters.contradiction import ContradictionFinder

__all__ = ["ListQuery", "build_list_query"]


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Query of a list.

    Attributes:
        params: query parameters (RFC 7644 §3.4.2).
        checks: checks of the items in the responses.
    """

    params: dict[str, str]
    checks: ItemChecks[Any]


def build_list_query(
    schema: scim.ResourceSchema | None,
    *,
    filter: str | scim.Filter | None,
    where: object,
    attributes: Iterable[str] | None,
    excluded_attributes: Iterable[str] | None,
    sort_by: str | None,
    descending: bool,
    verify: bool,
    strict: bool = False,
) -> ListQuery:
    """Return the query of a list.

    Args:
        schema: schema of the resources; `None` for that of each resource.
        filter: filter of the server.
        where: condition on the client's side; its attributes are requested, too.
        attributes: attributes to request.
        excluded_attributes: attributes to exclude.
        sort_by: path of the attribute to sort by.
        descending: largest first.
        verify: whether items that contradict `filter` are left out.
        strict: whether a name that `schema` does not declare is an error.

    Raises:
        InvalidFilter: a filter cannot be parsed, or cannot apply to the resources.
        InvalidPath: an attribute cannot be parsed.
        InputError: an argument has a wrong type, or two exclude each other.
    """
    condition = resolve_where(where, schema, strict=strict)
    params = build_query_params(
        schema,
        filter=filter,
        attributes=attributes,
        excluded_attributes=excluded_attributes,
        sort_by=sort_by,
        descending=descending,
        strict=strict,
    )
    if condition is not None:
        condition.request_attributes(params, schema)
    find = _make_finder(params["filter"], schema) if verify and "filter" in params else None
    return ListQuery(params, ItemChecks(find, None if condition is None else condition.predicate))


def _make_finder(text: str, schema: scim.ResourceSchema | None) -> Callable[[Any], tuple[str, ...]]:
    """Return the function that finds contradictions of resources to the filter sent."""
    from britive_scim.scim.filters.contradiction import ContradictionFinder  # needs pydantic

    filter_ = scim.parse_filter(text)
    if schema is not None:
        return ContradictionFinder(filter_, schema).find
    finders: dict[type[scim.Resource], ContradictionFinder] = {}

    def find(resource: scim.Resource) -> tuple[str, ...]:
        cls = type(resource)
        if cls not in finders:
            finders[cls] = ContradictionFinder(filter_, scim.ResourceSchema.of(cls))
        return finders[cls].find(resource)

    return find
