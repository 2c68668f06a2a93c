"""Source code of one generated function, and the arguments passed to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from britive_scim.scim.filters.bound import BoundFilter
from britive_scim.scim.values.lookup import get_other_keys

__all__ = ["SourceBuilder"]


class SourceBuilder:
    """Source code of one generated function.

    Attributes:
        arguments: names, literals and general predicates, in the order of the parameters.
        parameters: their names in the source.
        function_source: source of the functions that the expression calls.
    """

    def __init__(self, build_fallback: Callable[[BoundFilter], Callable[[Any], bool]]) -> None:
        self.arguments: list[Any] = []
        self._build_fallback = build_fallback
        self.parameters: list[str] = []
        self.function_source = ""
        self._function_count = 0
        self._fallback_parameters: dict[int, tuple[BoundFilter, str]] = {}
        self._name_parameters: dict[str, str] = {}
        self._other_names_parameters: dict[str, str] = {}
        self._variable_count = 0

    def new_variable(self) -> str:
        """Return an unused variable name."""
        self._variable_count += 1
        return f"v{self._variable_count}"

    def add_constant(self, value: Any) -> str:
        """Add a value to the arguments and return its parameter."""
        self.parameters.append(f"c{len(self.arguments)}")
        self.arguments.append(value)
        return self.parameters[-1]

    def add_fallback(self, condition: BoundFilter) -> str:
        """Add the general predicate of a condition, once, and return its parameter."""
        entry = self._fallback_parameters.get(id(condition))
        if entry is None:
            entry = self._fallback_parameters[id(condition)] = (
                condition,
                self.add_constant(self._build_fallback(condition)),
            )
        return entry[1]

    def add_name(self, name: str) -> str:
        """Add the name of an attribute, once, and return its parameter."""
        parameter = self._name_parameters.get(name)
        if parameter is None:
            parameter = self._name_parameters[name] = self.add_constant(name)
        return parameter

    def add_other_names(self, name: str) -> str:
        """Add the keys known to differ from `name`, once, and return their parameter."""
        parameter = self._other_names_parameters.get(name)
        if parameter is None:
            parameter = self.add_constant(get_other_keys(name))
            self._other_names_parameters[name] = parameter
        return parameter

    def add_function(self, *lines: str) -> str:
        """Add a function of one argument `n` and return its name."""
        name = f"f{self._function_count}"
        self._function_count += 1
        body = "".join(f"  {line}\n" for line in lines)
        self.function_source += f" def {name}(n):\n{body}"
        return name
