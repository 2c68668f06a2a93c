# Generated from aio/api_resource.py by tools/unasync.py; edit that file instead.
"""The base of everything that hangs on a client and sends operations."""

from __future__ import annotations

from typing import Any, TypeVar

from typing_extensions import Unpack

from britive_scim.sync.session import Sender
from britive_scim.wire.calling import strict_methods
from britive_scim.wire.operation import CallOptions, Operation

__all__ = ["Noun"]

T = TypeVar("T")


class Noun:
    """A group of endpoints of one client, such as its users; made by the client."""

    __slots__ = ("_sender",)

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        strict_methods(cls)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def _send(self, operation: Operation[T], **call: Unpack[CallOptions]) -> T:
        return self._sender.send(operation, **call)

    def __repr__(self) -> str:
        sender = getattr(self, "_sender", None)  # a debugger may show one that is not made yet
        return f"<{type(self).__name__} of {sender.base_url if sender else 'nothing yet'}>"
