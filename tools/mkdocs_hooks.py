"""Hooks of the documentation build, named in `mkdocs.yml` under `hooks:`.

The OpenAPI document of the admin API becomes `reference/admin-openapi.json` of the built site, so pages can link to it
under `mkdocs build --strict`.
"""

from __future__ import annotations

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from openapi import render_document

OPENAPI_PATH = "reference/admin-openapi.json"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated document to the files of the site."""
    files.append(File.generated(config, OPENAPI_PATH, content=render_document()))
    return files
