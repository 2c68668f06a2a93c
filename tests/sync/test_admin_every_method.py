# Generated from tests/aio/test_admin_every_method.py by tools/unasync.py; edit that file instead.
"""Successful call of every method of the admin client on the emulated tenant.

The cases are compared with the methods of the client: a method without a case fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter
from typing import Any

import pytest

from britive_scim import AdminClient, admin
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.pager import Pager
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
def sample() -> Iterator[SampleTenant]:
    tenant = Tenant()
    with AdminClient(
        "acme", tenant.api_token, transport=tenant.transport()
    ) as britive:
        attribute = britive.identity_attributes.create(
            "team", multi_valued=True, identity_types=["User", "ServiceIdentity"]
        )
        okta = britive.identity_providers.get_by_name("Okta")
        britive.identity_providers.mappings.add(okta, "team", "title")
        ana, bob = [
            britive.users.create(
                name,
                email=f"{name}@acme.com",
                first_name=name,
                last_name="X",
                password=PASSWORD,
                admin_roles=["Auditor"],
            )
            for name in ("ana", "bob")
        ]
        britive.users.custom_attributes.update(ana, {"team": ["Sales"]})
        tag = britive.tags.create("Doors", description="Keys")
        britive.tags.members.add(tag, bob)
        britive.tags.rules.add(tag, [("team", "is", "Sales")])
        robot = britive.service_identities.create("ci", description="Builds")
        britive.service_identities.token.create(robot, days=7)
        oidc = admin.WorkloadProvider(
            name="ci", idp_type="OIDC", issuer_url="https://ci.example", allowed_audiences=["b"]
        )
        workload = britive.workload.identity_providers.create(oidc)
        britive.workload.assign(robot, workload, token_duration=300, values={"team": "CI"})
        britive.workload.scim_users.designate(okta, robot)
        token = britive.api_tokens.create(name="nightly", days=30)
        tenant.console.request_membership("Doors", "ana")
        tenant.console.register_factor("ana", "TOTP")
        tenant.console.set_banner("Maintenance on Sunday", "WARNING")
        tenant.console.set_feature("scim", enabled=True)
        default = britive.identity_providers.get_by_name("Britive")
        yield SampleTenant(
            tenant, britive, okta, default, attribute, ana, bob, robot, tag, token, workload
        )


@pytest.mark.heavy
@each_value("name", OPERATION_CASES, group=resource_of)
def test_admin_method_returns_expected_result(sample: SampleTenant, name: str) -> None:
    tenant, furnished = sample.tenant, sample.tenant.snapshot()
    try:
        with AdminClient(
            "acme", tenant.api_token, transport=tenant.transport()
        ) as britive:
            created = OPERATION_CASES[name].call(replace(sample, britive=britive))
            result = (
                [item for item in created]
                if isinstance(created, Pager)
                else created
            )
        assert OPERATION_CASES[name].check(result), result
    finally:
        tenant.restore(furnished)


def test_access_requests_update_settings_changes_settings(sample: SampleTenant) -> None:
    requests = sample.britive.access_requests
    requests.create_settings(SETTINGS)
    requests.update_settings(admin.AccessRequestSettings(allow_access_request=False))
    assert requests.settings() == SETTINGS.model_copy(update={"allow_access_request": False})


def test_operation_cases_cover_every_public_method(sample: SampleTenant) -> None:
    methods = set(public_methods(sample.britive, APIResource))
    assert methods - set(TESTED_ELSEWHERE) == set(OPERATION_CASES)
    assert all(callable(attrgetter(name)(sample.britive)) for name in OPERATION_CASES)


def known(tenant: Tenant) -> str:
    """Return the state of a tenant as JSON, without audit log and times of token use."""
    document = dict(tenant.snapshot().document)
    del document["events"], document["lastEvent"]
    return re.sub(r'"lastUsed": "[^"]*"', "used", json.dumps(document, sort_keys=True, default=str))


@pytest.mark.heavy
def test_audit_log_contains_exactly_the_changes(sample: SampleTenant) -> None:
    sample.britive.features()  # sets the time of token use
    tenant, start = sample.tenant, sample.tenant.snapshot()
    changing: set[str] = set()
    nameless: list[Any] = []
    for name, row in OPERATION_CASES.items():
        before, events = known(tenant), tenant.snapshot().document["lastEvent"]
        tenant.requests.clear()
        created = row.call(sample)
        _ = [item for item in created] if isinstance(created, Pager) else created
        requested = [item for item in tenant.requests if item.method != "GET"]
        noted = tenant.snapshot().document["events"][-1:] if requested else []
        count = tenant.snapshot().document["lastEvent"] - events
        if known(tenant) != before:
            changing.add(name)
            assert count >= 1, name
            assert noted[0]["status"] < 400, name
            if not (noted[0]["target_name"] and noted[0]["target_id"]):
                nameless.append((name, noted[0]["event_type"]))
        else:
            assert count in (0, len(requested)), name
        tenant.restore(start)
    assert nameless == [
        (
            "identity_providers.password_policy.replace",
            "admin.identity-providers.password-policy.create",
        ),
        ("access_requests.create_settings", "admin.user-tags.access-request-settings.create"),
    ], "each exists once per tenant"
    assert len(changing) > 50
    assert {
        "users.delete",
        "tags.members.remove",
        "api_tokens.create",
        "workload.assign",
    } < changing


def test_responses_have_published_names_and_types(sample: SampleTenant) -> None:
    before = sample.tenant.snapshot()
    for row in OPERATION_CASES.values():
        created = row.call(sample)
        _ = [item for item in created] if isinstance(created, Pager) else created
        sample.tenant.restore(before)
    sample.britive.api_tokens.update(sample.token, days=9)
    sample.britive.access_requests.create_settings(SETTINGS)
    sample.britive.access_requests.update_settings(SETTINGS)

    result = {where for item in sample.tenant.requests for where in find_deviations(item)}
    unlisted = {
        item for item in result if not any(re.fullmatch(rule, item) for rule in KNOWN_DEVIATIONS)
    }
    assert unlisted == set()
    idle = {
        rule for rule in KNOWN_DEVIATIONS if not any(re.fullmatch(rule, item) for item in result)
    }
    assert idle == set(), "entries that no longer occur"
    answered = {
        find_operation(item) for item in sample.tenant.requests if (item.status or 500) < 400
    }
    assert set(OPERATIONS) - answered == set()
