"""Admin client on the emulated tenant, together with the SCIM API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from britive_scim import AsyncAdminClient, AsyncScimClient, admin, scim
from britive_scim.errors import (
    BadRequest,
    ConfigurationError,
    Conflict,
    ExternallyManaged,
    InputError,
    NotFound,
    Unauthorized,
)
from britive_scim.testing import Tenant

PASSWORD = "Secret-1234"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


@pytest.fixture
async def britive(tenant: Tenant) -> AsyncIterator[AsyncAdminClient]:
    transport = tenant.async_transport()
    async with AsyncAdminClient("acme", tenant.api_token, transport=transport) as client:
        yield client


async def test_provisioned_users_and_groups_are_listed(britive: AsyncAdminClient) -> None:
    connection = await britive.set_up_provisioning(
        "HR", mappings={"costCode": f"{CUSTOM}:costCode"}, custom_attributes=["costCode"]
    )
    assert connection.token_created is True
    async with connection.client() as hr:
        ana = scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
        ana = await hr.users.create(ana)
        await hr.groups.create(
            scim.Group(display_name="Admins", members=[scim.Member(value=ana.id)])
        )

    users = [user async for user in britive.users.list(include_tags=True)]
    assert [(user.username, user.email, user.first_name) for user in users] == [
        ("ana@acme.com", "ana@acme.com", "Ana")
    ]
    assert users[0].is_active is True
    assert users[0].external is True
    assert users[0].identity_provider is not None
    assert users[0].identity_provider.name == "HR"
    tags = [tag async for tag in britive.tags.list()]
    assert [(tag.name, tag.user_count, tag.external) for tag in tags] == [("Admins", 1, True)]
    assert (await britive.tags.get(tags[0])).name == "Admins"
    assert (await britive.users.get(users[0])).username == "ana@acme.com"


async def test_set_up_repeated_changes_nothing(britive: AsyncAdminClient, tenant: Tenant) -> None:
    first = await britive.set_up_provisioning(
        "HR", scim_provider="Azure", custom_attributes=["costCode"]
    )
    before = len(tenant.requests)
    second = await britive.set_up_provisioning(
        "HR", scim_provider="Azure", custom_attributes=["costCode"]
    )
    assert {item.method for item in tenant.requests[before:]} == {"GET"}
    assert (second.token, second.token_created, second.changed) == (None, False, False)
    assert second.identity_provider.id == first.identity_provider.id
    async with second.client(first.token) as hr:
        assert (await hr.check()).ok


async def test_set_up_rotation_revokes_previous_token(britive: AsyncAdminClient) -> None:
    first = await britive.set_up_provisioning("HR")
    second = await britive.set_up_provisioning("HR", rotate_token=True)
    async with first.client() as old, second.client() as new:
        with pytest.raises(Unauthorized, match="SCIM token"):
            await old.users.list().first()
        assert await new.users.list().first() is None


async def test_update_of_provisioned_object_raises(
    britive: AsyncAdminClient,
) -> None:
    connection = await britive.set_up_provisioning("HR")
    async with connection.client() as hr:
        await hr.users.create(
            scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
        )
        await hr.groups.create(scim.Group(display_name="Admins"))
    user = await britive.users.find_by_username("ana@acme.com")
    tag = await britive.tags.find_by_name("Admins")
    assert user is not None
    assert tag is not None
    with pytest.raises(ExternallyManaged, match="U-0003"):
        await britive.users.update(user, mobile="+34 600")
    with pytest.raises(ExternallyManaged, match="UT-0002"):
        await britive.tags.update(tag, description="by hand")


async def test_scim_token_for_admin_client_raises_with_hint(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    transport = tenant.async_transport()
    async with AsyncAdminClient("acme", okta.scim_token, transport=transport) as britive:
        with pytest.raises(Unauthorized, match=r"or a SCIM token.*auth_scheme="):
            await britive.identity_providers.list()


async def list_providers(token: Any, tenant: Tenant) -> None:
    async with AsyncAdminClient("acme", token, transport=tenant.async_transport()) as britive:
        await britive.identity_providers.list()


async def list_users(token: Any, url: str, tenant: Tenant) -> None:
    async with AsyncScimClient(url, token, transport=tenant.async_transport()) as okta:
        await okta.users.list().first()


async def test_token_of_other_api_raises_before_request(
    britive: AsyncAdminClient, tenant: Tenant
) -> None:
    okta = await britive.identity_providers.get_by_name("Okta")
    scim_secret = (await britive.identity_providers.scim_token.create(okta)).token
    api_secret = (await britive.api_tokens.create(name="ci")).token
    assert scim_secret is not None
    assert api_secret is not None
    tenant.requests.clear()
    for mixed in (scim_secret, lambda: scim_secret):
        with pytest.raises(ConfigurationError, match="got a SCIM token"):
            await list_providers(mixed, tenant)
    url = okta.scim_url or ""
    for mixed in (api_secret, lambda: api_secret):
        with pytest.raises(ConfigurationError, match="one of the admin API"):
            await list_users(mixed, url, tenant)
    assert len(tenant.requests) == 0
    async with AsyncScimClient(url, scim_secret, transport=tenant.async_transport()) as right:
        assert (await right.check()).ok


async def test_identity_providers_create_update_delete(britive: AsyncAdminClient) -> None:
    providers = britive.identity_providers
    created = await providers.create("HR", description="People")
    assert [item.name for item in await providers.list()] == ["Britive", "Okta", "Entra", "HR"]
    await providers.update(created, description="Personnel", scim_provider="Azure")
    result = await providers.get_by_name("HR")
    assert (result.description, result.scim_provider, result.type) == ("Personnel", "Azure", "SAML")
    with pytest.raises(Conflict):
        await providers.create("HR")
    await providers.delete(result)
    assert await providers.find_by_name("HR") is None
    with pytest.raises(NotFound):
        await providers.get(result)


async def test_scim_token_create_update_get(britive: AsyncAdminClient) -> None:
    hr = await britive.identity_providers.create("HR")
    tokens = britive.identity_providers.scim_token
    assert await tokens.find(hr) is None
    created = await tokens.create(hr, days=30)
    await tokens.update(hr, days=60)
    known = await tokens.get(hr)
    assert (known.id, known.token, known.token_expiration_days) == (created.id, None, 60)
    assert created.token is not None
    assert known.expires_on is not None


async def test_mappings_add_and_remove(britive: AsyncAdminClient) -> None:
    mappings = britive.identity_providers.mappings
    okta = await britive.identity_providers.get_by_name("Okta")
    await britive.identity_attributes.create("costCode")
    assert [item.name for item in await mappings.list_unmapped(okta)] == ["costCode"]
    await mappings.add(okta, "costCode", "costCode")
    assert await mappings.list_unmapped(okta) == []
    await mappings.remove(okta, "costCode", "Phone")
    assert {item.name for item in await mappings.list_unmapped(okta)} == {"costCode", "Phone"}
    assert "userName" in await mappings.scim_attributes()


async def test_identity_attributes_create_update_delete(britive: AsyncAdminClient) -> None:
    attributes = britive.identity_attributes
    created = await attributes.create("badges", data_type="Number", multi_valued=True)
    assert await attributes.find_by_name("badges") == created
    with pytest.raises(Conflict):
        await attributes.create("badges")
    await attributes.update(created, description="Doors")
    assert (await attributes.get(created)).description == "Doors"
    await attributes.delete(created)
    assert await attributes.find_by_name("badges") is None
    built_in = await attributes.find_by_name("Status")
    assert built_in is not None
    with pytest.raises(BadRequest):
        await attributes.delete(built_in)
    assert "User" in await attributes.identity_types()


async def test_users_create_update_delete(britive: AsyncAdminClient) -> None:
    ana = await britive.users.create(
        "ana", email="ana@acme.com", first_name="Ana", last_name="Diaz", password=PASSWORD
    )
    assert ana.external is False
    await britive.users.update(ana, mobile="+34 600")
    await britive.users.disable(ana)
    result = await britive.users.get(ana)
    assert (result.mobile, result.is_active, result.email) == ("+34 600", False, "ana@acme.com")
    await britive.users.enable(ana)
    assert [item.is_active for item in await britive.users.disable_many([ana])] == [False]
    assert [item.is_active for item in await britive.users.enable_many([ana])] == [True]
    assert await britive.users.enable_many([]) == []
    with pytest.raises(Conflict, match="U-0009"):
        await britive.users.create(
            "ana", email="a@acme.com", first_name="A", last_name="B", password=PASSWORD
        )
    await britive.users.delete(ana)
    with pytest.raises(NotFound):
        await britive.users.get(ana)


async def test_custom_attributes_update_sets_values(
    britive: AsyncAdminClient, tenant: Tenant
) -> None:
    ana = await britive.users.create(
        "ana", email="ana@acme.com", first_name="Ana", last_name="Diaz", password=PASSWORD
    )
    await britive.identity_attributes.create("costCode")
    await britive.identity_attributes.create("badges", multi_valued=True)
    values = britive.users.custom_attributes
    await values.update(ana, {"costCode": "7", "badges": ["1", "2"]})
    assert await values.get(ana) == {"costCode": ["7"], "badges": ["1", "2"]}
    await values.update(ana, {"badges": ["2", "3"], "costCode": None})
    assert await values.get(ana) == {"badges": ["2", "3"]}
    before = len(tenant.requests)
    await values.update(ana, {"badges": ["3", "2"]})
    assert [item.method for item in tenant.requests[before:]] == ["GET"], "nothing differs"
    with pytest.raises(InputError, match="one value"):
        await values.update(ana, {"costCode": ["1", "2"]})
    with pytest.raises(InputError, match="built-in"):
        await values.update(ana, {"Email": "x"})
    with pytest.raises(InputError, match="did you mean 'costCode'"):
        await values.update(ana, {"costcode": "x"})


async def test_tags_create_update_delete(britive: AsyncAdminClient) -> None:
    people = [
        await britive.users.create(
            name, email=f"{name}@acme.com", first_name=name, last_name="X", password=PASSWORD
        )
        for name in ("ana", "bob", "cid")
    ]
    tag = await britive.tags.create("Doors", description="Who may open them")
    await britive.tags.update(tag, description="Keys")
    await britive.tags.disable(tag)
    assert (await britive.tags.get(tag)).is_active is False
    await britive.tags.enable(tag)
    await britive.tags.members.add(tag, people[0])
    assert (await britive.tags.members.get(tag, people[0])).username == "ana"
    with pytest.raises(NotFound):
        await britive.tags.members.get(tag, people[1])
    await britive.tags.members.remove(tag, people[0])
    assert [user.id async for user in britive.tags.members.list(tag)] == []
    await britive.tags.delete(tag)
    assert await britive.tags.find_by_name("Doors") is None


async def test_set_members_sends_only_differences(
    britive: AsyncAdminClient, tenant: Tenant
) -> None:
    people = [
        await britive.users.create(
            name, email=f"{name}@acme.com", first_name=name, last_name="X", password=PASSWORD
        )
        for name in ("ana", "bob", "cid")
    ]
    tag = await britive.tags.create("Doors")
    await britive.tags.set_members(tag, people[:2])
    before = len(tenant.requests)
    await britive.tags.set_members(tag, [people[1], people[2]])
    assert [item.method for item in tenant.requests[before:]] == ["GET", "POST", "DELETE"]
    members = [user.username async for user in britive.tags.members.list(tag)]
    assert sorted(name or "" for name in members) == ["bob", "cid"]
    available = [user.username async for user in britive.tags.members.list_available(tag)]
    assert available == ["ana"]
    with pytest.raises(InputError, match="single string"):
        await britive.tags.set_members(tag, "u1")


async def test_list_filter_and_search_select_users(britive: AsyncAdminClient) -> None:
    for name in ("ana", "bob"):
        await britive.users.create(
            name, email=f"{name}@acme.com", first_name=name, last_name="Diaz", password=PASSWORD
        )
    pager = britive.users.list(filter=admin.where("name").co("bob"))
    assert [user.username async for user in pager] == ["bob"]
    assert await britive.users.list(search="ana").count() == 1
    assert await britive.users.list().count() == 2


@pytest.mark.parametrize(
    ("call", "advice"),
    [
        (lambda b: b.identity_providers.get("Okta"), r"identity_providers\.get_by_name"),
        (
            lambda b: b.identity_providers.mappings.list("Okta"),
            r"identity_providers\.get_by_name",
        ),
        (lambda b: b.users.get("ana@acme.com"), r"users\.find_by_username"),
        (lambda b: b.users.custom_attributes.get("ana"), r"users\.find_by_username"),
        (lambda b: b.tags.get("Doors"), r"tags\.find_by_name"),
    ],
)
async def test_get_by_name_as_id_raises_with_hint(
    britive: AsyncAdminClient, call: Any, advice: str
) -> None:
    with pytest.raises(NotFound, match=advice):
        await call(britive)


@pytest.mark.parametrize(
    "call",
    [
        lambda b: b.users.get("x" * 20),
        lambda b: b.identity_attributes.get("costCode"),
        lambda b: b.workload.identity_providers.get(7),
    ],
)
async def test_get_by_possible_id_raises_without_hint(britive: AsyncAdminClient, call: Any) -> None:
    with pytest.raises(NotFound) as caught:
        await call(britive)
    assert "look it up by" not in str(caught.value)


async def test_set_members_failure_note_counts_changes(
    britive: AsyncAdminClient,
) -> None:
    ana = await britive.users.create(
        "ana", email="a@acme.com", first_name="A", last_name="B", password=PASSWORD
    )
    tag = await britive.tags.create("Doors")
    with pytest.raises(NotFound) as caught:
        await britive.tags.set_members(tag, [ana, "nobody"])
    (note,) = caught.value.__notes__
    assert note.startswith("1 of 2 changes of members were done;")
    assert [user.id async for user in britive.tags.members.list(tag)] == [ana.id]
