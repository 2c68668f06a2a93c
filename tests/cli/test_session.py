"""Session of an administrator: setup, check, export, plan, explain, apply, a broken export, a raised limit."""

import re
import stat
from pathlib import Path

import pytest

from britive_scim.testing import Tenant
from cli.conftest import Run

HEADERS = "login,Personnel No,First Name,Last Name,Mail,Team,State,Shoe size\n"


def write_people(folder: Path, numbers: range, *, team: str = "Guides") -> None:
    """Write an export of the personnel system; everybody of it is in one team."""
    rows = (
        f"p{n}@acme.com,P{n},Given{n},Family{n},p{n}@acme.com,{team if n % 2 else 'Cooks'},A,{n}\n"
        for n in numbers
    )
    (folder / "people.csv").write_text(HEADERS + "".join(rows))


def test_session_of_an_administrator(
    run: Run, tenant: Tenant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step of the first day and of the day on which the export is broken."""
    # The tenant is prepared, and its token is in a file.
    monkeypatch.delenv("BRITIVE_SCIM_TOKEN")
    setup = run("setup", "HR", "--description", "Personnel system", "--token-file", "scim-token")
    assert setup.status == 0
    provider = tenant.identity_providers["HR"]
    monkeypatch.setenv("BRITIVE_SCIM_URL", provider.scim_url)
    monkeypatch.setenv("BRITIVE_SCIM_TOKEN_FILE", "scim-token")
    monkeypatch.setenv("BRITIVE_SCIM_PROVIDER", "HR")

    # The source is described: a first mapping, which needs decisions.
    write_people(folder, range(40))
    draft = run("plan", "people.csv", "--write-config", "sync.toml")
    assert "Personnel No, Team, State, Shoe size" in draft.err
    text = (folder / "sync.toml").read_text()
    for header, path in (("Personnel No", "externalId"), ("Team", "groups"), ("State", "active")):
        text = text.replace(f'# "{header}" = "{path}"', f'"{header}" = "{path}"')
    text = text.replace('# "Shoe size" = false', '"Shoe size" = false')
    text = text.replace('# active = ["A"]', 'active = ["A"]').replace("# inactive", "inactive")
    text = text.replace('missing = "keep"', 'missing = "deactivate"')
    (folder / "sync.toml").write_text(text)
    monkeypatch.setenv("BRITIVE_SCIM_CONFIG", "sync.toml")
    assert run("check").status == 0

    # The plan is read, explained, and tried on five.
    planned = run("plan", "--out", "plan.json")
    assert planned.status == 2
    assert "Plan: 42 to add" in planned.out
    assert stat.S_IMODE((folder / "plan.json").stat().st_mode) == 0o600
    assert "plan.json contains personal data" in planned.err
    explained = run("explain", "P7", "plan.json")
    assert explained.status == 0
    assert "create user p7@acme.com" in explained.out
    assert run("explain", "p7@acme.com").status == 0
    assert provider.users == []
    first = run("apply", "plan.json", "--limit", "5", "--rate", "none")
    assert (first.status, len(provider.users)) == (0, 5)
    rest = run("apply", "plan.json", "--rate", "none")
    assert (rest.status, len(provider.users), len(provider.groups)) == (0, 40, 2)
    assert list(folder.glob("*.journal*")) == []
    assert run("plan").status == 0
    assert run("drift").status == 0

    # An export of the tenant is a source, and its plan is empty.
    for name in ("tenant.jsonl", "tenant.csv"):
        assert run("export", "directory", name).status == 0
        monkeypatch.delenv("BRITIVE_SCIM_CONFIG")
        again = run("plan", name)
        assert (again.status, again.out.splitlines()[-1]) == (0, "Plan: nothing to do")
        monkeypatch.setenv("BRITIVE_SCIM_CONFIG", "sync.toml")

    # A broken export is refused before the first write, and the refusal has the way out.
    write_people(folder, range(15))
    before = len(tenant.requests)
    refused = run("apply", "--yes", "--rate", "none")
    assert refused.status == 4
    assert {request.method for request in tenant.requests[before:]} == {"GET"}
    option = re.search(r"--allow deactivations=(\d+)", refused.err)
    assert option
    assert option[1] == "25"
    assert run("plan").status == 4
    assert run("drift").status == 2
    too_few = run("apply", "--yes", "--rate", "none", "--allow", "deactivations=24")
    assert too_few.status == 4
    raised = run("apply", "--yes", "--rate", "none", "--allow", "deactivations=25")
    assert raised.status == 0
    assert sum(user["active"] is False for user in provider.users) == 25
    assert run("apply", "--yes").status == 0
