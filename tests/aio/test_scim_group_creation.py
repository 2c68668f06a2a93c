"""Groups created with members: in chunks, with refused members, and after a lost response."""

import json
from typing import Any

import pytest

from britive_scim import AsyncScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.fake_scim_server import ERROR, TOKEN, URL, make_error, make_group, make_response
from support.member_server import MemberServer


def ids(count: int, start: int = 0) -> list[str]:
    return [f"u{n}" for n in range(start, start + count)]


def client_of(server: MemberServer) -> AsyncScimClient:
    return AsyncScimClient(URL, TOKEN, transport=server, settings=Settings(clock=server.clock))


def read_ids(group: scim.Group) -> list[str | None]:
    return [member.value for member in group.members or ()]


@each_value("count", [1, 100, 101, 250])
@each_value("shown", ["all", "absent", "empty"])
async def test_create_group_with_members_sends_chunks(count: int, shown: Any) -> None:
    server = MemberServer(limit=100, shown=shown)
    async with client_of(server) as client:
        group = await client.groups.create(scim.Group.of("All", members=ids(count)))
    assert server.members["g1"] == ids(count)
    assert read_ids(group) == (ids(count) if shown == "all" else [])
    assert len(server.bodies[0]["members"]) == min(count, 100)
    assert [n for _, n in server.changes] == (
        [] if count <= 100 else [min(count - 100, 100), *[50] * (count == 250)]
    )


@each_value("status", [400, 413])
async def test_create_group_beyond_limit_adds_members_afterwards(status: int) -> None:
    server = MemberServer(limit=7, status=status)
    async with client_of(server) as client:
        group, created = await client.groups.ensure(scim.Group.of("All", members=ids(30)))
    assert created
    assert server.members["g1"] == ids(30) == read_ids(group)


@each_value("status", [400, 404, 413])
@each_value("count", [20, 130])
async def test_create_group_with_dead_member_adds_others(status: int, count: int) -> None:
    server = MemberServer(refused=["u7"], status=status)
    async with client_of(server) as client:
        for call in (client.groups.create, client.groups.ensure):
            server.groups.pop("g1", None)
            with pytest.raises(errors.ApiError) as caught:
                await call(scim.Group.of("All", members=ids(count)))
            assert caught.value.status == status
            assert caught.value.resource.id == "g1"
            assert caught.value.remaining == ("u7",)
            assert caught.value.may_have_happened
            assert caught.value.uncertain_request == "POST /Groups"
            assert set(caught.value.done) == set(server.members["g1"]) == {*ids(count)} - {"u7"}


async def test_create_group_refused_without_members_raises_first_error() -> None:
    server = MemberServer()
    server.write = lambda request: make_error(  # type: ignore[method-assign]  # refuses every creation
        400, "with members" if b"members" in request.content else "without"
    )
    async with client_of(server) as client:
        with pytest.raises(errors.BadRequest, match="with members") as caught:
            await client.groups.create(scim.Group.of("All", members=ids(2)))
        assert caught.value.resource is None
        server.write = lambda request: make_error(  # type: ignore[method-assign]  # fails later
            400 if b"members" in request.content else 403
        )
        with pytest.raises(errors.Forbidden):
            await client.groups.create(scim.Group.of("All", members=ids(2)))


async def test_create_group_shown_with_other_members_raises_with_group() -> None:
    server = MemberServer()
    real_write = server.write

    def write(request: Any) -> Any:
        real_write(request)
        return make_response(201, make_group(1, id="g1", members=[{"value": "u0"}]))

    server.write = write  # type: ignore[method-assign]  # drops members
    async with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="members are not those") as caught:
            await client.groups.create(scim.Group.of("All", members=ids(3)))
    assert caught.value.resource.id == "g1"
    assert caught.value.may_have_happened


async def test_create_group_that_exists_sends_one_request() -> None:
    server = MemberServer()
    async with client_of(server) as client:
        with pytest.raises(errors.Conflict):
            await client.groups.create(scim.Group.of("Group", members=ids(2)))
        assert len(server.sent) == 1
        with pytest.raises(errors.InputError):
            await client.groups.create(scim.User(user_name="x"))  # type: ignore[arg-type]  # a mistake
    assert len(server.sent) == 1


async def test_create_group_failing_midway_reports_group() -> None:
    server = MemberServer(faults=["", "", "403"])
    async with client_of(server) as client:
        with pytest.raises(errors.Forbidden) as caught:
            await client.groups.create(scim.Group.of("All", members=ids(250)))
    assert caught.value.resource.id == "g1"
    assert caught.value.uncertain_request == "POST /Groups"
    assert str(caught.value).endswith("POST /Groups: 200 of 250 members were added, 50 remain")
    assert json.loads(json.dumps(caught.value.to_dict()))["resource"] == "g1"
    assert caught.value.done == tuple(ids(200))
    assert caught.value.remaining == tuple(ids(50, start=200))


async def test_create_group_not_readable_returns_it_without_members() -> None:
    server = MemberServer()
    server.read = lambda request: make_error(403)  # type: ignore[method-assign]  # a token that may only write
    async with client_of(server) as client:
        group = await client.groups.create(scim.Group.of("All", members=ids(130)))
    assert (group.id, group.members) == ("g1", None)
    assert server.members["g1"] == ids(130)


async def test_create_group_with_members_in_dry_run_reads_nothing() -> None:
    server = MemberServer()
    async with client_of(server) as client:
        with client.dry_run() as changes:
            group = await client.groups.create(scim.Group.of("All", members=ids(250)))
    assert group.display_name == "All"
    assert [change.method for change in changes] == ["POST", "PATCH", "PATCH"]
    assert server.sent == []


# --------------------------------------------------------------------------- lost responses


LOST = ["lost after", "500 after"]


@each_value("fault", LOST)
@each_value("count", [2, 130])
@each_value("shown", ["all", "absent", "empty"])
async def test_lost_group_with_external_id_is_completed(fault: Any, count: int, shown: Any) -> None:
    server = MemberServer(faults=[fault], shown=shown)
    real_make = server.make
    server.make = lambda id_, name, members, **more: real_make(id_, name, members[:1], **more)  # type: ignore[method-assign]  # half made
    async with client_of(server) as client:
        group = await client.groups.create(
            scim.Group.of("All", members=ids(count), external_id="x1")
        )
    assert group.id == "g1"
    assert set(server.members["g1"]) == set(ids(count))


@each_value("fault", LOST)
@each_value("made", [1, 3])
async def test_lost_group_with_equal_members_is_completed(fault: Any, made: int) -> None:
    server = MemberServer(faults=[fault])
    real_make = server.make
    server.make = lambda id_, name, members, **more: real_make(id_, name, members[:made], **more)  # type: ignore[method-assign]  # half made
    async with client_of(server) as client:
        group = await client.groups.create(scim.Group.of("All", members=ids(3)))
    assert read_ids(group) == ids(3)


async def test_lost_group_that_cannot_be_read_raises_conflict() -> None:
    server = MemberServer(faults=["lost after"])
    real_read = server.read
    server.read = lambda request: (  # type: ignore[method-assign]  # permits lists only
        make_error(403) if request.url.path.endswith("/g1") else real_read(request)
    )
    async with client_of(server) as client:
        with pytest.raises(errors.Conflict, match="the group g1 may be"):
            await client.groups.create(scim.Group.of("All", members=ids(3)))


@each_value(
    "sent_id, found_id, members, shown",
    [
        (None, None, ["other"], "all"),
        (None, None, ["u0", "other"], "all"),
        (None, None, ["u0"], "absent"),
        (None, None, ["u0"], "empty"),
        (None, "x2", ["u0"], "all"),
        ("x1", None, ["u0"], "all"),
        ("x1", "x2", ["u0"], "all"),
    ],
)
@each_value("method", ["create", "ensure"])
async def test_lost_group_that_may_be_another_raises_conflict(
    method: str,
    sent_id: str | None,
    found_id: str | None,
    members: list[str],
    shown: Any,
) -> None:
    server = MemberServer(shown=shown)
    more = {} if found_id is None else {"externalId": found_id}

    def fail_and_make(request: Any) -> Any:
        server.make("h", "All", members, **more)  # made by another client meanwhile
        return make_error(500)

    server.write = fail_and_make  # type: ignore[method-assign]  # fails without making the group
    async with client_of(server) as client:
        with pytest.raises(errors.Conflict, match="the group h may be") as caught:
            await getattr(client.groups, method)(
                scim.Group.of("All", members=ids(3), external_id=sent_id)
            )
    assert caught.value.may_have_happened
    assert caught.value.resource.id == "h"
    assert server.members["h"] == members


async def test_lost_group_not_found_raises_error_of_request() -> None:
    server = MemberServer(faults=["lost before"])
    async with client_of(server) as client:
        with pytest.raises(errors.ConnectionFailed) as caught:
            await client.groups.create(
                scim.Group.of("All", members=ids(3)), retry=RetryPolicy.none()
            )
    assert caught.value.may_have_happened


async def test_acknowledged_group_without_body_is_found() -> None:
    server = MemberServer(shown="absent")
    real_write = server.write

    def write(request: Any) -> Any:
        real_write(request)
        return make_response(201)

    server.write = write  # type: ignore[method-assign]  # returns no resource
    async with client_of(server) as client:
        group = await client.groups.create(scim.Group.of("All", members=ids(3), external_id="x1"))
    assert group.id == "g1"
    assert server.members["g1"] == ids(3)


NOT_A_GROUP: list[Any] = [
    *[make_response(status, b"<html>login</html>") for status in (200, 201)],
    *[make_response(status) for status in (200, 202)],
    make_response(200, {"ok": True}),
    make_response(200, {"schemas": [ERROR], "status": "400", "detail": "no"}),
]


@each_value("count", [0, 3, 130])
@each_value("response", NOT_A_GROUP)
async def test_success_without_group_is_judged_like_lost_response(
    count: int, response: Any
) -> None:
    """A login page has created nothing, so the group of this name is another one."""
    server = MemberServer()
    server.make("h", "All", ["boss"])
    server.write = lambda request: response  # type: ignore[method-assign]  # does nothing
    async with client_of(server) as client:
        with pytest.raises(errors.Conflict, match="the group h may be") as caught:
            await client.groups.create(scim.Group.of("All", members=ids(count)))
    assert caught.value.may_have_happened
    assert (caught.value.done, caught.value.resource.id) == ((), "h")
    assert server.members["h"] == ["boss"]
    assert {request.method for request in server.sent} == {"POST", "GET"}


@each_value("members", [None, []])
@each_value("found", [{"members": ["boss"]}, {"members": [], "externalId": "other"}])
async def test_lost_group_without_members_does_not_return_another(
    members: Any, found: dict[str, Any]
) -> None:
    server = MemberServer(faults=["lost before"])
    server.make("h", "Admins", **found)
    async with client_of(server) as client:
        with pytest.raises(errors.Conflict, match="the group h may be") as caught:
            await client.groups.create(scim.Group(display_name="Admins", members=members))
    assert caught.value.may_have_happened


@each_value("shown", ["all", "absent", "empty"])
async def test_lost_group_without_members_is_found(shown: Any) -> None:
    server = MemberServer(faults=["lost after"], shown=shown)
    async with client_of(server) as client:
        assert (await client.groups.create(scim.Group(display_name="All"))).id == "g1"


@each_value("external_id", ["x1", None])
async def test_half_made_group_on_tenant_is_completed(external_id: str | None) -> None:
    tenant = Tenant("acme")
    client = tenant.async_scim_client("Okta")
    async with client:
        users = [
            await client.users.create(
                scim.User.of(email=f"u{n}@acme.com", given_name="U", family_name="x")
            )
            for n in range(6)
        ]
        tenant.capabilities = Capabilities(max_created_members=4)
        group = await client.groups.create(
            scim.Group.of("Eng", members=users, external_id=external_id)
        )
        assert set(read_ids(group)) == {user.id for user in users}


async def test_created_group_that_shows_other_members_names_the_unsent() -> None:
    server = MemberServer(cut=30)
    async with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse) as caught:
            await client.groups.create(scim.Group.of("All", members=ids(250)))
    assert caught.value.resource.id == "g1"
    assert (caught.value.done, caught.value.remaining) == (tuple(ids(30)), tuple(ids(220, 30)))
