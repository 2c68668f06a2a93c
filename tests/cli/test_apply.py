"""`britive-scim apply`: the question, limits, failures, stops, journals and memory."""

import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from britive_scim import scim
from britive_scim.provisioning import Completeness, Directory, Memory
from britive_scim.provisioning.run_lock import RunLock
from britive_scim.testing import Tenant
from cli.conftest import Run

HEADERS = "user_name,external_id,given_name,family_name,email,active,groups"


def write_people(folder: Path, count: int, name: str = "people.csv") -> Path:
    rows = [f"p{n}@acme.com,P{n},Given,Family,p{n}@acme.com,true,Guides" for n in range(count)]
    path = folder / name
    path.write_text("\n".join([HEADERS, *rows]) + "\n")
    return path


@pytest.fixture
def people(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRITIVE_SCIM_RATE", "none")
    return write_people(folder, 3)


class Terminal(io.StringIO):
    """Standard input of a person at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.usefixtures("people")
def test_source_needs_confirmation(run: Run, tenant: Tenant) -> None:
    """Without a terminal there is nobody to ask; nothing is read."""
    ended = run("apply", "people.csv")
    assert (ended.status, ended.out) == (1, "")
    assert "is not a terminal; add --yes" in ended.err
    assert len(tenant.requests) == 0


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("command", ["apply", "plan", "check", "drift", "explain"])
def test_missing_source_is_one_error(command: str, run: Run, tenant: Tenant) -> None:
    """A name that is mistyped is no usage error, and nothing is read."""
    who = ["P1"] * (command == "explain")
    ended = run(command, *who, "nothing.json")
    expected = f"britive-scim {command}: SOURCE must be an existing file, got 'nothing.json'\n"
    assert (ended.status, ended.out, ended.err) == (1, "", expected)
    ended = run(command, *who, "people.csv", "--groups", "none.csv")
    assert (ended.status, ended.out) == (1, "")
    assert "--groups must be an existing file, got 'none.csv'" in ended.err
    assert len(tenant.requests) == 0


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("answer", "status", "users"), [("y\n", 0, 3), ("YES\n", 0, 3), ("n\n", 5, 0), ("", 5, 0)]
)
def test_source_is_applied_after_a_yes(
    answer: str, status: int, users: int, run: Run, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    ended = run("apply", "people.csv")
    assert ended.status == status
    assert "Plan: 4 to add" in ended.out
    assert "Apply these changes? [y/N]" in ended.err
    assert len(tenant.identity_providers["Okta"].users) == users
    assert ("Nothing was changed." in ended.err) == (users == 0)


@pytest.mark.usefixtures("people")
def test_nothing_to_do_asks_nothing(
    run: Run, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("apply", "people.csv", "--yes").status == 0
    monkeypatch.setattr(sys, "stdin", Terminal())
    ended = run("apply", "people.csv")
    assert (ended.status, ended.err) == (0, "")


@pytest.mark.usefixtures("people", "tenant")
def test_report_is_printed_as_json(run: Run) -> None:
    """17: the numbers of the run, by name."""
    document = run("apply", "people.csv", "--yes", "--json").json
    assert document["ok"] is True
    assert document["numbers"]["created"] == 4
    assert document["numbers"]["members_in"] == 3
    assert (document["failures"], document["withheld"], document["remaining"]) == ([], [], 0)


@pytest.mark.usefixtures("people")
def test_failed_change_ends_with_status_3(run: Run, tenant: Tenant, folder: Path) -> None:
    """R6, R28: a failure is named, the rest goes on, and the status says so."""
    tenant.faults.add(
        status=400, body='{"detail":"no such title"}', method="POST", path="*/Users", times=1
    )
    ended = run("apply", "people.csv", "--yes", "--concurrency", "1")
    assert ended.status == 3
    assert "failed: create User P0" in ended.out
    assert len(tenant.identity_providers["Okta"].users) == 2
    assert (folder / "people.csv.journal").exists()
    ended = run("apply", "people.csv", "--yes")
    assert ended.status == 0
    assert "people.csv.journal of an earlier run" in ended.err
    assert len(tenant.identity_providers["Okta"].users) == 3
    assert not list(folder.glob("*.journal*"))


@pytest.mark.usefixtures("people")
def test_refused_token_stops_with_status_5(run: Run, tenant: Tenant) -> None:
    """R30: the reason of a stop is named."""
    tenant.faults.add(status=401, method="POST", path="*/Users", times=50)
    ended = run("apply", "people.csv", "--yes")
    assert ended.status == 5
    assert "stopped: " in ended.out
    assert "401" in ended.out


@pytest.mark.usefixtures("people")
def test_unreachable_provider_stops_with_status_5(run: Run, tenant: Tenant, folder: Path) -> None:
    """The command knows no provider, so it reads users of the plan first."""
    assert run("apply", "people.csv", "--yes").status == 0
    write_people(folder, 4)
    assert run("plan", "people.csv", "--out", "plan.json").status == 2
    tenant.faults.add(status=401, method="GET", times=50)
    ended = run("apply", "plan.json")
    assert ended.status == 5
    assert "stopped: the token was rejected (401)" in ended.out


def test_interrupted_run_ends_with_status_5_and_continues(
    run: Run, tenant: Tenant, people: Path, folder: Path
) -> None:
    """R35: Ctrl-C drains the requests in flight, and the same plan continues."""
    tenant.faults.add(501, path="*/Bulk", times=None)  # one bulk request would create all of them
    write_people(folder, 30)
    assert run("plan", "people.csv", "--out", "plan.json").status == 2
    tenant.faults.latency = 0.05
    process = subprocess.Popen(
        [sys.executable, "-m", "britive_scim", "apply", "plan.json", "--concurrency", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background job ignores it
    )  # fmt: skip
    okta = tenant.identity_providers["Okta"]
    deadline = time.monotonic() + 30
    while len(okta.users) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 5
    assert "stopped: " in out
    assert "first error" not in out
    assert "remain" in out
    assert "Traceback" not in err
    tenant.faults.latency = 0
    assert 2 <= len(okta.users) < 30
    assert (folder / "plan.json.journal").exists()
    assert run("apply", "plan.json").status == 0
    assert len(okta.users) == 30
    assert not list(folder.glob("*.journal*"))


@pytest.mark.usefixtures("tenant", "people")
def test_run_in_progress_is_not_disturbed(run: Run, folder: Path) -> None:
    """R25: two runs at once are refused."""
    (folder / "people.csv.journal").write_bytes(b'{"n":0,"kind":"header","format":1}\n')
    lock = RunLock(folder / "people.csv.journal.lock")
    try:
        ended = run("apply", "people.csv", "--yes")
    finally:
        lock.release()
    assert ended.status == 1
    assert "in use by" in ended.err


@pytest.mark.usefixtures("tenant", "people")
def test_journal_never_replaces_another_file(run: Run, folder: Path) -> None:
    (folder / "notes").write_text("precious")
    ended = run("apply", "people.csv", "--yes", "--journal", "notes")
    assert ended.status == 1
    assert "--journal must be a new file or a journal" in ended.err
    assert (folder / "notes").read_text() == "precious"


@pytest.mark.usefixtures("people", "tenant")
def test_exceeded_limit_is_reported_as_json(run: Run, folder: Path) -> None:
    """R2: more removals than the limits allow are refused, with the option that raises the limit."""
    write_people(folder, 6)
    assert run("apply", "people.csv", "--yes").status == 0
    write_people(folder, 2)
    ended = run("apply", "people.csv", "--yes", "--missing", "deactivate", "--json")
    assert ended.status == 4
    assert ended.json["ok"] is False
    assert "--allow deactivations=4" in ended.json["refused"]
    assert ended.json["plan"]["exceeded"][0]["planned"] == 4


@pytest.mark.usefixtures("people", "tenant")
@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--allow", "deactivations"], "argument --allow: must be LIMIT=NUMBER"),
        (["--allow", "deactivations=many"], "argument --allow: must be LIMIT=NUMBER"),
        (["--allow", "deactivation=3"], "got 'deactivation'; did you mean 'deactivations'"),
        (["--rate", "fast"], "argument --rate: must be a number"),
        (
            ["--rate", "-1"],
            "--rate must be 0.001 to 10000 requests per second, or none for no pace",
        ),
        (["--limit", "-1"], "--limit must be a number of changes from 1, got -1"),
        (["--deadline", "0"], "--deadline must be a number of seconds above 0, got 0.0"),
        (["--concurrency", "0"], "concurrency must be"),
        (["--memory", "people.csv"], "memory of synchronizations"),
        (["--config", "none.toml"], "config must be a readable file"),
    ],
)
def test_unusable_option_is_refused(option: list[str], said: str, run: Run) -> None:
    ended = run("apply", "people.csv", "--yes", *option)
    assert ended.status == 1
    assert said in ended.err


@pytest.mark.usefixtures("people")
def test_only_changes_the_named_users(run: Run, tenant: Tenant) -> None:
    assert run("apply", "people.csv", "--yes", "--only", "P1", "--only", "p2@acme.com").status == 0
    users = tenant.identity_providers["Okta"].users
    assert {user["userName"] for user in users} == {"p1@acme.com", "p2@acme.com"}


@pytest.mark.usefixtures("people", "tenant")
def test_changes_left_out_are_not_said_to_remain(run: Run) -> None:
    """`--only` looks at the named objects alone; the others may be done."""
    assert run("plan", "people.csv", "--out", "plan.json").status == 2
    ended = run("apply", "plan.json", "--only", "P1")
    left_out = "4 changes were left out by --only; they were not looked up, and may be done"
    assert (ended.status, ended.out.splitlines()[-1]) == (0, left_out)
    assert run("apply", "plan.json").status == 0
    ended = run("apply", "plan.json", "--only", "P1")
    assert (ended.status, ended.out.splitlines()[-1]) == (0, left_out)
    assert "remain" not in ended.out
    document = run("apply", "plan.json", "--only", "Guides", "--json").json
    assert (document["remaining"], document["left_out"], document["skipped"]) == (0, 0, [])
    ended = run("apply", "plan.json", "--limit", "2")
    assert (ended.status, "remain" in ended.out) == (0, False)


@pytest.mark.usefixtures("people")
def test_only_accepts_what_needs_no_change(run: Run, tenant: Tenant, folder: Path) -> None:
    """The same command can be repeated; a name that nobody has is an error."""
    ended = run("apply", "people.csv", "--yes", "--only", "p1@acme.com")
    assert (ended.status, ended.out.splitlines()[-1][:14]) == (0, "4 changes were")
    writes = [request for request in tenant.requests if request.method != "GET"]
    ended = run("apply", "people.csv", "--yes", "--only", "P1")
    assert (ended.status, ended.err) == (0, "P1 needs no change.\n")
    assert "4 changes were left out by --only" in ended.out
    document = run("apply", "people.csv", "--yes", "--only", "P1", "--json").json
    assert (document["ok"], document["left_out"], document["remaining"]) == (True, 4, 4)
    assert [request for request in tenant.requests if request.method != "GET"] == writes
    (folder / "people.csv").write_text(
        f"{HEADERS}\np1@acme.com,P1,Other,Family,p1@acme.com,true,Guides\n"
    )
    ended = run("apply", "people.csv", "--yes", "--only", "P1", "--only", "Nobody")
    assert (ended.status, "neither in the source nor at the target" in ended.err) == (1, True)
    assert run("apply", "people.csv", "--yes", "--only", "P1").status == 0
    (user,) = tenant.identity_providers["Okta"].users
    assert user["name"]["givenName"] == "Other"


@pytest.mark.usefixtures("people")
def test_only_finds_a_user_by_address(run: Run, tenant: Tenant, people: Path) -> None:
    people.write_text(f"{HEADERS}\nlogin1,P1,Given,Family,ana@acme.com,true,Guides\n")
    assert run("apply", "people.csv", "--yes", "--only", "ana@acme.com").status == 0
    assert [user["userName"] for user in tenant.identity_providers["Okta"].users] == ["login1"]


@pytest.mark.usefixtures("people")
def test_withheld_removals_end_with_status_4(run: Run, tenant: Tenant, folder: Path) -> None:
    """R1, R2: an incomplete source removes nobody, adds what it has, and the status says so."""
    assert run("apply", "people.csv", "--yes").status == 0
    user = {
        "userName": "new@acme.com", "externalId": "N", "active": True,
        "name": {"givenName": "N", "familyName": "W"}, "emails": [{"value": "new@acme.com", "type": "work"}],
    }  # fmt: skip
    Directory.found(
        [user], None, completeness=Completeness(users=False, groups=None, reasons=("users: cut",)),
        scim_url=None, provider=None, read_at=None,
    ).save(folder / "half.jsonl")  # fmt: skip
    arguments = ("half.jsonl", "--missing", "deactivate")
    planned = run("plan", *arguments)
    assert planned.status == 4
    assert planned.out.startswith("Removals withheld: ")
    ended = run("apply", *arguments, "--yes")
    assert ended.status == 4
    users = tenant.identity_providers["Okta"].users
    assert [user["active"] for user in users] == [True] * 4


@pytest.mark.usefixtures("people")
def test_memory_is_kept_between_runs(run: Run, tenant: Tenant, folder: Path) -> None:
    """R2: someone who is missing for the first time has grace, which a private file remembers."""
    assert run("apply", "people.csv", "--yes", "--memory", "memory.json").status == 0
    write_people(folder, 2)
    (folder / "sync.toml").write_text('[policy]\nmissing = "deactivate"\ngrace = "7 days"\n')
    refused = run("plan", "people.csv", "--config", "sync.toml")
    assert refused.status == 1
    assert "memory" in refused.err
    arguments = ("people.csv", "--config", "sync.toml", "--memory", "memory.json")
    assert run("apply", *arguments, "--yes").status == 0
    assert all(user["active"] for user in tenant.identity_providers["Okta"].users)
    assert stat.S_IMODE((folder / "memory.json").stat().st_mode) == 0o600
    assert set(Memory.load(folder / "memory.json").grace) == {"P2"}


@pytest.mark.usefixtures("people", "tenant")
def test_deadline_stops_the_run(run: Run) -> None:
    """R35: a run with a deadline ends in time, and says what remains."""
    ended = run("apply", "people.csv", "--yes", "--deadline", "0.001")
    assert ended.status == 5
    assert "remain" in ended.out


@pytest.mark.usefixtures("people")
def test_plan_of_another_tenant_is_refused(
    run: Run, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R16: a plan is bound to the identity provider that was read."""
    assert run("plan", "people.csv", "--provider", "Okta", "--out", "plan.json").status == 2
    entra = tenant.identity_providers["Entra"]
    monkeypatch.setenv("BRITIVE_SCIM_TOKEN", entra.scim_token.get_secret_value())
    ended = run("apply", "plan.json", "--provider", "Entra")
    assert ended.status == 1
    assert "'Entra'" in ended.err
    assert entra.users == []


@pytest.mark.usefixtures("people", "tenant")
def test_edited_plan_is_refused(run: Run, folder: Path) -> None:
    assert run("plan", "people.csv", "--out", "plan.json").status == 2
    text = (folder / "plan.json").read_text().replace("p1@acme.com", "evil@acme.com")
    (folder / "plan.json").write_text(text)
    ended = run("apply", "plan.json")
    assert ended.status == 1
    assert "damaged or was edited" in ended.err


@pytest.mark.usefixtures("people", "tenant")
def test_plan_prints_the_saved_document(run: Run, folder: Path) -> None:
    document = run("plan", "people.csv", "--out", "plan.json", "--json").json
    saved = json.loads((folder / "plan.json").read_text())
    assert document == saved
    assert document["summary"].startswith("Plan: 4 to add")


@pytest.mark.usefixtures("people", "tenant")
def test_explain_names_the_reason(run: Run) -> None:
    document = run("explain", "p1@acme.com", "people.csv", "--json").json
    assert (document["key"], document["source"]) == ("P1", "people.csv:3")
    assert document["changes"][0]["action"] == "create"
    ended = run("explain", "nobody@acme.com", "people.csv")
    assert ended.status == 1
    assert "neither in the source nor at the target" in ended.err


@pytest.mark.usefixtures("people")
def test_drift_lists_both_directions(run: Run, tenant: Tenant, folder: Path) -> None:
    """R29: changes made at the target are found."""
    assert run("apply", "people.csv", "--yes").status == 0
    ended = run("drift", "people.csv")
    assert (ended.status, ended.out) == (
        0,
        "no differences: the tenant has the 3 users and 1 group of people.csv as stated\n",
    )
    okta = tenant.scim_client("Okta")
    p0 = okta.users.find_by_user_name("p0@acme.com")
    assert p0
    okta.users.patch(p0, {"name.givenName": "Other"})
    write_people(folder, 4)
    rows = {
        (row["key"], row["difference"]): row["detail"]
        for row in run("drift", "people.csv", "--json").json["differences"]
    }
    assert rows["P3", "not in the tenant"]
    assert '"Other" -> "Given"' in rows["P0", "different"]
    assert ("Guides", "members not in the tenant") in rows
    write_people(folder, 2)
    ended = run("drift", "people.csv")
    assert ended.status == 2
    assert "only in the tenant" in ended.out


@pytest.mark.usefixtures("people")
def test_drift_says_what_was_not_compared(run: Run, tenant: Tenant, folder: Path) -> None:
    """R29: a source that was cut does not show that the tenant has nobody else."""
    assert run("apply", "people.csv", "--yes").status == 0
    okta = tenant.scim_client("Okta")
    cut = replace(
        Directory.read("people.csv"),
        completeness=Completeness(users=False, reasons=("users: cut",)),
    )
    cut.save("cut.jsonl")
    okta.users.create(scim.User.of(email="x@acme.com", given_name="X", family_name="Y"))
    ended = run("drift", "cut.jsonl")
    assert ended.status == 4
    assert ended.out.startswith("no differences in what was compared: the tenant has the 3 users")
    assert "warning: not compared: 1 user not deactivated: users: cut" in ended.err


@pytest.mark.usefixtures("people")
def test_drift_compares_status_words(run: Run, tenant: Tenant, people: Path) -> None:
    """Someone whose status is inactive in the source is not missing in it; the policy is no difference."""
    assert run("apply", "people.csv", "--yes").status == 0
    people.write_text(people.read_text().replace("true", "false", 1))
    people.with_name("sync.toml").write_text('[policy]\nreactivate = "ours"\ngrace = "7 days"\n')
    ended = run("drift", "people.csv", "--config", "sync.toml", "--json")
    assert ended.status == 2
    (row,) = ended.json["differences"]
    assert (row["key"], row["difference"], row["detail"]) == (
        "P0",
        "active in the tenant alone",
        "",
    )
    groups = people.with_name("groups.csv")
    groups.write_text("group,member\nGuides,\n")
    people.write_text(people.read_text().replace(",groups", "").replace(",Guides", ""))
    ended = run("drift", "people.csv", "--groups", "groups.csv")
    assert "members only in the tenant" in ended.out


def test_findings_end_with_status_2(run: Run, tenant: Tenant, people: Path) -> None:
    assert run("findings").status == 0
    assert run("apply", "people.csv", "--yes").status == 0
    okta = tenant.scim_client("Okta")
    p0 = okta.users.find_by_user_name("p0@acme.com")
    assert p0
    okta.users.deactivate(p0)
    ended = run("findings")
    assert ended.status == 2
    assert "p0@acme.com" in ended.out
    (finding,) = run("findings", "--json").json["findings"]
    assert set(finding) == {"rule", "severity", "user", "group", "detail", "action"}
