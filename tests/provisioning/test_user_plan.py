"""Plan of users: what is created, changed, kept and removed, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim.errors import (
    Ambiguous,
    ConfigurationError,
    DirectoryError,
    InputError,
    PlanRefused,
)
from britive_scim.provisioning import (
    Change,
    Completeness,
    Directory,
    Limits,
    MemberRecord,
    Memory,
    Plan,
    Policy,
    Problem,
    Problems,
    ProvisioningRules,
    UserRecord,
    plan,
)
from support.each_value import each_value

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
URL = "https://acme.example/scim/v2"
NOW = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)

User = Mapping[str, Any]


def user(number: int, **values: Any) -> dict[str, Any]:
    """Return a user at the target."""
    return {
        "id": f"u{number}",
        "externalId": f"E{number}",
        "userName": f"user{number}@acme.com",
        "active": True,
    } | values


def entry(number: int, **values: Any) -> dict[str, Any]:
    """Return a user of the source, with the same key and name."""
    return {"externalId": f"E{number}", "userName": f"user{number}@acme.com"} | values


def find(
    *users: User,
    groups: Iterable[tuple[User, Sequence[str]]] | None = None,
    completeness: Completeness | None = None,
    others: Iterable[str] = (),
) -> Directory:
    return Directory.found(
        users,
        None
        if groups is None
        else [(group, [MemberRecord(id_, "User") for id_ in ids]) for group, ids in groups],
        completeness=completeness or Completeness(groups=None if groups is None else True),
        scim_url=URL,
        provider="Okta",
        read_at=NOW,
        other_providers=list(others),
    )


def want(*users: User, groups: Any = None, completeness: Completeness | None = None) -> Directory:
    directory = Directory.of(users, groups)
    return directory if completeness is None else replace(directory, completeness=completeness)


def unchecked(*users: User, groups: Any = None) -> Directory:
    """Return a wanted directory whose own problems are not known."""
    return replace(want(*users, groups=groups), problems=Problems())


def show(result: Plan) -> list[tuple[Any, ...]]:
    """Return action, id and the values of each change."""
    return [(c.action, c.id, dict(c.before), dict(c.after)) for c in result.changes]


def left(result: Plan) -> list[tuple[str, str | None, str]]:
    return [(item.key, item.id, item.reason) for item in result.excluded]


# ----------------------------------------------------------------------------- both sides


def test_plan_of_equal_sides_is_empty() -> None:
    result = plan(want(entry(1, active=True)), find(user(1)))
    assert not result
    assert result.numbers["unchanged"] == result.numbers["read"] == result.numbers["selected"] == 1


def test_plan_keeps_apart_users_and_groups_with_the_same_key() -> None:
    """A userName may be the externalId of another user, a key may begin like that of a group."""
    wanted = Directory.of(
        [
            {"externalId": "x", "userName": "ann"},
            {"userName": "x"},
            {"externalId": "group:Sales", "userName": "bo"},
        ],
        [
            {"displayName": "Sales", "members": [{"value": "bo"}]},
            {"displayName": "g", "members": [{"value": "ann"}]},
            {"displayName": "G2", "externalId": "g", "members": []},
        ],
    )
    made = plan(wanted, find(groups=[]))
    ids = {c.name: c.id for c in made.changes if c.action == "create"}
    assert len(set(ids.values())) == len(ids) == 6
    members = {c.id: c.after["members"] for c in made.changes if c.action == "add_members"}
    assert members == {ids["Sales"]: [ids["bo"]], ids["g"]: [ids["ann"]]}


@each_value("name", ["wanted", "found", "policy", "memory", "rules", "now"])
def test_plan_refuses_arguments_of_another_type(name: str) -> None:
    arguments: dict[str, Any] = {"wanted": Directory.of([entry(1)]), "found": find(), name: 5}
    with pytest.raises(InputError, match=f"^{name} must be a .*, got int; "):
        plan(arguments.pop("wanted"), arguments.pop("found"), **arguments)


def test_plan_creates_with_a_placeholder_id() -> None:
    new = entry(2, title=None, name={"givenName": "Ann", "familyName": None})
    emails = {"emails": [{"value": "a@x", "type": "work"}, {"value": None, "type": "home"}]}
    result = plan(want(entry(1), new | emails), find(user(1)))
    (change,) = result.changes
    assert (change.action, change.id, change.key) == ("create", "new:E2", "E2")
    assert (change.stage, change.source, change.name) == ("users", "entry:2", "user2@acme.com")
    assert change.after == entry(2) | {
        "active": True,  # mandatory at Britive
        "name": {"givenName": "Ann"},
        "emails": [{"value": "a@x", "type": "work"}],
    }
    inactive = plan(want(entry(1), entry(2, active=False)), find(user(1)))
    assert inactive.changes[0].after["active"] is False


def test_plan_updates_with_the_smallest_patch() -> None:
    found = user(1, title="Guide", meta={"version": 'W/"3"'})
    result = plan(want(entry(1, title="Chief", active=True)), find(found))
    (change,) = result.changes
    assert (change.action, change.stage) == ("update", "users")
    assert change.operations == ({"op": "replace", "path": "title", "value": "Chief"},)
    assert change.assumes == {"title": "Guide", "meta": {"version": 'W/"3"'}}


def test_plan_renames_in_place() -> None:
    """R15: a new userName keeps the account."""
    result = plan(want(entry(1, userName="new@acme.com")), find(user(1)))
    assert show(result) == [
        ("rename", "u1", {"userName": "user1@acme.com"}, {"userName": "new@acme.com"})
    ]


def test_plan_adopts_an_unclaimed_account() -> None:
    """R32: adoption is a policy, and is counted."""
    found = find({"id": "u1", "userName": "USER1@acme.com"})
    result = plan(want(entry(1)), found)
    assert show(result) == [("adopt", "u1", {"externalId": None}, {"externalId": "E1"})]
    kept = plan(want(entry(1)), found, policy=Policy(adopt="never"))
    assert not kept
    assert left(kept) == [("E1", "u1", 'has no externalId, and adopt="never"')]
    assert kept.numbers["kept"] == 0


def test_plan_refuses_another_external_id() -> None:
    found = find(user(7, userName="user1@acme.com"), user(8, userName="user2@acme.com"))
    with pytest.raises(Ambiguous, match="entry:2 matches resource u7") as caught:
        plan(want(entry(2), entry(1)), found)
    assert caught.value.candidates == ("u7", "u8")
    assert "@" not in str(caught.value)  # R39
    result = plan(want(entry(1), entry(2)), found, policy=Policy(adopt="all"))
    assert [(c.action, c.after) for c in result.changes] == [
        ("adopt", {"externalId": "E1"}),
        ("adopt", {"externalId": "E2"}),
    ]


def test_plan_names_at_most_twenty_ambiguous_users() -> None:
    numbers = range(25)
    found = find(*[user(n, externalId=f"X{n}") for n in numbers])
    with pytest.raises(Ambiguous, match=r"got 25 that do not(?s:.*)and 5 more"):
        plan(want(*[entry(n) for n in numbers]), found)


def test_plan_refuses_two_entries_of_one_account() -> None:
    found = find({"id": "u1", "userName": "ann", "emails": [{"value": "ann@acme.com"}]})
    source = want({"userName": "ann"}, {"userName": "eve", "emails": [{"value": "Ann@acme.com"}]})
    with pytest.raises(Ambiguous, match="entry:1 and entry:2 match the same resource u1"):
        plan(source, found, policy=Policy(match=("user_name", "email")))


def test_plan_adopts_by_email_and_renames_in_another_step() -> None:
    found = find({"id": "u1", "userName": "old", "emails": [{"value": "ann@acme.com"}]})
    source = want(entry(1, emails=[{"value": "ANN@acme.com"}]))
    policy = Policy(match=("external_id", "user_name", "email"))
    assert [(c.action, c.after) for c in plan(source, found, policy=policy).changes] == [
        ("adopt", {"externalId": "E1"}),
        ("rename", {"userName": "user1@acme.com"}),
    ]


def test_plan_does_not_change_the_case_of_an_external_id() -> None:
    """R22: a provider that changes case comes to rest."""
    assert not plan(want(entry(1)), find(user(1, externalId="e1")))


def test_plan_follows_a_known_id() -> None:
    """R16: a stored id keeps the account of a source without externalId."""
    memory = Memory(known_ids={"new@acme.com": "u1"})
    found = find({"id": "u1", "userName": "old@acme.com"})
    result = plan(want({"userName": "new@acme.com"}), found, memory=memory)
    assert [(c.action, c.id) for c in result.changes] == [("rename", "u1")]
    memory = Memory(known_ids={"new@acme.com": "gone"})
    result = plan(want({"userName": "new@acme.com"}), found, memory=memory)
    assert [(c.action, c.id) for c in result.changes] == [("create", "new:new@acme.com")]


def test_plan_leaves_out_what_the_provider_does_not_keep() -> None:
    memory = Memory(unkept={"User": {"title"}})
    assert not plan(want(entry(1, title="Chief")), find(user(1)), memory=memory)


def test_plan_merges_partial_attributes() -> None:
    source = replace(
        want(entry(1, emails=[{"value": "new@x", "type": "work"}])),
        partial_attributes=frozenset({"emails"}),
    )
    emails = [{"value": "old@x", "type": "work"}, {"value": "home@x", "type": "home"}]
    (change,) = plan(source, find(user(1, emails=emails))).changes
    assert change.operations == (
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "new@x"},
    )


# ----------------------------------------------------------------------------- activity


def test_plan_deactivates_by_status() -> None:
    """R21: who is inactive in the source is deactivated, also with missing="keep"."""
    result = plan(want(entry(1, active=False, title="x")), find(user(1)))
    assert [(c.action, c.stage, c.reason) for c in result.changes] == [
        ("deactivate", "removals", "inactive in the source"),
        ("update", "users", None),
    ]
    assert result.changes[0].before == {"active": True}
    assert not plan(want(entry(1, active=False)), find(user(1, active=False)))
    # Some servers leave `active` out, or send text.
    assert plan(want(entry(1, active=False)), find({"id": "u1", "externalId": "E1"})).changes
    assert not plan(want(entry(1, active=True)), find(user(1, active="True")))


@each_value(
    "policy, stated, is_reactivated",
    [
        ("stated", True, True),
        ("stated", None, False),
        ("always", None, True),
        ("never", True, False),
        ("ours", True, False),
        ("ours", None, False),
    ],
)
def test_plan_reactivates_by_policy(policy: Any, stated: bool | None, is_reactivated: bool) -> None:
    """Whom security switched off by hand stays off."""
    source = want(entry(1) if stated is None else entry(1, active=stated))
    memory = Memory(deactivated={"u2"})
    result = plan(
        source, find(user(1, active=False)), policy=Policy(reactivate=policy), memory=memory
    )
    if is_reactivated:
        assert show(result) == [("reactivate", "u1", {"active": False}, {"active": True})]
    else:
        assert not result
        assert left(result) == [("E1", "u1", "inactive at the target")]


def test_plan_reactivates_whom_this_synchronization_deactivated() -> None:
    result = plan(
        want(entry(1)),
        find(user(1, active=False)),
        policy=Policy(reactivate="ours"),
        memory=Memory(deactivated={"u1"}),
    )
    assert [c.action for c in result.changes] == ["reactivate"]


# ----------------------------------------------------------------------------- missing users


def test_plan_keeps_the_missing_by_default() -> None:
    """R2, R37: nothing is removed by default, and the number of people kept is stated."""
    result = plan(want(entry(1)), find(user(1), user(2), user(3, active=False)))
    assert not result
    assert result.numbers["kept"] == 1


def test_plan_deactivates_the_missing() -> None:
    found = find(user(1), user(2, active="true"), user(3, active=False))
    result = plan(want(entry(1)), found, policy=Policy(missing="deactivate"))
    (change,) = result.changes
    assert (change.action, change.id, change.stage) == ("deactivate", "u2", "removals")
    assert change.operations == ({"op": "replace", "path": "active", "value": False},)
    assert change.reason == "not in the source"


def test_plan_deletes_the_missing() -> None:
    """R37: deletion has its own word."""
    result = plan(
        want(entry(1)), find(user(1), user(2, active=False)), policy=Policy(missing="delete")
    )
    (change,) = result.changes
    assert (change.action, change.id, change.stage) == ("delete", "u2", "deletions")
    assert change.assumes == {"externalId": "E2", "userName": "user2@acme.com"}


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("missing", ["deactivate", "delete"])
def test_plan_withholds_removals_from_incomplete_sides(side: str, missing: Any) -> None:
    """R1, R4: removals only if both sides are proven to be complete; the plan says why not.

    A person who may be among those that the target did not show is not created either.
    """
    incomplete = Completeness(users=False, groups=None, reasons=("page 3 failed",))
    complete = Completeness(groups=None)
    result = plan(
        want(entry(1), entry(3), completeness=incomplete if side == "source" else complete),
        find(user(1), user(2), completeness=incomplete if side == "target" else complete),
        policy=Policy(missing=missing),
    )
    word = "deactivated" if missing == "deactivate" else "deleted"
    *creations, removals = result.withheld
    assert removals == f"1 user not {word}: page 3 failed"
    assert [c.action for c in result.changes] == ([] if creations else ["create"])
    assert [text.partition(", ")[0] for text in creations] == (
        ["1 user not created"] if side == "target" else []
    )


def test_plan_withheld_without_reason_names_the_side() -> None:
    incomplete = Completeness(users=False, groups=None)
    result = plan(
        want(entry(1)),
        find(user(1), user(2), user(3), completeness=incomplete),
        policy=Policy(missing="delete"),
    )
    assert result.withheld == (
        "2 users not deleted: the users of the target are not proven to be complete",
    )


def test_plan_of_an_empty_source_stops() -> None:
    """R1: an empty source always stops."""
    with pytest.raises(PlanRefused, match="got none, but the target has 1"):
        plan(want(), find(user(1)))
    with pytest.raises(PlanRefused):
        plan(want(), find())
    groups = Completeness(users=None)
    opinionless = replace(unchecked(), completeness=groups)
    assert not plan(opinionless, find(user(1)), policy=Policy(missing="delete"))
    assert not plan(unchecked(), find(user(1)), policy=Policy(users="reference"))


def test_plan_gives_grace_by_memory() -> None:
    """R2: who is missing is removed only after the time of grace."""
    policy = Policy(missing="deactivate", grace=timedelta(days=3))
    source, found = want(entry(1)), find(user(1), user(2), user(3))
    memory = Memory(grace={"E3": NOW - timedelta(days=4), "E1": NOW})
    result = plan(source, found, policy=policy, memory=memory, now=NOW)
    assert [(c.action, c.id) for c in result.changes] == [("deactivate", "u3")]
    assert left(result) == [("E2", "u2", "grace until 2026-12-03T06:00:00+00:00")]
    later = replace(memory, grace=memory.grace | {"E2": NOW})
    result = plan(source, found, policy=policy, memory=later, now=NOW + timedelta(days=3))
    assert [c.id for c in result.changes] == ["u2", "u3"]


@pytest.mark.parametrize("inactive_members", ["keep", "remove"])
def test_plan_keeps_members_during_grace(inactive_members: Any) -> None:
    """R2: access by a group is not lost before the account is."""
    policy = Policy(
        missing="deactivate", grace=timedelta(days=3), inactive_members=inactive_members
    )
    source = want(entry(1), groups=[{"displayName": "G", "members": ["E1"]}])
    found = find(user(1), user(2), groups=[({"id": "g", "displayName": "G"}, ["u1", "u2"])])
    assert not plan(source, found, policy=policy, memory=Memory(), now=NOW)
    over = Memory(grace={"E2": NOW - timedelta(days=3)})
    result = plan(source, found, policy=policy, memory=over, now=NOW)
    members_out = [("remove_members", "g")] if inactive_members == "remove" else []
    assert [(c.action, c.id) for c in result.changes] == [("deactivate", "u2"), *members_out]


def test_plan_has_the_warnings_of_the_source() -> None:
    entries = [entry(n, active=False) for n in range(1, 31)]
    result = plan(want(*entries), find())
    assert len(result.warnings) == 1
    assert "swap the words with active= and inactive=" in result.warnings[0]
    copies = [entry(n, externalId=f"e{n}", userName=f"{n}@acme.com") for n in range(1, 9)]
    source = want(*(entry(n) for n in range(1, 9)), *copies)
    warnings = plan(source, find()).warnings
    assert len(warnings) == 6
    assert warnings[-1] == "3 more warnings of the source; print(wanted.problems) shows them"


# ----------------------------------------------------------------------------- selection


def test_plan_leaves_alone_what_is_excluded() -> None:
    """R17, R19: scope before exclusion; both are counted and listed."""
    policy = Policy(
        missing="deactivate",
        scope={"users": "*@acme.com"},
        exclude={"users": ["user2*", "user5*"]},
    )
    source = want(
        entry(1),
        entry(2, title="x"),
        entry(3, userName="c@other.com"),
        entry(4),
        entry(6, title="x"),
    )
    found = find(
        user(1),
        user(2),
        user(3, userName="c@other.com"),
        user(5),
        user(7, userName="admin@root"),
        user(6, userName="user5@acme.com"),
    )
    result = plan(source, found, policy=policy)
    assert [(c.action, c.id) for c in result.changes] == [("create", "new:E4")]
    assert left(result) == [
        ("E2", "u2", "excluded"),
        ("E3", "u3", "out of scope"),
        ("E5", "u5", "excluded"),
        ("E6", "u6", "excluded"),
        ("E7", "u7", "out of scope"),
    ]
    assert result.numbers["excluded"] == 5
    assert result.numbers["read"] == 5
    assert result.numbers["selected"] == 3


def test_plan_takes_over_who_comes_into_scope() -> None:
    """R33: branches with a filter each do not fight for a person who moves from one to the other."""
    here = entry(1, **{ENTERPRISE: {"department": "North"}})
    there = user(1, **{ENTERPRISE: {"department": "South"}})
    north = Policy(
        missing="deactivate", scope={"users": f'filter: {ENTERPRISE}:department eq "North"'}
    )
    south = Policy(
        missing="deactivate", scope={"users": f'filter: {ENTERPRISE}:department eq "South"'}
    )
    assert [c.action for c in plan(want(here), find(there), policy=north).changes] == ["update"]
    rest = entry(2, **{ENTERPRISE: {"department": "South"}})
    known = user(2, **{ENTERPRISE: {"department": "South"}})
    result = plan(want(here, rest), find(there, known), policy=south)
    assert not result
    assert left(result) == [("E1", "u1", "out of scope")]


def test_plan_leaves_alone_who_is_excluded_and_ambiguous() -> None:
    found = find(user(8, userName="user1@acme.com"), user(2))
    policy = Policy(missing="deactivate", exclude={"users": "user1@*"})
    result = plan(want(entry(1), entry(2)), found, policy=policy)
    assert not result


def test_plan_refuses_a_scope_that_matches_nobody() -> None:
    with pytest.raises(
        InputError, match=r"scope\['users'\] must match users of the source, got '\*@acm.com'"
    ):
        plan(want(entry(1)), find(user(1)), policy=Policy(scope={"users": "*@acm.com"}))


def test_plan_warns_of_patterns_that_match_nobody() -> None:
    policy = Policy(exclude={"users": "user1*"}, protected={"users": ["admn*"]})
    result = plan(want(entry(1)), find(user(1)), policy=policy)
    assert result.warnings == ("protected['users'] matches nobody: admn*",)
    assert (
        plan(want(entry(1)), find(user(1)), policy=Policy(exclude={"users": "u*"})).warnings == ()
    )


def test_plan_never_deactivates_the_protected() -> None:
    """R17: protected users may be changed, never deactivated or deleted."""
    found = find(user(1), user(2), user(3))
    source = want(entry(1, active=False, title="x"), entry(3))
    for missing in ("deactivate", "delete"):
        policy = Policy(missing=missing, protected={"users": ["user1@*", "user2@*"]})
        result = plan(source, found, policy=policy)
        assert [(c.action, c.id) for c in result.changes] == [("update", "u1")]
        assert left(result) == [("E1", "u1", "protected"), ("E2", "u2", "protected")]
        assert result.numbers["protected"] == 2


def test_plan_counts_the_protected_once() -> None:
    """Somebody who stays as an account and in two groups is one protected user; number and list agree."""
    groups = [{"displayName": name, "members": ["E1"]} for name in ("A", "B", "C")]
    found = find(
        user(1), user(2), user(3),
        groups=[
            ({"id": "a", "displayName": "A"}, ["u1", "u2"]),
            ({"id": "b", "displayName": "B"}, ["u1", "u2", "u3"]),
            ({"id": "c", "displayName": "C", "externalId": "c"}, ["u3"]),
        ],
    )  # fmt: skip
    policy = Policy(
        missing="deactivate",
        inactive_members="remove",
        protected={"users": ["user2@*", "user3@*"], "groups": ["c"]},
    )
    result = plan(want(entry(1), entry(3), groups=groups), found, policy=policy)
    assert [(c.action, c.id) for c in result.changes] == [("add_members", "c")]
    assert left(result) == [("E2", "u2", "protected"), ("E3", "u3", "protected")]
    assert result.summary.endswith("; 2 protected")
    groups_only = replace(policy, protected={"groups": ["c"]})
    result = plan(want(entry(1), entry(2), groups=groups), found, policy=groups_only)
    assert left(result) == [("c", "c", "protected")]
    assert result.numbers["protected"] == 1


def test_plan_protects_by_either_name() -> None:
    """A new name does not end the protection silently."""
    policy = Policy(protected={"users": "admin*"})
    source = want(entry(1, userName="admin1", active=False), entry(2, active=False))
    result = plan(source, find(user(1), user(2, userName="admin2")), policy=policy)
    assert [(c.action, c.id) for c in result.changes] == [("rename", "u1"), ("rename", "u2")]
    assert left(result) == [("E1", "u1", "protected"), ("E2", "u2", "protected")]
    (warning,) = result.warnings
    assert warning == (
        "protected['users'] will no longer match 1 user that the plan changes: entry:2"
    )


def test_plan_never_touches_users_of_other_providers() -> None:
    found = find(user(1), user(2), user(3, userName="user4@acme.com"), others=["u2", "u3"])
    result = plan(want(entry(1), entry(4)), found, policy=Policy(missing="delete"))
    assert [(c.action, c.id) for c in result.changes] == [("create", "new:E4")]
    (warning,) = result.warnings
    assert warning.startswith("1 new user with the userName of a user of another identity provider")
    assert warning.endswith(": entry:2")


def test_plan_of_groups_alone_takes_members_from_the_target() -> None:
    """R18: groups are synchronized without users; members are named by externalId, userName or id."""
    wanted = Directory.of([], {"Sales": ["E1", "user2@acme.com", "u3", "nobody"]})
    found = find(user(1), user(2), user(3), groups=[({"id": "g", "displayName": "Sales"}, ["u1"])])
    made = plan(wanted, found, policy=Policy(users="reference"))
    assert [change.after for change in made.changes] == [{"members": ["u2", "u3"]}]
    assert any("not added" in warning for warning in made.warnings)
    with pytest.raises(PlanRefused, match="reference"):
        plan(wanted, found)


def test_plan_with_reference_users_changes_none() -> None:
    """R18: a mode does what its name says."""
    policy = Policy(users="reference", missing="delete")
    found = find(
        user(1), user(2), user(3, active=False), groups=[({"id": "g", "displayName": "G"}, [])]
    )
    groups = [{"displayName": "G", "members": ["E1", "user2@acme.com", "u3", "E9"]}]
    result = plan(
        unchecked(entry(1, title="x", active=False), entry(9), groups=groups), found, policy=policy
    )
    assert show(result) == [("add_members", "g", {}, {"members": ["u1", "u2", "u3"]})]
    assert left(result) == [("E9", None, 'not at the target, and users="reference"')]
    assert "1 user of the source not found at the target: entry:2" in result.warnings


# ----------------------------------------------------------------------------- unique names


def test_plan_frees_a_name_before_another_user_gets_it() -> None:
    """The name moves from one person to another: the change that frees it is sent first."""
    source = want(entry(1, userName="user2@acme.com"), entry(2, userName="new@acme.com"), entry(3))
    result = plan(source, find(user(1), user(2), user(3)))
    assert [(c.id, c.stage, c.reason) for c in result.changes] == [
        ("u2", "removals", "another user needs the userName"),
        ("u1", "users", None),
    ]


def test_plan_frees_a_name_for_a_new_user() -> None:
    source = want(entry(1, userName="new@acme.com"), entry(2, userName="user1@acme.com"))
    result = plan(source, find(user(1)))
    assert [(c.action, c.id, c.stage) for c in result.changes] == [
        ("rename", "u1", "removals"),
        ("create", "new:E2", "users"),
    ]


def test_plan_moves_names_along_a_chain_by_a_temporary_name() -> None:
    source = want(
        entry(1, userName="user2@acme.com"),
        entry(2, userName="user3@acme.com"),
        entry(3, userName="new@acme.com"),
    )
    result = plan(source, find(user(1), user(2), user(3)))
    assert [(c.id, c.stage, c.after["userName"]) for c in result.changes] == [
        ("u2", "removals", "temporary-u2-user2@acme.com"),
        ("u3", "removals", "new@acme.com"),
        ("u1", "users", "user2@acme.com"),
        ("u2", "users", "user3@acme.com"),
    ]
    assert result.changes[3].assumes == {"userName": "temporary-u2-user2@acme.com"}


def test_plan_refuses_swapped_names() -> None:
    source = want(entry(1, userName="user2@acme.com"), entry(2, userName="user1@acme.com"))
    found = find(user(1), user(2, meta={"version": "7"}))
    with pytest.raises(
        PlanRefused, match=r"1 exchange; Policy\(swaps=True\)[^@]*entry:1 and entry:2"
    ):
        plan(source, found)
    result = plan(source, found, policy=Policy(swaps=True))
    assert [(c.id, c.stage) for c in result.changes] == [
        ("u1", "removals"),
        ("u2", "removals"),
        ("u1", "users"),
        ("u2", "users"),
    ]


def test_plan_refuses_a_name_that_another_user_keeps() -> None:
    source = want(entry(1, userName="user2@acme.com"))
    found = find(user(1), user(2))
    with pytest.raises(Ambiguous, match="entry:1: userName is that of resource u2, which keeps it"):
        plan(source, found, policy=Policy(missing="deactivate"))
    result = plan(source, found, policy=Policy(missing="delete"))
    assert [(c.action, c.id, c.stage) for c in result.changes] == [
        ("delete", "u2", "removals"),
        ("rename", "u1", "users"),
    ]


# ----------------------------------------------------------------------------- managers


def manager(key: str | None) -> dict[str, Any]:
    return {ENTERPRISE: {"manager": None if key is None else {"value": key}}}


def test_plan_sets_managers_in_a_second_pass() -> None:
    """R27: managers by externalId or userName, of new people too."""
    source = want(
        entry(1, **manager("E2")),
        entry(2, **manager("USER1@acme.com")),
        entry(3, **manager("E4"), title="x"),
        entry(4, **manager("E4")),
        entry(5, **manager("u1")),
    )
    found = find(user(1), user(2, **manager("u1")), user(3), user(5, **manager("u3")))
    result = plan(source, found)
    assert [(c.action, c.id, c.stage) for c in result.changes] == [
        ("create", "new:E4", "users"),
        ("update", "u3", "users"),
        ("update", "u1", "references"),
        ("update", "u3", "references"),
        ("update", "new:E4", "references"),
        ("update", "u5", "references"),
    ]
    assert [c.after[ENTERPRISE]["manager"]["value"] for c in result.changes[2:]] == [
        "u2",
        "new:E4",
        "new:E4",
        "u1",
    ]
    assert result.changes[4].operations[0]["value"] == {"value": "new:E4"}
    assert result.numbers["unchanged"] == 1


def test_plan_warns_of_managers_that_are_nowhere() -> None:
    """R27: the rest of the person is written."""
    found = find(user(1), user(2, **manager("u1")))
    result = plan(want(entry(1, **manager("nobody"), title="x"), entry(2, **manager(" "))), found)
    assert [(c.action, c.stage) for c in result.changes] == [
        ("update", "users"),
        ("update", "references"),
    ]
    assert result.changes[1].operations[0]["op"] == "remove"
    assert result.warnings == (
        "manager of 1 user not set, because neither side has such a user: entry:1",
    )


def test_plan_keeps_a_manager_whose_id_the_source_states() -> None:
    """R27: an unchanged manager needs no look-up, and may belong to another identity provider."""
    source = want(entry(1, **manager("u2"), title="x"), entry(3, **manager("elsewhere"), title="x"))
    found = find(user(1, **manager("u2")), user(2), user(3, **manager("elsewhere")))
    result = plan(source, found)
    assert show(result) == [
        ("update", "u1", {"title": None}, {"title": "x"}),
        ("update", "u3", {"title": None}, {"title": "x"}),
    ]
    assert result.warnings == ()


def test_plan_finds_a_manager_that_is_excluded() -> None:
    """R27: a manager who is left alone is still somebody's manager."""
    source = want(entry(1, **manager("E2")), entry(2))
    found = find(user(1), user(2, externalId="E2"))
    policy = Policy(exclude={"users": ["user2@*"]})
    assert [c.after for c in plan(source, found, policy=policy).changes] == [manager("u2")]


# ----------------------------------------------------------------------------- rules of the provider


RULES = ProvisioningRules(
    identity_provider="Okta",
    mandatory=("Username", "Email"),
    mappings={"Username": "userName", "Email": "emails.value"},
)


def test_plan_refuses_users_without_a_mandatory_attribute() -> None:
    """R36: nothing is planned for users that the provider would refuse."""
    source = want(entry(1, emails=[{"value": "a@acme.com"}]), entry(2))
    with pytest.raises(
        DirectoryError, match=r"got 1 problem\n.*line 2, column Email: Email must not"
    ):
        plan(source, find(), rules=RULES)


def test_plan_warns_of_attributes_that_no_mapping_reads() -> None:
    """R36: the provider does not keep them."""
    source = want(entry(1, emails=[{"value": "a@acme.com"}], title="x"))
    (warning,) = plan(source, find(), rules=RULES).warnings
    assert warning.startswith("column title: attribute should be read by a mapping of Okta")


# ----------------------------------------------------------------------------- limits of the policy


def test_plan_states_limits_above_the_default() -> None:
    """R2: limits only tighten; the head of the plan says so for one that is too high."""
    policy = Policy(limits=Limits(deactivations=500, creates=5))
    result = plan(want(entry(1)), find(user(1)), policy=policy)
    (warning,) = result.warnings
    assert warning == (
        "limits.deactivations of 500 has no effect, since limits may only tighten and the default is 10 (max(10, 1 % of "
        "1 users)); allow more for a single run with apply(plan, allow={'deactivations': 500})"
    )
    assert "Warning: limits.deactivations of 500 has no effect" in str(result)


def test_plan_names_the_first_ten_of_many() -> None:
    source = want(*[entry(n, **manager("nobody")) for n in range(12)])
    (warning,) = plan(source, find()).warnings
    assert warning.endswith("entry:10 and 2 more")


# ----------------------------------------------------------------------------- groups


def test_plan_adds_new_people_to_groups() -> None:
    groups = [{"displayName": "Guides", "members": ["E1", "user2@acme.com"]}]
    found = find(user(1), groups=[({"id": "g", "displayName": "Guides"}, [])])
    result = plan(want(entry(1), entry(2), groups=groups), found)
    assert show(result)[1] == ("add_members", "g", {}, {"members": ["new:E2", "u1"]})
    assert [c.stage for c in result.changes] == ["users", "members_in"]


def test_plan_removes_only_members_whom_the_source_can_know() -> None:
    policy = Policy(exclude={"users": "user3*"}, protected={"users": "user4*"})
    groups = [{"displayName": "Guides", "members": ["E1"]}]
    found = find(
        *[user(n) for n in range(1, 6)],
        groups=[({"id": "g", "displayName": "Guides"}, ["u1", "u2", "u3", "u4", "u5"])],
        others=["u5"],
    )
    result = plan(want(entry(1), groups=groups), found, policy=policy)
    assert show(result) == [("remove_members", "g", {"members": ["u2"]}, {})]


# ----------------------------------------------------------------------------- refusals


def test_plan_refuses_swapped_directories() -> None:
    source, found = want(entry(1)), find(user(1))
    with pytest.raises(
        InputError, match=r"wanted must be the directory of a source.*as_wanted\(\)"
    ):
        plan(found, source)
    with pytest.raises(InputError, match="found must be a directory that was read from a tenant"):
        plan(source, source)


def test_plan_refuses_a_source_with_problems() -> None:
    problems = Problems(
        [Problem("must be a date", 3, "DOB"), Problem("is ignored", severity="warning")]
    )
    with pytest.raises(DirectoryError, match="line 3, column DOB: must be a date"):
        plan(replace(want(entry(1)), problems=problems), find())


def test_plan_refuses_users_that_are_not_distinct() -> None:
    """R23: twins of the source are refused."""
    source = unchecked(
        entry(1), entry(2, userName=" USER1@acme.com"), entry(1, userName="x"), {"title": "y"}
    )
    with pytest.raises(DirectoryError) as caught:
        plan(source, find())
    assert caught.value.problems == (
        "entry:2: userName is that of entry:1",
        "entry:3: externalId is that of entry:1",
        "entry:4: userName or externalId is missing",
    )


def test_plan_refuses_a_new_user_without_name() -> None:
    with pytest.raises(DirectoryError, match="entry:1: userName is missing"):
        plan(unchecked({"externalId": "E1"}), find())
    assert not plan(unchecked({"externalId": "E1"}), find(user(1)))


def test_plan_refuses_a_user_without_id() -> None:
    """R38: no operation is built with an empty id."""
    with pytest.raises(DirectoryError, match=r"must have an id, got 1 without(?s:.*)user 2"):
        plan(want(entry(1)), find(user(1), {"userName": "x"}))


def test_plan_refuses_what_needs_a_memory() -> None:
    for policy in (Policy(grace=timedelta(days=1)), Policy(reactivate="ours")):
        with pytest.raises(ConfigurationError, match="memory must be given"):
            plan(want(entry(1)), find(), policy=policy)
    for memory in (Memory(scim_url="https://other"), Memory(provider="Entra")):
        with pytest.raises(ConfigurationError, match="memory must belong to the"):
            plan(want(entry(1)), find(), memory=memory)


def test_plan_refuses_a_time_without_zone() -> None:
    with pytest.raises(InputError, match="now must have a time zone"):
        plan(want(entry(1)), find(), now=datetime(2026, 1, 1))


def test_plan_is_bound_to_its_target() -> None:
    found = find(user(3), user(1), user(2), user(4))
    target = plan(want(entry(1)), found).target
    assert (target.scim_url, target.provider, target.read_at) == (URL, "Okta", NOW)
    assert target.known_ids == ("u1", "u2", "u3")
    assert (
        target.digest
        == plan(want(entry(1)), find(user(1), user(2), user(3), user(4))).target.digest
    )
    moved = find(user(1), user(2), user(3), user(4, userName="x"))
    assert target.digest != plan(want(entry(1)), moved).target.digest


# ----------------------------------------------------------------------------- laws

numbers = st.lists(st.integers(1, 6), max_size=6, unique=True)


@st.composite
def directories(draw: st.DrawFn) -> tuple[list[User], list[User], Policy]:
    found = [
        user(
            n,
            externalId=draw(st.sampled_from([f"E{n}", None])),
            title=draw(st.sampled_from([None, "a"])),
            active=draw(st.booleans()),
        )
        for n in draw(numbers)
    ]
    wanted = [
        entry(
            n,
            userName=draw(
                st.sampled_from([f"user{n}@acme.com", f"USER{n}@acme.com", f"n{n}@acme.com"])
            ),
            title=draw(st.sampled_from(["a", "b"])),
            active=draw(st.booleans()),
            **draw(st.sampled_from([{}, manager("E1"), manager("user2@acme.com")])),
        )
        for n in draw(numbers.filter(bool))
    ]
    policy = Policy(
        missing=draw(st.sampled_from(["keep", "deactivate", "delete"])),
        protected=draw(st.sampled_from([{}, {"users": 'filter: externalId eq "E3"'}])),
        exclude=draw(st.sampled_from([{}, {"users": "user4*"}])),
        reactivate=draw(st.sampled_from(["stated", "always", "never"])),
    )
    return wanted, found, policy


def apply(changes: Iterable[Change], found: Iterable[User]) -> list[User]:
    """Return the users at the target after the changes, as a server would have them."""
    from britive_scim import scim

    users = {u["id"]: dict(u) for u in found}
    for change in changes:
        if change.action == "create":
            users[change.id] = {**change.after, "id": change.id}
        elif change.action == "delete":
            del users[change.id]
        else:
            request = scim.PatchRequest(operations=change.operations)
            users[change.id] = request.apply(users[change.id])
        names = [u["userName"].casefold() for u in users.values()]
        assert len(set(names)) == len(names), "userNames are unique after each change"
    return list(users.values())


@given(directories(), st.randoms(use_true_random=False))
def test_plan_is_deterministic_and_comes_to_rest(
    case: tuple[list[User], list[User], Policy], random: Any
) -> None:
    """Any order of input gives an equal plan, and the plan after the changes is empty."""
    wanted, found, policy = case
    result = plan(want(*wanted), find(*found), policy=policy, now=NOW)
    shuffled = random.sample(found, len(found))
    source = want(*wanted)
    records = random.sample(list(source.user_records), len(wanted))
    again = plan(
        replace(source, user_records=tuple(records)), find(*shuffled), policy=policy, now=NOW
    )
    assert again == result

    after = apply(result.changes, found)
    rest = plan(want(*wanted), find(*after), policy=policy, now=NOW)
    assert not rest.changes
    assert {u["id"] for u in found} - {u["id"] for u in after} == {
        c.id for c in result.changes if c.action == "delete"
    }
    by_external = {u.get("externalId"): u for u in after}
    for values in wanted:
        account = by_external.get(values["externalId"])
        if account is not None and not account["userName"].startswith("user4"):
            assert account["userName"].casefold() == values["userName"].casefold()
            assert account["title"] == values["title"]
    protected = {u["id"] for u in found if u["externalId"] == "E3"}
    removed = {c.id for c in result.changes if c.action in {"deactivate", "delete"}}
    assert policy.protected == {} or not protected & removed


def test_records_of_a_plan_are_explained() -> None:
    basis = plan(want(entry(1)), find(user(1))).basis
    assert basis is not None
    assert basis.matches == {"u1": (UserRecord(entry(1), 1), "external_id")}


@pytest.mark.parametrize("extension", ["text", {}, {"manager": 7}, None])
def test_plan_reads_managers_of_any_shape(extension: Any) -> None:
    """What a tenant has as a manager may be text, an empty object or a number; the plan sets the wanted one."""
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    stated = {"externalId": "E1", "userName": "user1@acme.com", urn: {"manager": {"value": "E2"}}}
    present = {**user(1), **({} if extension is None else {urn: extension})}
    source = Directory.of([stated, {"externalId": "E2", "userName": "user2@acme.com"}])
    result = plan(source, find(present, user(2)))
    (change,) = [change for change in result.changes if change.id == "u1"]
    assert change.after[urn]["manager"] == {"value": "u2"}


def test_plan_keeps_a_manager_whose_name_two_people_have() -> None:
    """A name that two accounts of the tenant have does not name one of them."""
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    source = Directory.of(
        [{"externalId": "E1", "userName": "user1@acme.com", urn: {"manager": {"value": "twin"}}}]
    )
    twins = [{**user(n), "userName": "twin"} for n in (2, 3)]
    nameless = {
        key: value for key, value in user(4).items() if key not in ("userName", "externalId")
    }
    result = plan(source, find(user(1), *twins, nameless))
    assert not result.changes
    assert any("manager" in warning for warning in result.warnings)


def test_plan_of_cleared_and_partial_extensions() -> None:
    """A cleared extension states no manager, and one without a manager leaves it; nothing cleared is created."""
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    present = {urn: {"department": "IT", "manager": {"value": "u3"}}}
    source = Directory.of(
        [
            {"externalId": "E1", "userName": "user1@acme.com", urn: None},
            {"externalId": "E2", "userName": "user2@acme.com", urn: {"department": "HR"}},
            {"externalId": "E3", "userName": "user3@acme.com", urn: {"manager": "E2"}},
            {
                "externalId": "E9",
                "userName": "user9@acme.com",
                urn: {"department": None},
                "title": None,
            },
        ],
        empty="clear",
    )
    result = plan(source, find(user(1, **present), user(2, **present), user(3)))
    after = {change.id: change.after for change in result.changes}
    assert after.pop("u2")[urn] == {"department": "HR"}
    assert after.pop("u3")[urn] == {"manager": {"value": "u2"}}
    created = after.pop("new:E9")
    assert "title" not in created
    assert urn not in created
    assert list(after) == ["u1"]
    assert after["u1"][urn] == {"department": None, "manager": None}


@pytest.mark.parametrize(
    ("found", "wanted", "is_equal"),
    [
        ({"a": 1, "b": ["x"]}, {"b": ["x"], "a": 1}, True),
        (["b", "a", ""], ["a", "b"], True),
        (["a"], "a", False),
        ({"a": 1}, {"a": 2}, False),
        (True, "true", True),
    ],
)
def test_plan_compares_values_that_no_schema_declares(
    found: Any, wanted: Any, is_equal: bool
) -> None:
    """A provider may order and convert what it does not know."""
    urn = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
    source = Directory.of(
        [{"externalId": "E1", "userName": "user1@acme.com", urn: {"box": wanted}}]
    )
    result = plan(source, find(user(1, **{urn: {"box": found}})))
    assert bool(result) is not is_equal


@pytest.mark.parametrize("is_at_target", [True, False])
def test_plan_sets_managers_who_are_left_alone(is_at_target: bool) -> None:
    """An excluded manager is still a manager, if the tenant has the account; else the report names the users."""
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    source = Directory.of(
        [
            {"externalId": "E1", "userName": "user1@acme.com", urn: {"manager": {"value": "E9"}}},
            {"externalId": "E2", "userName": "user2@acme.com", urn: {"manager": {"value": "E9"}}},
            {"externalId": "E9", "userName": "user9@acme.com"},
        ]
    )
    found = [user(1), user(2)] + [user(9)] * is_at_target
    result = plan(source, find(*found), policy=Policy(exclude={"users": ["user9@*"]}))
    managers = {change.id: change.after[urn]["manager"] for change in result.changes}
    expected = {"value": "u9"}
    assert managers == ({"u1": expected, "u2": expected} if is_at_target else {})
    assert bool(result.warnings) is not is_at_target


def test_plan_takes_members_of_the_target_by_id_alone() -> None:
    """A name that only the target knows is no member of a source with users; an id may be one."""
    groups = [{"displayName": "G", "members": [{"value": "u2"}, {"value": "E1"}]}]
    found = find(user(1), user(2), groups=[({"id": "g", "displayName": "G"}, [])])
    result = plan(want(entry(1), groups=groups), found)
    (change,) = result.changes
    assert change.after == {"members": ["u1", "u2"]}
