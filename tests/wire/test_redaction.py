"""Placeholders for personal data."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim.wire.recording.redaction import Pseudonymizer

CUSTOM = "urn:ietf:params:scim:schemas:extension:CustomUser:2.0:User"


def twice(*values: Any) -> list[Any]:
    names = Pseudonymizer()
    for value in values:
        names.replace_json(value)
    return [names.replace_json(value) for value in values]


@given(
    st.text(min_size=1), st.sampled_from(["userName", "displayName", "id", "nobodyKnows", "$ref"])
)
def test_the_same_text_is_always_the_same_placeholder(text: str, name: str) -> None:
    names = Pseudonymizer()
    assert names.replace_json({name: text})[name] == names.replace_json({name: text})[name]


@given(st.lists(st.text("abcABC", min_size=5, max_size=5), unique=True, min_size=2))
def test_different_names_get_different_placeholders(texts: list[str]) -> None:
    names = Pseudonymizer()
    made = [names.replace_value(text, "displayName") for text in texts]
    assert len(set(made)) == len(texts)
    for one, its in zip(texts, made, strict=True):
        for other, others in zip(texts, made, strict=True):
            assert (one.casefold() == other.casefold()) is (its.casefold() == others.casefold())


def test_words_of_the_protocol_stay_and_everything_else_goes() -> None:
    (made,) = twice(
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
    assert made == {
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


def test_patch_operations_are_told_by_their_paths() -> None:
    (made,) = twice(
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
    operations = made["Operations"]
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


@pytest.mark.parametrize(
    ("filter", "wanted"),
    [
        ('userName eq "Ana"', 'userName eq "userName-1"'),
        ('name co "a\\"b" and active eq true', 'name co "name-1" and active eq true'),
        ("name co ana", "name co name-1"),
        ('name in ["x", "y"]', 'name in ["text-1", "text-2"]'),
        (f'{CUSTOM}:born gt "2000-01-01T00:00:00Z"', f'{CUSTOM}:born gt "born-1"'),
    ],
)
def test_a_filter_keeps_its_shape(filter: str, wanted: str) -> None:
    assert Pseudonymizer().replace_query((("filter", filter),)) == (("filter", wanted),)


def test_documents_of_discovery_keep_their_words() -> None:
    document = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "name": "User",
        "attributes": [{"name": "userName", "required": True}],
        "meta": {"location": "https://acme.com/Schemas/x"},
    }
    (made,) = twice(document)
    assert made["attributes"] == document["attributes"]
    assert made["meta"] == {"location": "https://host-1.example.com/Schemas/x"}


def test_what_is_known_is_found_in_texts() -> None:
    names = Pseudonymizer()
    names.replace_json({"displayName": "Ana Diaz", "phone": "+49 30 1234567", "nickName": "An"})
    assert names.replace_text("ANA DIAZ (+49 30 1234567), not Ana Diazo; An, an") == (
        "DISPLAYNAME-1".replace("DISPLAYNAME-1", names.replace_value("ANA DIAZ"))
        + " (+15550000001), not Ana Diazo; nickName-1, an"
    )


def test_addresses_that_do_not_parse_are_left_out() -> None:
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
"""Of the published API: what programs decide by."""


@pytest.mark.parametrize("name", ENUMERATED)
def test_enumerated_values_stay(name: str) -> None:
    for value in ENUMERATED[name]:
        assert Pseudonymizer().replace_json({name: value}) == {name: value}
        assert Pseudonymizer().replace_json({name: [value]}) == {name: [value]}


@pytest.mark.parametrize("name", ["type", "status", "version", "userType", "bulkId", "role"])
@pytest.mark.parametrize("value", ["ana@acme.com", "Ana Diaz", "https://acme.com/ana"])
def test_what_looks_like_somebody_is_no_word_of_the_protocol(name: str, value: str) -> None:
    made = Pseudonymizer().replace_json({name: value})[name]
    assert not {"ana", "acme", "Ana", "Diaz"} & set(re.findall(r"\w+", made))


def test_definitions_of_attributes_and_roles_keep_their_names() -> None:
    definition = {"id": "a1", "name": "Cost Code", "dataType": "String", "builtIn": False}
    made = Pseudonymizer().replace_json([{**definition, "description": "as Ana says"}])[0]
    assert (made["name"], made["dataType"]) == ("Cost Code", "String")
    assert made["description"] == "description-1"
    assert Pseudonymizer().replace_json({**definition, "description": "Cost Code"}) == {
        **definition,
        "id": "id-1",
        "description": "Cost Code",
    }
    roles = Pseudonymizer().replace_json(
        {"adminRoles": [{"name": "TenantAdmin", "adminRoleId": 1}]}
    )
    assert roles == {"adminRoles": [{"name": "TenantAdmin", "adminRoleId": 1}]}


def test_notices_and_names_of_members_are_replaced() -> None:
    made = Pseudonymizer().replace_json(
        {"messageType": "INFO", "message": "Ask Ana", "byMail": {"ana@acme.com": 1}}
    )
    assert made == {
        "messageType": "INFO",
        "message": "value-1",
        "byMail": {"person-1@host-1.example.com": 1},
    }


def test_endpoints_of_words_are_answered_with_them() -> None:
    names = Pseudonymizer()
    words = ["userName", 'emails[type eq "work"].value', "urn:ietf:params:scim:x"]
    assert names.replace_response_body(words, "/api/identity-providers/scim-attributes") == words
    assert names.replace_response_body({"actor.role": "Role"}, "/api/logs/fields") == {
        "actor.role": "Role"
    }
    assert names.replace_response_body(["Ana"], "/api/users/{}/names") == ["value-1"]


@pytest.mark.parametrize(
    ("filter", "wanted"),
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
def test_bare_words_of_filters_are_replaced(filter: str, wanted: str) -> None:
    assert Pseudonymizer().replace_query((("filter", filter),)) == (("filter", wanted),)


def test_bulk_ids_stay_what_they_refer_to() -> None:
    (made,) = twice(
        {
            "Operations": [
                {"method": "POST", "path": "/Users", "bulkId": "ana@acme.com"},
                {"method": "POST", "bulkId": "q7", "data": {"members": [{"value": "bulkId:q7"}]}},
                {"data": {"members": [{"value": "bulkId:ana@acme.com"}]}},
            ]
        }
    )
    first, second, third = made["Operations"]
    assert second["data"]["members"] == [{"value": "bulkId:q7"}]
    assert third["data"]["members"] == [{"value": f"bulkId:{first['bulkId']}"}]
    assert "ana" not in first["bulkId"]


def test_addresses_of_people_keep_nothing_and_links_agree_with_queries() -> None:
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


def test_case_stays_where_clients_change_it() -> None:
    names = Pseudonymizer()
    first = names.replace_value("ana@acme.com")
    assert names.replace_value("ANA@ACME.COM") == first.upper()
    assert names.replace_value("Ana@acme.com") not in (first, first.upper())


def test_ids_that_are_numbers_stay_and_texts_of_digits_do_not() -> None:
    names = Pseudonymizer()
    names.replace_json({"id": 7, "idpId": 8})
    path = "/api/workload/identity-providers/{}"
    assert names.replace_path("/api/workload/identity-providers/7", path) == path.format(7)
    assert names.replace_path("/api/users/4711", "/api/users/{}") == "/api/users/id-1"
    factor = "/api/mfa/admin/registrations/{}/users/{}"
    assert names.replace_path(factor.format("TOTP", "4711"), factor) == factor.format(
        "TOTP", "id-1"
    )
