"""Export of directories, found directories as wanted ones, and their round trips."""

import csv
import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim import errors, scim
from britive_scim.provisioning import Completeness, Directory, MemberRecord
from britive_scim.scim.datatypes import normalize_caseless
from britive_scim.testing import Tenant
from support.each_value import each_value

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
COMPLETE = Completeness()

USERS: list[dict[str, Any]] = [
    {
        "schemas": ["x"],
        "id": "u1",
        "externalId": "=E1",
        "userName": "ana@x.org",
        "meta": {"version": "1"},
        "active": True,
        "name": {"givenName": "=Ana", "formatted": "Ana Lee"},
        "emails": [{"value": "a@x.org", "type": "work", "primary": True}, {"value": "b@x.org"}],
        "groups": [{"value": "g1"}],
        ENTERPRISE: {
            "department": "@IT",
            "manager": {"value": "u2", "$ref": "x", "displayName": "Bo"},
        },
        CUSTOM: {"Cost Code": 4, "empty": ""},
    },
    {
        "id": "u2",
        "userName": "-bo",
        "title": " padded ",
        "active": False,
        "displayName": "'=x",
        ENTERPRISE: {"manager": {"value": "gone"}},
        "photos": [{"$ref": "x", "value": "https://x.org/p"}],
        "nickName": None,
    },
]
GROUPS = [
    ({"id": "g1", "displayName": "+Guides; all"}, [MemberRecord("u1", "User"), MemberRecord("u2")]),
    ({"id": "g2", "displayName": "=Staff", "externalId": "S"}, [MemberRecord("u2", "User")]),
]


def build_found(groups: Any = GROUPS, completeness: Completeness = COMPLETE) -> Directory:
    return Directory.found(
        USERS,
        groups,
        completeness=completeness,
        scim_url="https://x.org/scim",
        provider="Okta",
        read_at=dt.datetime(2026, 11, 30, tzinfo=dt.UTC),
    )


def test_as_wanted_leaves_out_what_the_server_sets() -> None:
    wanted = build_found().as_wanted()
    assert wanted.kind == "wanted"
    assert wanted.as_wanted() is wanted
    ana, bo = (record.values for record in wanted.user_records)
    assert ana == {
        "externalId": "=E1",
        "userName": "ana@x.org",
        "active": True,
        "name": {"givenName": "=Ana", "formatted": "Ana Lee"},
        "emails": [{"value": "a@x.org", "type": "work", "primary": True}, {"value": "b@x.org"}],
        ENTERPRISE: {"department": "@IT", "manager": {"value": "-bo"}},
        CUSTOM: {"Cost Code": 4, "empty": ""},
    }
    assert bo["photos"] == [{"value": "https://x.org/p"}]
    assert wanted.group_records
    assert wanted.group_records[0].members == (
        MemberRecord("=E1", "User"),
        MemberRecord("-bo", "User"),
    )
    assert wanted.group_records[1].values == {"displayName": "=Staff", "externalId": "S"}
    assert [p.severity for p in wanted.problems] == ["warning"]  # the manager who is not there


def test_as_wanted_names_nested_groups_and_keeps_unknown_members() -> None:
    groups = [
        ({"id": "g1", "displayName": "A"}, [MemberRecord("g2", "Group"), MemberRecord("u9")]),
        ({"id": "g2", "displayName": "B"}, None),
    ]
    found = build_found(
        groups, Completeness(groups=True, unproven_groups=frozenset({"g2"}), reasons=("hidden",))
    )
    wanted = found.as_wanted()
    assert wanted.group_records
    assert wanted.group_records[0].members == (MemberRecord("B", "Group"), MemberRecord("u9"))
    assert wanted.group_records[1].members is None
    assert wanted.completeness.unproven_groups == {"B"}
    assert not wanted.complete
    assert "member must be in the directory" in wanted.problems[0].rule


@pytest.mark.parametrize("groups", [None, []])
def test_tenant_without_groups_has_no_opinion(groups: Any) -> None:
    wanted = build_found(groups).as_wanted()
    assert wanted.group_records is None
    assert wanted.completeness.groups is None
    assert wanted.problems.errors == ()


@pytest.mark.parametrize("name", ["people.jsonl", "people.csv"])
def test_export_is_read_back(tmp_path: Path, name: str) -> None:
    found = build_found()
    path = tmp_path / name
    found.export(path)
    read, wanted = Directory.read(path), found.as_wanted()
    assert [r.values for r in read.user_records] == [r.values for r in wanted.user_records]
    assert read.problems.errors == ()
    assert {g.display_name: set(g.members or ()) for g in read.group_records or ()} == {
        g.display_name: set(g.members or ()) for g in wanted.group_records or ()
    }


def test_csv_export_protects_formula_characters(tmp_path: Path) -> None:
    path = tmp_path / "people.CSV"
    build_found().export(path)
    lines = path.read_text().splitlines()
    headers = "user_name,external_id,given_name,display_name,department,manager,active,groups,other"
    assert lines[0] == headers
    assert lines[1].startswith("ana@x.org,'=E1,'=Ana,")
    assert ",'@IT,'-bo,true," in lines[1]
    assert lines[2].startswith("'-bo,,,")


def test_csv_export_has_rows_of_groups(tmp_path: Path) -> None:
    """A group without members, with unknown ones, or with an externalId is not described by the rows of the users."""
    groups = [
        *GROUPS,
        ({"id": "g3", "displayName": "=Nobody; at all", "description": "x"}, []),
        ({"id": "g4", "displayName": "Hidden"}, [MemberRecord("u1")]),
        ({"id": "g5", "displayName": "Dark", "urn:x:Group": {"a": 1}}, None),
    ]
    path = tmp_path / "people.csv"
    build_found(groups, Completeness(unproven_groups=frozenset({"g4", "g5"}))).export(path)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [(row["groups"], json.loads(row["other"])) for row in rows[2:]] == [
        ("'=Staff", {"schemas": [GROUP], "externalId": "S"}),
        ('["=Nobody; at all"]', {"schemas": [GROUP]}),
        ("Hidden", {"schemas": [GROUP], "members": None}),
        ("Dark", {"schemas": [GROUP], "urn:x:Group": {"a": 1}, "members": None}),
    ]
    assert not any(row["user_name"] or row["active"] for row in rows[2:])
    read = Directory.read(path)
    assert read.problems.errors == ()
    assert len(read.user_records) == 2
    ana, bo = MemberRecord("=E1", "User"), MemberRecord("-bo", "User")
    assert [(g.values, g.members) for g in read.group_records or ()] == [
        ({"displayName": "=Staff", "externalId": "S"}, (bo,)),
        ({"displayName": "=Nobody; at all"}, ()),
        ({"displayName": "Hidden"}, None),
        ({"displayName": "Dark", "urn:x:Group": {"a": 1}}, None),
        ({"displayName": "+Guides; all"}, (ana, bo)),
    ]


@each_value(
    "rows, rule",
    [
        ([{"groups": "A;B", "other": {"schemas": [GROUP]}}], "must have its name in groups, got 2 names"),
        ([{"groups": "", "other": {"schemas": [GROUP]}}], "must have its name in groups, got 0 names"),
        ([{"user_name": "b", "groups": "A", "other": {"schemas": [GROUP]}}], "cell must be empty in the row of a group"),
        ([{"groups": "A", "other": {"schemas": [GROUP], "members": ["a"]}}], "must be in the rows of the users"),
        ([{"groups": "A", "other": {"schemas": [GROUP], "size": 1, "shape": 2}}], "attribute of a group must be known"),
        ([{"groups": "A", "other": {"schemas": [GROUP]}}] * 2, "must be unique, got that of line 2"),
        ([{"groups": "G", "other": {"schemas": [GROUP], "members": None}}], "must have known members, got a row without"),
    ],
)  # fmt: skip
def test_rows_of_groups_are_checked(rows: list[dict[str, Any]], rule: str) -> None:
    read = Directory.of([{"user_name": "a", "groups": "G", "other": None}, *rows])
    assert [p.rule for p in read.problems.errors if rule in p.rule], read.problems


def test_csv_export_of_work_addresses_stays_partial(tmp_path: Path) -> None:
    wanted = Directory.of([{"user_name": "a", "email": "=a@x.org"}, {"user_name": "b"}])
    wanted.export(tmp_path / "p.csv")
    assert (tmp_path / "p.csv").read_text() == "user_name,email\na,'=a@x.org\nb,\n"
    read = Directory.read(tmp_path / "p.csv")
    assert read.user_records[0].values == wanted.user_records[0].values
    assert read.partial_attributes == wanted.partial_attributes


@pytest.mark.parametrize(
    ("directory", "message"),
    [
        (build_found(completeness=Completeness(users=False)), "must be complete for CSV"),
        (build_found(completeness=Completeness(groups=False)), "must be complete for CSV"),
        (build_found([({"displayName": "A b"}, []), ({"displayName": "a  B"}, [])]), "groups must have different names"),
        (build_found([({"id": "g1"}, [])]), "groups must have different names"),
        (build_found([({"displayName": "A"}, [MemberRecord("x")])]), "must be users of the directory"),
        (Directory.of([{"userName": "a", "title": ""}], empty="clear"), "must not clear values"),
        (Directory.of([{"userName": "a", 'roles[type eq "x"].value': "b"}]), "must state whole lists"),
        (Directory.of([{"userName": "a", 'emails[type eq "home"].value': "b@x"}]), "work addresses"),
    ],
)  # fmt: skip
def test_csv_refuses_what_it_cannot_hold(
    tmp_path: Path, directory: Directory, message: str
) -> None:
    with pytest.raises(errors.InputError, match=message):
        directory.export(tmp_path / "p.csv")
    directory.export(tmp_path / "p.jsonl")
    assert Directory.read(tmp_path / "p.jsonl").kind == "wanted"


def test_export_to_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.InputError, match="path must be a file"):
        build_found().export(tmp_path)


TEXT = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(
    ["=1", "'=1", "+a", "-a", "@a", "\ta", "a;b", ' "q"', "[1]", "{}", "yes", "\u2028", "é", "e\u0301"]
)  # fmt: skip
PART = st.dictionaries(st.sampled_from(["givenName", "familyName", "formatted"]), TEXT, min_size=1)
EMAIL = st.fixed_dictionaries(
    {"value": TEXT}, optional={"type": TEXT, "primary": st.booleans(), "display": TEXT}
)
JSON = st.recursive(TEXT | st.integers() | st.booleans(), lambda inner: st.lists(inner, max_size=3), max_leaves=4)  # fmt: skip
USER = st.fixed_dictionaries(
    {},
    optional={
        "name": PART,
        "emails": st.lists(EMAIL, min_size=1, max_size=3),
        "title": TEXT,
        "displayName": TEXT,
        "active": st.booleans(),
        ENTERPRISE: st.dictionaries(st.sampled_from(["department", "costCenter"]), TEXT, min_size=1),
        CUSTOM: st.dictionaries(TEXT.filter(str.strip), JSON, min_size=1, max_size=3),
    },
)  # fmt: skip


@st.composite
def found_directories(draw: st.DrawFn) -> Directory:
    users = draw(st.lists(USER, min_size=1, max_size=4))
    names = [f"{draw(st.sampled_from('=+-@a'))}u{n}" for n in range(len(users))]
    group_names = draw(
        st.lists(TEXT.filter(lambda t: bool(t.strip())), unique_by=normalize_caseless, max_size=3)
    )
    groups = [
        (
            {"id": f"g{n}", "displayName": name},
            [MemberRecord(f"u{m}", "User") for m in draw(st.sets(st.sampled_from(range(len(users)))))],
        )
        for n, name in enumerate(group_names)
    ]  # fmt: skip
    return Directory.found(
        [{**user, "id": f"u{n}", "userName": names[n]} for n, user in enumerate(users)],
        groups,
        completeness=COMPLETE,
        scim_url=None,
        provider=None,
        read_at=None,
    )


@given(found_directories())
def test_save_and_load_keep_any_directory(found: Directory) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d.jsonl"
        for directory in (found, found.as_wanted()):
            directory.save(path)
            loaded = Directory.load(path)
            for name in ("kind", "user_records", "group_records", "completeness", "problems"):
                assert getattr(loaded, name) == getattr(directory, name)


@given(found_directories())
def test_csv_export_of_any_directory_is_read_back(found: Directory) -> None:
    wanted = found.as_wanted()
    expected = {g.display_name: set(g.members or ()) for g in wanted.group_records or ()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d.csv"
        found.export(path)
        read = Directory.read(path)
    assert [r.values for r in read.user_records] == [r.values for r in wanted.user_records]
    assert not [p for p in read.problems.errors if p.column in ("groups", "other")]
    for directory in (read, wanted):
        groups = {g.display_name: set(g.members or ()) for g in directory.group_records or ()}
        assert groups == expected


def test_export_of_a_tenant_is_read_back(tmp_path: Path) -> None:
    tenant = Tenant("acme")
    with tenant.scim_client("Okta") as okta:
        ana = okta.users.create(scim.User.of(email="ana@x.org", given_name="=A", family_name="B"))
        okta.groups.create(scim.Group.of("@Guides", members=[ana]))
        found = Directory.found(
            [user.to_wire() for user in okta.users.list()],
            [
                (group.to_wire(), [MemberRecord(m.value or "", "User") for m in group.members or ()])
                for group in okta.groups.list()
            ],
            completeness=COMPLETE,
            scim_url="https://acme",
            provider="Okta",
            read_at=None,
        )  # fmt: skip
    for name in ("d.csv", "d.jsonl"):
        found.export(tmp_path / name)
        read = Directory.read(tmp_path / name)
        assert read.problems == ()
        assert not found.as_wanted().compare(read)
