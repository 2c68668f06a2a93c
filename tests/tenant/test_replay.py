"""Recordings answer again."""

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
    answer: Any = None,
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
        else {"status": status, "headers": {"etag": "1"}, "body": answer},
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
def written(tmp_path: Path) -> Any:
    def write(*exchanges: dict[str, Any]) -> Replay:
        file = tmp_path / "case.json"
        file.write_text(json.dumps(case(*exchanges)))
        return replay(file)

    return write


def test_equal_requests_are_answered_in_order(written: Any) -> None:
    found = written(exchange(answer={"json": 1}), exchange(answer={"text": "two"}), exchange())
    assert repr(found) == "<Replay of 3 exchanges, 3 left>"
    with httpx.Client(transport=found.transport(), base_url=found.base_url) as http:
        assert [http.get("/Users/1").text for _ in range(3)] == ["1", "two", ""]
        with pytest.raises(NotRecorded, match="is left for GET /Users/1; it was recorded 3 times"):
            http.get("/Users/1")
    assert found.remaining == ()


def test_a_request_that_was_asked_once_too_often_is_told(written: Any) -> None:
    found = written(exchange())
    assert found.respond("get", "/Users/1", {}).headers == {"etag": "1"}
    with pytest.raises(NotRecorded, match="recorded once"):
        found.respond("GET", "/Users/1", {})


def test_what_was_not_recorded_is_told_with_what_was(written: Any) -> None:
    found = written(
        exchange(query=[["filter", "a b"]]), *(exchange(path=f"/{n}") for n in range(22))
    )
    with pytest.raises(
        NotRecorded,
        match=r"for GET /Users/2\?a=b; recorded were GET /Users/1\?filter=a b, .*/18 and 3 more$",
    ):
        found.respond("GET", "/Users/2?a=b", {})
    assert found.respond("GET", "/api/scim/v2/Users/1?filter=a%20b", {}).status == 200
    with pytest.raises(NotRecorded, match="recorded were none"):
        written().respond("GET", "/Users/2", {})


def test_bodies_are_compared_as_they_were_recorded(written: Any) -> None:
    found = written(
        exchange("POST", "/Users", body={"json": {"a": 1, "b": 2}}),
        exchange("POST", "/Users", body={"text": "plain"}),
        exchange("POST", "/file", body={"omitted": 9}),
        exchange("POST", "/Groups"),
    )
    with pytest.raises(NotRecorded, match=r'with the body \{"a": 2\}; recorded was \{"a": 1'):
        found.respond("POST", "/Users", {}, b'{"a": 2}')
    assert found.respond("POST", "/Users", {}, b"plain").status == 200
    assert found.respond("POST", "/Users", {}, b'{"b": 2, "a": 1}').status == 200
    assert found.respond("POST", "/file", {}, b"\xff").status == 200
    with pytest.raises(NotRecorded, match=r"with the body x; recorded was nothing"):
        found.respond("POST", "/Groups", {}, b"x")
    assert found.respond("POST", "/Groups", {}).status == 200


def test_a_connection_that_failed_fails_again(written: Any) -> None:
    with pytest.raises(ConnectionCut) as cut:
        written(exchange(status=None)).respond("GET", "/Users/1", {})
    assert cut.value.cut == "timeout"
    with (
        httpx.Client(transport=written(exchange(status=None)).transport()) as http,
        pytest.raises(httpx.ReadTimeout),
    ):
        http.get("https://host-1.example.com/Users/1")


def test_another_host_is_not_answered(written: Any) -> None:
    with (
        httpx.Client(transport=written(exchange()).transport()) as http,
        pytest.raises(httpx.ConnectError, match=r"host-1\.example\.com"),
    ):
        http.get("https://acme.com/Users/1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "must be a recording in JSON"),
        ("[]", r"write it with client\.record"),
        ("{}", r"write it with client\.record"),
        (json.dumps(case(version=2)), "of version 1, got version 2"),
        (json.dumps(case({"request": {}})), "a complete recording .*was it edited"),
    ],
)
def test_what_is_no_recording_is_told(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=said):
        replay(file)


def test_times_may_differ_where_nothing_else_fits(written: Any) -> None:
    case = written(
        exchange(path="/api/logs", query=[["from", "2026-05-01T00:00:00Z"], ["size", "2"]]),
        exchange(path="/api/logs", query=[["from", "2026-05-02T00:00:00Z"], ["size", "2"]]),
        exchange("POST", body={"json": {"until": "2026-05-01T00:00:00Z", "name": "a"}}),
    )
    exact = case.respond("GET", "/api/logs?from=2026-05-02T00:00:00Z&size=2", {})
    assert exact.status == 200
    assert case.remaining[0].query[0] == ("from", "2026-05-01T00:00:00Z")
    assert case.respond("GET", "/api/logs?from=2031-01-01T10:20:30Z&size=2", {}).status == 200
    with pytest.raises(NotRecorded):
        case.respond("POST", "/Users/1", {}, b'{"name": "b", "until": "2031-01-01T10:20:30Z"}')
    body = b'{"name": "a", "until": "2031-01-01T10:20:30Z"}'
    assert case.respond("POST", "/Users/1", {}, body).status == 200
