"""Route from a client to its host, for error messages and reports."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from britive_scim.wire.proxy import Proxy, select_proxy
from britive_scim.wire.settings import Settings
from britive_scim.wire.trust import (
    CALLER_REMEDY,
    SETTINGS_REMEDY,
    SETTINGS_TRUST,
    select_trust,
)

__all__ = ["Route", "build_route"]


@dataclass(frozen=True, slots=True)
class Route:
    """Route from a client to its host.

    Attributes:
        host: host and port.
        proxy: proxy of own connections, or `None`.
        trust: source of the certificates that own connections trust; `None` without TLS.
        trust_remedy: ways to trust one more certificate.
        is_own: whether the client opens the connections; else the caller's transport or HTTP client does.
    """

    host: str
    proxy: Proxy | None
    trust: str | None
    trust_remedy: str
    is_own: bool

    def __str__(self) -> str:
        proxy = f"proxy {self.proxy} of {self.proxy.source}, " if self.proxy else ""
        return f"{proxy}host {self.host}"


def build_route(base_url: str, settings: Settings, *, is_own: bool) -> Route:
    """Return the route to the host of a base URL.

    Args:
        base_url: valid base URL.
        settings: settings of the client.
        is_own: whether the client opens the connections.
    """
    parts = urlsplit(base_url)
    host = (
        parts.netloc if parts.port else f"{parts.netloc}:{443 if parts.scheme == 'https' else 80}"
    )
    if not is_own:
        return Route(host, None, None, CALLER_REMEDY, is_own=False)
    proxy = select_proxy(base_url, settings.proxy)
    uses_tls = parts.scheme == "https" or (proxy is not None and proxy.is_encrypted)
    if settings.tls is not None:
        trust, remedy = SETTINGS_TRUST, SETTINGS_REMEDY
    else:
        source = select_trust()
        trust, remedy = str(source), source.remedy
    return Route(host, proxy, trust if uses_tls else None, remedy, is_own=True)
