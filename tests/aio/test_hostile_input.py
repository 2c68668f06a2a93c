"""Whatever ids callers give and whatever addresses servers name, no request leaves the way.

Methods are found by looking at the clients, and each text among their arguments is tried in turn: a method, or an
argument, that is added later is tried as well.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from contextlib import suppress
from operator import attrgetter
from typing import Any

import httpx
import pytest

from britive_scim import AsyncAdminClient, AsyncScimClient, RetryPolicy, Settings, admin, errors
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.aio.pager import AsyncPager
from britive_scim.wire.operation import Operation
from support import hostile_input
from support.admin_calls import CALLS, IDP, resource_of
from support.admin_operations import public_methods
from support.each_value import each_value
from support.fake_admin_api import SmallTenant
from support.fake_scim_server import TOKEN, URL, FakeClock, make_list, make_user
from support.hostile_input import CheckedNetwork, Reply
from support.scim_calls import LOCAL_METHODS, SCIM_CALLS

ADMIN_CALLS = {
    **{f"{n} {call.name}": (call.name, call.args, call.options) for n, call in enumerate(CALLS)},
    "drift": ("identity_providers.drift", (IDP,), {}),
    "preview": ("identity_providers.preview", ("i1", {"userName": "ana"}), {}),
    "rotate": ("identity_providers.scim_token.rotate", ("i1",), {"deliver": print}),
    "expiring": ("expiring", (), {}),
    "list_any": ("list_any", ("/api/v1/policy-admin/roles/{}", "r1"), {"model": admin.Model}),
    "set_up_provisioning": ("set_up_provisioning", ("Okta",), {}),
}
EVERY_CALL = {
    **{f"scim {name}": ("scim", name, *given) for name, given in SCIM_CALLS.items()},
    **{f"admin {label}": ("admin", *given) for label, given in ADMIN_CALLS.items()},
}


def api_and_noun(label: str) -> str:
    """Return the API and the noun of a call: `admin tags.members`."""
    api, name, *_ = EVERY_CALL[label]
    return f"{api} {resource_of(name)}"


def every_call(test: Callable[..., Any]) -> Callable[..., Any]:
    """Try each call, one test for each noun: with an eighth of what is hostile, with all of it among the proofs."""
    parts = pytest.mark.parametrize("parts", [8, pytest.param(1, marks=pytest.mark.proof)])
    return parts(each_value("label", EVERY_CALL, label=str, group=api_and_noun)(test))


def share_of(label: str, parts: int) -> slice:
    """Return one part of what is hostile for a call, another part than that of its neighbours."""
    return slice(list(EVERY_CALL).index(label) % parts, None, parts)


def client_of(api: str, network: CheckedNetwork) -> AsyncScimClient | AsyncAdminClient:
    more: Any = {
        "transport": network,
        "settings": Settings(clock=FakeClock()),
        "retry": RetryPolicy.none(),
    }
    if api == "scim":
        return AsyncScimClient(URL, TOKEN, **more)
    return AsyncAdminClient("acme", TOKEN, **more)


async def refused(client: Any, name: str, given: hostile_input.Arguments) -> bool:
    """Make a call to its end; return whether it was refused by its arguments."""
    args, options = given
    try:
        result = attrgetter(name)(client)(*args, **options)
        if isinstance(result, AsyncPager):
            _ = [one async for one in result]
        elif isinstance(result, Operation):
            await client.send(result)
        elif inspect.isawaitable(result):
            _ = await result
    except (errors.InputError, TypeError):  # TypeError: a string where a number is declared
        return True
    except errors.BritiveScimError:
        return False
    return False


# ----------------------------------------------------------------------------------------------- ids


REPLIES: dict[str, Any] = {call.line: call.reply for call in CALLS}
for _call in CALLS:
    REPLIES |= _call.reads


def obliging(request: httpx.Request) -> httpx.Response:
    """Answer whatever is asked so that the call goes on."""
    path = request.url.path
    if path.startswith("/api/scim/"):
        if request.method == "GET" and path.endswith(("/Users", "/Groups", "/.search")):
            return make_list()
        return httpx.Response(200, json=make_user("u1"))
    body = REPLIES.get(f"{request.method} {path}", {"id": "1"})
    return httpx.Response(
        200, content=body if isinstance(body, bytes) else json.dumps(body).encode()
    )


def test_every_public_method_of_both_clients_is_tried() -> None:
    scim_client = AsyncScimClient(URL, TOKEN)
    found = {name for name in dir(scim_client) if callable(getattr(scim_client, name))}
    for noun in ("users", "groups", "me"):
        its = getattr(scim_client, noun)
        found |= {f"{noun}.{name}" for name in dir(its) if callable(getattr(its, name))}
    found = {name for name in found if "_" not in (name[0], name.rpartition(".")[2][0])}
    assert found - LOCAL_METHODS == set(SCIM_CALLS)
    of_admin = (
        set(public_methods(AsyncAdminClient("acme", TOKEN), AsyncAPIResource)) - LOCAL_METHODS
    )
    alike = {"send", "identity_providers.scim_token.rotate_if_expiring"}  # of the base; like rotate
    assert of_admin - alike == {name for name, _, _ in ADMIN_CALLS.values()}


async def in_paths(
    client: Any, network: CheckedNetwork, name: str, given: hostile_input.Arguments
) -> list[Any]:
    """Return the places among the arguments of a call that end up in the path of a request."""
    found = []
    for kind, mark in ((str, "mark7"), (str, "4242"), (int, 4242)):  # which are in no answer
        for place in hostile_input.list_replacements(given, kind):
            network.sent.clear()
            await refused(client, name, place(mark))
            if any(str(mark) in request.url.path for request in network.sent):
                found.append(place)
    return found


@every_call
async def test_no_hostile_id_is_sent_by_any_call(label: str, parts: int) -> None:
    """Where an argument ends up in a path, each hostile id is refused before anything is sent."""
    api, name, *given = EVERY_CALL[label]
    share = share_of(label, parts)
    network = CheckedNetwork(obliging)
    async with client_of(api, network) as client:
        places = await in_paths(client, network, name, (given[0], given[1]))
        network.sent.clear()
        for place in places:
            for bad in hostile_input.HOSTILE_IDS[share]:
                assert await refused(client, name, place(bad)), ascii(bad)[:80]
                assert network.sent == [], ascii(bad)[:80]
    assert bool(places) is (has_slot(api, name) or label == "admin list_any")


def has_slot(api: str, name: str) -> bool:
    """Return whether the path of a call holds an id, as its row says."""
    if api == "scim":
        args = SCIM_CALLS[name][0]
        made = name.rpartition(".")[2] in ("replace", "replacement")
        return (made and name != "me.replace") or args[:1] in ID_FIRST
    lines = [call.line for call in CALLS if call.name == name]
    ids = ("i1", "u1", "t1", "k1", "a1", "7", "Okta", "Okta EU")
    return any(f"/{one}/" in f"{line}/" for line in lines for one in ids) or name in COMPOSED


ID_FIRST = (("u1",), ("g1",))
COMPOSED = {
    "identity_providers.drift",
    "identity_providers.mappings.list_unmapped",
    "identity_providers.preview",
    "identity_providers.scim_token.rotate",
}
"""Calls of the admin API in several requests, of which one has an id in its path."""


@every_call
async def test_no_hostile_text_anywhere_leads_a_request_astray(label: str, parts: int) -> None:
    """In every place a text is refused, or is data of a query or a body, or a header that can hold it."""
    api, name, *given = EVERY_CALL[label]
    share = share_of(label, parts)
    async with client_of(api, CheckedNetwork(obliging)) as client:
        for place in hostile_input.list_replacements((given[0], given[1])):
            for bad in (
                *hostile_input.HOSTILE_IDS[share],
                *hostile_input.HOSTILE_URLS[share],
                *list(hostile_input.HARMLESS_IDS)[share],
            ):
                await refused(client, name, place(bad))


# ------------------------------------------------------------------------------------------- answers


def laced(value: Any, evil: str) -> Any:
    """Return a JSON value with an address wherever a server might put one, and as what was text before."""
    if isinstance(value, list):
        return [laced(one, evil) for one in value]
    if not isinstance(value, dict):
        return value
    more = {
        "meta": {"location": evil, "resourceType": "User"},
        "location": evil,
        "href": evil,
        "$ref": evil,
        "next": evil,
        "nextPage": evil,
        "nextCursor": evil,
        "pagination": {"next": evil},
        "links": [{"rel": "next", "href": evil}],
        "ssoConfig": {"scimUrl": evil, "acsUrl": evil},
        "documentationUri": evil,
        "endpoint": evil,
    }
    return {name: laced(one, evil) for name, one in value.items()} | more


def pointing(evil: str, status: int) -> Reply:
    """Return a server that answers obligingly, and points to an address in every way there is."""
    raw = evil.encode("utf-8", "replace")
    headers = [
        (name, raw)
        for name in (b"Location", b"Content-Location", b"next-page", b"Refresh", b"Link")
    ]
    headers.append((b"Link", b"<" + raw + b">; rel=next"))

    def reply(request: httpx.Request) -> httpx.Response:
        content = obliging(request).content
        with suppress(ValueError):
            content = json.dumps(laced(json.loads(content), evil)).encode()
        return httpx.Response(status, content=content, headers=headers)

    return reply


@every_call
async def test_no_address_that_a_server_names_is_requested(label: str, parts: int) -> None:
    api, name, *given = EVERY_CALL[label]
    share = share_of(label, parts)
    network = CheckedNetwork(obliging)
    async with client_of(api, network) as client:
        for evil in hostile_input.HOSTILE_URLS[share]:
            for status in (200, 307):
                network.reply = pointing(evil, status)
                network.sent.clear()
                await refused(client, name, (given[0], given[1]))
                assert len(network.sent) <= 20


@each_value("evil", hostile_input.HOSTILE_URLS)
async def test_no_hostile_link_of_the_audit_log_is_followed(evil: str) -> None:
    network = CheckedNetwork(lambda request: answered_with_link(request, evil.encode()))
    async with client_of("admin", network) as client:
        with pytest.raises(errors.UnexpectedResponse, match="differ in its query"):
            _ = [event async for event in client.audit_logs.query()]
    assert len(network.sent) == 1


def answered_with_link(request: httpx.Request, link: bytes) -> httpx.Response:
    return httpx.Response(200, content=b'[{"event": {}}]', headers=[(b"next-page", link)])


@pytest.mark.parametrize("address", [hostile_input.TENANT, f"{hostile_input.TENANT}:443"])
async def test_the_audit_log_ends_where_a_link_comes_again(address: str) -> None:
    link = f"{address}/api/logs?cursor=a".encode()
    network = CheckedNetwork(lambda request: answered_with_link(request, link))
    async with client_of("admin", network) as client:
        pager = client.audit_logs.query()
        assert len([event async for event in pager]) == 2
    assert [request.url.query for request in network.sent[1:]] == [b"cursor=a"]
    assert pager.complete is False
    assert "link of an earlier page" in (pager.why_incomplete or "")


@each_value("evil", hostile_input.HOSTILE_URLS)
async def test_no_token_is_made_for_a_scim_url_elsewhere(evil: str) -> None:
    """Nothing is created and nothing rotated where the token could not be sent."""
    tenant = SmallTenant()
    okta = tenant.add_provider("Okta", ssoConfig={"scimUrl": evil})
    tenant.tokens[okta["id"]] = {"id": "k1", "tokenExpirationDays": 9}
    handed_over: list[object] = []
    async with AsyncAdminClient("acme", TOKEN, transport=tenant) as client:
        attempts: tuple[Callable[[], Any], ...] = (
            lambda: client.set_up_provisioning("Okta"),
            lambda: client.set_up_provisioning("Okta", rotate_token=True),
            lambda: client.identity_providers.scim_token.rotate(
                okta["id"], deliver=handed_over.append
            ),
        )
        for attempt in attempts:
            with pytest.raises(errors.ConfigurationError, match="no token is sent there"):
                await attempt()
    assert tenant.writes == []
    assert handed_over == []


def with_ids(value: Any, bad: str) -> Any:
    """Return a JSON value with every id in it replaced."""
    if isinstance(value, list):
        return [with_ids(one, bad) for one in value]
    if isinstance(value, dict):
        ids = {name: bad for name in value if name.lower().endswith("id")}
        return {name: with_ids(one, bad) for name, one in value.items()} | ids | {"id": bad}
    return value


@every_call
async def test_no_hostile_id_of_a_server_is_sent_back(label: str, parts: int) -> None:
    """Calls that go on with what they read refuse an id that would lead astray; the network checks it."""
    api, name, *given = EVERY_CALL[label]
    share = share_of(label, parts)
    network = CheckedNetwork(obliging)
    async with client_of(api, network) as client:
        for bad in hostile_input.HOSTILE_IDS[share]:

            def reply(request: httpx.Request, bad: str = bad) -> httpx.Response:
                content = obliging(request).content
                with suppress(ValueError):
                    content = json.dumps(with_ids(json.loads(content), bad)).encode()
                return httpx.Response(200, content=content)

            network.reply = reply
            await refused(client, name, (given[0], given[1]))


# ----------------------------------------------------------------------------- addresses of tenants


@each_value("url", hostile_input.HOSTILE_URLS)
def test_an_address_nobody_can_mean_is_refused_when_a_client_is_made(url: str) -> None:
    if url in hostile_input.VALID_TENANT_URLS:
        assert AsyncScimClient(url, TOKEN).base_url == url.strip().rstrip("/").removesuffix("/api")
        return
    makers: list[Callable[[], object]] = [
        lambda: AsyncScimClient(url, TOKEN),
        lambda: AsyncScimClient.from_env({"BRITIVE_SCIM_URL": url, "BRITIVE_SCIM_TOKEN": TOKEN}),
        lambda: AsyncAdminClient("acme", TOKEN, base_url=url),
    ]
    if ":" in url or "/" in url:  # else it is the name of a tenant
        makers.append(lambda: AsyncAdminClient(url, TOKEN))
    for maker in makers:
        with pytest.raises(errors.ConfigurationError) as caught:
            maker()
        assert TOKEN not in str(caught.value)
        assert "pw" not in str(caught.value)
