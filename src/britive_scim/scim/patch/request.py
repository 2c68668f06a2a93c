"""PATCH requests: read, checked, applied, written (RFC 7644 §3.5.2).

```text
PatchRequest.parse(JSON) ──> PatchRequest ──.apply(resource)──> a new resource of the same kind
                                  └────.to_wire()──> JSON
```

A request is checked when it is made: a path that does not parse is refused with a caret, before
anything is sent. Whether it fits a resource is seen when it is applied.
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
from britive_scim.scim.patch.target import Target, resolve_target
from britive_scim.scim.patch.working_copy import WorkingCopy
from britive_scim.scim.schemas.of_instance import find_instance_schema
from britive_scim.scim.schemas.resource_schema import ResourceSchema, SchemaLike
from britive_scim.scim.values.node import is_collection, is_mapping, is_node

__all__ = ["PatchRequest"]

R = TypeVar("R", bound=Resource)

_PATCH_SCHEMAS: Final = [PATCH_OP]
_RESOURCE_TARGET: Final = Target("", "resource")
_set_attribute = object.__setattr__


@dataclass(frozen=True, slots=True, init=False)
class PatchRequest:
    """A PATCH request: operations, applied in order, all or none.

    Attributes:
        operations: the operations; plain mappings may be given for them.
        dialect: how they are read where `apply` does not say: `strict` is the RFC, `entra` adds what
            Microsoft Entra means by them. It takes part neither in comparisons nor in `to_wire`.

    Raises:
        PatchError, InvalidPath, InvalidFilter: an operation is not one, or there is none at all;
            `operation_index` says which it was.

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
        given: Any = operations
        if given.__class__ is not list and (
            isinstance(given, str | Mapping) or not isinstance(given, Iterable)
        ):
            raise PatchError("Operations is not an array of operations", scim_type="invalidSyntax")
        read = tuple([parse_operation(index, one) for index, one in enumerate(operations)])
        if not read and not rules.can_be_empty:
            raise PatchError(
                "a PATCH request needs at least one operation", scim_type="invalidSyntax"
            )
        _set_attribute(self, "operations", read)
        _set_attribute(self, "dialect", rules.name)
        _set_attribute(self, "_schema", None)

    @classmethod
    def _from_operations(
        cls, operations: Iterable[PatchOperation], *, schema: ResourceSchema | None
    ) -> PatchRequest:
        """Return a request that may be empty, and knows what it was made for."""
        request = object.__new__(cls)
        _set_attribute(request, "operations", tuple(operations))
        _set_attribute(request, "dialect", "strict")
        _set_attribute(request, "_schema", schema)
        return request

    def __bool__(self) -> bool:
        """Return whether there is anything to do; what `diff` finds equal makes an empty request."""
        return bool(self.operations)

    @classmethod
    def parse(
        cls, data: str | bytes | bytearray | Mapping[str, Any], dialect: DialectName = "strict"
    ) -> PatchRequest:
        """Read a request as it comes from the wire.

        Names of its members are found in any case; `schemas` may be missing, as Okta is seen to send
        it. Members nobody knows are ignored.

        Args:
            data: JSON text (UTF-8 where bytes), or parsed JSON.
            dialect: how the operations are read.

        Raises:
            PatchError: it is no PATCH request (`invalidSyntax`), or an operation is not one.
            InvalidPath, InvalidFilter: a path does not parse.

        Examples:
            >>> PatchRequest.parse('{"Operations": [{"op": "Add", "path": "title", "value": "Guide"}]}')
            PatchRequest(operations=(PatchOperation(op='add', path='title', value='Guide'),))
        """
        if data.__class__ is not dict and isinstance(data, str | bytes | bytearray):
            try:
                data = from_json(data, allow_inf_nan=False)
            except (ValueError, TypeError) as error:  # TypeError: half a surrogate pair
                raise PatchError(f"not JSON: {error}", scim_type="invalidSyntax") from None
        if data.__class__ is not dict and not is_mapping(data):
            raise PatchError("a PATCH request is a JSON object", scim_type="invalidSyntax")
        members: Any = data
        schemas, operations = members.get("schemas"), members.get("Operations")
        if len(members) != 2 - (schemas is None) - (operations is None):
            # There is something else: a member spelled in another way, or one nobody knows.
            schemas = find_member(members, "schemas", None)
            operations = find_member(members, "Operations", None)
        if schemas != _PATCH_SCHEMAS:
            _check_schemas(schemas)
        if operations.__class__ is not list and not is_collection(operations):
            raise PatchError(
                "a PATCH request needs Operations"
                if operations is None
                else "Operations is not an array of operations",
                scim_type="invalidSyntax",
            )
        return cls(operations, dialect)

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
        """Return a new resource with all operations applied; the given one is never changed.

        What no operation addressed is shared between the two, not copied.

        Args:
            resource: a model, or a mapping in wire form.
            schema: what it is; by default what it says it is (see `schema_for`), where every other URN
                in its `schemas` is an extension that takes any attribute.
            dialect: how the operations are read; by default the dialect of the request.

        Returns:
            A model of the same class for a model, a `dict` for a mapping.

        Raises:
            PatchError: an operation cannot be done (`noTarget`, `mutability`, `invalidValue`);
                `operation_index` says which. Nothing of the request took effect.
            InvalidPath: a path names what the resource does not have.
            InvalidFilter: a filter in a path does not fit its attribute.
        """
        rules = get_dialect(dialect or self.dialect)
        if not is_node(resource):
            raise PatchError(
                f"a resource is a model or a mapping, not {type(resource).__name__}",
                scim_type="invalidSyntax",
            )
        if schema is not None:
            known = ResourceSchema.of(schema)
        else:
            known = self._schema or find_instance_schema(resource)
        if not self.operations and self.dialect == "entra" and not rules.can_be_empty:
            raise PatchError(
                "a PATCH request needs at least one operation", scim_type="invalidSyntax"
            )
        draft = WorkingCopy(resource, known, rules)
        index = 0
        try:
            for index, operation in enumerate(self.operations):  # noqa: B007  # named in errors
                path = operation.path
                target = _RESOURCE_TARGET if path is None else resolve_target(known, path, rules)
                if operation.op == "remove":
                    value = operation.value
                    remove_value(draft, target, None if value is UNSET else value)
                else:
                    write_value(draft, target, operation.value, is_add=operation.op == "add")
            return draft.finish()
        except (PatchError, InvalidPath, InvalidFilter) as error:
            raise add_operation_index(error, index, self.operations[index]) from None
        except ValidationError as error:
            raise add_operation_index(
                _to_patch_error(error), index, self.operations[index]
            ) from None
        except RecursionError:
            deep = PatchError("the value is nested too deeply", scim_type="invalidValue")
            raise add_operation_index(deep, index, self.operations[index]) from None

    def to_wire(self) -> dict[str, Any]:
        """Return the request as plain data, ready for JSON."""
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
                f"{format_short_repr(urn)} is not the schema of a PATCH request, which is {PATCH_OP}",
                scim_type="invalidSyntax",
            )


def _to_patch_error(error: ValidationError) -> PatchError:
    """Return what a model of the user's own refuses; the value itself is not shown."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(step) for step in problem["loc"])
    return PatchError(
        f"{where}: {problem['msg']}" if where else problem["msg"], scim_type="invalidValue"
    )
