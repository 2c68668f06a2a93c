"""Files of plans on the command line: by any name, never in place of another file, with the options they were made with."""

import sys
from pathlib import Path

import pytest

from britive_scim.testing import Tenant
from cli.conftest import Run
from cli.test_apply import Terminal, write_people


@pytest.fixture
def people(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRITIVE_SCIM_RATE", "none")
    return write_people(folder, 3)


@pytest.mark.usefixtures("people")
def test_plan_file_has_any_name(run: Run, tenant: Tenant) -> None:
    assert run("plan", "people.csv", "--out", "plan.txt").status == 2
    assert run("explain", "P1", "plan.txt").status == 0
    assert run("apply", "plan.txt").status == 0
    assert len(tenant.identity_providers["Okta"].users) == 3


def test_plan_replaces_no_other_file(run: Run, tenant: Tenant, people: Path) -> None:
    before = people.read_bytes()
    ended = run("plan", "people.csv", "--out", "people.csv")
    assert (ended.status, ended.out) == (1, "")
    assert "--out: must be a new file or a saved plan, got 'people.csv'" in ended.err
    assert people.read_bytes() == before
    assert len(tenant.requests) == 0
    for _ in range(2):  # a saved plan is replaced
        assert run("plan", "people.csv", "--out", "plan.json").status == 2


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    "option",
    [
        ("--missing", "deactivate"),
        ("--adopt=never",),
        ("--config", "nope.toml"),
        ("--groups", "people.csv"),
        ("--time-zone", "UTC"),
        ("--rules", "Okta"),
    ],
)
def test_saved_plan_refuses_options_of_planning(
    option: tuple[str, ...], run: Run, tenant: Tenant
) -> None:
    assert run("plan", "people.csv", "--out", "plan.json").status == 2
    for command in (("apply",), ("explain", "P1")):
        ended = run(*command, "plan.json", *option)
        assert ended.status == 1
        assert f"{option[0].partition('=')[0]} cannot be used with a saved plan" in ended.err
    assert not tenant.identity_providers["Okta"].users


@pytest.mark.usefixtures("people")
def test_saved_plan_ignores_variables_of_planning(
    run: Run, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("plan", "people.csv", "--out", "plan.json").status == 2
    monkeypatch.setenv("BRITIVE_SCIM_MISSING", "deactivate")
    assert run("apply", "plan.json").status == 0
    assert len(tenant.identity_providers["Okta"].users) == 3


@pytest.mark.usefixtures("people")
def test_question_shows_the_plan_beside_json(
    run: Run, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    ended = run("apply", "people.csv", "--json")
    assert ended.status == 5
    assert "Plan: 4 to add" in ended.err
    assert (ended.json["ok"], ended.json["stopped"]) == (False, "the changes were not confirmed")
    assert len(ended.json["plan"]["changes"]) > 0
    assert not tenant.identity_providers["Okta"].users
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert run("apply", "people.csv", "--json").json["ok"] is True
    assert len(tenant.identity_providers["Okta"].users) == 3


@pytest.mark.usefixtures("tenant")
def test_configuration_may_begin_with_byte_order_mark(run: Run, people: Path) -> None:
    text = f'[source]\npath = "{people.name}"\n'
    Path("sync.toml").write_text(text, "utf-8-sig")
    assert run("plan", "--config", "sync.toml").status == 2


def test_too_long_grace_is_refused(run: Run, tenant: Tenant) -> None:
    for grace in ("99999999999 days", "36501 days"):
        Path("sync.toml").write_text(f'[policy]\nmissing = "deactivate"\ngrace = "{grace}"\n')
        ended = run("plan", "--config", "sync.toml")
        assert ended.status == 1
        assert "must be 36500 days at most" in ended.err
    assert len(tenant.requests) == 0
