"""Pickle support for instances of classes that are not importable by name.

`User[AcmeAttributes]` and classes built from schema documents have no name in any module. They are
pickled by what they are built from, and rebuilt.
"""

from __future__ import annotations

import inspect
import operator
import types
from typing import Any, Union, cast, get_args, get_origin

from pydantic import BaseModel

__all__ = ["ClassReference", "restore_instance"]


class ClassReference:
    """Class reference that pickles by what the class is built from."""

    def __init__(self, cls: Any) -> None:
        self.cls = cls

    def __reduce__(self) -> tuple[Any, ...]:
        cls = self.cls
        if get_origin(cls) in {Union, types.UnionType}:
            return _build_union, tuple(ClassReference(choice) for choice in get_args(cls))
        if inspect.isclass(cls) and issubclass(cls, BaseModel):
            recipe = cls.__dict__.get("__remake__")
            if recipe is not None:
                return cast("tuple[Any, ...]", recipe)
            generic = cls.__pydantic_generic_metadata__
            if generic["origin"] is not None:
                arguments = tuple(ClassReference(argument) for argument in generic["args"])
                return _parametrize, (ClassReference(generic["origin"]), arguments)
        return _return_class, (cls,)


def _return_class(cls: Any) -> Any:
    return cls


def _build_union(*choices: Any) -> Any:
    union, *others = choices
    for choice in others:
        union = union | choice
    return union


def _parametrize(origin: Any, arguments: tuple[Any, ...]) -> Any:
    return operator.getitem(origin, arguments[0] if len(arguments) == 1 else arguments)


def restore_instance(cls: Any, state: dict[Any, Any]) -> BaseModel:
    """Return an instance of a class with its state; called by unpickling."""
    model: BaseModel = cls.__new__(cls)
    model.__setstate__(state)
    return model
