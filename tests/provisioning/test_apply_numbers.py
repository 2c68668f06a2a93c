"""Numbers of a report and of the plan that remains: temporary names, and limits of the changes that are left."""

from __future__ import annotations

from typing import Any

import pytest

from britive_scim import ScimClient, errors
from britive_scim.provisioning import Directory, Plan, Policy, plan
from britive_scim.testing import Tenant
from support.plans import user_values

Groups = list[dict[str, Any]]


def make_client(count: int, groups: Groups | None = None) -> ScimClient:
    """Return a client of a tenant with users `E0`, `E1`, … and groups."""
    client = Tenant("acme").scim_client("Okta")
    people = [user_values(f"E{n}") for n in range(count)]
    client.apply(make_plan(client, people, groups), rate=None)
    return client


def make_plan(
    client: ScimClient, people: list[dict[str, Any]], groups: Groups | None = None, **policy: Any
) -> Plan:
    wanted = Directory.of(people, groups)
    return plan(wanted, client.read_directory(), policy=Policy(**policy))


@pytest.mark.parametrize("type_", ["User", "Group"])
def test_temporary_names_are_no_renames(type_: str) -> None:
    """Three objects whose names go round in a circle are three renames, although six requests are sent."""
    numbers = range(3)
    groups = [{"displayName": f"Team {n}", "externalId": f"G{n}"} for n in numbers]
    client = make_client(3, groups)
    people = [user_values(f"E{n}") for n in numbers]
    if type_ == "User":
        people = [{**people[n], "userName": people[(n + 1) % 3]["userName"]} for n in numbers]
    else:
        groups = [{**groups[n], "displayName": f"Team {(n + 1) % 3}"} for n in numbers]
    changes = make_plan(client, people, groups, swaps=True)
    assert "(3 renames)" in changes.summary
    assert changes.counts["rename"][type_] == 3
    report = client.apply(changes, rate=None)
    assert report.ok
    assert report.numbers["renamed"] == 3
    assert report.numbers["requests"] >= 6
    assert not make_plan(client, people, groups)


def test_remaining_plan_has_the_limits_of_its_changes() -> None:
    client = make_client(30)
    people = [user_values(f"E{n}") for n in range(10)]
    removals = make_plan(client, people, missing="deactivate")
    some = client.apply(removals, allow={"deactivations": 20}, limit=7, rate=None)
    assert [(limit.name, limit.planned) for limit in some.remaining.exceeded] == [
        ("deactivations", 13)
    ]
    with pytest.raises(errors.PlanRefused, match="deactivations: 13 planned, 10 allowed"):
        client.apply(some.remaining, rate=None)
    more = client.apply(some.remaining, allow={"deactivations": 13}, limit=8, rate=None)
    assert more.remaining.exceeded == ()
    assert client.apply(more.remaining, rate=None).numbers["deactivated"] == 5


def test_remaining_plan_has_the_limits_of_its_groups() -> None:
    keys = [f"E{n}" for n in range(30)]
    groups = [{"displayName": name, "members": keys} for name in ("A", "B")]
    client = make_client(30, groups)
    people = [user_values(key) for key in keys]
    fewer = [{"displayName": name, "members": keys[:10]} for name in ("A", "B")]
    removals = make_plan(client, people, fewer)
    allow = {limit.name: limit.planned for limit in removals.exceeded}
    assert allow == {"members_out": 40, "members of A": 20, "members of B": 20}
    report = client.apply(removals, allow=allow, limit=1, rate=None)
    (left,) = report.remaining.changes
    assert report.remaining.exceeded == tuple(
        limit for limit in removals.exceeded if limit.name == f"members of {left.name}"
    )
