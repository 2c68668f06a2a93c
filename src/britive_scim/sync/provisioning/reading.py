# Generated from aio/provisioning/reading.py by tools/unasync.py; edit that file instead.
"""Reading of a whole directory by SCIM: users, groups, members, and the proof that all were read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from britive_scim import scim
from britive_scim.sync.concurrent_iteration import InnerGenerator, ordered_map
from britive_scim.sync.provisioning.reading_progress import ReadingProgress
from britive_scim.sync.scim.groups import Groups
from britive_scim.sync.scim.service_provider import ServiceProvider
from britive_scim.sync.scim.users import Users
from britive_scim.errors import NotFound, ServerError
from britive_scim.progress import ProgressOption
from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.directory import Directory
from britive_scim.provisioning.directory.records import Completeness, MemberRecord
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.requests.member_reading import MemberReading

__all__ = ["DirectoryReader"]


@dataclass(frozen=True, slots=True)
class _ReadGroup:
    """Group of a single GET.

    Attributes:
        values: its attributes in wire form, without `members`.
        members: its members that have an id; `None` if the response had no list.
        has_unidentified: whether the response shows members without an id.
    """

    values: dict[str, Any]
    members: tuple[MemberRecord, ...] | None
    has_unidentified: bool = False


class DirectoryReader:
    """One reading of the users and groups of an identity provider.

    Args:
        users: users of the client.
        groups: groups of the client.
        service_provider: features of the provider, and what its responses have shown of members.
        provider: name of the identity provider, where known.
        concurrency: pages, and later groups, read at a time.
        progress: progress of the lists, and of the members of each group.
        call: timeout and retry policy of each request.
    """

    def __init__(
        self,
        users: Users[Any],
        groups: Groups[Any],
        service_provider: ServiceProvider,
        *,
        provider: str | None,
        concurrency: int,
        progress: ProgressOption,
        call: CallOptions,
    ) -> None:
        self._users = users
        self._groups = groups
        self._service_provider = service_provider
        self._provider = provider
        self._progress = ReadingProgress(progress)
        self._concurrency = concurrency
        self._call = call
        self._reasons: list[str] = []

    def read_all(self) -> Directory:
        """Read all users, then all groups, then the members of each group."""
        read_at = datetime.now(UTC)
        with self._progress:
            users, are_users_complete = self._list_users()
            group_ids, are_groups_complete = self._list_group_ids()
            groups = None if group_ids is None else self._read_groups(group_ids)
        return self._build(
            users,
            groups,
            are_users_complete=are_users_complete,
            are_groups_complete=are_groups_complete,
            read_at=read_at,
        )

    def read_named(self, wanted: Directory) -> Directory:
        """Read only the users and groups that a wanted directory names.

        The result is not complete: it has no other users and groups.
        """
        from britive_scim.sync.provisioning.named_reading import NamedReader

        read_at = datetime.now(UTC)
        reader = NamedReader(
            self._users, self._groups, concurrency=self._concurrency, call=self._call
        )
        with self._progress:
            users = reader.find_users(wanted)
            group_ids = reader.find_group_ids(wanted)
            groups = None if group_ids is None else self._read_groups(group_ids)
        self._reasons.append(
            "users and groups: only those that the wanted directory names were read"
        )
        return self._build(
            users,
            groups,
            are_users_complete=False,
            are_groups_complete=None if groups is None else False,
            read_at=read_at,
            is_looked_up=True,
        )

    def _list_users(self) -> tuple[list[dict[str, Any]], bool]:
        pager = self._users.list(concurrency=self._concurrency, **self._call)
        with InnerGenerator(self._progress.iter_pages(pager, "users")) as pages:
            users = [user.to_wire() for page in pages for user in page.items]
        if not pager.complete:
            self._reasons.append(f"users: {pager.why_incomplete}")
        return users, pager.complete is True

    def _list_group_ids(self) -> tuple[list[str] | None, bool | None]:
        """Return the ids of all groups, and whether they are complete; `None` for a provider without groups."""
        pager = self._groups.list(
            excluded_attributes=["members"], concurrency=self._concurrency, **self._call
        )
        try:
            with InnerGenerator(self._progress.iter_pages(pager, "groups")) as pages:
                ids = [group.id for page in pages for group in page.items]
        except (NotFound, ServerError) as error:
            if error.status not in (404, 501):
                raise
            self._reasons.append(f"groups: the provider has none (HTTP {error.status})")
            return None, None
        if not pager.complete:
            self._reasons.append(f"groups: {pager.why_incomplete}")
        known = [id_ for id_ in ids if id_]
        if len(known) < len(ids):
            self._reasons.append(f"groups: {len(ids) - len(known)} have no id")
        return known, pager.complete is True and len(known) == len(ids)

    def _read_groups(self, ids: Iterable[str]) -> list[_ReadGroup]:
        """Read each group with its members; a list may show only some of them. Deleted ones are left out."""
        listed = list(ids)
        progress = self._progress.begin(len(listed), unit="group")

        def read_group(id_: str) -> _ReadGroup | None:
            group = self._read_group(id_)
            progress.advance("members of groups")
            return group

        read = ordered_map(read_group, listed, self._concurrency)
        with InnerGenerator(read) as groups:
            return [group for group in groups if group is not None]

    def _read_group(self, id_: str) -> _ReadGroup | None:
        try:
            group: scim.Group = self._groups.get(id_, **self._call)
        except NotFound:
            return None
        values = group.to_wire()
        values.pop("members", None)
        if group.members is None:
            return _ReadGroup(values, None)
        members = (
            MemberRecord(member.value, _get_type(member))
            for member in group.members
            if member.value
        )
        has_unidentified = not all(member.value for member in group.members)
        return _ReadGroup(values, tuple(dict.fromkeys(members)), has_unidentified)

    def _build(
        self,
        users: list[dict[str, Any]],
        groups: list[_ReadGroup] | None,
        *,
        are_users_complete: bool,
        are_groups_complete: bool | None,
        read_at: datetime,
        is_looked_up: bool = False,
    ) -> Directory:
        """Return the directory. Members are judged last, by what the responses of all groups have shown."""
        found_groups = None if groups is None else [self._interpret(group) for group in groups]
        unproven = [values["id"] for values, _, is_proven in found_groups or () if not is_proven]
        if unproven:
            self._reasons.append(
                f"members of {format_count(len(unproven), 'group')}: the provider shows none, or perhaps only the first ones"
            )
        knowledge = self._service_provider.knowledge
        for values, _, is_proven in found_groups or ():
            if is_proven:
                knowledge.forget_members(values["id"])
        return Directory.found(
            users,
            None
            if found_groups is None
            else [(values, members) for values, members, _ in found_groups],
            completeness=Completeness(
                users=are_users_complete,
                groups=are_groups_complete,
                unproven_groups=frozenset(unproven),
                reasons=tuple(self._reasons),
                is_looked_up=is_looked_up,
            ),
            scim_url=self._service_provider.session.base_url,
            provider=self._provider,
            read_at=read_at,
            custom_attributes=self._service_provider.custom_attributes,
            knowledge=knowledge.copy(),
        )

    def _interpret(
        self, group: _ReadGroup
    ) -> tuple[dict[str, Any], tuple[MemberRecord, ...] | None, bool]:
        """Return the attributes of a group, its members if they are known, and whether none is missing.

        A provider that shows the members of other groups is believed to leave out an empty list.
        """
        provider = self._service_provider
        ids = dict.fromkeys(member.value for member in group.members or ())
        is_empty_list = not (group.members is None or ids or group.has_unidentified)
        known = provider.get_put_members(group.values["id"])
        reading = MemberReading(
            ids,
            is_proof=bool(ids) or (is_empty_list and provider.shows_members),
            is_known=bool(ids) and ids.keys() == known,
            most_shown=provider.most_members,
        )
        # RFC 7643 §2.5: an attribute without values may be left out. The members stay unknown in the plan.
        is_left_out = group.members is None and provider.shows_members
        members = group.members if reading.is_proof else None
        is_complete = reading.is_complete and not group.has_unidentified
        return group.values, members, is_complete or is_left_out


def _get_type(member: scim.Member) -> Literal["User", "Group"] | None:
    """Return the type of a member; some servers show it by `$ref` alone."""
    reference = f"/{member.ref or ''}".lower()
    types: tuple[Literal["User"], Literal["Group"]] = ("User", "Group")
    for type_ in types:
        if (member.type or "").lower() == type_.lower() or f"/{type_.lower()}s/" in reference:
            return type_
    return None
