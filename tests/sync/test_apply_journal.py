# Generated from tests/aio/test_apply_journal.py by tools/unasync.py; edit that file instead.
"""Runs with a journal: resumed after death, loss of power, Ctrl-C, and a full disk."""

import contextlib
import errno
import itertools
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from britive_scim import ScimClient, Settings, scim
from britive_scim.provisioning import Plan
from britive_scim.provisioning.journal import parse_journal
from britive_scim.testing import Capabilities, Tenant
from support.failpoints import Failpoints, Killed
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


def prepare(tenant: Tenant) -> Plan:
    """Fill a tenant, and return a plan with changes of every action."""
    with tenant.scim_client("Okta") as okta:
        ids: list[str] = []
        for key in ("old", "leaver", "gone", "back", "free"):
            values = user_values(key, active=key != "back", title="Guide")
            if key == "free":
                del values["externalId"]
            ids.append(str((okta.users.create(scim.User.from_wire(values))).id))
        old, leaver, gone, back, free = ids
        members = [scim.Member(value=id_) for id_ in (old, leaver, gone)]
        group = okta.groups.create(scim.Group(display_name="Ops", members=members))
        empty = okta.groups.create(scim.Group(display_name="Empty"))
    changes = [
        deactivate(leaver),
        remove_members(str(group.id), [leaver], group_size=3),
        create("a"),
        create("b"),
        update(old, "title", "Guide", "Chief"),
        update(old, "userName", "old@acme.com", "new@acme.com", action="rename"),
        update(free, "externalId", None, "free", action="adopt"),
        update(back, "active", False, True, action="reactivate"),
        create_group("Eng"),
        add_members("new:group:Eng", ["new:a", "new:b", old]),
        add_members(str(group.id), ["new:a"], group_size=2),
        delete(gone, assumes={"userName": "gone@acme.com"}),
        delete(str(empty.id), "Group", assumes={"displayName": "Empty"}),
    ]
    return make_plan(tenant, changes)


def describe(tenant: Tenant) -> dict[str, Any]:
    """Return what a tenant contains, without ids."""
    with tenant.scim_client("Okta") as okta:
        users = [user for user in okta.users.list()]
        names = {user.id: user.external_id for user in users}
        groups: dict[str, Any] = {}
        for listed in okta.groups.list():
            group = okta.groups.get(listed)
            groups[str(group.display_name)] = sorted(
                str(names.get(member.value)) for member in group.members or ()
            )
    return {
        "users": sorted(
            (str(u.external_id), str(u.user_name), str(u.title), u.active) for u in users
        ),
        "groups": groups,
    }


def count_writes(tenant: Tenant, start: int) -> Counter[tuple[str, str, str]]:
    """Return the number of successful writes by method, path and body."""
    return Counter(
        (r.method, r.path, repr(r.request_body))
        for r in list(tenant.requests)[start:]
        if r.method != "GET" and r.status is not None and r.status < 300
    )


def make_client(tenant: Tenant, failpoints: Failpoints) -> ScimClient:
    provider = tenant.identity_providers["Okta"]
    token = provider.scim_token.get_secret_value()
    settings = Settings(clock=tenant.clock, hooks=(failpoints.end_attempt,))
    return ScimClient(
        provider.scim_url,
        lambda: failpoints.return_token(token),
        transport=tenant.transport(),
        settings=settings,
    )


def run_until_killed(tenant: Tenant, plan: Plan, path: Path, kill_at: int) -> Failpoints:
    failpoints = Failpoints(path, kill_at)
    with make_client(tenant, failpoints) as okta:
        with failpoints.installed(), contextlib.suppress(Killed):
            okta.apply(plan, rate=None, concurrency=1, journal=path)
    return failpoints


@pytest.mark.heavy
@pytest.mark.parametrize("loses_power", [False, True])
@pytest.mark.parametrize(
    "step",
    [pytest.param(1, marks=pytest.mark.proof, id="each-step"), pytest.param(23, id="sampled")],
)
def test_killed_run_resumes_to_the_same_end(
    tmp_path: Path, step: int, loses_power: bool
) -> None:
    """R16: the same end state, no duplicate, no change made twice, wherever the process dies."""
    tenant = Tenant(seed=1)
    plan = prepare(tenant)
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(plan, rate=None, concurrency=1)
    assert report.ok, report
    expected = describe(tenant)
    kill_at, was_killed = 1, True
    while was_killed:
        tenant = Tenant(seed=1)
        plan = prepare(tenant)
        start = len(tenant.requests)
        path = tmp_path / f"run-{kill_at}.jsonl"
        failpoints = run_until_killed(tenant, plan, path, kill_at)
        was_killed = failpoints.is_killed
        if loses_power:
            failpoints.lose_power()
        with tenant.scim_client("Okta") as okta:
            report = okta.apply(plan, rate=None, concurrency=1, journal=path)
            assert report.ok, (kill_at, report)
            writes = count_writes(tenant, start)
            assert describe(tenant) == expected, kill_at
            repeated = [write for write, count in writes.items() if count > 1]
            assert repeated == [], kill_at
            count = len(tenant.requests)
            report = okta.apply(plan, rate=None, journal=path)
            assert report.ok, (kill_at, report)
            assert all(r.method == "GET" for r in list(tenant.requests)[count:])
        kill_at += step
    assert kill_at > 60


def test_no_request_is_sent_before_its_intent_is_durable(tmp_path: Path) -> None:
    tenant = Tenant(capabilities=Capabilities(bulk=False))
    path = tmp_path / "run.jsonl"
    plan = make_plan(tenant, [create(f"u{n}") for n in range(40)])
    failpoints = Failpoints(path, None)
    unproven: list[int] = []
    sends = itertools.count(1)

    def return_token(token: str) -> str:
        send = next(sends)
        intents = path.read_bytes()[: failpoints.synced_size].count(b'"intent"')
        if intents < send - 1:  # the first request reads the features
            unproven.append(send)
        return token

    provider = tenant.identity_providers["Okta"]
    secret = provider.scim_token.get_secret_value()
    okta = ScimClient(
        provider.scim_url, lambda: return_token(secret), transport=tenant.transport()
    )
    with okta:
        with failpoints.installed():
            report = okta.apply(plan, rate=None, journal=path)
    assert report.ok, report
    assert next(sends) == 42
    assert unproven == []


def test_torn_journal_is_repaired_and_reported(tmp_path: Path) -> None:
    tenant = Tenant()
    path = tmp_path / "run.jsonl"
    plan = make_plan(tenant, [create("a"), create("b")])
    with tenant.scim_client("Okta") as okta:
        okta.apply(plan, rate=None, journal=path, concurrency=1)
        path.write_bytes(path.read_bytes()[:-4])
        report = okta.apply(plan, rate=None, journal=path)
        assert okta.users.list().count() == 2
    assert report.ok, report
    assert "the last record of the journal was incomplete" in str(report)
    assert "done by earlier runs" in str(report)


def test_failed_sync_stops_the_run_before_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = Tenant()
    path = tmp_path / "run.jsonl"
    fsync, calls = os.fsync, 0

    def fail_third(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls > 5:
            raise OSError(errno.EIO, "no disk")
        fsync(handle)

    plan = make_plan(tenant, [create(f"u{n}") for n in range(9)])
    with tenant.scim_client("Okta") as okta:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fail_third)
            report = okta.apply(plan, rate=None, journal=path, concurrency=1)
        assert report.stopped is not None
        assert "journal cannot be written" in report.stopped.reason
        assert report.numbers["created"] < 9
        assert okta.users.list().count() == report.numbers["created"]
        report = okta.apply(plan, rate=None, journal=path)
        assert report.ok, report
        assert okta.users.list().count() == 9


def test_full_disk_at_an_outcome_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = Tenant()
    path = tmp_path / "run.jsonl"
    write = os.write

    def fail_at_outcome(handle: int, data: bytes) -> int:
        if b'"outcome"' in data:
            raise OSError(errno.ENOSPC, "no space")
        return write(handle, data)

    plan = make_plan(tenant, [create("a"), create("b")])
    with tenant.scim_client("Okta") as okta:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", fail_at_outcome)
            report = okta.apply(plan, rate=None, journal=path, concurrency=1)
        assert report.stopped is not None
        assert report.numbers["created"] == 1
        report = okta.apply(plan, rate=None, journal=path)
        assert report.ok, report
        assert report.numbers["unchanged"] == 1
        assert okta.users.list().count() == 2


def test_limited_runs_share_a_journal(tmp_path: Path) -> None:
    tenant = Tenant()
    path = tmp_path / "run.jsonl"
    plan = make_plan(tenant, [create(f"u{n}") for n in range(5)])
    with tenant.scim_client("Okta") as okta:
        okta.apply(plan, rate=None, journal=path, limit=2)
    with tenant.scim_client("Okta") as okta:
        start = len(tenant.requests)
        report = okta.apply(plan, rate=None, journal=path)
        assert report.ok, report
        assert report.numbers["created"] == 3
        written = [request for request in tenant.requests[start:] if request.method != "GET"]
        assert len(written) == 3


def test_partial_change_of_members_is_resumed(tmp_path: Path) -> None:
    tenant = Tenant()
    path = tmp_path / "run.jsonl"
    changes = [create("a"), create("b"), create_group("Eng")]
    changes.append(add_members("new:group:Eng", ["new:a", "new:b"]))
    plan = make_plan(tenant, changes)
    tenant.faults.add(status=400, method="POST", path="*/Users")
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(plan, rate=None, journal=path, concurrency=1)
        assert report.numbers["members_in"] == 1
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(plan, rate=None, journal=path)
        assert report.ok, report
        assert report.numbers["members_in"] == 1
        group = okta.groups.find_by_display_name("Eng")
        assert group is not None
        assert len((okta.groups.get(group)).members or ()) == 2


def test_uncertain_creation_is_looked_up(tmp_path: Path) -> None:
    """A creation of unknown outcome that the server shows late is not sent again."""
    tenant = Tenant()
    path = tmp_path / "run.jsonl"
    plan = make_plan(tenant, [create("a")])
    tenant.faults.add(cut="after", method="POST")
    tenant.faults.add(status=500, method="GET", times=None)
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(plan, rate=None, journal=path)
        assert report.failures
    tenant.faults.clear()
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(plan, rate=None, journal=path)
        assert report.ok, report
        assert report.numbers["unchanged"] == 1
        assert okta.users.list().count() == 1


def test_lost_reading_leaves_no_change_in_doubt(tmp_path: Path) -> None:
    """Nothing was sent, so the outcome is known; a creation in doubt stays so."""
    tenant = Tenant()
    path = tmp_path / "run.jsonl"
    with tenant.scim_client("Okta") as okta:
        user = okta.users.create(scim.User.from_wire(user_values("old")))
        plan = make_plan(tenant, [create("a"), deactivate(str(user.id))])
        tenant.faults.add(cut="after", method="POST")
        for _ in range(2):
            tenant.faults.add(cut="before", method="GET", times=None)
            report = okta.apply(plan, rate=None, journal=path)
            assert [failure.change.action for failure in report.failures] == [
                "create",
                "deactivate",
            ]
            assert not report.failures[1].error.to_dict()["may_have_happened"]
            assert parse_journal(path.read_bytes()).in_doubt == {0}
            tenant.faults.clear()
        assert (okta.apply(plan, rate=None, journal=path)).ok
        assert okta.users.list().count() == 2


def test_journal_contains_neither_names_nor_token(tmp_path: Path) -> None:
    """R39: positions and ids only."""
    tenant = Tenant()
    path = tmp_path / "run.jsonl"
    with tenant.scim_client("Okta") as okta:
        okta.apply(make_plan(tenant, [create("ana")]), rate=None, journal=path)
    text = path.read_text("ascii")
    assert "ana" not in text
    assert tenant.identity_providers["Okta"].scim_token.get_secret_value() not in text
