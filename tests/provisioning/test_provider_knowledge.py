"""Knowledge about a provider: values that it does not keep, accepted members, limits and copies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from britive_scim.provisioning import (
    Completeness,
    Directory,
    MemberRecord,
    Memory,
    plan,
    provider_knowledge,
)
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def test_unkept_values_are_those_of_same_values() -> None:
    knowledge = ProviderKnowledge()
    knowledge.record_sent("User", "1", {"title": "a"}, ["title"])
    assert knowledge.list_unkept("1", {"title": "a"}) == ("title",)
    assert knowledge.list_unkept("1", {"title": "b"}) == ()
    assert knowledge.list_unkept("2", {"title": "a"}) == ()
    knowledge.record_sent("User", "1", {"title": "b"}, [])
    assert knowledge.list_unkept("1", {"title": "a"}) == ()
    assert knowledge.unkept == {}


@pytest.mark.parametrize(
    ("path", "sent", "is_forgotten"),
    [
        ("title", {"title": None}, True),
        ("title", {"nickName": "a"}, False),
        ("name.givenName", {"name": {"givenName": "A"}}, True),
        ("name.givenName", {"name": {"familyName": "A"}}, False),
        ("name.givenName", {"name": None}, True),
        ('emails[type eq "a:b.c"]', {"emails": []}, True),
        (f"{ENTERPRISE}:manager.value", {ENTERPRISE: {"manager": None}}, True),
        (f"{ENTERPRISE}:department", {ENTERPRISE: {"manager": None}}, False),
        (f"{ENTERPRISE}:department", {ENTERPRISE: None}, True),
        (f"{ENTERPRISE}:department", {"department": "x"}, False),
    ],
)
def test_new_value_replaces_what_was_known_of_the_old_one(
    path: str, sent: dict[str, Any], is_forgotten: bool
) -> None:
    knowledge = ProviderKnowledge(unkept_values={"1": {path: "digest"}})
    knowledge.record_sent("User", "1", sent, [])
    assert knowledge.unkept_values == ({} if is_forgotten else {"1": {path: "digest"}})


def test_members_are_exact_until_they_are_forgotten() -> None:
    knowledge = ProviderKnowledge()
    knowledge.record_member_change("g", ["a"], is_removal=True)
    assert knowledge.members == {}
    knowledge.record_member_change("g", ["a"], is_removal=False)
    assert not knowledge.has_exact_members("g", ["a"])
    knowledge.record_members("g", ["a", "b"])
    knowledge.record_member_change("g", ["b"], is_removal=True)
    knowledge.record_member_change("g", ["c"], is_removal=False)
    assert knowledge.has_exact_members("g", ("c", "a"))
    knowledge.forget_members("g")
    assert not knowledge.has_exact_members("g", ("c", "a"))
    assert knowledge.members == {}


def test_oldest_objects_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_knowledge, "MAX_REMEMBERED", 2)
    knowledge = ProviderKnowledge()
    for number in "123":
        knowledge.record_sent("User", number, {"title": "a"}, ["title"])
        knowledge.record_members(number, ["a"])
    assert list(knowledge.unkept_values) == list(knowledge.members) == ["2", "3"]
    assert not knowledge.has_exact_members("1", ["a"])


def test_own_knowledge_has_precedence_over_that_of_the_memory() -> None:
    memory = Memory(
        unkept={"User": {"title"}},
        unkept_values={"1": {"title": "old"}, "2": {"title": "kept"}},
        members={"g": {"a"}, "h": {"b"}},
    )
    knowledge = ProviderKnowledge({"User": ["nickName"]}, {"1": {"title": "new"}}, {"g": ["c"]})
    copy = knowledge.copy()
    copy.add_memory(memory)
    assert copy.to_dict() == {
        "unkept": {"User": ["nickName", "title"]},
        "unkept_values": {"1": {"title": "new"}, "2": {"title": "kept"}},
        "members": {"g": ["c"], "h": ["b"]},
    }
    assert knowledge.members == {"g": {"c"}}


def test_knowledge_is_saved_with_the_directory(tmp_path: Path) -> None:
    user = {"id": "1", "externalId": "E1", "userName": "ann@acme.com"}
    knowledge = ProviderKnowledge(members={"g": ["1"]})
    knowledge.record_sent("User", "1", {"title": "Chief of all"}, ["title"])
    found = Directory.found(
        [{**user, "title": "Chie"}],
        [({"id": "g", "displayName": "Guides"}, None)],
        completeness=Completeness(unproven_groups=frozenset({"g"})),
        scim_url=None,
        provider=None,
        read_at=None,
        knowledge=knowledge,
    )
    found.save(tmp_path / "found.jsonl")
    wanted = Directory.of(
        [{**user, "title": "Chief of all"}], [{"displayName": "Guides", "members": ["E1"]}]
    )
    for directory in (found, Directory.load(tmp_path / "found.jsonl")):
        assert not plan(wanted, directory)
    text = (tmp_path / "found.jsonl").read_text()
    head, _, rest = text.partition("\n")
    start = head.index(',"knowledge"')
    (tmp_path / "old.jsonl").write_text(f"{head[:start]}}}\n{rest}")
    made = plan(wanted, Directory.load(tmp_path / "old.jsonl"))
    assert [change.action for change in made.changes] == ["update", "add_members"]


def test_members_that_are_cut_from_a_long_list_are_added_once() -> None:
    """A group that shows only its first members: accepted ones are not added again, the others are."""
    users = [{"id": f"i{n}", "externalId": f"E{n}", "userName": f"u{n}@acme.com"} for n in range(4)]
    found = Directory.found(
        users,
        [({"id": "g", "displayName": "Guides"}, [MemberRecord("i0", "User")])],
        completeness=Completeness(unproven_groups=frozenset({"g"})),
        scim_url=None,
        provider=None,
        read_at=None,
        knowledge=ProviderKnowledge(members={"g": ["i1", "i2"]}),
    )
    wanted = Directory.of(users, [{"displayName": "Guides", "members": ["E0", "E1", "E3"]}])
    assert [change.after for change in plan(wanted, found).changes] == [{"members": ["i3"]}]
