"""Rules that stop `apply`: a rejected token, maintenance, a series of failures, too many changed targets."""

from __future__ import annotations

import threading

from britive_scim.errors import (
    BritiveScimError,
    Forbidden,
    Maintenance,
    ServerError,
    TransportError,
    Unauthorized,
    UnexpectedResponse,
)
from britive_scim.provisioning.report import Stop

__all__ = ["MAX_SERIES", "StopRules"]

MAX_SERIES = 10
"""Number of transport errors, 5xx and 403 in a row, by completion, that stops a run."""

_MAX_MOVED_SHARE = 0.05
_MOVED_FLOOR = 1
"""Number of changed targets that never stops a run: one is more than 5 % of every small plan."""


class StopRules:
    """State of the rules of one run.

    Args:
        change_count: number of changes of the run.
        remedy: how to continue after a stop, in words.

    Attributes:
        stop: why the run stops; `None` while it goes on.

    Example:
        >>> from britive_scim.errors import Unauthorized
        >>> rules = StopRules(100)
        >>> rules.record_failure(Unauthorized("the token is invalid", status=401))
        >>> rules.stop.reason
        'the token was rejected (401); give a valid token and apply the same plan again'
    """

    def __init__(self, change_count: int, *, remedy: str = "apply the same plan again") -> None:
        self.stop: Stop | None = None
        self._change_count = change_count
        self._remedy = remedy
        self._series: list[BritiveScimError] = []
        self._write_count = 0
        self._moved_count = 0
        self._lock = threading.RLock()

    def record_success(self) -> None:
        """Record a change that was done."""
        with self._lock:
            self._write_count += 1
            self._series.clear()

    def record_moved(self) -> None:
        """Record a target that has changed since it was read."""
        with self._lock:
            self._moved_count += 1
        if self._moved_count > max(_MOVED_FLOOR, _MAX_MOVED_SHARE * self._change_count):
            self.end(
                f"{self._moved_count} targets of {self._change_count} changes have changed since they were "
                "read, more than 5 %: someone else writes; make a new plan, or use replan=True"
            )

    def record_failure(self, error: BritiveScimError) -> None:
        """Record a change that failed, in the order of completion."""
        with self._lock:
            self._record_failure(error)

    def _record_failure(self, error: BritiveScimError) -> None:
        self._write_count += 1
        if isinstance(error, Unauthorized):
            self.end(
                f"the token was rejected (401); give a valid token and {self._remedy}",
                error,
            )
        elif isinstance(error, Maintenance):
            self.end(f"the tenant is under maintenance; {self._remedy} afterwards", error)
        elif isinstance(error, Forbidden) and self._write_count == 1:
            self.end("the first change was refused (403): the token may not write", error)
        elif counts_for_series(error):
            self._series.append(error)
            if len(self._series) >= MAX_SERIES:
                self.end(
                    f"{MAX_SERIES} changes failed in a row; {self._remedy} when the cause is removed",
                    self._series[0],
                )

    def end_before_first_change(self, error: BritiveScimError) -> None:
        """Stop the run because users of the plan, which show whose token it is, cannot be read."""
        if isinstance(error, (Unauthorized, Maintenance)):
            self.record_failure(error)
        self.end(
            "the users of the plan cannot be read, so that it is unknown whether the token belongs to the same identity "
            f"provider; nothing was sent; {self._remedy} when the cause is removed",
            error,
        )

    def end(self, reason: str, error: BaseException | None = None) -> None:
        """Stop the run; the first reason stays."""
        with self._lock:
            if self.stop is None:
                self.stop = Stop(reason, error)


def counts_for_series(error: BritiveScimError) -> bool:
    """Return whether an error counts for the series that stops a run: it concerns more than one record."""
    if isinstance(error, UnexpectedResponse):
        return error.status >= 500
    return isinstance(error, (TransportError, Forbidden, ServerError))
