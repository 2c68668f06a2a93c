"""Parts of a wanted directory, built from files and values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.provisioning.directory.checks import check_groups, check_users
from britive_scim.provisioning.directory.columns import list_missing_columns
from britive_scim.provisioning.directory.csv_rows import CsvRows
from britive_scim.provisioning.directory.data_frames import (
    explain_missing_rows,
    is_series,
    read_frame,
)
from britive_scim.provisioning.directory.files import SourceFile, check_delimiter, read_source_file
from britive_scim.provisioning.directory.group_rows import GroupReader
from britive_scim.provisioning.directory.json_rows import Row, read_json_rows
from britive_scim.provisioning.directory.lists import DirectoryGroups
from britive_scim.provisioning.directory.members import MemberResolver, UserIndex
from britive_scim.provisioning.directory.options import ReadingOptions
from britive_scim.provisioning.directory.problems import Problem, Problems, sort_problems
from britive_scim.provisioning.directory.records import Completeness, GroupRecord, UserRecord
from britive_scim.provisioning.directory.rows import RowReader
from britive_scim.provisioning.directory.source import Source
from britive_scim.scim.schemas.resource_schema import ResourceSchema

__all__ = ["WantedParts", "build_parts_of_file", "build_parts_of_values"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedParts:
    """Parts of a wanted directory; see `Directory`."""

    user_records: tuple[UserRecord, ...]
    group_records: tuple[GroupRecord, ...] | None
    completeness: Completeness
    problems: Problems
    source: Source
    partial_attributes: frozenset[str] = field(default_factory=frozenset[str])


def build_parts_of_file(
    file: SourceFile,
    groups: str | os.PathLike[str] | None,
    options: ReadingOptions,
    encoding: str | None,
    delimiter: str | None,
) -> WantedParts:
    """Return the parts of a directory in a file, with its groups.

    Raises:
        DirectoryError: a file has another format, or no headers.
        OSError: the groups file cannot be read.
    """
    check_delimiter(delimiter)
    reader = RowReader(options)
    group_reader: GroupReader | None = None
    format_: str = file.format
    why_users: str | None = None
    why_groups: str | None = None
    used_delimiter = None
    if file.format in ("CSV", "Excel"):
        rows = CsvRows.parse(file.text, _get_delimiter(file, delimiter), file.name)
        used_delimiter = None if file.format == "Excel" else rows.delimiter
        reader.read_cells(rows.headers, rows, rows.line)
        problems = rows.problems + list_missing_columns(rows.headers, options, rows.line)
    else:
        documents = read_json_rows(file)
        why_users = documents.why_incomplete
        reader.read_mappings(documents.users)
        problems = documents.problems + list_missing_columns(reader.headers, options, None)
        if documents.is_onboarding:
            format_ = "onboarding file"
            reader.paths |= {"idp": ()}
        if documents.groups is not None:
            group_reader = GroupReader()
            group_reader.read_mappings(documents.groups)
    description = None
    if groups is not None:
        if reader.has_groups or group_reader is not None:
            rule = "groups must come from one place, got a groups file and groups of the users; ignore the column with columns={'groups': None}"
            problems.append(Problem(rule, None, "groups"))
        group_reader, description, why_groups = _read_groups_file(groups, encoding, delimiter)
    source = Source(
        name=file.name,
        format=format_,
        encoding=file.encoding,
        delimiter=used_delimiter,
        columns=reader.paths,
        groups=description,
    )
    parts = _build_parts(reader, group_reader, options, source, problems)
    return _limit_completeness(
        parts, why_users, why_groups, are_groups_of_users=group_reader is None
    )


def _read_groups_file(
    path: str | os.PathLike[str], encoding: str | None, delimiter: str | None
) -> tuple[GroupReader, str, str | None]:
    """Return the reader of a groups file, the description of the file, and why groups are missing in it."""
    file = read_source_file(path, encoding)
    reader = GroupReader(file.name)
    if file.format in ("CSV", "Excel"):
        rows = CsvRows.parse(file.text, _get_delimiter(file, delimiter), file.name)
        reader.read_cells(rows.headers, rows, rows.line)
        reader.problems += [_locate(problem, file.name) for problem in rows.problems]
        encoding = "" if file.encoding is None else f", encoding {file.encoding}"
        return reader, f"{file.name} ({file.format}{encoding})", None
    documents = read_json_rows(file)
    reader.read_mappings(documents.users)
    reader.problems += [_locate(problem, file.name) for problem in documents.problems]
    return reader, f"{file.name} ({file.format})", documents.why_incomplete


def _get_delimiter(file: SourceFile, delimiter: str | None) -> str | None:
    return "," if file.format == "Excel" else delimiter


def _locate(problem: Problem, name: str) -> Problem:
    return Problem(
        problem.rule, problem.line, problem.column, problem.value, problem.severity, name
    )


def build_parts_of_values(users: Any, groups: Any, options: ReadingOptions) -> WantedParts:
    """Return the parts of a directory of resources, mappings or a data frame.

    Raises:
        InputError: a value is neither a resource nor a mapping.
    """
    rows, schema = _to_user_rows(users)
    reader = RowReader(options, schema)
    reader.read_mappings(rows)
    group_reader = None
    if groups is not None:
        group_reader = GroupReader()
        _read_group_values(groups, group_reader)
    problems = list_missing_columns(reader.headers, options, None)
    if group_reader is not None and (
        reader.group_rows or any(names is not None for names in reader.groups)
    ):
        rule = "groups must come from one place, got a list of groups and groups of the users"
        problems.append(Problem(rule, None, "groups"))
    parts = _build_parts(reader, group_reader, options, Source(columns=reader.paths), problems)
    why_users, why_groups = _explain_missing_values(users, groups)
    return _limit_completeness(
        parts, why_users, why_groups, are_groups_of_users=group_reader is None
    )


def _explain_missing_values(users: Any, groups: Any) -> tuple[str | None, str | None]:
    """Return why users and groups are missing in lists or data frames, each `None` if none is."""
    why_users, why_groups = explain_missing_rows(users), explain_missing_rows(groups)
    if isinstance(groups, DirectoryGroups):
        why_groups = why_groups or groups.why_members_incomplete
    if isinstance(groups, Mapping):  # {name: members}
        lists = cast("Mapping[str, object]", groups).values()
        why_groups = next(filter(None, map(explain_missing_rows, lists)), why_groups)
    return why_users, why_groups


def _limit_completeness(
    parts: WantedParts,
    why_users: str | None,
    why_groups: str | None,
    *,
    are_groups_of_users: bool,
) -> WantedParts:
    """Return the parts with the completeness of their source.

    Args:
        parts: the parts.
        why_users: why users are missing in the source; `None` if none is.
        why_groups: the same for groups.
        are_groups_of_users: whether the groups are stated by the users, so that they are missing with them.
    """
    reasons = [
        why if why.startswith(noun) else f"{noun}: {why}"
        for noun, why in (("users", why_users), ("groups", why_groups))
        if why
    ]
    if are_groups_of_users:
        why_groups = why_groups or why_users
    completeness = replace(
        parts.completeness,
        users=parts.completeness.users if why_users is None else False,
        groups=parts.completeness.groups
        if why_groups is None or parts.group_records is None
        else False,
        reasons=tuple(reasons),
    )
    return replace(parts, completeness=completeness)


def _to_user_rows(users: Any) -> tuple[list[Row], ResourceSchema]:
    schema = ResourceSchema.of(scim.User)
    frame = read_frame(users)
    if frame is not None:
        return list(enumerate(frame, 1)), schema
    type_name = type(users).__name__
    if isinstance(users, scim.Resource) or not is_series(users):
        raise InputError(
            f"users must be a list of users or mappings, or a data frame, got {type_name};"
            " read a file with Directory.read(path)"
        )
    rows: list[Row] = []
    for position, user in enumerate(users, 1):
        type_name = type(user).__name__
        if isinstance(user, scim.User):
            model = cast("type[scim.Resource]", type(cast("object", user)))
            if schema.model is not model:
                schema = ResourceSchema.of(model)
            rows.append((position, user.to_wire()))
        elif isinstance(user, Mapping):
            rows.append((position, cast("Mapping[str, Any]", user)))
        else:
            raise InputError(
                f"users[{position - 1}] must be a scim.User or a mapping, got {type_name}"
            )
    return rows, schema


def _read_group_values(groups: Any, reader: GroupReader) -> None:
    frame = read_frame(groups)
    if frame is not None:
        reader.read_mappings(enumerate(frame, 1))
        return
    if isinstance(groups, Mapping):  # {name: members}
        named = cast("Mapping[str, Any]", groups)
        groups = [{"displayName": name, "members": members} for name, members in named.items()]
    type_name = type(groups).__name__
    if isinstance(groups, scim.Resource) or not is_series(groups):
        raise InputError(
            f"groups must be a list of groups, rows of group and member, or a data frame, got {type_name}"
        )
    rows: list[Row] = []
    for position, group in enumerate(groups, 1):
        type_name = type(group).__name__
        if isinstance(group, scim.Group):
            rows.append((position, {"displayName": None, "members": None} | group.to_wire()))
        elif isinstance(group, Mapping):
            rows.append((position, cast("Mapping[str, Any]", group)))
        else:
            raise InputError(
                f"groups[{position - 1}] must be a scim.Group or a mapping, got {type_name}"
            )
    reader.read_mappings(rows)


def _build_parts(
    reader: RowReader,
    groups: GroupReader | None,
    options: ReadingOptions,
    source: Source,
    problems: list[Problem],
) -> WantedParts:
    """Return the parts of what was read, with the problems of all of it."""
    reader.finish()
    index = UserIndex(reader.users)
    problems += reader.problems
    problems += check_users(reader.users, index)
    if groups is None and (reader.group_rows or any(names is not None for names in reader.groups)):
        groups = GroupReader()
        groups.read_group_rows(reader.group_rows)
        groups.read_user_columns(reader.users, reader.groups)
    records: tuple[GroupRecord, ...] | None = None
    if groups is not None:
        drafts = list(groups.groups.values())
        problems += groups.problems
        problems += check_groups(drafts, groups.source)
        resolver = MemberResolver(drafts, index, reader.ids, options.nested, groups.source)
        records = resolver.build_records()
        problems += resolver.problems
    return WantedParts(
        user_records=tuple(reader.users),
        group_records=records,
        completeness=Completeness(groups=None if records is None else True),
        problems=sort_problems(problems),
        source=source,
        partial_attributes=frozenset(reader.partial_attributes),
    )
