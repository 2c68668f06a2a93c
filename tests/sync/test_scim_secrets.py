# Generated from tests/aio/test_scim_secrets.py by tools/unasync.py; edit that file instead.
"""The token goes to one place and is seen nowhere."""

import copy
import logging
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from britive_scim import ScimClient, RetryPolicy, Settings, errors, scim
from support.fake_scim_server import (
    TOKEN,
    URL,
    BrokenBody,
    FakeClock,
    FakeScimServer,
    Step,
    make_error,
    make_list,
    make_response,
    make_user,
)


def client_of(*steps: Step, **more: Any) -> ScimClient:
    more.setdefault("transport", FakeScimServer(*steps))
    return ScimClient(
        URL, more.pop("token", TOKEN), settings=Settings(clock=FakeClock()), **more
    )


def importable_token() -> str:
    return TOKEN


def frames_of(error: BaseException) -> list[FrameType]:
    """Return the frames of our own code that hang on an error and its causes."""
    frames: list[FrameType] = []
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        found = pending.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        pending += [found.__cause__, found.__context__]
        frames += [frame for frame, _ in traceback.walk_tb(found.__traceback__)]
    return [f for f in frames if "test_scim_secrets" not in f.f_code.co_filename]


FAULTS: dict[str, Callable[[], Step]] = {
    "refused": lambda: httpx.ConnectError(f"cannot reach with {TOKEN}"),
    "illegal header": lambda: httpx.LocalProtocolError(f"Illegal header value b'Bearer {TOKEN}'"),
    "reset": lambda: httpx.ReadError(TOKEN),
    "cut": lambda: httpx.Response(200, stream=BrokenBody(b"{", httpx.ReadError(TOKEN))),
    "echoed in an error": lambda: make_error(400, f"bad token {TOKEN}"),
    "echoed as text": lambda: make_response(401, f"token {TOKEN} is unknown".encode()),
    "echoed in a page": lambda: make_response(
        200, f"<html>Authorization: Bearer {TOKEN}</html>".encode()
    ),
    "echoed as other JSON": lambda: make_response(200, {"received": TOKEN}),
    "redirect": lambda: make_response(302, None, {"Location": f"https://x.example/?t={TOKEN}"}),
}


@pytest.mark.parametrize(
    "token", [TOKEN, SecretStr(TOKEN), lambda: TOKEN], ids=["text", "secret", "function"]
)
@pytest.mark.parametrize("fault", FAULTS)
def test_no_error_shows_the_token_anywhere(fault: str, token: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    with client_of(FAULTS[fault](), token=token, retry=RetryPolicy(attempts=2)) as client:
        with pytest.raises(errors.BritiveScimError) as caught:
            client.users.get("1")
        shown = [repr(client), repr(client.users), repr(client._session)]
    error = caught.value
    shown += [
        str(error),
        repr(error),
        repr(error.to_dict()),
        repr(error.__dict__),
        repr(error.args),
    ]
    shown += [repr(pickle.dumps(error)), repr(copy.copy(error)), caplog.text]
    shown += [repr(frame.f_locals) for frame in frames_of(error)]
    assert not [text for text in shown if TOKEN in text]


def test_errors_hold_no_object_of_the_http_library() -> None:
    with client_of(httpx.ReadError("reset"), retry=RetryPolicy.none()) as client:
        with pytest.raises(errors.ConnectionFailed) as caught:
            client.users.get("1")
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    for frame in frames_of(error):
        assert not [v for v in frame.f_locals.values() if type(v).__module__.startswith("httpx")]


def test_the_traceback_of_an_answer_is_short() -> None:
    with client_of(make_error(404)) as client:
        with pytest.raises(errors.NotFound) as caught:
            client.users.get("1")
    assert len(frames_of(caught.value)) <= 6


@pytest.mark.parametrize(
    "bad", [f"{TOKEN}\n", f"{TOKEN}\r\nX-Evil: 1", f"{TOKEN} {TOKEN}", f"{TOKEN}é"], ids=ascii
)
def test_a_token_that_cannot_be_sent_is_refused_when_the_client_is_made(bad: str) -> None:
    for token in (bad, SecretStr(bad)):
        with pytest.raises(errors.ConfigurationError) as caught:
            ScimClient(URL, token)
        assert TOKEN not in str(caught.value)
        assert not [f for f in frames_of(caught.value) if TOKEN in repr(f.f_locals)]
    with pytest.raises(errors.ConfigurationError) as caught:
        ScimClient.from_env({"BRITIVE_SCIM_URL": URL, "BRITIVE_SCIM_TOKEN": f"{TOKEN}\x00"})
    assert TOKEN not in str(caught.value)


def test_a_bad_token_from_a_function_is_refused_without_showing_it() -> None:
    with client_of(make_response(200, make_user(1)), token=lambda: f"{TOKEN}\n") as client:
        with pytest.raises(errors.ConfigurationError) as caught:
            client.users.get("1")
    assert TOKEN not in str(caught.value)
    assert not [f for f in frames_of(caught.value) if TOKEN in repr(f.f_locals)]


def test_the_token_is_sent_as_bearer_and_asked_for_each_time() -> None:
    tokens = iter(["one", "two", "three"])
    script = FakeScimServer(make_error(429), make_response(200, make_user(1)))
    with client_of(token=lambda: next(tokens), transport=script) as client:
        client.users.get("1")
        client.users.get("1")
    assert [r.headers["authorization"] for r in script.sent] == [
        "Bearer one",
        "Bearer two",
        "Bearer three",
    ]


def test_no_redirect_is_followed() -> None:
    for status in (301, 302, 303, 307, 308):
        script = FakeScimServer(
            make_response(status, None, {"Location": "https://evil.example/collect"})
        )
        with client_of(transport=script) as client:
            with pytest.raises(errors.UnexpectedResponse, match=r"https://evil\.example"):
                client.users.create(scim.User(user_name="a"))
        assert len(script.sent) == 1


def test_no_address_from_an_answer_is_requested() -> None:
    """Locations, `$ref`, next links and cursors are data: every request goes to the base URL."""
    evil = "https://evil.example/x"
    body = make_user(1, meta={"location": evil}, groups=[{"value": "g", "$ref": evil}], next=evil)
    pages = make_list(body, total=2)
    script = FakeScimServer(
        lambda r: make_response(201, body, {"Location": evil, "Link": f"<{evil}>; rel=next"})
    )
    with client_of(transport=script) as client:
        made = client.users.create(scim.User(user_name="u1@example.com"))
        client.users.get(made)
        client.users.replace(made)
        client.users.delete(made)
        script.steps[:] = [pages, make_list(make_user(2))]
        assert len([one for one in client.users.list(page_size=1)]) == 2
    assert {request.url.host for request in script.sent} == {"acme.britive-app.com"}
    assert all(request.url.path.startswith("/api/scim/v2/") for request in script.sent)


HOSTILE = [
    "",
    "..",
    ".",
    "a/b",
    "a\\b",
    "a?b",
    "a#b",
    "%2e%2e",
    "a\nb",
    "https://evil.example",
    "x" * 300,
]


@pytest.mark.parametrize("bad", HOSTILE, ids=ascii)
def test_no_call_sends_a_hostile_id(bad: str) -> None:
    script = FakeScimServer(make_response(200, make_user(1)))
    calls: list[Callable[[ScimClient], Any]] = [
        lambda c: c.users.get(bad),
        lambda c: c.users.patch(bad, {"title": "x"}),
        lambda c: c.users.delete(bad),
        lambda c: c.users.replace(scim.User(id=bad, user_name="a")),
        lambda c: c.users.deactivate(bad),
        lambda c: c.users.reactivate(bad),
        lambda c: c.groups.get(bad),
        lambda c: c.groups.rename(bad, "x"),
        lambda c: c.groups.add_members(bad, ["1"]),
        lambda c: c.groups.add_members("g", [bad]),
        lambda c: c.groups.remove_members("g", ["1", bad]),
        lambda c: c.groups.set_members("g", [bad]),
        lambda c: c.groups.delete(bad),
    ]
    with client_of(transport=script) as client:
        for call in calls:
            with pytest.raises(errors.InputError):
                call(client)
    assert script.sent == []


def test_netrc_does_not_replace_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine acme.britive-app.com login x password poisoned\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text(netrc.read_text())
    script = FakeScimServer(make_response(200, make_user(1)))
    own = httpx.Client(transport=script)
    with own, client_of(transport=None, http_client=own) as client:
        client.users.get("1")
    with client_of(transport=script) as client:
        client.users.get("1")
    assert {r.headers["authorization"] for r in script.sent} == {f"Bearer {TOKEN}"}


def test_logs_hold_no_query_no_body_and_no_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    script = FakeScimServer(
        make_error(503),
        make_list(make_user(1, userName="ana@acme.com")),
        make_response(201, make_user(1)),
    )
    with client_of(transport=script) as client:
        client.users.find_by_user_name("ana@acme.com")
        client.users.create(scim.User(user_name="ana@acme.com", password="hunter2"))
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("britive_scim"))
    assert "GET /Users failed (503); attempt 2/5" in ours
    assert "POST /Users -> 201" in ours
    for secret in ("ana@acme.com", "hunter2", TOKEN, "filter"):
        assert secret not in caplog.text


# ------------------------------------------------------------------------------------- pickling


def test_a_client_that_holds_its_token_refuses_to_be_pickled() -> None:
    client = client_of(make_response(200))
    for give_away in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="function that returns the token"):
            give_away(client)


def test_a_client_with_an_importable_token_function_survives_pickling() -> None:
    client = ScimClient(URL, print, timeout=7, read_only=True)  # any function will do
    twin = pickle.loads(pickle.dumps(client))
    assert twin.base_url == URL
    assert twin._session.timeout == 7
    assert twin._session.read_only
    assert copy.copy(client).base_url == URL


def test_an_answer_is_read_as_it_came_whatever_the_token_of_a_test() -> None:
    script = FakeScimServer(make_error(404, "there is no total"))
    with ScimClient(URL, "t", transport=script) as client:
        with pytest.raises(errors.NotFound) as caught:
            client.users.get("1")
    assert caught.value.detail == "there is no total"


def test_hiding_the_token_makes_no_failure_a_success() -> None:
    """The answer shows a user who is on; without the token in it, it shows nothing."""
    script = FakeScimServer(make_response(200, make_user(1, active="true")))
    with ScimClient(URL, "active", transport=script) as client:
        with pytest.raises(errors.UnexpectedResponse, match="contains the token"):
            client.users.deactivate("1")
