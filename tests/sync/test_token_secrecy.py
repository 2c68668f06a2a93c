# Generated from tests/aio/test_token_secrecy.py by tools/unasync.py; edit that file instead.
"""A token that nobody may see is looked for wherever it could show: objects, errors, tracebacks, pickles, logs, files.

What holds it is found by walking from the clients along everything they refer to, and the classes of errors are read
off their module, so that a new attribute or a new error is looked at as well.
"""

from __future__ import annotations

import copy
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
    AdminClient,
    ScimClient,
    RetryPolicy,
    Settings,
    admin,
    errors,
    scim,
)
from britive_scim.testing import Tenant
from britive_scim.testing.server import TenantServer
from britive_scim.wire.operation import GET
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

CANARY = TOKEN
FORMS = {
    "text": lambda: CANARY,
    "secret": lambda: SecretStr(CANARY),
    "function": lambda: importable,
}
ONCE = RetryPolicy.none()


def importable() -> str:
    return CANARY


INNER = {"ConnectionPool", "CapacityLimiter", "Clock", "_OpenConnections"}
"""Classes that nobody outside gets hold of, and that hold locks and event loops: they are not copied here."""


def texts_of(value: Any) -> Iterator[str]:
    """Yield everything a value says about itself, in every way that is usual."""
    yield from (repr(value), str(value), format(value), pprint.pformat(value), f"{value!a}")
    if isinstance(value, BaseModel):
        yield from (repr(value.model_dump()), value.model_dump_json())
    for name in ("to_dict", "to_wire", "_repr_html_"):
        if callable(found := getattr(value, name, None)):
            yield repr(found())
    yield json.dumps(value, default=repr)
    if type(value).__name__ in INNER:
        return
    for duplicate in (copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))):
        try:
            yield repr(duplicate(value))
            yield repr(pickle.dumps(value))
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            yield str(error)


def shown_of(*values: Any) -> str:
    return "\n".join(text for value in values for text in texts_of(value))


def reached(root: Any) -> list[Any]:
    """Return every object of the package that can be reached from one, along attributes."""
    found: list[Any] = []
    seen: set[int] = set()
    pending = [root]
    while pending:
        one = pending.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        if isinstance(one, tuple | list):
            pending += one
        elif isinstance(one, dict):
            pending += one.values()
        if not type(one).__module__.startswith("britive_scim"):
            continue
        found.append(one)
        pending += getattr(one, "__dict__", {}).values()
        for cls in type(one).__mro__:
            slots = cls.__dict__.get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else slots:
                pending.append(getattr(one, name, None))
    return found


HERE = ("tests/aio", "tests/sync", "tests/support")


def traceback_of(error: BaseException) -> str:
    """Return an error as tools show it that show the variables of every frame; frames of tests are left out.

    As `traceback.TracebackException(capture_locals=True)` does it from Python 3.12 on: an object that is half made,
    and so cannot be shown, is no reason to show nothing.
    """
    parts: list[str] = []
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is None:
            continue
        pending += [one.__cause__, one.__context__]
        parts += traceback.format_exception_only(one)
        for frame, line in traceback.walk_tb(one.__traceback__):
            if not any(part in frame.f_code.co_filename for part in HERE):
                parts.append(f"{frame.f_code.co_filename}:{line}")
                parts += [
                    f"{name} = {shown_safely(value)}" for name, value in frame.f_locals.items()
                ]
    assert any("britive_scim" in part for part in parts)
    return "\n".join(parts)


def shown_safely(value: Any) -> str:
    try:
        return repr(value)
    except (AttributeError, NotImplementedError) as error:
        return f"<no repr: {type(error).__name__}>"


class Silent(FakeScimServer):
    """A server that keeps no request, as those have the token in them."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        self.sent.clear()
        return response


def client_of(*steps: Step, token: Any = CANARY, **more: Any) -> ScimClient:
    more.setdefault("settings", Settings(clock=FakeClock()))
    return ScimClient(URL, token, transport=Silent(*steps), **more)


# ------------------------------------------------------------------------------------------ objects


@pytest.mark.parametrize("form", FORMS)
def test_nothing_that_a_scim_client_refers_to_shows_its_token(form: str) -> None:
    with client_of(make_response(200, make_user(1)), token=FORMS[form]()) as client:
        client.users.get("1")
        assert client.operations()  # creates every API resource
        objects = reached(client)
        kinds = {type(one).__name__ for one in objects}
        assert {"Credential", "Session", "Users", "Groups", "Settings"} <= kinds
        shown = shown_of(*objects, client.last_response, client.operations(), vars(client))
    assert CANARY not in shown


@pytest.mark.parametrize("form", FORMS)
def test_nothing_that_an_admin_client_refers_to_shows_its_token(form: str) -> None:
    tenant = SmallTenant()
    with AdminClient("acme", FORMS[form](), transport=tenant) as client:
        client.identity_providers.list()
        assert client.operations()  # creates every API resource
        objects = reached(client)
        kinds = {type(one).__name__ for one in objects}
        assert {"AdminCredential", "Session", "Tags", "Settings"} <= kinds
        shown = shown_of(*objects, client.last_response, client.operations(), vars(client))
    assert CANARY not in shown


@pytest.mark.parametrize("form", FORMS)
def test_no_connection_shows_its_token(form: str) -> None:
    tenant = SmallTenant()
    okta = tenant.add_provider("Okta")
    tenant.tokens[okta["id"]] = {"id": "k1", "tokenExpirationDays": 90}
    with AdminClient("acme", "k" * 32, transport=tenant) as client:
        connection = client.set_up_provisioning("Okta", token=FORMS[form]())
        shown = shown_of(*reached(connection), *reached(connection.client()))
    assert CANARY not in shown


@pytest.mark.parametrize("model", [admin.ScimToken, admin.ApiToken, admin.IdentityToken])
def test_no_token_of_the_admin_api_shows_its_secret(model: Any) -> None:
    token = model.from_wire({"id": "k1", "name": "nightly", "token": CANARY})
    assert token.token.get_secret_value() == CANARY
    assert CANARY not in shown_of(token, [token], {"token": token})


def test_neither_a_proxy_nor_what_is_connected_through_it_shows_its_password() -> None:
    settings = Settings(proxy=f"http://someone:{CANARY}@127.0.0.1:9", max_connections=1)
    with ScimClient(URL, "t", settings=settings, retry=ONCE) as client:
        with pytest.raises(errors.ConnectionFailed) as caught:
            client.users.get("1")
        shown = [repr(one) for one in reached(client)]
        report = client.check()
    shown += [repr(settings), str(report), traceback_of(caught.value)]
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
ECHOES = {"X-Request-Id": CANARY, "Location": f"https://x.example/{CANARY}", "Retry-After": CANARY}


def echoed(status: int) -> httpx.Response:
    return make_response(status, ECHO, ECHOES)


Provocation = Callable[[], Awaitable[object]]


def asked(*steps: Step, **more: Any) -> object:
    with client_of(*steps, retry=ONCE, **more) as client:
        return client.users.get("1")


def ambiguous() -> object:
    twins = [make_user(n, externalId="x") for n in (1, 2)]
    with client_of(make_list(*twins)) as client:
        return client.users.find_by_external_id("x")


def read_only() -> object:
    with client_of(make_response(204), read_only=True) as client:
        return client.users.delete("1")


def filtered(text: str) -> object:
    with client_of(make_list()) as client:
        return [one for one in client.users.list(filter=text)]


def selected() -> object:
    return scim.select(make_user(1), attributes=["title"], excluded=["name"])


def unreadable() -> object:
    with client_of(make_response(200, make_user(1))) as client:
        return type(client.users.get("1")).from_wire(b"[]")


def patched(changes: Any) -> object:
    with client_of(make_response(204)) as client:
        return client.users.patch("1", changes)


def bad_id() -> object:
    with client_of(make_response(204)) as client:
        return client.users.get("..")


def unusable_token() -> object:
    with client_of(make_response(204), token=lambda: f"{importable()}\n") as client:
        return client.users.get("1")


def not_handed_over() -> object:
    tenant = SmallTenant()
    okta = tenant.add_provider("Okta")
    line = f"POST /api/identity-providers/{okta['id']}/scim-token"
    tenant.replies[line] = (201, {"id": "k1", "token": CANARY})

    def lose(token: SecretStr) -> None:
        raise OSError("disk full")

    with AdminClient("acme", "k" * 32, transport=tenant) as client:
        return client.identity_providers.scim_token.rotate(okta["id"], deliver=lose)


def externally_managed() -> object:
    body = {**ECHO, "errorCode": "UT-0002"}
    return asked(make_response(400, body, ECHOES))


def maintenance() -> object:
    return asked(make_response(503, {**ECHO, "errorCode": "MAINT0001"}, ECHOES))


PROVOKED: dict[str, Provocation] = {
    "InputError": bad_id,
    "InvalidFilter": lambda: filtered("title eq"),
    "InvalidPath": lambda: patched({"emails[": "x"}),
    "InvalidResource": unreadable,
    "PatchError": lambda: patched([{"op": "move", "path": "title"}]),
    "InvalidSelection": selected,
    "ConfigurationError": unusable_token,
    "Ambiguous": ambiguous,
    "ReadOnly": read_only,
    "TokenNotDelivered": not_handed_over,
    "ConnectionFailed": lambda: asked(httpx.ConnectError(f"no way with {importable()}")),
    "TimedOut": lambda: asked(httpx.ReadTimeout(importable())),
    "BadRequest": lambda: asked(echoed(400)),
    "ExternallyManaged": externally_managed,
    "Unauthorized": lambda: asked(echoed(401)),
    "Forbidden": lambda: asked(echoed(403)),
    "NotFound": lambda: asked(echoed(404)),
    "Conflict": lambda: asked(echoed(409)),
    "PreconditionFailed": lambda: asked(echoed(412)),
    "PayloadTooLarge": lambda: asked(echoed(413)),
    "RateLimited": lambda: asked(echoed(429)),
    "ServerError": lambda: asked(echoed(500)),
    "Maintenance": maintenance,
    "UnexpectedResponse": lambda: asked(echoed(200)),
}
ABSTRACT = {"BritiveScimError", "TransportError", "ApiError"}
OF_NO_CLIENT = {"DirectoryError", "PlanRefused"}
"""Errors of comparing directories, in which no token is at hand."""


def test_every_class_of_errors_is_provoked() -> None:
    assert set(PROVOKED) | ABSTRACT | OF_NO_CLIENT == set(errors.__all__)


@pytest.mark.parametrize("name", PROVOKED)
def test_no_error_shows_the_token_in_any_way(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(errors.BritiveScimError) as caught:
        PROVOKED[name]()
    error = caught.value
    assert type(error).__name__ == name
    shown = [
        shown_of(error),
        repr(error.args),
        repr(vars(error)),
        traceback_of(error),
        caplog.text,
        *(repr(vars(record)) for record in caplog.records),
    ]
    assert CANARY not in "\n".join(shown)


ODD = "cAn/arY+5f2d==&9c<x>"
WRITTEN = {
    "slashes of JSON": rb"cAn\/arY+5f2d==&9c<x>",
    "escapes of JSON": rb"cAn\u002farY\u002B5f2d\u003d\u003D\u00269c\u003cx\u003E",
    "percent": b"cAn%2FarY%2b5f2d%3D%3d%269c%3Cx%3E",
    "HTML": b"cAn&#x2F;arY&#43;5f2d==&amp;9c&lt;x&gt;",
}


@pytest.mark.parametrize("way", WRITTEN)
def test_a_token_that_comes_back_in_another_spelling_is_hidden_too(way: str) -> None:
    body = b'{"detail": "bad token ' + WRITTEN[way] + b'"}'
    for content in (body, b"<html><title>" + WRITTEN[way] + b"</title></html>"):
        with pytest.raises(errors.BadRequest) as caught:
            asked(make_response(400, content), token=ODD)
        error = caught.value
        shown = shown_of(error) + repr(vars(error)) + traceback_of(error)
        for spelling in (ODD, "5f2d", WRITTEN[way].decode()):
            assert spelling not in shown


# --------------------------------------------------------------------------- logs, recordings, rehearsals


def test_no_record_of_any_log_has_a_token(caplog: pytest.LogCaptureFixture) -> None:
    """On real connections, with everything that logs at its most talkative."""
    caplog.set_level(logging.DEBUG)
    for name in ("britive_scim", "httpx", "httpcore", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    tenant = Tenant()
    with TenantServer(tenant) as server:
        okta = tenant.identity_providers["Okta"]
        settings = Settings(log_bodies=True)
        former = okta.scim_token
        secrets = [former.get_secret_value(), tenant.api_token.get_secret_value()]
        with ScimClient(
            okta.scim_url, okta.scim_token, settings=settings
        ) as scim_client:
            made = scim_client.users.create(
                scim.User.of(email="ana@acme.com", given_name="A", family_name="N")
            )
            with pytest.raises(errors.Conflict):
                scim_client.users.create(made)
            tenant.faults.add(status=503, times=1)
            scim_client.users.get(made)
        with AdminClient(
            "acme", tenant.api_token, base_url=server.url, settings=settings
        ) as britive:
            token = britive.identity_providers.scim_token.create(okta.id, days=9)
            assert token.token is not None
            secrets.append(token.token.get_secret_value())
        with ScimClient(okta.scim_url, former, retry=ONCE) as scim_client:
            with pytest.raises(errors.Unauthorized):
                scim_client.users.get(made)
        html = tenant.render_status_page().body.decode()
    shown = "\n".join([caplog.text, *(repr(vars(record)) for record in caplog.records)])
    names = {record.name.partition(".")[0] for record in caplog.records}
    assert {"britive_scim", "httpcore"} <= names
    assert "<table" in html
    assert not [one for one in secrets if one in shown or one in html]


def test_no_recording_has_a_token(tmp_path: Path) -> None:
    steps = [echoed(status) for status in (400, 401, 200)]
    steps.append(make_response(200, make_user(1, title=CANARY), ECHOES))
    with client_of(*steps, retry=ONCE) as client:
        with client.record(tmp_path / "case.json") as recording:
            for _ in range(3):
                with pytest.raises(errors.BritiveScimError):
                    client.users.get("1")
            client.users.get("1")
        assert CANARY not in recording.to_json()
        assert CANARY not in shown_of(recording)
    assert CANARY not in (tmp_path / "case.json").read_text("utf-8")


def test_no_rehearsal_has_a_token() -> None:
    with client_of(make_response(200, make_user(1))) as client:
        with client.dry_run() as changes:
            client.users.create(scim.User(user_name="ana"))
            client.users.delete("1")
        assert len(changes) == 2
        assert CANARY not in repr(changes) + "".join(repr(one.body) for one in changes)
    with AdminClient("acme", CANARY, transport=SmallTenant()) as britive:
        with britive.dry_run() as changes:
            britive.tags.create("Doors")
        assert len(changes) == 1
        assert CANARY not in shown_of(changes[0].path) + repr(changes)
        assert CANARY not in repr(GET("/x", returns=str))


def test_no_hook_sees_a_token() -> None:
    seen: list[Any] = []
    settings = Settings(clock=FakeClock(), hooks=(seen.append,))
    with client_of(echoed(503), settings=settings) as client:
        with pytest.raises(errors.ServerError):
            client.users.get("1")
    assert len(seen) == 5
    assert CANARY not in shown_of(*seen)


def test_no_span_has_a_token() -> None:
    """Attributes, events and status of spans, for calls that fail, are repeated, and meet exceptions."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    settings = Settings(clock=FakeClock(), tracer_provider=provider)
    steps: list[Step] = [echoed(503), httpx.ConnectError(CANARY), echoed(429), echoed(401)]
    with client_of(*steps, settings=settings) as client:
        with pytest.raises(errors.Unauthorized):
            client.users.get("1")
        shown = repr(reached(client))
    provider.shutdown()
    spans = [span.to_json() for span in exporter.get_finished_spans()]
    assert len(spans) == 1
    assert "401" in spans[0]
    assert CANARY not in spans[0] + shown
