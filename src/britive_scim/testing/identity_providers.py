"""Identity providers of a tenant, for tests: URL, token, users and groups."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from britive_scim.testing.scim.service import ScimService
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import ProviderRecord

__all__ = ["TenantIdentityProvider", "TenantIdentityProviders"]


class TenantIdentityProvider:
    """An identity provider of a tenant."""

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
        # looked up each time, because `Tenant.restore` replaces the records
        provider = self._context.state.providers.get(self._id)
        if provider is None:
            raise LookupError(f"identity provider {self._id} no longer exists")
        return provider

    @property
    def id(self) -> str:
        """The id in the admin API."""
        return self._id

    @property
    def name(self) -> str:
        """The present name."""
        return self._provider.name

    @property
    def scim_url(self) -> str:
        """The base URL of the SCIM service."""
        return self._context.scim_url

    @property
    def scim_token(self) -> SecretStr:
        """The present SCIM token.

        Raises:
            LookupError: the identity provider has no SCIM token.
        """
        token = self._provider.token
        if token is None:
            raise LookupError(
                f"identity provider {self.name} has no SCIM token; create one through the admin API"
            )
        return SecretStr(token.secret)

    @property
    def users(self) -> list[dict[str, Any]]:
        """Its users, as the SCIM service returns them."""
        with self._lock:
            return self._scim.serialize_users(self._provider)

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Its groups, as the SCIM service returns them."""
        with self._lock:
            return self._scim.serialize_groups(self._provider)

    def add_user(
        self,
        user: Mapping[str, Any] | Any,
        *,
        id: str | None = None,
    ) -> dict[str, Any]:
        """Add a user without the checks of the SCIM service, and return it.

        Args:
            user: a `scim.User`, or a mapping in wire form.
            id: id of the user; by default that of the resource, or a new one.

        Raises:
            ValueError: the id is taken, or the resource is invalid.
        """
        with self._lock:
            return self._scim.load(self._provider, "Users", user, id)

    def add_group(
        self,
        group: Mapping[str, Any] | Any,
        *,
        id: str | None = None,
    ) -> dict[str, Any]:
        """Add a group and return it.

        Args:
            group: a `scim.Group`, or a mapping in wire form; its members must exist.
            id: id of the group; by default that of the resource, or a new one.

        Raises:
            ValueError: the id is taken, the resource is invalid, or a member does not exist.
        """
        with self._lock:
            return self._scim.load(self._provider, "Groups", group, id)

    def add_groups(self, groups: Iterable[Mapping[str, Any] | Any]) -> None:
        """Add groups, which may be members of each other, under their own ids.

        Args:
            groups: `scim.Group`s, or mappings in wire form.

        Raises:
            ValueError: an id is taken, a resource is invalid, or a member does not exist.
        """
        with self._lock:
            self._scim.load_groups(self._provider, groups)

    def record_login(self, user: str, at: datetime | None = None) -> None:
        """Set the last login of a user, which the admin API shows.

        Args:
            user: id or userName of the user.
            at: time of the login, aware; by default that of the tenant's clock.

        Raises:
            LookupError: the identity provider has no such user.
            ValueError: `at` has no time zone.
        """
        if at is not None and at.utcoffset() is None:
            raise ValueError(f"at must have a time zone, got {at.isoformat()}")
        with self._lock:
            users = self._provider.users
            found = users.get(user) or next(iter(users.find("userName", user)), None)
            if found is None:
                raise LookupError(f"identity provider {self.name} has no user {user!r:.90}")
            found.last_login = self._context.now() if at is None else at.astimezone(UTC)

    def populate(self, users: int, groups: int, seed: int = 1) -> None:
        """Add generated users and groups; see `Tenant.populate`."""
        with self._lock:
            self._scim.populate(self._provider, users, groups, seed)

    def __repr__(self) -> str:
        provider = self._context.state.providers.get(self._id)
        return f"<TenantIdentityProvider {provider.name if provider else '(deleted)'}>"


class TenantIdentityProviders(Mapping[str, TenantIdentityProvider]):
    """The present identity providers of a tenant by name."""

    __slots__ = ("_context", "_lock", "_scim")

    def __init__(self, context: TenantContext, scim: ScimService, lock: threading.RLock) -> None:
        self._context = context
        self._scim = scim
        self._lock = lock

    def __getitem__(self, name: str) -> TenantIdentityProvider:
        provider = self._context.state.find_provider_by_name(name)
        if provider is None:
            raise KeyError(f"no identity provider {name!r}; known are {', '.join(self)}")
        return TenantIdentityProvider(self._context, self._scim, self._lock, provider)

    def __iter__(self) -> Iterator[str]:
        return iter([provider.name for provider in self._context.state.providers.values()])

    def __len__(self) -> int:
        return len(self._context.state.providers)

    def __repr__(self) -> str:
        return f"<TenantIdentityProviders {', '.join(self)}>"
