"""Creation of groups with members, which are sent in chunks and completed after a lost response."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

from britive_scim import scim
from britive_scim.aio.scim.lookups import AsyncCreationCheck
from britive_scim.aio.scim.member_replacement import AsyncMemberReplacement
from britive_scim.errors import ApiError, Conflict, TransportError, UnexpectedResponse
from britive_scim.wire.ids import MAX_MEMBERS_PER_REQUEST
from britive_scim.wire.operation import CallOptions, Operation
from britive_scim.wire.requests.member_changes import (
    MemberChange,
    MemberGoal,
    get_member_ids,
    is_chunk_refusal,
)
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.retry.uncertainty import inherit_uncertainty, mark_uncertain

__all__ = ["AsyncGroupCreation"]

G = TypeVar("G", bound="scim.Group")


class AsyncGroupCreation(AsyncMemberReplacement[G]):
    """Groups of one identity provider, with the method that creates them."""

    __slots__ = ()

    async def create(
        self, resource: G, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> G:
        """Create a group and return it as stored by the server.

        Up to 100 members are part of the request. More, or as many as the provider refuses there, are added afterwards
        in chunks of 100.

        If the response is lost or cannot be decoded, the group is looked up, and its members are completed. Its
        `externalId` must be the one sent. If neither has an `externalId`, it must show only members that were sent.

        Args:
            resource: group to create; attributes that only the server sets (`id`, `meta`) are not sent.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InvalidResource: the `displayName` is missing (RFC 7643 §4); nothing was sent.
            Conflict: the group exists; or the response was lost, and a group with this name may be another one.
                Then `.may_have_happened` is True.
            ApiError: the group was created, but members were refused; `.resource` is the group, and `.remaining`
                contains exactly the refused ids.
            TransportError: no response was received, and the group was not found, or `.resource` is the group, and
                `.remaining` contains the ids that were not added.
            UnexpectedResponse: the response cannot be decoded, and the group was not found.
        """
        call = CallOptions(timeout=timeout, retry=retry)
        ids = get_member_ids(self.creation(resource).body)
        group = await self._create_with_all_members(resource, ids, call)
        if self._session.active_dry_run is None:
            self._knowledge.record_members(group.id or "", ids)
        return group

    async def _create_with_all_members(
        self, resource: G, ids: tuple[str, ...], call: CallOptions
    ) -> G:
        if not ids:
            return (await self._create_completable(resource, ids, call))[0]
        group, done, is_acknowledged = await self._create_with_members(resource, ids, call)
        if done == ids:
            return group
        creation = f"POST {self._endpoint}"
        change = MemberChange(
            to_add=ids[len(done) :],
            done=done,
            acknowledged_request=creation if is_acknowledged else None,
        )
        change.chunk_count += bool(done)
        goal = MemberGoal(wanted=dict.fromkeys(ids))
        # a provider without PATCH gets all members in one PUT, unless the group may be another one
        put_body = self._build_replacement(ids) if is_acknowledged else None
        try:
            await self._change_members(group.id or "", change, goal, call, put_body=put_body)
        except (ApiError, TransportError) as error:
            error.resource = group
            if not is_acknowledged:
                mark_uncertain(error, creation)
            raise
        return await self._read_created_group(group, call)

    async def _create_with_members(
        self, resource: G, ids: tuple[str, ...], call: CallOptions
    ) -> tuple[G, tuple[str, ...], bool]:
        """Create a group with its first members, or without members if these are refused; return it and their ids.

        The third value is false if the group was found after a lost response. It may then lack members, and the ids
        are empty.
        """
        members = resource.members or []
        part = resource
        if len(ids) == len(members) > MAX_MEMBERS_PER_REQUEST:
            part = resource.model_copy(update={"members": members[:MAX_MEMBERS_PER_REQUEST]})
        first = ids[: len(part.members or [])]
        try:
            group, is_acknowledged = await self._create_completable(part, ids, call)
        except ApiError as error:
            if isinstance(error, Conflict) or not is_chunk_refusal(error):
                raise
            failure = error
        else:
            return group, first if is_acknowledged else (), is_acknowledged
        try:
            empty = resource.model_copy(update={"members": None})
            group, is_acknowledged = await self._create_completable(empty, ids, call)
        except (ApiError, TransportError) as error:
            if isinstance(error, type(failure)):  # the members did not cause the refusal
                raise inherit_uncertainty(failure, error) from None
            inherit_uncertainty(error, failure)
            raise
        return group, (), is_acknowledged

    async def _create_completable(
        self, resource: G, ids: tuple[str, ...], call: CallOptions
    ) -> tuple[G, bool]:
        """Create a group whose members are added afterwards; return it, and whether the response contained it.

        Args:
            resource: group to create.
            ids: ids of all members that it will have.
            call: timeout and retry policy of each request.
        """
        creation, started = self.creation(resource), self._session.now()
        sent = get_member_ids(creation.body)
        created = await self._send_creation(creation, call)
        if not isinstance(created, (TransportError, ApiError)):
            if self._session.active_dry_run is None:
                self._service_provider.record_put_members(created.id or "", sent)
            return self._check_created(created, creation, ids), True
        others: list[G] = []
        wanted = {**creation.body, "members": [{"value": id_} for id_ in ids]}
        is_created = self._make_creation_check(resource, wanted)
        is_completable = partial(
            self._is_completable, resource, frozenset(ids), call, is_created, others
        )
        found = await self._recover_created(resource, started, call, is_completable)
        if found is not None:
            if not (sent or found.members):
                self._service_provider.record_put_members(found.id or "", sent)
            return self._check_created(found, creation, ids), False
        if others:
            raise self._build_uncertain_conflict(others[0]) from created
        raise created

    def _check_created(self, created: G, creation: Operation[G | None], ids: tuple[str, ...]) -> G:
        """Return the created group with the paths of the values that were not kept.

        Raises:
            UnexpectedResponse: it shows other members than those sent; `.resource` is the group, and `.remaining`
                contains the members of `ids` that it does not show.
        """
        try:
            return self._check_stored(created, creation)
        except UnexpectedResponse as error:
            shown = {member.value for member in created.members or ()}
            error.resource = created
            error.done = tuple(id_ for id_ in ids if id_ in shown)
            error.remaining = tuple(id_ for id_ in ids if id_ not in shown)
            raise

    async def _is_completable(
        self,
        resource: G,
        ids: frozenset[str],
        call: CallOptions,
        is_created: AsyncCreationCheck[G],
        others: list[G],
        found: G,
        start_time: float,
    ) -> bool:
        """Return whether a group that was found is certainly the created one; otherwise record it in `others`."""
        is_ours = await is_created(found, start_time)
        if is_ours and not (resource.external_id and found.external_id):
            has_id = bool(resource.external_id or found.external_id)
            is_ours = not has_id and await self._has_only(ids, found, call)
        if not is_ours:
            others.append(found)
        return is_ours

    async def _has_only(self, ids: frozenset[str], group: G, call: CallOptions) -> bool:
        """Return whether a group shows its members, and has no others than these.

        A group to be created without members may show none: nothing is added to it.
        """
        try:
            reading = self._interpret_members(await self._read(group, call))
        except (ApiError, TransportError):
            return False
        is_shown = reading.is_proof or not (ids or reading.has_unidentified)
        return is_shown and reading.ids.keys() <= ids

    def _build_uncertain_conflict(self, found: G) -> Conflict:
        """Return the error for a lost creation, after which a group was found that may be another one."""
        detail = (
            f"the group {found.id} may be the one to create or another one, so it was not changed; read it, then add "
            "its members or delete it"
        )
        error = Conflict(
            f"POST {self._endpoint}: {detail}",
            status=409,
            detail=detail,
            method="POST",
            path=self._endpoint,
        )
        error.resource = found
        return mark_uncertain(error, f"POST {self._endpoint}")

    async def _read_created_group(self, group: G, call: CallOptions) -> G:
        """Return a created group with the members that were added to it; `None` if it cannot be read."""
        if self._session.active_dry_run is None:
            try:
                return await self.get(group, **call)
            except (ApiError, TransportError):
                pass  # the group was created, and its members were added
        return group.model_copy(update={"members": None})
