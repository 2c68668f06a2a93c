# Generated from tests/aio/test_admin_on_tenant.py by tools/unasync.py; edit that file instead.
"""The admin client against the emulated tenant, seen together with the SCIM side."""

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


def test_a_tenant_is_set_up_pushed_to_and_looked_at(britive: AdminClient) -> None:
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


def test_a_second_set_up_changes_nothing(britive: AdminClient, tenant: Tenant) -> None:
    first = britive.set_up_provisioning(
        "HR", scim_provider="Azure", custom_attributes=["costCode"]
    )
    before = len(tenant.requests)
    second = britive.set_up_provisioning(
        "HR", scim_provider="Azure", custom_attributes=["costCode"]
    )
    assert {one.method for one in tenant.requests[before:]} == {"GET"}
    assert (second.token, second.token_created, second.changed) == (None, False, False)
    assert second.identity_provider.id == first.identity_provider.id
    with second.client(first.token) as hr:
        assert (hr.check()).ok


def test_the_token_made_before_is_dead_after_rotation(britive: AdminClient) -> None:
    first = britive.set_up_provisioning("HR")
    second = britive.set_up_provisioning("HR", rotate_token=True)
    with first.client() as old, second.client() as new:
        with pytest.raises(Unauthorized, match="SCIM token"):
            old.users.list().first()
        assert new.users.list().first() is None


def test_what_an_identity_provider_owns_is_not_changed_here(
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


def test_the_token_of_the_other_api_is_refused_with_advice(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    transport = tenant.transport()
    with AdminClient("acme", okta.scim_token, transport=transport) as britive:
        with pytest.raises(Unauthorized, match=r"or a SCIM token.*auth_scheme="):
            britive.identity_providers.list()


def providers_seen_with(token: Any, tenant: Tenant) -> None:
    with AdminClient("acme", token, transport=tenant.transport()) as britive:
        britive.identity_providers.list()


def users_seen_with(token: Any, url: str, tenant: Tenant) -> None:
    with ScimClient(url, token, transport=tenant.transport()) as okta:
        okta.users.list().first()


def test_a_token_made_here_is_refused_by_the_client_of_the_other_api(
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
            providers_seen_with(mixed, tenant)
    url = okta.scim_url or ""
    for mixed in (api_secret, lambda: api_secret):
        with pytest.raises(ConfigurationError, match="one of the admin API"):
            users_seen_with(mixed, url, tenant)
    assert len(tenant.requests) == 0
    with ScimClient(url, scim_secret, transport=tenant.transport()) as right:
        assert (right.check()).ok


def test_identity_providers_live_and_end(britive: AdminClient) -> None:
    providers = britive.identity_providers
    made = providers.create("HR", description="People")
    assert [one.name for one in providers.list()] == ["Britive", "Okta", "Entra", "HR"]
    providers.update(made, description="Personnel", scim_provider="Azure")
    found = providers.get_by_name("HR")
    assert (found.description, found.scim_provider, found.type) == ("Personnel", "Azure", "SAML")
    with pytest.raises(Conflict):
        providers.create("HR")
    providers.delete(found)
    assert providers.find_by_name("HR") is None
    with pytest.raises(NotFound):
        providers.get(found)


def test_scim_tokens_are_made_read_and_prolonged(britive: AdminClient) -> None:
    hr = britive.identity_providers.create("HR")
    tokens = britive.identity_providers.scim_token
    assert tokens.find(hr) is None
    made = tokens.create(hr, days=30)
    tokens.update(hr, days=60)
    known = tokens.get(hr)
    assert (known.id, known.token, known.token_expiration_days) == (made.id, None, 60)
    assert made.token is not None
    assert known.expires_on is not None


def test_mappings_come_and_go(britive: AdminClient) -> None:
    mappings = britive.identity_providers.mappings
    okta = britive.identity_providers.get_by_name("Okta")
    britive.identity_attributes.create("costCode")
    assert [one.name for one in mappings.list_unmapped(okta)] == ["costCode"]
    mappings.add(okta, "costCode", "costCode")
    assert mappings.list_unmapped(okta) == []
    mappings.remove(okta, "costCode", "Phone")
    assert {one.name for one in mappings.list_unmapped(okta)} == {"costCode", "Phone"}
    assert "userName" in mappings.scim_attributes()


def test_identity_attributes_live_and_end(britive: AdminClient) -> None:
    attributes = britive.identity_attributes
    made = attributes.create("badges", data_type="Number", multi_valued=True)
    assert attributes.find_by_name("badges") == made
    with pytest.raises(Conflict):
        attributes.create("badges")
    attributes.update(made, description="Doors")
    assert (attributes.get(made)).description == "Doors"
    attributes.delete(made)
    assert attributes.find_by_name("badges") is None
    built_in = attributes.find_by_name("Status")
    assert built_in is not None
    with pytest.raises(BadRequest):
        attributes.delete(built_in)
    assert "User" in attributes.identity_types()


def test_users_made_by_hand_live_and_end(britive: AdminClient) -> None:
    ana = britive.users.create(
        "ana", email="ana@acme.com", first_name="Ana", last_name="Diaz", password=PASSWORD
    )
    assert ana.external is False
    britive.users.update(ana, mobile="+34 600")
    britive.users.disable(ana)
    found = britive.users.get(ana)
    assert (found.mobile, found.is_active, found.email) == ("+34 600", False, "ana@acme.com")
    britive.users.enable(ana)
    assert [one.is_active for one in britive.users.disable_many([ana])] == [False]
    assert [one.is_active for one in britive.users.enable_many([ana])] == [True]
    assert britive.users.enable_many([]) == []
    with pytest.raises(Conflict, match="U-0009"):
        britive.users.create(
            "ana", email="a@acme.com", first_name="A", last_name="B", password=PASSWORD
        )
    britive.users.delete(ana)
    with pytest.raises(NotFound):
        britive.users.get(ana)


def test_custom_attributes_are_a_mapping(britive: AdminClient, tenant: Tenant) -> None:
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
    assert [one.method for one in tenant.requests[before:]] == ["GET"], "nothing differs"
    with pytest.raises(InputError, match="one value"):
        values.update(ana, {"costCode": ["1", "2"]})
    with pytest.raises(InputError, match="built-in"):
        values.update(ana, {"Email": "x"})
    with pytest.raises(InputError, match="did you mean 'costCode'"):
        values.update(ana, {"costcode": "x"})


def test_tags_made_by_hand_live_and_end(britive: AdminClient) -> None:
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


def test_members_are_set_with_the_fewest_calls(
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
    assert [one.method for one in tenant.requests[before:]] == ["GET", "POST", "DELETE"]
    members = [user.username for user in britive.tags.members.list(tag)]
    assert sorted(name or "" for name in members) == ["bob", "cid"]
    available = [user.username for user in britive.tags.members.list_available(tag)]
    assert available == ["ana"]
    with pytest.raises(InputError, match="single string"):
        britive.tags.set_members(tag, "u1")


def test_filters_reach_the_tenant(britive: AdminClient) -> None:
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
def test_a_name_in_the_place_of_an_id_is_told(
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
def test_what_may_be_an_id_is_not_taken_for_a_name(
    britive: AdminClient, call: Any
) -> None:
    with pytest.raises(NotFound) as caught:
        call(britive)
    assert "Ids are asked" not in str(caught.value)


def test_members_that_were_changed_before_a_failure_are_told(
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
