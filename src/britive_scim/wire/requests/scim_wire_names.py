"""Wire names of PATCH operations: short names replaced, as requests carry wire names and URNs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.scim.filters.wire_form import to_wire_path
from britive_scim.scim.json_values import is_list
from britive_scim.scim.names import fold

__all__ = ["to_wire_request"]


def to_wire_request(request: scim.PatchRequest, schema: scim.ResourceSchema) -> scim.PatchRequest:
    """Return a request whose operations have wire names."""
    operations = [_to_wire_operation(operation, schema) for operation in request.operations]
    is_same = all(new is old for new, old in zip(operations, request.operations, strict=True))
    return request if is_same else scim.PatchRequest(operations, request.dialect)


def _to_wire_operation(
    operation: scim.PatchOperation, schema: scim.ResourceSchema
) -> scim.PatchOperation:
    """Return an operation with wire names in its path and in the objects of its value.

    Names that the schema does not declare stay unchanged, because the server may declare them.

    Args:
        operation: the operation; returned itself if it has only wire names.
        schema: schema of the resource.
    """
    path, value = operation.path, operation.value
    if path is not None:
        path, value = _to_wire_member(path, value, schema)
    elif isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        converted = dict(_to_wire_member(name, member, schema) for name, member in members.items())
        value = members if converted == members else converted
    if path == operation.path and value is operation.value:
        return operation
    return scim.PatchOperation(operation.op, path, value)


def _to_wire_member(text: str, value: Any, schema: scim.ResourceSchema) -> tuple[str, Any]:
    """Return a path with wire names, and its value with those of the sub-attributes."""
    try:
        given = scim.parse_path(text)
    except InputError:
        return text, value  # the name of a custom attribute that is not a valid path
    path = to_wire_path(given, schema)
    text = text if path == given else str(path)
    extension = None if path.uri is None else schema.find_extension(path.uri)
    if extension is not None:
        return text, _rename_members(extension.attributes, value)
    attribute = schema.find_attribute(path.urn, path.name)
    if attribute is None or path.sub is not None:
        return text, value
    return text, _rename_members(attribute.sub_attributes, value)


def _rename_members(attributes: Sequence[scim.Attribute], value: Any) -> Any:
    """Return a complex value, or a list of them, with the wire names of its sub-attributes."""
    by_folded_name = {fold(attribute.name): attribute.name for attribute in attributes}
    by_python_name = {attribute.field: attribute.name for attribute in attributes}

    def find_wire_name(name: str) -> str:
        return by_folded_name.get(fold(name)) or by_python_name.get(name, name)

    def rename(item: Any) -> Any:
        if not isinstance(item, dict):
            return item
        members = cast("dict[str, Any]", item)
        names = [find_wire_name(name) for name in members]
        if names == list(members) or len(set(names)) < len(names):
            return members  # two spellings of one name are for the server to refuse
        return dict(zip(names, members.values(), strict=True))

    if not is_list(value):
        return rename(value)
    renamed = [rename(item) for item in value]
    return value if renamed == value else renamed
