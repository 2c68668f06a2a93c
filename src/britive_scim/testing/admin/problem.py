"""Errors of the admin API in Britive's envelope (docs/restapi-status-codes, apidocs/api-error-codes)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from britive_scim.testing.http.messages import Answer

__all__ = ["DUPLICATE", "INVALID", "MISSING", "Problem"]

INVALID = "E1003"
"""Something in the request does not hold (vendor SDK: validation)."""

MISSING = "E1004"
"""What is named does not exist (vendor SDK)."""

DUPLICATE = "E1005"
"""What is to be made exists (vendor SDK)."""


class Problem(Exception):
    """A refusal by the admin API.

    Attributes:
        status: HTTP status.
        code: Britive's errorCode.
        message: text for people.
    """

    def __init__(
        self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    @classmethod
    def invalid(cls, message: str) -> Problem:
        """Return the refusal of something in the request: 400."""
        return cls(400, INVALID, message)

    @classmethod
    def missing(cls, what: str, id_: str) -> Problem:
        """Return the refusal of an id nobody has: 404."""
        return cls(404, MISSING, f"{what} {id_} does not exist")

    def answer(self) -> Answer:
        """Return the answer that tells it."""
        envelope: dict[str, Any] = {
            "status": self.status,
            "message": self.message,
            "errorCode": self.code,
            "details": None,
        }
        return Answer(
            self.status,
            {"Content-Type": "application/json", **self.headers},
            json.dumps(envelope).encode(),
        )
