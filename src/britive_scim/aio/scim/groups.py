"""Groups of one identity provider, which Britive calls tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from britive_scim import scim
from britive_scim.aio.concurrent_iteration import AnyIterable
from britive_scim.aio.scim.group_upserts import AsyncGroupUpserts
from britive_scim.aio.scim.patches import MAX_EDIT_ATTEMPTS
from britive_scim.aio.scim.upsert import Unset, UpsertOptions
from britive_scim.errors import ApiError, PreconditionFailed, TransportError
from britive_scim.provisioning.plans.matching import Adopt
from britive_scim.provisioning.upserted import Upserted, UpsertReport
from britive_scim.scim.values.notes import is_unknown
from britive_scim.wire.decoding.listed_groups import mark_listed_groups
from britive_scim.wire.decoding.scim import Decoder
from britive_scim.wire.ids import (
    IdLike,
    Members,
    validate_id,
    validate_member_ids,
    validate_path_id,
)
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.paging.index import Page
from britive_scim.wire.requests.etags import IfMatch, build_if_match_header
from britive_scim.wire.requests.listed_members import build_listed_change, get_listed_members
from britive_scim.wire.requests.member_changes import (
    MemberChange,
    MemberGoal,
    add_hint,
    get_member_ids,
)
from britive_scim.wire.requests.member_reading import MemberReading
from britive_scim.wire.requests.scim import validate_name
from britive_scim.wire.requests.scim_changes import build_attribute_patch, build_undeclared_changes
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncGroups"]

_MATCH_KEYS = ("external_id", "display_name")

G = TypeVar("G", bound="scim.Group")


class AsyncGroups(AsyncGroupUpserts[G]):
    """Groups of one identity provider; `client.groups`.

    Members missing from a response are `None`, which means unknown. Look-ups exclude members, as a group may have
    thousands. Lists may omit them, so an empty list of members is read as `None` there. `get` returns the members
    that the server sends. The methods that change members rely on an empty list only after this provider has shown
    members of a group.
    """

    __slots__ = ()

    natural_key = ("displayName", "display_name")
    _lookup_excluded_attributes = ("members",)

    async def find_by_display_name(
        self, display_name: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> G | None:
        """Return the group with this `displayName`, compared case-insensitively, without its members, or `None`.

        Args:
            display_name: name of the group.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            Ambiguous: several groups have this name.
            UnexpectedResponse: the response does not show whether there is such a group.
        """
        key = self._build_key("displayName", display_name)
        return await self._find_certainly(key, CallOptions(timeout=timeout, retry=retry))

    async def replace(
        self,
        resource: G,
        *,
        if_match: IfMatch = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> G:
        """Replace the group that has the id of `resource`, and return it as stored by the server.

        If `members` is `None` (unknown), the group keeps its members: the other attributes are read, and their
        difference is sent as a PATCH. `members=[]` removes all, unless it is the list of a response: some servers show
        `[]` for every group.

        A group of a list may show only some of its members, or none. The others are kept: the group is read, and the
        members that the list showed are replaced by those of `resource`. `members=[]` removes all if the list showed
        none.

        Args:
            resource: the new state, with its id.
            if_match: version to replace: `True` for that of `resource` (`meta.version`), an ETag, or `None`
                for any.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: the group has no id.
            NotFound: there is no such group.
            PreconditionFailed: the group was changed since that version.
        """
        call = CallOptions(timeout=timeout, retry=retry)
        given: object = resource
        if isinstance(given, scim.Group):  # anything else is refused below
            if is_unknown(resource, "members"):
                return (await self._replace_attributes(resource, if_match, call))[0]
            shown = get_listed_members(resource)
            if shown is not None:
                return await self._replace_listed(resource, shown, if_match, call)
        return await super().replace(resource, if_match=if_match, timeout=timeout, retry=retry)

    async def upsert(
        self,
        resource: G,
        *,
        match: Sequence[str] = ("external_id", "display_name"),
        adopt: Adopt = "unclaimed",
        unset: Unset = "keep",
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Upserted[G]:
        """Create a group, or change the existing one by the smallest PATCH.

        The first match key by which a group is found decides, so that a changed name keeps the group. If the
        provider cannot filter by a key, the list of groups is read once, and its ids and keys are kept for this client.
        What the provider spells or completes in its own way is no change.

        `members=None` keeps the members, and a list is exact: `[]` removes all. Where the group shows its members, only
        the difference is sent. Otherwise they are replaced, once for each client and list.

        Args:
            resource: the wanted group; attributes that it does not state are kept.
            match: match keys in order: `external_id`, `display_name`.
            adopt: whether a group that is found by another key than `external_id` gets the `externalId`: `never`,
                if it has none (`unclaimed`), or also if it has another one (`all`).
            unset: `keep` attributes that `resource` does not state, or `remove` them; `None` clears in both cases.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InvalidResource: an attribute required by SCIM is missing; nothing was sent.
            Ambiguous: several groups match, or the one found has another `externalId`, or may not be adopted.
            Conflict: another group has the new name.
            UnexpectedResponse: it is unknown whether there is such a group; nothing was changed.

        Example:
            ```python
            group = scim.Group.of("Guides", members=[ana, "2819c223"], external_id="G1")
            result = await client.groups.upsert(group)
            print(result.action, result.changes)
            ```
        """
        options = UpsertOptions.of(match, adopt, unset, allowed=_MATCH_KEYS)
        return await self._upsert(resource, options, CallOptions(timeout=timeout, retry=retry))

    async def upsert_many(
        self,
        resources: AnyIterable[G],
        *,
        concurrency: int = 8,
        match: Sequence[str] = ("external_id", "display_name"),
        adopt: Adopt = "unclaimed",
        unset: Unset = "keep",
        on_result: Callable[[Upserted[G]], object] | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> UpsertReport:
        """Upsert many groups, and report the numbers and the failures.

        Groups are taken from the input as they are worked on, so that it may be of any length. One failure does not
        stop the rest. A rejected token (401), maintenance, a refusal (403) of the first group, and ten transport
        errors, 5xx or 403 in a row do: see `stopped` of the report. A group with a match key of an earlier one is
        refused.

        Args:
            resources: the wanted groups: an iterable, also an asynchronous one for an async client.
            concurrency: groups worked on at a time, from 1 to 64.
            match: as in `upsert`.
            adopt: as in `upsert`.
            unset: as in `upsert`.
            on_result: called with each result, as it completes, by the caller's thread or task. The report has numbers
                only.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: `resources` is a single group, or an option is unknown; nothing was sent.

        Example:
            ```python
            report = await client.groups.upsert_many(scim.Group.of(name, members=ids) for name, ids in teams.items())
            print(report)
            ```
        """
        options = UpsertOptions.of(match, adopt, unset, allowed=_MATCH_KEYS)
        return await self._upsert_many(
            resources,
            options,
            CallOptions(timeout=timeout, retry=retry),
            concurrency=concurrency,
            on_result=on_result,
        )

    async def rename(
        self,
        group: IdLike,
        display_name: str,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> G:
        """Change the name of a group and return the group.

        If the response does not contain the name, the group is read once. If the server did not store the name as it
        was sent, `unkept` of the result contains `displayName`.

        Args:
            group: id of the group, or the group itself.
            display_name: the new name.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            Conflict: another group has the name.
            UnexpectedResponse: the provider has no PATCH, and the group may have members that it does not show, which
                a PUT may remove; nothing was changed.
        """
        call = CallOptions(timeout=timeout, retry=retry)
        name = validate_name(display_name, owner="a group")
        body = build_attribute_patch(
            self._session.settings.dialect, {"displayName": name}, resource_id=validate_id(group)
        )
        return await self._change_attributes(group, body, {"displayName": name}, call)

    async def add_members(
        self,
        group: IdLike,
        members: Members,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Add members to a group; adding a present member is a success.

        Args:
            group: id of the group, or the group itself.
            members: ids of users (or groups), the resources, or `scim.Member`s; sent in chunks of 100.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: `members` is a single string, or contains something other than an id.
            ApiError: a request, or some ids, were refused; `.done` contains the ids that were added, `.remaining` the
                others, and `.refusals` the error of each id that was refused on its own.
            TransportError: no response was received; `.done`, `.remaining` and `.refusals` are set as well.
        """
        target, ids = validate_path_id(group, self._endpoint), validate_member_ids(members)
        await self._change_members(
            target,
            MemberChange(to_add=ids),
            MemberGoal(wanted=dict.fromkeys(ids)),
            CallOptions(timeout=timeout, retry=retry),
        )

    async def remove_members(
        self,
        group: IdLike,
        members: Members,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Remove members from a group; removing an absent member is a success.

        Args:
            group: id of the group, or the group itself.
            members: ids of users (or groups), the resources, or `scim.Member`s; sent in chunks of 100.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: `members` is a single string, or contains something other than an id.
            ApiError: a request, or some ids, were refused; `.done` contains the ids that were removed, `.remaining` the
                others, and `.refusals` the error of each id that was refused on its own.
            TransportError: no response was received; `.done`, `.remaining` and `.refusals` are set as well.
        """
        target, ids = validate_path_id(group, self._endpoint), validate_member_ids(members)
        await self._change_members(
            target,
            MemberChange(to_remove=ids),
            MemberGoal(unwanted=dict.fromkeys(ids)),
            CallOptions(timeout=timeout, retry=retry),
        )

    async def set_members(
        self,
        group: IdLike,
        members: Members,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Replace all members of a group.

        Up to 100 members are sent in one request. More members, or as many as the provider refuses, are compared
        with the current ones. The difference is sent in chunks of 100, removals first. If the provider does not
        show the members, the first chunk replaces all, and the others are added.

        Args:
            group: id of the group, or the group itself.
            members: ids of users (or groups), the resources, or `scim.Member`s; an empty list removes all.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: `members` is a single string, or contains something other than an id.
            ApiError: a request, or some ids, were refused; `.done` contains the ids that were added, and the former
                members that were removed, `.remaining` those to add or remove that were not, and `.refusals` the error
                of each id that was refused on its own. Members that only stay are in none of them.
            TransportError: no response was received; `.done`, `.remaining` and `.refusals` are set as well.
        """
        target, wanted = validate_path_id(group, self._endpoint), validate_member_ids(members)
        await self._replace_members(target, wanted, CallOptions(timeout=timeout, retry=retry))

    def _build_page_decoder(self, *, has_filter: bool) -> Decoder[Page[G]]:
        return mark_listed_groups(super()._build_page_decoder(has_filter=has_filter))

    # ------------------------------------------------------------------------------------ replacing

    async def _replace_attributes(
        self, resource: G, if_match: IfMatch, call: CallOptions
    ) -> tuple[G, bool]:
        """Replace all attributes of a group but its members, which no response shows for certain.

        The second value is true if there was a difference to send.
        """
        headers = build_if_match_header(if_match, resource)
        current = await self._read(resource, call)
        wanted = resource.model_copy(update={"members": current.members})
        request = scim.diff(current, wanted, schema=self._schema)
        undeclared = build_undeclared_changes(current, resource)
        if undeclared:
            request = scim.PatchRequest([*request.operations, *undeclared])
        if not request:
            return current, False
        return await self._patch(resource, request, headers, call, is_difference=True), True

    async def _replace_listed(
        self, resource: G, shown: tuple[str, ...], if_match: IfMatch, call: CallOptions
    ) -> G:
        """Replace a group of a list, which showed these members, and keep its other members."""
        failure: PreconditionFailed | None = None
        for _ in range(MAX_EDIT_ATTEMPTS):
            current = await self._read(resource, call)
            reading = self._interpret_members(current)
            if not reading.is_proof or reading.may_be_cut:
                return await self._replace_listed_separately(resource, shown, if_match, call)
            own = get_member_ids(resource.to_wire())
            others = [m for m in current.members or () if m.value not in {*shown, *own}]
            merged = resource.model_copy(update={"members": [*others, *(resource.members or ())]})
            version = self._get_version(current) if if_match is None else if_match
            put = self._build_put(merged, if_match=version)
            try:
                return self._check_stored(await self._put(merged, put, call), put)
            except PreconditionFailed as error:
                if if_match is not None:
                    raise
                failure = error
        assert failure is not None  # noqa: S101 - the loop runs at least once
        raise failure

    async def _replace_listed_separately(
        self, resource: G, shown: tuple[str, ...], if_match: IfMatch, call: CallOptions
    ) -> G:
        """Replace the attributes of a group, then add and remove members by id, because others may be hidden."""
        unchanged = resource.model_copy(update={"members": None})
        group, is_changed = await self._replace_attributes(unchanged, if_match, call)
        listed = build_listed_change(resource, shown, MemberReading())
        added, removed = listed.added, listed.removed
        if not added and not removed:
            return group
        target = validate_id(resource)
        change = MemberChange(
            to_remove=removed,
            to_add=added,
            acknowledged_request=self._get_change_request(target) if is_changed else None,
        )
        goal = MemberGoal(wanted=dict.fromkeys(added), unwanted=dict.fromkeys(removed))
        try:
            await self._change_members(target, change, goal, call)
        except (ApiError, TransportError) as error:
            if is_changed:
                add_hint(error, "the other attributes of the group were changed before")
            raise
        return await self._read_back(target, self._change_method, call)
