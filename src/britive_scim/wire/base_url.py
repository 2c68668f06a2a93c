"""Check base URLs: scheme, host, loopback."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

from britive_scim.errors import ConfigurationError

__all__ = ["validate_base_url", "validate_scim_url"]


_INVALID_URL_CHARACTER = re.compile(r"[\x00-\x20\x7f-\x9f\\]")


_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)


_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[^.\s/@:]{1,63}(?:\.[^.\s/@:]{1,63})*\.?")


def validate_base_url(url: object, *, allow_http: bool = False, label: str = "the base URL") -> str:
    """Return `url` without a slash at its end.

    Args:
        url: address that every path is put behind.
        allow_http: whether http is good for hosts other than this machine.
        label: how the message calls it.

    Raises:
        ConfigurationError: no absolute http(s) URL; http to another machine; a user, query or
            fragment in it; `.` or `..` in its path.

    Example:
        >>> validate_base_url("https://acme.britive-app.com/api/scim/v2/")
        'https://acme.britive-app.com/api/scim/v2'
    """
    if not isinstance(url, str):
        raise ConfigurationError(f"{label} must be a text, not {type(url).__name__}")
    url = url.strip()
    if not url:
        raise ConfigurationError(f"{label} is empty")
    if found := _INVALID_URL_CHARACTER.search(url):
        raise ConfigurationError(
            f"{label} holds {found.group()!r} at position {found.start()}; percent-encode it"
        )
    problem, host = None, ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port  # read for its check
    except ValueError as error:
        problem = str(error)
        parts = urlsplit("")
    if problem is None:
        problem = _find_url_problem(parts.scheme, host, parts.netloc, parts.path, url)
    if problem is None and parts.scheme == "http" and not (allow_http or is_loopback(host)):
        problem = (
            f"http would send the token readable to {host}; use https, "
            "or Settings(allow_http=True) if you must"
        )
    if problem:
        raise ConfigurationError(f"{label} cannot be used: {problem}")
    return url.rstrip("/")


_SCIM_ENDPOINTS = frozenset(
    {
        "Users",
        "Groups",
        "Me",
        "Bulk",
        "Schemas",
        "ResourceTypes",
        "ServiceProviderConfig",
        ".search",
    }
)


def validate_scim_url(url: object, *, allow_http: bool = False) -> str:
    """Return the SCIM URL of an identity provider, without a slash at its end.

    Raises:
        ConfigurationError: as `validate_base_url`, and for the address of one endpoint below it.

    Example:
        >>> validate_scim_url("https://acme.britive-app.com/api/scim/v2/")
        'https://acme.britive-app.com/api/scim/v2'
    """
    checked = validate_base_url(url, allow_http=allow_http)
    base, _, last = checked.rpartition("/")
    if last in _SCIM_ENDPOINTS:
        raise ConfigurationError(
            f"the base URL ends in /{last}, which the client puts behind it by itself; give {base}"
        )
    return checked


def _find_url_problem(scheme: str, host: str, netloc: str, path: str, url: str) -> str | None:
    if "@" in netloc:
        return "it holds a user or password; give the token apart from the address"
    if scheme not in ("http", "https") or not netloc:
        return "it must begin with https:// and a host, such as https://acme.britive-app.com/api/scim/v2"
    if "?" in url or "#" in url:
        return "it holds a query or fragment; only scheme, host and path belong there"
    if not host or not (_is_host_name(host) or _is_ip_address(host)):
        return "its host is no host name"
    if odd := next((c for c in host if not unicodedata.normalize("NFD", c)[0].isascii()), None):
        return (
            f"its host holds {odd!a}, which may look like another letter; write the host in its ASCII form, "
            "with xn-- before each such part"
        )
    if any(part in (".", "..") for part in path.lower().replace("%2e", ".").split("/")):
        return "its path holds . or .."
    return None


def _is_host_name(host: str) -> bool:
    """Return whether a host has the form of a name; one that ends in a number would be an address."""
    if not _HOST_NAME.fullmatch(host) or _NUMERIC_LABEL.fullmatch(
        host.rstrip(".").rpartition(".")[2]
    ):
        return False
    return all(c.isalnum() or c in "-_." or unicodedata.combining(c) for c in host)


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine: `localhost`, a name below it, 127.0.0.0/8 or ::1."""
    host = host.lower().rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
