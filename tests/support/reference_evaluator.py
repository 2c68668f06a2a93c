"""Reference evaluator of filters, written independently of the package from RFC 7643 and RFC 7644.

It accepts resources in wire form with the schema's spelling only, and is not optimized. `draw_filter` and
`draw_resource` draw random filters and resources.
"""

from __future__ import annotations

import json
import operator
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

LAB = "urn:example:params:scim:schemas:extension:lab:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"

# Declared types: a type of string, another type, a dict of sub-attributes, or a list of one of them.
_PARTS = {"value": "string", "display": "string", "type": "string", "primary": "boolean"}
DECLARED: dict[str | None, dict[str, Any]] = {
    None: {
        "userName": "string",
        "displayName": "string",
        "title": "string",
        "active": "boolean",
        "profileUrl": "caseExact",
        "id": "caseExact",
        "name": {"familyName": "string", "givenName": "string"},
        "emails": [_PARTS],
        "photos": [{**_PARTS, "value": "caseExact"}],
        "x509Certificates": [{**_PARTS, "value": "binary"}],
        "addresses": [{"type": "string", "country": "string", "primary": "boolean"}],
        "meta": {"created": "dateTime", "version": "caseExact"},
    },
    ENTERPRISE: {
        "department": "string",
        "manager": {"value": "caseExact", "displayName": "string"},
    },
    LAB: {
        "badgeNumber": "number",
        "score": "number",
        "hiredAt": "dateTime",
        "remote": "boolean",
        "tags": ["caseExact"],
        "fingerprint": "binary",
        "location": {"building": "string", "floor": "number"},
        "licences": [
            {"value": "caseExact", "seats": "number", "active": "boolean", "primary": "boolean"}
        ],
    },
}

_SAMPLES: dict[str, list[Any]] = {
    "string": ["", "a", "A", "ab", "Straße", "STRASSE", "é", "e\u0301", "É", "b c", "z"],
    "caseExact": ["", "a", "A", "ab", "é", "e\u0301", "z"],
    "boolean": [True, False],
    "number": [0, 1, 1.0, 2, 2.5, -1, 10],
    "dateTime": [
        "2020-01-01T00:00:00Z",
        "2020-01-01T01:00:00+01:00",
        "2020-01-01T00:00:00.5Z",
        "2021-06-01T00:00:00",
        "2020-01-01T00:00:00.000001Z",
    ],
    "binary": ["AA==", "AA", "QQ==", "aa=="],
}
_TEXTUAL = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")
_ORDERED = ("eq", "ne", "gt", "ge", "lt", "le")
_OPERATORS = {
    "string": _TEXTUAL,
    "caseExact": _TEXTUAL,
    "number": _ORDERED,
    "dateTime": _ORDERED,
    "boolean": ("eq", "ne"),
    "binary": ("eq", "ne"),
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "co": operator.contains,
    "sw": lambda value, start: bool(value.startswith(start)),
    "ew": lambda value, end: bool(value.endswith(end)),
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


class InvalidFilterError(Exception):
    """A filter that is invalid for the schema: `invalidFilter`."""


@dataclass(frozen=True)
class Node:
    """One node of a filter: `and`, `or` or `not` with items, `[` with one item; a comparison or `pr` with a path."""

    kind: str
    items: tuple[Node, ...] = ()
    urn: str | None = None
    name: str = ""
    sub: str | None = None
    literal: Any = None

    def __str__(self) -> str:
        path = f"{self.urn}:{self.name}" if self.urn else self.name
        path = f"{path}.{self.sub}" if self.sub else path
        match self.kind:
            case "and" | "or":
                return f"({f' {self.kind} '.join(map(str, self.items))})"
            case "not":
                return f"not ({self.items[0]})"
            case "[":
                return f"{path}[{self.items[0]}]"
            case "pr":
                return f"{path} pr"
            case _:
                return f"{path} {self.kind} {json.dumps(self.literal)}"


# ----------------------------------------------------------------------------- evaluation


def has_value(value: Any, *, allow_empty: bool = True) -> bool:
    """Return whether a value is neither missing, null nor empty (RFC 7643 §2.5); for `pr`, nor an empty string."""
    if isinstance(value, list):
        return any(has_value(item, allow_empty=allow_empty) for item in value)
    if isinstance(value, dict):
        return any(has_value(member, allow_empty=allow_empty) for member in value.values())
    return value is not None and (allow_empty or value != "")


def _find_member(members: Any, name: str) -> Any:
    """Return the member with this name; names are case-insensitive (RFC 7643 §2.1)."""
    return next((v for k, v in members.items() if k.casefold() == name.casefold()), None)


def _values(value: Any) -> list[Any]:
    return [v for v in (value if isinstance(value, list) else [value]) if has_value(v)]


def _normalize(kind: str, value: Any) -> Any:
    match kind:
        case "string":
            return unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).casefold())
        case "caseExact":
            return unicodedata.normalize("NFC", value)
        case "binary":
            return value.rstrip("=")
        case "dateTime":
            parsed = datetime.fromisoformat(value)
            return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        case _:
            return value


def _literal(kind: str, op: str, literal: Any) -> Any:
    """Return the literal to compare with; raise if the type does not support the operator (§3.4.2.2)."""
    if op not in _OPERATORS[kind]:
        raise InvalidFilterError
    if kind == "boolean":
        boolean = (
            {"true": True, "false": False}.get(literal.casefold())
            if isinstance(literal, str)
            else literal
        )
        if not isinstance(boolean, bool):
            raise InvalidFilterError
        return boolean
    if kind == "number":
        if isinstance(literal, bool) or not isinstance(literal, int | float):
            raise InvalidFilterError
        return literal
    if not isinstance(literal, str) or (kind == "dateTime" and "T" not in literal):
        raise InvalidFilterError
    return _normalize(kind, literal)


def matches(node: Node, data: dict[str, Any]) -> bool:
    """Return whether a user in wire form matches a filter.

    Raises:
        RefusedError: it cannot apply, whatever the data is.
    """
    return _matches(node, data, None, in_list=False)


def _matches(node: Node, data: Any, scope: dict[str, Any] | None, *, in_list: bool) -> bool:
    results = [
        _matches(item, data, scope, in_list=in_list) for item in node.items if node.kind != "["
    ]
    match node.kind:
        case "and":
            return all(results)
        case "or":
            return any(results)
        case "not":
            return not results[0]
    declared = _find_member(DECLARED[node.urn] if scope is None else scope, node.name)
    several = isinstance(declared, list)
    kind = declared[0] if several else declared
    parent = data if node.urn is None else data.get(node.urn) or {}
    value = _find_member(parent, node.name) if kind is not None else None
    if node.kind == "[":
        return _value_path_matches(node, _values(value), kind, several=several)
    if node.kind == "pr":
        if node.sub is None:
            return has_value(value, allow_empty=False)
        parts = isinstance(kind, dict) and _find_member(kind, node.sub) is not None
        return parts and any(
            has_value(_find_member(item, node.sub), allow_empty=False) for item in _values(value)
        )
    sub = node.sub
    if sub is None and isinstance(kind, dict) and node.literal is not None:
        if "value" not in kind:
            raise InvalidFilterError  # no `value` sub-attribute to compare
        sub = "value"
    if sub is None:
        values = _values(value)
        if in_list and node.name.casefold() == "primary" and kind and node.literal is not None:
            values = values or [False]
        return _compare(node, kind, values)
    part = _find_member(kind, sub) if isinstance(kind, dict) else None
    sub_values = [_find_member(item, sub) for item in _values(value)] if part else []
    if several and sub.casefold() == "primary" and node.literal is not None:
        sub_values = [item if has_value(item) else False for item in sub_values]  # RFC 7643 §2.4
    return _compare(node, part, [item for item in sub_values if has_value(item)])


def _value_path_matches(node: Node, values: list[Any], kind: Any, *, several: bool) -> bool:
    """Return whether one single value matches the whole filter; a simple value is its own `value`."""
    scope = kind if isinstance(kind, dict) else {"value": kind}
    elements = values if isinstance(kind, dict) else [{"value": value} for value in values]
    _matches(node.items[0], {}, scope, in_list=several)  # raises if the filter is invalid
    return any(_matches(node.items[0], element, scope, in_list=several) for element in elements)


def _compare(node: Node, kind: Any, values: list[Any]) -> bool:
    op, literal = node.kind, node.literal
    if literal is None:
        if op not in {"eq", "ne"}:
            raise InvalidFilterError
        return bool(values) == (op == "ne")
    if not isinstance(kind, str):
        return op == "ne"  # undeclared attribute: no value
    expected = _literal(kind, op, literal)
    if not values:
        return op == "ne"
    return any(_COMPARE[op](_normalize(kind, value), expected) for value in values)


# ----------------------------------------------------------------------------- random drawing


def draw_resource(rng: Random) -> dict[str, Any]:
    """Return a user with some values, some of them null, empty or made of nulls."""
    user: dict[str, Any] = {"schemas": [USER, ENTERPRISE, LAB], **_draw(rng, DECLARED[None])}
    for urn in (ENTERPRISE, LAB):
        if rng.random() < 0.7:
            user[urn] = _draw(rng, DECLARED[urn])
    return user


def _draw(rng: Random, declared: Any) -> Any:
    if isinstance(declared, dict):
        names = [name for name in declared if rng.random() < 0.6]
        return {name: None if rng.random() < 0.12 else _draw(rng, declared[name]) for name in names}
    if isinstance(declared, list):
        return [_draw(rng, declared[0]) for _ in range(rng.choice((0, 1, 1, 2, 2, 3)))]
    return rng.choice(_SAMPLES[declared])


def draw_filter(rng: Random, depth: int = 2) -> Node:
    """Return a filter; about one in six is invalid."""
    return _draw_node(rng, depth, None)


def _draw_node(rng: Random, depth: int, scope: dict[str, Any] | None) -> Node:
    roll = rng.random()
    if depth and roll < 0.25:
        kind, count = rng.choice(("and", "or")), rng.randint(2, 3)
        return Node(kind, tuple(_draw_node(rng, depth - 1, scope) for _ in range(count)))
    if depth and roll < 0.35:
        return Node("not", (_draw_node(rng, depth - 1, scope),))
    urn = None if scope is not None else rng.choice((None, None, ENTERPRISE, LAB))
    names = DECLARED[urn] if scope is None else scope
    if scope is None and roll < 0.6:
        name = rng.choice([n for n, declared in names.items() if not isinstance(declared, str)])
        kind = names[name][0] if isinstance(names[name], list) else names[name]
        inner = kind if isinstance(kind, dict) else {"value": kind}
        return Node("[", (_draw_node(rng, 1, inner),), urn, _vary_case(rng, name))
    return _draw_test(rng, urn, names)


def _draw_test(rng: Random, urn: str | None, names: dict[str, Any]) -> Node:
    name = rng.choice(list(names)) if rng.random() < 0.96 else "nothing"
    declared = names.get(name, "string")
    kind = declared[0] if isinstance(declared, list) else declared
    sub = None
    if isinstance(kind, dict) and rng.random() < 0.75:
        sub = rng.choice(list(kind))
        kind = kind[sub]
    if isinstance(kind, dict):
        kind = kind.get("value", "string")
    op = rng.choice(_OPERATORS[kind] if rng.random() < 0.93 else _TEXTUAL)
    literal = rng.choice(_SAMPLES[kind])
    if rng.random() < 0.1:
        literal = rng.choice((None, None, True, 1, "x", "true", 2.5))
    name, sub = _vary_case(rng, name), _vary_case(rng, sub) if sub else None
    return Node("pr" if rng.random() < 0.18 else op, (), urn, name, sub, literal)


def _vary_case(rng: Random, name: str) -> str:
    return name if rng.random() < 0.8 else rng.choice((name.upper(), name.lower()))
