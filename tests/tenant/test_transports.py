"""The tenant as an httpx transport."""

import asyncio
import threading

import httpx
import pytest

from britive_scim.testing import Tenant
from support.tenant_callers import Caller, make_user


def make_client(tenant: Tenant, timeout: float = 5) -> httpx.Client:
    okta = tenant.identity_providers["Okta"]
    return httpx.Client(
        transport=tenant.transport(),
        base_url=okta.scim_url,
        headers={"Authorization": f"Bearer {okta.scim_token.get_secret_value()}"},
        timeout=timeout,
    )


def test_transport_connects_client_to_tenant(tenant: Tenant) -> None:
    with make_client(tenant) as http:
        created = http.post("/Users", json=make_user("ada@example.com"))
        assert created.status_code == 201
        assert created.headers["content-type"] == "application/scim+json"
        found = http.get("/Users", params={"filter": 'userName eq "ada@example.com"'})
        assert found.json()["totalResults"] == 1
        assert http.delete(f"/Users/{created.json()['id']}").content == b""


def test_async_transport_connects_client_to_tenant(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]

    async def send_requests() -> tuple[int, int]:
        async with httpx.AsyncClient(
            transport=tenant.async_transport(),
            base_url=okta.scim_url,
            headers={"Authorization": f"Bearer {okta.scim_token.get_secret_value()}"},
        ) as http:
            created = await asyncio.gather(
                *(http.post("/Users", json=make_user(f"u{n}@example.com")) for n in range(20))
            )
            return len({one.json()["id"] for one in created}), (
                await http.get("/Users")
            ).status_code

    assert asyncio.run(send_requests()) == (20, 200)


def test_transport_other_host_is_unreachable(tenant: Tenant) -> None:
    with httpx.Client(transport=tenant.transport()) as http:
        for url in (
            "https://globex.britive-app.com/api/users",
            "https://acme.britive-app.com:8443/api/users",
        ):
            with pytest.raises(httpx.ConnectError, match=r"acme\.britive-app\.com"):
                http.get(url)


@pytest.mark.parametrize(
    ("cut", "error"),
    [
        ("connect", httpx.ConnectError),
        ("before", httpx.RemoteProtocolError),
        ("after", httpx.RemoteProtocolError),
    ],
)
def test_transport_cut_raises_httpx_error(tenant: Tenant, cut: str, error: type[Exception]) -> None:
    tenant.faults.add(cut=cut)
    with make_client(tenant) as http, pytest.raises(error):
        http.get("/Users")


def test_transport_delay_beyond_read_timeout_is_a_timeout(tenant: Tenant) -> None:
    tenant.faults.add(delay=10, times=2)
    with make_client(tenant, timeout=5) as http, pytest.raises(httpx.ReadTimeout):
        http.get("/Users")
    with make_client(tenant, timeout=20) as http:
        assert http.get("/Users").status_code == 200


def test_transport_many_threads_leave_consistent_state(tenant: Tenant, okta: Caller) -> None:
    group = okta.create_group("Everybody")["id"]

    def push(number: int) -> None:
        with make_client(tenant) as http:
            for n in range(10):
                user = http.post("/Users", json=make_user(f"u{number}-{n}@example.com")).json()[
                    "id"
                ]
                operation = {"op": "add", "path": "members", "value": [{"value": user}]}
                http.patch(f"/Groups/{group}", json={"Operations": [operation]}).raise_for_status()

    threads = [threading.Thread(target=push, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    members = okta.get(f"/Groups/{group}").json()["members"]
    assert len({one["value"] for one in members}) == len(members) == 80
    assert okta.get("/Users", count=0).json()["totalResults"] == 80
