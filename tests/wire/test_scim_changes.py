"""Bodies of changes, lists of ids, and recognition of created users."""

import json
from typing import Any

import pytest

from britive_scim import errors, scim
from britive_scim.scim.names import PATCH_OP
from britive_scim.wire.decoding.stored_values import check_stored, has_sent_members
from britive_scim.wire.ids import split_into_chunks, validate_ids
from britive_scim.wire.requests.lookup import LookupKey
from britive_scim.wire.requests.member_changes import is_replacement_refusal
from britive_scim.wire.requests.scim import (
    build_create_body,
    build_replace_body,
)
from britive_scim.wire.requests.scim import build_query_params as query
from britive_scim.wire.requests.scim_changes import (
    build_add_members_patch,
    build_attribute_patch,
    build_patch_request,
    build_remove_members_patch,
    build_replace_members_patch,
    classify_member_change,
    resolve_edit_result,
)
from britive_scim.wire.retry.create_recovery import is_created_by_request
from support.each_value import each_value

USER = scim.ResourceSchema.of(scim.User)
GROUP = scim.ResourceSchema.of(scim.Group)
USER_NAME = USER.find_attribute(None, "userName") or scim.Attribute(name="userName")
EXTERNAL_ID = USER.find_attribute(None, "externalId") or scim.Attribute(name="externalId")


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def test_okta_patch_has_no_path() -> None:
    assert build_attribute_patch("okta", {"active": False}) == patch(
        {"op": "replace", "value": {"active": False}}
    )
    assert build_attribute_patch("okta", {"displayName": "X"}, resource_id="g1") == patch(
        {"op": "replace", "value": {"id": "g1", "displayName": "X"}}
    )


def test_entra_patch_has_path_and_capitalized_op() -> None:
    assert build_attribute_patch("entra", {"active": False}, resource_id="u1") == patch(
        {"op": "Replace", "path": "active", "value": False}
    )


def test_okta_removes_members_by_filter() -> None:
    assert build_remove_members_patch("okta", ["a", 'q"\\']) == patch(
        {"op": "remove", "path": 'members[value eq "a"]'},
        {"op": "remove", "path": 'members[value eq "q\\"\\\\"]'},
    )
    for operation in build_remove_members_patch("okta", ["a", 'q"\\', "Ü"])["Operations"]:
        scim.parse_path(operation["path"])


def test_entra_removes_members_by_value() -> None:
    assert build_remove_members_patch("entra", ["a"]) == patch(
        {"op": "Remove", "path": "members", "value": [{"value": "a"}]}
    )


def test_members_are_added_and_replaced_by_path() -> None:
    assert build_add_members_patch("okta", ["a"]) == patch(
        {"op": "add", "path": "members", "value": [{"value": "a"}]}
    )
    assert build_replace_members_patch("okta", []) == patch(
        {"op": "replace", "path": "members", "value": []}
    )
    assert build_add_members_patch("entra", ["a"])["Operations"][0]["op"] == "Add"
    assert build_replace_members_patch("entra", ["a"])["Operations"][0]["op"] == "Replace"


def test_built_patch_can_be_parsed_and_applied() -> None:
    group = {
        "schemas": [scim.names.GROUP],
        "displayName": "X",
        "members": [{"value": "a"}, {"value": "b"}],
    }
    for dialect in ("okta", "entra"):
        removed = scim.PatchRequest.parse(
            build_remove_members_patch(dialect, ["a"]), dialect="entra"
        ).apply(group)
        assert removed["members"] == [{"value": "b"}]
        added = scim.PatchRequest.parse(
            build_add_members_patch(dialect, ["c"]), dialect="entra"
        ).apply(group)
        assert [m["value"] for m in added["members"]] == ["a", "b", "c"]


# ------------------------------------------------------------------------------------ changes


def test_mapping_replaces_values_and_none_removes() -> None:
    request = build_patch_request(
        {"title": "CTO", 'emails[type eq "work"].value': "a@b", "nickName": None}, USER
    )
    assert request.to_wire()["Operations"] == [
        {"op": "replace", "path": "title", "value": "CTO"},
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "a@b"},
        {"op": "remove", "path": "nickName"},
    ]


def test_python_names_are_accepted() -> None:
    (operation,) = build_patch_request({"display_name": "X"}, USER).operations
    assert operation.path == "displayName"


def test_model_values_are_accepted() -> None:
    (operation,) = build_patch_request(
        {"emails": [scim.Email(value="a@b", type="work")]}, USER
    ).operations
    assert operation.value == [{"value": "a@b", "type": "work"}]


@each_value(
    "path",
    [
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:ietf:params:scim:schemas:extension:custom:2.0:User:costCode",
        "urn:acme:2.0:User:anything",
        "urn:ietf:params:scim:schemas:core:2.0:User:userName",
    ],
)
def test_extension_paths_are_accepted(path: str) -> None:
    value = {} if path.endswith(":User") else "x"
    assert build_patch_request({path: value}, USER).operations[0].path == path


def test_invalid_path_error_has_caret() -> None:
    with pytest.raises(errors.InvalidPath) as caught:
        build_patch_request({"emails[type eq": 1}, USER)
    assert "^" in str(caught.value)


def test_invalid_filter_in_path_error_has_caret() -> None:
    with pytest.raises(errors.InputError) as caught:
        build_patch_request({"emails[type eq work].value": 1}, USER)
    assert "^" in str(caught.value)


@each_value(
    "path, hint",
    [("tilte", "title"), ("Usernme", "userName"), ("zzz", None), ("name.famlyName", "familyName")],
)
def test_unknown_attribute_raises_with_hint(path: str, hint: str | None) -> None:
    with pytest.raises(errors.InvalidPath) as caught:
        build_patch_request({path: 1}, USER)
    assert f"no attribute {path.rpartition('.')[2]!r}" in str(caught.value)
    assert "^" in str(caught.value)
    assert ("did you mean" in str(caught.value)) is (hint is not None)
    assert hint is None or hint in str(caught.value)


def test_requests_and_operations_are_unchanged() -> None:
    operation = scim.PatchOperation("replace", "title", "x")
    request = scim.PatchRequest([operation])
    assert build_patch_request(request, USER) is request
    assert build_patch_request(iter([operation]), USER) == request


def test_empty_change_raises() -> None:
    assert not build_patch_request({}, USER)
    assert not build_patch_request([], USER)


# ---------------------------------------------------------------------------------------- ids


def test_ids_are_ordered_without_duplicates() -> None:
    assert validate_ids(["b", scim.User(id="a"), "b"]) == ("b", "a")
    assert validate_ids(i for i in ("x", "y")) == ("x", "y")
    assert validate_ids([]) == ()


@pytest.mark.parametrize(
    "single", ["abc", b"abc", scim.User(id="1"), {"value": "1"}, 7, None], ids=repr
)
def test_single_id_for_list_raises(single: Any) -> None:
    with pytest.raises(errors.InputError, match="several ids"):
        validate_ids(single)


@pytest.mark.parametrize("bad", ["", "..", "a/b", None, 7, scim.User()], ids=repr)
def test_invalid_id_in_list_error_has_position(bad: Any) -> None:
    with pytest.raises(errors.InputError, match=r"members\[1\] must be"):
        validate_ids(["ok", bad])


def test_chunks_have_at_most_100_items() -> None:
    ids = tuple(map(str, range(250)))
    assert [len(chunk) for chunk in split_into_chunks(ids)] == [100, 100, 50]
    assert sum(split_into_chunks(ids), ()) == ids
    assert list(split_into_chunks(())) == []


# ------------------------------------------------------------------------------------ asking


def test_query_is_checked_and_canonical() -> None:
    requested = dict(
        query(USER, filter='USERNAME EQ "a"', attributes=["userName"], sort_by="userName")
    )
    assert requested["filter"] == 'userName eq "a"'
    assert requested["attributes"] == "userName"
    assert (requested["sortBy"], requested["sortOrder"]) == ("userName", "ascending")


def test_query_accepts_filter_object() -> None:
    requested = dict(query(USER, filter=scim.attr("userName").eq('a"b')))
    assert requested["filter"] == 'userName eq "a\\"b"'


@pytest.mark.parametrize(
    "wrong",
    [
        {"filter": "userName eq"},
        {"filter": "active gt true"},
        {"attributes": ["a b"]},
        {"attributes": "userName"},
        {"attributes": ["id"], "excluded_attributes": ["members"]},
        {"sort_by": "user name"},
    ],
    ids=repr,
)
def test_invalid_query_raises(wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.InputError):
        query(USER, **wrong)


@pytest.mark.parametrize("bad", ["", "  ", None, 7], ids=repr)
def test_look_up_without_value_raises(bad: Any) -> None:
    with pytest.raises(errors.InputError, match="userName"):
        LookupKey(USER_NAME, bad)


def test_names_are_case_insensitive() -> None:
    key = LookupKey(USER_NAME, "STRASSE@x")
    assert key.matches(scim.User(user_name="straße@X"))
    assert not key.matches(scim.User())


def test_read_only_attributes_are_not_sent() -> None:
    user = scim.User.from_wire(
        {
            "id": "1",
            "userName": "ana",
            "meta": {"resourceType": "User"},
            "groups": [{"value": "g"}],
            "externalId": "x",
        }
    )
    assert build_create_body(user, USER) == {
        "schemas": [scim.names.USER],
        "userName": "ana",
        "externalId": "x",
    }
    assert build_replace_body(user, USER)["id"] == "1"
    assert "meta" not in build_replace_body(user, USER)


def test_missing_mandatory_attribute_raises() -> None:
    with pytest.raises(errors.InvalidResource, match="userName: required"):
        build_create_body(scim.User(display_name="x"), USER)
    with pytest.raises(errors.InvalidResource, match="displayName: required"):
        build_create_body(scim.Group(), GROUP)


@pytest.mark.parametrize(
    "wrong", [{"userName": "x"}, "x", None, scim.Group(display_name="x")], ids=repr
)
def test_resource_of_other_type_raises(wrong: Any) -> None:
    with pytest.raises(errors.InputError, match="must be a User, got"):
        build_create_body(wrong, USER)


def test_custom_user_is_accepted_as_user() -> None:
    class Acme(scim.CustomUser):
        level: int | None = None

    schema = scim.ResourceSchema.of(scim.User[Acme])
    assert build_create_body(scim.User(user_name="ana"), schema)["userName"] == "ana"


# ---------------------------------------------------------------------------------- recovery

SENT = {
    "schemas": [scim.names.USER],
    "userName": "Ana@acme.com",
    "name": {"givenName": "Ana"},
    "emails": [{"value": "ana@acme.com", "type": "work"}],
    "active": True,
    "password": "x",
}


def result(**changes: Any) -> scim.User:
    body = {"id": "1", **json.loads(json.dumps(SENT)), **changes}
    body.pop("password")
    return scim.User.from_wire({k: v for k, v in body.items() if v is not None})


def is_created(found: scim.User, external_id: str | None = None) -> bool:
    """Return whether a user with the values of `SENT` and this `externalId` was created as `found`."""
    key = None if external_id is None else LookupKey(EXTERNAL_ID, external_id)
    body = {**SENT, **({} if external_id is None else {"externalId": external_id})}
    name = LookupKey(USER_NAME, SENT["userName"])
    return is_created_by_request(body, found, USER, name=name, external_id=key)


def test_same_external_id_and_name_is_same_user() -> None:
    assert is_created(result(externalId="x", active=False), "x")
    assert is_created(result(externalId="X", active=False), "x")
    assert not is_created(result(externalId="x", userName="other"), "x")


def test_other_external_id_is_other_user() -> None:
    assert not is_created(result(externalId="y"), "x")


def test_external_id_that_is_not_shown_does_not_decide() -> None:
    assert is_created(result(), "x")
    assert not is_created(result(active=False), "x")


@pytest.mark.parametrize(
    ("changes", "ours"),
    [
        ({}, True),
        ({"userName": "ana@ACME.com"}, True),
        ({"displayName": "added by the server"}, True),
        (
            {
                "emails": [
                    {"value": "z@z"},
                    {"value": "ana@acme.com", "type": "work", "primary": True},
                ]
            },
            True,
        ),
        ({"active": False}, False),
        ({"name": {"givenName": "Bo"}}, False),
        ({"name": None}, False),
        ({"emails": []}, False),
    ],
    ids=repr,
)
def test_without_external_id_all_values_must_match(changes: dict[str, Any], ours: bool) -> None:
    assert is_created(result(**changes)) is ours


def test_async_edit_function_raises() -> None:
    """The coroutine is closed, which avoids a warning about one that was never awaited."""

    async def later() -> None: ...

    with pytest.raises(errors.InputError, match="got coroutine"):
        resolve_edit_result(scim.User(), later())


def test_change_of_other_type_raises() -> None:
    wrong: Any = "title"
    with pytest.raises(errors.InputError, match=r"changes must be a PatchRequest.*'title'"):
        build_patch_request(wrong, USER)


@each_value(
    "wrong, reason",
    [
        (scim.PatchOperation("replace", "title", "x"), "put it in a list"),
        (None, "got None"),
        (5, "got 5"),
        (b"title", "got b'title'"),
        ({5: "x"}, "attribute paths as keys, got 5"),
        ({None: "x"}, "attribute paths as keys, got None"),
    ],
)
def test_change_of_wrong_type_raises_input_error(wrong: Any, reason: str) -> None:
    with pytest.raises(errors.InputError, match="changes must") as caught:
        build_patch_request(wrong, USER)
    assert reason in str(caught.value)


def test_keys_of_changes_may_be_built_paths() -> None:
    expected = build_patch_request({"name.familyName": "x"}, USER)
    assert build_patch_request({scim.attr("name.familyName"): "x"}, USER) == expected
    assert build_patch_request({scim.parse_path("name.familyName"): "x"}, USER) == expected


@each_value(
    "error, is_refusal",
    [
        (errors.BadRequest("no", status=405, method="PATCH", path="/x"), True),
        (errors.BadRequest("no", status=422, method="PATCH", path="/x"), True),
        (errors.BadRequest("no", status=418, method="PATCH", path="/x"), False),
        (errors.ServerError("no", status=501, method="PATCH", path="/x"), True),
        (errors.ServerError("no", status=500, method="PATCH", path="/x"), False),
        (errors.Forbidden("no", status=403, method="PATCH", path="/x"), False),
    ],
    label=lambda error, is_refusal: error.status,
)
def test_refusal_to_replace_members_depends_on_status(
    error: errors.ApiError, is_refusal: bool
) -> None:
    assert is_replacement_refusal(error) is is_refusal


def test_members_sent_as_null_are_none() -> None:
    stored = scim.Group(members=[scim.Member(value="1")])
    assert has_sent_members({"members": None}, stored) is False
    assert has_sent_members({"members": None}, scim.Group(members=[])) is True
    assert has_sent_members({}, stored) is None
    with pytest.raises(errors.UnexpectedResponse, match="its members are not those sent: 1 of 0"):
        check_stored(stored, {"members": None}, GROUP, method="PUT", path="/Groups/1")


@each_value(
    "operations, effect",
    [
        ([("replace", None, {"displayName": "x"})], "none"),
        ([("remove", "externalId", scim.UNSET)], "none"),
        ([("add", "members", [{"value": "a"}])], "add"),
        ([("add", None, {"members": [{"value": "a"}], "displayName": "x"})], "add"),
        ([("add", f"{GROUP.urn}:members", [{"value": "a"}])], "add"),
        ([("replace", "Members", [])], "replace"),
        ([("replace", None, {f"{GROUP.urn}:members": []})], "replace"),
        ([("remove", "members", scim.UNSET), ("add", "members", [{"value": "a"}])], "replace"),
        ([("remove", "members", [{"value": "a"}])], "other"),
        ([("remove", 'members[value eq "a"]', scim.UNSET)], "other"),
        ([("remove", 'members[value eq "a"]', scim.UNSET), ("add", "members", [])], "other"),
        ([("replace", 'members[value eq "a"].display', "x")], "other"),
    ],
)
def test_member_change_is_classified(operations: list[tuple[Any, Any, Any]], effect: str) -> None:
    request = scim.PatchRequest([scim.PatchOperation(*each) for each in operations], "entra")
    assert classify_member_change(request) == effect


def test_put_states_what_replaced_extension_data_lack() -> None:
    urn = "urn:acme:params:scim:schemas:door:1.0:User"
    wire = {"schemas": [USER.urn, urn], "userName": "ann", urn: {"Code": 1, "floor": 2}}
    user = scim.User.from_wire(wire)
    user.extensions[urn] = {"code": 3}
    assert build_replace_body(user, USER)[urn] == {"code": 3, "floor": None}
    user.extensions[urn] = {"code": 3, "floor": 4}
    assert build_replace_body(user, USER)[urn] == {"code": 3, "floor": 4}
    user.extensions[urn] = {}
    assert build_replace_body(user, USER)[urn] == {"code": None, "floor": None}
