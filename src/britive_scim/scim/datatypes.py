"""SCIM data types (RFC 7643 §2.3): parsing of single values, and normalization for comparison.

Strings are compared in normalized form: equality, order, prefix and containment of two strings are
those of their normalized forms.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from datetime import UTC, datetime
from typing import Final

__all__ = [
    "is_base64",
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
    """Return the form for case-sensitive comparison: NFC (RFC 7644 §7.8)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def normalize_caseless(text: str) -> str:
    """Return the form for case-insensitive comparison: NFC, case folding, NFC.

    Examples:
        >>> normalize_caseless("Straße") == normalize_caseless("STRASSE")
        True
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFC", text).casefold()
    return unicodedata.normalize("NFC", folded)


def normalize_user_name(text: str) -> str:
    r"""Return the form for comparison of user names: case-insensitive, full and half width mapped.

    These are the PRECIS rules for user names (RFC 8265 §3.3, required by RFC 7644 §5 in an older
    edition) without the bidi rule, which rejects names and does not affect comparison.

    Examples:
        >>> normalize_user_name("\uff21nn") == normalize_user_name("ann")
        True
    """
    return (
        text.lower() if text.isascii() else normalize_caseless(text.translate(_build_width_table()))
    )


def normalize_binary(text: str) -> str:
    """Return the form for comparison of base64: case-sensitive, without padding (RFC 7643 §2.3.6)."""
    return text.rstrip("=")


def is_base64(text: str) -> bool:
    """Return whether a string is base64 or base64url; the padding may be missing (RFC 7643 §2.3.6).

    Examples:
        >>> is_base64("AQID"), is_base64("AQ"), is_base64("A"), is_base64("no base64")
        (True, True, False, False)
    """
    return _BASE64.fullmatch(text) is not None and len(text.rstrip("=")) % 4 != 1


_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")


def parse_boolean(text: str) -> bool | None:
    """Parse `true` or `false` in any case, as Entra sends them; return `None` for other strings."""
    return _BOOLEANS.get(text.lower())


@functools.cache
def _build_width_table() -> dict[int, str]:
    """Return the mapping of full-width and half-width characters to standard width."""
    table: dict[int, str] = {}
    for code in (0x3000, *range(0xFF00, 0xFFF0)):
        tag, _, target = unicodedata.decomposition(chr(code)).partition(" ")
        if tag in {"<wide>", "<narrow>"}:
            table[code] = chr(int(target, 16))
    return table


def to_aware_datetime(value: object) -> datetime | None:
    """Convert a dateTime value to an aware `datetime`; return `None` for any other value.

    A date and a time are required (RFC 7643 §2.3.5). A value without time zone is UTC. Digits after
    the microseconds are ignored.

    Args:
        value: a string such as `2011-05-13T04:42:34Z`, or in a format that `parse_datetime` accepts;
            or a `datetime`.

    Examples:
        >>> to_aware_datetime("2011-05-13 04:42Z") == to_aware_datetime("2011-05-13T06:42:00+02:00")
        True
        >>> to_aware_datetime("2011-05-13") is None
        True
    """
    if isinstance(value, str):
        # fromisoformat() also accepts dates without time and week dates, which are not dateTimes.
        if value[10:14:3] == "T:" and value[5:6] != "W":
            try:
                parsed = datetime.fromisoformat(value)
            except ValueError:
                pass
            else:
                return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
        value = parse_datetime(value)
    if not isinstance(value, datetime):
        return None
    try:
        # utcoffset() raises for a tzinfo with an offset of more than a day.
        return value if value.utcoffset() is not None else value.replace(tzinfo=UTC)
    except ValueError:
        return None


_TIME_ZONE = r"\s?(?:[Zz]|UTC|GMT|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?"
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
_WEEKDAY = r"(?:[A-Za-z]{3,9},? )?"

_NUMERIC_DATETIME = rf"\d{{4}}([-/.])\d{{2}}\1\d{{2}}(?:[Tt]| {{1,2}}){_TIME}{_TIME_ZONE}"
_COMPACT_DATETIME = rf"\d{{8}}[Tt]\d{{4}}(?:\d{{2}}(?:[.,]\d+)?)?{_TIME_ZONE}"
_MONTH_NAME_DATETIME = (
    rf"{_WEEKDAY}(?:\d{{1,2}}[ -][A-Za-z]{{3,9}}[ -]\d{{4}}|[A-Za-z]{{3,9}} \d{{1,2}},? \d{{4}}),?"
    rf" {_TIME}(?: ?[AaPp][Mm])?{_TIME_ZONE}"
)


@functools.cache
def _compile_datetime_patterns() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of dateTimes; compiled when needed, as few servers send other formats than ISO 8601."""
    formats = (_NUMERIC_DATETIME, _COMPACT_DATETIME, _MONTH_NAME_DATETIME)
    return tuple(re.compile(pattern, re.ASCII) for pattern in formats)


def parse_datetime(text: str) -> datetime | None:
    """Parse a date with a time in one of the formats that servers send; return `None` for others.

    Args:
        text: such as `2026-03-01T08:30:00Z`; also without time zone (read as UTC), with a space for
            the `T`, any number of fraction digits, a zone without colon, or the name of the month.

    Examples:
        >>> parse_datetime("2026-03-01 08:30:00.1234567")
        datetime.datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=datetime.timezone.utc)
        >>> parse_datetime("10") is None and parse_datetime("01/02/2026 08:30") is None
        True
    """
    text = text.strip()
    if not any(pattern.fullmatch(text) for pattern in _compile_datetime_patterns()):
        return None
    try:
        parsed = _parse_with_dateutil(text)
    except (ValueError, OverflowError):  # such as month 13, or February 31
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed


def _parse_with_dateutil(text: str) -> datetime:
    from dateutil import parser  # slow to import, rarely needed

    try:
        return parser.isoparse(text)  # accepts 24:00, the end of a day
    except ValueError:
        return parser.parse(text)
