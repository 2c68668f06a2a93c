"""One call of every method of the admin client on a sample tenant, and a check of its result.

The cases serve both clients: a call returns a value, an awaitable or a pager, depending on the client.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from britive_scim import admin, scim
from britive_scim.testing import Tenant

PASSWORD = "Secret-1234"
METADATA = (
    '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example">'
    '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
    '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"'
    ' Location="https://idp.example/sso"/></IDPSSODescriptor></EntityDescriptor>'
)


@dataclass
class SampleTenant:
    """A tenant with one object of each type."""

    tenant: Tenant
    britive: Any
    okta: admin.IdentityProvider
    default: admin.IdentityProvider
    attribute: admin.IdentityAttribute
    ana: admin.User
    bob: admin.User
    robot: admin.User
    tag: admin.Tag
    token: admin.ApiToken
    workload: admin.WorkloadProvider


@dataclass(frozen=True)
class OperationCase:
    """Call of a method, and a check of its result."""

    call: Callable[[SampleTenant], Any]
    check: Callable[[Any], bool] = lambda result: result is None


def has_names(*names: str) -> Callable[[Any], bool]:
    """Return a check that the entries have these names, or user names, in any order."""

    def check(entries: Any) -> bool:
        return sorted(getattr(e, "username", None) or e.name for e in entries) == sorted(names)

    return check


def has_name(name: str) -> Callable[[Any], bool]:
    return lambda result: result.name == name


DEFAULTS = ["Username", "Email", "First Name", "Last Name", "Status", "Mobile", "Phone"]
SETTINGS = admin.AccessRequestSettings(
    allow_access_request=True,
    approval_time_out="60",
    manager_approval=admin.ManagerApproval(required=True, condition="Any"),
    notification_mediums=[admin.NotificationMedium(id="m1", name="Mail", application="Email")],
)
EXPECTED = admin.IdentityProvider(name="Okta", scim_provider="Azure")
ANA = scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")


def get_providers(h: SampleTenant) -> Any:
    return h.britive.identity_providers


PROVIDERS = {
    "list": OperationCase(lambda h: get_providers(h).list(), has_names("Britive", "Okta", "Entra")),
    "find_by_name": OperationCase(
        lambda h: get_providers(h).find_by_name("Entra"), has_name("Entra")
    ),
    "get_by_name": OperationCase(lambda h: get_providers(h).get_by_name("Okta"), has_name("Okta")),
    "get": OperationCase(lambda h: get_providers(h).get(h.okta), has_name("Okta")),
    "create": OperationCase(lambda h: get_providers(h).create("HR"), has_name("HR")),
    "update": OperationCase(lambda h: get_providers(h).update(h.okta, sso_provider="Azure")),
    "delete": OperationCase(lambda h: get_providers(h).delete(h.okta)),
    "types": OperationCase(
        lambda h: get_providers(h).types(), lambda result: {"DEFAULT", "SAML"} <= set(result)
    ),
    "set_mfa": OperationCase(
        lambda h: get_providers(h).set_mfa(h.default, enabled=True, root_user=True)
    ),
    "saml_metadata.upload": OperationCase(
        lambda h: get_providers(h).saml_metadata.upload(h.okta, METADATA),
        lambda result: result["entityId"] == "https://idp.example",
    ),
    "signing_certificate": OperationCase(
        lambda h: get_providers(h).signing_certificate(),
        lambda text: text.startswith("-----BEGIN CERTIFICATE-----"),
    ),
    "drift": OperationCase(
        lambda h: get_providers(h).drift(EXPECTED), lambda result: len(result) == 1
    ),
    "preview": OperationCase(
        lambda h: get_providers(h).preview(h.okta, ANA), lambda result: result is not None
    ),
    "rules": OperationCase(
        lambda h: get_providers(h).rules("Okta"),
        lambda result: result.mappings["Username"] == "userName",
    ),
    "password_policy.get": OperationCase(
        lambda h: get_providers(h).password_policy.get(), lambda result: result.min_length == 8
    ),
    "password_policy.replace": OperationCase(
        lambda h: get_providers(h).password_policy.replace(admin.PasswordPolicy(min_length=12)),
        lambda result: result.min_length == 12,
    ),
    "scim_token.create": OperationCase(
        lambda h: get_providers(h).scim_token.create(h.okta),
        lambda result: result.token is not None,
    ),
    "scim_token.get": OperationCase(
        lambda h: get_providers(h).scim_token.get(h.okta), lambda result: result.is_active
    ),
    "scim_token.find": OperationCase(
        lambda h: get_providers(h).scim_token.find(h.default), lambda result: result is None
    ),
    "scim_token.update": OperationCase(
        lambda h: get_providers(h).scim_token.update(h.okta, days=30)
    ),
    "scim_token.rotate": OperationCase(
        lambda h: get_providers(h).scim_token.rotate(h.okta, deliver=lambda _: None),
        lambda result: result is not None,
    ),
    "scim_token.rotate_if_expiring": OperationCase(
        lambda h: get_providers(h).scim_token.rotate_if_expiring(
            h.okta, within=timedelta(days=3), deliver=lambda _: None
        ),
        lambda result: result is None,
    ),
    "mappings.list": OperationCase(
        lambda h: get_providers(h).mappings.list(h.okta),
        lambda result: [item.attribute_name for item in result] == [*DEFAULTS, "team"],
    ),
    "mappings.list_unmapped": OperationCase(
        lambda h: get_providers(h).mappings.list_unmapped(h.okta), has_names()
    ),
    "mappings.scim_attributes": OperationCase(
        lambda h: get_providers(h).mappings.scim_attributes(), lambda result: "userName" in result
    ),
    "mappings.add": OperationCase(
        lambda h: get_providers(h).mappings.add(h.okta, "team", "userType")
    ),
    "mappings.remove": OperationCase(lambda h: get_providers(h).mappings.remove(h.okta, "team")),
}

ATTRIBUTES = {
    "list": OperationCase(
        lambda h: h.britive.identity_attributes.list(), has_names(*DEFAULTS, "team")
    ),
    "find_by_name": OperationCase(
        lambda h: h.britive.identity_attributes.find_by_name("team"), has_name("team")
    ),
    "get": OperationCase(
        lambda h: h.britive.identity_attributes.get(h.attribute), has_name("team")
    ),
    "create": OperationCase(
        lambda h: h.britive.identity_attributes.create("hired", data_type="Date"), has_name("hired")
    ),
    "update": OperationCase(
        lambda h: h.britive.identity_attributes.update(h.attribute, description="T")
    ),
    "delete": OperationCase(lambda h: h.britive.identity_attributes.delete(h.attribute)),
    "data_types": OperationCase(
        lambda h: h.britive.identity_attributes.data_types(),
        lambda result: set(result) == {"String", "Number", "Boolean", "Date"},
    ),
    "identity_types": OperationCase(
        lambda h: h.britive.identity_attributes.identity_types(), lambda result: "User" in result
    ),
    "list_readable": OperationCase(
        lambda h: h.britive.identity_attributes.list_readable(), has_names(*DEFAULTS, "team")
    ),
}

USERS = {
    "list": OperationCase(
        lambda h: h.britive.users.list(include_tags=True), has_names("ana", "bob")
    ),
    "get": OperationCase(
        lambda h: h.britive.users.get(h.ana), lambda result: result.username == "ana"
    ),
    "find_by_username": OperationCase(
        lambda h: h.britive.users.find_by_username("bob"), lambda result: result.username == "bob"
    ),
    "create": OperationCase(
        lambda h: h.britive.users.create(
            "cid", email="cid@acme.com", first_name="Cid", last_name="X", password=PASSWORD
        ),
        lambda result: result.username == "cid",
    ),
    "update": OperationCase(lambda h: h.britive.users.update(h.ana, mobile="1")),
    "delete": OperationCase(lambda h: h.britive.users.delete(h.ana)),
    "enable": OperationCase(lambda h: h.britive.users.enable(h.ana)),
    "disable": OperationCase(lambda h: h.britive.users.disable(h.ana)),
    "enable_many": OperationCase(lambda h: h.britive.users.enable_many([h.ana]), has_names("ana")),
    "disable_many": OperationCase(
        lambda h: h.britive.users.disable_many([h.ana, h.bob]), has_names("ana", "bob")
    ),
    "reset_password": OperationCase(lambda h: h.britive.users.reset_password(h.ana, PASSWORD)),
    "reset_mfa": OperationCase(lambda h: h.britive.users.reset_mfa(h.ana)),
    "list_by_tag": OperationCase(
        lambda h: h.britive.users.list_by_tag("Doors"), has_names("ana", "bob")
    ),
    "subordinates": OperationCase(lambda h: h.britive.users.subordinates(h.ana), has_names()),
    "list_minimized": OperationCase(
        lambda h: h.britive.users.list_minimized([h.ana]), has_names("ana")
    ),
    "custom_attributes.list": OperationCase(
        lambda h: h.britive.users.custom_attributes.list(h.ana),
        lambda result: [item.attribute_value for item in result] == ["Sales"],
    ),
    "custom_attributes.get": OperationCase(
        lambda h: h.britive.users.custom_attributes.get(h.ana),
        lambda result: result == {"team": ["Sales"]},
    ),
    "custom_attributes.update": OperationCase(
        lambda h: h.britive.users.custom_attributes.update(h.ana, {"team": ["HR", "IT"]})
    ),
}


def get_identities(h: SampleTenant) -> Any:
    return h.britive.service_identities


ROBOTS = {
    "list": OperationCase(lambda h: get_identities(h).list(), has_names("ci")),
    "get": OperationCase(
        lambda h: get_identities(h).get(h.robot), lambda result: result.type == "ServiceIdentity"
    ),
    "create": OperationCase(
        lambda h: get_identities(h).create("bot", identity_type="AIIdentity"),
        lambda result: (result.name, result.type) == ("bot", "AIIdentity"),
    ),
    "update": OperationCase(lambda h: get_identities(h).update(h.robot, description="Tests")),
    "delete": OperationCase(lambda h: get_identities(h).delete(h.robot)),
    "enable": OperationCase(lambda h: get_identities(h).enable(h.robot)),
    "disable": OperationCase(lambda h: get_identities(h).disable(h.robot)),
    "token.create": OperationCase(
        lambda h: get_identities(h).token.create(h.robot), lambda result: result.token is not None
    ),
    "token.get": OperationCase(
        lambda h: get_identities(h).token.get(h.robot),
        lambda result: result.token_expiration_days == 7,
    ),
    "token.find": OperationCase(
        lambda h: get_identities(h).token.find(h.robot),
        lambda result: result.type == "ServiceIdentity",
    ),
    "token.update": OperationCase(lambda h: get_identities(h).token.update(h.robot, days=9)),
    "custom_attributes.list": OperationCase(
        lambda h: get_identities(h).custom_attributes.list(h.robot), has_names()
    ),
    "custom_attributes.get": OperationCase(
        lambda h: get_identities(h).custom_attributes.get(h.robot), lambda result: result == {}
    ),
    "custom_attributes.update": OperationCase(
        lambda h: get_identities(h).custom_attributes.update(h.robot, {"team": "CI"})
    ),
}

TAGS = {
    "list": OperationCase(lambda h: h.britive.tags.list(sort="name,asc"), has_names("Doors")),
    "get": OperationCase(
        lambda h: h.britive.tags.get(h.tag), lambda result: result.membership_rule
    ),
    "find_by_name": OperationCase(
        lambda h: h.britive.tags.find_by_name("Doors"), has_name("Doors")
    ),
    "create": OperationCase(lambda h: h.britive.tags.create("Gates"), has_name("Gates")),
    "update": OperationCase(lambda h: h.britive.tags.update(h.tag, name="Gates")),
    "set_owners": OperationCase(
        lambda h: h.britive.tags.set_owners(h.tag, users=[h.ana], tags=[h.tag])
    ),
    "delete": OperationCase(lambda h: h.britive.tags.delete(h.tag)),
    "enable": OperationCase(lambda h: h.britive.tags.enable(h.tag)),
    "disable": OperationCase(lambda h: h.britive.tags.disable(h.tag)),
    "list_minimized": OperationCase(
        lambda h: h.britive.tags.list_minimized([h.tag]), has_names("Doors")
    ),
    "set_members": OperationCase(lambda h: h.britive.tags.set_members(h.tag, [h.ana])),
    "members.list": OperationCase(
        lambda h: h.britive.tags.members.list(h.tag, dynamic=True), has_names("ana", "bob")
    ),
    "members.list_available": OperationCase(
        lambda h: h.britive.tags.members.list_available(h.tag), has_names()
    ),
    "members.get": OperationCase(
        lambda h: h.britive.tags.members.get(h.tag, h.bob), lambda result: result.username == "bob"
    ),
    "members.add": OperationCase(lambda h: h.britive.tags.members.add(h.tag, h.ana)),
    "members.remove": OperationCase(lambda h: h.britive.tags.members.remove(h.tag, h.bob)),
    "members.set": OperationCase(lambda h: h.britive.tags.members.set(h.tag, [])),
    "rules.list": OperationCase(
        lambda h: h.britive.tags.rules.list(h.tag),
        lambda result: [(item.operator, item.value) for item in result] == [("is", "Sales")],
    ),
    "rules.add": OperationCase(
        lambda h: h.britive.tags.rules.add(h.tag, [("Email", "contains", "@acme")]),
        lambda result: len(result) == 2,
    ),
    "rules.replace": OperationCase(lambda h: h.britive.tags.rules.replace(h.tag, [])),
    "rules.list_matched_users": OperationCase(
        lambda h: h.britive.tags.rules.list_matched_users(h.tag), has_names("ana")
    ),
    "rules.preview": OperationCase(
        lambda h: h.britive.tags.rules.preview([("Email", "contains", "@acme")]),
        lambda result: len(result) == 2,
    ),
}

MY_TAGS = {
    "list": OperationCase(lambda h: h.britive.my_tags.list(), has_names("Doors")),
    "get": OperationCase(lambda h: h.britive.my_tags.get(h.tag), has_name("Doors")),
    "member_views": OperationCase(
        lambda h: h.britive.my_tags.member_views(h.tag, dynamic=True), has_names("ana", "bob")
    ),
    "members": OperationCase(lambda h: h.britive.my_tags.members(h.tag), has_names("ana", "bob")),
    "list_available": OperationCase(lambda h: h.britive.my_tags.list_available(h.tag), has_names()),
    "requested_memberships": OperationCase(
        lambda h: h.britive.my_tags.requested_memberships(h.tag), has_names("ana")
    ),
    "add_member": OperationCase(lambda h: h.britive.my_tags.add_member(h.tag, h.ana)),
    "remove_member": OperationCase(lambda h: h.britive.my_tags.remove_member(h.tag, h.bob)),
    "remove_requested_membership": OperationCase(
        lambda h: h.britive.my_tags.remove_requested_membership(h.tag, h.ana)
    ),
    "rules.list": OperationCase(
        lambda h: h.britive.my_tags.rules.list(h.tag), lambda result: len(result) == 1
    ),
    "rules.add": OperationCase(
        lambda h: h.britive.my_tags.rules.add(h.tag, [("team", "is", "HR")]),
        lambda result: len(result) == 2,
    ),
    "rules.replace": OperationCase(lambda h: h.britive.my_tags.rules.replace(h.tag, [])),
    "rules.list_matched_users": OperationCase(
        lambda h: h.britive.my_tags.rules.list_matched_users(h.tag), has_names("ana")
    ),
}

REQUESTS = {
    "settings": OperationCase(lambda h: h.britive.access_requests.settings()),
    "create_settings": OperationCase(
        lambda h: h.britive.access_requests.create_settings(SETTINGS),
        lambda result: result == SETTINGS,
    ),
    "memberships": OperationCase(
        lambda h: h.britive.access_requests.memberships(h.tag), has_names("ana")
    ),
    "remove_membership": OperationCase(
        lambda h: h.britive.access_requests.remove_membership(h.tag, h.ana)
    ),
}

TOKENS = {
    "list": OperationCase(lambda h: h.britive.api_tokens.list(), has_names("API token", "nightly")),
    "get": OperationCase(lambda h: h.britive.api_tokens.get(h.token), has_name("nightly")),
    "create": OperationCase(
        lambda h: h.britive.api_tokens.create(name="new"), lambda result: result.token is not None
    ),
    "update": OperationCase(lambda h: h.britive.api_tokens.update(h.token, name="weekly")),
    "revoke": OperationCase(lambda h: h.britive.api_tokens.revoke(h.token)),
}


def get_workload(h: SampleTenant) -> Any:
    return h.britive.workload


WORKLOAD = {
    "get_assignment": OperationCase(
        lambda h: get_workload(h).get_assignment(h.robot),
        lambda result: result.provider.name == "ci",
    ),
    "assign": OperationCase(
        lambda h: get_workload(h).assign(
            h.robot, h.workload, token_duration=60, values={"team": ["A", "B"]}
        ),
        lambda result: result.token_duration == 60,
    ),
    "unassign": OperationCase(lambda h: get_workload(h).unassign(h.robot)),
    "identity_providers.list": OperationCase(
        lambda h: get_workload(h).identity_providers.list(idp_type="OIDC", name="c"),
        has_names("ci"),
    ),
    "identity_providers.get": OperationCase(
        lambda h: get_workload(h).identity_providers.get(h.workload), has_name("ci")
    ),
    "identity_providers.create": OperationCase(
        lambda h: get_workload(h).identity_providers.create(
            admin.WorkloadProvider(name="aws", idp_type="AWS", max_duration=2)
        ),
        has_name("aws"),
    ),
    "identity_providers.replace": OperationCase(
        lambda h: get_workload(h).identity_providers.replace(
            h.workload.model_copy(update={"name": "cd"})
        ),
        has_name("cd"),
    ),
    "identity_providers.delete": OperationCase(
        lambda h: get_workload(h).identity_providers.delete(h.workload)
    ),
    "scim_users.designate": OperationCase(
        lambda h: get_workload(h).scim_users.designate("Entra", h.robot),
        lambda result: result.idp_name == "Entra",
    ),
    "scim_users.find": OperationCase(
        lambda h: get_workload(h).scim_users.find(h.okta), lambda result: result.username == "ci"
    ),
    "scim_users.remove": OperationCase(lambda h: get_workload(h).scim_users.remove(h.okta)),
}

REST = {
    "mfa.find": OperationCase(
        lambda h: h.britive.mfa.find(h.ana, "TOTP"), lambda result: result.status == "REGISTERED"
    ),
    "mfa.delete": OperationCase(lambda h: h.britive.mfa.delete(h.ana, "TOTP")),
    "audit_logs.query": OperationCase(
        lambda h: h.britive.audit_logs.query(
            until=datetime.now(UTC) + timedelta(hours=1), page_size=3
        ),
        lambda result: len(result) > 10,
    ),
    "audit_logs.csv": OperationCase(
        lambda h: h.britive.audit_logs.csv(until=datetime.now(UTC) + timedelta(hours=1)),
        lambda text: text.startswith('"timestamp","actor.display_name"'),
    ),
    "audit_logs.fields": OperationCase(
        lambda h: h.britive.audit_logs.fields(), lambda result: len(result) == 18
    ),
    "audit_logs.operators": OperationCase(
        lambda h: h.britive.audit_logs.operators(), lambda result: {"eq", "co", "sw"} <= set(result)
    ),
    "banner": OperationCase(
        lambda h: h.britive.banner(), lambda result: result.message == "Maintenance on Sunday"
    ),
    "features": OperationCase(lambda h: h.britive.features(), has_names("scim")),
    "expiring": OperationCase(
        lambda h: h.britive.expiring(timedelta(days=8)), lambda result: len(result) == 1
    ),
    "read_directory": OperationCase(
        lambda h: h.britive.read_directory(), lambda result: len(result.user_records) == 2
    ),
    "set_up_provisioning": OperationCase(
        lambda h: h.britive.set_up_provisioning("HR"), lambda result: result.token_created
    ),
}

OPERATION_CASES = {
    **{f"identity_providers.{name}": row for name, row in PROVIDERS.items()},
    **{f"identity_attributes.{name}": row for name, row in ATTRIBUTES.items()},
    **{f"users.{name}": row for name, row in USERS.items()},
    **{f"service_identities.{name}": row for name, row in ROBOTS.items()},
    **{f"tags.{name}": row for name, row in TAGS.items()},
    **{f"my_tags.{name}": row for name, row in MY_TAGS.items()},
    **{f"access_requests.{name}": row for name, row in REQUESTS.items()},
    **{f"api_tokens.{name}": row for name, row in TOKENS.items()},
    **{f"workload.{name}": row for name, row in WORKLOAD.items()},
    **REST,
}

TESTED_ELSEWHERE = {
    "access_requests.update_settings": "needs settings: test_access_requests_update_settings_changes_settings",
    "aclose": "part of every client, not of the admin API",
    "close": "part of every client, not of the admin API",
    "from_env": "creates a client",
    "dry_run": "part of every client, not of the admin API",
    "list_any": "for lists that the tenant does not have: tests/aio/test_admin_lists.py",
    "operations": "part of every client, not of the admin API",
    "record": "part of every client, not of the admin API",
    "send": "part of every client, not of the admin API",
}
"""Public method without a case -> reason."""


def public_methods(resource: Any, resource_type: type, prefix: str = "") -> Iterator[str]:
    """Yield the dotted names of the methods of a client and of its API resources, instances of `resource_type`."""
    for name in dir(resource):
        if name.startswith("_"):
            continue
        value = inspect.getattr_static(resource, name, None)
        if isinstance(getattr(resource, name), resource_type):
            yield from public_methods(getattr(resource, name), resource_type, f"{prefix}{name}.")
        elif inspect.isroutine(value) or isinstance(value, classmethod):
            yield prefix + name
