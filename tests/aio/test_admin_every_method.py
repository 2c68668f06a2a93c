"""Every method of the admin client, called against the emulated tenant with success.

A row says how a method is called in a furnished tenant, and what must be true of its result. The rows are
compared with the client itself, so that a method without a row fails.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator
from operator import attrgetter
from typing import Any

import pytest

from admin_rows import PASSWORD, ROWS, SETTINGS, House
from britive_scim import AsyncAdminClient, admin
from britive_scim.aio.noun import AsyncNoun
from britive_scim.aio.pager import AsyncPager
from britive_scim.testing import Tenant


@pytest.fixture
async def house() -> AsyncIterator[House]:
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
                name, email=f"{name}@acme.com", first_name=name, last_name="X", password=PASSWORD
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
        yield House(
            tenant, britive, okta, default, attribute, ana, bob, robot, tag, token, workload
        )


ELSEWHERE = {
    "access_requests.update_settings": "needs settings: test_settings_of_access_requests_are_changed",
    "aclose": "of every client, not of the admin API",
    "close": "of every client, not of the admin API",
    "from_env": "makes a client",
    "dry_run": "of every client, not of the admin API",
    "operations": "of every client, not of the admin API",
    "record": "of every client, not of the admin API",
    "send": "of every client, not of the admin API",
}
"""Public methods without a row, and why."""


@pytest.mark.parametrize("name", ROWS)
async def test_a_method_is_answered(house: House, name: str) -> None:
    made = ROWS[name].call(house)
    found = [one async for one in made] if isinstance(made, AsyncPager) else await made
    assert ROWS[name].holds(found), found


async def test_settings_of_access_requests_are_changed(house: House) -> None:
    requests = house.britive.access_requests
    await requests.create_settings(SETTINGS)
    await requests.update_settings(admin.AccessRequestSettings(allow_access_request=False))
    assert await requests.settings() == SETTINGS.model_copy(update={"allow_access_request": False})


def public_methods(noun: Any, prefix: str = "") -> Iterator[str]:
    for name in dir(noun):
        if name.startswith("_"):
            continue
        value = inspect.getattr_static(noun, name, None)
        if isinstance(getattr(noun, name), AsyncNoun):
            yield from public_methods(getattr(noun, name), f"{prefix}{name}.")
        elif inspect.isroutine(value) or isinstance(value, classmethod):
            yield prefix + name


async def test_every_public_method_has_a_row(house: House) -> None:
    methods = set(public_methods(house.britive))
    assert methods - set(ELSEWHERE) == set(ROWS)
    assert all(callable(attrgetter(name)(house.britive)) for name in ROWS)
