"""Write `docs/reference/admin-openapi.json`: the admin API as the emulated tenant answers it, in OpenAPI 3.0.

    python tools/openapi.py            write the document
    python tools/openapi.py --check    write nothing; exit 1 if the document is stale

It is made from `tests/data/admin/operations.json`, our extract of what Britive publishes, and from what
stands here about answers of another shape: `tests/support/admin_responses.py` says why they have it. Code generators
read it, and the proof tier lets schemathesis judge the tenant by it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests/data/admin/operations.json"
DOCUMENT = ROOT / "docs/reference/admin-openapi.json"

Kind = Any
"""A shape as the table writes it: the name of a type, `{member: kind}`, `[kind]`, or `None` for no body.

Besides, `(kind, kind)` is one or the other.
"""

OPERATIONS: dict[str, dict[str, Any]] = json.loads(TABLE.read_text("utf-8"))


def published(operation: str, status: str = "200") -> Any:
    return OPERATIONS[operation]["answers"][status]


OBJECT = "object"
OWNER = {
    "relatedEntityId": "string",
    "relatedEntityName": "string",
    "relatedEntityType": "string",
}
TAG = {
    **published("GET /api/access/user-tags/{tagId}"),
    "attributes": [OBJECT],
    "relationships": {"owners": [OWNER]},
    "requestable": "boolean",
}
USER = {
    **published("GET /api/users")["data"][0],
    "description": "string",
    "identityProvider": OBJECT,
    "mappedAccounts": [OBJECT],
    "userTags": [TAG],
}
BRIEF = published("GET /api/access/user-tags/{userTagId}/members")[0]
RULES = published("GET /api/access/user-tags/{tagId}/attribute-criteria")
ATTRIBUTE = published("GET /api/access/users/attributes")[0]
TOKEN = published("GET /api/token")[0]
PROVIDER = {**published("GET /api/identity-providers/{id}"), "apiToken": OBJECT}
WORKLOAD = published("GET /api/workload/identity-providers")[0]
ASSIGNED = {
    **published("GET /api/workload/users/{targetUserId}/identity-provider"),
    "idp": WORKLOAD,
}


def page(entry: Kind, under: str = "data") -> Kind:
    return {"count": "integer", "page": "integer", "size": "integer", under: [entry]}


USERS = page(USER)

NAMED = {
    "Attribute": ATTRIBUTE,
    "IdentityProvider": PROVIDER,
    "Member": BRIEF,
    "Rule": RULES[0],
    "Tag": TAG,
    "Token": TOKEN,
    "User": USER,
    "UserSummary": published("GET /api/access/user-tags/{tagId}/users")["users"][0],
    "WorkloadProvider": WORKLOAD,
}
"""Shapes that occur again and again, each with its name in the document."""

OTHERWISE: dict[str, Kind] = {
    "DELETE /api/token/{tokenId}": "text",
    "DELETE /api/user-tags/{userTagId}": None,
    "DELETE /api/users/attributes/{id}": None,
    "DELETE /api/users/{targetUserId}": None,
    "GET /api/access/user-tags/my-managed-tags": ([TAG], page(TAG, "userTags")),
    "GET /api/access/user-tags/{tagId}": TAG,
    "GET /api/access/users/{userId}/subordinates": page(BRIEF),
    "GET /api/identity-providers": ([PROVIDER], PROVIDER),
    "GET /api/identity-providers/{id}": PROVIDER,
    "GET /api/logs": [OBJECT],
    "GET /api/logs/csv": "text",
    "GET /api/token/{tokenId}": TOKEN,
    "GET /api/user-tags": ([TAG], page(TAG)),
    "GET /api/user-tags/{userTagId}": TAG,
    "GET /api/user-tags/{userTagId}/attribute-criteria": RULES,
    "GET /api/user-tags/{userTagId}/matched-users": USERS,
    "GET /api/user-tags/{userTagId}/users": (USERS, [USER]),
    "GET /api/user-tags/{userTagId}/users/{userId}": USER,
    "GET /api/users": (USERS, USER),
    "GET /api/users/attributes": [ATTRIBUTE],
    "GET /api/users/attributes/{id}": ATTRIBUTE,
    "GET /api/users/{targetUserId}": USER,
    "GET /api/users/{targetUserId}/tokens": TOKEN,
    "GET /api/workload/users/{targetUserId}/identity-provider": ASSIGNED,
    "PATCH /api/identity-providers/{id}/scim-attribute-mappings": None,
    "POST /api/identity-providers": PROVIDER,
    "PATCH /api/user-tags": TAG,
    "PATCH /api/user-tags/{userTagId}": TAG,
    "POST /api/user-tags": TAG,
    "POST /api/user-tags/tag-attributes/matched-users": USERS,
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
    "POST /api/workload/users/{targetUserId}/identity-provider": ASSIGNED,
}
"""Operation -> what it answers where the published shape is another, or says no more than `object`."""

STATUS = {"PATCH /api/identity-providers/{id}/scim-attribute-mappings": "204"}
"""Operation -> its status of success where another one is published."""

MAY_BE_EMPTY = {
    "GET /api/banner": "there is none",
    "GET /api/identity-providers": "by name: there is no such identity provider",
    "GET /api/user-tags/access-request-settings": "nothing is set up yet",
    "GET /api/user-tags/{userTagId}/users/{userId}": "the user is no member",
    "GET /api/users": "by username: there is no such user",
}
"""Operations that sometimes succeed without a body -> when."""


def schema_of(kind: Kind, *, answered: bool, nullable: bool = False) -> dict[str, Any]:
    """Return a kind as a schema; nothing is marked as required.

    Args:
        kind: the shape.
        answered: whether the tenant answers it: then an object has no other members than these.
        nullable: whether it may be null.
    """
    if isinstance(kind, tuple):
        return {"anyOf": [schema_of(one, answered=answered) for one in kind]}
    name = next((name for name, shape in NAMED.items() if answered and shape == kind), None)
    if name is not None:
        reference = {"$ref": f"#/components/schemas/{name}"}
        return {"nullable": True, "allOf": [reference]} if nullable else reference
    null = {"nullable": True} if nullable else {}
    if isinstance(kind, list):
        return {"type": "array", **null, "items": schema_of(kind[0], answered=answered)}
    if isinstance(kind, dict):
        return {**object_of(kind, answered=answered), **null}
    return {"type": "object" if kind == "map" else kind, **null}


def object_of(kind: dict[str, Kind], *, answered: bool) -> dict[str, Any]:
    """Return the schema of an object; what is not set is null or left out."""
    members = {
        name: schema_of(inner, answered=answered, nullable=True)
        for name, inner in sorted(kind.items())
    }
    schema = {"type": "object", "properties": members}
    return {**schema, "additionalProperties": False} if answered else schema


def content_of(kind: Kind) -> dict[str, Any]:
    """Return the content of an answer."""
    if kind == "text":
        return {"text/*": {"schema": {"type": "string"}}}
    return {"application/json": {"schema": schema_of(kind, answered=True)}}


def responses_of(operation: str) -> dict[str, Any]:
    """Return what an operation answers: success, and refusals in the API's envelope."""
    answers = {
        status: kind for status, kind in OPERATIONS[operation]["answers"].items() if status < "400"
    }
    ((status, kind),) = answers.items()
    kind = OTHERWISE.get(operation, kind)
    said = (
        f"Done; the body may be empty: {MAY_BE_EMPTY[operation]}."
        if operation in MAY_BE_EMPTY
        else "Done."
    )
    done: dict[str, Any] = {"description": said}
    if kind is not None:
        done["content"] = content_of(kind)
    return {STATUS.get(operation, status): done, "4XX": {"$ref": "#/components/responses/Refused"}}


def operation_of(operation: str) -> dict[str, Any]:
    """Return one operation."""
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
    described: dict[str, Any] = {
        "operationId": method.lower() + "".join(word[0].upper() + word[1:] for word in words),
        "tags": [path.split("/")[2]],
    }
    if parameters:
        described["parameters"] = parameters
    if "body" in row:
        schema = schema_of(row["body"], answered=False)
        described["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return {**described, "responses": responses_of(operation)}


REFUSED = {
    "description": "Refused, in the API's envelope.",
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


def document() -> dict[str, Any]:
    """Return the whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in sorted(OPERATIONS, key=lambda one: one.split()[::-1]):
        method, _, path = operation.partition(" ")
        paths.setdefault(path, {})[method.lower()] = operation_of(operation)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Admin API of the emulated Britive tenant",
            "version": "1",
            "description": "What `britive_scim.testing` answers, after what Britive publishes; not a document of Britive's.",
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
            "responses": {"Refused": REFUSED},
            "schemas": {
                name: object_of(kind, answered=True) for name, kind in sorted(NAMED.items())
            },
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`TOKEN`, a blank, and an API token.",
                }
            },
        },
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    arguments = parser.parse_args()
    text = json.dumps(document(), indent=1, sort_keys=True) + "\n"
    if arguments.check:
        stale = not DOCUMENT.exists() or DOCUMENT.read_text("utf-8") != text
        if stale:
            print("docs/reference/admin-openapi.json is stale: run python tools/openapi.py")
        return int(stale)
    DOCUMENT.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
