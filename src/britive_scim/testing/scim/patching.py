"""Parse PATCH request bodies (RFC 7644 §3.5.2)."""

from __future__ import annotations

from typing import Any, Literal, cast

from britive_scim import scim
from britive_scim.scim.names import fold
from britive_scim.testing.scim.problem import ScimHttpError

__all__ = ["parse_patch_request"]


def parse_patch_request(body: dict[str, Any], dialect: str) -> scim.PatchRequest:
    """Parse a PATCH body in the dialect of the identity provider.

    `schemas` may be missing, as in Okta's requests. A body without operations is invalid in either dialect.

    Raises:
        ScimHttpError: 400 `invalidSyntax` for a body without operations.
        InputError: the body is not a valid PatchOp message.
    """
    key = next((name for name in body if fold(name) == "operations"), None)
    operations = None if key is None else body[key]
    if operations == []:
        raise ScimHttpError.invalid_syntax("Operations must be a list of one operation or more")
    if key is not None and isinstance(operations, list):
        items = cast("list[object]", operations)
        body = {**body, key: [_strip_inner_schemas(item) for item in items]}
    return scim.PatchRequest.parse(body, dialect=cast("Literal['strict', 'entra']", dialect))


def _strip_inner_schemas(operation: object) -> object:
    """Return an operation without the `schemas` that scim2-models repeats inside extensions."""
    if not isinstance(operation, dict):
        return operation
    members = cast("dict[str, Any]", operation)
    value, path = members.get("value"), members.get("path")
    if not isinstance(value, dict):
        return members
    content = cast("dict[str, Any]", value)
    if isinstance(path, str) and path.lower().startswith("urn:"):
        content = _strip_schemas(content)
    else:
        content = {
            name: _strip_schemas(cast("dict[str, Any]", member))
            if ":" in name and isinstance(member, dict)
            else member
            for name, member in content.items()
        }
    return {**members, "value": content}


def _strip_schemas(extension: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in extension.items() if fold(name) != "schemas"}
