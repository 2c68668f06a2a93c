"""Filter builder: `attr("userName").eq("ann") & attr("emails")[attr("type").eq("work")]`.

Values become escaped literals, so no value can change the structure of the filter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import NoReturn
from uuid import UUID

from britive_scim.errors import InvalidFilter, InvalidPath
from britive_scim.scim.filters.ast import Compare, Filter, Present, ValuePath
from britive_scim.scim.filters.literals import FilterValue
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.tokens import CompareOperator
from britive_scim.scim.json_values import decimal_to_number

__all__ = ["AttributeName", "Comparable", "attr"]

Comparable = str | bool | int | float | Decimal | date | Enum | UUID | None
"""Types an attribute can be compared with; `datetime` is a `date` and needs a time zone.

An enumeration member becomes its value, a UUID its string, a `datetime` its time in UTC, a `date`
the start of that day in UTC. Numbers must be finite; a `Decimal` becomes an integer if it has no
decimal places, otherwise a float.
"""


def attr(name: str | Path) -> AttributeName:
    r"""Return an attribute whose methods build filters.

    Args:
        name: attribute name as in a filter: `userName`, `name.familyName`, or prefixed with the URN of
            an extension, `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`.

    Raises:
        InvalidPath: `name` is not an attribute name.

    Examples:
        >>> attr("userName").sw('"a') | attr("title").present()
        parse_filter('userName sw "\\"a" or title pr')
        >>> attr("emails")[attr("type").eq("work") & attr("value").ew("@example.com")]
        parse_filter('emails[type eq "work" and value ew "@example.com"]')
    """
    path = name if isinstance(name, Path) else parse_path(name)
    if path.filter is not None:
        raise InvalidPath(
            f'name must not contain brackets, got {path}; use attr("{path.name}")[...]'
        )
    return AttributeName(path)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AttributeName:
    """Attribute in a filter being built; each method returns a filter.

    A value that is not `Comparable`, such as a secret or a datetime without time zone, raises
    `InvalidFilter`. `Filter.check` tests whether the comparison suits the attribute type.

    Python's comparison operators build no filters: two instances are equal if their paths are.
    Comparing with anything else, or taking the truth value, raises `TypeError` with a hint.

    Attributes:
        path: the attribute.
    """

    path: Path

    def eq(self, value: Comparable) -> Filter:
        """Return the filter "equal"; `None` means without a value."""
        return self._build_comparison("eq", value)

    def ne(self, value: Comparable) -> Filter:
        """Return the filter "not equal or without a value"; of several values, any that is not equal."""
        return self._build_comparison("ne", value)

    def co(self, value: Comparable) -> Filter:
        """Return the filter "contains the string"."""
        return self._build_comparison("co", value)

    def sw(self, value: Comparable) -> Filter:
        """Return the filter "starts with the string"."""
        return self._build_comparison("sw", value)

    def ew(self, value: Comparable) -> Filter:
        """Return the filter "ends with the string"."""
        return self._build_comparison("ew", value)

    def gt(self, value: Comparable) -> Filter:
        """Return the filter "greater or later"."""
        return self._build_comparison("gt", value)

    def ge(self, value: Comparable) -> Filter:
        """Return the filter "greater or equal, or not earlier"."""
        return self._build_comparison("ge", value)

    def lt(self, value: Comparable) -> Filter:
        """Return the filter "less or earlier"."""
        return self._build_comparison("lt", value)

    def le(self, value: Comparable) -> Filter:
        """Return the filter "less or equal, or not later"."""
        return self._build_comparison("le", value)

    def present(self) -> Filter:
        """Return the filter "has a value"."""
        return Present(self.path)

    def __getitem__(self, condition: Filter) -> Filter:
        """Return the filter "a single value satisfies the whole condition"."""
        return ValuePath(self.path, condition)

    def __contains__(self, value: object) -> NoReturn:
        raise TypeError(f"the operator `in` does not build a filter; use {self!r}.co(…)")

    def __repr__(self) -> str:
        return f"attr({str(self.path)!r})"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, AttributeName):
            return self.path == other.path
        # False would look like a filter that matches nothing.
        raise TypeError(
            f"the operators == and != do not build a filter; use {self!r}.eq(…) or .ne(…)"
        )

    def __hash__(self) -> int:
        return hash(self.path)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"{self!r} has no truth value; use .eq(True) or .present(), and combine filters"
            " with &, | and ~"
        )

    def _build_comparison(self, op: CompareOperator, value: Comparable) -> Filter:
        return Compare(self.path, op, _to_literal(value, self.path))


def _to_literal(value: object, path: Path) -> FilterValue:
    """Return the literal of a Python value."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):  # before `str` and `int`: members of StrEnum and IntEnum are both
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
        f"value for {path} must be a string, a boolean, a number, a date, a datetime, a UUID,"
        f" an enumeration member or None, got {type(value).__name__}"
    )


def _decimal_to_number(value: Decimal) -> int | float:
    number = decimal_to_number(value)
    if number is None:
        raise InvalidFilter(f"value must be a finite number, got {value}")
    return number


def _format_datetime(value: datetime, path: Path) -> str:
    try:
        if value.utcoffset() is not None:
            return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except (OverflowError, ValueError) as error:
        raise InvalidFilter(f"value for {path} must be a datetime in the range of UTC") from error
    raise InvalidFilter(
        f"value for {path} must be a datetime with a time zone; add tzinfo=UTC or its own"
    )
