"""Recordings of exchanges, redacted.

The package exports what the clients use, imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from britive_scim._lazy import export_lazily

if TYPE_CHECKING:
    from britive_scim._private_file import resolve_output_path, write_private_file
    from britive_scim.wire.recording.recorder import Recording

__all__ = ["Recording", "resolve_output_path", "write_private_file"]

_EXPORTS = {
    "britive_scim._private_file": ("resolve_output_path", "write_private_file"),
    "britive_scim.wire.recording.recorder": ("Recording",),
}

if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist
    __getattr__, __dir__ = export_lazily(__name__, _EXPORTS)
