# Generated from tests/aio/test_admin_on_tenant.py by tools/unasync.py; edit that file instead.
"""Admin client on the emulated tenant, together with the SCIM API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from britive_scim import AdminClient, ScimClient, admin, scim
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
def britive(tenant: Tenant) -> Iterator[AdminClient]:
    transport = tenant.transport()
    with AdminClient("acme", tenant.api_token, transport=transport) as client:
        yield client


def test_provisioned_users_and_groups_are_listed(britive: AdminClient) -> None:
    connection = britive.set_up_provisioning(
        "HR", mappings={"costCode": f"{CUSTOM}:costCode"}, custom_attributes=["costCode"]
    )
    assert connection.token_created is True
    with connection.client() as hr:
        ana = scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
        ana = hr.users.create(ana)
        hr.groups.create(
            scim.Group(display_name="Admins", members=[scim.Member(value=ana.id)])
        )

    users = [user for user in britive.users.list(include_tags=True)]
    assert [(user.username, user.email, user.first_name) for user in users] == [
        ("ana@acme.com", "ana@acme.com", "Ana")
    ]
    assert users[0].is_active is True
    assert users[0].external is True
    assert users[0].identity_provider is not None
    assert users[0].identity_provider.name == "HR"
    tags = [tag for tag in britive.tags.list()]
    assert [(tag.name, tag.user_count, tag.external) for tag in tags] == [("Admins", 1, True)]
    assert (britive.tags.get(tags[0])).name == "Admins"
    assert (britive.users.get(users[0])).username == "ana@acme.com"


def test_set_up_repeated_changes_nothing(britive: AdminClient, tenant: Tenant) -> None:
    first = britive.set_up_provisioning(
        "HR", scim_provider="Azure", custom_attributes=["costCode"]
    )
    before = len(tenant.requests)
    second = britive.set_up_provisioning(
        "HR", scim_provider="Azure", custom_attributes=["costCode"]
    )
    assert {item.method for item in tenant.requests[before:]} == {"GET"}
    assert (second.token, second.token_created, second.changed) == (None, False, False)
    assert second.identity_provider.id == first.identity_provider.id
    with second.client(first.token) as hr:
        assert (hr.check()).ok


def test_set_up_rotation_revokes_previous_token(britive: AdminClient) -> None:
    first = britive.set_up_provisioning("HR")
    second = britive.set_up_provisioning("HR", rotate_token=True)
    with first.client() as old, second.client() as new:
        with pytest.raises(Unauthorized, match="SCIM token"):
            old.users.list().first()
        assert new.users.list().first() is None


def test_update_of_provisioned_object_raises(
    britive: AdminClient,
) -> None:
    connection = britive.set_up_provisioning("HR")
    with connection.client() as hr:
        hr.users.create(
            scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
        )
        hr.groups.create(scim.Group(display_name="Admins"))
    user = britive.users.find_by_username("ana@acme.com")
    tag = britive.tags.find_by_name("Admins")
    assert user is not None
    assert tag is not None
    with pytest.raises(ExternallyManaged, match="U-0003"):
        britive.users.update(user, mobile="+34 600")
    with pytest.raises(ExternallyManaged, match="UT-0002"):
        britive.tags.update(tag, description="by hand")


def test_scim_token_for_admin_client_raises_with_hint(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    transport = tenant.transport()
    with AdminClient("acme", okta.scim_token, transport=transport) as britive:
        with pytest.raises(Unauthorized, match=r"or a SCIM token.*auth_scheme="):
            britive.identity_providers.list()


def list_providers(token: Any, tenant: Tenant) -> None:
    with AdminClient("acme", token, transport=tenant.transport()) as britive:
        britive.identity_providers.list()


def list_users(token: Any, url: str, tenant: Tenant) -> None:
    with ScimClient(url, token, transport=tenant.transport()) as okta:
        okta.users.list().first()


def test_token_of_other_api_raises_before_request(
    britive: AdminClient, tenant: Tenant
) -> None:
    okta = britive.identity_providers.get_by_name("Okta")
    scim_secret = (britive.identity_providers.scim_token.create(okta)).token
    api_secret = (britive.api_tokens.create(name="ci")).token
    assert scim_secret is not None
    assert api_secret is not None
    tenant.requests.clear()
    for mixed in (scim_secret, lambda: scim_secret):
        with pytest.raises(ConfigurationError, match="got a SCIM token"):
            list_providers(mixed, tenant)
    url = okta.scim_url or ""
    for mixed in (api_secret, lambda: api_secret):
        with pytest.raises(ConfigurationError, match="one of the admin API"):
            list_users(mixed, url, tenant)
    assert len(tenant.requests) == 0
    with ScimClient(url, scim_secret, transport=tenant.transport()) as right:
        assert (right.check()).ok


def test_identity_providers_create_update_delete(britive: AdminClient) -> None:
    providers = britive.identity_providers
    created = providers.create("HR", description="People")
    assert [item.name for item in providers.list()] == ["Britive", "Okta", "Entra", "HR"]
    providers.update(created, description="Personnel", scim_provider="Azure")
    result = providers.get_by_name("HR")
    assert (result.description, result.scim_provider, result.type) == ("Personnel", "Azure", "SAML")
    with pytest.raises(Conflict):
        providers.create("HR")
    providers.delete(result)
    assert providers.find_by_name("HR") is None
    with pytest.raises(NotFound):
        providers.get(result)


def test_scim_token_create_update_get(britive: AdminClient) -> None:
    hr = britive.identity_providers.create("HR")
    tokens = britive.identity_providers.scim_token
    assert tokens.find(hr) is None
    created = tokens.create(hr, days=30)
    tokens.update(hr, days=60)
    known = tokens.get(hr)
    assert (known.id, known.token, known.token_expiration_days) == (created.id, None, 60)
    assert created.token is not None
    assert known.expires_on is not None


def test_mappings_add_and_remove(britive: AdminClient) -> None:
    mappings = britive.identity_providers.mappings
    okta = britive.identity_providers.get_by_name("Okta")
    britive.identity_attributes.create("costCode")
    assert [item.name for item in mappings.list_unmapped(okta)] == ["costCode"]
    mappings.add(okta, "costCode", "costCode")
    assert mappings.list_unmapped(okta) == []
    mappings.remove(okta, "costCode", "Phone")
    assert {item.name for item in mappings.list_unmapped(okta)} == {"costCode", "Phone"}
    assert "userName" in mappings.scim_attributes()


def test_identity_attributes_create_update_delete(britive: AdminClient) -> None:
    attributes = britive.identity_attributes
    created = attributes.create("badges", data_type="Number", multi_valued=True)
    assert attributes.find_by_name("badges") == created
    with pytest.raises(Conflict):
        attributes.create("badges")
    attributes.update(created, description="Doors")
    assert (attributes.get(created)).description == "Doors"
    attributes.delete(created)
    assert attributes.find_by_name("badges") is None
    built_in = attributes.find_by_name("Status")
    assert built_in is not None
    with pytest.raises(BadRequest):
        attributes.delete(built_in)
    assert "User" in attributes.identity_types()


def test_users_create_update_delete(britive: AdminClient) -> None:
    ana = britive.users.create(
        "ana", email="ana@acme.com", first_name="Ana", last_name="Diaz", password=PASSWORD
    )
    assert ana.external is False
    britive.users.update(ana, mobile="+34 600")
    britive.users.disable(ana)
    result = britive.users.get(ana)
    assert (result.mobile, result.is_active, result.email) == ("+34 600", False, "ana@acme.com")
    britive.users.enable(ana)
    assert [item.is_active for item in britive.users.disable_many([ana])] == [False]
    assert [item.is_active for item in britive.users.enable_many([ana])] == [True]
    assert britive.users.enable_many([]) == []
    with pytest.raises(Conflict, match="U-0009"):
        britive.users.create(
            "ana", email="a@acme.com", first_name="A", last_name="B", password=PASSWORD
        )
    britive.users.delete(ana)
    with pytest.raises(NotFound):
        britive.users.get(ana)


def test_custom_attributes_update_sets_values(
    britive: AdminClient, tenant: Tenant
) -> None:
    ana = britive.users.create(
        "ana", email="ana@acme.com", first_name="Ana", last_name="Diaz", password=PASSWORD
    )
    britive.identity_attributes.create("costCode")
    britive.identity_attributes.create("badges", multi_valued=True)
    values = britive.users.custom_attributes
    values.update(ana, {"costCode": "7", "badges": ["1", "2"]})
    assert values.get(ana) == {"costCode": ["7"], "badges": ["1", "2"]}
    values.update(ana, {"badges": ["2", "3"], "costCode": None})
    assert values.get(ana) == {"badges": ["2", "3"]}
    before = len(tenant.requests)
    values.update(ana, {"badges": ["3", "2"]})
    assert [item.method for item in tenant.requests[before:]] == ["GET"], "nothing differs"
    with pytest.raises(InputError, match="one value"):
        values.update(ana, {"costCode": ["1", "2"]})
    with pytest.raises(InputError, match="built-in"):
        values.update(ana, {"Email": "x"})
    with pytest.raises(InputError, match="did you mean 'costCode'"):
        values.update(ana, {"costcode": "x"})


def test_tags_create_update_delete(britive: AdminClient) -> None:
    people = [
        britive.users.create(
            name, email=f"{name}@acme.com", first_name=name, last_name="X", password=PASSWORD
        )
        for name in ("ana", "bob", "cid")
    ]
    tag = britive.tags.create("Doors", description="Who may open them")
    britive.tags.update(tag, description="Keys")
    britive.tags.disable(tag)
    assert (britive.tags.get(tag)).is_active is False
    britive.tags.enable(tag)
    britive.tags.members.add(tag, people[0])
    assert (britive.tags.members.get(tag, people[0])).username == "ana"
    with pytest.raises(NotFound):
        britive.tags.members.get(tag, people[1])
    britive.tags.members.remove(tag, people[0])
    assert [user.id for user in britive.tags.members.list(tag)] == []
    britive.tags.delete(tag)
    assert britive.tags.find_by_name("Doors") is None


def test_set_members_sends_only_differences(
    britive: AdminClient, tenant: Tenant
) -> None:
    people = [
        britive.users.create(
            name, email=f"{name}@acme.com", first_name=name, last_name="X", password=PASSWORD
        )
        for name in ("ana", "bob", "cid")
    ]
    tag = britive.tags.create("Doors")
    britive.tags.set_members(tag, people[:2])
    before = len(tenant.requests)
    britive.tags.set_members(tag, [people[1], people[2]])
    assert [item.method for item in tenant.requests[before:]] == ["GET", "POST", "DELETE"]
    members = [user.username for user in britive.tags.members.list(tag)]
    assert sorted(name or "" for name in members) == ["bob", "cid"]
    available = [user.username for user in britive.tags.members.list_available(tag)]
    assert available == ["ana"]
    with pytest.raises(InputError, match="single string"):
        britive.tags.set_members(tag, "u1")


def test_list_filter_and_search_select_users(britive: AdminClient) -> None:
    for name in ("ana", "bob"):
        britive.users.create(
            name, email=f"{name}@acme.com", first_name=name, last_name="Diaz", password=PASSWORD
        )
    pager = britive.users.list(filter=admin.where("name").co("bob"))
    assert [user.username for user in pager] == ["bob"]
    assert britive.users.list(search="ana").count() == 1
    assert britive.users.list().count() == 2


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
def test_get_by_name_as_id_raises_with_hint(
    britive: AdminClient, call: Any, advice: str
) -> None:
    with pytest.raises(NotFound, match=advice):
        call(britive)


@pytest.mark.parametrize(
    "call",
    [
        lambda b: b.users.get("x" * 20),
        lambda b: b.identity_attributes.get("costCode"),
        lambda b: b.workload.identity_providers.get(7),
    ],
)
def test_get_by_possible_id_raises_without_hint(britive: AdminClient, call: Any) -> None:
    with pytest.raises(NotFound) as caught:
        call(britive)
    assert "look it up by" not in str(caught.value)


def test_set_members_failure_note_counts_changes(
    britive: AdminClient,
) -> None:
    ana = britive.users.create(
        "ana", email="a@acme.com", first_name="A", last_name="B", password=PASSWORD
    )
    tag = britive.tags.create("Doors")
    with pytest.raises(NotFound) as caught:
        britive.tags.set_members(tag, [ana, "nobody"])
    (note,) = caught.value.__notes__
    assert note.startswith("1 of 2 changes of members were done;")
    assert [user.id for user in britive.tags.members.list(tag)] == [ana.id]
