# Generated from tests/aio/test_apply_unkept.py by tools/unasync.py; edit that file instead.
"""Values that a provider does not keep, as `apply` learns them from responses of every type."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx

from britive_scim import ScimClient
from britive_scim.provisioning import Memory, Plan, PlanTarget, Policy
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_response
from support.plans import create, make_plan, update


def test_undeclared_attribute_that_is_dropped_is_named() -> None:
    """No plan compares it, but the report says that it is lost."""
    tenant = Tenant(capabilities=Capabilities(unmapped_attributes="dropped"))
    memory = Memory()
    plan = make_plan(tenant, [create("a", badge="red")])
    with tenant.scim_client("Okta") as okta:
        report = okta.apply(plan, rate=None, memory=memory)
    assert report.ok, report
    assert report.notes == ("User: the server does not keep badge",)
    assert memory.unkept == {"User": {"badge"}}


class AnsweringServer(FakeScimServer):
    """Server that answers each request with its values and others in their place; `None` leaves one out."""

    def __init__(self, **changed: Any) -> None:
        super().__init__(self.respond)
        self.changed = changed

    def respond(self, request: httpx.Request) -> httpx.Response:
        sent = json.loads(request.content) if request.method == "POST" else {}
        answer = {**sent, "id": "1", **self.changed}
        answer = {name: value for name, value in answer.items() if value is not None}
        return make_response(201 if request.method == "POST" else 200, answer)


SHORT = {"externalId": None, "name": None, "emails": None, "title": None}
ANSWERS: list[tuple[dict[str, Any], dict[str, dict[str, Any]]]] = [
    ({**SHORT, "userName": "other@acme.com"}, {"1": {"userName"}}),
    ({**SHORT}, {}),
    ({"title": "Chie"}, {"1": {"title"}}),
    ({"title": None}, {"1": {"title"}}),
    ({"externalId": "A"}, {"1": {"externalId"}}),
    ({}, {}),
]


@each_value("case", ANSWERS)
def test_short_answers_prove_only_what_they_show(case: Any) -> None:
    """A value that a short answer leaves out may be stored; one that it shows otherwise is not."""
    changed, expected = case
    memory = Memory()
    target = PlanTarget(scim_url=URL, provider=None, digest="", read_at=datetime.now(UTC))
    plan = Plan(changes=(create("a", title="Chief"),), policy=Policy(), target=target)
    with ScimClient(URL, TOKEN, transport=AnsweringServer(**changed)) as client:
        report = client.apply(plan, rate=None, memory=memory)
    assert report.ok, report
    assert {id_: set(paths) for id_, paths in memory.unkept_values.items()} == expected


def test_kept_value_ends_what_the_memory_knew() -> None:
    tenant = Tenant()
    with tenant.scim_client("Okta") as okta:
        first = okta.apply(make_plan(tenant, [create("a")]), rate=None)
        assert first.ok
        user = okta.users.find_by_external_id("a")
        assert user is not None
        id_ = str(user.id)
        memory = Memory(unkept_values={id_: {"title": "old", "nickName": "kept"}})
        plan = make_plan(tenant, [update(id_, "title", None, "Chief")])
        report = okta.apply(plan, rate=None, memory=memory)
    assert report.ok, report
    assert memory.unkept_values == {id_: {"nickName": "kept"}}
