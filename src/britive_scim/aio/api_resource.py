"""The base of everything that hangs on a client and sends operations."""

from __future__ import annotations

from typing import TypeVar

from britive_scim.aio.session import AsyncSession
from britive_scim.wire.operation import Operation
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncAPIResource"]

T = TypeVar("T")


class AsyncAPIResource:
    """A group of endpoints of one client, such as its users; made by the client."""

    __slots__ = ("_session",)

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def _send(
        self,
        operation: Operation[T],
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> T:
        return await self._session.send(operation, timeout=timeout, retry=retry)

    def __repr__(self) -> str:
        sender = getattr(self, "_session", None)  # a debugger may show one that is not made yet
        return f"<{type(self).__name__} of {sender.base_url if sender else 'nothing yet'}>"
