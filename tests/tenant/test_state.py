"""The state of a tenant: made up, loaded, kept, saved."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.testing import Tenant
from support.tenant_callers import ENTERPRISE, Caller, make_admin_caller, make_scim_caller


def everything(tenant: Tenant) -> Any:
    """Return all that both APIs show of a tenant."""
    admin = make_admin_caller(tenant)
    shown: list[Any] = [admin.get("/users/attributes").json(), admin.get("/user-tags").json()]
    for name, provider in tenant.identity_providers.items():
        shown += [name, admin.get(f"/identity-providers/{provider.id}").json()]
        shown += [provider.users, provider.groups]
    return shown


# ----------------------------------------------------------------------------- made up


def test_a_tenant_is_filled_with_people_and_groups(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
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
    assert len(groups[0]["members"]) == 300
    assert okta.find_ids("/Users", f'userName eq "{users[7]["userName"]}"') == [users[7]["id"]]
    listed = admin.get("/users", page=0).json()
    assert listed["count"] == 300
    assert all(
        one[field]
        for one in listed["data"]
        for field in ("email", "firstName", "lastName", "phone")
    )


def test_the_same_seed_makes_the_same_people() -> None:
    def make(seed: int) -> Any:
        tenant = Tenant(seed=1, clock=datetime(2026, 5, 1, tzinfo=UTC))
        tenant.populate(users=50, groups=5, seed=seed)
        provider = tenant.identity_providers["Okta"]
        return provider.users, provider.groups

    assert make(1) == make(1)
    assert make(1) != make(2)


def test_filling_again_adds_others(tenant: Tenant) -> None:
    tenant.populate(users=20, groups=3)
    tenant.populate(users=20, groups=3)
    tenant.populate(users=5, groups=0, identity_provider="Entra")
    provider = tenant.identity_providers["Okta"]
    assert len({one["userName"] for one in provider.users}) == 40
    assert len({one["displayName"] for one in provider.groups}) == 6
    assert len(tenant.identity_providers["Entra"].users) == 5


# ----------------------------------------------------------------------------- loaded


def test_a_directory_is_loaded_under_its_own_ids(tenant: Tenant, okta: Caller) -> None:
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


def test_a_directory_may_hold_models_in_mappings(tenant: Tenant) -> None:
    user = scim.User.of(email="ada@example.com", given_name="Ada", family_name="Byron")
    user.id = "u1"
    directory = SimpleNamespace(users={"ada": user}, groups={})
    tenant.load(directory, identity_provider="Entra")
    assert [one["id"] for one in tenant.identity_providers["Entra"].users] == ["u1"]


@pytest.mark.parametrize(
    ("directory", "said"),
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
def test_a_directory_is_loaded_whole_or_not_at_all(
    tenant: Tenant, directory: dict[str, Any], said: str
) -> None:
    tenant.populate(users=3, groups=1)
    before = everything(tenant)
    with pytest.raises(ValueError, match=said):
        tenant.load(directory)
    assert everything(tenant) == before


# ----------------------------------------------------------------------------- kept and saved


def change_everything(tenant: Tenant) -> None:
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


def test_a_snapshot_is_gone_back_to_as_often_as_wanted(tenant: Tenant) -> None:
    change_everything(tenant)
    before = everything(tenant)
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
        assert everything(tenant) == before
        assert tenant.identity_providers["Okta"].scim_token == token


def test_a_saved_tenant_is_read_back_by_another(tenant: Tenant, tmp_path: Path) -> None:
    change_everything(tenant)
    path = tmp_path / "tenant.json"
    tenant.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    other = Tenant(name="acme")
    other.load_state(path)
    assert abs(other.clock.now() - tenant.clock.now()) < timedelta(minutes=1)
    assert everything(other) == everything(tenant)
    assert other.api_token == tenant.api_token
    root = next(
        one for one in make_admin_caller(other).get("/users").json()["data"] if not one["external"]
    )
    values = make_admin_caller(other).get(f"/users/{root['userId']}/custom-attributes").json()
    assert [one["attributeValue"] for one in values] == ["a"]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"clock": "2026-05-01T12:00:00+00:00"}', '{"clock": "then"}', "5"]
)
def test_a_file_that_holds_no_tenant_is_refused(
    tenant: Tenant, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "tenant.json"
    path.write_text(content)
    before = everything(tenant)
    with pytest.raises(ValueError, match=r"\w"):
        tenant.load_state(path)
    assert everything(tenant) == before


def test_a_snapshot_is_json(tenant: Tenant) -> None:
    change_everything(tenant)
    assert json.loads(json.dumps(tenant.snapshot().document)) == tenant.snapshot().document


def test_a_tenant_of_the_same_seed_gives_no_id_twice(tmp_path: Path) -> None:
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


def test_what_cannot_be_meant_is_told(tenant: Tenant) -> None:
    with pytest.raises(
        KeyError, match="no identity provider 'Ping'; known are Britive, Okta, Entra"
    ):
        tenant.populate(users=1, identity_provider="Ping")
    with pytest.raises(ValueError, match="0 or more, got -1 and 10"):
        tenant.populate(users=-1)
    with pytest.raises(ValueError, match="list has no users"):
        tenant.load([{"userName": "ada"}])
    tenant.identity_providers["Okta"].add_user({"userName": "Ada@example.com"})
    assert tenant.console.create_api_token("ada@EXAMPLE.com")


def test_an_identity_provider_at_hand_is_that_of_the_state_gone_back_to(tenant: Tenant) -> None:
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


def test_an_identity_provider_that_is_gone_says_so(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    assert make_admin_caller(tenant).delete(f"/identity-providers/{okta.id}").status < 300
    assert repr(okta) == "<TenantIdentityProvider (deleted)>"
    with pytest.raises(LookupError, match="no longer"):
        _ = okta.scim_token


def test_a_tenant_without_api_tokens_is_gone_back_to(tenant: Tenant, tmp_path: Path) -> None:
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


class Torn(dict[str, Any]):
    """A directory whose groups cannot be had."""

    def get(self, key: str, default: Any = None) -> Any:
        if key == "groups":
            raise OSError("torn")
        return super().get(key, default)


@pytest.mark.parametrize(
    ("directory", "said"),
    [
        ({"users": ["ada"]}, "mapping or a model, got 'ada'"),
        ({"users": [{"id": "u1", "userName": "a"}, None]}, "got None"),
        ({"users": None}, "users of a directory must be several resources, got NoneType"),
        ({"groups": "g"}, "got str"),
        ({"users": [{"id": 5, "userName": "a"}]}, "got 5"),
        ({"users": [{"id": "", "userName": "a"}]}, "got ''"),
        (Torn(users=[{"id": "u1", "userName": "a"}]), "torn"),
    ],
)
def test_what_is_no_directory_leaves_the_tenant_alone(
    tenant: Tenant, directory: Any, said: str
) -> None:
    with pytest.raises((ValueError, OSError), match=said):
        tenant.load(directory)
    assert tenant.identity_providers["Okta"].users == []
