"""Generate `sync/` from `aio/`, and `tests/sync/` from `tests/aio/`, by deleting `async` and `await`.

    python tools/unasync.py            write stale files, delete those without a source
    python tools/unasync.py --check    list stale files and exit 1

The tool works on tokens: comments, blank lines and layout stay, and the result does not depend on the
version of Python. A rule that matches nothing in the whole tree is an error.
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

HANDWRITTEN = {"concurrency.py", "concurrent_iteration.py", "table_stream.py"}
"""Files written by hand in both trees, as threads and tasks differ."""

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
"""Async name -> sync name. `AsyncAnything` becomes `Anything` without an entry here."""

PROSE = {
    r"\basync (?=def\b|for\b|with\b)": "",
    r"\bawait (?=[\w(])": "",
    r"\bAsync(?=[A-Z])": "",
    r"\baclose\b": "close",
    r"\bbritive_scim\.aio\b": "britive_scim.sync",
}
"""Patterns replaced in strings and comments, which contain examples."""

_PREFIXED = re.compile(r"^(_*)Async(?=[A-Z])")


class Converter:
    """Converts sources, and records the rules that matched."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def convert(self, source: str, origin: str) -> str:
        """Return the sync version of `source`; its first line names `origin`."""
        lines = source.splitlines(keepends=True)
        output = [f"# Generated from {origin} by tools/unasync.py; edit that file instead.\n"]
        row, column = 1, 0  # end of the source that is already copied
        for token in _tokenize(source):
            replacement = self._replace(token)
            if replacement is None:
                continue
            output.append(_slice(lines, (row, column), token.start))
            output.append(replacement)
            row, column = token.end
            if replacement == "":  # also delete the spaces after the keyword
                line = lines[row - 1]
                column += len(line[column:]) - len(line[column:].lstrip(" "))
        output.append(_slice(lines, (row, column), (len(lines) + 1, 0)))
        return "".join(output)

    def _replace(self, token: tokenize.TokenInfo) -> str | None:
        """Return the replacement of `token`, or `None` to keep it."""
        if token.type == tokenize.NAME:
            if token.string in ("async", "await"):
                return ""
            if token.string in NAMES:
                self.used.add(token.string)
                return NAMES[token.string]
            renamed = _PREFIXED.sub(r"\1", token.string)
            return renamed if renamed != token.string else None
        if token.type in _TEXT_TOKENS:
            text = token.string
            for pattern, replacement in PROSE.items():
                text, count = re.subn(pattern, replacement, text)
                if count:
                    self.used.add(pattern)
            return text if text != token.string else None
        return None


_TEXT_TOKENS = {tokenize.STRING, tokenize.COMMENT} | {
    getattr(tokenize, name) for name in ("FSTRING_MIDDLE",) if hasattr(tokenize, name)
}


def _tokenize(source: str) -> Iterator[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO(source).readline)


def _slice(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """Return the source between two (row, column) positions."""
    (first, left), (last, right) = start, end
    if first > len(lines):
        return ""
    if first == last:
        return lines[first - 1][left:right]
    middle = lines[first : last - 1]
    tail = lines[last - 1][:right] if last <= len(lines) else ""
    return lines[first - 1][left:] + "".join(middle) + tail


def generate() -> tuple[dict[Path, str], set[Path], set[str]]:
    """Return the generated files, the files without a source, and the rules without a match."""
    converter = Converter()
    generated: dict[Path, str] = {}
    orphans: set[Path] = set()
    for source_root, target_root in TREES.items():
        for source in sorted(source_root.rglob("*.py")):
            if source.name in HANDWRITTEN:
                continue
            target = target_root / source.relative_to(source_root)
            origin = source.relative_to(ROOT).as_posix().removeprefix("src/britive_scim/")
            generated[target] = converter.convert(source.read_text("utf-8"), origin)
        existing = {path for path in target_root.rglob("*.py") if path.name not in HANDWRITTEN}
        orphans |= existing - generated.keys()
    return generated, orphans, (NAMES.keys() | PROSE.keys()) - converter.used


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="exit 1 if any file is stale")
    check = parser.parse_args(arguments).check

    generated, orphans, unused = generate()
    stale = [
        path
        for path, text in generated.items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    for path in sorted([*stale, *orphans]):
        print(("stale: " if check else "wrote: ") + path.relative_to(ROOT).as_posix())
    for rule in sorted(unused):
        print(f"no match for the rule {rule!r}: remove it from tools/unasync.py")
    if not check:
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(generated[path], "utf-8")
        for path in orphans:
            path.unlink()
    return 1 if unused or (check and (stale or orphans)) else 0


if __name__ == "__main__":
    sys.exit(main())
