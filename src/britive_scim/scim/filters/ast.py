"""Filters as values: the nodes of the tree, and how they are printed (RFC 7644 §3.4.2.2).

```text
Filter
├── Compare(path, op, value)     userName eq "ann"
├── Present(path)                title pr
├── And(items)  Or(items)        a pr and b pr        two or more, none of the same kind
├── Not(item)                    not (a pr)
└── ValuePath(path, filter)      emails[type eq "work"]
```

Nodes are immutable, hashable and comparable, and literals differ by type: `true`, `1` and `1.0` make
three filters. A node that exists is valid: its text parses, into an equal node. `parse_filter` and
`attr` make nodes; `&`, `|` and `~` join them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Self

from typing_extensions import override

from britive_scim.errors import InvalidFilter
from britive_scim.scim.filters.literals import (
    FilterValue,
    format_literal,
    format_sexpr_literal,
    normalize_literal,
)
from britive_scim.scim.filters.path import Path

if TYPE_CHECKING:
    from britive_scim.scim.models.base import Resource
    from britive_scim.scim.schemas.resource_schema import SchemaLike

__all__ = [
    "MAX_NESTING",
    "OPERATORS",
    "And",
    "Compare",
    "CompareOperator",
    "Filter",
    "Not",
    "Or",
    "Present",
    "ValuePath",
    "locate_node",
    "make_compare",
    "make_logical_expression",
    "make_present",
    "make_value_path",
]

CompareOperator = Literal["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
"""What compares an attribute with a literal (RFC 7644 §3.4.2.2, Table 3); `pr` is a node of its own."""

OPERATORS: tuple[CompareOperator, ...] = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")

MAX_NESTING = 128
"""Most brackets, round and square, that may be open at once in the text of a filter. No tree is
deeper, so nothing that walks one by recursion can run out of stack."""


class Filter:
    """A condition on a resource: what the `filter` parameter says, and the brackets of a path.

    Examples:
        >>> from britive_scim.scim.filters.parser import parse_filter
        >>> a, b = parse_filter("title pr"), parse_filter('userType eq "Intern"')
        >>> str(a & ~b)
        'title pr and not (userType eq "Intern")'
    """

    __slots__ = ()

    @property
    def nesting(self) -> int:
        """How many brackets are open at once, at most, in the text of the filter."""
        return 0

    def check(self, schema: SchemaLike, *, strict: bool = False) -> None:
        """Raise where the filter cannot apply to the schema, in whatever branch.

        Args:
            schema: what the filter is to be applied to: a resource class or a `ResourceSchema`.
            strict: whether an attribute that the schema does not declare is a fault, too. Without,
                it is one that has no value (RFC 7644 §3.4.2.1).

        Raises:
            InvalidFilter: an operator that the type of the attribute does not have, a literal of the
                wrong type, a complex attribute that has no `value` to compare.

        Examples:
            >>> from britive_scim import scim
            >>> scim.parse_filter("active gt true").check(scim.User)
            Traceback (most recent call last):
                ...
            britive_scim.errors.InvalidFilter: active is boolean, and gt does not apply to that (only eq, ne and pr do)
              active gt true
              ^
        """
        from britive_scim.scim.filters.evaluate import check_filter

        check_filter(self, schema, strict=strict)

    def matches(
        self, resource: Resource | Mapping[str, Any], schema: SchemaLike | None = None
    ) -> bool:
        """Return whether the resource satisfies the filter; checks the filter first.

        Args:
            resource: a model, or a mapping in wire form.
            schema: what the resource is; by default what it says it is.

        Raises:
            InvalidFilter: the filter cannot apply to the schema; see `check`.

        Examples:
            >>> from britive_scim import scim
            >>> scim.parse_filter('userName sw "A"').matches({"userName": "ann@example.com"})
            True
        """
        from britive_scim.scim.filters.evaluate import is_match

        return is_match(self, resource, schema)

    def compile(
        self, schema: SchemaLike | None = None
    ) -> Callable[[Resource | Mapping[str, Any]], bool]:
        """Return a function that tells whether a resource satisfies the filter, fast and without raising.

        Args:
            schema: what the resources will be, all of them: a resource class or a `ResourceSchema`;
                `None` is `scim.User`. Other than `matches`, the predicate does not look at what each
                resource says it is: for groups, pass `scim.Group`.

        Raises:
            InvalidFilter: the filter cannot apply to the schema; see `check`.

        Examples:
            >>> from britive_scim import scim
            >>> active = scim.parse_filter("active eq true").compile()
            >>> [active({"active": value}) for value in (True, False, None)]
            [True, False, False]
        """
        from britive_scim.scim.filters.evaluate import compile_filter

        return compile_filter(self, schema)

    def to_sexpr(self) -> str:
        """Return the tree as an s-expression, for tests and for looking at.

        Examples:
            >>> from britive_scim.scim.filters.parser import parse_filter
            >>> parse_filter("a pr or b eq 1 and c pr").to_sexpr()
            '(or (pr a) (and (eq b 1) (pr c)))'
        """
        raise NotImplementedError

    def is_value_filter(self) -> bool:
        """Return whether the filter may stand in brackets: it has none itself (RFC 7644 §3.4.2.2)."""
        return True

    def _print(self, out: list[str], starts: dict[int, int]) -> None:
        """Append the text in pieces; note by the node's `id` at which piece each node starts."""
        raise NotImplementedError

    def __str__(self) -> str:
        """Return the canonical text; `parse_filter` reads it back as an equal filter."""
        out: list[str] = []
        self._print(out, {})
        return "".join(out)

    def __repr__(self) -> str:
        return f"parse_filter({str(self)!r})"

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
        # `a and b` would be `b` alone: half of the condition would be lost without a word.
        raise TypeError(
            "a filter is neither true nor false: join filters with &, | and ~ instead of and, or and"
            " not; ask `is None` whether there is one, and .matches(resource) whether it holds"
        )

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Compare(Filter):
    """An attribute compared with a literal.

    Attributes:
        path: the attribute.
        op: `eq`, `ne`, `co`, `sw`, `ew`, `gt`, `ge`, `lt` or `le`.
        value: the literal, exactly `str`, `bool`, `int`, `float` or `None`.

    Raises:
        InvalidFilter: an unknown operator, a value that no literal can say, a path with brackets.
    """

    path: Path
    op: CompareOperator
    value: FilterValue

    def __post_init__(self) -> None:
        _require_attribute_path(self.path)
        if self.op not in OPERATORS:
            raise InvalidFilter(f"{self.op!r} is no operator; there are {', '.join(OPERATORS)}")
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

    def __reduce__(self) -> tuple[Any, ...]:
        return Compare, (self.path, self.op, self.value)


@dataclass(frozen=True, slots=True, repr=False)
class Present(Filter):
    """An attribute that has a value: the operator `pr`.

    Attributes:
        path: the attribute.
    """

    path: Path

    def __post_init__(self) -> None:
        _require_attribute_path(self.path)

    @override
    def to_sexpr(self) -> str:
        return f"(pr {self.path})"

    @override
    def _print(self, out: list[str], starts: dict[int, int]) -> None:
        starts.setdefault(id(self), len(out))
        out.append(f"{self.path} pr")

    def __reduce__(self) -> tuple[Any, ...]:
        return Present, (self.path,)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class _LogicalExpression(Filter):
    """Two or more filters joined by the same word; those of the same kind are taken apart."""

    items: tuple[Filter, ...]
    _nesting: int = field(init=False, compare=False)

    def __init__(self, items: Iterable[Filter]) -> None:
        flat: list[Filter] = []
        for item in items:
            if isinstance(item, type(self)):
                flat += item.items
            else:
                _require_filter(item)
                flat.append(item)
        if len(flat) < 2:
            raise InvalidFilter(f"{type(self).__name__} joins two filters or more, not {len(flat)}")
        object.__setattr__(self, "items", tuple(flat))
        object.__setattr__(self, "_nesting", max(map(self._compute_nesting, flat)))
        _require_nesting_limit(self)

    @property
    @override
    def nesting(self) -> int:
        return self._nesting

    @staticmethod
    def _compute_nesting(item: Filter) -> int:
        return item.nesting

    @override
    def to_sexpr(self) -> str:
        word = type(self).__name__.lower()
        return f"({word} {' '.join(item.to_sexpr() for item in self.items)})"

    @override
    def is_value_filter(self) -> bool:
        return all(item.is_value_filter() for item in self.items)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.items,)


@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class And(_LogicalExpression):
    """All of two or more filters.

    Attributes:
        items: the filters, none of which is an `And`.

    Raises:
        InvalidFilter: fewer than two filters.

    Examples:
        >>> from britive_scim.scim.filters.parser import parse_filter
        >>> And(parse_filter(f"{name} pr") for name in ("a", "b", "c"))
        parse_filter('a pr and b pr and c pr')
    """

    @staticmethod
    @override
    def _compute_nesting(item: Filter) -> int:
        return item.nesting + isinstance(item, Or)

    @override
    def _print(self, out: list[str], starts: dict[int, int]) -> None:
        starts.setdefault(id(self), len(out))
        for number, item in enumerate(self.items):
            if number:
                out.append(" and ")
            if isinstance(item, Or):
                out.append("(")
                item._print(out, starts)
                out.append(")")
            else:
                item._print(out, starts)


@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Or(_LogicalExpression):
    """At least one of two or more filters.

    Attributes:
        items: the filters, none of which is an `Or`.

    Raises:
        InvalidFilter: fewer than two filters.
    """

    @override
    def _print(self, out: list[str], starts: dict[int, int]) -> None:
        starts.setdefault(id(self), len(out))
        for number, item in enumerate(self.items):
            if number:
                out.append(" or ")
            item._print(out, starts)


@dataclass(frozen=True, slots=True, repr=False)
class Not(Filter):
    """What the filter in parentheses does not match.

    Attributes:
        item: the filter that is negated.
    """

    item: Filter
    _nesting: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _require_filter(self.item)
        object.__setattr__(self, "_nesting", 1 + self.item.nesting)
        _require_nesting_limit(self)

    @property
    @override
    def nesting(self) -> int:
        return self._nesting

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

    def __reduce__(self) -> tuple[Any, ...]:
        return Not, (self.item,)


@dataclass(frozen=True, slots=True, repr=False)
class ValuePath(Filter):
    """An attribute of which one single value satisfies the whole filter in brackets.

    Attributes:
        path: the attribute, as a rule a multi-valued complex one.
        filter: a condition on its sub-attributes, without brackets of its own.

    Raises:
        InvalidFilter: brackets within brackets.
    """

    path: Path
    filter: Filter
    _nesting: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _require_attribute_path(self.path)
        _require_filter(self.filter)
        if not self.filter.is_value_filter():
            raise InvalidFilter("what stands in brackets cannot have brackets itself")
        object.__setattr__(self, "_nesting", 1 + self.filter.nesting)
        _require_nesting_limit(self)

    @property
    @override
    def nesting(self) -> int:
        return self._nesting

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

    def __reduce__(self) -> tuple[Any, ...]:
        return ValuePath, (self.path, self.filter)


_new_object = object.__new__
_set_path, _set_op, _set_value = (vars(Compare)[name].__set__ for name in ("path", "op", "value"))
_set_present_path = vars(Present)["path"].__set__


def make_compare(path: Path, op: CompareOperator, value: FilterValue) -> Compare:
    """Make a node of parts that the grammar has read: without the checks, at half the time."""
    node = _new_object(Compare)
    _set_path(node, path)
    _set_op(node, op)
    _set_value(node, value)
    return node


def make_present(path: Path) -> Present:
    """Make a node of a path that the grammar has read: without the checks."""
    node = _new_object(Present)
    _set_present_path(node, path)
    return node


_set_items, _set_items_nesting = (
    vars(_LogicalExpression)[name].__set__ for name in ("items", "_nesting")
)
_set_value_path, _set_value_filter, _set_value_path_nesting = (
    vars(ValuePath)[name].__set__ for name in ("path", "filter", "_nesting")
)
_LEAVES = (Compare, Present)


def make_logical_expression(node_class: type[And | Or], items: list[Filter]) -> Filter:
    """Make a node of two filters or more that the grammar has read."""
    nesting = 0
    for item in items:
        if item.__class__ in _LEAVES:
            continue
        if item.__class__ is node_class:
            return node_class(items)  # one of the same kind is taken apart
        nesting = max(nesting, node_class._compute_nesting(item))
    node = _new_object(node_class)
    _set_items(node, tuple(items))
    _set_items_nesting(node, nesting)
    _require_nesting_limit(node)
    return node


def make_value_path(path: Path, filter_: Filter) -> ValuePath:
    """Make a node of a path and a filter without brackets that the grammar has read."""
    node = _new_object(ValuePath)
    _set_value_path(node, path)
    _set_value_filter(node, filter_)
    _set_value_path_nesting(node, 1 + filter_.nesting)
    _require_nesting_limit(node)
    return node


def locate_node(root: Filter, node: Filter) -> tuple[str, int]:
    """Return the text of `root` and the offset at which `node`, one of its nodes, starts in it."""
    out: list[str] = []
    starts: dict[int, int] = {}
    root._print(out, starts)
    return "".join(out), sum(map(len, out[: starts[id(node)]]))


def _require_attribute_path(path: Path) -> None:
    if not isinstance(path, Path):
        raise InvalidFilter(
            f"what a filter is about is a Path, such as parse_path('userName') makes, not {path!r}"
        )
    if path.filter is not None:
        raise InvalidFilter(f"{path} has brackets; a filter says that with ValuePath")
    if path.is_bare_uri and str(path)[:4].casefold() == "urn:":
        raise InvalidFilter(f"{path} does not end in the name of an attribute")


def _require_filter(item: Filter) -> None:
    if not isinstance(item, Filter):
        raise InvalidFilter(
            f"filters are made of filters, such as parse_filter('title pr') makes, not of {item!r}"
        )


def _require_nesting_limit(node: Filter) -> None:
    if node.nesting > MAX_NESTING:
        raise InvalidFilter(f"a filter nests at most {MAX_NESTING} brackets")
