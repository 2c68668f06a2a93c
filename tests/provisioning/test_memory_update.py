"""Memory after `apply`: known ids, deactivated users, unkept paths, grace marks."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from britive_scim import errors
from britive_scim.provisioning import (
    Completeness,
    Directory,
    ExcludedObject,
    Memory,
    Policy,
    plan,
)
from britive_scim.provisioning.memory_update import update_memory
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge
from britive_scim.testing import Tenant
from support.plans import add_members, create, deactivate, delete, make_plan, update

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FORMER = datetime(2026, 4, 1, tzinfo=UTC)


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
    )
    assert memory.unkept_values == {"b": {"title": "3"}, "g": {"displayName": "4"}}
    assert memory.known_ids == {"a": "u1", "left": "left", "back": "back", "b": "b"}
    assert memory.deactivated == {"left"}
    assert memory.grace == {}
    assert memory.unkept == {"User": {"title"}}


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
        target={"read_at": NOW},
    )
    update_memory(memory, made, [], ProviderKnowledge(), datetime.now(UTC))
    kept = {"back": FORMER} if withheld else {}
    assert memory.grace == {"early": FORMER, "new": NOW, "due": FORMER} | kept


def test_grace_ends_for_users_who_are_back_although_removals_are_withheld() -> None:
    """R2: a user who is back, and missing again later, has the whole time of grace again."""
    user = {"externalId": "E1", "userName": "ann@acme.com"}
    found = Directory.found(
        [{"id": "1", **user}, {"id": "2", "externalId": "E2", "userName": "bo@acme.com"}],
        None,
        completeness=Completeness(users=False, groups=None),
        scim_url=None,
        provider=None,
        read_at=NOW,
    )
    memory = Memory(grace={"E1": FORMER, "E2": FORMER})
    made = plan(Directory.of([user]), found, policy=Policy(missing="deactivate"))
    assert made.withheld
    update_memory(memory, made, [], ProviderKnowledge(), NOW)
    assert memory.grace == {"E2": FORMER}


def test_memory_is_saved_to_its_file_and_bound(tmp_path: Path) -> None:
    memory = Memory.load(tmp_path / "memory.json")
    change = create("a")
    update_memory(memory, make_plan(Tenant(), [change]), [(change, "u1")], ProviderKnowledge(), NOW)
    assert Memory.load(tmp_path / "memory.json").known_ids == {"a": "u1"}
    with pytest.raises(errors.ConfigurationError, match="memory must belong"):
        update_memory(memory, make_plan(Tenant("other"), [change]), [], ProviderKnowledge(), NOW)
