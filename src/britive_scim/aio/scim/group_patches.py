"""Groups: readings of members, and PUT in place of PATCH, which must not remove members that are not shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import aclosing, suppress
from functools import partial
from typing import Any, TypeVar, cast

from britive_scim import scim
from britive_scim.aio.scim.upsert import AsyncUpserts
from britive_scim.errors import ApiError, InputError, NotFound, TransportError, UnexpectedResponse
from britive_scim.scim.codec.coerce import coerce_models
from britive_scim.scim.values.notes import is_read_list, is_unknown
from britive_scim.wire.ids import IdLike, validate_path_id
from britive_scim.wire.operation import CallOptions, Operation
from britive_scim.wire.requests.etags import IfMatch
from britive_scim.wire.requests.listed_members import build_listed_change, get_listed_members
from britive_scim.wire.requests.member_changes import (
    MemberChange,
    add_hint,
    build_unverified_error,
    get_member_ids,
)
from britive_scim.wire.requests.member_reading import MemberReading
from britive_scim.wire.requests.scim_changes import classify_member_change
from britive_scim.wire.retry.create_recovery import compute_lookup_delays
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.retry.uncertainty import NOTHING_CHANGED

__all__ = ["AsyncGroupPatches"]

G = TypeVar("G", bound="scim.Group")

_MAX_OTHER_GROUPS = 20
"""Maximum number of groups that are read to see whether the provider shows members."""


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
        if shown := _get_ids(group):
            provider = self._service_provider
            provider.shows_members = True
            provider.most_members = max(provider.most_members, len(shown))
        elif excluded_attributes is None and attributes is None:
            self._service_provider.has_omitted_members = True
        return group

    # ----------------------------------------------------------------------------------- knowledge

    def _forget_changed_members(self, target: IdLike, request: scim.PatchRequest) -> None:
        if classify_member_change(request) != "none" and self._session.active_dry_run is None:
            self._knowledge.forget_members(validate_path_id(target, self._endpoint))

    async def _put(self, resource: G, put: Operation[G | None], call: CallOptions) -> G:
        id_ = resource.id or ""
        if "members" not in put.body or self._session.active_dry_run is not None:
            return await super()._put(resource, put, call)
        provider = self._service_provider
        known = provider.get_put_members(id_)
        provider.forget_members(id_)
        try:
            replaced = await super()._put(resource, put, call)
        except (ApiError, TransportError) as error:
            if known is not None and not error.may_have_happened:
                provider.record_put_members(id_, known)
            raise
        provider.record_put_members(id_, get_member_ids(put.body))
        return replaced

    def replacement(self, resource: G, *, if_match: IfMatch = None) -> Operation[G | None]:
        """Return the operation that replaces the group with the id of `resource`.

        Args:
            resource: the new state, with its id and all members.
            if_match: version to replace, as in `replace`.

        Raises:
            InputError: the members are unknown, or those that a list showed.
        """
        put = self._build_put(resource, if_match=if_match)
        if is_unknown(resource, "members") or get_listed_members(resource):
            raise InputError(
                f"members of Group {resource.id!r} must be all its members, got those of a response that may omit "
                "some; call replace(), which keeps the others, or change() with the changed attributes"
            )
        return put

    # ------------------------------------------------------------------------------------- readings

    async def _read_members(
        self, target: str, call: CallOptions, *, is_absence_proof: bool = False
    ) -> MemberReading:
        """Read the members of a group."""
        group = await self._read(target, call)
        return self._interpret_members(group, is_absence_proof=is_absence_proof)

    def _interpret_members(self, group: G, *, is_absence_proof: bool = False) -> MemberReading:
        """Return the members that a response to a single GET shows.

        Args:
            group: the group as read.
            is_absence_proof: whether a missing list means a group without members.
        """
        return MemberReading.of(
            group,
            is_empty_proof=self._service_provider.shows_members,
            is_absence_proof=is_absence_proof,
            known=self._service_provider.get_put_members(group.id or ""),
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
        response are added only. A group of a list changes the members that the list showed.
        """
        shown = get_listed_members(wanted)
        if shown:
            from britive_scim.wire.requests.edit_difference import build_edit_request

            unlisted = wanted.model_copy(update={"members": before.members})
            others_request = build_edit_request(before, unlisted, self._schema)
            reading = self._interpret_members(before)
            operations = build_listed_change(wanted, shown, reading).build_operations()
            if not operations:
                return others_request
            return scim.PatchRequest([*others_request.operations, *operations])
        if self._interpret_members(before).is_proof or wanted.members is None:
            return request
        if is_read_list(wanted, "members"):
            return request
        others = [each for each in request.operations if each.path != "members"]
        members = cast("G", coerce_models(wanted)).to_wire().get("members", [])
        return scim.PatchRequest([*others, scim.PatchOperation("replace", "members", members)])

    # ------------------------------------------------------------------------- PUT in place of PATCH

    async def _patch_by_replace(
        self,
        target: IdLike,
        body: dict[str, Any],
        headers: Mapping[str, str],
        call: CallOptions,
        *,
        refusal: ApiError | None,
    ) -> G | None:
        provider = self._service_provider
        send = partial(super()._patch_by_replace, target, body, headers, call, refusal=refusal)
        is_presumed = validate_path_id(target, self._endpoint) in provider.presumed_empty
        if provider.shows_members or not is_presumed:
            return await send()
        # the first PUT shows whether the provider hides members
        async with provider.presumed_empty_lock:
            return await send()

    async def _read_before_put(
        self, target: IdLike, request: scim.PatchRequest, call: CallOptions
    ) -> G:
        group = await self._read(target, call)
        provider = self._service_provider
        is_known = bool(group.members) or provider.shows_members or self._is_known_as_empty(group)
        if not is_known and classify_member_change(request) in ("none", "add"):
            async with provider.other_groups_lock:
                if not provider.has_read_other_groups:
                    with suppress(ApiError, TransportError):  # then the group stays unproven
                        await self._read_other_groups(call)
        return group

    async def _read_other_groups(self, call: CallOptions) -> None:
        """Read other groups until one shows members, so that a group that shows none has none.

        Raises:
            ApiError, TransportError: a request failed; the next change repeats the search.
        """
        provider = self._service_provider
        async with aclosing(self.list(page_size=_MAX_OTHER_GROUPS, **call).pages()) as pages:
            async for page in pages:
                first = page.items[:_MAX_OTHER_GROUPS]
                for group in sorted(first, key=lambda group: not group.members):
                    if provider.shows_members:
                        break
                    with suppress(NotFound, InputError):  # it is gone, or has no valid id
                        await self.get(group, **call)
                break
        provider.has_read_other_groups = True

    def _apply_patch(self, before: G, request: scim.PatchRequest) -> G | None:
        """Return the group that a PUT sends in place of a PATCH, or `None` if the PATCH is in effect already.

        A PUT may remove the members that it does not contain. It is sent if it replaces all, if the group shows all,
        if this client created the group without members, or emptied it, or if `apply` adds members to a group that
        shows none.

        Raises:
            UnexpectedResponse: the group may have members that it does not show.
        """
        effect = classify_member_change(request)
        # RFC 7643 §2.5: an attribute without values may be left out
        is_left_out = effect in ("none", "add") and self._service_provider.shows_members
        reading = self._interpret_members(before, is_absence_proof=is_left_out)
        if effect == "replace" or reading.is_complete:
            return super()._apply_patch(before, request)
        if effect in ("none", "add") and self._is_known_as_empty(before):
            return request.apply(before.model_copy(update={"members": None}))
        if effect == "add" and self._is_presumed_empty(before):
            return request.apply(before)
        after = request.apply(before)
        added = tuple(id_ for id_ in _get_ids(after) if id_ not in reading.ids)
        if effect in ("none", "add") and not added and before.to_wire() == after.to_wire():
            return None
        shown = f"only {len(reading.ids)}" if reading.ids else "none"
        problem = (
            f"the provider has no PATCH, and the group may have members that it does not show (it shows {shown}), "
            "which a PUT may remove; state all members by set_members or replace"
        )
        error = self._build_put_error(before, problem, added, method="GET")
        raise add_hint(error, NOTHING_CHANGED)

    def _is_known_as_empty(self, group: G) -> bool:
        """Return whether a group that shows no members had none after the last request of this client."""
        provider = self._service_provider
        is_emptied = provider.get_put_members(group.id or "") == frozenset()
        return is_emptied and not group.members and not provider.hides_members

    def _is_presumed_empty(self, group: G) -> bool:
        """Return whether `apply` may take a group that shows no members for an empty one; the PUT is verified."""
        provider = self._service_provider
        is_presumed = group.id in provider.presumed_empty and not provider.hides_members
        return is_presumed and not group.members

    async def _check_replaced(
        self, before: G, after: G, request: scim.PatchRequest, replaced: G, call: CallOptions
    ) -> G:
        """Return the group after a PUT in place of a PATCH.

        Raises:
            UnexpectedResponse: the group does not show the members that it must have.
        """
        effect = classify_member_change(request)
        if self._session.active_dry_run is not None or after.members is None:
            return replaced
        expected = _get_ids(after)
        if effect == "replace":
            return replaced
        shown = _get_ids(replaced) if self._interpret_members(before).is_complete else ()
        for delay in self._compute_reading_delays(call):
            if set(expected) <= set(shown):
                return replaced
            if delay:
                await self._session.sleep(delay)
            shown = _get_ids(await self._read_back(after, "PUT", call))
        missing = tuple(id_ for id_ in expected if id_ not in shown)
        if not missing:
            return replaced
        self._service_provider.hides_members |= not shown
        raise self._build_put_error(
            after,
            f"the group shows {len(shown)} members after a PUT of {len(expected)}, so it may hide members, and former "
            "ones that it did not show may have been removed; state all members by set_members",
            missing,
        )

    def _build_put_error(
        self, group: G, problem: str, remaining: tuple[str, ...], *, method: str = "PUT"
    ) -> UnexpectedResponse:
        path = f"{self._endpoint}/{group.id}"
        return build_unverified_error(
            path, problem, MemberChange(), remaining=remaining, method=method
        )


def _get_ids(group: scim.Group) -> tuple[str, ...]:
    return tuple(member.value for member in group.members or () if member.value)
