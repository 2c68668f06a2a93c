"""Proxy of a client's host: selection, and removal of its credentials."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

__all__ = ["ProxyUrl", "select_proxy", "strip_proxy_credentials"]


class ProxyUrl(str):
    """Proxy URL whose `repr`, and so every traceback, omits user and password."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(strip_proxy_credentials(self))


def select_proxy(base_url: str, configured: str | bool | None) -> str | None:
    """Return the URL of the proxy, or `None` for a direct connection.

    Args:
        base_url: URL of the host.
        configured: a URL, `False` for no proxy, or `None` for the environment's (`HTTPS_PROXY`,
            `ALL_PROXY`, `NO_PROXY`).
    """
    if configured is False:
        return None
    if isinstance(configured, str):
        return ProxyUrl(configured)
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    proxies = getproxies()
    if proxy_bypass(host):
        return None
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    return ProxyUrl(proxy) if proxy else None


def strip_proxy_credentials(proxy: str | None) -> str | None:
    """Return a proxy's URL without user and password, for display.

    Examples:
        >>> strip_proxy_credentials("http://ana:s3cret@proxy.example:3128/"), strip_proxy_credentials("ana:s3cret@proxy.example")
        ('http://proxy.example:3128', 'proxy.example')
    """
    if proxy is None:
        return None
    scheme, separator, rest = proxy.rpartition("://")
    host = rest.rpartition("@")[2].partition("/")[0]
    return f"{scheme.partition('://')[0]}{separator}{host}"
