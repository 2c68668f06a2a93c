"""Kill processes that apply a plan, at random moments, and check that the plan is completed without a duplicate.

    python tools/crash_apply.py                 50 kills
    python tools/crash_apply.py --kills 5 --seed 7

Each round serves a tenant with faults, and starts `apply` with a journal in another process, which is killed by
SIGKILL, up to three times. The last process is left alone. Then the tenant must be as after a run without faults, no
request that creates may have succeeded twice, and a further run must send nothing that changes.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from britive_scim import ScimClient, scim
from britive_scim.provisioning import Change, Plan, PlanTarget
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.testing import Tenant

FAULTS = (
    {"status": 503, "probability": 0.03},
    {"status": 500, "method": "GET", "probability": 0.02},
    {"cut": "after", "probability": 0.03},
    {"cut": "before", "probability": 0.02},
)
MAX_KILLS_PER_ROUND = 3
TIME_LIMIT = 120.0
"""Seconds after which a child that was not killed counts as hanging."""

SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"


def build_user(key: str) -> dict[str, Any]:
    """Return a user in wire form."""
    return {
        "schemas": [SCHEMA],
        "userName": f"{key}@acme.com",
        "externalId": key,
        "name": {"givenName": "Ana", "familyName": key},
        "active": True,
        "emails": [{"value": f"{key}@acme.com", "type": "work"}],
    }


def fill(tenant: Tenant) -> dict[str, str]:
    """Create the users and the group that the plan changes, and return their ids."""
    with tenant.scim_client("Okta") as okta:
        ids = {
            f"old{n:02}": str(okta.users.create(scim.User.from_wire(build_user(f"old{n:02}"))).id)
            for n in range(20)
        }
        members = [scim.Member(value=id_) for id_ in ids.values()]
        ids["Ops"] = str(okta.groups.create(scim.Group(display_name="Ops", members=members)).id)
    return ids


def build_plan(url: str, ids: dict[str, str]) -> Plan:
    """Return a plan with changes of most actions."""
    return Plan(
        changes=tuple(_iter_changes(ids)),
        policy=Policy(),
        target=PlanTarget(scim_url=url, provider=None, digest="d", read_at=datetime.now(UTC)),
    )


def _iter_changes(ids: dict[str, str]) -> Iterator[Change]:
    old = {key: id_ for key, id_ in ids.items() if key != "Ops"}
    for n, (key, id_) in enumerate(old.items()):
        if n < 5:
            yield Change(
                action="deactivate", type="User", key=key, id=id_, stage="removals", after={"active": False},
                operations=({"op": "replace", "path": "active", "value": False},), assumes={"active": True},
            )  # fmt: skip
        elif n < 15:
            yield Change(
                action="update", type="User", key=key, id=id_, stage="users", after={"title": "Chief"},
                operations=({"op": "replace", "path": "title", "value": "Chief"},), assumes={"title": None},
            )  # fmt: skip
        else:
            yield Change(action="delete", type="User", key=key, id=id_, stage="deletions")
    yield Change(
        action="remove_members", type="Group", key="Ops", id=ids["Ops"], stage="members_out",
        before={"members": list(old.values())[:5]}, group_size=20,
    )  # fmt: skip
    for n in range(60):
        yield Change(
            action="create", type="User", key=f"u{n:02}", id=f"new:u{n:02}", stage="users",
            after=build_user(f"u{n:02}"),
        )  # fmt: skip
    for n in range(6):
        yield Change(
            action="create", type="Group", key=f"G{n}", id=f"new:group:G{n}", stage="groups",
            after={"displayName": f"G{n}"},
        )  # fmt: skip
        yield Change(
            action="add_members", type="Group", key=f"G{n}", id=f"new:group:G{n}", stage="members_in",
            after={"members": [f"new:u{k:02}" for k in range(60) if k % 6 <= n]},
        )  # fmt: skip


def describe(tenant: Tenant) -> tuple[Any, Any]:
    """Return users and groups of a tenant, without ids."""
    with tenant.scim_client("Okta") as okta:
        users = list(okta.users.list())
        names = {user.id: user.external_id for user in users}
        groups = [
            (g.display_name, sorted(str(names.get(m.value)) for m in okta.groups.get(g).members or ()))
            for g in okta.groups.list()
        ]  # fmt: skip
    return sorted((str(u.external_id), str(u.title), u.active) for u in users), sorted(
        groups, key=str
    )


def run_child(plan: str, journal: str, environment: Mapping[str, str] | None = None) -> int:
    """Apply a plan in this process; return the exit status."""
    with ScimClient.from_env(environment) as okta:
        report = okta.apply(Plan.load(plan), rate=None, journal=journal)
    print(report)
    return 0 if report.ok else 3


def run_round(seed: int, kills: int, expected: tuple[Any, Any], folder: Path) -> int:
    """Run one round, and return the number of processes that were killed.

    Raises:
        AssertionError: the tenant has another state, or a duplicate, or a process hung.
    """
    generator = random.Random(seed)
    tenant = Tenant(seed=seed)
    with tenant.serve() as server:
        ids = fill(tenant)
        environment = server.environment()
        plan, journal = folder / f"plan-{seed}.json", folder / f"run-{seed}.jsonl"
        build_plan(environment["BRITIVE_SCIM_URL"], ids).save(plan)
        start = len(tenant.requests)
        for fault in FAULTS:
            tenant.faults.add(**fault, times=None)  # pyright: ignore[reportArgumentType]  # arguments of several types
        command = [sys.executable, __file__, "child", str(plan), str(journal)]
        killed = 0
        while True:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, text=True, env=os.environ | environment
            )
            if killed < min(kills, MAX_KILLS_PER_ROUND):
                _wait_for_writes(tenant, journal, process, generator)
                time.sleep(generator.uniform(0, 0.4))
                process.send_signal(signal.SIGKILL)
                process.communicate()
                killed += process.returncode == -signal.SIGKILL
                if process.returncode == 0:
                    break
            else:
                output, _ = process.communicate(timeout=TIME_LIMIT)
                if process.returncode == 0:
                    break
                assert process.returncode == 3, output
        tenant.faults.clear()
        exchanges = list(tenant.requests)[start:]
        created = Counter(
            r.request_body for r in exchanges if r.method == "POST" and r.status == 201
        )
        repeated = [body for body, count in created.items() if count > 1]
        assert not repeated, f"seed {seed}: {len(repeated)} creations succeeded twice"
        assert describe(tenant) == expected, f"seed {seed}: the end state differs"
        count = len(tenant.requests)
        assert run_child(str(plan), str(journal), environment) == 0
        writes = [r for r in list(tenant.requests)[count:] if r.method != "GET"]
        assert not writes, f"seed {seed}: a finished run sends changes again"
    return killed


def _wait_for_writes(
    tenant: Tenant, journal: Path, process: subprocess.Popen[str], generator: random.Random
) -> None:
    """Wait until the process has sent some requests, or has ended."""
    target = len(tenant.requests) + generator.randrange(25)
    deadline = time.monotonic() + TIME_LIMIT
    while process.poll() is None and time.monotonic() < deadline:
        if journal.exists() and len(tenant.requests) >= target:
            return
        time.sleep(0.005)


def compute_expected() -> tuple[Any, Any]:
    """Return the state of a tenant after a run without faults."""
    tenant = Tenant()
    plan = build_plan(tenant.identity_providers["Okta"].scim_url, fill(tenant))
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(plan, rate=None)
    assert report.ok, report
    return describe(tenant)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["child"]:
        return run_child(given[1], given[2])
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(given)
    expected = compute_expected()
    killed, seed = 0, options.seed
    with tempfile.TemporaryDirectory() as folder:
        while killed < options.kills:
            killed += run_round(seed, options.kills - killed, expected, Path(folder))
            print(f"seed {seed}: {killed} processes killed", file=sys.stderr)
            seed += 1
    print(
        f"{killed} processes killed in {seed - options.seed} rounds: equal end states, no duplicate"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
