"""Pytest plugin: its fixtures and its marker."""

import subprocess
import sys

import pytest

from britive_scim import AdminClient, AsyncAdminClient, AsyncScimClient, ScimClient, Settings
from britive_scim.testing import Tenant

LOADED = (AdminClient, AsyncAdminClient, AsyncScimClient, ScimClient, Settings, Tenant)
"""A run within this process forgets every module it loads first, and each class would exist twice."""

pytest_plugins = ["pytester"]

LOOP = ("-p", "no:schemathesis", "-o", "asyncio_default_fixture_loop_scope=function")


def test_plugin_import_loads_no_heavy_module() -> None:
    code = (
        "import sys, britive_scim.pytest_plugin\n"
        "heavy = {'httpx', 'pydantic', 'tenacity', 'britive_scim.testing', 'britive_scim.scim'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def run(pytester: pytest.Pytester, text: str) -> pytest.RunResult:
    pytester.makepyfile(text)
    return pytester.runpytest_inprocess(*LOOP)


def test_plugin_marker_configures_the_tenant(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest

        pytestmark = pytest.mark.britive(users=5, name="globex")


        @pytest.mark.britive(users=12, groups=2, seed=7, max_page_size=5, identity_provider="Entra")
        def test_marked(britive_tenant, scim_client):
            assert britive_tenant.name == "globex"
            assert len(britive_tenant.identity_providers["Entra"].users) == 12
            assert len(list(scim_client.users.list())) == 12
            assert len(britive_tenant.requests) >= 3


        def test_by_the_module(britive_tenant, admin_client):
            assert len(list(admin_client.users.list())) == 5
        """,
    )
    result.assert_outcomes(passed=2)


INVALID_MARKERS = [
    ("britive(5)", "must have keyword arguments only"),
    (
        "britive(nosuch=1)",
        "no argument 'nosuch'; its arguments are base_url, bearer_api_tokens*users, visible_after",
    ),
    ("britive(capabilities=1)", "no argument 'capabilities'"),
    ('britive(filters="odd")', "filters must be*got 'odd'"),
    ('britive(identity_provider="Ping")', "must be Okta or Entra, got 'Ping'"),
    ('britive(faults="lots")', "such as 503:0.1"),
    ('britive(faults=[{"status": 99}])', "from 100 to 599, got 99"),
    ('britive(faults=[{"nosuch": 99}])', "nosuch"),
    ('britive(users="many")', "britive"),
]


def test_plugin_marker_invalid_is_reported(pytester: pytest.Pytester) -> None:
    tests = [
        f"@pytest.mark.{marker}\ndef test_{n}(britive_tenant): ..."
        for n, (marker, _) in enumerate(INVALID_MARKERS)
    ]
    result = run(pytester, "\n\n".join(["import pytest", *tests]))
    result.assert_outcomes(errors=len(tests))
    for _, message in INVALID_MARKERS:
        result.stdout.fnmatch_lines([f"*{message}*"])


def test_failed_test_report_lists_exchanges_without_tokens(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def test_it(britive_tenant, scim_client):
            for _ in range(60):
                scim_client.users.find_by_user_name("ada@example.com")
            assert False
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*Exchanges with the Britive tenant*",
            "... 10 earlier ones",
            "GET /api/scim/v2/Users?*-> 200",
        ]
    )
    output = result.stdout.str()
    assert "Bearer" not in output
    assert output.count('    < {"schemas"') == 8, "the last exchanges include their bodies"


def test_failed_test_report_shows_bodies_of_error_responses(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest
        from britive_scim import scim

        PERSON = dict(email="ada@example.com", given_name="Ada", family_name="Byron")


        @pytest.fixture
        def people(scim_client):
            scim_client.users.create(scim.User.of(**PERSON, password="Hidden-1234"))
            scim_client.users.create(scim.User.of(**PERSON))


        def test_set_up(people):
            pass


        @pytest.mark.britive(faults="429 x2")
        def test_late(britive_tenant, admin_client):
            admin_client.api_tokens.create(name="mine")
            for _ in range(10):
                admin_client.identity_providers.types()
            tokens = [admin_client.api_tokens.create(name="other").token, britive_tenant.api_token]
            britive_tenant.respond("GET", f"/api/users?token={tokens[1].get_secret_value()}")
            print(len([one.get_secret_value() for one in tokens]), "tokens")
            assert False


        def test_no_request(britive_tenant):
            assert False
        """,
    )
    result.assert_outcomes(errors=1, failed=2)
    result.stdout.fnmatch_lines_random(
        [
            "POST /api/scim/v2/Users -> 409",
            '    > {*"userName":"ada@example.com"*',
            '    < {*"scimType": "uniqueness"*',
            "POST /api/token -> 429 (a scripted fault)",
            '    > {*"mine"*',
            '*"token":"[*][*][*]"*',
            "GET /api/users?token=[*][*][*] -> 401",
        ]
    )
    output = result.stdout.str()
    assert "Hidden-1234" not in output.replace('password="Hidden-1234"', "")
    assert output.count("Exchanges with the Britive tenant") == 2


def test_plugin_fixtures_share_one_tenant(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import asyncio

        from britive_scim import scim

        PERSON = dict(email="ada@example.com", given_name="Ada", family_name="Byron")


        def test_sync(britive_tenant, admin_client, scim_client):
            ada = scim_client.users.create(scim.User.of(**PERSON))
            assert [one.username for one in admin_client.users.list()] == ["ada@example.com"]
            assert len(britive_tenant.requests) == 2


        def test_async(britive_tenant, async_admin_client, async_scim_client):
            async def run():
                await async_scim_client.users.create(scim.User.of(**PERSON))
                return [one.username async for one in async_admin_client.users.list()]

            assert asyncio.run(run()) == ["ada@example.com"]


        def test_each_test_has_a_fresh_tenant(britive_tenant):
            assert britive_tenant.identity_providers["Okta"].users == []
        """,
    )
    result.assert_outcomes(passed=3)


NO_PLUGINS = (
    "-p",
    "no:schemathesis",
    "-p",
    "no:hypothesispytest",
    "-p",
    "no:asyncio",
    "-p",
    "no:anyio",
    "-p",
    "no:xdist",
    "-p",
    "no:randomly",
)


def test_plugin_works_without_other_plugins(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import asyncio

        import pytest


        @pytest.mark.britive(users=3)
        def test_async(async_scim_client, async_admin_client):
            async def run():
                async with async_scim_client, async_admin_client:
                    names = [one.user_name async for one in async_scim_client.users.list()]
                    return names, [one.username async for one in async_admin_client.users.list()]

            names, same = asyncio.run(run())
            assert len(names) == 3
            assert names == same


        def test_sync(scim_client):
            assert scim_client.check().ok
        """
    )
    result = pytester.runpytest_subprocess("-W", "error", *NO_PLUGINS)
    result.assert_outcomes(passed=2)


@pytest.mark.proof
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_plugin_async_fixtures_work_in_each_asyncio_mode(
    pytester: pytest.Pytester, mode: str
) -> None:
    pytester.makepyfile(
        """
        import pytest


        @pytest.mark.asyncio
        @pytest.mark.britive(faults="429 retry-after=30 x1")
        async def test_it(async_scim_client):
            async with async_scim_client:
                assert [one async for one in async_scim_client.users.list()] == []


        @pytest.mark.asyncio
        async def test_failing(async_scim_client):
            await async_scim_client.users.get("nobody")
        """
    )
    result = pytester.runpytest_subprocess("-W", "error", "-o", f"asyncio_mode={mode}", *LOOP)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*Exchanges with the Britive tenant*", "*Users/nobody -> 404"])


def test_plugin_clients_advance_clock_instead_of_waiting(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        from datetime import UTC, datetime

        import pytest

        NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


        @pytest.mark.britive(clock=NOON, faults={"status": 429, "headers": {"Retry-After": "50"}})
        def test_it(britive_tenant, scim_client, admin_client):
            assert scim_client.users.list().first() is None
            assert (britive_tenant.clock.now() - NOON).total_seconds() >= 50
            britive_tenant.faults.limit_rate(1, 50)
            for _ in range(60):
                admin_client.identity_providers.types()
            assert (britive_tenant.clock.now() - NOON).total_seconds() >= 3000  # without waiting
        """,
    )
    result.assert_outcomes(passed=1)


def test_britive_server_sets_environment_for_subprocess(
    pytester: pytest.Pytester,
) -> None:
    result = run(
        pytester,
        """
        import os
        import subprocess
        import sys

        import pytest

        SCRIPT = (
            "from britive_scim import AdminClient, ScimClient\\n"
            "with ScimClient.from_env() as okta, AdminClient.from_env() as britive:\\n"
            "    print(okta.users.list().count(), len(list(britive.users.list())))\\n"
        )


        @pytest.mark.britive(users=3, identity_provider="Entra")
        def test_it(britive_server, britive_tenant, scim_client):
            done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
            assert (done.stdout, done.stderr) == ("3 3\\n", "")
            assert scim_client.users.list().count() == 3, "the other fixtures use the same tenant"
            assert britive_tenant.base_url == britive_server.url


        def test_afterwards():
            assert not [name for name in os.environ if name.startswith("BRITIVE_")]
        """,
    )
    result.assert_outcomes(passed=2)
