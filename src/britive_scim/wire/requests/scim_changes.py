"""PATCH bodies in the format of an identity provider, because servers are tested with those.

Okta: a `replace` without path changes attributes, and a `remove` with a filter in its path removes each
member. Microsoft Entra: capitalized verbs, a path for every change, and removed members as values. Sources:
Okta's SCIM 2.0 reference, Microsoft's "Develop a SCIM endpoint".
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar, Union, cast

from britive_scim import scim
from britive_scim.errors import InputError, InvalidPath
from britive_scim.scim.json_values import is_object
from britive_scim.scim.names import PATCH_OP
from britive_scim.suggestions import format_suggestion

__all__ = [
    "Changes",
    "Dialect",
    "build_add_members_patch",
    "build_attribute_patch",
    "build_member_change_patch",
    "build_patch_body",
    "build_patch_request",
    "build_remove_all_members_patch",
    "build_remove_members_patch",
    "build_replace_members_patch",
    "build_undeclared_changes",
    "classify_member_change",
    "empties_members",
    "resolve_edit_result",
]

R = TypeVar("R", bound="scim.Resource")

Dialect = Literal["okta", "entra"]


def build_patch_body(operations: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a PATCH body with these operations (RFC 7644 §3.5.2)."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def build_attribute_patch(
    dialect: Dialect, values: dict[str, Any], *, resource_id: str | None = None
) -> dict[str, Any]:
    """Return the PATCH body that replaces single-valued attributes.

    Args:
        dialect: format of the body.
        values: values by attribute name in wire form.
        resource_id: id of the resource; Okta repeats it in the value that renames a group.
    """
    if dialect == "entra":
        return build_patch_body(
            [{"op": "Replace", "path": k, "value": v} for k, v in values.items()]
        )
    value = values if resource_id is None else {"id": resource_id, **values}
    return build_patch_body([{"op": "replace", "value": value}])


def build_add_members_patch(dialect: Dialect, ids: Sequence[str]) -> dict[str, Any]:
    """Return the PATCH body that adds members."""
    return _build_members_patch("Add" if dialect == "entra" else "add", ids)


def build_remove_members_patch(dialect: Dialect, ids: Sequence[str]) -> dict[str, Any]:
    """Return the PATCH body that removes members."""
    if dialect == "entra":
        return _build_members_patch("Remove", ids)
    return build_patch_body(
        [
            {"op": "remove", "path": f"members[value eq {json.dumps(id_, ensure_ascii=False)}]"}
            for id_ in ids
        ]
    )


def build_replace_members_patch(dialect: Dialect, ids: Sequence[str]) -> dict[str, Any]:
    """Return the PATCH body that replaces all members."""
    return _build_members_patch("Replace" if dialect == "entra" else "replace", ids)


def build_member_change_patch(chunks: Iterable[tuple[bool, Sequence[str]]]) -> dict[str, Any]:
    """Return the PATCH body that removes and adds members, for a PUT in place of it.

    Args:
        chunks: whether ids are removed, and the ids; in order.
    """
    bodies = [
        _build_members_patch("Remove" if is_removal else "Add", ids) for is_removal, ids in chunks
    ]
    return build_patch_body([operation for body in bodies for operation in body["Operations"]])


def build_remove_all_members_patch(dialect: Dialect) -> dict[str, Any]:
    """Return the PATCH body that removes all members."""
    return build_patch_body(
        [{"op": "Remove" if dialect == "entra" else "remove", "path": "members"}]
    )


def _build_members_patch(op: str, ids: Sequence[str]) -> dict[str, Any]:
    return build_patch_body(
        [{"op": op, "path": "members", "value": [{"value": id_} for id_ in ids]}]
    )


Changes = Union[
    "scim.PatchRequest",
    Iterable["scim.PatchOperation"],
    Mapping[str, Any],
    Mapping["scim.AttributeName", Any],
    Mapping["scim.Path", Any],
]
"""Argument of `patch`: a request, its operations, or new values by attribute path.

The quotes leave the classes unimported; `get_type_hints` finds them in a module that imports `scim`.
"""


def build_patch_request(changes: Changes, schema: scim.ResourceSchema) -> scim.PatchRequest:
    """Return the PATCH request of `changes`; without changes, one without operations.

    Args:
        changes: a request, operations, or a mapping of attribute paths to values; a value of `None`
            removes. A path is a string, or a result of `parse_path` or `attr`. It has SCIM's names
            (`name.familyName`) or short ones: Python names (`display_name`), `enterprise.department`,
            `custom.costCode`.
        schema: schema of the resource.

    Raises:
        InvalidPath: a path does not parse, or names no attribute of the resource.
        PatchError: an operation is invalid.
        InputError: `changes` has another type, or a key of the mapping is not a path.
    """
    from britive_scim.wire.requests.scim_wire_names import to_wire_request  # for a PATCH only

    if isinstance(changes, scim.PatchRequest):
        return to_wire_request(changes, schema)
    operations: list[scim.PatchOperation] = []
    if isinstance(changes, Mapping):
        values = cast("Mapping[Any, Any]", changes)
        for key, value in values.items():
            path = _resolve_attribute_path(_get_path_text(key), schema)
            op = "remove" if value is None else "replace"
            operations.append(scim.PatchOperation(op, path, scim.UNSET if value is None else value))
    elif isinstance(changes, (str, bytes, scim.Model)) or not isinstance(
        cast("object", changes), Iterable
    ):
        hint = ""
        if isinstance(changes, scim.Model):
            hint = "; use replace() to write a whole resource"
        elif isinstance(cast("object", changes), scim.PatchOperation):
            hint = "; put it in a list"
        raise InputError(
            "changes must be a PatchRequest, operations, or a mapping of attribute paths to values, got "
            f"{changes!r:.40}{hint}"
        )
    else:
        operations += changes  # also mappings in wire form, which the request parses
    if not operations:
        return scim.PatchRequest((), dialect="entra")
    return to_wire_request(scim.PatchRequest(operations), schema)


def _get_path_text(key: object) -> str:
    """Return the path of a key of a mapping.

    Raises:
        InputError: the key is not a path.
    """
    if isinstance(key, scim.AttributeName):
        key = key.path
    if not isinstance(key, (str, scim.Path)):
        raise InputError(
            f"changes must have attribute paths as keys, got {key!r:.40}; use such as {{'title': 'Guide'}}"
        )
    return str(key)


def classify_member_change(
    request: scim.PatchRequest,
) -> Literal["none", "replace", "add", "other"]:
    """Return how a request changes the members of a group.

    With `"replace"`, the result does not depend on former members; with `"add"`, it has all of them.
    """
    effect: Literal["none", "replace", "add", "other"] = "none"
    for operation in request.operations:
        value, is_whole = operation.value, True
        if operation.path is None:
            names = [name for name in value if _is_members(name)] if is_object(value) else []
            if not names:
                continue
            value = value[names[0]]
        else:
            path = scim.parse_path(operation.path)
            if not _is_members(path.name):
                continue
            is_whole = path.filter is None and path.sub is None
        is_removal = operation.op == "remove"
        if is_whole and (value in (scim.UNSET, None) if is_removal else operation.op == "replace"):
            effect = "replace"
        elif effect != "replace":
            is_addition = is_whole and operation.op == "add" and effect != "other"
            effect = "add" if is_addition else "other"
    return effect


def _is_members(name: str) -> bool:
    return name.lower().rpartition(":")[2] == "members"


def empties_members(request: scim.PatchRequest) -> bool:
    """Return whether the last change of `members` as a whole leaves none, even if they are unknown."""
    is_empty = False
    for operation in request.operations:
        value = operation.value
        if operation.path is None and is_object(value):
            value = value.get("members", scim.UNSET)
        elif (operation.path or "").lower() != "members":
            continue
        if operation.op == "remove":
            is_empty = is_empty or value in (scim.UNSET, None)
        elif value is not scim.UNSET:
            is_empty = operation.op == "replace" and value in (None, [])
    return is_empty


def build_undeclared_changes(
    before: scim.Resource, after: scim.Resource
) -> list[scim.PatchOperation]:
    """Return the operations for attributes of `after` that no schema declares, which `scim.diff` ignores."""
    found, given = before.model_extra or {}, after.model_extra or {}
    return [
        scim.PatchOperation("remove", name)
        if value is None
        else scim.PatchOperation("replace", name, value)
        for name, value in given.items()
        if ":" not in name and value != found.get(name)
    ]


def resolve_edit_result(original: R, returned: object) -> R:
    """Return the resource that an edit function returned, or `original` if it returned `None`.

    Args:
        original: the argument of the function, which may have changed it.
        returned: the result of the function.

    Raises:
        InputError: the result is neither a resource nor `None`.
    """
    if returned is None:
        return original
    if isinstance(returned, scim.Resource):
        return cast("R", returned)
    if inspect.iscoroutine(returned):
        returned.close()  # avoids the warning that it was never awaited
    raise InputError(
        f"edit function must return a resource or None, got {type(returned).__name__}; change the resource in "
        "place, or return the new one"
    )


def _resolve_attribute_path(text: str, schema: scim.ResourceSchema) -> str:
    """Return the path with SCIM names.

    Raises:
        InvalidPath: it does not parse, or names no attribute of the schema.
    """
    from britive_scim.scim.filters.wire_form import to_wire_path  # needed for a PATCH only

    path = to_wire_path(scim.parse_path(text), schema)
    if path.uri is not None and schema.find_extension(path.uri) is not None:
        return str(path)
    if path.urn is not None and schema.find_extension(path.urn) is None and path.urn != schema.urn:
        return str(path)  # an undeclared extension, which the server may support
    known = schema.find_attribute(path.urn, path.name)
    if known is not None:
        _check_sub_attribute(path, known, text)
        return str(path)
    extension = None if path.urn is None else schema.find_extension(path.urn)
    if extension and extension.is_open:
        return str(path)
    from britive_scim.scim.filters.suggestions import describe_unknown_path  # for an error only

    message = describe_unknown_path(schema, path)
    raise InvalidPath(message, text=text, position=max(text.rfind(path.name), 0))


def _check_sub_attribute(path: scim.Path, attribute: scim.Attribute, text: str) -> None:
    """Check that an attribute with sub-attributes has that of the path."""
    name, parts = path.sub, attribute.sub_attributes
    if name is not None and parts and attribute.find_sub_attribute(name) is None:
        hint = format_suggestion(name, [part.name for part in parts])
        raise InvalidPath(
            f"{attribute.name} has no attribute {name!r}{hint}",
            text=text,
            position=max(text.rfind(name), 0),
        )
