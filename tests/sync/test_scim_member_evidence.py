# Generated from tests/aio/test_scim_member_evidence.py by tools/unasync.py; edit that file instead.
"""Responses that contradict a change of members, show members without ids, or describe another resource."""

import json
from typing import Any

import httpx
import pytest

from britive_scim import ScimClient, Settings, errors, scim
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


def client_of(server: Any) -> ScimClient:
    clock = getattr(server, "clock", None) or FakeClock()
    return ScimClient(URL, TOKEN, transport=server, settings=Settings(clock=clock))


def make_members(*ids: str) -> list[dict[str, str]]:
    return [{"value": id_} for id_ in ids]


def list_methods(server: FakeScimServer) -> list[str]:
    return [request.method for request in server.sent]


# ------------------------------------------------------------------- acknowledged, but not changed


def make_idle_server(*members: str) -> FakeScimServer:
    """Return a server that acknowledges every change and shows the group with these members."""
    group = make_group(1, externalId="x1", members=make_members(*members))

    def respond(request: httpx.Request) -> httpx.Response:
        is_list = request.url.path.endswith("/Groups") and request.method == "GET"
        return make_list(group) if is_list else make_response(200, group)

    return FakeScimServer(respond)


CHANGES: dict[str, tuple[Any, set[str]]] = {
    "add": (lambda c: c.groups.add_members("g1", ["a", "x"]), {"a"}),
    "remove": (lambda c: c.groups.remove_members("g1", ["x", "z"]), {"x"}),
    "set": (lambda c: c.groups.set_members("g1", ["a", "x"]), {"a", "y"}),
    "empty": (lambda c: c.groups.set_members("g1", []), {"x", "y"}),
    "upsert": (
        lambda c: c.groups.upsert(scim.Group.of("Group 1", members=["a"], external_id="x1")),
        {"a", "x", "y"},
    ),
}


@each_value("name", list(CHANGES))
def test_acknowledged_change_that_is_not_shown_raises(name: str) -> None:
    call, remaining = CHANGES[name]
    server = make_idle_server("x", "y")
    with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse, match="does not show the change") as caught:
            call(client)
    assert set(caught.value.remaining) == remaining
    assert caught.value.may_have_happened


@each_value("shown", [["x", "y"], ["X", "Y"]])
def test_acknowledged_change_that_is_shown_sends_one_request(shown: list[str]) -> None:
    """Some servers return ids in another case."""
    server = make_idle_server(*shown)
    with client_of(server) as client:
        client.groups.add_members("g1", ["x"])
        client.groups.remove_members("g1", ["a"])
        client.groups.set_members("g1", ["x", "y"])
    assert list_methods(server) == ["PATCH"] * 3


@each_value(
    "members",
    [
        None,
        [],
        make_members(*[f"m{n}" for n in range(50)]),
        [{"$ref": f"{URL}/Users/x"}],
    ],
)
def test_response_that_proves_nothing_is_no_contradiction(members: Any) -> None:
    """Servers omit members, show an empty list, the first 50, or members without ids."""
    more = {} if members is None else {"members": members}
    server = FakeScimServer(make_response(200, make_group(1, **more)))
    with client_of(server) as client:
        client.groups.add_members("g1", ["a"])
    assert list_methods(server) == ["PATCH"]


@each_value("late", [1, 2])
def test_earlier_state_in_response_is_no_contradiction(late: int) -> None:
    old = make_response(200, make_group(1, members=make_members("x")))
    new = make_response(200, make_group(1, members=make_members("x", "a")))
    server = FakeScimServer(*[old] * late, new)
    with client_of(server) as client:
        client.groups.add_members("g1", ["a"])
    assert list_methods(server) == ["PATCH", *["GET"] * late]


HIDDEN = [make_response(200, make_group(1)), make_response(200, make_group(1, members=[]))]


@each_value("read", [make_error(403), *HIDDEN])
def test_contradiction_is_believed_where_group_shows_nothing(read: httpx.Response) -> None:
    server = FakeScimServer(make_response(200, make_group(1, members=make_members("x", "y"))), read)
    with client_of(server) as client:
        with pytest.raises(errors.UnexpectedResponse) as caught:
            client.groups.remove_members("g1", ["x"])
    assert caught.value.remaining == ("x",)


@each_value("read", HIDDEN)
def test_earlier_state_of_emptied_group_is_no_contradiction(read: httpx.Response) -> None:
    server = FakeScimServer(make_response(200, make_group(1, members=make_members("x"))), read)
    with client_of(server) as client:
        client.groups.remove_members("g1", ["x"])
    assert list_methods(server) == ["PATCH", "GET"]


def test_silently_dropped_id_is_named_and_others_are_done() -> None:
    """The server accepts every chunk, and ignores an id that it does not know."""
    stored: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            (operation,) = json.loads(request.content)["Operations"]
            stored.extend(m["value"] for m in operation["value"] if m["value"] != "u7")
        is_group = "/Groups/" in request.url.path
        body = make_group(1, members=make_members(*stored)) if is_group else make_user(7, id="u7")
        return make_response(200, body)

    ids = [f"u{n}" for n in range(130)]
    with client_of(FakeScimServer(respond)) as client:
        with pytest.raises(errors.UnexpectedResponse) as caught:
            client.groups.add_members("g1", ids)
    assert caught.value.remaining == ("u7",)
    assert set(caught.value.done) == {*ids} - {"u7"}
    assert set(caught.value.refusals) == {"u7"}


def test_replace_that_only_adds_is_repaired_by_ids() -> None:
    stored = ["x"]

    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            for operation in json.loads(request.content)["Operations"]:
                if operation["op"] == "remove":
                    stored.remove(operation["path"].split('"')[1])
                else:
                    stored.extend(m["value"] for m in operation["value"])
        return make_response(200, make_group(1, members=make_members(*stored)))

    with client_of(FakeScimServer(respond)) as client:
        client.groups.set_members("g1", ["a"])
    assert stored == ["a"]


# -------------------------------------------------------------------------- members without an id

WITHOUT_ID: list[Any] = [
    [{"$ref": f"{URL}/Users/a"}],
    [{"value": None, "display": "Ana"}],
    [{"value": "", "display": "Ana"}],
    [{"id": "a"}],
    [{"value": {"id": "a"}}],
    [{"$ref": f"{URL}/Users/a"}, {"value": "b"}],
]


@each_value("members", WITHOUT_ID)
def test_refused_change_is_an_error_where_members_have_no_id(members: Any) -> None:
    """Only a list of ids proves that one is not among them."""

    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            return make_error(400)
        is_user = "/Users/" in request.url.path
        return make_response(
            200, make_user(1, id="a") if is_user else make_group(1, members=members)
        )

    server = FakeScimServer(respond)
    with client_of(server) as client:
        with pytest.raises(errors.BadRequest) as caught:
            client.groups.remove_members("g1", ["a"])
        assert caught.value.remaining == ("a",)
        with pytest.raises(errors.UnexpectedResponse, match="former members are not shown"):
            client.groups.set_members("g1", [])
        with pytest.raises((errors.BadRequest, errors.UnexpectedResponse)):
            client.groups.set_members("g1", ["b"])


@each_value("members", WITHOUT_ID[:3])
def test_member_without_id_may_be_one_of_those_sent(members: Any) -> None:
    shown = [*members]

    def respond(request: httpx.Request) -> httpx.Response:
        return make_response(200, {**json.loads(request.content), "id": "g1", "members": shown})

    group = scim.Group(display_name="G", members=[scim.Member(value="a")])
    with client_of(FakeScimServer(respond)) as client:
        client.groups.create(group)
        client.groups.replace(group.model_copy(update={"id": "g1"}))
        with pytest.raises(errors.UnexpectedResponse, match="with one that has no id"):
            client.groups.replace(scim.Group(id="g1", display_name="G", members=[]))
        shown.append({"value": "b"})
        with pytest.raises(errors.UnexpectedResponse, match="with 'b'"):
            client.groups.replace(group.model_copy(update={"id": "g1"}))


@each_value("members", WITHOUT_ID)
def test_directory_with_members_without_id_is_incomplete(members: Any) -> None:
    other = make_group(2, members=make_members("c"))

    def respond(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/scim/v2")
        if path == "/Users":
            return make_list(make_user(1))
        if path == "/Groups":
            return make_list(make_group(1), make_group(2))
        return make_response(200, make_group(1, members=members) if path.endswith("g1") else other)

    with client_of(FakeScimServer(respond)) as client:
        found = client.read_directory()
    assert found.completeness.unproven_groups == {"g1"}


def test_lost_group_with_member_without_id_raises_conflict() -> None:
    found = make_group(1, displayName="All", members=[{"$ref": f"{URL}/Users/boss"}])

    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return make_error(500)
        return make_list(found) if request.url.params else make_response(200, found)

    with client_of(FakeScimServer(respond)) as client:
        for members in ([], ["a"]):
            with pytest.raises(errors.Conflict, match="may be the one to create or another"):
                client.groups.create(scim.Group.of("All", members=members))


def test_refused_removal_of_id_that_no_path_contains_is_an_error() -> None:
    server = MemberServer(["a/1", "x"], can_replace=False, refused=["a/1"])
    with client_of(server) as client:
        with pytest.raises(errors.BadRequest) as caught:
            client.groups.set_members("g", ["b"])
    assert (caught.value.done, caught.value.remaining) == (("x", "b"), ("a/1",))
    assert server.current == {"a/1", "b"}


# ---------------------------------------------------------------------------------- other resources

OTHER_CALLS: dict[str, Any] = {
    "patch": lambda c: c.users.patch("1", {"title": "x"}),
    "deactivate": lambda c: c.users.deactivate("1"),
    "replace": lambda c: c.users.replace(scim.User(id="1", user_name="u2@example.com")),
    "edit": lambda c: c.users.edit("1", lambda user: setattr(user, "title", "x")),
    "rename": lambda c: c.groups.rename("1", "Group 2"),
    "add": lambda c: c.groups.add_members("1", ["a"]),
    "set": lambda c: c.groups.set_members("1", ["a"]),
}


@each_value("name", list(OTHER_CALLS))
def test_response_with_another_resource_raises(name: str) -> None:
    user = make_user(2, active=False, title="x")
    group = make_group(2, members=make_members("a"))

    def respond(request: httpx.Request) -> httpx.Response:
        return make_response(200, user if "/Users" in request.url.path else group)

    with client_of(FakeScimServer(respond)) as client:
        with pytest.raises(errors.UnexpectedResponse, match="another resource") as caught:
            OTHER_CALLS[name](client)
    assert (caught.value.path or "").endswith("/1")
    assert caught.value.may_have_happened is (name != "edit")


def test_another_group_proves_no_removal() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            return make_error(400)
        is_user = "/Users/" in request.url.path
        return make_response(200, make_user(1) if is_user else make_group(2, members=[]))

    with client_of(FakeScimServer(respond)) as client:
        with pytest.raises(errors.BadRequest) as caught:
            client.groups.remove_members("g1", ["a"])
    assert caught.value.remaining == ("a",)


@each_value("id_", [None, "A1"])
def test_response_without_id_or_in_other_case_is_accepted(id_: str | None) -> None:
    body = make_user(1, title="x")
    body |= {"id": id_}
    if id_ is None:
        del body["id"]
    with client_of(FakeScimServer(make_response(200, body))) as client:
        assert (client.users.get("a1")).title == "x"
        assert (client.users.patch("a1", {"title": "x"})).title == "x"
