# Generated from aio/scim/upsert.py by tools/unasync.py; edit that file instead.
"""Upsert: create a resource, or change the existing one by the smallest PATCH."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from britive_scim import scim
from britive_scim.sync.concurrent_iteration import AnyIterable
from britive_scim.sync.scim.candidates import CandidateFinder
from britive_scim.sync.scim.patches import MAX_EDIT_ATTEMPTS, is_overtaken
from britive_scim.errors import Ambiguous, ApiError, Conflict, InputError, NotFound, TransportError
from britive_scim.provisioning.plans.matching import Adopt, Match, check_match_keys, decide_match
from britive_scim.provisioning.upserted import UpsertAction, Upserted, UpsertReport
from britive_scim.scim.json_values import is_object
from britive_scim.scim.values.notes import LISTED_MEMBERS, is_unknown, set_note
from britive_scim.wire.decoding.stored_values import is_entire_response
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.requests.etags import build_if_match_header
from britive_scim.wire.requests.listed_members import get_listed_members
from britive_scim.wire.requests.member_changes import get_member_ids
from britive_scim.wire.requests.scim import (
    build_create_body,
    build_replace_body,
    validate_integer,
)
from britive_scim.wire.retry.create_recovery import explain_hidden_resource
from britive_scim.wire.retry.uncertainty import inherit_uncertainty, mark_acknowledged

if TYPE_CHECKING:
    from britive_scim.provisioning.plans.difference import ResourceDifference

__all__ = ["Upserts", "MemberDifference", "Unset", "UpsertOptions"]

R = TypeVar("R", bound="scim.Resource")

Unset = Literal["keep", "remove"]

_UNSET_NEVER = frozenset({"schemas", "id", "meta", "externalid", "active", "password", "members"})
"""Folded names of attributes that `unset="remove"` keeps: identity, access, and values that responses hide."""

_STATED_APART = ("schemas", "id", "meta", "members")
"""Attributes of a body that are not part of the compared values."""


_NEVER_CLEARED = ("externalId", "active")
"""Attributes that `None` does not clear: the link to the source, and access."""


@dataclass(frozen=True, slots=True)
class UpsertOptions:
    """Options of an upsert.

    Attributes:
        match: match keys in order.
        adopt: whether a resource that was found by name gets the `externalId`.
        unset: whether attributes that the resource does not state are kept or removed.
    """

    match: tuple[str, ...]
    adopt: Adopt
    unset: Unset

    @classmethod
    def of(
        cls, match: Sequence[str], adopt: Adopt, unset: Unset, *, allowed: Sequence[str]
    ) -> UpsertOptions:
        """Return the options, checked.

        Raises:
            InputError: an unknown match key, or an unknown value.
        """
        for name, value, choices in (
            ("adopt", adopt, ("never", "unclaimed", "all")),
            ("unset", unset, ("keep", "remove")),
        ):
            if value not in choices:
                expected = ", ".join(map(repr, choices[:-1]))
                raise InputError(f"{name} must be {expected} or {choices[-1]!r}, got {value!r:.40}")
        return cls(check_match_keys(match, allowed), adopt, unset)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Wanted state of a resource.

    Attributes:
        values: its attributes in wire form without members; `None` clears.
        members: ids of the members of a group, or `None` to keep them.
        shown: ids of the members that a list showed, if the group is one of a list; then the others are kept.
    """

    values: Mapping[str, Any]
    members: tuple[str, ...] | None
    shown: tuple[str, ...] | None = None


class Upserts(CandidateFinder[R]):
    """Resources of one type, with the methods behind `upsert`."""

    __slots__ = ()

    def _upsert(self, resource: R, options: UpsertOptions, call: CallOptions) -> Upserted[R]:
        """Create a resource or change the existing one; concurrent calls for one key run one after the other."""
        build_create_body(resource, self._schema)
        wanted = self._build_wanted(resource)
        self._refuse_undeclared(wanted)
        name, external_id = self._build_keys(resource)
        key = external_id or name
        with self._upsert_state.get_lock(key and key.value):
            failure: ApiError | TransportError | None = None
            for _ in range(MAX_EDIT_ATTEMPTS):
                try:
                    return self._upsert_once(resource, wanted, options, call, failure)
                except (ApiError, TransportError) as error:
                    failure = inherit_uncertainty(error, failure)
                    is_gone = isinstance(error, NotFound) and error.path != self._endpoint
                    is_taken = isinstance(error, Conflict) and error.method == "POST"
                    if is_taken and error.resource is None and not error.may_have_happened:
                        self._upsert_state.index = None  # it exists, so the index is out of date
                    elif not (is_gone or is_overtaken(error)):
                        raise
            assert failure is not None  # noqa: S101 - the loop runs at least once
            raise failure

    def _upsert_many(
        self,
        resources: AnyIterable[R],
        options: UpsertOptions,
        call: CallOptions,
        *,
        concurrency: int,
        on_result: Callable[[Upserted[R]], object] | None,
    ) -> UpsertReport:
        """Upsert the resources of an input, which are taken from it as they are worked on."""
        from britive_scim.sync.scim.upsert_many import UpsertRun, check_resources

        check_resources(resources)
        limit = validate_integer("concurrency", concurrency, 64)

        def upsert(resource: R, /) -> Upserted[R]:
            return self._upsert(resource, options, call)

        return UpsertRun(upsert, options.match, on_result).run(resources, limit)

    def _upsert_once(
        self,
        resource: R,
        wanted: _Wanted,
        options: UpsertOptions,
        call: CallOptions,
        former: ApiError | TransportError | None,
    ) -> Upserted[R]:
        """Look the resource up, then create or change it; `former` is the error of an earlier attempt."""
        candidates = self._find_candidates_of(wanted.values, options.match, call)
        match = decide_match(
            wanted.values,
            [values for values, _ in candidates.values()],
            match=options.match,
            adopt=options.adopt,
            label=f"the {self._schema.name}",
        )
        if match.unclaimed is not None:
            raise Ambiguous(
                f"{self._schema.name} {match.unclaimed['id']} has the same name and no externalId, and may not be "
                "adopted; adopt it with adopt='unclaimed', or rename one of them",
                candidates=[match.unclaimed["id"]],
            )
        if match.found is not None:
            _, found = candidates[match.found["id"]]
            return self._update_found(found, match, wanted, options, call)
        if isinstance(former, Conflict):
            raise explain_hidden_resource(former)
        return self._create_wanted(resource, wanted, call)

    # ------------------------------------------------------------------------------------- creation

    def _create_wanted(self, resource: R, wanted: _Wanted, call: CallOptions) -> Upserted[R]:
        created = self.create(resource, **call)
        if self._session.active_dry_run is not None:
            return Upserted(created, "created")
        values = created.to_wire()
        state = self._upsert_state
        if state.index is not None:
            state.index.add({**wanted.values, **values})
        id_ = created.id or ""
        try:
            unkept = self._find_unkept(id_, values, wanted, (), call)
        except (ApiError, TransportError) as error:
            mark_acknowledged(error, f"POST {self._endpoint}")
            raise
        self._knowledge.record_sent(self._schema.name, id_, wanted.values, unkept)
        return Upserted(created, "created", unkept=unkept)

    def _find_unkept(
        self,
        id_: str,
        values: Mapping[str, Any],
        wanted: _Wanted,
        known: Sequence[str],
        call: CallOptions,
    ) -> tuple[str, ...]:
        """Return the paths of the wanted values that a resource lacks after a write, without known ones.

        A response that seems to be a short one is not believed: the resource is read.
        """
        remaining = self._compare(values, wanted, known)
        if remaining is not None and not is_entire_response(values, self._schema):
            stored = self.get(
                id_, excluded_attributes=self._lookup_excluded_attributes, **call
            )
            remaining = self._compare(stored.to_wire(), wanted, known)
        return () if remaining is None else remaining.paths

    # --------------------------------------------------------------------------------------- update

    def _update_found(
        self, found: R, match: Match, wanted: _Wanted, options: UpsertOptions, call: CallOptions
    ) -> Upserted[R]:
        values, id_ = found.to_wire(), found.id or ""
        if options.unset == "remove":
            wanted = replace(wanted, values=self._clear_unstated(values, wanted.values))
        known = self._knowledge.list_unkept(id_, wanted.values)
        difference = self._compare(values, wanted, known)
        members = self._compare_members(found, wanted.members, wanted.shown, call)
        changes = _list_changes(difference, members)
        if not changes:
            return Upserted(found, "unchanged", unkept=known)
        unkept = known
        if difference is not None:
            headers = build_if_match_header(self._get_version(found), found)
            found = self._patch(
                found,
                difference.request,
                headers,
                call,
                is_difference=True,
                put_request=self._build_put_request(difference.request, members),
            )
        try:
            if difference is not None:
                unkept = self._record_unkept(id_, found, difference, wanted, known, call)
            if members is not None:
                self._write_members(id_, members, call)
                found = _set_members(found, members)
        except (ApiError, TransportError) as error:
            if difference is not None:
                mark_acknowledged(error, f"{self._change_method} {self._endpoint}/{id_}")
            raise
        paths = () if difference is None else difference.paths
        return Upserted(found, self._choose_action(match, paths), changes, unkept)

    def _compare(
        self, values: Mapping[str, Any], wanted: _Wanted, unkept: Iterable[str]
    ) -> ResourceDifference | None:
        from britive_scim.provisioning.plans.difference import (
            compute_difference,  # needed for an upsert only
        )

        return compute_difference(values, wanted.values, schema=self._schema, unkept=tuple(unkept))

    def _choose_action(self, match: Match, paths: Sequence[str]) -> UpsertAction:
        if match.is_adopted and "externalId" in paths:
            return "adopted"
        name = self.natural_key[0] if self.natural_key is not None else None
        return "renamed" if name in paths else "updated"

    def _record_unkept(
        self,
        id_: str,
        changed: R,
        difference: ResourceDifference,
        wanted: _Wanted,
        known: tuple[str, ...],
        call: CallOptions,
    ) -> tuple[str, ...]:
        """Record and return the paths that the provider did not keep, of those sent now and before."""
        if self._session.active_dry_run is not None:
            return known
        values, state = changed.to_wire(), self._upsert_state
        if state.index is not None:
            state.index.add({**wanted.values, **values, "id": id_})
        now = self._find_unkept(id_, values, wanted, known, call)
        unkept = (*known, *(path for path in now if path in difference.paths))
        self._knowledge.record_sent(self._schema.name, id_, wanted.values, unkept)
        return unkept

    # --------------------------------------------------------------------------------- wanted values

    def _build_wanted(self, resource: R) -> _Wanted:
        """Return the wanted values of a resource; emptied attributes are stated as `None`."""
        body = build_replace_body(resource, self._schema)
        are_members_stated = "members" in body or getattr(resource, "members", None) is not None
        is_kept = not are_members_stated or is_unknown(resource, "members")
        members = None if is_kept else get_member_ids(body)
        for name in _STATED_APART:
            body.pop(name, None)
        for name in _NEVER_CLEARED:
            if body.get(name, "") is None:
                del body[name]
        return _Wanted(body, members, get_listed_members(resource) or None)

    def _refuse_undeclared(self, wanted: _Wanted) -> None:
        """Refuse an undeclared attribute before anything is sent, as its difference cannot be computed.

        Raises:
            InputError: there is one; the message names it, with a hint.
        """
        for name, value in wanted.values.items():
            extension = self._schema.find_extension(name) if ":" in name else None
            if extension is None:
                is_declared = self._schema.find_attribute(None, name) is not None
            else:
                is_declared = (
                    extension.is_open
                    or not is_object(value)
                    or all(extension.find_attribute(part) is not None for part in value)
                )
            if not is_declared:
                self._compare({}, _Wanted({name: value}, None), ())

    def _clear_unstated(
        self, found: Mapping[str, Any], wanted: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the wanted values, with `None` for the found attributes that they do not state."""
        stated = {name.lower() for name in wanted} | _UNSET_NEVER
        result = dict(wanted)
        for name, value in found.items():
            attribute = None if ":" in name else self._schema.find_attribute(None, name)
            is_writable = attribute is not None and attribute.mutability != "readOnly"
            if name.lower() not in stated and (is_writable or ":" in name):
                result[name] = None
            elif ":" in name and is_object(value) and is_object(wanted.get(name)):
                cleared = dict.fromkeys(set(value) - set(wanted[name]))
                result[name] = {**wanted[name], **cleared}
        return result

    # --------------------------------------------------------------------------------------- members

    def _compare_members(
        self,
        found: R,  # noqa: ARG002 - for groups
        wanted: tuple[str, ...] | None,  # noqa: ARG002 - for groups
        shown: tuple[str, ...] | None,  # noqa: ARG002 - for groups
        call: CallOptions,  # noqa: ARG002 - for groups
    ) -> MemberDifference | None:
        """Return the difference of the members of a group, or `None`."""
        return None

    def _build_put_request(
        self, request: scim.PatchRequest, members: MemberDifference | None
    ) -> scim.PatchRequest:
        """Return the changes that a provider without PATCH gets in one PUT.

        They state the wanted members if the group does not show its members, because a PUT may remove them.
        """
        if members is None or members.found is not None:
            return request
        value = [{"value": id_} for id_ in members.wanted]
        return scim.PatchRequest(
            [*request.operations, scim.PatchOperation("replace", "members", value)]
        )

    def _write_members(self, id_: str, members: MemberDifference, call: CallOptions) -> None:
        """Set the members of a group."""


@dataclass(frozen=True, slots=True)
class MemberDifference:
    """Difference of the members of a group.

    Attributes:
        found: ids of the members; `None` if they are unknown.
        wanted: ids of the wanted members.
        is_partial: whether the group may have others, which are kept.
    """

    found: tuple[str, ...] | None
    wanted: tuple[str, ...]
    is_partial: bool = False


def _set_members(group: R, difference: MemberDifference) -> R:
    """Return a group with the members that it has after a change; `None` if it may have others."""
    if difference.is_partial:
        return group.model_copy(update={"members": None})
    members = [scim.Member(value=id_) for id_ in difference.wanted]
    changed = group.model_copy(update={"members": members})
    set_note(changed, LISTED_MEMBERS, None)  # these are all
    return changed


def _list_changes(
    difference: ResourceDifference | None, members: MemberDifference | None
) -> dict[str, tuple[Any, Any]]:
    """Return the values before and after by attribute."""
    changes: dict[str, tuple[Any, Any]] = {}
    if difference is not None:
        before = difference.before
        changes = {name: (before.get(name), after) for name, after in difference.after.items()}
    if members is not None:
        changes["members"] = (members.found, members.wanted)
    return changes
