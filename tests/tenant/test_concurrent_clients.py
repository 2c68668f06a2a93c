"""Many writers at once leave a consistent tenant, and two tenants share nothing."""

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


class Storm:
    """Writers of a tenant that begin together: threads and tasks, through both APIs.

    Attributes:
        stay: userName of everybody who was made and not deleted -> id.
        gone: userName of everybody who was made and deleted -> id.
        wrong: answers that nobody expected.
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

    def check(self, answer: httpx.Response, *wanted: int) -> Any:
        if answer.status_code not in wanted:
            self.wrong.append((answer.status_code, answer.text))
        return answer.json() if answer.content else None

    def in_thread(self, number: int) -> None:
        """Make users, let them join and leave, delete every other one; make internal users, too."""
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
            made = self.check(
                admin.post("/users", json={**body, "firstName": "I", "lastName": "N"}), 200
            )
            self.check(admin.post(f"/user-tags/{self.tag}/users/{made['userId']}"), 200)

    async def in_tasks(self) -> None:
        """Make users and let them join; every fifth is renamed."""
        transport = self.tenant.async_transport()
        async with httpx.AsyncClient(transport=transport, **self.scim()) as scim:

            async def one(n: int) -> None:
                name = f"a{n}@example.com"
                made = await scim.post("/Users", json=make_user(name, externalId=name))
                id_ = self.check(made, 201)["id"]
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


def pages(caller: Caller, path: str) -> list[dict[str, Any]]:
    """Return all resources of a list, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = caller.get(path, startIndex=len(found) + 1, count=150).json()
        found += page["Resources"]
        if not page["Resources"] or len(found) >= page["totalResults"]:
            assert len(found) == page["totalResults"]
            return found


@pytest.mark.proof
def test_many_threads_and_tasks_leave_a_consistent_state() -> None:
    """64 threads and 500 tasks write at once: nothing is lost, doubled, or half done."""
    tenant = Tenant()
    storm = Storm(tenant)
    before = tenant.snapshot().document["lastEvent"]
    storm.run()
    assert storm.wrong == []
    okta, admin = make_scim_caller(tenant, "Okta"), make_admin_caller(tenant)

    # everybody is there once, under the right name, and found by every name
    users = pages(okta, "/Users")
    assert {one["userName"]: one["id"] for one in users} == storm.stay
    assert len(users) == len(storm.stay) == THREADS * 3 + TASKS
    for user in users:
        for name in ("userName", "externalId"):
            assert okta.find_ids("/Users", f'{name} eq "{user[name]}"') == [user["id"]]
    for name, id_ in storm.gone.items():
        assert okta.find_ids("/Users", f'userName eq "{name}"') == []
        assert okta.get(f"/Users/{id_}").status == 404
    for n in range(0, TASKS, 5):
        assert okta.find_ids("/Users", f'userName eq "a{n}@example.com"') == []

    # memberships agree from both sides, through both APIs
    group = okta.get(f"/Groups/{storm.group}").json()
    members = [one["value"] for one in group["members"]]
    assert len(members) == len(set(members))
    assert set(members) == set(storm.stay.values())
    assert all([one["value"] for one in user["groups"]] == [storm.group] for user in users)
    assert admin.get(f"/user-tags/{storm.group}").json()["userCount"] == len(members)
    listed = admin.get("/users", page=0, size=1).json()
    assert listed["count"] == len(users) + THREADS
    inside = admin.get(f"/user-tags/{storm.tag}/users", page=0, size=100).json()
    assert sorted(one["username"] for one in inside["data"]) == sorted(
        f"i{n}" for n in range(THREADS)
    )

    # the audit log has one event for each write, in order, with its outcome
    document = tenant.snapshot().document
    events = [one for one in document["events"] if one["number"] > before]
    assert [one["number"] for one in events] == list(range(before + 1, document["lastEvent"] + 1))
    odd = ROUNDS // 2
    assert Counter((one["kind"], one["status"] < 400) for one in events) == {
        ("scim.users.create", True): THREADS * ROUNDS + TASKS,
        ("scim.users.create", False): THREADS * ROUNDS,
        ("scim.groups.update", True): THREADS * (ROUNDS + 2 * odd) + TASKS,
        ("scim.users.delete", True): THREADS * odd,
        ("scim.users.replace", True): TASKS // 5,
        ("admin.users.create", True): THREADS,
        ("admin.user-tags.users.create", True): THREADS,
    }
    assert all(one["at"] <= later["at"] for one, later in itertools.pairwise(events))
    created = {
        one["target_id"]
        for one in events
        if one["kind"] == "scim.users.create" and one["status"] == 201
    }
    assert created == {*storm.stay.values(), *storm.gone.values()}

    # what is kept can be taken away and brought back, indexes and all
    copy = Tenant()
    copy.restore(tenant.snapshot())
    assert copy.identity_providers["Okta"].users == users
    assert copy.identity_providers["Okta"].groups == tenant.identity_providers["Okta"].groups


# ----------------------------------------------------------------------------- side by side


def whole(tenant: Tenant) -> Any:
    """Return all there is to know of a tenant."""
    return (
        tenant.snapshot().document,
        tenant.capabilities,
        tenant.clock.now(),
        [str(one) for one in tenant.requests],
        tenant.base_url,
        len(tenant.faults),
    )


def test_two_tenants_side_by_side_share_nothing() -> None:
    """Everything is done to one tenant, and nothing of it is seen in its twin."""
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    one, twin = Tenant(clock=moment), Tenant(clock=moment)
    for tenant in (one, twin):
        tenant.populate(users=20, groups=3)
    before = whole(twin)
    okta, admin = make_scim_caller(one, "Okta"), make_admin_caller(one)
    users, groups = okta.get("/Users").json()["Resources"], okta.get("/Groups").json()["Resources"]

    # neither takes the other's tokens, nor knows the other's ids
    okta_of_twin, admin_of_twin = make_scim_caller(twin, "Okta"), make_admin_caller(twin)
    for here, there in ((okta, okta_of_twin), (admin, admin_of_twin)):
        assert Caller(twin, here.prefix, here.authorization).get("/Users").status in (401, 404)
        assert Caller(one, there.prefix, there.authorization).get("/Users").status in (401, 404)
    twin.requests.clear()
    before = whole(twin)
    ids = {user["id"] for user in one.identity_providers["Okta"].users}
    assert ids.isdisjoint(user["id"] for user in twin.identity_providers["Okta"].users)

    # all is changed here
    gone, other = users[0]["id"], users[1]["id"]
    okta.create_user("new@example.com")
    okta.send_operations(f"/Users/{other}", {"op": "replace", "path": "title", "value": "T"})
    okta.send_operations(f"/Groups/{groups[0]['id']}", {"op": "remove", "path": "members"})
    assert okta.delete(f"/Users/{gone}").status == 204
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

    assert whole(twin) == before
    assert okta_of_twin.get("/Users").status == 200


@pytest.mark.proof
def test_two_tenants_are_written_to_at_once() -> None:
    """The same names at the same time in two tenants: each has all of its own, and no more."""
    storms = [Storm(Tenant()), Storm(Tenant())]
    running = [threading.Thread(target=storm.run) for storm in storms]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    names = [set(storm.stay) for storm in storms]
    assert names[0] == names[1]
    assert set(storms[0].stay.values()).isdisjoint(storms[1].stay.values())
    for storm in storms:
        assert storm.wrong == []
        users = storm.okta.users
        assert {one["userName"]: one["id"] for one in users} == storm.stay
        (group,) = storm.okta.groups
        assert {one["value"] for one in group["members"]} == set(storm.stay.values())
        document = storm.tenant.snapshot().document
        assert len(document["events"]) == document["lastEvent"]
