"""Clock of the emulated tenant, and formats of its times."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

from britive_scim.testing.http.sleepers import Sleepers

__all__ = ["TenantClock", "format_admin_time", "format_http_time", "format_scim_time"]


class TenantClock:
    """Clock that tests can set and advance.

    Until it is set, it runs with the system clock, plus the time it was advanced by. Once set, it stands
    still until it is moved, so that time stamps can be compared exactly.

    Clients of the tenant sleep on it without waiting: the clock moves to the earliest deadline of its
    sleepers. It moves when the tenant processes no request, and nothing else is ready in an event loop. With
    threads, it moves when no thread has arrived for 5 milliseconds. Each sleeper wakes at its own deadline.

    Args:
        time: the time to stand at, aware; `None` runs with the system clock.

    Example:
        >>> clock = TenantClock(datetime(2026, 5, 1, 12, 0, tzinfo=UTC))
        >>> clock.advance(days=91)
        >>> clock.now().isoformat()
        '2026-07-31T12:00:00+00:00'
    """

    __slots__ = ("_fixed_time", "_offset", "_sleepers")

    def __init__(self, time: datetime | None = None) -> None:
        self._offset = timedelta()
        self._fixed_time: datetime | None = None
        self._sleepers = Sleepers(self)
        if time is not None:
            self.set(time)

    def now(self) -> datetime:
        """Return the tenant's time, aware and in UTC."""
        fixed_time = self._fixed_time  # another thread may set it
        return datetime.now(UTC) + self._offset if fixed_time is None else fixed_time

    def set(self, time: datetime) -> None:
        """Set the time and stand still.

        Raises:
            ValueError: `time` has no time zone.
        """
        if time.utcoffset() is None:
            raise ValueError(
                f"time must have a time zone, got {time.isoformat()}; use datetime(..., tzinfo=UTC)"
            )
        with self._sleepers.change():
            self._fixed_time = time.astimezone(UTC)

    def move_to(self, time: datetime) -> None:
        """Set the time, and keep running or standing as before.

        Args:
            time: the time, aware.
        """
        with self._sleepers.change():
            if self._fixed_time is None:
                self._offset += time - self.now()
            else:
                self.set(time)

    def advance(
        self,
        seconds: float | timedelta = 0,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
    ) -> None:
        """Move the time by the sum of the arguments; negative numbers move it back.

        Args:
            seconds: a number, or a `timedelta`.
            days: days of 24 hours.
            hours: hours.
            minutes: minutes.
        """
        step = seconds if isinstance(seconds, timedelta) else timedelta(seconds=seconds)
        step += timedelta(days=days, hours=hours, minutes=minutes)
        with self._sleepers.change():
            if self._fixed_time is None:
                self._offset += step
            else:
                self._fixed_time += step

    def hold(self) -> AbstractContextManager[None]:
        """Return a context in which sleepers do not move the time, for the processing of a request."""
        return self._sleepers.hold()

    def monotonic(self) -> float:
        """Return the time in seconds; with `sleep`, the interface of `Settings(clock=…)`."""
        return self.now().timestamp()

    def sleep(self, seconds: float, /) -> None:
        """Wait in a thread until the time has moved by `seconds`; it moves without real time."""
        self._sleepers.sleep(seconds)

    async def asleep(self, seconds: float, /) -> None:
        """Wait in a task until the time has moved by `seconds`; it moves without real time."""
        await self._sleepers.asleep(seconds)

    def __repr__(self) -> str:
        state = "runs" if self._fixed_time is None else "stands"
        return f"<TenantClock {format_scim_time(self.now())} {state}>"


def format_scim_time(time: datetime) -> str:
    """Return a time in the format of SCIM (RFC 7643 §2.3.5): `2026-05-01T12:00:00.000Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def format_admin_time(time: datetime) -> str:
    """Return a time in the format of the admin API: `2026-05-01T12:00:00Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def format_http_time(time: datetime) -> str:
    """Return a time in the format of HTTP headers (RFC 9110 §5.6.7): `Fri, 01 May 2026 12:00:00 GMT`."""
    return _format_http_time(time.replace(microsecond=0))


@lru_cache(maxsize=64)
def _format_http_time(time: datetime) -> str:
    return format_datetime(time, usegmt=True)
