"""What the fast way expects of data, dicts or models, and the text of the code that relies on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any, Final, cast

from typing_extensions import override

from britive_scim.scim.filters.bound import (
    All,
    AnyOf,
    Comparison,
    Condition,
    Constant,
    Has,
    Negation,
    Some,
    Step,
)
from britive_scim.scim.values.lookup import other_names

__all__ = ["OnDicts", "OnModels", "Source"]

_TEXT: Final = {
    "exact": "({v} if {v}.isascii() else exact_form({v}))",
    "folded": "({v}.lower() if {v}.isascii() else folded_form({v}))",
    "user name": "({v}.lower() if {v}.isascii() else user_name_form({v}))",
    "binary": '{v}.rstrip("=")',
}
_OPERATION: Final = {
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


class Source:
    """The text of one function, and the values it is given.

    Attributes:
        values: names, literals and careful predicates, in the order of the parameters.
        parameters: the names they have in the text.
        functions: the text of functions that the expression calls.
    """

    def __init__(self, careful: Callable[[Condition], Callable[[Any], bool]]) -> None:
        self.values: list[Any] = []
        self._careful = careful
        self.parameters: list[str] = []
        self.functions = ""
        self._function_count = 0
        self._slow: dict[int, tuple[Condition, str]] = {}
        self._texts: dict[str, str] = {}
        self._others: dict[str, str] = {}
        self._count = 0

    def name(self) -> str:
        """Return a variable that is used nowhere else."""
        self._count += 1
        return f"v{self._count}"

    def constant(self, value: Any) -> str:
        """Pass a value in, and return the parameter that holds it."""
        self.parameters.append(f"c{len(self.values)}")
        self.values.append(value)
        return self.parameters[-1]

    def slow(self, condition: Condition) -> str:
        """Pass the careful predicate of a condition in, once."""
        kept = self._slow.get(id(condition))
        if kept is None:
            kept = self._slow[id(condition)] = (condition, self.constant(self._careful(condition)))
        return kept[1]

    def text(self, name: str) -> str:
        """Pass the name of an attribute in, once."""
        kept = self._texts.get(name)
        if kept is None:
            kept = self._texts[name] = self.constant(name)
        return kept

    def others(self, name: str) -> str:
        """Pass the keys in that are known to be other names, once."""
        kept = self._others.get(name)
        if kept is None:
            kept = self._others[name] = self.constant(other_names(name))
        return kept

    def function(self, *lines: str) -> str:
        """Write a function of one argument `n`, and return its name."""
        name = f"f{self._function_count}"
        self._function_count += 1
        body = "".join(f"  {line}\n" for line in lines)
        self.functions += f" def {name}(n):\n{body}"
        return name


@dataclass(frozen=True, slots=True)
class Hop:
    """One step on the way to a value.

    Attributes:
        holder: the variable that holds the complex value before the step.
        step: the step.
        name: the variable that holds what was found.
    """

    holder: str
    step: Step
    name: str


class Shape(ABC):
    """The usual shape of data, and the code that relies on it."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @abstractmethod
    def get(self, hop: Hop) -> str:
        """Return the expression that takes a step, and its variable with it."""

    @abstractmethod
    def can_get(self, step: Step) -> bool:
        """Return whether there is such an expression."""

    @abstractmethod
    def is_complex(self, value: str) -> str:
        """Return the test whether a value is a complex one of this shape."""

    @abstractmethod
    def is_absent(self, hop: Hop) -> str:
        """Return the test whether a step that has been taken surely led nowhere."""

    @abstractmethod
    def is_moment(self, value: str, name: str) -> str:
        """Return the test whether a value, then in the variable `name`, is a dateTime of this shape."""

    @abstractmethod
    def moment(self, name: str, comparison: str, *, missing: bool) -> str:
        """Return the comparison of a dateTime in a variable; `comparison` is one of `{v}`."""

    def hops(self, steps: tuple[Step, ...], start: str) -> list[Hop] | None:
        """Return how to get to a value, or `None` where the fast way cannot."""
        hops: list[Hop] = []
        for step in steps:
            if not self.can_get(step):
                return None
            hops.append(Hop(hops[-1].name if hops else start, step, self._source.name()))
        return hops

    def leaf(self, hops: list[Hop], is_usual: str, then: str, slow: str, *, missing: bool) -> str:
        """Return what is to be done with the value at the end of a way.

        Args:
            hops: how to get there, at least one.
            is_usual: the test whether the value is as usual; the getting of the value is in it.
            then: what to evaluate in that case.
            slow: what to evaluate otherwise.
            missing: the result where there is surely no value.
        """
        *before, last = hops
        result = f"({then} if {is_usual} else {missing} if {self.is_absent(last)} else {slow})"
        for hop in reversed(before):
            usual = self.is_complex(self.get(hop))
            result = f"({result} if {usual} else {missing} if {self.is_absent(hop)} else {slow})"
        return result

    def expression(self, condition: Condition, n: str) -> str:
        """Return an expression that evaluates the condition on the value in the variable `n`."""
        if isinstance(condition, All):
            return f"({' and '.join(self.expression(item, n) for item in condition.items)})"
        if isinstance(condition, AnyOf):
            return f"({' or '.join(self.expression(item, n) for item in condition.items)})"
        if isinstance(condition, Negation):
            return f"(not {self.expression(condition.item, n)})"
        if isinstance(condition, Constant):
            return str(condition.value)
        if isinstance(condition, Comparison):
            found = self._test(condition, n)
        elif isinstance(condition, Has):
            found = self._has(condition, n)
        else:
            found = self._some(cast("Some", condition), n)
        return found or f"{self._source.slow(condition)}({n})"

    # ------------------------------------------------------------------ the leaves

    def _has(self, has: Has, n: str) -> str | None:
        if has.blank or not has.text or _parted(has.steps)[1] is not None:
            return None
        hops = self.hops(has.steps, n)
        if not hops:
            return None
        is_usual = f"{self.get(hops[-1])}.__class__ is str"
        slow = f"{self._source.slow(has)}({n})"
        return self.leaf(hops, is_usual, f'{hops[-1].name} != ""', slow, missing=False)

    def _test(self, test: Comparison, n: str) -> str | None:
        before, after = _parted(test.steps)
        if after is not None:
            return self._test_of_several(test, before, after, n)
        slow = f"{self._source.slow(test)}({n})"
        if not before:
            return f"({self._compared(test, n)} if {self._is_usual(test, n, n)} else {slow})"
        hops = self.hops(before, n)
        if hops is None:
            return None
        name = hops[-1].name
        is_usual = self._is_usual(test, self.get(hops[-1]), name)
        return self.leaf(hops, is_usual, self._compared(test, name), slow, missing=test.if_missing)

    def _test_of_several(
        self, test: Comparison, before: tuple[Step, ...], after: tuple[Step, ...], n: str
    ) -> str | None:
        """Write the search for one value of several, as a function of its own."""
        source = self._source
        hops = self.hops(before, "n")
        if hops is None or len(after) > 1 or not all(map(self.can_get, after)):
            return None
        element = source.name()
        slow = source.slow(test)
        if test.op == "ne" and not test.false_unless_set:
            # It holds, too, where no element has a value: so each has to be looked at, and be as usual.
            value = name = element
            is_usual = ""
            if after:
                hop = Hop(element, after[0], source.name())
                value, name = self.get(hop), hop.name
                is_usual = f"{self.is_complex(element)} and "
            is_usual += self._is_usual(test, value, name)
            lines = [
                f" if not ({is_usual}): return {slow}(n)",
                f" if {self._compared(test, name)}: return True",
                f"return not {hops[-1].name}",
            ]
        else:
            rest = Comparison(after, test.kind, test.op, test.value, test.false_unless_set)
            expression = self._test(rest, element)
            lines = [f" if {expression}: return True"]
            if after:
                if test.false_unless_set:
                    expression = f"{expression} and assigned({element})"
                unusual = f" elif {source.slow(rest)}({element}): return True"
                if test.op == "ne":
                    unusual = f" else: return {slow}(n)"
                lines = [
                    f" if {self.is_complex(element)}:",
                    f"  if {expression}: return True",
                    unusual,
                ]
            lines.append(f"return {slow}(n)" if test.op == "ne" else "return False")
        function = source.function(
            *self._list_or_return(hops, slow, missing=test.op == "ne"),
            f"for {element} in {hops[-1].name}:",
            *lines,
        )
        return f"{function}({n})"

    def _some(self, some: Some, n: str) -> str | None:
        source = self._source
        before, after = _parted(some.steps)
        hops = self.hops(before, n if after is None else "n")
        if not hops or after:
            return None
        slow = source.slow(some)
        element = hops[-1].name if after is None else source.name()
        inner = self.expression(some.condition, element)
        if not _needs_value(some.condition):
            inner = f"({inner} and assigned({element}))"
        if after is None:
            is_usual = self.is_complex(self.get(hops[-1]))
            return self.leaf(hops, is_usual, inner, f"{slow}({n})", missing=False)
        function = source.function(
            *self._list_or_return(hops, slow, missing=False),
            f"for {element} in {hops[-1].name}:",
            f" if {self.is_complex(element)}:",
            f"  if {inner}: return True",
            f" elif assigned({element}) and {source.slow(some.condition)}({element}): return True",
            "return False",
        )
        return f"{function}({n})"

    def _list_or_return(self, hops: list[Hop], slow: str, *, missing: bool) -> list[str]:
        """Return the lines that get a list, and leave a function where it is none."""
        *before, last = hops
        lines: list[str] = []
        for hop, usual in (
            *((hop, self.is_complex(self.get(hop))) for hop in before),
            (last, f"{self.get(last)}.__class__ is list"),
        ):
            lines += [
                f"if not ({usual}):",
                f" return {missing} if {self.is_absent(hop)} else {slow}(n)",
            ]
        return lines

    def _is_usual(self, test: Comparison, value: str, name: str) -> str:
        """Return the test whether a value, then in the variable `name`, can be compared at once."""
        if test.kind == "instant":
            return self.is_moment(value, name)
        if test.kind == "number":
            return f"{value}.__class__ in numbers"
        return f"{value}.__class__ is {'bool' if test.kind == 'boolean' else 'str'}"

    def _compared(self, test: Comparison, name: str) -> str:
        """Return the comparison of the value in a variable with the literal."""
        c = self._source.constant(test.value)
        operation = _OPERATION[test.op]
        if test.kind == "boolean":
            return f"{name} {'is not' if test.op == 'ne' else 'is'} {c}"
        if test.kind == "instant":
            return self.moment(name, operation.format(v="{v}", c=c), missing=test.op == "ne")
        return operation.format(v=_TEXT.get(test.kind, "{v}").format(v=name), c=c)


class OnDicts(Shape):
    """Plain dicts, with the names in the spelling of the schema."""

    @override
    def get(self, hop: Hop) -> str:
        return f"({hop.name} := {hop.holder}.get({self._source.text(hop.step.name)}))"

    @override
    def can_get(self, step: Step) -> bool:  # a dict can be asked for any name
        return True

    @override
    def is_complex(self, value: str) -> str:
        return f"{value}.__class__ is dict"

    @override
    def is_absent(self, hop: Hop) -> str:
        # It could be there in another case, unless all keys are known to be other names.
        others = self._source.others(hop.step.name)
        return f"{hop.name} is None and {hop.holder}.keys() <= {others}"

    @override
    def is_moment(self, value: str, name: str) -> str:  # text has no time zone to look at
        return f"{value}.__class__ is str"

    @override
    def moment(self, name: str, comparison: str, *, missing: bool) -> str:
        found = self._source.name()
        read = f"({found} := instant({name}))"
        joint = "is None or" if missing else "is not None and"
        return f"({read} {joint} {comparison.format(v=found)})"


class OnModels(Shape):
    """Models, whose fields are what the steps say."""

    @override
    def get(self, hop: Hop) -> str:
        return f"({hop.name} := {hop.holder}.{hop.step.field})"

    @override
    def can_get(self, step: Step) -> bool:
        return step.field.isidentifier() and not iskeyword(step.field)

    @override
    def is_complex(self, value: str) -> str:
        return f"{value} is not None"

    @override
    def is_absent(self, hop: Hop) -> str:
        # What could not be read is kept beside the fields, as it came.
        return f"{hop.name} is None and not {hop.holder}.__pydantic_extra__"

    @override
    def is_moment(self, value: str, name: str) -> str:
        return f"{value}.__class__ is datetime and {name}.tzinfo is not None"

    @override
    def moment(self, name: str, comparison: str, *, missing: bool) -> str:  # nothing to read
        return comparison.format(v=name)


def _parted(steps: tuple[Step, ...]) -> tuple[tuple[Step, ...], tuple[Step, ...] | None]:
    """Return the way to the first list, and the way on from its elements; `None` without a list."""
    for number, step in enumerate(steps, 1):
        if step.multi_valued:
            return steps[:number], steps[number:]
    return steps, None


def _needs_value(condition: Condition) -> bool:
    """Return whether a condition cannot hold for a value that is made of nulls alone."""
    if isinstance(condition, All):
        return any(map(_needs_value, condition.items))
    if isinstance(condition, AnyOf):
        return all(map(_needs_value, condition.items))
    if isinstance(condition, Comparison):
        # Of what is made of nulls alone, `primary` is not even false.
        return not condition.if_missing and not (
            condition.false_unless_set and condition.op == "ne"
        )
    return isinstance(condition, Has)
