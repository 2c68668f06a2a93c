"""Python blocks of README and docs: find them, join each with what it builds on, and run them.

Two comments in the first line of a block are read here:

- `SET_UP`: the block runs before every other block of its page.
- `CONTINUES`: the block builds on the block above.

A block without `CONTINUES` starts a unit; each unit runs on its own after the set-up of its page.
Lines that begin with `#> ` are the expected output of the block; times and durations in it may differ.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
import types
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]

SET_UP = "# Set-up of the examples on this page"
CONTINUES = "# Continues the block above"

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)[^\n]*\n(?P<code>.*?)^ *```$", re.MULTILINE | re.DOTALL
)
_VARYING = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00|\d+\.\d s\b")
"""Times, and durations of reports, that differ between runs."""

_ASYNCIO_RUN = re.compile(r"asyncio\.run\((?P<call>\w+\([^()\n]*\))\)")


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: Path
    line: int  # of the opening fence
    language: str
    code: str

    @property
    def label(self) -> str:
        return f"{page_name(self.page)}:{self.line}"

    @property
    def is_python(self) -> bool:
        return self.language in ("python", "py")

    @property
    def is_set_up(self) -> bool:
        return self.code.startswith(SET_UP)

    @property
    def is_continuation(self) -> bool:
        return self.code.startswith(CONTINUES)

    @property
    def expected(self) -> list[str]:
        """Lines that the block is said to print."""
        return re.findall(r"^\s*#> ?(.*)$", self.code, re.MULTILINE)

    @property
    def asyncio_calls(self) -> list[str]:
        """Calls that the block passes to `asyncio.run`."""
        return [match["call"] for match in _ASYNCIO_RUN.finditer(self.code)]

    @property
    def notebook_code(self) -> str:
        """The code for a notebook, where an event loop already runs."""
        return _ASYNCIO_RUN.sub(r"await \g<call>", self.code)


def page_name(page: Path) -> str:
    return (page.relative_to(PROJECT) if page.is_relative_to(PROJECT) else page).as_posix()


def read_blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in any language."""
    text = page.read_text("utf-8")
    blocks: list[Block] = []
    for match in _FENCE.finditer(text):
        code = re.sub(rf"^{match['indent']}", "", match["code"], flags=re.MULTILINE)
        blocks.append(Block(page, text.count("\n", 0, match.start()) + 1, match["language"], code))
    return blocks


def python_blocks(page: Path) -> list[Block]:
    return [block for block in read_blocks(page) if block.is_python]


def read_units(page: Path) -> list[list[Block]]:
    """Return the units of a page: each the set-up, a block, and the blocks that continue it."""
    blocks = python_blocks(page)
    set_up = [block for block in blocks if block.is_set_up]
    units: list[list[Block]] = []
    for block in blocks:
        if block.is_continuation and not units:
            raise ValueError(f"{block.label}: there is no block above")
        if block.is_continuation:
            units[-1].append(block)
        elif block.is_set_up:
            units.append(set_up[: set_up.index(block) + 1])
        else:
            units.append([*set_up, block])
    return units


def mask_times(lines: list[str]) -> list[str]:
    return [_VARYING.sub("TIME", line) for line in lines]


def run_blocks(blocks: list[Block]) -> None:
    """Run blocks in one new module, and compare the output of each with the expected one."""
    module = types.ModuleType("example_page")  # classes of a page need a module
    sys.modules[module.__name__] = module
    try:
        for block in blocks:
            printed = io.StringIO()
            program = compile(
                "\n" * block.line + block.code, str(block.page), "exec", dont_inherit=True
            )
            with contextlib.redirect_stdout(printed):
                exec(program, vars(module))
            check_output(block, printed.getvalue())
    finally:
        del sys.modules[module.__name__]


def check_output(block: Block, printed: str) -> None:
    """Raise an `AssertionError` if a block with expected output printed something else."""
    lines = mask_times(printed.rstrip().splitlines())
    expected = mask_times(block.expected)
    if expected and lines != expected:
        shown = "\n".join(["expected:", *expected, "printed:", *lines])
        raise AssertionError(f"{block.label}: {shown}")
