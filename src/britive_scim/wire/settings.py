"""What a client is made with besides its address and token, checked when it is made."""

from __future__ import annotations

import math
import os
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from britive_scim.errors import ConfigurationError
from britive_scim.wire.protocols import (
    Clock,
    TracerProvider,
)
from britive_scim.wire.proxy import ProxyUrl
from britive_scim.wire.retry.policy import is_integer_between, is_seconds

__all__ = ["AttemptEvent", "Settings", "read_environment", "resolve_settings", "validate_timeout"]

# ------------------------------------------------------------------- what callers may bring along


# ------------------------------------------------------------------------------------- what hooks see


@dataclass(frozen=True, slots=True)
class AttemptEvent:
    """One try of one request, as hooks see it: no query, no bodies, no token.

    Attributes:
        method: HTTP method.
        path: path below the base URL, without query.
        template: the same with `{}` for each id.
        status: HTTP status of the answer, or `None` where none came.
        failure_reason: why no answer came, or `None`.
        seconds: from the start of the try to the end of the answer.
        attempt: 1 for the first try.
        request_id: the server's id of the request, where it sent one.
    """

    method: str
    path: str
    template: str
    status: int | None
    failure_reason: str | None
    seconds: float
    attempt: int
    request_id: str | None


# ------------------------------------------------------------------------------------------- settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings that most clients leave alone.

    Attributes:
        page_size: resources asked for a page, from 1 to 10,000. The server may send fewer.
        max_connections: connections open at a time, from 1 to 512; more callers than that wait.
        rate_limit: most requests a second over all threads and tasks of the client; `None` for no limit.
        max_response_bytes: largest answer in bytes, after decompression.
        tls: TLS context for https; `None` for the system's trust store, `SSL_CERT_FILE` and
            `SSL_CERT_DIR` respected. Verification is only ever weakened here, in the caller's code.
        proxy: URL of a proxy, `None` for the environment's, `False` for none.
        allow_http: accept a base URL without TLS. The token then travels readable by anyone between.
        tracer_provider: where OpenTelemetry is told of each call, if it is installed: `None` for the
            provider of the process, `False` for nowhere.
        hooks: functions called with an `AttemptEvent` after each try. What they raise goes to the caller.
        dialect: how changes of users and groups are written: as Okta or as Microsoft Entra does.
        changes: whether a part of a resource is changed by PATCH, or by reading it and sending all of it
            by PUT. `None` does what the provider can: PATCH until it says, in its configuration or by
            405 or 501, that it cannot.
        paging: whether lists begin by index or by cursor (RFC 9865). `None` begins by cursor where the
            provider's configuration was read and has it, else by index; a cursor in an answer is
            followed in any case.
        http2: speak HTTP/2 where the server does; needs the package `h2` (`britive-scim[http2]`). Each
            connection still carries one request at a time.
        log_bodies: log what is sent and answered at level DEBUG: personal data, passwords and tokens
            masked, at most 4,000 characters each.
        user_agent: put in front of the library's own name in `User-Agent`.
        clock: time as the retries see it; a testing clock makes them run without waiting.

    Raises:
        ConfigurationError: a value out of its range.
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
        _check_integer("page_size", self.page_size, 1, 10_000)
        _check_integer("max_connections", self.max_connections, 1, 512)
        _check_integer("max_response_bytes", self.max_response_bytes, 1024, 2**31)
        if self.rate_limit is not None and (
            not is_seconds(self.rate_limit) or not 0.001 <= self.rate_limit <= 10_000
        ):
            raise ConfigurationError(
                f"Settings(rate_limit=…) takes requests a second, 0.001 to 10,000, not {self.rate_limit!r}"
            )
        if self.dialect not in ("okta", "entra"):
            raise ConfigurationError(
                f"Settings(dialect=…) is 'okta' or 'entra', not {self.dialect!r}"
            )
        if self.changes not in (None, "patch", "put"):
            raise ConfigurationError(
                f"Settings(changes=…) is 'patch', 'put' or None, not {self.changes!r}"
            )
        if self.paging not in (None, "index", "cursor"):
            raise ConfigurationError(
                f"Settings(paging=…) is 'index', 'cursor' or None, not {self.paging!r}"
            )
        if type(self.hooks) is not tuple or not all(map(callable, self.hooks)):
            raise ConfigurationError(
                f"Settings(hooks=…) takes a tuple of functions, not {self.hooks!r}"
            )
        if self.tracer_provider not in (None, False) and not callable(
            getattr(self.tracer_provider, "get_tracer", None)
        ):
            raise ConfigurationError(
                "Settings(tracer_provider=…) takes a tracer provider of OpenTelemetry, False for none, or "
                f"None for that of the process, not {type(self.tracer_provider).__name__}"
            )
        if self.user_agent is not None and not _HEADER_VALUE.fullmatch(self.user_agent):
            raise ConfigurationError(
                "Settings(user_agent=…) takes one line of visible ASCII, such as 'acme-sync/1.2'"
            )


_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?")


def _check_integer(name: str, value: object, minimum: int, maximum: int) -> None:
    if not is_integer_between(value, minimum, maximum):
        raise ConfigurationError(
            f"Settings({name}=…) takes a whole number from {minimum} to {maximum}, not {value!r}"
        )


def resolve_settings(settings: object) -> Settings:
    """Return the settings given as `settings=`; the usual ones for `None`.

    Raises:
        ConfigurationError: they are none.
    """
    if settings is None:
        return Settings()
    if isinstance(settings, Settings):
        return settings
    raise ConfigurationError(
        f"settings= takes Settings(…), such as Settings(page_size=200), or None, not {type(settings).__name__}"
    )


def validate_timeout(timeout: float) -> float:
    """Return `timeout` in seconds; `math.inf` is no limit.

    Raises:
        ConfigurationError: `timeout` is not a number of seconds above 0.
    """
    if timeout != math.inf and not (is_seconds(timeout) and timeout):
        raise ConfigurationError(
            f"timeout must be a number of seconds above 0, got {timeout!r}; give math.inf for no limit"
        )
    return float(timeout)


# -------------------------------------------------------------------------------------------- addresses


def read_environment(
    names: Mapping[str, str], environment: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the values of environment variables.

    Args:
        names: variable names, each with what it holds in words.
        environment: where to look, `os.environ` if not given.

    Raises:
        ConfigurationError: one or more are missing or empty; all of them are named.
    """
    environment = os.environ if environment is None else environment
    missing = [f"{name} ({what})" for name, what in names.items() if not _is_set(name, environment)]
    values = {} if missing else {name: environment[name].strip() for name in names}
    del environment  # it holds tokens, and formatters show the frames of an error
    if missing:
        raise ConfigurationError(
            f"missing in the environment: {', '.join(missing)}. Set them, or call the client with its arguments."
        )
    return values


def _is_set(name: str, environment: Mapping[str, str]) -> bool:
    return bool(environment.get(name, "").strip())
