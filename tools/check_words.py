"""Find words that the style guide replaces (`CONTRIBUTING.md`), in code, tests and docs.

python tools/check_words.py            report every place; exit 1 if there is one
python tools/check_words.py FILE ...   the same for some files
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

WORDS = {
    r"(?:un)?told": "reported, error message, described",
    r"(?:is|are|was|were) asked": "is required, is requested; `<name> must be <expectation>, got <value>`",
    r"anew": "again, once more, new",
    r"(?:is|are) (?-i:none)": "is not a ..., is missing",
    r"no text": "not a string",
    r"a text": "a string",
    r"made ready": "prepared",
    r"as (?:it|they) came": "unchanged",
    r"goes by": "is identified by, is called",
    r"whoever": "the caller, the user, those who",
    r"of another kind": "of another type",
    r"colou?rs?": "sync and async",
    r"for ever": "without limit",
    r"tries(?= (?:of|left|in all|were|are)\b)": "attempts",
    r"tried again": "retried",
    r"stand-ins?": "placeholder",
}
"""Pattern of a whole word or phrase, in any case, and the words to use instead."""

_PATTERN = re.compile(
    r"\b(?:" + "|".join(f"({pattern})" for pattern in WORDS) + r")\b", re.IGNORECASE
)

CHECKED = {".cfg", ".md", ".py", ".toml", ".txt", ".yaml", ".yml"}

EXCLUDED = ("tests/data/", "tools/check_words.py", "tests/package/test_words.py", ".ci/constraints")
"""Test data quotes vendors and RFCs; the tool and its test name the words."""

PICTURES = (
    "src/britive_scim/charts/",
    "tests/browser/",
    "tests/package/test_charts.py",
    "tests/package/test_pictures.py",
    "tests/support/browser.py",
    "docs/reference/charts.md",
    "tools/draw_layers.py",
    "tools/site_browser.py",
    "tools/speed_picture.py",
    "tools/terminal_picture.py",
)
"""Files about pictures and pages, where a color is one."""

_COLOR = re.compile("colou?rs?", re.IGNORECASE)

_OFF, _ON = "<!-- words: off -->", "<!-- words: on -->"
"""Around text that names the words on purpose, such as the table of the style guide."""


def find_words(text: str) -> Iterator[tuple[int, str, str]]:
    r"""Yield (line number, word, words to use instead) for every listed word in `text`.

    Examples:
        >>> list(find_words("A text\nthat is told anew."))[0]
        (1, 'A text', 'a string')
    """
    is_off = False
    for number, line in enumerate(text.split("\n"), 1):
        is_off = (is_off or _OFF in line) and _ON not in line
        if not is_off:
            for match in _PATTERN.finditer(line):
                yield number, match[0], list(WORDS.values())[(match.lastindex or 1) - 1]


def list_files() -> list[Path]:
    """Return the files of the repository that are checked."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\n")
    return [PROJECT / name for name in names if is_checked(name) and (PROJECT / name).is_file()]


def is_checked(name: str) -> bool:
    """Return whether the file of this name, relative to the repository, is checked."""
    return Path(name).suffix in CHECKED and not name.startswith(EXCLUDED)


def report(paths: Iterable[Path]) -> list[str]:
    """Return one line a place: file, line, the word, the words to use instead."""
    return [
        f"{name}:{number}: {word!r}; write: {advice}"
        for path in paths
        for name in [path.relative_to(PROJECT).as_posix()]
        for number, word, advice in find_words(path.read_text("utf-8"))
        if not (name.startswith(PICTURES) and _COLOR.fullmatch(word))
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path)
    given = [path.resolve() for path in parser.parse_args(arguments).files]
    paths = [path for path in given if is_checked(path.relative_to(PROJECT).as_posix())]
    places = report(paths if given else list_files())
    for place in places:
        print(place)
    return int(bool(places))


if __name__ == "__main__":
    sys.exit(main())
