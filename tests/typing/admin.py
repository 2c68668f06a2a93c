"""Typical uses of the admin client, checked by mypy and pyright, never run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_type

from pydantic import SecretStr

from britive_scim import (
    AdminClient,
    AsyncAdminClient,
    RetryPolicy,
    ScimClient,
    Settings,
    admin,
    errors,
)
from britive_scim.aio.pager import AsyncPager
from britive_scim.aio.provisioning import AsyncConnection
from britive_scim.aio.scim.client import AsyncScimClient
from britive_scim.provisioning import Step
from britive_scim.sync.pager import Pager
from britive_scim.sync.provisioning import Connection
from britive_scim.testing import Tenant


def construct_clients() -> AdminClient:
    AdminClient("acme", "token")
    AdminClient("acme", SecretStr("token"), auth_scheme="Bearer", timeout=math.inf)
    AdminClient("acme", lambda: "token", base_url="http://127.0.0.1:8080", read_only=True)
    AdminClient.from_env(retry=RetryPolicy(), settings=Settings(page_size=10))
    tenant = Tenant(name="acme")
    assert_type(AdminClient.from_env(), AdminClient)
    return AdminClient("acme", tenant.api_token, transport=tenant.transport())


def set_up(britive: AdminClient) -> ScimClient:
    connection = britive.set_up_provisioning(
        "Okta",
        scim_provider="Generic",
        token_days=30,
        mappings={"Mobile": "nickName"},
        custom_attributes=["costCode", {"name": "badges"}, admin.IdentityAttribute(name="x")],
        rotate_token=False,
        token=None,
    )
    assert_type(connection, Connection)
    assert_type(connection.identity_provider, admin.IdentityProvider)
    assert_type(connection.scim_url, str)
    assert_type(connection.token, SecretStr | None)
    assert_type(connection.token_created, bool)
    assert_type(connection.steps, tuple[Step, ...])
    connection.client("token", read_only=True, timeout=5)
    return assert_type(connection.client(), ScimClient)


def resource_methods(britive: AdminClient) -> None:
    """Return types of the methods."""
    with britive:
        idp = britive.identity_providers.get_by_name("Okta")
        assert_type(idp, admin.IdentityProvider)
        assert_type(idp.scim_url, str | None)
        assert_type(idp.mappings, list[admin.AttributeMapping])
        assert_type(britive.identity_providers.list(), admin.ModelList[admin.IdentityProvider])
        assert_type(britive.identity_providers.find_by_name("x"), admin.IdentityProvider | None)
        britive.identity_providers.update(idp, scim_provider="Azure", timeout=3)
        token = britive.identity_providers.scim_token.create(idp, days=90)
        assert_type(token.token, SecretStr | None)
        assert_type(token.expires_on, datetime | None)
        assert_type(token.is_active, bool | None)
        britive.identity_providers.mappings.add(idp, {"Mobile": "nickName"})
        britive.identity_providers.mappings.add(idp, "Mobile", "nickName", retry=None)
        britive.identity_providers.mappings.remove(idp, "Mobile", "Phone")
        assert_type(britive.identity_providers.mappings.scim_attributes(), Sequence[str])
        assert_type(britive.identity_attributes.create("x"), admin.IdentityAttribute)

        pager = britive.users.list(filter=admin.where("name").co("Ana"), include_tags=True)
        assert_type(pager, Pager[admin.User])
        for user in pager:
            assert_type(user, admin.User)
            assert_type(user.id, str | None)
            britive.users.get(user)
            britive.tags.members.add("t1", user)
        assert_type(britive.tags.list().first(), admin.Tag | None)
        assert_type(britive.users.custom_attributes.get("u1"), dict[str, list[str]])
        assert_type(britive.audit_logs.query(since=timedelta(days=1)), Pager[admin.AuditEvent])


async def resource_methods_async(britive: AsyncAdminClient) -> AsyncScimClient:
    """Return types of the async methods."""
    async with britive:
        assert_type(await britive.identity_providers.get("i1"), admin.IdentityProvider)
        pager = britive.tags.list()
        assert_type(pager, AsyncPager[admin.Tag])
        async for tag in pager:
            assert_type(tag, admin.Tag)
        assert_type(await britive.users.list().count(), int)
        connection = await britive.set_up_provisioning("Okta")
        assert_type(connection, AsyncConnection)
        return assert_type(connection.client(), AsyncScimClient)


def set_up_steps(connection: Connection, error: errors.BritiveScimError) -> list[Step]:
    """Steps of a set-up, successful or not."""
    return [step for step in (*connection.steps, *error.steps) if step.is_change]
