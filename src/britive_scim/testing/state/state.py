"""State of a tenant: identity providers, attributes, users, tags, memberships, tokens.

A stored resource is a dict in wire form that is never changed in place: a change stores another dict. PATCH
is therefore atomic, readers are safe, and snapshots are cheap. This module keeps records and indexes
consistent; it neither handles requests nor checks rules.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from britive_scim.testing.http.credentials import TokenRecord
from britive_scim.testing.state.audit_event import AuditEntry
from britive_scim.testing.state.recorder import ChangeRecorder
from britive_scim.testing.state.store import OrderedRecords, Store

__all__ = [
    "IdentityAttributeRecord",
    "MappingRecord",
    "ProviderRecord",
    "Record",
    "State",
    "TagRecord",
    "UserRecord",
]


@dataclass(slots=True)
class IdentityAttributeRecord:
    """An identity attribute of the tenant."""

    id: str
    name: str
    description: str
    data_type: str
    multi_valued: bool
    built_in: bool
    identity_types: list[str]


@dataclass(slots=True)
class MappingRecord:
    """Mapping of a SCIM attribute to an identity attribute."""

    attribute: IdentityAttributeRecord
    scim_name: str


@dataclass(slots=True, eq=False)
class UserRecord:
    """A user, created through SCIM or the admin API, stored as a SCIM resource in both cases.

    Attributes:
        modified: time of the last change; equal to `created` until then.
        is_scim_managed: whether SCIM created or changed it, so that the admin API must not.
        resource: the SCIM resource without id, meta and groups.
        custom_attributes: custom attributes set by administrators, a pair for each value.
        roles: names of administrator roles.
        identity_type: `User`, `ServiceIdentity` or `AIIdentity`.
        description: description of a service identity.
        token: token of a service identity, or `None`.
        mfa_factors: status of each registered second factor.
        last_login: time of the last login, or `None`.
        version: number of the present version, from 1.
        serial: sequence number among the users and tags of the tenant.
    """

    id: str
    provider: ProviderRecord
    created: datetime
    modified: datetime
    is_scim_managed: bool
    resource: dict[str, Any]
    custom_attributes: list[tuple[IdentityAttributeRecord, str]] = field(
        default_factory=list[tuple[IdentityAttributeRecord, str]]
    )
    roles: list[str] = field(default_factory=list[str])
    identity_type: str = "User"
    description: str | None = None
    token: TokenRecord | None = None
    mfa_factors: dict[str, str] = field(default_factory=dict[str, str])
    last_login: datetime | None = None
    version: int = 1
    serial: int = 0

    @property
    def name(self) -> str:
        """The userName, or the name of a service identity."""
        return str(self.resource["userName"])


@dataclass(slots=True, eq=False)
class TagRecord:
    """A tag, which is a SCIM Group.

    Attributes:
        is_scim_managed: whether SCIM created or changed it, so that the admin API must not.
        resource: the SCIM resource without id, meta and members.
        members: the members by id, unchanged, in order.
        description: description of the tag, which SCIM does not have.
        active: status of the tag.
        requestable: whether users may request membership.
        rules: membership rules, as objects of the admin API.
        owners: users, and tags whose members own it, by id.
        requested_member_ids: ids of the members who requested their membership.
        attributes: values of tag attributes, as objects of the admin API.
        user_count: number of members that are users.
        serial: sequence number among the users and tags of the tenant.
    """

    id: str
    provider: ProviderRecord
    created: datetime
    modified: datetime
    is_scim_managed: bool
    resource: dict[str, Any]
    members: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    description: str | None = None
    active: bool = True
    requestable: bool = False
    rules: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    owners: dict[str, UserRecord | TagRecord] = field(
        default_factory=dict[str, "UserRecord | TagRecord"]
    )
    requested_member_ids: dict[str, None] = field(default_factory=dict[str, None])
    attributes: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    user_count: int = 0
    version: int = 1
    serial: int = 0

    @property
    def name(self) -> str:
        """The displayName of the group."""
        return str(self.resource["displayName"])


Record = TypeVar("Record", UserRecord, TagRecord)
"""A user or a tag."""


@dataclass(slots=True, eq=False)
class ProviderRecord:
    """An identity provider with its SCIM token, its mappings, and the users and tags it owns."""

    id: str
    name: str
    description: str
    type: str
    scim_provider: str = "Generic"
    sso_provider: str = "Generic"
    mfa: bool = False
    mfa_root: bool = False
    mappings: list[MappingRecord] = field(default_factory=list[MappingRecord])
    token: TokenRecord | None = None
    users: Store[UserRecord] = field(default_factory=Store[UserRecord])
    tags: Store[TagRecord] = field(default_factory=Store[TagRecord])

    @property
    def is_default(self) -> bool:
        """True if it is Britive's own, whose users and tags are internal."""
        return self.type == "DEFAULT"

    @property
    def dialect(self) -> str:
        """The dialect of its SCIM requests: `entra` if the SCIM provider is Azure, else `strict`."""
        return "entra" if self.scim_provider == "Azure" else "strict"

    def find_scim_name(self, attribute_name: str) -> str | None:
        """Return the SCIM attribute mapped to an identity attribute, or `None`."""
        for mapping in self.mappings:
            if mapping.attribute.name == attribute_name:
                return mapping.scim_name
        return None


class State:
    """All records of one tenant.

    Attributes:
        providers: identity providers by id.
        attributes: identity attributes by id.
        users: every user of every identity provider by id, oldest first.
        tags: every tag by id, oldest first.
        ordered_tags: the tags as a sequence.
        service_identities: the users that are service identities, by id.
        api_tokens: tokens of the admin API by id.
        default_api_token_id: id of the API token of a fresh tenant, which may have been revoked.
        revoked_token_digests: digests of revoked API tokens.
        settings: other data of the admin API, by name, as JSON data.
        audit_entries: the audit log, oldest first.
        last_audit_number: sequence number of the latest event.
        change_count: number of changes of users, tags and memberships.
        recorder: recorder of the changes of one request.
    """

    def __init__(self) -> None:
        self.providers: dict[str, ProviderRecord] = {}
        self.attributes: dict[str, IdentityAttributeRecord] = {}
        self.users: dict[str, UserRecord] = {}
        self.tags: dict[str, TagRecord] = {}
        self.ordered_tags: OrderedRecords[TagRecord] = OrderedRecords()
        self.service_identities: dict[str, UserRecord] = {}
        self.api_tokens: dict[str, TokenRecord] = {}
        self.default_api_token_id = ""
        self.revoked_token_digests: set[str] = set()
        self.settings: dict[str, Any] = {}
        self.audit_entries: deque[AuditEntry] = deque(maxlen=100_000)
        self.last_audit_number = 0
        self.change_count = 0
        self.recorder = ChangeRecorder()
        self._serial = 0
        self._users_by_type: defaultdict[str, OrderedRecords[UserRecord]] = defaultdict(
            OrderedRecords[UserRecord]
        )
        self._memberships: dict[str, dict[str, TagRecord]] = {}
        self._owned_tags: dict[str, dict[str, TagRecord]] = {}

    # ------------------------------------------------------------------------- users and tags

    def add_user(self, user: UserRecord) -> None:
        """Store and index a new user."""
        self._assign_serial(user)
        self.users[user.id] = user
        self._users_by_type[user.identity_type].add(user)
        if user.identity_type != "User":
            self.service_identities[user.id] = user
        user.provider.users.put(user, user.resource)
        self.recorder.note_resource(user, None, user.resource)

    def change_user(self, user: UserRecord, resource: dict[str, Any], now: datetime) -> None:
        """Replace the SCIM resource of a user, and record the change."""
        self.recorder.note_resource(user, user.resource, resource)
        user.provider.users.put(user, resource)
        self.touch(user, now)

    def remove_user(self, user: UserRecord, now: datetime) -> None:
        """Remove a user with its memberships and API tokens."""
        self._remove_from_tags(user.id, now)
        self._remove_from_owners(user.id)
        for id_ in [id_ for id_, token in self.api_tokens.items() if token.assigned_to == user.id]:
            del self.api_tokens[id_]
        self.change_count += 1
        self.recorder.note_resource(user, user.resource, None)
        user.provider.users.remove(user)
        self._users_by_type[user.identity_type].discard(user)
        self.service_identities.pop(user.id, None)
        del self.users[user.id]

    def list_users_by_type(self, identity_type: str) -> Sequence[UserRecord]:
        """Return the users of an identity type, oldest first."""
        return self._users_by_type[identity_type]

    def _assign_serial(self, record: UserRecord | TagRecord) -> None:
        self.change_count += 1
        self._serial += 1
        record.serial = self._serial

    def add_tag(self, tag: TagRecord, members: Iterable[dict[str, Any]] = ()) -> None:
        """Store and index a new tag with its members."""
        self._assign_serial(tag)
        self.tags[tag.id] = tag
        self.ordered_tags.add(tag)
        tag.provider.tags.put(tag, tag.resource)
        self.recorder.note_resource(tag, None, tag.resource)
        self.add_members(tag, members)

    def add_members(self, tag: TagRecord, members: Iterable[dict[str, Any]]) -> None:
        """Add members to a tag without recording a change."""
        for member in members:
            self._add_member(tag, member)

    def change_tag(
        self,
        tag: TagRecord,
        resource: dict[str, Any],
        members: dict[str, dict[str, Any]] | None,
        now: datetime,
    ) -> None:
        """Replace resource and members (`None` keeps them) of a tag, and record the change."""
        self.recorder.note_resource(tag, tag.resource, resource)
        tag.provider.tags.put(tag, resource)
        if members is not None:
            for id_ in [id_ for id_ in tag.members if id_ not in members]:
                self._remove_member(tag, id_)
            former = tag.members
            tag.members, tag.user_count = {}, 0
            for id_, member in members.items():
                self._add_member(tag, member, is_new=id_ not in former)
        self.touch(tag, now)

    def change_members(
        self, tag: TagRecord, added: Iterable[dict[str, Any]], removed: Iterable[str], now: datetime
    ) -> None:
        """Add and remove members of a tag, and record the change; the cost does not depend on its size."""
        for id_ in removed:
            self._remove_member(tag, id_)
        for member in added:
            self._add_member(tag, member)
        self.touch(tag, now)

    def remove_tag(self, tag: TagRecord, now: datetime) -> None:
        """Remove a tag, but not its members."""
        for id_ in list(tag.members):
            self._remove_member(tag, id_)
        self._remove_from_tags(tag.id, now)
        self._remove_from_owners(tag.id)
        self.set_owners(tag, ())
        self.change_count += 1
        self.recorder.note_resource(tag, tag.resource, None)
        tag.provider.tags.remove(tag)
        self.ordered_tags.discard(tag)
        del self.tags[tag.id]

    def find_tags_of_member(self, id_: str) -> Iterable[TagRecord]:
        """Return the tags that directly contain a user or tag, in the order it joined."""
        return self._memberships.get(id_, {}).values()

    def set_owners(self, tag: TagRecord, owners: Iterable[UserRecord | TagRecord]) -> None:
        """Set the owners of a tag: users, and tags whose members own it."""
        for id_ in tag.owners:
            del self._owned_tags[id_][tag.id]
        tag.owners = {owner.id: owner for owner in owners}
        for id_ in tag.owners:
            self._owned_tags.setdefault(id_, {})[tag.id] = tag

    def _remove_from_owners(self, id_: str) -> None:
        for tag in self._owned_tags.pop(id_, {}).values():
            del tag.owners[id_]

    def touch(self, record: UserRecord | TagRecord, now: datetime) -> None:
        """Record a change: modification time and version."""
        self.change_count += 1
        self.recorder.note_resource(record, record.resource, record.resource)
        record.modified = now
        record.version += 1

    def _add_member(
        self, tag: TagRecord, member: dict[str, Any], *, is_new: bool | None = None
    ) -> None:
        """Add or replace a member; `is_new` is that of a list of members that is filled again."""
        id_ = member["value"]
        self.change_count += 1
        if id_ not in tag.members if is_new is None else is_new:
            self.recorder.note_member(tag, id_, is_added=True)
        tag.user_count += _is_user(member) - _is_user(tag.members.get(id_))
        tag.members[id_] = member
        self._memberships.setdefault(id_, {})[tag.id] = tag

    def _remove_member(self, tag: TagRecord, id_: str) -> None:
        self.change_count += 1
        if id_ in tag.members:
            self.recorder.note_member(tag, id_, is_added=False)
        tag.user_count -= _is_user(tag.members.pop(id_, None))
        tag.requested_member_ids.pop(id_, None)
        tags = self._memberships.get(id_)
        if tags is not None:
            tags.pop(tag.id, None)
            if not tags:
                del self._memberships[id_]

    def _remove_from_tags(self, id_: str, now: datetime) -> None:
        for tag in list(self.find_tags_of_member(id_)):
            self._remove_member(tag, id_)
            self.touch(tag, now)

    # ------------------------------------------------------------------------- identity providers

    def find_provider_by_name(self, name: str) -> ProviderRecord | None:
        """Return the identity provider with exactly this name, or `None`."""
        for provider in self.providers.values():
            if provider.name == name:
                return provider
        return None

    def remove_provider(self, provider: ProviderRecord, now: datetime) -> None:
        """Remove an identity provider with its token, users and tags."""
        for tag in list(provider.tags):
            self.remove_tag(tag, now)
        for user in list(provider.users):
            self.remove_user(user, now)
        del self.providers[provider.id]

    def find_attribute_by_name(self, name: str) -> IdentityAttributeRecord | None:
        """Return the identity attribute with this name, ignoring case, or `None`."""
        for attribute in self.attributes.values():
            if attribute.name.casefold() == name.casefold():
                return attribute
        return None

    def remove_attribute(self, attribute: IdentityAttributeRecord) -> None:
        """Remove an identity attribute with its mappings, values and rules."""
        for provider in self.providers.values():
            provider.mappings = [
                mapping for mapping in provider.mappings if mapping.attribute is not attribute
            ]
        for user in self.users.values():
            user.custom_attributes = [
                pair for pair in user.custom_attributes if pair[0] is not attribute
            ]
        for tag in self.tags.values():
            tag.rules = [rule for rule in tag.rules if rule["attributeId"] != attribute.id]
        del self.attributes[attribute.id]


def _is_user(member: dict[str, Any] | None) -> bool:
    return member is not None and member["type"] == "User"
