# Generated from aio/admin/password_policy.py by tools/unasync.py; edit that file instead.
"""Password policy of the tenant's own identity provider."""

from __future__ import annotations

from britive_scim.admin import PasswordPolicy
from britive_scim.admin.params import to_body
from britive_scim.sync.api_resource import APIResource
from britive_scim.wire.operation import GET, POST
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["PasswordPolicies"]

_PATH = "/api/identity-providers/password-policy"


class PasswordPolicies(APIResource):
    """Password policy: `/api/identity-providers/password-policy`; the tenant has one."""

    def get(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> PasswordPolicy:
        """Return the policy.

        Source: apidocs/get-password-policy-details (documented).
        """
        return self._send(GET(_PATH, returns=PasswordPolicy), timeout, retry)

    def replace(
        self,
        policy: PasswordPolicy,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> PasswordPolicy:
        """Replace the policy, and return the new one.

        Pass a changed copy of the current policy: `(policies.get()).model_copy(update={"min_length": 12})`.

        Raises:
            InputError: an empty policy.

        Source: apidocs/update-password-policy-details (documented).
        """
        return self._send(
            POST(_PATH, body=to_body(policy, label="policy"), returns=PasswordPolicy),
            timeout,
            retry,
        )
