"""Export of a directory as CSV that is read back as the same users and groups.

An attribute becomes columns of text only if every value is read back unchanged. The others are written to the column
`other`, a JSON object, so that nothing is lost. A group that the rows of the users do not describe completely has a row
of its own, with its name in the column `groups` and the rest of the group in `other`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, cast

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.provisioning.directory.cells import (
    CellError,
    is_empty,
    normalize_cell,
    split_cell,
)
from britive_scim.provisioning.directory.contents import DirectoryContents
from britive_scim.provisioning.directory.csv_rows import read_cell
from britive_scim.provisioning.directory.headers import GROUPS, OTHER
from britive_scim.provisioning.directory.options import ReadingOptions
from britive_scim.provisioning.directory.paths import Setter, build_target
from britive_scim.provisioning.directory.records import GroupRecord, UserRecord
from britive_scim.scim.datatypes import normalize_caseless
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.scim.names import ENTERPRISE_USER, GROUP
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.tables.files import protect_formula

__all__ = ["format_csv"]

_COLUMNS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("user_name", "userName", ("userName",)),
    ("external_id", "externalId", ("externalId",)),
    ("given_name", "name.givenName", ("name", "givenName")),
    ("family_name", "name.familyName", ("name", "familyName")),
    ("display_name", "displayName", ("displayName",)),
    ("title", "title", ("title",)),
    ("department", "enterprise.department", (ENTERPRISE_USER, "department")),
    ("employee_number", "enterprise.employeeNumber", (ENTERPRISE_USER, "employeeNumber")),
    ("manager", "enterprise.manager.value", (ENTERPRISE_USER, "manager", "value")),
    ("active", "active", ("active",)),
)
"""Header, path of the column, and the keys of the value in a user."""

_TYPED_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "emails": {"work": "email"},
    "phoneNumbers": {
        type_: f'phoneNumbers[type eq "{type_}"].value' for type_ in ("work", "mobile")
    },
}
"""Headers by type, of lists of which single values may be stated."""


def format_csv(directory: DirectoryContents) -> str:
    """Return a wanted directory as CSV: one row per user, with a column of groups, and rows of groups.

    Raises:
        InputError: CSV cannot hold the directory: it is incomplete, or has members that are no users.
    """
    _check(directory)
    users = directory.user_records
    rows: list[dict[str, str]] = [{} for _ in users]
    rest = [_copy(user.values) for user in users]
    for header, path, keys in _COLUMNS:
        _move_column(header, path, keys, rest, rows)
    headers = [header for header, _, _ in _COLUMNS if any(header in row for row in rows)]
    for name in sorted(directory.partial_attributes):
        headers += _TYPED_COLUMNS[name].values()
        _move_typed_values(name, rest, rows)
    group_rows: list[dict[str, str]] = []
    if directory.group_records is not None:
        headers.append(GROUPS)
        unproven = directory.completeness.unproven_groups
        known = [group for group in directory.group_records if _has_members(group, unproven)]
        for row, cell in zip(rows, _format_groups(users, known), strict=True):
            row[GROUPS] = cell
        group_rows = [*_iter_group_rows(directory.group_records, unproven)]
    others = [_drop_empty(values) for values in rest]
    for row, values in zip(rows, others, strict=True):
        row[OTHER] = json.dumps(values, ensure_ascii=True) if values else ""
    rows += group_rows
    if any(row[OTHER] for row in rows):
        headers.append(OTHER)
    output = io.StringIO(newline="")
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(headers)
    for row in rows:
        cells = [row.get(header, "") for header in headers]
        writer.writerow(cells)
    return output.getvalue()


def _check(directory: DirectoryContents) -> None:
    way_out = "export to a file that ends in .jsonl, which holds everything"
    if directory.completeness.users is False or directory.completeness.groups is False:
        raise InputError(f"directory must be complete for CSV, got an incomplete one; {way_out}")
    partial = directory.partial_attributes
    if not partial <= _TYPED_COLUMNS.keys() or not all(
        _has_columns(name, user.values.get(name))
        for name in partial
        for user in directory.user_records
    ):
        raise InputError(
            f"directory must state whole lists, work addresses, or work and mobile numbers for CSV; {way_out}"
        )
    if any(None in user.values.values() for user in directory.user_records):
        raise InputError(f"directory must not clear values for CSV; {way_out}")
    keys = {user.external_id or user.user_name for user in directory.user_records}
    names: set[str] = set()
    for group in directory.group_records or ():
        if _has_members(group, directory.completeness.unproven_groups) and any(
            member.value not in keys or member.type == "Group" for member in group.members or ()
        ):
            raise InputError(f"members must be users of the directory for CSV; {way_out}")
        name = normalize_caseless(" ".join((group.display_name or "").split()))
        if not name or name in names:
            raise InputError(f"groups must have different names for CSV; {way_out}")
        names.add(name)


def _copy(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy whose objects can be changed."""
    return {
        name: _copy(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else value
        for name, value in values.items()
    }


def _move_column(
    header: str,
    path: str,
    keys: tuple[str, ...],
    rest: Sequence[dict[str, Any]],
    rows: Sequence[dict[str, str]],
) -> None:
    """Move the values of one column to the rows, if each is read back as it was."""
    options = ReadingOptions.from_arguments()
    setter = build_target(path, ResourceSchema.of(scim.User), options).set
    cells: list[str | None] = []
    for values in rest:
        value = _get(values, keys)
        cell = None if value is None else _to_cell(value)
        if cell is not None and not _is_read_back(cell, value, setter, keys):
            return
        if value is not None and cell is None:
            return
        cells.append(cell)
    for values, row, cell in zip(rest, rows, cells, strict=True):
        if cell is not None:
            row[header] = cell
            _delete(values, keys)


def _has_columns(name: str, items: Any) -> bool:
    """Return whether a list is missing, or what columns of single values state."""
    if items is None:
        return True
    headers = _TYPED_COLUMNS[name]
    types: list[str] = []
    for item in items if is_list(items) else ():
        if not is_object(item) or item.keys() != {"type", "value"} or not _is_cell(item["value"]):
            return False
        types += [type_ for type_ in headers if type_ == item["type"]]
    return bool(types) and len(set(types)) == len(items)


def _is_cell(value: Any) -> bool:
    """Return whether a cell of text is read back as the value."""
    if not isinstance(value, str):
        return False
    cell = protect_formula(value)
    return _is_writable(cell) and normalize_cell(read_cell(cell)) == value != ""


def _move_typed_values(
    name: str, rest: Sequence[dict[str, Any]], rows: Sequence[dict[str, str]]
) -> None:
    for values, row in zip(rest, rows, strict=True):
        for item in values.pop(name, None) or ():
            row[_TYPED_COLUMNS[name][item["type"]]] = protect_formula(item["value"])


def _get(values: Mapping[str, Any], keys: Iterable[str]) -> Any:
    value: Any = values
    for key in keys:
        value = cast("Mapping[str, Any]", value).get(key) if isinstance(value, Mapping) else None
    return value


def _delete(values: dict[str, Any], keys: tuple[str, ...]) -> None:
    holder = values
    for key in keys[:-1]:
        holder = holder[key]
    del holder[keys[-1]]


def _drop_empty(values: dict[str, Any]) -> dict[str, Any]:
    """Return what is left of a user, without objects that became empty."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        kept = _drop_empty(cast("dict[str, Any]", value)) if isinstance(value, dict) else value
        if kept != {}:
            result[name] = kept
    return result


def _to_cell(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return protect_formula(value) if isinstance(value, str) else None


def _is_read_back(cell: str, value: Any, setter: Setter, keys: tuple[str, ...]) -> bool:
    """Return whether a cell is read as the value."""
    normalized = normalize_cell(read_cell(cell))
    if is_empty(normalized) or not _is_writable(cell):
        return False
    values: dict[str, Any] = {}
    try:
        setter(values, normalized)
    except CellError:
        return False
    read: Any = _get(values, keys)
    return type(read) is type(value) and bool(read == value)


def _is_writable(text: str) -> bool:
    """Return whether a file holds a cell unchanged: no null characters, line ends or lone surrogates."""
    if any(c in text for c in "\0\r\n"):
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _format_groups(users: Sequence[UserRecord], groups: Sequence[GroupRecord]) -> list[str]:
    """Return the cell of each user: the names of its groups."""
    names: dict[str, list[str]] = {}
    for group in groups:
        for member in group.members or ():
            names.setdefault(member.value, []).append(group.display_name or "")
    return [
        _join(
            names.get(user.external_id or user.user_name or "", []),
            _read_names,
        )
        for user in users
    ]


def _has_members(group: GroupRecord, unproven: AbstractSet[str]) -> bool:
    """Return whether all members of a group are known."""
    key = group.external_id or group.display_name
    return group.members is not None and key not in unproven


def _iter_group_rows(
    groups: Sequence[GroupRecord], unproven: AbstractSet[str]
) -> Iterator[dict[str, str]]:
    """Yield the rows of the groups without members, with unknown ones, or with more attributes than a name."""
    for group in groups:
        values = {
            name: value
            for name, value in group.values.items()
            if name == "externalId" or name.startswith("urn:")
        }
        known = _has_members(group, unproven)
        if values or not known or not group.members:
            document = {"schemas": [GROUP], **values} | ({} if known else {"members": None})
            name = _join([group.display_name or ""], _read_names)
            yield {GROUPS: name, OTHER: json.dumps(document, ensure_ascii=True)}


def _read_names(cell: str) -> list[Any]:
    return split_cell(normalize_cell(read_cell(cell)))


def _join(names: list[str], read: Callable[[str], list[Any]]) -> str:
    """Return the names with `;` between them, or as a JSON list where that is not read back."""
    if not names:
        return ""
    cell = protect_formula(";".join(names))
    is_same = _is_writable(cell) and read(cell) == names
    is_same = is_same and not cell.removesuffix(".0").isdecimal()  # would be a number of groups
    return cell if is_same else json.dumps(names, ensure_ascii=True)
