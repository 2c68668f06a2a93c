"""`client.apply(plan)` on groups of a provider without PATCH: a PUT must not remove members that are not shown."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from britive_scim import AsyncScimClient, errors, scim
from britive_scim.provisioning import ApplyReport, Directory, Policy
from britive_scim.provisioning import plan as plan_changes
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value

PEOPLE = ["E0", "E1", "E2"]


def make_tenant(**options: Any) -> Tenant:
    return Tenant(capabilities=Capabilities(patch=False, **options))


def make_source(
    groups: Mapping[str, Sequence[str]], names: Mapping[str, str] | None = None
) -> Directory:
    """Return a source of three people and these groups: members by `externalId`."""
    users = [
        scim.User.of(email=f"{key}@example.com", given_name="A", family_name="B", external_id=key)
        for key in PEOPLE
    ]
    return Directory.of(
        users,
        [
            {
                "displayName": (names or {}).get(key, key),
                "externalId": key,
                "members": list(members),
            }
            for key, members in groups.items()
        ],
    )


async def synchronize(
    client: AsyncScimClient, source: Directory, policy: Policy | None = None
) -> ApplyReport:
    plan = plan_changes(source, await client.read_directory(), policy=policy or Policy())
    return await client.apply(plan, rate=None)


async def run(tenant: Tenant, source: Directory, policy: Policy | None = None) -> ApplyReport:
    """Synchronize by a client that knows nothing of the provider."""
    async with tenant.async_scim_client("Okta") as client:
        return await synchronize(client, source, policy)


async def read_members(tenant: Tenant) -> dict[str, set[str]]:
    """Return the `externalId` of the members of each group, by the name of the group."""
    tenant.capabilities = Capabilities()
    async with tenant.async_scim_client("Okta") as client:
        directory = await client.read_directory()
    keys = {user.id: str(user.external_id) for user in directory.user_records}
    return {
        str(group.display_name): {keys[member.value] for member in group.members or ()}
        for group in directory.group_records
    }


@each_value("in_lists", [True, False])
async def test_empty_group_is_filled_by_another_client(in_lists: bool) -> None:
    tenant = make_tenant(members_in_lists=in_lists)
    assert (await run(tenant, make_source({"Red": [], "Blue": []}))).ok
    report = await run(tenant, make_source({"Red": ["E0", "E1"], "Blue": ["E2"]}))
    assert (report.ok, report.numbers["members_in"]) == (True, 3), report
    assert await read_members(tenant) == {"Red": {"E0", "E1"}, "Blue": {"E2"}}


async def test_empty_group_is_renamed_where_another_shows_members() -> None:
    tenant = make_tenant()
    assert (await run(tenant, make_source({"Red": [], "Blue": ["E0"]}))).ok
    report = await run(tenant, make_source({"Red": [], "Blue": ["E0"]}, {"Red": "Crimson"}))
    assert report.ok, report
    assert await read_members(tenant) == {"Crimson": set(), "Blue": {"E0"}}


@each_value("shown", ["absent", "empty"])
async def test_provider_that_hides_members_is_found_by_one_group(shown: Any) -> None:
    """The first group shows no member after its PUT; no further one is sent."""
    tenant = make_tenant()
    groups = {f"Team {n}": ["E0"] for n in range(6)}
    assert (await run(tenant, make_source(groups))).ok
    tenant.capabilities = Capabilities(patch=False, members_in_get=shown, members_in_lists=False)
    report = await run(tenant, make_source({name: ["E1"] for name in groups}))
    messages = [failure.message for failure in report.failures]
    assert sum("may hide members" in message for message in messages) == 1, messages
    assert sum("nothing was changed" in message for message in messages) == 5, messages
    members = await read_members(tenant)
    assert sorted(members.values(), key=sorted) == [{"E0"}] * 5 + [{"E1"}]


@each_value("rule", ["protected", "exclude"])
async def test_group_may_have_protected_members_that_are_not_shown(rule: Any) -> None:
    tenant = make_tenant()
    assert (await run(tenant, make_source({"Red": ["E0"]}))).ok
    tenant.capabilities = Capabilities(patch=False, members_in_get="absent", members_in_lists=False)
    policy = Policy(**{rule: {"users": ["E0@example.com"]}})
    report = await run(tenant, make_source({"Red": ["E1"]}), policy)
    assert "nothing was changed" in str(report), report
    assert await read_members(tenant) == {"Red": {"E0"}}


async def test_created_group_is_known_as_empty_after_a_lost_response() -> None:
    tenant = make_tenant()
    async with tenant.async_scim_client("Okta") as client:
        tenant.faults.add(method="POST", path="*/Groups", cut="after", times=1)
        assert (await synchronize(client, make_source({"Red": []}))).ok
        group = await client.groups.find_by_external_id("Red")
        assert group is not None
        await client.groups.rename(group, "Blue")
    assert await read_members(tenant) == {"Blue": set()}


@each_value("failing", ["*/Groups", "*/Groups/{}"])
async def test_failed_reading_of_other_groups_is_repeated(failing: str) -> None:
    tenant = make_tenant()
    assert (await run(tenant, make_source({"Red": [], "Blue": ["E0"]}))).ok
    async with tenant.async_scim_client("Okta") as client:
        red = await client.groups.find_by_external_id("Red")
        blue = await client.groups.find_by_external_id("Blue")
        assert red is not None
        assert blue is not None
        tenant.faults.add(status=403, method="GET", path=failing.format(blue.id), times=1)
        with pytest.raises(errors.UnexpectedResponse, match="nothing was changed"):
            await client.groups.rename(red, "Crimson")
        await client.groups.rename(red, "Crimson")
    assert await read_members(tenant) == {"Crimson": set(), "Blue": {"E0"}}


async def test_other_group_that_is_gone_is_skipped() -> None:
    tenant = make_tenant(members_in_lists=True)
    assert (await run(tenant, make_source({"Red": [], "Blue": ["E0"], "Green": ["E1"]}))).ok
    async with tenant.async_scim_client("Okta") as client:
        red = await client.groups.find_by_external_id("Red")
        assert red is not None
        blue = await client.groups.find_by_external_id("Blue")
        assert blue is not None
        tenant.faults.add(status=404, method="GET", path=f"*/Groups/{blue.id}", times=1)
        await client.groups.rename(red, "Crimson")
    assert (await read_members(tenant)).keys() == {"Crimson", "Blue", "Green"}
