"""Style sheet, icon and scripts of the pages, served from the files of the package."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from britive_scim.testing.http.messages import TenantResponse

__all__ = ["build_asset_url", "find_asset"]

_CONTENT_TYPES = {
    "htmx.min.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "pages.css": "text/css; charset=utf-8",
    "pages.js": "text/javascript; charset=utf-8",
}
"""The files that are served. `htmx.min.js` is htmx 2.0.11, see `htmx.LICENSE`."""

_PREFIX = "/static/"


@cache
def _read_asset(name: str) -> bytes:
    return (files("britive_scim.testing.pages") / "static" / name).read_bytes()


@cache
def build_asset_url(name: str) -> str:
    """Return the URL of a file, which changes with its content."""
    return f"{_PREFIX}{name}?v={hashlib.sha256(_read_asset(name)).hexdigest()[:12]}"


def find_asset(path: str) -> TenantResponse | None:
    """Return the file of a path, or `None` for another path."""
    # browsers look for favicon.ico beside responses that are no pages
    name = "icon.svg" if path == "/favicon.ico" else path.removeprefix(_PREFIX)
    if name not in _CONTENT_TYPES:
        return None
    headers = {
        "Content-Type": _CONTENT_TYPES[name],
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    return TenantResponse(200, headers, _read_asset(name))
