"""A filter understood: its names found in a schema, its operators and literals checked.

```text
Filter, names and literals as written  ──understand(filter, schema)──>  Condition, attributes and types
```

This is the first of two phases (RFC 7644 §3.4.2.2): the whole tree is checked, whichever branch would
decide, and what cannot apply is refused. The second, `match`, evaluates a condition and never fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NoReturn, Protocol, cast

from britive_scim.errors import InvalidFilter
from britive_scim.scim.attribute import Attribute
from britive_scim.scim.comparing import (
    binary_form,
    exact_form,
    folded_form,
    instant,
    spelled_boolean,
    user_name_form,
)
from britive_scim.scim.filter import (
    OPERATORS,
    And,
    Compare,
    CompareOperator,
    Filter,
    FilterValue,
    Not,
    Or,
    Present,
    ValuePath,
    place_in,
)
from britive_scim.scim.names import fold
from britive_scim.scim.path import Path
from britive_scim.scim.schema import ExtensionSchema, ResourceSchema

__all__ = [
    "All",
    "AnyOf",
    "Comparison",
    "Condition",
    "Constant",
    "Has",
    "Kind",
    "Negation",
    "Some",
    "Step",
    "understand",
    "understand_inner",
]

Kind = Literal["exact", "folded", "user name", "binary", "boolean", "number", "instant"]
"""How values are compared: as one of four forms of text, or as one of three other types."""

_EQUALITY = frozenset({"eq", "ne"})


@dataclass(frozen=True, slots=True)
class Step:
    """One name on the way from a resource to a value.

    Attributes:
        name: the key in a mapping: the name of an attribute, or the URN of an extension.
        field: the Python name on a model.
        multi_valued: whether a list is expected there; one is read anywhere.
    """

    name: str
    field: str
    multi_valued: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """What can be said of a resource, or of one value of an attribute."""


@dataclass(frozen=True, slots=True)
class Constant(Condition):
    """The same whatever the resource is: what the schema does not declare has no value.

    Attributes:
        value: the result.
    """

    value: bool


@dataclass(frozen=True, slots=True)
class Comparison(Condition):
    """A value compares so with a literal; one of several values is enough, whatever the operator.

    Attributes:
        steps: the way to the values.
        kind: how they are compared.
        op: the operator.
        value: the literal, in the form values are compared in.
        false_unless_set: whether a missing value counts as false: `primary` of an element of a list
            (RFC 7643 §2.4).
    """

    steps: tuple[Step, ...]
    kind: Kind
    op: CompareOperator
    value: str | bool | int | float | datetime
    false_unless_set: bool = False

    @property
    def if_missing(self) -> bool:
        """The result where there is no value."""
        missing_equals = self.false_unless_set and self.value is False
        return missing_equals is not (self.op == "ne")


@dataclass(frozen=True, slots=True)
class Has(Condition):
    """There is a value.

    Attributes:
        steps: the way to it.
        blank: whether an empty text counts as one: for `ne null` it does, for `pr` it does not.
        text: whether the schema expects a single text there.
    """

    steps: tuple[Step, ...]
    blank: bool
    text: bool = False


@dataclass(frozen=True, slots=True)
class Some(Condition):
    """One single value satisfies a whole condition: what brackets say.

    Attributes:
        steps: the way to the values.
        condition: what the value must satisfy; its steps start at the value.
    """

    steps: tuple[Step, ...]
    condition: Condition


@dataclass(frozen=True, slots=True)
class All(Condition):
    """Every one of several conditions holds."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """At least one of several conditions holds."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negation(Condition):
    """A condition does not hold."""

    item: Condition


# ----------------------------------------------------------------------------- names


@dataclass(frozen=True, slots=True)
class _Place:
    """What a path names.

    Attributes:
        steps: the way there.
        scope: where names in brackets after it are looked for.
        attribute: what is declared there; `None` for an extension or a resource as a whole, and for
            what an open extension holds without declaring it.
        parent: the attribute that it is a sub-attribute of.
        whole: whether it is an extension or a resource.
        secret: whether it, or what it lies in, is never returned.
    """

    steps: tuple[Step, ...]
    scope: _Scope
    attribute: Attribute | None = None
    parent: Attribute | None = None
    whole: bool = False
    secret: bool = False


class _Scope(Protocol):
    """Where names are looked for."""

    def find(self, path: Path) -> _Place | None:
        """Return what a path names, or `None` where that is not declared."""
        ...


class _Nowhere:
    """Within what is not declared: nothing is."""

    def find(self, path: Path) -> _Place | None:  # noqa: ARG002  # every scope is asked for a path
        return None


class _InSchema:
    """Names of a resource: core and common attributes, and those of extensions by their URN."""

    def __init__(self, schema: ResourceSchema) -> None:
        self._schema = schema

    def find(self, path: Path) -> _Place | None:
        schema, urn, uri = self._schema, path.urn, path.uri
        if urn is not None and uri is not None:
            # The id of a schema ends where the schema says, not at the last colon.
            if fold(uri) == fold(schema.urn):
                return _Place((), self, whole=True)
            extension = schema.extension(uri)
            if extension is not None:
                step = _extension_step(extension)
                return _Place((step,), _InExtension(extension), whole=True)
            if fold(urn) != fold(schema.urn):
                extension = schema.extension(urn)
                if extension is None:
                    return None
                step = _extension_step(extension)
                found = _InExtension(extension).find(replace(path, urn=None))
                return None if found is None else replace(found, steps=(step, *found.steps))
        attribute = schema.attribute(None, path.name)
        return None if attribute is None else _below((), attribute, None, path.sub)


class _InExtension:
    """Names of the attributes of one extension; an open one has them all."""

    def __init__(self, extension: ExtensionSchema) -> None:
        self._extension = extension

    def find(self, path: Path) -> _Place | None:
        if path.urn is not None:
            return None
        attribute = self._extension.attribute(path.name)
        if attribute is not None:
            return _below((), attribute, None, path.sub)
        return _InOpen().find(path) if self._extension.open else None


class _InOpen:
    """Any name: whatever is there is compared by the type of the literal."""

    def find(self, path: Path) -> _Place | None:
        if path.urn is not None:
            return None
        names = [path.name] if path.sub is None else [path.name, path.sub]
        return _Place(tuple(Step(name, name, multi_valued=False) for name in names), self)


class _InAttribute:
    """Names of sub-attributes, as they stand in brackets."""

    def __init__(self, attribute: Attribute) -> None:
        self._attribute = attribute

    def find(self, path: Path) -> _Place | None:
        attribute = self._attribute
        if path.urn is not None:
            return None
        if attribute.type != "complex":
            # A value that has no parts is itself named `value`.
            itself = path.sub is None and fold(path.name) == "value"
            return _Place((), _Nowhere(), attribute) if itself else None
        sub = attribute.sub(path.name)
        return None if sub is None else _below((), sub, attribute, path.sub)


def _extension_step(extension: ExtensionSchema) -> Step:
    return Step(extension.urn, extension.field, multi_valued=False)


def _step(attribute: Attribute) -> Step:
    return Step(attribute.name, attribute.field, attribute.multi_valued)


def _below(
    steps: tuple[Step, ...], attribute: Attribute, parent: Attribute | None, sub_name: str | None
) -> _Place | None:
    steps = (*steps, _step(attribute))
    secret = attribute.returned == "never"
    if sub_name is None:
        return _Place(steps, _InAttribute(attribute), attribute, parent, secret=secret)
    sub = attribute.sub(sub_name)
    if sub is None:
        return None
    found = _below(steps, sub, attribute, None)
    return replace(found, secret=True) if found is not None and secret else found


# ----------------------------------------------------------------------------- operators and literals


def understand(root: Filter, schema: ResourceSchema, *, strict: bool = False) -> Condition:
    """Return what a filter asks of a resource.

    Args:
        root: the filter.
        schema: what the resource is.
        strict: whether an attribute that is not declared is a fault; without, it has no value.

    Raises:
        InvalidFilter: the filter cannot apply to the schema; the message and the caret name the part.
    """
    return _Understanding(root, None, strict=strict).of(root, _InSchema(schema))


def understand_inner(root: Filter, attribute: Attribute, text: str | None = None) -> Condition:
    """Return what a filter in brackets asks of one value of an attribute.

    Args:
        root: what stands in the brackets.
        attribute: what stands before them.
        text: the whole path, to be shown by an error.

    Raises:
        InvalidFilter: the filter cannot apply to the attribute.
    """
    return _Understanding(root, text, strict=False).of(root, _InAttribute(attribute))


class _Understanding:
    """The walk over one filter.

    Attributes:
        root: the whole filter.
        text: what the user wrote, where that is known.
        strict: whether an undeclared attribute is a fault.
    """

    def __init__(self, root: Filter, text: str | None, *, strict: bool) -> None:
        self.root = root
        self.text = text
        self.strict = strict

    def of(self, node: Filter, scope: _Scope) -> Condition:
        if isinstance(node, Compare):
            return self._compare(node, scope)
        if isinstance(node, Present):
            return self._present(node, scope)
        if isinstance(node, And):
            return All(tuple(self.of(item, scope) for item in node.items))
        if isinstance(node, Or):
            return AnyOf(tuple(self.of(item, scope) for item in node.items))
        if isinstance(node, Not):
            return Negation(self.of(node.item, scope))
        return self._value_path(cast("ValuePath", node), scope)

    # ------------------------------------------------------------------ the nodes

    def _find(self, node: Compare | Present | ValuePath, scope: _Scope) -> _Place | None:
        place = scope.find(node.path)
        if place is None and self.strict:
            self._refuse(node, f"{node.path} is not declared by the schema")
        return place

    def _present(self, node: Present, scope: _Scope) -> Condition:
        place = self._find(node, scope)
        if place is None:
            return Constant(False)
        if place.secret:
            self._refuse(node, f"{node.path} is never returned: only eq and ne apply to it")
        attribute = place.attribute
        text = attribute is not None and attribute.type in {"string", "reference", "binary"}
        return Has(place.steps, blank=False, text=text)

    def _value_path(self, node: ValuePath, scope: _Scope) -> Condition:
        place = self._find(node, scope)
        if place is None:
            self.of(node.filter, _Nowhere())
            return Constant(False)
        attribute = place.attribute
        if attribute is not None and attribute.type != "complex" and not attribute.multi_valued:
            self._refuse(
                node,
                f"{node.path} is a single {attribute.type}: it has no parts to be named in brackets",
            )
        return Some(place.steps, self.of(node.filter, place.scope))

    def _compare(self, node: Compare, scope: _Scope) -> Condition:
        place = self._find(node, scope)
        if place is not None and place.secret and node.op not in _EQUALITY:
            self._refuse(node, f"{node.path} is never returned: only eq and ne apply to it")
        if node.value is None:
            if node.op not in _EQUALITY:
                self._refuse(node, f"{node.op} does not apply to null: only eq and ne do")
            has = Constant(False) if place is None else Has(place.steps, blank=True)
            return has if node.op == "ne" else Negation(has)
        if place is None:
            return Constant(node.op == "ne")
        if place.whole:
            self._refuse(node, f"{node.path} is a whole schema: it has no value to compare")
        attribute, steps, parent = place.attribute, place.steps, place.parent
        if attribute is None:
            return self._compare_open(node, steps)
        if attribute.type == "complex":
            parent, attribute = attribute, attribute.sub("value")
            if attribute is None or attribute.type == "complex":
                self._refuse(
                    node,
                    f"{node.path} is complex and has no value of its own: name the sub-attribute",
                )
            steps = (*steps, _step(attribute))
        kind = _kind_of(attribute, secret=place.secret, core=parent is None and len(steps) == 1)
        if kind is None:
            return self._compare_open(node, steps)
        operators = _OPERATORS[kind]
        if node.op not in operators:
            listed = ", ".join(operators)
            self._refuse(
                node,
                f"{node.path} is {attribute.type}, and {node.op} does not apply to that"
                f" (only {listed} and pr do)",
            )
        value = _FORMS[kind](node.value)
        if value is None:
            self._refuse(
                node,
                f"{node.path} is {attribute.type}, so it compares with {_WANTED[kind]},"
                f" not with {json.dumps(node.value)}",
            )
        of_element = parent is not None and parent.multi_valued
        primary = kind == "boolean" and of_element and fold(attribute.name) == "primary"
        return Comparison(steps, kind, node.op, value, false_unless_set=primary)

    def _compare_open(self, node: Compare, steps: tuple[Step, ...]) -> Condition:
        """Compare what nobody declared: by the type of the literal, text without case."""
        value = cast("str | bool | int | float", node.value)
        kind: Kind = "folded" if type(value) is str else "boolean"
        if type(value) is int or type(value) is float:
            kind = "number"
        if node.op not in _OPERATORS[kind]:
            self._refuse(
                node, f"{node.op} does not apply to {json.dumps(value)}, whatever {node.path} is"
            )
        return Comparison(steps, kind, node.op, folded_form(value) if type(value) is str else value)

    def _refuse(self, node: Filter, message: str) -> NoReturn:
        text, position = place_in(self.root, node)
        if self.text is not None:
            # As the user wrote it, if it is written so that the part can be found again.
            position = self.text.find(text[position:])
            text, position = self.text, max(position, 0)
        raise InvalidFilter(message, text=text, position=position)


def _kind_of(attribute: Attribute, *, secret: bool, core: bool) -> Kind | None:
    """Return how values of an attribute are compared; `None` for a type nobody declared.

    Args:
        attribute: what the schema says about it.
        secret: whether it is never returned: such text is compared exactly.
        core: whether it stands at the top of a resource, where `userName` has a form of its own.
    """
    if attribute.type == "string":
        if attribute.case_exact or secret:
            return "exact"
        return "user name" if core and fold(attribute.name) == "username" else "folded"
    return _KINDS.get(attribute.type)


def _text(form: Callable[[str], str]) -> Callable[[FilterValue], str | None]:
    return lambda value: form(value) if type(value) is str else None


def _boolean(value: FilterValue) -> bool | None:
    if type(value) is str:
        return spelled_boolean(value)
    return value if type(value) is bool else None


def _number(value: FilterValue) -> int | float | None:
    return value if type(value) is int or type(value) is float else None


_KINDS: Mapping[str, Kind] = {
    "reference": "exact",
    "binary": "binary",
    "boolean": "boolean",
    "integer": "number",
    "decimal": "number",
    "dateTime": "instant",
}

_ORDER: tuple[CompareOperator, ...] = ("eq", "ne", "gt", "ge", "lt", "le")

_OPERATORS: Mapping[Kind, tuple[CompareOperator, ...]] = {
    "exact": OPERATORS,
    "folded": OPERATORS,
    "user name": OPERATORS,
    "binary": _ORDER[:2],
    "boolean": _ORDER[:2],
    "number": _ORDER,
    "instant": _ORDER,
}

_FORMS: Mapping[Kind, Callable[[FilterValue], str | bool | int | float | datetime | None]] = {
    "exact": _text(exact_form),
    "folded": _text(folded_form),
    "user name": _text(user_name_form),
    "binary": _text(binary_form),
    "boolean": _boolean,
    "number": _number,
    "instant": instant,
}

_WANTED: Mapping[Kind, str] = {
    "exact": "text",
    "folded": "text",
    "user name": "text",
    "binary": "text",
    "boolean": "true or false",
    "number": "a number",
    "instant": 'text that is a date and a time, such as "2011-05-13T04:42:34Z"',
}
