"""Second factors of users: `/api/mfa/admin/registrations` (OpenAPI `getUserRegistration`), `…/resetmfa`.

A user registers a factor where logging in, not through the API: `tenant.console.register_factor`.
"""

from __future__ import annotations

from britive_scim.testing.admin.ownership import own_user
from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.admin.request import Call, Routes, answer, nothing
from britive_scim.testing.admin.user_view import view
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state.state import User

__all__ = ["FACTORS", "ROUTES"]

FACTORS = ("TOTP", "WEB_AUTHN")


def _get(call: Call) -> Answer:
    user, factor = _registered(call)
    return answer({"status": user.factors[factor], "factor": factor, "additionalDetails": {}})


def _delete(call: Call) -> Answer:
    user, factor = _registered(call)
    del user.factors[factor]
    return nothing()


def _reset(call: Call) -> Answer:
    user = own_user(call.user())
    if not user.provider.is_default:
        raise Problem(400, "U-0011", "only users of the default identity provider have MFA here")
    user.factors.clear()
    return answer(view(call.world, user))


def _registered(call: Call) -> tuple[User, str]:
    factor, user = call.slots[0], call.user(1)
    if factor not in FACTORS:
        raise Problem.invalid("the factor is TOTP or WEB_AUTHN")
    if factor not in user.factors:
        raise Problem.missing(f"{factor} registration of user", user.id)
    return user, factor


ROUTES: Routes = {
    "mfa/admin/registrations/{}/users/{}": {"GET": _get, "DELETE": _delete},
    "users/{}/resetmfa": {"PATCH": _reset},
}
