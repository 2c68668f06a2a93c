"""Build the OpenAPI 3.0 document of the admin API, as the emulated tenant implements it.

    python tools/openapi.py             print the document
    python tools/openapi.py --update    write its checksum to tests/data/admin/openapi.sha256
    python tools/openapi.py --check     exit 1 if the checksum is stale

The document is not committed: `tools/mkdocs_hooks.py` writes it into the built documentation. The checksum
is, so that a change of the document does not pass unnoticed.

Sources: `tests/data/admin/operations.json`, an extract of what Britive publishes, and the tables below for
responses of another shape (`tests/support/admin_responses.py` says why they differ). Code generators read the
document; the proof tier lets schemathesis validate the tenant against it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests/data/admin/operations.json"
CHECKSUM = ROOT / "tests/data/admin/openapi.sha256"

Shape = Any
"""Notation of a JSON type: a type name, `{member: shape}`, `[shape]`, or `None` for no body.

`(shape, shape)` allows either.
"""

OPERATIONS: dict[str, dict[str, Any]] = json.loads(TABLE.read_text("utf-8"))


def get_published_shape(operation: str, status: str = "200") -> Shape:
    return OPERATIONS[operation]["answers"][status]


OBJECT = "object"
OWNER = {
    "relatedEntityId": "string",
    "relatedEntityName": "string",
    "relatedEntityType": "string",
}
TAG = {
    **get_published_shape("GET /api/access/user-tags/{tagId}"),
    "attributes": [OBJECT],
    "relationships": {"owners": [OWNER]},
    "requestable": "boolean",
}
USER = {
    **get_published_shape("GET /api/users")["data"][0],
    "description": "string",
    "identityProvider": OBJECT,
    "mappedAccounts": [OBJECT],
    "userTags": [TAG],
}
USER_SUMMARY = get_published_shape("GET /api/access/user-tags/{userTagId}/members")[0]
RULES = get_published_shape("GET /api/access/user-tags/{tagId}/attribute-criteria")
ATTRIBUTE = get_published_shape("GET /api/access/users/attributes")[0]
TOKEN = get_published_shape("GET /api/token")[0]
PROVIDER = {**get_published_shape("GET /api/identity-providers/{id}"), "apiToken": OBJECT}
WORKLOAD_PROVIDER = get_published_shape("GET /api/workload/identity-providers")[0]
WORKLOAD_ASSIGNMENT = {
    **get_published_shape("GET /api/workload/users/{targetUserId}/identity-provider"),
    "idp": WORKLOAD_PROVIDER,
}


def build_page_shape(entry: Shape, list_key: str = "data") -> Shape:
    return {"count": "integer", "page": "integer", "size": "integer", list_key: [entry]}


USER_PAGE = build_page_shape(USER)

NAMED_SHAPES = {
    "Attribute": ATTRIBUTE,
    "IdentityProvider": PROVIDER,
    "Member": USER_SUMMARY,
    "Rule": RULES[0],
    "Tag": TAG,
    "Token": TOKEN,
    "User": USER,
    "UserSummary": get_published_shape("GET /api/access/user-tags/{tagId}/users")["users"][0],
    "WorkloadProvider": WORKLOAD_PROVIDER,
}
"""Shapes used several times -> their names in `components.schemas`."""

RESPONSE_OVERRIDES: dict[str, Shape] = {
    "DELETE /api/token/{tokenId}": "text",
    "DELETE /api/user-tags/{userTagId}": None,
    "DELETE /api/users/attributes/{id}": None,
    "DELETE /api/users/{targetUserId}": None,
    "GET /api/access/user-tags/my-managed-tags": ([TAG], build_page_shape(TAG, "userTags")),
    "GET /api/access/user-tags/{tagId}": TAG,
    "GET /api/access/users/{userId}/subordinates": build_page_shape(USER_SUMMARY),
    "GET /api/identity-providers": ([PROVIDER], PROVIDER),
    "GET /api/identity-providers/{id}": PROVIDER,
    "GET /api/logs": [OBJECT],
    "GET /api/logs/csv": "text",
    "GET /api/token/{tokenId}": TOKEN,
    "GET /api/user-tags": ([TAG], build_page_shape(TAG)),
    "GET /api/user-tags/{userTagId}": TAG,
    "GET /api/user-tags/{userTagId}/attribute-criteria": RULES,
    "GET /api/user-tags/{userTagId}/matched-users": USER_PAGE,
    "GET /api/user-tags/{userTagId}/users": (USER_PAGE, [USER]),
    "GET /api/user-tags/{userTagId}/users/{userId}": USER,
    "GET /api/users": (USER_PAGE, USER),
    "GET /api/users/attributes": [ATTRIBUTE],
    "GET /api/users/attributes/{id}": ATTRIBUTE,
    "GET /api/users/{targetUserId}": USER,
    "GET /api/users/{targetUserId}/tokens": TOKEN,
    "GET /api/workload/users/{targetUserId}/identity-provider": WORKLOAD_ASSIGNMENT,
    "PATCH /api/identity-providers/{id}/scim-attribute-mappings": None,
    "POST /api/identity-providers": PROVIDER,
    "PATCH /api/user-tags": TAG,
    "PATCH /api/user-tags/{userTagId}": TAG,
    "POST /api/user-tags": TAG,
    "POST /api/user-tags/tag-attributes/matched-users": USER_PAGE,
    "POST /api/user-tags/{userTagId}/attribute-criteria": RULES,
    "POST /api/user-tags/{userTagId}/disabled-statuses": TAG,
    "POST /api/user-tags/{userTagId}/enabled-statuses": TAG,
    "POST /api/user-tags/{userTagId}/users/{userId}": USER,
    "POST /api/users": USER,
    "POST /api/users/attributes": ATTRIBUTE,
    "POST /api/users/disabled-statuses": [USER],
    "POST /api/users/{targetUserId}/disabled-statuses": USER,
    "POST /api/users/{targetUserId}/enabled-statuses": USER,
    "POST /api/users/{targetUserId}/resetpassword": None,
    "POST /api/users/{targetUserId}/tokens": TOKEN,
    "POST /api/workload/users/{targetUserId}/identity-provider": WORKLOAD_ASSIGNMENT,
}
"""Operation -> response shape, where the published one differs or is a bare `object`."""

STATUS_OVERRIDES = {"PATCH /api/identity-providers/{id}/scim-attribute-mappings": "204"}
"""Operation -> status of success, where the published one differs."""

MAY_BE_EMPTY = {
    "GET /api/banner": "no banner is set",
    "GET /api/identity-providers": "by name: the identity provider does not exist",
    "GET /api/user-tags/access-request-settings": "no settings exist",
    "GET /api/user-tags/{userTagId}/users/{userId}": "the user is not a member",
    "GET /api/users": "by username: the user does not exist",
}
"""Operations that may succeed without a body -> the condition."""


def build_schema(shape: Shape, *, is_response: bool, nullable: bool = False) -> dict[str, Any]:
    """Return the JSON schema of a shape; no member is required.

    Args:
        shape: the shape.
        is_response: whether the tenant sends it: objects then have no other members.
        nullable: whether it may be null.
    """
    if isinstance(shape, tuple):
        return {"anyOf": [build_schema(choice, is_response=is_response) for choice in shape]}
    name = next(
        (name for name, named in NAMED_SHAPES.items() if is_response and named == shape), None
    )
    if name is not None:
        reference = {"$ref": f"#/components/schemas/{name}"}
        return {"nullable": True, "allOf": [reference]} if nullable else reference
    null = {"nullable": True} if nullable else {}
    if isinstance(shape, list):
        return {"type": "array", **null, "items": build_schema(shape[0], is_response=is_response)}
    if isinstance(shape, dict):
        return {**build_object_schema(shape, is_response=is_response), **null}
    return {"type": "object" if shape == "map" else shape, **null}


def build_object_schema(shape: dict[str, Shape], *, is_response: bool) -> dict[str, Any]:
    """Return the schema of an object; unset members are null or absent."""
    members = {
        name: build_schema(member, is_response=is_response, nullable=True)
        for name, member in sorted(shape.items())
    }
    schema = {"type": "object", "properties": members}
    return {**schema, "additionalProperties": False} if is_response else schema


def build_content(shape: Shape) -> dict[str, Any]:
    """Return the content object of a response."""
    if shape == "text":
        return {"text/*": {"schema": {"type": "string"}}}
    return {"application/json": {"schema": build_schema(shape, is_response=True)}}


def build_responses(operation: str) -> dict[str, Any]:
    """Return the responses of an operation: success, and errors in the API's envelope."""
    successes = {
        status: shape
        for status, shape in OPERATIONS[operation]["answers"].items()
        if status < "400"
    }
    ((status, published_shape),) = successes.items()
    shape = RESPONSE_OVERRIDES.get(operation, published_shape)
    description = (
        f"Done; the body may be empty: {MAY_BE_EMPTY[operation]}."
        if operation in MAY_BE_EMPTY
        else "Done."
    )
    success: dict[str, Any] = {"description": description}
    if shape is not None:
        success["content"] = build_content(shape)
    return {
        STATUS_OVERRIDES.get(operation, status): success,
        "4XX": {"$ref": "#/components/responses/Refused"},
    }


def build_operation(operation: str) -> dict[str, Any]:
    """Return the operation object of `METHOD /path`."""
    method, _, path = operation.partition(" ")
    row = OPERATIONS[operation]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    parameters += [
        {"name": name, "in": "query", "schema": {"type": "string"}} for name in row["query"]
    ]
    words = re.findall(r"[A-Za-z]+", path.removeprefix("/api"))
    document: dict[str, Any] = {
        "operationId": method.lower() + "".join(word[0].upper() + word[1:] for word in words),
        "tags": [path.split("/")[2]],
    }
    if parameters:
        document["parameters"] = parameters
    if "body" in row:
        schema = build_schema(row["body"], is_response=False)
        document["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return {**document, "responses": build_responses(operation)}


ERROR_RESPONSE = {
    "description": "An error, in the API's envelope.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["status", "message", "errorCode", "details"],
                "additionalProperties": False,
                "properties": {
                    "status": {"type": "integer", "minimum": 400, "maximum": 499},
                    "message": {"type": "string", "minLength": 1},
                    "errorCode": {"type": "string", "pattern": "^[A-Z]+[0-9]*-?[0-9]{4}$"},
                    "details": {"nullable": True},
                },
            }
        }
    },
}


def build_document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in sorted(OPERATIONS, key=lambda operation: operation.split()[::-1]):
        method, _, path = operation.partition(" ")
        paths.setdefault(path, {})[method.lower()] = build_operation(operation)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Admin API of the emulated Britive tenant",
            "version": "1",
            "description": "The admin API as `britive_scim.testing` implements it, after what Britive publishes. Not a document by Britive.",
        },
        "servers": [
            {
                "url": "https://{tenant}.britive-app.com",
                "variables": {"tenant": {"default": "acme"}},
            }
        ],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "responses": {"Refused": ERROR_RESPONSE},
            "schemas": {
                name: build_object_schema(shape, is_response=True)
                for name, shape in sorted(NAMED_SHAPES.items())
            },
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`TOKEN`, a space, and an API token.",
                }
            },
        },
    }


def render_document() -> str:
    """Return the document as JSON text, the same for the same tables."""
    return json.dumps(build_document(), indent=1, sort_keys=True) + "\n"


def compute_checksum() -> str:
    """Return the SHA-256 digest of the document, in hexadecimal."""
    return hashlib.sha256(render_document().encode()).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--update", action="store_true", help="write the checksum")
    mode.add_argument("--check", action="store_true", help="exit 1 if the checksum is stale")
    options = parser.parse_args(arguments)
    if options.update:
        CHECKSUM.write_text(compute_checksum() + "\n", "utf-8")
        return 0
    if not options.check:
        print(render_document(), end="")
        return 0
    name = CHECKSUM.relative_to(ROOT)
    if CHECKSUM.exists() and CHECKSUM.read_text("utf-8").strip() == compute_checksum():
        return 0
    print(f"{name} is stale: look at what changed, then run python tools/openapi.py --update")
    return 1


if __name__ == "__main__":
    sys.exit(main())
