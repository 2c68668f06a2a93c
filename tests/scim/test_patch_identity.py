"""Removal by a value list: a value selects by its identity; its other parts are ignored."""

import random
from typing import Any

from britive_scim import scim
from britive_scim.scim.names import CUSTOM_USER, GROUP, USER
from support.each_value import each_value

ANN = {"value": "1", "display": "Ann", "type": "User", "$ref": "https://x/Users/1"}
BOB = {"value": "2", "type": "Group"}
CID = {"value": "3"}
RESOURCE = {"schemas": [GROUP], "displayName": "g", "members": [ANN, BOB, CID]}


def remove(path: str, value: Any) -> scim.PatchRequest:
    return scim.PatchRequest([scim.PatchOperation("remove", path, value)])


@each_value(
    "value, remaining",
    [
        ([{"value": "1"}], [BOB, CID]),
        ([{"value": "1", "display": "Renamed"}], [BOB, CID]),
        ([{"value": "1", "display": "", "$ref": "https://y/Users/1"}], [BOB, CID]),
        ([{"value": "1", "display": None, "$ref": None, "type": None}], [BOB, CID]),
        ([{"value": "1", "type": "user"}], [BOB, CID]),
        ([{"value": "1", "type": "Group"}], [ANN, BOB, CID]),
        ([{"value": "1", "type": ""}], [BOB, CID]),
        ([{"value": "3", "type": "User"}], [ANN, BOB]),
        ([{"VALUE": "3", "Type": "User"}], [ANN, BOB]),
        ([{"value": "1"}, {"value": "2"}, {"value": "4"}], [CID]),
        ({"value": "2"}, [ANN, CID]),
        ([{"display": "ann"}], [BOB, CID]),
        ([{"value": None, "type": "Group"}], [ANN, CID]),
        ([{"display": "ann", "type": "Group"}], [ANN, BOB, CID]),
        ([{}], [ANN, BOB, CID]),
        ([{"$ref": None}], [ANN, BOB, CID]),
        ([{"value": ""}], [ANN, BOB, CID]),
        ([], [ANN, BOB, CID]),
        ([{"value": str(n)} for n in range(3, 30)], [ANN, BOB]),
    ],
)
def test_removed_value_selects_by_identity(value: Any, remaining: list[Any]) -> None:
    for dialect in ("strict", "entra"):
        after = remove("members", value).apply(RESOURCE, dialect=dialect)
        assert after["members"] == remaining
        model = remove("members", value).apply(scim.Group.from_wire(RESOURCE), dialect=dialect)
        assert model.to_wire()["members"] == remaining


def test_removed_value_also_meets_filter_of_path() -> None:
    both = [{"value": "1"}, {"value": "2"}]
    after = remove('members[type eq "User"]', both).apply(RESOURCE)
    assert after["members"] == [BOB, CID]


def test_removed_value_of_email_selects_by_value_and_type() -> None:
    work, home, plain = (
        {"value": "a@x", "type": "work", "primary": True},
        {"value": "a@x", "type": "home"},
        {"value": "a@x"},
    )
    user = {"schemas": [USER], "userName": "a", "emails": [work, home, plain]}
    assert remove("emails", [{"value": "A@X", "type": "HOME"}]).apply(user)["emails"] == [work]
    assert "emails" not in remove("emails", [{"value": "a@x", "primary": False}]).apply(user)
    assert remove("emails", [{"type": "home"}]).apply(user)["emails"] == [work, plain]


def test_removed_value_of_open_extension_selects_by_value() -> None:
    user = {"schemas": [USER], "userName": "a", CUSTOM_USER: {"sites": [{"value": 1, "name": "x"}]}}
    request = remove(f"{CUSTOM_USER}:sites", [{"value": 1, "name": "renamed"}])
    assert CUSTOM_USER not in request.apply(user)


def test_many_removals_equal_single_ones() -> None:
    chance = random.Random(1)
    for _ in range(50):
        members = [
            {"value": str(chance.randrange(8)), **chance.choice([{}, {"type": "User"}])}
            for _ in range(8)
        ]
        items = [{"value": str(n), "display": "x"} for n in chance.sample(range(10), 5)]
        resource = {"schemas": [GROUP], "members": members}
        expected = [m for m in members if m["value"] not in {item["value"] for item in items}]
        assert remove("members", items).apply(resource).get("members", []) == expected
        one_by_one = scim.PatchRequest(
            [scim.PatchOperation("remove", "members", [item]) for item in items]
        )
        assert one_by_one.apply(resource).get("members", []) == expected


def test_removed_sub_attribute_with_value_is_that_of_values_that_have_it() -> None:
    emails = [{"value": "a@x", "type": "work"}, {"value": "b@x", "type": "home"}]
    user = {"schemas": [USER], "userName": "a", "emails": emails}
    assert remove("emails.value", "a@x").apply(user)["emails"] == [{"type": "work"}, emails[1]]
    assert remove("emails.value", ["A@X", "c@x"]).apply(user)["emails"][0] == {"type": "work"}
    assert remove("emails.value", "c@x").apply(user) == user
