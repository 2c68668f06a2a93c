"""`Retry-After` by strict patterns (RFC 9110 §10.2.3), because `float` accepts nan, inf and 1_0."""

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim.wire.retry.headers import parse_ratelimit_reset, parse_retry_after
from support.each_value import each_value

NOW = 1_800_000_000.0  # Fri, 15 Jan 2027 08:00:00 GMT

CASES: list[tuple[str, float | None]] = [
    ("0", 0.0),
    ("1", 1.0),
    ("60", 60.0),
    ("007", 7.0),
    ("120 ", 120.0),
    (" 5", 5.0),
    ("\t5\t", 5.0),
    ("0.493", 0.493),
    ("292.052427053", 292.052427053),
    ("1.0", 1.0),
    ("999999999", 999999999.0),
    ("1234567890", None),
    ("12345678901234567890123456789012345", None),
    ("", None),
    (" ", None),
    ("-1", None),
    ("-0", None),
    ("+5", None),
    ("1.", None),
    (".5", None),
    ("1,5", None),
    ("1_0", None),
    ("1e3", None),
    ("1E400", None),
    ("0x10", None),
    ("nan", None),
    ("NaN", None),
    ("inf", None),
    ("-inf", None),
    ("Infinity", None),
    ("٣", None),
    ("\uff15", None),
    ("²", None),
    ("5s", None),
    ("5 seconds", None),
    ("5;6", None),
    ("5, 6", None),
    ("1.1.1", None),
    ("soon", None),
    ("null", None),
    ("Fri, 15 Jan 2027 08:00:30 GMT", 30.0),
    ("Fri, 15 Jan 2027 08:00:00 GMT", 0.0),
    ("Fri, 31 Dec 1999 23:59:59 GMT", 0.0),
    ("Mon, 15 Jan 2027 08:01:00 GMT", 60.0),  # the wrong day of the week
    ("Friday, 15-Jan-27 08:02:00 GMT", 120.0),  # RFC 850
    ("Fri Jan 15 08:03:00 2027", 180.0),  # asctime
    ("Fri, 15 Jan 2027 08:00:30 +0000", None),
    ("Fri, 15 Jan 2027 08:00:30", None),
    ("fri, 15 jan 2027 08:00:30 gmt", None),
    ("Fri, 32 Jan 2027 08:00:30 GMT", None),
    ("Fri, 15 Jan 2027 25:00:30 GMT", None),
    ("Fri, 15 Foo 2027 08:00:30 GMT", None),
    ("Fri, 15 Jan 100000 08:00:30 GMT", None),
    ("2027-01-15T08:00:30Z", None),
    ("1800000030 GMT", None),
]


@each_value("value, seconds", CASES)
def test_retry_after_is_parsed_strictly(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value, now=NOW) == seconds


def test_retry_after_date_is_relative_to_date_header() -> None:
    """A server whose clock is an hour ahead requests half a minute, not an hour."""
    date, later = formatdate(NOW + 3600, usegmt=True), formatdate(NOW + 3630, usegmt=True)
    assert parse_retry_after(later, date=date, now=NOW) == 30.0


def test_invalid_date_header_is_ignored() -> None:
    later = formatdate(NOW + 30, usegmt=True)
    assert parse_retry_after(later, date="yesterday", now=NOW) == 30.0


@given(st.text())
def test_any_string_is_parsed_without_exception(value: str) -> None:
    seconds = parse_retry_after(value, now=NOW)
    assert seconds is None or 0.0 <= seconds < float("inf")


@given(st.integers(0, 253_402_300_799))
def test_every_http_date_is_parsed(moment: int) -> None:
    value = formatdate(moment, usegmt=True)
    assert parse_retry_after(value, now=NOW) == max(0.0, moment - NOW)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("1800000030", None),
        ("soon", None),
        ("3600", 3600.0),
        ("3601", None),
    ],
)
def test_reset_header_in_seconds_is_used(value: str | None, seconds: float | None) -> None:
    assert parse_ratelimit_reset(value) == seconds
