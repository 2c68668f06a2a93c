# Generated from tests/aio/test_scim_check.py by tools/unasync.py; edit that file instead.
"""Connection checks and the discovery endpoints of a provider."""

from typing import Any

import httpx
import pytest

from britive_scim import ScimClient, RetryPolicy, errors, scim
from britive_scim.testing import Tenant
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeScimServer,
    Step,
    make_error,
    make_list,
    make_response,
    make_user,
)


def client_of(*steps: Step) -> ScimClient:
    return ScimClient(URL, TOKEN, transport=FakeScimServer(*steps), retry=RetryPolicy.none())


@pytest.fixture
def okta() -> ScimClient:
    tenant = Tenant()
    idp = tenant.identity_providers["Okta"]
    return ScimClient(idp.scim_url, idp.scim_token, transport=tenant.transport())


def test_check_of_working_connection_reports_capabilities(
    okta: ScimClient,
) -> None:
    report = okta.check()
    assert report.ok
    assert bool(report)
    assert (report.reachable, report.authorised, report.problem) == (True, True, None)
    assert (report.users, report.groups) == (0, 0)
    assert report.capabilities is not None
    assert report.capabilities.patch is True
    assert set(report.mandatory) >= {
        "active",
        'emails[type eq "work"].value',
        "name.givenName",
        "name.familyName",
        "userName",
    }
    text = str(report)
    assert "connection" in text
    assert "a user must have" in text
    assert "<table>" in report._repr_html_()


PROBLEMS: dict[str, tuple[Step, bool, bool | None, str]] = {
    "unreachable": (httpx.ConnectError("refused"), False, None, "could not be reached"),
    "timeout": (httpx.ReadTimeout("slow"), False, None, "in time"),
    "wrong token": (make_error(401), True, False, "SCIM token"),
    "missing permission": (make_error(403), True, False, "lacks the permission"),
    "wrong address": (make_response(404, b"<html>Not Found</html>"), True, None, "base URL"),
    "login page": (make_response(200, b"<html>Sign in</html>"), True, None, "HTML"),
    "another API": (make_response(200, {"ok": True}), True, None, "ListResponse"),
    "maintenance": (
        make_response(503, {"errorCode": "MAINT0001", "message": "m"}),
        True,
        None,
        "maintenance",
    ),
    "redirect": (
        make_response(302, None, {"Location": "https://login.example/"}),
        True,
        None,
        "redirect",
    ),
}


@each_value("name", PROBLEMS)
def test_check_with_problem_reports_it_without_raising(name: str) -> None:
    step, reachable, authorised, message = PROBLEMS[name]
    with client_of(step) as client:
        report = client.check()
    assert not report.ok
    assert (report.reachable, report.authorised) == (reachable, authorised)
    assert message in (report.problem or "")
    assert message in str(report)
    assert TOKEN not in str(report)


def test_check_without_discovery_is_ok_with_notes() -> None:
    with client_of(
        make_list(make_user(1), total=7), make_error(403), make_error(404), make_error(404)
    ) as client:
        report = client.check()
    assert report.ok
    assert (report.users, report.groups, report.capabilities) == (7, None, None)
    assert [note.split(":")[0].split(" (")[0] for note in report.notes] == [
        "groups cannot be read",
        "the supported features are unknown",
        "the supported attributes are unknown",
    ]
    assert "not announced" in str(report)


def test_check_adds_required_schema_attributes_to_mandatory() -> None:
    schema = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": "urn:ietf:params:scim:schemas:core:2.0:User",
        "attributes": [
            {"name": "userName", "required": True},
            {"name": "name", "required": True},
            {"name": "title", "required": True},
            {"name": "nickName", "required": False},
            {"name": "badge", "required": True, "mutability": "readOnly"},
        ],
    }
    with client_of(
        make_list(make_user(1)), make_list(), make_error(404), make_list(schema)
    ) as client:
        report = client.check()
    assert report.mandatory[5:] == ("title",)


def test_discovery_endpoints_are_read(okta: ScimClient) -> None:
    config = okta.service_provider_config()
    assert config.patch is not None
    types = okta.resource_types()
    assert {item.name for item in types} == {"User", "Group"}
    schemas = okta.schemas()
    assert scim.names.USER in {item.id for item in schemas}


@each_value("call", ["service_provider_config", "resource_types", "schemas"])
def test_discovery_not_found_raises(call: str) -> None:
    with client_of(make_error(404)) as client:
        method: Any = getattr(client, call)
        with pytest.raises(errors.NotFound):
            method()
