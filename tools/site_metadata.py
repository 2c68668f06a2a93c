"""Hooks of the documentation build: the address of the site, and for each page a description and a rank in the search.

`mkdocs.yml` names this file under `hooks:`. The address is `DOCS_URL` in `pyproject.toml`; the sitemap and the
canonical links follow from it. A page describes itself by `description:` in its front matter; without one, its
first paragraph is the description. The search lists guides before pages of the reference on the same subject.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from project_urls import read_docs_url

if TYPE_CHECKING:  # the default tier of the tests has no mkdocs
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

MAX_DESCRIPTION = 160
"""Characters of a description that search engines show."""

REFERENCE_BOOST = 0.5
"""Factor of the scores of pages of the reference, which the search multiplies by it."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Set the address of the site, if there is one."""
    if docs_url := read_docs_url(Path(config.config_file_path).parent):
        config.site_url = f"{docs_url}/"
    return config


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Describe a page that has no description of its own, and rank pages of the reference behind guides."""
    if not page.meta.get("description"):
        page.meta["description"] = find_description(read_text(page, markdown))
    if page.file.src_uri.startswith("reference/"):
        page.meta.setdefault("search", {"boost": REFERENCE_BOOST})
    return markdown


def read_text(page: Page, markdown: str) -> str:
    """Return the Markdown of a page: of a notebook, that of its text cells."""
    source = page.file.abs_src_path
    if source is None or not source.endswith(".ipynb"):
        return markdown
    cells = json.loads(Path(source).read_text("utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def find_description(markdown: str) -> str:
    r"""Return the first sentences of the first paragraph, as plain text, or an empty string.

    Examples:
        >>> find_description("# Title\n\nList [all](users.md) **users**.\nThe rest.")
        'List all users. The rest.'
        >>> find_description("# Title\n\n::: britive_scim.errors")
        ''
    """
    for block in re.split(r"\n\s*\n", markdown):
        if not re.match(r"[A-Za-z`*\[]", block):
            continue  # a heading, a picture, a table, a list, code or a directive
        text = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", " ".join(block.split()))
        return shorten(re.sub(r"[`*]", "", text))
    return ""


def shorten(text: str) -> str:
    """Return whole sentences of a description, or whole words if its first sentence is too long.

    Examples:
        >>> shorten("One. " + 40 * "two " + ".")
        'One.'
        >>> shorten(60 * "two ")[-8:]
        'two two…'
    """
    if len(text) <= MAX_DESCRIPTION:
        return text
    sentences = re.match(rf".{{0,{MAX_DESCRIPTION - 1}}}[.!](?=\s)", text)
    if sentences:
        return sentences[0]
    return re.sub(r"[\s,;:]+\S*$", "", text[: MAX_DESCRIPTION - 1]) + "…"
