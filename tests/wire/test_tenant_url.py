"""URL of a tenant, and authentication scheme of its token."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from britive_scim import ScimClient
from britive_scim.errors import ConfigurationError
from britive_scim.wire.tenant_url import AdminCredential, build_tenant_url, detect_auth_scheme
from support.each_value import each_value

SHORT = "k" * 49
LONG = "e" * 50
WORKLOAD = "OIDC::" + LONG


@each_value(
    "tenant, url",
    [
        ("acme", "https://acme.britive-app.com"),
        (" Acme ", "https://acme.britive-app.com"),
        ("acme:8443", "https://acme.britive-app.com:8443"),
        ("acme.britive-app.com", "https://acme.britive-app.com"),
        ("britive.acme.example:8443", "https://britive.acme.example:8443"),
        ("https://acme.britive.com/", "https://acme.britive.com"),
        ("https://acme.britive.com/api", "https://acme.britive.com"),
        ("https://acme.britive.com/api/", "https://acme.britive.com"),
        ("https://proxy.example/britive", "https://proxy.example/britive"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("localhost:8443", "https://localhost:8443"),
    ],
)
def test_tenant_accepts_name_host_or_url(tenant: str, url: str) -> None:
    assert build_tenant_url(tenant) == url


def test_base_url_overrides_tenant() -> None:
    assert build_tenant_url("acme", "http://127.0.0.1:8080/") == "http://127.0.0.1:8080"


@each_value(
    "tenant, rule",
    [
        (None, "must be a string"),
        ("", "empty string"),
        ("   ", "empty string"),
        ("ac me", "a space at position 2 of 5"),
        ("ac\tme", r"'\\t' at position 2"),
        ("-acme", "letters, digits"),
        ("acme/api", "https://"),
        ("me@acme.example", "https://"),
        ("acme:port", "a port of digits"),
        ("a..example", "a valid host name"),
        (SecretStr(5), "got int"),  # pydantic accepts any value
        (b"acme", "got bytes"),
        ("ftp://acme.example", "https://"),
        ("http://acme.example", "https"),
        ("https://acme.britive-app.com/api/scim/v2", "ScimClient"),
        ("https://acme.britive-app.com?x=1", "query"),
    ],
)
def test_invalid_tenant_raises(tenant: object, rule: str) -> None:
    with pytest.raises(ConfigurationError, match=rule):
        build_tenant_url(tenant)


TOKENS = [
    "x7Kp2mQ9vL4nR8tW3yZ6bD1f",
    "9f86d081884c7d659a2feaa0c55ad015",
    "6zms95DQpl36Y9n0m7maq7RdFu2puyRcbZ7zHUmR",
    "8f14e45f-ceea-467f-a4d2-1f0f8e1b2c3d",
    "OIDC::eyJhbGciOiJSUzI1NiJ9.eyJzdWIi.c2ln",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ",
    "kJhGtRfDeSwAqZxCvBnMlPoI",
]


@each_value("base_url", [None, "https://acme.britive-app.com"])
@each_value("token", TOKENS)
@each_value("masked", [str, SecretStr])
def test_token_as_tenant_raises_without_token(
    token: str, masked: type[str | SecretStr], base_url: str | None
) -> None:
    with pytest.raises(ConfigurationError, match="tenant first, token second") as caught:
        build_tenant_url(masked(token), base_url)
    assert token not in str(caught.value)


@each_value("tenant", ["a" * 64, "acme:" + "s" * 40, "bad token " * 3, "s3cret/" * 6])
def test_long_invalid_tenant_is_not_in_error(tenant: str) -> None:
    with pytest.raises(ConfigurationError, match="tenant first, token second") as caught:
        build_tenant_url(tenant)
    assert tenant.strip() not in str(caught.value)


def test_function_as_tenant_raises() -> None:
    with pytest.raises(ConfigurationError, match="tenant first, token second"):
        build_tenant_url(lambda: SHORT)


@each_value(
    "tenant",
    ["acme-production-eu-west-1", "internationalbusinessmachines", "acme-eu1-dev2-blue", "k" * 63],
)
def test_long_tenant_name_is_accepted(tenant: str) -> None:
    assert build_tenant_url(tenant) == f"https://{tenant}.britive-app.com"


def test_http_to_other_host_needs_allow_insecure_http() -> None:
    assert build_tenant_url("http://acme.example", allow_http=True) == "http://acme.example"


@each_value("token, scheme", [(SHORT, "TOKEN"), (LONG, "Bearer"), (WORKLOAD, "WorkloadToken")])
def test_auth_scheme_follows_token_format(token: str, scheme: str) -> None:
    assert detect_auth_scheme(token) == scheme
    header = AdminCredential(token).build_header(token)
    assert header.get_secret_value() == f"{scheme} {token}"


def test_short_token_with_colons_is_static() -> None:
    assert detect_auth_scheme("OIDC::short") == "TOKEN"


def test_given_scheme_overrides_token_format() -> None:
    credential = AdminCredential(SHORT, scheme="Bearer")
    assert credential.build_header(SHORT).get_secret_value() == f"Bearer {SHORT}"


def test_unknown_scheme_raises() -> None:
    with pytest.raises(ConfigurationError, match="TOKEN, Bearer, WorkloadToken"):
        AdminCredential(SHORT, scheme="token")


def test_token_function_scheme_depends_on_each_token() -> None:
    tokens = iter([SecretStr(SHORT), SecretStr(LONG)])
    credential = AdminCredential(lambda: next(tokens))
    headers = []
    for _ in range(2):
        token = credential.get_token()
        assert isinstance(token, SecretStr)
        headers.append(credential.build_header(token).get_secret_value())
    assert headers == [f"TOKEN {SHORT}", f"Bearer {LONG}"]


def test_credential_repr_hides_token() -> None:
    assert SHORT not in repr(AdminCredential(SHORT))
    assert "by the token" in repr(AdminCredential(SHORT))
    assert "by the token" in repr(AdminCredential.__new__(AdminCredential))
    with pytest.raises(ConfigurationError) as caught:
        AdminCredential(SHORT + "\nX-Other: 1")
    assert SHORT not in str(caught.value)


@each_value("segment", [".", "..", "%2e", "%2E%2e", ".%2E"])
def test_base_url_with_dot_segment_raises(segment: str) -> None:
    for url in (f"https://acme.example/{segment}/scim", f"https://acme.example/scim/{segment}"):
        with pytest.raises(ConfigurationError, match="dot segment"):
            ScimClient(url, "token")
