"""Reading of a directory through the admin API: what users show, and the requests it takes."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from britive_scim import AsyncAdminClient, errors
from britive_scim.testing import Tenant
from support.fake_admin_api import FakeAdminApi
from support.fake_scim_server import TOKEN
from support.tenant_callers import CUSTOM, USER

LOGIN = datetime(2026, 4, 1, 10, tzinfo=UTC)


@pytest.fixture
def people() -> Tenant:
    """Return a tenant with 30 users, three tags, and a login."""
    tenant = Tenant("acme", seed=1)
    tenant.populate(users=30, groups=3)
    okta = tenant.identity_providers["Okta"]
    okta.record_login(okta.users[0]["id"], LOGIN)
    return tenant


def count_paths(tenant: Tenant) -> Counter[str]:
    paths = [request.path.partition("?")[0].split("/") for request in tenant.requests]
    return Counter("/".join(part if len(part) < 20 else "{}" for part in path) for path in paths)


async def test_users_have_facts_without_a_request_each(people: Tenant) -> None:
    async with people.async_admin_client(read_only=True) as britive:
        directory = await britive.read_directory()
    assert count_paths(people) == {
        "/api/users": 1,
        "/api/user-tags": 1,
        "/api/user-tags/{}/users": 3,
    }
    table = directory.to_table()
    rows: list[dict[str, Any]] = [dict(zip(table.columns, row, strict=True)) for row in table]
    assert len(rows) == 30
    assert (rows[0]["last_login"], rows[1]["last_login"]) == (LOGIN, None)
    assert {row["identity_provider"] for row in rows} == {"Okta"}
    assert {row["external"] for row in rows} == {True}
    assert {row["status"] for row in rows} == {"active", "inactive"}
    assert "Everyone" in rows[0]["tags"]
    assert not any(name.startswith("attributes.") for name in table.columns)
    assert directory.source.tenant_url == "https://acme.britive-app.com"


async def add_attribute(
    britive: AsyncAdminClient, name: str, *, multi_valued: bool = False
) -> None:
    await britive.identity_attributes.create(name, description=name, multi_valued=multi_valued)


async def test_attributes_take_a_request_each_only_on_demand(people: Tenant) -> None:
    okta = people.identity_providers["Okta"]
    async with people.async_admin_client() as britive:
        before = await britive.read_directory(attributes=True)
        assert not count_paths(people)["/api/users/{}/custom-attributes"], "the tenant has none"
        await add_attribute(britive, "badge")
        await add_attribute(britive, "sites", multi_valued=True)
        provider = await britive.identity_providers.get_by_name("Okta")
        await britive.identity_providers.mappings.add(
            provider, {"badge": "badge", "sites": "sites"}
        )
        user = {
            "schemas": [USER, CUSTOM],
            "userName": "new@acme.com",
            CUSTOM: {"badge": "7", "sites": ["a", "b"]},
        }
        okta.add_user(user)
        steps: list[tuple[int, int, str]] = []
        directory = await britive.read_directory(
            attributes=True, progress=lambda *step: steps.append(step)
        )
    assert count_paths(people)["/api/users/{}/custom-attributes"] == 31
    assert len(steps) == 3 + 31
    assert steps[-1] == (34, 34, "attributes of users")
    table = directory.to_table().select(["username", "attributes.badge", "attributes.sites"])
    assert ("new@acme.com", "7", ["a", "b"]) in [*map(tuple, table)]
    assert directory.user_records[0].admin is not None
    assert directory.user_records[0].admin["attributes"] is True
    assert before.user_records[0].admin is not None
    assert before.user_records[0].admin["attributes"] is True


async def test_tags_of_other_providers_have_users_of_this_one(people: Tenant) -> None:
    """Otherwise such users would look as if they were in no tag."""
    async with people.async_admin_client() as britive:
        user = await britive.users.list().first()
        assert user is not None
        for name, members in (("Console admins", [user]), ("Unused", [])):
            tag = await britive.tags.create(name)
            for member in members:
                await britive.tags.members.add(tag, member)
        directory = await britive.read_directory("Okta")
    names = [group.display_name for group in directory.group_records or ()]
    assert (len(names), names[-1]) == (4, "Console admins")
    facts = [group.admin for group in directory.group_records or ()]
    assert facts == [{"identity_providers": ["Okta"]}] * 3 + [{"identity_providers": ["Britive"]}]
    tags = {str(id_): str(names) for id_, names in directory.to_table(["id", "tags"])}
    assert "Console admins" in tags[str(user.id)]
    alone = {record.id for record in directory.users_without_group()}
    assert user.id not in alone


ADMIN_USER = {
    "userId": "u1",
    "username": "ana",
    "adminRoles": [{"name": "TenantAdmin"}, {"name": "Auditor"}, {}],
}


def make_script(**paths: Any) -> FakeAdminApi:
    pages = {"count": 1, "page": 0, "size": 100}
    return FakeAdminApi(
        {
            "GET /api/users": (200, {**pages, "data": [ADMIN_USER]}),
            "GET /api/user-tags": (200, {**pages, "count": 0, "data": []}),
            "GET /api/users/attributes": (200, [{"id": "a1", "name": "badge", "builtIn": False}, {"id": "a2", "name": "Email", "builtIn": True}]),
            **paths,
        }
    )  # fmt: skip


async def test_names_of_attributes_are_those_of_their_definitions() -> None:
    values = [
        {"attributeId": "a1", "attributeValue": "7"},
        {"attributeId": "a9", "attributeValue": "8"},
        {"attributeId": "a1", "attributeName": "desk", "attributeValue": "9"},
    ]
    script = make_script(**{"GET /api/users/u1/custom-attributes": (200, values)})
    async with AsyncAdminClient("acme", TOKEN, transport=script) as britive:
        directory = await britive.read_directory(attributes=True)
    (record,) = directory.user_records
    assert record.values[CUSTOM] == {"badge": "7", "a9": "8", "desk": "9"}
    assert record.admin == {"admin_roles": ["Auditor", "TenantAdmin"], "attributes": True}


async def test_user_deleted_meanwhile_is_left_out() -> None:
    script = make_script(**{"GET /api/users/u1/custom-attributes": (404, {"message": "gone"})})
    async with AsyncAdminClient("acme", TOKEN, transport=script) as britive:
        directory = await britive.read_directory(attributes=True)
    assert directory.user_records == ()


async def test_attributes_in_the_list_are_not_read_again() -> None:
    user = {**ADMIN_USER, "attributes": [{"attributeName": "badge", "attributeValue": "7"}]}
    page = {"count": 1, "page": 0, "size": 100, "data": [user]}
    script = make_script(**{"GET /api/users": (200, page)})
    async with AsyncAdminClient("acme", TOKEN, transport=script) as britive:
        directory = await britive.read_directory(attributes=True)
    assert directory.user_records[0].values[CUSTOM] == {"badge": "7"}


async def test_progress_of_another_type_sends_nothing(people: Tenant) -> None:
    async with people.async_admin_client() as britive:
        with pytest.raises(errors.ConfigurationError, match="progress must be a function"):
            await britive.read_directory(progress="yes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # the mistake
    assert len(people.requests) == 0


async def test_progress_shows_lists_of_several_pages_and_waits() -> None:
    tenant = Tenant("acme", seed=1)
    tenant.populate(users=150, groups=2)
    for path in ("*/api/users", "*/api/user-tags/*"):
        tenant.faults.add(429, path=path, headers={"Retry-After": "0"}, times=1)
    steps: list[tuple[int, int, str]] = []
    async with tenant.async_admin_client() as britive:
        found = await britive.read_directory(progress=lambda *step: steps.append(step))
    assert found.complete
    assert [step for step in steps if step[2] == "users"] == [
        (100, 150, "users"),
        (150, 150, "users"),
    ]
    assert [done for done, _, text in steps if text == "members of tags"] == [1, 2]
    assert len([text for *_, text in steps if text.startswith("waiting ")]) == 2


async def test_both_apis_prove_the_same_ids(people: Tenant) -> None:
    async with people.async_admin_client() as britive, people.async_scim_client("Okta") as okta:
        sides = (await britive.read_directory()).align_keys(await okta.read_directory())
    keys = [{row[0] for row in side.to_table().select(["key"])} for side in sides]
    assert keys[0] == keys[1] == {record.id for record in sides[0].user_records}


async def test_audit_log_is_joined_with_users(people: Tenant) -> None:
    async with people.async_scim_client("Okta") as okta, people.async_admin_client() as britive:
        ana = await okta.users.list().first()
        assert ana is not None
        await okta.users.deactivate(ana)
        directory = await britive.read_directory()
        events = [event async for event in britive.audit_logs.query()]
    table = directory.join_audit(events).select(
        ["event_type", "target", "target_key", "target_status"]
    )
    assert ana.user_name is not None
    assert next(iter(table))[1:] == (ana.user_name, ana.user_name, "inactive")


async def test_tables_have_the_columns_of_lists(people: Tenant) -> None:
    async with people.async_admin_client() as britive, people.async_scim_client("Okta") as okta:
        by_admin, by_scim = await britive.read_directory(), await okta.read_directory()
        users, resources = await britive.users.list().to_table(), await okta.users.list().to_table()
        groups = await okta.groups.list().to_table()
    assert by_admin.to_table().columns == users.columns
    assert by_scim.to_table().columns == resources.columns
    assert by_scim.groups is not None
    assert by_scim.groups.to_table().columns == groups.columns
    rows = [*map(list, by_admin.to_table())]
    names = list(users.columns)
    known = [names.index(name) for name in names if name != "tags"]
    assert [[row[i] for i in known] for row in rows] == [[row[i] for i in known] for row in users]
