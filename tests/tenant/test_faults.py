"""Scripted faults, and recorded requests."""

from typing import Any

import pytest

from britive_scim.testing import ConnectionCut, Tenant
from britive_scim.testing.http import fault_options
from support.tenant_callers import Caller, make_user


def test_fault_status_is_sent_once_without_effect(tenant: Tenant, okta: Caller) -> None:
    fault = tenant.faults.add(503, headers={"Retry-After": "2"}, method="POST", path="*/Users")
    assert okta.get("/Users").status == 200
    refused = okta.post("/Users", make_user("ada@example.com"))
    assert (refused.status, refused.headers["Retry-After"], refused.body) == (503, "2", b"")
    assert okta.get("/Users").json()["totalResults"] == 0
    assert fault.hits == 1
    assert okta.post("/Users", make_user("ada@example.com")).status == 201
    assert len(tenant.faults) == 0


def test_fault_times_limits_its_responses(tenant: Tenant, okta: Caller) -> None:
    tenant.faults.add(429, times=2)
    assert [okta.get("/Users").status for _ in range(3)] == [429, 429, 200]
    unlimited = tenant.faults.add(429, times=None)
    assert [okta.get("/Users").status for _ in range(3)] == [429, 429, 429]
    assert unlimited.hits == 3
    assert repr(tenant.faults) == "<Faults: 1 pending>"
    tenant.faults.clear()
    assert okta.get("/Users").status == 200


@pytest.mark.parametrize(
    ("body", "sent"),
    [("<html>", b"<html>"), (b"\xff", b"\xff"), ({"a": 1}, b'{"a": 1}'), ("", b"")],
)
def test_fault_body_accepts_any_content(
    tenant: Tenant, okta: Caller, body: Any, sent: bytes
) -> None:
    tenant.faults.add(502, body=body)
    assert okta.get("/Users").body == sent


def test_fault_without_status_changes_response_after_effect(tenant: Tenant, okta: Caller) -> None:
    tenant.faults.add(method="POST", body="", headers={"X-Odd": "1"})
    created = okta.post("/Users", make_user("ada@example.com"))
    assert (created.status, created.body, created.headers["X-Odd"]) == (201, b"", "1")
    assert "Location" in created.headers
    assert created.json() is None
    assert okta.get("/Users").json()["totalResults"] == 1


def test_fault_headers_alone_change_only_headers(tenant: Tenant, okta: Caller) -> None:
    tenant.faults.add(headers={"Content-Type": "text/html"})
    response = okta.get("/Users")
    assert response.headers["Content-Type"] == "text/html"
    assert response.json()["totalResults"] == 0


@pytest.mark.parametrize(("cut", "users"), [("connect", 0), ("before", 0), ("after", 1)])
def test_fault_cut_happens_before_or_after_effect(
    tenant: Tenant, okta: Caller, cut: Any, users: int
) -> None:
    tenant.faults.add(method="POST", cut=cut)
    with pytest.raises(ConnectionCut) as caught:
        okta.post("/Users", make_user("ada@example.com"))
    assert caught.value.cut == cut
    assert okta.get("/Users").json()["totalResults"] == users
    assert tenant.requests[0].status is None
    assert tenant.requests[0].has_fault
    assert str(tenant.requests[0]) == "POST /api/scim/v2/Users -> cut"


def test_fault_delay_advances_tenant_clock(tenant: Tenant, okta: Caller) -> None:
    before = tenant.clock.now()
    tenant.faults.add(delay=120)
    assert okta.get("/Users").status == 200
    assert (tenant.clock.now() - before).total_seconds() == 120


def test_fault_delay_beyond_timeout_is_a_timeout(tenant: Tenant, okta: Caller) -> None:
    tenant.faults.add(delay=31, times=2)
    headers = {"Authorization": okta.authorization}
    assert tenant.respond("GET", "/api/scim/v2/Users", headers, timeout=60).status == 200
    with pytest.raises(ConnectionCut) as caught:
        tenant.respond("GET", "/api/scim/v2/Users", headers, timeout=30)
    assert caught.value.cut == "timeout"


def test_fault_probability_is_repeatable_by_seed() -> None:
    def run(seed: int) -> list[int]:
        tenant = Tenant(seed=seed)
        tenant.faults.add(500, probability=0.5, times=None)
        return [tenant.respond("GET", "/api/health").status for _ in range(40)]

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert {200, 500} == set(run(1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": 99},
        {"status": 600},
        {"cut": "sideways"},
        {"delay": -1},
        {"status": 500, "probability": 2},
        {"status": 500, "times": 0},
        {"status": 500, "method": "PSOT"},
        {"status": 500, "path": "/Users"},
        {"status": 500, "path": "Users/*"},
        {},
    ],
)
def test_fault_invalid_arguments_are_rejected(tenant: Tenant, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        tenant.faults.add(**wrong)


@pytest.mark.parametrize(
    "path", ["/", "*", "/api/*", "/api/scim/v2/Users", "/a*", "?api/*", "[/]api*", "*/Users"]
)
def test_fault_path_pattern_is_accepted(tenant: Tenant, path: str) -> None:
    assert tenant.faults.add(500, method="get", path=path).hits == 0
    assert tenant.faults.limit_rate(1, 60, path=path).hits == 0


def test_rate_limit_invalid_pattern_suggests_correction(tenant: Tenant) -> None:
    with pytest.raises(ValueError, match=r"write '\*/Users/x\*'"):
        tenant.faults.limit_rate(1, 60, path="/Users/x*")
    with pytest.raises(ValueError, match="GET, POST, PUT"):
        tenant.faults.limit_rate(1, 60, method="READ")


def test_requests_record_request_and_response(tenant: Tenant, okta: Caller) -> None:
    ada = okta.create_user("ada@example.com", password="Generated-1x")
    okta.get("/Users", filter='userName eq "ada@example.com"')
    first, second = tenant.requests
    assert (first.method, first.path, first.status) == ("POST", "/api/scim/v2/Users", 201)
    assert first.json()["userName"] == "ada@example.com"
    assert first.response_json()["id"] == ada["id"]
    assert not first.has_fault
    assert first.received_at == tenant.clock.now()
    assert second.query == (("filter", 'userName eq "ada@example.com"'),)
    assert second.json() is None
    assert str(second) == ('GET /api/scim/v2/Users?filter=userName eq "ada@example.com" -> 200')
    assert str(tenant.requests).count("\n") == 1
    assert tenant.requests[-1:] == (second,)
    assert len(tenant.requests) == 2
    tenant.requests.clear()
    assert not tenant.requests


def test_requests_record_hides_passwords_and_tokens(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    ada = okta.create_user("ada@example.com", password="Generated-1x")
    okta.send_operations(
        f"/Users/{ada['id']}", {"op": "replace", "path": "password", "value": "Generated-2x"}
    )
    okta.patch(f"/Users/{ada['id']}", '{"password": "Generated-3x", "cut off')
    created = admin.post(
        f"/identity-providers/{tenant.identity_providers['Okta'].id}/scim-token",
        {"tokenExpirationDays": 30},
    ).json()
    record = b" ".join(one.request_body + one.response_body for one in tenant.requests)
    assert b"Generated" not in record
    assert created["token"].encode() not in record
    assert tenant.requests[-1].response_json()["token"] == "***"
    assert tenant.requests[-1].json() == {"tokenExpirationDays": 30}
    assert tenant.requests[0].request_headers["authorization"] == "Bearer ***"
    tenant.respond("GET", "/api/scim/v2/Users", {"Authorization": "naked-token"})
    assert tenant.requests[-1].request_headers["authorization"] == "***"


# ----------------------------------------------------------------------------- date headers


def test_date_header_follows_tenant_clock(tenant: Tenant, okta: Caller) -> None:
    assert okta.get("/Users").headers["Date"] == "Fri, 01 May 2026 12:00:00 GMT"
    tenant.clock.advance(days=1)
    assert okta.get("/nowhere").headers["Date"] == "Sat, 02 May 2026 12:00:00 GMT"
    tenant.faults.add(503, headers={"date": "another"})
    response = okta.get("/Users")
    assert [value for name, value in response.headers.items() if name.lower() == "date"] == [
        "another"
    ]


def test_fault_header_replaces_header_in_any_case(tenant: Tenant, okta: Caller) -> None:
    tenant.faults.add(headers={"content-TYPE": "text/html"})
    headers = okta.get("/Users").headers
    assert [value for name, value in headers.items() if name.lower() == "content-type"] == [
        "text/html"
    ]


# ----------------------------------------------------------------------------- latency


def test_latency_applies_to_every_response_and_adds_to_faults(tenant: Tenant, okta: Caller) -> None:
    tenant.faults.latency = 2
    before = tenant.clock.now()
    okta.get("/Users")
    assert (tenant.clock.now() - before).total_seconds() == 2
    assert not tenant.requests[-1].has_fault
    tenant.faults.add(503, delay=3)
    assert okta.get("/Users").status == 503
    assert (tenant.clock.now() - before).total_seconds() == 7
    tenant.faults.clear()
    okta.get("/Users")
    assert (tenant.clock.now() - before).total_seconds() == 7


# ----------------------------------------------------------------------------- fault options as strings


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("503", [503, 503, 503]),
        ("503 x2", [503, 503, 200]),
        ("429:0", [200, 200, 200]),
        ("500:1 x1", [500, 200, 200]),
        ("1.0", [503, 503, 503]),
        ("post 503", [200, 200, 200]),
        ("GET */Users 404 x1", [404, 200, 200]),
        ("*/Groups 404", [200, 200, 200]),
        ("rate=2/60", [200, 200, 429]),
        ("GET */Users rate=1/60", [200, 429, 429]),
        ("503 x1,429 x1", [503, 429, 200]),
        ("cut-before x1 , cut-connect x1, cut-after x1", ["before", "connect", "after"]),
    ],
)
def test_fault_option_string_scripts_faults(
    tenant: Tenant, okta: Caller, text: str, statuses: list[Any]
) -> None:
    fault_options.add_faults(tenant.faults, [text])
    results: list[Any] = []
    for _ in statuses:
        try:
            results.append(okta.get("/Users").status)
        except ConnectionCut as cut:
            results.append(cut.cut)
    assert results == statuses


def test_fault_option_reads_retry_after_and_malformed(tenant: Tenant, okta: Caller) -> None:
    fault_options.add_faults(tenant.faults, ["429 retry-after=7 x1", "malformed x1"])
    assert okta.get("/Users").headers["Retry-After"] == "7"
    response = okta.get("/Users")
    assert response.status == 200
    with pytest.raises(ValueError, match="Unterminated"):
        response.json()


def test_fault_option_probability_is_repeatable_by_seed() -> None:
    def run(seed: int) -> list[int]:
        tenant = Tenant(seed=seed)
        fault_options.add_faults(tenant.faults, ["0.5"])
        return [tenant.respond("GET", "/api/health").status for _ in range(40)]

    assert run(1) == run(1) != run(2)
    assert {200, 503} == set(run(1))


@pytest.mark.parametrize(
    "text",
    [
        "lots",
        "",
        "503,",
        "503:often",
        "503:2",
        "999",
        "503 404",
        "cut-sideways",
        "POST",
        "rate=0/5",
        "rate=5/60 x2",
        "rate=5/60 retry-after=1",
        "503 x0",
    ],
)
def test_fault_option_invalid_string_is_rejected(tenant: Tenant, text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 503:0\.1"):
        fault_options.add_faults(tenant.faults, [text])
