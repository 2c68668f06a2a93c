"""Report of one `apply`: numbers, failures, skipped changes, and the plan that remains."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from britive_scim.errors import BritiveScimError
from britive_scim.errors.help_url import Documented
from britive_scim.notebook_text import NotebookText
from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.plan import Plan
from britive_scim.tables import Table, Tabular, shorten

__all__ = [
    "NUMBER_NAMES",
    "ApplyFailure",
    "ApplyInterrupted",
    "ApplyReport",
    "SkippedChange",
    "Stop",
]

NUMBER_NAMES = (
    "read", "selected", "excluded", "created", "adopted", "renamed", "updated", "members_in", "members_out",
    "deactivated", "reactivated", "deleted", "failed", "skipped", "unchanged", "requests", "retries", "seconds",
)  # fmt: skip
"""Names in `ApplyReport.numbers`, in the order of its text."""

_MAX_LINES = 50


@dataclass(frozen=True, slots=True)
class ApplyFailure:
    """Change that the server refused, or whose outcome is unknown.

    Attributes:
        change: the change: its action, key and id.
        message: the error, with the server's message and the id of the request.
        status: HTTP status; `None` without a response.
        request_id: the server's id of the request, or `None`.
        error: the error.
        members: ids that were not added or not removed, of a change of members.
    """

    change: Change
    message: str
    status: int | None
    request_id: str | None
    error: BritiveScimError = field(repr=False)
    members: tuple[str, ...] = ()

    def __str__(self) -> str:
        ids = f" ({self.change.id})" if self.change.id != self.change.key else ""
        return _escape(f"{describe_change(self.change)}{ids}: {self.message}")


@dataclass(frozen=True, slots=True)
class SkippedChange:
    """Change that was not sent.

    Attributes:
        change: the change: its action, key and id.
        reason: why: its target has changed since it was read, or an object that it needs was not created.
    """

    change: Change
    reason: str

    def __str__(self) -> str:
        return _escape(f"{describe_change(self.change)}: {self.reason}")


@dataclass(frozen=True, slots=True)
class Stop:
    """End of a run before its last change.

    Attributes:
        reason: the rule that ended it, and how to continue.
        error: first error of the series that led to it; `None` without one, as at a deadline.
    """

    reason: str
    error: BaseException | None = None

    def __str__(self) -> str:
        error = "" if self.error is None else str(self.error)  # that of Ctrl-C is empty
        return _escape(f"{self.reason}; first error: {error}" if error else self.reason)


def _escape(text: str) -> str:
    """Return a string of any length on one line, its control characters escaped."""
    return shorten(text, sys.maxsize)


def describe_change(change: Change) -> str:
    """Return a change in words: its action, type and key."""
    return f"{change.action} {change.type} {change.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyReport(Tabular, NotebookText):
    """Result of `client.apply(plan)`.

    Attributes:
        numbers: counts by name: `created`, `updated`, `members_in`, `failed`, `requests`, `seconds`, …
        failures: changes that failed; the others were sent all the same.
        skipped: changes that were not sent, with the reason.
        notes: other events: accounts deactivated because the server refuses to delete them, attributes that
            the server does not keep, a repaired journal.
        remaining: the plan of all changes that are not done: failed, skipped, and not reached.
        stopped: why the run ended before its last change, or `None`.
        left_out: number of remaining changes that `only` leaves out; they were not looked up, and may be done.
    """

    numbers: Mapping[str, float]
    failures: tuple[ApplyFailure, ...]
    skipped: tuple[SkippedChange, ...]
    notes: tuple[str, ...]
    remaining: Plan
    stopped: Stop | None
    left_out: int = 0

    @property
    def ok(self) -> bool:
        """True if nothing failed, nothing was skipped, and the run was not stopped.

        Changes that `limit` and `only` leave out are in `remaining`, and do not count as failures.
        """
        return not self.failures and not self.skipped and self.stopped is None

    def raise_for_failures(self) -> None:
        """Raise the first error, if a change failed or the run was stopped by one.

        Raises:
            BritiveScimError: the error of the server, with a note that gives the number of the others; or one that
                names the reason of a stop or of a skipped change.
        """
        if self.ok:
            return
        summary = self._summarize()
        cause = self.failures[0].error if self.failures else self.stopped and self.stopped.error
        error = cause if isinstance(cause, BritiveScimError) else BritiveScimError(summary)
        if error is cause:
            error.add_note(summary)
        raise error

    def __str__(self) -> str:
        lines = [self._summarize()]
        if self.stopped is not None:
            lines.append(f"stopped: {self.stopped}")
        lines += self._format_list("failed", self.failures)
        lines += self._format_list("skipped", self.skipped)
        lines += [f"note: {shorten(note, 300)}" for note in self.notes]
        if count := len(self.remaining.changes) - self.left_out:
            lines.append("1 change remains" if count == 1 else f"{count:,} changes remain")
        if self.left_out == 1:
            lines.append("1 change was left out by only; it was not looked up, and may be done")
        elif self.left_out:
            lines.append(
                f"{self.left_out:,} changes were left out by only; they were not looked up, and may be done"
            )
        return "\n".join(lines)

    def _summarize(self) -> str:
        numbers = self.numbers
        parts = [
            f"{numbers[name]:,.0f} {_describe_number(name, numbers[name])}"
            for name in NUMBER_NAMES
            if name not in ("seconds", "requests", "retries", "read", "selected")
            and numbers.get(name)
        ]
        retries = numbers.get("retries", 0)
        requests = numbers.get("requests", 0)
        effort = format_count(int(requests), "request") + (
            f" ({retries:,.0f} of them {'a retry' if retries == 1 else 'retries'})"
            if retries
            else ""
        )
        return f"Applied: {', '.join(parts) or 'nothing'}; {effort} in {numbers.get('seconds', 0):,.1f} s"

    @staticmethod
    def _format_list(
        title: str, items: tuple[ApplyFailure, ...] | tuple[SkippedChange, ...]
    ) -> Iterator[str]:
        for item in items[:_MAX_LINES]:
            yield f"{title}: {shorten(item, 500)}"
        if len(items) > _MAX_LINES:
            yield f"{title}: {len(items) - _MAX_LINES} more"

    def _repr_html_(self) -> str:
        numbers = Table.from_rows(
            ("number", "value"),
            [
                (name.replace("_", " "), f"{self.numbers.get(name, 0):,.10g}")
                for name in NUMBER_NAMES
            ],
        )
        html = numbers.to_html(caption=str(self.stopped) if self.stopped else "Applied")
        if self.failures or self.skipped:
            html += self.to_table().to_html(caption="Not done")
        return html

    def to_table(self) -> Table:
        """Return the failed and skipped changes as a table with one row per change."""
        rows = [
            ("failed", f.change.action, f.change.type, f.change.key, f.change.id, f.message, f.status, f.request_id)
            for f in self.failures
        ] + [
            ("skipped", s.change.action, s.change.type, s.change.key, s.change.id, s.reason, None, None)
            for s in self.skipped
        ]  # fmt: skip
        columns = {
            "result": str, "action": str, "type": str, "key": str, "id": str, "reason": str, "status": int,
            "request_id": str,
        }  # fmt: skip
        return Table(columns, [rows])

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON data: `format` 1, `ok`, `numbers`, `failures`, `skipped`, `notes`, `stopped`, and more."""
        return {
            "format": 1,
            "ok": self.ok,
            "numbers": dict(self.numbers),
            "failures": [
                {
                    **_to_dict(failure.change),
                    "message": failure.message,
                    "status": failure.status,
                    "request_id": failure.request_id,
                    "members": list(failure.members),
                }
                for failure in self.failures
            ],
            "skipped": [
                {**_to_dict(skipped.change), "reason": skipped.reason} for skipped in self.skipped
            ],
            "notes": list(self.notes),
            "remaining": len(self.remaining.changes),
            "left_out": self.left_out,
            "stopped": None
            if self.stopped is None
            else {
                "reason": self.stopped.reason,
                "error": None if self.stopped.error is None else str(self.stopped.error) or None,
            },
        }


def _describe_number(name: str, value: float) -> str:
    words = name.replace("_", " ")
    return words.replace("members", "member") if value == 1 else words


def _to_dict(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "type": change.type,
        "key": change.key,
        "id": change.id,
        "source": change.source,
    }


class ApplyInterrupted(Documented, KeyboardInterrupt):
    """Ctrl-C during `apply`, after the requests in flight have ended.

    Raised:
        By `apply` of a sync client. A cancelled task of an async client raises `CancelledError`, which has a `report`,
        too.

    Cause:
        The user pressed Ctrl-C, or the process received SIGINT.

    Remedy:
        Apply the same plan again to continue, with the same `journal` if it had one. `except Exception` does not catch
        this class.

    Attributes:
        report: report of the changes done so far; the same plan, with its journal, can be applied again.

    Examples:
        >>> from britive_scim import scim
        >>> from britive_scim.provisioning import ApplyInterrupted, Directory, plan
        >>> from britive_scim.testing import Tenant
        >>> okta = Tenant("acme").scim_client("Okta")
        >>> ana = scim.User.of(
        ...     email="ana@acme.com", given_name="Ana", family_name="Diaz"
        ... )
        >>> changes = plan(Directory.of([ana]), okta.read_directory())
        >>> try:
        ...     report = okta.apply(changes)
        ... except ApplyInterrupted as interrupt:
        ...     report = interrupt.report
        >>> print(report.numbers["created"])
        1
    """

    report: ApplyReport

    def __init__(self, report: ApplyReport) -> None:
        super().__init__("apply was interrupted; apply the same plan again to continue")
        self.report = report
