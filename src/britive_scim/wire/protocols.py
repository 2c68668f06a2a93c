"""What callers bring along to send with, looked at when a client is made: by its methods, not its class."""

from __future__ import annotations

import inspect
from typing import Any

from britive_scim.errors import ConfigurationError
from britive_scim.wire.settings import Clock

__all__ = ["check_http_client", "check_transport", "clock_of"]


def check_transport(transport: object, *, asynchronous: bool) -> None:
    """Check that a client of this colour can send through `transport`; `None` is none.

    Raises:
        ConfigurationError: it is no transport, or one of the other colour.
    """
    wanted = (_SEND[asynchronous], _CLOSE[asynchronous])
    if transport is None or _offers(transport, *wanted):
        return
    named = _named(transport)
    if _offers(transport, _SEND[not asynchronous]) and not _offers(transport, wanted[0]):
        problem = f"and {named} is {_KIND[not asynchronous]}: it has {_SEND[not asynchronous]}"
    else:
        missing = next((one for one in wanted if not _offers(transport, one)), wanted[0])
        problem = f"and {named} has no {missing}" + _advice(transport, asynchronous)
    raise ConfigurationError(
        f"transport=: this client is {_KIND[asynchronous]}, {problem}. Give a transport such as "
        f"{_TRANSPORT[asynchronous]}, or use {_CLIENT[not asynchronous]}"
    )


def check_http_client(client: object, *, asynchronous: bool) -> None:
    """Check that a client of this colour can send through the HTTP client `client`; `None` is none.

    Raises:
        ConfigurationError: it is no HTTP client, or one of the other colour.
    """
    if client is None:
        return
    named = _named(client)
    fits = _offers(client, "build_request", "send", _CLOSE[asynchronous])
    if fits and (asynchronous or not inspect.iscoroutinefunction(getattr(client, "send", None))):
        return
    if _offers(client, "build_request", "send"):
        problem = f"and {named} is {_KIND[not asynchronous]}"
    else:
        problem = f"and {named} is no HTTP client: it has no build_request and send"
    raise ConfigurationError(
        f"http_client=: this client is {_KIND[asynchronous]}, {problem}. Give {_HTTP[asynchronous]}, or "
        f"use {_CLIENT[not asynchronous]}"
    )


def clock_of(transport: object) -> Clock | None:
    """Return the time that a transport brings along, as one that replays a recording does, or `None`."""
    clock = getattr(transport, "clock", None)
    return clock if _offers(clock, "monotonic", "sleep") else None


# By whether something is asynchronous.
_KIND = {False: "synchronous", True: "asynchronous"}
_SEND = {False: "handle_request", True: "handle_async_request"}
_CLOSE = {False: "close", True: "aclose"}
_TRANSPORT = {
    False: "httpx.HTTPTransport() or tenant.transport()",
    True: "httpx.AsyncHTTPTransport() or tenant.async_transport()",
}
_HTTP = {False: "an httpx.Client()", True: "an httpx.AsyncClient()"}
_CLIENT = {
    False: "the synchronous client (ScimClient, AdminClient)",
    True: "the asynchronous client (AsyncScimClient, AsyncAdminClient)",
}
_MAKERS = {False: "transport", True: "async_transport"}


def _offers(thing: Any, *methods: str) -> bool:
    return not isinstance(thing, type) and all(
        callable(getattr(thing, method, None)) for method in methods
    )


def _named(thing: object) -> str:
    if isinstance(thing, type):
        return f"the class {thing.__name__} (not an object of it)"
    return f"this {type(thing).__name__}"


def _advice(thing: object, asynchronous: bool) -> str:
    """Return what to write where a tenant, or a method of it, was given in place of its transport."""
    maker = _MAKERS[asynchronous]
    if _offers(thing, maker):
        return f" (write .{maker}() behind it)"
    if inspect.isroutine(thing):
        return " (a function: call it)"
    return ""
