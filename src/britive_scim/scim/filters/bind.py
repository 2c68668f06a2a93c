"""Bind a filter to a schema: resolve its names, check its operators and literals.

This is the first of two phases (RFC 7644 §3.4.2.2): it checks the whole tree, including branches that
evaluation would skip. The second phase, `predicates`, never raises.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, cast

from britive_scim.errors import InvalidFilter
from britive_scim.errors.secret_names import MASK, is_secret_name
from britive_scim.scim.datatypes import (
    normalize_caseless,
)
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.ast import (
    And,
    Compare,
    Filter,
    Not,
    Or,
    Present,
    ValuePath,
    locate_node,
)
from britive_scim.scim.filters.bound import (
    BoundAnd,
    BoundCompare,
    BoundConstant,
    BoundFilter,
    BoundNot,
    BoundOr,
    BoundPresent,
    BoundValuePath,
    ComparisonType,
    PathStep,
)
from britive_scim.scim.filters.comparison_types import (
    EXPECTED_LITERALS,
    LITERAL_CONVERTERS,
    OPERATORS_BY_TYPE,
    get_comparison_type,
)
from britive_scim.scim.filters.held_names import build_held_path, find_held_path
from britive_scim.scim.filters.membership import join_comparisons
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.scope import (
    AttributeScope,
    BoundPath,
    EmptyScope,
    SchemaScope,
    Scope,
    build_step,
)
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema

__all__ = [
    "Binding",
    "Undeclared",
    "UndeclaredRule",
    "bind_filter",
    "bind_value_filter",
    "raise_undeclared",
]

UndeclaredRule = Literal["reject", "no value", "no match"]
"""Treatment of a condition on an undeclared name: an error; a name without value, for which `ne` and
`not` are true; or a condition that selects nothing, also below `not`."""

_EQUALITY_OPERATORS = frozenset({"eq", "ne"})


@dataclass(frozen=True, slots=True)
class Undeclared:
    """Condition on a name that the schema does not declare.

    Attributes:
        node: the condition.
        scope: the scope of the name.
    """

    node: Compare | Present | ValuePath
    scope: Scope


@dataclass(frozen=True, slots=True)
class Binding:
    """Result of binding a filter to a schema.

    Attributes:
        condition: the bound filter, in which an undeclared attribute has no value.
        undeclared: the conditions on undeclared attributes.
        short_names: the folded names that were resolved as Python names, or short names of extensions.
    """

    condition: BoundFilter
    undeclared: tuple[Undeclared, ...]
    short_names: frozenset[str] = frozenset()


def bind_filter(
    root: Filter,
    schema: ResourceSchema,
    *,
    short_names: bool = True,
    holders: Sequence[Any] = (),
    held_names: frozenset[str] = frozenset(),
) -> Binding:
    """Return a filter bound to the schema of a resource.

    Args:
        root: the filter.
        schema: schema of the resource.
        short_names: understand Python names and short names of extensions.
        holders: resources whose undeclared attributes count as declared; their values have any type.
        held_names: folded names of undeclared attributes of the resource, which are no short names.

    Raises:
        InvalidFilter: the filter cannot apply to the schema; the caret marks the part.
    """
    binder = _Binder(root, None, short_names=short_names, holders=holders, held_names=held_names)
    condition = binder.bind(root, SchemaScope(schema))
    return Binding(condition, tuple(binder.undeclared), frozenset(binder.resolved_short_names))


def bind_value_filter(
    root: Filter,
    attribute: Attribute,
    path_text: str | None = None,
    *,
    undeclared: UndeclaredRule = "no value",
    holders: Sequence[Any] = (),
) -> BoundFilter:
    """Return a filter in brackets bound to the attribute before them.

    Args:
        root: the filter in brackets.
        attribute: the attribute.
        path_text: text of the whole path, for errors.
        undeclared: treatment of undeclared sub-attributes.
        holders: values of the attribute whose undeclared sub-attributes count as declared.

    Raises:
        InvalidFilter: the filter cannot apply to the attribute.
    """
    binder = _Binder(
        root,
        path_text,
        short_names=False,
        holders=holders,
        can_match_undeclared=undeclared != "no match",
    )
    condition = binder.bind(root, AttributeScope(attribute))
    if undeclared == "reject" and binder.undeclared:
        raise_undeclared(root, binder.undeclared[0], path_text)
    return condition


def raise_undeclared(
    root: Filter, undeclared: Undeclared, path_text: str | None = None
) -> NoReturn:
    """Raise `InvalidFilter` for a condition on an undeclared name, with a hint.

    Args:
        root: the whole filter.
        undeclared: the condition.
        path_text: text of the path around the filter, or `None`.
    """
    path = undeclared.node.path
    message = f"{path} is not declared by the schema{undeclared.scope.suggest(path)}"
    _raise_invalid_filter(root, undeclared.node, message, path_text)


def _raise_invalid_filter(
    root: Filter, node: Filter, message: str, path_text: str | None
) -> NoReturn:
    text, position = locate_node(root, node)
    if path_text is not None:
        # Show the text of the user, with the caret at the part if its spelling is canonical.
        position = path_text.find(text[position:])
        text, position = path_text, max(position, 0)
    raise InvalidFilter(message, text=text, position=position)


class _Binder:
    """Tree walk that binds one filter.

    Attributes:
        root: the whole filter.
        path_text: text of the path around the filter, or `None`.
        short_names: whether Python names and short names of extensions are understood.
        holders: values whose undeclared attributes count as declared.
        can_match_undeclared: whether an undeclared name has no value, so that `ne` and `not` are true;
            otherwise no condition on it contributes to a match.
        held_names: folded names of undeclared attributes of the resource, which are no short names.
        undeclared: the conditions on undeclared names found so far.
        resolved_short_names: the folded names before the first dot that are short names.
    """

    def __init__(
        self,
        root: Filter,
        path_text: str | None,
        *,
        short_names: bool,
        holders: Sequence[Any],
        can_match_undeclared: bool = True,
        held_names: frozenset[str] = frozenset(),
    ) -> None:
        self.root = root
        self.path_text = path_text
        self.short_names = short_names
        self.holders = holders
        self.can_match_undeclared = can_match_undeclared
        self.held_names = held_names
        self.undeclared: list[Undeclared] = []
        self.resolved_short_names: set[str] = set()
        self._is_negated = False  # within an odd number of `not`
        self._steps_before_brackets: tuple[PathStep, ...] = ()

    def bind(self, node: Filter, scope: Scope) -> BoundFilter:
        if isinstance(node, Compare):
            return self._bind_compare(node, scope)
        if isinstance(node, Present):
            return self._bind_present(node, scope)
        if isinstance(node, And):
            items = join_comparisons([self.bind(item, scope) for item in node.items], is_or=False)
            return items[0] if len(items) == 1 else BoundAnd(items)
        if isinstance(node, Or):
            items = join_comparisons([self.bind(item, scope) for item in node.items], is_or=True)
            return items[0] if len(items) == 1 else BoundOr(items)
        if isinstance(node, Not):
            self._is_negated = not self._is_negated
            item = self.bind(node.item, scope)
            self._is_negated = not self._is_negated
            return BoundNot(item)
        return self._bind_value_path(cast("ValuePath", node), scope)

    # ------------------------------------------------------------------ nodes

    def _bind_path(self, node: Compare | Present | ValuePath, scope: Scope) -> BoundPath | None:
        path = node.path
        bound = scope.find(path)
        if bound is not None:
            return bound
        if self.short_names:
            is_top_level = path.urn is None and isinstance(scope, SchemaScope)
            if is_top_level and fold(path.name) in self.held_names:
                return build_held_path(path)
            expanded = scope.expand(path)
            bound = None if expanded is None else scope.find(expanded)
            if bound is not None and is_top_level and scope.find(Path(None, path.name)) is None:
                self.resolved_short_names.add(fold(path.name))
        if bound is None and self.holders:
            bound = find_held_path(self.holders, self._steps_before_brackets, scope, path)
        if bound is None:
            self.undeclared.append(Undeclared(node, scope))
        return bound

    def _bind_present(self, node: Present, scope: Scope) -> BoundFilter:
        bound = self._bind_path(node, scope)
        if bound is None:
            return self._build_undeclared_condition(is_true=False)
        if bound.is_never_returned:
            self._raise_invalid_filter(
                node, f"{node.path} is never returned, and does not support pr; use eq or ne"
            )
        attribute = bound.attribute
        is_string = attribute is not None and attribute.type in {"string", "reference", "binary"}
        return BoundPresent(bound.steps, can_be_empty=False, is_string=is_string)

    def _bind_value_path(self, node: ValuePath, scope: Scope) -> BoundFilter:
        bound = self._bind_path(node, scope)
        if bound is None:
            outer = len(self.undeclared)
            self.bind(node.filter, EmptyScope())
            del self.undeclared[outer:]  # the name before the brackets is the one to report
            return self._build_undeclared_condition(is_true=False)
        attribute = bound.attribute
        if attribute is not None and attribute.type != "complex" and not attribute.multi_valued:
            self._raise_invalid_filter(
                node,
                f"{node.path} must be complex or multi-valued to have brackets,"
                f" got a single {attribute.type}",
            )
        self._steps_before_brackets = bound.steps
        condition = self.bind(node.filter, bound.scope)
        self._steps_before_brackets = ()
        return BoundValuePath(bound.steps, condition)

    def _bind_compare(self, node: Compare, scope: Scope) -> BoundFilter:
        bound = self._bind_path(node, scope)
        if bound is not None and bound.is_never_returned and node.op not in _EQUALITY_OPERATORS:
            self._raise_invalid_filter(
                node,
                f"{node.path} is never returned, and does not support {node.op}; use eq or ne",
            )
        if node.value is None:
            if node.op not in _EQUALITY_OPERATORS:
                self._raise_invalid_filter(node, f"null does not support {node.op}; use eq or ne")
            if bound is None:
                return self._build_undeclared_condition(is_true=node.op == "eq")
            present = BoundPresent(bound.steps, can_be_empty=True)
            return present if node.op == "ne" else BoundNot(present)
        if bound is None:
            return self._build_undeclared_condition(is_true=node.op == "ne")
        if bound.is_whole_schema:
            self._raise_invalid_filter(
                node,
                f"{node.path} is a whole schema, and has no value to compare; add an attribute name",
            )
        attribute, steps, parent = bound.attribute, bound.steps, bound.parent
        if attribute is None:
            return self._bind_undeclared_compare(node, steps)
        if attribute.type == "complex":
            parent, attribute = attribute, attribute.find_sub_attribute("value")
            if attribute is None or attribute.type == "complex":
                self._raise_invalid_filter(
                    node,
                    f"{node.path} has sub-attributes, and no value to compare; add the name of one"
                    f"{_suggest_sub_attribute(node.path, parent)}",
                )
            steps = (*steps, build_step(attribute))
        type_ = get_comparison_type(
            attribute,
            is_never_returned=bound.is_never_returned,
            is_core=parent is None and len(steps) == 1,
        )
        if type_ is None:
            return self._bind_undeclared_compare(node, steps)
        operators = OPERATORS_BY_TYPE[type_]
        if node.op not in operators:
            self._raise_invalid_filter(
                node,
                f"{node.path} is {attribute.type}, which does not support {node.op};"
                f" use {', '.join(operators)} or pr",
            )
        value = LITERAL_CONVERTERS[type_](node.value)
        if value is None:
            self._raise_invalid_filter(
                node,
                f"{node.path} is {attribute.type} and must be compared with"
                f" {EXPECTED_LITERALS[type_]}, got {_describe_literal(node, parent)}",
            )
        is_element = parent is not None and parent.multi_valued
        is_primary = type_ == "boolean" and is_element and fold(attribute.name) == "primary"
        return BoundCompare(steps, type_, node.op, value, has_false_default=is_primary)

    def _build_undeclared_condition(self, *, is_true: bool) -> BoundConstant:
        """Return the condition in place of one on an undeclared name.

        Args:
            is_true: whether the condition is true of a name without value.
        """
        return BoundConstant(is_true if self.can_match_undeclared else self._is_negated)

    def _bind_undeclared_compare(self, node: Compare, steps: tuple[PathStep, ...]) -> BoundFilter:
        """Bind a comparison of an undeclared attribute: by the type of the literal, ignoring case."""
        value = cast("str | bool | int | float", node.value)
        type_: ComparisonType = "folded" if type(value) is str else "boolean"
        if type(value) is int or type(value) is float:
            type_ = "number"
        if node.op not in OPERATORS_BY_TYPE[type_]:
            self._raise_invalid_filter(
                node,
                f"{_describe_literal(node)} is a {type_}, which does not support {node.op};"
                f" use {', '.join(OPERATORS_BY_TYPE[type_])}",
            )
        return BoundCompare(
            steps, type_, node.op, normalize_caseless(value) if type(value) is str else value
        )

    def _raise_invalid_filter(self, node: Filter, message: str) -> NoReturn:
        _raise_invalid_filter(self.root, node, message, self.path_text)


def _suggest_sub_attribute(path: Path, attribute: Attribute) -> str:
    """Return the example of a sub-attribute of a complex attribute."""
    names = [sub.name for sub in attribute.sub_attributes if sub.type != "complex"]
    return f", such as {path}.{names[0]}" if names and path.sub is None else ""


def _describe_literal(node: Compare, parent: Attribute | None = None) -> str:
    """Return the literal of a condition for a message, masked if it is compared with a secret."""
    names = (str(node.path), "" if parent is None else parent.name)
    return json.dumps(MASK if any(map(is_secret_name, names)) else node.value)
