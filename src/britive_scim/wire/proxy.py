"""Which proxy the one host that a client talks to is reached by."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

__all__ = ["ProxyUrl", "proxy_of", "without_user"]


class ProxyUrl(str):
    """The URL of a proxy, whose user and password are not in its `repr`, and so in no traceback."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(without_user(self))


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
        return ProxyUrl(wanted)
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    proxies = getproxies()
    if proxy_bypass(host):
        return None
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    return ProxyUrl(proxy) if proxy else None


def without_user(proxy: str | None) -> str | None:
    """Return a proxy's URL without user and password, to be shown.

    Examples:
        >>> without_user("http://ana:s3cret@proxy.example:3128/"), without_user("ana:s3cret@proxy.example")
        ('http://proxy.example:3128', 'proxy.example')
    """
    if proxy is None:
        return None
    scheme, separator, rest = proxy.rpartition("://")
    host = rest.rpartition("@")[2].partition("/")[0]
    return f"{scheme.partition('://')[0]}{separator}{host}"
