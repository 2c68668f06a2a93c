"""Groups and their members, on the emulated tenant and against servers of other habits."""

from typing import Any

import pytest

from britive_scim import AsyncScimClient, Settings, errors, scim
from britive_scim.testing import Capabilities, Tenant
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_group,
    make_list,
    make_response,
)


@pytest.fixture
def okta(async_scim_client: AsyncScimClient) -> AsyncScimClient:
    return async_scim_client


async def people(okta: AsyncScimClient, number: int) -> list[scim.User]:
    return [
        await okta.users.create(
            scim.User.of(email=f"u{n}@acme.com", given_name="U", family_name=str(n))
        )
        for n in range(number)
    ]


async def members_of(okta: AsyncScimClient, target: scim.Group) -> set[str | None]:
    return {member.value for member in (await okta.groups.get(target)).members or ()}


async def test_a_group_is_created_renamed_filled_emptied_and_deleted(okta: AsyncScimClient) -> None:
    ana, bo, cy = await people(okta, 3)
    made = await okta.groups.create(scim.Group(display_name="Eng", external_id="g-1"))
    await okta.groups.rename(made, "Engineering")
    assert (await okta.groups.get(made)).display_name == "Engineering"

    await okta.groups.add_members(made, [ana, bo])
    await okta.groups.add_members(made, [bo])  # once more is no fault
    assert await members_of(okta, made) == {ana.id, bo.id}
    await okta.groups.remove_members(made, [ana])
    await okta.groups.remove_members(made, [ana, cy])  # nor is this
    assert await members_of(okta, made) == {bo.id}
    await okta.groups.set_members(made, [cy])
    assert await members_of(okta, made) == {cy.id}
    await okta.groups.set_members(made, [])
    assert await members_of(okta, made) == set()

    await okta.groups.delete(made)
    with pytest.raises(errors.NotFound):
        await okta.groups.get(made)


async def test_groups_are_found_without_their_members(okta: AsyncScimClient) -> None:
    (ana,) = await people(okta, 1)
    made = await okta.groups.create(
        scim.Group(display_name="Eng", external_id="g-1", members=[scim.Member(value=ana.id)])
    )
    for found in (
        await okta.groups.find_by_display_name("ENG"),
        await okta.groups.find_by_external_id("g-1"),
    ):
        assert found is not None
        assert found.id == made.id
        assert found.members is None
    assert await okta.groups.find_by_display_name("Nobody") is None
    found, created = await okta.groups.ensure(scim.Group(display_name="eng"))
    assert (found.id, created) == (made.id, False)


async def test_a_group_read_without_members_keeps_them_when_it_is_replaced(
    okta: AsyncScimClient,
) -> None:
    (ana,) = await people(okta, 1)
    await okta.groups.create(scim.Group(display_name="Eng", members=[scim.Member(value=ana.id)]))
    found = await okta.groups.find_by_display_name("Eng")
    assert found is not None
    found.display_name = "Engineering"
    await okta.groups.replace(found)
    assert await members_of(okta, found) == {ana.id}
    found.members = []
    await okta.groups.replace(found)
    assert await members_of(okta, found) == set()


async def test_many_members_go_by_the_hundred(okta: AsyncScimClient) -> None:
    users = await people(okta, 230)
    made = await okta.groups.create(scim.Group(display_name="Eng"))
    await okta.groups.set_members(made, users[:120])
    await okta.groups.set_members(made, users[100:])
    assert await members_of(okta, made) == {one.id for one in users[100:]}
    await okta.groups.remove_members(made, (one for one in users))
    assert await members_of(okta, made) == set()


def ids(number: int) -> list[str]:
    return [f"u{n}" for n in range(number)]


def named(request_body: Any) -> int:
    return sum(len(o["value"]) if "value" in o else 1 for o in request_body["Operations"])


async def test_a_request_names_a_hundred_members_at_most() -> None:
    script = FakeScimServer(make_response(204))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.groups.add_members("g", ids(250))
        await client.groups.remove_members("g", ids(250))
    assert [named(body) for body in script.bodies] == [100, 100, 50] * 2


async def test_a_change_that_stops_half_way_says_how_far_it_came() -> None:
    script = FakeScimServer(make_response(204), make_error(403))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.Forbidden) as caught:
            await client.groups.add_members("g", ids(250))
    assert caught.value.done == tuple(ids(250)[:100])
    assert caught.value.remaining == tuple(ids(250)[100:])


@pytest.mark.parametrize("status", [400, 413])
async def test_a_chunk_that_is_refused_is_halved(status: int) -> None:
    """A server that takes seven members a request gets all the same."""

    def at_most_seven(request: Any) -> Any:
        import json

        return make_response(204) if named(json.loads(request.content)) <= 7 else make_error(status)

    script = FakeScimServer(at_most_seven)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.groups.add_members("g", ids(30))
        added = [body for body in script.bodies if named(body) <= 7]
        await client.groups.remove_members("g", ids(30))
    sent = [value["value"] for body in added for o in body["Operations"] for value in o["value"]]
    assert sent == ids(30)


async def test_a_single_member_that_is_refused_is_told_with_the_others_done() -> None:
    def not_the_third(request: Any) -> Any:
        return make_error(400, "no such user") if b'"u2"' in request.content else make_response(204)

    script = FakeScimServer(not_the_third)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.BadRequest, match="no such user") as caught:
            await client.groups.add_members("g", ids(5))
    assert caught.value.done == ("u0", "u1")
    assert caught.value.remaining == ("u2", "u3", "u4")


async def test_a_group_managed_elsewhere_is_not_asked_again_and_again() -> None:
    """A 400 that says why is no sign of too many members."""
    script = FakeScimServer(make_response(400, {"errorCode": "UT-0002", "message": "external"}))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.ExternallyManaged):
            await client.groups.add_members("g", ids(100))
    assert len(script.sent) == 1


async def test_adding_who_is_there_already_is_no_fault_even_if_the_server_says_409() -> None:
    full = make_response(200, make_group(1, members=[{"value": "u0"}, {"value": "u1"}]))
    script = FakeScimServer(make_error(409), full, make_response(204))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.groups.add_members("g1", ["u0", "u1"])
        script.steps[:] = [make_error(409), full, make_response(204)]
        await client.groups.add_members("g1", ["u0", "u2"])
    assert script.lines == [
        "PATCH /Groups/g1",
        "GET /Groups/g1",
        "PATCH /Groups/g1",
        "GET /Groups/g1",
        "PATCH /Groups/g1",
    ]
    assert script.bodies[-1]["Operations"][0]["value"] == [{"value": "u2"}]


@pytest.mark.parametrize("status", [400, 404])
async def test_removing_who_is_not_there_is_no_fault_even_if_the_server_refuses(
    status: int,
) -> None:
    script = FakeScimServer(
        make_error(status, scimType="noTarget"),
        make_response(200, make_group(1, members=[{"value": "u1"}])),
        make_response(204),
    )
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.groups.remove_members("g1", ["u0", "u1"])
    assert script.bodies[-1]["Operations"] == [{"op": "remove", "path": 'members[value eq "u1"]'}]


async def test_a_conflict_that_nothing_explains_is_told() -> None:
    script = FakeScimServer(
        make_error(409), make_response(200, make_group(1, members=[])), make_error(409)
    )
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.Conflict) as caught:
            await client.groups.add_members("g1", ["u0"])
    assert caught.value.remaining == ("u0",)


async def test_a_group_that_is_gone_is_not_found() -> None:
    async with AsyncScimClient(URL, TOKEN, transport=FakeScimServer(make_error(404))) as client:
        for call in (client.groups.add_members, client.groups.remove_members):
            with pytest.raises(errors.NotFound):
                await call("g1", ["u0"])


async def test_groups_are_written_as_entra_does_if_asked() -> None:
    script = FakeScimServer(
        make_response(204), make_response(200, make_group(1)), make_response(204)
    )
    settings = Settings(dialect="entra")
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        assert (await client.groups.rename("g", "X")).id == "g1"
        await client.groups.add_members("g", ["u"])
        await client.groups.remove_members("g", ["u"])
        await client.groups.set_members("g", ["u"])
    assert [body["Operations"][0] for body in script.bodies if body] == [
        {"op": "Replace", "path": "displayName", "value": "X"},
        {"op": "Add", "path": "members", "value": [{"value": "u"}]},
        {"op": "Remove", "path": "members", "value": [{"value": "u"}]},
        {"op": "Replace", "path": "members", "value": [{"value": "u"}]},
    ]


@pytest.mark.parametrize("single", ["u1", scim.User(id="u1"), {"value": "u1"}], ids=repr)
async def test_one_where_several_are_asked_is_refused(single: Any) -> None:
    script = FakeScimServer(make_response(204))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        for call in (
            client.groups.add_members,
            client.groups.remove_members,
            client.groups.set_members,
        ):
            with pytest.raises(errors.InputError, match="several ids"):
                await call("g", single)
        with pytest.raises(errors.InputError):
            await client.groups.rename("g", " ")
    assert script.sent == []


async def test_no_members_to_change_send_nothing() -> None:
    script = FakeScimServer(make_response(204))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.groups.add_members("g", [])
        await client.groups.remove_members("g", [])
    assert script.sent == []


async def test_a_group_whose_creation_was_not_answered_is_found_by_name() -> None:
    clock = FakeClock()
    script = FakeScimServer(make_error(502), make_list(make_group(4, displayName="Eng")))
    async with AsyncScimClient(
        URL, TOKEN, transport=script, settings=Settings(clock=clock)
    ) as client:
        made = await client.groups.create(scim.Group(display_name="Eng"))
    assert made.id == "g4"
    assert script.queries[1]["excludedAttributes"] == "members"


def at_most(limit: int, members: set[str], *, shown: bool = True) -> FakeScimServer:
    """Return a server that changes at most so many members of its group in one request."""

    def serve(request: Any) -> Any:
        import json
        import re

        if request.method == "GET":
            there = [{"value": one} for one in sorted(members)]
            return make_response(200, make_group(1, members=there) if shown else make_group(1))
        after = set(members)
        for operation in json.loads(request.content)["Operations"]:
            values = {one["value"] for one in operation.get("value", ())}
            values |= set(re.findall(r'"(.+)"', operation.get("path", "")))
            op = operation["op"].lower()
            after = values if op == "replace" else after | values if op == "add" else after - values
        if len(after ^ members) > limit:
            return make_error(400, f"at most {limit} at once")
        members.clear()
        members.update(after)
        return make_response(204)

    return FakeScimServer(serve)


@pytest.mark.parametrize("dialect", ["okta", "entra"])
@pytest.mark.parametrize("shown", [True, False])
@pytest.mark.parametrize("limit", [1, 7, 100])
@pytest.mark.parametrize(("before", "wanted"), [(0, 30), (0, 130)])
async def test_a_group_is_filled_where_few_members_may_change_at_once(
    before: int, wanted: int, limit: int, shown: bool, dialect: Any
) -> None:
    there = set(ids(before))
    script = at_most(limit, there, shown=shown)
    settings = Settings(dialect=dialect)
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        await client.groups.set_members("g1", ids(wanted))
    assert there == set(ids(wanted))


@pytest.mark.parametrize("wanted", [[], ["u3"], [f"n{n}" for n in range(40)]], ids=len)
async def test_members_are_exchanged_where_few_may_change_at_once(wanted: list[str]) -> None:
    there = set(ids(50))
    async with AsyncScimClient(URL, TOKEN, transport=at_most(7, there)) as client:
        await client.groups.set_members("g1", wanted)
    assert there == set(wanted)


async def test_no_more_is_asked_where_all_members_may_change_at_once() -> None:
    script = at_most(100, set(ids(50)))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.groups.set_members("g1", ids(20))
    assert script.lines == ["PATCH /Groups/g1"]


async def test_members_nobody_sees_do_not_stay_by_accident() -> None:
    """Where a group does not show who is in it, adding alone would leave everybody there."""
    there = {f"old{n}" for n in range(20)}
    async with AsyncScimClient(URL, TOKEN, transport=at_most(500, there, shown=False)) as client:
        await client.groups.set_members("g1", ids(250))
    assert there == set(ids(250))

    there = {f"old{n}" for n in range(20)}
    async with AsyncScimClient(URL, TOKEN, transport=at_most(7, there, shown=False)) as client:
        for wanted in (ids(50), []):
            with pytest.raises(errors.BadRequest, match="at most 7") as caught:
                await client.groups.set_members("g1", wanted)
            assert caught.value.remaining == tuple(wanted)
    assert len(there) == 20


async def test_an_exchange_of_members_that_stops_half_way_says_how_far_it_came() -> None:
    there = make_response(200, make_group(1, members=[{"value": "u0"}, {"value": "old"}]))
    script = FakeScimServer(make_error(400), there, make_response(204), make_error(403))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.Forbidden) as caught:
            await client.groups.set_members("g1", ids(3))
        assert (caught.value.done, caught.value.remaining) == (("old",), ("u1", "u2"))
        script.steps[:] = [make_error(403)]
        with pytest.raises(errors.Forbidden) as caught:
            await client.groups.set_members("g1", ids(3))
        assert (caught.value.done, caught.value.remaining) == ((), tuple(ids(3)))


async def test_a_user_in_the_place_of_a_group_is_refused() -> None:
    script = FakeScimServer(make_response(204))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        for call in (
            client.groups.add_members,
            client.groups.remove_members,
            client.groups.set_members,
        ):
            with pytest.raises(errors.InputError, match="User"):
                await call(scim.User(id="1"), ["u"])
    assert script.sent == []


async def test_the_emulated_tenant_that_limits_changes_of_members_is_served(
    britive_tenant: Tenant, okta: AsyncScimClient
) -> None:
    users = await people(okta, 30)
    made = await okta.groups.create(scim.Group(display_name="Eng"))
    britive_tenant.capabilities = Capabilities(max_member_changes=4)
    for wanted in (users[:20], users[10:], []):
        await okta.groups.set_members(made, wanted)
        assert await members_of(okta, made) == {one.id for one in wanted}
