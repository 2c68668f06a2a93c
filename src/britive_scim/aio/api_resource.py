"""The base of everything that hangs on a client and sends operations."""

from __future__ import annotations

from typing import Any, TypeVar

from typing_extensions import Unpack

from britive_scim.aio.session import AsyncSender
from britive_scim.wire.calling import strict_methods
from britive_scim.wire.operation import CallOptions, Operation

__all__ = ["AsyncNoun"]

T = TypeVar("T")


class AsyncNoun:
    """A group of endpoints of one client, such as its users; made by the client."""

    __slots__ = ("_sender",)

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        strict_methods(cls)

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def _send(self, operation: Operation[T], **call: Unpack[CallOptions]) -> T:
        return await self._sender.send(operation, **call)

    def __repr__(self) -> str:
        sender = getattr(self, "_sender", None)  # a debugger may show one that is not made yet
        return f"<{type(self).__name__} of {sender.base_url if sender else 'nothing yet'}>"
