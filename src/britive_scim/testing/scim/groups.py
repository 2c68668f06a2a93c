"""SCIM Groups of the emulated tenant, stored as tags."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from britive_scim import scim
from britive_scim.scim.values.identity import is_identical
from britive_scim.testing.scim.member_changes import (
    MemberPatch,
    extract_member_changes,
    has_member_operations,
    replaces_members,
)
from britive_scim.testing.scim.omitted import fill_omitted
from britive_scim.testing.scim.problem import ScimHttpError
from britive_scim.testing.scim.resources import ResourceHandler
from britive_scim.testing.scim.validation import validate_resource
from britive_scim.testing.state.state import ProviderRecord, TagRecord
from britive_scim.testing.state.store import Store

__all__ = ["GroupHandler"]

_COMPUTED_ATTRIBUTES = ("id", "meta", "members")


class GroupHandler(ResourceHandler[TagRecord]):
    """Handler of groups: checks members and unique names."""

    resource_type = "Group"
    endpoint = "Groups"
    schema = scim.ResourceSchema.of(scim.Group)

    def get_store(self, provider: ProviderRecord) -> Store[TagRecord]:
        """Return the tags of an identity provider."""
        return provider.tags

    def serialize(self, record: TagRecord, *, include_members: bool = True) -> dict[str, Any]:
        """Return the group with id, members and meta."""
        resource = record.resource
        document: dict[str, Any] = {"schemas": resource["schemas"], "id": record.id, **resource}
        if include_members and record.members:
            document["members"] = self._serialize_members(record)
        document["meta"] = self.build_meta(record)
        return document

    def build_document(self, record: TagRecord, *, include_members: bool = True) -> dict[str, Any]:
        """Return the group as responses show it; see `Capabilities.members_in_get`."""
        shown = self.context.capabilities.members_in_get
        document = self.serialize(record, include_members=include_members and shown == "shown")
        if include_members and shown == "empty":
            document["members"] = []
        return document

    def _serialize_members(self, tag: TagRecord) -> list[dict[str, Any]]:
        url = self.context.scim_url
        return [
            {"value": id_, "$ref": f"{url}/{member['type']}s/{id_}", **member}
            for id_, member in tag.members.items()
        ]

    def create(self, provider: ProviderRecord, body: dict[str, Any]) -> TagRecord:
        """Store a new group.

        Raises:
            ScimHttpError: 400 for an invalid value or an unknown member, and 409 for a duplicate
                displayName. 500 after storing only a part of the members; see
                `Capabilities.max_created_members`.
        """
        resource, members = self._parse_body(provider, body, provider.dialect)
        self._check_unique(provider, resource, None)
        limit = self.context.capabilities.max_created_members
        if limit is None or len(members) <= limit:
            return self.insert(provider, resource, members, self.context.generate_id())
        first = dict(list(members.items())[:limit])
        self.insert(provider, resource, first, self.context.generate_id())
        raise ScimHttpError(500, f"adding the members failed after {limit}")

    def load(self, provider: ProviderRecord, body: dict[str, Any], id_: str) -> TagRecord:
        """Store a group under a given id, parsed in the `entra` dialect."""
        resource, members = self._parse_body(provider, body, "entra")
        self._check_unique(provider, resource, None)
        return self.insert(provider, resource, members, id_)

    def set_initial_members(
        self, provider: ProviderRecord, tag: TagRecord, body: dict[str, Any]
    ) -> None:
        """Add the members of a body to an empty group, without a new version.

        Raises:
            ScimHttpError: 400 for an unknown member.
        """
        _, members = self._parse_body(provider, body, "entra")
        self.context.state.add_members(tag, members.values())

    def insert(
        self,
        provider: ProviderRecord,
        resource: dict[str, Any],
        members: dict[str, dict[str, Any]],
        id_: str,
    ) -> TagRecord:
        """Store a group unchanged."""
        now = self.context.now()
        tag = TagRecord(
            id=id_,
            provider=provider,
            created=now,
            modified=now,
            is_scim_managed=True,
            resource=resource,
        )
        self.context.state.add_tag(tag, members.values())
        return tag

    def replace(self, provider: ProviderRecord, record: TagRecord, body: dict[str, Any]) -> None:
        """Replace the stored resource."""
        if self.context.capabilities.put_keeps_omitted:
            body = fill_omitted(body, self.serialize(record))
        resource, members = self._parse_body(provider, body, provider.dialect)
        self._update(provider, record, resource, members)

    def patch(
        self, provider: ProviderRecord, record: TagRecord, request: scim.PatchRequest
    ) -> None:
        """Apply a PATCH; the cost of pure member changes is independent of the group's size."""
        if not self.context.capabilities.replace_members and replaces_members(request):
            raise ScimHttpError(400, "replacing members is not supported; add or remove them")
        changes = extract_member_changes(request, record.members)
        if changes is not None:
            self._change_members(provider, record, changes)
            return
        include_members = has_member_operations(request)
        patched = request.apply(
            self.serialize(record, include_members=include_members), schema=self.schema
        )
        members = None
        if include_members:
            members = self._validate_members(provider, patched.get("members") or ())
        resource = {
            name: value for name, value in patched.items() if name not in _COMPUTED_ATTRIBUTES
        }
        self._update(provider, record, resource, members)

    def _change_members(
        self, provider: ProviderRecord, tag: TagRecord, changes: MemberPatch
    ) -> None:
        added = self._validate_members(provider, changes.added.values())
        new_count = sum(1 for id_ in added if id_ not in tag.members)
        self._check_member_limit(len(changes.removed) + new_count)
        tag.is_scim_managed = True
        if added or changes.removed:
            now = self.context.now()
            self.context.state.change_members(tag, added.values(), changes.removed, now)

    def _check_member_limit(self, change_count: int) -> None:
        limit = self.context.capabilities.max_member_changes
        if limit is not None and change_count > limit:
            raise ScimHttpError.invalid_value(
                f"one request must change at most {limit} members, got {change_count}"
            )

    def remove(self, record: TagRecord) -> None:
        """Remove a group, not its members."""
        self.context.state.remove_tag(record, self.context.now())

    def _update(
        self,
        provider: ProviderRecord,
        tag: TagRecord,
        resource: dict[str, Any],
        members: dict[str, dict[str, Any]] | None,
    ) -> None:
        self._check_unique(provider, resource, tag)
        tag.is_scim_managed = True
        if members is not None and list(members.items()) == list(tag.members.items()):
            members = None
        if members is not None:
            self._check_member_limit(len(members.keys() ^ tag.members.keys()))
        if not is_identical(resource, tag.resource) or members is not None:
            self.context.state.change_tag(tag, resource, members, self.context.now())

    def _parse_body(
        self, provider: ProviderRecord, body: dict[str, Any], dialect: str
    ) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        resource = validate_resource(body, self.schema, dialect)
        members = self._validate_members(provider, resource.pop("members", ()))
        return resource, members

    def _validate_members(
        self, provider: ProviderRecord, raw_members: Iterable[dict[str, Any]]
    ) -> dict[str, dict[str, Any]]:
        """Return unique members by id, each with its resource type.

        Raises:
            ScimHttpError: 400 for a member without an id, or an unknown one.
        """
        members: dict[str, dict[str, Any]] = {}
        for member in raw_members:
            id_ = member.get("value")
            if not id_:
                raise ScimHttpError.invalid_value(
                    "every member needs a value, the id of a user or group"
                )
            member_type = self.find_member_type(provider, id_)
            if member_type is None and self.context.capabilities.members_must_exist:
                raise ScimHttpError.invalid_value(f"member {id_} does not exist")
            stored = {"value": id_, "type": member_type or "User"}
            if member.get("display"):
                stored["display"] = member["display"]
            members.setdefault(id_, stored)
        return members

    @staticmethod
    def find_member_type(provider: ProviderRecord, id_: str) -> str | None:
        """Return `User` or `Group` for an id of this identity provider, or `None`."""
        if provider.users.get(id_) is not None:
            return "User"
        return None if provider.tags.get(id_) is None else "Group"

    def _check_unique(
        self, provider: ProviderRecord, resource: dict[str, Any], current: TagRecord | None
    ) -> None:
        if not self.context.capabilities.unique_display_names:
            return
        namesakes = provider.tags.find("displayName", resource["displayName"])
        if any(other is not current for other in namesakes):
            raise ScimHttpError.uniqueness(f"displayName {resource['displayName']!r}")
