"""PATCH requests: read, checked, applied, written (RFC 7644 §3.5.2).

```text
PatchRequest.parse(JSON) ──> PatchRequest ──.apply(resource)──> a new resource of the same kind
                                  └────.to_wire()──> JSON
```

A request is checked when it is made: a path that does not parse is refused with a caret, before
anything is sent. Whether it fits a resource is seen when it is applied.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal, TypeVar, cast, overload

from pydantic import ValidationError
from pydantic_core import from_json, to_jsonable_python

from britive_scim.errors import InvalidFilter, InvalidPath, PatchError
from britive_scim.scim.dialect import DialectName, dialect_of
from britive_scim.scim.draft import Draft
from britive_scim.scim.effect import write
from britive_scim.scim.grammar import parse_path
from britive_scim.scim.names import PATCH_OP, fold
from britive_scim.scim.path import Path
from britive_scim.scim.reach import is_complex
from britive_scim.scim.removal import remove
from britive_scim.scim.resource import Model, Resource
from britive_scim.scim.schema import ResourceSchema, SchemaLike, schema_for
from britive_scim.scim.target import Target, resolve

__all__ = ["UNSET", "PatchOp", "PatchOperation", "PatchRequest", "Unset"]

PatchOp = Literal["add", "replace", "remove"]
"""What an operation does."""

R = TypeVar("R", bound=Resource)


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""The value of an operation that has none; `None` is one: JSON's null."""

_OPS: Final[dict[Any, PatchOp]] = {
    spelled: op
    for op in cast("tuple[PatchOp, ...]", ("add", "replace", "remove"))
    for spelled in (op, op.capitalize(), op.upper())
}
_WHOLE: Final = Target("", "resource")
_set = object.__setattr__
_new = object.__new__


@dataclass(frozen=True, slots=True, init=False)
class PatchOperation:
    """One operation of a PATCH request.

    Attributes:
        op: `add`, `replace` or `remove`; read in any case.
        path: what it addresses, as text; `None` for the resource itself, whose attributes are then
            members of the value. A `Path` may be given, too.
        value: JSON data; models, dates, enumerations, sets and the like are turned into it. `UNSET`
            where there is none.

    Raises:
        InvalidPath: the path does not parse; the message shows where.
        InvalidFilter: what stands in its brackets is no filter.
        PatchError: an unknown `op` (`invalidSyntax`), no value to add or replace (`invalidValue`),
            nothing named to be removed (`noTarget`).

    >>> PatchOperation(op="replace", path="name.familyName", value="Jensen").to_wire()
    {'op': 'replace', 'path': 'name.familyName', 'value': 'Jensen'}
    >>> PatchOperation(op="remove", path="emails[type eq work]")
    Traceback (most recent call last):
        ...
    britive_scim.errors.InvalidFilter: ...
    """

    op: PatchOp
    path: str | None
    value: Any

    def __init__(self, op: str, path: str | Path | None = None, value: Any = UNSET) -> None:
        _fill(self, op, str(path) if isinstance(path, Path) else path, _plain(value))

    def __repr__(self) -> str:
        parts = [f"op={self.op!r}"]
        if self.path is not None:
            parts.append(f"path={self.path!r}")
        if self.value is not UNSET:
            parts.append(f"value={_shown(_without_secrets(self.path, self.value))}")
        return f"PatchOperation({', '.join(parts)})"

    def to_wire(self) -> dict[str, Any]:
        """Return the operation as plain data, ready for JSON."""
        wire: dict[str, Any] = {"op": self.op}
        if self.path is not None:
            wire["path"] = self.path
        if self.value is not UNSET:
            wire["value"] = self.value
        return wire


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

    >>> from britive_scim import scim
    >>> request = scim.PatchRequest(operations=[scim.PatchOperation("replace", "active", False)])
    >>> request.apply({"userName": "ann", "active": True})
    {'userName': 'ann', 'active': False}
    """

    operations: tuple[PatchOperation, ...]
    dialect: DialectName = field(default="strict", compare=False, repr=False)

    def __init__(
        self,
        operations: Iterable[PatchOperation | Mapping[str, Any]],
        dialect: DialectName = "strict",
    ) -> None:
        rules = dialect_of(dialect)
        if operations.__class__ is not list and (
            isinstance(operations, str | Mapping) or not isinstance(operations, Iterable)
        ):
            raise PatchError("Operations is not an array of operations", scim_type="invalidSyntax")
        read = tuple([_operation(index, given) for index, given in enumerate(operations)])
        if not read and not rules.empty:
            raise PatchError(
                "a PATCH request needs at least one operation", scim_type="invalidSyntax"
            )
        _set(self, "operations", read)
        _set(self, "dialect", rules.name)

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

        >>> PatchRequest.parse('{"Operations": [{"op": "Add", "path": "title", "value": "Guide"}]}')
        PatchRequest(operations=(PatchOperation(op='add', path='title', value='Guide'),))
        """
        if data.__class__ is not dict and isinstance(data, str | bytes | bytearray):
            try:
                data = from_json(data, allow_inf_nan=False)
            except ValueError as error:
                raise PatchError(f"not JSON: {error}", scim_type="invalidSyntax") from None
        if not is_complex(data):
            raise PatchError("a PATCH request is a JSON object", scim_type="invalidSyntax")
        members: Any = data
        schemas = _member(members, "schemas", None)
        if schemas != [PATCH_OP]:
            _check_schemas(schemas)
        operations = _member(members, "Operations", None)
        if not isinstance(operations, list | tuple):
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
            schema: what it is; by default what it says it is, see `schema_for`.
            dialect: how the operations are read; by default the dialect of the request.

        Returns:
            A model of the same class for a model, a `dict` for a mapping.

        Raises:
            PatchError: an operation cannot be done (`noTarget`, `mutability`, `invalidValue`);
                `operation_index` says which. Nothing of the request took effect.
            InvalidPath: a path names what the resource does not have.
            InvalidFilter: a filter in a path does not fit its attribute.
        """
        rules = dialect_of(dialect or self.dialect)
        if not is_complex(resource):
            raise PatchError(
                f"a resource is a model or a mapping, not {type(resource).__name__}",
                scim_type="invalidSyntax",
            )
        known = schema_for(resource) if schema is None else ResourceSchema.of(schema)
        if not self.operations and self.dialect == "entra" and not rules.empty:
            raise PatchError(
                "a PATCH request needs at least one operation", scim_type="invalidSyntax"
            )
        draft = Draft(resource, known, rules)
        index = 0
        try:
            for index, operation in enumerate(self.operations):  # noqa: B007  # named in errors
                path = operation.path
                target = _WHOLE if path is None else resolve(known, path, rules)
                if operation.op == "remove":
                    value = operation.value
                    remove(draft, target, None if value is UNSET else value)
                else:
                    write(draft, target, operation.value, adding=operation.op == "add")
            return draft.finish()
        except (PatchError, InvalidPath, InvalidFilter) as error:
            raise _numbered(error, index, self.operations[index]) from None
        except ValidationError as error:
            raise _numbered(_refused(error), index, self.operations[index]) from None
        except RecursionError:
            deep = PatchError("the value is nested too deeply", scim_type="invalidValue")
            raise _numbered(deep, index, self.operations[index]) from None

    def to_wire(self) -> dict[str, Any]:
        """Return the request as plain data, ready for JSON."""
        return {
            "schemas": [PATCH_OP],
            "Operations": [operation.to_wire() for operation in self.operations],
        }


# ----------------------------------------------------------------------------- reading


def _operation(index: int, data: Any) -> PatchOperation:
    """Return the operation that parsed JSON says, or that is one already."""
    if data.__class__ is PatchOperation:
        return cast("PatchOperation", data)
    try:
        if not is_complex(data):
            raise PatchError("an operation is a JSON object", scim_type="invalidSyntax")
        op, path, value = data.get("op"), data.get("path"), data.get("value", UNSET)
        if len(data) != 3 - (op is None) - (path is None) - (value is UNSET):
            # There is something else: a member spelled in another way, or one nobody knows.
            op, path = _member(data, "op", None), _member(data, "path", None)
            value = _member(data, "value", UNSET)
        operation = _new(PatchOperation)
        _fill(operation, op, path, value)
    except (PatchError, InvalidPath, InvalidFilter) as error:
        raise _numbered(error, index) from None
    return operation


def _fill(operation: PatchOperation, op: Any, path: Any, value: Any) -> None:
    """Check the parts of an operation and put them in; the value is JSON data."""
    known = _OPS.get(op if op.__class__ is str else None) or _known_op(op)
    if path is None or path == "":
        path = None
        if known == "remove":
            raise PatchError("remove needs a path: it says what to remove", scim_type="noTarget")
    elif isinstance(path, str):
        parse_path(path)
    else:
        raise PatchError(
            f"the path of an operation is a text, not {type(path).__name__}",
            scim_type="invalidSyntax",
        )
    if value is UNSET and known != "remove":
        raise PatchError(f"{known} needs a value", scim_type="invalidValue")
    _set(operation, "op", known)
    _set(operation, "path", path)
    _set(operation, "value", value)


def _known_op(op: Any) -> PatchOp:
    """Return an `op` that is spelled in some unusual way."""
    known = _OPS.get(op.lower()) if isinstance(op, str) else None
    if known is None:
        raise PatchError(
            "an operation needs an op: add, replace or remove"
            if op is None
            else f"{_shown(op)} is no operation; there are add, replace and remove",
            scim_type="invalidSyntax",
        )
    return known


def _member(members: Mapping[Any, Any], name: str, missing: Any) -> Any:
    """Return a member of a message, its name in any case."""
    if name in members:
        return members[name]
    folded = fold(name)
    found = [key for key in members if isinstance(key, str) and fold(key) == folded]
    if len(found) > 1:
        raise PatchError(f"{name} is given twice", scim_type="invalidSyntax")
    return members[found[0]] if found else missing


def _check_schemas(schemas: Any) -> None:
    if schemas is None or schemas == []:
        return
    urns = cast("list[Any]", schemas) if isinstance(schemas, list | tuple) else [schemas]
    for urn in urns:
        if not isinstance(urn, str) or fold(urn) != fold(PATCH_OP):
            raise PatchError(
                f"{_shown(urn)} is not the schema of a PATCH request, which is {PATCH_OP}",
                scim_type="invalidSyntax",
            )


def _plain(value: Any) -> Any:
    """Return what a Python value is in JSON: models in wire form, dates as text, sets as lists."""
    if value is None or value is UNSET or isinstance(value, str | bool | int | float):
        return value.value if isinstance(value, Enum) and value is not UNSET else value
    if isinstance(value, Model):
        return value.to_wire()
    if isinstance(value, Mapping):
        members = cast("Mapping[Any, Any]", value)
        return {name: _plain(member) for name, member in members.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in cast("Iterable[Any]", value)]
    try:
        return to_jsonable_python(value, by_alias=True, exclude_none=True)
    except ValueError as error:
        raise PatchError(f"no JSON data: {error}", scim_type="invalidValue") from None


# ----------------------------------------------------------------------------- telling


_Problem = TypeVar("_Problem", PatchError, InvalidPath, InvalidFilter)


def _numbered(
    error: PatchError | InvalidPath | InvalidFilter,
    index: int,
    operation: PatchOperation | None = None,
) -> PatchError | InvalidPath | InvalidFilter:
    """Return the error with the number of the operation it happened in, in the message, too."""
    what = f" ({operation.op}{' ' + operation.path if operation.path else ''})" if operation else ""
    error.message = f"operation {index}{what}: {error.message}"
    error.args = (error.message,)
    error.operation_index = index
    return error


def _refused(error: ValidationError) -> PatchError:
    """Return what a model of the user's own refuses; the value itself is not shown."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(step) for step in problem["loc"])
    return PatchError(
        f"{where}: {problem['msg']}" if where else problem["msg"], scim_type="invalidValue"
    )


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def _shown(value: Any) -> str:
    return _SHORT.repr(value)


def _without_secrets(path: str | None, value: Any) -> Any:
    """Return a value as it may be shown: without passwords."""
    if path is not None and "password" in fold(path):
        return ...
    if isinstance(value, Mapping):
        members = cast("Mapping[Any, Any]", value)
        return {
            name: ... if "password" in fold(str(name)) else _without_secrets(None, member)
            for name, member in members.items()
        }
    if isinstance(value, list):
        return [_without_secrets(None, item) for item in cast("list[Any]", value)]
    return value
