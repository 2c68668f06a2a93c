"""The served tenant judged by suites nobody here wrote: scim2-tester, scim2-client, scim-sanity.

All of them come over HTTP, as they would to any server.
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
def served(tenant: Tenant, provider: str) -> Iterator[Any]:
    """Serve the tenant and yield scim2-client, with the token of an identity provider."""
    with tenant.serve():
        okta = tenant.identity_providers[provider]
        headers = {"Authorization": f"Bearer {okta.scim_token.get_secret_value()}"}
        with httpx2.Client(base_url=okta.scim_url, headers=headers) as http:
            yield engine.SyncSCIMClient(http)


def add_custom_attributes(tenant: Tenant) -> None:
    """Let the tenant have custom attributes, so that its extension is there to be tested."""
    admin = make_admin_caller(tenant)
    # no number: scim2-tester fills that with text; no list: it wants an add to replace one
    for kind in ("String", "Boolean"):
        name = f"my{kind}"
        body = {"name": name, "description": "", "dataType": kind, "multiValued": False}
        made = admin.post("/users/attributes", {**body, "identityTypes": ["User"]}).json()
        added = {"op": "add", "attributeId": made["id"], "attributeName": name}
        for provider in ("Okta", "Entra"):
            path = f"/identity-providers/{tenant.identity_providers[provider].id}"
            done = admin.patch(
                f"{path}/scim-attribute-mappings", [{**added, "scimAttributeName": name}]
            )
            assert done.status == 204


def battery() -> set[str]:
    """Return the names of all checks that scim2-tester runs.

    One that it has and never runs wants a schema of a name that RFC 7643 §8.7.2 does not give it.
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
def test_scim2_tester_runs_every_check_and_finds_nothing_wrong(provider: str, custom: bool) -> None:
    tenant = Tenant()
    if custom:
        add_custom_attributes(tenant)
    with served(tenant, provider) as client:
        results = list(tester.check_server(client))
    wrong = [
        f"{one.status.name} {one.title} of {one.resource_type}: {one.reason}"
        for one in results
        if one.status.name != "SUCCESS"  # not even skipped
    ]
    assert not wrong
    assert {one.title for one in results} == battery()
    assert set(tester.get_all_available_tags()) - {"*"} <= {t for one in results for t in one.tags}
    patched = Counter(one.title for one in results if one.resource_type == "User")
    assert min(patched[f"check_{op}_attribute"] for op in ("add", "remove", "replace")) > 20
    assert custom == any("myString" in str(one.reason) for one in results)
    assert tenant.identity_providers[provider].users == []


@pytest.mark.parametrize("provider", ["Okta", "Entra"])
def test_scim2_client_does_its_work(provider: str) -> None:
    tenant = Tenant()
    with served(tenant, provider) as scim:
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

        def change(kind: Any, id_: str, **operation: Any) -> None:
            scim.modify(kind, id_, models.PatchOp[kind](operations=[operation]))

        change(user_class, user.id, op="replace", path="title", value="T")
        user = scim.query(user_class, user.id)
        assert user.title == "T"
        user.title = None
        assert scim.replace(user).title is None
        group = scim.create(group_class(display_name="G", members=[{"value": user.id}]))
        assert [one.value for one in scim.query(group_class, group.id).members] == [user.id]
        change(group_class, group.id, op="remove", path=f'members[value eq "{user.id}"]')
        assert scim.query(group_class, group.id).members is None
        scim.delete(group_class, group.id)
        scim.delete(user_class, user.id)
    assert tenant.identity_providers[provider].users == []
    assert tenant.identity_providers[provider].groups == []


SANITY = {
    # the suite adds a member of an id that nobody has: RFC 7644 neither wants nor forbids a refusal
    "Okta": Capabilities(members_must_exist=False),
    # and it takes nothing but 200 for a PATCH, where Entra asks for 204 and RFC 7644 allows both
    "Entra": Capabilities(members_must_exist=False, group_patch_body=True),
}
"""Identity provider -> what the tenant must be able to do to please scim-sanity."""


def probe(tenant: Tenant, provider: str, *, profile: str | None = None) -> dict[str, Any]:
    """Return the report of scim-sanity about the served tenant."""
    runner = pytest.importorskip("scim_sanity.probe.runner")
    with tenant.serve():
        okta = tenant.identity_providers[provider]
        token = okta.scim_token.get_secret_value()
        report = runner.run_probe_api(okta.scim_url, token=token, strict=True, profile=profile)
    return dict(report)


def not_passed(report: dict[str, Any]) -> dict[str, tuple[str, str]]:
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
"""Resources of a draft that is no part of SCIM 2.0: the suite leaves them out where they are not offered."""


@pytest.mark.parametrize("profile", [None, "entra"])
@pytest.mark.parametrize("provider", SANITY)
def test_scim_sanity_finds_nothing_wrong(provider: str, profile: str | None) -> None:
    tenant = Tenant(capabilities=SANITY[provider])
    report = probe(tenant, provider, profile=profile)
    assert not_passed(report) == AGENTS
    summary = report["summary"]
    assert (summary["passed"], summary["failed"], summary["errors"]) == (28, 0, 0)
    assert report["exit_code"] == 0
    assert tenant.identity_providers[provider].users == []  # it cleaned up


def test_scim_sanity_wants_no_more_than_those_switches() -> None:
    """With everything as it is by default, it misses what the switches are there for, and nothing else."""
    add = "PATCH /Groups/{id} add member"
    okta = not_passed(probe(Tenant(), "Okta"))
    assert okta.keys() - AGENTS == {add}
    assert okta[add] == ("fail", "Expected 200, got 400")
    entra = not_passed(probe(Tenant(), "Entra"))
    assert entra.keys() - AGENTS == {add, "PATCH /Groups/{id}", "PATCH /Groups/{id} remove members"}
