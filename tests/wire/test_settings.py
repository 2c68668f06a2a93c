"""Validation of the settings of a client."""

import inspect
import math
import ssl
from typing import Any

import pytest

from britive_scim import Settings, errors
from britive_scim.wire.base_url import is_loopback, validate_base_url
from britive_scim.wire.settings import read_environment, validate_timeout
from support.each_value import each_value
from support.fake_scim_server import FakeClock

BOOLEANS = ("allow_http", "http2", "log_bodies")


@each_value(
    "given, stored",
    [
        ("https://acme.britive-app.com/api/scim/v2", "https://acme.britive-app.com/api/scim/v2"),
        (" https://acme.britive-app.com/api/scim/v2/ ", "https://acme.britive-app.com/api/scim/v2"),
        ("https://acme.britive-app.com", "https://acme.britive-app.com"),
        ("https://acme.britive-app.com:8443/", "https://acme.britive-app.com:8443"),
        ("http://127.0.0.1:8080/scim", "http://127.0.0.1:8080/scim"),
        ("http://localhost/scim", "http://localhost/scim"),
        ("http://tenant.localhost", "http://tenant.localhost"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
        ("https://bücher.example/x", "https://bücher.example/x"),
    ],
)
def test_base_url_trailing_slash_is_removed(given: str, stored: str) -> None:
    assert validate_base_url(given) == stored


@each_value(
    "bad, says",
    [
        ("", "empty"),
        ("   ", "empty"),
        ("acme.britive-app.com/api", "https://"),
        ("acme", "https://"),
        ("//acme.example/x", "https://"),
        ("ftp://acme.example", "https://"),
        ("https://", "https://"),
        ("https:///x", "https://"),
        ("file:///etc/passwd", "https://"),
        ("https://user:pw@acme.example", "user or password"),
        ("https://token@acme.example", "user or password"),
        ("https://acme.example/x?y=1", "query or fragment"),
        ("https://acme.example/x#y", "query or fragment"),
        ("https://acme.example/x?", "query or fragment"),
        ("https://acme.example/a/../b", ". or .."),
        ("https://acme.example/a/%2e%2E/b", ". or .."),
        ("https://acme.example/a b", "position 22"),
        ("https://acme.example\\evil", "position 20"),
        ("https://acme.example/\n", "empty|position|https"),
        ("https://acme.example:99999", "is invalid"),
        ("https://acme.example:x", "is invalid"),
        ("https://[::1", "is invalid"),
        ("https://a..b/x", "must be a host name"),
        ("https://" + "a" * 64 + ".example", "must be a host name"),
        ("https://" + "a." * 127 + "aa", "must be a host name"),
        ("http://acme.example/scim", "unencrypted"),
        ("http://127.0.0.1.evil.example", "unencrypted"),
        ("http://localhost.evil.example", "unencrypted"),
    ],
)
def test_invalid_or_unsafe_base_url_raises(bad: str, says: str) -> None:
    if bad.endswith("\n"):  # surrounding whitespace is removed
        assert validate_base_url(bad) == "https://acme.example"
        return
    with pytest.raises(errors.ConfigurationError) as caught:
        validate_base_url(bad)
    assert says in str(caught.value)
    assert "pw" not in str(caught.value)


def test_http_url_needs_allow_insecure_http() -> None:
    assert validate_base_url("http://acme.example", allow_http=True) == "http://acme.example"


@each_value(
    "host, here",
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.evil.example", False),
        ("0.0.0.0", False),
    ],
)
def test_is_loopback_is_true_for_local_hosts_only(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    "timeout", [0, -1, float("nan"), float("-inf"), None, "30", True], ids=repr
)
def test_timeout_not_positive_raises(timeout: Any) -> None:
    with pytest.raises(
        errors.ConfigurationError, match="timeout must be a number of seconds above 0"
    ):
        validate_timeout(timeout)


def test_timeout_without_limit_is_infinite() -> None:
    assert validate_timeout(math.inf) == math.inf
    assert validate_timeout(7) == 7.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"page_size": 0},
        {"page_size": 10_001},
        {"page_size": "100"},
        {"page_size": True},
        {"max_connections": 0},
        {"max_response_bytes": 10},
        {"dialect": "google"},
        {"hooks": print},
        {"hooks": (1,)},
        {"hooks": [print]},
        {"user_agent": "a\nb"},
        {"user_agent": ""},
        {"user_agent": "ü"},
        {"user_agent": "x" * 300},
        {"user_agent": 5},
        {"user_agent": b"acme"},
        {"clock": 5},
        {"clock": FakeClock},
        {"tracer_provider": True},
        {"tracer_provider": "otlp"},
        {"proxy": True},
        {"proxy": 0},
        {"proxy": b"http://proxy.example:3128"},
        *({name: wrong} for name in BOOLEANS for wrong in ("no", "", 0, 1, None)),
    ],
    ids=repr,
)
def test_setting_out_of_range_raises_with_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.ConfigurationError, match=next(iter(wrong))):
        Settings(**wrong)


def test_missing_variables_are_all_listed() -> None:
    names = {"A_URL": "address", "A_TOKEN": "token", "A_THIRD": "third"}
    with pytest.raises(errors.ConfigurationError) as caught:
        read_environment(names, {"A_TOKEN": "t", "A_THIRD": " "})
    assert "A_URL (address)" in str(caught.value)
    assert "A_THIRD (third)" in str(caught.value)
    assert "A_TOKEN" not in str(caught.value)


def test_environment_defaults_to_os_environ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_URL", " x ")
    assert read_environment({"A_URL": "address"}) == {"A_URL": "x"}


@each_value("wrong", [False, True, "/nope.pem", 5, 0, "", ssl.SSLContext, ("cert.pem", "key.pem")])
def test_tls_other_than_context_raises_with_way_out(wrong: Any) -> None:
    with pytest.raises(errors.ConfigurationError) as caught:
        Settings(tls=wrong)
    assert str(caught.value) == (
        f"tls must be an ssl.SSLContext, got {wrong!r}; make one by ssl.create_default_context(cafile=…)"
    )


def test_tls_context_without_verification_is_accepted() -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    assert Settings(tls=context).tls is context


@each_value("name", BOOLEANS)
def test_boolean_setting_of_other_type_names_choices(name: str) -> None:
    options: dict[str, Any] = {name: "no"}
    with pytest.raises(
        errors.ConfigurationError, match=f"^{name} must be True or False, got 'no'$"
    ):
        Settings(**options)


def test_help_on_log_bodies_names_logged_personal_data() -> None:
    text = " ".join((inspect.getdoc(Settings) or "").split())
    assert (
        "Passwords and tokens are masked; personal data such as names and e-mail addresses are logged"
        in text
    )
