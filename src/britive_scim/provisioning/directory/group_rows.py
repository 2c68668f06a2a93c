"""Groups of a source: from a column of the users, from rows of `group, member`, or from resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from britive_scim import scim
from britive_scim.provisioning.directory.cells import is_empty, normalize_cell
from britive_scim.provisioning.directory.data_frames import is_series
from britive_scim.provisioning.directory.problems import Problem, Severity
from britive_scim.provisioning.directory.records import GroupRecord, MemberRecord, UserRecord
from britive_scim.scim.datatypes import normalize_caseless
from britive_scim.scim.names import fold
from britive_scim.suggestions import format_suggestion

__all__ = ["GroupDraft", "GroupReader", "GroupRow", "MemberDraft"]

_COLUMNS = {
    "group": "group", "groupname": "group", "displayname": "group", "name": "group",
    "member": "member", "username": "member", "user": "member", "value": "member",
    "type": "type", "externalid": "external_id", "groupexternalid": "external_id",
    "description": "ignored", "id": "ignored", "meta": "ignored", "schemas": "ignored",
    "userid": "member_id", "groupid": "ignored", "size": "ignored", "created": "ignored", "lastmodified": "ignored",
}  # fmt: skip
"""Meaning of a column of a groups file by its header, without case, blanks, `_` and `-`."""


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """Member of a group as the source names it.

    Attributes:
        value: key of the member.
        line: line in the source.
        type: `User` or `Group`, where the source says so.
        may_be_id: whether the key may be an id of the tenant.
        id: id at the tenant that the source states beside the key.
    """

    value: str
    line: int | None
    type: Literal["User", "Group"] | None = None
    may_be_id: bool = False
    id: str | None = None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Row in the source of the users that states a group: one without members, or with more than a name.

    Attributes:
        name: name of the group.
        values: the group in wire form, with `"members": null` if its members are unknown.
        line: line in the source.
    """

    name: str
    values: Mapping[str, Any]
    line: int


@dataclass(slots=True)
class GroupDraft:
    """Group as the source states it.

    Attributes:
        values: attributes in wire form.
        line: line of the group in the source.
        members: members; `None` if they are not stated.
    """

    values: dict[str, Any]
    line: int | None
    members: list[MemberDraft] | None = None

    @property
    def name(self) -> str:
        """Name of the group; empty if it is missing."""
        name = self.values.get("displayName")
        return name if isinstance(name, str) else ""

    def to_record(self, members: Iterable[MemberRecord] | None) -> GroupRecord:
        """Return the record of the group with resolved members."""
        return GroupRecord(self.values, None if members is None else tuple(members), self.line)


@dataclass
class GroupReader:
    """Reader of groups.

    Attributes:
        source: name of the groups file; `None` if the groups come from the source of the users.
        groups: groups by name as the source spells it.
        problems: problems found.
    """

    source: str | None = None
    groups: dict[str, GroupDraft] = field(default_factory=dict[str, GroupDraft])
    problems: list[Problem] = field(default_factory=list[Problem])
    _unknown: list[GroupDraft] = field(default_factory=list[GroupDraft], repr=False)

    def add_problem(
        self,
        rule: str,
        line: int | None,
        column: str | None = None,
        value: Any = None,
        severity: Severity = "error",
    ) -> None:
        """Add a problem."""
        text = None if value is None else str(value)
        self.problems.append(Problem(rule, line, column, text, severity, self.source))

    def read_group_rows(self, rows: Iterable[GroupRow]) -> None:
        """Read the groups that rows of their own state; their members are in the rows of the users."""
        for row in rows:
            values = dict(row.values)
            members = values.pop("members", ())
            if members:
                self.add_problem(
                    "members of a group must be in the rows of the users", row.line, "other"
                )
            draft = GroupDraft(
                {**self._read_attributes(values, row.line), "displayName": row.name},
                row.line,
                None if members is None else [],
            )
            self._add(draft, row.line, "groups")

    def read_user_columns(
        self, users: Sequence[UserRecord], groups: Sequence[list[str] | None]
    ) -> None:
        """Read the groups that the rows of the users name."""
        for user, names in zip(users, groups, strict=True):
            key = user.external_id or user.user_name
            if key is None:
                continue  # a problem of the row already
            for name in names or ():
                group = self._get(name, user.line)
                if group.members is None:
                    rule = f"group must have known members, got a row without them in line {group.line}; delete that row"
                    self.add_problem(rule, user.line, "groups", name)
                else:
                    group.members.append(MemberDraft(key, user.line, "User"))

    def read_cells(
        self, headers: Sequence[str], rows: Iterable[tuple[int, Sequence[Any]]], line: int
    ) -> None:
        """Read rows of `group, member` below headers."""
        meanings = self._find_meanings(headers, line)
        if "group" not in meanings:
            return
        for row_line, cells in rows:
            row = {meaning: normalize_cell(cells[index]) for meaning, index in meanings.items()}
            self._read_row(row, row_line)
        self._report_unknown_members()

    def read_mappings(self, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
        """Read groups in wire form, or rows of `group` and `member`."""
        known: dict[tuple[str, ...], dict[str, int] | None] = {}
        for line, row in rows:
            headers = tuple(row)
            if headers not in known:
                is_group = _has_headers_of_group(headers)
                known[headers] = None if is_group else self._find_meanings(headers, line)
            meanings = known[headers]
            if meanings is None:
                values = {name: value for name, value in row.items() if name != "members"}
                self.read_resource(values, row.get("members"), line)
            elif "group" in meanings:
                cells = tuple(row.values())
                self._read_row({m: normalize_cell(cells[i]) for m, i in meanings.items()}, line)
        self._report_unknown_members()

    def read_resource(self, values: Mapping[str, Any], members: Any, line: int) -> None:
        """Read one group in wire form.

        Args:
            values: attributes without `members`.
            members: keys of the members, or members in wire form; `None` if they are not stated.
            line: line or position in the source.
        """
        draft = GroupDraft(self._read_attributes(values, line), line)
        if not draft.name.strip():
            self.add_problem("displayName of a group must not be empty", line, "displayName")
            return
        draft.values["displayName"] = draft.name.strip()
        if members is not None:
            draft.members = self._read_members(members, line)
        self._add(draft, line, "displayName")

    def _add(self, draft: GroupDraft, line: int, column: str) -> None:
        """Add a group whose name is new."""
        if draft.name in self.groups:
            first = self.groups[draft.name].line
            self.add_problem(
                f"name of a group must be unique, got that of line {first}",
                line,
                column,
                draft.name,
            )
            return
        self.groups[draft.name] = draft

    def _read_attributes(self, values: Mapping[str, Any], line: int) -> dict[str, Any]:
        attributes: dict[str, Any] = {}
        for name, value in values.items():
            plain = _simplify(name)
            if plain in ("displayname", "name", "group"):
                attributes["displayName"] = normalize_cell(value)
            elif plain in ("externalid", "groupexternalid"):
                if not is_empty(value):
                    attributes["externalId"] = str(normalize_cell(value))
            elif name.casefold().startswith("urn:"):
                attributes[name] = value
            elif _COLUMNS.get(plain) not in ("ignored", "member_id"):
                hint = format_suggestion(name, ["displayName", "externalId", "members"])
                self.add_problem(f"attribute of a group must be known{hint}", line, name)
        return attributes

    def _read_members(self, members: Any, line: int) -> list[MemberDraft]:
        drafts: dict[tuple[str, str | None], MemberDraft] = {}
        type_name = type(members).__name__
        if not is_series(members):
            self.add_problem(f"members must be a list, got {type_name}", line, "members")
            return []
        for member in members:
            if isinstance(member, scim.Resource):
                draft = _read_member_resource(member, line)
            elif isinstance(member, Mapping):
                parts = cast("Mapping[str, Any]", member)
                key, type_ = parts.get("value"), _read_type(parts.get("type"))
                draft = (
                    MemberDraft(key, line, type_, may_be_id=True) if isinstance(key, str) else None
                )
            else:
                draft = MemberDraft(member.strip(), line) if isinstance(member, str) else None
            if draft is None or not draft.value:
                self.add_problem("member must be an externalId or a userName", line, "members")
                continue
            drafts.setdefault((draft.value, draft.type), draft)
        return list(drafts.values())

    def _find_meanings(self, headers: Sequence[str], line: int) -> dict[str, int]:
        meanings: dict[str, int] = {}
        for index, header in enumerate(headers):
            if not header:
                continue
            meaning = _COLUMNS.get(_simplify(header))
            if meaning is None:
                hint = format_suggestion(header, ["group", "member", "type", "external_id"])
                self.add_problem(
                    f"header of a groups file must be group, member, type or external_id{hint}",
                    line,
                    header,
                )
            elif meaning != "ignored" and meanings.setdefault(meaning, index) != index:
                self.add_problem(f"{meaning} must be stated by one column", line, header)
        for wanted in ("group", "member"):
            if wanted not in meanings:
                self.add_problem(f"groups file must have a column {wanted!r}", line)
        return meanings

    def _read_row(self, row: Mapping[str, Any], line: int) -> None:
        name = row.get("group")
        if is_empty(name):
            self.add_problem("name of a group must not be empty", line, "group")
            return
        key = _to_key(name)
        member, id_ = row.get("member"), row.get("member_id")
        is_member = not (is_empty(member) and is_empty(id_))
        if "member_id" in row and not is_member and key not in self.groups:
            self.groups[key] = GroupDraft({"displayName": key}, line)
            self._unknown.append(self.groups[key])
        group = self._get(key, line)
        external_id = row.get("external_id")
        if not is_empty(external_id):
            known = group.values.setdefault("externalId", _to_key(external_id))
            if known != _to_key(external_id):
                self.add_problem(
                    "externalId of a group must be the same in all its rows", line, "external_id"
                )
        if is_member:
            group.members = group.members or []
            group.members.append(_read_member(member, id_, _read_type(row.get("type")), line))

    def _report_unknown_members(self) -> None:
        """Report groups of a table with ids whose only row has no member: empty ones look like those not shown."""
        for group in self._unknown:
            if group.members is None:
                rule = "group must have rows with members, got one without; its members stay as they are"
                self.add_problem(rule, group.line, "member", group.name, "warning")
        self._unknown = []

    def _get(self, name: str, line: int | None) -> GroupDraft:
        group = self.groups.get(name)
        if group is None:
            group = self.groups[name] = GroupDraft({"displayName": name}, line, [])
        return group


def find_twins(groups: Iterable[GroupDraft]) -> list[tuple[GroupDraft, GroupDraft]]:
    """Return the groups whose names differ in case, blanks or Unicode form only, each with the first one."""
    first: dict[str, GroupDraft] = {}
    twins: list[tuple[GroupDraft, GroupDraft]] = []
    for group in groups:
        known = first.setdefault(normalize_caseless(" ".join(group.name.split())), group)
        if known is not group:
            twins.append((known, group))
    return twins


def _simplify(header: str) -> str:
    return fold("".join(c for c in header if c.isalnum()))


def _has_headers_of_group(headers: Iterable[str]) -> bool:
    """Return whether a row is a group in wire form, and not a membership."""
    if "members" in headers:
        return True
    meanings = {_COLUMNS.get(_simplify(header)) for header in headers}
    return ("displayName" in headers or "display_name" in headers) and meanings.isdisjoint(
        ("member", "member_id")
    )


def _read_member(
    key: Any, id_: Any, type_: Literal["User", "Group"] | None, line: int
) -> MemberDraft:
    """Return the member of a row by its key, or by its id where servers leave out names of members."""
    if is_empty(key):
        return MemberDraft(_to_key(id_), line, type_, may_be_id=True)
    return MemberDraft(_to_key(key), line, type_, id=None if is_empty(id_) else _to_key(id_))


def _to_key(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _read_type(value: Any) -> Literal["User", "Group"] | None:
    folded = value.strip().casefold() if isinstance(value, str) else ""
    return "User" if folded == "user" else "Group" if folded == "group" else None


def _read_member_resource(member: scim.Resource, line: int) -> MemberDraft | None:
    wire = member.to_wire()
    type_: Literal["User", "Group"] = "Group" if isinstance(member, scim.Group) else "User"
    key = wire.get("externalId") or wire.get("userName" if type_ == "User" else "displayName")
    return MemberDraft(key, line, type_) if isinstance(key, str) else None
