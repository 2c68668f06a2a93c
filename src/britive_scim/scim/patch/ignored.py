"""Sub-attributes of a PATCH request that Entra's dialect leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from britive_scim.errors import InvalidFilter, InvalidPath
from britive_scim.scim.patch.dialect import Dialect
from britive_scim.scim.patch.entra_values import iter_ignored_names
from britive_scim.scim.patch.operation import PatchOperation
from britive_scim.scim.patch.target import Target, resolve_target
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.node import is_mapping

__all__ = ["find_ignored_paths"]


def find_ignored_paths(
    operations: Iterable[PatchOperation], schema: ResourceSchema, dialect: Dialect
) -> tuple[str, ...]:
    """Return the paths of the sub-attributes that the dialect leaves out, each once; see `PatchRequest.ignored`."""
    if not dialect.can_ignore_sub_attributes:
        return ()
    paths: dict[str, None] = {}
    for operation in operations:
        paths.update(
            dict.fromkeys(_iter_paths(operation.path, operation.value, "", schema, dialect))
        )
    return tuple(paths)


def _iter_paths(
    path: str | None, value: Any, prefix: str, schema: ResourceSchema, dialect: Dialect
) -> Iterator[str]:
    target = None
    if path is not None:
        try:
            target = resolve_target(schema, f"{prefix}{path}", dialect)
        except (InvalidPath, InvalidFilter):
            return  # `apply` rejects it
    if target is None or target.target_type in ("resource", "extension"):
        yield from _iter_member_paths(target, value, schema, dialect)
    elif target.target_type == "attribute" and target.is_declared and target.sub is None:
        owner = "" if target.extension is None else f"{target.extension.name}:"
        for name in iter_ignored_names(target.attribute, value):
            yield f"{owner}{target.attribute.name}.{name}"


def _iter_member_paths(
    target: Target | None, value: Any, schema: ResourceSchema, dialect: Dialect
) -> Iterator[str]:
    """Yield the paths below the members of an object of attributes."""
    extension = None if target is None else target.extension
    prefix = "" if extension is None else f"{extension.name}:"
    if is_mapping(value):
        for name, member in value.items():
            if isinstance(name, str):
                yield from _iter_paths(name, member, prefix, schema, dialect)
