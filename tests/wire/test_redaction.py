"""Redaction: placeholders for personal data."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim.wire.recording.redaction import Pseudonymizer
from support.costs import check_growth, count_calls
from support.each_value import each_value

CUSTOM = "urn:ietf:params:scim:schemas:extension:CustomUser:2.0:User"


def twice(*values: Any) -> list[Any]:
    names = Pseudonymizer()
    for value in values:
        names.replace_json(value)
    return [names.replace_json(value) for value in values]


@given(
    st.text(min_size=1), st.sampled_from(["userName", "displayName", "id", "nobodyKnows", "$ref"])
)
def test_same_string_has_same_placeholder(text: str, name: str) -> None:
    names = Pseudonymizer()
    assert names.replace_json({name: text})[name] == names.replace_json({name: text})[name]


@given(st.lists(st.text("abcABC", min_size=5, max_size=5), unique=True, min_size=2))
def test_different_strings_have_different_placeholders(texts: list[str]) -> None:
    names = Pseudonymizer()
    created = [names.replace_value(text, "displayName") for text in texts]
    assert len(set(created)) == len(texts)
    for item, its in zip(texts, created, strict=True):
        for other, others in zip(texts, created, strict=True):
            assert (item.casefold() == other.casefold()) is (its.casefold() == others.casefold())


def test_protocol_words_stay_and_others_are_replaced() -> None:
    (created,) = twice(
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "nobodyThoughtOfThis": "Ana",
            "active": "True",
            "startIndex": 1,
            "meta": {"resourceType": "User", "created": "2026-05-01T12:00:00Z"},
            "scimToken": "abc",
            "password": 123,
            "phoneNumbers": [{"value": 4930123456}],
            "manager": None,
            CUSTOM: {"born": "1990-01-01T00:00:00Z", "salary": 70000.5, "vip": True},
        }
    )
    assert created == {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "nobodyThoughtOfThis": "nobodyThoughtOfThis-1",
        "active": "True",
        "startIndex": 1,
        "meta": {"resourceType": "User", "created": "2026-05-01T12:00:00Z"},
        "scimToken": "***",
        "password": "***",
        "phoneNumbers": [{"value": 1}],
        "manager": None,
        CUSTOM: {"born": "born-1", "salary": 2, "vip": True},
    }


def test_patch_values_are_redacted_by_path() -> None:
    (created,) = twice(
        {
            "Operations": [
                {"op": "replace", "path": "password", "value": "abc"},
                {"op": "replace", "path": 'emails[type eq "work"].value', "value": "a@x.org"},
                {"op": "remove", "path": 'members[value eq "42"]'},
                {"op": "add", "path": f"{CUSTOM}:born", "value": "1990-01-01T00:00:00Z"},
                {"op": "add", "value": {'emails[value eq "a@x.org"].display': "Ana"}},
                {"method": "PUT", "path": "/Users/42", "data": {"id": "42"}},
            ]
        }
    )
    operations = created["Operations"]
    assert operations[0]["value"] == "***"
    assert operations[1] == {
        "op": "replace",
        "path": 'emails[type eq "work"].value',
        "value": "person-1@host-1.example.com",
    }
    assert operations[2]["path"] == 'members[value eq "members-1"]'
    assert operations[3]["value"] == "born-1"
    assert list(operations[4]["value"]) == [
        'emails[value eq "person-1@host-1.example.com"].display'
    ]
    assert operations[5] == {
        "method": "PUT",
        "path": "/Users/members-1",
        "data": {"id": "members-1"},
    }


@each_value(
    "filter, expected",
    [
        ('userName eq "Ana"', 'userName eq "userName-1"'),
        ('name co "a\\"b" and active eq true', 'name co "name-1" and active eq true'),
        ("name co ana", "name co name-1"),
        ('name in ["x", "y"]', 'name in ["text-1", "text-2"]'),
        (f'{CUSTOM}:born gt "2000-01-01T00:00:00Z"', f'{CUSTOM}:born gt "born-1"'),
    ],
)
def test_filter_syntax_is_unchanged(filter: str, expected: str) -> None:
    assert Pseudonymizer().replace_query((("filter", filter),)) == (("filter", expected),)


def test_discovery_documents_are_unchanged() -> None:
    document = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "name": "User",
        "attributes": [{"name": "userName", "required": True}],
        "meta": {"location": "https://acme.com/Schemas/x"},
    }
    (created,) = twice(document)
    assert created["attributes"] == document["attributes"]
    assert created["meta"] == {"location": "https://host-1.example.com/Schemas/x"}


def test_known_values_in_strings_are_replaced() -> None:
    names = Pseudonymizer()
    names.replace_json({"displayName": "Ana Diaz", "phone": "+49 30 1234567", "nickName": "An"})
    assert names.replace_text("ANA DIAZ (+49 30 1234567), not Ana Diazo; An, an") == (
        "DISPLAYNAME-1".replace("DISPLAYNAME-1", names.replace_value("ANA DIAZ"))
        + " (+15550000001), not Ana Diazo; nickName-1, an"
    )


def test_invalid_urls_are_removed() -> None:
    names = Pseudonymizer()
    assert names.replace_value("https://acme.com:x/a") == "https://unreadable.example.com"
    assert names.replace_value("https://acme.com:8443/Users/7?q=Ana") == (
        "https://host-1.example.com:8443/Users/id-1?q=q-1"
    )
    names.register_tenant("https://127.0.0.1/x")
    assert names.replace_text("127") == "127"


# ----------------------------------------------------------------------------- enumerations


ENUMERATED = {
    "bundleProfile": ["https_web", "https_spiffe"],
    "condition": ["All", "Any", "Manager"],
    "dataType": ["Boolean", "Date", "Number", "String"],
    "factor": ["TOTP", "WEB_AUTHN"],
    "idpType": ["AWS", "OIDC", "SPIFFE", "SCIM"],
    "messageType": ["INFO", "WARNING", "CAUTION"],
    "op": ["add", "remove", "Replace"],
    "operator": ["is", "contains"],
    "role": ["TenantAdmin", "Auditor", "TenantUser"],
    "scimProvider": ["Azure", "Generic"],
    "ssoProvider": ["Azure", "Generic"],
    "status": ["Active", "CHALLENGE_FAILED", "inactive", "REGISTERED", "404"],
    "type": ["AIIdentity", "DEFAULT", "SAML", "ServiceIdentity", "User", "oauthbearertoken"],
    "relatedEntityType": ["User", "Tag"],
    "eventType": ["scim.users.create"],
    "errorCode": ["E1003", "AU-0018", "MAINT0001"],
    "scimType": ["invalidFilter"],
    "locale": ["de-DE"],
    "timezone": ["America/Argentina/Buenos_Aires"],
    "version": ['W/"3f"', '"7"'],
    "attributeName": ["First Name", "costCode"],
    "scimAttributeName": ['emails[type eq "work"].value', "name.givenName"],
    "sortBy": ["name.familyName"],
    "sort": ["name,asc"],
    "excludedAttributes": ["members"],
}
"""Enumerated values of the published API."""


@each_value("name", ENUMERATED)
def test_enumerated_values_are_unchanged(name: str) -> None:
    for value in ENUMERATED[name]:
        assert Pseudonymizer().replace_json({name: value}) == {name: value}
        assert Pseudonymizer().replace_json({name: [value]}) == {name: [value]}


@pytest.mark.parametrize("name", ["type", "status", "version", "userType", "bulkId", "role"])
@pytest.mark.parametrize("value", ["ana@acme.com", "Ana Diaz", "https://acme.com/ana"])
def test_personal_value_in_enumerated_field_is_replaced(name: str, value: str) -> None:
    created = Pseudonymizer().replace_json({name: value})[name]
    assert not {"ana", "acme", "Ana", "Diaz"} & set(re.findall(r"\w+", created))


def test_attribute_and_role_names_are_unchanged() -> None:
    definition = {"id": "a1", "name": "Cost Code", "dataType": "String", "builtIn": False}
    created = Pseudonymizer().replace_json([{**definition, "description": "as Ana says"}])[0]
    assert (created["name"], created["dataType"]) == ("Cost Code", "String")
    assert created["description"] == "description-1"
    assert Pseudonymizer().replace_json({**definition, "description": "Cost Code"}) == {
        **definition,
        "id": "id-1",
        "description": "Cost Code",
    }
    roles = Pseudonymizer().replace_json(
        {"adminRoles": [{"name": "TenantAdmin", "adminRoleId": 1}]}
    )
    assert roles == {"adminRoles": [{"name": "TenantAdmin", "adminRoleId": 1}]}


def test_messages_and_member_names_are_replaced() -> None:
    created = Pseudonymizer().replace_json(
        {"messageType": "INFO", "message": "Ask Ana", "byMail": {"ana@acme.com": 1}}
    )
    assert created == {
        "messageType": "INFO",
        "message": "value-1",
        "byMail": {"person-1@host-1.example.com": 1},
    }


def test_word_list_responses_are_unchanged() -> None:
    names = Pseudonymizer()
    words = ["userName", 'emails[type eq "work"].value', "urn:ietf:params:scim:x"]
    assert names.replace_response_body(words, "/api/identity-providers/scim-attributes") == words
    assert names.replace_response_body({"actor.role": "Role"}, "/api/logs/fields") == {
        "actor.role": "Role"
    }
    assert names.replace_response_body(["Ana"], "/api/users/{}/names") == ["value-1"]


@each_value(
    "filter, expected",
    [
        ("name co Ana Diaz", "name co name-1"),
        ("name co Ana Diaz and status eq active", "name co name-1 and status eq active"),
        ("name eq 'Ana Diaz'", "name eq 'name-1'"),
        ("(name eq Ana) or not (name eq Bo)", "(name eq name-1) or not (name eq name-2)"),
        ("available", "available"),
        ("Ana Diaz", "filter-1"),
        ("title pr", "title pr"),
        ("title pr and name.familyName eq Li", "title pr and name.familyName eq familyName-1"),
    ],
)
def test_bare_filter_values_are_replaced(filter: str, expected: str) -> None:
    assert Pseudonymizer().replace_query((("filter", filter),)) == (("filter", expected),)


def test_bulk_ids_stay_consistent() -> None:
    (created,) = twice(
        {
            "Operations": [
                {"method": "POST", "path": "/Users", "bulkId": "ana@acme.com"},
                {"method": "POST", "bulkId": "q7", "data": {"members": [{"value": "bulkId:q7"}]}},
                {"data": {"members": [{"value": "bulkId:ana@acme.com"}]}},
            ]
        }
    )
    first, second, third = created["Operations"]
    assert second["data"]["members"] == [{"value": "bulkId:q7"}]
    assert third["data"]["members"] == [{"value": f"bulkId:{first['bulkId']}"}]
    assert "ana" not in first["bulkId"]


def test_emails_are_replaced_and_links_match_queries() -> None:
    names = Pseudonymizer()
    assert names.replace_value("https://cdn.acme.com/ana/photo.png") == (
        "https://host-1.example.com/id-1/id-2"
    )
    link = names.replace_value(
        "https://acme.com/api/logs?from=2026-05-01T00:00:00Z&after=x7&search=Zoe"
    )
    assert names.replace_query((("after", "x7"), ("search", "Zoe"))) == (
        ("after", "after-1"),
        ("search", "search-1"),
    )
    assert link.endswith("/api/logs?from=2026-05-01T00%3A00%3A00Z&after=after-1&search=search-1")


def test_placeholder_preserves_letter_case() -> None:
    names = Pseudonymizer()
    first = names.replace_value("ana@acme.com")
    assert names.replace_value("ANA@ACME.COM") == first.upper()
    assert names.replace_value("Ana@acme.com") not in (first, first.upper())


def test_numeric_ids_stay_and_digit_strings_are_replaced() -> None:
    names = Pseudonymizer()
    names.replace_json({"id": 7, "idpId": 8})
    path = "/api/workload/identity-providers/{}"
    assert names.replace_path("/api/workload/identity-providers/7", path) == path.format(7)
    assert names.replace_path("/api/users/4711", "/api/users/{}") == "/api/users/id-1"
    factor = "/api/mfa/admin/registrations/{}/users/{}"
    assert names.replace_path(factor.format("TOTP", "4711"), factor) == factor.format(
        "TOTP", "id-1"
    )


# ------------------------------------------------------------------------------------- time


LARGE: dict[str, Callable[[int], Any]] = {
    "values with one first word": lambda n: [
        {"displayName": f"User {i}", "detail": f"not User {i}, but User {i + 1}"} for i in range(n)
    ],
    "values of all lengths": lambda n: (
        [{"displayName": "a " * i} for i in range(300)] + [{"detail": "a " * n}]
    ),
    "one value in a long text": lambda n: {"displayName": "User", "detail": "User " * n},
    "secrets": lambda n: (
        [{"password": f"secret {i}"} for i in range(n)] + [{"detail": "secret " * n}]
    ),
    "spaces in a filter": lambda n: {"filter": "a eq x" + " " * n + "y"},
    "quotes in a filter": lambda n: {"filter": '"' + '\\"' * n},
    "backslashes in a filter": lambda n: {"filter": 'a eq "' + "\\" * (2 * n + 1)},
    "comparisons in brackets": lambda n: {"filter": 'a[value eq "b"] and ' * n},
    "brackets": lambda n: {"op": "add", "path": "[" * n, "value": "x"},
    "dots after a URL": lambda n: {"detail": "https://" + "." * n},
    "parts of addresses": lambda n: {"detail": "a@" * n + "a." * n},
    "names in JSON": lambda n: {"detail": '"password":' * n},
}


def redact_twice(name: str, size: int) -> Callable[[], object]:
    """Return a function that replaces values, and then replaces those that are known."""
    data = LARGE[name](size)

    def redact() -> None:
        names = Pseudonymizer()
        for _ in range(2):
            names.replace_json(data)

    return redact


@each_value("name", LARGE)
def test_redaction_work_is_linear(name: str) -> None:
    redact_twice(name, 200)()  # fills the caches
    short, long = (count_calls(redact_twice(name, size)) for size in (200, 400))
    assert long <= 2.8 * short + 50  # 4 if quadratic


@pytest.mark.proof
@pytest.mark.parametrize("name", LARGE)
def test_redaction_takes_linear_time(name: str) -> None:
    check_growth(redact_twice(name, 500), redact_twice(name, 4000), factor=24)  # 64 if quadratic


@each_value(
    "filter, expected",
    [
        ('userName eq "Ana', 'userName eq "userName-1'),
        ('userName eq "Ana\\', 'userName eq "userName-1'),
        ("userName eq Ana  Diaz  and  x pr", "userName eq userName-1  and  x pr"),
        ("userName eq Ana or(title eq Boss)", "userName eq userName-1 or(title eq title-1)"),
        (
            'emails[value eq "Ana"] and title eq "x"',
            'emails[value eq "emails-1"] and title eq "title-1"',
        ),
    ],
)
def test_unusual_filters_are_replaced(filter: str, expected: str) -> None:
    assert Pseudonymizer().replace_query((("filter", filter),)) == (("filter", expected),)
