"""Plan of 100,000 users of a source against 100,000 users of a tenant, of which 1 % changed.

    python benchmarks/plan.py [NUMBER OF USERS]

Compared, as processor time of one run each, alternating: comparing the same dicts with `==`; the same and then
`scim.diff` of those that differ; and the plan, which also matches, resolves managers and computes digests.
"""

from __future__ import annotations

import copy
import gc
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from fixtures import User, build_user

from britive_scim import provisioning, scim

ROUNDS = 3
GOAL = 3.0

_SET_BY_SERVER = ("schemas", "id", "meta")


def build_sides(number: int) -> tuple[list[User], list[User]]:
    """Return the users of the source, and of the tenant; every hundredth has another title."""
    found = [build_user(position) for position in range(number)]
    wanted = []
    for position, user in enumerate(found):
        values = {
            name: value for name, value in copy.deepcopy(user).items() if name not in _SET_BY_SERVER
        }
        if position % 100 == 0:
            values["title"] = "Chief Engineer"
        wanted.append(values)
    return wanted, found


def compare_dicts(wanted: list[User], found: list[User]) -> list[tuple[User, User]]:
    """Return the pairs that differ."""
    by_key = {user["externalId"]: user for user in found}
    pairs = []
    for values in wanted:
        user = by_key[values["externalId"]]
        stated = {name: value for name, value in user.items() if name not in _SET_BY_SERVER}
        if stated != values:
            pairs.append((user, values))
    return pairs


def diff_dicts(wanted: list[User], found: list[User]) -> list[scim.PatchRequest]:
    """Return the requests of the pairs that differ."""
    return [scim.diff(user, values, unset="keep") for user, values in compare_dicts(wanted, found)]


def measure(subject: Callable[[], Any]) -> float:
    gc.collect()
    start = time.process_time()
    subject()
    return time.process_time() - start


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for size in (number // 10, number):
        wanted, found = build_sides(size)
        source = provisioning.Directory.of(wanted)
        tenant = provisioning.Directory.found(
            found,
            None,
            completeness=provisioning.Completeness(groups=None),
            scim_url="https://acme.example/scim/v2",
            provider="Okta",
            read_at=None,
        )
        policy = provisioning.Policy(missing="deactivate")
        changes = provisioning.plan(source, tenant, policy=policy).changes
        expected = len(compare_dicts(wanted, found))
        assert len(changes) == expected, f"{len(changes)} changes, {expected} pairs differ"
        subjects: dict[str, Callable[[], Any]] = {
            "comparing dicts": lambda: compare_dicts(wanted, found),  # noqa: B023  # called in this round
            "and scim.diff of what differs": lambda: diff_dicts(wanted, found),  # noqa: B023  # called in this round
            "provisioning.plan": lambda: provisioning.plan(source, tenant, policy=policy),  # noqa: B023  # called in this round
        }
        samples: dict[str, list[float]] = {name: [] for name in subjects}
        gc.freeze()
        for _ in range(ROUNDS):
            for name, subject in subjects.items():
                samples[name].append(measure(subject))
        gc.unfreeze()
        medians = {name: statistics.median(times) for name, times in samples.items()}
        base = medians["comparing dicts"]
        print(f"\n{size:,} users, {expected:,} changed")
        for name, seconds in medians.items():
            goal = f"  goal {GOAL}" if name == "provisioning.plan" else ""
            print(f"{name:30}  {seconds:7.3f} s  {seconds / base:5.2f} x{goal}")


if __name__ == "__main__":
    main()
