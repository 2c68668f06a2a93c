"""Tenant information: banner, features, types of identity providers and attributes."""

from __future__ import annotations

from britive_scim.testing.admin.request import (
    AdminRequest,
    Routes,
    make_empty_response,
    make_json_response,
)
from britive_scim.testing.http.messages import TenantResponse
from britive_scim.testing.state.defaults import DATA_TYPES, PROVIDER_TYPES

__all__ = ["ROUTES"]


def _get_banner(request: AdminRequest) -> TenantResponse:
    banner = request.context.state.settings.get("banner")
    return make_empty_response(200) if banner is None else make_json_response(banner)


def _list_features(request: AdminRequest) -> TenantResponse:
    return make_json_response(request.context.state.settings.get("features", []))


def _list_provider_types(_: AdminRequest) -> TenantResponse:
    return make_json_response({name: name for name in PROVIDER_TYPES})


def _list_data_types(_: AdminRequest) -> TenantResponse:
    return make_json_response({name: name for name in DATA_TYPES})


ROUTES: Routes = {
    "banner": {"GET": _get_banner},
    "features": {"GET": _list_features},
    "identity-providers/types": {"GET": _list_provider_types},
    "users/attributes/data-types": {"GET": _list_data_types},
}
