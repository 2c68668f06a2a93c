"""Hooks of the documentation build: `llms.txt`, the pages of the site with their descriptions.

`mkdocs.yml` names this file under `hooks:`. The format is that of <https://llmstxt.org>. Addresses are absolute if
the site has an address.
"""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page

NAVIGATIONS: list[Navigation] = []
"""Navigation of the current build, the last item."""


def on_nav(nav: Navigation, **_: object) -> Navigation:
    """Remember the navigation until all pages are read."""
    NAVIGATIONS[:] = [nav]
    return nav


def on_post_build(config: MkDocsConfig) -> None:
    """Write the file into the site."""
    (nav,) = NAVIGATIONS
    text = render(config.site_name, config.site_description or "", nav)
    (Path(config.site_dir) / "llms.txt").write_text(text, "utf-8")


def render(name: str, summary: str, nav: Navigation) -> str:
    """Return the text of the file: single pages first, then one section for each of the navigation."""
    lines = [f"# {name}", "", f"> {summary}", ""]
    lines += [describe(item) for item in nav.items if isinstance(item, Page)]
    for section in nav.items:
        if isinstance(section, Section):
            lines += ["", f"## {section.title}", "", *map(describe, pages_of(section))]
    return "\n".join(lines) + "\n"


def pages_of(section: Section) -> list[Page]:
    """Return the pages of a section and of those within it, in order."""
    pages: list[Page] = []
    for item in section.children:
        if isinstance(item, Page):
            pages.append(item)
        elif isinstance(item, Section):
            pages += pages_of(item)
    return pages


def describe(page: Page) -> str:
    """Return the line of one page."""
    description = page.meta.get("description")
    return f"- [{page.title}]({page.canonical_url or page.url or './'})" + (
        f": {description}" if description else ""
    )
