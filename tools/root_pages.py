"""Hooks of the documentation build: publish the changelog and the guides of the repository's root.

`mkdocs.yml` names this file under `hooks:`. The files stay where the forge and PyPI look for them; the site has
them as pages, with the links changed to those of the site.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the default tier of the tests has no mkdocs
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT_PAGES = {
    "CHANGELOG.md": ("changelog.md", "Notable changes of each version of britive-scim."),
    "CONTRIBUTING.md": (
        "contributing.md",
        "Set up a checkout of britive-scim, its layout, its style guide, and how to add an endpoint or a rule.",
    ),
    "SECURITY.md": (
        "security.md",
        "Report a vulnerability of britive-scim, supported versions, and how tokens and personal data are kept out of logs.",
    ),
}
"""Each file of the root: its page, and the description of it."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to the files of the site."""
    from mkdocs.structure.files import File

    root = Path(config.config_file_path).parent
    for name, (page, description) in ROOT_PAGES.items():
        text = (root / name).read_text("utf-8")
        content = f"---\ndescription: {description}\n---\n\n{change_links(text)}"
        files.append(File.generated(config, page, content=content))
    return files


def change_links(markdown: str) -> str:
    """Return the text of a file of the root with its links changed to pages of the site.

    Examples:
        >>> change_links("[a](docs/how-to/schedule.md#cron), [b](SECURITY.md), [c](https://example.com)")
        '[a](how-to/schedule.md#cron), [b](security.md), [c](https://example.com)'
    """
    for name, (page, _) in ROOT_PAGES.items():
        markdown = markdown.replace(f"]({name}", f"]({page}")
    return re.sub(r"\]\(docs/", "](", markdown)
