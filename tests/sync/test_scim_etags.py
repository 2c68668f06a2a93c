# Generated from tests/aio/test_scim_etags.py by tools/unasync.py; edit that file instead.
"""Changes bound to a version, edits repeated, and PUT where a provider has no PATCH."""

from typing import Any

import httpx
import pytest

from britive_scim import ScimClient, Settings, errors, scim
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
def okta() -> ScimClient:
    tenant = Tenant()
    idp = tenant.identity_providers["Okta"]
    return ScimClient(idp.scim_url, idp.scim_token, transport=tenant.transport())


def ana(okta: ScimClient) -> scim.User:
    return okta.users.create(
        scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
    )


def versioned(tag: Any = TAG, **more: Any) -> dict[str, Any]:
    return make_user(1, meta={"version": tag}, **more)


def test_a_change_may_be_bound_to_the_version_read() -> None:
    script = FakeScimServer(make_response(200, versioned()))
    with ScimClient(URL, TOKEN, transport=script) as client:
        read = client.users.get("1")
        client.users.replace(read, if_match=True)
        client.users.patch(read, {"title": "x"}, if_match=True)
        client.users.patch(read, {"title": "x"}, if_match='"other"', fetch=False)
        client.users.delete(read, if_match=True)
        client.users.delete("1", if_match="*")
        client.users.delete("1")
    assert [request.headers.get("if-match") for request in script.sent[1:]] == [
        TAG,
        TAG,
        '"other"',
        TAG,
        "*",
        None,
    ]


@pytest.mark.parametrize("version", [None, "", "1", 0, "W/1", '"a"b"', '"a\nb"'], ids=repr)
def test_a_version_that_is_no_tag_is_never_sent_back(version: Any) -> None:
    script = FakeScimServer(make_response(200, versioned(version)))
    with ScimClient(URL, TOKEN, transport=script) as client:
        read = client.users.get("1")
        with pytest.raises(errors.InputError, match=r"meta\.version"):
            client.users.replace(read, if_match=True)
        with pytest.raises(errors.InputError):
            client.users.delete("1", if_match=True)
    assert len(script.sent) == 1


@pytest.mark.parametrize("tag", ["abc", "W/abc", "", '"a\r\nX: y"', 7, b"a"], ids=repr)
def test_a_text_that_is_no_tag_is_refused(tag: Any) -> None:
    script = FakeScimServer(make_response(204))
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.InputError, match="entity tag"):
            client.users.delete("1", if_match=tag)
    assert script.sent == []


def test_the_header_names_the_version_where_the_body_does_not() -> None:
    for body in (make_user(1), versioned("unquoted"), versioned(None)):
        script = FakeScimServer(make_response(200, body, {"ETag": '"h"'}))
        with ScimClient(URL, TOKEN, transport=script) as client:
            read = client.users.get("1")
        assert read.meta is not None
        assert read.meta.version == '"h"'
    script = FakeScimServer(make_response(200, versioned(), {"ETag": '"h"'}))
    with ScimClient(URL, TOKEN, transport=script) as client:
        read = client.users.get("1")
    assert read.meta is not None
    assert read.meta.version == TAG


def test_a_change_to_another_version_is_refused(okta: ScimClient) -> None:
    made = ana(okta)
    assert made.meta is not None
    okta.users.patch(made, {"title": "first"}, if_match=True)
    with pytest.raises(errors.PreconditionFailed):
        okta.users.patch(made, {"title": "second"}, if_match=True)
    with pytest.raises(errors.PreconditionFailed):
        okta.users.replace(made, if_match=True)
    with pytest.raises(errors.PreconditionFailed):
        okta.users.delete(made, if_match=made.meta.version)
    assert (okta.users.get(made)).title == "first"


# ---------------------------------------------------------------------------------------- edit


def test_edit_writes_the_difference(okta: ScimClient) -> None:
    made = ana(okta)

    def promote(one: scim.User) -> None:
        one.title = "CTO"
        assert one.name is not None
        one.name.family_name = "Byron"

    edited = okta.users.edit(made, promote)
    assert (edited.title, edited.full_name) == ("CTO", "Ana Byron")
    assert edited.name is not None
    assert edited.name.given_name == "Ana"


def test_edit_may_return_another_resource(okta: ScimClient) -> None:
    made = ana(okta)
    edited = okta.users.edit(made, lambda one: one.model_copy(update={"title": "CTO"}))
    assert edited.title == "CTO"


def test_edit_without_a_change_writes_nothing() -> None:
    script = FakeScimServer(make_response(200, versioned()))
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.users.edit("1", lambda _: None)
    assert script.lines == ["GET /Users/1"]


@pytest.mark.parametrize("wrong", ["x", True, [], 0, {"title": "x"}], ids=repr)
def test_edit_takes_a_resource_or_nothing_from_the_function(wrong: Any) -> None:
    script = FakeScimServer(make_response(200, versioned()))
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.InputError, match=f"got {type(wrong).__name__}"):
            client.users.edit("1", lambda _: wrong)
    assert script.lines == ["GET /Users/1"]


def test_edit_reads_a_resource_that_comes_without_its_id() -> None:
    script = FakeScimServer(
        make_response(200, {"userName": "a", "schemas": []}),
        make_response(204),
        make_response(200, make_user(1)),
    )
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.users.edit("1", lambda one: one.model_copy(update={"title": "x"}))
    assert script.lines == ["GET /Users/1", "PATCH /Users/1", "GET /Users/1"]


def test_edit_reads_again_when_others_were_faster() -> None:
    script = FakeScimServer(
        make_response(200, versioned('"1"')),
        make_error(412),
        make_response(200, versioned('"2"', nickName="from others")),
        make_response(200, versioned('"3"', nickName="from others", title="x")),
    )
    seen: list[str | None] = []

    def change(one: scim.User) -> None:
        seen.append(one.nick_name)
        one.title = "x"

    with ScimClient(URL, TOKEN, transport=script) as client:
        edited = client.users.edit("1", change)
    assert seen == [None, "from others"]
    assert (edited.title, edited.nick_name) == ("x", "from others")
    assert [r.headers.get("if-match") for r in script.sent] == [None, '"1"', None, '"2"']


def test_edit_gives_up_after_five_times() -> None:
    script = FakeScimServer(
        lambda r: make_error(412) if r.method == "PATCH" else make_response(200, versioned())
    )

    def change(one: scim.User) -> None:
        one.title = "x"

    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.PreconditionFailed):
            client.users.edit("1", change)
    assert script.lines == ["GET /Users/1", "PATCH /Users/1"] * 5


def test_edit_without_versions_is_not_bound_to_one() -> None:
    script = FakeScimServer(make_response(200, make_user(1)))

    def change(one: scim.User) -> None:
        one.title = "x"

    with ScimClient(URL, TOKEN, transport=script) as client:
        client.users.edit("1", change)
    assert [r.headers.get("if-match") for r in script.sent] == [None, None]


def test_a_put_that_went_through_before_its_answer_was_lost_is_recognised() -> None:
    script = FakeScimServer(
        httpx.ReadError("reset"), make_error(412), make_response(200, versioned('"2"', title="x"))
    )
    settings = Settings(clock=FakeClock())
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        one = scim.User.from_wire(versioned('"1"', title="x"))
        assert (client.users.replace(one, if_match=True)).title == "x"
        script.steps[:] = [
            httpx.ReadError("reset"),
            make_error(412),
            make_response(200, versioned('"2"')),
        ]
        with pytest.raises(errors.PreconditionFailed):
            client.users.replace(one, if_match=True)


# ------------------------------------------------------------------- a provider without PATCH


class NoPatch(FakeScimServer):
    """A provider that keeps one user and one group, and has no PATCH."""

    def __init__(self, status: int = 501) -> None:
        super().__init__(make_response(404))
        self.status = status
        self.kept = {
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
            self.kept[path] = json.loads(request.content)
        return make_response(200, self.kept[path])


@pytest.mark.parametrize("status", [405, 501])
def test_without_patch_a_part_is_changed_by_putting_the_whole(status: int) -> None:
    script = NoPatch(status)
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.users.deactivate("1")
        assert script.lines == ["PATCH /Users/1", "GET /Users/1", "PUT /Users/1"]
        assert script.sent[-1].headers["if-match"] == '"1"'
        changed = client.users.patch("1", {"title": "x"})
        assert changed.title == "x"
        assert script.lines[3:] == ["GET /Users/1", "PUT /Users/1"], "PATCH is not tried again"
        client.groups.add_members("g1", ["b", "c"])
        client.groups.remove_members("g1", ["a"])
        client.groups.rename("g1", "New")
    assert script.kept["/Users/1"]["active"] is False
    kept = script.kept["/Groups/g1"]
    assert (kept["displayName"], [m["value"] for m in kept["members"]]) == ("New", ["b", "c"])


def test_what_the_configuration_says_is_believed_once_it_was_read() -> None:
    script = NoPatch()
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.service_provider_config()
        client.users.deactivate("1")
    assert script.lines == ["GET /ServiceProviderConfig", "GET /Users/1", "PUT /Users/1"]


def test_the_settings_decide_before_the_provider_does() -> None:
    script = NoPatch()
    with ScimClient(
        URL, TOKEN, transport=script, settings=Settings(changes="patch")
    ) as client:
        client.service_provider_config()
        with pytest.raises(errors.ServerError):
            client.users.deactivate("1")
    script = NoPatch()
    with ScimClient(
        URL, TOKEN, transport=script, settings=Settings(changes="put")
    ) as client:
        client.users.deactivate("1")
    assert script.lines == ["GET /Users/1", "PUT /Users/1"]


def test_a_put_in_place_of_a_patch_is_repeated_when_others_were_faster() -> None:
    script = FakeScimServer(
        make_response(200, versioned('"1"')),
        make_error(412),
        make_response(200, versioned('"2"')),
        make_response(200, versioned('"3"')),
    )
    with ScimClient(
        URL, TOKEN, transport=script, settings=Settings(changes="put")
    ) as client:
        client.users.deactivate("1")
    assert script.lines == ["GET /Users/1", "PUT /Users/1"] * 2


def test_a_put_in_place_of_a_patch_keeps_to_the_version_asked_for() -> None:
    script = FakeScimServer(
        lambda r: make_error(412) if r.method == "PUT" else make_response(200, versioned('"2"'))
    )
    with ScimClient(
        URL, TOKEN, transport=script, settings=Settings(changes="put")
    ) as client:
        with pytest.raises(errors.PreconditionFailed):
            client.users.patch("1", {"title": "x"}, if_match='"1"')
    assert script.sent[-1].headers["if-match"] == '"1"'
    assert script.lines == ["GET /Users/1", "PUT /Users/1"]


def test_a_put_in_place_of_a_patch_gives_up_after_five_times() -> None:
    script = FakeScimServer(
        lambda r: make_error(412) if r.method == "PUT" else make_response(200, versioned())
    )
    with ScimClient(
        URL, TOKEN, transport=script, settings=Settings(changes="put")
    ) as client:
        with pytest.raises(errors.PreconditionFailed):
            client.users.deactivate("1")
    assert len(script.sent) == 10
