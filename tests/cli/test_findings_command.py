"""`britive-scim findings`: both APIs, ignored rules, JSON, and refused options."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from britive_scim.testing import Tenant
from cli.conftest import Run


@pytest.fixture
def people(tenant: Tenant) -> Tenant:
    """Return the tenant with an active user in a group, an inactive one in it, and one in none."""
    okta = tenant.identity_providers["Okta"]
    schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"]
    users = [
        okta.add_user(
            {
                "schemas": schemas,
                "userName": f"{name}@acme.com",
                "active": name != "bo",
                "emails": [{"value": f"{name}@acme.com", "type": "work"}],
                "name": {"givenName": name, "familyName": "X"},
            }
        )
        for name in ("ana", "bo", "cy")
    ]
    group = ["urn:ietf:params:scim:schemas:core:2.0:Group"]
    members = [{"value": user["id"]} for user in users[:2]]
    okta.add_group({"schemas": group, "displayName": "Ops", "members": members})
    okta.record_login("ana@acme.com", datetime(2020, 1, 1, tzinfo=UTC))
    return tenant


def list_rules(run: Run, *arguments: str) -> dict[str, str]:
    document = run("findings", "--json", *arguments).json
    assert document["complete"] is True
    return {row["rule"]: row["user"] for row in document["findings"]}


@pytest.mark.usefixtures("people")
def test_scim_findings_name_rules_that_need_the_admin_api(run: Run) -> None:
    assert list_rules(run) == {
        "inactive-in-group": "bo@acme.com",
        "active-without-group": "cy@acme.com",
    }
    ended = run("findings")
    assert ended.status == 2
    assert ended.out.splitlines()[0].split() == [
        "rule",
        "severity",
        "user",
        "group",
        "detail",
        "action",
    ]
    assert "not checked: stale-login: SCIM does not show logins; add --api admin" in ended.err
    assert "not checked: missing-mandatory" in ended.err


@pytest.mark.usefixtures("people")
def test_admin_findings_know_logins(run: Run) -> None:
    rules = list_rules(run, "--api", "admin")
    assert rules["stale-login"] == "ana@acme.com"
    assert rules["never-logged-in"] == "cy@acme.com"
    assert "stale-login" not in list_rules(run, "--api", "admin", "--stale-after", "36500")
    assert list_rules(run, "--api", "admin", "--provider", "Entra") == {}


@pytest.mark.usefixtures("people")
def test_admin_api_is_read_without_a_scim_url(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRITIVE_SCIM_URL")
    assert "stale-login" in list_rules(run)
    assert run("findings", "--api", "scim").status == 1


@pytest.mark.usefixtures("people")
def test_ignored_findings_end_with_status_0(run: Run) -> None:
    options = ["--ignore", "inactive-in-group", "--ignore", "active-without-group:CY*"]
    ended = run("findings", *options)
    assert (ended.status, ended.out) == (0, "")


@pytest.mark.usefixtures("people")
def test_rules_of_the_provider_check_mandatory_attributes(run: Run) -> None:
    document = run("findings", "--json", "--rules", "Okta").json
    assert "missing-mandatory" not in {row["rule"] for row in document["not_checked"]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--ignore", "empty-groups"], "did you mean 'empty-group'"),
        (["--stale-after", "0"], "--stale-after must be a number of days, 1 or more, got '0'"),
        (["--stale-after", "9" * 5000], "--stale-after must be a number of days"),
        (["--api", "rest"], "invalid choice: 'rest'"),
    ],
)
def test_invalid_options_send_nothing(
    arguments: list[str], message: str, run: Run, tenant: Tenant, tmp_path: Path
) -> None:
    ended = run("findings", *arguments)
    assert ended.status == 1
    assert message in ended.err
    assert len(tenant.requests) == 0
    assert not any(tmp_path.iterdir())
