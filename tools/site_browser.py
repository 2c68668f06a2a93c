"""Open pages in the system's Chromium, in a light or dark window of any width."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

PROGRAMS = ("chromium", "google-chrome", "google-chrome-stable")

OpenPage = Callable[[str, int, bool], Page]
"""`open_page(url, width, is_dark)`; the width is in CSS pixels."""

_LOCAL = ("http://127.0.0.1:", "file:", "data:")


@contextmanager
def open_browser() -> Generator[OpenPage, None, None]:
    """Start Chromium without a window, and yield a function that opens a page; other servers are never reached.

    Raises:
        FileNotFoundError: this system has no Chromium.
    """
    program = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if program is None:
        raise FileNotFoundError("Chromium must be installed; run `apt-get install chromium`")
    with sync_playwright() as playwright:
        # As root, Chromium starts only without its sandbox.
        chromium = playwright.chromium.launch(executable_path=program, chromium_sandbox=False)

        def open_page(url: str, width: int, is_dark: bool) -> Page:
            context = chromium.new_context(
                viewport={"width": width, "height": 900 if width > 600 else 844},
                color_scheme="dark" if is_dark else "light",
                reduced_motion="reduce",
            )
            context.set_default_timeout(180_000)
            context.route(
                lambda address: not address.startswith(_LOCAL), lambda route: route.abort()
            )
            page = context.new_page()
            page.goto(url)
            return page

        try:
            yield open_page
        finally:
            chromium.close()


def measure_overflow(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    return int(
        page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )
