"""Hypothesis strategies: filters of every form, filters valid for a schema, and resources."""

import json
from pathlib import Path as File
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from britive_scim import scim
from britive_scim.scim.filters.tokens import OPERATORS

DATA = File(__file__).parent.parent / "data" / "vectors"
LAB = "urn:example:params:scim:schemas:extension:lab:2.0:User"
LAB_DOCUMENT = json.loads((DATA / "test-extension.schema.json").read_text("utf-8"))
LAB_USER = scim.ResourceSchema.of(scim.User, extensions=[LAB_DOCUMENT])
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"

# ----------------------------------------------------------------------------- syntax

KEYWORDS = ["eq", "pr", "and", "or", "not", "true", "null", "NOT", "Sw"]

names = st.sampled_from([*KEYWORDS, "userName", "emails", "value", "$ref"]) | st.from_regex(
    r"\$?[A-Za-z][A-Za-z0-9$_-]{0,8}", fullmatch=True
)
uris = st.sampled_from(
    [None, None, ENTERPRISE, "URN:x:y", "urn:a:b:2.0:User", "https://example.com/schemas/badge"]
)
paths = st.builds(scim.Path, uris, names, st.none(), st.none() | names)
plain_names = st.builds(scim.Path, st.none(), names, st.none(), st.none())

special_strings = st.text(
    st.sampled_from('"\\/\b\f\n\r\t\x00\x1f\x7f\x85\u2028\ud83d\ude00\ud800\udfff()[]ae é日'),
    max_size=12,
)
strings = st.text(max_size=12) | special_strings
literals = (
    strings
    | st.booleans()
    | st.none()
    | st.integers()
    | st.integers(-(10**599), 10**599)
    | st.floats(allow_nan=False, allow_infinity=False)
)
operators = st.sampled_from(OPERATORS)


def _leaves(paths: st.SearchStrategy[scim.Path]) -> st.SearchStrategy[scim.Filter]:
    return st.builds(scim.Compare, paths, operators, literals) | st.builds(scim.Present, paths)


def _combine(inner: st.SearchStrategy[scim.Filter]) -> st.SearchStrategy[scim.Filter]:
    several = st.lists(inner, min_size=2, max_size=4)
    return st.builds(scim.And, several) | st.builds(scim.Or, several) | st.builds(scim.Not, inner)


value_filters = st.recursive(_leaves(paths), _combine, max_leaves=6)
"""Filters allowed within brackets."""

filters = st.recursive(
    _leaves(paths) | st.builds(scim.ValuePath, paths, value_filters), _combine, max_leaves=12
)
"""Filters of every form, valid for a schema or not."""

# ----------------------------------------------------------------------------- filters of a schema

_WORDS = [
    "",
    "a",
    "Ann",
    "ANN",
    "ann@example.com",
    "work",
    "Work",
    "home",
    "straße",
    "STRASSE",
    "é",
    "e\u0301",
]
_TEXT = (_WORDS, ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])
_BOOLEAN = ([True, False, "True", "false"], ["eq", "ne"])
_NUMBER = ([0, 1, -1, 5, 5.0, 5.5, 10**30], ["eq", "ne", "gt", "ge", "lt", "le"])
_DATETIMES = [
    "2011-05-13T04:42:34Z",
    "2011-05-13T06:42:34+02:00",
    "2024-02-29T00:00:00.5Z",
    "2030-01-01T00:00:00",
]
_DATETIME = (_DATETIMES, ["eq", "ne", "gt", "ge", "lt", "le"])
_BINARY = (["AQIDBA==", "AQIDBA", "aqidba"], ["eq", "ne"])

ATTRIBUTES: dict[str, tuple[list[Any], list[str]]] = {
    "userName": _TEXT,
    "USERNAME": _TEXT,
    "id": _TEXT,
    "externalId": _TEXT,
    "title": _TEXT,
    "name.familyName": _TEXT,
    "active": _BOOLEAN,
    "emails": _TEXT,
    "emails.value": _TEXT,
    "emails.type": _TEXT,
    "emails.primary": _BOOLEAN,
    "schemas": _TEXT,
    "profileUrl": _TEXT,
    "x509Certificates": _BINARY,
    "meta.lastModified": _DATETIME,
    "nobodyKnowsIt": _TEXT,
    f"{ENTERPRISE}:department": _TEXT,
    f"{ENTERPRISE}:manager": _TEXT,
    f"{ENTERPRISE}:manager.displayName": _TEXT,
    f"{CUSTOM}:shoe": _TEXT,
    f"{LAB}:badgeNumber": _NUMBER,
    f"{LAB}:score": _NUMBER,
    f"{LAB}:hiredAt": _DATETIME,
    f"{LAB}:remote": _BOOLEAN,
    f"{LAB}:tags": _TEXT,
    f"{LAB}:fingerprint": _BINARY,
    f"{LAB}:location.floor": _NUMBER,
    f"{LAB}:licences": _TEXT,
    f"{LAB}:licences.seats": _NUMBER,
}
"""Attributes of `LAB_USER`, each with literals and operators of its type."""

_WHOLE = ["name", "meta", "addresses", ENTERPRISE, LAB, CUSTOM, f"{LAB}:location"]

_IN_BRACKETS: dict[str, dict[str, tuple[list[Any], list[str]]]] = {
    "emails": {"value": _TEXT, "type": _TEXT, "primary": _BOOLEAN, "unknown": _TEXT},
    "name": {"familyName": _TEXT, "givenName": _TEXT},
    "x509Certificates": {"value": _BINARY, "primary": _BOOLEAN},
    f"{LAB}:tags": {"value": _TEXT},
    f"{LAB}:licences": {"value": _TEXT, "seats": _NUMBER, "expires": _DATETIME, "active": _BOOLEAN},
    ENTERPRISE: {"department": _TEXT, "manager": _TEXT},
}


@st.composite
def _valid_filter(draw: st.DrawFn, table: dict[str, tuple[list[Any], list[str]]]) -> scim.Filter:
    name = draw(st.sampled_from(sorted(table)))
    values, ops = table[name]
    path = scim.parse_path(name)
    choice = draw(st.integers(0, 6))
    if choice == 0:
        return scim.Present(path)
    if choice == 1:
        return scim.Compare(path, draw(st.sampled_from(["eq", "ne"])), None)
    return scim.Compare(path, draw(st.sampled_from(ops)), draw(st.sampled_from(values)))


@st.composite
def _with_brackets(draw: st.DrawFn) -> scim.Filter:
    name = draw(st.sampled_from(sorted(_IN_BRACKETS)))
    inner = draw(st.recursive(_valid_filter(_IN_BRACKETS[name]), _combine, max_leaves=4))
    return scim.ValuePath(scim.parse_path(name), inner)


whole = st.builds(scim.Present, st.sampled_from(_WHOLE).map(scim.parse_path)) | st.builds(
    scim.Compare,
    st.sampled_from(_WHOLE).map(scim.parse_path),
    st.sampled_from(["eq", "ne"]),
    st.none(),
)

valid_filters = st.recursive(
    _valid_filter(ATTRIBUTES) | _with_brackets() | whole, _combine, max_leaves=8
)
"""Filters that pass the check against `LAB_USER`."""

# ----------------------------------------------------------------------------- data


def freeze(data: Any) -> Any:
    """Return the same data in read-only containers, which the fast paths of the evaluator do not handle."""
    if isinstance(data, dict):
        return MappingProxyType({name: freeze(value) for name, value in data.items()})
    return tuple(map(freeze, data)) if isinstance(data, list) else data


_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(_WORDS)
)
_keys = st.sampled_from(
    [
        "value",
        "VALUE",
        "type",
        "primary",
        "Primary",
        "familyName",
        "seats",
        "department",
        "manager",
        "",
    ]
)
any_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=8,
)
"""Any JSON value, with some names of attributes."""

_top = [name.partition(".")[0].removeprefix(f"{LAB}:") for name in ATTRIBUTES if ":" not in name]
invalid_resources = st.dictionaries(
    st.sampled_from(
        [*_top, "UserName", "EMAILS", "Title", ENTERPRISE, ENTERPRISE.upper(), LAB, CUSTOM, "other"]
    ),
    any_json
    | st.dictionaries(
        _keys | st.sampled_from(["tags", "badgeNumber", "hiredAt"]), any_json, max_size=4
    ),
    max_size=6,
)
"""Resources that violate the schema."""


def _objects(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=members)


_words = st.sampled_from(_WORDS)
_datetimes = st.sampled_from(_DATETIMES[:-1])

users = st.fixed_dictionaries(
    {"schemas": st.just(["urn:ietf:params:scim:schemas:core:2.0:User"]), "userName": _words},
    optional={
        "id": _words,
        "externalId": _words,
        "title": _words,
        "active": st.booleans(),
        "profileUrl": _words,
        "name": _objects(familyName=_words, givenName=_words),
        "emails": st.lists(_objects(value=_words, type=_words, primary=st.booleans()), max_size=3),
        "x509Certificates": st.lists(
            _objects(value=st.sampled_from(_BINARY[0]), primary=st.booleans()), max_size=2
        ),
        "meta": _objects(lastModified=_datetimes, resourceType=st.just("User")),
        ENTERPRISE: _objects(department=_words, manager=_objects(value=_words, displayName=_words)),
        CUSTOM: _objects(shoe=_words),
        LAB: _objects(
            badgeNumber=st.integers(-1, 6),
            score=st.sampled_from([0.0, 5.5, 5.0]),
            hiredAt=_datetimes,
            remote=st.booleans(),
            tags=st.lists(_words, max_size=3),
            fingerprint=st.sampled_from(_BINARY[0]),
            location=_objects(floor=st.integers(-1, 2), building=_words),
            licences=st.lists(
                _objects(
                    value=_words, seats=st.integers(0, 6), expires=_datetimes, active=st.booleans()
                ),
                max_size=2,
            ),
        ),
    },
)
"""Users in wire form that are valid for `LAB_USER`."""
