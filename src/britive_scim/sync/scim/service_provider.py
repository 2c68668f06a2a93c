# Generated from aio/scim/service_provider.py by tools/unasync.py; edit that file instead.
"""Features of the service provider, read once, and only when a call depends on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from britive_scim import scim
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.concurrency import Mutex
from britive_scim.sync.session import Session
from britive_scim.errors import (
    BadRequest,
    Forbidden,
    InvalidResource,
    NotFound,
    ServerError,
    UnexpectedResponse,
)
from britive_scim.errors.secret_names import is_secret_name
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.names import CUSTOM_USER, fold, is_attribute_name
from britive_scim.wire import tooling
from britive_scim.wire.operation import GET, Operation
from britive_scim.wire.paging.totals import TotalsEvidence
from britive_scim.wire.retry.policy import RetryPolicy

if TYPE_CHECKING:
    from britive_scim.sync.scim.upsert_state import UpsertState

__all__ = ["ServiceProvider"]

_MAX_REMEMBERED_GROUPS = 32
"""Maximum number of groups whose members are remembered as sent by POST or PUT."""


class ServiceProvider(APIResource):
    """Features of the provider: from its `/ServiceProviderConfig`, and from its responses since.

    Attributes:
        known_capabilities: supported features; `None` before the configuration was read.
        can_patch: whether PATCH is supported; `None` while unknown.
        shows_members: whether a GET of a single group has shown members; then an empty list means a group without
            members.
        has_bulk_failed: whether a bulk request of `apply` was refused, or failed as a whole.
        has_omitted_members: whether such a GET has omitted the members of a group that may have some.
        hides_members: whether such a GET has omitted the members of a group that certainly has some.
        most_members: largest number of members in a response to such a GET.
        put_members: ids of all members in the last POST or PUT of each of some groups that had members then.
        presumed_empty: ids of groups to which `apply` adds members, and which it takes for empty if they show none.
        presumed_empty_lock: lock for one PUT to such a group at a time, until a group has shown members.
        has_read_other_groups: whether other groups were read to see whether the provider shows members.
        other_groups_lock: lock for this reading.
        knowledge: values that the provider did not keep, and members that it accepted.
        custom_attributes: attributes of Britive's custom extension, if `/Schemas` was read.
        unfilterable: endpoints and attributes whose filter was refused or ignored.
    """

    __slots__ = (
        "_emptied_groups",
        "_totals",
        "can_patch",
        "custom_attributes",
        "has_bulk_failed",
        "has_omitted_members",
        "has_read_other_groups",
        "hides_members",
        "knowledge",
        "known_capabilities",
        "most_members",
        "other_groups_lock",
        "presumed_empty",
        "presumed_empty_lock",
        "put_members",
        "shows_members",
        "unfilterable",
        "upsert_states",
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._totals: dict[str, TotalsEvidence] = {}
        self._emptied_groups: set[str] = set()
        self.upsert_states: dict[str, UpsertState] = {}
        self.known_capabilities: tooling.ProviderCapabilities | None = None
        self.custom_attributes: tuple[Attribute, ...] = ()
        self.has_bulk_failed = False
        self.shows_members = False
        self.has_omitted_members = False
        self.hides_members = False
        self.most_members = 0
        self.put_members: dict[str, frozenset[str]] = {}
        self.presumed_empty: set[str] = set()
        self.presumed_empty_lock = Mutex()
        self.has_read_other_groups = False
        self.other_groups_lock = Mutex()
        self.knowledge = ProviderKnowledge()
        self.unfilterable: set[tuple[str, str]] = set()
        changes = session.settings.changes
        self.can_patch: bool | None = None if changes is None else changes == "patch"

    @property
    def session(self) -> Session:
        """Session of the client."""
        return self._session

    def get_totals_evidence(self, endpoint: str) -> TotalsEvidence:
        """Return the evidence about the totals of an endpoint, kept for the life of the client."""
        return self._totals.setdefault(endpoint, TotalsEvidence())

    def get_put_members(self, group_id: str) -> frozenset[str] | None:
        """Return the ids of all members in the last POST or PUT of a group; `None` if a PATCH may have changed them."""
        if self.can_patch is not False:
            return None
        return frozenset() if group_id in self._emptied_groups else self.put_members.get(group_id)

    def record_put_members(self, group_id: str, ids: Iterable[str]) -> None:
        """Record the members of a group in the request that created or replaced it."""
        members = frozenset(ids)
        self.put_members.pop(group_id, None)
        self._emptied_groups.discard(group_id)
        if not members:
            self._emptied_groups.add(group_id)
            return
        self.put_members[group_id] = members
        if len(self.put_members) > _MAX_REMEMBERED_GROUPS:
            del self.put_members[next(iter(self.put_members))]

    def forget_members(self, group_id: str) -> None:
        """Forget the members of a group, because a request may change them."""
        if self._session.active_dry_run is None:
            self.knowledge.forget_members(group_id)
            self.put_members.pop(group_id, None)
            self._emptied_groups.discard(group_id)

    def forget_changed_group(self, operation: Operation[Any]) -> None:
        """Forget the members of the group that an operation of the caller may change."""
        endpoint, _, id_ = operation.path.lstrip("/").partition("/")
        if endpoint == "Groups" and id_:
            self.forget_members(unquote(id_))

    def note_schemas(self, schemas: Iterable[scim.Schema]) -> None:
        """Keep the attributes that the custom extension has in the provider's schemas, without secret ones."""
        urn = fold(CUSTOM_USER)
        self.custom_attributes = tuple(
            attribute
            for schema in schemas
            if fold(schema.id or "") == urn
            for attribute in _build_attributes(schema)
            if is_attribute_name(attribute.name)
            and not (attribute.is_secret or is_secret_name(attribute.name))
        )

    def fetch_config(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> scim.ServiceProviderConfig:
        """Read the configuration of the provider and keep its features.

        Raises:
            NotFound: the provider has no discovery endpoints.
        """
        config = self._send(
            GET("/ServiceProviderConfig", returns=scim.ServiceProviderConfig), timeout, retry
        )
        self.known_capabilities = tooling.read_capabilities(config)
        if self._session.settings.changes is None and self.known_capabilities.patch is not None:
            self.can_patch = self.known_capabilities.patch
        return config

    def get_capabilities(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> tooling.ProviderCapabilities:
        """Return the supported features, reading the configuration once; without discovery they are unknown."""
        if self.known_capabilities is None:
            try:
                self.fetch_config(timeout=timeout, retry=retry)
            except (NotFound, Forbidden, BadRequest, ServerError, UnexpectedResponse):
                self.known_capabilities = tooling.ProviderCapabilities()
        return self.known_capabilities or tooling.ProviderCapabilities()


def _build_attributes(schema: scim.Schema) -> Iterable[Attribute]:
    """Return the attributes of a schema; those of an invalid one by their names alone."""
    from britive_scim.scim.schemas.document import build_attributes  # needed for tables only

    try:
        return build_attributes(schema)
    except InvalidResource:  # two names differ in case only
        names = [described.name for described in schema.attributes or () if described.name]
        return [Attribute(name=name) for name in dict.fromkeys(names)]
