"""Comparison of two directories."""

from typing import Any

import pytest

from britive_scim import errors
from britive_scim.provisioning import (
    ChangedRecord,
    Comparison,
    Completeness,
    Directory,
    MemberRecord,
    Membership,
    UserRecord,
)
from support.each_value import each_value


def found(people: list[dict[str, Any]], groups: Any = (), **completeness: Any) -> Directory:
    return Directory.found(people, groups, completeness=Completeness(**completeness), scim_url=None, provider=None, read_at=None
    )  # fmt: skip


ANA = {"id": "u1", "userName": "ana", "title": "Guide", "meta": {"version": "1"}}
BO = {"id": "u2", "userName": "bo", "externalId": "B"}


def test_comparison_lists_every_difference() -> None:
    before = found(
        [ANA, BO],
        [
            ({"id": "g1", "displayName": "G"}, [MemberRecord("u1", "User"), MemberRecord("u2", "User")]),
            ({"id": "g2", "displayName": "Gone"}, []),
        ],
    )  # fmt: skip
    after = found(
        [
            {"id": "u1", "userName": "ana2", "title": "Guide", "meta": {"version": "2"}},
            {"id": "u3", "userName": "cy"},
        ],
        [
            ({"id": "g1", "displayName": "G"}, [MemberRecord("u1", "User"), MemberRecord("u3", "User")]),
            ({"id": "g3", "displayName": "New"}, []),
        ],
    )  # fmt: skip
    result = before.compare(after)
    assert [u.user_name for u in result.users_added] == ["cy"]
    assert [u.user_name for u in result.users_removed] == ["bo"]
    assert result.users_changed == (
        ChangedRecord("ana2", {"userName": "ana"}, {"userName": "ana2"}, "u1"),
    )
    assert [g.display_name for g in result.groups_added] == ["New"]
    assert [g.display_name for g in result.groups_removed] == ["Gone"]
    assert result.groups_changed == ()
    assert Membership("G", "cy", "User") in result.memberships_added
    assert Membership("G", "bo", "User") in result.memberships_removed
    assert result
    assert str(result).startswith("+ 1 user, ~ 1 user, - 1 user, + 1 group")
    assert "in G" in result._repr_html_()
    assert not before.compare(before)
    assert str(before.compare(before)) == "no differences"


def test_wanted_and_found_are_matched_by_keys() -> None:
    wanted = Directory.of([{"userName": "ANA"}, {"userName": "bo2", "externalId": "B"}])
    result = found([ANA, BO]).compare(wanted)
    assert not result.users_added
    assert not result.users_removed
    assert [change.key for change in result.users_changed] == ["ANA", "bo2"]
    assert not result.groups_removed


def test_incomplete_directory_is_refused_or_reported() -> None:
    half = found([ANA], users=False, reasons=("page 2 is missing",))
    with pytest.raises(errors.InputError, match="page 2 is missing"):
        found([ANA, BO]).compare(half)
    result = found([ANA, BO]).compare(half, incomplete="mark")
    assert not result.complete
    assert str(result).startswith("incomplete: page 2 is missing\n- 1 user\n")
    assert "page 2 is missing" in result._repr_html_()


def test_unknown_members_are_not_compared() -> None:
    group = {"id": "g1", "displayName": "G"}
    known = found([ANA], [(group, [MemberRecord("u1", "User")])])
    unknown = found([ANA], [(group, None)], unproven_groups=frozenset({"g1"}))
    assert not known.compare(unknown, incomplete="mark")
    assert not unknown.compare(known, incomplete="mark")


def test_left_out_members_of_a_proven_group_are_none() -> None:
    group = {"id": "g1", "displayName": "G"}
    known = found([ANA], [(group, [MemberRecord("u1", "User")])])
    result = known.compare(found([ANA], [(group, None)]))
    assert result.memberships_removed == (Membership("G", "ana", "User"),)


def test_account_created_again_is_another_one() -> None:
    """In two readings of one tenant the id decides, not the name."""
    group = {"id": "g1", "displayName": "G"}
    before = found([ANA], [(group, [MemberRecord("u1", "User")])])
    after = found([{**ANA, "id": "u9"}], [(group, [MemberRecord("u9", "User")])])
    result = before.compare(after)
    assert [user.id for user in result.users_removed] == ["u1"]
    assert [user.id for user in result.users_added] == ["u9"]
    assert len(result.memberships_added) == len(result.memberships_removed) == 1


@each_value(
    "providers, count", [(("Okta", "Entra"), 0), (("Okta", "Okta"), 1), (("Okta", None), 1)]
)
def test_accounts_of_two_providers_are_matched_by_keys(
    providers: tuple[str, str | None], count: int
) -> None:
    """Each identity provider of a tenant has accounts, with ids, of its own."""
    before, after = (
        Directory.found([{**BO, "id": id_}], [], completeness=Completeness(), scim_url="https://acme.britive-app.com/scim",
            provider=provider, read_at=None)
        for id_, provider in zip(("u1", "u2"), providers, strict=True)
    )  # fmt: skip
    result = before.compare(after)
    assert len(result.users_added) == len(result.users_removed) == count


def test_secrets_are_masked_in_tables_of_differences() -> None:
    before, after = (
        found([{**ANA, CUSTOM: {"apiToken": token}}]) for token in ("s3cret1", "s3cret2")
    )
    result = before.compare(after)
    tables = [result.to_table(), result.users_changed.to_table()]
    assert [len(list(table)) for table in tables] == [1, 1]
    assert "s3cret" not in f"{result} {tables} {result._repr_html_()} {list(map(list, tables))}"


def test_new_name_changes_no_membership() -> None:
    members = [MemberRecord("u1", "User"), MemberRecord("g2", "Group"), MemberRecord("x", None)]
    inner = {"id": "g2", "displayName": "Inner"}
    before = found([ANA], [({"id": "g1", "displayName": "G"}, members), (inner, [])])
    after = found(
        [{**ANA, "userName": "ana.diaz"}],
        [({"id": "g1", "displayName": "H"}, members), ({**inner, "displayName": "In"}, [])],
    )
    result = before.compare(after)
    assert [change.after for change in result.users_changed] == [{"userName": "ana.diaz"}]
    assert [change.key for change in result.groups_changed] == ["H", "In"]
    assert not result.memberships_added
    assert not result.memberships_removed


ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@each_value(
    "changes",
    [
        {"meta": {"lastModified": "2026-05-01T00:00:00Z"}},
        {"lastLogin": "2026-05-01T00:00:00Z"},
        {"LASTMODIFIED": 3},
        {"groups": [{"value": "g1"}]},
        {"emails": [{"value": "b", "type": "home"}, {"type": "work", "value": "a", "display": None}]},
        {ENTERPRISE: {"manager": {"value": "u2", "displayName": "Bo", "$ref": "../u2"}, "lastLogin": 1}},
    ],
)  # fmt: skip
def test_volatile_attributes_are_not_compared(changes: dict[str, Any]) -> None:
    ana = {
        **ANA,
        "emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "home"}],
        ENTERPRISE: {"manager": {"value": "u2"}},
    }
    assert not found([ana]).compare(found([{**ana, **changes}]))


def admin_found(facts: dict[str, Any], **values: Any) -> Directory:
    record = UserRecord({**ANA, **values}, admin=facts)
    return Directory.found([record], [], completeness=Completeness(), scim_url=None, provider=None, read_at=None, format="admin API", tenant_url="https://acme.britive-app.com"
    )  # fmt: skip


CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"


def test_facts_of_the_admin_api_are_compared() -> None:
    before = admin_found(
        {"status": "active", "last_login": None, "admin_roles": []}, active=True, **{CUSTOM: {"c": "1"}}
    )  # fmt: skip
    after = admin_found(
        {"status": "locked", "last_login": "2026-05-01T00:00:00Z", "admin_roles": ["TenantAdmin"], "attributes": True},
        **{CUSTOM: {"c": "2"}},
    )  # fmt: skip
    (change,) = before.compare(after).users_changed
    assert change.before == {"status": "active", "admin_roles": []}
    assert change.after == {"status": "locked", "admin_roles": ["TenantAdmin"]}
    with_attributes = admin_found({"attributes": True}, **{CUSTOM: {"c": "1"}})
    (change,) = with_attributes.compare(after).users_changed
    assert change.after == {"custom.c": "2"}


@each_value("name", ["id", "groups", "created", "modified", "lastModified", "meta", "schemas"])
def test_custom_attribute_of_any_name_is_compared(name: str) -> None:
    before, after = ({**ANA, CUSTOM: {name: value, "kept": "1"}} for value in ("a", "b"))
    (change,) = found([before]).compare(found([after])).users_changed
    assert (change.before, change.after) == ({f"custom.{name}": "a"}, {f"custom.{name}": "b"})


@each_value(
    "extension, sales, legal, path",
    [
        (ENTERPRISE, "Sales", "Legal", "enterprise.department"),
        (ENTERPRISE.upper(), "Sales", "Legal", "enterprise.department"),
        (CUSTOM, {"value": "1", "displayName": "A"}, {"value": "1", "displayName": "B"}, "custom.department"),
        ("urn:acme:User", "Sales", "Legal", "urn:acme:User:department"),
    ],
)  # fmt: skip
def test_attribute_of_an_extension_is_shown_by_path(
    extension: str, sales: Any, legal: Any, path: str
) -> None:
    after = {**ANA, extension: {"department": legal, "costCenter": "1"}}
    before = {**ANA, extension: {"department": sales, "costCenter": "1"}}
    comparison = found([before]).compare(found([after]))
    (change,) = comparison.users_changed
    assert (change.before, change.after) == ({path: sales}, {path: legal})
    assert f"{path}: " in str(comparison)
    (change,) = found([ANA]).compare(found([after])).users_changed
    assert change.before[path] is None
    assert not found([{**ANA, extension: {}}]).compare(found([ANA]))


def test_secret_of_an_extension_is_masked() -> None:
    before, after = ({**ANA, CUSTOM: {"apiToken": value}} for value in ("t0p", "t1p"))
    assert "custom.apiToken: *** -> ***" in str(found([before]).compare(found([after])))


def test_other_part_of_the_tenant_is_refused_or_marked() -> None:
    """Users of other identity providers would look added."""
    whole = admin_found({})
    okta = Directory.found([], [], completeness=Completeness(), scim_url=None, provider="Okta", read_at=None, format="admin API", tenant_url="https://acme.britive-app.com")  # fmt: skip
    with pytest.raises(errors.InputError, match="one directory is of Okta, the other of the whole"):
        okta.compare(whole)
    result = whole.compare(okta, incomplete="mark")
    assert result.why_incomplete == "one directory is of the whole tenant, the other of Okta"
    assert [user.id for user in result.users_removed] == ["u1"]


def test_ids_of_both_apis_are_not_compared() -> None:
    """It is not documented that they are equal."""
    scim = found([{"id": "s1", "userName": "ana"}, {"id": "s2", "userName": "bo"}])
    admin = admin_found({}, id="s2", userName="ANA")
    result = admin.compare(scim, incomplete="mark")
    assert [change.key for change in result.users_changed] == ["ana"]
    assert [user.user_name for user in result.users_added] == ["bo"]


def test_groups_of_one_side_only_are_reported() -> None:
    result = found([ANA]).compare(Directory.of([{"userName": "ana", "title": "Guide"}]))
    assert not result
    assert not result.complete
    assert result.why_incomplete == (
        "groups: a directory does not state them, so they were not compared"
    )


def test_parts_of_a_comparison_are_tables() -> None:
    before = found([ANA], [({"id": "g1", "displayName": "G"}, [])])
    after = found([{**ANA, "title": "<b>", "nickName": ["x"]}, BO], [])
    result = before.compare(after)
    rows = {name: [*getattr(result, name).to_table()] for name in ("users_added", "users_changed", "groups_removed", "memberships_added")}  # fmt: skip
    assert rows == {
        "users_added": [("u2", "bo", "B")],
        "users_changed": [("u1", "ana", "title", "Guide", "<b>"), ("u1", "ana", "nickName", None, ["x"])],
        "groups_removed": [("g1", "G", None)],
        "memberships_added": [],
    }  # fmt: skip
    assert [*result.users_removed.to_table().columns] == ["id", "user_name", "external_id"]
    assert "&lt;b&gt;" in result._repr_html_()
    assert "&lt;b&gt;" in result.users_changed._repr_html_()
    assert repr(result.users_changed) == "<1 difference>"
    assert str(result.users_removed) == "no differences"
    assert "nickName" in str(result.users_changed)
    assert repr(result) == "<Comparison: + 1 user, ~ 1 user, - 1 group>"


@pytest.mark.parametrize(
    ("other", "incomplete", "message"),
    [
        ({"users": []}, "refuse", "other must be a Directory, got dict"),
        (found([ANA]), "ignore", "incomplete must be 'refuse' or 'mark', got 'ignore'"),
    ],
)
def test_comparison_refuses_other_values(other: Any, incomplete: Any, message: str) -> None:
    with pytest.raises(errors.InputError, match=message):
        found([ANA]).compare(other, incomplete=incomplete)


def test_comparison_without_differences_has_tables() -> None:
    empty = Comparison()
    assert not empty
    assert [*empty.memberships_added.to_table().columns] == ["group", "member", "type"]
    assert [*empty.groups_removed.to_table().columns] == ["id", "display_name", "external_id"]


def test_comparison_of_many_shows_few() -> None:
    people = [{"id": f"u{n}", "userName": f"u{n}"} for n in range(1_000)]
    result = found([]).compare(found(people))
    assert len(result._repr_html_()) < 4_000
    assert len(str(result)) < 4_000
