"""The argument `where` of lists: a condition on the client's side."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.scim.names import fold

__all__ = ["WhereCondition", "resolve_where"]

_EXAMPLE = "give a filter such as 'title pr', or a function of a resource"


@dataclass(frozen=True, slots=True)
class WhereCondition:
    """Condition on the client's side.

    Attributes:
        predicate: returns whether a resource satisfies it.
        paths: the attributes it needs; empty for a function, which does not name them.
    """

    predicate: Callable[[Any], object]
    paths: tuple[scim.Path, ...] = ()

    def add_to_attributes(
        self, attributes: Iterable[str] | None, schema: scim.ResourceSchema | None
    ) -> Iterable[str] | None:
        """Return the requested attributes with those that the condition needs."""
        if attributes is None or isinstance(attributes, str | bytes):
            return attributes
        requested = list(attributes)
        names = [_normalize_name(name, schema) for name in requested]
        for path in self.paths if requested else ():
            name = _normalize_name(str(path), schema)
            if not any(_includes(other, name) for other in names):
                requested.append(str(path))
                names.append(name)
        return requested

    def remove_from_excluded(
        self, excluded: Iterable[str] | None, schema: scim.ResourceSchema | None
    ) -> Iterable[str] | None:
        """Return the excluded attributes without those that the condition needs."""
        if excluded is None or isinstance(excluded, str | bytes):
            return excluded
        needed = [_normalize_name(str(path), schema) for path in self.paths]
        return [
            text
            for text in excluded
            if not any(
                _includes(name, other) or _includes(other, name)
                for name in [_normalize_name(text, schema)]
                for other in needed
            )
        ]


def resolve_where(where: object, schema: scim.ResourceSchema | None) -> WhereCondition | None:
    """Return the condition of an argument `where`, or `None` without one.

    Args:
        where: filter text, a filter, a function of a resource, or `None`.
        schema: schema of the resources; `None` for that of each resource.

    Raises:
        InvalidFilter: the filter cannot be parsed, or cannot apply to the resources.
        InputError: `where` is something else, or an async function.
    """
    if where is None:
        return None
    if isinstance(where, str):
        where = scim.parse_filter(where)
    if isinstance(where, scim.Filter):
        from britive_scim.scim.filters.contradiction import list_paths  # needs pydantic

        predicate = where.matches if schema is None else where.compile(schema)
        return WhereCondition(predicate, tuple(list_paths(where)))
    if not callable(where):
        raise InputError(
            f"where must be a string, a scim.Filter or a function, got {type(where).__name__}; {_EXAMPLE}"
        )
    if inspect.iscoroutinefunction(where):
        raise _build_async_error()
    return WhereCondition(_refuse_awaitables(where))


def _refuse_awaitables(function: Callable[[Any], object]) -> Callable[[Any], object]:
    """Return the function; an awaitable, which is always true, is refused."""

    def check(resource: Any) -> object:
        result = function(resource)
        if inspect.isawaitable(result):
            if inspect.iscoroutine(result):
                result.close()
            raise _build_async_error()
        return result

    return check


def _build_async_error() -> InputError:
    return InputError(
        f"where must be a function that returns true or false, got an async function; {_EXAMPLE}"
    )


def _normalize_name(text: str, schema: scim.ResourceSchema | None) -> str:
    """Return an attribute name for comparison: folded, without the URN of the core schema."""
    prefix = "" if schema is None else fold(f"{schema.urn}:")
    return fold(str(text)).removeprefix(prefix)


def _includes(name: str, other: str) -> bool:
    """Return whether an attribute or extension is the other one, or contains it."""
    return other == name or other.startswith((f"{name}.", f"{name}:"))
