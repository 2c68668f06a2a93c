"""Every method of the admin client: how it is called in a furnished tenant, and what holds of its result.

The rows are of no colour: a call returns a value, an awaitable or a pager, as the client is.
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
class House:
    """A tenant with one of everything."""

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
class Row:
    """How a method is called, and what holds of its result."""

    call: Callable[[House], Any]
    holds: Callable[[Any], bool] = lambda result: result is None


def lists(*names: str) -> Callable[[Any], bool]:
    """The result has entries with these names, or user names, in any order."""

    def holds(found: Any) -> bool:
        return sorted(getattr(one, "username", None) or one.name for one in found) == sorted(names)

    return holds


def named(name: str) -> Callable[[Any], bool]:
    return lambda found: found.name == name


DEFAULTS = ["Username", "Email", "First Name", "Last Name", "Status", "Mobile", "Phone"]
SETTINGS = admin.AccessRequestSettings(
    allow_access_request=True,
    approval_time_out="60",
    manager_approval=admin.ManagerApproval(required=True, condition="Any"),
    notification_mediums=[admin.NotificationMedium(id="m1", name="Mail", application="Email")],
)
EXPECTED = admin.IdentityProvider(name="Okta", scim_provider="Azure")
ANA = scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")


def of_providers(h: House) -> Any:
    return h.britive.identity_providers


PROVIDERS = {
    "list": Row(lambda h: of_providers(h).list(), lists("Britive", "Okta", "Entra")),
    "find_by_name": Row(lambda h: of_providers(h).find_by_name("Entra"), named("Entra")),
    "get_by_name": Row(lambda h: of_providers(h).get_by_name("Okta"), named("Okta")),
    "get": Row(lambda h: of_providers(h).get(h.okta), named("Okta")),
    "create": Row(lambda h: of_providers(h).create("HR"), named("HR")),
    "update": Row(lambda h: of_providers(h).update(h.okta, sso_provider="Azure")),
    "delete": Row(lambda h: of_providers(h).delete(h.okta)),
    "types": Row(
        lambda h: of_providers(h).types(), lambda found: {"DEFAULT", "SAML"} <= set(found)
    ),
    "set_mfa": Row(lambda h: of_providers(h).set_mfa(h.default, enabled=True, root_user=True)),
    "saml_metadata.upload": Row(
        lambda h: of_providers(h).saml_metadata.upload(h.okta, METADATA),
        lambda found: found["entityId"] == "https://idp.example",
    ),
    "signing_certificate": Row(
        lambda h: of_providers(h).signing_certificate(),
        lambda text: text.startswith("-----BEGIN CERTIFICATE-----"),
    ),
    "drift": Row(lambda h: of_providers(h).drift(EXPECTED), lambda found: len(found) == 1),
    "preview": Row(lambda h: of_providers(h).preview(h.okta, ANA), lambda found: found is not None),
    "password_policy.get": Row(
        lambda h: of_providers(h).password_policy.get(), lambda found: found.min_length == 8
    ),
    "password_policy.replace": Row(
        lambda h: of_providers(h).password_policy.replace(admin.PasswordPolicy(min_length=12)),
        lambda found: found.min_length == 12,
    ),
    "scim_token.create": Row(
        lambda h: of_providers(h).scim_token.create(h.okta), lambda found: found.token is not None
    ),
    "scim_token.get": Row(
        lambda h: of_providers(h).scim_token.get(h.okta), lambda found: found.is_active
    ),
    "scim_token.find": Row(
        lambda h: of_providers(h).scim_token.find(h.default), lambda found: found is None
    ),
    "scim_token.update": Row(lambda h: of_providers(h).scim_token.update(h.okta, days=30)),
    "scim_token.rotate": Row(
        lambda h: of_providers(h).scim_token.rotate(h.okta, deliver=lambda _: None),
        lambda found: found is not None,
    ),
    "scim_token.rotate_if_expiring": Row(
        lambda h: of_providers(h).scim_token.rotate_if_expiring(
            h.okta, within=timedelta(days=3), deliver=lambda _: None
        ),
        lambda found: found is None,
    ),
    "mappings.list": Row(
        lambda h: of_providers(h).mappings.list(h.okta),
        lambda found: [one.attribute_name for one in found] == [*DEFAULTS, "team"],
    ),
    "mappings.list_unmapped": Row(
        lambda h: of_providers(h).mappings.list_unmapped(h.okta), lists()
    ),
    "mappings.scim_attributes": Row(
        lambda h: of_providers(h).mappings.scim_attributes(), lambda found: "userName" in found
    ),
    "mappings.add": Row(lambda h: of_providers(h).mappings.add(h.okta, "team", "userType")),
    "mappings.remove": Row(lambda h: of_providers(h).mappings.remove(h.okta, "team")),
}

ATTRIBUTES = {
    "list": Row(lambda h: h.britive.identity_attributes.list(), lists(*DEFAULTS, "team")),
    "find_by_name": Row(
        lambda h: h.britive.identity_attributes.find_by_name("team"), named("team")
    ),
    "get": Row(lambda h: h.britive.identity_attributes.get(h.attribute), named("team")),
    "create": Row(
        lambda h: h.britive.identity_attributes.create("hired", data_type="Date"), named("hired")
    ),
    "update": Row(lambda h: h.britive.identity_attributes.update(h.attribute, description="T")),
    "delete": Row(lambda h: h.britive.identity_attributes.delete(h.attribute)),
    "data_types": Row(
        lambda h: h.britive.identity_attributes.data_types(),
        lambda found: set(found) == {"String", "Number", "Boolean", "Date"},
    ),
    "identity_types": Row(
        lambda h: h.britive.identity_attributes.identity_types(), lambda found: "User" in found
    ),
    "list_readable": Row(
        lambda h: h.britive.identity_attributes.list_readable(), lists(*DEFAULTS, "team")
    ),
}

USERS = {
    "list": Row(lambda h: h.britive.users.list(include_tags=True), lists("ana", "bob")),
    "get": Row(lambda h: h.britive.users.get(h.ana), lambda found: found.username == "ana"),
    "find_by_username": Row(
        lambda h: h.britive.users.find_by_username("bob"), lambda found: found.username == "bob"
    ),
    "create": Row(
        lambda h: h.britive.users.create(
            "cid", email="cid@acme.com", first_name="Cid", last_name="X", password=PASSWORD
        ),
        lambda found: found.username == "cid",
    ),
    "update": Row(lambda h: h.britive.users.update(h.ana, mobile="1")),
    "delete": Row(lambda h: h.britive.users.delete(h.ana)),
    "enable": Row(lambda h: h.britive.users.enable(h.ana)),
    "disable": Row(lambda h: h.britive.users.disable(h.ana)),
    "enable_many": Row(lambda h: h.britive.users.enable_many([h.ana]), lists("ana")),
    "disable_many": Row(
        lambda h: h.britive.users.disable_many([h.ana, h.bob]), lists("ana", "bob")
    ),
    "reset_password": Row(lambda h: h.britive.users.reset_password(h.ana, PASSWORD)),
    "reset_mfa": Row(lambda h: h.britive.users.reset_mfa(h.ana)),
    "list_by_tag": Row(lambda h: h.britive.users.list_by_tag("Doors"), lists("ana", "bob")),
    "subordinates": Row(lambda h: h.britive.users.subordinates(h.ana), lists()),
    "list_minimized": Row(lambda h: h.britive.users.list_minimized([h.ana]), lists("ana")),
    "custom_attributes.list": Row(
        lambda h: h.britive.users.custom_attributes.list(h.ana),
        lambda found: [one.attribute_value for one in found] == ["Sales"],
    ),
    "custom_attributes.get": Row(
        lambda h: h.britive.users.custom_attributes.get(h.ana),
        lambda found: found == {"team": ["Sales"]},
    ),
    "custom_attributes.update": Row(
        lambda h: h.britive.users.custom_attributes.update(h.ana, {"team": ["HR", "IT"]})
    ),
}


def of_robots(h: House) -> Any:
    return h.britive.service_identities


ROBOTS = {
    "list": Row(lambda h: of_robots(h).list(), lists("ci")),
    "get": Row(lambda h: of_robots(h).get(h.robot), lambda found: found.type == "ServiceIdentity"),
    "create": Row(
        lambda h: of_robots(h).create("bot", identity_type="AIIdentity"),
        lambda found: (found.name, found.type) == ("bot", "AIIdentity"),
    ),
    "update": Row(lambda h: of_robots(h).update(h.robot, description="Tests")),
    "delete": Row(lambda h: of_robots(h).delete(h.robot)),
    "enable": Row(lambda h: of_robots(h).enable(h.robot)),
    "disable": Row(lambda h: of_robots(h).disable(h.robot)),
    "token.create": Row(
        lambda h: of_robots(h).token.create(h.robot), lambda found: found.token is not None
    ),
    "token.get": Row(
        lambda h: of_robots(h).token.get(h.robot), lambda found: found.token_expiration_days == 7
    ),
    "token.find": Row(
        lambda h: of_robots(h).token.find(h.robot), lambda found: found.type == "ServiceIdentity"
    ),
    "token.update": Row(lambda h: of_robots(h).token.update(h.robot, days=9)),
    "custom_attributes.list": Row(lambda h: of_robots(h).custom_attributes.list(h.robot), lists()),
    "custom_attributes.get": Row(
        lambda h: of_robots(h).custom_attributes.get(h.robot), lambda found: found == {}
    ),
    "custom_attributes.update": Row(
        lambda h: of_robots(h).custom_attributes.update(h.robot, {"team": "CI"})
    ),
}

TAGS = {
    "list": Row(lambda h: h.britive.tags.list(sort="name,asc"), lists("Doors")),
    "get": Row(lambda h: h.britive.tags.get(h.tag), lambda found: found.membership_rule),
    "find_by_name": Row(lambda h: h.britive.tags.find_by_name("Doors"), named("Doors")),
    "create": Row(lambda h: h.britive.tags.create("Gates"), named("Gates")),
    "update": Row(lambda h: h.britive.tags.update(h.tag, name="Gates")),
    "set_owners": Row(lambda h: h.britive.tags.set_owners(h.tag, users=[h.ana], tags=[h.tag])),
    "delete": Row(lambda h: h.britive.tags.delete(h.tag)),
    "enable": Row(lambda h: h.britive.tags.enable(h.tag)),
    "disable": Row(lambda h: h.britive.tags.disable(h.tag)),
    "list_minimized": Row(lambda h: h.britive.tags.list_minimized([h.tag]), lists("Doors")),
    "set_members": Row(lambda h: h.britive.tags.set_members(h.tag, [h.ana])),
    "members.list": Row(
        lambda h: h.britive.tags.members.list(h.tag, dynamic=True), lists("ana", "bob")
    ),
    "members.list_available": Row(lambda h: h.britive.tags.members.list_available(h.tag), lists()),
    "members.get": Row(
        lambda h: h.britive.tags.members.get(h.tag, h.bob), lambda found: found.username == "bob"
    ),
    "members.add": Row(lambda h: h.britive.tags.members.add(h.tag, h.ana)),
    "members.remove": Row(lambda h: h.britive.tags.members.remove(h.tag, h.bob)),
    "members.set": Row(lambda h: h.britive.tags.members.set(h.tag, [])),
    "rules.list": Row(
        lambda h: h.britive.tags.rules.list(h.tag),
        lambda found: [(one.operator, one.value) for one in found] == [("is", "Sales")],
    ),
    "rules.add": Row(
        lambda h: h.britive.tags.rules.add(h.tag, [("Email", "contains", "@acme")]),
        lambda found: len(found) == 2,
    ),
    "rules.replace": Row(lambda h: h.britive.tags.rules.replace(h.tag, [])),
    "rules.list_matched_users": Row(
        lambda h: h.britive.tags.rules.list_matched_users(h.tag), lists("ana")
    ),
    "rules.preview": Row(
        lambda h: h.britive.tags.rules.preview([("Email", "contains", "@acme")]),
        lambda found: len(found) == 2,
    ),
}

MY_TAGS = {
    "list": Row(lambda h: h.britive.my_tags.list(), lists("Doors")),
    "get": Row(lambda h: h.britive.my_tags.get(h.tag), named("Doors")),
    "member_views": Row(
        lambda h: h.britive.my_tags.member_views(h.tag, dynamic=True), lists("ana", "bob")
    ),
    "members": Row(lambda h: h.britive.my_tags.members(h.tag), lists("ana", "bob")),
    "list_available": Row(lambda h: h.britive.my_tags.list_available(h.tag), lists()),
    "requested_memberships": Row(
        lambda h: h.britive.my_tags.requested_memberships(h.tag), lists("ana")
    ),
    "add_member": Row(lambda h: h.britive.my_tags.add_member(h.tag, h.ana)),
    "remove_member": Row(lambda h: h.britive.my_tags.remove_member(h.tag, h.bob)),
    "remove_requested_membership": Row(
        lambda h: h.britive.my_tags.remove_requested_membership(h.tag, h.ana)
    ),
    "rules.list": Row(lambda h: h.britive.my_tags.rules.list(h.tag), lambda found: len(found) == 1),
    "rules.add": Row(
        lambda h: h.britive.my_tags.rules.add(h.tag, [("team", "is", "HR")]),
        lambda found: len(found) == 2,
    ),
    "rules.replace": Row(lambda h: h.britive.my_tags.rules.replace(h.tag, [])),
    "rules.list_matched_users": Row(
        lambda h: h.britive.my_tags.rules.list_matched_users(h.tag), lists("ana")
    ),
}

REQUESTS = {
    "settings": Row(lambda h: h.britive.access_requests.settings()),
    "create_settings": Row(
        lambda h: h.britive.access_requests.create_settings(SETTINGS),
        lambda found: found == SETTINGS,
    ),
    "memberships": Row(lambda h: h.britive.access_requests.memberships(h.tag), lists("ana")),
    "remove_membership": Row(lambda h: h.britive.access_requests.remove_membership(h.tag, h.ana)),
}

TOKENS = {
    "list": Row(lambda h: h.britive.api_tokens.list(), lists("API token", "nightly")),
    "get": Row(lambda h: h.britive.api_tokens.get(h.token), named("nightly")),
    "create": Row(
        lambda h: h.britive.api_tokens.create(name="new"), lambda found: found.token is not None
    ),
    "update": Row(lambda h: h.britive.api_tokens.update(h.token, name="weekly")),
    "revoke": Row(lambda h: h.britive.api_tokens.revoke(h.token)),
}


def of_workload(h: House) -> Any:
    return h.britive.workload


WORKLOAD = {
    "get_assignment": Row(
        lambda h: of_workload(h).get_assignment(h.robot), lambda found: found.provider.name == "ci"
    ),
    "assign": Row(
        lambda h: of_workload(h).assign(
            h.robot, h.workload, token_duration=60, values={"team": ["A", "B"]}
        ),
        lambda found: found.token_duration == 60,
    ),
    "unassign": Row(lambda h: of_workload(h).unassign(h.robot)),
    "identity_providers.list": Row(
        lambda h: of_workload(h).identity_providers.list(idp_type="OIDC", name="c"), lists("ci")
    ),
    "identity_providers.get": Row(
        lambda h: of_workload(h).identity_providers.get(h.workload), named("ci")
    ),
    "identity_providers.create": Row(
        lambda h: of_workload(h).identity_providers.create(
            admin.WorkloadProvider(name="aws", idp_type="AWS", max_duration=2)
        ),
        named("aws"),
    ),
    "identity_providers.replace": Row(
        lambda h: of_workload(h).identity_providers.replace(
            h.workload.model_copy(update={"name": "cd"})
        ),
        named("cd"),
    ),
    "identity_providers.delete": Row(
        lambda h: of_workload(h).identity_providers.delete(h.workload)
    ),
    "scim_users.designate": Row(
        lambda h: of_workload(h).scim_users.designate("Entra", h.robot),
        lambda found: found.idp_name == "Entra",
    ),
    "scim_users.find": Row(
        lambda h: of_workload(h).scim_users.find(h.okta), lambda found: found.username == "ci"
    ),
    "scim_users.remove": Row(lambda h: of_workload(h).scim_users.remove(h.okta)),
}

REST = {
    "mfa.find": Row(
        lambda h: h.britive.mfa.find(h.ana, "TOTP"), lambda found: found.status == "REGISTERED"
    ),
    "mfa.delete": Row(lambda h: h.britive.mfa.delete(h.ana, "TOTP")),
    "audit_logs.query": Row(
        lambda h: h.britive.audit_logs.query(
            until=datetime.now(UTC) + timedelta(hours=1), page_size=3
        ),
        lambda found: len(found) > 10,
    ),
    "audit_logs.csv": Row(
        lambda h: h.britive.audit_logs.csv(until=datetime.now(UTC) + timedelta(hours=1)),
        lambda text: text.startswith('"timestamp","actor.display_name"'),
    ),
    "audit_logs.fields": Row(
        lambda h: h.britive.audit_logs.fields(), lambda found: len(found) == 18
    ),
    "audit_logs.operators": Row(
        lambda h: h.britive.audit_logs.operators(), lambda found: {"eq", "co", "sw"} <= set(found)
    ),
    "banner": Row(
        lambda h: h.britive.banner(), lambda found: found.message == "Maintenance on Sunday"
    ),
    "features": Row(lambda h: h.britive.features(), lists("scim")),
    "expiring": Row(lambda h: h.britive.expiring(timedelta(days=8)), lambda found: len(found) == 1),
    "set_up_provisioning": Row(
        lambda h: h.britive.set_up_provisioning("HR"), lambda found: found.token_created
    ),
}

ROWS = {
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

ELSEWHERE = {
    "access_requests.update_settings": "needs settings: test_settings_of_access_requests_are_changed",
    "aclose": "of every client, not of the admin API",
    "close": "of every client, not of the admin API",
    "from_env": "makes a client",
    "dry_run": "of every client, not of the admin API",
    "list_any": "of lists the tenant does not have: tests/aio/test_admin_lists.py",
    "operations": "of every client, not of the admin API",
    "record": "of every client, not of the admin API",
    "send": "of every client, not of the admin API",
}
"""Public methods without a row, and why."""


def public_methods(noun: Any, kind: type, prefix: str = "") -> Iterator[str]:
    """Yield the dotted names of what can be called on a client and its nouns, which are of one kind."""
    for name in dir(noun):
        if name.startswith("_"):
            continue
        value = inspect.getattr_static(noun, name, None)
        if isinstance(getattr(noun, name), kind):
            yield from public_methods(getattr(noun, name), kind, f"{prefix}{name}.")
        elif inspect.isroutine(value) or isinstance(value, classmethod):
            yield prefix + name
