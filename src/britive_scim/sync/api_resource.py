# Generated from aio/api_resource.py by tools/unasync.py; edit that file instead.
"""API resources: groups of endpoints of one client, created on first use."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, overload

from britive_scim._hints import build_attribute_error
from britive_scim.sync.session import Session
from britive_scim.wire.operation import CallOptions, Operation
from britive_scim.wire.retry.policy import RetryPolicy

if TYPE_CHECKING:
    from britive_scim.sync.change_recovery import ChangeReader

__all__ = ["APIResourceAttribute", "APIResource"]

A = TypeVar("A", bound="APIResource")
T = TypeVar("T")


class APIResource:
    """Group of endpoints of one client, such as its users; created by the client."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def _send(
        self,
        operation: Operation[T],
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> T:
        return self._session.send(operation, timeout=timeout, retry=retry)

    def _send_idempotent(
        self, operation: Operation[T], read: ChangeReader[T], call: CallOptions
    ) -> T:
        """Send a change that may be sent twice; after an uncertain outcome its result is read.

        Args:
            operation: the change.
            read: reads whether the change is in effect.
            call: timeout and retry policy.
        """
        from britive_scim.sync.change_recovery import (
            send_idempotent_change,  # needed for changes only
        )

        return send_idempotent_change(
            self._session, partial(self._send_with_options, operation), read, call
        )

    def _send_with_options(self, operation: Operation[T], call: CallOptions) -> T:
        return self._send(operation, **call)

    if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist

        def __getattr__(self, name: str) -> NoReturn:
            raise build_attribute_error(self, name)

    def __repr__(self) -> str:
        session = getattr(self, "_session", None)  # a debugger may show one during __init__
        return f"<{type(self).__name__} of {session.base_url if session else 'nothing yet'}>"


class APIResourceAttribute(Generic[A]):
    """Class attribute of a client that imports and creates an API resource on first use.

    On the class itself it is the class of the resource, so that `help(ScimClient.users.list)` works.

    Args:
        get_class: returns the class of the resource, from a package that imports it on first use.
        build: creates the resource for a client; `None` calls the class with the session.
    """

    __slots__ = ("_build", "_get_class", "_name")

    def __init__(
        self, get_class: Callable[[], type[A]], build: Callable[[Any], A] | None = None
    ) -> None:
        self._get_class = get_class
        self._build = build
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, client: None, owner: type) -> type[A]: ...
    @overload
    def __get__(self, client: object, owner: type) -> A: ...
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self._get_class()
        resource = (
            self._get_class()(client._session) if self._build is None else self._build(client)
        )
        # Later reads find the instance attribute. Of two threads, both get the same resource.
        return client.__dict__.setdefault(self._name, resource)
