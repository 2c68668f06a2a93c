"""Tokens of service identities: `/api/users/{id}/tokens` (docs/manageserviceidentities)."""

from __future__ import annotations

from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.admin.request import Call, Routes, answer
from britive_scim.testing.admin.scim_tokens import days_of
from britive_scim.testing.http.credentials import API_TOKEN_LENGTH, Token, new_secret
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state.state import User

__all__ = ["ROUTES"]


def _create(call: Call) -> Answer:
    identity = _identity(call)
    days = days_of(call.fields() if call.request.body else {})
    world = call.world
    identity.token = Token(
        id=world.ids.new(),
        name=identity.id,
        secret=new_secret(API_TOKEN_LENGTH),
        kind="ServiceIdentity",
        days=days,
        created=world.now(),
        assigned_to=identity.id,
        created_by=call.caller.id if call.caller else None,
    )
    return answer(identity.token.to_wire(world.now(), with_secret=True))


def _get(call: Call) -> Answer:
    return answer(_token(call).to_wire(call.world.now()))


def _update(call: Call) -> Answer:
    token = _token(call)
    fields = call.fields()
    if "tokenExpirationDays" not in fields:
        raise Problem.invalid("tokenExpirationDays is required")
    token.days = days_of(fields)
    return answer(token.to_wire(call.world.now()))


def _identity(call: Call) -> User:
    identity = call.user()
    if identity.kind == "User":
        raise Problem.invalid(f"user {identity.id} is no service identity")
    return identity


def _token(call: Call) -> Token:
    token = _identity(call).token
    if token is None:
        raise Problem.missing("token of service identity", call.slots[0])
    return token


ROUTES: Routes = {"users/{}/tokens": {"POST": _create, "GET": _get, "PATCH": _update}}
