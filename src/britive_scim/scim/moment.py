"""Text to moments: xsd:dateTime, and what servers write instead of it.

Only text with the shape of a date *and* a time is read: `dateutil` alone would take `10` for a date.
Shapes in which day and month cannot be told apart, and names of time zones, which are ambiguous, are
not guessed at.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

__all__ = ["parse_datetime"]

_TIME_ZONE = r"\s?(?:[Zz]|UTC|GMT|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?"
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
_WEEKDAY = r"(?:[A-Za-z]{3,9},? )?"

_NUMERIC_DATETIME = re.compile(
    rf"\d{{4}}([-/.])\d{{2}}\1\d{{2}}(?:[Tt]| {{1,2}}){_TIME}{_TIME_ZONE}", re.ASCII
)
_COMPACT_DATETIME = re.compile(rf"\d{{8}}[Tt]\d{{4}}(?:\d{{2}}(?:[.,]\d+)?)?{_TIME_ZONE}", re.ASCII)
_MONTH_NAME_DATETIME = re.compile(
    rf"{_WEEKDAY}(?:\d{{1,2}}[ -][A-Za-z]{{3,9}}[ -]\d{{4}}|[A-Za-z]{{3,9}} \d{{1,2}},? \d{{4}}),?"
    rf" {_TIME}(?: ?[AaPp][Mm])?{_TIME_ZONE}",
    re.ASCII,
)


def parse_datetime(text: str) -> datetime | None:
    """Return the moment that `text` names, or `None` where it has not the shape of date and time.

    Args:
        text: such as `2026-03-01T08:30:00Z`; also without zone (read as UTC), with a blank for the
            `T`, any number of fraction digits, a zone without colon, or with the month's name.

    Examples:
        >>> parse_datetime("2026-03-01 08:30:00.1234567")
        datetime.datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=datetime.timezone.utc)
        >>> parse_datetime("10") is None and parse_datetime("01/02/2026 08:30") is None
        True
    """
    text = text.strip()
    if not any(
        shape.fullmatch(text)
        for shape in (_NUMERIC_DATETIME, _COMPACT_DATETIME, _MONTH_NAME_DATETIME)
    ):
        return None
    try:
        moment = _parse_with_dateutil(text)
    except (ValueError, OverflowError):  # a shape is not yet a date: month 13, day 31 of February
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _parse_with_dateutil(text: str) -> datetime:
    from dateutil import parser  # takes a while to import, and is rarely needed

    try:
        return parser.isoparse(text)  # knows 24:00, the end of a day
    except ValueError:
        return parser.parse(text)
