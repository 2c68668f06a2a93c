"""Filters from Python: `attr("userName").eq("ann") & attr("emails")[attr("type").eq("work")]`.

Values become literals, never text of the filter, so nothing in them can change what it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import NoReturn
from uuid import UUID

from britive_scim.errors import InvalidFilter, InvalidPath
from britive_scim.scim.filters.ast import Compare, CompareOperator, Filter, Present, ValuePath
from britive_scim.scim.filters.literals import FilterValue
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.path import Path
from britive_scim.scim.json_values import decimal_to_number

__all__ = ["AttributeName", "Comparable", "attr"]

Comparable = str | bool | int | float | Decimal | date | Enum | UUID | None
"""What an attribute can be compared with; `datetime` is a `date`, and needs a time zone.

An enumeration stands for its value, a UUID for its text, a `datetime` for its moment in UTC, a `date`
for the beginning of that day in UTC. Numbers must be finite; a `Decimal` becomes what its text would be
read as: an integer without decimal places, otherwise a float.
"""


def attr(name: str | Path) -> AttributeName:
    r"""Return an attribute, to be compared with values.

    Args:
        name: as in a filter: `userName`, `name.familyName`, or with the URN of an extension before
            it, `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`.

    Raises:
        InvalidPath: `name` is not the name of an attribute.

    Examples:
        >>> attr("userName").sw('"a') | attr("title").present()
        parse_filter('userName sw "\\"a" or title pr')
        >>> attr("emails")[attr("type").eq("work") & attr("value").ew("@example.com")]
        parse_filter('emails[type eq "work" and value ew "@example.com"]')
    """
    path = name if isinstance(name, Path) else parse_path(name)
    if path.filter is not None:
        raise InvalidPath(f'{path} has brackets; write attr("{path.name}")[...]')
    return AttributeName(path)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AttributeName:
    """An attribute of which nothing has been said yet; each method returns a filter.

    A value that is not `Comparable`, such as a secret or a moment without time zone, raises
    `InvalidFilter`. Whether the comparison suits the attribute is known where a schema is:
    `Filter.check`.

    Python's own operators make no filters: two of these are equal where their paths are, and to
    compare one with anything else, or to ask whether it is true, is a `TypeError` that says what to
    write.

    Attributes:
        path: the attribute.
    """

    path: Path

    def eq(self, value: Comparable) -> Filter:
        """Return the filter: equal; `None` asks for no value."""
        return self._build_comparison("eq", value)

    def ne(self, value: Comparable) -> Filter:
        """Return the filter: not equal, or without a value; of several values, one that is not equal."""
        return self._build_comparison("ne", value)

    def co(self, value: Comparable) -> Filter:
        """Return the filter: contains a text."""
        return self._build_comparison("co", value)

    def sw(self, value: Comparable) -> Filter:
        """Return the filter: starts with a text."""
        return self._build_comparison("sw", value)

    def ew(self, value: Comparable) -> Filter:
        """Return the filter: ends with a text."""
        return self._build_comparison("ew", value)

    def gt(self, value: Comparable) -> Filter:
        """Return the filter: greater, or later."""
        return self._build_comparison("gt", value)

    def ge(self, value: Comparable) -> Filter:
        """Return the filter: greater or equal, or not earlier."""
        return self._build_comparison("ge", value)

    def lt(self, value: Comparable) -> Filter:
        """Return the filter: less, or earlier."""
        return self._build_comparison("lt", value)

    def le(self, value: Comparable) -> Filter:
        """Return the filter: less or equal, or not later."""
        return self._build_comparison("le", value)

    def present(self) -> Filter:
        """Return the filter: has a value."""
        return Present(self.path)

    def __getitem__(self, condition: Filter) -> Filter:
        """Return the filter: one single value satisfies the whole condition."""
        if not isinstance(condition, Filter):
            raise InvalidFilter(
                f"what stands in brackets is a filter, not {type(condition).__name__}:"
                f' attr("{self.path}")[attr("type").eq("work")]'
            )
        return ValuePath(self.path, condition)

    def __contains__(self, value: object) -> NoReturn:
        raise TypeError(f"in makes no filter: write {self!r}.co(…)")

    def __repr__(self) -> str:
        return f"attr({str(self.path)!r})"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, AttributeName):
            return self.path == other.path
        # False would be taken for a filter that matches nothing.
        raise TypeError(f"{self!r} == … is no filter: write {self!r}.eq(…), or .ne(…) for !=")

    def __hash__(self) -> int:
        return hash(self.path)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"{self!r} is neither true nor false: write {self!r}.eq(True), or .present(), and join"
            " filters with &, | and ~"
        )

    def _build_comparison(self, op: CompareOperator, value: Comparable) -> Filter:
        return Compare(self.path, op, _to_literal(value, self.path))


def _to_literal(value: object, path: Path) -> FilterValue:
    """Return a Python value as a literal, which is exactly of one of JSON's types."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):  # before text and numbers: members of a StrEnum are both
        return _to_literal(value.value, path)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Decimal):
        return _decimal_to_number(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return _format_datetime(value, path)
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00Z"
    raise InvalidFilter(
        f"{path} cannot be compared with {type(value).__name__}: give text, a boolean, a number, a date,"
        " a datetime, a UUID, a member of an enumeration, or None"
    )


def _decimal_to_number(value: Decimal) -> int | float:
    number = decimal_to_number(value)
    if number is None:
        raise InvalidFilter(f"{value} is no JSON number")
    return number


def _format_datetime(value: datetime, path: Path) -> str:
    try:
        if value.utcoffset() is not None:
            return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except (OverflowError, ValueError) as error:
        raise InvalidFilter(f"{path} cannot be compared with a moment that UTC has not") from error
    raise InvalidFilter(
        f"{path} cannot be compared with a datetime without time zone: add tzinfo=UTC, or what it is"
    )
