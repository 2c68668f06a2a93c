"""Whether a resource found at the server is the one whose creation was not answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from britive_scim.scim.resource import Resource
from britive_scim.wire.values import is_list, is_object, member

__all__ = ["holds", "surely_ours"]

_OURS_ALONE = frozenset({"schemas", "password", "members"})
"""What an answer does not repeat, or look-ups leave out."""


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
    """Return whether `found` holds everything that `sent` holds, texts compared without case."""
    if is_object(sent):
        return is_object(found) and all(_says(member(found, k), v) for k, v in sent.items())
    if is_list(sent):
        return is_list(found) and all(any(_says(item, one) for item in found) for one in sent)
    if isinstance(sent, str) and isinstance(found, str):
        return sent.casefold() == found.casefold()
    return type(sent) is type(found) and bool(sent == found)
