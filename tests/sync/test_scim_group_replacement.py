# Generated from tests/aio/test_scim_group_replacement.py by tools/unasync.py; edit that file instead.
"""Replacement of groups whose members are unknown, or known only from a list."""

import copy
import pickle
from typing import Any

import pytest

from britive_scim import ScimClient, Settings, errors, scim
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeScimServer,
    make_error,
    make_group,
    make_list,
    make_response,
    make_user,
)
from support.member_server import MemberServer


def ids(count: int, start: int = 0) -> list[str]:
    return [f"u{n}" for n in range(start, start + count)]


def client_of(server: MemberServer) -> ScimClient:
    return ScimClient(URL, TOKEN, transport=server, settings=Settings(clock=server.clock))


def list_group(client: ScimClient) -> scim.Group:
    group = client.groups.list().first()
    assert group is not None
    return group


def hide_child(server: MemberServer) -> None:
    """Show all members but `child` in lists."""
    server.listed = lambda members: [id_ for id_ in members if id_ != "child"]


@each_value("shown", ["all", "absent", "empty"])
@each_value("cut", [None, 100])
def test_replace_with_unknown_members_keeps_all(shown: Any, cut: int | None) -> None:
    server = MemberServer(ids(250), shown=shown, cut=cut)
    with client_of(server) as client:
        found = client.groups.find_by_display_name("Group")
        assert found is not None
        assert found.members is None
        found.display_name, found.external_id = "Everybody", "x1"
        replaced = client.groups.replace(found)
        assert (replaced.display_name, replaced.external_id) == ("Everybody", "x1")
        found.external_id = None
        client.groups.replace(found)
    assert server.groups["g"]["displayName"] == "Everybody"
    assert server.groups["g"]["externalId"] is None
    assert server.current == set(ids(250))


def test_replace_with_unknown_members_and_no_change_reads_only() -> None:
    server = MemberServer(ids(3))
    server.groups["g"]["tier"] = "gold"  # an attribute of the server that nobody declared
    with client_of(server) as client:
        replaced = client.groups.replace(scim.Group(id="g", display_name="Group"))
    assert replaced.display_name == "Group"
    assert [request.method for request in server.sent] == ["GET"]


def test_replace_with_unknown_members_sets_undeclared_attributes() -> None:
    server = MemberServer(ids(3))
    server.groups["g"] |= {"tier": "gold", "urn:acme:ext": {"a": "b"}}
    with client_of(server) as client:
        client.groups.replace(
            scim.Group.from_wire({"id": "g", "displayName": "Group", "tier": "lead", "size": None})
        )
    assert server.bodies[1]["Operations"] == [
        {"op": "remove", "path": "urn:acme:ext:a"},
        {"op": "replace", "path": "tier", "value": "lead"},
    ]
    with client_of(server) as client:
        client.groups.replace(
            scim.Group.from_wire({"id": "g", "displayName": "Group", "tier": None})
        )
    assert server.bodies[-2]["Operations"][-1] == {"op": "remove", "path": "tier"}


def test_replace_with_unknown_members_survives_lost_response() -> None:
    server = MemberServer(ids(3), faults=["lost after"])
    server.groups["g"]["externalId"] = "x1"
    with client_of(server) as client:
        replaced = client.groups.replace(scim.Group(id="g", display_name="Group"))
    assert replaced.external_id is None
    assert [request.method for request in server.sent] == ["GET", "PATCH", "GET"]


def test_replace_with_unknown_members_sends_if_match() -> None:
    script = FakeScimServer(make_response(200, make_group(1)), make_error(412))
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.PreconditionFailed):
            client.groups.replace(scim.Group(id="g1", display_name="New"), if_match='"1"')
    assert script.lines == ["GET /Groups/g1", "PATCH /Groups/g1"]
    assert script.sent[-1].headers["if-match"] == '"1"'


def test_replace_of_listed_group_keeps_members_that_list_omitted() -> None:
    server = MemberServer([*ids(3), "child"])
    hide_child(server)
    with client_of(server) as client:
        found = list_group(client)
        assert [m.value for m in found.members or ()] == ids(3)
        found.display_name = "Parents"
        client.groups.replace(found)
        assert (server.groups["g"]["displayName"], server.current) == (
            "Parents",
            {*ids(3), "child"},
        )
        found.members = [scim.Member(value="u1"), scim.Member(value="u9")]
        client.groups.replace(found)
        assert server.current == {"u1", "u9", "child"}
        found = list_group(client)
        found.members = []
        client.groups.replace(found)
    assert server.current == {"child"}


@each_value(
    "keep",
    [copy.copy, copy.deepcopy, scim.Group.model_copy, lambda g: pickle.loads(pickle.dumps(g))],
)
def test_copy_of_listed_group_keeps_members_that_list_omitted(keep: Any) -> None:
    server = MemberServer([*ids(3), "child"])
    hide_child(server)
    with client_of(server) as client:
        found = list_group(client)
        twin = keep(found)
        assert twin == found == scim.Group.from_wire(found.to_wire())
        assert twin.to_wire() == found.to_wire()
        assert twin.model_dump() == scim.Group.from_wire(found.to_wire()).model_dump()
        twin.members = twin.members[:1]
        client.groups.replace(twin)
    assert server.current == {"u0", "child"}


def test_replace_of_group_from_get_sets_exactly_its_members() -> None:
    server = MemberServer(ids(3))
    with client_of(server) as client:
        group = client.groups.get("g")
        server.store("g", [*ids(3), "new"])
        group.members = [scim.Member(value="u0")]
        client.groups.replace(group)
    assert server.current == {"u0"}


def test_empty_members_of_list_are_unknown() -> None:
    """AWS lists every group with an empty list of members."""
    server = MemberServer(ids(2))
    server.listed = lambda members: []
    with client_of(server) as client:
        found = list_group(client)
        assert found.members is None
        client.groups.replace(found)
        assert server.current == set(ids(2))
        found.members = [scim.Member(value="u5")]  # the list showed none, so all others are kept
        client.groups.replace(found)
        assert server.current == {*ids(2), "u5"}
        found.members = []
        client.groups.replace(found)
    assert server.current == set()


@each_value("shown, cut", [("absent", None), ("empty", None), ("all", 100)])
def test_replace_of_listed_group_hiding_members_changes_shown(
    shown: Any, cut: int | None
) -> None:
    server = MemberServer([*ids(150), "child"], shown=shown, cut=cut)
    hide_child(server)
    with client_of(server) as client:
        found = list_group(client)
        assert found.members is not None
        found.display_name = "Parents"
        client.groups.replace(found)
        assert server.current == {*ids(150), "child"}
        found.members = [*found.members[5:], scim.Member(value="new")]
        client.groups.replace(found)
    assert server.current == {*ids(145, start=5), "new", "child"}
    assert server.groups["g"]["displayName"] == "Parents"


@each_value("name, changed", [("Parents", True), ("Group", False)])
def test_refused_members_of_listed_group_name_changed_attributes(
    name: str, changed: bool
) -> None:
    server = MemberServer([*ids(3), "child"], shown="absent", refused=["new"])
    hide_child(server)
    with client_of(server) as client:
        found = list_group(client)
        found.display_name = name
        found.members = [*(found.members or ()), scim.Member(value="new")]
        with pytest.raises(errors.BadRequest) as caught:
            client.groups.replace(found)
    assert server.groups["g"]["displayName"] == name
    assert ("the other attributes of the group were changed" in str(caught.value)) is changed
    assert (caught.value.done, caught.value.remaining) == ((), ("new",))
    assert caught.value.may_have_happened is changed


def make_versioned(version: str, *members: str) -> Any:
    return make_response(
        200,
        make_group(1, members=[{"value": m} for m in members], meta={"version": version}),
    )


def test_replace_of_listed_group_sends_version_and_repeats() -> None:
    listed = make_group(1, members=[{"value": "a"}], meta={"version": '"1"'})
    script = FakeScimServer(
        make_list(listed),
        make_versioned('"2"', "a", "b"),
        make_error(412),
        make_versioned('"3"', "a", "b", "c"),
        make_versioned('"4"', "a", "b", "c"),
    )
    with ScimClient(URL, TOKEN, transport=script) as client:
        found = list_group(client)
        client.groups.replace(found)
        assert script.lines[1:] == ["GET /Groups/g1", "PUT /Groups/g1"] * 2
        assert [r.headers.get("if-match") for r in script.sent[1:]] == [None, '"2"', None, '"3"']
        assert [m["value"] for m in script.bodies[-1]["members"]] == ["b", "c", "a"]
        script.steps[:] = [make_versioned('"2"', "a", "b"), make_error(412)]
        with pytest.raises(errors.PreconditionFailed):
            client.groups.replace(found, if_match=True)
        assert script.sent[-1].headers["if-match"] == '"1"'


def test_replace_of_listed_group_after_five_failures_raises() -> None:
    script = FakeScimServer(
        lambda r: make_error(412) if r.method == "PUT" else make_versioned('"2"', "a", "b")
    )
    with ScimClient(URL, TOKEN, transport=script) as client:
        script.steps[:0] = [make_list(make_group(1, members=[{"value": "a"}]))]
        found = list_group(client)
        with pytest.raises(errors.PreconditionFailed):
            client.groups.replace(found)
    assert len(script.sent) == 11


def test_group_of_root_search_is_listed() -> None:
    listed = make_group(1, members=[{"value": "a"}])
    script = FakeScimServer(make_list(make_user(), make_group(2, members=[]), listed))
    with ScimClient(URL, TOKEN, transport=script) as client:
        groups = [found for found in client.search() if isinstance(found, scim.Group)]
        assert [group.members and len(group.members) for group in groups] == [None, 1]
        script.steps[:] = [make_versioned('"2"', "a", "b"), make_versioned('"3"', "a", "b")]
        client.groups.replace(groups[1])
    assert [m["value"] for m in script.bodies[-1]["members"]] == ["b", "a"]


def test_replace_of_user_as_group_raises() -> None:
    script = FakeScimServer(make_response(204))
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.InputError):
            client.groups.replace(scim.User(id="1"))  # type: ignore[arg-type]  # a mistake
    assert script.sent == []
