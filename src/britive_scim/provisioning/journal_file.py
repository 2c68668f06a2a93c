"""Journal file: opened with a lock, repaired, appended to, and synced in groups."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from britive_scim._private_file import check_path
from britive_scim.errors import ConfigurationError
from britive_scim.provisioning.journal import (
    JournalHeader,
    JournalState,
    check_header,
    encode_record,
    parse_journal,
)
from britive_scim.provisioning.run_lock import RunLock

__all__ = ["JournalFile"]

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_MAX_SIZE = 2**30


class JournalFile:
    """Journal of one run, locked against other processes.

    Records are appended in one write each. `sync` makes all records so far durable; calls that wait for one another
    share one `fsync`. After a failed write or `fsync` nothing more can be written, since pages may be lost.

    Args:
        path: file to create, or to continue.
        header: header that the file must have.

    Attributes:
        state: state that the records of earlier runs prove.
        repaired: copy of a file whose last record was torn, or `None`.

    Raises:
        ConfigurationError: the file is damaged, in use, a symbolic link, or cannot be opened.
        PlanRefused: it belongs to another plan.
    """

    def __init__(self, path: str | os.PathLike[str], header: JournalHeader) -> None:
        check_path(path)
        self.path = Path(path).absolute()
        self.state = JournalState()
        self.repaired: Path | None = None
        self._lock = threading.Lock()
        self._error: OSError | None = None
        self._handle = -1
        self._run_lock: RunLock | None = None
        try:
            self._run_lock = RunLock(self.path.with_name(f"{self.path.name}.lock"))
            self._handle = _open(self.path)
            self._read()
            if self.state.header is not None:
                check_header(self.state.header, header)
            self._count = self.state.records
            self._written = self._synced = self._count
            if self.state.header is None:
                self.append("header", header.to_record())
                self.sync(self._written)
                _sync_directory(self.path.parent)
        except OSError as error:
            self.close()
            raise _build_open_error(self.path, error) from None
        except BaseException:
            self.close()
            raise

    def _read(self) -> None:
        size = os.fstat(self._handle).st_size
        if size > _MAX_SIZE:
            raise ConfigurationError(f"journal must have at most {_MAX_SIZE} bytes, got {size}")
        os.lseek(self._handle, 0, os.SEEK_SET)
        chunks: list[bytes] = []
        while chunk := os.read(self._handle, 2**20):
            chunks.append(chunk)
        data = b"".join(chunks)
        self.state = parse_journal(data)
        if self.state.is_torn:
            self.repaired = _write_copy(self.path, data)
            os.ftruncate(self._handle, self.state.valid_size)
            os.fsync(self._handle)
        os.lseek(self._handle, 0, os.SEEK_END)

    def append(self, kind: str, values: Mapping[str, Any]) -> int:
        """Write a record, and return the number to `sync` up to.

        Raises:
            OSError: it cannot be written, or an earlier write failed, or the journal is closed.
        """
        with self._lock:
            self._check_usable()
            record = encode_record(self._count, kind, values)
            try:
                written = os.write(self._handle, record)
            except OSError as error:
                self._error = error
                raise
            if written != len(record):
                self._error = OSError("the disk is full: a record was written in part")
                raise self._error
            self._count += 1
            self._written = self._count
            return self._written

    def is_synced(self, number: int) -> bool:
        """Return whether the first `number` records are on disk."""
        return self._synced >= number

    def sync(self, number: int) -> None:
        """Make the first `number` records durable, and all others written so far; called by one thread at a time.

        Raises:
            OSError: they may not be durable.
        """
        if self.is_synced(number):
            return
        with self._lock:
            self._check_usable()
            written = self._written
            handle = self._handle
        try:
            os.fsync(handle)
        except OSError as error:
            # never repeated: a second fsync may succeed although pages are lost
            self._error = error
            raise
        self._synced = written

    def _check_usable(self) -> None:
        if self._error is not None:
            raise self._error
        if self._handle < 0:
            raise OSError("the journal is closed")

    def close(self) -> None:
        """Sync and close the file, and release the lock; can be called twice."""
        with self._lock:
            handle, self._handle = self._handle, -1
        try:
            if handle >= 0 and self._error is None:
                with contextlib.suppress(OSError):
                    os.fsync(handle)
        finally:
            if handle >= 0:
                os.close(handle)
            if self._run_lock is not None:
                self._run_lock.release()


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | _NO_FOLLOW | _BINARY
    handle = os.open(path, flags, 0o600)
    try:
        if hasattr(os, "fchmod"):
            os.fchmod(handle, 0o600)
    except OSError:
        os.close(handle)
        raise
    return handle


def _build_open_error(path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"journal must be a file that can be written, got {str(path)!r}: {error.strerror or error}; nothing was sent"
    )


def _write_copy(path: Path, data: bytes) -> Path:
    """Write the content of a file before its repair beside it, and return the path."""
    number = 0
    while True:
        copy = path.with_name(f"{path.name}.broken" + (f".{number}" if number else ""))
        try:
            handle = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
        except FileExistsError:
            number += 1
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return copy


def _sync_directory(path: Path) -> None:
    """Make the entry of a new file durable, where the system can open directories."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:  # Windows
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
