"""Every request of the admin client against a table of the published API.

`tests/data/admin/operations.json` is our own extract of Britive's OpenAPI document: verbs, paths, names of
query parameters, names and types of fields. Where we deviate, the reason is written below, and a
deviation that is no longer one fails.
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
"""Operations that are in no published document, and who is known to use them."""

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
    ("GET /api/users", "query"): "what it means is not documented",
    ("GET /api/users/attributes/{id}", "userAttribute"): "an object in the place of the path's id",
    ("GET /api/users/{targetUserId}/tokens", "apiToken"): "an object in a query",
    ("GET /api/logs/csv", "size"): "the whole window is asked",
    (
        "GET /api/user-tags/{userTagId}/users",
        "forceRemoveAnyDirectUserProfileAssociation",
    ): "what it does to a list is not documented",
    **{
        (ONE_MEMBER, name): "of the list, and this is one member"
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
"""Published parameters of queries that no method has, and why."""

JSON_TYPES = {"string": str, "integer": int, "boolean": bool}


def last_request(call: Call) -> SentRequest:
    script = FakeAdminApi({line: (200, body) for line, body in call.reads.items()})
    script.replies[call.line] = (200, call.reply)
    with AdminClient("acme", TOKEN, transport=script) as britive:
        result = attrgetter(call.name)(britive)(*call.args, **call.options)
        if isinstance(result, Pager):
            result.first()
    return script.sent[-1]


def operation_of(sent: SentRequest) -> str:
    """Return the published operation a request belongs to, literal paths before templates."""

    def fits(operation: str) -> bool:
        method, _, template = operation.partition(" ")
        pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
        return method == sent.method and re.fullmatch(pattern, sent.path) is not None

    known = sorted([*OPERATIONS, *NOT_PUBLISHED], key=lambda one: one.count("{"))
    return next(operation for operation in known if fits(operation))


def problems(sent: SentRequest, published: dict[str, Any]) -> Iterator[str]:
    """Yield what a request has and the published operation has not."""
    for name in httpx.QueryParams(sent.query):
        if name not in published["query"]:
            yield f"query.{name}"
    if sent.body is not None:
        yield from misfits(sent.body, published.get("body", "nothing"), "body")


def misfits(value: Any, kind: Any, where: str) -> Iterator[str]:
    """Yield the places where a value does not have its published name or type."""
    if isinstance(kind, dict) and isinstance(value, dict):
        for name, inner in value.items():
            if name in kind:
                yield from misfits(inner, kind[name], f"{where}.{name}")
            else:
                yield f"{where}.{name}"
    elif isinstance(kind, list) and isinstance(value, list):
        for item in value:
            yield from misfits(item, kind[0], f"{where}[]")
    elif kind in JSON_TYPES:
        if type(value) is not JSON_TYPES[kind]:
            yield f"{where}: {type(value).__name__} for {kind}"
    elif kind not in ("object", "any", "map"):
        yield f"{where}: {type(value).__name__} for {kind}"


def deviations(call: Call) -> set[str]:
    """Return what the request of a call has and the published operation has not."""
    sent = last_request(call)
    operation = operation_of(sent)
    return set(problems(sent, OPERATIONS[operation])) if operation in OPERATIONS else set()


@each_value("call", CALLS, label=lambda call: call.id, group=lambda call: call.resource)
def test_a_request_has_the_published_names_and_types(call: Call) -> None:
    assert deviations(call) - {what for name, what in DEVIATIONS if name == call.name} == set()


def test_every_deviation_is_one() -> None:
    assert {(call.name, what) for call in CALLS for what in deviations(call)} == set(DEVIATIONS)


def test_every_published_operation_can_be_called() -> None:
    called = {operation_of(last_request(call)) for call in CALLS}
    assert set(OPERATIONS) - called == set()
    assert set(NOT_PUBLISHED) - called == set()


def test_every_published_query_can_be_sent() -> None:
    sent: dict[str, set[str]] = {}
    for call in CALLS:
        request = last_request(call)
        sent.setdefault(operation_of(request), set()).update(httpx.QueryParams(request.query))
    unsent = {
        (operation, name)
        for operation, published in OPERATIONS.items()
        for name in set(published["query"]) - sent[operation]
    }
    assert unsent == set(NOT_SENT)


def test_every_parameter_is_given_in_some_call() -> None:
    """A parameter that no call gives is compared with nothing; sizes of pages are in every list."""
    given: dict[str, set[str]] = {}
    asked: dict[str, set[str]] = {}
    with AdminClient("acme", TOKEN, transport=FakeAdminApi()) as britive:
        for call in CALLS:
            known = list_parameters(britive, call.name)
            in_order = [one.name for one in known if one.kind is not one.KEYWORD_ONLY]
            given.setdefault(call.name, set()).update(in_order[: len(call.args)], call.options)
            asked[call.name] = {one.name for one in known} - {"page_size", "ids"}
    assert {name: asked[name] - given[name] for name in asked if asked[name] - given[name]} == {}
