"""Filter syntax tree: immutable nodes and their canonical text (RFC 7644 §3.4.2.2).

```text
Filter
├── Compare(path, op, value)     userName eq "ann"
├── Present(path)                title pr
├── And(items)  Or(items)        a pr and b pr        two or more, nested ones flattened
├── Not(item)                    not (a pr)
└── ValuePath(path, filter)      emails[type eq "work"]
```

Nodes are immutable, hashable and comparable. Literals differ by type: `true`, `1` and `1.0` make three
different filters. Every node is valid: its text parses into an equal node. `parse_filter` and `attr`
build nodes; `&`, `|` and `~` combine them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NoReturn, Self, cast

from typing_extensions import override

from britive_scim.errors import InvalidFilter
from britive_scim.scim.filters.literals import (
    FilterValue,
    format_literal,
    format_sexpr_literal,
    normalize_literal,
)
from britive_scim.scim.filters.path import (
    Path,
    format_parse_call,
    redact_filter,
    require_attribute_path,
)
from britive_scim.scim.filters.tokens import OPERATORS, CompareOperator, require_nesting_limit

if TYPE_CHECKING:
    from britive_scim.scim.models.base import Resource
    from britive_scim.scim.schemas.resource_schema import SchemaLike

__all__ = [
    "And",
    "Compare",
    "CompositeFilter",
    "Filter",
    "LogicalExpression",
    "Not",
    "Or",
    "Present",
    "ValuePath",
    "locate_node",
]


class Filter:
    """Condition on a resource: the `filter` query parameter, or the brackets of a path.

    Examples:
        >>> from britive_scim.scim.filters.parser import parse_filter
        >>> a, b = parse_filter("title pr"), parse_filter('userType eq "Intern"')
        >>> str(a & ~b)
        'title pr and not (userType eq "Intern")'
    """

    __slots__ = ()

    @property
    def nesting(self) -> int:
        """Maximum number of brackets open at once in the text of the filter."""
        return 0

    def check(self, schema: SchemaLike, *, strict: bool = False) -> None:
        """Raise if any part of the filter cannot apply to the schema.

        Args:
            schema: schema of the resources: a resource class or a `ResourceSchema`.
            strict: reject attributes that the schema does not declare. By default, such an attribute
                has no value (RFC 7644 §3.4.2.1).

        Raises:
            InvalidFilter: the attribute type does not support the operator, the literal has the wrong
                type, or a complex attribute has no `value` to compare.

        Examples:
            >>> from britive_scim import scim
            >>> scim.parse_filter("active gt true").check(scim.User)
            Traceback (most recent call last):
                ...
            britive_scim.errors.InvalidFilter: active is boolean, which does not support gt; use eq, ne or pr
              active gt true
              ^
        """
        from britive_scim.scim.filters.evaluate import check_filter

        check_filter(self, schema, strict=strict)

    def matches(
        self,
        resource: Resource | Mapping[str, Any],
        schema: SchemaLike | None = None,
        *,
        strict: bool | None = None,
    ) -> bool:
        """Return whether the resource satisfies the filter, after checking the filter.

        Short names are understood too: `enterprise.department`, `custom.costCode`, `user_name`.

        Args:
            resource: a model, or a mapping in wire form.
            schema: schema of the resource; by default taken from its class or its `schemas`.
            strict: whether a name that neither the schema nor the resource has is an error; otherwise
                it has no value. `None`: strict for a model and with a `schema`.

        Raises:
            InvalidFilter: the filter cannot apply to the schema; see `check`.

        Examples:
            >>> from britive_scim import scim
            >>> scim.parse_filter('userName sw "A"').matches({"userName": "ann@example.com"})
            True
        """
        from britive_scim.scim.filters.evaluate import is_match

        return is_match(self, resource, schema, strict=strict)

    def compile(
        self, schema: SchemaLike | None = None, *, strict: bool | None = None
    ) -> Callable[[Resource | Mapping[str, Any]], bool]:
        """Return a fast predicate over resources.

        With a schema the filter is checked here, and the predicate never raises. Without one, the
        predicate decides per resource as `matches` does, and may raise `InvalidFilter` for a model.

        Args:
            schema: schema of all the resources: a resource class or a `ResourceSchema`.
            strict: whether an undeclared name is an error; see `matches`.

        Raises:
            InvalidFilter: the filter cannot apply to the schema, or without one to `scim.User`.

        Examples:
            >>> from britive_scim.scim.filters.parser import parse_filter
            >>> parse_filter("active eq true").compile()({"active": True})
            True
        """
        from britive_scim.scim.filters.evaluate import compile_filter

        return compile_filter(self, schema, strict=strict)

    def to_sexpr(self) -> str:
        """Return the tree as an s-expression, for tests: `(or (pr a) (and (eq b 1) (pr c)))`."""
        raise NotImplementedError

    def is_value_filter(self) -> bool:
        """Return whether the filter is allowed in brackets: it contains none (RFC 7644 §3.4.2.2)."""
        return True

    def _print(self, out: list[str], starts: dict[int, int]) -> None:
        """Append the text in pieces to `out`; map the `id` of each node to the index of its first piece."""
        raise NotImplementedError

    def __str__(self) -> str:
        """Return the canonical text; `parse_filter` reads it back as an equal filter."""
        out: list[str] = []
        self._print(out, {})
        return "".join(out)

    def __repr__(self) -> str:
        return format_parse_call("parse_filter", str(self))

    def __and__(self, other: Filter) -> And:
        if not isinstance(other, Filter):
            return NotImplemented
        return And((self, other))

    def __or__(self, other: Filter) -> Or:
        if not isinstance(other, Filter):
            return NotImplemented
        return Or((self, other))

    def __invert__(self) -> Not:
        return Not(self)

    def __bool__(self) -> NoReturn:
        # `a and b` would evaluate to `b`: half of the condition would be lost silently.
        raise TypeError(
            "a filter has no truth value; combine filters with &, | and ~ instead of and, or and not,"
            " or test `is None` or .matches(resource)"
        )

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        nodes = cast("Any", self)  # each subclass is a dataclass
        return type(self), tuple(getattr(self, part.name) for part in fields(nodes) if part.init)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Compare(Filter):
    """Comparison of an attribute with a literal.

    Attributes:
        path: the attribute.
        op: `eq`, `ne`, `co`, `sw`, `ew`, `gt`, `ge`, `lt` or `le`.
        value: the literal, exactly `str`, `bool`, `int`, `float` or `None`.

    Raises:
        InvalidFilter: unknown operator, a value without a literal, or a path with brackets.
    """

    path: Path
    op: CompareOperator
    value: FilterValue

    def __post_init__(self) -> None:
        require_attribute_path(self.path)
        if self.op not in OPERATORS:
            raise InvalidFilter(f"op must be one of {', '.join(OPERATORS)}, got {self.op!r}")
        object.__setattr__(self, "value", normalize_literal(self.value))

    @override
    def to_sexpr(self) -> str:
        return f"({self.op} {self.path} {format_sexpr_literal(self.value)})"

    @override
    def _print(self, out: list[str], starts: dict[int, int]) -> None:
        starts.setdefault(id(self), len(out))
        out.append(f"{self.path} {self.op} {format_literal(self.value)}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Compare):
            return NotImplemented
        return (
            type(self.value) is type(other.value)
            and self.value == other.value
            and self.op == other.op
            and self.path == other.path
        )

    def __hash__(self) -> int:
        return hash((self.path, self.op, type(self.value), self.value))


@dataclass(frozen=True, slots=True, repr=False)
class Present(Filter):
    """Test that an attribute has a value: the operator `pr`.

    Attributes:
        path: the attribute.
    """

    path: Path

    def __post_init__(self) -> None:
        require_attribute_path(self.path)

    @override
    def to_sexpr(self) -> str:
        return f"(pr {self.path})"

    @override
    def _print(self, out: list[str], starts: dict[int, int]) -> None:
        starts.setdefault(id(self), len(out))
        out.append(f"{self.path} pr")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CompositeFilter(Filter):
    """Base of the filters that contain filters."""

    _nesting: int = field(init=False, compare=False)

    @property
    @override
    def nesting(self) -> int:
        return self._nesting


@dataclass(frozen=True, slots=True, init=False, repr=False)
class LogicalExpression(CompositeFilter):
    """Base of `And` and `Or`: two or more filters; nested ones of the same class are flattened."""

    items: tuple[Filter, ...]

    def __init__(self, items: Iterable[Filter]) -> None:
        flat: list[Filter] = []
        for item in items:
            if isinstance(item, type(self)):
                flat += item.items
            else:
                flat.append(item)
        if len(flat) < 2:
            raise InvalidFilter(
                f"{type(self).__name__} must have at least two filters, got {len(flat)}"
            )
        object.__setattr__(self, "items", tuple(flat))
        nesting = max(item.nesting + self.needs_brackets(item) for item in flat)
        object.__setattr__(self, "_nesting", nesting)
        require_nesting_limit(self.nesting)

    @classmethod
    def needs_brackets(cls, item: Filter) -> bool:
        """Return whether the text of an item is written in brackets: `Or` within `And`."""
        return cls is And and isinstance(item, Or)

    @override
    def to_sexpr(self) -> str:
        keyword = type(self).__name__.lower()
        return f"({keyword} {' '.join(item.to_sexpr() for item in self.items)})"

    @override
    def _print(self, out: list[str], starts: dict[int, int]) -> None:
        starts.setdefault(id(self), len(out))
        separator = f" {type(self).__name__.lower()} "
        for number, item in enumerate(self.items):
            if number:
                out.append(separator)
            if self.needs_brackets(item):
                out.append("(")
                item._print(out, starts)
                out.append(")")
            else:
                item._print(out, starts)

    @override
    def is_value_filter(self) -> bool:
        return all(item.is_value_filter() for item in self.items)


@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class And(LogicalExpression):
    """Conjunction of two or more filters.

    Attributes:
        items: the filters; an `And` among the arguments is flattened.

    Raises:
        InvalidFilter: fewer than two filters.

    Examples:
        >>> from britive_scim.scim.filters.parser import parse_filter
        >>> And(parse_filter(f"{name} pr") for name in ("a", "b", "c"))
        parse_filter('a pr and b pr and c pr')
    """


@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Or(LogicalExpression):
    """Disjunction of two or more filters.

    Attributes:
        items: the filters; an `Or` among the arguments is flattened.

    Raises:
        InvalidFilter: fewer than two filters.
    """


@dataclass(frozen=True, slots=True, repr=False)
class Not(CompositeFilter):
    """Negation of a filter.

    Attributes:
        item: the negated filter.
    """

    item: Filter

    def __post_init__(self) -> None:
        object.__setattr__(self, "_nesting", 1 + self.item.nesting)
        require_nesting_limit(self.nesting)

    @override
    def is_value_filter(self) -> bool:
        return self.item.is_value_filter()

    @override
    def to_sexpr(self) -> str:
        return f"(not {self.item.to_sexpr()})"

    @override
    def _print(self, out: list[str], starts: dict[int, int]) -> None:
        starts.setdefault(id(self), len(out))
        out.append("not (")
        self.item._print(out, starts)
        out.append(")")


@dataclass(frozen=True, slots=True, repr=False)
class ValuePath(CompositeFilter):
    """Value path: a single value of the attribute satisfies the whole filter in brackets.

    Attributes:
        path: the attribute, usually multi-valued and complex.
        filter: condition on its sub-attributes, without brackets.

    Raises:
        InvalidFilter: nested brackets.
    """

    path: Path
    filter: Filter

    def __post_init__(self) -> None:
        require_attribute_path(self.path)
        if not self.filter.is_value_filter():
            raise InvalidFilter(
                f"filter must not contain brackets, got {redact_filter(self.filter)}"
            )
        object.__setattr__(self, "_nesting", 1 + self.filter.nesting)
        require_nesting_limit(self.nesting)

    @override
    def is_value_filter(self) -> bool:
        return False

    @override
    def to_sexpr(self) -> str:
        return f"(path {self.path} {self.filter.to_sexpr()})"

    @override
    def _print(self, out: list[str], starts: dict[int, int]) -> None:
        starts.setdefault(id(self), len(out))
        out.append(f"{self.path}[")
        self.filter._print(out, starts)
        out.append("]")


def locate_node(root: Filter, node: Filter) -> tuple[str, int]:
    """Return the text of `root`, and the offset in it of `node`, one of its nodes."""
    out: list[str] = []
    starts: dict[int, int] = {}
    root._print(out, starts)
    return "".join(out), sum(map(len, out[: starts[id(node)]]))
