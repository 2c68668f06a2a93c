"""Commands against a provider that shows the members of no group: added once, never removed, and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from britive_scim.provisioning import Memory
from britive_scim.testing import Capabilities, Tenant
from cli.conftest import Run

USERS = """user_name,external_id,given_name,family_name,email
ana@acme.com,A1,Ana,Diaz,ana@acme.com
bo@acme.com,B1,Bo,Ek,bo@acme.com
"""
FILES = ("people.csv", "--groups", "groups.csv", "--memory", "memory.json")


@pytest.fixture
def files(tenant: Tenant, folder: Path) -> Path:
    tenant.capabilities = Capabilities(members_in_get="empty")
    (folder / "people.csv").write_text(USERS)
    (folder / "groups.csv").write_text("group,member\nGuides,A1\nGuides,B1\n")
    return folder


def test_accepted_members_are_not_planned_again(run: Run, files: Path) -> None:
    assert run("apply", *FILES, "--yes").status == 0
    again = run("plan", *FILES)
    assert again.status == 0, again.out
    assert "the members of 1 group are unknown" in again.out + again.err
    assert "nobody is removed: Guides" in again.out + again.err
    (files / "memory.json").unlink()
    assert run("plan", *FILES).status == 2  # losing the memory repeats the additions once
    assert run("apply", *FILES, "--yes").status == 0
    assert run("plan", *FILES).status == 0


@pytest.mark.parametrize("members", ["Guides,A1\n", "Guides,\n"])
def test_removals_from_hiding_groups_end_with_status_4(
    run: Run, tenant: Tenant, files: Path, members: str
) -> None:
    """R1, R12: who has left the group at the source is named as not removed, not dropped in silence."""
    assert run("apply", *FILES, "--yes").status == 0
    assert [len(ids) for ids in Memory.load(files / "memory.json").members.values()] == [2]
    (files / "groups.csv").write_text(f"group,member\n{members}")
    planned = run("plan", *FILES)
    assert planned.status == 4
    line = "members of Guides are not shown by the target, so nobody is removed"
    assert f"Removals withheld: {line}" in planned.out
    ended = run("apply", *FILES, "--yes", "--json")
    assert ended.status == 4
    assert ended.json["withheld"] == [line]
    assert ended.json["numbers"]["members_out"] == 0
    (group,) = tenant.identity_providers["Okta"].groups
    assert len(group["members"]) == 2
