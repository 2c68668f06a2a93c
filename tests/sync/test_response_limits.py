# Generated from tests/aio/test_response_limits.py by tools/unasync.py; edit that file instead.
"""Answers that are too much: size, compression, codings, depth; for both clients, whatever is asked."""

import gzip
import tracemalloc
import zlib
from typing import Any

import httpx
import pytest

from britive_scim import AdminClient, ScimClient, RetryPolicy, errors
from britive_scim.wire.decoding.scim import decode_json, decode_text
from britive_scim.wire.operation import GET, POST, Operation
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_response

MIB = 1024 * 1024
LIMIT = 32 * MIB
APIS = ("scim", "admin")


def client_of(api: str, *steps: Any) -> ScimClient | AdminClient:
    script = Served(*steps)
    if api == "scim":
        return ScimClient(URL, TOKEN, transport=script, retry=RetryPolicy.none())
    return AdminClient("acme", TOKEN, transport=script, retry=RetryPolicy.none())


class Served(FakeScimServer):
    """Gives answers on as they are, not taken apart and packed anew."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        step = self.steps[0]
        assert isinstance(step, httpx.Response)
        return step


def packed(content: bytes, coding: str = "gzip", status: int = 200) -> httpx.Response:
    """Return an answer whose bytes go as they are, under the name of a coding."""
    headers = {"Content-Encoding": coding, "Content-Type": "application/json"}
    return httpx.Response(status, stream=httpx.ByteStream(content), headers=headers)


def plain(content: bytes, status: int = 200) -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(content))


TEXT = GET("/x", returns=decode_text)
JSON = GET("/x", returns=decode_json)


def refused(api: str, operation: Operation[Any], step: httpx.Response) -> str:
    with client_of(api, step) as client:
        with pytest.raises(errors.UnexpectedResponse) as caught:
            client.send(operation)
    assert caught.value.attempts == 1
    assert len(str(caught.value)) < 1200
    return str(caught.value)


@pytest.mark.parametrize("api", APIS)
def test_32_mib_are_taken_and_not_a_byte_more(api: str) -> None:
    with client_of(api, plain(b"x" * LIMIT)) as client:
        assert len(client.send(TEXT)) == LIMIT
    said = refused(api, TEXT, plain(b"x" * (LIMIT + 1)))
    assert f"larger than {LIMIT} bytes (Settings.max_response_bytes)" in said


@pytest.mark.parametrize("api", APIS)
def test_unpacked_the_limit_is_the_same(api: str) -> None:
    """Two thirds of it are random, so that they do not unpack to too many times their size."""
    packer = zlib.compressobj(1, wbits=31)
    noise = zlib.compress(b"", 0) + bytes(range(256)) * 4
    content = packer.compress((noise + b"\0" * 4096) * 6400) + packer.compress(b"x" * LIMIT)
    said = refused(api, TEXT, packed(content + packer.flush()))
    assert "decompresses to more than" in said or f"larger than {LIMIT} bytes" in said


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("status", [200, 500])
def test_a_bomb_costs_little_also_in_an_error(api: str, status: int) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(MIB)) for _ in range(64)) + packer.flush()
    kind = errors.UnexpectedResponse if status == 200 else errors.ServerError
    tracemalloc.start()
    with client_of(api, packed(bomb, status=status)) as client:
        with pytest.raises(kind) as caught:
            client.send(TEXT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 48 * MIB
    assert len(repr(caught.value.body or "")) < MIB
    if status == 200:
        assert "decompresses to more than" in str(caught.value)


@pytest.mark.parametrize("api", APIS)
def test_a_hundred_to_one_is_refused_beyond_the_first_mib_alone(api: str) -> None:
    """Well packed answers of ordinary size pass; twice as large, the same packing is too much."""
    small = b'{"a":1}' * (MIB // 8)
    assert len(small) / len(gzip.compress(small)) > 100
    with client_of(api, packed(gzip.compress(small))) as client:
        assert len(client.send(TEXT)) == len(small)
    said = refused(api, TEXT, packed(gzip.compress(small * 8)))
    assert "decompresses to more than" in said


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,gzip", "br", "deflate", "zstd", "gzip;x=1"])
def test_one_coding_is_taken_and_no_other(api: str, coding: str) -> None:
    twice = gzip.compress(gzip.compress(b"{}"))
    said = refused(api, JSON, packed(twice, coding))
    assert "Content-Encoding must be gzip, applied once" in said
    with client_of(api, packed(gzip.compress(b"{}"))) as client:
        assert client.send(JSON) == {}


@pytest.mark.parametrize("api", APIS)
def test_two_headers_of_codings_are_two_codings(api: str) -> None:
    twice = gzip.compress(gzip.compress(b"{}"))
    headers = [("Content-Encoding", "gzip"), ("Content-Encoding", "gzip")]
    step = httpx.Response(200, stream=httpx.ByteStream(twice), headers=headers)
    assert "gzip, applied once" in refused(api, JSON, step)


@pytest.mark.parametrize("api", APIS)
def test_no_other_coding_is_asked_for(api: str) -> None:
    with client_of(api, make_response(200, {})) as client:
        script = client._session.transport
        client.send(JSON)
    assert isinstance(script, FakeScimServer)
    assert [request.headers["accept-encoding"] for request in script.sent] == ["gzip"]


def nested(levels: int, opening: bytes, closing: bytes) -> bytes:
    return opening * (levels - 1) + (b"[]" if opening == b"[" else b"{}") + closing * (levels - 1)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["list", "object"]
)
def test_64_levels_are_read_and_not_one_more(
    api: str, opening: bytes, closing: bytes
) -> None:
    with client_of(api, plain(nested(64, opening, closing))) as client:
        client.send(JSON)
    for levels in (65, 1000, 100_000):
        said = refused(api, JSON, plain(nested(levels, opening, closing)))
        assert "nested deeper than 64 levels" in said


DEEP = nested(100_000, b"[", b"]")
ASKS: dict[str, list[Any]] = {
    "scim": [
        lambda c: c.users.get("1"),
        lambda c: c.users.list().first(),
        lambda c: c.users.delete("1"),
        lambda c: c.service_provider_config(),
        lambda c: c.send(POST("/x", returns=decode_json)),
    ],
    "admin": [
        lambda c: c.users.get("1"),
        lambda c: c.users.list().first(),
        lambda c: c.users.delete("1"),
        lambda c: c.audit_logs.query().first(),
        lambda c: c.send(POST("/x", returns=decode_json)),
    ],
}


@pytest.mark.proof
@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_depth_breaks_no_reader(api: str, status: int) -> None:
    """No reader recurses into it; an error of that depth is still the error of its status."""
    kind = {200: errors.UnexpectedResponse, 400: errors.BadRequest, 500: errors.ServerError}[status]
    for ask in ASKS[api]:
        for body in (DEEP, b'{"id": "1", "x": ' + DEEP + b"}", b'{"Resources": [' + DEEP + b"]}"):
            with client_of(api, plain(body, status)) as client:
                with pytest.raises(kind) as caught:
                    ask(client)
            if status == 200:
                assert "nested deeper than 64" in str(caught.value)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_is_no_number_of_json_is_refused(api: str, number: bytes) -> None:
    refused(api, JSON, plain(b'{"x": ' + number + b"}"))
