"""SCIM Groups of the emulated tenant, which are tags."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from britive_scim import scim
from britive_scim.testing.scim.member_changes import MemberChanges, member_changes, spares_members
from britive_scim.testing.scim.problem import Problem
from britive_scim.testing.scim.resources import Resources
from britive_scim.testing.scim.validation import receive
from britive_scim.testing.state.state import Provider, Tag
from britive_scim.testing.state.store import Shelf

__all__ = ["Groups"]

_COMPUTED = ("id", "meta", "members")


class Groups(Resources[Tag]):
    """Groups: members that exist, names that are unique."""

    name = "Group"
    endpoint = "Groups"
    schema = scim.ResourceSchema.of(scim.Group)

    def shelf(self, provider: Provider) -> Shelf[Tag]:
        """Return the tags of an identity provider."""
        return provider.tags

    def show(self, record: Tag, *, members: bool = True) -> dict[str, Any]:
        """Return the group with id, members and meta."""
        resource = record.resource
        shown: dict[str, Any] = {"schemas": resource["schemas"], "id": record.id, **resource}
        if members and record.members:
            shown["members"] = self._members(record)
        shown["meta"] = self.meta(record)
        return shown

    def _members(self, tag: Tag) -> list[dict[str, Any]]:
        url = self.world.scim_url
        return [
            {"value": id_, "$ref": f"{url}/{member['type']}s/{id_}", **member}
            for id_, member in tag.members.items()
        ]

    def create(self, provider: Provider, body: dict[str, Any]) -> Tag:
        """Store a new group.

        Raises:
            Problem: 400 for what does not fit or a member that does not exist, 409 for a displayName
                that is taken.
        """
        resource, members = self._received(provider, body, provider.dialect)
        self._check_unique(provider, resource, None)
        return self.store(provider, resource, members, self.world.new_id())

    def load(self, provider: Provider, body: dict[str, Any], id_: str) -> Tag:
        """Store a group under a given id, read in the forgiving dialect."""
        resource, members = self._received(provider, body, "entra")
        self._check_unique(provider, resource, None)
        return self.store(provider, resource, members, id_)

    def fill(self, provider: Provider, tag: Tag, body: dict[str, Any]) -> None:
        """Put the members of a body into a group that has none yet, without noting a change.

        Raises:
            Problem: 400 for a member that does not exist.
        """
        _, members = self._received(provider, body, "entra")
        self.world.state.fill_tag(tag, members.values())

    def store(
        self,
        provider: Provider,
        resource: dict[str, Any],
        members: dict[str, dict[str, Any]],
        id_: str,
    ) -> Tag:
        """Store a group as it is."""
        now = self.world.now()
        tag = Tag(
            id=id_, provider=provider, created=now, modified=now, scim=True, resource=resource
        )
        self.world.state.add_tag(tag, members.values())
        return tag

    def replace(self, provider: Provider, record: Tag, body: dict[str, Any]) -> None:
        """Put another representation in place of the stored one."""
        resource, members = self._received(provider, body, provider.dialect)
        self._store(provider, record, resource, members)

    def patch(self, provider: Provider, record: Tag, request: scim.PatchRequest) -> None:
        """Apply a PATCH; one that is about members alone costs the same whatever the group's size."""
        changes = member_changes(request, record.members)
        if changes is not None:
            self._change_members(provider, record, changes)
            return
        spared = spares_members(request)
        patched = request.apply(self.show(record, members=not spared), schema=self.schema)
        members = None
        if not spared:
            members = self._checked_members(provider, patched.get("members") or ())
        resource = {name: value for name, value in patched.items() if name not in _COMPUTED}
        self._store(provider, record, resource, members)

    def _change_members(self, provider: Provider, tag: Tag, changes: MemberChanges) -> None:
        added = self._checked_members(provider, changes.added.values())
        new = sum(1 for id_ in added if id_ not in tag.members)
        self._check_limit(len(changes.removed) + new)
        tag.scim = True
        if added or changes.removed:
            now = self.world.now()
            self.world.state.change_members(tag, added.values(), changes.removed, now)

    def _check_limit(self, changed: int) -> None:
        limit = self.world.capabilities.max_member_changes
        if limit is not None and changed > limit:
            raise Problem.value(f"{changed} members change at once: at most {limit} may")

    def remove(self, record: Tag) -> None:
        """Remove a group; its members stay."""
        self.world.state.remove_tag(record, self.world.now())

    def _store(
        self,
        provider: Provider,
        tag: Tag,
        resource: dict[str, Any],
        members: dict[str, dict[str, Any]] | None,
    ) -> None:
        self._check_unique(provider, resource, tag)
        tag.scim = True
        if members is not None and list(members.items()) == list(tag.members.items()):
            members = None
        if members is not None:
            self._check_limit(len(members.keys() ^ tag.members.keys()))
        if resource != tag.resource or members is not None:
            self.world.state.change_tag(tag, resource, members, self.world.now())

    def _received(
        self, provider: Provider, body: dict[str, Any], dialect: str
    ) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        resource = receive(body, self.schema, dialect)
        members = self._checked_members(provider, resource.pop("members", ()))
        return resource, members

    def _checked_members(
        self, provider: Provider, given: Iterable[dict[str, Any]]
    ) -> dict[str, dict[str, Any]]:
        """Return members by id, each once, with what kind of resource it is.

        Raises:
            Problem: 400 for a member without an id, or that does not exist.
        """
        members: dict[str, dict[str, Any]] = {}
        for member in given:
            id_ = member.get("value")
            if not id_:
                raise Problem.value("every member needs a value, the id of a user or group")
            kind = self.kind_of(provider, id_)
            if kind is None and self.world.capabilities.members_must_exist:
                raise Problem.value(f"member {id_} does not exist")
            kept = {"value": id_, "type": kind or "User"}
            if member.get("display"):
                kept["display"] = member["display"]
            members.setdefault(id_, kept)
        return members

    @staticmethod
    def kind_of(provider: Provider, id_: str) -> str | None:
        """Return whether an id is that of a `User` or a `Group` of this identity provider, or `None`."""
        if provider.users.get(id_) is not None:
            return "User"
        return None if provider.tags.get(id_) is None else "Group"

    def _check_unique(self, provider: Provider, resource: dict[str, Any], of: Tag | None) -> None:
        if not self.world.capabilities.unique_display_names:
            return
        same = provider.tags.find("displayName", resource["displayName"])
        if any(other is not of for other in same):
            raise Problem.taken(f"displayName {resource['displayName']!r}")
