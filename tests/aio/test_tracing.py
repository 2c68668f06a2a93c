"""OpenTelemetry spans of calls: their attributes, and the data that they must not contain."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from britive_scim import AsyncAdminClient, AsyncScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.wire.decoding.scim import decode_json
from britive_scim.wire.operation import GET, Operation
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    Step,
    make_error,
    make_list,
    make_response,
    make_user,
)

COMMON = {"server.address": "acme.britive-app.com", "server.port": 443, "britive.api": "scim"}


class Traces:
    """A tracer provider, and the spans that it ended."""

    def __init__(self, **options: Any) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider(**options)
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.clock = FakeClock()

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        return self.exporter.get_finished_spans()

    @property
    def single_span(self) -> ReadableSpan:
        (span,) = self.spans
        return span

    def client(self, *steps: Step, **more: Any) -> AsyncScimClient:
        more.setdefault("transport", FakeScimServer(*steps))
        settings = Settings(clock=self.clock, tracer_provider=self.provider)
        return AsyncScimClient(URL, TOKEN, settings=settings, **more)


@pytest.fixture
def traces() -> Iterator[Traces]:
    traces = Traces()
    yield traces
    traces.provider.shutdown()


def attributes_of(span: ReadableSpan) -> Mapping[str, Any]:
    return dict(span.attributes or {})


async def test_call_ends_one_client_span(traces: Traces) -> None:
    async with traces.client(make_response(200, make_user(1), {"X-Request-Id": "r1"})) as client:
        await client.users.get("1")
    span = traces.single_span
    assert span.name == "GET /Users/{id}"
    assert span.kind is trace.SpanKind.CLIENT
    assert span.status.status_code is trace.StatusCode.UNSET
    assert span.events == ()
    assert attributes_of(span) == COMMON | {
        "http.request.method": "GET",
        "url.template": "/Users/{id}",
        "http.response.status_code": 200,
        "britive.request_id": "r1",
    }
    scope = span.instrumentation_scope
    assert scope is not None
    assert scope.name == "britive_scim"


async def test_retried_attempts_are_events_of_one_span(traces: Traces) -> None:
    steps = (
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
        make_error(503),
        make_response(200, make_user()),
    )
    async with traces.client(*steps) as client:
        await client.users.get("1")
    span = traces.single_span
    assert span.status.status_code is trace.StatusCode.UNSET
    assert attributes_of(span)["http.request.resend_count"] == 3
    assert attributes_of(span)["http.response.status_code"] == 200
    assert attributes_of(span)["britive.retry.wait"] == pytest.approx(traces.clock.waited)
    assert "error.type" not in attributes_of(span)
    assert {event.name for event in span.events} == {"britive.retry"}
    events = [dict(event.attributes or {}) for event in span.events]
    waits = [event.pop("britive.retry.wait") for event in events]
    assert waits == pytest.approx(traces.clock.slept)
    assert events == [
        {
            "http.request.resend_count": 0,
            "error.type": "britive_scim.errors.ConnectionFailed",
            "britive.retry.failure_kind": "broken",
        },
        {
            "http.request.resend_count": 1,
            "error.type": "britive_scim.errors.TimedOut",
            "britive.retry.failure_kind": "broken",
        },
        {
            "http.request.resend_count": 2,
            "error.type": "503",
            "http.response.status_code": 503,
            "britive.retry.failure_kind": "unavailable",
        },
    ]


FAILURES: dict[str, tuple[Step, type[errors.BritiveScimError], str, int | None]] = {
    "not found": (make_error(404), errors.NotFound, "404", 404),
    "server error": (make_error(500), errors.ServerError, "500", 500),
    "redirect": (
        make_response(302, None, {"Location": "https://else.example"}),
        errors.UnexpectedResponse,
        "302",
        302,
    ),
    "HTML page": (
        make_response(200, b"<html>"),
        errors.UnexpectedResponse,
        "britive_scim.errors.UnexpectedResponse",
        200,
    ),
    "unreachable": (
        httpx.ConnectError("x"),
        errors.ConnectionFailed,
        "britive_scim.errors.ConnectionFailed",
        None,
    ),
    "timeout": (httpx.ReadTimeout("x"), errors.TimedOut, "britive_scim.errors.TimedOut", None),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_failed_call_span_has_error_type_only(failure: str, traces: Traces) -> None:
    step, error, error_type, status = FAILURES[failure]
    async with traces.client(step, retry=RetryPolicy.none()) as client:
        with pytest.raises(error):
            await client.users.get("1")
    span = traces.single_span
    assert span.status.status_code is trace.StatusCode.ERROR
    assert span.status.description is None
    assert span.events == ()
    assert attributes_of(span)["error.type"] == error_type
    assert attributes_of(span).get("http.response.status_code") == status


async def test_foreign_exception_span_has_its_class_as_error_type(traces: Traces) -> None:
    async with traces.client(RuntimeError("a bug")) as client:
        with pytest.raises(RuntimeError):
            await client.users.get("1")
    assert attributes_of(traces.single_span)["error.type"] == "RuntimeError"


async def test_delete_not_found_after_lost_response_span_has_no_error(
    traces: Traces,
) -> None:
    async with traces.client(httpx.ReadError("reset"), make_error(404)) as client:
        await client.users.delete("1")
    assert attributes_of(traces.single_span)["http.response.status_code"] == 404
    assert "error.type" not in attributes_of(traces.single_span)
    assert traces.single_span.status.status_code is trace.StatusCode.UNSET


async def test_create_recovered_by_search_has_two_spans(traces: Traces) -> None:
    steps = (httpx.ReadError("reset"), make_list(make_user(9, userName="u1@example.com")))
    async with traces.client(*steps) as client:
        await client.users.create(scim.User(user_name="u1@example.com"))
    assert [(span.name, "error.type" in attributes_of(span)) for span in traces.spans] == [
        ("POST /Users", True),
        ("GET /Users", False),
    ]


async def test_spans_contain_no_personal_data_and_no_token(traces: Traces) -> None:
    """Ids, names, filters, bodies, headers and error messages of the server are personal."""
    ana = scim.User(user_name="ana@acme.com", external_id="person-77", password="hunter2-secret-9")
    found = make_user(1, id="id-of-ana-47", userName="ana@acme.com")
    script = FakeScimServer(
        httpx.ReadError(f"lost ana@acme.com {TOKEN}"),
        make_error(503, f"ana@acme.com {TOKEN}"),
        make_list(found),
        make_error(409, "ana@acme.com is there"),
        make_response(302, None, {"Location": "https://x.example/ana@acme.com"}),
        make_response(200, b"<html>ana@acme.com</html>"),
        make_error(404, "id-of-ana-47"),
    )
    async with traces.client(transport=script) as client:
        await client.users.find_by_user_name("ana@acme.com")
        with pytest.raises(errors.Conflict):
            await client.users.create(ana)
        for _ in range(3):
            with pytest.raises(errors.ApiError):
                await client.users.patch("id-of-ana-47", {"title": "Boss of ana@acme.com"})
        with pytest.raises(errors.NotFound):
            await client.send(
                GET("/Users?filter=userName eq ana@acme.com", returns=decode_json), timeout=5
            )
    assert len(traces.spans) == 6
    exported = "".join(span.to_json() for span in traces.spans)
    for secret in ("ana", "id-of", "person-77", "hunter2", "Boss", "filter", "api/scim", TOKEN):
        assert secret not in exported


async def test_unknown_method_span_follows_semantic_conventions(
    traces: Traces,
) -> None:
    async with traces.client(make_response(200, {})) as client:
        await client.send(Operation("BREW", "/Pot", "/Pot", decode_json))
    assert traces.single_span.name == "HTTP /Pot"
    assert attributes_of(traces.single_span)["http.request.method"] == "_OTHER"
    assert attributes_of(traces.single_span)["http.request.method_original"] == "BREW"


async def test_admin_client_call_has_span(traces: Traces) -> None:
    settings = Settings(tracer_provider=traces.provider)
    script = FakeScimServer(make_response(200, []))
    async with AsyncAdminClient(
        "http://127.0.0.1:8080", TOKEN, transport=script, settings=settings
    ) as admin:
        await admin.send(GET("/api/things/{}", "7", returns=lambda read: read.status))
    assert attributes_of(traces.single_span)["server.address"] == "127.0.0.1"
    assert attributes_of(traces.single_span)["server.port"] == 8080
    assert attributes_of(traces.single_span)["britive.api"] == "admin"
    assert traces.single_span.name == "GET /api/things/{id}"


# ----------------------------------------------------------------------------- parents of spans


class Instrumented(FakeScimServer):
    """A transport with its own span for each request, like an instrumented httpx."""

    def __init__(self, provider: TracerProvider, *steps: Step) -> None:
        super().__init__(*steps)
        self.tracer = provider.get_tracer("transport")

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self.tracer.start_as_current_span("attempt"):
            return super().handle_request(request)


async def test_call_span_is_between_caller_and_attempt_spans(traces: Traces) -> None:
    script = Instrumented(traces.provider, make_error(429), make_response(200, make_user(1)))
    async with traces.client(transport=script) as client:
        with traces.provider.get_tracer("caller").start_as_current_span("caller") as caller:
            await client.users.get("1")
            assert trace.get_current_span() is caller
    first, second, call, _ = traces.spans
    assert [first.name, second.name, call.name] == ["attempt", "attempt", "GET /Users/{id}"]
    assert call.parent == caller.get_span_context()
    assert first.parent == second.parent == call.get_span_context()


async def test_prefetched_pages_are_children_of_caller_span(traces: Traces) -> None:
    def page(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params["startIndex"])
        return make_list(*(make_user(n) for n in range(start, start + 2)), total=8)

    async with traces.client(page) as client:
        with traces.provider.get_tracer("caller").start_as_current_span("caller") as caller:
            users = [item async for item in client.users.list(page_size=2, concurrency=3)]
    assert len(users) == 8
    calls = [span for span in traces.spans if span.name == "GET /Users"]
    assert len(calls) >= 4
    assert all(span.parent == caller.get_span_context() for span in calls)


async def test_sampler_decision_applies_to_attempts() -> None:
    traces = Traces(sampler=ALWAYS_OFF)
    seen: list[trace.SpanContext] = []

    def note_span(_: httpx.Request) -> httpx.Response:
        seen.append(trace.get_current_span().get_span_context())
        return make_response(200, make_user(1))

    async with traces.client(make_error(503), note_span) as client:
        await client.users.get("1")
    assert traces.spans == ()
    assert seen[0].is_valid
    assert not seen[0].trace_flags.sampled
    traces.provider.shutdown()


async def test_unsent_call_has_no_span(traces: Traces) -> None:
    async with traces.client(make_response(200, make_user(1)), read_only=True) as client:
        with pytest.raises(errors.ReadOnly):
            await client.users.delete("1")
    async with traces.client(make_response(200, make_user(1))) as client:
        with client.dry_run():
            await client.users.delete("1")
        with pytest.raises(errors.InputError):
            await client.users.get("..")
    assert traces.spans == ()


async def test_request_has_no_trace_headers(traces: Traces) -> None:
    """Trace context and baggage of the caller must not reach a third party."""
    script = FakeScimServer(make_response(200, make_user(1)))
    async with traces.client(transport=script) as client:
        await client.users.get("1")
    assert not {"traceparent", "tracestate", "baggage"} & set(script.sent[0].headers)


# ------------------------------------------------------------------- OpenTelemetry missing, or set up later

RUN = """
import asyncio, sys

class Finder:
    looked = 0
    hidden = {hidden}

    def find_spec(self, name, path=None, target=None):
        if name == "opentelemetry":
            Finder.looked += 1
            if self.hidden:
                raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Finder())

from britive_scim import AsyncScimClient, Settings
from support.fake_scim_server import URL, FakeScimServer, make_response, make_user

print("looked", Finder.looked)

async def calls(**settings):
    for _ in range(2):
        script = FakeScimServer(make_response(200, make_user(1)))
        async with AsyncScimClient(URL, "t", transport=script, settings=Settings(**settings)) as client:
            for _ in range(3):
                await client.users.get("1")

async def main():
    {then}

work = main()
if asyncio.iscoroutine(work):
    asyncio.run(work)
print("looked", Finder.looked)
"""

PROVIDER = """from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    await calls()
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    await calls(tracer_provider=False)
    print("spans", len(exporter.get_finished_spans()))
    await calls()
    print("spans", len(exporter.get_finished_spans()))
"""


def run_program(then: str, *, hidden: bool) -> list[str]:
    """Return the lines printed by a new Python process that uses the clients."""
    program = RUN.replace("{hidden}", str(hidden)).replace("{then}", then)
    completed = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )
    assert completed.returncode == 0, completed.stderr
    return completed.stdout.splitlines()


@pytest.mark.heavy
async def test_opentelemetry_is_looked_up_once_unless_disabled() -> None:
    then = """await calls(tracer_provider=False)
    print("looked", Finder.looked)
    await calls()"""
    assert run_program(then, hidden=True) == ["looked 0", "looked 0", "looked 1"]


@pytest.mark.heavy
async def test_provider_set_later_receives_later_spans() -> None:
    assert run_program(PROVIDER, hidden=False)[1:3] == ["spans 0", "spans 6"]
