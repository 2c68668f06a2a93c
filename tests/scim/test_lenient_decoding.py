"""Lenient decoding: one test for each row of `docs/reference/leniency.md`.

Also the responses observed from servers (`data/wire/quirks-*.json`).
"""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from britive_scim import scim
from support.each_value import each_value

ROOT = Path(__file__).parents[2]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
RICH = "urn:wire:scim:schemas:profile:1.0"


class Lab(scim.Extension):
    badge_number: int | None = None
    score: float | None = None


class Scientist(scim.User):
    lab: Lab | None = scim.extension("urn:example:params:scim:schemas:extension:lab:2.0:User")


LAB = "urn:example:params:scim:schemas:extension:lab:2.0:User"
NOON = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def make_user_body(text: Any) -> dict[str, Any]:
    return {"meta": {"created": text}}


# row of the table, body, path of the value, value read there, paths of what is unread
CASES: list[tuple[str, dict[str, Any], str, Any, list[str]]] = [
    ("name-case", {"USERNAME": "ada"}, "userName", "ada", []),
    ("name-case", {"Name": {"FamilyName": "Byron"}}, "name.familyName", "Byron", []),
    ("name-case", {"meta": {"ResourceType": "User"}}, "meta.resourceType", "User", []),
    ("name-case", {"emails": [{"VALUE": "a@x"}]}, "emails.value", ["a@x"], []),
    (
        "name-case",
        {ENTERPRISE.lower(): {"Department": "R&D"}},
        f"{ENTERPRISE}:department",
        "R&D",
        [],
    ),
    (
        "name-case",
        {"x509certificates": [{"Value": "AA=="}]},
        "x509Certificates.value",
        ["AA=="],
        [],
    ),
    ("name-case", {"groups": [{"$REF": "../Groups/1"}]}, "groups.$ref", ["../Groups/1"], []),
    ("name-twice", {"USERNAME": "b", "userName": "a"}, "userName", "a", ["USERNAME"]),
    ("name-twice", {"userName": "a", "USERNAME": "b"}, "userName", "a", ["USERNAME"]),
    ("name-twice", {"userName": None, "USERNAME": "b"}, "userName", "b", []),
    ("name-twice", {"emails": [{"value": "a@x"}], "EMAILS": []}, "emails.value", ["a@x"], []),
    ("name-twice", {"emails": [], "EMAILS": [{"value": "a@x"}]}, "emails.value", ["a@x"], []),
    ("name-twice", {"name": {}, "NAME": {"familyName": "B"}}, "name.familyName", "B", []),
    ("name-twice", {"active": "?", "ACTIVE": True}, "active", None, ["active", "ACTIVE"]),
    ("binary", {"x509Certificates": [{"value": "AA"}]}, "x509Certificates.value", ["AA"], []),
    (
        "binary",
        {"x509Certificates": [{"value": "%%", "type": "a"}]},
        "x509Certificates.type",
        ["a"],
        ["x509Certificates[0].value"],
    ),
    ("null", {"addresses": None, "nickName": None}, "addresses", None, []),
    ("null", {"emails": [None, {"value": "a@x", "primary": None}]}, "emails.value", ["a@x"], []),
    ("empty-list-inside", {"addresses": [[]]}, "addresses", None, []),
    ("empty-list-inside", {"emails": [[], {"value": "a@x"}]}, "emails.value", ["a@x"], []),
    ("empty-string", {"active": ""}, "active", None, []),
    ("empty-string", {"addresses": "", "emails": "", "name": ""}, "emails", None, []),
    ("empty-string", {ENTERPRISE: {"manager": ""}}, f"{ENTERPRISE}:manager", None, []),
    ("empty-string", {ENTERPRISE: ""}, ENTERPRISE, None, []),
    ("empty-string", make_user_body(""), "meta.created", None, []),
    ("empty-string", {"roles": ["", {"value": "a"}, "b"]}, "roles.value", ["a", "b"], []),
    ("empty-object", {"emails": {}}, "emails", None, []),
    ("empty-string", {"nickName": ""}, "nickName", "", []),
    ("single-for-list", {"emails": {"value": "a@x"}}, "emails.value", ["a@x"], []),
    ("single-for-list", {"emails": "a@x"}, "emails.value", ["a@x"], []),
    ("list-for-single", {"name": [{"familyName": "Byron"}]}, "name.familyName", "Byron", []),
    ("list-for-single", {"displayName": ["Ada"]}, "displayName", "Ada", []),
    ("list-for-single", {"active": [True]}, "active", True, []),
    ("list-for-single", {LAB: {"badgeNumber": [7]}}, f"{LAB}:badgeNumber", 7, []),
    ("list-for-single", make_user_body(["2026-03-01T12:30:15Z"]), "meta.created", NOON, []),
    ("list-for-single", {"displayName": [], "title": [None]}, "displayName", None, []),
    ("list-for-single", {"displayName": ["Ada", "Byron"]}, "displayName", None, ["displayName"]),
    (
        "list-for-single",
        {ENTERPRISE: [{"department": "R&D"}]},
        f"{ENTERPRISE}:department",
        "R&D",
        [],
    ),
    ("list-for-single", {ENTERPRISE: []}, ENTERPRISE, None, []),
    (
        "string-for-complex",
        {ENTERPRISE: {"manager": "123"}},
        f"{ENTERPRISE}:manager.value",
        "123",
        [],
    ),
    ("string-for-complex", {"roles": ["admin", 7]}, "roles.value", ["admin", "7"], []),
    ("string-for-complex", {"name": "Ada Byron"}, "name", None, ["name"]),
    ("string-for-complex", {"addresses": ["Main Street"]}, "addresses", None, ["addresses[0]"]),
    ("string-for-complex", {"roles": [True]}, "roles", None, ["roles[0]"]),
    ("number-for-string", {"id": 42}, "id", "42", []),
    ("number-for-string", {"meta": {"version": 0}}, "meta.version", "0", []),
    ("number-for-string", {"nickName": 1.5}, "nickName", "1.5", []),
    ("number-for-string", {"nickName": True}, "nickName", None, ["nickName"]),
    ("number-for-string", {"nickName": {"value": "x"}}, "nickName", None, ["nickName"]),
    ("boolean-as-string", {"active": "False"}, "active", False, []),
    ("boolean-as-string", {"active": "tRUE"}, "active", True, []),
    ("boolean-as-string", {"active": "yes"}, "active", None, ["active"]),
    ("boolean-as-string", {"active": 1}, "active", None, ["active"]),
    (
        "boolean-as-string",
        {"emails": [{"primary": "no"}]},
        "emails.primary",
        None,
        ["emails[0].primary"],
    ),
    ("integer-as-string", {LAB: {"badgeNumber": "200"}}, f"{LAB}:badgeNumber", 200, []),
    ("integer-as-string", {LAB: {"badgeNumber": 200.0}}, f"{LAB}:badgeNumber", 200, []),
    (
        "integer-as-string",
        {LAB: {"badgeNumber": "2.5"}},
        f"{LAB}:badgeNumber",
        None,
        [f"{LAB}:badgeNumber"],
    ),
    (
        "integer-as-string",
        {LAB: {"badgeNumber": 2.5}},
        f"{LAB}:badgeNumber",
        None,
        [f"{LAB}:badgeNumber"],
    ),
    (
        "integer-as-string",
        {LAB: {"badgeNumber": True}},
        f"{LAB}:badgeNumber",
        None,
        [f"{LAB}:badgeNumber"],
    ),
    (
        "integer-as-string",
        {LAB: {"badgeNumber": "7", "BadgeNumber": 7}},
        f"{LAB}:badgeNumber",
        7,
        [f"{LAB}:BadgeNumber"],
    ),
    ("decimal-as-string", {LAB: {"score": "2.5"}}, f"{LAB}:score", 2.5, []),
    ("decimal-as-string", {LAB: {"Score": 2}}, f"{LAB}:score", 2.0, []),
    ("decimal-as-string", {LAB: {"score": True}}, f"{LAB}:score", None, [f"{LAB}:score"]),
    ("decimal-as-string", {LAB: {"score": "much"}}, f"{LAB}:score", None, [f"{LAB}:score"]),
    ("decimal-as-string", {LAB: {"score": "1e999"}}, f"{LAB}:score", None, [f"{LAB}:score"]),
    ("decimal-as-string", {LAB: {"Score": 10**400}}, f"{LAB}:score", None, [f"{LAB}:score"]),
    ("date-without-zone", make_user_body("2026-03-01T12:30:15"), "meta.created", NOON, []),
    ("date-shape", make_user_body("2026-03-01 12:30:15Z"), "meta.created", NOON, []),
    ("date-shape", make_user_body("2026-03-01T13:30:15+0100"), "meta.created", NOON, []),
    ("date-shape", make_user_body("2026-03-01t12:30:15z"), "meta.created", NOON, []),
    ("date-shape", make_user_body("2026/03/01 12:30:15"), "meta.created", NOON, []),
    ("date-shape", make_user_body("20260301T123015Z"), "meta.created", NOON, []),
    ("date-shape", make_user_body("Sun, 01 Mar 2026 12:30:15 GMT"), "meta.created", NOON, []),
    ("date-shape", make_user_body("Mar 1, 2026 12:30:15 PM"), "meta.created", NOON, []),
    ("date-shape", make_user_body("2026-03-01T12:30Z"), "meta.created", NOON.replace(second=0), []),
    ("date-shape", make_user_body("2026-02-28T24:00:00Z"), "meta.created", MIDNIGHT, []),
    ("date-shape", make_user_body("2026-02-28T24:00:01Z"), "meta.created", None, ["meta.created"]),
    ("date-shape", make_user_body("10"), "meta.created", None, ["meta.created"]),
    ("date-shape", make_user_body("2026-03-01"), "meta.created", None, ["meta.created"]),
    ("date-shape", make_user_body(1772368215), "meta.created", None, ["meta.created"]),
    ("date-shape", make_user_body("2026-13-01T12:30:15Z"), "meta.created", None, ["meta.created"]),
    ("date-shape", make_user_body("03/01/2026 12:30:15"), "meta.created", None, ["meta.created"]),
    (
        "date-shape",
        make_user_body("2026-03-01 12:30:15 PST"),
        "meta.created",
        None,
        ["meta.created"],
    ),
    (
        "date-digits",
        make_user_body("2026-03-01T12:30:15.1234567Z"),
        "meta.created",
        NOON.replace(microsecond=123456),
        [],
    ),
    (
        "date-digits",
        make_user_body("2026-03-01 12:30:15,1234567"),
        "meta.created",
        NOON.replace(microsecond=123456),
        [],
    ),
    ("schemas-string", {"schemas": USER}, "schemas", [USER], []),
    ("schemas-string", {"schemas": None}, "schemas", [USER], []),
    ("schemas-string", {}, "schemas", [USER], []),
    ("schemas-string", {"schemas": False}, "schemas", [USER], ["schemas[0]"]),
    ("schemas-string", {"schemas": {"a": 1}}, "schemas", [USER], ["schemas[0]"]),
    ("far-number", {"title": 10**400}, "title", "1" + "0" * 400, []),
    ("far-number", {LAB: {"score": -(10**400)}}, f"{LAB}:score", None, [f"{LAB}:score"]),
    ("lone-surrogate", {"title": "x\ud83d", "userName": "a"}, "userName", "a", ["title"]),
    (
        "lone-surrogate",
        {"emails": [{"value": "\udfff", "type": "work"}]},
        "emails.type",
        ["work"],
        ["emails[0].value"],
    ),
    (
        "lone-surrogate",
        {"NAME": {"givenName": "\ud800", "familyName": "B"}},
        "name.familyName",
        "B",
        ["name.givenName"],
    ),
    ("lone-surrogate", {"schemas": ["\ud800", USER]}, "schemas", [USER], ["schemas[0]"]),
    ("empty-element", {"emails": [{}, {"value": None}]}, "emails.value", None, []),
    ("empty-element", {"emails": [{}, {"value": "a@x"}]}, "emails.value", ["a@x"], []),
    ("schemas-string", {"schemas": [7, USER, None, []]}, "schemas", [USER], ["schemas[0]"]),
    (
        "extension-unlisted",
        {"schemas": [USER], ENTERPRISE: {"department": "R&D"}},
        f"{ENTERPRISE}:department",
        "R&D",
        [],
    ),
    (
        "not-an-element",
        {"addresses": [{"country": "DE"}, 5]},
        "addresses.country",
        ["DE"],
        ["addresses[1]"],
    ),
    ("not-an-element", {"addresses": 5}, "addresses", None, ["addresses"]),
    ("not-an-element", {ENTERPRISE: 5}, ENTERPRISE, None, [ENTERPRISE]),
]


def read_value(user: scim.User, path: str) -> Any:
    """Return the value of the model at a path of Python names."""
    if path == ENTERPRISE:
        return user.enterprise
    schema, parsed = scim.ResourceSchema.of(type(user)), scim.parse_path(path)
    extension = schema.find_extension(parsed.urn) if parsed.urn else None
    attribute = schema.find_attribute(parsed.urn, parsed.name)
    assert attribute is not None
    value = getattr(getattr(user, extension.field) if extension else user, attribute.field)
    sub = attribute.find_sub_attribute(parsed.sub) if parsed.sub else None
    if sub is not None and isinstance(value, list):
        value = [one for one in (getattr(item, sub.field) for item in value) if one is not None]
    elif sub is not None:
        value = getattr(value, sub.field)
    return value or None if isinstance(value, list) else value


@each_value("row, sent, path, read, unread", CASES)
def test_lenient_row_value_and_unread_are_expected(
    row: str, sent: dict[str, Any], path: str, read: Any, unread: list[str]
) -> None:
    user = Scientist.from_wire(json.dumps(sent))
    assert read_value(user, path) == read
    assert [one.path for one in user.unread] == unread


@each_value("row, sent, path, read, unread", CASES)
def test_lenient_row_written_form_is_read_again(
    row: str, sent: dict[str, Any], path: str, read: Any, unread: list[str]
) -> None:
    user = Scientist.from_wire(sent)
    again = Scientist.from_wire(json.dumps(user.to_wire()))
    assert again == user
    assert again.unread == user.unread


def test_lenient_undeclared_attributes_are_unchanged() -> None:
    """Row `undeclared`."""
    sent = {
        "name.familyName": "Byron",
        "Shoe-Size": [{"EU": 38}, []],
        "x": {"": None},
        "schemas": [USER],
    }
    user = scim.User.from_wire(sent)
    assert user.name is None
    assert user.unread == ()
    assert user.to_wire() == sent


FAR = [
    ("1e400", 10**400),
    ("-1.5E+309", -15 * 10**308),
    ("1" * 320 + ".0", int("1" * 320)),
    ("9" * 5000, "9" * 5000),
    ("1e5000", "1e5000"),
    ("-1e99999999999999999999", "-1e99999999999999999999"),
    ("1" * 320 + ".5", "1" * 320 + ".5"),
]


@pytest.mark.parametrize(("text", "read"), FAR, ids=range(len(FAR)))
def test_lenient_number_beyond_float_leaves_page_readable(text: str, read: Any) -> None:
    """Row `far-number`."""
    record = f'{{"schemas": ["{USER}"], "id": "1", "x": {{"y": [{text}]}}, "near": 2.5}}'
    other = '{"id": 2, "active": "?", "emails": [{"primary": 1}]}'
    page = f'{{"totalResults": TOTAL, "Resources": [{other}, {record}, null, {record}]}}'
    odd_page = page.replace("TOTAL", '"2"')
    users = [
        scim.User.from_wire(record),
        *Users.from_wire(page.replace("TOTAL", "2")).resources[1:],
        *Users.from_wire(odd_page).resources[1:],
        scim.ListResponse[scim.User | scim.Group]
        .from_wire(page.replace("TOTAL", "2"))
        .resources[1],
    ]
    for user in users:
        assert user.id == "1"
        assert user.unread == ()
        wire = user.to_wire()
        assert wire["x"] == {"y": [read]}
        assert (type(wire["x"]["y"][0]), wire["near"]) == (type(read), 2.5)
        json.dumps(wire, allow_nan=False)


@pytest.mark.parametrize("field", ["title", "active", "userName", "name", "emails", "schemas"])
@pytest.mark.parametrize("total", ["1", '"1"'])
def test_lenient_number_too_large_for_type_is_unread(field: str, total: str) -> None:
    """Row `far-number`."""
    record = f'{{"id": "1", "{field}": 1e5000, "displayName": "Ada"}}'
    (user,) = Users.from_wire(f'{{"totalResults": {total}, "Resources": [{record}]}}').resources
    for read in (user, scim.User.from_wire(record)):
        assert read.display_name == "Ada"
        (unread,) = read.unread
        assert unread.path == (f"{field}[0]" if field == "schemas" else field)
        assert (unread.raw, unread.reason) == ("1e5000", "number out of range")


def test_lenient_resources_number_beyond_float_is_unread() -> None:
    """Row `far-number`."""
    page = Users.from_wire('{"totalResults": 1, "Resources": 1e400, "resources": [1e400]}')
    assert page.resources == []
    assert [(one.path, one.raw) for one in page.unread] == [
        ("resources", [10**400]),
        ("Resources", 10**400),
    ]
    page = Users.from_wire('{"totalResults": 1, "Resources": [1e400, {"id": "1"}, 1e5000]}')
    assert [user.id for user in page.resources] == ["1"]
    assert [(one.path, one.raw) for one in page.unread] == [
        ("Resources[0]", 10**400),
        ("Resources[2]", "1e5000"),
    ]


def test_lenient_duplicate_resources_last_one_counts() -> None:
    """A page that is read twice gives the same resources."""
    page = Users.from_wire('{"Resources": [], "Resources": [{"id": "1", "x": 1e400}]}')
    assert [user.to_wire()["x"] for user in page.resources] == [10**400]


def test_lenient_fraction_beyond_float_is_unread() -> None:
    """Row `far-number`."""
    user = Scientist.from_wire(f'{{"{LAB}": {{"score": 1e400}}}}')
    assert [(one.raw, one.reason) for one in user.unread] == [(10**400, "number out of range")]


def test_lenient_unlisted_extension_is_read() -> None:
    """Row `extension-unlisted`."""
    user = scim.User.from_wire({"schemas": [USER], RICH: {"richInfo": [{"type": "Department"}]}})
    assert user.extensions[RICH] == {"richInfo": [{"type": "Department"}]}
    assert user.to_wire()["schemas"] == [USER, RICH]


UNREAD = [
    ({"active": "perhaps"}, "active", "perhaps", "must be true or false, got a string"),
    (
        {"meta": {"created": "soon"}},
        "meta.created",
        "soon",
        "must be a date with a time such as 2026-03-01T08:30:00Z, got a string",
    ),
    ({"addresses": [5]}, "addresses[0]", 5, "must be an object, got a number"),
    ({"title": ["a", "b"]}, "title", ["a", "b"], "must be a string, got a list"),
    ({"title": {"a": 1}}, "title", {"a": 1}, "must be a string, got an object"),
    ({"name": True}, "name", True, "must be an object, got a boolean"),
    ({"userName": "a", "USERNAME": "b"}, "USERNAME", "b", "duplicate, in another spelling"),
    ({"name": {"x": 1}, "NAME": {"y": 2}}, "NAME", {"y": 2}, "duplicate, in another spelling"),
    ({"schemas": [USER, 7]}, "schemas[1]", 7, "must be a string, got a number"),
    ({ENTERPRISE: 7}, ENTERPRISE, 7, "must be an object, got a number"),
    (
        {ENTERPRISE: {"manager": [1, 2]}},
        f"{ENTERPRISE}:manager",
        [1, 2],
        "must be an object, got a list",
    ),
]


@each_value("sent, path, raw, reason", UNREAD)
def test_lenient_unreadable_value_is_in_unread(
    sent: dict[str, Any], path: str, raw: Any, reason: str
) -> None:
    user = scim.User.from_wire(sent)
    (unread,) = user.unread
    assert (unread.path, unread.raw, unread.reason) == (path, raw, reason)
    assert user.to_wire() == {**sent, "schemas": user.to_wire()["schemas"]}


@each_value(
    "sent, reasons",
    [
        (
            {"active": "?", "Active": True},
            {"active": "must be true or false, got a string", "Active": "duplicate"},
        ),
        (
            {"emails": [True], "EMAILS": [{"value": "a"}]},
            {"emails[0]": "must be an object, got a boolean", "EMAILS": "duplicate"},
        ),
        (
            {"NAME": {"familyName": [1, 2]}, "Name": {"familyName": "x"}},
            {"name.familyName": "must be a string, got a list", "Name": "duplicate"},
        ),
    ],
)
def test_lenient_duplicate_member_is_in_unread(
    sent: dict[str, Any], reasons: dict[str, str]
) -> None:
    unread = scim.User.from_wire(sent).unread
    assert {one.path: one.reason.removesuffix(", in another spelling") for one in unread} == reasons


def test_lenient_unreadable_elements_return_to_position() -> None:
    sent = {"roles": [{"value": "a"}, True, {"value": "b"}, {"value": "c"}, [1]]}
    user = scim.User.from_wire(sent)
    assert user.roles is not None
    assert [role.value for role in user.roles] == ["a", "b", "c"]
    assert [(one.path, one.raw) for one in user.unread] == [("roles[1]", True), ("roles[4]", [1])]
    assert user.to_wire()["roles"] == sent["roles"]
    user.roles = None
    assert user.to_wire()["roles"] == [True, [1]]


def test_lenient_assigned_value_replaces_unread() -> None:
    user = scim.User.from_wire({"active": "perhaps", "addresses": 5})
    user.active = False
    user.addresses = [scim.Address(country="DE")]
    assert user.unread == ()
    assert user.to_wire() == {"schemas": [USER], "active": False, "addresses": [{"country": "DE"}]}


def test_lenient_extra_value_without_field_is_unread() -> None:
    user = scim.User()
    assert user.model_extra is not None
    user.model_extra["userName"] = "ada"
    (unread,) = user.unread
    assert (unread.path, unread.reason) == ("userName", "rejected by the class")


def test_lenient_unread_value_is_not_in_repr() -> None:
    user = scim.User.from_wire({"password": {"text": "secret"}})
    assert "secret" not in repr(user) + repr(user.unread)


# ----------------------------------------------------------------------------- pages

ADA = {"schemas": [USER], "id": "1", "userName": "ada@example.com"}
Users = scim.ListResponse[scim.User]

PAGES: list[tuple[str, Any, list[str], int | None]] = [
    ("resources-missing", {"totalResults": 0}, [], 0),
    ("resources-missing", {"totalResults": 0, "Resources": None}, [], 0),
    ("resources-case", {"totalResults": 1, "resources": [ADA]}, ["1"], 1),
    ("resources-case", {"TotalResults": 1, "RESOURCES": [ADA]}, ["1"], 1),
    ("resources-case", {"Resources": None, "resources": [ADA]}, ["1"], None),
    ("resources-case", {"Resources": [], "RESOURCES": [ADA], "resources": {}}, ["1"], None),
    ("resources-missing", {"Resources": {}}, [], None),
    ("resources-single", {"totalResults": 1, "Resources": ADA}, ["1"], 1),
    ("bare-list", [ADA, {**ADA, "id": 2}], ["1", "2"], None),
    ("bare-list", [], [], None),
    ("counters-as-string", {"totalResults": "1", "startIndex": "1", "Resources": [ADA]}, ["1"], 1),
    ("counters-wrong", {"totalResults": 100, "itemsPerPage": 0, "Resources": [ADA]}, ["1"], 100),
    ("counters-wrong", {"Resources": [ADA]}, ["1"], None),
    ("counters-wrong", {"Resources": [ADA], "totalResults": "many"}, ["1"], None),
    (
        "odd-resource",
        {"totalResults": 3, "Resources": [ADA, {"ID": 2, "active": "?"}, None, []]},
        ["1", "2"],
        3,
    ),
    ("odd-resource", {"totalResults": "2", "Resources": [{"ID": 7}, ADA]}, ["7", "1"], 2),
]


@each_value("row, sent, ids, total", PAGES)
def test_lenient_list_row_page_and_unread_are_expected(
    row: str, sent: Any, ids: list[str], total: int | None
) -> None:
    page = Users.from_wire(json.dumps(sent))
    assert [user.id for user in page.resources] == ids
    assert page.total_results == total
    assert all(type(user) is scim.User for user in page.resources)


def test_lenient_page_unread_has_path_of_resource() -> None:
    """Row `odd-resource`."""
    page = Users.from_wire(
        {
            "totalResults": 4,
            "Resources": [ADA, 5, {**ADA, "active": "?"}, {"emails": [{"primary": 1}]}],
        }
    )
    assert [one.path for one in page.unread] == [
        "Resources[1]",
        "Resources[1].active",
        "Resources[2].emails[0].primary",
    ]
    wire = page.to_wire()
    assert wire["Resources"][1] == 5
    assert wire["Resources"][2]["active"] == "?"


def test_lenient_resources_in_two_spellings_exact_one_counts() -> None:
    page = Users.from_wire({"resources": [ADA, ADA], "Resources": [ADA]})
    assert len(page.resources) == 1
    assert [(one.path, one.raw) for one in page.unread] == [("resources", [ADA, ADA])]


def test_lenient_resources_not_a_list_are_unread() -> None:
    page = Users.from_wire({"totalResults": 1, "Resources": "none"})
    assert page.resources == []
    assert [(one.path, one.raw) for one in page.unread] == [("Resources", "none")]


# ----------------------------------------------------------------------------- the table, and observed responses


def test_lenient_documentation_tables_list_tested_rows() -> None:
    text = (ROOT / "docs/reference/leniency.md").read_text("utf-8")
    documented = set(re.findall(r"^\| ([a-z-]+) \|", text, re.MULTILINE)) - {"row"}
    tested = (
        {case[0] for case in CASES} | {case[0] for case in PAGES} | {"undeclared", "deep-resource"}
    )
    assert documented == tested


def quirks(name: str) -> list[Any]:
    found = json.loads((ROOT / f"tests/data/wire/{name}.json").read_text("utf-8"))
    return [pytest.param(quirk, id=quirk["name"]) for quirk in found]


@each_value("quirk", quirks("quirks-resource"))
def test_lenient_observed_resource_is_read(quirk: dict[str, Any]) -> None:
    body = quirk["response_body"]
    model: type[Any] = scim.Group if "/Groups" in quirk["request"] else scim.User
    resource = model.from_wire(json.dumps(body))
    assert resource.unread == ()
    assert resource.id == str(body["id"])
    assert resource.meta is None or resource.meta.version in {
        None,
        str(body["meta"].get("version")),
    }
    assert model.from_wire(resource.to_wire()) == resource
    if "active" in body:
        assert resource.active is (str(body["active"]).casefold() == "true")
    if ENTERPRISE in body:
        assert resource.enterprise.manager.value == "123456"
    for member in body.get("members") or ():
        assert [m.value for m in resource.members] == [str(member["value"])]
    if "addresses" in body:
        assert not resource.addresses
    for name_of_time in ("created", "lastModified", "Created", "LastModified"):
        if name_of_time in body.get("meta", {}):
            field = "created" if name_of_time.casefold() == "created" else "last_modified"
            assert getattr(resource.meta, field).tzinfo is not None


@each_value("quirk", quirks("quirks-listresponse"))
def test_lenient_observed_list_is_read(quirk: dict[str, Any]) -> None:
    body = quirk["response_body"]
    if quirk["response_status"] != 200:
        assert scim.Error.from_wire(body).status == str(body["status"])
        return
    model: type[Any] = scim.Group if "/Groups" in quirk["request"] else scim.User
    page: Any = scim.ListResponse[model].from_wire(json.dumps(body))
    sent = body.get("Resources") or body.get("resources") or []
    assert [resource.id for resource in page.resources] == [one["id"] for one in sent]
    assert page.unread == ()
    for name, field in (("totalResults", "total_results"), ("startIndex", "start_index")):
        total = body.get(name)
        assert getattr(page, field) == (None if total is None else int(total))
