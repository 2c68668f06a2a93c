"""Policy of a synchronization: defaults and refused values."""

from __future__ import annotations

import copy
import pickle
from datetime import timedelta
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import ConfigurationError, InputError, InvalidFilter
from britive_scim.provisioning import Limits, Policy
from support.each_value import each_value


def test_policy_removes_nothing_by_default() -> None:
    """R2, R37: removal needs its own word."""
    policy = Policy()
    assert (policy.missing, policy.missing_groups, policy.adopt) == ("keep", "keep", "unclaimed")
    assert policy.match == ("external_id", "user_name")
    assert policy == Policy()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"missing": "remove"}, "missing must be 'keep' or 'deactivate' or 'delete', got 'remove'"),
        ({"missing_groups": "deactivate"}, "missing_groups must be"),
        ({"delete_refused": None}, "delete_refused must be"),
        ({"inactive_members": True}, "inactive_members must be"),
        ({"users": "groups"}, "users must be 'manage' or 'reference'"),
        ({"adopt": "email"}, "adopt must be"),
        ({"reactivate": "no"}, "reactivate must be"),
        ({"scope": ["*"]}, "scope must be a mapping"),
        ({"exclude": {"user": "*"}}, "exclude must have the keys"),
        ({"protected": {"users": ""}}, r"protected\['users'\] must be a filter or a glob"),
        ({"match": ("mail",)}, "match must contain known keys, got 'mail'"),
        ({"match": ("display_name",)}, "match must contain known keys"),
        ({"swaps": "yes"}, "swaps must be True or False"),
        ({"grace": 3}, "grace must be a positive timedelta"),
        ({"grace": timedelta(0)}, "grace must be a positive timedelta"),
        ({"limits": {"creates": 1}}, r"limits must be Limits\(...\)"),
    ],
    ids=str,
)
def test_policy_refuses_invalid_values(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Policy(**arguments)


def test_policy_refuses_an_invalid_filter() -> None:
    with pytest.raises(InvalidFilter):
        Policy(scope={"users": "filter: departmnt pr"})


def test_policy_refuses_to_end_sessions_for_now() -> None:
    with pytest.raises(ConfigurationError, match="later version"):
        Policy(end_sessions=True)


@each_value("value", [-1, True, 1.5, "3"])
def test_limits_refuse_invalid_numbers(value: Any) -> None:
    with pytest.raises(InputError, match=r"limits\.creates must be an integer from 0"):
        Limits(creates=value)


def test_limits_only_tighten() -> None:
    with pytest.raises(InputError, match=r"at most 2.*apply\(plan, allow="):
        Limits(group_deletions=3)
    assert Limits(group_deletions=0).group_deletions == 0


def test_policy_from_mapping() -> None:
    policy = Policy.from_mapping(
        {
            "missing": "deactivate",
            "grace": 3,
            "match": ["external_id", "email"],
            "scope": {"users": ["*@example.com"]},
            "limits": {"deactivations": 5},
        }
    )
    assert policy == Policy(
        missing="deactivate",
        grace=timedelta(days=3),
        match=("external_id", "email"),
        scope={"users": ("*@example.com",)},
        limits=Limits(deactivations=5),
    )


@each_value(
    "data, message",
    [
        ({"mising": "keep"}, "policy must have known names, got 'mising'; did you mean 'missing'"),
        ({"limits": {"deletion": 1}}, "limits must have known names, got 'deletion'"),
        ([], "policy must be a table, got list"),
        ({"grace": True}, "grace must be a positive timedelta"),
        ({"grace": float("nan")}, "grace must be a number of days, 36500 at most, got nan"),
        ({"grace": 1e12}, "grace must be a number of days, 36500 at most"),
        ({"grace": timedelta.max}, "grace must be 36500 days at most"),
        ({"limits": 5}, "limits must be Limits"),
    ],
)
def test_policy_from_mapping_refuses_invalid_data(data: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Policy.from_mapping(data)


def test_policy_survives_copies() -> None:
    policy = Policy(scope={"users": scim.parse_filter("title pr")}, protected={"groups": ["a*"]})
    assert pickle.loads(pickle.dumps(policy)) == policy
    assert copy.deepcopy(policy) == policy
