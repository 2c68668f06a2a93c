"""Responses and errors of the SCIM service (RFC 7644 §3.8, §3.12)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from britive_scim.errors import InputError
from britive_scim.scim.names import ERROR
from britive_scim.testing.http.messages import TenantResponse

__all__ = ["ScimHttpError", "make_scim_response"]


def make_scim_response(
    document: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> TenantResponse:
    """Return a response with a SCIM body."""
    body = json.dumps(document, ensure_ascii=False).encode()
    return TenantResponse(
        status, {"Content-Type": "application/scim+json", **(headers or {})}, body
    )


class ScimHttpError(Exception):
    """An error response of the SCIM service.

    Attributes:
        status: HTTP status.
        detail: human-readable message.
        scim_type: SCIM error keyword, or `None`.
        headers: additional response headers.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        scim_type: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.scim_type = scim_type
        self.headers = dict(headers or {})

    @classmethod
    def invalid_value(cls, detail: str) -> ScimHttpError:
        """Return 400 `invalidValue`."""
        return cls(400, detail, "invalidValue")

    @classmethod
    def invalid_syntax(cls, detail: str) -> ScimHttpError:
        """Return 400 `invalidSyntax`."""
        return cls(400, detail, "invalidSyntax")

    @classmethod
    def uniqueness(cls, attribute: str) -> ScimHttpError:
        """Return 409 `uniqueness`."""
        return cls(409, f"{attribute} is taken by another resource", "uniqueness")

    @classmethod
    def not_found(cls, id_: str) -> ScimHttpError:
        """Return 404 for an unknown id."""
        return cls(404, f"Resource {id_} not found")

    @classmethod
    def not_implemented(cls, feature: str) -> ScimHttpError:
        """Return 501 for an unsupported feature."""
        return cls(501, f"{feature} is not supported by this service")

    @classmethod
    def from_input_error(cls, error: InputError) -> ScimHttpError:
        """Return 400 with the message and the keyword of an `InputError`."""
        return cls(400, error.message, getattr(error, "scim_type", "invalidValue"))

    def to_json(self) -> dict[str, Any]:
        """Return the SCIM Error message."""
        document: dict[str, Any] = {"schemas": [ERROR], "status": str(self.status)}
        if self.scim_type is not None:
            document["scimType"] = self.scim_type
        document["detail"] = self.detail
        return document

    def to_response(self) -> TenantResponse:
        """Return the error response."""
        return make_scim_response(self.to_json(), self.status, self.headers)
