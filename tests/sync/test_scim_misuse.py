# Generated from tests/aio/test_scim_misuse.py by tools/unasync.py; edit that file instead.
"""What callers get wrong is told at once, with what to do, and before anything is sent."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from britive_scim import (
    AdminClient,
    ScimClient,
    RetryPolicy,
    Settings,
    admin,
    errors,
    scim,
)
from britive_scim.sync.concurrency import IS_ASYNC
from britive_scim.testing import Tenant
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


def client(*steps: Any, **options: Any) -> ScimClient:
    return ScimClient(
        URL, TOKEN, transport=FakeScimServer(*steps or (make_response(200),)), **options
    )


def britive(**options: Any) -> AdminClient:
    return AdminClient("acme", TOKEN, **{"transport": AdminScript(), **options})


# ------------------------------------------------------------------------------------- keywords


UNKNOWN: list[tuple[Callable[[Any], Any], str]] = [
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


@pytest.mark.parametrize(("call", "keyword"), UNKNOWN, ids=[keyword for _, keyword in UNKNOWN])
def test_call_with_unknown_keyword_sends_nothing(
    call: Callable[[Any], Any], keyword: str
) -> None:
    script = FakeScimServer(make_response(200, make_user(1)))
    with ScimClient(URL, TOKEN, transport=script) as okta:
        with pytest.raises(TypeError, match=f"unexpected keyword argument '{keyword}'"):
            call(okta)
    assert script.sent == []


def test_known_keywords_go_on() -> None:
    with client(make_response(200, make_user(1))) as okta:
        assert (okta.users.get("1", timeout=3, retry=None)).id == "1"
        assert (okta.users.get(target="1", retry=RetryPolicy.none())).id == "1"


@pytest.mark.parametrize("wrong", [5, 0, False, "5", {"attempts": 3}], ids=repr)
def test_a_call_asks_for_a_policy(wrong: Any) -> None:
    with client() as okta:
        with pytest.raises(errors.ConfigurationError, match="retry must be a RetryPolicy"):
            okta.users.get("1", retry=wrong)
        with pytest.raises(errors.ConfigurationError, match="retry must be a RetryPolicy"):
            okta.users.list(retry=wrong).first()
        with pytest.raises(errors.ConfigurationError, match="timeout must be"):
            okta.users.list(timeout=-1).first()


# ------------------------------------------------------------------------------------- making


@pytest.mark.parametrize("make", [client, britive], ids=["scim", "admin"])
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"retry": 3}, r"got 3; use RetryPolicy\(attempts=3\)"),
        ({"retry": 0}, r"RetryPolicy\.none\(\)"),
        ({"retry": False}, "got False"),
        ({"retry": "no"}, "got str"),
    ],
    ids=repr,
)
def test_a_setting_of_another_type_says_what_is_asked(
    make: Callable[..., Any], wrong: dict[str, Any], told: str
) -> None:
    with pytest.raises(errors.ConfigurationError, match=told):
        make(**wrong)


OTHER_TRANSPORT, OTHER_CLIENT = httpx_classes(asynchronous=not IS_ASYNC)
_, MINE = httpx_classes(asynchronous=IS_ASYNC)


@pytest.mark.parametrize("make", [ScimClient, AdminClient])
@pytest.mark.parametrize(
    ("name", "wrong", "told"),
    [
        ("transport", OTHER_TRANSPORT(), r"got \w*HTTPTransport; .*HTTPTransport\(\)"),
        ("transport", Tenant(), r"got Tenant; .*tenant\.\w+\(\)"),
        ("transport", Tenant().transport, "got method"),
        ("transport", "http", "got str"),
        ("transport", httpx.MockTransport, "the class MockTransport"),
        ("http_client", OTHER_CLIENT(), r"got \w*Client; .*Client\(\)"),
        ("http_client", "x", "got str"),
        ("http_client", MINE, "the class"),
    ],
)
def test_what_sends_must_have_the_colour_of_the_client(
    make: Any, name: str, wrong: Any, told: str
) -> None:
    options: Any = {name: wrong}
    with pytest.raises(errors.ConfigurationError, match=told) as caught:
        make(URL if make is ScimClient else "acme", TOKEN, **options)
    assert f"{name} must be an object with the methods " in str(caught.value)


def test_what_has_both_colours_is_taken() -> None:
    ScimClient(URL, TOKEN, transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    with MINE() as own:
        ScimClient(URL, TOKEN, http_client=own)


@pytest.mark.parametrize("end", ["/Users", "/Groups/", "/ServiceProviderConfig"])
def test_the_address_of_an_endpoint_is_no_base_url(end: str) -> None:
    with pytest.raises(errors.ConfigurationError, match=f"give {URL}$"):
        ScimClient(URL + end, TOKEN)


@pytest.mark.parametrize("word", ["Bearer", "bearer", "TOKEN"])
def test_a_token_is_given_without_the_word_in_front(word: str) -> None:
    for make in (lambda t: ScimClient(URL, t), lambda t: AdminClient("acme", t)):
        with pytest.raises(errors.ConfigurationError, match=f"the word {word}.*leave the word out"):
            make(f"{word} {TOKEN}")


def test_a_closed_client_is_not_entered_again() -> None:
    okta = client()
    with okta:
        pass
    with pytest.raises(errors.ConfigurationError, match="closed; make a new one"):
        with okta:
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


@pytest.mark.parametrize(("call", "told"), ARGUMENTS, ids=[told for _, told in ARGUMENTS])
def test_a_wrong_argument_says_what_is_asked(call: Callable[[Any], Any], told: str) -> None:
    script = FakeScimServer(make_response(200))
    with ScimClient(URL, TOKEN, transport=script) as okta:
        with pytest.raises(errors.InputError, match=told):
            call(okta)
    assert script.sent == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"filter": 5}, "filter must be a string or a scim.Filter, got int"),
        ({"filter": admin.where("name").eq("a")}, "got Condition; .*scim.attr"),
        ({"attributes": "userName"}, r"attributes must be several .*\['userName'\]"),
    ],
    ids=repr,
)
def test_a_wrong_condition_is_refused_when_the_list_is_made(wrong: Any, told: str) -> None:
    with client() as okta:
        with pytest.raises(errors.InputError, match=told):
            okta.users.list(**wrong)
        with pytest.raises(errors.InputError, match=told):
            okta.search(**wrong)


def test_members_are_taken_as_they_stand_in_a_group() -> None:
    script = FakeScimServer(make_response(204))
    with ScimClient(URL, TOKEN, transport=script) as okta:
        okta.groups.add_members("g", [scim.Member(value="1"), scim.Member(value="2")])
        okta.groups.remove_members("g", [{"value": "1", "type": "User"}])
        okta.groups.set_members(
            "g", scim.Group(members=[scim.Member(value="3")]).members or []
        )
    assert script.bodies[0]["Operations"][0]["value"] == [{"value": "1"}, {"value": "2"}]
    assert script.bodies[1]["Operations"][0]["path"] == 'members[value eq "1"]'
    assert script.bodies[2]["Operations"][0]["value"] == [{"value": "3"}]


def test_a_list_that_is_still_to_be_read_is_read_or_told() -> None:
    script = FakeScimServer(make_list(make_user(1)), make_response(204))
    with ScimClient(URL, TOKEN, transport=script) as okta:
        pager: Any = okta.users.list()
        if IS_ASYNC:
            with pytest.raises(
                errors.InputError, match=r"got Pager; read it first: \[item for"
            ):
                okta.groups.add_members("g", pager)
        else:
            okta.groups.add_members("g", pager)
            assert script.bodies[1]["Operations"][0]["value"] == [{"value": "1"}]


def test_the_admin_client_knows_kinds_too() -> None:
    script = AdminScript()
    tag, person = (
        admin.Tag.from_wire({"userTagId": "t"}),
        admin.User.from_wire({"userId": "u"}),
    )
    wrong: Any
    with AdminClient("acme", TOKEN, transport=script) as acme:
        wrong = tag
        with pytest.raises(errors.InputError, match="that of a User, got a Tag"):
            acme.users.get(wrong)
        wrong = person
        with pytest.raises(errors.InputError, match="that of a Tag, got a User"):
            acme.tags.members.add(wrong, person)
        with pytest.raises(errors.InputError, match="that of a Tag, got a User"):
            acme.tags.set_owners(tag, tags=[wrong])
        with pytest.raises(errors.InputError, match="that of an IdentityProvider, got a User"):
            acme.identity_providers.get(wrong)
    assert script.sent == []


def test_objects_of_unknown_classes_are_taken_by_their_id() -> None:
    class Row:
        id = "1"

    with client(make_response(200, make_user(1))) as okta:
        assert (okta.users.get(Row())).id == "1"
        assert (okta.users.get(admin.User.from_wire({"userId": "1"}))).id == "1"


def test_a_name_in_place_of_an_id_is_told() -> None:
    with client(make_error(404, "not here")) as okta:
        with pytest.raises(errors.NotFound, match=r"takes an id, not a name.*find_by_user_name"):
            okta.users.get("u3@acme.com")
        with pytest.raises(errors.NotFound) as caught:
            okta.users.get("u3")
        assert "takes an id" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "missing"), [("users", "userName"), ("groups", "displayName")], ids=["user", "group"]
)
def test_what_scim_demands_is_asked_for_before_sending(kind: str, missing: str) -> None:
    script = FakeScimServer(make_response(201))
    with ScimClient(URL, TOKEN, transport=script) as okta:
        empty: Any = scim.User() if kind == "users" else scim.Group()
        noun: Any = getattr(okta, kind)
        with pytest.raises(errors.InvalidResource, match=missing):
            noun.create(empty)
    assert script.sent == []


def test_settings_are_taken() -> None:
    with client(make_list(make_group(1)), settings=Settings(page_size=7)) as okta:
        assert okta.groups.list().first() is not None
