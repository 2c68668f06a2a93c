"""Matching of all users of a source with the users found at the target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from britive_scim.errors import Ambiguous, DirectoryError
from britive_scim.provisioning.counts import join_problems
from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.provisioning.plans.matching import decide_match, list_key_values
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.scim.datatypes import normalize_caseless

if TYPE_CHECKING:
    from britive_scim.provisioning.directory.directory import Directory

__all__ = [
    "UserMatches",
    "UserPair",
    "check_identities",
    "fold_user_name",
    "get_user_key",
    "list_own_users",
    "match_users",
]


def fold_user_name(name: str) -> str:
    """Return the form in which user names are compared: NFC, without case and outer blanks.

    Examples:
        >>> fold_user_name(" Ann@Example.com ")
        'ann@example.com'
    """
    return name.strip().lower() if name.isascii() else normalize_caseless(name.strip())


def get_user_key(values: Mapping[str, Any]) -> str:
    """Return the key by which a user is shown: `externalId`, else `userName`, else the id."""
    return values.get("externalId") or values.get("userName") or values.get("id") or ""


@dataclass(slots=True)
class UserPair:
    """User of the source and of the target.

    Attributes:
        wanted: the user of the source.
        found: the user at the target.
        by: match key.
        is_adopted: whether the user at the target gets the `externalId` of the source.
    """

    wanted: UserRecord
    found: UserRecord
    by: str
    is_adopted: bool = False


@dataclass(slots=True)
class UserMatches:
    """Result of matching users.

    Attributes:
        pairs: users of both sides.
        new: users of the source only.
        missing: users of the target only.
        unclaimed: users of the source with the user at the target that may not be adopted.
        blocked: users at the target that are left alone: several match an excluded user of the source.
    """

    pairs: list[UserPair] = field(default_factory=list[UserPair])
    new: list[UserRecord] = field(default_factory=list[UserRecord])
    missing: list[UserRecord] = field(default_factory=list[UserRecord])
    unclaimed: list[tuple[UserRecord, UserRecord]] = field(
        default_factory=list[tuple[UserRecord, UserRecord]]
    )
    blocked: set[str] = field(default_factory=set[str])


def match_users(
    wanted: Sequence[UserRecord],
    found: Sequence[UserRecord],
    policy: Policy,
    *,
    known_ids: Mapping[str, str],
    is_selected: Callable[[UserRecord], bool],
    describe: Callable[[UserRecord], str],
) -> UserMatches:
    """Match the users of a source with those of the target.

    Users with the same `externalId` are paired first, so that a name which moves from one person to another
    never moves an account.

    Args:
        wanted: users of the source.
        found: users of the target, without those of other identity providers; each has an id.
        policy: policy with `match` and `adopt`.
        known_ids: ids that an earlier run stored, by key.
        is_selected: returns whether a user of the source is synchronized.
        describe: returns the position of a user in the source, for errors.

    Raises:
        Ambiguous: users match several, or have another `externalId` at the target; all are named.
    """
    return _UserMatching(found, policy, known_ids, is_selected, describe).run(wanted)


class _UserMatching:
    """State of the matching.

    Attributes:
        claims: users of the source by id of the user at the target.
    """

    def __init__(
        self,
        found: Sequence[UserRecord],
        policy: Policy,
        known_ids: Mapping[str, str],
        is_selected: Callable[[UserRecord], bool],
        describe: Callable[[UserRecord], str],
    ) -> None:
        self._found = found
        self._policy = policy
        self._known_ids = known_ids
        self._is_selected = is_selected
        self._describe = describe
        self.claims: dict[str, UserRecord] = {}
        self._result = UserMatches()
        self._problems: list[str] = []
        self._candidates: set[str] = set()

    def run(self, wanted: Sequence[UserRecord]) -> UserMatches:
        """Match all users, and raise for all that are ambiguous."""
        rest = self._match_external_ids(wanted)
        if rest:
            self._match_rest(rest)
        if self._problems:
            raise Ambiguous(
                join_problems(
                    f"users must match one account each, got {len(self._problems):,} that do not:",
                    self._problems,
                ),
                candidates=sorted(self._candidates),
            )
        result, claims, blocked = self._result, self.claims, self._result.blocked
        result.missing = [
            record
            for record in self._found
            if record.values["id"] not in claims and record.values["id"] not in blocked
        ]
        return result

    def _match_external_ids(self, wanted: Sequence[UserRecord]) -> Sequence[UserRecord]:
        """Pair users with equal `externalId`, and return the others."""
        if self._policy.match[0] != "external_id":
            return wanted
        index: dict[str, UserRecord] = {}
        twins: set[str] = set()
        for record in self._found:
            external = record.values.get("externalId")
            if external and index.setdefault(external, record) is not record:
                twins.add(external)
        pairs, claims = self._result.pairs, self.claims
        rest: list[UserRecord] = []
        for entry in wanted:
            external = entry.values.get("externalId")
            match = index.get(external) if external and external not in twins else None
            if match is None:
                rest.append(entry)
            else:
                pairs.append(UserPair(entry, match, "external_id"))
                claims[match.values["id"]] = entry
        return rest

    def _match_rest(self, wanted: Sequence[UserRecord]) -> None:
        paired = set(self.claims)
        records = {
            record.values["id"]: record
            for record in self._found
            if record.values["id"] not in paired
        }
        indexes = {key: self._build_index(key, records.values()) for key in self._policy.match}
        folded = (
            self._build_index("external_id", records.values(), fold=True)
            if "external_id" in indexes
            else {}
        )
        for entry in wanted:
            values = entry.values
            known = self._known_ids.get(get_user_key(values))
            ids: dict[str, None] = {}
            for key, index in indexes.items():
                for value in list_key_values(key, values):
                    ids.update(index.get(value, {}))
                    if key == "external_id":
                        ids.update(folded.get(normalize_caseless(value), {}))
            if known is not None and known in records:
                ids[known] = None
            if ids:
                self._decide(entry, [records[id_] for id_ in ids], known)
            else:
                self._result.new.append(entry)

    @staticmethod
    def _build_index(
        key: str, records: Iterable[UserRecord], *, fold: bool = False
    ) -> dict[str, dict[str, None]]:
        index: dict[str, dict[str, None]] = {}
        for record in records:
            for value in list_key_values(key, record.values):
                name = normalize_caseless(value) if fold else value
                index.setdefault(name, {})[record.values["id"]] = None
        return index

    def _decide(
        self, entry: UserRecord, candidates: Sequence[UserRecord], known: str | None
    ) -> None:
        by_id = {record.values["id"]: record for record in candidates}
        try:
            match = decide_match(
                entry.values,
                [record.values for record in candidates],
                match=self._policy.match,
                adopt=self._policy.adopt,
                known_id=known,
                label=self._describe(entry),
            )
        except Ambiguous as error:
            self._refuse(entry, error.message, error.candidates)
            return
        if match.unclaimed is not None:
            record = by_id[match.unclaimed["id"]]
            self._result.unclaimed.append((entry, record))
            self._result.blocked.add(record.values["id"])
        elif match.found is None:
            self._result.new.append(entry)
        else:
            id_ = match.found["id"]
            if id_ in self.claims:
                other = self.claims[id_]
                names = " and ".join(sorted((self._describe(entry), self._describe(other))))
                self._refuse(entry, f"{names} match the same resource {id_}", (id_,))
                return
            self.claims[id_] = entry
            self._result.pairs.append(
                UserPair(entry, by_id[id_], match.by or "", is_adopted=match.is_adopted)
            )

    def _refuse(self, entry: UserRecord, problem: str, candidates: Iterable[str]) -> None:
        """Record a problem of a user, unless the user is left alone anyway."""
        if self._is_selected(entry):
            self._problems.append(problem)
            self._candidates.update(candidates)
        else:
            self._result.blocked.update(candidates)


def list_own_users(found: Directory) -> list[UserRecord]:
    """Return the users of the target that belong to its identity provider.

    Raises:
        DirectoryError: users without an id.
    """
    records, others = found.user_records, found.other_providers
    nameless = [position for position, r in enumerate(records, 1) if not r.values.get("id")]
    if nameless:
        raise DirectoryError(
            f"users of the target must have an id, got {len(nameless):,} without",
            problems=[f"user {position}" for position in nameless],
        )
    if not others:
        return list(records)
    return [record for record in records if record.values["id"] not in others]


def check_identities(
    wanted: Sequence[UserRecord], describe: Callable[[UserRecord], str]
) -> tuple[dict[str, UserRecord], dict[str, UserRecord]]:
    """Return the users of a source by folded userName, and by `externalId`.

    Raises:
        DirectoryError: a user has no key, or two users have the same `externalId` or `userName`.
    """
    names = {
        fold_user_name(name): record for record in wanted if (name := record.values.get("userName"))
    }
    externals = {
        external: record for record in wanted if (external := record.values.get("externalId"))
    }
    if not len(wanted) == len(names) == len(externals):
        _refuse_equal_identities(wanted, describe)
    return names, externals


def _refuse_equal_identities(
    wanted: Iterable[UserRecord], describe: Callable[[UserRecord], str]
) -> None:
    """Refuse users without a key, and those with the key of another.

    Raises:
        DirectoryError: there are some; all are named.
    """
    names: dict[str, UserRecord] = {}
    externals: dict[str, UserRecord] = {}
    problems: list[str] = []
    for record in wanted:
        name, external = record.values.get("userName"), record.values.get("externalId")
        if name:
            folded = fold_user_name(name)
            other = names.setdefault(folded, record)
            if other is not record:
                problems.append(f"{describe(record)}: userName is that of {describe(other)}")
        if external:
            other = externals.setdefault(external, record)
            if other is not record:
                problems.append(f"{describe(record)}: externalId is that of {describe(other)}")
        elif not name:
            problems.append(f"{describe(record)}: userName or externalId is missing")
    if problems:
        raise DirectoryError(
            f"users of the source must be distinct, got {len(problems):,} problems",
            problems=sorted(problems),
        )
