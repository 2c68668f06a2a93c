"""Tables of a directory: users as SCIM or the admin API shows them, groups, and memberships."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, cast

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.errors.secret_names import is_secret_name
from britive_scim.provisioning.directory.contents import DirectoryContents
from britive_scim.provisioning.directory.membership_index import MembershipIndex
from britive_scim.provisioning.directory.record_values import (
    get_email,
    get_key,
    get_part,
    get_status,
    get_text,
    get_time,
    name_group,
)
from britive_scim.provisioning.directory.records import GroupRecord, UserRecord
from britive_scim.provisioning.directory.shown_attributes import check_shown, is_of_admin_api
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.names import CUSTOM_USER, is_attribute_name
from britive_scim.scim.tables.columns import drop_secrets
from britive_scim.scim.tables.resource_table import build_resource_table
from britive_scim.tables import Row, Table
from britive_scim.tables.table import describe_columns

__all__ = ["TabularDirectory", "build_group_table", "build_membership_table", "build_user_table"]

_GROUP_COLUMNS = {
    "id": str,
    "display_name": str,
    "external_id": str,
    "size": int,
    "created": datetime,
    "last_modified": datetime,
}
_MEMBERSHIP_COLUMNS = {"group_id": str, "group": str, "user_id": str, "user": str, "type": str}

ColumnGetter = tuple[type[Any], Callable[[UserRecord], Any]]
"""Type of the values of a column, and the function that returns the value of a user."""


class TabularDirectory(DirectoryContents, Protocol):
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


class _WithMemberships:
    """Batches of the table of SCIM users, with what the directory knows better: `groups` and `key`.

    Where members of groups are unknown, `groups` is missing: a server that hides members states no groups of users.

    Args:
        table: table of the users.
        directory: their directory.
        records: the users, in the order of the table.
    """

    def __init__(
        self, table: Table, directory: TabularDirectory, records: Sequence[UserRecord]
    ) -> None:
        self._table = table
        self._directory = directory
        self._records = records

    def __iter__(self) -> Iterator[Sequence[Sequence[Any]]]:
        names = list(self._table.columns)
        directory, start = self._directory, 0
        are_known = _are_memberships_known(directory)
        for batch in self._table.column_batches():
            columns = list(batch)
            records = self._records[start : start + len(columns[0])]
            start += len(records)
            columns[names.index("key")] = [_get_key(directory, user) for user in records]
            if directory.group_records is not None:
                list_groups = directory.membership_index.list_groups
                columns[names.index("groups")] = [
                    len(list_groups(user)) if are_known else None for user in records
                ]
            yield columns


class _Joined:
    """Columns of two tables with the same rows, as one batch.

    Args:
        tables: the tables.
        names: number of the table and name of the column, for each column.
    """

    def __init__(self, tables: Sequence[Table], names: Sequence[tuple[int, str]]) -> None:
        self._tables = tables
        self._names = names

    def __iter__(self) -> Iterator[Sequence[Sequence[Any]]]:
        columns: list[dict[str, list[Any]]] = []
        for table in self._tables:
            values: dict[str, list[Any]] = {name: [] for name in table.columns}
            for batch in table.column_batches():
                for name, more in zip(values, batch, strict=True):
                    values[name] += more
            columns.append(values)
        yield [columns[number][name] for number, name in self._names]


def build_user_table(
    directory: TabularDirectory,
    records: Sequence[UserRecord],
    state: Any,
    columns: Iterable[str] | Mapping[str, str] | None = None,
) -> Table:
    """Return a table of users.

    Args:
        directory: the directory of the users.
        records: the users.
        state: has `complete` and `why_incomplete`.
        columns: names of columns, or SCIM paths; or either by new name. `None` for the default columns.

    Raises:
        InputError: a column is unknown, or the API that was read does not show it.
    """
    is_admin = is_of_admin_api(directory)
    build = _build_admin_table if is_admin else _build_scim_table
    table = build(directory, records, state)
    if columns is None:
        return table
    names = _check_names(columns)
    paths = {new: name for new, name in names.items() if name not in table.columns}
    if not paths:
        return table.select(names)
    if is_admin:
        check_shown(directory, paths)
    others = build_resource_table([dict(record.values) for record in records], scim.User, paths)
    types = {
        new: others.columns[new] if new in paths else table.columns[names[new]] for new in names
    }
    sources = [(1, new) if new in paths else (0, name) for new, name in names.items()]
    return Table.from_columns(types, _Joined((table, others), sources), state=state)


def _check_names(columns: object) -> dict[str, str]:
    """Return the name or path of each column by its new name.

    Raises:
        InputError: `columns` are neither names nor such a mapping.
    """
    given: Any = columns
    names: dict[Any, Any] = {}
    if isinstance(columns, Mapping):
        names = dict(cast("Mapping[object, object]", columns))
    elif isinstance(columns, Iterable) and not isinstance(columns, str | bytes):
        listed = list(cast("Iterable[object]", columns))
        names = {name: name for name in listed if isinstance(name, str)}
        names |= {repr(name): name for name in listed if not isinstance(name, str)}
    if not names or not all(isinstance(part, str) for item in names.items() for part in item):
        raise InputError(
            "columns must be names of columns, SCIM paths, or {new name: either},"
            f" got {describe_columns(given)}"
        )
    return names


def _build_scim_table(
    directory: TabularDirectory, records: Sequence[UserRecord], state: Any
) -> Table:
    names = _list_custom_names(directory.user_records)
    custom: list[str | Attribute] = [*_list_declared(directory)]
    custom += [name for name in names if is_attribute_name(name)]
    values = [dict(record.values) for record in records]
    table = build_resource_table(values, scim.User, custom=custom)
    return Table.from_columns(
        table.columns, _WithMemberships(table, directory, records), state=state
    )


def _build_admin_table(
    directory: TabularDirectory, records: Sequence[UserRecord], state: Any
) -> Table:
    columns = _list_admin_columns(directory)
    declared = {attribute.name for attribute in _list_declared(directory)}
    for name in sorted(declared.union(_list_custom_names(directory.user_records))):
        columns[f"attributes.{name}"] = (str, _make_custom_getter(name))
    getters = [getter for _, getter in columns.values()]
    types = {name: type_ for name, (type_, _) in columns.items()}
    rows = _OnDemand(lambda: ([get(record) for get in getters] for record in records))
    return Table(types, rows, state=state)


def _list_declared(directory: TabularDirectory) -> list[Attribute]:
    """Return the custom attributes that the tenant declares; secrets are left out."""
    return [
        attribute
        for attribute in directory.custom_attributes
        if not (attribute.is_secret or is_secret_name(attribute.name))
    ]


def _list_custom_names(users: Iterable[UserRecord]) -> list[str]:
    """Return the names of the custom attributes of any user, sorted; secrets are left out."""
    names = {name for user in users for name in get_part(user.values, CUSTOM_USER)}
    return sorted(name for name in names if not is_secret_name(name))


def _make_custom_getter(name: str) -> Callable[[UserRecord], Any]:
    return lambda user: drop_secrets(get_part(user.values, CUSTOM_USER).get(name))


def _list_admin_columns(directory: TabularDirectory) -> dict[str, ColumnGetter]:
    def get_fact(name: str) -> Callable[[UserRecord], Any]:
        return lambda user: (user.admin or {}).get(name)

    return {
        "id": (str, lambda user: user.id),
        "username": (str, _make_text_getter("userName")),
        "email": (str, get_email),
        "first_name": (str, _make_text_getter("name", "givenName")),
        "last_name": (str, _make_text_getter("name", "familyName")),
        "status": (str, get_status),
        "type": (str, get_fact("type")),
        "external": (bool, get_fact("external")),
        "identity_provider": (str, get_fact("identity_provider")),
        "external_id": (str, _make_text_getter("externalId")),
        "last_login": (datetime, lambda user: get_time(user.admin or {}, "last_login")),
        "created": (datetime, _make_time_getter("created")),
        "modified": (datetime, _make_time_getter("lastModified")),
        "tags": (list, lambda user: _list_group_names(directory, user)),
        "key": (str, lambda user: _get_key(directory, user)),
    }


def _make_text_getter(*path: str) -> Callable[[UserRecord], str | None]:
    return lambda user: get_text(user.values, *path)


def _make_time_getter(name: str) -> Callable[[UserRecord], datetime | None]:
    return lambda user: get_time(user.values, "meta", name)


def _get_key(directory: TabularDirectory, user: UserRecord) -> str | None:
    return user.id if directory.has_same_ids else get_key(user)


def _list_group_names(directory: TabularDirectory, user: UserRecord) -> list[str] | None:
    """Return the names of the groups of a user, or `None` where none is known."""
    if directory.group_records is None:
        return None
    names = [name_group(group) for group in directory.membership_index.list_groups(user)]
    return names if names or _are_memberships_known(directory) else None


def _are_memberships_known(directory: TabularDirectory) -> bool:
    """Return whether all groups were read, each with all of its members."""
    return (
        directory.group_records is not None
        and directory.completeness.groups is not False
        and not directory.membership_index.unknown_groups
    )


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


def build_membership_table(directory: TabularDirectory) -> Table:
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
