"""The vendor's own package against the served tenant: the admin API it knows is the one the tenant speaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from britive_scim import AdminClient, scim
from britive_scim.testing import Tenant

pytestmark = pytest.mark.proof

PASSWORD = "Secret-1234"


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def ours(tenant: Tenant) -> AdminClient:
    return AdminClient(tenant.base_url, tenant.api_token)


@pytest.fixture
def vendor(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The vendor's client, pointed at loopback: it takes no base URL, and asks its tenant when it is made."""
    import britive.britive  # of the proof tier alone

    monkeypatch.setattr(britive.britive, "parse_tenant", lambda tenant, **_: "acme.britive-app.com")
    token = tenant.api_token.get_secret_value()
    client = britive.britive.Britive(tenant="acme", token=token, query_features=False)
    with tenant.served() as server:
        client.base_url = f"{server.url}/api"
        client._initialize_components(False)
        yield client.identity_management
        client.session.close()


def test_identity_providers_tokens_and_mappings(vendor: Any, tenant: Tenant) -> None:
    providers = vendor.identity_providers
    made = providers.create(name="HR", description="People")
    assert providers.get_by_name(identity_provider_name="HR")["id"] == made["id"]
    assert [one["name"] for one in providers.list()] == ["Britive", "Okta", "Entra", "HR"]
    providers.update(
        identity_provider_id=made["id"], description="Personnel", scim_provider="Azure"
    )
    found = providers.get_by_id(identity_provider_id=made["id"])
    assert (found["description"], found["scimProvider"]) == ("Personnel", "Azure")
    token = providers.scim_tokens.create(identity_provider_id=made["id"], token_expiration_days=30)
    assert token["token"]
    providers.scim_tokens.update(identity_provider_id=made["id"], token_expiration_days=60)
    known = providers.scim_tokens.get(identity_provider_id=made["id"])
    assert (known["tokenExpirationDays"], known.get("token")) == (60, None)
    attribute = vendor.identity_attributes.create(
        name="costCode", description="Cost", data_type="String", multi_valued=False
    )
    providers.scim_attributes.update_mapping(
        identity_provider_id=made["id"],
        mappings=[
            {
                "op": "add",
                "attributeId": attribute["id"],
                "attributeName": "costCode",
                "scimAttributeName": "costCode",
                "builtIn": False,
            }
        ],
    )
    assert "userName" in providers.scim_attributes.list()
    with ours(tenant) as client:
        mapped = client.identity_providers.mappings.mapped(made["id"])
    assert mapped[-1].scim_attribute_name == "costCode", "our client sees what theirs has done"
    vendor.identity_attributes.delete(attribute_id=attribute["id"])
    providers.delete(identity_provider_id=made["id"])


def test_users_and_tags(vendor: Any) -> None:
    users, tags = vendor.users, vendor.tags
    default = vendor.identity_providers.get_by_name(identity_provider_name="Britive")
    ana = users.create(
        idp=default["id"],
        username="ana",
        email="ana@acme.com",
        firstName="Ana",
        lastName="Diaz",
        password=PASSWORD,
        status="active",
    )
    users.update(user_id=ana["userId"], mobile="1")
    assert users.get(user_id=ana["userId"])["mobile"] == "1"
    assert [one["username"] for one in users.list()] == ["ana"]
    assert users.get_by_name(name="Ana")[0]["userId"] == ana["userId"]
    assert users.get_by_status(status="active")[0]["userId"] == ana["userId"]
    assert users.disable(user_id=ana["userId"])
    assert users.enable(user_ids=[ana["userId"]])
    tag = tags.create(name="Doors", description="Keys")
    tags.add_user(tag_id=tag["userTagId"], user_id=ana["userId"])
    assert [one["userId"] for one in tags.users_for_tag(tag_id=tag["userTagId"])] == [ana["userId"]]
    tags.remove_user(tag_id=tag["userTagId"], user_id=ana["userId"])
    tags.update(tag_id=tag["userTagId"], name="Gates", description="")
    tags.disable(tag_id=tag["userTagId"])
    tags.enable(tag_id=tag["userTagId"])
    assert tags.get(tag_id=tag["userTagId"])["name"] == "Gates"
    tags.delete(tag_id=tag["userTagId"])
    users.delete(user_id=ana["userId"])


def test_what_scim_pushed_is_seen(vendor: Any, tenant: Tenant) -> None:
    with ours(tenant) as client:
        connection = client.set_up_provisioning("HR")
        with connection.client() as hr:
            hr.users.create(scim.User.of(email="bob@acme.com", given_name="Bob", family_name="Ray"))
    found = vendor.users.list()
    assert [(one["username"], one["external"]) for one in found] == [("bob@acme.com", True)]
