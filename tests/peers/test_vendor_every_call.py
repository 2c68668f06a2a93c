"""Every call of the vendor's identity management against the served tenant.

The calls are listed from the package: one without a row here fails. `test_vendor_package.py` has the scenarios.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from britive_scim.testing import Tenant

pytestmark = pytest.mark.proof

PASSWORD = "Secret-1234"
METADATA = (
    '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example">'
    '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
    '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"'
    ' Location="https://idp.example/sso"/></IDPSSODescriptor></EntityDescriptor>'
)
EXCLUDED = {
    "users.enable_mfa.enable": "MFA secret of the caller; outside the emulated API",
}


@dataclass
class VendorState:
    """The vendor's client and one resource of each type."""

    im: Any
    okta: str
    default: str
    ana: str
    bob: str
    robot: str
    helper: str
    tag: str
    team: str
    oidc: int
    aws: int


@contextlib.contextmanager
def vendor(tenant: Tenant) -> Iterator[Any]:
    """Yield the vendor's client, directed to loopback: it has no base URL, and requests its tenant on construction."""
    import britive.britive  # installed for this test tier only

    with tenant.serve() as server:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                britive.britive, "parse_tenant", lambda tenant, **_: "acme.britive-app.com"
            )
            token = tenant.api_token.get_secret_value()
            client = britive.britive.Britive(tenant="acme", token=token, query_features=False)
        client.base_url = f"{server.url}/api"
        client._initialize_components(False)
        yield client.identity_management
        client.session.close()


@pytest.fixture
def state() -> Iterator[VendorState]:
    with vendor(Tenant()) as im:
        names = {one["name"]: one["id"] for one in im.identity_providers.list()}
        team = im.identity_attributes.create(
            "team", "Team", "String", True, ["User", "ServiceIdentity"]
        )
        ana, bob = (
            im.users.create(
                idp=names["Britive"],
                username=name,
                email=f"{name}@acme.com",
                firstName=name,
                lastName="X",
                password=PASSWORD,
            )["userId"]
            for name in ("ana", "bob")
        )
        im.users.custom_attributes.add(ana, {"team": ["Sales"]})
        robot = im.service_identities.create(name="ci")["userId"]
        im.service_identity_tokens.create(robot, 7)
        im.identity_providers.scim_tokens.create(names["Okta"])
        tag = im.tags.create("Doors", "Keys")["userTagId"]
        im.tags.add_user(tag, bob)
        im.tags.membership_rules.create(
            tag, [im.tags.membership_rules.build("team", "is", "Sales")]
        )
        providers = im.workload.identity_providers
        oidc = providers.create_oidc("ci", "https://ci.example")["id"]
        im.workload.service_identities.assign(robot, oidc, {"team": "CI"})
        im.workload.scim_user.assign(robot, "Okta")
        yield VendorState(
            im,
            names["Okta"],
            names["Britive"],
            ana,
            bob,
            robot,
            im.ai_identities.create(name="helper")["userId"],
            tag,
            team["id"],
            oidc,
            providers.create_aws("aws", {"arn": team["id"]})["id"],
        )


def _identity_calls(resource: str, id_: Callable[[VendorState], str], name: str) -> dict[str, Any]:
    def of(h: VendorState) -> Any:
        return getattr(h.im, resource)

    return {
        f"{resource}.list": lambda h: of(h).list(include_tags=True),
        f"{resource}.get": lambda h: of(h).get(id_(h)),
        f"{resource}.get_by_name": lambda h: of(h).get_by_name(name),
        f"{resource}.get_by_status": lambda h: of(h).get_by_status("active"),
        f"{resource}.search": lambda h: of(h).search(name),
        f"{resource}.create": lambda h: of(h).create(name="another"),
        f"{resource}.update": lambda h: of(h).update(id_(h), description="Builds"),
        f"{resource}.delete": lambda h: of(h).delete(id_(h)),
        f"{resource}.enable": lambda h: of(h).enable(id_(h)),
        f"{resource}.disable": lambda h: of(h).disable(service_identity_ids=[id_(h)]),
        f"{resource}.custom_attributes.get": lambda h: of(h).custom_attributes.get(id_(h)),
        f"{resource}.custom_attributes.add": lambda h: of(h).custom_attributes.add(
            id_(h), {"team": "A"}
        ),
        f"{resource}.custom_attributes.remove": lambda h: remove_value(of(h), id_(h)),
    }


def remove_value(resource: Any, id_: str) -> Any:
    resource.custom_attributes.add(id_, {"team": "A"})
    return resource.custom_attributes.remove(id_, {"team": "A"})


def reset_mfa(h: VendorState) -> Any:
    h.im.identity_providers.configure_mfa(h.default, root_user=False, non_root_user=True)
    return h.im.users.reset_mfa(h.ana)


ITEM = {"attributeName": "team", "scimAttributeName": "title", "builtIn": False}

CALLS: dict[str, Callable[[VendorState], Any]] = {
    **_identity_calls("service_identities", lambda h: h.robot, "ci"),
    **_identity_calls("ai_identities", lambda h: h.helper, "helper"),
    "identity_attributes.list": lambda h: h.im.identity_attributes.list(),
    "identity_attributes.create": lambda h: h.im.identity_attributes.create(
        "x", "X", "Date", False
    ),
    "identity_attributes.delete": lambda h: h.im.identity_attributes.delete(
        h.im.identity_attributes.create("x", "X", "Date", False)["id"]
    ),
    "identity_attributes.identity_types": lambda h: h.im.identity_attributes.identity_types(),
    "identity_providers.list": lambda h: h.im.identity_providers.list(),
    "identity_providers.get": lambda h: h.im.identity_providers.get(h.okta),
    "identity_providers.get_by_id": lambda h: h.im.identity_providers.get_by_id(h.okta),
    "identity_providers.get_by_name": lambda h: h.im.identity_providers.get_by_name("Okta"),
    "identity_providers.signing_certificate": lambda h: (
        h.im.identity_providers.signing_certificate()
    ),
    "identity_providers.create": lambda h: h.im.identity_providers.create("HR"),
    "identity_providers.update": lambda h: h.im.identity_providers.update(h.okta, name="Okta 2"),
    "identity_providers.delete": lambda h: h.im.identity_providers.delete(h.okta),
    "identity_providers.configure_mfa": lambda h: h.im.identity_providers.configure_mfa(
        h.default, root_user=False, non_root_user=True
    ),
    "identity_providers.set_metadata": lambda h: h.im.identity_providers.set_metadata(
        h.okta, METADATA
    ),
    "identity_providers.scim_attributes.list": lambda h: (
        h.im.identity_providers.scim_attributes.list()
    ),
    "identity_providers.scim_attributes.update_mapping": lambda h: (
        h.im.identity_providers.scim_attributes.update_mapping(
            h.okta, [{"op": "add", "attributeId": h.team, **ITEM}]
        )
    ),
    "identity_providers.scim_tokens.create": lambda h: h.im.identity_providers.scim_tokens.create(
        h.okta
    ),
    "identity_providers.scim_tokens.get": lambda h: h.im.identity_providers.scim_tokens.get(h.okta),
    "identity_providers.scim_tokens.update": lambda h: h.im.identity_providers.scim_tokens.update(
        h.okta, 30
    ),
    "service_identity_tokens.create": lambda h: h.im.service_identity_tokens.create(h.robot),
    "service_identity_tokens.get": lambda h: h.im.service_identity_tokens.get(h.robot),
    "service_identity_tokens.update": lambda h: h.im.service_identity_tokens.update(h.robot, 9),
    "tags.create": lambda h: h.im.tags.create("Gates", "Keys", h.okta),
    "tags.get": lambda h: h.im.tags.get(h.tag),
    "tags.list": lambda h: h.im.tags.list("status eq 'Active'"),
    "tags.search": lambda h: h.im.tags.search("Doors"),
    "tags.users_for_tag": lambda h: h.im.tags.users_for_tag(h.tag),
    "tags.available_users_for_tag": lambda h: h.im.tags.available_users_for_tag(h.tag),
    "tags.add_user": lambda h: h.im.tags.add_user(h.tag, h.ana),
    "tags.remove_user": lambda h: h.im.tags.remove_user(h.tag, h.bob),
    "tags.enable": lambda h: h.im.tags.enable(h.tag),
    "tags.disable": lambda h: h.im.tags.disable(h.tag),
    "tags.update": lambda h: h.im.tags.update(h.tag, "Gates"),
    "tags.delete": lambda h: h.im.tags.delete(h.tag),
    "tags.minimized_tag_details": lambda h: h.im.tags.minimized_tag_details(tag_ids=[h.tag]),
    "tags.membership_rules.build": lambda h: h.im.tags.membership_rules.build("team", "is", "HR"),
    "tags.membership_rules.list": lambda h: h.im.tags.membership_rules.list(h.tag),
    "tags.membership_rules.create": lambda h: h.im.tags.membership_rules.create(
        h.tag, list_rules(h)
    ),
    "tags.membership_rules.update": lambda h: h.im.tags.membership_rules.update(
        h.tag, list_rules(h)
    ),
    "tags.membership_rules.delete": lambda h: h.im.tags.membership_rules.delete(h.tag),
    "tags.membership_rules.matched_users": lambda h: h.im.tags.membership_rules.matched_users(
        h.tag
    ),
    "users.list": lambda h: h.im.users.list(include_tags=True),
    "users.get": lambda h: h.im.users.get(h.ana),
    "users.get_by_name": lambda h: h.im.users.get_by_name("ana"),
    "users.get_by_status": lambda h: h.im.users.get_by_status("active"),
    "users.search": lambda h: h.im.users.search("ana"),
    "users.create": lambda h: h.im.users.create(
        idp=h.default,
        username="c",
        email="c@acme.com",
        firstName="C",
        lastName="X",
        password=PASSWORD,
    ),
    "users.update": lambda h: h.im.users.update(h.ana, mobile="1"),
    "users.delete": lambda h: h.im.users.delete(h.ana),
    "users.enable": lambda h: h.im.users.enable(user_ids=[h.ana, h.bob]),
    "users.disable": lambda h: h.im.users.disable(h.ana),
    "users.reset_password": lambda h: h.im.users.reset_password(h.ana, PASSWORD),
    "users.reset_mfa": lambda h: reset_mfa(h),
    "users.minimized_user_details": lambda h: h.im.users.minimized_user_details(user_ids=[h.ana]),
    "users.custom_attributes.get": lambda h: h.im.users.custom_attributes.get(h.ana, as_dict=True),
    "users.custom_attributes.add": lambda h: h.im.users.custom_attributes.add(
        h.ana, {"team": "HR"}
    ),
    "users.custom_attributes.remove": lambda h: h.im.users.custom_attributes.remove(
        h.ana, {"team": "Sales"}
    ),
    "workload.identity_providers.list": lambda h: h.im.workload.identity_providers.list(),
    "workload.identity_providers.get": lambda h: h.im.workload.identity_providers.get(h.oidc),
    "workload.identity_providers.create": lambda h: h.im.workload.identity_providers.create(
        name="x", idpType="OIDC", issuerUrl="https://x.example"
    ),
    "workload.identity_providers.create_aws": lambda h: delete_aws_provider(h).create_aws(
        "a", {"arn": h.team}
    ),
    "workload.identity_providers.create_oidc": lambda h: (
        h.im.workload.identity_providers.create_oidc(
            "x", "https://x.example", attributes_map={"sub": h.team}, allowed_audiences=["b"]
        )
    ),
    "workload.identity_providers.update": lambda h: h.im.workload.identity_providers.update(
        h.oidc, name="ci", idpType="OIDC", issuerUrl="https://ci2.example"
    ),
    "workload.identity_providers.update_aws": lambda h: h.im.workload.identity_providers.update_aws(
        h.aws, max_duration=2
    ),
    "workload.identity_providers.update_oidc": lambda h: (
        h.im.workload.identity_providers.update_oidc(h.oidc, issuer_url="https://ci3.example")
    ),
    "workload.identity_providers.delete": lambda h: h.im.workload.identity_providers.delete(h.aws),
    "workload.identity_providers.generate_attribute_map": lambda h: (
        h.im.workload.identity_providers.generate_attribute_map("sub", "team")
    ),
    "workload.scim_user.get": lambda h: h.im.workload.scim_user.get("Okta"),
    "workload.scim_user.assign": lambda h: h.im.workload.scim_user.assign(h.robot, "Entra"),
    "workload.scim_user.unassign": lambda h: h.im.workload.scim_user.unassign("Okta"),
    "workload.service_identities.get": lambda h: h.im.workload.service_identities.get(h.robot),
    "workload.service_identities.assign": lambda h: h.im.workload.service_identities.assign(
        h.robot, h.oidc, {"team": ["A", "B"]}
    ),
    "workload.service_identities.unassign": lambda h: h.im.workload.service_identities.unassign(
        h.robot
    ),
}
"""Dotted name on `Britive(...).identity_management` -> the call."""


def list_rules(h: VendorState) -> list[Any]:
    return [h.im.tags.membership_rules.build("team", "contains", "S")]


def delete_aws_provider(h: VendorState) -> Any:
    h.im.workload.identity_providers.delete(h.aws)  # a tenant has at most one of AWS
    return h.im.workload.identity_providers


@pytest.mark.parametrize("name", CALLS)
def test_vendor_call_succeeds(state: VendorState, name: str) -> None:
    result = CALLS[name](state)
    assert not (isinstance(result, dict) and "errorCode" in result), result


def list_calls(resource: Any, prefix: str = "") -> Iterator[str]:
    """Yield the dotted names of the public methods of the vendor's API resources."""
    for name, value in inspect.getmembers(resource):
        if name.startswith("_") or name in ("britive", "base_url"):
            continue
        if inspect.ismethod(value):
            yield prefix + name
        elif type(value).__module__.startswith("britive.identity_management"):
            yield from list_calls(value, f"{prefix}{name}.")


def test_vendor_calls_all_have_a_row(state: VendorState) -> None:
    assert set(list_calls(state.im)) == set(CALLS) | set(EXCLUDED)
