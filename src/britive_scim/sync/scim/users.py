# Generated from aio/scim/users.py by tools/unasync.py; edit that file instead.
"""Users."""

from __future__ import annotations

from typing import Any, TypeVar

from britive_scim.sync.scim.resources import Resources
from britive_scim.scim.models.user import User
from britive_scim.wire.decoding.error_mapping import build_unexpected_response
from britive_scim.wire.decoding.scim import expect_fields
from britive_scim.wire.ids import IdLike
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.requests.scim_changes import build_attribute_patch
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["Users"]

U = TypeVar("U", bound=User[Any])


class Users(Resources[U]):
    """The users of one identity provider; `client.users`."""

    __slots__ = ()

    natural_key = ("userName", "user_name")

    def find_by_user_name(
        self, user_name: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> U | None:
        """Return the user of this name, in any case, `None` where there is none.

        Args:
            user_name: what the user signs in with.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            Ambiguous: more than one has it.
            UnexpectedResponse: the server does not say whether there is one.
        """
        return self._find(
            "userName", "user_name", user_name, CallOptions(timeout=timeout, retry=retry)
        )

    def deactivate(
        self, target: IdLike, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> None:
        """Switch a user off; one who is off stays off.

        Args:
            target: the id, or a user that has it.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            NotFound: there is no such user.
            UnexpectedResponse: the answer shows a user who is on.
        """
        self._set_active(target, False, CallOptions(timeout=timeout, retry=retry))

    def reactivate(
        self, target: IdLike, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> None:
        """Switch a user on again; one who is on stays on.

        Args:
            target: the id, or a user that has it.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            NotFound: there is no such user.
            UnexpectedResponse: the answer shows a user who is off.
        """
        self._set_active(target, True, CallOptions(timeout=timeout, retry=retry))

    def _set_active(self, target: IdLike, active: bool, call: CallOptions) -> None:
        dialect = self._session.settings.dialect
        body = build_attribute_patch(dialect, {"active": active})
        put = self._send_patch(target, body, {}, call, returns=expect_fields(active=active))
        answer = self._session.last_response
        if put is not None and put.active is (not active) and answer is not None:
            raise build_unexpected_response(
                answer, f"it shows a user whose active is {put.active} still"
            )
