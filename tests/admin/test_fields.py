"""Every published field of every published schema is a typed attribute of a model.

`tests/data/admin/models.json` is our own extract of Britive's OpenAPI document: names and types of fields.
A record with all fields of a schema is read: nothing may be left unread, nothing be an unknown extra, and what
is written again must be the record.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from britive_scim import admin
from support.each_value import each_value

FIELDS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data/admin/models.json").read_text("utf-8")
)

MODELS: dict[str, type[admin.Model]] = {
    "AccountLockoutPolicy": admin.AccountLockoutPolicy,
    "AdminRole": admin.AdminRole,
    "ApiTokenBean": admin.ScimToken,
    "AttributeMap": admin.AttributeMap,
    "AwsProvider": admin.WorkloadProvider,
    "BannerDto": admin.Banner,
    "CustomUserAttribute": admin.AttributeValue,
    "IdentityProvider": admin.WorkloadProvider,
    "IdentityProviderBean": admin.IdentityProvider,
    "IdentityProviderBeanResponse": admin.IdentityProvider,
    "IdentityProviderDto": admin.IdentityProvider,
    "IdentityRelationship": admin.Relationship,
    "ManagerApproval": admin.ManagerApproval,
    "MappingAttribute": admin.MappedValues,
    "MfaRegistration": admin.MfaRegistration,
    "NotificationMediumDto": admin.NotificationMedium,
    "OpenIdConnectProvider": admin.WorkloadProvider,
    "PasswordExpirationPolicy": admin.PasswordExpirationPolicy,
    "PasswordPolicyBean": admin.PasswordPolicy,
    "ScimUserIdentityProvider": admin.ScimUser,
    "SpiffeProvider": admin.WorkloadProvider,
    "TagAccessRequestSettingsDto": admin.AccessRequestSettings,
    "UserAttributeSchemaBean": admin.IdentityAttribute,
    "UserAttributeScimMapping": admin.AttributeMapping,
    "UserAttributeScimMappingHelper": admin.MappingChange,
    "UserBeanResponse": admin.User,
    "UserDesignatedIdp": admin.WorkloadAssignment,
    "UserDto": admin.User,
    "UserTag": admin.Tag,
    "UserTagAttributeCriteria": admin.MembershipRule,
    "UserTagAttributeCriteriaDto": admin.MembershipRule,
    "UserTagDto": admin.Tag,
    "UserTagIdentityProvider": admin.TagIdentityProvider,
    "UserView": admin.User,
}

ELSEWHERE = {
    "ApiToken": "the server's own record of a token; a field of ours for what can be a secret, see below",
    "AuditStamp": "inside Tenant",
    "DesignateIdpRequest": "arguments of workload.assign",
    "IdentityProviderBeanMFA": "arguments of identity_providers.set_mfa",
    "IdentityProviderBeanPatchRequest": "arguments of identity_providers.update",
    "IdentityProviderBeanRequest": "arguments of identity_providers.create",
    "TagMembersResponse": "an envelope",
    "Tenant": "the server's own record, inside User",
    "User": "the server's own record of a user, with its password; inside ApiToken and UserTag alone",
    "UserBeanRequest": "arguments of users.create and service_identities.create",
    "UserBeanResult": "an envelope",
    "UserSummary": "an envelope",
    "UserTagSummary": "an envelope",
}
"""Schemas that are no models, and why."""

OTHERWISE = {
    ("UserBeanResponse", "identityProvider"): "IdentityProviderBean",
    ("UserTag", "identityProvider"): "IdentityProviderBean",
    ("UserTagIdentityProvider", "identityProvider"): "IdentityProviderBean",
    **{
        (schema, "id"): "string"
        for schema in ("AwsProvider", "IdentityProvider", "OpenIdConnectProvider", "SpiffeProvider")
    },
}
"""Fields of another type than published: the schema of workload providers has the name of the other one, and their
numbers are text here, as all ids are.
"""

SHORTER = {"id": "userId", "userName": "username"}
"""Names in the short forms of a user, and in the full one: that is what is written."""

STAMP = "2021-03-16T05:45:19Z"
SAMPLES: dict[str, Any] = {
    "string": "text",
    "integer": 7,
    "boolean": True,
    "date-time": STAMP,
    "object": {},
}


def record(schema: str, depth: int = 0) -> dict[str, Any]:
    """Return a record with a value in each field of a schema; internal schemas are left empty."""
    if schema not in MODELS or depth > 3:
        return {}
    made = {
        name: sample(OTHERWISE.get((schema, name), kind), depth + 1)
        for name, kind in FIELDS[schema].items()
    }
    return made | ({"op": "add"} if "op" in made else {})


def sample(kind: Any, depth: int) -> Any:
    if isinstance(kind, list):
        return [sample(kind[0], depth)]
    if isinstance(kind, dict):
        return {"key": sample(kind["*"], depth)}
    return SAMPLES[kind] if kind in SAMPLES else record(kind, depth)


def extras(value: Any) -> list[str]:
    """Return the names of what is no field of its model, however deep."""
    if isinstance(value, admin.Model):
        inner = [name for part in vars(value).values() for name in extras(part)]
        return [*(value.model_extra or {}), *inner]
    if isinstance(value, list):
        return [name for part in value for name in extras(part)]
    return []


@each_value("schema", MODELS)
def test_every_published_field_is_a_typed_attribute(schema: str) -> None:
    wire = record(schema)
    found = MODELS[schema].from_wire(wire)
    assert found.unread == ()
    assert extras(found) == []
    if schema in ("UserDto", "UserView"):
        wire = {SHORTER.get(name, name): value for name, value in wire.items()}
    assert found.to_wire(secrets=True) == wire


def test_every_published_schema_has_its_model() -> None:
    assert set(MODELS) | set(ELSEWHERE) == set(FIELDS)
    assert set(MODELS) & set(ELSEWHERE) == set()
    assert set(OTHERWISE) <= {(name, field) for name in FIELDS for field in FIELDS[name]}


def test_the_token_inside_an_identity_provider_is_secret() -> None:
    raw = dict.fromkeys(("token", "clearTextToken"), "s3cr3t")
    idp = admin.IdentityProvider.from_wire({"name": "Okta", "apiToken": {"id": "k1", **raw}})
    assert idp.api_token is not None
    assert idp.api_token.token is not None
    assert idp.api_token.clear_text_token is not None
    assert (
        "s3cr3t" not in repr(idp) + str(idp.to_wire()) + idp.model_dump_json() + idp._repr_html_()
    )
    assert idp.to_wire(secrets=True)["apiToken"] == {"id": "k1", **raw}


def test_date_times_are_aware() -> None:
    user = admin.User.from_wire(record("UserBeanResponse"))
    assert (
        user.created
        == user.modified
        == user.last_login
        == datetime(2021, 3, 16, 5, 45, 19, tzinfo=UTC)
    )
