"""Surface of the clients: class attributes, constructor options, pagers, results of changes."""

import inspect
import pydoc
import traceback
from concurrent.futures import ThreadPoolExecutor
from operator import attrgetter
from typing import Any

import pytest

from britive_scim import AsyncAdminClient, AsyncScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.aio.concurrency import IS_ASYNC
from britive_scim.testing import Tenant
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_group,
    make_list,
    make_response,
    make_user,
)

CLIENTS = [AsyncScimClient, AsyncAdminClient]
ADDRESSES = {AsyncScimClient: URL, AsyncAdminClient: "acme"}
RESOURCES = {
    AsyncScimClient: {"users", "groups", "me"},
    AsyncAdminClient: {
        "access_requests",
        "api_tokens",
        "audit_logs",
        "identity_attributes",
        "identity_providers",
        "mfa",
        "my_tags",
        "service_identities",
        "tags",
        "users",
        "workload",
    },
}


def make_client(cls: Any) -> Any:
    return cls(URL, TOKEN) if cls is AsyncScimClient else cls("acme", TOKEN)


# --------------------------------------------------------------------------------- class attributes


@each_value("cls", CLIENTS, label=lambda cls: cls.__name__)
async def test_class_attributes_are_resource_classes(cls: Any) -> None:
    client = make_client(cls)
    for name in RESOURCES[cls]:
        resource_class = getattr(cls, name)
        assert issubclass(resource_class, AsyncAPIResource)
        assert type(getattr(client, name)) is resource_class
    listed_names = {operation.name.partition(".")[0] for operation in client.operations()}
    assert RESOURCES[cls] <= listed_names
    await client.aclose()


def test_method_help_shows_docstring() -> None:
    text = pydoc.render_doc(AsyncScimClient.users.list, renderer=pydoc.plaintext)
    assert "Return a pager of the resources" in text
    assert "concurrency: 'int' = 1" in text


@each_value("cls", CLIENTS, label=lambda cls: cls.__name__)
async def test_nested_resources_are_class_attributes(cls: Any) -> None:
    """Every operation is found on the class, so that `help(AdminClient.tags.members.add)` works."""
    client = make_client(cls)
    for operation in client.operations():
        method = attrgetter(operation.name)(cls)
        assert pydoc.render_doc(method, renderer=pydoc.plaintext), operation.name
        *names, last = operation.name.split(".")
        owner = attrgetter(".".join(names))(client) if names else client
        assert getattr(owner, last).__func__ is method, operation.name
    await client.aclose()


async def test_traceback_of_refusal_has_four_frames() -> None:
    """The caller, the method, and two frames of sending."""
    script = FakeScimServer(make_error(404))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.NotFound) as caught:
            await client.users.get("1")
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names[1:] == ["get", "_send", "send"]


def test_resource_attribute_is_created_once_on_first_use() -> None:
    client = AsyncScimClient(URL, TOKEN)
    assert "users" not in vars(client)
    with ThreadPoolExecutor(8) as threads:
        created = list(threads.map(lambda _: client.users, range(64)))
    assert len(set(map(id, created))) == 1
    assert vars(client)["users"] is created[0]


# ------------------------------------------------------------------------------------------ options


@each_value("cls", CLIENTS, label=lambda cls: cls.__name__)
def test_from_env_signature_matches_constructor(cls: Any) -> None:
    constructor = inspect.signature(cls).parameters
    for name, parameter in inspect.signature(cls.from_env).parameters.items():
        if name != "environment":
            assert parameter == constructor[name]
    options = {name for name, p in constructor.items() if p.kind is p.KEYWORD_ONLY}
    assert options <= inspect.signature(cls.from_env).parameters.keys()
    assert "retry: 'RetryPolicy | None' = RetryPolicy(attempts=5" in pydoc.render_doc(
        cls.from_env, renderer=pydoc.plaintext
    )


async def test_from_env_passes_options() -> None:
    environment = {"BRITIVE_SCIM_URL": URL, "BRITIVE_SCIM_TOKEN": TOKEN}
    script = FakeScimServer(make_error(503))
    settings = Settings(clock=FakeClock())
    async with AsyncScimClient.from_env(
        environment, transport=script, retry=RetryPolicy.none(), settings=settings, read_only=True
    ) as client:
        with pytest.raises(errors.ServerError):
            await client.users.get("1")
        with pytest.raises(errors.ReadOnly):
            await client.users.delete("1")
    assert len(script.sent) == 1
    wrong: Any = {"timout": 5}
    with pytest.raises(TypeError, match="unexpected keyword argument 'timout'"):
        AsyncScimClient.from_env(environment, **wrong)


# ------------------------------------------------------------------------------------------- pagers


async def test_pager_awaited_returns_list_of_all_items() -> None:
    script = FakeScimServer(make_list(make_user(1), total=2), make_list(make_user(2), total=2))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        pager = client.users.list(page_size=1)
        result: Any = await pager
        assert [item.id for item in result] == ["1", "2"]
        assert pager.complete
        if IS_ASYNC:
            assert type(result) is list


async def test_pager_iterated_with_plain_for_names_async_for() -> None:
    script = FakeScimServer(make_list(make_user(1)))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        pager: Any = client.users.list()
        if IS_ASYNC:
            for wrong in (iter, list, tuple):
                with pytest.raises(TypeError, match="AsyncPager must be iterated with `async for`"):
                    wrong(pager)
            assert script.sent == []
        else:
            assert [item.id for item in pager] == ["1"]
            assert not hasattr(pager, "__await__")


# ------------------------------------------------------------------------------- results of changes


async def test_deactivate_reactivate_and_rename_return_resource() -> None:
    tenant = Tenant()
    provider = tenant.identity_providers["Okta"]
    async with AsyncScimClient(
        provider.scim_url, provider.scim_token, transport=tenant.async_transport()
    ) as okta:
        ana = await okta.users.create(
            scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
        )
        inactive = await okta.users.deactivate(ana)
        assert (inactive.id, inactive.active, inactive.user_name) == (ana.id, False, "ana@acme.com")
        assert (await okta.users.reactivate(ana)).active is True
        research = await okta.groups.create(scim.Group(display_name="Research"))
        renamed = await okta.groups.rename(research, "Science")
        assert (renamed.id, renamed.display_name) == (research.id, "Science")


PATCH_RESPONSES = [
    (make_user(1, active=False), ["PATCH /Users/1"]),
    (b"", ["PATCH /Users/1", "GET /Users/1"]),
    ({"active": False}, ["PATCH /Users/1", "GET /Users/1"]),
    (
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "active": False},
        ["PATCH /Users/1", "GET /Users/1"],
    ),
]


@pytest.mark.parametrize(
    ("body", "lines"), PATCH_RESPONSES, ids=["user", "empty", "attribute", "no id"]
)
async def test_deactivate_response_without_user_reads_user(body: Any, lines: list[str]) -> None:
    script = FakeScimServer(
        make_response(200, body), make_response(200, make_user(1, active=False))
    )
    async with AsyncScimClient(URL, TOKEN, transport=script) as okta:
        result = await okta.users.deactivate("1")
    assert (result.id, result.active) == ("1", False)
    assert script.lines == lines


@pytest.mark.parametrize("body", [make_group(1), b""], ids=["group", "empty"])
async def test_rename_response_without_group_reads_group(body: Any) -> None:
    script = FakeScimServer(make_response(200, body), make_response(200, make_group(1)))
    async with AsyncScimClient(URL, TOKEN, transport=script) as okta:
        assert (await okta.groups.rename("g1", "Group 1")).display_name == "Group 1"
    assert script.lines == ["PATCH /Groups/g1", *(["GET /Groups/g1"] if body == b"" else [])]


async def test_deactivate_without_patch_returns_replaced_user() -> None:
    script = FakeScimServer(
        make_response(200, make_user(1, active=True)),
        make_response(200, make_user(1, active=False)),
    )
    settings = Settings(changes="put")
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as okta:
        assert (await okta.users.deactivate("1")).active is False
    assert script.lines == ["GET /Users/1", "PUT /Users/1"]


@each_value("make_client", CLIENTS)
def test_read_only_of_other_type_raises(make_client: Any) -> None:
    for wrong in ("no", 0, 1, None):
        with pytest.raises(
            errors.ConfigurationError, match=f"^read_only must be True or False, got {wrong!r}$"
        ):
            make_client(ADDRESSES[make_client], TOKEN, read_only=wrong)


@each_value("make_client", CLIENTS)
def test_settings_of_other_type_raise(make_client: Any) -> None:
    for wrong in ({"page_size": 50}, Settings, False):
        with pytest.raises(
            errors.ConfigurationError,
            match=r"^settings must be a Settings or None, got (dict|type|bool)",
        ):
            make_client(ADDRESSES[make_client], TOKEN, settings=wrong)


async def test_deactivate_in_dry_run_returns_user_unchanged() -> None:
    script = FakeScimServer(make_response(200, make_user(1, active=True)))
    async with AsyncScimClient(URL, TOKEN, transport=script) as okta:
        with okta.dry_run() as changes:
            assert (await okta.users.deactivate("1")).active is True
    assert [change.method for change in changes] == ["PATCH"]
    assert script.lines == ["GET /Users/1"]
