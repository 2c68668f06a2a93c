"""What the fast path of reading missed, found by a generated walk over what it made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from pydantic import BaseModel

from britive_scim.scim.codec.json import SAFE, is_doubtful
from britive_scim.scim.definitions.fields import shape_of
from britive_scim.scim.names import fold

__all__ = ["Walk", "leftovers", "see"]

Walk = Callable[[Any], bool]

_WALK = "__scim_leftovers__"
_MEMO = 1_000
"""Most names of undeclared attributes remembered per class."""


def leftovers(cls: type[BaseModel]) -> Walk:
    """Return the function that tells whether an instance holds something the fast path missed.

    That is an undeclared attribute whose name is a declared one but for its case, or a value of
    undeclared shape that is nested too deeply or no finite number. Generated per class, on first use.
    """
    walk = cls.__dict__.get(_WALK)
    if walk is None:
        walk = staticmethod(_make_walk(cls, {}))
        setattr(cls, _WALK, walk)
    return cast("Walk", walk.__func__)


def _make_walk(cls: type[BaseModel], making: dict[type[BaseModel], Walk]) -> Walk:
    made: list[Walk] = []

    def later(model: Any) -> bool:
        return made[0](model)

    making[cls] = later  # for classes that hold themselves, or each other
    scope: dict[str, Any] = {"see": see(cls), "safe": SAFE, "doubtful": is_doubtful}
    lines = [
        "def walk(m):",
        " d = m.__dict__",
        " x = m.__pydantic_extra__",
        " if x and see(x): return True",
    ]
    shape = shape_of(cls)
    for slot in shape.slots:
        attribute = slot.attribute
        if not slot.plain:
            lines += [
                f" v = d[{attribute.field!r}]",
                " if v.__class__ not in safe and doubtful(v, 2): return True",
            ]
        elif slot.inner is not None:
            lines += _look_into(attribute.field, slot.inner, scope, making)
            if attribute.multi_valued:
                lines[-1:] = ["  for v in v:", f" {lines[-1]}"]
    for extension in shape.extensions:
        lines += _look_into(extension.field, extension.model, scope, making)
    lines.append(" return False")
    exec("\n".join(lines), scope)  # noqa: S102 - every name in the text is quoted by repr
    made.append(scope["walk"])
    return made[0]


def _look_into(
    field_: str,
    model: type[BaseModel],
    scope: dict[str, Any],
    making: dict[type[BaseModel], Walk],
) -> list[str]:
    """Return the lines that look into one complex value or extension."""
    shape = shape_of(model)
    look = f"f{len(scope)}"
    if shape.extensions or not all(s.plain and s.attribute.model is None for s in shape.slots):
        scope[look] = making.get(model) or _make_walk(model, making)
        seen = f"{look}(v)"
    else:
        scope[look] = see(model)
        seen = f"v.__pydantic_extra__ and {look}(v.__pydantic_extra__)"
    return [f" v = d[{field_!r}]", " if v is not None:", f"  if {seen}: return True"]


def see(cls: Any) -> Callable[[dict[str, Any]], bool]:
    """Return the judge of undeclared attributes of one class; see `leftovers`."""
    declared = shape_of(cls).by_name
    harmless: set[str] = set()

    def judge(extra: dict[str, Any]) -> bool:
        if not extra.keys() <= harmless:
            for name in extra:
                if fold(name) in declared:
                    return True
                if len(harmless) < _MEMO:
                    harmless.add(name)
        return any(
            value.__class__ not in SAFE and is_doubtful(value, 2) for value in extra.values()
        )

    return judge
