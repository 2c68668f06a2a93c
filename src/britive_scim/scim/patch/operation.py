"""One operation of a PATCH request: read, checked, shown, written (RFC 7644 §3.5.2)."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal, get_args

from britive_scim.errors import InvalidFilter, InvalidPath, PatchError
from britive_scim.scim.filters.builder import AttributeName
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.path import Path
from britive_scim.scim.json_values import is_list, to_json_value
from britive_scim.scim.models.repr import is_printable_attribute
from britive_scim.scim.names import fold
from britive_scim.scim.values.node import is_mapping

__all__ = [
    "UNSET",
    "PatchOp",
    "PatchOperation",
    "Unset",
    "add_operation_index",
    "find_member",
    "format_short_repr",
    "parse_operation",
]

PatchOp = Literal["add", "replace", "remove"]
"""What an operation does."""


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""The value of an operation that has none; `None` is one: JSON's null."""

_OPS_BY_SPELLING: Final[dict[Any, PatchOp]] = {
    spelled: op for op in get_args(PatchOp) for spelled in (op, op.capitalize(), op.upper())
}
_set_attribute = object.__setattr__
_new_object = object.__new__


@dataclass(frozen=True, slots=True, init=False)
class PatchOperation:
    """One operation of a PATCH request.

    Attributes:
        op: `add`, `replace` or `remove`; read in any case.
        path: what it addresses, as text; `None` for the resource itself, whose attributes are then
            members of the value. What `parse_path` or `attr` returns may be given, too.
        value: JSON data; models, dates, decimals, enumerations, secrets, sets and the like are turned into it. `UNSET`
            where there is none.

    Raises:
        InvalidPath: the path does not parse; the message shows where.
        InvalidFilter: what stands in its brackets is no filter.
        PatchError: an unknown `op` (`invalidSyntax`), no value to add or replace (`invalidValue`),
            nothing named to be removed (`noTarget`).

    Examples:
        >>> PatchOperation(op="replace", path="name.familyName", value="Jensen").to_wire()
        {'op': 'replace', 'path': 'name.familyName', 'value': 'Jensen'}
        >>> PatchOperation(op="remove", path="emails[type eq work]")
        Traceback (most recent call last):
            ...
        britive_scim.errors.InvalidFilter: expected a value ("text", a number, true, false or null), found 'work'
          emails[type eq work]
                         ^
    """

    op: PatchOp
    path: str | None
    value: Any

    def __init__(
        self, op: str, path: str | Path | AttributeName | None = None, value: Any = UNSET
    ) -> None:
        if isinstance(path, AttributeName):
            path = path.path
        _set_members(self, op, str(path) if isinstance(path, Path) else path, _to_json(value))

    def __repr__(self) -> str:
        parts = [f"op={self.op!r}"]
        if self.path is not None:
            parts.append(f"path={self.path!r}")
        if self.value is not UNSET:
            parts.append(f"value={format_short_repr(_redact_secrets(self.path, self.value))}")
        return f"PatchOperation({', '.join(parts)})"

    def to_wire(self) -> dict[str, Any]:
        """Return the operation as plain data, ready for JSON."""
        wire: dict[str, Any] = {"op": self.op}
        if self.path is not None:
            wire["path"] = self.path
        if self.value is not UNSET:
            wire["value"] = self.value
        return wire


# ----------------------------------------------------------------------------- reading


def parse_operation(index: int, data: Any) -> PatchOperation:
    """Return the operation that parsed JSON says, or that is one already.

    Raises:
        PatchError, InvalidPath, InvalidFilter: it is none; `operation_index` is `index`.
    """
    if data.__class__ is not dict and isinstance(data, PatchOperation):
        return data
    try:
        if data.__class__ is dict:
            op, path, value = data.get("op"), data.get("path"), data.get("value", UNSET)
            if len(data) != 3 - (op is None) - (path is None) - (value is UNSET):
                op, path, value = _find_members(data)
        else:
            op, path, value = _find_members(data)
        operation = _new_object(PatchOperation)
        _set_members(operation, op, path, value)
    except (PatchError, InvalidPath, InvalidFilter) as error:
        raise add_operation_index(error, index) from None
    return operation


def _find_members(data: Any) -> tuple[Any, Any, Any]:
    """Return `op`, `path` and `value` of what holds something else, too: other spellings, other members."""
    if not is_mapping(data):
        raise PatchError("an operation is a JSON object", scim_type="invalidSyntax")
    op, path = find_member(data, "op", None), find_member(data, "path", None)
    return op, path, find_member(data, "value", UNSET)


def _set_members(operation: PatchOperation, op: Any, path: Any, value: Any) -> None:
    """Check the parts of an operation and put them in; the value is JSON data."""
    known = _OPS_BY_SPELLING.get(op if op.__class__ is str else None) or _parse_op(op)
    if path.__class__ is str and path:
        parse_path(path)
    elif path is None or (isinstance(path, str) and path == ""):
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
    _set_attribute(operation, "op", known)
    _set_attribute(operation, "path", path)
    _set_attribute(operation, "value", value)


def _parse_op(op: Any) -> PatchOp:
    """Return an `op` that is spelled in some unusual way."""
    known = _OPS_BY_SPELLING.get(op.lower()) if isinstance(op, str) else None
    if known is None:
        raise PatchError(
            "an operation needs an op: add, replace or remove"
            if op is None
            else f"{format_short_repr(op)} is no operation; there are add, replace and remove",
            scim_type="invalidSyntax",
        )
    return known


def find_member(members: Mapping[Any, Any], name: str, default: Any) -> Any:
    """Return a member of a message, its name in any case."""
    folded = fold(name)
    found = [key for key in members if isinstance(key, str) and fold(key) == folded]
    if len(found) > 1:
        raise PatchError(f"{name} is given twice", scim_type="invalidSyntax")
    return members[found[0]] if found else default


def _to_json(value: Any) -> Any:
    if value is UNSET:
        return value
    try:
        return to_json_value(value)
    except ValueError as error:
        raise PatchError(f"no JSON data: {error}", scim_type="invalidValue") from None


# ----------------------------------------------------------------------------- telling


def add_operation_index(
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


_SHORT_REPR = reprlib.Repr()
_SHORT_REPR.maxstring = _SHORT_REPR.maxother = 60


def format_short_repr(value: Any) -> str:
    """Return a value for a message, cut short."""
    return _SHORT_REPR.repr(value)


def _redact_secrets(path: str | None, value: Any) -> Any:
    """Return a value as it may be shown: without passwords and other secrets, going by their names."""
    if path is not None and not is_printable_attribute(path):
        return ...
    if is_mapping(value):
        return {
            name: _redact_secrets(None, member) if is_printable_attribute(str(name)) else ...
            for name, member in value.items()
        }
    if is_list(value):
        return [_redact_secrets(None, item) for item in value]
    return value
