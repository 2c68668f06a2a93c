"""Errors of the admin API in Britive's envelope (docs/restapi-status-codes, apidocs/api-error-codes)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from britive_scim.testing.http.messages import TenantResponse

__all__ = ["DUPLICATE", "INVALID_REQUEST", "NOT_FOUND", "AdminHttpError"]

INVALID_REQUEST = "E1003"
"""Invalid request (vendor SDK: validation)."""

NOT_FOUND = "E1004"
"""Resource not found (vendor SDK)."""

DUPLICATE = "E1005"
"""Resource already exists (vendor SDK)."""


class AdminHttpError(Exception):
    """An error response of the admin API.

    Attributes:
        status: HTTP status.
        error_code: Britive's errorCode.
        message: human-readable message.
        headers: additional response headers.
    """

    def __init__(
        self,
        status: int,
        error_code: str,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error_code = error_code
        self.message = message
        self.headers = dict(headers or {})

    @classmethod
    def invalid(cls, message: str) -> AdminHttpError:
        """Return 400 for an invalid request."""
        return cls(400, INVALID_REQUEST, message)

    @classmethod
    def not_found(cls, resource: str, id_: str) -> AdminHttpError:
        """Return 404 for an unknown id."""
        return cls(404, NOT_FOUND, f"{resource} {id_} does not exist")

    def to_response(self) -> TenantResponse:
        """Return the error response."""
        envelope: dict[str, Any] = {
            "status": self.status,
            "message": self.message,
            "errorCode": self.error_code,
            "details": None,
        }
        return TenantResponse(
            self.status,
            {"Content-Type": "application/json", **self.headers},
            json.dumps(envelope).encode(),
        )
