# Generated from tests/aio/test_set_up_provisioning.py by tools/unasync.py; edit that file instead.
"""Set-up of provisioning by one repeatable call."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from britive_scim import AdminClient, RetryPolicy
from britive_scim.errors import (
    BadRequest,
    BritiveScimError,
    ConfigurationError,
    ConnectionFailed,
    Forbidden,
    InputError,
    NotFound,
    ReadOnly,
    ServerError,
    UnexpectedResponse,
)
from britive_scim.testing import Tenant
from support.fake_admin_api import HOST, SCIM_URL, TOKEN, SmallTenant
from support.fake_scim_server import FakeScimServer

CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"


@pytest.fixture
def tenant() -> SmallTenant:
    return SmallTenant()


def admin(tenant: SmallTenant, **options: Any) -> AdminClient:
    options = {"retry": RetryPolicy(attempts=1), **options}
    return AdminClient("acme", TOKEN, transport=tenant, **options)


def test_set_up_new_provider_creates_everything(tenant: SmallTenant) -> None:
    with admin(tenant) as britive:
        connection = britive.set_up_provisioning(
            "Okta",
            token_days=30,
            mappings={"Mobile": "nickName", "costCode": f"{CUSTOM}:costCode"},
            custom_attributes=[
                "costCode",
                {"name": "badges", "data_type": "Number", "multi_valued": True},
            ],
        )
    assert connection.scim_url == SCIM_URL
    assert connection.token_created is True
    assert connection.token is not None
    assert connection.token.get_secret_value() == tenant.secrets[-1]
    assert connection.changed is True
    assert connection.identity_provider.name == "Okta"
    assert [item.scim_attribute_name for item in connection.identity_provider.mappings][
        -1
    ] == "badges"

    idp = connection.identity_provider.id
    assert tenant.writes == [
        "POST /api/identity-providers",
        "POST /api/users/attributes",
        "POST /api/users/attributes",
        f"PATCH /api/identity-providers/{idp}/scim-attribute-mappings",
        f"POST /api/identity-providers/{idp}/scim-token",
    ], "the token is created last"
    assert tenant.bodies("POST /api/identity-providers") == [{"name": "Okta", "type": "SAML"}]
    assert tenant.bodies("POST /api/users/attributes") == [
        {
            "name": "costCode",
            "description": "costCode",
            "dataType": "String",
            "multiValued": False,
            "identityTypes": ["User"],
        },
        {
            "name": "badges",
            "description": "badges",
            "dataType": "Number",
            "multiValued": True,
            "identityTypes": ["User"],
        },
    ]
    assert tenant.bodies(f"POST /api/identity-providers/{idp}/scim-token") == [
        {"tokenExpirationDays": 30}
    ]
    mappings = tenant.get_mappings("Okta")
    assert mappings["Mobile"] == "nickName"
    assert mappings["costCode"] == f"{CUSTOM}:costCode"
    assert mappings["badges"] == "badges"


def test_set_up_steps_report_outcomes(tenant: SmallTenant) -> None:
    with admin(tenant) as britive:
        connection = britive.set_up_provisioning(
            "Okta", mappings={"Mobile": "nickName"}, custom_attributes=["costCode"]
        )
    assert [(step.name, step.outcome) for step in connection.steps] == [
        ("identity provider", "created"),
        ("SCIM provider", "unchanged"),
        ("SCIM URL", "unchanged"),
        ("identity attribute", "created"),
        ("mapping", "changed"),
        ("mapping", "created"),
        ("mandatory attributes", "unchanged"),
        ("SCIM token", "created"),
    ]
    assert 'Mobile from nickName, was phoneNumbers[type eq "mobile"].value' in str(connection)
    assert "valid 90 days" in str(connection)
    assert "Okta" in repr(connection)
    assert "<table>" in connection._repr_html_()


def test_set_up_hints_at_names_of_standard_attributes(tenant: SmallTenant) -> None:
    """The hint is repeated for an existing attribute; built-in attributes and other names have no hint."""

    def hinted(**arguments: Any) -> list[str]:
        with admin(tenant) as britive:
            connection = britive.set_up_provisioning("Okta", **arguments)
        return [
            step.detail.split()[0]
            for step in connection.steps
            if "Britive does not publish which it reads" in step.detail
        ]

    attributes = ["roles", "Title", "costCode", "division"]
    urn = f"{CUSTOM}:roles"
    assert hinted(custom_attributes=attributes) == ["roles", "Title", "division"]
    assert hinted(custom_attributes=attributes) == ["roles", "Title", "division"]
    assert hinted(mappings={"Title": "Title", "Username": "userName"}) == ["Title"]
    assert hinted(mappings={"roles": urn}) == []
    assert hinted(custom_attributes=["roles"]) == [], "the existing mapping is kept"


def test_set_up_repeated_changes_nothing_and_has_no_token(tenant: SmallTenant) -> None:
    with admin(tenant) as britive:
        for _ in range(2):
            tenant.sent.clear()
            connection = britive.set_up_provisioning(
                "Okta", mappings={"Mobile": "nickName"}, custom_attributes=["costCode"]
            )
    assert tenant.writes == []
    assert connection.changed is False
    assert connection.token is None
    assert connection.token_created is False
    assert {step.outcome for step in connection.steps} == {"unchanged"}
    with pytest.raises(ConfigurationError) as caught:
        connection.client()
    for words in ("token=", "rotate_token=True", "invalidates the old one", "stops provisioning"):
        assert words in str(caught.value)


def test_connection_client_accepts_stored_token(tenant: SmallTenant) -> None:
    with admin(tenant) as britive:
        first = britive.set_up_provisioning("Okta")
        again = britive.set_up_provisioning("Okta")
        given = britive.set_up_provisioning("Okta", token=first.token)
        requested = britive.set_up_provisioning("Okta", token=lambda: tenant.secrets[-1])
    assert given.token == first.token
    assert given.token_created is False
    assert requested.token is None, "a function is stored, not called"
    clients = [first.client(), again.client(first.token), given.client(), requested.client()]
    assert {client.base_url for client in clients} == {SCIM_URL}
    for client in clients:
        client.close()


def test_set_up_rotate_token_creates_new_token(tenant: SmallTenant) -> None:
    with admin(tenant) as britive:
        first = britive.set_up_provisioning("Okta")
        second = britive.set_up_provisioning("Okta", rotate_token=True)
    assert second.token_created is True
    assert second.token is not None
    assert second.token != first.token
    assert second.steps[-1].outcome == "changed"
    assert "former one is invalid" in second.steps[-1].detail


def test_set_up_token_days_changes_validity_only(tenant: SmallTenant) -> None:
    with admin(tenant) as britive:
        first = britive.set_up_provisioning("Okta", token_days=90)
        tenant.sent.clear()
        second = britive.set_up_provisioning("Okta", token_days=7)
    idp = first.identity_provider.id
    assert tenant.writes == [f"PATCH /api/identity-providers/{idp}/scim-token"]
    assert second.token_created is False
    assert second.steps[-1].outcome == "changed"
    assert "was 90; the token is the same" in second.steps[-1].detail
    assert len(tenant.secrets) == 1


def test_set_up_scim_provider_keeps_sso_provider(
    tenant: SmallTenant,
) -> None:
    idp = tenant.add_provider("Entra", description="SSO", ssoProvider="Generic")
    with admin(tenant) as britive:
        connection = britive.set_up_provisioning("Entra", scim_provider="Azure")
    assert tenant.bodies(f"PATCH /api/identity-providers/{idp['id']}") == [
        {
            "name": "Entra",
            "description": "SSO",
            "scimProvider": "Azure",
            "ssoProvider": "Generic",
        }
    ]
    assert connection.identity_provider.scim_provider == "Azure"
    assert connection.steps[1].detail == "Azure, was Generic"


def test_set_up_creates_provider_with_description(tenant: SmallTenant) -> None:
    with admin(tenant) as britive:
        britive.set_up_provisioning("Okta", description="Workforce")
        repeated = britive.set_up_provisioning("Okta", description="Workforce")
        kept = britive.set_up_provisioning("Okta")
    assert tenant.bodies("POST /api/identity-providers")[0]["description"] == "Workforce"
    assert (repeated.changed, kept.changed) == (False, False)
    assert ("description", "unchanged", "Workforce") in [
        (step.name, step.outcome, step.detail) for step in repeated.steps
    ]
    assert "description" not in [step.name for step in kept.steps]


def test_set_up_of_new_provider_reports_its_description() -> None:
    with Tenant("acme").admin_client() as britive:
        connection = britive.set_up_provisioning("HR", description="People")
    assert [(step.name, step.outcome) for step in connection.steps[:2]] == [
        ("identity provider", "created"),
        ("description", "created"),
    ]


def test_set_up_changes_description_alone(tenant: SmallTenant) -> None:
    idp = tenant.add_provider("Entra", description="SSO", ssoProvider="Azure")
    with admin(tenant) as britive:
        connection = britive.set_up_provisioning("Entra", description="Workforce")
    (body,) = tenant.bodies(f"PATCH /api/identity-providers/{idp['id']}")
    assert (body["description"], body["scimProvider"], body["ssoProvider"]) == (
        "Workforce",
        "Generic",
        "Azure",
    )
    assert connection.identity_provider.description == "Workforce"
    assert connection.steps[1].outcome == "changed"


@pytest.mark.parametrize("has_token", [False, True])
def test_set_up_without_token_leaves_the_token(tenant: SmallTenant, has_token: bool) -> None:
    with admin(tenant) as britive:
        britive.set_up_provisioning("Okta", create_token=has_token, token_days=30)
        tenant.sent.clear()
        connection = britive.set_up_provisioning("Okta", create_token=False)
    assert tenant.writes == []
    assert (connection.token_created, connection.token) == (False, None)
    assert "SCIM token" not in [step.name for step in connection.steps]
    assert len(tenant.secrets) == has_token


def test_connection_client_shares_transport(tenant: SmallTenant) -> None:
    with admin(tenant, timeout=7) as britive:
        connection = britive.set_up_provisioning("Okta")
        tenant.replies["GET /api/scim/v2/ServiceProviderConfig"] = (
            200,
            {"patch": {"supported": True}},
        )
        with connection.client(read_only=True) as okta:
            okta.service_provider_config()
            with pytest.raises(ReadOnly):
                okta.users.delete("u1")
    assert tenant.sent[-1].path == "/api/scim/v2/ServiceProviderConfig"
    assert tenant.sent[-1].headers["authorization"] == f"Bearer {tenant.secrets[-1]}"


def test_connection_does_not_reveal_token(tenant: SmallTenant) -> None:
    with admin(tenant) as britive:
        connection = britive.set_up_provisioning("Okta")
    secret = tenant.secrets[-1]
    shown = [str(connection), repr(connection), connection._repr_html_(), repr(vars(connection))]
    assert all(secret not in text for text in shown)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(connection)


# ---------------------------------------------------------------------------- errors before the first write


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"name": "Ok--ta"}, "hyphens"),
        ({"name": ""}, "empty"),
        ({"scim_provider": "Okta"}, "Generic or Azure"),
        ({"token_days": 91}, "1 to 90"),
        ({"token_days": True}, "1 to 90"),
        ({"mappings": {"Username": ""}}, "empty"),
        ({"custom_attributes": "costCode"}, "several"),
        ({"token": "abc", "rotate_token": True}, "one of them"),
        ({"rotate_token": "no"}, "rotate_token must be True or False, got 'no'"),
        ({"rotate_token": 1}, "True or False"),
        ({"rotate_token": None}, "True or False"),
        ({"create_token": 0}, "True or False"),
        ({"create_token": False, "rotate_token": True}, "mutually exclusive"),
        ({"description": 5}, "description must be a string or None"),
        ({"token": 5}, "token must be a string"),
        ({"token": ""}, "it is empty"),
        ({"name": "Ok\x00ta"}, "control character"),
        ({"name": "x" * 256}, "at most 255 characters, got 256"),
        ({"custom_attributes": [None]}, "must contain names or definitions"),
    ],
)
def test_set_up_invalid_arguments_raise_before_request(
    tenant: SmallTenant, arguments: dict[str, Any], rule: str
) -> None:
    with admin(tenant) as britive:
        with pytest.raises(InputError, match=rule):
            britive.set_up_provisioning(**{"name": "Okta", **arguments})
    assert tenant.sent == []


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"mappings": {"userName": "Username"}}, r"give \{'Username': 'userName'\}"),
        ({"mappings": {"Departmnt": "title"}}, "identity attributes of the tenant, got"),
        ({"mappings": {"Mobile": "nickname"}}, "did you mean 'nickName'"),
        ({"mappings": {"Mobile": "phoneNumber"}}, r"did you mean 'phoneNumbers\[type eq"),
        ({"mappings": {"Mobile": "nosuchattr"}}, "that the tenant lists"),
        ({"custom_attributes": ["Status"]}, "built-in"),
    ],
)
def test_set_up_invalid_for_tenant_raises_before_write(
    tenant: SmallTenant, exists: bool, arguments: dict[str, Any], rule: str
) -> None:
    if exists:
        tenant.add_provider("Okta")
    with admin(tenant) as britive:
        with pytest.raises(InputError, match=rule):
            britive.set_up_provisioning("Okta", **arguments)
    assert tenant.writes == []


@pytest.mark.parametrize(
    ("provider", "rule"),
    [
        ({"type": "DEFAULT"}, "of type SAML, got DEFAULT"),
        ({"ssoConfig": None}, "has no SCIM URL"),
        ({"ssoConfig": {"scimUrl": "https://evil.example/api/scim/v2"}}, "evil.example"),
        (
            {"ssoConfig": {"scimUrl": "http://acme.britive-app.com/api/scim/v2"}},
            "must have the scheme",
        ),
        ({"userAttributeScimMappings": []}, "Status, Email, First Name, Last Name, Username"),
    ],
)
def test_set_up_unusable_provider_raises_before_write(
    tenant: SmallTenant, provider: dict[str, Any], rule: str
) -> None:
    tenant.add_provider("Okta", **provider)
    with admin(tenant) as britive:
        with pytest.raises(ConfigurationError, match=rule):
            britive.set_up_provisioning("Okta", custom_attributes=["costCode"])
    assert tenant.writes == []


@pytest.mark.parametrize("name", ["okta", "OKTA", "Ok ta"])
def test_set_up_similar_name_raises_with_hint(tenant: SmallTenant, name: str) -> None:
    tenant.add_provider("Okta")
    with admin(tenant) as britive:
        with pytest.raises(ConfigurationError, match="give 'Okta'"):
            britive.set_up_provisioning(name)
        assert tenant.writes == []
        britive.identity_providers.create(name)
        connection = britive.set_up_provisioning(name)
    assert connection.identity_provider.name == name, "an existing provider is set up"


def test_set_up_can_map_mandatory_attribute(tenant: SmallTenant) -> None:
    idp = tenant.add_provider("Okta")
    idp["userAttributeScimMappings"] = idp["userAttributeScimMappings"][1:]
    with admin(tenant) as britive:
        britive.set_up_provisioning("Okta", mappings={"Username": "userName"})
    assert tenant.get_mappings("Okta")["Username"] == "userName"


def test_set_up_token_for_provider_without_token_raises(tenant: SmallTenant) -> None:
    with admin(tenant) as britive:
        with pytest.raises(ConfigurationError, match="has none yet"):
            britive.set_up_provisioning("Okta", token="kept")
    assert tenant.writes == []


def test_set_up_read_only_client_writes_nothing(tenant: SmallTenant) -> None:
    with admin(tenant, read_only=True) as britive:
        with pytest.raises(ReadOnly):
            britive.set_up_provisioning("Okta")
    assert tenant.writes == []


# ------------------------------------------------------------------------------- undocumented responses


NO_TOKEN_RESPONSES: list[Callable[[], tuple[int, Any]]] = [
    lambda: (404, {"status": 404, "message": "no token"}),
    lambda: (404, None),
    lambda: (200, None),
    lambda: (204, None),
    lambda: (200, {}),
    lambda: (200, b"null"),
    lambda: (400, {"status": 400, "message": "no token", "errorCode": "G-0001"}),
]


@pytest.mark.parametrize("response", NO_TOKEN_RESPONSES)
def test_set_up_missing_token_response_creates_token(
    tenant: SmallTenant, response: Callable[[], tuple[int, Any]]
) -> None:
    idp = tenant.add_provider("Okta")
    tenant.replies[f"GET /api/identity-providers/{idp['id']}/scim-token"] = response()
    with admin(tenant) as britive:
        connection = britive.set_up_provisioning("Okta")
    assert connection.token_created is True


@pytest.mark.parametrize(
    ("response", "error"),
    [((400, {"errorCode": "G-0001"}), BadRequest), ((500, None), ServerError)],
)
def test_set_up_possible_token_is_never_replaced(
    tenant: SmallTenant, response: tuple[int, Any], error: type[Exception]
) -> None:
    idp = tenant.add_provider("Okta", apiToken={"id": "k1"})
    tenant.replies[f"GET /api/identity-providers/{idp['id']}/scim-token"] = response
    with admin(tenant) as britive:
        with pytest.raises(error):
            britive.set_up_provisioning("Okta")
    assert tenant.writes == []


@pytest.mark.parametrize(
    "response", [(404, None), (403, None), (400, None), (200, {"a": 1}), (200, [])]
)
def test_set_up_without_scim_attribute_list_succeeds(
    tenant: SmallTenant, response: tuple[int, Any]
) -> None:
    tenant.replies["GET /api/identity-providers/scim-attributes"] = response
    with admin(tenant) as britive:
        britive.set_up_provisioning("Okta", mappings={"Mobile": "nickname"})
    assert tenant.get_mappings("Okta")["Mobile"] == "nickname"


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ({"status": "Active"}, "its validity is unknown"),
        ({"tokenExpirationDays": 90, "status": "Inactive"}, "its status is Inactive"),
    ],
)
def test_set_up_unusual_token_is_unchanged_and_reported(
    tenant: SmallTenant, token: dict[str, Any], message: str
) -> None:
    idp = tenant.add_provider("Okta")
    tenant.tokens[idp["id"]] = token
    with admin(tenant) as britive:
        connection = britive.set_up_provisioning("Okta")
    assert connection.token_created is False
    assert connection.steps[-1].outcome == "unchanged"
    assert message in connection.steps[-1].detail


def test_set_up_token_without_secret_raises(tenant: SmallTenant) -> None:
    idp = tenant.add_provider("Okta")
    tenant.replies[f"POST /api/identity-providers/{idp['id']}/scim-token"] = (201, {"id": "k1"})
    with admin(tenant) as britive:
        with pytest.raises(UnexpectedResponse, match="create another token"):
            britive.set_up_provisioning("Okta")


def test_set_up_provider_on_other_host_gets_no_token(tenant: SmallTenant) -> None:
    base_url = "https://other.example"
    with AdminClient("acme", TOKEN, base_url=base_url, transport=tenant) as britive:
        with pytest.raises(ConfigurationError, match="no token is sent there") as caught:
            britive.set_up_provisioning("Okta")
    assert base_url in str(caught.value)
    assert HOST in str(caught.value)
    assert tenant.secrets == []


def test_set_up_token_string_becomes_secret(tenant: SmallTenant) -> None:
    with admin(tenant) as britive:
        first = britive.set_up_provisioning("Okta")
        assert first.token is not None
        stored = britive.set_up_provisioning("Okta", token=first.token.get_secret_value())
    assert isinstance(stored.token, SecretStr)


def test_set_up_keeps_other_mapping_of_attribute(tenant: SmallTenant) -> None:
    with admin(tenant) as britive:
        mappings = {"costCode": f"{CUSTOM}:costCode"}
        britive.set_up_provisioning("Okta", mappings=mappings, custom_attributes=["costCode"])
        again = britive.set_up_provisioning("Okta", custom_attributes=["costCode"])
    assert again.changed is False
    assert tenant.get_mappings("Okta")["costCode"] == f"{CUSTOM}:costCode"
    assert f"costCode from {CUSTOM}:costCode" in str(again)


def test_set_up_empty_create_response_is_looked_up(tenant: SmallTenant) -> None:
    def silent(request: Any) -> tuple[int, Any]:
        tenant.add_provider("Okta")
        return 200, {}

    tenant.replies["POST /api/identity-providers"] = silent
    with admin(tenant) as britive:
        connection = britive.set_up_provisioning("Okta")
    assert connection.identity_provider.id is not None
    assert connection.token_created is True


def test_set_up_lost_token_response_adds_note(tenant: SmallTenant) -> None:
    def cut(request: Any) -> tuple[int, Any]:
        raise ConnectionResetError

    okta = tenant.add_provider("Okta")
    tenant.replies[f"POST /api/identity-providers/{okta['id']}/scim-token"] = cut
    with admin(tenant) as britive:
        with pytest.raises(ConnectionFailed) as caught:
            britive.set_up_provisioning("Okta")
    assert caught.value.may_have_happened
    assert "create another one" in caught.value.__notes__[0]


def test_set_up_unsent_token_request_adds_no_note(tenant: SmallTenant) -> None:
    def refused(request: httpx.Request) -> tuple[int, Any]:
        raise httpx.ConnectError("no way", request=request)

    okta = tenant.add_provider("Okta")
    tenant.replies[f"POST /api/identity-providers/{okta['id']}/scim-token"] = refused
    with admin(tenant) as britive:
        with pytest.raises(ConnectionFailed) as caught:
            britive.set_up_provisioning("Okta")
    assert not hasattr(caught.value, "__notes__")


def test_set_up_uses_retry_and_timeout_of_call(tenant: SmallTenant) -> None:
    timeouts: set[float] = set()

    def respond(request: httpx.Request) -> httpx.Response:
        timeouts.add(request.extensions["timeout"]["read"])
        return tenant.handle_request(request)

    with AdminClient("acme", TOKEN, transport=FakeScimServer(respond)) as britive:
        britive.set_up_provisioning(
            "Okta", description="HR", mappings={"costCode": "title"}, custom_attributes=["costCode"],
            timeout=7,
        )  # fmt: skip
    assert timeouts == {7}
    tenant.replies["GET /api/users/attributes"] = (503, {})
    del tenant.sent[:]
    with admin(tenant, retry=RetryPolicy()) as britive:
        with pytest.raises(ServerError):
            britive.set_up_provisioning("Okta", retry=RetryPolicy.none())
    assert tenant.lines.count("GET /api/users/attributes") == 1


# ------------------------------------------------------------------------------- partial failures


def fail_set_up(tenant: SmallTenant, error: type[Exception]) -> BritiveScimError:
    with admin(tenant) as britive:
        with pytest.raises(error) as caught:
            britive.set_up_provisioning(
                "Okta", mappings={"Mobile": "nickName"}, custom_attributes=["costCode"]
            )
    assert type(caught.value) is error
    assert isinstance(caught.value, BritiveScimError)
    return caught.value


@pytest.mark.parametrize("again", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy])
def test_set_up_failure_lists_completed_steps(
    tenant: SmallTenant, again: Callable[[BritiveScimError], BritiveScimError]
) -> None:
    tenant.replies["POST /api/users/attributes"] = (403, None)
    error = again(fail_set_up(tenant, Forbidden))
    assert [(step.name, step.outcome) for step in error.steps] == [
        ("identity provider", "created"),
        ("SCIM provider", "unchanged"),
        ("SCIM URL", "unchanged"),
    ]
    assert len(error.__notes__) == 1
    assert "identity provider created (Okta, id " in error.__notes__[0]
    assert "SCIM provider" not in error.__notes__[0]
    assert "repeat the call" in error.__notes__[0]


def test_set_up_repeated_after_failure_continues(tenant: SmallTenant) -> None:
    tenant.replies["POST /api/users/attributes"] = (500, None)
    fail_set_up(tenant, ServerError)
    tenant.replies.clear()
    with admin(tenant) as britive:
        connection = britive.set_up_provisioning("Okta", custom_attributes=["costCode"])
    assert [step.name for step in connection.steps if step.is_change] == [
        "identity attribute",
        "mapping",
        "SCIM token",
    ]


def test_set_up_token_failure_note_lists_all_changes(tenant: SmallTenant) -> None:
    okta = tenant.add_provider("Okta")
    tenant.replies[f"POST /api/identity-providers/{okta['id']}/scim-token"] = (500, None)
    error = fail_set_up(tenant, ServerError)
    note = error.__notes__[-1]
    for words in ("identity attribute created (costCode)", "mapping changed (Mobile from nickName"):
        assert words in note
    assert not any(secret in note + repr(vars(error)) for secret in [TOKEN, *tenant.secrets])


def test_set_up_created_provider_not_found_adds_note(tenant: SmallTenant) -> None:
    tenant.replies["POST /api/identity-providers"] = (200, {"type": "SAML"})
    error = fail_set_up(tenant, NotFound)
    assert "identity provider created (Okta)" in error.__notes__[0]


def test_set_up_unreadable_creation_not_found_raises(
    tenant: SmallTenant,
) -> None:
    tenant.replies["POST /api/identity-providers"] = (200, {})
    error = fail_set_up(tenant, UnexpectedResponse)
    assert error.steps == ()


def test_set_up_failure_before_changes_has_no_note(tenant: SmallTenant) -> None:
    tenant.replies["GET /api/users/attributes"] = (403, None)
    error = fail_set_up(tenant, Forbidden)
    assert error.steps == ()
    assert not hasattr(error, "__notes__")


def test_set_up_interruption_lists_completed_steps(tenant: SmallTenant) -> None:
    class Interrupted(BaseException):
        pass

    def interrupted(request: Any) -> tuple[int, Any]:
        raise Interrupted

    tenant.replies["POST /api/users/attributes"] = interrupted
    with admin(tenant) as britive:
        with pytest.raises(Interrupted) as caught:
            britive.set_up_provisioning("Okta", custom_attributes=["costCode"])
    assert "identity provider created" in caught.value.__notes__[0]
