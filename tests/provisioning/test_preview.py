"""Preview of the attributes that Britive reads from a user by the mappings of an identity provider."""

from __future__ import annotations

from typing import Any

from britive_scim import scim
from britive_scim.admin import AttributeMapping
from britive_scim.provisioning.preview import preview
from support.each_value import each_value

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


def test_preview_lists_value_of_each_mapping() -> None:
    result = {item.attribute: item.values for item in preview(mappings(), USER).filled}
    assert result == {
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


def test_preview_lists_unread_attributes() -> None:
    assert preview(mappings(), USER).unread == (
        "name.honorificPrefix",
        "title",
        'emails[type eq "home"]',
        f"{ENTERPRISE}:employeeNumber",
        f"{CUSTOM}:unmapped",
    )


def test_preview_lists_missing_mandatory_attributes() -> None:
    user = USER | {"emails": [{"value": "ana@acme.com"}], "name": {"givenName": ""}}
    assert preview(mappings(Status=None), user).missing == (
        "Status",
        "Email",
        "First Name",
        "Last Name",
    )
    assert preview(mappings(), USER).missing == ()


def test_preview_accepts_model_and_wire_form() -> None:
    model = scim.User.from_wire(USER)
    assert preview(mappings(), model) == preview(mappings(), USER)


def test_preview_bare_name_reads_custom_attribute() -> None:
    user = {"userName": "ana", CUSTOM: {"Cost Code": "7"}}
    result = preview(
        [AttributeMapping(attribute_name="Cost Code", scim_attribute_name="Cost Code")], user
    )
    assert result.filled[0].values == ("7",)


def test_preview_bare_name_of_core_attribute_reads_it_first() -> None:
    """A custom attribute that shares the name is read if the core attribute has no value, else unread."""
    mapping = [AttributeMapping(attribute_name="title", scim_attribute_name="title")]
    custom = {"userName": "ana", CUSTOM: {"title": "T7"}}
    result = preview(mapping, custom)
    assert (result.filled[0].values, result.unread) == (("T7",), ("userName",))
    result = preview(mapping, {**custom, "title": "Guide"})
    assert result.filled[0].values == ("Guide",)
    assert result.unread == ("userName", f"{CUSTOM}:title")


@each_value("path", ["nothing", 'title[type eq "x"]', "urn:x:nothing", "userName.value"])
def test_preview_mapping_without_value_is_empty(path: str) -> None:
    result = preview([AttributeMapping(attribute_name="X", scim_attribute_name=path)], USER)
    assert result.filled[0].values == ()


def test_preview_str_is_a_table() -> None:
    result = preview(mappings(Status=None), USER)
    assert "Department          urn:" in str(result)
    assert "mandatory and empty: Status" in str(result)
    assert "read by no mapping: name.honorificPrefix, active" in str(result)
    assert "<table>" in result._repr_html_()
    assert "read by no mapping" not in str(preview(mappings(), {"userName": "ana"}))
