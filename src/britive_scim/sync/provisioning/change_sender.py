# Generated from aio/provisioning/change_sender.py by tools/unasync.py; edit that file instead.
"""Sending of single changes of a plan, by the methods of users and groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from britive_scim import scim
from britive_scim.sync.provisioning.created_lookup import (
    CreatedLookup,
    decode_resource,
    get_schema,
)
from britive_scim.sync.scim.groups import Groups
from britive_scim.sync.scim.service_provider import ServiceProvider
from britive_scim.sync.scim.users import Users
from britive_scim.sync.session import Session
from britive_scim.errors import ApiError, BadRequest, InputError, NotFound, UnexpectedResponse
from britive_scim.provisioning.drift import get_member_ids
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.difference import compute_difference
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.wire.decoding.stored_values import is_entire_response
from britive_scim.wire.operation import CallOptions

__all__ = ["PlanChangeSender", "SentChange", "build_sent_change", "is_endpoint_missing"]

_DELETE_REFUSALS = (400, 403, 405, 501)
"""Statuses of a DELETE that the server does not offer."""

_LARGE_GROUP = 200
"""Number of members above which a group is read back after a change of its members."""


@dataclass(frozen=True, slots=True)
class SentChange:
    """Result of a change that the server made.

    Attributes:
        id: id of the object.
        unkept: paths of the values that the server did not store as they were sent.
        absent: those of them for which it stored no value at all.
        note: deviation from the change: an account deactivated instead of deleted.
    """

    id: str
    unkept: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    note: str | None = None


class PlanChangeSender:
    """Sender of the changes of one plan.

    Args:
        session: session of the client.
        users: users of the client.
        groups: groups of the client.
        service_provider: features of the provider.
        policy: policy of the plan.
        get_call: returns timeout and retry policy of the next call.

    Attributes:
        created: finder of objects that an earlier run may have created.
    """

    def __init__(
        self,
        session: Session,
        users: Users[Any],
        groups: Groups[Any],
        service_provider: ServiceProvider,
        policy: Policy,
        get_call: Callable[[], CallOptions],
    ) -> None:
        self._session = session
        self._users = users
        self._groups = groups
        self._service_provider = service_provider
        self._policy = policy
        self._get_call = get_call
        self.created = CreatedLookup(session, users, groups, get_call)

    # ------------------------------------------------------------------------------------- reading

    def read(self, change: Change) -> Mapping[str, Any] | None:
        """Return the target of a change in wire form; `None` if it does not exist."""
        try:
            if change.type == "User":
                return dict((self._users.get(change.id, **self._get_call())).to_wire())
            excluded = None if change.action in ("add_members", "remove_members") else ["members"]
            group = self._groups.get(
                change.id, excluded_attributes=excluded, **self._get_call()
            )
            return dict(group.to_wire())
        except NotFound:
            return None

    # ------------------------------------------------------------------------------------- sending

    def send(
        self,
        change: Change,
        operations: scim.PatchRequest | None = None,
        *,
        etag: str | None = None,
    ) -> SentChange:
        """Send a change and return its result.

        Args:
            change: the change, with ids of the server.
            operations: PATCH in place of that of the change.
            etag: version that the target must have.

        Raises:
            BritiveScimError: the change failed; `.done` contains the members that were changed nevertheless.
        """
        match change.action:
            case "create":
                return self._create(change)
            case "delete":
                return self._delete(change)
            case "add_members" | "remove_members":
                return self._change_members(change)
            case _:
                return self._patch(change, operations, etag)

    def _create(self, change: Change) -> SentChange:
        collection: Any = self._users if change.type == "User" else self._groups
        created = collection.create(decode_resource(change), **self._get_call())
        return build_sent_change(str(created.id), created, change)

    def _patch(
        self, change: Change, operations: scim.PatchRequest | None, etag: str | None
    ) -> SentChange:
        collection: Any = self._users if change.type == "User" else self._groups
        if operations is None:
            operations = scim.PatchRequest.parse({"Operations": [*change.operations]})
        call = self._get_call()
        try:
            if change.action == "deactivate" and _only_sets_active(change):
                changed = self._users.deactivate(change.id, **call)
            elif change.action == "reactivate" and _only_sets_active(change):
                changed = self._users.reactivate(change.id, **call)
            else:
                changed = collection.patch(change.id, operations, if_match=etag, **call)
        except NotFound:
            if change.action == "deactivate":  # nobody is left to deactivate
                return SentChange(change.id)
            raise
        return build_sent_change(change.id, changed, change)

    def _delete(self, change: Change) -> SentChange:
        collection: Any = self._users if change.type == "User" else self._groups
        try:
            collection.delete(change.id, **self._get_call())
        except NotFound:
            pass
        except ApiError as error:
            if not self._is_deactivated_instead(change, error):
                raise
            try:
                self._users.deactivate(change.id, **self._get_call())
            except NotFound:
                return SentChange(change.id)
            note = f"User {change.id} is deactivated, because the server refuses its deletion ({error.status})"
            return SentChange(change.id, note=note)
        return SentChange(change.id)

    def _is_deactivated_instead(self, change: Change, error: ApiError) -> bool:
        return (
            change.type == "User"
            and self._policy.delete_refused == "deactivate"
            and error.status in _DELETE_REFUSALS
        )

    def _change_members(self, change: Change) -> SentChange:
        is_addition = change.action == "add_members"
        ids = list((change.after if is_addition else change.before).get("members", ()))
        try:
            if is_addition:
                self._add_members(change, ids)
            else:
                self._groups.remove_members(change.id, ids, **self._get_call())
        except NotFound as error:
            if is_addition or error.refusals:
                raise
            return SentChange(change.id)  # the group is gone, and its memberships with it
        if len(ids) > _LARGE_GROUP or (change.group_size or 0) > _LARGE_GROUP:
            self._verify_members(change, set(ids), is_addition=is_addition)
        return SentChange(change.id)

    def _add_members(self, change: Change, ids: list[str]) -> None:
        """Add members to a group.

        Without PATCH, a group that shows no members is taken for empty, unless the provider accepted some before, or
        the policy protects or excludes some, which a PUT might remove.
        """
        provider, policy = self._service_provider, self._policy
        has_accepted = bool(provider.knowledge.members.get(change.id))
        if not (has_accepted or policy.protected or policy.exclude):
            provider.presumed_empty.add(change.id)
        try:
            self._groups.add_members(change.id, ids, **self._get_call())
        finally:
            provider.presumed_empty.discard(change.id)

    def _verify_members(self, change: Change, ids: set[str], *, is_addition: bool) -> None:
        """Read a large group back: servers cut long lists of members.

        Raises:
            UnexpectedResponse: the group does not have the members that the server acknowledged.
        """
        if self._session.active_dry_run is not None:
            return
        group = self._groups.get(change.id, **self._get_call())
        if not group.members:  # unknown; an empty list is no proof
            return
        present = get_member_ids(group.to_wire().get("members"))
        wrong = ids - present if is_addition else ids & present
        if wrong:
            wording = "lacks" if is_addition else "still has"
            error = UnexpectedResponse(
                f"GET /Groups/{change.id}: the group has {len(present)} members and {wording} {len(wrong)} of "
                f"{len(ids)} after an acknowledged change",
                status=200,
                method="PATCH",
                path=f"/Groups/{change.id}",
            )
            error.done = tuple(sorted(ids - wrong))
            error.remaining = tuple(sorted(wrong))
            raise error


def build_sent_change(id_: str, stored: Any, change: Change) -> SentChange:
    """Return the result of a change that the server answered with a resource.

    The paths are those of a plan, so that the next plan recognizes them.

    Args:
        id_: id of the resource.
        stored: the resource.
        change: the change, as it was sent.
    """
    if not stored.unkept and stored.external_id == change.after.get(
        "externalId", stored.external_id
    ):
        return SentChange(id_)
    wire: Mapping[str, Any] = stored.to_wire()
    schema = get_schema(change)
    try:
        difference = compute_difference(wire, change.after, schema=schema)
    except InputError:  # an attribute that is not declared, which no plan compares
        paths = tuple(stored.unkept)
    else:
        paths = () if difference is None else difference.paths
    absent = tuple(path for path in paths if scim.read(wire, path) in (None, "", []))
    if absent and not is_entire_response(wire, schema):
        return SentChange(id_, tuple(path for path in paths if path not in absent))
    return SentChange(id_, paths, absent)


def _only_sets_active(change: Change) -> bool:
    """Return whether a change of `active` has no other operation."""
    return not change.operations or set(change.after) <= {"active"}


def is_endpoint_missing(change: Change, error: BaseException) -> bool:
    """Return whether the refusal of a change shows that the server has no groups."""
    if change.type != "Group" or not isinstance(error, ApiError):
        return False
    return error.status == 501 or (
        change.action == "create"
        and isinstance(error, (NotFound, BadRequest))
        and error.status in (404, 405)
    )
