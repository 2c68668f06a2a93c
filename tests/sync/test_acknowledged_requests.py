# Generated from tests/aio/test_acknowledged_requests.py by tools/unasync.py; edit that file instead.
"""Calls of several requests of which one was acknowledged, or may have been processed, before another fails."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from britive_scim import ScimClient, Settings, errors, scim
from britive_scim.testing import Tenant
from support.each_value import each_value
from support.fake_scim_server import TOKEN, URL, make_error
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


def client_of(server: MemberServer) -> ScimClient:
    return ScimClient(URL, TOKEN, transport=server, settings=Settings(clock=server.clock))


def check_error(error: Any, request: str) -> None:
    """Check that an error says that the request had an effect, or may have had."""
    assert error.may_have_happened
    assert error.uncertain_request == request
    assert request in str(error)
    assert "nothing was sent" not in str(error)
    if isinstance(error, errors.TransportError):
        assert error.sent is None


CALLS: dict[str, Callable[[ScimClient], Any]] = {
    "add": lambda c: c.groups.add_members("g", IDS),
    "remove": lambda c: c.groups.remove_members("g", IDS),
    "set": lambda c: c.groups.set_members("g", IDS),
    "create": lambda c: c.groups.create(scim.Group.of("All", members=IDS)),
}


@each_value("outcome", [refuse_connection, forbid])
@each_value("name", list(CALLS))
@each_value("shown", ["all", "absent"])
def test_chunk_failing_after_acknowledged_one_may_have_happened(
    outcome: Outcome, name: str, shown: Any
) -> None:
    server = FailingServer(outcome, members=["old"], shown=shown)
    with client_of(server) as client:
        with pytest.raises((errors.ApiError, errors.TransportError)) as caught:
            CALLS[name](client)
    check_error(caught.value, "POST /Groups" if name == "create" else "PATCH /Groups/g")


@each_value("status", [400, 404, 409])
@each_value("shown", ["all", "absent"])
def test_replace_of_members_lost_then_refused_may_have_happened(
    status: int, shown: Any
) -> None:
    server = MemberServer(["old"], shown=shown, faults=["lost before"])
    server.write = lambda request: make_error(status)  # type: ignore[method-assign]  # refuses everything
    with client_of(server) as client:
        with pytest.raises(errors.ApiError) as caught:
            client.groups.set_members("g", ["u1", "u2"])
    check_error(caught.value, "PATCH /Groups/g")


@each_value("outcome", [refuse_connection, forbid])
@each_value("writes", [1, 2, 3])
@each_value("shown", ["absent", "empty"])
def test_listed_group_replaced_in_part_may_have_happened(
    outcome: Outcome, writes: int, shown: Any
) -> None:
    """The PATCHes of the name and of the members are acknowledged, then requests fail."""
    server = FailingServer(outcome, writes=writes, members=["a", "b"], shown=shown)
    server.listed = lambda ids: ids[:1]
    with client_of(server) as client:
        group = client.groups.list().first()
        assert group is not None
        group.display_name = "New"
        group.members = [scim.Member(value="z")]
        with pytest.raises((errors.ApiError, errors.TransportError)) as caught:
            client.groups.replace(group)
    check_error(caught.value, "PATCH /Groups/g")


@each_value("outcome", [refuse_connection, forbid])
def test_group_found_then_not_completed_may_have_happened(outcome: Outcome) -> None:
    """The group exists since the lost request, or since that without members."""
    for more in ({"faults": ["lost after"]}, {"limit": 2}):
        server = MemberServer(**more)  # type: ignore[arg-type]  # one argument of its own type each
        real_write = server.write
        server.write = lambda request, write=real_write: (  # type: ignore[method-assign]  # fails later
            outcome() if request.method == "PATCH" else write(request)
        )
        with client_of(server) as client:
            with pytest.raises((errors.ApiError, errors.TransportError)) as caught:
                client.groups.create(scim.Group.of("All", members=IDS[:3], external_id="x1"))
        check_error(caught.value, "POST /Groups")
        assert caught.value.resource.id == "g1"


def test_set_up_failing_after_creation_names_it() -> None:
    for method in ("POST", "GET"):
        tenant = Tenant("acme")
        with tenant.admin_client() as britive:
            path = "*/scim-token" if method == "POST" else "/api/identity-providers/*"
            tenant.faults.add(method=method, path=path, cut="connect", times=None)
            with pytest.raises(errors.ConnectionFailed) as caught:
                britive.set_up_provisioning("Okta 2")
        check_error(caught.value, "POST /api/identity-providers")
