"""Signatures of model constructors, with the Python names of the fields.

pydantic sets the signature of a class only when it builds the validators, and with the wire names.
Here it is derived from the fields on access, so that `help()` and editors show it before first use.
"""

from __future__ import annotations

import inspect
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from typing_extensions import NoDefault

__all__ = ["ModelType"]


if TYPE_CHECKING:
    # Checkers derive the parameters from the fields, as declared by pydantic's metaclass.
    from pydantic._internal._model_construction import ModelMetaclass as ModelType
else:

    class ModelType(type(BaseModel)):
        """Metaclass of models: derives the signature from the fields."""

        @property
        def __signature__(cls) -> Signature:
            """Signature of the constructor."""
            return _build_signature(cls)

        @__signature__.setter
        def __signature__(cls, signature: object) -> None:
            """Ignore the signature that pydantic sets."""


class _DefaultFactory:
    """Default of a parameter whose value a function makes, displayed as in dataclasses."""

    def __repr__(self) -> str:
        return "<factory>"


_DEFAULT_FACTORY = _DefaultFactory()


def _build_signature(cls: type[BaseModel]) -> Signature:
    """Return the parameters of `__init__`, with the fields in place of its `**data`."""
    _, *own = inspect.signature(cls.__init__).parameters.values()
    parameters = {p.name: p for p in own if p.kind is not Parameter.VAR_KEYWORD}
    if len(parameters) < len(own):
        for name, info in cls.model_fields.items():
            default: Any = info.default
            if info.is_required():
                default = Parameter.empty
            elif info.default_factory is not None:
                default = _DEFAULT_FACTORY
            parameter = Parameter(
                name,
                Parameter.KEYWORD_ONLY,
                default=default,
                annotation=_apply_defaults(info.annotation),
            )
            parameters.setdefault(name, parameter)
        if cls.model_config.get("extra") == "allow":
            name = "extra_data"
            while name in parameters:
                name += "_"
            parameters[name] = Parameter(name, Parameter.VAR_KEYWORD, annotation=Any)
    return Signature(list(parameters.values()), return_annotation=None)


def _apply_defaults(annotation: Any) -> Any:
    """Return an annotation with type variables replaced by their defaults."""
    variables: tuple[Any, ...] = getattr(annotation, "__parameters__", ())
    if not variables:
        return annotation
    defaults = [getattr(variable, "__default__", NoDefault) for variable in variables]
    pairs = zip(variables, defaults, strict=True)
    return annotation[tuple(v if default is NoDefault else default for v, default in pairs)]
