"""Explanation of what a plan does with one user or group, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from britive_scim.errors import Ambiguous, InputError
from britive_scim.provisioning import (
    Completeness,
    Directory,
    ExcludedObject,
    MemberRecord,
    Memory,
    Plan,
)
from britive_scim.provisioning.plans.plan import PlanBasis
from britive_scim.provisioning.plans.planner import plan
from britive_scim.provisioning.plans.policy import Policy
from support.each_value import each_value
from support.plan_values import build_change, build_plan

FOUND_USERS: list[dict[str, Any]] = [
    {
        "id": "u1",
        "externalId": "E1",
        "userName": "ana@acme.com",
        "emails": [{"value": "ana.diaz@acme.com", "type": "work"}],
    },
    {"id": "u2", "externalId": "E2", "userName": "bob@acme.com", "emails": ["bob@home.example"]},
    {"id": "u3", "userName": "carl@acme.com"},
    {"id": "u4", "userName": "dan@other.com"},
    {"id": "u5", "externalId": "E5", "userName": "eve@acme.com"},
    {"id": "u6", "userName": "twin"},
]
FOUND_GROUPS = [
    ({"id": "g1", "displayName": "Finance"}, [MemberRecord("u1"), MemberRecord("u2")]),
    ({"id": "g2", "displayName": "Twin"}, []),
]


def build(policy: Policy | None = None, **values: Any) -> Plan:
    """Return a plan that renames Bob, creates Zoe, and changes the members of Finance."""
    wanted = Directory.of(
        [
            {"externalId": "E1", "userName": "ana@acme.com"},
            {"externalId": "E2", "userName": "robert@acme.com"},
            {"externalId": "E9", "userName": "zoe@acme.com", "emails": [{"value": "zoe@x.com"}]},
            {"externalId": "E5", "userName": "eve@acme.com"},
        ],
        [{"displayName": "FINANCE", "members": ["E1", "E9"]}],
    )
    found = Directory.found(
        FOUND_USERS,
        FOUND_GROUPS,
        completeness=Completeness(),
        scim_url=None,
        provider=None,
        read_at=None,
        other_providers=["u4"],
    )
    users, groups = wanted.user_records, wanted.group_records or ()
    matches = {
        "u1": (users[0], "externalId"),
        "u2": (users[1], "externalId"),
        "g1": (groups[0], "displayName"),
    }
    changes = (
        build_change(
            "rename",
            "User",
            "u2",
            key="E2",
            name="robert@acme.com",
            before={"userName": "bob@acme.com"},
            after={"userName": "robert@acme.com"},
            source="people.csv:3",
        ),
        build_change("create", "User", "new:E9", key="E9", name="zoe@acme.com"),
        build_change("remove_members", "Group", "g1", key="FINANCE", before={"members": ["u2"]}),
        build_change("add_members", "Group", "g1", key="FINANCE", after={"members": ["new:E9"]}),
    )
    excluded = (ExcludedObject(type="User", key="E5", id="u5", reason="excluded"),)
    arguments: dict[str, Any] = {"excluded": excluded, "basis": PlanBasis(wanted, found, matches)}
    return build_plan(*changes, policy=policy, **(arguments | values))


@each_value(
    "who",
    [
        "u2",
        "E2",
        "bob@acme.com",
        "BOB@acme.com",
        "robert@acme.com",
        " robert@acme.com ",
        "bob@home.example",
    ],
)
def test_user_is_found_by_each_name(who: str) -> None:
    explanation = build().explain(who)
    assert (explanation.type, explanation.id, explanation.key) == ("User", "u2", "E2")
    assert explanation.name == "robert@acme.com"
    assert explanation.matched_by == "externalId"
    assert explanation.source == "people.csv:3"
    assert [change.action for change in explanation.changes] == ["rename"]
    assert (explanation.groups, explanation.members_out) == (("Finance",), ("FINANCE",))


def test_text_tells_the_whole_story() -> None:
    assert str(build().explain("E2")).splitlines() == [
        "User robert@acme.com (E2)",
        "  source: people.csv:3",
        "  id: u2, matched by externalId",
        "  groups: Finance",
        "  removed from: FINANCE",
        "  ~ rename user robert@acme.com (E2)  [people.csv:3]",
        '      userName: "bob@acme.com" -> "robert@acme.com"',
    ]


@each_value("who", ["E9", "zoe@acme.com", "zoe@x.com", "ZOE@X.COM"])
def test_new_user_has_a_placeholder_id_and_groups(who: str) -> None:
    explanation = build().explain(who)
    assert explanation.id == "new:E9"
    assert explanation.matched_by is None
    assert explanation.members_in == ("FINANCE",)
    assert [change.action for change in explanation.changes] == ["create"]


def test_unchanged_user_is_explained() -> None:
    explanation = build().explain("ana.diaz@acme.com")
    assert explanation.id == "u1"
    assert explanation.reasons == ("no change: the target has all that the source states",)
    assert explanation.source == "entry:1"
    assert explanation.groups == ("Finance",)


def test_user_without_source_is_kept_by_policy() -> None:
    explanation = build().explain("carl@acme.com")
    assert explanation.reasons == ('no change: it is not in the source, and missing is "keep"',)
    withheld = build(Policy(missing="deactivate"), withheld=("x",)).explain("carl@acme.com")
    assert withheld.reasons == ("no change: it is not in the source, and removals are withheld",)
    group = build().explain("g2")
    assert group.reasons == ('no change: it is not in the source, and missing_groups is "keep"',)


def test_user_of_another_provider_is_explained() -> None:
    assert "another identity provider" in str(build().explain("u4"))


def test_excluded_user_is_explained() -> None:
    explanation = build().explain("E5")
    assert (explanation.id, explanation.reasons) == ("u5", ("rule: excluded",))
    by_key = build(excluded=(ExcludedObject(type="User", key="E5", id=None, reason="why"),))
    assert by_key.explain("eve@acme.com").reasons == ("rule: why",)


@each_value("who", ["g1", "finance", "FINANCE"])
def test_group_is_found_by_name_and_id(who: str) -> None:
    explanation = build().explain(who)
    assert (explanation.type, explanation.id) == ("Group", "g1")
    assert [change.action for change in explanation.changes] == ["remove_members", "add_members"]


def test_name_of_a_user_and_a_group_is_ambiguous() -> None:
    with pytest.raises(Ambiguous, match="use an id") as caught:
        build().explain("twin")
    assert caught.value.candidates == ("u6", "g2")
    assert build().explain("g2").name == "Twin"


def test_unknown_user_is_an_input_error() -> None:
    """R39: the message does not repeat the name."""
    with pytest.raises(InputError, match="neither in the source nor at the target") as caught:
        build().explain("nobody@acme.com")
    assert "nobody" not in str(caught.value)
    with pytest.raises(InputError, match="make the plan again to explain others"):
        build(basis=None).explain("nobody@acme.com")


@each_value("who", ["", "  ", None, 3])
def test_empty_name_is_an_input_error(who: Any) -> None:
    with pytest.raises(InputError, match="who must be"):
        build().explain(who)


def test_loaded_plan_explains_its_changes(tmp_path: Path) -> None:
    build().save(tmp_path / "plan.json")
    plan = Plan.load(tmp_path / "plan.json")
    explanation = plan.explain("robert@acme.com")
    assert (explanation.id, explanation.key, explanation.name) == ("u2", "E2", "robert@acme.com")
    assert explanation.members_out == ("FINANCE",)
    assert explanation.groups == ()
    assert plan.explain("E5").reasons == ("rule: excluded",)
    assert plan.explain("Finance").type == "Group"


def test_explanation_is_escaped() -> None:
    plan = build_plan(build_change("create", key="<b>\x1b[31m", id_="new:x"))
    explanation = plan.explain("new:x")
    assert "\x1b" not in str(explanation)
    assert "<b>" not in explanation._repr_html_()


def test_many_groups_are_shortened() -> None:
    changes = [
        build_change("add_members", "Group", f"g{n:02}", key=f"G{n:02}", after={"members": ["u1"]})
        for n in range(25)
    ]
    plan = build_plan(build_change("update", id_="u1"), *changes)
    assert "G19 and 5 others" in str(plan.explain("u1"))


def test_plan_of_two_directories_explains_users_and_groups() -> None:
    wanted = Directory.of(
        [{"externalId": "E1", "userName": "ana@acme.com"}],
        [{"displayName": "FINANCE", "members": ["E1"]}],
    )
    found = Directory.found(
        FOUND_USERS,
        FOUND_GROUPS,
        completeness=Completeness(),
        scim_url=None,
        provider=None,
        read_at=None,
    )
    result = plan(wanted, found)
    user, group = result.explain("ana@acme.com"), result.explain("finance")
    assert (user.id, user.matched_by, user.changes, user.groups) == (
        "u1",
        "externalId",
        (),
        ("Finance",),
    )
    assert (group.id, group.matched_by) == ("g1", "displayName")
    assert [change.action for change in group.changes] == ["remove_members"]
    assert result.explain("u2").members_out == ("FINANCE",)


def test_known_id_of_a_memory_finds_a_group() -> None:
    wanted = Directory.of(
        [{"externalId": "E1", "userName": "ana@acme.com"}], [{"displayName": "Money"}]
    )
    found = Directory.found(
        FOUND_USERS,
        FOUND_GROUPS,
        completeness=Completeness(),
        scim_url=None,
        provider=None,
        read_at=None,
    )
    memory = Memory(known_group_ids={"Money": "g1"})
    (change,) = plan(wanted, found, memory=memory).changes
    assert (change.action, change.id) == ("rename", "g1")
