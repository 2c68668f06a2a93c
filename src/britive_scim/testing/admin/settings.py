"""Settings of the tenant: banner, features, password policy, SAML."""

from __future__ import annotations

import re
from typing import Any, cast

from britive_scim.testing.admin.call import Call, Routes, answer, nothing
from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.exchange import Answer

__all__ = ["ROUTES"]

_PASSWORD_POLICY: dict[str, Any] = {
    "minLength": 8,
    "requiredUpperCase": True,
    "requiredLowerCase": True,
    "requiredNumbers": True,
    "requiredSymbols": True,
    "passwordExpirationPolicy": {"days": 90, "enabled": False},
    "accountLockoutPolicy": {"minAttempts": 5, "lockoutDurationInMinutes": 30},
}
"""The vendor's package tells the first five; the policies below them are assumptions."""

_CERTIFICATE = (
    "-----BEGIN CERTIFICATE-----\n"
    "RW11bGF0ZWQgdGVuYW50OiBubyBjZXJ0aWZpY2F0ZSwgYW5kIG5vdGhpbmcgc2lnbnMu\n"
    "-----END CERTIFICATE-----\n"
)


def _banner(call: Call) -> Answer:
    banner = call.world.state.settings.get("banner")
    return nothing(200) if banner is None else answer(banner)


def _features(call: Call) -> Answer:
    return answer(call.world.state.settings.get("features", []))


def _unpublished(_: Call) -> Answer:
    """Answer what is only known to be an object."""
    return answer({})


def _certificate(_: Call) -> Answer:
    return Answer(200, {"Content-Type": "text/plain"}, _CERTIFICATE.encode())


def _password_policy(call: Call) -> Answer:
    return answer(call.world.state.settings.get("passwordPolicy", _PASSWORD_POLICY))


def _set_password_policy(call: Call) -> Answer:
    fields = call.fields()
    for name, given in fields.items():
        known = _PASSWORD_POLICY.get(name)
        if known is not None and type(given) is not type(known):
            raise Problem.invalid(f"{name} must be of type {type(known).__name__}")
    policy = {**call.world.state.settings.get("passwordPolicy", _PASSWORD_POLICY), **fields}
    call.world.state.settings["passwordPolicy"] = policy
    return answer(policy)


def _saml_metadata(call: Call) -> Answer:
    provider = call.provider()
    text = call.request.body.decode("utf-8", "replace")
    if provider.is_default:
        raise Problem.invalid("the default identity provider has no SAML metadata")
    entity = re.search(r'entityID="([^"]{1,1000})"', text)
    if entity is None:
        raise Problem.invalid("the file is no SAML metadata: it names no entityID")
    sso = re.search(r'SingleSignOnService[^>]{0,1000}Location="([^"]{1,1000})"', text)
    metadata = {
        "certificateDn": None,
        "entityId": entity[1],
        "ssoUrl": sso[1] if sso else None,
    }
    stored = call.world.state.settings.setdefault("samlMetadata", {})
    cast("dict[str, Any]", stored)[provider.id] = metadata
    return answer(metadata)


ROUTES: Routes = {
    "banner": {"GET": _banner},
    "features": {"GET": _features},
    "identity-providers/types": {"GET": _unpublished},
    "identity-providers/signing-certificate": {"GET": _certificate},
    "identity-providers/password-policy": {"GET": _password_policy, "POST": _set_password_policy},
    "identity-providers/{}/saml-metadata": {"PATCH": _saml_metadata},
    "users/attributes/data-types": {"GET": _unpublished},
}
