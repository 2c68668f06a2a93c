"""Index of the operations of a client; its marks are compared with the sent requests."""

import asyncio
import json
from contextlib import suppress
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import pytest

from britive_scim import (
    AdminClient,
    AsyncAdminClient,
    AsyncScimClient,
    RetryPolicy,
    ScimClient,
    errors,
    scim,
)
from britive_scim.testing import Tenant
from britive_scim.wire.tooling.operation_index import OperationInfo
from britive_scim.wire.tooling.operation_marks import OPERATION_MARKS, OperationMarks
from support.admin_calls import CALLS
from support.each_value import each_value
from support.fake_admin_api import FakeAdminApi as AdminScript
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_list, make_response, make_user

CALLS_BY_NAME = {call.name: call for call in CALLS}


def make_arguments(ability: OperationInfo) -> dict[str, Any]:
    """Return arguments that are valid."""
    values: dict[str, Any] = {
        "string": "x1",
        "array": ["x1"],
        "integer": 1,
        "boolean": True,
        "object": {"id": "x1", "userName": "a", "displayName": "g"},
    }
    given: dict[str, Any] = {}
    for name in ability.parameters["required"]:
        schema = ability.parameters["properties"][name]
        given[name] = values[(schema.get("anyOf") or [schema])[0].get("type", "string")]
        if name == "changes":
            given[name] = {"externalId": "x"}
        if ability.name == "groups.upsert":  # refuses an attribute of users
            given[name] = {"displayName": "g"}
        if name == "resources":
            given[name] = [
                {"displayName" if ability.name.startswith("groups") else "userName": "a"}
            ]
    return given


def index_operations(client: Any) -> dict[str, OperationInfo]:
    return {ability.name: ability for ability in client.operations()}


SCIM = index_operations(ScimClient(URL, TOKEN))


def test_scim_client_operations_lists_all_methods() -> None:
    both = {
        "create", "delete", "ensure", "find_by_external_id", "get", "list", "patch", "replace", "search", "upsert",
        "upsert_many",
    }  # fmt: skip
    users = {"deactivate", "reactivate", "find_by_user_name"} | both
    groups = {
        "add_members",
        "remove_members",
        "set_members",
        "rename",
        "find_by_display_name",
    } | both
    assert set(SCIM) == {
        *(f"users.{name}" for name in users),
        *(f"groups.{name}" for name in groups),
        "me.get", "me.patch", "me.replace",
        "check", "search", "service_provider_config", "resource_types", "schemas",
    }  # fmt: skip


ADMIN = index_operations(AdminClient("acme", "k" * 32))


def test_operation_table_matches_both_clients() -> None:
    assert set(OPERATION_MARKS) == set(SCIM) | set(ADMIN)
    assert list(OPERATION_MARKS) == sorted(OPERATION_MARKS)
    assert set(SCIM) == set(index_operations(AsyncScimClient(URL, TOKEN)))
    assert set(ADMIN) == set(index_operations(AsyncAdminClient("acme", "k" * 32)))


def get_marks(info: OperationInfo) -> OperationMarks:
    return OperationMarks(info.safe, info.idempotent, info.destructive, info.irreversible)


def test_same_method_has_same_marks_in_both_clients() -> None:
    assert {"users.create", "users.delete", "users.get", "users.list"} <= set(SCIM) & set(ADMIN)
    for clients in (SCIM, ADMIN):
        for name, info in clients.items():
            assert get_marks(info) == OPERATION_MARKS[name]


@each_value("name", sorted(OPERATION_MARKS))
def test_marks_are_consistent(name: str) -> None:
    marks = OPERATION_MARKS[name]
    if marks.safe:
        assert marks == OperationMarks(safe=True, idempotent=True)
    assert marks.destructive or not marks.irreversible


def test_scim_marks_have_expected_values() -> None:
    assert {name for name, item in SCIM.items() if item.irreversible} == {
        "users.delete",
        "groups.delete",
    }
    assert {name for name, item in SCIM.items() if not (item.safe or item.destructive)} == {
        "groups.add_members", "groups.create", "groups.ensure",
        "users.create", "users.ensure", "users.reactivate",
    }  # fmt: skip


def test_removal_of_access_or_token_is_destructive() -> None:
    for name in (
        "tags.members.set", "tags.members.remove", "tags.disable", "users.disable", "users.reset_mfa",
        "api_tokens.revoke", "identity_providers.scim_token.create", "service_identities.token.create",
    ):  # fmt: skip
        assert ADMIN[name].destructive, name
    assert {name for name, item in ADMIN.items() if item.irreversible and not item.idempotent} == {
        "identity_providers.scim_token.create", "service_identities.token.create", "set_up_provisioning",
        "users.reset_mfa", "users.reset_password",
    }  # fmt: skip


def test_unknown_method_has_most_cautious_marks() -> None:
    class Client(ScimClient):
        def own(self, *, timeout: float | None = None, retry: RetryPolicy | None = None) -> None:
            """Do something else."""

    own = index_operations(Client(URL, TOKEN))["own"]
    assert get_marks(own) == OperationMarks(destructive=True, irreversible=True)


def check_marks(marks: OperationMarks, written: set[str]) -> None:
    """Compare marks with the HTTP methods of the changes."""
    assert marks.safe is not bool(written)
    assert marks.destructive or "DELETE" not in written
    if not marks.safe:
        assert marks.idempotent is (written <= {"PUT", "DELETE"})


def respond(request: Any) -> Any:
    if request.method == "GET" and request.url.path.rpartition("/")[2] in ("Users", "Groups"):
        return make_list()
    if request.method in ("DELETE", "PATCH") or request.url.path.endswith("/.search"):
        return make_list() if request.method == "POST" else make_response(204)
    return make_response(200, {**make_user(1), "id": "x1"})


@each_value("name", sorted(SCIM))
def test_scim_marks_match_sent_requests(name: str) -> None:
    script = FakeScimServer(respond)
    with ScimClient(URL, TOKEN, transport=script) as client:
        ability = index_operations(client)[name]
        try:
            result = ability.invoke(make_arguments(ability))
            if hasattr(result, "pages"):
                list(result)
        except errors.ApiError:
            pass  # the fake is not a complete provider
    assert script.sent
    written = {
        item.method
        for item in script.sent
        if item.method != "GET" and not item.url.path.endswith("/.search")
    }
    check_marks(OPERATION_MARKS[name], written)


QUERIES_BY_POST = {"tags.list_minimized", "tags.rules.preview", "users.list_minimized"}
COMPOSED = {
    "expiring",
    "identity_providers.drift",
    "identity_providers.preview",
    "identity_providers.rules",
}
"""Operations with several reads and no sample call."""


def invoke_sample(name: str) -> set[str]:
    """Send an operation with sample arguments, and return the methods of its changes."""
    if name in COMPOSED:
        script = AdminScript()
        with AdminClient("acme", "k" * 32, transport=script) as client:
            ability = index_operations(client)[name]
            with suppress(errors.ApiError):
                ability.invoke(make_arguments(ability))
    else:
        call = CALLS_BY_NAME[name]
        script = AdminScript({line: (200, body) for line, body in call.reads.items()})
        script.replies[call.line] = (200, call.reply)
        with AdminClient("acme", "k" * 32, transport=script) as client:
            result = attrgetter(name)(client)(*call.args, **call.options)
            if hasattr(result, "first"):
                result.first()
    assert script.sent
    return {item.method for item in script.sent if item.method != "GET"}


@each_value("name", sorted(set(ADMIN) - {"tags.members.set", "set_up_provisioning"}))
def test_admin_marks_match_sent_requests(name: str) -> None:
    written = invoke_sample(name)
    check_marks(OPERATION_MARKS[name], set() if name in QUERIES_BY_POST else written)


def test_tag_set_members_adds_and_removes() -> None:
    """The sample call only removes."""
    assert invoke_sample("tags.members.set") == {"DELETE"}
    check_marks(OPERATION_MARKS["tags.members.set"], {"POST", "DELETE"})


def test_set_up_provisioning_is_an_operation() -> None:
    tenant = Tenant()
    with tenant.admin_client() as britive:
        ability = index_operations(britive)["set_up_provisioning"]
        connection = ability.invoke({"name": "HR", "custom_attributes": ["costCode"]})
    assert connection.token_created
    check_marks(get_marks(ability), {request.method for request in tenant.requests} - {"GET"})


def test_upsert_many_takes_resources_in_wire_form() -> None:
    with Tenant().scim_client("Okta") as okta:
        ability = index_operations(okta)["users.upsert_many"]
        assert "on_result" not in ability.parameters["properties"]
        resources = ability.parameters["properties"]["resources"]
        assert (resources["type"], resources["items"]) == ("array", {"type": "object"})
        body = scim.User.of(email="a@b.com", given_name="A", family_name="B").to_wire()
        report = ability.invoke({"resources": [body, 5], "concurrency": 1})
        assert report.created == 1
        assert "got int" in str(report.failures[0].error)


def test_operation_schemas_contain_docstrings() -> None:
    for item in (*SCIM.values(), *ADMIN.values()):
        json.dumps(item.parameters)
        assert item.summary, item.name
    for item in SCIM.values():
        for name, schema in item.parameters["properties"].items():
            assert schema.get("description"), f"{item.name}({name}) is not documented"
    tag = ADMIN["tags.get"].parameters["properties"]["tag"]
    assert tag == {"type": "string", "description": "the id of the tag"}
    create = SCIM["users.create"].parameters
    assert create["required"] == ["resource"]
    assert create["properties"]["resource"]["type"] == "object"
    members = SCIM["groups.add_members"].parameters["properties"]["members"]
    assert {"type": "array", "items": {"type": "string"}} in (members, *members.get("anyOf", ()))


def test_invoke_accepts_plain_data() -> None:
    tenant = Tenant()
    okta = tenant.identity_providers["Okta"]
    with ScimClient(okta.scim_url, okta.scim_token, transport=tenant.transport()) as client:
        tools = index_operations(client)
        body = scim.User.of(email="a@b.com", given_name="A", family_name="B").to_wire()
        created = tools["users.create"].invoke({"resource": body})
        assert isinstance(created, scim.User)
        patched = tools["users.patch"].invoke({"target": created.id, "changes": {"title": "x"}})
        assert patched.title == "x"
        assert [u.id for u in tools["users.list"].invoke({"filter": "title pr"})] == [created.id]
        for wrong, says in (
            ({}, "missing: resource"),
            ({"resource": body, "x": 1}, "unknown: x"),
        ):
            with pytest.raises(errors.InputError, match=says):
                tools["users.create"].invoke(wrong)


def test_invoke_on_async_client_is_awaited() -> None:
    async def main() -> None:
        async with AsyncScimClient(
            URL, TOKEN, transport=FakeScimServer(make_response(200, make_user(1)))
        ) as client:
            result = await index_operations(client)["users.get"].invoke({"target": "1"})
            assert result.id == "1"

    asyncio.run(main())


def test_invoke_reads_datetime_and_duration_strings() -> None:
    seen: dict[str, Any] = {}

    def method(since: datetime | timedelta, note: str = "") -> None:
        seen.update(since=since, note=note)

    two = {"anyOf": [{"format": "duration"}, {"format": "date-time"}]}
    ability = OperationInfo(
        name="x",
        summary="",
        safe=True,
        idempotent=True,
        destructive=False,
        irreversible=False,
        parameters={"properties": {"since": two, "note": {}}, "required": ["since"]},
        method=method,
    )
    ability.invoke({"since": "P2D", "note": "n"})
    assert seen == {"since": timedelta(days=2), "note": "n"}
    ability.invoke({"since": "2026-01-02T03:04:05Z"})
    assert seen["since"].year == 2026
    ability.invoke({"since": timedelta(1)})
    with pytest.raises(errors.InputError, match="must be a date or duration"):
        ability.invoke({"since": "soon"})
