"""Third-party conformance suites against the served tenant: scim2-tester, scim2-client, scim-sanity.

The suites send HTTP, as to any server.
"""

import inspect
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from britive_scim.testing import Capabilities, Tenant
from support.tenant_callers import make_admin_caller

pytestmark = pytest.mark.proof

httpx2 = pytest.importorskip("httpx2")
engine = pytest.importorskip("scim2_client.engines.httpx2")
models = pytest.importorskip("scim2_models")
tester = pytest.importorskip("scim2_tester")
checkers = pytest.importorskip("scim2_tester.checkers")

CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"


@contextmanager
def serve_tenant(tenant: Tenant, provider: str) -> Iterator[Any]:
    """Serve the tenant and yield scim2-client with the token of an identity provider."""
    with tenant.serve():
        okta = tenant.identity_providers[provider]
        headers = {"Authorization": f"Bearer {okta.scim_token.get_secret_value()}"}
        with httpx2.Client(base_url=okta.scim_url, headers=headers) as http:
            yield engine.SyncSCIMClient(http)


def add_custom_attributes(tenant: Tenant) -> None:
    """Define custom attributes, so that the tenant has the extension to be tested."""
    admin = make_admin_caller(tenant)
    # no number: scim2-tester fills it with a string; no list: it expects an add to replace one
    for data_type in ("String", "Boolean"):
        name = f"my{data_type}"
        body = {"name": name, "description": "", "dataType": data_type, "multiValued": False}
        attribute = admin.post("/users/attributes", {**body, "identityTypes": ["User"]}).json()
        added = {"op": "add", "attributeId": attribute["id"], "attributeName": name}
        for provider in ("Okta", "Entra"):
            path = f"/identity-providers/{tenant.identity_providers[provider].id}"
            response = admin.patch(
                f"{path}/scim-attribute-mappings", [{**added, "scimAttributeName": name}]
            )
            assert response.status == 204


def list_checks() -> set[str]:
    """Return the names of all checks of scim2-tester.

    The check that it never runs requires a schema of a name other than that of RFC 7643 §8.7.2.
    """
    return {
        name
        for module in vars(checkers).values()
        if inspect.ismodule(module)
        for name, check in vars(module).items()
        if inspect.isfunction(check) and hasattr(check, "tags")
        if name != "core_schemas_validation"
    }


@pytest.mark.parametrize("provider", ["Okta", "Entra"])
@pytest.mark.parametrize("custom", [False, True], ids=["plain", "custom"])
def test_scim2_tester_runs_every_check_without_failure(provider: str, custom: bool) -> None:
    tenant = Tenant()
    if custom:
        add_custom_attributes(tenant)
    with serve_tenant(tenant, provider) as client:
        results = list(tester.check_server(client))
    wrong = [
        f"{one.status.name} {one.title} of {one.resource_type}: {one.reason}"
        for one in results
        if one.status.name != "SUCCESS"  # not even skipped
    ]
    assert not wrong
    assert {one.title for one in results} == list_checks()
    assert set(tester.get_all_available_tags()) - {"*"} <= {t for one in results for t in one.tags}
    patched = Counter(one.title for one in results if one.resource_type == "User")
    assert min(patched[f"check_{op}_attribute"] for op in ("add", "remove", "replace")) > 20
    assert custom == any("myString" in str(one.reason) for one in results)
    assert tenant.identity_providers[provider].users == []


@pytest.mark.parametrize("provider", ["Okta", "Entra"])
def test_scim2_client_operations_succeed(provider: str) -> None:
    tenant = Tenant()
    with serve_tenant(tenant, provider) as scim:
        scim.discover()
        user_class, group_class = scim.get_resource_model("User"), scim.get_resource_model("Group")
        user = scim.create(
            user_class(
                user_name="ada@example.com",
                active=True,
                name={"givenName": "Ada", "familyName": "Byron"},
                emails=[{"value": "ada@example.com", "type": "work"}],
            )
        )
        named = models.SearchRequest(filter='userName eq "ADA@example.com"')
        found = scim.query(user_class, query_parameters=named)
        assert [one.id for one in found.resources] == [user.id]
        begins = models.SearchRequest(filter='userName sw "ada"')
        assert scim.search(user_class, begins).total_results == 1

        def modify(model: Any, id_: str, **operation: Any) -> None:
            scim.modify(model, id_, models.PatchOp[model](operations=[operation]))

        modify(user_class, user.id, op="replace", path="title", value="T")
        user = scim.query(user_class, user.id)
        assert user.title == "T"
        user.title = None
        assert scim.replace(user).title is None
        group = scim.create(group_class(display_name="G", members=[{"value": user.id}]))
        assert [one.value for one in scim.query(group_class, group.id).members] == [user.id]
        modify(group_class, group.id, op="remove", path=f'members[value eq "{user.id}"]')
        assert scim.query(group_class, group.id).members is None
        scim.delete(group_class, group.id)
        scim.delete(user_class, user.id)
    assert tenant.identity_providers[provider].users == []
    assert tenant.identity_providers[provider].groups == []


SANITY = {
    # the suite adds a member with an unknown id: RFC 7644 neither requires nor forbids an error
    "Okta": Capabilities(members_must_exist=False),
    # and it accepts only 200 for a PATCH; Entra requires 204 and RFC 7644 allows both
    "Entra": Capabilities(members_must_exist=False, group_patch_body=True),
}
"""Identity provider -> the switches of the tenant that scim-sanity requires."""


def run_scim_sanity(tenant: Tenant, provider: str, *, profile: str | None = None) -> dict[str, Any]:
    """Return the report of scim-sanity on the served tenant."""
    runner = pytest.importorskip("scim_sanity.probe.runner")
    with tenant.serve():
        okta = tenant.identity_providers[provider]
        token = okta.scim_token.get_secret_value()
        report = runner.run_probe_api(okta.scim_url, token=token, strict=True, profile=profile)
    return dict(report)


def find_failures(report: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {
        one["name"]: (one["status"], one.get("message", ""))
        for one in report["results"]
        if one["status"] != "pass"
    }


AGENTS = {
    "Agent CRUD Lifecycle": ("skip", "Agent not supported by server"),
    "AgenticApplication CRUD Lifecycle": ("skip", "AgenticApplication not supported by server"),
    "Agent Rapid Lifecycle": ("skip", "Agent not supported or not in scope"),
}
"""Resources of a draft outside SCIM 2.0: the suite skips them where they are not offered."""


@pytest.mark.parametrize("profile", [None, "entra"])
@pytest.mark.parametrize("provider", SANITY)
def test_scim_sanity_reports_no_failure(provider: str, profile: str | None) -> None:
    tenant = Tenant(capabilities=SANITY[provider])
    report = run_scim_sanity(tenant, provider, profile=profile)
    assert find_failures(report) == AGENTS
    summary = report["summary"]
    assert (summary["passed"], summary["failed"], summary["errors"]) == (28, 0, 0)
    assert report["exit_code"] == 0
    assert tenant.identity_providers[provider].users == []  # the suite cleaned up


def test_scim_sanity_default_tenant_fails_only_for_switches() -> None:
    """With the defaults, the suite reports only what the switches provide."""
    add = "PATCH /Groups/{id} add member"
    okta = find_failures(run_scim_sanity(Tenant(), "Okta"))
    assert okta.keys() - AGENTS == {add}
    assert okta[add] == ("fail", "Expected 200, got 400")
    entra = find_failures(run_scim_sanity(Tenant(), "Entra"))
    assert entra.keys() - AGENTS == {add, "PATCH /Groups/{id}", "PATCH /Groups/{id} remove members"}
