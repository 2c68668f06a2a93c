"""The tenant's time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from britive_scim.testing import Tenant, TenantClock
from support.tenant_callers import Caller, make_user

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def test_a_clock_that_is_set_stands_still_until_it_is_moved() -> None:
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


def test_a_clock_that_was_never_set_runs_with_the_system() -> None:
    clock = TenantClock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    clock.advance(days=10)
    assert timedelta(days=9) < clock.now() - datetime.now(UTC) < timedelta(days=11)
    assert repr(clock).endswith(" runs>")


def test_a_clock_moves_to_a_moment_and_stays_what_it_was() -> None:
    running, standing = TenantClock(), TenantClock(NOON)
    for clock in (running, standing):
        clock.move_to(NOON + timedelta(days=1))
        assert abs(clock.now() - NOON - timedelta(days=1)) < timedelta(minutes=1)
    assert repr(running).endswith(" runs>")
    assert repr(standing).endswith(" stands>")


def test_a_clock_is_set_in_any_zone_and_tells_utc() -> None:
    clock = TenantClock(datetime(2026, 5, 1, 14, 0, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="must have a time zone"):
        TenantClock(datetime(2026, 5, 1))


def test_assigning_a_moment_sets_the_tenants_clock(tenant: Tenant, okta: Caller) -> None:
    tenant.clock = NOON + timedelta(days=3)
    created = okta.create_user("ada@example.com")
    assert created["meta"]["created"] == "2026-05-04T12:00:00.000Z"
    assert created["meta"]["lastModified"] == created["meta"]["created"]


def test_a_change_moves_last_modified_and_a_change_of_nothing_does_not(
    tenant: Tenant, okta: Caller
) -> None:
    ada = okta.create_user("ada@example.com")
    tenant.clock.advance(hours=1)
    same = okta.put(f"/Users/{ada['id']}", make_user("ada@example.com")).json()
    assert same["meta"] == ada["meta"]
    other = okta.put(f"/Users/{ada['id']}", make_user("ada@example.com", title="Countess")).json()
    assert other["meta"]["lastModified"] == "2026-05-01T13:00:00.000Z"
    assert other["meta"]["created"] == "2026-05-01T12:00:00.000Z"


def test_a_scim_token_expires_days_after_its_last_use(
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


def test_an_expired_scim_token_is_shown_as_inactive(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
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


def test_an_api_token_expires_days_after_its_last_use(tenant: Tenant, admin: Caller) -> None:
    tenant.clock.advance(days=89)
    assert admin.get("/identity-providers").status == 200
    tenant.clock.advance(days=90)
    refused = admin.get("/identity-providers")
    assert refused.status == 401
    assert refused.json()["errorCode"] == "AU-0017"


@pytest.mark.parametrize("kind", ["API", "SCIM", "service identity"])
def test_every_kind_of_token_dies_its_days_after_the_last_use(
    tenant: Tenant, admin: Caller, kind: str
) -> None:
    if kind == "SCIM":
        okta = tenant.identity_providers["Okta"]
        made = admin.post(f"/identity-providers/{okta.id}/scim-token", {"tokenExpirationDays": 2})
        caller = Caller(tenant, "/api/scim/v2", f"Bearer {made.json()['token']}")
        path = "/Users"
    else:
        robot = admin.post("/users", {"name": "robot", "type": "ServiceIdentity"}).json()["userId"]
        where = "/token" if kind == "API" else f"/users/{robot}/tokens"
        made = admin.post(where, {"tokenExpirationDays": 2})
        caller = Caller(tenant, "/api", f"TOKEN {made.json()['token']}")
        path = "/identity-providers"
    for _ in range(3):
        tenant.clock.advance(days=2, seconds=-1)
        assert caller.get(path).status == 200, "each use begins the validity anew"
    tenant.clock.advance(days=2)
    assert caller.get(path).status == 401
    tenant.clock.advance(days=-1)
    assert caller.get(path).status == 200, "a refused call is no use, and nothing is forgotten"
