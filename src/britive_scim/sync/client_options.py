# Generated from aio/client_options.py by tools/unasync.py; edit that file instead.
"""What a client of one API hands on to a client of the other."""

from __future__ import annotations

from typing import TypedDict

from britive_scim.sync.session import Session
from britive_scim.wire.protocols import HttpClient, Transport
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.settings import Settings

__all__ = ["ClientOptions", "get_client_options"]


class ClientOptions(TypedDict, total=False):
    """Keywords of `ScimClient` besides address and token.

    Attributes:
        retry: when and how often to try again.
        timeout: seconds; `math.inf` for no limit.
        transport: transport of httpx in place of own connections.
        http_client: client of httpx in place of a transport.
        read_only: refuse every call that changes something.
        settings: the rest.
    """

    retry: RetryPolicy | None
    timeout: float
    transport: Transport | None
    http_client: HttpClient | None
    read_only: bool
    settings: Settings | None


def get_client_options(session: Session) -> ClientOptions:
    """Return what a further client of the same tenant is made with."""
    return {
        "retry": session.retry,
        "timeout": session.timeout,
        "transport": session.transport,
        "http_client": session.http_client,
        "read_only": session.read_only,
        "settings": session.settings,
    }
