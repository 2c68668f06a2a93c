"""Success statuses that the body contradicts, and messages of errors."""

from typing import Any

import pytest

from britive_scim import AsyncAdminClient, AsyncScimClient, Settings, errors
from support.each_value import each_value
from support.fake_admin_api import FakeAdminApi as AdminScript
from support.fake_scim_server import (
    ERROR,
    GROUP,
    TOKEN,
    URL,
    USER,
    FakeClock,
    FakeScimServer,
    make_error,
    make_group,
    make_list,
    make_response,
    make_user,
)


def client_of(*steps: Any) -> AsyncScimClient:
    return AsyncScimClient(
        URL, TOKEN, transport=FakeScimServer(*steps), settings=Settings(clock=FakeClock())
    )


FALSE_SUCCESSES: list[tuple[Any, str]] = [
    (b"<html><title>Sign in</title></html>", "HTML"),
    (b"done", "an invalid body"),
    (b'{"schemas":["urn', "an invalid body"),
    ({"schemas": [ERROR], "status": "404", "detail": "gone"}, r"a SCIM Error \(gone\)"),
    ({"status": 403, "message": "no", "errorCode": "E1"}, r"an error with status 403 \(E1: no\)"),
    ({"status": "500"}, "an error with status 500"),
    ({"errorCode": "E1"}, r"an error \(E1\)"),
    ([], "expected a resource or an empty body, got a list"),
    (b'"ok"', "got a string"),
    (b"false", "got a boolean"),
]


@pytest.mark.parametrize(
    ("body", "message"), FALSE_SUCCESSES, ids=[message for _, message in FALSE_SUCCESSES]
)
async def test_write_with_error_body_and_status_200_raises(body: Any, message: str) -> None:
    async with client_of(make_response(200, body)) as okta:
        for write in (
            lambda: okta.users.delete("1"),
            lambda: okta.users.deactivate("1"),
            lambda: okta.groups.add_members("g", ["1"]),
            lambda: okta.users.patch("1", {"title": "x"}, fetch=False),
        ):
            with pytest.raises(errors.UnexpectedResponse, match=message) as caught:
                await write()
            assert caught.value.may_have_happened


@pytest.mark.parametrize(
    "body",
    [b"", b"  \n", b"null", b"{}", make_user(1), {"status": "active", "message": "ok"}],
    ids=str,
)
async def test_write_with_acceptable_body_succeeds(body: Any) -> None:
    script = FakeScimServer(
        make_response(200, body), make_response(200, body), make_response(200, make_user(1))
    )
    async with AsyncScimClient(URL, TOKEN, transport=script) as okta:
        await okta.users.delete("1")
        assert (await okta.users.deactivate("1")).id == "1"


@pytest.mark.parametrize("active", [True, "True"], ids=repr)
async def test_deactivate_response_with_active_user_raises(active: Any) -> None:
    async with client_of(make_response(200, make_user(1, active=active))) as okta:
        with pytest.raises(errors.UnexpectedResponse, match="active to be False, got True"):
            await okta.users.deactivate("1")
        await okta.users.reactivate("1")


async def test_reactivate_response_with_inactive_user_raises() -> None:
    async with client_of(make_response(200, make_user(1, ACTIVE=False))) as okta:
        with pytest.raises(errors.UnexpectedResponse, match="active to be True, got False"):
            await okta.users.reactivate("1")
        await okta.users.deactivate("1")


async def test_deactivate_by_put_with_active_user_raises() -> None:
    script = FakeScimServer(make_response(200, make_user(1, active=True)))
    settings = Settings(changes="put")
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as okta:
        with pytest.raises(errors.UnexpectedResponse, match="active is True, not False as sent"):
            await okta.users.deactivate("1")
    assert script.lines == ["GET /Users/1", "PUT /Users/1"]


SHORT = {"schemas": [USER], "id": "1", "userName": "u1@example.com"}
ACKNOWLEDGEMENTS: list[Any] = [make_response(204), make_response(200, SHORT)]


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_acknowledged_active_that_is_not_shown_raises(method: str) -> None:
    """The GET after the acknowledgement shows the old `active`."""
    for acknowledgement in ACKNOWLEDGEMENTS:
        for name, active in (("deactivate", True), ("reactivate", False)):
            old = make_response(200, make_user(1, active=active))
            steps = [acknowledgement, old] if method == "PATCH" else [old, acknowledgement, old]
            settings = Settings(changes="put" if method == "PUT" else None, clock=FakeClock())
            script = FakeScimServer(*steps)
            async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as okta:
                with pytest.raises(errors.UnexpectedResponse, match=r"^PATCH /Users/1") as caught:
                    await getattr(okta.users, name)("1")
            assert caught.value.may_have_happened
            assert script.lines[-2:] == [f"{method} /Users/1", "GET /Users/1"]


async def test_acknowledged_name_that_is_not_shown_is_unkept() -> None:
    old = make_response(200, make_group(1, displayName="Old"))
    short = make_response(200, {"schemas": [GROUP], "id": "g1"})
    for steps in ([make_response(204), old], [short, old], [old]):
        async with client_of(*steps) as okta:
            assert (await okta.groups.rename("g1", "New")).unkept == ("displayName",)
            assert (await okta.groups.rename("g1", "old")).unkept == ()


# ------------------------------------------------------------------------------------- admin


async def call_admin(
    status_and_body: tuple[int, Any], line: str, method: str, *arguments: Any
) -> Any:
    script = AdminScript({line: status_and_body})
    async with AsyncAdminClient("acme", TOKEN, transport=script) as acme:
        resource, _, name = method.partition(".")
        return await getattr(getattr(acme, resource), name)(*arguments)


ENVELOPE = {"status": 400, "message": "x", "errorCode": "E1"}
EMPTY: dict[str, Any] = {}


@pytest.mark.parametrize("body", [ENVELOPE, EMPTY], ids=["envelope", "empty object"])
@pytest.mark.parametrize(
    ("line", "method", "arguments"),
    [
        ("GET /api/users/u", "users.get", ("u",)),
        ("GET /api/user-tags/t", "tags.get", ("t",)),
        ("GET /api/identity-providers/i", "identity_providers.get", ("i",)),
        ("POST /api/user-tags", "tags.create", ("Eng",)),
        ("GET /api/token", "api_tokens.list", ()),
    ],
)
async def test_admin_object_from_error_or_empty_body_raises(
    body: Any, line: str, method: str, arguments: tuple[Any, ...]
) -> None:
    with pytest.raises(
        errors.UnexpectedResponse, match=r"error with status 400|empty|a list or an"
    ):
        await call_admin((200, body), line, method, *arguments)


async def test_admin_delete_with_error_body_and_status_200_raises() -> None:
    for body in (ENVELOPE, b"<html>", b"done"):
        with pytest.raises(errors.UnexpectedResponse):
            await call_admin((200, body), "DELETE /api/user-tags/t", "tags.delete", "t")
    for body in (None, b"[]", {"message": "ok"}):
        await call_admin((200, body), "DELETE /api/user-tags/t", "tags.delete", "t")


async def test_revoke_accepts_plain_text_response() -> None:
    line = "DELETE /api/token/k"
    for body in (b"Successfully revoked token", None, EMPTY):
        await call_admin((200, body), line, "api_tokens.revoke", "k")
    for body in (ENVELOPE, b"<html>Sign in</html>"):
        with pytest.raises(errors.UnexpectedResponse):
            await call_admin((200, body), line, "api_tokens.revoke", "k")


async def test_optional_admin_object_from_empty_body_is_none() -> None:
    script = AdminScript({"GET /api/banner": [(200, EMPTY), (200, None), (200, ENVELOPE)]})
    async with AsyncAdminClient("acme", TOKEN, transport=script) as acme:
        assert await acme.banner() is None
        assert await acme.banner() is None
        with pytest.raises(errors.UnexpectedResponse, match="E1: x"):
            await acme.banner()


# ------------------------------------------------------------------------------------- error messages


DETAILS: list[tuple[Any, str]] = [
    ([{"detail": "in list"}], ": in list"),
    (["one", "two"], ": one; two"),
    ({"detail": {"a": "why"}}, ": a: why"),
    ({"Errors": [{"description": "d"}]}, ": d"),
    ({"errors": [{"field": "userName", "message": "taken"}, {"message": "two"}]}, "taken"),
    ({"error": {"code": 5, "reason": "r"}}, ": r"),
    ({"messages": {"userName": ["is taken"]}}, 'messages": {"userName": ["is taken"]}'),
    ({"foo": "a\x1b[31m\nb"}, r"a\u001b[31m\nb"),
    (b'{"foo": "a\x1b[31m"}', "a\\x1b[31m"),
    ({"foo": "x" * 500}, "…"),
]


@pytest.mark.parametrize(("body", "message"), DETAILS, ids=[message[:20] for _, message in DETAILS])
async def test_error_message_contains_detail_of_body(body: Any, message: str) -> None:
    async with client_of(make_response(400, body)) as okta:
        with pytest.raises(errors.BadRequest) as caught:
            await okta.users.get("1")
    assert message in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


@each_value("body", [b"", b"{}", b"[]", b"null"])
async def test_error_message_of_empty_body_contains_status(body: bytes) -> None:
    async with client_of(make_response(418, body)) as okta:
        with pytest.raises(errors.BadRequest, match=r"HTTP 418$") as caught:
            await okta.users.get("1")
    assert caught.value.detail is None


@each_value(
    "status, message, absent",
    [
        (304, "was not conditional", "redirect"),
        (305, "a success or an error", "redirect"),
        (302, "redirects are not followed", "a success or"),
    ],
)
async def test_status_3xx_message_describes_status(status: int, message: str, absent: str) -> None:
    async with client_of(make_response(status)) as okta:
        with pytest.raises(errors.UnexpectedResponse, match=message) as caught:
            await okta.users.deactivate("1")
    assert absent not in str(caught.value)
    assert not caught.value.may_have_happened


async def test_status_501_is_not_retried() -> None:
    script = FakeScimServer(make_error(501))
    async with AsyncScimClient(URL, TOKEN, transport=script) as okta:
        with pytest.raises(errors.ServerError, match="does not support this request") as caught:
            await okta.me.get()
    assert "later" not in str(caught.value)
    assert len(script.sent) == 1


# ------------------------------------------------------------------------------------- malformed JSON


LONE_SURROGATE = rb"x\ud83d"
SURROGATE_PAIR = rb"\ud83d\ude00"


def encode_user(number: int, title: bytes) -> bytes:
    return b'{"id":"%d","userName":"u%d","title":"%s"}' % (number, number, title)


async def test_lone_surrogate_in_page_keeps_other_values() -> None:
    page = b'{"totalResults":2,"Resources":[%s,%s]}' % (
        encode_user(1, LONE_SURROGATE),
        encode_user(2, SURROGATE_PAIR),
    )
    async with client_of(make_response(200, page)) as okta:
        broken, whole = [item async for item in okta.users.list()]
    assert (broken.id, whole.id, whole.title) == ("1", "2", "\N{GRINNING FACE}")
    assert (broken.title or "").encode().strip(b"x") in (b"", "\N{REPLACEMENT CHARACTER}".encode())


async def test_lone_surrogate_in_resource_or_error_is_replaced() -> None:
    async with client_of(
        make_response(200, encode_user(1, LONE_SURROGATE + rb"\\ud83d\n"))
    ) as okta:
        assert (await okta.users.get("1")).id == "1"
    async with client_of(
        make_error(400, "x"), make_response(400, rb'{"detail":"a\ud83d"}')
    ) as okta:
        with pytest.raises(errors.BadRequest, match="x"):
            await okta.users.get("1")
        with pytest.raises(errors.BadRequest, match="a\N{REPLACEMENT CHARACTER}"):
            await okta.users.get("1")


async def test_json_nested_too_deep_raises_naming_the_limit() -> None:
    deep = b'{"id":"1","x":' + b"[" * 80 + b"]" * 80 + b"}"
    page = b'{"Resources":[%s]}' % deep
    async with client_of(make_response(200, deep), make_response(200, page)) as okta:
        for read in (lambda: okta.users.get("1"), lambda: okta.users.list().first()):
            with pytest.raises(errors.UnexpectedResponse, match="nested deeper than 64") as caught:
                await read()
            assert "complete" not in str(caught.value)


async def test_page_with_error_body_raises() -> None:
    async with client_of(
        make_response(200, {"schemas": [ERROR], "status": "400", "detail": "no"})
    ) as okta:
        with pytest.raises(errors.UnexpectedResponse):
            await okta.users.list().first()
    async with client_of(make_list(make_user(1))) as okta:
        assert await okta.users.list().first() is not None
