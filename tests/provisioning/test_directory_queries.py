"""Queries of a directory: members, groups of a user, users without a group, tables, and what a cell shows."""

import copy
import pickle
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from britive_scim import admin, errors, scim
from britive_scim.provisioning import Completeness, Directory, MemberRecord, UserRecord, plan
from britive_scim.tables import IncompleteTableWarning
from support.each_value import each_value

CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
READ_AT = datetime(2026, 5, 1, 12, tzinfo=UTC)

ANA = {
    "id": "u1",
    "userName": "Ana@acme.com",
    "externalId": "A1",
    "name": {"givenName": "Ana", "familyName": "Diaz"},
    "active": True,
    "emails": [{"value": "a@home.org"}, {"value": "ana@acme.com", "type": "work"}],
    "meta": {"created": "2026-01-01T00:00:00Z", "lastModified": "2026-02-01T01:00:00+01:00"},
    ENTERPRISE: {"department": "Ops", "manager": {"value": "u2"}, "employeeNumber": "7"},
    CUSTOM: {"costCenter": "10", "sites": ["a", "b"]},
}
BO = {"id": "u2", "userName": "bo@acme.com", "displayName": "Bo <i>", "active": False}
CY = {"id": "u3", "userName": "cy@acme.com"}


def user(id_: str) -> MemberRecord:
    return MemberRecord(id_, "User")


GROUPS = [
    ({"id": "g1", "displayName": "Ops", "externalId": "G1"}, [user("u1"), user("u2")]),
    ({"id": "g2", "displayName": "Finance"}, [user("u1"), MemberRecord("g1", "Group"), user("x9")]),
    ({"id": "g3", "displayName": "Empty"}, []),
]


def found(people: Any = (ANA, BO, CY), groups: Any = GROUPS, **options: Any) -> Directory:
    completeness = Completeness(**options.pop("completeness", {}))
    facts = {"scim_url": None, "provider": None, "read_at": READ_AT, **options}
    return Directory.found(people, groups, completeness=completeness, **facts)


@each_value(
    "group", ["Ops", "ops", "OPS", "g1", "G1", scim.Group(id="g1"), scim.Group(display_name="Ops"), admin.Tag(id="g1")]
)  # fmt: skip
def test_members_of_returns_users(group: Any) -> None:
    members = found().members_of(group)
    assert [person.user_name for person in members] == ["Ana@acme.com", "bo@acme.com"]
    assert isinstance(members[0], scim.User)
    assert members.complete
    assert members.why_incomplete is None
    assert repr(members) == "<2 users>"
    assert str(members).splitlines() == [
        "2 users",
        "  Ana@acme.com · Ana Diaz · active",
        "  bo@acme.com · Bo <i> · inactive",
    ]
    assert "Bo &lt;i&gt; · inactive" in members._repr_html_()


def test_members_of_counts_members_that_are_no_users(tmp_path: Path) -> None:
    members = found().members_of("Finance")
    assert [person.id for person in members] == ["u1"]
    assert not members.complete
    assert members.why_incomplete == "2 members are not among the users"
    assert str(members).endswith("incomplete: 2 members are not among the users")
    assert "incomplete: 2 members" in members._repr_html_()
    with pytest.warns(IncompleteTableWarning, match="2 members"):
        members.to_csv(tmp_path / "finance.csv")


def test_members_of_wanted_groups_are_found_by_key() -> None:
    wanted = Directory.of(
        [{"userName": "ana", "externalId": "A"}, {"userName": "bo"}], {"Ops": ["A", "BO"]}
    )
    assert [person.user_name for person in wanted.members_of("Ops")] == ["ana", "bo"]
    assert [group.display_name for group in wanted.groups_of("bo")] == ["Ops"]


def test_members_that_are_not_shown_are_refused() -> None:
    groups = [({"id": "g1", "displayName": "Ops"}, None)]
    hidden = found(groups=groups, completeness={"unproven_groups": frozenset({"g1"})})
    with pytest.raises(errors.InputError, match="members of 'Ops' must be known"):
        hidden.members_of("Ops")
    assert len(found(groups=groups).members_of("Ops")) == 0
    partly = found(completeness={"unproven_groups": frozenset({"g1"})})
    assert partly.members_of("Ops").why_incomplete == "members of Ops are not all known"
    assert partly.users_without_group().why_incomplete == "members of 1 group are not known"


@each_value(
    "who",
    ["u1", "ana@ACME.com", "a1", "A@home.org", scim.User(id="u1"), scim.User(user_name="ana@acme.com"), admin.User(id="u1"), admin.User(username="ana@acme.com")],
)  # fmt: skip
def test_groups_of_returns_groups(who: Any) -> None:
    groups = found().groups_of(who)
    assert [group.display_name for group in groups] == ["Ops", "Finance"]
    assert isinstance(groups[0], scim.Group)
    assert repr(groups) == "<2 groups>"
    assert str(groups) == "2 groups\n  Ops · 2 members\n  Finance · 3 members"
    assert "Ops · 2 members" in groups._repr_html_()


def test_users_without_group_and_inactive_ones_in_groups() -> None:
    directory = found()
    assert [person.id for person in directory.users_without_group()] == ["u3"]
    assert [person.id for person in directory.inactive_users_in_groups()] == ["u2"]
    lost = found(completeness={"groups": False, "reasons": ("groups: page 2 is missing",)})
    assert lost.users_without_group().why_incomplete == "not all groups were read"
    assert lost.groups is not None
    assert not lost.groups.complete


@each_value(
    "query, error, message",
    [
        (lambda d: d.members_of("Opz"), errors.InputError, "in the directory, got 'Opz'; did you mean 'Ops'"),
        (lambda d: d.members_of(7), errors.InputError, "group must be a group, its name or id, got int"),
        (lambda d: d.groups_of("anna@acme.com"), errors.InputError, "did you mean 'Ana@acme.com'"),
        (lambda d: d.groups_of(""), errors.InputError, "user must be a user"),
        (lambda d: found(groups=None).groups_of("u1"), errors.InputError, "groups must be part"),
        (lambda d: found(groups=None).users_without_group(), errors.InputError, "groups must be part"),
        (lambda d: found(groups=None).inactive_users_in_groups(), errors.InputError, "groups must be part"),
        (lambda d: found(groups=None).members_of("Ops"), errors.InputError, "groups must be part"),
    ],
)  # fmt: skip
def test_unknown_names_are_refused(query: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        query(found())


def test_name_of_several_is_ambiguous() -> None:
    twins = found(
        [ANA, {**BO, "userName": "ANA@acme.com"}],
        [*GROUPS, ({"id": "g9", "displayName": "OPS"}, [])],
    )
    with pytest.raises(errors.Ambiguous, match="which 2 have; use the id") as caught:
        twins.groups_of("ana@acme.com")
    assert caught.value.candidates == ("u1", "u2")
    assert len(twins.members_of("Ops")) == 2, "the exact name wins"
    with pytest.raises(errors.Ambiguous):
        twins.members_of("oPs")


def test_table_of_scim_users_has_its_columns() -> None:
    table = found().to_table()
    first, _, last = (dict(zip(table.columns, row, strict=True)) for row in table)
    assert first == {
        "id": "u1", "user_name": "Ana@acme.com", "external_id": "A1", "given_name": "Ana", "family_name": "Diaz",
        "display_name": None, "email": "ana@acme.com", "active": True, "title": None, "department": "Ops",
        "manager": "u2", "employee_number": "7", "created": datetime(2026, 1, 1, tzinfo=UTC),
        "last_modified": datetime(2026, 2, 1, tzinfo=UTC), "key": "ana@acme.com", "groups": 2,
        "custom.costCenter": "10", "custom.sites": ["a", "b"],
        "other": '{"emails":[{"value":"a@home.org"},{"value":"ana@acme.com","type":"work"}]}',
    }  # fmt: skip
    assert (last["groups"], last["active"], last["email"]) == (0, None, None)
    ungrouped = found(groups=None).to_table()
    assert [row[list(ungrouped.columns).index("groups")] for row in ungrouped] == [None] * 3


def test_columns_are_names_or_paths_in_this_order() -> None:
    columns = {
        "mail": 'emails[type eq "work"].value',
        "n": "groups",
        "dept": "enterprise.department",
        "key": "key",
    }
    directory = found()
    assert [*directory.to_table(columns).columns] == ["mail", "n", "dept", "key"]
    assert next(map(tuple, directory.to_table(columns))) == (
        "ana@acme.com",
        2,
        "Ops",
        "ana@acme.com",
    )
    frame = directory.members_of("Ops").to_pandas(["user_name", "custom.costCenter", "nickName"])
    assert frame.columns.tolist() == ["user_name", "custom.costCenter", "nickName"]
    assert frame["user_name"].tolist() == ["Ana@acme.com", "bo@acme.com"]
    admin_side = found([UserRecord(ANA, admin={"status": "locked"}), BO])
    table = admin_side.to_table(["status", "name.familyName", "tags"])
    assert [*map(tuple, table)] == [
        ("locked", "Diaz", ["Ops", "Finance"]),
        ("inactive", None, ["Ops"]),
    ]
    assert [*found([]).to_table(columns)] == []


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["user_nam"], "user_nam"),
        ({"x": "emails[type eq"}, "emails"),
        (
            "user_name",
            r"columns must be names of columns, .*got 'user_name'; write \['user_name'\]",
        ),
        (7, "columns must be names of columns"),
        ([], "columns must be names of columns"),
        ({"x": 7}, "columns must be names of columns"),
        ([["id"]], "columns must be"),
    ],
)
def test_unknown_columns_are_refused(columns: Any, message: str) -> None:
    for directory in (found(), found([UserRecord(ANA, admin={})])):
        with pytest.raises(errors.InputError, match=message):
            directory.to_table(columns)


def test_table_of_admin_users_has_its_columns() -> None:
    facts = {"status": "active", "type": "User", "external": True, "identity_provider": "Okta", "last_login": "2026-04-01T10:00:00+00:00", "attributes": True}  # fmt: skip
    directory = found([UserRecord(ANA, admin=facts), UserRecord(BO, admin={"last_login": None})])
    table = directory.users.to_table()
    ana, bo = (dict(zip(table.columns, row, strict=True)) for row in table)
    assert ana == {
        "id": "u1", "username": "Ana@acme.com", "email": "ana@acme.com", "first_name": "Ana", "last_name": "Diaz",
        "status": "active", "type": "User", "external": True, "identity_provider": "Okta", "external_id": "A1",
        "last_login": datetime(2026, 4, 1, 10, tzinfo=UTC), "created": datetime(2026, 1, 1, tzinfo=UTC),
        "modified": datetime(2026, 2, 1, tzinfo=UTC), "tags": ["Ops", "Finance"], "key": "ana@acme.com",
        "attributes.costCenter": "10", "attributes.sites": ["a", "b"],
    }  # fmt: skip
    assert (bo["last_login"], bo["status"], bo["tags"]) == (None, "inactive", ["Ops"])
    assert table.columns["last_login"] is datetime


def test_tables_of_groups_and_memberships() -> None:
    directory = found(groups=[*GROUPS, ({"id": "g4", "displayName": "Hidden", "meta": {"created": "2026-01-01T00:00:00"}}, None)])  # fmt: skip
    assert directory.groups is not None
    assert [*directory.groups.to_table()] == [
        ("g1", "Ops", "G1", 2, None, None),
        ("g2", "Finance", None, 3, None, None),
        ("g3", "Empty", None, 0, None, None),
        ("g4", "Hidden", None, None, datetime(2026, 1, 1, tzinfo=UTC), None),
    ]
    assert [*directory.memberships] == [
        ("g1", "Ops", "u1", "Ana@acme.com", "User"),
        ("g1", "Ops", "u2", "bo@acme.com", "User"),
        ("g2", "Finance", "u1", "Ana@acme.com", "User"),
        ("g2", "Finance", "g1", "Ops", "Group"),
        ("g2", "Finance", "x9", "x9", "User"),
    ]
    assert "Hidden · members not shown" in str(directory.groups)


def test_values_of_other_types_are_missing_in_tables() -> None:
    odd = {
        "id": "u1",
        "userName": 7,
        "emails": "x",
        "name": "Ana",
        "active": "perhaps",
        "meta": {"created": "May"},
    }
    table = found([odd, {"emails": ["a@x", {"value": 3}], "displayName": "Al"}]).to_table()
    rows = [dict(zip(table.columns, row, strict=True)) for row in table]
    assert {row["created"] for row in rows} == {None}
    assert [row["email"] for row in rows] == ["x", "a@x"]
    assert [row["key"] for row in rows] == [None, None]
    assert str(found([odd]).users) == "1 user\n  u1"


def test_ids_that_are_equal_in_both_apis_become_keys() -> None:
    scim_side = found()
    admin_side = found([{**ANA, "userName": "ANA@acme.com"}, BO])
    pair = admin_side.align_keys(scim_side)
    keys = [[row[0] for row in side.to_table().select(["key"])] for side in pair]
    assert keys == [["u1", "u2"], ["u1", "u2", "u3"]]
    other = found([{**ANA, "id": "z"}])
    assert [side.has_same_ids for side in other.align_keys(scim_side)] == [False, False]
    assert not found([]).align_keys(scim_side)[0].has_same_ids
    twins = found([ANA, {**ANA, "id": "z"}, BO])
    assert twins.align_keys(scim_side)[0].has_same_ids, "a name of two users proves nothing"
    with pytest.raises(errors.InputError, match="other must be a Directory, got str"):
        scim_side.align_keys("scim")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # the mistake


EVENTS: list[dict[str, Any]] = [
    {"timestamp": "2026-05-01T10:00:00Z", "actor": {"userId": "u1", "username": "old@acme.com", "type": "User"}, "event": {"eventType": "tag.update"}, "target": {"targetId": "u2", "displayName": "Bo"}, "result": {"success": True, "message": "ok"}, "client": {"ipAddress": "192.0.2.1"}},
    {"actor": {"displayName": "BO@acme.com"}, "target": {"targetId": "g1"}, "result": {"success": False}},
    {},
]  # fmt: skip


def test_audit_events_are_joined_with_users() -> None:
    events = [admin.AuditEvent.from_wire(event) for event in EVENTS]
    by_name = found().join_audit(events)
    columns = list(by_name.columns)
    assert columns[:9] == ["timestamp", "actor", "actor_type", "event_type", "target", "target_type", "result", "message", "client_ip"]  # fmt: skip
    rows = [dict(zip(columns, row, strict=True)) for row in by_name]
    assert [row["actor_key"] for row in rows] == [None, "bo@acme.com", None]
    assert rows[0]["target"] == "Bo"
    assert (rows[1]["target"], rows[1]["actor_status"]) == ("g1", "inactive")
    by_id = found(format="admin API").join_audit(events)
    rows = [dict(zip(columns, row, strict=True)) for row in by_id]
    assert (rows[0]["actor_key"], rows[0]["actor_status"]) == ("ana@acme.com", "active")
    assert (rows[0]["target_key"], rows[0]["target_status"]) == ("bo@acme.com", "inactive")
    aligned, _ = found().align_keys(found())
    assert next(iter(aligned.join_audit(events)))[9] == "u1"


def test_name_of_two_users_joins_no_event() -> None:
    event = admin.AuditEvent(actor={"username": "ana@acme.com"})
    twins = found([ANA, {**ANA, "id": "z"}])
    assert next(iter(twins.join_audit([event])))[9] is None


def test_directory_shows_who_is_in_it() -> None:
    directory = found(completeness={"users": False, "reasons": ("users: page <2> is missing",)})
    assert str(directory) == "<found Directory: 3 users, 3 groups, incomplete>"
    assert directory.users.why_incomplete == "users: page <2> is missing"
    page = directory._repr_html_()
    assert "Bo &lt;i&gt; · inactive" in page
    assert "page &lt;2&gt; is missing" in page
    assert "no groups" in repr(found(groups=None))
    assert found(groups=None).groups is None
    assert "read at 2026-05-01T12:00:00+00:00" in page
    assert "read at" not in found(groups=None, read_at=None)._repr_html_()
    assert "groups" in found(groups=None)._repr_html_()


def test_directory_of_10000_shows_few() -> None:
    people = [{"id": f"u{n}", "userName": f"u{n}@acme.com"} for n in range(10_000)]
    everyone = [user(f"u{n}") for n in range(10_000)]
    directory = found(
        people, [({"id": f"g{n}", "displayName": f"g{n}"}, everyone) for n in range(9)]
    )
    assert len(directory._repr_html_()) < 2_000
    assert "… 9,980 more" in str(directory.users)
    assert "… 9,980 more" in directory.users._repr_html_()
    assert "g0 · 10,000 members" in directory._repr_html_()
    assert "… 9,995 more" in directory._repr_html_()


def test_saved_directory_keeps_what_the_admin_api_shows(tmp_path: Path) -> None:
    facts = {"status": "active", "last_login": None}
    directory = found([UserRecord(ANA, admin=facts), BO], tenant_url="https://acme.example")
    aligned, _ = directory.align_keys(directory)
    path = tmp_path / "april.jsonl"
    aligned.save(path)
    loaded = Directory.load(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert loaded.user_records == aligned.user_records
    assert loaded.source.tenant_url == "https://acme.example"
    assert loaded.has_same_ids
    assert not loaded.compare(aligned)
    assert [*loaded.to_table()] == [*aligned.to_table()]


def test_lists_survive_copy_and_pickle() -> None:
    users = found().users
    for twin in (copy.copy(users), pickle.loads(pickle.dumps(users))):
        assert twin == users
        assert str(twin) == str(users)


def test_frame_of_a_directory_plans_nothing() -> None:
    """What a table has of a tenant is what the tenant has."""
    directory = found([ANA | {CUSTOM: {"costCenter": "10"}}, BO])
    wanted = Directory.of(directory.to_pandas())
    assert not wanted.problems.errors
    made = plan(wanted, directory)
    assert not made, str(made)


def test_odd_values_of_the_admin_api_are_missing() -> None:
    facts = {"last_login": "yesterday", "status": ""}
    dr = {
        "userName": "ana",
        "name": {"formatted": "Dr. Ana"},
        "meta": {"created": "May", "lastModified": 3},
    }
    directory = found([UserRecord(dr, admin=facts)], None)
    table = directory.to_table(["last_login", "created", "modified", "tags", "status"])
    assert [*map(tuple, table)] == [(None,) * 5]
    assert str(directory.users) == "1 user\n  ana · Dr. Ana"


def test_libraries_read_lists_as_tables() -> None:
    directory = found()
    assert directory.groups is not None
    for listed in (
        directory,
        directory.users,
        directory.groups,
        directory.findings(),
        directory.compare(directory).users_changed,
    ):
        columns = list(listed.to_table().columns)
        assert pl.DataFrame(listed).columns == columns
        assert pa.table(listed).column_names == columns
    with pytest.raises(TypeError, match=r"scim\.table"):
        pd.DataFrame(directory.users)


def test_lists_are_compared_and_hashed_like_tuples() -> None:
    users = found().users
    assert users == tuple(users)
    assert users == found().users
    assert users != "users"
    assert users[0] in users
    assert users[-1].id == "u3"
    assert users[:2] == tuple(users)[:2]
    findings = found().findings(rules=["empty-group"])
    assert hash(findings) == hash(tuple(findings))
