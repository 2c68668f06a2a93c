"""Progress of a change of group members: chunks to send, refused ids, and differences to a reading."""

from __future__ import annotations

import copy
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard, TypeVar

from britive_scim.errors import (
    ApiError,
    BadRequest,
    Conflict,
    NotFound,
    PayloadTooLarge,
    ServerError,
    TransportError,
    UnexpectedResponse,
)
from britive_scim.wire.ids import split_into_chunks
from britive_scim.wire.requests.member_reading import MemberReading
from britive_scim.wire.retry.uncertainty import mark_acknowledged, mark_uncertain

__all__ = [
    "MemberChange",
    "MemberChunk",
    "MemberGoal",
    "add_hint",
    "add_progress",
    "build_unverified_error",
    "get_member_ids",
    "is_chunk_refusal",
    "is_possibly_applied",
    "is_replacement_refusal",
]

E = TypeVar("E", bound=ApiError | TransportError)

_REFUSAL_STATUSES = frozenset({400, 404, 409, 413})
"""Statuses that may concern some of the members of a request, or their number."""

_REFUSAL_CLASSES = (BadRequest, NotFound, Conflict, PayloadTooLarge)

_MAX_EQUAL_REFUSALS = 8
"""Equal refusals of single members of one chunk after which the form of the request counts as refused."""

_GENERATED_TOKEN = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27,}|\d+", re.IGNORECASE)


def get_member_ids(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the members of a group in wire form, without duplicates."""
    return tuple(dict.fromkeys(m["value"] for m in body.get("members", ()) if m.get("value")))


def is_chunk_refusal(error: ApiError | TransportError) -> TypeGuard[ApiError]:
    """Return whether the server may accept a part of the members, or fewer at a time."""
    return type(error) in _REFUSAL_CLASSES and _get_status(error) in _REFUSAL_STATUSES


def is_replacement_refusal(error: ApiError | TransportError) -> bool:
    """Return whether the server refuses to replace the members, and may accept to add and remove them."""
    if type(error) is ServerError:
        return error.status == 501
    return is_chunk_refusal(error) or (type(error) is BadRequest and error.status in (405, 422))


def is_possibly_applied(error: ApiError | TransportError) -> bool:
    """Return whether the error may mean that an id is a member already, or is not a member."""
    return isinstance(error, (Conflict, NotFound)) or (
        isinstance(error, BadRequest) and (error.scim_type or "").lower() == "notarget"
    )


def _get_status(error: ApiError | TransportError) -> int | None:
    return error.status if isinstance(error, ApiError) else None


@dataclass(frozen=True, slots=True)
class MemberGoal:
    """State of the members of a group that a call has to reach.

    Attributes:
        wanted: ids that must be members.
        unwanted: ids that must not be members.
        is_exact: whether there must be no other members.
        is_derived: whether the removed members are those of a reading, which may have been incomplete.
    """

    wanted: Mapping[str, None] = field(default_factory=dict[str, None])
    unwanted: Mapping[str, None] = field(default_factory=dict[str, None])
    is_exact: bool = False
    is_derived: bool = False

    @classmethod
    def of(cls, chunks: Iterable[MemberChunk]) -> MemberGoal:
        """Return the goal of chunks that the server accepted."""
        wanted: dict[str, None] = {}
        unwanted: dict[str, None] = {}
        for chunk in chunks:
            (unwanted if chunk.is_removal else wanted).update(dict.fromkeys(chunk.ids))
        return cls(wanted, unwanted)

    def find_contradictions(self, reading: MemberReading) -> tuple[str, ...]:
        """Return the ids that a reading shows otherwise; one that may be cut proves nothing about missing ids.

        Upper and lower case are not distinguished, as some servers normalize ids.
        """
        shown, wanted, unwanted = (
            {id_.casefold() for id_ in ids} for ids in (reading.ids, self.wanted, self.unwanted)
        )
        surplus = shown - wanted if self.is_exact else shown & unwanted
        missing = wanted - shown if reading.is_complete else set[str]()
        return (
            *(id_ for id_ in reading.ids if id_.casefold() in surplus),
            *(id_ for id_ in self.wanted if id_.casefold() in missing),
        )

    def find_unwanted(self, reading: MemberReading, change: MemberChange) -> tuple[str, ...]:
        """Return the shown ids that must not be members, without those whose removal was refused."""
        return tuple(
            id_
            for id_ in reading.ids
            if (id_ not in self.wanted if self.is_exact else id_ in self.unwanted)
            and id_ not in change.refusals
        )

    def find_missing(self, reading: MemberReading, change: MemberChange) -> tuple[str, ...]:
        """Return the ids that must be members but are not shown, without those whose addition was refused."""
        return tuple(
            id_ for id_ in self.wanted if id_ not in reading.ids and id_ not in change.refusals
        )

    def is_reached(self, reading: MemberReading, change: MemberChange) -> bool:
        """Return whether a reading shows the state to reach."""
        if self.is_exact and reading.has_unidentified:
            return False
        return not self.find_unwanted(reading, change) and not self.find_missing(reading, change)


@dataclass(frozen=True, slots=True)
class MemberChunk:
    """Members of one request.

    Attributes:
        ids: ids of the members.
        is_removal: whether they are removed; else they are added.
        origin: number of the chunk that this one is a part of.
    """

    ids: tuple[str, ...]
    is_removal: bool
    origin: int


class MemberChange:
    """Progress of one call that adds and removes members.

    Args:
        to_remove: ids to remove, sent first.
        to_add: ids to add.
        done: ids processed before.
        acknowledged_request: method and path of a request of the call that the server acknowledged before.

    Attributes:
        acknowledged_request: method and path of the first request that the server acknowledged, or `None`.
        refusals: error of each refused id.
        chunk_count: number of chunks to send, before any was halved.
        uncertain_request: method and path of a request that the server may have processed before it refused its
            repetition, or `None`.
        is_replaced: whether all members were replaced by one PUT.
    """

    def __init__(
        self,
        *,
        to_remove: tuple[str, ...] = (),
        to_add: tuple[str, ...] = (),
        done: tuple[str, ...] = (),
        acknowledged_request: str | None = None,
    ) -> None:
        self.acknowledged_request = acknowledged_request
        self.refusals: dict[str, ApiError] = {}
        self.chunk_count = 0
        self.uncertain_request: str | None = None
        self.is_replaced = False
        self._is_removal: dict[str, bool] = dict.fromkeys(done, False)
        self._done: set[str] = set(done)
        self._pending: deque[MemberChunk] = deque()
        self._accepted_origins: set[int] = set()
        self._kinds: dict[str, tuple[int, int, str]] = {}
        self.extend(to_remove, is_removal=True)
        self.extend(to_add, is_removal=False)

    def extend(self, ids: tuple[str, ...], *, is_removal: bool) -> None:
        """Append ids to the change."""
        for chunk in split_into_chunks(ids):
            self._pending.append(MemberChunk(chunk, is_removal, self.chunk_count))
            self.chunk_count += 1
        for id_ in ids:
            self._is_removal[id_] = is_removal
            self._done.discard(id_)

    @property
    def done(self) -> tuple[str, ...]:
        """Ids that were added or removed, in the order of the call."""
        return tuple(id_ for id_ in self._is_removal if id_ in self._done)

    @property
    def remaining(self) -> tuple[str, ...]:
        """Ids that were not added or removed, or not certainly."""
        return tuple(id_ for id_ in self._is_removal if id_ not in self._done)

    @property
    def refused_removals(self) -> tuple[str, ...]:
        """Ids whose removal was refused."""
        return tuple(id_ for id_ in self.refusals if self._is_removal[id_])

    @property
    def refused_additions(self) -> tuple[str, ...]:
        """Ids whose addition was refused."""
        return tuple(id_ for id_ in self.refusals if not self._is_removal[id_])

    def is_acknowledged(self, id_: str) -> bool:
        """Return whether the server accepted a request with this id, or the id required no request."""
        return id_ in self._done

    @property
    def pending(self) -> tuple[MemberChunk, ...]:
        """Chunks to send."""
        return tuple(self._pending)

    @property
    def has_pending(self) -> bool:
        """True if there are chunks to send."""
        return bool(self._pending)

    def pop(self) -> MemberChunk | None:
        """Return the next chunk to send, or `None` at the end."""
        return self._pending.popleft() if self._pending else None

    def pop_all(self) -> list[MemberChunk]:
        """Return all chunks to send."""
        chunks = list(self._pending)
        self._pending.clear()
        return chunks

    def accept(self, chunk: MemberChunk, request: str) -> None:
        """Record that the server accepted a chunk, sent by the request of this method and path."""
        self.skip(chunk.ids)
        self.acknowledged_request = self.acknowledged_request or request
        self._accepted_origins.add(chunk.origin)

    def divide(self, chunk: MemberChunk, *parts: tuple[str, ...]) -> None:
        """Send parts of a chunk next."""
        self._pending.extendleft(
            MemberChunk(ids, chunk.is_removal, chunk.origin) for ids in reversed(parts) if ids
        )

    def skip(self, ids: Iterable[str]) -> None:
        """Record that ids are as wanted."""
        for id_ in ids:
            self._done.add(id_)
            self.refusals.pop(id_, None)

    def refuse(self, chunk: MemberChunk, error: ApiError) -> None:
        """Record the refusal of the only id of a chunk."""
        id_ = chunk.ids[0]
        self.refusals[id_] = error.with_traceback(None)  # frames refer to the client
        detail = (error.detail or "").replace(id_, "*")
        self._kinds[id_] = (chunk.origin, error.status, _GENERATED_TOKEN.sub("*", detail))

    def is_form_refused(self, chunk: MemberChunk) -> bool:
        """Return whether the server seems to refuse every id of the original chunk.

        This is assumed if it refused several single ids with equal errors, and accepted none.
        """
        if chunk.origin in self._accepted_origins:
            return False
        counts = Counter(self._kinds[id_] for id_ in self.refusals)
        return any(
            kind[0] == chunk.origin and count >= _MAX_EQUAL_REFUSALS
            for kind, count in counts.items()
        )

    def reject(self, ids: Iterable[str], error: ApiError) -> None:
        """Record ids that the group shows otherwise, although the server accepted their chunk."""
        for id_ in ids:
            self._done.discard(id_)
            self.refusals[id_] = error
            self._kinds[id_] = (-1, error.status, "")

    def build_group_error(self, failure: NotFound) -> NotFound:
        """Return the error for a group that does not exist; `failure` may be that of an id."""
        return add_progress(copy.copy(failure), self)

    def build_refusal_error(self) -> ApiError:
        """Return an error of the class of the first refusal that names all refused ids."""
        first = next(iter(self.refusals.values()))
        error = copy.copy(first)
        error.message = f"{first.message}; {self._describe_difference()}"
        error.args = (error.message,)
        if self.acknowledged_request == f"{error.method} {error.path}":  # the message names it
            error.uncertain_request = self.acknowledged_request
        elif self.acknowledged_request:
            mark_acknowledged(error, self.acknowledged_request)
        elif self.uncertain_request:
            mark_uncertain(error, self.uncertain_request)
        return _set_progress(error, self)

    def _describe_difference(self) -> str:
        """Return the ids that were not changed, and the number of the others if all of a kind were."""
        failed: list[str] = []
        succeeded: list[str] = []
        for verb, done, remaining in self._count_kinds():
            if remaining:
                shown = ", ".join(remaining[:3]) + (", ..." if len(remaining) > 3 else "")
                total = done + len(remaining)
                failed.append(f"{len(remaining)} of {total} members were not {verb}: {shown}")
            else:
                succeeded.append(
                    f"{done} others were {verb}" if done != 1 else f"1 other was {verb}"
                )
        return "; ".join([*failed, *succeeded])

    def describe_progress(self) -> str:
        """Return the numbers of the members that were added and removed, and that remain."""
        parts = [
            f"{done} of {done + len(remaining)} members were {verb}"
            for verb, done, remaining in self._count_kinds()
        ]
        if self.remaining:
            parts.append(f"{len(self.remaining)} remain")
        return ", ".join(parts)

    def _count_kinds(self) -> Iterator[tuple[str, int, list[str]]]:
        """Yield, for additions and removals, the verb, the number done, and the ids that remain."""
        for verb, is_removal in (("added", False), ("removed", True)):
            ids = [id_ for id_, removed in self._is_removal.items() if removed is is_removal]
            if ids:
                remaining = [id_ for id_ in ids if id_ not in self._done]
                yield verb, len(ids) - len(remaining), remaining


def add_hint(error: E, hint: str) -> E:
    """Return `error` with a hint at the end of its message."""
    error.message = f"{error.message}; {hint}"
    error.args = (error.message,)
    return error


def add_progress(error: E, change: MemberChange) -> E:
    """Return `error` with the ids done and remaining, and the refusals of a change; the message counts them."""
    if change.acknowledged_request:
        progress = change.describe_progress()
        mark_acknowledged(error, change.acknowledged_request, progress=progress)
    elif change.uncertain_request:
        mark_uncertain(error, change.uncertain_request)
    return _set_progress(error, change)


def _set_progress(error: E, change: MemberChange) -> E:
    error.done = change.done
    error.remaining = change.remaining
    error.refusals = dict(change.refusals)
    return error


def build_unverified_error(
    path: str,
    problem: str,
    change: MemberChange,
    *,
    remaining: tuple[str, ...] | None = None,
    method: str = "PATCH",
) -> UnexpectedResponse:
    """Return the error for a change that was acknowledged, but cannot be verified.

    Args:
        path: path of the group.
        problem: reason.
        change: progress of the call.
        remaining: ids that are still members.
        method: method of the request.
    """
    error = UnexpectedResponse(
        f"{method} {path}: {problem}", status=200, detail=problem, method=method, path=path
    )
    _set_progress(error, change)
    if remaining is not None:
        error.done = tuple(id_ for id_ in error.done if id_ not in remaining)
        error.remaining = (*(i for i in error.remaining if i not in remaining), *remaining)
    return error
