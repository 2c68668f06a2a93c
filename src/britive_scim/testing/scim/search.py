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
from britive_scim.scim.datatypes import exact_form, folded_form, instant, user_name_form
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.names import fold
from britive_scim.scim.patch.read_path import read
from britive_scim.testing.scim.problem import Problem
from britive_scim.testing.scim.query import Query
from britive_scim.testing.scim.resources import Resources
from britive_scim.testing.state.context import World
from britive_scim.testing.state.query_cache import Kept
from britive_scim.testing.state.state import Provider, Record
from britive_scim.testing.state.store import Shelf

__all__ = ["Everything", "Finder", "Found"]

Found = tuple[Resources[Any], Any]
"""A record with the kind of resource it is."""

_UNQUOTED = re.compile(r'(?P<test>[\w.:$-]+\s+eq\s+)(?P<value>[^\s"()\[\]]+)', re.IGNORECASE)
_COMPUTED = frozenset({"id", "meta", "groups", "members"})


class Everything(Sequence[Found]):
    """All records of some kinds: a page of them costs the same, however many there are."""

    def __init__(self, parts: Iterable[tuple[Resources[Any], Sequence[Any]]]) -> None:
        self._parts = list(parts)

    def held(self) -> Everything:
        """Return it as it is now, whatever changes."""
        return Everything((resources, among[:]) for resources, among in self._parts)

    def __len__(self) -> int:
        return sum(len(among) for _, among in self._parts)

    @overload
    def __getitem__(self, index: int) -> Found: ...
    @overload
    def __getitem__(self, index: slice) -> list[Found]: ...
    def __getitem__(self, index: int | slice) -> Found | list[Found]:
        if not isinstance(index, slice):
            return self[index : index + 1 or None][0]
        start, stop, _ = index.indices(len(self))
        chosen: list[Found] = []
        for resources, among in self._parts:
            chosen += [(resources, record) for record in among[max(start, 0) : max(stop, 0)]]
            start, stop = start - len(among), stop - len(among)
        return chosen


class Finder:
    """Finds what queries mean, and keeps what took a walk until anything changes.

    The pages of one list then cost one walk, not one each.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: Kept[Found] = Kept()

    def find(
        self, kinds: Sequence[Resources[Any]], provider: Provider, query: Query
    ) -> Sequence[Found]:
        """Return what a query finds, in its order; it is not to be changed.

        Raises:
            Problem: 400 for a filter or an order that does not read, 501 for an order that is not offered.
        """
        can, state = self._world.capabilities, self._world.state
        if query.sort_by is not None and not can.sort:
            raise Problem.not_offered("sorting")
        if query.filter is None and query.sort_by is None and not can.visible_after:
            return Everything((one, one.shelf(provider).order) for one in kinds)
        key = (
            *(provider.id, provider.dialect, *(one.name for one in kinds), can),
            *(query.filter, query.sort_by, query.descending, self._world.scim_url),
        )

        def walk() -> Sequence[Found]:
            found = [(one, each) for one in kinds for each in _records(one, provider, query.filter)]
            if query.sort_by is None:
                return found
            return _in_order(found, query.sort_by, descending=query.descending)

        # what is visible later becomes so without any change
        return walk() if can.visible_after else self._kept.get(state, key, walk)


def _records(
    resources: Resources[Record], provider: Provider, text: str | None
) -> Iterable[Record]:
    """Return the records of an identity provider that a filter lets through, oldest first.

    Raises:
        Problem: 400 `invalidFilter`.
    """
    world = resources.world
    if text is None:
        return resources.visible(provider)
    filter_ = _parsed(text, provider.dialect)
    if provider.dialect == "entra":
        filter_ = _qualified(filter_, resources.schema)
    if world.capabilities.filters == "ignored":
        return resources.visible(provider)
    try:
        holds = filter_.compile(resources.schema)
    except InvalidFilter as error:
        raise Problem.of(error) from None
    shelf = resources.shelf(provider)
    if world.capabilities.filters == "wildcard":
        wild = _wildcard(filter_)
        if wild is not None:
            return _such(resources, resources.visible(provider), wild, computed=False)
    candidates = _narrowed(filter_, shelf, resources.schema.urn)
    if candidates is None:
        return _such(resources, resources.visible(provider), holds, computed=_is_computed(filter_))
    seen = (record for record in candidates if resources.seen(record))
    return _such(resources, seen, holds, computed=True)


def _such(
    resources: Resources[Record],
    among: Iterable[Record],
    holds: Callable[[dict[str, Any]], bool],
    *,
    computed: bool,
) -> Iterator[Record]:
    for record in among:
        if holds(resources.show(record) if computed else record.resource):
            yield record


def _parsed(text: str, dialect: str) -> scim.Filter:
    try:
        return scim.parse_filter(text)
    except InvalidFilter as error:
        # Entra's documentation prints externalId without quotes, and so do some of its requests.
        bare = _UNQUOTED.fullmatch(text.strip()) if dialect == "entra" else None
        if bare is None:
            raise Problem.of(error) from None
        return scim.parse_filter(f'{bare["test"]}"{bare["value"]}"')


def _qualified(filter_: scim.Filter, schema: scim.ResourceSchema) -> scim.Filter:
    """Return the filter with its short names of extension attributes in full, as Entra means them."""
    if isinstance(filter_, scim.And | scim.Or):
        return type(filter_)(_qualified(item, schema) for item in filter_.items)
    if isinstance(filter_, scim.Not):
        return scim.Not(_qualified(filter_.item, schema))
    test = cast("scim.Compare | scim.Present | scim.ValuePath", filter_)
    path = test.path
    if path.urn is None and schema.attribute(None, path.name) is None:
        for extension in schema.extensions:
            if extension.attribute(path.name) is not None:
                return replace(test, path=replace(path, urn=extension.urn))
    return test


def _narrowed(filter_: scim.Filter, shelf: Shelf[Record], core: str) -> list[Record] | None:
    """Return the few records among which all matches of a filter are, by an index; `None` without one.

    `userName eq`, `externalId eq`, `displayName eq` and `id eq` are looked up: alone, in a conjunction,
    or in a disjunction of nothing else.
    """
    if isinstance(filter_, scim.And | scim.Or):
        parts = [_narrowed(item, shelf, core) for item in filter_.items]
        known = [part for part in parts if part is not None]
        if isinstance(filter_, scim.And):
            return min(known, key=len) if known else None
        if len(known) < len(parts):
            return None
        return _oldest_first(record for part in known for record in part)
    if not isinstance(filter_, scim.Compare) or filter_.op != "eq":
        return None
    path, value = filter_.path, filter_.value
    if path.sub is not None or not isinstance(value, str):
        return None
    if path.urn is not None and fold(path.urn) != fold(core):
        return None
    name = fold(path.name)
    if name == "id":
        record = shelf.get(value)
        return [] if record is None else [record]
    for key in shelf.KEYS:
        if fold(key) == name:
            return _oldest_first(shelf.find(key, value))
    return None


def _oldest_first(found: Iterable[Record]) -> list[Record]:
    """Return records, each once, in order of arrival."""
    return sorted({record.id: record for record in found}.values(), key=lambda one: one.serial)


def _is_computed(filter_: scim.Filter) -> bool:
    """Return whether a filter looks at what is not stored with the resource but made when shown."""
    return any(fold(path.name) in _COMPUTED for path in _paths(filter_))


def _paths(filter_: scim.Filter) -> Iterator[scim.Path]:
    if isinstance(filter_, scim.And | scim.Or):
        for item in filter_.items:
            yield from _paths(item)
    elif isinstance(filter_, scim.Not):
        yield from _paths(filter_.item)
    else:
        yield cast("scim.Compare | scim.Present | scim.ValuePath", filter_).path


def _wildcard(filter_: scim.Filter) -> Callable[[dict[str, Any]], bool] | None:
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


def _in_order(found: list[Found], sort_by: str, *, descending: bool) -> list[Found]:
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
        raise Problem.value(f"sortBy: {error.message}") from None
    kinds = {one.name: one for one, _ in found}
    reading = {name: _sort_key(one, path) for name, one in kinds.items()}
    keyed = [(reading[one.name](record), record.id, (one, record)) for one, record in found]
    keyed.sort(key=lambda entry: entry[1])
    keyed.sort(key=lambda entry: entry[0], reverse=descending)
    return [entry[2] for entry in keyed]


def _sort_key(resources: Resources[Any], path: scim.Path) -> Callable[[Any], tuple[Any, ...]]:
    """Return what makes the key to order records of one kind by."""
    whole = replace(path, sub=None)
    declared = resources.schema.attribute(path.urn, path.name)
    computed = fold(path.name) in _COMPUTED
    # what is stored spells its attributes as the schema does
    at_hand = not computed and path.urn is None and path.filter is None and declared is not None

    def key(record: Any) -> tuple[Any, ...]:
        attribute = declared
        if at_hand and declared is not None:
            value = record.resource.get(declared.name)
            value = None if value in ("", [], {}) else value
        else:
            value = read(resources.show(record) if computed else record.resource, whole)
        if isinstance(value, list):
            value = _foremost(cast("list[object]", value))
        if isinstance(value, dict):
            name = path.sub or "value"
            attribute = None if attribute is None else attribute.sub(name)
            value = cast("dict[str, Any]", value).get(name if attribute is None else attribute.name)
        return (1,) if value is None else (0, *_form(attribute, value))

    return key


def _foremost(values: list[object]) -> Any:
    """Return the primary value, else the first."""
    for value in values:
        if isinstance(value, dict) and cast("dict[str, Any]", value).get("primary") is True:
            return cast("dict[str, Any]", value)
    return values[0]


def _form(attribute: Attribute | None, value: Any) -> tuple[int, Any]:
    """Return a rank for the type of a value, and the form it is compared in."""
    if isinstance(value, bool | int | float):
        return (0, value)
    if not isinstance(value, str):
        return (2, json.dumps(value))
    if attribute is not None and attribute.type == "dateTime":
        # only those of meta, which the tenant wrote itself
        return (0, cast("datetime", instant(value)).timestamp())
    if attribute is not None and attribute.name == "userName":
        return (1, user_name_form(value))
    exact = attribute is not None and attribute.case_exact
    return (1, exact_form(value) if exact else folded_form(value))
