"""Secrecy of the token: objects, errors, tracebacks, pickles, logs and files never show it.

Objects are found by following every attribute from a client on; error classes are read from their module.
A new attribute or a new error class is therefore checked as well.
"""

from __future__ import annotations

import copy
import html
import json
import logging
import pickle
import pprint
import traceback
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import BaseModel, SecretStr

from britive_scim import (
    AsyncAdminClient,
    AsyncScimClient,
    RetryPolicy,
    Settings,
    admin,
    errors,
    scim,
)
from britive_scim.testing import Tenant
from britive_scim.testing.server import TenantServer
from britive_scim.wire.operation import GET
from support.each_value import each_value
from support.fake_admin_api import SmallTenant
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    Step,
    make_list,
    make_response,
    make_user,
)
from support.tenant_pages import render_all_pages

CANARY = TOKEN
FORMS = {
    "string": lambda: CANARY,
    "secret": lambda: SecretStr(CANARY),
    "function": lambda: return_token,
}
ONCE = RetryPolicy.none()


def return_token() -> str:
    return CANARY


NOT_COPIED = {"AsyncConnectionPool", "CapacityLimiter", "Clock", "_OpenConnections"}
"""Private classes with locks and event loops, which cannot be copied."""


def iterate_representations(value: Any) -> Iterator[str]:
    """Yield every usual representation of a value."""
    yield from (repr(value), str(value), format(value), pprint.pformat(value), f"{value!a}")
    if isinstance(value, BaseModel):
        yield from (repr(value.model_dump()), value.model_dump_json())
    for name in ("to_dict", "to_wire", "_repr_html_"):
        if callable(method := getattr(value, name, None)):
            yield repr(method())
    yield json.dumps(value, default=repr)
    if type(value).__name__ in NOT_COPIED:
        return
    for duplicate in (copy.copy, copy.deepcopy, lambda item: pickle.loads(pickle.dumps(item))):
        try:
            yield repr(duplicate(value))
            yield repr(pickle.dumps(value))
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            yield str(error)


def join_representations(*values: Any) -> str:
    return "\n".join(text for value in values for text in iterate_representations(value))


def collect_objects(root: Any) -> list[Any]:
    """Return every object of the package that is reachable from `root` through attributes."""
    collected: list[Any] = []
    seen: set[int] = set()
    pending = [root]
    while pending:
        item = pending.pop()
        if id(item) in seen or isinstance(item, type):
            continue
        seen.add(id(item))
        if isinstance(item, tuple | list):
            pending += item
        elif isinstance(item, dict):
            pending += item.values()
        if not type(item).__module__.startswith("britive_scim"):
            continue
        collected.append(item)
        pending += getattr(item, "__dict__", {}).values()
        for cls in type(item).__mro__:
            slots = cls.__dict__.get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else slots:
                pending.append(getattr(item, name, None))
    return collected


TEST_FOLDERS = ("tests/aio", "tests/sync", "tests/support")


def format_traceback(error: BaseException) -> str:
    """Format an error with the local variables of every frame, except those of tests.

    Like `traceback.TracebackException(capture_locals=True)` from Python 3.12 on: an object without a working `repr`,
    such as a half-initialised one, does not end the output.
    """
    parts: list[str] = []
    pending: list[BaseException | None] = [error]
    while pending:
        item = pending.pop()
        if item is None:
            continue
        pending += [item.__cause__, item.__context__]
        parts += traceback.format_exception_only(item)
        for frame, line in traceback.walk_tb(item.__traceback__):
            if not any(part in frame.f_code.co_filename for part in TEST_FOLDERS):
                parts.append(f"{frame.f_code.co_filename}:{line}")
                parts += [
                    f"{name} = {represent_safely(value)}" for name, value in frame.f_locals.items()
                ]
    assert any("britive_scim" in part for part in parts)
    return "\n".join(parts)


def represent_safely(value: Any) -> str:
    try:
        return repr(value)
    except (AttributeError, NotImplementedError) as error:
        return f"<no repr: {type(error).__name__}>"


class ForgetfulScript(FakeScimServer):
    """A server that stores no request, since requests contain the token."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        self.sent.clear()
        return response


def client_of(*steps: Step, token: Any = CANARY, **more: Any) -> AsyncScimClient:
    more.setdefault("settings", Settings(clock=FakeClock()))
    return AsyncScimClient(URL, token, transport=ForgetfulScript(*steps), **more)


# ------------------------------------------------------------------------------------------ objects


@each_value("form", FORMS)
async def test_objects_of_scim_client_never_show_token(form: str) -> None:
    async with client_of(make_response(200, make_user(1)), token=FORMS[form]()) as client:
        await client.users.get("1")
        assert client.operations()  # creates every API resource
        objects = collect_objects(client)
        class_names = {type(item).__name__ for item in objects}
        assert {
            "Credential",
            "AsyncSession",
            "AsyncUsers",
            "AsyncGroups",
            "Settings",
        } <= class_names
        shown = join_representations(
            *objects, client.last_response, client.operations(), vars(client)
        )
    assert CANARY not in shown


@pytest.mark.heavy
@each_value("form", FORMS)
async def test_objects_of_admin_client_never_show_token(form: str) -> None:
    tenant = SmallTenant()
    async with AsyncAdminClient("acme", FORMS[form](), transport=tenant) as client:
        await client.identity_providers.list()
        assert client.operations()  # creates every API resource
        objects = collect_objects(client)
        class_names = {type(item).__name__ for item in objects}
        assert {"AdminCredential", "AsyncSession", "AsyncTags", "Settings"} <= class_names
        shown = join_representations(
            *objects, client.last_response, client.operations(), vars(client)
        )
    assert CANARY not in shown


@each_value("form", FORMS)
async def test_provisioning_connection_never_shows_token(form: str) -> None:
    tenant = SmallTenant()
    okta = tenant.add_provider("Okta")
    tenant.tokens[okta["id"]] = {"id": "k1", "tokenExpirationDays": 90}
    async with AsyncAdminClient("acme", "k" * 32, transport=tenant) as client:
        connection = await client.set_up_provisioning("Okta", token=FORMS[form]())
        shown = join_representations(
            *collect_objects(connection), *collect_objects(connection.client())
        )
    assert CANARY not in shown


@each_value("model", [admin.ScimToken, admin.ApiToken, admin.IdentityToken])
def test_token_models_never_show_secret(model: Any) -> None:
    token = model.from_wire({"id": "k1", "name": "nightly", "token": CANARY})
    assert token.token.get_secret_value() == CANARY
    assert CANARY not in join_representations(token, [token], {"token": token})


async def test_proxy_password_is_never_shown() -> None:
    settings = Settings(proxy=f"http://someone:{CANARY}@127.0.0.1:9", max_connections=1)
    async with AsyncScimClient(URL, "t", settings=settings, retry=ONCE) as client:
        with pytest.raises(errors.ConnectionFailed) as caught:
            await client.users.get("1")
        shown = [repr(item) for item in collect_objects(client)]
        report = await client.check()
    shown += [repr(settings), str(report), format_traceback(caught.value)]
    assert "127.0.0.1:9" in str(report)
    assert CANARY not in "\n".join(shown)


# ------------------------------------------------------------------------------------------- errors

ECHO = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
    "detail": f"Authorization: Bearer {CANARY}",
    "scimType": CANARY,
    "errorCode": CANARY,
    "requestId": CANARY,
    "message": CANARY,
    CANARY: [CANARY],
}
ECHO_HEADERS = {
    "X-Request-Id": CANARY,
    "Location": f"https://x.example/{CANARY}",
    "Retry-After": CANARY,
}


def make_echo_response(status: int) -> httpx.Response:
    return make_response(status, ECHO, ECHO_HEADERS)


Provocation = Callable[[], Awaitable[object]]


async def get_user(*steps: Step, **more: Any) -> object:
    async with client_of(*steps, retry=ONCE, **more) as client:
        return await client.users.get("1")


async def find_duplicates() -> object:
    duplicates = [make_user(n, externalId="x") for n in (1, 2)]
    async with client_of(make_list(*duplicates)) as client:
        return await client.users.find_by_external_id("x")


async def delete_read_only() -> object:
    async with client_of(make_response(204), read_only=True) as client:
        return await client.users.delete("1")


async def list_filtered(text: str) -> object:
    async with client_of(make_list()) as client:
        return [item async for item in client.users.list(filter=text)]


async def select_conflicting() -> object:
    return scim.select(make_user(1), attributes=["title"], excluded=["name"])


async def read_invalid_resource() -> object:
    async with client_of(make_response(200, make_user(1))) as client:
        return type(await client.users.get("1")).from_wire(b"[]")


async def patch_user(changes: Any) -> object:
    async with client_of(make_response(204)) as client:
        return await client.users.patch("1", changes)


async def get_bad_id() -> object:
    async with client_of(make_response(204)) as client:
        return await client.users.get("..")


async def get_with_bad_token() -> object:
    async with client_of(make_response(204), token=lambda: f"{return_token()}\n") as client:
        return await client.users.get("1")


async def rotate_undelivered_token() -> object:
    tenant = SmallTenant()
    okta = tenant.add_provider("Okta")
    line = f"POST /api/identity-providers/{okta['id']}/scim-token"
    tenant.replies[line] = (201, {"id": "k1", "token": CANARY})

    def fail_to_deliver(token: SecretStr) -> None:
        raise OSError("disk full")

    async with AsyncAdminClient("acme", "k" * 32, transport=tenant) as client:
        return await client.identity_providers.scim_token.rotate(
            okta["id"], deliver=fail_to_deliver
        )


async def get_externally_managed() -> object:
    body = {**ECHO, "errorCode": "UT-0002"}
    return await get_user(make_response(400, body, ECHO_HEADERS))


async def get_in_maintenance() -> object:
    return await get_user(make_response(503, {**ECHO, "errorCode": "MAINT0001"}, ECHO_HEADERS))


PROVOCATIONS: dict[str, Provocation] = {
    "InputError": get_bad_id,
    "InvalidFilter": lambda: list_filtered("title eq"),
    "InvalidPath": lambda: patch_user({"emails[": "x"}),
    "InvalidResource": read_invalid_resource,
    "PatchError": lambda: patch_user([{"op": "move", "path": "title"}]),
    "InvalidSelection": select_conflicting,
    "ConfigurationError": get_with_bad_token,
    "Ambiguous": find_duplicates,
    "ReadOnly": delete_read_only,
    "TokenNotDelivered": rotate_undelivered_token,
    "ConnectionFailed": lambda: get_user(
        httpx.ConnectError(f"cannot connect with {return_token()}")
    ),
    "TimedOut": lambda: get_user(httpx.ReadTimeout(return_token())),
    "BadRequest": lambda: get_user(make_echo_response(400)),
    "ExternallyManaged": get_externally_managed,
    "Unauthorized": lambda: get_user(make_echo_response(401)),
    "Forbidden": lambda: get_user(make_echo_response(403)),
    "NotFound": lambda: get_user(make_echo_response(404)),
    "Conflict": lambda: get_user(make_echo_response(409)),
    "PreconditionFailed": lambda: get_user(make_echo_response(412)),
    "PayloadTooLarge": lambda: get_user(make_echo_response(413)),
    "RateLimited": lambda: get_user(make_echo_response(429)),
    "ServerError": lambda: get_user(make_echo_response(500)),
    "Maintenance": get_in_maintenance,
    "UnexpectedResponse": lambda: get_user(make_echo_response(200)),
}
BASE_CLASSES = {"BritiveScimError", "TransportError", "ApiError"}
WITHOUT_CLIENT = {"DirectoryError", "PlanRefused"}
"""Errors of comparing directories, where no token is available."""


def test_provocations_cover_every_error_class() -> None:
    assert set(PROVOCATIONS) | BASE_CLASSES | WITHOUT_CLIENT == set(errors.__all__)


@pytest.mark.parametrize("name", PROVOCATIONS)
async def test_error_never_shows_token(name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(errors.BritiveScimError) as caught:
        await PROVOCATIONS[name]()
    error = caught.value
    assert type(error).__name__ == name
    shown = [
        join_representations(error),
        repr(error.args),
        repr(vars(error)),
        format_traceback(error),
        caplog.text,
        *(repr(vars(record)) for record in caplog.records),
    ]
    assert CANARY not in "\n".join(shown)


SPECIAL_TOKEN = "cAn/arY+5f2d==&9c<x>"
ENCODED_TOKENS = {
    "JSON slashes": rb"cAn\/arY+5f2d==&9c<x>",
    "JSON escapes": rb"cAn\u002farY\u002B5f2d\u003d\u003D\u00269c\u003cx\u003E",
    "percent-encoding": b"cAn%2FarY%2b5f2d%3D%3d%269c%3Cx%3E",
    "HTML": b"cAn&#x2F;arY&#43;5f2d==&amp;9c&lt;x&gt;",
}


@each_value("encoding", ENCODED_TOKENS)
async def test_error_with_encoded_token_hides_it(encoding: str) -> None:
    body = b'{"detail": "bad token ' + ENCODED_TOKENS[encoding] + b'"}'
    for content in (body, b"<html><title>" + ENCODED_TOKENS[encoding] + b"</title></html>"):
        with pytest.raises(errors.BadRequest) as caught:
            await get_user(make_response(400, content), token=SPECIAL_TOKEN)
        error = caught.value
        shown = join_representations(error) + repr(vars(error)) + format_traceback(error)
        for form in (SPECIAL_TOKEN, "5f2d", ENCODED_TOKENS[encoding].decode()):
            assert form not in shown


async def test_error_page_with_encoded_or_divided_token_hides_it() -> None:
    """A page is shown without its tags and with its references decoded, which must not restore a token."""
    pages = {
        "no semicolons": "".join(f"&#{ord(c)}" for c in CANARY),
        "hexadecimal": "".join(f"&#x{ord(c):X}" for c in CANARY),
        "zeros": "".join(f"&#{ord(c):010};" for c in CANARY),
        "encoded twice": "".join(f"&amp;#{ord(c)}" for c in CANARY),
        "tag": f"{CANARY[:10]}<b>{CANARY[10:]}</b>",
        "comment": f"{CANARY[:10]}<!-- -->{CANARY[10:]}",
        "breaks": "<wbr>".join(CANARY),
        "tag and references": "<wbr>".join(f"&#{ord(c)}" for c in CANARY),
    }
    for name, page in pages.items():
        content = f"<html><body>bad token {page}</body></html>".encode()
        for status in (400, 500):
            with pytest.raises(errors.ApiError) as caught:
                await get_user(make_response(status, content))
            error = caught.value
            assert error.detail == "bad token ***", name
            assert CANARY not in html.unescape(repr(error) + repr(vars(error))), name


# --------------------------------------------------------------------------- logs, recordings, dry runs


async def test_log_records_never_contain_token(caplog: pytest.LogCaptureFixture) -> None:
    """Real connections, with every logger at DEBUG."""
    caplog.set_level(logging.DEBUG)
    for name in ("britive_scim", "httpx", "httpcore", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    tenant = Tenant()
    with TenantServer(tenant) as server:
        okta = tenant.identity_providers["Okta"]
        settings = Settings(log_bodies=True)
        former = okta.scim_token
        secrets = [former.get_secret_value(), tenant.api_token.get_secret_value()]
        async with AsyncScimClient(
            okta.scim_url, okta.scim_token, settings=settings
        ) as scim_client:
            created = await scim_client.users.create(
                scim.User.of(email="ana@acme.com", given_name="A", family_name="N")
            )
            with pytest.raises(errors.Conflict):
                await scim_client.users.create(created)
            tenant.faults.add(status=503, times=1)
            await scim_client.users.get(created)
        async with AsyncAdminClient(
            "acme", tenant.api_token, base_url=server.url, settings=settings
        ) as britive:
            token = await britive.identity_providers.scim_token.create(okta.id, days=9)
            assert token.token is not None
            secrets.append(token.token.get_secret_value())
        async with AsyncScimClient(okta.scim_url, former, retry=ONCE) as scim_client:
            with pytest.raises(errors.Unauthorized):
                await scim_client.users.get(created)
        html = render_all_pages(tenant)
    shown = "\n".join([caplog.text, *(repr(vars(record)) for record in caplog.records)])
    names = {record.name.partition(".")[0] for record in caplog.records}
    assert {"britive_scim", "httpcore"} <= names
    assert "<table" in html
    assert not [item for item in secrets if item in shown or item in html]


async def test_recording_never_contains_token(tmp_path: Path) -> None:
    steps = [make_echo_response(status) for status in (400, 401, 200)]
    steps.append(make_response(200, make_user(1, title=CANARY), ECHO_HEADERS))
    async with client_of(*steps, retry=ONCE) as client:
        with client.record(tmp_path / "case.json") as recording:
            for _ in range(3):
                with pytest.raises(errors.BritiveScimError):
                    await client.users.get("1")
            await client.users.get("1")
        assert CANARY not in recording.to_json()
        assert CANARY not in join_representations(recording)
    assert CANARY not in (tmp_path / "case.json").read_text("utf-8")


async def test_dry_run_changes_never_contain_token() -> None:
    async with client_of(make_response(200, make_user(1))) as client:
        with client.dry_run() as changes:
            await client.users.create(scim.User(user_name="ana"))
            await client.users.delete("1")
        assert len(changes) == 2
        assert CANARY not in repr(changes) + "".join(repr(item.body) for item in changes)
    async with AsyncAdminClient("acme", CANARY, transport=SmallTenant()) as britive:
        with britive.dry_run() as changes:
            await britive.tags.create("Doors")
        assert len(changes) == 1
        assert CANARY not in join_representations(changes[0].path) + repr(changes)
        assert CANARY not in repr(GET("/x", returns=str))


async def test_hooks_never_receive_token() -> None:
    seen: list[Any] = []
    settings = Settings(clock=FakeClock(), hooks=(seen.append,))
    async with client_of(make_echo_response(503), settings=settings) as client:
        with pytest.raises(errors.ServerError):
            await client.users.get("1")
    assert len(seen) == 5
    assert CANARY not in join_representations(*seen)


async def test_spans_never_contain_token() -> None:
    """Attributes, events and status of spans, for calls that fail, are retried, and raise exceptions."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    settings = Settings(clock=FakeClock(), tracer_provider=provider)
    steps: list[Step] = [
        make_echo_response(503),
        httpx.ConnectError(CANARY),
        make_echo_response(429),
        make_echo_response(401),
    ]
    async with client_of(*steps, settings=settings) as client:
        with pytest.raises(errors.Unauthorized):
            await client.users.get("1")
        shown = repr(collect_objects(client))
    provider.shutdown()
    spans = [span.to_json() for span in exporter.get_finished_spans()]
    assert len(spans) == 1
    assert "401" in spans[0]
    assert CANARY not in spans[0] + shown
