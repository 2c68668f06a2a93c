"""Operations of PATCH requests: parse, validate, print, serialize (RFC 7644 §3.5.2)."""

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
from britive_scim.scim.json_values import to_json_value
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
"""Operation names (RFC 7644 §3.5.2)."""


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Value of an operation without a value; `None` is JSON's null."""

_OPS_BY_SPELLING: Final[dict[Any, PatchOp]] = {
    spelling: op for op in get_args(PatchOp) for spelling in (op, op.capitalize(), op.upper())
}
_set_attribute = object.__setattr__
_new_object = object.__new__


@dataclass(frozen=True, slots=True, init=False)
class PatchOperation:
    """One operation of a PATCH request.

    Attributes:
        op: `add`, `replace` or `remove`; accepted in any case.
        path: text of the target path; `None` for the resource, the value is then an object of
            attributes. The constructor also accepts the results of `parse_path` and `attr`.
        value: JSON data, or `UNSET`. The constructor converts models, dates, decimals, enumerations,
            secrets, sets and the like.

    Raises:
        InvalidPath: the path does not parse; the message shows the position.
        InvalidFilter: the filter in its brackets does not parse.
        PatchError: an unknown `op` (`invalidSyntax`), an add or replace without value
            (`invalidValue`), a remove without path (`noTarget`).

    Examples:
        >>> PatchOperation(op="replace", path="name.familyName", value="Jensen").to_wire()
        {'op': 'replace', 'path': 'name.familyName', 'value': 'Jensen'}
        >>> PatchOperation(op="remove", path="emails[type eq work]")
        Traceback (most recent call last):
            ...
        britive_scim.errors.InvalidFilter: expected a value ("text", a number, true, false or null), got 'work'
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
        from britive_scim.scim.redaction import (  # needed to display only
            redact_expression,
            redact_json,
        )

        parts = [f"op={self.op!r}"]
        if self.path is not None:
            parts.append(f"path={redact_expression(self.path)!r}")
        if self.value is not UNSET:
            parts.append(f"value={format_short_repr(redact_json(self.value, self.path or ''))}")
        return f"PatchOperation({', '.join(parts)})"

    def to_wire(self) -> dict[str, Any]:
        """Return the operation as JSON data."""
        wire: dict[str, Any] = {"op": self.op}
        if self.path is not None:
            wire["path"] = self.path
        if self.value is not UNSET:
            wire["value"] = self.value
        return wire


# ----------------------------------------------------------------------------- parsing


def parse_operation(index: int, data: Any) -> PatchOperation:
    """Parse an operation from JSON data; a `PatchOperation` is returned unchanged.

    Raises:
        PatchError, InvalidPath, InvalidFilter: invalid operation; `operation_index` is `index`.
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
    """Return `op`, `path` and `value` of an object with names in another case or other members."""
    if not is_mapping(data):
        raise PatchError("operation must be a JSON object", scim_type="invalidSyntax")
    op, path = find_member(data, "op", None), find_member(data, "path", None)
    return op, path, find_member(data, "value", UNSET)


def _set_members(operation: PatchOperation, op: Any, path: Any, value: Any) -> None:
    """Validate the members of an operation and set them; the value is JSON data."""
    op_name = _OPS_BY_SPELLING.get(op if op.__class__ is str else None) or _parse_op(op)
    if path.__class__ is str and path:
        parse_path(path)
    elif path is None or (isinstance(path, str) and path == ""):
        path = None
        if op_name == "remove":
            raise PatchError("path must be set in a remove operation", scim_type="noTarget")
    elif isinstance(path, str):
        parse_path(path)
    else:
        raise PatchError(
            f"path must be a string, got {type(path).__name__}",
            scim_type="invalidSyntax",
        )
    if value is UNSET and op_name != "remove":
        article = "an" if op_name == "add" else "a"
        raise PatchError(
            f"value must be set in {article} {op_name} operation", scim_type="invalidValue"
        )
    _set_attribute(operation, "op", op_name)
    _set_attribute(operation, "path", path)
    _set_attribute(operation, "value", value)


def _parse_op(op: Any) -> PatchOp:
    """Return an `op` in an unusual spelling."""
    op_name = _OPS_BY_SPELLING.get(op.lower()) if isinstance(op, str) else None
    if op_name is None:
        raise PatchError(
            "op must be add, replace or remove,"
            f" got {'nothing' if op is None else format_short_repr(op)}",
            scim_type="invalidSyntax",
        )
    return op_name


def find_member(members: Mapping[Any, Any], name: str, default: Any) -> Any:
    """Return a member of a message by its name in any case."""
    folded = fold(name)
    keys = [key for key in members if isinstance(key, str) and fold(key) == folded]
    if len(keys) > 1:
        raise PatchError(f"{name} must be set only once", scim_type="invalidSyntax")
    return members[keys[0]] if keys else default


def _to_json(value: Any) -> Any:
    if value is UNSET:
        return value
    try:
        return to_json_value(value)
    except ValueError as error:
        raise PatchError(f"value must be JSON data: {error}", scim_type="invalidValue") from None


# ----------------------------------------------------------------------------- errors


def add_operation_index(
    error: PatchError | InvalidPath | InvalidFilter,
    index: int,
    operation: PatchOperation | None = None,
) -> PatchError | InvalidPath | InvalidFilter:
    """Return the error with the index of its operation, also in the message."""
    summary = (
        f" ({operation.op}{' ' + operation.path if operation.path else ''})" if operation else ""
    )
    error.message = f"operation {index}{summary}: {error.message}"
    error.args = (error.message,)
    error.operation_index = index
    return error


_SHORT_REPR = reprlib.Repr()
_SHORT_REPR.maxstring = _SHORT_REPR.maxother = 60


def format_short_repr(value: Any) -> str:
    """Return a short repr of a value for a message."""
    return _SHORT_REPR.repr(value)
