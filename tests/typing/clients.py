"""Types of the SCIM clients, checked by mypy and pyright, never run."""

import math
from typing import Annotated, assert_type

from britive_scim import AsyncScimClient, RetryPolicy, ScimClient, Settings, scim
from britive_scim.aio.pager import AsyncPager
from britive_scim.aio.scim.groups import AsyncGroups
from britive_scim.aio.scim.resources import AsyncResources
from britive_scim.aio.scim.users import AsyncUsers
from britive_scim.sync.pager import Pager
from britive_scim.sync.scim.groups import Groups
from britive_scim.sync.scim.resources import Resources
from britive_scim.sync.scim.users import Users
from britive_scim.wire.operation import GET
from britive_scim.wire.paging.index import Page
from britive_scim.wire.tooling.connection_report import ConnectionReport


class Acme(scim.CustomUser):
    level: int | None = None


class Device(scim.Resource):
    serial: Annotated[str | None, "a mark"] = None


def sync(okta: ScimClient) -> None:
    user = okta.users.create(scim.User.of(email="a@b", given_name="A", family_name="B"))
    assert_type(user, scim.User[scim.CustomUser])
    assert_type(user.id, str | None)
    assert_type(okta.users.get(user), scim.User[scim.CustomUser])  # an optional id is accepted
    assert_type(
        okta.users.get("1", timeout=3, retry=RetryPolicy.none()), scim.User[scim.CustomUser]
    )
    assert_type(okta.users.find_by_user_name("a"), scim.User[scim.CustomUser] | None)
    assert_type(okta.users.find_by_external_id("a"), scim.User[scim.CustomUser] | None)
    assert_type(okta.users.ensure(user), tuple[scim.User[scim.CustomUser], bool])
    assert_type(okta.users.patch(user, {"title": "x"}), scim.User[scim.CustomUser])
    assert_type(
        okta.users.patch(user, [scim.PatchOperation("remove", "title")]), scim.User[scim.CustomUser]
    )
    okta.users.patch(user, scim.PatchRequest([]), fetch=False)
    okta.users.deactivate(user)
    pager = okta.users.list(filter=scim.attr("userName").eq("a"))
    assert_type(pager, Pager[scim.User[scim.CustomUser]])
    for found in pager:
        assert_type(found, scim.User[scim.CustomUser])
    for page in pager.pages():
        assert_type(page, Page[scim.User[scim.CustomUser]])
    assert_type(pager.first(), scim.User[scim.CustomUser] | None)
    assert_type(pager.count(), int)
    assert_type(pager.total, int | None)
    assert_type(pager.complete, bool | None)

    group = okta.groups.create(scim.Group(display_name="x"))
    assert_type(group, scim.Group)
    okta.groups.add_members(group, [user, user])
    okta.groups.add_members(group, ["1", "2"])
    okta.groups.set_members(group, okta.users.list())
    okta.groups.remove_members(group, (user, "2"))

    people = okta.collection(scim.User[Acme])
    assert_type(people, Users[scim.User[Acme]])
    custom = people.get("1").custom
    assert_type(custom, Acme | None)
    assert_type(okta.collection(scim.Group), Groups[scim.Group])
    assert_type(okta.collection(Device, "/Devices"), Resources[Device])
    assert_type(okta.collection(Device, "/Devices").get("1").serial, str | None)
    models = scim.models_from_discovery(okta.schemas(), okta.resource_types())
    assert_type(okta.collection(models["User"]), Resources[scim.Resource])
    assert_type(okta.check(), ConnectionReport)
    assert_type(okta.schemas(), list[scim.Schema])
    assert_type(okta.resource_types(), list[scim.ResourceType])
    assert_type(okta.service_provider_config(), scim.ServiceProviderConfig)
    assert_type(okta.send(GET("/Groups/{}", group, returns=scim.Group)), scim.Group)


async def aio(okta: AsyncScimClient) -> None:
    user = await okta.users.create(scim.User.of(email="a@b", given_name="A", family_name="B"))
    assert_type(user, scim.User[scim.CustomUser])
    assert_type(await okta.users.get(user), scim.User[scim.CustomUser])
    assert_type(await okta.users.find_by_user_name("a"), scim.User[scim.CustomUser] | None)
    assert_type(await okta.users.ensure(user), tuple[scim.User[scim.CustomUser], bool])
    assert_type(await okta.users.patch(user, {"title": "x"}), scim.User[scim.CustomUser])
    await okta.users.patch(user, {"title": "x"}, fetch=False)
    pager = okta.users.list()
    assert_type(pager, AsyncPager[scim.User[scim.CustomUser]])
    async for found in pager:
        assert_type(found, scim.User[scim.CustomUser])
    async for page in pager.pages():
        assert_type(page, Page[scim.User[scim.CustomUser]])
    assert_type(await pager.first(), scim.User[scim.CustomUser] | None)
    assert_type(await pager.count(), int)

    assert_type(okta.collection(scim.User[Acme]), AsyncUsers[scim.User[Acme]])
    assert_type(okta.collection(scim.Group), AsyncGroups[scim.Group])
    assert_type(okta.collection(Device, "/Devices"), AsyncResources[Device])
    assert_type(await okta.check(), ConnectionReport)
    assert_type(await okta.send(GET("/Groups/{}", "1", returns=scim.Group)), scim.Group)


async def token() -> str:
    return "x"


def construct_clients() -> None:
    import httpx

    with ScimClient("https://x", "t", transport=httpx.MockTransport(lambda _: httpx.Response(200))):
        pass
    ScimClient("https://x", lambda: "t", http_client=httpx.Client(), settings=Settings(page_size=5))
    AsyncScimClient("https://x", token, transport=httpx.AsyncHTTPTransport())
    AsyncScimClient("https://x", lambda: "t", http_client=httpx.AsyncClient())
    AsyncScimClient.from_env(read_only=True, timeout=math.inf)
