"""What the fast path of reading missed, found by a generated walk over what it made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from pydantic import BaseModel

from britive_scim.scim.codec.json import SAFE_TYPES, is_out_of_limits
from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.names import fold

__all__ = ["ResidueDetector", "get_residue_detector", "make_extra_detector"]

ResidueDetector = Callable[[Any], bool]

_CACHE_ATTRIBUTE = "__scim_leftovers__"
_MAX_CACHED_NAMES = 1_000
"""Most names of undeclared attributes remembered per class."""


def get_residue_detector(cls: type[BaseModel]) -> ResidueDetector:
    """Return the function that tells whether an instance holds something the fast path missed.

    That is an undeclared attribute whose name is a declared one but for its case, or a value of
    undeclared shape that is nested too deeply or no finite number. Generated per class, on first use.
    """
    walk = cls.__dict__.get(_CACHE_ATTRIBUTE)
    if walk is None:
        walk = staticmethod(_make_detector(cls, {}))
        setattr(cls, _CACHE_ATTRIBUTE, walk)
    return cast("ResidueDetector", walk.__func__)


def _make_detector(
    cls: type[BaseModel], in_progress: dict[type[BaseModel], ResidueDetector]
) -> ResidueDetector:
    made: list[ResidueDetector] = []

    def detect_later(model: Any) -> bool:
        return made[0](model)

    in_progress[cls] = detect_later  # for classes that hold themselves, or each other
    scope: dict[str, Any] = {
        "see": make_extra_detector(cls),
        "safe": SAFE_TYPES,
        "doubtful": is_out_of_limits,
    }
    lines = [
        "def walk(m):",
        " d = m.__dict__",
        " x = m.__pydantic_extra__",
        " if x and see(x): return True",
    ]
    shape = get_model_definition(cls)
    for slot in shape.fields:
        attribute = slot.attribute
        if not slot.is_native:
            lines += [
                f" v = d[{attribute.field!r}]",
                " if v.__class__ not in safe and doubtful(v, 2): return True",
            ]
        elif slot.nested_model is not None:
            lines += _make_nested_lines(attribute.field, slot.nested_model, scope, in_progress)
            if attribute.multi_valued:
                lines[-1:] = ["  for v in v:", f" {lines[-1]}"]
    for extension in shape.extensions:
        lines += _make_nested_lines(extension.field, extension.model, scope, in_progress)
    lines.append(" return False")
    exec("\n".join(lines), scope)  # noqa: S102 - every name in the text is quoted by repr
    made.append(scope["walk"])
    return made[0]


def _make_nested_lines(
    field_name: str,
    model: type[BaseModel],
    scope: dict[str, Any],
    in_progress: dict[type[BaseModel], ResidueDetector],
) -> list[str]:
    """Return the lines that look into one complex value or extension."""
    shape = get_model_definition(model)
    look = f"f{len(scope)}"
    if shape.extensions or not all(s.is_native and s.attribute.model is None for s in shape.fields):
        scope[look] = in_progress.get(model) or _make_detector(model, in_progress)
        seen = f"{look}(v)"
    else:
        scope[look] = make_extra_detector(model)
        seen = f"v.__pydantic_extra__ and {look}(v.__pydantic_extra__)"
    return [f" v = d[{field_name!r}]", " if v is not None:", f"  if {seen}: return True"]


def make_extra_detector(cls: Any) -> Callable[[dict[str, Any]], bool]:
    """Return the judge of undeclared attributes of one class; see `get_residue_detector`."""
    declared = get_model_definition(cls).by_name
    harmless: set[str] = set()

    def detect(extra: dict[str, Any]) -> bool:
        if not extra.keys() <= harmless:
            for name in extra:
                if fold(name) in declared:
                    return True
                if len(harmless) < _MAX_CACHED_NAMES:
                    harmless.add(name)
        return any(
            value.__class__ not in SAFE_TYPES and is_out_of_limits(value, 2)
            for value in extra.values()
        )

    return detect
