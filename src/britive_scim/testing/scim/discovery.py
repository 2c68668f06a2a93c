"""What the SCIM service says about itself (RFC 7644 §4)."""

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
from britive_scim.testing.http.messages import Answer, Request
from britive_scim.testing.scim.paging import CURSOR_TIMEOUT
from britive_scim.testing.scim.problem import Problem, answer
from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.context import World
from britive_scim.testing.state.state import IdentityAttribute, Provider

__all__ = ["ENDPOINTS", "answer_to", "configuration"]

ENDPOINTS = frozenset({"ServiceProviderConfig", "ResourceTypes", "Schemas"})

_TYPES = {"String": "string", "Number": "decimal", "Boolean": "boolean", "Date": "dateTime"}
"""Data types of identity attributes, and those of the SCIM attributes that fill them."""


def configuration(world: World, request: Request, path: tuple[str, ...]) -> Answer:
    """Return the answer about what the service offers; nobody needs a token to ask."""
    _check(request)
    if len(path) > 1:
        raise Problem(404, "there is nothing at this path")
    can = world.capabilities
    return answer(
        {
            "schemas": [SERVICE_PROVIDER_CONFIG],
            "patch": {"supported": can.patch},
            "bulk": {
                "supported": can.bulk,
                "maxOperations": can.max_operations if can.bulk else 0,
                "maxPayloadSize": can.max_bulk_body if can.bulk else 0,
            },
            "filter": {"supported": True, "maxResults": can.max_page_size},
            "changePassword": {"supported": True},
            "sort": {"supported": can.sort},
            "etag": {"supported": can.etag},
            "pagination": {
                "cursor": can.cursor,
                "index": True,
                "defaultPaginationMethod": "index",
                "defaultPageSize": can.page_size,
                "maxPageSize": can.max_page_size,
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
                "location": f"{world.scim_url}/ServiceProviderConfig",
            },
        }
    )


def answer_to(world: World, provider: Provider, request: Request, path: tuple[str, ...]) -> Answer:
    """Return the answer to a request to one of the discovery endpoints."""
    if path[0] == "ServiceProviderConfig":
        return configuration(world, request, path)
    _check(request)
    if path[0] == "Schemas":
        return _listed(_schemas(world, provider), "id", path)
    return _listed(_resource_types(world, provider), "name", path)


def _check(request: Request) -> None:
    if request.method != "GET":
        raise Problem(405, f"{request.method} is not allowed here", headers={"Allow": "GET"})
    if request.parameter("filter") is not None:
        raise Problem(403, "a filter cannot be applied here (RFC 7644 §4)")


def _listed(documents: list[dict[str, Any]], key: str, path: tuple[str, ...]) -> Answer:
    """Return all documents as a list, or the one a second segment names."""
    if len(path) == 1:
        return answer(
            {
                "schemas": [LIST_RESPONSE],
                "totalResults": len(documents),
                "startIndex": 1,
                "itemsPerPage": len(documents),
                "Resources": documents,
            }
        )
    for document in documents:
        if len(path) == 2 and fold(document[key]) == fold(path[1]):
            return answer(document)
    raise Problem.missing("/".join(path[1:]))


def _resource_types(world: World, provider: Provider) -> list[dict[str, Any]]:
    custom = (CUSTOM_USER,) if attribute_mapping.custom_names(provider) else ()
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
                "location": f"{world.scim_url}/ResourceTypes/{name}",
            },
        }
        for name, description, schema, extensions in (
            (
                "User",
                "A user; Britive shows it as an external user",
                USER,
                (ENTERPRISE_USER, *custom),
            ),
            ("Group", "A group; Britive shows it as an external tag", GROUP, ()),
        )
    ]


def _schemas(world: World, provider: Provider) -> list[dict[str, Any]]:
    documents = [dict(document) for document in _published()]
    if world.capabilities.mandatory_attributes:
        _mark_required(documents[0], attribute_mapping.mandatory_names(provider))
    custom = attribute_mapping.custom_names(provider)
    if custom:
        documents.append(_custom_schema(custom))
    for document in documents:
        document["schemas"] = [SCHEMA]
        document["meta"] = {
            "resourceType": "Schema",
            "location": f"{world.scim_url}/Schemas/{document['id']}",
        }
    return documents


@lru_cache(maxsize=1)
def _published() -> tuple[dict[str, Any], ...]:
    classes = (scim.User, scim.Group, scim.EnterpriseUser)
    return tuple(scim.schema_of(cls).to_wire() for cls in classes)


def _mark_required(document: dict[str, Any], names: set[tuple[str, str]]) -> None:
    """Mark as required what Britive wants of every new user, besides what the RFC requires."""
    subs_by_name: dict[str, set[str]] = {}
    for name, sub in names:
        subs_by_name.setdefault(name, set()).add(sub)
    document["attributes"] = [
        _required(attribute, subs_by_name[attribute["name"]])
        if attribute["name"] in subs_by_name
        else attribute
        for attribute in document["attributes"]
    ]


def _required(attribute: dict[str, Any], subs: set[str]) -> dict[str, Any]:
    marked = {**attribute, "required": True}
    if "subAttributes" in attribute:
        marked["subAttributes"] = [
            {**sub, "required": True} if sub["name"] in subs else sub
            for sub in attribute["subAttributes"]
        ]
    return marked


def _custom_schema(names: list[tuple[str, IdentityAttribute]]) -> dict[str, Any]:
    """Return the schema of the custom extension: the custom attributes that are mapped from it."""
    return {
        "id": CUSTOM_USER,
        "name": "CustomUser",
        "description": "Custom identity attributes of the tenant",
        "attributes": [
            {
                "name": name,
                "type": _TYPES[attribute.data_type],
                "multiValued": attribute.multi_valued,
                "description": attribute.description,
                "required": False,
                "caseExact": False,
                "mutability": "readWrite",
                "returned": "default",
                "uniqueness": "none",
            }
            for name, attribute in names
        ],
    }
