"""What one client knows about its provider: asked once, and only when something depends on it."""

from __future__ import annotations

from typing_extensions import Unpack

from britive_scim.aio.api_resource import AsyncNoun
from britive_scim.aio.session import AsyncSender
from britive_scim.errors import BadRequest, Forbidden, NotFound, ServerError, UnexpectedAnswer
from britive_scim.scim.models.discovery import ServiceProviderConfig
from britive_scim.wire.operation import GET, CallOptions
from britive_scim.wire.tooling.connection_report import Capabilities, capabilities_of

__all__ = ["AsyncProvider"]


class AsyncProvider(AsyncNoun):
    """The provider's `/ServiceProviderConfig`, and what its answers have taught since.

    Attributes:
        known: what the provider can do, `None` before it was asked.
        patches: whether it takes PATCH; `None` before anybody knows.
    """

    __slots__ = ("known", "patches")

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self.known: Capabilities | None = None
        wanted = sender.settings.changes
        self.patches: bool | None = None if wanted is None else wanted == "patch"

    @property
    def sender(self) -> AsyncSender:
        """What requests are sent with."""
        return self._sender

    async def config(self, **call: Unpack[CallOptions]) -> ServiceProviderConfig:
        """Ask the provider what it can do, and remember it.

        Raises:
            NotFound: the provider does not say.
        """
        config = await self._send(
            GET("/ServiceProviderConfig", returns=ServiceProviderConfig), **call
        )
        self.known = capabilities_of(config)
        if self._sender.settings.changes is None and self.known.patch is not None:
            self.patches = self.known.patch
        return config

    async def capabilities(self, **call: Unpack[CallOptions]) -> Capabilities:
        """Return what the provider can do; one without discovery says nothing and is asked once."""
        if self.known is None:
            try:
                await self.config(**call)
            except (NotFound, Forbidden, BadRequest, ServerError, UnexpectedAnswer):
                self.known = Capabilities()
        return self.known or Capabilities()
