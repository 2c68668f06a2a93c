"""Commands of the guides: they prepare a served tenant, and what the guide pushes then arrives."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from britive_scim.testing import Tenant
from cli.conftest import Run

GUIDES = Path(__file__).parents[2] / "docs/guides"
SERVED = "http://127.0.0.1:8080"


def read_section(guide: str, title: str) -> str:
    page = (GUIDES / f"{guide}.md").read_text("utf-8")
    section = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    assert section
    return section


def list_commands(text: str) -> list[list[str]]:
    """Return the arguments of the `britive-scim` commands in the shell blocks of Markdown."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("britive-scim ")]


def test_okta_guide_on_a_served_tenant(run: Run, tenant: Tenant) -> None:
    section = read_section("okta", "See it on the live page")
    set_up, check = list_commands(section)
    prepared = run(*set_up)
    assert prepared.status == 0
    assert "Sign On > Application username format  Email" in prepared.out
    assert run(*check).status == 0

    (program,) = re.findall(r"^```python3\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert SERVED in program
    exec(program.replace(SERVED, tenant.base_url), {})
    tag = tenant.admin_client().tags.find_by_name("Guides")
    assert tag is not None
    assert tag.user_count == 1
    posted = {request.path for request in tenant.requests if request.method == "POST"}
    assert {"/api/scim/v2/Users", "/api/scim/v2/Groups"} <= posted


@pytest.mark.parametrize("guide", ["okta", "entra", "duo", "cyberark"])
def test_setup_of_each_guide(guide: str, run: Run, tenant: Tenant, folder: Path) -> None:
    page = (GUIDES / f"{guide}.md").read_text("utf-8")
    set_up = next(command for command in list_commands(page) if command[0] == "setup")
    prepared = run(*set_up)
    assert prepared.status == 0
    assert "\nTo do in Britive\n" in prepared.out
    assert set_up[1] in tenant.identity_providers
    assert (folder / f"{guide}.token").exists()
