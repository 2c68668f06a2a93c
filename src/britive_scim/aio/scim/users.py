"""Users of one identity provider."""

from __future__ import annotations

from typing import Any, TypeVar

from britive_scim import scim
from britive_scim.aio.scim.resources import AsyncResources
from britive_scim.wire.decoding.scim import expect_fields
from britive_scim.wire.ids import IdLike
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.requests.scim_changes import build_attribute_patch
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncUsers"]

U = TypeVar("U", bound="scim.User[Any]")


class AsyncUsers(AsyncResources[U]):
    """Users of one identity provider; `client.users`."""

    __slots__ = ()

    natural_key = ("userName", "user_name")

    async def find_by_user_name(
        self, user_name: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> U | None:
        """Return the user with this `userName`, compared case-insensitively, or `None`.

        Args:
            user_name: user name.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            Ambiguous: several users have this name.
            UnexpectedResponse: the response does not show whether there is such a user.
        """
        key = self._build_key("userName", user_name)
        return await self._find(key, CallOptions(timeout=timeout, retry=retry))

    async def deactivate(
        self, target: IdLike, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> U:
        """Deactivate a user and return it; an inactive user stays inactive.

        If the response does not contain `active`, the user is read once.

        Args:
            target: id of the user, or the user itself.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            NotFound: there is no such user.
            UnexpectedResponse: the server acknowledged the change, and shows an active user.
        """
        return await self._set_active(target, False, CallOptions(timeout=timeout, retry=retry))

    async def reactivate(
        self, target: IdLike, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> U:
        """Activate a user again and return it; an active user stays active.

        If the response does not contain `active`, the user is read once.

        Args:
            target: id of the user, or the user itself.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            NotFound: there is no such user.
            UnexpectedResponse: the server acknowledged the change, and shows an inactive user.
        """
        return await self._set_active(target, True, CallOptions(timeout=timeout, retry=retry))

    async def _set_active(self, target: IdLike, active: bool, call: CallOptions) -> U:
        body = build_attribute_patch(self._session.settings.dialect, {"active": active})
        values, check = {"active": active}, expect_fields(active=active)
        return await self._change_attributes(target, body, values, call, check=check)
