"""Check that the faults page is current."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_faults_page_is_current() -> None:
    done = subprocess.run(
        [sys.executable, PROJECT / "tools/retries.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
