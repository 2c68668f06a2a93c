"""Plan: the changes, the objects that are left unchanged and the reasons, and the exceeded limits."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from britive_scim.notebook_text import NotebookText
from britive_scim.provisioning.plans import explanation, plan_file, rendering
from britive_scim.provisioning.plans.plan_content import PlanBasis, PlanContent
from britive_scim.provisioning.plans.plan_parts import ExceededLimit, ExcludedObject, PlanTarget
from britive_scim.tables import Table, Tabular

if TYPE_CHECKING:
    from britive_scim.provisioning.plans.explanation import Explanation

__all__ = ["ExceededLimit", "ExcludedObject", "Plan", "PlanBasis", "PlanTarget"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Plan(PlanContent, Tabular, NotebookText):
    """Changes that make a tenant equal to a wanted directory.

    `bool(plan)` is true if there is something to do; `print(plan)` lists the changes.

    Attributes:
        changes: changes in the order of `apply`.
        policy: policy that made the plan.
        target: the target that was read.
        numbers: counts by name: `read`, `selected`, `excluded`, `protected`, `unchanged`, `kept`, …
        excluded: objects that scope, exclusion or protection leave alone.
        withheld: removals that are not planned because a directory is not proven to be complete, as sentences.
        exceeded: limits that the plan exceeds; `apply` refuses it without `allow`.
        warnings: facts to review, as sentences.
        basis: the directories, for `explain`; `None` in a plan that was loaded.
    """

    @property
    def summary(self) -> str:
        """One line such as `Plan: 3 to add, 1 to change (1 rename), 2 to deactivate; 4 excluded, 1 protected`."""
        return rendering.format_summary(self)

    def to_text(self, *, max_rows: int | None = rendering.MAX_ROWS) -> str:
        """Return the plan as text; it contains names and other personal data.

        Args:
            max_rows: maximum number of changes shown, the others are counted; `None` for all.
        """
        return rendering.format_text(self, max_rows=max_rows)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<{self.summary}>"

    def _repr_html_(self) -> str:
        return rendering.format_html(self)

    def table(self) -> Table:
        """Return a table with one row per change: action, type, key, name, id, stage, changes, reason, source, requests."""
        return rendering.build_table(self)

    def to_table(self) -> Table:
        """Return the same table as `table`."""
        return rendering.build_table(self)

    def explain(self, who: str) -> Explanation:
        """Return why a user or group changes, or stays unchanged.

        Args:
            who: `externalId`, `userName`, e-mail address or id of a user; `externalId`, name or id of a group.

        Raises:
            InputError: neither the plan nor its directories have such a user or group.
            Ambiguous: there are several.
        """
        return explanation.explain(self, who)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the plan in hexadecimal; equal plans have equal digests, also after `save` and `load`."""
        return plan_file.compute_digest(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON data, `format` 1.

        The keys are `format`, `kind` (`plan`), `digest`, `summary`, `counts`, `requests`, `target`, `policy`,
        `numbers`, `changes`, `excluded`, `withheld`, `exceeded`, `warnings`; those of the parts are the attributes of
        their classes. Times are in ISO 8601, durations in seconds.
        """
        return plan_file.build_document(self)

    def to_json(self) -> str:
        """Return `to_dict` as JSON text."""
        return plan_file.format_document(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the plan to a file that only its owner can read (mode 0600).

        The file contains personal data: names, e-mail addresses and memberships. It contains no token.

        Raises:
            InputError: `path` is a directory, or its directory does not exist.
        """
        plan_file.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return a plan that `save` wrote.

        Raises:
            InputError: the file is missing, damaged, edited, not a plan, or written by a newer version.
        """
        return cls(**plan_file.load(path))
