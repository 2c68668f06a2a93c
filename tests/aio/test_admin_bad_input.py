"""Bad values for every parameter of every admin method: an input error before any request."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import pytest

from britive_scim import AsyncAdminClient
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.errors import InputError
from support.admin_bad_input import (
    ALLOWED_READS,
    BY_METHOD,
    BY_NAME,
    CLIENT_METHODS,
    LOOKUP_RULES,
    list_bad_inputs,
    list_parameters,
    replace_argument,
)
from support.admin_calls import Call
from support.admin_operations import public_methods
from support.each_value import each_value
from support.fake_admin_api import TOKEN, FakeAdminApi

CLIENT = AsyncAdminClient("acme", TOKEN, transport=FakeAdminApi())
CASES = list(list_bad_inputs(CLIENT, AsyncAPIResource))


async def run(britive: AsyncAdminClient, method: str, /, *args: Any, **options: Any) -> Any:
    created = attrgetter(method)(britive)(*args, **options)
    return await (created.first() if hasattr(created, "first") else created)


@each_value(
    "call, name, value, rule",
    CASES,
    label=lambda call, name, value, rule: f"{name}={value!a:.40}",
    group=lambda call, name, value, rule: call.name,
)
async def test_admin_method_bad_input_raises_input_error(
    call: Call, name: str, value: Any, rule: str
) -> None:
    script = FakeAdminApi(dict(ALLOWED_READS))
    async with AsyncAdminClient("acme", TOKEN, transport=script) as britive:
        args, options = replace_argument(britive, call, name, value)
        with pytest.raises(InputError, match=rule):
            await run(britive, call.name, *args, **options)
    assert script.writes == []
    assert script.sent == [] or rule in LOOKUP_RULES


def test_bad_input_table_covers_every_parameter() -> None:
    known = {
        (method, parameter.name)
        for method in public_methods(CLIENT, AsyncAPIResource)
        if method not in CLIENT_METHODS
        for parameter in list_parameters(CLIENT, method)
    }
    names = {name for _, name in known}
    assert {(m, n) for m, n in known if (m, n) not in BY_METHOD and n not in BY_NAME} == set()
    assert set(BY_METHOD) <= known
    assert set(BY_NAME) <= names
