"""Commands that read a source or write one: `check SOURCE`, `plan --write-config`, `export`."""

import os
import stat
import tomllib
from pathlib import Path

import pytest

from britive_scim import scim
from britive_scim.provisioning import Config, Directory
from britive_scim.testing import Capabilities, Tenant
from britive_scim.testing.server import TenantServer
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
    assert 'decide on 1 other before a plan: Shoe "size"' in ended.err
    document = tomllib.loads((folder / "etc/sync.toml").read_text())
    assert document["source"]["path"] == "../people.csv"
    assert document["source"]["delimiter"] == ";"
    assert document["columns"] == {
        "login": "userName",
        "First Name": "name.givenName",
    }
    assert document["policy"] == {"missing": "keep"}
    draft = folder / "etc/sync.toml"
    (problem,) = Config.read(draft).read_source().problems.errors
    assert problem.column == 'Shoe "size"'
    draft.write_text(draft.read_text().replace('# "Shoe', '"Shoe'))
    assert Config.read(draft).read_source().problems == ()
    again = run("plan", "people.csv", "--write-config", "etc/sync.toml")
    assert again.status == 1
    assert "never overwritten" in again.err


def test_write_config_names_users_by_their_address(run: Run, folder: Path) -> None:
    """A file without a column of names has addresses, which most tenants use as names."""
    (folder / "people.csv").write_text(
        "Mail,Forename,Surname,Personnel No,Dept,Mobile\nana@acme.com,Ana,Diaz,1,IT,+44\n"
    )
    ended = run("plan", "people.csv", "--write-config", "sync.toml")
    assert ended.status == 0
    assert "Mail states the userName as well" in ended.err
    text = (folder / "sync.toml").read_text()
    assert """"Mail" = ["userName", 'emails[type eq "work"].value']\n""" in text
    assert '# "Forename" = "name.givenName"  # unknown header: its SCIM path, or false\n' in text
    assert '# "Personnel No" = "externalId"  # ' in text
    assert '# "Dept" = "enterprise.department"  # ' in text
    assert """# "Mobile" = 'phoneNumbers[type eq "mobile"].value'  # """ in text
    config = Config.read("sync.toml")
    (user,) = config.read_source().users
    assert (user.user_name, user.primary_email) == ("ana@acme.com", "ana@acme.com")


def test_write_config_keeps_the_options(run: Run, folder: Path) -> None:
    (folder / "people.csv").write_text("login\nana@acme.com\n")
    (folder / "a.toml").write_text('[status]\nactive = ["A"]\n[policy]\nusers = "reference"\n')
    options = (
        "--time-zone Europe/Berlin --empty clear --nested flatten --missing deactivate --adopt all"
    )
    ended = run(
        "plan", "people.csv", "--config", "a.toml", *options.split(), "--write-config", "b.toml"
    )
    assert ended.status == 0
    config = Config.read("b.toml")
    assert config.active == ("A",)
    assert (config.time_zone, config.empty, config.nested) == ("Europe/Berlin", "clear", "flatten")
    policy = config.policy
    assert (policy.missing, policy.adopt, policy.users) == ("deactivate", "all", "reference")
    (folder / "a.toml").write_text('[policy]\ngrace = "7 days"\n')
    ended = run("plan", "people.csv", "--config", "a.toml", "--write-config", "c.toml")
    assert ended.status == 1
    assert "got grace of an existing one" in ended.err
    assert not Path("c.toml").exists()


def test_write_config_that_cannot_be_encoded_leaves_no_file(run: Run, folder: Path) -> None:
    source = os.fsdecode(b"people\xff.csv")  # a name that is not UTF-8
    (folder / source).write_text("userName\nana@acme.com\n")
    ended = run("plan", source, "--write-config", "sync.toml")
    assert ended.status == 1
    assert "lone surrogate" in ended.err
    assert not Path("sync.toml").exists()


def test_write_config_below_a_symbolic_link_finds_the_source(run: Run, folder: Path) -> None:
    (folder / "people.csv").write_text('login,emails[type eq "h\x7fome"].value\nana@acme.com,\n')
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "link").symlink_to(folder / "a" / "b")
    ended = run("plan", "people.csv", "--write-config", "link/sync.toml")
    assert ended.status == 0, ended.err
    assert Config.read("link/sync.toml").read_source().users[0].user_name == "ana@acme.com"


@pytest.mark.parametrize("headers", ["Given name", "Mail,Work e-mail", "Login,Mail"])
def test_write_config_guesses_no_names(headers: str, run: Run, folder: Path) -> None:
    (folder / "people.csv").write_text(f"{headers}\n{','.join('x' for _ in headers.split(','))}\n")
    ended = run("plan", "people.csv", "--write-config", "sync.toml")
    assert "states the userName as well" not in ended.err
    has_names = "Login" in headers
    assert ("No column states the userName" in ended.err) != has_names
    assert ("userName" in (folder / "sync.toml").read_text()) == has_names


@pytest.mark.parametrize(
    ("header", "path"),
    [
        ("Forename", "name.givenName"),
        ("Full Name", "displayName"),
        ("Staff-ID", "externalId"),
        ("Line Manager", "manager"),
        ("Last day", "active_until"),
        ("Team", "groups"),
        ("Cost centre", "enterprise.costCenter"),
    ],
)
def test_unknown_header_comes_with_a_mapping(
    header: str, path: str, run: Run, folder: Path
) -> None:
    cell = "Guides" if path == "groups" else ""
    (folder / "people.csv").write_text(f"login,{header}\nana@acme.com,{cell}\n")
    ended = run("check", "people.csv")
    assert ended.status == 1
    assert f'did you mean "{header}" = "{path}" in [columns]? else ignore it with' in ended.out
    (folder / "sync.toml").write_text(f'[columns]\n"{header}" = "{path}"\n')
    assert run("check", "people.csv", "--config", "sync.toml").status == 0


@pytest.mark.parametrize(
    "header",
    [
        "Surname",
        "Last name",
        "Given name",
        "E-mail",
        "Work e-mail",
        "Login",
        "Department",
        "Status",
    ],
)
def test_usual_headers_are_known(header: str, run: Run, folder: Path) -> None:
    (folder / "people.csv").write_text(f"user_principal_name,{header}\nana@acme.com,\n")
    ended = run("check", "people.csv")
    assert f"  {header} -> " in ended.out


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
    assert found.source.scim_url == tenant.identity_providers["Okta"].scim_url
    ended = run("export", "directory", "tenant.csv")
    assert (ended.status, ended.out) == (0, "tenant.csv: 2 users, 2 groups\n")
    assert "not in a CSV file" not in ended.err
    assert {request.method for request in tenant.requests if "/scim/" in request.path[:9]} <= {
        "GET"
    }


@pytest.mark.parametrize("name", ["tenant.jsonl", "tenant.csv"])
def test_plan_of_an_export_is_empty(name: str, run: Run, tenant: Tenant, folder: Path) -> None:
    """7: names that begin with = + - @ included."""
    fill(tenant)
    document = run("export", "directory", name, "--json").json
    assert (document["users"], document["groups"], document["complete"]) == (2, 2, True)
    planned = run("plan", name, "--missing", "delete", "--missing-groups", "delete")
    assert (planned.status, planned.out.splitlines()[-1]) == (0, "Plan: nothing to do")


def test_export_of_hidden_members_is_reported(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = Tenant("acme", capabilities=Capabilities(members_in_get="absent"))
    fill(tenant)
    with TenantServer(tenant) as server:
        for variable, value in server.environment("Okta").items():
            monkeypatch.setenv(variable, value)
        ended = run("export", "directory", "tenant.csv")
        assert ended.status == 0
        assert "members of 2 groups are not proven to be complete" in ended.err
        planned = run("plan", "tenant.csv", "--missing-groups", "delete")
    assert (planned.status, planned.out.splitlines()[-1]) == (0, "Plan: nothing to do")


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
    assert "ends in .jsonl" in ended.err
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


@pytest.mark.usefixtures("tenant")
def test_rules_of_the_tenant_are_checked_before_the_first_write(run: Run, folder: Path) -> None:
    """R36: a mandatory attribute without a value is found in the source, not by a refused request."""
    (folder / "people.csv").write_text(PEOPLE.replace("family_name", "title"))
    assert run("check", "people.csv").status == 0
    ended = run("check", "people.csv", "--rules", "Okta", "--json")
    assert ended.status == 1
    assert len([p for p in ended.json["source"]["problems"] if p["severity"] == "error"]) >= 1
    for command in ("plan", "apply"):
        refused = run(command, "people.csv", "--rules", "Okta", *(["--yes"] * (command == "apply")))
        assert refused.status == 1
        assert "Last Name must not be empty" in refused.err
    assert "no identity provider is named" in run("plan", "people.csv", "--rules", "Nobody").err


@pytest.mark.usefixtures("tenant")
def test_warnings_of_a_source_are_printed_once(run: Run, folder: Path) -> None:
    """A warning prevents no plan; one that many rows have is one line."""
    rows = "".join(f"p{n}@acme.com,Given,Family,p{n}@acme.com,boss{n % 2}\n" for n in range(12))
    (folder / "people.csv").write_text(f"user_name,given_name,family_name,email,manager\n{rows}")
    ended = run("plan", "people.csv")
    assert ended.status == 2
    assert ended.err.count("manager must be the externalId or userName") == 1
    assert "warning: lines 2, 3, 4, 5, 6 … and 7 more lines, column manager: " in ended.err
