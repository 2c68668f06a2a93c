"""Leak test: pytest's report of a failed test contains no token, with every option that prints more."""

import json

import pytest

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.proof

FAILING = """
import json
import logging
from pathlib import Path

import pytest


@pytest.fixture
def secrets_file(britive_tenant):
    # the outer test reads the secrets from a file
    okta = britive_tenant.identity_providers["Okta"]
    secrets = [britive_tenant.api_token.get_secret_value(), okta.scim_token.get_secret_value()]
    Path("secrets.json").write_text(json.dumps(secrets))
    del secrets


def test_fails(secrets_file, britive_tenant, scim_client, admin_client, async_scim_client, async_admin_client):
    okta = britive_tenant.identity_providers["Okta"]
    logging.getLogger().debug("%r %r %r", britive_tenant, scim_client, admin_client)
    print(britive_tenant, okta, scim_client, admin_client, async_scim_client, async_admin_client)
    token = admin_client.identity_providers.scim_token.create(okta.id, days=9)
    print(token, repr(token.token), britive_tenant.requests[-1])
    britive_tenant.faults.add(status=500)
    users = list(scim_client.users.list())
    assert users == [token, britive_tenant]


def test_errs(secrets_file, scim_client):
    scim_client.users.get("nobody")
"""


@pytest.mark.parametrize("style", ["long", "native"])
def test_report_of_failed_test_contains_no_token(pytester: pytest.Pytester, style: str) -> None:
    pytester.makepyfile(FAILING)
    result = pytester.runpytest_subprocess(
        "-vv", "--showlocals", "-rA", f"--tb={style}", "--log-level=DEBUG", "-p", "no:schemathesis",
        "-o", "asyncio_default_fixture_loop_scope=function",
        f"--junit-xml={pytester.path / 'report.xml'}", "-o", "junit_logging=all",
    )  # fmt: skip
    result.assert_outcomes(failed=2)
    secrets = json.loads((pytester.path / "secrets.json").read_text())
    output = result.stdout.str() + result.stderr.str() + (pytester.path / "report.xml").read_text()
    assert "test_fails" in output
    assert "GET" in output
    assert not [line for line in output.splitlines() if any(one in line for one in secrets)]
