"""Compile bound filters to Python code, to evaluate a filter fast on many resources.

For `userName sw "j" and emails[type eq "work"]`, the generated code is about this:

```python
def make(k0, c1, slow2, ...):
    def f5(n):
        if (v6 := n.get(k3)).__class__ is not list:
            return slow4(n)
        for v7 in v6: ...
    def predicate(n):
        cls = n.__class__
        if cls is dict:
            return (
                (v8.lower() if v8.isascii() else user_name_form(v8)).startswith(c1)
                if (v8 := n.get(k0)).__class__ is str
                else slow2(n)
            ) and f5(n)
        ...
```

The code handles the usual shape of a value. For any other, such as a name in another case, null, or a
number instead of a string, it calls `slow`, the general predicate of that part of the condition.

The code contains nothing of a filter, schema or resource: names and literals are passed as arguments.
Only Python names of model fields are written, if they are identifiers. So conditions of the same form
share one code object, which is compiled once.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from britive_scim.scim.datatypes import (
    normalize_case_exact,
    normalize_caseless,
    normalize_user_name,
    to_aware_datetime,
)
from britive_scim.scim.filters.bound import (
    BoundAnd,
    BoundCompare,
    BoundFilter,
    BoundNot,
    BoundOr,
    BoundValuePath,
)
from britive_scim.scim.filters.codegen import DictPredicateGenerator, ModelPredicateGenerator
from britive_scim.scim.filters.source_builder import SourceBuilder
from britive_scim.scim.values.lookup import is_assigned

__all__ = ["generate_predicate"]

_MAX_NODES: Final = 60
_MAX_DEPTH: Final = 12
_CHARACTERS_PER_NODE: Final = 500
"""Beyond these limits, compiling costs more than it saves, and Python's compiler has its own limits."""

_GLOBALS: Final[dict[str, Any]] = {
    "__builtins__": {},
    "AttributeError": AttributeError,
    "TypeError": TypeError,
    "ValueError": ValueError,
    "assigned": is_assigned,
    "bool": bool,
    "datetime": datetime,
    "dict": dict,
    "exact_form": normalize_case_exact,
    "float": float,
    "folded_form": normalize_caseless,
    "instant": to_aware_datetime,
    "int": int,
    "list": list,
    "str": str,
    "numbers": frozenset({int, float}),
    "user_name_form": normalize_user_name,
}


def generate_predicate(
    condition: BoundFilter,
    build_fallback: Callable[[BoundFilter], Callable[[Any], bool]],
    fallback: Callable[[Any], bool],
    known_classes: set[type[Any]],
) -> Callable[[Any], bool] | None:
    """Return a fast predicate for a condition, or `None` if the condition exceeds the limits.

    Args:
        condition: the condition.
        build_fallback: builds the general predicate of a part of the condition.
        fallback: the general predicate of the whole condition.
        known_classes: model classes whose fields match the steps of the condition; may grow later.
    """
    if not _is_within_limits(condition, _MAX_DEPTH, [_MAX_NODES]):
        return None
    source = SourceBuilder(build_fallback)
    make = _compile_source(_build_source(condition, source))
    predicate: Callable[[Any], bool] = make(fallback, known_classes, *source.arguments)
    return predicate


def _build_source(condition: BoundFilter, builder: SourceBuilder) -> str:
    on_dict = DictPredicateGenerator(builder).emit_expression(condition, "n")
    on_model = ModelPredicateGenerator(builder).emit_expression(condition, "n")
    return (
        f"def make({', '.join(['fallback', 'known', *builder.parameters])}):\n"
        f"{builder.function_source}"
        " def predicate(n):\n"
        "  cls = n.__class__\n"
        "  if cls is dict:\n"
        f"   return {on_dict}\n"
        "  if cls in known:\n"
        "   try:\n"
        f"    return {on_model}\n"
        "   except (AttributeError, TypeError, ValueError):\n"
        "    pass\n"
        "  return fallback(n)\n"
        " return predicate\n"
    )


@functools.lru_cache(maxsize=512)
def _compile_source(source: str) -> Callable[..., Any]:
    namespace = dict(_GLOBALS)
    exec(compile(source, "<filter>", "exec"), namespace)  # noqa: S102  # generated above, free of data
    make: Callable[..., Any] = namespace["make"]
    return make


def _is_within_limits(condition: BoundFilter, depth: int, budget: list[int]) -> bool:
    budget[0] -= 1
    if budget[0] < 0 or depth < 0:
        return False
    if isinstance(condition, BoundAnd | BoundOr):
        return all(_is_within_limits(item, depth - 1, budget) for item in condition.items)
    if isinstance(condition, BoundNot):
        return _is_within_limits(condition.item, depth - 1, budget)
    if isinstance(condition, BoundValuePath):
        return _is_within_limits(condition.condition, depth - 1, budget)
    if isinstance(condition, BoundCompare) and isinstance(condition.value, str):
        budget[0] -= len(condition.value) // _CHARACTERS_PER_NODE
    return budget[0] >= 0
