"""PATCH messages of the SCIM service (RFC 7644 §3.5.2)."""

from __future__ import annotations

from typing import Any, Literal, cast

from britive_scim import scim
from britive_scim.scim.names import fold
from britive_scim.testing.scim.problem import Problem

__all__ = ["read_patch"]


def read_patch(body: dict[str, Any], dialect: str) -> scim.PatchRequest:
    """Return the request a PATCH message makes, read in the dialect of the identity provider.

    A message without `schemas` is read (Okta sends such); one without operations is refused in either
    dialect.

    Raises:
        Problem: 400 `invalidSyntax` for a message without operations.
        InputError: the message does not have its shape.
    """
    operations = next((v for name, v in body.items() if fold(name) == "operations"), None)
    if operations == []:
        raise Problem.syntax("Operations is empty: a PATCH has one operation or more")
    return scim.PatchRequest.parse(body, dialect=cast("Literal['strict', 'entra']", dialect))
