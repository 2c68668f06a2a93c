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


@each_value("shown", ["absent", "empty"])
def test_unverifiable_addition_to_group_is_an_error(shown: Any) -> None:
    server = make_server([], shown=shown)
    with client_of(server) as client:
        for expected in ("may have been removed", "nothing was changed"):
            with pytest.raises(errors.UnexpectedResponse, match=expected) as caught:
                client.groups.add_members("g", ids(150))
            assert (caught.value.done, caught.value.remaining) == ((), tuple(ids(150)))
    assert list_puts(server) == [150], "the provider is known to hide members afterwards"


@each_value("lag", [0.0, 0.4])
@each_value("count", [1, 50, 150])
def test_addition_to_empty_group_is_verified(lag: float, count: int) -> None:
    server = make_server([], lag=lag)
    with client_of(server) as client:
        client.groups.add_members("g", ids(count))
    assert (server.current, list_puts(server)) == (set(ids(count)), [count])


def test_group_filled_by_put_is_believed_with_50_members() -> None:
    server = make_server([])
    with client_of(server) as client:
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


@each_value("shown, cut", [("absent", None), ("empty", None), ("all", 50)])
def test_other_change_of_group_that_may_hide_members_leaves_them_out(
    shown: Any, cut: int | None
) -> None:
    server = make_server(ids(80), shown=shown, cut=cut)
    with client_of(server) as client:
        client.groups.rename("g", "New")
        client.groups.patch("g", {"externalId": "x"})
        if cut:
            added = scim.PatchOperation("add", "members", [{"value": "u1"}])
            client.groups.patch(
                "g", [scim.PatchOperation("replace", "displayName", "Last"), added]
            )
            client.groups.patch("g", [added])
    assert (server.current, set(list_puts(server))) == (set(ids(80)), {None})
    assert server.groups["g"]["displayName"] == ("Last" if cut else "New")


def test_members_lost_by_put_without_them_are_an_error() -> None:
    server = MemberServer(ids(50), patch=False)
    with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="shows 0 members") as caught:
            client.groups.rename("g", "New")
    assert set(caught.value.remaining) == set(ids(50))


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
