"""Users who are the same on both sides: most of them, so that they are recorded in one loop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from britive_scim.provisioning.plans.user_matching import UserPair
from britive_scim.provisioning.plans.value_difference import is_plainly_covered
from britive_scim.scim.datatypes import parse_boolean

if TYPE_CHECKING:
    from britive_scim.provisioning.plans.user_changes import UserChanges

__all__ = ["read_active", "record_unchanged"]


def read_active(value: Any) -> bool | None:
    """Return the value of `active`; some servers send text."""
    return parse_boolean(value) if isinstance(value, str) else value


def record_unchanged(
    pairs: Iterable[UserPair], result: UserChanges, ids: dict[int, str]
) -> tuple[list[UserPair], list[UserPair]]:
    """Record the pairs of which the target surely has all that the source states.

    Args:
        pairs: users of both sides, none of them left alone by the policy.
        result: gets matches and ids of the unchanged users.
        ids: gets the ids at the target by identity of the record of the source.

    Returns:
        The other pairs; and those of the unchanged users who are inactive at the target.
    """
    others: list[UserPair] = []
    inactive: list[UserPair] = []
    matches, add_manageable = result.matches, result.manageable_ids.add
    for pair in pairs:
        wanted = pair.wanted
        found = pair.found.values
        if not is_plainly_covered(found, wanted.values):
            others.append(pair)
            continue
        id_: str = found["id"]
        matches[id_] = (wanted, pair.by)
        ids[id(wanted)] = id_
        add_manageable(id_)
        if found.get("active") is not True and read_active(found.get("active")) is False:
            inactive.append(pair)
    return others, inactive
