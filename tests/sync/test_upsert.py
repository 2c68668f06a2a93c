# Generated from tests/aio/test_upsert.py by tools/unasync.py; edit that file instead.
"""Upsert of one user: one account, the smallest PATCH, and no change for what the provider spells otherwise."""

import asyncio
import inspect
import json
from collections import Counter
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from britive_scim import ScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_list,
    make_response,
    make_user,
)
from support.tenant_callers import ENTERPRISE, USER

PROVIDERS: dict[str, dict[str, Any]] = {
    "standard": {},
    "Britive": {"filterable": ("userName", "displayName")},
    "filters ignored": {"filters": "ignored"},
    "filters refused": {"filters": "refused"},
    "wildcards": {"filters": "wildcard"},
    "no PATCH": {"patch": False},
    "lower case": {"user_name_case": "lower"},
    "page totals": {"total_results": "page", "cursor": False, "page_size": 2, "max_page_size": 2},
    "Britive without PATCH": {"filterable": ("userName", "displayName"), "patch": False},
    "no ETags": {"etag": False},
}


def make_ana(**attributes: Any) -> scim.User[scim.CustomUser]:
    ana = scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
    for name, value in {"external_id": "E1", **attributes}.items():
        setattr(ana, name, value)
    return ana


def make_tenant(**capabilities: Any) -> Tenant:
    return Tenant(capabilities=Capabilities(**capabilities))


def get_stored(tenant: Tenant) -> list[dict[str, Any]]:
    return tenant.identity_providers["Okta"].users


def get_methods(tenant: Tenant, start: int = 0) -> list[str]:
    return [request.method for request in tenant.requests[start:]]


# ------------------------------------------------------------------------------------ one account


@pytest.mark.heavy
@each_value("capabilities", PROVIDERS.values())
def test_upsert_comes_to_rest_on_every_provider(capabilities: dict[str, Any]) -> None:
    tenant = make_tenant(**capabilities)
    for number in range(5):
        tenant.identity_providers["Okta"].add_user(
            {"schemas": [USER], "userName": f"u{number}@acme.com", "externalId": f"U{number}"}
        )
    actions: list[str] = []
    with tenant.scim_client("Okta") as client:
        for wanted in (
            make_ana(),
            make_ana(title="Guide"),
            make_ana(title="Guide", user_name="Anna.Diaz@acme.com"),
            make_ana(title="Chief", user_name="Ana.Garcia@acme.com"),
        ):
            for _ in range(2):
                result = client.users.upsert(wanted)
                actions.append(result.action)
                assert result.unkept == ()
                assert result.resource.title == wanted.title
            assert get_methods(tenant)[-1] == "GET"
    assert (
        actions == ["created", "unchanged", "updated", "unchanged"] + ["renamed", "unchanged"] * 2
    )
    assert len(get_stored(tenant)) == 6
    ana = get_stored(tenant)[-1]
    assert ana["userName"].casefold() == "ana.garcia@acme.com"
    assert ana["title"] == "Chief"
    assert ana["externalId"] == "E1"


@each_value("capabilities", PROVIDERS.values())
def test_upsert_new_client_finds_renamed_user(capabilities: dict[str, Any]) -> None:
    """R15: a changed name keeps the account, also where `externalId` cannot be filtered."""
    tenant = make_tenant(**capabilities)
    with tenant.scim_client("Okta") as client:
        created = client.users.upsert(make_ana())
    with tenant.scim_client("Okta") as client:
        result = client.users.upsert(make_ana(user_name="new@acme.com"))
    assert result.action == "renamed"
    assert result.changes == {"userName": ("ana@acme.com", "new@acme.com")}
    assert result.resource.id == created.resource.id
    assert len(get_stored(tenant)) == 1


def test_upsert_sends_smallest_patch() -> None:
    tenant = make_tenant()
    with tenant.scim_client("Okta") as client:
        client.users.upsert(make_ana(title="Guide"))
        start = len(tenant.requests)
        client.users.upsert(make_ana(title="Guide"))
        assert get_methods(tenant, start) == ["GET"]
        result = client.users.upsert(make_ana(title="Chief"))
    assert get_methods(tenant, start + 1) == ["GET", "PATCH"]
    body = tenant.requests[-1].json()
    assert body["Operations"] == [{"op": "replace", "path": "title", "value": "Chief"}]
    assert result.changes == {"title": ("Guide", "Chief")}
    assert result.resource.title == "Chief"


def test_upsert_keeps_what_is_not_stated() -> None:
    tenant = make_tenant()
    with tenant.scim_client("Okta") as client:
        client.users.upsert(make_ana(title="Guide", nick_name="Annie"))
        result = client.users.upsert(make_ana())
        assert result.action == "unchanged"
        cleared = client.users.upsert(make_ana(title=None))
    assert cleared.changes == {"title": ("Guide", None)}
    assert get_stored(tenant)[0]["nickName"] == "Annie"
    assert "title" not in get_stored(tenant)[0]


def test_upsert_unset_remove_clears_what_is_not_stated() -> None:
    tenant = make_tenant()
    enterprise = scim.EnterpriseUser(department="Research", cost_center="R-1")
    with tenant.scim_client("Okta") as client:
        client.users.upsert(make_ana(title="Guide", active=False, enterprise=enterprise))
        wanted = make_ana(enterprise=scim.EnterpriseUser(department="Research"))
        wanted.active = None
        result = client.users.upsert(wanted, unset="remove")
        again = client.users.upsert(wanted, unset="remove")
    assert set(result.changes) == {"title", ENTERPRISE}
    assert again.action == "unchanged"
    stored = get_stored(tenant)[0]
    assert "title" not in stored
    assert stored[ENTERPRISE] == {"department": "Research"}
    assert stored["active"] is False
    assert stored["externalId"] == "E1"


@pytest.mark.heavy
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "title": st.sampled_from([None, "Guide", "GUIDE", "Chief"]),
                "user_name": st.sampled_from(["ana@acme.com", "ANA@acme.com", "anna@acme.com"]),
                "nick_name": st.sampled_from([None, "Annie"]),
                "active": st.booleans(),
            }
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(sorted(PROVIDERS)),
)
@settings(max_examples=12)
def test_upsert_second_call_is_unchanged(steps: list[dict[str, Any]], name: str) -> None:
    """After each call, the same call changes nothing, and there is one account."""
    tenant = make_tenant(**PROVIDERS[name])
    with tenant.scim_client("Okta") as client:
        for step in steps:
            wanted = make_ana(**{k: v for k, v in step.items() if v is not None})
            first = client.users.upsert(wanted)
            second = client.users.upsert(wanted)
            assert second.action == "unchanged"
            assert second.changes == {}
            assert second.resource.id == first.resource.id
    (stored,) = get_stored(tenant)
    last = steps[-1]
    assert stored["userName"].casefold() == last["user_name"].casefold()
    assert stored["active"] is last["active"]
    if last["title"] is not None:
        assert stored["title"].casefold() == last["title"].casefold()


# ----------------------------------------------------------------------------------------- adoption


def add_ana(tenant: Tenant, **attributes: Any) -> str:
    user = {"schemas": [USER], "userName": "ana@acme.com", **attributes}
    return str(tenant.identity_providers["Okta"].add_user(user)["id"])


@each_value("capabilities", PROVIDERS.values())
def test_upsert_adopts_unclaimed_user(capabilities: dict[str, Any]) -> None:
    tenant = make_tenant(**capabilities)
    id_ = add_ana(tenant)
    with tenant.scim_client("Okta") as client:
        result = client.users.upsert(make_ana())
        again = client.users.upsert(make_ana())
    assert (result.action, result.resource.id) == ("adopted", id_)
    assert result.changes["externalId"] == (None, "E1")
    assert again.action == "unchanged"
    assert get_stored(tenant)[0]["externalId"] == "E1"


@each_value("capabilities", PROVIDERS.values())
def test_upsert_other_external_id_is_ambiguous(capabilities: dict[str, Any]) -> None:
    """R32: an account of someone else is not handed over."""
    tenant = make_tenant(**capabilities)
    id_ = add_ana(tenant, externalId="E2")
    with tenant.scim_client("Okta") as client:
        with pytest.raises(errors.Ambiguous, match="has another externalId") as caught:
            client.users.upsert(make_ana())
        assert tuple(caught.value.candidates) == (id_,)
        assert "ana@acme.com" not in str(caught.value)
        taken = client.users.upsert(make_ana(), adopt="all")
    assert taken.action == "adopted"
    assert taken.resource.id == id_
    assert get_stored(tenant)[0]["externalId"] == "E1"
    assert len(get_stored(tenant)) == 1


def test_upsert_adopt_never_creates_nothing() -> None:
    tenant = make_tenant()
    id_ = add_ana(tenant)
    with tenant.scim_client("Okta") as client:
        with pytest.raises(errors.Ambiguous, match=f"User {id_} has the same name"):
            client.users.upsert(make_ana(), adopt="never")
    assert "POST" not in get_methods(tenant)


def test_upsert_without_external_id_matches_by_name() -> None:
    tenant = make_tenant()
    id_ = add_ana(tenant, externalId="E2")
    wanted = make_ana(title="Guide")
    del wanted.external_id
    with tenant.scim_client("Okta") as client:
        result = client.users.upsert(wanted)
    assert (result.action, result.resource.id) == ("updated", id_)
    assert get_stored(tenant)[0]["externalId"] == "E2"


def test_upsert_external_id_in_other_case_is_same_user() -> None:
    """Providers that fold identifiers: the name decides whether it is the same person."""
    tenant = make_tenant()
    id_ = add_ana(tenant, externalId="e1")
    other = {"schemas": [USER], "userName": "bob@acme.com", "externalId": "b1"}
    tenant.identity_providers["Okta"].add_user(other)
    with tenant.scim_client("Okta") as client:
        result = client.users.upsert(make_ana())
        bert = make_ana(external_id="B1", user_name="bert@acme.com")
        created = client.users.upsert(bert)
    assert result.resource.id == id_
    assert created.action == "created"


def test_upsert_matches_by_email_if_named() -> None:
    tenant = make_tenant()
    id_ = add_ana(tenant, userName="adiaz", emails=[{"value": "Ana@acme.com", "type": "work"}])
    with tenant.scim_client("Okta") as client:
        match = ("external_id", "user_name", "email")
        result = client.users.upsert(make_ana(), match=match)
    assert result.resource.id == id_
    assert result.action == "adopted"
    assert len(get_stored(tenant)) == 1


def test_upsert_matches_by_email_through_index() -> None:
    tenant = make_tenant(filterable=("userName",))
    id_ = add_ana(tenant, userName="adiaz", emails=[{"value": "ana@acme.com", "type": "work"}])
    with tenant.scim_client("Okta") as client:
        bob = scim.User.of(email="bob@acme.com", given_name="Bob", family_name="Diaz")
        bob.external_id = "E0"
        client.users.upsert(bob)
        result = client.users.upsert(make_ana(), match=("external_id", "user_name", "email"))
    assert result.resource.id == id_


# --------------------------------------------------------------------------- unfilterable keys


def test_upsert_lists_once_where_external_id_is_unfilterable() -> None:
    """Listing costs pages, once for each client; the ids and keys are kept."""
    tenant = make_tenant(filterable=("userName", "displayName"), page_size=2, max_page_size=2)
    for number in range(6):
        user = {"schemas": [USER], "userName": f"u{number}@acme.com", "externalId": f"U{number}"}
        tenant.identity_providers["Okta"].add_user(user)
    with tenant.scim_client("Okta") as client:
        client.users.upsert(make_ana())
        start = len(tenant.requests)
        for number in range(6):
            wanted = make_ana(external_id=f"U{number}", user_name=f"renamed{number}@acme.com")
            result = client.users.upsert(wanted)
            assert result.action == "renamed"
    assert Counter(get_methods(tenant, start)) == {"GET": 12, "PATCH": 6}
    assert len(get_stored(tenant)) == 7


def test_upsert_index_asks_for_keys_alone() -> None:
    tenant = make_tenant(filterable=("userName", "displayName"))
    with tenant.scim_client("Okta") as client:
        client.users.upsert(make_ana())
    listings = [
        dict(r.query)["attributes"] for r in tenant.requests if "attributes" in dict(r.query)
    ]
    assert listings == ["externalId,userName"]


def test_upsert_index_is_read_again_after_15_minutes() -> None:
    """Others may have created or renamed the user since."""
    tenant = make_tenant(filterable=("userName", "displayName"))
    with tenant.scim_client("Okta") as client:
        client.users.upsert(make_ana(external_id="E0", user_name="bob@acme.com"))
        id_ = add_ana(tenant, userName="old@acme.com", externalId="E1")
        tenant.clock.advance(minutes=16)
        result = client.users.upsert(make_ana())
    assert (result.action, result.resource.id) == ("renamed", id_)


def test_upsert_incomplete_list_creates_nothing() -> None:
    """R4: nothing is created while a match key cannot be judged."""
    tenant = make_tenant(
        filterable=("userName", "displayName"), page_size=2, max_page_size=2, last_page=False
    )
    for number in range(5):
        add_ana(tenant, userName=f"u{number}@acme.com")
    with tenant.scim_client("Okta") as client:
        with pytest.raises(errors.UnexpectedResponse, match="has this externalId"):
            client.users.upsert(make_ana())
    assert "POST" not in get_methods(tenant)


def test_upsert_incomplete_filter_is_no_judgement() -> None:
    """A filtered list that announces more than it sends does not show that there is no such user."""
    bob = make_user(2, userName="bob@acme.com", externalId="E1")

    def respond(request: httpx.Request) -> httpx.Response:
        if "filter" in request.url.params:
            return make_list(total=1)
        if request.url.path.endswith("/Users/2"):
            return make_response(200, bob)
        return make_list(*([bob] if request.url.params["startIndex"] == "1" else []), total=1)

    with ScimClient(URL, TOKEN, transport=FakeScimServer(respond)) as client:
        result = client.users.upsert(scim.User(user_name="bob@acme.com", external_id="E1"))
    assert (result.action, result.resource.id) == ("unchanged", "2")


def test_upsert_deleted_user_of_index_is_created() -> None:
    tenant = make_tenant(filterable=("userName", "displayName"))
    with tenant.scim_client("Okta") as client:
        first = client.users.upsert(make_ana())
        client.users.delete(first.resource)
        second = client.users.upsert(make_ana())
    assert second.action == "created"
    assert second.resource.id != first.resource.id
    assert len(get_stored(tenant)) == 1


def test_upsert_ignored_filter_lists_once() -> None:
    tenant = make_tenant(filters="ignored")
    for number in range(30):
        add_ana(tenant, userName=f"u{number}@acme.com", externalId=f"U{number}")
    with tenant.scim_client("Okta") as client:
        client.users.upsert(make_ana())
        start = len(tenant.requests)
        for number in range(10):
            wanted = make_ana(external_id=f"N{number}", user_name=f"n{number}@acme.com")
            assert (client.users.upsert(wanted)).action == "created"
    assert get_methods(tenant, start) == ["POST"] * 10


# ---------------------------------------------------------------------------------- values not kept


def test_upsert_dropped_value_is_unkept_once() -> None:
    tenant = make_tenant(unmapped_attributes="dropped")
    with tenant.scim_client("Okta") as client:
        created = client.users.upsert(make_ana(nick_name="Annie"))
        assert created.unkept == ("nickName",)
        again = client.users.upsert(make_ana(nick_name="Annie"))
        assert (again.action, again.changes, again.unkept) == ("unchanged", {}, ("nickName",))
        changed = client.users.upsert(make_ana(nick_name="Nan"))
        assert (changed.action, changed.unkept) == ("updated", ("nickName",))
        given = scim.Name(given_name="Anna", family_name="Diaz")
        renamed = client.users.upsert(make_ana(nick_name="Nan", name=given))
        assert renamed.unkept == ("nickName",)
        last = client.users.upsert(make_ana(nick_name="Nan", name=given))
    assert last.action == "unchanged"


def test_upsert_unkept_value_does_not_hide_drift() -> None:
    """R29: what others change at the target is put right, without the value that is not kept."""
    tenant = make_tenant(unmapped_attributes="dropped")
    with tenant.scim_client("Okta") as client:
        created = client.users.upsert(make_ana(nick_name="Annie"))
        client.users.deactivate(created.resource)
        wanted = make_ana(nick_name="Annie", active=True)
        client.users.upsert(wanted)
        client.users.deactivate(created.resource)
        result = client.users.upsert(wanted)
    assert result.changes == {"active": (False, True)}
    assert result.unkept == ("nickName",)
    operations = tenant.requests[-1].json()["Operations"]
    assert [operation["path"] for operation in operations] == ["active"]


class ShortServer(FakeScimServer):
    """Server with one user; its responses to writes have the id only, and it drops `title`."""

    def __init__(self) -> None:
        super().__init__(self.respond)
        self.stored: dict[str, Any] | None = None

    def respond(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.stored = {**json.loads(request.content), "id": "1"}
            self.stored.pop("title", None)
            return make_response(201, {"schemas": [USER], "id": "1"})
        if request.url.path.endswith("/Users/1"):
            return make_response(200, self.stored)
        return make_list(*([self.stored] if self.stored else []))


def test_upsert_short_response_is_read_back() -> None:
    server = ShortServer()
    with ScimClient(URL, TOKEN, transport=server) as client:
        created = client.users.upsert(make_ana(title="Guide"))
        again = client.users.upsert(make_ana(title="Guide"))
    assert created.unkept == ("title",)
    assert again.action == "unchanged"


# ------------------------------------------------------------------------------------ dry run


@each_value("capabilities", PROVIDERS.values())
def test_upsert_dry_run_returns_what_would_happen(capabilities: dict[str, Any]) -> None:
    tenant = make_tenant(**capabilities)
    add_ana(tenant, externalId="E1", name={"givenName": "Ana", "familyName": "Diaz"})
    add_ana(tenant, userName="bob@acme.com")
    with tenant.scim_client("Okta") as client:
        with client.dry_run() as sent:
            results = [
                client.users.upsert(wanted)
                for wanted in (
                    make_ana(external_id="E9", user_name="new@acme.com"),
                    make_ana(title="Guide"),
                    make_ana(user_name="anna@acme.com"),
                    make_ana(external_id="E2", user_name="bob@acme.com"),
                )
            ]
        assert [result.action for result in results] == ["created", "updated", "renamed", "adopted"]
        assert results[1].changes["title"] == (None, "Guide")
        assert len(sent) == 4
        created = client.users.upsert(make_ana(external_id="E9", user_name="new@acme.com"))
    assert created.action == "created"
    assert len(get_stored(tenant)) == 3


# ------------------------------------------------------------------------------------------ races


def test_upsert_conflict_is_looked_up_again() -> None:
    """R5, R25: someone else created the user between look-up and creation."""
    stored = make_user(1, userName="ana@acme.com")
    looked_up = 0

    def respond(request: httpx.Request) -> httpx.Response:
        nonlocal looked_up
        if request.method == "POST":
            return make_error(409, scimType="uniqueness")
        if request.method == "PATCH":
            stored["externalId"] = "E1"
            return make_response(200, stored)
        looked_up += 1
        return make_list(*([stored] if looked_up > 2 else []))

    with ScimClient(URL, TOKEN, transport=FakeScimServer(respond)) as client:
        wanted = scim.User(user_name="ana@acme.com", external_id="E1")
        result = client.users.upsert(wanted)
    assert result.action == "adopted"
    assert result.resource.id == "1"


def test_upsert_conflict_of_hidden_user_raises() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        return make_error(409, scimType="uniqueness") if request.method == "POST" else make_list()

    server = FakeScimServer(respond)
    with ScimClient(URL, TOKEN, transport=server) as client:
        with pytest.raises(errors.Conflict):
            client.users.upsert(make_ana())
    assert [line.split()[0] for line in server.lines].count("POST") == 1


def test_upsert_taken_name_is_a_conflict() -> None:
    tenant = make_tenant()
    add_ana(tenant, externalId="E1")
    add_ana(tenant, userName="bob@acme.com", externalId="E2")
    with tenant.scim_client("Okta") as client:
        with pytest.raises(errors.Conflict):
            client.users.upsert(make_ana(user_name="bob@acme.com"))
    assert len(get_stored(tenant)) == 2


def test_upsert_user_deleted_before_patch_is_created() -> None:
    tenant = make_tenant()
    id_ = add_ana(tenant, externalId="E1")
    tenant.faults.add(404, method="PATCH", path="*/Users/*", times=1)
    with tenant.scim_client("Okta") as client:
        result = client.users.upsert(make_ana(title="Guide"))
    assert (result.action, result.resource.id) == ("updated", id_)
    assert get_methods(tenant) == ["GET", "PATCH", "GET", "PATCH"]


def test_upsert_overtaken_change_is_repeated() -> None:
    tenant = make_tenant()
    add_ana(tenant, externalId="E1")
    tenant.faults.add(412, method="PATCH", path="*/Users/*", times=2)
    with tenant.scim_client("Okta") as client:
        result = client.users.upsert(make_ana(title="Guide"))
    assert result.action == "updated"
    assert get_stored(tenant)[0]["title"] == "Guide"


def test_upsert_overtaken_five_times_raises() -> None:
    tenant = make_tenant()
    add_ana(tenant, externalId="E1")
    tenant.faults.add(412, method="PATCH", path="*/Users/*", times=5)
    with tenant.scim_client("Okta") as client:
        with pytest.raises(errors.PreconditionFailed):
            client.users.upsert(make_ana(title="Guide"))
    assert get_methods(tenant).count("PATCH") == 5


def test_upsert_unfilterable_conflict_reads_list_again() -> None:
    tenant = make_tenant(filterable=("displayName",))
    with tenant.scim_client("Okta") as client:
        client.users.upsert(make_ana(external_id="E0", user_name="bob@acme.com"))
        id_ = add_ana(tenant)
        result = client.users.upsert(make_ana())
    assert (result.action, result.resource.id) == ("adopted", id_)
    assert len(get_stored(tenant)) == 2


def test_upsert_lost_creation_makes_one_account() -> None:
    tenant = make_tenant()
    tenant.faults.add(cut="after", method="POST", path="*/Users", times=1)
    with tenant.scim_client("Okta") as client:
        result = client.users.upsert(make_ana())
    assert result.action == "created"
    assert len(get_stored(tenant)) == 1


def test_upsert_concurrent_calls_make_one_account() -> None:
    """Renamed twice at once: the key is locked, so that the second call finds the account of the first."""
    tenant = make_tenant()
    with tenant.scim_client("Okta") as client:
        if inspect.iscoroutinefunction(client.users.upsert):
            names = [f"a{number}@acme.com" for number in range(6)]
            calls = [client.users.upsert(make_ana(user_name=name)) for name in names]
            results = asyncio.gather(*calls)  # type: ignore[arg-type]  # coroutines, in the async client
            assert [result.action for result in results].count("created") == 1
            assert len(get_stored(tenant)) == 1


# ----------------------------------------------------------------------------------------- input


def test_upsert_refuses_bad_input_before_sending() -> None:
    tenant = make_tenant()
    with tenant.scim_client("Okta") as client:
        bad: list[tuple[Any, dict[str, Any], str]] = [
            (scim.User(), {}, "required attributes"),
            (scim.Group(display_name="x"), {}, "must be a User"),
            ({"userName": "x"}, {}, "must be a User"),
            (scim.User.from_wire({"userName": "x", "shoeSize": 41}), {}, "got 'shoeSize'"),
            (
                scim.User.from_wire({"userName": "x", ENTERPRISE: {"team": "y"}}),
                {},
                "got 'team' in urn",
            ),
            (make_ana(), {"match": ()}, "match must be"),
            (make_ana(), {"match": "user_name"}, "match must be"),
            (make_ana(), {"match": ("userName",)}, "match must contain known keys"),
            (make_ana(), {"match": ("display_name",)}, "match must contain known keys"),
            (make_ana(), {"adopt": "yes"}, "adopt must be 'never', 'unclaimed' or 'all'"),
            (make_ana(), {"unset": "clear"}, "unset must be 'keep' or 'remove'"),
        ]
        for resource, options, message in bad:
            with pytest.raises((errors.InputError, errors.InvalidResource), match=message):
                client.users.upsert(resource, **options)
    assert not tenant.requests


def test_upsert_of_read_only_client_is_refused() -> None:
    tenant = make_tenant()
    with tenant.scim_client("Okta", read_only=True) as client:
        with pytest.raises(errors.ReadOnly):
            client.users.upsert(make_ana())
    assert not get_stored(tenant)


def test_upsert_server_error_is_raised() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        return make_error(500)

    settings = Settings(clock=FakeClock())
    with ScimClient(
        URL, TOKEN, transport=FakeScimServer(respond), retry=RetryPolicy.none(), settings=settings
    ) as client:
        with pytest.raises(errors.ServerError):
            client.users.upsert(make_ana())


def test_upsert_of_custom_class_changes_custom_attributes() -> None:
    class Acme(scim.CustomUser):
        cost_code: str | None = None

    tenant = make_tenant()
    with tenant.scim_client("Okta") as client:
        people = client.collection(scim.User[Acme])
        for code in ("R-1", "R-2"):
            user = scim.User[Acme].of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
            user.custom = Acme(cost_code=code)
            result = people.upsert(user)
    assert result.action == "updated"
    assert result.resource.custom is not None
    assert result.resource.custom.cost_code == "R-2"


def test_upsert_of_hidden_user_says_once_that_no_look_up_finds_it() -> None:
    tenant = make_tenant()
    tenant.faults.add(method="POST", path="*/Users", status=409, body='{"detail":"taken"}')
    with tenant.scim_client("Okta") as okta:
        with pytest.raises(errors.Conflict) as caught:
            okta.users.upsert(make_ana())
    assert str(caught.value).count("find no resource") == 1


# ------------------------------------------------------------------- attributes that are not returned


class ReticentServer(FakeScimServer):
    """Server with one user, renamed since, that applies filters and never returns `externalId`."""

    def __init__(self, *, ignores_filters: bool = False, shows_alone: bool = False) -> None:
        super().__init__(self.respond)
        self.users = [make_user(1, userName="ana.old@acme.com", externalId="E1")]
        self.ignores_filters = ignores_filters
        self.shows_alone = shows_alone

    def respond(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.users.append({**json.loads(request.content), "id": str(len(self.users) + 1)})
            return make_response(201, self.users[-1])
        if request.method == "PATCH":
            return make_response(204)
        if not request.url.path.endswith("/Users"):
            return make_response(200, self.users[0] if self.shows_alone else hide(self.users[0]))
        name, _, value = request.url.params.get("filter", "userName eq 1").split(" ", 2)
        is_filtered = "filter" in request.url.params and not self.ignores_filters
        start = int(request.url.params["startIndex"]) - 1
        found = [u for u in self.users if not is_filtered or u.get(name) == json.loads(value)]
        return make_list(*map(hide, found[start:]), total=len(found))


def hide(user: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in user.items() if name != "externalId"}


@each_value("match", [("external_id", "user_name"), ("external_id",)])
def test_upsert_hidden_external_id_creates_nothing(match: tuple[str, ...]) -> None:
    """R4: the filter finds a user under another name, so that the person may exist."""
    server = ReticentServer()
    with ScimClient(URL, TOKEN, transport=server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="has this externalId: User '1'"):
            client.users.upsert(make_ana(), match=match)
        report = client.users.upsert_many([make_ana()], match=match)
    assert len(report.failures) == 1
    assert {line.partition(" ")[0] for line in server.lines} == {"GET"}


def test_upsert_hidden_external_id_under_same_name_is_found() -> None:
    server = ReticentServer()
    with ScimClient(URL, TOKEN, transport=server) as client:
        result = client.users.upsert(make_ana(user_name="ana.old@acme.com"))
    assert (result.action, result.resource.id) == ("adopted", "1")


def test_upsert_external_id_shown_alone_is_renamed() -> None:
    server = ReticentServer(shows_alone=True)
    with ScimClient(URL, TOKEN, transport=server) as client:
        result = client.users.upsert(make_ana())
    assert (result.action, result.resource.id) == ("renamed", "1")


def test_upsert_ignored_filter_of_unclaimed_user_creates() -> None:
    """Every filter finds the only user, who has no `externalId`."""
    server = ReticentServer(ignores_filters=True)
    with ScimClient(URL, TOKEN, transport=server) as client:
        assert (client.users.upsert(make_ana())).action == "created"
        start = len(server.sent)
        assert (
            client.users.upsert(make_ana(external_id="E2", user_name="bob@acme.com"))
        ).action == "created"
    assert [line.partition(" ")[0] for line in server.lines[start:]] == ["GET", "POST"]
