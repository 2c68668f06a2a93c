"""Comparison of every request of the admin client with the published API.

`tests/data/admin/operations.json` is our own extract of Britive's OpenAPI document: HTTP methods, paths, query
parameters, names and types of fields. Each deviation is listed with its reason; one that no longer occurs fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import httpx

from britive_scim import AdminClient
from britive_scim.sync.pager import Pager
from support.admin_bad_input import list_parameters
from support.admin_calls import CALLS, Call
from support.each_value import each_value
from support.fake_admin_api import TOKEN, FakeAdminApi, SentRequest

OPERATIONS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data/admin/operations.json").read_text("utf-8")
)

NOT_PUBLISHED = {
    "GET /api/features": "vendor's package",
    "GET /api/identity-providers/scim-attributes": "vendor's package",
    "GET /api/identity-providers/signing-certificate": "vendor's package",
    "GET /api/users/attributes/identity-types": "vendor's package",
    "GET /api/users/{}/custom-attributes": "vendor's package",
    "GET /api/v1/policy-admin/roles": "another published document, of policy administration",
    "PATCH /api/identity-providers/{}/saml-metadata": "vendor's package",
    "PATCH /api/users/{}/custom-attributes": "vendor's package",
    "POST /api/user-tags/minimized-tag-details": "vendor's package",
    "POST /api/users/enabled-statuses": "vendor's package",
    "POST /api/users/minimized-user-details": "vendor's package",
}
"""Operations that are in no published document -> known user."""

DEVIATIONS = {
    ("users.create", "body.type"): "always sent by the vendor's package",
    ("users.create", "body.mobile"): "sent by the vendor's package",
    ("users.create", "body.phone"): "sent by the vendor's package",
    ("users.create", "body.adminRoles"): "sent by the vendor's package",
    (
        "users.create",
        "body.identityProvider: dict for string",
    ): "the document's own example is an object",
    ("users.update", "body.type"): "in the document's own example",
    ("users.update", "body.mobile"): "in the document's own example",
    ("users.update", "body.phone"): "in the document's own example",
    ("users.reset_password", "body.password"): "in the document's own example",
    ("users.reset_password", "body.sharePasswordToUser"): "in the document's own example",
    ("users.reset_password", "body.recipients"): "in the text of the operation's page",
    ("service_identities.get", "query.type"): "sent by the vendor's package",
    ("service_identities.create", "body.type"): "in the older pages on service identities",
    ("service_identities.create", "body.name"): "in the older pages on service identities",
    ("service_identities.create", "body.description"): "in the older pages on service identities",
    ("service_identities.update", "body.type"): "in the older pages on service identities",
    ("service_identities.update", "body.name"): "in the older pages on service identities",
    ("service_identities.update", "body.description"): "in the older pages on service identities",
    ("service_identities.update", "body.roleName"): "in the document's own example of an update",
    ("tags.set_owners", "body.relationships"): "sent by the vendor's Terraform provider",
}

ONE_MEMBER = "GET /api/user-tags/{userTagId}/users/{userId}"
NOT_SENT = {
    ("GET /api/users", "query"): "its meaning is not documented",
    ("GET /api/users/attributes/{id}", "userAttribute"): "an object instead of the id in the path",
    ("GET /api/users/{targetUserId}/tokens", "apiToken"): "an object in a query",
    ("GET /api/logs/csv", "size"): "the client requests the whole time range",
    (
        "GET /api/user-tags/{userTagId}/users",
        "forceRemoveAnyDirectUserProfileAssociation",
    ): "its effect on a list is not documented",
    **{
        (ONE_MEMBER, name): "a parameter of the list; this is one member"
        for name in (
            "fetchDynamicallyAssignedUsers",
            "forceRemoveAnyDirectUserProfileAssociation",
            "page",
            "searchText",
            "size",
            "sort",
        )
    },
}
"""Published query parameter without a method parameter -> reason."""

JSON_TYPES = {"string": str, "integer": int, "boolean": bool}


def send_call(call: Call) -> SentRequest:
    script = FakeAdminApi({line: (200, body) for line, body in call.reads.items()})
    script.replies[call.line] = (200, call.reply)
    with AdminClient("acme", TOKEN, transport=script) as britive:
        result = attrgetter(call.name)(britive)(*call.args, **call.options)
        if isinstance(result, Pager):
            result.first()
    return script.sent[-1]


def find_operation(sent: SentRequest) -> str:
    """Return the published operation of a request; literal paths come before templates."""

    def matches(operation: str) -> bool:
        method, _, template = operation.partition(" ")
        pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
        return method == sent.method and re.fullmatch(pattern, sent.path) is not None

    known = sorted([*OPERATIONS, *NOT_PUBLISHED], key=lambda item: item.count("{"))
    return next(operation for operation in known if matches(operation))


def find_differences(sent: SentRequest, published: dict[str, Any]) -> Iterator[str]:
    """Yield the parts of a request that the published operation does not have."""
    for name in httpx.QueryParams(sent.query):
        if name not in published["query"]:
            yield f"query.{name}"
    if sent.body is not None:
        yield from find_mismatches(sent.body, published.get("body", "nothing"), "body")


def find_mismatches(value: Any, shape: Any, path: str) -> Iterator[str]:
    """Yield the paths at which a value has another name or type than published."""
    if isinstance(shape, dict) and isinstance(value, dict):
        for name, inner in value.items():
            if name in shape:
                yield from find_mismatches(inner, shape[name], f"{path}.{name}")
            else:
                yield f"{path}.{name}"
    elif isinstance(shape, list) and isinstance(value, list):
        for item in value:
            yield from find_mismatches(item, shape[0], f"{path}[]")
    elif shape in JSON_TYPES:
        if type(value) is not JSON_TYPES[shape]:
            yield f"{path}: {type(value).__name__} for {shape}"
    elif shape not in ("object", "any", "map"):
        yield f"{path}: {type(value).__name__} for {shape}"


def find_deviations(call: Call) -> set[str]:
    """Return the parts of the request of a call that the published operation does not have."""
    sent = send_call(call)
    operation = find_operation(sent)
    return set(find_differences(sent, OPERATIONS[operation])) if operation in OPERATIONS else set()


@each_value("call", CALLS, label=lambda call: call.id, group=lambda call: call.resource)
def test_request_has_published_names_and_types(call: Call) -> None:
    assert find_deviations(call) - {what for name, what in DEVIATIONS if name == call.name} == set()


def test_deviations_are_exactly_those_listed() -> None:
    assert {(call.name, what) for call in CALLS for what in find_deviations(call)} == set(
        DEVIATIONS
    )


def test_calls_cover_every_published_operation() -> None:
    called = {find_operation(send_call(call)) for call in CALLS}
    assert set(OPERATIONS) - called == set()
    assert set(NOT_PUBLISHED) - called == set()


def test_calls_cover_every_published_query_parameter() -> None:
    sent: dict[str, set[str]] = {}
    for call in CALLS:
        request = send_call(call)
        sent.setdefault(find_operation(request), set()).update(httpx.QueryParams(request.query))
    unsent = {
        (operation, name)
        for operation, published in OPERATIONS.items()
        for name in set(published["query"]) - sent[operation]
    }
    assert unsent == set(NOT_SENT)


def test_calls_cover_every_method_parameter() -> None:
    given: dict[str, set[str]] = {}
    requested: dict[str, set[str]] = {}
    with AdminClient("acme", TOKEN, transport=FakeAdminApi()) as britive:
        for call in CALLS:
            known = list_parameters(britive, call.name)
            in_order = [item.name for item in known if item.kind is not item.KEYWORD_ONLY]
            given.setdefault(call.name, set()).update(in_order[: len(call.args)], call.options)
            requested[call.name] = {item.name for item in known} - {"page_size", "ids"}
    assert {
        name: requested[name] - given[name] for name in requested if requested[name] - given[name]
    } == {}
