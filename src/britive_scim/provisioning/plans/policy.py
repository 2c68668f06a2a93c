"""Policy of a synchronization: what may be removed, adopted and reactivated, and its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from britive_scim import scim

__all__ = ["Limits", "Policy", "Selection"]

Selection = Mapping[Literal["users", "groups"], "scim.Filter | str | Sequence[str]"]
"""`{"users": …, "groups": …}` of a `scim.Filter`, `filter:` text, or globs over userName or displayName."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Numbers of changes that a plan may contain; they may only tighten the default limits.

    `None` is the default of design: users deactivated or deleted max(10, 1 %), and so on.
    """

    deactivations: int | None = None
    deletions: int | None = None
    group_deletions: int | None = None
    members_out: int | None = None
    creates: int | None = None
    updates: int | None = None
    renames: int | None = None
    group_creates: int | None = None
    group_updates: int | None = None
    group_renames: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Rules of a synchronization."""

    missing: Literal["keep", "deactivate", "delete"] = "keep"
    missing_groups: Literal["keep", "delete"] = "keep"
    delete_refused: Literal["fail", "deactivate"] = "fail"
    inactive_members: Literal["keep", "remove"] = "keep"
    scope: Selection = field(default_factory=dict[Any, Any])
    exclude: Selection = field(default_factory=dict[Any, Any])
    protected: Selection = field(default_factory=dict[Any, Any])
    users: Literal["manage", "reference"] = "manage"
    adopt: Literal["never", "unclaimed", "all"] = "unclaimed"
    match: tuple[str, ...] = ("external_id", "user_name")
    swaps: bool = False
    reactivate: Literal["stated", "ours", "always", "never"] = "stated"
    grace: timedelta | None = None
    end_sessions: bool = False
    limits: Limits = Limits()
