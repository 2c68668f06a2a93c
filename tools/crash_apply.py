"""Kill processes that apply a plan, at random moments, and check that the plan is completed without a duplicate.

    python tools/crash_apply.py                 50 kills
    python tools/crash_apply.py 5 --seed 7

Each round serves a tenant with faults, and starts `apply` with a journal in another process, which is killed by
SIGKILL, up to three times. After each kill, the journal must have an intent of every change that the tenant received,
single or in a bulk request. The last process is left alone. Then the tenant must be as after a run without faults, no
creation may have succeeded twice, and a further run must send nothing that changes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from britive_scim import ScimClient, scim
from britive_scim.provisioning import Change, Plan, PlanTarget
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.testing import Tenant
from britive_scim.testing.http.messages import TenantExchange

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


@dataclass
class Tally:
    """Numbers of all rounds.

    Attributes:
        killed: processes that were killed.
        single: creations that succeeded as requests of their own.
        bulk: creations that succeeded in bulk requests.
        existing: creations that were refused, because the object existed: their first response was lost.
        bulk_requests: bulk requests that the tenant received.
        writes: changes that the tenant received, each compared with the intents of the journal.
        faults: requests with a fault.
    """

    killed: int = 0
    single: int = 0
    bulk: int = 0
    existing: int = 0
    bulk_requests: int = 0
    writes: int = 0
    faults: int = 0


@dataclass
class WriteCheck:
    """Check that each change that a tenant received has an intent in the journal.

    Attributes:
        plan: the plan.
        journal: path of the journal.
        seen: number of the exchanges that are checked.
    """

    plan: Plan
    journal: Path
    seen: int
    _positions: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    def __post_init__(self) -> None:
        for position, change in enumerate(self.plan.changes):
            is_member_change = change.action in ("add_members", "remove_members")
            verb = "POST" if change.action == "create" else "members" if is_member_change else ""
            self._positions[verb, change.key] = position

    def run(self, exchanges: list[TenantExchange], seed: int) -> int:
        """Check the exchanges since the last call, and return their number of changes.

        Raises:
            AssertionError: a change has no intent.
        """
        intents, keys = self._read_journal()
        sent = [
            position
            for exchange in exchanges[self.seen :]
            for position in self._find_changes(exchange, keys)
        ]
        self.seen = len(exchanges)
        missing = [p for p in sent if p not in intents]
        assert not missing, f"seed {seed}: {len(missing)} changes were sent without an intent"
        return len(sent)

    def _read_journal(self) -> tuple[set[int], dict[str, str]]:
        """Return the positions with an intent, and the key of each object by its id."""
        intents: set[int] = set()
        keys = {change.id: change.key for change in self.plan.changes}
        data = self.journal.read_bytes() if self.journal.exists() else b""
        for line in data.split(b"\n")[:-1]:
            record = json.loads(line)
            if record["kind"] == "intent":
                intents.add(record["change"])
            elif record["kind"] == "outcome":
                keys[record["id"]] = self.plan.changes[record["change"]].key
        return intents, keys

    def _find_changes(self, exchange: TenantExchange, keys: Mapping[str, str]) -> Iterator[int]:
        """Yield the positions of the changes that a request makes."""
        if exchange.method == "GET":
            return
        if exchange.method == "POST":
            for body in iter_bodies(exchange):
                yield self._positions["POST", get_key(body)]
            return
        endpoint, id_ = exchange.path.split("/")[-2:]
        yield self._positions["members" if endpoint == "Groups" else "", keys[id_]]


def iter_bodies(exchange: TenantExchange) -> Iterator[dict[str, Any]]:
    """Yield the resources that a POST creates."""
    body = exchange.json()
    if not exchange.path.endswith("/Bulk"):
        yield body
        return
    for operation in body["Operations"]:
        yield operation["data"]


def get_key(body: Mapping[str, Any]) -> str:
    """Return the key of a resource."""
    return str(body.get("externalId") or body["displayName"])


def iter_creations(exchanges: Iterable[TenantExchange]) -> Iterator[tuple[str, int, bool]]:
    """Yield key and status of each creation with a response, and whether it was part of a bulk request."""
    for exchange in exchanges:
        if exchange.method != "POST" or exchange.status is None:
            continue
        if not exchange.path.endswith("/Bulk"):
            yield get_key(exchange.json()), exchange.status, False
        elif exchange.status == 200:
            sent = {o["bulkId"]: o["data"] for o in exchange.json()["Operations"]}
            for result in exchange.response_json()["Operations"]:
                yield get_key(sent[result["bulkId"]]), int(result["status"]), True


def run_child(plan: str, journal: str, environment: Mapping[str, str] | None = None) -> int:
    """Apply a plan in this process; return the exit status."""
    with ScimClient.from_env(environment) as okta:
        report = okta.apply(Plan.load(plan), rate=None, journal=journal)
    print(report)
    return 0 if report.ok else 3


def run_round(seed: int, kills: int, expected: tuple[Any, Any], folder: Path, tally: Tally) -> None:
    """Run one round.

    Raises:
        AssertionError: the tenant has another state, or a duplicate, or a change without an intent, or a process hung.
    """
    generator = random.Random(seed)
    tenant = Tenant(seed=seed)
    killed = 0
    with tenant.serve() as server:
        ids = fill(tenant)
        environment = server.environment()
        path, journal = folder / f"plan-{seed}.json", folder / f"run-{seed}.jsonl"
        plan = build_plan(environment["BRITIVE_SCIM_URL"], ids)
        plan.save(path)
        start = len(tenant.requests)
        check = WriteCheck(plan, journal, start)
        for fault in FAULTS:
            tenant.faults.add(**fault, times=None)  # pyright: ignore[reportArgumentType]  # arguments of several types
        command = [sys.executable, __file__, "child", str(path), str(journal)]
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
            else:
                output, _ = process.communicate(timeout=TIME_LIMIT)
                assert process.returncode in (0, 3), output
            tally.writes += check.run(list(tenant.requests), seed)
            if process.returncode == 0:
                break
        tenant.faults.clear()
        exchanges = list(tenant.requests)[start:]
        creations = list(iter_creations(exchanges))
        created = Counter(key for key, status, _ in creations if status == 201)
        repeated = [key for key, count in created.items() if count > 1]
        assert not repeated, f"seed {seed}: {len(repeated)} creations succeeded twice"
        assert describe(tenant) == expected, f"seed {seed}: the end state differs"
        count = len(tenant.requests)
        assert run_child(str(path), str(journal), environment) == 0
        writes = [r for r in list(tenant.requests)[count:] if r.method != "GET"]
        assert not writes, f"seed {seed}: a finished run sends changes again"
    tally.killed += killed
    tally.bulk += sum(status == 201 and is_bulk for _, status, is_bulk in creations)
    tally.single += sum(status == 201 and not is_bulk for _, status, is_bulk in creations)
    tally.existing += sum(status == 409 for _, status, _ in creations)
    tally.bulk_requests += sum(r.path.endswith("/Bulk") for r in exchanges)
    tally.faults += sum(r.has_fault for r in exchanges)


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
    parser.add_argument("kills", type=int, nargs="?", default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(given)
    expected = compute_expected()
    tally, seed = Tally(), options.seed
    with tempfile.TemporaryDirectory() as folder:
        while tally.killed < options.kills:
            run_round(seed, options.kills - tally.killed, expected, Path(folder), tally)
            print(f"seed {seed}: {tally.killed} processes killed", file=sys.stderr)
            seed += 1
    print(
        f"{tally.killed} processes killed in {seed - options.seed} rounds with {tally.faults} faults: equal end states\n"
        f"{tally.writes} changes received, 0 without an intent in the journal\n"
        f"{tally.single + tally.bulk} creations acknowledged, {tally.bulk} of them in {tally.bulk_requests} bulk "
        f"requests, 0 twice; {tally.existing} refused as existing, after a lost response"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
