"""Users from creation to deletion, on the emulated tenant."""

from typing import Any

import pytest

from britive_scim import AsyncScimClient, Settings, errors, scim
from britive_scim.testing import Tenant
from support.fake_scim_server import TOKEN, URL, Script, answer, listed, user


def make_ana(**more: Any) -> scim.User:
    return scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz", **more)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


@pytest.fixture
def okta(tenant: Tenant) -> AsyncScimClient:
    idp = tenant.identity_providers["Okta"]
    return AsyncScimClient(
        idp.scim_url,
        idp.scim_token,
        transport=tenant.async_transport(),
        settings=Settings(clock=tenant.clock),
    )


async def test_user_lifecycle_from_create_to_delete(okta: AsyncScimClient) -> None:
    created_user = await okta.users.create(make_ana(external_id="x-1"))
    assert created_user.id
    assert created_user.meta is not None
    assert (await okta.users.get(created_user)).user_name == "ana@acme.com"
    assert (await okta.users.get(created_user.id)).external_id == "x-1"

    created_user.title = "CTO"
    replaced = await okta.users.replace(created_user)
    assert replaced.title == "CTO"

    changed = await okta.users.patch(created_user, {"title": None, "name.familyName": "Byron"})
    assert changed.title is None
    assert changed.name is not None
    assert (changed.name.given_name, changed.name.family_name) == ("Ana", "Byron")

    await okta.users.delete(created_user)
    with pytest.raises(errors.NotFound):
        await okta.users.get(created_user)


async def test_user_deactivated_and_reactivated_twice_succeeds(okta: AsyncScimClient) -> None:
    created_user = await okta.users.create(make_ana())
    for _ in range(2):
        await okta.users.deactivate(created_user)
        assert (await okta.users.get(created_user)).active is False
    for _ in range(2):
        await okta.users.reactivate(created_user)
        assert (await okta.users.get(created_user)).active is True


async def test_find_by_user_name_ignores_case(okta: AsyncScimClient) -> None:
    created_user = await okta.users.create(make_ana(external_id="x-1"))
    await okta.users.create(
        scim.User.of(email="bo@acme.com", given_name="Bo", family_name="D", external_id="x-2")
    )
    for found in (
        await okta.users.find_by_user_name("ANA@acme.com"),
        await okta.users.find_by_external_id("x-1"),
    ):
        assert found is not None
        assert found.id == created_user.id
    assert await okta.users.find_by_user_name("nobody@acme.com") is None
    assert await okta.users.find_by_external_id("x-9") is None


async def test_ensure_called_twice_creates_once(okta: AsyncScimClient) -> None:
    first, created = await okta.users.ensure(make_ana())
    assert created
    second, created = await okta.users.ensure(make_ana(title="another"))
    assert not created
    assert second.id == first.id
    assert second.title is None


async def test_create_with_existing_user_name_raises_conflict(okta: AsyncScimClient) -> None:
    await okta.users.create(make_ana())
    with pytest.raises(errors.Conflict):
        await okta.users.create(make_ana())


async def test_list_is_read_page_by_page(okta: AsyncScimClient, tenant: Tenant) -> None:
    for number in range(25):
        await okta.users.create(
            scim.User.of(email=f"u{number:02}@acme.com", given_name="U", family_name=str(number))
        )
    tenant.requests.clear()
    pager = okta.users.list(page_size=10)
    assert len(tenant.requests) == 0
    assert repr(pager).endswith("of User resources: not read yet>")
    assert (pager.total, pager.complete, pager.why_incomplete) == (None, None, None)
    names = [found.user_name async for found in pager]
    assert names == [f"u{n:02}@acme.com" for n in range(25)]
    assert len(tenant.requests) == 3
    assert (pager.total, pager.complete, pager.why_incomplete) == (25, True, None)
    assert "complete, 25 in all" in repr(pager)

    assert [len(page) async for page in pager.pages()] == [10, 10, 5]
    assert await pager.count() == 25
    first = await pager.first()
    assert first is not None
    assert first.user_name == "u00@acme.com"

    async for _ in pager:
        break
    assert pager.complete is None
    assert "being read" in repr(pager)


async def test_list_total_is_that_of_latest_page(okta: AsyncScimClient) -> None:
    await okta.users.create(make_ana())
    pager = okta.users.list()
    assert await pager.count() == pager.total == 1
    await okta.users.create(scim.User.of(email="bo@acme.com", given_name="Bo", family_name="x"))
    assert await pager.first() is not None
    assert (pager.total, pager.complete) == (2, None)
    assert len([item async for item in pager]) == pager.total == 2


async def test_list_with_filter_and_attributes_returns_selection(okta: AsyncScimClient) -> None:
    for name in ("ana", "bo"):
        await okta.users.create(
            scim.User.of(email=f"{name}@acme.com", given_name=name, family_name="x", title="T")
        )
    for condition in ('userName sw "a"', scim.attr("userName").sw("a")):
        pager = okta.users.list(filter=condition, attributes=["userName"])
        (found,) = [item async for item in pager]
        assert (found.user_name, found.title) == ("ana@acme.com", None)
    (found,) = [
        item
        async for item in okta.users.list(
            filter='userName eq "bo@acme.com"', excluded_attributes=["title"]
        )
    ]
    assert (found.user_name, found.title) == ("bo@acme.com", None)
    assert await okta.users.list(filter='userName eq "zz"').first() is None
    assert await okta.users.list(filter='userName eq "zz"').count() == 0


async def test_create_without_mandatory_attributes_raises(
    okta: AsyncScimClient,
) -> None:
    with pytest.raises(errors.BadRequest, match="mandatory"):
        await okta.users.create(scim.User(user_name="ana@acme.com"))


async def test_admin_token_raises_unauthorized_with_hint(tenant: Tenant) -> None:
    idp = tenant.identity_providers["Okta"]
    client = AsyncScimClient(idp.scim_url, tenant.api_token, transport=tenant.async_transport())
    with pytest.raises(
        errors.Unauthorized, match="tokens of the admin API are not accepted"
    ) as caught:
        await client.users.get("1")
    assert tenant.api_token.get_secret_value() not in str(caught.value)


async def test_patch_with_empty_response_is_followed_by_get() -> None:
    script = Script(answer(204), answer(200, user(1)))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        assert (await client.users.patch("1", {"title": "x"})).id == "1"
        script.steps[:] = [answer(204)]
        await client.users.patch("1", {"title": "x"}, fetch=False)
    assert script.lines == ["PATCH /Users/1", "GET /Users/1", "PATCH /Users/1"]


async def test_replace_with_empty_response_is_followed_by_get() -> None:
    script = Script(answer(204), answer(200, user(1)))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        assert (await client.users.replace(scim.User(id="1", user_name="x"))).user_name
    assert script.lines == ["PUT /Users/1", "GET /Users/1"]


async def test_patch_without_changes_sends_no_patch() -> None:
    script = Script(answer(200, user(1)))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        assert (await client.users.patch("1", {})).id == "1"
        await client.users.patch("1", [], fetch=False)
    assert script.lines == ["GET /Users/1"]


async def test_user_status_changes_follow_the_dialect() -> None:
    script = Script(answer(204), answer(200, user(1)), answer(204), answer(200, user(1)))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.users.deactivate("1")
    entra = Settings(dialect="entra")
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=entra) as client:
        await client.users.reactivate("1")
    assert [body["Operations"] for body in script.bodies if body] == [
        [{"op": "replace", "value": {"active": False}}],
        [{"op": "Replace", "path": "active", "value": True}],
    ]


async def test_find_with_two_matches_raises_ambiguous() -> None:
    duplicates = listed(user(1, userName="ana"), user(2, userName="ANA"))
    async with AsyncScimClient(URL, TOKEN, transport=Script(duplicates)) as client:
        with pytest.raises(errors.Ambiguous) as caught:
            await client.users.find_by_user_name("Ana")
        exact = await client.users.find_by_user_name("ANA")
    assert caught.value.candidates == ("1", "2")
    assert exact is not None
    assert exact.id == "2"


async def test_ensure_with_conflict_but_no_match_raises() -> None:
    script = Script(listed(), answer(409, {"detail": "exists"}), listed())
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.Conflict):
            await client.users.ensure(make_ana())
    assert script.lines == ["GET /Users", "POST /Users", "GET /Users"]


async def test_ensure_after_concurrent_creation_returns_match() -> None:
    existing = listed(user(5, userName="ana@acme.com"))
    script = Script(listed(), answer(409, {"detail": "exists"}), existing)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        found, created = await client.users.ensure(make_ana())
    assert (found.id, created) == ("5", False)


async def test_ensure_without_external_id_raises() -> None:
    class Device(scim.Resource):
        __schema__ = "urn:acme:2.0:Device"

    script = Script(listed({"id": "d1", "externalId": "x"}))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        devices = client.collection(Device, "/Devices")
        with pytest.raises(errors.InputError, match="externalId"):
            await devices.ensure(Device())
        found, created = await devices.ensure(Device(external_id="x"))
    assert (found.id, created) == ("d1", False)


@pytest.mark.parametrize("size", [0, -1])
async def test_list_with_page_size_below_one_raises(size: int) -> None:
    client = AsyncScimClient(URL, TOKEN)
    with pytest.raises(errors.InputError, match="page_size"):
        client.users.list(page_size=size)


async def test_list_with_malformed_filter_raises_before_sending() -> None:
    script = Script(listed())
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.InvalidFilter) as caught:
            client.users.list(filter="userName eq ada")
        with pytest.raises(errors.InputError):
            client.users.list(attributes="userName")
        with pytest.raises(errors.InputError):
            await client.users.find_by_user_name("")
    assert "^" in str(caught.value)
    assert script.sent == []


async def test_collection_of_user_with_custom_schema_works(okta: AsyncScimClient) -> None:
    class Acme(scim.CustomUser):
        level: int | None = None

    collection = okta.collection(scim.User[Acme])
    created_user = await collection.create(
        scim.User[Acme].of(email="a@acme.com", given_name="A", family_name="B", title="x")
    )
    assert isinstance(created_user, scim.User[Acme])
    assert (await okta.users.get(created_user)).title == "x"
