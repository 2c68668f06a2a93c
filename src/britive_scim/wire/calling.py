"""Keywords of calls: one that no method has is refused as Python does, before anything is sent.

Every public method takes `**call: Unpack[CallOptions]`, which at run time takes anything. So the base of
the clients and of what hangs on them puts `strict` around each such method, here and nowhere else.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import wraps
from typing import Any, TypeVar, cast

from britive_scim.wire.operation import CallOptions
from britive_scim.wire.retry.policy import checked_policy
from britive_scim.wire.settings import checked_timeout

__all__ = ["strict", "strict_methods"]

F = TypeVar("F", bound=Callable[..., Any])

_CALL = frozenset(CallOptions.__annotations__)


def strict_methods(cls: type) -> None:
    """Put `strict` around every public method of `cls` itself that takes any keyword."""
    for name, method in list(vars(cls).items()):
        if not name.startswith("_") and inspect.isfunction(method):
            setattr(cls, name, strict(method))


def strict(method: F) -> F:
    """Return `method` so that it takes its own parameters and `CallOptions`, and no other keyword.

    A method without `**` is returned as it is.
    """
    code = cast("Any", method).__code__
    if not code.co_flags & inspect.CO_VARKEYWORDS or hasattr(method, "__wrapped__"):
        return method
    known = frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]) | _CALL

    def check(owner: object, keywords: Mapping[str, Any]) -> None:
        if not keywords.keys() <= known:
            raise _refusal(f"{type(owner).__name__}.{code.co_name}()", keywords, known)
        if "retry" in keywords:
            checked_policy(keywords["retry"])
        if "timeout" in keywords:
            checked_timeout(keywords["timeout"])

    if inspect.iscoroutinefunction(method):

        @wraps(method)
        async def later(self: Any, /, *arguments: Any, **keywords: Any) -> Any:
            if keywords:
                check(self, keywords)
            return await method(self, *arguments, **keywords)

        return cast("F", later)

    @wraps(method)
    def at_once(self: Any, /, *arguments: Any, **keywords: Any) -> Any:
        if keywords:
            check(self, keywords)
        return method(self, *arguments, **keywords)

    return cast("F", at_once)


def _refusal(called: str, keywords: Mapping[str, Any], known: frozenset[str]) -> TypeError:
    name = next(name for name in keywords if name not in known)
    close = get_close_matches(name, sorted(known - {"self"}), n=1)
    taken = ", ".join(sorted(known - {"self"}))
    hint = f". Did you mean '{close[0]}'?" if close else f"; it takes {taken}"
    return TypeError(f"{called} got an unexpected keyword argument '{name}'{hint}")
