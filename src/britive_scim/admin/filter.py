"""Filters of the admin API from Python, for the fields and operators it documents.

The language is small: `name co "Smith"`, and in the audit log several of these joined by `and`. It is
not SCIM's. How a quotation mark inside a value would be written is not documented, so such a value
is refused.
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
    """One or more comparisons that must all hold; `str` writes them in the API's language."""

    comparisons: tuple[tuple[str, str, str], ...]

    def __and__(self, other: Condition) -> Condition:
        if not isinstance(other, Condition):
            return NotImplemented
        return Condition(self.comparisons + other.comparisons)

    def __str__(self) -> str:
        return " and ".join(f'{field} {op} "{value}"' for field, op, value in self.comparisons)


@dataclass(frozen=True, slots=True)
class FilterField:
    """A field that is compared with a value."""

    name: str

    def eq(self, value: str) -> Condition:
        """The field equals `value`."""
        return self._compare("eq", value)

    def co(self, value: str) -> Condition:
        """The field contains `value`."""
        return self._compare("co", value)

    def sw(self, value: str) -> Condition:
        """The field starts with `value`; in the audit log alone."""
        return self._compare("sw", value)

    def _compare(self, op: str, value: object) -> Condition:
        if not isinstance(value, str):
            raise InvalidFilter(f"{self.name} is compared with text, not {type(value).__name__}.")
        if '"' in value or "\\" in value:
            raise InvalidFilter(
                f"{self.name} is compared with {value!r}: how the admin API reads a quotation mark or a "
                "backslash inside a value is not documented. Filter by another part of the text."
            )
        return Condition(((self.name, op, value),))


def where(field: str) -> FilterField:
    """Return a field, to be compared with `.eq`, `.co` or `.sw`.

    Examples:
        >>> str(where("event.eventType").eq("User") & where("actor.username").sw("ana"))
        'event.eventType eq "User" and actor.username sw "ana"'
    """
    return FilterField(field)


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """What one endpoint documents of its filter."""

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
    """Return a filter as text; text is taken as it is.

    Raises:
        InputError: an empty text, no filter of this language, or a field, an operator or a conjunction
            that this endpoint does not document.
    """
    if not isinstance(condition, Condition):
        return check_filter_text(condition, spec.label)
    if len(condition.comparisons) > 1 and not spec.can_combine:
        raise InvalidFilter(f"A filter of {spec.label} takes one comparison, this one has more.")
    for field, op, _ in condition.comparisons:
        check_one_of(field, spec.fields, label=f"field in a filter of {spec.label}")
        check_one_of(op, spec.operators, label=f"operator in a filter of {spec.label}")
    return str(condition)


def check_filter_text(value: object, label: str) -> str | None:
    """Return a filter that is text, for endpoints whose fields are not documented.

    Raises:
        InputError: an empty text, or no text.
    """
    if value is None:
        return None
    if isinstance(value, str):
        if not value.strip():
            raise InvalidFilter(f"filter of {label} is empty: leave it out to get all.")
        return value
    if isinstance(value, FilterField):
        raise InvalidFilter(
            f"filter of {label} is the field {value.name} alone: compare it, "
            f'admin.where("{value.name}").eq("…").'
        )
    raise InvalidFilter(
        f"filter of {label} is a {type(value).__name__}. The admin API has a language of its own, and a SCIM "
        'filter (scim.attr, scim.parse_filter) is not understood there: use admin.where("name").eq("…"), '
        "where this list documents its fields, or text."
    )
