"""The SCIM token of an identity provider: `/api/identity-providers/{id}/scim-token`."""

from __future__ import annotations

from typing import Any

from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.admin.request import Call, Routes, answer, nothing
from britive_scim.testing.http.messages import Answer

__all__ = ["ROUTES", "days_of"]

DEFAULT_DAYS = 90


def days_of(fields: dict[str, Any]) -> int:
    """Return `tokenExpirationDays` of a body: 1 to 90, 90 where it is left out.

    Raises:
        Problem: anything else.
    """
    days = fields.get("tokenExpirationDays", DEFAULT_DAYS)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 90:
        raise Problem.invalid("tokenExpirationDays must be a whole number from 1 to 90")
    return days


def _create(call: Call) -> Answer:
    provider = call.provider()
    days = days_of(call.fields() if call.request.body else {})
    if provider.is_default:
        raise Problem.invalid("the default identity provider has no SCIM token")
    token = call.world.new_scim_token(provider, days)
    return answer(token.to_wire(call.world.now(), with_secret=True), 201)


def _get(call: Call) -> Answer:
    token = call.provider().token
    if token is None:
        raise Problem.missing("SCIM token of identity provider", call.slots[0])
    return answer(token.to_wire(call.world.now()))


def _update(call: Call) -> Answer:
    token = call.provider().token
    if token is None:
        raise Problem.missing("SCIM token of identity provider", call.slots[0])
    fields = call.fields()
    if "tokenExpirationDays" not in fields:
        raise Problem.invalid("tokenExpirationDays is required")
    token.days = days_of(fields)
    return nothing()


ROUTES: Routes = {
    "identity-providers/{}/scim-token": {"POST": _create, "GET": _get, "PATCH": _update},
}
