"""What a client of one API hands on to a client of the other."""

from __future__ import annotations

from typing import TypedDict

from britive_scim.aio.session import AsyncSender
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.settings import AsyncHttpClient, AsyncTransport, Settings

__all__ = ["ClientOptions", "options_of"]


class ClientOptions(TypedDict, total=False):
    """Keywords of `AsyncScimClient` besides address and token.

    Attributes:
        retry: when and how often to try again.
        timeout: seconds; `None` waits for ever.
        transport: transport of httpx in place of own connections.
        http_client: client of httpx in place of a transport.
        read_only: refuse every call that changes something.
        settings: the rest.
    """

    retry: RetryPolicy | None
    timeout: float | None
    transport: AsyncTransport | None
    http_client: AsyncHttpClient | None
    read_only: bool
    settings: Settings | None


def options_of(sender: AsyncSender) -> ClientOptions:
    """Return what a further client of the same tenant is made with."""
    return {
        "retry": sender.retry,
        "timeout": sender.timeout,
        "transport": sender.transport,
        "http_client": sender.http_client,
        "read_only": sender.read_only,
        "settings": sender.settings,
    }
