# Generated from tests/aio/test_endpoints.py by tools/unasync.py; edit that file instead.
"""Comparison of the endpoints page with the requests of every method."""

from __future__ import annotations

import re
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import httpx

from britive_scim import AdminClient, ScimClient, Settings
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.scim.resources import Resources
from britive_scim.provisioning import Plan
from britive_scim.wire.operation import Operation
from britive_scim.wire.settings import AttemptEvent
from support.admin_calls import CALLS, IDP, OTHER_CALLS, TAG_OF_PROVIDER, Call, resource_of
from support.admin_operations import public_methods
from support.each_value import each_value
from support.fake_admin_api import TOKEN, FakeAdminApi, SmallTenant
from support.fake_scim_server import URL
from support.scim_calls import SCIM_CALLS
from support.scim_echo import EchoServer

PAGE = (Path(__file__).parents[2] / "docs/reference/endpoints.md").read_text("utf-8")
CLIENT_METHODS = {
    "close",
    "collection",
    "dry_run",
    "from_env",
    "operations",
    "record",
    "send",
}
"""Methods of the clients that send no request of their own."""

CERTAINTIES = {"documented", "vendor", "standard", "inferred"}


def read_rows(api: str) -> dict[str, list[str]]:
    """Return method name -> cells of its row, for one API."""
    half = PAGE.partition("\n## SCIM\n")[2 if api == "scim" else 0]
    cells = [line.strip("| ").split(" | ") for line in half.splitlines() if line.startswith("| `")]
    return {item[0].strip("`"): item for item in cells}


def read_requests(api: str, method: str) -> list[str]:
    """Return the requests of a method on the page, as HTTP method and template."""
    lines = read_rows(api)[method][1].split("<br>")
    return [re.sub(r"\{\w+\}", "{}", line.replace("`", "").split(" (")[0]) for line in lines]


class RequestRecorder:
    """Recorder of the distinct requests of a client, in order."""

    def __init__(self) -> None:
        self.lines: dict[str, None] = {}
        self.settings = Settings(hooks=(self.note,))

    def note(self, exchange: AttemptEvent) -> None:
        self.lines[f"{exchange.method} {exchange.template}"] = None


def run(client: Any, method: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    created = attrgetter(method)(client)(*args, **options)
    if isinstance(created, Operation | Resources):
        return created  # pyright: ignore[reportUnknownVariableType]  # its type is unknown
    return (created.first() if hasattr(created, "first") else created)


def make_transport(call: Call) -> httpx.BaseTransport:
    """Return a fake tenant with the objects that a call needs."""
    if call.line:
        script = FakeAdminApi({line: (200, body) for line, body in call.reads.items()})
        script.replies[call.line] = (200, call.reply)
        return script
    tenant = SmallTenant()
    tenant.add_provider("Okta", id=IDP.id)
    tenant.replies["GET /api/token"] = (200, [])
    tenant.replies["GET /api/users"] = (200, {"count": 1, "data": [{"userId": "u1"}]})
    tenant.replies["GET /api/user-tags"] = (200, {"count": 1, "data": [TAG_OF_PROVIDER]})
    tenant.replies["GET /api/user-tags/t1/users"] = (200, {"count": 0, "data": []})
    return tenant


@each_value("method", read_rows("admin"), group=resource_of)
def test_admin_method_sends_requests_on_page(method: str) -> None:
    seen = RequestRecorder()
    for call in [*CALLS, *OTHER_CALLS]:
        if call.name == method:
            with AdminClient(
                "acme", TOKEN, transport=make_transport(call), settings=seen.settings
            ) as britive:
                run(britive, method, call.args, call.options)
    assert list(seen.lines) == read_requests("admin", method)


@each_value("method", read_rows("scim"), group=resource_of)
def test_scim_method_sends_requests_on_page(method: str) -> None:
    seen = RequestRecorder()
    args, options = SCIM_CALLS[method]
    args = tuple(replace(a) if isinstance(a, Plan) else a for a in args)  # one that was not applied
    with ScimClient(URL, TOKEN, transport=EchoServer(), settings=seen.settings) as okta:
        created = run(okta, method, args, options)
    if isinstance(created, Operation):
        assert list(seen.lines) == []
        seen.lines[f"{created.method} {created.template}"] = None
    assert list(seen.lines) == read_requests("scim", method)


def test_page_has_complete_row_for_every_method() -> None:
    with (
        AdminClient("acme", TOKEN, transport=FakeAdminApi()) as britive,
        ScimClient(URL, TOKEN, transport=EchoServer()) as okta,
    ):
        for api, client in (("admin", britive), ("scim", okta)):
            there = set(public_methods(client, APIResource)) - CLIENT_METHODS
            assert set(read_rows(api)) == there
            for cells in read_rows(api).values():
                assert len(cells) == 6
                assert cells[1], "requests"
                assert cells[4], "source"
                assert cells[5] in CERTAINTIES
