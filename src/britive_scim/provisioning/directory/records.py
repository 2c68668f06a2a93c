"""Records of a directory: users, groups and their members in wire form, and the proof that all were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Completeness", "GroupRecord", "MemberRecord", "UserRecord"]


def _get_text(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class UserRecord:
    """User of a directory.

    Attributes:
        values: attributes in wire form. In a wanted directory exactly those that the source states, where `None`
            clears; in a found directory the resource as the server sent it.
        line: line or position in the source, from 1; `None` in a directory read from a tenant.
        admin: what only the admin API shows, each where the response had it: `status`, `type`, `external`,
            `identity_provider` (its name), `last_login`, `admin_roles`, and `attributes` if they were read; `None` in a
            directory read by SCIM.
    """

    values: Mapping[str, Any]
    line: int | None = None
    admin: Mapping[str, Any] | None = None

    @property
    def id(self) -> str | None:
        """Identifier given by the server."""
        return _get_text(self.values, "id")

    @property
    def user_name(self) -> str | None:
        """Value of `userName`."""
        return _get_text(self.values, "userName")

    @property
    def external_id(self) -> str | None:
        """Value of `externalId`."""
        return _get_text(self.values, "externalId")


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """Member of a group.

    Attributes:
        value: id of the member in a found directory; `externalId`, `userName` or found id in a wanted one.
        type: `User` or `Group`; `None` if the source does not state it.
    """

    value: str
    type: Literal["User", "Group"] | None = None


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """Group of a directory.

    Attributes:
        values: attributes in wire form, without `members`; see `UserRecord.values`.
        members: members, or `None`: not shown in a found directory, not stated in a wanted one.
        line: line or position in the source, from 1; `None` in a directory read from a tenant.
        admin: what only the admin API shows: `identity_providers`, the names of those that the tag belongs to; `None` in
            a directory read by SCIM.
    """

    values: Mapping[str, Any]
    members: tuple[MemberRecord, ...] | None = None
    line: int | None = None
    admin: Mapping[str, Any] | None = None

    @property
    def id(self) -> str | None:
        """Identifier given by the server."""
        return _get_text(self.values, "id")

    @property
    def display_name(self) -> str | None:
        """Value of `displayName`."""
        return _get_text(self.values, "displayName")

    @property
    def external_id(self) -> str | None:
        """Value of `externalId`."""
        return _get_text(self.values, "externalId")


@dataclass(frozen=True, slots=True)
class Completeness:
    """Proof that everything was read, by type of resource.

    Attributes:
        users: all users are in the directory; `None` if the source does not state users.
        groups: all groups are in the directory; `None` if the source does not state groups.
        unproven_groups: ids of the groups whose members are not proven to be complete.
        reasons: one sentence for each missing proof.
        is_looked_up: each entry of a wanted directory was looked up by its keys: those that are not here do not exist.
    """

    users: bool | None = True
    groups: bool | None = True
    unproven_groups: frozenset[str] = frozenset()
    reasons: tuple[str, ...] = field(default=())
    is_looked_up: bool = False

    @property
    def is_complete(self) -> bool:
        """True if nothing is missing."""
        return self.users is not False and self.groups is not False and not self.unproven_groups
