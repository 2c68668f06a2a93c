"""The two kinds of resources as the SCIM service handles them: shown, made, replaced, patched, removed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Generic

from britive_scim import scim
from britive_scim.testing.http.clock import scim_time
from britive_scim.testing.scim.problem import Problem
from britive_scim.testing.state.context import World
from britive_scim.testing.state.state import Provider, Record
from britive_scim.testing.state.store import Shelf

__all__ = ["Resources"]


class Resources(ABC, Generic[Record]):
    """One kind of resource: its rules, and how it is shown.

    Attributes:
        name: of the resource type, as `meta.resourceType` has it.
        endpoint: below the base URL.
        schema: what the resources are.
    """

    name: str
    endpoint: str
    schema: scim.ResourceSchema

    def __init__(self, world: World) -> None:
        self.world = world

    # ------------------------------------------------------------------------- reading

    @abstractmethod
    def shelf(self, provider: Provider) -> Shelf[Record]:
        """Return where an identity provider keeps its resources of this kind."""

    @abstractmethod
    def show(self, record: Record, *, members: bool = True) -> dict[str, Any]:
        """Return the resource as the service shows it.

        Args:
            record: which one.
            members: whether the members of a group are in it.
        """

    def get(self, provider: Provider, id_: str) -> Record:
        """Return the record of an id.

        Raises:
            Problem: 404.
        """
        record = self.shelf(provider).get(id_)
        if record is None:
            raise Problem.missing(id_)
        return record

    def visible(self, provider: Provider) -> Iterator[Record]:
        """Yield the records that lists show: oldest first, without those too new to be seen."""
        for record in self.shelf(provider):
            if self.seen(record):
                yield record

    def exists(self, record: Record) -> bool:
        """Return whether a record found earlier is still there."""
        return self.shelf(record.provider).get(record.id) is record

    def seen(self, record: Record) -> bool:
        """Return whether lists show a record yet."""
        delay = self.world.capabilities.visible_after
        return not delay or (self.world.now() - record.created).total_seconds() >= delay

    def location(self, record: Record) -> str:
        """Return the URL of a resource."""
        return f"{self.world.scim_url}/{self.endpoint}/{record.id}"

    def version(self, record: Record) -> str:
        """Return the entity tag of a resource as it is now."""
        return f'W/"{record.version}"'

    def meta(self, record: Record) -> dict[str, Any]:
        """Return `meta` of a resource."""
        meta = {
            "resourceType": self.name,
            "created": scim_time(record.created),
            "lastModified": scim_time(record.modified),
            "location": self.location(record),
        }
        if self.world.capabilities.etag:
            meta["version"] = self.version(record)
        return meta

    # ------------------------------------------------------------------------- writing

    @abstractmethod
    def create(self, provider: Provider, body: dict[str, Any]) -> Record:
        """Store a new resource.

        Raises:
            Problem: it may not be stored.
        """

    @abstractmethod
    def load(self, provider: Provider, body: dict[str, Any], id_: str) -> Record:
        """Store a resource under a given id, without the rules for pushing.

        Raises:
            Problem: it cannot be stored.
        """

    @abstractmethod
    def replace(self, provider: Provider, record: Record, body: dict[str, Any]) -> None:
        """Put another representation in place of the stored one (RFC 7644 §3.5.1).

        Raises:
            Problem: it may not be stored.
        """

    @abstractmethod
    def patch(self, provider: Provider, record: Record, request: scim.PatchRequest) -> None:
        """Apply a PATCH, whole or not at all (RFC 7644 §3.5.2).

        Raises:
            Problem: the outcome may not be stored.
            InputError: it cannot be applied.
        """

    @abstractmethod
    def remove(self, record: Record) -> None:
        """Remove a resource."""
