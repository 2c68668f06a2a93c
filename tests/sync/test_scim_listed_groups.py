# Generated from tests/aio/test_scim_listed_groups.py by tools/unasync.py; edit that file instead.
"""Groups of a list, which may show some of their members: upsert, edit and operations keep the others."""

from typing import Any

import pytest

from britive_scim import ScimClient, Settings, errors, scim
from support.each_value import each_value
from support.fake_scim_server import TOKEN, URL
from support.member_server import MemberServer

ALL = {f"m{n}" for n in range(7)}


def make_server(listed: int = 2, **options: Any) -> MemberServer:
    server = MemberServer(sorted(ALL), **options)
    server.listed = lambda ids: ids[:listed]
    return server


def client_of(server: MemberServer) -> ScimClient:
    return ScimClient(URL, TOKEN, transport=server, settings=Settings(clock=server.clock))


def read_listed(client: ScimClient) -> scim.Group:
    group = client.groups.list().first()
    assert group is not None
    return group


@each_value("shown", ["all", "absent", "empty"])
@each_value("listed", [0, 2, 7])
def test_upsert_and_edit_of_listed_group_keep_members(shown: Any, listed: int) -> None:
    server = make_server(listed, shown=shown)
    with client_of(server) as client:
        group = read_listed(client)
        renamed = group.model_copy(update={"display_name": "New", "external_id": "x1"})
        client.groups.edit("g", lambda _: renamed)
        assert server.groups["g"]["displayName"] == "New"
        assert server.current == ALL
        again = renamed.model_copy(update={"external_id": "x1", "display_name": "Newer"})
        client.groups.upsert(again)
    assert server.groups["g"]["displayName"] == "Newer"
    assert server.current == ALL


@each_value("shown", ["all", "absent", "empty"])
@each_value("method", ["upsert", "edit"])
def test_changed_members_of_listed_group_are_changed(shown: Any, method: str) -> None:
    server = make_server(shown=shown)
    with client_of(server) as client:
        group = read_listed(client)
        group.members = [scim.Member(value="m1"), scim.Member(value="z")]
        for _ in range(2):
            if method == "edit":
                client.groups.edit("g", lambda _: group)
            else:
                client.groups.upsert(group, match=["display_name"])
    assert server.current == ALL - {"m0"} | {"z"}


def test_upsert_of_listed_group_returns_known_members() -> None:
    for shown, expected in (("all", {*ALL, "z"} - {"m0", "m1"}), ("absent", set[str]())):
        server = make_server(shown=shown)  # type: ignore[arg-type]  # one of the literals
        with client_of(server) as client:
            group = read_listed(client)
            group.members = [scim.Member(value="z")]
            result = (client.groups.upsert(group, match=["display_name"])).resource
            assert {member.value for member in result.members or ()} == expected
            if expected:  # all members, so none is kept
                result.members = [scim.Member(value="m5")]
                client.groups.replace(result)
                assert server.current == {"m5"}
            else:
                assert result.members is None


@each_value("listed", [0, 2])
def test_replacement_of_listed_group_is_refused(listed: int) -> None:
    server = make_server(listed)
    with client_of(server) as client:
        for group in (read_listed(client), scim.Group(id="g", display_name="New")):
            count = len(server.sent)
            with pytest.raises(errors.InputError, match="must be all its members"):
                client.bulk([client.groups.replacement(group)])
            assert len(server.sent) == count


@each_value("shown", ["absent", "empty"])
def test_replacement_of_group_hiding_members_is_refused(shown: Any) -> None:
    server = make_server(shown=shown)
    with client_of(server) as client:
        group = client.groups.get("g")
        with pytest.raises(errors.InputError, match="call replace"):
            client.groups.replacement(group)
        group.members = [scim.Member(value="z")]
        client.send(client.groups.replacement(group))
    assert server.current == {"z"}
