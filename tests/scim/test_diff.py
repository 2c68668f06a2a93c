"""`scim.diff` and `scim.equal`: the smallest request between two states, and their equality."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from britive_scim import scim
from britive_scim.errors import InputError, InvalidPath, PatchError
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER, GROUP, USER
from support.each_value import each_value
from support.patch_strategies import LAB, LAB_DOCUMENT, USER_SCHEMA, groups, users

slow = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)


def operations(before: Any, after: Any, **options: Any) -> list[tuple[Any, ...]]:
    """Return the operations as tuples, after a check that mappings and models give the same."""
    options.setdefault("schema", scim.Group if GROUP in before.get("schemas", ()) else USER_SCHEMA)
    model = scim.Group if options["schema"] is scim.Group else scim.User
    request = scim.diff(before, after, **options)
    assert scim.diff(model.from_wire(before), model.from_wire(after), **options) == request
    assert scim.diff(model.from_wire(before), after, **options) == request
    return [tuple(each.to_wire().values()) for each in request.operations]


def user(**content: Any) -> dict[str, Any]:
    return {"schemas": [USER], "id": "u1", "userName": "ann", **content}


def group(*members: Any) -> dict[str, Any]:
    return {
        "schemas": [GROUP],
        "displayName": "Team",
        "members": [m if isinstance(m, dict) else {"value": m} for m in members],
    }


WORK = {"value": "w", "type": "work"}
HOME = {"value": "h", "type": "home"}

# ----------------------------------------------------------------------------- single values


def test_diff_order_is_remove_replace_add() -> None:
    before = user(title="t", nickName="n", emails=[WORK, HOME])
    after = user(nickName="N", locale="en", emails=[HOME, {"value": "o", "type": "other"}])
    assert operations(before, after) == [
        ("remove", "title"),
        ("remove", 'emails[value eq "w"]'),
        ("replace", "nickName", "N"),
        ("add", "locale", "en"),
        ("add", "emails", [{"value": "o", "type": "other"}]),
    ]


def test_diff_missing_null_and_empty_are_equal() -> None:
    assert operations(user(title=None, emails=[]), user(name={})) == []
    assert operations(user(title="x", emails=[WORK]), user(title=None, emails=[])) == [
        ("remove", "title"),
        ("remove", "emails"),
    ]


def test_diff_complex_value_changes_by_sub_attribute() -> None:
    before = user(name={"givenName": "A", "familyName": "B", "middleName": "C"})
    after = user(name={"givenName": "A", "familyName": "X", "formatted": "F"})
    assert operations(before, after) == [
        ("remove", "name.middleName"),
        ("replace", "name.familyName", "X"),
        ("add", "name.formatted", "F"),
    ]
    assert operations(user(), after) == [
        ("add", "name", {"formatted": "F", "familyName": "X", "givenName": "A"})
    ]
    assert operations(before, user()) == [("remove", "name")]


def test_diff_value_of_wrong_type_raises_error() -> None:
    for after in (
        user(active="x"),
        user(name="x"),
        user(emails=[{"value": 7}]),
        user(name={"givenName": 7}),
        user(emails=[{**WORK, "primary": True}, {**HOME, "primary": True}]),
    ):
        for before in (user(), user(name={"givenName": "A"}, emails=[{"value": "q"}], active=True)):
            with pytest.raises(PatchError) as caught:
                scim.diff(before, after)
            assert caught.value.scim_type == "invalidValue"


def test_diff_unreadable_value_is_replaced() -> None:
    assert operations(user(active="perhaps"), user(active=True)) == [("replace", "active", True)]
    assert [o[:2] for o in operations(user(name=7), user(name={"givenName": "A"}))] == [
        ("add", "name")
    ]


def test_diff_datetime_and_binary_compare_by_value() -> None:
    before = {**user(), LAB: {"hiredAt": "2024-01-01T12:00:00Z", "fingerprint": "AQ=="}}
    after = {**user(), LAB: {"hiredAt": "2024-01-01T13:00:00+01:00", "fingerprint": "AQ"}}
    assert operations(before, after) == []
    later = {**user(), LAB: {**after[LAB], "hiredAt": "2024-01-01T13:00:01+01:00"}}
    assert [o[:2] for o in operations(before, later)] == [("replace", f"{LAB}:hiredAt")]


# ----------------------------------------------------------------------------- operations that a server must reject


def test_diff_readonly_attributes_are_ignored() -> None:
    before = user(
        meta={"version": "1"},
        groups=[{"value": "g"}],
        **{ENTERPRISE_USER: {"manager": {"value": "m", "displayName": "B"}}},
    )
    after = {**user(id="u2"), ENTERPRISE_USER: {"manager": {"value": "m", "displayName": "C"}}}
    assert operations(before, after) == []
    assert scim.equal(before, after)
    only_name = {**user(), ENTERPRISE_USER: {"manager": {"displayName": "C"}}}
    assert operations(before, only_name) == [("remove", f"{ENTERPRISE_USER}:manager.value")]
    assert operations(user(), only_name) == []
    named = {**user(), ENTERPRISE_USER: {"manager": {"value": "m2", "displayName": "C"}}}
    assert operations(user(), named) == [("add", f"{ENTERPRISE_USER}:manager", {"value": "m2"})]


def test_diff_immutable_value_is_only_set_once() -> None:
    one, other = ({**user(), LAB: {"employeeCode": code}} for code in ("E1", "E2"))
    assert operations(one, other) == []
    assert operations(one, user()) == []
    assert operations(user(), one) == [("add", f"{LAB}:employeeCode", "E1")]
    assert not scim.equal(one, other, schema=USER_SCHEMA)


def test_diff_required_value_is_not_removed() -> None:
    assert operations(user(), {"schemas": [USER]}) == []
    before = {**user(), LAB: {"location": {"building": "B", "floor": 1}}}
    after = {**user(), LAB: {"location": {"floor": 2}}}
    assert operations(before, after) == [("replace", f"{LAB}:location.floor", 2)]


def schema_with(**changes: dict[str, Any]) -> scim.ResourceSchema:
    document = copy.deepcopy(LAB_DOCUMENT)
    for attribute in document["attributes"]:
        attribute.update(changes.get(attribute["name"], {}))
        for sub in attribute.get("subAttributes", ()):
            sub.update(changes.get(f"{attribute['name']}_{sub['name']}", {}))
    return scim.ResourceSchema.of(scim.User, extensions=[document])


def test_diff_complex_with_immutable_part_loses_other_parts() -> None:
    schema = schema_with(location_floor={"mutability": "immutable"})
    before = {**user(), LAB: {"location": {"building": "B", "floor": 1, "wing": "W"}}}
    assert operations(before, user(), schema=schema) == [("remove", f"{LAB}:location.wing")]
    other = {**user(), LAB: {"location": {"building": "C", "floor": 2, "wing": "W"}}}
    assert operations(before, other, schema=schema) == [
        ("replace", f"{LAB}:location.building", "C")
    ]


def test_diff_element_with_immutable_part_is_readded() -> None:
    schema = schema_with(licences_seats={"mutability": "immutable"})
    before = {**user(), LAB: {"licences": [{"value": "A", "seats": 1}, {"value": "B", "seats": 2}]}}
    after = {**user(), LAB: {"licences": [{"value": "A", "seats": 9}, {"value": "B", "seats": 2}]}}
    path = f"{LAB}:licences"
    assert operations(before, after, schema=schema) == [
        ("remove", f'{path}[value eq "A"]'),
        ("add", path, [{"value": "A", "seats": 9}]),
    ]


def test_diff_immutable_and_required_lists_are_not_removed() -> None:
    schema = schema_with(
        tags={"mutability": "immutable"},
        licences={"required": True},
        licences_type={"required": True},
    )
    before = {
        **user(),
        LAB: {
            "tags": ["a"],
            "licences": [{"value": "A", "type": "t"}, {"value": "B", "type": "u"}],
        },
    }
    assert operations(before, user(), schema=schema) == []
    after = {
        **user(),
        LAB: {"tags": ["b"], "licences": [{"value": "A", "seats": 1}, {"value": "B", "type": "u"}]},
    }
    assert operations(before, after, schema=schema) == [
        ("replace", f'{LAB}:licences[value eq "A"].seats', 1)
    ]


def test_diff_password_is_set_but_never_removed() -> None:
    assert operations(user(), user(password="x")) == [("add", "password", "x")]
    assert operations(user(password="x"), user()) == []
    assert operations(user(password="x"), user(password=None)) == [("remove", "password")]
    assert scim.equal(user(password="x"), user())
    assert not scim.equal(user(password="x"), user(password="y"))


# ----------------------------------------------------------------------------- lists


def test_diff_list_value_changes_in_place() -> None:
    before = user(emails=[{**WORK, "display": "D"}, HOME])
    assert operations(before, user(emails=[{**WORK, "value": "n", "display": "D"}, HOME])) == [
        ("replace", 'emails[type eq "work"].value', "n")
    ]
    assert operations(before, user(emails=[{**WORK, "display": "E"}, HOME])) == [
        ("replace", 'emails[value eq "w"].display', "E")
    ]
    assert operations(before, user(emails=[WORK, HOME])) == [
        ("remove", 'emails[value eq "w"].display')
    ]
    assert operations(
        before, user(emails=[{"value": "w", "type": "other", "display": "D"}, HOME])
    ) == [("replace", 'emails[value eq "w"].type', "other")]


def test_diff_list_value_with_many_changes_sends_full_value() -> None:
    before = user(emails=[{**WORK, "display": "D"}, HOME])
    after = user(emails=[{"value": "n", "type": "work", "display": "E", "primary": True}, HOME])
    assert operations(before, after) == [
        (
            "replace",
            'emails[type eq "work"]',
            {"value": "n", "display": "E", "type": "work", "primary": True},
        )
    ]
    fewer = user(emails=[{"value": "n", "type": "work"}, HOME])
    assert operations(before, fewer) == [
        ("remove", 'emails[type eq "work"].display'),
        ("replace", 'emails[type eq "work"].value', "n"),
    ]


def test_diff_primary_moves_by_one_operation() -> None:
    before = user(emails=[{**WORK, "primary": True}, HOME])
    assert operations(before, user(emails=[WORK, {**HOME, "primary": True}])) == [
        ("replace", 'emails[value eq "h"].primary', True)
    ]
    assert operations(
        before, user(emails=[{**WORK, "primary": False}, {**HOME, "primary": True}])
    ) == [("replace", 'emails[value eq "h"].primary', True)]
    assert operations(before, user(emails=[WORK, HOME])) == [
        ("replace", 'emails[value eq "w"].primary', False)
    ]
    assert operations(before, user(emails=[WORK, HOME, {"value": "n", "primary": True}])) == [
        ("add", "emails", [{"value": "n", "primary": True}])
    ]
    assert operations(user(emails=[WORK]), user(emails=[{**WORK, "primary": False}])) == []


def test_diff_list_order_is_ignored() -> None:
    assert operations(user(emails=[WORK, HOME]), user(emails=[HOME, WORK])) == []
    assert scim.equal(user(emails=[WORK, HOME]), user(emails=[HOME, WORK]))
    assert operations(user(emails=[WORK, WORK]), user(emails=[WORK])) == []


def test_diff_lists_without_common_value_are_replaced() -> None:
    assert operations(user(emails=[WORK]), user(emails=[HOME])) == [("replace", "emails", [HOME])]
    assert operations(group("a", "b"), group("c")) == [("replace", "members", [{"value": "c"}])]
    assert operations(user(), user(emails=[WORK])) == [("add", "emails", [WORK])]


def test_diff_indistinguishable_value_replaces_list() -> None:
    alike = [{"value": "x", "type": "t", "display": "1"}, {"value": "x", "type": "t"}]
    assert operations(user(emails=alike), user(emails=alike[:1])) == [
        ("replace", "emails", alike[:1])
    ]
    long = {"value": "x" * 2000}
    assert [o[:2] for o in operations(user(emails=[long, WORK]), user(emails=[WORK]))] == [
        ("replace", "emails")
    ]
    flags = [{"primary": True}, WORK]
    assert [o[:2] for o in operations(user(emails=flags), user(emails=[WORK]))] == [
        ("replace", "emails")
    ]


def test_diff_value_selected_by_its_only_change() -> None:
    before = user(emails=[{"value": "x", "type": "a"}, {"value": "x", "type": "b"}])
    after = user(emails=[{"value": "x", "type": "a"}, {"value": "x", "type": "c"}])
    assert operations(before, after) == [("replace", 'emails[type eq "b"].type', "c")]


def test_diff_changed_indistinguishable_value_replaces_list() -> None:
    twin = {"value": "x", "type": "a", "display": "1"}
    before = user(emails=[{"value": "x", "type": "a"}, twin])
    after = user(emails=[{"value": "x", "type": "a", "display": "2"}, twin])
    assert operations(before, after) == [("replace", "emails", after["emails"])]


def test_diff_ambiguous_addition_replaces_list() -> None:
    before, after = user(emails=[WORK]), user(emails=[WORK, {"value": "W"}])
    assert operations(before, after) == [("replace", "emails", [WORK, {"value": "W"}])]
    twins = [{"value": "x"}, {"value": "x", "type": "work"}]
    assert operations(user(), user(emails=twins)) == [("replace", "emails", twins)]


def test_diff_values_different_in_case_are_replaced() -> None:
    before, after = (
        user(emails=[{"value": "A@x", "type": "work"}, HOME]),
        user(emails=[{"value": "a@x", "type": "work"}, HOME]),
    )
    assert operations(before, after) == [("replace", 'emails[type eq "work"].value', "a@x")]
    assert operations(before, after, ignore_case="emails.value") == []


def test_diff_addresses_are_identified_by_type() -> None:
    before = user(
        addresses=[
            {"type": "work", "locality": "Rome", "country": "IT"},
            {"type": "home", "locality": "Oslo"},
        ]
    )
    after = user(
        addresses=[
            {"type": "work", "locality": "Bern", "country": "CH"},
            {"type": "home", "locality": "Oslo"},
        ]
    )
    assert operations(before, after) == [
        (
            "replace",
            'addresses[type eq "work"]',
            {"type": "work", "locality": "Bern", "country": "CH"},
        )
    ]
    assert operations(before, user(addresses=after["addresses"][1:])) == [
        ("remove", 'addresses[type eq "work"]')
    ]


def test_diff_simple_list_changes_by_value() -> None:
    path = f"{LAB}:tags"
    before, after = (
        {**user(), LAB: {"tags": tags}} for tags in (["a", "b", 'c"'], ["b", "d", "d"])
    )
    assert operations(before, after) == [
        ("remove", f'{path}[value eq "a"]'),
        ("remove", f'{path}[value eq "c\\""]'),
        ("add", path, ["d"]),
    ]
    assert operations(before, after, value_selection="array") == [
        ("remove", path, ["a", 'c"']),
        ("add", path, ["d"]),
    ]
    assert operations(before, after, value_selection="whole") == [("replace", path, ["b", "d"])]
    assert (
        operations({**user(), LAB: {"tags": ["a" * 2000, "b"]}}, after, value_selection="filter")[
            0
        ][0]
        == "replace"
    )


def test_diff_last_value_removes_attribute() -> None:
    for value_selection in ("filter", "array", "whole"):
        assert operations(group("a"), group(), value_selection=value_selection) == [
            ("remove", "members")
        ]
        assert operations(user(emails=[WORK]), user(), value_selection=value_selection) == [
            ("remove", "emails")
        ]


@each_value("value_selection", ["filter", "array", "whole"])
def test_diff_value_selection_decides_operation_form(value_selection: Any) -> None:
    expected = {
        "filter": [
            ("remove", 'emails[value eq "w"]'),
            ("replace", 'emails[value eq "h"].display', "D"),
            ("remove", 'members[value eq "a"]'),
        ],
        "array": [
            ("remove", "emails", [{"value": "w"}, {"value": "h"}]),
            ("add", "emails", [{**HOME, "display": "D"}]),
            ("remove", "members", [{"value": "a"}]),
        ],
        "whole": [
            ("replace", "emails", [{"value": "h", "display": "D", "type": "home"}, {"value": "o"}]),
            None,
            ("replace", "members", [{"value": "b"}]),
        ],
    }[value_selection]
    before, after = (
        user(emails=[WORK, HOME, {"value": "o"}]),
        user(emails=[{**HOME, "display": "D"}, {"value": "o"}]),
    )
    found = operations(before, after, value_selection=value_selection)
    members = operations(group("a", "b"), group("b"), value_selection=value_selection)
    assert found == [operation for operation in expected[:2] if operation]
    assert members == expected[2:]
    assert operations(group("a"), group("a", "b"), value_selection=value_selection) == [
        ("add", "members", [{"value": "b"}])
    ]


def test_diff_array_selection_equal_values_replace_list() -> None:
    alike = [{"value": "x", "type": "t", "display": "1"}, {"value": "x", "type": "t"}]
    assert operations(user(emails=alike), user(emails=alike[:1]), value_selection="array") == [
        ("replace", "emails", alike[:1])
    ]


def test_diff_unreadable_element_replaces_list() -> None:
    for before in (user(emails=[7, WORK]), user(emails=7)):
        request = scim.diff(before, user(emails=[HOME]))
        assert [operation.path for operation in request.operations] == ["emails"]
        assert scim.equal(request.apply(before), user(emails=[HOME]))
    request = scim.diff(user(emails=[7, WORK, HOME]), user(emails=[HOME]))
    assert scim.equal(request.apply(user(emails=[7, WORK, HOME])), user(emails=[HOME]))


# ----------------------------------------------------------------------------- members


def test_diff_members_compare_by_value() -> None:
    decorated = group(
        {"value": "a", "type": "User", "$ref": "/Users/a", "display": "Ann"},
        {"value": "b", "display": "Bob"},
    )
    assert operations(decorated, group("b", "a")) == []
    assert scim.equal(decorated, group({"value": "a", "display": "Anne"}, "b"))
    assert operations(decorated, group("b", {"value": "c", "display": "Cid"})) == [
        ("remove", 'members[value eq "a"]'),
        ("add", "members", [{"value": "c", "display": "Cid"}]),
    ]


def test_diff_replaced_members_retain_known_attributes() -> None:
    before = group({"value": "a", "display": "Ann"}, "b")
    assert operations(before, group("a", "c"), value_selection="whole") == [
        ("replace", "members", [{"value": "a", "display": "Ann"}, {"value": "c"}])
    ]


def test_diff_irregular_members_replace_list() -> None:
    long = "x" * 2000
    assert operations(group(long, "a"), group("a", "b")) == [
        ("replace", "members", [{"value": "a"}, {"value": "b"}])
    ]
    request = scim.diff(group({"value": 0}, "a"), group("a"))
    assert [operation.path for operation in request.operations] == ["members"]
    request = scim.diff(group({"value": ["x"]}, "a"), group("b"))
    assert [operation.op for operation in request.operations] == ["replace"]
    for value in (["x"], 7):
        with pytest.raises(PatchError):
            scim.diff(group("a"), group("a", {"value": value}))


def test_diff_duplicate_members_are_added_once() -> None:
    assert operations(group("a", "a"), group("a", "b", "b")) == [
        ("add", "members", [{"value": "b"}])
    ]


def test_diff_many_members_in_other_order_is_empty() -> None:
    ids = [f"member {number}" for number in range(40)]
    for before in (group(*ids), scim.Group.from_wire(group(*ids))):
        assert not scim.diff(before, group(*ids))
        assert not scim.diff(before, group(*reversed(ids)))
        request = scim.diff(before, group("new", *ids[:0:-1], "new"))
        assert [operation.to_wire() for operation in request.operations] == [
            {"op": "remove", "path": 'members[value eq "member 0"]'},
            {"op": "add", "path": "members", "value": [{"value": "new"}]},
        ]


def test_diff_member_empty_value_is_accepted() -> None:
    assert operations(group("", "a"), group("a", "b")) == [
        ("remove", 'members[value eq ""]'),
        ("add", "members", [{"value": "b"}]),
    ]


def test_diff_member_without_value_is_ignored() -> None:
    before = group("a", {"display": "?"})
    assert operations(before, group("a")) == []
    assert operations(group("a"), group("a", {"display": "?"}, "b")) == [
        ("add", "members", [{"value": "b"}])
    ]
    assert operations(before, group("b")) == [("replace", "members", [{"value": "b"}])]


# ----------------------------------------------------------------------------- extensions


def test_diff_extension_changes_by_attribute() -> None:
    one = {
        **user(),
        ENTERPRISE_USER: {"department": "A", "division": "B", "manager": {"value": "m"}},
    }
    other = {**user(), ENTERPRISE_USER: {"department": "X", "manager": {"value": "n"}}}
    assert operations(one, other) == [
        ("remove", f"{ENTERPRISE_USER}:division"),
        ("replace", f"{ENTERPRISE_USER}:department", "X"),
        ("replace", f"{ENTERPRISE_USER}:manager.value", "n"),
    ]
    assert [o[0] for o in operations(other, user())] == ["remove", "remove"]
    assert operations({**user(), ENTERPRISE_USER: "unreadable"}, user()) == []


def test_diff_open_extension_undeclared_attributes_change() -> None:
    before = {
        **user(),
        CUSTOM_USER: {
            "a": "x",
            "Two Words": 1,
            "list": [1],
            "place": {"p": 1, "q": 2},
            "gone": 1,
            "dotted.name": 3,
            "same": [{"x": 1}],
        },
    }
    after = {
        **user(),
        CUSTOM_USER: {
            "a": 2,
            "Two Words": 2,
            "list": {"n": 1},
            "place": {"p": 1, "q": 3, "r": [1]},
            "new": [1, 1],
            "dotted.name": 3,
            "same": [{"X": 1}],
        },
    }
    assert operations(before, after) == [
        ("remove", f"{CUSTOM_USER}:list"),
        ("remove", f"{CUSTOM_USER}:gone"),
        ("replace", f"{CUSTOM_USER}:a", 2),
        ("replace", CUSTOM_USER, {"Two Words": None}),
        ("replace", CUSTOM_USER, {"Two Words": 2}),
        ("replace", f"{CUSTOM_USER}:place.q", 3),
        ("replace", f"{CUSTOM_USER}:new", [1, 1]),
        ("add", f"{CUSTOM_USER}:list", {"n": 1}),
        ("add", f"{CUSTOM_USER}:place.r", [1]),
    ]
    assert operations(
        {**user(), CUSTOM_USER: {"Two Words": 1, "place": {"q": 1}}},
        {**user(), CUSTOM_USER: {"place": {"a b": 1}}},
    ) == [
        ("remove", f"{CUSTOM_USER}:place"),
        ("replace", CUSTOM_USER, {"Two Words": None}),
        ("add", f"{CUSTOM_USER}:place", {"a b": 1}),
    ]
    assert operations(
        {**user(), CUSTOM_USER: {"place": {"p": 1, "q": 2}}},
        {**user(), CUSTOM_USER: {"place": {"q": 2}}},
    ) == [("remove", f"{CUSTOM_USER}:place.p")]
    assert operations(user(), {**user(), CUSTOM_USER: {"New One": [1]}}) == [
        ("replace", CUSTOM_USER, {"New One": [1]})
    ]


def test_diff_keys_that_are_not_strings_are_written_as_strings() -> None:
    before = scim.User.from_wire({CUSTOM_USER: {"shelf": {"1": 2}}})
    after = scim.User.model_validate({"custom": {"shelf": {1: 3}}})
    request = scim.diff(before, after)
    assert request.operations[-1].value == {"1": 3}
    assert request.apply(before).to_wire() == after.to_wire()


def test_diff_open_extension_accepts_models() -> None:
    before = scim.User(
        user_name="ann", custom=scim.CustomUser.model_validate({"mail": scim.Email(value="x")})
    )
    after = scim.User(
        user_name="ann", custom=scim.CustomUser.model_validate({"mail": scim.Email(value="y")})
    )
    assert not scim.diff(before, before.model_copy(deep=True))
    assert [each.to_wire()["value"] for each in scim.diff(before, after).operations] == ["y"]


def test_diff_undeclared_extension_is_included() -> None:
    urn = "urn:acme:params:scim:schemas:shoes:1.0:User"
    before, after = user(), {**user(), "schemas": [USER, urn], urn: {"size": 43}}
    request = scim.diff(before, after)
    assert [tuple(o.to_wire().values()) for o in request.operations] == [("add", f"{urn}:size", 43)]
    assert scim.equal(request.apply(before), after)
    assert not scim.equal(before, after)
    assert scim.diff(scim.User.from_wire(after), scim.User.from_wire(before)).apply(after) == {
        **before
    }


def test_diff_other_undeclared_attributes_are_ignored() -> None:
    assert operations(user(shoe=1, name={"shoe": 1}), user(shoe=2, name={"shoe": 2})) == []
    assert scim.equal(user(shoe=1), user(shoe=2))


# ----------------------------------------------------------------------------- keep


def test_diff_keep_changes_only_named_attributes() -> None:
    before = user(
        title="t",
        nickName="n",
        name={"givenName": "A", "familyName": "B"},
        emails=[{**WORK, "display": "D"}, HOME],
    )
    assert operations(before, {"nickName": "N"}, unset="keep") == [("replace", "nickName", "N")]
    assert operations(before, {"title": None, "emails": []}, unset="keep") == [
        ("remove", "title"),
        ("remove", "emails"),
    ]
    assert operations(before, {"name": {"familyName": "X", "givenName": None}}, unset="keep") == [
        ("remove", "name.givenName"),
        ("replace", "name.familyName", "X"),
    ]
    assert operations(before, {"emails": [WORK]}, unset="keep") == [
        ("remove", 'emails[value eq "h"]')
    ]
    assert operations(before, {"emails": [WORK, HOME]}, unset="keep") == []
    assert operations(before, {"emails": [{**WORK, "display": None}, HOME]}, unset="keep") == [
        ("remove", 'emails[value eq "w"].display')
    ]
    assert operations(
        before, {"emails": [{**WORK, "value": "n", "primary": True}, HOME]}, unset="keep"
    ) == [
        (
            "replace",
            'emails[type eq "work"]',
            {"display": "D", "value": "n", "type": "work", "primary": True},
        )
    ]
    assert operations(
        before, {"emails": [{**WORK, "value": "n"}, HOME, {"value": "n"}]}, unset="keep"
    )[0][:2] == ("replace", "emails")


def test_diff_keep_does_not_merge_values() -> None:
    other = {"value": "x", "type": "work", "display": "d"}
    before = user(emails=[{"value": "x", "type": "work"}, other])
    after = {"emails": [{"type": "work", "display": "d"}, other]}
    assert operations(before, after, unset="keep") == [("replace", "emails", after["emails"])]


def test_diff_keep_moves_primary() -> None:
    before = user(emails=[{**WORK, "primary": True, "display": "D"}, HOME, {"value": "o"}])
    after = {
        "emails": [
            {"value": "n", "type": "work", "display": "E"},
            {**HOME, "primary": True},
            {"value": "o"},
        ]
    }
    assert operations(before, after, unset="keep") == [
        ("replace", 'emails[type eq "work"]', {"value": "n", "display": "E", "type": "work"}),
        ("replace", 'emails[value eq "h"].primary', True),
    ]


def test_diff_keep_compares_named_extensions() -> None:
    before = {**user(), ENTERPRISE_USER: {"department": "A", "division": "B"}}
    assert operations(before, {"title": "t"}, unset="keep") == [("add", "title", "t")]
    assert operations(before, {ENTERPRISE_USER: {"department": None}}, unset="keep") == [
        ("remove", f"{ENTERPRISE_USER}:department")
    ]
    assert [o[0] for o in operations(before, {ENTERPRISE_USER: None}, unset="keep")] == [
        "remove",
        "remove",
    ]


def test_diff_keep_models_use_fields_set() -> None:
    before = scim.User(user_name="ann", title="t", nick_name="n")
    request = scim.diff(before, scim.User(title="T", nick_name=None), unset="keep")
    assert [tuple(o.to_wire().values()) for o in request.operations] == [
        ("remove", "nickName"),
        ("replace", "title", "T"),
    ]
    cleared = scim.diff(before, scim.User(password=None), unset="keep")
    assert not cleared


# ----------------------------------------------------------------------------- options


def test_diff_ignore_excludes_attributes() -> None:
    before = user(
        title="t",
        name={"givenName": "A", "familyName": "B"},
        **{ENTERPRISE_USER: {"department": "A"}},
    )
    after = user(
        title="T",
        name={"givenName": "X", "familyName": "Y"},
        **{ENTERPRISE_USER: {"department": "B"}},
    )
    assert operations(before, after, ignore=["TITLE", "name.givenName", ENTERPRISE_USER]) == [
        ("replace", "name.familyName", "Y")
    ]
    assert operations(before, after, ignore=f"title,name,{ENTERPRISE_USER}:department") == []
    assert scim.equal(before, after, ignore=[USER, ENTERPRISE_USER])
    assert not scim.equal(before, after, ignore="title")
    emails = user(emails=[{**WORK, "display": "D"}]), user(emails=[{**WORK, "display": "E"}])
    assert operations(*emails, ignore="emails.display") == []


def test_diff_case_and_whitespace_can_be_ignored() -> None:
    before, after = (
        user(title=" Guide ", name={"givenName": "ANN"}),
        user(title="guide", name={"givenName": "ann"}),
    )
    assert operations(before, after, ignore_case="title,name", ignore_whitespace="title") == []
    assert operations(before, after, ignore_case="title", ignore_whitespace="title") == [
        ("replace", "name.givenName", "ann")
    ]
    assert operations(before, after, ignore_whitespace="title,name.givenName")[0] == (
        "replace",
        "name.givenName",
        "ann",
    )
    assert (
        operations(
            {**user(), CUSTOM_USER: {"x": "A"}},
            {**user(), CUSTOM_USER: {"x": " a"}},
            ignore_case=f"{CUSTOM_USER}:x",
            ignore_whitespace=CUSTOM_USER,
        )
        == []
    )


@each_value(
    "name",
    ["nope", "name.nope", "name..x", 'emails[type eq "work"]', "emails[type xx]", "urn:nope:x"],
)
def test_diff_unknown_attribute_name_raises_error(name: str) -> None:
    for option in ("ignore", "ignore_case", "ignore_whitespace"):
        with pytest.raises(ValueError):  # noqa: PT011  # InvalidPath or InvalidFilter
            scim.diff(user(), user(), **{option: name})
    with pytest.raises(InvalidPath):
        scim.equal(user(), user(), ignore="nope")


def test_diff_unknown_option_raises_error() -> None:
    with pytest.raises(InputError, match="unset must be"):
        scim.diff(user(), user(), unset="forget")  # wrong on purpose
    with pytest.raises(InputError, match="value_selection must be"):
        scim.diff(user(), user(), value_selection="index")  # wrong on purpose
    for nothing in (None, 7, "x"):
        with pytest.raises(PatchError, match="resource must be"):
            scim.diff(nothing, user())  # wrong on purpose
        with pytest.raises(PatchError, match="resource must be"):
            scim.equal(user(), nothing)  # wrong on purpose


def test_diff_resource_type_comes_from_either_side() -> None:
    assert scim.diff({"displayName": "a"}, group("m")).operations[-1].path == "members"
    assert (
        scim.diff({"displayName": "a"}, scim.Group(display_name="b")).operations[0].path
        == "displayName"
    )
    assert not scim.diff({"userName": "ann"}, {"userName": "ann"})


MEMBERS = {"displayName": "x", "members": [{"value": "1"}]}


@each_value(
    "before, after, expected",
    [
        (MEMBERS, {"displayName": "x", "members": []}, [("remove", "members")]),
        (MEMBERS, {"displayName": "x"}, [("remove", "members")]),
        ({"displayName": "x"}, MEMBERS, [("add", "members", [{"value": "1"}])]),
        ({"MEMBERS": [{"value": "1"}]}, {}, [("remove", "members")]),
        ({**MEMBERS, "meta": {"resourceType": "User"}}, {"displayName": "x"}, []),
        ({"meta": {"resourceType": "Group"}}, {**MEMBERS, "userName": "ann"}, "members"),
        ({**MEMBERS, "userName": "ann"}, {"displayName": "x", "userName": "ann"}, []),
        (MEMBERS, {"displayName": "x", "userName": "ann"}, [("add", "userName", "ann")]),
    ],
)
def test_diff_mapping_with_members_is_group(before: Any, after: Any, expected: Any) -> None:
    request = scim.diff(before, after)
    written = [tuple(each.to_wire().values()) for each in request.operations]
    if expected == "members":
        assert written[-1] == ("add", "members", [{"value": "1"}])
    else:
        assert written == expected
    assert scim.equal(before, after) is not bool(request)
    assert scim.equal(request.apply(before), after)


def test_diff_empty_is_falsy_and_changes_nothing() -> None:
    request = scim.diff(user(), user())
    assert not request
    assert request.apply(user()) == user()
    assert request.to_wire()["Operations"] == []


# ----------------------------------------------------------------------------- properties


@slow
@given(
    users, users, st.sampled_from(["remove", "keep"]), st.sampled_from(["filter", "array", "whole"])
)
def test_diff_applied_leaves_no_difference(
    one: Any, other: Any, unset: Any, value_selection: Any
) -> None:
    request = scim.diff(
        one, other, schema=USER_SCHEMA, unset=unset, value_selection=value_selection
    )
    after = request.apply(one, USER_SCHEMA)
    assert not scim.diff(
        after, other, schema=USER_SCHEMA, unset=unset, value_selection=value_selection
    )
    if value_selection != "filter":
        assert not any("[" in (operation.path or "") for operation in request.operations)
    assert scim.diff(
        scim.User.from_wire(one),
        scim.User.from_wire(other),
        schema=USER_SCHEMA,
        value_selection=value_selection,
    ) == scim.diff(one, other, schema=USER_SCHEMA, value_selection=value_selection)


@slow
@given(groups, groups)
def test_diff_members_only_changed_ones_are_named(one: Any, other: Any) -> None:
    was, will = ({member["value"] for member in each["members"]} for each in (one, other))
    request = scim.diff(one, other)
    whole = [o for o in request.operations if o.op == "replace" and o.path == "members"]
    assert bool(whole) == bool(was and will and not was & will)
    removed = [o for o in request.operations if (o.path or "").startswith("members[")]
    assert len(removed) == (0 if not will or whole else len(was - will))


def test_diff_two_resource_types_raise_error() -> None:
    user, group = scim.User(user_name="ada"), scim.Group(display_name="Guides")
    for before, after in [
        (user, group),
        (user, group.to_wire()),
        (user.to_wire(), group.to_wire()),
    ]:
        with pytest.raises(InputError, match="after must have the type of before"):
            scim.diff(before, after)
        assert not scim.equal(before, after)
    assert not scim.equal(scim.User(), scim.Group())
    assert scim.diff(user.to_wire(), {"schemas": ["urn:x:y"], "userName": "ada"}) is not None
    assert scim.equal({"schemas": "odd", "userName": "ada"}, user)
    assert scim.equal(scim.Resource(id="1"), user.model_copy(update={"user_name": None}))


def test_diff_keep_skips_unnamed_extensions() -> None:
    before = {**user(), ENTERPRISE_USER: {"department": "A"}}
    assert operations(before, {CUSTOM_USER: {"x": 1}}, unset="keep") == [
        ("add", f"{CUSTOM_USER}:x", 1)
    ]


def test_diff_ignored_attribute_is_not_sent() -> None:
    new = {**HOME, "display": "D", "primary": True}
    assert operations(user(), user(emails=[new]), ignore="emails.display") == [
        ("add", "emails", [{**HOME, "primary": True}])
    ]
    assert operations(
        group("1"), group("1", {"value": "2", "display": "D"}), ignore="members.display"
    ) == [("add", "members", [{"value": "2"}])]
    assert operations(
        user(), user(name={"givenName": "A", "familyName": "B"}), ignore="name.givenName"
    ) == [("add", "name", {"familyName": "B"})]


@pytest.mark.parametrize(("before", "after"), [([""], ["a"]), (["a"], [""])])
def test_diff_member_empty_value_replaces_list(before: list[str], after: list[str]) -> None:
    assert operations(group(*before), group(*after)) == [
        ("replace", "members", [{"value": value} for value in after])
    ]


def test_diff_extension_last_value_removes_extension() -> None:
    before = {**user(), LAB: {"tags": [{"value": "a", "type": "x"}]}}
    after = {**user(), LAB: {}}
    request = scim.diff(before, after)
    assert LAB not in request.apply(before)


def test_reference_in_other_protocol_version_is_no_difference() -> None:
    before, after, other = (
        {**user(), ENTERPRISE_USER: {"manager": {"value": "1", "$ref": f"https://a/{path}"}}}
        for path in ("v1/Users/1", "v2/Users/1", "v2/Users/2")
    )
    assert scim.equal(before, after)
    assert not scim.diff(before, after)
    assert not scim.equal(before, other)
