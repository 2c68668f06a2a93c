"""The argument `where` of lists: a condition on the client's side."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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
        paths: wire names of the attributes it needs; empty for a function, which does not name them.
    """

    predicate: Callable[[Any], object]
    paths: tuple[str, ...] = ()

    def request_attributes(
        self, params: dict[str, str], schema: scim.ResourceSchema | None
    ) -> None:
        """Change query parameters so that responses have the attributes that the condition needs."""
        needed = [_normalize_name(path, schema) for path in self.paths]
        if "attributes" in params:
            names = [_normalize_name(text, schema) for text in params["attributes"].split(",")]
            for path, name in zip(self.paths, needed, strict=True):
                if not any(_includes(other, name) for other in names):
                    params["attributes"] += f",{path}"
                    names.append(name)
        if "excludedAttributes" in params:
            remaining = [
                text
                for text in params.pop("excludedAttributes").split(",")
                if not _is_related(_normalize_name(text, schema), needed)
            ]
            if remaining:
                params["excludedAttributes"] = ",".join(remaining)


def resolve_where(
    where: object, schema: scim.ResourceSchema | None, *, strict: bool
) -> WhereCondition | None:
    """Return the condition of an argument `where`, or `None` without one.

    Args:
        where: filter text, a filter, a function of a resource, or `None`.
        schema: schema of the resources; `None` for that of each resource.
        strict: whether a name that `schema` does not declare is an error.

    Raises:
        InvalidFilter: the filter cannot be parsed, or cannot apply to the resources.
        InputError: `where` is something else, or an async function.
    """
    if where is None:
        return None
    if isinstance(where, str):
        where = scim.parse_filter(where)
    if isinstance(where, scim.Filter):
        return _build_filter_condition(where, schema, strict=strict)
    if not callable(where):
        raise InputError(
            f"where must be a string, a scim.Filter or a function, got {type(where).__name__}; {_EXAMPLE}"
        )
    if inspect.iscoroutinefunction(where):
        raise _build_async_error()
    return WhereCondition(_refuse_awaitables(where))


def _build_filter_condition(
    filter_: scim.Filter, schema: scim.ResourceSchema | None, *, strict: bool
) -> WhereCondition:
    from britive_scim.scim.filters.contradiction import list_paths  # these need pydantic
    from britive_scim.scim.filters.wire_form import to_wire_filter

    predicate = (
        partial(filter_.matches, strict=False)
        if schema is None
        else filter_.compile(schema.model or schema, strict=strict)
    )
    known = [scim.ResourceSchema.of(cls) for cls in (scim.User, scim.Group)]
    for candidate in known if schema is None else [schema]:
        filter_ = to_wire_filter(filter_, candidate)
    return WhereCondition(predicate, tuple(map(str, list_paths(filter_))))


def _refuse_awaitables(function: Callable[[Any], object]) -> Callable[[Any], object]:
    """Return the function with a check of its results: an awaitable, which is always true, is refused."""

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


def _is_related(name: str, others: list[str]) -> bool:
    return any(_includes(name, other) or _includes(other, name) for other in others)
