"""Read a SCIM request: its JSON body and its conditional headers (RFC 7644 §3.14)."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, cast

from britive_scim.testing.http.messages import TenantRequest
from britive_scim.testing.scim.problem import ScimHttpError

__all__ = ["check_if_match", "is_not_modified", "read_body"]

_ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')


def read_body(request: TenantRequest, max_bytes: int) -> dict[str, Any]:
    """Return the JSON object in the body of a request, whatever its content type.

    Raises:
        ScimHttpError: 413 for a body over `max_bytes`; 400 `invalidSyntax` if it is not a JSON object.
    """
    if len(request.body) > max_bytes:
        raise ScimHttpError(
            413, f"the body has {len(request.body)} bytes; the maximum is {max_bytes}"
        )
    try:
        text = request.body.decode("utf-8-sig")
        body: Any = json.loads(text, parse_constant=_reject_constant)
        if "\\u" in text:
            json.dumps(body, ensure_ascii=False).encode()  # a lone surrogate cannot be stored
    except (ValueError, RecursionError):
        raise ScimHttpError.invalid_syntax("the body must be JSON in UTF-8") from None
    if not isinstance(body, dict):
        raise ScimHttpError.invalid_syntax("the body must be a JSON object")
    return cast("dict[str, Any]", body)


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(constant)


def check_if_match(request: TenantRequest, version: str) -> None:
    """Reject a write whose `If-Match` does not include the current version.

    Raises:
        ScimHttpError: 412.
    """
    header = request.headers.get("if-match")
    if header is not None and not _is_match(header, version):
        raise ScimHttpError(412, f"the resource has changed: its version is {version}")


def is_not_modified(request: TenantRequest, version: str) -> bool:
    """Return whether `If-None-Match` includes the current version."""
    header = request.headers.get("if-none-match")
    return header is not None and _is_match(header, version)


def _is_match(header: str, version: str) -> bool:
    """Return whether a header such as `W/"1", W/"2"` or `*` includes a version; weak comparison."""
    if header.strip() == "*":
        return True
    return version.removeprefix("W/") in _ENTITY_TAG.findall(header)
