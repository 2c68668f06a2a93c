"""PATCH requests: retries after a lost response, and PUT for providers without PATCH."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from britive_scim import scim
from britive_scim.aio.scim.operations import AsyncOperationBuilder
from britive_scim.aio.scim.replacement import send_replacement
from britive_scim.errors import (
    ApiError,
    BadRequest,
    PatchError,
    PreconditionFailed,
    ServerError,
    TransportError,
    UnexpectedResponse,
)
from britive_scim.scim.values.notes import note_emptied
from britive_scim.wire.decoding.json_fields import get_field
from britive_scim.wire.decoding.patch_effect import check_patched
from britive_scim.wire.decoding.returned_id import check_returned_id
from britive_scim.wire.decoding.scim import Decoder, decode_optional_body, ignore_body
from britive_scim.wire.ids import IdLike
from britive_scim.wire.operation import PATCH, CallOptions, Operation
from britive_scim.wire.requests.etags import IfMatch, get_entity_tag
from britive_scim.wire.requests.scim_changes import build_patch_request, empties_members
from britive_scim.wire.response import Response
from britive_scim.wire.retry.create_recovery import has_sent_values
from britive_scim.wire.retry.uncertainty import inherit_uncertainty, mark_acknowledged

if TYPE_CHECKING:
    from britive_scim.aio.change_recovery import Reading

__all__ = ["MAX_EDIT_ATTEMPTS", "AsyncPatchSender", "is_overtaken"]

R = TypeVar("R", bound="scim.Resource")

MAX_EDIT_ATTEMPTS = 5
"""Maximum attempts of a change that conflicts with concurrent changes."""


def is_overtaken(error: ApiError | TransportError) -> bool:
    """Return whether a concurrent change caused the refusal of a request."""
    return isinstance(error, PreconditionFailed) and error.method != "GET"


class AsyncPatchSender(AsyncOperationBuilder[R]):
    """Resources of one type, with the methods that send PATCH requests."""

    __slots__ = ()

    async def _put(self, resource: R, put: Operation[R | None], call: CallOptions) -> R:
        try:
            replaced = await send_replacement(self._session, put, call)
        except PreconditionFailed as error:
            if error.attempts == 1:
                raise
            failure = error  # an earlier attempt may have changed the version
        else:
            if replaced is None:
                return await self._read_back(resource, "PUT", call)
            return check_returned_id(replaced, resource, method="PUT", endpoint=self._endpoint)
        try:
            replaced = await self._read(resource, call)
        except (TransportError, ApiError):  # the refusal of the PUT is more informative
            raise failure from None
        if not has_sent_values(replaced, put.body, self._schema):
            raise failure
        return replaced

    async def _read(
        self, target: IdLike, call: CallOptions, *, attributes: Iterable[str] | None = None
    ) -> R:
        """Return a resource, for a change that depends on it.

        Raises:
            UnexpectedResponse: the response contains another resource.
        """
        resource = await self.get(target, attributes=attributes, **call)
        return check_returned_id(resource, target, method="GET", endpoint=self._endpoint)

    async def _read_back(self, target: IdLike, method: str, call: CallOptions) -> R:
        """Return a resource after a write of this method that the server acknowledged without the resource.

        Raises:
            TransportError, ApiError: the resource cannot be read; the message says that the write was acknowledged.
        """
        try:
            return await self._read(target, call)
        except (TransportError, ApiError) as error:
            mark_acknowledged(error, f"{method} {error.path}")
            raise

    @property
    def _change_method(self) -> str:
        """HTTP method of changes: PATCH, or the PUT that stands in for it."""
        return "PUT" if self._service_provider.can_patch is False else "PATCH"

    # ---------------------------------------------------------------------------- PATCH and fallback

    async def _patch(
        self,
        target: IdLike,
        request: scim.PatchRequest,
        headers: Mapping[str, str],
        call: CallOptions,
        *,
        is_difference: bool = False,
        put_request: scim.PatchRequest | None = None,
    ) -> R:
        """Send a PATCH, unless it is empty, and return the resource in its new state.

        Args:
            target: id of the resource, or the resource itself.
            request: the PATCH.
            headers: further headers of the PATCH.
            call: timeout and retry policy of each request.
            is_difference: whether the PATCH is the difference of two states of the resource.
            put_request: the PATCH that GET and PUT stand in for; `None` for `request`.
        """
        if not request:
            return await self.get(target, **call)
        self._forget_changed_members(target, request)
        changed = await self._send_patch(
            target,
            request.to_wire(),
            headers,
            call,
            returns=decode_optional_body(self._model),
            is_difference=is_difference,
            put_body=None if put_request is None else put_request.to_wire(),
        )
        if changed is None:
            changed = await self._read_back(target, self._change_method, call)
        return self._check_changed(target, changed, request)

    def _forget_changed_members(self, target: IdLike, request: scim.PatchRequest) -> None:
        """Forget the members of a group that a PATCH may change."""

    async def _change_attributes(
        self,
        target: IdLike,
        body: dict[str, Any],
        values: Mapping[str, Any],
        call: CallOptions,
        *,
        check: Decoder[None] = ignore_body,
    ) -> R:
        """Send a PATCH of single values, and return the resource, which shows these values.

        Args:
            target: id of the resource, or the resource itself.
            body: body of the PATCH.
            values: the new values, by attribute name in wire form.
            call: timeout and retry policy of each request.
            check: check of the response to the PATCH.

        Raises:
            UnexpectedResponse: the resource shows another `active`.
        """
        decoder = self._decode_patched_resource(check)
        changed = await self._send_patch(target, body, {}, call, returns=decoder)
        if changed is None or any(get_field(changed.to_wire(), name) is None for name in values):
            changed = await self._read_back(target, self._change_method, call)
        return self._check_changed(target, changed, build_patch_request(values, self._schema))

    def _check_changed(self, target: IdLike, changed: R, request: scim.PatchRequest) -> R:
        """Return a resource after a PATCH, with the paths of the values that were not kept."""
        if self._session.active_dry_run is not None:
            return changed
        self._check_changed_id(target, changed)
        path = f"{self._endpoint}/{changed.id}"
        return check_patched(changed, request, self._schema, path=path)

    def _check_changed_id(self, target: IdLike, changed: R) -> R:
        """Return the resource of the response to a change, unless it is another one."""
        method = self._change_method
        return check_returned_id(changed, target, method=method, endpoint=self._endpoint)

    async def _send_patch(
        self,
        target: IdLike,
        body: dict[str, Any],
        headers: Mapping[str, str],
        call: CallOptions,
        *,
        returns: Decoder[R | None],
        is_difference: bool = False,
        is_result_ignored: bool = False,
        put_body: dict[str, Any] | None = None,
    ) -> R | None:
        """Send a PATCH, or GET and PUT if the provider has no PATCH, and return the resource, if it is known.

        After an uncertain outcome the resource is read. The PATCH is sent again if it is not in effect.

        Args:
            target: id of the resource, or the resource itself.
            body: body of the PATCH.
            headers: further headers of the PATCH.
            call: timeout and retry policy.
            returns: decoder of the response to the PATCH.
            is_difference: whether the PATCH is the difference of two states of the resource.
            is_result_ignored: whether the members are the only attribute that the caller reads.
            put_body: body of the PATCH that GET and PUT stand in for; `None` for `body`.
        """
        from britive_scim.aio.change_recovery import (
            send_idempotent_change,  # needed for changes only
        )

        return await send_idempotent_change(
            self._session,
            partial(self._attempt_patch, target, body, put_body or body, headers, returns),
            partial(
                self._read_patched_resource,
                target,
                body,
                put_body or body,
                is_difference=is_difference,
                is_result_ignored=is_result_ignored or returns is ignore_body,
            ),
            call,
            is_hidden=partial(self._is_change_hidden, body),
        )

    async def _read_patched_resource(
        self,
        target: IdLike,
        body: dict[str, Any],
        put_body: dict[str, Any],
        call: CallOptions,
        *,
        is_difference: bool,
        is_result_ignored: bool,
    ) -> Reading[R | None]:
        """Read a resource after a PATCH of unknown outcome, if the resource can show the change."""
        from britive_scim.aio.change_recovery import Reading
        from britive_scim.wire.retry.effect import (  # needed after a failure only
            changes_only_members,
            is_in_effect,
            is_verifiable,
        )

        if self._service_provider.can_patch is False:
            body = put_body
        request = scim.PatchRequest.parse(body, dialect="entra")
        if not is_verifiable(request, self._schema, is_difference=is_difference):
            return Reading(None, None)
        has_only_members = changes_only_members(request, self._schema)
        attributes = ["members"] if has_only_members and is_result_ignored else None
        found = await self._read(target, call, attributes=attributes)
        in_effect = is_in_effect(
            request, found, self._schema, shows_members=self._shows_members(found)
        )
        return Reading(in_effect, found)

    def _shows_members(self, resource: R) -> bool:
        """Return whether a resource that was read shows its members; an empty list does not prove that."""
        return bool(getattr(resource, "members", None))

    def _are_members_hidden(self) -> bool:
        """Return whether the provider has omitted members, and has not shown any yet."""
        return False

    def _is_change_hidden(self, body: dict[str, Any]) -> bool:
        """Return whether a PATCH changes only members, and the provider hides these."""
        if not self._are_members_hidden():
            return False
        from britive_scim.wire.retry.effect import (  # needed after a failure only
            changes_only_members,
            is_verifiable,
        )

        request = scim.PatchRequest.parse(body, dialect="entra")
        return is_verifiable(request, self._schema) and changes_only_members(request, self._schema)

    async def _attempt_patch(
        self,
        target: IdLike,
        body: dict[str, Any],
        put_body: dict[str, Any],
        headers: Mapping[str, str],
        returns: Decoder[R | None],
        call: CallOptions,
    ) -> R | None:
        """Send a PATCH once, or GET and PUT if the provider has no PATCH."""
        if self._service_provider.can_patch is not False:
            patch = PATCH(
                f"{self._endpoint}/{{}}", target, body=body, returns=returns, headers=headers
            )
            try:
                return await self._send(patch, **call)
            except (BadRequest, ServerError) as error:
                if error.status not in (405, 501) or self._service_provider.can_patch is True:
                    raise
                refusal = error
            self._service_provider.can_patch = False
        else:
            refusal = None
        return await self._patch_by_replace(target, put_body, headers, call, refusal=refusal)

    async def _patch_by_replace(
        self,
        target: IdLike,
        body: dict[str, Any],
        headers: Mapping[str, str],
        call: CallOptions,
        *,
        refusal: ApiError | None,
    ) -> R | None:
        """Apply a PATCH to the resource as read, and replace it; `refusal` is the error of the PATCH."""
        request = scim.PatchRequest.parse(body, dialect="entra")
        ignored = request.ignored(self._schema)
        if ignored:  # the resource would silently lack them
            raise PatchError(
                f"value must have declared sub-attributes for a provider without PATCH, got {ignored[0]}",
                scim_type="invalidValue",
            )
        failure: ApiError | TransportError | None = refusal
        for _ in range(MAX_EDIT_ATTEMPTS):
            try:
                before = await self._read_before_put(target, request, call)
                after = self._apply_patch(before, request)
                if after is None:
                    return before
                version: IfMatch = headers.get("If-Match") or self._get_version(before)
                put = self._build_put(after, if_match=version)
                replaced = await self._put(after, put, call)
                return await self._check_replaced(before, after, request, replaced, call)
            except (ApiError, TransportError) as error:
                failure = inherit_uncertainty(error, failure)
                if headers or not is_overtaken(error):
                    raise
        assert failure is not None  # noqa: S101 - the loop runs at least once
        raise failure

    async def _read_before_put(
        self,
        target: IdLike,
        request: scim.PatchRequest,  # noqa: ARG002 - for groups
        call: CallOptions,
    ) -> R:
        """Return the resource that a PUT changes in place of this PATCH."""
        return await self._read(target, call)

    def _apply_patch(self, before: R, request: scim.PatchRequest) -> R | None:
        """Return the resource that a PUT sends in place of a PATCH, or `None` if the PATCH is in effect already."""
        after = request.apply(before)
        if empties_members(request):
            note_emptied(after, "members")
        return after

    async def _check_replaced(
        self,
        before: R,  # noqa: ARG002 - for groups
        after: R,  # noqa: ARG002 - for groups
        request: scim.PatchRequest,  # noqa: ARG002 - for groups
        replaced: R,
        call: CallOptions,  # noqa: ARG002 - for groups
    ) -> R:
        """Return the resource after a PUT in place of a PATCH, unless others of its values may be lost.

        Args:
            before: the resource as read.
            after: the resource as sent.
            request: the PATCH.
            replaced: the resource as the server has it now.
            call: timeout and retry policy of each request.
        """
        return replaced

    def _decode_patched_resource(self, check: Decoder[None]) -> Decoder[R | None]:
        """Return a decoder that applies `check`, then returns the resource if the body is a complete one."""
        decode = decode_optional_body(self._model)

        def decode_patched_resource(response: Response) -> R | None:
            check(response)
            try:
                resource = decode(response)
            except UnexpectedResponse:
                return None  # some servers return the changed attributes only
            return resource if resource is not None and resource.id else None

        return decode_patched_resource

    def _get_version(self, resource: R) -> str | None:
        """Return the version for `If-Match` of a resource that was read, unless the provider has no ETags."""
        known = self._service_provider.known_capabilities
        return None if known is not None and known.etag is False else get_entity_tag(resource)
