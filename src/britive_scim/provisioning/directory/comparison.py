"""Comparison of two directories: users, groups and memberships that were added, removed or changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar

from britive_scim.errors import InputError
from britive_scim.notebook_text import NotebookText
from britive_scim.provisioning.directory.contents import DirectoryContents
from britive_scim.provisioning.directory.records import GroupRecord, UserRecord
from britive_scim.scim.datatypes import normalize_caseless, normalize_user_name
from britive_scim.tables import Table

__all__ = ["ChangedRecord", "Comparison", "Membership", "compare_directories"]

_VOLATILE = frozenset({"schemas", "id", "meta", "groups"})
"""Attributes that only the server sets."""

Record = TypeVar("Record", UserRecord, GroupRecord)


class Membership(NamedTuple):
    """Membership by names.

    Attributes:
        group: name of the group.
        member: userName of the user, name of the group, or the key where the member is not in the directory.
        type: `User` or `Group`; `None` where unknown.
    """

    group: str
    member: str
    type: Literal["User", "Group"] | None = None


@dataclass(frozen=True, slots=True)
class ChangedRecord:
    """User or group that changed.

    Attributes:
        key: externalId, or the name.
        before: attributes that differ, with their earlier values.
        after: the same attributes with their later values.
    """

    key: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(NotebookText):
    """Differences from one directory to another.

    Attributes:
        users_added: users of the later directory only.
        users_removed: users of the earlier directory only.
        users_changed: users of both with other attributes.
        groups_added: groups of the later directory only.
        groups_removed: groups of the earlier directory only.
        groups_changed: groups of both with other attributes.
        memberships_added: memberships of the later directory only.
        memberships_removed: memberships of the earlier directory only.
        complete: both directories are proven to be complete.
        reasons: one sentence for each missing proof.
    """

    users_added: tuple[UserRecord, ...] = ()
    users_removed: tuple[UserRecord, ...] = ()
    users_changed: tuple[ChangedRecord, ...] = ()
    groups_added: tuple[GroupRecord, ...] = ()
    groups_removed: tuple[GroupRecord, ...] = ()
    groups_changed: tuple[ChangedRecord, ...] = ()
    memberships_added: tuple[Membership, ...] = ()
    memberships_removed: tuple[Membership, ...] = ()
    complete: bool = True
    reasons: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(len(rows) for _, rows, _ in self._list_parts())

    def _list_parts(self) -> list[tuple[str, Sequence[Any], str]]:
        return [
            ("users", self.users_added, "+"),
            ("users", self.users_changed, "~"),
            ("users", self.users_removed, "-"),
            ("groups", self.groups_added, "+"),
            ("groups", self.groups_changed, "~"),
            ("groups", self.groups_removed, "-"),
            ("memberships", self.memberships_added, "+"),
            ("memberships", self.memberships_removed, "-"),
        ]

    def to_table(self) -> Table:
        """Return a table with one row per difference."""
        rows = [
            (sign, kind, _name_row(row), _name_change(row))
            for kind, part, sign in self._list_parts()
            for row in part
        ]
        return Table.from_rows(("sign", "kind", "name", "attributes"), rows)

    def __str__(self) -> str:
        first = (
            []
            if self.complete
            else [f"incomplete: {'; '.join(self.reasons) or 'a side was not read to its end'}"]
        )
        counts = [f"{sign} {len(part):,} {kind}" for kind, part, sign in self._list_parts() if part]
        return "\n".join([*first, ", ".join(counts) or "no differences"])

    def _repr_html_(self) -> str:
        return self.to_table().to_html(caption=str(self))


def _name_row(row: Any) -> str:
    if isinstance(row, Membership):
        return f"{row.member} in {row.group}"
    if isinstance(row, ChangedRecord):
        return row.key
    name = row.user_name if isinstance(row, UserRecord) else row.display_name
    return name or row.external_id or row.id or ""


def _name_change(row: Any) -> str:
    return ", ".join(row.after) if isinstance(row, ChangedRecord) else ""


def compare_directories(
    before: DirectoryContents, after: DirectoryContents, *, strict: bool
) -> Comparison:
    """Return the differences.

    Raises:
        InputError: `strict` is set and a directory is not proven to be complete.
    """
    reasons = (*before.completeness.reasons, *after.completeness.reasons)
    is_complete = before.completeness.is_complete and after.completeness.is_complete
    if strict and not is_complete:
        raise InputError(
            "directories must be complete, got one that was not read to its end"
            f" ({'; '.join(reasons) or 'no reason was given'}); strict=False compares what was read"
        )
    by_id = before.kind == after.kind == "found"
    users = _match(
        before.user_records,
        after.user_records,
        lambda u: u.user_name,
        normalize_user_name,
        by_id=by_id,
    )
    old_groups, new_groups = before.group_records, after.group_records
    if old_groups is None or new_groups is None:  # not stated: nothing to compare
        old_groups = new_groups = ()
    groups = _match(
        old_groups, new_groups, lambda g: g.display_name, normalize_caseless, by_id=by_id
    )
    unknown = {
        id(record)
        for pair in groups
        for record in pair
        if any(side is not None and side.members is None for side in pair)
    }
    old = dict(_iter_memberships(before, old_groups, unknown))
    new = dict(_iter_memberships(after, new_groups, unknown))
    return Comparison(
        users_added=tuple(
            new_user for old_user, new_user in users if old_user is None and new_user
        ),
        users_removed=tuple(
            old_user for old_user, new_user in users if new_user is None and old_user
        ),
        users_changed=tuple(_iter_changes(users)),
        groups_added=tuple(
            new_group for old_group, new_group in groups if old_group is None and new_group
        ),
        groups_removed=tuple(
            old_group for old_group, new_group in groups if new_group is None and old_group
        ),
        groups_changed=tuple(_iter_changes(groups)),
        memberships_added=tuple(row for key, row in new.items() if key not in old),
        memberships_removed=tuple(row for key, row in old.items() if key not in new),
        complete=is_complete,
        reasons=reasons,
    )


def _match(
    before: Sequence[Record],
    after: Sequence[Record],
    get_name: Callable[[Record], str | None],
    normalize: Callable[[str], str],
    *,
    by_id: bool,
) -> list[tuple[Record | None, Record | None]]:
    """Return the pairs of equal identity: by id, then externalId, then name; `None` for a missing side."""
    getters: list[Callable[[Record], str | None]] = [lambda record: record.id] if by_id else []

    def get_external_id(record: Record) -> str | None:
        return record.external_id

    def get_folded_name(record: Record) -> str | None:
        name = get_name(record)
        return normalize(name) if isinstance(name, str) else None

    getters += [get_external_id, get_folded_name]
    partner: dict[int, Record] = {}
    matched: set[int] = set()
    for get in getters:
        keys = {
            key: record for record in before if id(record) not in matched and (key := get(record))
        }
        for record in after:
            found = None if id(record) in partner else keys.get(get(record) or "")
            if found is not None and id(found) not in matched:
                partner[id(record)] = found
                matched.add(id(found))
    pairs: list[tuple[Record | None, Record | None]] = [(partner.get(id(r)), r) for r in after]
    return pairs + [(record, None) for record in before if id(record) not in matched]


def _iter_changes(
    pairs: Sequence[tuple[UserRecord | GroupRecord | None, UserRecord | GroupRecord | None]],
) -> Iterator[ChangedRecord]:
    for old, new in pairs:
        if old is None or new is None or old.values == new.values:
            continue
        names = [
            name
            for name in dict.fromkeys([*old.values, *new.values])
            if name not in _VOLATILE and old.values.get(name) != new.values.get(name)
        ]
        if names:
            yield ChangedRecord(
                _name_row(new),
                {name: old.values.get(name) for name in names},
                {name: new.values.get(name) for name in names},
            )


def _iter_memberships(
    directory: DirectoryContents, groups: Sequence[GroupRecord], unknown: set[int]
) -> Iterator[tuple[tuple[str, str], Membership]]:
    """Yield each membership with its identity; groups whose members are unknown on a side are left out."""
    names: dict[str, str] = {}
    for user in directory.user_records:
        for key in (user.user_name, user.external_id, user.id):
            if isinstance(key, str) and user.user_name:
                names[key] = user.user_name
    for group in directory.group_records or ():
        if group.id and group.display_name:
            names.setdefault(group.id, group.display_name)
    for group in groups:
        if id(group) in unknown:
            continue
        name = group.display_name or group.external_id or group.id or ""
        for member in group.members or ():
            member_name = names.get(member.value, member.value)
            row = Membership(name, member_name, member.type)
            yield (normalize_caseless(name), normalize_user_name(member_name)), row
