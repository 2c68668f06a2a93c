"""Filters compared with two other implementations: agreements, and each decided difference."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from britive_scim import errors, scim

pytestmark = pytest.mark.proof

peer = pytest.importorskip("scim2_models")
peer_errors = pytest.importorskip("scim2_models.exceptions")
other_lexer = pytest.importorskip("scim2_filter_parser.lexer")
other_parser = pytest.importorskip("scim2_filter_parser.parser")

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
thorough = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))


def parse_ours(text: str) -> str | None:
    """Return our tree of a string, or `None` if the filter is refused."""
    try:
        return scim.parse_filter(text).to_sexpr()
    except errors.InvalidFilter:
        return None


# ----------------------------------------------------------------------------- syntax: scim2-models


def parse_scim2_models(text: str) -> str | None:
    """Return the tree of scim2-models for a string."""
    try:
        return "".join(_tree(peer.ScimFilter(text).ast))
    except peer_errors.InvalidFilterException:
        return None


def _tree(node: Any) -> Iterator[str]:
    node_type = type(node).__name__
    if node_type == "Comparison":
        yield f"({node.op} {node.attr_path} {_literal(node.value)})"
    elif node_type == "Present":
        yield f"(pr {node.attr_path})"
    elif node_type == "Not":
        yield from ("(not ", *_tree(node.expr), ")")
    elif node_type == "ValuePath":
        yield from (f"(path {node.attr_path} ", *_tree(node.val_filter), ")")
    else:
        yield f"({node.op}"
        for term in node.terms:
            text = "".join(_tree(term))
            flat = text.startswith(f"({node.op} ")  # chains of one operator are one node
            yield text[len(node.op) + 1 : -1] if flat else f" {text}"
        yield ")"


def _literal(value: Any) -> str:
    if isinstance(value, float):
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else f"{text}.0"
    return json.dumps(value, ensure_ascii=False)


names = st.sampled_from(
    ["userName", "a", "order", "android", "notes", "price", "nullable", "true", "$ref", "x-1"]
)
attributes = st.builds(
    lambda urn, name, sub: urn + name + sub,
    st.sampled_from(["", "", f"{USER}:", f"{ENTERPRISE.upper()}:"]),
    names,
    st.sampled_from(["", "", ".value", ".$ref"]),
)
text_literals = st.text(max_size=8).map(json.dumps) | st.text(
    st.sampled_from('"\\/\n()[]. aé'), max_size=6
).map(lambda text: json.dumps(text, ensure_ascii=False))
literals = st.one_of(
    text_literals,
    st.sampled_from(["true", "False", "NULL", "0", "-0", "1e3", "1.50", "-7E-2", "1e-400"]),
    st.integers().map(str),
)
tests = st.one_of(
    st.builds("{} pr".format, attributes),
    st.builds(
        "{} {} {}".format,
        attributes,
        st.sampled_from(["eq", "NE", "co", "Sw", "ew", "gt", "GE", "lt", "le"]),
        literals,
    ),
)


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(" and ".join),
        st.lists(inner, min_size=2, max_size=4).map(" OR ".join),
        inner.map("({})".format),
        inner.map("not ({})".format),
        inner.map("NOT( {} )".format),
    )


in_brackets = st.recursive(tests, _joined, max_leaves=5)
value_paths = st.builds(
    "{}[{}]{}".format, names, in_brackets, st.sampled_from(["", "", ".value pr", '.value eq "x"'])
)
filters = st.recursive(tests | value_paths, _joined, max_leaves=10)


@thorough
@given(filters)
def test_parser_valid_filter_agrees_with_scim2_models(text: str) -> None:
    tree = parse_ours(text)
    assert tree is not None
    assert tree == parse_scim2_models(text)


damages = st.lists(
    st.tuples(
        st.integers(0, 80),
        st.integers(0, 4),
        st.sampled_from(
            [
                "",
                "",
                " ",
                "  ",
                "(",
                ")",
                "[",
                "]",
                '"',
                ".",
                ":",
                "and",
                "not",
                "eq",
                "1",
                "\\",
                "'",
                "\t",
                "=",
                "\x0b",
            ]
        ),
    ),
    max_size=3,
)

WE_ACCEPT = {
    "D-01, keywords are not reserved": r"(?i)\bnot\b(?!\s*\()|(?i:\[|\(|\s|^)(not|and|or)\b",
    "D-42, a schema id may be any URI": r"(?i)://|urn:",
    "a filter may select among the values of a sub-attribute": r"\.[^\s\"\[]*\[",
}
THEY_ACCEPT = {
    "D-03, spaces around keywords are required": r'(?i)[a-z0-9]"|"[a-z]|[)\]][a-z.]|[a-z]\(|\s[\[.]|\]\s*\.\s|[\]]\s+\.|\.\s',
}


@thorough
@given(filters, damages)
def test_parser_damaged_filter_differs_only_where_decided(
    text: str, changes: list[tuple[int, int, str]]
) -> None:
    for start, cut, put in changes:
        text = text[:start] + put + text[start + cut :]
    mine, other = parse_ours(text), parse_scim2_models(text)
    if mine != other:
        assert mine is None or other is None, "two trees of one filter"
        decisions = WE_ACCEPT if other is None else THEY_ACCEPT
        assert any(re.search(sign, text) for sign in decisions.values()), text


@pytest.mark.parametrize(
    ("decision", "text", "tree", "other"),
    [
        ("D-01", "not pr", "(pr not)", None),
        ("D-01", 'not eq "x"', '(eq not "x")', None),
        ("D-03", 'a eq"x"', None, '(eq a "x")'),
        ("D-03", "(a pr)and(b pr)", None, "(and (pr a) (pr b))"),
        ("D-03", "a [b pr]", None, "(path a (pr b))"),
        ("D-42", "https://example.com/s:a pr", "(pr https://example.com/s:a)", None),
        (
            "a filter may select among the values of a sub-attribute",
            "a.b[c pr]",
            "(path a.b (pr c))",
            None,
        ),
        ("names are ASCII", "urn:x:\u212a:a pr", None, "(pr urn:x:\u212a:a)"),
        ("whitespace is that of JSON", "a\x0cpr", None, "(pr a)"),
    ],
)
def test_parser_decided_syntax_differs_from_scim2_models(
    decision: str, text: str, tree: str | None, other: str | None
) -> None:
    assert (parse_ours(text), parse_scim2_models(text)) == (tree, other), decision


# ----------------------------------------------------------------------------- syntax: scim2-filter-parser


def parse_scim2_filter_parser(text: str) -> str | None:
    """Return the tree of scim2-filter-parser for a string; its literals have no types."""
    try:
        return _other_tree(other_parser.SCIMParser().parse(other_lexer.SCIMLexer().tokenize(text)))
    except (ValueError, other_parser.SCIMParserError, AttributeError):
        return None


def _other_tree(node: Any) -> str:
    node_type = type(node).__name__
    if node_type == "Filter":
        text = _other_tree(node.expr)
        if node.namespace is not None:
            return f"(path {_other_path(node.namespace)} {text})"
        return f"(not {text})" if node.negated else text
    if node_type == "LogExpr":
        op = node.op.lower()
        parts = [_other_tree(node.expr1), _other_tree(node.expr2)]
        flat = [part[len(op) + 2 : -1] if part.startswith(f"({op} ") else part for part in parts]
        return f"({op} {' '.join(flat)})"
    op = node.value.lower()
    value = "" if node.comp_value is None else f" {node.comp_value.value}"
    return f"({op} {_other_path(node.attr_path)}{value})"


def _other_path(node: Any) -> str:
    if not isinstance(node.attr_name, str):
        return _other_tree(node.attr_name)  # brackets with a sub-attribute after them
    urn = "" if node.uri is None else f"{node.uri}:"
    return urn + node.attr_name + ("" if node.sub_attr is None else f".{node.sub_attr.value}")


def without_types(tree: str | None) -> str | None:
    return None if tree is None else tree.replace('"', "")


easy_tests = st.one_of(
    st.sampled_from(
        ["a pr", "userName pr", "name.familyName pr", f"{USER}:userName pr", "x-1 pr", "$ref pr"]
    ),
    st.builds(
        "{} {} {}".format,
        st.sampled_from(["a", "b.c", f"{ENTERPRISE}:manager.value", "userName"]),
        st.sampled_from(["eq", "NE", "co", "sw", "Ew", "gt", "ge", "lt", "le"]),
        st.sampled_from(
            ['"x"', '"with space"', '"é"', '""', "true", "false", "null", "7", '"(a and b)"']
        ),
    ),
)


def _grouped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda items: f"({' and '.join(items)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: f"({' or '.join(items)})"),
        inner.map("not ({})".format),
    )


easy_inner = st.recursive(easy_tests, _grouped, max_leaves=4)
easy_filters = st.recursive(
    easy_tests | easy_inner.map("emails[{}]".format), _grouped, max_leaves=8
)


@thorough
@given(easy_filters)
def test_parser_supported_filter_agrees_with_filter_parser(text: str) -> None:
    tree = parse_scim2_filter_parser(text)
    assert tree is not None
    assert without_types(parse_ours(text)) == tree


@pytest.mark.parametrize(
    ("decision", "text", "tree", "other"),
    [
        (
            "and binds tighter than or",
            "a pr or b pr and c pr",
            "(or (pr a) (and (pr b) (pr c)))",
            "(and (or (pr a) (pr b)) (pr c))",
        ),
        ("numbers are those of JSON", "a eq 10", "(eq a 10)", None),
        ("numbers are those of JSON", "a eq -1", "(eq a -1)", None),
        ("numbers are those of JSON", "a eq 1.5", "(eq a 1.5)", None),
        ("strings are those of JSON", r'a eq "x\"y"', r"(eq a x\y)", None),
        ("strings are those of JSON", 'a eq "\x01"', None, "(eq a \x01)"),
        ("D-01", "pr pr", "(pr pr)", None),
        ("D-01", "trueName pr", "(pr trueName)", None),
        ("D-03", 'a eq"x"', None, "(eq a x)"),
        ("D-04", "a eq True", "(eq a true)", None),
        ("D-05", 'a[b pr].c eq "x"', "(path a (and (pr b) (eq c x)))", "(eq (path a.c (pr b)) x)"),
        ("brackets do not nest", "a[b[c pr]]", None, "(path a (path b (pr c)))"),
    ],
)
def test_parser_decided_syntax_differs_from_filter_parser(
    decision: str, text: str, tree: str | None, other: str | None
) -> None:
    assert (without_types(parse_ours(text)), parse_scim2_filter_parser(text)) == (tree, other), (
        decision
    )


# ----------------------------------------------------------------------------- evaluation: scim2-models

words = st.sampled_from(["a", "Ann", "ANN", "ann", "é", "É", "work", "zoë"])
datetimes = st.sampled_from(
    ["2011-05-13T04:42:34Z", "2011-05-13T06:42:34+02:00", "2024-02-29T00:00:00.5Z"]
)


def _objects(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=members)


def _one_primary(mails: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**mail, "primary": number == 0} for number, mail in enumerate(mails)]


mails = st.fixed_dictionaries(
    {
        "value": st.sampled_from(["ann@example.com", "BOB@example.org"]),
        "type": st.sampled_from(["work", "home"]),
    }
)
users = st.fixed_dictionaries(
    {"schemas": st.just([USER, ENTERPRISE]), "userName": words},
    optional={
        "id": words,
        "externalId": words,
        "title": words,
        "active": st.booleans(),
        "profileUrl": st.sampled_from(["https://example.com/a", "https://example.com/A"]),
        "name": _objects(familyName=words, givenName=words),
        "emails": st.lists(mails, max_size=3).map(_one_primary),
        "meta": _objects(lastModified=datetimes, resourceType=st.just("User")),
        ENTERPRISE: _objects(department=words, manager=_objects(value=words, displayName=words)),
    },
)

text_tests = st.builds(
    "{} {} {}".format,
    st.sampled_from(
        [
            "userName",
            "USERNAME",
            "id",
            "externalId",
            "title",
            "name.familyName",
            f"{ENTERPRISE}:department",
            f"{ENTERPRISE}:manager.displayName",
            f"{USER}:title",
        ]
    ),
    st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]),
    words.map(lambda word: json.dumps(word, ensure_ascii=False)),
)
other_tests = st.one_of(
    st.sampled_from(
        [
            "title pr", "name pr", "name.familyName pr", "emails pr", "active pr", "meta.lastModified pr",
            "active eq true", "active eq FALSE", "active ne true", "title eq null", "title ne null",
            'emails co "EXAMPLE.COM"', 'emails.value ew "example.org"', 'emails.type eq "work"',
            'emails.primary eq true', 'profileUrl sw "https://example.com/a"', "nobodyKnowsIt pr",
            f'schemas eq "{ENTERPRISE}"', f"{ENTERPRISE}:manager pr", 'meta.resourceType eq "User"',
            'emails[type eq "work" and value co "bob"]', 'emails[type eq "home" or primary eq true]',
            'emails[not (type eq "work")]', 'emails[type ne "work"].value sw "ann"', f'schemas[value eq "{USER}"]',
        ]
    ),
    st.builds("meta.lastModified {} \"{}\"".format, st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]), datetimes),
)  # fmt: skip
meanings = st.recursive(text_tests | other_tests, _joined, max_leaves=6)

PeerUser = peer.User[peer.EnterpriseUser]


def evaluate_both(text: str, user: dict[str, Any]) -> tuple[bool | None, bool | None]:
    """Return our result and that of scim2-models; `None` where the filter is refused."""
    try:
        mine: bool | None = scim.parse_filter(text).matches(user, scim.User, strict=False)
    except errors.InvalidFilter:
        mine = None
    try:
        other: bool | None = peer.ScimFilter[PeerUser](text).match(PeerUser.model_validate(user))
    except peer_errors.InvalidFilterException:
        other = None
    return mine, other


@thorough
@given(meanings, users)
def test_evaluation_agrees_with_scim2_models(text: str, user: dict[str, Any]) -> None:
    mine, other = evaluate_both(text, user)
    assert mine is not None
    assert mine is other, text


@pytest.mark.parametrize(
    ("decision", "text", "user", "mine", "other"),
    [
        ("D-06, ne of an undeclared attribute", 'nobodyKnowsIt ne "x"', {}, True, False),
        ("D-43, an undeclared attribute is null", "nobodyKnowsIt eq null", {}, True, False),
        (
            "D-07, ne on lists",
            'emails.type ne "work"',
            {"emails": [{"type": "work"}, {"type": "home"}]},
            True,
            False,
        ),
        (
            "D-09, default sub-attribute of a single value",
            f'{ENTERPRISE}:manager eq "m"',
            {ENTERPRISE: {"manager": {"value": "m"}}},
            True,
            False,
        ),
        (
            "D-11, brackets on a single value",
            'name[familyName eq "j"]',
            {"name": {"familyName": "J"}},
            True,
            None,
        ),
        ("D-43, an empty list is null", "emails eq null", {"emails": []}, True, False),
        (
            "D-43, eq null requires all values to be null",
            "emails.type eq null",
            {"emails": [{"type": "work"}, {"value": "a@example.com"}]},
            False,
            True,
        ),
        ("D-43, empty is null", "name eq null", {"name": {}}, True, False),
        (
            "RFC 7643 2.4, primary",
            "emails[primary eq false]",
            {"emails": [{"type": "work"}]},
            True,
            False,
        ),
        (
            "RFC 7643 2.4, primary",
            "emails.primary ne true",
            {"emails": [{"type": "work"}]},
            True,
            True,
        ),
        (
            "D-44, folding of user names",
            'userName eq "strasse"',
            {"userName": "straße"},
            True,
            False,
        ),
        (
            "an extension has no value to compare",
            f"{ENTERPRISE} pr",
            {ENTERPRISE: {"department": "x"}},
            True,
            False,
        ),
        ("any string is a valid literal", 'emails.value eq "x"', {}, False, None),
        ("any string is a valid literal", 'profileUrl eq "x"', {}, False, None),
        ("never returned", "password pr", {}, None, False),
    ],
)
def test_evaluation_decided_meaning_differs_from_scim2_models(
    decision: str, text: str, user: dict[str, Any], mine: bool | None, other: bool | None
) -> None:
    assert evaluate_both(text, {"schemas": [USER, ENTERPRISE], "userName": "x", **user}) == (
        mine,
        other,
    ), decision
