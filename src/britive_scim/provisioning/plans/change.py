"""One change of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

__all__ = ["ACTIONS", "STAGES", "TEMPORARY", "Action", "Change", "Stage", "is_temporary_rename"]

Action = Literal[
    "create", "adopt", "update", "rename", "deactivate", "reactivate", "delete", "add_members", "remove_members",
]  # fmt: skip

Stage = Literal[
    "removals", "members_out", "users", "references", "groups", "members_in", "deletions"
]
"""Stages in the order of `apply`; `removals` are freed unique values and deactivations."""

ACTIONS: tuple[Action, ...] = get_args(Action)

STAGES: tuple[Stage, ...] = get_args(Stage)

TEMPORARY: Final = "temporary "
"""First word of the reason of a rename to a temporary name, after which another change gives the wanted one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a plan: one object, one action.

    Attributes:
        action: action on the object, such as `create` or `add_members`.
        type: `User` or `Group`.
        key: `externalId`, or the name if it is missing, by which the object is shown.
        id: id at the target. An object that the plan creates has a placeholder id: `new:` and the key of a user,
            `new:group:` and the key of a group.
        stage: stage of `apply` in which it is sent.
        source: position in the source, such as `people.csv:12`.
        before: attributes that change, in wire form, with their values at the target.
        after: attributes that change with their new values; the whole resource of a `create`;
            `{"members": [ids]}` of `add_members` and, in `before`, of `remove_members`. An id may be that of an
            object which the plan creates.
        operations: operations of the PATCH in wire form; empty where none is sent.
        assumes: values at the target that the change relies on, compared again before the change is sent.
        requests: number of requests that it needs.
        reason: reason, if the action alone does not show it: `not in the source`, `status word "X"`.
        name: name that is shown: `userName` of a user, `displayName` of a group; `None` if it is the key.
        group_size: number of members of the group when it was read, for a change of members; `None` if unknown.
    """

    action: Action
    type: Literal["User", "Group"]
    key: str
    id: str
    stage: Stage
    source: str | None = None
    before: Mapping[str, Any] = field(default_factory=dict[str, Any])
    after: Mapping[str, Any] = field(default_factory=dict[str, Any])
    operations: tuple[Mapping[str, Any], ...] = ()
    assumes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    requests: int = 1
    reason: str | None = None
    name: str | None = None
    group_size: int | None = None


def is_temporary_rename(change: Change) -> bool:
    """Return whether a change gives its object a temporary name, which counts as no rename of its own."""
    return change.action == "rename" and (change.reason or "").startswith(TEMPORARY)
