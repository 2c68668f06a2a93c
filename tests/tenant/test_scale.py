"""Size does not slow the tenant down, and the short cuts that see to that change no answer."""

import random
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import GROUP, Caller, make_admin_caller, make_scim_caller

# ----------------------------------------------------------------------------- pages


def walked(caller: Caller, path: str, count: int, **query: Any) -> list[str]:
    """Return the ids of all pages of a list by index."""
    found: list[str] = []
    while True:
        page = caller.get(path, startIndex=len(found) + 1, count=count, **query).json()
        found += [one["id"] for one in page["Resources"]]
        if not page["Resources"]:
            assert page["totalResults"] == len(found)
            return found


def by_cursor(caller: Caller, path: str, count: int) -> list[str]:
    """Return the ids of all pages of a list by cursor."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = caller.get(path, cursor=cursor, count=count).json()
        found += [one["id"] for one in page["Resources"]]
        cursor = page.get("nextCursor")
    return found


def test_pages_show_everybody_once_in_order_of_creation(okta: Caller, admin: Caller) -> None:
    """Whatever is deleted and changed between."""
    dice = random.Random(7)
    made = [okta.create_user(f"u{n}@example.com")["id"] for n in range(60)]
    groups = [okta.create_group(f"g{n}")["id"] for n in range(7)]
    for id_ in dice.sample(made, 25):
        assert okta.delete(f"/Users/{id_}").status == 204
        made.remove(id_)
    for id_ in dice.sample(made, 10):
        okta.send_operations(f"/Users/{id_}", {"op": "replace", "path": "title", "value": "T"})
    made += [okta.create_user(f"v{n}@example.com")["id"] for n in range(5)]
    for count in (1, 7, 100):
        assert walked(okta, "/Users", count) == made
        assert by_cursor(okta, "/Users", count) == made
        assert walked(okta, "/", count) == [*made, *groups]
        assert by_cursor(okta, "/", count) == [*made, *groups]
    pages = [admin.get("/users", page=n, size=9).json()["data"] for n in range(6)]
    assert [one["userId"] for page in pages for one in page] == made
    assert [one["userTagId"] for one in admin.get("/user-tags").json()] == groups
    assert okta.get("/Users", startIndex=1000).json()["Resources"] == []


def test_restored_users_keep_their_order(tenant: Tenant, okta: Caller) -> None:
    made = [okta.create_user(f"u{n}@example.com")["id"] for n in range(9)]
    okta.delete(f"/Users/{made.pop(4)}")
    before = tenant.snapshot()
    okta.create_user("later@example.com")
    tenant.restore(before)
    made.append(okta.create_user("new@example.com")["id"])
    assert walked(okta, "/Users", 2) == made


def test_a_page_by_cursor_is_of_what_was_there_at_first(okta: Caller) -> None:
    made = [okta.create_user(f"u{n}@example.com")["id"] for n in range(6)]
    page = okta.get("/Users", cursor="", count=2).json()
    okta.create_user("late@example.com")
    okta.delete(f"/Users/{made[0]}")
    rest = okta.get("/Users", cursor=page["nextCursor"], count=2).json()
    assert [one["id"] for one in rest["Resources"]] == made[2:4]
    assert rest["totalResults"] == 6


@pytest.mark.parametrize(
    "change",
    [
        lambda okta, ids: okta.create_user("a3@example.com", title="T"),
        lambda okta, ids: okta.delete(f"/Users/{ids[0]}"),
        lambda okta, ids: okta.send_operations(
            f"/Users/{ids[0]}", {"op": "remove", "path": "title"}
        ),
        lambda okta, ids: okta.create_group("G", ids[0]),
    ],
    ids=["created", "deleted", "changed", "joined"],
)
@pytest.mark.parametrize(
    "query",
    [
        {"filter": "title pr"},
        {"filter": "groups pr"},
        {"sortBy": "userName", "sortOrder": "descending"},
        {"filter": "title pr", "sortBy": "meta.lastModified"},
    ],
    ids=str,
)
def test_what_was_found_is_not_kept_beyond_a_change(
    okta: Caller, query: dict[str, str], change: Callable[[Caller, list[str]], Any]
) -> None:
    ids = [okta.create_user(f"a{n}@example.com", title="T")["id"] for n in range(3)]
    okta.create_group("H", *ids[1:])
    okta.get("/Users", **query)
    change(okta, ids)
    again = okta.get("/Users", **query).json()
    fresh = Tenant(clock=okta.tenant.clock.now())  # it has never been asked
    fresh.restore(okta.tenant.snapshot())
    assert again == make_scim_caller(fresh, "Okta").get("/Users", **query).json()


def test_what_was_found_is_not_kept_for_others(tenant: Tenant, okta: Caller, entra: Caller) -> None:
    for caller in (okta, entra):
        for n in range(3):
            caller.create_user(f"a{n}@example.com", title="T")
    mine, theirs = okta.get("/Users", filter="title pr"), entra.get("/Users", filter="title pr")
    assert {one["id"] for one in mine.json()["Resources"]}.isdisjoint(
        one["id"] for one in theirs.json()["Resources"]
    )
    assert okta.get("/Groups", filter="title pr").json()["totalResults"] == 0
    tenant.capabilities = Capabilities(filters="ignored")
    okta.create_user("b@example.com")
    assert okta.get("/Users", filter="title pr").json()["totalResults"] == 4
    tenant.capabilities = Capabilities(visible_after=60)
    assert okta.get("/Users", filter="title pr").json()["totalResults"] == 0
    tenant.clock.advance(minutes=2)
    assert okta.get("/Users", filter="title pr").json()["totalResults"] == 3


def test_what_the_admin_side_found_is_not_kept_beyond_a_change(okta: Caller, admin: Caller) -> None:
    for n in range(3):
        okta.create_user(f"a{n}@example.com")
    robot = admin.post("/users", {"name": "ci", "type": "ServiceIdentity"}).json()["userId"]

    def names(**query: Any) -> list[str]:
        first = admin.get("/users", page=0, size=2, **query).json()
        second = admin.get("/users", page=1, size=2, **query).json()
        assert first["count"] == len(first["data"] + second["data"])
        return [one["username"] for one in first["data"] + second["data"]]

    def all_asked() -> list[list[str]]:
        queries: list[dict[str, str]] = [
            {"filter": 'status eq "active"'},
            {"searchText": "A2@"},
            {"sort": "username,desc"},
            {"filter": 'name co "ada"', "type": "ServiceIdentity"},
        ]
        return [names(**query) for query in queries]

    people = [f"a{n}@example.com" for n in range(3)]
    assert all_asked() == [people, people[2:], people[::-1], []]
    assert admin.patch(f"/users/{robot}", {"name": "Ada's"}).status == 204
    (last,) = okta.find_ids("/Users", 'userName eq "a2@example.com"')
    okta.send_operations(f"/Users/{last}", {"op": "replace", "path": "active", "value": False})
    assert all_asked() == [people[:2], people[2:], people[::-1], ["Ada's"]]
    okta.delete(f"/Users/{last}")
    assert all_asked() == [people[:2], [], people[1::-1], ["Ada's"]]


def test_tags_that_one_owns_are_not_shown_to_another(tenant: Tenant, admin: Caller) -> None:
    own: dict[str, Caller] = {}
    for name in ("ana", "bob"):
        body = {"username": name, "email": "x@example.com", "password": "x"}
        user = admin.post("/users", {**body, "firstName": "A", "lastName": "B"}).json()["userId"]
        owner = {"relatedEntityId": user, "relatedEntityType": "User"}
        for tag in (f"{name}-1", f"{name}-2"):
            relationships = {"owners": [owner]}
            admin.post("/user-tags", {"name": tag, "relationships": relationships})
        token = tenant.console.create_api_token(name).get_secret_value()
        own[name] = Caller(tenant, "/api", f"TOKEN {token}")
    for name, caller in own.items():
        shown = caller.get("/access/user-tags/my-managed-tags", sort="name,desc").json()
        assert [one["name"] for one in shown] == [f"{name}-2", f"{name}-1"]


# ----------------------------------------------------------------------------- names


def test_alternatives_of_names_are_found_oldest_first_and_once(okta: Caller) -> None:
    ids = [okta.create_user(f"u{n}@example.com", externalId=f"x{n}")["id"] for n in range(4)]
    either = 'userName eq "U3@example.com" or externalId eq "x1" or userName eq "u1@example.com"'
    assert okta.find_ids("/Users", either) == [ids[1], ids[3]]
    assert okta.find_ids("/Users", f'id eq "{ids[2]}" or title pr') == [ids[2]]
    assert okta.find_ids("/Users", f'({either}) and externalId eq "x3"') == [ids[3]]
    assert okta.find_ids("/Users", f"not ({either})") == [ids[0], ids[2]]


def test_the_admin_side_finds_a_username_in_every_identity_provider(
    tenant: Tenant, okta: Caller, entra: Caller, admin: Caller
) -> None:
    first, second = (
        okta.create_user("ada@example.com")["id"],
        entra.create_user("ADA@example.com")["id"],
    )
    okta.create_user("bo@example.com")

    def found() -> list[str]:
        page = admin.get("/users", filter='username eq "Ada@Example.com"', page=0).json()
        return [one["userId"] for one in page["data"]]

    assert found() == [first, second]
    # where the username is mapped from something else, that is what counts
    provider = tenant.identity_providers["Okta"].id
    (username,) = [
        one for one in admin.get("/users/attributes").json() if one["name"] == "Username"
    ]
    mapping = {"attributeId": username["id"], "attributeName": "Username"}
    path = f"/identity-providers/{provider}/scim-attribute-mappings"
    change = [{"op": "add", **mapping, "scimAttributeName": "nickName"}]
    assert admin.patch(path, change).status == 204
    assert found() == [second]
    third = okta.create_user("cy@example.com", nickName="ada@example.COM")["id"]
    assert found() == [second, third]


def test_the_admin_side_finds_a_tag_by_name(okta: Caller, entra: Caller, admin: Caller) -> None:
    first, second = okta.create_group("Doors")["id"], entra.create_group("DOORS")["id"]
    okta.create_group("Doors and gates")
    found = admin.get("/user-tags", filter='name eq "doors"').json()
    assert [one["userTagId"] for one in found] == [first, second]
    assert len(admin.get("/user-tags", filter='name co "doors"').json()) == 3


# ----------------------------------------------------------------------------- large groups


def crowd(tenant: Tenant, size: int) -> tuple[str, list[str]]:
    """Put users and a group of all of them there; return the ids."""
    tenant.populate(users=size, groups=1)
    okta = tenant.identity_providers["Okta"]
    return okta.groups[0]["id"], [one["id"] for one in okta.users]


def test_a_large_group_is_not_sent_back_for_a_change_of_it(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    group, ids = crowd(tenant, 201)
    out = {"op": "remove", "path": f'members[value eq "{ids[0]}"]'}
    answer = okta.send_operations(f"/Groups/{group}", out)
    assert (answer.status, len(answer.json()["members"])) == (200, 200)
    back = {"op": "add", "path": "members", "value": [{"value": ids[0]}]}
    answer = okta.send_operations(f"/Groups/{group}", back)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Location"].endswith(group)
    asked = okta.send_operations(f"/Groups/{group}", out, attributes="displayName")
    assert (asked.status, "members" in asked.json()) == (200, False)
    tenant.capabilities = Capabilities(group_patch_body=True)
    assert okta.send_operations(f"/Groups/{group}", back).status == 200
    assert admin.get(f"/user-tags/{group}").json()["userCount"] == 201


@pytest.mark.parametrize(
    "rename",
    [
        {"op": "replace", "path": "displayName", "value": "New"},
        {"op": "replace", "path": f"{GROUP}:displayName", "value": "New"},
        {"op": "replace", "value": {"displayName": "New"}},
        {"op": "add", "value": {f"{GROUP}:displayName": "New"}},
    ],
)
def test_a_change_of_the_name_leaves_the_members(okta: Caller, rename: dict[str, Any]) -> None:
    ids = [okta.create_user(f"u{n}@example.com")["id"] for n in range(3)]
    group = okta.create_group("Old", *ids)["id"]
    before = okta.get(f"/Groups/{group}").json()["members"]
    answer = okta.send_operations(f"/Groups/{group}", rename)
    assert answer.status == 200, answer.body
    assert (answer.json()["displayName"], answer.json()["members"]) == ("New", before)


def test_a_change_may_name_members_under_any_name(okta: Caller) -> None:
    ada, bo = okta.create_user("ada@example.com")["id"], okta.create_user("bo@example.com")["id"]
    for number, operation in enumerate(
        [
            {"op": "replace", "value": {"displayName": "New", "MEMBERS": [{"value": bo}]}},
            {"op": "replace", "value": {"displayName": "New", f"{GROUP}:members": [{"value": bo}]}},
            {"op": "replace", "path": f"{GROUP}:Members", "value": [{"value": bo}]},
        ]
    ):
        group = okta.create_group(f"G{number}", ada)["id"]
        others = {"op": "replace", "path": "externalId", "value": "x"}
        answer = okta.send_operations(f"/Groups/{group}", others, operation)
        assert answer.status == 200, answer.body
        assert [one["value"] for one in answer.json()["members"]] == [bo]
        assert okta.delete(f"/Groups/{group}").status == 204


def test_users_are_counted_however_they_join_and_leave(okta: Caller, admin: Caller) -> None:
    ids = [okta.create_user(f"u{n}@example.com")["id"] for n in range(4)]
    inner = okta.create_group("Inner", ids[0])["id"]
    group = okta.create_group("G", ids[0], ids[1], inner)["id"]

    def counted() -> int:
        return int(admin.get(f"/user-tags/{group}").json()["userCount"])

    assert counted() == 2
    okta.send_operations(
        f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": ids[1]}]}
    )
    assert counted() == 2
    body = {"schemas": [GROUP], "displayName": "G", "members": [{"value": one} for one in ids]}
    okta.put(f"/Groups/{group}", body)
    assert counted() == 4
    okta.delete(f"/Users/{ids[0]}")
    okta.delete(f"/Groups/{inner}")
    assert counted() == 3
    okta.send_operations(f"/Groups/{group}", {"op": "remove", "path": "members"})
    assert counted() == 0


# ----------------------------------------------------------------------------- time and memory

SMALL, LARGE = 200, 20_000
SLACK = 6
"""How much longer the same may take among a hundred times as many, on a machine that does other things."""


def seconds(act: Callable[[], Any], runs: int = 40) -> float:
    """Return the shortest of some runs."""
    shortest = float("inf")
    for _ in range(runs):
        began = time.perf_counter()
        act()
        shortest = min(shortest, time.perf_counter() - began)
    return shortest


def acts(size: int) -> dict[str, Callable[[], Any]]:
    """Return what must not slow down, in a tenant of this size with a group of everybody."""
    tenant = Tenant(seed=1)
    group, ids = crowd(tenant, size)
    okta, admin = make_scim_caller(tenant, "Okta"), make_admin_caller(tenant)
    user = okta.get(f"/Users/{ids[-1]}").json()
    out = {"op": "remove", "path": f'members[value eq "{ids[-1]}"]'}
    back = {"op": "add", "path": "members", "value": [{"value": ids[-1]}]}
    title = {"op": "replace", "path": "title", "value": "T"}
    rename = {"op": "replace", "value": {"displayName": "All of us"}}
    return {
        "userName": lambda: okta.find_ids("/Users", f'userName eq "{user["userName"]}"'),
        "externalId": lambda: okta.find_ids("/Users", f'externalId eq "{user["externalId"]}"'),
        "id": lambda: okta.get(f"/Users/{ids[-1]}"),
        "first page": lambda: okta.get("/Users", count=20),
        "last page": lambda: okta.get("/Users", count=20, startIndex=size - 20),
        "sorted page": lambda: okta.get("/Users", count=20, sortBy="userName"),
        "filtered page": lambda: okta.get("/Users", count=20, filter="title pr"),
        "user": lambda: okta.send_operations(f"/Users/{ids[-1]}", title),
        "member": lambda: okta.send_operations(f"/Groups/{group}", out, back),
        "rename": lambda: okta.send_operations(f"/Groups/{group}", rename),
        "admin: username": lambda: admin.get("/users", filter=f"username eq {user['userName']}"),
        "admin: user": lambda: admin.get(f"/users/{ids[-1]}"),
        "admin: last page": lambda: admin.get("/users", page=size // 20 - 1, size=20),
        "admin: sorted page": lambda: admin.get("/users", page=1, size=20, sort="name,asc"),
        "admin: searched page": lambda: admin.get("/users", page=0, size=20, searchText="a"),
        "admin: tag": lambda: admin.get(f"/user-tags/{group}"),
        "one more, one less": lambda: okta.delete(
            f"/Users/{okta.create_user('x@example.com')['id']}"
        ),
    }


@pytest.mark.proof
def test_nothing_slows_down_with_size() -> None:
    small, large = acts(SMALL), acts(LARGE)
    ratios = {name: seconds(large[name]) / seconds(small[name]) for name in small}
    assert {name: round(ratio, 1) for name, ratio in ratios.items() if ratio > SLACK} == {}


@pytest.mark.proof
def test_a_user_takes_as_much_memory_as_the_page_says() -> None:
    tracemalloc.start()
    try:
        tenant = Tenant(seed=1)
        before, _ = tracemalloc.get_traced_memory()
        tenant.populate(users=2_000, groups=0)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 3_000 < (after - before) / 2_000 < 3_800  # docs/reference/testing.md says 3.4 kB
