"""Progress of long calls: a function of the caller, a bar of tqdm, or one line on standard error."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any, Literal

from britive_scim.errors import ConfigurationError

__all__ = ["Progress", "ProgressOption", "check_progress", "make_progress"]

ProgressOption = Callable[[int, int, str], object] | bool | None
"""Function of (done, total, text); `True` for a bar of tqdm, or a line on standard error; `False` for none; `None` for
`True` in a notebook or terminal."""

_FEW = 10
"""Number of steps up to which the progress is not shown by default."""


class Progress:
    """Progress of one call, shared by its threads or tasks.

    Args:
        show: function of (done, total, text), called by one thread at a time.
        total: number of steps; 0 if unknown.
        close: called at the end.
    """

    def __init__(
        self,
        show: Callable[[int, int, str], object] | None,
        total: int,
        close: Callable[[], object] | None = None,
    ) -> None:
        self._show = show
        self._close = close
        self._done = 0
        self._total = total
        self._lock = threading.Lock()

    def advance(self, text: str, steps: int = 1) -> None:
        """Show that more steps are done, failed or skipped."""
        with self._lock:
            self._done += steps
            if self._show is not None:
                self._show(self._done, self._total, text)

    def show_pause(self, seconds: float) -> None:
        """Show that the server requested a pause."""
        with self._lock:
            if self._show is not None:
                self._show(
                    self._done, self._total, f"waiting {seconds:.1f} s, as the server requested"
                )

    def close(self) -> None:
        """End the line or the bar."""
        if self._close is not None:
            self._close()


def check_progress(option: object) -> None:
    """Check the argument `progress` of a call.

    Raises:
        ConfigurationError: `option` is neither a function, nor `True`, `False` or `None`.
    """
    if not (option is None or isinstance(option, bool) or callable(option)):
        raise ConfigurationError(
            f"progress must be a function of (done, total, text), True, False or None, got {option!r:.80}"
        )


def make_progress(option: ProgressOption, total: int, *, unit: str = "change") -> Progress:
    """Return the progress of a call.

    Args:
        option: the argument of the call.
        total: number of steps; 0 if unknown.
        unit: name of a step, for the bar.

    Raises:
        ConfigurationError: `option` is neither a function, nor `True`, `False` or `None`.
    """
    check_progress(option)
    if option is None:
        option = (total > _FEW or not total) and _is_interactive()
    if option is False:
        return Progress(None, total)
    if callable(option):
        return Progress(option, total)
    return _make_bar(total, unit) or _make_line(total)


def _is_interactive() -> bool:
    """Return whether somebody watches: a notebook, or standard error is a terminal."""
    return "ipykernel" in sys.modules or bool(sys.stderr and sys.stderr.isatty())


def _make_bar(total: int, unit: str) -> Progress | None:
    try:
        from tqdm import tqdm  # type: ignore[import-untyped, unused-ignore]  # optional
    except ImportError:
        return None
    bar: Any = tqdm(total=total or None, unit=unit, file=sys.stderr)

    def show(done: int, total: int, text: str) -> None:  # noqa: ARG001 - the bar knows the total
        bar.set_postfix_str(text, refresh=False)
        bar.update(done - bar.n)
        if done == bar.n:
            bar.refresh()

    return Progress(show, total, bar.close)


def _make_line(total: int) -> Progress:
    is_terminal = sys.stderr.isatty()
    step = max(1, total // 20)
    last: list[int | Literal[-1]] = [-1]

    def show(done: int, total: int, text: str) -> None:
        is_new = done == total or done - last[0] >= step or text.startswith("waiting")
        count = f"{done}/{total}" if total else f"{done}"
        if is_terminal:
            sys.stderr.write(f"\r{count} {text[:60]:60}")
        elif is_new:
            sys.stderr.write(f"{count} {text}\n")
        if is_new:
            last[0] = done
        sys.stderr.flush()

    def close() -> None:
        if is_terminal and last[0] >= 0:
            sys.stderr.write("\n")

    return Progress(show, total, close)
