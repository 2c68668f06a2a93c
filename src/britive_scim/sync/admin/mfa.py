# Generated from aio/admin/mfa.py by tools/unasync.py; edit that file instead.
"""MFA registrations of users, for administrators."""

from __future__ import annotations

from britive_scim.admin import MfaRegistration, User
from britive_scim.admin.mfa import FACTORS
from britive_scim.admin.validation import check_one_of
from britive_scim.sync.api_resource import APIResource
from britive_scim.wire.decoding.admin import decode_optional
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.operation import DELETE, GET
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["Mfa"]

_PATH = "/api/mfa/admin/registrations/{}/users/{}"


class Mfa(APIResource):
    """MFA registrations: `/api/mfa/admin/registrations`; a factor is `TOTP` or `WEB_AUTHN`."""

    def find(
        self,
        user: str | User,
        factor: str,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> MfaRegistration | None:
        """Return the registration of a factor, or `None` if the user has none.

        Raises:
            InputError: an unknown factor.

        Source: OpenAPI `getUserRegistration` (documented).
        """
        check_one_of(factor, FACTORS, label="factor")
        return self._send(
            GET(_PATH, factor, user, returns=decode_optional(MfaRegistration)), timeout, retry
        )

    def delete(
        self,
        user: str | User,
        factor: str,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Delete the registration of a factor; the user can register again.

        Raises:
            InputError: an unknown factor.

        Source: OpenAPI `deleteUserRegistration` (documented).
        """
        check_one_of(factor, FACTORS, label="factor")
        self._send(DELETE(_PATH, factor, user, returns=ignore_body), timeout, retry)
