"""The built documentation, served on loopback for tests in a browser."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import built_site
import pytest

SITE_VARIABLE = "BRITIVE_SCIM_SITE"
"""Environment variable with the folder of a site that is built already, as `nox -s docs` has one."""


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built site; skip where neither it nor MkDocs is there."""
    if given := os.environ.get(SITE_VARIABLE):
        return Path(given)
    if importlib.util.find_spec("mkdocs") is None:
        pytest.skip("needs mkdocs, as in `nox -s docs`")
    folder = tmp_path_factory.mktemp("site")
    built_site.build_site(folder)
    return folder


@pytest.fixture(scope="session")
def site_url(site_folder: Path) -> Iterator[str]:
    """Return the URL of the home page."""
    with built_site.serve_folder(site_folder) as url:
        yield url
