"""The bodies of changes as identity providers write them, because that is what servers are tested with.

Okta: a change of attributes is a `replace` without path, one `remove` with a filter in its path for each
member that leaves. Microsoft Entra: capitalised verbs, a path for every change, members that leave as
values. Sources: Okta's SCIM 2.0 reference, Microsoft's "Develop a SCIM endpoint".
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Literal, TypeVar, cast

from britive_scim.errors import InputError, InvalidPath
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.path import Path
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import PATCH_OP
from britive_scim.scim.patch.operation import UNSET, PatchOperation
from britive_scim.scim.patch.request import PatchRequest
from britive_scim.scim.schemas.resource_schema import ResourceSchema

__all__ = [
    "Changes",
    "Dialect",
    "build_add_members_patch",
    "build_attribute_patch",
    "build_patch_body",
    "build_patch_request",
    "build_remove_members_patch",
    "build_replace_members_patch",
    "check_edit_function",
    "resolve_edit_result",
]

R = TypeVar("R", bound=Resource)

Dialect = Literal["okta", "entra"]


def build_patch_body(operations: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the PATCH request with these operations (RFC 7644 §3.5.2)."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def build_attribute_patch(
    dialect: Dialect, values: dict[str, Any], *, resource_id: str | None = None
) -> dict[str, Any]:
    """Return the PATCH that replaces single-valued attributes.

    Args:
        dialect: whose way of writing.
        values: attribute names in wire form and their values.
        resource_id: id of the resource, which Okta repeats in the value when it renames a group.
    """
    if dialect == "entra":
        return build_patch_body(
            [{"op": "Replace", "path": k, "value": v} for k, v in values.items()]
        )
    value = values if resource_id is None else {"id": resource_id, **values}
    return build_patch_body([{"op": "replace", "value": value}])


def build_add_members_patch(dialect: Dialect, ids: Sequence[str]) -> dict[str, Any]:
    """Return the PATCH that adds members."""
    op = "Add" if dialect == "entra" else "add"
    return build_patch_body(
        [{"op": op, "path": "members", "value": [{"value": one} for one in ids]}]
    )


def build_remove_members_patch(dialect: Dialect, ids: Sequence[str]) -> dict[str, Any]:
    """Return the PATCH that removes members."""
    if dialect == "entra":
        return build_patch_body(
            [{"op": "Remove", "path": "members", "value": [{"value": one} for one in ids]}]
        )
    return build_patch_body(
        [
            {"op": "remove", "path": f"members[value eq {json.dumps(one, ensure_ascii=False)}]"}
            for one in ids
        ]
    )


def build_replace_members_patch(dialect: Dialect, ids: Sequence[str]) -> dict[str, Any]:
    """Return the PATCH that puts these members in place of all."""
    op = "Replace" if dialect == "entra" else "replace"
    return build_patch_body(
        [{"op": op, "path": "members", "value": [{"value": one} for one in ids]}]
    )


Changes = PatchRequest | Iterable[PatchOperation] | Mapping[str, Any]
"""What `patch` takes: a request, its operations, or attribute paths with the values that replace theirs."""


def build_patch_request(changes: Changes, schema: ResourceSchema) -> PatchRequest:
    """Return the PATCH request that `changes` say; one without operations where there are none.

    Args:
        changes: a request, operations, or a mapping of attribute paths to values; a value of `None`
            removes. A path is SCIM's (`name.familyName`) or the Python name of an attribute
            (`display_name`).
        schema: what the changes are for.

    Raises:
        InvalidPath: a path does not parse, or names nothing the resource has.
        PatchError: an operation that is none.
        InputError: they are neither of these.
    """
    if isinstance(changes, PatchRequest):
        return changes
    operations: list[PatchOperation] = []
    given: Any = changes
    if isinstance(changes, Mapping):
        values = cast("Mapping[str, Any]", changes)
        for text, value in values.items():
            path = _resolve_attribute_path(text, schema)
            op = "remove" if value is None else "replace"
            operations.append(PatchOperation(op, path, UNSET if value is None else value))
    elif isinstance(given, str) or not hasattr(given, "__iter__"):
        raise InputError(
            "changes are a PatchRequest, operations, or a mapping of attribute paths to values, not "
            f"{given!r:.40}"
        )
    else:
        operations += changes
    return PatchRequest(operations) if operations else PatchRequest((), dialect="entra")


def check_edit_function(function: object) -> None:
    """Refuse what is no function where one that edits is asked.

    Raises:
        InputError: it is none.
    """
    if not callable(function):
        raise InputError(
            f"a function that edits is asked, not {type(function).__name__}: it takes the resource and changes "
            "it; attributes and their values are what patch takes"
        )


def resolve_edit_result(original: R, returned: object) -> R:
    """Return what a resource became in the hands of a function that changes it or returns another.

    Args:
        original: what the function was given.
        returned: what it returned.

    Raises:
        InputError: it returned something else.
    """
    if returned is None:
        return original
    if isinstance(returned, Resource):
        return cast("R", returned)
    if inspect.iscoroutine(returned):
        returned.close()  # nobody is going to await it
    raise InputError(
        "the function that edits takes the resource and changes it, or returns the one it should become; "
        f"this one returned something of type {type(returned).__name__}"
    )


def _resolve_attribute_path(text: str, schema: ResourceSchema) -> str:
    """Return the path in SCIM's spelling; refuse one that names no attribute."""
    path = parse_path(text)
    if path.uri is not None and schema.find_extension(path.uri) is not None:
        return str(path)
    if path.urn is not None and schema.find_extension(path.urn) is None and path.urn != schema.urn:
        return str(path)  # an extension nobody declared here; the server will know
    extension = None if path.urn is None else schema.find_extension(path.urn)
    known = schema.find_attribute(path.urn, path.name)
    if known is not None:
        _check_sub_attribute(path, known, text)
        return str(path)
    if extension and extension.is_open:
        return str(path)
    attributes = schema.attributes if extension is None else extension.attributes
    for attribute in attributes:
        if attribute.field == path.name and path.filter is None:
            return str(replace(path, name=attribute.name))
    raise _build_unknown_attribute_error(f"a {schema.name}", path.name, attributes, text)


def _check_sub_attribute(path: Path, attribute: Attribute, text: str) -> None:
    """Refuse a path into an attribute that has no such part."""
    parts = attribute.sub_attributes
    if path.sub is not None and parts and attribute.find_sub_attribute(path.sub) is None:
        raise _build_unknown_attribute_error(attribute.name, path.sub, parts, text)


def _build_unknown_attribute_error(
    owner: str, name: str, known: Iterable[Attribute], text: str
) -> InvalidPath:
    close = get_close_matches(name, [attribute.name for attribute in known], n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return InvalidPath(
        f"{owner} has no attribute {name!r}{hint}", text=text, position=max(text.rfind(name), 0)
    )
