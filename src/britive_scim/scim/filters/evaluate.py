"""Filters applied: to a schema (`check`), to a resource (`matches`), to many (`compile_filter`).

A condition is turned into functions twice. The careful ones, made here, read any data at all and
never fail. The fast ones, made by `generate`, know two shapes, plain dicts spelled as the schema has
it and models of the schema's class, and hand over to the careful ones whatever looks otherwise.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, cast

from pydantic import SecretStr
from pydantic_core import to_jsonable_python

from britive_scim.scim.datatypes import (
    binary_form,
    exact_form,
    folded_form,
    instant,
    spelled_boolean,
    user_name_form,
)
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.ast import CompareOperator, Filter
from britive_scim.scim.filters.bind import understand, understand_inner
from britive_scim.scim.filters.bound import (
    All,
    AnyOf,
    Comparison,
    Condition,
    Constant,
    Has,
    Kind,
    Negation,
    Some,
)
from britive_scim.scim.filters.compile import generate
from britive_scim.scim.json_values import number_of
from britive_scim.scim.models.base import Resource
from britive_scim.scim.models.user import User
from britive_scim.scim.schemas.resource_schema import ResourceSchema, SchemaLike, schema_for
from britive_scim.scim.values.lookup import assigned, fetcher, is_complex, values_at

__all__ = ["Predicate", "check", "compile_filter", "compile_inner", "matches"]

Predicate = Callable[[Any], bool]
"""Tells whether something satisfies a filter; never raises."""

_KEPT = 256
"""How many compiled filters are kept."""

_compiled: dict[tuple[int, int], tuple[Filter, ResourceSchema, Predicate]] = {}
# By identity: a filter may be large, and hashing it would take longer than evaluating it.


def check(wanted: Filter, schema: SchemaLike, *, strict: bool = False) -> None:
    """Raise `InvalidFilter` where a filter cannot apply to a schema; see `Filter.check`."""
    understand(wanted, ResourceSchema.of(schema), strict=strict)


def matches(
    wanted: Filter, resource: Resource | Mapping[str, Any], schema: SchemaLike | None = None
) -> bool:
    """Return whether a resource satisfies a filter; see `Filter.matches`."""
    if not is_complex(resource):
        raise TypeError(f"a resource is a model or a mapping, not {type(resource).__name__}")
    return compile_filter(wanted, schema_for(resource) if schema is None else schema)(resource)


def compile_filter(wanted: Filter, schema: SchemaLike | None = None) -> Predicate:
    """Return a predicate over resources, models or mappings; see `Filter.compile`."""
    target = ResourceSchema.of(User if schema is None else schema)
    key = (id(wanted), id(target))
    kept = _compiled.get(key)
    if kept is not None:
        return kept[2]  # what is kept keeps filter and schema, so the ids are theirs
    condition = understand(wanted, target)
    fast = _fast(condition, target.model)
    if fast is None:
        return careful(condition)  # large, or rare: not worth keeping
    if len(_compiled) >= _KEPT:
        _compiled.clear()
    _compiled[key] = (wanted, target, fast)
    return fast


def compile_inner(wanted: Filter, attribute: Attribute, *, text: str | None = None) -> Predicate:
    """Return a predicate over single values of an attribute, for a filter that stands in brackets.

    Args:
        wanted: what stands in the brackets.
        attribute: what stands before them.
        text: the whole path, to be shown by an error.

    Raises:
        InvalidFilter: the filter cannot apply to the attribute.
    """
    condition = understand_inner(wanted, attribute, text)
    return _fast(condition, attribute.model) or careful(condition)


def _fast(condition: Condition, model: type[Any] | None) -> Predicate | None:
    """Return a fast predicate, for which values of the class `model` have the shape it expects."""
    slow = careful(condition)
    known: set[type[Any]] = set()

    def fallback(value: Any) -> bool:
        if model is not None and isinstance(value, model):
            known.add(value.__class__)  # the next one of this class takes the fast way
        return slow(value)

    return generate(condition, careful, fallback, known)


# ----------------------------------------------------------------------------- the careful way


def careful(condition: Condition) -> Predicate:
    """Return a predicate that evaluates a condition on whatever it is given."""
    if isinstance(condition, Comparison):
        return _test(condition)
    if isinstance(condition, Has):
        return _has(condition)
    if isinstance(condition, Some):
        return _some(condition)
    if isinstance(condition, Constant):
        result = condition.value
        return lambda _: result
    if isinstance(condition, Negation):
        item = careful(condition.item)
        return lambda node: not item(node)
    whole = isinstance(condition, All)
    items = [careful(item) for item in cast("All | AnyOf", condition).items]

    def chain(node: Any) -> bool:
        for item in items:  # all() and any() would cost a generator each time
            if item(node) is not whole:
                return not whole
        return whole

    return chain


def _test(test: Comparison) -> Predicate:
    values = _values_or_false(test) if test.false_unless_set else values_at(test.steps)
    compare = _comparison(test.kind, test.op, test.value)
    none_matches = test.op == "ne"

    def satisfied(node: Any) -> bool:
        found = values(node)
        return any(map(compare, found)) if found else none_matches

    return satisfied


def _values_or_false(test: Comparison) -> Callable[[Any], list[Any]]:
    """Return what finds the values of `primary`: false where an element does not say."""
    holders, fetch = values_at(test.steps[:-1]), fetcher(test.steps[-1])

    def values(node: Any) -> list[Any]:
        found = [fetch(holder) for holder in holders(node) if is_complex(holder)]
        return [value if assigned(value) else False for value in found]

    return values


def _has(has: Has) -> Predicate:
    values = values_at(has.steps)
    if has.blank:
        return lambda node: bool(values(node))
    return lambda node: any(assigned(value, blank=False) for value in values(node))


def _some(some: Some) -> Predicate:
    values, inner = values_at(some.steps), careful(some.condition)
    return lambda node: any(map(inner, values(node)))


# ----------------------------------------------------------------------------- one value


def _comparison(kind: Kind, op: CompareOperator, literal: Any) -> Predicate:
    """Return a predicate over single assigned values; one of another type is not equal, nor ordered."""
    read = _READERS[kind]
    compare = _COMPARE[op]
    if op == "ne":
        return lambda value: (found := read(value)) is None or compare(found, literal)
    return lambda value: (found := read(value)) is not None and compare(found, literal)


_COMPARE: Mapping[CompareOperator, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "co": operator.contains,
    "sw": str.startswith,
    "ew": str.endswith,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def _text_reader(form: Callable[[str], str]) -> Callable[[Any], str | None]:
    def read(value: Any) -> str | None:
        text = value if isinstance(value, str) else _plain(value)
        return form(text) if isinstance(text, str) else None

    return read


def _plain(value: Any) -> Any:
    """Return as JSON what a model of the user's own holds: an enumeration, a URL, a UUID, a secret."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Enum):
        return value.value
    if is_complex(value) or isinstance(value, bool | int | float):
        return None
    try:
        return to_jsonable_python(value)
    except ValueError:
        return None


def _read_boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return spelled_boolean(value) if isinstance(value, str) else None


def _read_number(value: Any) -> int | float | None:
    if isinstance(value, Decimal):
        return number_of(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


_READERS: Mapping[Kind, Callable[[Any], Any]] = {
    "exact": _text_reader(exact_form),
    "folded": _text_reader(folded_form),
    "user name": _text_reader(user_name_form),
    "binary": _text_reader(binary_form),
    "boolean": _read_boolean,
    "number": _read_number,
    "instant": instant,
}
