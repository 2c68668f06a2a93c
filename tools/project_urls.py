"""Fill in `[project.urls]` at build time from `DOCS_URL` in `pyproject.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ProjectUrls(MetadataHookInterface):
    """Hatchling metadata hook: no URLs while `DOCS_URL` is empty."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the project's URLs."""
        pyproject = tomllib.loads((Path(self.root) / "pyproject.toml").read_text("utf-8"))
        metadata["urls"] = project_urls(pyproject["tool"]["britive-scim"]["DOCS_URL"])


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
