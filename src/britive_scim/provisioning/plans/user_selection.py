"""Selection of users by scope, exclusion and protection of a policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from britive_scim.errors import InputError
from britive_scim.provisioning.directory.records import GroupRecord, UserRecord
from britive_scim.provisioning.plans.patterns import Test, compile_pattern, describe_pattern
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.provisioning.plans.source_groups import SourceGroups

__all__ = ["Reason", "UserSelection"]

Reason = Literal["out of scope", "excluded"]


class UserSelection:
    """Users that a plan may change.

    The groups of the source count as `groups` of its users, so that a pattern can name a group.

    Args:
        policy: policy with `scope`, `exclude` and `protected`.
        groups: groups of the source; `None` if it has no opinion on groups.
    """

    def __init__(self, policy: Policy, groups: Iterable[GroupRecord] | None = None) -> None:
        self._policy = policy
        others = (policy.exclude.get("users"), policy.protected.get("users"))
        self._groups = SourceGroups(
            groups, policy.scope.get("users"), (other for other in others if other is not None)
        )
        self._scope = _compile(policy.scope, "scope")
        self._exclude = _compile(policy.exclude, "exclude")
        self._protected = _compile(policy.protected, "protected")

    @property
    def selects_all(self) -> bool:
        """True if there is neither a scope nor an exclusion."""
        return self._scope is None and self._exclude is None

    def find_reason(self, values: Mapping[str, Any]) -> Reason | None:
        """Return why a user of the source is left alone, or `None`; the scope is tested before the exclusion."""
        if self._scope is not None and not self._scope(self._groups.add_to(values)):
            return "out of scope"
        return "excluded" if self.is_excluded(values) else None

    def is_excluded(self, values: Mapping[str, Any]) -> bool:
        """Return whether a user is excluded, in scope or not."""
        return self._exclude is not None and self._exclude(self._groups.add_to(values))

    def is_protected(self, values: Mapping[str, Any]) -> bool:
        """Return whether a user of the target is never deactivated, deleted or removed from a group."""
        return self._protected is not None and self._protected(values)

    def is_source_protected(self, values: Mapping[str, Any]) -> bool:
        """Return the same of a user of the source, whose groups are those of the source."""
        return self.is_protected(self._groups.add_to(values))

    def check_scope(self, wanted: Sequence[UserRecord]) -> None:
        """Check that the scope matches somebody in the source.

        Raises:
            InputError: it matches nobody.
        """
        if self._scope is None or any(
            self._scope(self._groups.add_to(record.values)) for record in wanted
        ):
            return
        pattern = describe_pattern(self._policy.scope["users"])
        raise InputError(
            f"scope['users'] must match users of the source, got {pattern!r:.120}, which matches none of "
            f"{len(wanted):,}; globs are compared with userName and displayName, and a filter needs its attributes in "
            "the source"
        )

    def list_overlap_warnings(self) -> list[str]:
        """Return a warning for each group of the source that is the scope of its users as well."""
        return self._groups.list_overlap_warnings()

    def list_unused(self, records: Iterable[UserRecord]) -> list[str]:
        """Return a warning for each exclusion or protection that matches nobody."""
        open_tests = {
            name: test
            for name, test in (("exclude", self._exclude), ("protected", self._protected))
            if test is not None
        }
        for record in records if open_tests else ():
            sides = (record.values, self._groups.add_to(record.values))
            for name in [name for name, test in open_tests.items() if any(map(test, sides))]:
                del open_tests[name]
            if not open_tests:
                break
        patterns = {"exclude": self._policy.exclude, "protected": self._policy.protected}
        return [
            f"{name}['users'] matches nobody: {describe_pattern(patterns[name]['users'])}"
            for name in open_tests
        ]


def _compile(selection: Mapping[Any, Any], name: str) -> Test | None:
    pattern = selection.get("users")
    if pattern is None:
        return None
    test = compile_pattern("users", pattern, label=f"{name}['users']")

    def test_stated(values: Mapping[str, Any]) -> bool:
        return test({key: value for key, value in values.items() if value is not None})

    return test_stated
