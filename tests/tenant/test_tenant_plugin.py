"""The pytest plugin: what is there for the tests of others."""

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]


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
    return pytester.runpytest_inprocess("-o", "asyncio_default_fixture_loop_scope=function")


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


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("britive(5)", "takes keyword arguments alone"),
        ("britive(nosuch=1)", "nosuch"),
        ('britive(filters="odd")', "filters is 'odd'"),
    ],
)
def test_a_mark_that_does_not_fit_is_told(pytester: pytest.Pytester, mark: str, said: str) -> None:
    done = run(
        pytester,
        f"""
        import pytest

        @pytest.mark.{mark}
        def test_it(britive_tenant):
            pass
        """,
    )
    done.assert_outcomes(errors=1)
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
    assert "Bearer" not in done.stdout.str()


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
