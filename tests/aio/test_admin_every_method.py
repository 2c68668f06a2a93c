"""Every method of the admin client, called against the emulated tenant with success.

A row says how a method is called in a furnished tenant, and what must be true of its result. The rows are
compared with the client itself, so that a method without a row fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from operator import attrgetter
from typing import Any

import pytest

from britive_scim import AsyncAdminClient, admin
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.aio.pager import AsyncPager
from britive_scim.testing import Tenant
from support.admin_calls import resource_of
from support.admin_operations import (
    OPERATION_CASES,
    PASSWORD,
    SETTINGS,
    TESTED_ELSEWHERE,
    SampleTenant,
    public_methods,
)
from support.admin_responses import KNOWN_DEVIATIONS, OPERATIONS, find_deviations, find_operation
from support.each_value import each_value


@pytest.fixture
async def house() -> AsyncIterator[SampleTenant]:
    tenant = Tenant()
    async with AsyncAdminClient(
        "acme", tenant.api_token, transport=tenant.async_transport()
    ) as britive:
        attribute = await britive.identity_attributes.create(
            "team", multi_valued=True, identity_types=["User", "ServiceIdentity"]
        )
        okta = await britive.identity_providers.get_by_name("Okta")
        await britive.identity_providers.mappings.add(okta, "team", "title")
        ana, bob = [
            await britive.users.create(
                name,
                email=f"{name}@acme.com",
                first_name=name,
                last_name="X",
                password=PASSWORD,
                admin_roles=["Auditor"],
            )
            for name in ("ana", "bob")
        ]
        await britive.users.custom_attributes.update(ana, {"team": ["Sales"]})
        tag = await britive.tags.create("Doors", description="Keys")
        await britive.tags.members.add(tag, bob)
        await britive.tags.rules.add(tag, [("team", "is", "Sales")])
        robot = await britive.service_identities.create("ci", description="Builds")
        await britive.service_identities.token.create(robot, days=7)
        oidc = admin.WorkloadProvider(
            name="ci", idp_type="OIDC", issuer_url="https://ci.example", allowed_audiences=["b"]
        )
        workload = await britive.workload.identity_providers.create(oidc)
        await britive.workload.assign(robot, workload, token_duration=300, values={"team": "CI"})
        await britive.workload.scim_users.designate(okta, robot)
        token = await britive.api_tokens.create(name="nightly", days=30)
        tenant.console.request_membership("Doors", "ana")
        tenant.console.register_factor("ana", "TOTP")
        tenant.console.set_banner("Maintenance on Sunday", "WARNING")
        tenant.console.set_feature("scim", enabled=True)
        default = await britive.identity_providers.get_by_name("Britive")
        yield SampleTenant(
            tenant, britive, okta, default, attribute, ana, bob, robot, tag, token, workload
        )


@each_value("name", OPERATION_CASES, group=resource_of)
async def test_a_method_is_answered(house: SampleTenant, name: str) -> None:
    tenant, furnished = house.tenant, house.tenant.snapshot()
    try:
        async with AsyncAdminClient(
            "acme", tenant.api_token, transport=tenant.async_transport()
        ) as britive:
            made = OPERATION_CASES[name].call(replace(house, britive=britive))
            found = [one async for one in made] if isinstance(made, AsyncPager) else await made
        assert OPERATION_CASES[name].check(found), found
    finally:
        tenant.restore(furnished)


async def test_settings_of_access_requests_are_changed(house: SampleTenant) -> None:
    requests = house.britive.access_requests
    await requests.create_settings(SETTINGS)
    await requests.update_settings(admin.AccessRequestSettings(allow_access_request=False))
    assert await requests.settings() == SETTINGS.model_copy(update={"allow_access_request": False})


async def test_every_public_method_has_a_row(house: SampleTenant) -> None:
    methods = set(public_methods(house.britive, AsyncAPIResource))
    assert methods - set(TESTED_ELSEWHERE) == set(OPERATION_CASES)
    assert all(callable(attrgetter(name)(house.britive)) for name in OPERATION_CASES)


def known(tenant: Tenant) -> str:
    """Return all that a tenant knows but its audit log, and when its tokens were used."""
    document = dict(tenant.snapshot().document)
    del document["events"], document["lastEvent"]
    return re.sub(r'"lastUsed": "[^"]*"', "used", json.dumps(document, sort_keys=True, default=str))


async def test_every_change_is_in_the_audit_log_and_nothing_else(house: SampleTenant) -> None:
    await house.britive.features()  # from now on the token has been used
    tenant, start = house.tenant, house.tenant.snapshot()
    changing: set[str] = set()
    nameless: list[Any] = []
    for name, row in OPERATION_CASES.items():
        before, events = known(tenant), tenant.snapshot().document["lastEvent"]
        tenant.requests.clear()
        made = row.call(house)
        _ = [one async for one in made] if isinstance(made, AsyncPager) else await made
        asked = [one for one in tenant.requests if one.method != "GET"]
        noted = tenant.snapshot().document["events"][-1:] if asked else []
        count = tenant.snapshot().document["lastEvent"] - events
        if known(tenant) != before:
            changing.add(name)
            assert count >= 1, name
            assert noted[0]["status"] < 400, name
            if not (noted[0]["target_name"] and noted[0]["target_id"]):
                nameless.append((name, noted[0]["event_type"]))
        else:
            assert count in (0, len(asked)), name
        tenant.restore(start)
    assert nameless == [
        (
            "identity_providers.password_policy.replace",
            "admin.identity-providers.password-policy.create",
        ),
        ("access_requests.create_settings", "admin.user-tags.access-request-settings.create"),
    ], "of these there is one alone"
    assert len(changing) > 50
    assert {
        "users.delete",
        "tags.members.remove",
        "api_tokens.create",
        "workload.assign",
    } < changing


async def test_every_answer_has_the_published_names_and_types(house: SampleTenant) -> None:
    before = house.tenant.snapshot()
    for row in OPERATION_CASES.values():
        made = row.call(house)
        _ = [one async for one in made] if isinstance(made, AsyncPager) else await made
        house.tenant.restore(before)
    await house.britive.api_tokens.update(house.token, days=9)
    await house.britive.access_requests.create_settings(SETTINGS)
    await house.britive.access_requests.update_settings(SETTINGS)

    found = {where for one in house.tenant.requests for where in find_deviations(one)}
    unlisted = {
        one for one in found if not any(re.fullmatch(rule, one) for rule in KNOWN_DEVIATIONS)
    }
    assert unlisted == set()
    idle = {rule for rule in KNOWN_DEVIATIONS if not any(re.fullmatch(rule, one) for one in found)}
    assert idle == set(), "these are no deviations any more"
    answered = {find_operation(one) for one in house.tenant.requests if (one.status or 500) < 400}
    assert set(OPERATIONS) - answered == set()
