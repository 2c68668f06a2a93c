"""No token is in what pytest prints of a failed test that uses the fixtures, with every option that prints more."""

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
def kept(britive_tenant):
    # what must not be seen is handed to the outer test through a file
    okta = britive_tenant.identity_providers["Okta"]
    secrets = [britive_tenant.api_token.get_secret_value(), okta.scim_token.get_secret_value()]
    Path("secrets.json").write_text(json.dumps(secrets))
    del secrets


def test_fails(kept, britive_tenant, scim_client, admin_client, async_scim_client, async_admin_client):
    okta = britive_tenant.identity_providers["Okta"]
    logging.getLogger().debug("%r %r %r", britive_tenant, scim_client, admin_client)
    print(britive_tenant, okta, scim_client, admin_client, async_scim_client, async_admin_client)
    made = admin_client.identity_providers.scim_token.create(okta.id, days=9)
    print(made, repr(made.token), britive_tenant.requests[-1])
    britive_tenant.faults.add(status=500)
    users = list(scim_client.users.list())
    assert users == [made, britive_tenant]


def test_errs(kept, scim_client):
    scim_client.users.get("nobody")
"""


@pytest.mark.parametrize("style", ["long", "native"])
def test_a_failed_test_prints_no_token(pytester: pytest.Pytester, style: str) -> None:
    pytester.makepyfile(FAILING)
    done = pytester.runpytest_subprocess(
        "-vv", "--showlocals", "-rA", f"--tb={style}", "--log-level=DEBUG", "-p", "no:schemathesis",
        "-o", "asyncio_default_fixture_loop_scope=function",
        f"--junit-xml={pytester.path / 'report.xml'}", "-o", "junit_logging=all",
    )  # fmt: skip
    done.assert_outcomes(failed=2)
    secrets = json.loads((pytester.path / "secrets.json").read_text())
    printed = done.stdout.str() + done.stderr.str() + (pytester.path / "report.xml").read_text()
    assert "test_fails" in printed
    assert "GET" in printed
    assert not [line for line in printed.splitlines() if any(one in line for one in secrets)]
