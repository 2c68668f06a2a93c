"""Effect of a PATCH request on the resource that the server returned: changes that are not in effect.

A request is in effect if applying it to that resource changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from britive_scim import scim
from britive_scim.errors import InvalidFilter, InvalidPath, PatchError
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.wire.decoding.stored_values import Deviation, check_stored, has_elements

__all__ = ["check_patched"]

R = TypeVar("R", bound="scim.Resource")


def check_patched(
    stored: R, request: scim.PatchRequest, schema: scim.ResourceSchema, *, path: str
) -> R:
    """Return a resource with the paths of the changes of `request` that are not in effect: `unkept`.

    Args:
        stored: the resource of the response, or as read after it; the note on it is set.
        request: the request that was sent.
        schema: schema of the resource.
        path: path of the request, for the error.

    Raises:
        UnexpectedResponse: the request changes `active` or `members`, and `stored` shows other values.
    """
    wire = stored.to_wire()
    deviations: list[Deviation] = []
    try:
        after = request.apply(stored)
    except (PatchError, InvalidPath, InvalidFilter):
        after = _apply_each(stored, request, schema, deviations)
    changed = _list_changes(wire, after.to_wire())
    deviations += _iter_unremoved(request, schema, changed, wire)
    return check_stored(stored, changed, schema, method="PATCH", path=path, deviations=deviations)


def _apply_each(
    stored: R, request: scim.PatchRequest, schema: scim.ResourceSchema, failed: list[Deviation]
) -> R:
    """Apply the operations that can be applied; add the others to `failed`.

    An operation that the server accepted, but that cannot be applied to the resource, is not in effect. An example
    is the replacement of an email address that the resource does not have.
    """
    after = stored
    wire = stored.to_wire()
    for operation in _split_operations(request):
        try:
            after = _apply_one(after, operation, request.dialect)
        except PatchError:
            path = _format_attribute(_get_target(operation), schema)
            if path != "schemas":
                failed.append(Deviation(path, is_missing=scim.read(wire, path) in (None, [])))
        except (InvalidPath, InvalidFilter):
            pass  # the server may declare more attributes than the class
    return after


def _apply_one(stored: R, operation: scim.PatchOperation, dialect: scim.DialectName) -> R:
    """Apply an operation; a boolean that is sent as a string is read as servers read it, in any case.

    Raises:
        PatchError, InvalidPath, InvalidFilter: it cannot be applied.
    """
    try:
        return scim.PatchRequest([operation], dialect).apply(stored)
    except PatchError as error:
        if error.scim_type != "invalidValue":
            raise
        return scim.PatchRequest([operation], "entra").apply(stored)


def _split_operations(request: scim.PatchRequest) -> Iterator[scim.PatchOperation]:
    """Yield the operations; one without path becomes one for each attribute of its value."""
    for operation in request.operations:
        if operation.path is not None or not is_object(operation.value):
            yield operation
            continue
        for name, value in operation.value.items():
            yield scim.PatchOperation(operation.op, None, {name: value})


def _list_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of `after` that differ from `before`; `None` or `[]` for missing ones."""
    changed: dict[str, Any] = {}
    for name, value in after.items():
        old = before.get(name)
        if value != old:
            changed[name] = (
                _list_changes(old, value) if is_object(old) and is_object(value) else value
            )
    for name, old in before.items():
        if name not in after:
            is_extension = ":" in name and is_object(old)
            changed[name] = [] if is_list(old) else _list_changes(old, {}) if is_extension else None
    return changed


def _iter_unremoved(
    request: scim.PatchRequest,
    schema: scim.ResourceSchema,
    changed: Mapping[str, Any],
    stored: Mapping[str, Any],
) -> Iterator[Deviation]:
    """Yield the lists from which a `remove` operation should have taken a value that they still contain."""
    written = {
        _format_attribute(_get_target(operation), schema).lower()
        for operation in _split_operations(request)
        if operation.op != "remove"
    }
    for operation in request.operations:
        target = _get_target(operation)
        path = _format_attribute(target, schema)
        if operation.op != "remove" or path == "members":
            continue
        wanted, found = scim.read(changed, path), scim.read(stored, path)
        attribute = schema.find_attribute(target.urn, target.name)
        if (
            is_list(wanted)
            and is_list(found)
            and (path.lower() not in written or not has_elements(attribute, wanted, found))
        ):
            yield Deviation(path, is_missing=False)


def _get_target(operation: scim.PatchOperation) -> scim.Path:
    """Return the path of an operation; without one, that of the first attribute of its value."""
    if operation.path is not None:
        return scim.parse_path(operation.path)
    try:
        return scim.parse_path(next(iter(operation.value), "schemas"))
    except (InvalidPath, InvalidFilter):  # a name that is valid in an open extension only
        return scim.Path(None, "schemas")


def _format_attribute(path: scim.Path, schema: scim.ResourceSchema) -> str:
    """Return the path of the attribute without filter and sub-attribute."""
    if path.urn is None or path.urn.lower() == schema.urn.lower():
        return path.name
    return f"{path.urn}:{path.name}"
