"""Values in the forms of Microsoft Entra: JSON text, undeclared names, single values in a list."""

import json
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidFilter, PatchError
from britive_scim.scim.names import ENTERPRISE_USER, GROUP, USER
from support.each_value import each_value

ROLE = {"id": "8a", "value": "Admin", "displayName": "Admins"}
TEXT = json.dumps(ROLE)
USER_WIRE = {"schemas": [USER], "userName": "u"}


def apply(path: str | None, value: Any, op: str = "add", **options: Any) -> dict[str, Any]:
    request = scim.PatchRequest([scim.PatchOperation(op, path, value)], dialect="entra")
    on_mapping = request.apply(options.get("resource", USER_WIRE))
    is_group = options.get("resource", USER_WIRE)["schemas"] == [GROUP]
    model = (scim.Group if is_group else scim.User).from_wire(options.get("resource", USER_WIRE))
    assert request.apply(model).to_wire() == on_mapping
    return on_mapping


@each_value(
    "value",
    [
        [{"value": TEXT}],
        [TEXT],
        TEXT,
        f"[{TEXT}]",
        [f" [{TEXT}]"],
        [ROLE],
        ROLE,
        [{"value": f"[{TEXT}]"}],
        [{"VALUE": TEXT}],
        [{"value": json.dumps({"Value": "Admin", "display": "Admins"})}],
        [{"value": "Admin", "displayName": "Admins", "origin": "x", "n": None}],
        [{"value": "Admin", "display": "Admins", "displayName": "other"}],
    ],
)
def test_role_of_every_form_is_read(value: Any) -> None:
    expected = [{"value": "Admin", "display": "Admins"}]
    assert apply("roles", value)["roles"] == expected
    assert apply(None, {"roles": value})["roles"] == expected
    assert apply("roles", value, "replace")["roles"] == expected
    with_role = {**USER_WIRE, "roles": expected}
    assert "roles" not in apply("roles", value, "remove", resource=with_role)


def test_several_roles_in_one_text_are_read() -> None:
    texts = json.dumps([ROLE, {"value": "Guest", "type": "x"}])
    expected = [{"value": "Admin", "display": "Admins"}, {"value": "Guest", "type": "x"}]
    for value in (texts, [texts], [{"value": texts}], [TEXT, {"value": "Guest", "type": "x"}]):
        assert apply("roles", value)["roles"] == expected
    assert apply("roles", [{"value": TEXT, "primary": "True"}])["roles"] == [
        {"value": "Admin", "display": "Admins", "primary": True}
    ]


@each_value(
    "text",
    [
        '{"a": 1}',
        '{"value": "x", "scope": "y"}',
        '[{"value": "x"}, {"name": "y"}]',
        "[1, 2]",
        "[]",
        "{",
        "[Prod] Admins",
        '{"value": NaN}',
    ],
)
def test_other_text_stays_string(text: str) -> None:
    assert apply("entitlements", [text])["entitlements"] == [{"value": text}]
    assert apply("entitlements", [{"value": text}])["entitlements"] == [{"value": text}]
    path = f"{ENTERPRISE_USER}:manager"
    assert apply(path, text)[ENTERPRISE_USER] == {"manager": {"value": text}}


def test_lone_surrogate_in_text_is_rejected() -> None:
    with pytest.raises(PatchError):
        apply("roles", ['{"value": "\\ud800"}\ud800'])


def test_member_with_display_name_is_read() -> None:
    group = {"schemas": [GROUP], "displayName": "g"}
    value = [{"displayName": "n", "value": "4", "unknown": 1}]
    assert apply("members", value, resource=group)["members"] == [{"value": "4", "display": "n"}]


def test_manager_keeps_its_own_display_name() -> None:
    path = f"{ENTERPRISE_USER}:manager"
    for value in ('{"value": "7"}', [{"value": "7", "x": 1}], [{"$ref": None, "value": "7"}], "7"):
        assert apply(path, value)[ENTERPRISE_USER] == {"manager": {"value": "7"}}
    with pytest.raises(PatchError) as caught:
        apply(path, [{"value": "7", "displayName": "Boss"}])
    assert caught.value.scim_type == "mutability"


def test_value_of_unknown_names_alone_is_rejected() -> None:
    for op in ("add", "replace", "remove"):
        with pytest.raises(PatchError, match="no sub-attribute 'foo'"):
            apply("roles", [{"foo": 1}], op, resource={**USER_WIRE, "roles": [{"value": "x"}]})
    kept = {**USER_WIRE, "roles": [{"value": "x"}]}
    assert apply("roles", [{"foo": None}], "remove", resource=kept) == kept


def test_single_value_in_list_is_unwrapped() -> None:
    for value in ([{"$ref": None, "value": "User x"}], [{"value": "User x"}], ["User x"]):
        assert apply("displayName", value, "replace")["displayName"] == "User x"
    assert apply("active", [{"$ref": None, "value": "False"}], "replace")["active"] is False
    assert apply("name", [{"givenName": "A"}])["name"] == {"givenName": "A"}
    titled = {**USER_WIRE, "title": "t"}
    assert apply("title", [{"$ref": None, "value": None}], "replace", resource=titled) == USER_WIRE


@each_value(
    "path, value",
    [
        ("displayName", [{"$ref": None, "value": "a"}, {"$ref": None, "value": "b"}]),
        ("displayName", [{"$ref": "https://x/1", "value": "a"}]),
        ("displayName", [{"$ref": None}]),
        ("displayName", [{"value": "a", "type": "work"}]),
        ("displayName", {"$ref": None, "value": "a"}),
        ("name", [{"$ref": None, "value": "a"}]),
        (f"{ENTERPRISE_USER}:manager", [{"value": "a"}, {"value": "b"}]),
        (f"{ENTERPRISE_USER}:manager", f"[{TEXT}, {TEXT}]"),
    ],
)
def test_other_list_for_single_value_is_invalid(path: str, value: Any) -> None:
    with pytest.raises(PatchError) as caught:
        apply(path, value, "replace")
    assert caught.value.scim_type == "invalidValue"


@each_value(
    "path, value",
    [
        ("roles", [TEXT]),
        ("roles", [ROLE]),
        ("roles", [{"value": "x", "foo": 1}]),
        ("displayName", [{"$ref": None, "value": "x"}]),
    ],
)
def test_strict_dialect_rejects_forms(path: str, value: Any) -> None:
    request = scim.PatchRequest([scim.PatchOperation("add", path, value)])
    with pytest.raises(PatchError) as caught:
        request.apply(USER_WIRE)
    assert caught.value.scim_type == "invalidValue"
    kept = scim.PatchRequest([scim.PatchOperation("add", "roles", [{"value": TEXT}])])
    assert kept.apply(USER_WIRE)["roles"] == [{"value": TEXT}]


def test_ignored_lists_left_out_names() -> None:
    operations = [
        scim.PatchOperation("add", "roles", [TEXT, {"value": "x", "origin": 1}, "plain", 7]),
        scim.PatchOperation("add", "roles", [ROLE]),
        scim.PatchOperation(
            "replace",
            None,
            {
                "emails": {"value": "x", "verified": True},
                "title": "t",
                ENTERPRISE_USER: {"manager": {"value": "7", "mail": "m"}},
                f"{ENTERPRISE_USER}:manager": {"value": "7", "phone": "p"},
                "no such[": 1,
            },
        ),
        scim.PatchOperation("replace", 'emails[type eq "work"].value', "w"),
        scim.PatchOperation("replace", ENTERPRISE_USER, {"manager": {"value": "7", "fax": "f"}}),
        scim.PatchOperation("replace", "nobody", {"x": 1}),
        scim.PatchOperation(
            "replace", "urn:ietf:params:scim:schemas:extension:custom:2.0:User:a", {"x": 1}
        ),
        scim.PatchOperation("add", "schemas", ["x"]),
        scim.PatchOperation("add", ENTERPRISE_USER, "x"),
        scim.PatchOperation("add", None, {7: {"x": 1}}),
    ]
    request = scim.PatchRequest(operations, dialect="entra")
    assert request.ignored(scim.User) == (
        "roles.id",
        "roles.origin",
        "emails.verified",
        f"{ENTERPRISE_USER}:manager.mail",
        f"{ENTERPRISE_USER}:manager.phone",
        f"{ENTERPRISE_USER}:manager.fax",
    )
    assert scim.PatchRequest(operations).ignored(scim.User) == ()
    parsed = scim.PatchRequest.parse({"Operations": [{"op": "add", "value": {7: "x"}}]}, "entra")
    assert parsed.ignored(scim.User) == ()


@each_value(
    "path", ['emails[foo eq "x"]', 'emails[type eq "x" or foo pr].value', "name[foo pr].givenName"]
)
def test_unknown_name_in_brackets_of_path(path: str) -> None:
    user = {**USER_WIRE, "emails": [{"value": "a"}], "name": {"givenName": "A"}}
    request = scim.PatchRequest([scim.PatchOperation("remove", path)])
    with pytest.raises(InvalidFilter) as caught:
        request.apply(user)
    assert "foo is not declared" in str(caught.value)
    assert request.apply(user, dialect="entra") == user


def test_unknown_name_in_open_extension_filter_matches_nothing() -> None:
    urn = "urn:acme:params:scim:schemas:shoes:1.0:User"
    user = {**USER_WIRE, urn: {"list": [{"value": 1}]}}
    request = scim.PatchRequest([scim.PatchOperation("remove", f"{urn}:list[size eq 3]")])
    assert request.apply(user) == user


MEMBERS = [{"value": "1"}, {"value": "2"}]
GROUP_WIRE = {"schemas": [GROUP], "displayName": "g", "members": MEMBERS}


@each_value(
    "condition, remaining",
    [
        ('foo ne "1"', MEMBERS),
        ("not (foo pr)", MEMBERS),
        ('not (valu eq "1")', MEMBERS),
        ('not (not (foo ne "1"))', MEMBERS),
        ("foo eq null", MEMBERS),
        ("not (foo ne null)", MEMBERS),
        ('not (value eq "3" or foo pr)', MEMBERS),
        ('value ne "3" and foo ne "1"', MEMBERS),
        ('value eq "1" or foo ne "1"', MEMBERS[1:]),
        ('not (value eq "2" and foo pr)', MEMBERS[1:]),
        ('value ne "2"', MEMBERS[1:]),
    ],
)
def test_condition_on_undeclared_name_selects_nothing(condition: str, remaining: Any) -> None:
    removed = apply(f"members[{condition}]", scim.UNSET, "remove", resource=GROUP_WIRE)
    assert removed["members"] == remaining


def test_replace_of_undeclared_name_selects_nothing() -> None:
    emails = [{"value": "a@example.com", "type": "work"}]
    user = {**USER_WIRE, "emails": emails}
    with pytest.raises(PatchError) as caught:
        apply('emails[kind ne "x"].value', "b@example.com", "replace", resource=user)
    assert caught.value.scim_type == "noTarget"
    assert apply('emails[kind ne "x"].value', scim.UNSET, "remove", resource=user) == user
    named = {**USER_WIRE, "name": {"givenName": "Ann"}}
    assert apply("name[not (kind pr)].givenName", scim.UNSET, "remove", resource=named) == named


def test_null_display_does_not_hide_display_name() -> None:
    for value in (
        {"value": "A", "display": None, "displayName": "D"},
        {"displayName": "D", "Display": None, "value": "A"},
    ):
        request = scim.PatchRequest.parse(
            {"Operations": [{"op": "add", "path": "roles", "value": [value]}]}, dialect="entra"
        )
        roles = request.apply(USER_WIRE)["roles"]
        assert roles == [{"value": "A", "display": "D"}]
