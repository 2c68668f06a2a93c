"""Limits of a plan, and the allowance for one run."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim.errors import InputError, PlanRefused
from britive_scim.provisioning import Change, ExceededLimit, Plan, check_allowed
from britive_scim.provisioning.plans.limits import LIMITS, find_exceeded_limits
from britive_scim.provisioning.plans.policy import Limits, Policy
from support.each_value import each_value
from support.plan_values import CHANGES, build_change, build_plan


def find(
    *changes: Change,
    users: int = 1000,
    groups: dict[str, int] | None = None,
    policy: Policy | None = None,
) -> dict[str, tuple[int, int]]:
    """Return the planned and the allowed number of each exceeded limit."""
    exceeded = find_exceeded_limits(
        changes, found_users=users, found_groups=groups or {}, policy=policy or Policy()
    )
    return {item.name: (item.planned, item.limit) for item in exceeded}


def many(action: str, count: int, type_: str = "User", **values: Any) -> list[Change]:
    return [build_change(action, type_, f"{type_}{n}", **values) for n in range(count)]


@each_value(
    "users, limit",
    [(4, 10), (5, 2), (11, 5), (19, 9), (20, 10), (100, 10), (1000, 10), (1200, 12), (43_100, 431)],
)
def test_deactivations_have_a_share_and_a_floor(users: int, limit: int) -> None:
    """R2: max(10, 1 %), and never more than half of more than 4."""
    assert find(*many("deactivate", limit), users=users) == {}
    exceeded = find(*many("deactivate", limit + 1), users=users)
    assert exceeded == {"deactivations": (limit + 1, limit)}


def test_deletions_of_users_count_as_deactivations() -> None:
    changes = [*many("deactivate", 6), *many("delete", 11)]
    assert find(*changes) == {"deactivations": (11, 10)}, "one person counts once"


def test_managers_of_new_users_are_no_updates() -> None:
    new = [
        *many("create", 15),
        *many("update", 15, stage="references"),
        *(build_change("update", id_=f"old{n}") for n in range(15)),
    ]
    assert find(*new, users=30) == {}
    assert find(*new, build_change("update"), users=30) == {"updates": (16, 15)}


def test_more_than_two_deleted_groups_exceed() -> None:
    assert find(*many("delete", 2, "Group")) == {}
    assert find(*many("delete", 3, "Group")) == {"group_deletions": (3, 2)}


def test_removed_memberships_have_a_limit_of_the_run() -> None:
    """R3: memberships have limits of their own, for the run and for each group."""
    changes = [
        build_change(
            "remove_members", "Group", f"g{n}", before={"members": [str(i) for i in range(3)]}
        )
        for n in range(7)
    ]
    assert find(*changes[:6], groups={"g0": 400}) == {}
    assert find(*changes, groups={"g0": 400}) == {"members_out": (21, 20)}
    assert find(*changes, groups={"g0": 420}) == {}


def test_half_of_a_large_group_is_a_limit_of_its_own() -> None:
    def remove(number: int) -> Change:
        return build_change(
            "remove_members",
            "Group",
            "g1",
            name="Finance",
            before={"members": [str(n) for n in range(number)]},
        )

    assert find(remove(20), groups={"g1": 20, "g2": 1000}) == {}
    assert find(remove(11), groups={"g1": 22, "g2": 1000}) == {}
    assert find(remove(12), groups={"g1": 22, "g2": 1000}) == {"members of Finance": (12, 11)}


@each_value("action, name", [("create", "creates"), ("update", "updates"), ("rename", "renames")])
def test_half_of_the_users_may_change(action: str, name: str) -> None:
    assert find(*many(action, 20), users=20) == {}
    assert find(*many(action, 10), users=21) == {}
    assert find(*many(action, 11), users=21) == {name: (11, 10)}
    groups = {f"g{n}": 0 for n in range(21)}
    assert find(*many(action, 11, "Group"), groups=groups) == {f"group_{name}": (11, 10)}


def test_adoption_counts_as_update_if_it_changes_more() -> None:
    adoptions = many("adopt", 21, after={"externalId": "x"})
    assert find(*adoptions, users=21) == {}
    adoptions = many("adopt", 21, after={"externalId": "x", "title": "y"})
    assert find(*adoptions, users=21) == {"updates": (21, 10)}


def test_policy_may_only_tighten() -> None:
    loose = Policy(limits=Limits(deactivations=500))
    assert find(*many("deactivate", 11), policy=loose) == {"deactivations": (11, 10)}
    tight = Policy(limits=Limits(deactivations=3, deletions=0, creates=1))
    changes = [*many("deactivate", 4), *many("delete", 1), *many("create", 2)]
    assert find(*changes, users=10, policy=tight) == {
        "deactivations": (4, 3),
        "deletions": (1, 0),
        "creates": (2, 1),
    }


@given(changes=st.lists(CHANGES, max_size=12), users=st.integers(0, 30), data=st.data())
def test_limits_are_monotone(changes: list[Change], users: int, data: st.DataObject) -> None:
    """More changes exceed at least the same limits, and a lower limit is exceeded at least as often."""
    groups = {change.id: 30 for change in changes}
    number = data.draw(st.integers(0, len(changes)))
    some, all_ = (
        find(*changes[:number], users=users, groups=groups),
        find(*changes, users=users, groups=groups),
    )
    assert set(some) - {n for n in some if n.startswith("members of")} <= set(all_)
    policy = Policy(limits=Limits(**dict.fromkeys(LIMITS, 0)))
    assert set(all_) <= set(find(*changes, users=users, groups=groups, policy=policy))
    for planned, limit in all_.values():
        assert planned > limit


# --------------------------------------------------------------------------------------- allowance


def build_exceeding_plan(group: str = "Finance") -> Plan:
    change = build_change(
        "remove_members", "Group", "g1", key="x1", name=group, before={"members": ["u1"]}
    )
    return build_plan(
        change,
        exceeded=(
            ExceededLimit(
                name="deactivations", planned=431, limit=12, rule="max(10, 1 % of 1,200)"
            ),
            ExceededLimit(
                name=f"members of {group}", planned=30, limit=11, rule="half of 22 members"
            ),
        ),
    )


def test_refusal_shows_the_exact_option() -> None:
    with pytest.raises(PlanRefused) as caught:
        check_allowed(build_exceeding_plan())
    message = str(caught.value)
    assert "deactivations: 431 planned, 12 allowed (max(10, 1 % of 1,200))" in message
    assert "apply(plan, allow={'deactivations': 431, 'members of Finance': 30})" in message
    assert "--allow deactivations=431 --allow 'members of Finance=30'" in message


@each_value("name", ["Tab\tulated", "Two\nlines", "\u202eRight", "G" * 300, "Quote's"])
def test_shown_allowance_can_be_copied(name: str) -> None:
    plan = build_exceeding_plan(name)
    with pytest.raises(PlanRefused) as caught:
        check_allowed(plan)
    shown = re.search(r"allow=({.*?})\), or", str(caught.value))
    assert shown is not None
    check_allowed(plan, ast.literal_eval(shown[1]))


def test_exact_allowance_is_accepted() -> None:
    check_allowed(build_exceeding_plan(), {"deactivations": 431, "members of Finance": 30})
    check_allowed(build_plan(), {"updates": 5})
    check_allowed(build_plan())


@each_value(
    "allow",
    [{}, {"deactivations": 431}, {"deactivations": 430, "members of Finance": 30}],
)
def test_lower_allowance_is_refused(allow: dict[str, int]) -> None:
    with pytest.raises(PlanRefused):
        check_allowed(build_exceeding_plan(), allow)


def test_refusal_names_the_allowance_that_is_too_low() -> None:
    with pytest.raises(PlanRefused, match="430 for this run"):
        check_allowed(build_exceeding_plan(), {"deactivations": 430, "members of Finance": 30})


@each_value(
    "allow, message",
    [
        ({"deactivation": 3}, "did you mean 'deactivations'"),
        ({"members of Finanze": 3}, "did you mean 'members of Finance'"),
        ({"zzz": 3}, "known names: .*members of GROUP"),
        ({3: 3}, "known names"),
        ({"deactivations": True}, "integer from 0, got True"),
        ({"deactivations": -1}, "integer from 0, got -1"),
        ({"deactivations": "431"}, "integer from 0, got '431'"),
        ([("deactivations", 3)], "must be a mapping"),
    ],
)
def test_wrong_allowance_is_an_input_error(allow: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        check_allowed(build_exceeding_plan(), allow)
    assert not isinstance(caught.value, PlanRefused)
