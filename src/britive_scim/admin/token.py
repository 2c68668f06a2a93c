"""Tokens: of an identity provider's SCIM endpoint, of the admin API, of a service identity."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, SecretStr

from britive_scim.admin.base import LenientDatetime, LenientInt, Model, is_active_status

__all__ = ["ApiSecret", "ApiToken", "IdentityToken", "ScimSecret", "ScimToken", "Token"]


class _TypedSecret(SecretStr):
    """A secret that knows which API it is for: to the eye, one token is like the other.

    It equals a plain secret with the same text.
    """

    @classmethod
    def wrap(cls, secret: SecretStr | None) -> Self | None:
        return None if secret is None else cls(secret.get_secret_value())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretStr) and (
            self.get_secret_value() == other.get_secret_value()
        )

    __hash__ = SecretStr.__hash__


class ScimSecret(_TypedSecret):
    """The secret of a SCIM token, as the admin API showed it; `AdminClient` refuses it."""


class ApiSecret(_TypedSecret):
    """The secret of an API token, as the admin API showed it; `ScimClient` refuses it."""


class Token(Model):
    """What Britive tells of a token (`ApiTokenBean`); the three kinds share it.

    Attributes:
        id: opaque text.
        name: a label; for a service identity its id.
        type: `DEFAULT`, `SCIM` or `ServiceIdentity`.
        status: `Active` or `Inactive`; see `is_active`.
        token_expiration_days: validity in days, 1 to 90, counted from the last use.
        expires_on: end of the validity as it stands now.
        created_on: when it was made.
        last_accessed: when it was last used.
        assigned_to: id of the user or identity it belongs to.
        created_by: who made it.
        token: the secret, in the answer to its creation alone. It is never shown again.
        clear_text_token: the same under the name it has inside an identity provider (`ApiToken`).

    Source: apidocs/create-a-token-used-for-scim-provisioning-of-users-and-groups (documented).
    """

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
        """Whether the status says active; `None` where it says something else or nothing."""
        return is_active_status(self.status)

    @property
    def expiry(self) -> datetime | None:
        """When it ends if it is not used again: `expires_on`, or last use (creation) plus validity."""
        if self.expires_on is not None:
            return self.expires_on
        start = self.last_accessed or self.created_on
        if start is None or self.token_expiration_days is None:
            return None
        return start + timedelta(days=self.token_expiration_days)


class ScimToken(Token):
    """The one token of an identity provider's SCIM endpoint."""

    token: Annotated[SecretStr | None, AfterValidator(ScimSecret.wrap)] = None


class ApiToken(Token):
    """A token of the admin API, with all the rights of the user who made it."""

    token: Annotated[SecretStr | None, AfterValidator(ApiSecret.wrap)] = None


class IdentityToken(Token):
    """The one token of a service identity."""
