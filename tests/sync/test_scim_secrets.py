# Generated from tests/aio/test_scim_secrets.py by tools/unasync.py; edit that file instead.
"""Secrets of the SCIM client: the token is sent to the base URL only and never shown."""

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
from britive_scim.wire.operation import GET
from britive_scim.wire.response import Response
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


def return_token() -> str:
    return TOKEN


def frames_of(error: BaseException) -> list[FrameType]:
    """Return the frames of an error and its causes, except those of this file."""
    frames: list[FrameType] = []
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        pending_error = pending.pop()
        if pending_error is None or id(pending_error) in seen:
            continue
        seen.add(id(pending_error))
        pending += [pending_error.__cause__, pending_error.__context__]
        frames += [frame for frame, _ in traceback.walk_tb(pending_error.__traceback__)]
    return [f for f in frames if "test_scim_secrets" not in f.f_code.co_filename]


FAULTS: dict[str, Callable[[], Step]] = {
    "refused": lambda: httpx.ConnectError(f"cannot reach with {TOKEN}"),
    "illegal header": lambda: httpx.LocalProtocolError(f"Illegal header value b'Bearer {TOKEN}'"),
    "reset": lambda: httpx.ReadError(TOKEN),
    "cut": lambda: httpx.Response(200, stream=BrokenBody(b"{", httpx.ReadError(TOKEN))),
    "echoed in an error": lambda: make_error(400, f"bad token {TOKEN}"),
    "echoed as plain text": lambda: make_response(401, f"token {TOKEN} is unknown".encode()),
    "echoed in an HTML page": lambda: make_response(
        200, f"<html>Authorization: Bearer {TOKEN}</html>".encode()
    ),
    "echoed as other JSON": lambda: make_response(200, {"received": TOKEN}),
    "redirect": lambda: make_response(302, None, {"Location": f"https://x.example/?t={TOKEN}"}),
}


@pytest.mark.parametrize(
    "token", [TOKEN, SecretStr(TOKEN), lambda: TOKEN], ids=["string", "secret", "function"]
)
@pytest.mark.parametrize("fault", FAULTS)
def test_transport_and_echo_errors_never_show_token(
    fault: str, token: Any, caplog: Any
) -> None:
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


def test_error_contains_no_httpx_objects() -> None:
    with client_of(httpx.ReadError("reset"), retry=RetryPolicy.none()) as client:
        with pytest.raises(errors.ConnectionFailed) as caught:
            client.users.get("1")
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    for frame in frames_of(error):
        assert not [v for v in frame.f_locals.values() if type(v).__module__.startswith("httpx")]


def test_error_response_has_short_traceback() -> None:
    with client_of(make_error(404)) as client:
        with pytest.raises(errors.NotFound) as caught:
            client.users.get("1")
    assert len(frames_of(caught.value)) <= 6


@pytest.mark.parametrize(
    "bad", [f"{TOKEN}\n", f"{TOKEN}\r\nX-Evil: 1", f"{TOKEN} {TOKEN}", f"{TOKEN}é"], ids=ascii
)
def test_client_with_invalid_token_raises_hiding_it(bad: str) -> None:
    for token in (bad, SecretStr(bad)):
        with pytest.raises(errors.ConfigurationError) as caught:
            ScimClient(URL, token)
        assert TOKEN not in str(caught.value)
        assert not [f for f in frames_of(caught.value) if TOKEN in repr(f.f_locals)]
    with pytest.raises(errors.ConfigurationError) as caught:
        ScimClient.from_env({"BRITIVE_SCIM_URL": URL, "BRITIVE_SCIM_TOKEN": f"{TOKEN}\x00"})
    assert TOKEN not in str(caught.value)


def test_token_function_with_invalid_token_raises_hiding_it() -> None:
    with client_of(make_response(200, make_user(1)), token=lambda: f"{TOKEN}\n") as client:
        with pytest.raises(errors.ConfigurationError) as caught:
            client.users.get("1")
    assert TOKEN not in str(caught.value)
    assert not [f for f in frames_of(caught.value) if TOKEN in repr(f.f_locals)]


def test_token_function_is_called_for_every_request() -> None:
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


def test_redirect_raises_without_being_followed() -> None:
    for status in (301, 302, 303, 307, 308):
        script = FakeScimServer(
            make_response(status, None, {"Location": "https://evil.example/collect"})
        )
        with client_of(transport=script) as client:
            with pytest.raises(errors.UnexpectedResponse, match=r"https://evil\.example"):
                client.users.create(scim.User(user_name="a"))
        assert len(script.sent) == 1


def test_urls_in_responses_are_never_requested() -> None:
    """Locations, `$ref`, next links and cursors are data: every request is sent to the base URL."""
    evil = "https://evil.example/x"
    body = make_user(1, meta={"location": evil}, groups=[{"value": "g", "$ref": evil}], next=evil)
    pages = make_list(body, total=2)
    script = FakeScimServer(
        lambda r: make_response(201, body, {"Location": evil, "Link": f"<{evil}>; rel=next"})
    )
    with client_of(transport=script) as client:
        created = client.users.create(scim.User(user_name="u1@example.com"))
        client.users.get(created)
        client.users.replace(created)
        client.users.delete(created)
        script.steps[:] = [pages, make_list(make_user(2))]
        assert len([item for item in client.users.list(page_size=1)]) == 2
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
def test_hostile_id_raises_before_sending(bad: str) -> None:
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


def test_netrc_does_not_replace_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine acme.britive-app.com login x password poisoned\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text(netrc.read_text())
    script = FakeScimServer(make_response(200, make_user(1)))
    http_client = httpx.Client(transport=script)
    with http_client, client_of(transport=None, http_client=http_client) as client:
        client.users.get("1")
    with client_of(transport=script) as client:
        client.users.get("1")
    assert {r.headers["authorization"] for r in script.sent} == {f"Bearer {TOKEN}"}


def test_logs_contain_no_query_body_or_token(caplog: pytest.LogCaptureFixture) -> None:
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


def test_client_with_token_string_cannot_be_pickled() -> None:
    client = client_of(make_response(200))
    for copy_function in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="function that returns the token"):
            copy_function(client)


def test_client_with_token_function_can_be_pickled() -> None:
    client = ScimClient(URL, print, timeout=7, read_only=True)  # any function will do
    copied = pickle.loads(pickle.dumps(client))
    assert copied.base_url == URL
    assert copied._session.timeout == 7
    assert copied._session.read_only
    assert copy.copy(client).base_url == URL


def test_response_with_short_token_is_read_unchanged() -> None:
    script = FakeScimServer(make_error(404, "there is no total"))
    with ScimClient(URL, "t", transport=script) as client:
        with pytest.raises(errors.NotFound) as caught:
            client.users.get("1")
    assert caught.value.detail == "there is no total"


def test_error_about_response_with_short_token_hides_it() -> None:
    """The token is the name of the attribute that the error is about."""
    script = FakeScimServer(make_response(200, make_user(1, active="true")))
    with ScimClient(URL, "active", transport=script) as client:
        with pytest.raises(
            errors.UnexpectedResponse, match=r"expected \*\*\* to be False"
        ) as caught:
            client.users.deactivate("1")
    assert "active" not in str(caught.value)


def test_decoder_error_with_token_is_replaced() -> None:
    def reject(response: Response) -> None:
        raise errors.UnexpectedResponse(
            f"got {response.text()}", status=200, method="GET", path="/x", body=response.text()
        )

    script = FakeScimServer(make_response(200, {"echo": TOKEN}))
    with client_of(transport=script) as client:
        with pytest.raises(errors.UnexpectedResponse, match="contains the token") as caught:
            client.send(GET("/x", returns=reject))
    assert TOKEN not in f"{caught.value}{vars(caught.value)}"
