"""Keywords of calls: one that no method has is refused as Python does, before anything is sent.

Every public method takes `**call: Unpack[CallOptions]`, which at run time takes anything. So the base of
the clients and of what hangs on them puts `reject_unknown_keywords` around each such method, here and nowhere else.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import wraps
from typing import Any, TypeVar, cast

from britive_scim.wire.operation import CallOptions
from britive_scim.wire.retry.policy import resolve_retry_policy
from britive_scim.wire.settings import validate_timeout

__all__ = ["reject_unknown_keywords", "reject_unknown_keywords_in_methods"]

F = TypeVar("F", bound=Callable[..., Any])

_CALL_OPTION_NAMES = frozenset(CallOptions.__annotations__)


def reject_unknown_keywords_in_methods(cls: type) -> None:
    """Put `reject_unknown_keywords` around every public method of `cls` itself that takes any keyword."""
    for name, method in list(vars(cls).items()):
        if not name.startswith("_") and inspect.isfunction(method):
            setattr(cls, name, reject_unknown_keywords(method))


def reject_unknown_keywords(method: F) -> F:
    """Return `method` so that it takes its own parameters and `CallOptions`, and no other keyword.

    A method without `**` is returned as it is.
    """
    code = cast("Any", method).__code__
    if not code.co_flags & inspect.CO_VARKEYWORDS or hasattr(method, "__wrapped__"):
        return method
    known = (
        frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
        | _CALL_OPTION_NAMES
    )

    def check(owner: object, keywords: Mapping[str, Any]) -> None:
        if not keywords.keys() <= known:
            raise _build_unknown_keyword_error(
                f"{type(owner).__name__}.{code.co_name}()", keywords, known
            )
        if "retry" in keywords:
            resolve_retry_policy(keywords["retry"])
        if "timeout" in keywords:
            validate_timeout(keywords["timeout"])

    if inspect.iscoroutinefunction(method):

        @wraps(method)
        async def async_wrapper(self: Any, /, *arguments: Any, **keywords: Any) -> Any:
            if keywords:
                check(self, keywords)
            return await method(self, *arguments, **keywords)

        return cast("F", async_wrapper)

    @wraps(method)
    def sync_wrapper(self: Any, /, *arguments: Any, **keywords: Any) -> Any:
        if keywords:
            check(self, keywords)
        return method(self, *arguments, **keywords)

    return cast("F", sync_wrapper)


def _build_unknown_keyword_error(
    method_name: str, keywords: Mapping[str, Any], known: frozenset[str]
) -> TypeError:
    name = next(name for name in keywords if name not in known)
    close = get_close_matches(name, sorted(known - {"self"}), n=1)
    taken = ", ".join(sorted(known - {"self"}))
    hint = f". Did you mean '{close[0]}'?" if close else f"; it takes {taken}"
    return TypeError(f"{method_name} got an unexpected keyword argument '{name}'{hint}")
