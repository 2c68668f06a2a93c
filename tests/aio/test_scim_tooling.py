"""Features for authors of tools: dry runs, the last response, providers without filters."""

from typing import Any

import pytest

from britive_scim import AsyncScimClient, errors, scim
from britive_scim.testing import Tenant
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeScimServer,
    make_error,
    make_list,
    make_response,
    make_user,
)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


@pytest.fixture
def okta(tenant: Tenant) -> AsyncScimClient:
    idp = tenant.identity_providers["Okta"]
    return AsyncScimClient(idp.scim_url, idp.scim_token, transport=tenant.async_transport())


def build_user(name: str) -> scim.User:
    return scim.User.of(email=f"{name}@acme.com", given_name=name, family_name="x")


async def test_dry_run_collects_changes_and_sends_none(
    okta: AsyncScimClient, tenant: Tenant
) -> None:
    existing = await okta.users.create(build_user("ana"))
    tenant.requests.clear()
    with okta.dry_run() as changes:
        new = await okta.users.create(build_user("bo"))
        assert new.id == "dry-run-1"
        assert (await okta.users.get(new)).user_name == "bo@acme.com"
        group = await okta.groups.create(scim.Group(display_name="Eng"))
        await okta.groups.add_members(group, [existing, new])
        await okta.users.patch(existing, {"title": "x"})
        await okta.users.deactivate(existing)
        new.title = "y"
        assert (await okta.users.replace(new)).title == "y"
        await okta.users.delete(new)
        assert (await okta.users.find_by_user_name("ana@acme.com")) is not None
    assert [(c.method, c.template) for c in changes] == [
        ("POST", "/Users"),
        ("POST", "/Groups"),
        ("PATCH", "/Groups/{}"),
        ("PATCH", "/Users/{}"),
        ("PATCH", "/Users/{}"),
        ("PUT", "/Users/{}"),
        ("DELETE", "/Users/{}"),
    ]
    assert {request.method for request in tenant.requests} == {"GET"}
    assert (await okta.users.get(existing)).active is True


async def test_dry_run_after_its_end_sends_changes(okta: AsyncScimClient) -> None:
    with pytest.raises(RuntimeError, match="stop"):
        await fail_in_a_dry_run(okta)
    created = await okta.users.create(build_user("bo"))
    assert created.id != "dry-run-1"
    with okta.dry_run() as outer:
        with okta.dry_run() as inner:
            await okta.users.delete(created)
        await okta.users.delete(created)
    assert (len(outer), len(inner)) == (1, 1)
    assert await okta.users.get(created)


async def fail_in_a_dry_run(okta: AsyncScimClient) -> None:
    with okta.dry_run():
        await okta.users.create(build_user("ana"))
        raise RuntimeError("stop")


async def test_dry_run_with_read_only_client_collects_changes() -> None:
    script = FakeScimServer(make_response(200, make_user(1)))
    async with AsyncScimClient(URL, TOKEN, transport=script, read_only=True) as client:
        with client.dry_run() as changes:
            await client.users.delete("1")
        assert len(changes) == 1
    assert script.sent == []


async def test_last_response_describes_latest_call() -> None:
    script = FakeScimServer(
        make_response(200, make_user(1), {"X-Request-Id": "r-1", "X-Rate": "9"}), make_error(404)
    )
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        assert client.last_response is None
        await client.users.get("1")
        last = client.last_response
        assert last is not None
        assert (last.status, last.request_id, last.headers["x-rate"], last.attempts) == (
            200,
            "r-1",
            "9",
            1,
        )
        assert last.body == b""
        with pytest.raises(errors.NotFound):
            await client.users.get("2")
        assert client.last_response is not None
        assert client.last_response.status == 404
    async with AsyncScimClient(URL, TOKEN, transport=script) as other:
        assert other.last_response is None


def make_configuration(has_filters: bool | None) -> Any:
    blocks: dict[str, Any] = {} if has_filters is None else {"filter": {"supported": has_filters}}
    return make_response(
        200, {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"], **blocks}
    )


@pytest.mark.parametrize("status", [400, 501])
async def test_find_without_filter_support_reads_all_users(status: int) -> None:
    everyone = make_list(make_user(1), make_user(2), make_user(3))
    script = FakeScimServer(make_error(status), make_configuration(False), everyone)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        found = await client.users.find_by_user_name("u2@example.com")
        assert found is not None
        assert found.id == "2"
        assert await client.users.find_by_user_name("nobody") is None
    assert script.lines == ["GET /Users", "GET /ServiceProviderConfig", *["GET /Users"] * 3]
    assert not any("filter" in query for query in script.queries[1:])
    assert script.queries[-1]["startIndex"] == "4"  # proves the end, as nobody was found


@pytest.mark.parametrize("has_filters", [True, None])
async def test_find_with_rejected_filter_reads_all_users(has_filters: bool | None) -> None:
    """A provider may support other filters."""
    script = FakeScimServer(
        make_error(400, scimType="invalidFilter"),
        make_configuration(has_filters),
        make_list(make_user(1), make_user(2)),
    )
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        found = await client.users.find_by_user_name("u2@example.com")
        assert found is not None
        assert found.id == "2"
    assert [q.get("filter") is not None for q in script.queries] == [True, False, False]


async def test_find_without_discovery_reads_configuration_once() -> None:
    script = FakeScimServer(make_error(400), make_error(404), make_error(400))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        for _ in range(2):
            with pytest.raises(errors.BadRequest):
                await client.users.find_by_user_name("u2@example.com")
    assert script.lines == ["GET /Users", "GET /ServiceProviderConfig", *["GET /Users"] * 3]
    assert [q.get("filter") is not None for q in script.queries] == [
        True,
        False,
        False,
        True,
        False,
    ]
