"""Effects of PATCH operations, rule by rule (RFC 7644 §3.5.2), on mappings and on models."""

import copy
import json
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidFilter, InvalidPath, PatchError
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER, GROUP, USER
from support.each_value import each_value
from support.patch_strategies import LAB, LAB_DOCUMENT, USER_SCHEMA

EXPECTED_ERRORS = (PatchError, InvalidPath, InvalidFilter)


def apply(
    resource: dict[str, Any],
    *operations: dict[str, Any],
    dialect: Any = "strict",
    schema: Any = None,
) -> dict[str, Any]:
    """Apply to the mapping and to the model; return the result of both, in the mapping's spelling."""
    group = GROUP in resource.get("schemas", ())
    known = schema or (scim.ResourceSchema.of(scim.Group) if group else USER_SCHEMA)
    model_class = scim.Group if group else scim.User
    before = json.dumps(resource)
    request = scim.PatchRequest.parse({"Operations": list(operations)}, dialect)
    model = model_class.from_wire(resource)
    model_before = model.model_copy(deep=True)
    failure: Any = None
    after: dict[str, Any] = {}
    try:
        after = request.apply(resource, known)
    except EXPECTED_ERRORS as error:
        failure = error
    assert json.dumps(resource) == before
    if failure is not None:
        with pytest.raises(type(failure)) as caught:
            request.apply(model, known)
        assert caught.value.scim_type == failure.scim_type
        raise failure
    assert request.apply(model, known).to_wire() == model_class.from_wire(after).to_wire()
    assert model == model_before
    return after


def assert_error(
    scim_type: str,
    resource: dict[str, Any],
    *operations: dict[str, Any],
    dialect: Any = "strict",
    schema: Any = None,
) -> str:
    with pytest.raises(EXPECTED_ERRORS) as caught:
        apply(resource, *operations, dialect=dialect, schema=schema)
    assert caught.value.scim_type == scim_type
    assert caught.value.operation_index == len(operations) - 1
    return str(caught.value)


def add(path: str | None, value: Any) -> dict[str, Any]:
    return {"op": "add", "value": value} | ({"path": path} if path else {})


def replace(path: str | None, value: Any) -> dict[str, Any]:
    return {**add(path, value), "op": "replace"}


def remove(path: str, value: Any = ...) -> dict[str, Any]:
    return {"op": "remove", "path": path} | ({} if value is ... else {"value": value})


def user(**content: Any) -> dict[str, Any]:
    return {"schemas": [USER], "userName": "ann", **content}


def lab(**content: Any) -> dict[str, Any]:
    return {"schemas": [USER, LAB], "userName": "ann", LAB: content}


def group(*members: Any) -> dict[str, Any]:
    return {"schemas": [GROUP], "displayName": "Team", "members": list(members)}


WORK = {"value": "w@example.com", "type": "work", "primary": True}
HOME = {"value": "h@example.com", "type": "home"}

# ----------------------------------------------------------------------------- single values


def test_value_is_set_in_schema_spelling() -> None:
    assert apply(user(), add("NICKNAME", "A"), replace("DisplayName", "B")) == user(
        nickName="A", displayName="B"
    )


def test_name_in_other_case_is_found_and_respelled() -> None:
    resource = {
        "schemas": [USER],
        "username": "ann",
        "TITLE": "x",
        "NAME": {"GIVENNAME": "A"},
        "Emails": [{"VALUE": "a", "Type": "work"}],
    }
    after = apply(
        resource,
        replace("title", "y"),
        replace("name.givenName", "B"),
        replace('emails[type eq "work"].value', "b"),
        remove("nickName"),
    )
    assert after == {
        "schemas": [USER],
        "username": "ann",
        "title": "y",
        "name": {"givenName": "B"},
        "emails": [{"value": "b", "Type": "work"}],
    }
    assert apply(resource, remove("title")) == {k: v for k, v in resource.items() if k != "TITLE"}


def test_replace_null_or_empty_list_unassigns() -> None:
    resource = user(title="x", emails=[WORK], name={"givenName": "A"})
    assert (
        apply(resource, replace("title", None), replace("emails", []), replace("name", []))
        == user()
    )
    assert apply(resource, replace(None, {"title": None, "emails": None, "name": None})) == user()


def test_add_null_raises_error_but_is_ignored_in_object() -> None:
    assert_error("invalidValue", user(), add("title", None))
    assert apply(user(title="x"), add(None, {"title": None, "nickName": "n"})) == user(
        title="x", nickName="n"
    )
    assert apply(user(title="x"), add("title", [])) == user(title="x")


@each_value(
    "path, good, bad",
    [
        ("title", ["x", "", "é"], [1, True, {}, ["x"], "\ud800"]),
        ("active", [True, False], ["true", 1, 0, {}, ["x"]]),
        (f"{LAB}:badgeNumber", [0, -7, 10**30], [1.0, True, "1", {}]),
        (f"{LAB}:score", [0, 1.5, -2], [True, "1.5", float("inf"), {}]),
        (
            f"{LAB}:hiredAt",
            ["2024-02-29T01:02:03Z", "2024-01-01T01:02:03.123+02:00"],
            ["2024-02-30T01:02:03Z", "2024-01-01", "now", 7, "1" * 500],
        ),
        (f"{LAB}:fingerprint", ["AQID", "AQ", "AQ==", "_-8", ""], ["A", "***", "AQI=D", 7]),
        (f"{LAB}:homepage", ["https://example.com"], [7]),
        (
            "name",
            [{"givenName": "A"}],
            [
                "A",
                7,
                {"shoeSize": 1},
                {"givenName": 7},
                {"givenName": "A", "GivenName": "B"},
                {7: 1},
                {"x" * 500: 1},
            ],
        ),
        ("emails", [[WORK], WORK], ["x", [["x"]], [None], [7]]),
        (f"{LAB}:tags", [["a"], "a"], [[1], [None], {}]),
    ],
)
def test_value_is_checked_against_type(path: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        apply(user(), add(path, value), replace(path, value))
    for value in bad:
        if json.dumps(value, default=str).isascii() and value != {7: 1}:
            assert_error("invalidValue", user(), replace(path, value))
        else:
            with pytest.raises(PatchError):
                scim.PatchRequest([scim.PatchOperation("replace", path, value)]).apply(
                    user(), USER_SCHEMA
                )


def test_required_string_empty_raises_error() -> None:
    for empty in ("", " "):
        assert_error("invalidValue", user(), replace("userName", empty))


def test_required_attribute_removal_raises_error() -> None:
    assert_error("mutability", user(), remove("userName"))
    assert_error("mutability", user(), replace("userName", None))
    assert_error("mutability", user(), replace(None, {"userName": []}))
    assert apply({"schemas": [GROUP]}, remove("displayName")) == {"schemas": [GROUP]}


def test_immutable_attribute_is_set_once() -> None:
    path = f"{LAB}:employeeCode"
    assert apply(user(), add(path, "E1"), replace(path, "E1"), add(path, "E1"))[LAB] == {
        "employeeCode": "E1"
    }
    assert_error("mutability", lab(employeeCode="E1"), replace(path, "e1"))
    assert_error("mutability", lab(employeeCode="E1"), replace(path, None))
    assert apply(user(), remove(path)) == user()


def test_immutable_datetime_equal_in_other_zone_is_accepted() -> None:
    document = copy.deepcopy(LAB_DOCUMENT)
    next(each for each in document["attributes"] if each["name"] == "hiredAt")["mutability"] = (
        "immutable"
    )
    schema = scim.ResourceSchema.of(scim.User, extensions=[document])
    resource = lab(hiredAt="2024-01-01T12:00:00Z")
    assert (
        apply(resource, replace(f"{LAB}:hiredAt", "2024-01-01T13:00:00+01:00"), schema=schema)
        == resource
    )
    assert_error(
        "mutability", resource, replace(f"{LAB}:hiredAt", "2024-01-01T13:00:00Z"), schema=schema
    )


# ----------------------------------------------------------------------------- readOnly


@each_value(
    "path",
    [
        "id",
        "meta",
        "meta.version",
        "groups",
        'groups[value eq "g"]',
        "groups.display",
        f"{LAB}:auditId",
        f"{ENTERPRISE_USER}:manager.displayName",
    ],
)
def test_readonly_path_raises_error(path: str) -> None:
    for operation in (add(path, "x"), replace(path, "x"), replace(path, None), remove(path)):
        assert_error("mutability", user(id="x"), operation)


def test_readonly_value_repeated_in_object_is_accepted() -> None:
    resource = user(
        id="u1",
        groups=[{"value": "g1", "display": "G"}, {"value": "g2"}],
        **{LAB: {"auditId": "X"}},
    )
    same = {
        "id": "u1",
        "groups": [{"value": "g2"}, {"display": "G", "VALUE": "g1"}],
        LAB: {"auditId": "X"},
        "title": "t",
    }
    assert apply(resource, replace(None, same))["title"] == "t"
    assert (
        apply(
            resource, replace(None, {"groups": [{"value": "g1", "display": "G"}, {"value": "g2"}]})
        )
        == resource
    )
    assert_error("mutability", resource, replace(None, {"groups": [{"value": "g1"}]}))
    assert_error("mutability", resource, replace(None, {"groups": None}))
    assert_error("mutability", resource, replace(None, {"id": None}))
    assert_error("mutability", resource, replace(None, {"id": 7}))
    assert_error("mutability", resource, replace(None, {LAB: {"auditId": "Y"}}))
    assert_error("mutability", resource, add(None, {f"{LAB}:auditId": "Y"}))
    assert apply(user(), replace(None, {"id": None, "groups": []})) == user()


def test_object_keys_with_paths_follow_object_rules() -> None:
    manager = {"value": "m1", "displayName": "Bob"}
    resource = user(**{ENTERPRISE_USER: {"manager": manager}})
    key = f"{ENTERPRISE_USER}:manager.displayName"
    assert apply(resource, replace(None, {key: "Bob"})) == resource
    assert_error("mutability", resource, replace(None, {key: "Rob"}))
    assert_error("mutability", user(), replace(None, {key: "Rob"}))
    assert_error("mutability", resource, replace(None, {'groups[value eq "g"].display': "x"}))


def test_object_meta_is_ignored() -> None:
    for meta in ({"version": 'W/"2"'}, None, 7, {"x": "y"}):
        assert apply(
            user(), replace(None, {"meta": meta, "META.version": "x", "title": "t"})
        ) == user(title="t")


def test_readonly_sub_attribute_repeated_is_accepted() -> None:
    manager = {"value": "m1", "displayName": "Bob"}
    resource = user(**{ENTERPRISE_USER: {"manager": manager}})
    path = f"{ENTERPRISE_USER}:manager"
    after = apply(resource, replace(path, {"value": "m2", "displayName": "BOB"}))
    assert after[ENTERPRISE_USER]["manager"] == {"value": "m2", "displayName": "Bob"}
    assert_error("mutability", resource, replace(path, {"displayName": "Rob"}))
    assert_error("mutability", resource, replace(path, {"displayName": None}))
    assert_error("mutability", user(), replace(path, {"value": "m2", "displayName": "Rob"}))
    assert apply(user(), replace(path, {"displayName": None, "value": "m"}))[ENTERPRISE_USER] == {
        "manager": {"value": "m"}
    }


# ----------------------------------------------------------------------------- complex values


def test_complex_value_is_merged_by_add_and_replace() -> None:
    resource = user(name={"givenName": "A", "familyName": "B"})
    for op in (add, replace):
        after = apply(resource, op("name", {"FAMILYNAME": "C", "formatted": "A C"}))
        assert after["name"] == {"givenName": "A", "familyName": "C", "formatted": "A C"}
    assert apply(resource, replace("name", {"givenName": None}))["name"] == {"familyName": "B"}
    assert apply(resource, add("name", {"givenName": None})) == resource
    assert apply(resource, replace("name", {})) == resource
    assert apply(user(), replace("name", {})) == user()
    assert apply(resource, add("name", [])) == resource
    assert apply(resource, remove("name.middleName")) == resource
    assert apply(resource, replace("name.middleName", None)) == resource
    assert apply(user(), replace("name", {"givenName": None})) == user()
    assert "name" not in apply(resource, replace("name", {"givenName": None, "familyName": None}))


def test_complex_value_unreadable_is_replaced() -> None:
    resource = user(name="Ann", emails="x")
    assert apply(resource, replace("name.givenName", "A"))["name"] == {"givenName": "A"}
    assert "name" not in apply(resource, remove("name"))
    assert apply(resource, remove("name.givenName")) == resource


def test_brackets_on_single_value_select_list_of_one() -> None:
    path = f"{ENTERPRISE_USER}:manager"
    resource = user(**{ENTERPRISE_USER: {"manager": {"value": "m1"}}})
    assert apply(resource, replace(f'{path}[value eq "m1"].$ref', "/Users/m1"))[ENTERPRISE_USER][
        "manager"
    ] == {"value": "m1", "$ref": "/Users/m1"}
    assert apply(resource, replace(f'{path}[value eq "m1"]', {"value": "m2"}))[ENTERPRISE_USER][
        "manager"
    ] == {"value": "m2"}
    assert apply(resource, remove(f'{path}[value eq "m1"]')) == user()
    assert apply(resource, replace(f'{path}[value eq "m1"]', None)) == user()
    assert apply(resource, remove(f'{path}[value eq "m2"]')) == resource
    assert apply(resource, remove(f"{path}[$ref pr].$ref")) == resource
    assert_error("noTarget", resource, add(f'{path}[value eq "m2"].$ref', "x"))
    assert_error("noTarget", resource, replace(f'{path}[value eq "m2"].$ref', "x"))
    assert apply(user(), add(f'{path}[value eq "m2"].$ref', "x"))[ENTERPRISE_USER] == {
        "manager": {"value": "m2", "$ref": "x"}
    }
    assert_error("noTarget", user(), replace(f'{path}[value eq "m2"].$ref', "x"))
    assert apply(user(), replace(f'{path}[value eq "m2"]', None), dialect="entra") == user()


def test_required_part_stays_while_other_parts_exist() -> None:
    path = f"{LAB}:location"
    resource = lab(location={"building": "B1", "floor": 2}, badgeNumber=1)
    assert_error("mutability", resource, remove(f"{path}.building"))
    assert_error("mutability", resource, replace(path, {"building": None}))
    assert_error("invalidValue", resource, replace(f"{path}.building", ""))
    assert apply(resource, remove(path))[LAB] == {"badgeNumber": 1}
    assert apply(resource, replace(path, {"building": None, "floor": None}))[LAB] == {
        "badgeNumber": 1
    }
    assert apply(lab(location={"building": "B1"}, badgeNumber=1), remove(f"{path}.building"))[
        LAB
    ] == {"badgeNumber": 1}


def schema_with(**changes: dict[str, Any]) -> Any:
    """Return the test extension with changes of some attributes, by name."""
    document = copy.deepcopy(LAB_DOCUMENT)
    for attribute in document["attributes"]:
        attribute.update(changes.get(attribute["name"], {}))
        for sub in attribute.get("subAttributes", ()):
            sub.update(changes.get(f"{attribute['name']}_{sub['name']}", {}))
    return scim.ResourceSchema.of(scim.User, extensions=[document])


def test_complex_value_with_immutable_part_stays_assigned() -> None:
    schema = schema_with(location_floor={"mutability": "immutable"})
    resource = lab(location={"building": "B", "floor": 2})
    for operation in (
        remove(f"{LAB}:location"),
        replace(f"{LAB}:location", None),
        remove(LAB),
        remove(f"{LAB}:location.floor"),
        replace(f"{LAB}:location.floor", 3),
    ):
        assert_error("mutability", resource, operation, schema=schema)
    assert apply(resource, replace(f"{LAB}:location.floor", 2), schema=schema) == resource
    assert (
        apply(lab(location={"building": "B"}), add(f"{LAB}:location.floor", 2), schema=schema)
        == resource
    )


def test_immutable_complex_value_is_set_once_as_a_whole() -> None:
    schema = schema_with(
        location={"mutability": "immutable"},
        tags={"mutability": "immutable"},
        licences={"mutability": "immutable"},
    )
    resource = lab(
        location={"building": "B"}, tags=["a", "b"], licences=[{"value": "A", "seats": 1}]
    )
    for operation in (
        add(f"{LAB}:location.floor", 2),
        replace(f"{LAB}:location", {"building": "C"}),
        add(f"{LAB}:tags", ["c"]),
        replace(f"{LAB}:tags", ["a"]),
        remove(f'{LAB}:tags[value eq "a"]'),
        replace(f'{LAB}:tags[value eq "a"]', "x"),
        remove(f"{LAB}:tags"),
        replace(f'{LAB}:licences[value eq "A"].seats', 2),
        remove(f"{LAB}:licences.seats"),
        remove(f"{LAB}:licences.value"),
        add(f"{LAB}:licences.type", "x"),
    ):
        assert_error("mutability", resource, operation, schema=schema)
    for operation in (
        replace(f"{LAB}:location", {"building": "B"}),
        add(f"{LAB}:tags", ["b"]),
        replace(f"{LAB}:tags", ["b", "a"]),
    ):
        assert apply(resource, operation, schema=schema) == resource
    assert apply(lab(badgeNumber=1), add(f"{LAB}:tags", ["a", "b"]), schema=schema)[LAB][
        "tags"
    ] == ["a", "b"]


# ----------------------------------------------------------------------------- lists


def test_add_to_list_appends_new_values() -> None:
    resource = user(emails=[WORK])
    assert apply(resource, add("emails", [{"VALUE": "n", "type": None}, {}, {"value": None}]))[
        "emails"
    ] == [WORK, {"value": "n"}]
    assert apply(resource, add("emails", [])) == resource
    assert apply(resource, add("emails", {"type": "WORK"})) == resource
    assert apply(resource, add("emails", {"type": "other"}))["emails"] == [WORK, {"type": "other"}]
    assert apply(user(), add("emails", [HOME, HOME]))["emails"] == [HOME]


def test_add_to_list_merges_matching_value() -> None:
    resource = user(
        emails=[{"value": "a"}, {"value": "a", "type": "work"}, {"value": "b", "type": "home"}]
    )
    assert (
        apply(resource, add("emails", {"value": "a", "type": "work", "display": "D"}))["emails"][1][
            "display"
        ]
        == "D"
    )
    assert apply(resource, add("emails", {"value": "A", "display": "D"}))["emails"][0] == {
        "value": "A",
        "display": "D",
    }
    assert apply(resource, add("emails", {"value": "b", "display": "D"}))["emails"][2] == {
        "value": "b",
        "type": "home",
        "display": "D",
    }
    assert apply(resource, add("emails", {"value": "a", "type": "home"}))["emails"][0] == {
        "value": "a",
        "type": "home",
    }
    assert len(apply(resource, add("emails", {"value": "b", "type": "work"}))["emails"]) == 4


def test_addresses_without_value_compare_in_full() -> None:
    home = {"type": "home", "locality": "Oslo", "country": "NO"}
    resource = user(addresses=[home])
    assert apply(resource, add("addresses", {"type": "home", "country": "no"})) == resource
    assert (
        len(apply(resource, add("addresses", {"type": "home", "country": "SE"}))["addresses"]) == 2
    )


def test_missing_primary_equals_false_primary() -> None:
    resource = user(emails=[HOME])
    assert apply(resource, add("emails", {**HOME, "primary": False})) == resource


def test_multi_valued_part_is_changed() -> None:
    schema = schema_with(location_wing={"multiValued": True}, licences_type={"multiValued": True})
    path = f"{LAB}:location.wing"
    one = apply(user(), add(path, "N"), add(path, ["n", "S"]), schema=schema)
    assert one[LAB]["location"] == {"wing": ["N", "S"]}
    assert apply(one, replace(path, ["E"]), schema=schema)[LAB]["location"] == {"wing": ["E"]}
    assert apply(one, remove(path), schema=schema) == user()
    licences = lab(licences=[{"value": "A", "type": ["x", "y"]}])
    assert (
        apply(licences, add(f"{LAB}:licences", {"value": "A", "type": ["y", "x"]}), schema=schema)
        == licences
    )
    assert apply(licences, remove(f'{LAB}:licences[type eq "y"]'), schema=schema) == user()
    assert_error(
        "invalidFilter", user(), add(f'{LAB}:licences[type.x eq "y"].value', "x"), schema=schema
    )
    other = lab(licences=[{"value": "A", "type": ["y", "z"]}], location={"wing": ["S"]})
    request = scim.diff(licences, other, schema=schema)
    assert scim.equal(request.apply(licences), other, schema=schema)


def test_references_to_same_resource_are_equal() -> None:
    resource = group({"value": "a", "$ref": "https://example.com/v2/Users/a"})
    assert (
        apply(resource, add("members", {"value": "a", "$ref": "https://example.com/Users/a"}))
        == resource
    )
    assert_error(
        "mutability",
        resource,
        add("members", {"value": "a", "$ref": "https://example.com/Users/b"}),
    )


def test_binary_padding_and_unicode_form_are_ignored() -> None:
    resource = user(x509Certificates=[{"value": "AQ=="}])
    assert apply(resource, add("x509Certificates", {"value": "AQ"})) == resource
    composed, decomposed = "é", "é"
    resource = group({"value": composed})
    assert apply(resource, add("members", {"value": decomposed})) == resource
    assert "members" not in apply(resource, remove(f'members[value eq "{decomposed}"]'))
    resource = group({"value": "\u212a"})  # U+212A (kelvin sign) is K in NFC
    assert apply(resource, add("members", {"value": "K"})) == resource


def test_replace_list_sets_all_values() -> None:
    resource = user(emails=[WORK, HOME])
    assert apply(resource, replace("emails", [HOME, {}]))["emails"] == [HOME]
    assert "emails" not in apply(resource, replace("emails", [{}]))
    assert "emails" not in apply(resource, replace("emails", {"value": None}))


def test_replace_list_may_repeat_readonly_values() -> None:
    schema = schema_with(licences_seats={"mutability": "readOnly"})
    resource = lab(licences=[{"value": "A", "seats": 5}, {"value": "B"}])
    path = f"{LAB}:licences"
    assert apply(resource, replace(path, [{"value": "A", "seats": 5, "type": "x"}]), schema=schema)[
        LAB
    ]["licences"] == [{"value": "A", "seats": 5, "type": "x"}]
    assert_error("mutability", resource, replace(path, [{"value": "A", "seats": 6}]), schema=schema)
    assert_error("mutability", resource, replace(path, [{"value": "C", "seats": 6}]), schema=schema)
    assert_error("mutability", resource, add(path, [{"value": "C", "seats": 6}]), schema=schema)


def test_simple_list_has_each_value_once() -> None:
    path = f"{LAB}:tags"
    resource = lab(tags=["a", "b"])
    assert apply(resource, add(path, ["b", "c", "c"]))[LAB]["tags"] == ["a", "b", "c"]
    assert apply(resource, add(path, "A"))[LAB]["tags"] == ["a", "b", "A"]
    assert apply(resource, remove(f'{path}[value eq "a"]'))[LAB]["tags"] == ["b"]
    assert apply(resource, replace(f'{path}[value eq "a"]', "z"))[LAB]["tags"] == ["z", "b"]
    assert apply(resource, replace(f'{path}[value eq "a"]', None))[LAB]["tags"] == ["b"]
    assert apply(resource, remove(path, ["b", "zz"]))[LAB]["tags"] == ["a"]
    assert apply(resource, remove(f'{path}[value sw "b"]'))[LAB]["tags"] == ["a"]
    assert apply(resource, add(f'{path}[value eq "q"]', "q"))[LAB]["tags"] == ["a", "b", "q"]
    assert_error("invalidValue", resource, add(f'{path}[value eq "q"]', "r"))
    assert_error("noTarget", resource, add(f'{path}[value sw "q"]', "q"))
    assert_error("invalidFilter", resource, add(f'{path}[other eq "q"]', "q"))
    assert_error("noTarget", resource, add(f'{path}[value eq "q" and value eq "r"]', "q"))
    assert (
        apply(resource, add(f'{path}[value eq "q" and value eq "q"]', "q"))[LAB]["tags"][-1] == "q"
    )


def test_remove_last_value_removes_attribute() -> None:
    assert "members" not in apply(group({"value": "a"}), remove('members[value eq "a"]'))
    assert apply(lab(tags=["a"]), remove(f"{LAB}:tags", "a")) == user()


def test_required_list_last_value_stays() -> None:
    schema = schema_with(tags={"required": True})
    assert_error("mutability", lab(tags=["a"]), remove(f'{LAB}:tags[value eq "a"]'), schema=schema)
    assert apply(lab(tags=["a", "b"]), remove(f'{LAB}:tags[value eq "a"]'), schema=schema)[LAB][
        "tags"
    ] == ["b"]


def test_filter_changes_every_match() -> None:
    resource = user(emails=[WORK, {"value": "w2", "type": "Work"}, HOME])
    assert [
        e.get("display")
        for e in apply(resource, replace('emails[type eq "work"].display', "D"))["emails"]
    ] == ["D", "D", None]
    assert [e.get("display") for e in apply(resource, add("emails.display", "D"))["emails"]] == [
        "D",
        "D",
        "D",
    ]
    assert apply(resource, remove('emails[type eq "work" or value sw "h"]')) == user()
    assert apply(resource, replace('emails[type eq "work"]', None))["emails"] == [HOME]
    assert apply(resource, replace('emails[type eq "work"]', []))["emails"] == [HOME]
    assert apply(resource, replace('emails[type eq "home"]', {}))["emails"] == resource["emails"]


def test_remove_part_of_every_value_drops_empty_values() -> None:
    resource = user(emails=[{"value": "a"}, {"value": "b", "type": "work"}])
    assert apply(resource, remove("emails.value"))["emails"] == [{"type": "work"}]
    assert apply(resource, remove("emails.display")) == resource
    assert apply(resource, replace('emails[value eq "a"].value', None))["emails"] == [
        {"value": "b", "type": "work"}
    ]
    assert apply(user(), remove("emails.value")) == user()


def test_part_of_empty_list_has_no_target() -> None:
    assert_error("noTarget", user(), replace("emails.value", "x"))
    assert_error("noTarget", user(), replace("emails.value", "x"), dialect="entra")
    assert apply(user(), add("emails.value", "x")) == user(emails=[{"value": "x"}])


def test_unreadable_list_elements_are_unchanged() -> None:
    resource = user(emails=["x", WORK])
    request = scim.PatchRequest.parse(
        {
            "Operations": [
                remove("emails.display"),
                replace('emails[type eq "work"].value', "n"),
                add("emails", HOME),
                replace("emails.primary", False),
            ]
        }
    )
    after = request.apply(resource)
    assert after["emails"] == [
        {"value": "x", "primary": False},  # a string is a value, as models read it
        {**WORK, "value": "n", "primary": False},
        {**HOME, "primary": False},
    ]
    on_model = request.apply(scim.User.from_wire(resource))
    assert on_model.emails is not None
    assert [email.value for email in on_model.emails] == ["x", "n", "h@example.com"]
    assert (
        scim.PatchRequest([remove("emails")]).apply(scim.User.from_wire(resource)).to_wire()
        == user()
    )


# ----------------------------------------------------------------------------- values that a filter describes


def test_unmatched_equality_filter_creates_value() -> None:
    path = 'emails[type eq "work" and primary eq "TRUE" and display eq "D"]'
    after = apply(user(emails=[{**HOME, "primary": True}]), add(f"{path}.value", "w"))
    assert after["emails"] == [
        {**HOME, "primary": False},
        {"type": "work", "primary": True, "display": "D", "value": "w"},
    ]
    assert apply(user(), add('emails[type eq "work"]', {"value": "w"}))["emails"] == [
        {"type": "work", "value": "w"}
    ]
    assert apply(user(), add('emails[type eq "work"]', {}))["emails"] == [{"type": "work"}]
    assert apply(user(), replace('emails[type eq "work"].value', None), dialect="entra") == user()
    assert apply(user(), add('emails[type eq "work"].type', "work"))["emails"] == [{"type": "work"}]


def test_created_value_is_found_by_next_operation() -> None:
    operations = [
        add(f'emails[type eq "{type_}"].{part}', value)
        for part, value in (("value", "v"), ("display", "d"))
        for type_ in ("work", "home")
    ]
    assert apply(user(), *operations)["emails"] == [
        {"type": type_, "value": "v", "display": "d"} for type_ in ("work", "home")
    ]


@pytest.mark.parametrize(
    "filter_",
    [
        'type ne "work"',
        'type eq "a" or type eq "b"',
        'not (type eq "work")',
        "type pr",
        "type eq null",
        'type eq "a" and type eq "b"',
        'shoe eq "x"',
        'type eq "a" and value sw "b"',
        'primary eq "x" or primary eq true',
    ],
)
@pytest.mark.parametrize("dialect", ["strict", "entra"])
def test_unmatched_other_filter_raises_no_target(filter_: str, dialect: Any) -> None:
    try:
        assert_error("noTarget", user(), add(f"emails[{filter_}].value", "w"), dialect=dialect)
    except AssertionError:
        assert_error("invalidFilter", user(), add(f"emails[{filter_}].value", "w"), dialect=dialect)


def test_created_value_contradicting_filter_raises_error() -> None:
    assert_error("invalidValue", user(), add('emails[type eq "work"].type', "home"))
    assert_error(
        "invalidValue", user(), add('emails[type eq "work"]', {"type": "home", "value": "x"})
    )


def test_members_are_selected_by_typed_literals() -> None:
    licences = [
        {"value": "A", "seats": 5, "active": True, "expires": "2024-01-01T00:00:00Z"},
        {"value": "B", "seats": 9},
    ]
    resource = lab(licences=licences)
    for filter_ in (
        "seats eq 5",
        "seats eq 5.0",
        "active eq true",
        'active eq "True"',
        'expires eq "2024-01-01T01:00:00+01:00"',
        'value eq "A" and seats eq 5',
        "seats lt 6",
        "primary eq false and seats eq 5",
    ):
        assert (
            apply(resource, remove(f"{LAB}:licences[{filter_}]"))[LAB]["licences"] == licences[1:]
        )
    for filter_ in ('seats eq "5"', "value eq 5", "active gt true"):
        assert_error("invalidFilter", resource, remove(f"{LAB}:licences[{filter_}]"))


# ----------------------------------------------------------------------------- primary


def test_primary_new_value_clears_old_primary() -> None:
    resource = user(emails=[WORK, HOME])
    for operation in (
        add("emails", {**HOME, "primary": True}),
        replace('emails[type eq "home"].primary', True),
        replace('emails[type eq "home"]', {"primary": True}),
        add('emails[type eq "home"]', {"primary": True}),
    ):
        assert [email.get("primary") for email in apply(resource, operation)["emails"]] == [
            False,
            True,
        ]
    assert apply(resource, replace('emails[type eq "work"].primary', True)) == resource
    marked = apply(
        resource, *[add("emails", {"value": str(n), "primary": True}) for n in range(9)]
    )["emails"]
    assert [email.get("primary") for email in marked] == [False, None, *[False] * 8, True]


def test_primary_two_values_raise_error() -> None:
    resource = user(emails=[WORK, {**HOME, "type": "work"}])
    assert_error("invalidValue", resource, replace('emails[type eq "work"].primary', True))
    assert_error("invalidValue", resource, replace("emails.primary", True))
    assert_error("invalidValue", user(), add("emails", [WORK, {**HOME, "primary": True}]))
    assert apply(user(emails=[HOME]), replace("emails.primary", True))["emails"] == [
        {**HOME, "primary": True}
    ]
    assert apply(resource, replace("emails.primary", False))["emails"][0]["primary"] is False


# ----------------------------------------------------------------------------- values of remove


def test_remove_with_values_removes_matching_values() -> None:
    ann, bob, cid = (
        {"value": "a", "type": "User"},
        {"value": "b", "type": "User"},
        {"value": "c", "type": "Group"},
    )
    resource = group(ann, bob, cid)
    assert apply(
        resource, remove("members", [{"$ref": None, "VALUE": "a"}, {"value": "c", "type": "User"}])
    )["members"] == [bob, cid]
    assert apply(resource, remove("members", {"type": "user"}))["members"] == [cid]
    for nothing in ([], [{}], [{"value": None}], {"value": "zz"}):
        assert apply(resource, remove("members", nothing)) == resource
    assert "members" not in apply(resource, remove("members", None))
    assert apply(resource, remove('members[type eq "User"]', [{"value": "a"}, {"value": "c"}]))[
        "members"
    ] == [bob, cid]
    assert_error("invalidValue", resource, remove("members", [{"shoe": 1}]))
    assert_error("invalidValue", resource, remove("members", ["a"]))
    assert apply(resource, remove("members", ["a"]), dialect="entra")["members"] == [bob, cid]
    assert apply(user(title="x"), remove("title", "y")) == user()
    assert apply(user(emails=[WORK]), remove('emails[type eq "work"].value', "old"))["emails"] == [
        {"type": "work", "primary": True}
    ]


# ----------------------------------------------------------------------------- extensions and schemas


def test_schemas_follow_extensions_with_values() -> None:
    path = f"{ENTERPRISE_USER}:department"
    after = apply(user(), add(path, "Ops"), add(f"{LAB}:badgeNumber", 1))
    assert after["schemas"] == [USER, ENTERPRISE_USER, LAB]
    assert apply(after, remove(path))["schemas"] == [USER, LAB]
    assert apply(after, remove(ENTERPRISE_USER), remove(LAB)) == user()
    assert apply(after, remove(ENTERPRISE_USER), add(path, "X"))["schemas"] == [
        USER,
        ENTERPRISE_USER,
        LAB,
    ]
    assert apply(user(), remove(path), remove(LAB), replace(path, None)) == user()
    listed = user(schemas=[USER, ENTERPRISE_USER.upper()])
    assert apply(listed, add(path, "Ops"))["schemas"] == [USER, ENTERPRISE_USER]
    assert apply({**listed, ENTERPRISE_USER: {"department": "x"}}, remove(path)) == user()
    assert scim.PatchRequest([add(path, "Ops")]).apply({"userName": "ann"})["schemas"] == [
        USER,
        ENTERPRISE_USER,
    ]
    resource = {"schemas": [7, USER], "userName": "ann"}
    assert scim.PatchRequest([add(path, "Ops")]).apply(resource, scim.User)["schemas"] == [
        7,
        USER,
        ENTERPRISE_USER,
    ]


def test_schemas_operation_has_no_effect() -> None:
    for operation in (
        add("schemas", ["urn:x:y"]),
        replace("schemas", None),
        replace("schemas", 7),
        remove("schemas"),
        replace(None, {"schemas": [], "title": "t"}),
    ):
        assert apply(user(title="t"), operation) == user(title="t")


def test_extension_object_is_applied_by_attribute() -> None:
    resource = user(
        schemas=[USER, ENTERPRISE_USER],
        **{ENTERPRISE_USER: {"department": "Ops", "division": "East"}},
    )
    for operation in (
        replace(
            None, {ENTERPRISE_USER.upper(): {"DEPARTMENT": "Sales", "schemas": [ENTERPRISE_USER]}}
        ),
        replace(ENTERPRISE_USER, {"department": "Sales"}),
        add(ENTERPRISE_USER, {"department": "Sales"}),
        add(None, {f"{ENTERPRISE_USER}:department": "Sales"}),
    ):
        assert apply(resource, operation)[ENTERPRISE_USER] == {
            "department": "Sales",
            "division": "East",
        }
    for operation in (
        replace(ENTERPRISE_USER, None),
        replace(None, {ENTERPRISE_USER: None}),
        remove(ENTERPRISE_USER),
    ):
        assert apply(resource, operation) == user()
    assert apply(resource, add(None, {ENTERPRISE_USER: None})) == resource
    assert apply(resource, replace(ENTERPRISE_USER, {})) == resource
    assert_error("invalidValue", resource, add(ENTERPRISE_USER, None))
    assert_error("invalidValue", resource, replace(ENTERPRISE_USER, "x"))
    assert_error("invalidValue", resource, replace(ENTERPRISE_USER, {"shoe": 1}))
    assert apply(resource, replace(ENTERPRISE_USER, ""), dialect="entra") == user()
    assert_error("invalidValue", resource, replace(ENTERPRISE_USER, ""))


def test_core_urn_path_is_the_resource() -> None:
    assert apply(
        user(),
        replace(USER, {"title": "x"}),
        add(f"{USER}:nickName", "n"),
        replace(None, {USER: {"locale": "en"}}),
    ) == user(title="x", nickName="n", locale="en")
    assert_error("noTarget", user(), remove(USER))


def test_extension_with_immutable_or_required_part_stays() -> None:
    assert_error("mutability", lab(employeeCode="E1"), remove(LAB))
    schema = scim.ResourceSchema(
        "urn:x:core:User",
        "X",
        USER_SCHEMA.attributes,
        [
            scim.ExtensionSchema(
                urn=LAB,
                attributes=next(e for e in USER_SCHEMA.extensions if e.urn == LAB).attributes,
                required=True,
            )
        ],
    )
    assert_error("mutability", lab(badgeNumber=1), remove(LAB), schema=schema)


def test_extension_unreadable_is_replaced() -> None:
    resource = {"schemas": [USER], "userName": "ann", ENTERPRISE_USER: "x"}
    request = scim.PatchRequest([add(f"{ENTERPRISE_USER}:department", "Ops")])
    assert request.apply(resource)[ENTERPRISE_USER] == {"department": "Ops"}
    assert (
        scim.PatchRequest([remove(f"{ENTERPRISE_USER}:department")]).apply(resource)[
            ENTERPRISE_USER
        ]
        == "x"
    )
    assert scim.PatchRequest([remove(ENTERPRISE_USER)]).apply(resource) == user()


# ----------------------------------------------------------------------------- objects of attributes


@each_value("value", ["x", 7, [], ["x"], None])
def test_no_path_value_not_an_object_raises_error(value: Any) -> None:
    assert_error("invalidValue", user(), replace(None, value))


@each_value("key", ["favouriteColour", "", "a b"])
def test_no_path_unknown_member_is_invalid_value(key: str) -> None:
    assert_error("invalidValue", user(), replace(None, {key: "x"}))
    with pytest.raises(PatchError):
        scim.PatchRequest([{"op": "add", "value": {7: "x"}}]).apply(user())


@each_value(
    "key, scim_type",
    [
        ("name.shoeSize", "invalidPath"),
        ("title.x", "invalidPath"),
        ("name..x", "invalidPath"),
        ("urn:nope:x", "invalidPath"),
        ("emails[type eq", "invalidPath"),
        ('emails[type xx "y"]', "invalidFilter"),
    ],
)
def test_no_path_invalid_path_key_raises_path_error(key: str, scim_type: str) -> None:
    assert_error(scim_type, user(), replace(None, {key: "x"}))


def test_no_path_duplicate_member_is_invalid_value() -> None:
    assert_error("invalidValue", user(), replace(None, {"title": "x", "TITLE": "y"}))


def test_no_path_key_may_have_filter() -> None:
    assert apply(
        user(emails=[WORK, HOME]),
        replace(None, {'emails[type eq "home"].value': "n", "name.givenName": "A"}),
    ) == user(emails=[WORK, {**HOME, "value": "n"}], name={"givenName": "A"})


# ----------------------------------------------------------------------------- paths


@each_value(
    "path, scim_type",
    [
        ("favouriteColour", "invalidPath"),
        ("name.shoeSize", "invalidPath"),
        ("userName.x", "invalidPath"),
        ('userName[value eq "x"]', "invalidPath"),
        (f"{LAB}:tags.value", "invalidPath"),
        (f"{LAB}:nope", "invalidPath"),
        (f"{USER}:nope", "invalidPath"),
        ("urn:nope:2.0:User:x", "invalidPath"),
        ("urn:nope", "invalidPath"),
        ("emails[primary gt false]", "invalidFilter"),
        ("emails[type eq 5]", "invalidFilter"),
    ],
)
def test_invalid_path_raises_error_for_every_operation(path: str, scim_type: str) -> None:
    for operation in (add(path, "x"), replace(path, "x"), remove(path)):
        assert_error(scim_type, user(), operation)


# ----------------------------------------------------------------------------- the Entra dialect


def test_entra_boolean_as_string_is_accepted() -> None:
    for text, value in (("True", True), ("fAlse", False)):
        assert apply(user(), replace("active", text), dialect="entra") == user(active=value)
        assert (
            apply(user(), add("emails", {"value": "x", "primary": text}), dialect="entra")[
                "emails"
            ][0]["primary"]
            is value
        )
    for text in ("yes", "", "1", "truefalse"):
        assert_error("invalidValue", user(), replace("active", text), dialect="entra")


def test_entra_replace_creates_value() -> None:
    assert apply(user(), replace('emails[type eq "work"].value', "w"), dialect="entra")[
        "emails"
    ] == [{"type": "work", "value": "w"}]
    assert_error("noTarget", user(), replace('emails[type sw "work"].value', "w"), dialect="entra")


@each_value("path", [f"{ENTERPRISE_USER}:manager", "manager", "Manager"])
def test_entra_manager_as_string_is_set_and_removed(path: str) -> None:
    managed = apply(user(), add(path, "m7"), dialect="entra")
    assert managed[ENTERPRISE_USER] == {"manager": {"value": "m7"}}
    assert apply(user(), add(path, [{"value": "m7"}]), dialect="entra") == managed
    assert apply(user(), add(path, '{"value": "m7"}'), dialect="entra") == managed
    for operation in (
        replace(path, ""),
        replace(path, None),
        add(path, ""),
        add(path, None),
        remove(path),
    ):
        assert apply(managed, operation, dialect="entra") == user()
    for value in ("m7", "", [{"value": "m7"}]):
        assert_error(
            "invalidPath" if path.lower() == "manager" else "invalidValue",
            user(),
            replace(path, value),
        )
    assert apply(user(), add(path, "{"), dialect="entra")[ENTERPRISE_USER] == {
        "manager": {"value": "{"}
    }
    assert_error("invalidValue", user(), add(path, ["a", "b"]), dialect="entra")


def test_entra_json_encoded_twice_is_parsed() -> None:
    assert apply(user(), add(None, '{"title": "x"}'), dialect="entra") == user(title="x")
    assert apply(user(), add("emails", '[{"value": "x"}]'), dialect="entra")["emails"] == [
        {"value": "x"}
    ]
    assert apply(user(), add(f"{LAB}:tags", "[x]"), dialect="entra")[LAB]["tags"] == ["[x]"]
    assert_error("invalidValue", user(), add(None, '{"title"'), dialect="entra")
    assert apply(user(), add("emails", "[x"), dialect="entra")["emails"] == [{"value": "[x"}]
    assert_error("invalidValue", user(), add("addresses", "[x"), dialect="entra")
    assert_error("invalidValue", user(), add(None, '{"title": "x"}'))


def test_entra_json_with_lone_surrogate_is_invalid_value() -> None:
    for path in (None, "emails"):
        with pytest.raises(PatchError):
            scim.PatchRequest([add(path, "{\ud800")], "entra").apply(user())


def test_entra_list_values_as_strings_are_accepted() -> None:
    assert apply(user(), add("emails", "x"), dialect="entra")["emails"] == [{"value": "x"}]
    assert_error("invalidValue", user(), add("addresses", "x"), dialect="entra")
    resource = user(emails=[WORK])
    assert apply(resource, replace('emails[type eq "work"]', [{"value": "n"}]), dialect="entra")[
        "emails"
    ] == [{**WORK, "value": "n"}]
    assert_error("invalidValue", resource, replace('emails[type eq "work"]', [{"value": "n"}]))
    assert apply(resource, replace('emails[type eq "work"]', ""), dialect="entra") == user()
    assert apply(user(), replace("department", "Ops"), dialect="entra")[ENTERPRISE_USER] == {
        "department": "Ops"
    }
    assert_error("invalidPath", user(), replace("noSuchThing", "Ops"), dialect="entra")


# ----------------------------------------------------------------------------- the open custom extension


def custom(**content: Any) -> dict[str, Any]:
    return {"schemas": [USER, CUSTOM_USER], "userName": "ann", CUSTOM_USER: content}


@pytest.mark.parametrize("dialect", ["strict", "entra"])
def test_custom_extension_accepts_any_name_and_value(dialect: Any) -> None:
    for value in ("x", 7, True, 1.5, ["a", 1], {"a": {"b": [1]}}, [{"a": 1}]):
        for operation in (
            add(f"{CUSTOM_USER}:anyThing", value),
            replace(CUSTOM_USER, {"anyThing": value}),
            add(None, {CUSTOM_USER: {"anyThing": value}}),
            add(None, {f"{CUSTOM_USER}:anyThing": value}),
        ):
            assert apply(user(), operation, dialect=dialect) == custom(anyThing=value)
    assert apply(user(), add(CUSTOM_USER, {"Cost Centre": 7}), dialect=dialect) == custom(
        **{"Cost Centre": 7}
    )
    assert_error("invalidPath", user(), add(f"{CUSTOM_USER}:Cost Centre", 7), dialect=dialect)


def test_undeclared_values_change_like_declared_ones() -> None:
    resource = custom(
        skills=["a"], place={"city": "Rome"}, sizes=[{"value": "s", "n": 1}], plain="x"
    )
    path = CUSTOM_USER
    assert apply(resource, add(f"{path}:SKILLS", ["a", "b"]))[path]["skills"] == ["a", "b"]
    assert apply(resource, add(f"{path}:skills", "b"))[path]["skills"] == ["a", "b"]
    assert apply(resource, add(f"{path}:plain", ["b"]))[path]["plain"] == ["x", "b"]
    assert apply(resource, replace(f"{path}:skills", "b"))[path]["skills"] == "b"
    assert apply(resource, replace(f"{path}:skills", ["b"]))[path]["skills"] == ["b"]
    assert apply(resource, remove(f"{path}:skills", ["a"]))[path].get("skills") is None
    assert apply(resource, remove(f'{path}:skills[value eq "a"]'))[path].get("skills") is None
    assert apply(resource, add(f"{path}:place", {"zip": 1}))[path]["place"] == {
        "city": "Rome",
        "zip": 1,
    }
    assert apply(resource, replace(f"{path}:place.city", "Oslo"))[path]["place"] == {"city": "Oslo"}
    assert apply(resource, replace(f"{path}:place", "x"))[path]["place"] == "x"
    assert apply(resource, replace(f"{path}:plain", {"a": 1}))[path]["plain"] == {"a": 1}
    assert "place" not in apply(resource, remove(f"{path}:place.city"))[path]
    assert apply(resource, replace(f'{path}:sizes[value eq "S"].n', 2))[path]["sizes"] == [
        {"value": "s", "n": 2}
    ]
    assert apply(resource, replace(f"{path}:sizes[n gt 0].n", 2))[path]["sizes"] == [
        {"value": "s", "n": 2}
    ]
    assert apply(resource, add(f'{path}:sizes[value eq "t"].n', 3))[path]["sizes"][1] == {
        "value": "t",
        "n": 3,
    }
    assert apply(resource, add(f'{path}:shades[value eq "red"].n', 1))[path]["shades"] == [
        {"value": "red", "n": 1}
    ]
    assert_error("noTarget", resource, replace(f'{path}:sizes[value eq "t"].n', 3))
    assert apply(resource, remove(f"{path}:plain"), remove(f"{path}:nothing"))[path].keys() == {
        "skills",
        "place",
        "sizes",
    }
    assert_error("invalidValue", resource, add(f"{path}:plain", None))
    assert (
        apply(resource, replace(path, {"plain": None, "skills": [], "place": None, "sizes": None}))
        == user()
    )


def test_undeclared_list_operations_see_earlier_ones() -> None:
    operations = [add(f"{CUSTOM_USER}:skills", [name]) for name in "abcb"]
    assert apply(user(), *operations)[CUSTOM_USER]["skills"] == ["a", "b", "c"]
    assert apply(
        user(), add(f"{CUSTOM_USER}:skills", ["a"]), remove(CUSTOM_USER), add(f"{CUSTOM_USER}:x", 1)
    ) == custom(x=1)


# ----------------------------------------------------------------------------- many operations


def members_of(resource: Any) -> list[str]:
    return [member["value"] for member in resource.get("members", ())]


def test_list_operations_see_earlier_ones() -> None:
    ids = [f"m{n}" for n in range(40)]
    added = [add("members", [{"value": one}]) for one in ids for _ in range(2)]
    assert members_of(apply(group(), *added)) == ids
    removed = [remove(f'members[value eq "{one}"]') for one in ids[::2] for _ in range(2)]
    assert members_of(apply(group(), *added, *removed)) == ids[1::2]
    mixed = [
        *added,
        *removed,
        add("members", [{"value": ids[0]}]),
        remove('members[value sw "m3"]'),
        add("members", [{"value": "m3"}]),
        remove("members", [{"value": "m5"}]),
    ]
    expected = [one for one in [*ids[1::2], ids[0]] if not one.startswith("m3") and one != "m5"] + [
        "m3"
    ]
    assert members_of(apply(group(), *mixed)) == expected
    assert members_of(
        apply(group(), *mixed, remove("members"), add("members", {"value": "z"}))
    ) == ["z"]


def test_many_values_in_one_operation_are_applied() -> None:
    ids = [{"value": f"m{n}", "type": "User"} for n in range(50)]
    assert members_of(apply(group(*ids[:30]), add("members", ids[20:]))) == [
        each["value"] for each in ids
    ]
    assert members_of(apply(group(*ids), remove("members", ids[5:]))) == [
        each["value"] for each in ids[:5]
    ]
    tags = [str(n) for n in range(30)]
    assert (
        apply(lab(tags=tags[:20]), add(f"{LAB}:tags", tags[10:]), remove(f"{LAB}:tags", tags[:25]))[
            LAB
        ]["tags"]
        == tags[25:]
    )


def test_duplicate_members_are_removed_together() -> None:
    resource = group(*[{"value": f"m{n % 8}"} for n in range(16)])
    operations = [remove(f'members[value eq "m{n}"]') for n in range(6)]
    assert members_of(apply(resource, *operations)) == ["m6", "m7", "m6", "m7"]


def test_many_custom_names_are_set() -> None:
    content = {f"name{n}": n for n in range(3000)}
    request = scim.PatchRequest([add(CUSTOM_USER, content), remove(f"{CUSTOM_USER}:name7")])
    assert len(request.apply(user())[CUSTOM_USER]) == 2999


def test_many_values_of_same_key_are_added() -> None:
    emails = [{"value": "x", "type": f"t{n}"} for n in range(30)]
    resource = user(emails=emails)
    assert apply(resource, add("emails", emails)) == resource
    more = [{"value": "x", "type": f"T{n}", "display": "D"} for n in range(20, 40)]
    after = apply(resource, add("emails", more))["emails"]
    assert len(after) == 40
    assert after[25] == {"value": "x", "type": "T25", "display": "D"}
    bare = apply(
        user(emails=[*emails, {"value": "x"}]), add("emails", {"value": "x", "type": "new"})
    )["emails"]
    assert bare[30] == {"value": "x", "type": "new"}
    assert apply(resource, add("emails", {"value": "x", "display": "E"}))["emails"][0] == {
        "value": "x",
        "type": "t0",
        "display": "E",
    }


def test_index_follows_changed_values() -> None:
    emails = [{"value": f"v{n}", "type": "work"} for n in range(20)]
    operations = [replace(f'emails[value eq "v{n}"].value', f"v{n + 100}") for n in range(20)]
    operations += [replace(f'emails[value eq "v{n + 100}"].primary', True) for n in range(20)]
    operations += [remove(f'emails[value eq "v{n + 100}"]') for n in range(0, 20, 2)]
    operations += [replace("emails.display", "D")]
    after = apply(user(emails=emails), *operations)["emails"]
    assert [email["value"] for email in after] == [f"v{n + 100}" for n in range(1, 20, 2)]
    assert [email["primary"] for email in after] == [False] * 9 + [True]
    assert all(email["display"] == "D" for email in after)


@pytest.mark.parametrize("first", [1, "x", [1]])
@pytest.mark.parametrize("there", [None, [1], ["x"], [{"b": 1}]])
@pytest.mark.parametrize("whole", [False, True])
def test_object_beside_plain_values_is_added(first: Any, there: Any, *, whole: bool) -> None:
    """No value of an undeclared attribute may be lost."""
    given = [first, {"a": 2}, {"a": 2}]
    before = {} if there is None else {CUSTOM_USER: {"x": there}}
    operation = add(CUSTOM_USER, {"x": given}) if whole else add(f"{CUSTOM_USER}:x", given)
    expected = [*(there or []), *([] if first in (there or []) else [first]), {"a": 2}]
    request = scim.PatchRequest([operation])
    assert request.apply({"userName": "a", **before})[CUSTOM_USER]["x"] == expected
    model = scim.User.from_wire({"userName": "a", **before})
    assert request.apply(model).to_wire()[CUSTOM_USER]["x"] == expected


def test_object_removal_leaves_plain_values() -> None:
    there = {"userName": "a", CUSTOM_USER: {"x": [1, {"a": 2}, "y"]}}
    operation = {"op": "remove", "path": f"{CUSTOM_USER}:x", "value": [{"a": 2}]}
    assert apply(there, operation)[CUSTOM_USER] == {"x": [1, "y"]}


@each_value(
    "path, advice",
    [
        ("user_name", "did you mean 'userName'?"),
        ("usrName", "did you mean 'userName'?"),
        ("department", f"write {ENTERPRISE_USER}:department"),
        ("manager.value", f"write {ENTERPRISE_USER}:manager.value"),
        ("enterprise", f"write {ENTERPRISE_USER}"),
        ("enterprise.department", f"write {ENTERPRISE_USER}:department"),
        ("enterprise.cost_center", f"write {ENTERPRISE_USER}:costCenter"),
        ("custom.costCode", f"write {CUSTOM_USER}:costCode"),
        ("costCode", f"for a custom attribute of the tenant write {CUSTOM_USER}:costCode"),
    ],
)
def test_unknown_path_on_mapping_suggests_known_name(path: str, advice: str) -> None:
    """A mapping has only wire names; see `test_short_names` for models."""
    for operation in (replace(path, "x"), replace(None, {path: "x"})):
        with pytest.raises(EXPECTED_ERRORS) as caught:
            scim.PatchRequest([operation]).apply(user())
        assert advice in str(caught.value)


def test_group_has_no_custom_extension() -> None:
    with pytest.raises(EXPECTED_ERRORS, match=r"Group has no attribute 'zzz'\n"):
        apply({"schemas": [GROUP], "displayName": "x"}, replace(None, {"zzz": 1}))


# ----------------------------------------------------------------------------- unread values and set fields of models


def test_unread_value_is_dropped_when_removed_or_replaced() -> None:
    before = scim.User.from_wire(
        user(active="perhaps", emails=[True, WORK], name={"givenName": [1, 2]})
    )
    assert len(before.unread) == 3
    after = scim.PatchRequest(
        [remove("active"), replace("emails", [HOME]), replace("name.givenName", "Ann")]
    ).apply(before)
    assert after.unread == ()
    assert after.to_wire() == user(emails=[HOME], name={"givenName": "Ann"})
    nothing_read = scim.User.from_wire(user(emails=[True]))
    assert scim.PatchRequest([remove("emails")]).apply(nothing_read).to_wire() == user()
    assert len(before.unread) == 3


def test_written_fields_are_in_fields_set() -> None:
    before = scim.User(user_name="ann", title="t")
    after = scim.PatchRequest(
        [add("emails", [HOME]), add("name.givenName", "Ann"), remove("title")]
    ).apply(before)
    assert after.model_fields_set == {"user_name", "emails", "name"}
    assert after.name is not None
    assert after.name.model_fields_set == {"given_name"}
    assert before.model_fields_set == {"user_name", "title"}


@pytest.mark.parametrize("op", [add, replace])
def test_plain_values_beside_objects_are_accepted(op: Any) -> None:
    there = user(emails=["odd", 7, None, WORK])
    after = scim.PatchRequest(
        [op('emails[type eq "work"].display', "W"), add("emails", [HOME]), add("emails", [HOME])]
    ).apply(there)
    assert after["emails"] == ["odd", 7, None, {**WORK, "display": "W"}, HOME]


def test_list_replaced_in_same_request_is_searched_again() -> None:
    after = apply(
        user(emails=[WORK]),
        replace('emails[type eq "work"].display', "W"),
        replace("emails", [HOME, {"value": "x", "type": "work"}]),
        replace('emails[type eq "work"].display', "X"),
        replace('emails[type eq "home"].display', "H"),
    )
    assert after["emails"] == [
        {**HOME, "display": "H"},
        {"value": "x", "type": "work", "display": "X"},
    ]


def test_undeclared_parts_in_any_case_are_found() -> None:
    there = {**user(), CUSTOM_USER: {"x": [{"Kind": "a", "n": 1}, {"kind": "b"}], "y": {"Z": 1}}}
    after = apply(
        there,
        replace(f'{CUSTOM_USER}:x[KIND eq "a"].N', 2),
        replace(f'{CUSTOM_USER}:x[kind eq "b"].kind', "c"),
        add(f"{CUSTOM_USER}:y.z", 3),
        remove(f"{CUSTOM_USER}:X[n eq 7]"),
    )[CUSTOM_USER]
    assert [list(map(str.casefold, one)) for one in after["x"]] == [["kind", "n"], ["kind"]]
    assert [list(one.values()) for one in after["x"]] == [["a", 2], ["c"]]
    assert list(after["y"].values()) == [3]


def test_many_searches_skip_members_without_string() -> None:
    members = [{"value": str(number)} for number in range(40)] + [{"display": "nobody"}]
    group = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "Guides",
        "members": members,
    }
    removals = [{"op": "remove", "path": f'members[value eq "{n}"]'} for n in range(40)]
    left = scim.PatchRequest(removals).apply(group)
    assert left["members"] == [{"display": "nobody"}]


def test_members_as_models_and_mappings_are_found() -> None:
    group = scim.Group(display_name="Guides", members=[scim.Member(value="1")])
    assert group.members is not None
    group.members.append({"value": "2"})  # plain data appended by the caller
    request = scim.PatchRequest([{"op": "remove", "path": 'members[value eq "1"]'}])
    assert [one["value"] for one in request.apply(group).to_wire()["members"]] == ["2"]
