"""Policy of a synchronization: removals, adoptions and reactivations that are allowed, and limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, Final, Literal, Self, cast, get_args

from britive_scim import scim
from britive_scim.errors import ConfigurationError, InputError
from britive_scim.provisioning.plans.matching import Adopt, check_match_keys
from britive_scim.provisioning.plans.patterns import check_selection
from britive_scim.suggestions import format_known_names, format_suggestion

__all__ = ["MAX_GRACE", "MAX_GROUP_DELETIONS", "Limits", "Policy", "Selection"]

Selection = Mapping[Literal["users", "groups"], "scim.Filter | str | Sequence[str]"]
"""`{"users": …, "groups": …}` of a `scim.Filter`, `filter:` text, or globs over userName or displayName."""

MAX_GROUP_DELETIONS: Final = 2
"""Default limit of deleted groups, the only one that does not depend on the size of the tenant."""

MAX_GRACE: Final = timedelta(days=36_500)
"""Maximum grace, about a century."""

_USER_KEYS: Final = ("external_id", "user_name", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Maximum numbers of changes in a plan; they may only tighten the default limits.

    `None` is the default: users deactivated or deleted max(10, 1 %), never more than half of more than 4; groups
    deleted 2; members out max(20, 5 %); updates, renames and creates each half, where more than 20 were found. A single
    run may exceed a limit with `apply(plan, allow={"deactivations": 431})`.

    Attributes:
        deactivations: users deactivated or deleted.
        deletions: users deleted.
        group_deletions: groups deleted.
        members_out: memberships removed.
        creates: users created.
        updates: users updated.
        renames: users renamed.
        group_creates: groups created.
        group_updates: groups updated.
        group_renames: groups renamed.

    Raises:
        InputError: a limit is not an integer from 0, or loosens the default.
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

    def __post_init__(self) -> None:
        for item in fields(self):
            value: Any = getattr(self, item.name)
            if value is None:
                continue
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise InputError(f"limits.{item.name} must be an integer from 0, got {value!r:.60}")
        if self.group_deletions is not None and self.group_deletions > MAX_GROUP_DELETIONS:
            raise InputError(
                f"limits.group_deletions must be at most {MAX_GROUP_DELETIONS}, since limits may only tighten, got "
                f"{self.group_deletions}; allow more for a single run with apply(plan, allow={{'group_deletions': "
                f"{self.group_deletions}}})"
            )

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Self:
        """Return the limits of a mapping such as the table `[policy.limits]` of `sync.toml`.

        Raises:
            InputError: an unknown name, or an invalid number.
        """
        return cls(**_check_names("limits", data, [item.name for item in fields(cls)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Rules of a synchronization.

    Attributes:
        missing: users at the target that the source does not have: `keep`, `deactivate` or `delete`.
        missing_groups: groups at the target that the source does not have: `keep` or `delete`.
        delete_refused: a user whose deletion the target refuses: `fail`, or `deactivate`.
        inactive_members: memberships of a user who becomes inactive: `keep` or `remove`.
        scope: users and groups that are synchronized; by default all. A scope that matches nothing in the source is an
            error.
        exclude: users and groups that are not changed; they are counted and listed.
        protected: users that may be changed, but are never deactivated, deleted or removed from a group; no group with
            such a member is deleted. Groups that are never deleted, and lose no member.
        users: `manage`; or `reference`: users are looked up as members of groups, and never created, changed or
            removed.
        adopt: users that are found by name and have no `externalId`: `never`, `unclaimed`; or `all`, also those with
            another `externalId`.
        match: match keys in order: `external_id`, `user_name`, and `email` only if it is named.
        swaps: whether two users may exchange their userNames, by way of a temporary one.
        reactivate: inactive users that become active: `stated`: where the source states active; `ours`: those that
            this synchronization deactivated, by memory; `always`: all users of the source; or `never`.
        grace: time for which a user must be missing before the removal, 36,500 days at most; needs
            `plan(memory=…)`.
        end_sessions: whether sessions of deactivated users end; reserved for a later version.
        limits: limits that are tighter than the default ones.

    Raises:
        InputError: a value is invalid.
        InvalidFilter: a filter does not parse, or does not fit users or groups.
        ConfigurationError: `end_sessions=True`, which is not supported yet.

    Examples:
        >>> Policy(missing="deactivate", protected={"users": ["admin-*", "break-glass@example.com"]}).missing
        'deactivate'
    """

    missing: Literal["keep", "deactivate", "delete"] = "keep"
    missing_groups: Literal["keep", "delete"] = "keep"
    delete_refused: Literal["fail", "deactivate"] = "fail"
    inactive_members: Literal["keep", "remove"] = "keep"
    scope: Selection = field(default_factory=dict[Any, Any])
    exclude: Selection = field(default_factory=dict[Any, Any])
    protected: Selection = field(default_factory=dict[Any, Any])
    users: Literal["manage", "reference"] = "manage"
    adopt: Adopt = "unclaimed"
    match: tuple[str, ...] = ("external_id", "user_name")
    swaps: bool = False
    reactivate: Literal["stated", "ours", "always", "never"] = "stated"
    grace: timedelta | None = None
    end_sessions: bool = False
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            value: Any = getattr(self, name)
            if value not in choices:
                raise InputError(
                    f"{name} must be {' or '.join(map(repr, choices))}, got {value!r:.60}"
                )
        for name in ("scope", "exclude", "protected"):
            object.__setattr__(self, name, check_selection(name, getattr(self, name)))
        object.__setattr__(self, "match", check_match_keys(self.match, _USER_KEYS))
        for name in ("swaps", "end_sessions"):
            if not isinstance(getattr(self, name), bool):
                raise InputError(f"{name} must be True or False, got {getattr(self, name)!r:.60}")
        grace: Any = self.grace
        if grace is not None and (not isinstance(grace, timedelta) or grace <= timedelta(0)):
            raise InputError(f"grace must be a positive timedelta, or None, got {grace!r:.60}")
        if grace is not None and grace > MAX_GRACE:
            raise InputError(f"grace must be {MAX_GRACE.days} days at most, got {grace!r:.60}")
        if not isinstance(cast("Any", self.limits), Limits):
            raise InputError(f"limits must be Limits(...), got {self.limits!r:.60}")
        if self.end_sessions:
            raise ConfigurationError(
                "end_sessions must be False, since ending sessions comes with the access part of the admin API in a "
                "later version; deactivated users cannot sign in again meanwhile"
            )

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Self:
        """Return the policy of a mapping such as the table `[policy]` of `sync.toml`.

        Args:
            data: arguments by name; `grace` in days or as a `timedelta`, `limits` as a mapping.

        Raises:
            InputError: an unknown name, or an invalid value.
        """
        values = _check_names("policy", data, [item.name for item in fields(cls)])
        grace = values.get("grace")
        if isinstance(grace, int | float) and not isinstance(grace, bool):
            try:
                values["grace"] = timedelta(days=grace)
            except (ValueError, OverflowError):
                message = (
                    f"grace must be a number of days, {MAX_GRACE.days} at most, got {grace!r:.60}"
                )
                raise InputError(message) from None
        if isinstance(values.get("limits"), Mapping):
            values["limits"] = Limits.from_mapping(values["limits"])
        if isinstance(values.get("match"), list):
            values["match"] = tuple(values["match"])
        return cls(**values)


def _check_names(title: str, data: object, names: Sequence[str]) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise InputError(f"{title} must be a table, got {type(data).__name__}")
    values = dict(cast("Mapping[str, Any]", data))
    for name in values:
        if name not in names:
            hint = format_suggestion(str(name), names) or format_known_names(names)
            raise InputError(f"{title} must have known names, got {name!r:.60}{hint}")
    return values


_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "missing": ("keep", "deactivate", "delete"),
    "missing_groups": ("keep", "delete"),
    "delete_refused": ("fail", "deactivate"),
    "inactive_members": ("keep", "remove"),
    "users": ("manage", "reference"),
    "adopt": get_args(Adopt),
    "reactivate": ("stated", "ours", "always", "never"),
}
