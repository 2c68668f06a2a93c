"""`scim.select`: attributes of a resource in a response (RFC 7643 §7, RFC 7644 §3.9)."""

import copy
import json
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidFilter, InvalidSelection
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER, GROUP, USER
from support.each_value import each_value
from support.patch_strategies import LAB, LAB_DOCUMENT

RETURNED = {
    "badgeNumber": "always",
    "score": "never",
    "motto": "request",
    "location_building": "always",
    "location_wing": "request",
    "licences_seats": "never",
}


def schema() -> scim.ResourceSchema:
    document = copy.deepcopy(LAB_DOCUMENT)
    for attribute in document["attributes"]:
        attribute["returned"] = RETURNED.get(attribute["name"], "default")
        for sub in attribute.get("subAttributes", ()):
            sub["returned"] = RETURNED.get(f"{attribute['name']}_{sub['name']}", "default")
    return scim.ResourceSchema.of(scim.User, extensions=[document])


SCHEMA = schema()
USER_: dict[str, Any] = {
    "schemas": [USER, ENTERPRISE_USER, LAB, CUSTOM_USER],
    "id": "u1",
    "userName": "ann",
    "password": "hunter2",
    "name": {"givenName": "Ann", "familyName": "Lee"},
    "emails": [{"value": "a", "type": "work"}, {"type": "home"}],
    "favourite": "red",
    "title": None,
    "nickNames": [],
    "meta": {"resourceType": "User"},
    ENTERPRISE_USER: {"department": "Ops", "manager": {"value": "m1", "displayName": "Bob"}},
    LAB: {
        "badgeNumber": 1,
        "score": 1.5,
        "motto": "x",
        "tags": ["a"],
        "location": {"building": "B", "floor": 2, "wing": "W"},
        "licences": [{"value": "A", "seats": 5}, {"seats": 5}],
    },
    CUSTOM_USER: {"shoeSize": 43},
}
ALWAYS: dict[str, Any] = {"schemas": USER_["schemas"], "id": "u1", LAB: {"badgeNumber": 1}}


def select(**given: Any) -> dict[str, Any]:
    before = json.dumps(USER_)
    selected = scim.select(USER_, schema=SCHEMA, **given)
    assert json.dumps(USER_) == before
    return selected


def with_lab(**content: Any) -> dict[str, Any]:
    return {LAB: {"badgeNumber": 1, **content}}


def test_select_default_omits_never_and_request() -> None:
    selected = select()
    omitted = {"password", "title", "nickNames"}
    assert selected == {
        **{name: value for name, value in USER_.items() if name not in omitted},
        **with_lab(tags=["a"], location={"building": "B", "floor": 2}, licences=[{"value": "A"}]),
    }
    assert select(attributes=[], excluded="") == select(attributes=" , ", excluded=None) == selected


@each_value(
    "names, content",
    [
        ("userName", {"userName": "ann"}),
        ("USERNAME,name", {"userName": "ann", "name": USER_["name"]}),
        (["userName", "name.GivenName"], {"userName": "ann", "name": {"givenName": "Ann"}}),
        (["name.givenName,name.familyName"], {"name": USER_["name"]}),
        ("name.nope", {}),
        ("name,name.givenName", {"name": USER_["name"]}),
        ("emails.value", {"emails": [{"value": "a"}]}),
        ("userName.value", {}),
        (f"{USER}:userName", {"userName": "ann"}),
        (USER, {"userName": "ann", "name": USER_["name"], "emails": USER_["emails"], "favourite": "red", "meta": USER_["meta"]}),
        ("meta.resourceType", {"meta": USER_["meta"]}),
        ("favourite", {"favourite": "red"}),
        ("password", {}),
        ("nope,,", {}),
        ('emails[type eq "work"]', {}),
        ("name..x", {}),
        (ENTERPRISE_USER, {ENTERPRISE_USER: USER_[ENTERPRISE_USER]}),
        (f"{ENTERPRISE_USER.upper()}:MANAGER.value", {ENTERPRISE_USER: {"manager": {"value": "m1"}}}),
        ("department", {}),
        (f"{CUSTOM_USER}:shoesize", {CUSTOM_USER: {"shoeSize": 43}}),
        (LAB, with_lab(tags=["a"], location={"building": "B", "floor": 2}, licences=[{"value": "A"}])),
        (f"{LAB}:motto", with_lab(motto="x")),
        (f"{LAB}:score", with_lab()),
        (f"{LAB}:location", with_lab(location={"building": "B", "floor": 2})),
        (f"{LAB}:location.wing", with_lab(location={"building": "B", "wing": "W"})),
        (f"{LAB}:licences.seats", with_lab()),
        ("id", {}),
    ],
)  # fmt: skip
def test_select_attributes_returns_named(names: Any, content: dict[str, Any]) -> None:
    assert select(attributes=names) == {**ALWAYS, **content}


@each_value(
    "names, omitted",
    [
        ("userName,NAME", ["userName", "name"]),
        (["id", "schemas", f"{LAB}:badgeNumber"], []),
        (ENTERPRISE_USER, [ENTERPRISE_USER]),
        (f"{USER}:favourite", ["favourite"]),
        ("nope", []),
    ],
)
def test_select_excluded_omits_named(names: Any, omitted: list[str]) -> None:
    assert select(excluded=names) == {
        name: value for name, value in select().items() if name not in omitted
    }


def test_select_excluded_sub_attributes_are_omitted() -> None:
    assert select(excluded="name.givenName")["name"] == {"familyName": "Lee"}
    assert "name" not in select(excluded="name.givenName,name.familyName")
    assert select(excluded="emails.type")["emails"] == [{"value": "a"}]
    assert select(excluded=f"{LAB}:location.building,{LAB}:location.floor")[LAB]["location"] == {
        "building": "B"
    }
    assert set(select(excluded=USER)) == {"schemas", "id", ENTERPRISE_USER, LAB, CUSTOM_USER}
    assert select(excluded=LAB)[LAB] == {"badgeNumber": 1}


def test_select_written_attributes_return_on_request() -> None:
    assert (
        select(requested=[f"{LAB}:motto", f"{LAB}:location.wing", "password"])[LAB]["motto"] == "x"
    )
    assert select(requested=f"{LAB}:location.wing")[LAB]["location"]["wing"] == "W"
    assert "wing" not in select(requested=f"{LAB}:motto")[LAB]["location"]
    assert select(requested=LAB)[LAB]["motto"] == "x"
    assert select(requested=f"{LAB}:motto", excluded=f"{LAB}:motto")[LAB].get("motto") is None
    assert "motto" not in select(attributes="userName", requested=f"{LAB}:motto")[LAB]


def test_select_both_parameters_raise_error() -> None:
    with pytest.raises(InvalidSelection) as caught:
        select(attributes="userName", excluded="name")
    assert caught.value.scim_type == "invalidValue"


def test_select_model_or_known_type_needs_no_schema() -> None:
    user = scim.User(id="1", user_name="ann", password="x", title="t")
    assert scim.select(user, attributes="userName") == {
        "schemas": [USER],
        "id": "1",
        "userName": "ann",
    }
    group = {"schemas": [GROUP], "displayName": "Team", "members": [{"value": "a"}]}
    assert scim.select(group, excluded="members") == {"schemas": [GROUP], "displayName": "Team"}


def test_select_undeclared_extension_by_urn() -> None:
    urn = "urn:acme:params:scim:schemas:shoes:1.0:User"
    user = {"id": "1", urn: {"size": 43}, "userName": "ann", ENTERPRISE_USER: "unreadable"}
    assert scim.select(user, attributes=urn) == {"id": "1", urn: {"size": 43}}
    assert scim.select(user) == user
    assert scim.select(user, excluded=urn) == {
        "id": "1",
        "userName": "ann",
        ENTERPRISE_USER: "unreadable",
    }


def test_write_only_attribute_is_never_returned_nor_searched() -> None:
    pin = {"name": "pin", "type": "string", "multiValued": False, "mutability": "writeOnly"}
    parent = {"name": "key", "type": "complex", "multiValued": False, "subAttributes": [pin]}
    urn = "urn:acme:params:scim:schemas:door:1.0:User"
    schema = scim.ResourceSchema.of(
        scim.User, extensions=[{"id": urn, "name": "Door", "attributes": [pin, parent]}]
    )
    user = {"userName": "ann", urn: {"pin": "4711", "key": {"pin": "4711"}}}
    assert scim.select(user, schema=schema) == {"userName": "ann"}
    assert scim.select(user, attributes=f"{urn}:pin", schema=schema) == {}
    for text in ('pin co "4"', "pin pr", 'key.pin sw "4"', 'key[pin ew "1"]'):
        with pytest.raises(InvalidFilter, match="never returned"):
            scim.parse_filter(f"{urn}:{text}").matches(user, schema)
    without, known = {"userName": "ann"}, {"userName": "ann", urn: {"pin": "4711"}}
    assert not scim.diff(known, without, schema=schema)
    assert scim.diff(without, known, schema=schema)
