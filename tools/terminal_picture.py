"""Draw the output of a command as a terminal window, in SVG."""

from __future__ import annotations

import html
import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

SOURCE = Path(__file__).resolve().parent.parent / "src"

_THEME = TerminalTheme(
    (27, 31, 38),
    (230, 234, 240),
    [
        (60, 66, 76),
        (255, 138, 128),
        (126, 211, 138),
        (240, 200, 110),
        (138, 180, 248),
        (216, 160, 240),
        (120, 210, 220),
        (230, 234, 240),
    ],
    [
        (150, 158, 170),
        (255, 138, 128),
        (126, 211, 138),
        (240, 200, 110),
        (138, 180, 248),
        (216, 160, 240),
        (120, 210, 220),
        (255, 255, 255),
    ],
)
"""Background, foreground, and the colors of ANSI; each has a contrast of at least 4.5 with the background."""

_FORMAT = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>ALTERNATIVE</title>
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px ui-monospace, Menlo, Consolas, monospace; }}
.{unique_id}-title {{ font: bold 18px Helvetica, Arial, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""The template of Rich without its font, which would come from another server."""


def run_in_terminal(*arguments: str) -> str:
    """Return the output of `python -m britive_scim` with these arguments, as it is written to a terminal.

    Raises:
        CalledProcessError: the command failed.
    """
    command = [sys.executable, "-m", "britive_scim", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    controller, terminal = pty.openpty()
    with subprocess.Popen(command, stdout=terminal, env=environment) as process:
        os.close(terminal)
        output = _read_all(controller)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    return output.decode().replace("\r\n", "\n")


def _read_all(controller: int) -> bytes:
    parts: list[bytes] = []
    with open(controller, "rb", buffering=0) as stream:
        try:
            while part := stream.read(65_536):
                parts.append(part)
        except OSError:
            pass  # Linux reports the end of a terminal as an input/output error
    return b"".join(parts)


def draw_terminal(output: str, *, columns: int, title: str, alternative: str) -> str:
    """Return a terminal window with this output, as SVG.

    Args:
        output: text with ANSI sequences.
        columns: width of the terminal.
        title: title of the window: the command.
        alternative: text for those who do not see the picture.
    """
    # Faint text of Rich has too little contrast; the gray of the theme has enough.
    text = Text.from_ansi(re.sub(r"\x1b\[2m", "\x1b[90m", output.strip("\n")))
    console = Console(
        width=columns,
        record=True,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    console.print(text, soft_wrap=True, highlight=False)
    picture = console.export_svg(
        title=title, theme=_THEME, code_format=_FORMAT, unique_id="terminal"
    )
    return picture.replace("ALTERNATIVE", html.escape(alternative))


def select_blocks(output: str, first_lines: Sequence[str]) -> str:
    """Return the blocks of an output that begin with one of these texts; a line "…" stands for those left out.

    Blocks are divided by empty lines.

    Raises:
        LookupError: the output has no such block.
    """
    chosen: list[str] = []
    missing = list(first_lines)
    for block in re.sub(r"(\x1b\[[1-9][\d;]*m)\n", r"\n\1", output.strip("\n")).split("\n\n"):
        plain = re.sub(r"\x1b\[[\d;]*m", "", block)
        found = next((each for each in first_lines if plain.startswith(each)), None)
        if found is not None:
            missing.remove(found)
            chosen.append(block)
        elif chosen[-1:] != ["…"]:
            chosen.append("…")
    if missing:
        raise LookupError(f"the output has no block that begins with {missing[0]!r}")
    return "\n\n".join(chosen)
