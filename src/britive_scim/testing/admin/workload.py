"""Workload federation: `/api/workload` (OpenAPI `getIdentityProviders` and siblings).

Providers and assignments are kept and shown here; `workload_tokens` issues and reads the tokens.
"""

from __future__ import annotations

from typing import Any, cast

from britive_scim.testing.admin.listing import paged, select
from britive_scim.testing.admin.problem import DUPLICATE, Problem
from britive_scim.testing.admin.request import Call, Routes, answer, nothing, objects, text_field
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state.state import State, User

__all__ = ["ROUTES", "forget_attribute", "forget_caller", "forget_identity"]

_REQUIRED: dict[str, tuple[str, ...]] = {
    "AWS": (),
    "OIDC": ("issuerUrl",),
    "SPIFFE": ("trustDomain", "bundleEndpoint", "bundleProfile"),
}
"""Types of providers, and the texts each needs beside its name."""

_TEXTS = ("description", "issuerUrl", "trustDomain", "bundleEndpoint", "bundleProfile")
_NUMBERS = ("validationWindow", "maxDuration")
_PROFILES = ("https_web", "https_spiffe")


def _kept(state: State, name: str) -> dict[str, Any]:
    """Return what the tenant keeps under a name, by key."""
    return cast("dict[str, Any]", state.settings.setdefault(name, {}))


def _providers(call: Call) -> dict[str, dict[str, Any]]:
    return _kept(call.world.state, "workloadProviders")


def _provider(call: Call, id_: object) -> dict[str, Any]:
    found = _providers(call).get(str(id_))
    if found is None:
        raise Problem.missing("workload identity provider", str(id_))
    return found


def _list(call: Call) -> Answer:
    kind, name = call.parameter("type"), (call.parameter("name") or "").casefold()
    chosen = [
        one
        for one in _providers(call).values()
        if kind in (None, "", one["idpType"]) and one["name"].casefold().startswith(name)
    ]
    page = paged(call, select(call, chosen, dict, {"name": "name"}), dict)
    return answer(page["data"])


def _get(call: Call) -> Answer:
    return answer(_provider(call, call.slots[0]))


def _create(call: Call) -> Answer:
    fields = _checked(call, call.fields(), None)
    settings = call.world.state.settings
    number = settings["workloadNumber"] = settings.get("workloadNumber", 0) + 1
    _providers(call)[str(number)] = {"id": number, **fields}
    return answer(_providers(call)[str(number)])


def _replace(call: Call) -> Answer:
    fields = call.fields()
    before = _provider(call, fields.get("id"))
    checked = _checked(call, fields, before["id"])
    _providers(call)[str(before["id"])] = {"id": before["id"], **checked}
    return answer(_providers(call)[str(before["id"])])


def _delete(call: Call) -> Answer:
    provider = _provider(call, call.slots[0])
    del _providers(call)[str(provider["id"])]
    assignments = _kept(call.world.state, "workloadAssignments")
    for id_ in [id_ for id_, one in assignments.items() if one["idp"] == provider["id"]]:
        del assignments[id_]
    return nothing(200)


def _checked(call: Call, fields: dict[str, Any], of: int | None) -> dict[str, Any]:
    """Return the known fields of a provider.

    Raises:
        Problem: one is missing or of another type, the name is taken, or it is a second one of type AWS.
    """
    name = text_field(fields, "name", required=True)
    kind = text_field(fields, "idpType")
    if kind not in _REQUIRED:
        raise Problem.invalid(f"idpType must be one of {', '.join(_REQUIRED)}")
    checked: dict[str, Any] = {"name": name, "idpType": kind}
    for field in _TEXTS:
        value = text_field(fields, field, required=field in _REQUIRED[kind])
        checked |= {} if value is None else {field: value}
    for field in _NUMBERS:
        checked |= {} if fields.get(field) is None else {field: _number(fields, field)}
    if fields.get("allowedAudiences") is not None:
        checked["allowedAudiences"] = _texts(fields, "allowedAudiences")
    if checked.get("bundleProfile", "https_web") not in _PROFILES:
        raise Problem.invalid(f"bundleProfile must be one of {', '.join(_PROFILES)}")
    checked["attributesMap"] = [
        {part: text_field(one, part, required=True) for part in ("idpAttr", "userAttr")}
        for one in objects(fields.get("attributesMap") or [])
    ]
    others = [one for one in _providers(call).values() if one["id"] != of]
    if any(one["name"] == name for one in others):
        raise Problem(400, DUPLICATE, f"a workload identity provider named {name!r} exists")
    if kind == "AWS" and any(one["idpType"] == "AWS" for one in others):
        raise Problem.invalid("a tenant has one workload identity provider of type AWS")
    return checked


def _number(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Problem.invalid(f"{name} must be a whole number")
    return value


def _texts(fields: dict[str, Any], name: str) -> list[str]:
    given = fields.get(name)
    values = cast("list[object]", given) if isinstance(given, list) else [None]
    if not all(isinstance(one, str) for one in values):
        raise Problem.invalid(f"{name} must be a list of texts")
    return [str(one) for one in values]


# ----------------------------------------------------------------------------- assignments


def _identity(call: Call) -> User:
    user = call.user()
    if user.kind == "User":
        raise Problem.invalid(f"user {user.id} is no service identity")
    return user


def _assigned(call: Call) -> Answer:
    user = _identity(call)
    found = _kept(call.world.state, "workloadAssignments").get(user.id)
    if found is None:
        raise Problem.missing("workload identity provider of service identity", user.id)
    return answer({**found, "idp": _provider(call, found["idp"])})


def _assign(call: Call) -> Answer:
    user = _identity(call)
    fields = call.fields()
    for name in ("idpId", "tokenDuration", "mappingAttributes"):
        if fields.get(name) is None:
            raise Problem.invalid(f"{name} is required")
    _kept(call.world.state, "workloadAssignments")[user.id] = {
        "idp": _provider(call, _number(fields, "idpId"))["id"],
        "tokenDuration": _number(fields, "tokenDuration"),
        "mappingAttributes": [_values(call, one) for one in objects(fields["mappingAttributes"])],
    }
    return _assigned(call)


def _values(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    id_ = text_field(fields, "attrId", required=True)
    if id_ not in call.world.state.attributes:
        raise Problem.invalid("attrId must be the id of an identity attribute")
    return {"attrId": id_, "values": _texts(fields, "values")}


def _unassign(call: Call) -> Answer:
    user = _identity(call)
    if _kept(call.world.state, "workloadAssignments").pop(user.id, None) is None:
        raise Problem.missing("workload identity provider of service identity", user.id)
    return nothing(200)


# ----------------------------------------------------------------------------- callers of SCIM


def _designate(call: Call) -> Answer:
    fields = call.fields()
    name = text_field(fields, "idpName", required=True) or ""
    provider = call.world.state.provider_named(name)
    user = call.world.state.users.get(text_field(fields, "userId", required=True) or "")
    if provider is None:
        raise Problem.missing("identity provider", name)
    if provider.is_default:
        raise Problem.invalid("nobody pushes to the default identity provider")
    if user is None or user.kind == "User":
        raise Problem.invalid("userId must be the id of a service identity")
    _kept(call.world.state, "scimCallers")[provider.id] = user.id
    return answer(_designation(name, user))


def _designation(name: str, user: User) -> dict[str, str]:
    return {"idpName": name, "userId": user.id, "username": user.name}


def _caller(call: Call) -> tuple[str, User]:
    """Return id of the identity provider the slot names, and the service identity that may push for it."""
    state, name = call.world.state, call.slots[0]
    provider = state.provider_named(name)
    id_ = None if provider is None else _kept(state, "scimCallers").get(provider.id)
    if provider is None or id_ is None:
        raise Problem.missing("SCIM user of identity provider", name)
    return provider.id, state.users[id_]


def _designated(call: Call) -> Answer:
    return answer(_designation(call.slots[0], _caller(call)[1]))


def _undesignate(call: Call) -> Answer:
    del _kept(call.world.state, "scimCallers")[_caller(call)[0]]
    return nothing(200)


# ----------------------------------------------------------------------------- what is no more


def forget_identity(state: State, id_: str) -> None:
    """Forget what is kept of a service identity that is no more."""
    _kept(state, "workloadAssignments").pop(id_, None)
    callers = _kept(state, "scimCallers")
    for provider in [provider for provider, user in callers.items() if user == id_]:
        del callers[provider]


def forget_caller(state: State, provider_id: str) -> None:
    """Forget who may push for an identity provider that is no more."""
    _kept(state, "scimCallers").pop(provider_id, None)


def forget_attribute(state: State, id_: str) -> None:
    """Forget what a token must say of an identity attribute that is no more."""
    for one in _kept(state, "workloadAssignments").values():
        one["mappingAttributes"] = [
            each for each in one["mappingAttributes"] if each["attrId"] != id_
        ]


ROUTES: Routes = {
    "workload/identity-providers": {"GET": _list, "POST": _create, "PUT": _replace},
    "workload/identity-providers/{}": {"GET": _get, "DELETE": _delete},
    "workload/users/{}/identity-provider": {"GET": _assigned, "POST": _assign, "DELETE": _unassign},
    "workload/scim-user/identity-provider": {"POST": _designate},
    "workload/scim-user/identity-provider/{}": {"GET": _designated, "DELETE": _undesignate},
}
