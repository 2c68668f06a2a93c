# Generated from tests/aio/test_pause_log.py by tools/unasync.py; edit that file instead.
"""Log of calls that wait for a pause of their client."""

import logging

import pytest

from britive_scim import ScimClient, RetryPolicy, Settings, errors
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_response,
    make_user,
)


def log_call_after_429(caplog: pytest.LogCaptureFixture, retry_after: str) -> list[str]:
    """Return the INFO lines of a call that follows one whose 429 was not retried."""
    refusal = make_error(429, headers={"Retry-After": retry_after})
    script = FakeScimServer(refusal, make_response(200, make_user(1)))
    settings = Settings(clock=FakeClock())
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as okta:
        with pytest.raises(errors.RateLimited):
            okta.users.get("1", retry=RetryPolicy(total=0.5))
        caplog.clear()
        with caplog.at_level(logging.INFO, logger="britive_scim"):
            okta.users.get("2")
    return [record.getMessage() for record in caplog.records if record.name == "britive_scim"]


def test_wait_for_pause_of_client_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    (line,) = log_call_after_429(caplog, "30")
    assert line.startswith("GET /Users/2 waits 3")
    assert line.endswith(" s: the server requested a pause of this client")


def test_wait_for_short_pause_is_not_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.uniform", lambda *_: 0.0)
    assert log_call_after_429(caplog, "0.9") == []


def test_pause_of_own_retry_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    refusal = make_error(429, headers={"Retry-After": "30"})
    script = FakeScimServer(refusal, make_response(200, make_user(1)))
    settings = Settings(clock=FakeClock())
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as okta:
        with caplog.at_level(logging.INFO, logger="britive_scim"):
            okta.users.get("1")
    lines = [record.getMessage() for record in caplog.records if record.name == "britive_scim"]
    assert len(lines) == 1
    assert "attempt 2/5" in lines[0]
