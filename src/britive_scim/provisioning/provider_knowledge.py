"""Knowledge about a provider: values that it does not keep, and members that it accepted."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from britive_scim.provisioning.unkept_values import UnkeptValues, compute_value_digest, read_value
from britive_scim.scim.json_values import is_object

if TYPE_CHECKING:
    from britive_scim.provisioning.memory import Memory

__all__ = ["MAX_REMEMBERED", "ProviderKnowledge"]

T = TypeVar("T")

MAX_REMEMBERED = 200_000
"""Number of users, and of groups, about which something is remembered."""


class ProviderKnowledge:
    """Knowledge about a provider, from its responses to one client.

    `upsert` and `apply` record it and `read_directory` gives a copy to the found directory, whose plan then does not
    repeat what the provider has not kept, or has accepted and does not show. `Memory` keeps it between processes.

    Attributes:
        unkept: paths for which the provider stored no value, by resource type.
        unkept_values: digests of the values that it did not store as they were sent, by id and path.
        members: ids of the members whose addition it accepted, by id of the group. They are believed only while the
            group does not show its members: somebody else may have changed the group.

    Examples:
        >>> knowledge = ProviderKnowledge()
        >>> knowledge.record_sent("User", "1", {"title": "Chief of all"}, ["title"], absent=["title"])
        >>> sorted(knowledge.list_unkept("1", {"title": "Chief of all"}))
        ['title']
        >>> sorted(knowledge.list_unkept("1", {"title": "Chief"}))
        []
    """

    def __init__(
        self,
        unkept: Mapping[str, Collection[str]] | None = None,
        unkept_values: Mapping[str, Mapping[str, str]] | None = None,
        members: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self.unkept = {type_: frozenset(paths) for type_, paths in (unkept or {}).items()}
        self.unkept_values = dict(unkept_values or {})
        self.members = {id_: frozenset(ids) for id_, ids in (members or {}).items()}
        self._exact_groups: set[str] = set()
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        with self._lock:
            return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    # ------------------------------------------------------------------------------ values not kept

    def record_sent(
        self,
        type_: str,
        id_: str,
        sent: Mapping[str, Any],
        unkept: Iterable[str],
        *,
        absent: Iterable[str] = (),
    ) -> None:
        """Record the values of an accepted request that the provider did not store as they were sent.

        What was known of other values of the same attributes is forgotten.

        Args:
            type_: resource type.
            id_: id of the resource.
            sent: the values in wire form.
            unkept: paths whose values are not stored as they were sent.
            absent: those of them for which no value is stored.
        """
        added = {path: compute_value_digest(read_value(sent, path)) for path in unkept}
        with self._lock:
            known = self.unkept_values.get(id_)
            if known is not None:
                left = {path: value for path, value in known.items() if not _states(sent, path)}
                added = left | added
                del self.unkept_values[id_]
            if added:
                _remember(self.unkept_values, id_, added)
            new = frozenset(absent) - self.unkept.get(type_, frozenset())
            if new:
                self.unkept[type_] = self.unkept.get(type_, frozenset()) | new

    def list_unkept(self, id_: str, wanted: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the paths of the wanted values that were sent for this resource before, and not kept."""
        return tuple(UnkeptValues((), self.unkept_values, ()).list_paths(id_, wanted))

    # -------------------------------------------------------------------------------------- members

    def record_members(self, group_id: str, ids: Iterable[str]) -> None:
        """Record that a group got exactly these members."""
        with self._lock:
            self._exact_groups.add(group_id)
            self._set_members(group_id, frozenset(ids))

    def record_member_change(
        self, group_id: str, ids: Collection[str], *, is_removal: bool
    ) -> None:
        """Record that members were added to a group, or removed from it."""
        with self._lock:
            known = self.members.get(group_id)
            if known is not None or not is_removal:
                known = known or frozenset()
                self._set_members(
                    group_id, known.difference(ids) if is_removal else known.union(ids)
                )

    def has_exact_members(self, group_id: str, ids: Collection[str]) -> bool:
        """Return whether the client gave the group exactly these members, and has not changed them since."""
        return group_id in self._exact_groups and self.members.get(group_id) == frozenset(ids)

    def forget_members(self, group_id: str) -> None:
        """Forget the members of a group, because it shows them, or because they are uncertain."""
        with self._lock:
            self.members.pop(group_id, None)
            self._exact_groups.discard(group_id)

    def _set_members(self, group_id: str, ids: frozenset[str]) -> None:
        forgotten = _remember(self.members, group_id, ids)
        if forgotten is not None:
            self._exact_groups.discard(forgotten)

    # ---------------------------------------------------------------------------------- other copies

    def copy(self) -> Self:
        """Return a copy that later records do not change."""
        with self._lock:
            return type(self)(self.unkept, self.unkept_values, self.members)

    def to_dict(self) -> dict[str, Any]:
        """Return the knowledge as JSON data, sorted: the arguments of this class."""
        return {
            "unkept": {type_: sorted(paths) for type_, paths in sorted(self.unkept.items())},
            "unkept_values": {
                id_: dict(sorted(digests.items()))
                for id_, digests in sorted(self.unkept_values.items())
            },
            "members": {id_: sorted(members) for id_, members in sorted(self.members.items())},
        }

    def add_memory(self, memory: Memory) -> None:
        """Add the knowledge of a memory; what the client knows itself is newer, and has precedence."""
        with self._lock:
            for type_, paths in memory.unkept.items():
                self.unkept[type_] = self.unkept.get(type_, frozenset()) | paths
            for id_, digests in memory.unkept_values.items():
                self.unkept_values.setdefault(id_, digests.copy())
            for id_, members in memory.members.items():
                self.members.setdefault(id_, frozenset(members))


def _remember(values: dict[str, T], id_: str, value: T) -> str | None:
    """Add a value; forget the oldest one of too many, and return its id."""
    values.pop(id_, None)
    values[id_] = value
    if len(values) <= MAX_REMEMBERED:
        return None
    oldest = next(iter(values))
    del values[oldest]
    return oldest


def _states(sent: Mapping[str, Any], path: str) -> bool:
    """Return whether values state the attribute of a path, or the sub-attribute of a complex one."""
    urn, _, rest = path.partition("[")[0].rpartition(":")
    name, _, sub = rest.partition(".")
    holder = sent.get(urn) if urn else sent
    if not is_object(holder) or name not in holder:
        return urn in sent and not is_object(holder)
    value = holder[name]
    return not (sub and is_object(value)) or sub in cast("Mapping[str, Any]", value)
