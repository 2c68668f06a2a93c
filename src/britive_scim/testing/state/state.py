"""Everything a tenant knows: identity providers, attributes, users, tags, tokens, and who is where.

A stored resource is a plain dict in wire form that is never changed in place: a change stores another
dict. That keeps PATCH atomic, readers safe, and snapshots cheap. Nothing in here answers requests or
checks rules; it keeps the records and their indexes in step.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from britive_scim.testing.http.credentials import TokenRecord
from britive_scim.testing.state.audit_event import AuditEntry
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
    """From which SCIM attribute an identity attribute is filled."""

    attribute: IdentityAttributeRecord
    scim_name: str


@dataclass(slots=True, eq=False)
class UserRecord:
    """A user: pushed through SCIM, or made through the admin API, kept as a SCIM resource either way.

    Attributes:
        modified: when it last changed; equal to `created` until then.
        is_scim_managed: whether SCIM made or changed it, so that the admin API may not.
        resource: the SCIM resource without id, meta and groups, also of a user made by an administrator.
        custom_attributes: custom attributes that administrators set, a pair for each value.
        roles: names of administrator roles.
        identity_type: `UserRecord`, `ServiceIdentity` or `AIIdentity`.
        description: of a service identity.
        token: that of a service identity, or `None`.
        mfa_factors: registered second factor -> its status.
        version: counts its changes.
        serial: counts the users and tags of the tenant in order of arrival.
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
    version: int = 1
    serial: int = 0

    @property
    def name(self) -> str:
        """The userName; of a service identity its name."""
        return str(self.resource["userName"])


@dataclass(slots=True, eq=False)
class TagRecord:
    """A tag, which is a SCIM Group.

    Attributes:
        is_scim_managed: whether SCIM made or changed it, so that the admin API may not.
        resource: the SCIM resource without id, meta and members.
        members: member id -> the member as it was sent, in order.
        description: the tag's; SCIM has none.
        active: the tag's status.
        requestable: whether users may ask to become members.
        rules: membership rules, as the admin API shows them.
        owners: users, and tags whose members own it, by id.
        requested_member_ids: ids of the members whose membership came by request.
        attributes: values of tag attributes, as the admin API shows them.
        user_count: how many of the members are users.
        serial: counts the users and tags of the tenant in order of arrival.
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
        """The name, which is the group's displayName."""
        return str(self.resource["displayName"])


Record = TypeVar("Record", UserRecord, TagRecord)
"""A kind of record with a resource: a user or a tag."""


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
        """Whether it is Britive's own, whose users and tags are internal."""
        return self.type == "DEFAULT"

    @property
    def dialect(self) -> str:
        """How its SCIM requests are read: `entra` where the SCIM provider is Azure, else `strict`."""
        return "entra" if self.scim_provider == "Azure" else "strict"

    def find_scim_name(self, attribute_name: str) -> str | None:
        """Return the SCIM attribute that fills the identity attribute of this name, or `None`."""
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
        ordered_tags: the same, any page of them at hand.
        service_identities: those of the users that are service identities.
        api_tokens: tokens of the admin API by id.
        revoked_token_digests: digests of the API tokens that were revoked.
        settings: what else the admin API keeps, by name, as JSON data.
        audit_entries: the audit log, oldest first.
        last_audit_number: number of the latest event.
        change_count: counts the changes of users, tags and memberships.
    """

    def __init__(self) -> None:
        self.providers: dict[str, ProviderRecord] = {}
        self.attributes: dict[str, IdentityAttributeRecord] = {}
        self.users: dict[str, UserRecord] = {}
        self.tags: dict[str, TagRecord] = {}
        self.ordered_tags: OrderedRecords[TagRecord] = OrderedRecords()
        self.service_identities: dict[str, UserRecord] = {}
        self.api_tokens: dict[str, TokenRecord] = {}
        self.revoked_token_digests: set[str] = set()
        self.settings: dict[str, Any] = {}
        self.audit_entries: deque[AuditEntry] = deque(maxlen=100_000)
        self.last_audit_number = 0
        self.change_count = 0
        self._serial = 0
        self._users_by_type: defaultdict[str, OrderedRecords[UserRecord]] = defaultdict(
            OrderedRecords[UserRecord]
        )
        self._memberships: dict[str, dict[str, TagRecord]] = {}
        self._owned_tags: dict[str, dict[str, TagRecord]] = {}

    # ------------------------------------------------------------------------- users and tags

    def add_user(self, user: UserRecord) -> None:
        """Store a new user; its `resource` is indexed."""
        self._assign_serial(user)
        self.users[user.id] = user
        self._users_by_type[user.identity_type].add(user)
        if user.identity_type != "User":
            self.service_identities[user.id] = user
        user.provider.users.put(user, user.resource)

    def change_user(self, user: UserRecord, resource: dict[str, Any], now: datetime) -> None:
        """Give a user another SCIM resource, and note the change."""
        user.provider.users.put(user, resource)
        self.touch(user, now)

    def remove_user(self, user: UserRecord, now: datetime) -> None:
        """Remove a user from the tenant and from its tags, its API tokens with it."""
        self._remove_from_tags(user.id, now)
        self._remove_from_owners(user.id)
        for id_ in [id_ for id_, one in self.api_tokens.items() if one.assigned_to == user.id]:
            del self.api_tokens[id_]
        self.change_count += 1
        user.provider.users.remove(user)
        self._users_by_type[user.identity_type].discard(user)
        self.service_identities.pop(user.id, None)
        del self.users[user.id]

    def list_users_by_type(self, identity_type: str) -> Sequence[UserRecord]:
        """Return every user of a kind, oldest first, any page of them at hand."""
        return self._users_by_type[identity_type]

    def _assign_serial(self, record: UserRecord | TagRecord) -> None:
        self.change_count += 1
        self._serial += 1
        record.serial = self._serial

    def add_tag(self, tag: TagRecord, members: Iterable[dict[str, Any]] = ()) -> None:
        """Store a new tag with these members."""
        self._assign_serial(tag)
        self.tags[tag.id] = tag
        self.ordered_tags.add(tag)
        tag.provider.tags.put(tag, tag.resource)
        self.add_members(tag, members)

    def add_members(self, tag: TagRecord, members: Iterable[dict[str, Any]]) -> None:
        """Add members to a tag without noting a change."""
        for member in members:
            self._add_member(tag, member)

    def change_tag(
        self,
        tag: TagRecord,
        resource: dict[str, Any],
        members: dict[str, dict[str, Any]] | None,
        now: datetime,
    ) -> None:
        """Give a tag another resource and other members (`None` keeps them), and note the change."""
        tag.provider.tags.put(tag, resource)
        if members is not None:
            for id_ in [id_ for id_ in tag.members if id_ not in members]:
                self._remove_member(tag, id_)
            tag.members, tag.user_count = {}, 0
            for member in members.values():
                self._add_member(tag, member)
        self.touch(tag, now)

    def change_members(
        self, tag: TagRecord, added: Iterable[dict[str, Any]], removed: Iterable[str], now: datetime
    ) -> None:
        """Add and remove members of a tag, whatever its size, and note the change."""
        for id_ in removed:
            self._remove_member(tag, id_)
        for member in added:
            self._add_member(tag, member)
        self.touch(tag, now)

    def remove_tag(self, tag: TagRecord, now: datetime) -> None:
        """Remove a tag; its members stay."""
        for id_ in list(tag.members):
            self._remove_member(tag, id_)
        self._remove_from_tags(tag.id, now)
        self._remove_from_owners(tag.id)
        self.set_owners(tag, ())
        self.change_count += 1
        tag.provider.tags.remove(tag)
        self.ordered_tags.discard(tag)
        del self.tags[tag.id]

    def find_tags_of_member(self, id_: str) -> Iterable[TagRecord]:
        """Return the tags that have this user or tag as a direct member, in the order it joined."""
        return self._memberships.get(id_, {}).values()

    def set_owners(self, tag: TagRecord, owners: Iterable[UserRecord | TagRecord]) -> None:
        """Make exactly these users, and the members of these tags, the owners of a tag."""
        for id_ in tag.owners:
            del self._owned_tags[id_][tag.id]
        tag.owners = {owner.id: owner for owner in owners}
        for id_ in tag.owners:
            self._owned_tags.setdefault(id_, {})[tag.id] = tag

    def _remove_from_owners(self, id_: str) -> None:
        for tag in self._owned_tags.pop(id_, {}).values():
            del tag.owners[id_]

    def touch(self, record: UserRecord | TagRecord, now: datetime) -> None:
        """Note that a record has changed."""
        self.change_count += 1
        record.modified = now
        record.version += 1

    def _add_member(self, tag: TagRecord, member: dict[str, Any]) -> None:
        id_ = member["value"]
        self.change_count += 1
        tag.user_count += _is_user(member) - _is_user(tag.members.get(id_))
        tag.members[id_] = member
        self._memberships.setdefault(id_, {})[tag.id] = tag

    def _remove_member(self, tag: TagRecord, id_: str) -> None:
        self.change_count += 1
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
        """Return the identity provider of exactly this name, or `None`."""
        for provider in self.providers.values():
            if provider.name == name:
                return provider
        return None

    def remove_provider(self, provider: ProviderRecord, now: datetime) -> None:
        """Remove an identity provider with its token, its users and its tags."""
        for tag in list(provider.tags):
            self.remove_tag(tag, now)
        for user in list(provider.users):
            self.remove_user(user, now)
        del self.providers[provider.id]

    def find_attribute_by_name(self, name: str) -> IdentityAttributeRecord | None:
        """Return the identity attribute of this name, compared without case, or `None`."""
        for attribute in self.attributes.values():
            if attribute.name.casefold() == name.casefold():
                return attribute
        return None

    def remove_attribute(self, attribute: IdentityAttributeRecord) -> None:
        """Remove an identity attribute, every mapping to it, every value and every rule of it."""
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
