"""Exported tables of users that come back as a source: untouched, with a column of groups edited, or of others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from britive_scim.errors import DirectoryError
from britive_scim.provisioning import Directory, Policy, plan
from britive_scim.testing import Tenant

STRICT = Policy(missing="delete", missing_groups="delete", adopt="all")
HEADERS = "id,key,user_name,groups\n"
ADMIN_HEADERS = "id,key,username,type,identity_provider,email\n"


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    tenant = Tenant("acme", seed=1)
    tenant.populate(users=30, groups=3)
    return tenant


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Directory]:
    """Return the function that reads the text of a CSV file."""

    def read_text(text: str) -> Directory:
        file = tmp_path / "users.csv"
        file.write_text(text)
        return Directory.read(file)

    return read_text


@pytest.mark.parametrize("is_admin", [False, True])
def test_export_of_either_api_plans_nothing(
    tenant: Tenant, tmp_path: Path, *, is_admin: bool
) -> None:
    found = tenant.scim_client("Okta").read_directory()
    exported = tenant.admin_client().read_directory("Okta") if is_admin else found
    exported.to_csv(tmp_path / "users.csv")
    for wanted in (
        Directory.read(tmp_path / "users.csv"),
        Directory.of(exported.to_pandas()),
        Directory.of(exported.to_polars()),
    ):
        assert not wanted.problems
        assert not plan(wanted, found, policy=STRICT).changes
        assert wanted.group_records is None


def test_list_of_the_admin_api_is_read_back(tenant: Tenant, tmp_path: Path) -> None:
    people = tenant.admin_client().users.list()
    people.to_csv(tmp_path / "users.csv")
    wanted = Directory.read(tmp_path / "users.csv")
    assert not wanted.problems
    assert not plan(wanted, tenant.scim_client("Okta").read_directory()).changes
    for column in ("type", "external", "identity_provider", "last_login", "modified", "tags"):
        assert f"  {column} -> ignored" in str(wanted.source)


def test_status_of_an_export_is_edited(tenant: Tenant) -> None:
    found = tenant.scim_client("Okta").read_directory()
    frame = tenant.admin_client().read_directory("Okta").to_polars()
    one = frame.filter(pl.col("status") == "active").head(1).with_columns(status=pl.lit("inactive"))
    changes = plan(Directory.of(one), found).changes
    assert [change.action for change in changes] == ["deactivate"]


def test_custom_attributes_of_an_export_are_ignored(read: Callable[[str], Directory]) -> None:
    wanted = read("id,key,username,attributes.Cost center\nu1,ana,ana,7\n")
    assert not wanted.problems
    assert wanted.source.columns["attributes.Cost center"] == ()
    assert read("username,attributes.Cost center\nana,7\n").problems.errors


def test_columns_of_other_files_are_refused(read: Callable[[str], Directory]) -> None:
    problems = read("username,type,tags\nana,Staff,Ops\n").problems.errors
    assert [problem.column for problem in problems] == ["type", "tags"]


def test_users_of_two_providers_are_refused(read: Callable[[str], Directory]) -> None:
    rows = "1,ana,ana,User,Okta,\n2,bob,bob,User,Okta,\n3,eve,eve,User,Britive,\n"
    with pytest.raises(DirectoryError, match=r"line 4, .*users must be of one identity provider"):
        read(ADMIN_HEADERS + rows).problems.raise_for_errors()


def test_service_identities_are_refused(read: Callable[[str], Directory]) -> None:
    rows = "1,ana,ana,User,Okta,\n2,bot,bot,ServiceIdentity,Okta,\n"
    with pytest.raises(DirectoryError, match="line 3, column type: users must be people"):
        read(ADMIN_HEADERS + rows).problems.raise_for_errors()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("1,ana,ana,1\n2,bob,bob,Ops\n3,eve,eve,0\n", "line 3, column groups: .*got a name"),
        ("1,ana,ana,Dev\n2,bob,bob,Ops\n3,eve,eve,2.0\n", "line 4, column groups: .*got a number"),
    ],
)
def test_numbers_beside_names_of_groups_are_refused(
    read: Callable[[str], Directory], tenant: Tenant, rows: str, expected: str
) -> None:
    found = tenant.scim_client("Okta").read_directory()
    for text in (
        HEADERS + rows,
        HEADERS.replace("id,key,", "title,external_id,") + rows,
    ):
        with pytest.raises(DirectoryError, match=expected):
            plan(read(text), found)


def test_number_and_name_in_one_cell_are_refused(read: Callable[[str], Directory]) -> None:
    problems = read(f"{HEADERS}1,ana,ana,1;Ops\n2,bob,bob,\n").problems
    assert [(problem.line, problem.column) for problem in problems.errors] == [(2, "groups")]


def test_numbers_of_groups_are_printed_as_ignored(read: Callable[[str], Directory]) -> None:
    assert "  groups -> ignored" in str(read(f"{HEADERS}1,ana,ana,2\n").source)
    assert "  groups -> groups" in str(read(f"{HEADERS}1,ana,ana,Ops\n").source)
    assert "  groups -> groups" in str(read("user_name,groups\nana,Ops\n").source)


def test_groups_named_by_numbers_are_written_and_read(tmp_path: Path) -> None:
    users = [{"user_name": "ana", "groups": ["7"]}, {"user_name": "bob", "groups": ["Ops"]}]
    wanted = Directory.of(users)
    assert not wanted.problems
    file = tmp_path / "users.csv"
    file.write_text("user_name,groups\nana,7\nbob,Ops\n")
    given = Directory.read(file, columns={"groups": "groups"})
    given.export(tmp_path / "again.csv")
    for directory in (given, Directory.read(tmp_path / "again.csv")):
        names = [group.display_name for group in directory.group_records or ()]
        assert (names, list(directory.problems)) == (["7", "Ops"], [])
