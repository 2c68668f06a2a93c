"""Calls of several requests of which one was acknowledged, or may have been processed, before another fails."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, Settings, errors, scim
from britive_scim.testing import Tenant
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_group,
    make_list,
    make_response,
    make_user,
)
from support.member_server import MemberServer

Outcome = Callable[[], httpx.Response]


def refuse_connection() -> httpx.Response:
    raise httpx.ConnectError("[Errno 111] Connection refused")


def forbid() -> httpx.Response:
    return make_error(403)


IDS = [f"u{n}" for n in range(150)]


class FailingServer(MemberServer):
    """Server whose requests fail once a number of writes is acknowledged.

    Args:
        outcome: outcome of the failing requests.
        writes: number of acknowledged writes.
        more: as for `MemberServer`.
    """

    def __init__(self, outcome: Outcome, *, writes: int = 1, **more: Any) -> None:
        super().__init__(**more)
        self.outcome = outcome
        self.left = writes

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.left == 0:
            self.sent.append(request)
            return self.outcome()
        response = super().handle_request(request)
        if request.method != "GET" and response.is_success:
            self.left -= 1
        return response


def client_of(server: MemberServer) -> AsyncScimClient:
    return AsyncScimClient(URL, TOKEN, transport=server, settings=Settings(clock=server.clock))


def check_error(error: Any, request: str) -> None:
    """Check that an error says that the request had an effect, or may have had."""
    assert error.may_have_happened
    assert error.uncertain_request == request
    assert request in str(error)
    assert "nothing was sent" not in str(error)
    if isinstance(error, errors.TransportError):
        assert error.sent is None


CALLS: dict[str, Callable[[AsyncScimClient], Any]] = {
    "add": lambda c: c.groups.add_members("g", IDS),
    "remove": lambda c: c.groups.remove_members("g", IDS),
    "set": lambda c: c.groups.set_members("g", IDS),
    "create": lambda c: c.groups.create(scim.Group.of("All", members=IDS)),
}


@each_value("outcome", [refuse_connection, forbid])
@each_value("name", list(CALLS))
@each_value("shown", ["all", "absent"])
async def test_chunk_failing_after_acknowledged_one_may_have_happened(
    outcome: Outcome, name: str, shown: Any
) -> None:
    server = FailingServer(outcome, members=["old"], shown=shown)
    async with client_of(server) as client:
        with pytest.raises((errors.ApiError, errors.TransportError)) as caught:
            await CALLS[name](client)
    check_error(caught.value, "POST /Groups" if name == "create" else "PATCH /Groups/g")


@each_value("status", [400, 404, 409])
@each_value("shown", ["all", "absent"])
async def test_replace_of_members_lost_then_refused_may_have_happened(
    status: int, shown: Any
) -> None:
    server = MemberServer(["old"], shown=shown, faults=["lost before"])
    server.write = lambda request: make_error(status)  # type: ignore[method-assign]  # refuses everything
    async with client_of(server) as client:
        with pytest.raises(errors.ApiError) as caught:
            await client.groups.set_members("g", ["u1", "u2"])
    check_error(caught.value, "PATCH /Groups/g")


@each_value("outcome", [refuse_connection, forbid])
@each_value("writes", [1, 2, 3])
@each_value("shown", ["absent", "empty"])
async def test_listed_group_replaced_in_part_may_have_happened(
    outcome: Outcome, writes: int, shown: Any
) -> None:
    """The PATCHes of the name and of the members are acknowledged, then requests fail."""
    server = FailingServer(outcome, writes=writes, members=["a", "b"], shown=shown)
    server.listed = lambda ids: ids[:1]
    async with client_of(server) as client:
        group = await client.groups.list().first()
        assert group is not None
        group.display_name = "New"
        group.members = [scim.Member(value="z")]
        with pytest.raises((errors.ApiError, errors.TransportError)) as caught:
            await client.groups.replace(group)
    check_error(caught.value, "PATCH /Groups/g")


@each_value("outcome", [refuse_connection, forbid])
async def test_group_found_then_not_completed_may_have_happened(outcome: Outcome) -> None:
    """The group exists since the lost request, or since that without members."""
    for more in ({"faults": ["lost after"]}, {"limit": 2}):
        server = MemberServer(**more)  # type: ignore[arg-type]  # one argument of its own type each
        real_write = server.write
        server.write = lambda request, write=real_write: (  # type: ignore[method-assign]  # fails later
            outcome() if request.method == "PATCH" else write(request)
        )
        async with client_of(server) as client:
            with pytest.raises((errors.ApiError, errors.TransportError)) as caught:
                await client.groups.create(scim.Group.of("All", members=IDS[:3], external_id="x1"))
        check_error(caught.value, "POST /Groups")
        assert caught.value.resource.id == "g1"


@each_value("outcome", [refuse_connection, forbid])
@each_value("shown", ["all", "absent"])
async def test_upserted_group_changed_in_part_may_have_happened(
    outcome: Outcome, shown: Any
) -> None:
    """The PATCH of the name is acknowledged, then that of the members fails."""
    server = MemberServer(["a", "b"], shown=shown)
    server.groups["g"]["externalId"] = "x1"
    server.write = lambda request, write=server.write: (  # type: ignore[method-assign]  # fails later
        outcome() if b"members" in request.content else write(request)
    )
    async with client_of(server) as client:
        with pytest.raises((errors.ApiError, errors.TransportError)) as caught:
            await client.groups.upsert(scim.Group.of("New", members=["a"], external_id="x1"))
    check_error(caught.value, "PATCH /Groups/g")
    assert server.groups["g"]["displayName"] == "New"


@each_value("outcome", [refuse_connection, forbid])
async def test_group_replaced_by_put_then_unreadable_may_have_happened(outcome: Outcome) -> None:
    server = MemberServer(["a"], patch=False, lag=9)
    real_read = server.read
    server.read = lambda request: (  # type: ignore[method-assign]  # fails after the PUT
        outcome() if any(sent.method == "PUT" for sent in server.sent) else real_read(request)
    )
    server.write = lambda request, write=server.write: (  # type: ignore[method-assign]  # an earlier state
        write(request) if request.method == "PATCH" else make_response(200, server.show("g"))
    )
    async with client_of(server) as client:
        with pytest.raises((errors.ApiError, errors.TransportError)) as caught:
            await client.groups.add_members("g", ["b"])
    check_error(caught.value, "PUT /Groups/g")


@each_value("outcome", [refuse_connection, forbid])
@each_value("exists", [True, False])
async def test_upserted_user_that_cannot_be_read_may_have_happened(
    outcome: Outcome, exists: bool
) -> None:
    """The response to the write has only some attributes, so the user is read."""
    user = make_user(1, externalId="x1", active=True)
    state = {"user": {**user, "title": "old"} if exists else None, "is_written": False}

    def respond(request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            state["is_written"] = True
            return make_response(201, user)
        if state["is_written"]:
            return outcome()
        return make_list(*([state["user"]] if state["user"] else []))

    async with AsyncScimClient(
        URL, TOKEN, transport=FakeScimServer(respond), settings=Settings(clock=FakeClock())
    ) as client:
        wanted = scim.User(user_name="u1@example.com", external_id="x1", title="new")
        with pytest.raises((errors.ApiError, errors.TransportError)) as caught:
            await client.users.upsert(wanted)
    check_error(caught.value, "PATCH /Users/1" if exists else "POST /Users")


@each_value("outcome", [refuse_connection, forbid, lambda: make_error(400)])
@each_value("is_first", [True, False])
async def test_group_created_without_members_keeps_uncertainty(
    outcome: Outcome, is_first: bool
) -> None:
    """Members were refused; one of the two creations was uncertain, and no look-up finds the group."""
    wait = make_error(503, headers={"Retry-After": "1"})
    steps: list[Any] = [wait, make_error(400)] if is_first else [make_error(400), wait]

    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return make_list()
        return steps.pop(0) if steps else outcome()

    async with AsyncScimClient(
        URL, TOKEN, transport=FakeScimServer(respond), settings=Settings(clock=FakeClock())
    ) as client:
        with pytest.raises((errors.ApiError, errors.TransportError)) as caught:
            await client.groups.create(scim.Group.of("All", members=IDS[:2]))
    check_error(caught.value, "POST /Groups")


async def test_change_refused_before_put_after_uncertain_patch_says_so() -> None:
    """A gateway may have forwarded the first PATCH, before the server said that it has none."""
    wait = make_error(503, headers={"Retry-After": "1"})
    script = FakeScimServer(wait, make_error(501), make_response(200, make_group(1)))
    async with AsyncScimClient(
        URL, TOKEN, transport=script, settings=Settings(clock=FakeClock())
    ) as client:
        with pytest.raises(errors.UnexpectedResponse, match="state all members") as caught:
            await client.groups.add_members("g1", ["a"])
    check_error(caught.value, "PATCH /Groups/g1")
    assert "nothing was changed" not in str(caught.value)


async def test_set_up_failing_after_creation_names_it() -> None:
    for method in ("POST", "GET"):
        tenant = Tenant("acme")
        async with tenant.async_admin_client() as britive:
            path = "*/scim-token" if method == "POST" else "/api/identity-providers/*"
            tenant.faults.add(method=method, path=path, cut="connect", times=None)
            with pytest.raises(errors.ConnectionFailed) as caught:
                await britive.set_up_provisioning("Okta 2")
        check_error(caught.value, "POST /api/identity-providers")
