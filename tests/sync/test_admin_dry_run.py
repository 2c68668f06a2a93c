# Generated from tests/aio/test_admin_dry_run.py by tools/unasync.py; edit that file instead.
"""Dry runs of every method that writes: no change is sent, and each change is recorded.

The calls are those of the contract test, one for each method; composed methods are listed by name. A method that
writes and is in neither list fails.
"""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import Any

import pytest
from pydantic import SecretStr

from britive_scim import AdminClient
from britive_scim.errors import ConfigurationError
from britive_scim.testing import Tenant
from support.admin_calls import CALLS, Call
from support.each_value import each_value
from support.fake_admin_api import TOKEN, FakeAdminApi, SmallTenant, decode_body

COMPOSED_METHODS = {
    "identity_providers.scim_token.rotate",
    "identity_providers.scim_token.rotate_if_expiring",
    "set_up_provisioning",
}
"""Methods that call other writing methods; each has its own tests below."""

READ_BY_POST = {"users.list_minimized", "tags.list_minimized", "tags.rules.preview"}
"""Methods that read by POST: a dry run sends them."""


def scripted(call: Call) -> FakeAdminApi:
    script = FakeAdminApi({line: (200, body) for line, body in call.reads.items()})
    script.replies[call.line] = (200, call.reply)
    return script


def run(britive: AdminClient, call: Call) -> Any:
    result = attrgetter(call.name)(britive)(*call.args, **call.options)
    return (result.first() if hasattr(result, "first") else result)


@pytest.mark.heavy
@each_value("call", CALLS, label=lambda call: call.id, group=lambda call: call.resource)
def test_dry_run_records_changes_and_sends_none(call: Call) -> None:
    real, dry = scripted(call), scripted(call)
    with AdminClient("acme", TOKEN, transport=real) as britive:
        run(britive, call)
    with AdminClient("acme", TOKEN, transport=dry) as britive:
        with britive.dry_run() as changes:
            run(britive, call)

    written = [sent for sent in real.sent if sent.method != "GET" and call.name not in READ_BY_POST]
    message = [
        (f"{item.method} {item.path}", decode_body(kind or "", content or b""))
        for item in changes
        for content, kind in [item.encode_body("application/json")]
    ]
    assert [(line.replace("%20", " "), body) for line, body in message] == [
        (sent.line, sent.body) for sent in written
    ]
    assert dry.lines == [sent.line for sent in real.sent if sent not in written]


def test_dry_run_table_covers_every_writing_method() -> None:
    with AdminClient("acme", TOKEN, transport=FakeAdminApi()) as britive:
        writing = {ability.name for ability in britive.operations() if not ability.safe}
    assert writing <= {call.name for call in CALLS} | COMPOSED_METHODS


@each_value(
    "method, options",
    [
        ("identity_providers.scim_token.create", {}),
        ("api_tokens.create", {"name": "ci"}),
        ("service_identities.token.create", {}),
    ],
)
def test_dry_run_token_has_no_secret(method: str, options: dict[str, Any]) -> None:
    args = () if method.startswith("api") else ("i1",)
    with AdminClient("acme", TOKEN, transport=FakeAdminApi()) as britive:
        with britive.dry_run():
            created = attrgetter(method)(britive)(*args, **options, days=30)
    assert (created.token, created.token_expiration_days) == (None, 30)


def test_dry_run_repr_does_not_reveal_password() -> None:
    with AdminClient("acme", TOKEN, transport=FakeAdminApi()) as britive:
        with britive.dry_run() as changes:
            user = britive.users.create(
                "ana", email="a@acme.com", first_name="Ana", last_name="X", password="S3cret-c4nary"
            )
            assert (britive.users.get(user)).username == "ana"
            tag = britive.tags.create("Doors")
            assert (britive.tags.get(tag)).name == "Doors"
    assert "c4nary" not in repr(user) + repr(user.to_wire(secrets=True)) + repr(changes)
    assert changes[0].body["password"] == "S3cret-c4nary", "the recorded change is complete"


def test_dry_run_rotation_delivers_no_token() -> None:
    tenant = Tenant()
    before = tenant.identity_providers["Okta"].scim_token
    handed: list[SecretStr] = []
    with AdminClient(
        "acme", tenant.api_token, transport=tenant.transport()
    ) as britive:
        okta = britive.identity_providers.get_by_name("Okta")
        rotating = britive.identity_providers.scim_token
        with britive.dry_run() as changes:
            report = rotating.rotate(okta, deliver=handed.append)
            other = rotating.rotate_if_expiring(
                okta, within=timedelta(days=91), deliver=handed.append, days=7
            )
    assert [(item.method, item.path, item.body) for item in changes] == [
        ("POST", f"/api/identity-providers/{okta.id}/scim-token", {"tokenExpirationDays": days})
        for days in (90, 7)
    ]
    assert handed == []
    assert other is not None
    assert not report
    assert "dry run" in str(report)
    assert tenant.identity_providers["Okta"].scim_token == before
    assert {item.method for item in tenant.requests} == {"GET"}


@pytest.mark.parametrize("name", ["Okta", "HR"])
def test_dry_run_set_up_reports_steps_and_writes_nothing(name: str) -> None:
    tenant = Tenant()
    with AdminClient(
        "acme", tenant.api_token, transport=tenant.transport()
    ) as britive:
        with britive.dry_run() as changes:
            connection = britive.set_up_provisioning(
                name,
                scim_provider="Azure",
                mappings={"Mobile": "title"},
                custom_attributes=["costCode"],
                rotate_token=True,
            )
        with pytest.raises(ConfigurationError, match="dry run"):
            connection.client()
        steps = str(connection)
        real = britive.set_up_provisioning(
            name,
            scim_provider="Azure",
            mappings={"Mobile": "title"},
            custom_attributes=["costCode"],
            rotate_token=True,
        )
    rehearsed = [(item.method, item.template) for item in changes]
    written = [item for item in tenant.requests if item.method != "GET"]
    assert [method for method, _ in rehearsed] == [item.method for item in written]
    assert "costCode" in steps
    assert [(step.name, step.outcome) for step in connection.steps] == [
        (step.name, "created" if step.name == "mapping" and name == "HR" else step.outcome)
        for step in real.steps
    ]


def test_dry_run_set_up_of_same_state_has_no_changes() -> None:
    tenant = SmallTenant()
    with AdminClient("acme", TOKEN, transport=tenant) as britive:
        britive.set_up_provisioning("Okta")
        sent = len(tenant.writes)
        with britive.dry_run() as changes:
            connection = britive.set_up_provisioning("Okta")
        assert changes == []
        assert not connection.changed
        assert len(tenant.writes) == sent
