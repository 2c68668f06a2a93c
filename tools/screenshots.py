"""Take screenshots of the documentation and of the live page: phone and desktop, light and dark.

python tools/screenshots.py FOLDER                build the site, and write the screenshots into FOLDER
python tools/screenshots.py FOLDER --site SITE    the same with a site that is built already

Prints each page that is wider than its window; exit status 1 if there is one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from built_site import PAGES, build_site, serve_folder
from live_tenant import serve_live_tenant
from playwright.sync_api import Page
from site_browser import OpenPage, measure_overflow, open_browser

WIDTHS = {"phone": 390, "desktop": 1440}


def measure_height(page: Page) -> int:
    """Return the height of the screenshot in pixels: the whole page, or three screens of a desktop."""
    return min(int(page.evaluate("() => document.documentElement.scrollHeight")), 2600)


def take_screenshots(open_page: OpenPage, urls: Mapping[str, str], folder: Path) -> list[str]:
    """Write the screenshots of pages, and return one line for each that is too wide.

    Args:
        open_page: function that opens a page.
        urls: name of the page, used for the file → its URL.
        folder: existing folder for the files.
    """
    too_wide: list[str] = []
    for name, url in urls.items():
        for device, width in WIDTHS.items():
            for scheme in ("light", "dark"):
                page = open_page(url, width, scheme == "dark")
                overflow = measure_overflow(page)
                if overflow > 0:
                    too_wide.append(f"{name}, {device}, {scheme}: {overflow} px too wide")
                page.set_viewport_size({"width": width, "height": measure_height(page)})
                page.screenshot(path=folder / f"{name}-{device}-{scheme}.png")
                page.context.close()
    return too_wide


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="folder outside the repository")
    parser.add_argument("--site", type=Path, help="folder of the built site")
    options = parser.parse_args(arguments)
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        site: Path | None = options.site
        if site is None:
            site = Path(temporary)
            build_site(site)
        with serve_folder(site) as root, serve_live_tenant() as live, open_browser() as open_page:
            names = {page.strip("/").replace("/", "-") or "home": root + page for page in PAGES}
            too_wide = take_screenshots(open_page, {**names, "live-page": live}, folder)
    print(*too_wide, sep="\n", end="\n" if too_wide else "")
    print(f"screenshots of {len(PAGES) + 1} pages in {folder}")
    return int(bool(too_wide))


if __name__ == "__main__":
    sys.exit(main())
