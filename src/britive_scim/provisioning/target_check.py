"""Check of a target, as it is before its change, against the exclusion and protection of a policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from britive_scim.provisioning.plans.change import Action, Change
from britive_scim.provisioning.plans.patterns import Test, compile_pattern
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.provisioning.plans.source_groups import names_groups

__all__ = ["TargetCheck"]

_PROTECTED_FROM: Final[Mapping[tuple[str, Action], str]] = {
    ("User", "deactivate"): "users",
    ("User", "delete"): "users",
    ("Group", "delete"): "groups",
    ("Group", "remove_members"): "groups",
}
"""Changes from which protection keeps an object, with the key of `Policy.protected`."""


class TargetCheck:
    """Check of targets that may match other patterns of the policy than when the plan was made.

    Args:
        policy: policy with `exclude` and `protected`.

    Examples:
        >>> check = TargetCheck(Policy(protected={"users": "admin-*"}))
        >>> change = Change(action="delete", type="User", key="E1", id="u1", stage="deletions")
        >>> check.find_reason(change, {"userName": "ann@example.com"})
        >>> check.find_reason(change, {"userName": "admin-ann@example.com"})
        "protected['users'] matches it now"
    """

    def __init__(self, policy: Policy) -> None:
        self._tests: dict[tuple[str, str], Test] = {}
        for name, selection in (("exclude", policy.exclude), ("protected", policy.protected)):
            for kind, pattern in selection.items():
                if (name, kind) == ("exclude", "users") and names_groups(pattern):
                    continue  # it is compared with the groups of the source
                self._tests[name, kind] = compile_pattern(kind, pattern)

    def find_reason(self, change: Change, current: Mapping[str, Any]) -> str | None:
        """Return the pattern of the policy that keeps a change from its target, or `None`.

        Args:
            change: the change.
            current: the target in wire form, as it was read before the change.
        """
        for name, kind in self._list_patterns(change):
            test = self._tests.get((name, kind))
            if test is not None and test(current):
                return f"{name}[{kind!r}] matches it now"
        return None

    @staticmethod
    def _list_patterns(change: Change) -> Iterator[tuple[str, str]]:
        yield "exclude", "users" if change.type == "User" else "groups"
        if kind := _PROTECTED_FROM.get((change.type, change.action)):
            yield "protected", kind
