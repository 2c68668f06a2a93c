"""Commands that read a source or write one: `check SOURCE`, `plan --write-config`, `export`."""

import json
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.cli.csv_export import write_csv
from britive_scim.provisioning import Completeness, Config, Directory, MemberRecord
from britive_scim.testing import Tenant
from cli.conftest import Run

HEADERS = "user_name,external_id,given_name,family_name,email,groups"
PEOPLE = f"""{HEADERS}
ana@acme.com,1,Ana,Diaz,ana@acme.com,Guides
bo@acme.com,2,Bo,Lund,bo@acme.com,Guides;Ops
"""


@pytest.fixture
def people(folder: Path) -> Path:
    path = folder / "people.csv"
    path.write_text(PEOPLE, "utf-8")
    return path


def test_check_shows_how_a_source_is_read(run: Run, people: Path) -> None:
    ended = run("check", "people.csv")
    assert ended.status == 0
    assert "people.csv: CSV, encoding" in ended.out
    assert "given_name -> name.givenName" in ended.out
    assert "2 users, 2 groups" in ended.out
    source = run("check", "people.csv", "--json").json["source"]
    assert (source["users"], source["groups"], source["problems"]) == (2, 2, [])


def test_check_lists_all_problems(run: Run, folder: Path) -> None:
    """R36: every problem of a source at once, before anything is sent."""
    (folder / "people.csv").write_text("user_name,shoe\nana@acme.com,1\nana@acme.com,2\n,3\n")
    ended = run("check", "people.csv")
    assert ended.status == 1
    assert "shoe" in ended.out
    lines = {
        problem["line"]
        for problem in run("check", "people.csv", "--json").json["source"]["problems"]
    }
    assert {1, 3, 4} <= lines


def test_check_tests_source_and_connection(run: Run, tenant: Tenant, people: Path) -> None:
    document = run("check", "people.csv", "--json").json
    assert set(document) == {"format", "ok", "source", "connection"}
    assert document["ok"] is True


def test_missing_source_is_a_message(run: Run, folder: Path) -> None:
    ended = run("check", "none.csv")
    assert ended.status == 1
    assert "none.csv" in ended.err
    assert "Traceback" not in ended.err
    document = run("check", "none.csv", "--json").json
    assert document["error"]["type"] == "FileNotFoundError"


def test_options_override_variables_and_file(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "people.csv").write_text("user_name;title\nana@acme.com;x\n")
    (folder / "groups.csv").write_text("group;member\nOps;ana@acme.com\n")
    (folder / "sync.toml").write_text(
        '[source]\npath = "people.csv"\ndelimiter = "|"\n[policy]\nmissing = "delete"\n'
    )
    arguments = ("check", "--config", "sync.toml", "--json")
    assert run(*arguments).json["ok"] is False
    monkeypatch.setenv("BRITIVE_SCIM_DELIMITER", ",")
    assert run(*arguments).json["source"]["delimiter"] == ","
    ended = run(*arguments, "--delimiter", ";", "--groups", "groups.csv", "--missing", "keep")
    assert (ended.status, ended.json["source"]["groups"]) == (0, 1)


def test_write_config_drafts_from_the_headers(run: Run, folder: Path) -> None:
    (folder / "people.csv").write_text('login;First Name;Shoe "size"\nana@acme.com;Ana;38\n')
    (folder / "etc").mkdir()
    ended = run("plan", "people.csv", "--write-config", "etc/sync.toml")
    assert ended.status == 0
    assert 'set the path of 1 others, which are ignored: Shoe "size"' in ended.err
    document = tomllib.loads((folder / "etc/sync.toml").read_text())
    assert document["source"]["path"] == "../people.csv"
    assert document["source"]["delimiter"] == ";"
    assert document["columns"] == {
        "login": "userName",
        "First Name": "name.givenName",
        'Shoe "size"': False,
    }
    assert document["policy"] == {"missing": "keep"}
    config = Config.read(folder / "etc/sync.toml")
    assert config.read_source().problems == ()
    again = run("plan", "people.csv", "--write-config", "etc/sync.toml")
    assert again.status == 1
    assert "never overwritten" in again.err


def test_write_config_reports_as_json(run: Run, people: Path) -> None:
    ended = run("plan", "people.csv", "--write-config", "sync.toml", "--json")
    assert (ended.json["config"], ended.json["unknown_columns"]) == ("sync.toml", [])
    assert "groups" in tomllib.loads(Path("sync.toml").read_text())["columns"]


def fill(tenant: Tenant) -> None:
    client = tenant.scim_client("Okta")
    ana, bo = (
        client.users.create(
            scim.User.of(email=f"{name}@acme.com", given_name=given, family_name="=1+1")
        )
        for name, given in (("ana", "Ana"), ("bo", "-Bo"))
    )
    client.groups.create(
        scim.Group(display_name="@Guides; all", members=[scim.Member(value=ana.id)])
    )
    client.groups.create(scim.Group(display_name="Empty"))
    client.users.deactivate(bo)


def test_export_writes_a_private_file(run: Run, tenant: Tenant, folder: Path) -> None:
    fill(tenant)
    ended = run("export", "directory", "tenant")
    assert (ended.status, ended.out) == (0, "tenant.jsonl: 2 users, 2 groups\n")
    assert "contains personal data" in ended.err
    path = folder / "tenant.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = Directory.load(path)
    assert (len(found.users), found.completeness.users, found.completeness.groups) == (
        2,
        True,
        True,
    )
    assert "members of 1 group" in ended.err  # an empty group is not proven to be empty
    assert found.source.scim_url == tenant.identity_providers["Okta"].scim_url
    document = run("export", "directory", "tenant.csv", "--json").json
    assert (document["users"], document["groups"], document["complete"]) == (2, 2, False)
    assert {request.method for request in tenant.requests if "/scim/" in request.path[:9]} <= {
        "GET"
    }


def test_export_of_unproven_reading_ends_with_status_4(
    run: Run, tenant: Tenant, folder: Path
) -> None:
    """R1, R4: a part of a tenant is never taken for all of it."""
    fill(tenant)
    tenant.faults.add(
        status=200,
        body='{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":9,"Resources":[]}',
        headers={"Content-Type": "application/scim+json"},
        path="*/Users*",
        method="GET",
        times=100,
    )
    ended = run("export", "directory", "tenant.csv")
    assert ended.status == 1
    assert "export to FILE.jsonl" in ended.err
    assert not (folder / "tenant.csv").exists()
    ended = run("export", "directory", "tenant.jsonl", "--json")
    assert (ended.status, ended.json["complete"]) == (4, False)
    assert "warning: users:" in ended.err


@pytest.mark.usefixtures("folder")
def test_export_of_other_format_is_refused(run: Run) -> None:
    ended = run("export", "directory", "tenant.xlsx")
    assert (ended.status, ended.out) == (1, "")
    assert "must end in .jsonl or .csv, got '.xlsx'" in ended.err
    assert run("export", "people", "a.csv").status == 1


ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
HARD_USERS: list[dict[str, Any]] = [
    {"id": "1", "userName": "ana@acme.com", "externalId": "e1", "active": True,
     "name": {"givenName": "=Ana", "familyName": "+Diaz", "formatted": "Dr. Ana"},
     "emails": [{"value": "ana@acme.com", "type": "work", "primary": True}],
     ENTERPRISE: {"department": "@R, \"D\"", "division": "-x", "manager": {"value": "2"}}},
    {"id": "2", "userName": "bo@acme.com", "active": False, "title": " padded ", "displayName": "'=Bo",
     "emails": [{"value": "b@x", "type": "home"}, {"value": "c@x", "type": "work"}],
     "phoneNumbers": [{"value": "+1 2", "type": "mobile"}],
     CUSTOM: {"costCode": "R-1"}},
    {"id": "3", "userName": "cy", "emails": [{"value": "c@\u00e9", "type": "work", "display": "C"}],
     "name": {"givenName": "line\nbreak"}, "nickName": "[x", "locale": "\ttab"},
    {"id": "4", "userName": "dee", "emails": [{"value": "d@x", "type": "Work"}]},
]  # fmt: skip
HARD_GROUPS = {"Guides": ["1", "2"], "a;b": ["1"], "[x]": ["2"], "=Sum": ["3"], " pad": ["3"]}


def test_csv_export_is_read_back_without_loss(folder: Path) -> None:
    """An export is a source: names that begin with = + - @ included."""
    found = Directory.found(
        HARD_USERS,
        [
            ({"id": f"g{name}", "displayName": name}, [MemberRecord(id_, "User") for id_ in ids])
            for name, ids in HARD_GROUPS.items()
        ],
        completeness=Completeness(), scim_url=None, provider=None, read_at=None,
    )  # fmt: skip
    write_csv(found, folder / "t.csv")
    text = (folder / "t.csv").read_text("utf-8")
    assert ",'=Ana,'+Diaz," in text
    read, wanted = Directory.read(folder / "t.csv"), found.as_wanted()
    assert read.problems == ()
    assert [json.dumps(drop_empty(user.values), sort_keys=True) for user in read.user_records] == [
        json.dumps(drop_empty(user.values), sort_keys=True) for user in wanted.user_records
    ]
    assert {
        group.display_name: {member.value for member in group.members or ()}
        for group in read.group_records or ()
    } == {
        group.display_name: {member.value for member in group.members or ()}
        for group in wanted.group_records or ()
    }


def drop_empty(values: Any) -> Any:
    """Return values without `primary`, which a column for one address does not state."""
    if isinstance(values, dict):
        return {
            name: drop_empty(value)
            for name, value in values.items()
            if name not in ("primary", "schemas") and value not in (None, {}, [])
        }
    if isinstance(values, list):
        return [drop_empty(value) for value in values]
    return values


def test_csv_export_without_groups_has_no_groups_column(folder: Path) -> None:
    found = Directory.found(
        HARD_USERS[:1], None, completeness=Completeness(groups=None), scim_url=None, provider=None, read_at=None
    )  # fmt: skip
    write_csv(found, folder / "t.csv")
    assert "groups" not in (folder / "t.csv").read_text("utf-8").splitlines()[0]
    assert Directory.read(folder / "t.csv").group_records is None
