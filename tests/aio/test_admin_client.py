"""Construction of the admin client, credentials and error responses."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from pydantic import SecretStr

from britive_scim import AsyncAdminClient, RetryPolicy, Settings, admin
from britive_scim.errors import (
    ApiError,
    BadRequest,
    ConfigurationError,
    Conflict,
    ExternallyManaged,
    Forbidden,
    InputError,
    Maintenance,
    NotFound,
    RateLimited,
    ReadOnly,
    ServerError,
    TransportError,
    Unauthorized,
    UnexpectedResponse,
)
from britive_scim.wire.decoding.scim import decode_json
from britive_scim.wire.operation import GET
from support.each_value import each_value
from support.fake_admin_api import HOST, TOKEN, FakeAdminApi

ONCE = RetryPolicy(attempts=1)


def client(script: FakeAdminApi, **options: Any) -> AsyncAdminClient:
    return AsyncAdminClient("acme", TOKEN, transport=script, retry=ONCE, **options)


class TestAdminClient:
    def test_new_client_sends_nothing(self) -> None:
        script = FakeAdminApi()
        britive = client(script)
        britive.users.list()
        britive.tags.list()
        assert script.sent == []
        assert britive.base_url == HOST

    @pytest.mark.parametrize(
        ("tenant", "base_url", "address"),
        [
            ("acme", None, HOST),
            ("acme.britive-app.com", None, HOST),
            ("https://britive.acme.example:8443/", None, "https://britive.acme.example:8443"),
            ("acme", "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ],
    )
    def test_tenant_name_host_or_url_sets_base_url(
        self, tenant: str, base_url: str | None, address: str
    ) -> None:
        assert AsyncAdminClient(tenant, TOKEN, base_url=base_url).base_url == address

    @pytest.mark.parametrize(
        ("arguments", "rule"),
        [
            (("", TOKEN), "tenant must be a name"),
            (("acme", ""), "token"),
            (("acme", "two\nlines"), "line break"),
            (("acme", None), "token"),
            (("http://acme.example", TOKEN), "https"),
        ],
    )
    def test_invalid_arguments_raise_configuration_error(
        self, arguments: tuple[Any, Any], rule: str
    ) -> None:
        with pytest.raises(ConfigurationError, match=rule) as caught:
            AsyncAdminClient(*arguments)
        assert "two" not in str(caught.value)

    def test_unknown_auth_scheme_raises_configuration_error(self) -> None:
        with pytest.raises(ConfigurationError, match="auth_scheme"):
            AsyncAdminClient("acme", TOKEN, auth_scheme="Basic")

    def test_from_env_reads_environment(self) -> None:
        environment = {"BRITIVE_TENANT": "acme", "BRITIVE_API_TOKEN": TOKEN}
        assert AsyncAdminClient.from_env(environment).base_url == HOST

    def test_from_env_lists_all_missing_variables(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("BRITIVE_TENANT", raising=False)
        monkeypatch.delenv("BRITIVE_API_TOKEN", raising=False)
        with pytest.raises(ConfigurationError, match=r"BRITIVE_TENANT.*BRITIVE_API_TOKEN"):
            AsyncAdminClient.from_env()

    def test_repr_and_pickle_do_not_reveal_token(self) -> None:
        britive = AsyncAdminClient("acme", TOKEN)
        assert TOKEN not in repr(britive) + repr(britive.users) + repr(vars(britive))
        with pytest.raises(TypeError, match="token"):
            pickle.dumps(britive)

    def test_client_with_token_function_can_be_pickled(self) -> None:
        britive = AsyncAdminClient("acme", fetch_token, auth_scheme="Bearer", timeout=3)
        again = pickle.loads(pickle.dumps(britive))
        assert again.base_url == HOST


def fetch_token() -> str:
    return TOKEN


@each_value(
    "token, scheme, header",
    [
        (TOKEN, None, f"TOKEN {TOKEN}"),
        ("e" * 60, None, f"Bearer {'e' * 60}"),
        ("OIDC::" + "e" * 60, None, f"WorkloadToken OIDC::{'e' * 60}"),
        (TOKEN, "Bearer", f"Bearer {TOKEN}"),
        (SecretStr(TOKEN), None, f"TOKEN {TOKEN}"),
        (fetch_token, None, f"TOKEN {TOKEN}"),
    ],
)
async def test_token_is_sent_with_its_scheme(token: Any, scheme: str | None, header: str) -> None:
    script = FakeAdminApi({"GET /api/user-tags/t1": (200, {"userTagId": "t1"})})
    async with AsyncAdminClient("acme", token, auth_scheme=scheme, transport=script) as britive:
        await britive.tags.get("t1")
    assert script.sent[0].headers["authorization"] == header
    assert script.sent[0].headers["accept"] == "application/json"


@each_value(
    "status, body, error, words",
    [
        (400, {"errorCode": "G-0001", "message": "bad"}, BadRequest, "G-0001"),
        (400, {"errorCode": "U-0003", "message": "no"}, ExternallyManaged, "identity provider"),
        (400, {"errorCode": "UT-0002", "message": "no"}, ExternallyManaged, "identity provider"),
        (400, {"errorCode": "U-0009", "message": "exists"}, Conflict, "unique"),
        (401, {"errorCode": "AU-0018", "message": "invalid"}, Unauthorized, "API token"),
        (401, b"<html>login</html>", Unauthorized, "SCIM token"),
        (403, None, Forbidden, "permissions"),
        (404, {"message": "no such tag"}, NotFound, "no such tag"),
        (404, b"<h1>Not Found</h1>", NotFound, "base URL"),
        (405, {"message": "method"}, BadRequest, "405"),
        (409, {"message": "conflict"}, Conflict, "conflict"),
        (422, {"message": "cannot"}, BadRequest, "cannot"),
        (429, None, RateLimited, "429"),
        (500, b"oops", ServerError, "oops"),
        (502, b"<html><title>Bad Gateway</title>", ServerError, "Bad Gateway"),
        (503, {"errorCode": "MAINT0001", "message": "back at 5"}, Maintenance, "back at 5"),
        (200, b"<html>login</html>", UnexpectedResponse, "HTML"),
        (200, b'{"userTagId": "t1", "na', UnexpectedResponse, "JSON"),
        (200, [], UnexpectedResponse, "object"),
        (302, None, UnexpectedResponse, "redirect"),
    ],
)
async def test_error_response_raises_matching_error_class(
    status: int, body: Any, error: type[ApiError], words: str
) -> None:
    script = FakeAdminApi({"GET /api/user-tags/t1": (status, body)})
    async with client(script) as britive:
        with pytest.raises(error, match=words) as caught:
            await britive.tags.get("t1")
    assert type(caught.value) is error
    assert caught.value.status == status
    assert caught.value.path == "/api/user-tags/t1"
    assert TOKEN not in repr(caught.value.to_dict())


async def test_read_only_client_reads_and_refuses_writes() -> None:
    script = FakeAdminApi({"GET /api/user-tags/t1": (200, {"userTagId": "t1"})})
    async with client(script, read_only=True) as britive:
        await britive.tags.get("t1")
        with pytest.raises(ReadOnly):
            await britive.identity_providers.delete("i1")
    assert script.lines == ["GET /api/user-tags/t1"]


async def test_send_reaches_any_endpoint() -> None:
    script = FakeAdminApi({"GET /api/features": (200, [{"name": "x", "enabled": True}])})
    async with client(script) as britive:
        result = await britive.send(GET("/api/features", returns=decode_json))
    assert result == [{"name": "x", "enabled": True}]


async def test_post_without_response_is_not_retried() -> None:
    def cut(request: Any) -> Any:
        raise ConnectionResetError

    script = FakeAdminApi({"POST /api/identity-providers": cut})
    async with AsyncAdminClient("acme", TOKEN, transport=script) as britive:
        with pytest.raises(TransportError) as caught:
            await britive.identity_providers.create("Okta")
    assert caught.value.may_have_happened is True
    assert len(script.sent) == 1


def test_object_without_id_raises_input_error() -> None:
    with pytest.raises(InputError, match="without one"):
        GET("/api/user-tags/{}", admin.Tag(name="new"), returns=decode_json)


def test_settings_set_page_size() -> None:
    britive = client(FakeAdminApi(), settings=Settings(page_size=7))
    assert britive.users.list()._page_size == 7
