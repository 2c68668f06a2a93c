"""Directories in which some users lack facts: no finding about them, and a note that they were not checked."""

from datetime import UTC, datetime
from typing import Any

from britive_scim import admin
from britive_scim.provisioning import Completeness, Directory, MemberRecord
from britive_scim.provisioning.admin_records import build_user_record
from support.each_value import each_value

LOGIN = "2026-05-30T00:00:00Z"
FACTS = {
    "username": "u", "status": "active", "email": "u@x", "firstName": "A", "lastName": "B",
    "external": True, "identityProvider": {"id": "p", "name": "Okta"}, "lastLogin": LOGIN,
}  # fmt: skip


def find(*users: dict[str, Any], members: tuple[str, ...] = ("1", "2")) -> Directory:
    records = [
        build_user_record(admin.User.from_wire({"userId": str(number), **user}))
        for number, user in enumerate(users, 1)
    ]
    group = ({"id": "g", "displayName": "G"}, [MemberRecord(id_, "User") for id_ in members])
    return Directory.found(
        records, [group], completeness=Completeness(), scim_url=None, provider=None,
        read_at=datetime(2026, 6, 1, tzinfo=UTC), format="admin API",
    )  # fmt: skip


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in FACTS.items() if key != name} | {"username": "other"}


HIDDEN_STATUS = "the status of 1 user is not shown; the other users were checked"
LOCKED = "the status of 1 user is neither active nor inactive; the other users were checked"


@each_value(
    "user, rules, reason",
    [
        (without("lastLogin"), ["never-logged-in", "stale-login"], "the list of users does not show logins for 1 user; the other users were checked"),
        (without("status"), ["inactive-in-group", "active-without-group", "never-logged-in", "stale-login"], HIDDEN_STATUS),
        ({**FACTS, "status": "locked"}, ["inactive-in-group", "active-without-group", "never-logged-in", "stale-login"], LOCKED),
        (without("external"), ["external-without-provider"], "the list of users does not show who is external for 1 user; the other users were checked"),
    ],
)  # fmt: skip
def test_user_without_a_fact_is_not_checked(
    user: dict[str, Any], rules: list[str], reason: str
) -> None:
    findings = find(FACTS, user).findings(ignore=["dangling-manager", "missing-mandatory"])
    assert [note.rule for note in findings.not_checked] == rules
    assert {note.reason for note in findings.not_checked} == {reason}
    assert not findings or findings.counts == {"duplicate-email": 2}


def test_login_of_an_inactive_user_is_not_needed() -> None:
    inactive = {**without("lastLogin"), "status": "inactive"}
    directory = find(FACTS, inactive)
    assert not directory.findings(rules=["never-logged-in", "stale-login"]).not_checked


def test_all_users_with_another_status_are_not_checked() -> None:
    (note,) = find({**FACTS, "status": "locked"}).findings(["active-without-group"]).not_checked
    assert note.reason == LOCKED


def test_empty_directory_of_the_admin_api_needs_no_mappings() -> None:
    findings = find(members=()).findings(["missing-mandatory", "dangling-manager"])
    assert [str(note) for note in findings.not_checked] == [
        "dangling-manager: the admin API shows no managers; read the directory by SCIM"
    ]


def test_inactive_users_are_incomplete_without_each_status() -> None:
    users = find({**FACTS, "status": "inactive"}, without("status")).inactive_users_in_groups()
    assert [user.user_name for user in users] == ["u"]
    assert users.why_incomplete == "the status of 1 user is not shown"
    directory = find({**FACTS, "status": "inactive"}, without("status"), members=("1",))
    assert directory.inactive_users_in_groups().complete
    wanted = Directory.of([{"userName": "ana"}], {"G": ["ana"]})
    assert wanted.inactive_users_in_groups().complete, "a source need not state the status"
