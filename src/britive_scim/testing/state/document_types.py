"""Types of the members of a saved state, checked before the state is restored."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from britive_scim import scim
from britive_scim.errors import InvalidResource

__all__ = ["find_type_error"]

_NONE = type(None)
_TIME = "an ISO 8601 time with offset"

Shape = type | tuple[type, ...] | str | list[Any] | dict[str, Any]
"""Expected type: of a value, of the items of a list, of the members of an object; or `_TIME`."""

_TOKEN: Shape = {
    "id": str,
    "name": str,
    "secret": str,
    "kind": str,
    "days": int,
    "created": _TIME,
    "assignedTo": (str, _NONE),
    "createdBy": (str, _NONE),
}
_RECORD: dict[str, Shape] = {
    "id": str,
    "provider": str,
    "created": _TIME,
    "modified": _TIME,
    "version": int,
    "scim": bool,
}
_DOCUMENT: Shape = {
    "clock": _TIME,
    "format": int,
    "attributes": [
        {
            "id": str,
            "name": str,
            "description": (str, _NONE),
            "dataType": str,
            "multiValued": bool,
            "builtIn": bool,
            "identityTypes": [str],
        }
    ],
    "providers": [
        {
            "id": str,
            "name": str,
            "description": (str, _NONE),
            "type": str,
            "scimProvider": str,
            "ssoProvider": str,
            "mfa": [bool],
            "mappings": [[str]],
            "token": (dict, _NONE),
        }
    ],
    "users": [
        {
            **_RECORD,
            "resource": {"schemas": [str], "userName": str},
            "custom": [[str]],
            "roles": [str],
            "kind": str,
            "description": (str, _NONE),
            "token": (dict, _NONE),
            "factors": dict,
        }
    ],
    "tags": [
        {
            **_RECORD,
            "resource": {"schemas": [str], "displayName": str},
            "members": [{"value": str}],
            "description": (str, _NONE),
            "active": bool,
            "requestable": bool,
            "rules": [dict],
            "owners": [str],
            "requested": [str],
            "attributes": [dict],
        }
    ],
    "apiTokens": [_TOKEN],
    "revoked": [str],
    "settings": dict,
    "events": [{"number": int, "at": _TIME, "status": int, "name": str}],
    "lastEvent": int,
}


def find_type_error(document: object) -> str | None:
    """Return the first member of a saved state that is missing or has a wrong type, or `None`."""
    problem = _find_mismatch(document, _DOCUMENT, "")
    if problem is None:
        owners = cast("dict[str, Any]", document)
        for name in ("providers", "users"):
            for number, owner in enumerate(owners[name]):
                if problem is None and owner["token"] is not None:
                    problem = _find_mismatch(owner["token"], _TOKEN, f"{name}[{number}].token")
        problem = problem or _find_unreadable_resource(owners)
        if problem is None and type(owners.get("apiToken")) not in (str, _NONE):
            problem = "apiToken has the wrong type"
    return problem


def _find_unreadable_resource(document: dict[str, Any]) -> str | None:
    """Return the first value of a stored user or group that does not fit its attribute, or `None`."""
    classes: dict[str, type[scim.Resource]] = {"users": scim.User, "tags": scim.Group}
    for name, resource_class in classes.items():
        for number, record in enumerate(document[name]):
            path = f"{name}[{number}].resource"
            if problem := _find_attribute_mismatch(record["resource"], resource_class, path):
                return problem
    return None


def _find_attribute_mismatch(
    resource: dict[str, Any], resource_class: type[scim.Resource], path: str
) -> str | None:
    """Return the first attribute of a stored resource with a value of another type, or `None`."""
    schema = scim.ResourceSchema.of(resource_class)
    for name, value in resource.items():
        attribute = schema.find_attribute(None, name)
        if attribute is not None:
            item_shape: Shape = {} if attribute.type == "complex" else (str, bool, int, float)
            shape = [item_shape] if attribute.multi_valued else item_shape
            if problem := _find_mismatch(value, shape, f"{path}.{name}"):
                return problem
    try:
        unread = resource_class.from_wire(resource).unread
    except InvalidResource as error:
        return f"{path} cannot be read: {error}"
    return f"{path}.{unread[0].path} cannot be read" if unread else None


def _find_mismatch(value: object, shape: Shape, path: str) -> str | None:
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return f"{path or 'the document'} must be an object"
        members = cast("dict[str, Any]", value)
        for name, inner in shape.items():
            inner_path = f"{path}.{name}" if path else name
            if name not in members:
                return f"{inner_path} is missing"
            if problem := _find_mismatch(members[name], inner, inner_path):
                return problem
    elif isinstance(shape, list):
        if not isinstance(value, list):
            return f"{path} must be an array"
        for number, item in enumerate(cast("list[object]", value)):
            if problem := _find_mismatch(item, shape[0], f"{path}[{number}]"):
                return problem
    elif isinstance(shape, str):
        if not _is_aware_time(value):
            return f"{path} must be {shape}"
    elif type(value) not in (shape if isinstance(shape, tuple) else (shape,)):
        return f"{path} has the wrong type {type(value).__name__}"
    return None


def _is_aware_time(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
