# Generated from tests/aio/test_admin_operations.py by tools/unasync.py; edit that file instead.
"""Every operation of the admin client: its request, bad input, and number of requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

import httpx
import pytest

from britive_scim import AdminClient, RetryPolicy, admin
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.pager import Pager
from britive_scim.errors import InputError, NotFound, UnexpectedResponse
from support.admin_calls import CALLS, IDP, TAG, USER, Call
from support.each_value import each_value
from support.fake_admin_api import HOST, TOKEN, FakeAdminApi


def client(script: FakeAdminApi, **options: Any) -> AdminClient:
    return AdminClient(
        "acme", TOKEN, transport=script, retry=RetryPolicy(attempts=1), **options
    )


def run(script: FakeAdminApi, dotted: str, /, *args: Any, **options: Any) -> Any:
    """Call the method with this dotted name, and return its result or the first item of its pager."""
    with client(script) as britive:
        method = attrgetter(dotted)(britive)
        result = method(*args, **options)
        if isinstance(result, Pager):
            return result.first()
        return result


METHODS_WITHOUT_RESULT = {
    name
    for name in {call.name for call in CALLS}
    if attrgetter(name)(
        AdminClient("acme", TOKEN, transport=FakeAdminApi())
    ).__annotations__.get("return")
    == "None"
}


@each_value("call", CALLS, label=lambda call: call.id, group=lambda call: call.resource)
def test_admin_call_sends_expected_request(call: Call) -> None:
    script = FakeAdminApi({line: (200, body) for line, body in call.reads.items()})
    script.replies[call.line] = (200, call.reply)
    run(script, call.name, *call.args, **call.options)
    sent = script.sent[-1]
    assert sent.line == call.line
    assert dict(httpx.QueryParams(sent.query)) == call.query
    assert sent.body == call.body
    assert set(script.lines[:-1]) == set(call.reads), "no other reads"


CALLS_WITHOUT_RESULT = [call for call in CALLS if call.name in METHODS_WITHOUT_RESULT]


@each_value("call", CALLS, label=lambda call: call.id, group=lambda call: call.resource)
def test_admin_call_accepts_200_and_201(call: Call) -> None:
    results = []
    for status in (200, 201):
        script = FakeAdminApi({line: (200, body) for line, body in call.reads.items()})
        script.replies[call.line] = (status, call.reply)
        results.append(run(script, call.name, *call.args, **call.options))
    assert results[0] == results[1]


@each_value(
    "call", CALLS_WITHOUT_RESULT, label=lambda call: call.id, group=lambda call: call.resource
)
@each_value("response", [(200, None), (201, None), (204, None), (200, {}), (200, [])])
def test_admin_change_ignores_response_body(call: Call, response: tuple[int, Any]) -> None:
    script = FakeAdminApi({line: (200, body) for line, body in call.reads.items()})
    script.replies[call.line] = response
    assert run(script, call.name, *call.args, **call.options) is None


def list_methods(of: Any, prefix: str = "") -> Iterator[str]:
    """Yield the dotted names of all public methods of the API resources of a client."""
    for name, value in vars(of).items():
        if isinstance(value, APIResource) and not name.startswith("_"):
            for method in dir(type(value)):
                if not method.startswith("_") and callable(getattr(value, method)):
                    yield f"{prefix}{name}.{method}"
            yield from list_methods(value, f"{prefix}{name}.")


COMPOSED_METHODS = {
    "identity_providers.drift",
    "identity_providers.preview",
    "identity_providers.rules",
    "identity_providers.scim_token.rotate",
    "identity_providers.scim_token.rotate_if_expiring",
}
"""Methods that send several requests; tested elsewhere."""


def test_call_table_covers_every_public_method() -> None:
    known = {call.name for call in CALLS} | COMPOSED_METHODS
    assert set(list_methods(client(FakeAdminApi()))) - known == set()


BAD_INPUTS = [
    ("users.create", ("",), {"email": "e", "first_name": "f", "last_name": "l"}, "username"),
    ("users.create", ("u",), {"email": "e", "first_name": "", "last_name": "l"}, "first_name"),
    (
        "users.create",
        ("u",),
        {"email": "e", "first_name": "f", "last_name": "l", "status": "Active"},
        "active",
    ),
    ("users.update", (USER,), {}, "nothing to change"),
    ("users.disable_many", ("u1",), {}, "single string"),
    ("users.find_by_username", ('a"b',), {}, "quotation"),
    ("tags.list_minimized", (TAG,), {}, "list"),
    (
        "identity_providers.saml_metadata.upload",
        (IDP, "<" + "x" * 10 * 1024 * 1024),
        {},
        "at most 10485760 bytes",
    ),
    ("service_identities.list", (), {"identity_type": "User"}, "ServiceIdentity"),
    ("service_identities.create", ("",), {}, "empty"),
    ("service_identities.update", (USER,), {}, "nothing to change"),
    ("service_identities.token.create", (USER,), {"days": 91}, "1 to 90"),
    ("service_identities.token.update", (USER,), {"days": 0}, "1 to 90"),
    ("tags.create", ("",), {}, "empty"),
    ("tags.create", ("x",), {"identity_providers": "i1"}, "single string"),
    ("tags.update", (TAG,), {}, "nothing to change"),
    ("tags.update", (TAG,), {"name": ""}, "empty"),
    ("tags.list", (), {"filter": admin.where("email").eq("x")}, "filter of tags"),
    ("tags.members.add", (TAG, ".."), {}, "dot segment"),
    ("tags.rules.add", (TAG, ["x"]), {}, "rule must be"),
    ("api_tokens.create", (), {"days": "30"}, "1 to 90"),
    ("api_tokens.update", ("k1",), {}, "nothing to change"),
    ("api_tokens.update", ("k1",), {"days": 0}, "1 to 90"),
    ("api_tokens.get", ("",), {}, "empty"),
    ("identity_attributes.update", ("a1",), {}, "nothing to change"),
    ("identity_providers.saml_metadata.upload", (IDP, "no xml"), {}, "XML"),
    ("workload.identity_providers.get", ("x",), {}, "number"),
    ("workload.identity_providers.get", (True,), {}, "number"),
    ("workload.identity_providers.create", (admin.WorkloadProvider(idp_type="GCP"),), {}, "AWS"),
    (
        "workload.identity_providers.create",
        (admin.WorkloadProvider(name="x", idp_type="SPIFFE"),),
        {},
        "trust_domain, bundle_endpoint",
    ),
    ("workload.assign", (USER, 7), {"token_duration": 0, "values": {}}, "1 second"),
    ("workload.scim_users.find", (admin.IdentityProvider(id="i1"),), {}, "name"),
    ("mfa.find", (USER, "SMS"), {}, "TOTP or WEB_AUTHN"),
    ("mfa.delete", (USER, "totp"), {}, "did you mean 'TOTP'"),
    ("audit_logs.query", (), {"since": datetime(2026, 5, 6)}, "offset"),
    ("audit_logs.query", (), {"since": timedelta(days=-1)}, "before until"),
    ("audit_logs.csv", (), {"filter": admin.where("actor.name").eq("x")}, "audit log"),
]


@each_value("name, args, options, rule", BAD_INPUTS)
def test_bad_input_raises_before_request(
    name: str, args: tuple[Any, ...], options: dict[str, Any], rule: str
) -> None:
    script = FakeAdminApi()
    with pytest.raises(InputError, match=rule):
        run(script, name, *args, **options)
    assert script.sent == []


def test_rules_add_unsupported_type_or_operator_raises() -> None:
    script = FakeAdminApi(
        {"GET /api/users/attributes": (200, [{"id": "a", "name": "born", "dataType": "Date"}])}
    )
    with pytest.raises(InputError, match="String or Number"):
        run(script, "tags.rules.add", TAG, [("born", "is", "x")])
    script.replies["GET /api/users/attributes"] = (200, [{"id": "a", "name": "team"}])
    with pytest.raises(InputError, match="is or contains"):
        run(script, "tags.rules.add", TAG, [("team", "eq", "x")])


def test_empty_list_of_users_sends_nothing() -> None:
    script = FakeAdminApi()
    with client(script) as britive:
        assert britive.users.disable_many([]) == []
        assert britive.users.list_minimized([]) == []
        assert britive.tags.list_minimized([]) == []
    assert script.sent == []


@each_value(
    "name",
    [
        "mfa.find",
        "workload.scim_users.find",
        "service_identities.token.find",
        "access_requests.settings",
    ],
)
def test_optional_object_missing_returns_none(name: str) -> None:
    args: dict[str, tuple[Any, ...]] = {
        "mfa.find": (USER, "TOTP"),
        "workload.scim_users.find": ("Okta",),
        "service_identities.token.find": (USER,),
    }
    assert run(FakeAdminApi(), name, *args.get(name, ())) is None


def test_custom_attributes_get_looks_up_names() -> None:
    script = FakeAdminApi(
        {
            "GET /api/users/u1/custom-attributes": (
                200,
                [
                    {"id": 1, "attributeId": "a1", "attributeName": None, "attributeValue": "7"},
                    {"id": 2, "attributeId": "gone", "attributeValue": None},
                ],
            ),
            "GET /api/users/attributes": (200, [{"id": "a1", "name": "costCode"}]),
        }
    )
    result = run(script, "users.custom_attributes.get", "u1")
    assert result == {"costCode": ["7"], "gone": [""]}


def test_saml_metadata_upload_sends_multipart_form() -> None:
    script = FakeAdminApi(
        {"PATCH /api/identity-providers/i1/saml-metadata": (200, {"certificateDn": "CN=Okta"})}
    )
    result = run(
        script, "identity_providers.saml_metadata.upload", IDP, b"\n<EntityDescriptor/>"
    )
    assert result == {"certificateDn": "CN=Okta"}
    kind, _, boundary = script.sent[0].headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    assert script.sent[0].body.count(boundary.encode()) == 2


class LinkedAuditLog(FakeAdminApi):
    """Audit log whose pages are linked by `next-page`."""

    def __init__(self, *links: str) -> None:
        super().__init__()
        self.links = list(links)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        number = len(self.sent)
        headers = {"next-page": self.links[number - 1]} if number <= len(self.links) else {}
        event = {"timestamp": "2026-05-06T09:36:54Z", "event": {"eventType": str(number)}}
        return httpx.Response(200, json=[event], headers=headers) if response else response


def test_audit_log_query_follows_links() -> None:
    log = LinkedAuditLog(f"{HOST}/api/logs?cursor=a%2Fb&size=1", f"{HOST}/api/logs?cursor=c")
    with client(log) as britive:
        pager = britive.audit_logs.query(since=timedelta(days=1))
        events = [event for event in pager]
    assert [(event.event or {})["eventType"] for event in events] == ["1", "2", "3"]
    assert [sent.query for sent in log.sent][1:] == ["cursor=a%2Fb&size=1", "cursor=c"]
    assert pager.complete is True
    assert events[0].timestamp == datetime(2026, 5, 6, 9, 36, 54, tzinfo=UTC)


@each_value(
    "link",
    [
        "https://evil.example/api/logs?x=1",
        "http://acme.britive-app.com/api/logs",
        "https://[bad/",
        "/api/logs",
    ],
)
def test_audit_log_link_to_other_url_raises(link: str) -> None:
    log = LinkedAuditLog(link)
    with client(log) as britive:
        with pytest.raises(UnexpectedResponse, match="differ in its query"):
            [event for event in britive.audit_logs.query()]
    assert len(log.sent) == 1


def test_api_tokens_update_of_all_fields_reads_nothing() -> None:
    script = FakeAdminApi({"PUT /api/token/k1": (204, None)})
    run(script, "api_tokens.update", "k1", name="new", days=5)
    assert script.lines == ["PUT /api/token/k1"], "nothing is read if both are given"


def test_update_with_name_reads_nothing() -> None:
    script = FakeAdminApi({"PATCH /api/users/s1": (204, None)})
    run(script, "service_identities.update", "s1", name="ci")
    run(script, "users.update", "s1", username="ana", email="ana@acme.com")
    assert script.lines == ["PATCH /api/users/s1"] * 2


def test_audit_log_invalid_entry_is_skipped_and_reported() -> None:
    script = FakeAdminApi({"GET /api/logs": (200, [{"event": {}}, None])})
    with client(script) as britive:
        pager = britive.audit_logs.query()
        assert len([event for event in pager]) == 1
    assert "not objects" in (pager.why_incomplete or "")


def test_members_get_null_response_raises_not_found() -> None:
    script = FakeAdminApi({"GET /api/user-tags/t1/users/u1": (200, None)})
    with pytest.raises(NotFound):
        run(script, "tags.members.get", TAG, USER)
