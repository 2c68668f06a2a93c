"""The page of faults is what the tests hold the clients to."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_the_page_of_faults_is_current() -> None:
    done = subprocess.run(
        [sys.executable, PROJECT / "tools/retries.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
