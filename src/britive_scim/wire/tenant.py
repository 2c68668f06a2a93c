"""Where a tenant's admin API is, and which word its tokens are sent behind."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import SecretStr

from britive_scim.errors import ConfigurationError
from britive_scim.wire.credentials import AsyncToken, Credential
from britive_scim.wire.settings import checked_base_url

__all__ = ["AdminCredential", "scheme_of", "tenant_url"]

DOMAIN = "britive-app.com"
"""Where tenants live that are given by name."""

SCHEMES = ("TOKEN", "Bearer", "WorkloadToken")

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_SHORT = 50


def tenant_url(tenant: object, base_url: str | None = None, *, allow_http: bool = False) -> str:
    """Return the base URL of a tenant's admin API, without `/api` and without a slash at its end.

    Args:
        tenant: a name (`acme`), a host (`acme.britive-app.com`), either with a port, or a URL.
        base_url: where to send instead; `tenant` is then a name for people.
        allow_http: whether http is good for hosts other than this machine.

    Raises:
        ConfigurationError: no such address can be made of what was given.

    >>> tenant_url("acme"), tenant_url("https://britive.acme.example:8443/")
    ('https://acme.britive-app.com', 'https://britive.acme.example:8443')
    """
    if not isinstance(tenant, str):
        raise ConfigurationError(f"the tenant must be a text, not {type(tenant).__name__}")
    tenant = tenant.strip()
    if not tenant:
        raise ConfigurationError(
            "the tenant is empty; give its name, the first part of its address (acme of acme.britive-app.com)"
        )
    url, what = (tenant, "the tenant") if base_url is None else (base_url, "the base URL")
    if base_url is None and "://" not in tenant:
        url = _address(tenant)
    url = checked_base_url(url, allow_http=allow_http, what=what)
    path = urlsplit(url).path
    if "/scim" in path.lower():
        raise ConfigurationError(
            f"{what} is {url}, which is a SCIM URL: that is for ScimClient. "
            f"AdminClient takes the tenant, here {url[: -len(path)]}"
        )
    return url.removesuffix("/api") if path.endswith("/api") else url


def scheme_of(token: str) -> str:
    """Return the authentication scheme of a token by the rule of the vendor's own package.

    Fewer than 50 characters are a static API token, `::` marks a workload token, all others are
    short-lived interactive ones.

    >>> scheme_of("k" * 32), scheme_of("OIDC::" + "e" * 60), scheme_of("e" * 60)
    ('TOKEN', 'WorkloadToken', 'Bearer')
    """
    if len(token) < _SHORT:
        return "TOKEN"
    return "WorkloadToken" if "::" in token else "Bearer"


class AdminCredential(Credential):
    """A token of the admin API, sent behind `TOKEN`, `Bearer` or `WorkloadToken`.

    Args:
        token: the token, or a function that returns it.
        scheme: the word in front of it; `None` chooses by the token, each time anew.

    Raises:
        ConfigurationError: the scheme is none of the three, or the token cannot stand in a header.
    """

    __slots__ = ("_chosen",)

    def __init__(self, token: AsyncToken, *, scheme: str | None = None) -> None:
        if scheme is not None and scheme not in SCHEMES:
            raise ConfigurationError(
                f"auth_scheme is one of {', '.join(SCHEMES)}, or None to choose by the token, not {scheme!r}"
            )
        super().__init__(token, scheme=scheme or SCHEMES[0])
        self._chosen = scheme

    def __repr__(self) -> str:
        return f"AdminCredential({self._chosen or 'by the token'} **********)"

    def header(self, token: str | SecretStr) -> SecretStr:
        """Return the value of the `Authorization` header for `token`."""
        header = super().header(token)
        if self._chosen is not None:
            return header
        checked = header.get_secret_value().removeprefix(f"{self.scheme} ")
        return SecretStr(f"{scheme_of(checked)} {checked}")


def _address(tenant: str) -> str:
    """Return the URL of a tenant given as a name or a host, with or without a port."""
    host, colon, port = tenant.partition(":")
    if "/" in tenant or "@" in tenant:
        raise ConfigurationError(
            f"the tenant is {tenant!r}: give its name, its host, or a URL that begins with https://"
        )
    if "." not in host and host.lower() != "localhost":
        if not _NAME.fullmatch(host):
            raise ConfigurationError(
                f"the tenant is {tenant!r}: a name has letters, digits and single hyphens inside"
            )
        host = f"{host.lower()}.{DOMAIN}"
    return f"https://{host}{colon}{port}"
