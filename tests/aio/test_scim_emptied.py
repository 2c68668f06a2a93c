"""PUT writes emptied attributes as `null` or `[]`, because a server may keep an omitted attribute (RFC 7644 §3.5.1)."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from britive_scim import AsyncScimClient, Settings, errors, scim
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
    make_user,
)

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
OTHER = "urn:acme:2.0:Badge"

STORED = make_user(
    1,
    externalId="x-1",
    title="CTO",
    active=True,
    name={"givenName": "Ana", "middleName": "M", "familyName": "Diaz"},
    emails=[{"value": "a@acme.com", "type": "work", "display": "A"}],
    roles=[{"value": "admin"}],
    **{
        ENTERPRISE: {"department": "R&D", "manager": {"value": "7", "displayName": "Boss"}},
        CUSTOM: {"costCode": "R-7", "level": 3},
        OTHER: {"number": "1"},
    },
)


def echo(request: httpx.Request) -> httpx.Response:
    return make_response(200, request.content)


def client_of(*steps: Any, **settings: Any) -> AsyncScimClient:
    options = Settings(clock=FakeClock(), **settings)
    return AsyncScimClient(URL, TOKEN, transport=FakeScimServer(*steps), settings=options)


async def replace_and_get_body(user: scim.User) -> dict[str, Any]:
    script = FakeScimServer(echo)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.users.replace(user)
        body: dict[str, Any] = script.bodies[0]
        return body


def read_user() -> scim.User:
    return scim.User.from_wire(STORED)


def empty_lists(user: scim.User) -> None:
    user.emails = []
    user.roles = None


def clear_list(user: scim.User) -> None:
    assert user.emails is not None
    user.emails.clear()


def empty_name(user: scim.User) -> None:
    assert user.name is not None
    user.name.middle_name = None


def empty_all_of_name(user: scim.User) -> None:
    assert user.name is not None
    user.name.given_name = user.name.middle_name = user.name.family_name = None


def replace_name(user: scim.User) -> None:
    user.name = scim.User.from_wire({"name": {}}).name


def empty_department(user: scim.User) -> None:
    assert user.enterprise is not None
    user.enterprise.department = None


def empty_manager(user: scim.User) -> None:
    assert user.enterprise is not None
    assert user.enterprise.manager is not None
    user.enterprise.manager.value = None


def empty_enterprise(user: scim.User) -> None:
    user.enterprise = scim.EnterpriseUser(department=None, manager=None)


def empty_custom(user: scim.User) -> None:
    assert user.custom is not None
    user.custom.costCode = None


def delete_custom(user: scim.User) -> None:
    assert user.custom is not None
    del user.custom.costCode


def assign_plain_data(user: scim.User) -> None:
    user.name = {"given_name": "Eva", "middle_name": None}  # type: ignore[assignment]  # plain data


EMPTIED: list[tuple[Callable[[scim.User], Any], dict[str, Any]]] = [
    (lambda user: setattr(user, "title", None), {"title": None}),
    (lambda user: setattr(user, "external_id", None), {"externalId": None}),
    (lambda user: setattr(user, "active", None), {"active": None}),
    (empty_lists, {"emails": [], "roles": []}),
    (clear_list, {"emails": []}),
    (empty_name, {"name": {"givenName": "Ana", "middleName": None, "familyName": "Diaz"}}),
    (empty_all_of_name, {"name": {"givenName": None, "middleName": None, "familyName": None}}),
    (replace_name, {"name": None}),
    (lambda user: setattr(user, "name", None), {"name": None}),
    (
        assign_plain_data,
        {"name": {"givenName": "Eva", "middleName": None, "familyName": None}},
    ),
    (
        lambda user: setattr(user, "name", scim.Name(given_name="Eva", family_name="Diaz")),
        {"name": {"givenName": "Eva", "middleName": None, "familyName": "Diaz"}},
    ),
    (
        lambda user: setattr(user, "enterprise", scim.EnterpriseUser(department="Sales")),
        {ENTERPRISE: {"department": "Sales", "manager": None}},
    ),
    (
        lambda user: setattr(user, "custom", scim.CustomUser(level=4)),
        {CUSTOM: {"level": 4, "costCode": None}},
    ),
    (
        empty_department,
        {ENTERPRISE: {"department": None, "manager": {"value": "7", "displayName": "Boss"}}},
    ),
    (
        empty_manager,
        {ENTERPRISE: {"department": "R&D", "manager": {"value": None, "displayName": "Boss"}}},
    ),
    (empty_enterprise, {ENTERPRISE: {"department": None, "manager": None}}),
    (lambda user: setattr(user, "enterprise", None), {ENTERPRISE: None}),
    (empty_custom, {CUSTOM: {"costCode": None, "level": 3}}),
    (delete_custom, {CUSTOM: {"costCode": None, "level": 3}}),
    (lambda user: user.extensions.pop(OTHER), {OTHER: None}),
    (lambda user: user.extensions.pop(CUSTOM), {CUSTOM: None}),
]


@each_value("change, stated", EMPTIED, label=lambda change, stated: stated)
async def test_replace_states_attributes_emptied_after_reading(
    change: Callable[[scim.User], Any], stated: dict[str, Any]
) -> None:
    user = read_user()
    change(user)
    body = await replace_and_get_body(user)
    unchanged = {name: value for name, value in STORED.items() if name not in stated}
    del unchanged["schemas"]
    assert {name: value for name, value in body.items() if name != "schemas"} == {
        **unchanged,
        **stated,
    }
    listed = {urn for urn in body["schemas"] if urn in (ENTERPRISE, CUSTOM, OTHER)}
    assert listed == {urn for urn in (ENTERPRISE, CUSTOM, OTHER) if body[urn] is not None}


async def test_replace_states_attributes_emptied_in_constructor() -> None:
    user = scim.User(id="1", user_name="ana", title=None, emails=None, name=None, password=None)
    body = await replace_and_get_body(user)
    del body["schemas"]
    assert body == {"id": "1", "userName": "ana", "title": None, "emails": [], "name": None}


async def test_replace_omits_attributes_never_set() -> None:
    body = await replace_and_get_body(scim.User(id="1", user_name="ana"))
    assert set(body) == {"schemas", "id", "userName"}
    assert await replace_and_get_body(read_user()) == read_user().to_wire()


class Desk(BaseModel):
    """Complex value of a class that is not from this package."""

    room: str | None = None
    floor: int | None = None


class Acme(scim.CustomUser):
    """Custom attributes with that class."""

    desk: Desk | None = None


async def test_replace_states_emptied_parts_of_foreign_class() -> None:
    user = scim.User[Acme](id="1", user_name="a", custom=Acme(desk=Desk(room=None, floor=2)))
    script = FakeScimServer(echo)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.collection(scim.User[Acme]).replace(user)
    assert script.bodies[0][CUSTOM] == {"desk": {"room": None, "floor": 2}}


async def test_replace_writes_unread_value_back() -> None:
    user = scim.User.from_wire({**STORED, "active": "perhaps"})
    assert (await replace_and_get_body(user))["active"] == "perhaps"


async def test_replace_states_attributes_that_a_patch_removed() -> None:
    request = scim.PatchRequest(
        [
            scim.PatchOperation("remove", "title"),
            scim.PatchOperation("remove", "name.middleName"),
            scim.PatchOperation("remove", f"{ENTERPRISE}:department"),
            scim.PatchOperation("remove", f"{CUSTOM}:costCode"),
            scim.PatchOperation("replace", "emails", []),
            scim.PatchOperation("remove", 'roles[value eq "admin"]'),
        ]
    )
    user = request.apply(read_user())
    assert user.model_copy(deep=True) == user
    body = await replace_and_get_body(user)
    assert body["title"] is None
    assert body["name"] == {"givenName": "Ana", "middleName": None, "familyName": "Diaz"}
    assert body[ENTERPRISE]["department"] is None
    assert body[CUSTOM] == {"costCode": None, "level": 3}
    assert (body["emails"], body["roles"]) == ([], [])


async def test_patch_by_put_nulls_removed_parts_of_open_extension() -> None:
    stored = {**STORED, OTHER: {"number": "1", "rooms": ["a"], "level": 2}}
    requests: list[tuple[list[Any], dict[str, Any] | None]] = [
        (["number"], {"number": None, "rooms": ["a"], "level": 2}),
        (["rooms", "level"], {"number": "1", "rooms": None, "level": None}),
        (["number", "rooms", "level"], None),
    ]
    for names, stated in requests:
        script = FakeScimServer(make_response(200, stored), echo)
        settings = Settings(changes="put")
        async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
            await client.users.patch("1", {f"{OTHER}:{name}": None for name in names})
        body = script.bodies[-1]
        assert body[OTHER] == stated
        assert {name for name in body if ":" in name} == {ENTERPRISE, CUSTOM, OTHER}


async def test_patch_by_put_states_removed_attributes() -> None:
    script = FakeScimServer(make_response(200, STORED), echo)
    settings = Settings(changes="put")
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        changed = await client.users.patch(
            "1", {"title": None, "name.middleName": None, "emails": None, "nickName": "A"}
        )
    body = script.bodies[-1]
    assert (body["title"], body["emails"], body["name"]["middleName"]) == (None, [], None)
    assert (body["nickName"], body["roles"]) == ("A", [{"value": "admin"}])
    assert changed.unkept == ()


async def test_edit_by_put_states_emptied_attributes() -> None:
    def leave(user: scim.User) -> None:
        user.title = None
        empty_department(user)

    script = FakeScimServer(make_response(200, STORED), make_response(200, STORED), echo)
    settings = Settings(changes="put")
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        await client.users.edit("1", leave)
    assert script.bodies[-1]["title"] is None
    assert script.bodies[-1][ENTERPRISE]["department"] is None


async def test_emptied_attributes_are_removed_where_omitted_ones_stay() -> None:
    tenant = Tenant(capabilities=Capabilities(put_keeps_omitted=True))
    async with tenant.async_scim_client("Okta") as okta:
        user = scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz", title="CTO")
        user.enterprise = scim.EnterpriseUser(department="R&D", division="West")
        user.custom = scim.CustomUser(costCode="R-7")
        user = await okta.users.create(user)
        assert user.name is not None
        assert user.enterprise is not None
        user.title = user.name.middle_name = user.enterprise.department = None
        user.custom = None
        replaced = await okta.users.replace(user)
        assert (replaced.title, replaced.custom, replaced.unkept) == (None, None, ())
        assert replaced.enterprise is not None
        assert (replaced.enterprise.department, replaced.enterprise.division) == (None, "West")


class KeepingServer(FakeScimServer):
    """Server that keeps attributes omitted in a PUT, and sub-attributes of complex values and extensions."""

    def __init__(self, stored: dict[str, Any]) -> None:
        super().__init__(self.respond)
        self.stored = stored

    def respond(self, request: httpx.Request) -> httpx.Response:
        for name, value in json.loads(request.content).items():
            old = self.stored.get(name)
            is_merged = isinstance(value, dict) and isinstance(old, dict)
            self.stored[name] = {**old, **value} if is_merged else value
        return make_response(200, self.stored)


async def test_replace_of_any_emptied_values_leaves_none_behind() -> None:
    names = ["title", "nick_name", "external_id", "name", "emails", "roles", "enterprise", "custom"]
    inner = {"name": ["given_name", "middle_name"], "enterprise": ["department", "manager"]}
    random = Random(11)
    for round_ in range(60):
        server = KeepingServer(json.loads(json.dumps(STORED)))
        user = read_user()
        for name in random.sample(names, random.randrange(1, 5)):
            value: Any = getattr(user, name)
            if isinstance(value, list):
                value.clear()
            elif name in inner and random.random() < 0.6:
                for sub in random.sample(inner[name], random.randrange(1, 3)):
                    setattr(value, sub, None)
            elif name == "custom" and random.random() < 0.5:
                del value.level
            else:
                setattr(user, name, None)
        async with AsyncScimClient(URL, TOKEN, transport=server) as client:
            replaced = await client.users.replace(user)
        assert scim.equal(replaced, user), f"round {round_}"
        assert replaced.unkept == ()


async def test_me_replace_states_emptied_attributes() -> None:
    script = FakeScimServer(make_error(400, "null"), make_response(200, STORED))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        user = read_user()
        user.title = None
        assert (await client.me.replace(user)).unkept == ("title",)
    assert script.bodies[0]["title"] is None
    assert "title" not in script.bodies[1]


# ------------------------------------------------------------------------------------- servers that refuse null


async def test_replace_refused_with_nulls_is_sent_without_them() -> None:
    script = FakeScimServer(make_error(400, "must not be null"), make_response(200, STORED))
    user = read_user()
    user.title = user.enterprise = user.custom = None
    user.roles = []
    empty_name(user)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        replaced = await client.users.replace(user, if_match='"1"')
    assert script.lines == ["PUT /Users/1"] * 2
    assert [r.headers["if-match"] for r in script.sent] == ['"1"'] * 2
    body = script.bodies[1]
    assert body == {**user.to_wire(), "roles": []}
    assert set(replaced.unkept) == {"title", "name.middleName", "roles", ENTERPRISE, CUSTOM}


async def test_replace_with_only_nulls_in_extension_is_sent_without_it() -> None:
    script = FakeScimServer(make_error(400), make_response(200, STORED))
    user = read_user()
    empty_enterprise(user)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        replaced = await client.users.replace(user)
    assert ENTERPRISE in script.bodies[0]["schemas"]
    assert ENTERPRISE not in script.bodies[1]
    assert ENTERPRISE not in script.bodies[1]["schemas"]
    assert replaced.unkept == (f"{ENTERPRISE}:department", f"{ENTERPRISE}:manager")


async def test_replacement_of_bulk_fallback_is_sent_without_nulls() -> None:
    script = FakeScimServer(make_error(404), make_error(400), make_response(200, STORED))
    user = read_user()
    user.title = None
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk([client.users.replacement(user)])
    assert report.ok
    assert [body and body.get("title", "omitted") for body in script.bodies[1:]] == [
        None,
        "omitted",
    ]


@each_value("status", [400, 404, 409, 412])
async def test_replace_refused_without_nulls_is_sent_once(status: int) -> None:
    script = FakeScimServer(make_error(status))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.ApiError):
            await client.users.replace(read_user())
        assert len(script.sent) == 1
        user = read_user()
        user.title = None
        with pytest.raises(errors.ApiError) as caught:
            await client.users.replace(user)
    assert caught.value.status == status
    assert len(script.sent) == (3 if status == 400 else 2)


# ------------------------------------------------------------------------------------- members


async def test_replace_of_group_never_states_unknown_members() -> None:
    for group in (
        scim.Group(id="g1", display_name="New", members=None),
        scim.Group.of("New", id="g1"),
    ):
        script = FakeScimServer(make_response(200, make_group(1)), echo)
        async with AsyncScimClient(URL, TOKEN, transport=script) as client:
            await client.groups.replace(group)
        assert "members" not in script.bodies[-1]


async def test_replace_of_group_states_empty_members() -> None:
    script = FakeScimServer(echo)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.groups.replace(scim.Group(id="g1", display_name="New", members=[]))
    assert script.bodies[0]["members"] == []


async def test_group_read_with_empty_members_keeps_its_members() -> None:
    """AWS shows an empty list for every group."""
    stored = make_group(1, members=[])
    script = FakeScimServer(make_response(200, stored), make_response(200, stored), echo)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        group = await client.groups.get("g1")
        group.display_name = "New"
        await client.groups.replace(group.model_copy(deep=True))
        assert "members" not in script.bodies[-1]
        group.members = []
        await client.groups.replace(group)
        assert script.bodies[-1]["members"] == []


async def test_group_changed_by_put_keeps_hidden_members() -> None:
    """The PUT would remove them at a server that does not keep what is left out."""
    script = FakeScimServer(make_response(200, make_group(1, members=[])), echo)
    settings = Settings(changes="put")
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        with pytest.raises(errors.UnexpectedResponse, match="nothing was changed"):
            await client.groups.rename("g1", "New")
    assert script.lines == ["GET /Groups/g1", "GET /Groups"]


EMPTYING: list[list[dict[str, Any]]] = [
    [{"op": "replace", "path": "members", "value": []}],
    [{"op": "remove", "path": "members"}],
    [{"op": "replace", "value": {"members": []}}],
    [{"op": "remove", "path": "members"}, {"op": "replace", "value": {"displayName": "New"}}],
]
KEEPING: list[list[dict[str, Any]]] = [
    [{"op": "replace", "value": {"displayName": "New"}}],
    [{"op": "add", "path": "members", "value": []}],
]
HIDDEN: list[dict[str, Any]] = [{}, {"members": []}]


@each_value("operations", EMPTYING + KEEPING)
async def test_hidden_members_emptied_by_put_are_stated(operations: list[dict[str, Any]]) -> None:
    for shown in (*HIDDEN, {"members": [{"value": "a"}, {"value": "b"}]}):
        script = FakeScimServer(make_response(200, make_group(1, **shown)), echo)
        settings = Settings(changes="put")
        async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
            if shown in HIDDEN and "displayName" in str(operations) and operations in KEEPING:
                with pytest.raises(errors.UnexpectedResponse, match="nothing was changed"):
                    await client.groups.patch("g1", scim.PatchRequest(operations))
            else:
                await client.groups.patch("g1", scim.PatchRequest(operations))
        members = (script.bodies[-1] or {}).get("members", "omitted")
        if operations in EMPTYING:
            assert members == []
        else:
            assert members == "omitted" or {"value": "b"} in members


async def test_removal_of_hidden_member_by_put_is_refused() -> None:
    removal = scim.PatchRequest([{"op": "remove", "path": 'members[value eq "a"]'}])
    for shown in HIDDEN:
        script = FakeScimServer(make_response(200, make_group(1, **shown)), echo)
        settings = Settings(changes="put")
        async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
            with pytest.raises(errors.UnexpectedResponse, match="members that it does not show"):
                await client.groups.patch("g1", removal)
        assert [line.split()[0] for line in script.lines] == ["GET"]


async def test_last_member_removed_by_put_is_stated() -> None:
    script = FakeScimServer(make_response(200, make_group(1, members=[{"value": "a"}])), echo)
    async with AsyncScimClient(
        URL, TOKEN, transport=script, settings=Settings(changes="put")
    ) as client:
        await client.groups.remove_members("g1", ["a"])
    assert script.bodies[-1]["members"] == []
