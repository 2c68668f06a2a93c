"""Bad input for every parameter of every method: refused before sending, with the rule in the message."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import pytest

from britive_scim import AsyncAdminClient
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.errors import InputError
from support.admin_bad_input import (
    BY_NAME,
    LOOKED_UP,
    OF_METHOD,
    READS,
    UNCHECKED,
    cases,
    parameters,
    spoiled,
)
from support.admin_calls import Call
from support.admin_operations import public_methods
from support.each_value import each_value
from support.fake_admin_api import TOKEN, Script

CLIENT = AsyncAdminClient("acme", TOKEN, transport=Script())
CASES = list(cases(CLIENT, AsyncAPIResource))


async def run(britive: AsyncAdminClient, method: str, /, *args: Any, **options: Any) -> Any:
    made = attrgetter(method)(britive)(*args, **options)
    return await (made.first() if hasattr(made, "first") else made)


@each_value(
    "call, name, value, rule",
    CASES,
    label=lambda call, name, value, rule: f"{name}={value!a:.40}",
    group=lambda call, name, value, rule: call.name,
)
async def test_bad_input_is_refused_with_the_rule(
    call: Call, name: str, value: Any, rule: str
) -> None:
    script = Script(dict(READS))
    async with AsyncAdminClient("acme", TOKEN, transport=script) as britive:
        args, options = spoiled(britive, call, name, value)
        with pytest.raises(InputError, match=rule):
            await run(britive, call.name, *args, **options)
    assert script.writes == []
    assert script.sent == [] or rule in LOOKED_UP


def test_every_parameter_has_its_bad_input() -> None:
    known = {
        (method, parameter.name)
        for method in public_methods(CLIENT, AsyncAPIResource)
        if method not in UNCHECKED
        for parameter in parameters(CLIENT, method)
    }
    names = {name for _, name in known}
    assert {(m, n) for m, n in known if (m, n) not in OF_METHOD and n not in BY_NAME} == set()
    assert set(OF_METHOD) <= known
    assert set(BY_NAME) <= names
