"""Contract tests of the admin API by schemathesis, from the OpenAPI document of the operation table.

The tenant is served over HTTP. Valid and invalid requests use known and unknown ids. Every response
has no 5xx status, and a status and a body that the document defines.
"""

from __future__ import annotations

import copy
import runpy
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from britive_scim.sync.pager import Pager
from britive_scim.testing import Tenant
from support.admin_operations import OPERATION_CASES, SETTINGS, SampleTenant
from support.admin_responses import OPERATIONS, find_operation
from support.tenant_callers import Caller
from sync.test_admin_every_method import sample as furnished_sample
from tenant.test_admin_fuzz import make_tenant

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT: dict[str, Any] = runpy.run_path(str(ROOT / "tools/openapi.py"))["build_document"]()
MAY_BE_EMPTY = {
    f"{method.upper()} {path}"
    for path, item in DOCUMENT["paths"].items()
    for method, one in item.items()
    if "may be empty" in one["responses"].get("200", {}).get("description", "")
}

WORDS = {
    "op": ["add", "remove"],
    "operator": ["is", "contains"],
    "dataType": ["String", "Number", "Boolean", "Date"],
    "idpType": ["AWS", "OIDC", "SPIFFE"],
    "scimProvider": ["Generic", "Azure"],
    "attributeName": ["team", "Email"],
    "scimAttributeName": ["title", "team"],
    "filter": ['name co "a"', 'status eq "active"', 'username eq "ana"', "available", "assigned"],
    "sort": ["name,desc", "name,asc"],
    "page": ["0", "1"],
    "size": ["1", "20"],
    "includeTags": ["true"],
    "type": ["SAML", "User"],
    "status": ["active", "Active", "inactive"],
}
"""Valid strings, by the name of their member or parameter."""


def test_openapi_document_is_up_to_date() -> None:
    check = [sys.executable, str(ROOT / "tools/openapi.py"), "--check"]
    result = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_openapi_document_lists_every_operation() -> None:
    documented = {
        f"{verb.upper()} {path}" for path, item in DOCUMENT["paths"].items() for verb in item
    }
    assert documented == set(OPERATIONS)
    ids = [one["operationId"] for item in DOCUMENT["paths"].values() for one in item.values()]
    assert len(set(ids)) == len(ids)


# ----------------------------------------------------------------------------- with schemathesis


def with_known_values(ids: dict[str, str]) -> dict[str, Any]:
    """Return the document with known values in place of arbitrary strings.

    Otherwise nearly every request would use an unknown id.
    """
    document = copy.deepcopy(DOCUMENT)

    def walk(schema: dict[str, Any]) -> None:
        for name, inner in schema.get("properties", {}).items():
            walk(inner)
            if name in WORDS or name in ids:
                schema["properties"][name] = {"enum": WORDS.get(name) or [ids[name]]}
        if "items" in schema:
            walk(schema["items"])

    for path, item in document["paths"].items():
        for one in item.values():
            for parameter in one.get("parameters", ()):
                name = parameter["name"]
                if parameter["in"] == "query" and name in WORDS:
                    parameter["schema"] = {"enum": WORDS[name]}
                if parameter["in"] == "path":
                    known_ids = ids["attributeId" if "/users/attributes/" in path else name]
                    if name == "targetUserId" and path.endswith(("/tokens", "/identity-provider")):
                        known_ids = ids["robot"]
                    parameter["schema"] = {"enum": [known_ids]}
            for content in one.get("requestBody", {}).get("content", {}).values():
                walk(content["schema"])
    return document


def make_contract_tenant() -> tuple[Tenant, Caller, dict[str, str]]:
    """Return a tenant with one object of each type, its administrator, and the ids by parameter name."""
    tenant, admin, known_ids = make_tenant()
    attribute, ana, robot, tag, token, okta = known_ids[:6]
    designated = {"idpName": "Okta", "userId": robot}
    assert admin.post("/workload/scim-user/identity-provider", designated).status == 200
    job_attribute = {"name": "job", "description": "", "dataType": "String", "multiValued": False}
    job_attribute |= {"identityTypes": ["ServiceIdentity"]}
    job = admin.post("/users/attributes", job_attribute).json()["id"]
    assigned = {"idpId": 1, "tokenDuration": 900}
    assigned |= {"mappingAttributes": [{"attrId": job, "values": ["x"]}]}
    assert admin.post(f"/workload/users/{robot}/identity-provider", assigned).status == 200
    ids = {"attributeId": attribute, "userId": ana, "targetUserId": ana, "robot": robot}
    ids |= {"tagId": tag, "userTagId": tag, "tokenId": token, "id": okta}
    return tenant, admin, {**ids, "idpId": "1", "factor": "TOTP", "idpName": "Okta"}


def load_operations(document: dict[str, Any]) -> dict[str, Any]:
    """Return the operations of a document as schemathesis reads them, by method and path."""
    schemathesis = pytest.importorskip("schemathesis")
    read = [one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations()]
    return {one.label: one for one in read}


class ContractChecker:
    """Sender of the requests that schemathesis generates, with its checks of the responses."""

    def __init__(self, url: str, tenant: Tenant, admin: Caller, ids: dict[str, str]) -> None:
        self.url, self.tenant, self.ids = url, tenant, ids
        self.headers = {"Authorization": admin.authorization}
        self.fresh = tenant.snapshot()
        self.session = pytest.importorskip("requests").Session()
        self.operations = load_operations(with_known_values(ids))
        self.mode = pytest.importorskip("schemathesis").GenerationMode
        general = pytest.importorskip("schemathesis.checks")
        special = pytest.importorskip("schemathesis.specs.openapi.checks")
        self.checks = [
            general.not_a_server_error,
            special.status_code_conformance,
            special.response_schema_conformance,
        ]

    def check_operation(
        self, operation_schema: Any, *, is_valid: bool, examples: int
    ) -> Counter[int]:
        """Send generated requests for an operation; return the number of responses by status."""
        mode = self.mode.POSITIVE if is_valid else self.mode.NEGATIVE
        seen: Counter[int] = Counter()

        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation_schema.as_strategy(generation_mode=mode))
        def run(case: Any) -> None:
            self.tenant.restore(self.fresh)
            response = case.call(base_url=self.url, session=self.session, headers=self.headers)
            seen[response.status_code] += 1
            empty = response.status_code == 200 and not response.content
            if not (empty and operation_schema.label in MAY_BE_EMPTY):
                case.validate_response(response, checks=self.checks)

        run()
        return seen


@pytest.fixture(scope="module")
def checker() -> Iterator[ContractChecker]:
    tenant, admin, ids = make_contract_tenant()
    with tenant.serve() as server:
        instance = ContractChecker(server.url, tenant, admin, ids)
        with instance.session:
            yield instance


NEVER_VALID = {
    "PATCH /api/identity-providers/{id}/mfa",
    "PATCH /api/identity-providers/{id}/scim-token",
    "PATCH /api/token/{tokenId}",
    "PATCH /api/user-tags",
    "PATCH /api/users/{targetUserId}/tokens",
    "POST /api/user-tags",
    "POST /api/user-tags/access-request-settings",
    "POST /api/users",
    "POST /api/users/attributes",
    "POST /api/users/{targetUserId}/resetpassword",
    "POST /api/users/{targetUserId}/tokens",
    "POST /api/workload/identity-providers",
    "POST /api/workload/scim-user/identity-provider",
    "POST /api/workload/users/{targetUserId}/identity-provider",
    "PUT /api/token/{tokenId}",
    "PUT /api/workload/identity-providers",
}
"""Operations whose rules no generated body meets: the client's own requests cover their success."""


@pytest.mark.proof
@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_generated_request_response_conforms(checker: ContractChecker, operation: str) -> None:
    operation_schema = checker.operations[operation]
    seen = checker.check_operation(operation_schema, is_valid=True, examples=8)
    assert operation in NEVER_VALID or min(seen) < 300, seen
    if OPERATIONS[operation]["query"] or "body" in OPERATIONS[operation] or "{" in operation:
        checker.check_operation(operation_schema, is_valid=False, examples=5)


sample = furnished_sample
"""Fixture of the client's own tests: a tenant with one object of each type, and an admin client."""


@pytest.mark.proof
def test_admin_client_response_conforms(sample: SampleTenant) -> None:
    """Every method of the admin client succeeds on a populated tenant and conforms to the document."""
    operation_schema = load_operations(copy.deepcopy(DOCUMENT))
    before = sample.tenant.snapshot()
    for row in OPERATION_CASES.values():
        created = row.call(sample)
        _ = list(created) if isinstance(created, Pager) else created
        sample.tenant.restore(before)
    sample.britive.api_tokens.update(sample.token, days=9)
    sample.britive.access_requests.create_settings(SETTINGS)
    sample.britive.access_requests.update_settings(SETTINGS)
    seen: set[str] = set()
    for exchange in sample.tenant.requests:
        operation = find_operation(exchange)
        if operation is None or exchange.status is None or exchange.status >= 400:
            continue
        seen.add(operation)
        if exchange.response_body or operation not in MAY_BE_EMPTY:
            response = httpx.Response(
                exchange.status,
                headers=dict(exchange.response_headers),
                content=exchange.response_body,
                request=httpx.Request(exchange.method, "https://acme.britive-app.com"),
            )
            response.elapsed = timedelta(0)
            operation_schema[operation].validate_response(response)
    assert seen >= NEVER_VALID - {"PATCH /api/user-tags", "PUT /api/token/{tokenId}"}


@pytest.mark.proof
@pytest.mark.parametrize(
    ("at", "value", "complaint"),
    [
        (
            ("components", "schemas", "Tag", "properties", "userCount", "type"),
            "string",
            "userCount",
        ),
        (("components", "schemas", "Tag", "properties", "userCount"), None, "userCount"),
        (("paths", "/api/user-tags/{userTagId}", "get", "responses", "200"), None, "Undocumented"),
    ],
    ids=["another type", "fewer members", "another status"],
)
def test_changed_document_fails_conformance(
    checker: ContractChecker, at: tuple[str, ...], value: Any, complaint: str
) -> None:
    document = with_known_values(checker.ids)
    part = document
    for name in at[:-1]:
        part = part[name]
    assert part.pop(at[-1])
    if value is not None:
        part[at[-1]] = value
    operation_schema = load_operations(document)["GET /api/user-tags/{userTagId}"]
    with pytest.raises(BaseException, match=complaint):
        checker.check_operation(operation_schema, is_valid=True, examples=2)
