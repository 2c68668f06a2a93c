"""Errors of the admin API in Britive's envelope (docs/restapi-status-codes, apidocs/api-error-codes)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from britive_scim.testing.http.messages import TenantResponse

__all__ = ["DUPLICATE", "INVALID_REQUEST", "NOT_FOUND", "AdminHttpError"]

INVALID_REQUEST = "E1003"
"""Something in the request does not hold (vendor SDK: validation)."""

NOT_FOUND = "E1004"
"""What is named does not exist (vendor SDK)."""

DUPLICATE = "E1005"
"""What is to be made exists (vendor SDK)."""


class AdminHttpError(Exception):
    """A refusal by the admin API.

    Attributes:
        status: HTTP status.
        error_code: Britive's errorCode.
        message: text for people.
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
        """Return the refusal of something in the request: 400."""
        return cls(400, INVALID_REQUEST, message)

    @classmethod
    def not_found(cls, resource: str, id_: str) -> AdminHttpError:
        """Return the refusal of an id nobody has: 404."""
        return cls(404, NOT_FOUND, f"{resource} {id_} does not exist")

    def to_response(self) -> TenantResponse:
        """Return the answer that tells it."""
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
