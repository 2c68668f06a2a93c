"""What callers bring along to send with, looked at when a client is made: by its methods, not its class."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Protocol

from britive_scim.errors import ConfigurationError

__all__ = [
    "AsyncHttpClient",
    "AsyncTransport",
    "Clock",
    "HttpClient",
    "TracerProvider",
    "Transport",
    "check_http_client",
    "check_transport",
    "get_transport_clock",
]


def check_transport(transport: object, *, is_async: bool) -> None:
    """Check that a client of this colour can send through `transport`; `None` is none.

    Raises:
        ConfigurationError: it is no transport, or one of the other colour.
    """
    wanted = (_SEND_METHODS[is_async], _CLOSE_METHODS[is_async])
    if transport is None or _has_methods(transport, *wanted):
        return
    named = _describe_object(transport)
    if _has_methods(transport, _SEND_METHODS[not is_async]) and not _has_methods(
        transport, wanted[0]
    ):
        problem = (
            f"and {named} is {_FLAVOUR_NAMES[not is_async]}: it has {_SEND_METHODS[not is_async]}"
        )
    else:
        missing = next((one for one in wanted if not _has_methods(transport, one)), wanted[0])
        problem = f"and {named} has no {missing}" + _suggest_fix(transport, is_async)
    raise ConfigurationError(
        f"transport=: this client is {_FLAVOUR_NAMES[is_async]}, {problem}. Give a transport such as "
        f"{_TRANSPORT_EXAMPLES[is_async]}, or use {_CLIENT_NAMES[not is_async]}"
    )


def check_http_client(client: object, *, is_async: bool) -> None:
    """Check that a client of this colour can send through the HTTP client `client`; `None` is none.

    Raises:
        ConfigurationError: it is no HTTP client, or one of the other colour.
    """
    if client is None:
        return
    named = _describe_object(client)
    fits = _has_methods(client, "build_request", "send", _CLOSE_METHODS[is_async])
    if fits and (is_async or not inspect.iscoroutinefunction(getattr(client, "send", None))):
        return
    if _has_methods(client, "build_request", "send"):
        problem = f"and {named} is {_FLAVOUR_NAMES[not is_async]}"
    else:
        problem = f"and {named} is no HTTP client: it has no build_request and send"
    raise ConfigurationError(
        f"http_client=: this client is {_FLAVOUR_NAMES[is_async]}, {problem}. Give {_HTTP_CLIENT_EXAMPLES[is_async]}, or "
        f"use {_CLIENT_NAMES[not is_async]}"
    )


def get_transport_clock(transport: object) -> Clock | None:
    """Return the time that a transport brings along, as one that replays a recording does, or `None`."""
    clock = getattr(transport, "clock", None)
    return clock if _has_methods(clock, "monotonic", "sleep") else None


# By whether something is asynchronous.
_FLAVOUR_NAMES = {False: "synchronous", True: "asynchronous"}
_SEND_METHODS = {False: "handle_request", True: "handle_async_request"}
_CLOSE_METHODS = {False: "close", True: "aclose"}
_TRANSPORT_EXAMPLES = {
    False: "httpx.HTTPTransport() or tenant.transport()",
    True: "httpx.AsyncHTTPTransport() or tenant.async_transport()",
}
_HTTP_CLIENT_EXAMPLES = {False: "an httpx.Client()", True: "an httpx.AsyncClient()"}
_CLIENT_NAMES = {
    False: "the synchronous client (ScimClient, AdminClient)",
    True: "the asynchronous client (AsyncScimClient, AsyncAdminClient)",
}
_TRANSPORT_FACTORY_METHODS = {False: "transport", True: "async_transport"}


def _has_methods(candidate: Any, *methods: str) -> bool:
    return not isinstance(candidate, type) and all(
        callable(getattr(candidate, method, None)) for method in methods
    )


def _describe_object(candidate: object) -> str:
    if isinstance(candidate, type):
        return f"the class {candidate.__name__} (not an object of it)"
    return f"this {type(candidate).__name__}"


def _suggest_fix(candidate: object, is_async: bool) -> str:
    """Return what to write where a tenant, or a method of it, was given in place of its transport."""
    maker = _TRANSPORT_FACTORY_METHODS[is_async]
    if _has_methods(candidate, maker):
        return f" (write .{maker}() behind it)"
    if inspect.isroutine(candidate):
        return " (a function: call it)"
    return ""


class Transport(Protocol):
    """A transport of httpx: `httpx.HTTPTransport`, `httpx.MockTransport`, the emulated tenant's."""

    def handle_request(self, request: Any, /) -> Any:
        """Send `request` and return the response."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


class AsyncTransport(Protocol):
    """A transport of httpx for async: `httpx.AsyncHTTPTransport`, the emulated tenant's."""

    async def handle_async_request(self, request: Any, /) -> Any:
        """Send `request` and return the response."""
        ...

    async def aclose(self) -> None:
        """Close what is open."""
        ...


class HttpClient(Protocol):
    """A client of httpx, or one with its interface such as httpx2."""

    @property
    def build_request(self) -> Callable[..., Any]:
        """Make a request."""
        ...

    @property
    def send(self) -> Callable[..., Any]:
        """Send a request and return the response."""
        ...

    @property
    def close(self) -> Callable[[], None]:
        """Close what is open."""
        ...


class AsyncHttpClient(Protocol):
    """A client of httpx for async, or one with its interface such as httpx2."""

    @property
    def build_request(self) -> Callable[..., Any]:
        """Make a request."""
        ...

    @property
    def send(self) -> Callable[..., Any]:
        """Send a request; to be awaited."""
        ...

    @property
    def aclose(self) -> Callable[[], Any]:
        """Close what is open; to be awaited."""
        ...


class TracerProvider(Protocol):
    """A tracer provider of OpenTelemetry."""

    @property
    def get_tracer(self) -> Callable[..., Any]:
        """Return a tracer for a library."""
        ...


class Clock(Protocol):
    """Time as the retries see it. A clock of a test moves when it is told to sleep, and never waits."""

    def monotonic(self) -> float:
        """Return seconds since any fixed point."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Let `seconds` pass."""
        ...
