# Generated from tests/aio/test_secret_redaction.py by tools/unasync.py; edit that file instead.
"""Passwords in requests: masked in logs, recordings, exchanges of the tenant and reprs, in every form of a change."""

import contextlib
import html
import json
import logging
import re
import traceback
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from britive_scim import AdminClient, ScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.testing import Tenant
from britive_scim.wire.decoding.scim import decode_json
from britive_scim.wire.operation import GET, PATCH, POST, Operation
from support.each_value import each_value
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_error, make_response
from support.tenant_pages import render_all_pages

SECRET = "t0p-s3cret-pass"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
MESSAGE = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def patch_of(*operations: dict[str, Any]) -> Operation[Any]:
    body = {"schemas": [MESSAGE], "Operations": list(operations)}
    return PATCH("/Users/{}", "7", body=body, returns=decode_json)


RAW: dict[str, Operation[Any]] = {
    "path": patch_of({"op": "replace", "path": "password", "value": SECRET}),
    "URN": patch_of({"op": "replace", "path": f"{CORE}:password", "value": SECRET}),
    "case": patch_of({"OP": "Replace", "Path": f"{CORE.upper()}:PassWord", "VALUE": SECRET}),
    "object": patch_of({"op": "add", "value": {"Password": SECRET}}),
    "object under URN": patch_of({"op": "add", "value": {CORE: {"password": SECRET}}}),
    "extension": patch_of({"op": "add", "path": "urn:acme:2.0:User:apiKey", "value": [SECRET]}),
    "value path": patch_of({"op": "remove", "path": f'credentials[value eq "{SECRET}"]'}),
    "search": POST(
        "/.search", body={"filter": f'password eq "{SECRET}"'}, returns=decode_json, safe=True
    ),
    "query": GET("/Users", query={"filter": f'PASSWORD eq "{SECRET}"'}, returns=decode_json),
    "query in the template": GET(f"/Users?access_token={SECRET}&count=1", returns=decode_json),
    "bulk": POST(
        "/Bulk",
        body={
            "Operations": [
                {"method": "PATCH", "path": "/Users/7", "data": patch_of(operation).body}
                for operation in (
                    {"op": "replace", "path": "password", "value": SECRET},
                    {"op": "add", "value": {"password": SECRET}},
                )
            ]
        },
        returns=decode_json,
    ),
    "header": GET("/Users", headers={"X-Api-Key": SECRET}, returns=decode_json),
}


def send_raw(name: str) -> Callable[[ScimClient], Awaitable[object]]:
    return lambda client: client.send(RAW[name])


SCIM_CALLS: dict[str, Callable[[ScimClient], Awaitable[object]]] = {
    **{name: send_raw(name) for name in RAW},
    "create": lambda c: c.users.create(scim.User(user_name="ana", password=SECRET)),
    "patch by mapping": lambda c: c.users.patch("7", {"password": SECRET}),
    "patch by URN": lambda c: c.users.patch("7", {f"{CORE}:password": SECRET}),
    "patch by operations": lambda c: c.users.patch(
        "7", [scim.PatchOperation("replace", "password", SECRET)]
    ),
    "replace": lambda c: c.users.replace(scim.User(id="7", user_name="ana", password=SECRET)),
    "bulk of changes": lambda c: c.bulk([c.users.change("7", {"password": SECRET})]),
}


@pytest.mark.parametrize("name", SCIM_CALLS)
def test_password_of_scim_request_is_shown_nowhere(
    name: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """The server sends the request back in an error, in which the password is a value of the recording."""
    caplog.set_level(logging.DEBUG, "britive_scim")
    tenant = Tenant()
    okta = tenant.identity_providers["Okta"]
    settings = Settings(log_bodies=True, clock=tenant.clock)
    with ScimClient(
        okta.scim_url,
        okta.scim_token,
        transport=tenant.transport(),
        settings=settings,
        retry=RetryPolicy.none(),
    ) as client:
        # the users do not exist
        with contextlib.suppress(errors.ApiError), client.record(tmp_path / "case.json"):
            SCIM_CALLS[name](client)
    shown = {
        "log": "".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records),
        "recording": (tmp_path / "case.json").read_text("utf-8"),
        "pytest": "".join(
            f"{e.format_details(9999)}{e!r}{e.request_headers}" for e in tenant.requests
        ),
        "pages": render_all_pages(tenant),
    }
    if name in RAW:
        shown["repr"] = repr(RAW[name])
    assert tenant.requests
    assert "-> " in shown["log"]
    assert [place for place, text in shown.items() if SECRET in text] == []


NUMBER = 73529164823
BLOB = f"{CORE.replace('core', 'extension:custom')}:blob"
QUOTING_CALLS: dict[str, Callable[[ScimClient], Awaitable[object]]] = {
    **{name: send_raw(name) for name in ("path", "value path", "search", "query", "bulk")},
    "create": SCIM_CALLS["create"],
    "replace": SCIM_CALLS["replace"],
    "mapping": SCIM_CALLS["patch by mapping"],
    "list": lambda c: c.users.list(filter=f'password eq "{SECRET}"').first(),
    "JSON in a string": lambda c: c.users.patch("7", {BLOB: json.dumps({"password": SECRET})}),
    "number": lambda c: c.users.patch("7", {f"{BLOB[:-4]}apiKey": NUMBER}),
    "raw body": lambda c: c.send(
        POST("/Users/7/reset", body={"newPassword": SECRET}, returns=decode_json)
    ),
}
QUOTING_RESPONSES = {
    "detail": make_error(400, f"bad {SECRET} {NUMBER}"),
    "echo": make_response(422, {"x": SECRET, "y": NUMBER, "z": [{"value": SECRET}]}),
    "text": make_response(500, f"bad {SECRET} {NUMBER}".encode()),
    "page": make_response(403, "".join(f"<p>&#{ord(c)}" for c in SECRET).encode()),
    "JSON escapes": make_response(
        400, json.dumps({"detail": SECRET}).replace("-", "\\u002d").encode()
    ),
    "cut JSON": make_response(200, f'{{"id":"1","password":"{SECRET}","n":{NUMBER}'.encode()),
    "other JSON": make_response(200, [{"x": SECRET, "y": NUMBER}]),
}


@pytest.mark.parametrize("name", QUOTING_CALLS)
def test_secret_that_a_server_quotes_is_shown_nowhere(
    name: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG, "britive_scim")
    settings = Settings(log_bodies=True)
    secret = str(NUMBER) if name == "number" else SECRET
    for form, response in QUOTING_RESPONSES.items():
        if form == "other JSON" and (name in RAW or name == "raw body"):
            continue  # read as it is
        caplog.clear()
        file = tmp_path / f"{form}.json"
        with ScimClient(
            URL,
            TOKEN,
            transport=FakeScimServer(response, make_error(404, "not found")),
            settings=settings,
            retry=RetryPolicy.none(),
        ) as client:
            with client.record(file), pytest.raises(errors.ApiError) as caught:
                QUOTING_CALLS[name](client)
        error = caught.value
        shown = {
            "error": f"{error!r}{error}{vars(error)}{json.dumps(error.to_dict())}",
            "log": caplog.text,
            "recording": file.read_text("utf-8"),
        }
        if form in ("page", "JSON escapes"):  # decoded by errors only
            del shown["log"], shown["recording"]
        leaks = [place for place, text in shown.items() if secret in html.unescape(text)]
        assert leaks == [], form


def test_password_of_failed_bulk_change_is_not_in_its_error() -> None:
    limits = {"supported": True, "maxOperations": 10, "maxPayloadSize": 100_000}
    result = {
        "method": "PATCH",
        "location": f"{URL}/Users/7",
        "status": "400",
        "response": {"detail": f"{SECRET} is too weak"},
    }
    server = FakeScimServer(
        make_response(200, {"schemas": [], "bulk": limits}),
        make_response(200, {"schemas": [BULK], "Operations": [result]}),
    )
    with ScimClient(URL, TOKEN, transport=server) as client:
        report = client.bulk([client.users.change("7", {"password": SECRET})])
    error = report.outcomes[0].error
    assert isinstance(error, errors.BadRequest)
    assert error.detail == "*** is too weak"
    assert SECRET not in f"{error!r}{vars(error)}"


def test_reprs_of_filters_and_paths_mask_passwords() -> None:
    text = f'userName eq "ana" and password eq "{SECRET}"'
    filter_ = scim.parse_filter(text)
    assert repr(filter_) == """parse_filter('userName eq "ana" and password eq "***"')"""
    assert str(filter_) == text
    path = scim.parse_path(f'emails[password eq "{SECRET}"].value')
    assert repr(path) == """parse_path('emails[password eq "***"].value')"""
    assert str(path) == f'emails[password eq "{SECRET}"].value'


def test_password_echoed_in_an_error_is_not_recorded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "britive_scim")
    script = FakeScimServer(make_error(400, f"the password {SECRET} is too weak"))
    settings = Settings(log_bodies=True)
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        with client.record(tmp_path / "case.json"), pytest.raises(errors.BadRequest):
            client.users.patch("7", {"password": SECRET})
    recorded = json.loads((tmp_path / "case.json").read_text("utf-8"))["exchanges"][0]
    assert recorded["response"]["body"]["json"]["detail"] == "the password *** is too weak"
    assert "the password *** is too weak" in caplog.text
    assert SECRET not in caplog.text


def test_password_of_admin_request_is_shown_nowhere(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG, "britive_scim")
    tenant = Tenant()
    with AdminClient(
        tenant.name,
        tenant.api_token,
        transport=tenant.transport(),
        settings=Settings(log_bodies=True, clock=tenant.clock),
    ) as client:
        with client.record(tmp_path / "case.json"):
            user = client.users.create(
                "ana", email="a@acme.com", first_name="A", last_name="N", password=SECRET
            )
            client.users.reset_password(user, SECRET)
            token = client.api_tokens.create(name="nightly")
    assert token.token is not None
    shown = [caplog.text, (tmp_path / "case.json").read_text("utf-8"), repr(user), repr(token)]
    shown += [exchange.format_details(9999) for exchange in tenant.requests]
    for secret in (SECRET, token.token.get_secret_value()):
        assert not [text for text in shown if secret in text]
    assert '"password":"***"' in caplog.text


def test_password_is_not_in_reprs_of_changes_and_models() -> None:
    changes = scim.PatchRequest.from_wire(RAW["bulk"].body["Operations"][0]["data"])
    objects = [
        changes,
        changes.operations[0],
        scim.PatchRequest.from_wire(RAW["value path"].body),
        scim.User(user_name="ana", password=SECRET),
        scim.User.from_wire(
            {
                "userName": "ana",
                "apiKey": SECRET,
                "urn:acme:2.0:User": {"login": {"password": SECRET}},
                "credentials": [{"value": SECRET}],
                "logins": [{"name": "password", "value": SECRET}],
            }
        ),
    ]
    for item in objects:
        html = item._repr_html_() if isinstance(item, scim.Resource) else ""
        arguments = list(item.__repr_args__()) if isinstance(item, scim.Resource) else []
        assert SECRET not in f"{item!r}{item}{html}{arguments}"


@each_value("name", RAW)
def test_password_is_in_no_span_and_no_traceback(name: str) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    settings = Settings(tracer_provider=provider)
    server = FakeScimServer(make_error(400, "no"))
    with ScimClient(URL, TOKEN, transport=server, settings=settings) as client:
        with pytest.raises(errors.BadRequest) as caught:
            client.send(RAW[name])
    provider.shutdown()
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    variables = [
        f"{key}={value!r}"
        for frame in frames
        if Path(frame.f_code.co_filename).name != Path(__file__).name
        for key, value in frame.f_locals.items()
    ]
    spans = [span.to_json() for span in exporter.get_finished_spans()]
    assert len(spans) == 1
    assert any("Operation(" in variable for variable in variables)
    assert [text for text in [*spans, *variables] if SECRET in text] == []


def test_query_in_the_template_is_sent_and_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "britive_scim")
    server = FakeScimServer(make_response(200, {}))
    with ScimClient(URL, TOKEN, transport=server) as client:
        operation = GET(
            "/Users?filter=userName%20eq%20%22ana%22&deep", query={"count": 5}, returns=decode_json
        )
        client.send(operation)
    assert server.sent[0].url.query == b"filter=userName%20eq%20%22ana%22&deep=&count=5"
    assert "GET /Users -> 200" in caplog.text
    assert "ana" not in caplog.text


QUOTED: dict[str, Callable[[str], str]] = {
    "in JSON": lambda text: "".join(f"\\u{ord(c):04x}" for c in text),
    "in HTML": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "in a URL": lambda text: "".join(f"%{ord(c):02X}" for c in text),
    "in base64": lambda text: b64encode(text.encode()).decode(),
    "in base64 with a name": lambda text: b64encode(f"ana:{text}".encode()).decode(),
    "in base64 for URLs": lambda text: urlsafe_b64encode(f"?{text}?".encode()).decode(),
    "in base64 within JSON": lambda text: "".join(f"\\u{c:04x}" for c in b64encode(text.encode())),
}


@each_value("form", QUOTED)
def test_secret_that_a_server_encodes_is_shown_nowhere(
    form: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In errors, logs and recordings alike."""
    caplog.set_level(logging.DEBUG, "britive_scim")
    caplog.clear()
    quoted = QUOTED[form](SECRET)
    script = FakeScimServer(make_response(400, f'{{"detail": "weak: {quoted} !"}}'.encode()))
    settings = Settings(log_bodies=True)
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        with (
            client.record(tmp_path / "case.json"),
            pytest.raises(errors.BadRequest) as caught,
        ):
            client.users.patch("7", {"password": SECRET})
    shown = caplog.text + (tmp_path / "case.json").read_text("utf-8") + str(caught.value)
    assert quoted.strip('"')[8:-8] not in shown
    assert len(re.findall(r"weak: \S*\*\*\*", shown)) == 3
