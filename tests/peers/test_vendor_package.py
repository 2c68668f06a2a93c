"""The vendor's package against the served tenant: both use the same admin API."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from britive_scim import AdminClient, scim
from britive_scim.testing import Tenant

pytestmark = pytest.mark.proof

PASSWORD = "Secret-1234"


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def our_client(tenant: Tenant) -> AdminClient:
    return AdminClient(tenant.base_url, tenant.api_token)


@contextlib.contextmanager
def vendor_client(tenant: Tenant, url: str) -> Iterator[Any]:
    """Yield the vendor's client, directed to loopback: it has no base URL, and requests its tenant on construction."""
    import britive.britive  # installed for this test tier only

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(britive.britive, "parse_tenant", lambda tenant, **_: "acme.britive-app.com")
        token = tenant.api_token.get_secret_value()
        client = britive.britive.Britive(tenant="acme", token=token, query_features=False)
    client.base_url = f"{url}/api"
    client._initialize_components(False)
    yield client.identity_management
    client.session.close()


@pytest.fixture
def vendor(tenant: Tenant) -> Iterator[Any]:
    with tenant.serve() as server, vendor_client(tenant, server.url) as client:
        yield client


def test_identity_providers_tokens_and_mappings_succeed(vendor: Any, tenant: Tenant) -> None:
    providers = vendor.identity_providers
    provider = providers.create(name="HR", description="People")
    assert providers.get_by_name(identity_provider_name="HR")["id"] == provider["id"]
    assert [one["name"] for one in providers.list()] == ["Britive", "Okta", "Entra", "HR"]
    providers.update(
        identity_provider_id=provider["id"], description="Personnel", scim_provider="Azure"
    )
    found = providers.get_by_id(identity_provider_id=provider["id"])
    assert (found["description"], found["scimProvider"]) == ("Personnel", "Azure")
    token = providers.scim_tokens.create(
        identity_provider_id=provider["id"], token_expiration_days=30
    )
    assert token["token"]
    providers.scim_tokens.update(identity_provider_id=provider["id"], token_expiration_days=60)
    known = providers.scim_tokens.get(identity_provider_id=provider["id"])
    assert (known["tokenExpirationDays"], known.get("token")) == (60, None)
    attribute = vendor.identity_attributes.create(
        name="costCode", description="Cost", data_type="String", multi_valued=False
    )
    providers.scim_attributes.update_mapping(
        identity_provider_id=provider["id"],
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
    with our_client(tenant) as client:
        mapped = client.identity_providers.mappings.list(provider["id"])
    assert mapped[-1].scim_attribute_name == "costCode", (
        "our client reads the vendor client's change"
    )
    vendor.identity_attributes.delete(attribute_id=attribute["id"])
    providers.delete(identity_provider_id=provider["id"])


def test_users_and_tags_succeed(vendor: Any) -> None:
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


def test_scim_provisioned_users_are_visible(vendor: Any, tenant: Tenant) -> None:
    with our_client(tenant) as client:
        connection = client.set_up_provisioning("HR")
        with connection.client() as hr:
            hr.users.create(scim.User.of(email="bob@acme.com", given_name="Bob", family_name="Ray"))
    found = vendor.users.list()
    assert [(one["username"], one["external"]) for one in found] == [("bob@acme.com", True)]


PAGE = Path(__file__).parents[2] / "docs/how-to/come-from-the-vendors-package.md"


def read_scripts() -> tuple[str, str]:
    """Return the two scripts of the page, the vendor's and ours, without the lines that construct the clients."""
    first, second = re.findall(
        r"^```text\n# britive.*?\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return first, second


def read_table_row(what: str) -> tuple[int, int]:
    """Return the numbers in a row of the page's table: the vendor's and ours."""
    found = re.search(rf"^\| {what} \| (\d+) \| (\d+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert found is not None
    return int(found[1]), int(found[2])


def prepare_tenant(tenant: Tenant) -> dict[str, Any]:
    """Create the initial state of both scripts: two users, and a tag that one of them has beside another."""
    with our_client(tenant) as client:
        ana, bob, cid = (
            client.users.create(
                name, email=f"{name}@acme.com", first_name=name, last_name="X", password=PASSWORD
            )
            for name in ("ana", "bob", "cid")
        )
        doors = client.tags.create("Doors")
        client.tags.set_members(doors, [ana, cid])
    return {"ana": ana, "bob": bob, "doors": doors}


def read_outcome(tenant: Tenant) -> tuple[Any, ...]:
    """Return the expected effects of the scripts."""
    with our_client(tenant) as client:
        okta = client.identity_providers.get_by_name("Okta")
        ana = client.users.find_by_username("ana")
        doors = client.tags.find_by_name("Doors")
        assert ana is not None
        assert doors is not None
        return (
            okta.scim_provider,
            client.identity_providers.mappings.list(okta)[-1].scim_attribute_name,
            ana.mobile,
            client.users.custom_attributes.get(ana),
            sorted(user.username or "" for user in client.tags.members.list(doors)),
        )


def test_page_scripts_have_equal_effect_and_documented_cost() -> None:
    requests: list[int] = []
    for script, is_ours in zip(read_scripts(), (False, True), strict=True):
        tenant = Tenant()
        with tenant.serve() as server, vendor_client(tenant, server.url) as vendor:
            names: dict[str, Any] = prepare_tenant(tenant)
            if not is_ours:
                names = {name: one.to_wire() for name, one in names.items()}
            names |= {"im": vendor, "britive": our_client(tenant)}
            before = len(tenant.requests)
            exec(compile(script.partition("\n")[2], str(PAGE), "exec"), names)
            requests.append(len(tenant.requests) - before)
            assert read_outcome(tenant) == (
                "Azure",
                "costCode",
                "+34 600",
                {"costCode": ["7"]},
                ["ana", "bob"],
            )
    assert tuple(requests) == read_table_row("requests of the script")
    assert tuple(len(script.splitlines()) for script in read_scripts()) == read_table_row("lines")
