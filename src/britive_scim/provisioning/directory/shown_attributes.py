"""Attributes of users that a directory of the admin API has; no other column can be read from it."""

from __future__ import annotations

from collections.abc import Mapping

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.provisioning.admin_records import SHOWN_ATTRIBUTES
from britive_scim.provisioning.directory.contents import DirectoryContents
from britive_scim.provisioning.directory.record_values import get_part
from britive_scim.scim.names import CUSTOM_USER
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.tables.columns import check_no_secret
from britive_scim.scim.tables.layout import TableLayout
from britive_scim.suggestions import format_suggestion

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
    has_custom = bool(directory.custom_attributes) or not users
    has_custom = has_custom or any((user.admin or {}).get("attributes") for user in users)
    for name, path in paths.items():
        if path.startswith("attributes."):
            check_no_secret("columns", path)
            if has_custom:
                raise InputError(
                    f"columns must be shown by the API that was read, got {path!r:.60}, which is neither an attribute "
                    f"of the tenant nor of a user{_suggest(path, directory)}"
                )
            raise InputError(_describe_unread(path))
        attributes = TableLayout(schema, {name: path}).attributes  # `None` for the column `other`
        for attribute in ("other",) if attributes is None else attributes:
            if attribute == CUSTOM_USER or attribute.startswith(f"{CUSTOM_USER}:"):
                if not has_custom:
                    raise InputError(_describe_unread(path))
            elif attribute not in SHOWN_ATTRIBUTES:
                raise InputError(
                    f"columns must be shown by the API that was read, got {path!r:.60}, which the admin API does not "
                    "show; read the directory by SCIM: okta.read_directory()"
                )


def _describe_unread(path: str) -> str:
    return (
        f"columns must be shown by the API that was read, got {path!r:.60} of users without custom attributes; "
        "read the directory with attributes=True"
    )


def _suggest(path: str, directory: DirectoryContents) -> str:
    """Return the custom attributes with similar names."""
    names = {attribute.name for attribute in directory.custom_attributes}
    names.update(
        name for user in directory.user_records for name in get_part(user.values, CUSTOM_USER)
    )
    known = sorted(f"attributes.{name}" for name in names)
    return format_suggestion(path, known)
