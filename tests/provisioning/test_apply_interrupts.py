"""Ctrl-C during `apply` of the sync client: the first one drains, the second one leaves, both can be continued."""

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from britive_scim import ScimClient, Settings
from britive_scim.provisioning import ApplyInterrupted
from britive_scim.testing import Capabilities, Tenant
from support.plans import create, make_plan


def interrupt() -> None:
    """Send Ctrl-C to this process, whose main thread runs the test."""
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture(autouse=True)
def default_handler() -> Any:
    """Let SIGINT raise KeyboardInterrupt, also under a test runner that handles it."""
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, previous)


def test_first_interrupt_finishes_requests_in_flight(tmp_path: Path) -> None:
    tenant = Tenant(capabilities=Capabilities(bulk=False))
    path = tmp_path / "run.jsonl"
    plan = make_plan(tenant, [create(f"u{n}") for n in range(40)])

    def interrupt_at_five(done: int, total: int, text: str) -> None:
        assert total == 40, text
        if done == 5:
            interrupt()

    with tenant.scim_client("Okta") as okta:
        with pytest.raises(KeyboardInterrupt) as caught:
            okta.apply(plan, rate=20, concurrency=4, journal=path, progress=interrupt_at_five)
        assert isinstance(caught.value, ApplyInterrupted)
        report = caught.value.report
        count = okta.users.list().count()
        assert 5 <= count < 40
        assert report.numbers["created"] == count
        assert len(report.remaining.changes) == 40 - count
        assert report.stopped is not None
        assert "interrupted" in report.stopped.reason
        assert not report.failures
        report = okta.apply(plan, rate=None, journal=path)
        assert report.ok, report
        assert report.numbers["created"] == 40 - count
        assert okta.users.list().count() == 40


def test_interrupt_before_first_change_has_report() -> None:
    """The provider is unknown, so a user of the plan is read first."""
    tenant = Tenant()
    plan = make_plan(tenant, [create("a")], target={"known_ids": ("u1",)})
    provider = tenant.identity_providers["Okta"]
    settings = Settings(hooks=(lambda _: interrupt(),), clock=tenant.clock)
    with (
        ScimClient(
            provider.scim_url, provider.scim_token, transport=tenant.transport(), settings=settings
        ) as okta,
        pytest.raises(ApplyInterrupted) as caught,
    ):
        okta.apply(plan, rate=None)
    report = caught.value.report
    assert report.remaining.changes == plan.changes
    assert report.stopped is not None
    assert "interrupted" in report.stopped.reason
    assert [request.method for request in tenant.requests] == ["GET"]


def test_second_interrupt_leaves_at_once(tmp_path: Path) -> None:
    tenant = Tenant()
    path = tmp_path / "run.jsonl"
    plan = make_plan(tenant, [create(f"u{n}") for n in range(9)])
    release, started = threading.Event(), threading.Event()

    def block(_: object) -> None:
        if not started.is_set():
            started.set()
            interrupt()
            second.start()
            release.wait(20)

    second = threading.Timer(0.3, interrupt)
    provider = tenant.identity_providers["Okta"]
    settings = Settings(hooks=(block,), clock=tenant.clock)
    with ScimClient(
        provider.scim_url, provider.scim_token, transport=tenant.transport(), settings=settings
    ) as okta:
        with pytest.raises(ApplyInterrupted) as caught:
            okta.apply(plan, rate=None, concurrency=1, journal=path)
        assert not release.is_set()
        assert caught.value.report.numbers["created"] == 0
        release.set()
        report = okta.apply(plan, rate=None, journal=path)
        assert report.ok, report
        assert report.numbers["unchanged"] == 1
        assert okta.users.list().count() == 9
