"""Chart of the events of the audit log over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, get_args

from britive_scim.admin import AuditEvent
from britive_scim.charts.chart import Bar, Chart
from britive_scim.errors import InputError

__all__ = ["Interval", "draw_timeline"]

Interval = Literal["hour", "day", "week", "month"]

_OTHER: Final = "other"
_MAX_SERIES: Final = 5
_FORMATS: Final[dict[Interval, str]] = {
    "hour": "%m-%d %H:00",
    "day": "%Y-%m-%d",
    "week": "%Y-%m-%d",
    "month": "%Y-%m",
}


def draw_timeline(events: Iterable[AuditEvent], *, interval: Interval | None = None) -> Chart:
    """Return a chart of the number of events in each interval, stacked by name of the event.

    The most frequent names have a series of their own, all others are in one. Times are in UTC; an event whose time is missing,
    or out of the range of years in UTC, is counted in the note.

    Args:
        events: events, such as those of `client.audit_logs.query(since=timedelta(days=30))`.
        interval: width of a bar; by default hours up to two days, then days, weeks and months.

    Raises:
        InputError: `interval` is no such name.
    """
    if interval is not None and interval not in get_args(Interval):
        raise InputError(
            f"interval must be one of {', '.join(get_args(Interval))}, or None, got {interval!r:.60}"
        )
    counts: Counter[tuple[datetime, str]] = Counter()
    undated = 0
    known: list[tuple[datetime, str]] = []
    for event in events:
        time = _get_time(event)
        if time is None:
            undated += 1
        else:
            known.append((time, _get_name(event)))
    note = f"without a time: {undated:,}" if undated else ""
    if not known:
        return Chart("Events of the audit log", [], [_OTHER], is_horizontal=False, note=note)
    first, last = min(known)[0], max(known)[0]
    width = interval or _choose_interval(last - first)
    totals = Counter(name for _, name in known)
    names = [name for name, _ in sorted(totals.items(), key=lambda item: (-item[1], item[0]))]
    other = _choose_other_name(totals)
    series = names if len(names) <= _MAX_SERIES + 1 else [*names[:_MAX_SERIES], other]
    for time, name in known:
        counts[_floor(time, width), name if name in series else other] += 1
    bars = [
        Bar(
            start.strftime(_FORMATS[width]),
            {name: counts[start, name] for name in series if counts[start, name]},
        )
        for start in _list_starts(_floor(first, width), last, width)
    ]
    return Chart(
        f"Events of the audit log per {width}", bars, series, is_horizontal=False, note=note
    )


def _get_time(event: AuditEvent) -> datetime | None:
    """Return the time of an event in UTC, or `None` for one before the year 1 or after the year 9999."""
    try:
        return None if event.timestamp is None else event.timestamp.astimezone(UTC)
    except OverflowError:
        return None


def _get_name(event: AuditEvent) -> str:
    parts = event.event or {}
    return str(parts.get("displayName") or parts.get("eventType") or "unnamed")


def _choose_other_name(names: Container[str]) -> str:
    """Return the name of the series of all other events, which no event has."""
    name = _OTHER
    while name in names:
        name += " events"
    return name


def _choose_interval(length: timedelta) -> Interval:
    if length <= timedelta(days=2):
        return "hour"
    if length <= timedelta(days=92):
        return "day"
    return "week" if length <= timedelta(days=2 * 366) else "month"


def _floor(time: datetime, interval: Interval) -> datetime:
    """Return the start of the interval of a time."""
    hour = time.replace(minute=0, second=0, microsecond=0)
    if interval == "hour":
        return hour
    day = hour.replace(hour=0)
    if interval == "week":
        return day - timedelta(days=day.weekday())
    return day if interval == "day" else day.replace(day=1)


def _list_starts(start: datetime, last: datetime, interval: Interval) -> Iterator[datetime]:
    """Yield the start of each interval, those without events included."""
    steps = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
    while start <= last:
        yield start
        try:
            start = _floor(start + steps.get(interval, timedelta(days=32)), interval)
        except OverflowError:  # the last interval of the year 9999
            return
