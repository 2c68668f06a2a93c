"""Misuse of the clients: errors that name the solution, raised before a request is sent."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from britive_scim import (
    AsyncAdminClient,
    AsyncScimClient,
    RetryPolicy,
    Settings,
    admin,
    errors,
    scim,
)
from britive_scim.aio.concurrency import IS_ASYNC
from britive_scim.testing import Tenant
from support.each_value import each_value
from support.fake_admin_api import FakeAdminApi as AdminScript
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeScimServer,
    httpx_classes,
    make_error,
    make_group,
    make_list,
    make_response,
    make_user,
)


def scim_client(*steps: Any, **options: Any) -> AsyncScimClient:
    return AsyncScimClient(
        URL, TOKEN, transport=FakeScimServer(*steps or (make_response(200),)), **options
    )


def admin_client(**options: Any) -> AsyncAdminClient:
    return AsyncAdminClient("acme", TOKEN, **{"transport": AdminScript(), **options})


# ------------------------------------------------------------------------------------- keywords


UNKNOWN_KEYWORDS: list[tuple[Callable[[Any], Any], str]] = [
    (lambda c: c.users.get("1", timout=3), "timout"),
    (lambda c: c.users.deactivate("1", dry_run=True), "dry_run"),
    (lambda c: c.users.edit("1", lambda u: u, attributes=["a"]), "attributes"),
    (lambda c: c.users.patch("1", {}, fetch=False, tiemout=1), "tiemout"),
    (lambda c: c.groups.add_members("g", [], retries=1), "retries"),
    (lambda c: c.check(quick=True), "quick"),
    (lambda c: c.send(None, header=1), "header"),
    (lambda c: c.users.list(filters="active eq true"), "filters"),
    (lambda c: c.search(pagesize=5), "pagesize"),
]


@pytest.mark.parametrize(
    ("call", "keyword"), UNKNOWN_KEYWORDS, ids=[keyword for _, keyword in UNKNOWN_KEYWORDS]
)
async def test_call_with_unknown_keyword_sends_nothing(
    call: Callable[[Any], Any], keyword: str
) -> None:
    script = FakeScimServer(make_response(200, make_user(1)))
    async with AsyncScimClient(URL, TOKEN, transport=script) as okta:
        with pytest.raises(TypeError, match=f"unexpected keyword argument '{keyword}'"):
            await call(okta)
    assert script.sent == []


async def test_call_with_known_keywords_succeeds() -> None:
    async with scim_client(make_response(200, make_user(1))) as okta:
        assert (await okta.users.get("1", timeout=3, retry=None)).id == "1"
        assert (await okta.users.get(target="1", retry=RetryPolicy.none())).id == "1"


@pytest.mark.parametrize("wrong", [5, 0, False, "5", {"attempts": 3}], ids=repr)
async def test_call_with_invalid_retry_or_timeout_raises(wrong: Any) -> None:
    async with scim_client() as okta:
        with pytest.raises(errors.ConfigurationError, match="retry must be a RetryPolicy"):
            await okta.users.get("1", retry=wrong)
        with pytest.raises(errors.ConfigurationError, match="retry must be a RetryPolicy"):
            await okta.users.list(retry=wrong).first()
        with pytest.raises(errors.ConfigurationError, match="timeout must be"):
            await okta.users.list(timeout=-1).first()


@each_value(
    "url, advice",
    [
        ("https://acme.britive-app.com", "which is empty: a SCIM URL ends in /api/scim/v2"),
        ("https://acme.britive-app.com/api/", "which is /api: a SCIM URL ends in"),
        ("https://acme.britive-app.com/scim/v2/acme", "which is /scim/v2/acme: a SCIM URL ends in"),
        ("https://acme.britive-app.com/api/scim/v2", ""),
        ("https://idp.example/scim/v2/", ""),
        ("https://idp.example/a/SCIM/v1", ""),
    ],
)
async def test_unauthorized_mentions_path_that_is_not_scim(url: str, advice: str) -> None:
    script = FakeScimServer(make_response(401))
    async with AsyncScimClient(url, TOKEN, transport=script) as okta:
        with pytest.raises(errors.Unauthorized, match="check the SCIM token") as caught:
            await okta.users.get("1")
    assert ("path of the base URL" in str(caught.value)) is bool(advice)
    assert advice in str(caught.value)


# ------------------------------------------------------------------------------------- construction


@pytest.mark.parametrize("make_client", [scim_client, admin_client], ids=["scim", "admin"])
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"retry": 3}, r"got 3; use RetryPolicy\(attempts=3\)"),
        ({"retry": 0}, r"RetryPolicy\.none\(\)"),
        ({"retry": False}, "got False"),
        ({"retry": "no"}, "got str"),
    ],
    ids=repr,
)
def test_client_with_invalid_retry_describes_expected_type(
    make_client: Callable[..., Any], wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(errors.ConfigurationError, match=message):
        make_client(**wrong)


OTHER_TRANSPORT, OTHER_CLIENT = httpx_classes(asynchronous=not IS_ASYNC)
_, SAME_CLIENT = httpx_classes(asynchronous=IS_ASYNC)


@pytest.mark.parametrize("make_client", [AsyncScimClient, AsyncAdminClient])
@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("transport", OTHER_TRANSPORT(), r"got \w*HTTPTransport; .*HTTPTransport\(\)"),
        ("transport", Tenant(), r"got Tenant; .*tenant\.\w+\(\)"),
        ("transport", Tenant().transport, "got method"),
        ("transport", "http", "got str"),
        ("transport", httpx.MockTransport, "the class MockTransport"),
        ("http_client", OTHER_CLIENT(), r"got \w*Client; .*Client\(\)"),
        ("http_client", "x", "got str"),
        ("http_client", SAME_CLIENT, "the class"),
    ],
)
async def test_transport_of_other_concurrency_type_raises(
    make_client: Any, name: str, wrong: Any, message: str
) -> None:
    options: Any = {name: wrong}
    with pytest.raises(errors.ConfigurationError, match=message) as caught:
        make_client(URL if make_client is AsyncScimClient else "acme", TOKEN, **options)
    assert f"{name} must be an object with the methods " in str(caught.value)


async def test_transport_for_sync_and_async_is_accepted() -> None:
    AsyncScimClient(URL, TOKEN, transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    async with SAME_CLIENT() as http_client:
        AsyncScimClient(URL, TOKEN, http_client=http_client)


@each_value("end", ["/Users", "/Groups/", "/ServiceProviderConfig"])
def test_base_url_with_endpoint_raises(end: str) -> None:
    with pytest.raises(errors.ConfigurationError, match=f"give {URL}$"):
        AsyncScimClient(URL + end, TOKEN)


@each_value("word", ["Bearer", "bearer", "TOKEN"])
def test_token_with_scheme_prefix_raises(word: str) -> None:
    for make_client in (lambda t: AsyncScimClient(URL, t), lambda t: AsyncAdminClient("acme", t)):
        with pytest.raises(errors.ConfigurationError, match=f"the word {word}.*leave the word out"):
            make_client(f"{word} {TOKEN}")


async def test_closed_client_entered_again_raises() -> None:
    okta = scim_client()
    async with okta:
        pass
    with pytest.raises(errors.ConfigurationError, match="closed; make a new one"):
        async with okta:
            pass


# ------------------------------------------------------------------------------------- arguments


ARGUMENTS: list[tuple[Callable[[Any], Any], str]] = [
    (lambda c: c.users.get(None), r"got None; did a find_by_…\(\) return no match\?"),
    (lambda c: c.users.deactivate(scim.Group(id="g1", display_name="G")), "that of a User, got a Group"),
    (lambda c: c.groups.delete(scim.User(id="1", user_name="a")), "that of a Group, got a User"),
    (lambda c: c.groups.get(admin.IdentityProvider(id="i")), "that of a Group, got an IdentityProvider"),
    (lambda c: c.groups.rename("g", None), "a non-empty string, got None"),
    (lambda c: c.groups.rename("g", " "), "a non-empty string, got ' '"),
    (lambda c: c.groups.add_members("g", None), "members must be several ids or resources, got None"),
    (lambda c: c.groups.add_members("g", [None]), r"members\[0\] must be a string or an object with an id, got None"),
    (lambda c: c.groups.add_members("g", {"value": "1"}), "got dict; put it in a list"),
    (lambda c: c.groups.add_members("g", [scim.Member()]), "got Member"),
    (lambda c: c.groups.add_members("g", [{"display": "a"}]), "got dict"),
    (lambda c: c.groups.add_members("g", 5), "got int; put it in a list"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), ARGUMENTS, ids=[message for _, message in ARGUMENTS])
async def test_call_with_invalid_argument_describes_expected_type(
    call: Callable[[Any], Any], message: str
) -> None:
    script = FakeScimServer(make_response(200))
    async with AsyncScimClient(URL, TOKEN, transport=script) as okta:
        with pytest.raises(errors.InputError, match=message):
            await call(okta)
    assert script.sent == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"filter": 5}, "filter must be a string or a scim.Filter, got int"),
        ({"filter": admin.where("name").eq("a")}, "got Condition; .*scim.attr"),
        ({"attributes": "userName"}, r"attributes must be several .*\['userName'\]"),
    ],
    ids=repr,
)
async def test_list_with_invalid_condition_raises_before_sending(wrong: Any, message: str) -> None:
    async with scim_client() as okta:
        with pytest.raises(errors.InputError, match=message):
            okta.users.list(**wrong)
        with pytest.raises(errors.InputError, match=message):
            okta.search(**wrong)


async def test_member_objects_are_accepted_as_members() -> None:
    script = FakeScimServer(make_response(204))
    async with AsyncScimClient(URL, TOKEN, transport=script) as okta:
        await okta.groups.add_members("g", [scim.Member(value="1"), scim.Member(value="2")])
        await okta.groups.remove_members("g", [{"value": "1", "type": "User"}])
        await okta.groups.set_members(
            "g", scim.Group(members=[scim.Member(value="3")]).members or []
        )
    assert script.bodies[0]["Operations"][0]["value"] == [{"value": "1"}, {"value": "2"}]
    assert script.bodies[1]["Operations"][0]["path"] == 'members[value eq "1"]'
    assert script.bodies[2]["Operations"][0]["value"] == [{"value": "3"}]


async def test_add_members_with_pager_is_read_or_raises() -> None:
    # the empty page proves that the list is complete
    script = FakeScimServer(make_list(make_user(1)), make_list(), make_response(204))
    async with AsyncScimClient(URL, TOKEN, transport=script) as okta:
        pager: Any = okta.users.list()
        if IS_ASYNC:
            with pytest.raises(
                errors.InputError, match=r"got AsyncPager; read it first: \[item async for"
            ):
                await okta.groups.add_members("g", pager)
        else:
            await okta.groups.add_members("g", pager)
            assert script.bodies[-1]["Operations"][0]["value"] == [{"value": "1"}]


async def test_admin_call_with_object_of_other_type_raises() -> None:
    script = AdminScript()
    tag, person = (
        admin.Tag.from_wire({"userTagId": "t"}),
        admin.User.from_wire({"userId": "u"}),
    )
    wrong: Any
    async with AsyncAdminClient("acme", TOKEN, transport=script) as acme:
        wrong = tag
        with pytest.raises(errors.InputError, match="that of a User, got a Tag"):
            await acme.users.get(wrong)
        wrong = person
        with pytest.raises(errors.InputError, match="that of a Tag, got a User"):
            await acme.tags.members.add(wrong, person)
        with pytest.raises(errors.InputError, match="that of a Tag, got a User"):
            await acme.tags.set_owners(tag, tags=[wrong])
        with pytest.raises(errors.InputError, match="that of an IdentityProvider, got a User"):
            await acme.identity_providers.get(wrong)
    assert script.sent == []


async def test_target_of_foreign_class_is_identified_by_its_id() -> None:
    class Row:
        id = "1"

    async with scim_client(make_response(200, make_user(1))) as okta:
        assert (await okta.users.get(Row())).id == "1"
        assert (await okta.users.get(admin.User.from_wire({"userId": "1"}))).id == "1"


async def test_get_by_name_instead_of_id_hints_at_find() -> None:
    async with scim_client(make_error(404, "not here")) as okta:
        with pytest.raises(errors.NotFound, match=r"takes an id, not a name.*find_by_user_name"):
            await okta.users.get("u3@acme.com")
        with pytest.raises(errors.NotFound) as caught:
            await okta.users.get("u3")
        assert "takes an id" not in str(caught.value)


@pytest.mark.parametrize(
    ("collection_name", "missing"),
    [("users", "userName"), ("groups", "displayName")],
    ids=["user", "group"],
)
async def test_create_without_required_attribute_raises(collection_name: str, missing: str) -> None:
    script = FakeScimServer(make_response(201))
    async with AsyncScimClient(URL, TOKEN, transport=script) as okta:
        empty: Any = scim.User() if collection_name == "users" else scim.Group()
        collection: Any = getattr(okta, collection_name)
        with pytest.raises(errors.InvalidResource, match=missing):
            await collection.create(empty)
    assert script.sent == []


async def test_client_with_settings_lists_resources() -> None:
    async with scim_client(make_list(make_group(1)), settings=Settings(page_size=7)) as okta:
        assert await okta.groups.list().first() is not None
