# Generated from aio/api_resource.py by tools/unasync.py; edit that file instead.
"""The base of everything that hangs on a client and sends operations."""

from __future__ import annotations

from typing import TypeVar

from britive_scim.sync.session import Session
from britive_scim.wire.operation import Operation
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["APIResource"]

T = TypeVar("T")


class APIResource:
    """A group of endpoints of one client, such as its users; made by the client."""

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

    def __repr__(self) -> str:
        sender = getattr(self, "_session", None)  # a debugger may show one that is not made yet
        return f"<{type(self).__name__} of {sender.base_url if sender else 'nothing yet'}>"
