# Generated from aio/client_options.py by tools/unasync.py; edit that file instead.
"""What a client of one API hands on to a client of the other."""

from __future__ import annotations

from typing import TypedDict

from britive_scim.sync.session import Sender
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.settings import HttpClient, Transport, Settings

__all__ = ["ClientOptions", "options_of"]


class ClientOptions(TypedDict, total=False):
    """Keywords of `ScimClient` besides address and token.

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
    transport: Transport | None
    http_client: HttpClient | None
    read_only: bool
    settings: Settings | None


def options_of(sender: Sender) -> ClientOptions:
    """Return what a further client of the same tenant is made with."""
    return {
        "retry": sender.retry,
        "timeout": sender.timeout,
        "transport": sender.transport,
        "http_client": sender.http_client,
        "read_only": sender.read_only,
        "settings": sender.settings,
    }
