"""Masking of rotating tokens: each response masks the token of its own request."""

import itertools
import json
import logging
from pathlib import Path

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, Settings, errors, scim
from support.fake_scim_server import ERROR, URL, FakeClock, make_list, make_response, make_user

CANARY = "CANARYrotating"
CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"


class OverlappingServer(httpx.AsyncBaseTransport):
    """A server that sends back the credential of each request, after it has received another request.

    Args:
        escape: converts the credential to its form in the response.
        status: status of the response to a request for user 1; any other request succeeds.
    """

    def __init__(self, escape: str = "{}", status: int = 401) -> None:
        self.escape = escape
        self.status = status
        self.client: AsyncScimClient | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/2"):
            return make_response(200, make_user(2))
        assert self.client is not None
        await self.client.users.get("2")  # takes the next token
        credential = request.headers["authorization"].removeprefix("Bearer ")
        shown = "".join(self.escape.format(c, code=ord(c)) for c in credential)
        body = f'{{"schemas":["{ERROR}"],"detail":"unknown token {shown}","title":{json.dumps(shown)}}}'
        return httpx.Response(self.status, content=body.encode(), headers={"X-Request-Id": shown})


def client_of(server: OverlappingServer) -> AsyncScimClient:
    numbers = itertools.count(1)
    settings = Settings(clock=FakeClock(), log_bodies=True)
    server.client = AsyncScimClient(
        URL,
        lambda: f"{CANARY}-token-{next(numbers):08d}",
        transport=server,
        settings=settings,
        retry=RetryPolicy.none(),
    )
    return server.client


@pytest.mark.parametrize("escape", ["{}", "\\u{code:04x}", "&#{code};", "%{code:02X}"])
@pytest.mark.parametrize("status", [200, 401, 404, 500])
async def test_rotating_token_is_masked_by_its_request(
    status: int, escape: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG, "britive_scim")
    async with client_of(OverlappingServer(escape, status)) as client:
        with client.record(tmp_path / "case.json"):
            for _ in range(3):
                with pytest.raises(errors.ApiError) as caught:
                    await client.users.get("1")
        error = caught.value
        shown = [str(error), repr(error.to_dict()), repr(vars(error)), repr(client.last_response)]
        assert client.last_response is not None
        shown += [repr(client.last_response.headers), caplog.text]
        shown.append((tmp_path / "case.json").read_text("utf-8"))
    assert "***" in str(error)
    encoded = "".join(escape.format(c, code=ord(c)) for c in CANARY)
    for form in (CANARY, encoded, json.dumps(encoded)[1:-1], repr(encoded)[1:-1]):
        assert not [text for text in shown if form in text]


async def test_rotating_token_in_prefetched_page_is_masked() -> None:
    """Prefetched pages are decoded after later requests used other tokens."""
    numbers = itertools.count(1)

    def respond(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params["startIndex"])
        if start < 5:
            return make_list(make_user(start), make_user(start + 1), total=40)
        credential = request.headers["authorization"]
        return make_response(200, f"<p>{credential}</p>".encode())

    transport = httpx.MockTransport(respond)
    async with AsyncScimClient(
        URL, lambda: f"{CANARY}-token-{next(numbers):08d}", transport=transport
    ) as client:
        with pytest.raises(errors.UnexpectedResponse) as caught:
            _ = [user async for user in client.users.list(page_size=2, concurrency=4)]
    assert "***" in str(caught.value)
    assert CANARY not in f"{caught.value}{vars(caught.value)}"


async def test_retried_call_masks_the_tokens_of_all_attempts() -> None:
    numbers = itertools.count(1)
    received: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        received.append(request.headers["authorization"])
        status = 503 if len(received) < 3 else 400
        return make_response(status, {"schemas": [ERROR], "detail": " ".join(received)})

    async with AsyncScimClient(
        URL,
        lambda: f"{CANARY}-token-{next(numbers):08d}",
        transport=httpx.MockTransport(respond),
        settings=Settings(clock=FakeClock()),
    ) as client:
        with pytest.raises(errors.BadRequest) as caught:
            await client.users.get("1")
    assert caught.value.detail == "Bearer *** Bearer *** Bearer ***"


async def test_token_in_results_of_a_bulk_request_is_masked() -> None:
    """Results with an error, without a status, with a body that is not a resource, and a missing body."""
    numbers = itertools.count(1)
    features = {name: {"supported": True} for name in ("patch", "filter", "sort", "etag")}

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/ServiceProviderConfig"):
            bulk = {"supported": True, "maxOperations": 10, "maxPayloadSize": 100_000}
            return make_response(200, {"schemas": [CONFIG], "bulk": bulk, **features})
        credential = request.headers["authorization"]
        error = {"schemas": [ERROR], "status": "400", "detail": f"bad {credential}"}
        results = [
            {"method": "POST", "bulkId": "a", "status": "400", "response": error},
            {"method": "POST", "bulkId": "b", "response": error},
            {"method": "POST", "bulkId": "c", "status": "201", "response": {"detail": credential}},
        ]
        return make_response(200, {"schemas": [BULK], "Operations": results, "x": credential})

    async with AsyncScimClient(
        URL,
        lambda: f"{CANARY}-token-{next(numbers):08d}",
        transport=httpx.MockTransport(respond),
        retry=RetryPolicy.none(),
    ) as client:
        report = await client.bulk(
            [client.users.creation(scim.User(user_name=name), bulk_id=name) for name in "abcd"]
        )
    shown = f"{report!r}{report}" + "".join(
        f"{outcome.error}{vars(outcome.error)}" for outcome in report if outcome.error is not None
    )
    assert [outcome.ok for outcome in report] == [False] * 4
    assert "bad Bearer ***" in shown
    assert CANARY not in shown
