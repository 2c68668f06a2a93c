"""Tables of groups and members that this package writes, read back as the groups of a wanted directory."""

from pathlib import Path
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.provisioning import Directory, MemberRecord, plan
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value

USERS = [{"id": "u1", "user_name": "ana", "display_name": "Ana Diaz", "key": "ana"}]
ANA = MemberRecord("ana", "User")


def read_back(tenant: Tenant, form: str, folder: Path) -> Directory:
    client = tenant.scim_client("Okta")
    groups = client.groups.list()
    if form == "frame":
        return Directory.of(client.users.list().to_pandas(), groups.to_pandas(explode="members"))
    people, path = folder / "people.csv", folder / f"groups.{form}"
    client.users.list().to_csv(people)
    (groups.to_csv if form == "csv" else groups.to_excel)(path, explode="members")
    return Directory.read(people, groups=path)


@pytest.mark.parametrize("form", ["csv", "xlsx", "frame"])
@pytest.mark.parametrize("are_shown", [True, False])
def test_plan_of_exported_members_is_empty(form: str, are_shown: bool, tmp_path: Path) -> None:
    tenant = Tenant("acme", seed=1, capabilities=Capabilities(members_in_lists=are_shown))
    tenant.populate(users=2, groups=1)
    client = tenant.scim_client("Okta")
    client.groups.create(scim.Group(display_name="Empty"))
    wanted = read_back(tenant, form, tmp_path)
    assert wanted.problems.errors == ()
    assert plan(wanted, client.read_directory()).changes == ()
    everyone = next(iter(wanted.group_records or []))
    expected = (MemberRecord("hr-000000", "User"), MemberRecord("hr-000001", "User"))
    assert everyone.members == (expected if are_shown else None)


@each_value(
    "row, expected",
    [
        ({"user_id": "u1", "user": None, "type": "User"}, (ANA,)),
        ({"user_id": "u1", "user": "ana", "type": "User"}, (ANA,)),
        ({"user_id": "u1", "user": "Ana Diaz", "type": "User"}, (ANA,)),  # name of the user
        ({"user_id": "u9", "user": None, "type": "User"}, (MemberRecord("u9", "User"),)),
        ({"user_id": None, "user": None, "type": None}, None),
        ({"user": None}, ()),
    ],
)
def test_member_of_a_row_is_found(row: dict[str, Any], expected: Any) -> None:
    for name in ("group", "display_name"):
        directory = Directory.of(USERS, [{name: "G", **row}])
        assert directory.problems.errors == ()
        assert [group.members for group in directory.group_records or ()] == [expected]


@each_value("id_, value", [("u1", "Anna"), ("u9", "Ana Diaz"), (None, "Ana Diaz")])
def test_other_name_beside_an_id_is_a_problem(id_: str | None, value: str) -> None:
    rows = [{"group": "G", "user_id": id_, "user": value}]
    (problem,) = Directory.of(USERS, rows).problems.errors
    assert problem.value == value


def test_group_with_unknown_members_is_a_warning() -> None:
    blank = {"group": "G", "user_id": None, "user": None}
    directory = Directory.of(USERS, [blank])
    assert [problem.severity for problem in directory.problems] == ["warning"]
    member = {**blank, "user": "ana"}
    for rows in ([blank, member], [member, blank]):
        directory = Directory.of(USERS, rows)
        assert directory.problems == ()
        assert [group.members for group in directory.group_records or ()] == [(ANA,)]
