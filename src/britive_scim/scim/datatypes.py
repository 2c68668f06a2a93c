"""How values of one type are compared: the forms of text, and moments as instants.

What is here is about single values and needs no schema. Text is compared in a *form*: two texts are
equal where their forms are, and one contains, precedes or starts another where its form does.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from datetime import UTC, datetime
from typing import Final

__all__ = [
    "normalize_binary",
    "normalize_case_exact",
    "normalize_caseless",
    "normalize_user_name",
    "parse_boolean",
    "parse_datetime",
    "to_aware_datetime",
]

_BOOLEANS: Final = {"true": True, "false": False}


def normalize_case_exact(text: str) -> str:
    """Return the form in which text is compared with case: NFC (RFC 7644 §7.8)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def normalize_caseless(text: str) -> str:
    """Return the form in which text is compared without case: NFC, case folded, NFC again.

    Examples:
        >>> normalize_caseless("Straße") == normalize_caseless("STRASSE")
        True
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFC", text).casefold()
    return unicodedata.normalize("NFC", folded)


def normalize_user_name(text: str) -> str:
    r"""Return the form in which user names are compared: without case, and whatever the width of letters.

    The rules of PRECIS for user names (RFC 8265 §3.3, which RFC 7644 §5 demands in its older edition)
    without their check of bidirectional text, which refuses names rather than compares them.

    Examples:
        >>> normalize_user_name("\uff21nn") == normalize_user_name("ann")
        True
    """
    return (
        text.lower() if text.isascii() else normalize_caseless(text.translate(_build_width_table()))
    )


def normalize_binary(text: str) -> str:
    """Return the form in which base64 is compared: with case, without padding (RFC 7643 §2.3.6)."""
    return text.rstrip("=")


def parse_boolean(text: str) -> bool | None:
    """Return the boolean that a text spells, in any case, as Entra sends it; `None` for other text."""
    return _BOOLEANS.get(text.lower())


@functools.cache
def _build_width_table() -> dict[int, str]:
    """Return the full-width and half-width characters, each with the one it stands for."""
    plain: dict[int, str] = {}
    for code in (0x3000, *range(0xFF00, 0xFFF0)):
        kind, _, target = unicodedata.decomposition(chr(code)).partition(" ")
        if kind in {"<wide>", "<narrow>"}:
            plain[code] = chr(int(target, 16))
    return plain


def to_aware_datetime(value: object) -> datetime | None:
    """Return the moment a value stands for, with a time zone, or `None` where it stands for none.

    A date and a time are required (RFC 7643 §2.3.5). Without a zone it is UTC. Digits beyond
    microseconds do not count.

    Args:
        value: a text such as `2011-05-13T04:42:34Z`, or in a spelling servers are seen to write
            instead; or a `datetime`.

    Examples:
        >>> to_aware_datetime("2011-05-13 04:42Z") == to_aware_datetime("2011-05-13T06:42:00+02:00")
        True
        >>> to_aware_datetime("2011-05-13") is None
        True
    """
    if isinstance(value, str):
        # The usual shape. What else the interpreter reads (a date alone, days of a week) is no moment.
        if value[10:14:3] == "T:" and value[5:6] != "W":
            try:
                found = datetime.fromisoformat(value)
            except ValueError:
                pass
            else:
                return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        value = parse_datetime(value)
    if not isinstance(value, datetime):
        return None
    try:
        # A zone may have an offset that it refuses to tell, being longer than a day.
        return value if value.utcoffset() is not None else value.replace(tzinfo=UTC)
    except ValueError:
        return None


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
