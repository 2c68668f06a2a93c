"""Failpoints: the death of a process, or the loss of power, at a step of `apply`."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["Failpoints", "Killed"]


class Killed(BaseException):
    """Death of the process, in place of SIGKILL."""


class Failpoints:
    """Counter of steps: writes and syncs of the journal, the start and the end of requests.

    Args:
        path: the journal.
        kill_at: number of the step, from 1, that raises `Killed`; `None` for none.

    Attributes:
        steps: number of steps so far.
        synced_size: size of the journal at its last sync.
    """

    def __init__(self, path: Path, kill_at: int | None) -> None:
        self._path = path
        self._kill_at = kill_at
        self.steps = 0
        self.synced_size = 0
        self.is_killed = False

    def hit(self) -> None:
        """Count a step; a process that was killed does nothing more."""
        self.steps += 1
        if self.is_killed or self.steps == self._kill_at:
            self.is_killed = True
            raise Killed

    def return_token(self, token: str) -> str:
        """Return the token of a request that starts."""
        self.hit()
        return token

    def end_attempt(self, _: object) -> None:
        """Count the end of a request, as a hook."""
        self.hit()

    @contextmanager
    def installed(self) -> Generator[None]:
        """Return a context in which writes and syncs of files are steps."""
        write, fsync = os.write, os.fsync

        def count_write(handle: int, data: bytes) -> int:
            self.hit()
            return write(handle, data)

        def count_fsync(handle: int) -> None:
            self.hit()
            fsync(handle)
            if self._path.exists() and os.path.samestat(os.fstat(handle), self._path.stat()):
                self.synced_size = os.fstat(handle).st_size

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "write", count_write)
            patch.setattr(os, "fsync", count_fsync)
            yield

    def lose_power(self) -> None:
        """Drop what was written and not synced."""
        if self._path.exists():
            os.truncate(self._path, self.synced_size)
