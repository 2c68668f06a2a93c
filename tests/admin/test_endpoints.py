"""Check that the endpoints page is current."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_endpoints_page_is_current() -> None:
    done = subprocess.run(
        [sys.executable, PROJECT / "tools/endpoints.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
