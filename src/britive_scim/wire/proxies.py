"""Which proxy the one host that a client talks to is reached by."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

__all__ = ["proxy_of", "without_user"]


def proxy_of(base_url: str, wanted: str | bool | None) -> str | None:
    """Return the URL of the proxy, or `None` where there is none.

    Args:
        base_url: address of the host.
        wanted: a URL, `False` for none, or `None` for what the environment says (`HTTPS_PROXY`,
            `ALL_PROXY`, `NO_PROXY`).
    """
    if wanted is False:
        return None
    if isinstance(wanted, str):
        return wanted
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    proxies = getproxies()
    if proxy_bypass(host):
        return None
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    return proxy


def without_user(proxy: str | None) -> str | None:
    """Return a proxy's URL without user and password, to be shown."""
    if proxy is None:
        return None
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
