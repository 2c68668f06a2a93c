# Generated from tests/aio/test_connection_errors.py by tools/unasync.py; edit that file instead.
"""Errors of connections and proxies: they name the host and the remedy."""

import re
import socket
import ssl
import sys
from typing import Any

import httpx
import pytest

from britive_scim import ScimClient, RetryPolicy, Settings, errors, scim
from support.each_value import each_value
from support.fake_scim_server import FakeScimServer
from support.raw_server import build_response, run_raw_server

ONCE_MORE = RetryPolicy(attempts=2, first_wait=0.001)
URL = "https://scim.example.test/scim/v2"
BODY = b'{"schemas": [], "id": "1", "userName": "ana"}'
VARIABLES = (
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"),
)


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def answer(connection: socket.socket, *_: str) -> None:
    connection.sendall(build_response(200, BODY))


def create_user(url: str, **settings: Any) -> scim.User:
    with ScimClient(
        url, "t" * 20, retry=ONCE_MORE, timeout=5, settings=Settings(**settings)
    ) as client:
        return client.users.create(scim.User(user_name="ana"))


def fail_to_connect(url: str, **settings: Any) -> errors.TransportError:
    with pytest.raises(errors.ConnectionFailed) as caught:
        create_user(url, **settings)
    assert caught.value.sent is False
    return caught.value


# ------------------------------------------------------------------------------------- connections


def test_refused_connection_names_host_and_ways_out() -> None:
    error = fail_to_connect("http://127.0.0.1:9")
    assert "host 127.0.0.1:9" in error.message
    assert "HTTPS_PROXY" in error.message
    assert error.message.endswith("nothing was sent")
    assert error.attempts == 2


def test_unknown_host_names_host_and_dns() -> None:
    error = fail_to_connect("https://no-such-host.invalid")
    assert "host no-such-host.invalid:443" in error.message
    assert "DNS" in error.message


def test_silent_server_names_host() -> None:
    with run_raw_server(lambda *_: None) as server:
        with ScimClient(
            server.url, "t", retry=RetryPolicy.none(), timeout=0.05
        ) as client:
            with pytest.raises(errors.TimedOut, match=f"host 127.0.0.1:{server.port}"):
                client.users.get("1")


def test_https_to_plain_http_is_final() -> None:
    def refuse_tls(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with run_raw_server(answer, on_connect=refuse_tls) as server:
        error = fail_to_connect(server.url.replace("http:", "https:"))
        assert server.connections == 1
    assert "does not use TLS" in error.message
    assert f"host 127.0.0.1:{server.port}" in error.message


def make_tls_error(reason: str, error: Exception) -> Exception:
    """Return an exception of httpx that was caused by a fault of TLS."""
    fault = ssl.SSLError(1, f"[SSL: {reason}] fault")
    fault.reason = reason
    error.__cause__ = fault
    return error


@each_value(
    "reason, says",
    [
        ("TLSV1_ALERT_PROTOCOL_VERSION", "no TLS version in common"),
        ("UNSUPPORTED_PROTOCOL", "no TLS version in common"),
        ("NO_PROTOCOLS_AVAILABLE", "no TLS version in common"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "no TLS cipher in common"),
        ("NO_CIPHERS_AVAILABLE", "no TLS cipher in common"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "refused the client's certificate"),
        ("WRONG_VERSION_NUMBER", "does not use TLS"),
    ],
)
def test_tls_fault_is_final(reason: str, says: str) -> None:
    for error in (httpx.ConnectError("tls"), httpx.ReadError("tls")):
        script = FakeScimServer(make_tls_error(reason, error))
        with ScimClient(URL, "t", transport=script, retry=ONCE_MORE) as client:
            with pytest.raises(errors.ConnectionFailed, match=says) as caught:
                client.users.create(scim.User(user_name="ana"))
        assert caught.value.sent is False
        assert caught.value.attempts == len(script.sent) == 1
        assert "host scim.example.test:443" in caught.value.message


def test_other_tls_fault_is_retried() -> None:
    for reason in ("UNEXPECTED_EOF_WHILE_READING", "DECRYPTION_FAILED_OR_BAD_RECORD_MAC"):
        error = make_tls_error(reason, httpx.ConnectError("tls"))
        script = FakeScimServer(error)
        with ScimClient(URL, "t", transport=script, retry=ONCE_MORE) as client:
            with pytest.raises(errors.ConnectionFailed):
                client.users.get("1")
        assert len(script.sent) == 2


def test_certificate_out_of_its_time_names_the_clock() -> None:
    fault = ssl.SSLCertVerificationError(1, "certificate verify failed")
    fault.verify_code, fault.verify_message = 10, "certificate has expired"
    error = httpx.ConnectError("tls")
    error.__cause__ = fault
    client = ScimClient(URL, "t", transport=FakeScimServer(error), retry=ONCE_MORE)
    with client:
        with pytest.raises(errors.ConnectionFailed, match=r"has expired.*clock") as caught:
            client.users.get("1")
    assert caught.value.attempts == 1


# ----------------------------------------------------------------------------------------- proxies


@each_value(
    "environment, proxy",
    [
        ({"HTTPS_PROXY": "http://127.0.0.1:9"}, "http://127.0.0.1:9"),
        ({"HTTPS_PROXY": "127.0.0.1:9"}, "http://127.0.0.1:9"),
        ({"HTTPS_PROXY": "http://a:b@127.0.0.1:9"}, "http://127.0.0.1:9"),
        (
            {"ALL_PROXY": "socks://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"},
            "http://127.0.0.1:9",
        ),
        ({"ALL_PROXY": "http://127.0.0.1:9"}, "http://127.0.0.1:9"),
        ({"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "10.0.0.0/8"}, "http://127.0.0.1:9"),
        ({"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "example.test"}, None),
        ({"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "a, .example.test"}, None),
        ({"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "*"}, None),
        ({"https_proxy": "", "HTTPS_PROXY": ""}, None),
        ({"HTTP_PROXY": "http://127.0.0.1:9"}, None),
    ],
)
def test_proxy_follows_the_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], proxy: str | None
) -> None:
    with monkeypatch.context() as variables:
        for name, value in environment.items():
            variables.setenv(name, value)
        with ScimClient(URL, "t", retry=RetryPolicy.none()) as client:
            assert (client.check()).proxy == proxy


@each_value(
    "url, excluded",
    [
        ("https://10.1.2.3/x", "10.0.0.0/8"),
        ("https://10.1.2.3/x", "192.168.0.0/16, 10.1.2.3"),
        ("https://10.1.2.3:8443/x", "10.1.2.3:8443"),
        ("https://[fd00::1]/x", "fd00::/8"),
        ("https://[::1]/x", "[::1]"),
        ("https://scim.example.test:8443/x", "scim.example.test:8443"),
        ("https://SCIM.example.test/x", "example.test"),
    ],
)
def test_no_proxy_excludes_hosts_and_networks(
    monkeypatch: pytest.MonkeyPatch, url: str, excluded: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    for value, proxy in ((excluded, None), ("172.16.0.0/12,other.test", "http://127.0.0.1:9")):
        monkeypatch.setenv("NO_PROXY", value)
        assert ScimClient(url, "t")._session.proxy == proxy


@each_value(
    "name, proxy, says",
    [
        ("ALL_PROXY", "socks://127.0.0.1:9/", "socks5://127.0.0.1:9"),
        ("ALL_PROXY", "socks4://127.0.0.1:9", "socks5://127.0.0.1:9"),
        ("ALL_PROXY", "socks5h://127.0.0.1:9", r"britive-scim\[socks\]"),
        ("https_proxy", "socks5://u:s3cret@127.0.0.1:9", r"britive-scim\[socks\]"),
        ("HTTPS_PROXY", "ftp://proxy.example", "must be an http, https"),
        ("HTTPS_PROXY", "http://[::1", "must be an http, https"),
        ("HTTPS_PROXY", "http://127.0.0.1:99999", "must be an http, https"),
        ("HTTPS_PROXY", "://", "must be an http, https"),
        ("HTTPS_PROXY", "http://u:s3cret@ho st:1", "must be an http, https"),
    ],
)
def test_unusable_proxy_names_variable_and_remedy(
    monkeypatch: pytest.MonkeyPatch, name: str, proxy: str, says: str
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    for settings, source in (({}, name), ({"proxy": proxy}, r"Settings\(proxy=…\)")):
        with monkeypatch.context() as variables:
            if not settings:
                variables.setenv(name, proxy)
            with pytest.raises(errors.ConfigurationError, match=source) as caught:
                create_user(URL, **settings)
        message = str(caught.value)
        assert re.search(says, message)
        assert "proxy=False" in message
        assert "s3cret" not in message
        assert settings or "NO_PROXY" in message


def test_unreachable_proxy_names_variable_and_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://u:s3cret@127.0.0.1:9")
    message = (fail_to_connect(URL)).message
    assert "the proxy could not be reached" in message
    assert "proxy http://127.0.0.1:9 of HTTPS_PROXY, host scim.example.test:443" in message
    assert "correct or unset HTTPS_PROXY, add scim.example.test to NO_PROXY" in message
    assert "s3cret" not in message


@each_value(
    "status, says",
    [(407, "user and password"), (403, "NO_PROXY"), (502, "NO_PROXY"), (503, "NO_PROXY")],
)
def test_refusal_of_proxy_names_status_and_remedy(
    monkeypatch: pytest.MonkeyPatch, status: int, says: str
) -> None:
    def refuse(connection: socket.socket, *_: str) -> bool:
        connection.sendall(build_response(status, reason="No"))
        return False

    with run_raw_server(refuse) as server:
        monkeypatch.setenv("ALL_PROXY", server.url)
        error = fail_to_connect(URL)
        assert all("t" * 20 not in head for *_, head in server.seen)
    assert f"the proxy refused the connection ({status})" in error.message
    assert f"proxy {server.url} of ALL_PROXY, host scim.example.test:443" in error.message
    assert says in error.message
