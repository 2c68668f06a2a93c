"""Lock of a run: one process at a time; it is released when the process ends."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from britive_scim.errors import ConfigurationError

__all__ = ["RunLock"]

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


class RunLock:
    """Lock file, held by this process until `release`.

    The lock is one of the operating system, so that it ends with the process. The file names the holder: host,
    process id and start.

    Args:
        path: lock file.

    Raises:
        ConfigurationError: another process, or another run of this one, has the lock.
        OSError: the file cannot be opened or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1
        while self._handle < 0:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | _NO_FOLLOW, 0o600)
            if not _try_lock(handle):
                holder = _read_holder(handle)
                os.close(handle)
                raise ConfigurationError(
                    f"journal must be used by one run at a time, got one in use by {holder}; nothing was sent; wait "
                    "for its end"
                )
            if _is_same_file(handle, path):
                self._handle = handle
            else:  # its holder removed it while this process waited
                os.close(handle)
        try:
            self._write_holder()
        except BaseException:
            self.release()
            raise

    def _write_holder(self) -> None:
        record = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "start": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, json.dumps(record).encode())

    def release(self) -> None:
        """Remove the file and release the lock; can be called twice."""
        handle, self._handle = self._handle, -1
        if handle < 0:
            return
        with contextlib.suppress(OSError):
            self._path.unlink()
        os.close(handle)


def _try_lock(handle: int) -> bool:
    fcntl = _import_fcntl()
    if fcntl is None:
        return _try_lock_windows(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _import_fcntl() -> Any:
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    module: ModuleType = fcntl
    return module


def _try_lock_windows(handle: int) -> bool:
    import importlib

    msvcrt: Any = importlib.import_module("msvcrt")
    os.lseek(handle, 2**30, os.SEEK_SET)  # beyond the record, so that others can read it
    try:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True


def _is_same_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False


def _read_holder(handle: int) -> str:
    """Return the holder in words."""
    os.lseek(handle, 0, os.SEEK_SET)
    try:
        record: Any = json.loads(os.read(handle, 1000))
        return f"process {record['pid']} on {record['host']} since {record['start']}"
    except (ValueError, KeyError, TypeError):
        return "another process"
