"""Generate predicate source code for dicts and for models."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any, Final, cast

from typing_extensions import override

from britive_scim.scim.filters.bound import (
    NEGATIVE_OPERATORS,
    BoundAnd,
    BoundCompare,
    BoundConstant,
    BoundFilter,
    BoundNot,
    BoundOr,
    BoundPart,
    BoundPresent,
    BoundValuePath,
    PathStep,
)
from britive_scim.scim.filters.source_builder import SourceBuilder

__all__ = ["DictPredicateGenerator", "ModelPredicateGenerator"]

_STRING_FORM_TEMPLATES: Final = {
    "exact": "({v} if {v}.isascii() else exact_form({v}))",
    "folded": "({v}.lower() if {v}.isascii() else folded_form({v}))",
    "user name": "({v}.lower() if {v}.isascii() else user_name_form({v}))",
    "binary": '{v}.rstrip("=")',
}
_OPERATOR_TEMPLATES: Final = {
    "eq": "{v} == {c}",
    "in": "{v} in {c}",
    "not in": "{v} not in {c}",
    "ne": "{v} != {c}",
    "co": "{c} in {v}",
    "sw": "{v}.startswith({c})",
    "ew": "{v}.endswith({c})",
    "gt": "{v} > {c}",
    "ge": "{v} >= {c}",
    "lt": "{v} < {c}",
    "le": "{v} <= {c}",
}


@dataclass(frozen=True, slots=True)
class AttributeAccess:
    """Generated access of one step to a value.

    Attributes:
        parent_variable: variable of the complex value before the step.
        step: the step.
        variable: variable of the value after the step.
    """

    parent_variable: str
    step: PathStep
    variable: str


class PredicateGenerator(ABC):
    """Base of the generators: code for one usual shape of data."""

    def __init__(self, source: SourceBuilder) -> None:
        self._source = source

    @abstractmethod
    def get_predicate(self, part: BoundPart) -> Callable[[Any], bool]:
        """Return the compiled predicate of a part for this shape of data."""

    @abstractmethod
    def emit_get(self, access: AttributeAccess) -> str:
        """Return the expression that assigns the value after a step to its variable."""

    @abstractmethod
    def can_get(self, step: PathStep) -> bool:
        """Return whether `emit_get` supports the step."""

    @abstractmethod
    def emit_is_complex(self, expression: str) -> str:
        """Return the test that a value is complex and of this shape."""

    @abstractmethod
    def emit_is_absent(self, access: AttributeAccess) -> str:
        """Return the test that the value after a step is certainly missing."""

    @abstractmethod
    def emit_is_datetime(self, expression: str, variable: str) -> str:
        """Return the test that `expression`, which sets `variable`, is a dateTime of this shape."""

    @abstractmethod
    def emit_datetime_comparison(
        self, variable: str, template: str, *, result_if_missing: bool
    ) -> str:
        """Return the comparison of a dateTime in a variable; `template` contains `{v}`."""

    def plan_accesses(
        self, steps: tuple[PathStep, ...], start: str
    ) -> list[AttributeAccess] | None:
        """Return the accesses from the variable `start` to a value, or `None` if unsupported."""
        accesses: list[AttributeAccess] = []
        for step in steps:
            if not self.can_get(step):
                return None
            parent = accesses[-1].variable if accesses else start
            accesses.append(AttributeAccess(parent, step, self._source.new_variable()))
        return accesses

    def emit_value_check(
        self,
        accesses: list[AttributeAccess],
        type_check: str,
        value_expression: str,
        fallback_expression: str,
        *,
        result_if_missing: bool,
    ) -> str:
        """Return the expression that evaluates the value after some accesses.

        Args:
            accesses: accesses to the value, at least one.
            type_check: the test that the value has the usual type; contains the last access.
            value_expression: the expression for a value of the usual type.
            fallback_expression: the expression for any other value.
            result_if_missing: the result if the value is certainly missing.
        """
        *before, last = accesses
        result = f"({value_expression} if {type_check} else {result_if_missing} if {self.emit_is_absent(last)} else {fallback_expression})"
        for access in reversed(before):
            is_usual = self.emit_is_complex(self.emit_get(access))
            result = f"({result} if {is_usual} else {result_if_missing} if {self.emit_is_absent(access)} else {fallback_expression})"
        return result

    def emit_expression(self, condition: BoundFilter, variable: str) -> str:
        """Return the expression that evaluates the condition on the value in `variable`."""
        if isinstance(condition, BoundAnd):
            return f"({' and '.join(self.emit_expression(item, variable) for item in condition.items)})"
        if isinstance(condition, BoundOr):
            return (
                f"({' or '.join(self.emit_expression(item, variable) for item in condition.items)})"
            )
        if isinstance(condition, BoundNot):
            return f"(not {self.emit_expression(condition.item, variable)})"
        if isinstance(condition, BoundConstant):
            return str(condition.value)
        if isinstance(condition, BoundPart):
            return f"{self._source.add_constant(self.get_predicate(condition))}({variable})"
        if isinstance(condition, BoundCompare):
            expression = self._emit_compare(condition, variable)
        elif isinstance(condition, BoundPresent):
            expression = self._emit_present(condition, variable)
        else:
            expression = self._emit_value_path(cast("BoundValuePath", condition), variable)
        return expression or f"{self._source.add_fallback(condition)}({variable})"

    # ------------------------------------------------------------------ leaves

    def _emit_present(self, present: BoundPresent, variable: str) -> str | None:
        if (
            present.can_be_empty
            or not present.is_string
            or _split_at_list(present.steps)[1] is not None
        ):
            return None
        accesses = self.plan_accesses(present.steps, variable)
        if not accesses:
            return None
        is_usual = f"{self.emit_get(accesses[-1])}.__class__ is str"
        fallback = f"{self._source.add_fallback(present)}({variable})"
        return self.emit_value_check(
            accesses, is_usual, f'{accesses[-1].variable} != ""', fallback, result_if_missing=False
        )

    def _emit_compare(self, compare: BoundCompare, variable: str) -> str | None:
        before, after = _split_at_list(compare.steps)
        if after is not None:
            return self._emit_multi_valued_compare(compare, before, after, variable)
        fallback = f"{self._source.add_fallback(compare)}({variable})"
        if not before:
            return f"({self._emit_comparison(compare, variable)} if {self._emit_type_check(compare, variable, variable)} else {fallback})"
        accesses = self.plan_accesses(before, variable)
        if accesses is None:
            return None
        name = accesses[-1].variable
        is_usual = self._emit_type_check(compare, self.emit_get(accesses[-1]), name)
        return self.emit_value_check(
            accesses,
            is_usual,
            self._emit_comparison(compare, name),
            fallback,
            result_if_missing=compare.is_true_if_missing,
        )

    def _emit_multi_valued_compare(
        self,
        compare: BoundCompare,
        before: tuple[PathStep, ...],
        after: tuple[PathStep, ...],
        variable: str,
    ) -> str | None:
        """Add a function that searches one matching value, and return the call of it."""
        source = self._source
        accesses = self.plan_accesses(before, "n")
        if accesses is None or len(after) > 1 or not all(map(self.can_get, after)):
            return None
        element = source.new_variable()
        fallback = source.add_fallback(compare)
        if compare.op == "ne" and not compare.has_false_default:
            # `ne` also holds if no element has a value, so every element must have the usual type.
            value = name = element
            is_usual = ""
            if after:
                access = AttributeAccess(element, after[0], source.new_variable())
                value, name = self.emit_get(access), access.variable
                is_usual = f"{self.emit_is_complex(element)} and "
            is_usual += self._emit_type_check(compare, value, name)
            lines = [
                f" if not ({is_usual}): return {fallback}(n)",
                f" if {self._emit_comparison(compare, name)}: return True",
                f"return not {accesses[-1].variable}",
            ]
        else:
            rest = BoundCompare(
                after, compare.comparison_type, compare.op, compare.value, compare.has_false_default
            )
            expression = self._emit_compare(rest, element)
            lines = [f" if {expression}: return True"]
            if after:
                if compare.has_false_default:
                    expression = f"{expression} and assigned({element})"
                unusual = f" elif {source.add_fallback(rest)}({element}): return True"
                if compare.op == "ne" or before[-1].is_valued:  # a string may be an element
                    unusual = f" else: return {fallback}(n)"
                lines = [
                    f" if {self.emit_is_complex(element)}:",
                    f"  if {expression}: return True",
                    unusual,
                ]
            lines.append(f"return {fallback}(n)" if compare.op == "ne" else "return False")
        function = source.add_function(
            *self._emit_list_or_return(accesses, fallback, result_if_missing=compare.op == "ne"),
            f"for {element} in {accesses[-1].variable}:",
            *lines,
        )
        return f"{function}({variable})"

    def _emit_value_path(self, value_path: BoundValuePath, variable: str) -> str | None:
        source = self._source
        before, after = _split_at_list(value_path.steps)
        accesses = self.plan_accesses(before, variable if after is None else "n")
        if not accesses or after:
            return None
        fallback = source.add_fallback(value_path)
        element = accesses[-1].variable if after is None else source.new_variable()
        inner = self.emit_expression(value_path.condition, element)
        if not _is_false_for_nulls(value_path.condition):
            inner = f"({inner} and assigned({element}))"
        if after is None:
            is_usual = self.emit_is_complex(self.emit_get(accesses[-1]))
            return self.emit_value_check(
                accesses, is_usual, inner, f"{fallback}({variable})", result_if_missing=False
            )
        function = source.add_function(
            *self._emit_list_or_return(accesses, fallback, result_if_missing=False),
            f"for {element} in {accesses[-1].variable}:",
            f" if {self.emit_is_complex(element)}:",
            f"  if {inner}: return True",
            f" else: return {fallback}(n)"
            if before[-1].is_valued  # a string may be an element
            else f" elif assigned({element}) and {source.add_fallback(value_path.condition)}({element}): return True",
            "return False",
        )
        return f"{function}({variable})"

    def _emit_list_or_return(
        self, accesses: list[AttributeAccess], fallback: str, *, result_if_missing: bool
    ) -> list[str]:
        """Return the lines that get a list, and return from the function if it is not a list."""
        *before, last = accesses
        lines: list[str] = []
        for access, is_usual in (
            *((access, self.emit_is_complex(self.emit_get(access))) for access in before),
            (last, f"{self.emit_get(last)}.__class__ is list"),
        ):
            lines += [
                f"if not ({is_usual}):",
                f" return {result_if_missing} if {self.emit_is_absent(access)} else {fallback}(n)",
            ]
        return lines

    def _emit_type_check(self, compare: BoundCompare, expression: str, variable: str) -> str:
        """Return the test that `expression`, which sets `variable`, has the type to compare directly."""
        if compare.comparison_type == "instant":
            return self.emit_is_datetime(expression, variable)
        if compare.comparison_type == "number":
            return f"{expression}.__class__ in numbers"
        return (
            f"{expression}.__class__ is {'bool' if compare.comparison_type == 'boolean' else 'str'}"
        )

    def _emit_comparison(self, compare: BoundCompare, variable: str) -> str:
        """Return the comparison of the value in `variable` with the literal."""
        c = self._source.add_constant(compare.value)
        operation = _OPERATOR_TEMPLATES[compare.op]
        if compare.comparison_type == "boolean":
            return f"{variable} {'is not' if compare.op == 'ne' else 'is'} {c}"
        if compare.comparison_type == "instant":
            return self.emit_datetime_comparison(
                variable,
                operation.format(v="{v}", c=c),
                result_if_missing=compare.op in NEGATIVE_OPERATORS,
            )
        return operation.format(
            v=_STRING_FORM_TEMPLATES.get(compare.comparison_type, "{v}").format(v=variable), c=c
        )


class DictPredicateGenerator(PredicateGenerator):
    """Generator for dicts with the names in the spelling of the schema."""

    @override
    def get_predicate(self, part: BoundPart) -> Callable[[Any], bool]:
        return part.on_dict

    @override
    def emit_get(self, access: AttributeAccess) -> str:
        return f"({access.variable} := {access.parent_variable}.get({self._source.add_name(access.step.name)}))"

    @override
    def can_get(self, step: PathStep) -> bool:  # a dict accepts every name
        return True

    @override
    def emit_is_complex(self, expression: str) -> str:
        return f"{expression}.__class__ is dict"

    @override
    def emit_is_absent(self, access: AttributeAccess) -> str:
        # The key may be spelled in another case, unless all keys are known to be other names.
        others = self._source.add_other_names(access.step.name)
        return f"{access.variable} is None and {access.parent_variable}.keys() <= {others}"

    @override
    def emit_is_datetime(self, expression: str, variable: str) -> str:
        return f"{expression}.__class__ is str"

    @override
    def emit_datetime_comparison(
        self, variable: str, template: str, *, result_if_missing: bool
    ) -> str:
        parsed = self._source.new_variable()
        parse = f"({parsed} := instant({variable}))"
        test = "is None or" if result_if_missing else "is not None and"
        return f"({parse} {test} {template.format(v=parsed)})"


class ModelPredicateGenerator(PredicateGenerator):
    """Generator for models whose fields match the steps."""

    @override
    def get_predicate(self, part: BoundPart) -> Callable[[Any], bool]:
        return part.on_model

    @override
    def emit_get(self, access: AttributeAccess) -> str:
        return f"({access.variable} := {access.parent_variable}.{access.step.field_name})"

    @override
    def can_get(self, step: PathStep) -> bool:
        name = step.field_name  # `schemas` of a model may lack those that `find_schemas` returns
        return name.isidentifier() and not iskeyword(name) and name != "schemas"

    @override
    def emit_is_complex(self, expression: str) -> str:
        return f"{expression} is not None"

    @override
    def emit_is_absent(self, access: AttributeAccess) -> str:
        # Unreadable values are stored unchanged in the extra fields.
        return f"{access.variable} is None and not {access.parent_variable}.__pydantic_extra__"

    @override
    def emit_is_datetime(self, expression: str, variable: str) -> str:
        return f"{expression}.__class__ is datetime and {variable}.tzinfo is not None"

    @override
    def emit_datetime_comparison(
        self, variable: str, template: str, *, result_if_missing: bool
    ) -> str:
        return template.format(v=variable)


def _split_at_list(
    steps: tuple[PathStep, ...],
) -> tuple[tuple[PathStep, ...], tuple[PathStep, ...] | None]:
    """Return the steps to the first list and those from its elements; all and `None` without a list."""
    for number, step in enumerate(steps, 1):
        if step.multi_valued:
            return steps[:number], steps[number:]
    return steps, None


def _is_false_for_nulls(condition: BoundFilter) -> bool:
    """Return whether a condition never holds for a value that consists of nulls."""
    if isinstance(condition, BoundPart):
        return _is_false_for_nulls(condition.condition)
    if isinstance(condition, BoundAnd):
        return any(map(_is_false_for_nulls, condition.items))
    if isinstance(condition, BoundOr):
        return all(map(_is_false_for_nulls, condition.items))
    if isinstance(condition, BoundCompare):
        # The false default of `primary` does not apply to a value that consists of nulls.
        return not condition.is_true_if_missing and not (
            condition.has_false_default and condition.op in NEGATIVE_OPERATORS
        )
    return isinstance(condition, BoundPresent)
