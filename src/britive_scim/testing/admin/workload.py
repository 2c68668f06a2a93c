"""Workload federation: `/api/workload` (OpenAPI `getIdentityProviders` and siblings).

Providers and assignments are managed here; `testing.http.workload_tokens` issues and verifies the tokens.
"""

from __future__ import annotations

from typing import Any, cast

from britive_scim.testing.admin.listing import filter_entries, paginate
from britive_scim.testing.admin.problem import DUPLICATE, AdminHttpError
from britive_scim.testing.admin.request import (
    AdminRequest,
    Routes,
    get_string,
    get_strings,
    make_empty_response,
    make_json_response,
    require_objects,
)
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.state.state import State, UserRecord

__all__ = [
    "ROUTES",
    "remove_attribute_references",
    "remove_identity_references",
    "remove_provider_references",
]

_REQUIRED_FIELDS: dict[str, tuple[str, ...]] = {
    "AWS": (),
    "OIDC": ("issuerUrl",),
    "SPIFFE": ("trustDomain", "bundleEndpoint", "bundleProfile"),
}
"""Type of provider -> its required strings besides the name."""

_STRING_FIELDS = ("description", "issuerUrl", "trustDomain", "bundleEndpoint", "bundleProfile")
_INTEGER_FIELDS = ("validationWindow", "maxDuration")
_BUNDLE_PROFILES = ("https_web", "https_spiffe")


def _get_stored(state: State, name: str) -> dict[str, Any]:
    """Return the mapping stored under a name in the settings of the tenant."""
    return cast("dict[str, Any]", state.settings.setdefault(name, {}))


def _get_providers(request: AdminRequest) -> dict[str, dict[str, Any]]:
    return _get_stored(request.context.state, "workloadProviders")


def _get_provider(request: AdminRequest, id_: object) -> dict[str, Any]:
    provider = _get_providers(request).get(str(id_))
    if provider is None:
        raise AdminHttpError.not_found("workload identity provider", str(id_))
    return provider


def _list(request: AdminRequest) -> TenantResponse:
    type_ = request.get_parameter("type")
    name_prefix = (request.get_parameter("name") or "").casefold()
    matches = [
        provider
        for provider in _get_providers(request).values()
        if type_ in (None, "", provider["idpType"])
        and provider["name"].casefold().startswith(name_prefix)
    ]
    page = paginate(request, filter_entries(request, matches, dict, {"name": "name"}), dict)
    return make_json_response(page["data"])


def _get(request: AdminRequest) -> TenantResponse:
    return make_json_response(_get_provider(request, request.path_parameters[0]))


def _create(request: AdminRequest) -> TenantResponse:
    fields = _validate_provider(request, request.parse_object(), None)
    settings = request.context.state.settings
    number = settings["workloadNumber"] = settings.get("workloadNumber", 0) + 1
    _get_providers(request)[str(number)] = {"id": number, **fields}
    return make_json_response(_get_providers(request)[str(number)])


def _replace(request: AdminRequest) -> TenantResponse:
    fields = request.parse_object()
    id_ = _get_provider(request, fields.get("id"))["id"]
    provider = {"id": id_, **_validate_provider(request, fields, id_)}
    _get_providers(request)[str(id_)] = provider
    return make_json_response(provider)


def _delete(request: AdminRequest) -> TenantResponse:
    provider = _get_provider(request, request.path_parameters[0])
    del _get_providers(request)[str(provider["id"])]
    assignments = _get_stored(request.context.state, "workloadAssignments")
    for user_id in [id_ for id_, item in assignments.items() if item["idp"] == provider["id"]]:
        del assignments[user_id]
    return make_empty_response(200)


def _validate_provider(
    request: AdminRequest, fields: dict[str, Any], current_id: int | None
) -> dict[str, Any]:
    """Return the known fields of a provider.

    Raises:
        AdminHttpError: a field is missing or invalid, the name is in use, or a provider of type AWS exists.
    """
    name = get_string(fields, "name", required=True)
    type_ = get_string(fields, "idpType")
    if type_ not in _REQUIRED_FIELDS:
        raise AdminHttpError.invalid(f"idpType must be one of {', '.join(_REQUIRED_FIELDS)}")
    provider: dict[str, Any] = {"name": name, "idpType": type_}
    for field in _STRING_FIELDS:
        value = get_string(fields, field, required=field in _REQUIRED_FIELDS[type_])
        if value is not None:
            provider[field] = value
    for field in _INTEGER_FIELDS:
        if fields.get(field) is not None:
            provider[field] = _get_integer(fields, field)
    if fields.get("allowedAudiences") is not None:
        provider["allowedAudiences"] = get_strings(fields, "allowedAudiences")
    if provider.get("bundleProfile", "https_web") not in _BUNDLE_PROFILES:
        raise AdminHttpError.invalid(f"bundleProfile must be one of {', '.join(_BUNDLE_PROFILES)}")
    provider["attributesMap"] = [
        {key: get_string(item, key, required=True) for key in ("idpAttr", "userAttr")}
        for item in require_objects(fields.get("attributesMap") or [])
    ]
    others = [other for other in _get_providers(request).values() if other["id"] != current_id]
    if any(other["name"] == name for other in others):
        raise AdminHttpError(400, DUPLICATE, f"a workload identity provider named {name!r} exists")
    if type_ == "AWS" and any(other["idpType"] == "AWS" for other in others):
        raise AdminHttpError.invalid("a workload identity provider of type AWS exists")
    return provider


def _get_integer(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise AdminHttpError.invalid(f"{name} must be a whole number, 0 or more")
    return value


# ----------------------------------------------------------------------------- assignments


def _get_assignment(request: AdminRequest) -> TenantResponse:
    user = request.get_service_identity()
    assignment = _get_stored(request.context.state, "workloadAssignments").get(user.id)
    if assignment is None:
        raise AdminHttpError.not_found("workload identity provider of service identity", user.id)
    return make_json_response({**assignment, "idp": _get_provider(request, assignment["idp"])})


def _assign(request: AdminRequest) -> TenantResponse:
    user = request.get_service_identity()
    fields = request.parse_object()
    for name in ("idpId", "tokenDuration", "mappingAttributes"):
        if fields.get(name) is None:
            raise AdminHttpError.invalid(f"{name} is required")
    _get_stored(request.context.state, "workloadAssignments")[user.id] = {
        "idp": _get_provider(request, _get_integer(fields, "idpId"))["id"],
        "tokenDuration": _get_integer(fields, "tokenDuration"),
        "mappingAttributes": [
            _parse_mapping_attribute(request, item)
            for item in require_objects(fields["mappingAttributes"])
        ],
    }
    return _get_assignment(request)


def _parse_mapping_attribute(request: AdminRequest, fields: dict[str, Any]) -> dict[str, Any]:
    id_ = get_string(fields, "attrId", required=True)
    if id_ not in request.context.state.attributes:
        raise AdminHttpError.invalid("attrId must be the id of an identity attribute")
    return {"attrId": id_, "values": get_strings(fields, "values")}


def _remove_assignment(request: AdminRequest) -> TenantResponse:
    user = request.get_service_identity()
    if _get_stored(request.context.state, "workloadAssignments").pop(user.id, None) is None:
        raise AdminHttpError.not_found("workload identity provider of service identity", user.id)
    return make_empty_response(200)


# ----------------------------------------------------------------------------- SCIM users


def _designate(request: AdminRequest) -> TenantResponse:
    fields = request.parse_object()
    name = get_string(fields, "idpName", required=True) or ""
    provider = request.context.state.find_provider_by_name(name)
    user = request.context.state.users.get(get_string(fields, "userId", required=True) or "")
    if provider is None:
        raise AdminHttpError.not_found("identity provider", name)
    if provider.is_default:
        raise AdminHttpError.invalid("idpName must not be the default identity provider")
    if user is None or user.identity_type == "User":
        raise AdminHttpError.invalid("userId must be the id of a service identity")
    _get_stored(request.context.state, "scimCallers")[provider.id] = user.id
    return make_json_response(_serialize_designation(name, user))


def _serialize_designation(name: str, user: UserRecord) -> dict[str, str]:
    return {"idpName": name, "userId": user.id, "username": user.name}


def _get_scim_user(request: AdminRequest) -> tuple[str, UserRecord]:
    """Return the id of the addressed identity provider, and its designated service identity."""
    state, name = request.context.state, request.path_parameters[0]
    provider = state.find_provider_by_name(name)
    id_ = None if provider is None else _get_stored(state, "scimCallers").get(provider.id)
    if provider is None or id_ is None:
        raise AdminHttpError.not_found("SCIM user of identity provider", name)
    return provider.id, state.users[id_]


def _get_designation(request: AdminRequest) -> TenantResponse:
    return make_json_response(
        _serialize_designation(request.path_parameters[0], _get_scim_user(request)[1])
    )


def _delete_designation(request: AdminRequest) -> TenantResponse:
    del _get_stored(request.context.state, "scimCallers")[_get_scim_user(request)[0]]
    return make_empty_response(200)


# ----------------------------------------------------------------------------- references


def remove_identity_references(state: State, id_: str) -> None:
    """Remove the assignment and designations of a deleted service identity."""
    _get_stored(state, "workloadAssignments").pop(id_, None)
    callers = _get_stored(state, "scimCallers")
    for provider in [provider for provider, user in callers.items() if user == id_]:
        del callers[provider]


def remove_provider_references(state: State, provider_id: str) -> None:
    """Remove the designation of a deleted identity provider."""
    _get_stored(state, "scimCallers").pop(provider_id, None)


def remove_attribute_references(state: State, id_: str) -> None:
    """Remove a deleted identity attribute from the conditions of assignments."""
    for assignment in _get_stored(state, "workloadAssignments").values():
        assignment["mappingAttributes"] = [
            item for item in assignment["mappingAttributes"] if item["attrId"] != id_
        ]


ROUTES: Routes = {
    "workload/identity-providers": {"GET": _list, "POST": _create, "PUT": _replace},
    "workload/identity-providers/{}": {"GET": _get, "DELETE": _delete},
    "workload/users/{}/identity-provider": {
        "GET": _get_assignment,
        "POST": _assign,
        "DELETE": _remove_assignment,
    },
    "workload/scim-user/identity-provider": {"POST": _designate},
    "workload/scim-user/identity-provider/{}": {
        "GET": _get_designation,
        "DELETE": _delete_designation,
    },
}
