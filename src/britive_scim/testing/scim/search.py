"""Which resources a query means: filtered by an index where there is one, and put in order."""

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
from britive_scim.scim.names import fold
from britive_scim.scim.patch.read_path import read
from britive_scim.testing.scim.problem import ScimHttpError
from britive_scim.testing.scim.query import ResourceQuery
from britive_scim.testing.scim.resources import ResourceHandler
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.query_cache import QueryCache
from britive_scim.testing.state.state import ProviderRecord, Record
from britive_scim.testing.state.store import Store

__all__ = ["LazySearchResults", "ResourceFinder", "SearchResult"]

SearchResult = tuple[ResourceHandler[Any], Any]
"""A record with the kind of resource it is."""

_UNQUOTED = re.compile(r'(?P<test>[\w.:$-]+\s+eq\s+)(?P<value>[^\s"()\[\]]+)', re.IGNORECASE)
_COMPUTED_ATTRIBUTES = frozenset({"id", "meta", "groups", "members"})


class LazySearchResults(Sequence[SearchResult]):
    """All records of some kinds: a page of them costs the same, however many there are."""

    def __init__(self, parts: Iterable[tuple[ResourceHandler[Any], Sequence[Any]]]) -> None:
        self._parts = list(parts)

    def copy(self) -> LazySearchResults:
        """Return it as it is now, whatever changes."""
        return LazySearchResults((resources, among[:]) for resources, among in self._parts)

    def __len__(self) -> int:
        return sum(len(among) for _, among in self._parts)

    @overload
    def __getitem__(self, index: int) -> SearchResult: ...
    @overload
    def __getitem__(self, index: slice) -> list[SearchResult]: ...
    def __getitem__(self, index: int | slice) -> SearchResult | list[SearchResult]:
        if not isinstance(index, slice):
            return self[index : index + 1 or None][0]
        start, stop, _ = index.indices(len(self))
        chosen: list[SearchResult] = []
        for resources, among in self._parts:
            chosen += [(resources, record) for record in among[max(start, 0) : max(stop, 0)]]
            start, stop = start - len(among), stop - len(among)
        return chosen


class ResourceFinder:
    """Finds what queries mean, and keeps what took a walk until anything changes.

    The pages of one list then cost one walk, not one each.
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
        """Return what a query finds, in its order; it is not to be changed.

        Raises:
            Problem: 400 for a filter or an order that does not read, 501 for an order that is not offered.
        """
        can, state = self._context.capabilities, self._context.state
        if query.sort_by is not None and not can.sort:
            raise ScimHttpError.not_implemented("sorting")
        if query.filter is None and query.sort_by is None and not can.visible_after:
            return LazySearchResults((one, one.get_store(provider).records) for one in handlers)
        key = (
            *(provider.id, provider.dialect, *(one.resource_type for one in handlers), can),
            *(query.filter, query.sort_by, query.descending, self._context.scim_url),
        )

        def search() -> Sequence[SearchResult]:
            found = [
                (one, each)
                for one in handlers
                for each in _filter_records(one, provider, query.filter)
            ]
            if query.sort_by is None:
                return found
            return _sort_results(found, query.sort_by, descending=query.descending)

        # what is visible later becomes so without any change
        return search() if can.visible_after else self._cache.get_or_compute(state, key, search)


def _filter_records(
    handler: ResourceHandler[Record], provider: ProviderRecord, filter_text: str | None
) -> Iterable[Record]:
    """Return the records of an identity provider that a filter lets through, oldest first.

    Raises:
        Problem: 400 `invalidFilter`.
    """
    world = handler.context
    if filter_text is None:
        return handler.iter_visible(provider)
    filter_ = _parse_filter(filter_text, provider.dialect)
    if provider.dialect == "entra":
        filter_ = _qualify_attribute_names(filter_, handler.schema)
    if world.capabilities.filters == "ignored":
        return handler.iter_visible(provider)
    try:
        holds = filter_.compile(handler.schema)
    except InvalidFilter as error:
        raise ScimHttpError.from_input_error(error) from None
    shelf = handler.get_store(provider)
    if world.capabilities.filters == "wildcard":
        wild = _build_wildcard_predicate(filter_)
        if wild is not None:
            return _iter_matching(
                handler, handler.iter_visible(provider), wild, with_computed=False
            )
    candidates = _find_candidates(filter_, shelf, handler.schema.urn)
    if candidates is None:
        return _iter_matching(
            handler,
            handler.iter_visible(provider),
            holds,
            with_computed=_has_computed_attributes(filter_),
        )
    seen = (record for record in candidates if handler.is_visible(record))
    return _iter_matching(handler, seen, holds, with_computed=True)


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
        # Entra's documentation prints externalId without quotes, and so do some of its requests.
        bare = _UNQUOTED.fullmatch(filter_text.strip()) if dialect == "entra" else None
        if bare is None:
            raise ScimHttpError.from_input_error(error) from None
        return scim.parse_filter(f'{bare["test"]}"{bare["value"]}"')


def _qualify_attribute_names(filter_: scim.Filter, schema: scim.ResourceSchema) -> scim.Filter:
    """Return the filter with its short names of extension attributes in full, as Entra means them."""
    if isinstance(filter_, scim.And | scim.Or):
        return type(filter_)(_qualify_attribute_names(item, schema) for item in filter_.items)
    if isinstance(filter_, scim.Not):
        return scim.Not(_qualify_attribute_names(filter_.item, schema))
    test = cast("scim.Compare | scim.Present | scim.ValuePath", filter_)
    path = test.path
    if path.urn is None and schema.find_attribute(None, path.name) is None:
        for extension in schema.extensions:
            if extension.find_attribute(path.name) is not None:
                return replace(test, path=replace(path, urn=extension.urn))
    return test


def _find_candidates(
    filter_: scim.Filter, store: Store[Record], core_urn: str
) -> list[Record] | None:
    """Return the few records among which all matches of a filter are, by an index; `None` without one.

    `userName eq`, `externalId eq`, `displayName eq` and `id eq` are looked up: alone, in a conjunction,
    or in a disjunction of nothing else.
    """
    if isinstance(filter_, scim.And | scim.Or):
        parts = [_find_candidates(item, store, core_urn) for item in filter_.items]
        known = [part for part in parts if part is not None]
        if isinstance(filter_, scim.And):
            return min(known, key=len) if known else None
        if len(known) < len(parts):
            return None
        return _sort_by_creation(record for part in known for record in part)
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
    """Return records, each once, in order of arrival."""
    return sorted({record.id: record for record in records}.values(), key=lambda one: one.serial)


def _has_computed_attributes(filter_: scim.Filter) -> bool:
    """Return whether a filter looks at what is not stored with the resource but made when shown."""
    return any(fold(path.name) in _COMPUTED_ATTRIBUTES for path in _iter_paths(filter_))


def _iter_paths(filter_: scim.Filter) -> Iterator[scim.Path]:
    if isinstance(filter_, scim.And | scim.Or):
        for item in filter_.items:
            yield from _iter_paths(item)
    elif isinstance(filter_, scim.Not):
        yield from _iter_paths(filter_.item)
    else:
        yield cast("scim.Compare | scim.Present | scim.ValuePath", filter_).path


def _build_wildcard_predicate(filter_: scim.Filter) -> Callable[[dict[str, Any]], bool] | None:
    """Return the test of a server that hands `eq` to SQL's LIKE, or `None` for other filters."""
    if not isinstance(filter_, scim.Compare) or filter_.op != "eq":
        return None
    if not isinstance(filter_.value, str):
        return None
    path = filter_.path
    parts = [{"%": ".*", "*": ".*", "_": "."}.get(c, re.escape(c)) for c in filter_.value]
    pattern = re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
    return lambda resource: pattern.search(str(read(resource, path) or "")) is not None


# ----------------------------------------------------------------------------- order


def _sort_results(
    results: list[SearchResult], sort_by: str, *, descending: bool
) -> list[SearchResult]:
    """Return what was found in the order of an attribute (RFC 7644 §3.4.2.3).

    Texts go by the case rule of their attribute, moments by time, numbers by size; of a list the
    primary value counts, else the first. Who has no value comes last, or first when descending. Equals
    stay apart by id, so that pages do not overlap.

    Raises:
        Problem: 400 `invalidValue` for what is no path.
    """
    try:
        path = scim.parse_path(sort_by)
    except InputError as error:
        raise ScimHttpError.invalid_value(f"sortBy: {error.message}") from None
    kinds = {one.resource_type: one for one, _ in results}
    reading = {name: _build_sort_key(one, path) for name, one in kinds.items()}
    keyed = [
        (reading[one.resource_type](record), record.id, (one, record)) for one, record in results
    ]
    keyed.sort(key=lambda entry: entry[1])
    keyed.sort(key=lambda entry: entry[0], reverse=descending)
    return [entry[2] for entry in keyed]


def _build_sort_key(
    handler: ResourceHandler[Any], path: scim.Path
) -> Callable[[Any], tuple[Any, ...]]:
    """Return what makes the key to order records of one kind by."""
    whole = replace(path, sub=None)
    declared = handler.schema.find_attribute(path.urn, path.name)
    computed = fold(path.name) in _COMPUTED_ATTRIBUTES
    # what is stored spells its attributes as the schema does
    at_hand = not computed and path.urn is None and path.filter is None and declared is not None

    def key(record: Any) -> tuple[Any, ...]:
        attribute = declared
        if at_hand and declared is not None:
            value = record.resource.get(declared.name)
            value = None if value in ("", [], {}) else value
        else:
            value = read(handler.serialize(record) if computed else record.resource, whole)
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
    """Return a rank for the type of a value, and the form it is compared in."""
    if isinstance(value, bool | int | float):
        return (0, value)
    if not isinstance(value, str):
        return (2, json.dumps(value))
    if attribute is not None and attribute.type == "dateTime":
        # only those of meta, which the tenant wrote itself
        return (0, cast("datetime", to_aware_datetime(value)).timestamp())
    if attribute is not None and attribute.name == "userName":
        return (1, normalize_user_name(value))
    exact = attribute is not None and attribute.case_exact
    return (1, normalize_case_exact(value) if exact else normalize_caseless(value))
