"""Rare cases of the SCIM client."""

import httpx

from britive_scim import AsyncScimClient, Settings
from support.fake_scim_server import LIST, TOKEN, URL, Clock, Script, Stubborn, answer, user


async def test_token_function_may_be_async() -> None:
    async def token() -> str:
        return TOKEN

    script = Script(answer(200, user(1)))
    async with AsyncScimClient(URL, token, transport=script) as client:
        await client.users.get("1")
    assert script.sent[0].headers["authorization"] == f"Bearer {TOKEN}"


def make_list_without_total(*numbers: int) -> httpx.Response:
    return answer(200, {"schemas": [LIST], "Resources": [user(n) for n in numbers]})


async def test_count_without_total_results_reads_and_counts() -> None:
    script = Script(
        make_list_without_total(),
        make_list_without_total(1),
        make_list_without_total(1, 2),
        make_list_without_total(3),
    )
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        assert await client.users.list(page_size=2).count() == 3
    script = Script(make_list_without_total(), make_list_without_total())
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        assert await client.users.list().count() == 0


async def test_call_during_pause_waits_for_its_end() -> None:
    clock = Clock()
    script = Script(answer(200, user(1)))
    async with AsyncScimClient(
        URL, TOKEN, transport=script, settings=Settings(clock=clock)
    ) as client:
        client._session.pause(30)
        await client.users.get("1")
        assert 30 <= clock.waited <= 35
        await client.users.get("1")
        assert clock.waited <= 35


async def test_response_whose_close_fails_is_read() -> None:
    script = Script(lambda _: httpx.Response(200, stream=Stubborn(b'{"id": "1"}')))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        assert (await client.users.get("1")).id == "1"


async def test_check_with_custom_transport_reports_no_proxy() -> None:
    script = Script(answer(200, user(1)))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        assert (await client.check()).proxy is None
