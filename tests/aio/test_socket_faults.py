"""Misbehaving servers on real sockets: the class of the error, its certainty, and the number of requests.

The responses are what servers, proxies and attackers send; `test_fault_matrix.py` covers the exceptions of a transport.
"""

import gzip
import json
import socket
import struct
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from britive_scim import AsyncScimClient, RetryPolicy, errors, scim
from support.each_value import each_value
from support.raw_server import build_response, run_raw_server

pytestmark = pytest.mark.proof

BODY = json.dumps({"schemas": [], "id": "1", "userName": "ana"}).encode()
RETRY = RetryPolicy(attempts=3, total=20, first_wait=0.001, throttle_wait=0.001, max_wait=0.002)
GZIP = {"Content-Encoding": "gzip"}
LARGE = b" " * (40 * 1024 * 1024)

Send = Callable[[socket.socket], Any]


def send(*parts: bytes, close: bool = True) -> Send:
    def behave(connection: socket.socket) -> bool:
        for part in parts:
            connection.sendall(part)
        return not close

    return behave


def reset(*parts: bytes) -> Send:
    def behave(connection: socket.socket) -> bool:
        for part in parts:
            connection.sendall(part)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    return behave


def send_without_end(connection: socket.socket) -> bool:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(10_000):
        connection.sendall(b" " * 65536)
    return False


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


OK = build_response(200, BODY)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

LOST: dict[str, Send] = {
    "reset before the headers": reset(),
    "closed without a response": send(),
    "half of the body": send(OK[:-20]),
    "half of the body, then reset": reset(OK[:-20]),
    "half of the headers": send(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "negative length": send(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + BODY),
    "two lengths": send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"),
    "chunk of no number": send(CHUNKED + b"ZZZ\r\nhello\r\n"),
    "chunks cut": send(CHUNKED + chunk(BODY)),
    "no HTTP": send(b"\x00\xff garbage\r\n\r\n"),
    "HTTP/0.9": send(b"<html>hi</html>"),
    "status 99": send(b"HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n"),
    "2 MB of headers": send(b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 2_000_000 + b"\r\n\r\n"),
}
"""The response is lost: the request may have been processed."""

COMPLETE: dict[str, Send] = {
    "100 and 103 first": send(
        b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK
    ),
    "length and chunks": send(
        CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n") + chunk(BODY) + b"0\r\n\r\n"
    ),
    "gzip of several members": send(
        build_response(200, gzip.compress(BODY[:20]) + gzip.compress(BODY[20:]), GZIP)
    ),
    "nothing unusual": send(OK, close=False),
}
"""The response is complete."""

UNREADABLE: dict[str, Send] = {
    "gzip bomb": send(build_response(200, gzip.compress(LARGE), GZIP)),
    "two encodings": send(build_response(200, BODY, {"Content-Encoding": "gzip, gzip"})),
    "unknown encoding": send(
        build_response(200, zlib.compress(BODY), {"Content-Encoding": "deflate"})
    ),
    "gzip and more": send(build_response(200, gzip.compress(BODY) + b"JUNK", GZIP)),
    "gzip cut": send(build_response(200, gzip.compress(BODY)[:-6], GZIP)),
    "body without end": send_without_end,
}
"""A success whose body cannot be read."""

REFUSED: dict[str, tuple[Send, type[errors.ApiError]]] = {
    "gzip bomb of an error": (
        send(build_response(400, gzip.compress(LARGE), GZIP)),
        errors.BadRequest,
    ),
    "redirect to another host": (
        send(build_response(301, b"", {"Location": "http://127.0.0.1:9/Users/1"})),
        errors.UnexpectedResponse,
    ),
    "redirect to itself": (
        send(build_response(302, b"", {"Location": "/Users/1"})),
        errors.UnexpectedResponse,
    ),
    "redirect to a script": (
        send(build_response(302, b"", {"Location": "javascript:alert(1)"})),
        errors.UnexpectedResponse,
    ),
    "redirect to no URL": (
        send(build_response(302, b"", {"Location": "http://[::1"})),
        errors.UnexpectedResponse,
    ),
    "redirect without address": (send(build_response(308)), errors.UnexpectedResponse),
    "401": (send(build_response(401)), errors.Unauthorized),
    "407": (send(build_response(407)), errors.BadRequest),
    "421": (send(build_response(421)), errors.BadRequest),
}
"""A refusal."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
IDEMPOTENT = ("GET", "PUT", "DELETE")


async def send_request(behave: Send, method: str) -> tuple[object, Counter[str]]:
    """Return the result or error of a call, and the number of requests by method."""
    with run_raw_server(lambda connection, *_: behave(connection)) as server:
        async with AsyncScimClient(server.url, "t" * 20, retry=RETRY, timeout=10) as client:
            users = client.users
            try:
                if method == "GET":
                    result: object = await users.get("1")
                elif method == "POST":
                    result = await users.create(scim.User(user_name="ana"))
                elif method == "PUT":
                    result = await users.replace(scim.User(id="1", user_name="ana"))
                elif method == "PATCH":
                    result = await users.patch("1", {"userName": "ana"})
                else:
                    result = await users.delete("1")
            except errors.BritiveScimError as error:
                result = error
        return result, Counter(request for request, *_ in server.seen)


@each_value("method", METHODS)
@each_value("name", list(LOST))
async def test_lost_response_raises_and_may_have_happened(name: str, method: str) -> None:
    error, requests = await send_request(LOST[name], method)
    assert isinstance(error, errors.ConnectionFailed)
    assert error.may_have_happened is (method != "GET")
    assert requests[method] == (3 if method in IDEMPOTENT else 1)


@each_value("method", METHODS)
@each_value("name", list(COMPLETE))
async def test_unusual_response_is_read(name: str, method: str) -> None:
    result, requests = await send_request(COMPLETE[name], method)
    assert result is None if method == "DELETE" else isinstance(result, scim.User)
    assert requests[method] == 1


@each_value("method", METHODS)
@each_value("name", list(UNREADABLE))
async def test_unreadable_success_raises(name: str, method: str) -> None:
    error, requests = await send_request(UNREADABLE[name], method)
    assert isinstance(error, errors.UnexpectedResponse)
    assert error.may_have_happened is (method != "GET")
    assert requests[method] == 1


@each_value("method", METHODS)
@each_value("name", list(REFUSED))
async def test_refusal_raises_without_retry(name: str, method: str) -> None:
    behave, error_class = REFUSED[name]
    error, requests = await send_request(behave, method)
    assert type(error) is error_class
    assert not error.may_have_happened
    assert requests == {method: 1}
