"""The identity providers of a tenant, as tests see them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import SecretStr

from britive_scim.testing.scim.service import ScimService
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import ProviderRecord

__all__ = ["IdentityProviders", "TenantIdentityProvider"]


class TenantIdentityProvider:
    """One identity provider of a tenant, as a test sees it."""

    __slots__ = ("_context", "_id", "_lock", "_scim")

    def __init__(
        self,
        context: TenantContext,
        scim: ScimService,
        lock: threading.RLock,
        provider: ProviderRecord,
    ) -> None:
        self._context = context
        self._scim = scim
        self._lock = lock
        self._id = provider.id

    @property
    def _provider(self) -> ProviderRecord:
        # Looked up each time: going back to a snapshot makes other objects of the same ids.
        provider = self._context.state.providers.get(self._id)
        if provider is None:
            raise LookupError(f"this tenant has no identity provider {self._id}, or no longer")
        return provider

    @property
    def id(self) -> str:
        """The id, as the admin API shows it."""
        return self._id

    @property
    def name(self) -> str:
        """The name, as it is now."""
        return self._provider.name

    @property
    def scim_url(self) -> str:
        """The base URL of the SCIM service."""
        return self._context.scim_url

    @property
    def scim_token(self) -> SecretStr:
        """The SCIM token as it is now.

        Raises:
            LookupError: the identity provider has none.
        """
        token = self._provider.token
        if token is None:
            raise LookupError(
                f"identity provider {self.name} has no SCIM token: create one through the admin API"
            )
        return SecretStr(token.secret)

    @property
    def users(self) -> list[dict[str, Any]]:
        """The users it has pushed, as the SCIM service would show them."""
        with self._lock:
            return self._scim.serialize_users(self._provider)

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The groups it has pushed, as the SCIM service would show them."""
        with self._lock:
            return self._scim.serialize_groups(self._provider)

    def add_user(
        self,
        user: Mapping[str, Any] | Any,
        *,
        id: str | None = None,
    ) -> dict[str, Any]:
        """Store a user as if it had been pushed, without the rules for pushing, and return it.

        Args:
            user: in wire form, or a `scim.User`.
            id: the id it shall have; that of the resource, or a new one, when left out.

        Raises:
            ValueError: the id is taken, or the resource cannot be read.
        """
        with self._lock:
            return self._scim.load(self._provider, "Users", user, id)

    def add_group(
        self,
        group: Mapping[str, Any] | Any,
        *,
        id: str | None = None,
    ) -> dict[str, Any]:
        """Store a group as if it had been pushed, and return it.

        Args:
            group: in wire form, or a `scim.Group`; its members must be there.
            id: the id it shall have; that of the resource, or a new one, when left out.

        Raises:
            ValueError: the id is taken, the resource cannot be read, or a member does not exist.
        """
        with self._lock:
            return self._scim.load(self._provider, "Groups", group, id)

    def add_groups(self, groups: Iterable[Mapping[str, Any] | Any]) -> None:
        """Store groups that may be members of each other, under the ids they have.

        Args:
            groups: in wire form, or as `scim.Group`s.

        Raises:
            ValueError: an id is taken, a resource cannot be read, or a member does not exist.
        """
        with self._lock:
            self._scim.load_groups(self._provider, groups)

    def populate(self, users: int, groups: int, seed: int = 1) -> None:
        """Add made-up users and groups; see `Tenant.populate`."""
        with self._lock:
            self._scim.populate(self._provider, users, groups, seed)

    def __repr__(self) -> str:
        provider = self._context.state.providers.get(self._id)
        return f"<TenantIdentityProvider {provider.name if provider else 'that is gone'}>"


class IdentityProviders(Mapping[str, TenantIdentityProvider]):
    """The identity providers of a tenant by name, as they are now."""

    __slots__ = ("_context", "_lock", "_scim")

    def __init__(self, context: TenantContext, scim: ScimService, lock: threading.RLock) -> None:
        self._context = context
        self._scim = scim
        self._lock = lock

    def __getitem__(self, name: str) -> TenantIdentityProvider:
        provider = self._context.state.find_provider_by_name(name)
        if provider is None:
            raise KeyError(f"no identity provider {name!r}; there are {', '.join(self)}")
        return TenantIdentityProvider(self._context, self._scim, self._lock, provider)

    def __iter__(self) -> Iterator[str]:
        return iter([provider.name for provider in self._context.state.providers.values()])

    def __len__(self) -> int:
        return len(self._context.state.providers)

    def __repr__(self) -> str:
        return f"<IdentityProviders {', '.join(self)}>"
