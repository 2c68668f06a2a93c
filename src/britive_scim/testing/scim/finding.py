"""Which resources a query means: filtered by an index where there is one, and put in order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from britive_scim import scim
from britive_scim.errors import InputError, InvalidFilter
from britive_scim.scim.attribute import Attribute
from britive_scim.scim.comparing import exact_form, folded_form, instant, user_name_form
from britive_scim.scim.locate import read
from britive_scim.scim.names import fold
from britive_scim.testing.scim.problem import Problem
from britive_scim.testing.scim.resources import Resources
from britive_scim.testing.state import Provider, Record, Shelf

__all__ = ["Found", "in_order", "records"]

Found = tuple[Resources[Any], Any]
"""A record with the kind of resource it is."""

_UNQUOTED = re.compile(r'(?P<test>[\w.:$-]+\s+eq\s+)(?P<value>[^\s"()\[\]]+)', re.IGNORECASE)
_COMPUTED = frozenset({"id", "meta", "groups", "members"})


def records(resources: Resources[Record], provider: Provider, text: str | None) -> Iterable[Record]:
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


def _narrowed(filter_: scim.Filter, shelf: Shelf[Record], core: str) -> Iterable[Record] | None:
    """Return the few records among which all matches of a filter are, by an index; `None` without one.

    `userName eq`, `externalId eq`, `displayName eq` and `id eq` are looked up, alone or in a conjunction.
    """
    if isinstance(filter_, scim.And):
        for item in filter_.items:
            found = _narrowed(item, shelf, core)
            if found is not None:
                return found
        return None
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
        return () if record is None else (record,)
    for key in shelf.KEYS:
        if fold(key) == name:
            return shelf.find(key, value)
    return None


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


def in_order(found: list[Found], sort_by: str, *, descending: bool) -> list[Found]:
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
    keyed = [
        (_key(resources, record, path), record.id, (resources, record))
        for resources, record in found
    ]
    keyed.sort(key=lambda entry: entry[1])
    keyed.sort(key=lambda entry: entry[0], reverse=descending)
    return [entry[2] for entry in keyed]


def _key(resources: Resources[Any], record: Any, path: scim.Path) -> tuple[Any, ...]:
    computed = fold(path.name) in _COMPUTED
    whole = replace(path, sub=None)
    value = read(resources.show(record) if computed else record.resource, whole)
    attribute = resources.schema.attribute(path.urn, path.name)
    if isinstance(value, list):
        value = _foremost(cast("list[object]", value))
    if isinstance(value, dict):
        name = path.sub or "value"
        attribute = None if attribute is None else attribute.sub(name)
        value = cast("dict[str, Any]", value).get(name if attribute is None else attribute.name)
    return (1,) if value is None else (0, *_form(attribute, value))


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
