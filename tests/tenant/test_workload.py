"""Workload federation: the tenant accepts tokens of identity providers outside Britive."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from britive_scim import AdminClient, admin
from britive_scim.errors import ApiError, Unauthorized
from britive_scim.testing import Tenant
from support.tenant_callers import Caller, make_user

AUDIENCE = "https://acme.example"


@pytest.fixture
def britive(tenant: Tenant) -> Iterator[AdminClient]:
    with AdminClient("acme", tenant.api_token, transport=tenant.transport()) as client:
        yield client


@pytest.fixture
def robot(britive: AdminClient) -> admin.User:
    """Return a service identity whose tokens contain the `sub` claim `repo:acme/app`."""
    britive.identity_attributes.create("repository")
    attribute = next(a for a in britive.identity_attributes.list() if a.name == "repository")
    ci = britive.workload.identity_providers.create(
        admin.WorkloadProvider(
            name="ci",
            idp_type="OIDC",
            issuer_url="https://ci.example",
            allowed_audiences=[AUDIENCE, "other"],
            attributes_map=[admin.AttributeMap(idp_attr="sub", user_attr=attribute.id)],
            validation_window=30,
        )
    )
    identity = britive.service_identities.create("robot")
    britive.workload.assign(
        identity, ci, token_duration=900, values={"repository": ["repo:acme/app", "repo:acme/web"]}
    )
    return identity


def make_workload_client(tenant: Tenant, *claims: dict[str, Any], **more: Any) -> AdminClient:
    return AdminClient(
        "acme", tenant.issue_workload_token("ci", *claims, **more), transport=tenant.transport()
    )


def get_error_code(client: AdminClient) -> str | None:
    with pytest.raises(Unauthorized) as caught:
        client.identity_providers.list()
    return caught.value.error_code


def list_actors(britive: AdminClient, tenant: Tenant) -> list[dict[str, Any]]:
    """Return the actors of the audit log, latest first."""
    until = tenant.clock.now() + timedelta(seconds=1)
    return [event.actor or {} for event in britive.audit_logs.query(until=until)]


APP = {"sub": "repo:acme/app"}


def test_workload_token_calls_as_its_service_identity(
    tenant: Tenant, britive: AdminClient, robot: admin.User
) -> None:
    with make_workload_client(tenant, APP) as workload:
        workload.tags.create("Made by robot")
    assert tenant.requests[-1].request_headers["authorization"] == "WorkloadToken ***"
    actor = list_actors(britive, tenant)[0]
    assert (actor["username"], actor["type"]) == ("robot", "ServiceIdentity")
    assert actor["userId"] == robot.id
    with make_workload_client(tenant, {"sub": ["x", "repo:acme/web"]}) as workload:
        assert len(workload.identity_providers.list()) == 3


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": "repo:evil/app"},
        {"sub": None},
        {"aud": "somebody else", **APP},
        {"aud": None, **APP},
    ],
)
def test_workload_token_with_other_claims_is_rejected(
    tenant: Tenant, robot: admin.User, claims: dict[str, Any]
) -> None:
    assert get_error_code(make_workload_client(tenant, claims)) == "AU-0018"


@pytest.mark.usefixtures("robot")
def test_workload_token_modified_is_rejected(tenant: Tenant) -> None:
    good = tenant.issue_workload_token("ci", APP).get_secret_value()
    prefix, _, token = good.partition("::")
    head, payload, signature = token.split(".")
    other = Tenant()
    for wrong in (
        f"AWS::{token}",
        f"OIDC::{head}.{payload}x.{signature}",
        f"OIDC::{head}.{payload}.{signature[:-2]}",
        "OIDC::nonsense" + "x" * 60,
        "::" + "x" * 60,
        "OIDC::ü" + "x" * 60,
    ):
        response = tenant.respond("GET", "/api/users", {"Authorization": f"WorkloadToken {wrong}"})
        assert (response.status, response.json()["errorCode"]) == (401, "AU-0018")
    assert prefix == "OIDC"
    headers = {"Authorization": f"WorkloadToken {good}"}
    assert tenant.respond("GET", "/api/users", headers).status == 200
    assert other.respond("GET", "/api/users", headers).status == 401
    bearer = {"Authorization": f"Bearer {good}"}
    assert tenant.respond("GET", "/api/users", bearer).status == 401


@pytest.mark.usefixtures("robot")
def test_workload_token_expires_with_token_or_assignment(tenant: Tenant) -> None:
    short = make_workload_client(tenant, APP, lifetime=60)
    long = make_workload_client(tenant, APP, lifetime=36_000)
    tenant.clock.advance(89)
    assert short.identity_providers.list(), "within the validation window of 30 seconds"
    tenant.clock.advance(1)
    assert get_error_code(short) == "AU-0017"
    assert long.identity_providers.list()
    tenant.clock.advance(810)
    assert get_error_code(long) == "AU-0018", "the assignment allows 900 seconds"
    early = make_workload_client(tenant, APP)
    tenant.clock.advance(-31)
    assert get_error_code(early) == "AU-0017"


def test_workload_token_is_rejected_after_revocation(
    tenant: Tenant, britive: AdminClient, robot: admin.User
) -> None:
    workload = make_workload_client(tenant, APP)
    britive.service_identities.disable(robot)
    assert get_error_code(workload) == "AU-0004"
    britive.service_identities.enable(robot)
    assert workload.identity_providers.list()
    found = next(iter(britive.workload.identity_providers.list()))
    moved = found.model_copy(update={"issuer_url": "https://elsewhere.example"})
    britive.workload.identity_providers.replace(moved)
    assert get_error_code(workload) == "AU-0018"
    workload = make_workload_client(tenant, APP)
    assert workload.identity_providers.list()
    britive.workload.unassign(robot)
    assert get_error_code(workload) == "AU-0018"
    britive.workload.identity_providers.delete(found)
    assert get_error_code(workload) == "AU-0018"
    with pytest.raises(LookupError, match="'ci'"):
        tenant.issue_workload_token("ci")


@pytest.mark.usefixtures("robot")
def test_workload_token_matching_two_identities_is_rejected(
    tenant: Tenant, britive: AdminClient
) -> None:
    twin = britive.service_identities.create("twin")
    provider = next(iter(britive.workload.identity_providers.list()))
    britive.workload.assign(twin, provider, token_duration=60, values={"repository": APP["sub"]})
    assert get_error_code(make_workload_client(tenant, APP)) == "AU-0018"


def test_workload_token_of_scim_user_replaces_scim_token(
    tenant: Tenant, britive: AdminClient, robot: admin.User
) -> None:
    token = tenant.issue_workload_token("ci", APP).get_secret_value()
    robot_scim = Caller(tenant, "/api/scim/v2", f"WorkloadToken {token}")
    nobody = robot_scim.get("/Users")
    assert (nobody.status, nobody.json()["status"]) == (401, "401")
    britive.workload.scim_users.designate("Entra", robot)
    assert robot_scim.create_user("ada@example.com")
    assert [one["userName"] for one in tenant.identity_providers["Entra"].users] == [
        "ada@example.com"
    ]
    operation = {"method": "POST", "path": "/Users", "bulkId": "1", "data": make_user("bob@x.org")}
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [operation],
    }
    assert robot_scim.post("/Bulk", body).status == 200
    assert [actor["username"] for actor in list_actors(britive, tenant)[:2]] == ["robot", "robot"]
    britive.workload.scim_users.designate("Okta", robot)
    assert robot_scim.get("/Users").status == 401, "the identity provider is ambiguous"
    britive.workload.scim_users.remove("Entra")
    assert robot_scim.get("/Users").json()["totalResults"] == 0


def test_workload_token_is_valid_in_a_saved_tenant(
    tenant: Tenant, robot: admin.User, tmp_path: Any
) -> None:
    token = tenant.issue_workload_token("ci", APP)
    tenant.save(tmp_path / "tenant.json")
    other = Tenant()
    other.load_state(tmp_path / "tenant.json")
    with AdminClient("acme", token, transport=other.transport()) as workload:
        assert workload.users.get(robot).username == "robot"


def test_issue_workload_token_validates_provider_and_claims(
    tenant: Tenant, britive: AdminClient
) -> None:
    providers = britive.workload.identity_providers
    providers.create(
        admin.WorkloadProvider(
            name="mesh",
            idp_type="SPIFFE",
            trust_domain="acme.example",
            bundle_endpoint="https://acme.example/bundle",
            bundle_profile="https_web",
            attributes_map=[admin.AttributeMap(idp_attr="sub", user_attr="x")],
        )
    )
    with pytest.raises(ValueError, match="SPIFFE"):
        tenant.issue_workload_token("mesh")
    aws = providers.create(admin.WorkloadProvider(name="aws", idp_type="AWS", max_duration=1))
    with pytest.raises(ValueError, match="must not contain iss"):
        tenant.issue_workload_token("aws", {"iss": "x"})
    robot = britive.service_identities.create("robot")
    britive.workload.assign(robot, aws, token_duration=3600, values={})
    token = tenant.issue_workload_token("aws", {"account": "123456789012"})
    assert token.get_secret_value().startswith("AWS::")
    with AdminClient("acme", token, transport=tenant.transport()) as workload:
        assert workload.users.get(robot).username == "robot"
    with pytest.raises(ApiError):
        AdminClient("acme", token, transport=Tenant().transport()).users.get(robot)
