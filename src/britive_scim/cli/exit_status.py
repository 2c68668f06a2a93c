"""Exit statuses of the command line."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["ExitStatus"]


class ExitStatus(IntEnum):
    """Exit status of a command."""

    DONE = 0
    """Done, or nothing to do."""
    ERROR = 1
    """Invalid arguments or input, a refused connection, and every error without a status of its own."""
    FOUND = 2
    """Changes are pending (`plan`), or something was found (`drift`, `expiring`, `findings`)."""
    FAILED = 3
    """Some changes failed."""
    REFUSED = 4
    """A limit is exceeded, or removals are withheld because a side is incomplete."""
    STOPPED = 5
    """The run was stopped, by a series of failures or by Ctrl-C; it can be continued."""
