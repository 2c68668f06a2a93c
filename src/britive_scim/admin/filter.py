"""Filters of the admin API from Python, for the fields and operators it documents.

The language is small: `name co "Smith"`, and in the audit log several of these joined by `and`. It is
not SCIM's. How a quotation mark inside a value would be written is not documented, so such a value
is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from britive_scim.admin.checks import one_of
from britive_scim.errors import InvalidFilter

__all__ = [
    "AUDIT",
    "MEMBERS",
    "TAGS",
    "USERS",
    "Condition",
    "Field",
    "Grammar",
    "plain",
    "render",
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
class Field:
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


def where(field: str) -> Field:
    """Return a field, to be compared with `.eq`, `.co` or `.sw`.

    Examples:
        >>> str(where("event.eventType").eq("User") & where("actor.username").sw("ana"))
        'event.eventType eq "User" and actor.username sw "ana"'
    """
    return Field(field)


@dataclass(frozen=True, slots=True)
class Grammar:
    """What one endpoint documents of its filter."""

    what: str
    fields: tuple[str, ...]
    operators: tuple[str, ...] = ("eq", "co")
    joined: bool = False


USERS = Grammar("users", ("name", "status", "role", "username"))
TAGS = Grammar("tags", ("name", "status"))
MEMBERS = Grammar("members of a tag", ("name", "status"))
AUDIT = Grammar(
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
    joined=True,
)


def render(condition: Condition | str | None, grammar: Grammar) -> str | None:
    """Return a filter as text; text is taken as it is.

    Raises:
        InputError: an empty text, no filter of this language, or a field, an operator or a conjunction
            that this endpoint does not document.
    """
    if not isinstance(condition, Condition):
        return plain(condition, grammar.what)
    if len(condition.comparisons) > 1 and not grammar.joined:
        raise InvalidFilter(f"A filter of {grammar.what} takes one comparison, this one has more.")
    for field, op, _ in condition.comparisons:
        one_of(field, grammar.fields, what=f"field in a filter of {grammar.what}")
        one_of(op, grammar.operators, what=f"operator in a filter of {grammar.what}")
    return str(condition)


def plain(condition: object, what: str) -> str | None:
    """Return a filter that is text, for endpoints whose fields are not documented.

    Raises:
        InputError: an empty text, or no text.
    """
    if condition is None:
        return None
    if isinstance(condition, str):
        if not condition.strip():
            raise InvalidFilter(f"filter of {what} is empty: leave it out to get all.")
        return condition
    if isinstance(condition, Field):
        raise InvalidFilter(
            f"filter of {what} is the field {condition.name} alone: compare it, "
            f'admin.where("{condition.name}").eq("…").'
        )
    raise InvalidFilter(
        f"filter of {what} is a {type(condition).__name__}. The admin API has a language of its own, and a SCIM "
        'filter (scim.attr, scim.parse_filter) is not understood there: use admin.where("name").eq("…"), '
        "where this list documents its fields, or text."
    )
