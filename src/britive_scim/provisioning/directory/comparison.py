"""Comparison of two directories: users, groups and memberships that were added, removed or changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NamedTuple, NoReturn, TypeVar, cast

from britive_scim.notebook_text import NotebookText
from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.record_list import RecordList
from britive_scim.provisioning.directory.record_values import (
    describe_group,
    describe_user,
    name_group,
    name_user,
)
from britive_scim.provisioning.directory.records import GroupRecord, UserRecord
from britive_scim.scim.redaction import redact_json
from britive_scim.tables import Table, Tabular

__all__ = [
    "ChangedRecord",
    "Comparison",
    "ComparisonPart",
    "Membership",
    "build_part",
    "explain_incomplete",
]

_MAX_SHOWN = 20
"""Differences in a cell of a notebook."""

T = TypeVar("T")


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
        key: userName or displayName, as it is later.
        before: attributes that differ, with their earlier values; those of extensions by path, such as
            `enterprise.department`.
        after: the same attributes with their later values.
        id: id of the later one, if it has one.
    """

    key: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    id: str | None = None


class ComparisonPart(RecordList[T]):
    """Differences of one type: a list that can be written as a table.

    Users and groups have the columns `id`, `user_name` or `display_name`, and `external_id`; changed ones a row for
    each attribute: `id`, `name`, `attribute`, `before`, `after`; memberships `group`, `member`, `type`.

    Attributes:
        complete: both directories are proven to be complete.
        why_incomplete: reason why differences may be missing or false; `None` without any.
    """

    columns: Mapping[str, type[Any]] = {}
    complete: bool = True
    why_incomplete: str | None = None

    def to_table(self) -> Table:
        """Return a table with one row per difference, or per attribute of a changed user or group."""
        rows = [row for item in self for row in _list_rows(item)]
        return Table(self.columns, (rows,), state=self)

    def __array__(self, *_: object, **__: object) -> NoReturn:
        """Raise: `pandas.DataFrame(part)` would make columns of the records, and not of their table.

        Raises:
            TypeError: always.
        """
        raise TypeError(
            f"{type(self).__name__} must be converted by its own methods; use to_pandas(), to_polars() or to_arrow()"
        )

    def __repr__(self) -> str:
        return f"<{format_count(len(self), 'difference')}>"

    def __str__(self) -> str:
        return self.to_table().to_text() if self else "no differences"

    def _repr_html_(self) -> str:
        return self.to_table().to_html(
            caption=format_count(len(self), "difference"), max_rows=_MAX_SHOWN
        )


def build_part(
    type_: type[T], items: Iterable[T] = (), why_incomplete: str | None = None
) -> ComparisonPart[T]:
    """Return differences, whose type determines the columns of their table.

    Args:
        type_: type of the differences.
        items: the differences.
        why_incomplete: reason why some may be missing or false.
    """
    part = ComparisonPart(items)
    part.columns = _COLUMNS[type_]
    part.complete = why_incomplete is None
    part.why_incomplete = why_incomplete
    return part


def explain_incomplete(is_complete: bool, reasons: Iterable[str]) -> str | None:
    """Return why differences may be missing or false; `None` if both directories are complete."""
    if is_complete:
        return None
    return "; ".join(reasons) or "a side was not read to its end"


_COLUMNS: dict[type[Any], dict[str, type[Any]]] = {
    UserRecord: {"id": str, "user_name": str, "external_id": str},
    GroupRecord: {"id": str, "display_name": str, "external_id": str},
    ChangedRecord: {"id": str, "name": str, "attribute": str, "before": object, "after": object},
    Membership: {"group": str, "member": str, "type": str},
}


def _list_rows(item: Any) -> list[tuple[Any, ...]]:
    if isinstance(item, ChangedRecord):
        return [
            (
                item.id,
                item.key,
                name,
                redact_json(item.before[name], name),
                redact_json(item.after[name], name),
            )
            for name in item.after
        ]
    if isinstance(item, UserRecord):
        return [(item.id, item.user_name, item.external_id)]
    if isinstance(item, GroupRecord):
        return [(item.id, item.display_name, item.external_id)]
    return [tuple(item)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Tabular, NotebookText):
    """Differences from one directory to another; each part can be written as a table of its own.

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

    users_added: ComparisonPart[UserRecord] = field(default_factory=partial(build_part, UserRecord))
    users_removed: ComparisonPart[UserRecord] = field(
        default_factory=partial(build_part, UserRecord)
    )
    users_changed: ComparisonPart[ChangedRecord] = field(
        default_factory=partial(build_part, ChangedRecord)
    )
    groups_added: ComparisonPart[GroupRecord] = field(
        default_factory=partial(build_part, GroupRecord)
    )
    groups_removed: ComparisonPart[GroupRecord] = field(
        default_factory=partial(build_part, GroupRecord)
    )
    groups_changed: ComparisonPart[ChangedRecord] = field(
        default_factory=partial(build_part, ChangedRecord)
    )
    memberships_added: ComparisonPart[Membership] = field(
        default_factory=partial(build_part, Membership)
    )
    memberships_removed: ComparisonPart[Membership] = field(
        default_factory=partial(build_part, Membership)
    )
    complete: bool = True
    reasons: tuple[str, ...] = ()

    @property
    def why_incomplete(self) -> str | None:
        """Reasons why differences may be missing or false; `None` if both directories are complete."""
        return explain_incomplete(self.complete, self.reasons)

    def __bool__(self) -> bool:
        return any(len(part) for _, part, _ in self._list_parts())

    def _list_parts(self) -> list[tuple[str, ComparisonPart[Any], str]]:
        return [
            ("user", self.users_added, "+"),
            ("user", self.users_changed, "~"),
            ("user", self.users_removed, "-"),
            ("group", self.groups_added, "+"),
            ("group", self.groups_changed, "~"),
            ("group", self.groups_removed, "-"),
            ("membership", self.memberships_added, "+"),
            ("membership", self.memberships_removed, "-"),
        ]

    def to_table(self) -> Table:
        """Return a table with one row per difference: `sign` (`+`, `~`, `-`), `type`, `name`, `detail`."""
        rows = [
            (sign, type_, *_describe(item))
            for type_, part, sign in self._list_parts()
            for item in part
        ]
        return Table(dict.fromkeys(("sign", "type", "name", "detail"), str), (rows,), state=self)

    def __repr__(self) -> str:
        return f"<Comparison: {self._count()}>"

    def __str__(self) -> str:
        lines = [f"incomplete: {self.why_incomplete}"] if self.why_incomplete else []
        lines.append(self._count())
        return "\n".join([*lines, *([self.to_table().to_text(indent="  ")] if self else [])])

    def _repr_html_(self) -> str:
        note = f"; incomplete: {self.why_incomplete}" if self.why_incomplete else ""
        return self.to_table().to_html(caption=self._count() + note, max_rows=_MAX_SHOWN)

    def _count(self) -> str:
        counts = [
            f"{sign} {format_count(len(part), type_)}"
            for type_, part, sign in self._list_parts()
            if part
        ]
        return ", ".join(counts) or "no differences"


def _describe(item: object) -> tuple[str, str]:
    """Return name and detail of a difference."""
    if isinstance(item, ChangedRecord):
        changes = (
            f"{name}: {redact_json(item.before[name], name)} -> {redact_json(item.after[name], name)}"
            for name in item.after
        )
        return item.key, "; ".join(changes)
    if isinstance(item, UserRecord):
        return name_user(item), describe_user(item)
    if isinstance(item, GroupRecord):
        return name_group(item), describe_group(item)
    membership = cast("Membership", item)
    return membership.member, f"in {membership.group}"
