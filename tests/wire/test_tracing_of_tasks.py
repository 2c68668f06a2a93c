"""Log and span of a cancelled call."""

import asyncio
import logging

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from britive_scim import AsyncScimClient, Settings
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_response, make_user


class BlockedServer(FakeScimServer):
    """Server that responds after its event is set."""

    def __init__(self) -> None:
        super().__init__(make_response(200, make_user(1)))
        self.asked = asyncio.Event()
        self.let = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.set()
        await self.let.wait()
        return self.handle_request(request)


async def test_cancelled_call_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """The request continues in the background; the span ends before."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    held = BlockedServer()
    settings = Settings(tracer_provider=provider)
    async with AsyncScimClient(URL, TOKEN, transport=held, settings=settings) as client:
        with provider.get_tracer("caller").start_as_current_span("caller"):
            call = asyncio.create_task(client.users.get("1"))
            await held.asked.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            held.let.set()
            await client.users.get("1")
    assert len(held.sent) == 2  # close waited for both
    first, second, caller = exporter.get_finished_spans()
    assert (first.attributes or {})["error.type"] == "asyncio.exceptions.CancelledError"
    assert "http.response.status_code" not in (first.attributes or {})
    assert "error.type" not in (second.attributes or {})
    assert first.parent == second.parent == caller.get_span_context()
    assert [item for item in caplog.records if item.levelno >= logging.WARNING] == []
    provider.shutdown()
