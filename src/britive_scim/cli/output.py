"""Output of a command: results on standard output, warnings and progress on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, cast

from britive_scim.cli.wording import translate, translate_values
from britive_scim.errors import BritiveScimError
from britive_scim.errors.help_url import Documented, format_help

__all__ = [
    "print_error",
    "print_error_document",
    "print_json",
    "print_note",
    "print_progress",
    "print_text",
    "print_warning",
]

_FORMAT = 1


def print_json(document: Mapping[str, Any]) -> None:
    """Print a result as JSON, with the version of its format.

    Args:
        document: JSON data; dates become ISO 8601 strings.
    """
    print(
        json.dumps({"format": _FORMAT, **document}, indent=2, ensure_ascii=False, default=_encode)
    )


def print_text(result: object) -> None:
    """Print a result as text, in the words of the command line."""
    print(translate(str(result)))


def print_warning(text: str) -> None:
    """Print a warning to standard error, in the words of the command line."""
    print(f"warning: {translate(text)}", file=sys.stderr, flush=True)


def print_note(text: str) -> None:
    """Print progress or a remark to standard error, in the words of the command line."""
    print(translate(text), file=sys.stderr, flush=True)


def print_progress(text: str) -> None:
    """Print progress to standard error, if it is a terminal."""
    if sys.stderr.isatty():
        print_note(text)


def print_error(command: str, error: BaseException) -> None:
    """Print an error, its notes and its section of the documentation to standard error, without a traceback."""
    print_note(f"britive-scim {command}: {error}")
    for note in getattr(error, "__notes__", ()):
        print_note(f"  {note}")
    if isinstance(error, Documented):
        print_note(f"  {format_help(error)}")


def print_error_document(command: str, error: BaseException) -> None:
    """Print an error as JSON, for programs that read the result."""
    if isinstance(error, BritiveScimError):
        fields = {**error.to_dict(), "help_url": error.help_url}
    else:
        fields = {"type": type(error).__name__, "message": str(error)}
    print_json({"command": command, "error": translate_values(fields)})


def _encode(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(cast("AbstractSet[Any]", value))
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    return str(value)
