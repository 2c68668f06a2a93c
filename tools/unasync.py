"""Write `sync/` from `aio/`, and `tests/sync/` from `tests/aio/`, by deleting `async` and `await`.

    python tools/unasync.py            write what is stale, remove what has no source any more
    python tools/unasync.py --check    write nothing; exit 1 and name the files that are stale

The tool works on tokens, so comments, blank lines and layout stay as they are, and the result does
not depend on the version of Python that runs it. A rename that matches nothing in the whole tree is
an error: the table below cannot go stale.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

TREES = {
    ROOT / "src/britive_scim/aio": ROOT / "src/britive_scim/sync",
    ROOT / "tests/aio": ROOT / "tests/sync",
}

HANDWRITTEN = {"concurrency.py"}
"""Files of the same name in both trees that are written twice: what threads and tasks do differently."""

NAMES = {
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "aclose": "close",
    "aclosing": "closing",
    "aio": "sync",
    "async_admin_client": "admin_client",
    "async_scim_client": "scim_client",
    "async_transport": "transport",
    "handle_async_request": "handle_request",
}
"""Whole names and their sync twins. `AsyncAnything` becomes `Anything` without an entry here."""

PROSE = {
    r"\basync (?=def\b|for\b|with\b)": "",
    r"\bawait (?=[\w(])": "",
    r"\bAsync(?=[A-Z])": "",
    r"\baclose\b": "close",
}
"""Patterns replaced inside strings and comments, where examples stand."""

_PREFIXED = re.compile(r"^(_*)Async(?=[A-Z])")


class Converter:
    """Turns one source text into its twin and remembers which rules were of use."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def convert(self, source: str, origin: str) -> str:
        """Return the sync twin of `source`; `origin` is named in its first line."""
        lines = source.splitlines(keepends=True)
        out = [f"# Generated from {origin} by tools/unasync.py; edit that file instead.\n"]
        row, column = 1, 0  # the place in the source up to which everything is written
        for token in _tokens(source):
            text = self._replacement(token)
            if text is None:
                continue
            out.append(_between(lines, (row, column), token.start))
            out.append(text)
            row, column = token.end
            if text == "":  # the keyword goes, and the blanks behind it
                line = lines[row - 1]
                column += len(line[column:]) - len(line[column:].lstrip(" "))
        out.append(_between(lines, (row, column), (len(lines) + 1, 0)))
        return "".join(out)

    def _replacement(self, token: tokenize.TokenInfo) -> str | None:
        """Return what stands in place of `token`, or `None` for the token itself."""
        if token.type == tokenize.NAME:
            if token.string in ("async", "await"):
                return ""
            if token.string in NAMES:
                self.used.add(token.string)
                return NAMES[token.string]
            renamed = _PREFIXED.sub(r"\1", token.string)
            return renamed if renamed != token.string else None
        if token.type in _TEXT:
            text = token.string
            for pattern, twin in PROSE.items():
                text, count = re.subn(pattern, twin, text)
                if count:
                    self.used.add(pattern)
            return text if text != token.string else None
        return None


_TEXT = {tokenize.STRING, tokenize.COMMENT} | {
    getattr(tokenize, name) for name in ("FSTRING_MIDDLE",) if hasattr(tokenize, name)
}


def _tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO(source).readline)


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    (first, left), (last, right) = start, end
    if first > len(lines):
        return ""
    if first == last:
        return lines[first - 1][left:right]
    middle = lines[first : last - 1]
    tail = lines[last - 1][:right] if last <= len(lines) else ""
    return lines[first - 1][left:] + "".join(middle) + tail


def twins() -> tuple[dict[Path, str], set[Path], set[str]]:
    """Return the wanted text of every generated file, the files without a source, the rules without a match."""
    converter = Converter()
    wanted: dict[Path, str] = {}
    orphans: set[Path] = set()
    for source_root, target_root in TREES.items():
        for source in sorted(source_root.rglob("*.py")):
            if source.name in HANDWRITTEN:
                continue
            target = target_root / source.relative_to(source_root)
            origin = source.relative_to(ROOT).as_posix().removeprefix("src/britive_scim/")
            wanted[target] = converter.convert(source.read_text("utf-8"), origin)
        present = {p for p in target_root.rglob("*.py") if p.name not in HANDWRITTEN}
        orphans |= present - wanted.keys()
    return wanted, orphans, (NAMES.keys() | PROSE.keys()) - converter.used


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, exit 1 if anything is stale"
    )
    check = parser.parse_args(arguments).check

    wanted, orphans, unused = twins()
    stale = [p for p, text in wanted.items() if not p.exists() or p.read_text("utf-8") != text]
    for path in sorted([*stale, *orphans]):
        print(("stale: " if check else "wrote: ") + path.relative_to(ROOT).as_posix())
    for rule in sorted(unused):
        print(f"no match for the rule {rule!r}: take it out of tools/unasync.py")
    if not check:
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], "utf-8")
        for path in orphans:
            path.unlink()
    return 1 if unused or (check and (stale or orphans)) else 0


if __name__ == "__main__":
    sys.exit(main())
