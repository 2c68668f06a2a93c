"""`client.apply(plan)`: order, results, failures, dependants and stop rules."""

from typing import Any

import pytest

from britive_scim import AsyncScimClient, RetryPolicy, errors, scim
from britive_scim.provisioning import Change, Memory
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
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


def writes(tenant: Tenant) -> list[tuple[str, str]]:
    return [(r.method, r.path) for r in tenant.requests if r.method != "GET"]


async def make_users(client: AsyncScimClient, *keys: str) -> list[str]:
    made = [await client.users.create(scim.User.from_wire(user_values(key))) for key in keys]
    return [str(user.id) for user in made]


async def test_apply_makes_users_groups_and_members() -> None:
    """R26: users before groups before members."""
    tenant = Tenant()
    changes = [
        add_members("new:group:Eng", ["new:a", "new:b"]),
        create_group("Eng"),
        create("a"),
        create("b"),
    ]
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(make_plan(tenant, changes), rate=None)
        users = [user.external_id async for user in okta.users.list()]
        group = await okta.groups.find_by_display_name("Eng")
        assert group is not None
        members = (await okta.groups.get(group)).members
    assert report.ok, report
    assert report.remaining.changes == ()
    assert sorted(map(str, users)) == ["a", "b"]
    assert members is not None
    assert len(members) == 2
    assert report.numbers["created"] == 3
    assert report.numbers["members_in"] == 2
    assert report.numbers["requests"] == 4
    assert "3 created" in str(report)


@pytest.mark.heavy
@each_value("bulk", [True, False])
@each_value("filterable", [None, ("userName", "displayName")])
async def test_apply_again_with_another_client_makes_nothing_twice(
    bulk: bool, filterable: tuple[str, ...] | None
) -> None:
    """The plan is in memory and new, so nothing is read first: the refused creations are looked up."""
    tenant = Tenant(capabilities=Capabilities(bulk=bulk, filterable=filterable))
    keys = [f"p{number}" for number in range(25)]
    changes = [*map(create, keys), create_group("Eng"), add_members("new:group:Eng", ["new:p0"])]
    plan = make_plan(tenant, changes)
    async with tenant.async_scim_client("Okta") as okta:
        assert (await okta.apply(plan, rate=None, limit=7)).ok
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(plan, rate=None)
        assert report.ok, report
        assert report.numbers["unchanged"] == 7
        assert report.numbers["created"] == 19
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(plan, rate=None)
        assert report.ok, report
        assert report.numbers["created"] == 0
        assert await okta.users.list().count() == 25
        assert await okta.groups.list().count() == 1


async def test_creation_of_a_taken_name_is_a_failure() -> None:
    """The account of somebody else is never taken for the one to create."""
    tenant = Tenant()
    tenant.identity_providers["Okta"].add_user(user_values("a") | {"externalId": "other"})
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(make_plan(tenant, [create("a")]), rate=None)
    (failure,) = report.failures
    assert isinstance(failure.error, errors.Conflict)


async def test_apply_changes_in_order_of_stages() -> None:
    """R7: memberships out before deactivations and deletions; freed values first."""
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a, b, c = await make_users(okta, "a", "b", "c")
        group = await okta.groups.create(
            scim.Group(display_name="Eng", members=[scim.Member(value=b), scim.Member(value=c)])
        )
        changes = [
            delete(c),
            update(a, "title", None, "Chief"),
            remove_members(str(group.id), [c], group_size=2),
            deactivate(b),
        ]
        start = len(tenant.requests)
        report = await okta.apply(make_plan(tenant, changes), rate=None, concurrency=1)
        sent = [(r.method, r.path.rpartition("/")[2]) for r in list(tenant.requests)[start:]]
        assert (await okta.users.get(b)).active is False
        assert (await okta.users.get(a)).title == "Chief"
    assert report.ok, report
    assert sent == [
        ("GET", b),  # a deactivation reads its target again
        ("PATCH", b),
        ("PATCH", str(group.id)),
        ("PATCH", a),
        ("GET", c),
        ("DELETE", c),
    ]
    assert report.numbers["deactivated"] == report.numbers["deleted"] == 1
    assert report.numbers["members_out"] == report.numbers["updated"] == 1


async def test_apply_resolves_references_to_new_users() -> None:
    tenant = Tenant()
    manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"
    changes = [
        create("a"),
        create("boss"),
        Change(
            action="update",
            type="User",
            key="a",
            id="new:a",
            stage="references",
            operations=({"op": "replace", "path": manager, "value": "new:boss"},),
        ),
    ]
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(make_plan(tenant, changes), rate=None)
        boss = await okta.users.find_by_external_id("boss")
        user = await okta.users.find_by_external_id("a")
    assert report.ok, report
    assert boss is not None
    assert user is not None
    assert user.enterprise is not None
    assert user.enterprise.manager is not None
    assert user.enterprise.manager.value == boss.id


async def test_apply_twice_skips_what_is_done() -> None:
    tenant = Tenant()
    changes = [create("a"), create_group("Eng"), add_members("new:group:Eng", ["new:a"])]
    plan = make_plan(tenant, changes)
    async with tenant.async_scim_client("Okta") as okta:
        assert (await okta.apply(plan, rate=None)).ok
        count = len(writes(tenant))
        report = await okta.apply(plan, rate=None)
    assert report.ok, report
    assert report.numbers["unchanged"] == 3
    assert len(writes(tenant)) == count


async def test_limit_leaves_the_rest_which_is_applied_again() -> None:
    """R35: a run can be continued with the same plan."""
    tenant = Tenant()
    changes = [*map(create, "abcde"), create_group("Eng"), add_members("new:group:Eng", ["new:a"])]
    plan = make_plan(tenant, changes)
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(plan, rate=None, limit=3)
        assert report.ok, report
        assert report.numbers["created"] == 3
        assert len(report.remaining.changes) == 4
        report = await okta.apply(plan, rate=None, limit=2)
        assert report.numbers["created"] == 2
        assert report.numbers["unchanged"] == 3
        report = await okta.apply(plan, rate=None)
        assert report.ok, report
        assert not report.remaining
        assert await okta.users.list().count() == 5


@each_value("members_must_exist", [True, False])
async def test_remaining_plan_has_the_ids_of_what_exists(members_must_exist: Any) -> None:
    """R31: the members and managers that remain are those that were created, not placeholder ids."""
    tenant = Tenant(capabilities=Capabilities(members_must_exist=members_must_exist))
    changes = [
        create("a", title="new:b"),
        create("b"),
        create_group("Eng"),
        add_members("new:group:Eng", ["new:a", "new:b"]),
    ]
    async with tenant.async_scim_client("Okta") as okta:
        first = await okta.apply(make_plan(tenant, changes), limit=1, rate=None)
        second = await okta.apply(first.remaining, limit=2, rate=None)
        third = await okta.apply(second.remaining, rate=None)
        group = await okta.groups.find_by_display_name("Eng")
        assert group is not None
        members = (await okta.groups.get(group)).members
        users = {user.id: user.title async for user in okta.users.list()}
    assert third.ok, third
    assert {member.value for member in members or ()} == users.keys()
    assert "new:b" in users.values()


async def test_plan_goes_on_with_another_client() -> None:
    """After `limit=` the same plan is applied by another client: what exists is done, not a conflict."""
    tenant = Tenant()
    changes = [create("a"), create("b"), create_group("Eng")]
    changes.append(add_members("new:group:Eng", ["new:a", "new:b"]))
    plan = make_plan(tenant, changes)
    for limit in (1, 2, None):
        async with tenant.async_scim_client("Okta") as okta:
            report = await okta.apply(plan, limit=limit, rate=None)
            assert report.ok, report
    assert report.remaining.changes == ()
    assert report.numbers["members_in"] == 2


async def test_limit_of_updates_goes_on_with_another_client() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        ids = await make_users(okta, "a", "b")
    plan = make_plan(tenant, [update(id_, "title", None, "Chief") for id_ in ids])
    for _ in ids:
        async with tenant.async_scim_client("Okta") as okta:
            report = await okta.apply(plan, limit=1, rate=None)
    assert report.remaining.changes == ()
    assert [method for method, _ in writes(tenant)].count("PATCH") == 2


async def test_only_selects_objects_by_key_name_or_id() -> None:
    tenant = Tenant()
    plan = make_plan(tenant, [create("a"), create("b"), create_group("Eng")])
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(plan, rate=None, only=["A", "new:group:Eng"])
        assert report.numbers["created"] == 2
        assert [change.key for change in report.remaining.changes] == ["b"]
        assert (report.ok, report.left_out) == (True, 1)
        assert "1 change was left out by only; it was not looked up" in str(report)
        report = await okta.apply(plan, rate=None, only="b")
        assert report.numbers["created"] == 1
        assert (report.left_out, report.to_dict()["left_out"]) == (2, 2)


async def test_only_finds_the_members_that_earlier_runs_created() -> None:
    """A group is completed, although `only` leaves out the creation of its members."""
    tenant = Tenant()
    plan = make_plan(
        tenant,
        [
            create("a"),
            create("b"),
            create_group("Eng"),
            add_members("new:group:Eng", ["new:a", "new:b"]),
        ],
    )
    async with tenant.async_scim_client("Okta") as okta:
        assert (await okta.apply(plan, rate=None, only="a")).ok
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(plan, rate=None, only=["Eng", "new:group:Eng"])
        assert [str(skipped) for skipped in report.skipped] == [
            "add_members Group new:group:Eng: 1 members: new:b is not created yet"
        ]
        assert [change.id for change in report.remaining.changes][:1] == ["new:b"]
    async with tenant.async_scim_client("Okta") as okta:
        assert (await okta.apply(plan, rate=None)).ok
        (group,) = await okta.groups.list()
        assert len((await okta.groups.get(group)).members or ()) == 2


async def test_failure_names_change_and_words_of_server() -> None:
    """R6, R28: one refused record is reported, and the others are made."""
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        await make_users(okta, "taken")
        tenant.faults.add(headers={"X-Request-Id": "r-7"}, method="POST", times=None)
        changes = [create("taken", externalId="other"), create("b"), create_group("Eng")]
        changes.append(add_members("new:group:Eng", ["new:taken", "new:b"]))
        report = await okta.apply(make_plan(tenant, changes), rate=None)
    assert not report.ok
    [failure] = report.failures
    assert failure.change.key == "taken"
    assert failure.status == 409
    assert failure.request_id == "r-7"
    assert "create User taken" in str(failure)
    [skipped] = report.skipped
    assert "create User taken failed" in skipped.reason
    assert [change.action for change in report.remaining.changes] == ["create", "add_members"]
    assert report.remaining.changes[1].after["members"] == ["new:taken"]
    assert report.numbers["members_in"] == 1
    assert report.numbers["failed"] == 1
    with pytest.raises(errors.Conflict) as caught:
        report.raise_for_failures()
    assert "1 failed" in "".join(caught.value.__notes__)
    document = report.to_dict()
    assert document["format"] == 1
    assert document["failures"][0]["status"] == 409
    assert "failed" in str(report)
    assert "<table>" in report._repr_html_()


async def test_failed_group_skips_its_members() -> None:
    tenant = Tenant()
    tenant.faults.add(status=400, method="POST", path="*/Groups")
    changes = [create("a"), create_group("Eng"), add_members("new:group:Eng", ["new:a"])]
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(make_plan(tenant, changes), rate=None)
    assert [failure.change.key for failure in report.failures] == ["Eng"]
    assert [skipped.reason for skipped in report.skipped] == ["create Group Eng failed"]
    assert len(report.remaining.changes) == 2


@each_value("status", [404, 501])
async def test_target_without_groups_does_not_stop_users(status: Any) -> None:
    tenant = Tenant()
    tenant.faults.add(status=status, method="POST", path="*/Groups", times=None)
    changes = [
        *map(create_group, "ABCDEFGHIJKLM"),
        create("a"),
        add_members("new:group:A", ["new:a"]),
    ]
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(make_plan(tenant, changes), rate=None, concurrency=1)
    assert report.stopped is None
    assert report.numbers["created"] == 1
    assert len(report.failures) == 1
    assert "no groups" in report.skipped[0].reason


async def test_removal_of_missing_objects_is_success() -> None:
    """R7: gone is done."""
    tenant = Tenant()
    changes = [delete("u-gone"), deactivate("u-lost"), remove_members("g-gone", ["u1"])]
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(make_plan(tenant, changes), rate=None)
    assert report.ok, report
    assert not report.remaining


@each_value("status", [400, 403, 405, 501])
async def test_refused_deletion_falls_back_to_deactivation(status: Any) -> None:
    """R37: deletion needs its own word, and a refusal deactivates where the policy says so."""
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a, b = await make_users(okta, "a", "b")
        tenant.faults.add(status=status, method="DELETE", times=None)
        policy = Policy(delete_refused="deactivate")
        plan = make_plan(tenant, [delete(a), delete("x-gone"), delete(b)], policy=policy)
        report = await okta.apply(plan, rate=None, concurrency=1)
        assert (await okta.users.get(a)).active is False
    assert report.ok, report
    assert report.numbers["deactivated"] == 2
    assert "is deactivated, because the server refuses its deletion" in str(report)


async def test_refused_deletion_fails_by_default() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a, b = await make_users(okta, "a", "b")
        tenant.faults.add(status=405, method="DELETE")
        plan = make_plan(tenant, [delete(a), delete(b)])
        report = await okta.apply(plan, rate=None, concurrency=1)
        assert (await okta.users.get(a)).active is True
    assert [failure.status for failure in report.failures] == [405]


async def test_unkept_values_are_named_and_remembered() -> None:
    """R22: what the provider drops is named once."""
    tenant = Tenant()
    memory = Memory()
    async with tenant.async_scim_client("Okta") as okta:
        [a, b] = await make_users(okta, "a", "b")
        changes = [
            create("c", **{"urn:acme:User": {"costCode": "x"}}),
            deactivate(a),
            delete(b, assumes={"userName": "b@acme.com"}),
        ]
        report = await okta.apply(make_plan(tenant, changes), rate=None, memory=memory)
    assert report.ok, report
    assert "does not keep urn:acme:User:costCode" in str(report)
    assert memory.unkept == {"User": {"urn:acme:User:costCode"}}
    assert memory.unkept_values.keys() == {memory.known_ids["c"]}
    assert memory.deactivated == {a, b}
    assert memory.deleted == {b}
    assert memory.known_ids.keys() == {"c", a}
    assert memory.scim_url == okta.base_url


# ------------------------------------------------------------------------------------ stop rules


async def test_rejected_token_stops_the_run() -> None:
    """R30: the stop names the first cause and how to go on."""
    tenant = Tenant()
    tenant.faults.add(status=401, method="POST", times=None)
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(
            make_plan(tenant, map(create, "abcdef")), rate=None, concurrency=1
        )
    assert report.stopped is not None
    assert "401" in report.stopped.reason
    assert isinstance(report.stopped.error, errors.Unauthorized)
    assert len(report.remaining.changes) == 6
    assert len(writes(tenant)) == 1
    assert "stopped: " in str(report)
    assert report.to_dict()["stopped"]["reason"]
    with pytest.raises(errors.Unauthorized):
        report.raise_for_failures()


async def test_forbidden_first_write_stops_the_run() -> None:
    tenant = Tenant()
    tenant.faults.add(status=403, method="POST", times=None)
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(make_plan(tenant, map(create, "abc")), rate=None, concurrency=1)
    assert report.stopped is not None
    assert len(writes(tenant)) == 1


async def test_maintenance_stops_the_run() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        plan = make_plan(tenant, [create("a"), *map(create_group, "ABC")])
        body = {"errorCode": "MAINT0001", "message": "under maintenance"}
        tenant.faults.add(status=503, body=body, path="*/Groups", times=None)
        report = await okta.apply(plan, rate=None, concurrency=1)
    assert report.stopped is not None
    assert "maintenance" in report.stopped.reason
    assert len(report.failures) == 1


@each_value("status", [403, 500])
async def test_ten_failures_in_a_row_stop_the_run(status: Any) -> None:
    tenant = Tenant(capabilities=Capabilities(bulk=False))
    async with tenant.async_scim_client("Okta", retry=RetryPolicy.none()) as okta:
        [a] = await make_users(okta, "a")
        tenant.faults.add(status=status, method="POST", times=None)
        changes = [update(a, "title", None, "x"), *(create(f"u{n}") for n in range(30))]
        report = await okta.apply(make_plan(tenant, changes), rate=None, concurrency=1)
    assert report.stopped is not None
    assert "10 changes failed in a row" in report.stopped.reason
    assert len(report.failures) == 10
    assert report.failures[0].error is report.stopped.error
    assert len(report.remaining.changes) == 30


@each_value("status", [400, 409])
async def test_refused_records_do_not_stop_the_run(status: Any) -> None:
    tenant = Tenant()
    tenant.faults.add(status=status, method="POST", times=15)
    async with tenant.async_scim_client("Okta") as okta:
        changes = [create(f"u{n}") for n in range(17)]
        report = await okta.apply(make_plan(tenant, changes), rate=None, concurrency=1)
    assert report.stopped is None
    assert len(report.failures) == 15
    assert report.numbers["created"] == 2


async def test_success_ends_a_series_of_failures() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta", retry=RetryPolicy.none()) as okta:
        changes = [create(f"u{n:02}") for n in range(21)]
        for start in (1, 11):
            tenant.faults.add(status=500, method="POST", times=9)
            plan = make_plan(tenant, changes[start : start + 9])
            report = await okta.apply(plan, rate=None, concurrency=1)
            assert report.stopped is None
            assert len(report.failures) == 9


async def test_throttling_is_waited_for_and_shown() -> None:
    """R5: 429 is retried before anything else."""
    tenant = Tenant()
    tenant.faults.add(status=429, headers={"Retry-After": "40"}, method="POST", times=2)
    shown: list[tuple[int, int, str]] = []
    async with tenant.async_scim_client("Okta") as okta:
        plan = make_plan(tenant, map(create, "ab"))
        report = await okta.apply(
            plan, rate=None, concurrency=1, progress=lambda *values: shown.append(values)
        )
    assert report.ok, report
    assert report.numbers["retries"] == 2
    assert report.numbers["seconds"] >= 80
    assert any("waiting" in text for _, _, text in shown)
    assert shown[-1] == (2, 2, "create User b")


async def test_rate_paces_all_requests() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        plan = make_plan(tenant, (create(f"u{n}") for n in range(11)))
        report = await okta.apply(plan, rate=2)
    assert report.ok, report
    assert 5 <= report.numbers["seconds"] < 6


@pytest.mark.heavy
async def test_deadline_ends_the_run() -> None:
    """R35: a deadline, and the same plan again."""
    tenant = Tenant(capabilities=Capabilities(bulk=False))
    async with tenant.async_scim_client("Okta") as okta:
        plan = make_plan(tenant, (create(f"u{n}") for n in range(30)))
        report = await okta.apply(plan, rate=1, deadline=10, concurrency=1)
        assert report.stopped is not None
        assert "deadline" in report.stopped.reason
        assert report.numbers["created"] in (9, 10, 11)
        with pytest.raises(errors.BritiveScimError, match="Applied"):
            report.raise_for_failures()
        report = await okta.apply(plan, rate=None)
    assert report.ok, report


async def test_large_group_is_read_back() -> None:
    """R11: a server that cuts a long list of members is found out."""
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a, b = await make_users(okta, "a", "b")
        group = await okta.groups.create(
            scim.Group(display_name="Eng", members=[scim.Member(value=a)])
        )
        change = add_members(str(group.id), [b], group_size=300)
        report = await okta.apply(make_plan(tenant, [change]), rate=None)
        assert report.ok, report
        assert report.numbers["requests"] == 2
        tenant.faults.add(method="PATCH", path="*/Groups/*", status=204)
        change = remove_members(str(group.id), [b], group_size=300)
        report = await okta.apply(make_plan(tenant, [change]), rate=None)
    assert "still has 1 of 1 after an acknowledged change" in str(report)
    assert report.failures[0].members == (b,)


async def test_partly_refused_members_remain() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a, b = await make_users(okta, "a", "b")
        group = await okta.groups.create(scim.Group(display_name="Eng"))
        change = add_members(str(group.id), [a, "u-unknown", b])
        report = await okta.apply(make_plan(tenant, [change]), rate=None)
    assert report.failures[0].members == ("u-unknown",)
    assert report.numbers["members_in"] == 2
    assert report.remaining.changes[0].after == {"members": ["u-unknown"]}


async def test_partly_refused_removals_remain() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        a, b = await make_users(okta, "a", "b")
        group = await okta.groups.create(scim.Group.of("Eng", members=[a, b]))
        change = remove_members(str(group.id), [a, b])
        tenant.faults.add(400, method="PATCH", path="*/Groups/*", times=2)  # both, then one of them
        report = await okta.apply(make_plan(tenant, [change]), rate=None)
        (left,) = (await okta.groups.get(group)).members or ()
    assert report.failures[0].members == (left.value,)
    assert report.numbers["members_out"] == 1
    assert report.remaining.changes[0].before == {"members": [left.value]}


async def test_dry_run_lists_operations() -> None:
    tenant = Tenant()
    memory = Memory()
    changes = [create("a"), create_group("Eng"), add_members("new:group:Eng", ["new:a"])]
    plan = make_plan(tenant, changes)
    async with tenant.async_scim_client("Okta") as okta:
        with okta.dry_run() as operations:
            report = await okta.apply(plan, rate=None, memory=memory, journal="/nowhere/run.jsonl")
        assert report.ok, report
        assert [operation.method for operation in operations] == ["POST", "POST", "PATCH"]
        assert memory.known_ids == {}
        assert writes(tenant) == []
        assert (await okta.apply(plan, rate=None)).numbers["created"] == 2


@each_value("capability", [Capabilities(patch=False), Capabilities(filterable=("userName",))])
async def test_apply_on_deviating_providers(capability: Any) -> None:
    tenant = Tenant(capabilities=capability)
    changes = [create("a"), create_group("Eng"), add_members("new:group:Eng", ["new:a"])]
    plan = make_plan(tenant, changes)
    async with tenant.async_scim_client("Okta") as okta:
        assert (await okta.apply(plan, rate=None)).ok
        report = await okta.apply(plan, rate=None)
    assert report.numbers["unchanged"] == 3, report
