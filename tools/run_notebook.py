"""Run the notebooks of the documentation, and store their outputs.

python tools/run_notebook.py            run docs/notebooks/*.ipynb and write their outputs
python tools/run_notebook.py --check    write nothing; exit 1 if an output differs from the stored one
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

import nbformat
from nbclient import NotebookClient

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / "docs/notebooks"

_READ_AT = re.compile(r"read at [0-9T:+-]{25}")


def list_notebooks() -> list[Path]:
    """Return the notebooks of the documentation."""
    return sorted(FOLDER.glob("*.ipynb"))


def run_notebook(path: Path) -> str:
    """Return a notebook as JSON text with the outputs of a new run, in an empty working directory.

    What differs between two runs is left out or replaced: progress bars, times of execution and of reading a
    directory, and versions of Python and the kernel.

    Args:
        path: the notebook.
    """
    notebook: Any = cast("Any", nbformat).read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        client: Any = NotebookClient(notebook, timeout=300, resources=resources)
        client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if "outputs" in cell:
            cell.outputs = [item for item in cell.outputs if item.get("name") != "stderr"]
    notebook.metadata.pop("language_info", None)
    text: str = cast("Any", nbformat).writes(notebook)
    return _READ_AT.sub("read at 2026-05-06T07:08:09+00:00", text) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing")
    is_check = parser.parse_args(arguments).check
    status = 0
    for path in list_notebooks():
        old, new = path.read_text("utf-8"), run_notebook(path)
        if old == new:
            continue
        name = path.relative_to(PROJECT)
        if is_check:
            lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "stored", "new")
            print(f"outputs differ: {name}", *lines, sep="\n")
            status = 1
        else:
            path.write_text(new, "utf-8")
            print(f"wrote: {name}")
    return status


if __name__ == "__main__":
    sys.exit(main())
