"""Interfaces of user-supplied transports, HTTP clients, clocks and tracer providers."""

from __future__ import annotations

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
    "check_methods",
    "check_transport",
    "get_transport_clock",
]


def check_transport(transport: object, *, is_async: bool) -> None:
    """Check that `transport` is async, or sync, like its client; `None` is allowed.

    Raises:
        ConfigurationError: it does not have the methods of such a transport.
    """
    if is_async:
        methods = ("handle_async_request", "aclose")
        example = "httpx.AsyncHTTPTransport() or tenant.async_transport()"
    else:
        methods = ("handle_request", "close")
        example = "httpx.HTTPTransport() or tenant.transport()"
    check_methods("transport", transport, methods, example)


def check_http_client(client: object, *, is_async: bool) -> None:
    """Check that `client` is async, or sync, like the client that uses it; `None` is allowed.

    Raises:
        ConfigurationError: it does not have the methods of such an HTTP client.
    """
    methods = ("build_request", "send", "aclose" if is_async else "close")
    example = "httpx.AsyncClient()" if is_async else "httpx.Client()"
    check_methods("http_client", client, methods, example)


def get_transport_clock(transport: object) -> Clock | None:
    """Return the clock of a transport, as one that replays a recording has, or `None`."""
    clock = getattr(transport, "clock", None)
    return clock if _has_methods(clock, "monotonic", "sleep") else None


def check_methods(name: str, candidate: object, methods: tuple[str, ...], example: str) -> None:
    """Check that `candidate` is an object with some methods, or `None`.

    Raises:
        ConfigurationError: it does not have them.
    """
    if candidate is None or _has_methods(candidate, *methods):
        return
    actual = (
        f"the class {candidate.__name__}"
        if isinstance(candidate, type)
        else type(candidate).__name__
    )
    raise ConfigurationError(
        f"{name} must be an object with the methods {', '.join(methods)}, got {actual}; use such as {example}"
    )


def _has_methods(candidate: object, *methods: str) -> bool:
    return not isinstance(candidate, type) and all(
        callable(getattr(candidate, method, None)) for method in methods
    )


class Transport(Protocol):
    """Transport of httpx: `httpx.HTTPTransport`, `httpx.MockTransport`, the emulated tenant's."""

    def handle_request(self, request: Any, /) -> Any:
        """Send `request` and return the response."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class AsyncTransport(Protocol):
    """Async transport of httpx: `httpx.AsyncHTTPTransport`, the emulated tenant's."""

    async def handle_async_request(self, request: Any, /) -> Any:
        """Send `request` and return the response."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class HttpClient(Protocol):
    """Client of httpx, or one with its interface such as httpx2."""

    @property
    def build_request(self) -> Callable[..., Any]:
        """Build a request."""
        ...

    @property
    def send(self) -> Callable[..., Any]:
        """Send a request and return the response."""
        ...

    @property
    def close(self) -> Callable[[], None]:
        """Close the connections."""
        ...


class AsyncHttpClient(Protocol):
    """Async client of httpx, or one with its interface such as httpx2."""

    @property
    def build_request(self) -> Callable[..., Any]:
        """Build a request."""
        ...

    @property
    def send(self) -> Callable[..., Any]:
        """Send a request and return the response, awaited."""
        ...

    @property
    def aclose(self) -> Callable[[], Any]:
        """Close the connections, awaited."""
        ...


class TracerProvider(Protocol):
    """Tracer provider of OpenTelemetry."""

    @property
    def get_tracer(self) -> Callable[..., Any]:
        """Return a tracer for a library."""
        ...


class Clock(Protocol):
    """Time source of the retries; a testing clock advances in `sleep` and `asleep` without waiting."""

    def monotonic(self) -> float:
        """Return the seconds since a fixed point in time."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Wait for `seconds`, in a sync client."""
        ...

    async def asleep(self, seconds: float, /) -> None:
        """Wait for `seconds`, in an async client."""
        ...
