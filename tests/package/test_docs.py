"""Execution of every example: the Python blocks of README and docs, and those of the docstrings."""

import doctest
import importlib
import json
import logging
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import britive_scim
from support import plain_environment
from support.each_value import each_value
from support.page_examples import (
    CONTINUES,
    PAGES,
    SET_UP,
    Block,
    check_output,
    page_name,
    python_blocks,
    read_blocks,
    read_units,
    run_blocks,
)

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(britive_scim.__path__, "britive_scim.")
    if not module.name.endswith("__main__")
)
PAGES_WITH_PYTHON = [page for page in PAGES if python_blocks(page)]
ASYNC_PAGES = [
    page for page in PAGES if any("asyncio.run(" in block.code for block in python_blocks(page))
]

CODE_WIDTH = 80
OUTPUT_WIDTH = 100
TERMINAL_WIDTH = 120
"""Output of programs is shown as printed."""


@pytest.fixture
def restore_logging() -> Iterator[None]:
    """Restore logging after a page that configures it."""
    root, ours = logging.getLogger(), logging.getLogger("britive_scim")
    before = root.level, ours.level, root.handlers[:]
    yield
    root.setLevel(before[0])
    ours.setLevel(before[1])
    root.handlers[:] = before[2]


@pytest.mark.usefixtures("restore_logging")
@pytest.mark.parametrize("page", PAGES_WITH_PYTHON, ids=page_name)
def test_page_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_blocks(python_blocks(page))


@pytest.mark.proof
@pytest.mark.parametrize("page", PAGES_WITH_PYTHON, ids=page_name)
def test_each_example_runs_alone(page: Path) -> None:
    """Each unit runs in an environment with the package and what the page tells to install."""
    requirements = plain_environment.named_requirements(page.read_text("utf-8"))
    result = subprocess.run(
        [sys.executable, plain_environment.__file__, page],
        input=json.dumps(plain_environment.refused_modules(requirements)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.proof
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel's libraries
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_async_examples_run_in_a_notebook(tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    from nbformat import v4

    cells: list[tuple[Block | None, str]] = []
    for page in ASYNC_PAGES:
        for unit in read_units(page):
            if any(block.asyncio_calls for block in unit):
                cells += [(block, block.notebook_code) for block in unit]
                cells.append((None, "%reset -f"))
    notebook = v4.new_notebook(cells=[v4.new_code_cell(code) for _, code in cells])
    client = nbclient.NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    for (block, _), cell in zip(cells, notebook.cells, strict=True):
        if block is not None:
            check_output(block, "".join(o.text for o in cell.outputs if o.get("name") == "stdout"))


@each_value("page", ASYNC_PAGES, label=page_name)
def test_async_examples_say_how_a_notebook_runs_them(page: Path) -> None:
    for block in python_blocks(page):
        assert len(block.asyncio_calls) == block.code.count("asyncio.run("), block.label
        for call in block.asyncio_calls:
            assert f"# in a notebook: await {call}" in block.code, block.label


@each_value("page", PAGES, label=page_name)
def test_examples_fit_the_width_of_the_page(page: Path) -> None:
    for block in read_blocks(page):
        for number, line in enumerate(block.code.splitlines(), block.line + 1):
            if block.language == "sh" and line.startswith("python3 -m venv .venv && "):
                continue  # one command, which is copied as a whole
            assert len(line) <= line_width(block, line), f"{page_name(page)}:{number}: {line}"


def line_width(block: Block, line: str) -> int:
    """Return the permitted width of a line: code is wrapped, output is not."""
    if block.is_python:
        return OUTPUT_WIDTH if line.lstrip().startswith("#>") else CODE_WIDTH
    if block.language == "pycon":
        return CODE_WIDTH if line.startswith((">>>", "...")) else TERMINAL_WIDTH
    if block.language == "console":
        return CODE_WIDTH if line.startswith("$ ") else TERMINAL_WIDTH
    return TERMINAL_WIDTH if block.language == "text" else CODE_WIDTH


@each_value("page", PAGES, label=page_name)
def test_marks_of_examples_are_written_alike(page: Path) -> None:
    for block in python_blocks(page):
        for mark in (SET_UP, CONTINUES):
            similar = re.compile(rf"^{mark[:9]}.*", re.IGNORECASE | re.MULTILINE)
            found = similar.findall(block.code)
            assert found in ([], [mark]), block.label
            assert not found or block.code.startswith(mark), block.label
    read_units(page)


@each_value("page", PAGES, label=page_name)
def test_code_blocks_have_a_language(page: Path) -> None:
    fences = re.findall(r"^ *```(.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert len(fences) % 2 == 0
    assert all(fences[::2])
    assert not any(fences[1::2])


@each_value(
    "page", [page for page in PAGES if page.parent.name in ("how-to", "guides", "explanation")]
)
def test_pages_for_users_name_no_file_of_the_repository(page: Path) -> None:
    text = re.sub(r"<!--.*?-->", "", page.read_text("utf-8"), flags=re.DOTALL)
    machinery = re.compile(
        r"\b(?:tests|tools|benchmarks)/\w|\bnox\b|proof tier|\.ci/|\b[Aa] test keeps"
    )
    assert machinery.findall(text) == []


@each_value("module", MODULES, group=lambda module: ".".join(module.split(".")[:3]))
def test_docstring_examples_run(module: str) -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL)
    for test in doctest.DocTestFinder().find(importlib.import_module(module)):
        if (
            test.examples
        ):  # `testmod` also runs the thousands of docstrings without any, at 3 ms each
            runner.run(test)
    assert runner.summarize().failed == 0
