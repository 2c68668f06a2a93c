"""Recovery of a create without a response: look-up delays, and recognition of the created resource."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from britive_scim import scim
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.wire.decoding.json_fields import get_field
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
"""Tolerated difference of two clocks in seconds."""

_LOOKUP_DELAY_FACTORS = (2.0, 4.0)
"""Delays of the second and third look-up, as multiples of the policy's first wait: server indexes lag."""

_UNCOMPARED_ATTRIBUTES = frozenset({"schemas", "password", "members"})
"""Attributes that responses or look-ups omit."""


def compute_lookup_delays(policy: RetryPolicy, *, elapsed: float = 0.0) -> tuple[float, ...]:
    """Return the seconds to wait before each look-up of a resource whose create had no response.

    The first look-up is immediate; a policy without retries has no other. The default policy looks up after
    0, 1 and 2 s. None but the first starts later than the policy's `total`.

    Args:
        policy: retry policy of the call.
        elapsed: seconds since the start of the call.
    """
    delays = [0.0]
    if policy.attempts > 1:
        for factor in _LOOKUP_DELAY_FACTORS:
            delay = min(factor * policy.first_wait, policy.max_wait)
            if elapsed + sum(delays) + delay <= policy.total:
                delays.append(delay)
    return tuple(delays)


def compute_start_time(response: Response | None, elapsed: float) -> float:
    """Return the start of a call in seconds since the epoch, by the server's clock if known.

    Args:
        response: a later response of the server, for its `Date` header.
        elapsed: seconds since the start of the call.
    """
    date = parse_http_date(response.headers.get("date", "")) if response is not None else None
    return (time.time() if date is None else date) - elapsed


def is_created_before(resource: scim.Resource, start_time: float) -> bool:
    """Return whether a resource was certainly created before a call started."""
    created = resource.meta.created if resource.meta is not None else None
    return created is not None and created.timestamp() < start_time - _MAX_CLOCK_SKEW


def is_created_by_request(request_body: Mapping[str, Any], resource: scim.Resource) -> bool:
    """Return whether `resource` was created by `request_body`.

    If both have an `externalId`, it decides, because the client assigns it. Else the resource must have all
    values sent, because the same name may belong to another person.

    Args:
        request_body: body of the request.
        resource: the resource at the server.
    """
    body = resource.to_wire()
    sent_id, actual_id = get_field(request_body, "externalId"), get_field(body, "externalId")
    if sent_id and actual_id:
        return bool(sent_id == actual_id)
    return _has_values(body, request_body, _UNCOMPARED_ATTRIBUTES | {"externalId"})


def has_sent_values(resource: scim.Resource, request_body: Mapping[str, Any]) -> bool:
    """Return whether a resource has all values of the request that replaced it."""
    return _has_values(resource.to_wire(), request_body, frozenset({"schemas", "password"}))


def _has_values(
    body: Mapping[str, Any], request_body: Mapping[str, Any], ignored: frozenset[str]
) -> bool:
    return all(
        _has_value(get_field(body, name), value)
        for name, value in request_body.items()
        if name not in ignored
    )


def _has_value(actual: Any, expected: Any) -> bool:
    """Return whether `actual` contains all of `expected`, ignoring the case of strings.

    An empty string equals a missing value: some servers do not store it.
    """
    if expected == "":
        return actual in ("", None)
    if is_object(expected):
        return is_object(actual) and all(
            _has_value(get_field(actual, name), value) for name, value in expected.items()
        )
    if is_list(expected):
        return is_list(actual) and all(
            any(_has_value(item, value) for item in actual) for value in expected
        )
    if isinstance(expected, str) and isinstance(actual, str):
        return expected.casefold() == actual.casefold()
    return type(expected) is type(actual) and bool(expected == actual)
