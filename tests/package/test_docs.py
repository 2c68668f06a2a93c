"""Execution of every example: the Python blocks of README and docs by page, and those of the docstrings.

Lines that begin with `#> ` are the expected output of the block; times and durations in it may differ.
"""

import contextlib
import doctest
import importlib
import io
import logging
import pkgutil
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

import britive_scim
from support.each_value import each_value

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)[^\n]*\n(?P<code>.*?)^ *```$", re.MULTILINE | re.DOTALL
)
VARYING = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00|\d+\.\d s\b")
"""Times, and durations of reports, that differ between runs."""

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(britive_scim.__path__, "britive_scim.")
    if not module.name.endswith("__main__")
)


def python_blocks(page: Path) -> list[tuple[int, str]]:
    """Return (line number, code) of each Python block of a page."""
    text = page.read_text("utf-8")
    blocks = []
    for match in BLOCK.finditer(text):
        if match["language"] in ("python", "py"):
            code = re.sub(rf"^{match['indent']}", "", match["code"], flags=re.MULTILINE)
            blocks.append((text.count("\n", 0, match.start()) + 1, code))
    return blocks


def mask_times(lines: list[str]) -> list[str]:
    return [VARYING.sub("TIME", line) for line in lines]


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
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(PROJECT).as_posix())
def test_page_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = types.ModuleType("example_page")  # classes of a page need a module
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for line, code in python_blocks(page):
        printed = io.StringIO()
        program = compile("\n" * line + code, str(page), "exec", dont_inherit=True)
        with contextlib.redirect_stdout(printed):
            exec(program, vars(module))
        expected = re.findall(r"^\s*#> ?(.*)$", code, re.MULTILINE)
        if expected:
            assert mask_times(printed.getvalue().rstrip().splitlines()) == mask_times(expected), (
                f"{page.name}:{line}"
            )


@each_value("module", MODULES, group=lambda module: ".".join(module.split(".")[:3]))
def test_docstring_examples_run(module: str) -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL)
    for test in doctest.DocTestFinder().find(importlib.import_module(module)):
        if (
            test.examples
        ):  # `testmod` also runs the thousands of docstrings without any, at 3 ms each
            runner.run(test)
    assert runner.summarize().failed == 0


@each_value("page", PAGES, label=lambda p: p.relative_to(PROJECT).as_posix())
def test_code_blocks_have_a_language(page: Path) -> None:
    fences = re.findall(r"^ *```(.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert len(fences) % 2 == 0
    assert all(fences[::2])
    assert not any(fences[1::2])
