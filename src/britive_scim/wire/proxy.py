"""Proxy of a client's host: selection, validation, and removal of its credentials."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from importlib.util import find_spec
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from britive_scim.errors import ConfigurationError

__all__ = ["Proxy", "ProxyUrl", "select_proxy", "strip_proxy_credentials", "validate_proxy"]

_SETTING = "Settings(proxy=…)"
_SCHEMES = ("http", "https", "socks5", "socks5h")


class ProxyUrl(str):
    """Proxy URL whose `repr`, and so every traceback, omits user and password."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(strip_proxy_credentials(self))


@dataclass(frozen=True, slots=True)
class Proxy:
    """Proxy of a host.

    Attributes:
        url: URL, possibly with user and password.
        source: name of the setting or environment variable that selected it.
        host: host that is reached through it.
    """

    url: ProxyUrl
    source: str
    host: str

    def __str__(self) -> str:
        return strip_proxy_credentials(self.url) or ""

    @property
    def is_encrypted(self) -> bool:
        """True if the connection to the proxy uses TLS."""
        return self.url.lower().startswith("https:")

    @property
    def remedy(self) -> str:
        """Remedies: the ways to use another proxy, or a direct connection."""
        if self.source == _SETTING:
            return f"correct {_SETTING}, or pass proxy=False for a direct connection"
        change = "correct or unset" if self.source.isupper() or "_" in self.source else "correct"
        return f"{change} {self.source}, add {self.host} to NO_PROXY, or pass Settings(proxy=False)"


def select_proxy(base_url: str, configured: str | bool | None) -> Proxy | None:
    """Return the proxy of a host, or `None` for a direct connection.

    Args:
        base_url: URL of the host.
        configured: a URL, `False` for no proxy, or `None` for the environment's (`HTTPS_PROXY`,
            `ALL_PROXY`, `NO_PROXY`).
    """
    if configured is False:
        return None
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if isinstance(configured, str):
        return Proxy(ProxyUrl(configured), _SETTING, host)
    proxies = getproxies()
    kind = parts.scheme if proxies.get(parts.scheme) else "all"
    url = proxies.get(kind)
    if not url or _is_excluded(host, parts.port):
        return None
    if "://" not in url:
        url = f"http://{url}"
    return Proxy(ProxyUrl(url), _find_variable(kind), host)


def _is_excluded(host: str, port: int | None) -> bool:
    """Return whether `NO_PROXY`, or the system's setting, excludes a host, a domain, or a network in CIDR form."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bool(proxy_bypass(host) or (port and proxy_bypass(f"{host}:{port}")))
    for entry in (os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or "").split(","):
        try:
            if address in ipaddress.ip_network(entry.strip().strip("[]"), strict=False):
                return True
        except ValueError:  # a name
            continue
    return address.version == 4 and bool(
        proxy_bypass(host) or (port and proxy_bypass(f"{host}:{port}"))
    )


def _find_variable(kind: str) -> str:
    """Return the environment variable of a type of proxy; the lower-case name has precedence, as in urllib."""
    for name in (f"{kind}_proxy", f"{kind}_proxy".upper()):
        if os.environ.get(name):
            return name
    return "the system's proxy settings"


def validate_proxy(proxy: Proxy) -> None:
    """Check that a proxy can be used.

    Raises:
        ConfigurationError: the URL is invalid, or the package for SOCKS is not installed.
    """
    scheme = ""
    try:
        parts = urlsplit(proxy.url)
        scheme = parts.scheme
        is_valid = scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
        is_valid = is_valid and not any(map(str.isspace, proxy.url))
    except ValueError:  # of a bracket or a port
        is_valid = False
    if not is_valid:
        hint = (
            f"; write socks5://{str(proxy).rpartition('://')[2]}"
            if scheme in ("socks", "socks4", "socks4a")
            else ""
        )
        raise ConfigurationError(
            f"the proxy of {proxy.source} must be an {', '.join(_SCHEMES[:-1])} or {_SCHEMES[-1]} URL such as "
            f"http://proxy.example:3128, got {str(proxy)!r:.120}{hint}; {proxy.remedy}"
        )
    if scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError(
            f"the proxy {str(proxy)!r:.120} of {proxy.source} needs the package socksio; "
            f"run pip install 'britive-scim[socks]', or {proxy.remedy}"
        )


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
