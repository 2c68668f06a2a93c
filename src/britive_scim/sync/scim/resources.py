# Generated from aio/scim/resources.py by tools/unasync.py; edit that file instead.
"""Resources of one type that can be written: the base of users and groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload

from britive_scim import scim
from britive_scim.sync.scim.patches import MAX_EDIT_ATTEMPTS, PatchSender, is_overtaken
from britive_scim.errors import (
    ApiError,
    Conflict,
    TransportError,
    UnexpectedResponse,
)
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.decoding.stored_values import check_stored
from britive_scim.wire.ids import IdLike
from britive_scim.wire.operation import CallOptions, Operation
from britive_scim.wire.requests.etags import IfMatch, build_if_match_header
from britive_scim.wire.requests.scim import build_create_body
from britive_scim.wire.requests.scim_changes import (
    Changes,
    build_patch_request,
    resolve_edit_result,
)
from britive_scim.wire.retry.create_recovery import explain_hidden_resource
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.retry.uncertainty import inherit_uncertainty

__all__ = ["Resources"]

R = TypeVar("R", bound="scim.Resource")


class Resources(PatchSender[R]):
    """Resources of one type, such as `/Users`; returned by `client.collection(...)`."""

    __slots__ = ()

    def create(
        self, resource: R, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> R:
        """Create a resource and return it as stored by the server.

        If the response is lost or cannot be decoded, the resource is looked up. It is returned if it is certainly the
        one to create, and no older. The request is never repeated after the server may have acted on it.

        Args:
            resource: resource to create; attributes that only the server sets (`id`, `meta`) are not sent.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InvalidResource: an attribute required by SCIM is missing (`userName` of a user, `displayName` of a
                group: RFC 7643 §4); nothing was sent.
            BadRequest: an attribute required by the provider is missing. Britive requires five of a user: the user
                name, the given name, the family name, the email address, and `active` (its Status).
            Conflict: the resource exists, or a value that must be unique is taken.
            TransportError: no response was received, and the resource was not found;
                `.may_have_happened` is True if it may still appear.
            UnexpectedResponse: the response cannot be decoded, and the resource was not found. Or the response shows
                different members, or an active user that was sent as inactive.
        """
        call = CallOptions(timeout=timeout, retry=retry)
        creation, started = self.creation(resource), self._session.now()
        created = self._send_creation(creation, call)
        if isinstance(created, (TransportError, ApiError)):
            is_created = self._make_creation_check(resource, creation.body)
            found = self._recover_created(resource, started, call, is_created)
            if found is None:
                raise created
            created = found
        return self._check_stored(created, creation)

    def _send_creation(
        self, creation: Operation[R | None], call: CallOptions
    ) -> R | TransportError | ApiError:
        """Send a creation; return the resource of the response, or the error of an outcome to look up."""
        try:
            created = self._send(creation, **call)
        except (TransportError, ApiError) as error:
            # an earlier attempt may have created it, also one that was refused with 429
            is_own_conflict = isinstance(error, Conflict) and error.attempts > 1
            if not (error.may_have_happened or is_own_conflict):
                raise
            return error
        if created is not None and created.id:
            return created
        response = self._session.last_response
        return UnexpectedResponse(
            f"POST {self._endpoint} succeeded, but the response contains no resource, and none was found",
            status=response.status if response else 201,
            request_id=response.request_id if response else None,
            method="POST",
            path=self._endpoint,
            attempts=response.attempts if response else 1,
        )

    def ensure(
        self, resource: R, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> tuple[R, bool]:
        """Return the resource with the name or `externalId` of this one, and create it if it does not exist.

        An existing resource is returned unchanged. One that has the `externalId` and another name was renamed at its
        source. If the provider refuses filters by `externalId`, only the name is looked up.

        Args:
            resource: resource to create if necessary; looked up by name (`userName`, `displayName`), then by
                `externalId`, if it has one.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Returns:
            The resource, and whether it was created.

        Raises:
            Ambiguous: several resources have the name or the `externalId`, or the name belongs to a resource with
                another `externalId`.
            Conflict: the server reports that it exists, but does not return it.
        """
        build_create_body(resource, self._schema)
        call = CallOptions(timeout=timeout, retry=retry)
        found = self._find_existing(resource, call)
        if found is not None:
            return found, False
        try:
            return self.create(resource, **call), True
        except Conflict as error:
            if error.resource is not None:
                raise  # a group whose members are incomplete
            conflict = error
        try:
            found = self._find_existing(resource, call)
        except (ApiError, TransportError) as error:
            inherit_uncertainty(error, conflict)
            raise
        if found is None:
            raise explain_hidden_resource(conflict)
        return found, False

    def replace(
        self,
        resource: R,
        *,
        if_match: IfMatch = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> R:
        """Replace the resource that has the id of `resource`, and return it as stored by the server.

        Attributes that were emptied, or set to `None`, are written as `null` or `[]`. Other attributes without a
        value are omitted, and servers remove or keep them (RFC 7644 §3.5.1). If the server refuses `null`, the
        request is sent once more without it. `unkept` of the result names the values that the server did not store.

        Args:
            resource: the new state, with its id.
            if_match: version to replace: `True` for that of `resource` (`meta.version`), an ETag, or `None`
                for any.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: the resource has no id.
            NotFound: there is no such resource.
            PreconditionFailed: the resource was changed since that version.
            UnexpectedResponse: the response shows a different `active` or different members.
        """
        put = self._build_put(resource, if_match=if_match)
        replaced = self._put(resource, put, CallOptions(timeout=timeout, retry=retry))
        return self._check_stored(replaced, put)

    def _check_stored(self, stored: R, operation: Operation[Any]) -> R:
        """Return a resource after a create or replace, with the paths of the values that were not kept."""
        if self._session.active_dry_run is not None:
            return stored
        method, path = operation.method, operation.path
        return check_stored(stored, operation.body, self._schema, method=method, path=path)

    @overload
    def patch(
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
    def patch(
        self,
        target: IdLike,
        changes: Changes,
        *,
        if_match: IfMatch = None,
        fetch: Literal[False],
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None: ...
    def patch(
        self,
        target: IdLike,
        changes: Changes,
        *,
        if_match: IfMatch = None,
        fetch: bool = True,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> R | None:
        """Change attributes of a resource and return it in its new state.

        Args:
            target: id of the resource, or the resource itself.
            changes: a `scim.PatchRequest`; operations; or a mapping of attribute paths to new values, where `None`
                removes: `{"title": "CTO", "name.familyName": "Byron"}`. Without changes, no PATCH is sent.
            if_match: version to change: `True` for that of `target` (`meta.version`), an ETag, or `None` for any.
            fetch: get the resource if the response does not contain it. With `False`, nothing is returned and no
                GET is sent.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InvalidPath: a path cannot be parsed, or names no attribute; nothing was sent.
            NotFound: there is no such resource.
            PreconditionFailed: the resource was changed since that version.
            UnexpectedResponse: the change sets `active` or `members`, and the response shows other values.
        """
        call = CallOptions(timeout=timeout, retry=retry)
        request = build_patch_request(changes, self._schema)
        headers = build_if_match_header(if_match, target)
        if fetch:
            return self._patch(target, request, headers, call)
        if request:
            self._forget_changed_members(target, request)
            self._send_patch(target, request.to_wire(), headers, call, returns=ignore_body)
        return None

    def edit(
        self,
        target: IdLike,
        change: Callable[[R], R | None],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> R:
        """Read a resource, change it, and write the difference; repeat if others change it meanwhile.

        `None` for the members of a group means unknown: they are kept. An empty list removes all.

        Args:
            target: id of the resource, or the resource itself.
            change: function that changes the resource it receives, or returns the wanted one. It may be called
                more than once.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Returns:
            The resource in its new state.

        Raises:
            InputError: `change` returned neither a resource nor `None`; nothing was changed.
            InvalidResource: `change` added or changed an attribute that is not declared, such as a misspelt one; the
                message has a hint. Undeclared attributes that the server sent may stay. Nothing was changed.
            NotFound: there is no such resource.
            PreconditionFailed: others changed it five times in a row.

        Example:
            ```python
            def promote(user: scim.User) -> None:
                user.title = "CTO"

            client.users.edit("2819c223", promote)
            ```
        """
        from britive_scim.wire.requests.edit_difference import (  # needed for an edit only
            build_edit_request,
        )

        call = CallOptions(timeout=timeout, retry=retry)
        failure: ApiError | TransportError | None = None
        for _ in range(MAX_EDIT_ATTEMPTS):
            try:
                before = self._read(target, call)
                wanted = before.model_copy(deep=True)
                wanted = resolve_edit_result(wanted, change(wanted))
                request = build_edit_request(before, wanted, self._schema)
                request = self._adjust_edit(before, wanted, request)
                if not request:
                    return before
                version = build_if_match_header(self._get_version(before), before)
                return self._patch(target, request, version, call, is_difference=True)
            except (ApiError, TransportError) as error:
                failure = inherit_uncertainty(error, failure)
                if not is_overtaken(error):
                    raise
        assert failure is not None  # noqa: S101 - the loop runs at least once
        raise failure

    def _adjust_edit(
        self,
        before: R,  # noqa: ARG002 - for groups
        wanted: R,  # noqa: ARG002 - for groups
        request: scim.PatchRequest,
    ) -> scim.PatchRequest:
        """Return the request of an edit, with the values that the server does not show stated as a whole."""
        return request

    def delete(
        self,
        target: IdLike,
        *,
        if_match: IfMatch = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Delete a resource.

        Args:
            target: id of the resource, or the resource itself.
            if_match: version to delete: `True` for that of `target` (`meta.version`), an ETag, or `None` for any.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            NotFound: there is no such resource.
            PreconditionFailed: the resource was changed since that version.
        """
        self._send(self.deletion(target, if_match=if_match), timeout, retry)
