"""Synchronize many people from CSV with the served tenant, then 1 % changes; print seconds and requests.

Run: `python tools/provision_at_scale.py 20000 500`.
"""

from __future__ import annotations

import argparse
import csv
import resource
import tempfile
import time
from pathlib import Path

from britive_scim import ScimClient
from britive_scim.provisioning import ApplyReport, Directory, Plan, plan
from britive_scim.testing import Tenant

_HEADERS = (
    "external_id", "user_name", "given_name", "family_name", "email", "title", "department", "active", "groups",
)  # fmt: skip


def write_people(path: Path, users: int, groups: int, *, changed: int = 0) -> None:
    """Write a file of people; every `changed`th has another title and another group.

    Args:
        path: the file.
        users: number of people.
        groups: number of groups of different size, 2 or more; most people are in two.
        changed: distance of the people that change; 0 for none.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADERS)
        for n in range(users):
            is_changed = bool(changed) and n % changed == 0
            first, second = n % (groups - 1), (n * 7 + 1 + is_changed) % groups
            teams = ";".join(f"Team {team}" for team in sorted({first, second}))
            title = f"Title {n % 20}" + " (new)" * is_changed
            name = f"user{n}@example.com"
            writer.writerow((f"E{n}", name, "Given", f"Family {n}", name, title, f"D{n % 30}", "yes", teams))  # fmt: skip


def synchronize(client: ScimClient, path: Path) -> tuple[Plan, ApplyReport, dict[str, float]]:
    """Read the file and the tenant, plan, apply without pace, and return the seconds of each step."""
    started = time.perf_counter()
    wanted = Directory.read(path)
    source = time.perf_counter()
    found = client.read_directory()
    target = time.perf_counter()
    planned = plan(wanted, found)
    made = time.perf_counter()
    allow = {limit.name: limit.planned for limit in planned.exceeded}
    report = client.apply(planned, allow=allow, rate=None, concurrency=8)
    ended = time.perf_counter()
    seconds = {
        "read source": source - started,
        "read target": target - source,
        "plan": made - target,
        "apply": ended - made,
    }
    return planned, report, {name: round(value, 1) for name, value in seconds.items()}


def main() -> None:
    """Run the first synchronization, one without changes, and one with 1 % changes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("users", type=int, nargs="?", default=20_000)
    parser.add_argument("groups", type=int, nargs="?", default=500)
    options = parser.parse_args()
    tenant = Tenant("acme")
    with tempfile.TemporaryDirectory() as folder, tenant.serve():
        okta = tenant.identity_providers["Okta"]
        with ScimClient(okta.scim_url, okta.scim_token, provider="Okta") as client:
            path = Path(folder) / "people.csv"
            for label, changed in (("first", 0), ("again", 0), ("1 % changed", 100)):
                write_people(path, options.users, options.groups, changed=changed)
                planned, report, seconds = synchronize(client, path)
                report.raise_for_failures()
                print(f"{label}: {planned.summary}")
                print(f"  {report.numbers['requests']:,} requests; seconds: {seconds}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB, with the tenant")


if __name__ == "__main__":
    main()
