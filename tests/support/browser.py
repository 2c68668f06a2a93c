"""Chromium for tests of pages: a browser, pages that fail for console errors, and axe-core.

`tests/conftest.py` loads the fixtures for all tests. They skip, with the reason, where Chromium, Playwright
or npm is missing. Playwright keeps an event loop in its thread, so that tests with these fixtures are sync,
and have files of their own.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

OpenPage = Callable[..., "Page"]
"""`open_page(url, width=1440, height=900, dark=False)`."""

DESKTOP = 1440
PHONE = 390
"""Widths of screens in CSS pixels."""

PROGRAMS = ("chromium", "google-chrome", "google-chrome-stable")

_AXE = Path(__file__).parents[1] / "peers" / "axe" / "package.json"


def find_chromium() -> str | None:
    """Return the path of the system's Chromium or Chrome, or `None`."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium without a window; skip where it or Playwright is missing."""
    program = find_chromium()
    if program is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")
    with sync_api.sync_playwright() as playwright:
        # As root, Chromium starts only without its sandbox; Playwright's default is the same.
        chromium = playwright.chromium.launch(executable_path=program, chromium_sandbox=False)
        try:
            yield chromium
        finally:
            chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Return a function that opens a URL; the test fails if a page logs an error or raises one.

    Violations of a Content-Security-Policy are such errors. The status of the page itself is not.
    """
    errors: list[str] = []

    def note_message(message: ConsoleMessage) -> None:
        url = message.location.get("url")
        is_status = message.text.startswith("Failed to load resource: the server responded")
        is_own = message.page is not None and message.page.url == url
        if message.type == "error" and not (is_status and is_own):
            errors.append(f"{message.text} ({url})")

    def open_url(
        url: str, *, width: int = DESKTOP, height: int = 900, dark: bool = False, **options: Any
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", note_message)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page

    yield open_url
    for context in browser.contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def axe_source(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the source of axe-core from the npm registry; skip without npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm")
    home = tmp_path_factory.mktemp("axe")
    shutil.copy(_AXE, home)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
    completed = subprocess.run(
        [npm, "install", *options], cwd=home, capture_output=True, text=True, timeout=180
    )
    assert completed.returncode == 0, completed.stderr
    return (home / "node_modules/axe-core/axe.min.js").read_text("utf-8")


def find_serious_violations(page: Page, axe_source: str, *rules: str) -> list[str]:
    """Return the serious and critical findings of axe-core: rule and elements, one string each.

    Args:
        page: the page.
        axe_source: the fixture.
        rules: names of the rules to check; all by default.
    """
    page.evaluate(axe_source)  # by the protocol of the debugger, which a policy of the page allows
    options = {"runOnly": list(rules)} if rules else {}
    result: dict[str, Any] = page.evaluate("options => axe.run(options)", options)
    return [
        f"{found['id']}: {[node['target'] for node in found['nodes']]}"
        for found in result["violations"]
        if found["impact"] in ("serious", "critical")
    ]


def measure_overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(
        page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )
