"""The state of a tenant as one JSON document, and back."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from britive_scim.testing.http.credentials import TokenRecord
from britive_scim.testing.state.audit_event import AuditEntry
from britive_scim.testing.state.state import (
    IdentityAttributeRecord,
    MappingRecord,
    ProviderRecord,
    State,
    TagRecord,
    UserRecord,
)

__all__ = ["FORMAT", "Snapshot", "collect_ids", "from_document", "list_resources", "to_document"]

FORMAT = 1
"""Version of the document."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a tenant at one moment."""

    document: dict[str, Any] = field(repr=False)


def list_resources(directory: Any, name: str) -> list[Any]:
    """Return what a directory has under a name, as a list; nothing where a mapping has no such key.

    Raises:
        ValueError: it is no directory.
    """
    if isinstance(directory, Mapping):
        found: Any = cast("Mapping[str, Any]", directory).get(name, ())
    elif hasattr(directory, name):
        found = getattr(directory, name)
    else:
        raise ValueError(
            f"a directory has users and groups, as attributes or keys; {type(directory).__name__} has no {name}"
        )
    if isinstance(found, Mapping):
        return list(cast("Mapping[object, object]", found).values())
    kind = type(found).__name__
    if isinstance(found, (str, bytes)) or not hasattr(found, "__iter__"):
        raise ValueError(f"the {name} of a directory are several resources, not {kind}")
    return list(found)


def to_document(state: State) -> dict[str, Any]:
    """Return everything a tenant knows as JSON data.

    Resources are shared with the state, not copied: neither side ever changes one in place.
    """
    return {
        "format": FORMAT,
        "attributes": [
            {
                "id": one.id,
                "name": one.name,
                "description": one.description,
                "dataType": one.data_type,
                "multiValued": one.multi_valued,
                "builtIn": one.built_in,
                "identityTypes": list(one.identity_types),
            }
            for one in state.attributes.values()
        ],
        "providers": [
            {
                "id": one.id,
                "name": one.name,
                "description": one.description,
                "type": one.type,
                "scimProvider": one.scim_provider,
                "ssoProvider": one.sso_provider,
                "mfa": [one.mfa, one.mfa_root],
                "mappings": [[each.attribute.id, each.scim_name] for each in one.mappings],
                "token": None if one.token is None else _token_to_document(one.token),
            }
            for one in state.providers.values()
        ],
        "users": [
            {
                **_record_to_document(one),
                "custom": [[attribute.id, value] for attribute, value in one.custom_attributes],
                "roles": list(one.roles),
                "kind": one.identity_type,
                "description": one.description,
                "token": None if one.token is None else _token_to_document(one.token),
                "factors": dict(one.mfa_factors),
            }
            for one in state.users.values()
        ],
        "tags": [
            {
                **_record_to_document(one),
                "members": list(one.members.values()),
                "description": one.description,
                "active": one.active,
                "requestable": one.requestable,
                "rules": list(one.rules),
                "owners": list(one.owners),
                "requested": list(one.requested_member_ids),
                "attributes": [dict(each) for each in one.attributes],
            }
            for one in state.tags.values()
        ],
        "apiTokens": [_token_to_document(one) for one in state.api_tokens.values()],
        "revoked": sorted(state.revoked_token_digests),
        "settings": copy.deepcopy(state.settings),
        "events": [one.to_document() for one in state.audit_entries],
        "lastEvent": state.last_audit_number,
    }


def from_document(document: dict[str, Any]) -> State:
    """Return the state a document tells.

    Raises:
        ValueError: the document is of another format.
        KeyError, TypeError: it is damaged.
    """
    if document.get("format") != FORMAT:
        raise ValueError(
            f"this is no tenant of format {FORMAT}: format is {document.get('format')!r}"
        )
    state = State()
    for one in document["attributes"]:
        state.attributes[one["id"]] = IdentityAttributeRecord(
            one["id"],
            one["name"],
            one["description"],
            one["dataType"],
            one["multiValued"],
            one["builtIn"],
            list(one["identityTypes"]),
        )
    for one in document["providers"]:
        provider = ProviderRecord(
            one["id"],
            one["name"],
            one["description"],
            one["type"],
            one["scimProvider"],
            one["ssoProvider"],
            *one["mfa"],
        )
        provider.mappings = [
            MappingRecord(state.attributes[id_], name) for id_, name in one["mappings"]
        ]
        provider.token = None if one["token"] is None else _token_from_document(one["token"])
        state.providers[provider.id] = provider
    for one in document["users"]:
        user = UserRecord(**_parse_record_fields(state, one))
        user.custom_attributes = [(state.attributes[id_], value) for id_, value in one["custom"]]
        user.roles = list(one["roles"])
        user.identity_type, user.description = one["kind"], one["description"]
        user.token = None if one["token"] is None else _token_from_document(one["token"])
        user.mfa_factors = dict(one["factors"])
        state.add_user(user)
    for one in document["tags"]:
        tag = TagRecord(
            **_parse_record_fields(state, one), description=one["description"], active=one["active"]
        )
        tag.requestable = one["requestable"]
        tag.rules = list(one["rules"])
        tag.requested_member_ids = dict.fromkeys(one["requested"])
        tag.attributes = [dict(each) for each in one["attributes"]]
        state.add_tag(tag, one["members"])
    for one in document["tags"]:  # an owner may be a tag further down
        owners = [state.users.get(id_) or state.tags[id_] for id_ in one["owners"]]
        state.set_owners(state.tags[one["id"]], owners)
    for one in document["apiTokens"]:
        state.api_tokens[one["id"]] = _token_from_document(one)
    state.revoked_token_digests = set(document["revoked"])
    state.settings = copy.deepcopy(document["settings"])
    state.audit_entries.extend(map(AuditEntry.from_document, document["events"]))
    state.last_audit_number = document["lastEvent"]
    return state


def collect_ids(document: dict[str, Any]) -> set[str]:
    """Return every id that a document gives away."""
    shelves = ("attributes", "providers", "users", "tags", "apiTokens")
    ids = {one["id"] for shelf in shelves for one in document[shelf]}
    owners = (one for shelf in ("providers", "users") for one in document[shelf])
    return ids | {one["token"]["id"] for one in owners if one["token"] is not None}


def _record_to_document(record: UserRecord | TagRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "provider": record.provider.id,
        "created": record.created.isoformat(),
        "modified": record.modified.isoformat(),
        "version": record.version,
        "scim": record.is_scim_managed,
        "resource": record.resource,
    }


def _parse_record_fields(state: State, document: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": document["id"],
        "provider": state.providers[document["provider"]],
        "created": datetime.fromisoformat(document["created"]),
        "modified": datetime.fromisoformat(document["modified"]),
        "version": document["version"],
        "is_scim_managed": document["scim"],
        "resource": document["resource"],
    }


def _token_to_document(token: TokenRecord) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "secret": token.secret,
        "kind": token.type,
        "days": token.validity_days,
        "created": token.created.isoformat(),
        "assignedTo": token.assigned_to,
        "createdBy": token.created_by,
        "lastUsed": token.last_used.isoformat() if token.last_used else None,
    }


def _token_from_document(document: dict[str, Any]) -> TokenRecord:
    used = document["lastUsed"]
    return TokenRecord(
        document["id"],
        document["name"],
        document["secret"],
        document["kind"],
        document["days"],
        datetime.fromisoformat(document["created"]),
        document["assignedTo"],
        document["createdBy"],
        datetime.fromisoformat(used) if used else None,
    )
