"""Base class of all errors of the package."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar

from britive_scim.errors.help_url import Documented, format_help

__all__ = ["BritiveScimError", "rebuild"]

_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_MAX_CALLER_FRAMES = 4


class BritiveScimError(Documented, Exception):
    """Base class of all errors of this package.

    Raised:
        By every method, usually as one of the more specific classes below.

    Cause:
        An argument is invalid, no response was received, or the response is an error.

    Remedy:
        Catch this class around a whole run. Catch `InputError`, `TransportError` and `ApiError` to handle each
        in its own way, and a class below them for one failure.

    Attributes:
        message: the error message.
        steps: the `provisioning.Step`s that a set-up completed before it failed; empty elsewhere.

    Examples:
        >>> from britive_scim import errors
        >>> from britive_scim.testing import Tenant
        >>> okta = Tenant("acme").scim_client("Okta")
        >>> try:
        ...     okta.users.get("missing")
        ... except errors.BritiveScimError as error:
        ...     print(type(error).__name__, error.to_dict()["status"])
        NotFound 404
    """

    _fields: ClassVar[tuple[str, ...]] = ()
    """Names of the attributes that `to_dict()` returns besides the message."""

    message: str
    steps: tuple[Any, ...] = ()

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # Without __init__, so that classes with keyword-only arguments survive pickle and copy.
        return (rebuild, (type(self), self.args, self.__dict__.copy()))

    def _render_traceback_(self) -> list[str]:
        """Return the traceback that IPython shows: the last frames of the caller, the method called, and the help."""
        import traceback  # needed in notebooks only

        frames = traceback.extract_tb(self.__traceback__)
        is_own = [frame.filename.startswith(_PACKAGE) for frame in frames]
        first = is_own.index(True) if any(is_own) else len(frames)
        callers = [frame for frame in frames[:first] if "IPython" not in frame.filename]
        shown = [*callers[-_MAX_CALLER_FRAMES:], *frames[first : first + 1]]
        lines = [
            *traceback.format_list(shown),
            *traceback.format_exception_only(self),
            format_help(self),
        ]
        return "".join(["Traceback (most recent call last):\n", *lines]).splitlines()

    def to_dict(self) -> dict[str, Any]:
        """Return the error as JSON data: `type`, `message`, the fields of the class, and `steps` if there are any."""
        fields: dict[str, Any] = {"type": type(self).__name__, "message": self.message}
        for name in self._fields:
            fields[name] = getattr(self, name)
        if self.steps:
            fields["steps"] = [
                {"name": step.name, "outcome": step.outcome, "detail": step.detail}
                for step in self.steps
            ]
        return fields


def rebuild(
    cls: type[BritiveScimError], args: tuple[Any, ...], state: dict[str, Any]
) -> BritiveScimError:
    """Return the error with these arguments and attributes, without calling the class."""
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error
