"""Concurrent writers: the tenant stays consistent, and two tenants share nothing."""

import asyncio
import itertools
import threading
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import Caller, make_admin_caller, make_scim_caller, make_user

THREADS, ROUNDS, TASKS = 64, 5, 500


def join(id_: str) -> dict[str, Any]:
    return {"Operations": [{"op": "add", "path": "members", "value": [{"value": id_}]}]}


def leave(id_: str) -> dict[str, Any]:
    return {"Operations": [{"op": "remove", "path": f'members[value eq "{id_}"]'}]}


class ConcurrentWriters:
    """Writers of a tenant that start together: threads and tasks, through both APIs.

    Attributes:
        stay: userName -> id of every user created and not deleted.
        gone: userName -> id of every user created and deleted.
        wrong: responses with an unexpected status.
    """

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.okta = tenant.identity_providers["Okta"]
        self.group: str = self.okta.add_group({"displayName": "Everyone"})["id"]
        self.tag: str = (
            make_admin_caller(tenant).post("/user-tags", {"name": "Doors"}).json()["userTagId"]
        )
        self.start = threading.Barrier(THREADS + 1)
        self.stay: dict[str, str] = {}
        self.gone: dict[str, str] = {}
        self.wrong: list[tuple[int, str]] = []

    def settings(self, url: str, authorization: str) -> dict[str, Any]:
        return {"base_url": url, "headers": {"Authorization": authorization}}

    def scim(self) -> dict[str, Any]:
        secret = self.okta.scim_token.get_secret_value()
        return self.settings(self.okta.scim_url, f"Bearer {secret}")

    def admin(self) -> dict[str, Any]:
        secret = self.tenant.api_token.get_secret_value()
        return self.settings(f"{self.tenant.base_url}/api", f"TOKEN {secret}")

    def check(self, response: httpx.Response, *expected: int) -> Any:
        if response.status_code not in expected:
            self.wrong.append((response.status_code, response.text))
        return response.json() if response.content else None

    def in_thread(self, number: int) -> None:
        """Create users, add and remove members, delete every second user; create internal users."""
        transport = self.tenant.transport()
        with (
            httpx.Client(transport=transport, **self.scim()) as scim,
            httpx.Client(transport=transport, **self.admin()) as admin,
        ):
            self.start.wait()
            for n in range(ROUNDS):
                name = f"t{number}-{n}@example.com"
                id_ = self.check(scim.post("/Users", json=make_user(name, externalId=name)), 201)[
                    "id"
                ]
                self.check(scim.patch(f"/Groups/{self.group}", json=join(id_)), 200, 204)
                self.check(scim.post("/Users", json=make_user(name)), 409)
                if n % 2:
                    self.check(scim.patch(f"/Groups/{self.group}", json=leave(id_)), 200, 204)
                    self.check(scim.patch(f"/Groups/{self.group}", json=join(id_)), 200, 204)
                    self.check(scim.delete(f"/Users/{id_}"), 204)
                    self.gone[name] = id_
                else:
                    self.stay[name] = id_
            body = {"username": f"i{number}", "email": "i@example.com", "password": "x"}
            created = self.check(
                admin.post("/users", json={**body, "firstName": "I", "lastName": "N"}), 200
            )
            self.check(admin.post(f"/user-tags/{self.tag}/users/{created['userId']}"), 200)

    async def in_tasks(self) -> None:
        """Create users and add them to the group; rename every fifth."""
        transport = self.tenant.async_transport()
        async with httpx.AsyncClient(transport=transport, **self.scim()) as scim:

            async def one(n: int) -> None:
                name = f"a{n}@example.com"
                created = await scim.post("/Users", json=make_user(name, externalId=name))
                id_ = self.check(created, 201)["id"]
                self.check(await scim.patch(f"/Groups/{self.group}", json=join(id_)), 200, 204)
                if n % 5 == 0:
                    name = f"renamed{n}@example.com"
                    renamed = await scim.put(f"/Users/{id_}", json=make_user(name, externalId=name))
                    self.check(renamed, 200)
                self.stay[name] = id_

            await asyncio.gather(*(one(n) for n in range(TASKS)))

    def run(self) -> None:
        threads = [threading.Thread(target=self.in_thread, args=(n,)) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        self.start.wait()
        asyncio.run(self.in_tasks())
        for thread in threads:
            thread.join()


def list_all(caller: Caller, path: str) -> list[dict[str, Any]]:
    """Return all resources of a list, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = caller.get(path, startIndex=len(found) + 1, count=150).json()
        found += page["Resources"]
        if not page["Resources"] or len(found) >= page["totalResults"]:
            assert len(found) == page["totalResults"]
            return found


@pytest.mark.proof
def test_concurrent_writers_leave_consistent_state() -> None:
    """64 threads and 500 tasks write at once: no write is lost, doubled, or half done."""
    tenant = Tenant()
    writers = ConcurrentWriters(tenant)
    before = tenant.snapshot().document["lastEvent"]
    writers.run()
    assert writers.wrong == []
    okta, admin = make_scim_caller(tenant, "Okta"), make_admin_caller(tenant)

    # every user exists once, under the right name, and is found by every name
    users = list_all(okta, "/Users")
    assert {one["userName"]: one["id"] for one in users} == writers.stay
    assert len(users) == len(writers.stay) == THREADS * 3 + TASKS
    for user in users:
        for name in ("userName", "externalId"):
            assert okta.find_ids("/Users", f'{name} eq "{user[name]}"') == [user["id"]]
    for name, id_ in writers.gone.items():
        assert okta.find_ids("/Users", f'userName eq "{name}"') == []
        assert okta.get(f"/Users/{id_}").status == 404
    for n in range(0, TASKS, 5):
        assert okta.find_ids("/Users", f'userName eq "a{n}@example.com"') == []

    # memberships agree from both sides, through both APIs
    group = okta.get(f"/Groups/{writers.group}").json()
    members = [one["value"] for one in group["members"]]
    assert len(members) == len(set(members))
    assert set(members) == set(writers.stay.values())
    assert all([one["value"] for one in user["groups"]] == [writers.group] for user in users)
    assert admin.get(f"/user-tags/{writers.group}").json()["userCount"] == len(members)
    listed = admin.get("/users", page=0, size=1).json()
    assert listed["count"] == len(users) + THREADS
    inside = admin.get(f"/user-tags/{writers.tag}/users", page=0, size=100).json()
    assert sorted(one["username"] for one in inside["data"]) == sorted(
        f"i{n}" for n in range(THREADS)
    )

    # the audit log has one event for each write, in order, with its outcome
    document = tenant.snapshot().document
    events = [one for one in document["events"] if one["number"] > before]
    assert [one["number"] for one in events] == list(range(before + 1, document["lastEvent"] + 1))
    removals = ROUNDS // 2
    assert Counter((one["event_type"], one["status"] < 400) for one in events) == {
        ("scim.users.create", True): THREADS * ROUNDS + TASKS,
        ("scim.users.create", False): THREADS * ROUNDS,
        ("scim.groups.update", True): THREADS * (ROUNDS + 2 * removals) + TASKS,
        ("scim.users.delete", True): THREADS * removals,
        ("scim.users.replace", True): TASKS // 5,
        ("admin.users.create", True): THREADS,
        ("admin.user-tags.users.create", True): THREADS,
    }
    assert all(one["at"] <= later["at"] for one, later in itertools.pairwise(events))
    created = {
        one["target_id"]
        for one in events
        if one["event_type"] == "scim.users.create" and one["status"] == 201
    }
    assert created == {*writers.stay.values(), *writers.gone.values()}

    # a snapshot restores everything, indexes included
    copy = Tenant()
    copy.restore(tenant.snapshot())
    assert copy.identity_providers["Okta"].users == users
    assert copy.identity_providers["Okta"].groups == tenant.identity_providers["Okta"].groups


# ----------------------------------------------------------------------------- two tenants


def dump(tenant: Tenant) -> Any:
    """Return the complete state of a tenant."""
    return (
        tenant.snapshot().document,
        tenant.capabilities,
        tenant.clock.now(),
        [str(one) for one in tenant.requests],
        tenant.base_url,
        len(tenant.faults),
    )


def test_two_tenants_share_no_state() -> None:
    """All changes are made to one tenant; the other stays the same."""
    start = datetime(2026, 5, 1, tzinfo=UTC)
    one, twin = Tenant(clock=start), Tenant(clock=start)
    for tenant in (one, twin):
        tenant.populate(users=20, groups=3)
    before = dump(twin)
    okta, admin = make_scim_caller(one, "Okta"), make_admin_caller(one)
    users, groups = okta.get("/Users").json()["Resources"], okta.get("/Groups").json()["Resources"]

    # neither accepts the tokens or knows the ids of the other
    okta_of_twin, admin_of_twin = make_scim_caller(twin, "Okta"), make_admin_caller(twin)
    for first, second in ((okta, okta_of_twin), (admin, admin_of_twin)):
        assert Caller(twin, first.prefix, first.authorization).get("/Users").status in (401, 404)
        assert Caller(one, second.prefix, second.authorization).get("/Users").status in (401, 404)
    twin.requests.clear()
    before = dump(twin)
    ids = {user["id"] for user in one.identity_providers["Okta"].users}
    assert ids.isdisjoint(user["id"] for user in twin.identity_providers["Okta"].users)

    # change everything in the first
    deleted_id, other = users[0]["id"], users[1]["id"]
    okta.create_user("new@example.com")
    okta.send_operations(f"/Users/{other}", {"op": "replace", "path": "title", "value": "T"})
    okta.send_operations(f"/Groups/{groups[0]['id']}", {"op": "remove", "path": "members"})
    assert okta.delete(f"/Users/{deleted_id}").status == 204
    assert okta.delete(f"/Groups/{groups[1]['id']}").status == 204
    provider = one.identity_providers["Okta"].id
    assert admin.post(f"/identity-providers/{provider}/scim-token", {}).status == 201
    assert admin.patch(f"/identity-providers/{provider}", {"scimProvider": "Azure"}).status == 204
    assert admin.post("/token", {"tokenExpirationDays": 3}).status == 200
    one.console.set_banner("Storm", "WARNING")
    one.settings["features"] = [{"name": "x", "enabled": True}]
    one.capabilities = Capabilities(bulk=False)
    one.clock.advance(days=5)
    one.faults.add(503)
    one.set_base_url("http://127.0.0.1:1")
    assert okta.get("/Users").status == 503

    assert dump(twin) == before
    assert okta_of_twin.get("/Users").status == 200


@pytest.mark.proof
def test_two_tenants_written_concurrently_stay_separate() -> None:
    """The same names at the same time in two tenants: each holds exactly its own users."""
    writer_groups = [ConcurrentWriters(Tenant()), ConcurrentWriters(Tenant())]
    running = [threading.Thread(target=writers.run) for writers in writer_groups]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    names = [set(writers.stay) for writers in writer_groups]
    assert names[0] == names[1]
    assert set(writer_groups[0].stay.values()).isdisjoint(writer_groups[1].stay.values())
    for writers in writer_groups:
        assert writers.wrong == []
        users = writers.okta.users
        assert {one["userName"]: one["id"] for one in users} == writers.stay
        (group,) = writers.okta.groups
        assert {one["value"] for one in group["members"]} == set(writers.stay.values())
        document = writers.tenant.snapshot().document
        assert len(document["events"]) == document["lastEvent"]
