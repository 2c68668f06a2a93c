"""The tenant's answers to the admin API, compared with the table of the published API.

`tests/data/admin/operations.json` is our own extract of Britive's OpenAPI document. Each deviation is
listed here with its reason, and one that is none any more fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from britive_scim.testing import TenantExchange

OPERATIONS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data/admin/operations.json").read_text("utf-8")
)

TYPES = {"string": str, "integer": int, "boolean": bool, "object": dict, "map": dict}

NOT_PUBLISHED = {
    "/api/identity-providers/scim-attributes",
    "/api/identity-providers/signing-certificate",
    "/api/users/attributes/identity-types",
}
"""Paths that only the vendor's package knows, and that the table would take for a template."""

_TAG = r"GET /api/access/user-tags/(my-managed-tags: \.userTags\[\]|\{tagId\}: )"
_WORKLOAD = r"[A-Z]+ /api/workload/(identity-providers(/\{idpId\})?: (\[\])?|users/.*: \.idp)"

DEVIATIONS = {
    r"DELETE /api/token/\{tokenId\}: a body": "the vendor's package reads a text",
    r"DELETE /api/(user-tags|users|users/attributes)/\{\w+\}: no body": (
        "the vendor's package sees no content"
    ),
    r"POST /api/users/\{\w+\}/resetpassword: no body": "the vendor's package sees no content",
    r"PATCH .*/scim-attribute-mappings: (204|no body)": "the vendor's package sees no content",
    r".*(my-managed-tags|/api/users): \.(filter|sort) is left out": (
        "the examples of the older pages have count, page, size and data alone"
    ),
    _TAG + r"\.?(attributes|relationships|requestable) is added": (
        "read by the vendor's Terraform provider"
    ),
    r"GET /api/identity-providers:( is dict| no body|  is dict)": (
        "by name: the vendor's clients get one object, or nothing; a switch of the tenant"
    ),
    r"GET .*(/scim-token: |/token: \[\])\.token is left out": "shown when it is made, never again",
    r"GET /api/logs:  is list": "the document says object for every shape; the vendor's package reads a list",
    r"GET /api/logs/csv:  is str": "the document says object for every shape; this is text",
    r"(GET|POST) .*/attribute-criteria:  is list": (
        "the document says object for every shape; its other copy says array"
    ),
    r"GET /api/users/attributes:  is list": (
        "the document says object for every shape; the older pages have an array"
    ),
    r"POST /api/users/disabled-statuses:  is list": (
        "the document says object for every shape; the vendor's package reads an array"
    ),
    r"GET /api/user-tags/access-request-settings: no body": "nothing is set up yet",
    r"GET /api/users: \.\w+ is added": "one user by its username: the vendor's Terraform provider",
    r"GET /api/users: \.(count|data|page|size) is left out": (
        "one user by its username: the vendor's Terraform provider"
    ),
    r"GET /api/users: \.size is int": "a number in the examples of the older pages",
    r"GET /api/users: \.data\[\]\.description is added": "of service identities, as it was given",
    r"GET /api/users: \.data\[\]\.mappedAccounts is added": "asserted by tests of the vendor's package",
    r"GET /api/users: \.data\[\]\.adminRoles\[\]\.\w+ is left out": "their values are not published",
    r"GET /api/users: \.data\[\]\.identityProvider\..*": (
        "the document refers to the schema of workload providers, which has the same name"
    ),
    r"GET /api/users: \.data\[\]\.userTags\[\]\..*": (
        "the document has an internal schema here; the tag is shown as elsewhere"
    ),
    _WORKLOAD + r"\.\w+ is left out": "of other types of provider, or not given",
    _WORKLOAD
    + r"\.(allowedAudiences|issuerUrl) is added": "the document has the common fields alone",
    r"POST .*/access-request-settings: \.notificationMediums\[\]\.\w+ is left out": "not given",
}
"""Where answers are not as published -> why."""


def operation_of(exchange: TenantExchange) -> str | None:
    """Return the published operation that was asked for, literal paths before templates."""

    def fits(operation: str) -> bool:
        method, _, template = operation.partition(" ")
        pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
        return method == exchange.method and re.fullmatch(pattern, exchange.path) is not None

    if exchange.path in NOT_PUBLISHED:
        return None
    known = sorted(OPERATIONS, key=lambda one: one.count("{"))
    return next((operation for operation in known if fits(operation)), None)


def deviations(exchange: TenantExchange) -> Iterator[str]:
    """Yield where a successful answer is not as published."""
    operation = operation_of(exchange)
    if operation is None or exchange.status is None or exchange.status >= 400:
        return
    answers = OPERATIONS[operation]["answers"]
    kind = answers.get(str(exchange.status))
    if str(exchange.status) not in answers:
        yield f"{operation}: {exchange.status}"
        kind = next(kind for status, kind in answers.items() if status < "400")
    try:
        value = json.loads(exchange.response_body) if exchange.response_body else None
    except ValueError:
        value = exchange.response_body.decode()
    if value is None and kind is not None:
        yield f"{operation}: no body"
    elif kind is None and value is not None:
        yield f"{operation}: a body"
    elif kind is not None:
        yield from (f"{operation}: {misfit}" for misfit in misfits(value, kind, ""))


def misfits(value: Any, kind: Any, where: str) -> Iterator[str]:
    """Yield the places where a value does not have its published name or type; null is every type."""
    if value is None:
        return
    if isinstance(kind, dict) and isinstance(value, dict):
        for name in kind.keys() - value.keys():
            yield f"{where}.{name} is left out"
        for name, inner in value.items():
            if name in kind:
                yield from misfits(inner, kind[name], f"{where}.{name}")
            else:
                yield f"{where}.{name} is added"
    elif isinstance(kind, list) and isinstance(value, list):
        for item in value:
            yield from misfits(item, kind[0], f"{where}[]")
    elif not isinstance(kind, str) or type(value) is not TYPES[kind]:
        yield f"{where} is {type(value).__name__}"
