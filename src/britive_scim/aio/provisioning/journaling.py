"""Writing to the journal of a run: intents are durable before their change is sent."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Literal

from britive_scim.aio.concurrency import Mutex
from britive_scim.aio.provisioning.concurrency import run_blocking
from britive_scim.provisioning.journal import JournalState
from britive_scim.provisioning.journal_file import JournalFile
from britive_scim.provisioning.plans.change import Change

__all__ = ["AsyncJournal"]


class AsyncJournal:
    """Journal of one run, shared by its workers; without a file it does nothing.

    Args:
        file: the open file, or `None`.
    """

    def __init__(self, file: JournalFile | None) -> None:
        self._file = file
        self._sync_mutex = Mutex()

    @property
    def state(self) -> JournalState:
        """State that the records of earlier runs prove."""
        return JournalState() if self._file is None else self._file.state

    async def write_intent(self, position: int, change: Change) -> None:
        """Record durably that a change is about to be sent; workers that wait at the same time share one `fsync`.

        Raises:
            OSError: the record may not be durable, so that the change must not be sent.
        """
        await self.write_intents({position: change})

    async def write_intents(self, changes: Mapping[int, Change]) -> None:
        """Record durably that changes are about to be sent in one request.

        Args:
            changes: the changes by their position in the plan.

        Raises:
            OSError: a record may not be durable, so that none of the changes must be sent.
        """
        if self._file is None or not changes:
            return
        number = 0
        for position, change in changes.items():
            number = self._file.append("intent", {"change": position, "action": change.action})
        if self._file.is_synced(number):
            return
        async with self._sync_mutex:
            if not self._file.is_synced(number):
                await run_blocking(partial(self._file.sync, number))

    def write_outcome(
        self,
        position: int,
        result: Literal["done", "failed", "partial", "uncertain"],
        id_: str,
        rest: list[str] | None = None,
    ) -> None:
        """Record the outcome of a change; it becomes durable with the next intent, or at the end.

        Args:
            position: position of the change in the plan.
            result: `uncertain` leaves the change in doubt.
            id_: id of the object.
            rest: members that are still to be added or removed, of a partial change.

        Raises:
            OSError: it cannot be written.
        """
        if self._file is not None:
            extra = {} if rest is None else {"rest": rest}
            self._file.append("outcome", {"change": position, "result": result, "id": id_, **extra})
