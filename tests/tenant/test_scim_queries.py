"""Lists: filters, pages, attribute selection."""

from typing import Any

import pytest

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import CUSTOM, ENTERPRISE, Caller

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def parse_error(response: Any) -> tuple[int, str | None]:
    error = response.json()
    assert error["status"] == str(response.status)
    return response.status, error.get("scimType")


@pytest.fixture
def people(okta: Caller) -> dict[str, str]:
    """Return the ids of a few users by userName."""
    crowd: list[dict[str, Any]] = [
        {
            "user_name": "ada@example.com",
            "externalId": "X1",
            "title": "Countess",
            "displayName": "Ada",
        },
        {"user_name": "bob@example.com", "externalId": "x1", "active": False},
        {"user_name": "Cora@example.com", ENTERPRISE: {"department": "R&D"}},
        {"user_name": "dan@example.com", "displayName": "ada", CUSTOM: {"squad": "red"}},
        {"user_name": "eve@example.com", "externalId": "X1"},
    ]
    return {one["user_name"]: okta.create_user(**one)["id"] for one in crowd}


@pytest.mark.parametrize(
    ("filter_", "names"),
    [
        ('userName eq "ada@example.com"', "a"),
        ('USERNAME Eq "ADA@EXAMPLE.COM"', "a"),
        ('userName eq "\uff41da@example.com"', "a"),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName eq "cora@example.com"', "C"),
        ('userName eq "nobody"', ""),
        ('userName sw "d"', "d"),
        ('userName co "@" and title pr', "a"),
        ('title pr or not (active eq true)', "ab"),
        ('externalId eq "X1"', "ae"),
        ('externalId eq "x1"', "b"),
        ('externalId eq "X1" and userName sw "e"', "e"),
        ('userName sw "e" and externalId eq "X1"', "e"),
        ('userName eq "bob@example.com" and active eq true', ""),
        ('displayName eq "ADA"', "ad"),
        ('emails[type eq "work"].value eq "bob@example.com"', "b"),
        ('emails.value ew "@example.com"', "abCde"),
        (f'{ENTERPRISE}:department eq "r&d"', "C"),
        (f'{CUSTOM}:squad eq "red"', "d"),
        (f'{CUSTOM}:userName eq "ada@example.com"', ""),
        ("externalId pr", "abe"),
        ('shoeSize eq 43', ""),
        ('user_name eq "ada@example.com"', ""),
        ('enterprise.department eq "r&d"', ""),
        ('custom.squad pr', ""),
        ('meta.resourceType eq "User"', "abCde"),
        ('meta.created lt "2026-05-01T12:00:00Z"', ""),
        ('meta.created le "2026-05-01T14:00:00+02:00"', "abCde"),
        ('userName[value eq "x"]', None),
        ('password eq "x"', None),
    ],
)  # fmt: skip
def test_filter_matches_expected_users(
    okta: Caller, people: dict[str, str], filter_: str, names: str | None
) -> None:
    response = okta.get("/Users", filter=filter_)
    if names is None:
        assert response.status in (200, 400)
        return
    found = [one["userName"][0] for one in response.json()["Resources"]]
    assert found == list(names)
    assert response.json()["totalResults"] == len(names)
    assert set(people.values()) >= {one["id"] for one in response.json()["Resources"]}


def test_filter_on_id_finds_user(okta: Caller, people: dict[str, str]) -> None:
    ada = people["ada@example.com"]
    assert okta.find_ids("/Users", f'id eq "{ada}"') == [ada]
    assert okta.find_ids("/Users", f'active eq true and id eq "{ada}"') == [ada]
    assert okta.find_ids("/Users", 'id eq "nobody"') == []
    assert okta.find_ids("/Users", f'id ne "{ada}" and userName sw "a"') == []


@pytest.mark.parametrize(
    "filter_",
    ["", "  ", "userName", "userName eq", "userName eq ada", "userName is 5", "active gt true",
     "name eq 5", "userName eq 5", 'emails[type eq "work"', "(userName pr"],
)  # fmt: skip
def test_filter_invalid_is_rejected(okta: Caller, filter_: str) -> None:
    assert parse_error(okta.get("/Users", filter=filter_)) == (400, "invalidFilter")


def test_filter_unquoted_value_is_read_for_azure_only(okta: Caller, entra: Caller) -> None:
    ada = entra.create_user("ada@example.com", externalId="jyoung")["id"]
    assert entra.find_ids("/Users", "externalId eq jyoung") == [ada]
    assert parse_error(okta.get("/Users", filter="externalId eq jyoung")) == (400, "invalidFilter")
    assert parse_error(entra.get("/Users", filter="externalId eq j young")) == (
        400,
        "invalidFilter",
    )


def test_filter_short_extension_names_are_read_for_azure_only(okta: Caller, entra: Caller) -> None:
    for caller, found in ((okta, False), (entra, True)):
        ada = caller.create_user("ada@example.com", **{ENTERPRISE: {"department": "R&D"}})["id"]
        for filter_ in (
            'department eq "r&d"',
            f'id eq "{ada}" and department pr',
            'nosuch pr or department sw "R"',
            'not (department ne "R&D")',
        ):
            assert caller.find_ids("/Users", filter_) == ([ada] if found else [])


def test_filter_index_follows_every_change(okta: Caller, people: dict[str, str]) -> None:
    ada = people["ada@example.com"]
    okta.send_operations(
        f"/Users/{ada}",
        {"op": "replace", "path": "userName", "value": "countess@example.com"},
        {"op": "remove", "path": "externalId"},
    )
    assert okta.find_ids("/Users", 'userName eq "ada@example.com"') == []
    assert okta.find_ids("/Users", 'userName eq "COUNTESS@example.com"') == [ada]
    assert okta.find_ids("/Users", 'externalId eq "X1"') == [people["eve@example.com"]]
    okta.delete(f"/Users/{ada}")
    assert okta.find_ids("/Users", 'userName eq "countess@example.com"') == []


# ----------------------------------------------------------------------------- pages


@pytest.fixture
def many(tenant: Tenant) -> list[str]:
    """Return the ids of 250 users, in order of creation."""
    provider = tenant.identity_providers["Okta"]
    return [provider.add_user({"userName": f"user{n}"}, id=f"u{n}")["id"] for n in range(250)]


def test_pages_list_all_users_once(okta: Caller, many: list[str]) -> None:
    seen: list[str] = []
    while True:
        page = okta.get("/Users", startIndex=len(seen) + 1, count=60).json()
        assert page["schemas"] == [LIST]
        assert page["totalResults"] == 250
        assert page["startIndex"] == len(seen) + 1
        assert page["itemsPerPage"] == len(page["Resources"])
        if not page["Resources"]:
            break
        seen += [one["id"] for one in page["Resources"]]
    assert seen == many


@pytest.mark.parametrize(
    ("query", "start", "length"),
    [
        ({}, 1, 100),
        ({"count": 1000}, 1, 200),
        ({"count": 0}, 1, 0),
        ({"count": -5}, 1, 0),
        ({"startIndex": 0, "count": 2}, 1, 2),
        ({"startIndex": -7, "count": 2}, 1, 2),
        ({"startIndex": 250, "count": 2}, 250, 1),
        ({"startIndex": 251, "count": 2}, 251, 0),
        ({"startIndex": "10", "count": " 3 "}, 10, 3),
    ],
)
def test_page_start_and_count_follow_rfc(
    okta: Caller, many: list[str], query: dict[str, Any], start: int, length: int
) -> None:
    page = okta.get("/Users", **query).json()
    assert (page["startIndex"], page["itemsPerPage"], page["totalResults"]) == (start, length, 250)
    assert [one["id"] for one in page["Resources"]] == many[start - 1 : start - 1 + length]


@pytest.mark.parametrize(
    "query", [{"startIndex": "one"}, {"count": "1.5"}, {"count": ""}, {"count": "9" * 30}]
)
def test_page_invalid_parameter_is_rejected(okta: Caller, query: dict[str, Any]) -> None:
    assert parse_error(okta.get("/Users", **query)) == (400, "invalidValue")


def test_list_without_results_is_complete(okta: Caller) -> None:
    assert okta.get("/Groups").json() == {
        "schemas": [LIST],
        "totalResults": 0,
        "startIndex": 1,
        "itemsPerPage": 0,
        "Resources": [],
    }


def test_page_sizes_follow_capabilities(tenant: Tenant, okta: Caller, many: list[str]) -> None:
    tenant.capabilities = Capabilities(page_size=7, max_page_size=9)
    assert len(okta.get("/Users").json()["Resources"]) == 7
    assert len(okta.get("/Users", count=50).json()["Resources"]) == 9


def test_last_page_false_loses_the_last_page(tenant: Tenant, okta: Caller, many: list[str]) -> None:
    tenant.capabilities = Capabilities(last_page=False)
    assert len(okta.get("/Users", startIndex=1, count=100).json()["Resources"]) == 100
    assert len(okta.get("/Users", startIndex=101, count=100).json()["Resources"]) == 100
    assert okta.get("/Users", startIndex=201, count=100).json()["Resources"] == []


# ----------------------------------------------------------------------------- attributes


def test_attributes_parameter_selects_attributes(okta: Caller, people: dict[str, str]) -> None:
    (shown,) = okta.get(
        "/Users", filter='userName sw "a"', attributes="userName,name.givenName"
    ).json()["Resources"]
    assert set(shown) == {"schemas", "id", "userName", "name"}
    assert shown["name"] == {"givenName": "Ada"}
    one = okta.get(f"/Users/{people['ada@example.com']}", attributes="USERNAME , nosuch").json()
    assert set(one) == {"schemas", "id", "userName"}


def test_attributes_parameter_accepts_extension_urns(okta: Caller, people: dict[str, str]) -> None:
    path = f"/Users/{people['Cora@example.com']}"
    assert okta.get(path, attributes=f"{ENTERPRISE}:department").json()[ENTERPRISE] == {
        "department": "R&D"
    }
    assert okta.get(path, attributes=ENTERPRISE).json()[ENTERPRISE] == {"department": "R&D"}
    assert ENTERPRISE not in okta.get(path, excludedAttributes=ENTERPRISE).json()


def test_excluded_attributes_never_hide_id(okta: Caller, people: dict[str, str]) -> None:
    shown = okta.get(
        f"/Users/{people['ada@example.com']}", excludedAttributes="id,emails,name.familyName,meta"
    ).json()
    assert "id" in shown
    assert "emails" not in shown
    assert "meta" not in shown
    assert shown["name"] == {"givenName": "Ada"}


def test_attributes_and_excluded_attributes_are_exclusive(
    okta: Caller, people: dict[str, str]
) -> None:
    for path in ("/Users", f"/Users/{people['ada@example.com']}"):
        assert parse_error(okta.get(path, attributes="id", excludedAttributes="name")) == (
            400,
            "invalidValue",
        )


def test_attributes_parameter_applies_to_write_responses(
    okta: Caller, people: dict[str, str]
) -> None:
    path = f"/Users/{people['ada@example.com']}"
    replace = {"op": "replace", "path": "title", "value": "x"}
    assert set(okta.send_operations(path, replace, attributes="title").json()) == {
        "schemas",
        "id",
        "title",
    }
    assert "emails" not in okta.send_operations(path, replace, excludedAttributes="emails").json()


# ----------------------------------------------------------------------------- weaker servers


def test_filters_ignored_returns_all_users(
    tenant: Tenant, okta: Caller, people: dict[str, str]
) -> None:
    tenant.capabilities = Capabilities(filters="ignored")
    assert okta.find_ids("/Users", 'userName eq "nobody"') == list(people.values())
    assert parse_error(okta.get("/Users", filter="userName eq")) == (400, "invalidFilter")


def test_filters_wildcard_matches_like_sql(
    tenant: Tenant, okta: Caller, people: dict[str, str]
) -> None:
    tenant.capabilities = Capabilities(filters="wildcard")
    assert okta.find_ids("/Users", 'userName eq "_x@"') == []
    assert okta.find_ids("/Users", 'userName eq "b_b@"') == [people["bob@example.com"]]
    assert okta.find_ids("/Users", 'userName eq "%@example.com"') == list(people.values())
    assert okta.find_ids("/Users", "active eq false") == [people["bob@example.com"]]
    assert okta.find_ids("/Users", "title pr") == [people["ada@example.com"]]
