"""Preview of the attributes that Britive reads from a user by the mappings of an identity provider."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim import errors, scim
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


def test_preview_as_text_and_html_names_what_is_lost() -> None:
    """Without missing and unread attributes the text is the table alone."""
    shown = preview(mappings(), {"userName": "ana", "title": "Engineer"})
    text = str(shown)
    assert "\nmandatory and empty: " in text
    assert text.endswith("read by no mapping: title")
    assert "<caption>What Britive would keep</caption>" in shown._repr_html_()
    user = scim.User.of(email="a@x.org", given_name="A", family_name="B")
    user.active = True
    complete = str(preview(mappings(), user))
    assert "mandatory and empty" not in complete
    assert "read by no mapping" not in complete


@pytest.mark.parametrize(
    ("user", "got"),
    [
        (scim.Group(display_name="A"), "got a Group; mappings apply to users alone"),
        ("ana", "got str"),
    ],
)
def test_preview_refuses_what_is_no_user(user: Any, got: str) -> None:
    with pytest.raises(errors.InputError, match=got):
        preview(mappings(), user)


def test_preview_reads_items_without_type_and_empty_parts() -> None:
    """A list of plain values, a value without a type, and empty ones."""
    user = {
        "userName": "ana",
        "emails": ["plain@x.org", {"value": "a@x.org"}, {"Type": "home", "value": ""}, ""],
        "name": {"givenName": "", "familyName": "Diaz"},
        "nickName": "",
    }
    shown = preview(mappings(), user)
    assert shown.unread == ("emails", 'emails[type eq "home"]')
