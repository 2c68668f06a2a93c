"""Tokens of service identities: `/api/users/{id}/tokens` (docs/manageserviceidentities)."""

from __future__ import annotations

from britive_scim.testing.admin.problem import AdminHttpError
from britive_scim.testing.admin.request import AdminRequest, Routes, make_json_response
from britive_scim.testing.admin.scim_tokens import (
    get_expiration_days,
    get_required_expiration_days,
)
from britive_scim.testing.http.credentials import API_TOKEN_LENGTH, TokenRecord, generate_secret
from britive_scim.testing.http.messages import TenantResponse

__all__ = ["ROUTES"]


def _create(request: AdminRequest) -> TenantResponse:
    identity = request.get_service_identity()
    days = get_expiration_days(request.parse_object() if request.http_request.body else {})
    context = request.context
    identity.token = TokenRecord(
        id=context.id_generator.generate(),
        name=identity.id,
        secret=generate_secret(API_TOKEN_LENGTH),
        type="ServiceIdentity",
        validity_days=days,
        created=context.now(),
        assigned_to=identity.id,
        created_by=request.caller.id if request.caller else None,
    )
    context.redactor.add_token(identity.token.secret)
    return make_json_response(identity.token.to_wire(context.now(), with_secret=True))


def _get(request: AdminRequest) -> TenantResponse:
    return make_json_response(_get_token(request).to_wire(request.context.now()))


def _update(request: AdminRequest) -> TenantResponse:
    token = _get_token(request)
    token.validity_days = get_required_expiration_days(request.parse_object())
    return make_json_response(token.to_wire(request.context.now()))


def _get_token(request: AdminRequest) -> TokenRecord:
    token = request.get_service_identity().token
    if token is None:
        raise AdminHttpError.not_found("token of service identity", request.path_parameters[0])
    return token


ROUTES: Routes = {"users/{}/tokens": {"POST": _create, "GET": _get, "PATCH": _update}}
