"""Hooks of the documentation build, named in `mkdocs.yml` under `hooks:`.

The OpenAPI document of the admin API becomes `reference/admin-openapi.json` of the built site, so pages can link to it
under `mkdocs build --strict`. The sections of `errors.md` are the targets of links to the error classes.
"""

from __future__ import annotations

from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from openapi import render_document

from britive_scim import errors

OPENAPI_PATH = "reference/admin-openapi.json"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated document to the files of the site."""
    files.append(File.generated(config, OPENAPI_PATH, content=render_document()))
    return files


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs passes all of them
    """Register the sections of `errors.md` as targets of links to the error classes, such as those in `Raises:`."""
    if page.file.src_uri == "errors.md":
        autorefs: Any = config.plugins["autorefs"]
        for name in errors.__all__:
            autorefs.register_anchor(
                page, f"britive_scim.errors.{name}", name.lower(), primary=True
            )
    return html
