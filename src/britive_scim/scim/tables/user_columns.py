"""Columns of the table of users."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from britive_scim.scim.names import ENTERPRISE_USER
from britive_scim.scim.tables.columns import Column, build_column
from britive_scim.scim.tables.rows import Rows, UnreadableRows

__all__ = ["USER_COLUMNS", "count_values", "is_covered_by_email"]


def _compute_keys(rows: Rows) -> Sequence[Any]:
    return [
        None if name is None else name.casefold()
        for name in rows.get_values(("userName",), "string")
    ]


def _compute_emails(rows: Rows) -> Sequence[Any]:
    lists = rows.get_values(("emails",))
    return [_find_primary(rows, emails) if emails else None for emails in lists]


def _find_primary(rows: Rows, emails: Any) -> str | None:
    """Return the primary e-mail address, else the first work address, else the first one."""
    if emails.__class__ is not list:
        raise UnreadableRows
    found: str | None = None
    rank = 0
    for email in rows.get_elements("emails", emails):
        value = email.get("value")
        if value:
            if value.__class__ is not str:
                raise UnreadableRows
            if email.get("primary") is True:
                return value
            own_rank = 2 if _is_work(email.get("type")) else 1
            if own_rank > rank:
                found, rank = value, own_rank
    return found


def _is_work(type_: object) -> bool:
    return isinstance(type_, str) and type_.casefold() == "work"


_EMAIL_KEYS = frozenset({"value", "type", "primary"})


def is_covered_by_email(rows: Rows, emails: Any) -> bool:
    """Return whether the column of e-mail addresses has everything of a list: one work address."""
    if (
        emails.__class__ is not list
        or len(emails) != 1
        or not rows.has_only(emails[0], _EMAIL_KEYS)
    ):
        return False
    (email,) = rows.get_elements("emails", emails)
    return email.get("type") == "work"


def count_values(attribute: str) -> Callable[[Rows], Sequence[Any]]:
    """Return a function that counts the values of an attribute; `None` where it was not returned."""

    def compute(rows: Rows) -> Sequence[Any]:
        lists = rows.get_values((attribute,))
        if not set(map(type, lists)) <= {list, type(None)}:
            raise UnreadableRows
        return [None if values is None else len(values) for values in lists]

    return compute


USER_COLUMNS = (
    build_column("id", "id"),
    build_column("user_name", "userName"),
    build_column("external_id", "externalId"),
    build_column("given_name", "name", "givenName"),
    build_column("family_name", "name", "familyName"),
    build_column("display_name", "displayName"),
    Column("email", str, ("emails",), _compute_emails),
    build_column("active", "active", type="boolean"),
    build_column("title", "title"),
    build_column("department", ENTERPRISE_USER, "department"),
    build_column("manager", ENTERPRISE_USER, "manager", "value"),
    build_column("employee_number", ENTERPRISE_USER, "employeeNumber"),
    build_column("created", "meta", "created", type="dateTime"),
    build_column("last_modified", "meta", "lastModified", type="dateTime"),
    Column("key", str, ("userName",), _compute_keys),
    Column("groups", int, ("groups",), count_values("groups")),
)
"""Columns of users; those of the custom extension and `other` follow."""
