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
share one code object, which is compiled once. A large filter consists of parts of limited size.
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
from britive_scim.scim.filters.bound import BoundFilter, BoundPart
from britive_scim.scim.filters.codegen import DictPredicateGenerator, ModelPredicateGenerator
from britive_scim.scim.filters.division import MAX_SIZE, divide_condition, measure_size
from britive_scim.scim.filters.source_builder import SourceBuilder
from britive_scim.scim.values.lookup import is_assigned

__all__ = ["generate_predicate"]

_MAX_TOTAL_SIZE: Final = 10_000
"""Size beyond which a filter is not compiled, which would take seconds."""

_EVALUATIONS_BEFORE_COMPILING: Final = 50
"""Number of general evaluations of a large filter before it is compiled, which takes as long as about so many."""

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
    """Return a fast predicate for a condition, or `None` if the condition is too large.

    A condition of more than one part is compiled only after some evaluations.

    Args:
        condition: the condition.
        build_fallback: builds the general predicate of a part of the condition.
        fallback: the general predicate of the whole condition.
        known_classes: model classes whose fields match the steps of the condition; may grow later.
    """
    size = measure_size(condition)
    if size > _MAX_TOTAL_SIZE:
        return None

    def compile_condition() -> Callable[[Any], bool]:
        source = SourceBuilder(build_fallback)
        divided = divide_condition(condition, lambda part: _compile_part(part, build_fallback))
        make = _compile_source(_build_source(divided, source))
        predicate: Callable[[Any], bool] = make(fallback, known_classes, *source.arguments)
        return predicate

    return compile_condition() if size <= MAX_SIZE else _defer(compile_condition, fallback)


def _defer(
    compile_condition: Callable[[], Callable[[Any], bool]], fallback: Callable[[Any], bool]
) -> Callable[[Any], bool]:
    """Return a predicate that is general at first, and compiled after some evaluations."""
    remaining = _EVALUATIONS_BEFORE_COMPILING
    compiled: Callable[[Any], bool] | None = None

    def predicate(value: Any) -> bool:
        nonlocal compiled, remaining
        if compiled is not None:
            return compiled(value)
        remaining -= 1
        if not remaining:
            compiled = compile_condition()
        return fallback(value)

    return predicate


def _compile_part(
    condition: BoundFilter, build_fallback: Callable[[BoundFilter], Callable[[Any], bool]]
) -> BoundPart:
    source = SourceBuilder(build_fallback)
    make = _compile_source(_build_part_source(condition, source))
    on_dict, on_model = make(*source.arguments)
    return BoundPart(condition, on_dict, on_model)


def _build_part_source(condition: BoundFilter, builder: SourceBuilder) -> str:
    on_dict = DictPredicateGenerator(builder).emit_expression(condition, "n")
    on_model = ModelPredicateGenerator(builder).emit_expression(condition, "n")
    return (
        f"def make({', '.join(builder.parameters)}):\n"
        f"{builder.function_source}"
        f" def on_dict(n):\n  return {on_dict}\n"
        f" def on_model(n):\n  return {on_model}\n"
        " return on_dict, on_model\n"
    )


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
