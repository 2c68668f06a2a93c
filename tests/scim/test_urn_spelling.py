"""Spelling of schema URNs: one in `schemas` and as key (RFC 7643 §2.1, §3.3)."""

from typing import Any

from britive_scim import scim
from britive_scim.scim.names import ENTERPRISE_USER, USER
from support.each_value import each_value

URN = "urn:acme:x:1.0:User"
TITLE = scim.PatchRequest([scim.PatchOperation("add", "title", "x")])


@each_value(
    "listed, key, expected",
    [
        (ENTERPRISE_USER.upper(), ENTERPRISE_USER.lower(), ENTERPRISE_USER),
        (ENTERPRISE_USER.upper(), ENTERPRISE_USER, ENTERPRISE_USER),
        (ENTERPRISE_USER, ENTERPRISE_USER.upper(), ENTERPRISE_USER),
        (ENTERPRISE_USER.lower(), ENTERPRISE_USER.lower(), ENTERPRISE_USER),
    ],
)
def test_urn_in_two_spellings_is_written_as_in_schema(listed: str, key: str, expected: str) -> None:
    wire = {"schemas": [USER.upper(), listed], "userName": "u", key: {"department": "q"}}
    before = {**wire, "schemas": [*wire["schemas"]]}
    unified = {"schemas": [USER, expected], "userName": "u", expected: {"department": "q"}}
    assert TITLE.apply(wire) == {**unified, "title": "x"}
    assert list(TITLE.apply(wire)) == ["schemas", "userName", expected, "title"]
    assert TITLE.apply(scim.User.from_wire(wire)).to_wire() == TITLE.apply(wire)
    assert scim.select(wire) == unified
    assert scim.select(wire, attributes=f"{expected}:department") == {
        name: value for name, value in unified.items() if name != "userName"
    }
    assert wire == before


def test_undeclared_urn_gets_one_spelling() -> None:
    wire = {"schemas": [USER, URN.upper()], "userName": "u", URN: {"badge": "7"}}
    for result in (TITLE.apply(wire), scim.select(wire)):
        (key,) = (name for name in result if ":" in name)
        assert result["schemas"] == [USER, key]
        assert result[key] == {"badge": "7"}


def test_urn_of_closed_schema_is_written_as_key() -> None:
    wire = {"schemas": [USER, URN.upper()], "userName": "u", URN: {"badge": "7"}}
    closed = scim.ResourceSchema.of(scim.User)
    assert TITLE.apply(wire, closed)["schemas"] == [USER, URN]


def test_listed_urn_twice_is_written_once() -> None:
    wire = {"schemas": [USER, ENTERPRISE_USER.upper(), ENTERPRISE_USER], "userName": "u"}
    assert scim.select(wire)["schemas"] == [USER, ENTERPRISE_USER]


@each_value(
    "members",
    [
        {"schemas": [USER, 7], ENTERPRISE_USER: {"division": "d"}},
        {"schemas": USER, ENTERPRISE_USER: {"division": "d"}},
        {"schemas": [USER], ENTERPRISE_USER: {"a": 1}, ENTERPRISE_USER.upper(): {"a": 2}},
        {ENTERPRISE_USER: {"division": "d"}, "urn:acme:text": "x"},
    ],
)
def test_other_forms_stay_as_they_are(members: dict[str, Any]) -> None:
    wire = {"userName": "u", **members}
    assert TITLE.apply(wire) == {**wire, "title": "x"}
