"""Candidates of a match: the resources that have a match key of the wanted one, found by filter or by an index.

Not every provider filters by every key: Britive documents filters on `userName` and on the `displayName` of groups
alone. A key whose filter is refused or ignored is judged by an index, which one listing builds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from britive_scim import scim
from britive_scim.aio.scim.lookups import is_filter_refused
from britive_scim.aio.scim.resources import AsyncResources
from britive_scim.aio.scim.upsert_state import AsyncUpsertState
from britive_scim.errors import BadRequest, NotFound, ServerError, UnexpectedResponse
from britive_scim.provisioning.key_index import KeyIndex
from britive_scim.provisioning.plans.matching import ATTRIBUTE_NAMES, list_key_values
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge
from britive_scim.scim.datatypes import normalize_caseless
from britive_scim.wire.operation import CallOptions

__all__ = ["AsyncCandidateFinder", "Candidates"]

R = TypeVar("R", bound="scim.Resource")

Candidates = dict[str, tuple[dict[str, Any], R]]
"""Resources by id, in wire form and as models."""

_PATHS = {**ATTRIBUTE_NAMES, "email": "emails.value"}
"""Match key -> path of its filter."""

_MAX_STRAY = 10
"""Number of resources that contradict a filter from which on the server is taken to ignore it.

A server that matches by wildcard returns some; one that ignores the filter returns all.
"""

_MAX_INDEX_AGE = 900.0
"""Seconds after which an index is read again: others may have created or renamed resources."""

_INDEX_CONCURRENCY = 4
"""Pages read at a time for an index."""


class AsyncCandidateFinder(AsyncResources[R]):
    """Resources of one type, with the method that finds the candidates of a match."""

    __slots__ = ()

    _index_keys: tuple[str, ...] = ()
    """Match keys of an index of this type."""

    @property
    def _upsert_state(self) -> AsyncUpsertState:
        """State of `upsert` for this endpoint, kept for the life of the client."""
        states = self._service_provider.upsert_states
        return states.get(self._endpoint) or states.setdefault(self._endpoint, AsyncUpsertState())

    @property
    def _knowledge(self) -> ProviderKnowledge:
        """Knowledge about the provider, which `upsert` and `apply` share."""
        return self._service_provider.knowledge

    async def _find_candidates_of(
        self,
        wanted: Mapping[str, Any],
        match: Sequence[str],
        call: CallOptions,
        *,
        deciding: Sequence[str] | None = None,
    ) -> Candidates[R]:
        """Return the resources that may be the wanted one; each key is judged by a filter or by the index.

        Args:
            wanted: the wanted resource in wire form.
            match: match keys in order.
            call: timeout and retry policy of each request.
            deciding: match keys by which the caller decides; those of `match` by default.

        Raises:
            UnexpectedResponse: a key cannot be judged, as the list of resources is not proven to be complete, or as
                the provider does not return the attribute.
        """
        candidates: Candidates[R] = {}
        unjudged: list[str] = []
        for key in match:
            if not list_key_values(key, wanted):
                continue
            others = [other for other in deciding or match if other != key]
            found = await self._filter_by_key(key, others, wanted, call)
            if found is None:
                unjudged.append(key)
                continue
            candidates.update(found)
            if _have_all(candidates, [*unjudged, key], wanted):
                return candidates  # later keys do not decide
        if unjudged:
            candidates.update(await self._look_up_in_index(unjudged, wanted, call))
        return candidates

    async def _find_by_keys(
        self, wanted: Mapping[str, Any], keys: Sequence[str], call: CallOptions
    ) -> Candidates[R]:
        """Return the resources that have any of the keys of the wanted one, each key judged."""
        found: Candidates[R] = {}
        for key in keys:
            found.update(await self._find_candidates_of(wanted, (key,), call, deciding=keys))
        return found

    # ------------------------------------------------------------------------------------ by filter

    async def _filter_by_key(
        self, key: str, others: Sequence[str], wanted: Mapping[str, Any], call: CallOptions
    ) -> Candidates[R] | None:
        """Return the resources with a value of a key; `None` if the provider cannot filter by it.

        A resource that does not show the key is one of them if it has another of the keys.
        """
        unfilterable = self._service_provider.unfilterable
        path = _PATHS[key]
        known = self._service_provider.known_capabilities
        if (self._endpoint, path) in unfilterable or (known is not None and known.filter is False):
            return None

        def judge(resource: R) -> bool | None:
            values = resource.to_wire()
            if not list_key_values(key, values):
                return None
            return bool(resource.id) and _has_key(key, values, wanted)

        found: list[R] = []
        for value in _list_sent_values(key, wanted):
            condition = scim.Compare(scim.parse_path(path), "eq", value)
            try:
                hits = await self._read_hits(condition, judge, call)
            except (BadRequest, ServerError) as error:
                if not is_filter_refused(error):
                    raise
                unfilterable.add((self._endpoint, path))
                return None
            if hits.others >= _MAX_STRAY:
                unfilterable.add((self._endpoint, path))
                return None
            found += hits.found
            unclear: list[R] = []
            for resource in hits.unshown:
                is_known = any(_has_key(other, resource.to_wire(), wanted) for other in others)
                (found if is_known else unclear).append(resource)
            read = await self._read_unshown(path, judge, unclear, call) if unclear else ()
            if read is None:
                unfilterable.add((self._endpoint, path))
                return None
            found += read
            if hits.why_incomplete is not None and not found:
                return None
        return {resource.id: (resource.to_wire(), resource) for resource in found if resource.id}

    # -------------------------------------------------------------------------------------- by index

    async def _look_up_in_index(
        self, keys: Sequence[str], wanted: Mapping[str, Any], call: CallOptions
    ) -> Candidates[R]:
        """Return the resources that the index names, as they are now."""
        index = await self._get_index(keys, call)
        ids = dict.fromkeys(id_ for key in keys for id_ in index.find(key, wanted))
        found: Candidates[R] = {}
        for id_ in ids:
            try:
                resource = await self.get(
                    id_, excluded_attributes=self._lookup_excluded_attributes, **call
                )
            except NotFound:
                continue  # deleted since
            found[id_] = resource.to_wire(), resource
        return found

    async def _get_index(self, keys: Sequence[str], call: CallOptions) -> KeyIndex:
        """Return the index, built once for all concurrent calls of this client.

        Raises:
            UnexpectedResponse: the list of resources is not proven to be complete.
        """
        state = self._upsert_state
        async with state.index_lock:
            index = state.index
            now = self._session.now()
            if (
                index is not None
                and now - index.read_at < _MAX_INDEX_AGE
                and set(keys) <= set(index.keys)
            ):
                return index
            wanted_keys = dict.fromkeys((*self._index_keys, *keys))
            index = KeyIndex(wanted_keys, now)
            attributes = list(dict.fromkeys(_PATHS[key].partition(".")[0] for key in wanted_keys))
            pager = self.list(attributes=attributes, concurrency=_INDEX_CONCURRENCY, **call)
            async for resource in pager:
                index.add(resource.to_wire())
            if not pager.complete:
                raise self._build_unjudged_error(keys, pager.why_incomplete)
            state.index = index
            return index

    def _build_unjudged_error(self, keys: Sequence[str], reason: str | None) -> UnexpectedResponse:
        names = " and ".join(_PATHS[key] for key in keys)
        return UnexpectedResponse(
            f"GET {self._endpoint}: it is unknown whether a {self._schema.name} has this {names}: the provider does "
            f"not filter by it, and the list is not proven to be complete ({reason}); nothing was changed",
            status=200,
            detail=reason,
            method="GET",
            path=self._endpoint,
        )


def _have_all(
    candidates: Mapping[str, tuple[Mapping[str, Any], object]],
    keys: Sequence[str],
    wanted: Mapping[str, Any],
) -> bool:
    """Return whether candidates have each of these keys, by the rule of its attribute."""
    return all(
        any(
            not set(list_key_values(key, wanted)).isdisjoint(list_key_values(key, values))
            for values, _ in candidates.values()
        )
        for key in keys
    )


def _has_key(key: str, values: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Return whether a resource has a wanted value of a key, ignoring case."""
    sought = {normalize_caseless(value) for value in list_key_values(key, wanted)}
    return any(normalize_caseless(value) in sought for value in list_key_values(key, values))


def _list_sent_values(key: str, wanted: Mapping[str, Any]) -> list[str]:
    """Return the values to filter by: unchanged, then in normal form C, as some servers compare bytes."""
    if key == "email":
        emails = cast("list[dict[str, Any]]", wanted.get("emails") or [])
        values = [email.get("value") for email in emails]
    else:
        values = [wanted.get(_PATHS[key])]
    texts = [value.strip() for value in values if isinstance(value, str) and value.strip()]
    return list(dict.fromkeys([*texts, *(unicodedata.normalize("NFC", text) for text in texts)]))
