"""Workload federation: machines that prove who they are by a provider outside Britive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from britive_scim.admin.attribute_values import AttributeValues
from britive_scim.admin.base import LenientInt, Model
from britive_scim.admin.identity_attribute import IdentityAttribute
from britive_scim.admin.validation import check_model, check_one_of
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
    """Which attribute of the provider's token is compared with which attribute of an identity."""

    idp_attr: str | None = None
    user_attr: str | None = None


class WorkloadProvider(Model):
    """A workload identity provider: `AWS`, `OIDC` or `SPIFFE` by its `idp_type`.

    Attributes:
        id: an integer, unlike the ids of user identity providers.
        name: unique.
        description: free text.
        idp_type: `AWS`, `OIDC` or `SPIFFE`.
        attributes_map: attributes of tokens and identities that must agree.
        validation_window: seconds that clocks may differ.
        max_duration: AWS: hours a token is good for at most.
        issuer_url: OIDC: who issues the tokens.
        allowed_audiences: OIDC: audiences that are accepted.
        trust_domain: SPIFFE: the trust domain.
        bundle_endpoint: SPIFFE: where its keys are.
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
    """Values that a token of a workload must have for one identity attribute."""

    attr_id: str | None = None
    values: list[str] | None = None


class WorkloadAssignment(Model):
    """The workload identity provider of one service identity (`UserDesignatedIdp`).

    Attributes:
        provider: the workload identity provider; `idp` on the wire.
        token_duration: seconds a token of the identity is good for.
        mapping_attributes: what a token must say to be this identity.

    Source: OpenAPI `getUserIdentityProvider` (documented).
    """

    provider: WorkloadProvider | None = Field(
        default=None, validation_alias="idp", serialization_alias="idp"
    )
    token_duration: LenientInt | None = None
    mapping_attributes: list[MappedValues] | None = None


class ScimUser(Model):
    """A service identity that may call the SCIM endpoint of an identity provider, in place of a SCIM token.

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
"""What each type needs, by the required fields of the OpenAPI document."""


def build_provider_body(provider: WorkloadProvider) -> dict[str, Any]:
    """Return a provider in the wire's names, if it has what its type needs.

    Raises:
        InputError: no provider, an unknown type, or a field is missing.
    """
    check_model(provider, WorkloadProvider, label="provider")
    kind = check_one_of(provider.idp_type, tuple(_REQUIRED_FIELDS), label="idp_type")
    missing = [name for name in _REQUIRED_FIELDS[kind] if not getattr(provider, name)]
    if missing:
        raise InputError(f"A workload identity provider of type {kind} needs {', '.join(missing)}.")
    return provider.to_wire()


def check_seconds(value: object, *, label: str) -> int:
    """Return `value` if it can be a duration in seconds.

    Raises:
        InputError: no whole number, or less than 1.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(f"{label} is {value!r}: it must be a whole number of seconds, 1 or more.")
    return value


def build_mapped_values(
    values: AttributeValues, attributes: Iterable[IdentityAttribute]
) -> list[MappedValues]:
    """Return the values a token must say, with attribute ids in place of names."""
    return [MappedValues(attr_id=one.id, values=values[one.name or ""]) for one in attributes]
