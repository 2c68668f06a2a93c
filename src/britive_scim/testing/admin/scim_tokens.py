"""The SCIM token of an identity provider: `/api/identity-providers/{id}/scim-token`."""

from __future__ import annotations

from typing import Any

from britive_scim.testing.admin.problem import AdminHttpError
from britive_scim.testing.admin.request import (
    AdminRequest,
    Routes,
    make_empty_response,
    make_json_response,
)
from britive_scim.testing.http.credentials import TokenRecord
from britive_scim.testing.http.messages import TenantResponse

__all__ = ["ROUTES", "get_expiration_days", "get_required_expiration_days"]

DEFAULT_EXPIRATION_DAYS = 90


def get_expiration_days(fields: dict[str, Any]) -> int:
    """Return `tokenExpirationDays` of a body: 1 to 90, default 90.

    Raises:
        AdminHttpError: it is anything else.
    """
    days = fields.get("tokenExpirationDays", DEFAULT_EXPIRATION_DAYS)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 90:
        raise AdminHttpError.invalid("tokenExpirationDays must be a whole number from 1 to 90")
    return days


def get_required_expiration_days(fields: dict[str, Any]) -> int:
    """Return `tokenExpirationDays` of a body: 1 to 90.

    Raises:
        AdminHttpError: it is absent or anything else.
    """
    if "tokenExpirationDays" not in fields:
        raise AdminHttpError.invalid("tokenExpirationDays is required")
    return get_expiration_days(fields)


def _create(request: AdminRequest) -> TenantResponse:
    provider = request.get_provider()
    days = get_expiration_days(request.parse_object() if request.http_request.body else {})
    if provider.is_default:
        raise AdminHttpError.invalid("the default identity provider has no SCIM token")
    token = request.context.create_scim_token(provider, days)
    return make_json_response(token.to_wire(request.context.now(), with_secret=True), 201)


def _get(request: AdminRequest) -> TenantResponse:
    return make_json_response(_get_token(request).to_wire(request.context.now()))


def _update(request: AdminRequest) -> TenantResponse:
    token = _get_token(request)
    token.validity_days = get_required_expiration_days(request.parse_object())
    return make_empty_response()


def _get_token(request: AdminRequest) -> TokenRecord:
    token = request.get_provider().token
    if token is None:
        raise AdminHttpError.not_found(
            "SCIM token of identity provider", request.path_parameters[0]
        )
    return token


ROUTES: Routes = {
    "identity-providers/{}/scim-token": {"POST": _create, "GET": _get, "PATCH": _update},
}
