"""Recording of the changes that one request makes to users and tags."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

__all__ = ["ChangeRecorder", "RecordChange"]


class _Owner(Protocol):
    """The identity provider of a record."""

    @property
    def name(self) -> str: ...


class _ChangedRecord(Protocol):
    """A user or a tag."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def provider(self) -> _Owner: ...
    @property
    def resource(self) -> dict[str, Any]: ...


@dataclass(slots=True)
class RecordChange:
    """The change of one user or tag during a request.

    Attributes:
        id: id of the user or tag.
        type: `User` or `Group`.
        name: its name after the request, or the last one.
        identity_provider: name of the identity provider that owns it.
        before: its SCIM resource before the request; `None` if the request created it.
        after: its SCIM resource after the request; `None` if the request removed it.
        added: ids of the members that a group got.
        removed: ids of the members that a group lost.
    """

    id: str
    type: str
    name: str
    identity_provider: str
    before: dict[str, Any] | None = field(repr=False)
    after: dict[str, Any] | None = field(repr=False)
    added: dict[str, None] = field(default_factory=dict[str, None], repr=False)
    removed: dict[str, None] = field(default_factory=dict[str, None], repr=False)


class ChangeRecorder:
    """Recorder of the caller and the changes of the request that is processed.

    Stored resources are never changed in place, so that a change keeps references and copies nothing.

    Attributes:
        caller: name of the caller, once it is authenticated.
    """

    __slots__ = ("_changes", "caller")

    def __init__(self) -> None:
        self.caller: str | None = None
        self._changes: dict[str, RecordChange] | None = None

    def begin(self) -> None:
        """Start recording the changes of a request."""
        self.caller, self._changes = None, {}

    def end(self) -> tuple[RecordChange, ...]:
        """Stop recording, and return the changes, one for each user and tag."""
        changes, self._changes = self._changes or {}, None
        return tuple(
            change
            for change in changes.values()
            if change.before is not None or change.after is not None
        )

    def note_resource(
        self, record: _ChangedRecord, before: dict[str, Any] | None, after: dict[str, Any] | None
    ) -> None:
        """Record that the resource of a user or tag was replaced, created or removed."""
        change = self._find(record, before)
        if change is not None:
            change.after = after
            change.name = record.name

    def note_member(self, tag: _ChangedRecord, member_id: str, *, is_added: bool) -> None:
        """Record that a tag got or lost a member."""
        change = self._find(tag, tag.resource)
        if change is None:
            return
        gained, lost = (
            (change.added, change.removed) if is_added else (change.removed, change.added)
        )
        if member_id in lost:
            del lost[member_id]
        else:
            gained[member_id] = None

    def _find(self, record: _ChangedRecord, before: dict[str, Any] | None) -> RecordChange | None:
        """Return the change of a record, a new one if it is the first; `None` outside requests."""
        if self._changes is None:
            return None
        change = self._changes.get(record.id)
        if change is None:
            change = self._changes[record.id] = RecordChange(
                id=record.id,
                type="User" if "userName" in record.resource else "Group",
                name=record.name,
                identity_provider=record.provider.name,
                before=before,
                after=record.resource,
            )
        return change
