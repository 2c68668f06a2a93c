"""The password policy of the default identity provider: `/api/identity-providers/password-policy`."""

from __future__ import annotations

from typing import Any, cast

from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.admin.request import Call, Routes, answer
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state.context import World

__all__ = ["ROUTES", "check_password"]

_FRESH: dict[str, Any] = {
    "minLength": 8,
    "requiredUpperCase": True,
    "requiredLowerCase": True,
    "requiredNumbers": True,
    "requiredSymbols": True,
    "passwordExpirationPolicy": {"days": 90, "enabled": False},
    "accountLockoutPolicy": {"minAttempts": 5, "lockoutDurationInMinutes": 30},
}
"""The vendor's package tells the first five; the policies below them are assumptions."""


def check_password(world: World, password: str, code: str) -> None:
    """Refuse a password that the policy does not allow, where the tenant applies it.

    Raises:
        Problem: 400 with this errorCode.
    """
    if not world.capabilities.password_policy:
        return
    policy = _policy(world)
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
        raise Problem(400, code, f"the password policy wants {', '.join(missing)}")


def _policy(world: World) -> dict[str, Any]:
    return cast("dict[str, Any]", world.state.settings.get("passwordPolicy", _FRESH))


def _get(call: Call) -> Answer:
    return answer(_policy(call.world))


def _replace(call: Call) -> Answer:
    policy = _merged(_policy(call.world), call.fields(), "")
    call.world.state.settings["passwordPolicy"] = policy
    return answer(policy)


def _merged(before: dict[str, Any], given: dict[str, Any], where: str) -> dict[str, Any]:
    """Return a policy with the known fields of a body laid over it.

    Raises:
        Problem: a field of another type, or below zero.
    """
    merged: dict[str, Any] = {}
    known: dict[str, object] = before
    for name, present in known.items():
        value: object = given.get(name)
        alike = type(value) is type(present)
        if value is None:
            merged[name] = present
        elif isinstance(present, dict) and isinstance(value, dict):
            inner = cast("dict[str, Any]", present), cast("dict[str, Any]", value)
            merged[name] = _merged(*inner, f"{name}.")
        elif alike and not (isinstance(value, int) and value < 0):
            merged[name] = value
        else:
            raise Problem.invalid(f"{where}{name} does not hold")
    return merged


ROUTES: Routes = {"identity-providers/password-policy": {"GET": _get, "POST": _replace}}
