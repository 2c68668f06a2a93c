# Generated from tests/aio/test_endpoints.py by tools/unasync.py; edit that file instead.
"""The page of endpoints, row by row: each method is called, and sends what the page says."""

from __future__ import annotations

import re
from operator import attrgetter
from pathlib import Path
from typing import Any

import httpx

from britive_scim import AdminClient, ScimClient, Settings
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.scim.resources import Resources
from britive_scim.wire.operation import Operation
from britive_scim.wire.settings import AttemptEvent
from support.admin_calls import CALLS, IDP, OTHER_CALLS, Call, resource_of
from support.admin_operations import public_methods
from support.each_value import each_value
from support.fake_admin_api import TOKEN, FakeAdminApi, SmallTenant
from support.fake_scim_server import URL
from support.scim_calls import SCIM_CALLS
from support.scim_echo import EchoServer

PAGE = (Path(__file__).parents[2] / "docs/reference/endpoints.md").read_text("utf-8")
OWN = {
    "close",
    "collection",
    "dry_run",
    "from_env",
    "operations",
    "record",
    "send",
}
"""Methods of the clients themselves, which send no request of their own."""

CERTAINTIES = {"documented", "vendor", "standard", "inferred"}


def rows(api: str) -> dict[str, list[str]]:
    """Return the cells of each row of one half of the page, by the name of the method."""
    half = PAGE.partition("\n## SCIM\n")[2 if api == "scim" else 0]
    cells = [line.strip("| ").split(" | ") for line in half.splitlines() if line.startswith("| `")]
    return {one[0].strip("`"): one for one in cells}


def told(api: str, method: str) -> list[str]:
    """Return the requests the page tells of a method, as verb and template."""
    lines = rows(api)[method][1].split("<br>")
    return [re.sub(r"\{\w+\}", "{}", line.replace("`", "").split(" (")[0]) for line in lines]


class Seen:
    """The requests of a client, each once, in order."""

    def __init__(self) -> None:
        self.lines: dict[str, None] = {}
        self.settings = Settings(hooks=(self.note,))

    def note(self, exchange: AttemptEvent) -> None:
        self.lines[f"{exchange.method} {exchange.template}"] = None


def run(client: Any, method: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    made = attrgetter(method)(client)(*args, **options)
    if isinstance(made, Operation | Resources):
        return made  # pyright: ignore[reportUnknownVariableType]  # of whatever
    return (made.first() if hasattr(made, "first") else made)


def double(call: Call) -> httpx.BaseTransport:
    """Return a tenant in which a call finds what it needs."""
    if call.line:
        script = FakeAdminApi({line: (200, body) for line, body in call.reads.items()})
        script.replies[call.line] = (200, call.reply)
        return script
    tenant = SmallTenant()
    tenant.add_provider("Okta", id=IDP.id)
    tenant.replies["GET /api/token"] = (200, [])
    tenant.replies["GET /api/users"] = (200, {"count": 1, "data": [{"userId": "u1"}]})
    return tenant


@each_value("method", rows("admin"), group=resource_of)
def test_a_method_of_the_admin_client_sends_what_the_page_says(method: str) -> None:
    seen = Seen()
    for call in [*CALLS, *OTHER_CALLS]:
        if call.name == method:
            with AdminClient(
                "acme", TOKEN, transport=double(call), settings=seen.settings
            ) as britive:
                run(britive, method, call.args, call.options)
    assert list(seen.lines) == told("admin", method)


@each_value("method", rows("scim"), group=resource_of)
def test_a_method_of_the_scim_client_sends_what_the_page_says(method: str) -> None:
    seen = Seen()
    args, options = SCIM_CALLS[method]
    with ScimClient(URL, TOKEN, transport=EchoServer(), settings=seen.settings) as okta:
        made = run(okta, method, args, options)
    if isinstance(made, Operation):
        assert list(seen.lines) == []
        seen.lines[f"{made.method} {made.template}"] = None
    assert list(seen.lines) == told("scim", method)


def test_every_public_method_has_a_row_with_types_source_and_certainty() -> None:
    with (
        AdminClient("acme", TOKEN, transport=FakeAdminApi()) as britive,
        ScimClient(URL, TOKEN, transport=EchoServer()) as okta,
    ):
        for api, client in (("admin", britive), ("scim", okta)):
            there = set(public_methods(client, APIResource)) - OWN
            assert set(rows(api)) == there
            for cells in rows(api).values():
                assert len(cells) == 6
                assert cells[1], "requests"
                assert cells[4], "source"
                assert cells[5] in CERTAINTIES
