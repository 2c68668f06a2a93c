"""A dry run of every method that writes: nothing is sent, and what would have been sent is told.

The calls are those of the contract test, one for each method; the clients' other methods that write are
here by name. A method that writes and is in neither list fails.
"""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import Any

import pytest
from pydantic import SecretStr

from britive_scim import AsyncAdminClient
from britive_scim.errors import ConfigurationError
from britive_scim.testing import Tenant
from support.admin_calls import CALLS, Call
from support.each_value import each_value
from support.fake_admin_api import TOKEN, FakeAdminApi, SmallTenant, decode_body

COMPOSED = {
    "identity_providers.scim_token.rotate",
    "identity_providers.scim_token.rotate_if_expiring",
    "set_up_provisioning",
}
"""Methods that write by calling others; each has its own tests below."""

ASKING = {"users.list_minimized", "tags.list_minimized", "tags.rules.preview"}
"""Methods that ask by POST and change nothing: a dry run sends them."""


def scripted(call: Call) -> FakeAdminApi:
    script = FakeAdminApi({line: (200, body) for line, body in call.reads.items()})
    script.replies[call.line] = (200, call.reply)
    return script


async def run(britive: AsyncAdminClient, call: Call) -> Any:
    result = attrgetter(call.name)(britive)(*call.args, **call.options)
    return await (result.first() if hasattr(result, "first") else result)


@each_value("call", CALLS, label=lambda call: call.id, group=lambda call: call.resource)
async def test_a_dry_run_tells_what_would_be_sent_and_sends_no_change(call: Call) -> None:
    real, dry = scripted(call), scripted(call)
    async with AsyncAdminClient("acme", TOKEN, transport=real) as britive:
        await run(britive, call)
    async with AsyncAdminClient("acme", TOKEN, transport=dry) as britive:
        with britive.dry_run() as changes:
            await run(britive, call)

    written = [sent for sent in real.sent if sent.method != "GET" and call.name not in ASKING]
    told = [
        (f"{one.method} {one.path}", decode_body(kind or "", content or b""))
        for one in changes
        for content, kind in [one.encode_body("application/json")]
    ]
    assert [(line.replace("%20", " "), body) for line, body in told] == [
        (sent.line, sent.body) for sent in written
    ]
    assert dry.lines == [sent.line for sent in real.sent if sent not in written]


async def test_every_method_that_writes_is_rehearsed() -> None:
    async with AsyncAdminClient("acme", TOKEN, transport=FakeAdminApi()) as britive:
        writing = {ability.name for ability in britive.operations() if not ability.safe}
    assert writing <= {call.name for call in CALLS} | COMPOSED


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("identity_providers.scim_token.create", {}),
        ("api_tokens.create", {"name": "ci"}),
        ("service_identities.token.create", {}),
    ],
)
async def test_a_token_that_is_not_made_has_no_secret(method: str, options: dict[str, Any]) -> None:
    args = () if method.startswith("api") else ("i1",)
    async with AsyncAdminClient("acme", TOKEN, transport=FakeAdminApi()) as britive:
        with britive.dry_run():
            made = await attrgetter(method)(britive)(*args, **options, days=30)
    assert (made.token, made.token_expiration_days) == (None, 30)


async def test_a_password_is_not_in_what_a_dry_run_answers() -> None:
    async with AsyncAdminClient("acme", TOKEN, transport=FakeAdminApi()) as britive:
        with britive.dry_run() as changes:
            user = await britive.users.create(
                "ana", email="a@acme.com", first_name="Ana", last_name="X", password="S3cret-c4nary"
            )
            assert (await britive.users.get(user)).username == "ana"
            tag = await britive.tags.create("Doors")
            assert (await britive.tags.get(tag)).name == "Doors"
    assert "c4nary" not in repr(user) + repr(user.to_wire(secrets=True)) + repr(changes)
    assert changes[0].body["password"] == "S3cret-c4nary", "what would be sent is told whole"


async def test_a_rotation_hands_nothing_over() -> None:
    tenant = Tenant()
    before = tenant.identity_providers["Okta"].scim_token
    handed: list[SecretStr] = []
    async with AsyncAdminClient(
        "acme", tenant.api_token, transport=tenant.async_transport()
    ) as britive:
        okta = await britive.identity_providers.get_by_name("Okta")
        rotating = britive.identity_providers.scim_token
        with britive.dry_run() as changes:
            report = await rotating.rotate(okta, deliver=handed.append)
            other = await rotating.rotate_if_expiring(
                okta, within=timedelta(days=91), deliver=handed.append, days=7
            )
    assert [(one.method, one.path, one.body) for one in changes] == [
        ("POST", f"/api/identity-providers/{okta.id}/scim-token", {"tokenExpirationDays": days})
        for days in (90, 7)
    ]
    assert handed == []
    assert other is not None
    assert not report
    assert "dry run" in str(report)
    assert tenant.identity_providers["Okta"].scim_token == before
    assert {one.method for one in tenant.requests} == {"GET"}


@pytest.mark.parametrize("name", ["Okta", "HR"])
async def test_a_set_up_tells_its_steps_and_makes_nothing(name: str) -> None:
    tenant = Tenant()
    async with AsyncAdminClient(
        "acme", tenant.api_token, transport=tenant.async_transport()
    ) as britive:
        with britive.dry_run() as changes:
            connection = await britive.set_up_provisioning(
                name,
                scim_provider="Azure",
                mappings={"Mobile": "title"},
                custom_attributes=["costCode"],
                rotate_token=True,
            )
        with pytest.raises(ConfigurationError, match="dry run"):
            connection.client()
        steps = str(connection)
        real = await britive.set_up_provisioning(
            name,
            scim_provider="Azure",
            mappings={"Mobile": "title"},
            custom_attributes=["costCode"],
            rotate_token=True,
        )
    rehearsed = [(one.method, one.template) for one in changes]
    written = [one for one in tenant.requests if one.method != "GET"]
    assert [method for method, _ in rehearsed] == [one.method for one in written]
    assert "costCode" in steps
    assert [(step.name, step.outcome) for step in connection.steps] == [
        (step.name, "created" if step.name == "mapping" and name == "HR" else step.outcome)
        for step in real.steps
    ]


async def test_a_set_up_of_what_is_as_wanted_would_change_nothing() -> None:
    tenant = SmallTenant()
    async with AsyncAdminClient("acme", TOKEN, transport=tenant) as britive:
        await britive.set_up_provisioning("Okta")
        sent = len(tenant.writes)
        with britive.dry_run() as changes:
            connection = await britive.set_up_provisioning("Okta")
        assert changes == []
        assert not connection.changed
        assert len(tenant.writes) == sent
