"""PATCH messages of the SCIM service (RFC 7644 §3.5.2)."""

from __future__ import annotations

from typing import Any, Literal, cast

from britive_scim import scim
from britive_scim.scim.names import fold
from britive_scim.testing.scim.problem import ScimHttpError

__all__ = ["parse_patch_request"]


def parse_patch_request(body: dict[str, Any], dialect: str) -> scim.PatchRequest:
    """Return the request a PATCH message makes, read in the dialect of the identity provider.

    A message without `schemas` is read (Okta sends such); one without operations is refused in either
    dialect.

    Raises:
        Problem: 400 `invalidSyntax` for a message without operations.
        InputError: the message does not have its shape.
    """
    key = next((name for name in body if fold(name) == "operations"), None)
    operations = None if key is None else body[key]
    if operations == []:
        raise ScimHttpError.invalid_syntax("Operations is empty: a PATCH has one operation or more")
    if key is not None and isinstance(operations, list):
        items = cast("list[object]", operations)
        body = {**body, key: [_strip_inner_schemas(item) for item in items]}
    return scim.PatchRequest.parse(body, dialect=cast("Literal['strict', 'entra']", dialect))


def _strip_inner_schemas(operation: object) -> object:
    """Return an operation whose extensions do not name their schema once more, as scim2-models does."""
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
            name: _strip_schemas(cast("dict[str, Any]", inner))
            if ":" in name and isinstance(inner, dict)
            else inner
            for name, inner in content.items()
        }
    return {**members, "value": content}


def _strip_schemas(extension: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in extension.items() if fold(name) != "schemas"}
