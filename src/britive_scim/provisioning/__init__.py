"""Provisioning without I/O: the wanted set-up, the found set-up, their difference, and the steps taken.

The clients read and write; this package compares and reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from britive_scim._lazy import export_lazily

if TYPE_CHECKING:
    from britive_scim.provisioning.directory.directory import Directory
    from britive_scim.provisioning.directory.problems import Problem, Problems
    from britive_scim.provisioning.directory.records import (
        Completeness,
        GroupRecord,
        MemberRecord,
        UserRecord,
    )
    from britive_scim.provisioning.directory.source import Source
    from britive_scim.provisioning.wanted import CustomAttribute
    from britive_scim.steps import Step

__all__ = [
    "Completeness",
    "CustomAttribute",
    "Directory",
    "GroupRecord",
    "MemberRecord",
    "Problem",
    "Problems",
    "Source",
    "Step",
    "UserRecord",
]

_EXPORTS = {
    "britive_scim.provisioning.directory.directory": ("Directory",),
    "britive_scim.provisioning.directory.problems": ("Problem", "Problems"),
    "britive_scim.provisioning.directory.records": (
        "Completeness",
        "GroupRecord",
        "MemberRecord",
        "UserRecord",
    ),
    "britive_scim.provisioning.directory.source": ("Source",),
    "britive_scim.provisioning.wanted": ("CustomAttribute",),
    "britive_scim.steps": ("Step",),
}

if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist
    __getattr__, __dir__ = export_lazily(__name__, _EXPORTS)
