"""CSV of a found directory that `Directory.read` reads back without loss: users, and the groups of each."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from britive_scim._private_file import resolve_output_path, write_private_file
from britive_scim.provisioning import Directory, UserRecord
from britive_scim.scim.names import ENTERPRISE_USER

__all__ = ["write_csv"]

_PATHS = {
    "user_name": ("userName",),
    "external_id": ("externalId",),
    "given_name": ("name", "givenName"),
    "family_name": ("name", "familyName"),
    "display_name": ("displayName",),
    "email": (),
    "title": ("title",),
    "department": (ENTERPRISE_USER, "department"),
    "manager": (ENTERPRISE_USER, "manager", "value"),
    "employee_number": (ENTERPRISE_USER, "employeeNumber"),
    "active": ("active",),
}
"""Place of the value of each column in a user; the work address has a rule of its own."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that spreadsheets take for a formula; `'` before them is taken off when the file is read."""

Values = dict[str, Any]


def write_csv(directory: Directory, path: Path) -> None:
    """Write the users of a complete found directory, with their groups, to a file readable by its owner only.

    Attributes without a column of their own are in the column `other`, as JSON. Groups without users have no row.

    Raises:
        InputError: `path` is a directory, or its directory does not exist.
    """
    wanted = directory.as_wanted()
    groups = _list_groups(wanted)
    columns = [*_PATHS, "other"] + (["groups"] if groups is not None else [])
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for record in wanted.user_records:
        row = _build_row(record)
        if groups is not None:
            names = groups[record.external_id or record.user_name or ""]
            row["groups"] = _format_names(names)
        writer.writerow({name: _escape(cell) for name, cell in row.items()})
    write_private_file(resolve_output_path(path), text.getvalue())


def _list_groups(directory: Directory) -> Mapping[str, list[str]] | None:
    """Return the names of the groups by the key of each member; `None` without groups."""
    if directory.group_records is None:
        return None
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for group in directory.group_records:
        for member in group.members or ():
            groups[member.value].append(group.display_name or "")
    return groups


def _build_row(record: UserRecord) -> dict[str, str]:
    rest: Values = json.loads(json.dumps(record.values))  # a copy in depth
    row = {
        name: _take(rest, path) if path else _take_work_address(rest)
        for name, path in _PATHS.items()
    }
    other = dict(_list_rest(rest))
    row["other"] = json.dumps(other, ensure_ascii=False) if other else ""
    return row


def _take(values: Values, path: tuple[str, ...]) -> str:
    """Remove the value at a path and return it as a cell; empty if the cell could not be read back as the value."""
    parent: Any = values
    for name in path[:-1]:
        parent = parent.get(name)
        if not isinstance(parent, dict):
            return ""
    value = cast("Values", parent).get(path[-1])
    if isinstance(value, bool):
        cell = "true" if value else "false"
    elif isinstance(value, str) and _is_plain(value):
        cell = value
    else:
        return ""
    del parent[path[-1]]
    return cell


def _take_work_address(values: Values) -> str:
    """Remove a single work address and return it; several addresses, or another type, stay where they are."""
    emails = values.get("emails")
    if not isinstance(emails, list) or len(emails) != 1:
        return ""
    email: Any = emails[0]
    if not isinstance(email, dict) or not email.keys() <= {"value", "type", "primary"}:
        return ""
    value: object = cast("Values", email).get("value")
    if email.get("type") != "work" or not isinstance(value, str) or not _is_plain(value):
        return ""
    del values["emails"]
    return value


def _is_plain(value: str) -> bool:
    """Return whether a cell with this text is read back as the same text."""
    return (
        bool(value)
        and value == value.strip()
        and not (value[0] == "'" and value[1:2] in _FORMULA)
        and value.isprintable()
    )


def _list_rest(values: Values) -> Iterator[tuple[str, Any]]:
    """Yield the attributes that have no column, by path."""
    for name, value in values.items():
        if isinstance(value, dict) and name.startswith("urn:"):
            for part, part_value in cast("Values", value).items():
                if part_value not in ({}, None):
                    yield f"{name}:{part}", part_value
        elif isinstance(value, dict):
            for part, part_value in cast("Values", value).items():
                yield f"{name}.{part}", part_value
        elif value is not None and name != "schemas":
            yield name, value


def _format_names(names: list[str]) -> str:
    if all(_is_plain(name) and ";" not in name and name[0] != "[" for name in names):
        return ";".join(names)
    return json.dumps(names, ensure_ascii=False)


def _escape(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
