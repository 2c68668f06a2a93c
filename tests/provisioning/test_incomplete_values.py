"""Lists and data frames that are known to be incomplete: a directory of them is incomplete, so that nothing is removed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from britive_scim import ScimClient
from britive_scim.provisioning import Completeness, Directory, MemberRecord, Policy, plan
from britive_scim.tables import IncompleteTableWarning
from britive_scim.testing import Capabilities, Tenant

pytestmark = pytest.mark.filterwarnings("ignore::britive_scim.tables.IncompleteTableWarning")

POLICY = Policy(missing="deactivate", missing_groups="delete")
INCOMPLETE = Capabilities(page_size=6, max_page_size=6, last_page=False)


class NativeFrame:
    """Frame of Narwhals, which knows the frame that it was made of; `tests/peers` has the real one."""

    def __init__(self, native: Any) -> None:
        self._native = native
        self.columns = list(native.columns)

    def to_native(self) -> Any:
        return self._native


def read_all(pager: Any) -> Any:
    """Return a pager that was read to its end."""
    assert len(list(pager)) == 6
    assert pager.complete is False
    return pager


LISTS: dict[str, Callable[[Any], Any]] = {
    "pager": read_all,
    "unread pager": lambda pager: pager,
    "list": lambda pager: pager.to_list(),
    "table of list": lambda pager: pager.to_list().to_table(),
    "table": lambda pager: pager.to_table(),
    "selected columns": lambda pager: pager.to_table().select(
        [name for name in pager.to_table().columns if name != "created"]
    ),
    "pandas": lambda pager: pager.to_pandas(),
    "narwhals": lambda pager: NativeFrame(pager.to_pandas()),
    "arrow": lambda pager: pager.to_arrow(),
}


@pytest.fixture
def tenant() -> Tenant:
    """Return a tenant of 8 users and 8 groups, each group with one user."""
    tenant = Tenant("acme", capabilities=Capabilities(page_size=6, max_page_size=6))
    users = [
        {
            "userName": f"u{n}@acme.com",
            "externalId": f"E{n}",
            "name": {"givenName": "U", "familyName": "N"},
            "emails": [{"value": f"u{n}@acme.com", "type": "work", "primary": True}],
        }
        for n in range(8)
    ]
    groups = {f"Group {n}": [f"E{n}"] for n in range(8)}
    with tenant.scim_client("Okta") as client:
        report = client.apply(plan(Directory.of(users, groups), client.read_directory()))
    assert report.ok, report
    return tenant


@pytest.fixture
def client(tenant: Tenant) -> ScimClient:
    """Return a client of the tenant."""
    return tenant.scim_client("Okta")


@pytest.mark.parametrize("name", LISTS)
def test_incomplete_list_of_users_removes_nobody(
    tenant: Tenant, client: ScimClient, name: str
) -> None:
    found = client.read_directory()
    tenant.capabilities = INCOMPLETE
    wanted = Directory.of(LISTS[name](client.users.list()))
    assert len(wanted.user_records) == 6
    assert wanted.completeness.users is False
    assert wanted.completeness.reasons[0].startswith("users: ")
    assert wanted.users.why_incomplete == wanted.completeness.reasons[0]
    made = plan(wanted, found, policy=POLICY)
    assert not [change for change in made.changes if change.action == "deactivate"]
    assert made.withheld == (f"2 users not deactivated: {wanted.completeness.reasons[0]}",)


@pytest.mark.parametrize("name", ["pager", "list"])
def test_incomplete_list_of_groups_removes_no_group_and_no_member(
    tenant: Tenant, client: ScimClient, name: str
) -> None:
    found = client.read_directory()
    tenant.capabilities = INCOMPLETE
    groups = LISTS[name](client.groups.list())
    wanted = Directory.of(found.as_wanted().users, groups)
    assert wanted.completeness.users is True
    assert wanted.completeness.groups is False
    made = plan(wanted, found, policy=POLICY)
    assert not made.changes
    assert len(made.withheld) == 1
    assert made.withheld[0].startswith("2 groups not deleted: groups: ")


def test_parts_of_an_incomplete_directory_make_an_incomplete_directory(
    tenant: Tenant, client: ScimClient
) -> None:
    found = client.read_directory()
    tenant.capabilities = INCOMPLETE
    part = client.read_directory()
    assert part.groups is not None
    assert Directory.of(part.users).completeness.users is False
    assert Directory.of(part).completeness.users is False
    for groups in (part.groups, part.memberships, part.memberships.to_pandas()):
        wanted = Directory.of(found.users, groups)
        assert wanted.completeness.users is True
        assert wanted.completeness.groups is False
        assert wanted.why_incomplete
        made = plan(wanted, found, policy=POLICY)
        assert not [change for change in made.changes if change.action != "update"]
        assert made.withheld


def test_incomplete_lists_of_members_make_incomplete_groups(
    tenant: Tenant, client: ScimClient
) -> None:
    tenant.capabilities = INCOMPLETE
    wanted = Directory.of(
        [{"userName": "ana"}], {"Ops": ["ana"], "All": client.users.list().to_list()}
    )
    assert wanted.completeness.groups is False


def test_groups_of_incomplete_users_are_incomplete() -> None:
    frame = pd.DataFrame([{"user_name": "ana", "groups": "Ops"}])
    assert Directory.of(frame).complete
    frame.attrs["complete"] = False
    wanted = Directory.of(frame)
    assert wanted.completeness.groups is False
    assert wanted.completeness.reasons == ("users: the list was not read to its end",)


@pytest.mark.parametrize("complete", [True, None])
def test_complete_and_unknown_frames_state_everything(complete: bool | None) -> None:
    frame = pd.DataFrame([{"user_name": "ana"}])
    frame.attrs["complete"] = complete
    assert Directory.of(frame).complete
    assert Directory.of(frame).completeness.reasons == ()


def test_parts_of_an_incomplete_comparison_are_incomplete(
    tenant: Tenant, client: ScimClient
) -> None:
    found = client.read_directory()
    full = found.compare(found)
    assert full.users_added.to_pandas().attrs == {"complete": True}
    tenant.capabilities = INCOMPLETE
    marked = client.read_directory().compare(found, incomplete="mark")
    assert len(marked.users_added) == 2
    for part in (marked.users_added, marked.users_changed, marked.groups_removed, marked.memberships_added):  # fmt: skip
        assert part.why_incomplete == marked.why_incomplete
        with pytest.warns(IncompleteTableWarning, match="^rows may be missing: "):
            frame = part.to_pandas()
        assert frame.attrs == {"complete": False}


def test_number_of_groups_is_missing_where_members_are_hidden(
    tenant: Tenant, client: ScimClient
) -> None:
    tenant.capabilities = Capabilities(members_in_get="absent", members_in_lists=False)
    assert client.read_directory().users.to_pandas()["groups"].isna().all()
    tenant.capabilities = Capabilities()
    assert client.read_directory().users.to_pandas()["groups"].tolist() == [1] * 8


def test_groups_that_show_only_some_members_make_incomplete_groups() -> None:
    found = Directory.found(
        [{"id": "u1", "userName": "ana"}],
        [({"id": "g1", "displayName": "Ops"}, [MemberRecord("u1", "User")])],
        completeness=Completeness(unproven_groups=frozenset({"g1"})),
        scim_url=None,
        provider=None,
        read_at=None,
    )
    assert found.groups is not None
    assert found.groups.complete
    wanted = Directory.of(found.as_wanted().users, found.groups)
    assert wanted.completeness.groups is False
    assert wanted.completeness.reasons == ("groups: members of 1 group are not all known",)


# ---------------------------------------------------------------------------------- list responses

PAGES: dict[str, dict[str, Any]] = {
    "total": {"totalResults": 3, "startIndex": 1, "itemsPerPage": 2},
    "start": {"totalResults": 2, "startIndex": 2, "itemsPerPage": 2},
    "next cursor": {"totalResults": 2, "itemsPerPage": 2, "nextCursor": "c"},
    "previous cursor": {"totalResults": 2, "itemsPerPage": 2, "previousCursor": "c"},
}


def write_page(path: Path, resources: list[dict[str, Any]], **head: Any) -> Path:
    path.write_text(json.dumps({**head, "Resources": resources}))
    return path


@pytest.mark.parametrize("name", PAGES)
def test_page_of_users_in_a_file_removes_nobody(tenant: Tenant, tmp_path: Path, name: str) -> None:
    """R4: one page of a list response does not say who is missing."""
    users = [{"externalId": f"E{n}", "userName": f"u{n}@acme.com"} for n in range(2)]
    wanted = Directory.read(write_page(tmp_path / "users.json", users, **PAGES[name]))
    assert not wanted.complete
    planned = plan(wanted, tenant.scim_client("Okta").read_directory(), policy=POLICY)
    assert not planned
    assert "read all pages into the file" in planned.withheld[0]


@pytest.mark.parametrize("name", PAGES)
def test_page_of_groups_in_a_file_deletes_nothing(
    tenant: Tenant, tmp_path: Path, name: str
) -> None:
    found = tenant.scim_client("Okta").read_directory()
    users = [{"externalId": f"E{n}", "userName": f"u{n}@acme.com"} for n in range(8)]
    groups = [{"displayName": f"Group {n}"} for n in range(2)]
    wanted = Directory.read(
        write_page(tmp_path / "users.json", users, totalResults=8),
        groups=write_page(tmp_path / "groups.json", groups, **PAGES[name]),
    )
    assert wanted.completeness.users is True
    assert wanted.completeness.groups is False
    planned = plan(wanted, found, policy=POLICY)
    assert "delete" not in {change.action for change in planned.changes}
    assert any("not deleted" in reason for reason in planned.withheld)


def test_whole_list_response_is_complete(tmp_path: Path) -> None:
    users = [{"externalId": "E0", "userName": "u0@acme.com"}]
    for head in ({}, {"totalResults": 1, "startIndex": 1}, {"totalResults": 0}):
        wanted = Directory.read(write_page(tmp_path / "users.json", users, **head))
        assert wanted.complete
