"""Reading of a whole directory: what is proven to be complete, and the requests that it takes."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from britive_scim import (
    AsyncAdminClient,
    AsyncScimClient,
    RetryPolicy,
    admin,
    errors,
    provisioning,
    scim,
)
from britive_scim.provisioning import MemberRecord
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.fake_admin_api import FakeAdminApi
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeScimServer,
    make_group,
    make_list,
    make_response,
    make_user,
)
from support.tenant_callers import GROUP, USER


def make_tenant(users: int = 3, groups: int = 2, **capabilities: Any) -> Tenant:
    """Return a tenant whose groups have all users, up to 51, except the last group, which has the first one."""
    tenant = Tenant(capabilities=Capabilities(**capabilities))
    okta = tenant.identity_providers["Okta"]
    ids = [
        okta.add_user({"schemas": [USER], "userName": f"u{n}@acme.com", "externalId": f"x{n}"})[
            "id"
        ]
        for n in range(users)
    ]
    for n in range(groups):
        members = [{"value": id_} for id_ in (ids[:51] if n < groups - 1 else ids[:1])]
        okta.add_group({"schemas": [GROUP], "displayName": f"g{n}", "members": members})
    return tenant


async def read(tenant: Tenant, **options: Any) -> provisioning.Directory:
    async with tenant.async_scim_client("Okta") as client:
        return await client.read_directory(**options)


async def test_read_directory_returns_users_groups_and_members() -> None:
    tenant = make_tenant()
    async with tenant.async_scim_client("Okta") as client:
        found = await client.read_directory()
    okta = tenant.identity_providers["Okta"]
    assert found.kind == "found"
    assert [record.id for record in found.user_records] == [user["id"] for user in okta.users]
    assert [record.user_name for record in found.user_records] == [
        "u0@acme.com",
        "u1@acme.com",
        "u2@acme.com",
    ]
    assert found.group_records is not None
    full, single = found.group_records
    assert full.members == tuple(MemberRecord(user["id"], "User") for user in okta.users)
    assert "members" not in full.values
    assert single.members == (MemberRecord(okta.users[0]["id"], "User"),)
    assert found.complete
    assert found.source.scim_url == okta.scim_url
    assert found.source.provider is None
    assert found.source.read_at is not None
    assert found.source.read_at.utcoffset() is not None


@pytest.mark.heavy
async def test_read_directory_takes_pages_and_groups() -> None:
    """R13: members cost one request a group, however many users there are."""
    tenant = make_tenant(users=200, groups=0)
    okta = tenant.identity_providers["Okta"]
    for n, user in enumerate(okta.users):
        okta.add_group(
            {"schemas": [GROUP], "displayName": f"g{n}", "members": [{"value": user["id"]}]}
        )
    async with tenant.async_scim_client("Okta") as client:
        first = await client.read_directory()
        before = len(tenant.requests)
        found = await client.read_directory()
    paths = Counter(
        request.path.split("?")[0].rpartition("/")[0].rpartition("/")[2]
        for request in tenant.requests[before:]
    )
    assert first.complete
    assert found.complete
    assert len(found.user_records) == 200
    assert found.group_records is not None
    assert len(found.group_records) == 200
    page_size = 100
    assert len(tenant.requests) - before <= 2 * (200 // page_size) + 200
    assert paths["Groups"] == 200


async def test_read_directory_left_out_members_are_unknown_but_complete() -> None:
    """RFC 7643 §2.5: a provider that shows the members of other groups leaves out an empty list."""
    tenant = make_tenant()
    tenant.identity_providers["Okta"].add_group({"schemas": [GROUP], "displayName": "e"})
    found = await read(tenant)
    assert found.group_records is not None
    assert found.group_records[-1].members is None
    assert found.complete
    assert found.completeness.reasons == ()


async def test_read_directory_missing_members_are_unknown() -> None:
    """R12: unknown is not empty."""
    tenant = Tenant("acme")
    empty = tenant.identity_providers["Okta"].add_group({"schemas": [GROUP], "displayName": "e"})
    found = await read(tenant)
    assert found.group_records is not None
    assert found.group_records[-1].members is None
    assert found.completeness.unproven_groups == {empty["id"]}
    assert found.completeness.users is True
    assert found.completeness.groups is True
    assert not found.complete
    assert "members of 1 group" in found.completeness.reasons[0]


def make_client(*groups: dict[str, Any], users: tuple[dict[str, Any], ...] = ()) -> AsyncScimClient:
    """Return a client of a server with these users and groups, which it serves unchanged."""

    def respond(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix(httpx.URL(URL).path)
        if request.url.params.get("startIndex", "1") != "1":
            return make_list()
        if path == "/Users":
            return make_list(*users)
        if path == "/Groups":
            return make_list(*groups)
        return make_response(200, next(g for g in groups if path == f"/Groups/{g.get('id')}"))

    return AsyncScimClient(URL, TOKEN, transport=FakeScimServer(respond))


async def test_read_directory_empty_list_is_believed_after_members() -> None:
    """R12: an empty list of members is proven, in any order, by a group that shows members."""
    empty, full = make_group(1, members=[]), make_group(2, members=[{"value": "1"}])
    async with make_client(empty, full, users=(make_user(1),)) as client:
        found = await client.read_directory()
    assert found.complete
    assert found.group_records is not None
    assert [group.members for group in found.group_records] == [(), (MemberRecord("1"),)]
    async with make_client(empty) as client:
        found = await client.read_directory()
    assert found.completeness.unproven_groups == {"g1"}


async def test_read_directory_member_types_are_those_shown() -> None:
    members = [
        {"value": "1", "type": "user"},
        {"value": "2", "$ref": "https://acme.example/scim/v2/Groups/2"},
        {"value": "3", "$ref": "../Users/3"},
        {"value": "4"},
        {"value": "4"},
        {"display": "without an id"},
    ]
    async with make_client(make_group(1, members=members)) as client:
        found = await client.read_directory()
    assert found.group_records is not None
    assert found.group_records[0].members == (
        MemberRecord("1", "User"),
        MemberRecord("2", "Group"),
        MemberRecord("3", "User"),
        MemberRecord("4"),
    )


async def test_read_directory_group_without_id_is_incomplete() -> None:
    without_id = {"schemas": [GROUP], "displayName": "nameless"}
    async with make_client(make_group(1, members=[{"value": "1"}]), without_id) as client:
        found = await client.read_directory()
    assert found.completeness.groups is False
    assert found.completeness.reasons == ("groups: 1 have no id",)
    assert found.group_records is not None
    assert len(found.group_records) == 1


@each_value("members_in_get", ["absent", "empty"])
async def test_read_directory_hidden_members_are_unknown(members_in_get: str) -> None:
    found = await read(make_tenant(members_in_get=members_in_get))
    assert found.group_records is not None
    assert [group.members for group in found.group_records] == [None, None]
    assert found.completeness.unproven_groups == {group.id for group in found.group_records}


async def test_read_directory_members_may_be_cut() -> None:
    """R11: 50 members may be the first of more, but not if the provider has shown 51."""
    found = await read(make_tenant(users=50))
    assert found.group_records is not None
    assert len(found.completeness.unproven_groups) == 1
    assert len(found.group_records[0].members or ()) == 50
    tenant = make_tenant(users=50)
    okta = tenant.identity_providers["Okta"]
    more = okta.add_user({"schemas": [USER], "userName": "more@acme.com"})
    ids = [user["id"] for user in okta.users]
    assert more["id"] in ids
    okta.add_group(
        {"schemas": [GROUP], "displayName": "51", "members": [{"value": i} for i in ids]}
    )
    assert (await read(tenant)).complete


async def test_read_directory_members_of_lists_are_not_used() -> None:
    """Lists may show some members only; each group is read."""
    found = await read(make_tenant(members_in_lists=False))
    assert found.complete
    assert found.group_records is not None
    assert len(found.group_records[0].members or ()) == 3


async def test_read_directory_lost_page_is_incomplete() -> None:
    """R4: a list that ends before its total is not proven to be complete."""
    found = await read(make_tenant(users=5, page_size=2, max_page_size=2, last_page=False))
    assert found.completeness.users is False
    assert any(reason.startswith("users: ") for reason in found.completeness.reasons)
    assert not found.complete


async def test_read_directory_lost_page_of_groups_is_incomplete() -> None:
    found = await read(make_tenant(groups=5, page_size=2, max_page_size=2, last_page=False))
    assert found.completeness.groups is False
    assert any(reason.startswith("groups: ") for reason in found.completeness.reasons)


async def test_read_directory_page_totals_are_read_to_the_end() -> None:
    found = await read(
        make_tenant(users=7, page_size=3, max_page_size=3, total_results="page", cursor=False)
    )
    assert len(found.user_records) == 7
    assert found.complete


@each_value("status", [404, 501])
async def test_read_directory_without_groups_has_none(status: int) -> None:
    tenant = make_tenant()
    tenant.faults.add(status, path="*/Groups*", times=10)
    found = await read(tenant)
    assert found.group_records is None
    assert found.completeness.groups is None
    assert found.completeness.users is True
    assert found.completeness.reasons == (f"groups: the provider has none (HTTP {status})",)
    assert len(found.user_records) == 3


async def test_read_directory_forbidden_groups_raise() -> None:
    tenant = make_tenant()
    tenant.faults.add(403, path="*/Groups*", times=1)
    with pytest.raises(errors.Forbidden):
        await read(tenant)


async def test_read_directory_failing_groups_raise() -> None:
    tenant = make_tenant()
    tenant.faults.add(500, path="*/Groups*", times=1)
    async with tenant.async_scim_client("Okta", retry=RetryPolicy.none()) as client:
        with pytest.raises(errors.ServerError):
            await client.read_directory()


async def test_read_directory_deleted_group_is_left_out() -> None:
    tenant = make_tenant(groups=3)
    tenant.faults.add(404, path="*/Groups/*", times=1)
    found = await read(tenant, concurrency=1)
    assert found.group_records is not None
    assert [group.display_name for group in found.group_records] == ["g1", "g2"]
    assert found.completeness.groups is True


async def test_read_directory_failed_group_raises() -> None:
    tenant = make_tenant()
    tenant.faults.add(400, path="*/Groups/*", times=1)
    with pytest.raises(errors.BadRequest):
        await read(tenant)


@each_value("concurrency", [0, 65, True])
async def test_read_directory_refuses_concurrency(concurrency: Any) -> None:
    tenant = make_tenant()
    with pytest.raises(errors.InputError, match="concurrency must be an integer from 1 to 64"):
        await read(tenant, concurrency=concurrency)
    assert not tenant.requests


async def test_read_directory_shows_nested_groups() -> None:
    tenant = make_tenant()
    okta = tenant.identity_providers["Okta"]
    inner = okta.groups[0]["id"]
    okta.add_group({"schemas": [GROUP], "displayName": "outer", "members": [{"value": inner}]})
    found = await read(tenant)
    assert found.group_records is not None
    assert found.group_records[-1].members == (MemberRecord(inner, "Group"),)


async def test_read_directory_known_members_are_proven() -> None:
    """Members that this client sent as a whole are not taken for the first of more."""
    tenant = make_tenant(users=50, patch=False)
    async with tenant.async_scim_client("Okta") as client:
        group = await client.groups.find_by_display_name("g0")
        assert group is not None
        ids = [user["id"] for user in tenant.identity_providers["Okta"].users]
        await client.groups.set_members(group, ids)
        found = await client.read_directory()
    assert found.complete


async def test_loaded_directory_is_a_copy_for_a_rehearsal() -> None:
    """A tenant of the same name, filled with what was read, has the same SCIM URL, ids and members."""
    tenant = Tenant("acme")
    tenant.populate(users=40, groups=5)
    found = await read(tenant)
    rehearsal = Tenant("acme")
    rehearsal.load(found)
    copied = await read(rehearsal)
    assert copied.source.scim_url == found.source.scim_url
    assert [without_meta(record.values) for record in copied.user_records] == [
        without_meta(record.values) for record in found.user_records
    ]
    assert copied.group_records is not None
    assert found.group_records is not None
    assert [(group.id, set(group.members or ())) for group in copied.group_records] == [
        (group.id, set(group.members or ())) for group in found.group_records
    ]


def without_meta(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "meta"}


# --------------------------------------------------------------------------------------- a part


def make_wanted(users: list[dict[str, Any]], groups: Any = None) -> provisioning.Directory:
    return provisioning.Directory.of(users, groups)


PARTS: list[dict[str, Any]] = [
    {},
    {"filterable": ("userName", "displayName")},
    {"filters": "refused"},
    {"filters": "wildcard"},
]


@each_value("capabilities", PARTS)
async def test_read_directory_only_reads_what_is_named(capabilities: dict[str, Any]) -> None:
    """R34: a few among many are looked up, and nothing is removed because of the others."""
    tenant = make_tenant(users=30, groups=3, **capabilities)
    wanted = make_wanted(
        [
            {"userName": "U1@acme.com"},
            {"userName": "renamed@acme.com", "externalId": "x2"},
            {"userName": "new@acme.com", "externalId": "new"},
        ],
        [{"displayName": "G2", "members": [{"value": "x3"}, {"value": "u1@acme.com"}]}],
    )
    found = await read(tenant, only=wanted)
    names = sorted(record.user_name or "" for record in found.user_records)
    assert names == ["u1@acme.com", "u2@acme.com", "u3@acme.com"]
    assert found.group_records is not None
    assert [group.display_name for group in found.group_records] == ["g2"]
    assert len(found.group_records[0].members or ()) == 1
    assert found.completeness.users is False
    assert found.completeness.groups is False
    assert "only those" in found.completeness.reasons[0]
    assert len(tenant.requests) <= 14


async def test_plan_of_named_reading_creates_the_others() -> None:
    """R34: to push a handful, only these are read; those that the look-up does not find are created."""
    tenant = Tenant()
    wanted = make_wanted([{"userName": "new@acme.com"}], [{"displayName": "New", "members": []}])
    made = provisioning.plan(wanted, await read(tenant, only=wanted))
    assert [(change.action, change.type) for change in made.changes] == [
        ("create", "User"),
        ("create", "Group"),
    ]
    assert made.withheld == ()


async def test_read_directory_only_finds_members_by_id() -> None:
    tenant = make_tenant(users=3, groups=2)
    okta = tenant.identity_providers["Okta"]
    user, group = okta.users[2]["id"], okta.groups[1]["id"]
    members = [
        {"value": user},
        {"value": group, "type": "Group"},
        {"value": "g0", "type": "Group"},
        {"value": "nobody"},
    ]
    found = await read(tenant, only=make_wanted([], [{"displayName": "g0", "members": members}]))
    assert [record.id for record in found.user_records] == [user]
    assert found.group_records is not None
    assert {record.display_name for record in found.group_records} == {"g0", "g1"}


async def test_read_directory_only_without_groups_reads_none() -> None:
    tenant = make_tenant()
    found = await read(tenant, only=make_wanted([{"userName": "u0@acme.com"}]))
    assert len(found.user_records) == 1
    assert found.group_records is None
    assert found.completeness.groups is None
    assert not any("Groups" in request.path for request in tenant.requests)


async def test_read_directory_only_refuses_other_values() -> None:
    tenant = make_tenant()
    values: list[Any] = [[], "people.csv", {"users": []}]
    for only in values:
        with pytest.raises(errors.InputError, match="only must be a Directory"):
            await read(tenant, only=only)
    assert not tenant.requests


# ------------------------------------------------------------------------------------- provider


async def test_provider_is_that_of_the_constructor() -> None:
    tenant = make_tenant()
    okta = tenant.identity_providers["Okta"]
    async with AsyncScimClient(
        okta.scim_url, okta.scim_token, provider="Okta", transport=tenant.async_transport()
    ) as client:
        assert client.provider == "Okta"
        found = await client.read_directory()
    assert found.source.provider == "Okta"


async def test_provider_of_environment() -> None:
    environment = {"BRITIVE_SCIM_URL": "https://acme.example/scim/v2", "BRITIVE_SCIM_TOKEN": "k"}
    async with AsyncScimClient.from_env(environment, provider="Okta") as client:
        assert client.provider == "Okta"
    async with AsyncScimClient.from_env(environment) as client:
        assert client.provider is None


async def test_provider_of_connection_is_set() -> None:
    tenant = Tenant()
    async with tenant.async_admin_client() as britive:
        connection = await britive.set_up_provisioning("HR")
        async with connection.client() as client:
            assert client.provider == "HR"


@each_value("provider", ["", " ", 7])
def test_provider_refuses_other_values(provider: Any) -> None:
    with pytest.raises(errors.ConfigurationError, match="provider must be the name"):
        AsyncScimClient("https://acme.example/scim/v2", "k", provider=provider)


async def test_read_directory_shows_progress_of_groups() -> None:
    steps: list[tuple[int, int, str]] = []
    await read(make_tenant(groups=3), progress=lambda *step: steps.append(step))
    assert steps == [(done, 3, "members of groups") for done in (1, 2, 3)]
    with pytest.raises(errors.ConfigurationError, match="progress must be a function"):
        await read(make_tenant(), progress="yes")


async def test_read_directory_shows_progress_of_lists_and_waits() -> None:
    tenant = make_tenant()
    tenant.populate(users=250, groups=2)
    groups = len([*tenant.scim_client("Okta").groups.list()])
    tenant.faults.add(429, path="*/Groups/*", headers={"Retry-After": "0"}, times=1)
    steps: list[tuple[int, int, str]] = []
    await read(tenant, progress=lambda *step: steps.append(step))
    members = [step for step in steps if step[2] == "members of groups"]
    assert [done for done, _, _ in members] == [*range(1, groups + 1)]
    users = [step for step in steps if step[2] == "users"]
    assert [done for done, _, _ in users] == [100, 200, users[0][1]]
    assert [text.partition(" ")[0] for *_, text in steps if text.startswith("w")] == ["waiting"]
    assert len(steps) == len(users) + len(members) + 1


# ---------------------------------------------------------------------------------- the admin API


async def test_admin_read_directory_returns_scim_resources() -> None:
    tenant = make_tenant()
    okta = tenant.identity_providers["Okta"]
    okta.add_user(
        {
            "schemas": [USER],
            "userName": "ana@acme.com",
            "name": {"givenName": "Ana", "familyName": "Diaz"},
            "emails": [{"value": "ana@acme.com", "type": "work"}],
            "active": False,
        }
    )
    tenant.identity_providers["Entra"].add_user({"schemas": [USER], "userName": "eve@acme.com"})
    async with tenant.async_admin_client() as britive:
        found = await britive.read_directory()
        of_okta = await britive.read_directory("Okta")
        provider = await britive.identity_providers.get_by_name("Entra")
        of_entra = await britive.read_directory(provider)
    assert found.kind == "found"
    assert len(found.user_records) == 5
    assert found.complete
    assert found.source.format == "admin API"
    assert found.source.scim_url is None
    assert len(of_okta.user_records) == 4
    assert [record.user_name for record in of_entra.user_records] == ["eve@acme.com"]
    assert of_entra.group_records == ()
    assert (of_okta.source.provider, of_entra.source.provider) == ("Okta", "Entra")
    ana = next(user for user in of_okta.users if user.user_name == "ana@acme.com")
    assert isinstance(ana, scim.User)
    assert ana.active is False
    assert ana.name is not None
    assert ana.name.family_name == "Diaz"
    assert ana.primary_email == "ana@acme.com"
    assert of_okta.group_records is not None
    full, single = of_okta.group_records
    ids = {record.id for record in of_okta.user_records} - {ana.id}
    assert {member.value for member in full.members or ()} == ids
    assert len(single.members or ()) == 1


async def test_admin_read_directory_suggests_names_of_providers() -> None:
    tenant = make_tenant()
    async with tenant.async_admin_client() as britive:
        with pytest.raises(errors.NotFound, match=r"'okta'.* exactly; did you mean 'Okta'"):
            await britive.read_directory("okta")
        with pytest.raises(errors.NotFound, match=r"exactly; known names: .*Okta"):
            await britive.identity_providers.rules("HR system")


async def test_admin_read_directory_deleted_tag_is_left_out() -> None:
    tenant = make_tenant()
    tenant.faults.add(404, path="*/user-tags/*/users*", times=1)
    async with tenant.async_admin_client() as britive:
        found = await britive.read_directory(concurrency=1)
    assert found.group_records is not None
    assert [group.display_name for group in found.group_records] == ["g1"]


async def test_admin_read_directory_refuses_unknown_provider() -> None:
    async with Tenant().async_admin_client() as britive:
        with pytest.raises(errors.NotFound, match="'Oktaa'"):
            await britive.read_directory("Oktaa")


async def test_admin_read_directory_lost_pages_are_incomplete() -> None:
    """Lists that end before their total are named, each on its own."""
    script = FakeAdminApi(
        {
            "GET /api/identity-providers": (200, [{"name": "Okta"}]),
            "GET /api/users": (200, {"count": 2, "page": 0, "size": 1, "data": [ADMIN_USER]}),
            "GET /api/user-tags": (200, {"count": 1, "page": 0, "size": 100, "data": [ADMIN_TAG]}),
            "GET /api/user-tags/t1/users": (200, {"count": 3, "page": 0, "size": 1, "data": [{"userId": "u1"}]}),
        }
    )  # fmt: skip
    async with AsyncAdminClient("acme", TOKEN, transport=script) as britive:
        found = await britive.read_directory()
        of_okta = await britive.read_directory(admin.IdentityProvider(name="Okta"))
        of_entra = await britive.read_directory(admin.IdentityProvider(id="i2", name="Entra"))
    assert found.completeness.users is False
    assert found.completeness.groups is True
    assert found.completeness.unproven_groups == {"t1"}
    assert [reason.partition(":")[0] for reason in found.completeness.reasons] == [
        "users",
        "members of tag t1",
    ]
    values = found.user_records[0].values
    custom = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
    assert values[custom] == {"badge": "7", "floors": ["1", "2"]}
    assert values["phoneNumbers"] == [{"value": "+1", "type": "mobile"}]
    assert len(of_okta.user_records) == 1
    assert of_entra.user_records == ()


ADMIN_USER = {
    "userId": "u1",
    "username": "ana",
    "mobile": "+1",
    "identityProvider": {"name": "Okta"},
    "attributes": [
        {"attributeName": "badge", "attributeValue": "7"},
        {"attributeName": "floors", "attributeValue": "1"},
        {"attributeName": "floors", "attributeValue": "2"},
        {"attributeName": "empty"},
    ],
}
ADMIN_TAG = {
    "userTagId": "t1",
    "name": "Doors",
    "userTagIdentityProviders": [{"identityProvider": {"name": "Okta"}}, {}],
}
