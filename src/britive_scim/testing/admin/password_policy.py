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
"""The vendor's package documents the first five; the nested policies are assumptions."""


def check_password(context: TenantContext, password: str, error_code: str) -> None:
    """Reject a password that violates the policy, if the tenant enforces it.

    Raises:
        AdminHttpError: 400 with `error_code`.
    """
    if not context.capabilities.password_policy:
        return
    policy = _get_policy(context)
    requirements = (
        (len(password) >= policy["minLength"], f"{policy['minLength']} characters"),
        (
            not policy["requiredUpperCase"] or any(map(str.isupper, password)),
            "an upper-case letter",
        ),
        (not policy["requiredLowerCase"] or any(map(str.islower, password)), "a lower-case letter"),
        (not policy["requiredNumbers"] or any(map(str.isdigit, password)), "a digit"),
        (not policy["requiredSymbols"] or not password.isalnum(), "a symbol"),
    )
    missing = [description for is_met, description in requirements if not is_met]
    if missing:
        raise AdminHttpError(400, error_code, f"the password policy requires {', '.join(missing)}")


def _get_policy(context: TenantContext) -> dict[str, Any]:
    return cast("dict[str, Any]", context.state.settings.get("passwordPolicy", _DEFAULT_POLICY))


def _get(request: AdminRequest) -> TenantResponse:
    return make_json_response(_get_policy(request.context))


def _replace(request: AdminRequest) -> TenantResponse:
    policy = _merge_policy(_get_policy(request.context), request.parse_object(), "")
    request.context.state.settings["passwordPolicy"] = policy
    return make_json_response(policy)


def _merge_policy(current: dict[str, Any], changes: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return a policy updated with the known fields of a body.

    Raises:
        AdminHttpError: a field has another type, or is negative.
    """
    merged: dict[str, Any] = {}
    known: dict[str, object] = current
    for name, old in known.items():
        new: object = changes.get(name)
        is_same_type = type(new) is type(old)
        if new is None:
            merged[name] = old
        elif isinstance(old, dict) and isinstance(new, dict):
            nested = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
            merged[name] = _merge_policy(*nested, f"{name}.")
        elif is_same_type and not (isinstance(new, int) and new < 0):
            merged[name] = new
        else:
            raise AdminHttpError.invalid(
                f"{prefix}{name} must be a value like {old!r}, got {new!r}"
            )
    return merged


ROUTES: Routes = {"identity-providers/password-policy": {"GET": _get, "POST": _replace}}
