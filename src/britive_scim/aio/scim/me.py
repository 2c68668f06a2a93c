"""User that the token belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from britive_scim import scim
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.aio.change_recovery import Reading
from britive_scim.aio.scim.replacement import send_replacement
from britive_scim.errors import ApiError, TransportError
from britive_scim.wire.decoding.patch_effect import check_patched
from britive_scim.wire.decoding.scim import decode_optional_body
from britive_scim.wire.decoding.stored_values import check_stored
from britive_scim.wire.operation import GET, PATCH, PUT, CallOptions
from britive_scim.wire.requests.etags import IfMatch, build_if_match_header
from britive_scim.wire.requests.scim import build_query_params, build_replace_body
from britive_scim.wire.requests.scim_changes import Changes, build_patch_request
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.retry.uncertainty import mark_acknowledged

__all__ = ["AsyncMe"]

_USER_MODEL: type[scim.User[scim.CustomUser]] = scim.User
_USER_SCHEMA = scim.ResourceSchema.of(scim.User)


class AsyncMe(AsyncAPIResource):
    """Alias `/Me` (RFC 7644 §3.11); many providers do not support it, and respond with 404 or 501."""

    __slots__ = ()

    async def get(
        self,
        *,
        attributes: Iterable[str] | None = None,
        excluded_attributes: Iterable[str] | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> scim.User[scim.CustomUser]:
        """Return the user that the token belongs to.

        Args:
            attributes: only these attributes, besides those the server always returns.
            excluded_attributes: all attributes but these.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            NotFound: the token belongs to no user, or the provider does not support `/Me`.
        """
        query = build_query_params(
            _USER_SCHEMA, attributes=attributes, excluded_attributes=excluded_attributes
        )
        return await self._send(GET("/Me", returns=_USER_MODEL, query=query), timeout, retry)

    async def replace(
        self,
        user: scim.User[scim.CustomUser],
        *,
        if_match: IfMatch = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> scim.User[scim.CustomUser]:
        """Replace the user that the token belongs to, and return it as stored by the server.

        Args:
            user: the new state.
            if_match: version to replace: `True` for that of `user`, an ETag, or `None` for any.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            NotFound: the token belongs to no user, or the provider does not support `/Me`.
        """
        put = PUT(
            "/Me",
            body=build_replace_body(user, _USER_SCHEMA),
            returns=decode_optional_body(_USER_MODEL),
            headers=build_if_match_header(if_match, user),
        )
        call = CallOptions(timeout=timeout, retry=retry)
        replaced = await send_replacement(self._session, put, call)
        if replaced is None:
            replaced = await self._read_back("PUT", call)
        if self._session.active_dry_run is not None:
            return replaced
        return check_stored(replaced, put.body, _USER_SCHEMA, method="PUT", path="/Me")

    async def patch(
        self,
        changes: Changes,
        *,
        if_match: str | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> scim.User[scim.CustomUser]:
        """Change attributes of the user that the token belongs to, and return it in its new state.

        Args:
            changes: as in `users.patch`.
            if_match: ETag of the version to change, or `None` for any.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InvalidPath: a path cannot be parsed, or names no attribute; nothing was sent.
            NotFound: the token belongs to no user, or the provider does not support `/Me`.
        """
        request = build_patch_request(changes, _USER_SCHEMA)
        if not request:
            return await self.get(timeout=timeout, retry=retry)
        patch = PATCH(
            "/Me",
            body=request.to_wire(),
            returns=decode_optional_body(_USER_MODEL),
            headers=build_if_match_header(if_match, None),
        )
        call = CallOptions(timeout=timeout, retry=retry)
        changed = await self._send_idempotent(
            patch, partial(self._read_patched_user, request), call
        )
        if changed is None:
            changed = await self._read_back("PATCH", call)
        if self._session.active_dry_run is not None:
            return changed
        return check_patched(changed, request, _USER_SCHEMA, path="/Me")

    async def _read_patched_user(
        self, request: scim.PatchRequest, call: CallOptions
    ) -> Reading[scim.User[scim.CustomUser] | None]:
        """Read the user after a PATCH of unknown outcome, if the user can show the change."""
        from britive_scim.wire.retry.effect import (  # needed after a failure only
            is_in_effect,
            is_verifiable,
        )

        if not is_verifiable(request, _USER_SCHEMA):
            return Reading(None, None)
        found = await self.get(**call)
        return Reading(is_in_effect(request, found, _USER_SCHEMA, shows_members=False), found)

    async def _read_back(self, method: str, call: CallOptions) -> scim.User[scim.CustomUser]:
        """Return the user after a write of this method that the server acknowledged without the user."""
        try:
            return await self.get(**call)
        except (TransportError, ApiError) as error:
            mark_acknowledged(error, f"{method} {error.path}")
            raise
