# Generated from aio/scim/lookups.py by tools/unasync.py; edit that file instead.
"""Look-ups of resources by name or `externalId`: to find, to avoid duplicates, and to recover a lost create."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from britive_scim import scim
from britive_scim.sync.scim.resource_reader import ResourceReader
from britive_scim.errors import (
    Ambiguous,
    ApiError,
    BadRequest,
    InputError,
    NotFound,
    ServerError,
    TransportError,
    UnexpectedResponse,
)
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.requests.lookup import LookupKey, select_match
from britive_scim.wire.retry.create_recovery import (
    compute_lookup_delays,
    compute_start_time,
    is_created_before,
    is_created_by_request,
)
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["CreationCheck", "Lookups", "Hits", "is_filter_refused"]

R = TypeVar("R", bound="scim.Resource")
R_contra = TypeVar("R_contra", bound="scim.Resource", contravariant=True)


_MAX_UNSHOWN = 10
"""Number of resources without the attribute of a filter from which on the server is taken to ignore the filter."""

_UNUSED_VALUE = "britive-scim: a value of no resource"
"""Value of a filter that finds a resource only if the server ignores it; constant, for recordings."""


@dataclass(frozen=True, slots=True)
class Hits(Generic[R]):
    """Resources that the server returned for a filter, compared again.

    Attributes:
        found: those that have the wanted value, ignoring case.
        unshown: the first ones without the filtered attribute, if no resource of the list shows it: providers need
            not return it.
        others: number of the resources that are not in `found`.
        why_incomplete: reason why the list may lack some, or `None`.
    """

    found: Sequence[R]
    unshown: Sequence[R]
    others: int
    why_incomplete: str | None


class CreationCheck(Protocol[R_contra]):
    """Function that decides whether a resource that was found was created by the call."""

    def __call__(self, found: R_contra, start_time: float, /) -> bool:
        """Return the decision; `start_time` is that of the call in seconds since the epoch."""
        ...


class Lookups(ResourceReader[R]):
    """Resources of one type that can be looked up."""

    __slots__ = ()

    def find_by_external_id(
        self, external_id: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> R | None:
        """Return the resource with exactly this `externalId`, or `None`.

        Upper and lower case differ, even if the server ignores the difference (RFC 7643 §3.1). If the provider refuses
        the filter, the list is read.

        Args:
            external_id: identifier given by the identity provider.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            Ambiguous: several resources have this `externalId`.
        """
        key = self._build_key("externalId", external_id)
        return self._find_certainly(key, CallOptions(timeout=timeout, retry=retry))

    def _build_key(self, name: str, value: str) -> LookupKey:
        attribute = self._schema.find_attribute(None, name)
        return LookupKey(attribute or scim.Attribute(name=name), value)

    def _build_keys(self, resource: R) -> tuple[LookupKey | None, LookupKey | None]:
        """Return the keys of a resource: its name and its `externalId`; `None` for one that it does not have."""
        name: LookupKey | None = None
        if self.natural_key is not None:
            wire_name, field = self.natural_key
            value = getattr(resource, field, None)
            name = self._build_key(wire_name, value) if value else None
        external_id = resource.external_id
        return name, self._build_key("externalId", external_id) if external_id else None

    def _find_certainly(self, key: LookupKey, call: CallOptions) -> R | None:
        """Return the only resource that has the value of `key`, or `None`; read the list if the filter is refused."""
        attribute = (self._endpoint, key.name)
        if attribute in self._service_provider.unfilterable:
            return self._find(key, call, is_filtered=False)
        try:
            return self._find(key, call)
        except (BadRequest, ServerError) as error:
            if not is_filter_refused(error):
                raise
        found = self._find(key, call, is_filtered=False)
        self._service_provider.unfilterable.add(attribute)
        return found

    def _find(
        self,
        key: LookupKey,
        call: CallOptions,
        *,
        other: LookupKey | None = None,
        is_filtered: bool = True,
    ) -> R | None:
        """Return the only resource that has the value of `key`, or `None`.

        Args:
            key: attribute and value.
            call: timeout and retry policy of each request.
            other: see `select_match`.
            is_filtered: let the server filter, if it can.
        """
        for condition in key.build_filters() if is_filtered else (None,):
            hits = self._find_hits(key, condition, call)
            found = hits.found
            if hits.unshown and other is None:
                found = self._read_unshown(key.name, key.judge, hits.unshown, call) or ()
            match = select_match(key, found, label=self._schema.name, other=other)
            if match is not None:
                return match
            if hits.why_incomplete is not None:
                raise self._build_unknown_error(key.name, hits.why_incomplete)
        return None

    def _find_hits(
        self, key: LookupKey, condition: scim.Filter | None, call: CallOptions
    ) -> Hits[R]:
        """Return the resources that have the value of `key`; a provider without filter support is read to its end."""
        known = self._service_provider.known_capabilities
        if condition is not None and (known is None or known.filter is not False):
            refusal: BadRequest | ServerError
            try:
                return self._read_hits(condition, key.judge, call)
            except (BadRequest, ServerError) as error:
                if not is_filter_refused(error):
                    raise
                refusal = error
            if (self._service_provider.get_capabilities(**call)).filter is not False:
                raise refusal
        return self._read_hits(None, key.judge, call)

    def _read_hits(
        self, condition: scim.Filter | None, judge: Callable[[R], bool | None], call: CallOptions
    ) -> Hits[R]:
        """Read the resources that a filter finds.

        If there are some, but none has the wanted value, the server may ignore the filter: the end of the list is
        proven, as it may have further pages.

        Args:
            condition: the filter, or `None` to read all resources.
            judge: returns whether a resource has the wanted value; `None` if it does not show the attribute.
            call: timeout and retry policy of each request.
        """
        found: list[R] = []
        unshown: list[R] = []
        others = 0
        is_shown = condition is None
        pager = self._list_candidates(condition, call, needs_proof=lambda: others > 0 and not found)
        for resource in pager:
            verdict = judge(resource)
            is_shown = is_shown or verdict is not None
            if verdict:
                found.append(resource)
                continue
            others += 1
            if verdict is None and len(unshown) < _MAX_UNSHOWN:
                unshown.append(resource)
        return Hits(found, () if is_shown else unshown, others, pager.why_incomplete)

    def _read_unshown(
        self,
        path: str,
        judge: Callable[[R], bool | None],
        unshown: Sequence[R],
        call: CallOptions,
    ) -> Sequence[R] | None:
        """Return the resources of a filter that have its value when they are read; `None` if it is ignored.

        Args:
            path: path of the filtered attribute.
            judge: returns whether a resource has the wanted value; `None` if it does not show the attribute.
            unshown: the resources, as the list returned them.
            call: timeout and retry policy of each request.

        Raises:
            UnexpectedResponse: the server applies the filter, and never returns the attribute.
        """
        if len(unshown) >= _MAX_UNSHOWN:
            return None
        condition = scim.Compare(scim.parse_path(path), "eq", _UNUSED_VALUE)
        if self._list_candidates(condition, call).first() is not None:
            return None
        found: list[R] = []
        for resource in unshown:
            try:
                read = resource.id and self.get(
                    resource.id, excluded_attributes=self._lookup_excluded_attributes, **call
                )
            except NotFound:
                continue  # deleted since
            verdict = judge(read) if read else None
            if verdict is None or not read:
                raise self._build_unknown_error(
                    path,
                    f"{self._schema.name} {resource.id!r} is found by it and does not show it; "
                    "look it up by another attribute",
                )
            if verdict:
                found.append(read)
        return found

    def _build_unknown_error(self, path: str, reason: str) -> UnexpectedResponse:
        return UnexpectedResponse(
            f"GET {self._endpoint}: it is unknown whether a {self._schema.name} has this {path}: {reason}",
            status=200,
            detail=reason,
            method="GET",
            path=self._endpoint,
        )

    def _find_existing(self, resource: R, call: CallOptions) -> R | None:
        """Return the resource of the server with the same name, otherwise the one with the same `externalId`.

        Raises:
            Ambiguous: the name belongs to a resource with another `externalId`.
        """
        name, external_id = self._build_keys(resource)
        if name is None:
            if self.natural_key is None and external_id is not None:
                return self._find(external_id, call)
            wire_name, field = self.natural_key or ("externalId", "external_id")
            raise InputError(
                f"resource must have a {wire_name} to be looked up, got a {self._schema.name} without one; set {field}"
            )
        found = self._find(name, call)
        if external_id is None:
            return found
        if found is None:
            return self._find_renamed(external_id, call)
        if external_id.contradicts(found):
            raise Ambiguous(
                f"{self._schema.name} with the {name.name} {name.value!r} has another externalId than "
                f"{external_id.value!r}: it may belong to someone else; change one of them",
                candidates=[found.id or ""],
            )
        return found

    def _find_renamed(self, external_id: LookupKey, call: CallOptions) -> R | None:
        """Return the resource with this `externalId`; `None` if it is missing or the provider cannot filter by it."""
        unfilterable = self._service_provider.unfilterable
        if (self._endpoint, external_id.name) in unfilterable:
            return None
        try:
            return self._find(external_id, call)
        except (BadRequest, ServerError) as error:
            if not is_filter_refused(error):
                raise
        unfilterable.add((self._endpoint, external_id.name))
        return None

    def _recover_created(
        self,
        resource: R,
        started: float,
        call: CallOptions,
        is_created: CreationCheck[R],
    ) -> R | None:
        """Look up a resource whose creation has no response; return it if the call certainly created it."""
        name, external_id = self._build_keys(resource)
        policy = call.get("retry") or self._session.retry
        lookup_call: CallOptions = {**call, "retry": RetryPolicy.none()}
        for delay in compute_lookup_delays(policy, elapsed=self._session.now() - started):
            if delay:
                self._session.sleep(delay)
            for key, other in ((external_id, name), (name, None)):
                if key is None:
                    continue
                try:
                    found = self._find(key, lookup_call, other=other)
                except UnexpectedResponse:
                    return None  # this server does not speak SCIM
                except (TransportError, ServerError):
                    break  # the server is still down; the other key would fail as well
                except (ApiError, Ambiguous):
                    continue  # not every provider filters by this attribute
                if found is None:
                    continue
                start_time = compute_start_time(
                    self._session.last_response, self._session.now() - started
                )
                if is_created(found, start_time):
                    return found
        return None

    def _make_creation_check(self, resource: R, body: Mapping[str, Any]) -> CreationCheck[R]:
        """Return a function that decides whether a resource was created by a request with this body."""
        name, external_id = self._build_keys(resource)

        def is_created(found: R, start_time: float) -> bool:
            return is_created_by_request(
                body, found, self._schema, name=name, external_id=external_id
            ) and not is_created_before(found, start_time)

        return is_created


def is_filter_refused(error: ApiError) -> bool:
    """Return whether an error is the refusal of a filter, which a request without it may avoid."""
    return error.status in (400, 501)
