"""Discovery endpoints: ServiceProviderConfig, ResourceTypes, Schemas (RFC 7644 §4)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from britive_scim import scim
from britive_scim.scim.names import (
    CUSTOM_USER,
    ENTERPRISE_USER,
    GROUP,
    LIST_RESPONSE,
    RESOURCE_TYPE,
    SCHEMA,
    SERVICE_PROVIDER_CONFIG,
    USER,
    fold,
)
from britive_scim.testing.http.messages import TenantRequest, TenantResponse
from britive_scim.testing.scim.paging import CURSOR_TIMEOUT
from britive_scim.testing.scim.problem import ScimHttpError, make_scim_response
from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import IdentityAttributeRecord, ProviderRecord

__all__ = ["ENDPOINTS", "get_service_provider_config", "handle_discovery_request"]

ENDPOINTS = frozenset({"ServiceProviderConfig", "ResourceTypes", "Schemas"})

_SCIM_TYPES = {"String": "string", "Number": "decimal", "Boolean": "boolean", "Date": "dateTime"}
"""Data type of an identity attribute -> type of the SCIM attribute mapped to it."""


def get_service_provider_config(
    context: TenantContext, request: TenantRequest, path: tuple[str, ...]
) -> TenantResponse:
    """Return the ServiceProviderConfig response; it needs no token (RFC 7643 §5)."""
    _check_request(request)
    if len(path) > 1:
        raise ScimHttpError(404, "path not found")
    capabilities = context.capabilities
    return make_scim_response(
        {
            "schemas": [SERVICE_PROVIDER_CONFIG],
            "patch": {"supported": capabilities.patch},
            "bulk": {
                "supported": capabilities.bulk,
                "maxOperations": capabilities.max_operations if capabilities.bulk else 0,
                "maxPayloadSize": capabilities.max_bulk_body if capabilities.bulk else 0,
            },
            "filter": {
                "supported": capabilities.filters != "refused",
                "maxResults": capabilities.max_page_size,
            },
            "changePassword": {"supported": True},
            "sort": {"supported": capabilities.sort},
            "etag": {"supported": capabilities.etag},
            "pagination": {
                "cursor": capabilities.cursor,
                "index": True,
                "defaultPaginationMethod": "index",
                "defaultPageSize": capabilities.page_size,
                "maxPageSize": capabilities.max_page_size,
                "cursorTimeout": CURSOR_TIMEOUT,
            },
            "authenticationSchemes": [
                {
                    "type": "oauthbearertoken",
                    "name": "SCIM token",
                    "description": "The SCIM token of an identity provider, sent as a bearer token",
                    "specUri": "https://www.rfc-editor.org/info/rfc6750",
                    "primary": True,
                }
            ],
            "meta": {
                "resourceType": "ServiceProviderConfig",
                "location": f"{context.scim_url}/ServiceProviderConfig",
            },
        }
    )


def handle_discovery_request(
    context: TenantContext, provider: ProviderRecord, request: TenantRequest, path: tuple[str, ...]
) -> TenantResponse:
    """Return the response of a discovery endpoint."""
    if path[0] == "ServiceProviderConfig":
        return get_service_provider_config(context, request, path)
    _check_request(request)
    if path[0] == "Schemas":
        return _make_discovery_response(_build_schemas(context, provider), "id", path)
    return _make_discovery_response(_build_resource_types(context, provider), "name", path)


def _check_request(request: TenantRequest) -> None:
    if request.method != "GET":
        raise ScimHttpError(405, f"{request.method} is not allowed here", headers={"Allow": "GET"})
    if request.get_parameter("filter") is not None:
        raise ScimHttpError(403, "filter is not supported here (RFC 7644 §4)")


def _make_discovery_response(
    documents: list[dict[str, Any]], id_attribute: str, path: tuple[str, ...]
) -> TenantResponse:
    """Return all documents as a ListResponse, or the one identified by the second path segment."""
    if len(path) == 1:
        return make_scim_response(
            {
                "schemas": [LIST_RESPONSE],
                "totalResults": len(documents),
                "startIndex": 1,
                "itemsPerPage": len(documents),
                "Resources": documents,
            }
        )
    for document in documents:
        if len(path) == 2 and fold(document[id_attribute]) == fold(path[1]):
            return make_scim_response(document)
    raise ScimHttpError.not_found("/".join(path[1:]))


def _build_resource_types(context: TenantContext, provider: ProviderRecord) -> list[dict[str, Any]]:
    custom_extensions = (CUSTOM_USER,) if attribute_mapping.list_custom_attributes(provider) else ()
    return [
        {
            "schemas": [RESOURCE_TYPE],
            "id": name,
            "name": name,
            "description": description,
            "endpoint": f"/{name}s",
            "schema": schema,
            "schemaExtensions": [{"schema": urn, "required": False} for urn in extensions],
            "meta": {
                "resourceType": "ResourceType",
                "location": f"{context.scim_url}/ResourceTypes/{name}",
            },
        }
        for name, description, schema, extensions in (
            (
                "User",
                "A user; Britive shows it as an external user",
                USER,
                (ENTERPRISE_USER, *custom_extensions),
            ),
            ("Group", "A group; Britive shows it as an external tag", GROUP, ()),
        )
    ]


def _build_schemas(context: TenantContext, provider: ProviderRecord) -> list[dict[str, Any]]:
    documents = [dict(document) for document in _build_base_schemas()]
    if context.capabilities.mandatory_attributes:
        _mark_required(documents[0], attribute_mapping.list_mandatory_paths(provider))
    custom_attributes = attribute_mapping.list_custom_attributes(provider)
    if custom_attributes:
        documents.append(_build_custom_schema(custom_attributes))
    for document in documents:
        document["schemas"] = [SCHEMA]
        document["meta"] = {
            "resourceType": "Schema",
            "location": f"{context.scim_url}/Schemas/{document['id']}",
        }
    return documents


@lru_cache(maxsize=1)
def _build_base_schemas() -> tuple[dict[str, Any], ...]:
    classes = (scim.User, scim.Group, scim.EnterpriseUser)
    return tuple(scim.schema_of(cls).to_wire() for cls in classes)


def _mark_required(document: dict[str, Any], paths: set[tuple[str, str]]) -> None:
    """Mark the attributes that Britive requires in addition to the RFC."""
    sub_names_by_attribute: dict[str, set[str]] = {}
    for name, sub_name in paths:
        sub_names_by_attribute.setdefault(name, set()).add(sub_name)
    document["attributes"] = [
        _set_required(attribute, sub_names_by_attribute[attribute["name"]])
        if attribute["name"] in sub_names_by_attribute
        else attribute
        for attribute in document["attributes"]
    ]


def _set_required(attribute: dict[str, Any], sub_names: set[str]) -> dict[str, Any]:
    required = {**attribute, "required": True}
    if "subAttributes" in attribute:
        required["subAttributes"] = [
            {**sub, "required": True} if sub["name"] in sub_names else sub
            for sub in attribute["subAttributes"]
        ]
    return required


def _build_custom_schema(
    attributes: list[tuple[str, IdentityAttributeRecord]],
) -> dict[str, Any]:
    """Return the schema of the custom extension: the custom attributes mapped from it."""
    return {
        "id": CUSTOM_USER,
        "name": "CustomUser",
        "description": "Custom identity attributes of the tenant",
        "attributes": [
            {
                "name": name,
                "type": _SCIM_TYPES[attribute.data_type],
                "multiValued": attribute.multi_valued,
                "description": attribute.description,
                "required": False,
                "caseExact": False,
                "mutability": "readWrite",
                "returned": "default",
                "uniqueness": "none",
            }
            for name, attribute in attributes
        ],
    }
