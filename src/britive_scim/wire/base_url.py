"""Validation of base URLs: scheme, host, loopback."""

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


def validate_base_url(url: str, *, allow_http: bool = False, label: str = "base_url") -> str:
    """Return `url` without a trailing slash.

    Args:
        url: URL that paths are appended to.
        allow_http: allow http for other hosts than this machine.
        label: name of the argument in error messages.

    Raises:
        ConfigurationError: `url` is not an absolute http(s) URL, is http to another machine, or has a user,
            a query, a fragment or dot segments.

    Example:
        >>> validate_base_url("https://acme.britive-app.com/api/scim/v2/")
        'https://acme.britive-app.com/api/scim/v2'
    """
    url = url.strip()
    if not url:
        raise ConfigurationError(
            f"{label} must be a URL such as {_EXAMPLE_URL}, got an empty string"
        )
    if match := _INVALID_URL_CHARACTER.search(url):
        raise ConfigurationError(
            f"{label} must be a URL, got {match.group()!r} at position {match.start()}; percent-encode it"
        )
    problem, host = None, ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port  # raises ValueError for an invalid port
    except ValueError as error:
        problem = str(error)
        parts = urlsplit("")
    if problem is None:
        problem = _find_url_problem(parts.scheme, host, parts.netloc, parts.path, url)
    if problem is None and parts.scheme == "http" and not (allow_http or is_loopback(host)):
        problem = (
            f"http sends the token to {host} unencrypted; use https or Settings(allow_http=True)"
        )
    if problem:
        raise ConfigurationError(f"{label} is invalid: {problem}")
    return url.rstrip("/")


_EXAMPLE_URL = "https://acme.britive-app.com/api/scim/v2"


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


def validate_scim_url(url: str, *, allow_http: bool = False) -> str:
    """Return the SCIM URL of an identity provider without a trailing slash.

    Raises:
        ConfigurationError: as `validate_base_url`, and for the URL of an endpoint below the SCIM URL.

    Example:
        >>> validate_scim_url("https://acme.britive-app.com/api/scim/v2/")
        'https://acme.britive-app.com/api/scim/v2'
    """
    checked = validate_base_url(url, allow_http=allow_http)
    base, _, last = checked.rpartition("/")
    if last in _SCIM_ENDPOINTS:
        raise ConfigurationError(
            f"base_url must not end in /{last}, which the client appends; give {base}"
        )
    return checked


def _find_url_problem(scheme: str, host: str, netloc: str, path: str, url: str) -> str | None:
    if "@" in netloc:
        return "it has a user or password; pass the token as the second argument"
    if scheme not in ("http", "https") or not netloc:
        return f"it must begin with https:// and a host, such as {_EXAMPLE_URL}"
    if "?" in url or "#" in url:
        return "it has a query or fragment; give scheme, host and path only"
    if not host or not (_is_host_name(host) or _is_ip_address(host)):
        return "its host must be a host name or IP address"
    if odd := next((c for c in host if not unicodedata.normalize("NFD", c)[0].isascii()), None):
        return (
            f"its host has {odd!a}, which may look like another letter; write the host in its ASCII form, "
            "with xn-- before each such label"
        )
    if any(part in (".", "..") for part in path.lower().replace("%2e", ".").split("/")):
        return "its path has a dot segment (. or ..)"
    return None


def _is_host_name(host: str) -> bool:
    """Return whether a host has the form of a name; a numeric last label makes it an address."""
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
    """Return whether `host` is this machine: `localhost`, a subdomain of it, 127.0.0.0/8 or ::1."""
    host = host.lower().rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
