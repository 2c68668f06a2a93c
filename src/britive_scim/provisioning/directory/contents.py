"""Contents of a directory, for the modules that read one and that `Directory` itself uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from britive_scim.provisioning.directory.problems import Problems
from britive_scim.provisioning.directory.records import Completeness, GroupRecord, UserRecord
from britive_scim.provisioning.directory.source import Source
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge
from britive_scim.scim.definitions.attribute import Attribute

__all__ = ["DirectoryContents"]


class DirectoryContents(Protocol):
    """Contents of a directory; see `Directory`."""

    @property
    def kind(self) -> Literal["wanted", "found"]:
        """Return `wanted` or `found`."""
        ...

    @property
    def user_records(self) -> Sequence[UserRecord]:
        """Return the users."""
        ...

    @property
    def group_records(self) -> Sequence[GroupRecord] | None:
        """Return the groups, or `None` if the source does not state groups."""
        ...

    @property
    def completeness(self) -> Completeness:
        """Return the proof that everything was read."""
        ...

    @property
    def problems(self) -> Problems:
        """Return the problems of the source."""
        ...

    @property
    def source(self) -> Source:
        """Return the description of the source."""
        ...

    @property
    def partial_attributes(self) -> frozenset[str]:
        """Return the lists of which the source states single values."""
        ...

    @property
    def custom_attributes(self) -> tuple[Attribute, ...]:
        """Return the custom attributes that the tenant declares."""
        ...

    @property
    def knowledge(self) -> ProviderKnowledge:
        """Return what the client has learned of the provider."""
        ...

    @property
    def other_providers(self) -> frozenset[str]:
        """Return the ids of users of other identity providers."""
        ...

    @property
    def has_same_ids(self) -> bool:
        """Return whether ids are proven to be those of the other API."""
        ...
