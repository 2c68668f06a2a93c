"""URL of a tenant's admin API, and the authentication scheme of its tokens."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import SecretStr

from britive_scim import admin
from britive_scim.admin.token_secret import ScimSecret
from britive_scim.errors import ConfigurationError
from britive_scim.wire.base_url import validate_base_url
from britive_scim.wire.credentials import AsyncToken, Credential, wrap_secret

__all__ = ["AdminCredential", "build_tenant_url", "detect_auth_scheme"]

TENANT_DOMAIN = "britive-app.com"
"""Domain of tenants that are identified by name."""

AUTH_SCHEMES = ("TOKEN", "Bearer", "WorkloadToken")

_TENANT_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_PORT_SUFFIX = re.compile(r"(?::\d{1,5})?")
_STATIC_TOKEN_LENGTH = 50

_CHARACTER_CLASS_CHANGE = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])|(?<=[a-z])(?=[A-Z])")
"""Position between a letter and a digit, or a lower-case and an upper-case letter: rare in names."""

_MIN_TOKEN_LENGTH, _MIN_CLASS_CHANGES = 20, 5
"""Minimum length and class changes of a string without dots that is considered a token."""


def build_tenant_url(
    tenant: object, base_url: str | None = None, *, allow_http: bool = False
) -> str:
    """Return the base URL of a tenant's admin API, without `/api` and without a trailing slash.

    Error messages never show an invalid tenant, because it may be the token as the wrong argument.

    Args:
        tenant: a name (`acme`), a host (`acme.britive-app.com`), either with a port, or a URL; may be masked.
        base_url: URL to use instead; `tenant` is then a label only.
        allow_http: allow http for other hosts than this machine.

    Raises:
        ConfigurationError: `tenant` or `base_url` is invalid.

    Examples:
        >>> build_tenant_url("acme"), build_tenant_url("https://britive.acme.example:8443/")
        ('https://acme.britive-app.com', 'https://britive.acme.example:8443')
    """
    tenant = wrap_secret(tenant)
    if not isinstance(tenant, SecretStr):
        order = f"; {_ARGUMENT_ORDER_HINT}" if callable(tenant) else ""
        raise ConfigurationError(f"tenant must be a string, got {type(tenant).__name__}{order}")
    if problem := _find_tenant_problem(tenant, is_label=base_url is not None):
        raise ConfigurationError(problem)
    label = "tenant" if base_url is None else "base_url"
    url = validate_base_url(
        _build_url(tenant) if base_url is None else base_url, allow_http=allow_http, label=label
    )
    path = urlsplit(url).path
    if "/scim" in path.lower():
        raise ConfigurationError(
            f"{label} must be a tenant, got the SCIM URL {url}; give it to ScimClient, or "
            f"{url[: -len(path)]} to AdminClient"
        )
    return url.removesuffix("/api") if path.endswith("/api") else url


def detect_auth_scheme(token: str) -> str:
    """Return the authentication scheme of a token by the rule of the vendor's package.

    A token of fewer than 50 characters is a static API token, one with `::` a workload token, any other a
    short-lived interactive one.

    Examples:
        >>> detect_auth_scheme("k" * 32), detect_auth_scheme("OIDC::" + "e" * 60), detect_auth_scheme("e" * 60)
        ('TOKEN', 'WorkloadToken', 'Bearer')
    """
    if len(token) < _STATIC_TOKEN_LENGTH:
        return "TOKEN"
    return "WorkloadToken" if "::" in token else "Bearer"


_SCIM_CREDENTIAL_MESSAGE = (
    "token must be one of the admin API, got a SCIM token (not shown here); give that to "
    "ScimClient(scim_url, token)"
)


class AdminCredential(Credential):
    """Token of the admin API with the scheme `TOKEN`, `Bearer` or `WorkloadToken`.

    Args:
        token: the token, or a function that returns it.
        scheme: the authentication scheme; `None` detects it from each token.

    Raises:
        ConfigurationError: the scheme is unknown, or the token is not a valid header value.
    """

    __slots__ = ("_fixed_scheme",)

    _foreign_token_message = _SCIM_CREDENTIAL_MESSAGE

    def __init__(self, token: AsyncToken, *, scheme: str | None = None) -> None:
        token = wrap_secret(token)
        if scheme is not None and scheme not in AUTH_SCHEMES:
            raise ConfigurationError(
                f"auth_scheme must be one of {', '.join(AUTH_SCHEMES)}, or None to detect it, got {scheme!r:.40}"
            )
        self._fixed_scheme = scheme
        super().__init__(token, scheme=scheme or AUTH_SCHEMES[0])

    def _is_foreign_token(self, token: object) -> bool:
        if isinstance(token, SecretStr):
            return isinstance(token, ScimSecret)
        return isinstance(token, admin.ScimToken)

    def __repr__(self) -> str:
        # A traceback may show an instance whose construction failed.
        scheme = getattr(self, "_fixed_scheme", None)
        return f"AdminCredential({scheme or 'by the token'} **********)"

    def build_header(self, token: str | SecretStr) -> SecretStr:
        """Return the value of the `Authorization` header for `token`."""
        header = super().build_header(token)
        if self._fixed_scheme is not None:
            return header
        value = header.get_secret_value().removeprefix(f"{self.scheme} ")
        return SecretStr(f"{detect_auth_scheme(value)} {value}")


_ARGUMENT_ORDER_HINT = "tenant first, token second: AdminClient(tenant, token)"


def is_token_like(text: str) -> bool:
    """Return whether a string has the form of a token: long, of mixed characters and without dots.

    Examples:
        >>> is_token_like("acme-production-eu-west-1"), is_token_like("x7Kp2mQ9vL4nR8tW3yZ6bD1f")
        (False, True)
    """
    if text.startswith("eyJ") and len(text) > _STATIC_TOKEN_LENGTH:
        return True  # a JSON Web Token; dots join its three parts
    if len(text) < _MIN_TOKEN_LENGTH or "://" in text:
        return False
    return "::" in text or (
        "." not in text and len(_CHARACTER_CLASS_CHANGE.findall(text)) >= _MIN_CLASS_CHANGES
    )


def _find_tenant_problem(tenant: SecretStr, *, is_label: bool) -> str | None:
    """Return the fault of a tenant, without showing it; `is_label` if it is not an address.

    Raises nothing, so that no traceback shows a frame that contains the text.
    """
    text = tenant.get_secret_value()
    if not isinstance(text, str):
        return f"tenant must be a string, got {type(text).__name__}"
    text = text.strip()
    if not text:
        return "tenant must be a name such as acme (of acme.britive-app.com), got an empty string"
    if is_token_like(text):
        return (
            f"tenant must be a name, got a probable token (not shown here); {_ARGUMENT_ORDER_HINT}"
        )
    if is_label or "://" in text:
        return None
    host, port = _split_port(text)
    order = f" ({_ARGUMENT_ORDER_HINT})" if len(text) >= _MIN_TOKEN_LENGTH else ""
    hint = f"give its name, its host, or a URL that begins with https://{order}"
    if odd := next((c for c in text if c.isspace() or not c.isprintable() or c in "/@\\?#%"), None):
        character = "a space" if odd == " " else ascii(odd)
        position = f"position {text.index(odd)} of {len(text)}"
        return f"tenant must be a name or host, got {character} at {position}; {hint}"
    if not _PORT_SUFFIX.fullmatch(port):
        return f"tenant must have a port of digits after its colon; {hint}"
    if "." in host:
        fits = all(0 < len(label) <= 63 for label in host.removesuffix(".").split("."))
        return None if fits else f"tenant must be a valid host name; {hint}"
    if not _TENANT_NAME.fullmatch(host):
        return f"tenant must have up to 63 letters, digits and inner hyphens; {hint}"
    return None


def _split_port(text: str) -> tuple[str, str]:
    """Return the host, and the port with its colon, of a tenant that is not a URL."""
    host, colon, port = text.partition(":")
    return host, colon + port


def _build_url(tenant: SecretStr) -> str:
    """Return the URL of a valid tenant."""
    text = tenant.get_secret_value().strip()
    if "://" in text:
        return text
    host, port = _split_port(text)
    if "." not in host and host.lower() != "localhost":
        host = f"{host.lower()}.{TENANT_DOMAIN}"
    return f"https://{host}{port}"
