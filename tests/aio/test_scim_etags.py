"""ETags: changes with If-Match, repeated edits, and PUT for providers without PATCH."""

from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, Settings, errors, scim
from britive_scim.testing import Tenant
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

TAG = 'W/"1"'


@pytest.fixture
def okta() -> AsyncScimClient:
    tenant = Tenant()
    idp = tenant.identity_providers["Okta"]
    return AsyncScimClient(idp.scim_url, idp.scim_token, transport=tenant.async_transport())


async def create_ana(okta: AsyncScimClient) -> scim.User:
    return await okta.users.create(
        scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
    )


def make_versioned_user(tag: Any = TAG, **more: Any) -> dict[str, Any]:
    return make_user(1, meta={"version": tag}, **more)


async def test_change_with_if_match_sends_version() -> None:
    script = FakeScimServer(make_response(200, make_versioned_user()))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        read = await client.users.get("1")
        await client.users.replace(read, if_match=True)
        await client.users.patch(read, {"title": "x"}, if_match=True)
        await client.users.patch(read, {"title": "x"}, if_match='"other"', fetch=False)
        await client.users.delete(read, if_match=True)
        await client.users.delete("1", if_match="*")
        await client.users.delete("1")
    assert [request.headers.get("if-match") for request in script.sent[1:]] == [
        TAG,
        TAG,
        '"other"',
        TAG,
        "*",
        None,
    ]


@pytest.mark.parametrize("version", [None, "", "1", 0, "W/1", '"a"b"', '"a\nb"'], ids=repr)
async def test_if_match_true_with_invalid_version_raises(version: Any) -> None:
    script = FakeScimServer(make_response(200, make_versioned_user(version)))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        read = await client.users.get("1")
        with pytest.raises(errors.InputError, match=r"meta\.version"):
            await client.users.replace(read, if_match=True)
        with pytest.raises(errors.InputError):
            await client.users.delete("1", if_match=True)
    assert len(script.sent) == 1


@pytest.mark.parametrize("tag", ["abc", "W/abc", "", '"a\r\nX: y"', 7, b"a"], ids=repr)
async def test_if_match_that_is_not_an_entity_tag_raises(tag: Any) -> None:
    script = FakeScimServer(make_response(204))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.InputError, match="entity tag"):
            await client.users.delete("1", if_match=tag)
    assert script.sent == []


async def test_version_missing_from_body_is_read_from_etag_header() -> None:
    for body in (make_user(1), make_versioned_user("unquoted"), make_versioned_user(None)):
        script = FakeScimServer(make_response(200, body, {"ETag": '"h"'}))
        async with AsyncScimClient(URL, TOKEN, transport=script) as client:
            read = await client.users.get("1")
        assert read.meta is not None
        assert read.meta.version == '"h"'
    script = FakeScimServer(make_response(200, make_versioned_user(), {"ETag": '"h"'}))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        read = await client.users.get("1")
    assert read.meta is not None
    assert read.meta.version == TAG


async def test_change_of_outdated_version_raises(okta: AsyncScimClient) -> None:
    created = await create_ana(okta)
    assert created.meta is not None
    await okta.users.patch(created, {"title": "first"}, if_match=True)
    with pytest.raises(errors.PreconditionFailed):
        await okta.users.patch(created, {"title": "second"}, if_match=True)
    with pytest.raises(errors.PreconditionFailed):
        await okta.users.replace(created, if_match=True)
    with pytest.raises(errors.PreconditionFailed):
        await okta.users.delete(created, if_match=created.meta.version)
    assert (await okta.users.get(created)).title == "first"


# ---------------------------------------------------------------------------------------- edit


async def test_edit_sends_the_difference(okta: AsyncScimClient) -> None:
    created = await create_ana(okta)

    def promote(target: scim.User) -> None:
        target.title = "CTO"
        assert target.name is not None
        target.name.family_name = "Byron"

    edited = await okta.users.edit(created, promote)
    assert (edited.title, edited.full_name) == ("CTO", "Ana Byron")
    assert edited.name is not None
    assert edited.name.given_name == "Ana"


async def test_edit_function_may_return_another_resource(okta: AsyncScimClient) -> None:
    created = await create_ana(okta)
    edited = await okta.users.edit(
        created, lambda target: target.model_copy(update={"title": "CTO"})
    )
    assert edited.title == "CTO"


async def test_edit_without_change_sends_nothing() -> None:
    script = FakeScimServer(make_response(200, make_versioned_user()))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.users.edit("1", lambda _: None)
    assert script.lines == ["GET /Users/1"]


@pytest.mark.parametrize("wrong", ["x", True, [], 0, {"title": "x"}], ids=repr)
async def test_edit_function_returning_another_type_raises(wrong: Any) -> None:
    script = FakeScimServer(make_response(200, make_versioned_user()))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.InputError, match=f"got {type(wrong).__name__}"):
            await client.users.edit("1", lambda _: wrong)
    assert script.lines == ["GET /Users/1"]


async def test_edit_of_resource_without_id_uses_requested_id() -> None:
    script = FakeScimServer(
        make_response(200, {"userName": "a", "schemas": []}),
        make_response(204),
        make_response(200, make_user(1)),
    )
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.users.edit("1", lambda target: target.model_copy(update={"title": "x"}))
    assert script.lines == ["GET /Users/1", "PATCH /Users/1", "GET /Users/1"]


async def test_edit_after_precondition_failure_reads_again() -> None:
    script = FakeScimServer(
        make_response(200, make_versioned_user('"1"')),
        make_error(412),
        make_response(200, make_versioned_user('"2"', nickName="from others")),
        make_response(200, make_versioned_user('"3"', nickName="from others", title="x")),
    )
    seen: list[str | None] = []

    def set_title(target: scim.User) -> None:
        seen.append(target.nick_name)
        target.title = "x"

    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        edited = await client.users.edit("1", set_title)
    assert seen == [None, "from others"]
    assert (edited.title, edited.nick_name) == ("x", "from others")
    assert [r.headers.get("if-match") for r in script.sent] == [None, '"1"', None, '"2"']


async def test_edit_after_five_precondition_failures_raises() -> None:
    script = FakeScimServer(
        lambda r: (
            make_error(412) if r.method == "PATCH" else make_response(200, make_versioned_user())
        )
    )

    def set_title(target: scim.User) -> None:
        target.title = "x"

    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.PreconditionFailed):
            await client.users.edit("1", set_title)
    assert script.lines == ["GET /Users/1", "PATCH /Users/1"] * 5


async def test_edit_without_version_sends_no_if_match() -> None:
    script = FakeScimServer(make_response(200, make_user(1)))

    def set_title(target: scim.User) -> None:
        target.title = "x"

    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.users.edit("1", set_title)
    assert [r.headers.get("if-match") for r in script.sent] == [None, None]


async def test_replace_retried_after_lost_response_is_recognised() -> None:
    script = FakeScimServer(
        httpx.ReadError("reset"),
        make_error(412),
        make_response(200, make_versioned_user('"2"', title="x")),
    )
    settings = Settings(clock=FakeClock())
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        target = scim.User.from_wire(make_versioned_user('"1"', title="x"))
        assert (await client.users.replace(target, if_match=True)).title == "x"
        script.steps[:] = [
            httpx.ReadError("reset"),
            make_error(412),
            make_response(200, make_versioned_user('"2"')),
        ]
        with pytest.raises(errors.PreconditionFailed):
            await client.users.replace(target, if_match=True)


# ------------------------------------------------------------------- a provider without PATCH


class ServerWithoutPatch(FakeScimServer):
    """A provider with one user and one group, without PATCH support."""

    def __init__(self, status: int = 501) -> None:
        super().__init__(make_response(404))
        self.status = status
        self.stored = {
            "/Users/1": make_user(1, active=True, meta={"version": '"1"'}),
            "/Groups/g1": make_group(1, members=[{"value": "a"}]),
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        import json

        request.read()
        self.sent.append(request)
        path = request.url.path.removeprefix("/api/scim/v2")
        if request.method == "PATCH":
            return make_error(self.status)
        if path == "/ServiceProviderConfig":
            return make_response(200, {"schemas": [], "patch": {"supported": False}})
        if request.method == "PUT":
            self.stored[path] = json.loads(request.content)
        return make_response(200, self.stored[path])


@pytest.mark.parametrize("status", [405, 501])
async def test_change_without_patch_support_uses_put(status: int) -> None:
    script = ServerWithoutPatch(status)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.users.deactivate("1")
        assert script.lines == ["PATCH /Users/1", "GET /Users/1", "PUT /Users/1"]
        assert script.sent[-1].headers["if-match"] == '"1"'
        changed = await client.users.patch("1", {"title": "x"})
        assert changed.title == "x"
        assert script.lines[3:] == ["GET /Users/1", "PUT /Users/1"], "PATCH is not repeated"
        await client.groups.add_members("g1", ["b", "c"])
        await client.groups.remove_members("g1", ["a"])
        await client.groups.rename("g1", "New")
    assert script.stored["/Users/1"]["active"] is False
    stored = script.stored["/Groups/g1"]
    assert (stored["displayName"], [m["value"] for m in stored["members"]]) == ("New", ["b", "c"])


async def test_configuration_without_patch_avoids_patch_requests() -> None:
    script = ServerWithoutPatch()
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.service_provider_config()
        await client.users.deactivate("1")
    assert script.lines == ["GET /ServiceProviderConfig", "GET /Users/1", "PUT /Users/1"]


async def test_changes_setting_overrides_configuration() -> None:
    script = ServerWithoutPatch()
    async with AsyncScimClient(
        URL, TOKEN, transport=script, settings=Settings(changes="patch")
    ) as client:
        await client.service_provider_config()
        with pytest.raises(errors.ServerError):
            await client.users.deactivate("1")
    script = ServerWithoutPatch()
    async with AsyncScimClient(
        URL, TOKEN, transport=script, settings=Settings(changes="put")
    ) as client:
        await client.users.deactivate("1")
    assert script.lines == ["GET /Users/1", "PUT /Users/1"]


async def test_put_for_patch_after_precondition_failure_is_repeated() -> None:
    script = FakeScimServer(
        make_response(200, make_versioned_user('"1"')),
        make_error(412),
        make_response(200, make_versioned_user('"2"')),
        make_response(200, make_versioned_user('"3"', active=False)),
    )
    async with AsyncScimClient(
        URL, TOKEN, transport=script, settings=Settings(changes="put")
    ) as client:
        await client.users.deactivate("1")
    assert script.lines == ["GET /Users/1", "PUT /Users/1"] * 2


async def test_put_for_patch_with_if_match_sends_that_version() -> None:
    script = FakeScimServer(
        lambda r: (
            make_error(412) if r.method == "PUT" else make_response(200, make_versioned_user('"2"'))
        )
    )
    async with AsyncScimClient(
        URL, TOKEN, transport=script, settings=Settings(changes="put")
    ) as client:
        with pytest.raises(errors.PreconditionFailed):
            await client.users.patch("1", {"title": "x"}, if_match='"1"')
    assert script.sent[-1].headers["if-match"] == '"1"'
    assert script.lines == ["GET /Users/1", "PUT /Users/1"]


async def test_put_for_patch_after_five_failures_raises() -> None:
    script = FakeScimServer(
        lambda r: (
            make_error(412) if r.method == "PUT" else make_response(200, make_versioned_user())
        )
    )
    async with AsyncScimClient(
        URL, TOKEN, transport=script, settings=Settings(changes="put")
    ) as client:
        with pytest.raises(errors.PreconditionFailed):
            await client.users.deactivate("1")
    assert len(script.sent) == 10
