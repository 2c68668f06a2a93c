"""Differences between two directories, found by the identity of their users and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

from britive_scim.errors import InputError
from britive_scim.provisioning.directory.comparison import (
    ChangedRecord,
    Comparison,
    Membership,
    build_part,
    explain_incomplete,
)
from britive_scim.provisioning.directory.contents import DirectoryContents
from britive_scim.provisioning.directory.membership_index import MembershipIndex, are_members_known
from britive_scim.provisioning.directory.record_values import is_of_provider, name_group, name_user
from britive_scim.provisioning.directory.records import GroupRecord, MemberRecord, UserRecord
from britive_scim.provisioning.directory.shown_attributes import is_of_admin_api
from britive_scim.scim.datatypes import normalize_caseless, normalize_user_name
from britive_scim.scim.json_values import is_list
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER, fold
from britive_scim.scim.values.node import is_mapping

__all__ = ["Incomplete", "compare_directories"]

Incomplete = Literal["refuse", "mark"]

_VOLATILE = frozenset(
    {"schemas", "id", "meta", "groups", "created", "modified", "lastmodified", "lastlogin"}
)
"""Attributes that the server sets, case-folded; custom ones may have the same names."""

_EXTENSIONS = {fold(ENTERPRISE_USER): "enterprise.", fold(CUSTOM_USER): "custom."}
"""Beginning of the paths of attributes by extension, case-folded; of others it is the URN."""

_ADMIN_FACTS = ("status", "type", "external", "identity_provider", "admin_roles")
"""Facts of the admin API that are compared; times are not."""

_COMMON_ONLY = (
    "one directory was read by SCIM, the other by the admin API, so that only userName, externalId, active, given and "
    "family name were compared"
)

Record = TypeVar("Record", UserRecord, GroupRecord)
Pair = tuple[Record | None, Record | None]


def compare_directories(
    before: DirectoryContents, after: DirectoryContents, *, incomplete: Incomplete
) -> Comparison:
    """Return the differences; see `Directory.compare`.

    Raises:
        InputError: a directory is not proven to be complete, or each was read by another API, and `incomplete` is not
            `mark`; or it is neither value.
    """
    if incomplete not in ("refuse", "mark"):
        raise InputError(f"incomplete must be 'refuse' or 'mark', got {incomplete!r:.60}")
    has_same_api = _check_apis(before, after, incomplete)
    scopes = _list_different_scopes(before, after)
    if not has_same_api:
        scopes.append(_COMMON_ONLY)
    reasons = (*before.completeness.reasons, *after.completeness.reasons, *scopes)
    is_complete = before.completeness.is_complete and after.completeness.is_complete and not scopes
    if incomplete == "refuse" and not is_complete:
        raise InputError(
            f"directories must be complete, got {'different parts' if scopes else 'one that was not read to its end'}"
            f" ({'; '.join(reasons) or 'no reason was given'});"
            " incomplete='mark' compares what was read"
        )
    is_same_target = _have_same_ids(before, after)
    users = _match(
        before.user_records, after.user_records, name_user, normalize_user_name, is_same_target
    )
    groups: list[Pair[GroupRecord]] = []
    if before.group_records is not None and after.group_records is not None:
        groups = _match(
            _list_groups(before, after),
            _list_groups(after, before),
            name_group,
            normalize_caseless,
            is_same_target,
        )
    elif before.group_records is not None or after.group_records is not None:
        reasons, is_complete = (
            (*reasons, "groups: a directory does not state them, so they were not compared"),
            False,
        )
    sides = _iter_memberships(before, after, users, groups)
    old, new = (dict(side) for side in sides)
    why = explain_incomplete(is_complete, reasons)
    return Comparison(
        users_added=build_part(UserRecord, (b for a, b in users if a is None and b), why),
        users_removed=build_part(UserRecord, (a for a, b in users if b is None and a), why),
        users_changed=build_part(
            ChangedRecord,
            _iter_changes(users, _compare_users if has_same_api else _compare_common, name_user),
            why,
        ),
        groups_added=build_part(
            GroupRecord, (b for a, b in groups if a is None and b and _is_own(b, after)), why
        ),
        groups_removed=build_part(
            GroupRecord, (a for a, b in groups if b is None and a and _is_own(a, before)), why
        ),
        groups_changed=build_part(
            ChangedRecord,
            _iter_changes(groups, _compare_groups if has_same_api else _compare_common, name_group),
            why,
        ),
        memberships_added=build_part(
            Membership, (row for key, row in new.items() if key not in old), why
        ),
        memberships_removed=build_part(
            Membership, (row for key, row in old.items() if key not in new), why
        ),
        complete=is_complete,
        reasons=reasons,
    )


def _check_apis(
    before: DirectoryContents, after: DirectoryContents, incomplete: Incomplete
) -> bool:
    """Return whether both directories have the same attributes: not one read by SCIM, one by the admin API.

    Raises:
        InputError: they have not, and `incomplete` is `refuse`: every user would look changed.
    """
    if "wanted" in (before.kind, after.kind) or is_of_admin_api(before) == is_of_admin_api(after):
        return True
    if incomplete == "refuse":
        raise InputError(
            "directories must be read by the same API, got one read by SCIM and one read by the admin API;"
            " read both by okta.read_directory(), or both by britive.read_directory();"
            " incomplete='mark' compares what both show"
        )
    return False


def _list_different_scopes(before: DirectoryContents, after: DirectoryContents) -> list[str]:
    """Return a reason if two readings by the admin API are not of the same part of the tenant."""
    sources = (before.source, after.source)
    scopes = [source.provider or "the whole tenant" for source in sources]
    if scopes[0] == scopes[1] or any(source.format != "admin API" for source in sources):
        return []
    return [f"one directory is of {scopes[0]}, the other of {scopes[1]}"]


def _list_groups(directory: DirectoryContents, other: DirectoryContents) -> Sequence[GroupRecord]:
    """Return the groups to compare: tags of other identity providers only if the other directory has such, too."""
    groups = directory.group_records or ()
    if is_of_admin_api(other):
        return groups
    return [group for group in groups if _is_own(group, directory)]


def _is_own(group: GroupRecord, directory: DirectoryContents) -> bool:
    """Return whether a group belongs to the identity provider of its directory.

    Another one is in the directory while users of the provider are in it, so it need not be new, or deleted.
    """
    return is_of_provider(group, directory.source.provider)


def _have_same_ids(before: DirectoryContents, after: DirectoryContents) -> bool:
    """Return whether one object has one id in both: in readings of one target, unless of different providers."""
    providers = (before.source.provider, after.source.provider)
    if None not in providers and providers[0] != providers[1]:
        return False
    return _describe_target(before) == _describe_target(after) is not None


def _describe_target(directory: DirectoryContents) -> tuple[str, str | None] | None:
    """Return the API and tenant whose ids a directory has, or `None` for a wanted one."""
    source = directory.source
    if directory.kind == "wanted":
        return None
    return source.format, source.scim_url or source.tenant_url


def _match(
    before: Sequence[Record],
    after: Sequence[Record],
    get_name: Callable[[Record], str],
    normalize: Callable[[str], str],
    is_same_target: bool,
) -> list[Pair[Record]]:
    """Return the pairs of equal identity; `None` for a missing side.

    In two readings of one tenant and identity provider that is the id: an account that was deleted and created again is another one.
    Otherwise externalId decides, then the name.
    """

    def get_id(record: Record) -> str | None:
        return record.id

    def get_external_id(record: Record) -> str | None:
        return record.external_id

    def get_folded_name(record: Record) -> str | None:
        return normalize(get_name(record)) or None

    getters = [get_id] if is_same_target else [get_external_id, get_folded_name]
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
    pairs: list[Pair[Record]] = [(partner.get(id(record)), record) for record in after]
    return pairs + [(record, None) for record in before if id(record) not in matched]


def _iter_changes(
    pairs: Iterable[Pair[Record]],
    compare: Callable[[Record, Record], dict[str, tuple[Any, Any]]],
    get_name: Callable[[Record], str],
) -> Iterator[ChangedRecord]:
    for old, new in pairs:
        if old is None or new is None:
            continue
        changes = compare(old, new)
        if changes:
            yield ChangedRecord(
                get_name(new),
                {name: before for name, (before, _) in changes.items()},
                {name: after for name, (_, after) in changes.items()},
                new.id,
            )


def _compare_users(old: UserRecord, new: UserRecord) -> dict[str, tuple[Any, Any]]:
    if old.values == new.values and old.admin == new.admin:
        return {}
    before, after = dict(old.values), dict(new.values)
    if old.admin is not None and new.admin is not None:
        if not (old.admin.get("attributes") and new.admin.get("attributes")):
            before.pop(CUSTOM_USER, None)  # a side was read without attributes
            after.pop(CUSTOM_USER, None)
        for name in _ADMIN_FACTS:
            if name in old.admin and name in new.admin:
                before[name], after[name] = old.admin[name], new.admin[name]
        if "status" in before:  # says the same as `active`, and more
            before.pop("active", None)
            after.pop("active", None)
    return _compare_values(before, after)


def _compare_groups(old: GroupRecord, new: GroupRecord) -> dict[str, tuple[Any, Any]]:
    return _compare_values(old.values, new.values)


def _compare_common(
    old: UserRecord | GroupRecord, new: UserRecord | GroupRecord
) -> dict[str, tuple[Any, Any]]:
    return _compare_values(_keep_common(old.values), _keep_common(new.values))


def _keep_common(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes that both APIs show with the same meaning."""
    kept = {name: values.get(name) for name in ("userName", "active", "externalId")}
    name = values.get("name")
    if is_mapping(name):
        kept["name"] = {part: name.get(part) for part in ("givenName", "familyName")}
    return kept


def _compare_values(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    before, after = _split_extensions(before), _split_extensions(after)
    return {
        name: (before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
        if fold(name) not in _VOLATILE and _simplify(before.get(name)) != _simplify(after.get(name))
    }


def _split_extensions(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with the attributes of extensions by path, such as `enterprise.department`.

    Without the name of the manager, which the server derives, and without the last login.
    """
    result: dict[str, Any] = {}
    for name, value in values.items():
        if ":" not in name or not is_mapping(value):
            result[name] = value
            continue
        prefix = _EXTENSIONS.get(fold(name), f"{name}:")
        for sub, part in value.items():
            kept = part
            if prefix == "enterprise." and fold(sub) == "manager" and is_mapping(part):
                kept = {key: item for key, item in part.items() if fold(key) != "displayname"}
            if fold(sub) != "lastlogin":
                result[f"{prefix}{sub}"] = kept
    return result


def _simplify(value: Any) -> Any:
    """Return a value without order of lists, missing parts, and `$ref`, which the server derives."""
    if is_mapping(value):
        parts = {name: _simplify(part) for name, part in value.items() if name != "$ref"}
        return {name: part for name, part in parts.items() if part is not None}
    if is_list(value):
        return sorted((_simplify(item) for item in value), key=repr)
    return value


def _iter_memberships(
    before: DirectoryContents,
    after: DirectoryContents,
    users: Sequence[Pair[UserRecord]],
    groups: Sequence[Pair[GroupRecord]],
) -> Iterator[Iterator[tuple[tuple[int, object], Membership]]]:
    """Yield the memberships of both sides by identity: number of the pair of the group, and of the member.

    Groups whose members are unknown on a side are left out.
    """
    for number, directory in enumerate((before, after)):
        identities: dict[int, object] = {
            id(pair[number]): position for position, pair in enumerate(users)
        }
        identities |= {id(pair[number]): -1 - position for position, pair in enumerate(groups)}
        yield _iter_side(directory, groups, number, identities, before, after)


def _iter_side(
    directory: DirectoryContents,
    groups: Sequence[Pair[GroupRecord]],
    number: int,
    identities: Mapping[int, object],
    before: DirectoryContents,
    after: DirectoryContents,
) -> Iterator[tuple[tuple[int, object], Membership]]:
    index = MembershipIndex(directory)
    for position, pair in enumerate(groups):
        group = pair[number]
        is_known = all(
            side is None or are_members_known(owner, side)
            for owner, side in zip((before, after), pair, strict=True)
        )
        for member in group.members or () if group is not None and is_known else ():
            found, name = _find_member(index, member)
            if found is None and group is not None and not _is_own(group, directory):
                continue  # a user of another identity provider
            identity: object = normalize_caseless(name)
            if found is not None:
                identity = identities.get(id(found), identity)
            row = Membership(name_group(group) if group else "", name, member.type)
            yield (position, identity), row


def _find_member(
    index: MembershipIndex, member: MemberRecord
) -> tuple[UserRecord | GroupRecord | None, str]:
    """Return the user or group that a member is, if it is in the directory, and its name."""
    user = index.find_user(member)
    if user is not None:
        return user, name_user(user)
    group = index.find_group(member)
    return group, member.value if group is None else name_group(group)
