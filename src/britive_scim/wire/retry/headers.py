"""Parse response headers with dates and delays (RFC 9110 §10.2.3), and those of rate limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

__all__ = [
    "parse_delay_headers",
    "parse_http_date",
    "parse_rate_limit_headers",
    "parse_retry_after",
]


_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_HTTP_DATE = re.compile(
    r"(?:[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}"  # IMF-fixdate,
    r" (?:GMT|UTC|[+-]0000)"  # servers write the zone in three ways
    r"|[A-Z][a-z]{5,8}, [0-9]{2}-[A-Z][a-z]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"  # RFC 850
    r"|[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4})"  # asctime
)


def parse_retry_after(value: str, *, date: str | None = None, now: float) -> float | None:
    """Return the delay in seconds of a `Retry-After` header, or `None` for an invalid one.

    The value is a number of seconds, also with a fraction, or an HTTP date (RFC 9110 §5.6.7). The patterns
    are strict, because `float` accepts `nan`, `inf`, `1_0` and digits of other scripts.

    Args:
        value: the header's value.
        date: the response's `Date` header, which a date is relative to.
        now: seconds since the epoch, used if `date` is missing or invalid.

    Example:
        >>> parse_retry_after("1.5", now=0)
        1.5
        >>> parse_retry_after("Thu, 01 Jan 1970 00:02:00 GMT", now=90)
        30.0
        >>> parse_retry_after("soon", now=0) is None
        True
    """
    value = value.strip(" \t")
    if _SECONDS.fullmatch(value):
        return float(value)
    until = parse_http_date(value)
    if until is None:
        return None
    since = parse_http_date(date) if date else None
    return max(0.0, until - (now if since is None else since))


def parse_http_date(value: str) -> float | None:
    """Return an HTTP date as seconds since the epoch, or `None` for an invalid one.

    Example:
        >>> parse_http_date("Thu, 01 Jan 1970 00:02:00 GMT")
        120.0
    """
    value = value.strip(" \t")
    if not _HTTP_DATE.fullmatch(value):
        return None
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC).timestamp()


def parse_delay_headers(headers: Mapping[str, str], *, now: float) -> float | None:
    """Return the delay in seconds that `Retry-After` or `Retry-After-Ms` requests, or `None`.

    Args:
        headers: headers of a response, names in lower case.
        now: seconds since the epoch, used if the response has no valid `Date`.

    Example:
        >>> parse_delay_headers({"retry-after-ms": "1500"}, now=0)
        1.5
    """
    value = headers.get("retry-after")
    seconds = None if value is None else parse_retry_after(value, date=headers.get("date"), now=now)
    if seconds is not None:
        return seconds
    milliseconds = _parse_number(headers.get("retry-after-ms", ""))
    return None if milliseconds is None else milliseconds / 1000


def parse_rate_limit_headers(headers: Mapping[str, str], *, now: float) -> float | None:
    """Return the seconds until the window of a rate limit ends, or `None` if no header contains it.

    Read are `RateLimit` (draft-ietf-httpapi-ratelimit-headers: `t`, and `reset` of its earlier edition),
    `RateLimit-Reset`, `X-RateLimit-Reset` and `X-Rate-Limit-Reset`: seconds from now, or since the epoch. A header
    with a remaining quota does not explain a refusal, and is ignored.

    Args:
        headers: headers of a response, names in lower case.
        now: seconds since the epoch, used if the response has no valid `Date`.

    Example:
        >>> parse_rate_limit_headers({"x-ratelimit-reset": "120"}, now=100)
        120.0
        >>> parse_rate_limit_headers({"x-ratelimit-reset": "1800000030"}, now=1800000000)
        30.0
        >>> parse_rate_limit_headers({"ratelimit": '"hour";r=0;t=20'}, now=0)
        20.0
    """
    date = headers.get("date")
    since = parse_http_date(date) if date else None
    since = now if since is None else since
    for name, read in _RATE_LIMIT_HEADERS.items():
        value = headers.get(name)
        seconds = None if value is None else read(value, since)
        remaining = _parse_number(headers.get(name.replace("reset", "remaining"), "0"))
        if seconds is not None and not remaining:
            return seconds
    return None


def _parse_reset(value: str, since: float) -> float | None:
    """Return the seconds until a time, given in seconds from now or in seconds or milliseconds of the epoch."""
    number = _parse_number(value)
    if number is None or number < _MIN_EPOCH_SECONDS:
        return number
    return max(0.0, (number if number < _MIN_EPOCH_MILLISECONDS else number / 1000) - since)


_MIN_EPOCH_SECONDS = 1e9
"""Smallest number that is read as a time (in 2001) instead of a delay (of 31 years)."""

_MIN_EPOCH_MILLISECONDS = 1e12


def _parse_rate_limit(value: str, _since: float) -> float | None:
    """Return the longest `t` of the exhausted policies in a `RateLimit` header."""
    items = [dict(_iter_parameters(item)) for item in _QUOTED.sub("", value).split(",")]
    if any("reset" in item for item in items):  # the earlier edition has one item a number
        items = [{name: number for item in items for name, number in item.items()}]
    delays = [
        item.get("t", item.get("reset"))
        for item in items
        if not item.get("r", item.get("remaining", 0.0))
    ]
    return max((delay for delay in delays if delay is not None), default=None)


def _iter_parameters(item: str) -> Iterator[tuple[str, float]]:
    for parameter in item.split(";"):
        name, _, text = parameter.partition("=")
        number = _parse_number(text)
        if number is not None:
            yield name.strip(" \t").lower(), number


_QUOTED = re.compile(r'"[^"]*"')

_RATE_LIMIT_HEADERS: Mapping[str, Callable[[str, float], float | None]] = {
    "ratelimit": _parse_rate_limit,
    "ratelimit-reset": _parse_reset,
    "x-ratelimit-reset": _parse_reset,
    "x-rate-limit-reset": _parse_reset,
}


def _parse_number(value: str) -> float | None:
    value = value.strip(" \t")
    return float(value) if _NUMBER.fullmatch(value) else None


_NUMBER = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,9})?")
"""Number of seconds or milliseconds, also since the epoch."""
