"""Base class of the user and group handlers: read, create, replace, patch and remove resources."""

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
    """Handler of one resource type: its rules and its serialization.

    Attributes:
        resource_type: value of `meta.resourceType`.
        endpoint: path below the base URL.
        schema: schema of the resources.
    """

    resource_type: str
    endpoint: str
    schema: scim.ResourceSchema

    def __init__(self, context: TenantContext) -> None:
        self.context = context

    # ------------------------------------------------------------------------- reading

    @abstractmethod
    def get_store(self, provider: ProviderRecord) -> Store[Record]:
        """Return the store of an identity provider for this resource type."""

    @abstractmethod
    def serialize(self, record: Record, *, include_members: bool = True) -> dict[str, Any]:
        """Return the resource in wire form.

        Args:
            record: stored record.
            include_members: whether to include the members of a group.
        """

    def build_document(self, record: Record, *, include_members: bool = True) -> dict[str, Any]:
        """Return the resource as responses show it; see `serialize`."""
        return self.serialize(record, include_members=include_members)

    def get(self, provider: ProviderRecord, id_: str) -> Record:
        """Return the record with an id.

        Raises:
            ScimHttpError: 404.
        """
        record = self.get_store(provider).get(id_)
        if record is None:
            raise ScimHttpError.not_found(id_)
        return record

    def iter_visible(self, provider: ProviderRecord) -> Iterator[Record]:
        """Yield the records visible in lists, oldest first."""
        for record in self.get_store(provider):
            if self.is_visible(record):
                yield record

    def is_stored(self, record: Record) -> bool:
        """Return whether a record found earlier is still stored."""
        return self.get_store(record.provider).get(record.id) is record

    def is_visible(self, record: Record) -> bool:
        """Return whether a record is old enough to be visible in lists."""
        delay = self.context.capabilities.visible_after
        return not delay or (self.context.now() - record.created).total_seconds() >= delay

    def build_location(self, record: Record) -> str:
        """Return the URL of a resource."""
        return f"{self.context.scim_url}/{self.endpoint}/{record.id}"

    def get_version(self, record: Record) -> str:
        """Return the current ETag of a resource."""
        return f'W/"{record.version}"'

    def build_meta(self, record: Record) -> dict[str, Any]:
        """Return the `meta` of a resource."""
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
            ScimHttpError: the resource is invalid or not unique.
        """

    @abstractmethod
    def load(self, provider: ProviderRecord, body: dict[str, Any], id_: str) -> Record:
        """Store a resource under a given id, without the rules for clients.

        Raises:
            ScimHttpError: the resource is invalid or not unique.
        """

    @abstractmethod
    def replace(self, provider: ProviderRecord, record: Record, body: dict[str, Any]) -> None:
        """Replace the stored resource (RFC 7644 §3.5.1).

        Raises:
            ScimHttpError: the resource is invalid or not unique.
        """

    @abstractmethod
    def patch(self, provider: ProviderRecord, record: Record, request: scim.PatchRequest) -> None:
        """Apply a PATCH atomically (RFC 7644 §3.5.2).

        Raises:
            ScimHttpError: the patched resource is invalid or not unique.
            InputError: the request cannot be applied.
        """

    @abstractmethod
    def remove(self, record: Record) -> None:
        """Remove a resource."""
