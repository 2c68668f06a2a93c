"""API tokens: `/api/token` (apidocs/get-all-api-tokens-in-the-system and siblings)."""

from __future__ import annotations

from britive_scim.testing.admin.problem import AdminHttpError
from britive_scim.testing.admin.request import (
    AdminRequest,
    Routes,
    get_string,
    make_empty_response,
    make_json_response,
)
from britive_scim.testing.admin.scim_tokens import (
    get_expiration_days,
    get_required_expiration_days,
)
from britive_scim.testing.http.credentials import TokenRecord, hash_secret
from britive_scim.testing.http.messages import TenantResponse

__all__ = ["ROUTES"]


def _list(request: AdminRequest) -> TenantResponse:
    now = request.context.now()
    return make_json_response(
        [token.to_wire(now) for token in request.context.state.api_tokens.values()]
    )


def _get(request: AdminRequest) -> TenantResponse:
    return make_json_response(_get_token(request).to_wire(request.context.now()))


def _create(request: AdminRequest) -> TenantResponse:
    fields = request.parse_object()
    token = request.context.create_api_token(
        get_string(fields, "name"), get_expiration_days(fields), request.caller
    )
    return make_json_response(token.to_wire(request.context.now(), with_secret=True))


def _replace(request: AdminRequest) -> TenantResponse:
    token = _get_token(request)
    fields = request.parse_object()
    name = get_string(fields, "name", required=True) or ""
    days = get_required_expiration_days(fields)
    token.name, token.validity_days = name, days
    return make_empty_response()


def _update(request: AdminRequest) -> TenantResponse:
    token = _get_token(request)
    token.validity_days = get_required_expiration_days(request.parse_object())
    return make_empty_response(200)


def _revoke(request: AdminRequest) -> TenantResponse:
    token = _get_token(request)
    if len(request.context.state.api_tokens) == 1:
        raise AdminHttpError(400, "AT-0003", "the last API token of this tenant cannot be revoked")
    del request.context.state.api_tokens[token.id]
    request.context.state.revoked_token_digests.add(hash_secret(token.secret))
    return TenantResponse(200, {"Content-Type": "text/plain"}, b"Successfully revoked token")


def _get_token(request: AdminRequest) -> TokenRecord:
    token = request.context.state.api_tokens.get(request.path_parameters[0])
    if token is None:
        raise AdminHttpError.not_found("API token", request.path_parameters[0])
    return token


ROUTES: Routes = {
    "token": {"GET": _list, "POST": _create},
    "token/{}": {"GET": _get, "PUT": _replace, "PATCH": _update, "DELETE": _revoke},
}
