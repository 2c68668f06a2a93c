"""Steps of a set-up: what was created, changed or left unchanged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from britive_scim.tables import Table

__all__ = ["Step", "StepOutcome", "build_steps_table", "format_steps_note"]


StepOutcome = Literal["created", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a set-up.

    Attributes:
        name: subject of the step, such as `SCIM provider` or `mapping of Department`.
        outcome: `created`, `changed` or `unchanged`.
        detail: the state after the step; never a secret.
    """

    name: str
    outcome: StepOutcome
    detail: str = ""

    @property
    def is_change(self) -> bool:
        """True if something was created or changed."""
        return self.outcome != "unchanged"


def build_steps_table(steps: Iterable[Step]) -> Table:
    """Return a table with one row a step."""
    return Table.from_rows(
        ("step", "outcome", "detail"), [(s.name, s.outcome, s.detail) for s in steps]
    )


def format_steps_note(steps: Iterable[Step]) -> str:
    """Return the completed changes as a note for the error of a failed set-up; empty without changes."""
    done = [f"{step.name} {step.outcome} ({step.detail})" for step in steps if step.is_change]
    if not done:
        return ""
    return (
        f"done before the failure: {'; '.join(done)}; repeat the call when the cause is removed, "
        "completed steps are skipped"
    )
