"""Check of a source against the rules of an identity provider: mandatory attributes and mappings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, cast

from britive_scim.provisioning.directory.problems import Problem
from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.provisioning.preview import Preview
from britive_scim.provisioning.rules import ProvisioningRules
from britive_scim.scim.json_values import is_list

__all__ = ["check_rules", "iter_previews"]


def check_rules(users: Sequence[UserRecord], rules: ProvisioningRules) -> Iterator[Problem]:
    """Yield the problems of users against the rules.

    A mandatory attribute that no user has is one problem, else there is one for each user without it. Attributes that
    no mapping reads are warnings, as Britive would not store them. A user without a status is created as an active one.
    """
    name = rules.identity_provider or "identity provider"
    for attribute in rules.unmapped:
        yield Problem(f"{attribute} must be mapped at {name}, as it is mandatory", None, attribute)
    missing: dict[str, list[UserRecord]] = {}
    unread: Counter[str] = Counter()
    for user, result in iter_previews(users, rules):
        for attribute in result.missing:
            is_implied = rules.mappings.get(attribute) == "active" and "active" not in user.values
            if attribute in rules.mappings and not is_implied:
                missing.setdefault(attribute, []).append(user)
        unread.update(result.unread)
    for attribute, lacking in missing.items():
        rule = f"{attribute} must not be empty, as it is mandatory; it is read from {rules.mappings[attribute]}"
        if len(lacking) == len(users):
            yield Problem(f"{rule}; no user has it", None, attribute)
        else:
            yield from (Problem(rule, user.line, attribute) for user in lacking)
    for path, count in unread.items():
        rule = f"attribute should be read by a mapping of {name}, else Britive does not keep it ({count:,} users)"
        yield Problem(rule, None, path, severity="warning")


def iter_previews(
    users: Sequence[UserRecord], rules: ProvisioningRules
) -> Iterator[tuple[UserRecord, Preview]]:
    """Yield the result for each user; computed once for all users with the same attributes."""
    results: dict[Hashable, Preview] = {}
    for user in users:
        if rules.has_value_conditions:
            yield user, rules.preview(user.values)
            continue
        shape = _describe_shape(user.values)
        result = results.get(shape)
        if result is None:
            result = results[shape] = rules.preview(user.values)
        yield user, result


def _describe_shape(value: Any, name: str = "") -> Hashable:
    """Return which parts a value has; `type` and `primary` count with their values."""
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return tuple((key, _describe_shape(part, key)) for key, part in items)
    if is_list(value):
        return tuple(_describe_shape(item) for item in value)
    if name in ("type", "primary"):
        return cast("Hashable", value)
    return value is not None and value != ""
