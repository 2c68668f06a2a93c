"""Many changes in few requests, references between them resolved, each with an outcome of its own."""

import json
from typing import Any

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, errors, scim
from britive_scim.testing import Tenant
from britive_scim.wire.decoding.scim import decode_json, ignore_body
from britive_scim.wire.operation import GET, POST, RawBody
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeScimServer,
    make_error,
    make_response,
    make_user,
)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


@pytest.fixture
def okta(tenant: Tenant) -> AsyncScimClient:
    idp = tenant.identity_providers["Okta"]
    return AsyncScimClient(idp.scim_url, idp.scim_token, transport=tenant.async_transport())


def person(name: str, **more: Any) -> scim.User:
    return scim.User.of(email=f"{name}@acme.com", given_name=name, family_name="x", **more)


def named(group: str, *members: str) -> scim.Group:
    return scim.Group(display_name=group, members=[scim.Member(value=m) for m in members])


class Bulk(FakeScimServer):
    """A provider that creates whatever it is sent, in bulk or one by one.

    Args:
        most: operations a request takes, `None` for no bulk at all.
        large: bytes a request takes.
    """

    def __init__(self, most: int | None = 1000, large: int = 1_000_000) -> None:
        super().__init__(make_response(404))
        self.most = most
        self.large = large
        self.bulks: list[list[Any]] = []
        self.number = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        self.sent.append(request)
        path = request.url.path.removeprefix("/api/scim/v2")
        if path == "/ServiceProviderConfig":
            bulk = {
                "supported": self.most is not None,
                "maxOperations": self.most,
                "maxPayloadSize": self.large,
            }
            return make_response(200, {"schemas": [], "bulk": bulk})
        body = json.loads(content) if content else None
        if path != "/Bulk":
            result = self.result(request.method, path, body)
            response = result.get("response")
            return make_response(int(result["status"]), response)
        operations = body["Operations"]
        if len(content) > self.large:
            return make_error(413)
        self.bulks.append(operations)
        results = []
        for one in operations:
            result = self.result(one["method"], one["path"], one.get("data"))
            results.append({**result, "method": one["method"], "bulkId": one.get("bulkId")})
        return make_response(
            200,
            {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
                "Operations": results,
            },
        )

    def result(self, method: str, path: str, data: Any) -> dict[str, Any]:
        if method == "POST" and "taken" in json.dumps(data):
            return {"status": "409", "response": {"detail": "taken", "scimType": "uniqueness"}}
        if method == "POST":
            self.number += 1
            made = {**data, "id": f"id-{self.number}"}
            return {
                "status": "201",
                "location": f"https://else.where{path}/id-{self.number}",
                "response": made,
            }
        if method == "DELETE":
            return {"status": "204", "location": path}
        return {
            "status": "200",
            "location": path,
            "response": {**make_user(9), "id": path.rpartition("/")[2]},
        }


async def test_users_and_groups_that_refer_to_each_other_are_created(
    okta: AsyncScimClient, tenant: Tenant
) -> None:
    there = await okta.users.create(person("cy"))
    gone = await okta.users.create(person("di"))
    report = await okta.bulk(
        [
            okta.users.creation(person("ana"), bulk_id="ana"),
            okta.users.creation(person("bo"), bulk_id="bo"),
            okta.groups.creation(named("Eng", "bulkId:ana", "bulkId:bo"), bulk_id="eng"),
            okta.users.change(there, {"title": "CTO"}),
            okta.users.deletion(gone),
        ]
    )
    assert report.ok, str(report)
    assert report.requests == 1
    ana, bo, eng, *_ = report
    assert isinstance(ana.value, scim.User) or ana.value is None
    assert {m.value for m in (await okta.groups.get(eng.id or "")).members or ()} == {ana.id, bo.id}
    assert (await okta.users.get(there)).title == "CTO"
    with pytest.raises(errors.NotFound):
        await okta.users.get(gone)
    assert [
        str(r.method) + " " + r.path.rpartition("/")[2]
        for r in tenant.requests
        if r.path.endswith("Bulk")
    ] == ["POST Bulk"]


@pytest.mark.parametrize("most", [1, 2, 3, 1000, None])
async def test_references_are_resolved_over_requests_of_any_size(most: int | None) -> None:
    script = Bulk(most)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk(
            [
                client.users.creation(person("ana"), bulk_id="ana"),
                client.users.creation(person("bo"), bulk_id="bo"),
                client.groups.creation(
                    named("Eng", "bulkId:ana", "bulkId:bo", "u-7"), bulk_id="eng"
                ),
                client.groups.change("bulkId:eng", {"externalId": "bulkId:ana"}),
            ]
        )
    assert report.ok, str(report)
    assert [one.id for one in report][:3] == ["id-1", "id-2", "id-3"]
    assert [one.status for one in report] == [201, 201, 201, 200]
    if most is None:
        assert script.lines[1:] == [
            "POST /Users",
            "POST /Users",
            "POST /Groups",
            "PATCH /Groups/id-3",
        ]
        assert script.bodies[3]["members"] == [
            {"value": "id-1"},
            {"value": "id-2"},
            {"value": "u-7"},
        ]
    else:
        assert [len(operations) for operations in script.bulks] == [
            len(range(first, min(first + most, 4))) for first in range(0, 4, most)
        ]
        group = next(o for operations in script.bulks for o in operations if o["path"] == "/Groups")
        known = most < 3
        assert group["data"]["members"][0]["value"] == (
            "id-1" if known or most == 1 else "bulkId:ana"
        )
    assert report.requests == (4 if most is None else -(-4 // most))


async def test_requests_are_kept_below_the_size_the_provider_takes() -> None:
    script = Bulk(large=2000)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk([client.users.creation(person(f"u{n}")) for n in range(40)])
    assert report.ok
    assert len(report) == 40
    assert max(len(request.content) for request in script.sent[1:]) <= 2000
    assert len(script.bulks) < 12


async def test_a_request_that_is_too_large_all_the_same_is_halved() -> None:
    script = Bulk()
    script.large = 1_000_000
    good = script.handle_request

    def picky(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/Bulk") and len(json.loads(request.read())["Operations"]) > 3:
            script.sent.append(request)
            return make_error(413)
        return good(request)

    script.handle_request = picky  # a provider that takes less than it says
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk([client.users.creation(person(f"u{n}")) for n in range(10)])
    assert report.ok
    assert [one.id for one in report] == [f"id-{n}" for n in range(1, 11)]


@pytest.mark.parametrize("most", [1000, 1, None])
async def test_what_fails_is_told_and_the_rest_goes_on(most: int | None) -> None:
    script = Bulk(most)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk(
            [
                client.users.creation(person("ana"), bulk_id="ana"),
                client.users.creation(person("taken"), bulk_id="taken"),
                client.users.deletion("7"),
            ]
        )
    assert not report.ok
    assert [one.ok for one in report] == [True, False, True]
    (failed,) = report.failures
    assert isinstance(failed.error, errors.Conflict)
    assert failed.status == 409
    assert "taken" in str(report)
    assert "<table>" in report._repr_html_()


@pytest.mark.parametrize("most", [1, None])
async def test_what_refers_to_a_failure_is_not_sent(most: int | None) -> None:
    script = Bulk(most)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk(
            [
                client.users.creation(person("taken"), bulk_id="x"),
                client.groups.creation(named("Eng", "bulkId:x")),
                client.users.deletion("7"),
            ]
        )
    assert [one.ok for one in report] == [False, False, True]
    assert "refers to a creation that failed" in str(report[1].error)


@pytest.mark.parametrize("most", [1, None])
async def test_after_enough_failures_the_rest_is_left_undone(most: int | None) -> None:
    script = Bulk(most)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk(
            [
                client.users.creation(person("taken")),
                client.users.creation(person("taken")),
                client.users.deletion("7"),
            ],
            fail_on_errors=2,
        )
    assert [one.status for one in report] == [409, 409, None]
    assert "2 operations failed before" in str(report[2].error)


async def test_fail_on_errors_is_told_to_the_provider() -> None:
    script = Bulk()
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.bulk([client.users.deletion("7")], fail_on_errors=3)
        with pytest.raises(errors.InputError, match="fail_on_errors"):
            await client.bulk([client.users.deletion("7")], fail_on_errors=0)
    assert script.bodies[-1]["failOnErrors"] == 3


async def test_a_version_goes_along() -> None:
    script = Bulk()
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        await client.bulk(
            [
                client.users.replacement(scim.User(id="1", user_name="a"), if_match='W/"3"'),
                client.users.deletion("2"),
            ]
        )
    first, second = script.bulks[0]
    assert (first["method"], first["path"], first["version"]) == ("PUT", "/Users/1", 'W/"3"')
    assert second == {"method": "DELETE", "path": "/Users/2"}


TROUBLE: dict[str, Any] = {
    "reset": httpx.ReadError("reset"),
    "500": make_error(500),
    "400": make_error(400),
    "HTML": make_response(200, b"<html>"),
    "other JSON": make_response(200, {"ok": True}),
}


@pytest.mark.parametrize("name", TROUBLE)
async def test_a_request_that_fails_as_a_whole_ends_the_run(name: str) -> None:
    config = make_response(200, {"schemas": [], "bulk": {"supported": True, "maxOperations": 2}})
    script = FakeScimServer(config, TROUBLE[name])
    async with AsyncScimClient(URL, TOKEN, transport=script, retry=RetryPolicy.none()) as client:
        report = await client.bulk([client.users.deletion(str(n)) for n in range(3)])
    assert [type(one.error) for one in report][:2] == [type(report[0].error)] * 2
    assert "an earlier request failed" in str(report[2].error)
    assert len(script.sent) == 2


async def test_a_result_that_is_missing_or_odd_is_told() -> None:
    config = make_response(200, {"schemas": [], "bulk": {"supported": True}})
    results = [
        {"method": "DELETE", "status": {"code": "204"}, "location": "/Users/2"},
        {"method": "POST", "status": "201", "bulkId": "a", "location": "https://x/Users/9"},
        {"method": "POST", "bulkId": "b"},
        {"method": "PATCH", "status": 200, "location": "/Users/4", "response": {"ok": True}},
        {"method": "GET", "status": "200"},
        {"method": "POST", "status": "201", "bulkId": "a"},
    ]
    script = FakeScimServer(config, make_response(200, {"Operations": results}))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk(
            [
                client.users.creation(person("a"), bulk_id="a"),
                client.users.creation(person("b"), bulk_id="b"),
                client.users.deletion("1"),
                client.users.deletion("2"),
                client.users.change("4", {"title": "x"}),
            ]
        )
    assert [one.ok for one in report] == [True, False, False, True, False]
    assert report[0].id == "9"
    assert "no status" in str(report[1].error)
    assert "no result for operation 2" in str(report[2].error)
    assert "neither id nor schemas" in str(report[4].error)


async def test_what_cannot_be_sent_is_refused_before_anything_is() -> None:
    script = Bulk(2)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        users = client.users
        for wrong, says in [
            (
                [
                    users.creation(person("a"), bulk_id="x"),
                    users.creation(person("b"), bulk_id="x"),
                ],
                "got 'x' twice",
            ),
            ([client.groups.creation(named("G", "bulkId:nobody"))], "nobody"),
            ([GET("/Users", returns=decode_json)], "a change with a JSON body"),
            (
                [POST("/x", body=RawBody(b"", "text/xml"), returns=ignore_body)],
                "a change with a JSON body",
            ),
        ]:
            with pytest.raises(errors.InputError, match=says):
                await client.bulk(wrong)
        late = [
            client.groups.creation(named("G", "bulkId:late")),
            users.deletion("1"),
            users.creation(person("a"), bulk_id="late"),
        ]
        with pytest.raises(errors.InputError, match="earlier request"):
            await client.bulk(late)
        with pytest.raises(errors.InputError):
            users.creation(person("a"), bulk_id="a/b")
        with pytest.raises(errors.InputError, match="changes must contain an operation"):
            users.change("1", {})
        assert (await client.bulk([])).ok
    assert script.bulks == []


async def test_circles_are_left_to_the_provider() -> None:
    script = Bulk()
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        report = await client.bulk(
            [
                client.groups.creation(named("A", "bulkId:b"), bulk_id="a"),
                client.groups.creation(named("B", "bulkId:a"), bulk_id="b"),
            ]
        )
    assert report.ok
    assert len(script.bulks) == 1


async def test_a_dry_run_of_a_bulk_call_collects_each_change(okta: AsyncScimClient) -> None:
    with okta.dry_run() as changes:
        report = await okta.bulk(
            [
                okta.users.creation(person("ana"), bulk_id="ana"),
                okta.groups.creation(named("Eng", "bulkId:ana")),
            ]
        )
    assert report.ok
    assert [change.method for change in changes] == ["POST", "POST"]
    assert changes[1].body["members"] == [{"value": "dry-run-1"}]


async def test_trouble_of_one_change_sent_alone_is_its_own() -> None:
    config = make_response(200, {"schemas": []})
    script = FakeScimServer(config, httpx.ReadError("reset"), make_response(204))
    async with AsyncScimClient(URL, TOKEN, transport=script, retry=RetryPolicy.none()) as client:
        report = await client.bulk([client.users.deletion("1"), client.users.deletion("2")])
    assert [one.ok for one in report] == [False, True]
    assert isinstance(report[0].error, errors.ConnectionFailed)
