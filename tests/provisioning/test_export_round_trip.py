"""The plan of an export is empty: on every provider, in both formats, and with names that begin like formulas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.provisioning import Directory, MemberRecord, Policy, plan
from britive_scim.testing import Capabilities, Tenant

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
TEXTS = (
    "=1+1",
    "+49 30",
    "-dash",
    "@home",
    "'quoted",
    "'=twice",
    "\ttab",
    '"q", ;',
    "Łódź, ß",
    "01",
    "true",
)
"""Titles and ends of names; most begin like formulas of a spreadsheet."""

PROVIDERS: dict[str, dict[str, Any]] = {
    "standard": {},
    "lower case": {"user_name_case": "lower"},
    "dropping": {"unmapped_attributes": "dropped"},
    "members hidden": {"members_in_get": "absent"},
    "members always empty": {"members_in_get": "empty"},
    "no members in lists": {"members_in_lists": False},
    "small pages": {"page_size": 3, "max_page_size": 3},
    "totals of pages": {"page_size": 3, "max_page_size": 3, "total_results": "page"},
    "filters ignored": {"filters": "ignored"},
    "no PATCH, no ETags": {"patch": False, "etag": False},
    "204 after PATCH": {"group_patch_body": False},
}

STRICT = Policy(missing="delete", missing_groups="delete", adopt="all")


def make_users() -> list[dict[str, Any]]:
    return [
        {
            "externalId": f"{text[:1]}E{number}",
            "userName": f"{text[:1]}u{number}@example.com".strip(),
            "name": {"givenName": text, "familyName": f"{text}!"},
            "emails": [{"type": "work", "value": f"u{number}@example.com", "primary": True}],
            "title": text,
            "active": number != 3,
            ENTERPRISE: {"department": text, "manager": {"value": f"{TEXTS[0][:1]}E0"}},
        }
        for number, text in enumerate(TEXTS)
    ]


def make_tenant(provider: dict[str, Any], identity_provider: str = "Okta") -> Tenant:
    """Return a tenant with these people, in a group for each and one for all, and a group without members."""
    tenant = Tenant("acme", capabilities=Capabilities(**provider))
    users = make_users()
    keys = [user["externalId"] for user in users]
    groups = {f"{text}team".strip(): [key] for text, key in zip(TEXTS, keys, strict=True)}
    groups |= {"Everybody": keys, "Nobody": []}
    client = tenant.scim_client(identity_provider)
    planned = plan(Directory.of(users, groups), client.read_directory())
    report = client.apply(planned, rate=None)
    assert report.ok, str(report)
    return tenant


def get_members(directory: Directory) -> dict[str | None, set[MemberRecord] | None]:
    """Return the members by name of the group; `None` if they are unknown."""
    return {
        group.display_name: None if group.members is None else set(group.members)
        for group in directory.group_records or ()
    }


@pytest.mark.parametrize("name", PROVIDERS)
def test_plan_of_an_export_is_empty(tmp_path: Path, name: str) -> None:
    tenant = make_tenant(PROVIDERS[name])
    client = tenant.scim_client("Okta")
    client.read_directory().export(tmp_path / "people.jsonl")
    planned = plan(
        Directory.read(tmp_path / "people.jsonl"), client.read_directory(), policy=STRICT
    )
    assert not planned, str(planned)

    path = tmp_path / "people.csv"
    client.read_directory().export(path)
    wanted = Directory.read(path)
    assert wanted.problems == ()
    assert get_members(wanted) == get_members(Directory.read(tmp_path / "people.jsonl"))
    assert len(get_members(wanted)) == len(TEXTS) + 2
    planned = plan(wanted, client.read_directory(), policy=STRICT)
    assert not planned, str(planned)


def test_plan_of_an_export_is_empty_on_entra(tmp_path: Path) -> None:
    client = make_tenant({}, "Entra").scim_client("Entra")
    for name in ("people.jsonl", "people.csv"):
        client.read_directory().export(tmp_path / name)
        assert not plan(Directory.read(tmp_path / name), client.read_directory(), policy=STRICT)


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_export_rebuilds_an_empty_tenant(tmp_path: Path, ending: str) -> None:
    """An export is complete: applied to a new tenant, it makes the same people, groups and memberships."""
    source = make_tenant({}).scim_client("Okta").read_directory()
    path = tmp_path / f"people.{ending}"
    source.export(path)
    client = Tenant("copy").scim_client("Okta")
    assert client.apply(plan(Directory.read(path), client.read_directory()), rate=None).ok
    client.read_directory().export(tmp_path / "copy.jsonl")
    assert not Directory.read(path).compare(
        Directory.read(tmp_path / "copy.jsonl"), incomplete="mark"
    )
    users = {user.external_id: user.name for user in client.users.list()}
    assert users["=E0"] == scim.Name(given_name="=1+1", family_name="=1+1!")
