"""Secrets and tokens in pages and recorded exchanges: every place and encoding in which a client may send them."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from britive_scim.testing import ConnectionCut, Tenant
from support.each_value import each_value
from support.tenant_callers import (
    CUSTOM,
    Caller,
    make_admin_caller,
    make_scim_caller,
    make_user,
)
from support.tenant_pages import list_paths, render_all_pages

SECRET = "S3CRET-value-16"


def collect_records(tenant: Tenant) -> str:
    """Return all that a tenant recorded, decoded in each encoding, and all of its pages."""
    parts = [render_all_pages(tenant)]
    for exchange in tenant.requests:
        parts += [str(exchange), exchange.format_details(10**6), repr(exchange.query)]
        parts += [repr(dict(exchange.request_headers)), repr(dict(exchange.response_headers))]
        for body in (exchange.request_body, exchange.response_body):
            parts += [body.decode("utf-8", "replace"), body.replace(b"\0", b"").decode("latin-1")]
    return "\n".join(parts)


def patch_all(tenant: Tenant, body: str | bytes) -> str:
    """Send a PATCH to an API, and return what was recorded and shown."""
    make_scim_caller(tenant, "Okta").patch("/Users/none", body)
    return collect_records(tenant)


@pytest.fixture
def mapped(tenant: Tenant) -> Tenant:
    """A tenant with mapped identity attributes whose names are secret."""
    with tenant.admin_client() as client:
        client.set_up_provisioning("Okta", custom_attributes=["vpnPassword", "apiKey"])
    return tenant


def test_values_of_secret_identity_attributes_are_masked(mapped: Tenant, okta: Caller) -> None:
    okta.create_user("ana@acme.com", **{CUSTOM: {"vpnPassword": SECRET, "apiKey": f"{SECRET}-2"}})
    records = collect_records(mapped)
    assert SECRET not in records
    assert records.count("<td>***</td>") == 2


def test_value_set_in_britive_is_masked(tenant: Tenant, admin: Caller) -> None:
    attribute = {
        "name": "Door password",
        "description": "",
        "dataType": "String",
        "multiValued": False,
        "identityTypes": ["User"],
    }
    created = admin.post("/users/attributes", attribute).json()
    person = {"name": "Bo", "username": "bo", "email": "bo@acme.com", "status": "active"}
    names = {"firstName": "Bo", "lastName": "Li", "password": "Sup3rS3cret!pass"}
    user = admin.post("/users", {**person, **names}).json()
    value = {"attributeId": created["id"], "attributeValue": SECRET}
    change = [{"op": "add", "customUserAttribute": value}]
    assert admin.patch(f"/users/{user['userId']}/custom-attributes", change).status < 300
    page = tenant.pages.render(f"/users/{user['userId']}").body.decode()
    assert "set in Britive</td><td>***" in page
    assert SECRET not in collect_records(tenant)


def test_value_of_rule_is_masked(mapped: Tenant, admin: Caller) -> None:
    attributes = {item["name"]: item["id"] for item in admin.get("/users/attributes").json()}
    tag = admin.post("/user-tags", {"name": "By rule", "description": ""}).json()
    rules = [
        {"attributeId": attributes[name], "operator": "is", "value": value}
        for name, value in (("apiKey", SECRET), ("Last Name", "Diaz"))
    ]
    path = f"/user-tags/{tag['userTagId']}/attribute-criteria"
    assert admin.post(path, rules).status < 300
    deep = f"[{json.dumps(rules[0])},{'[' * 900}{']' * 900}]"
    admin.post(path, deep)
    admin.post(path, json.dumps(rules).encode("utf-16"))
    page = mapped.pages.render(f"/tags/{tag['userTagId']}").body.decode()
    assert SECRET not in collect_records(mapped)
    assert "<td>***</td>" in page
    assert "<td>Diaz</td>" in page


OPERATIONS = {"Operations": [{"op": "add", "path": "password", "value": SECRET}]}


@each_value("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_secret_in_another_encoding_is_masked(encoding: str) -> None:
    records = patch_all(Tenant(), json.dumps(OPERATIONS).encode(encoding))
    assert SECRET not in records
    assert "Set <code>password</code> to <code>***</code>" in records
    assert SECRET not in patch_all(Tenant(), f'password="{SECRET}"'.encode(encoding))
    assert SECRET not in patch_all(Tenant(), f'password="{SECRET}"'.encode(encoding) + b"\0x")


@each_value(
    "query",
    [
        {"filter": f'password is "{SECRET}"'},
        {"filter": f'password = "{SECRET}"'},
        {"filter": f"password={SECRET}"},
        {"filter": f"password {SECRET}"},
        {"filter": f'title eq "x" and (password "{SECRET}")'},
        {"filter": f'title eq "password is "{SECRET}""'},
        {"q": f'password eq "{SECRET}"'},
        {f'password is "{SECRET}"': ""},
        {f'password = "{SECRET}"': "x"},
        {'password is "': f'password is "{SECRET}'},
    ],
)
def test_secret_in_an_invalid_filter_is_masked(query: dict[str, str]) -> None:
    tenant = Tenant()
    make_scim_caller(tenant, "Okta").get("/Users", **query)
    make_admin_caller(tenant).get("/users", **query)
    body = {"schemas": [], **query, "Operations": [{"op": "remove", "path": query.get("filter")}]}
    make_scim_caller(tenant, "Okta").post("/Users/.search", body if "filter" in query else {})
    records = collect_records(tenant)
    assert SECRET not in records
    assert "***" in records


def test_filters_without_secrets_are_shown(okta: Caller, tenant: Tenant) -> None:
    for text in ('title eq "password"', 'password pr and emails[value co "token"]', "q=1", "top"):
        okta.get("/Users", filter=text)
        assert tenant.requests[-1].query == (("filter", text),)


def list_tokens(tenant: Tenant) -> list[str]:
    return [
        tenant.api_token.get_secret_value(),
        tenant.identity_providers["Okta"].scim_token.get_secret_value(),
    ]


@each_value("index", [0, 1])
def test_tokens_of_the_tenant_are_masked_everywhere(index: int) -> None:
    tenant = Tenant()
    token = list_tokens(tenant)[index]
    escaped = "".join(f"\\u{ord(character):04x}" for character in token)
    headers = {
        "Authentication": f"Bearer {token}",
        "X-Auth": token,
        "User-Agent": f"curl (Bearer {token})",
        "Authorization": token,
        f"X-{token}": "1",
    }
    for path in (
        f"/api/scim/v2/{token}",
        f"/api/scim/v2/Users;token={token}",
        f"/api/users/{token}",
    ):
        tenant.respond("GET", path, headers)
    tenant.respond("GET", f"/api/x/%{ord(token[0]):x}{token[1:]}?q={token}&{token}=1", headers)
    tenant.faults.add(400, headers={"X-Echo": f"got {token}"}, body=f'{{"detail":"no {token}"}}')
    caller = make_scim_caller(tenant, "Okta")
    caller.get("/Users")
    caller.post("/Users", make_user(token, title=token))
    caller.post("/Users", f'{{"title":"{escaped}"}}')
    caller.post("/Users", f'{{"title":"{token}"}}'.encode("utf-16"))
    caller.post("/Users", f"<p>{token}</p>")
    records = collect_records(tenant)
    assert token not in records
    assert escaped not in records
    assert "curl (Bearer ***)" in records
    assert "no ***" in records


def test_token_is_masked_after_it_was_replaced(tenant: Tenant, admin: Caller) -> None:
    old = list_tokens(tenant)[1]
    before = tenant.snapshot()
    created = admin.post("/token", {"name": "t", "tokenExpirationDays": 5}).json()["token"]
    identity = admin.post("/users", {"type": "ServiceIdentity", "name": "robot"}).json()
    issued = admin.post(f"/users/{identity['userId']}/tokens", {}).json()["token"]
    tenant.restore(before)
    provider = tenant.identity_providers["Okta"].id
    renewed = admin.post(f"/identity-providers/{provider}/scim-token", {"tokenExpirationDays": 9})
    new = tenant.identity_providers["Okta"].scim_token.get_secret_value()
    assert renewed.status < 300
    assert old != new
    for token in (old, new, created, issued):
        tenant.respond("GET", f"/api/{token}")
        assert tenant.requests[-1].path == "/api/***"


def test_tokens_of_a_loaded_state_are_masked(tenant: Tenant, tmp_path: Any) -> None:
    other = Tenant()
    other.save(tmp_path / "state.json")
    tenant.load_state(tmp_path / "state.json")
    token = list_tokens(other)[1]
    tenant.identity_providers["Okta"].add_user(make_user(token))
    assert token not in render_all_pages(tenant)


@each_value(
    "text",
    [
        f"Bearer {SECRET}",
        f"bearer: {SECRET}",
        "Basic dXNlcjpTM0NSRVQ=",
        f"TOKEN {SECRET}",
        "eyJhbGciOiJI.eyJzdWIiOiJh.c2lnbmF0dXJl",
    ],
)
def test_credentials_are_masked_in_any_text(text: str) -> None:
    tenant = Tenant()
    tenant.faults.add(400, headers={"X-Echo": f"no {text}"}, body=json.dumps({"detail": text}))
    target = f"/api/scim/v2/{quote(text)}?q={quote(text)}"
    tenant.respond("POST", target, {"X-Auth": text}, json.dumps({"title": f"a {text}"}))
    tenant.respond("POST", "/api/x", {"X-Auth": text}, f"a {text}")
    records = collect_records(tenant)
    assert text.rsplit(maxsplit=1)[-1] not in records
    assert json.loads(tenant.requests[0].response_body)["detail"].endswith("***")


def test_secret_parameter_of_a_path_is_masked(tenant: Tenant, okta: Caller) -> None:
    okta.get(f"/Users;password={SECRET};x=1/a")
    assert tenant.requests[-1].path == "/api/scim/v2/Users;password=***;x=1/a"
    okta.get(f"/Users;x=%42earer%20{SECRET}")
    assert SECRET not in collect_records(tenant)


def test_words_of_ordinary_text_stay(okta: Caller, tenant: Tenant) -> None:
    text = "Basic authentication, the token expired, Bearer tokens, TOKEN EXPIRED"
    tenant.faults.add(401, headers={"WWW-Authenticate": 'Bearer realm="a"'}, body=text)
    assert okta.get("/Users").status == 401
    exchange = tenant.requests[-1]
    assert exchange.response_headers["WWW-Authenticate"] == 'Bearer realm="a"'
    tenant.faults.add(401, body=json.dumps({"detail": text}))
    okta.get("/Users")
    assert tenant.requests[-1].response_json() == {"detail": text}


def cut_label(body: str) -> str:
    return body[:50]


@each_value(
    "body",
    [
        '{"Operations":[{"op":"add","path":"password","value":["%s"',
        '{"password":{"value":"%s"}',
        '{"p\\u0061ssword":{"value":"%s"}',
        "<password>%s</password>",
        'password="%s"',
        "password: %s",
        "user=ana&password=%s",
        "user=ana&p%%61ssword=%s",
        "{'password': '%s'}",
        "{'apiKey': '%s'}",
        '{"op":"add","path":["password"],"value":"%s"}',
        '{"op":"add","path":[["x"],["password"]],"value":"%s"}',
        '{"newPass":"%s"}',
        '{"pass":"%s"}',
        '{"PASS":"%s","PASSENGER":"1"}',
        '{"user_pass":"%s"}',
        '{"pwd":"%s"}',
        '{"password":"%s","password":null}',
        '{"password":"%s","x":' + "[" * 500 + "]" * 500 + "}",
        '{"password":"%s","x":' + "[" * 5000 + "]" * 5000 + "}",
        '{"password":"%s"' + " " * 200_000,
    ],
    label=cut_label,
)
def test_secret_in_a_body_of_any_form_is_masked(body: str) -> None:
    tenant = Tenant()
    tenant.faults.add(400, body=body % SECRET)
    caller = make_scim_caller(tenant, "Okta")
    caller.post("/Users", body % SECRET)
    caller.post("/Users", body % SECRET)
    assert SECRET not in collect_records(tenant)


def test_text_with_a_sensitive_word_is_replaced_by_its_size(okta: Caller, tenant: Tenant) -> None:
    okta.post("/Users", "password: abc")
    text = "body of 13 bytes not shown: not JSON, and may contain a secret"
    assert tenant.requests[-1].request_body.decode() == text
    assert text in tenant.pages.render("/requests/1").body.decode()
    okta.post("/Users", "a passenger, a monkey")
    assert tenant.requests[-1].request_body == b"a passenger, a monkey"


def test_records_without_a_response_have_no_secret(tenant: Tenant, okta: Caller) -> None:
    tenant.faults.add(cut="after")
    with pytest.raises(ConnectionCut):
        okta.create_user("ana@acme.com", password=SECRET)
    assert SECRET not in collect_records(tenant)
    assert tenant.requests[-1].response_headers == {}


def test_every_page_is_in_the_list_of_pages(tenant: Tenant, okta: Caller) -> None:
    okta.create_user("ana@acme.com")
    assert len(list(list_paths(tenant))) == 9


def test_verbose_server_prints_no_secret(
    tenant: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    token = list_tokens(tenant)[1]
    with tenant.serve(verbose=True) as server:
        httpx.get(f"{server.url}/api/{token}?filter=password+is+{SECRET}&x=%0a&q=Bearer%20{SECRET}")
    line = capsys.readouterr().err
    assert line.startswith("GET /api/***?filter=password%20is%20***&x=%0a&q=Bearer%20*** -> 401")
    assert SECRET not in line
    assert token not in line
