"""Password policy of the tenant's own identity provider."""

from __future__ import annotations

from britive_scim.admin import PasswordPolicy
from britive_scim.admin.params import to_body
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.wire.operation import GET, POST
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncPasswordPolicies"]

_PATH = "/api/identity-providers/password-policy"


class AsyncPasswordPolicies(AsyncAPIResource):
    """Password policy: `/api/identity-providers/password-policy`; the tenant has one."""

    async def get(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> PasswordPolicy:
        """Return the policy.

        Source: apidocs/get-password-policy-details (documented).
        """
        return await self._send(GET(_PATH, returns=PasswordPolicy), timeout, retry)

    async def replace(
        self,
        policy: PasswordPolicy,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> PasswordPolicy:
        """Replace the policy, and return the new one.

        Pass a changed copy of the current policy: `(await policies.get()).model_copy(update={"min_length": 12})`.

        Raises:
            InputError: an empty policy.

        Source: apidocs/update-password-policy-details (documented).
        """
        return await self._send(
            POST(_PATH, body=to_body(policy, label="policy"), returns=PasswordPolicy),
            timeout,
            retry,
        )
