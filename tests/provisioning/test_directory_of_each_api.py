"""Users as each API shows them: columns, comparisons and plans that need the other API are refused."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from britive_scim import admin, errors, provisioning, scim
from britive_scim.provisioning import Directory
from britive_scim.provisioning.admin_records import (
    SHOWN_ATTRIBUTES,
    build_user_record,
    build_user_values,
)
from britive_scim.provisioning.directory.records import (
    Completeness,
    GroupRecord,
    MemberRecord,
)
from britive_scim.scim.json_values import is_list
from britive_scim.scim.values.node import is_mapping
from britive_scim.testing import Tenant
from support.each_value import each_value

CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    tenant = Tenant("acme", seed=1)
    tenant.populate(users=4, groups=2)
    return tenant


@pytest.fixture(scope="module")
def by_scim(tenant: Tenant) -> Directory:
    return tenant.scim_client("Okta").read_directory()


@pytest.fixture(scope="module")
def by_admin(tenant: Tenant) -> Directory:
    return tenant.admin_client().read_directory("Okta")


def test_audit_table_is_read_any_number_of_times(tenant: Tenant, by_scim: Directory) -> None:
    events = tenant.admin_client().audit_logs.query(since=timedelta(days=7))
    tenant.scim_client("Okta").groups.create(scim.Group(display_name="Guides"))
    table = by_scim.join_audit(events)
    assert len(table.to_pandas()) >= 1
    assert [*table] == [*table]
    assert len(table.to_pandas()) == len([*table])
    assert "Guides" in str(table)


@pytest.mark.parametrize("events", [7, None, ["event"]])
def test_join_audit_refuses_what_is_no_event(by_scim: Directory, events: Any) -> None:
    with pytest.raises(errors.InputError, match="events must be audit events, got"):
        by_scim.join_audit(events)


@each_value(
    "columns",
    [
        ["username", "department"],
        ["title"],
        ["groups"],
        ["other"],
        ["name.middleName"],
        ["meta.version"],
        {"d": "enterprise.department"},
    ],
)
def test_column_that_the_admin_api_does_not_show_is_refused(
    by_admin: Directory, columns: Any
) -> None:
    match = r"admin API does not show; read the directory by SCIM: okta.read_directory\(\)"
    for source in (by_admin, by_admin.users):
        with pytest.raises(errors.InputError, match=match):
            source.to_pandas(columns)


def test_empty_directory_of_the_admin_api_refuses_the_same() -> None:
    empty = Directory.found(
        [], [], completeness=Completeness(), scim_url=None, provider=None, read_at=None,
        format="admin API",
    )  # fmt: skip
    assert "username" in empty.to_table().columns
    assert [*empty.to_table(["custom.costCenter"]).columns] == ["custom.costCenter"]
    with pytest.raises(errors.InputError, match="admin API does not show"):
        empty.to_table(["title"])


def test_columns_of_scim_that_the_admin_api_shows(by_admin: Directory) -> None:
    columns = {"mail": 'emails[type eq "work"].value', "given": "given_name", "when": "created"}
    rows = [*by_admin.to_table(columns)]
    assert len(rows) == 4
    assert all(value is not None for row in rows for value in row)


def test_custom_column_needs_attributes_that_were_read() -> None:
    without = admin.User(username="ana@acme.com")
    for user, fits in ((without, False), (admin.User(username="ana", attributes=[]), True)):
        directory = Directory.found(
            [build_user_record(user)], [], completeness=Completeness(),
            scim_url=None, provider=None, read_at=None, format="admin API",
        )  # fmt: skip
        if fits:
            assert [*directory.to_table(["custom.costCenter"])] == [(None,)]
        else:
            with pytest.raises(errors.InputError, match="read the directory with attributes=True"):
                directory.to_table(["custom.costCenter"])


def test_shown_attributes_are_those_of_a_user() -> None:
    user = admin.User.from_wire(
        {
            "userId": "u1", "username": "ana", "firstName": "Ana", "lastName": "Diaz", "name": "Ana Diaz",
            "email": "a@acme.com", "phone": "1", "mobile": "2", "status": "active", "externalId": "E1",
            "created": "2026-05-01T00:00:00Z", "modified": "2026-05-01T00:00:00Z",
        }
    )  # fmt: skip
    found: set[str] = set()
    for name, value in build_user_values(user).items():
        found.add(name)
        for part in value if is_list(value) else [value]:
            if is_mapping(part):
                found |= {f"{name}.{sub}" for sub in part}
    assert found == SHOWN_ATTRIBUTES


@each_value("name", ["last_login", "lastLogin", "status", "external", "identity_provider", "tags"])
def test_column_of_the_admin_api_names_that_api(
    tenant: Tenant, by_scim: Directory, name: str
) -> None:
    match = rf"got '{name}'; SCIM does not show it; .* britive.read_directory\(\)"
    for source in (by_scim, tenant.scim_client("Okta").users.list()):
        with pytest.raises(errors.InputError, match=match):
            source.to_pandas(["user_name", name])


def test_attribute_of_the_admin_api_has_another_name_by_scim(
    tenant: Tenant, by_scim: Directory
) -> None:
    for source in (by_scim, tenant.scim_client("Okta").users.list()):
        with pytest.raises(errors.InputError, match=r"of the admin API; write 'custom\.costCode'$"):
            source.to_pandas(["attributes.costCode"])


def test_declared_attributes_are_columns_without_values(tmp_path: Path) -> None:
    tenant = Tenant("acme", seed=1)
    tenant.populate(users=2, groups=0)
    britive = tenant.admin_client()
    britive.identity_attributes.create("costCode")
    britive.identity_attributes.create("apiToken")
    directory = britive.read_directory(attributes=True)
    directory.save(tmp_path / "saved.jsonl")
    for source in (directory, Directory.load(tmp_path / "saved.jsonl")):
        assert [*source.to_table().columns][-2:] == ["key", "attributes.costCode"]
        assert [*source.to_table(["attributes.costCode"])] == [(None,), (None,)]
        with pytest.raises(errors.InputError, match=r"neither .*; did you mean 'attributes\.costC"):
            source.to_table(["attributes.costcode"])
        with pytest.raises(errors.InputError, match="which is secret; leave it out"):
            source.to_table(["attributes.apiToken"])
    without = britive.read_directory()
    assert [*without.to_table().columns][-1] == "key"
    with pytest.raises(errors.InputError, match=r"; read the directory with attributes=True$"):
        without.to_table(["attributes.costCode"])


def test_scim_directory_has_the_columns_of_the_list(tmp_path: Path) -> None:
    tenant = Tenant("acme", seed=1)
    tenant.populate(users=2, groups=0)
    britive, okta = tenant.admin_client(), tenant.scim_client("Okta")
    britive.identity_attributes.create("costCode")
    provider = britive.identity_providers.get_by_name("Okta")
    britive.identity_providers.mappings.add(provider, "costCode", f"{CUSTOM}:costCode")
    assert "custom.costCode" not in okta.read_directory().to_table().columns
    okta.schemas()
    directory = okta.read_directory()
    directory.save(tmp_path / "saved.jsonl")
    expected = dict(okta.users.list().to_table().columns)
    assert "custom.costCode" in expected
    assert dict(directory.to_table().columns) == expected
    assert dict(Directory.load(tmp_path / "saved.jsonl").to_table().columns) == expected


def test_readings_of_both_apis_are_not_compared(by_scim: Directory, by_admin: Directory) -> None:
    match = "same API, got one read by SCIM and one read by the admin API; read both by"
    for before, after in ((by_scim, by_admin), (by_admin, by_scim)):
        with pytest.raises(errors.InputError, match=match):
            before.compare(after)
        result = before.compare(after, incomplete="mark")
        assert not result.users_changed
        assert not result.users_added
        assert not result.complete
        assert "only userName, externalId, active" in (result.why_incomplete or "")


def test_common_attributes_are_compared() -> None:
    tenant = Tenant("acme", seed=2)
    tenant.populate(users=2, groups=1)
    okta = tenant.scim_client("Okta")
    before = okta.read_directory()
    okta.users.deactivate(before.users[0])
    okta.users.patch(before.users[1], {"title": "Lead", "name.familyName": "New"})
    after = tenant.admin_client().read_directory("Okta")
    result = before.compare(after, incomplete="mark")
    assert [set(change.after) for change in result.users_changed] == [{"active"}, {"name"}]


def test_tags_of_other_providers_are_not_compared_with_scim() -> None:
    tenant = Tenant("acme", seed=2)
    tenant.populate(users=2, groups=1)
    okta, britive = tenant.scim_client("Okta"), tenant.admin_client()
    by_scim, before = okta.read_directory(), britive.read_directory("Okta")
    tag = britive.tags.create("Console admins")
    britive.tags.members.add(tag, britive.users.list().to_list()[0])
    after = britive.read_directory("Okta")
    assert [group.display_name for group in after.groups or ()] == ["Everyone", "Console admins"]
    for result in (by_scim.compare(after, incomplete="mark"), after.compare(by_scim, incomplete="mark")):  # fmt: skip
        assert not result
    wanted = after.as_wanted()
    assert [group.display_name for group in wanted.group_records or ()] == ["Everyone"]
    assert not provisioning.plan(wanted, by_scim).changes
    result = before.compare(after)
    assert not result.groups_added, "the tag is not new, a user of the provider is new in it"
    assert [membership.group for membership in result.memberships_added] == ["Console admins"]
    assert not after.compare(before).groups_removed


def test_saved_directory_keeps_the_providers_of_tags(tmp_path: Path) -> None:
    group = GroupRecord({"id": "g", "displayName": "G"}, (MemberRecord("u1"), MemberRecord("u9")), admin={"identity_providers": ["Entra"]})  # fmt: skip
    directory = Directory.found(
        [{"id": "u1", "userName": "ana"}], [group], completeness=Completeness(),
        scim_url=None, provider="Okta", read_at=None, format="admin API",
    )  # fmt: skip
    directory.save(tmp_path / "saved.jsonl")
    loaded = Directory.load(tmp_path / "saved.jsonl")
    assert loaded.group_records == (group,)
    assert loaded.as_wanted().group_records is None
    empty = Directory.found(
        [{"id": "u1", "userName": "ana"}], [], completeness=Completeness(),
        scim_url=None, provider="Okta", read_at=None, format="admin API",
    )  # fmt: skip
    result = empty.compare(loaded)
    assert [*result.memberships_added] == [("G", "ana", None)], "the other member is unknown"
    assert not result.groups_added


def test_wanted_directory_keeps_what_the_admin_api_does_not_show(tmp_path: Path) -> None:
    """Its `name` is the full name, and it shows one address and two numbers."""
    tenant = Tenant("acme", seed=2)
    okta = tenant.scim_client("Okta")
    user = {
        "userName": "zoe@acme.com", "active": True, "displayName": "Zoë", "name": {"givenName": "Zoë", "familyName": "F"},
        "emails": [{"value": "zoe@acme.com", "type": "work", "primary": True}, {"value": "z@home.org", "type": "home"}],
        "phoneNumbers": [{"value": "+1", "type": "mobile"}, {"value": "3", "type": "fax"}],
    }  # fmt: skip
    okta.users.create(scim.User.from_wire(user))
    found, by_admin = okta.read_directory(), tenant.admin_client().read_directory("Okta")
    wanted = by_admin.as_wanted()
    assert wanted.problems == ()
    assert not provisioning.plan(wanted, found).changes
    for name in ("users.csv", "users.jsonl"):
        by_admin.export(tmp_path / name)
        read = Directory.read(tmp_path / name)
        assert read.user_records[0].values == wanted.user_records[0].values
        assert read.partial_attributes == wanted.partial_attributes
        assert not provisioning.plan(read, found).changes


def test_users_name_to_pandas_for_a_data_frame(by_scim: Directory) -> None:
    with pytest.raises(TypeError, match=r"to_pandas\(\) of a list for a data frame"):
        pd.DataFrame(by_scim.users)


def test_loaded_directory_has_the_same_contents(by_admin: Directory, tmp_path: Path) -> None:
    by_admin.save(tmp_path / "saved.jsonl")
    first, second = (Directory.load(tmp_path / "saved.jsonl") for _ in range(2))
    assert not first.compare(second)
    assert first.user_records == second.user_records == by_admin.user_records
    assert first != second


def test_plan_refuses_a_directory_of_the_admin_api(by_admin: Directory) -> None:
    wanted = Directory.of([{"userName": "ana@acme.com"}])
    with pytest.raises(
        errors.InputError, match=r"read by SCIM, got one of the admin API, .* okta.read"
    ):
        provisioning.plan(wanted, by_admin)
