"""Admin methods that send several requests: drift, preview, expiring tokens, rotation."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from britive_scim import AsyncAdminClient, RetryPolicy, admin, scim
from britive_scim.errors import ConfigurationError, InputError, InvalidFilter, TokenNotDelivered
from britive_scim.testing import Tenant
from support.each_value import each_value
from support.fake_admin_api import TOKEN, FakeAdminApi, SmallTenant

USER = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ana", "title": "x"}


def client(script: FakeAdminApi) -> AsyncAdminClient:
    return AsyncAdminClient("acme", TOKEN, transport=script, retry=RetryPolicy(attempts=1))


def served(tenant: Tenant) -> AsyncAdminClient:
    return AsyncAdminClient("acme", tenant.api_token, transport=tenant.async_transport())


def iso(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


class TestDrift:
    async def test_drift_compares_provider_by_name_or_id(self) -> None:
        tenant = SmallTenant()
        okta = tenant.add_provider("Okta", scimProvider="Azure")
        async with client(tenant) as britive:
            providers = britive.identity_providers
            by_name = await providers.drift(
                admin.IdentityProvider(name="Okta", scim_provider="Generic")
            )
            by_id = await providers.drift(
                admin.IdentityProvider(id=okta["id"], scim_provider="Generic")
            )
            saved = await providers.get(okta["id"])
            assert await providers.drift(saved) == []
        assert by_name == by_id == [admin.Difference("scim_provider", "Generic", "Azure")]

    async def test_missing_provider_is_one_difference(self) -> None:
        async with client(SmallTenant()) as britive:
            providers = britive.identity_providers
            for expected in (
                admin.IdentityProvider(name="Okta"),
                admin.IdentityProvider(id="gone"),
            ):
                assert [item.field for item in await providers.drift(expected)] == [
                    "identity provider"
                ]
            with pytest.raises(InputError, match="empty"):
                await providers.drift(admin.IdentityProvider())


async def test_preview_uses_current_mappings() -> None:
    tenant = SmallTenant()
    okta = tenant.add_provider("Okta")
    async with client(tenant) as britive:
        preview = await britive.identity_providers.preview(okta["id"], USER)
    assert preview.filled[0].values == ("ana",)
    assert preview.missing == ("Status", "Email", "First Name", "Last Name")
    assert preview.unread == ("title",)
    assert tenant.writes == []


async def test_rules_are_mandatory_attributes_and_mappings() -> None:
    tenant = SmallTenant()
    tenant.add_provider("Okta")
    async with client(tenant) as britive:
        rules = await britive.identity_providers.rules("Okta")
    assert rules.identity_provider == "Okta"
    assert rules.mappings["Username"] == "userName"
    assert rules.mandatory == admin.MANDATORY_ATTRIBUTES
    assert rules.unmapped == ()
    assert tenant.writes == []


async def test_expiring_lists_all_token_types_by_expiry() -> None:
    script = FakeAdminApi(
        {
            "GET /api/identity-providers": (
                200,
                [
                    {"id": "i0", "name": "Britive", "type": "DEFAULT"},
                    {"id": "i1", "name": "Okta", "type": "SAML"},
                    {"id": "i2", "name": "Entra", "type": "SAML"},
                ],
            ),
            "GET /api/identity-providers/i1/scim-token": (200, {"id": "k1", "expiresOn": iso(5)}),
            "GET /api/token": (
                200,
                [{"id": "k2", "expiresOn": iso(3)}, {"id": "k3", "expiresOn": iso(80)}],
            ),
            "GET /api/users": (
                200,
                {
                    "count": 2,
                    "data": [{"userId": "s1", "name": "ci"}, {"userId": "s2", "name": "bot"}],
                },
            ),
            "GET /api/users/s1/tokens": (200, {"id": "k4", "expiresOn": iso(1)}),
        }
    )
    async with client(script) as britive:
        result = await britive.expiring(within=timedelta(days=14))
    assert [(item.token_type, item.owner) for item in result] == [
        ("service identity", "ci"),
        ("API", "k2"),
        ("SCIM", "Okta"),
    ]
    assert "GET /api/identity-providers/i0/scim-token" not in script.lines
    table = result.to_table()
    assert list(table.columns) == ["token_type", "owner", "expiry", "remaining_days"]
    assert [row[:3] for row in table] == [
        (item.token_type, item.owner, item.expiry) for item in result
    ]
    assert [round(row[3]) for row in table] == [1, 3, 5]
    assert "service identity" in result._repr_html_()
    assert pickle.loads(pickle.dumps(result)) == copy.copy(result) == list(result)


@pytest.mark.heavy
async def test_token_expiry_uses_clock_of_tenant() -> None:
    tenant = Tenant()
    vault: list[SecretStr] = []
    async with served(tenant) as britive:
        okta = await britive.identity_providers.get_by_name("Okta")
        rotating = britive.identity_providers.scim_token
        within = timedelta(days=14)
        assert await britive.expiring(within) == []
        assert await rotating.rotate_if_expiring(okta, within=within, deliver=vault.append) is None
        tenant.clock.advance(days=80)
        assert [item.owner for item in await britive.expiring(within)] == ["Okta", "Entra"]
        report = await rotating.rotate_if_expiring(okta, within=within, deliver=vault.append)
        assert [item.owner for item in await britive.expiring(within)] == ["Entra"]
    assert report
    assert len(vault) == 1


@each_value("user", [None, "ana", scim.Group(display_name="Admins"), [("a", 1)]])
async def test_preview_without_user_raises_input_error(user: Any) -> None:
    script = FakeAdminApi()
    async with client(script) as britive:
        with pytest.raises(InputError, match="user "):
            await britive.identity_providers.preview("i1", user)
    assert script.sent == []


@pytest.mark.parametrize("given", ["", scim.attr("userName").eq("ana")])
async def test_list_with_empty_or_scim_filter_raises(given: Any) -> None:
    script = FakeAdminApi()
    async with client(script) as britive:
        for ask in (
            lambda: britive.users.list(filter=given),
            lambda: britive.tags.list(filter=given),
            lambda: britive.tags.members.list("t1", filter=given),
            lambda: britive.tags.rules.list_matched_users("t1", filter=given),
            lambda: britive.service_identities.list(filter=given),
            lambda: britive.audit_logs.query(filter=given),
            lambda: britive.access_requests.memberships("t1", filter=given),
            lambda: britive.my_tags.list(filter=given),
            lambda: britive.my_tags.members("t1", filter=given),
            lambda: britive.my_tags.list_available("t1", filter=given),
            lambda: britive.my_tags.requested_memberships("t1", filter=given),
        ):
            with pytest.raises(InvalidFilter):
                ask()
    assert script.sent == []


async def test_expiring_negative_duration_raises_input_error() -> None:
    script = FakeAdminApi()
    async with client(script) as britive:
        with pytest.raises(InputError, match="negative"):
            await britive.expiring(within=timedelta(days=-1))
    assert script.sent == []


class TestRotation:
    async def test_rotate_delivers_and_checks_new_token(self) -> None:
        tenant = Tenant()
        okta = tenant.identity_providers["Okta"]
        vault: list[SecretStr] = []
        async with served(tenant) as britive:
            idp = await britive.identity_providers.get_by_name("Okta")
            await britive.identity_providers.scim_token.update(idp, days=30)
            old = okta.scim_token
            report = await britive.identity_providers.scim_token.rotate(idp, deliver=vault.append)
            known = await britive.identity_providers.scim_token.get(idp)
        assert report.ok
        assert len(vault) == 1
        assert vault[0] != old
        assert known.token_expiration_days == 30, "validity is unchanged"

    async def test_rotate_with_days_sets_validity(self) -> None:
        tenant = SmallTenant()
        okta = tenant.add_provider("Okta")
        async with client(tenant) as britive:
            report = await britive.identity_providers.scim_token.rotate(
                okta["id"], deliver=lambda token: None, days=7
            )
        assert tenant.tokens[okta["id"]]["tokenExpirationDays"] == 7
        assert not report.ok, "this fake tenant has no SCIM endpoint"

    async def test_rotate_failed_delivery_error_contains_token(self) -> None:
        tenant = SmallTenant()
        okta = tenant.add_provider("Okta")

        def fail(token: SecretStr) -> None:
            raise OSError("vault sealed")

        async with client(tenant) as britive:
            with pytest.raises(TokenNotDelivered, match="old token is revoked") as caught:
                await britive.identity_providers.scim_token.rotate(okta["id"], deliver=fail)
        error, secret = caught.value, tenant.secrets[-1]
        assert error.token is not None
        assert error.token.get_secret_value() == secret
        assert isinstance(error.__cause__, OSError)
        assert secret not in repr(error) + str(error) + repr(error.to_dict()) + repr(vars(error))
        assert pickle.loads(pickle.dumps(error)).token is None
        assert copy.copy(error).token == copy.deepcopy(error).token == error.token

    @pytest.mark.parametrize(
        ("known", "rotated"),
        [
            ({"status": "Active", "expiresOn": iso(5)}, True),
            ({"status": "Active", "expiresOn": iso(60)}, False),
            ({"status": "Inactive", "expiresOn": iso(60)}, True),
            (None, True),
        ],
    )
    async def test_rotate_if_expiring_rotates_expiring_token_only(
        self, known: dict[str, Any] | None, rotated: bool
    ) -> None:
        tenant = SmallTenant()
        okta = tenant.add_provider("Okta")
        if known is not None:
            tenant.tokens[okta["id"]] = known
        vault: list[SecretStr] = []
        async with client(tenant) as britive:
            report = await britive.identity_providers.scim_token.rotate_if_expiring(
                okta["id"], within=timedelta(days=14), deliver=vault.append
            )
        assert (report is not None) is rotated
        assert len(vault) == len(tenant.secrets) == int(rotated)

    async def test_rotate_other_host_raises_before_write(self) -> None:
        tenant = SmallTenant()
        okta = tenant.add_provider("Okta", ssoConfig={"scimUrl": "https://evil.example/scim"})
        async with client(tenant) as britive:
            with pytest.raises(ConfigurationError, match=r"evil\.example"):
                await britive.identity_providers.scim_token.rotate(okta["id"], deliver=print)
        assert tenant.writes == []
