"""The password policy of the default identity provider: `/api/identity-providers/password-policy`."""

from __future__ import annotations

from typing import Any, cast

from britive_scim.testing.admin.problem import AdminHttpError
from britive_scim.testing.admin.request import AdminRequest, Routes, make_json_response
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.state.context import TenantContext

__all__ = ["ROUTES", "check_password"]

_DEFAULT_POLICY: dict[str, Any] = {
    "minLength": 8,
    "requiredUpperCase": True,
    "requiredLowerCase": True,
    "requiredNumbers": True,
    "requiredSymbols": True,
    "passwordExpirationPolicy": {"days": 90, "enabled": False},
    "accountLockoutPolicy": {"minAttempts": 5, "lockoutDurationInMinutes": 30},
}
"""The vendor's package tells the first five; the policies below them are assumptions."""


def check_password(context: TenantContext, password: str, error_code: str) -> None:
    """Refuse a password that the policy does not allow, where the tenant applies it.

    Raises:
        AdminHttpError: 400 with this errorCode.
    """
    if not context.capabilities.password_policy:
        return
    policy = _get_policy(context)
    wanted = (
        (len(password) >= policy["minLength"], f"{policy['minLength']} characters"),
        (
            not policy["requiredUpperCase"] or any(map(str.isupper, password)),
            "an upper-case letter",
        ),
        (not policy["requiredLowerCase"] or any(map(str.islower, password)), "a lower-case letter"),
        (not policy["requiredNumbers"] or any(map(str.isdigit, password)), "a digit"),
        (not policy["requiredSymbols"] or not password.isalnum(), "a symbol"),
    )
    missing = [what for holds, what in wanted if not holds]
    if missing:
        raise AdminHttpError(400, error_code, f"the password policy wants {', '.join(missing)}")


def _get_policy(context: TenantContext) -> dict[str, Any]:
    return cast("dict[str, Any]", context.state.settings.get("passwordPolicy", _DEFAULT_POLICY))


def _get(request: AdminRequest) -> TenantResponse:
    return make_json_response(_get_policy(request.context))


def _replace(request: AdminRequest) -> TenantResponse:
    policy = _merge_policy(_get_policy(request.context), request.parse_object(), "")
    request.context.state.settings["passwordPolicy"] = policy
    return make_json_response(policy)


def _merge_policy(current: dict[str, Any], changes: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return a policy with the known fields of a body laid over it.

    Raises:
        AdminHttpError: a field of another type, or below zero.
    """
    merged: dict[str, Any] = {}
    known: dict[str, object] = current
    for name, present in known.items():
        value: object = changes.get(name)
        alike = type(value) is type(present)
        if value is None:
            merged[name] = present
        elif isinstance(present, dict) and isinstance(value, dict):
            inner = cast("dict[str, Any]", present), cast("dict[str, Any]", value)
            merged[name] = _merge_policy(*inner, f"{name}.")
        elif alike and not (isinstance(value, int) and value < 0):
            merged[name] = value
        else:
            raise AdminHttpError.invalid(f"{prefix}{name} does not hold")
    return merged


ROUTES: Routes = {"identity-providers/password-policy": {"GET": _get, "POST": _replace}}
