"""Changes of group members on servers that hide, cut, delay or refuse members."""

import json
from typing import Any

import pytest

from britive_scim import AsyncScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_group,
    make_response,
)
from support.member_server import MemberServer


def ids(count: int, start: int = 0) -> list[str]:
    return [f"u{n}" for n in range(start, start + count)]


def client_of(server: MemberServer, **settings: Any) -> AsyncScimClient:
    return AsyncScimClient(
        URL, TOKEN, transport=server, settings=Settings(clock=server.clock, **settings)
    )


# ----------------------------------------------------------------------- members that are hidden

HIDDEN = ["absent", "null", "empty"]


@each_value("shown", HIDDEN)
@each_value("count", [1, 3, 100, 101, 250])
async def test_set_members_of_hidden_group_replaces_all(shown: Any, count: int) -> None:
    server = MemberServer(["old", *ids(2)], shown=shown)
    async with client_of(server) as client:
        await client.groups.set_members("g", ids(count))
    assert server.current == set(ids(count))
    assert server.changes[0] == ("replace", min(count, 100))


@each_value("shown", HIDDEN)
@each_value("dialect", ["okta", "entra"])
@each_value("count", [3, 130])
async def test_set_members_without_proof_or_replace_raises(
    shown: Any, dialect: Any, count: int
) -> None:
    server = MemberServer(["old", *ids(2)], shown=shown, can_replace=False, limit=100)
    async with client_of(server, dialect=dialect) as client:
        with pytest.raises(
            errors.UnexpectedResponse, match="former members are not shown"
        ) as caught:
            await client.groups.set_members("g", ids(count))
    assert caught.value.done == tuple(ids(count))
    assert caught.value.remaining == ()
    assert caught.value.may_have_happened
    assert server.current == {"old", *ids(count)}


@each_value("shown", HIDDEN)
async def test_set_members_to_none_of_hidden_group_removes_all(shown: Any) -> None:
    server = MemberServer(["old"], shown=shown)
    async with client_of(server) as client:
        await client.groups.set_members("g", [])
        assert server.changes == [("replace", 1)]

        refusing = FakeScimServer(
            make_error(400), make_response(200, make_group(1, members=[])), make_response(204)
        )
    async with AsyncScimClient(URL, TOKEN, transport=refusing) as client:
        await client.groups.set_members("g1", [])
        assert refusing.bodies[-1]["Operations"] == [{"op": "remove", "path": "members"}]
        refusing.steps[:] = [make_error(400), make_response(200, make_group(1)), make_error(400)]
        with pytest.raises(errors.UnexpectedResponse, match="former members") as caught:
            await client.groups.set_members("g1", [])
        assert caught.value.done == ()


async def test_set_members_of_emptied_group_shows_proof_after_addition() -> None:
    """A group that shows one of the members just added shows its former members as well."""
    server = MemberServer(["old"], can_replace=False, limit=100)
    real_show = server.show
    server.show = lambda id_: (  # type: ignore[method-assign]  # hides one former member
        real_show(id_) if len(server.members[id_]) > 1 else make_group(1, id="g", members=[])
    )
    async with client_of(server) as client:
        await client.groups.set_members("g", ids(130))
    assert server.current == set(ids(130))


async def test_dead_member_of_group_without_replace_is_reported() -> None:
    """The group shows the members just added, so there are no former members to remove."""
    server = MemberServer(can_replace=False, refused=["u3"])
    async with client_of(server) as client:
        with pytest.raises(errors.BadRequest) as caught:
            await client.groups.set_members("g", ids(5))
        assert caught.value.remaining == ("u3",)
        assert server.current == set(ids(5)) - {"u3"}

    server = MemberServer(can_replace=False, refused=ids(5))
    async with client_of(server) as client:
        with pytest.raises(errors.BadRequest, match="5 of 5 members") as caught:
            await client.groups.set_members("g", ids(5))
    assert caught.value.remaining == tuple(ids(5))


@each_value("shown", HIDDEN)
@each_value("failing", ["replace", "add", "GET", "remove"])
async def test_set_hidden_members_failing_midway_reports_progress(shown: Any, failing: str) -> None:
    server = MemberServer(shown=shown, can_replace=failing == "replace")
    real_handle = server.handle_request

    def handle(request: Any) -> Any:
        text = (request.content or b"").lower().decode()
        number = len(server.sent)
        is_named = request.method == failing or f'"op":"{failing}"' in text
        if is_named and number >= (3 if failing == "GET" else 1):
            server.sent.append(request)
            return make_error(403)
        return real_handle(request)

    server.handle_request = handle  # type: ignore[method-assign]  # refuses one type of request
    wanted = [] if failing == "remove" else ids(130)
    async with client_of(server) as client:
        with pytest.raises(errors.Forbidden) as caught:
            await client.groups.set_members("g", wanted)
    expected: tuple[str, ...] = () if failing == "GET" else tuple(wanted)
    assert caught.value.remaining == expected
    assert caught.value.done == (tuple(ids(130)) if failing == "GET" else ())


@each_value("status", [422, 501])
async def test_set_members_without_support_of_replace_sends_it_once(status: int) -> None:
    """Neither status says anything about the number of members."""
    real = MemberServer(["old"], shown="empty")
    real_change = real.change
    real.change = lambda group, operations: (  # type: ignore[method-assign]  # refuses to replace
        make_error(status) if operations[0]["op"] == "replace" else real_change(group, operations)
    )
    async with client_of(real, changes="patch") as client:
        for count in (3, 130):
            real.sent.clear()
            with pytest.raises(errors.UnexpectedResponse, match="former members"):
                await client.groups.set_members("g", ids(count))
            assert [op for op, _ in real.changes].count("replace") == 1


async def test_empty_list_is_proof_after_provider_has_shown_members() -> None:
    """A list of groups proves nothing, but the GET of another group does."""
    server = MemberServer([], removes_absent=False, users=["u1"])
    server.make("h", "Other", ["u1"])
    async with client_of(server) as client:
        assert [group.id async for group in client.groups.list()] == ["g", "h"]
        with pytest.raises(errors.BadRequest):
            await client.groups.remove_members("g", ["u1"])
        await client.groups.get("h")
        await client.groups.remove_members("g", ["u1"])


async def test_get_returns_members_as_sent() -> None:
    server = MemberServer(["u1"])
    async with client_of(server) as client:
        for shown, expected in (("absent", None), ("null", None), ("empty", []), ("all", ["u1"])):
            server.shown = shown
            members = (await client.groups.get("g")).members
            assert (members and [m.value for m in members]) == expected


# -------------------------------------------------------------------------------- refused removals


@pytest.mark.heavy
@each_value("shown", [*HIDDEN, "all"])
@each_value("status", [400, 404, 409, 413])
@each_value("dialect", ["okta", "entra"])
@each_value("scim_type", [None, "noTarget"])
async def test_refused_removal_is_an_error(
    shown: Any, status: int, dialect: Any, scim_type: str | None
) -> None:
    server = MemberServer(ids(5), shown=shown, refused=["u1"], status=status, scim_type=scim_type)
    async with client_of(server, dialect=dialect) as client:
        with pytest.raises(errors.ApiError) as caught:
            await client.groups.remove_members("g", ids(4))
    assert caught.value.status == status
    assert caught.value.done == ("u0", "u2", "u3")
    assert caught.value.remaining == ("u1",)
    assert {id_: error.status for id_, error in caught.value.refusals.items()} == {"u1": status}
    assert server.current == {"u1", "u4"}


@each_value("shown", [*HIDDEN, "all"])
@each_value("status", [400, 404, 409])
async def test_removal_of_deleted_user_is_done(shown: Any, status: int) -> None:
    server = MemberServer(
        ids(5), users=ids(5), shown=shown, refused=["dead"], status=status, detail="no such user"
    )
    async with client_of(server) as client:
        await client.groups.remove_members("g", ["u0", "dead", "u2"])
        await client.groups.remove_members("g", ["dead"])
    assert server.current == {"u1", "u3", "u4"}


async def test_removal_of_user_who_cannot_be_read_is_an_error() -> None:
    server = MemberServer(ids(5), shown="absent", refused=["u1"])
    real_read = server.read
    server.read = lambda request: (  # type: ignore[method-assign]  # hides users
        make_error(403) if "/Users/" in request.url.path else real_read(request)
    )
    async with client_of(server) as client:
        with pytest.raises(errors.BadRequest) as caught:
            await client.groups.remove_members("g", ["u1"])
    assert caught.value.remaining == ("u1",)


@each_value("status", [400, 404, 409])
@each_value("method", ["add_members", "remove_members"])
async def test_refusal_by_group_that_cannot_be_read_is_an_error(status: int, method: str) -> None:
    server = MemberServer(ids(5), refused=["u1"], status=status)
    real_read = server.read
    server.read = lambda request: (  # type: ignore[method-assign]  # hides groups
        make_error(403) if "/Groups/" in request.url.path else real_read(request)
    )
    async with client_of(server) as client:
        with pytest.raises(errors.ApiError) as caught:
            await getattr(client.groups, method)("g", ids(3))
    assert caught.value.status == status
    assert caught.value.remaining == ("u1",)
    assert ("u0" in server.current) is (method == "add_members")


@each_value("lag", [0, 0.5, 2.5])
@each_value("method", ["remove_members", "set_members"])
async def test_repetition_refused_after_lost_response_is_compared(lag: float, method: str) -> None:
    """The server made the change, and refuses its repetition, as it removes members only."""
    clock = FakeClock()
    server = MemberServer(
        ids(5), removes_absent=False, can_replace=False, lag=lag, clock=clock, status=409
    )
    clock.time += 10
    async with client_of(server) as client:
        await client.groups.get("g")
        server.faults = iter(["500 after"] if method == "remove_members" else ["", "500 after"])
        await getattr(client.groups, method)("g", ids(3))
    assert server.current == ({"u3", "u4"} if method == "remove_members" else set(ids(3)))


@each_value("status", [400, 404, 409])
async def test_removal_of_absent_user_is_done_where_members_are_shown(status: int) -> None:
    server = MemberServer(ids(120), status=status, removes_absent=False)
    async with client_of(server) as client:
        await client.groups.remove_members("g", [*ids(60), *ids(20, start=200)])
        assert server.current == set(ids(60, start=60))
        server.shown = "absent"
        with pytest.raises(errors.ApiError) as caught:
            await client.groups.remove_members("g", [*ids(2, start=60), "u200"])
    assert caught.value.remaining == ("u200",)
    assert server.current == set(ids(58, start=62))


async def test_removal_refused_by_group_that_may_be_cut_is_an_error() -> None:
    server = MemberServer(ids(130), cut=100, refused=["u120"])
    async with client_of(server) as client:
        with pytest.raises(errors.BadRequest) as caught:
            await client.groups.remove_members("g", ["u120", "u121"])
    assert caught.value.remaining == ("u120",)
    assert server.current == {*ids(130)} - {"u121"}


async def test_removal_is_sent_for_members_that_are_not_shown() -> None:
    """A reading that shows some members does not prove that the others were removed."""
    server = MemberServer(ids(130), cut=70, refused=["dead"], users=ids(130), status=404)
    async with client_of(server) as client:
        await client.groups.remove_members("g", ["dead", *ids(60, start=60)])
    assert server.current == {*ids(60), *ids(10, start=120)}


# ------------------------------------------------------------------------------ dead members


@pytest.mark.heavy
@each_value("method", ["add_members", "set_members"])
@each_value("status", [400, 404, 409, 413])
@each_value("count", [60, 120])
@each_value("shown", ["all", "absent", "empty"])
async def test_dead_member_does_not_stop_others(
    method: str, status: int, count: int, shown: Any
) -> None:
    server = MemberServer(shown=shown, refused=["u7"], status=status, detail="User {} not found")
    async with client_of(server) as client:
        with pytest.raises(errors.ApiError) as caught:
            await getattr(client.groups, method)("g", ids(count))
    assert caught.value.status == status
    assert type(caught.value) is type(caught.value.refusals["u7"])
    assert set(caught.value.done) == {*ids(count)} - {"u7"}
    assert caught.value.remaining == ("u7",)
    assert server.current == {*ids(count)} - {"u7"}
    assert len(server.sent) < 40


@each_value("can_replace", [True, False])
@each_value("kept", [0, 2])
async def test_set_members_with_refused_id_counts_additions_and_removals(
    kept: int, can_replace: bool
) -> None:
    """`.done` has the ids added and those removed; members that only stay are in no attribute."""
    server = MemberServer(ids(5), refused=["ghost"], can_replace=can_replace)
    async with client_of(server) as client:
        with pytest.raises(errors.BadRequest) as caught:
            await client.groups.set_members("g", [*ids(kept), "u7", "ghost"])
    error = caught.value
    assert set(error.done) == {"u7", *ids(5 - kept, start=kept)}
    assert error.remaining == ("ghost",)
    assert str(error).endswith(
        f"; 1 of 2 members were not added: ghost; {5 - kept} others were removed"
    )
    assert error.uncertain_request == "PATCH /Groups/g"
    assert error.uncertain_request in str(error)
    assert server.current == {*ids(kept), "u7"}


async def test_set_members_with_refused_removal_counts_it() -> None:
    server = MemberServer(ids(5), refused=["u3"], can_replace=False)
    async with client_of(server) as client:
        with pytest.raises(errors.BadRequest) as caught:
            await client.groups.set_members("g", ["u7"])
    assert str(caught.value).endswith("; 1 of 5 members were not removed: u3; 1 other was added")


async def test_member_change_refused_as_a_whole_has_no_effect() -> None:
    server = MemberServer(refused=ids(3))
    async with client_of(server) as client:
        with pytest.raises(errors.BadRequest) as caught:
            await client.groups.add_members("g", ids(3))
    assert (caught.value.may_have_happened, caught.value.uncertain_request) == (False, None)


@each_value("count", [0, 3, 130])
@each_value("method", ["add_members", "set_members"])
async def test_member_change_refused_after_uncertain_attempt_names_it(
    method: str, count: int
) -> None:
    """The refusal of one request does not make an earlier attempt certain."""
    hidden = make_response(200, make_group(1))
    script = FakeScimServer(make_error(500), hidden, make_error(400), hidden, make_error(403))
    if method == "add_members":
        script.steps = [make_error(500), hidden, make_error(400), make_error(403)]
        count = count or 2
    elif count > 100:
        script.steps = [hidden, make_error(500), make_error(400), hidden, make_error(403)]
    async with AsyncScimClient(
        URL, TOKEN, transport=script, settings=Settings(clock=FakeClock())
    ) as client:
        with pytest.raises(errors.Forbidden) as caught:
            await getattr(client.groups, method)("g1", ids(count))
    assert caught.value.uncertain_request == "PATCH /Groups/g1"
    assert "PATCH /Groups/g1 may have been processed" in str(caught.value)


async def test_set_members_unreadable_afterwards_names_acknowledged_request() -> None:
    server = MemberServer(ids(110))
    real_read, readings = server.read, iter([True])
    server.read = lambda request: real_read(request) if next(readings, False) else make_error(403)  # type: ignore[method-assign]  # readable once
    async with client_of(server) as client:
        with pytest.raises(errors.Forbidden) as caught:
            await client.groups.set_members("g", ids(120))
    assert caught.value.uncertain_request == "PATCH /Groups/g"
    assert str(caught.value).endswith("PATCH /Groups/g: 10 of 10 members were added")


async def test_refusals_of_several_chunks_are_all_reported() -> None:
    refused = ["u3", "u150", "u151", "u249"]
    server = MemberServer(refused=refused, status=409)
    async with client_of(server) as client:
        with pytest.raises(
            errors.Conflict, match=r"4 of 250 members .*u3, u150, u151, \.\.\."
        ) as caught:
            await client.groups.add_members("g", ids(250))
    assert caught.value.remaining == tuple(refused)
    assert list(caught.value.refusals) == refused
    assert server.current == set(ids(250)) - set(refused)


async def test_form_refused_for_all_members_stops() -> None:
    """Equal refusals of eight single members mean that the server refuses the form of the request."""
    for detail in ("members are managed elsewhere", "user {} is managed elsewhere"):
        server = MemberServer(refused=ids(250), detail=detail)
        async with client_of(server) as client:
            with pytest.raises(errors.BadRequest) as caught:
                await client.groups.add_members("g", ids(250))
        assert caught.value.remaining == tuple(ids(250))
        assert caught.value.done == ()
        assert len(caught.value.refusals) == 8
        assert len(server.sent) < 30


async def test_many_equal_refusals_after_an_acceptance_do_not_stop() -> None:
    refused = ids(12, start=88)
    server = MemberServer(refused=refused, detail="no such user")
    async with client_of(server) as client:
        with pytest.raises(
            errors.BadRequest, match=r"12 of 130 members .*: u88, u89, u90, \.\.\.$"
        ) as caught:
            await client.groups.add_members("g", ids(130))
        assert caught.value.remaining == tuple(refused)
        assert server.current == set(ids(130)) - set(refused)
        with pytest.raises(errors.BadRequest, match=r"members were not added: u88, u89, u90$"):
            await client.groups.add_members("g", ["u1", *refused[:3]])


async def test_removals_of_many_deleted_users_are_done() -> None:
    server = MemberServer(
        ["u99"], users=["u99"], shown="absent", refused=ids(30), detail="no such user"
    )
    async with client_of(server) as client:
        await client.groups.remove_members("g", [*ids(30), "u99"])
    assert server.current == set()


@each_value("status", [401, 403, 429, 500])
async def test_other_errors_stop_and_keep_refusals(status: int) -> None:
    server = MemberServer(refused=["u0"])
    real_write = server.write
    server.write = lambda request: (  # type: ignore[method-assign]  # fails for the second half
        make_error(status)
        if b'"u2"' in request.content and b'"u0"' not in request.content
        else real_write(request)
    )
    async with client_of(server) as client:
        with pytest.raises(errors.ApiError) as caught:
            await client.groups.add_members("g", ids(4), retry=RetryPolicy.none())
    assert caught.value.status == status
    assert caught.value.done == ("u1",)
    assert caught.value.remaining == ("u0", "u2", "u3")
    assert list(caught.value.refusals) == ["u0"]


@each_value("method", ["add_members", "remove_members", "set_members"])
async def test_first_404_of_missing_group_is_raised_at_once(method: str) -> None:
    server = MemberServer()
    async with client_of(server) as client:
        with pytest.raises(errors.NotFound) as caught:
            await getattr(client.groups, method)("missing", ids(100))
    assert caught.value.remaining == tuple(ids(100))
    assert len(server.sent) == 2


async def test_group_deleted_after_refusal_raises_copyable_error() -> None:
    import pickle

    server = MemberServer(refused=["u0"], status=404)
    real_write = server.write

    def write(request: Any) -> Any:
        if b'"u1"' in request.content and b'"u0"' not in request.content:
            del server.groups["g"]
        return real_write(request)

    server.write = write  # type: ignore[method-assign]  # deletes the group midway
    async with client_of(server) as client:
        with pytest.raises(errors.NotFound) as caught:
            await client.groups.add_members("g", ids(2))
    twin = pickle.loads(pickle.dumps(caught.value))
    assert twin.remaining == ("u0", "u1")


async def test_member_error_survives_pickle_and_copy() -> None:
    import copy
    import pickle

    server = MemberServer(refused=["u1"])
    async with client_of(server) as client:
        with pytest.raises(errors.BadRequest) as caught:
            await client.groups.add_members("g", ids(3))
    assert all(error.__traceback__ is None for error in caught.value.refusals.values())
    for twin in (pickle.loads(pickle.dumps(caught.value)), copy.deepcopy(caught.value)):
        assert (twin.done, twin.remaining) == (("u0", "u2"), ("u1",))
        assert twin.refusals["u1"].detail == "user u1 cannot be changed"
        assert twin.uncertain_request == "PATCH /Groups/g"
        fields = json.loads(json.dumps(twin.to_dict()))
        assert (fields["done"], fields["remaining"]) == (["u0", "u2"], ["u1"])
        assert fields["refusals"]["u1"]["status"] == 400
        assert fields["uncertain_request"] == "PATCH /Groups/g"
        assert str(twin) == str(caught.value)


# ------------------------------------------------------------------------------- verification


async def test_set_members_of_cut_group_raises_unless_verified() -> None:
    """A server that shows the first hundred members may hide former ones (FusionAuth #2784)."""
    server = MemberServer(ids(250), cut=100)
    async with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="members cannot be verified") as caught:
            await client.groups.set_members("g", ids(120))
        assert caught.value.may_have_happened
        assert server.clock.slept == [1.0, 2.0]


async def test_set_members_removes_while_further_members_are_shown() -> None:
    server = MemberServer(ids(330), cut=130)
    async with client_of(server) as client:
        await client.groups.set_members("g", ids(110, start=220))
    assert server.current == set(ids(110, start=220))


async def test_changes_of_cut_group_count_as_acknowledged() -> None:
    server = MemberServer(ids(30), cut=50)
    async with client_of(server) as client:
        await client.groups.add_members("g", ids(200, start=100))
        assert server.current == {*ids(30), *ids(200, start=100)}
        await client.groups.remove_members("g", ids(150, start=100))
    assert server.current == {*ids(30), *ids(50, start=250)}


@each_value("lag", [0.5, 1, 2.5])
async def test_changes_shown_late_are_not_repeated(lag: float) -> None:
    clock = FakeClock()
    server = MemberServer(ids(20), lag=lag, clock=clock)
    async with client_of(server) as client:
        clock.time += 10
        await client.groups.set_members("g", ids(130, start=10))
        assert server.changes == [("remove", 10), ("add", 100), ("add", 20)]
        clock.time += 10
        await client.groups.add_members("g", ids(130, start=200))
        await client.groups.remove_members("g", ids(130, start=200))
    assert server.current == set(ids(130, start=10))


async def test_single_chunk_sends_one_request() -> None:
    server = MemberServer(ids(3), limit=100)
    async with client_of(server) as client:
        await client.groups.add_members("g", ids(100, start=50))
        await client.groups.remove_members("g", ids(100, start=50))
        await client.groups.set_members("g", ids(100))
    assert [request.method for request in server.sent] == ["PATCH"] * 3
    assert server.clock.slept == []


@each_value("lag", [0.5, 2.5])
async def test_added_members_shown_late_prove_former_ones(lag: float) -> None:
    clock = FakeClock()
    server = MemberServer([], can_replace=False, lag=lag, clock=clock)
    clock.time += 10
    async with client_of(server) as client:
        await client.groups.set_members("g", ids(5))
        assert server.current == set(ids(5))
        assert clock.waited == (1 if lag < 1 else 3)


async def test_removal_without_effect_is_repeated_then_raised() -> None:
    server = MemberServer(ids(150))
    server.change = lambda group, operations: make_response(204)  # type: ignore[method-assign]  # acknowledges only
    async with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="members cannot be verified") as caught:
            await client.groups.remove_members("g", ids(120))
    assert caught.value.remaining == tuple(ids(120))
    assert caught.value.done == ()
    assert server.changes == [("remove", 100), ("remove", 20)] * 2


async def test_removal_without_effect_names_refused_ids_as_well() -> None:
    server = MemberServer(ids(150), refused=["u7"])
    real_change = server.change
    server.change = lambda group, operations: (  # type: ignore[method-assign]  # acknowledges only
        real_change(group, operations) if '"u7"' in str(operations) else make_response(204)
    )
    async with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="119 are shown") as caught:
            await client.groups.remove_members("g", ids(120))
    assert set(caught.value.remaining) == set(ids(120))
    assert len(caught.value.remaining) == 120
    assert list(caught.value.refusals) == ["u7"]


async def test_set_members_adds_members_that_others_removed_meanwhile() -> None:
    server = MemberServer(ids(120))
    real_change = server.change

    def change(group: str, operations: list[dict[str, Any]]) -> Any:
        response = real_change(group, operations)
        if len(server.changes) == 1:
            server.store(group, [id_ for id_ in server.members[group] if id_ != "u5"])
        return response

    server.change = change  # type: ignore[method-assign]  # another client removes a member
    async with client_of(server) as client:
        await client.groups.set_members("g", ids(130))
    assert server.current == set(ids(130))


async def test_replace_that_only_adds_is_repaired() -> None:
    """Some servers treat the replacement of members as an addition."""
    server = MemberServer(["old"])
    real_change = server.change
    server.show, real_show = lambda id_: make_group(1, id="g"), server.show  # type: ignore[method-assign]  # hidden at first

    def change(group: str, operations: list[dict[str, Any]]) -> Any:
        server.show = real_show  # type: ignore[method-assign]  # shown afterwards
        operations = [{**o, "op": "add" if o["op"] == "replace" else o["op"]} for o in operations]
        return real_change(group, operations)

    server.change = change  # type: ignore[method-assign]  # never replaces
    async with client_of(server) as client:
        await client.groups.set_members("g", ids(130))
    assert server.current == set(ids(130))


async def test_unreadable_group_does_not_undo_acknowledged_changes() -> None:
    server = MemberServer(ids(3))
    server.read = lambda request: make_error(403)  # type: ignore[method-assign]  # a token that may only write
    async with client_of(server) as client:
        await client.groups.add_members("g", ids(130, start=100))
        await client.groups.remove_members("g", ids(130, start=100))
        assert server.current == set(ids(3))
        with pytest.raises(errors.Forbidden) as caught:
            await client.groups.set_members("g", ids(130))
    assert caught.value.remaining == tuple(ids(130))


async def test_set_members_unreadable_afterwards_raises_with_done() -> None:
    server = MemberServer(ids(110))
    real_read, readings = server.read, iter([True])
    server.read = lambda request: real_read(request) if next(readings, False) else make_error(403)  # type: ignore[method-assign]  # readable once
    async with client_of(server) as client:
        with pytest.raises(errors.Forbidden) as caught:
            await client.groups.set_members("g", ids(120))
    assert caught.value.done == tuple(ids(10, start=110))
    assert server.current == set(ids(120))


# ------------------------------------------------------------------------- lost responses


@each_value("fault", ["lost before", "lost after", "500 before", "500 after"])
@each_value("shown", ["all", "absent", "empty"])
@each_value("method", ["add_members", "remove_members", "set_members"])
async def test_lost_response_of_member_change_is_recovered(
    fault: Any, shown: Any, method: str
) -> None:
    server = MemberServer(ids(3), shown=shown, faults=["", fault])
    async with client_of(server) as client:
        if method == "set_members":
            server.faults = iter([fault])
        else:
            await client.groups.add_members("g", ids(3))
        await getattr(client.groups, method)("g", ids(2, start=2))
    expected = {
        "add_members": set(ids(4)),
        "remove_members": set(ids(2)),
        "set_members": {"u2", "u3"},
    }
    assert server.current == expected[method]


# --------------------------------------------------------------------- servers without PATCH


@each_value("removal", [True, False])
async def test_last_member_is_removed_by_put(removal: bool) -> None:
    """A server without PATCH that keeps what a PUT omits needs an explicit empty list."""
    server = MemberServer(["u1"], patch=False, put_keeps=True)
    async with client_of(server) as client:
        if removal:
            await client.groups.remove_members("g", ["u1"])
        else:
            await client.groups.set_members("g", [])
    assert server.current == set()
    assert [body for body in server.bodies if body][-1]["members"] == []


# ------------------------------------------------------------------------- on the tenant


async def test_set_members_on_tenant_that_hides_members(
    britive_tenant: Tenant, async_scim_client: AsyncScimClient
) -> None:
    okta = async_scim_client
    users = [
        await okta.users.create(
            scim.User.of(email=f"u{n}@acme.com", given_name="U", family_name="x")
        )
        for n in range(4)
    ]
    group = await okta.groups.create(scim.Group.of("Eng", members=users[:2]))
    for shown in ("absent", "empty"):
        britive_tenant.capabilities = Capabilities(members_in_get=shown)
        await okta.groups.set_members(group, users[1:3])
        britive_tenant.capabilities = Capabilities(members_in_get=shown, replace_members=False)
        with pytest.raises(errors.UnexpectedResponse, match="former members"):
            await okta.groups.set_members(group, users[2:])
        britive_tenant.capabilities = Capabilities(replace_members=False)
        await okta.groups.set_members(group, users[2:])
        members = (await okta.groups.get(group)).members or []
        assert {member.value for member in members} == {user.id for user in users[2:]}
