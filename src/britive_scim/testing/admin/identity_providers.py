"""Identity providers: `/api/identity-providers` (apidocs/get-a-list-of-all-identity-providers and siblings)."""

from __future__ import annotations

from typing import Any

from britive_scim.testing.admin import workload
from britive_scim.testing.admin.problem import DUPLICATE, Problem
from britive_scim.testing.admin.request import Call, Routes, answer, nothing, text_field
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state.context import World
from britive_scim.testing.state.state import Provider

__all__ = ["ROUTES", "brief", "view"]

_KINDS = ("Generic", "Azure")


def brief(provider: Provider) -> dict[str, Any]:
    """Return what other objects show of an identity provider."""
    return {"id": provider.id, "name": provider.name, "type": provider.type}


def view(world: World, provider: Provider, *, mappings: bool) -> dict[str, Any]:
    """Return an identity provider as the API shows it.

    Args:
        world: the tenant.
        provider: which one.
        mappings: whether `userAttributeScimMappings` is filled: it is empty in lists.
    """
    site = world.base_url
    saml = not provider.is_default
    return {
        **brief(provider),
        "description": provider.description,
        "scimProvider": provider.scim_provider,
        "ssoProvider": provider.sso_provider,
        # False in every example of Britive's, whatever else is set; what switches it is not published
        "scimEnabled": False,
        "samlMetadata": world.state.settings.get("samlMetadata", {}).get(provider.id),
        "ssoConfig": {
            "acsUrl": f"{site}/api/auth/sso/saml/acs",
            "loginUrl": f"{site}/login",
            "entityId": site,
            "sloUrl": f"{site}/api/auth/sso/saml/slo",
            "scimUrl": world.scim_url,
        }
        if saml
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
            for mapping in (provider.mappings if mappings and saml else ())
        ],
    }


def _list(call: Call) -> Answer:
    name = call.parameter("name")
    if not name:
        providers = call.world.state.providers.values()
        return answer([view(call.world, one, mappings=False) for one in providers])
    found = call.world.state.provider_named(name)
    shown = view(call.world, found, mappings=True) if found else None
    if call.world.capabilities.identity_provider_by_name == "array":
        return answer([shown] if shown else [])
    # vendor clients read a single object here, and an empty body as "not found"
    return answer(shown) if shown else nothing(200)


def _get(call: Call) -> Answer:
    return answer(view(call.world, call.provider(), mappings=True))


def _create(call: Call) -> Answer:
    fields = call.fields()
    name = _name(call, fields, None)
    type_ = text_field(fields, "type") or "SAML"
    if type_ != "SAML":
        raise Problem.invalid(f"type is {type_!r}: an identity provider is made with type SAML")
    provider = call.world.new_provider(
        name, text_field(fields, "description") or "", type_, _kind(fields, "scimProvider")
    )
    provider.sso_provider = _kind(fields, "ssoProvider")
    return answer(view(call.world, provider, mappings=True))


def _update(call: Call) -> Answer:
    provider = call.provider()
    fields = call.fields()
    name = _name(call, fields, provider) if "name" in fields else provider.name
    scim = _kind(fields, "scimProvider", provider.scim_provider)
    sso = _kind(fields, "ssoProvider", provider.sso_provider)
    description = text_field(fields, "description")
    if provider.is_default and name != provider.name:
        raise Problem.invalid("the default identity provider cannot be renamed")
    provider.name, provider.scim_provider, provider.sso_provider = name, scim, sso
    if description is not None:
        provider.description = description
    return nothing()


def _delete(call: Call) -> Answer:
    provider = call.provider()
    if provider.is_default:
        raise Problem.invalid("the default identity provider cannot be deleted")
    call.world.state.remove_provider(provider, call.world.now())
    call.world.state.settings.get("samlMetadata", {}).pop(provider.id, None)
    workload.forget_caller(call.world.state, provider.id)
    return nothing()


def _configure_mfa(call: Call) -> Answer:
    provider = call.provider()
    fields = call.fields()
    if not provider.is_default:
        raise Problem(400, "E1001", "MFA can only be enabled on default identity provider")
    for name in ("mfaEnabled", "mfaRootUserEnabled"):
        if not isinstance(fields.get(name, False), bool):
            raise Problem.invalid(f"{name} must be true or false")
    provider.mfa = fields.get("mfaEnabled", provider.mfa)
    provider.mfa_root = fields.get("mfaRootUserEnabled", provider.mfa_root)
    return answer({"mfaEnabled": provider.mfa, "mfaRootUserEnabled": provider.mfa_root})


def _name(call: Call, fields: dict[str, Any], of: Provider | None) -> str:
    name = text_field(fields, "name", required=True) or ""
    if "--" in name:
        raise Problem.invalid("name must not contain two hyphens in a row")
    other = call.world.state.provider_named(name)
    if other is not None and other is not of:
        raise Problem(400, DUPLICATE, f"an identity provider named {name!r} exists")
    return name


def _kind(fields: dict[str, Any], field: str, default: str = "Generic") -> str:
    value = fields.get(field)
    if value is None:
        return default
    if value not in _KINDS:
        raise Problem.invalid(f"{field} must be Generic or Azure")
    return str(value)


ROUTES: Routes = {
    "identity-providers": {"GET": _list, "POST": _create},
    "identity-providers/{}": {"GET": _get, "PATCH": _update, "DELETE": _delete},
    "identity-providers/{}/mfa": {"PATCH": _configure_mfa},
}
