"""Wanted directories of values, and found directories."""

import datetime as dt

from britive_scim.provisioning import Completeness, Directory, MemberRecord

ANA = {"id": "u1", "userName": "ana@example.com", "externalId": "A1"}
BO = {"id": "u2", "userName": "bo@example.com"}
GUIDES = {"id": "g1", "displayName": "Guides", "members": [{"value": "u1"}]}
READ_AT = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)


def build_found() -> Directory:
    return Directory.found(
        [ANA, BO],
        [(GUIDES, [MemberRecord("u1", "User"), MemberRecord("x9")]), ({"id": "g2"}, None)],
        completeness=Completeness(users=True, groups=True, unproven_groups=frozenset({"g2"})),
        scim_url="https://acme.example/scim/v2",
        provider="Okta",
        read_at=READ_AT,
        other_providers=["u2"],
    )


def test_found_has_records_models_and_source() -> None:
    found = build_found()
    assert found.kind == "found"
    assert [record.id for record in found.user_records] == ["u1", "u2"]
    assert found.user_records[0].external_id == "A1"
    assert found.group_records is not None
    assert "members" not in found.group_records[0].values
    assert found.users[0].user_name == "ana@example.com"
    assert found.groups is not None
    assert [m.value for m in found.groups[0].members or ()] == ["u1", "x9"]
    assert found.groups[1].members is None
    assert not found.complete
    assert found.other_providers == {"u2"}
    assert str(found.source) == (
        "https://acme.example/scim/v2: SCIM, identity provider Okta, read at 2026-11-30T08:00:00+00:00"
    )
    assert repr(found) == "<found Directory: 2 users, 2 groups, incomplete>"


def test_memberships_are_table_of_names() -> None:
    rows = list(build_found().memberships)
    assert rows == [
        ("g1", "Guides", "u1", "ana@example.com", "User"),
        ("g1", "Guides", "x9", "x9", None),
    ]
    table = build_found().memberships
    assert list(table) == list(table)
