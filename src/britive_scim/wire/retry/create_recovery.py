"""Whether a resource found at the server is the one whose creation was not answered."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from britive_scim.scim.models.base import Resource
from britive_scim.wire.decoding.json_fields import is_list, is_object, member
from britive_scim.wire.response import Answer
from britive_scim.wire.retry.policy import RetryPolicy, http_date

__all__ = ["began_at", "holds", "looks", "older", "surely_ours"]

_SKEW = 300.0
"""Seconds by which two clocks may differ before it matters."""

_LOOKS = (2.0, 4.0)
"""Waits before the second and third look for what was created, in first waits of the policy: indexes lag."""

_OURS_ALONE = frozenset({"schemas", "password", "members"})
"""What an answer does not repeat, or look-ups leave out."""


def looks(policy: RetryPolicy) -> tuple[float, ...]:
    """Return the seconds to wait before each look for a resource whose creation was not answered.

    The first is at once; a policy that never tries again looks once. The usual policy looks after 0, 1 and
    2 s, one with shorter waits sooner; none waits longer in all than it allows a call.
    """
    waits = [0.0]
    if policy.attempts > 1:
        for factor in _LOOKS:
            wait = min(factor * policy.first_wait, policy.max_wait)
            if sum(waits) + wait <= policy.total:
                waits.append(wait)
    return tuple(waits)


def began_at(answer: Answer | None, elapsed: float) -> float:
    """Return when a call began, in seconds since the epoch by the server's clock where it tells the time.

    Args:
        answer: a later answer of the server, whose `Date` header is gone by.
        elapsed: seconds since the call began.
    """
    told = http_date(answer.headers.get("date", "")) if answer is not None else None
    return (time.time() if told is None else told) - elapsed


def older(found: Resource, began: float) -> bool:
    """Return whether a resource was there clearly before a call began, which therefore did not create it."""
    created = found.meta.created if found.meta is not None else None
    return created is not None and created.timestamp() < began - _SKEW


def surely_ours(sent: Mapping[str, Any], found: Resource) -> bool:
    """Return whether `found` is what `sent` was to create.

    An `externalId` decides where both have one: only the sender of it gives it out. Without, `found` must
    say everything that was sent; another person's record of the same name is not ours.

    Args:
        sent: body of the request.
        found: what the server has.
    """
    body = found.to_wire()
    given, kept = member(sent, "externalId"), member(body, "externalId")
    if given and kept:
        return bool(given == kept)
    return _holds(body, sent, _OURS_ALONE | {"externalId"})


def holds(found: Resource, sent: Mapping[str, Any]) -> bool:
    """Return whether a resource read back says everything that was sent to replace it."""
    return _holds(found.to_wire(), sent, frozenset({"schemas", "password"}))


def _holds(body: Mapping[str, Any], sent: Mapping[str, Any], but: frozenset[str]) -> bool:
    return all(_says(member(body, name), value) for name, value in sent.items() if name not in but)


def _says(found: Any, sent: Any) -> bool:
    """Return whether `found` holds everything that `sent` holds, texts compared without case.

    An empty text is one that is not there: some servers keep none.
    """
    if sent == "":
        return found in ("", None)
    if is_object(sent):
        return is_object(found) and all(_says(member(found, k), v) for k, v in sent.items())
    if is_list(sent):
        return is_list(found) and all(any(_says(item, one) for item in found) for one in sent)
    if isinstance(sent, str) and isinstance(found, str):
        return sent.casefold() == found.casefold()
    return type(sent) is type(found) and bool(sent == found)
