"""The emulated tenant at different sizes: look-ups and changes of members must not slow down.

    python benchmarks/tenant.py [SIZE ...]        default: 100 1000 10000 100000

One row a size, microseconds of the best of 20 runs; memory is what filling the tenant added, per user.
"""

import json
import sys
import time
import tracemalloc

from britive_scim.testing import Tenant

LARGE = (100, 1_000, 10_000, 100_000)


def filled(size):
    tenant = Tenant(seed=1)
    tenant.populate(users=size, groups=1, identity_provider="Entra")
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
    token = tenant.identity_providers["Entra"].scim_token.get_secret_value()
    headers = {"Authorization": f"Bearer {token}"}
    data = b"" if body is None else json.dumps(body).encode()
    shortest = float("inf")
    for _ in range(runs):
        began = time.perf_counter()
        answer = tenant.answer(method, f"/api/scim/v2{path}", headers, data)
        shortest = min(shortest, time.perf_counter() - began)
        assert answer.status < 300, answer.body
    return shortest * 1e6


def row(size):
    tenant = filled(size)
    provider = tenant.identity_providers["Entra"]
    user, group = provider.users[-1], provider.groups[0]["id"]
    change = {
        "Operations": [
            {"op": "remove", "path": f'members[value eq "{user["id"]}"]'},
            {"op": "add", "path": "members", "value": [{"value": user["id"]}]},
        ]
    }
    return (
        size,
        best(tenant, "GET", f"/Users?filter=userName%20eq%20%22{user['userName']}%22"),
        best(tenant, "GET", f"/Users?filter=externalId%20eq%20%22{user['externalId']}%22"),
        best(tenant, "GET", f"/Users/{user['id']}"),
        best(tenant, "PATCH", f"/Groups/{group}", change),
    )


def main(sizes):
    print("   users  userName  externalId        id    member")
    for size in sizes:
        users, name, external, id_, member = row(size)
        print(f"{users:8}{name:10.0f}{external:12.0f}{id_:10.0f}{member:10.0f}")
    print(f"memory: {bytes_a_user(2_000):.0f} bytes a user")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or LARGE)
