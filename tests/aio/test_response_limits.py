"""Limits of responses: size, compression ratio, content codings, depth; for both clients and all methods."""

import gzip
import tracemalloc
import zlib
from typing import Any

import httpx
import pytest

from britive_scim import AsyncAdminClient, AsyncScimClient, RetryPolicy, errors
from britive_scim.wire.decoding.scim import decode_json, decode_text
from britive_scim.wire.operation import GET, POST, Operation
from support.each_value import each_value
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_response
from support.large_bodies import build_gzip_bomb

MIB = 1024 * 1024
LIMIT = 32 * MIB
APIS = ("scim", "admin")


def client_of(api: str, *steps: Any) -> AsyncScimClient | AsyncAdminClient:
    script = RawScript(*steps)
    if api == "scim":
        return AsyncScimClient(URL, TOKEN, transport=script, retry=RetryPolicy.none())
    return AsyncAdminClient("acme", TOKEN, transport=script, retry=RetryPolicy.none())


class RawScript(FakeScimServer):
    """A transport that returns its response unchanged, with the encoded body."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        step = self.steps[0]
        assert isinstance(step, httpx.Response)
        return step


def make_encoded_response(
    content: bytes, coding: str = "gzip", status: int = 200
) -> httpx.Response:
    """Return a response with this encoded content and its Content-Encoding."""
    headers = {"Content-Encoding": coding, "Content-Type": "application/json"}
    return httpx.Response(status, stream=httpx.ByteStream(content), headers=headers)


def make_plain_response(content: bytes, status: int = 200) -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(content))


TEXT = GET("/x", returns=decode_text)
JSON = GET("/x", returns=decode_json)


async def send_rejected(api: str, operation: Operation[Any], step: httpx.Response) -> str:
    async with client_of(api, step) as client:
        with pytest.raises(errors.UnexpectedResponse) as caught:
            await client.send(operation)
    assert caught.value.attempts == 1
    assert len(str(caught.value)) < 1200
    return str(caught.value)


@each_value("api", APIS)
async def test_response_over_32_mib_raises(api: str) -> None:
    async with client_of(api, make_plain_response(b"x" * LIMIT)) as client:
        assert len(await client.send(TEXT)) == LIMIT
    message = await send_rejected(api, TEXT, make_plain_response(b"x" * (LIMIT + 1)))
    assert f"larger than {LIMIT} bytes (Settings.max_response_bytes)" in message


@pytest.mark.heavy
@each_value("api", APIS)
async def test_decompressed_response_over_limit_raises(api: str) -> None:
    """Two thirds compress badly, so that the size is exceeded before the compression ratio."""
    compressor = zlib.compressobj(1, wbits=31)
    noise = zlib.compress(b"", 0) + bytes(range(256)) * 4
    content = compressor.compress((noise + b"\0" * 4096) * 6400) + compressor.compress(b"x" * LIMIT)
    message = await send_rejected(api, TEXT, make_encoded_response(content + compressor.flush()))
    assert "decompresses to more than" in message or f"larger than {LIMIT} bytes" in message


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("status", [200, 500])
async def test_decompression_bomb_uses_little_memory(api: str, status: int) -> None:
    bomb = build_gzip_bomb(64)
    error_type = errors.UnexpectedResponse if status == 200 else errors.ServerError
    tracemalloc.start()
    async with client_of(api, make_encoded_response(bomb, status=status)) as client:
        with pytest.raises(error_type) as caught:
            await client.send(TEXT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 48 * MIB
    assert len(repr(caught.value.body or "")) < MIB
    if status == 200:
        assert "decompresses to more than" in str(caught.value)


@each_value("api", APIS)
async def test_compression_ratio_over_100_raises_beyond_first_mib(api: str) -> None:
    """Well compressed responses of ordinary size are read; larger ones of the same ratio are not."""
    small = b'{"a":1}' * (MIB // 8)
    assert len(small) / len(gzip.compress(small)) > 100
    async with client_of(api, make_encoded_response(gzip.compress(small))) as client:
        assert len(await client.send(TEXT)) == len(small)
    message = await send_rejected(api, TEXT, make_encoded_response(gzip.compress(small * 8)))
    assert "decompresses to more than" in message


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,gzip", "br", "deflate", "zstd", "gzip;x=1"])
async def test_content_encoding_other_than_gzip_raises(api: str, coding: str) -> None:
    doubly_compressed = gzip.compress(gzip.compress(b"{}"))
    message = await send_rejected(api, JSON, make_encoded_response(doubly_compressed, coding))
    assert "Content-Encoding must be gzip, applied once" in message
    async with client_of(api, make_encoded_response(gzip.compress(b"{}"))) as client:
        assert await client.send(JSON) == {}


@each_value("api", APIS)
async def test_content_encoding_header_repeated_raises(api: str) -> None:
    doubly_compressed = gzip.compress(gzip.compress(b"{}"))
    headers = [("Content-Encoding", "gzip"), ("Content-Encoding", "gzip")]
    step = httpx.Response(200, stream=httpx.ByteStream(doubly_compressed), headers=headers)
    assert "gzip, applied once" in await send_rejected(api, JSON, step)


@each_value("api", APIS)
async def test_accept_encoding_is_gzip_only(api: str) -> None:
    async with client_of(api, make_response(200, {})) as client:
        script = client._session.transport
        await client.send(JSON)
    assert isinstance(script, FakeScimServer)
    assert [request.headers["accept-encoding"] for request in script.sent] == ["gzip"]


def make_nested_json(levels: int, opening: bytes, closing: bytes) -> bytes:
    return opening * (levels - 1) + (b"[]" if opening == b"[" else b"{}") + closing * (levels - 1)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["list", "object"]
)
async def test_json_deeper_than_64_levels_raises(api: str, opening: bytes, closing: bytes) -> None:
    async with client_of(
        api, make_plain_response(make_nested_json(64, opening, closing))
    ) as client:
        await client.send(JSON)
    for levels in (65, 1000, 100_000):
        message = await send_rejected(
            api, JSON, make_plain_response(make_nested_json(levels, opening, closing))
        )
        assert "nested deeper than 64 levels" in message


DEEP = make_nested_json(100_000, b"[", b"]")
CALLS: dict[str, list[Any]] = {
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
async def test_deep_json_raises_in_every_method(api: str, status: int) -> None:
    """No decoder recurses into the body; an error response keeps the error of its status."""
    error_type = {200: errors.UnexpectedResponse, 400: errors.BadRequest, 500: errors.ServerError}[
        status
    ]
    for call in CALLS[api]:
        for body in (DEEP, b'{"id": "1", "x": ' + DEEP + b"}", b'{"Resources": [' + DEEP + b"]}"):
            async with client_of(api, make_plain_response(body, status)) as client:
                with pytest.raises(error_type) as caught:
                    await call(client)
            if status == 200:
                assert "nested deeper than 64" in str(caught.value)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
async def test_json_with_nan_or_infinity_raises(api: str, number: bytes) -> None:
    await send_rejected(api, JSON, make_plain_response(b'{"x": ' + number + b"}"))
