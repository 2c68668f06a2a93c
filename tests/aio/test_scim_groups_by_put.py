"""Groups of a provider without PATCH: a PUT must not remove members that the group does not show."""

from typing import Any

import pytest

from britive_scim import AsyncScimClient, RetryPolicy, Settings, errors, scim
from support.each_value import each_value
from support.fake_scim_server import TOKEN, URL
from support.member_server import MemberServer


def ids(count: int, start: int = 0) -> list[str]:
    return [f"u{n}" for n in range(start, start + count)]


def make_server(members: list[str], **options: Any) -> MemberServer:
    return MemberServer(members, patch=False, put_keeps=True, **options)


def client_of(server: MemberServer) -> AsyncScimClient:
    return AsyncScimClient(URL, TOKEN, transport=server, settings=Settings(clock=server.clock))


async def read_other(client: AsyncScimClient, server: MemberServer) -> None:
    """Read another group that shows a member: an empty list is a proof then."""
    server.make("other", "Other", [])
    server.store("other", ["x"])
    server.clock.sleep(server.lag)
    assert (await client.groups.get("other")).members


def list_puts(server: MemberServer) -> list[int | None]:
    """Return the number of members in each PUT; `None` for one without members."""
    return [
        None if body.get("members") is None else len(body["members"])
        for request, body in zip(server.sent, server.bodies, strict=True)
        if request.method == "PUT"
    ]


@each_value("shown, cut, count", [("absent", None, 2), ("empty", None, 2), ("all", 50, 80)])
async def test_removal_from_group_that_may_hide_members_is_an_error(
    shown: Any, cut: int | None, count: int
) -> None:
    server = make_server(ids(count), shown=shown, cut=cut)
    async with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="does not show") as caught:
            await client.groups.remove_members("g", ["u0"])
    assert (caught.value.done, caught.value.remaining) == ((), ("u0",))
    assert (server.current, list_puts(server)) == (set(ids(count)), [])


@each_value("added", [["new"], ids(150, 500)])
async def test_addition_to_cut_group_is_an_error(added: list[str]) -> None:
    server = make_server(ids(80), cut=50)
    async with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="shows only 50") as caught:
            await client.groups.add_members("g", added)
        assert (caught.value.done, caught.value.remaining) == ((), tuple(added))
        await client.groups.add_members("g", ["u0", "u1"])  # shown, so members already
    assert (server.current, list_puts(server)) == (set(ids(80)), [])


@each_value("members", [[], ["old"]])
@each_value("shown", ["absent", "empty"])
@each_value("count", [1, 150])
async def test_addition_to_group_that_may_hide_members_is_an_error(
    members: list[str], shown: Any, count: int
) -> None:
    server = MemberServer(members, patch=False, shown=shown)
    async with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="nothing was changed") as caught:
            await client.groups.add_members("g", ids(count))
    assert (caught.value.done, caught.value.remaining) == ((), tuple(ids(count)))
    assert not caught.value.may_have_happened
    assert (server.current, list_puts(server)) == (set(members), [])


async def test_group_that_shows_members_proves_that_another_is_empty() -> None:
    server = make_server([])
    server.make("other", "Other", [])
    server.store("other", ["x"])
    async with client_of(server) as client:
        await client.groups.rename("g", "New")
        await client.groups.add_members("g", ["u1"])
    assert (server.current, server.groups["g"]["displayName"]) == ({"u1"}, "New")
    assert server.members["other"] == ["x"]


async def test_other_group_without_id_is_skipped() -> None:
    server = make_server([])
    server.make("", "Other", [])
    async with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="nothing was changed"):
            await client.groups.rename("g", "New")


@each_value("shown", ["absent", "empty"])
async def test_other_groups_are_read_once(shown: Any) -> None:
    server = make_server(["old"], shown=shown)
    for n in range(30):
        server.make(f"other{n}", f"Other {n}", [])
    async with client_of(server) as client:
        for _ in range(3):
            with pytest.raises(errors.UnexpectedResponse, match="nothing was changed"):
                await client.groups.add_members("g", ["u1"])
    reads = [
        request.url.path.rpartition("/scim/v2")[2]
        for request in server.sent
        if request.method == "GET"
    ]
    assert (reads.count("/Groups"), len(set(reads) - {"/Groups", "/Groups/g"})) == (1, 19)


@each_value("lag", [0.0, 0.4])
@each_value("count", [1, 50, 150])
async def test_addition_to_empty_group_is_verified(lag: float, count: int) -> None:
    server = make_server([], lag=lag)
    async with client_of(server) as client:
        await read_other(client, server)
        await client.groups.add_members("g", ids(count))
    assert (server.current, list_puts(server)) == (set(ids(count)), [count])


@each_value("shown", ["all", "absent", "empty"])
@each_value("how", ["create", "set"])
async def test_group_made_empty_by_the_client_gets_members(shown: Any, how: str) -> None:
    server = make_server(["old"], shown=shown)
    async with client_of(server) as client:
        if how == "create":
            id_ = str((await client.groups.create(scim.Group(display_name="New"))).id)
        else:
            id_ = "g"
            await client.groups.set_members(id_, [])
        await client.groups.rename(id_, "Newer")
        if shown == "all":
            await client.groups.add_members(id_, ["u1"])
        else:
            with pytest.raises(errors.UnexpectedResponse, match="may hide members"):
                await client.groups.add_members(id_, ["u1"])
            with pytest.raises(errors.UnexpectedResponse, match="nothing was changed"):
                await client.groups.add_members(id_, ["u2"])
    assert server.members[id_] == ["u1"]
    assert server.groups[id_]["displayName"] == "Newer"


async def test_many_groups_are_created_then_filled_by_put() -> None:
    server = make_server([])
    async with client_of(server) as client:
        groups = [await client.groups.create(scim.Group.of(f"New {n}")) for n in range(40)]
        for group in groups:
            await client.groups.add_members(group, ["u1"])
    assert all(server.members[str(group.id)] == ["u1"] for group in groups)


@each_value("fault", ["lost after", "500 after"])
async def test_addition_after_lost_put_is_an_error(fault: Any) -> None:
    """The group is not known as empty any more."""
    server = make_server(["old"], shown="empty", faults=["", "", fault])
    async with client_of(server) as client:
        await client.groups.set_members("g", [])
        with pytest.raises((errors.TransportError, errors.ServerError)):
            await client.groups.set_members("g", ["u1"], retry=RetryPolicy.none())
        with pytest.raises(errors.UnexpectedResponse, match="nothing was changed"):
            await client.groups.add_members("g", ["u2"])
    assert server.current == {"u1"}


@each_value("shown", ["all", "absent", "empty"])
@each_value("count", [90, 130, 230])
async def test_group_created_without_patch_has_all_members(shown: Any, count: int) -> None:
    server = MemberServer(patch=False, shown=shown)
    async with client_of(server) as client:
        await client.groups.create(scim.Group.of("New", members=ids(count)))
    assert server.members["g1"] == ids(count)
    assert list_puts(server) == ([] if count <= 100 else [count])


@each_value("count", [3, 130])
async def test_group_created_without_patch_names_dead_member(count: int) -> None:
    server = MemberServer(patch=False, refused=["u1"])
    async with client_of(server) as client:
        with pytest.raises(errors.BadRequest) as caught:
            await client.groups.create(scim.Group.of("New", members=ids(count)))
    assert caught.value.remaining == ("u1",)
    assert set(server.members["g1"]) == set(ids(count)) - {"u1"}


async def test_group_filled_by_put_is_believed_with_50_members() -> None:
    server = make_server([])
    async with client_of(server) as client:
        await read_other(client, server)
        await client.groups.add_members("g", ids(49))
        for id_ in ("u49", "u50"):
            await client.groups.add_members("g", [id_])
        await client.groups.remove_members("g", ["u0", "u1"])
    assert (server.current, list_puts(server)) == (set(ids(49, 2)), [49, 50, 51, 49])


@each_value("shown, cut", [("absent", None), ("empty", None), ("all", None), ("all", 50)])
@each_value("count", [0, 1, 150])
async def test_set_members_is_one_put(shown: Any, cut: int | None, count: int) -> None:
    server = make_server(ids(80, 100), shown=shown, cut=cut)
    async with client_of(server) as client:
        await client.groups.set_members("g", ids(count))
        await client.groups.set_members("g", ids(count, 1))
    assert (server.current, list_puts(server)) == (set(ids(count, 1)), [count, count])


async def test_removals_and_additions_are_one_put() -> None:
    server = make_server(ids(120))
    async with client_of(server) as client:
        await client.groups.remove_members("g", ids(110))
        await client.groups.add_members("g", ids(105))
    assert (server.current, list_puts(server)) == (set(ids(120)) - set(ids(5, 105)), [10, 115])


ADDED = scim.PatchOperation("add", "members", [{"value": "u1"}])
RENAMED = scim.PatchOperation("replace", "displayName", "New")


@each_value("shown, cut", [("absent", None), ("empty", None), ("all", 50)])
async def test_other_change_of_group_that_may_hide_members_is_an_error(
    shown: Any, cut: int | None
) -> None:
    """A PUT without members removes them at many servers."""
    server = MemberServer(ids(80), patch=False, shown=shown, cut=cut)
    async with client_of(server) as client:
        for change in ([RENAMED], [RENAMED, ADDED], {"externalId": "x"}):
            with pytest.raises(errors.UnexpectedResponse, match="nothing was changed") as caught:
                await client.groups.patch("g", change)
            assert not caught.value.may_have_happened
        with pytest.raises(errors.UnexpectedResponse, match="nothing was changed"):
            await client.groups.rename("g", "New")
        await client.groups.rename("g", "Group")  # the name that it has
        if cut:
            await client.groups.patch("g", [ADDED])  # shown, so a member already
    assert (server.current, list_puts(server)) == (set(ids(80)), [])


async def test_group_with_50_members_is_renamed_once_more_are_shown() -> None:
    server = MemberServer(ids(50), patch=False)
    server.make("other", "Other", [])
    server.store("other", ids(51))
    async with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="shows only 50"):
            await client.groups.rename("g", "New")
        await client.groups.get("other")
        await client.groups.rename("g", "New")
    assert (server.current, list_puts(server)) == (set(ids(50)), [50])


@each_value("shown", ["absent", "empty"])
async def test_upsert_of_hidden_members_without_patch_is_one_state(shown: Any) -> None:
    """The PUT that renames the group states its members."""
    server = MemberServer(ids(3), patch=False, shown=shown)
    server.groups["g"]["externalId"] = "x1"
    async with client_of(server) as client:
        wanted = scim.Group.of("New", members=ids(2), external_id="x1")
        result = await client.groups.upsert(wanted)
    assert (result.action, server.current) == ("renamed", set(ids(2)))
    assert set(list_puts(server)) == {2}


async def test_group_cut_at_other_number_is_an_error_after_put() -> None:
    server = make_server(ids(80), cut=30)
    async with client_of(server) as client:
        with pytest.raises(
            errors.UnexpectedResponse, match="30 members after a PUT of 31"
        ) as caught:
            await client.groups.add_members("g", ["new"])
    assert caught.value.remaining == ("new",)


async def test_replacement_of_one_member_in_cut_group_is_an_error() -> None:
    server = make_server(ids(80), cut=50)
    async with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse):
            await client.groups.patch(
                "g", [scim.PatchOperation("remove", 'members[value eq "u1"]')]
            )
    assert server.current == set(ids(80))


async def test_refused_member_of_put_is_found() -> None:
    server = make_server(["u0"], refused=["u7"])
    async with client_of(server) as client:
        with pytest.raises(errors.BadRequest) as caught:
            await client.groups.add_members("g", ids(120, 1))
    assert caught.value.remaining == ("u7",)
    assert server.current == set(ids(121)) - {"u7"}


async def test_lost_put_of_several_chunks_is_judged_as_a_whole() -> None:
    server = make_server(["u0"], faults=["", "lost after"])
    async with client_of(server) as client:
        await client.groups.add_members("g", ids(119, 1), retry=RetryPolicy.none())
    assert (server.current, list_puts(server)) == (set(ids(120)), [120])


async def test_many_groups_are_filled_by_put() -> None:
    server = make_server([])
    async with client_of(server) as client:
        await read_other(client, server)
        for number in range(40):
            server.make(f"h{number}", f"Group {number}", [])
            await client.groups.add_members(f"h{number}", ["u1"])
    assert all(server.members[f"h{number}"] == ["u1"] for number in range(40))


# ------------------------------------------------------------------------ the same with PATCH


@each_value("shown", ["absent", "empty"])
async def test_edit_of_hidden_members_replaces_them(shown: Any) -> None:
    def state(members: list[str]) -> Any:
        def change(group: scim.Group) -> None:
            group.display_name = f"Group {len(members)}"
            group.members = [scim.Member(value=id_) for id_ in members]

        return change

    server = MemberServer(ids(2), shown=shown)
    async with client_of(server) as client:
        for members in (["z"], ["a", "b"], []):
            await client.groups.edit("g", state(members))
            assert server.current == set(members)
            assert server.groups["g"]["displayName"] == f"Group {len(members)}"


@each_value("shown", ["absent", "empty"])
async def test_edit_without_assigned_members_keeps_hidden_ones(shown: Any) -> None:
    def change(group: scim.Group) -> None:
        group.display_name = "New"
        if group.members is not None:
            group.members.append(scim.Member(value="z"))

    server = MemberServer(ids(2), shown=shown)
    async with client_of(server) as client:
        await client.groups.edit("g", change)
    assert server.current == {*ids(2), *(["z"] if shown == "empty" else [])}


async def test_lost_addition_is_in_effect_where_ids_are_shown_among_50() -> None:
    server = MemberServer(ids(49), faults=["lost after"])
    async with client_of(server) as client:
        await client.groups.add_members("g", ["u49"], retry=RetryPolicy.none())
    assert server.current == set(ids(50))


async def test_lost_removal_is_in_effect_where_more_members_were_shown_before() -> None:
    server = MemberServer(ids(51), faults=["lost after"])
    async with client_of(server) as client:
        await client.groups.get("g")
        await client.groups.remove_members("g", ["u0"], retry=RetryPolicy.none())
    assert server.current == set(ids(50, 1))


async def test_hidden_members_are_named_where_all_wanted_are_refused() -> None:
    server = MemberServer(["a"], shown="empty", can_replace=False, refused=["u7"])
    async with client_of(server) as client:
        with pytest.raises(errors.BadRequest, match="former members are not shown") as caught:
            await client.groups.set_members("g", ["u7"])
    assert caught.value.remaining == ("u7",)
    assert server.current == {"a"}
