# Generated from tests/aio/test_scim_names.py by tools/unasync.py; edit that file instead.
"""Names in requests: short names are sent as wire names and URNs; unknown names are refused before sending."""

import contextlib
from typing import Any

import pytest

from britive_scim import ScimClient, errors, scim
from britive_scim.testing import Tenant
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeScimServer,
    make_list,
    make_response,
    make_user,
)

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"

FILTERS = [
    ('user_name eq "ann"', 'userName eq "ann"'),
    ('USERNAME eq "ann"', 'userName eq "ann"'),
    ('emails[Type eq "work"]', 'emails[type eq "work"]'),
    (f'{ENTERPRISE.upper()}:Department eq "Ops"', f'{ENTERPRISE}:department eq "Ops"'),
    (f'{CUSTOM.lower()}:costCode eq "c"', f'{CUSTOM}:costCode eq "c"'),
    (f"{ENTERPRISE.lower()} pr", f"{ENTERPRISE} pr"),
    ("urn:ietf:params:scim:schemas:core:2.0:USER:Title pr", f"{USER}:title pr"),
    ('enterprise.department eq "Ops"', f'{ENTERPRISE}:department eq "Ops"'),
    ("not (custom.costCode pr)", f"not ({CUSTOM}:costCode pr)"),
    (
        'emails[type eq "work"] and name.given_name pr or enterprise pr',
        f'emails[type eq "work"] and name.givenName pr or {ENTERPRISE} pr',
    ),
    ('addresses[street_address sw "1"]', 'addresses[streetAddress sw "1"]'),
]


@each_value("typed, sent", FILTERS)
def test_list_sends_wire_names(typed: str, sent: str) -> None:
    server = FakeScimServer(make_list())
    with ScimClient(URL, TOKEN, transport=server) as client:
        client.users.list(filter=typed).first()
        client.users.list(filter=scim.parse_filter(typed)).first()
        client.users.search(filter=typed).first()
        client.search(filter=typed).first()
    first, second, *_ = server.queries
    assert first["filter"] == second["filter"] == sent
    assert [body["filter"] for body in server.bodies[2:]] == [sent, sent]


def test_paths_of_requests_have_wire_names() -> None:
    paths = ["user_name", "enterprise.cost_center", "emails.value", "enterprise", "urn:x:y:z"]
    sent = f"userName,{ENTERPRISE}:costCenter,emails.value,{ENTERPRISE},urn:x:y:z"
    server = FakeScimServer(make_response(200, make_user()), make_list())
    with ScimClient(URL, TOKEN, transport=server) as client:
        client.users.get("1", attributes=paths)
        client.users.list(attributes=paths[:4], sort_by="name.family_name").first()
        client.users.list(excluded_attributes=["phone_numbers"]).first()
        client.search(attributes=["display_name", "members"]).first()
    get, listed, excluded = server.queries[:3]
    assert get["attributes"] == sent
    assert (listed["attributes"], listed["sortBy"]) == (sent.rpartition(",")[0], "name.familyName")
    assert excluded["excludedAttributes"] == "phoneNumbers"
    assert server.bodies[3]["attributes"] == ["displayName", "members"]


UNKNOWN: list[dict[str, Any]] = [
    {"filter": "not (department pr)"},
    {"filter": scim.attr("titel").present()},
    {"filter": 'emails[typ eq "work"]'},
    {"filter": 'urn:acme:x:1.0:User:badge eq "7"'},
    {"attributes": ["titel"]},
    {"excluded_attributes": ["emails.valeu"]},
    {"sort_by": "nmae.familyName"},
]


@each_value("options", UNKNOWN)
def test_list_unknown_name_is_refused_unless_lenient(options: dict[str, Any]) -> None:
    server = FakeScimServer(make_list())
    with ScimClient(URL, TOKEN, transport=server) as client:
        for listing in (client.users.list, client.users.search):
            with pytest.raises((errors.InvalidFilter, errors.InvalidPath)) as caught:
                listing(**options)
            if "filter" in options:
                message, _, shown = str(caught.value).partition("\n")
                assert message.endswith("; strict=False sends it anyway")
                assert shown.count("^") == 1
            assert caught.value.position is not None
        assert server.sent == []
        client.users.list(**options, strict=False).first()
    (query,) = server.queries
    assert str(next(iter(options.values()))).strip("[']") in " ".join(query.values())


def test_list_filter_of_wrong_type_has_no_advice_to_be_lenient() -> None:
    with ScimClient(URL, TOKEN, transport=FakeScimServer(make_list())) as client:
        with pytest.raises(errors.InvalidFilter) as caught:
            client.users.list(filter="active gt true")
    assert "strict" not in str(caught.value)


CHANGES: list[tuple[Any, list[dict[str, Any]]]] = [
    (
        {"user_name": "bob", "enterprise.department": "Ops", "custom.costCode": "R", "title": None},
        [
            {"op": "replace", "path": "userName", "value": "bob"},
            {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "Ops"},
            {"op": "replace", "path": f"{CUSTOM}:costCode", "value": "R"},
            {"op": "remove", "path": "title"},
        ],
    ),
    (
        {"name": {"given_name": "A"}, 'addresses[postal_code eq "1"].street_address': "x"},
        [
            {"op": "replace", "path": "name", "value": {"givenName": "A"}},
            {"op": "replace", "path": 'addresses[postalCode eq "1"].streetAddress', "value": "x"},
        ],
    ),
    (
        {"addresses": [{"street_address": "x", "odd": 1}], "enterprise": {"cost_center": "C"}},
        [
            {"op": "replace", "path": "addresses", "value": [{"streetAddress": "x", "odd": 1}]},
            {"op": "replace", "path": ENTERPRISE, "value": {"costCenter": "C"}},
        ],
    ),
    (
        [
            scim.PatchOperation("replace", "user_name", "bob"),
            scim.PatchOperation("add", "urn:acme:x:User:a", 1),
        ],
        [
            {"op": "replace", "path": "userName", "value": "bob"},
            {"op": "add", "path": "urn:acme:x:User:a", "value": 1},
        ],
    ),
    (
        scim.PatchRequest(
            [
                scim.PatchOperation("replace", None, {"user_name": "bob", "odd name": 1}),
                scim.PatchOperation("replace", None, {"enterprise.cost_center": "C"}),
                scim.PatchOperation("replace", "title", "t"),
            ]
        ),
        [
            {"op": "replace", "value": {"userName": "bob", "odd name": 1}},
            {"op": "replace", "value": {f"{ENTERPRISE}:costCenter": "C"}},
            {"op": "replace", "path": "title", "value": "t"},
        ],
    ),
]


@each_value("changes, operations", CHANGES)
def test_patch_sends_wire_names(changes: Any, operations: list[dict[str, Any]]) -> None:
    server = FakeScimServer(make_response(200, make_user()))
    with ScimClient(URL, TOKEN, transport=server) as client:
        client.users.patch("1", changes)
    assert server.bodies[0]["Operations"] == operations


def test_short_names_reach_tenant_as_wire_names() -> None:
    tenant = Tenant()
    idp = tenant.identity_providers["Okta"]
    with ScimClient(
        idp.scim_url, idp.scim_token, transport=tenant.transport()
    ) as client:
        user = scim.User.of(email="ann@example.com", given_name="Ann", family_name="Lee")
        user.enterprise = scim.EnterpriseUser(department="Ops")
        created = client.users.create(user)
        found = client.users.list(filter='enterprise.department eq "ops"')
        assert [each.id for each in found] == [created.id]
        changed = client.users.patch(created, {"enterprise.department": "Dev"})
        assert changed.at("enterprise.department") == "Dev"
        picked = client.users.get(created, attributes=["enterprise.department"])
        assert (picked.user_name, picked.at("enterprise.department")) == (None, "Dev")


def test_patch_without_patch_support_keeps_no_part_silently() -> None:
    """The PUT that stands in for a PATCH has only declared sub-attributes."""
    found = make_response(200, make_user(emails=[{"value": "a@x"}]))
    server = FakeScimServer(make_response(405), found)
    with ScimClient(URL, TOKEN, transport=server) as client:
        with pytest.raises(errors.PatchError, match=r"got emails\.verified"):
            client.users.patch("1", {"emails": [{"value": "b@x", "verified": True}]})
    assert [line.split()[0] for line in server.lines] == ["PATCH"]


@each_value(
    "changes, operation",
    [
        ({"Active": False}, {"op": "replace", "path": "active", "value": False}),
        (
            {'Emails[Type eq "work"].Value': "a@example.com"},
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": "a@example.com"},
        ),
        (
            {"emails": [{"Value": "a@example.com", "Type": "work"}]},
            {
                "op": "replace",
                "path": "emails",
                "value": [{"value": "a@example.com", "type": "work"}],
            },
        ),
        (
            {f"{ENTERPRISE.lower()}:DEPARTMENT": "Ops"},
            {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "Ops"},
        ),
    ],
)
def test_patch_sends_declared_spelling(changes: Any, operation: Any) -> None:
    server = FakeScimServer(make_response(200, make_user()))
    with ScimClient(URL, TOKEN, transport=server) as client:
        with contextlib.suppress(errors.UnexpectedResponse):  # the server keeps other values
            client.users.patch("1", changes)
    assert server.bodies[0]["Operations"] == [operation]
