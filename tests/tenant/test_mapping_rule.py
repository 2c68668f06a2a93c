"""One rule for mappings: `preview` shows the values of the tenant's identity attributes."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim import scim
from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import CUSTOM, ENTERPRISE, make_user

NAMES = (
    "roles",
    "title",
    "userType",
    "department",
    "costCenter",
    "costCode",
    "Cost Code",
    "manager.value",
    "manager",
    f"{CUSTOM}:title",
    f"{CUSTOM}:Cost Code",
    f"{ENTERPRISE}:department",
    'emails[type eq "home"].value',
    'phoneNumbers[type eq "mobile"]',
    "nickName.value",
    "nothing",
)
USERS: tuple[dict[str, Any], ...] = (
    {},
    {"title": "Guide", "roles": [{"value": "r1"}], "userType": "T"},
    {CUSTOM: {"title": "T7", "roles": ["a", "b"], "costCode": "7", "Cost Code": "8"}},
    {CUSTOM: {"department": "D", "costCenter": "9", "manager": "m"}},
    {
        "title": "Guide",
        ENTERPRISE: {"department": "R&D", "manager": {"value": "m1"}},
        CUSTOM: {"title": "T7", "roles": [{"value": "c"}], "department": "D", "userType": "U"},
    },
)


@pytest.mark.parametrize("unmapped", ["kept", "dropped"])
@pytest.mark.parametrize("provider", ["Okta", "Entra"])
def test_preview_shows_what_tenant_stores(provider: str, unmapped: Any) -> None:
    tenant = Tenant(capabilities=Capabilities(unmapped_attributes=unmapped))
    britive, client = tenant.admin_client(), tenant.scim_client(provider)
    mappings = {f"A{number}": name for number, name in enumerate(NAMES)}
    for attribute in mappings:
        britive.identity_attributes.create(attribute, multi_valued=True)
    idp = britive.identity_providers.get_by_name(provider)
    britive.identity_providers.mappings.add(idp, mappings)
    stored_count = 0
    for number, more in enumerate(USERS):
        user = scim.User.from_wire(make_user(f"u{number}@x.org", **more))
        shown = {
            item.attribute: [str(value) for value in item.values]
            for item in britive.identity_providers.preview(idp, user).filled
            if item.attribute in mappings
        }
        created = client.users.create(user)
        stored: dict[str, list[str]] = {attribute: [] for attribute in mappings}
        for value in britive.users.custom_attributes.list(created):
            stored[str(value.attribute_name)].append(str(value.attribute_value))
        assert shown == stored, more
        stored_count += sum(map(len, stored.values()))
    assert stored_count > 20


def test_custom_attribute_named_like_core_attribute_is_stored() -> None:
    """Attributes named `roles` and `title` are filled from the custom extension, and the report hints at them."""
    tenant = Tenant()
    britive = tenant.admin_client()
    connection = britive.set_up_provisioning(
        "Okta",
        custom_attributes=[
            {"name": "roles", "multi_valued": True},
            "title",
            "department",
            "costCode",
        ],
        rotate_token=True,
    )
    hinted = {
        step.detail.split()[0]: step.detail.partition("; ")[2]
        for step in connection.steps
        if step.name == "mapping"
    }
    assert "roles is also an attribute of SCIM's core schema" in hinted["roles"]
    assert "title is also an attribute of SCIM's core schema" in hinted["title"]
    assert "department is also an attribute of SCIM's enterprise extension" in hinted["department"]
    assert hinted["costCode"] == ""
    user = make_user("ada@x.org", **{CUSTOM: {"roles": ["a", "b"], "title": "T7"}})
    with connection.client(transport=tenant.transport()) as okta:
        created = okta.users.create(scim.User.from_wire(user))
    stored = britive.users.custom_attributes.list(created)
    assert [(one.attribute_name, one.attribute_value) for one in stored] == [
        ("roles", "a"),
        ("roles", "b"),
        ("title", "T7"),
    ]
