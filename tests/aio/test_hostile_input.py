"""Hostile ids of callers and hostile URLs of servers: no request has another host or path.

Methods are listed by introspection of the clients, and each string in their arguments is replaced: a method or an
argument that is added later is tested as well.
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
    "rules": ("identity_providers.rules", ("Okta",), {}),
    "rotate": ("identity_providers.scim_token.rotate", ("i1",), {"deliver": print}),
    "expiring": ("expiring", (), {}),
    "read_directory": ("read_directory", (), {}),
    "list_any": ("list_any", ("/api/v1/policy-admin/roles/{}", "r1"), {"model": admin.Model}),
    "set_up_provisioning": ("set_up_provisioning", ("Okta",), {}),
}
EVERY_CALL = {
    **{f"scim {name}": ("scim", name, *arguments) for name, arguments in SCIM_CALLS.items()},
    **{f"admin {label}": ("admin", *arguments) for label, arguments in ADMIN_CALLS.items()},
}


def api_and_resource(label: str) -> str:
    """Return API and API resource of a call: `admin tags.members`."""
    api, name, *_ = EVERY_CALL[label]
    return f"{api} {resource_of(name)}"


def every_call(test: Callable[..., Any]) -> Callable[..., Any]:
    """Run a test with each call, grouped by API resource.

    Each call has another twentieth of the hostile values, and all of them with the marker `proof`.
    """
    parts = pytest.mark.parametrize("parts", [20, pytest.param(1, marks=pytest.mark.proof)])
    return parts(each_value("label", EVERY_CALL, label=str, group=api_and_resource)(test))


def select_share(label: str, parts: int) -> slice:
    """Return the slice of the hostile values for a call; neighbouring calls have different slices."""
    return slice(list(EVERY_CALL).index(label) % parts, None, parts)


def make_client(api: str, network: CheckedNetwork) -> AsyncScimClient | AsyncAdminClient:
    more: Any = {
        "transport": network,
        "settings": Settings(clock=FakeClock()),
        "retry": RetryPolicy.none(),
    }
    if api == "scim":
        return AsyncScimClient(URL, TOKEN, **more)
    return AsyncAdminClient("acme", TOKEN, **more)


async def is_refused(client: Any, name: str, arguments: hostile_input.Arguments) -> bool:
    """Run a call to its end; return whether its arguments were refused."""
    args, options = arguments
    try:
        result = attrgetter(name)(client)(*args, **options)
        if isinstance(result, AsyncPager):
            _ = [item async for item in result]
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


def respond(request: httpx.Request) -> httpx.Response:
    """Return a valid response to any request."""
    path = request.url.path
    if path.startswith("/api/scim/"):
        if request.method == "GET" and path.endswith(("/Users", "/Groups", "/.search")):
            return make_list()
        return httpx.Response(200, json=make_user("u1"))
    body = REPLIES.get(f"{request.method} {path}", {"id": "1"})
    return httpx.Response(
        200, content=body if isinstance(body, bytes) else json.dumps(body).encode()
    )


def test_call_tables_cover_every_public_method() -> None:
    scim_client = AsyncScimClient(URL, TOKEN)
    result = {name for name in dir(scim_client) if callable(getattr(scim_client, name))}
    for noun in ("users", "groups", "me"):
        its = getattr(scim_client, noun)
        result |= {f"{noun}.{name}" for name in dir(its) if callable(getattr(its, name))}
    result = {name for name in result if "_" not in (name[0], name.rpartition(".")[2][0])}
    assert result - LOCAL_METHODS == set(SCIM_CALLS)
    of_admin = (
        set(public_methods(AsyncAdminClient("acme", TOKEN), AsyncAPIResource)) - LOCAL_METHODS
    )
    alike = {
        "send",
        "identity_providers.scim_token.rotate_if_expiring",
    }  # inherited; same arguments as rotate
    assert of_admin - alike == {name for name, _, _ in ADMIN_CALLS.values()}


async def find_path_positions(
    client: Any, network: CheckedNetwork, name: str, arguments: hostile_input.Arguments
) -> list[Any]:
    """Return the replacements of arguments of a call that are part of the path of a request."""
    result = []
    for kind, marker in ((str, "mark7"), (str, "4242"), (int, 4242)):  # in no response
        for replacement in hostile_input.list_replacements(arguments, kind):
            network.sent.clear()
            await is_refused(client, name, replacement(marker))
            if any(str(marker) in request.url.path for request in network.sent):
                result.append(replacement)
    return result


@every_call
async def test_hostile_id_raises_before_request(label: str, parts: int) -> None:
    """Refuse each hostile id in an argument that is part of a path, before any request."""
    api, name, *arguments = EVERY_CALL[label]
    share = select_share(label, parts)
    network = CheckedNetwork(respond)
    async with make_client(api, network) as client:
        replacements = await find_path_positions(
            client, network, name, (arguments[0], arguments[1])
        )
        network.sent.clear()
        for replacement in replacements:
            for bad in hostile_input.HOSTILE_IDS[share]:
                assert await is_refused(client, name, replacement(bad)), ascii(bad)[:80]
                assert network.sent == [], ascii(bad)[:80]
    assert bool(replacements) is (has_id_in_path(api, name) or label == "admin list_any")


def has_id_in_path(api: str, name: str) -> bool:
    """Return whether the path of a call contains an id."""
    if api == "scim":
        args = SCIM_CALLS[name][0]
        created = name.rpartition(".")[2] in ("replace", "replacement")
        return (created and name != "me.replace") or args[:1] in ID_ARGUMENTS
    lines = [call.line for call in CALLS if call.name == name]
    ids = ("i1", "u1", "t1", "k1", "a1", "7", "Okta", "Okta EU")
    return (
        any(f"/{item}/" in f"{line}/" for line in lines for item in ids) or name in COMPOSED_METHODS
    )


ID_ARGUMENTS = (("u1",), ("g1",))
COMPOSED_METHODS = {
    "identity_providers.drift",
    "identity_providers.mappings.list_unmapped",
    "identity_providers.preview",
    "identity_providers.scim_token.rotate",
}
"""Admin methods with several requests, one of which has an id in its path."""


@pytest.mark.heavy
@every_call
async def test_hostile_string_never_changes_host_or_path(label: str, parts: int) -> None:
    """Refuse a hostile string, or send it only as data of a query, a body or a valid header."""
    api, name, *arguments = EVERY_CALL[label]
    share = select_share(label, parts)
    async with make_client(api, CheckedNetwork(respond)) as client:
        for replacement in hostile_input.list_replacements((arguments[0], arguments[1])):
            for bad in (
                *hostile_input.HOSTILE_IDS[share],
                *hostile_input.HOSTILE_URLS[share],
                *list(hostile_input.HARMLESS_IDS)[share],
            ):
                await is_refused(client, name, replacement(bad))


# ------------------------------------------------------------------------------------------- responses


def insert_url(value: Any, hostile_url: str) -> Any:
    """Return a JSON value with a URL in every member that may contain one."""
    if isinstance(value, list):
        return [insert_url(item, hostile_url) for item in value]
    if not isinstance(value, dict):
        return value
    more = {
        "meta": {"location": hostile_url, "resourceType": "User"},
        "location": hostile_url,
        "href": hostile_url,
        "$ref": hostile_url,
        "next": hostile_url,
        "nextPage": hostile_url,
        "nextCursor": hostile_url,
        "pagination": {"next": hostile_url},
        "links": [{"rel": "next", "href": hostile_url}],
        "ssoConfig": {"scimUrl": hostile_url, "acsUrl": hostile_url},
        "documentationUri": hostile_url,
        "endpoint": hostile_url,
    }
    return {name: insert_url(item, hostile_url) for name, item in value.items()} | more


def make_reply_with_url(hostile_url: str, status: int) -> Reply:
    """Return a reply with valid bodies that contain a URL in every member and header."""
    raw = hostile_url.encode("utf-8", "replace")
    headers = [
        (name, raw)
        for name in (b"Location", b"Content-Location", b"next-page", b"Refresh", b"Link")
    ]
    headers.append((b"Link", b"<" + raw + b">; rel=next"))

    def reply(request: httpx.Request) -> httpx.Response:
        content = respond(request).content
        with suppress(ValueError):
            content = json.dumps(insert_url(json.loads(content), hostile_url)).encode()
        return httpx.Response(status, content=content, headers=headers)

    return reply


@pytest.mark.heavy
@every_call
async def test_url_in_response_is_never_requested(label: str, parts: int) -> None:
    api, name, *arguments = EVERY_CALL[label]
    share = select_share(label, parts)
    network = CheckedNetwork(respond)
    async with make_client(api, network) as client:
        for hostile_url in hostile_input.HOSTILE_URLS[share]:
            for status in (200, 307):
                network.reply = make_reply_with_url(hostile_url, status)
                network.sent.clear()
                await is_refused(client, name, (arguments[0], arguments[1]))
                assert len(network.sent) <= 20


@each_value("hostile_url", hostile_input.HOSTILE_URLS)
async def test_hostile_audit_log_link_raises(hostile_url: str) -> None:
    network = CheckedNetwork(lambda request: make_log_response(request, hostile_url.encode()))
    async with make_client("admin", network) as client:
        with pytest.raises(errors.UnexpectedResponse, match="differ in its query"):
            _ = [event async for event in client.audit_logs.query()]
    assert len(network.sent) == 1


def make_log_response(request: httpx.Request, link: bytes) -> httpx.Response:
    return httpx.Response(200, content=b'[{"event": {}}]', headers=[(b"next-page", link)])


@pytest.mark.parametrize("address", [hostile_input.TENANT, f"{hostile_input.TENANT}:443"])
async def test_repeated_audit_log_link_ends_list(address: str) -> None:
    link = f"{address}/api/logs?cursor=a".encode()
    network = CheckedNetwork(lambda request: make_log_response(request, link))
    async with make_client("admin", network) as client:
        pager = client.audit_logs.query()
        assert len([event async for event in pager]) == 2
    assert [request.url.query for request in network.sent[1:]] == [b"cursor=a"]
    assert pager.complete is False
    assert "link of an earlier page" in (pager.why_incomplete or "")


@pytest.mark.heavy
@each_value("hostile_url", hostile_input.HOSTILE_URLS)
async def test_hostile_scim_url_creates_no_token(hostile_url: str) -> None:
    """Create and rotate nothing if the token could not be sent."""
    tenant = SmallTenant()
    okta = tenant.add_provider("Okta", ssoConfig={"scimUrl": hostile_url})
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


def replace_ids(value: Any, bad: str) -> Any:
    """Return a JSON value with every id replaced."""
    if isinstance(value, list):
        return [replace_ids(item, bad) for item in value]
    if isinstance(value, dict):
        ids = {name: bad for name in value if name.lower().endswith("id")}
        return {name: replace_ids(item, bad) for name, item in value.items()} | ids | {"id": bad}
    return value


@every_call
async def test_hostile_id_in_response_is_never_sent(label: str, parts: int) -> None:
    """Refuse a hostile id of a response before it is part of a path; the transport checks each request."""
    api, name, *arguments = EVERY_CALL[label]
    share = select_share(label, parts)
    network = CheckedNetwork(respond)
    async with make_client(api, network) as client:
        for bad in hostile_input.HOSTILE_IDS[share]:

            def reply(request: httpx.Request, bad: str = bad) -> httpx.Response:
                content = respond(request).content
                with suppress(ValueError):
                    content = json.dumps(replace_ids(json.loads(content), bad)).encode()
                return httpx.Response(200, content=content)

            network.reply = reply
            await is_refused(client, name, (arguments[0], arguments[1]))


# ----------------------------------------------------------------------------- addresses of tenants


@each_value("url", hostile_input.HOSTILE_URLS)
def test_hostile_url_for_new_client_raises(url: str) -> None:
    if url in hostile_input.VALID_TENANT_URLS:
        assert AsyncScimClient(url, TOKEN).base_url == url.strip().rstrip("/").removesuffix("/api")
        return
    makers: list[Callable[[], object]] = [
        lambda: AsyncScimClient(url, TOKEN),
        lambda: AsyncScimClient.from_env({"BRITIVE_SCIM_URL": url, "BRITIVE_SCIM_TOKEN": TOKEN}),
        lambda: AsyncAdminClient("acme", TOKEN, base_url=url),
    ]
    if ":" in url or "/" in url:  # otherwise it is the name of a tenant
        makers.append(lambda: AsyncAdminClient(url, TOKEN))
    for maker in makers:
        with pytest.raises(errors.ConfigurationError) as caught:
            maker()
        assert TOKEN not in str(caught.value)
        assert "pw" not in str(caught.value)
