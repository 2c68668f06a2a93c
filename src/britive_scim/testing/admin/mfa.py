"""MFA registrations of users: `/api/mfa/admin/registrations` (OpenAPI `getUserRegistration`), `…/resetmfa`.

Users register a factor at login, not through the API: `tenant.console.register_factor`.
"""

from __future__ import annotations

from britive_scim.testing.admin.problem import AdminHttpError
from britive_scim.testing.admin.request import (
    AdminRequest,
    Routes,
    make_empty_response,
    make_json_response,
    require_editable_user,
)
from britive_scim.testing.admin.user_view import serialize_user
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.state.state import UserRecord

__all__ = ["FACTORS", "ROUTES"]

FACTORS = ("TOTP", "WEB_AUTHN")


def _get(request: AdminRequest) -> TenantResponse:
    user, factor = _get_registration(request)
    return make_json_response(
        {"status": user.mfa_factors[factor], "factor": factor, "additionalDetails": {}}
    )


def _delete(request: AdminRequest) -> TenantResponse:
    user, factor = _get_registration(request)
    del user.mfa_factors[factor]
    return make_empty_response()


def _reset(request: AdminRequest) -> TenantResponse:
    user = require_editable_user(request.get_user())
    if not user.provider.is_default:
        raise AdminHttpError(
            400, "U-0011", "MFA is available to users of the default identity provider only"
        )
    user.mfa_factors.clear()
    return make_json_response(serialize_user(request.context, user))


def _get_registration(request: AdminRequest) -> tuple[UserRecord, str]:
    factor, user = request.path_parameters[0], request.get_user(1)
    if factor not in FACTORS:
        raise AdminHttpError.invalid(f"factor must be TOTP or WEB_AUTHN, got {factor!r}")
    if factor not in user.mfa_factors:
        raise AdminHttpError.not_found(f"{factor} registration of user", user.id)
    return user, factor


ROUTES: Routes = {
    "mfa/admin/registrations/{}/users/{}": {"GET": _get, "DELETE": _delete},
    "users/{}/resetmfa": {"PATCH": _reset},
}
