"""The tenant over HTTP on the loopback address."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from britive_scim import RetryPolicy, ScimClient, Settings
from britive_scim.cli.serve import main
from britive_scim.errors import RateLimited
from britive_scim.testing import Tenant
from britive_scim.testing.server import TenantServer
from support.tenant_callers import make_user


@pytest.fixture
def server() -> Iterator[TenantServer[Tenant]]:
    with Tenant().serve() as server:
        yield server


@pytest.fixture
def tenant(server: TenantServer[Tenant]) -> Tenant:
    return server.tenant


def make_headers(tenant: Tenant) -> dict[str, str]:
    secret = tenant.identity_providers["Okta"].scim_token.get_secret_value()
    return {"Authorization": f"Bearer {secret}"}


def connect(server: TenantServer[Tenant]) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)


def send_bytes(server: TenantServer[Tenant], request: bytes) -> bytes:
    """Send bytes and return everything received until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := sock.recv(65536):
            received += chunk
        return received


def test_server_sets_tenant_base_url(server: TenantServer[Tenant], tenant: Tenant) -> None:
    assert tenant.base_url == server.url == f"http://127.0.0.1:{server.port}"
    assert tenant.identity_providers["Okta"].scim_url == f"{server.url}/api/scim/v2"
    api = {"Authorization": f"TOKEN {tenant.api_token.get_secret_value()}"}
    shown = httpx.get(f"{server.url}/api/identity-providers?name=Okta", headers=api).json()
    assert shown["ssoConfig"]["scimUrl"] == f"{server.url}/api/scim/v2"


def test_server_user_lifecycle_over_one_connection(
    server: TenantServer[Tenant], tenant: Tenant
) -> None:
    url = f"{server.url}/api/scim/v2"
    with httpx.Client(headers=make_headers(tenant)) as client:
        created = client.post(f"{url}/Users", json=make_user("ada@example.com"))
        assert created.status_code == 201
        assert created.headers["location"].startswith(url)
        path = created.headers["location"]
        patch = {"Operations": [{"op": "replace", "value": {"active": False}}]}
        assert client.patch(path, json=patch).json()["active"] is False
        assert client.put(path, json=make_user("ada@example.com")).json()["active"] is True
        deleted = client.delete(path)
        assert (deleted.status_code, deleted.content) == (204, b"")
        assert "content-length" not in deleted.headers
        assert client.get(path).status_code == 404
        head = client.head(f"{server.url}/api/health")
        assert (head.status_code, head.headers["server"]) == (200, "britive-scim")


def test_server_reads_chunked_body(server: TenantServer[Tenant], tenant: Tenant) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],'
        yield b'"displayName":"G"}'

    response = httpx.post(
        f"{server.url}/api/scim/v2/Groups", content=chunks(), headers=make_headers(tenant)
    )
    assert response.status_code == 201


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", ""])
def test_server_rejects_other_host_header(server: TenantServer[Tenant], host: str) -> None:
    conn = connect(server)
    conn.request("GET", "/api/health", headers={"Host": host})
    assert conn.getresponse().status == 421
    conn.close()


def test_server_accepts_localhost_as_host(server: TenantServer[Tenant]) -> None:
    conn = connect(server)
    conn.request("GET", "/api/health", headers={"Host": f"localhost:{server.port}"})
    assert conn.getresponse().status == 200
    conn.close()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: many\r\n", b"400"),
        (b"Content-Length: -1\r\n", b"400"),
        (b"Content-Length: 99999999999\r\n", b"413"),
        (b"Content-Length: 50\r\n", b"400"),
        (b"Transfer-Encoding: chunked\r\n", b"400"),
    ],
)
def test_server_rejects_wrong_content_length(
    server: TenantServer[Tenant], head: bytes, status: bytes
) -> None:
    host = f"Host: 127.0.0.1:{server.port}\r\n".encode()
    response = send_bytes(server, b"POST /api/x HTTP/1.1\r\n" + host + head + b"\r\nshort")
    assert response.split()[1] == status


def test_server_rejects_chunks_over_limit(server: TenantServer[Tenant]) -> None:
    host = f"Host: 127.0.0.1:{server.port}\r\n".encode()
    head = b"POST /api/x HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n"
    assert send_bytes(server, head + b"FFFFFFF\r\n").split()[1] == b"413"
    trailer = b"0;last\r\nX-Trailer: 1\r\n\r\n"
    assert send_bytes(server, head + b"2\r\n{}\r\n" + trailer).split()[1] == b"401"


def test_server_sends_scripted_faults(server: TenantServer[Tenant], tenant: Tenant) -> None:
    tenant.faults.add(503, headers={"Retry-After": "1"}, body="<html>")
    response = httpx.get(f"{server.url}/api/health")
    assert (response.status_code, response.text, response.headers["retry-after"]) == (
        503,
        "<html>",
        "1",
    )
    tenant.faults.add(cut="before")
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{server.url}/api/health")
    tenant.faults.add(delay=0.2)
    start_time = time.perf_counter()
    assert httpx.get(f"{server.url}/api/health").status_code == 200
    assert time.perf_counter() - start_time >= 0.2


def test_server_faults_apply_by_method_path_and_times(
    server: TenantServer[Tenant], tenant: Tenant
) -> None:
    url = f"{server.url}/api/scim/v2/Users"

    def push(name: str) -> int | str:
        try:
            return httpx.post(url, json=make_user(name), headers=make_headers(tenant)).status_code
        except httpx.RemoteProtocolError as error:
            return type(error).__name__

    def count() -> int:
        return int(httpx.get(url, headers=make_headers(tenant)).json()["totalResults"])

    tenant.faults.add(method="POST", path="*/Users", cut="before")
    assert (push("a@x.org"), count()) == ("RemoteProtocolError", 0)
    tenant.faults.add(method="POST", path="*/Users", cut="after")
    assert (push("a@x.org"), count()) == ("RemoteProtocolError", 1)
    tenant.faults.add(method="POST", path="*/Users", body='{"schemas": ["urn')
    broken = httpx.post(url, json=make_user("b@x.org"), headers=make_headers(tenant))
    assert (broken.status_code, broken.text, count()) == (201, '{"schemas": ["urn', 2)
    limit = tenant.faults.limit_rate(2, 60, method="DELETE")
    deletions = [httpx.delete(f"{url}/none", headers=make_headers(tenant)) for _ in range(3)]
    assert [one.status_code for one in deletions] == [404, 404, 429]
    assert 58 <= int(deletions[-1].headers["retry-after"]) <= 60
    assert limit.hits == 1
    tenant.clock.advance(60)
    assert httpx.delete(f"{url}/none", headers=make_headers(tenant)).status_code == 404


def test_server_fault_probability_matches_in_process() -> None:
    def add_fault(tenant: Tenant) -> Tenant:
        tenant.faults.add(503, probability=0.4, times=None, path="*/health")
        return tenant

    in_process = add_fault(Tenant(seed=5))
    over_network = add_fault(Tenant(seed=5))
    with over_network.serve() as server, httpx.Client() as http:
        statuses = [http.get(f"{server.url}/api/health").status_code for _ in range(20)]
    assert statuses == [in_process.respond("GET", "/api/health").status for _ in range(20)]
    assert {200, 503} == set(statuses)


def test_server_sends_one_date_header_of_tenant_clock(
    server: TenantServer[Tenant], tenant: Tenant
) -> None:
    tenant.clock = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    host = f"Host: 127.0.0.1:{server.port}\r\n".encode()
    tenant.faults.limit_rate(1, 60, retry_after="date", path="*/users")
    for request in (
        b"GET /api/health HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /api/users HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /api/users HTTP/1.1\r\n" + host + b"\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"BREW /pot HTTP/1.1\r\n" + host + b"\r\n",
    ):
        head = send_bytes(server, request).partition(b"\r\n\r\n")[0]
        dates = [line for line in head.split(b"\r\n") if line.lower().startswith(b"date:")]
        assert dates == [b"Date: Fri, 01 May 2026 12:00:00 GMT"], request


def test_server_retry_after_date_follows_tenant_clock(
    server: TenantServer[Tenant], tenant: Tenant
) -> None:
    tenant.clock = datetime(2031, 5, 1, 12, 0, tzinfo=UTC)
    okta = tenant.identity_providers["Okta"]
    tenant.faults.add(429, headers={"Retry-After": "Thu, 01 May 2031 12:00:09 GMT"}, path="*/Users")
    with (
        ScimClient(
            okta.scim_url,
            okta.scim_token,
            settings=Settings(allow_http=True),
            retry=RetryPolicy(attempts=1),
        ) as client,
        pytest.raises(RateLimited) as caught,
    ):
        client.users.list().first()
    assert caught.value.retry_after == 9


def test_server_never_started_releases_port() -> None:
    server = Tenant().serve()
    server.stop()
    second = Tenant().serve(server.port)
    second.stop()


def test_server_verbose_prints_one_line_per_request(capsys: pytest.CaptureFixture[str]) -> None:
    with Tenant().serve(verbose=True) as server:
        httpx.get(f"{server.url}/api/health?x=%0a&access_token=abc")
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"GET /api/health\?x=%0a&access_token=\*\*\* -> 200 in \d+\.\d ms\n", err)


# ----------------------------------------------------------------------------- command line

SERVE = [
    sys.executable,
    "-c",
    "import sys; from britive_scim.cli.serve import main; sys.exit(main(sys.argv[1:]))",
]


@pytest.mark.parametrize("name", ["Okta", "Entra"])
def test_serve_command_prints_urls_and_stops_on_sigterm(name: str) -> None:
    process = subprocess.Popen(
        [*SERVE, "--port", "0", "--identity-provider", name],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(4)]
    pattern = (
        r"SCIM URL: (http://127\.0\.0\.1:\d+/api/scim/v2)\nSCIM token: (\S+)\n"
        r"Admin URL: (http://127\.0\.0\.1:\d+)\nAPI token: (\S+)\n"
    )
    match = re.fullmatch(pattern, "".join(lines))
    assert match is not None
    scim_url, scim_token, admin_url, api_token = match.groups()
    assert scim_url == f"{admin_url}/api/scim/v2"
    users = httpx.get(f"{scim_url}/Users", headers={"Authorization": f"Bearer {scim_token}"})
    assert users.json()["totalResults"] == 0
    found = httpx.get(f"{admin_url}/api/users", headers={"Authorization": f"TOKEN {api_token}"})
    assert found.json()["count"] == 0
    page = httpx.get(admin_url)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", f"Open {admin_url}/\n")


def test_serve_command_prints_environment(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def stop() -> None:
        with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
            client.get(f"http://127.0.0.1:{port}/api/health")
        signal.raise_signal(signal.SIGTERM)

    watcher = threading.Thread(target=stop)
    watcher.start()
    assert main(["--port", str(port), "--format", "env"]) == 0
    watcher.join()
    out, err = capsys.readouterr()
    assert err == f"Open http://127.0.0.1:{port}/\n"
    assert re.fullmatch(
        rf"BRITIVE_SCIM_URL=http://127\.0\.0\.1:{port}/api/scim/v2\nBRITIVE_SCIM_TOKEN=[A-Za-z0-9]{{64}}\n"
        rf"BRITIVE_TENANT=http://127\.0\.0\.1:{port}\nBRITIVE_API_TOKEN=[A-Za-z0-9]{{40}}\n",
        out,
    )


def test_serve_command_applies_options_until_sigterm(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    seen: list[httpx.Response] = []

    def read_and_stop() -> None:
        transport = httpx.HTTPTransport(retries=8)
        with httpx.Client(transport=transport) as client:
            seen.append(client.get(f"http://127.0.0.1:{port}/"))
            seen.extend(client.get(f"http://127.0.0.1:{port}/api/health") for _ in range(2))
        signal.raise_signal(signal.SIGTERM)

    watcher = threading.Thread(target=read_and_stop)
    watcher.start()
    options = ["--users", "7", "--groups", "2", "--set", "bulk=false", "--latency", "0.01"]
    assert main(["--port", str(port), *options, "--faults", "*/health 503:1"]) == 0
    watcher.join()
    page, *faults = seen
    assert "<b>7</b><span>Users</span>" in page.text
    assert "<b>2</b><span>Tags</span>" in page.text
    assert [one.status_code for one in faults] == [503, 503]
    assert f"Admin URL: http://127.0.0.1:{port}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fault", "lots"], "--fault lots"),
        (["--faults", "503:often"], "--fault 503:often"),
        (["--latency", "-1"], "--latency must be 0 to 3600 seconds, got -1"),
        (["--users", "-1"], "users and groups must be 0 or more, got -1"),
        (["--latency", "nan"], "--latency must be 0 to 3600 seconds, got nan"),
        (["--set", "nosuch=1"], "must be NAME=VALUE, got 'nosuch=1'; names are"),
        (["--set", "bulk"], "must be NAME=VALUE, got 'bulk'"),
        (["--set", "bulk=1"], "bulk must be true or false, got 1"),
        (["--set", "filters=odd"], "'wildcard', got 'odd'"),
    ],
)
def test_serve_command_invalid_option_is_rejected(
    capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert main(options) == 1
    assert message in capsys.readouterr().err


def test_serve_command_unknown_identity_provider_is_rejected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--identity-provider", "Ping"]) == 1
    assert "must be Okta or Entra" in capsys.readouterr().err


def test_serve_command_port_in_use_is_reported(
    server: TenantServer[Tenant], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", str(server.port)]) == 1
    assert f"port {server.port}" in capsys.readouterr().err
    assert main(["--port", "99999999"]) == 1


def test_serve_command_unknown_option_is_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--nosuch"])
    assert caught.value.code == 1
    assert "--nosuch" in capsys.readouterr().err
