"""Provisioning at real scale: thousands of people from files to servers over HTTP, then 1 % changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from provision_at_scale import synchronize, write_people

from britive_scim import ScimClient
from britive_scim.provisioning import ApplyReport, Directory, Plan, plan
from britive_scim.testing import Tenant

from .conftest import TOKEN

pytestmark = pytest.mark.proof


def check_file(client: ScimClient, path: Path, users: int, groups: int) -> None:
    """Synchronize a file of people three times: first, without changes, and with 1 % changes."""
    write_people(path, users, groups)
    first, report, _ = synchronize(client, path)
    assert report.ok, str(report)[:2000]
    assert report.numbers["created"] == users + groups
    assert report.numbers["members_in"] == len(list(Directory.read(path).memberships))
    again, report, _ = synchronize(client, path)
    assert not again, str(again)[:2000]
    assert report.numbers["requests"] == 0
    write_people(path, users, groups, changed=100)
    changed, report, _ = synchronize(client, path)
    assert report.ok, str(report)[:2000]
    assert report.numbers["updated"] == users // 100
    assert 0 < report.numbers["members_in"] <= users // 100
    assert 0 < report.numbers["members_out"] <= users // 100
    assert report.numbers["requests"] <= 5 * (users // 100)
    assert len(first.changes) > len(changed.changes) > 0
    final, _, _ = synchronize(client, path)
    assert not final, str(final)[:2000]


def test_people_from_csv_to_the_served_tenant(tmp_path: Path) -> None:
    """3,000 users and 100 groups; `tools/provision_at_scale.py` takes 20,000 and 500."""
    tenant = Tenant("acme")
    with tenant.serve():
        okta = tenant.identity_providers["Okta"]
        with ScimClient(okta.scim_url, okta.scim_token, provider="Okta") as client:
            check_file(client, tmp_path / "people.csv", 3000, 100)


def test_people_from_csv_to_scim2_server(scim2_server: str, tmp_path: Path) -> None:
    """1,000 users and 20 groups on another implementation."""
    with ScimClient(scim2_server, TOKEN) as client:
        check_file(client, tmp_path / "people.csv", 1000, 20)


def write_onboarding_file(path: Path, users: int, *, changed: int = 0) -> None:
    """Write Britive's onboarding file; every `changed`th person has another last name."""
    people: list[dict[str, Any]] = [
        {
            "email": f"o{n}@example.com",
            "firstname": "Given",
            "lastname": f"Family {n}" + " (new)" * bool(changed and n % changed == 0),
            "username": f"o{n}@example.com",
            "idp": "Okta",
            "status": "active",
        }
        for n in range(users)
    ]
    tags = [{"name": f"Tag {n}", "description": "", "idp": "Okta"} for n in range(20)]
    path.write_text(json.dumps({"users": people, "tags": tags}))


def test_onboarding_file_to_the_served_tenant(tmp_path: Path) -> None:
    """1,000 users and 20 tags from Britive's `data_input.json`."""
    path = tmp_path / "data_input.json"
    tenant = Tenant("acme")
    okta = tenant.identity_providers["Okta"]
    with tenant.serve(), ScimClient(okta.scim_url, okta.scim_token, provider="Okta") as client:

        def run() -> tuple[Plan, ApplyReport]:
            planned = plan(Directory.read(path), client.read_directory())
            return planned, client.apply(planned, rate=None)

        write_onboarding_file(path, 1000)
        _, report = run()
        assert report.ok, str(report)[:2000]
        assert report.numbers["created"] == 1020
        assert not run()[0]
        write_onboarding_file(path, 1000, changed=100)
        planned, report = run()
        assert report.ok
        assert {change.action for change in planned.changes} == {"update"}
        assert report.numbers["requests"] == report.numbers["updated"] == 10
        assert not run()[0]
