"""Cancellation of the task that applies a plan; the sync client has Ctrl-C instead."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from britive_scim import AsyncScimClient, Settings
from britive_scim.testing import Capabilities, Tenant
from support.plans import create, make_plan


def run(main: Any) -> None:
    asyncio.run(main)


def test_cancelled_run_finishes_requests_in_flight(tmp_path: Path) -> None:
    tenant = Tenant(capabilities=Capabilities(bulk=False))
    path = tmp_path / "run.jsonl"
    plan = make_plan(tenant, [create(f"u{n}") for n in range(40)])

    async def main() -> None:
        async with tenant.async_scim_client("Okta") as okta:

            def cancel_at_five(done: int, total: int, text: str) -> None:
                assert total == 40, text
                if done == 5:
                    task.cancel()

            task = asyncio.ensure_future(
                okta.apply(plan, rate=20, concurrency=4, journal=path, progress=cancel_at_five)
            )
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            report = caught.value.report  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]  # set by the run
            count = await okta.users.list().count()
            assert 5 <= count < 40
            assert report.numbers["created"] == count
            report = await okta.apply(plan, rate=None, journal=path)
            assert report.ok, report
            assert await okta.users.list().count() == 40

    run(main())


def test_second_cancellation_leaves_at_once(tmp_path: Path) -> None:
    tenant = Tenant()
    path = tmp_path / "run.jsonl"
    plan = make_plan(tenant, [create(f"u{n}") for n in range(9)])
    provider = tenant.identity_providers["Okta"]

    async def main() -> None:
        started, release = asyncio.Event(), asyncio.Event()

        async def wait_for_release() -> str:
            if not started.is_set():
                started.set()
                await release.wait()
            return provider.scim_token.get_secret_value()

        settings = Settings(clock=tenant.clock)
        async with AsyncScimClient(
            provider.scim_url,
            wait_for_release,
            transport=tenant.async_transport(),
            settings=settings,
        ) as okta:
            task = asyncio.ensure_future(okta.apply(plan, rate=None, concurrency=2, journal=path))
            await started.wait()
            task.cancel()
            for _ in range(50):
                await asyncio.sleep(0)
            assert not task.done()
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            assert not release.is_set()
            assert caught.value.report.remaining  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]  # set by the run
            release.set()
            report = await okta.apply(plan, rate=None, journal=path)
            assert report.ok, report
            assert await okta.users.list().count() == 9

    run(main())


def test_exception_of_progress_ends_the_run(tmp_path: Path) -> None:
    tenant = Tenant()
    plan = make_plan(tenant, [create(f"u{n}") for n in range(9)])

    def fail(done: int, total: int, text: str) -> None:
        raise ZeroDivisionError(f"{done} {total} {text}")

    async def main() -> None:
        async with tenant.async_scim_client("Okta") as okta:
            with pytest.raises(ZeroDivisionError):
                await okta.apply(plan, rate=None, concurrency=2, progress=fail)
            assert await okta.users.list().count() < 9

    run(main())
    with tenant.scim_client("Okta") as okta:
        with pytest.raises(ZeroDivisionError):
            okta.apply(plan, rate=None, concurrency=2, progress=fail)
        report = okta.apply(plan, rate=None, journal=tmp_path / "run.jsonl")
    assert report.ok, report
