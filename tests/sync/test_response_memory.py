# Generated from tests/aio/test_response_memory.py by tools/unasync.py; edit that file instead.
"""Memory of large responses: at most three times their size, even if they cannot be decoded."""

import contextlib
import tracemalloc
from typing import Any

import httpx
import pytest

from britive_scim import AdminClient, ScimClient, RetryPolicy, errors
from britive_scim.wire.decoding.scim import decode_text
from britive_scim.wire.operation import GET
from support.fake_scim_server import TOKEN, URL
from support.large_bodies import LARGE_BODIES, USER_HEAD, RepeatedBody

OVERHEAD = 256 * 1024
"""Bytes that every call allocates, independent of the size of its response."""


def measure_peak(client: ScimClient | AdminClient) -> int:
    """Return the peak of the memory allocated by a call, its response included."""
    tracemalloc.start()
    try:
        with contextlib.suppress(errors.ApiError):
            client.users.get("1")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def make_transport(name: str) -> httpx.MockTransport:
    status, body = LARGE_BODIES[name]
    return httpx.MockTransport(lambda _: httpx.Response(status, stream=body))


@pytest.mark.proof
@pytest.mark.parametrize("name", LARGE_BODIES)
def test_large_response_takes_three_times_its_size(name: str) -> None:
    once, size = RetryPolicy.none(), LARGE_BODIES[name][1].size
    clients: tuple[Any, ...] = (
        ScimClient(URL, TOKEN, transport=make_transport(name), retry=once),
        AdminClient("acme", TOKEN, transport=make_transport(name), retry=once),
    )
    if (
        name == "lone surrogates"
    ):  # the parser alone takes 1.5 times the size for replacement characters
        clients = clients[:1]
    for client in clients:
        with client:
            measure_peak(client)  # imports what the call needs
            assert measure_peak(client) <= 3 * size + OVERHEAD


def test_response_of_31_mib_takes_three_times_its_size() -> None:
    """As plain text, and as a user with a long name."""
    size = 31 * 1024 * 1024
    body = RepeatedBody(USER_HEAD, b"a", b'"}', size)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=body))
    with ScimClient(URL, TOKEN, transport=transport) as client:
        assert size < measure_peak(client) <= 3 * size
        tracemalloc.start()
        text = client.send(GET("/x", returns=decode_text))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert len(text) > size - 65_536
    assert peak <= 3 * size
