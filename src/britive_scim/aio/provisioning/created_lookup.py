"""Look-up of the objects that a plan creates, which an earlier run may have created."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from britive_scim import scim
from britive_scim.aio.scim.groups import AsyncGroups
from britive_scim.aio.scim.lookups import is_filter_refused
from britive_scim.aio.scim.users import AsyncUsers
from britive_scim.aio.session import AsyncSession
from britive_scim.errors import (
    Ambiguous,
    BadRequest,
    BritiveScimError,
    ServerError,
    TransportError,
    Unauthorized,
    UnexpectedResponse,
)
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.difference import compute_difference
from britive_scim.scim.names import fold
from britive_scim.wire.operation import CallOptions

__all__ = ["AsyncCreatedLookup", "decode_resource", "get_schema"]

_DELAYS_IN_DOUBT = (0.0, 1.0, 3.0)
"""Seconds before each look-up of a creation of unknown outcome: the request may be under way, and indexes lag."""

_DOWN = (TransportError, ServerError)
"""Errors of a server that may answer later."""


def decode_resource(change: Change) -> Any:
    """Return the resource that a change creates."""
    if change.type == "User":
        return scim.User[scim.CustomUser].from_wire(change.after)
    return scim.Group.from_wire(change.after)


def get_schema(change: Change) -> scim.ResourceSchema:
    """Return the schema of the target of a change."""
    return scim.ResourceSchema.of(scim.User if change.type == "User" else scim.Group)


class AsyncCreatedLookup:
    """Finder of objects by `externalId` and name; a collection that cannot be filtered is read once.

    Args:
        session: session of the client.
        users: users of the client.
        groups: groups of the client.
        get_call: returns timeout and retry policy of the next call.
    """

    def __init__(
        self,
        session: AsyncSession,
        users: AsyncUsers[Any],
        groups: AsyncGroups[Any],
        get_call: Callable[[], CallOptions],
    ) -> None:
        self._session = session
        self._users = users
        self._groups = groups
        self._get_call = get_call
        self._collections: dict[str, list[Any]] = {}

    async def find(self, change: Change, *, is_in_doubt: bool) -> str | None:
        """Return the id of the object that a creation makes, if it exists.

        An object with the name alone is the one only if it has the other values as well: it may be someone else's.

        Args:
            change: a creation.
            is_in_doubt: whether an earlier run sent the request, and ended before its response: the server may show
                the object late.

        Raises:
            Ambiguous: the name belongs to an object with another `externalId`.
        """
        for delay in _DELAYS_IN_DOUBT if is_in_doubt else (0.0,):
            if delay:
                await self._session.sleep(delay)
                self._collections.clear()
            found = await self._find_once(change)
            if found is not None:
                return found
        return None

    async def find_all(
        self, changes: Sequence[Change], *, is_in_doubt: bool
    ) -> list[str | BritiveScimError | None]:
        """Return for each of some creations the id of its object, `None` if it does not exist, or the error.

        Creations in doubt share the waiting before each further look-up. Errors of a server that is down are tried
        again with the others.

        Args:
            changes: creations.
            is_in_doubt: whether a request with one of them was sent that has no response.
        """
        results: list[str | BritiveScimError | None] = [None] * len(changes)
        pending: list[int] = list(range(len(changes)))
        for delay in _DELAYS_IN_DOUBT if is_in_doubt else (0.0,):
            if not pending:
                break
            if delay:
                await self._session.sleep(delay)
                self._collections.clear()
            for number, index in enumerate(pending):
                try:
                    results[index] = await self._find_once(changes[index])
                except (TransportError, ServerError, Unauthorized) as error:
                    for other in pending[number:]:  # the other look-ups would fail as well
                        results[other] = error
                    break
                except BritiveScimError as error:
                    results[index] = error
            pending = [
                index
                for index in pending
                if results[index] is None or isinstance(results[index], _DOWN)
            ]
        return results

    async def _find_once(self, change: Change) -> str | None:
        found = await self._find_existing(change)
        return str(found.id) if found is not None and _is_same(change, found) else None

    async def _find_existing(self, change: Change) -> Any:
        collection: Any = self._users if change.type == "User" else self._groups
        if change.type not in self._collections:
            try:
                return await collection._find_existing(decode_resource(change), self._get_call())
            except (BadRequest, ServerError) as error:
                if not is_filter_refused(error):
                    raise
            excluded = ["members"] if change.type == "Group" else None
            pager = collection.list(excluded_attributes=excluded, **self._get_call())
            resources = await pager.to_list()
            if not pager.complete:
                raise UnexpectedResponse(
                    f"GET {collection._endpoint}: it is unknown whether the {change.type} exists: {pager.why_incomplete}",
                    status=200,
                    detail=pager.why_incomplete,
                    method="GET",
                    path=collection._endpoint,
                )
            self._collections[change.type] = resources
        return _select(self._collections[change.type], change)


def _select(resources: list[Any], change: Change) -> Any:
    """Return the resource with the name, else with the `externalId`, of the one to create."""
    by_id: Any = None
    external_id, name = change.after.get("externalId"), _get_name(change.after)
    for resource in resources:
        values = resource.to_wire()
        if name and fold(_get_name(values) or "") == fold(name):
            if external_id and values.get("externalId") not in (None, "", external_id):
                raise Ambiguous(
                    f"{change.type} with the name of {change.key!r:.200} has another externalId: it may belong to someone "
                    "else; change one of them",
                    candidates=[str(resource.id)],
                )
            return resource
        if external_id and values.get("externalId") == external_id:
            by_id = resource
    return by_id


def _get_name(values: Mapping[str, Any]) -> str | None:
    return values.get("userName") or values.get("displayName")


def _is_same(change: Change, found: Any) -> bool:
    """Return whether an object that was found is the one that the change creates."""
    if not change.after.get("externalId") or found.external_id:
        return True  # compared by the look-up
    stated = {name: value for name, value in change.after.items() if name != "externalId"}
    return compute_difference(found.to_wire(), stated, schema=get_schema(change)) is None
