# Generated from aio/scim/service_provider.py by tools/unasync.py; edit that file instead.
"""What one client knows about its provider: asked once, and only when something depends on it."""

from __future__ import annotations

from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.session import Session
from britive_scim.errors import BadRequest, Forbidden, NotFound, ServerError, UnexpectedResponse
from britive_scim.scim.models.discovery import ServiceProviderConfig
from britive_scim.wire.operation import GET
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.tooling.connection_report import ProviderCapabilities, read_capabilities

__all__ = ["ServiceProvider"]


class ServiceProvider(APIResource):
    """The provider's `/ServiceProviderConfig`, and what its answers have taught since.

    Attributes:
        known_capabilities: what the provider can do, `None` before it was asked.
        can_patch: whether it takes PATCH; `None` before anybody knows.
    """

    __slots__ = ("can_patch", "known_capabilities")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.known_capabilities: ProviderCapabilities | None = None
        wanted = session.settings.changes
        self.can_patch: bool | None = None if wanted is None else wanted == "patch"

    @property
    def session(self) -> Session:
        """What requests are sent with."""
        return self._session

    def fetch_config(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> ServiceProviderConfig:
        """Ask the provider what it can do, and remember it.

        Raises:
            NotFound: the provider does not say.
        """
        config = self._send(
            GET("/ServiceProviderConfig", returns=ServiceProviderConfig), timeout, retry
        )
        self.known_capabilities = read_capabilities(config)
        if self._session.settings.changes is None and self.known_capabilities.patch is not None:
            self.can_patch = self.known_capabilities.patch
        return config

    def get_capabilities(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> ProviderCapabilities:
        """Return what the provider can do; one without discovery says nothing and is asked once."""
        if self.known_capabilities is None:
            try:
                self.fetch_config(timeout=timeout, retry=retry)
            except (NotFound, Forbidden, BadRequest, ServerError, UnexpectedResponse):
                self.known_capabilities = ProviderCapabilities()
        return self.known_capabilities or ProviderCapabilities()
