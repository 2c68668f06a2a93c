"""Rows of JSON: lines, arrays, and documents with users and groups, such as Britive's onboarding file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from britive_scim.errors import DirectoryError
from britive_scim.provisioning.directory.files import (
    AmbiguousJson,
    SourceFile,
    parse_json,
    parse_json_file,
)
from britive_scim.provisioning.directory.problems import Problem
from britive_scim.scim.json_values import is_list, is_object

__all__ = ["JsonRows", "Row", "iter_json_lines", "read_json_rows"]

Row = tuple[int, Mapping[str, Any]]


@dataclass
class JsonRows:
    """Rows of a JSON file.

    Attributes:
        users: position and cells of each user.
        groups: position and cells of each group; `None` without a list of groups.
        is_onboarding: the file is Britive's onboarding `data_input.json`.
        identity_providers: names of the identity providers of the users in an onboarding file.
        problems: entries that are not objects.
        why_incomplete: why a list response of SCIM is not proven to have all entries; `None` otherwise.
    """

    users: list[Row] = field(default_factory=list[Row])
    groups: list[Row] | None = None
    is_onboarding: bool = False
    identity_providers: set[str] = field(default_factory=set[str])
    problems: list[Problem] = field(default_factory=list[Problem])
    why_incomplete: str | None = None


def iter_json_lines(file: SourceFile, problems: list[Problem]) -> Iterator[Row]:
    """Yield line and object of each line that is not blank; other lines become problems."""
    for number, line in enumerate(file.text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = parse_json(line)
        except AmbiguousJson as error:
            problems.append(Problem(f"line must be a JSON object, got {error}", number))
            continue
        except (ValueError, RecursionError):
            problems.append(Problem("line must be a JSON object, got invalid JSON", number))
            continue
        if isinstance(value, dict):
            yield number, cast("dict[str, Any]", value)
        else:
            problems.append(
                Problem(f"line must be a JSON object, got {type(value).__name__}", number)
            )


def read_json_rows(file: SourceFile) -> JsonRows:
    """Return the rows of a JSON file.

    Raises:
        DirectoryError: the file is not JSON, or has no list of users.
    """
    rows = JsonRows()
    if file.format == "JSON lines":
        rows.users = list(iter_json_lines(file, rows.problems))
        return rows
    value = parse_json_file(file)
    if is_list(value):
        rows.users = _number_entries(value, "users", rows)
        return rows
    document = value if is_object(value) else {}
    users = document.get("users", document.get("Resources"))
    if not is_list(users):
        if document and "users" not in document and "Resources" not in document:
            rows.users = [(1, document)]  # one user over several lines
            return rows
        raise DirectoryError(f"{file.name} must have a list of users, got {type(value).__name__}")
    rows.users = _number_entries(users, "users", rows)
    if "users" not in document:
        rows.why_incomplete = _explain_missing_entries(document, len(users))
    groups = document.get("tags", document.get("groups"))
    if is_list(groups):
        rows.groups = _number_entries(groups, "groups", rows)
    rows.is_onboarding = (
        "Resources" not in document
        and "format" not in document
        and (
            "tags" in document or "idps" in document or any("idp" in user for _, user in rows.users)
        )
    )
    if rows.is_onboarding:
        _convert_onboarding(rows)
    return rows


def _explain_missing_entries(response: Mapping[str, Any], count: int) -> str | None:
    """Return why a list response (RFC 7644 §3.4.2, RFC 9865) is one page of several, or `None`.

    Args:
        response: the list response.
        count: number of its entries.
    """
    total, start = response.get("totalResults"), response.get("startIndex")
    if isinstance(total, int) and total > count:
        return f"the list response has {count:,} of {total:,} entries; read all pages into the file"
    if isinstance(start, int) and start > 1:
        return f"the list response begins with entry {start:,}; read all pages into the file"
    if response.get("nextCursor") or response.get("previousCursor"):
        return "the list response is one page of several; read all pages into the file"
    return None


def _number_entries(values: list[Any], label: str, rows: JsonRows) -> list[Row]:
    result: list[Row] = []
    for position, value in enumerate(values, 1):
        if isinstance(value, dict):
            result.append((position, cast("dict[str, Any]", value)))
        else:
            rule = f"entry of {label} must be an object, got {type(value).__name__}"
            rows.problems.append(Problem(rule, position))
    return result


def _convert_onboarding(rows: JsonRows) -> None:
    """Convert users and tags of an onboarding file: users have no status, tags state no members.

    The file's own script writes the ids of what it created into the file; they are left out.
    """
    users: list[Row] = []
    for position, user in rows.users:
        provider = user.get("idp")
        if isinstance(provider, str) and provider.strip():
            rows.identity_providers.add(provider.strip())
        values = {name: value for name, value in user.items() if name not in ("idp", "id", "name")}
        users.append((position, values))
    rows.users = users
    if len(rows.identity_providers) > 1:
        rule = "users must belong to one identity provider; keep one file for each"
        names = ", ".join(sorted(rows.identity_providers))
        rows.problems.append(Problem(rule, None, "idp", names))
    if rows.groups is not None:
        rows.groups = [(position, _convert_tag(tag)) for position, tag in rows.groups]


def _convert_tag(tag: Mapping[str, Any]) -> dict[str, Any]:
    members = next(
        (tag[name] for name in ("members", "users") if isinstance(tag.get(name), list)), None
    )
    return {"displayName": tag.get("name"), "members": members}
