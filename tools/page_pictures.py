"""Take the pictures of pages that the documentation shows: a notebook and the live page.

python tools/page_pictures.py    write docs/img/{notebook,live-page}-{light,dark}.png

Needs Chromium. The bytes of a picture depend on its version and on the fonts, so that nothing compares them;
a test of the site checks that the pictures load and are small.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import nbformat
from live_tenant import serve_live_tenant
from nbconvert import HTMLExporter
from playwright.sync_api import Page
from site_browser import OpenPage, open_browser

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / "docs/img"
NOTEBOOK = PROJECT / "docs/notebooks/explore.ipynb"

CELLS = ("users = directory.to_pandas()", "charts.draw_group_sizes")
"""Texts in the cells of the notebook that the picture shows."""

WIDTH = 860


def render_notebook(is_dark: bool) -> str:
    """Return some cells of the documentation's notebook, with their stored outputs, as a page of Jupyter.

    Raises:
        LookupError: the notebook has no such cell.
    """
    notebook: Any = cast("Any", nbformat).read(NOTEBOOK, as_version=4)
    chosen: list[Any] = []
    for text in CELLS:
        cell = next((each for each in notebook.cells if text in each.source), None)
        if cell is None:
            raise LookupError(f"{NOTEBOOK.name} has no cell with {text!r}")
        chosen.append(cell)
    notebook.cells = chosen
    exporter: Any = cast("Any", HTMLExporter)(theme="dark" if is_dark else "light")
    html: str = exporter.from_notebook_node(notebook)[0]
    return html


def take_notebook(open_page: OpenPage, is_dark: bool) -> bytes:
    """Return the picture of the notebook."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "notebook.html")
        path.write_text(render_notebook(is_dark), "utf-8")
        page = open_page(path.as_uri(), WIDTH, is_dark)
        return take_page(page, 760)


def take_live_page(open_page: OpenPage, is_dark: bool) -> bytes:
    """Return the picture of the live page."""
    with serve_live_tenant() as url:
        return take_page(open_page(url, 1160, is_dark), 700)


def take_page(page: Page, max_height: int) -> bytes:
    """Return the top of a page as PNG, cut where its content ends or at a height in pixels."""
    size = page.viewport_size
    width = size["width"] if size else WIDTH
    height = int(page.evaluate("() => Math.ceil(document.body.getBoundingClientRect().bottom)"))
    clip: Any = {"x": 0, "y": 0, "width": width, "height": min(height, max_height)}
    return page.screenshot(clip=clip, full_page=True)


PICTURES: dict[str, Callable[[OpenPage, bool], bytes]] = {
    "notebook": take_notebook,
    "live-page": take_live_page,
}


def main() -> int:
    """Run the command line; return its exit status."""
    with open_browser() as open_page:
        for name, take in PICTURES.items():
            for scheme in ("light", "dark"):
                picture = take(open_page, scheme == "dark")
                path = FOLDER / f"{name}-{scheme}.png"
                path.write_bytes(picture)
                print(f"wrote: {path.relative_to(PROJECT)} ({len(picture):,} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
