# Generated from aio/provisioning/run_options.py by tools/unasync.py; edit that file instead.
"""Options of one run of a plan, and the checks of those that the caller gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from britive_scim.errors import ConfigurationError
from britive_scim.wire.retry.policy import is_integer_between, is_seconds

__all__ = ["RunOptions", "check_run_options"]

_MAX_CONCURRENCY = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Options of one run.

    Attributes:
        concurrency: number of objects that are changed at a time.
        limit: maximum number of changes to send; `None` for all.
        reads_all: read each target again before its change.
        replan: adapt the changes of moved targets instead of skipping them.
        selected: positions of the changes to make.
    """

    concurrency: int
    limit: int | None
    reads_all: bool
    replan: bool
    selected: frozenset[int]


def check_run_options(
    concurrency: object, rate: object, deadline: object, limit: object, *, replan: object
) -> None:
    """Refuse options that are out of range.

    Raises:
        ConfigurationError: an option is.
    """
    if not is_integer_between(concurrency, 1, _MAX_CONCURRENCY):
        raise ConfigurationError(
            f"concurrency must be an integer from 1 to {_MAX_CONCURRENCY}, got {concurrency!r:.80}"
        )
    if rate is not None and not (is_seconds(rate) and 0.001 <= cast("float", rate) <= 10_000):
        raise ConfigurationError(
            f"rate must be 0.001 to 10000 requests per second, or None for no pace, got {rate!r:.80}"
        )
    if deadline is not None and not (is_seconds(deadline) and deadline):
        raise ConfigurationError(
            f"deadline must be a number of seconds above 0 or None, got {deadline!r:.80}"
        )
    if limit is not None and not is_integer_between(limit, 1, 10**9):
        raise ConfigurationError(
            f"limit must be a number of changes from 1, or None for all, got {limit!r:.80}"
        )
    if not isinstance(replan, bool):
        raise ConfigurationError(f"replan must be True or False, got {replan!r:.80}")
