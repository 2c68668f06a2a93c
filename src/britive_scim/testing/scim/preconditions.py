"""Conditions on versions (RFC 7644 §3.14), compared weakly."""

from __future__ import annotations

import re

from britive_scim.testing.http.messages import TenantRequest
from britive_scim.testing.scim.problem import ScimHttpError

__all__ = ["check_if_match", "is_not_modified"]

_ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')


def _is_match(header: str, version: str) -> bool:
    """Return whether a header such as `W/"1", W/"2"` or `*` names a version."""
    if header.strip() == "*":
        return True
    return version.removeprefix("W/") in _ENTITY_TAG.findall(header)


def check_if_match(request: TenantRequest, version: str) -> None:
    """Refuse a change of a resource that is not what the client thinks.

    Raises:
        Problem: 412.
    """
    header = request.headers.get("if-match")
    if header is not None and not _is_match(header, version):
        raise ScimHttpError(412, f"the resource has changed: its version is {version}")


def is_not_modified(request: TenantRequest, version: str) -> bool:
    """Return whether the client has this version of a resource already."""
    header = request.headers.get("if-none-match")
    return header is not None and _is_match(header, version)
