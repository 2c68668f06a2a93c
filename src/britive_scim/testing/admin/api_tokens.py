"""Tokens of the admin API: `/api/token` (apidocs/get-all-api-tokens-in-the-system and siblings)."""

from __future__ import annotations

from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.admin.request import Call, Routes, answer, nothing, text_field
from britive_scim.testing.admin.scim_tokens import days_of
from britive_scim.testing.http.credentials import Token, digest
from britive_scim.testing.http.messages import Answer

__all__ = ["ROUTES"]


def _list(call: Call) -> Answer:
    now = call.world.now()
    return answer([token.to_wire(now) for token in call.world.state.api_tokens.values()])


def _get(call: Call) -> Answer:
    return answer(_named(call).to_wire(call.world.now()))


def _create(call: Call) -> Answer:
    fields = call.fields()
    token = call.world.new_api_token(text_field(fields, "name"), days_of(fields), call.caller)
    return answer(token.to_wire(call.world.now(), with_secret=True))


def _replace(call: Call) -> Answer:
    token = _named(call)
    fields = call.fields()
    name, days = text_field(fields, "name", required=True) or "", _days(call)
    token.name, token.days = name, days
    return nothing()


def _update(call: Call) -> Answer:
    token = _named(call)
    token.days = _days(call)
    return nothing(200)


def _revoke(call: Call) -> Answer:
    token = _named(call)
    if len(call.world.state.api_tokens) == 1:
        raise Problem(400, "AT-0003", "the last API token of this tenant cannot be revoked")
    del call.world.state.api_tokens[token.id]
    call.world.state.revoked.add(digest(token.secret))
    return Answer(200, {"Content-Type": "text/plain"}, b"Successfully revoked token")


def _named(call: Call) -> Token:
    token = call.world.state.api_tokens.get(call.slots[0])
    if token is None:
        raise Problem.missing("API token", call.slots[0])
    return token


def _days(call: Call) -> int:
    fields = call.fields()
    if "tokenExpirationDays" not in fields:
        raise Problem.invalid("tokenExpirationDays is required")
    return days_of(fields)


ROUTES: Routes = {
    "token": {"GET": _list, "POST": _create},
    "token/{}": {"GET": _get, "PUT": _replace, "PATCH": _update, "DELETE": _revoke},
}
