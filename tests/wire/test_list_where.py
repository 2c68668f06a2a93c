"""Async functions as `where` of a list: their result is an awaitable, which is always true."""

from typing import Any

import pytest

from britive_scim import AsyncScimClient, ScimClient, errors, scim
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_list, make_user


async def is_wanted(_: scim.User) -> bool:
    return False


class AsyncCondition:
    async def __call__(self, user: scim.User) -> bool:
        return await is_wanted(user)


def test_async_function_as_where_raises() -> None:
    for client_class in (ScimClient, AsyncScimClient):
        client: Any = client_class(URL, TOKEN)
        for method in (client.users.list, client.users.search, client.search):
            with pytest.raises(errors.InputError, match="async function"):
                method(where=is_wanted)


@pytest.mark.parametrize("where", [lambda user: is_wanted(user), AsyncCondition()])
def test_where_that_returns_awaitable_raises(where: Any) -> None:
    script = FakeScimServer(make_list(make_user(1)))
    client = ScimClient(URL, TOKEN, transport=script)
    with client, pytest.raises(errors.InputError, match="async function"):
        list(client.users.list(where=where))


async def test_async_client_refuses_awaitable_of_where() -> None:
    script = FakeScimServer(make_list(make_user(1)))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.InputError, match="async function"):
            _ = [user async for user in client.users.list(where=AsyncCondition())]
