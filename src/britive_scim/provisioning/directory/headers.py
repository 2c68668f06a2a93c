"""Default headers: the columns of the users table, and their common spellings."""

from __future__ import annotations

import re

__all__ = ["ACTIVE_UNTIL", "GROUPS", "KNOWN_HEADERS", "OTHER", "find_default_paths"]

GROUPS = "groups"
"""Column of the names of the groups of a user; no attribute of the user."""

ACTIVE_UNTIL = "active_until"
"""Column of the last day on which a user is active."""

OTHER = "other"
"""Column of further attributes as a JSON object."""

_WORK_EMAIL = 'emails[type eq "work"].value'
_MANAGER = "enterprise.manager.value"

_PATHS: dict[str, tuple[str, ...]] = {
    "user_name": ("userName",),
    "external_id": ("externalId",),
    "given_name": ("name.givenName",),
    "family_name": ("name.familyName",),
    "display_name": ("displayName",),
    "email": (_WORK_EMAIL,),
    "title": ("title",),
    "department": ("enterprise.department",),
    "manager": (_MANAGER,),
    "employee_number": ("enterprise.employeeNumber",),
    "active": ("active",),
    "active_until": (ACTIVE_UNTIL,),
    "groups": (GROUPS,),
    "other": (OTHER,),
    # the table has them, the server sets them
    "id": (),
    "created": (),
    "last_modified": (),
    "key": (),
    "schemas": (),
    "meta": (),
}
"""Paths by column of the users table; empty for what only the server sets."""

_SPELLINGS = {
    "username": "user_name",
    "login": "user_name",
    "userprincipalname": "user_name",
    "externalid": "external_id",
    "givenname": "given_name",
    "firstname": "given_name",
    "familyname": "family_name",
    "lastname": "family_name",
    "surname": "family_name",
    "displayname": "display_name",
    "email": "email",
    "emailaddress": "email",
    "mail": "email",
    "workemail": "email",
    "title": "title",
    "jobtitle": "title",
    "department": "department",
    "manager": "manager",
    "employeenumber": "employee_number",
    "active": "active",
    "status": "active",
    "activeuntil": "active_until",
    "groups": "groups",
    "other": "other",
    "id": "id",
    "created": "created",
    "lastmodified": "last_modified",
    "key": "key",
    "schemas": "schemas",
    "meta": "meta",
}
"""Column of the users table by spelling, without case, blanks, `_` and `-`."""

KNOWN_HEADERS = tuple(_PATHS)

_IGNORED_CHARACTERS = re.compile(r"[\s_-]+")


def find_default_paths(header: str) -> tuple[str, ...] | None:
    """Return the paths of a header; empty for what only the server sets; `None` for an unknown header.

    Examples:
        >>> find_default_paths("First Name"), find_default_paths("Shoe size")
        (('name.givenName',), None)
    """
    column = _SPELLINGS.get(_IGNORED_CHARACTERS.sub("", header).casefold())
    return None if column is None else _PATHS[column]
