"""Comparison of the admin models with the fields of every published schema.

`tests/data/admin/models.json` is our own extract of Britive's OpenAPI document: names and types of fields. A record
with all fields of a schema must have no unread value and no extra field, and must be written back unchanged.
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

NOT_MODELS = {
    "ApiToken": "the server's own record of a token; our model has only the secret, see below",
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
"""Schema without a model -> reason."""

OTHER_TYPES = {
    ("UserBeanResponse", "identityProvider"): "IdentityProviderBean",
    ("UserTag", "identityProvider"): "IdentityProviderBean",
    ("UserTagIdentityProvider", "identityProvider"): "IdentityProviderBean",
    **{
        (schema, "id"): "string"
        for schema in ("AwsProvider", "IdentityProvider", "OpenIdConnectProvider", "SpiffeProvider")
    },
}
"""Fields of another type than published: two schemas share the name `IdentityProvider`, and numeric ids of workload
providers are strings in the models, like all ids.
"""

FULL_NAMES = {"id": "userId", "userName": "username"}
"""Field name in the short forms of a user -> name in the full form, which is written."""

STAMP = "2021-03-16T05:45:19Z"
SAMPLES: dict[str, Any] = {
    "string": "text",
    "integer": 7,
    "boolean": True,
    "date-time": STAMP,
    "object": {},
}


def make_record(schema: str, depth: int = 0) -> dict[str, Any]:
    """Return a record with a value in each field of a schema; internal schemas are empty."""
    if schema not in MODELS or depth > 3:
        return {}
    created = {
        name: make_value(OTHER_TYPES.get((schema, name), kind), depth + 1)
        for name, kind in FIELDS[schema].items()
    }
    return created | ({"op": "add"} if "op" in created else {})


def make_value(kind: Any, depth: int) -> Any:
    if isinstance(kind, list):
        return [make_value(kind[0], depth)]
    if isinstance(kind, dict):
        return {"key": make_value(kind["*"], depth)}
    return SAMPLES[kind] if kind in SAMPLES else make_record(kind, depth)


def list_extra_fields(value: Any) -> list[str]:
    """Return the names of members that are not fields of their model, at any depth."""
    if isinstance(value, admin.Model):
        inner = [name for part in vars(value).values() for name in list_extra_fields(part)]
        return [*(value.model_extra or {}), *inner]
    if isinstance(value, list):
        return [name for part in value for name in list_extra_fields(part)]
    return []


@each_value("schema", MODELS)
def test_model_reads_every_published_field(schema: str) -> None:
    wire = make_record(schema)
    result = MODELS[schema].from_wire(wire)
    assert result.unread == ()
    assert list_extra_fields(result) == []
    if schema in ("UserDto", "UserView"):
        wire = {FULL_NAMES.get(name, name): value for name, value in wire.items()}
    assert result.to_wire(secrets=True) == wire


def test_models_cover_every_published_schema() -> None:
    assert set(MODELS) | set(NOT_MODELS) == set(FIELDS)
    assert set(MODELS) & set(NOT_MODELS) == set()
    assert set(OTHER_TYPES) <= {(name, field) for name in FIELDS for field in FIELDS[name]}


def test_identity_provider_token_is_secret() -> None:
    raw = dict.fromkeys(("token", "clearTextToken"), "s3cr3t")
    idp = admin.IdentityProvider.from_wire({"name": "Okta", "apiToken": {"id": "k1", **raw}})
    assert idp.api_token is not None
    assert idp.api_token.token is not None
    assert idp.api_token.clear_text_token is not None
    assert (
        "s3cr3t" not in repr(idp) + str(idp.to_wire()) + idp.model_dump_json() + idp._repr_html_()
    )
    assert idp.to_wire(secrets=True)["apiToken"] == {"id": "k1", **raw}


def test_user_datetimes_are_aware() -> None:
    user = admin.User.from_wire(make_record("UserBeanResponse"))
    assert (
        user.created
        == user.modified
        == user.last_login
        == datetime(2021, 3, 16, 5, 45, 19, tzinfo=UTC)
    )
