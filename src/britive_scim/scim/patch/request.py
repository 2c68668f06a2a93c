"""PATCH requests: parse, validate, apply, serialize (RFC 7644 §3.5.2).

```text
PatchRequest.parse(JSON) ──> PatchRequest ──.apply(resource)──> a new resource of the same type
                                  └────.to_wire()──> JSON
```

The constructor validates a request: a path that does not parse raises before anything is sent.
`apply` checks whether the request fits a resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast, overload

from pydantic import ValidationError
from pydantic_core import from_json

from britive_scim.errors import InvalidFilter, InvalidPath, PatchError
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import PATCH_OP, fold
from britive_scim.scim.patch.apply import write_value
from britive_scim.scim.patch.dialect import DialectName, get_dialect
from britive_scim.scim.patch.operation import (
    UNSET,
    PatchOperation,
    add_operation_index,
    find_member,
    format_short_repr,
    parse_operation,
)
from britive_scim.scim.patch.remove import remove_value
from britive_scim.scim.patch.target import Target
from britive_scim.scim.patch.working_copy import WorkingCopy
from britive_scim.scim.schemas.of_instance import find_listed_schema
from britive_scim.scim.schemas.resource_schema import ResourceSchema, SchemaLike
from britive_scim.scim.values.node import is_collection, is_mapping, is_node

__all__ = ["PatchRequest"]

R = TypeVar("R", bound=Resource)

_PATCH_SCHEMAS: Final = [PATCH_OP]
_RESOURCE_TARGET: Final = Target("", "resource")
_set_attribute = object.__setattr__


@dataclass(frozen=True, slots=True, init=False)
class PatchRequest:
    """PATCH request: operations applied in order, all or none.

    Attributes:
        operations: the operations; the constructor also accepts mappings.
        dialect: default dialect of `apply`: `strict` is the RFC, `entra` adds the deviations of
            Microsoft Entra. It is excluded from comparisons and from `to_wire`.

    Raises:
        PatchError, InvalidPath, InvalidFilter: an operation is invalid, or there are no operations;
            `operation_index` is the index of the invalid operation.

    Examples:
        >>> from britive_scim import scim
        >>> request = scim.PatchRequest(operations=[scim.PatchOperation("replace", "active", False)])
        >>> request.apply({"userName": "ann", "active": True})
        {'userName': 'ann', 'active': False}
    """

    operations: tuple[PatchOperation, ...]
    dialect: DialectName = field(default="strict", compare=False, repr=False)
    _schema: ResourceSchema | None = field(default=None, compare=False, repr=False)

    def __init__(
        self,
        operations: Iterable[PatchOperation | Mapping[str, Any]],
        dialect: DialectName = "strict",
    ) -> None:
        rules = get_dialect(dialect)
        if isinstance(operations, str | Mapping):
            raise PatchError("Operations must be an array of operations", scim_type="invalidSyntax")
        parsed = tuple([parse_operation(index, data) for index, data in enumerate(operations)])
        if not parsed and not rules.can_be_empty:
            raise PatchError(
                "Operations must contain at least one operation", scim_type="invalidSyntax"
            )
        _set_attribute(self, "operations", parsed)
        _set_attribute(self, "dialect", rules.name)
        _set_attribute(self, "_schema", None)

    @classmethod
    def _from_operations(
        cls, operations: Iterable[PatchOperation], *, schema: ResourceSchema | None
    ) -> PatchRequest:
        """Return a request that may be empty, with the default schema of `apply`."""
        request = object.__new__(cls)
        _set_attribute(request, "operations", tuple(operations))
        _set_attribute(request, "dialect", "strict")
        _set_attribute(request, "_schema", schema)
        return request

    def __bool__(self) -> bool:
        """Return whether there are operations; `diff` of equal resources returns an empty request."""
        return bool(self.operations)

    @classmethod
    def parse(
        cls, data: str | bytes | bytearray | Mapping[str, Any], dialect: DialectName = "strict"
    ) -> PatchRequest:
        """Parse a request in wire form.

        Member names match in any case; `schemas` may be missing, as in requests of Okta. Unknown
        members are ignored.

        Args:
            data: JSON text (bytes must be UTF-8), or parsed JSON.
            dialect: dialect of the operations.

        Raises:
            PatchError: not a PATCH request (`invalidSyntax`), or an operation is invalid.
            InvalidPath, InvalidFilter: a path does not parse.

        Examples:
            >>> PatchRequest.parse('{"Operations": [{"op": "Add", "path": "title", "value": "Guide"}]}')
            PatchRequest(operations=(PatchOperation(op='add', path='title', value='Guide'),))
        """
        if data.__class__ is not dict and isinstance(data, str | bytes | bytearray):
            try:
                data = from_json(data, allow_inf_nan=False)
            except (ValueError, TypeError) as error:  # TypeError: half a surrogate pair
                raise PatchError(
                    f"PATCH request must be JSON: {error}", scim_type="invalidSyntax"
                ) from None
        if data.__class__ is not dict and not is_mapping(data):
            raise PatchError("PATCH request must be a JSON object", scim_type="invalidSyntax")
        members: Any = data
        schemas, operations = members.get("schemas"), members.get("Operations")
        if len(members) != 2 - (schemas is None) - (operations is None):
            # There are names in another case, or unknown members.
            schemas = find_member(members, "schemas", None)
            operations = find_member(members, "Operations", None)
        if schemas != _PATCH_SCHEMAS:
            _check_schemas(schemas)
        if operations.__class__ is not list and not is_collection(operations):
            raise PatchError("Operations must be an array of operations", scim_type="invalidSyntax")
        return cls(operations, dialect)

    @classmethod
    def from_wire(
        cls, data: str | bytes | bytearray | Mapping[str, Any], dialect: DialectName = "strict"
    ) -> PatchRequest:
        """Parse a request in wire form, as `parse` does; the counterpart of `to_wire`."""
        return cls.parse(data, dialect)

    @overload
    def apply(
        self, resource: R, schema: SchemaLike | None = None, dialect: DialectName | None = None
    ) -> R: ...
    @overload
    def apply(
        self,
        resource: Mapping[str, Any],
        schema: SchemaLike | None = None,
        dialect: DialectName | None = None,
    ) -> dict[str, Any]: ...
    def apply(
        self,
        resource: Resource | Mapping[str, Any],
        schema: SchemaLike | None = None,
        dialect: DialectName | None = None,
    ) -> Any:
        """Return a new resource with all operations applied; the original is never changed.

        Values that no operation addressed are shared between the two, not copied.

        Args:
            resource: a model, or a mapping in wire form.
            schema: schema of the resource; by default taken from its class or its `schemas`. Unless it
                is a `ResourceSchema`, a URN that the resource lists in `schemas` or has an object
                under is an extension that accepts any attribute.
            dialect: dialect of the operations; by default that of the request.

        Returns:
            A model of the same class for a model, a `dict` for a mapping.

        Raises:
            PatchError: an operation cannot be applied (`noTarget`, `mutability`, `invalidValue`);
                `operation_index` is its index. No operation took effect.
            InvalidPath: a path addresses an attribute that the schema does not declare.
            InvalidFilter: a filter in a path does not fit its attribute.
        """
        rules = get_dialect(dialect or self.dialect)
        if not is_node(resource):
            raise PatchError(
                f"resource must be a model or a mapping, got {type(resource).__name__}",
                scim_type="invalidSyntax",
            )
        if schema is not None:
            known = ResourceSchema.of(schema)
        else:
            known = self._schema or find_listed_schema(resource)
        if not self.operations and self.dialect == "entra" and not rules.can_be_empty:
            raise PatchError(
                "Operations must contain at least one operation", scim_type="invalidSyntax"
            )
        is_schema_open = not isinstance(schema, ResourceSchema)
        working_copy = WorkingCopy(resource, known, rules, is_schema_open=is_schema_open)
        index = 0
        try:
            for index, operation in enumerate(self.operations):  # noqa: B007  # used in errors
                path = operation.path
                target = _RESOURCE_TARGET if path is None else working_copy.resolve_target(path)
                if operation.op == "remove":
                    value = operation.value
                    remove_value(working_copy, target, None if value is UNSET else value)
                else:
                    write_value(working_copy, target, operation.value, is_add=operation.op == "add")
            return working_copy.finish()
        except (PatchError, InvalidPath, InvalidFilter) as error:
            raise add_operation_index(error, index, self.operations[index]) from None
        except ValidationError as error:
            raise add_operation_index(
                _to_patch_error(error), index, self.operations[index]
            ) from None
        except RecursionError:
            too_deep = PatchError("value must be nested less deeply", scim_type="invalidValue")
            raise add_operation_index(too_deep, index, self.operations[index]) from None

    def ignored(self, schema: SchemaLike) -> tuple[str, ...]:
        """Return the paths of the sub-attributes that `apply` leaves out, such as `roles.id`.

        In Entra's dialect these are the sub-attributes that the schema does not declare, except for
        `displayName` where the type has `display`. The strict dialect leaves out nothing.

        Args:
            schema: schema of the resource.
        """
        from britive_scim.scim.patch.ignored import find_ignored_paths

        rules = get_dialect(self.dialect)
        return find_ignored_paths(self.operations, ResourceSchema.of(schema), rules)

    def to_wire(self) -> dict[str, Any]:
        """Return the request as JSON data."""
        return {
            "schemas": [PATCH_OP],
            "Operations": [operation.to_wire() for operation in self.operations],
        }


def _check_schemas(schemas: Any) -> None:
    if schemas is None or schemas == []:
        return
    urns = cast("list[Any]", schemas) if isinstance(schemas, list | tuple) else [schemas]
    for urn in urns:
        if not isinstance(urn, str) or fold(urn) != fold(PATCH_OP):
            raise PatchError(
                f"schemas must be [{PATCH_OP!r}], got {format_short_repr(urn)}",
                scim_type="invalidSyntax",
            )


def _to_patch_error(error: ValidationError) -> PatchError:
    """Return the error of a custom model's validator, without the value, which may be secret."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    location = ".".join(str(step) for step in problem["loc"])
    return PatchError(
        f"{location}: {problem['msg']}" if location else problem["msg"], scim_type="invalidValue"
    )
