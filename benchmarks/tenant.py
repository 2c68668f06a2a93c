"""The emulated tenant at different sizes: the cost of look-ups, pages and changes must stay constant.

    python benchmarks/tenant.py [SIZE ...]        default: 100 1000 10000 100000

One column per size, which is the number of users and of members in one group. Values are microseconds, the minimum of
several runs. Memory is the growth per user. Rows below the line iterate over all users, for information.
"""

import json
import sys
import time
import tracemalloc
from urllib.parse import quote

from britive_scim.testing import Tenant

SIZES = (100, 1_000, 10_000, 100_000)


def create_tenant(size):
    tenant = Tenant(seed=1)
    tenant.populate(users=size, groups=1, identity_provider="Okta")
    return tenant


def measure_memory(size):
    """Return the bytes per user."""
    tracemalloc.start()
    tenant = Tenant(seed=1)
    before, _ = tracemalloc.get_traced_memory()
    tenant.populate(users=size, groups=0)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / size


def measure_request(tenant, method, path, body=None, runs=20):
    """Return the microseconds of the fastest run; `{}` in the path becomes the number of the run."""
    token = tenant.identity_providers["Okta"].scim_token.get_secret_value()
    scim = {"Authorization": f"Bearer {token}"}
    admin = {"Authorization": f"TOKEN {tenant.api_token.get_secret_value()}"}
    headers = scim if path.startswith("/scim") else admin
    data = b"" if body is None else json.dumps(body).encode()
    minimum = float("inf")
    for number in range(runs):
        start = time.perf_counter()
        response = tenant.respond(method, "/api" + path.replace("{}", str(number)), headers, data)
        minimum = min(minimum, time.perf_counter() - start)
        assert response.status < 300, response.body
    return minimum * 1e6


def iter_rows(size):
    """Yield the label of a request, whether it iterates over all users, and its microseconds."""
    tenant = create_tenant(size)
    provider = tenant.identity_providers["Okta"]
    user, group = provider.users[-1], provider.groups[0]["id"]
    del provider
    users, member = "/scim/v2/Users", f'members[value eq "{user["id"]}"]'

    def get(path, **options):
        return measure_request(tenant, "GET", path, **options)

    def patch(path, *operations, **options):
        return measure_request(tenant, "PATCH", path, {"Operations": operations}, **options)

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
    replace_title = {"op": "replace", "path": "title", "value": "T"}
    yield "PATCH of a user", False, patch(f"{users}/{user['id']}", replace_title)
    remove = {"op": "remove", "path": member}
    add = {"op": "add", "path": "members", "value": [{"value": user["id"]}]}
    yield "remove, add a member", False, patch(f"/scim/v2/Groups/{group}", remove, add)
    rename = {"op": "replace", "path": "displayName", "value": "Everybody here"}
    yield "rename a group", False, patch(f"/scim/v2/Groups/{group}", rename)
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
    columns = [list(iter_rows(size)) for size in sizes]
    print(f"{'':22}" + "".join(f"{size:>12}" for size in sizes))
    is_below_line = False
    for cells in zip(*columns, strict=True):
        label, is_linear, _ = cells[0]
        if is_linear and not is_below_line:
            is_below_line = True
            print("-" * (22 + 12 * len(sizes)))
        print(f"{label:22}" + "".join(f"{microseconds:12.0f}" for _, _, microseconds in cells))
    print(f"memory: {measure_memory(2_000):.0f} bytes per user")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
