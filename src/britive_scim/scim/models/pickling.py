"""Pickling instances of classes that cannot be found by their name.

`User[AcmeAttributes]` is no name in any module, and neither is a class made of a schema document. What
they were made of can be pickled, and made again.
"""

from __future__ import annotations

import inspect
import operator
import types
from typing import Any, Union, cast, get_args, get_origin

from pydantic import BaseModel

__all__ = ["ClassReference", "restore_instance"]


class ClassReference:
    """A class, pickled by what it was made of."""

    def __init__(self, cls: Any) -> None:
        self.cls = cls

    def __reduce__(self) -> tuple[Any, ...]:
        cls = self.cls
        if get_origin(cls) in {Union, types.UnionType}:
            return _build_union, tuple(ClassReference(choice) for choice in get_args(cls))
        if inspect.isclass(cls) and issubclass(cls, BaseModel):
            made = cls.__dict__.get("__remake__")
            if made is not None:
                return cast("tuple[Any, ...]", made)
            generic = cls.__pydantic_generic_metadata__
            if generic["origin"] is not None:
                arguments = tuple(ClassReference(argument) for argument in generic["args"])
                return _parametrize, (ClassReference(generic["origin"]), arguments)
        return _return_class, (cls,)


def _return_class(cls: Any) -> Any:
    return cls


def _build_union(*choices: Any) -> Any:
    joined, *further = choices
    for choice in further:
        joined = joined | choice
    return joined


def _parametrize(origin: Any, arguments: tuple[Any, ...]) -> Any:
    return operator.getitem(origin, arguments[0] if len(arguments) == 1 else arguments)


def restore_instance(cls: Any, state: dict[Any, Any]) -> BaseModel:
    """Return an instance of a class with its state; what unpickling calls."""
    model: BaseModel = cls.__new__(cls)
    model.__setstate__(state)
    return model
