"""The pytest plugin: what is there for the tests of others."""

import subprocess
import sys

import pytest

from britive_scim import AdminClient, AsyncAdminClient, AsyncScimClient, ScimClient, Settings
from britive_scim.testing import Tenant

LOADED = (AdminClient, AsyncAdminClient, AsyncScimClient, ScimClient, Settings, Tenant)
"""A run within this process forgets every module it was the first to load, and classes would be two."""

pytest_plugins = ["pytester"]

LOOP = ("-p", "no:schemathesis", "-o", "asyncio_default_fixture_loop_scope=function")


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    code = (
        "import sys, britive_scim.pytest_plugin\n"
        "heavy = {'httpx', 'pydantic', 'tenacity', 'britive_scim.testing', 'britive_scim.scim'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def run(pytester: pytest.Pytester, text: str) -> pytest.RunResult:
    pytester.makepyfile(text)
    return pytester.runpytest_inprocess(*LOOP)


def test_a_mark_says_what_the_tenant_is_like(pytester: pytest.Pytester) -> None:
    done = run(
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
    done.assert_outcomes(passed=2)


MARKS_THAT_DO_NOT_FIT = [
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


def test_a_mark_that_does_not_fit_is_told(pytester: pytest.Pytester) -> None:
    tests = [
        f"@pytest.mark.{mark}\ndef test_{n}(britive_tenant): ..."
        for n, (mark, _) in enumerate(MARKS_THAT_DO_NOT_FIT)
    ]
    done = run(pytester, "\n\n".join(["import pytest", *tests]))
    done.assert_outcomes(errors=len(tests))
    for _, said in MARKS_THAT_DO_NOT_FIT:
        done.stdout.fnmatch_lines([f"*{said}*"])


def test_a_failed_test_shows_its_exchanges_without_tokens(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        def test_it(britive_tenant, scim_client):
            for _ in range(60):
                scim_client.users.find_by_user_name("ada@example.com")
            assert False
        """,
    )
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "*Exchanges with the Britive tenant*",
            "... 10 earlier ones",
            "GET /api/scim/v2/Users?*-> 200",
        ]
    )
    told = done.stdout.str()
    assert "Bearer" not in told
    assert told.count('    < {"schemas"') == 8, "the last ones with their bodies"


def test_refused_exchanges_are_shown_with_what_was_sent(pytester: pytest.Pytester) -> None:
    done = run(
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


        def test_nothing_was_asked(britive_tenant):
            assert False
        """,
    )
    done.assert_outcomes(errors=1, failed=2)
    done.stdout.fnmatch_lines_random(
        [
            "POST /api/scim/v2/Users -> 409",
            '    > {*"userName": "ada@example.com"*',
            '    < {*"scimType": "uniqueness"*',
            "POST /api/token -> 429 (a scripted fault)",
            '    > {*"mine"*',
            '*"token": "[*][*][*]"*',
            "GET /api/users?token=[*][*][*] -> 401",
        ]
    )
    told = done.stdout.str()
    assert "Hidden-1234" not in told.replace('password="Hidden-1234"', "")
    assert told.count("Exchanges with the Britive tenant") == 2


def test_the_fixtures_share_one_tenant(pytester: pytest.Pytester) -> None:
    done = run(
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
    done.assert_outcomes(passed=3)


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


def test_no_other_plugin_is_needed(pytester: pytest.Pytester) -> None:
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
    done = pytester.runpytest_subprocess("-W", "error", *NO_PLUGINS)
    done.assert_outcomes(passed=2)


@pytest.mark.proof
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_asynchronous_tests_run_under_either_mode(pytester: pytest.Pytester, mode: str) -> None:
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
    done = pytester.runpytest_subprocess("-W", "error", "-o", f"asyncio_mode={mode}", *LOOP)
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*Exchanges with the Britive tenant*", "*Users/nobody -> 404"])


def test_clients_of_tests_move_the_clock_and_never_wait(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        import time
        from datetime import UTC, datetime

        import pytest

        NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


        @pytest.mark.britive(clock=NOON, faults={"status": 429, "headers": {"Retry-After": "40"}})
        def test_it(britive_tenant, scim_client, admin_client):
            began = time.monotonic()
            assert scim_client.users.list().first() is None
            assert (britive_tenant.clock.now() - NOON).total_seconds() >= 40
            britive_tenant.faults.limit_rate(1, 20)
            for _ in range(3):
                admin_client.identity_providers.types()
            assert (britive_tenant.clock.now() - NOON).total_seconds() >= 80
            assert time.monotonic() - began < 20
        """,
    )
    done.assert_outcomes(passed=1)


def test_programs_that_make_their_own_clients_meet_the_served_tenant(
    pytester: pytest.Pytester,
) -> None:
    done = run(
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
            assert scim_client.users.list().count() == 3, "the other fixtures meet the same tenant"
            assert britive_tenant.base_url == britive_server.url


        def test_afterwards():
            assert not [name for name in os.environ if name.startswith("BRITIVE_")]
        """,
    )
    done.assert_outcomes(passed=2)
