"""Conditions as Python code: the fast way to evaluate a filter on many resources.

For `userName sw "j" and emails[type eq "work"]` about this is written, and executed:

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

The code looks at the usual shape of a value only, and calls the careful predicate of that part of the
condition, `slow`, for any other: a name in another case, null, a number where text is expected.

Nothing of a filter, of a schema or of a resource gets into the code: names and literals are passed in
as arguments. Only Python names of model fields are written, if they are identifiers. So conditions of
the same form share one code object, which is compiled once.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from britive_scim.scim.datatypes import exact_form, folded_form, instant, user_name_form
from britive_scim.scim.filters.bound import All, AnyOf, Comparison, Condition, Negation, Some
from britive_scim.scim.filters.codegen import OnDicts, OnModels, Source
from britive_scim.scim.values.lookup import assigned

__all__ = ["generate"]

_MOST_NODES: Final = 60
_MOST_DEPTH: Final = 12
_LONG_TEXT: Final = 500
"""Beyond these, making the code takes longer than it saves, and the compiler has limits of its own."""

_GLOBALS: Final[dict[str, Any]] = {
    "__builtins__": {},
    "AttributeError": AttributeError,
    "TypeError": TypeError,
    "ValueError": ValueError,
    "assigned": assigned,
    "bool": bool,
    "datetime": datetime,
    "dict": dict,
    "exact_form": exact_form,
    "float": float,
    "folded_form": folded_form,
    "instant": instant,
    "int": int,
    "list": list,
    "str": str,
    "numbers": frozenset({int, float}),
    "user_name_form": user_name_form,
}


def generate(
    condition: Condition,
    careful: Callable[[Condition], Callable[[Any], bool]],
    fallback: Callable[[Any], bool],
    known: set[type[Any]],
) -> Callable[[Any], bool] | None:
    """Return a fast predicate for a condition, or `None` where none is worth it.

    Args:
        condition: what is to be evaluated.
        careful: makes the slow and general predicate of a part of the condition.
        fallback: the slow and general predicate of the whole.
        known: model classes whose fields are those the steps of the condition name; may grow later.
    """
    if not _worth_it(condition, _MOST_DEPTH, [_MOST_NODES]):
        return None
    source = Source(careful)
    make = _maker(_text_of(condition, source))
    predicate: Callable[[Any], bool] = make(fallback, known, *source.values)
    return predicate


def _text_of(condition: Condition, source: Source) -> str:
    on_dict = OnDicts(source).expression(condition, "n")
    on_model = OnModels(source).expression(condition, "n")
    return (
        f"def make({', '.join(['fallback', 'known', *source.parameters])}):\n"
        f"{source.functions}"
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
def _maker(source: str) -> Callable[..., Any]:
    namespace = dict(_GLOBALS)
    exec(compile(source, "<filter>", "exec"), namespace)  # noqa: S102  # written above, holds no data
    make: Callable[..., Any] = namespace["make"]
    return make


def _worth_it(condition: Condition, depth: int, left: list[int]) -> bool:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        return False
    if isinstance(condition, All | AnyOf):
        return all(_worth_it(item, depth - 1, left) for item in condition.items)
    if isinstance(condition, Negation):
        return _worth_it(condition.item, depth - 1, left)
    if isinstance(condition, Some):
        return _worth_it(condition.condition, depth - 1, left)
    if isinstance(condition, Comparison) and isinstance(condition.value, str):
        left[0] -= len(condition.value) // _LONG_TEXT
    return left[0] >= 0
