"""Sync calls interrupted by signals, as by Ctrl-C: the client still works."""

import signal
import subprocess
import sys
from pathlib import Path

import h11
import httpx
import pytest

from britive_scim import RetryPolicy, ScimClient, errors
from britive_scim.wire.retry.interruption import find_interruption
from support.fake_scim_server import TOKEN, URL, FakeScimServer

PROGRAM = Path(__file__).parent.parent / "support" / "interrupted_calls.py"

needs_alarm = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="no interval timers on this system"
)


def run_interrupted_calls(exception: str, connections: int, interrupts: int) -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), exception, str(connections), str(interrupts)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout == "alive\n", done.stderr


@needs_alarm
def test_interrupted_client_goes_on_working() -> None:
    run_interrupted_calls("KeyboardInterrupt", 1, 60)


@needs_alarm
@pytest.mark.proof
@pytest.mark.parametrize("connections", [1, 64])
@pytest.mark.parametrize("exception", ["KeyboardInterrupt", "Stop", "LookupError"])
def test_client_interrupted_often_goes_on_working(exception: str, connections: int) -> None:
    run_interrupted_calls(exception, connections, 1000)


def raise_in_place_of_interrupt(_: httpx.Request) -> httpx.Response:
    """Fail as h11 does when a connection is closed in the middle of an event."""
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt:
        raise h11.LocalProtocolError("not in a reusable state") from None


def test_replaced_interrupt_is_raised() -> None:
    client = ScimClient(URL, TOKEN, transport=FakeScimServer(raise_in_place_of_interrupt))
    with client, pytest.raises(KeyboardInterrupt):
        client.users.get("1")


def test_error_during_handling_of_interrupt_stays_an_error() -> None:
    """The interrupt was raised before the call, in whose `except` block a program cleans up."""
    failing = FakeScimServer(httpx.ConnectError("refused"))
    client = ScimClient(URL, TOKEN, transport=failing, retry=RetryPolicy.none())
    with client:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            with pytest.raises(errors.ConnectionFailed):
                client.users.get("1")


def test_cause_of_class_exception_is_not_an_interruption() -> None:
    error = ValueError("bad")
    error.__cause__ = OSError("cause")
    error.__context__ = error.__cause__
    error.__cause__.__context__ = error
    assert find_interruption(error, None) is None
