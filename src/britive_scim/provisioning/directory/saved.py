"""Saved directories: one file of JSON lines, without loss, of the documented `format: 1`.

The first line describes the directory and has the numbers of its users, groups and problems, so that a truncated
file is recognized. Then follows one line for each: `{"user": …}`, `{"group": …, "members": …}` (both with `admin` where the admin API was
read), `{"problem": …}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, cast, get_args

from britive_scim.errors import DirectoryError
from britive_scim.provisioning.directory.contents import DirectoryContents
from britive_scim.provisioning.directory.files import SourceFile
from britive_scim.provisioning.directory.problems import Problem, Problems
from britive_scim.provisioning.directory.records import (
    Completeness,
    GroupRecord,
    MemberRecord,
    UserRecord,
)
from britive_scim.provisioning.directory.source import Source
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge
from britive_scim.scim.definitions.attribute import Attribute, AttributeType

__all__ = ["format_saved", "is_saved", "parse_saved"]

_FORMAT = 1
_TYPE = "britive-scim directory"


def format_saved(directory: DirectoryContents) -> str:
    """Return the text of a directory."""
    return "".join(f"{_dump(line)}\n" for line in _iter_lines(directory))


def _dump(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can hold
        return json.dumps(value, separators=(",", ":"))
    return text


def _iter_lines(directory: DirectoryContents) -> Iterator[dict[str, Any]]:
    source = asdict(directory.source)
    read_at = directory.source.read_at
    source["read_at"] = None if read_at is None else read_at.isoformat()
    completeness = asdict(directory.completeness)
    completeness["unproven_groups"] = sorted(directory.completeness.unproven_groups)
    groups = directory.group_records
    yield {
        "format": _FORMAT,
        "type": _TYPE,
        "kind": directory.kind,
        "users": len(directory.user_records),
        "groups": None if groups is None else len(groups),
        "problems": len(directory.problems),
        "completeness": completeness,
        "source": source,
        "partial_attributes": sorted(directory.partial_attributes),
        "other_providers": sorted(directory.other_providers),
        "custom_attributes": [
            {"name": attribute.name, "type": attribute.type, "multi_valued": attribute.multi_valued}
            for attribute in directory.custom_attributes
        ],
        "knowledge": directory.knowledge.to_dict(),
        "has_same_ids": directory.has_same_ids,
    }
    for user in directory.user_records:
        yield (
            {"user": user.values}
            | ({} if user.line is None else {"line": user.line})
            | ({} if user.admin is None else {"admin": user.admin})
        )
    for group in groups or ():
        members = (
            None
            if group.members is None
            else [[member.value, member.type] for member in group.members]
        )
        yield (
            {"group": group.values, "members": members}
            | ({} if group.line is None else {"line": group.line})
            | ({} if group.admin is None else {"admin": group.admin})
        )
    for problem in directory.problems:
        yield {"problem": {item.name: getattr(problem, item.name) for item in fields(problem)}}


def is_saved(file: SourceFile) -> bool:
    """Return whether a file is a saved directory, of any format."""
    if file.format == "CSV":
        return False
    try:
        head = json.loads(file.text.partition("\n")[0])
    except (ValueError, RecursionError):
        return False
    return isinstance(head, dict) and cast("dict[str, Any]", head).get("type") == _TYPE


def parse_saved(file: SourceFile) -> dict[str, Any]:
    """Return the arguments of the `Directory` that a file contains.

    Raises:
        DirectoryError: the file is no saved directory, of another format, cut or damaged.
    """
    if not is_saved(file):
        raise DirectoryError(
            f"{file.name} must be a saved directory; read other files with Directory.read(path)"
        )
    lines = file.text.split("\n")
    head: dict[str, Any] = json.loads(lines[0])
    if head.get("format") != _FORMAT:
        raise DirectoryError(
            f"{file.name} must have format {_FORMAT}, got {head.get('format')!r:.40};"
            " it was saved by another version of this library"
        )
    number = 1
    try:
        users: list[UserRecord] = []
        groups: list[GroupRecord] = []
        problems: list[Problem] = []
        for line in lines[1:]:
            number += 1
            if line:
                _parse_line(json.loads(line), users, groups, problems)
        number = 1
        result = _parse_head(head)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DirectoryError(
            f"{file.name} must be undamaged, got an error in line {number}; save it again"
        ) from None
    counts = (head.get("users"), head.get("groups") or 0, head.get("problems"))
    if counts != (len(users), len(groups), len(problems)):
        raise DirectoryError(
            f"{file.name} must have {counts[0]} users and {counts[1]} groups, got {len(users)} and"
            f" {len(groups)}: the file was cut; save it again"
        )
    result["user_records"] = tuple(users)
    result["group_records"] = None if head.get("groups") is None else tuple(groups)
    result["problems"] = Problems(problems)
    return result


def _parse_line(
    line: Mapping[str, Any],
    users: list[UserRecord],
    groups: list[GroupRecord],
    problems: list[Problem],
) -> None:
    admin = None if line.get("admin") is None else dict(line["admin"])
    if "user" in line:
        users.append(UserRecord(dict(line["user"]), line.get("line"), admin))
    elif "group" in line:
        members = line["members"]
        records = (
            None if members is None else tuple(MemberRecord(key, type_) for key, type_ in members)
        )
        groups.append(GroupRecord(dict(line["group"]), records, line.get("line"), admin))
    else:
        problems.append(Problem(**line["problem"]))


def _parse_head(head: Mapping[str, Any]) -> dict[str, Any]:
    if head["kind"] not in ("wanted", "found"):
        raise ValueError(head["kind"])
    source = dict(head["source"])
    if source["read_at"] is not None:
        source["read_at"] = datetime.fromisoformat(source["read_at"])
    source["columns"] = {column: tuple(paths) for column, paths in source["columns"].items()}
    completeness = dict(head["completeness"])
    completeness["unproven_groups"] = frozenset(completeness["unproven_groups"])
    completeness["reasons"] = tuple(completeness["reasons"])
    return {
        "kind": head["kind"],
        "completeness": Completeness(**completeness),
        "source": Source(**source),
        "partial_attributes": frozenset(head["partial_attributes"]),
        "other_providers": frozenset(head["other_providers"]),
        "custom_attributes": tuple(
            _parse_attribute(**attribute)  # missing in earlier files
            for attribute in head.get("custom_attributes", ())
        ),
        "knowledge": ProviderKnowledge(**head.get("knowledge", {})),
        "has_same_ids": head.get("has_same_ids") is True,  # missing in earlier files
    }


def _parse_attribute(*, name: Any, type: Any, multi_valued: Any) -> Attribute:
    if not isinstance(name, str) or type not in get_args(AttributeType):
        raise ValueError(name)
    return Attribute(name=name, type=type, multi_valued=multi_valued is True)
