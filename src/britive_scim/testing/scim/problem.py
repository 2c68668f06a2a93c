"""Errors and answers of the SCIM service (RFC 7644 §3.8, §3.12)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from britive_scim.errors import InputError
from britive_scim.scim.names import ERROR
from britive_scim.testing.http.messages import Answer

__all__ = ["Problem", "answer"]


def answer(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer with a SCIM body."""
    body = json.dumps(document, ensure_ascii=False).encode()
    return Answer(status, {"Content-Type": "application/scim+json", **(headers or {})}, body)


class Problem(Exception):
    """A refusal by the SCIM service.

    Attributes:
        status: HTTP status.
        detail: text for people.
        scim_type: SCIM's keyword, or `None`.
        headers: of the answer.
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
    def value(cls, detail: str) -> Problem:
        """Return the refusal of a value: 400 `invalidValue`."""
        return cls(400, detail, "invalidValue")

    @classmethod
    def syntax(cls, detail: str) -> Problem:
        """Return the refusal of a message that does not have its shape: 400 `invalidSyntax`."""
        return cls(400, detail, "invalidSyntax")

    @classmethod
    def taken(cls, attribute: str) -> Problem:
        """Return the refusal of a value that must be unique: 409 `uniqueness`."""
        return cls(409, f"{attribute} is taken by another resource", "uniqueness")

    @classmethod
    def missing(cls, id_: str) -> Problem:
        """Return the refusal of an id nobody has: 404."""
        return cls(404, f"Resource {id_} not found")

    @classmethod
    def not_offered(cls, what: str) -> Problem:
        """Return the refusal of what this service cannot do: 501."""
        return cls(501, f"{what} is not offered by this service")

    @classmethod
    def of(cls, error: InputError) -> Problem:
        """Return the refusal for what the SCIM language found wrong: 400 with its keyword."""
        return cls(400, error.message, getattr(error, "scim_type", "invalidValue"))

    def document(self) -> dict[str, Any]:
        """Return the SCIM Error."""
        document: dict[str, Any] = {"schemas": [ERROR], "status": str(self.status)}
        if self.scim_type is not None:
            document["scimType"] = self.scim_type
        document["detail"] = self.detail
        return document

    def answer(self) -> Answer:
        """Return the answer that tells it."""
        return answer(self.document(), self.status, self.headers)
