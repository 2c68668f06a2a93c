# Generated from tests/aio/test_head_deadline.py by tools/unasync.py; edit that file instead.
"""Deadline for the head of a response, however slowly it arrives."""

import socket
import time
from collections.abc import Iterator

import pytest

from britive_scim import ScimClient, RetryPolicy, Settings, errors, scim
from support.each_value import each_value
from support.raw_server import Behaviour, RawServer, build_response, run_raw_server

TIMEOUT = 0.2
PATIENCE = 1.2
"""Timeout of calls that succeed: it exceeds the pauses of the server by half a second, for a busy machine."""

BODY = b'{"schemas": [], "id": "1", "userName": "ana"}'


def send_slowly(*parts: bytes, pause: float = 0.0) -> Behaviour:
    """Return a behaviour that sends the parts, with a pause of some seconds before each."""

    def behave(connection: socket.socket, *_: str) -> None:
        for part in parts:
            time.sleep(pause)
            connection.sendall(part)

    return behave


def send_without_end(first: bytes, repeated: bytes) -> Behaviour:
    """Return a behaviour that goes on until the client closes the connection."""

    def behave(connection: socket.socket, *_: str) -> None:
        connection.sendall(first)
        while True:
            time.sleep(TIMEOUT / 8)
            connection.sendall(repeated)

    return behave


def make_client(url: str, timeout: float = TIMEOUT, **settings: object) -> ScimClient:
    return ScimClient(
        url,
        "t" * 20,
        timeout=timeout,
        retry=RetryPolicy.none(),
        settings=Settings(allow_http=True, **settings),  # type: ignore[arg-type]  # of any setting
    )


ENDLESS_HEADS = {
    "one byte at a time": (b"HTTP/1.1 200 OK\r\nX-A: ", b"y"),
    "one header at a time": (b"HTTP/1.1 200 OK\r\n", b"X-A: y\r\n"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "103 Early Hints": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
}
"""The beginning of a head, and what follows without end."""


@pytest.mark.heavy
@each_value("name", list(ENDLESS_HEADS))
def test_head_that_never_ends_raises_timed_out(name: str) -> None:
    with run_raw_server(send_without_end(*ENDLESS_HEADS[name])) as server:
        with make_client(server.url) as client:
            started = time.monotonic()
            with pytest.raises(errors.TimedOut, match="in time") as caught:
                client.users.create(scim.User(user_name="ana"))
            assert time.monotonic() - started > TIMEOUT * 0.9
            assert caught.value.sent is None


def test_head_in_time_is_followed_by_the_body_timeout() -> None:
    """The head and the body may each take the timeout."""
    response = build_response(200, BODY)
    parts = (b"HTTP/1.1 100 Continue\r\n\r\n", response[:-20], response[-20:])
    pause = PATIENCE * 0.4
    with run_raw_server(send_slowly(*parts, pause=pause)) as server:
        with make_client(server.url, PATIENCE) as client:
            started = time.monotonic()
            assert (client.users.get("1")).id == "1"
            assert time.monotonic() - started > PATIENCE


def test_deadline_starts_again_with_each_request() -> None:
    pause = PATIENCE * 0.55
    with run_raw_server(send_slowly(build_response(200, BODY), pause=pause)) as server:
        with make_client(server.url, PATIENCE) as client:
            for _ in range(2):
                assert (client.users.get("1")).id == "1"
        assert server.connections == 1


def test_endless_head_of_proxy_raises_timed_out(proxy: RawServer) -> None:
    with make_client("https://acme.invalid/scim", proxy=proxy.url) as client:
        with pytest.raises(errors.TimedOut):
            client.users.get("1")
    assert [method for method, *_ in proxy.seen] == ["CONNECT"]


@pytest.fixture
def proxy() -> Iterator[RawServer]:
    with run_raw_server(send_without_end(*ENDLESS_HEADS["100 Continue"])) as server:
        yield server
