"""Attributes that the SCIM name of an attribute mapping may mean, and the values it reads."""

from __future__ import annotations

from typing import Any

from britive_scim.scim.mapped_values import list_mapped_attributes, read_mapped_values
from support.each_value import each_value

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"


@each_value(
    "user, name, values",
    [
        ({"title": "Guide", CUSTOM: {"title": "T7"}}, "title", ["Guide"]),
        ({CUSTOM: {"title": "T7"}}, "title", ["T7"]),
        ({"TITLE": "", CUSTOM.upper(): {"Title": "T7"}}, "title", ["T7"]),
        ({CUSTOM: {"roles": ["a", {"value": "b"}]}}, "roles", ["a", "b"]),
        ({"roles": [{"value": "r"}], CUSTOM: {"roles": ["a"]}}, "roles", ["r"]),
        ({ENTERPRISE: {"costCenter": "1"}, CUSTOM: {"costCenter": "2"}}, "COSTCENTER", ["1"]),
        ({ENTERPRISE: {}, CUSTOM: {"costCenter": "2"}}, "costCenter", ["2"]),
        ({ENTERPRISE: {"manager": {"displayName": "Bo"}}}, "manager.displayName", ["Bo"]),
        ({CUSTOM: {"manager.displayName": "Bo"}}, "manager.displayName", []),
        ({CUSTOM: {"cost code": 7}}, "Cost Code", [7]),
        ({CUSTOM: {"cost code": 7}}, f"{CUSTOM}:Cost Code", [7]),
        ({CUSTOM: {"cost.code": True}}, "cost.code", [True]),
        ({CUSTOM: {"cost.code": True}}, f"{CUSTOM}:cost.code", [True]),
        ({CUSTOM: {"place": {"city": "Bern"}}}, f"{CUSTOM}:place.city", ["Bern"]),
        ({CUSTOM: {"title": "T7"}}, f"{CUSTOM}:title", ["T7"]),
        ({"title": "Guide"}, f"{CUSTOM}:title", []),
        ({CUSTOM: {"title": "T7"}}, "urn:ietf:params:scim:schemas:core:2.0:User:title", []),
        ({CUSTOM: {"department": "R&D"}}, f"{ENTERPRISE}:department", []),
        ({"nothing": "x"}, "nothing", []),
        ({CUSTOM: "x"}, "title", []),
        ({"title": "Guide"}, 'title[type eq "x"]', []),
        ({"emails": [{"value": "a"}, {"value": "b"}]}, "emails", ["a", "b"]),
        ({"emails": [{"value": "a", "type": "work"}]}, 'emails[type eq "work"]', ["a"]),
        ({"name": {"givenName": "Ana"}}, "name", []),
        ({"active": False}, "active", [False]),
    ],
)
def test_mapping_reads_first_attribute_with_value(
    user: dict[str, Any], name: str, values: list[Any]
) -> None:
    assert read_mapped_values(user, name) == values


def test_mapped_attributes_are_in_order_of_reading() -> None:
    def describe(name: str) -> list[tuple[str, str | None, bool]]:
        return [
            (one.name, None if one.path is None else one.path.urn, one.is_custom)
            for one in list_mapped_attributes(name)
        ]

    assert describe("title") == [("title", None, False), ("title", None, True)]
    assert describe("department") == [("department", ENTERPRISE, False), ("department", None, True)]
    assert describe("costCode") == [("costCode", None, True)]
    assert describe("name.givenName") == [("name", None, False)]
    assert describe(f"{CUSTOM}:title") == [("title", CUSTOM, True), ("title", None, True)]
