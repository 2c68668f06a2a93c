"""Workload federation: `/api/workload` (OpenAPI `getIdentityProviders` and siblings).

Providers and assignments are kept and shown; nothing here issues or accepts workload tokens.
"""

from __future__ import annotations

from typing import Any, cast

from britive_scim.testing.admin.call import Call, Routes, answer, nothing, text_field
from britive_scim.testing.admin.listing import paged
from britive_scim.testing.admin.problem import DUPLICATE, Problem
from britive_scim.testing.exchange import Answer
from britive_scim.testing.state import User

__all__ = ["ROUTES"]

_TYPES = ("AWS", "OIDC", "SPIFFE")


def _kept(call: Call, name: str) -> dict[str, Any]:
    """Return what the tenant keeps under a name, by key."""
    return cast("dict[str, Any]", call.world.state.settings.setdefault(name, {}))


def _providers(call: Call) -> dict[str, Any]:
    return _kept(call, "workloadProviders")


def _provider(call: Call, id_: object) -> dict[str, Any]:
    found = _providers(call).get(str(id_))
    if found is None:
        raise Problem.missing("workload identity provider", str(id_))
    return cast("dict[str, Any]", found)


def _list(call: Call) -> Answer:
    kind, name = call.parameter("type"), (call.parameter("name") or "").casefold()
    chosen = [
        one
        for one in _providers(call).values()
        if kind in (None, "", one["idpType"]) and one["name"].casefold().startswith(name)
    ]
    return answer(paged(call, chosen, dict))


def _get(call: Call) -> Answer:
    return answer(_provider(call, call.slots[0]))


def _create(call: Call) -> Answer:
    fields = _checked(call, call.fields(), None)
    number = 1 + max((int(id_) for id_ in _providers(call)), default=0)
    _providers(call)[str(number)] = {**fields, "id": number}
    return answer(_providers(call)[str(number)])


def _replace(call: Call) -> Answer:
    fields = call.fields()
    before = _provider(call, fields.get("id"))
    checked = _checked(call, fields, before["id"])
    _providers(call)[str(before["id"])] = {**checked, "id": before["id"]}
    return answer(_providers(call)[str(before["id"])])


def _delete(call: Call) -> Answer:
    provider = _provider(call, call.slots[0])
    del _providers(call)[str(provider["id"])]
    return nothing()


def _checked(call: Call, fields: dict[str, Any], of: int | None) -> dict[str, Any]:
    name = text_field(fields, "name", required=True)
    if fields.get("idpType") not in _TYPES:
        raise Problem.invalid(f"idpType must be one of {', '.join(_TYPES)}")
    others = [one for one in _providers(call).values() if one["id"] != of]
    if any(one["name"] == name for one in others):
        raise Problem(400, DUPLICATE, f"a workload identity provider named {name!r} exists")
    if fields["idpType"] == "AWS" and any(one["idpType"] == "AWS" for one in others):
        raise Problem.invalid("a tenant has one workload identity provider of type AWS")
    return fields


# ----------------------------------------------------------------------------- assignments


def _identity(call: Call) -> User:
    user = call.user()
    if user.kind == "User":
        raise Problem.invalid(f"user {user.id} is no service identity")
    return user


def _assigned(call: Call) -> Answer:
    user = _identity(call)
    found = _kept(call, "workloadAssignments").get(user.id)
    if found is None:
        raise Problem.missing("workload identity provider of service identity", user.id)
    return answer({**found, "idp": _provider(call, found["idp"])})


def _assign(call: Call) -> Answer:
    user = _identity(call)
    fields = call.fields()
    for name in ("idpId", "tokenDuration", "mappingAttributes"):
        if fields.get(name) is None:
            raise Problem.invalid(f"{name} is required")
    provider = _provider(call, fields["idpId"])
    kept = {
        "idp": provider["id"],
        "tokenDuration": fields["tokenDuration"],
        "mappingAttributes": fields["mappingAttributes"],
    }
    _kept(call, "workloadAssignments")[user.id] = kept
    return answer({**kept, "idp": provider})


def _unassign(call: Call) -> Answer:
    user = _identity(call)
    if _kept(call, "workloadAssignments").pop(user.id, None) is None:
        raise Problem.missing("workload identity provider of service identity", user.id)
    return nothing()


# ----------------------------------------------------------------------------- callers of SCIM


def _designate(call: Call) -> Answer:
    fields = call.fields()
    name = text_field(fields, "idpName", required=True) or ""
    user = call.world.state.users.get(text_field(fields, "userId", required=True) or "")
    if call.world.state.provider_named(name) is None:
        raise Problem.missing("identity provider", name)
    if user is None or user.kind == "User":
        raise Problem.invalid("userId must be the id of a service identity")
    shown = {"idpName": name, "userId": user.id, "username": user.resource["userName"]}
    _kept(call, "scimUsers")[name] = shown
    return answer(shown)


def _designated(call: Call) -> Answer:
    found = _kept(call, "scimUsers").get(call.slots[0])
    if found is None:
        raise Problem.missing("SCIM user of identity provider", call.slots[0])
    return answer(found)


def _undesignate(call: Call) -> Answer:
    if _kept(call, "scimUsers").pop(call.slots[0], None) is None:
        raise Problem.missing("SCIM user of identity provider", call.slots[0])
    return nothing()


ROUTES: Routes = {
    "workload/identity-providers": {"GET": _list, "POST": _create, "PUT": _replace},
    "workload/identity-providers/{}": {"GET": _get, "DELETE": _delete},
    "workload/users/{}/identity-provider": {"GET": _assigned, "POST": _assign, "DELETE": _unassign},
    "workload/scim-user/identity-provider": {"POST": _designate},
    "workload/scim-user/identity-provider/{}": {"GET": _designated, "DELETE": _undesignate},
}
