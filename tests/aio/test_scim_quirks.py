"""Odd answers of real servers, each replayed to the client that asks for it."""

from typing import Any

import pytest

from britive_scim import AsyncScimClient, Settings, errors, scim
from scim_double import TOKEN, URL, Clock, Script, answer_of, listed, quirks, user


def client_of(transport: Script) -> AsyncScimClient:
    return AsyncScimClient(URL, TOKEN, transport=transport, settings=Settings(clock=Clock()))


async def asked(client: AsyncScimClient, request: str) -> Any:
    """Make the call of which `request` is the first exchange, and return its result."""
    method, _, target = request.partition(" ")
    path, _, query = target.partition("?")
    noun, _, rest = path.strip("/").partition("/")
    id_ = rest.split(" ")[0]
    things: Any = client.groups if noun == "Groups" else client.users
    if path == "/ServiceProviderConfig":
        return await client.service_provider_config()
    if method == "GET" and id_:
        return await things.get(id_)
    if query.startswith(("filter=userName eq", "filter=...")):
        return await client.users.find_by_user_name("ada@example.com")
    if "displayName eq" in query:
        return await client.groups.find_by_display_name("APP-Admins")
    if method == "GET":
        size = {"count=2": 2}.get(query.rpartition("&")[2], 100)
        pager = things.list(page_size=size)
        return [found async for found in pager], pager
    if method == "POST" and noun == "Groups":
        return await client.groups.create(scim.Group(display_name="Engineering"))
    if method == "POST":
        return await client.users.create(scim.User(user_name="ada@example.com", active=True))
    if method == "PATCH":
        return await things.patch(id_, {"displayName": "x"})
    assert method == "DELETE"
    return await things.delete(id_)


KINDS: dict[int, type[errors.ApiError]] = {
    400: errors.BadRequest,
    401: errors.Unauthorized,
    404: errors.NotFound,
    409: errors.Conflict,
    429: errors.RateLimited,
    500: errors.ServerError,
    502: errors.ServerError,
    503: errors.ServerError,
}
OTHER_KINDS = {
    "error-britive-admin-envelope-duplicate": errors.Conflict,
    "error-britive-admin-envelope-external-tag": errors.ExternallyManaged,
    "error-duplicate-as-400": errors.Conflict,
}
SAYS: dict[str, dict[str, Any]] = {
    "error-status-int": {"detail": "Resource x not found"},
    "error-409-no-scimtype-no-status": {"detail": "User already exists in the database."},
    "error-wrapped": {"detail": "resource x not found", "scim_type": "notFound"},
    "error-json-in-message-string": {"scim_type": None},
    "error-status-object": {"detail": "invalid path"},
    "error-aws-extra-keys": {"request_id": "0a1b2c3d-0000-4000-8000-000000000000"},
    "error-unknown-scimtype": {"scim_type": "schemaViolated"},
    "error-empty-scimtype-503": {"scim_type": None, "attempts": 5},
    "error-schemas-plain-string-odd-case-scimtype": {"scim_type": "InvalidFilter"},
    "error-plain-text-conflict": {"detail": "User already exists"},
    "error-html-500": {"detail": "HTTP Status 500 - Internal Server Error"},
    "error-html-502-load-balancer": {"detail": "502 Bad Gateway", "attempts": 5},
    "error-plain-text-502-cloudflare": {"detail": "error code: 502"},
    "error-britive-admin-envelope-duplicate": {
        "error_code": "U-0009",
        "detail": "User already exists.",
    },
    "error-britive-admin-envelope-external-tag": {"error_code": "UT-0002"},
    "error-empty-body-404": {"detail": None},
    "error-schemas-plain-string-500": {"attempts": 1},
    "error-duplicate-as-500": {"attempts": 1},
    "error-internal-for-bad-input": {"attempts": 5},
    "error-plain-text-429": {"attempts": 5},
}


@pytest.mark.parametrize("case", quirks("errors"))
async def test_an_odd_error_is_one_class_by_its_status(case: dict[str, Any]) -> None:
    async with client_of(Script(answer_of(case))) as client:
        with pytest.raises(errors.ApiError) as caught:
            await asked(client, case["request"])
    error = caught.value
    assert type(error) is OTHER_KINDS.get(case["name"], KINDS[case["response_status"]])
    assert error.status == case["response_status"]
    assert TOKEN not in str(error)
    assert len(str(error)) < 1200
    for name, value in SAYS.get(case["name"], {}).items():
        assert getattr(error, name) == value


async def test_the_fields_of_an_extended_error_stay_reachable() -> None:
    (case,) = [p.values[0] for p in quirks("errors") if p.id == "error-extra-field-errors"]
    async with client_of(Script(answer_of(case))) as client:
        with pytest.raises(errors.BadRequest) as caught:
            await asked(client, case["request"])
    extension = caught.value.body["urn:ietf:params:scim:schemas:extension:fusionauth:2.0:Error"]
    assert list(extension["fieldErrors"]) == ["user.email"]


async def test_a_create_that_met_500_is_never_sent_twice_and_found_if_it_happened() -> None:
    (case,) = [p.values[0] for p in quirks("errors") if p.id == "error-duplicate-as-500"]
    script = Script(answer_of(case), listed(user(7, userName="ada@example.com", active=True)))
    async with client_of(script) as client:
        made = await asked(client, case["request"])
    assert made.id == "7"
    assert script.lines == ["POST /Users", "GET /Users"]


# ------------------------------------------------------------------------------------ HTTP

READS_ADA = [
    "http-content-type-reversed",
    "http-content-type-application-json",
    "http-content-type-text-json",
    "http-create-200",
    "http-create-no-location",
    "http-location-header-differs",
]
RAISES: dict[str, tuple[type[errors.ApiError], str]] = {
    "http-json-under-text-html": (errors.NotFound, "User not found"),
    "http-create-empty-body": (errors.UnexpectedAnswer, "cannot be found"),
    "http-429-retry-after-seconds": (errors.RateLimited, "Wait 1 s"),
    "http-429-body-retryafter": (errors.RateLimited, "Wait 60 s"),
    "http-429-ratelimit-headers-only": (errors.RateLimited, "429"),
    "http-429-retry-after-zero": (errors.RateLimited, "429"),
    "http-429-retry-after-fraction-long": (errors.RateLimited, "292.052"),
    "http-503-http-date": (errors.ServerError, "503"),
    "http-redirect-301-on-post": (errors.UnexpectedAnswer, "redirect"),
    "http-serviceproviderconfig-404": (errors.NotFound, "404"),
    "http-200-html-for-query": (errors.UnexpectedAnswer, "HTML"),
    "http-200-bare-array-for-query": (errors.UnexpectedAnswer, "a list"),
}


@pytest.mark.parametrize("case", quirks("http"))
async def test_odd_http_is_understood_or_told(case: dict[str, Any]) -> None:
    name = case["name"]
    first = answer_of(case)
    script = Script(first)
    if name in ("http-patch-200-empty", "http-patch-204"):
        script.steps.append(answer_of(case))
        script.steps[1] = listed().__class__(200, json=user(1))
    if name == "http-create-empty-body":
        script.steps += [listed()]
    async with client_of(script) as client:
        if name in RAISES:
            kind, says = RAISES[name]
            with pytest.raises(errors.ApiError, match=says) as caught:
                await asked(client, case["request"])
            assert type(caught.value) is kind
            return
        result = await asked(client, case["request"])
    if name in READS_ADA:
        assert (result.id, result.user_name) == ("1", "ada@example.com")
        assert len(script.sent) == 1
    elif name.startswith("http-patch"):
        assert result.id == "1"
        assert script.lines == ["PATCH /Users/1", "GET /Users/1"]
    elif name == "http-204-without-content-type":
        assert result is None
    else:
        assert name == "http-serviceproviderconfig-sparse"
        assert result.patch.supported is True
        assert result.bulk is None


async def test_a_created_user_without_a_body_is_looked_up() -> None:
    (case,) = [p.values[0] for p in quirks("http") if p.id == "http-create-empty-body"]
    script = Script(answer_of(case), listed(user(3, userName="ada@example.com", active=True)))
    async with client_of(script) as client:
        made = await asked(client, case["request"])
    assert made.id == "3"


@pytest.mark.parametrize(
    ("name", "sends", "waited"),
    [
        ("http-429-retry-after-seconds", 5, 4.0),
        ("http-429-body-retryafter", 1, 0.0),  # 60 s asked for, and the first try took its time
        ("http-429-ratelimit-headers-only", 5, 28.0),
        ("http-429-retry-after-zero", 5, 2.0),
        ("http-429-retry-after-fraction-long", 1, 0.0),
        ("http-503-http-date", 5, 2.0),
    ],
)
async def test_waits_are_at_least_what_was_asked_for(name: str, sends: int, waited: float) -> None:
    (case,) = [p.values[0] for p in quirks("http") if p.id == name]
    clock = Clock()
    script = Script(answer_of(case))

    def slow(exchange: object) -> None:
        clock.time += 0.1

    settings = Settings(clock=clock, hooks=(slow,))
    async with AsyncScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        with pytest.raises(errors.ApiError):
            await asked(client, case["request"])
    assert len(script.sent) == sends
    assert clock.waited >= waited


# ------------------------------------------------------------------------------------ lists

LISTS: dict[str, tuple[list[str], bool]] = {
    "list-resources-key-lower-case": (["1"], True),
    "list-totalresults-missing": (["1"], True),
    "list-totalresults-zero-for-count-zero": ([], True),
    "list-startindex-zero": (["1"], True),
    "list-itemsperpage-is-requested-count": (["1", "2"], False),
    "list-total-positive-resources-empty": ([], False),
    "list-startindex-ignored": (["1", "2"], False),
    "list-groups-without-members": (["g1"], True),
}
FINDS: dict[str, str | None] = {
    "list-resources-missing-when-empty": None,
    "list-resources-null": None,
    "list-counters-as-strings": None,
    "list-startindex-string-only": None,
    "list-totalresults-always-100": "1",
    "list-filter-ignored": "1",
    "list-filter-ignored-no-match": None,
    "list-empty-200-not-404": None,
    "list-query-miss-as-404": None,
    "list-total-two-one-resource": "1",
}


@pytest.mark.parametrize("case", quirks("listresponse"))
async def test_an_odd_list_is_read_to_its_end_and_not_further(case: dict[str, Any]) -> None:
    name = case["name"]
    script = Script(answer_of(case))
    async with client_of(script) as client:
        if name in FINDS:
            found = await asked(client, case["request"])
            assert (found.id if found else None) == FINDS[name]
        elif name == "list-one-total-no-resources":
            with pytest.raises(errors.UnexpectedAnswer, match="announced 1 and sent none"):
                await asked(client, case["request"])
        elif name == "list-totalresults-is-page-size":
            pager = client.users.list(filter='userName sw "a"', page_size=2)
            assert [found.id async for found in pager] == ["1", "2"]
            assert len(script.sent) == 2, "a full page proves no end"
        else:
            found, pager = await asked(client, case["request"])
            ids, complete = LISTS[name]
            assert [one.id for one in found] == ids
            assert pager.complete is complete
            assert (pager.why_incomplete is None) is complete
    assert len(script.sent) <= 3
    assert all(query["count"] for query in script.queries), "count is always asked for"


async def test_members_missing_from_a_list_are_unknown_and_not_none() -> None:
    (case,) = [p.values[0] for p in quirks("listresponse") if p.id == "list-groups-without-members"]
    async with client_of(Script(answer_of(case))) as client:
        (group,) = [found async for found in client.groups.list()]
    assert group.members is None


async def test_a_count_of_zero_is_checked_before_it_is_believed() -> None:
    (case,) = [
        p.values[0]
        for p in quirks("listresponse")
        if p.id == "list-totalresults-zero-for-count-zero"
    ]
    script = Script(answer_of(case), listed(user(1), total=7))
    async with client_of(script) as client:
        assert await client.users.list().count() == 7
    assert [query["count"] for query in script.queries] == ["0", "1"]


# ------------------------------------------------------------------------------- resources


@pytest.mark.parametrize("case", quirks("resource"))
async def test_an_odd_resource_is_read(case: dict[str, Any]) -> None:
    async with client_of(Script(answer_of(case))) as client:
        found = await asked(client, case["request"].split(" (")[0])
    assert isinstance(found.id, str)
    assert found.id == str(case["response_body"]["id"])
