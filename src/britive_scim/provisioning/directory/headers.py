"""Default headers: the columns of the users table, and their common spellings."""

from __future__ import annotations

import re

__all__ = [
    "ACTIVE_UNTIL",
    "ADMIN_TABLE_HEADERS",
    "GROUPS",
    "IDENTITY_PROVIDER",
    "IDENTITY_TYPE",
    "KNOWN_HEADERS",
    "OTHER",
    "TABLE_HEADERS",
    "WORK_EMAIL",
    "find_default_paths",
    "suggest_path",
]

GROUPS = "groups"
"""Column of the names of the groups of a user; no attribute of the user."""

ACTIVE_UNTIL = "active_until"
"""Column of the last day on which a user is active."""

OTHER = "other"
"""Column of further attributes as a JSON object."""

IDENTITY_PROVIDER = "identity_provider"
"""Column of the table of users of the admin API; the rows of a source must have one provider."""

IDENTITY_TYPE = "type"
"""Column of the same table; the rows of a source must be people, not service identities."""

TABLE_HEADERS = frozenset({"id", "key"})
"""Headers of both tables of users of this package, in which `groups` is a number and managers are ids."""

ADMIN_TABLE_HEADERS = frozenset(
    {IDENTITY_PROVIDER, IDENTITY_TYPE, "external", "last_login", "modified", "tags"}
)
"""Headers of the table of users of the admin API that no source can state."""

WORK_EMAIL = 'emails[type eq "work"].value'
"""Path of the address that Britive requires."""

_MANAGER = "enterprise.manager.value"

_PATHS: dict[str, tuple[str, ...]] = {
    "user_name": ("userName",),
    "external_id": ("externalId",),
    "given_name": ("name.givenName",),
    "family_name": ("name.familyName",),
    "display_name": ("displayName",),
    "email": (WORK_EMAIL,),
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

_SUGGESTIONS: dict[str, str] = {
    **dict.fromkeys(("user", "userid", "loginname", "loginid", "account", "accountname", "samaccountname", "upn", "uid", "logon", "principalname"), "userName"),
    **dict.fromkeys(("employeeid", "staffid", "staffnumber", "personnelno", "personnelnumber", "personnelid", "workerid", "personid", "hrid", "immutableid", "objectguid", "guid", "externalkey"), "externalId"),
    **dict.fromkeys(("forename", "forenames", "given", "first", "christianname", "vorname", "prenom", "nombre"), "name.givenName"),
    **dict.fromkeys(("family", "last", "sn", "nachname", "apellido"), "name.familyName"),
    **dict.fromkeys(("fullname", "name", "commonname", "cn", "employeename"), "displayName"),
    **dict.fromkeys(("mailaddress", "workmail", "businessemail", "companyemail", "primaryemail", "corporateemail"), WORK_EMAIL),
    **dict.fromkeys(("position", "job", "jobname", "role", "function", "designation"), "title"),
    **dict.fromkeys(("dept", "deptname", "departmentname", "orgunit", "abteilung"), "enterprise.department"),
    **dict.fromkeys(("division", "businessunit"), "enterprise.division"),
    **dict.fromkeys(("company", "organisation", "organization", "legalentity", "employer"), "enterprise.organization"),
    **dict.fromkeys(("costcenter", "costcentre", "kostenstelle"), "enterprise.costCenter"),
    **dict.fromkeys(("managerid", "supervisor", "linemanager", "reportsto", "boss", "managername"), "manager"),
    **dict.fromkeys(("state", "enabled", "isactive", "accountstatus", "employmentstatus", "employeestatus", "userstatus"), "active"),
    **dict.fromkeys(("lastday", "enddate", "leavingdate", "leavedate", "terminationdate", "contractend", "validuntil", "expirydate", "expires"), ACTIVE_UNTIL),
    **dict.fromkeys(("group", "groupname", "groupnames", "team", "teams", "roles", "memberof", "tags"), GROUPS),
    **dict.fromkeys(("phone", "phonenumber", "telephone", "telephonenumber", "workphone", "businessphone"), 'phoneNumbers[type eq "work"].value'),
    **dict.fromkeys(("mobile", "mobilephone", "mobilenumber", "cell", "cellphone"), 'phoneNumbers[type eq "mobile"].value'),
    **dict.fromkeys(("nickname", "knownas", "preferredname"), "nickName"),
    **dict.fromkeys(("language", "preferredlanguage"), "preferredLanguage"),
    **dict.fromkeys(("employeetype", "workertype", "contracttype"), "userType"),
    **dict.fromkeys(("city", "town"), 'addresses[type eq "work"].locality'),
    "country": 'addresses[type eq "work"].country',
}  # fmt: skip
"""Path that a header probably means, by spelling as above; it is proposed, and never taken by itself."""

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


def suggest_path(header: str) -> str | None:
    """Return the path that an unknown header probably means, or `None`.

    Examples:
        >>> suggest_path("Forename"), suggest_path("Shoe size")
        ('name.givenName', None)
    """
    plain = "".join(c for c in header if c.isalnum()).casefold()
    return _SUGGESTIONS.get(plain)
