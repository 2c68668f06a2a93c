"""Members of wanted groups: resolved to users, nested groups refused, flattened or kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from britive_scim.provisioning.directory.group_rows import GroupDraft, MemberDraft
from britive_scim.provisioning.directory.options import Nested
from britive_scim.provisioning.directory.problems import Problem, Severity
from britive_scim.provisioning.directory.records import GroupRecord, MemberRecord, UserRecord
from britive_scim.scim.datatypes import (
    normalize_case_exact,
    normalize_caseless,
    normalize_user_name,
)

__all__ = ["MemberResolver", "UserIndex"]


class UserIndex:
    """Users of a source by externalId and by userName."""

    def __init__(self, users: Iterable[UserRecord]) -> None:
        self._by_external_id: dict[str, UserRecord] = {}
        self._by_name: dict[str, UserRecord] = {}
        for user in users:
            if isinstance(user.external_id, str):
                self._by_external_id.setdefault(normalize_case_exact(user.external_id), user)
            if isinstance(user.user_name, str):
                self._by_name.setdefault(normalize_user_name(user.user_name), user)

    @property
    def is_empty(self) -> bool:
        """True if the source has no users: members are users at the target, or unknown."""
        return not self._by_external_id and not self._by_name

    def find(self, key: str) -> tuple[UserRecord | None, bool]:
        """Return the user with an externalId or userName, and whether the key also fits another one."""
        by_id = self._by_external_id.get(normalize_case_exact(key))
        by_name = self._by_name.get(normalize_user_name(key))
        if by_id is None:
            return by_name, False
        return by_id, by_name is not None and by_name is not by_id


@dataclass
class MemberResolver:
    """Resolver of the members of all groups of a source.

    Attributes:
        groups: groups of the source.
        users: users of the source.
        ids: users of the source by id, where it states ids.
        nested: treatment of groups that are members of groups.
        source: name of the groups file, for problems.
        problems: problems found.
    """

    groups: Sequence[GroupDraft]
    users: UserIndex
    ids: Mapping[str, UserRecord]
    nested: Nested
    source: str | None
    problems: list[Problem] = field(default_factory=list[Problem])
    _by_key: dict[str, GroupDraft] = field(default_factory=dict[str, GroupDraft], repr=False)

    def __post_init__(self) -> None:
        for group in self.groups:
            external_id = group.values.get("externalId")
            if isinstance(external_id, str):
                self._by_key.setdefault(external_id, group)
        for group in self.groups:
            self._by_key.setdefault(normalize_caseless(group.name), group)

    def build_records(self) -> tuple[GroupRecord, ...]:
        """Return the records of all groups, with resolved members."""
        self._report_cycles()
        return tuple(
            group.to_record(None if group.members is None else self._resolve(group, group.members))
            for group in self.groups
        )

    def _resolve(self, group: GroupDraft, members: list[MemberDraft]) -> Iterable[MemberRecord]:
        """Return the members of a group without repetitions."""
        records: dict[MemberRecord, None] = {}
        for member in members:
            nested = self._find_group(member)
            if nested is None:
                records[self._resolve_user(member)] = None
            elif self.nested == "keep":
                key = nested.values.get("externalId") or nested.name
                records[MemberRecord(key, "Group")] = None
            elif self.nested == "flatten":
                for inner in self._iter_users(nested, {id(group)}):
                    records[self._resolve_user(inner)] = None
            else:
                self._add(
                    "member must be a user, got a group; nested='flatten' takes its users, nested='keep' the group",
                    member,
                )
        return records

    def _find_group(self, member: MemberDraft) -> GroupDraft | None:
        """Return the group that a member is, or `None`: users win unless the source says that it is a group."""
        if member.type == "User" or (member.type is None and self.users.find(member.value)[0]):
            return None
        return self._by_key.get(member.value) or self._by_key.get(normalize_caseless(member.value))

    def _iter_users(self, group: GroupDraft, seen: set[int]) -> Iterator[MemberDraft]:
        """Yield the members of a nested group that are no groups; each group is followed once."""
        remaining = [group]
        while remaining:
            current = remaining.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            for member in current.members or ():
                nested = self._find_group(member)
                if nested is None:
                    yield member
                else:
                    remaining.append(nested)

    def _resolve_user(self, member: MemberDraft) -> MemberRecord:
        user, is_ambiguous = self.users.find(member.value)
        if user is None:
            user = self._find_user_by_id(member)
        if user is None:
            if not member.may_be_id and not self.users.is_empty:
                rule = (
                    "member must be the externalId or userName of a user of the source, or a group"
                )
                self._add(rule, member)
            return MemberRecord(member.value, member.type)
        if is_ambiguous:
            self._add(
                "member must be one user, got the externalId of one and the userName of another",
                member,
            )
        return MemberRecord(user.external_id or user.user_name or member.value, "User")

    def _find_user_by_id(self, member: MemberDraft) -> UserRecord | None:
        """Return the user with the id of a member; a name beside the id must be that of the user."""
        if member.may_be_id:
            return self.ids.get(member.value)
        user = None if member.id is None else self.ids.get(member.id)
        is_same = user is not None and user.values.get("displayName") == member.value
        return user if is_same else None

    def _report_cycles(self) -> None:
        """Report groups that contain themselves: a warning where users are flattened, else an error."""
        if self.nested == "refuse":
            return
        nested: Mapping[int, list[GroupDraft]] = {
            id(group): [
                inner
                for member in group.members or ()
                if (inner := self._find_group(member)) is not None
            ]
            for group in self.groups
        }
        for group in self.groups:
            if _reaches(group, nested):
                rule = "group must not contain itself, directly or through its groups"
                severity: Severity = "warning" if self.nested == "flatten" else "error"
                self.problems.append(
                    Problem(rule, group.line, "group", group.name, severity, self.source)
                )

    def _add(self, rule: str, member: MemberDraft) -> None:
        problem = Problem(rule, member.line, "member", member.value, source=self.source)
        if problem not in self.problems[-20:]:
            self.problems.append(problem)


def _reaches(group: GroupDraft, nested: Mapping[int, list[GroupDraft]]) -> bool:
    """Return whether a group contains itself."""
    remaining, seen = list(nested[id(group)]), set[int]()
    while remaining:
        inner = remaining.pop()
        if inner is group:
            return True
        if id(inner) not in seen:
            seen.add(id(inner))
            remaining += nested[id(inner)]
    return False
