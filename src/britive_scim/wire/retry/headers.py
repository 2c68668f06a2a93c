"""Parse response headers with dates and delays (RFC 9110 §10.2.3)."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime

__all__ = ["parse_http_date", "parse_ratelimit_reset", "parse_retry_after"]


_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_HTTP_DATE = re.compile(
    r"(?:[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"  # IMF-fixdate
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


def parse_ratelimit_reset(value: str | None) -> float | None:
    """Return the seconds of a `RateLimit-Reset` header, or `None`; large numbers are times and ignored."""
    if value is None or not _SECONDS.fullmatch(value.strip(" \t")):
        return None
    seconds = float(value)
    return seconds if seconds <= 3600 else None
