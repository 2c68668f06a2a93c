"""Placeholder ids of the objects that a plan creates, and the ids of the server once they exist."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from britive_scim.provisioning.plans.change import Change
from britive_scim.scim.names import fold

__all__ = ["Placeholders"]


class Placeholders:
    """Ids of the objects that a plan creates, by placeholder id.

    Args:
        changes: changes of the plan.
    """

    def __init__(self, changes: Iterable[Change]) -> None:
        self._names = {change.id for change in changes if change.action == "create"}
        self._ids: dict[str, str] = {}
        self._failures: dict[str, str] = {}
        self._lock = threading.Lock()

    def resolve(self, placeholder: str, id_: str) -> None:
        """Record the id of an object that exists now."""
        if placeholder in self._names:
            with self._lock:
                self._ids[placeholder] = id_

    def fail(self, placeholder: str, reason: str) -> None:
        """Record why an object does not exist."""
        if placeholder in self._names:
            with self._lock:
                self._failures[placeholder] = reason

    def get(self, id_: str) -> str:
        """Return the id at the server, or `id_` itself."""
        return self._ids.get(id_, id_)

    def substitute(self, change: Change) -> tuple[Change | None, dict[str, str]]:
        """Return a change with ids of the server, and the reasons for placeholder ids that have none.

        Members without an id are left out. The change is `None` if its target has no id, if a value refers to an
        object without one, or if no member is left.
        """
        if not self._names:
            return change, {}
        missing: dict[str, str] = {}
        id_ = self._get_or_note(change.id, missing)
        if change.stage == "users":  # its values are texts, never ids
            return (None if id_ is None else replace(change, id=id_)), missing
        operations = tuple(self._replace(operation, missing) for operation in change.operations)
        after, before = dict(change.after), dict(change.before)
        is_member_change = change.action in ("add_members", "remove_members")
        values = after if change.action == "add_members" else before
        if is_member_change:
            members: list[str] = []
            absent: dict[str, str] = {}
            for member in values.get("members", ()):
                present = self._get_or_note(member, absent)
                if present is not None:
                    members.append(present)
            values["members"] = members
            if id_ is None or not members:
                return None, missing or absent
            return replace(change, id=id_, after=after, before=before), absent
        after = self._replace(after, missing)
        if id_ is None or missing:
            return None, missing
        return replace(change, id=id_, after=after, operations=operations), {}

    def substitute_known(self, change: Change) -> Change:
        """Return a change with the ids of the server that are known; other placeholder ids stay."""
        if not self._ids or change.action == "create":
            return change
        id_ = self.get(change.id)
        if change.stage == "users":
            return replace(change, id=id_)
        operations, before, after = (
            self._replace(part, {}) for part in (change.operations, change.before, change.after)
        )
        return replace(change, id=id_, operations=tuple(operations), before=before, after=after)

    def _get_or_note(self, id_: str, missing: dict[str, str]) -> str | None:
        if id_ not in self._names:
            return id_
        known = self._ids.get(id_)
        if known is None:
            missing[id_] = self._failures.get(id_, f"{id_} is not created yet")
        return known

    def _replace(self, value: Any, missing: dict[str, str], *, is_reference: bool = False) -> Any:
        """Return a value with ids of the server in its references; other texts stay, also those like a placeholder."""
        if isinstance(value, str):
            return self._get_or_note(value, missing) or value if is_reference else value
        if isinstance(value, Mapping):
            items = cast("Mapping[str, Any]", value)
            path = items.get("path") if "op" in items else None  # of an operation
            is_target = isinstance(path, str) and _is_reference(path)
            return {
                name: self._replace(
                    item,
                    missing,
                    is_reference=fold(name) == "value"
                    if is_reference
                    else _is_reference(name) or (is_target and fold(name) == "value"),
                )
                for name, item in items.items()
            }
        if isinstance(value, (list, tuple)):
            return [
                self._replace(item, missing, is_reference=is_reference)
                for item in cast("list[Any]", value)
            ]
        return value


_REFERENCES = frozenset({"members", "manager"})
"""Names of the attributes whose values are ids."""


def _is_reference(path: str) -> bool:
    """Return whether an attribute has ids as values, according to its name, path or URN."""
    name, _, sub = path.rpartition(":")[2].partition("[")[0].partition(".")
    return fold(name) in _REFERENCES and fold(sub) in ("", "value")
