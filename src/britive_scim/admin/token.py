"""Tokens of SCIM endpoints, of the admin API and of service identities."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from pydantic import AfterValidator, SecretStr

from britive_scim.admin.base import LenientDatetime, LenientInt, Model, is_active_status
from britive_scim.admin.token_secret import ApiSecret, ScimSecret

__all__ = ["ApiToken", "IdentityToken", "ScimToken", "Token"]


class Token(Model):
    """Details of a token (`ApiTokenBean`), common to all three types.

    Attributes:
        id: opaque string.
        name: a label; for a service identity its id.
        type: `DEFAULT`, `SCIM` or `ServiceIdentity`.
        status: `Active` or `Inactive`; see `is_active`.
        token_expiration_days: validity in days, 1 to 90, from the last use.
        expires_on: end of the validity.
        created_on: time of creation.
        last_accessed: time of the last use.
        assigned_to: id of its user or identity.
        created_by: its creator.
        token: the secret; only the response to its creation contains it.
        clear_text_token: the secret, if the token is part of an identity provider (`ApiToken`).

    Source: apidocs/create-a-token-used-for-scim-provisioning-of-users-and-groups (documented).
    """

    _line_fields: ClassVar[tuple[str, ...]] = ("name", "status")
    _repr_fields: ClassVar[tuple[str, ...]] = (
        "id",
        "name",
        "type",
        "status",
        "token_expiration_days",
        "expires_on",
    )

    id: str | None = None
    name: str | None = None
    type: str | None = None
    status: str | None = None
    token_expiration_days: LenientInt | None = None
    expires_on: LenientDatetime | None = None
    created_on: LenientDatetime | None = None
    last_accessed: LenientDatetime | None = None
    assigned_to: str | None = None
    created_by: str | None = None
    token: SecretStr | None = None
    clear_text_token: SecretStr | None = None

    @property
    def is_active(self) -> bool | None:
        """True if the status is active, False if inactive, `None` for any other status."""
        return is_active_status(self.status)

    @property
    def expiry(self) -> datetime | None:
        """End of the validity without further use: `expires_on`, or last use (or creation) plus validity."""
        if self.expires_on is not None:
            return self.expires_on
        start = self.last_accessed or self.created_on
        if start is None or self.token_expiration_days is None:
            return None
        return start + timedelta(days=self.token_expiration_days)


class ScimToken(Token):
    """SCIM token of an identity provider, which has at most one."""

    token: Annotated[SecretStr | None, AfterValidator(ScimSecret.wrap)] = None


class ApiToken(Token):
    """Token of the admin API, with all rights of its creator."""

    token: Annotated[SecretStr | None, AfterValidator(ApiSecret.wrap)] = None


class IdentityToken(Token):
    """Token of a service identity, which has at most one."""
