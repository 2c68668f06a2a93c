# Generated from tests/aio/test_admin_vendor_points.py by tools/unasync.py; edit that file instead.
"""Twenty-four differences from the vendor's own package, by the numbers of the page "Come from the vendor's package"."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from operator import attrgetter
from pathlib import Path
from typing import Any

import httpx
import pytest

from britive_scim import AdminClient, RetryPolicy, Settings, admin
from britive_scim.errors import (
    ApiError,
    BadRequest,
    ConfigurationError,
    InvalidFilter,
    RateLimited,
    ServerError,
    TransportError,
)
from britive_scim.testing import Tenant
from support.each_value import each_value
from support.fake_admin_api import FakeAdminApi as Routes
from support.fake_scim_server import FakeClock, FakeScimServer, make_response

TOKEN = "k" * 32
PAGE = Path(__file__).parents[2] / "docs/how-to/come-from-the-vendors-package.md"
USERS = {"count": 300, "page": 0, "size": "100", "data": [{"userId": "u1", "username": "ana"}]}


def client(transport: Any, clock: FakeClock | None = None, **options: Any) -> AdminClient:
    settings = Settings(clock=clock or FakeClock())
    return AdminClient("acme", TOKEN, transport=transport, settings=settings, **options)


def make_error_response(status: int) -> httpx.Response:
    return make_response(status, {"status": status, "message": "no", "errorCode": "G-0001"})


def test_01_missing_token_raises_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="token"):
        AdminClient("acme", None)
    with pytest.raises(ConfigurationError, match=r"BRITIVE_TENANT.*BRITIVE_API_TOKEN"):
        AdminClient.from_env({})


def test_02_new_client_sends_nothing() -> None:
    script = FakeScimServer(make_error_response(500))
    with client(script):
        pass
    assert script.sent == []


def test_03_every_request_has_a_timeout() -> None:
    script = FakeScimServer(make_response(200, {}), make_response(200, []))
    with client(script) as britive:
        britive.identity_providers.types()
        britive.identity_providers.list(timeout=3)
    limits = [request.extensions["timeout"] for request in script.sent]
    assert all(value for value in limits[0].values())
    assert set(limits[1].values()) == {3}


@each_value("status, kind", [(429, RateLimited), (500, ServerError), (503, ServerError)])
def test_04_last_attempt_raises_error(status: int, kind: type[ApiError]) -> None:
    script = FakeScimServer(make_error_response(status))
    with client(script, retry=RetryPolicy(attempts=3)) as britive:
        with pytest.raises(kind) as caught:
            britive.identity_providers.list()
    assert (caught.value.status, len(script.sent)) == (status, 3)


@each_value("status", [302, 304, 402, 405, 406, 415, 418, 422, 423, 501, 502, 504, 599])
def test_05_error_status_raises_api_error(status: int) -> None:
    with client(
        FakeScimServer(make_error_response(status)), retry=RetryPolicy(attempts=1)
    ) as britive:
        with pytest.raises(ApiError) as caught:
            britive.tags.create("Doors")
    assert caught.value.status == status


def test_06_retry_is_safe_and_follows_retry_after() -> None:
    clock, creation = FakeClock(), FakeScimServer(make_error_response(500))
    with client(creation, clock) as britive:
        with pytest.raises(ServerError):
            britive.tags.create("Doors")
        creation.steps[:] = [httpx.ReadError("reset")]
        with pytest.raises(TransportError) as caught:
            britive.tags.create("Doors")
    assert len(creation.sent) == 2, "neither was retried"
    assert caught.value.may_have_happened
    throttled = FakeScimServer(
        make_response(429, None, {"Retry-After": "7"}), make_response(200, [])
    )
    with client(throttled, clock) as britive:
        britive.identity_providers.list()
    assert 7 <= clock.waited < 12, "the wait is that of the server"


@each_value("body", [b"<html>down</html>", b"down", b"", b"[1]", b"null", b'"x"'])
def test_07_503_without_json_raises_server_error(body: bytes) -> None:
    with client(
        FakeScimServer(make_response(503, body)), retry=RetryPolicy(attempts=1)
    ) as britive:
        with pytest.raises(ServerError, match="503"):
            britive.features()


def test_08_upload_is_retried_and_raises() -> None:
    script = FakeScimServer(
        make_response(429, None, {"Retry-After": "1"}), make_error_response(400)
    )
    with client(script) as britive:
        with pytest.raises(BadRequest, match="G-0001"):
            britive.identity_providers.saml_metadata.upload("i1", "<EntityDescriptor/>")
    assert [request.method for request in script.sent] == ["PATCH", "PATCH"]


def test_09_token_update_keeps_token() -> None:
    tenant = Tenant()
    with AdminClient(
        "acme", tenant.api_token, transport=tenant.transport()
    ) as britive:
        robot = britive.service_identities.create("ci")
        secret = (britive.service_identities.token.create(robot, days=7)).token
        assert secret is not None
        britive.service_identities.token.update(robot, days=9)
        known = britive.service_identities.token.get(robot)
    with AdminClient("acme", secret, transport=tenant.transport()) as as_robot:
        as_robot.banner()
    assert known.token_expiration_days == 9


def test_10_set_mfa_sends_documented_names() -> None:
    routes = Routes({"PATCH /api/identity-providers/i1/mfa": (200, {})})
    with client(routes) as britive:
        britive.identity_providers.set_mfa("i1", enabled=True, root_user=False)
    assert routes.sent[0].body == {"mfaEnabled": True, "mfaRootUserEnabled": False}


def test_11_provider_types_and_password_policy_exist() -> None:
    with AdminClient.from_env(
        {"BRITIVE_TENANT": "acme", "BRITIVE_API_TOKEN": TOKEN},
        transport=FakeScimServer(make_response(200, {"id": "i1", "type": "SAML"})),
    ) as britive:
        assert (britive.identity_providers.create("Okta", type="SAML")).type == "SAML"
        assert britive.identity_providers.types()
        assert britive.identity_providers.password_policy.get()


def test_12_omitted_fields_are_not_sent() -> None:
    routes = Routes({"PATCH /api/user-tags/t1": (200, {})})
    with client(routes) as britive:
        britive.tags.update("t1", name="Gates")
    assert routes.sent[0].body == {"name": "Gates"}


def test_13_lists_are_lazy() -> None:
    script = FakeScimServer(make_response(200, USERS))
    with client(script) as britive:
        pager = britive.users.list()
        assert script.sent == []
        assert pager.first()
        for _ in britive.users.list(page_size=50):
            break
    assert [request.url.params["size"] for request in script.sent] == ["1", "50"]


def test_14_numbers_in_strings_are_read() -> None:
    pages = [
        {"count": "2", "page": str(n), "size": "1", "data": [{"userId": f"u{n}"}]} for n in range(2)
    ]
    script = FakeScimServer(*(make_response(200, page) for page in pages))
    with client(script) as britive:
        pager = britive.users.list(page_size=1)
        assert len([user for user in pager]) == pager.total == 2
    assert len(script.sent) == 2


REQUEST_COUNTS = [
    ("users.update", ("u1",), {"username": "a", "email": "a@acme.com", "mobile": "1"}, 1),
    ("users.update", ("u1",), {"mobile": "1"}, 2),
    ("tags.update", ("t1",), {"name": "Gates"}, 1),
    ("identity_attributes.create", ("costCode",), {}, 1),
    ("api_tokens.get", ("k1",), {}, 1),
    ("identity_providers.update", ("i1",), {"name": "Okta"}, 2),
]


@each_value("method, args, options, cost", REQUEST_COUNTS)
def test_15_change_sends_fewest_requests(
    method: str, args: tuple[Any, ...], options: dict[str, Any], cost: int
) -> None:
    script = FakeScimServer(
        make_response(200, {"id": "x", "username": "a", "email": "e", "name": "n"})
    )
    with client(script) as britive:
        noun, _, name = method.rpartition(".")
        getattr(getattr(britive, noun), name)(*args, **options)
    assert len(script.sent) == cost


def test_15_attribute_names_are_looked_up_once() -> None:
    routes = Routes(
        {
            "GET /api/users/attributes": (200, [{"id": "a1", "name": "team"}]),
            "GET /api/users/u1/custom-attributes": (200, []),
            "PATCH /api/users/u1/custom-attributes": (200, None),
            "POST /api/user-tags/t1/attribute-criteria": (200, []),
        }
    )
    with client(routes) as britive:
        britive.users.custom_attributes.update("u1", {"team": "Sales"})
        britive.users.custom_attributes.update("u1", {"team": "HR"})
        britive.tags.rules.add("t1", [("team", "is", "Sales")])
    assert routes.lines.count("GET /api/users/attributes") == 1


def test_16_results_are_typed() -> None:
    tenant = Tenant()
    assert files("britive_scim").joinpath("py.typed").is_file()
    with AdminClient(
        "acme", tenant.api_token, transport=tenant.transport()
    ) as britive:
        okta = britive.identity_providers.get_by_name("Okta")
        tag = britive.tags.create("Doors")
        disabled = britive.users.disable_many([])
    assert (type(okta), type(tag), disabled) == (admin.IdentityProvider, admin.Tag, [])
    assert tag.created is not None
    assert tag.created.tzinfo is not None


def test_17_arguments_are_not_changed_or_reordered() -> None:
    ids, kinds = ["u3", "u1", "u2", "u1"], ["ServiceIdentity", "User"]
    routes = Routes(
        {
            "POST /api/users/minimized-user-details": (200, []),
            "POST /api/users/attributes": (200, {"id": "a1"}),
        }
    )
    with client(routes) as britive:
        britive.users.list_minimized(ids)
        britive.identity_attributes.create("team", identity_types=kinds)
        britive.identity_attributes.create("hired")
    assert (ids, kinds) == (["u3", "u1", "u2", "u1"], ["ServiceIdentity", "User"])
    assert routes.sent[0].body == ["u3", "u1", "u2"]
    assert [sent.body["identityTypes"] for sent in routes.sent[1:]] == [kinds, ["User"]]


def test_18_value_cannot_change_filter() -> None:
    script = FakeScimServer(make_response(200, []))
    with client(script) as britive:
        with pytest.raises(InvalidFilter, match="quotation"):
            britive.users.find_by_username('x" or name co "')
        with pytest.raises(InvalidFilter, match="quotation"):
            admin.where("name").co('x"')
    assert script.sent == []


def test_19_find_by_username_matches_whole_name() -> None:
    near = [{"userId": "u1", "username": "ana"}, {"userId": "u2", "username": "ana-maria"}]
    with client(FakeScimServer(make_response(200, near))) as britive:
        result = britive.users.find_by_username("Ana")
        assert result is not None
        assert result.id == "u1"
        assert britive.users.find_by_username("an") is None


@each_value(
    "tenant, url",
    [
        ("acme", "https://acme.britive-app.com"),
        ("https://britive.acme.example:8443", "https://britive.acme.example:8443"),
        ("britive.acme.example:8443", "https://britive.acme.example:8443"),
        ("https://acme.britive.com/", "https://acme.britive.com"),
        ("https://acme.britive-app.com/api/", "https://acme.britive-app.com"),
    ],
)
def test_20_tenant_may_have_any_host(tenant: str, url: str) -> None:
    script = FakeScimServer(make_response(200, []))
    settings = Settings(clock=FakeClock())
    with AdminClient(tenant, TOKEN, transport=script, settings=settings) as britive:
        britive.features()
    assert str(script.sent[0].url) == f"{url}/api/features"


@each_value(
    "token, scheme, word",
    [
        (TOKEN, None, "TOKEN"),
        (TOKEN, "Bearer", "Bearer"),
        ("e" * 60, None, "Bearer"),
        ("e" * 60, "TOKEN", "TOKEN"),
        (f"OIDC::{'e' * 60}", None, "WorkloadToken"),
    ],
)
def test_21_auth_scheme_is_inferred_or_given(
    token: str, scheme: str | None, word: str
) -> None:
    script = FakeScimServer(make_response(200, []))
    with AdminClient("acme", token, auth_scheme=scheme, transport=script) as britive:
        britive.features()
    assert script.sent[0].headers["Authorization"] == f"{word} {token}"


def test_22_environment_is_not_changed() -> None:
    before = dict(os.environ)
    with client(FakeScimServer(make_response(200, []))) as britive:
        britive.features()
    assert dict(os.environ) == before


def test_23_both_apis_work_on_emulated_tenant() -> None:
    tenant = Tenant()
    with AdminClient(
        "acme", tenant.api_token, transport=tenant.transport()
    ) as britive:
        connection = britive.set_up_provisioning("HR")
        with connection.client() as hr:
            assert (hr.check()).ok


MISSING_IN_VENDOR_PACKAGE = [
    "identity_attributes.data_types",
    "identity_attributes.get",
    "identity_attributes.update",
    "mfa.delete",
    "mfa.find",
    "tags.rules.preview",
    "tags.set_owners",
    "users.disable",
    "users.enable",
    "users.list_by_tag",
]


def test_24_methods_missing_in_vendor_package_exist() -> None:
    with client(FakeScimServer(make_error_response(500))) as britive:
        assert set(MISSING_IN_VENDOR_PACKAGE) <= {ability.name for ability in britive.operations()}
    assert {"attributes", "requestable", "relationships"} <= set(admin.Tag.model_fields)


def test_page_names_existing_methods() -> None:
    named = re.findall(r"^\| `[^|]+` \| (`[^|]+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    ours = {name for row in named for name in re.findall(r"`([a-z_]+\.[a-z_.]+)", row)}
    assert len(ours) > 20
    for name in ours:
        assert attrgetter(name)(client(FakeScimServer()))


def test_page_lists_every_point() -> None:
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| [^|]+ \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    tests = {int(name[5:7]) for name in globals() if re.match(r"test_\d\d_", name)}
    assert [int(row) for row in rows] == sorted(tests) == list(range(1, 25))
