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


def test_the_fixtures_share_one_tenant(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
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
        """
    )
    done = pytester.runpytest_inprocess("-o", "asyncio_default_fixture_loop_scope=function")
    done.assert_outcomes(passed=3)
