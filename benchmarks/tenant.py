"""The emulated tenant at different sizes: look-ups, pages and changes must not slow down.

    python benchmarks/tenant.py [SIZE ...]        default: 100 1000 10000 100000

A column a size, of users and of members in one group; microseconds, the best of some runs. Memory is what
filling the tenant added, per user. Rows below the line walk everybody, and are here to be known.
"""

import json
import sys
import time
import tracemalloc
from urllib.parse import quote

from britive_scim.testing import Tenant

SIZES = (100, 1_000, 10_000, 100_000)


def filled(size):
    tenant = Tenant(seed=1)
    tenant.populate(users=size, groups=1, identity_provider="Okta")
    return tenant


def bytes_a_user(size):
    tracemalloc.start()
    tenant = Tenant(seed=1)
    before, _ = tracemalloc.get_traced_memory()
    tenant.populate(users=size, groups=0)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / size


def best(tenant, method, path, body=None, runs=20):
    """Return microseconds of the fastest run; `{}` in the path is another number each time."""
    token = tenant.identity_providers["Okta"].scim_token.get_secret_value()
    scim = {"Authorization": f"Bearer {token}"}
    admin = {"Authorization": f"TOKEN {tenant.api_token.get_secret_value()}"}
    headers = scim if path.startswith("/scim") else admin
    data = b"" if body is None else json.dumps(body).encode()
    shortest = float("inf")
    for number in range(runs):
        began = time.perf_counter()
        response = tenant.respond(method, "/api" + path.replace("{}", str(number)), headers, data)
        shortest = min(shortest, time.perf_counter() - began)
        assert response.status < 300, response.body
    return shortest * 1e6


def rows(size):
    """Yield what is done, whether it walks everybody, and how long it takes."""
    tenant = filled(size)
    provider = tenant.identity_providers["Okta"]
    user, group = provider.users[-1], provider.groups[0]["id"]
    del provider
    users, member = "/scim/v2/Users", f'members[value eq "{user["id"]}"]'

    def get(path, **more):
        return best(tenant, "GET", path, **more)

    def patch(path, *operations, **more):
        return best(tenant, "PATCH", path, {"Operations": operations}, **more)

    def eq(name):
        return f"{users}?filter={quote(f'{name} eq {json.dumps(user[name])}')}"

    yield "userName eq", False, get(eq("userName"))
    yield "externalId eq", False, get(eq("externalId"))
    yield "by id", False, get(f"{users}/{user['id']}")
    yield "first page of 20", False, get(f"{users}?count=20")
    yield "last page of 20", False, get(f"{users}?count=20&startIndex={size - 19}")
    yield "page by cursor", False, get(f"{users}?count=20&cursor=")
    yield "next page, sorted", False, get(f"{users}?count=20&sortBy=userName")
    yield "next page, filtered", False, get(f"{users}?count=20&filter=title%20pr")
    yield "groups, no members", False, get("/scim/v2/Groups?excludedAttributes=members")
    title = {"op": "replace", "path": "title", "value": "T"}
    yield "PATCH of a user", False, patch(f"{users}/{user['id']}", title)
    out = {"op": "remove", "path": member}
    back = {"op": "add", "path": "members", "value": [{"value": user["id"]}]}
    yield "member out and in", False, patch(f"/scim/v2/Groups/{group}", out, back)
    name = {"op": "replace", "path": "displayName", "value": "Everybody here"}
    yield "group renamed", False, patch(f"/scim/v2/Groups/{group}", name)
    username = quote(f'username eq "{user["userName"]}"')
    yield "admin: by username", False, get(f"/users?filter={username}")
    yield "admin: by id", False, get(f"/users/{user['id']}")
    yield "admin: first page", False, get("/users?page=0&size=20")
    yield "admin: last page", False, get(f"/users?page={(size - 1) // 20}&size=20")
    yield "admin: next, sorted", False, get("/users?page=1&size=20&sort=name,asc", runs=3)
    yield "admin: tag", False, get(f"/user-tags/{group}")
    few = {"runs": 2}
    yield "first page, sorted", True, get(f"{users}?count=20&sortBy=title&startIndex={{}}", runs=1)
    yield "group with members", True, get(f"/scim/v2/Groups/{group}", **few)
    yield "admin: members", True, get(f"/user-tags/{group}/users?page=0&size=20", **few)
    yield "admin: search", True, get("/users?page=0&size=20&searchText=zzz{}", **few)


def main(sizes):
    columns = [list(rows(size)) for size in sizes]
    print(f"{'':22}" + "".join(f"{size:>12}" for size in sizes))
    walking = False
    for row in zip(*columns, strict=True):
        if row[0][1] and not walking:
            walking = True
            print("-" * (22 + 12 * len(sizes)))
        print(f"{row[0][0]:22}" + "".join(f"{one[2]:12.0f}" for one in row))
    print(f"memory: {bytes_a_user(2_000):.0f} bytes a user")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
