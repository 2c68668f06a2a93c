"""Context of one tenant, shared by the SCIM service and the admin API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from britive_scim.errors.secret_names import is_secret_name
from britive_scim.testing.capabilities import Capabilities
from britive_scim.testing.http.clock import TenantClock
from britive_scim.testing.http.credentials import (
    API_TOKEN_LENGTH,
    SCIM_TOKEN_LENGTH,
    IdGenerator,
    TokenRecord,
    generate_secret,
)
from britive_scim.testing.http.exchange_redaction import ExchangeRedactor
from britive_scim.testing.state.defaults import BUILT_IN_ATTRIBUTES, IDENTITY_TYPES
from britive_scim.testing.state.query_cache import QueryCache
from britive_scim.testing.state.state import (
    IdentityAttributeRecord,
    MappingRecord,
    ProviderRecord,
    State,
    UserRecord,
)

__all__ = ["TenantContext"]


@dataclass(slots=True)
class TenantContext:
    """Name, URL, capabilities, clock and state of a tenant.

    Attributes:
        base_url: scheme and host, without a trailing slash.
        query_cache: results of filters, searches and sorting in the admin API.
        redactor: masks every token of the tenant in what it records and shows.
    """

    name: str
    base_url: str
    capabilities: Capabilities
    clock: TenantClock
    id_generator: IdGenerator
    state: State
    query_cache: QueryCache[Any] = field(default_factory=QueryCache[Any], repr=False)
    redactor: ExchangeRedactor = field(init=False, repr=False)
    _searched_state: State | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.redactor = ExchangeRedactor(self.is_secret_attribute)

    @property
    def scim_url(self) -> str:
        """The base URL of the SCIM service, the same for every identity provider."""
        return f"{self.base_url}/api/scim/v2"

    def now(self) -> datetime:
        """Return the tenant's time."""
        return self.clock.now()

    def generate_id(self) -> str:
        """Return an id that is unique among users and tags."""
        state = self.state
        while True:
            id_ = self.id_generator.generate()
            if id_ not in state.users and id_ not in state.tags:
                return id_

    def collect_tokens(self) -> ExchangeRedactor:
        """Return the redactor, which has the tokens of the present state, also of a restored one."""
        state = self.state
        if state is not self._searched_state:
            records = [provider.token for provider in state.providers.values()]
            records += state.api_tokens.values()
            records += [user.token for user in state.users.values()]
            for record in records:
                if record is not None:
                    self.redactor.add_token(record.secret)
            self._searched_state = state
        return self.redactor

    def is_secret_attribute(self, id_: str) -> bool:
        """Return whether the name of an identity attribute, or that of a mapped SCIM attribute, is secret."""
        attribute = self.state.attributes.get(id_)
        names = [] if attribute is None else [attribute.name]
        names += [
            mapping.scim_name
            for provider in self.state.providers.values()
            for mapping in provider.mappings
            if mapping.attribute.id == id_
        ]
        return any(map(is_secret_name, names))

    def create_defaults(self) -> None:
        """Create the contents of a fresh tenant."""
        for built_in in BUILT_IN_ATTRIBUTES:
            attribute = IdentityAttributeRecord(
                id=self.id_generator.generate(),
                name=built_in.name,
                description=built_in.name,
                data_type="String",
                multi_valued=False,
                built_in=True,
                identity_types=list(IDENTITY_TYPES),
            )
            self.state.attributes[attribute.id] = attribute
        self.create_provider("Britive", "Default Identity Provider", "DEFAULT", "Generic")
        for name, scim_provider in (("Okta", "Generic"), ("Entra", "Azure")):
            provider = self.create_provider(name, name, "SAML", scim_provider)
            self.create_scim_token(provider, 90)
        self.state.default_api_token_id = self.create_api_token(None, 90, None).id

    def create_provider(
        self, name: str, description: str, type_: str, scim_provider: str
    ) -> ProviderRecord:
        """Create and store an identity provider with the default mappings."""
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
        """Create the SCIM token of an identity provider; its previous token becomes invalid."""
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
        self.redactor.add_token(provider.token.secret)
        return provider.token

    def create_api_token(
        self, name: str | None, days: int, owner: UserRecord | None
    ) -> TokenRecord:
        """Create and store an API token with the rights of its owner.

        Args:
            name: label of the token.
            days: days of validity since the last use.
            owner: the owner; `None` for a token without one.
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
        self.redactor.add_token(token.secret)
        return token
