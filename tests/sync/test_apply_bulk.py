# Generated from tests/aio/test_apply_bulk.py by tools/unasync.py; edit that file instead.
"""Creations of users by bulk requests during `apply`."""

import contextlib
import json
import math
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from britive_scim import ScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.provisioning import Plan
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.failpoints import Failpoints, Killed
from support.plans import add_members, create, create_group, make_plan, update, user_values


def posts(tenant: Tenant) -> list[str]:
    """Return the last part of the path of each POST."""
    return [r.path.rpartition("/")[2] for r in tenant.requests if r.method == "POST"]


def sizes(tenant: Tenant) -> list[int]:
    """Return the number of operations of each bulk request."""
    return [
        len(json.loads(r.request_body or b"{}")["Operations"])
        for r in tenant.requests
        if r.path.endswith("/Bulk")
    ]


def make(tenant: Tenant, number: int, **values: Any) -> Plan:
    return make_plan(tenant, [create(f"u{n}") for n in range(number)], **values)


def keys(client: ScimClient) -> list[str]:
    """Return the sorted external ids of all users."""
    return sorted([str(user.external_id) for user in client.users.list()])


@pytest.mark.heavy
def test_creations_are_sent_in_bulk_requests() -> None:
    tenant = Tenant()
    changes = [create(f"u{n}") for n in range(250)]
    changes += [create_group("Eng"), add_members("new:group:Eng", ["new:u0", "new:u249"])]
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make_plan(tenant, changes), rate=None, concurrency=2)
        assert len(set(keys(okta))) == 250
        group = okta.groups.find_by_display_name("Eng")
        members = (okta.groups.get(str(group and group.id))).members or ()
        names = {str((okta.users.get(str(m.value))).external_id) for m in members}
    assert report.ok, report
    assert report.numbers["created"] == 251
    assert sizes(tenant) == [100, 100, 50]
    # features, three bulk requests, one user read back, a group and its members
    assert report.numbers["requests"] == 7
    assert names == {"u0", "u249"}
    assert report.remaining.changes == ()


@each_value("capabilities", [Capabilities(bulk=False), Capabilities(max_operations=1)])
def test_without_bulk_single_requests_are_sent(capabilities: Any) -> None:
    tenant = Tenant(capabilities=capabilities)
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make(tenant, 30), rate=None)
    assert report.numbers["created"] == 30
    assert posts(tenant) == ["Users"] * 30


def test_few_creations_are_sent_in_single_requests() -> None:
    tenant = Tenant()
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make(tenant, 19), rate=None)
        assert report.numbers["requests"] == 19
        more = [create(f"v{n}") for n in range(30)]
        report = okta.apply(make_plan(tenant, more), rate=None, limit=5)
    assert report.numbers["requests"] == 5
    assert posts(tenant) == ["Users"] * 24


def test_unreadable_features_mean_single_requests() -> None:
    tenant = Tenant()
    tenant.faults.add(cut="connect", path="*/ServiceProviderConfig", times=None)
    with tenant.scim_client("Okta", retry=RetryPolicy.none()) as okta:
        report = okta.apply(make(tenant, 20), rate=None)
    assert report.numbers["created"] == 20
    assert posts(tenant) == ["Users"] * 20


def test_limits_of_the_provider_hold() -> None:
    tenant = Tenant(capabilities=Capabilities(max_operations=7, max_bulk_body=2000))
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make(tenant, 30), rate=None)
    assert report.numbers["created"] == 30
    assert posts(tenant).count("Users") < 5  # those that would be alone in a bulk request
    assert len(sizes(tenant)) >= 5
    assert all(size <= 7 for size in sizes(tenant))
    bodies = [len(r.request_body or b"") for r in tenant.requests if r.path.endswith("/Bulk")]
    assert max(bodies) <= 2000


def test_creation_that_no_bulk_request_can_contain_is_sent_alone() -> None:
    tenant = Tenant(capabilities=Capabilities(max_bulk_body=2000))
    changes = [create(f"u{n}") for n in range(20)]
    changes.append(create("long", title="x" * 2000))
    changes.append(create("odd", title="bulkId:other"))
    changes.append(create("bad", title=math.nan))
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make_plan(tenant, changes), rate=None)
        odd = [u.title for u in okta.users.list(filter='externalId eq "odd"')]
    assert report.numbers["created"] == 22
    assert posts(tenant).count("Users") == 2
    assert odd == ["bulkId:other"]
    assert [f.change.key for f in report.failures] == ["bad"]


def test_refused_records_are_failures_with_the_words_of_the_server() -> None:
    tenant = Tenant()
    with tenant.scim_client("Okta") as okta:
        other = user_values("u3") | {"externalId": "other"}
        okta.users.create(scim.User.from_wire(other))
        changes = [create(f"u{n}") for n in range(25)]
        changes.append(add_members("new:group:Eng", ["new:u3"]))
        changes.append(create_group("Eng"))
        report = okta.apply(make_plan(tenant, changes), rate=None)
        assert okta.users.list().count() == 25
    [failure] = report.failures
    assert failure.change.key == "u3"
    assert failure.status == 409
    assert isinstance(failure.error, errors.Conflict)
    assert failure.error.detail
    assert report.numbers["created"] == 25
    assert [s.change.action for s in report.skipped] == ["add_members"]


@pytest.mark.heavy
@each_value("status", [403, 404, 413, 501, 400])
def test_refused_bulk_request_turns_bulk_off(status: Any) -> None:
    tenant = Tenant()
    tenant.faults.add(status=status, method="POST", path="*/Bulk")
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make(tenant, 22), rate=None, concurrency=1)
        assert len(keys(okta)) == 22
    assert report.ok, report
    assert posts(tenant) == ["Bulk", *["Users"] * 22]


def test_token_without_the_right_to_write_stops_the_run() -> None:
    tenant = Tenant()
    tenant.faults.add(status=403, method="POST", times=None)
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make(tenant, 60), rate=None, concurrency=1)
    assert report.stopped is not None
    assert "may not write" in report.stopped.reason
    assert len(report.failures) == 1
    assert posts(tenant) == ["Bulk", "Users"]
    assert len(report.remaining.changes) == 60


def test_lost_response_is_looked_up() -> None:
    tenant = Tenant()
    tenant.faults.add(cut="after", method="POST", path="*/Bulk")
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make(tenant, 45), rate=None, concurrency=2)
        assert keys(okta) == sorted(f"u{n}" for n in range(45))
    assert report.ok, report
    assert report.numbers["created"] == 45
    assert posts(tenant) == ["Bulk", "Bulk"]


@pytest.mark.heavy
def test_request_lost_before_the_server_is_in_doubt(tmp_path: Path) -> None:
    """A lost request is not sent again by this run, and by single requests in the next one."""
    tenant = Tenant()
    tenant.faults.add(cut="before", method="POST", path="*/Bulk")
    path = tmp_path / "run.jsonl"
    plan = make(tenant, 22)
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(plan, rate=None, concurrency=1, journal=path)
    assert report.stopped is None
    assert len(report.failures) == 22
    assert {type(f.error) for f in report.failures} == {errors.ConnectionFailed}
    with tenant.scim_client("Okta") as okta:
        start = len(tenant.requests)
        report = okta.apply(plan, rate=None, journal=path)
        assert len(keys(okta)) == 22
    assert report.ok, report
    assert report.numbers["created"] == 22
    sent = [r.path for r in list(tenant.requests)[start:] if r.method == "POST"]
    assert all(path.endswith("/Users") for path in sent)


@pytest.mark.heavy
@each_value("status", [500, 503])
def test_failed_request_is_looked_up(status: Any) -> None:
    tenant = Tenant()
    tenant.faults.add(status=status, method="POST", path="*/Bulk")
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make(tenant, 25), rate=None, concurrency=1)
        count = len(keys(okta))
    assert report.stopped is None
    if status == 500:  # the server has ended its work
        assert report.ok, report
        assert count == 25
    else:
        assert [f.status for f in report.failures] == [503] * 25
        assert count == 0
    assert posts(tenant).count("Bulk") == 1


@pytest.mark.heavy
def test_users_of_a_failed_request_that_the_server_shows_late_are_found() -> None:
    tenant = Tenant(capabilities=Capabilities(visible_after=2))
    tenant.faults.add(cut="after", method="POST", path="*/Bulk")
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make(tenant, 25), rate=None, concurrency=1)
    assert report.ok, report
    assert report.numbers["created"] == 25
    assert posts(tenant) == ["Bulk"]


def test_look_ups_at_a_server_that_is_down_fail_together() -> None:
    tenant = Tenant()
    tenant.faults.add(cut="after", method="POST", path="*/Bulk")
    tenant.faults.add(status=500, method="GET", path="*/Users*", times=None)
    with tenant.scim_client("Okta", retry=RetryPolicy.none()) as okta:
        report = okta.apply(make(tenant, 25), rate=None, concurrency=1)
    assert len(report.failures) == 25
    assert sum(r.status == 500 for r in tenant.requests) == 3


def test_throttled_request_is_sent_again() -> None:
    tenant = Tenant()
    tenant.faults.add(status=429, method="POST", path="*/Bulk", headers={"Retry-After": "2"})
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make(tenant, 20), rate=None)
    assert report.ok, report
    assert report.numbers["retries"] == 1
    assert posts(tenant) == ["Bulk", "Bulk"]


def respond(*results: dict[str, Any]) -> dict[str, Any]:
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
        "Operations": [*results],
    }


def apply_with_response(
    change_result: Callable[[int, dict[str, Any]], dict[str, Any] | None], number: int = 20
) -> tuple[Any, Tenant]:
    """Apply creations with a tenant of which each bulk result is changed; the requests are processed."""
    tenant = Tenant()
    plan = make(tenant, number)
    results: list[dict[str, Any]] = []
    for n in range(number):
        result = {
            "method": "POST",
            "bulkId": f"change-{n}",
            "location": f"https://acme.example/scim/v2/Users/wrong-{n}",
            "status": "201",
        }
        changed = change_result(n, result)
        if changed is not None:
            results.append(changed)
    tenant.faults.add(body=json.dumps(respond(*results)), method="POST", path="*/Bulk")
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(plan, rate=None)
        assert len(keys(okta)) == number
    return report, tenant


@each_value("key", ["bulkId", "location"])
def test_results_without_bulk_id_or_id_are_looked_up(key: Any) -> None:
    """By their order alone, a user could get the id of another one."""
    report, tenant = apply_with_response(
        lambda _, r: {k: v for k, v in r.items() if k != key}
    )
    assert report.ok, report
    assert report.numbers["created"] == 20
    assert posts(tenant) == ["Bulk"]


def test_missing_and_failed_results_are_looked_up() -> None:
    def change(n: int, result: dict[str, Any]) -> dict[str, Any] | None:
        if n == 0:
            return None
        return {**result, "status": "500", "location": None} if n == 1 else result

    report, tenant = apply_with_response(change)
    assert report.ok, report
    assert posts(tenant) == ["Bulk"]


def test_throttled_record_is_sent_alone() -> None:
    report, tenant = apply_with_response(lambda n, r: {**r, "status": "429"} if n == 3 else r)
    assert posts(tenant) == ["Bulk", "Users"]
    assert report.ok, report  # this server has created it nevertheless, and the conflict shows it
    assert report.numbers["unchanged"] == 1


def test_conflict_after_a_retry_is_looked_up() -> None:
    """An attempt that was answered with 429 may have created the users."""
    tenant = Tenant()
    with tenant.scim_client("Okta") as okta:
        okta.users.create(scim.User.from_wire(user_values("u3")))
        tenant.faults.add(status=429, method="POST", path="*/Bulk")
        report = okta.apply(make(tenant, 20), rate=None)
    assert report.ok, report
    assert report.numbers["created"] == 20


def test_resource_of_a_result_is_compared() -> None:
    def answer(n: int, result: dict[str, Any]) -> dict[str, Any]:
        values = user_values(f"u{n}", id=f"id-{n}")
        del values["emails"]
        return {**result, "response": values}

    report, _ = apply_with_response(answer)
    assert report.ok, report
    assert any("emails" in note for note in report.notes)
    assert report.numbers["requests"] == 2


def test_values_that_the_provider_drops_are_named_once() -> None:
    tenant = Tenant(capabilities=Capabilities(unmapped_attributes="dropped"))
    changes = [create(f"u{n}", title="Guide") for n in range(40)]
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make_plan(tenant, changes), rate=None, concurrency=1)
    assert report.ok, report
    assert any("title" in note for note in report.notes)
    assert report.numbers["requests"] == 3  # features, creations, one user


def test_inactive_user_that_becomes_active_is_a_failure() -> None:
    """Each inactive user is read: an active account would give access."""
    tenant = Tenant()
    changes = [create(f"u{n}", active=n != 7) for n in range(20)]
    body = {**user_values("u7", active=True), "id": "x"}
    tenant.faults.add(body=json.dumps(body), method="GET", path="*/Users/*", times=None)
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make_plan(tenant, changes), rate=None)
    assert [f.change.key for f in report.failures] == ["u7"]
    assert "active is True" in str(report.failures[0].error)
    assert report.numbers["created"] == 19


def test_user_that_cannot_be_read_back_is_created() -> None:
    tenant = Tenant()
    tenant.faults.add(status=404, method="GET", path="*/Users/*", times=None)
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(make(tenant, 20), rate=None)
    assert report.ok, report


@pytest.mark.heavy
def test_limit_and_only_hold() -> None:
    tenant = Tenant()
    plan = make(tenant, 60)
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(plan, rate=None, limit=25, concurrency=3)
        assert report.numbers["created"] == 25
        assert len(keys(okta)) == 25
        only = [f"u{n}" for n in range(25, 50)]
        report = okta.apply(plan, rate=None, only=only)
        assert report.numbers["created"] == 25
        report = okta.apply(plan, rate=None)
        assert report.ok, report
        assert report.numbers["created"] == 10
        assert len(keys(okta)) == 60


def test_dry_run_reports_single_requests() -> None:
    tenant = Tenant()
    with tenant.scim_client("Okta") as okta:
        with okta.dry_run() as operations:
            report = okta.apply(make(tenant, 30), rate=None)
    assert report.ok, report
    assert [o.path for o in operations] == ["/Users"] * 30
    assert len(tenant.requests) == 0


def test_old_plan_is_compared_before_bulk_requests() -> None:
    """R32: the creation of a user who exists is done, and that of another person's name fails."""
    tenant = Tenant()
    with tenant.scim_client("Okta") as okta:
        okta.users.create(scim.User.from_wire(user_values("u3")))
        okta.users.create(scim.User.from_wire(user_values("u4", externalId="other")))
        tenant.faults.add(status=500, method="GET", path="*/Users*", times=1)
        plan = make(tenant, 24, target={"read_at": datetime.now(UTC) - timedelta(minutes=16)})
        report = okta.apply(plan, rate=None, concurrency=1)
        assert len(keys(okta)) == 24
    assert report.numbers["unchanged"] == 1
    assert [type(f.error) for f in report.failures] == [errors.Ambiguous]
    assert report.numbers["created"] == 22


def test_failed_look_up_is_a_failure_of_its_creation() -> None:
    tenant = Tenant()
    old = {"read_at": datetime.now(UTC) - timedelta(minutes=16)}
    with tenant.scim_client("Okta") as okta:
        tenant.faults.add(status=403, method="GET", path="*/Users*", times=2)
        report = okta.apply(make(tenant, 24, target=old), rate=None, concurrency=1)
    assert report.numbers["created"] + len(report.failures) == 24
    assert {f.status for f in report.failures} <= {403}


@pytest.mark.heavy
def test_deadline_ends_a_run_between_bulk_requests() -> None:
    tenant = Tenant(capabilities=Capabilities(max_operations=20))
    with tenant.scim_client("Okta") as okta:
        plan = make(tenant, 160)
        report = okta.apply(plan, rate=0.5, deadline=10, concurrency=1)
        assert report.stopped is not None
        assert "deadline" in report.stopped.reason
        assert 0 < report.numbers["created"] < 160
        report = okta.apply(plan, rate=None)
        assert len(keys(okta)) == 160
    assert report.ok, report


def test_other_changes_of_the_stage_are_made() -> None:
    tenant = Tenant()
    with tenant.scim_client("Okta") as okta:
        user = okta.users.create(scim.User.from_wire(user_values("old")))
        changes = [create(f"u{n}") for n in range(20)]
        changes.insert(5, update(str(user.id), "title", None, "Chief"))
        report = okta.apply(make_plan(tenant, changes), rate=None, concurrency=1)
        assert (okta.users.get(user)).title == "Chief"
    assert report.numbers["updated"] == 1
    assert report.numbers["created"] == 20


def count_created(tenant: Tenant, start: int) -> int:
    """Return the number of users that the server says it has created, by single or bulk requests."""
    count = 0
    for exchange in list(tenant.requests)[start:]:
        body = bytes(exchange.response_body or b"")
        if exchange.path.endswith("/Bulk"):
            count += body.count(b'"status": "201"') + body.count(b'"status":"201"')
        else:
            count += exchange.method == "POST" and exchange.status == 201
    return count


@pytest.mark.heavy
@pytest.mark.parametrize("loses_power", [False, True])
@pytest.mark.parametrize(
    "step",
    [pytest.param(1, marks=pytest.mark.proof, id="each-step"), pytest.param(17, id="sampled")],
)
def test_killed_run_resumes_to_the_same_end(
    tmp_path: Path, step: int, loses_power: bool
) -> None:
    """R16: with bulk requests as well, no user is created twice, wherever the process dies."""
    kill_at, was_killed = 1, True
    while was_killed:
        tenant = Tenant(seed=1, capabilities=Capabilities(max_operations=12))
        plan = make(tenant, 24)
        path = tmp_path / f"run-{kill_at}.jsonl"
        failpoints = Failpoints(path, kill_at)
        provider = tenant.identity_providers["Okta"]
        token = provider.scim_token.get_secret_value()
        okta = ScimClient(
            provider.scim_url,
            lambda points=failpoints, text=token: points.return_token(text),  # type: ignore[misc]  # bound in this round
            transport=tenant.transport(),
            settings=Settings(clock=tenant.clock, hooks=(failpoints.end_attempt,)),
        )
        with okta:
            with failpoints.installed(), contextlib.suppress(Killed):
                okta.apply(plan, rate=None, concurrency=1, journal=path)
        was_killed = failpoints.is_killed
        if loses_power:
            failpoints.lose_power()
        with tenant.scim_client("Okta") as client:
            report = client.apply(plan, rate=None, concurrency=1, journal=path)
            assert report.ok, (kill_at, report)
            assert keys(client) == sorted(f"u{n}" for n in range(24)), kill_at
            count = len(tenant.requests)
            report = client.apply(plan, rate=None, journal=path)
            assert report.ok, (kill_at, report)
            assert all(r.method == "GET" for r in list(tenant.requests)[count:])
        assert count_created(tenant, 0) == 24, kill_at
        kill_at += step
    assert kill_at > 50


def test_intents_of_a_batch_are_durable_before_its_request(tmp_path: Path) -> None:
    tenant = Tenant()
    path = tmp_path / "run.jsonl"
    failpoints = Failpoints(path, None)
    proven: list[int] = []

    def return_token(token: str) -> str:
        proven.append(path.read_bytes()[: failpoints.synced_size].count(b'"intent"'))
        return token

    provider = tenant.identity_providers["Okta"]
    secret = provider.scim_token.get_secret_value()
    okta = ScimClient(
        provider.scim_url, lambda: return_token(secret), transport=tenant.transport()
    )
    with okta:
        with failpoints.installed():
            report = okta.apply(make(tenant, 60), rate=None, journal=path, concurrency=2)
    assert report.ok, report
    assert proven[0] == 0  # features
    assert proven[1] >= 30
    assert path.read_bytes().count(b'"outcome"') == 60


def test_full_disk_at_an_intent_sends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = Tenant()
    plan = make(tenant, 30)
    write = os.write

    def fail_at_tenth(handle: int, data: bytes) -> int:
        if b'"change":9,' in data:
            raise OSError("no space")
        return write(handle, data)

    path = tmp_path / "run.jsonl"
    with tenant.scim_client("Okta") as okta:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", fail_at_tenth)
            report = okta.apply(plan, rate=None, journal=path, concurrency=1)
        assert report.stopped is not None
        assert "journal cannot be written" in report.stopped.reason
        assert posts(tenant) == []
        report = okta.apply(plan, rate=None, journal=path)
    assert report.ok, report
