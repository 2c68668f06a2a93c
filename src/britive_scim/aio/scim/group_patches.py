"""Groups: readings of members, and PUT in place of PATCH, which must not remove members that are not shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar, cast

from britive_scim import scim
from britive_scim.aio.scim.upsert import AsyncUpserts
from britive_scim.errors import UnexpectedResponse
from britive_scim.scim.codec.coerce import coerce_models
from britive_scim.scim.values.notes import is_read_list
from britive_scim.wire.ids import IdLike, validate_path_id
from britive_scim.wire.operation import CallOptions, Operation
from britive_scim.wire.requests.member_changes import (
    MemberChange,
    MemberReading,
    build_unverified_error,
)
from britive_scim.wire.requests.scim_changes import classify_member_change
from britive_scim.wire.retry.create_recovery import compute_lookup_delays
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncGroupPatches"]

G = TypeVar("G", bound="scim.Group")

_MAX_REMEMBERED_GROUPS = 32
"""Maximum number of groups whose members are remembered as sent by PUT."""


class AsyncGroupPatches(AsyncUpserts[G]):
    """Groups of one identity provider, with the methods that read members, and send PUT in place of PATCH."""

    __slots__ = ()

    async def get(
        self,
        target: IdLike,
        *,
        attributes: Iterable[str] | None = None,
        excluded_attributes: Iterable[str] | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> G:
        """Return the group with this id.

        Its `members` are those of the response: `None` if the response has none, `[]` if it has an empty list. Both
        may be sent for a group that has members.

        Args:
            target: id of the group, or the group itself.
            attributes: only these attributes, besides those the server always returns.
            excluded_attributes: all attributes but these.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            NotFound: there is no such group.
        """
        group = await super().get(
            target,
            attributes=attributes,
            excluded_attributes=excluded_attributes,
            timeout=timeout,
            retry=retry,
        )
        if group.members:
            provider = self._service_provider
            provider.shows_members = True
            provider.most_members = max(provider.most_members, len(group.members))
        elif excluded_attributes is None and attributes is None:
            self._service_provider.has_omitted_members = True
        return group

    # ----------------------------------------------------------------------------------- knowledge

    async def _patch(
        self,
        target: IdLike,
        request: scim.PatchRequest,
        headers: Mapping[str, str],
        call: CallOptions,
        *,
        is_difference: bool = False,
    ) -> G:
        if classify_member_change(request) != "none":
            self._knowledge.forget_members(validate_path_id(target, self._endpoint))
        return await super()._patch(target, request, headers, call, is_difference=is_difference)

    async def _put(self, resource: G, put: Operation[G | None], call: CallOptions) -> G:
        if "members" in put.body:
            self._knowledge.forget_members(resource.id or "")
        return await super()._put(resource, put, call)

    # ------------------------------------------------------------------------------------- readings

    async def _read_members(
        self, target: str, call: CallOptions, *, is_absence_proof: bool = False
    ) -> MemberReading:
        """Read the members of a group."""
        group = await self.get(target, **call)
        return self._interpret_members(group, is_absence_proof=is_absence_proof)

    def _interpret_members(self, group: G, *, is_absence_proof: bool = False) -> MemberReading:
        """Return the members that a response to a single GET shows.

        Args:
            group: the group as read.
            is_absence_proof: whether the group has shown members before, so that a missing list means an empty group.
        """
        return MemberReading.of(
            group,
            is_empty_proof=self._service_provider.shows_members,
            is_absence_proof=is_absence_proof,
            known=self._service_provider.put_members.get(group.id or ""),
            most_shown=self._service_provider.most_members,
        )

    def _shows_members(self, resource: G) -> bool:
        return self._interpret_members(resource).is_complete

    def _are_members_hidden(self) -> bool:
        provider = self._service_provider
        return provider.has_omitted_members and not provider.shows_members

    def _compute_reading_delays(self, call: CallOptions) -> tuple[float, ...]:
        """Return the seconds to wait before each reading: those of the look-ups of a lost creation."""
        return compute_lookup_delays(call["retry"] or self._session.retry)

    def _adjust_edit(self, before: G, wanted: G, request: scim.PatchRequest) -> scim.PatchRequest:
        """Return the request of an edit, which replaces the members if the group may hide the former ones.

        A difference to members that are not shown would keep them. Members that were added to the list of the
        response are added only.
        """
        if self._interpret_members(before).is_proof or wanted.members is None:
            return request
        if is_read_list(wanted, "members"):
            return request
        others = [each for each in request.operations if each.path != "members"]
        members = cast("G", coerce_models(wanted)).to_wire().get("members", [])
        return scim.PatchRequest([*others, scim.PatchOperation("replace", "members", members)])

    # ------------------------------------------------------------------------- PUT in place of PATCH

    def _apply_patch(self, before: G, request: scim.PatchRequest) -> G | None:
        """Return the group that a PUT sends in place of a PATCH, or `None` if the PATCH is in effect already.

        Members that may be only some are not sent: the PUT would remove the others. If the group shows none, because
        it is empty or hides them, it gets the added ones, and `_check_replaced` proves that it shows them.

        Raises:
            UnexpectedResponse: the request needs members that the group may not show.
        """
        effect = classify_member_change(request)
        reading = self._interpret_members(before)
        if effect == "replace" or reading.is_complete:
            return super()._apply_patch(before, request)
        if effect == "none":
            return request.apply(before.model_copy(update={"members": None}))
        after = request.apply(before)
        added = tuple(id_ for id_ in _get_ids(after) if id_ not in reading.ids)
        if effect == "add" and not added:  # each of them is a member already
            rest = after.model_copy(update={"members": None})
            return rest if scim.diff(before, after, schema=self._schema) else None
        if effect == "add" and not reading.ids and not self._service_provider.hides_members:
            return super()._apply_patch(before, request)
        shown = f"only {len(reading.ids)}" if reading.ids else "none"
        raise self._build_put_error(
            before,
            f"the provider has no PATCH, and the group may have members that it does not show (it shows {shown}), "
            "which a PUT would remove; nothing was changed; state all members by set_members",
            added,
        )

    async def _check_replaced(
        self, before: G, after: G, request: scim.PatchRequest, replaced: G, call: CallOptions
    ) -> G:
        """Return the group after a PUT in place of a PATCH.

        Raises:
            UnexpectedResponse: the group does not show the members that it must have.
        """
        if self._session.active_dry_run is not None:
            return replaced
        provider = self._service_provider
        was_complete = self._interpret_members(before).is_complete
        effect = classify_member_change(request)
        is_left_out = after.members is None and effect in ("none", "add")
        expected = _get_ids(before) if is_left_out else _get_ids(after)
        if not is_left_out:
            provider.put_members.pop(after.id or "", None)
            provider.put_members[after.id or ""] = frozenset(expected)
            if len(provider.put_members) > _MAX_REMEMBERED_GROUPS:
                del provider.put_members[next(iter(provider.put_members))]
            if effect == "replace":
                return replaced
        shown = _get_ids(replaced) if was_complete or is_left_out else ()
        for delay in self._compute_reading_delays(call):
            if set(expected) <= set(shown):
                return replaced
            if delay:
                await self._session.sleep(delay)
            shown = _get_ids(await self.get(after, **call))
        missing = tuple(id_ for id_ in expected if id_ not in shown)
        if not missing:
            return replaced
        provider.hides_members |= not shown
        raise self._build_put_error(
            after,
            f"the group shows {len(shown)} members after a PUT of {len(expected)}, so it may hide members, and former "
            "ones that it did not show may have been removed; state all members by set_members",
            missing,
        )

    def _build_put_error(
        self, group: G, problem: str, remaining: tuple[str, ...]
    ) -> UnexpectedResponse:
        path = f"{self._endpoint}/{group.id}"
        return build_unverified_error(
            path, problem, MemberChange(), remaining=remaining, method="PUT"
        )


def _get_ids(group: scim.Group) -> tuple[str, ...]:
    return tuple(member.value for member in group.members or () if member.value)
