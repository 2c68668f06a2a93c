"""Files that only their owner may read, such as recordings and the state of a tenant with its tokens."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import TextIO, cast

from britive_scim.errors import InputError

__all__ = [
    "check_path",
    "open_private_file",
    "resolve_output_path",
    "write_private_bytes",
    "write_private_file",
]


def check_path(path: str | os.PathLike[str]) -> None:
    r"""Check that a path is one, and contains no null character, which file systems cannot store.

    Raises:
        InputError: `path` is no path, or contains `\0`.
    """
    if not isinstance(cast("object", path), (str, os.PathLike)):
        raise InputError(f"path must be a path of a file, got {type(path).__name__}")
    if "\0" in os.fspath(path):
        raise InputError(f"path must not contain null characters, got {os.fspath(path)!a:.90}")


def resolve_output_path(path: str | os.PathLike[str]) -> Path:
    r"""Return the absolute path of an output file, independent of later changes of the working directory.

    Raises:
        InputError: `path` is a directory, its directory does not exist, or it contains `\0`.
    """
    check_path(path)
    target = Path(path).absolute()
    if target.is_dir() or not target.parent.is_dir():
        expected = "a file, not a directory" if target.is_dir() else "in an existing directory"
        raise InputError(f"path must be {expected}, got {str(path)!r}")
    return target


def write_private_file(target: Path, text: str) -> None:
    """Write a file readable by its owner only (mode 0600), atomically.

    An existing file is replaced whatever its mode. A symbolic link is replaced; its target stays unchanged.
    """
    with open_private_file(target) as file:
        file.write(text)


@contextmanager
def open_private_file(target: Path, *, newline: str | None = None) -> Generator[TextIO]:
    """Open a UTF-8 file that only its owner can read (mode 0600); it replaces `target` at the end.

    After an error `target` stays as it was.

    Args:
        target: the file.
        newline: end of lines, as in `open`.
    """
    with (
        _replace_when_written(target) as handle,
        os.fdopen(handle, "w", encoding="utf-8", newline=newline) as file,
    ):
        yield file


def write_private_bytes(target: Path, data: bytes) -> None:
    """Write a binary file that only its owner can read (mode 0600), atomically."""
    with _replace_when_written(target) as handle, os.fdopen(handle, "wb") as file:
        file.write(data)


@contextmanager
def _replace_when_written(target: Path) -> Generator[int]:
    """Open a draft beside a file, and replace the file with it at the end; the caller closes the handle."""
    draft = target.with_name(f".{target.name[:200]}.{token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        yield handle
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
