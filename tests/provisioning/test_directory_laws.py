"""Laws of comparison and saving of directories with any users, groups and members."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from britive_scim.provisioning import Completeness, Directory, MemberRecord, UserRecord

VALUES = (
    st.none()
    | st.booleans()
    | st.integers(0, 9)
    | st.sampled_from(["a", "B", "2026-01-01T00:00:00Z"])
)
FACTS = st.dictionaries(
    st.sampled_from(["status", "type", "external", "identity_provider", "last_login", "admin_roles", "attributes"]), VALUES
)  # fmt: skip


@st.composite
def directories(draw: st.DrawFn, *, is_of_admin_api: bool) -> Directory:
    ids = draw(st.lists(st.sampled_from("abcde"), unique=True, max_size=4))
    users = [
        UserRecord(
            {"id": id_, "userName": draw(st.sampled_from(["ana", "Bo", "cy"])) + id_}
            | draw(st.dictionaries(st.sampled_from(["title", "active", "emails", "meta", "externalId"]), VALUES)),
            admin=draw(FACTS) if is_of_admin_api else None,
        )
        for id_ in ids
    ]  # fmt: skip
    members = st.none() | st.lists(
        st.builds(MemberRecord, st.sampled_from("abcdex1"), st.sampled_from(["User", "Group", None])), unique=True
    )  # fmt: skip
    groups = [
        ({"id": id_, "displayName": id_ * 2}, draw(members))
        for id_ in draw(st.lists(st.sampled_from("1234"), unique=True, max_size=3))
    ]
    found = Directory.found(users, groups, completeness=Completeness(), scim_url="https://x", provider=None, read_at=None)  # fmt: skip
    return replace(found, source=replace(found.source, format="admin API" if is_of_admin_api else "SCIM"))  # fmt: skip


ANY = st.booleans().flatmap(lambda is_admin: directories(is_of_admin_api=is_admin))
PAIRS = st.booleans().flatmap(
    lambda is_admin: st.tuples(directories(is_of_admin_api=is_admin), directories(is_of_admin_api=is_admin))
)  # fmt: skip


@given(ANY)
def test_directory_equals_itself(directory: Directory) -> None:
    assert not directory.compare(directory)


@given(PAIRS)
def test_comparison_backwards_swaps_what_was_added(pair: tuple[Directory, Directory]) -> None:
    before, after = pair
    forward, backward = before.compare(after), after.compare(before)

    def list_ids(part: Any) -> set[str]:
        return {record.id for record in part}

    assert list_ids(forward.users_added) == list_ids(backward.users_removed)
    assert list_ids(forward.groups_added) == list_ids(backward.groups_removed)
    assert list_ids(forward.users_changed) == list_ids(backward.users_changed)
    assert len(forward.memberships_added) == len(backward.memberships_removed)
    assert len(forward.memberships_removed) == len(backward.memberships_added)
    swapped = {change.id: (change.after, change.before) for change in backward.users_changed}
    assert swapped == {change.id: (change.before, change.after) for change in forward.users_changed}


@given(ANY)
def test_queries_agree_with_the_table_of_memberships(directory: Directory) -> None:
    rows = [row for row in directory.memberships if row[4] != "Group"]
    ids = {user.id for user in directory.users}
    members = {row[2] for row in rows} & ids
    assert {user.id for user in directory.users_without_group()} == ids - members
    for user in directory.users:
        groups = {row[0] for row in rows if row[2] == user.id}
        assert {group.id for group in directory.groups_of(user)} == groups


@given(directory=ANY)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_saved_directory_is_the_same(directory: Directory, tmp_path: Path) -> None:
    directory.save(tmp_path / "d.jsonl")
    loaded = Directory.load(tmp_path / "d.jsonl")
    assert (loaded.user_records, loaded.group_records) == (
        directory.user_records,
        directory.group_records,
    )
    assert loaded.findings() == directory.findings()
