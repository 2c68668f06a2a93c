"""What Britive would make of a user, by the mappings of an identity provider."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim import scim
from britive_scim.admin import AttributeMapping
from britive_scim.provisioning.preview import preview

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"

MAPPINGS = {
    "Username": "userName",
    "Email": 'emails[type eq "work"].value',
    "First Name": "name.givenName",
    "Last Name": "name.familyName",
    "Status": "active",
    "Phone": 'phoneNumbers[type eq "work"]',
    "Department": f"{ENTERPRISE}:department",
    "costCode": "costCode",
    "Division": "division",
    "badges": f"{CUSTOM}:badges",
}

USER: dict[str, Any] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE, CUSTOM],
    "id": "u1",
    "externalId": "e1",
    "userName": "ana",
    "name": {"givenName": "Ana", "familyName": "Diaz", "honorificPrefix": "Dr."},
    "active": True,
    "title": "Engineer",
    "emails": [
        {"type": "work", "value": "ana@acme.com"},
        {"type": "home", "value": "ana@home.example"},
    ],
    "phoneNumbers": [{"type": "work", "value": "1"}],
    ENTERPRISE: {"department": "Sales", "division": "EU", "employeeNumber": "7"},
    CUSTOM: {"costCode": "C7", "badges": ["1", "2"], "unmapped": "x"},
}


def mappings(**changes: str | None) -> list[AttributeMapping]:
    pairs = MAPPINGS | changes
    return [
        AttributeMapping(attribute_name=name, scim_attribute_name=path)
        for name, path in pairs.items()
    ]


def test_each_mapping_shows_the_value_it_would_read() -> None:
    found = {one.attribute: one.values for one in preview(mappings(), USER).filled}
    assert found == {
        "Username": ("ana",),
        "Email": ("ana@acme.com",),
        "First Name": ("Ana",),
        "Last Name": ("Diaz",),
        "Status": (True,),
        "Phone": ("1",),
        "Department": ("Sales",),
        "costCode": ("C7",),
        "Division": ("EU",),
        "badges": ("1", "2"),
    }


def test_what_no_mapping_reads_is_named() -> None:
    assert preview(mappings(), USER).unread == (
        "name.honorificPrefix",
        "title",
        'emails[type eq "home"]',
        f"{ENTERPRISE}:employeeNumber",
        f"{CUSTOM}:unmapped",
    )


def test_mandatory_attributes_that_stay_empty_are_named() -> None:
    user = USER | {"emails": [{"value": "ana@acme.com"}], "name": {"givenName": ""}}
    assert preview(mappings(Status=None), user).missing == (
        "Status",
        "Email",
        "First Name",
        "Last Name",
    )
    assert preview(mappings(), USER).missing == ()


def test_models_and_wire_forms_are_read_alike() -> None:
    model = scim.User.from_wire(USER)
    assert preview(mappings(), model) == preview(mappings(), USER)


def test_a_mapping_that_is_no_path_reads_the_custom_attribute_of_its_name() -> None:
    user = {"userName": "ana", CUSTOM: {"Cost Code": "7"}}
    found = preview(
        [AttributeMapping(attribute_name="Cost Code", scim_attribute_name="Cost Code")], user
    )
    assert found.filled[0].values == ("7",)


@pytest.mark.parametrize(
    "path", ["nothing", 'title[type eq "x"]', "urn:x:nothing", "userName.value"]
)
def test_a_mapping_that_reads_nothing_is_shown_empty(path: str) -> None:
    found = preview([AttributeMapping(attribute_name="X", scim_attribute_name=path)], USER)
    assert found.filled[0].values == ()


def test_a_preview_reads_as_a_table() -> None:
    found = preview(mappings(Status=None), USER)
    assert "Department          urn:" in str(found)
    assert "mandatory and empty: Status" in str(found)
    assert "read by no mapping: name.honorificPrefix, active" in str(found)
    assert "<table>" in found._repr_html_()
    assert "read by no mapping" not in str(preview(mappings(), {"userName": "ana"}))
