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

__all__ = ["ClassReference", "restore"]


class ClassReference:
    """A class, pickled by what it was made of."""

    def __init__(self, cls: Any) -> None:
        self.cls = cls

    def __reduce__(self) -> tuple[Any, ...]:
        cls = self.cls
        if get_origin(cls) in {Union, types.UnionType}:
            return _union, tuple(ClassReference(choice) for choice in get_args(cls))
        if inspect.isclass(cls) and issubclass(cls, BaseModel):
            made = cls.__dict__.get("__remake__")
            if made is not None:
                return cast("tuple[Any, ...]", made)
            generic = cls.__pydantic_generic_metadata__
            if generic["origin"] is not None:
                arguments = tuple(ClassReference(argument) for argument in generic["args"])
                return _parametrise, (ClassReference(generic["origin"]), arguments)
        return _itself, (cls,)


def _itself(cls: Any) -> Any:
    return cls


def _union(*choices: Any) -> Any:
    joined, *further = choices
    for choice in further:
        joined = joined | choice
    return joined


def _parametrise(origin: Any, arguments: tuple[Any, ...]) -> Any:
    return operator.getitem(origin, arguments[0] if len(arguments) == 1 else arguments)


def restore(cls: Any, state: dict[Any, Any]) -> BaseModel:
    """Return an instance of a class with its state; what unpickling calls."""
    model: BaseModel = cls.__new__(cls)
    model.__setstate__(state)
    return model
