"""The admin side judged by schemathesis, on the OpenAPI document that is made from our contract table.

The tenant is served; requests are made from the document, fitting ones and others, with ids of what is
there and of nothing. Whatever is asked: no 5xx, a status and a body that the document knows.
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
from sync.test_admin_every_method import house as furnished_house
from tenant.test_admin_fuzz import furnished

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
"""Texts that make sense, by the name of their member or parameter."""


def test_the_document_is_up_to_date() -> None:
    check = [sys.executable, str(ROOT / "tools/openapi.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_document_has_every_operation_of_the_table() -> None:
    there = {f"{verb.upper()} {path}" for path, item in DOCUMENT["paths"].items() for verb in item}
    assert there == set(OPERATIONS)
    ids = [one["operationId"] for item in DOCUMENT["paths"].values() for one in item.values()]
    assert len(set(ids)) == len(ids)


# ----------------------------------------------------------------------------- with schemathesis


def sensible(ids: dict[str, str]) -> dict[str, Any]:
    """Return the document with values that mean something where just any text would fit.

    Otherwise nearly every request would be about an id that nobody has.
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
                    known = ids["attributeId" if "/users/attributes/" in path else name]
                    if name == "targetUserId" and path.endswith(("/tokens", "/identity-provider")):
                        known = ids["robot"]
                    parameter["schema"] = {"enum": [known]}
            for content in one.get("requestBody", {}).get("content", {}).values():
                walk(content["schema"])
    return document


def ground() -> tuple[Tenant, Caller, dict[str, str]]:
    """Return a tenant with one of everything, its administrator, and what names there are for what."""
    tenant, admin, known = furnished()
    attribute, ana, robot, tag, token, okta = known[:6]
    designated = {"idpName": "Okta", "userId": robot}
    assert admin.post("/workload/scim-user/identity-provider", designated).status == 200
    of_robots = {"name": "job", "description": "", "dataType": "String", "multiValued": False}
    of_robots |= {"identityTypes": ["ServiceIdentity"]}
    job = admin.post("/users/attributes", of_robots).json()["id"]
    assigned = {"idpId": 1, "tokenDuration": 900}
    assigned |= {"mappingAttributes": [{"attrId": job, "values": ["x"]}]}
    assert admin.post(f"/workload/users/{robot}/identity-provider", assigned).status == 200
    ids = {"attributeId": attribute, "userId": ana, "targetUserId": ana, "robot": robot}
    ids |= {"tagId": tag, "userTagId": tag, "tokenId": token, "id": okta}
    return tenant, admin, {**ids, "idpId": "1", "factor": "TOTP", "idpName": "Okta"}


def operations(document: dict[str, Any]) -> dict[str, Any]:
    """Return the operations of a document as schemathesis reads them, by verb and path."""
    schemathesis = pytest.importorskip("schemathesis")
    read = [one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations()]
    return {one.label: one for one in read}


class Judge:
    """Sends the requests that schemathesis makes to a served tenant, and lets it judge the answers."""

    def __init__(self, url: str, tenant: Tenant, admin: Caller, ids: dict[str, str]) -> None:
        self.url, self.tenant, self.ids = url, tenant, ids
        self.headers = {"Authorization": admin.authorization}
        self.fresh = tenant.snapshot()
        self.session = pytest.importorskip("requests").Session()
        self.operations = operations(sensible(ids))
        self.mode = pytest.importorskip("schemathesis").GenerationMode
        general = pytest.importorskip("schemathesis.checks")
        special = pytest.importorskip("schemathesis.specs.openapi.checks")
        self.checks = [
            general.not_a_server_error,
            special.status_code_conformance,
            special.response_schema_conformance,
        ]

    def judge(self, described: Any, *, fitting: bool, examples: int) -> Counter[int]:
        """Try an operation with values that fit or do not; return how often it answered which status."""
        mode = self.mode.POSITIVE if fitting else self.mode.NEGATIVE
        seen: Counter[int] = Counter()

        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=described.as_strategy(generation_mode=mode))
        def run(case: Any) -> None:
            self.tenant.restore(self.fresh)
            answer = case.call(base_url=self.url, session=self.session, headers=self.headers)
            seen[answer.status_code] += 1
            empty = answer.status_code == 200 and not answer.content
            if not (empty and described.label in MAY_BE_EMPTY):
                case.validate_response(answer, checks=self.checks)

        run()
        return seen


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    tenant, admin, ids = ground()
    with tenant.serve() as server:
        judging = Judge(server.url, tenant, admin, ids)
        with judging.session:
            yield judging


BY_CHANCE_REFUSED = {
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
"""Operations whose rules no made-up body meets: their success is judged with what our client sends."""


@pytest.mark.proof
@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_answers_conform(judge: Judge, operation: str) -> None:
    described = judge.operations[operation]
    seen = judge.judge(described, fitting=True, examples=8)
    assert operation in BY_CHANCE_REFUSED or min(seen) < 300, seen
    if OPERATIONS[operation]["query"] or "body" in OPERATIONS[operation] or "{" in operation:
        judge.judge(described, fitting=False, examples=5)


house = furnished_house
"""The fixture of the client's own tests: a tenant with one of everything, and an admin client."""


@pytest.mark.proof
def test_what_our_client_is_answered_conforms(house: SampleTenant) -> None:
    """Every method of the admin client succeeds in a furnished tenant, as the document says."""
    described = operations(copy.deepcopy(DOCUMENT))
    before = house.tenant.snapshot()
    for row in OPERATION_CASES.values():
        made = row.call(house)
        _ = list(made) if isinstance(made, Pager) else made
        house.tenant.restore(before)
    house.britive.api_tokens.update(house.token, days=9)
    house.britive.access_requests.create_settings(SETTINGS)
    house.britive.access_requests.update_settings(SETTINGS)
    seen: set[str] = set()
    for exchange in house.tenant.requests:
        operation = find_operation(exchange)
        if operation is None or exchange.status is None or exchange.status >= 400:
            continue
        seen.add(operation)
        if exchange.response_body or operation not in MAY_BE_EMPTY:
            answer = httpx.Response(
                exchange.status,
                headers=dict(exchange.response_headers),
                content=exchange.response_body,
                request=httpx.Request(exchange.method, "https://acme.britive-app.com"),
            )
            answer.elapsed = timedelta(0)
            described[operation].validate_response(answer)
    assert seen >= BY_CHANCE_REFUSED - {"PATCH /api/user-tags", "PUT /api/token/{tokenId}"}


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
def test_the_judge_sees_what_is_wrong(
    judge: Judge, at: tuple[str, ...], value: Any, complaint: str
) -> None:
    document = sensible(judge.ids)
    part = document
    for name in at[:-1]:
        part = part[name]
    assert part.pop(at[-1])
    if value is not None:
        part[at[-1]] = value
    described = operations(document)["GET /api/user-tags/{userTagId}"]
    with pytest.raises(BaseException, match=complaint):
        judge.judge(described, fitting=True, examples=2)
