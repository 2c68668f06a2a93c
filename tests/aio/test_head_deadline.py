"""Deadline for the head of a response, however slowly it arrives."""

import socket
import time
from collections.abc import Iterator

import pytest

from britive_scim import AsyncScimClient, RetryPolicy, Settings, errors, scim
from support.each_value import each_value
from support.raw_server import Behaviour, RawServer, build_response, run_raw_server

TIMEOUT = 0.15
BODY = b'{"schemas": [], "id": "1", "userName": "ana"}'


def send_slowly(*parts: bytes) -> Behaviour:
    """Return a behaviour that sends the parts with pauses shorter than the timeout."""

    def behave(connection: socket.socket, *_: str) -> None:
        for part in parts:
            time.sleep(TIMEOUT / 4)
            connection.sendall(part)

    return behave


def make_client(url: str, **settings: object) -> AsyncScimClient:
    return AsyncScimClient(
        url,
        "t" * 20,
        timeout=TIMEOUT,
        retry=RetryPolicy.none(),
        settings=Settings(allow_http=True, **settings),  # type: ignore[arg-type]  # of any setting
    )


SLOW_HEADS = {
    "one byte at a time": [bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\n" * 3],
    "one header at a time": [
        b"HTTP/1.1 200 OK\r\n",
        *(b"X-%d: y\r\n" % number for number in range(30)),
    ],
    "100 Continue without end": [b"HTTP/1.1 100 Continue\r\n\r\n"] * 30,
    "103 Early Hints without end": [b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"] * 30,
}


@each_value("name", list(SLOW_HEADS))
async def test_head_that_never_ends_raises_timed_out(name: str) -> None:
    with run_raw_server(send_slowly(*SLOW_HEADS[name])) as server:
        async with make_client(server.url) as client:
            started = time.monotonic()
            with pytest.raises(errors.TimedOut, match="in time") as caught:
                await client.users.create(scim.User(user_name="ana"))
            assert TIMEOUT * 0.9 < time.monotonic() - started < TIMEOUT * 5
            assert caught.value.sent is None


async def test_head_in_time_is_followed_by_the_body_timeout() -> None:
    """The head and the body may each take the timeout."""
    response = build_response(200, BODY)
    parts = [b"HTTP/1.1 100 Continue\r\n\r\n", response[:10], response[10:-20]]
    with run_raw_server(send_slowly(*parts, response[-20:-10], response[-10:])) as server:
        async with make_client(server.url) as client:
            assert (await client.users.get("1")).id == "1"


async def test_deadline_starts_again_with_each_request() -> None:
    with run_raw_server(send_slowly(b"", b"", build_response(200, BODY))) as server:
        async with make_client(server.url) as client:
            for _ in range(3):
                assert (await client.users.get("1")).id == "1"
        assert server.connections == 1


async def test_endless_head_of_proxy_raises_timed_out(proxy: RawServer) -> None:
    async with make_client("https://acme.invalid/scim", proxy=proxy.url) as client:
        with pytest.raises(errors.TimedOut):
            await client.users.get("1")
    assert [method for method, *_ in proxy.seen] == ["CONNECT"]


@pytest.fixture
def proxy() -> Iterator[RawServer]:
    with run_raw_server(send_slowly(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 30)) as server:
        yield server
