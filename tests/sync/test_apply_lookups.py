# Generated from tests/aio/test_apply_lookups.py by tools/unasync.py; edit that file instead.
"""Changes whose target, or whose earlier creation, is looked up before they are sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from britive_scim import RetryPolicy, errors, scim
from britive_scim.provisioning import Memory
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

OLD = {"read_at": datetime.now(UTC) - timedelta(minutes=16)}
PROVIDERS = [Capabilities(), Capabilities(filterable=("title",))]


@each_value("capabilities", PROVIDERS)
def test_name_of_another_person_is_no_earlier_creation(capabilities: Any) -> None:
    """R32: an account with another externalId is never taken for the one to create."""
    tenant = Tenant(capabilities=capabilities)
    with tenant.scim_client("Okta") as okta:
        okta.users.create(scim.User.from_wire(user_values("a", externalId="other")))
        report = okta.apply(make_plan(tenant, [create("a")], target=OLD), rate=None)
    assert isinstance(report.failures[0].error, errors.Ambiguous)


@each_value("capabilities", PROVIDERS)
@each_value("title", [None, "Guide"])
def test_unclaimed_account_is_an_earlier_creation_if_equal(
    capabilities: Any, title: Any
) -> None:
    tenant = Tenant(capabilities=capabilities)
    with tenant.scim_client("Okta") as okta:
        values = user_values("a")
        del values["externalId"]
        okta.users.create(scim.User.from_wire(values))
        change = create("a") if title is None else create("a", title=title)
        report = okta.apply(make_plan(tenant, [change], target=OLD), rate=None)
    if title is None:
        assert report.numbers["unchanged"] == 1
    else:
        assert report.failures[0].status == 409


@each_value("capabilities", PROVIDERS)
def test_renamed_account_is_an_earlier_creation(capabilities: Any) -> None:
    """R15: the same externalId under another name is no new account."""
    tenant = Tenant(capabilities=capabilities)
    with tenant.scim_client("Okta") as okta:
        values = user_values("a", userName="former@acme.com")
        okta.users.create(scim.User.from_wire(values))
        plan = make_plan(tenant, [create("a"), create("b")], target=OLD)
        report = okta.apply(plan, rate=None, concurrency=1)
        assert okta.users.list().count() == 2
    assert report.numbers["unchanged"] == 1
    assert report.numbers["created"] == 1


def test_look_up_in_incomplete_list_creates_nothing() -> None:
    """R4: the person may be on the page that the provider does not send."""
    tenant = Tenant(
        capabilities=Capabilities(
            filterable=("title",), page_size=2, max_page_size=2, last_page=False, cursor=False
        )
    )
    with tenant.scim_client("Okta") as okta:
        for number in range(5):
            okta.users.create(scim.User.from_wire(user_values(f"u{number}")))
        report = okta.apply(make_plan(tenant, [create("a")], target=OLD), rate=None)
        with pytest.raises(errors.UnexpectedResponse, match="unknown whether the User exists"):
            report.raise_for_failures()
    assert [request.method for request in tenant.requests].count("POST") == 5


def test_refused_look_up_is_a_failure_of_its_change() -> None:
    tenant = Tenant()
    tenant.faults.add(status=403, method="GET", times=1)
    with tenant.scim_client("Okta") as okta:
        plan = make_plan(tenant, [create("a")], target=OLD)
        report = okta.apply(plan, rate=None)
    assert report.failures[0].status == 403


def test_reactivation_and_missing_targets() -> None:
    tenant = Tenant()
    memory = Memory()
    with tenant.scim_client("Okta") as okta:
        back = okta.users.create(scim.User.from_wire(user_values("back", active=False)))
        memory.deactivated.add(str(back.id))
        changes = [
            update(str(back.id), "active", False, True, action="reactivate"),
            update("u-gone", "title", None, "x"),
            add_members("g-gone", [str(back.id)]),
        ]
        plan = make_plan(tenant, changes)
        report = okta.apply(plan, rate=None, memory=memory, concurrency=1)
        assert (okta.users.get(back)).active is True
    assert report.numbers["reactivated"] == 1
    assert [failure.status for failure in report.failures] == [404, 404]
    assert memory.deactivated == set()


def test_deletion_refused_for_a_missing_user() -> None:
    tenant = Tenant()
    tenant.faults.add(status=405, method="DELETE")
    policy = Policy(delete_refused="deactivate")
    with tenant.scim_client("Okta") as okta:
        user = okta.users.create(scim.User.from_wire(user_values("a")))
        tenant.faults.add(status=404, method="PATCH")
        plan = make_plan(tenant, [delete(str(user.id))], policy=policy)
        report = okta.apply(plan, rate=None)
    assert report.ok, report


def test_read_back_is_left_out_in_a_dry_run_and_without_members() -> None:
    tenant = Tenant()
    with tenant.scim_client("Okta") as okta:
        group = okta.groups.create(scim.Group(display_name="Eng"))
        user = okta.users.create(scim.User.from_wire(user_values("a")))
        plan = make_plan(tenant, [remove_members(str(group.id), [str(user.id)], group_size=300)])
        with okta.dry_run() as operations:
            assert (okta.apply(plan, rate=None)).ok
        assert len(operations) == 1
        report = okta.apply(plan, rate=None)
    assert report.ok, report
    assert report.numbers["requests"] == 2


def test_replanned_deletion_is_sent_as_it_is() -> None:
    tenant = Tenant()
    with tenant.scim_client("Okta") as okta:
        user = okta.users.create(scim.User.from_wire(user_values("a")))
        change = delete(str(user.id), assumes={"userName": "former@acme.com"})
        report = okta.apply(make_plan(tenant, [change]), rate=None, replan=True)
        assert okta.users.list().count() == 0
    assert report.numbers["deleted"] == 1


def test_present_members_with_one_missing_are_partly_done() -> None:
    tenant = Tenant()
    with tenant.scim_client("Okta") as okta:
        user = okta.users.create(scim.User.from_wire(user_values("a")))
        group = okta.groups.create(
            scim.Group(display_name="Eng", members=[scim.Member(value=user.id)])
        )
        changes = [create("b"), add_members(str(group.id), [str(user.id), "new:b"])]
        plan = make_plan(tenant, changes, target=OLD)
        tenant.faults.add(status=400, method="POST")
        report = okta.apply(plan, rate=None)
    assert report.remaining.changes[-1].after == {"members": ["new:b"]}
    assert "1 members" in report.skipped[0].reason


def test_long_lists_of_failures_are_cut_in_the_text() -> None:
    tenant = Tenant()
    tenant.faults.add(status=400, method="POST", times=None)
    with tenant.scim_client("Okta") as okta:
        plan = make_plan(tenant, (create_group(f"g{n}") for n in range(60)))
        report = okta.apply(plan, rate=None)
    assert "failed: 10 more" in str(report)
    assert len(list(report.to_table())) == 60
    skipped = report.to_dict()["skipped"]
    assert skipped == []


def test_missing_users_are_deleted_and_deactivated() -> None:
    """R27: who is gone at the server is no failure; a DELETE may be refused for one who is gone meanwhile."""
    tenant = Tenant()
    policy = Policy(delete_refused="deactivate")
    with tenant.scim_client("Okta") as okta:
        users = [
            okta.users.create(scim.User.from_wire(user_values(key)))
            for key in ("a", "b", "c")
        ]
        a, b, c = (str(user.id) for user in users)
        tenant.faults.add(status=404, method="DELETE", path=f"*/{a}")
        tenant.faults.add(status=405, method="DELETE", path=f"*/{b}")
        tenant.faults.add(status=404, method="PATCH", path=f"*/{b}")
        tenant.faults.add(status=404, method="PATCH", path=f"*/{c}")
        changes = [delete(a), delete(b), deactivate(c)]
        report = okta.apply(make_plan(tenant, changes, policy=policy), rate=None)
    assert report.ok, report
    assert report.numbers["deleted"] == 2


def test_look_up_at_a_server_that_is_down_is_a_failure() -> None:
    tenant = Tenant()
    tenant.faults.add(status=500, method="GET", times=None)
    with tenant.scim_client("Okta", retry=RetryPolicy.none()) as okta:
        report = okta.apply(make_plan(tenant, [create("a")], target=OLD), rate=None)
    assert report.failures[0].status == 500
