# Generated from tests/aio/test_scim_groups_by_put.py by tools/unasync.py; edit that file instead.
"""Groups of a provider without PATCH: a PUT must not remove members that the group does not show."""

from typing import Any

import pytest

from britive_scim import ScimClient, RetryPolicy, Settings, errors, scim
from support.each_value import each_value
from support.fake_scim_server import TOKEN, URL
from support.member_server import MemberServer


def ids(count: int, start: int = 0) -> list[str]:
    return [f"u{n}" for n in range(start, start + count)]


def make_server(members: list[str], **options: Any) -> MemberServer:
    return MemberServer(members, patch=False, put_keeps=True, **options)


def client_of(server: MemberServer) -> ScimClient:
    return ScimClient(URL, TOKEN, transport=server, settings=Settings(clock=server.clock))


def read_other(client: ScimClient, server: MemberServer) -> None:
    """Read another group that shows a member: an empty list is a proof then."""
    server.make("other", "Other", [])
    server.store("other", ["x"])
    server.clock.sleep(server.lag)
    assert (client.groups.get("other")).members


def list_puts(server: MemberServer) -> list[int | None]:
    """Return the number of members in each PUT; `None` for one without members."""
    return [
        None if body.get("members") is None else len(body["members"])
        for request, body in zip(server.sent, server.bodies, strict=True)
        if request.method == "PUT"
    ]


@each_value("shown, cut, count", [("absent", None, 2), ("empty", None, 2), ("all", 50, 80)])
def test_removal_from_group_that_may_hide_members_is_an_error(
    shown: Any, cut: int | None, count: int
) -> None:
    server = make_server(ids(count), shown=shown, cut=cut)
    with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="does not show") as caught:
            client.groups.remove_members("g", ["u0"])
    assert (caught.value.done, caught.value.remaining) == ((), ("u0",))
    assert (server.current, list_puts(server)) == (set(ids(count)), [])


@each_value("added", [["new"], ids(150, 500)])
def test_addition_to_cut_group_is_an_error(added: list[str]) -> None:
    server = make_server(ids(80), cut=50)
    with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="shows only 50") as caught:
            client.groups.add_members("g", added)
        assert (caught.value.done, caught.value.remaining) == ((), tuple(added))
        client.groups.add_members("g", ["u0", "u1"])  # shown, so members already
    assert (server.current, list_puts(server)) == (set(ids(80)), [])


@each_value("members", [[], ["old"]])
@each_value("shown", ["absent", "empty"])
@each_value("count", [1, 150])
def test_addition_to_group_that_may_hide_members_is_an_error(
    members: list[str], shown: Any, count: int
) -> None:
    server = MemberServer(members, patch=False, shown=shown)
    with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="nothing was changed") as caught:
            client.groups.add_members("g", ids(count))
    assert (caught.value.done, caught.value.remaining) == ((), tuple(ids(count)))
    assert not caught.value.may_have_happened
    assert (server.current, list_puts(server)) == (set(members), [])


def test_group_that_shows_members_proves_that_another_is_empty() -> None:
    server = make_server([])
    server.make("other", "Other", [])
    server.store("other", ["x"])
    with client_of(server) as client:
        client.groups.rename("g", "New")
        client.groups.add_members("g", ["u1"])
    assert (server.current, server.groups["g"]["displayName"]) == ({"u1"}, "New")
    assert server.members["other"] == ["x"]


def test_other_group_without_id_is_skipped() -> None:
    server = make_server([])
    server.make("", "Other", [])
    with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="nothing was changed"):
            client.groups.rename("g", "New")


@each_value("shown", ["absent", "empty"])
def test_other_groups_are_read_once(shown: Any) -> None:
    server = make_server(["old"], shown=shown)
    for n in range(30):
        server.make(f"other{n}", f"Other {n}", [])
    with client_of(server) as client:
        for _ in range(3):
            with pytest.raises(errors.UnexpectedResponse, match="nothing was changed"):
                client.groups.add_members("g", ["u1"])
    reads = [
        request.url.path.rpartition("/scim/v2")[2]
        for request in server.sent
        if request.method == "GET"
    ]
    assert (reads.count("/Groups"), len(set(reads) - {"/Groups", "/Groups/g"})) == (1, 19)


@each_value("lag", [0.0, 0.4])
@each_value("count", [1, 50, 150])
def test_addition_to_empty_group_is_verified(lag: float, count: int) -> None:
    server = make_server([], lag=lag)
    with client_of(server) as client:
        read_other(client, server)
        client.groups.add_members("g", ids(count))
    assert (server.current, list_puts(server)) == (set(ids(count)), [count])


@each_value("shown", ["all", "absent", "empty"])
@each_value("how", ["create", "set"])
def test_group_made_empty_by_the_client_gets_members(shown: Any, how: str) -> None:
    server = make_server(["old"], shown=shown)
    with client_of(server) as client:
        if how == "create":
            id_ = str((client.groups.create(scim.Group(display_name="New"))).id)
        else:
            id_ = "g"
            client.groups.set_members(id_, [])
        client.groups.rename(id_, "Newer")
        if shown == "all":
            client.groups.add_members(id_, ["u1"])
        else:
            with pytest.raises(errors.UnexpectedResponse, match="may hide members"):
                client.groups.add_members(id_, ["u1"])
            with pytest.raises(errors.UnexpectedResponse, match="nothing was changed"):
                client.groups.add_members(id_, ["u2"])
    assert server.members[id_] == ["u1"]
    assert server.groups[id_]["displayName"] == "Newer"


def test_many_groups_are_created_then_filled_by_put() -> None:
    server = make_server([])
    with client_of(server) as client:
        groups = [client.groups.create(scim.Group.of(f"New {n}")) for n in range(40)]
        for group in groups:
            client.groups.add_members(group, ["u1"])
    assert all(server.members[str(group.id)] == ["u1"] for group in groups)


@each_value("fault", ["lost after", "500 after"])
def test_addition_after_lost_put_is_an_error(fault: Any) -> None:
    """The group is not known as empty any more."""
    server = make_server(["old"], shown="empty", faults=["", "", fault])
    with client_of(server) as client:
        client.groups.set_members("g", [])
        with pytest.raises((errors.TransportError, errors.ServerError)):
            client.groups.set_members("g", ["u1"], retry=RetryPolicy.none())
        with pytest.raises(errors.UnexpectedResponse, match="nothing was changed"):
            client.groups.add_members("g", ["u2"])
    assert server.current == {"u1"}


@each_value("shown", ["all", "absent", "empty"])
@each_value("count", [90, 130, 230])
def test_group_created_without_patch_has_all_members(shown: Any, count: int) -> None:
    server = MemberServer(patch=False, shown=shown)
    with client_of(server) as client:
        client.groups.create(scim.Group.of("New", members=ids(count)))
    assert server.members["g1"] == ids(count)
    assert list_puts(server) == ([] if count <= 100 else [count])


@each_value("count", [3, 130])
def test_group_created_without_patch_names_dead_member(count: int) -> None:
    server = MemberServer(patch=False, refused=["u1"])
    with client_of(server) as client:
        with pytest.raises(errors.BadRequest) as caught:
            client.groups.create(scim.Group.of("New", members=ids(count)))
    assert caught.value.remaining == ("u1",)
    assert set(server.members["g1"]) == set(ids(count)) - {"u1"}


def test_group_filled_by_put_is_believed_with_50_members() -> None:
    server = make_server([])
    with client_of(server) as client:
        read_other(client, server)
        client.groups.add_members("g", ids(49))
        for id_ in ("u49", "u50"):
            client.groups.add_members("g", [id_])
        client.groups.remove_members("g", ["u0", "u1"])
    assert (server.current, list_puts(server)) == (set(ids(49, 2)), [49, 50, 51, 49])


@each_value("shown, cut", [("absent", None), ("empty", None), ("all", None), ("all", 50)])
@each_value("count", [0, 1, 150])
def test_set_members_is_one_put(shown: Any, cut: int | None, count: int) -> None:
    server = make_server(ids(80, 100), shown=shown, cut=cut)
    with client_of(server) as client:
        client.groups.set_members("g", ids(count))
        client.groups.set_members("g", ids(count, 1))
    assert (server.current, list_puts(server)) == (set(ids(count, 1)), [count, count])


def test_removals_and_additions_are_one_put() -> None:
    server = make_server(ids(120))
    with client_of(server) as client:
        client.groups.remove_members("g", ids(110))
        client.groups.add_members("g", ids(105))
    assert (server.current, list_puts(server)) == (set(ids(120)) - set(ids(5, 105)), [10, 115])


ADDED = scim.PatchOperation("add", "members", [{"value": "u1"}])
RENAMED = scim.PatchOperation("replace", "displayName", "New")


@each_value("shown, cut", [("absent", None), ("empty", None), ("all", 50)])
def test_other_change_of_group_that_may_hide_members_is_an_error(
    shown: Any, cut: int | None
) -> None:
    """A PUT without members removes them at many servers."""
    server = MemberServer(ids(80), patch=False, shown=shown, cut=cut)
    with client_of(server) as client:
        for change in ([RENAMED], [RENAMED, ADDED], {"externalId": "x"}):
            with pytest.raises(errors.UnexpectedResponse, match="nothing was changed") as caught:
                client.groups.patch("g", change)
            assert not caught.value.may_have_happened
        with pytest.raises(errors.UnexpectedResponse, match="nothing was changed"):
            client.groups.rename("g", "New")
        client.groups.rename("g", "Group")  # the name that it has
        if cut:
            client.groups.patch("g", [ADDED])  # shown, so a member already
    assert (server.current, list_puts(server)) == (set(ids(80)), [])


def test_group_with_50_members_is_renamed_once_more_are_shown() -> None:
    server = MemberServer(ids(50), patch=False)
    server.make("other", "Other", [])
    server.store("other", ids(51))
    with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="shows only 50"):
            client.groups.rename("g", "New")
        client.groups.get("other")
        client.groups.rename("g", "New")
    assert (server.current, list_puts(server)) == (set(ids(50)), [50])


@each_value("shown", ["absent", "empty"])
def test_upsert_of_hidden_members_without_patch_is_one_state(shown: Any) -> None:
    """The PUT that renames the group states its members."""
    server = MemberServer(ids(3), patch=False, shown=shown)
    server.groups["g"]["externalId"] = "x1"
    with client_of(server) as client:
        wanted = scim.Group.of("New", members=ids(2), external_id="x1")
        result = client.groups.upsert(wanted)
    assert (result.action, server.current) == ("renamed", set(ids(2)))
    assert set(list_puts(server)) == {2}


def test_group_cut_at_other_number_is_an_error_after_put() -> None:
    server = make_server(ids(80), cut=30)
    with client_of(server) as client:
        with pytest.raises(
            errors.UnexpectedResponse, match="30 members after a PUT of 31"
        ) as caught:
            client.groups.add_members("g", ["new"])
    assert caught.value.remaining == ("new",)


def test_replacement_of_one_member_in_cut_group_is_an_error() -> None:
    server = make_server(ids(80), cut=50)
    with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse):
            client.groups.patch(
                "g", [scim.PatchOperation("remove", 'members[value eq "u1"]')]
            )
    assert server.current == set(ids(80))


def test_refused_member_of_put_is_found() -> None:
    server = make_server(["u0"], refused=["u7"])
    with client_of(server) as client:
        with pytest.raises(errors.BadRequest) as caught:
            client.groups.add_members("g", ids(120, 1))
    assert caught.value.remaining == ("u7",)
    assert server.current == set(ids(121)) - {"u7"}


def test_lost_put_of_several_chunks_is_judged_as_a_whole() -> None:
    server = make_server(["u0"], faults=["", "lost after"])
    with client_of(server) as client:
        client.groups.add_members("g", ids(119, 1), retry=RetryPolicy.none())
    assert (server.current, list_puts(server)) == (set(ids(120)), [120])


def test_many_groups_are_filled_by_put() -> None:
    server = make_server([])
    with client_of(server) as client:
        read_other(client, server)
        for number in range(40):
            server.make(f"h{number}", f"Group {number}", [])
            client.groups.add_members(f"h{number}", ["u1"])
    assert all(server.members[f"h{number}"] == ["u1"] for number in range(40))


# ------------------------------------------------------------------------ the same with PATCH


@each_value("shown", ["absent", "empty"])
def test_edit_of_hidden_members_replaces_them(shown: Any) -> None:
    def state(members: list[str]) -> Any:
        def change(group: scim.Group) -> None:
            group.display_name = f"Group {len(members)}"
            group.members = [scim.Member(value=id_) for id_ in members]

        return change

    server = MemberServer(ids(2), shown=shown)
    with client_of(server) as client:
        for members in (["z"], ["a", "b"], []):
            client.groups.edit("g", state(members))
            assert server.current == set(members)
            assert server.groups["g"]["displayName"] == f"Group {len(members)}"


@each_value("shown", ["absent", "empty"])
def test_edit_without_assigned_members_keeps_hidden_ones(shown: Any) -> None:
    def change(group: scim.Group) -> None:
        group.display_name = "New"
        if group.members is not None:
            group.members.append(scim.Member(value="z"))

    server = MemberServer(ids(2), shown=shown)
    with client_of(server) as client:
        client.groups.edit("g", change)
    assert server.current == {*ids(2), *(["z"] if shown == "empty" else [])}


def test_lost_addition_is_in_effect_where_ids_are_shown_among_50() -> None:
    server = MemberServer(ids(49), faults=["lost after"])
    with client_of(server) as client:
        client.groups.add_members("g", ["u49"], retry=RetryPolicy.none())
    assert server.current == set(ids(50))


def test_lost_removal_is_in_effect_where_more_members_were_shown_before() -> None:
    server = MemberServer(ids(51), faults=["lost after"])
    with client_of(server) as client:
        client.groups.get("g")
        client.groups.remove_members("g", ["u0"], retry=RetryPolicy.none())
    assert server.current == set(ids(50, 1))


def test_hidden_members_are_named_where_all_wanted_are_refused() -> None:
    server = MemberServer(["a"], shown="empty", can_replace=False, refused=["u7"])
    with client_of(server) as client:
        with pytest.raises(errors.BadRequest, match="former members are not shown") as caught:
            client.groups.set_members("g", ["u7"])
    assert caught.value.remaining == ("u7",)
    assert server.current == {"a"}
