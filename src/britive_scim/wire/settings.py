"""Settings of a client, validated on construction."""

from __future__ import annotations

import math
import os
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from britive_scim.errors import ConfigurationError
from britive_scim.wire.protocols import Clock, TracerProvider, check_methods
from britive_scim.wire.proxy import ProxyUrl
from britive_scim.wire.retry.policy import is_integer_between, is_seconds

__all__ = [
    "AttemptEvent",
    "Settings",
    "check_boolean",
    "read_environment",
    "resolve_settings",
    "validate_timeout",
]


@dataclass(frozen=True, slots=True)
class AttemptEvent:
    """One attempt of one request, as passed to hooks: without query, bodies and token.

    Attributes:
        method: HTTP method.
        path: path below the base URL, without query.
        template: the path with `{}` for each id.
        status: HTTP status of the response, or `None` without a response.
        failure_reason: why there is no response, or `None`.
        seconds: duration from the start of the attempt to the end of the response.
        attempt: number of the attempt, from 1.
        request_id: the server's id of the request, or `None`.
    """

    method: str
    path: str
    template: str
    status: int | None
    failure_reason: str | None
    seconds: float
    attempt: int
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Optional settings of a client.

    Attributes:
        page_size: resources requested per page, from 1 to 10,000. The server may send fewer.
        max_connections: open connections, from 1 to 512; further callers wait.
        rate_limit: maximum requests per second over all threads and tasks of the client; `None` for no
            limit.
        max_response_bytes: maximum size of a response in bytes, after decompression.
        tls: TLS context for https. `None` trusts only the certificates of the first of these that is set:
            `SSL_CERT_FILE` and `SSL_CERT_DIR`, `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`. Without any, it
            trusts the system's store and the package certifi. A context that verifies nothing is accepted.
        proxy: URL of a proxy, `None` for the environment's, `False` for none. SOCKS needs
            `britive-scim[socks]`.
        allow_http: accept a base URL without TLS. The token is then sent unencrypted. `localhost`, names below
            it, 127.0.0.0/8 and `::1` are accepted without this setting.
        tracer_provider: OpenTelemetry tracer provider for a span per call, if OpenTelemetry is installed;
            `None` for the provider of the process, `False` for no spans.
        hooks: functions called with an `AttemptEvent` after each attempt. Their exceptions reach the caller.
        dialect: format of PATCH requests: as Okta or as Microsoft Entra writes them.
        changes: whether a part of a resource is changed by PATCH, or by GET and PUT of the whole resource.
            `None` selects PATCH until the provider's configuration, a 405 or a 501 excludes it.
        paging: whether lists start by index or by cursor (RFC 9865). `None` starts by cursor if the
            provider's configuration was read and supports it, else by index. A cursor in a response is
            followed in any case.
        http2: use HTTP/2 if the server supports it; needs the package `h2` (`britive-scim[http2]`). A
            connection still has one request at a time.
        log_bodies: log request and response bodies at level DEBUG, at most 4,000 characters each. Passwords
            and tokens are masked; personal data such as names and e-mail addresses are logged.
        user_agent: prefix of the `User-Agent` header.
        clock: time source of the retries; a testing clock lets them run without waiting.

    Raises:
        ConfigurationError: a value is out of its range, or of another type.
    """

    page_size: int = 100
    max_connections: int = 64
    rate_limit: float | None = None
    max_response_bytes: int = 32 * 1024 * 1024
    tls: ssl.SSLContext | None = None
    proxy: str | Literal[False] | None = None
    allow_http: bool = False
    tracer_provider: TracerProvider | Literal[False] | None = None
    hooks: tuple[Callable[[AttemptEvent], object], ...] = ()
    dialect: Literal["okta", "entra"] = "okta"
    changes: Literal["patch", "put"] | None = None
    paging: Literal["index", "cursor"] | None = None
    http2: bool = False
    log_bodies: bool = False
    user_agent: str | None = None
    clock: Clock | None = None

    def __post_init__(self) -> None:
        if isinstance(self.proxy, str):
            object.__setattr__(self, "proxy", ProxyUrl(self.proxy))
        elif self.proxy is not None and self.proxy is not False:
            raise ConfigurationError(
                f"proxy must be a URL, None or False, got {type(self.proxy).__name__}; use such as "
                "'http://proxy.example:3128'"
            )
        _check_integer("page_size", self.page_size, 1, 10_000)
        _check_integer("max_connections", self.max_connections, 1, 512)
        _check_integer("max_response_bytes", self.max_response_bytes, 1024, 2**31)
        if self.rate_limit is not None and (
            not is_seconds(self.rate_limit) or not 0.001 <= self.rate_limit <= 10_000
        ):
            raise ConfigurationError(
                f"rate_limit must be 0.001 to 10000 requests per second or None, got {self.rate_limit!r}"
            )
        if self.tls is not None and not isinstance(self.tls, ssl.SSLContext):
            raise ConfigurationError(
                f"tls must be an ssl.SSLContext, got {self.tls!r:.80}; make one by "
                "ssl.create_default_context(cafile=…)"
            )
        for name in ("allow_http", "http2", "log_bodies"):
            check_boolean(name, getattr(self, name))
        _check_choice("dialect", self.dialect, "okta", "entra")
        _check_choice("changes", self.changes, "patch", "put", None)
        _check_choice("paging", self.paging, "index", "cursor", None)
        if self.tracer_provider is not False:
            example = "opentelemetry.trace.get_tracer_provider(), or False"
            check_methods("tracer_provider", self.tracer_provider, ("get_tracer",), example)
        methods = ("monotonic", "sleep", "asleep")
        check_methods("clock", self.clock, methods, "tenant.clock")
        if type(self.hooks) is not tuple or not all(map(callable, self.hooks)):
            raise ConfigurationError(
                f"hooks must be a tuple of functions, got {self.hooks!r:.80}; write (function,)"
            )
        if self.user_agent is not None and not _is_header_value(self.user_agent):
            raise ConfigurationError(
                "user_agent must be 1 to 200 visible ASCII characters, got "
                f"{self.user_agent!a:.80}; use such as 'acme-sync/1.2'"
            )


_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?")


def _is_header_value(value: object) -> bool:
    return isinstance(value, str) and _HEADER_VALUE.fullmatch(value) is not None


def _check_integer(name: str, value: object, minimum: int, maximum: int) -> None:
    if not is_integer_between(value, minimum, maximum):
        raise ConfigurationError(
            f"{name} must be an integer from {minimum} to {maximum}, got {value!r}"
        )


def check_boolean(name: str, value: object) -> None:
    """Check that an option is `True` or `False`: `"no"` and 1 would count as true.

    Raises:
        ConfigurationError: it is not.
    """
    if type(value) is not bool:
        raise ConfigurationError(f"{name} must be True or False, got {value!r:.80}")


def _check_choice(name: str, value: object, *choices: str | None) -> None:
    if value not in choices:
        expected = " or ".join(map(repr, choices))
        raise ConfigurationError(f"{name} must be {expected}, got {value!r}")


def resolve_settings(settings: object) -> Settings:
    """Return `settings`, or the default ones for `None`.

    Raises:
        ConfigurationError: they are not a Settings, such as a dict.
    """
    if settings is None:
        return Settings()
    if isinstance(settings, Settings):
        return settings
    raise ConfigurationError(
        f"settings must be a Settings or None, got {type(settings).__name__}; use such as Settings(page_size=50)"
    )


def validate_timeout(timeout: float) -> float:
    """Return `timeout` in seconds; `math.inf` means no limit.

    Raises:
        ConfigurationError: `timeout` is not a number of seconds above 0.
    """
    if timeout != math.inf and not (is_seconds(timeout) and timeout):
        raise ConfigurationError(
            f"timeout must be a number of seconds above 0, got {timeout!r}; give math.inf for no limit"
        )
    return float(timeout)


def read_environment(
    names: Mapping[str, str], environment: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the values of environment variables.

    Args:
        names: description by variable name.
        environment: the variables; `os.environ` if `None`.

    Raises:
        ConfigurationError: variables are missing or empty; the message lists all of them.
    """
    environment = os.environ if environment is None else environment
    missing = [
        f"{name} ({description})"
        for name, description in names.items()
        if not _is_set(name, environment)
    ]
    values = {} if missing else {name: environment[name].strip() for name in names}
    del environment  # contains tokens, and traceback formatters show local variables
    if missing:
        raise ConfigurationError(
            f"environment variables must be set: {', '.join(missing)}; or pass the arguments to the client"
        )
    return values


def _is_set(name: str, environment: Mapping[str, str]) -> bool:
    return bool(environment.get(name, "").strip())
