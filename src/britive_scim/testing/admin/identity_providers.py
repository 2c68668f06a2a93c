"""Identity providers: `/api/identity-providers` (apidocs/get-a-list-of-all-identity-providers and siblings)."""

from __future__ import annotations

from typing import Any

from britive_scim.testing.admin import workload
from britive_scim.testing.admin.problem import DUPLICATE, AdminHttpError
from britive_scim.testing.admin.request import (
    AdminRequest,
    Routes,
    get_string,
    make_empty_response,
    make_json_response,
)
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import ProviderRecord

__all__ = ["ROUTES", "serialize_provider", "serialize_provider_reference"]

_PROVIDER_TYPES = ("Generic", "Azure")


def serialize_provider_reference(provider: ProviderRecord) -> dict[str, Any]:
    """Return the reference to an identity provider in other objects."""
    return {"id": provider.id, "name": provider.name, "type": provider.type}


def serialize_provider(
    context: TenantContext, provider: ProviderRecord, *, include_mappings: bool
) -> dict[str, Any]:
    """Return an identity provider in wire form.

    Args:
        context: the tenant.
        provider: the identity provider.
        include_mappings: whether `userAttributeScimMappings` is filled; lists leave it empty.
    """
    base_url = context.base_url
    is_saml = not provider.is_default
    return {
        **serialize_provider_reference(provider),
        "description": provider.description,
        "scimProvider": provider.scim_provider,
        "ssoProvider": provider.sso_provider,
        # always False in Britive's examples; its meaning is not published
        "scimEnabled": False,
        "samlMetadata": context.state.settings.get("samlMetadata", {}).get(provider.id),
        "ssoConfig": {
            "acsUrl": f"{base_url}/api/auth/sso/saml/acs",
            "loginUrl": f"{base_url}/login",
            "entityId": base_url,
            "sloUrl": f"{base_url}/api/auth/sso/saml/slo",
            "scimUrl": context.scim_url,
        }
        if is_saml
        else None,
        "mfaEnabled": provider.mfa,
        "mfaRootUserEnabled": provider.mfa_root,
        "apiToken": None,
        "userAttributeScimMappings": [
            {
                "attributeId": mapping.attribute.id,
                "attributeName": mapping.attribute.name,
                "scimAttributeName": mapping.scim_name,
                "identityProviderId": provider.id,
                "builtIn": mapping.attribute.built_in,
            }
            for mapping in (provider.mappings if include_mappings and is_saml else ())
        ],
    }


def _list(request: AdminRequest) -> TenantResponse:
    name = request.get_parameter("name")
    if not name:
        providers = request.context.state.providers.values()
        return make_json_response(
            [
                serialize_provider(request.context, provider, include_mappings=False)
                for provider in providers
            ]
        )
    match = request.context.state.find_provider_by_name(name)
    document = serialize_provider(request.context, match, include_mappings=True) if match else None
    if request.context.capabilities.identity_provider_by_name == "array":
        return make_json_response([document] if document else [])
    # vendor clients expect a single object here, and an empty body for "not found"
    return make_json_response(document) if document else make_empty_response(200)


def _get(request: AdminRequest) -> TenantResponse:
    return make_json_response(
        serialize_provider(request.context, request.get_provider(), include_mappings=True)
    )


def _create(request: AdminRequest) -> TenantResponse:
    fields = request.parse_object()
    name = _get_unique_name(request, fields, None)
    type_ = get_string(fields, "type") or "SAML"
    if type_ != "SAML":
        raise AdminHttpError.invalid(f"type must be SAML, got {type_!r}")
    provider = request.context.create_provider(
        name,
        get_string(fields, "description") or "",
        type_,
        _get_provider_type(fields, "scimProvider"),
    )
    provider.sso_provider = _get_provider_type(fields, "ssoProvider")
    return make_json_response(serialize_provider(request.context, provider, include_mappings=True))


def _update(request: AdminRequest) -> TenantResponse:
    provider = request.get_provider()
    fields = request.parse_object()
    name = _get_unique_name(request, fields, provider) if "name" in fields else provider.name
    scim_provider = _get_provider_type(fields, "scimProvider", provider.scim_provider)
    sso_provider = _get_provider_type(fields, "ssoProvider", provider.sso_provider)
    description = get_string(fields, "description")
    if provider.is_default and name != provider.name:
        raise AdminHttpError.invalid("the default identity provider cannot be renamed")
    provider.name = name
    provider.scim_provider, provider.sso_provider = scim_provider, sso_provider
    if description is not None:
        provider.description = description
    return make_empty_response()


def _delete(request: AdminRequest) -> TenantResponse:
    provider = request.get_provider()
    if provider.is_default:
        raise AdminHttpError.invalid("the default identity provider cannot be deleted")
    request.context.state.remove_provider(provider, request.context.now())
    request.context.state.settings.get("samlMetadata", {}).pop(provider.id, None)
    workload.remove_provider_references(request.context.state, provider.id)
    return make_empty_response()


def _configure_mfa(request: AdminRequest) -> TenantResponse:
    provider = request.get_provider()
    fields = request.parse_object()
    if not provider.is_default:
        raise AdminHttpError(400, "E1001", "MFA can only be enabled on default identity provider")
    for name in ("mfaEnabled", "mfaRootUserEnabled"):
        if not isinstance(fields.get(name, False), bool):
            raise AdminHttpError.invalid(f"{name} must be true or false")
    provider.mfa = fields.get("mfaEnabled", provider.mfa)
    provider.mfa_root = fields.get("mfaRootUserEnabled", provider.mfa_root)
    return make_json_response({"mfaEnabled": provider.mfa, "mfaRootUserEnabled": provider.mfa_root})


def _get_unique_name(
    request: AdminRequest, fields: dict[str, Any], current: ProviderRecord | None
) -> str:
    name = get_string(fields, "name", required=True) or ""
    if "--" in name:
        raise AdminHttpError.invalid("name must not contain two hyphens in a row")
    other = request.context.state.find_provider_by_name(name)
    if other is not None and other is not current:
        raise AdminHttpError(400, DUPLICATE, f"an identity provider named {name!r} exists")
    return name


def _get_provider_type(fields: dict[str, Any], field: str, default: str = "Generic") -> str:
    value = fields.get(field)
    if value is None:
        return default
    if value not in _PROVIDER_TYPES:
        raise AdminHttpError.invalid(f"{field} must be Generic or Azure")
    return str(value)


ROUTES: Routes = {
    "identity-providers": {"GET": _list, "POST": _create},
    "identity-providers/{}": {"GET": _get, "PATCH": _update, "DELETE": _delete},
    "identity-providers/{}/mfa": {"PATCH": _configure_mfa},
}
