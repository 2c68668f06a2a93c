"""Replay of recordings."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from britive_scim.testing import ConnectionCut, NotRecorded, Replay, replay


def exchange(
    method: str = "GET",
    path: str = "/Users/1",
    *,
    query: list[list[str]] | None = None,
    body: Any = None,
    status: int | None = 200,
    response: Any = None,
) -> dict[str, Any]:
    return {
        "request": {
            "method": method,
            "path": path,
            "query": query or [],
            "headers": {},
            "body": body,
        },
        "response": None
        if status is None
        else {"status": status, "headers": {"etag": "1"}, "body": response},
        "failure": {"cut": "timeout", "reason": "slow"} if status is None else None,
    }


def case(*exchanges: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "format": "britive-scim recording",
        "version": 1,
        "recorded_with": "0",
        "api": "scim",
        "base_url": "https://host-1.example.com/api/scim/v2",
        "ended_with": None,
        "exchanges": list(exchanges),
        **more,
    }


@pytest.fixture
def write_replay(tmp_path: Path) -> Any:
    def write(*exchanges: dict[str, Any]) -> Replay:
        file = tmp_path / "case.json"
        file.write_text(json.dumps(case(*exchanges)))
        return replay(file)

    return write


def test_replay_returns_equal_requests_in_order(write_replay: Any) -> None:
    recording = write_replay(
        exchange(response={"json": 1}), exchange(response={"text": "two"}), exchange()
    )
    assert repr(recording) == "<Replay of 3 exchanges, 3 left>"
    with httpx.Client(transport=recording.transport(), base_url=recording.base_url) as http:
        assert [http.get("/Users/1").text for _ in range(3)] == ["1", "two", ""]
        with pytest.raises(NotRecorded, match="is left for GET /Users/1; it was recorded 3 times"):
            http.get("/Users/1")
    assert recording.remaining == ()


def test_replay_request_sent_too_often_is_rejected(write_replay: Any) -> None:
    recording = write_replay(exchange())
    assert recording.respond("get", "/Users/1", {}).headers == {"etag": "1"}
    with pytest.raises(NotRecorded, match="recorded once"):
        recording.respond("GET", "/Users/1", {})


def test_replay_unrecorded_request_lists_recorded_ones(write_replay: Any) -> None:
    recording = write_replay(
        exchange(query=[["filter", "a b"]]), *(exchange(path=f"/{n}") for n in range(22))
    )
    with pytest.raises(
        NotRecorded,
        match=r"for GET /Users/2\?a=b; recorded were GET /Users/1\?filter=a b, .*/18 and 3 more$",
    ):
        recording.respond("GET", "/Users/2?a=b", {})
    assert recording.respond("GET", "/api/scim/v2/Users/1?filter=a%20b", {}).status == 200
    with pytest.raises(NotRecorded, match="recorded were none"):
        write_replay().respond("GET", "/Users/2", {})


def test_replay_compares_bodies_as_recorded(write_replay: Any) -> None:
    recording = write_replay(
        exchange("POST", "/Users", body={"json": {"a": 1, "b": 2}}),
        exchange("POST", "/Users", body={"text": "plain"}),
        exchange("POST", "/file", body={"omitted": 9}),
        exchange("POST", "/Groups"),
    )
    with pytest.raises(NotRecorded, match=r'with the body \{"a": 2\}; recorded was \{"a": 1'):
        recording.respond("POST", "/Users", {}, b'{"a": 2}')
    assert recording.respond("POST", "/Users", {}, b"plain").status == 200
    assert recording.respond("POST", "/Users", {}, b'{"b": 2, "a": 1}').status == 200
    assert recording.respond("POST", "/file", {}, b"\xff").status == 200
    with pytest.raises(NotRecorded, match=r"with the body x; recorded was nothing"):
        recording.respond("POST", "/Groups", {}, b"x")
    assert recording.respond("POST", "/Groups", {}).status == 200


def test_replay_repeats_connection_failure(write_replay: Any) -> None:
    with pytest.raises(ConnectionCut) as cut:
        write_replay(exchange(status=None)).respond("GET", "/Users/1", {})
    assert cut.value.cut == "timeout"
    with (
        httpx.Client(transport=write_replay(exchange(status=None)).transport()) as http,
        pytest.raises(httpx.ReadTimeout),
    ):
        http.get("https://host-1.example.com/Users/1")


def test_replay_other_host_is_unreachable(write_replay: Any) -> None:
    with (
        httpx.Client(transport=write_replay(exchange()).transport()) as http,
        pytest.raises(httpx.ConnectError, match=r"host-1\.example\.com"),
    ):
        http.get("https://acme.com/Users/1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "must be a recording in JSON"),
        ("[]", r"write it with client\.record"),
        ("{}", r"write it with client\.record"),
        (json.dumps(case(version=2)), "of version 1, got version 2"),
        (json.dumps(case({"request": {}})), "a complete recording .*was it edited"),
    ],
)
def test_replay_invalid_file_is_rejected(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        replay(file)


def test_replay_accepts_other_times_when_all_else_matches(write_replay: Any) -> None:
    recording = write_replay(
        exchange(path="/api/logs", query=[["from", "2026-05-01T00:00:00Z"], ["size", "2"]]),
        exchange(path="/api/logs", query=[["from", "2026-05-02T00:00:00Z"], ["size", "2"]]),
        exchange("POST", body={"json": {"until": "2026-05-01T00:00:00Z", "name": "a"}}),
    )
    exact = recording.respond("GET", "/api/logs?from=2026-05-02T00:00:00Z&size=2", {})
    assert exact.status == 200
    assert recording.remaining[0].query[0] == ("from", "2026-05-01T00:00:00Z")
    assert recording.respond("GET", "/api/logs?from=2031-01-01T10:20:30Z&size=2", {}).status == 200
    with pytest.raises(NotRecorded):
        recording.respond("POST", "/Users/1", {}, b'{"name": "b", "until": "2031-01-01T10:20:30Z"}')
    body = b'{"name": "a", "until": "2031-01-01T10:20:30Z"}'
    assert recording.respond("POST", "/Users/1", {}, body).status == 200
