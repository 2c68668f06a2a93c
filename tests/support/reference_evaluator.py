"""A second evaluator of filters, written from the rules of RFC 7643 and RFC 7644 alone.

It shares no line with the package, knows mappings in schema spelling only, and takes its time. What a
filter may be, and what data there is, is drawn at random here, too: `draw_filter` and `draw_resource`.
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

# What is declared: a kind of text, another type, a dict of sub-attributes, or a list of one of them.
_PARTS = {"value": "text", "display": "text", "type": "text", "primary": "boolean"}
DECLARED: dict[str | None, dict[str, Any]] = {
    None: {
        "userName": "text",
        "displayName": "text",
        "title": "text",
        "active": "boolean",
        "profileUrl": "exact",
        "id": "exact",
        "name": {"familyName": "text", "givenName": "text"},
        "emails": [_PARTS],
        "photos": [{**_PARTS, "value": "exact"}],
        "x509Certificates": [{**_PARTS, "value": "binary"}],
        "addresses": [{"type": "text", "country": "text", "primary": "boolean"}],
        "meta": {"created": "moment", "version": "exact"},
    },
    ENTERPRISE: {"department": "text", "manager": {"value": "exact", "displayName": "text"}},
    LAB: {
        "badgeNumber": "number",
        "score": "number",
        "hiredAt": "moment",
        "remote": "boolean",
        "tags": ["exact"],
        "fingerprint": "binary",
        "location": {"building": "text", "floor": "number"},
        "licences": [
            {"value": "exact", "seats": "number", "active": "boolean", "primary": "boolean"}
        ],
    },
}

_SAMPLES: dict[str, list[Any]] = {
    "text": ["", "a", "A", "ab", "Straße", "STRASSE", "é", "e\u0301", "É", "b c", "z"],
    "exact": ["", "a", "A", "ab", "é", "e\u0301", "z"],
    "boolean": [True, False],
    "number": [0, 1, 1.0, 2, 2.5, -1, 10],
    "moment": [
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
    "text": _TEXTUAL,
    "exact": _TEXTUAL,
    "number": _ORDERED,
    "moment": _ORDERED,
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


class RefusedError(Exception):
    """The filter cannot apply: `invalidFilter`."""


@dataclass(frozen=True)
class Node:
    """One node: `and`, `or`, `not` with items, `[` with one; a comparison, or `pr`, with a path."""

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


# ----------------------------------------------------------------------------- the rules


def assigned(value: Any, *, blank: bool = True) -> bool:
    """RFC 7643 §2.5: missing, null and empty are one state; for `pr` the empty text is, too."""
    if isinstance(value, list):
        return any(assigned(item, blank=blank) for item in value)
    if isinstance(value, dict):
        return any(assigned(member, blank=blank) for member in value.values())
    return value is not None and (blank or value != "")


def _found(members: Any, name: str) -> Any:
    """Names have no case (RFC 7643 §2.1)."""
    return next((v for k, v in members.items() if k.casefold() == name.casefold()), None)


def _values(value: Any) -> list[Any]:
    return [one for one in (value if isinstance(value, list) else [value]) if assigned(one)]


def _form(kind: str, value: Any) -> Any:
    match kind:
        case "text":
            return unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).casefold())
        case "exact":
            return unicodedata.normalize("NFC", value)
        case "binary":
            return value.rstrip("=")
        case "moment":
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        case _:
            return value


def _literal(kind: str, op: str, literal: Any) -> Any:
    """Return what is compared with; raise where type and operator do not go together (§3.4.2.2)."""
    if op not in _OPERATORS[kind]:
        raise RefusedError
    if kind == "boolean":
        spelled = (
            {"true": True, "false": False}.get(literal.casefold())
            if isinstance(literal, str)
            else literal
        )
        if not isinstance(spelled, bool):
            raise RefusedError
        return spelled
    if kind == "number":
        if isinstance(literal, bool) or not isinstance(literal, int | float):
            raise RefusedError
        return literal
    if not isinstance(literal, str) or (kind == "moment" and "T" not in literal):
        raise RefusedError
    return _form(kind, literal)


def holds(node: Node, data: dict[str, Any]) -> bool:
    """Return whether a filter holds for a user in wire form.

    Raises:
        RefusedError: it cannot apply, whatever the data is.
    """
    return _holds(node, data, None, in_list=False)


def _holds(node: Node, data: Any, scope: dict[str, Any] | None, *, in_list: bool) -> bool:
    results = [
        _holds(item, data, scope, in_list=in_list) for item in node.items if node.kind != "["
    ]
    match node.kind:
        case "and":
            return all(results)
        case "or":
            return any(results)
        case "not":
            return not results[0]
    declared = _found(DECLARED[node.urn] if scope is None else scope, node.name)
    several = isinstance(declared, list)
    kind = declared[0] if several else declared
    holder = data if node.urn is None else data.get(node.urn) or {}
    held = _found(holder, node.name) if kind is not None else None
    if node.kind == "[":
        return _one_holds(node, _values(held), kind, several=several)
    if node.kind == "pr":
        if node.sub is None:
            return assigned(held, blank=False)
        parts = isinstance(kind, dict) and _found(kind, node.sub) is not None
        return parts and any(assigned(_found(one, node.sub), blank=False) for one in _values(held))
    sub = node.sub
    if sub is None and isinstance(kind, dict) and node.literal is not None:
        if "value" not in kind:
            raise RefusedError  # there is nothing to compare
        sub = "value"
    if sub is None:
        values = _values(held)
        if in_list and node.name.casefold() == "primary" and kind and node.literal is not None:
            values = values or [False]
        return _compares(node, kind, values)
    part = _found(kind, sub) if isinstance(kind, dict) else None
    held_parts = [_found(one, sub) for one in _values(held)] if part else []
    if several and sub.casefold() == "primary" and node.literal is not None:
        held_parts = [one if assigned(one) else False for one in held_parts]  # RFC 7643 §2.4
    return _compares(node, part, [one for one in held_parts if assigned(one)])


def _one_holds(node: Node, values: list[Any], kind: Any, *, several: bool) -> bool:
    """Brackets: one single value satisfies the whole filter; a simple value is its own `value`."""
    scope = kind if isinstance(kind, dict) else {"value": kind}
    elements = values if isinstance(kind, dict) else [{"value": one} for one in values]
    _holds(node.items[0], {}, scope, in_list=several)  # raises, whatever the data is
    return any(_holds(node.items[0], one, scope, in_list=several) for one in elements)


def _compares(node: Node, kind: Any, values: list[Any]) -> bool:
    op, literal = node.kind, node.literal
    if literal is None:
        if op not in {"eq", "ne"}:
            raise RefusedError
        return bool(values) == (op == "ne")
    if not isinstance(kind, str):
        return op == "ne"  # nobody declared it: no value
    wanted = _literal(kind, op, literal)
    if not values:
        return op == "ne"
    return any(_COMPARE[op](_form(kind, one), wanted) for one in values)


# ----------------------------------------------------------------------------- chance


def draw_resource(chance: Random) -> dict[str, Any]:
    """Return a user with some values, some of them null, empty or made of nulls."""
    user: dict[str, Any] = {"schemas": [USER, ENTERPRISE, LAB], **_draw(chance, DECLARED[None])}
    for urn in (ENTERPRISE, LAB):
        if chance.random() < 0.7:
            user[urn] = _draw(chance, DECLARED[urn])
    return user


def _draw(chance: Random, declared: Any) -> Any:
    if isinstance(declared, dict):
        names = [name for name in declared if chance.random() < 0.6]
        return {
            name: None if chance.random() < 0.12 else _draw(chance, declared[name])
            for name in names
        }
    if isinstance(declared, list):
        return [_draw(chance, declared[0]) for _ in range(chance.choice((0, 1, 1, 2, 2, 3)))]
    return chance.choice(_SAMPLES[declared])


def draw_filter(chance: Random, depth: int = 2) -> Node:
    """Return a filter; about one in six cannot apply."""
    return _draw_node(chance, depth, None)


def _draw_node(chance: Random, depth: int, scope: dict[str, Any] | None) -> Node:
    luck = chance.random()
    if depth and luck < 0.25:
        kind, count = chance.choice(("and", "or")), chance.randint(2, 3)
        return Node(kind, tuple(_draw_node(chance, depth - 1, scope) for _ in range(count)))
    if depth and luck < 0.35:
        return Node("not", (_draw_node(chance, depth - 1, scope),))
    urn = None if scope is not None else chance.choice((None, None, ENTERPRISE, LAB))
    names = DECLARED[urn] if scope is None else scope
    if scope is None and luck < 0.6:
        name = chance.choice([n for n, declared in names.items() if not isinstance(declared, str)])
        kind = names[name][0] if isinstance(names[name], list) else names[name]
        inner = kind if isinstance(kind, dict) else {"value": kind}
        return Node("[", (_draw_node(chance, 1, inner),), urn, _cased(chance, name))
    return _draw_test(chance, urn, names)


def _draw_test(chance: Random, urn: str | None, names: dict[str, Any]) -> Node:
    name = chance.choice(list(names)) if chance.random() < 0.96 else "nothing"
    declared = names.get(name, "text")
    kind = declared[0] if isinstance(declared, list) else declared
    sub = None
    if isinstance(kind, dict) and chance.random() < 0.75:
        sub = chance.choice(list(kind))
        kind = kind[sub]
    if isinstance(kind, dict):
        kind = kind.get("value", "text")
    op = chance.choice(_OPERATORS[kind] if chance.random() < 0.93 else _TEXTUAL)
    literal = chance.choice(_SAMPLES[kind])
    if chance.random() < 0.1:
        literal = chance.choice((None, None, True, 1, "x", "true", 2.5))
    name, sub = _cased(chance, name), _cased(chance, sub) if sub else None
    return Node("pr" if chance.random() < 0.18 else op, (), urn, name, sub, literal)


def _cased(chance: Random, name: str) -> str:
    return name if chance.random() < 0.8 else chance.choice((name.upper(), name.lower()))
