"""`Retry-After` by strict patterns (RFC 9110 §10.2.3), because `float` accepts nan, inf and 1_0."""

from email.utils import formatdate

from hypothesis import given
from hypothesis import strategies as st

from britive_scim.wire.response import Response
from britive_scim.wire.retry.headers import (
    parse_delay_headers,
    parse_rate_limit_headers,
    parse_retry_after,
)
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
    ("Fri, 15 Jan 2027 08:00:30 +0000", 30.0),
    ("Fri, 15 Jan 2027 08:00:30 -0000", 30.0),
    ("Fri, 15 Jan 2027 08:00:30 UTC", 30.0),
    ("Fri, 15 Jan 2027 08:00:30 +0200", None),
    ("Fri, 15 Jan 2027 08:00:30 PST", None),
    ("Friday, 15-Jan-27 08:02:00 UTC", None),
    ("Fri, 15 Jan 2027 08:00:60 GMT", None),
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


RATE_LIMITS: list[tuple[dict[str, str], float | None]] = [
    ({}, None),
    ({"ratelimit-reset": "7"}, 7.0),
    ({"ratelimit-reset": " 0.5\t"}, 0.5),
    ({"ratelimit-reset": "3601"}, 3601.0),
    ({"x-ratelimit-reset": "20"}, 20.0),
    ({"x-rate-limit-reset": "1800000030"}, 30.0),
    ({"x-ratelimit-reset": "1800000030", "x-ratelimit-remaining": "0"}, 30.0),
    ({"x-ratelimit-reset": "1800000030.5"}, 30.5),
    ({"x-ratelimit-reset": "1800000030000"}, 30.0),  # milliseconds
    ({"x-ratelimit-reset": "1799999999"}, 0.0),  # a window that has ended
    ({"x-ratelimit-reset": "1000000000"}, 0.0),
    ({"x-ratelimit-reset": "999999999"}, 999999999.0),
    ({"x-ratelimit-reset": "1800000030", "x-ratelimit-remaining": "12"}, None),
    ({"ratelimit-reset": "20", "ratelimit-remaining": "1"}, None),
    ({"x-ratelimit-reset": "soon"}, None),
    ({"x-ratelimit-reset": "-5"}, None),
    ({"x-ratelimit-reset": "1e3"}, None),
    ({"x-ratelimit-reset": "20, 30"}, None),
    ({"x-ratelimit-reset": "12345678901234"}, None),
    ({"x-ratelimit-reset": "soon", "x-rate-limit-reset": "9"}, 9.0),
    ({"ratelimit": '"default";r=0;t=20'}, 20.0),
    ({"ratelimit": '"default"; R=0 ; T=20'}, 20.0),
    ({"ratelimit": '"a,b;t=5";t=20'}, 20.0),
    ({"ratelimit": '"minute";r=3;t=20, "hour";r=0;t=900'}, 900.0),
    ({"ratelimit": '"minute";r=0;t=20, "hour";r=7;t=900'}, 20.0),
    ({"ratelimit": '"minute";r=3;t=20'}, None),
    ({"ratelimit": "limit=100, remaining=0, reset=20"}, 20.0),
    ({"ratelimit": "limit=100, remaining=5, reset=20"}, None),
    ({"ratelimit": "soon", "ratelimit-reset": "20"}, 20.0),
    ({"ratelimit": '"default";r=0'}, None),
]


@each_value("headers, seconds", RATE_LIMITS)
def test_rate_limit_headers_are_parsed(headers: dict[str, str], seconds: float | None) -> None:
    assert parse_rate_limit_headers(headers, now=NOW) == seconds


def test_rate_limit_reset_is_relative_to_date_header() -> None:
    headers = {
        "x-ratelimit-reset": str(int(NOW) + 3630),
        "date": formatdate(NOW + 3600)[:-5] + "GMT",
    }
    assert parse_rate_limit_headers(headers, now=NOW) == 30.0


@each_value(
    "headers, seconds",
    [
        ({"retry-after": "7", "retry-after-ms": "100"}, 7.0),
        ({"retry-after": "soon", "retry-after-ms": "100"}, 0.1),
        ({"retry-after-ms": "20000"}, 20.0),
        ({"retry-after-ms": "1,5"}, None),
        ({"x-ratelimit-reset": "20"}, None),
    ],
)
def test_delay_headers_are_parsed(headers: dict[str, str], seconds: float | None) -> None:
    assert parse_delay_headers(headers, now=NOW) == seconds


@given(st.text(max_size=40))
def test_any_rate_limit_is_parsed_without_exception(value: str) -> None:
    for name in ("ratelimit", "ratelimit-reset", "x-ratelimit-reset"):
        seconds = parse_rate_limit_headers({name: value}, now=NOW)
        assert seconds is None or 0.0 <= seconds < float("inf")


def test_rate_limit_decides_retry_after_of_429_only() -> None:
    """Every response of such a server has the headers; a 503 with them may have been processed."""
    for status, seconds in ((429, 20.0), (503, None), (200, None)):
        assert Response(status, {"x-ratelimit-reset": "20"}, b"").retry_after == seconds
