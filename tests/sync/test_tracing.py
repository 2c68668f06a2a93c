# Generated from tests/aio/test_tracing.py by tools/unasync.py; edit that file instead.
"""What OpenTelemetry is told of calls, and what it is not."""

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

from britive_scim import AdminClient, ScimClient, RetryPolicy, Settings, errors, scim
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
    def only(self) -> ReadableSpan:
        (span,) = self.spans
        return span

    def client(self, *steps: Step, **more: Any) -> ScimClient:
        more.setdefault("transport", FakeScimServer(*steps))
        settings = Settings(clock=self.clock, tracer_provider=self.provider)
        return ScimClient(URL, TOKEN, settings=settings, **more)


@pytest.fixture
def traces() -> Iterator[Traces]:
    traces = Traces()
    yield traces
    traces.provider.shutdown()


def told(span: ReadableSpan) -> Mapping[str, Any]:
    return dict(span.attributes or {})


def test_a_call_is_a_client_span(traces: Traces) -> None:
    with traces.client(make_response(200, make_user(1), {"X-Request-Id": "r1"})) as client:
        client.users.get("1")
    span = traces.only
    assert span.name == "GET /Users/{id}"
    assert span.kind is trace.SpanKind.CLIENT
    assert span.status.status_code is trace.StatusCode.UNSET
    assert span.events == ()
    assert told(span) == COMMON | {
        "http.request.method": "GET",
        "url.template": "/Users/{id}",
        "http.response.status_code": 200,
        "britive.request_id": "r1",
    }
    scope = span.instrumentation_scope
    assert scope is not None
    assert scope.name == "britive_scim"


def test_tries_are_events_of_one_span(traces: Traces) -> None:
    steps = (
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
        make_error(503),
        make_response(200, make_user()),
    )
    with traces.client(*steps) as client:
        client.users.get("1")
    span = traces.only
    assert span.status.status_code is trace.StatusCode.UNSET
    assert told(span)["http.request.resend_count"] == 3
    assert told(span)["http.response.status_code"] == 200
    assert told(span)["britive.retry.wait"] == pytest.approx(traces.clock.waited)
    assert "error.type" not in told(span)
    assert {event.name for event in span.events} == {"britive.retry"}
    events = [dict(event.attributes or {}) for event in span.events]
    waits = [event.pop("britive.retry.wait") for event in events]
    assert waits == pytest.approx(traces.clock.slept)
    assert events == [
        {
            "http.request.resend_count": 0,
            "error.type": "britive_scim.errors.ConnectionFailed",
            "britive.retry.trouble": "broken",
        },
        {
            "http.request.resend_count": 1,
            "error.type": "britive_scim.errors.TimedOut",
            "britive.retry.trouble": "broken",
        },
        {
            "http.request.resend_count": 2,
            "error.type": "503",
            "http.response.status_code": 503,
            "britive.retry.trouble": "unavailable",
        },
    ]


FAILURES: dict[str, tuple[Step, type[errors.BritiveScimError], str, int | None]] = {
    "a refusal": (make_error(404), errors.NotFound, "404", 404),
    "a fault": (make_error(500), errors.ServerError, "500", 500),
    "a redirect": (
        make_response(302, None, {"Location": "https://else.example"}),
        errors.UnexpectedResponse,
        "302",
        302,
    ),
    "a page": (
        make_response(200, b"<html>"),
        errors.UnexpectedResponse,
        "britive_scim.errors.UnexpectedResponse",
        200,
    ),
    "nobody there": (
        httpx.ConnectError("x"),
        errors.ConnectionFailed,
        "britive_scim.errors.ConnectionFailed",
        None,
    ),
    "too slow": (httpx.ReadTimeout("x"), errors.TimedOut, "britive_scim.errors.TimedOut", None),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_is_told_by_its_kind_alone(failure: str, traces: Traces) -> None:
    step, error, kind, status = FAILURES[failure]
    with traces.client(step, retry=RetryPolicy.none()) as client:
        with pytest.raises(error):
            client.users.get("1")
    span = traces.only
    assert span.status.status_code is trace.StatusCode.ERROR
    assert span.status.description is None
    assert span.events == ()
    assert told(span)["error.type"] == kind
    assert told(span).get("http.response.status_code") == status


def test_an_error_that_is_none_of_ours_is_told_by_its_class(traces: Traces) -> None:
    with traces.client(RuntimeError("a bug")) as client:
        with pytest.raises(RuntimeError):
            client.users.get("1")
    assert told(traces.only)["error.type"] == "RuntimeError"


def test_a_deletion_that_was_done_before_is_no_failure_and_told_as_it_came(
    traces: Traces,
) -> None:
    with traces.client(httpx.ReadError("reset"), make_error(404)) as client:
        client.users.delete("1")
    assert told(traces.only)["http.response.status_code"] == 404
    assert "error.type" not in told(traces.only)
    assert traces.only.status.status_code is trace.StatusCode.UNSET


def test_a_lost_creation_and_its_search_are_two_calls(traces: Traces) -> None:
    steps = (httpx.ReadError("reset"), make_list(make_user(9, userName="u1@example.com")))
    with traces.client(*steps) as client:
        client.users.create(scim.User(user_name="u1@example.com"))
    assert [(span.name, "error.type" in told(span)) for span in traces.spans] == [
        ("POST /Users", True),
        ("GET /Users", False),
    ]


def test_nothing_personal_and_no_token_is_told(traces: Traces) -> None:
    """Neither ids nor names, filters, bodies, headers, or what the server says about them."""
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
    with traces.client(transport=script) as client:
        client.users.find_by_user_name("ana@acme.com")
        with pytest.raises(errors.Conflict):
            client.users.create(ana)
        for _ in range(3):
            with pytest.raises(errors.ApiError):
                client.users.patch("id-of-ana-47", {"title": "Boss of ana@acme.com"})
        with pytest.raises(errors.NotFound):
            client.send(
                GET("/Users?filter=userName eq ana@acme.com", returns=decode_json), timeout=5
            )
    assert len(traces.spans) == 6
    shown = "".join(span.to_json() for span in traces.spans)
    for secret in ("ana", "id-of", "person-77", "hunter2", "Boss", "filter", "api/scim", TOKEN):
        assert secret not in shown


def test_a_method_that_is_none_of_http_is_told_as_the_conventions_say(
    traces: Traces,
) -> None:
    with traces.client(make_response(200, {})) as client:
        client.send(Operation("BREW", "/Pot", "/Pot", decode_json))
    assert traces.only.name == "HTTP /Pot"
    assert told(traces.only)["http.request.method"] == "_OTHER"
    assert told(traces.only)["http.request.method_original"] == "BREW"


def test_the_admin_client_tells_of_its_calls(traces: Traces) -> None:
    settings = Settings(tracer_provider=traces.provider)
    script = FakeScimServer(make_response(200, []))
    with AdminClient(
        "http://127.0.0.1:8080", TOKEN, transport=script, settings=settings
    ) as admin:
        admin.send(GET("/api/things/{}", "7", returns=lambda read: read.status))
    assert told(traces.only)["server.address"] == "127.0.0.1"
    assert told(traces.only)["server.port"] == 8080
    assert told(traces.only)["britive.api"] == "admin"
    assert traces.only.name == "GET /api/things/{id}"


# ----------------------------------------------------------------------------- what hangs on what


class Instrumented(FakeScimServer):
    """A transport with a span of its own for each request, as what instruments httpx makes."""

    def __init__(self, provider: TracerProvider, *steps: Step) -> None:
        super().__init__(*steps)
        self.tracer = provider.get_tracer("transport")

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self.tracer.start_as_current_span("a try"):
            return super().handle_request(request)


def test_a_call_hangs_on_the_callers_span_and_its_tries_on_the_call(traces: Traces) -> None:
    script = Instrumented(traces.provider, make_error(429), make_response(200, make_user(1)))
    with traces.client(transport=script) as client:
        with traces.provider.get_tracer("caller").start_as_current_span("caller") as caller:
            client.users.get("1")
            assert trace.get_current_span() is caller
    first, second, call, _ = traces.spans
    assert [first.name, second.name, call.name] == ["a try", "a try", "GET /Users/{id}"]
    assert call.parent == caller.get_span_context()
    assert first.parent == second.parent == call.get_span_context()


def test_pages_that_are_fetched_ahead_hang_on_the_callers_span(traces: Traces) -> None:
    def page(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params["startIndex"])
        return make_list(*(make_user(n) for n in range(start, start + 2)), total=8)

    with traces.client(page) as client:
        with traces.provider.get_tracer("caller").start_as_current_span("caller") as caller:
            users = [one for one in client.users.list(page_size=2, concurrency=3)]
    assert len(users) == 8
    calls = [span for span in traces.spans if span.name == "GET /Users"]
    assert len(calls) >= 4
    assert all(span.parent == caller.get_span_context() for span in calls)


def test_the_choice_of_the_sampler_goes_down_to_the_tries() -> None:
    traces = Traces(sampler=ALWAYS_OFF)
    seen: list[trace.SpanContext] = []

    def look(_: httpx.Request) -> httpx.Response:
        seen.append(trace.get_current_span().get_span_context())
        return make_response(200, make_user(1))

    with traces.client(make_error(503), look) as client:
        client.users.get("1")
    assert traces.spans == ()
    assert seen[0].is_valid
    assert not seen[0].trace_flags.sampled
    traces.provider.shutdown()


def test_what_is_not_sent_is_no_call(traces: Traces) -> None:
    with traces.client(make_response(200, make_user(1)), read_only=True) as client:
        with pytest.raises(errors.ReadOnly):
            client.users.delete("1")
    with traces.client(make_response(200, make_user(1))) as client:
        with client.dry_run():
            client.users.delete("1")
        with pytest.raises(errors.InputError):
            client.users.get("..")
    assert traces.spans == ()


def test_no_header_is_added_for_the_server(traces: Traces) -> None:
    """Where a trace goes on, and what baggage the caller carries, is nothing for a third party."""
    script = FakeScimServer(make_response(200, make_user(1)))
    with traces.client(transport=script) as client:
        client.users.get("1")
    assert not {"traceparent", "tracestate", "baggage"} & set(script.sent[0].headers)


# ------------------------------------------------------------------- without, and with too late

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

from britive_scim import ScimClient, Settings
from support.fake_scim_server import URL, Script, answer, user

print("looked", Finder.looked)

def calls(**settings):
    for _ in range(2):
        script = Script(answer(200, user(1)))
        with ScimClient(URL, "t", transport=script, settings=Settings(**settings)) as client:
            for _ in range(3):
                client.users.get("1")

def main():
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
    calls()
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    calls(tracer_provider=False)
    print("spans", len(exporter.get_finished_spans()))
    calls()
    print("spans", len(exporter.get_finished_spans()))
"""


def printed(then: str, *, hidden: bool) -> list[str]:
    """Return what a program of its own prints that uses the clients, with OpenTelemetry there or not."""
    program = RUN.replace("{hidden}", str(hidden)).replace("{then}", then)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_it_is_looked_for_once_and_missed_by_nobody() -> None:
    assert printed("calls()", hidden=True) == ["looked 0", "looked 1"]


def test_nobody_looks_where_it_is_not_wanted() -> None:
    then = "calls(tracer_provider=False)"
    assert printed(then, hidden=True) == ["looked 0", "looked 0"]


def test_a_provider_that_is_set_later_is_told_of_what_comes_then() -> None:
    assert printed(PROVIDER, hidden=False)[1:3] == ["spans 0", "spans 6"]
