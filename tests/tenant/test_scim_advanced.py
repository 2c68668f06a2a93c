"""Optional features of SCIM: sorting, search by POST, cursors, versions."""

from typing import Any

import pytest

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import ENTERPRISE, Caller, make_user

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


def parse_error(response: Any) -> tuple[int, str | None]:
    error = response.json()
    assert error["status"] == str(response.status)
    return response.status, error.get("scimType")


def names(response: Any) -> list[str]:
    assert response.status == 200, response.body
    return [one.get("userName", one.get("displayName")) for one in response.json()["Resources"]]


# ----------------------------------------------------------------------------- sorting


@pytest.fixture
def people(tenant: Tenant) -> None:
    provider = tenant.identity_providers["Okta"]
    users: list[dict[str, Any]] = [
        {"userName": "b", "title": "zebra", "active": True, "externalId": "b"},
        {"userName": "a", "title": "Äpfel", "active": False, "externalId": "B"},
        {
            "userName": "D",
            "active": True,
            "emails": [{"value": "z"}, {"value": "a", "primary": True}],
        },
        {
            "userName": "c",
            "title": "alpha",
            "emails": [{"value": "m"}],
            ENTERPRISE: {"department": "R"},
        },
    ]
    for number, user in enumerate(users):
        provider.add_user(user, id=f"u{number}")
        tenant.clock.advance(-60)


@pytest.mark.parametrize(
    ("sort_by", "ascending"),
    [
        ("userName", "abcD"),
        ("USERNAME", "abcD"),
        ("title", "cbaD"),
        ("externalId", "abDc"),
        ("active", "abDc"),
        ("emails", "Dcba"),
        ("emails.value", "Dcba"),
        (f"{ENTERPRISE}:department", "cbaD"),
        ("meta.created", "cDab"),
        ("meta.lastModified", "cDab"),
        ("id", "baDc"),
        ("nosuch", "baDc"),
        ("name", "baDc"),
    ],
)
def test_sort_orders_users_by_attribute(
    okta: Caller, people: None, sort_by: str, ascending: str
) -> None:
    """Users without a value come last, and first when descending; equal values are ordered by id."""
    ordered = names(okta.get("/Users", sortBy=sort_by))
    if sort_by == "title":
        assert ordered == ["c", "b", "a", "D"]  # no locale: "ä" comes after "z"
    assert "".join(ordered) == ascending
    if sort_by in ("userName", "meta.created", "id"):
        assert names(okta.get("/Users", sortBy=sort_by, sortOrder="descending")) == ordered[::-1]


def test_sort_descending_lists_missing_values_first(okta: Caller, people: None) -> None:
    assert names(okta.get("/Users", sortBy="title", sortOrder="Descending")) == ["D", "a", "b", "c"]


def test_sort_applies_before_paging(okta: Caller, people: None) -> None:
    assert names(okta.get("/Users", sortBy="userName", startIndex=2, count=2)) == ["b", "c"]


def test_sort_invalid_parameter_is_rejected(okta: Caller) -> None:
    assert parse_error(okta.get("/Users", sortBy="a b")) == (400, "invalidValue")
    assert parse_error(okta.get("/Users", sortBy="userName", sortOrder="up")) == (
        400,
        "invalidValue",
    )


def test_sort_orders_custom_values_of_any_type(tenant: Tenant, okta: Caller) -> None:
    custom = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
    values: list[Any] = [{"x": 1}, "b", 10, True, 9.5, "A", []]
    for number, value in enumerate(values):
        tenant.identity_providers["Okta"].add_user({"userName": f"u{number}", custom: {"v": value}})
    assert names(okta.get("/Users", sortBy=f"{custom}:v"))[:5] == ["u3", "u4", "u2", "u5", "u1"]


# ----------------------------------------------------------------------------- search by POST


def search(**more: Any) -> dict[str, Any]:
    return {"schemas": [SEARCH], **more}


def test_search_returns_the_results_of_a_query(okta: Caller, people: None) -> None:
    body = search(
        filter='userName sw "a" or userName sw "c"',
        sortBy="userName",
        sortOrder="descending",
        attributes=["userName"],
        startIndex=1,
        count=1,
    )
    found = okta.post("/Users/.search", body).json()
    assert (found["totalResults"], found["itemsPerPage"]) == (2, 1)
    (shown,) = found["Resources"]
    assert set(shown) == {"schemas", "id", "userName"}
    assert shown["userName"] == "c"
    text = okta.post("/Users/.search", search(excludedAttributes="title, meta")).json()
    assert "meta" not in text["Resources"][0]


def test_query_on_root_lists_users_and_groups(okta: Caller, people: None) -> None:
    group = okta.create_group("Team", "u1")
    assert names(okta.get("")) == ["b", "a", "D", "c", "Team"]
    assert names(okta.get("/", filter='meta.resourceType eq "Group"')) == ["Team"]
    assert names(
        okta.post("/.search", search(filter='displayName eq "team" or userName eq "a"'))
    ) == [
        "a",
        "Team",
    ]
    assert names(okta.post("/.search", search(filter=f'id eq "{group["id"]}"'))) == ["Team"]


@pytest.mark.parametrize(
    ("body", "scim_type"),
    [
        ({}, "invalidSyntax"),
        ({"schemas": ["urn:x"]}, "invalidSyntax"),
        (search(filter=5), "invalidValue"),
        (search(filter="userName"), "invalidFilter"),
        (search(count="many"), "invalidValue"),
        (search(count=1.5), "invalidValue"),
        (search(attributes=5), "invalidValue"),
        (search(attributes=["id", 5]), "invalidValue"),
        (search(attributes=["id"], excludedAttributes=["name"]), "invalidValue"),
    ],
)
def test_search_invalid_body_is_rejected(
    okta: Caller, body: dict[str, Any], scim_type: str
) -> None:
    assert parse_error(okta.post("/Users/.search", body)) == (400, scim_type)


def test_search_and_root_allow_one_method(okta: Caller) -> None:
    assert okta.get("/.search").headers["Allow"] == "POST"
    assert okta.get("/Groups/.search").status == 405
    assert okta.post("/", {}).headers["Allow"] == "GET"


# ----------------------------------------------------------------------------- /Me


@pytest.mark.parametrize("by", ["id", "userName"])
def test_me_represents_the_configured_user(tenant: Tenant, okta: Caller, by: str) -> None:
    ada = okta.create_user("ada@example.com")
    tenant.capabilities = Capabilities(me=ada[by].upper() if by == "userName" else ada[by])
    response = okta.get("/Me", excludedAttributes="emails")
    assert response.json()["id"] == ada["id"]
    assert "emails" not in response.json()
    assert (
        response.headers["Location"]
        == ada["meta"]["location"]
        == response.json()["meta"]["location"]
    )
    assert (
        okta.send_operations("/Me", {"op": "add", "path": "title", "value": "x"}).json()["title"]
        == "x"
    )
    assert okta.post("/Me", {}).status == 405
    assert okta.delete("/Me").status == 204
    assert parse_error(okta.get("/Me")) == (404, None)


# ----------------------------------------------------------------------------- cursors


@pytest.fixture
def users(tenant: Tenant) -> list[str]:
    provider = tenant.identity_providers["Okta"]
    return [provider.add_user({"userName": f"user{n}"}, id=f"u{n}")["id"] for n in range(25)]


def test_cursor_pages_list_all_once(okta: Caller, users: list[str]) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = okta.get("/Users", cursor=cursor, count=10).json()
        assert page["totalResults"] == 25
        assert "startIndex" not in page
        seen += [one["id"] for one in page["Resources"]]
        cursor = page.get("nextCursor")
    assert seen == users


def test_cursor_page_can_be_requested_twice(okta: Caller, users: list[str]) -> None:
    cursor = okta.get("/Users", cursor="", count=10).json()["nextCursor"]
    assert cursor.isascii()
    pages = [okta.get("/Users", cursor=cursor, count=10).json()["Resources"] for _ in range(2)]
    assert pages[0] == pages[1]


def test_cursor_page_omits_users_deleted_since(okta: Caller, users: list[str]) -> None:
    cursor = okta.get("/Users", cursor="", count=20).json()["nextCursor"]
    okta.delete("/Users/u22")
    page = okta.get("/Users", cursor=cursor, count=20).json()
    assert [one["id"] for one in page["Resources"]] == ["u20", "u21", "u23", "u24"]


def test_cursor_works_in_search(okta: Caller, users: list[str]) -> None:
    body = search(cursor="", count=20, filter="userName pr")
    cursor = okta.post("/Users/.search", body).json()["nextCursor"]
    page = okta.post("/Users/.search", {**body, "cursor": cursor}).json()
    assert len(page["Resources"]) == 5
    assert "nextCursor" not in page


def test_cursor_is_valid_for_its_query_only(
    tenant: Tenant, okta: Caller, entra: Caller, users: list[str]
) -> None:
    cursor = okta.get("/Users", cursor="", count=10).json()["nextCursor"]
    assert parse_error(okta.get("/Users", cursor="nosuch")) == (400, "invalidCursor")
    assert parse_error(entra.get("/Users", cursor=cursor)) == (400, "invalidCursor")
    cursor = okta.get("/Users", cursor="", count=10).json()["nextCursor"]
    assert parse_error(okta.get("/Users", cursor=cursor, filter="userName pr")) == (
        400,
        "invalidCursor",
    )
    cursor = okta.get("/Users", cursor="", count=10).json()["nextCursor"]
    assert parse_error(okta.get("/Groups", cursor=cursor, count=10)) == (400, "invalidCursor")
    assert parse_error(okta.get("/Users", cursor="", startIndex=1)) == (400, "invalidCursor")
    assert parse_error(okta.get("/Users", cursor="", count=201)) == (400, "invalidCount")
    assert parse_error(okta.get("/Users", cursor="", count=-1)) == (400, "invalidCount")
    cursor = okta.get("/Users", cursor="", count=10).json()["nextCursor"]
    assert parse_error(okta.get("/Users", cursor=cursor, count=11)) == (400, "invalidCount")
    cursor = okta.get("/Users", cursor="", count=10).json()["nextCursor"]
    tenant.clock.advance(601)
    assert parse_error(okta.get("/Users", cursor=cursor, count=10)) == (400, "expiredCursor")


def test_cursor_expires_after_1000_newer_ones(okta: Caller, users: list[str]) -> None:
    first = okta.get("/Users", cursor="", count=1).json()["nextCursor"]
    for _ in range(1000):
        okta.get("/Users", cursor="", count=1, attributes="id")
    assert parse_error(okta.get("/Users", cursor=first, count=1)) == (400, "invalidCursor")


# ----------------------------------------------------------------------------- versions


def test_version_changes_with_every_update(okta: Caller) -> None:
    ada = okta.post("/Users", make_user("ada@example.com"))
    path = f"/Users/{ada.json()['id']}"
    assert ada.headers["ETag"] == ada.json()["meta"]["version"] == 'W/"1"'
    changed = okta.put(path, make_user("ada@example.com", title="x"))
    assert changed.headers["ETag"] == 'W/"2"'
    assert okta.put(path, make_user("ada@example.com", title="x")).headers["ETag"] == 'W/"2"'


def test_version_of_user_changes_with_its_groups(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    path = f"/Users/{ada['id']}"
    group = okta.create_group("Team", ada["id"])["id"]
    joined = okta.get(path).headers["ETag"]
    assert joined != ada["meta"]["version"]
    okta.send_operations(f"/Groups/{group}", {"op": "replace", "value": {"displayName": "New"}})
    assert okta.get(path).headers["ETag"] not in (joined, ada["meta"]["version"])


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ('W/"1"', 200),
        ('"1"', 200),
        ("*", 200),
        ('W/"0", W/"1"', 200),
        ('"a,b", W/"1"', 200),
        ('W/"2"', 412),
        ("1", 412),
        ("", 412),
    ],
)
def test_if_match_makes_put_conditional(okta: Caller, condition: str, status: int) -> None:
    ada = okta.create_user("ada@example.com")
    path = f"/Users/{ada['id']}"
    response = okta.call(
        "PUT", path, make_user("ada@example.com", title="x"), headers={"If-Match": condition}
    )
    assert response.status == status
    if status == 412:
        assert parse_error(response) == (412, None)
        assert okta.get(path).json() == ada


def test_if_match_makes_patch_and_delete_conditional(okta: Caller) -> None:
    group = okta.create_group("Team")["id"]
    stale = {"If-Match": 'W/"9"'}
    operations = {"Operations": [{"op": "replace", "value": {"displayName": "New"}}]}
    assert okta.call("PATCH", f"/Groups/{group}", operations, headers=stale).status == 412
    assert okta.call("DELETE", f"/Groups/{group}", headers=stale).status == 412
    assert okta.call("DELETE", f"/Groups/{group}", headers={"If-Match": 'W/"1"'}).status == 204


def test_if_none_match_makes_get_conditional(okta: Caller) -> None:
    ada = okta.create_user("ada@example.com")
    path = f"/Users/{ada['id']}"
    unchanged = okta.call("GET", path, headers={"If-None-Match": 'W/"1"'})
    assert (unchanged.status, unchanged.body, unchanged.headers["ETag"]) == (304, b"", 'W/"1"')
    assert okta.call("GET", path, headers={"If-None-Match": 'W/"2"'}).status == 200


def test_service_provider_config_lists_optional_features(tenant: Tenant, okta: Caller) -> None:
    config = okta.get("/ServiceProviderConfig").json()
    assert config["sort"] == config["etag"] == {"supported": True}
    assert config["bulk"] == {"supported": True, "maxOperations": 1000, "maxPayloadSize": 1048576}
    assert config["pagination"] == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 100,
        "maxPageSize": 200,
        "cursorTimeout": 600,
    }
    tenant.capabilities = Capabilities(sort=False, etag=False, bulk=False, cursor=False)
    config = okta.get("/ServiceProviderConfig").json()
    assert config["sort"] == config["etag"] == {"supported": False}
    assert config["bulk"]["supported"] is False
    assert config["pagination"]["cursor"] is False
