"""Index of the memberships of a directory: members as users and groups, and the groups of each user."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from britive_scim.provisioning.directory.contents import DirectoryContents
from britive_scim.provisioning.directory.members import UserIndex
from britive_scim.provisioning.directory.record_values import list_emails, name_group
from britive_scim.provisioning.directory.records import GroupRecord, MemberRecord, UserRecord
from britive_scim.scim.datatypes import normalize_caseless

__all__ = ["MembershipIndex", "are_members_known"]


def are_members_known(directory: DirectoryContents, group: GroupRecord) -> bool:
    """Return whether all members of a group are known; a proven group without a list of members has none."""
    if group.id in directory.completeness.unproven_groups:
        return False
    return group.members is not None or directory.kind == "found"


class MembershipIndex:
    """Members of the groups of a directory, resolved.

    Args:
        directory: the directory; its groups must not be `None` to be a statement on memberships.
    """

    def __init__(self, directory: DirectoryContents) -> None:
        self._directory = directory
        self.groups: Sequence[GroupRecord] = directory.group_records or ()

    def find_user(self, member: MemberRecord) -> UserRecord | None:
        """Return the user that a member is, or `None` for a group and for an unknown key."""
        if member.type == "Group":
            return None
        user = self._users_by_id.get(member.value)
        if user is None and self._directory.kind == "wanted":
            user, _ = self._users_by_key.find(member.value)
        return user

    def find_group(self, member: MemberRecord) -> GroupRecord | None:
        """Return the group that a member is, or `None`."""
        return None if member.type == "User" else self._groups_by_key.get(member.value)

    def list_users(self, group: GroupRecord) -> list[UserRecord]:
        """Return the members of a group that are users of the directory, without repetitions."""
        users = (self.find_user(member) for member in group.members or ())
        return list({id(user): user for user in users if user is not None}.values())

    def list_groups(self, user: UserRecord) -> list[GroupRecord]:
        """Return the groups that a user of the directory is a direct member of."""
        return self._groups_by_user.get(id(user), [])

    def iter_other_members(self, group: GroupRecord) -> Iterator[MemberRecord]:
        """Yield the members of a group that are no user of the directory."""
        return (member for member in group.members or () if self.find_user(member) is None)

    @property
    def unknown_groups(self) -> list[GroupRecord]:
        """Groups whose members are not all known."""
        return [group for group in self.groups if not are_members_known(self._directory, group)]

    @cached_property
    def _users_by_id(self) -> dict[str, UserRecord]:
        return {user.id: user for user in self._directory.user_records if user.id}

    @cached_property
    def _users_by_key(self) -> UserIndex:
        return UserIndex(self._directory.user_records)

    @cached_property
    def _groups_by_key(self) -> dict[str, GroupRecord]:
        return dict(_iter_group_keys(self.groups))

    @cached_property
    def _groups_by_user(self) -> dict[int, list[GroupRecord]]:
        groups: defaultdict[int, list[GroupRecord]] = defaultdict(list)
        for group in self.groups:
            for user in self.list_users(group):
                groups[id(user)].append(group)
        return groups

    def find_users_named(self, key: str) -> list[UserRecord]:
        """Return the users with an id, else with a userName, externalId or e-mail address."""
        by_id = self._users_by_id.get(key)
        if by_id is not None:
            return [by_id]
        folded = normalize_caseless(key)
        found = (users[folded] for users in self._users_by_text if folded in users)
        none: list[UserRecord] = []
        return next(found, none)

    @cached_property
    def _users_by_text(self) -> tuple[Mapping[str, list[UserRecord]], ...]:
        """Users by name, by externalId, and by e-mail address, each in the form for comparison."""
        indexes: list[defaultdict[str, list[UserRecord]]] = []
        for get_keys in (_list_names, _list_external_ids, list_emails):
            index: defaultdict[str, list[UserRecord]] = defaultdict(list)
            for user in self._directory.user_records:
                for key in dict.fromkeys(map(normalize_caseless, get_keys(user))):
                    index[key].append(user)
            indexes.append(index)
        return tuple(indexes)

    def find_groups_named(self, key: str) -> list[GroupRecord]:
        """Return the groups with an id, else with exactly this name, else with the name in another case or externalId."""
        folded = normalize_caseless(key)
        tests: tuple[Callable[[GroupRecord], bool], ...] = (
            lambda group: group.id == key,
            lambda group: group.display_name == key,
            lambda group: normalize_caseless(name_group(group)) == folded,
            lambda group: group.external_id == key,
        )
        for test in tests:
            found = [group for group in self.groups if test(group)]
            if found:
                return found
        return []


def _iter_group_keys(groups: Iterable[GroupRecord]) -> Iterator[tuple[str, GroupRecord]]:
    """Yield keys of groups, the strongest last, so that it wins in a mapping."""
    for group in groups:
        if group.display_name:
            yield group.display_name, group
    for group in groups:
        if group.external_id:
            yield group.external_id, group
    for group in groups:
        if group.id:
            yield group.id, group


def _list_names(user: UserRecord) -> list[str]:
    return [user.user_name] if isinstance(user.user_name, str) else []


def _list_external_ids(user: UserRecord) -> list[str]:
    return [user.external_id] if isinstance(user.external_id, str) else []
