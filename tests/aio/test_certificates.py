"""Trusted certificates, and errors of certificates and TLS: they name the host and the remedy."""

import socket
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, Settings, errors, scim
from support.each_value import each_value
from support.raw_server import build_response, run_raw_server

trustme = pytest.importorskip("trustme")
pytestmark = pytest.mark.proof

ONCE_MORE = RetryPolicy(attempts=2, first_wait=0.001)
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


def make_server_context(authority: Any, host: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


def make_client_context(authority: Any) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def create_user(url: str, **settings: Any) -> scim.User:
    async with AsyncScimClient(
        url, "t" * 20, retry=ONCE_MORE, timeout=5, settings=Settings(**settings)
    ) as client:
        return await client.users.create(scim.User(user_name="ana"))


async def fail_to_connect(url: str, **settings: Any) -> errors.TransportError:
    with pytest.raises(errors.ConnectionFailed) as caught:
        await create_user(url, **settings)
    assert caught.value.sent is False
    return caught.value


async def test_trust_is_the_first_source_that_is_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority, other = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "right.pem")
    other.cert_pem.write_to_path(tmp_path / "wrong.pem")
    right, wrong = str(tmp_path / "right.pem"), str(tmp_path / "wrong.pem")
    names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    with run_raw_server(answer, make_server_context(authority)) as server:
        for position, name in enumerate(names):
            monkeypatch.setenv(name, right)
            for later in names[position + 1 :]:
                monkeypatch.setenv(later, wrong)
            assert (await create_user(server.url)).id == "1"
            monkeypatch.setenv(name, wrong)
            for later in names[position + 1 :]:
                monkeypatch.setenv(later, right)
            error = await fail_to_connect(server.url)
            assert f"{name}={wrong}" in error.message
            assert error.attempts == 1
            monkeypatch.setenv(name, "")  # as if it were missing
        assert "certifi" in (await fail_to_connect(server.url)).message
        monkeypatch.setenv("SSL_CERT_FILE", wrong)
        assert (await create_user(server.url, tls=make_client_context(authority))).id == "1"
        error = await fail_to_connect(server.url, tls=make_client_context(other))
        assert "trusted certificates are from Settings(tls=…)" in error.message


async def test_certificate_advice_names_variables_with_effect(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority, other = trustme.CA(), trustme.CA()
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    (tmp_path / "0a1b2c3d.0").touch()
    file, folder = str(tmp_path / "other.pem"), str(tmp_path)
    names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    with run_raw_server(answer, make_server_context(authority)) as server:
        for variables, offered in (
            ({}, names[:2]),
            ({"CURL_CA_BUNDLE": file}, names),
            ({"REQUESTS_CA_BUNDLE": file, "CURL_CA_BUNDLE": file}, names[:2]),
            ({"SSL_CERT_FILE": file, "REQUESTS_CA_BUNDLE": file}, names[:1]),
            ({"SSL_CERT_DIR": folder, "CURL_CA_BUNDLE": file}, names[:1]),
        ):
            with monkeypatch.context() as environment:
                for name, value in variables.items():
                    environment.setenv(name, value)
                _, trust, advice = (await fail_to_connect(server.url)).message.rpartition(
                    "trusted certificates are from "
                )
            advice = advice.partition(": ")[2]
            assert trust
            assert [name for name in names if name in advice] == list(offered)
            assert "Settings(tls=…)" in advice
        monkeypatch.setenv("SSL_CERT_FILE", file)
        message = (await fail_to_connect(server.url, tls=make_client_context(other))).message
        assert "SSL_CERT_FILE" not in message
        assert "into the context of Settings(tls=…)" in message


async def test_certificate_advice_of_own_transport_names_it() -> None:
    authority = trustme.CA()
    with run_raw_server(answer, make_server_context(authority)) as server:
        transport = httpx.AsyncHTTPTransport(verify=make_client_context(trustme.CA()))
        async with AsyncScimClient(server.url, "t" * 20, transport=transport) as client:
            with pytest.raises(errors.ConnectionFailed) as caught:
                await client.users.get("1")
    assert "the transport or HTTP client that this client was given" in str(caught.value)
    assert "SSL_CERT_FILE" not in str(caught.value)
    assert "Settings(tls=…)" not in str(caught.value)


async def test_system_store_and_certifi_are_trusted_together(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import certifi

    system, bundled = trustme.CA(), trustme.CA()
    system.cert_pem.write_to_path(tmp_path / "system.pem")
    bundled.cert_pem.write_to_path(tmp_path / "bundled.pem")
    monkeypatch.setattr(certifi, "where", lambda: str(tmp_path / "bundled.pem"))
    monkeypatch.setattr(
        ssl.SSLContext,
        "load_default_certs",
        lambda context, *_: context.load_verify_locations(tmp_path / "system.pem"),
    )
    monkeypatch.setattr("britive_scim.wire.trust._contexts", {})
    for authority in (system, bundled):
        with run_raw_server(answer, make_server_context(authority)) as server:
            assert (await create_user(server.url)).id == "1"


async def test_check_names_the_source_of_trust(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    empty = b'{"schemas": [], "totalResults": 0, "Resources": []}'
    with run_raw_server(
        lambda connection, *_: connection.sendall(build_response(200, empty)),
        make_server_context(authority),
    ) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        for tls, trust in (
            (None, f"REQUESTS_CA_BUNDLE={tmp_path / 'ca.pem'}"),
            (make_client_context(authority), "Settings(tls=…)"),
        ):
            async with AsyncScimClient(server.url, "t", settings=Settings(tls=tls)) as client:
                report = await client.check()
            assert report.ok
            assert report.trust == trust
            assert trust in str(report)
    plain = AsyncScimClient("http://127.0.0.1:9", "t", retry=RetryPolicy.none())
    assert (await plain.check()).trust is None


@each_value(
    "name, value, says",
    [
        ("SSL_CERT_FILE", "/nowhere/ca.pem", "does not exist"),
        ("SSL_CERT_DIR", "/nowhere", "does not exist"),
        ("SSL_CERT_DIR", "{folder}", "openssl rehash"),
        ("REQUESTS_CA_BUNDLE", "{folder}/empty.pem", "certificate"),
        ("CURL_CA_BUNDLE", "{folder}", "openssl rehash"),
    ],
)
async def test_unloadable_certificates_name_the_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, says: str
) -> None:
    (tmp_path / "empty.pem").touch()
    with monkeypatch.context() as environment:
        environment.setenv(name, value.format(folder=tmp_path))
        with pytest.raises(errors.ConfigurationError, match=f"(?i){name}.*{says}"):
            await create_user("https://127.0.0.1:9")


async def test_certificate_directory_is_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority, other = trustme.CA(), trustme.CA()
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    (tmp_path / "0a1b2c3d.0").touch()
    with run_raw_server(answer, make_server_context(authority)) as server:
        message = (await fail_to_connect(server.url)).message
    assert f"SSL_CERT_FILE={tmp_path / 'other.pem'} and SSL_CERT_DIR={tmp_path}" in message


async def test_certificate_of_another_host_says_so() -> None:
    authority = trustme.CA()
    context = make_server_context(authority, "other.example")
    with run_raw_server(answer, context) as server:
        error = await fail_to_connect(server.url, tls=make_client_context(authority))
    assert f"host 127.0.0.1:{server.port}" in error.message
    assert "another host" in error.message
    assert error.attempts == 1


async def test_no_common_tls_version_is_final() -> None:
    authority = trustme.CA()
    old, modern = make_server_context(authority), make_client_context(authority)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    modern.minimum_version = ssl.TLSVersion.TLSv1_3
    with run_raw_server(answer, old) as server:
        error = await fail_to_connect(server.url, tls=modern)
        assert server.connections == 1
    assert "no TLS version in common" in error.message
    assert f"host 127.0.0.1:{server.port}" in error.message
    assert "Settings(tls=…)" in error.message
