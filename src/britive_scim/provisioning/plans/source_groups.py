"""Groups of the source as an attribute of its users, for filters of a policy such as `groups.display eq "Sales"`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from britive_scim import scim
from britive_scim.provisioning.plans.patterns import FILTER_PREFIX, Pattern, iter_parts
from britive_scim.scim.datatypes import normalize_caseless

if TYPE_CHECKING:
    from britive_scim.provisioning.directory.records import GroupRecord

__all__ = ["SourceGroups", "names_groups"]


class SourceGroups:
    """Groups of a source by the users who are their direct members.

    Args:
        groups: groups of the source; `None` if it has no opinion on groups.
        scope: pattern of the policy that selects users; `None` if it selects all.
        others: further patterns of the policy for users, such as its exclusion.
    """

    def __init__(
        self,
        groups: Iterable[GroupRecord] | None,
        scope: Pattern | None,
        others: Iterable[Pattern] = (),
    ) -> None:
        self._names = frozenset(_iter_group_names(scope))
        is_needed = self._names or any(map(names_groups, others))
        self._groups = tuple(groups or ()) if is_needed else ()
        self._by_member: dict[str, list[dict[str, str]]] = {}
        for group in self._groups:
            entry = {"value": group.external_id or group.display_name or ""}
            if group.display_name:
                entry["display"] = group.display_name
            for member in group.members or ():
                self._by_member.setdefault(normalize_caseless(member.value), []).append(entry)

    def add_to(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a user of the source in wire form, with `groups` if a pattern names any."""
        if not self._by_member:
            return values
        keys = {
            normalize_caseless(key)
            for name in ("externalId", "userName")
            if isinstance(key := values.get(name), str)
        }
        groups = [entry for key in sorted(keys) for entry in self._by_member.get(key, ())]
        return {**values, "groups": groups} if groups else values

    def list_overlap_warnings(self) -> list[str]:
        """Return a warning for each group that selects the users and is synchronized itself.

        Okta does not support the same group for the assignment of users and for group push: memberships get lost.
        """
        return [
            f"the group {group.display_name!r:.120} selects the users of this synchronization, and is synchronized itself; "
            "an identity provider such as Okta does not support one group for both assignment and push: use a group "
            "of its own for each"
            for group in self._groups
            if self._names.intersection(
                normalize_caseless(name) for name in (group.display_name, group.external_id) if name
            )
        ]


def names_groups(pattern: Pattern) -> bool:
    """Return whether a filter of a pattern for users compares their groups."""
    return any(True for _ in _iter_group_names(pattern))


def _iter_group_names(pattern: Pattern | None) -> Iterator[str]:
    """Yield the normalized values that the filters of a pattern compare with `groups`; empty for a presence."""
    for part in iter_parts(pattern) if pattern is not None else ():
        if isinstance(part, scim.Filter):
            yield from _iter_compared(part)
        elif part.startswith(FILTER_PREFIX):
            yield from _iter_compared(scim.parse_filter(part.removeprefix(FILTER_PREFIX).strip()))


def _iter_compared(filter_: scim.Filter, *, is_in_groups: bool = False) -> Iterator[str]:
    match filter_:
        case scim.And(items=items) | scim.Or(items=items):
            for item in items:
                yield from _iter_compared(item, is_in_groups=is_in_groups)
        case scim.Not(item=item):
            yield from _iter_compared(item, is_in_groups=is_in_groups)
        case scim.ValuePath(path=path, filter=inner):
            yield from _iter_compared(inner, is_in_groups=_is_groups(path))
        case scim.Compare(path=path, value=str(value)) if is_in_groups or _is_groups(path):
            yield normalize_caseless(value)
        case scim.Present(path=path) if is_in_groups or _is_groups(path):
            yield ""
        case _:
            pass


def _is_groups(path: scim.Path) -> bool:
    return path.name.casefold() == "groups"
