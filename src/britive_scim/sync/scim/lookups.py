# Generated from aio/scim/lookups.py by tools/unasync.py; edit that file instead.
"""Look-ups of resources by name or `externalId`: to find, to avoid duplicates, and to recover a lost create."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from britive_scim import scim
from britive_scim.sync.pager import Pager
from britive_scim.sync.scim.resource_reader import ResourceReader
from britive_scim.errors import (
    Ambiguous,
    ApiError,
    BadRequest,
    InputError,
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

__all__ = ["CreationCheck", "Lookups", "is_filter_refused"]

R = TypeVar("R", bound="scim.Resource")
R_contra = TypeVar("R_contra", bound="scim.Resource", contravariant=True)


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
            if error.status not in (400, 501):
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
            candidates, pager = self._find_candidates(key, condition, call)
            match = select_match(key, candidates, label=self._schema.name, other=other)
            if match is not None:
                return match
            if pager.complete is False:
                raise UnexpectedResponse(
                    f"GET {self._endpoint}: it is unknown whether a {self._schema.name} has this {key.name}: "
                    f"{pager.why_incomplete}",
                    status=200,
                    detail=pager.why_incomplete,
                    method="GET",
                    path=self._endpoint,
                )
        return None

    def _find_candidates(
        self, key: LookupKey, condition: scim.Filter | None, call: CallOptions
    ) -> tuple[Sequence[R], Pager[R]]:
        """Return the resources that have the value of `key`, ignoring case, and the pager that read them.

        A provider without filter support is read to its end. If the response has resources, but no match and no total,
        the list is read again with a proof of its end.
        """
        known = self._service_provider.known_capabilities
        if condition is not None and (known is None or known.filter is not False):
            refusal: BadRequest | ServerError
            try:
                return self._read_candidates(key, condition, call)
            except (BadRequest, ServerError) as error:
                if not is_filter_refused(error):
                    raise
                refusal = error
            if (self._service_provider.get_capabilities(**call)).filter is not False:
                raise refusal
        return self._read_candidates(key, None, call)

    def _read_candidates(
        self, key: LookupKey, condition: scim.Filter | None, call: CallOptions
    ) -> tuple[Sequence[R], Pager[R]]:
        pager = self._list_candidates(condition, call)
        is_empty = True
        found: list[R] = []
        for resource in pager:
            is_empty = False
            if key.matches_without_case(resource):
                found.append(resource)
        if not is_empty and not found and pager.total is None:
            pager = self._list_candidates(condition, call, needs_proof=True)
            found = [r for r in pager if key.matches_without_case(r)]
        return found, pager

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
