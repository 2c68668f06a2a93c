"""Where a tenant's admin API is, and which word its tokens are sent behind."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import SecretStr

from britive_scim.admin import ScimToken
from britive_scim.admin.token import ScimSecret
from britive_scim.errors import ConfigurationError
from britive_scim.wire.base_url import validate_base_url
from britive_scim.wire.credentials import AsyncToken, Credential, wrap_secret

__all__ = ["AdminCredential", "build_tenant_url", "detect_auth_scheme"]

TENANT_DOMAIN = "britive-app.com"
"""Where tenants live that are given by name."""

AUTH_SCHEMES = ("TOKEN", "Bearer", "WorkloadToken")

_TENANT_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_PORT_SUFFIX = re.compile(r"(?::\d{1,5})?")
_STATIC_TOKEN_LENGTH = 50

_CHARACTER_CLASS_CHANGE = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])|(?<=[a-z])(?=[A-Z])")
"""Where letters and digits, or small letters and capitals, meet: rare in a name, everywhere in a token."""

_MIN_TOKEN_LENGTH, _MIN_CLASS_CHANGES = 20, 5
"""From how many characters, and how many turns, a text without a dot is taken for a token."""


def build_tenant_url(
    tenant: object, base_url: str | None = None, *, allow_http: bool = False
) -> str:
    """Return the base URL of a tenant's admin API, without `/api` and without a slash at its end.

    A name or host that cannot be used is never shown: it may be the token, given in the wrong place.

    Args:
        tenant: a name (`acme`), a host (`acme.britive-app.com`), either with a port, or a URL; may be masked.
        base_url: where to send instead; `tenant` is then a name for people.
        allow_http: whether http is good for hosts other than this machine.

    Raises:
        ConfigurationError: no such address can be made of what was given.

    Examples:
        >>> build_tenant_url("acme"), build_tenant_url("https://britive.acme.example:8443/")
        ('https://acme.britive-app.com', 'https://britive.acme.example:8443')
    """
    tenant = wrap_secret(tenant)
    if not isinstance(tenant, SecretStr):
        order = f"; {_ARGUMENT_ORDER_HINT}" if callable(tenant) else ""
        raise ConfigurationError(f"the tenant must be a text, not {type(tenant).__name__}{order}")
    if problem := _find_tenant_problem(tenant, is_label=base_url is not None):
        raise ConfigurationError(problem)
    what = "the tenant" if base_url is None else "the base URL"
    url = validate_base_url(
        _build_url(tenant) if base_url is None else base_url, allow_http=allow_http, label=what
    )
    path = urlsplit(url).path
    if "/scim" in path.lower():
        raise ConfigurationError(
            f"{what} is {url}, which is a SCIM URL: that is for ScimClient. "
            f"AdminClient takes the tenant, here {url[: -len(path)]}"
        )
    return url.removesuffix("/api") if path.endswith("/api") else url


def detect_auth_scheme(token: str) -> str:
    """Return the authentication scheme of a token by the rule of the vendor's own package.

    Fewer than 50 characters are a static API token, `::` marks a workload token, all others are
    short-lived interactive ones.

    Examples:
        >>> detect_auth_scheme("k" * 32), detect_auth_scheme("OIDC::" + "e" * 60), detect_auth_scheme("e" * 60)
        ('TOKEN', 'WorkloadToken', 'Bearer')
    """
    if len(token) < _STATIC_TOKEN_LENGTH:
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

    __slots__ = ("_fixed_scheme",)

    _foreign_token_types = (ScimSecret, ScimToken)

    def __init__(self, token: AsyncToken, *, scheme: str | None = None) -> None:
        token = wrap_secret(token)
        if scheme is not None and scheme not in AUTH_SCHEMES:
            raise ConfigurationError(
                f"auth_scheme is one of {', '.join(AUTH_SCHEMES)}, or None to choose by the token, not {scheme!r}"
            )
        self._fixed_scheme = scheme
        super().__init__(token, scheme=scheme or AUTH_SCHEMES[0])

    def __repr__(self) -> str:
        chosen = getattr(self, "_fixed_scheme", None)  # a traceback may show one that was refused
        return f"AdminCredential({chosen or 'by the token'} **********)"

    def build_header(self, token: str | SecretStr) -> SecretStr:
        """Return the value of the `Authorization` header for `token`."""
        header = super().build_header(token)
        if self._fixed_scheme is not None:
            return header
        checked = header.get_secret_value().removeprefix(f"{self.scheme} ")
        return SecretStr(f"{detect_auth_scheme(checked)} {checked}")


_ARGUMENT_ORDER_HINT = "tenant first, token second: AdminClient(tenant, token)"


def is_token_like(text: str) -> bool:
    """Return whether a text is long, mixed and without dots, as tokens are and names of tenants are not.

    Examples:
        >>> is_token_like("acme-production-eu-west-1"), is_token_like("x7Kp2mQ9vL4nR8tW3yZ6bD1f")
        (False, True)
    """
    if text.startswith("eyJ") and len(text) > _STATIC_TOKEN_LENGTH:
        return True  # a JSON Web Token; its three parts are joined by dots
    if len(text) < _MIN_TOKEN_LENGTH or "://" in text:
        return False
    return "::" in text or (
        "." not in text and len(_CHARACTER_CLASS_CHANGE.findall(text)) >= _MIN_CLASS_CHANGES
    )


def _find_tenant_problem(tenant: SecretStr, *, is_label: bool) -> str | None:
    """Return what is wrong with a tenant, without showing it; `is_label` where it is no address.

    A function that raises nothing, so that no traceback leads to a frame that holds the text.
    """
    text = tenant.get_secret_value()
    if not isinstance(text, str):
        return f"the tenant must be a text, not {type(text).__name__}"
    text = text.strip()
    if not text:
        return "the tenant is empty; give its name, the first part of its address (acme of acme.britive-app.com)"
    if is_token_like(text):
        return f"the tenant looks like a token, so it is not shown here; {_ARGUMENT_ORDER_HINT}"
    if is_label or "://" in text:
        return None
    host, port = _split_port(text)
    order = f" ({_ARGUMENT_ORDER_HINT})" if len(text) >= _MIN_TOKEN_LENGTH else ""
    where = f"give its name, its host, or a URL that begins with https://{order}"
    if odd := next((c for c in text if c.isspace() or not c.isprintable() or c in "/@\\?#%"), None):
        named = "a blank" if odd == " " else ascii(odd)
        return f"the tenant holds {named} at position {text.index(odd)} of {len(text)}; {where}"
    if not _PORT_SUFFIX.fullmatch(port):
        return f"the tenant cannot be used: what follows its colon is no port; {where}"
    if "." in host:
        fits = all(0 < len(label) <= 63 for label in host.removesuffix(".").split("."))
        return None if fits else f"the tenant cannot be used: its host is no host name; {where}"
    if not _TENANT_NAME.fullmatch(host):
        return f"the tenant cannot be used: a name has up to 63 letters, digits and hyphens inside; {where}"
    return None


def _split_port(text: str) -> tuple[str, str]:
    """Return host, and port with its colon, of a tenant that is no URL."""
    host, colon, port = text.partition(":")
    return host, colon + port


def _build_url(tenant: SecretStr) -> str:
    """Return the URL of a tenant that has no problem."""
    text = tenant.get_secret_value().strip()
    if "://" in text:
        return text
    host, port = _split_port(text)
    if "." not in host and host.lower() != "localhost":
        host = f"{host.lower()}.{TENANT_DOMAIN}"
    return f"https://{host}{port}"
