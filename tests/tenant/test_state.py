"""State of a tenant: populated, loaded, restored, saved."""

import json
import stat
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.testing import Tenant
from support.tenant_callers import ENTERPRISE, Caller, make_admin_caller, make_scim_caller


def dump(tenant: Tenant) -> Any:
    """Return everything that both APIs show of a tenant."""
    admin = make_admin_caller(tenant)
    shown: list[Any] = [admin.get("/users/attributes").json(), admin.get("/user-tags").json()]
    for name, provider in tenant.identity_providers.items():
        shown += [name, admin.get(f"/identity-providers/{provider.id}").json()]
        shown += [provider.users, provider.groups]
    return shown


# ----------------------------------------------------------------------------- populate


def test_populate_creates_users_and_groups(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    tenant.populate(users=300, groups=20)
    provider = tenant.identity_providers["Okta"]
    users, groups = provider.users, provider.groups
    assert (len(users), len(groups)) == (300, 20)
    assert (
        len({one["userName"] for one in users}) == len({one["externalId"] for one in users}) == 300
    )
    assert all(scim.User.from_wire(one).unread == () for one in users)
    ids = {one["id"] for one in users}
    managers = {
        one[ENTERPRISE]["manager"]["value"] for one in users if "manager" in one[ENTERPRISE]
    }
    assert managers <= ids
    assert 0 < sum(not one["active"] for one in users) < 60
    assert 270 < len(groups[0]["members"]) < 300
    assert okta.find_ids("/Users", f'userName eq "{users[7]["userName"]}"') == [users[7]["id"]]
    listed = admin.get("/users", page=0).json()
    assert listed["count"] == 300
    assert all(
        one[field]
        for one in listed["data"]
        for field in ("email", "firstName", "lastName", "phone")
    )


def test_populate_leaves_gaps(tenant: Tenant) -> None:
    """The gaps are there with every seed: departments, groups, inactive members, a shared e-mail."""
    for seed in range(5):
        copy = Tenant()
        copy.populate(users=200, groups=10, seed=seed)
        users = copy.identity_providers["Okta"].users
        assert sum("department" not in one[ENTERPRISE] for one in users) == 200 // 50
        without_group = [one for one in users if one["active"] and "groups" not in one]
        assert 3 <= len(without_group) <= 8
        assert sum(not one["active"] and "groups" in one for one in users) == 2
        emails = {one["emails"][0]["value"] for one in users}
        folded = Counter(one["emails"][0]["value"].casefold() for one in users)
        assert len(emails) == 200
        assert [count for count in folded.values() if count > 1] == [2]
    tenant.populate(users=9, groups=1)
    assert all("department" in one[ENTERPRISE] for one in tenant.identity_providers["Okta"].users)


def test_populate_same_seed_creates_same_users() -> None:
    def populate_tenant(seed: int) -> Any:
        tenant = Tenant(seed=1, clock=datetime(2026, 5, 1, tzinfo=UTC))
        tenant.populate(users=50, groups=5, seed=seed)
        provider = tenant.identity_providers["Okta"]
        return provider.users, provider.groups

    assert populate_tenant(1) == populate_tenant(1)
    assert populate_tenant(1) != populate_tenant(2)


def test_populate_twice_adds_different_users(tenant: Tenant) -> None:
    tenant.populate(users=20, groups=3)
    tenant.populate(users=20, groups=3)
    tenant.populate(users=5, groups=0, identity_provider="Entra")
    provider = tenant.identity_providers["Okta"]
    assert len({one["userName"] for one in provider.users}) == 40
    assert len({one["displayName"] for one in provider.groups}) == 6
    assert len(tenant.identity_providers["Entra"].users) == 5


# ----------------------------------------------------------------------------- load


def test_load_retains_ids_of_directory(tenant: Tenant, okta: Caller) -> None:
    boss = {"id": "u1", "userName": "boss", "active": "True"}
    ada = {"id": "u2", "userName": "ada", ENTERPRISE: {"manager": {"value": "u1"}}}
    outer = {"id": "g1", "displayName": "Outer", "members": [{"value": "g2"}, {"value": "u1"}]}
    inner = {"id": "g2", "displayName": "Inner", "members": [{"value": "u2"}]}
    tenant.load({"users": [boss, ada], "groups": [outer, inner]})
    shown = okta.get("/Users/u2").json()
    assert shown[ENTERPRISE]["manager"]["value"] == "u1"
    assert [(one["value"], one["type"]) for one in shown["groups"]] == [
        ("g2", "direct"),
        ("g1", "indirect"),
    ]
    assert okta.get("/Users/u1").json()["active"] is True
    assert okta.get("/Groups/g1").json()["meta"]["version"] == 'W/"1"'


def test_load_accepts_models_in_mappings(tenant: Tenant) -> None:
    user = scim.User.of(email="ada@example.com", given_name="Ada", family_name="Byron")
    user.id = "u1"
    directory = SimpleNamespace(users={"ada": user}, groups={})
    tenant.load(directory, identity_provider="Entra")
    assert [one["id"] for one in tenant.identity_providers["Entra"].users] == ["u1"]


@pytest.mark.parametrize(
    ("directory", "message"),
    [
        ({"users": [{"id": "u1", "userName": "a"}, {"id": "u1", "userName": "b"}]}, "u1 is taken"),
        ({"users": [{"id": "u1"}]}, "userName is required"),
        (
            {"groups": [{"id": "g1", "displayName": "G", "members": [{"value": "x"}]}]},
            "member x does not exist",
        ),
        ({"groups": [{"id": "g1"}]}, "displayName is required"),
    ],
)
def test_load_with_one_error_changes_nothing(
    tenant: Tenant, directory: dict[str, Any], message: str
) -> None:
    tenant.populate(users=3, groups=1)
    before = dump(tenant)
    with pytest.raises(ValueError, match=message):
        tenant.load(directory)
    assert dump(tenant) == before


# ----------------------------------------------------------------------------- snapshots and files


def change_state(tenant: Tenant) -> None:
    admin, okta = make_admin_caller(tenant), make_scim_caller(tenant, "Okta")
    attribute = admin.post(
        "/users/attributes",
        {
            "name": "Squad",
            "description": "d",
            "dataType": "String",
            "multiValued": True,
            "identityTypes": ["User"],
        },
    ).json()
    root = admin.post(
        "/users",
        {
            "username": "root",
            "email": "r@example.com",
            "firstName": "R",
            "lastName": "T",
            "password": "x",
            "adminRoles": [{"name": "Auditor"}],
        },
    ).json()
    admin.patch(
        f"/users/{root['userId']}/custom-attributes",
        [
            {
                "op": "add",
                "customUserAttribute": {"attributeId": attribute["id"], "attributeValue": "a"},
            }
        ],
    )
    tag = admin.post("/user-tags", {"name": "Local", "description": "d"}).json()
    admin.post(f"/user-tags/{tag['userTagId']}/users/{root['userId']}")
    admin.post(f"/user-tags/{tag['userTagId']}/disabled-statuses")
    admin.post("/identity-providers", {"name": "Ping"})
    tenant.populate(users=10, groups=3)
    okta.delete(f"/Users/{tenant.identity_providers['Okta'].users[0]['id']}")


def test_snapshot_restores_more_than_once(tenant: Tenant) -> None:
    change_state(tenant)
    before = dump(tenant)
    token = tenant.identity_providers["Okta"].scim_token
    snapshot = tenant.snapshot()
    assert "Squad" not in repr(snapshot)
    for _ in range(2):
        provider = tenant.identity_providers["Okta"]
        okta = make_scim_caller(tenant, "Okta")
        group = provider.groups[0]["id"]
        okta.send_operations(f"/Groups/{group}", {"op": "remove", "path": "members"})
        okta.delete(f"/Users/{provider.users[0]['id']}")
        make_admin_caller(tenant).post(f"/identity-providers/{provider.id}/scim-token")
        assert tenant.identity_providers["Okta"].scim_token != token
        tenant.restore(snapshot)
        assert dump(tenant) == before
        assert tenant.identity_providers["Okta"].scim_token == token


def test_saved_tenant_is_loaded_by_another(tenant: Tenant, tmp_path: Path) -> None:
    change_state(tenant)
    path = tmp_path / "tenant.json"
    tenant.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    other = Tenant(name="acme")
    other.load_state(path)
    assert abs(other.clock.now() - tenant.clock.now()) < timedelta(minutes=1)
    assert dump(other) == dump(tenant)
    assert other.api_token == tenant.api_token
    root = next(
        one for one in make_admin_caller(other).get("/users").json()["data"] if not one["external"]
    )
    values = make_admin_caller(other).get(f"/users/{root['userId']}/custom-attributes").json()
    assert [one["attributeValue"] for one in values] == ["a"]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"clock": "2026-05-01T12:00:00+00:00"}', '{"clock": "then"}', "5"]
)
def test_load_state_invalid_file_is_rejected(tenant: Tenant, tmp_path: Path, content: str) -> None:
    path = tmp_path / "tenant.json"
    path.write_text(content)
    before = dump(tenant)
    with pytest.raises(ValueError, match=r"\w"):
        tenant.load_state(path)
    assert dump(tenant) == before


def test_snapshot_is_json(tenant: Tenant) -> None:
    change_state(tenant)
    assert json.loads(json.dumps(tenant.snapshot().document)) == tenant.snapshot().document


def test_load_state_with_same_seed_creates_new_ids(tmp_path: Path) -> None:
    def add(tenant: Tenant, name: str) -> None:
        make_admin_caller(tenant).post("/identity-providers", {"name": name, "type": "SAML"})
        make_admin_caller(tenant).post("/user-tags", {"name": name})

    first, second = Tenant(seed=1), Tenant(seed=1)
    add(first, "HR")
    first.save(tmp_path / "tenant.json")
    second.load_state(tmp_path / "tenant.json")
    add(second, "IT")
    assert list(second.identity_providers) == ["Britive", "Okta", "Entra", "HR", "IT"]
    assert len({one.id for one in second.identity_providers.values()}) == 5
    assert [one["name"] for one in make_admin_caller(second).get("/user-tags").json()] == [
        "HR",
        "IT",
    ]


def test_tenant_invalid_arguments_are_rejected(tenant: Tenant) -> None:
    with pytest.raises(
        KeyError, match="no identity provider 'Ping'; known are Britive, Okta, Entra"
    ):
        tenant.populate(users=1, identity_provider="Ping")
    with pytest.raises(ValueError, match="0 or more, got -1 and 10"):
        tenant.populate(users=-1)
    with pytest.raises(ValueError, match="got list without users"):
        tenant.load([{"userName": "ada"}])
    tenant.identity_providers["Okta"].add_user({"userName": "Ada@example.com"})
    assert tenant.console.create_api_token("ada@EXAMPLE.com")


def test_identity_provider_object_follows_restored_state(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    snapshot = tenant.snapshot()
    okta.add_user({"id": "u1", "userName": "ada"})
    tenant.restore(snapshot)
    assert okta.users == []
    okta.add_user({"id": "u1", "userName": "ada"})
    assert make_scim_caller(tenant, "Okta").get("/Users/u1").status == 200
    with pytest.raises(ValueError, match="is taken"):
        tenant.load({"users": [{"id": "u2", "userName": "bo"}, {"id": "u1", "userName": "cy"}]})
    assert [one["id"] for one in okta.users] == ["u1"]


def test_identity_provider_deleted_raises_lookup_error(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    assert make_admin_caller(tenant).delete(f"/identity-providers/{okta.id}").status < 300
    assert repr(okta) == "<TenantIdentityProvider (deleted)>"
    with pytest.raises(LookupError, match="no longer"):
        _ = okta.scim_token


def test_restore_without_api_tokens_raises_lookup_error(tenant: Tenant, tmp_path: Path) -> None:
    admin = make_admin_caller(tenant)
    (own,) = admin.get("/token").json()
    other = admin.post("/token", {"name": "other", "tokenDuration": 30}).json()
    assert admin.delete(f"/token/{own['id']}").status < 300
    tenant.restore(tenant.snapshot())
    with pytest.raises(LookupError, match="revoked"):
        _ = tenant.api_token
    assert other["token"] not in repr(tenant.snapshot())
    tenant.save(tmp_path / "tenant.json")
    copy = Tenant()
    copy.load_state(tmp_path / "tenant.json")
    with pytest.raises(LookupError, match="revoked"):
        _ = copy.api_token


class UnreadableDirectory(dict[str, Any]):
    """Directory whose groups raise an OSError."""

    def get(self, key: str, default: Any = None) -> Any:
        if key == "groups":
            raise OSError("torn")
        return super().get(key, default)


@pytest.mark.parametrize(
    ("directory", "message"),
    [
        ({"users": ["ada"]}, "mapping or a model, got 'ada'"),
        ({"users": [{"id": "u1", "userName": "a"}, None]}, "got None"),
        ({"users": None}, "users of a directory must be several resources, got NoneType"),
        ({"groups": "g"}, "got str"),
        ({"users": [{"id": 5, "userName": "a"}]}, "got 5"),
        ({"users": [{"id": "", "userName": "a"}]}, "got ''"),
        (UnreadableDirectory(users=[{"id": "u1", "userName": "a"}]), "torn"),
    ],
)
def test_load_invalid_directory_changes_nothing(
    tenant: Tenant, directory: Any, message: str
) -> None:
    with pytest.raises((ValueError, OSError), match=message):
        tenant.load(directory)
    assert tenant.identity_providers["Okta"].users == []
