"""Explanation of what a plan does with one user or group, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from britive_scim.errors import Ambiguous, InputError
from britive_scim.notebook_text import NotebookText
from britive_scim.provisioning.directory.records import GroupRecord, UserRecord
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.group_matching import fold_name
from britive_scim.provisioning.plans.matching import ATTRIBUTE_NAMES
from britive_scim.provisioning.plans.plan_content import PlanBasis, PlanContent
from britive_scim.provisioning.plans.plan_parts import ExcludedObject
from britive_scim.provisioning.plans.rendering import format_change
from britive_scim.scim.json_values import is_object
from britive_scim.tables import shorten

__all__ = ["Explanation", "explain"]

Record = UserRecord | GroupRecord

_MAX_LISTED = 20
"""Groups or members that an explanation names; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation(NotebookText):
    """Explanation of what a plan does with one user or group; printed as text.

    Attributes:
        type: `User` or `Group`.
        key: `externalId`, or the name where it is missing.
        name: `userName` or `displayName`.
        id: id at the target; `None` if it is not there; a placeholder if the plan creates it.
        matched_by: attribute by which the entry of the source was found at the target; `None` without a match.
        source: position in the source, such as `people.csv:12`; `None` if it is not in the source.
        changes: its changes, and those of its memberships.
        reasons: reasons why it changes or stays unchanged, as sentences.
        groups: names of the groups of a user at the target.
        members_in: names of the groups to which the user or nested group is added.
        members_out: names of the groups from which it is removed.
    """

    type: Literal["User", "Group"]
    key: str
    name: str | None = None
    id: str | None = None
    matched_by: str | None = None
    source: str | None = None
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    members_in: tuple[str, ...] = ()
    members_out: tuple[str, ...] = ()

    def _list_lines(self) -> Iterator[str]:
        name = self.name or self.key
        yield f"{self.type} {name}" + ("" if name == self.key else f" ({self.key})")
        if self.source:
            yield f"  source: {self.source}"
        if self.id:
            yield f"  id: {self.id}" + (
                f", matched by {self.matched_by}" if self.matched_by else ""
            )
        for label, names in (
            ("groups", self.groups),
            ("added to", self.members_in),
            ("removed from", self.members_out),
        ):
            if names:
                rest = len(names) - _MAX_LISTED
                more = f" and {rest:,} others" if rest > 0 else ""
                yield f"  {label}: {', '.join(names[:_MAX_LISTED])}{more}"
        for reason in self.reasons:
            yield f"  {reason}"
        for change in self.changes:
            yield from format_change(change)

    def __str__(self) -> str:
        return "\n".join(shorten(line, 1000) for line in self._list_lines())

    def _repr_html_(self) -> str:
        import html  # needed in notebooks only

        return f"<pre>{html.escape(str(self))}</pre>"


@dataclass(frozen=True, slots=True)
class _Subject:
    """User or group that is explained: its entries on both sides."""

    type: Literal["User", "Group"]
    wanted: Record | None
    matched_by: str | None
    found: Record | None
    id: str | None
    key: str | None = None


def explain(plan: PlanContent, who: str) -> Explanation:
    """Return why a user or group changes, or stays unchanged."""
    if not isinstance(cast("object", who), str) or not who.strip():
        raise InputError(
            f"who must be an externalId, userName, e-mail address, id or name of a group, got {who!r:.60}"
        )
    subjects = _find_in_basis(plan, plan.basis, who) if plan.basis else []
    subjects = subjects or _find_in_changes(plan, who)
    if len(subjects) > 1:
        ids = [subject.id or "in the source only" for subject in subjects]
        raise Ambiguous(
            f"who must be one user or group, got {len(subjects)} with this name: {', '.join(ids)}; use an id",
            candidates=ids,
        )
    if subjects:
        return _explain_subject(plan, subjects[0])
    hint = (
        "it is neither in the source nor at the target"
        if plan.basis is not None
        else "a plan that was loaded knows only what it changes and excludes; make the plan again to explain others"
    )
    raise InputError(f"who must be a user or group of the plan, got an unknown one; {hint}")


# ----------------------------------------------------------------------------------------- finding


def _find_in_basis(plan: PlanContent, basis: PlanBasis, who: str) -> list[_Subject]:
    """Return the users and groups of both directories that are called so: by id, `externalId`, name, then e-mail."""
    folded = fold_name(who)
    tests: tuple[Callable[[Record], bool], ...] = (
        lambda record: record.id == who,
        lambda record: record.external_id == who,
        lambda record: (name := _get_name(record)) is not None and fold_name(name) == folded,
        lambda record: any(fold_name(address) == folded for address in _list_addresses(record)),
    )
    wanted_groups, found_groups = basis.wanted.group_records or (), basis.found.group_records or ()
    for test in tests:
        users = (list(filter(test, side.user_records)) for side in (basis.wanted, basis.found))
        groups = (list(filter(test, side)) for side in (wanted_groups, found_groups))
        subjects = [
            *_join(plan, basis, "User", *users),
            *_join(plan, basis, "Group", *groups),
        ]
        if subjects:
            return subjects
    return []


def _join(
    plan: PlanContent,
    basis: PlanBasis,
    type_: Literal["User", "Group"],
    wanted: Sequence[Record],
    found: Sequence[Record],
) -> list[_Subject]:
    """Return one subject for each pair, and for each entry that is on one side only."""
    subjects = {
        record.id or "": _Subject(type_, *_get_match(basis, record), record, record.id)
        for record in found
    }
    if not wanted:
        return list(subjects.values())
    ids = {id(record): id_ for id_, (record, _) in basis.matches.items()}
    rest: list[Record] = []
    for record in wanted:
        id_ = ids.get(id(record))
        if id_ is None:
            rest.append(record)
        elif id_ not in subjects:
            match = _find_by_id(basis, type_, id_)
            subjects[id_] = _Subject(type_, record, basis.matches[id_][1], match, id_)
    alone = [subject for subject in subjects.values() if subject.wanted is None]
    if len(rest) == len(alone) == 1:  # of one name, and left alone by the policy
        subjects[alone[0].id or ""] = replace(alone[0], wanted=rest.pop())
    return [
        *subjects.values(),
        *(
            _Subject(type_, record, None, None, _find_placeholder(plan, type_, record))
            for record in rest
        ),
    ]


def _get_match(basis: PlanBasis, found: Record) -> tuple[Record | None, str | None]:
    return basis.matches.get(found.id or "", (None, None))


def _find_by_id(basis: PlanBasis, type_: str, id_: str) -> Record | None:
    records = basis.found.user_records if type_ == "User" else basis.found.group_records or ()
    return next((record for record in records if record.id == id_), None)


def _find_placeholder(plan: PlanContent, type_: str, wanted: Record) -> str | None:
    """Return the placeholder id of an entry that the plan creates."""
    key = wanted.external_id or _get_name(wanted)
    return next(
        (c.id for c in plan.changes if (c.action, c.type, c.key) == ("create", type_, key)), None
    )


def _find_in_changes(plan: PlanContent, who: str) -> list[_Subject]:
    """Return the users and groups of the changes, and the excluded ones, that are called so."""
    folded = fold_name(who)
    subjects: dict[tuple[str, str | None], _Subject] = {}
    items: list[Change | ExcludedObject] = [*plan.changes, *plan.excluded]
    for item in items:
        names = (item.id, item.key, item.name if isinstance(item, Change) else None)
        if who in names or any(name is not None and fold_name(name) == folded for name in names):
            type_: Literal["User", "Group"] = "Group" if item.type == "Group" else "User"
            subjects[type_, item.id] = _Subject(type_, None, None, None, item.id, item.key)
    return list(subjects.values())


def _get_name(record: Record) -> str | None:
    return record.user_name if isinstance(record, UserRecord) else record.display_name


def _list_addresses(record: Record) -> Iterator[str]:
    emails: Sequence[object] = record.values.get("emails") or ()
    for email in emails:
        value = cast("Mapping[str, object]", email).get("value") if is_object(email) else email
        if isinstance(value, str):
            yield value


# -------------------------------------------------------------------------------------- explaining


def _explain_subject(plan: PlanContent, subject: _Subject) -> Explanation:
    own = [c for c in plan.changes if c.id == subject.id and c.type == subject.type]
    members_in, members_out = _list_membership_changes(plan, subject)
    record = subject.wanted or subject.found
    key = subject.key
    if record is not None:
        key = record.external_id or _get_name(record) or record.id
    source = next((change.source for change in own if change.source), None)
    if source is None and plan.basis is not None and subject.wanted is not None:
        source = _describe_place(plan.basis, subject.wanted)
    return Explanation(
        type=subject.type,
        key=key or "",
        name=_get_name(record) if record is not None else next((c.name for c in own), None),
        id=subject.id,
        matched_by=ATTRIBUTE_NAMES.get(subject.matched_by or "", subject.matched_by),
        source=source,
        changes=tuple(own),
        reasons=tuple(_list_reasons(plan, subject, bool(own or members_in or members_out))),
        groups=_list_groups(plan.basis, subject),
        members_in=members_in,
        members_out=members_out,
    )


def _describe_place(basis: PlanBasis, wanted: Record) -> str:
    name = basis.wanted.source.name or "entry"
    return name if wanted.line is None else f"{name}:{wanted.line}"


def _list_membership_changes(
    plan: PlanContent, subject: _Subject
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the groups to which a member is added, and from which it is removed."""
    added: list[str] = []
    removed: list[str] = []
    for change in plan.changes:
        if subject.id in change.after.get("members", ()):
            added.append(change.name or change.key)
        if subject.id in change.before.get("members", ()):
            removed.append(change.name or change.key)
    return tuple(sorted(added)), tuple(sorted(removed))


def _list_groups(basis: PlanBasis | None, subject: _Subject) -> tuple[str, ...]:
    """Return the names of the groups at the target that have the subject as a member."""
    if basis is None or subject.id is None:
        return ()
    return tuple(
        sorted(
            group.display_name or group.id or ""
            for group in basis.found.group_records or ()
            if any(member.value == subject.id for member in group.members or ())
        )
    )


def _list_reasons(plan: PlanContent, subject: _Subject, has_changes: bool) -> Iterator[str]:
    """Yield the rules that apply to the subject."""
    excluded = [
        item.reason
        for item in plan.excluded
        if item.type == subject.type and _is_same(item, subject)
    ]
    yield from (f"rule: {reason}" for reason in excluded)
    if has_changes or excluded or plan.basis is None:
        return
    if subject.id in plan.basis.found.other_providers:
        yield "no change: it belongs to another identity provider"
    elif subject.wanted is not None:
        yield "no change: the target has all that the source states"
    elif plan.withheld:
        yield "no change: it is not in the source, and removals are withheld"
    else:
        rule = "missing" if subject.type == "User" else "missing_groups"
        yield f'no change: it is not in the source, and {rule} is "{getattr(plan.policy, rule)}"'


def _is_same(item: ExcludedObject, subject: _Subject) -> bool:
    if item.id is not None and subject.id is not None:
        return item.id == subject.id
    records = [record for record in (subject.wanted, subject.found) if record is not None]
    names = {name for record in records for name in (record.external_id, _get_name(record))}
    return item.key in names or item.key == subject.key
