"""Lock of a run, beside its journal."""

import sys
import types
from pathlib import Path
from typing import Any

import pytest

from britive_scim.errors import ConfigurationError
from britive_scim.provisioning.run_lock import RunLock


def test_second_holder_is_refused_and_told_who_has_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    lock = RunLock(path)
    with pytest.raises(ConfigurationError, match=r"in use by process \d+ on "):
        RunLock(path)
    path.write_text("no record")
    with pytest.raises(ConfigurationError, match="in use by another process"):
        RunLock(path)
    lock.release()
    lock.release()
    assert not path.exists()
    RunLock(path).release()


@pytest.mark.parametrize("is_replaced", [False, True])
def test_lock_of_a_removed_file_is_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_replaced: bool
) -> None:
    """A holder may remove the file after another process has opened it."""
    import fcntl

    path = tmp_path / "run.lock"
    lock = fcntl.flock
    calls = 0

    def remove_first(handle: int, operation: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            path.unlink()
            if is_replaced:
                path.touch()
        lock(handle, operation)

    monkeypatch.setattr(fcntl, "flock", remove_first)
    held = RunLock(path)
    assert calls == 2
    assert "pid" in path.read_text()
    held.release()


def test_lock_that_cannot_be_written_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    def fail(handle: int, data: bytes) -> int:
        raise OSError("no space")

    path = tmp_path / "run.lock"
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail)
        with pytest.raises(OSError, match="no space"):
            RunLock(path)
    RunLock(path).release()


def test_windows_locks_a_byte_beyond_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[int] = []

    def lock(handle: int, mode: int, count: int) -> None:
        if locked:
            raise OSError("in use")
        locked.append(count)

    module: Any = types.ModuleType("msvcrt")
    module.locking, module.LK_NBLCK = lock, 2
    monkeypatch.setitem(sys.modules, "msvcrt", module)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    path = tmp_path / "run.lock"
    held = RunLock(path)
    with pytest.raises(ConfigurationError, match="in use by process"):
        RunLock(path)
    held.release()
    assert locked == [1]
