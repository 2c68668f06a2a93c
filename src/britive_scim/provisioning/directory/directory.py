"""Directory of users and groups: wanted, as a source states it, or found, as a tenant has it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from britive_scim import scim
from britive_scim.provisioning.directory.problems import Problems
from britive_scim.provisioning.directory.records import (
    Completeness,
    GroupRecord,
    MemberRecord,
    UserRecord,
)
from britive_scim.provisioning.directory.source import Source
from britive_scim.provisioning.directory.values import build_from_values
from britive_scim.tables import Table

__all__ = ["Directory"]

_MEMBERSHIP_COLUMNS = {"group_id": str, "group": str, "user_id": str, "user": str, "type": str}


@dataclass(frozen=True, eq=False, kw_only=True)
class Directory:
    """Users and groups, wanted or found.

    A wanted directory states what shall be, a found one what a tenant has. Build them with `of`,
    `AdminClient.read_directory` and `ScimClient.read_directory`, or `found`.

    Attributes:
        kind: `wanted` or `found`.
        user_records: users in wire form.
        group_records: groups in wire form; `None`: no opinion on groups, or they were not read.
        completeness: proof that everything was read, by kind.
        problems: what is wrong, in the order of the source; `plan` refuses a directory with errors.
        source: the file with its format and columns, or the tenant.
        partial_attributes: multi-valued attributes of which the source states single values, by `type`.
        other_providers: ids of found users that belong to another identity provider.
    """

    kind: Literal["wanted", "found"]
    user_records: Sequence[UserRecord]
    group_records: Sequence[GroupRecord] | None = None
    completeness: Completeness = field(default_factory=Completeness)
    problems: Problems = field(default_factory=Problems)
    source: Source = field(default_factory=Source)
    partial_attributes: frozenset[str] = frozenset()
    other_providers: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, users: Any, groups: Any = None) -> Directory:
        """Return a wanted directory of values.

        Args:
            users: `scim.User` objects, or mappings in wire form.
            groups: `scim.Group` objects, or mappings in wire form, whose members are named by externalId or
                userName; `None`: no opinion on groups.

        Examples:
            >>> ana = {"userName": "ana@example.com"}
            >>> directory = Directory.of([ana], [{"displayName": "Guides", "members": ["ana@example.com"]}])
            >>> directory.group_records[0].members
            (MemberRecord(value='ana@example.com', type=None),)
        """
        user_records, group_records = build_from_values(users, groups)
        return cls(
            kind="wanted",
            user_records=user_records,
            group_records=group_records,
            completeness=Completeness(groups=None if group_records is None else True),
        )

    @classmethod
    def found(
        cls,
        users: Iterable[Mapping[str, Any]],
        groups: Iterable[tuple[Mapping[str, Any], Sequence[MemberRecord] | None]] | None,
        *,
        completeness: Completeness,
        scim_url: str | None,
        provider: str | None,
        read_at: datetime | None,
        other_providers: Collection[str] = (),
        format: str = "SCIM",
    ) -> Directory:
        """Return the directory that was found in a tenant.

        Args:
            users: users as the server sent them.
            groups: each group as the server sent it, and its members, or `None` if they are unknown; `None`
                instead of the list: groups were not read.
            completeness: proof that everything was read.
            scim_url: SCIM URL of the tenant.
            provider: name of the identity provider, where known.
            read_at: time of reading, aware.
            other_providers: ids of the users that belong to another identity provider.
            format: `SCIM` or `admin API`.
        """
        return cls(
            kind="found",
            user_records=tuple(UserRecord(user) for user in users),
            group_records=None
            if groups is None
            else tuple(_build_found_group(values, members) for values, members in groups),
            completeness=completeness,
            source=Source(format=format, scim_url=scim_url, provider=provider, read_at=read_at),
            other_providers=frozenset(other_providers),
        )

    @property
    def complete(self) -> bool:
        """True if everything was read, proven."""
        return self.completeness.is_complete

    @cached_property
    def users(self) -> tuple[scim.User[Any], ...]:
        """Users as models."""
        return tuple(scim.User.from_wire(_drop_none(record.values)) for record in self.user_records)

    @cached_property
    def groups(self) -> tuple[scim.Group, ...] | None:
        """Groups as models, with their members; `None` as in `group_records`."""
        if self.group_records is None:
            return None
        return tuple(map(_build_group, self.group_records))

    @property
    def memberships(self) -> Table:
        """Table with one row a membership: `group_id`, `group`, `user_id`, `user`, `type`.

        In a wanted directory `user` is the key that the source states, and the ids are missing.
        """
        return Table(_MEMBERSHIP_COLUMNS, _OnDemand(self))

    def _iter_memberships(self) -> Iterator[tuple[str | None, ...]]:
        names = {
            record.id: record.user_name for record in self.user_records if record.id is not None
        }
        names |= {
            record.id: record.display_name for record in self.group_records or () if record.id
        }
        for group in self.group_records or ():
            for member in group.members or ():
                is_id = member.value in names
                user = names[member.value] if is_id else member.value
                id_ = member.value if is_id or self.kind == "found" else None
                yield group.id, group.display_name, id_, user, member.type

    def raise_for_problems(self) -> None:
        """Raise one error with all problems that prevent a plan; do nothing without any.

        Raises:
            DirectoryError: there are problems of severity `error`.
        """
        self.problems.raise_for_errors()

    def __repr__(self) -> str:
        groups = (
            "no groups" if self.group_records is None else f"{len(self.group_records):,} groups"
        )
        complete = "" if self.complete else ", incomplete"
        problems = f", {len(self.problems):,} problems" if self.problems else ""
        return f"<{self.kind} Directory: {len(self.user_records):,} users, {groups}{complete}{problems}>"


class _OnDemand:
    """Batches of memberships, built again for each reader of the table."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def __iter__(self) -> Iterator[Iterable[tuple[str | None, ...]]]:
        yield self._directory._iter_memberships()


def _build_found_group(
    values: Mapping[str, Any], members: Sequence[MemberRecord] | None
) -> GroupRecord:
    if "members" in values:
        values = {name: value for name, value in values.items() if name != "members"}
    return GroupRecord(values, None if members is None else tuple(members))


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
