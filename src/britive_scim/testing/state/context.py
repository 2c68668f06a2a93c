"""What both services of a tenant share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from britive_scim.testing.capabilities import Capabilities
from britive_scim.testing.http.clock import TenantClock
from britive_scim.testing.http.credentials import (
    API_TOKEN_LENGTH,
    SCIM_TOKEN_LENGTH,
    IdGenerator,
    TokenRecord,
    generate_secret,
)
from britive_scim.testing.state.defaults import BUILT_IN_ATTRIBUTES
from britive_scim.testing.state.query_cache import QueryCache
from britive_scim.testing.state.state import MappingRecord, ProviderRecord, State, UserRecord

__all__ = ["TenantContext"]


@dataclass(slots=True)
class TenantContext:
    """A tenant without its faces: where it lives, what it can do, what it knows, what time it is.

    Attributes:
        base_url: scheme and host, without a slash at the end.
        query_cache: what filters, searches and orders of the admin API found.
    """

    name: str
    base_url: str
    capabilities: Capabilities
    clock: TenantClock
    id_generator: IdGenerator
    state: State
    query_cache: QueryCache[Any] = field(default_factory=QueryCache[Any], repr=False)

    @property
    def scim_url(self) -> str:
        """The base URL of the SCIM service, the same for every identity provider."""
        return f"{self.base_url}/api/scim/v2"

    def now(self) -> datetime:
        """Return the tenant's time."""
        return self.clock.now()

    def generate_id(self) -> str:
        """Return an id that no user and no tag has."""
        state = self.state
        while True:
            id_ = self.id_generator.generate()
            if id_ not in state.users and id_ not in state.tags:
                return id_

    def create_provider(
        self, name: str, description: str, type_: str, scim_provider: str
    ) -> ProviderRecord:
        """Make an identity provider with the default mappings, and store it."""
        provider = ProviderRecord(
            id=self.id_generator.generate(),
            name=name,
            description=description,
            type=type_,
            scim_provider=scim_provider,
            sso_provider=scim_provider,
        )
        by_name = {attribute.name: attribute for attribute in self.state.attributes.values()}
        provider.mappings = [
            MappingRecord(by_name[built_in.name], built_in.scim_name)
            for built_in in BUILT_IN_ATTRIBUTES
        ]
        self.state.providers[provider.id] = provider
        return provider

    def create_scim_token(self, provider: ProviderRecord, days: int) -> TokenRecord:
        """Give an identity provider a new SCIM token; the one it had is dead from now on."""
        provider.token = TokenRecord(
            id=self.id_generator.generate(),
            name=f"SCIM token of {provider.name}",
            secret=generate_secret(SCIM_TOKEN_LENGTH),
            type="SCIM",
            validity_days=days,
            created=self.now(),
            assigned_to=None,
            created_by=None,
        )
        return provider.token

    def create_api_token(
        self, name: str | None, days: int, owner: UserRecord | None
    ) -> TokenRecord:
        """Make an API token with the rights of its owner, and store it.

        Args:
            name: a label.
            days: of validity since the last use.
            owner: whose it is; `None` for nobody's.
        """
        token = TokenRecord(
            id=self.id_generator.generate(),
            name=name or "API token",
            secret=generate_secret(API_TOKEN_LENGTH),
            type="DEFAULT",
            validity_days=days,
            created=self.now(),
            assigned_to=owner.id if owner else None,
            created_by=owner.id if owner else None,
        )
        self.state.api_tokens[token.id] = token
        return token
