"""Attributes of users that a directory of the admin API has; no other column can be read from it."""

from __future__ import annotations

from collections.abc import Mapping

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.provisioning.admin_records import SHOWN_ATTRIBUTES
from britive_scim.provisioning.directory.contents import DirectoryContents
from britive_scim.scim.names import CUSTOM_USER
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.tables.layout import TableLayout

__all__ = ["check_shown", "is_of_admin_api"]


def is_of_admin_api(directory: DirectoryContents) -> bool:
    """Return whether a directory was read by the admin API."""
    if directory.kind == "found" and directory.source.format == "admin API":
        return True
    return any(user.admin is not None for user in directory.user_records)


def check_shown(directory: DirectoryContents, paths: Mapping[str, str]) -> None:
    """Refuse columns of SCIM that the admin API does not show: each value would be missing.

    Args:
        directory: a directory of the admin API.
        paths: names of columns of SCIM, or SCIM paths, by the new name.

    Raises:
        InputError: a column is unknown, or not shown.
    """
    schema = ResourceSchema.of(scim.User)
    users = directory.user_records
    has_custom = not users or any((user.admin or {}).get("attributes") for user in users)
    for name, path in paths.items():
        attributes = TableLayout(schema, {name: path}).attributes  # `None` for the column `other`
        for attribute in ("other",) if attributes is None else attributes:
            if attribute == CUSTOM_USER or attribute.startswith(f"{CUSTOM_USER}:"):
                if not has_custom:
                    raise InputError(
                        f"columns must be shown by the API that was read, got {path!r:.60} of users without custom "
                        "attributes; read the directory with attributes=True"
                    )
            elif attribute not in SHOWN_ATTRIBUTES:
                raise InputError(
                    f"columns must be shown by the API that was read, got {path!r:.60}, which the admin API does not "
                    "show; read the directory by SCIM: okta.read_directory()"
                )
