"""The base of everything that hangs on a client and sends operations."""

from __future__ import annotations

from typing import Any, TypeVar

from typing_extensions import Unpack

from britive_scim.aio.session import AsyncSession
from britive_scim.wire.calling import reject_unknown_keywords_in_methods
from britive_scim.wire.operation import CallOptions, Operation

__all__ = ["AsyncAPIResource"]

T = TypeVar("T")


class AsyncAPIResource:
    """A group of endpoints of one client, such as its users; made by the client."""

    __slots__ = ("_session",)

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        reject_unknown_keywords_in_methods(cls)

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def _send(self, operation: Operation[T], **call: Unpack[CallOptions]) -> T:
        return await self._session.send(operation, **call)

    def __repr__(self) -> str:
        sender = getattr(self, "_session", None)  # a debugger may show one that is not made yet
        return f"<{type(self).__name__} of {sender.base_url if sender else 'nothing yet'}>"
