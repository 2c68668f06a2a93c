"""Weaker servers: each switch of the tenant, met by the client, in both dialects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import pytest

from britive_scim import AdminClient, RetryPolicy, ScimClient, Settings, errors, scim
from britive_scim.testing import Capabilities, Tenant


@dataclass(frozen=True)
class Met:
    """A client of a tenant that has a switch changed."""

    tenant: Tenant
    client: ScimClient
    provider: str

    def person(self, name: str, **more: Any) -> scim.User:
        user = scim.User.of(email=name, given_name="Ada", family_name="Byron")
        return scim.User.from_wire({**user.to_wire(), **more})

    def push(self, *names: str) -> list[scim.User]:
        return [self.client.users.create(self.person(name)) for name in names]

    def seen(self) -> list[dict[str, Any]]:
        return self.tenant.identity_providers[self.provider].users

    def sent(self, method: str) -> int:
        return sum(one.method == method for one in self.tenant.requests)


ALL = ("a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org")


def no_patch(met: Met) -> None:
    (ada,) = met.push("ada@x.org")
    assert met.client.users.patch(ada, {"title": "x"}).title == "x"
    assert [one.status for one in met.tenant.requests if one.method == "PATCH"] == [501]
    assert met.sent("PUT") == 1, "what cannot be patched is replaced"


def no_sort(met: Met) -> None:
    met.push(*ALL)
    with pytest.raises(errors.ApiError) as caught:
        list(met.client.users.list(sort_by="userName"))
    assert caught.value.status == 501
    assert len(list(met.client.users.list())) == 5


def no_search(met: Met) -> None:
    with pytest.raises(errors.ApiError) as caught:
        list(met.client.users.search(filter='userName eq "a"'))
    assert caught.value.status == 501
    assert met.client.users.find_by_user_name("a") is None


def no_bulk(met: Met) -> None:
    config = met.client.service_provider_config()
    assert config.bulk is not None
    assert config.bulk.supported is False
    users = met.client.users
    report = met.client.bulk([users.creation(met.person(name)) for name in ALL])
    assert report.ok
    assert len(met.seen()) == 5, "sent one after the other"


def no_versions(met: Met) -> None:
    (ada,) = met.push("ada@x.org")
    assert ada.meta is not None
    assert ada.meta.version is None
    edited = met.client.users.edit(ada, lambda user: user.model_copy(update={"title": "x"}))
    assert edited.title == "x"


def no_cursors(met: Met) -> None:
    met.push(*ALL)
    assert len(list(met.client.users.list(page_size=2))) == 5


def whom_me_is(met: Met) -> None:
    met.push("ada@x.org")
    assert met.client.me.get().user_name == "ada@x.org"


def small_pages(met: Met) -> None:
    met.push(*ALL)
    assert [one.user_name for one in met.client.users.list()] == list(ALL)
    assert met.sent("GET") >= 3


def no_mandatory_attributes(met: Met) -> None:
    assert met.client.users.create(scim.User(user_name="bare")).user_name == "bare"


def filters_ignored(met: Met) -> None:
    met.push(*ALL)
    found = met.client.users.find_by_user_name("C@x.org")
    assert found is not None
    assert found.user_name == "c@x.org"
    assert met.client.users.find_by_user_name("nobody@x.org") is None
    assert len(list(met.client.users.list(filter='userName eq "c@x.org"'))) == 5


def filters_by_wildcard(met: Met) -> None:
    met.push("a_b@x.org", "aXb@x.org", "aab@x.org")
    found = met.client.users.find_by_user_name("a_b@x.org")
    assert found is not None
    assert found.user_name == "a_b@x.org"
    assert len(list(met.client.users.list(filter='userName eq "a_b@x.org"'))) == 3


def unmapped_attributes_dropped(met: Met) -> None:
    made = met.client.users.create(met.person("ada@x.org", nickName="Countess", title="x"))
    again = met.client.users.get(made)
    assert (again.nick_name, again.title, again.user_name) == (None, None, "ada@x.org")
    assert again.primary_email == "ada@x.org"


def case_changed_on_storing(met: Met) -> None:
    made = met.client.users.create(met.person("Ada@X.org"))
    assert made.user_name == "ada@x.org"
    found = met.client.users.find_by_user_name("Ada@X.org")
    assert found is not None
    assert found.id == made.id
    same, created = met.client.users.ensure(met.person("ADA@x.org"))
    assert (same.id, created) == (made.id, False)


def members_left_out_of_lists(met: Met) -> None:
    users = met.push("a@x.org", "b@x.org")
    made = met.client.groups.create(scim.Group(display_name="G"))
    met.client.groups.add_members(made, users)
    assert [group.members for group in met.client.groups.list()] == [None]
    assert len(met.client.groups.get(made).members or ()) == 2


def members_before_their_users(met: Met) -> None:
    made = met.client.groups.create(scim.Group(display_name="G"))
    met.client.groups.add_members(made, ["nobody-yet"])
    assert [one.value for one in met.client.groups.get(made).members or ()] == ["nobody-yet"]


def few_member_changes(met: Met) -> None:
    users = met.push(*ALL)
    made = met.client.groups.create(scim.Group(display_name="G"))
    met.client.groups.add_members(made, users)
    assert len(met.client.groups.get(made).members or ()) == 5
    assert met.sent("PATCH") > 1, "a chunk that is refused is halved"
    met.client.groups.remove_members(made, users)
    assert not met.client.groups.get(made).members


def visible_after_a_delay(met: Met) -> None:
    (ada,) = met.push("ada@x.org")
    assert met.client.users.find_by_user_name("ada@x.org") is None
    assert list(met.client.users.list()) == []
    assert met.client.users.get(ada).id == ada.id, "by its id it is there"
    met.tenant.clock.advance(31)
    found = met.client.users.find_by_user_name("ada@x.org")
    assert found is not None


def display_names_twice(met: Met) -> None:
    for _ in range(2):
        met.client.groups.create(scim.Group(display_name="Twin"))
    with pytest.raises(errors.Ambiguous):
        met.client.groups.find_by_display_name("Twin")


def last_page_lost(met: Met) -> None:
    met.push(*ALL)
    pager = met.client.users.list(page_size=2)
    assert len(list(pager)) == 4
    assert pager.complete is False
    assert pager.why_incomplete


def group_patch_with_body(met: Met) -> None:
    made = met.client.groups.create(scim.Group(display_name="G"))
    assert met.client.groups.patch(made, {"externalId": "7"}).external_id == "7"
    assert met.sent("GET") == 0


def group_patch_without_body(met: Met) -> None:
    made = met.client.groups.create(scim.Group(display_name="G"))
    assert met.client.groups.patch(made, {"externalId": "8"}).external_id == "8"
    assert met.sent("GET") == 1


def delete_deactivates(met: Met) -> None:
    (ada,) = met.push("ada@x.org")
    met.client.users.delete(ada)
    assert [one["active"] for one in met.seen()] == [False]


def small_bodies(met: Met) -> None:
    with pytest.raises(errors.PayloadTooLarge):
        met.client.users.create(met.person("ada@x.org", title="x" * 2000))


SWITCHES: list[tuple[dict[str, Any], Callable[[Met], None]]] = [
    ({"patch": False}, no_patch),
    ({"sort": False}, no_sort),
    ({"search": False}, no_search),
    ({"bulk": False}, no_bulk),
    ({"etag": False}, no_versions),
    ({"cursor": False}, no_cursors),
    ({"me": "ada@x.org"}, whom_me_is),
    ({"page_size": 2, "max_page_size": 2}, small_pages),
    ({"mandatory_attributes": False}, no_mandatory_attributes),
    ({"filters": "ignored"}, filters_ignored),
    ({"filters": "wildcard"}, filters_by_wildcard),
    ({"unmapped_attributes": "dropped"}, unmapped_attributes_dropped),
    ({"user_name_case": "lower"}, case_changed_on_storing),
    ({"members_in_lists": False}, members_left_out_of_lists),
    ({"members_must_exist": False}, members_before_their_users),
    ({"max_member_changes": 2}, few_member_changes),
    ({"visible_after": 30}, visible_after_a_delay),
    ({"unique_display_names": False}, display_names_twice),
    ({"last_page": False}, last_page_lost),
    ({"group_patch_body": True}, group_patch_with_body),
    ({"group_patch_body": False}, group_patch_without_body),
    ({"delete_deactivates": True}, delete_deactivates),
    ({"max_body": 1500}, small_bodies),
]

ELSEWHERE = {
    "max_operations": "with max_bulk_body: test_bulk_requests_are_cut_to_the_limits",
    "max_bulk_body": "the same",
    "bearer_api_tokens": "test_the_admin_side_has_switches_too",
    "identity_provider_by_name": "the same",
    "max_admin_page": "the same",
    "password_policy": "the same",
}


@pytest.fixture(params=["Okta", "Entra"])
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def met(provider: str, request: pytest.FixtureRequest) -> Iterator[Met]:
    tenant = Tenant(capabilities=Capabilities(**getattr(request, "param", {})))
    idp = tenant.identity_providers[provider]
    with ScimClient(
        idp.scim_url,
        idp.scim_token,
        transport=tenant.transport(),
        settings=Settings(clock=tenant.clock),
        retry=RetryPolicy(attempts=2),
    ) as client:
        yield Met(tenant, client, provider)


@pytest.mark.parametrize(
    ("met", "behaves"),
    SWITCHES,
    indirect=["met"],
    ids=[behaves.__name__ for _, behaves in SWITCHES],
)
def test_a_client_meets_the_switch(met: Met, behaves: Callable[[Met], None]) -> None:
    behaves(met)


def test_every_switch_is_met() -> None:
    named = {name for switch, _ in SWITCHES for name in switch}
    assert {one.name for one in fields(Capabilities)} == named | ELSEWHERE.keys()
    assert not named & ELSEWHERE.keys()


@pytest.mark.parametrize("met", [{"max_operations": 2, "max_bulk_body": 1200}], indirect=True)
def test_bulk_requests_are_cut_to_the_limits(met: Met) -> None:
    report = met.client.bulk([met.client.users.creation(met.person(name)) for name in ALL])
    assert report.ok
    assert len(met.seen()) == 5
    assert met.sent("POST") >= 3


def test_the_admin_side_has_switches_too() -> None:
    tenant = Tenant()
    tenant.populate(users=5, groups=0)

    def client(**options: Any) -> AdminClient:
        return AdminClient("acme", tenant.api_token, transport=tenant.transport(), **options)

    assert client(auth_scheme="Bearer").identity_providers.list()
    tenant.capabilities = Capabilities(
        bearer_api_tokens=False,
        identity_provider_by_name="array",
        max_admin_page=2,
        password_policy=True,
    )
    with pytest.raises(errors.Unauthorized):
        client(auth_scheme="Bearer").identity_providers.list()
    assert client().identity_providers.get_by_name("Okta").name == "Okta"
    assert len(list(client().users.list())) == 5
    person = {"email": "ada@x.org", "first_name": "Ada", "last_name": "Byron"}
    with pytest.raises(errors.BadRequest, match=r"characters|password"):
        client().users.create("ada", password="short", **person)
    assert client().users.create("ada", password="Long-enough-1", **person).username == "ada"
