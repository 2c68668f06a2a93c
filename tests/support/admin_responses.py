"""Comparison of the tenant's responses to admin requests with the published API.

`tests/data/admin/operations.json` is our own extract of Britive's OpenAPI document. Each deviation is listed
here with its reason; an entry that no longer occurs fails a test.
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
"""Paths used only by the vendor's package, which would match a published template."""

_TAG = r"GET /api/access/user-tags/(my-managed-tags: \.userTags\[\]|\{tagId\}: )"
_WORKLOAD = r"[A-Z]+ /api/workload/(identity-providers(/\{idpId\})?: (\[\])?|users/.*: \.idp)"

KNOWN_DEVIATIONS = {
    r"DELETE /api/token/\{tokenId\}: a body": "the vendor's package reads a string",
    r"DELETE /api/(user-tags|users|users/attributes)/\{\w+\}: no body": (
        "the vendor's package expects no content"
    ),
    r"POST /api/users/\{\w+\}/resetpassword: no body": "the vendor's package expects no content",
    r"PATCH .*/scim-attribute-mappings: (204|no body)": "the vendor's package expects no content",
    r".*(my-managed-tags|/api/users): \.(filter|sort) is left out": (
        "the examples of the older pages have count, page, size and data alone"
    ),
    _TAG + r"\.?(attributes|relationships|requestable) is added": (
        "read by the vendor's Terraform provider"
    ),
    r"GET /api/identity-providers:( is dict| no body|  is dict)": (
        "by name: the vendor's clients get one object, or nothing; a switch of the tenant"
    ),
    r"GET .*(/scim-token: |/token: \[\])\.token is left out": "only in the response that creates it",
    r"GET /api/logs:  is list": "the document says object for every shape; the vendor's package reads a list",
    r"GET /api/logs/csv:  is str": "the document says object for every shape; the response is text",
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
    r"GET /api/users: \.data\[\]\.description is added": "of service identities, unchanged",
    r"GET /api/users: \.data\[\]\.mappedAccounts is added": "asserted by tests of the vendor's package",
    r"GET /api/users: \.data\[\]\.adminRoles\[\]\.\w+ is left out": "their values are not published",
    r"GET /api/users: \.data\[\]\.identityProvider\..*": (
        "the document refers to the schema of workload providers, which has the same name"
    ),
    r"GET /api/users: \.data\[\]\.userTags\[\]\..*": (
        "the document has an internal schema here; the tag has its usual fields"
    ),
    _WORKLOAD + r"\.\w+ is left out": "of other types of provider, or not set",
    _WORKLOAD
    + r"\.(allowedAudiences|issuerUrl) is added": "the document has the common fields alone",
    r"POST .*/access-request-settings: \.notificationMediums\[\]\.\w+ is left out": "not set",
}
"""Pattern of a deviation -> reason."""


def find_operation(exchange: TenantExchange) -> str | None:
    """Return the published operation of a request; literal paths come before templates."""

    def matches(operation: str) -> bool:
        method, _, template = operation.partition(" ")
        pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
        return method == exchange.method and re.fullmatch(pattern, exchange.path) is not None

    if exchange.path in NOT_PUBLISHED:
        return None
    candidates = sorted(OPERATIONS, key=lambda operation: operation.count("{"))
    return next((operation for operation in candidates if matches(operation)), None)


def find_deviations(exchange: TenantExchange) -> Iterator[str]:
    """Yield the deviations of a successful response from the published operation."""
    operation = find_operation(exchange)
    if operation is None or exchange.status is None or exchange.status >= 400:
        return
    responses = OPERATIONS[operation]["answers"]
    shape = responses.get(str(exchange.status))
    if str(exchange.status) not in responses:
        yield f"{operation}: {exchange.status}"
        shape = next(shape for status, shape in responses.items() if status < "400")
    try:
        value = json.loads(exchange.response_body) if exchange.response_body else None
    except ValueError:
        value = exchange.response_body.decode()
    if value is None and shape is not None:
        yield f"{operation}: no body"
    elif shape is None and value is not None:
        yield f"{operation}: a body"
    elif shape is not None:
        yield from (f"{operation}: {mismatch}" for mismatch in find_mismatches(value, shape, ""))


def find_mismatches(value: Any, shape: Any, path: str) -> Iterator[str]:
    """Yield the paths at which a value has another name or type than published; null has every type."""
    if value is None:
        return
    if isinstance(shape, dict) and isinstance(value, dict):
        for name in shape.keys() - value.keys():
            yield f"{path}.{name} is left out"
        for name, inner in value.items():
            if name in shape:
                yield from find_mismatches(inner, shape[name], f"{path}.{name}")
            else:
                yield f"{path}.{name} is added"
    elif isinstance(shape, list) and isinstance(value, list):
        for item in value:
            yield from find_mismatches(item, shape[0], f"{path}[]")
    elif not isinstance(shape, str) or type(value) is not TYPES[shape]:
        yield f"{path} is {type(value).__name__}"
