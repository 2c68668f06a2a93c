"""Results of `upsert` and `upsert_many`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from britive_scim.errors import BritiveScimError
from britive_scim.notebook_text import NotebookText
from britive_scim.tables import Table, Tabular

__all__ = ["UpsertAction", "UpsertFailure", "UpsertReport", "Upserted"]

R = TypeVar("R")

UpsertAction = Literal["created", "adopted", "updated", "renamed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Upserted(NotebookText, Generic[R]):
    """Result of `upsert`.

    Attributes:
        resource: the resource as the server has it now; the members of a group that were set are those given.
        action: `created`; `adopted`, if a resource without `externalId` got it; `renamed`, if its name changed;
            `updated`; or `unchanged`. In a dry run, the action that would be taken.
        changes: values before and after the change by attribute in wire form; `members` are ids, and `None` before
            if they were unknown. Empty if the resource was created.
        unkept: paths of the values that the provider did not keep. The next call of this client with the same
            values does not send them.
    """

    resource: R
    action: UpsertAction
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict[str, "tuple[Any, Any]"])
    unkept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpsertFailure:
    """Resource of `upsert_many` that failed.

    Attributes:
        position: position in the input, from 0.
        key: its `externalId`, or its name if it has none; `None` without both.
        error: the error; `may_have_happened` of it is true if the change may have taken effect.
    """

    position: int
    key: str | None
    error: BritiveScimError

    def __str__(self) -> str:
        shown = "" if self.key is None else f" ({self.key})"
        return f"{self.position}{shown}: {self.error}"


@dataclass(slots=True)
class UpsertReport(NotebookText, Tabular):
    """Outcome of `upsert_many`: counts, and the failures. Resources are not kept, so that memory stays bounded.

    Attributes:
        read: number of resources taken from the input.
        counts: number of resources by action.
        failures: the resources that failed.
        unkept: number of resources by path of a value that the provider did not keep.
        stopped: why the rest of the input was not read, or `None`.
    """

    read: int = 0
    counts: Counter[UpsertAction] = field(default_factory=Counter[UpsertAction])
    failures: list[UpsertFailure] = field(default_factory=list[UpsertFailure])
    unkept: Counter[str] = field(default_factory=Counter[str])
    stopped: str | None = None

    @property
    def ok(self) -> bool:
        """True if the input was read to its end and nothing failed."""
        return not self.failures and self.stopped is None

    @property
    def created(self) -> int:
        """Number of resources that were created."""
        return self.counts["created"]

    @property
    def adopted(self) -> int:
        """Number of resources that got the `externalId`."""
        return self.counts["adopted"]

    @property
    def renamed(self) -> int:
        """Number of resources whose name changed."""
        return self.counts["renamed"]

    @property
    def updated(self) -> int:
        """Number of resources with other changes."""
        return self.counts["updated"]

    @property
    def unchanged(self) -> int:
        """Number of resources that needed no change."""
        return self.counts["unchanged"]

    def to_table(self) -> Table:
        """Return a table of the failures: `position`, `key`, `error`, `status`, `may_have_happened`."""
        rows = [
            (
                failure.position,
                failure.key,
                failure.error.message,
                getattr(failure.error, "status", None),
                getattr(failure.error, "may_have_happened", False),
            )
            for failure in self.failures
        ]
        columns = {
            "position": int, "key": str, "error": str, "status": int, "may_have_happened": bool,
        }  # fmt: skip
        return Table(columns, [rows])

    def raise_for_failures(self) -> None:
        """Raise the error of the first failure, if there is one.

        Raises:
            BritiveScimError: it has a note of the number of failures.
        """
        if self.failures:
            first = min(self.failures, key=lambda failure: failure.position)
            first.error.add_note(f"{len(self.failures)} of {self.read} resources failed")
            raise first.error

    def __str__(self) -> str:
        actions: tuple[UpsertAction, ...] = (
            "created", "adopted", "renamed", "updated", "unchanged",
        )  # fmt: skip
        numbers = [f"{self.counts[action]} {action}" for action in actions if self.counts[action]]
        numbers += [f"{len(self.failures)} failed"] if self.failures else []
        lines = [f"{self.read} read: {', '.join(numbers) or 'nothing done'}"]
        lines += [f"stopped: {self.stopped}"] if self.stopped else []
        lines += [str(failure) for failure in self.failures]
        return "\n".join(lines)
