"""What the fast way expects of data, dicts or models, and the text of the code that relies on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any, Final, cast

from typing_extensions import override

from britive_scim.scim.filters.bound import (
    BoundAnd,
    BoundCompare,
    BoundConstant,
    BoundFilter,
    BoundNot,
    BoundOr,
    BoundPresent,
    BoundValuePath,
    PathStep,
)
from britive_scim.scim.values.lookup import get_other_keys

__all__ = ["DictPredicateGenerator", "ModelPredicateGenerator", "SourceBuilder"]

_STRING_FORM_TEMPLATES: Final = {
    "exact": "({v} if {v}.isascii() else exact_form({v}))",
    "folded": "({v}.lower() if {v}.isascii() else folded_form({v}))",
    "user name": "({v}.lower() if {v}.isascii() else user_name_form({v}))",
    "binary": '{v}.rstrip("=")',
}
_OPERATOR_TEMPLATES: Final = {
    "eq": "{v} == {c}",
    "ne": "{v} != {c}",
    "co": "{c} in {v}",
    "sw": "{v}.startswith({c})",
    "ew": "{v}.endswith({c})",
    "gt": "{v} > {c}",
    "ge": "{v} >= {c}",
    "lt": "{v} < {c}",
    "le": "{v} <= {c}",
}


class SourceBuilder:
    """The text of one function, and the values it is given.

    Attributes:
        arguments: names, literals and careful predicates, in the order of the parameters.
        parameters: the names they have in the text.
        function_source: the text of functions that the expression calls.
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
        """Return a variable that is used nowhere else."""
        self._variable_count += 1
        return f"v{self._variable_count}"

    def add_constant(self, value: Any) -> str:
        """Pass a value in, and return the parameter that holds it."""
        self.parameters.append(f"c{len(self.arguments)}")
        self.arguments.append(value)
        return self.parameters[-1]

    def add_fallback(self, condition: BoundFilter) -> str:
        """Pass the careful predicate of a condition in, once."""
        kept = self._fallback_parameters.get(id(condition))
        if kept is None:
            kept = self._fallback_parameters[id(condition)] = (
                condition,
                self.add_constant(self._build_fallback(condition)),
            )
        return kept[1]

    def add_name(self, name: str) -> str:
        """Pass the name of an attribute in, once."""
        kept = self._name_parameters.get(name)
        if kept is None:
            kept = self._name_parameters[name] = self.add_constant(name)
        return kept

    def add_other_names(self, name: str) -> str:
        """Pass the keys in that are known to be other names, once."""
        kept = self._other_names_parameters.get(name)
        if kept is None:
            kept = self._other_names_parameters[name] = self.add_constant(get_other_keys(name))
        return kept

    def add_function(self, *lines: str) -> str:
        """Write a function of one argument `n`, and return its name."""
        name = f"f{self._function_count}"
        self._function_count += 1
        body = "".join(f"  {line}\n" for line in lines)
        self.function_source += f" def {name}(n):\n{body}"
        return name


@dataclass(frozen=True, slots=True)
class AttributeAccess:
    """One step on the way to a value.

    Attributes:
        holder_variable: the variable that holds the complex value before the step.
        step: the step.
        variable: the variable that holds what was found.
    """

    holder_variable: str
    step: PathStep
    variable: str


class PredicateGenerator(ABC):
    """The usual shape of data, and the code that relies on it."""

    def __init__(self, source: SourceBuilder) -> None:
        self._source = source

    @abstractmethod
    def emit_get(self, access: AttributeAccess) -> str:
        """Return the expression that takes a step, and its variable with it."""

    @abstractmethod
    def can_get(self, step: PathStep) -> bool:
        """Return whether there is such an expression."""

    @abstractmethod
    def emit_is_complex(self, expression: str) -> str:
        """Return the test whether a value is a complex one of this shape."""

    @abstractmethod
    def emit_is_absent(self, access: AttributeAccess) -> str:
        """Return the test whether a step that has been taken surely led nowhere."""

    @abstractmethod
    def emit_is_datetime(self, expression: str, variable: str) -> str:
        """Return the test whether a value, then in the variable `variable`, is a dateTime of this shape."""

    @abstractmethod
    def emit_datetime_comparison(
        self, variable: str, template: str, *, result_if_missing: bool
    ) -> str:
        """Return the comparison of a dateTime in a variable; `template` is one of `{v}`."""

    def plan_accesses(
        self, steps: tuple[PathStep, ...], start: str
    ) -> list[AttributeAccess] | None:
        """Return how to get to a value, or `None` where the fast way cannot."""
        hops: list[AttributeAccess] = []
        for step in steps:
            if not self.can_get(step):
                return None
            hops.append(
                AttributeAccess(
                    hops[-1].variable if hops else start, step, self._source.new_variable()
                )
            )
        return hops

    def emit_value_check(
        self,
        accesses: list[AttributeAccess],
        type_check: str,
        value_expression: str,
        fallback_expression: str,
        *,
        result_if_missing: bool,
    ) -> str:
        """Return what is to be done with the value at the end of a way.

        Args:
            accesses: how to get there, at least one.
            type_check: the test whether the value is as usual; the getting of the value is in it.
            value_expression: what to evaluate in that case.
            fallback_expression: what to evaluate otherwise.
            result_if_missing: the result where there is surely no value.
        """
        *before, last = accesses
        result = f"({value_expression} if {type_check} else {result_if_missing} if {self.emit_is_absent(last)} else {fallback_expression})"
        for hop in reversed(before):
            usual = self.emit_is_complex(self.emit_get(hop))
            result = f"({result} if {usual} else {result_if_missing} if {self.emit_is_absent(hop)} else {fallback_expression})"
        return result

    def emit_expression(self, condition: BoundFilter, variable: str) -> str:
        """Return an expression that evaluates the condition on the value in the variable `variable`."""
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
        if isinstance(condition, BoundCompare):
            found = self._emit_compare(condition, variable)
        elif isinstance(condition, BoundPresent):
            found = self._emit_present(condition, variable)
        else:
            found = self._emit_value_path(cast("BoundValuePath", condition), variable)
        return found or f"{self._source.add_fallback(condition)}({variable})"

    # ------------------------------------------------------------------ the leaves

    def _emit_present(self, present: BoundPresent, variable: str) -> str | None:
        if (
            present.can_be_empty
            or not present.is_string
            or _split_at_list(present.steps)[1] is not None
        ):
            return None
        hops = self.plan_accesses(present.steps, variable)
        if not hops:
            return None
        is_usual = f"{self.emit_get(hops[-1])}.__class__ is str"
        slow = f"{self._source.add_fallback(present)}({variable})"
        return self.emit_value_check(
            hops, is_usual, f'{hops[-1].variable} != ""', slow, result_if_missing=False
        )

    def _emit_compare(self, compare: BoundCompare, variable: str) -> str | None:
        before, after = _split_at_list(compare.steps)
        if after is not None:
            return self._emit_multi_valued_compare(compare, before, after, variable)
        slow = f"{self._source.add_fallback(compare)}({variable})"
        if not before:
            return f"({self._emit_comparison(compare, variable)} if {self._emit_type_check(compare, variable, variable)} else {slow})"
        hops = self.plan_accesses(before, variable)
        if hops is None:
            return None
        name = hops[-1].variable
        is_usual = self._emit_type_check(compare, self.emit_get(hops[-1]), name)
        return self.emit_value_check(
            hops,
            is_usual,
            self._emit_comparison(compare, name),
            slow,
            result_if_missing=compare.is_true_if_missing,
        )

    def _emit_multi_valued_compare(
        self,
        compare: BoundCompare,
        before: tuple[PathStep, ...],
        after: tuple[PathStep, ...],
        variable: str,
    ) -> str | None:
        """Write the search for one value of several, as a function of its own."""
        source = self._source
        hops = self.plan_accesses(before, "n")
        if hops is None or len(after) > 1 or not all(map(self.can_get, after)):
            return None
        element = source.new_variable()
        slow = source.add_fallback(compare)
        if compare.op == "ne" and not compare.has_false_default:
            # It holds, too, where no element has a value: so each has to be looked at, and be as usual.
            value = name = element
            is_usual = ""
            if after:
                hop = AttributeAccess(element, after[0], source.new_variable())
                value, name = self.emit_get(hop), hop.variable
                is_usual = f"{self.emit_is_complex(element)} and "
            is_usual += self._emit_type_check(compare, value, name)
            lines = [
                f" if not ({is_usual}): return {slow}(n)",
                f" if {self._emit_comparison(compare, name)}: return True",
                f"return not {hops[-1].variable}",
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
                if compare.op == "ne":
                    unusual = f" else: return {slow}(n)"
                lines = [
                    f" if {self.emit_is_complex(element)}:",
                    f"  if {expression}: return True",
                    unusual,
                ]
            lines.append(f"return {slow}(n)" if compare.op == "ne" else "return False")
        function = source.add_function(
            *self._emit_list_or_return(hops, slow, result_if_missing=compare.op == "ne"),
            f"for {element} in {hops[-1].variable}:",
            *lines,
        )
        return f"{function}({variable})"

    def _emit_value_path(self, value_path: BoundValuePath, variable: str) -> str | None:
        source = self._source
        before, after = _split_at_list(value_path.steps)
        hops = self.plan_accesses(before, variable if after is None else "n")
        if not hops or after:
            return None
        slow = source.add_fallback(value_path)
        element = hops[-1].variable if after is None else source.new_variable()
        inner = self.emit_expression(value_path.condition, element)
        if not _is_false_for_nulls(value_path.condition):
            inner = f"({inner} and assigned({element}))"
        if after is None:
            is_usual = self.emit_is_complex(self.emit_get(hops[-1]))
            return self.emit_value_check(
                hops, is_usual, inner, f"{slow}({variable})", result_if_missing=False
            )
        function = source.add_function(
            *self._emit_list_or_return(hops, slow, result_if_missing=False),
            f"for {element} in {hops[-1].variable}:",
            f" if {self.emit_is_complex(element)}:",
            f"  if {inner}: return True",
            f" elif assigned({element}) and {source.add_fallback(value_path.condition)}({element}): return True",
            "return False",
        )
        return f"{function}({variable})"

    def _emit_list_or_return(
        self, accesses: list[AttributeAccess], fallback: str, *, result_if_missing: bool
    ) -> list[str]:
        """Return the lines that get a list, and leave a function where it is none."""
        *before, last = accesses
        lines: list[str] = []
        for hop, usual in (
            *((hop, self.emit_is_complex(self.emit_get(hop))) for hop in before),
            (last, f"{self.emit_get(last)}.__class__ is list"),
        ):
            lines += [
                f"if not ({usual}):",
                f" return {result_if_missing} if {self.emit_is_absent(hop)} else {fallback}(n)",
            ]
        return lines

    def _emit_type_check(self, compare: BoundCompare, expression: str, variable: str) -> str:
        """Return the test whether a value, then in the variable `variable`, can be compared at once."""
        if compare.comparison_type == "instant":
            return self.emit_is_datetime(expression, variable)
        if compare.comparison_type == "number":
            return f"{expression}.__class__ in numbers"
        return (
            f"{expression}.__class__ is {'bool' if compare.comparison_type == 'boolean' else 'str'}"
        )

    def _emit_comparison(self, compare: BoundCompare, variable: str) -> str:
        """Return the comparison of the value in a variable with the literal."""
        c = self._source.add_constant(compare.value)
        operation = _OPERATOR_TEMPLATES[compare.op]
        if compare.comparison_type == "boolean":
            return f"{variable} {'is not' if compare.op == 'ne' else 'is'} {c}"
        if compare.comparison_type == "instant":
            return self.emit_datetime_comparison(
                variable, operation.format(v="{v}", c=c), result_if_missing=compare.op == "ne"
            )
        return operation.format(
            v=_STRING_FORM_TEMPLATES.get(compare.comparison_type, "{v}").format(v=variable), c=c
        )


class DictPredicateGenerator(PredicateGenerator):
    """Plain dicts, with the names in the spelling of the schema."""

    @override
    def emit_get(self, access: AttributeAccess) -> str:
        return f"({access.variable} := {access.holder_variable}.get({self._source.add_name(access.step.name)}))"

    @override
    def can_get(self, step: PathStep) -> bool:  # a dict can be asked for any name
        return True

    @override
    def emit_is_complex(self, expression: str) -> str:
        return f"{expression}.__class__ is dict"

    @override
    def emit_is_absent(self, access: AttributeAccess) -> str:
        # It could be there in another case, unless all keys are known to be other names.
        others = self._source.add_other_names(access.step.name)
        return f"{access.variable} is None and {access.holder_variable}.keys() <= {others}"

    @override
    def emit_is_datetime(
        self, expression: str, variable: str
    ) -> str:  # text has no time zone to look at
        return f"{expression}.__class__ is str"

    @override
    def emit_datetime_comparison(
        self, variable: str, template: str, *, result_if_missing: bool
    ) -> str:
        found = self._source.new_variable()
        read = f"({found} := instant({variable}))"
        joint = "is None or" if result_if_missing else "is not None and"
        return f"({read} {joint} {template.format(v=found)})"


class ModelPredicateGenerator(PredicateGenerator):
    """Models, whose fields are what the steps say."""

    @override
    def emit_get(self, access: AttributeAccess) -> str:
        return f"({access.variable} := {access.holder_variable}.{access.step.field_name})"

    @override
    def can_get(self, step: PathStep) -> bool:
        return step.field_name.isidentifier() and not iskeyword(step.field_name)

    @override
    def emit_is_complex(self, expression: str) -> str:
        return f"{expression} is not None"

    @override
    def emit_is_absent(self, access: AttributeAccess) -> str:
        # What could not be read is kept beside the fields, as it came.
        return f"{access.variable} is None and not {access.holder_variable}.__pydantic_extra__"

    @override
    def emit_is_datetime(self, expression: str, variable: str) -> str:
        return f"{expression}.__class__ is datetime and {variable}.tzinfo is not None"

    @override
    def emit_datetime_comparison(
        self, variable: str, template: str, *, result_if_missing: bool
    ) -> str:  # nothing to read
        return template.format(v=variable)


def _split_at_list(
    steps: tuple[PathStep, ...],
) -> tuple[tuple[PathStep, ...], tuple[PathStep, ...] | None]:
    """Return the way to the first list, and the way on from its elements; `None` without a list."""
    for number, step in enumerate(steps, 1):
        if step.multi_valued:
            return steps[:number], steps[number:]
    return steps, None


def _is_false_for_nulls(condition: BoundFilter) -> bool:
    """Return whether a condition cannot hold for a value that is made of nulls alone."""
    if isinstance(condition, BoundAnd):
        return any(map(_is_false_for_nulls, condition.items))
    if isinstance(condition, BoundOr):
        return all(map(_is_false_for_nulls, condition.items))
    if isinstance(condition, BoundCompare):
        # Of what is made of nulls alone, `primary` is not even false.
        return not condition.is_true_if_missing and not (
            condition.has_false_default and condition.op == "ne"
        )
    return isinstance(condition, BoundPresent)
