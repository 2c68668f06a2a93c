"""What is told of a call that is cancelled: its end, and nothing after that."""

import asyncio
import logging

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from britive_scim import AsyncScimClient, Settings
from scim_sockets import sockets


def test_a_cancelled_call_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """Its request goes on to its end in the background; the span is ended by then."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    async def main(url: str) -> None:
        settings = Settings(tracer_provider=provider)
        async with AsyncScimClient(url, "t", settings=settings) as client:
            with provider.get_tracer("caller").start_as_current_span("caller"):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await client.users.get("1")
                await client.users.get("1")

    with sockets(delay=0.2) as server:
        asyncio.run(main(server.url))
        assert server.requests == 2
    first, second, caller = exporter.get_finished_spans()
    assert (first.attributes or {})["error.type"] == "asyncio.exceptions.CancelledError"
    assert "http.response.status_code" not in (first.attributes or {})
    assert "error.type" not in (second.attributes or {})
    assert first.parent == second.parent == caller.get_span_context()
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []
    provider.shutdown()
