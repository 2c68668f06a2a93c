"""Progress of the reading of a directory: its lists page by page, then its groups, and waits for the server."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from contextvars import Token
from typing import Any, Self, TypeVar

from britive_scim.aio.concurrent_iteration import InnerGenerator
from britive_scim.aio.pager import AsyncPager
from britive_scim.progress import Progress, ProgressOption, check_progress, make_progress
from britive_scim.wire.paging.page import Page
from britive_scim.wire.retry.meter import RequestMeter, current_meter

__all__ = ["AsyncReadingProgress"]

T = TypeVar("T")


class AsyncReadingProgress:
    """Progress of one reading, one part after the other.

    A context manager: within its block, pauses that the server requests are shown.

    Args:
        option: the argument `progress` of the call.

    Raises:
        ConfigurationError: `option` is neither a function, nor `True`, `False` or `None`.
    """

    def __init__(self, option: ProgressOption) -> None:
        check_progress(option)
        self._option = option
        self._part: Progress | None = None
        self._lock = threading.Lock()
        self._tokens: list[Token[RequestMeter | None]] = []

    def __enter__(self) -> Self:
        meter = current_meter.get() or RequestMeter(None, self._show_pause)
        self._tokens.append(current_meter.set(meter))
        return self

    def __exit__(self, *error: object) -> None:
        current_meter.reset(self._tokens.pop())
        with self._lock:
            self._end_part()

    def begin(self, total: int, *, unit: str) -> Progress:
        """End the current part, and return the progress of the next one.

        Args:
            total: number of its steps; 0 if unknown.
            unit: name of a step.
        """
        with self._lock:
            self._end_part()
            self._part = make_progress(self._option, total, unit=unit)
            return self._part

    async def iter_pages(self, pager: AsyncPager[T], text: str) -> AsyncGenerator[Page[T]]:
        """Iterate over the pages of a list, and show the progress of more than one.

        Args:
            pager: the list.
            text: name of its items.
        """
        part: Progress | None = None
        async with InnerGenerator(pager.pages()) as pages:
            async for page in pages:
                if part is None and not _is_whole_list(page):
                    part = self.begin(page.total or 0, unit="item")
                if part is not None:
                    part.advance(text, len(page.items))
                yield page

    def _show_pause(self, seconds: float) -> None:
        with self._lock:
            if self._part is None:
                self._part = make_progress(self._option, 0, unit="item")
            self._part.show_pause(seconds)

    def _end_part(self) -> None:
        if self._part is not None:
            self._part.close()
            self._part = None


def _is_whole_list(page: Page[Any]) -> bool:
    """Return whether a first page has all items of its list, according to the server."""
    return page.total is not None and page.total <= len(page.items)
