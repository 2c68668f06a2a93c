"""Fill in the URLs of the project, and the links of its README, from `DOCS_URL` in `pyproject.toml` at build time.

The links of the README are relative, so that they work in the repository. A distribution shows the same text
elsewhere: its links lead to the published pages.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r'(?P<start>\]\(|\bsrc(?:set)?=")(?P<target>[^)"\s]+)')
"""Link or picture, in Markdown or HTML."""


class ProjectUrls(MetadataHookInterface):
    """Hatchling metadata hook: without `DOCS_URL` there are no URLs, and the links stay relative."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the project's URLs and its README."""
        root = Path(self.root)
        docs_url = read_docs_url(root)
        metadata["urls"] = project_urls(docs_url)
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": absolute_links((root / "README.md").read_text("utf-8"), docs_url),
        }


def read_docs_url(root: Path) -> str:
    """Return the address of the published documentation without a final slash, or an empty string."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    docs_url: str = pyproject["tool"]["britive-scim"]["DOCS_URL"]
    return docs_url.rstrip("/")


def project_urls(docs_url: str) -> dict[str, str]:
    """Return `{label: URL}` of the pages of the documentation at `docs_url`, or nothing without it.

    Examples:
        >>> project_urls("https://docs.example.com/scim/")["Changelog"]
        'https://docs.example.com/scim/changelog/'
    """
    base = docs_url.rstrip("/")
    if not base:
        return {}
    return {
        "Homepage": f"{base}/",
        "Documentation": f"{base}/",
        "Changelog": f"{base}/changelog/",
    }


def absolute_links(markdown: str, docs_url: str) -> str:
    """Return a file of the root with the links of the repository changed to the published documentation.

    Examples:
        >>> absolute_links("[a](docs/how-to/async.md#tabs) [b](SECURITY.md)", "https://docs.example.com")
        '[a](https://docs.example.com/how-to/async/#tabs) [b](https://docs.example.com/security/)'
        >>> absolute_links("[a](docs/tutorial.md)", "")
        '[a](docs/tutorial.md)'
    """
    base = docs_url.rstrip("/")
    if not base:
        return markdown
    return LINK.sub(lambda link: link["start"] + absolute_link(link["target"], base), markdown)


def absolute_link(target: str, base: str) -> str:
    """Return the address of a link, if it leads to a file of the repository; else the link itself."""
    if target.startswith(("https://", "http://", "#")):
        return target
    return f"{base}/{published_path(target)}"


def find_links(markdown: str) -> list[str]:
    """Return the targets of all links and pictures."""
    return [link["target"] for link in LINK.finditer(markdown)]


def published_path(link: str) -> str:
    """Return the path on the site of a file of the repository.

    Examples:
        >>> published_path("docs/index.md"), published_path("docs/guides/index.md#okta")
        ('', 'guides/#okta')
        >>> published_path("CHANGELOG.md"), published_path("docs/img/layers.svg")
        ('changelog/', 'img/layers.svg')
    """
    path, hash_mark, anchor = link.partition("#")
    inside = path.removeprefix("docs/") if path.startswith("docs/") else path.lower()
    inside = re.sub(r"(?:(?<![^/])index)?\.md$", "/", inside).replace("//", "/").lstrip("/")
    return inside + hash_mark + anchor
