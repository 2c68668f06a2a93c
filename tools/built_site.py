"""Build the documentation, and serve it on loopback."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent

PAGES = (
    "",
    "guides/okta/",
    "how-to/sync-a-directory/",
    "notebooks/explore/",
    "reference/users/",
    "errors/",
    "explanation/architecture/",
    "explanation/speed/",
)
"""Addresses of eight pages within the site, one of each sort; screenshots and tests in a browser show them."""


def build_site(folder: Path) -> None:
    """Build the documentation into a folder.

    Raises:
        CalledProcessError: the build failed.
    """
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(command, cwd=PROJECT, env=environment, check=True)


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""


@contextmanager
def serve_folder(folder: Path) -> Generator[str, None, None]:
    """Serve a folder on a free port of loopback, and yield the URL of its root."""
    handler = functools.partial(_QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
