"""The tenant's clock."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from britive_scim.testing import Tenant, TenantClock
from support.tenant_callers import Caller, make_user

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def test_clock_set_moves_only_when_advanced() -> None:
    clock = TenantClock(NOON)
    assert clock.now() == clock.now() == NOON
    clock.advance(30, minutes=1)
    assert clock.now() == NOON + timedelta(seconds=90)
    clock.advance(days=1, hours=2)
    assert clock.now() == NOON + timedelta(days=1, hours=2, seconds=90)
    clock.advance(timedelta(days=-1), hours=-2)
    assert clock.now() == NOON + timedelta(seconds=90)
    clock.advance(timedelta(hours=26))
    assert repr(clock) == "<TenantClock 2026-05-02T14:01:30.000Z stands>"


def test_clock_unset_runs_with_system_time() -> None:
    clock = TenantClock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    clock.advance(days=10)
    assert timedelta(days=9) < clock.now() - datetime.now(UTC) < timedelta(days=11)
    assert repr(clock).endswith(" runs>")


def test_clock_move_to_keeps_running_or_standing() -> None:
    running, standing = TenantClock(), TenantClock(NOON)
    for clock in (running, standing):
        clock.move_to(NOON + timedelta(days=1))
        assert abs(clock.now() - NOON - timedelta(days=1)) < timedelta(minutes=1)
    assert repr(running).endswith(" runs>")
    assert repr(standing).endswith(" stands>")


def test_clock_set_in_any_zone_returns_utc() -> None:
    clock = TenantClock(datetime(2026, 5, 1, 14, 0, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC


def test_clock_without_time_zone_is_rejected() -> None:
    with pytest.raises(ValueError, match="must have a time zone"):
        TenantClock(datetime(2026, 5, 1))


def test_tenant_clock_assignment_sets_time(tenant: Tenant, okta: Caller) -> None:
    tenant.clock = NOON + timedelta(days=3)
    created = okta.create_user("ada@example.com")
    assert created["meta"]["created"] == "2026-05-04T12:00:00.000Z"
    assert created["meta"]["lastModified"] == created["meta"]["created"]


def test_last_modified_moves_only_with_a_real_change(tenant: Tenant, okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    tenant.clock.advance(hours=1)
    same = okta.put(f"/Users/{ada['id']}", make_user("ada@example.com")).json()
    assert same["meta"] == ada["meta"]
    other = okta.put(f"/Users/{ada['id']}", make_user("ada@example.com", title="Countess")).json()
    assert other["meta"]["lastModified"] == "2026-05-01T13:00:00.000Z"
    assert other["meta"]["created"] == "2026-05-01T12:00:00.000Z"


def test_scim_token_expires_days_after_last_use(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    provider = tenant.identity_providers["Okta"].id
    assert (
        admin.patch(
            f"/identity-providers/{provider}/scim-token", {"tokenExpirationDays": 30}
        ).status
        == 204
    )
    tenant.clock.advance(days=29)
    assert okta.get("/Users").status == 200
    tenant.clock.advance(days=29)
    assert okta.get("/Users").status == 200
    tenant.clock.advance(days=30)
    refused = okta.get("/Users")
    assert refused.status == 401
    assert "expired" in refused.json()["detail"]


def test_scim_token_expired_is_shown_inactive(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    provider = tenant.identity_providers["Okta"].id
    okta.get("/Users")
    token = admin.get(f"/identity-providers/{provider}/scim-token").json()
    assert token["status"] == "Active"
    assert token["lastAccessed"] == "2026-05-01T12:00:00Z"
    assert token["expiresOn"] == "2026-07-30T12:00:00Z"
    tenant.clock.advance(days=60)
    admin.get("/identity-providers")
    tenant.clock.advance(days=30)
    assert admin.get(f"/identity-providers/{provider}/scim-token").json()["status"] == "Inactive"


def test_api_token_expires_days_after_last_use(tenant: Tenant, admin: Caller) -> None:
    tenant.clock.advance(days=89)
    assert admin.get("/identity-providers").status == 200
    tenant.clock.advance(days=90)
    refused = admin.get("/identity-providers")
    assert refused.status == 401
    assert refused.json()["errorCode"] == "AU-0017"


@pytest.mark.parametrize("token_type", ["API", "SCIM", "service identity"])
def test_token_validity_restarts_with_each_use(
    tenant: Tenant, admin: Caller, token_type: str
) -> None:
    if token_type == "SCIM":
        okta = tenant.identity_providers["Okta"]
        created = admin.post(
            f"/identity-providers/{okta.id}/scim-token", {"tokenExpirationDays": 2}
        )
        caller = Caller(tenant, "/api/scim/v2", f"Bearer {created.json()['token']}")
        path = "/Users"
    else:
        robot = admin.post("/users", {"name": "robot", "type": "ServiceIdentity"}).json()["userId"]
        token_path = "/token" if token_type == "API" else f"/users/{robot}/tokens"
        created = admin.post(token_path, {"tokenExpirationDays": 2})
        caller = Caller(tenant, "/api", f"TOKEN {created.json()['token']}")
        path = "/identity-providers"
    for _ in range(3):
        tenant.clock.advance(days=2, seconds=-1)
        assert caller.get(path).status == 200, "each use restarts the validity"
    tenant.clock.advance(days=2)
    assert caller.get(path).status == 401
    tenant.clock.advance(days=-1)
    assert caller.get(path).status == 200, "a rejected call does not count as a use"
