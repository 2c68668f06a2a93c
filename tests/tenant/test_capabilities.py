"""Capabilities of weaker servers: each one changed on the tenant and used by the client, in both dialects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import pytest

from britive_scim import AdminClient, RetryPolicy, ScimClient, Settings, errors, scim
from britive_scim.testing import Capabilities, Tenant


@dataclass(frozen=True)
class Scenario:
    """A client and its tenant, which has one capability changed."""

    tenant: Tenant
    client: ScimClient
    provider: str

    def person(self, name: str, **more: Any) -> scim.User:
        user = scim.User.of(email=name, given_name="Ada", family_name="Byron")
        return scim.User.from_wire({**user.to_wire(), **more})

    def create_users(self, *names: str) -> list[scim.User]:
        return [self.client.users.create(self.person(name)) for name in names]

    def seen(self) -> list[dict[str, Any]]:
        return self.tenant.identity_providers[self.provider].users

    def sent(self, method: str) -> int:
        return sum(one.method == method for one in self.tenant.requests)


ALL = ("a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org")


def no_patch(scenario: Scenario) -> None:
    (ada,) = scenario.create_users("ada@x.org")
    assert scenario.client.users.patch(ada, {"title": "x"}).title == "x"
    assert [one.status for one in scenario.tenant.requests if one.method == "PATCH"] == [501]
    assert scenario.sent("PUT") == 1, "replaced instead of patched"


def no_sort(scenario: Scenario) -> None:
    scenario.create_users(*ALL)
    with pytest.raises(errors.ApiError) as caught:
        list(scenario.client.users.list(sort_by="userName"))
    assert caught.value.status == 501
    assert len(list(scenario.client.users.list())) == 5


def no_search(scenario: Scenario) -> None:
    with pytest.raises(errors.ApiError) as caught:
        list(scenario.client.users.search(filter='userName eq "a"'))
    assert caught.value.status == 501
    assert scenario.client.users.find_by_user_name("a") is None


def no_bulk(scenario: Scenario) -> None:
    config = scenario.client.service_provider_config()
    assert config.bulk is not None
    assert config.bulk.supported is False
    users = scenario.client.users
    report = scenario.client.bulk([users.creation(scenario.person(name)) for name in ALL])
    assert report.ok
    assert len(scenario.seen()) == 5, "sent individually"


def no_etags(scenario: Scenario) -> None:
    (ada,) = scenario.create_users("ada@x.org")
    assert ada.meta is not None
    assert ada.meta.version is None
    edited = scenario.client.users.edit(ada, lambda user: user.model_copy(update={"title": "x"}))
    assert edited.title == "x"


def no_cursors(scenario: Scenario) -> None:
    scenario.create_users(*ALL)
    assert len(list(scenario.client.users.list(page_size=2))) == 5


def me_as_user(scenario: Scenario) -> None:
    scenario.create_users("ada@x.org")
    assert scenario.client.me.get().user_name == "ada@x.org"


def small_pages(scenario: Scenario) -> None:
    scenario.create_users(*ALL)
    assert [one.user_name for one in scenario.client.users.list()] == list(ALL)
    assert scenario.sent("GET") >= 3


def no_mandatory_attributes(scenario: Scenario) -> None:
    assert scenario.client.users.create(scim.User(user_name="bare")).user_name == "bare"


def filters_ignored(scenario: Scenario) -> None:
    scenario.create_users(*ALL)
    found = scenario.client.users.find_by_user_name("C@x.org")
    assert found is not None
    assert found.user_name == "c@x.org"
    assert scenario.client.users.find_by_user_name("nobody@x.org") is None
    pager = scenario.client.users.list(filter='userName eq "c@x.org"')
    with pytest.raises(errors.UnexpectedResponse, match="does not apply the filter"):
        list(pager)
    pager = scenario.client.users.list(filter='userName eq "c@x.org"', verify=False)
    assert len(list(pager)) == 5


def filters_by_wildcard(scenario: Scenario) -> None:
    scenario.create_users("a_b@x.org", "aXb@x.org", "aab@x.org")
    found = scenario.client.users.find_by_user_name("a_b@x.org")
    assert found is not None
    assert found.user_name == "a_b@x.org"
    pager = scenario.client.users.list(filter='userName eq "a_b@x.org"', verify=False)
    assert len(list(pager)) == 3


def unmapped_attributes_dropped(scenario: Scenario) -> None:
    created = scenario.client.users.create(
        scenario.person("ada@x.org", nickName="Countess", title="x")
    )
    stored = scenario.client.users.get(created)
    assert (stored.nick_name, stored.title, stored.user_name) == (None, None, "ada@x.org")
    assert stored.primary_email == "ada@x.org"


def case_changed_on_storing(scenario: Scenario) -> None:
    user = scenario.client.users.create(scenario.person("Ada@X.org"))
    assert user.user_name == "ada@x.org"
    found = scenario.client.users.find_by_user_name("Ada@X.org")
    assert found is not None
    assert found.id == user.id
    existing, created = scenario.client.users.ensure(scenario.person("ADA@x.org"))
    assert (existing.id, created) == (user.id, False)


def members_left_out_of_lists(scenario: Scenario) -> None:
    users = scenario.create_users("a@x.org", "b@x.org")
    created = scenario.client.groups.create(scim.Group(display_name="G"))
    scenario.client.groups.add_members(created, users)
    assert [group.members for group in scenario.client.groups.list()] == [None]
    assert len(scenario.client.groups.get(created).members or ()) == 2


def members_without_users(scenario: Scenario) -> None:
    created = scenario.client.groups.create(scim.Group(display_name="G"))
    scenario.client.groups.add_members(created, ["nobody-yet"])
    assert [one.value for one in scenario.client.groups.get(created).members or ()] == [
        "nobody-yet"
    ]


def max_member_changes(scenario: Scenario) -> None:
    users = scenario.create_users(*ALL)
    created = scenario.client.groups.create(scim.Group(display_name="G"))
    scenario.client.groups.add_members(created, users)
    assert len(scenario.client.groups.get(created).members or ()) == 5
    assert scenario.sent("PATCH") > 1, "a rejected chunk is halved"
    scenario.client.groups.remove_members(created, users)
    assert not scenario.client.groups.get(created).members


def visible_after_a_delay(scenario: Scenario) -> None:
    (ada,) = scenario.create_users("ada@x.org")
    assert scenario.client.users.find_by_user_name("ada@x.org") is None
    assert list(scenario.client.users.list()) == []
    assert scenario.client.users.get(ada).id == ada.id, "readable by its id"
    scenario.tenant.clock.advance(31)
    found = scenario.client.users.find_by_user_name("ada@x.org")
    assert found is not None


def duplicate_display_names(scenario: Scenario) -> None:
    for _ in range(2):
        scenario.client.groups.create(scim.Group(display_name="Twin"))
    with pytest.raises(errors.Ambiguous):
        scenario.client.groups.find_by_display_name("Twin")


def last_page_lost(scenario: Scenario) -> None:
    scenario.create_users(*ALL)
    pager = scenario.client.users.list(page_size=2)
    assert len(list(pager)) == 4
    assert pager.complete is False
    assert pager.why_incomplete


def group_patch_with_body(scenario: Scenario) -> None:
    created = scenario.client.groups.create(scim.Group(display_name="G"))
    assert scenario.client.groups.patch(created, {"externalId": "7"}).external_id == "7"
    assert scenario.sent("GET") == 0


def group_patch_without_body(scenario: Scenario) -> None:
    created = scenario.client.groups.create(scim.Group(display_name="G"))
    assert scenario.client.groups.patch(created, {"externalId": "8"}).external_id == "8"
    assert scenario.sent("GET") == 1


def delete_deactivates(scenario: Scenario) -> None:
    (ada,) = scenario.create_users("ada@x.org")
    scenario.client.users.delete(ada)
    assert [one["active"] for one in scenario.seen()] == [False]


def small_bodies(scenario: Scenario) -> None:
    with pytest.raises(errors.PayloadTooLarge):
        scenario.client.users.create(scenario.person("ada@x.org", title="x" * 2000))


def filters_refused(scenario: Scenario) -> None:
    scenario.create_users(*ALL)
    found = scenario.client.users.find_by_user_name("C@x.org")
    assert found is not None
    assert found.user_name == "c@x.org"
    with pytest.raises(errors.BadRequest) as caught:
        list(scenario.client.users.list(filter='userName eq "c@x.org"'))
    assert caught.value.scim_type == "invalidFilter"


def filters_of_names_only(scenario: Scenario) -> None:
    (ada,) = scenario.create_users("ada@x.org")
    found = scenario.client.users.find_by_user_name("Ada@x.org")
    assert found is not None
    assert found.id == ada.id
    with pytest.raises(errors.BadRequest) as caught:
        list(scenario.client.users.list(filter='externalId eq "e1"'))
    assert caught.value.scim_type == "invalidFilter"
    assert scenario.client.users.find_by_external_id("e1") is None, "read from the list"
    person = scenario.person("bo@x.org", externalId="e1")
    scenario.tenant.faults.add(method="POST", cut="after")
    scenario.client.users.create(person)
    assert len(scenario.seen()) == 2, "found again by its userName"


def total_of_the_page(scenario: Scenario) -> None:
    scenario.create_users(*ALL)
    pager = scenario.client.users.list()
    assert [one.user_name for one in pager] == list(ALL)
    assert pager.complete is True


def stored_members(scenario: Scenario) -> set[str]:
    (group,) = scenario.tenant.identity_providers[scenario.provider].groups
    return {one["value"] for one in group.get("members", [])}


def members_shown_as_empty(scenario: Scenario) -> None:
    ids = {str(user.id) for user in scenario.create_users(*ALL)}
    former, *rest = ids
    group = scenario.client.groups.create(scim.Group.of("G", [former]))
    scenario.client.groups.set_members(group, rest)
    assert stored_members(scenario) == set(rest), "replaced without knowing the former members"
    scenario.client.groups.remove_members(group, rest[:1])
    scenario.client.groups.add_members(group, [former])
    assert stored_members(scenario) == ids - {rest[0]}


def members_hidden_and_not_replaced(scenario: Scenario) -> None:
    former, *rest = [str(user.id) for user in scenario.create_users(*ALL)]
    group = scenario.client.groups.create(scim.Group.of("G", [former]))
    with pytest.raises(errors.UnexpectedResponse, match="former members are not shown") as caught:
        scenario.client.groups.set_members(group, rest)
    assert set(caught.value.done) == set(rest)
    assert stored_members(scenario) == {former, *rest}
    scenario.client.groups.remove_members(group, [former])
    assert stored_members(scenario) == set(rest)


def group_stored_in_part(scenario: Scenario) -> None:
    ids = [str(user.id) for user in scenario.create_users(*ALL)]
    scenario.client.groups.create(scim.Group.of("G", ids))
    assert stored_members(scenario) == set(ids), "completed"


def put_that_keeps_what_is_left_out(scenario: Scenario) -> None:
    user = scenario.client.users.create(scenario.person("ada@x.org", title="Countess"))
    user.title = None
    assert scenario.client.users.replace(user).title is None
    assert [one.get("title") for one in scenario.seen()] == [None]


def deactivated_user_removed(scenario: Scenario) -> None:
    (ada,) = scenario.create_users("ada@x.org")
    assert scenario.client.users.deactivate(ada).active is False
    assert scenario.seen() == []
    with pytest.raises(errors.NotFound):
        scenario.client.users.reactivate(ada)


CASES: list[tuple[dict[str, Any], Callable[[Scenario], None]]] = [
    ({"patch": False}, no_patch),
    ({"sort": False}, no_sort),
    ({"search": False}, no_search),
    ({"bulk": False}, no_bulk),
    ({"etag": False}, no_etags),
    ({"cursor": False}, no_cursors),
    ({"me": "ada@x.org"}, me_as_user),
    ({"page_size": 2, "max_page_size": 2}, small_pages),
    ({"mandatory_attributes": False}, no_mandatory_attributes),
    ({"filters": "ignored"}, filters_ignored),
    ({"filters": "wildcard"}, filters_by_wildcard),
    ({"unmapped_attributes": "dropped"}, unmapped_attributes_dropped),
    ({"user_name_case": "lower"}, case_changed_on_storing),
    ({"members_in_lists": False}, members_left_out_of_lists),
    ({"members_must_exist": False}, members_without_users),
    ({"max_member_changes": 2}, max_member_changes),
    ({"visible_after": 30}, visible_after_a_delay),
    ({"unique_display_names": False}, duplicate_display_names),
    ({"last_page": False}, last_page_lost),
    ({"group_patch_body": True}, group_patch_with_body),
    ({"group_patch_body": False}, group_patch_without_body),
    ({"delete_deactivates": True}, delete_deactivates),
    ({"max_body": 1500}, small_bodies),
    ({"filters": "refused"}, filters_refused),
    ({"filterable": ("userName", "displayName")}, filters_of_names_only),
    ({"total_results": "page", "max_page_size": 2}, total_of_the_page),
    ({"members_in_get": "empty"}, members_shown_as_empty),
    ({"members_in_get": "absent", "replace_members": False}, members_hidden_and_not_replaced),
    ({"max_created_members": 2}, group_stored_in_part),
    ({"put_keeps_omitted": True, "patch": False}, put_that_keeps_what_is_left_out),
    ({"deactivate_deletes": True}, deactivated_user_removed),
]

COVERED_ELSEWHERE = {
    "max_operations": "with max_bulk_body: test_bulk_requests_are_split_by_limits",
    "max_bulk_body": "the same",
    "bearer_api_tokens": "test_admin_client_adapts_to_changed_capabilities",
    "identity_provider_by_name": "the same",
    "max_admin_page": "the same",
    "password_policy": "the same",
}


@pytest.fixture(params=["Okta", "Entra"])
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def scenario(provider: str, request: pytest.FixtureRequest) -> Iterator[Scenario]:
    tenant = Tenant(capabilities=Capabilities(**getattr(request, "param", {})))
    idp = tenant.identity_providers[provider]
    with ScimClient(
        idp.scim_url,
        idp.scim_token,
        transport=tenant.transport(),
        settings=Settings(clock=tenant.clock),
        retry=RetryPolicy(attempts=2),
    ) as client:
        yield Scenario(tenant, client, provider)


@pytest.mark.parametrize(
    ("scenario", "check"),
    CASES,
    indirect=["scenario"],
    ids=[check.__name__ for _, check in CASES],
)
def test_client_adapts_to_changed_capability(
    scenario: Scenario, check: Callable[[Scenario], None]
) -> None:
    check(scenario)


def test_capabilities_are_all_covered() -> None:
    covered = {name for switch, _ in CASES for name in switch}
    assert {one.name for one in fields(Capabilities)} == covered | COVERED_ELSEWHERE.keys()
    assert not covered & COVERED_ELSEWHERE.keys()


@pytest.mark.parametrize("scenario", [{"max_operations": 2, "max_bulk_body": 1200}], indirect=True)
def test_bulk_requests_are_split_by_limits(scenario: Scenario) -> None:
    report = scenario.client.bulk(
        [scenario.client.users.creation(scenario.person(name)) for name in ALL]
    )
    assert report.ok
    assert len(scenario.seen()) == 5
    assert scenario.sent("POST") >= 3


def test_admin_client_adapts_to_changed_capabilities() -> None:
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
