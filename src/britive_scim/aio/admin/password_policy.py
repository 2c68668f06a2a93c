"""The password policy of the tenant's own identity provider."""

from __future__ import annotations

from britive_scim.admin import PasswordPolicy
from britive_scim.admin.params import to_body
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.wire.operation import GET, POST
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncPasswordPolicies"]

_PATH = "/api/identity-providers/password-policy"


class AsyncPasswordPolicies(AsyncAPIResource):
    """`/api/identity-providers/password-policy`: one for the whole tenant."""

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
        """Put another policy in place of the present one, and return it.

        Take the present one and change it: `(await policies.get()).model_copy(update={"min_length": 12})`.

        Raises:
            InputError: no policy, or an empty one.

        Source: apidocs/update-password-policy-details (documented).
        """
        return await self._send(
            POST(
                _PATH, body=to_body(policy, PasswordPolicy, label="policy"), returns=PasswordPolicy
            ),
            timeout,
            retry,
        )
