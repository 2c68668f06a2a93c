"""The two kinds of resources as the SCIM service handles them: shown, made, replaced, patched, removed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Generic

from britive_scim import scim
from britive_scim.testing.http.clock import format_scim_time
from britive_scim.testing.scim.problem import ScimHttpError
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import ProviderRecord, Record
from britive_scim.testing.state.store import Store

__all__ = ["ResourceHandler"]


class ResourceHandler(ABC, Generic[Record]):
    """One kind of resource: its rules, and how it is shown.

    Attributes:
        resource_type: of the resource type, as `meta.resourceType` has it.
        endpoint: below the base URL.
        schema: what the resources are.
    """

    resource_type: str
    endpoint: str
    schema: scim.ResourceSchema

    def __init__(self, context: TenantContext) -> None:
        self.context = context

    # ------------------------------------------------------------------------- reading

    @abstractmethod
    def get_store(self, provider: ProviderRecord) -> Store[Record]:
        """Return where an identity provider keeps its resources of this kind."""

    @abstractmethod
    def serialize(self, record: Record, *, include_members: bool = True) -> dict[str, Any]:
        """Return the resource as the service shows it.

        Args:
            record: which one.
            include_members: whether the members of a group are in it.
        """

    def get(self, provider: ProviderRecord, id_: str) -> Record:
        """Return the record of an id.

        Raises:
            Problem: 404.
        """
        record = self.get_store(provider).get(id_)
        if record is None:
            raise ScimHttpError.not_found(id_)
        return record

    def iter_visible(self, provider: ProviderRecord) -> Iterator[Record]:
        """Yield the records that lists show: oldest first, without those too new to be seen."""
        for record in self.get_store(provider):
            if self.is_visible(record):
                yield record

    def is_stored(self, record: Record) -> bool:
        """Return whether a record found earlier is still there."""
        return self.get_store(record.provider).get(record.id) is record

    def is_visible(self, record: Record) -> bool:
        """Return whether lists show a record yet."""
        delay = self.context.capabilities.visible_after
        return not delay or (self.context.now() - record.created).total_seconds() >= delay

    def build_location(self, record: Record) -> str:
        """Return the URL of a resource."""
        return f"{self.context.scim_url}/{self.endpoint}/{record.id}"

    def get_version(self, record: Record) -> str:
        """Return the entity tag of a resource as it is now."""
        return f'W/"{record.version}"'

    def build_meta(self, record: Record) -> dict[str, Any]:
        """Return `build_meta` of a resource."""
        meta = {
            "resourceType": self.resource_type,
            "created": format_scim_time(record.created),
            "lastModified": format_scim_time(record.modified),
            "location": self.build_location(record),
        }
        if self.context.capabilities.etag:
            meta["version"] = self.get_version(record)
        return meta

    # ------------------------------------------------------------------------- writing

    @abstractmethod
    def create(self, provider: ProviderRecord, body: dict[str, Any]) -> Record:
        """Store a new resource.

        Raises:
            Problem: it may not be stored.
        """

    @abstractmethod
    def load(self, provider: ProviderRecord, body: dict[str, Any], id_: str) -> Record:
        """Store a resource under a given id, without the rules for pushing.

        Raises:
            Problem: it cannot be stored.
        """

    @abstractmethod
    def replace(self, provider: ProviderRecord, record: Record, body: dict[str, Any]) -> None:
        """Put another representation in place of the stored one (RFC 7644 §3.5.1).

        Raises:
            Problem: it may not be stored.
        """

    @abstractmethod
    def patch(self, provider: ProviderRecord, record: Record, request: scim.PatchRequest) -> None:
        """Apply a PATCH, whole or not at all (RFC 7644 §3.5.2).

        Raises:
            Problem: the outcome may not be stored.
            InputError: it cannot be applied.
        """

    @abstractmethod
    def remove(self, record: Record) -> None:
        """Remove a resource."""
