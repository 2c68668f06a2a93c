"""Tables of a directory: users as SCIM or the admin API shows them, groups, and memberships."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from britive_scim.provisioning.directory.contents import DirectoryContents
from britive_scim.provisioning.directory.membership_index import MembershipIndex
from britive_scim.provisioning.directory.record_values import (
    find_manager,
    get_email,
    get_part,
    get_status,
    get_text,
    get_time,
    is_active,
    name_group,
    normalize_key,
)
from britive_scim.provisioning.directory.records import GroupRecord, UserRecord
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER
from britive_scim.tables import Row, Table

__all__ = ["TableSource", "build_group_table", "build_membership_table", "build_user_table"]

_GROUP_COLUMNS = {
    "id": str,
    "display_name": str,
    "external_id": str,
    "size": int,
    "created": datetime,
    "last_modified": datetime,
}
_MEMBERSHIP_COLUMNS = {"group_id": str, "group": str, "user_id": str, "user": str, "type": str}

Column = tuple[type[Any], Callable[[UserRecord], Any]]


class TableSource(DirectoryContents, Protocol):
    """Directory whose tables are built."""

    @property
    def complete(self) -> bool:
        """Return whether everything is proven to have been read."""
        ...

    @property
    def membership_index(self) -> MembershipIndex:
        """Return the memberships."""
        ...


class _OnDemand:
    """Batch of rows, built again for each reader of a table."""

    def __init__(self, build: Callable[[], Iterable[Row]]) -> None:
        self._build = build

    def __iter__(self) -> Iterator[Iterable[Row]]:
        yield self._build()


def build_user_table(directory: TableSource, records: Sequence[UserRecord], state: Any) -> Table:
    """Return a table of users.

    Args:
        directory: the directory of the users.
        records: the users.
        state: has `complete` and `why_incomplete`.
    """
    columns = (
        _list_admin_columns(directory)
        if any(record.admin is not None for record in directory.user_records)
        else _list_scim_columns(directory)
    )
    columns |= _list_attribute_columns(directory)
    getters = [getter for _, getter in columns.values()]
    types = {name: type_ for name, (type_, _) in columns.items()}
    rows = _OnDemand(lambda: ([get(record) for get in getters] for record in records))
    return Table(types, rows, state=state)


def _list_admin_columns(directory: TableSource) -> dict[str, Column]:
    def get_fact(name: str) -> Callable[[UserRecord], Any]:
        return lambda user: (user.admin or {}).get(name)

    return {
        "id": (str, lambda user: user.id),
        "username": (str, _text("userName")),
        "email": (str, get_email),
        "first_name": (str, _text("name", "givenName")),
        "last_name": (str, _text("name", "familyName")),
        "status": (str, get_status),
        "type": (str, get_fact("type")),
        "external": (bool, get_fact("external")),
        "identity_provider": (str, get_fact("identity_provider")),
        "external_id": (str, _text("externalId")),
        "last_login": (datetime, lambda user: get_time(user.admin or {}, "last_login")),
        "created": (datetime, _time("created")),
        "modified": (datetime, _time("lastModified")),
        "tags": (list, lambda user: _list_group_names(directory, user)),
        "key": (str, lambda user: _get_key(directory, user)),
    }


def _list_scim_columns(directory: TableSource) -> dict[str, Column]:
    def count_groups(user: UserRecord) -> int | None:
        names = _list_group_names(directory, user)
        return None if names is None else len(names)

    return {
        "id": (str, lambda user: user.id),
        "user_name": (str, _text("userName")),
        "external_id": (str, _text("externalId")),
        "given_name": (str, _text("name", "givenName")),
        "family_name": (str, _text("name", "familyName")),
        "display_name": (str, _text("displayName")),
        "email": (str, get_email),
        "active": (bool, is_active),
        "title": (str, _text("title")),
        "department": (str, _text(ENTERPRISE_USER, "department")),
        "manager": (str, find_manager),
        "employee_number": (str, _text(ENTERPRISE_USER, "employeeNumber")),
        "created": (datetime, _time("created")),
        "last_modified": (datetime, _time("lastModified")),
        "key": (str, lambda user: _get_key(directory, user)),
        "groups": (int, count_groups),
    }


def _list_attribute_columns(directory: DirectoryContents) -> dict[str, Column]:
    """Return a column for each custom attribute of any user, sorted by name."""

    def get_value(name: str) -> Callable[[UserRecord], Any]:
        return lambda user: get_part(user.values, CUSTOM_USER).get(name)

    users = directory.user_records
    prefix = "attributes" if any(user.admin is not None for user in users) else "custom"
    names = {name for user in users for name in get_part(user.values, CUSTOM_USER)}
    return {f"{prefix}.{name}": (str, get_value(name)) for name in sorted(names)}


def _text(*path: str) -> Callable[[UserRecord], str | None]:
    return lambda user: get_text(user.values, *path)


def _time(name: str) -> Callable[[UserRecord], datetime | None]:
    return lambda user: get_time(user.values, "meta", name)


def _get_key(directory: TableSource, user: UserRecord) -> str | None:
    return user.id if directory.has_same_ids else normalize_key(user)


def _list_group_names(directory: TableSource, user: UserRecord) -> list[str] | None:
    """Return the names of the groups of a user, or `None` where groups were not read."""
    if directory.group_records is None:
        return None
    return [name_group(group) for group in directory.membership_index.list_groups(user)]


def build_group_table(groups: Sequence[GroupRecord], state: Any) -> Table:
    """Return a table of groups; the size is missing where the members are not shown.

    Args:
        groups: the groups.
        state: has `complete` and `why_incomplete`.
    """

    def iter_rows() -> Iterator[Row]:
        for group in groups:
            meta: Mapping[str, Any] = get_part(group.values, "meta")
            yield (
                group.id,
                group.display_name,
                group.external_id,
                None if group.members is None else len(group.members),
                get_time(meta, "created"),
                get_time(meta, "lastModified"),
            )

    return Table(_GROUP_COLUMNS, _OnDemand(iter_rows), state=state)


def build_membership_table(directory: TableSource) -> Table:
    """Return a table of the memberships of a directory."""

    def iter_rows() -> Iterator[Row]:
        index = directory.membership_index
        for group in index.groups:
            for member in group.members or ():
                user, inner = index.find_user(member), index.find_group(member)
                if user is not None:
                    row = user.id, user.user_name or member.value
                elif inner is not None:
                    row = inner.id, inner.display_name or member.value
                else:
                    row = (member.value if directory.kind == "found" else None), member.value
                yield group.id, group.display_name, *row, member.type

    return Table(_MEMBERSHIP_COLUMNS, _OnDemand(iter_rows), state=directory)
