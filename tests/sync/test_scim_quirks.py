# Generated from tests/aio/test_scim_quirks.py by tools/unasync.py; edit that file instead.
"""Quirks: irregular responses of real servers, replayed to the client."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from britive_scim import ScimClient, Settings, errors, scim
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    load_quirks,
    make_list,
    make_quirk_response,
    make_user,
)


def client_of(transport: FakeScimServer) -> ScimClient:
    return ScimClient(URL, TOKEN, transport=transport, settings=Settings(clock=FakeClock()))


def call_first_request(client: ScimClient, request: str) -> Any:
    """Call the method whose first request is `request`; return its result."""
    method, _, target = request.partition(" ")
    path, _, query = target.partition("?")
    endpoint, _, rest = path.strip("/").partition("/")
    id_ = rest.split(" ")[0]
    collection: Any = client.groups if endpoint == "Groups" else client.users
    if path == "/ServiceProviderConfig":
        return client.service_provider_config()
    if method == "GET" and id_:
        return collection.get(id_)
    if query.startswith(("filter=userName eq", "filter=...")):
        return client.users.find_by_user_name("ada@example.com")
    if "displayName eq" in query:
        return client.groups.find_by_display_name("APP-Admins")
    if method == "GET":
        size = {"count=2": 2}.get(query.rpartition("&")[2], 100)
        pager = collection.list(page_size=size)
        return [found for found in pager], pager
    if method == "POST" and endpoint == "Groups":
        return client.groups.create(scim.Group(display_name="Engineering"))
    if method == "POST":
        return client.users.create(scim.User(user_name="ada@example.com", active=True))
    if method == "PATCH":
        return collection.patch(id_, {"displayName": "x"})
    assert method == "DELETE"
    return collection.delete(id_)


STATUS_CLASSES: dict[int, type[errors.ApiError]] = {
    400: errors.BadRequest,
    401: errors.Unauthorized,
    404: errors.NotFound,
    409: errors.Conflict,
    429: errors.RateLimited,
    500: errors.ServerError,
    502: errors.ServerError,
    503: errors.ServerError,
}
EXCEPTIONAL_CLASSES = {
    "error-britive-admin-envelope-duplicate": errors.Conflict,
    "error-britive-admin-envelope-external-tag": errors.ExternallyManaged,
    "error-duplicate-as-400": errors.Conflict,
}
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "error-status-int": {"detail": "Resource x not found"},
    "error-409-no-scimtype-no-status": {
        "detail": "User already exists in the database.",
        "scim_type": None,
    },
    "error-wrapped": {"detail": "resource x not found", "scim_type": "notFound"},
    "error-json-in-message-string": {"scim_type": None},
    "error-status-object": {"detail": "invalid path"},
    "error-aws-extra-keys": {"request_id": "0a1b2c3d-0000-4000-8000-000000000000"},
    "error-schemas-is-json-string": {
        "detail": "The filter is invalid",
        "scim_type": "invalidFilter",
    },
    "error-schemas-plain-string-500": {
        "detail": "Error in adding the user: a to the user store. 31301 - Username a is not valid."
    },
    "error-unknown-error-body": {"detail": "unknown_error", "scim_type": None},
    "error-schemas-plain-string-odd-case-scimtype": {"scim_type": "InvalidFilter"},
    "error-unknown-scimtype": {"scim_type": "schemaViolated"},
    "error-empty-scimtype-503": {"scim_type": None, "detail": "SCIM was disabled"},
    "error-plain-text-429": {"detail": "Too Many Requests! Wait for 0s", "retry_after": None},
    "error-plain-text-conflict": {"detail": "User already exists"},
    "error-html-500": {"detail": "HTTP Status 500 - Internal Server Error"},
    "error-html-502-load-balancer": {"detail": "502 Bad Gateway"},
    "error-plain-text-502-cloudflare": {"detail": "error code: 502"},
    "error-generic-unknown-500": {"detail": "unknown_error", "may_have_happened": True},
    "error-britive-admin-envelope-duplicate": {
        "error_code": "U-0009",
        "detail": "User already exists.",
    },
    "error-britive-admin-envelope-external-tag": {"error_code": "UT-0002"},
    "error-empty-body-404": {"detail": None},
    "error-duplicate-as-400": {"scim_type": "uniqueness", "detail": "userName is not unique"},
    "error-duplicate-as-500": {
        "detail": "409 - cannot create user: err_email_exists",
        "error_code": None,
        "may_have_happened": True,
    },
    "error-401-nonstandard": {"detail": "Unauthorized"},
    "error-extra-field-errors": {"detail": "Validation failed", "scim_type": "invalidValue"},
    "error-noop-patch-400": {"detail": "No valid fields to update"},
    "error-internal-for-bad-input": {"detail": "unsupported filter"},
}
RETRIED = {
    "error-empty-scimtype-503",
    "error-plain-text-429",
    "error-html-500",
    "error-html-502-load-balancer",
    "error-plain-text-502-cloudflare",
    "error-internal-for-bad-input",
}
"""Errors after which a GET is sent five times; after all others it is sent once."""
REPEATED_BY_OTHER_FILTER = {
    "error-schemas-is-json-string",
    "error-schemas-plain-string-odd-case-scimtype",
}
"""Errors that reject the filter, so that a search by name is repeated with another filter, then without."""


@each_value("case", load_quirks("errors"))
def test_error_quirk_raises_class_of_its_status(case: dict[str, Any]) -> None:
    name, script, clock = case["name"], FakeScimServer(make_quirk_response(case)), FakeClock()
    settings = Settings(clock=clock)
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        with pytest.raises(errors.ApiError) as caught:
            call_first_request(client, case["request"])
    error = caught.value
    assert type(error) is EXCEPTIONAL_CLASSES.get(name, STATUS_CLASSES[case["response_status"]])
    assert error.status == case["response_status"]
    assert TOKEN not in str(error)
    assert len(str(error)) < 1200
    for attribute, value in ATTRIBUTES[name].items():
        assert getattr(error, attribute) == value
    method = case["request"].partition(" ")[0]
    attempts = 5 if name in RETRIED else 1
    assert error.attempts == attempts
    requests = 3 if name in REPEATED_BY_OTHER_FILTER else attempts
    assert [line.partition(" ")[0] for line in script.lines].count(method) == requests
    assert name not in REPEATED_BY_OTHER_FILTER or script.queries[0] != script.queries[1]
    assert len(clock.slept) >= attempts - 1
    assert all(clock.slept)


def test_error_extension_fields_stay_in_body() -> None:
    (case,) = [p.values[0] for p in load_quirks("errors") if p.id == "error-extra-field-errors"]
    with client_of(FakeScimServer(make_quirk_response(case))) as client:
        with pytest.raises(errors.BadRequest) as caught:
            call_first_request(client, case["request"])
    extension = caught.value.body["urn:ietf:params:scim:schemas:extension:fusionauth:2.0:Error"]
    assert list(extension["fieldErrors"]) == ["user.email"]


def test_create_failing_with_500_is_recovered_by_search() -> None:
    (case,) = [p.values[0] for p in load_quirks("errors") if p.id == "error-duplicate-as-500"]
    script = FakeScimServer(
        make_quirk_response(case), make_list(make_user(7, userName="ada@example.com", active=True))
    )
    with client_of(script) as client:
        created = call_first_request(client, case["request"])
    assert created.id == "7"
    assert script.lines == ["POST /Users", "GET /Users"]


# ------------------------------------------------------------------------------------ HTTP

RETURNS_ADA = [
    "http-content-type-reversed",
    "http-content-type-application-json",
    "http-content-type-text-json",
    "http-create-200",
    "http-create-no-location",
    "http-location-header-differs",
]
RAISES: dict[str, tuple[type[errors.ApiError], str]] = {
    "http-json-under-text-html": (errors.NotFound, "User not found"),
    "http-create-empty-body": (errors.UnexpectedResponse, "none was found"),
    "http-429-retry-after-seconds": (errors.RateLimited, "wait 1 s"),
    "http-429-body-retryafter": (errors.RateLimited, "wait 60 s"),
    "http-429-ratelimit-headers-only": (errors.RateLimited, "429"),
    "http-429-retry-after-zero": (errors.RateLimited, "429"),
    "http-429-retry-after-fraction-long": (errors.RateLimited, "292.052"),
    "http-503-http-date": (errors.ServerError, "503"),
    "http-redirect-301-on-post": (errors.UnexpectedResponse, "redirect"),
    "http-serviceproviderconfig-404": (errors.NotFound, "404"),
    "http-200-html-for-query": (errors.UnexpectedResponse, "HTML"),
    "http-200-bare-array-for-query": (errors.UnexpectedResponse, "a list"),
}


@each_value("case", load_quirks("http"))
def test_http_quirk_is_read_or_raises(case: dict[str, Any]) -> None:
    name = case["name"]
    first = make_quirk_response(case)
    script = FakeScimServer(first)
    if name in ("http-patch-200-empty", "http-patch-204"):
        script.steps.append(make_quirk_response(case))
        script.steps[1] = make_list().__class__(200, json=make_user(1))
    if name == "http-create-empty-body":
        script.steps += [make_list()]
    with client_of(script) as client:
        if name in RAISES:
            error_type, message = RAISES[name]
            with pytest.raises(errors.ApiError, match=message) as caught:
                call_first_request(client, case["request"])
            assert type(caught.value) is error_type
            return
        result = call_first_request(client, case["request"])
    if name in RETURNS_ADA:
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


def test_create_with_empty_body_is_recovered_by_search() -> None:
    (case,) = [p.values[0] for p in load_quirks("http") if p.id == "http-create-empty-body"]
    script = FakeScimServer(
        make_quirk_response(case), make_list(make_user(3, userName="ada@example.com", active=True))
    )
    with client_of(script) as client:
        created = call_first_request(client, case["request"])
    assert created.id == "3"


@each_value(
    "name, sends, waited",
    [
        ("http-429-retry-after-seconds", 5, 4.0),
        ("http-429-body-retryafter", 1, 0.0),  # 60 s requested, after a slow first attempt
        ("http-429-ratelimit-headers-only", 5, 28.0),
        ("http-429-retry-after-zero", 5, 2.0),
        ("http-429-retry-after-fraction-long", 1, 0.0),
        ("http-503-http-date", 5, 2.0),
    ],
)
def test_retry_waits_at_least_the_requested_time(
    name: str, sends: int, waited: float
) -> None:
    (case,) = [p.values[0] for p in load_quirks("http") if p.id == name]
    clock = FakeClock()
    script = FakeScimServer(make_quirk_response(case))

    def slow(exchange: object) -> None:
        clock.time += 0.1

    settings = Settings(clock=clock, hooks=(slow,))
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        with pytest.raises(errors.ApiError):
            call_first_request(client, case["request"])
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


@each_value("case", load_quirks("listresponse"))
def test_list_quirk_is_read_to_its_end(case: dict[str, Any]) -> None:
    name = case["name"]
    script = FakeScimServer(make_quirk_response(case))
    if LISTS.get(name, ([], False))[1]:
        script.steps.append(make_list())  # the page after the end, once
    with client_of(script) as client:
        if name in FINDS:
            found = call_first_request(client, case["request"])
            assert (found.id if found else None) == FINDS[name]
        elif name == "list-one-total-no-resources":
            with pytest.raises(errors.UnexpectedResponse, match="announced 1 items and sent none"):
                call_first_request(client, case["request"])
        elif name == "list-totalresults-is-page-size":
            pager = client.users.list(filter='userName sw "a"', page_size=2)
            assert [found.id for found in pager] == ["1", "2"]
            assert len(script.sent) == 2, "a full page proves no end"
        else:
            found, pager = call_first_request(client, case["request"])
            ids, complete = LISTS[name]
            assert [item.id for item in found] == ids
            assert pager.complete is complete
            assert (pager.why_incomplete is None) is complete
    assert len(script.sent) <= 3
    assert all(query["count"] for query in script.queries), "count is always sent"


def test_list_of_groups_without_members_leaves_them_unset() -> None:
    (case,) = [
        p.values[0] for p in load_quirks("listresponse") if p.id == "list-groups-without-members"
    ]
    with client_of(FakeScimServer(make_quirk_response(case))) as client:
        (group,) = [found for found in client.groups.list()]
    assert group.members is None


def test_count_of_zero_is_verified_by_second_request() -> None:
    (case,) = [
        p.values[0]
        for p in load_quirks("listresponse")
        if p.id == "list-totalresults-zero-for-count-zero"
    ]
    script = FakeScimServer(make_quirk_response(case), make_list(make_user(1), total=7))
    with client_of(script) as client:
        assert client.users.list().count() == 7
    assert [query["count"] for query in script.queries] == ["0", "1"]


# ------------------------------------------------------------------------------- resources


ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
WIRE = "urn:wire:scim:schemas:profile:1.0"

CHECKS: dict[str, Callable[[Any], bool]] = {
    "resource-id-integer": lambda found: found.id == "42",
    "resource-member-value-integer": lambda found: [m.value for m in found.members] == ["42"],
    "resource-pascal-case-meta": lambda found: (
        (found.meta.created, found.meta.version, found.meta.resource_type)
        == (datetime(2025, 1, 10, 10, 15, 30, tzinfo=UTC), None, "User")
        and not found.addresses
    ),
    "resource-nested-empty-array": lambda found: (
        found.meta.created == datetime(2025, 1, 10, 10, 15, 30, tzinfo=UTC) and not found.addresses
    ),
    "resource-members-null": lambda found: not found.members,
    "resource-active-as-string": lambda found: found.active is False,
    "resource-version-integer": lambda found: found.meta.created.microsecond == 123456,
    "resource-version-unquoted": lambda found: found.meta.created.microsecond == 498000,
    "resource-etag-weak": lambda found: found.meta.version == 'W/"1"',
    "resource-location-relative": lambda found: found.meta.location == "Users/1",
    "resource-location-without-tenant-path": lambda found: (
        found.meta.location == "https://host.example/Users/1"
    ),
    "resource-schemas-missing": lambda found: found.user_name == "ada@example.com",
    "resource-unadvertised-extension": lambda found: (
        found.to_wire()[WIRE] == {"richInfo": [{"type": "Department", "value": "R&D"}]}
    ),
    "resource-dotted-literal-key": lambda found: (
        found.name is None and found.to_wire()["name.familyName"] == "Byron"
    ),
    "resource-null-sub-attributes": lambda found: (
        found.to_wire()["emails"] == [{"value": "ada@example.com", "type": "work"}]
    ),
    "resource-username-lower-cased": lambda found: found.user_name == "ada@example.com",
    "resource-username-prefixed": lambda found: found.user_name == "SECONDARY/ada",
    "resource-active-false-after-create": lambda found: found.active is False,
    "resource-manager-string": lambda found: found.at(f"{ENTERPRISE}:manager.value") == "123456",
    "resource-empty-strings-as-null": lambda found: found.nick_name is None,
    "resource-date-without-zone": lambda found: (
        found.meta.created == datetime(2019, 2, 18, 8, 3, 34, tzinfo=UTC)
    ),
}
SENT = {
    "resource-username-lower-cased": "Ada@Example.com",
    "resource-username-prefixed": "ada",
}
"""The userName sent in a creation that the server changed."""


@each_value("case", load_quirks("resource"))
def test_resource_quirk_is_read_with_one_request(case: dict[str, Any]) -> None:
    """A created resource is returned as the server stores it, without a second request."""
    name = case["name"]
    script = FakeScimServer(make_quirk_response(case))
    with client_of(script) as client:
        if name in SENT:
            found: Any = client.users.create(scim.User(user_name=SENT[name]))
        else:
            found = call_first_request(client, case["request"].split(" (")[0])
    assert found.id == str(case["response_body"]["id"])
    assert CHECKS[name](found)
    assert len(script.sent) == 1


def test_create_with_empty_string_is_recovered_without_it() -> None:
    (case,) = [
        p.values[0] for p in load_quirks("resource") if p.id == "resource-empty-strings-as-null"
    ]
    script = FakeScimServer(httpx.ReadError("reset"), make_list(case["response_body"]))
    ada = scim.User(user_name="ada@example.com", active=True, nick_name="")
    with client_of(script) as client:
        created = client.users.create(ada)
    assert created.id == "1"
    assert script.lines == ["POST /Users", "GET /Users"]


@each_value(
    "name, tag",
    [
        ("resource-version-integer", None),
        ("resource-version-unquoted", None),
        ("resource-etag-weak", 'W/"1"'),
        ("resource-location-relative", None),
        ("resource-location-without-tenant-path", None),
    ],
)
def test_resource_quirk_never_sets_if_match_or_url(name: str, tag: str | None) -> None:
    """`If-Match` contains unchanged entity tags only; the URL is base URL and id, whatever the location is."""
    (case,) = [p.values[0] for p in load_quirks("resource") if p.id == name]
    script = FakeScimServer(make_quirk_response(case))
    with client_of(script) as client:
        found = client.users.get("1")
        client.users.edit(found, lambda user: setattr(user, "title", "CTO"))
        if tag is None:
            with pytest.raises(errors.InputError, match="version"):
                client.users.delete(found, if_match=True)
    changes = [request for request in script.sent if request.method == "PATCH"]
    assert [request.headers.get("if-match") for request in changes] == [tag]
    assert {str(request.url) for request in script.sent} == {f"{URL}/Users/1"}


def test_quirk_expectations_cover_every_case() -> None:
    """Every collected case has a unique name and an expectation."""
    counts = {
        name: len(load_quirks(name)) for name in ("errors", "http", "listresponse", "resource")
    }
    assert counts == {"errors": 27, "http": 22, "listresponse": 20, "resource": 21}
    assert {p.id for p in load_quirks("errors")} == set(ATTRIBUTES)
    assert {p.id for p in load_quirks("resource")} == set(CHECKS)
