"""Memory after `apply`: known ids, deactivated users, unkept paths, grace marks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from britive_scim import errors
from britive_scim.provisioning import (
    Completeness,
    Directory,
    ExcludedObject,
    Memory,
    Plan,
    Policy,
    plan,
)
from britive_scim.provisioning.memory_update import update_memory
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge
from britive_scim.testing import Tenant
from support.plans import add_members, create, create_group, deactivate, delete, make_plan, update

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FORMER = datetime(2026, 4, 1, tzinfo=UTC)
GRACE = Policy(missing="deactivate", grace=timedelta(days=7))
ANN = {"externalId": "E1", "userName": "ann@acme.com"}
BO = {"externalId": "E2", "userName": "bo@acme.com"}


def test_memory_knows_ids_and_deactivated_users() -> None:
    memory = Memory(
        unkept_values={"gone": {"title": "0"}, "b": {"title": "1", "nickName": "2"}},
        grace={"left": FORMER, "gone": FORMER},
        known_ids={"gone": "gone"},
        deactivated={"back", "gone"},
    )
    changes = [
        create("a"),
        deactivate("left"),
        delete("gone"),
        update("back", "active", False, True, action="reactivate"),
        update("b", "title", None, "x"),
        add_members("g", ["b"]),
    ]
    made = make_plan(Tenant(), changes)
    done = [(change, "u1" if change.action == "create" else change.id) for change in changes]
    update_memory(
        memory,
        made,
        done,
        ProviderKnowledge({"User": {"title"}}, {"b": {"title": "3"}, "g": {"displayName": "4"}}),
        NOW,
        switched_off={"left"},
    )
    assert memory.unkept_values == {"b": {"title": "3"}, "g": {"displayName": "4"}}
    assert memory.known_ids == {"a": "u1", "left": "left", "back": "back", "b": "b"}
    assert memory.deactivated == {"left", "gone"}
    assert memory.deleted == {"gone"}
    assert memory.grace == {}
    assert memory.unkept == {"User": {"title"}}


def test_memory_knows_groups_by_external_id() -> None:
    memory = Memory(known_group_ids={"G2": "gone", "G3": "kept"})
    changes = [
        replace(create_group("G1"), after={"displayName": "One", "externalId": "G1"}),
        create_group("Without externalId"),
        delete("gone", "Group"),
    ]
    done = [(change, change.id) for change in changes]
    update_memory(memory, make_plan(Tenant(), changes), done, ProviderKnowledge(), NOW)
    assert memory.known_group_ids == {"G1": "new:group:G1", "G3": "kept"}


@pytest.mark.parametrize("withheld", [(), ("the source is not complete",)])
def test_memory_marks_missing_users(withheld: tuple[str, ...]) -> None:
    """R2: grace begins when a user is missing first, and ends when the user is back."""
    memory = Memory(grace={"early": FORMER, "back": FORMER, "due": FORMER})
    excluded = tuple(
        ExcludedObject(type="User", key=key, id=key, reason="grace until 2026-06-01T00:00:00+00:00")
        for key in ("early", "new")
    )
    made = make_plan(
        Tenant(),
        [deactivate("due")],
        excluded=excluded,
        withheld=withheld,
        target={"read_at": NOW - timedelta(days=30)},
    )
    memory.grace["later"] = NOW - timedelta(days=1)  # marked after the plan was made
    update_memory(memory, made, [], ProviderKnowledge(), NOW)
    kept = {"back": FORMER} if withheld else {}
    later = {"later": NOW - timedelta(days=1)}
    assert memory.grace == {"early": FORMER, "new": NOW, "due": FORMER} | kept | later


def test_grace_ends_for_users_who_are_back_although_removals_are_withheld() -> None:
    """R2: a user who is back, and missing again later, has the whole time of grace again."""
    memory = Memory(grace={"E1": FORMER, "E2": FORMER})
    made = plan(Directory.of([ANN]), find(users=False), policy=Policy(missing="deactivate"))
    assert made.withheld
    update_memory(memory, made, [], ProviderKnowledge(), NOW)
    assert memory.grace == {"E2": FORMER}


@pytest.mark.parametrize("side", ["source", "target"])
def test_grace_begins_only_where_both_sides_are_complete(side: str) -> None:
    """R1, R2: a directory that was cut does not say who is missing."""
    source = Directory.of([ANN])
    if side == "source":
        source = replace(source, completeness=Completeness(users=False, groups=None))
    memory = Memory()
    made = plan(source, find(users=side != "target"), policy=GRACE, memory=memory, now=NOW)
    assert made.withheld == (
        f"1 user not deactivated: the users of the {side} are not proven to be complete",
    )
    assert made.to_text().startswith("Removals withheld: ")
    assert made.excluded == ()
    update_memory(memory, made, [], ProviderKnowledge(), NOW)
    assert memory.grace == {}


def test_grace_pauses_while_a_side_is_incomplete() -> None:
    """R1, R2: days on which nobody is proven to be missing are no grace."""
    memory = Memory()
    for day, users, expected in (
        (0, True, NOW),
        (2, True, NOW),
        (6, False, NOW + timedelta(days=4)),
        (9, True, NOW + timedelta(days=4)),
    ):
        now = NOW + timedelta(days=day)
        made = plan(Directory.of([ANN]), find(users=users), policy=GRACE, memory=memory, now=now)
        assert not made.changes
        update_memory(memory, made, [], ProviderKnowledge(), now)
        assert memory.grace == {"E2": expected}
    now = NOW + timedelta(days=11)
    made = plan(Directory.of([ANN]), find(), policy=GRACE, memory=memory, now=now)
    assert [change.action for change in made.changes] == ["deactivate"]


def test_grace_of_a_loaded_plan_begins_with_its_run(tmp_path: Path) -> None:
    """R2: a plan of last month does not say that somebody has been missing for a month."""
    memory = Memory()
    made = plan(Directory.of([ANN]), find(), policy=GRACE, memory=memory, now=FORMER)
    made.save(tmp_path / "plan.json")
    update_memory(memory, Plan.load(tmp_path / "plan.json"), [], ProviderKnowledge(), NOW)
    assert memory.grace == {"E2": NOW}


def find(**completeness: Any) -> Directory:
    """Return a tenant with Ann and Bo."""
    return Directory.found(
        [{"id": "1", **ANN}, {"id": "2", **BO}],
        None,
        completeness=Completeness(groups=None, **completeness),
        scim_url=None,
        provider=None,
        read_at=FORMER,
    )


def test_memory_is_saved_to_its_file_and_bound(tmp_path: Path) -> None:
    memory = Memory.load(tmp_path / "memory.json")
    change = create("a")
    update_memory(memory, make_plan(Tenant(), [change]), [(change, "u1")], ProviderKnowledge(), NOW)
    assert Memory.load(tmp_path / "memory.json").known_ids == {"a": "u1"}
    with pytest.raises(errors.ConfigurationError, match="memory must belong"):
        update_memory(memory, make_plan(Tenant("other"), [change]), [], ProviderKnowledge(), NOW)
