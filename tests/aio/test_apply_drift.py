"""Drift: targets that have changed since the plan was made."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from britive_scim import AsyncScimClient, scim
from britive_scim.provisioning import Change, Policy
from britive_scim.testing import Tenant
from support.plans import (
    add_members,
    create,
    create_group,
    deactivate,
    delete,
    make_plan,
    remove_members,
    update,
    user_values,
)

OLD = {"read_at": datetime.now(UTC) - timedelta(minutes=16)}


async def make_user(client: AsyncScimClient, key: str, **values: Any) -> str:
    return str((await client.users.create(scim.User.from_wire(user_values(key, **values)))).id)


async def test_young_plan_sends_updates_without_reading() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a = await make_user(okta, "a", title="Guide")
        plan = make_plan(tenant, [update(a, "title", "Guide", "Chief")])
        report = await okta.apply(plan, rate=None)
    assert report.numbers["requests"] == 1


async def test_old_plan_skips_and_names_moved_target() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a = await make_user(okta, "a", title="Guide")
        b = await make_user(okta, "b", title="Guide")
        c = await make_user(okta, "c", title="Chief")
        changes = [update(id_, "title", "Guide", "Chief") for id_ in (a, b, c)]
        plan = make_plan(tenant, changes, target=OLD)
        await okta.users.patch(a, {"title": "Other"})
        report = await okta.apply(plan, rate=None, concurrency=1)
        assert [skipped.change.id for skipped in report.skipped] == [a]
        assert "title" in report.skipped[0].reason
        assert not report.ok
        assert report.numbers["updated"] == 1
        assert report.numbers["unchanged"] == 1
        assert [change.id for change in report.remaining.changes] == [a]
        assert (await okta.users.get(a)).title == "Other"
        report = await okta.apply(plan, rate=None, replan=True)
        assert report.ok, report
        assert (await okta.users.get(a)).title == "Chief"


async def test_loaded_plan_reads_each_target(tmp_path: Any) -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a = await make_user(okta, "a", title="Guide")
        plan = make_plan(tenant, [update(a, "title", "Guide", "Chief"), create("b")])
        plan.save(tmp_path / "plan.json")
        loaded = type(plan).load(tmp_path / "plan.json")
        await okta.users.patch(a, {"title": "Other"})
        report = await okta.apply(loaded, rate=None)
        assert [skipped.change.id for skipped in report.skipped] == [a]
        assert report.numbers["created"] == 1


async def test_deactivation_reads_its_target() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a = await make_user(okta, "a")
        b = await make_user(okta, "b", active=False)
        changes = [deactivate(a, assumes={"active": True, "externalId": "other"}), deactivate(b)]
        report = await okta.apply(make_plan(tenant, changes), rate=None, concurrency=1)
        assert (await okta.users.get(a)).active is True
    assert [skipped.change.id for skipped in report.skipped] == [a]
    assert report.numbers["unchanged"] == 1


async def test_deletion_of_moved_target_is_skipped() -> None:
    """R17: what someone else has changed is not deleted."""
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a = await make_user(okta, "a")
        group = await okta.groups.create(scim.Group(display_name="Eng"))
        changes = [
            delete(a, assumes={"userName": "former@acme.com"}),
            delete(str(group.id), "Group", assumes={"displayName": "Eng"}),
        ]
        report = await okta.apply(make_plan(tenant, changes), rate=None)
        assert await okta.users.get(a)
    assert [skipped.change.id for skipped in report.skipped] == [a]
    assert report.numbers["deleted"] == 1


async def test_emptied_group_is_read_before() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a = await make_user(okta, "a")
        b = await make_user(okta, "b")
        members = [scim.Member(value=a), scim.Member(value=b)]
        group = await okta.groups.create(scim.Group(display_name="Eng", members=members))
        one = make_plan(tenant, [remove_members(str(group.id), [a], group_size=2)])
        report = await okta.apply(one, rate=None)
        assert report.numbers["requests"] == 1
        rest = make_plan(tenant, [remove_members(str(group.id), [b], group_size=1)])
        report = await okta.apply(rest, rate=None)
        assert report.numbers["requests"] == 2
        report = await okta.apply(rest, rate=None)
        assert report.ok, (
            report
        )  # a group without members is no proof, so that the removal is sent again


async def test_deleted_target_of_update_is_drift() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        plan = make_plan(tenant, [update("u-gone", "title", None, "x")], target=OLD)
        report = await okta.apply(plan, rate=None)
    assert "deleted" in report.skipped[0].reason


async def test_more_than_five_percent_drift_stops() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        ids = [await make_user(okta, f"u{n}", title="Other") for n in range(4)]
        changes = [update(id_, "title", "Guide", "Chief") for id_ in ids]
        changes += [create(f"n{n}") for n in range(20)]
        plan = make_plan(tenant, changes, target=OLD)
        report = await okta.apply(plan, rate=None, concurrency=1)
    assert report.stopped is not None
    assert "more than 5 %" in report.stopped.reason
    assert len(report.skipped) == 2
    assert len(report.remaining.changes) == 24


@pytest.mark.parametrize("is_moved", [False, True])
async def test_known_version_is_sent_as_if_match(is_moved: bool) -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a = await make_user(okta, "a", title="Guide")
        version = (await okta.users.get(a)).to_wire()["meta"]["version"]
        if is_moved:
            await okta.users.patch(a, {"title": "Other"})
        assumes = {"title": "Guide", "meta": {"version": version}}
        change = update(a, "title", "Guide", "Chief", assumes=assumes)
        report = await okta.apply(make_plan(tenant, [change]), rate=None)
        assert report.ok is not is_moved
        assert (await okta.users.get(a)).title == ("Other" if is_moved else "Chief")


async def test_two_changes_of_one_attribute_are_done_together() -> None:
    """A temporary name is no drift when the plan is applied again."""
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        group = await okta.groups.create(scim.Group(display_name="A"))

        def rename(stage: Any, before: str, after: str) -> Change:
            return Change(
                action="rename",
                type="Group",
                key="A",
                id=str(group.id),
                stage=stage,
                before={"displayName": before},
                after={"displayName": after},
                operations=({"op": "replace", "path": "displayName", "value": after},),
                assumes={"displayName": before},
            )

        plan = make_plan(tenant, [rename("removals", "A", "tmp"), rename("groups", "tmp", "B")])
        report = await okta.apply(plan, rate=None)
        assert report.numbers["renamed"] == 2
        report = await okta.apply(plan, rate=None)
    assert report.ok, report
    assert report.numbers["unchanged"] == 2


async def test_other_version_with_the_same_attributes_is_no_drift() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a = await make_user(okta, "a", title="Guide")
        version = (await okta.users.get(a)).to_wire()["meta"]["version"]
        await okta.users.patch(a, {"nickName": "Ann"})
        assumes = {"title": "Guide", "meta": {"version": version}}
        change = update(a, "title", "Guide", "Chief", assumes=assumes)
        report = await okta.apply(make_plan(tenant, [change]), rate=None)
        assert report.ok, report
        assert (await okta.users.get(a)).title == "Chief"


async def test_changes_of_members_of_one_group_in_doubt() -> None:
    """A group that the plan creates has the same changes by placeholder id and by id."""
    tenant = Tenant()
    changes = [create("a"), create_group("Eng"), add_members("new:group:Eng", ["new:a"])]
    async with tenant.async_scim_client("Okta") as okta:
        plan = make_plan(tenant, changes, target=OLD)
        await okta.apply(plan, rate=None)
        group = await okta.groups.find_by_display_name("Eng")
        assert group is not None
        await okta.groups.set_members(group, [await make_user(okta, "other")])
        report = await okta.apply(plan, rate=None)
        assert report.ok, report
        assert report.numbers["members_in"] == 1


@pytest.mark.parametrize("is_excluded", [False, True])
@pytest.mark.parametrize("replan", [False, True])
async def test_user_protected_after_the_plan_stays(is_excluded: bool, replan: bool) -> None:
    """R17: a user whom protection or exclusion matches now is neither deactivated nor deleted."""
    tenant = Tenant()
    patterns: Any = {"users": ["admin-*", 'filter: title eq "Boss"']}
    policy = Policy(exclude=patterns) if is_excluded else Policy(protected=patterns)
    async with tenant.async_scim_client("Okta") as okta:
        a, b, c, d = [await make_user(okta, key) for key in "abcd"]
        changes = [deactivate(a), delete(b), delete(c), deactivate(d)]
        plan = make_plan(tenant, changes, policy=policy)
        for id_ in (a, b):
            await okta.users.patch(id_, {"title": "Boss"})
        await okta.users.patch(c, {"userName": "admin-c@acme.com"})
        report = await okta.apply(plan, rate=None, replan=replan)
        for id_ in (a, b, c):
            assert (await okta.users.get(id_)).active is True
        assert (await okta.users.get(d)).active is False
    name = "exclude" if is_excluded else "protected"
    assert {skipped.change.id for skipped in report.skipped} == {a, b, c}
    assert {skipped.reason for skipped in report.skipped} == {f"{name}['users'] matches it now"}
    assert report.stopped is None


async def test_user_protected_after_the_plan_is_changed() -> None:
    """Protected users may be changed, excluded ones may not."""
    tenant = Tenant()
    for policy, title in (
        (Policy(protected={"users": "admin-*"}), "Chief"),
        (Policy(exclude={"users": "admin-*"}), "Guide"),
    ):
        async with tenant.async_scim_client("Okta") as okta:
            a = await make_user(okta, f"a{title}", title="Guide")
            change = update(a, "title", "Guide", "Chief")
            plan = make_plan(tenant, [change], policy=policy, target=OLD)
            await okta.users.patch(a, {"userName": f"admin-{title}@acme.com"})
            await okta.apply(plan, rate=None)
            assert (await okta.users.get(a)).title == title


@pytest.mark.parametrize("name", ["exclude", "protected"])
async def test_group_protected_after_the_plan_stays(name: str) -> None:
    tenant = Tenant()
    policy = Policy.from_mapping({name: {"groups": "keep-*"}})
    async with tenant.async_scim_client("Okta") as okta:
        a = await make_user(okta, "a")
        member = scim.Member(value=a)
        ids = [
            str((await okta.groups.create(scim.Group(display_name=n, members=[member]))).id)
            for n in ("A", "B", "C")
        ]
        changes = [
            delete(ids[0], "Group"),
            remove_members(ids[1], [a], group_size=1),
            remove_members(ids[2], [a], group_size=1),
        ]
        plan = make_plan(tenant, changes, policy=policy)
        for id_ in ids[:2]:
            await okta.groups.patch(id_, {"displayName": f"keep-{id_}"})
        report = await okta.apply(plan, rate=None, replan=True)
        members = [(await okta.groups.get(id_)).members for id_ in ids]
    assert [bool(left) for left in members] == [True, True, False]
    assert {skipped.reason for skipped in report.skipped} == {f"{name}['groups'] matches it now"}


async def test_deleted_target_needs_a_new_plan() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        plan = make_plan(tenant, [update("u-gone", "title", None, "x")], target=OLD)
        report = await okta.apply(plan, rate=None, replan=True)
    assert report.skipped[0].reason == "it was deleted after it was read; make a new plan"
