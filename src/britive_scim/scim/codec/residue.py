"""Detection of input that needs the lenient decoder although the fast one accepted it.

The detectors are generated code. Of reading a page of 100 users they take 5 %; a plain loop over the
fields takes 19 %, and one with lists of fields prepared per class takes 9 %.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from pydantic import BaseModel

from britive_scim.scim.codec.json import SAFE_TYPES, is_out_of_limits
from britive_scim.scim.datatypes import is_base64
from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.names import fold

__all__ = ["ResidueDetector", "get_residue_detector", "make_extra_detector"]

ResidueDetector = Callable[[Any], bool]

_CACHE_ATTRIBUTE = "__scim_residue_detector__"
_MAX_CACHED_NAMES = 1_000
"""Most names of undeclared attributes cached per class."""


def get_residue_detector(cls: type[BaseModel]) -> ResidueDetector:
    """Return the function that detects residue in an instance of a class, generated on first use.

    Residue is an undeclared attribute whose name differs from a declared one only in case, or a value
    without a declared type that is nested too deeply or contains a number that is not finite.
    """
    detector = cls.__dict__.get(_CACHE_ATTRIBUTE)
    if detector is None:
        detector = staticmethod(_make_detector(cls, {}))
        setattr(cls, _CACHE_ATTRIBUTE, detector)
    return cast("ResidueDetector", detector.__func__)


def _make_detector(
    cls: type[BaseModel], in_progress: dict[type[BaseModel], ResidueDetector]
) -> ResidueDetector:
    generated: list[ResidueDetector] = []

    def detect_later(model: Any) -> bool:
        return generated[0](model)

    in_progress[cls] = detect_later  # for recursive classes
    scope: dict[str, Any] = {
        "detect_extra": make_extra_detector(cls),
        "SAFE_TYPES": SAFE_TYPES,
        "is_base64": is_base64,
        "is_out_of_limits": is_out_of_limits,
    }
    lines = [
        "def detect(model):",
        " fields = model.__dict__",
        " extra = model.__pydantic_extra__",
        " if extra and detect_extra(extra): return True",
    ]
    definition = get_model_definition(cls)
    for model_field in definition.fields:
        attribute = model_field.attribute
        if not model_field.is_native:
            lines += [
                f" v = fields[{attribute.field!r}]",
                " if v.__class__ not in SAFE_TYPES and is_out_of_limits(v, 2): return True",
            ]
        elif model_field.has_binary_values:
            values = "v" if attribute.multi_valued else "(v,)"
            lines += [
                f" v = fields[{attribute.field!r}]",
                f" if v is not None and not all(map(is_base64, {values})): return True",
            ]
        elif model_field.nested_model is not None:
            lines += _make_nested_lines(
                attribute.field, model_field.nested_model, scope, in_progress
            )
            if attribute.multi_valued:
                lines[-1:] = ["  for v in v:", f" {lines[-1]}"]
    for extension in definition.extensions:
        lines += _make_nested_lines(extension.field, extension.model, scope, in_progress)
    lines.append(" return False")
    exec("\n".join(lines), scope)  # noqa: S102 - every name in the source is quoted by repr
    generated.append(scope["detect"])
    return generated[0]


def _make_nested_lines(
    field_name: str,
    model: type[BaseModel],
    scope: dict[str, Any],
    in_progress: dict[type[BaseModel], ResidueDetector],
) -> list[str]:
    """Return the lines that check one complex value or extension."""
    definition = get_model_definition(model)
    detector_name = f"f{len(scope)}"
    if definition.extensions or not all(
        inner.is_native and inner.attribute.model is None and not inner.has_binary_values
        for inner in definition.fields
    ):
        scope[detector_name] = in_progress.get(model) or _make_detector(model, in_progress)
        condition = f"{detector_name}(v)"
    else:
        scope[detector_name] = make_extra_detector(model)
        condition = f"v.__pydantic_extra__ and {detector_name}(v.__pydantic_extra__)"
    return [f" v = fields[{field_name!r}]", " if v is not None:", f"  if {condition}: return True"]


def make_extra_detector(cls: type[BaseModel]) -> Callable[[dict[str, Any]], bool]:
    """Return the function that detects residue among the undeclared attributes of a class."""
    declared = get_model_definition(cls).by_name
    undeclared_names: set[str] = set()

    def detect(extra: dict[str, Any]) -> bool:
        if not extra.keys() <= undeclared_names:
            for name in extra:
                if fold(name) in declared:
                    return True
                if len(undeclared_names) < _MAX_CACHED_NAMES:
                    undeclared_names.add(name)
        return any(
            value.__class__ not in SAFE_TYPES and is_out_of_limits(value, 2)
            for value in extra.values()
        )

    return detect
