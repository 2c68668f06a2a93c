"""Users and groups of a directory, or some of them: lists of models that can be written as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from britive_scim import scim
from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.directory_tables import (
    TabularDirectory,
    build_group_table,
    build_user_table,
)
from britive_scim.provisioning.directory.record_list import RecordList
from britive_scim.provisioning.directory.record_values import describe_group, describe_user
from britive_scim.provisioning.directory.records import GroupRecord, UserRecord
from britive_scim.tables import Table

__all__ = ["DirectoryGroups", "DirectoryUsers", "format_lines", "format_lines_as_html"]

_MAX_LINES = 20
_PART = "this is a part of a list"


class DirectoryUsers(RecordList[scim.User[Any]]):
    """Users of a directory, or some of them: a list of `scim.User` that shows one line a user.

    Attributes:
        records: the same users in wire form.
        complete: no user can be missing.
        why_incomplete: reason why users may be missing; `None` without any.
    """

    records: Sequence[UserRecord]
    complete: bool
    why_incomplete: str | None
    _directory: TabularDirectory

    @classmethod
    def build(
        cls,
        directory: TabularDirectory,
        records: Iterable[UserRecord],
        why_incomplete: str | None = None,
    ) -> DirectoryUsers:
        """Return users of a directory.

        Args:
            directory: their directory.
            records: the users.
            why_incomplete: reason why others may be missing.
        """
        listed = tuple(records)
        users = cls(scim.User.from_wire(_drop_none(record.values)) for record in listed)
        users.records = listed
        users.complete = why_incomplete is None
        users.why_incomplete = why_incomplete
        users._directory = directory
        return users

    def _slice(self, index: slice) -> Self:
        part = super()._slice(index)
        part.records = self.records[index]
        if len(part) < len(self):
            part.complete, part.why_incomplete = False, self.why_incomplete or _PART
        return part

    def to_table(self, columns: Iterable[str] | Mapping[str, str] | None = None) -> Table:
        """Return the table of users: the columns of the API that was read, and its custom attributes.

        Args:
            columns: names of columns, or SCIM paths; or either by new name. See `Directory.to_table`.

        Raises:
            InputError: a column is unknown, or the API that was read does not show it.
        """
        return build_user_table(self._directory, self.records, self, columns)

    def _select(self, columns: Iterable[str] | Mapping[str, str] | None) -> Table:
        return self.to_table(columns)

    def __repr__(self) -> str:
        return f"<{format_count(len(self), 'user')}>"

    def __str__(self) -> str:
        lines = [*map(describe_user, self.records[:_MAX_LINES])]
        return format_lines(lines, len(self), "user", self.why_incomplete)

    def _repr_html_(self) -> str:
        lines = [*map(describe_user, self.records[:_MAX_LINES])]
        return format_lines_as_html(lines, len(self), "user", self.why_incomplete)


class DirectoryGroups(RecordList[scim.Group]):
    """Groups of a directory, or some of them: a list of `scim.Group` that shows one line a group.

    Attributes:
        records: the same groups in wire form.
        complete: no group can be missing.
        why_incomplete: reason why groups may be missing; `None` without any.
        why_members_incomplete: reason why members of these groups may be missing; `None` without any.
    """

    records: Sequence[GroupRecord]
    complete: bool
    why_incomplete: str | None
    why_members_incomplete: str | None

    @classmethod
    def build(
        cls,
        records: Iterable[GroupRecord],
        why_incomplete: str | None = None,
        why_members_incomplete: str | None = None,
    ) -> DirectoryGroups:
        """Return groups of a directory.

        Args:
            records: the groups.
            why_incomplete: reason why others may be missing.
            why_members_incomplete: reason why members may be missing.
        """
        listed = tuple(records)
        groups = cls(map(_build_group, listed))
        groups.records = listed
        groups.complete = why_incomplete is None
        groups.why_incomplete = why_incomplete
        groups.why_members_incomplete = why_members_incomplete
        return groups

    def _slice(self, index: slice) -> Self:
        part = super()._slice(index)
        part.records = self.records[index]
        if len(part) < len(self):
            part.complete, part.why_incomplete = False, self.why_incomplete or _PART
        return part

    def to_table(self) -> Table:
        """Return the table of groups: `id`, `display_name`, `external_id`, `size`, `created`, `last_modified`."""
        return build_group_table(self.records, self)

    def __repr__(self) -> str:
        return f"<{format_count(len(self), 'group')}>"

    def __str__(self) -> str:
        lines = [*map(describe_group, self.records[:_MAX_LINES])]
        return format_lines(lines, len(self), "group", self.why_incomplete)

    def _repr_html_(self) -> str:
        lines = [*map(describe_group, self.records[:_MAX_LINES])]
        return format_lines_as_html(lines, len(self), "group", self.why_incomplete)


def format_lines(
    lines: Sequence[str], total: int, noun: str, note: str | None = None, indent: str = ""
) -> str:
    """Return lines below their number, the number of further ones, and a note.

    Examples:
        >>> print(format_lines(["ana@acme.com"], 3, "user"))
        3 users
          ana@acme.com
          … 2 more
    """
    rest = [f"… {total - len(lines):,} more"] if total > len(lines) else []
    notes = [f"{indent}incomplete: {note}"] if note else []
    body = [f"{indent}  {line}" for line in (*lines, *rest)]
    return "\n".join([f"{indent}{format_count(total, noun)}", *body, *notes])


def format_lines_as_html(
    lines: Sequence[str], total: int, noun: str, note: str | None = None
) -> str:
    """Return the same as an HTML table, escaped."""
    import html  # has a large table, needed in notebooks only

    rest = [f"… {total - len(lines):,} more"] if total > len(lines) else []
    table = Table.from_rows((format_count(total, noun),), [(line,) for line in (*lines, *rest)])
    return table.to_html() + (f"<p>incomplete: {html.escape(note)}</p>" if note else "")


def _build_group(record: GroupRecord) -> scim.Group:
    values = _drop_none(record.values)
    if record.members is not None:
        values["members"] = [
            {"value": member.value} | ({"type": member.type} if member.type else {})
            for member in record.members
        ]
    return scim.Group.from_wire(values)


def _drop_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
