"""Recovery of a create without a response: look-up delays, and recognition of the created resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from britive_scim import scim
from britive_scim.errors import Conflict
from britive_scim.wire.decoding.stored_values import (
    get_stored_member_ids,
    has_sent_members,
    has_unidentified_members,
    iter_deviations,
)
from britive_scim.wire.requests.lookup import LookupKey
from britive_scim.wire.requests.member_changes import get_member_ids
from britive_scim.wire.response import Response, get_server_time
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.retry.uncertainty import LOOKUP_ADVICE

__all__ = [
    "compute_lookup_delays",
    "compute_start_time",
    "explain_hidden_resource",
    "has_sent_values",
    "is_created_before",
    "is_created_by_request",
]

_MAX_CLOCK_SKEW = 300.0
"""Tolerated difference of two clocks in seconds."""

_LOOKUP_DELAY_FACTORS = (2.0, 4.0)
"""Delays of the second and third look-up, as multiples of the policy's first wait: server indexes lag."""


def compute_lookup_delays(policy: RetryPolicy, *, elapsed: float = 0.0) -> tuple[float, ...]:
    """Return the seconds to wait before each look-up of a resource whose create had no response.

    The first look-up is immediate; a policy without retries has no other. The default policy looks up after
    0, 1 and 2 s. Only the first may start later than the policy's `total`.

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
    return get_server_time(response).timestamp() - elapsed


def is_created_before(resource: scim.Resource, start_time: float) -> bool:
    """Return whether a resource was certainly created before a call started."""
    created = resource.meta.created if resource.meta is not None else None
    return created is not None and created.timestamp() < start_time - _MAX_CLOCK_SKEW


def is_created_by_request(
    request_body: Mapping[str, Any],
    resource: scim.Resource,
    schema: scim.ResourceSchema,
    *,
    name: LookupKey | None,
    external_id: LookupKey | None,
) -> bool:
    """Return whether `resource` was created by `request_body`.

    Its name must be the one sent, because the same `externalId` may belong to another person. If it has an
    `externalId`, that must have been sent, and decides. Else the resource must have all values sent, because the same
    name may belong to another person. It must show no other members than those sent.

    Args:
        request_body: body of the request.
        resource: the resource at the server.
        schema: schema of the resource.
        name: name sent (`userName`, `displayName`), or `None`.
        external_id: `externalId` sent, or `None`.
    """
    if name is not None and not name.matches(resource):
        return False
    if has_unidentified_members(resource) or not (
        get_stored_member_ids(resource) <= set(get_member_ids(request_body))
    ):
        return False
    if resource.external_id:
        if external_id is None:
            return False
        has_same_id = external_id.matches if name is None else external_id.matches_without_case
        return has_same_id(resource)
    sent = {key: value for key, value in request_body.items() if key != "externalId"}
    return not any(iter_deviations(sent, resource.to_wire(), schema))


_HIDDEN: Final = (
    "; look-ups by name and externalId find no resource: it may be hidden from this token, or another unique value,"
    " such as an email address, is taken"
)


def explain_hidden_resource(conflict: Conflict) -> Conflict:
    """Return the error of a create that conflicts with a resource that no look-up finds."""
    message = conflict.message.removesuffix(LOOKUP_ADVICE)
    conflict.message = message.removesuffix(_HIDDEN) + _HIDDEN  # a repeated attempt has it already
    conflict.args = (conflict.message,)
    return conflict


def has_sent_values(
    resource: scim.Resource, request_body: Mapping[str, Any], schema: scim.ResourceSchema
) -> bool:
    """Return whether a resource has all values of the request that replaced it."""
    if any(iter_deviations(request_body, resource.to_wire(), schema)):
        return False
    return has_sent_members(request_body, resource) is not False
