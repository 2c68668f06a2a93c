"""What a client can do, as data; the marks are compared with what is really sent."""

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from britive_scim import AdminClient, AsyncScimClient, ScimClient, errors, scim
from britive_scim.testing import Tenant
from britive_scim.wire.tooling.operation_index import OperationInfo
from support.each_value import each_value
from support.fake_scim_server import TOKEN, URL, Script, answer, listed, refused, user


def made_up(ability: OperationInfo) -> dict[str, Any]:
    """Return arguments that pass the checks before sending."""
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
    return given


def abilities(client: Any) -> dict[str, OperationInfo]:
    return {ability.name: ability for ability in client.operations()}


SCIM = abilities(ScimClient(URL, TOKEN))


def test_the_scim_client_lists_everything_it_can_do() -> None:
    both = {
        "create", "delete", "ensure", "find_by_external_id", "get", "list", "patch", "replace", "search",
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


def test_the_marks_of_the_scim_client() -> None:
    safe = {name for name, one in SCIM.items() if one.safe}
    assert safe == {
        name
        for name in SCIM
        if name.rpartition(".")[2].startswith(
            ("get", "list", "find", "search", "check", "s", "resource_t")
        )
        and not name.endswith("set_members")
    }
    assert {name for name, one in SCIM.items() if one.destructive} == {
        "users.delete",
        "groups.delete",
    }
    changing_and_idempotent = {n for n, one in SCIM.items() if one.idempotent and not one.safe}
    assert changing_and_idempotent == {
        f"{noun}.{method}" for noun in ("users", "groups") for method in ("delete", "replace")
    } | {"me.replace"}
    assert all(one.idempotent for one in SCIM.values() if one.safe and one.name != "search")


def answering(request: Any) -> Any:
    if request.method == "GET" and request.url.path.rpartition("/")[2] in ("Users", "Groups"):
        return listed()
    return answer(200, user(1)) if request.method == "GET" else refused(404)


@pytest.fixture(scope="module")
def reading() -> Iterator[dict[str, OperationInfo]]:
    """What a client can do that may change nothing; the list is made once, as it takes a while."""
    with ScimClient(URL, TOKEN, transport=Script(answering), read_only=True) as client:
        yield abilities(client)


@each_value("name", sorted(SCIM))
def test_a_safe_ability_sends_nothing_but_questions_and_another_one_a_change(
    reading: dict[str, OperationInfo], name: str
) -> None:
    ability = reading[name]
    changed = False
    try:
        result = ability.invoke(made_up(ability))
        if hasattr(result, "pages"):
            list(result)
    except errors.ReadOnly:
        changed = True
    except errors.ApiError:
        pass
    assert changed is not ability.safe


ADMIN = abilities(AdminClient("acme", "k" * 32))


@pytest.fixture(scope="module")
def admin_reading() -> Iterator[dict[str, OperationInfo]]:
    with AdminClient("acme", "k" * 32, transport=Script(refused(404)), read_only=True) as client:
        yield abilities(client)


@each_value("name", sorted(name for name, one in ADMIN.items() if one.safe))
def test_a_safe_ability_of_the_admin_client_sends_no_change(
    admin_reading: dict[str, OperationInfo], name: str
) -> None:
    ability = admin_reading[name]
    try:
        result = ability.invoke(made_up(ability))
        if hasattr(result, "pages"):
            list(result)
    except errors.ReadOnly:
        pytest.fail("a change, marked as safe")
    except (errors.BritiveScimError, TypeError):
        pass


def test_the_schemas_are_json_and_tell_what_the_docstrings_tell() -> None:
    for one in (*SCIM.values(), *ADMIN.values()):
        json.dumps(one.parameters)
        assert one.summary, one.name
    for one in SCIM.values():
        for name, schema in one.parameters["properties"].items():
            assert schema.get("description"), f"{one.name}({name}) is not documented"
    tag = ADMIN["tags.get"].parameters["properties"]["tag"]
    assert tag == {"type": "string", "description": "the id of the tag"}
    create = SCIM["users.create"].parameters
    assert create["required"] == ["resource"]
    assert create["properties"]["resource"]["type"] == "object"
    members = SCIM["groups.add_members"].parameters["properties"]["members"]
    assert {"type": "array", "items": {"type": "string"}} in (members, *members.get("anyOf", ()))


def test_an_ability_is_invoked_with_plain_data() -> None:
    tenant = Tenant()
    okta = tenant.identity_providers["Okta"]
    with ScimClient(okta.scim_url, okta.scim_token, transport=tenant.transport()) as client:
        tools = abilities(client)
        body = scim.User.of(email="a@b.com", given_name="A", family_name="B").to_wire()
        made = tools["users.create"].invoke({"resource": body})
        assert isinstance(made, scim.User)
        patched = tools["users.patch"].invoke({"target": made.id, "changes": {"title": "x"}})
        assert patched.title == "x"
        assert [u.id for u in tools["users.list"].invoke({"filter": "title pr"})] == [made.id]
        for wrong, says in (
            ({}, "missing: resource"),
            ({"resource": body, "x": 1}, "not known: x"),
        ):
            with pytest.raises(errors.InputError, match=says):
                tools["users.create"].invoke(wrong)


def test_an_ability_of_an_async_client_is_awaited() -> None:
    async def main() -> None:
        async with AsyncScimClient(URL, TOKEN, transport=Script(answer(200, user(1)))) as client:
            found = await abilities(client)["users.get"].invoke({"target": "1"})
            assert found.id == "1"

    asyncio.run(main())


def test_dates_and_durations_are_read_from_texts() -> None:
    seen: dict[str, Any] = {}

    def method(since: datetime | timedelta, note: str = "") -> None:
        seen.update(since=since, note=note)

    two = {"anyOf": [{"format": "duration"}, {"format": "date-time"}]}
    ability = OperationInfo(
        "x",
        "",
        True,
        False,
        {"properties": {"since": two, "note": {}}, "required": ["since"]},
        method,
    )
    ability.invoke({"since": "P2D", "note": "n"})
    assert seen == {"since": timedelta(days=2), "note": "n"}
    ability.invoke({"since": "2026-01-02T03:04:05Z"})
    assert seen["since"].year == 2026
    ability.invoke({"since": timedelta(1)})
    with pytest.raises(errors.InputError, match="neither date nor duration"):
        ability.invoke({"since": "soon"})
