"""Filters of the admin API, for the fields and operators it documents.

A filter is one comparison, `name co "Smith"`; the audit log takes several, joined by `and`. It is not a
SCIM filter. The API does not document how to escape a quotation mark, so such a value is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from britive_scim.admin.validation import check_one_of
from britive_scim.errors import InvalidFilter

__all__ = [
    "AUDIT_FILTER",
    "MEMBER_FILTER",
    "TAG_FILTER",
    "USER_FILTER",
    "Condition",
    "FilterField",
    "FilterSpec",
    "check_filter_text",
    "render_filter",
    "where",
]


@dataclass(frozen=True, slots=True)
class Condition:
    """Comparisons joined by `and`; `str` returns the filter text."""

    comparisons: tuple[tuple[str, str, str], ...]

    def __and__(self, other: Condition) -> Condition:
        if not isinstance(other, Condition):
            return NotImplemented
        return Condition(self.comparisons + other.comparisons)

    def __str__(self) -> str:
        return " and ".join(f'{field} {op} "{value}"' for field, op, value in self.comparisons)


@dataclass(frozen=True, slots=True)
class FilterField:
    """A field of a filter; `eq`, `co` and `sw` compare it with a value."""

    name: str

    def eq(self, value: str) -> Condition:
        """Build a condition: the field equals `value`."""
        return self._compare("eq", value)

    def co(self, value: str) -> Condition:
        """Build a condition: the field contains `value`."""
        return self._compare("co", value)

    def sw(self, value: str) -> Condition:
        """Build a condition: the field starts with `value`; audit log only."""
        return self._compare("sw", value)

    def _compare(self, op: str, value: str) -> Condition:
        if '"' in value or "\\" in value:
            raise InvalidFilter(
                f"value of {self.name} must not contain a quotation mark or a backslash, got {value!r}; "
                "filter by another part of the value"
            )
        return Condition(((self.name, op, value),))


def where(field: str) -> FilterField:
    """Return a field to compare with `.eq`, `.co` or `.sw`.

    Examples:
        >>> str(where("event.eventType").eq("User") & where("actor.username").sw("ana"))
        'event.eventType eq "User" and actor.username sw "ana"'
    """
    return FilterField(field)


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """Documented fields and operators of one endpoint's filter."""

    label: str
    fields: tuple[str, ...]
    operators: tuple[str, ...] = ("eq", "co")
    can_combine: bool = False


USER_FILTER = FilterSpec("users", ("name", "status", "role", "username"))
TAG_FILTER = FilterSpec("tags", ("name", "status"))
MEMBER_FILTER = FilterSpec("members of a tag", ("name", "status"))
AUDIT_FILTER = FilterSpec(
    "the audit log",
    (
        *(f"actor.{name}" for name in ("displayName", "role", "type", "userId", "username")),
        *(f"client.{name}" for name in ("device", "displayName", "ipAddress", "userAgent")),
        *(f"event.{name}" for name in ("displayName", "eventType")),
        "result.success",
        *(
            f"target.{name}"
            for name in (
                "applicationName",
                "applicationSessionId",
                "displayName",
                "environmentGroupName",
                "environmentName",
                "targetId",
            )
        ),
    ),
    ("eq", "co", "sw"),
    can_combine=True,
)


def render_filter(condition: Condition | str | None, spec: FilterSpec) -> str | None:
    """Return the filter text of a condition; a string is returned unchanged.

    Raises:
        InvalidFilter: an empty string, a filter of another API, or several comparisons.
        InputError: a field or an operator that this endpoint does not document.
    """
    if not isinstance(condition, Condition):
        return check_filter_text(condition, spec.label)
    if len(condition.comparisons) > 1 and not spec.can_combine:
        raise InvalidFilter(
            f"filter of {spec.label} must be one comparison, got {len(condition.comparisons)}"
        )
    for field, op, _ in condition.comparisons:
        check_one_of(field, spec.fields, label=f"field in a filter of {spec.label}")
        check_one_of(op, spec.operators, label=f"operator in a filter of {spec.label}")
    return str(condition)


def check_filter_text(value: object, label: str) -> str | None:
    """Return `value` if it is a filter text or `None`, for endpoints whose fields are not documented.

    Raises:
        InvalidFilter: an empty string, or not a string.
    """
    if value is None:
        return None
    if not isinstance(value, str):  # a server may ignore a SCIM filter and list everything
        field = value.name if isinstance(value, FilterField) else "name"
        raise InvalidFilter(
            f"filter of {label} must be a string or a condition, got {type(value).__name__}; a SCIM filter is "
            f'not supported, use admin.where("{field}").eq("…")'
        )
    if not value.strip():
        raise InvalidFilter(f"filter of {label} must not be empty; leave it out to list all")
    return value
