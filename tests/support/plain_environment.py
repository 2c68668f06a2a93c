"""A process that sees only the package, its required distributions, and those that a page names.

`refused_modules` lists the modules that the process must not find. As a program, this file runs the units of
one page: `python plain_environment.py PAGE`, with the names of the refused modules as JSON on standard input.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

PACKAGE = "britive-scim"


def named_requirements(page: str) -> list[str]:
    """Return the requirements that a page tells its readers to install."""
    names = re.findall(r"britive-scim\[[\w,]+\]", page)
    for line in re.findall(r"pip install ([^`\n#]+)", page):
        names += [word.strip("'\"") for word in line.split() if not word.startswith("-")]
    return [PACKAGE, *names]


def refused_modules(requirements: Sequence[str]) -> list[str]:
    """Return the installed modules that the requirements do not install."""
    wanted = _required_distributions(requirements)
    installed = _modules_by_distribution()
    allowed: set[str] = set()
    for name in wanted:
        allowed |= installed.get(name, set())
    return sorted(set().union(*installed.values()) - allowed)


def _normalize(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _required_distributions(requirements: Sequence[str]) -> set[str]:
    from packaging.requirements import InvalidRequirement, Requirement

    found: set[tuple[str, str]] = set()
    todo: list[tuple[str, str]] = []
    for text in requirements:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:  # a path or an address
            continue
        todo += [(requirement.name, extra) for extra in ("", *requirement.extras)]
    while todo:
        name, extra = todo.pop()
        if (_normalize(name), extra) in found:
            continue
        found.add((_normalize(name), extra))
        try:
            required = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        for text in required:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                todo += [(requirement.name, extra) for extra in ("", *requirement.extras)]
    return {name for name, _ in found}


@cache
def _modules_by_distribution() -> dict[str, set[str]]:
    """Return the modules of each distribution, to a depth of two: namespace packages are shared."""
    modules: dict[str, set[str]] = {}
    for distribution in metadata.distributions():
        own = modules.setdefault(_normalize(distribution.metadata["Name"]), set())
        for file in distribution.files or ():
            parts = file.parts
            if len(parts) <= 3 and parts[-1] == "__init__.py":
                own.add(".".join(parts[:-1]))
            elif len(parts) == 1 and file.suffix in (".py", ".so"):
                own.add(file.name.partition(".")[0])
    return modules


class RefusedModules(MetaPathFinder):
    """Finder that reports modules as missing."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in self._names:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


def main(page: str, refused: Sequence[str]) -> int:
    """Run each unit of a page alone, print the failures, and return their number."""
    sys.meta_path.insert(0, RefusedModules(refused))
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from support.page_examples import read_units, run_blocks

    failures = 0
    for unit in read_units(Path(page)):
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                run_blocks(unit)
            except BaseException:  # noqa: BLE001  # reported below, and `SystemExit` is one
                failures += 1
                last = traceback.format_exc().rstrip().splitlines()
                print(  # noqa: T201  # the output of this program
                    f"unit of {unit[-1].label}:", *last[-8:], sep="\n", end="\n\n"
                )
            os.chdir("/")
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], json.load(sys.stdin)))
