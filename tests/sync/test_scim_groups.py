# Generated from tests/aio/test_scim_groups.py by tools/unasync.py; edit that file instead.
"""Groups and their members, on the emulated tenant and on scripted servers."""

from typing import Any

import pytest

from britive_scim import ScimClient, Settings, errors, scim
from britive_scim.testing import Capabilities, Tenant
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_group,
    make_list,
    make_response,
)


@pytest.fixture
def okta(scim_client: ScimClient) -> ScimClient:
    return scim_client


def create_users(okta: ScimClient, number: int) -> list[scim.User]:
    return [
        okta.users.create(
            scim.User.of(email=f"u{n}@acme.com", given_name="U", family_name=str(n))
        )
        for n in range(number)
    ]


def read_member_ids(okta: ScimClient, target: scim.Group) -> set[str | None]:
    return {member.value for member in (okta.groups.get(target)).members or ()}


def test_group_lifecycle_from_create_to_delete(okta: ScimClient) -> None:
    ana, bo, cy = create_users(okta, 3)
    created = okta.groups.create(scim.Group(display_name="Eng", external_id="g-1"))
    okta.groups.rename(created, "Engineering")
    assert (okta.groups.get(created)).display_name == "Engineering"

    okta.groups.add_members(created, [ana, bo])
    okta.groups.add_members(created, [bo])  # a repeated addition succeeds
    assert read_member_ids(okta, created) == {ana.id, bo.id}
    okta.groups.remove_members(created, [ana])
    okta.groups.remove_members(created, [ana, cy])  # so does a repeated removal
    assert read_member_ids(okta, created) == {bo.id}
    okta.groups.set_members(created, [cy])
    assert read_member_ids(okta, created) == {cy.id}
    okta.groups.set_members(created, [])
    assert read_member_ids(okta, created) == set()

    okta.groups.delete(created)
    with pytest.raises(errors.NotFound):
        okta.groups.get(created)


def test_group_find_excludes_members(okta: ScimClient) -> None:
    (ana,) = create_users(okta, 1)
    eng = okta.groups.create(
        scim.Group(display_name="Eng", external_id="g-1", members=[scim.Member(value=ana.id)])
    )
    for found in (
        okta.groups.find_by_display_name("ENG"),
        okta.groups.find_by_external_id("g-1"),
    ):
        assert found is not None
        assert found.id == eng.id
        assert found.members is None
    assert okta.groups.find_by_display_name("Nobody") is None
    found, created = okta.groups.ensure(scim.Group(display_name="eng"))
    assert (found.id, created) == (eng.id, False)


def test_replace_of_group_read_without_members_keeps_them(
    okta: ScimClient,
) -> None:
    (ana,) = create_users(okta, 1)
    okta.groups.create(scim.Group(display_name="Eng", members=[scim.Member(value=ana.id)]))
    found = okta.groups.find_by_display_name("Eng")
    assert found is not None
    found.display_name = "Engineering"
    okta.groups.replace(found)
    assert read_member_ids(okta, found) == {ana.id}
    found.members = []
    okta.groups.replace(found)
    assert read_member_ids(okta, found) == set()


@pytest.mark.heavy
def test_set_members_with_over_100_members_changes_all(okta: ScimClient) -> None:
    users = create_users(okta, 230)
    created = okta.groups.create(scim.Group(display_name="Eng"))
    okta.groups.set_members(created, users[:120])
    okta.groups.set_members(created, users[100:])
    assert read_member_ids(okta, created) == {item.id for item in users[100:]}
    okta.groups.remove_members(created, (item for item in users))
    assert read_member_ids(okta, created) == set()


def make_ids(number: int) -> list[str]:
    return [f"u{n}" for n in range(number)]


def count_members(request_body: Any) -> int:
    return sum(
        len(operation["value"]) if "value" in operation else 1
        for operation in request_body["Operations"]
    )


def test_member_request_contains_at_most_100_members() -> None:
    script = FakeScimServer(make_response(204))
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.groups.add_members("g", make_ids(250))
        client.groups.remove_members("g", make_ids(250))
    assert [count_members(body) for body in script.bodies if body] == [100, 100, 50] * 2


def test_add_members_failing_midway_reports_done_and_remaining() -> None:
    script = FakeScimServer(make_response(204), make_error(403))
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.Forbidden) as caught:
            client.groups.add_members("g", make_ids(250))
    assert caught.value.done == tuple(make_ids(250)[:100])
    assert caught.value.remaining == tuple(make_ids(250)[100:])
    assert caught.value.uncertain_request == "PATCH /Groups/g"
    assert str(caught.value).endswith(
        "the server had acknowledged PATCH /Groups/g: 100 of 250 members were added, 150 remain"
    )


@pytest.mark.parametrize("status", [400, 413])
def test_member_request_rejected_for_size_is_halved(status: int) -> None:
    """A server that accepts seven members per request receives all of them."""

    def accept_seven(request: Any) -> Any:
        import json

        return (
            make_response(204)
            if count_members(json.loads(request.content)) <= 7
            else make_error(status)
        )

    script = FakeScimServer(accept_seven)
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.groups.add_members("g", make_ids(30))
        added = [body for body in script.bodies if count_members(body) <= 7]
        client.groups.remove_members("g", make_ids(30))
    sent = [
        value["value"]
        for body in added
        for operation in body["Operations"]
        for value in operation["value"]
    ]
    assert sent == make_ids(30)


def test_add_members_with_rejected_member_adds_others() -> None:
    def reject_third(request: Any) -> Any:
        return make_error(400, "no such user") if b'"u2"' in request.content else make_response(204)

    script = FakeScimServer(reject_third)
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(
            errors.BadRequest, match=r"no such user.* 1 of 5 members .*u2"
        ) as caught:
            client.groups.add_members("g", make_ids(5))
    assert caught.value.done == ("u0", "u1", "u3", "u4")
    assert caught.value.remaining == ("u2",)
    assert list(caught.value.refusals) == ["u2"]
    assert isinstance(caught.value.refusals["u2"], errors.BadRequest)


def test_add_members_to_external_group_sends_one_request() -> None:
    """A 400 with a known error code does not mean too many members."""
    script = FakeScimServer(make_response(400, {"errorCode": "UT-0002", "message": "external"}))
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.ExternallyManaged):
            client.groups.add_members("g", make_ids(100))
    assert len(script.sent) == 1


def test_add_members_already_present_ignores_409() -> None:
    full_group = make_response(200, make_group(1, members=[{"value": "u0"}, {"value": "u1"}]))
    script = FakeScimServer(make_error(409), full_group, make_response(204))
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.groups.add_members("g1", ["u0", "u1"])
        script.steps[:] = [make_error(409), full_group, make_response(204)]
        client.groups.add_members("g1", ["u0", "u2"])
    assert script.lines == [
        "PATCH /Groups/g1",
        "GET /Groups/g1",
        "PATCH /Groups/g1",
        "GET /Groups/g1",
        "PATCH /Groups/g1",
    ]
    assert script.bodies[-1]["Operations"][0]["value"] == [{"value": "u2"}]


@pytest.mark.parametrize("status", [400, 404])
def test_remove_members_not_present_ignores_error(
    status: int,
) -> None:
    script = FakeScimServer(
        make_error(status, scimType="noTarget"),
        make_response(200, make_group(1, members=[{"value": "u1"}])),
        make_response(204),
    )
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.groups.remove_members("g1", ["u0", "u1"])
    assert script.bodies[-1]["Operations"] == [{"op": "remove", "path": 'members[value eq "u1"]'}]


def test_add_members_with_unexplained_conflict_raises() -> None:
    script = FakeScimServer(
        make_error(409), make_response(200, make_group(1, members=[])), make_error(409)
    )
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.Conflict) as caught:
            client.groups.add_members("g1", ["u0"])
    assert caught.value.remaining == ("u0",)


def test_member_change_of_missing_group_raises_not_found() -> None:
    with ScimClient(URL, TOKEN, transport=FakeScimServer(make_error(404))) as client:
        for call in (client.groups.add_members, client.groups.remove_members):
            with pytest.raises(errors.NotFound):
                call("g1", ["u0"])


def test_group_changes_with_entra_dialect_match_entra() -> None:
    script = FakeScimServer(
        make_response(204), make_response(200, make_group(1)), make_response(204)
    )
    settings = Settings(dialect="entra")
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        assert (client.groups.rename("g1", "X")).id == "g1"
        client.groups.add_members("g1", ["u"])
        client.groups.remove_members("g1", ["u"])
        client.groups.set_members("g1", ["u"])
    assert [body["Operations"][0] for body in script.bodies if body] == [
        {"op": "Replace", "path": "displayName", "value": "X"},
        {"op": "Add", "path": "members", "value": [{"value": "u"}]},
        {"op": "Remove", "path": "members", "value": [{"value": "u"}]},
        {"op": "Replace", "path": "members", "value": [{"value": "u"}]},
    ]


@pytest.mark.parametrize("member", ["u1", scim.User(id="u1"), {"value": "u1"}], ids=repr)
def test_member_change_with_single_member_raises(member: Any) -> None:
    script = FakeScimServer(make_response(204))
    with ScimClient(URL, TOKEN, transport=script) as client:
        for call in (
            client.groups.add_members,
            client.groups.remove_members,
            client.groups.set_members,
        ):
            with pytest.raises(errors.InputError, match="several ids"):
                call("g", member)
        with pytest.raises(errors.InputError):
            client.groups.rename("g", " ")
    assert script.sent == []


def test_member_change_without_members_sends_nothing() -> None:
    script = FakeScimServer(make_response(204))
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.groups.add_members("g", [])
        client.groups.remove_members("g", [])
    assert script.sent == []


def test_group_create_with_lost_response_is_found_by_name() -> None:
    clock = FakeClock()
    group = make_group(4, displayName="Eng")
    script = FakeScimServer(make_error(502), make_list(group), make_response(200, group))
    with ScimClient(
        URL, TOKEN, transport=script, settings=Settings(clock=clock)
    ) as client:
        created = client.groups.create(scim.Group(display_name="Eng"))
    assert created.id == "g4"
    assert script.queries[1]["excludedAttributes"] == "members"


def make_limited_server(limit: int, members: set[str], *, is_shown: bool = True) -> FakeScimServer:
    """Return a server that changes at most `limit` members of its group per request."""

    def serve(request: Any) -> Any:
        import json
        import re

        if request.method == "GET":
            listed_members = [{"value": member} for member in sorted(members)]
            return make_response(
                200, make_group(1, members=listed_members) if is_shown else make_group(1)
            )
        changed = set(members)
        for operation in json.loads(request.content)["Operations"]:
            values = {member["value"] for member in operation.get("value", ())}
            values |= set(re.findall(r'"(.+)"', operation.get("path", "")))
            op = operation["op"].lower()
            if op == "remove" and not values:
                values = set(changed)
            changed = (
                values if op == "replace" else changed | values if op == "add" else changed - values
            )
        if len(changed ^ members) > limit:
            return make_error(400, f"at most {limit} at once")
        members.clear()
        members.update(changed)
        return make_response(204)

    return FakeScimServer(serve)


@pytest.mark.heavy
@pytest.mark.parametrize("dialect", ["okta", "entra"])
@pytest.mark.parametrize("is_shown", [True, False])
@pytest.mark.parametrize("limit", [1, 7, 100])
@pytest.mark.parametrize(("count_before", "wanted"), [(0, 30), (0, 130)])
def test_set_members_on_limited_server_fills_group(
    count_before: int, wanted: int, limit: int, is_shown: bool, dialect: Any
) -> None:
    members = set(make_ids(count_before))
    script = make_limited_server(limit, members, is_shown=is_shown)
    settings = Settings(dialect=dialect)
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        client.groups.set_members("g1", make_ids(wanted))
    assert members == set(make_ids(wanted))


@pytest.mark.parametrize("wanted", [[], ["u3"], [f"n{n}" for n in range(40)]], ids=len)
def test_set_members_on_limited_server_exchanges_members(wanted: list[str]) -> None:
    members = set(make_ids(50))
    with ScimClient(URL, TOKEN, transport=make_limited_server(7, members)) as client:
        client.groups.set_members("g1", wanted)
    assert members == set(wanted)


def test_set_members_within_limit_sends_one_request() -> None:
    script = make_limited_server(100, set(make_ids(50)))
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.groups.set_members("g1", make_ids(20))
    assert script.lines == ["PATCH /Groups/g1"]


def test_set_members_with_hidden_members_never_only_adds() -> None:
    """If a group hides its members, adding alone keeps all former members, which is reported."""
    members = {f"old{n}" for n in range(20)}
    with ScimClient(
        URL, TOKEN, transport=make_limited_server(500, members, is_shown=False)
    ) as client:
        client.groups.set_members("g1", make_ids(250))
    assert members == set(make_ids(250))

    members = {f"old{n}" for n in range(20)}
    with ScimClient(
        URL,
        TOKEN,
        transport=make_limited_server(7, members, is_shown=False),
        settings=Settings(clock=FakeClock()),
    ) as client:
        for wanted in (make_ids(50), []):
            with pytest.raises(
                errors.UnexpectedResponse, match="former members are not shown"
            ) as caught:
                client.groups.set_members("g1", wanted)
            assert caught.value.done == tuple(wanted)
            assert caught.value.remaining == ()
            assert caught.value.may_have_happened
    assert len(members) == 70


def test_set_members_failing_midway_reports_done_and_remaining() -> None:
    current = make_response(200, make_group(1, members=[{"value": "u0"}, {"value": "old"}]))
    script = FakeScimServer(make_error(400), current, make_response(204), make_error(403))
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.Forbidden) as caught:
            client.groups.set_members("g1", make_ids(3))
        assert (caught.value.done, caught.value.remaining) == (("old",), ("u1", "u2"))
        assert str(caught.value).endswith(
            "PATCH /Groups/g1: 0 of 2 members were added, 1 of 1 members were removed, 2 remain"
        )
        script.steps[:] = [make_error(403)]
        with pytest.raises(errors.Forbidden) as caught:
            client.groups.set_members("g1", make_ids(3))
        assert (caught.value.done, caught.value.remaining) == ((), tuple(make_ids(3)))
        assert (caught.value.may_have_happened, caught.value.uncertain_request) == (False, None)


def test_member_change_of_user_instead_of_group_raises() -> None:
    script = FakeScimServer(make_response(204))
    with ScimClient(URL, TOKEN, transport=script) as client:
        for call in (
            client.groups.add_members,
            client.groups.remove_members,
            client.groups.set_members,
        ):
            with pytest.raises(errors.InputError, match="User"):
                call(scim.User(id="1"), ["u"])
    assert script.sent == []


def test_set_members_on_tenant_with_change_limit_works(
    britive_tenant: Tenant, okta: ScimClient
) -> None:
    users = create_users(okta, 30)
    created = okta.groups.create(scim.Group(display_name="Eng"))
    britive_tenant.capabilities = Capabilities(max_member_changes=4)
    for wanted in (users[:20], users[10:], []):
        okta.groups.set_members(created, wanted)
        assert read_member_ids(okta, created) == {item.id for item in wanted}
