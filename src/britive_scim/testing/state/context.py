"""What both services of a tenant share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from britive_scim.testing.capabilities import Capabilities
from britive_scim.testing.http.clock import Clock
from britive_scim.testing.http.credentials import (
    API_TOKEN_LENGTH,
    SCIM_TOKEN_LENGTH,
    Identifiers,
    Token,
    new_secret,
)
from britive_scim.testing.state.defaults import BUILT_IN
from britive_scim.testing.state.query_cache import Kept
from britive_scim.testing.state.state import AttributeMapping, Provider, State, User

__all__ = ["World"]


@dataclass(slots=True)
class World:
    """A tenant without its faces: where it lives, what it can do, what it knows, what time it is.

    Attributes:
        base_url: scheme and host, without a slash at the end.
        selections: what filters, searches and orders of the admin API found.
    """

    name: str
    base_url: str
    capabilities: Capabilities
    clock: Clock
    ids: Identifiers
    state: State
    selections: Kept[Any] = field(default_factory=Kept[Any], repr=False)

    @property
    def scim_url(self) -> str:
        """The base URL of the SCIM service, the same for every identity provider."""
        return f"{self.base_url}/api/scim/v2"

    def now(self) -> datetime:
        """Return the tenant's time."""
        return self.clock.now()

    def new_id(self) -> str:
        """Return an id that no user and no tag has."""
        state = self.state
        while True:
            id_ = self.ids.new()
            if id_ not in state.users and id_ not in state.tags:
                return id_

    def new_provider(self, name: str, description: str, type_: str, scim_provider: str) -> Provider:
        """Make an identity provider with the default mappings, and store it."""
        provider = Provider(
            id=self.ids.new(),
            name=name,
            description=description,
            type=type_,
            scim_provider=scim_provider,
            sso_provider=scim_provider,
        )
        by_name = {attribute.name: attribute for attribute in self.state.attributes.values()}
        provider.mappings = [
            AttributeMapping(by_name[built_in.name], built_in.scim) for built_in in BUILT_IN
        ]
        self.state.providers[provider.id] = provider
        return provider

    def new_scim_token(self, provider: Provider, days: int) -> Token:
        """Give an identity provider a new SCIM token; the one it had is dead from now on."""
        provider.token = Token(
            id=self.ids.new(),
            name=f"SCIM token of {provider.name}",
            secret=new_secret(SCIM_TOKEN_LENGTH),
            kind="SCIM",
            days=days,
            created=self.now(),
            assigned_to=None,
            created_by=None,
        )
        return provider.token

    def new_api_token(self, name: str | None, days: int, owner: User | None) -> Token:
        """Make an API token with the rights of its owner, and store it.

        Args:
            name: a label.
            days: of validity since the last use.
            owner: whose it is; `None` for nobody's.
        """
        token = Token(
            id=self.ids.new(),
            name=name or "API token",
            secret=new_secret(API_TOKEN_LENGTH),
            kind="DEFAULT",
            days=days,
            created=self.now(),
            assigned_to=owner.id if owner else None,
            created_by=owner.id if owner else None,
        )
        self.state.api_tokens[token.id] = token
        return token
