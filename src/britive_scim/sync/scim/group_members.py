# Generated from aio/scim/group_members.py by tools/unasync.py; edit that file instead.
"""Members of groups: changes in chunks, refused ids, and verification."""

from __future__ import annotations

from typing import Any, TypeVar

from britive_scim import scim
from britive_scim.sync.scim.group_patches import GroupPatches
from britive_scim.errors import ApiError, InputError, NotFound, TransportError, UnexpectedResponse
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.operation import GET, CallOptions
from britive_scim.wire.requests.member_changes import (
    MemberChange,
    MemberChunk,
    MemberGoal,
    add_progress,
    build_unverified_error,
    is_chunk_refusal,
    is_possibly_applied,
)
from britive_scim.wire.requests.member_reading import MemberReading
from britive_scim.wire.requests.scim_changes import (
    build_add_members_patch,
    build_member_change_patch,
    build_remove_members_patch,
)

__all__ = ["GroupMembers"]

G = TypeVar("G", bound="scim.Group")


class GroupMembers(GroupPatches[G]):
    """Groups of one identity provider, with the methods that change members."""

    __slots__ = ()

    def _read_members_after_refusal(
        self, target: str, failure: ApiError, change: MemberChange, call: CallOptions
    ) -> MemberReading:
        """Read the members of a group after a refusal; an unreadable response proves nothing.

        Raises:
            NotFound: the refusal was a 404, and the group does not exist.
        """
        try:
            return self._read_members(target, call)
        except (ApiError, TransportError) as error:
            if isinstance(error, NotFound) and isinstance(failure, NotFound):
                raise change.build_group_error(failure) from None
        return MemberReading()

    # -------------------------------------------------------------------------------------- changes

    def _attempt_change(
        self,
        target: str,
        body: dict[str, Any],
        call: CallOptions,
        *,
        put_body: dict[str, Any] | None = None,
    ) -> tuple[G | None, ApiError | TransportError | None]:
        """Send one change of members and return the group of the response, if it has one, and the error, or `None`.

        Args:
            target: id of the group.
            body: body of the PATCH.
            call: timeout and retry policy.
            put_body: the whole change, which a provider without PATCH gets by one PUT; `None` for `body`.
        """
        try:
            changed = self._send_patch(
                target,
                body,
                {},
                call,
                returns=self._decode_patched_resource(ignore_body),
                is_result_ignored=True,
                put_body=put_body,
            )
            if changed is None or self._session.active_dry_run is not None:
                return None, None
            return self._check_changed_id(target, changed), None
        except (ApiError, TransportError) as error:
            if error.may_have_happened:
                self._service_provider.forget_members(target)
            return None, error

    def _find_unkept_members(
        self, target: str, changed: G | None, goal: MemberGoal, call: CallOptions
    ) -> tuple[str, ...]:
        """Return the ids that a group shows otherwise after a change that the server acknowledged.

        The response may show an earlier state. Therefore a difference counts only if the group, read as often as a
        lost creation, shows it as well. A group that shows no members confirms the removal of all.
        """
        if changed is None or not changed.members:
            return ()
        reading = self._interpret_members(changed)
        delays = iter(self._compute_reading_delays(call))
        while unkept := goal.find_contradictions(reading):
            delay = next(delays, None)
            if delay is None:
                break
            if delay:
                self._session.sleep(delay)
            try:
                current = self._read_members(target, call)
            except (ApiError, TransportError):
                break
            if not current.ids:
                unkept = () if reading.ids.keys() <= set(unkept) else unkept
                break
            reading = current
        if unkept:
            self._service_provider.forget_members(target)
        return unkept

    def _build_unkept_error(self, target: str, unkept: tuple[str, ...]) -> UnexpectedResponse:
        """Return the error of an acknowledged change after which the group shows these ids otherwise."""
        request = self._get_change_request(target)
        method, _, path = request.partition(" ")
        problem = f"{request} succeeded, but the group does not show the change"
        error = UnexpectedResponse(problem, status=200, detail=problem, method=method, path=path)
        error.remaining = unkept
        return error

    def _get_change_request(self, target: str) -> str:
        """Return method and path of the request that changes the members of a group."""
        return f"{self._change_method} {self._endpoint}/{target}"

    def _send_member_change(
        self,
        target: str,
        change: MemberChange,
        call: CallOptions,
        *,
        put_body: dict[str, Any] | None = None,
    ) -> None:
        """Send a change of members in chunks, and record the ids that are refused.

        A refused chunk is halved down to single ids, and the other chunks are still sent. A provider without PATCH
        gets all chunks in one PUT, and separately only if it refuses that.

        Args:
            target: id of the group.
            change: ids to remove and to add.
            call: timeout and retry policy of each request.
            put_body: body of a PATCH that replaces all members, with the same result; `None` for the chunks.

        Raises:
            ApiError: the server refuses the whole change; the ids not sent are in `.remaining`.
            TransportError: no response was received.
        """
        read_origins: set[int] = set()
        chunks = change.pending
        is_replacement = put_body is not None
        if len(chunks) > 1 and put_body is None:
            put_body = build_member_change_patch((c.is_removal, c.ids) for c in chunks)
        while (chunk := change.pop()) is not None:
            build_patch = (
                build_remove_members_patch if chunk.is_removal else build_add_members_patch
            )
            body = build_patch(self._session.settings.dialect, chunk.ids)
            changed, failure = self._attempt_change(target, body, call, put_body=put_body)
            is_whole = put_body is not None and self._service_provider.can_patch is False
            put_body = None
            if failure is None:
                accepted = [chunk, *(change.pop_all() if is_whole else ())]
                request = self._get_change_request(target)
                for each in accepted:
                    self._accept_chunk(target, each, change, request)
                goal = MemberGoal.of(accepted)
                if unkept := self._find_unkept_members(target, changed, goal, call):
                    change.reject(unkept, self._build_unkept_error(target, unkept))
                change.is_replaced |= is_whole and is_replacement
            elif is_whole and is_chunk_refusal(failure):
                change.uncertain_request = change.uncertain_request or failure.uncertain_request
                change.divide(chunk, chunk.ids)
            elif not is_chunk_refusal(failure):
                raise add_progress(failure, change)
            else:
                change.uncertain_request = change.uncertain_request or failure.uncertain_request
                reading = MemberReading()
                if is_possibly_applied(failure) and chunk.origin not in read_origins:
                    read_origins.add(chunk.origin)
                    reading = self._read_members_after_refusal(target, failure, change, call)
                self._divide_refused_chunk(target, chunk, failure, reading, change, call)

    def _accept_chunk(
        self, target: str, chunk: MemberChunk, change: MemberChange, request: str
    ) -> None:
        """Record that the server accepted a chunk, sent by the request of this method and path."""
        change.accept(chunk, request)
        if self._session.active_dry_run is None:
            self._knowledge.record_member_change(target, chunk.ids, is_removal=chunk.is_removal)

    def _divide_refused_chunk(
        self,
        target: str,
        chunk: MemberChunk,
        failure: ApiError,
        reading: MemberReading,
        change: MemberChange,
        call: CallOptions,
    ) -> None:
        """Send the parts of a refused chunk next, or record the refusal of its only id.

        Ids that are already members need no addition. Ids that are not shown are still removed, because the server
        may show only some members. They are sent separately, because a server may refuse to remove a non-member.
        """
        shown = tuple(id_ for id_ in chunk.ids if id_ in reading.ids)
        hidden = tuple(id_ for id_ in chunk.ids if id_ not in reading.ids)
        half = len(chunk.ids) // 2
        if shown and not chunk.is_removal:
            change.skip(shown)
            change.divide(chunk, hidden)
        elif shown and hidden:
            change.divide(chunk, hidden, shown)
        elif half:
            change.divide(chunk, chunk.ids[:half], chunk.ids[half:])
        else:
            change.refuse(chunk, failure)
            if change.is_form_refused(chunk):
                self._settle_refusals(target, change, call)
            if change.is_form_refused(chunk):
                raise change.build_refusal_error()

    def _settle_refusals(self, target: str, change: MemberChange, call: CallOptions) -> None:
        """Read the group, and accept refused ids whose membership is already as wanted.

        A repetition may have been refused because the uncertain request before it took effect. The group is then read
        repeatedly, because the server may show changes late.
        """
        delays = self._compute_reading_delays(call) if change.uncertain_request else (0.0,)
        for delay in delays:
            if not change.refusals:
                return
            if delay:
                self._session.sleep(delay)
            failure = next(iter(change.refusals.values()))
            reading = self._read_members_after_refusal(target, failure, change, call)
            self._accept_settled(reading, change, call)

    def _accept_settled(
        self, reading: MemberReading, change: MemberChange, call: CallOptions
    ) -> None:
        """Accept refused ids that a reading shows as wanted.

        A removal is accepted if the group shows its members without the id, or if no resource has this id.
        """
        change.skip(id_ for id_ in change.refused_additions if id_ in reading.ids)
        for id_ in change.refused_removals:
            is_absent = reading.is_complete and id_ not in reading.ids
            if is_absent or self._is_deleted(id_, call):
                change.skip([id_])

    def _is_deleted(self, id_: str, call: CallOptions) -> bool:
        """Return whether no user and no group has this id."""
        for template in ("/Users/{}", f"{self._endpoint}/{{}}"):
            try:
                self._send(GET(template, id_, returns=ignore_body), **call)
            except NotFound:
                continue
            except (ApiError, TransportError, InputError):  # also an id that no path can contain
                return False
            return False
        return True

    # --------------------------------------------------------------------------------- verification

    def _change_members(
        self,
        target: str,
        change: MemberChange,
        goal: MemberGoal,
        call: CallOptions,
        *,
        put_body: dict[str, Any] | None = None,
    ) -> None:
        """Send a change of members, and verify it.

        Args:
            target: id of the group.
            change: ids to remove and to add.
            goal: state to reach.
            call: timeout and retry policy of each request.
            put_body: body of a PATCH with the same result as all chunks; `None` for their operations.

        Raises:
            ApiError: ids were refused; exactly these are in `.remaining`.
            UnexpectedResponse: the members cannot be verified.
            TransportError: no response was received.
        """
        self._send_member_change(target, change, call, put_body=put_body)
        if change.is_replaced and not change.refusals:
            return
        self._settle_refusals(target, change, call)
        if goal.is_derived or change.chunk_count > 1:
            self._verify_members(target, change, goal, call)
        if change.refusals:
            raise change.build_refusal_error()

    def _verify_members(
        self, target: str, change: MemberChange, goal: MemberGoal, call: CallOptions
    ) -> None:
        """Compare the members with the state to reach, and remove the unwanted ones that are shown.

        Servers may show the members late, or only some of them. Ids of acknowledged requests are not sent again,
        unless they are shown as members that were removed.
        """
        if self._session.active_dry_run is not None:
            return
        path = f"{self._endpoint}/{target}"
        repeated: set[str] = set()
        while True:
            reading = self._read_back_members(target, change, goal, call)
            if not reading.is_proof or goal.is_reached(reading, change):
                break
            unwanted = goal.find_unwanted(reading, change)
            further = tuple(id_ for id_ in unwanted if id_ not in repeated)
            if further:
                repeated.update(further)
                change.extend(further, is_removal=True)
            elif unwanted:
                problem = f"members cannot be verified: {len(unwanted)} are shown after their removal was acknowledged"
                raise build_unverified_error(path, problem, change, remaining=unwanted)
            else:
                missing = goal.find_missing(reading, change)
                unsent = tuple(id_ for id_ in missing if not change.is_acknowledged(id_))
                if not unsent:
                    break
                change.extend(unsent, is_removal=False)
            self._send_member_change(target, change, call)
            self._settle_refusals(target, change, call)
        if goal.is_derived and not goal.is_reached(reading, change):
            problem = (
                f"members cannot be verified: the group shows {len(reading.ids)} of {len(goal.wanted)}, so it may have "
                "former members that it does not show"
            )
            raise build_unverified_error(path, problem, change)

    def _read_back_members(
        self, target: str, change: MemberChange, goal: MemberGoal, call: CallOptions
    ) -> MemberReading:
        """Read the members until they are as wanted, as often as a lost creation is looked up.

        An unreadable response proves nothing, like one without members.
        """
        reading = MemberReading()
        for delay in self._compute_reading_delays(call):
            if delay:
                self._session.sleep(delay)
            try:
                reading = self._read_members(target, call, is_absence_proof=goal.is_derived)
            except (ApiError, TransportError) as error:
                if goal.is_derived:
                    raise add_progress(error, change) from None
                return MemberReading()
            if not reading.is_proof or goal.is_reached(reading, change):
                break
        return reading
