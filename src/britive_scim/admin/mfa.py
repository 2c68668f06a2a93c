"""MFA registrations of users."""

from __future__ import annotations

from typing import Any

from britive_scim.admin.base import Model

__all__ = ["FACTORS", "MfaRegistration"]

FACTORS = ("TOTP", "WEB_AUTHN")


class MfaRegistration(Model):
    """State of one MFA factor of a user.

    Attributes:
        status: `CHALLENGE`, `REGISTERED` or `CHALLENGE_FAILED`.
        factor: `TOTP` or `WEB_AUTHN`.
        additional_details: details of the factor.

    Source: OpenAPI `getUserRegistration` (documented).
    """

    status: str | None = None
    factor: str | None = None
    additional_details: dict[str, Any] | None = None
