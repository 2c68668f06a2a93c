"""Changes of the admin API whose response is lost, besides those of the table in `test_lost_changes.py`."""

import httpx
import pytest

from britive_scim import AsyncAdminClient, Settings, errors
from britive_scim.testing import Tenant
from support.fake_scim_server import TOKEN, FakeClock, FakeScimServer, make_error, make_response


def admin_client(script: FakeScimServer) -> AsyncAdminClient:
    return AsyncAdminClient("acme", TOKEN, transport=script, settings=Settings(clock=FakeClock()))


async def test_status_of_ai_identity_is_read_by_its_type() -> None:
    script = FakeScimServer(
        make_error(500), make_error(404), make_response(200, {"id": "1", "status": "active"})
    )
    async with admin_client(script) as britive:
        await britive.service_identities.enable("1")
    assert [q.get("type") for q in script.queries[1:]] == ["ServiceIdentity", "AIIdentity"]


async def test_lost_disable_many_reads_up_to_first_active_user() -> None:
    users = [{"id": str(n), "status": "inactive"} for n in range(3)]
    script = FakeScimServer(make_error(500), *[make_response(200, user) for user in users])
    async with admin_client(script) as britive:
        assert [user.id for user in await britive.users.disable_many(["0", "1", "2"])] == [
            "0",
            "1",
            "2",
        ]
        active = make_response(200, {**users[1], "status": "active"})
        script.steps[:] = [
            make_error(500),
            make_response(200, users[0]),
            active,
            make_response(200, [users[1]]),
        ]
        assert [user.id for user in await britive.users.disable_many(["0", "1", "2"])] == ["1"]


async def test_lost_removal_of_tag_member_after_retries_is_read() -> None:
    """The method is always retried; the effect of its last attempt is read."""
    script = FakeScimServer(*[httpx.ReadError("reset")] * 5, make_error(404))
    async with admin_client(script) as britive:
        await britive.tags.members.remove("1", "2")
    assert [line.split()[0] for line in script.lines] == ["DELETE"] * 5 + ["GET"]


async def test_repeated_removal_refused_by_tenant_is_read() -> None:
    """The tenant has removed the member, and refuses the second DELETE with 400."""
    tenant = Tenant("acme")
    async with tenant.async_admin_client() as britive:
        tag = await britive.tags.create("Doors")
        ana = await britive.users.create(
            "ana", email="ana@acme.com", first_name="A", last_name="D", password="Correct horse 1"
        )
        await britive.tags.members.add(tag, ana)
        tenant.faults.add(method="DELETE", cut="after")
        await britive.tags.members.remove(tag, ana)
        assert await britive.tags.members.list(tag).first() is None
        with pytest.raises(errors.BadRequest) as caught:
            await britive.tags.members.remove(tag, ana)
    assert not caught.value.may_have_happened
    assert [request.method for request in tenant.requests][-5:-2] == ["DELETE", "DELETE", "GET"]


async def test_set_members_refused_after_change_may_have_happened() -> None:
    script = FakeScimServer(
        make_response(200, {"count": 0, "data": []}), make_response(204), make_error(403)
    )
    async with admin_client(script) as britive:
        with pytest.raises(errors.Forbidden) as caught:
            await britive.tags.members.set("1", ["2", "3"])
    assert (caught.value.done, caught.value.remaining) == (("2",), ("3",))
    assert caught.value.may_have_happened
    assert "POST /api/user-tags/1/users/2" in str(caught.value)


async def test_set_members_refused_after_removal_names_it() -> None:
    present = {"count": 2, "data": [{"id": "2"}, {"id": "3"}]}
    script = FakeScimServer(make_response(200, present), make_response(204), make_error(403))
    async with admin_client(script) as britive:
        with pytest.raises(errors.Forbidden) as caught:
            await britive.tags.members.set("1", [])
    assert caught.value.uncertain_request == "DELETE /api/user-tags/1/users/2"


async def test_set_members_of_incomplete_list_raises_after_changes() -> None:
    cut = {"count": 3, "page": 0, "size": 100, "data": [{"id": "2"}]}
    empty = {"count": 3, "page": 1, "size": 100, "data": []}
    script = FakeScimServer(
        make_response(200, cut), make_response(200, empty), make_response(204), make_response(204)
    )
    async with admin_client(script) as britive:
        with pytest.raises(
            errors.UnexpectedResponse, match="the list of members is incomplete"
        ) as caught:
            await britive.tags.members.set("1", ["9"])
    assert caught.value.done == ("9", "2")
    assert caught.value.may_have_happened
    assert caught.value.uncertain_request == "DELETE /api/user-tags/1/users/2"


async def test_lost_change_of_mfa_compares_root_user() -> None:
    states = [{"id": "1", "mfaEnabled": True, "mfaRootUserEnabled": root} for root in (False, True)]
    script = FakeScimServer(
        make_error(500),
        make_response(200, states[0]),
        make_error(500),
        make_response(200, states[1]),
    )
    async with admin_client(script) as britive:
        await britive.identity_providers.set_mfa("1", enabled=True, root_user=True)
    assert [line.split()[0] for line in script.lines] == ["PATCH", "GET"] * 2


MEMBERS = [{"userId": "a", "username": "a"}, {"userId": "b", "username": "b"}]


async def test_incomplete_list_of_tag_members_proves_no_removal() -> None:
    """The list announces a member that it does not show, who may be the removed one."""
    for count, is_removed in ((2, True), (3, False)):
        pages = [make_response(200, {"count": count, "data": MEMBERS})]
        pages += [make_response(200, {"count": count, "data": []})] * (count - 2)
        script = FakeScimServer(*[make_error(500), *pages] * 6)
        async with admin_client(script) as britive:
            if is_removed:
                await britive.my_tags.remove_member("t1", "c")
                continue
            with pytest.raises(errors.ServerError) as caught:
                await britive.my_tags.remove_member("t1", "c")
        assert caught.value.may_have_happened
        assert script.lines.count("DELETE /api/access/user-tags/t1/users/c") == 5


async def test_incomplete_list_of_tag_members_proves_additions() -> None:
    page = make_response(200, {"count": 3, "data": MEMBERS})
    end = make_response(200, {"count": 3, "data": []})
    script = FakeScimServer(make_error(500), page, end)
    async with admin_client(script) as britive:
        await britive.my_tags.add_member("t1", "a")
    assert len(script.sent) == 3
