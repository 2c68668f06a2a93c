"""Resolution of the keys by which a source names users: members of groups, and managers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from britive_scim.provisioning.directory.records import MemberRecord, UserRecord
from britive_scim.provisioning.plans.user_matching import UserMatches, fold_user_name

__all__ = ["UserResolver"]


class UserResolver:
    """Ids of users by the keys of the source.

    Args:
        matches: users of both sides.
        names: users of the source by folded userName.
        externals: users of the source by `externalId`.
        found: users of the target.
        ids: id, or placeholder id, by the identity of the record of a user of the source that is synchronized.
        includes_found: whether members that the source does not have are looked up at the target.
    """

    def __init__(
        self,
        matches: UserMatches,
        names: Mapping[str, UserRecord],
        externals: Mapping[str, UserRecord],
        found: Sequence[UserRecord],
        ids: Mapping[int, str],
        *,
        includes_found: bool,
    ) -> None:
        self._names = names
        self._externals = externals
        self._found = found
        self._ids = ids
        self._includes_found = includes_found
        self._pairs = matches.pairs
        self._matched: dict[int, str] | None = None
        self._found_ids: dict[str, str | None] | None = None

    def resolve_member(self, member: MemberRecord) -> str | None:
        """Return the id of a member: a user of the source that is synchronized, or a user found by id."""
        record = self._find_wanted(member.value)
        if record is not None:
            return self._ids.get(id(record))
        return self._find_id(member.value, by_name=self._includes_found)

    def resolve_manager(self, key: str, current: str | None = None) -> str | None:
        """Return the id of a manager: a user of the source, or one found by id, `externalId` or `userName`.

        Args:
            key: key of the manager in the source.
            current: id of the manager at the target; it needs no look-up.
        """
        record = self._find_wanted(key)
        if record is not None:
            id_ = self._ids.get(id(record)) or self._find_matched(record)
            if id_ is not None:
                return id_
        return key if key == current else self._find_id(key, by_name=True)

    def _find_matched(self, record: UserRecord) -> str | None:
        """Return the id at the target of a user of the source that is left alone."""
        if self._matched is None:
            self._matched = {id(pair.wanted): pair.found.values["id"] for pair in self._pairs}
        return self._matched.get(id(record))

    def _find_wanted(self, key: str) -> UserRecord | None:
        record = self._externals.get(key)
        return record if record is not None else self._names.get(fold_user_name(key))

    def _find_id(self, key: str, *, by_name: bool) -> str | None:
        """Return the id of a user at the target; none where several have the name."""
        if self._found_ids is None:
            ids: dict[str, str | None] = {}
            for record in self._found:
                name, external = record.values.get("userName"), record.values.get("externalId")
                for text in (
                    f"name:{fold_user_name(name)}" if name else None,
                    f"external:{external}" if external else None,
                ):
                    if text is not None:
                        ids[text] = None if text in ids else record.values["id"]
            ids.update({f"id:{record.values['id']}": record.values["id"] for record in self._found})
            self._found_ids = ids
        texts = [f"id:{key}"]
        if by_name:
            texts += [f"external:{key}", f"name:{fold_user_name(key)}"]
        return next((id_ for text in texts if (id_ := self._found_ids.get(text))), None)
