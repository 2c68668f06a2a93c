"""Writing resources of one type: what users, groups and every other kind have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, overload

from britive_scim.aio.scim.operations import AsyncOperationBuilder
from britive_scim.errors import (
    Ambiguous,
    ApiError,
    BadRequest,
    BritiveScimError,
    Conflict,
    InputError,
    PreconditionFailed,
    ServerError,
    TransportError,
    UnexpectedResponse,
)
from britive_scim.scim.diffs.diff import diff
from britive_scim.scim.models.base import Resource
from britive_scim.scim.patch.request import PatchRequest
from britive_scim.wire.decoding.scim import Decoder, decode_optional_body, ignore_body
from britive_scim.wire.ids import IdLike
from britive_scim.wire.operation import PATCH, CallOptions
from britive_scim.wire.requests.etags import IfMatch, build_if_match_header, get_entity_tag
from britive_scim.wire.requests.scim import build_create_body
from britive_scim.wire.requests.scim_changes import (
    Changes,
    build_patch_request,
    resolve_edit_result,
)
from britive_scim.wire.retry.create_recovery import (
    compute_lookup_delays,
    compute_start_time,
    has_sent_values,
    is_created_before,
    is_created_by_request,
)
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncResources"]

R = TypeVar("R", bound=Resource)

_MAX_EDIT_ATTEMPTS = 5
"""How often a change is made again because others changed the resource meanwhile."""


class AsyncResources(AsyncOperationBuilder[R]):
    """The resources of one type, such as `/Users`; made by `client.collection(...)`."""

    __slots__ = ()

    async def create(
        self, resource: R, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> R:
        """Create a resource and return it as the server made it.

        An answer that got lost, or does not read, is not an error: the resource is looked up, and
        returned if it is surely the one that was to be created, and no older. It is never sent twice
        after the server may have acted on it.

        Args:
            resource: what to create; what only the server sets (`id`, `meta`) is not sent.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InvalidResource: an attribute that SCIM itself demands is missing (`userName` of a user,
                `displayName` of a group: RFC 7643 §4); nothing was sent.
            BadRequest: one that the provider demands is missing. Britive wants the name, the given name,
                the family name and the email address of a user.
            Conflict: it exists, or a value that must be unique is taken.
            TransportError: no answer came, and the resource was not found either;
                `.may_have_happened` tells whether it may still appear.
            UnexpectedResponse: the answer does not read, and the resource was not found; the same.
        """
        started = self._session.now()
        creation = self.creation(resource)
        lost: BritiveScimError | None = None
        made: R | None = None
        try:
            made = await self._send(creation, timeout, retry)
        except (TransportError, ServerError, UnexpectedResponse) as error:
            if not error.may_have_happened:
                raise
            lost = error
        except Conflict as error:
            if error.attempts == 1:
                raise
            lost = error  # an earlier try may have been acted upon
        if made is not None and made.id:
            return made
        answer = self._session.last_response
        found = await self._recover_created(
            resource, creation.body, started, CallOptions(timeout=timeout, retry=retry)
        )
        if found is not None:
            return found
        raise lost or UnexpectedResponse(
            f"POST {self._endpoint} succeeded without saying what was created, and it cannot be found",
            status=answer.status if answer else 201,
            request_id=answer.request_id if answer else None,
            method="POST",
            path=self._endpoint,
            attempts=answer.attempts if answer else 1,
        )

    async def ensure(
        self, resource: R, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> tuple[R, bool]:
        """Return the resource that has the name of this one, created if there is none.

        What exists is returned as it is, not changed.

        Args:
            resource: what to create if need be; looked for by its name (`userName`, `displayName`), or
                by `externalId` where its kind has no name.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Returns:
            The resource, and whether it was created.

        Raises:
            Conflict: the server says that it exists, and does not show it.
        """
        build_create_body(resource, self._schema)
        found = await self._find_by_natural_key(resource, CallOptions(timeout=timeout, retry=retry))
        if found is not None:
            return found, False
        conflict: Conflict | None = None
        try:
            return await self.create(resource, timeout=timeout, retry=retry), True
        except Conflict as error:
            conflict = error
        found = await self._find_by_natural_key(resource, CallOptions(timeout=timeout, retry=retry))
        if found is None:
            raise conflict
        return found, False

    async def replace(
        self,
        resource: R,
        *,
        if_match: IfMatch = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> R:
        """Put `resource` in place of the one with its id, and return what the server made of it.

        What `resource` leaves out is removed at the server.

        Args:
            resource: the new state, with its id.
            if_match: which version it replaces: `True` for the one of `resource` (`meta.version`), a
                tag, or `None` for any.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: the resource has no id.
            NotFound: there is no such resource.
            PreconditionFailed: it was changed since that version.
        """
        return await self._put(resource, if_match, CallOptions(timeout=timeout, retry=retry))

    async def _put(self, resource: R, if_match: IfMatch, call: CallOptions) -> R:
        put = self.replacement(resource, if_match=if_match)
        late: PreconditionFailed | None = None
        replaced: R | None = None
        try:
            replaced = await self._send(put, **call)
        except PreconditionFailed as error:
            if error.attempts == 1:
                raise
            late = error  # perhaps an earlier try of our own changed the version
        if replaced is None:
            replaced = await self.get(resource, **call)
            if late is not None and not has_sent_values(replaced, put.body):
                raise late
        return replaced

    @overload
    async def patch(
        self,
        target: IdLike,
        changes: Changes,
        *,
        if_match: IfMatch = None,
        fetch: Literal[True] = True,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> R: ...
    @overload
    async def patch(
        self,
        target: IdLike,
        changes: Changes,
        *,
        if_match: IfMatch = None,
        fetch: Literal[False],
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None: ...
    async def patch(
        self,
        target: IdLike,
        changes: Changes,
        *,
        if_match: IfMatch = None,
        fetch: bool = True,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> R | None:
        """Change parts of a resource and return it as it is afterwards.

        Args:
            target: the id, or a resource that has it.
            changes: a `scim.PatchRequest`; operations; or a mapping of attribute paths to the values
                that replace theirs, `None` removes: `{"title": "CTO", "name.familyName": "Byron"}`.
                Where there is nothing to change, nothing is changed.
            if_match: which version is changed: `True` for the one of `target` (`meta.version`), a tag, or
                `None` for any.
            fetch: where the server answers without the resource, get it. With `False` nothing is
                returned and nothing is asked.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InvalidPath: a path does not parse, or names nothing; nothing was sent.
            NotFound: there is no such resource.
            PreconditionFailed: it was changed since that version.
        """
        request = build_patch_request(changes, self._schema)
        headers = build_if_match_header(if_match, target)
        changed: R | None = None
        if request:
            returns: Decoder[R | None] = decode_optional_body(self._model) if fetch else ignore_body
            changed = await self._send_patch(
                target,
                request.to_wire(),
                headers,
                CallOptions(timeout=timeout, retry=retry),
                returns=returns,
            )
        if not fetch:
            return None
        return (
            changed if changed is not None else await self.get(target, timeout=timeout, retry=retry)
        )

    async def edit(
        self,
        target: IdLike,
        change: Callable[[R], R | None],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> R:
        """Read a resource, change it, and write the difference, as often as others change it meanwhile.

        Args:
            target: the id, or a resource that has it.
            change: changes the resource it is given, or returns the one it should become. It may be
                called more than once.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Returns:
            The resource as it is afterwards.

        Raises:
            InputError: `change` returned neither a resource nor `None`; nothing was changed.
            NotFound: there is no such resource.
            PreconditionFailed: others changed it five times in a row.

        Example:
            ```python
            def promote(user: scim.User) -> None:
                user.title = "CTO"

            await client.users.edit("2819c223", promote)
            ```
        """
        late: PreconditionFailed | None = None
        for _ in range(_MAX_EDIT_ATTEMPTS):
            before = await self.get(target, timeout=timeout, retry=retry)
            wanted = before.model_copy(deep=True)
            request = diff(before, resolve_edit_result(wanted, change(wanted)), schema=self._schema)
            if not request:
                return before
            try:
                return await self.patch(
                    target,
                    request,
                    if_match=self._get_version(before),
                    timeout=timeout,
                    retry=retry,
                )
            except PreconditionFailed as error:
                late = error
        assert late is not None  # noqa: S101 - the loop runs at least once
        raise late

    async def delete(
        self,
        target: IdLike,
        *,
        if_match: IfMatch = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Delete a resource.

        Args:
            target: the id, or a resource that has it.
            if_match: which version is deleted: `True` for the one of `target` (`meta.version`), a tag,
                or `None` for any.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            NotFound: there is no such resource.
            PreconditionFailed: it was changed since that version.
        """
        await self._send(self.deletion(target, if_match=if_match), timeout, retry)

    async def _send_patch_without_result(
        self, target: IdLike, body: dict[str, Any], call: CallOptions
    ) -> None:
        """Change a part of a resource; of the answer only the success matters."""
        await self._send_patch(target, body, {}, call, returns=ignore_body)

    async def _send_patch(
        self,
        target: IdLike,
        body: dict[str, Any],
        headers: Mapping[str, str],
        call: CallOptions,
        *,
        returns: Decoder[R | None],
    ) -> R | None:
        """Send a PATCH, or what does its work where the provider has none; return the answer's resource.

        `returns` reads the answer to a PATCH.
        """
        if self._service_provider.can_patch is not False:
            patch = PATCH(
                f"{self._endpoint}/{{}}", target, body=body, returns=returns, headers=headers
            )
            try:
                changed = await self._send(patch, **call)
            except (BadRequest, ServerError) as error:
                if error.status not in (405, 501) or self._service_provider.can_patch is True:
                    raise
            else:
                return changed
            self._service_provider.can_patch = False
        return await self._patch_by_replace(target, body, headers, call)

    async def _patch_by_replace(
        self, target: IdLike, body: dict[str, Any], headers: Mapping[str, str], call: CallOptions
    ) -> R | None:
        """Do the work of a PATCH by reading the resource, changing it here and putting it back whole."""
        request = PatchRequest.parse(body, dialect="entra")
        late: PreconditionFailed | None = None
        for _ in range(_MAX_EDIT_ATTEMPTS):
            before = await self.get(target, **call)
            after = request.apply(before, self._schema)
            tag: IfMatch = headers.get("If-Match") or self._get_version(before)
            try:
                return await self._put(after, tag, call)
            except PreconditionFailed as error:
                if headers:
                    raise
                late = error
        assert late is not None  # noqa: S101 - the loop runs at least once
        raise late

    def _get_version(self, resource: R) -> str | None:
        """Return the version that a change of what was read is bound to, where the provider knows versions."""
        known = self._service_provider.known_capabilities
        return None if known is not None and known.etag is False else get_entity_tag(resource)

    # ---------------------------------------------------------------------------- looking again

    async def _find_by_natural_key(self, resource: R, call: CallOptions) -> R | None:
        """Return the resource at the server that has the name of this one."""
        name, field = self.natural_key or ("externalId", "external_id")
        value = getattr(resource, field, None)
        if not value:
            raise InputError(f"this {self._schema.name} cannot be looked up: it has no {name}")
        return await self._find(name, field, value, call)

    async def _recover_created(
        self, resource: R, body: Mapping[str, Any], started: float, call: CallOptions
    ) -> R | None:
        """Look for a resource whose creation was not answered, and return it if it is surely ours."""
        keys = [("externalId", "external_id"), *([self.natural_key] if self.natural_key else [])]
        policy = call.get("retry") or self._session.retry
        once: CallOptions = {**call, "retry": RetryPolicy.none()}
        for wait in compute_lookup_delays(policy):
            if wait:
                await self._session.sleep(wait)
            for name, field in keys:
                value = getattr(resource, field, None)
                if not value:
                    continue
                try:
                    found = await self._find(name, field, value, once)
                except UnexpectedResponse:
                    return None  # whoever answers here does not speak SCIM
                except (TransportError, ServerError):
                    break  # still down: asking for the other key helps nothing
                except (ApiError, Ambiguous):
                    continue  # a provider may not filter by this one
                if found is None:
                    continue
                began = compute_start_time(
                    self._session.last_response, self._session.now() - started
                )
                if is_created_by_request(body, found) and not is_created_before(found, began):
                    return found
        return None
