"""The steps of a set-up: what was created, changed or left unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from britive_scim import tables

__all__ = ["Step", "StepOutcome", "format_steps_html", "format_steps_note", "format_steps_text"]


StepOutcome = Literal["created", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a set-up.

    Attributes:
        name: what it is about, such as `SCIM provider` or `mapping of Department`.
        outcome: `created`, `changed` or `unchanged`.
        detail: what is there now; never a secret.
    """

    name: str
    outcome: StepOutcome
    detail: str = ""

    @property
    def is_change(self) -> bool:
        """Whether anything was created or changed."""
        return self.outcome != "unchanged"


def format_steps_text(steps: Sequence[Step]) -> str:
    """Return steps as an aligned text table."""
    return tables.render_text_table(
        ("step", "outcome", "detail"), [(s.name, s.outcome, s.detail) for s in steps], width=100
    )


def format_steps_note(steps: Iterable[Step]) -> str:
    """Return what a set-up did before it failed, as a note for the error; empty where it did nothing."""
    done = [f"{step.name} {step.outcome} ({step.detail})" for step in steps if step.is_change]
    if not done:
        return ""
    return (
        f"Done before this failed: {'; '.join(done)}. Repeat the call when the cause is gone: it leaves alone "
        "what is done, and goes on from there."
    )


def format_steps_html(steps: Sequence[Step], caption: str) -> str:
    """Return steps as an HTML table, every text escaped."""
    return tables.render_html_table(
        ("step", "outcome", "detail"),
        [(s.name, s.outcome, s.detail) for s in steps],
        caption=caption,
    )
