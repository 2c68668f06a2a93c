# Generated from tests/aio/test_scim_bulk_limits.py by tools/unasync.py; edit that file instead.
"""Bulk requests at the limits of a provider: where a run may be cut, what is too large, where it stops."""

import json
from typing import Any

import httpx

from britive_scim import ScimClient, errors, scim
from britive_scim.testing import Capabilities, Tenant
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_error, make_response


def person(name: str, **more: Any) -> scim.User:
    return scim.User.of(email=f"{name}@acme.com", given_name=name, family_name="x", **more)


def named(group: str, *members: str) -> scim.Group:
    return scim.Group(display_name=group, members=[scim.Member(value=m) for m in members])


class Provider(FakeScimServer):
    """Does what it is sent, and says 201 of a creation, 204 of anything else.

    Args:
        said: operations a request takes, as it says.
        most: operations a request takes in truth.
        backwards: give the results last first, and only those of creations a name.
    """

    def __init__(self, said: int = 1000, most: int = 1000, *, backwards: bool = False) -> None:
        super().__init__(make_response(404))
        self.said = said
        self.most = most
        self.backwards = backwards
        self.requests: list[Any] = []
        self.number = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        self.sent.append(request)
        if request.url.path.endswith("/ServiceProviderConfig"):
            bulk = {"supported": True, "maxOperations": self.said}
            return make_response(200, {"schemas": [], "bulk": bulk})
        body = json.loads(content) if content else None
        if not request.url.path.endswith("/Bulk"):
            path = request.url.path.removeprefix("/api/scim/v2")
            result = self.result({"method": request.method, "path": path, "data": body})
            return make_response(int(result["status"]), result.get("response"))
        if len(body["Operations"]) > self.most or b"fat" in content:
            return make_error(413)
        self.requests.append(body)
        results = [self.result(one) for one in body["Operations"]]
        if self.backwards:
            results.reverse()
        return make_response(200, {"Operations": results})

    def result(self, one: dict[str, Any]) -> dict[str, Any]:
        told = {"method": one["method"], "status": "204", "location": f"https://x.y{one['path']}"}
        if "taken" in json.dumps(one.get("data")):
            return {**told, "bulkId": one.get("bulkId"), "status": "409", "response": {}}
        if one["method"] == "POST":
            self.number += 1
            made = {**one["data"], "id": f"id-{self.number}"}
            told |= {"status": "201", "location": f"https://x.y{one['path']}/{made['id']}"}
            return {**told, "bulkId": one.get("bulkId"), "response": made}
        return told


def test_a_run_is_not_cut_between_a_reference_and_what_it_means() -> None:
    script = Provider(most=3)
    with ScimClient(URL, TOKEN, transport=script) as client:
        report = client.bulk(
            [
                client.users.deletion("0"),
                client.groups.creation(named("Eng", "bulkId:ana")),
                client.users.creation(person("ana"), bulk_id="ana"),
                client.users.creation(person("bo"), bulk_id="bo"),
                client.groups.change("g-1", {"externalId": "bulkId:ana"}),
            ]
        )
    assert report.ok, str(report)
    assert [len(one["Operations"]) for one in script.requests] == [3, 2]
    assert script.requests[1]["Operations"][1]["data"]["Operations"][0]["value"] == "id-2"


def test_a_circle_that_is_too_large_is_told() -> None:
    script = Provider(most=1)
    with ScimClient(URL, TOKEN, transport=script) as client:
        report = client.bulk(
            [
                client.groups.creation(named("A", "bulkId:b"), bulk_id="a"),
                client.groups.creation(named("B", "bulkId:a"), bulk_id="b"),
            ]
        )
    assert [type(one.error) for one in report] == [errors.PayloadTooLarge] * 2


def test_what_is_too_large_for_a_bulk_request_is_sent_by_itself() -> None:
    script = Provider()
    with ScimClient(URL, TOKEN, transport=script) as client:
        report = client.bulk(
            [
                client.users.creation(person("ana"), bulk_id="ana"),
                client.groups.creation(named("fat", "bulkId:ana")),
                client.users.deletion("7"),
            ]
        )
    assert report.ok, str(report)
    assert [one.id for one in report] == ["id-1", "id-2", "7"]
    (alone,) = [r for r in script.sent if r.url.path.endswith("/Groups")]
    assert json.loads(alone.content)["members"] == [{"value": "id-1"}]


def test_results_are_told_apart_in_any_order() -> None:
    script = Provider(backwards=True)
    people = [person("ana"), person("taken"), person("bo")]
    with ScimClient(URL, TOKEN, transport=script) as client:
        operations = [
            *(client.users.creation(one) for one in people),
            client.users.deletion("7"),
            client.users.deletion("a b"),
            client.users.change("9", {"title": "taken"}),
            client.users.change("8", {"title": "x"}),
        ]
        report = client.bulk(operations)
    assert [one.operation for one in report] == operations
    assert [one.ok for one in report] == [True, False, True, True, True, False, True]
    assert [one.value.user_name if one.value else None for one in report][:3] == [
        "ana@acme.com",
        None,
        "bo@acme.com",
    ]
    assert [one.id for one in report][3:] == ["7", "a b", None, "8"]


def test_failures_are_counted_over_all_requests() -> None:
    script = Provider(said=2)
    with ScimClient(URL, TOKEN, transport=script) as client:
        report = client.bulk(
            [client.users.creation(person(f"{'taken' if n % 2 else 'ok'}{n}")) for n in range(10)],
            fail_on_errors=3,
        )
    assert [one["failOnErrors"] for one in script.requests] == [3, 2, 1]
    assert [one.status for one in report] == [201, 409] * 3 + [None] * 4
    assert "not sent: 3 operations failed before" in str(report[6].error)


def test_what_a_provider_leaves_after_failures_is_told_as_that() -> None:
    tenant = Tenant()
    idp = tenant.identity_providers["Okta"]
    with ScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.transport()
    ) as okta:
        okta.users.create(person("ana"))
        report = okta.bulk(
            [okta.users.creation(person(name)) for name in ("bo", "ana", "cy", "di")],
            fail_on_errors=1,
        )
    assert [one.status for one in report] == [201, 409, None, None]
    assert all("1 operations failed before" in str(one.error) for one in report[2:])
    assert [user["userName"] for user in idp.users] == ["ana@acme.com", "bo@acme.com"]


def test_a_tenants_own_limits_are_kept_to() -> None:
    tenant = Tenant(capabilities=Capabilities(max_operations=7, max_bulk_body=3000))
    idp = tenant.identity_providers["Okta"]
    with ScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.transport()
    ) as okta:
        operations: list[Any] = [
            okta.users.creation(person(f"u{n}"), bulk_id=f"u{n}") for n in range(30)
        ]
        operations.append(okta.groups.creation(named("Eng", *(f"bulkId:u{n}" for n in range(30)))))
        report = okta.bulk(operations)
        assert report.ok, str(report)
        made = okta.groups.get(report[30].id or "")
    assert {member.value for member in made.members or ()} == {one.id for one in report[:30]}
    assert report.requests >= 5


def test_the_provider_is_asked_what_it_can_do_once_and_only_if_something_hangs_on_it() -> (
    None
):
    script = Provider()
    with ScimClient(URL, TOKEN, transport=script) as client:
        client.users.create(person("ana"))
        client.users.delete("1")
        client.bulk([])
        assert len(script.sent) == 2
        client.bulk([client.users.deletion("7")])
        client.bulk([client.users.deletion("8")])
    assert [line for line in script.lines if "Config" in line] == ["GET /ServiceProviderConfig"]
