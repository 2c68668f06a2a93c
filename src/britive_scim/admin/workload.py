"""Workload federation: machines authenticate with tokens of an external provider."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from britive_scim.admin.attribute_values import AttributeValues
from britive_scim.admin.base import LenientInt, Model
from britive_scim.admin.identity_attribute import IdentityAttribute
from britive_scim.admin.validation import check_one_of
from britive_scim.errors import InputError

__all__ = [
    "AttributeMap",
    "MappedValues",
    "ScimUser",
    "WorkloadAssignment",
    "WorkloadProvider",
    "build_mapped_values",
    "build_provider_body",
    "check_seconds",
]


class AttributeMap(Model):
    """Pair of an attribute of the provider's token and an attribute of the identity; they must match."""

    idp_attr: str | None = None
    user_attr: str | None = None


class WorkloadProvider(Model):
    """A workload identity provider; its `idp_type` is `AWS`, `OIDC` or `SPIFFE`.

    Attributes:
        id: digits; other identity providers have opaque ids.
        name: unique.
        description: free text.
        idp_type: `AWS`, `OIDC` or `SPIFFE`.
        attributes_map: attributes of token and identity that must match.
        validation_window: allowed clock difference in seconds.
        max_duration: AWS: maximum validity of a token in hours.
        issuer_url: OIDC: issuer of the tokens.
        allowed_audiences: OIDC: accepted audiences.
        trust_domain: SPIFFE: the trust domain.
        bundle_endpoint: SPIFFE: URL of its keys.
        bundle_profile: SPIFFE: `https_web` or `https_spiffe`.

    Source: OpenAPI `AwsProvider`, `OpenIdConnectProvider`, `SpiffeProvider` (documented).
    """

    id: str | None = None
    name: str | None = None
    description: str | None = None
    idp_type: str | None = None
    attributes_map: list[AttributeMap] | None = None
    validation_window: LenientInt | None = None
    max_duration: LenientInt | None = None
    issuer_url: str | None = None
    allowed_audiences: list[str] | None = None
    trust_domain: str | None = None
    bundle_endpoint: str | None = None
    bundle_profile: str | None = None


class MappedValues(Model):
    """Values of one identity attribute that a token of the workload must contain."""

    attr_id: str | None = None
    values: list[str] | None = None


class WorkloadAssignment(Model):
    """Workload identity provider of a service identity (`UserDesignatedIdp`).

    Attributes:
        provider: the workload identity provider; `idp` on the wire.
        token_duration: validity of a token of the identity in seconds.
        mapping_attributes: values that a token of this identity must contain.

    Source: OpenAPI `getUserIdentityProvider` (documented).
    """

    provider: WorkloadProvider | None = Field(
        default=None, validation_alias="idp", serialization_alias="idp"
    )
    token_duration: LenientInt | None = None
    mapping_attributes: list[MappedValues] | None = None


class ScimUser(Model):
    """Service identity that may call the SCIM endpoint of an identity provider without a SCIM token.

    Source: apidocs/designate-user-to-authenticate-as-for-scim-provisioning (documented).
    """

    idp_name: str | None = None
    user_id: str | None = None
    username: str | None = None


_REQUIRED_FIELDS = {
    "AWS": ("name",),
    "OIDC": ("name", "issuer_url"),
    "SPIFFE": ("name", "trust_domain", "bundle_endpoint", "bundle_profile", "attributes_map"),
}
"""Required fields of each provider type in the OpenAPI document."""


def build_provider_body(provider: WorkloadProvider) -> dict[str, Any]:
    """Return a provider as a request body.

    Raises:
        InputError: an unknown type, or a missing field.
    """
    provider_type = check_one_of(provider.idp_type, tuple(_REQUIRED_FIELDS), label="idp_type")
    missing = [name for name in _REQUIRED_FIELDS[provider_type] if not getattr(provider, name)]
    if missing:
        raise InputError(
            f"workload identity provider of type {provider_type} must have {', '.join(missing)}"
        )
    return provider.to_wire()


def check_seconds(value: int, *, label: str) -> int:
    """Return `value` if it is a duration in seconds.

    Raises:
        InputError: less than 1.
    """
    if value < 1:
        raise InputError(f"{label} must be at least 1 second, got {value}")
    return value


def build_mapped_values(
    values: AttributeValues, attributes: Iterable[IdentityAttribute]
) -> list[MappedValues]:
    """Return the values that a token must contain, with attribute ids instead of names."""
    return [
        MappedValues(attr_id=attribute.id, values=values[attribute.name or ""])
        for attribute in attributes
    ]
