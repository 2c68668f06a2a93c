# Generated from aio/scim/member_replacement.py by tools/unasync.py; edit that file instead.
"""Replacement of all members of a group, even if the server hides them or refuses to replace them."""

from __future__ import annotations

from typing import Any, TypeVar

from britive_scim import scim
from britive_scim.sync.scim.group_members import GroupMembers
from britive_scim.errors import ApiError, TransportError, UnexpectedResponse
from britive_scim.wire.ids import MAX_MEMBERS_PER_REQUEST
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.requests.member_changes import (
    MemberChange,
    MemberGoal,
    add_hint,
    add_progress,
    build_unverified_error,
    is_chunk_refusal,
    is_replacement_refusal,
)
from britive_scim.wire.requests.member_reading import MemberReading
from britive_scim.wire.requests.scim_changes import (
    build_remove_all_members_patch,
    build_replace_members_patch,
)
from britive_scim.wire.retry.uncertainty import inherit_uncertainty

__all__ = ["MemberReplacement"]

G = TypeVar("G", bound="scim.Group")
E = TypeVar("E", bound=ApiError | TransportError)

_SIZE_DIVISOR = 4
"""Divisor of the number of members in a `replace` after each refusal: 100, 25, 6, 1."""

_HIDDEN_PROBLEM = (
    "former members are not shown, so they were not removed; remove them by their ids with "
    "remove_members"
)


class MemberReplacement(GroupMembers[G]):
    """Groups of one identity provider, with the methods that replace all members."""

    __slots__ = ()

    def _replace_members(
        self, target: str, wanted: tuple[str, ...], call: CallOptions
    ) -> None:
        """Make `wanted` the only members of a group.

        Args:
            target: id of the group.
            wanted: ids of all wanted members.
            call: timeout and retry policy of each request.
        """
        failure: ApiError | TransportError | None = None
        if (
            len(wanted) <= MAX_MEMBERS_PER_REQUEST
            or self._service_provider.can_patch is False  # a PUT sends all members
        ):
            failure = self._attempt_replacement(target, wanted, call)
            if failure is None:
                return
            is_unkept = isinstance(failure, UnexpectedResponse) and bool(failure.remaining)
            if not (is_unkept or is_replacement_refusal(failure)):
                raise _add_remaining(failure, wanted)
        try:
            reading = self._read_members(target, call)
        except (ApiError, TransportError) as error:
            raise _add_remaining(inherit_uncertainty(error, failure), wanted) from failure
        if reading.is_proof:
            change = MemberChange()
            change.uncertain_request = failure.uncertain_request if failure else None
            self._send_member_difference(target, reading, change, wanted, call)
        elif wanted:
            self._replace_hidden_members(target, wanted, failure, call)
        else:
            self._remove_hidden_members(target, failure, call)

    def _send_member_difference(
        self,
        target: str,
        reading: MemberReading,
        change: MemberChange,
        wanted: tuple[str, ...],
        call: CallOptions,
    ) -> None:
        """Remove the members of a reading that are not wanted, and add the missing ones."""
        goal = MemberGoal(wanted=dict.fromkeys(wanted), is_exact=True, is_derived=True)
        change.extend(goal.find_unwanted(reading, change), is_removal=True)
        missing = goal.find_missing(reading, change)
        change.extend(
            tuple(id_ for id_ in missing if not change.is_acknowledged(id_)), is_removal=False
        )
        if change.has_pending or not goal.is_reached(reading, change):
            put_body = None if change.refusals else self._build_replacement(wanted)
            self._change_members(target, change, goal, call, put_body=put_body)
        elif change.refusals:
            raise change.build_refusal_error()

    def _replace_hidden_members(
        self,
        target: str,
        wanted: tuple[str, ...],
        failure: ApiError | TransportError | None,
        call: CallOptions,
    ) -> None:
        """Replace the members of a group that does not show them.

        An accepted `replace` needs no former members. If it is refused, all wanted members are added: a group that
        then shows one of them shows its former members as well.

        Args:
            target: id of the group.
            wanted: ids of all wanted members.
            failure: refusal of a `replace` with all of them; `None` before the first.
            call: timeout and retry policy of each request.
        """
        first, failure = self._replace_first_members(target, wanted, failure, call)
        change = MemberChange(
            to_add=wanted[len(first) :],
            done=first,
            acknowledged_request=self._get_change_request(target) if first else None,
        )
        change.uncertain_request = failure.uncertain_request if failure else None
        goal = MemberGoal(wanted=dict.fromkeys(wanted), is_exact=True)
        if first == wanted and self._service_provider.can_patch is False:
            return
        if first:
            change.chunk_count += 1
            self._change_members(target, change, goal, call)
            return
        self._send_member_change(target, change, call)
        self._settle_refusals(target, change, call)
        if change.refusals and not change.done:
            raise add_hint(change.build_refusal_error(), _HIDDEN_PROBLEM)
        reading = self._read_added_members(target, change, call)
        if not any(id_ in reading.ids for id_ in change.done):
            raise build_unverified_error(
                f"{self._endpoint}/{target}", _HIDDEN_PROBLEM, change
            ) from failure
        self._send_member_difference(target, reading, change, wanted, call)

    def _replace_first_members(
        self,
        target: str,
        wanted: tuple[str, ...],
        failure: ApiError | TransportError | None,
        call: CallOptions,
    ) -> tuple[tuple[str, ...], ApiError | TransportError | None]:
        """Replace all members by the first of those wanted, or by fewer; return the ids sent.

        They are empty if the server refuses every number. The second value is the refusal after which the call goes on,
        if possible an uncertain one.
        """
        size = len(wanted[:MAX_MEMBERS_PER_REQUEST])
        earlier = failure
        if failure is not None:
            size = _reduce_size(size, failure)
        is_first = failure is None
        while size:
            first = wanted[:size]
            failure = self._attempt_replacement(
                target, first, call, all_members=wanted if is_first else None
            )
            is_put, is_first = is_first and self._service_provider.can_patch is False, False
            if failure is None:
                return wanted if is_put else first, earlier
            if not is_replacement_refusal(failure):
                raise _add_remaining(inherit_uncertainty(failure, earlier), wanted)
            is_earlier_uncertain = earlier is not None and earlier.may_have_happened
            earlier = earlier if is_earlier_uncertain else failure
            size = _reduce_size(size, failure)
        return (), earlier

    def _read_added_members(
        self, target: str, change: MemberChange, call: CallOptions
    ) -> MemberReading:
        """Read the members until one that was added is shown, as often as a lost creation is looked up."""
        reading = MemberReading()
        for delay in self._compute_reading_delays(call):
            if delay:
                self._session.sleep(delay)
            try:
                reading = self._read_members(target, call)
            except (ApiError, TransportError) as error:
                raise add_progress(error, change) from None
            if any(id_ in reading.ids for id_ in change.done):
                break
        return reading

    def _remove_hidden_members(
        self, target: str, refusal: ApiError | TransportError | None, call: CallOptions
    ) -> None:
        """Remove all members of a group that does not show them, after the `refusal` of an empty `replace`."""
        body = build_remove_all_members_patch(self._session.settings.dialect)
        changed, failure = self._attempt_change(target, body, call)
        if failure is None:
            self._record_members(target, ())
            goal = MemberGoal(is_exact=True)
            if unkept := self._find_unkept_members(target, changed, goal, call):
                raise self._build_unkept_error(target, unkept)
            return
        if not is_replacement_refusal(failure):
            raise inherit_uncertainty(failure, refusal)
        raise build_unverified_error(
            f"{self._endpoint}/{target}", _HIDDEN_PROBLEM, MemberChange()
        ) from failure

    def _attempt_replacement(
        self,
        target: str,
        members: tuple[str, ...],
        call: CallOptions,
        *,
        all_members: tuple[str, ...] | None = None,
    ) -> ApiError | TransportError | None:
        """Replace all members by these, and return the error, or `None`.

        Args:
            target: id of the group.
            members: ids of the members.
            call: timeout and retry policy.
            all_members: ids that a provider without PATCH gets by one PUT; `None` for `members`.
        """
        put_body = None if all_members is None else self._build_replacement(all_members)
        body = self._build_replacement(members)
        changed, failure = self._attempt_change(target, body, call, put_body=put_body)
        if failure is None:
            is_put = self._service_provider.can_patch is False
            sent = all_members if is_put and all_members else members
            self._record_members(target, sent)
            goal = MemberGoal(wanted=dict.fromkeys(sent), is_exact=True)
            if unkept := self._find_unkept_members(target, changed, goal, call):
                return self._build_unkept_error(target, unkept)
        return failure

    def _record_members(self, target: str, members: tuple[str, ...]) -> None:
        if self._session.active_dry_run is None:
            self._knowledge.record_members(target, members)

    def _build_replacement(self, members: tuple[str, ...]) -> dict[str, Any]:
        return build_replace_members_patch(self._session.settings.dialect, members)


def _reduce_size(size: int, failure: ApiError | TransportError) -> int:
    """Return the number of members to try after the refusal of `size`; 0 for none."""
    if size == 1 or not is_chunk_refusal(failure):
        return 0
    return max(size // _SIZE_DIVISOR, 1)


def _add_remaining(error: E, wanted: tuple[str, ...]) -> E:
    error.remaining = wanted
    return error
