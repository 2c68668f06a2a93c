"""Serialization of the state of a tenant: a JSON document, and a file."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from britive_scim._private_file import check_path, resolve_output_path, write_private_file
from britive_scim.errors import InputError
from britive_scim.testing.http.credentials import TokenRecord
from britive_scim.testing.state.audit_event import AuditEntry
from britive_scim.testing.state.document_types import find_type_error
from britive_scim.testing.state.state import (
    IdentityAttributeRecord,
    MappingRecord,
    ProviderRecord,
    State,
    TagRecord,
    UserRecord,
)

__all__ = [
    "FORMAT",
    "Snapshot",
    "collect_ids",
    "from_document",
    "list_resources",
    "read_file",
    "to_document",
    "write_file",
]

FORMAT = 1
"""Version of the document format."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a tenant at one time."""

    document: dict[str, Any] = field(repr=False)


def list_resources(directory: Any, name: str) -> list[Any]:
    """Return the resources of a directory under `name` as a list; empty if a mapping has no such key.

    Raises:
        ValueError: `directory` is not a directory.
    """
    if isinstance(directory, Mapping):
        resources: Any = cast("Mapping[str, Any]", directory).get(name, ())
    elif hasattr(directory, name):
        resources = getattr(directory, name)
    else:
        raise ValueError(
            f"directory must have users and groups as attributes or keys, got {type(directory).__name__} without {name}"
        )
    if isinstance(resources, Mapping):
        return list(cast("Mapping[object, object]", resources).values())
    if isinstance(resources, (str, bytes)) or not hasattr(resources, "__iter__"):
        raise ValueError(
            f"the {name} of a directory must be several resources, got {type(resources).__name__}"
        )
    return list(resources)


def to_document(state: State) -> dict[str, Any]:
    """Return the state as JSON data.

    Resources are shared with the state, not copied, because neither side changes one in place.
    """
    return {
        "apiToken": state.default_api_token_id,
        "format": FORMAT,
        "attributes": [
            {
                "id": attribute.id,
                "name": attribute.name,
                "description": attribute.description,
                "dataType": attribute.data_type,
                "multiValued": attribute.multi_valued,
                "builtIn": attribute.built_in,
                "identityTypes": list(attribute.identity_types),
            }
            for attribute in state.attributes.values()
        ],
        "providers": [
            {
                "id": provider.id,
                "name": provider.name,
                "description": provider.description,
                "type": provider.type,
                "scimProvider": provider.scim_provider,
                "ssoProvider": provider.sso_provider,
                "mfa": [provider.mfa, provider.mfa_root],
                "mappings": [
                    [mapping.attribute.id, mapping.scim_name] for mapping in provider.mappings
                ],
                "token": None if provider.token is None else _token_to_document(provider.token),
            }
            for provider in state.providers.values()
        ],
        "users": [
            {
                **_record_to_document(user),
                "custom": [[attribute.id, value] for attribute, value in user.custom_attributes],
                "roles": list(user.roles),
                "kind": user.identity_type,
                "description": user.description,
                "token": None if user.token is None else _token_to_document(user.token),
                "factors": dict(user.mfa_factors),
                "lastLogin": user.last_login.isoformat() if user.last_login else None,
            }
            for user in state.users.values()
        ],
        "tags": [
            {
                **_record_to_document(tag),
                "members": list(tag.members.values()),
                "description": tag.description,
                "active": tag.active,
                "requestable": tag.requestable,
                "rules": list(tag.rules),
                "owners": list(tag.owners),
                "requested": list(tag.requested_member_ids),
                "attributes": [dict(attribute) for attribute in tag.attributes],
            }
            for tag in state.tags.values()
        ],
        "apiTokens": [_token_to_document(token) for token in state.api_tokens.values()],
        "revoked": sorted(state.revoked_token_digests),
        "settings": copy.deepcopy(state.settings),
        "events": [entry.to_document() for entry in state.audit_entries],
        "lastEvent": state.last_audit_number,
    }


def from_document(document: dict[str, Any]) -> State:
    """Return the state in a document.

    Raises:
        InputError: the document is damaged, or has an unknown format.
    """
    try:
        if document["format"] == FORMAT:
            return _build_state(document)
        problem = f"its format must be {FORMAT}, got {document['format']!r:.90}"
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        problem = f"{type(error).__name__}: {error}"
    raise InputError(
        f"snapshot must be the complete state of a tenant, got a damaged one: {problem}"
    )


def _build_state(document: dict[str, Any]) -> State:
    state = State()
    for item in document["attributes"]:
        state.attributes[item["id"]] = IdentityAttributeRecord(
            item["id"],
            item["name"],
            item["description"],
            item["dataType"],
            item["multiValued"],
            item["builtIn"],
            list(item["identityTypes"]),
        )
    for item in document["providers"]:
        provider = ProviderRecord(
            item["id"],
            item["name"],
            item["description"],
            item["type"],
            item["scimProvider"],
            item["ssoProvider"],
            *item["mfa"],
        )
        provider.mappings = [
            MappingRecord(state.attributes[id_], name) for id_, name in item["mappings"]
        ]
        provider.token = None if item["token"] is None else _token_from_document(item["token"])
        state.providers[provider.id] = provider
    for item in document["users"]:
        user = UserRecord(**_parse_record_fields(state, item))
        user.custom_attributes = [(state.attributes[id_], value) for id_, value in item["custom"]]
        user.roles = list(item["roles"])
        user.identity_type, user.description = item["kind"], item["description"]
        user.token = None if item["token"] is None else _token_from_document(item["token"])
        user.mfa_factors = dict(item["factors"])
        last_login = item.get("lastLogin")  # missing in earlier files
        user.last_login = datetime.fromisoformat(last_login) if last_login else None
        state.add_user(user)
    for item in document["tags"]:
        tag = TagRecord(
            **_parse_record_fields(state, item),
            description=item["description"],
            active=item["active"],
        )
        tag.requestable = item["requestable"]
        tag.rules = list(item["rules"])
        tag.requested_member_ids = dict.fromkeys(item["requested"])
        tag.attributes = [dict(attribute) for attribute in item["attributes"]]
        state.add_tag(tag, item["members"])
    for item in document["tags"]:  # an owner may be a later tag
        owners = [state.users.get(id_) or state.tags[id_] for id_ in item["owners"]]
        state.set_owners(state.tags[item["id"]], owners)
    for item in document["apiTokens"]:
        state.api_tokens[item["id"]] = _token_from_document(item)
    state.default_api_token_id = document.get("apiToken") or next(iter(state.api_tokens), "")
    state.revoked_token_digests = set(document["revoked"])
    state.settings = copy.deepcopy(document["settings"])
    state.audit_entries.extend(map(AuditEntry.from_document, document["events"]))
    state.last_audit_number = document["lastEvent"]
    return state


def collect_ids(document: dict[str, Any]) -> set[str]:
    """Return every id in a document."""
    collections = ("attributes", "providers", "users", "tags", "apiTokens")
    ids = {item["id"] for name in collections for item in document[name]}
    owners = (item for name in ("providers", "users") for item in document[name])
    return ids | {owner["token"]["id"] for owner in owners if owner["token"] is not None}


def write_file(path: str | os.PathLike[str], document: dict[str, Any]) -> None:
    r"""Write a document to a file that only its owner may read; an existing file is replaced.

    Raises:
        InputError: `path` is a directory, its directory does not exist, or it contains `\0`.
    """
    write_private_file(resolve_output_path(path), json.dumps(document))


def read_file(path: str | os.PathLike[str]) -> dict[str, Any]:
    r"""Return the state document in a file, whose members have the right types.

    Raises:
        InputError: the file does not contain the state of a tenant, or `path` contains `\0`.
        OSError: the file cannot be read.
    """
    check_path(path)
    content = Path(path).read_bytes()
    try:
        document: Any = json.loads(content)
        # maybe half of a surrogate pair, which no response can contain
        if b"\\ud" in content.lower():
            json.dumps(document, ensure_ascii=False).encode()
        problem = find_type_error(document)
        if problem is None:
            return cast("dict[str, Any]", document)
    except (ValueError, RecursionError) as error:
        problem = f"it is not JSON: {error}"
    raise InputError(
        f"{os.fspath(path)} must contain the state of a tenant, but {problem}; write it with Tenant.save"
    )


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
