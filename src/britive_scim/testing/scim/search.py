"""Search: filter resources, by an index where possible, and sort them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast, overload

from britive_scim import scim
from britive_scim.errors import InputError, InvalidFilter
from britive_scim.scim.datatypes import (
    normalize_case_exact,
    normalize_caseless,
    normalize_user_name,
    to_aware_datetime,
)
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.evaluate import compile_wire_filter
from britive_scim.scim.names import fold
from britive_scim.scim.patch.read_path import read
from britive_scim.testing.scim.filter_support import check_filter_support, iter_filter_paths
from britive_scim.testing.scim.problem import ScimHttpError
from britive_scim.testing.scim.query import ResourceQuery
from britive_scim.testing.scim.resources import ResourceHandler
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.query_cache import QueryCache
from britive_scim.testing.state.state import ProviderRecord, Record
from britive_scim.testing.state.store import Store

__all__ = ["LazySearchResults", "ResourceFinder", "SearchResult"]

SearchResult = tuple[ResourceHandler[Any], Any]
"""A record with the handler of its resource type."""

_UNQUOTED = re.compile(r'(?P<comparison>[\w.:$-]+\s+eq\s+)(?P<value>[^\s"()\[\]]+)', re.IGNORECASE)
_COMPUTED_ATTRIBUTES = frozenset({"id", "meta", "groups", "members"})


class LazySearchResults(Sequence[SearchResult]):
    """All records of some resource types, without a copy: a page costs the same at any size."""

    def __init__(self, parts: Iterable[tuple[ResourceHandler[Any], Sequence[Any]]]) -> None:
        self._parts = list(parts)

    def copy(self) -> LazySearchResults:
        """Return a snapshot, unaffected by later changes."""
        return LazySearchResults((handler, records[:]) for handler, records in self._parts)

    def __len__(self) -> int:
        return sum(len(records) for _, records in self._parts)

    @overload
    def __getitem__(self, index: int) -> SearchResult: ...
    @overload
    def __getitem__(self, index: slice) -> list[SearchResult]: ...
    def __getitem__(self, index: int | slice) -> SearchResult | list[SearchResult]:
        if not isinstance(index, slice):
            return self[index : index + 1 or None][0]
        start, stop, _ = index.indices(len(self))
        selected: list[SearchResult] = []
        for handler, records in self._parts:
            selected += [(handler, record) for record in records[max(start, 0) : max(stop, 0)]]
            start, stop = start - len(records), stop - len(records)
        return selected


class ResourceFinder:
    """Finds the results of queries, and caches them until the state changes.

    The pages of one list then cost one iteration over all records, not one each.
    """

    def __init__(self, context: TenantContext) -> None:
        self._context = context
        self._cache: QueryCache[SearchResult] = QueryCache()

    def find(
        self,
        handlers: Sequence[ResourceHandler[Any]],
        provider: ProviderRecord,
        query: ResourceQuery,
    ) -> Sequence[SearchResult]:
        """Return the results of a query in its order; callers must not modify them.

        Raises:
            ScimHttpError: 400 for an invalid filter or sortBy, 501 if sorting is not supported.
        """
        capabilities, state = self._context.capabilities, self._context.state
        if query.sort_by is not None and not capabilities.sort:
            raise ScimHttpError.not_implemented("sorting")
        if query.filter is None and query.sort_by is None and not capabilities.visible_after:
            return LazySearchResults(
                (handler, handler.get_store(provider).records) for handler in handlers
            )
        resource_types = (handler.resource_type for handler in handlers)
        key = (
            *(provider.id, provider.dialect, *resource_types, capabilities),
            *(query.filter, query.sort_by, query.descending, self._context.scim_url),
        )

        def search() -> Sequence[SearchResult]:
            results = [
                (handler, record)
                for handler in handlers
                for record in _filter_records(handler, provider, query.filter)
            ]
            if query.sort_by is None:
                return results
            return _sort_results(results, query.sort_by, descending=query.descending)

        if capabilities.visible_after:  # visibility changes with time, not with the state
            return search()
        return self._cache.get_or_compute(state, key, search)


def _filter_records(
    handler: ResourceHandler[Record], provider: ProviderRecord, filter_text: str | None
) -> Iterable[Record]:
    """Return the records of an identity provider that match a filter, oldest first.

    Raises:
        ScimHttpError: 400 `invalidFilter`.
    """
    capabilities = handler.context.capabilities
    if filter_text is None:
        return handler.iter_visible(provider)
    filter_ = _parse_filter(filter_text, provider.dialect)
    check_filter_support(filter_, capabilities, handler.schema.urn)
    if provider.dialect == "entra":
        filter_ = _qualify_attribute_names(filter_, handler.schema)
    if capabilities.filters == "ignored":
        return handler.iter_visible(provider)
    try:
        predicate = compile_wire_filter(filter_, handler.schema)
    except InvalidFilter as error:
        raise ScimHttpError.from_input_error(error) from None
    if capabilities.filters == "wildcard":
        wildcard_predicate = _build_wildcard_predicate(filter_)
        if wildcard_predicate is not None:
            return _iter_matching(
                handler, handler.iter_visible(provider), wildcard_predicate, with_computed=False
            )
    candidates = _find_candidates(filter_, handler.get_store(provider), handler.schema.urn)
    if candidates is None:
        return _iter_matching(
            handler,
            handler.iter_visible(provider),
            predicate,
            with_computed=_has_computed_attributes(filter_),
        )
    visible = (record for record in candidates if handler.is_visible(record))
    return _iter_matching(handler, visible, predicate, with_computed=True)


def _iter_matching(
    handler: ResourceHandler[Record],
    records: Iterable[Record],
    predicate: Callable[[dict[str, Any]], bool],
    *,
    with_computed: bool,
) -> Iterator[Record]:
    for record in records:
        if predicate(handler.serialize(record) if with_computed else record.resource):
            yield record


def _parse_filter(filter_text: str, dialect: str) -> scim.Filter:
    try:
        return scim.parse_filter(filter_text)
    except InvalidFilter as error:
        # Entra's documentation and some of its requests write externalId values without quotes.
        unquoted = _UNQUOTED.fullmatch(filter_text.strip()) if dialect == "entra" else None
        if unquoted is None:
            raise ScimHttpError.from_input_error(error) from None
        return scim.parse_filter(f'{unquoted["comparison"]}"{unquoted["value"]}"')


def _qualify_attribute_names(filter_: scim.Filter, schema: scim.ResourceSchema) -> scim.Filter:
    """Return the filter with URNs added to the names of extension attributes, which Entra omits."""
    if isinstance(filter_, scim.And | scim.Or):
        return type(filter_)(_qualify_attribute_names(item, schema) for item in filter_.items)
    if isinstance(filter_, scim.Not):
        return scim.Not(_qualify_attribute_names(filter_.item, schema))
    expression = cast("scim.Compare | scim.Present | scim.ValuePath", filter_)
    path = expression.path
    if path.urn is None and schema.find_attribute(None, path.name) is None:
        for extension in schema.extensions:
            if extension.find_attribute(path.name) is not None:
                return replace(expression, path=replace(path, urn=extension.urn))
    return expression


def _find_candidates(
    filter_: scim.Filter, store: Store[Record], core_urn: str
) -> list[Record] | None:
    """Return an indexed superset of the matches of a filter; `None` if no index applies.

    `userName eq`, `externalId eq`, `displayName eq` and `id eq` use an index: alone, in an `and`, or in an
    `or` of nothing else.
    """
    if isinstance(filter_, scim.And | scim.Or):
        candidates = [_find_candidates(item, store, core_urn) for item in filter_.items]
        indexed = [records for records in candidates if records is not None]
        if isinstance(filter_, scim.And):
            return min(indexed, key=len) if indexed else None
        if len(indexed) < len(candidates):
            return None
        return _sort_by_creation(record for records in indexed for record in records)
    if not isinstance(filter_, scim.Compare) or filter_.op != "eq":
        return None
    path, value = filter_.path, filter_.value
    if path.sub is not None or not isinstance(value, str):
        return None
    if path.urn is not None and fold(path.urn) != fold(core_urn):
        return None
    name = fold(path.name)
    if name == "id":
        record = store.get(value)
        return [] if record is None else [record]
    for key in store.KEY_NORMALIZERS:
        if fold(key) == name:
            return _sort_by_creation(store.find(key, value))
    return None


def _sort_by_creation(records: Iterable[Record]) -> list[Record]:
    """Return unique records in order of creation."""
    unique = {record.id: record for record in records}
    return sorted(unique.values(), key=lambda record: record.serial)


def _has_computed_attributes(filter_: scim.Filter) -> bool:
    """Return whether a filter tests attributes that are computed, not stored."""
    return any(fold(path.name) in _COMPUTED_ATTRIBUTES for path in iter_filter_paths(filter_))


def _build_wildcard_predicate(filter_: scim.Filter) -> Callable[[dict[str, Any]], bool] | None:
    """Return the predicate of a server that maps `eq` to SQL's LIKE, or `None` for other filters."""
    if not isinstance(filter_, scim.Compare) or filter_.op != "eq":
        return None
    if not isinstance(filter_.value, str):
        return None
    path = filter_.path
    wildcards = {"%": ".*", "*": ".*", "_": "."}
    pattern_text = "".join(wildcards.get(char, re.escape(char)) for char in filter_.value)
    pattern = re.compile(pattern_text, re.IGNORECASE | re.DOTALL)
    return lambda resource: (
        pattern.search(str(read(resource, path, short_names=False) or "")) is not None
    )


# ----------------------------------------------------------------------------- sorting


def _sort_results(
    results: list[SearchResult], sort_by: str, *, descending: bool
) -> list[SearchResult]:
    """Return results sorted by an attribute (RFC 7644 §3.4.2.3).

    Strings compare by `caseExact`, dateTimes by time, numbers by value. Of a list the primary value counts,
    else the first. Resources without a value come last, or first if descending. Ties are ordered by id, so
    that pages do not overlap.

    Raises:
        ScimHttpError: 400 `invalidValue` if `sort_by` is not a path.
    """
    try:
        path = scim.parse_path(sort_by)
    except InputError as error:
        raise ScimHttpError.invalid_value(f"sortBy: {error.message}") from None
    handlers = {handler.resource_type: handler for handler, _ in results}
    sort_keys = {name: _build_sort_key(handler, path) for name, handler in handlers.items()}
    keyed = [
        (sort_keys[handler.resource_type](record), record.id, (handler, record))
        for handler, record in results
    ]
    keyed.sort(key=lambda entry: entry[1])
    keyed.sort(key=lambda entry: entry[0], reverse=descending)
    return [entry[2] for entry in keyed]


def _build_sort_key(
    handler: ResourceHandler[Any], path: scim.Path
) -> Callable[[Any], tuple[Any, ...]]:
    """Return the sort key function for records of one resource type."""
    attribute_path = replace(path, sub=None)
    declared = handler.schema.find_attribute(path.urn, path.name)
    is_computed = fold(path.name) in _COMPUTED_ATTRIBUTES
    # stored resources use the schema's spelling, so a dict look-up is enough
    is_direct = not is_computed and path.urn is None and path.filter is None

    def key(record: Any) -> tuple[Any, ...]:
        attribute = declared
        if is_direct and declared is not None:
            value = record.resource.get(declared.name)
            value = None if value in ("", [], {}) else value
        else:
            resource = handler.serialize(record) if is_computed else record.resource
            value = read(resource, attribute_path, short_names=False)
        if isinstance(value, list):
            value = _select_primary(cast("list[object]", value))
        if isinstance(value, dict):
            name = path.sub or "value"
            attribute = None if attribute is None else attribute.find_sub_attribute(name)
            value = cast("dict[str, Any]", value).get(name if attribute is None else attribute.name)
        return (1,) if value is None else (0, *_build_comparison_key(attribute, value))

    return key


def _select_primary(values: list[object]) -> Any:
    """Return the primary value, else the first."""
    for value in values:
        if isinstance(value, dict) and cast("dict[str, Any]", value).get("primary") is True:
            return cast("dict[str, Any]", value)
    return values[0]


def _build_comparison_key(attribute: Attribute | None, value: Any) -> tuple[int, Any]:
    """Return a rank for the type of a value, and its comparison form."""
    if isinstance(value, bool | int | float):
        return (0, value)
    if not isinstance(value, str):
        return (2, json.dumps(value))
    if attribute is not None and attribute.type == "dateTime":
        # only those in meta, which are always valid
        return (0, cast("datetime", to_aware_datetime(value)).timestamp())
    if attribute is not None and attribute.name == "userName":
        return (1, normalize_user_name(value))
    exact = attribute is not None and attribute.case_exact
    return (1, normalize_case_exact(value) if exact else normalize_caseless(value))
