"""JSON documents of this package in files: plans and memories."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

from britive_scim._private_file import check_path
from britive_scim.errors import InputError
from britive_scim.scim.json_values import describe_json_type

__all__ = ["read_document"]


def read_document(
    path: str | os.PathLike[str], *, kind: str, title: str, format: int
) -> dict[str, Any]:
    """Return the JSON document of a file that this package wrote.

    Args:
        path: the file.
        kind: expected value of `kind`.
        title: name of the document in messages, such as `a saved plan`.
        format: highest version of the format that is known.

    Raises:
        FileNotFoundError: there is no such file.
        InputError: the file cannot be read, is not a JSON object, is of another type or a newer format.
    """
    check_path(path)
    shown = f"{str(path)!r:.120}"
    try:
        document: object = json.loads(Path(path).read_bytes())
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise InputError(
            f"path must be {title}, got {shown}, which cannot be read: {error.strerror or type(error).__name__}"
        ) from None
    except (ValueError, RecursionError):
        raise InputError(
            f"path must be {title}, got {shown}, which is damaged: it contains no complete JSON"
        ) from None
    if not isinstance(document, dict):
        raise InputError(f"path must be {title}, got {shown} with {describe_json_type(document)}")
    values = cast("dict[str, Any]", document)
    if values.get("kind") != kind:
        found = values.get("kind", "something else")
        raise InputError(f"path must be {title}, got {shown} with {found!r:.60}")
    version = values.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InputError(f"path must be {title}, got {shown} with the format {version!r:.40}")
    if version > format:
        raise InputError(
            f"path must be {title} of format {format} or older, got {shown} with format {version}; install a newer "
            "version of britive-scim"
        )
    return values
