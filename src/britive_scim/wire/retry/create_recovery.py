"""Whether a resource found at the server is the one whose creation was not answered."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from britive_scim.scim.models.base import Resource
from britive_scim.wire.decoding.json_fields import get_field, is_list, is_object
from britive_scim.wire.response import Response
from britive_scim.wire.retry.headers import parse_http_date
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = [
    "compute_lookup_delays",
    "compute_start_time",
    "has_sent_values",
    "is_created_before",
    "is_created_by_request",
]

_MAX_CLOCK_SKEW = 300.0
"""Seconds by which two clocks may differ before it matters."""

_LOOKUP_DELAY_FACTORS = (2.0, 4.0)
"""Waits before the second and third look for what was created, in first waits of the policy: indexes lag."""

_UNCOMPARED_ATTRIBUTES = frozenset({"schemas", "password", "members"})
"""What an answer does not repeat, or look-ups leave out."""


def compute_lookup_delays(policy: RetryPolicy) -> tuple[float, ...]:
    """Return the seconds to wait before each look for a resource whose creation was not answered.

    The first is at once; a policy that never tries again looks once. The usual policy looks after 0, 1 and
    2 s, one with shorter waits sooner; none waits longer in all than it allows a call.
    """
    waits = [0.0]
    if policy.attempts > 1:
        for factor in _LOOKUP_DELAY_FACTORS:
            wait = min(factor * policy.first_wait, policy.max_wait)
            if sum(waits) + wait <= policy.total:
                waits.append(wait)
    return tuple(waits)


def compute_start_time(response: Response | None, elapsed: float) -> float:
    """Return when a call began, in seconds since the epoch by the server's clock where it tells the time.

    Args:
        response: a later answer of the server, whose `Date` header is gone by.
        elapsed: seconds since the call began.
    """
    told = parse_http_date(response.headers.get("date", "")) if response is not None else None
    return (time.time() if told is None else told) - elapsed


def is_created_before(resource: Resource, start_time: float) -> bool:
    """Return whether a resource was there clearly before a call began, which therefore did not create it."""
    created = resource.meta.created if resource.meta is not None else None
    return created is not None and created.timestamp() < start_time - _MAX_CLOCK_SKEW


def is_created_by_request(request_body: Mapping[str, Any], resource: Resource) -> bool:
    """Return whether `resource` is what `request_body` was to create.

    An `externalId` decides where both have one: only the sender of it gives it out. Without, `resource` must
    say everything that was sent; another person's record of the same name is not ours.

    Args:
        request_body: body of the request.
        resource: what the server has.
    """
    body = resource.to_wire()
    given, kept = get_field(request_body, "externalId"), get_field(body, "externalId")
    if given and kept:
        return bool(given == kept)
    return _has_values(body, request_body, _UNCOMPARED_ATTRIBUTES | {"externalId"})


def has_sent_values(resource: Resource, request_body: Mapping[str, Any]) -> bool:
    """Return whether a resource read back says everything that was sent to replace it."""
    return _has_values(resource.to_wire(), request_body, frozenset({"schemas", "password"}))


def _has_values(
    body: Mapping[str, Any], request_body: Mapping[str, Any], ignored: frozenset[str]
) -> bool:
    return all(
        _has_value(get_field(body, name), value)
        for name, value in request_body.items()
        if name not in ignored
    )


def _has_value(found: Any, expected: Any) -> bool:
    """Return whether `found` holds everything that `expected` holds, texts compared without case.

    An empty text is one that is not there: some servers keep none.
    """
    if expected == "":
        return found in ("", None)
    if is_object(expected):
        return is_object(found) and all(
            _has_value(get_field(found, k), v) for k, v in expected.items()
        )
    if is_list(expected):
        return is_list(found) and all(
            any(_has_value(item, one) for item in found) for one in expected
        )
    if isinstance(expected, str) and isinstance(found, str):
        return expected.casefold() == found.casefold()
    return type(expected) is type(found) and bool(expected == found)
