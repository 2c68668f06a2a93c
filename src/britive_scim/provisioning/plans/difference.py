"""Difference between a found resource and the attributes that a source states, as the smallest PATCH.

`upsert` and plans use this one function.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from britive_scim import scim

__all__ = ["Difference", "compute_difference"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Difference between a found resource and the attributes that a source states.

    Attributes:
        before: the attributes that change, with their found values.
        after: the same attributes with their new values; `None` for those that are cleared.
        request: the smallest PATCH that makes the change.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    request: scim.PatchRequest


def compute_difference(
    found: Mapping[str, Any],
    wanted: Mapping[str, Any],
    *,
    schema: scim.ResourceSchema,
    partial_attributes: Collection[str] = (),
    unkept: Collection[str] = (),
) -> Difference | None:
    """Return the difference, or `None` if `found` has all that `wanted` states.

    Args:
        found: the resource as the server sent it, in wire form.
        wanted: the attributes that the source states, in wire form; `None` clears. Others are kept. Case where the
            attribute ignores it, an added `primary`, `formatted`, `display` or `$ref` are no difference.
        schema: schema of the resource.
        partial_attributes: multi-valued attributes of which the source states single values, by `type`: other
            values are kept (a column `emails[type eq "work"].value` leaves the home address alone).
        unkept: paths that the provider is known not to keep; they are no difference.
    """
    raise NotImplementedError
