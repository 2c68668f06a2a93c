"""Queries of a directory: its users, groups and memberships, looked up and written as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, NoReturn, TypeVar

from britive_scim import admin, scim
from britive_scim.errors import Ambiguous, InputError
from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.audit_join import build_audit_table
from britive_scim.provisioning.directory.directory_tables import (
    build_membership_table,
    build_user_table,
)
from britive_scim.provisioning.directory.lists import (
    DirectoryGroups,
    DirectoryUsers,
    format_lines_as_html,
)
from britive_scim.provisioning.directory.membership_index import MembershipIndex, are_members_known
from britive_scim.provisioning.directory.problems import Problems
from britive_scim.provisioning.directory.record_values import (
    describe_group,
    describe_user,
    explain_unknown_status,
    is_active,
    name_group,
    name_user,
)
from britive_scim.provisioning.directory.records import Completeness, GroupRecord, UserRecord
from britive_scim.provisioning.directory.source import Source
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.suggestions import format_suggestion
from britive_scim.tables import Table, Tabular

__all__ = ["DirectoryQueries"]

Record = TypeVar("Record", UserRecord, GroupRecord)

_MAX_LINES = 5
"""Users, and groups, in a cell of a notebook; the text has none, as it may end in a log."""


class DirectoryQueries(Tabular):
    """Base of `Directory`: what an analyst asks it. As a table it is that of its users."""

    kind: Literal["wanted", "found"]
    user_records: Sequence[UserRecord]
    group_records: Sequence[GroupRecord] | None
    completeness: Completeness
    problems: Problems
    source: Source
    partial_attributes: frozenset[str]
    other_providers: frozenset[str]
    custom_attributes: tuple[Attribute, ...]
    knowledge: ProviderKnowledge
    has_same_ids: bool

    def __iter__(self) -> NoReturn:
        """Raise: a directory has several tables, which pandas and `for` have to name.

        Raises:
            TypeError: always.
        """
        raise TypeError(
            "Directory is not iterable; use its users, groups or memberships, or to_pandas() for a data frame"
        )

    @property
    def complete(self) -> bool:
        """True if everything is proven to have been read."""
        return self.completeness.is_complete

    @property
    def why_incomplete(self) -> str | None:
        """Reasons why users, groups or members may be missing; `None` if the directory is complete."""
        if self.complete:
            return None
        return "; ".join(self.completeness.reasons) or "not everything was read"

    @cached_property
    def users(self) -> DirectoryUsers:
        """Users as models; shown one line a user, and converted as a table."""
        reason = None
        if self.completeness.users is False:
            reasons = [r for r in self.completeness.reasons if r.startswith("users")]
            reason = "; ".join(reasons) or "not all users were read"
        return DirectoryUsers.build(self, self.user_records, reason)

    @cached_property
    def groups(self) -> DirectoryGroups | None:
        """Groups as models, with their members; `None` as in `group_records`."""
        if self.group_records is None:
            return None
        reason = "not all groups were read" if self.completeness.groups is False else None
        unproven = self.completeness.unproven_groups
        cut = sum(1 for group in self.group_records if group.members and group.id in unproven)
        why_members = f"members of {format_count(cut, 'group')} are not all known" if cut else None
        return DirectoryGroups.build(self.group_records, reason, why_members)

    @property
    def memberships(self) -> Table:
        """Table with one row per membership: `group_id`, `group`, `user_id`, `user`, `type`.

        In a wanted directory `user` is the key that the source states, and the ids are missing.
        """
        return build_membership_table(self)

    @property
    def membership_index(self) -> MembershipIndex:
        """Members as users and groups, and the groups of each user."""
        return self._membership_index

    @cached_property
    def _membership_index(self) -> MembershipIndex:
        return MembershipIndex(self)

    def to_table(self, columns: Iterable[str] | Mapping[str, str] | None = None) -> Table:
        """Return the table of users: the columns of the API that was read, and its custom attributes.

        `key` joins tables of both APIs: the userName in lower case, or the id after `align_keys`.

        Args:
            columns: names of columns, or SCIM paths such as `enterprise.costCenter`; or either by new name:
                `{"mail": 'emails[type eq "work"].value'}`. `to_pandas` and its like accept the same.

        Raises:
            InputError: a column is unknown, or the API that was read does not show it.
        """
        return build_user_table(self, self.user_records, self, columns)

    def _select(self, columns: Iterable[str] | Mapping[str, str] | None) -> Table:
        return self.to_table(columns)

    def members_of(self, group: str | scim.Group | admin.Tag) -> DirectoryUsers:
        """Return the users that are direct members of a group.

        Args:
            group: the group, its name in any case, its id or externalId.

        Raises:
            InputError: there is no such group, or its members are not shown.
            Ambiguous: several groups have this name.

        Examples:
            >>> from britive_scim.provisioning import Directory
            >>> directory = Directory.of([{"userName": "ana"}, {"userName": "bo"}], {"Ops": ["ana"]})
            >>> print(directory.members_of("ops"))
            1 user
              ana
        """
        record = self._find_group(group)
        index, name = self.membership_index, name_group(record)
        if record.members is None and not are_members_known(self, record):
            raise InputError(
                f"members of {name!r:.60} must be known, got a group whose members are not shown;"
                " the admin API shows them: britive.read_directory()"
            )
        others = sum(1 for _ in index.iter_other_members(record))
        reasons = (
            [] if are_members_known(self, record) else [f"members of {name} are not all known"]
        )
        if others:
            reasons.append(f"{format_count(others, 'member')} are not among the users")
        return DirectoryUsers.build(self, index.list_users(record), "; ".join(reasons) or None)

    def groups_of(self, user: str | scim.User[Any] | admin.User) -> DirectoryGroups:
        """Return the groups that a user is a direct member of.

        Args:
            user: the user, its id, userName, externalId or e-mail address, in any case.

        Raises:
            InputError: there is no such user, or groups were not read.
            Ambiguous: several users have this name.

        Examples:
            >>> from britive_scim.provisioning import Directory
            >>> directory = Directory.of([{"userName": "ana"}], {"Ops": ["ana"], "Finance": []})
            >>> print(directory.groups_of("ana"))
            1 group
              Ops · 1 member
        """
        self._check_groups()
        record = self._find_user(user)
        return DirectoryGroups.build(
            self.membership_index.list_groups(record), self._why_memberships_incomplete()
        )

    def users_without_group(self) -> DirectoryUsers:
        """Return the users that are in no group, active or not.

        `complete` is false if members of a group are not known: then some of these users may be in it.

        Raises:
            InputError: groups were not read.
        """
        self._check_groups()
        index = self.membership_index
        users = [user for user in self.user_records if not index.list_groups(user)]
        return DirectoryUsers.build(self, users, self._why_memberships_incomplete())

    def inactive_users_in_groups(self) -> DirectoryUsers:
        """Return the inactive users that are still in a group; `groups_of` names the groups.

        `complete` is false if the tenant does not show the status of a user in a group, or all members of a group.

        Raises:
            InputError: groups were not read.
        """
        self._check_groups()
        index = self.membership_index
        users = [
            user
            for user in self.user_records
            if is_active(user) is False and index.list_groups(user)
        ]
        read = self.user_records if self.kind == "found" else ()  # a source need not state it
        members = (user for user in read if index.list_groups(user))
        reasons = (explain_unknown_status(members), self._why_memberships_incomplete())
        return DirectoryUsers.build(self, users, "; ".join(filter(None, reasons)) or None)

    def join_audit(self, events: Iterable[admin.AuditEvent]) -> Table:
        """Return a table of events of the audit log with what the directory knows of their actors and targets.

        The columns are those of the audit log, then `actor_key`, `actor_status`, `target_key` and `target_status`. Keys
        are those of the table of users. Ids are compared with a directory of the admin API, else user names.

        Args:
            events: events, such as a pager of `audit_logs.query()`, or a list of them; all are read by this call.

        Raises:
            InputError: `events` are not events of the audit log.
        """
        return build_audit_table(self, events)

    def _check_groups(self) -> None:
        if self.group_records is None:
            raise InputError(
                "groups must be part of the directory, got one without; the source or provider does not state them"
            )

    def _why_memberships_incomplete(self) -> str | None:
        reasons = ["not all groups were read"] if self.completeness.groups is False else []
        unknown = len(self.membership_index.unknown_groups)
        if unknown:
            reasons.append(f"members of {format_count(unknown, 'group')} are not known")
        return "; ".join(reasons) or None

    def _find_group(self, group: str | scim.Group | admin.Tag) -> GroupRecord:
        self._check_groups()
        key: object = group
        if isinstance(group, scim.Group):
            key = group.id or group.display_name
        elif isinstance(group, admin.Tag):
            key = group.id or group.name
        if not isinstance(key, str) or not key:
            raise InputError(f"group must be a group, its name or id, got {type(group).__name__}")
        found = self.membership_index.find_groups_named(key)
        names = [name_group(record) for record in self.group_records or ()]
        return self._choose(found, "group", key, names)

    def _find_user(self, user: str | scim.User[Any] | admin.User) -> UserRecord:
        key: object = user
        if isinstance(user, scim.User):
            key = user.id or user.user_name
        elif isinstance(user, admin.User):
            key = user.id or user.username
        if not isinstance(key, str) or not key:
            raise InputError(f"user must be a user, its name or id, got {type(user).__name__}")
        found = self.membership_index.find_users_named(key)
        return self._choose(found, "user", key, [name_user(record) for record in self.user_records])

    def _choose(self, found: Sequence[Record], noun: str, key: str, names: Sequence[str]) -> Record:
        if len(found) == 1:
            return found[0]
        if found:
            raise Ambiguous(
                f"{noun} must be one {noun} of the directory, got {key!r:.60}, which {len(found)} have; use the id",
                candidates=[record.id for record in found if record.id],
            )
        raise InputError(
            f"{noun} must be a name or id in the directory, got {key!r:.60}{format_suggestion(key, names)}"
        )

    def __repr__(self) -> str:
        groups = (
            "no groups"
            if self.group_records is None
            else format_count(len(self.group_records), "group")
        )
        complete = "" if self.complete else ", incomplete"
        problems = f", {format_count(len(self.problems), 'problem')}" if self.problems else ""
        users = format_count(len(self.user_records), "user")
        return f"<{self.kind} Directory: {users}, {groups}{complete}{problems}>"

    def _repr_html_(self) -> str:
        import html  # has a large table, needed in notebooks only

        users = [*map(describe_user, self.user_records[:_MAX_LINES])]
        parts = [f"<p>{html.escape(repr(self))}</p>"]
        parts.append(format_lines_as_html(users, len(self.user_records), "user"))
        if self.group_records is not None:
            groups = [*map(describe_group, self.group_records[:_MAX_LINES])]
            parts.append(format_lines_as_html(groups, len(self.group_records), "group"))
        return "".join([*parts, *(f"<p>{html.escape(note)}</p>" for note in self._list_notes())])

    def _list_notes(self) -> list[str]:
        notes = [f"incomplete: {self.why_incomplete}"] if self.why_incomplete else []
        if self.source.read_at is not None:
            notes.append(f"read at {self.source.read_at.isoformat(timespec='seconds')}")
        return notes
