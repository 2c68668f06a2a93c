"""Conditions on versions (RFC 7644 §3.14), compared weakly."""

from __future__ import annotations

import re

from britive_scim.testing.http.messages import Request
from britive_scim.testing.scim.problem import Problem

__all__ = ["check_match", "unchanged"]

_TAG = re.compile(r'(?:W/)?("[^"]*")')


def _matches(header: str, version: str) -> bool:
    """Return whether a header such as `W/"1", W/"2"` or `*` names a version."""
    if header.strip() == "*":
        return True
    return version.removeprefix("W/") in _TAG.findall(header)


def check_match(request: Request, version: str) -> None:
    """Refuse a change of a resource that is not what the client thinks.

    Raises:
        Problem: 412.
    """
    header = request.headers.get("if-match")
    if header is not None and not _matches(header, version):
        raise Problem(412, f"the resource has changed: its version is {version}")


def unchanged(request: Request, version: str) -> bool:
    """Return whether the client has this version of a resource already."""
    header = request.headers.get("if-none-match")
    return header is not None and _matches(header, version)
